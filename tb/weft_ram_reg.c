/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_ram_reg. Reference: a plain array, read in the same cycle, written at the edge.
 */
/* tb-params: "" "-GWIDTH=64 -GDEPTH=37" "-GWIDTH=5 -GDEPTH=1" */
#include "common/tb.h"

int tb_main(tb *t)
{
    tb_sig *wr_en = tb_sig_find(t, "wr_en_i"), *wr_addr = tb_sig_find(t, "wr_addr_i"),
           *wr_data = tb_sig_find(t, "wr_data_i"), *rd_addr = tb_sig_find(t, "rd_addr_i"),
           *rd_data = tb_sig_find(t, "rd_data_o");
    unsigned width = (unsigned)tb_param(t, "WIDTH", 8), depth = (unsigned)tb_param(t, "DEPTH", 16);
    uint64_t mask = width < 64 ? (1ull << width) - 1 : ~0ull;
    uint64_t mem[64];

    TB_CHECK(t, depth <= 64);
    for (unsigned i = 0; i < depth; i++) {
        mem[i] = tb_rand(t) & mask;
        tb_set(wr_en, 1);
        tb_set(wr_addr, i);
        tb_set(wr_data, mem[i]);
        tb_tick(t);
    }
    uint64_t rounds = tb_effort(t, 20000, 1000000);
    for (uint64_t i = 0; i < rounds; i++) {
        bool w = tb_chance(t, 50);
        unsigned wa = (unsigned)tb_rand_below(t, depth), ra = (unsigned)tb_rand_below(t, depth);
        uint64_t d = tb_rand(t) & mask;
        if (tb_chance(t, 25)) ra = wa;
        tb_set(wr_en, w);
        tb_set(wr_addr, wa);
        tb_set(wr_data, d);
        tb_set(rd_addr, ra);
        tb_eval(t);
        TB_EQ(t, tb_get(rd_data), mem[ra]);
        tb_tick(t);
        if (w) mem[wa] = d;
        TB_EQ(t, tb_get(rd_data), mem[ra]);
    }
    return 0;
}
