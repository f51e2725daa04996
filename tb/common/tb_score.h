/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * tb_score.h: a scoreboard. Items (frames, cells, words) are expected per flow, in order; what
 * arrives must be the oldest expected item of its flow, byte for byte. A flow is any number that
 * the bench makes up, for example (source, destination, vc).
 */
#ifndef WEFT_TB_SCORE_H
#define WEFT_TB_SCORE_H
#include "tb.h"

typedef struct tb_score_item tb_score_item;
typedef struct {
    tb *t;
    unsigned flows;
    tb_score_item **first, **last; /* per flow */
    uint64_t expected, arrived, expected_bytes, arrived_bytes;
} tb_score;

/* False: no memory. */
bool tb_score_init(tb_score *s, tb *t, unsigned flows);
void tb_score_free(tb_score *s);
void tb_score_expect(tb_score *s, unsigned flow, const void *data, size_t len);
/* tb_fail() and false when this is not what the flow expects next. Tells "reordered" from "wrong".
 */
bool tb_score_arrive(tb_score *s, unsigned flow, const void *data, size_t len);
/* Items of a flow, or of all flows, that have not arrived. */
uint64_t tb_score_waiting(const tb_score *s, unsigned flow);
uint64_t tb_score_left(const tb_score *s);
/* At the end of a bench: tb_fail() for every flow that waits for something. */
void tb_score_drained(tb_score *s);

#endif
