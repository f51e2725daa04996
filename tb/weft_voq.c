/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_voq against plain arrays: one queue a channel, identifiers unique among all queued
 * frames. Heads, flags and emptiness are compared in every cycle.
 */
/* tb-params: "-GCELLS=16" "-GCELLS=8 -GVCS=1" "-GCELLS=64 -GVCS=8" "" */
#include "tb.h"

#include <stdlib.h>
#include <string.h>

#define MAX_VCS 8

struct bench {
    tb *t;
    tb_sig *enq, *enq_vc, *enq_entry, *deq, *deq_vc, *nonempty, *multicast, *head;
    unsigned vcs, cells, idw, ew;
    uint64_t *queue[MAX_VCS]; /* rings of `cells` entries */
    unsigned first[MAX_VCS], count[MAX_VCS];
    unsigned *pool, pool_count; /* identifiers that are in no queue */
    uint64_t enqueued, dequeued, both, same, deepest;
};

static void compare(struct bench *b)
{
    tb *t = b->t;
    for (unsigned v = 0; v < b->vcs; v++) {
        uint64_t head = b->queue[v][b->first[v]];
        TB_EQ(t, tb_get_bits(b->nonempty, v, 1), b->count[v] != 0);
        TB_EQ(t, tb_get_bits(b->multicast, v, 1), b->count[v] && (head >> (b->ew - 1) & 1));
        if (b->count[v]) TB_EQ(t, tb_get_bits(b->head, v * 32, b->ew), head);
    }
}

/* One cycle: enqueue on channel `ev` and dequeue on channel `dv` (-1 is neither). */
static void step(struct bench *b, int ev, int dv)
{
    tb *t = b->t;
    if (ev >= 0 && b->pool_count == 0) ev = -1;
    if (dv >= 0 && b->count[dv] == 0) dv = -1;
    unsigned freed = 0;

    tb_set(b->deq, dv >= 0);
    tb_set(b->deq_vc, dv >= 0 ? (unsigned)dv : tb_rand_below(t, b->vcs));
    if (dv >= 0) {
        freed = (unsigned)(b->queue[dv][b->first[dv]] & ((1u << b->idw) - 1));
        b->first[dv] = (b->first[dv] + 1) % b->cells;
        b->count[dv]--;
        b->dequeued++;
    }
    tb_set(b->enq, ev >= 0);
    tb_set(b->enq_vc, ev >= 0 ? (unsigned)ev : tb_rand_below(t, b->vcs));
    if (ev >= 0) {
        unsigned k = (unsigned)tb_rand_below(t, b->pool_count), id = b->pool[k];
        uint64_t entry = (tb_rand(t) & 0x7fff) << b->idw | id;
        b->pool[k] = b->pool[--b->pool_count];
        b->queue[ev][(b->first[ev] + b->count[ev]) % b->cells] = entry;
        b->count[ev]++;
        if (b->count[ev] > b->deepest) b->deepest = b->count[ev];
        b->enqueued++;
        tb_set(b->enq_entry, entry);
    } else {
        tb_set(b->enq_entry, tb_rand(t));
    }
    if (dv >= 0) b->pool[b->pool_count++] = freed; /* free from the next cycle on */
    b->both += ev >= 0 && dv >= 0;
    b->same += ev >= 0 && ev == dv;
    tb_tick(t);
    compare(b);
}

static int some_full(struct bench *b, int start)
{
    for (unsigned k = 0; k < b->vcs; k++) {
        unsigned v = ((unsigned)start + k) % b->vcs;
        if (b->count[v]) return (int)v;
    }
    return -1;
}

static void drain(struct bench *b)
{
    for (int v; (v = some_full(b, (int)tb_rand_below(b->t, b->vcs))) >= 0;) step(b, -1, v);
    for (unsigned c = 0; c < 4; c++) step(b, -1, -1);
    TB_EQ(b->t, tb_get(b->nonempty), 0);
}

static void restart(struct bench *b)
{
    tb_set(b->enq, 0);
    tb_set(b->deq, 0);
    tb_reset(b->t, 2);
    memset(b->count, 0, sizeof b->count);
    b->pool_count = b->cells;
    for (unsigned k = 0; k < b->cells; k++) b->pool[k] = k;
    compare(b);
}

int tb_main(tb *t)
{
    struct bench b = {.t = t};
    b.enq = tb_sig_find(t, "enq_i");
    b.enq_vc = tb_sig_find(t, "enq_vc_i");
    b.enq_entry = tb_sig_find(t, "enq_entry_i");
    b.deq = tb_sig_find(t, "deq_i");
    b.deq_vc = tb_sig_find(t, "deq_vc_i");
    b.nonempty = tb_sig_find(t, "nonempty_o");
    b.multicast = tb_sig_find(t, "multicast_o");
    b.head = tb_sig_find(t, "head_o");
    b.vcs = (unsigned)tb_param(t, "VCS", 4);
    b.cells = (unsigned)tb_param(t, "CELLS", 4096);
    b.ew = tb_sig_width(b.enq_entry);
    b.idw = b.ew - 15;
    b.pool = calloc(b.cells, sizeof *b.pool);
    if (!b.pool) return 1;
    for (unsigned v = 0; v < b.vcs; v++)
        if (!(b.queue[v] = calloc(b.cells, sizeof *b.queue[v]))) return 1;
    restart(&b);

    /* One enqueue and one dequeue in every cycle, on one channel, at every depth that it can have.
     */
    for (unsigned v = 0; v < b.vcs; v++)
        for (unsigned depth = 1; depth < b.cells && depth <= 40; depth++) {
            while (b.count[v] < depth) step(&b, (int)v, -1);
            uint64_t before = b.both;
            for (unsigned c = 0; c < 64; c++) step(&b, (int)v, (int)v);
            TB_EQ(t, b.both - before, 64);
            drain(&b);
        }

    /* All identifiers in one queue. */
    for (unsigned v = 0; v < b.vcs; v++) {
        for (unsigned c = 0; c < b.cells; c++) step(&b, (int)v, -1);
        TB_EQ(t, b.count[v], b.cells);
        drain(&b);
    }

    uint64_t episodes = tb_effort(t, 3000, 100000);
    for (uint64_t e = 0; e < episodes && tb_failures(t) == 0; e++) {
        unsigned in = (unsigned)tb_rand_below(t, 101), out = (unsigned)tb_rand_below(t, 101);
        unsigned hot = (unsigned)tb_rand_below(t, 101); /* how often both meet on channel 0 */
        for (unsigned c = 0; c < 500; c++) {
            int ev = tb_chance(t, hot) ? 0 : (int)tb_rand_below(t, b.vcs);
            int dv = some_full(&b, tb_chance(t, hot) ? 0 : (int)tb_rand_below(t, b.vcs));
            step(&b, tb_chance(t, in) ? ev : -1, tb_chance(t, out) ? dv : -1);
        }
        if (e % 10 == 9) drain(&b);
        if (e % 100 == 99) restart(&b);
    }
    drain(&b);
    TB_CHECK(t, b.same > 1000);
    tb_note(t, "%llu frames in, %llu out, %llu cycles with both on one channel, deepest queue %llu",
            (unsigned long long)b.enqueued, (unsigned long long)b.dequeued,
            (unsigned long long)b.same, (unsigned long long)b.deepest);
    for (unsigned v = 0; v < b.vcs; v++) free(b.queue[v]);
    free(b.pool);
    return 0;
}
