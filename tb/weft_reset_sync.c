/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_reset_sync: reset comes at once, without a clock edge, and goes with the second
 * edge after its cause went; nothing else ever sets or clears it.
 */
#include "common/tb.h"

int tb_main(tb *t)
{
    tb_sig *async = tb_sig_find(t, "rst_async_i"), *rst = tb_sig_find(t, "rst_o");
    unsigned edges = 0; /* clock edges since rst_async_i fell */

    tb_set(async, 1);
    tb_tick(t);
    TB_EQ(t, tb_get(rst), 1);
    tb_set(async, 0);
    tb_eval(t);
    for (uint64_t i = 0; i < tb_effort(t, 5000, 200000); i++) {
        bool up = tb_chance(t, 20);
        if (up) {
            tb_set(async, 1);
            tb_eval(t);
            TB_EQ(t, tb_get(rst), 1); /* before any edge */
            if (tb_chance(t, 50)) tb_tick(t);
            tb_set(async, 0);
            tb_eval(t);
            TB_EQ(t, tb_get(rst), 1);
            edges = 0;
        }
        tb_tick(t);
        edges++;
        TB_EQ(t, tb_get(rst), edges < 2);
    }
    return 0;
}
