/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * ideal.h: a synthetic source played on a net that is nothing but wires which never push back; what
 * it sends then goes through the ideal output-queued switch of traffic/oq_model.h.
 */
#ifndef WEFT_BENCH_IDEAL_H
#define WEFT_BENCH_IDEAL_H
#include "traffic/oq_model.h"
#include "traffic/traffic.h"

/* Frames in the order in which a port was given them. */
typedef struct {
    weft_oq_arrival *a;
    size_t n, cap;
} weft_arrivals;

bool weft_arrivals_add(weft_arrivals *l, weft_oq_arrival a); /* false: no memory */

typedef struct weft_ideal weft_ideal;

/* Plays a source to its drain. NULL with a line in err: *status is WEFT_EXIT_USAGE for a wrong
 * source, else WEFT_EXIT_FAULT. */
weft_ideal *weft_ideal_play(const char *source, const weft_source_env *env, int *status, char *err,
                            size_t err_len);
/* What its port was given, in cycles since the source's time began. */
const weft_arrivals *weft_ideal_arrivals(const weft_ideal *w, unsigned port);
/* Puts the arrivals through the ideal switch, whose latency without load is given in cycles, and
 * measures in the source's window. 0, or -2: not enough memory. */
int weft_ideal_result(const weft_ideal *w, uint64_t latency, weft_oq_result *r);
void weft_ideal_free(weft_ideal *w); /* NULL is allowed */
#endif
