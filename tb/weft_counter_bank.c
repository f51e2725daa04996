/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_counter_bank: the reference is the plain thing, an array that is copied at a
 * snapshot. Narrow counters show the wrap; steps and snapshots in the same cycle are frequent.
 */
/* tb-params: "" "-GWIDTH=5 -GDEPTH=5" "-GWIDTH=64 -GDEPTH=2" */
#include <string.h>

#include "tb.h"

int tb_main(tb *t)
{
    tb_sig *inc = tb_sig_find(t, "inc_i"), *idx = tb_sig_find(t, "idx_i");
    tb_sig *snap = tb_sig_find(t, "snap_i"), *rd_en = tb_sig_find(t, "rd_en_i");
    tb_sig *rd_idx = tb_sig_find(t, "rd_idx_i"), *rd = tb_sig_find(t, "rd_data_o");
    unsigned depth = (unsigned)tb_param(t, "DEPTH", 16), width = (unsigned)tb_param(t, "WIDTH", 64);
    uint64_t mask = width == 64 ? ~0ull : (1ull << width) - 1;
    uint64_t live[64] = {0}, shadow[64] = {0};
    uint64_t steps = 0, both = 0;
    TB_EQ(t, tb_sig_width(rd), width);

    for (int round = 0; round < 3; round++) {
        memset(live, 0, sizeof live);
        memset(shadow, 0, sizeof shadow);
        tb_set(inc, 0);
        tb_set(snap, 0);
        tb_reset(t, 2);
        unsigned snap_percent = round == 0 ? 1 : round == 1 ? 30 : 5;
        uint64_t cycles = tb_effort(t, 30000, 600000);
        for (uint64_t k = 0; k < cycles; k++) {
            bool step = tb_chance(t, 70), take = tb_chance(t, snap_percent);
            unsigned at = (unsigned)tb_rand_below(t, depth);
            if (tb_chance(t, 30)) at = 0; /* one counter in consecutive cycles */
            tb_set(inc, step);
            tb_set(idx, at);
            tb_set(snap, take);
            /* Reading in the cycle of a snapshot still gives the one before. */
            bool en = tb_chance(t, 90);
            unsigned r = (unsigned)tb_rand_below(t, depth);
            tb_set(rd_en, en);
            tb_set(rd_idx, r);
            tb_eval(t);
            TB_EQ(t, tb_get(rd), en ? shadow[r] : 0);
            tb_tick(t);
            if (take) memcpy(shadow, live, sizeof live);
            if (step) live[at] = (live[at] + 1) & mask;
            steps += step;
            both += step && take;
        }
        /* The last snapshot, twice: nothing moves when nothing steps. */
        tb_set(inc, 0);
        tb_set(snap, 1);
        tb_tick(t);
        tb_set(snap, 0);
        for (int pass = 0; pass < 2; pass++) {
            uint64_t sum = 0;
            for (unsigned r = 0; r < depth; r++) {
                tb_set(rd_en, 1);
                tb_set(rd_idx, r);
                tb_eval(t);
                TB_EQ(t, tb_get(rd), live[r]);
                sum += tb_get(rd);
                tb_tick(t);
            }
            if (width == 64 && pass == 0) TB_EQ(t, sum, steps);
        }
        steps = 0;
    }
    TB_CHECK(t, both > 1000);
    return 0;
}
