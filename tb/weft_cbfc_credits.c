/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_cbfc_credits: every length with every credit size, the edges of the overhead, and
 * random triples, against a reference that counts credits one by one. */
#include "common/tb.h"

static unsigned reference(int len, int shift, int ovhd)
{
    if (shift < 5) shift = 5;
    if (shift > 11) shift = 11;
    if (ovhd < -16) ovhd = -16;
    int size = 1 << shift;
    int bytes = len + 4 + ovhd;
    unsigned n = 1;
    while ((int)n * size < bytes) n++;
    return n;
}

static void one(tb *t, tb_sig *const s[4], int len, int shift, int ovhd)
{
    tb_set(s[0], (uint64_t)len);
    tb_set(s[1], (uint64_t)shift);
    tb_set(s[2], (uint64_t)ovhd & 0xff);
    tb_eval(t);
    unsigned got = (unsigned)tb_get(s[3]), want = reference(len, shift, ovhd);
    if (got != want)
        tb_fail(t, "len %d shift %d ovhd %d: %u credits, expected %u", len, shift, ovhd, got, want);
}

int tb_main(tb *t)
{
    tb_sig *s[4] = {tb_sig_find(t, "len_i"), tb_sig_find(t, "shift_i"), tb_sig_find(t, "ovhd_i"),
                    tb_sig_find(t, "credits_o")};
    static const int ovhd[] = {-128, -17, -16, -15, -4, -1, 0, 1, 4, 20, 27, 28, 126, 127};
    for (int shift = 0; shift < 16; shift++)
        for (size_t o = 0; o < sizeof ovhd / sizeof ovhd[0]; o++)
            for (int len = 0; len < 16384; len += (len < 600 || len > 16000) ? 1 : 31)
                one(t, s, len, shift, ovhd[o]);
    /* known values: a 64-byte frame in credits of 64 bytes, and with one byte of overhead */
    one(t, s, 60, 6, 0);
    TB_EQ(t, tb_get(s[3]), 1);
    one(t, s, 60, 6, 1);
    TB_EQ(t, tb_get(s[3]), 2);
    one(t, s, 9212, 7, 20);
    TB_EQ(t, tb_get(s[3]), 73);
    uint64_t n = tb_effort(t, 200000, 5000000);
    for (uint64_t i = 0; i < n; i++)
        one(t, s, (int)tb_rand_below(t, 16384), (int)tb_rand_below(t, 16),
            (int)tb_rand_below(t, 256) - 128);
    return tb_failures(t) != 0;
}
