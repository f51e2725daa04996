/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * chakra_flow.h: from traces to a plan. Finds which send meets which receive, which messages carry
 * the same chunk of a vector, and what every chunk must be in the end (docs/traces.md).
 */
#ifndef WEFT_TRAFFIC_CHAKRA_FLOW_H
#define WEFT_TRAFFIC_CHAKRA_FLOW_H
#include "traffic/chakra_io.h"
#include "traffic/plan.h"

/* Plans linked traces, one a rank. Returns a plan that is not yet finished and a line in describe,
 * or NULL and a line in err: what is wrong, in which file, at which node. */
weft_plan *weft_chakra_plan(const weft_trace *traces, unsigned ranks, uint64_t seed, char *describe,
                            size_t describe_len, char *err, size_t err_len);
#endif
