/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_csr_route: the generic register test, and what the route block is known to be.
 */
/* tb-params: "-GBASE=0x1000" "" */
/* tb-sources: "csrc/lib/regs_table.c" */
#include "csr_test.h"

static const csr_fact facts[] = {
    {"BLOCK_ID", 0x000, 1, WEFT_REG_RO, 0x00020002},
    {"BLOCK_NEXT", 0x004, 1, WEFT_REG_RO, 0},
    {"STATUS", 0x008, 1, WEFT_REG_RO, 0},
    {"KEY", 0x010, 4, WEFT_REG_RW, 0},
    {"MASK", 0x020, 4, WEFT_REG_RW, 0},
    {"ENTRY", 0x030, 1, WEFT_REG_RW, 0},
    {"CMD", 0x034, 1, WEFT_REG_RW, 0},
    {"RD_ENTRY", 0x038, 1, WEFT_REG_RO, 0},
    {"RD_KEY", 0x040, 4, WEFT_REG_RO, 0},
    {"RD_MASK", 0x050, 4, WEFT_REG_RO, 0},
    {"TABLE_SIZES0", 0x060, 1, WEFT_REG_RO, 0},
    {"TABLE_SIZES1", 0x064, 1, WEFT_REG_RO, 0},
    {"TABLE_SIZES2", 0x068, 1, WEFT_REG_RO, 0},
    {"TABLE_SIZES3", 0x06C, 1, WEFT_REG_RO, 0},
};

/* A command strobe comes with all its arguments: what the table owner sees in the strobe's cycle.
 */
static void command(tb *t, csr_test *c)
{
    tb_sig *strobe = tb_sig_find(t, "cmd_p_o"), *sel = tb_sig_find(t, "cmd_sel_o");
    tb_sig *write = tb_sig_find(t, "cmd_write_o"), *index = tb_sig_find(t, "cmd_index_o");
    tb_sig *entry = tb_sig_find(t, "entry_o");
    tb_sig *key = tb_sig_find(t, "key_o"), *mask = tb_sig_find(t, "mask_o");
    for (unsigned k = 0; k < 200; k++) {
        uint32_t e = (uint32_t)tb_rand_below(t, 1u << 22), i = (uint32_t)tb_rand_below(t, 0x10000);
        uint32_t o = (uint32_t)tb_rand_below(t, 16), word = k % 4;
        uint32_t kw = (uint32_t)tb_rand(t), mw = (uint32_t)tb_rand(t);
        TB_CHECK(t, csr_test_write(c, 0x10 + 4 * word, kw));
        TB_CHECK(t, csr_test_write(c, 0x20 + 4 * word, mw));
        TB_CHECK(t, csr_test_write(c, 0x30, e));
        TB_EQ(t, tb_get(strobe), 0);
        TB_CHECK(t, csr_test_write(c, 0x34, i << 16 | o));
        TB_EQ(t, tb_get(strobe), 1);
        TB_EQ(t, tb_get(sel), o & 7);
        TB_EQ(t, tb_get(write), o >> 3);
        TB_EQ(t, tb_get(index), i);
        TB_EQ(t, tb_get(entry), e); /* {ways, shift, ecmp, valid, group, dest} */
        TB_EQ(t, tb_get_bits(key, 32 * word, 32), kw);
        TB_EQ(t, tb_get_bits(mask, 32 * word, 32), mw);
    }
}

int tb_main(tb *t)
{
    csr_test *c = csr_test_new(t, weft_reg_block_by_type(2), (uint32_t)tb_param(t, "BASE", 0));
    csr_test_facts(c, facts, sizeof facts / sizeof facts[0]);
    csr_test_all(c);
    command(t, c);
    csr_test_free(c);
    return 0;
}
