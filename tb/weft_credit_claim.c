/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_credit_claim. The bench owns heads, their costs and the credits of every pair of
 * (egress, VC), and a scheduler that is as unfair as it may: it matches the cheapest head that
 * fits. Asked for: only heads behind a claim are held, by the claim rule kept here in plain
 * counters; a watched head is passed by no more frames than the bound; everything ends when nothing
 * new comes.
 */
/* tb-params: "" "-GINPUTS=2 -GOUTPUTS=2 -GVCS=1 -GPATIENCE=2" "-GINPUTS=5 -GOUTPUTS=3 -GPATIENCE=5"
 * "-GINPUTS=16 -GOUTPUTS=16 -GVCS=2 -GPATIENCE=20" */
#include <string.h>

#include "tb.h"

#define MAX_IN    16
#define MAX_PAIRS 64
#define LARGEST   144u

struct input {
    unsigned cost[MAX_PAIRS]; /* credits of the head, 0: no head */
    /* reference of the watch */
    unsigned watch, passed;
    bool claim;
    unsigned frames;           /* of others that passed the watched head */
    bool held[MAX_PAIRS];      /* in this cycle */
    bool next_held[MAX_PAIRS]; /* in the next */
};

struct bench {
    tb *t;
    tb_sig *nonempty, *ok, *granted, *acc_valid, *acc_mask, *acc_vc, *hold;
    unsigned ins, outs, vcs, pairs, patience;
    struct input in[MAX_IN];
    unsigned avail[MAX_PAIRS];
    unsigned worst;
    uint64_t claims, large, small, held;
};

/* Who is held in the cycle after the next: all heads of a claimed pair but the lowest claim's. */
static void hold_next(struct bench *b)
{
    for (unsigned i = 0; i < b->ins; i++)
        for (unsigned k = 0; k < b->pairs; k++) {
            int first = -1;
            for (unsigned c = 0; c < b->ins && first < 0; c++)
                if (b->in[c].claim && b->in[c].watch == k) first = (int)c;
            b->in[i].next_held[k] = first >= 0 && first != (int)i;
        }
}

/* The next head that waits for credits, round robin. */
static void watch_on(struct bench *b, struct input *in)
{
    for (unsigned n = 1; n <= b->pairs; n++) {
        unsigned k = (in->watch + n) % b->pairs;
        if (in->cost[k] && b->avail[k] < LARGEST) {
            in->watch = k;
            break;
        }
    }
    in->passed = in->frames = 0;
    in->claim = false;
}

