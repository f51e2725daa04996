/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_csr_port: the generic register test, and what a port block is known to be.
 */
/* tb-params: "-GBASE=0x10000" "-GBASE=0x9C000" */
/* tb-sources: "csrc/lib/regs_table.c" */
#include "csr_test.h"

static const csr_fact facts[] = {
    {"BLOCK_ID", 0x000, 1, WEFT_REG_RO, 0x00010003},
    {"BLOCK_NEXT", 0x004, 1, WEFT_REG_RO, 0},
    {"PORT_INDEX", 0x008, 1, WEFT_REG_RO, 0},
    {"CTRL", 0x00C, 1, WEFT_REG_RW, 2}, /* down, source check on */
    {"STATUS", 0x010, 1, WEFT_REG_W1C, 0},
    {"IPG", 0x014, 1, WEFT_REG_RW, 1},
    {"MIN_FRAME", 0x018, 1, WEFT_REG_RW, 64},
    {"CTLOS_SPACING", 0x01C, 1, WEFT_REG_RW, 2048},
    {"ALLOW_LO", 0x020, 1, WEFT_REG_RW, 0},
    {"ALLOW_HI", 0x024, 1, WEFT_REG_RW, 0},
    {"SRC_VALID", 0x028, 1, WEFT_REG_RW, 0},
    {"SRC_VALUE_LO", 0x030, 4, WEFT_REG_RW, 0},
    {"SRC_VALUE_HI", 0x040, 4, WEFT_REG_RW, 0},
    {"SRC_MASK_LO", 0x050, 4, WEFT_REG_RW, 0},
    {"SRC_MASK_HI", 0x060, 4, WEFT_REG_RW, 0},
    {"COS_MAP", 0x070, 1, WEFT_REG_RW, 0},
    {"PCP_MAP0", 0x074, 1, WEFT_REG_RW, 0},
    {"PCP_MAP1", 0x078, 1, WEFT_REG_RW, 0},
    {"DEFAULT_VC", 0x07C, 1, WEFT_REG_RW, 0},
    {"MAC_LO", 0x080, 1, WEFT_REG_RW, 0},
    {"MAC_HI", 0x084, 1, WEFT_REG_RW, 0},
    {"LOSSLESS", 0x088, 1, WEFT_REG_RW, 0},
    {"VC_LIMIT", 0x0A0, 8, WEFT_REG_RW, 0},
    {"CBFC_TX_ENABLE", 0x0C0, 1, WEFT_REG_RW, 0},
    {"CBFC_TX_CONFIG", 0x0C4, 1, WEFT_REG_RW, 6},
    {"CC_PERIOD", 0x0C8, 1, WEFT_REG_RW, 15625},
    {"CBFC_RX_ENABLE", 0x0CC, 1, WEFT_REG_RW, 0},
    {"CBFC_RX_CONFIG", 0x0D0, 1, WEFT_REG_RW, 6},
    {"CF_PERIOD", 0x0D4, 1, WEFT_REG_RW, 8192},
    {"CF_MIN", 0x0D8, 1, WEFT_REG_RW, 64},
    {"CBFC_CLEAR", 0x0DC, 1, WEFT_REG_WO, 0},
    {"CBFC_TX_LIMIT", 0x0E0, 8, WEFT_REG_RW, 0},
    {"SENDER_CREDITS_CONSUMED", 0x100, 8, WEFT_REG_RO, 0},
    {"SENDER_CREDITS_FREED", 0x120, 8, WEFT_REG_RO, 0},
    {"SENDER_CREDITS_USED", 0x140, 8, WEFT_REG_RO, 0},
    {"RECEIVER_CREDITS_CONSUMED", 0x160, 8, WEFT_REG_RO, 0},
    {"RECEIVER_CREDITS_FREED", 0x180, 8, WEFT_REG_RO, 0},
    {"VC_USED", 0x1A0, 8, WEFT_REG_RO, 0},
    {"PARSER_TAG", 0x1C0, 1, WEFT_REG_RO, 0},
    {"DSCP_MAP", 0x1E0, 8, WEFT_REG_RW, 0},
    {"REMARK", 0x280, 8, WEFT_REG_RW, 0},
    {"TRIM_LIMIT", 0x2A0, 8, WEFT_REG_RW, 0},
    {"TRIM_VC", 0x2C0, 1, WEFT_REG_RW, 0},
    {"TRIM_DSCP", 0x2C4, 1, WEFT_REG_RW, 0},
    {"POP", 0x2C8, 1, WEFT_REG_RW, 0x100},
    {"POP_TPID_VLAN", 0x2CC, 1, WEFT_REG_RW, 0x88A88100},
    {"POP_TPID_CSIG", 0x2D0, 1, WEFT_REG_RW, 0xCCDD9900},
    {"COUNTER", 0x1000, 256, WEFT_REG_RO, 0},
};

static const csr_range ranges[] = {
    {"IPG", "value", 1, 12, false},
    {"MIN_FRAME", "value", 32, 64, false},
    {"CBFC_TX_CONFIG", "shift", 5, 11, false},
    {"CBFC_TX_CONFIG", "ovhd", -16, 127, true},
    {"CBFC_RX_CONFIG", "shift", 5, 11, false},
    {"CBFC_RX_CONFIG", "ovhd", -16, 127, true},
    {"CBFC_TX_LIMIT", "value", 0, 524287, false},
};

/* A value too large for its field is refused, never cut to a legal one. */
static void not_cut(tb *t, csr_test *c)
{
    TB_CHECK(t, !csr_test_write(c, 0x014, 0x11)); /* IPG 17 is not 1 */
    TB_CHECK(t, !csr_test_write(c, 0x018, 0xC0)); /* MIN_FRAME 192 is not 64 */
    TB_CHECK(t, !csr_test_write(c, 0x0A0, 0x10001));
    TB_CHECK(t, !csr_test_write(c, 0x0C4, 0xFFFFF006));
    uint32_t v = 0;
    csr_test_read(c, 0x014, &v);
    TB_EQ(t, v, 1);
    csr_test_read(c, 0x018, &v);
    TB_EQ(t, v, 64);
}

/* What the library calls legal is what the hardware takes. */
static void library_agrees(tb *t, csr_test *c, const weft_reg_block *block)
{
    TB_CHECK(t, weft_reg_find(block, "vc_limit") != NULL && weft_reg_find(block, "VC_LIM") == NULL);
    for (size_t i = 0; i < block->n_regs; i++) {
        const weft_reg_desc *r = &block->regs[i];
        TB_CHECK(t, weft_reg_find(block, r->name) == r);
        for (unsigned k = 0; k < 200; k++) {
            uint32_t v = (uint32_t)tb_rand(t) & (uint32_t)tb_rand(t) >> tb_rand_below(t, 32);
            uint32_t at = r->offset + 4 * (uint32_t)tb_rand_below(t, r->count);
            TB_EQ(t, csr_test_write(c, at, v), weft_reg_write_is_legal(r, v));
        }
    }
}

int tb_main(tb *t)
{
    csr_test *c = csr_test_new(t, weft_reg_block_by_type(3), (uint32_t)tb_param(t, "BASE", 0));
    csr_test_facts(c, facts, sizeof facts / sizeof facts[0]);
    not_cut(t, c);
    csr_test_ranges(c, ranges, sizeof ranges / sizeof ranges[0]);
    csr_test_all(c);
    library_agrees(t, c, weft_reg_block_by_type(3));
    csr_test_free(c);
    return 0;
}
