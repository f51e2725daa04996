/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_csr_chip: the generic register test, and what the chip block is known to be.
 */
/* tb-params: "" "-GBASE=0x3000" */
/* tb-sources: "csrc/lib/regs_table.c" */
#include "csr_test.h"

static const csr_fact facts[] = {
    {"BLOCK_ID", 0x000, 1, WEFT_REG_RO, 0x00010001},
    {"BLOCK_NEXT", 0x004, 1, WEFT_REG_RO, 0},
    {"MAGIC", 0x008, 1, WEFT_REG_RO, 0x54464557},
    {"VERSION", 0x00C, 1, WEFT_REG_RO, 0x00000100},
    {"GEOMETRY0", 0x010, 1, WEFT_REG_RO, 0},
    {"GEOMETRY1", 0x014, 1, WEFT_REG_RO, 0},
    {"GEOMETRY2", 0x018, 1, WEFT_REG_RO, 0},
    {"SCRATCH", 0x01C, 1, WEFT_REG_RW, 0},
    {"CYCLE_LO", 0x020, 1, WEFT_REG_RO, 0},
    {"CYCLE_HI", 0x024, 1, WEFT_REG_RO, 0},
    {"SNAPSHOT", 0x028, 1, WEFT_REG_WO, 0},
    {"SNAPSHOT_SEQ", 0x02C, 1, WEFT_REG_RO, 0},
    {"SNAPSHOT_CYCLE_LO", 0x030, 1, WEFT_REG_RO, 0},
    {"SNAPSHOT_CYCLE_HI", 0x034, 1, WEFT_REG_RO, 0},
    {"INTR_STATE", 0x038, 1, WEFT_REG_W1C, 0},
    {"INTR_ENABLE", 0x03C, 1, WEFT_REG_RW, 0},
    {"INTR_TEST", 0x040, 1, WEFT_REG_WO, 0},
    {"ERROR_STATUS", 0x044, 1, WEFT_REG_W1C, 0},
    {"MAX_FRAME", 0x048, 1, WEFT_REG_RW, 9216},
    {"PUNT", 0x04C, 1, WEFT_REG_RW, 0},
    {"ID_PREFIX", 0x050, 1, WEFT_REG_RW, 0x02574546},
    {"ID_MASK", 0x054, 1, WEFT_REG_RW, 0xFFFFFFFF},
    {"CT_CTRL", 0x058, 1, WEFT_REG_RW, 0x861},
    {"EGRESS_HIGH", 0x05C, 1, WEFT_REG_RW, 32},
    {"ECN_THRESHOLD", 0x060, 8, WEFT_REG_RW, 0},
};

static const csr_range ranges[] = {
    {"MAX_FRAME", "value", 64, 9216, false},
};

/* A 64-bit counter that rolls over between the two reads must not be torn. */
static void no_tearing(tb *t, csr_test *c)
{
    tb_sig *lo = tb_sig_find(t, "cycle_lo_i"), *hi = tb_sig_find(t, "cycle_hi_i");
    tb_sig *valid = tb_sig_find(t, "reg_valid_i"), *write = tb_sig_find(t, "reg_write_i");
    tb_sig *addr = tb_sig_find(t, "reg_addr_i"), *rdata = tb_sig_find(t, "reg_rdata_o");
    (void)c;
    uint64_t base = tb_param(t, "BASE", 0), now = 0x5FFFFFFF0ull, before = 0, got = 0;
    for (int k = 0; k < 40; k++, now++) {
        tb_set(lo, now & 0xFFFFFFFFu);
        tb_set(hi, now >> 32);
        tb_set(write, 0);
        tb_set(valid, k % 4 != 3);
        tb_set(addr, base + (k % 4 == 0 ? 0x20 : 0x24));
        if (k % 4 == 0) before = now;
        tb_tick(t);
        if (k % 4 == 0) got = tb_get(rdata);
        if (k % 4 == 1 || k % 4 == 2) TB_EQ(t, got | tb_get(rdata) << 32, before);
    }
    tb_set(valid, 0);
    tb_tick(t);
}

int tb_main(tb *t)
{
    csr_test *c = csr_test_new(t, weft_reg_block_by_type(1), (uint32_t)tb_param(t, "BASE", 0));
    csr_test_facts(c, facts, sizeof facts / sizeof facts[0]);
    csr_test_ranges(c, ranges, sizeof ranges / sizeof ranges[0]);
    csr_test_all(c);
    no_tearing(t, c);
    csr_test_free(c);
    return 0;
}
