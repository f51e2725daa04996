/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_credit_counter. Reference: an integer. Legal traffic must never set the error;
 * then each illegal step is made once and must set it for good.
 */
/* tb-params: "" "-GWIDTH=4 -GMAX=9 -GINIT=3" "-GWIDTH=1 -GMAX=1 -GINIT=0" */
#include "common/tb.h"

typedef struct {
    tb *t;
    tb_sig *give, *take, *count, *avail, *error;
    uint64_t value, max, init;
    bool bad;
} bench;

static void step(bench *b, bool give, bool take)
{
    tb_set(b->give, give);
    tb_set(b->take, take);
    tb_tick(b->t);
    if (take && b->value == 0) b->bad = true;
    if (give && !take && b->value == b->max) b->bad = true;
    if (give && !take && b->value < b->max)
        b->value++;
    else if (take && !give && b->value > 0)
        b->value--;
    TB_EQ(b->t, tb_get(b->count), b->value);
    TB_EQ(b->t, tb_get(b->avail), b->value > 0);
    TB_EQ(b->t, tb_get(b->error), b->bad);
}

static void restart(bench *b)
{
    tb_set(b->give, 0);
    tb_set(b->take, 0);
    tb_reset(b->t, 2);
    b->value = b->init;
    b->bad = false;
    step(b, false, false);
}

static void go_to(bench *b, uint64_t value)
{
    while (b->value < value) step(b, true, false);
    while (b->value > value) step(b, false, true);
}

int tb_main(tb *t)
{
    bench b = {.t = t,
               .give = tb_sig_find(t, "give_i"),
               .take = tb_sig_find(t, "take_i"),
               .count = tb_sig_find(t, "count_o"),
               .avail = tb_sig_find(t, "avail_o"),
               .error = tb_sig_find(t, "error_o"),
               .max = tb_param(t, "MAX", 255)};
    b.init = tb_param(t, "INIT", b.max);
    restart(&b);
    go_to(&b, 0);
    go_to(&b, b.max);
    uint64_t rounds = tb_effort(t, 20000, 1000000);
    for (uint64_t i = 0; i < rounds; i++) {
        unsigned bias = (i / 600 % 2) ? 70 : 30;
        bool take = b.value > 0 && tb_chance(t, 100 - bias);
        bool give = (b.value < b.max || take) && tb_chance(t, bias);
        step(&b, give, take);
    }
    TB_CHECK(t, !b.bad);

    for (int kind = 0; kind < 3; kind++) {
        restart(&b);
        go_to(&b, kind == 2 ? b.max : 0);
        TB_CHECK(t, !b.bad);
        step(&b, kind >= 1, kind <= 1); /* take at 0; take at 0 with give; give at MAX */
        TB_CHECK(t, b.bad);
        for (int i = 0; i < 20; i++) step(&b, b.value < b.max, false);
        for (int i = 0; i < 20; i++) step(&b, false, b.value > 0);
    }
    restart(&b);
    TB_CHECK(t, !b.bad);
    return 0;
}
