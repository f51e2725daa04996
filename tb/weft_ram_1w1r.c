/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_ram_1w1r. Reference: a plain array; a read returns what the array held before the
 * write of the same cycle, and the output holds while there is no read.
 */
/* tb-params: "-GWIDTH=64 -GDEPTH=16" "-GWIDTH=13 -GDEPTH=37" "-GWIDTH=8 -GDEPTH=1" */
#include "common/tb.h"

int tb_main(tb *t)
{
    tb_sig *wr_en = tb_sig_find(t, "wr_en_i"), *wr_addr = tb_sig_find(t, "wr_addr_i"),
           *wr_data = tb_sig_find(t, "wr_data_i"), *rd_en = tb_sig_find(t, "rd_en_i"),
           *rd_addr = tb_sig_find(t, "rd_addr_i"), *rd_data = tb_sig_find(t, "rd_data_o");
    unsigned width = (unsigned)tb_param(t, "WIDTH", 64),
             depth = (unsigned)tb_param(t, "DEPTH", 256);
    uint64_t mask = width < 64 ? (1ull << width) - 1 : ~0ull;
    uint64_t mem[256], held = 0;
    bool read = false;
    unsigned collisions = 0;

    TB_CHECK(t, depth <= 256);
    tb_set(rd_en, 0);
    for (unsigned i = 0; i < depth; i++) {
        mem[i] = tb_rand(t) & mask;
        tb_set(wr_en, 1);
        tb_set(wr_addr, i);
        tb_set(wr_data, mem[i]);
        tb_tick(t);
    }
    uint64_t rounds = tb_effort(t, 20000, 1000000);
    for (uint64_t i = 0; i < rounds; i++) {
        bool w = tb_chance(t, 50), r = tb_chance(t, 60);
        unsigned wa = (unsigned)tb_rand_below(t, depth), ra = (unsigned)tb_rand_below(t, depth);
        uint64_t d = tb_rand(t) & mask;
        if (tb_chance(t, 25)) ra = wa;
        tb_set(wr_en, w);
        tb_set(wr_addr, wa);
        tb_set(wr_data, d);
        tb_set(rd_en, r);
        tb_set(rd_addr, ra);
        tb_tick(t);
        if (r) held = mem[ra];
        if (r) read = true;
        if (w && r && wa == ra) collisions++;
        if (w) mem[wa] = d;
        if (read) TB_EQ(t, tb_get(rd_data), held);
    }
    TB_CHECK(t, collisions > 100);
    return 0;
}
