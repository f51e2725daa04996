/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_multicast_pending against one mask a frame. The bench plays queues and scheduler:
 * frames appear with a mask, copies start towards random parts of what is left, unicast frames
 * start in between, up to one start and one new frame a cycle. final_o is compared in every cycle,
 * also while it must hold.
 */
/* tb-params: "-GCELLS=16 -GENDPOINTS=4" "-GCELLS=64" "-GCELLS=256 -GENDPOINTS=64"
   "-GCELLS=16 -GENDPOINTS=2" */
#include "tb.h"

#include <string.h>

#define MAX_FRAMES 4096

enum state { ABSENT, QUEUED, LEAVING };

struct bench {
    tb *t;
    tb_sig *new_frame, *new_id, *new_mask, *start, *multi, *start_id, *start_mask, *wait, *final,
        *error;
    unsigned cells, ends;
    enum state state[MAX_FRAMES];
    uint64_t left[MAX_FRAMES]; /* egresses that are still to be reached */
    uint64_t
        since[MAX_FRAMES]; /* cycle in which it was queued or began to leave for the last time */
    uint64_t cycle;
    bool waited;                                   /* wait_o in the cycle before this one */
    bool known, final_now, pend_known[3], pend[3]; /* final_o: now, and what starts make of it */
    bool pend_any[3];
    unsigned wait_run, news_run, quiet;
    uint64_t news, starts, finals, splits, back_to_back, worst_wait, worst_dense_wait;
    bool last_start;
    unsigned last_id;
};

static uint64_t mask_of(struct bench *b, unsigned copies)
{
    uint64_t m = 0;
    for (unsigned k = 0; k < copies; k++) m |= UINT64_C(1) << tb_rand_below(b->t, b->ends);
    return m;
}

/* One cycle. dense: new frames may come in every cycle, else in at most two of three cycles. */
static void step(struct bench *b, unsigned fresh, unsigned starts, unsigned unicast, bool dense)
{
    tb *t = b->t;
    uint64_t c = b->cycle++;

    /* The start of this cycle, which was matched in the cycle before. */
    bool start = false, multi = false, is_final = false;
    unsigned id = (unsigned)tb_rand_below(t, b->cells);
    uint64_t mask = tb_rand(t);
    if (!b->waited && tb_chance(t, starts)) {
        if (tb_chance(t, unicast)) {
            start = is_final = true;
        } else {
            unsigned from = tb_chance(t, 50) ? b->last_id : id;
            for (unsigned k = 0; k < b->cells && !start; k++) {
                unsigned f = (from + k) % b->cells;
                /* Queued in cycle s, matched in s + 1, started in s + 2. */
                if (b->state[f] != QUEUED || c < b->since[f] + 2) continue;
                start = multi = true;
                id = f;
                mask = tb_chance(t, 40) ? b->left[f] : b->left[f] & tb_rand(t);
                if (!mask) mask = b->left[f] & -b->left[f];
                if (mask != b->left[f]) b->splits++;
                b->left[f] &= ~mask;
                is_final = b->left[f] == 0;
                if (is_final) {
                    b->state[f] = LEAVING;
                    b->since[f] = c;
                    b->finals++;
                }
                if (b->last_start && b->last_id == f) b->back_to_back++;
            }
        }
    }
    b->last_start = start && multi;
    if (multi) b->last_id = id;
    b->starts += start;
    tb_set(b->start, start);
    tb_set(b->multi, start ? multi : tb_chance(t, 50));
    tb_set(b->start_id, id);
    tb_set(b->start_mask, mask);

    /* A new frame: its cells were given back after the last copy, so never before 4 cycles. */
    bool add = false;
    unsigned nid = (unsigned)tb_rand_below(t, b->cells);
    uint64_t nmask = tb_rand(t);
    if (tb_chance(t, fresh) && (dense || b->news_run < 2)) {
        for (unsigned k = 0; k < b->cells && !add; k++) {
            unsigned f = (nid + k) % b->cells;
            if (b->state[f] == QUEUED) continue;
            if (b->state[f] == LEAVING && c < b->since[f] + 4) continue;
            do nmask = mask_of(b, 2 + (unsigned)tb_rand_below(t, 6));
            while ((nmask & (nmask - 1)) == 0);
            add = true;
            nid = f;
            b->state[f] = QUEUED;
            b->left[f] = nmask;
            b->since[f] = c;
            b->news++;
        }
    }
    b->news_run = add ? b->news_run + 1 : 0;
    tb_set(b->new_frame, add);
    tb_set(b->new_id, nid);
    tb_set(b->new_mask, nmask);

    tb_eval(t);
    /* final_o stands 2 cycles after the start and holds until 2 cycles after the next one. */
    if (b->pend_any[1]) {
        b->known = true;
        b->final_now = b->pend[1];
    }
    if (b->known) TB_EQ(t, tb_get(b->final), b->final_now);
    TB_EQ(t, tb_get(b->error), 0);
    b->waited = tb_get(b->wait);
    b->wait_run = b->waited ? b->wait_run + 1 : 0;
    if (dense)
        b->quiet = 0;
    else if (!b->waited)
        b->quiet = 1; /* from here on only the sparse rule has been at work */
    if (!dense && b->quiet) {
        if (b->wait_run > b->worst_wait) b->worst_wait = b->wait_run;
        if (b->wait_run > 9) tb_fail(t, "wait_o has been up for %u cycles", b->wait_run);
    } else if (b->wait_run > b->worst_dense_wait) {
        b->worst_dense_wait = b->wait_run;
    }
    b->pend_any[1] = b->pend_any[0];
    b->pend[1] = b->pend[0];
    b->pend_any[0] = start;
    b->pend[0] = is_final;
    tb_tick(t);
}

