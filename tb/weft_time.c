/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * weft_time: time counts every edge; a snapshot is numbered and stamped with its own cycle.
 */
#include "tb.h"

int tb_main(tb *t)
{
    tb_sig *snap = tb_sig_find(t, "snap_i"), *now = tb_sig_find(t, "time_o");
    tb_sig *seq = tb_sig_find(t, "snap_seq_o"), *at = tb_sig_find(t, "snap_time_o");
    tb_sig *done = tb_sig_find(t, "snap_done_o");
    tb_set(snap, 0);
    tb_reset(t, 3);
    uint64_t start = tb_cycle(t), last = 0, count = 0;
    TB_EQ(t, tb_get(now), 0);
    for (uint64_t k = 0; k < tb_effort(t, 20000, 1000000); k++) {
        bool take = tb_chance(t, 10);
        tb_set(snap, take);
        if (take) {
            last = tb_cycle(t) - start;
            count++;
        }
        tb_tick(t);
        TB_EQ(t, tb_get(now), tb_cycle(t) - start);
        TB_EQ(t, tb_get(seq), count);
        TB_EQ(t, tb_get(at), last);
        TB_EQ(t, tb_get(done), take);
    }
    tb_set(snap, 1);
    tb_reset(t, 2);
    TB_EQ(t, tb_get(now), 0);
    TB_EQ(t, tb_get(seq), 0);
    return 0;
}
