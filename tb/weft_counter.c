/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_counter. Reference: an integer that wraps or saturates; clearing loses no event, so
 * the values read at the clears plus the rest are the number of events (when nothing wrapped).
 */
/* tb-params: "-GWIDTH=8 -GINC_W=3" "-GWIDTH=8 -GINC_W=3 -GSATURATE=1" "-GWIDTH=32"
   "-GWIDTH=5 -GINC_W=5 -GSATURATE=1" */
#include "common/tb.h"

int tb_main(tb *t)
{
    tb_sig *en = tb_sig_find(t, "en_i"), *inc = tb_sig_find(t, "inc_i"),
           *clear = tb_sig_find(t, "clear_i"), *count = tb_sig_find(t, "count_o");
    unsigned width = (unsigned)tb_param(t, "WIDTH", 32), inc_w = (unsigned)tb_param(t, "INC_W", 1);
    bool saturate = tb_param(t, "SATURATE", 0) != 0;
    uint64_t max = (1ull << width) - 1, value = 0, events = 0, read = 0;
    unsigned limits = 0;

    tb_set(en, 0);
    tb_set(clear, 0);
    tb_reset(t, 2);
    TB_EQ(t, tb_get(count), 0);
    uint64_t rounds = tb_effort(t, 30000, 1000000);
    for (uint64_t i = 0; i < rounds; i++) {
        bool e = tb_chance(t, 70), c = tb_chance(t, i / 1000 % 2 ? 1 : 30);
        uint64_t n = tb_rand_below(t, 1ull << inc_w);
        tb_set(en, e);
        tb_set(inc, n);
        tb_set(clear, c);
        tb_eval(t);
        TB_EQ(t, tb_get(count), value);
        tb_tick(t);
        if (c) {
            read += value;
            value = 0;
        }
        if (e) {
            value += n;
            events += n;
        }
        if (value > max) {
            value = saturate ? max : value & max;
            limits++;
        }
        TB_EQ(t, tb_get(count), value);
    }
    if (limits == 0) TB_EQ(t, read + value, events);
    if (width <= 8) TB_CHECK(t, limits > 10);
    return 0;
}
