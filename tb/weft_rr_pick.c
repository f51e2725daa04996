/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_rr_pick. Reference: walk the requesters from the pointer on. All request patterns
 * and pointers for N <= 10, random ones beyond.
 */
/* tb-params: "-GN=6" "-GN=64" "-GN=10" "-GN=1" */
#include "common/tb.h"

static void check(tb *t, uint64_t req, unsigned ptr, unsigned n)
{
    unsigned want = 0;
    if (req != 0)
        for (want = ptr; !(req >> want & 1);) want = (want + 1) % n;
    tb_set(tb_sig_find(t, "req_i"), req);
    tb_set(tb_sig_find(t, "ptr_i"), ptr);
    tb_eval(t);
    TB_EQ(t, tb_get(tb_sig_find(t, "any_o")), req != 0);
    TB_EQ(t, tb_get(tb_sig_find(t, "idx_o")), want);
    TB_EQ(t, tb_get(tb_sig_find(t, "gnt_o")), req != 0 ? 1ull << want : 0);
}

int tb_main(tb *t)
{
    unsigned n = (unsigned)tb_param(t, "N", 4);
    uint64_t all = n < 64 ? (1ull << n) - 1 : ~0ull;

    for (unsigned ptr = 0; ptr < n; ptr++) {
        check(t, 0, ptr, n);
        check(t, all, ptr, n);
        for (unsigned i = 0; i < n; i++) check(t, 1ull << i, ptr, n);
        if (n <= 10)
            for (uint64_t req = 0; req <= all; req++) check(t, req, ptr, n);
    }
    uint64_t rounds = tb_effort(t, 20000, 1000000);
    for (uint64_t i = 0; i < rounds; i++) {
        uint64_t req = tb_rand(t) & all;
        for (uint64_t k = tb_rand_below(t, 6); k > 0; k--) req &= tb_rand(t);
        check(t, req, (unsigned)tb_rand_below(t, n), n);
    }
    return 0;
}