static void step(struct bench *b, unsigned busy, unsigned large, unsigned gives)
{
    tb *t = b->t;
    int match[MAX_PAIRS]; /* the ingress that is matched on the pair */
    bool used[MAX_IN] = {false};
    for (unsigned k = 0; k < b->pairs; k++) {
        match[k] = -1;
        if (tb_chance(t, gives)) b->avail[k] += 1 + (unsigned)tb_rand_below(t, 3);
        if (b->avail[k] > 2 * LARGEST) b->avail[k] = 2 * LARGEST;
        tb_set_bits(b->ok, k, 1, b->avail[k] >= LARGEST);
        for (unsigned i = 0; i < b->ins; i++) {
            unsigned *c = &b->in[i].cost[k];
            if (*c == 0 && tb_chance(t, busy))
                *c = tb_chance(t, large) ? LARGEST - (unsigned)tb_rand_below(t, 50)
                                         : 1 + (unsigned)tb_rand_below(t, 3);
            tb_set_bits(b->nonempty, i * b->pairs + k, 1, *c != 0);
        }
    }
    tb_eval(t);
    for (unsigned i = 0; i < b->ins; i++)
        for (unsigned k = 0; k < b->pairs; k++) {
            TB_EQ(t, tb_get_bits(b->hold, i * b->pairs + k, 1), b->in[i].held[k]);
            b->held += b->in[i].held[k];
        }
    /* The scheduler: an egress takes one frame a cycle, an ingress gives one. */
    tb_set(b->granted, 0);
    tb_set(b->acc_valid, 0);
    tb_set(b->acc_mask, 0);
    for (unsigned j = 0; j < b->outs; j++) {
        unsigned best = UINT32_MAX, pair = 0, who = 0;
        for (unsigned i = 0; i < b->ins; i++)
            for (unsigned v = 0; v < b->vcs; v++) {
                unsigned k = v * b->outs + j, c = b->in[i].cost[k];
                if (c == 0 || used[i] || b->in[i].held[k] || c > b->avail[k] || c >= best) continue;
                best = c;
                pair = k;
                who = i;
            }
        if (best == UINT32_MAX || tb_chance(t, 30)) continue;
        used[who] = true;
        match[pair] = (int)who;
        tb_set_bits(b->granted, pair, 1, 1);
        tb_set_bits(b->acc_valid, who, 1, 1);
        tb_set_bits(b->acc_mask, who * b->outs + j, 1, 1);
        tb_set_bits(b->acc_vc, who * 3, 3, pair / b->outs);
    }
    tb_tick(t);

    hold_next(b);
    for (unsigned i = 0; i < b->ins; i++) {
        struct input *in = &b->in[i];
        bool tight = false;
        for (unsigned k = 0; k < b->pairs; k++) tight |= in->cost[k] && b->avail[k] < LARGEST;
        const unsigned w = in->watch;
        if (tight || in->claim) {
            if (match[w] == (int)i || in->cost[w] == 0 || (!in->claim && b->avail[w] >= LARGEST)) {
                watch_on(b, in);
            } else if (match[w] >= 0) {
                in->frames++;
                if (in->frames > b->worst) b->worst = in->frames;
                if (!in->claim && ++in->passed == b->patience) {
                    in->claim = true;
                    b->claims++;
                }
                if (in->frames > b->patience + b->ins + 1)
                    tb_fail(t, "%u frames of others have passed the head %u of %u", in->frames, w,
                            i);
            }
        }
        for (unsigned k = 0; k < b->pairs; k++) in->held[k] = in->next_held[k];
    }
    for (unsigned k = 0; k < b->pairs; k++) {
        if (match[k] < 0) continue;
        unsigned *c = &b->in[match[k]].cost[k];
        b->avail[k] -= *c;
        b->large += *c > 3;
        b->small += *c <= 3;
        *c = 0;
    }
}

int tb_main(tb *t)
{
    static struct bench b;
    b.t = t;
    b.nonempty = tb_sig_find(t, "nonempty_i");
    b.ok = tb_sig_find(t, "ok_i");
    b.granted = tb_sig_find(t, "granted_i");
    b.acc_valid = tb_sig_find(t, "acc_valid_i");
    b.acc_mask = tb_sig_find(t, "acc_mask_i");
    b.acc_vc = tb_sig_find(t, "acc_vc_i");
    b.hold = tb_sig_find(t, "hold_o");
    b.ins = (unsigned)tb_param(t, "INPUTS", 8);
    b.outs = (unsigned)tb_param(t, "OUTPUTS", 8);
    b.vcs = (unsigned)tb_param(t, "VCS", 4);
    b.patience = (unsigned)tb_param(t, "PATIENCE", b.ins > 16 ? b.ins : 16);
    b.pairs = b.outs * b.vcs;
    const uint64_t episodes = tb_effort(t, 12, 200);
    for (uint64_t e = 0; e < episodes && tb_failures(t) == 0; e++) {
        memset(b.in, 0, sizeof b.in);
        memset(b.avail, 0, sizeof b.avail);
        tb_set(b.nonempty, 0);
        tb_set(b.ok, 0);
        tb_set(b.granted, 0);
        tb_set(b.acc_valid, 0);
        tb_reset(t, 2);
        const unsigned busy = e % 3 ? 100 : 5 + (unsigned)tb_rand_below(t, 50);
        const unsigned large = 1 + (unsigned)tb_rand_below(t, 30);
        const unsigned gives = 20 + (unsigned)tb_rand_below(t, 60);
        for (unsigned c = 0; c < 4000; c++) step(&b, busy, large, gives);
        for (unsigned c = 0; c < 4000; c++) step(&b, 0, 0, 100);
        for (unsigned i = 0; i < b.ins; i++)
            for (unsigned k = 0; k < b.pairs; k++) TB_EQ(t, b.in[i].cost[k], 0);
        TB_EQ(t, tb_get(b.hold), 0);
    }
    TB_CHECK(t, b.claims > 10 && b.large > 100);
    tb_note(
        t,
        "%llu small frames, %llu large, %llu claims; at most %u frames of others passed a watched "
        "head, bound %u",
        (unsigned long long)b.small, (unsigned long long)b.large, (unsigned long long)b.claims,
        b.worst, b.patience + b.ins + 1);
    return 0;
}
