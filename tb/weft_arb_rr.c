/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_arb_rr. Reference: a pointer that walks. Also measures the bound: a requester that
 * keeps its request sees at most N - 1 accepted grants of others; the bench fails when one is
 * exceeded and when the worst case never came up.
 */
/* tb-params: "-GN=5" "-GN=64" "-GN=1" */
#include "common/tb.h"

int tb_main(tb *t)
{
    tb_sig *req_i = tb_sig_find(t, "req_i"), *accept_i = tb_sig_find(t, "accept_i"),
           *gnt_o = tb_sig_find(t, "gnt_o"), *any_o = tb_sig_find(t, "any_o"),
           *idx_o = tb_sig_find(t, "idx_o");
    unsigned n = (unsigned)tb_param(t, "N", 4), ptr = 0, worst = 0, waited[64] = {0};
    uint64_t all = n < 64 ? (1ull << n) - 1 : ~0ull, req = 0, served[64] = {0};
    uint64_t rounds = tb_effort(t, 30000, 1000000);

    tb_set(req_i, 0);
    tb_set(accept_i, 0);
    tb_reset(t, 2);
    for (uint64_t i = 0; i < rounds; i++) {
        unsigned phase = (unsigned)(i / 1000 % 4), want = 0;
        bool accept = tb_chance(t, phase == 3 ? 30 : 80);
        uint64_t more = tb_rand(t) & all;
        for (unsigned k = 0; k < phase * 2; k++) more &= tb_rand(t);
        req |= phase == 0 ? all : more; /* a request stays until it is granted */
        tb_set(req_i, req);
        tb_set(accept_i, accept);
        tb_eval(t);
        if (req != 0)
            for (want = ptr; !(req >> want & 1);) want = (want + 1) % n;
        TB_EQ(t, tb_get(any_o), req != 0);
        TB_EQ(t, tb_get(idx_o), want);
        TB_EQ(t, tb_get(gnt_o), req != 0 ? 1ull << want : 0);
        tb_tick(t);
        if (accept && req != 0) {
            for (unsigned k = 0; k < n; k++) {
                if (k != want && (req >> k & 1) && ++waited[k] > worst) worst = waited[k];
            }
            waited[want] = 0;
            served[want]++;
            req &= ~(1ull << want);
            ptr = (want + 1) % n;
        }
    }
    TB_EQ(t, worst, n - 1);
    for (unsigned k = 0; k < n; k++) TB_CHECK(t, served[k] > 0);
    return 0;
}
