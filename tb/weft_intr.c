/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_intr: the state register is modelled here, as the register block has it, and every
 * set pulse and the line are compared with a reference in every cycle.
 */
/* tb-params: "" "-GN=1" "-GN=20 -GEDGE=983055" */
#include "tb.h"

int tb_main(tb *t)
{
    tb_sig *event = tb_sig_find(t, "event_i"), *test = tb_sig_find(t, "test_i");
    tb_sig *state = tb_sig_find(t, "state_i"), *enable = tb_sig_find(t, "enable_i");
    tb_sig *set = tb_sig_find(t, "set_o"), *irq = tb_sig_find(t, "irq_o");
    unsigned n = (unsigned)tb_param(t, "N", 7);
    uint64_t all = ((uint64_t)1 << n) - 1, edge = tb_param(t, "EDGE", 0);
    uint64_t last = 0, intr_state = 0, intr_enable = 0;
    bool line = false;
    TB_EQ(t, tb_sig_width(event), n);
    tb_reset(t, 3);

    uint64_t rises = 0, highs = 0, cycles = tb_effort(t, 60000, 1000000);
    for (uint64_t k = 0; k < cycles; k++) {
        bool drain = k + 8 >= cycles;
        /* Levels: mostly as before, so that edges and long highs both happen. */
        uint64_t ev = 0, te = 0, clear = 0;
        for (unsigned i = 0; i < n && !drain; i++) {
            bool was = last >> i & 1;
            bool now = edge >> i & 1 ? (tb_chance(t, 10) ? !was : was) : tb_chance(t, 15);
            ev |= (uint64_t)now << i;
            te |= (uint64_t)tb_chance(t, 3) << i;
            clear |= (uint64_t)tb_chance(t, 20) << i;
        }
        if (tb_chance(t, 5)) intr_enable = tb_rand(t) & all;
        if (drain) clear = all;
        tb_set(event, ev);
        tb_set(test, te);
        tb_set(state, intr_state);
        tb_set(enable, intr_enable);
        tb_eval(t);

        uint64_t want = te;
        for (unsigned i = 0; i < n; i++) {
            bool now = ev >> i & 1, was = last >> i & 1;
            if (now && !(was && edge >> i & 1)) want |= (uint64_t)1 << i;
        }
        TB_EQ(t, tb_get(set), want);
        TB_EQ(t, tb_get(irq), line);
        rises += want != 0;
        highs += line;
        line = false;
        for (unsigned i = 0; i < n; i++) line |= (intr_state >> i & 1) && (intr_enable >> i & 1);
        intr_state = (intr_state & ~clear) | want;
        last = ev;
        tb_tick(t);
    }
    TB_CHECK(t, rises > 1000 && highs > 1000);
    TB_EQ(t, tb_get(set), 0);
    TB_EQ(t, tb_get(irq), 0);

    /* A level that stays does not bring a cleared interrupt back; a pulse source does. */
    tb_set(enable, all);
    tb_set(state, 0);
    tb_set(test, 0);
    tb_set(event, all);
    tb_tick(t);
    for (int k = 0; k < 5; k++) {
        TB_EQ(t, tb_get(set), all & ~edge);
        tb_tick(t);
    }
    /* A level that is high through a reset counts once more after it. */
    tb_reset(t, 2);
    TB_EQ(t, tb_get(irq), 0);
    TB_EQ(t, tb_get(set), all);
    return 0;
}
