/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_csr_parser: the generic register test, and what the parser block is known to be.
 */
/* tb-params: "-GBASE=0x2000" "" */
/* tb-sources: "csrc/lib/regs_table.c" */
#include "csr_test.h"

static const csr_fact facts[] = {
    {"BLOCK_ID", 0x000, 1, WEFT_REG_RO, 0x00010004},
    {"BLOCK_NEXT", 0x004, 1, WEFT_REG_RO, 0},
    {"STATUS", 0x008, 1, WEFT_REG_RO, 0},
    {"SIZE", 0x00C, 1, WEFT_REG_RO, 0},
    {"DATA", 0x010, 1, WEFT_REG_RW, 0},
    {"RD_DATA", 0x014, 1, WEFT_REG_RO, 0},
    {"PORT_MASK_LO", 0x018, 1, WEFT_REG_RW, 0},
    {"PORT_MASK_HI", 0x01C, 1, WEFT_REG_RW, 0},
    {"TAG", 0x020, 1, WEFT_REG_RW, 0},
    {"CMD", 0x024, 1, WEFT_REG_RW, 0},
};

static const csr_range ranges[] = {
    {"CMD", "op", 1, 3, false},
};

/* The strobes come with their arguments, once for each write that is taken. */
static void strobes(tb *t, csr_test *c)
{
    tb_sig *data_p = tb_sig_find(t, "data_p_o"), *data = tb_sig_find(t, "data_o");
    tb_sig *cmd_p = tb_sig_find(t, "cmd_p_o"), *op = tb_sig_find(t, "cmd_op_o");
    tb_sig *stage = tb_sig_find(t, "cmd_stage_o");
    for (unsigned k = 0; k < 200; k++) {
        uint32_t v = (uint32_t)tb_rand(t);
        unsigned o = 1 + (unsigned)tb_rand_below(t, 3), s = (unsigned)tb_rand_below(t, 16);
        TB_CHECK(t, csr_test_write(c, 0x10, v));
        TB_EQ(t, tb_get(data_p), 1);
        TB_EQ(t, tb_get(data), v);
        TB_EQ(t, tb_get(cmd_p), 0);
        TB_CHECK(t, csr_test_write(c, 0x24, s << 8 | o));
        TB_EQ(t, tb_get(data_p), 0);
        TB_EQ(t, tb_get(cmd_p), 1);
        TB_EQ(t, tb_get(op), o);
        TB_EQ(t, tb_get(stage), s);
        TB_CHECK(t, !csr_test_write(c, 0x24, s << 8));
        TB_EQ(t, tb_get(cmd_p), 0);
        TB_EQ(t, tb_get(op), o);
    }
}

int tb_main(tb *t)
{
    csr_test *c = csr_test_new(t, weft_reg_block_by_type(4), (uint32_t)tb_param(t, "BASE", 0));
    csr_test_facts(c, facts, sizeof facts / sizeof facts[0]);
    csr_test_ranges(c, ranges, sizeof ranges / sizeof ranges[0]);
    csr_test_all(c);
    strobes(t, c);
    csr_test_free(c);
    return 0;
}
