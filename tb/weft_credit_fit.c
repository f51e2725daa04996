/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_credit_fit. The bench owns heads, lengths and credit accounts of every (egress, VC)
 * and asks for four things: what is offered fits now (never more than the credits), what fits is
 * offered within VCS * ENDPOINTS + 2 cycles, at most one new offer a cycle, and an offer stays
 * until the pair is matched or stops being tight.
 */
/* tb-params: "" "-GENDPOINTS=2 -GVCS=1" "-GENDPOINTS=5 -GVCS=3" "-GENDPOINTS=17 -GVCS=4" */
#include "tb.h"

#define MAX_PAIRS 512

#define IDW 12 /* default: the length stands above the identifier */

struct pair {
    bool head;      /* a frame waits */
    unsigned len;   /* its bytes without FCS */
    uint32_t avail; /* credits left */
    bool tight;     /* as driven in this cycle */
    bool offered;   /* fit_o in the cycle before */
    bool was_tight, was_granted;
    unsigned waited; /* cycles for which the head was tight and fitted without being offered */
};

struct bench {
    tb *t;
    tb_sig *tight, *entry, *granted, *avail, *shift, *ovhd, *fit;
    unsigned ends, vcs;
    unsigned eg_shift[64];
    int eg_ovhd[64];
    struct pair p[MAX_PAIRS];
    uint64_t offers, matches, worst, never;
};

/* Credits of a frame, in plain arithmetic: ceil((len + FCS + overhead) / credit size), at least 1.
 */
static uint32_t cost(const struct bench *b, unsigned j, unsigned len)
{
    int shift = (int)b->eg_shift[j], ovhd = b->eg_ovhd[j];
    if (shift < 5) shift = 5;
    if (shift > 11) shift = 11;
    if (ovhd < -16) ovhd = -16;
    int bytes = (int)len + 4 + ovhd, size = 1 << shift, n = 0;
    while (n * size < bytes) n++;
    return n ? (uint32_t)n : 1;
}

static void configure(struct bench *b)
{
    for (unsigned j = 0; j < b->ends; j++) {
        bool wild = tb_chance(b->t, 20);
        b->eg_shift[j] = wild ? (unsigned)tb_rand_below(b->t, 16) : 6;
        b->eg_ovhd[j] = wild ? (int)tb_rand_below(b->t, 256) - 128 : 0;
        tb_set_bits(b->shift, j * 4, 4, b->eg_shift[j]);
        tb_set_bits(b->ovhd, j * 8, 8, (uint64_t)b->eg_ovhd[j]);
    }
    for (unsigned k = 0; k < b->vcs * b->ends; k++) b->p[k] = (struct pair){0};
    tb_set(b->tight, 0);
    tb_set(b->granted, 0);
    tb_reset(b->t, 2);
    TB_EQ(b->t, tb_get(b->fit), 0);
}

