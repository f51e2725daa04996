/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_csr_route: the generic register test, and what the route block is known to be.
 */
/* tb-params: "-GBASE=0x1000" "" */
/* tb-sources: "csrc/lib/regs_table.c" */
#include "csr_test.h"

static const csr_fact facts[] = {
    {"BLOCK_ID", 0x000, 1, WEFT_REG_RO, 0x00010002},
    {"BLOCK_NEXT", 0x004, 1, WEFT_REG_RO, 0},
    {"STATUS", 0x008, 1, WEFT_REG_RO, 0},
    {"KEY_LO", 0x00C, 1, WEFT_REG_RW, 0},
    {"KEY_HI", 0x010, 1, WEFT_REG_RW, 0},
    {"ENTRY", 0x014, 1, WEFT_REG_RW, 0},
    {"MASK_LO", 0x018, 1, WEFT_REG_RW, 0},
    {"MASK_HI", 0x01C, 1, WEFT_REG_RW, 0},
    {"CMD", 0x020, 1, WEFT_REG_RW, 0},
    {"RD_KEY_LO", 0x024, 1, WEFT_REG_RO, 0},
    {"RD_KEY_HI", 0x028, 1, WEFT_REG_RO, 0},
    {"RD_ENTRY", 0x02C, 1, WEFT_REG_RO, 0},
    {"RD_MASK_LO", 0x030, 1, WEFT_REG_RO, 0},
    {"RD_MASK_HI", 0x034, 1, WEFT_REG_RO, 0},
    {"TABLE_SIZES0", 0x038, 1, WEFT_REG_RO, 0},
    {"TABLE_SIZES1", 0x03C, 1, WEFT_REG_RO, 0},
};

static const csr_range ranges[] = {
    {"CMD", "op", 1, 6, false},
};

/* A command strobe comes with all its arguments: what the table owner sees in the strobe's cycle.
 */
static void command(tb *t, csr_test *c)
{
    tb_sig *strobe = tb_sig_find(t, "cmd_p_o"), *op = tb_sig_find(t, "cmd_op_o");
    tb_sig *index = tb_sig_find(t, "cmd_index_o"), *entry = tb_sig_find(t, "entry_o");
    for (unsigned k = 0; k < 200; k++) {
        unsigned e = (unsigned)tb_rand_below(t, 0x1000), i = (unsigned)tb_rand_below(t, 0x10000);
        unsigned o = 1 + (unsigned)tb_rand_below(t, 6);
        TB_CHECK(t, csr_test_write(c, 0x14, e));
        TB_EQ(t, tb_get(strobe), 0);
        TB_CHECK(t, csr_test_write(c, 0x20, i << 16 | o));
        TB_EQ(t, tb_get(strobe), 1);
        TB_EQ(t, tb_get(op), o);
        TB_EQ(t, tb_get(index), i);
        TB_EQ(t, tb_get(entry), e); /* {valid, group, dest} */
        TB_CHECK(t, !csr_test_write(c, 0x20, i << 16 | 7));
        TB_EQ(t, tb_get(strobe), 0);
        TB_EQ(t, tb_get(op), o);
    }
}

int tb_main(tb *t)
{
    csr_test *c = csr_test_new(t, weft_reg_block_by_type(2), (uint32_t)tb_param(t, "BASE", 0));
    csr_test_facts(c, facts, sizeof facts / sizeof facts[0]);
    csr_test_ranges(c, ranges, sizeof ranges / sizeof ranges[0]);
    csr_test_all(c);
    command(t, c);
    csr_test_free(c);
    return 0;
}