int tb_main(tb *t)
{
    static struct bench b;
    b.t = t;
    b.new_frame = tb_sig_find(t, "new_i");
    b.new_id = tb_sig_find(t, "new_id_i");
    b.new_mask = tb_sig_find(t, "new_mask_i");
    b.start = tb_sig_find(t, "start_i");
    b.multi = tb_sig_find(t, "start_multi_i");
    b.start_id = tb_sig_find(t, "start_id_i");
    b.start_mask = tb_sig_find(t, "start_mask_i");
    b.wait = tb_sig_find(t, "wait_o");
    b.final = tb_sig_find(t, "final_o");
    b.error = tb_sig_find(t, "error_o");
    b.cells = (unsigned)tb_param(t, "CELLS", 4096);
    b.ends = (unsigned)tb_param(t, "ENDPOINTS", 8);
    tb_reset(t, 3);
    TB_EQ(t, tb_get(b.wait), 0);

    uint64_t episodes = tb_effort(t, 1500, 30000);
    for (uint64_t e = 0; e < episodes && tb_failures(t) == 0; e++) {
        unsigned fresh = 5 + (unsigned)tb_rand_below(t, 96),
                 starts = (unsigned)tb_rand_below(t, 101);
        unsigned unicast = (unsigned)tb_rand_below(t, 60);
        bool dense = tb_chance(t, 30);
        for (unsigned c = 0; c < 500; c++) step(&b, fresh, starts, unicast, dense);
        if (e % 20 != 19) continue;
        /* Drain: every frame ends with exactly one last copy. */
        for (unsigned c = 0; c < 4 * b.cells * b.ends; c++) step(&b, 0, 100, 0, false);
        for (unsigned f = 0; f < b.cells; f++) TB_CHECK(t, b.state[f] != QUEUED);
        TB_EQ(t, b.news, b.finals);
        TB_EQ(t, tb_get(b.wait), 0);
    }
    TB_CHECK(t, b.splits > 1000);
    TB_CHECK(t, b.back_to_back > 1000);
    tb_note(t,
            "%llu frames, %llu starts, %llu on the heels of a copy of the same frame; longest wait "
            "%llu "
            "cycles, %llu with a new frame in every cycle",
            (unsigned long long)b.news, (unsigned long long)b.starts,
            (unsigned long long)b.back_to_back, (unsigned long long)b.worst_wait,
            (unsigned long long)b.worst_dense_wait);
    return 0;
}