/* One cycle: heads come and go, credits come back, some pairs are matched. */
static void step(struct bench *b, unsigned busy, unsigned gives, unsigned others)
{
    tb *t = b->t;
    unsigned n = b->vcs * b->ends, fresh = 0;
    bool granted[MAX_PAIRS];

    for (unsigned k = 0; k < n; k++) {
        struct pair *p = &b->p[k];
        unsigned v = k / b->ends, j = k % b->ends;
        uint32_t largest = cost(b, j, 9216);
        if (!p->head && tb_chance(t, busy)) {
            p->head = true;
            p->len = tb_chance(t, 50) ? 60 + (unsigned)tb_rand_below(t, 200)
                                      : 1 + (unsigned)tb_rand_below(t, 9216);
        }
        if (tb_chance(t, gives))
            p->avail += 1 + (uint32_t)tb_rand_below(t, tb_chance(t, 10) ? 200 : 4);
        if (p->avail > 0xfffff) p->avail = 0xfffff;
        p->tight = p->head && p->avail < largest;
        if (!p->tight) p->waited = 0;
        tb_set_bits(b->tight, k, 1, p->tight);
        /* Lengths of absent heads and credits of others must not matter. */
        uint64_t entry = tb_rand(t) & 0xffffffff;
        if (p->head) entry = (entry & ~(0x3fffull << IDW)) | (uint64_t)p->len << IDW;
        tb_set_bits(b->entry, (j * b->vcs + v) * 32, 32, entry);
        tb_set_bits(b->avail, (j * b->vcs + v) * 20, 20, p->avail);
    }
    tb_eval(t);

    for (unsigned k = 0; k < n; k++) {
        struct pair *p = &b->p[k];
        unsigned v = k / b->ends, j = k % b->ends;
        bool offer = tb_get_bits(b->fit, k, 1);
        bool fits = p->head && cost(b, j, p->len) <= p->avail;
        if (offer && p->head && !fits)
            tb_fail(t, "egress %u VC %u: offered, costs %u of %u credits", j, v, cost(b, j, p->len),
                    p->avail);
        if (offer && !p->head) tb_fail(t, "egress %u VC %u: offered without a frame", j, v);
        if (offer && !p->offered) {
            fresh++;
            if (!p->was_tight) tb_fail(t, "egress %u VC %u: offered but was not tight", j, v);
        }
        if (offer && p->was_granted) tb_fail(t, "egress %u VC %u: offered after a match", j, v);
        if (!offer && p->offered && p->was_tight && !p->was_granted)
            tb_fail(t, "egress %u VC %u: forgotten without a match", j, v);
        if (offer && !p->offered) b->offers++;

        /* Matched by us (only what was offered, or has plenty) or by another ingress. */
        bool mine = p->head && (!p->tight || offer) && tb_chance(t, 20);
        granted[k] = mine || tb_chance(t, others);
        tb_set_bits(b->granted, k, 1, granted[k]);

        if (p->tight && fits && !offer) {
            if (++p->waited > b->worst) b->worst = p->waited;
            if (p->waited > n + 2)
                tb_fail(t, "egress %u VC %u: fits, unseen for %u cycles", j, v, p->waited);
        } else {
            p->waited = 0;
        }
        if (p->tight && !fits) b->never++;
        p->was_tight = p->tight;
        p->was_granted = granted[k];
        p->offered = offer;
        if (granted[k]) {
            uint32_t take = mine ? cost(b, j, p->len) : (uint32_t)tb_rand_below(t, p->avail + 1);
            p->avail -= take;
            p->waited = 0;
            if (mine) {
                p->head = false;
                b->matches++;
            }
        }
    }
    if (fresh > 1) tb_fail(t, "%u new offers in one cycle", fresh);
    tb_tick(t);
}

int tb_main(tb *t)
{
    struct bench b = {.t = t};
    b.tight = tb_sig_find(t, "tight_i");
    b.entry = tb_sig_find(t, "head_i");
    b.granted = tb_sig_find(t, "granted_i");
    b.avail = tb_sig_find(t, "avail_i");
    b.shift = tb_sig_find(t, "shift_i");
    b.ovhd = tb_sig_find(t, "ovhd_i");
    b.fit = tb_sig_find(t, "fit_o");
    b.ends = (unsigned)tb_param(t, "ENDPOINTS", 8);
    b.vcs = (unsigned)tb_param(t, "VCS", 4);

    uint64_t episodes = tb_effort(t, 4000, 80000) / (b.vcs * b.ends);
    for (uint64_t e = 0; e < episodes && tb_failures(t) == 0; e++) {
        configure(&b);
        unsigned busy = 1 + (unsigned)tb_rand_below(t, 60), gives = (unsigned)tb_rand_below(t, 60);
        unsigned others = tb_chance(t, 30) ? 0 : (unsigned)tb_rand_below(t, 30);
        for (unsigned c = 0; c < 2000; c++) step(&b, busy, gives, others);
        for (unsigned c = 0; c < 2000; c++)
            step(&b, 0, 100, 0); /* no new frames: all are matched */
        for (unsigned k = 0; k < b.vcs * b.ends; k++) TB_CHECK(t, !b.p[k].head);
        TB_EQ(t, tb_get(b.fit), 0);
    }
    TB_CHECK(t, b.never > 1000);
    tb_note(t, "%llu offers, %llu matches; worst wait of a head that fits %llu cycles, bound %u",
            (unsigned long long)b.offers, (unsigned long long)b.matches,
            (unsigned long long)b.worst, b.vcs * b.ends + 2);
    return 0;
}
