/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_voq against plain arrays: one queue an egress and channel, identifiers unique among
 * all queued frames; a frame enters the queues of a set of egresses and leaves each in any set.
 * Heads, flags and emptiness are compared in every cycle.
 */
/* tb-params: "-GCELLS=16" "-GCELLS=8 -GVCS=1" "-GCELLS=64 -GVCS=8" "" "-GCELLS=16 -GENDPOINTS=5"
 * "-GCELLS=32 -GENDPOINTS=8" */
#include "tb.h"

#include <stdlib.h>
#include <string.h>

#define MAX_VCS  8
#define MAX_ENDS 8

struct bench {
    tb *t;
    tb_sig *enq, *enq_vc, *enq_entry, *deq, *deq_vc, *nonempty, *multicast, *head;
    unsigned ends, vcs, cells, idw, ew;
    struct {
        uint64_t *ring; /* `cells` entries */
        unsigned first, count;
    } queue[MAX_ENDS][MAX_VCS];
    unsigned *copies;           /* of each identifier: queues that it stands in */
    unsigned *pool, pool_count; /* identifiers that are in no queue */
    uint64_t enqueued, dequeued, both, same, deepest;
};

static void compare(struct bench *b)
{
    tb *t = b->t;
    for (unsigned j = 0; j < b->ends; j++)
        for (unsigned v = 0; v < b->vcs; v++) {
            unsigned count = b->queue[j][v].count, flag = v * b->ends + j;
            uint64_t head = b->queue[j][v].ring[b->queue[j][v].first];
            TB_EQ(t, tb_get_bits(b->nonempty, flag, 1), count != 0);
            TB_EQ(t, tb_get_bits(b->multicast, flag, 1), count && (head >> (b->ew - 1) & 1));
            if (count) TB_EQ(t, tb_get_bits(b->head, (j * b->vcs + v) * 32, b->ew), head);
        }
}

/* Egresses that have a frame on channel v. */
static unsigned full(const struct bench *b, unsigned v)
{
    unsigned mask = 0;
    for (unsigned j = 0; j < b->ends; j++) mask |= (unsigned)(b->queue[j][v].count != 0) << j;
    return mask;
}

/* Any part of `mask`; not empty, if mask is not. */
static unsigned part(struct bench *b, unsigned mask)
{
    unsigned some = mask & (unsigned)tb_rand_below(b->t, 1u << b->ends);
    return some ? some : mask;
}

/* Takes the heads of channel v at the egresses in mask; identifiers that are free then go to
 * `freed`. Returns how many. */
static unsigned dequeue(struct bench *b, unsigned mask, unsigned v, unsigned *freed)
{
    unsigned n = 0;
    for (unsigned j = 0; j < b->ends; j++) {
        if (!(mask >> j & 1)) continue;
        uint64_t entry = b->queue[j][v].ring[b->queue[j][v].first];
        unsigned id = (unsigned)(entry & ((1u << b->idw) - 1));
        b->queue[j][v].first = (b->queue[j][v].first + 1) % b->cells;
        b->queue[j][v].count--;
        b->dequeued++;
        if (--b->copies[id] == 0) freed[n++] = id;
    }
    return n;
}

static uint64_t enqueue(struct bench *b, unsigned mask, unsigned v)
{
    unsigned k = (unsigned)tb_rand_below(b->t, b->pool_count), id = b->pool[k];
    uint64_t entry = (tb_rand(b->t) & 0x7fff) << b->idw | id;
    b->pool[k] = b->pool[--b->pool_count];
    for (unsigned j = 0; j < b->ends; j++) {
        if (!(mask >> j & 1)) continue;
        unsigned place = (b->queue[j][v].first + b->queue[j][v].count) % b->cells;
        b->queue[j][v].ring[place] = entry;
        b->queue[j][v].count++;
        if (b->queue[j][v].count > b->deepest) b->deepest = b->queue[j][v].count;
        b->copies[id]++;
        b->enqueued++;
    }
    return entry;
}

/* One cycle: enqueue on channel `ev` and dequeue on channel `dv` (-1 is neither). */
static void step(struct bench *b, int ev, int dv)
{
    tb *t = b->t;
    unsigned freed[MAX_ENDS], n = 0;
    unsigned in = ev >= 0 && b->pool_count ? part(b, (1u << b->ends) - 1) : 0;
    unsigned out = dv >= 0 ? part(b, full(b, (unsigned)dv)) : 0;

    tb_set(b->deq, out);
    tb_set(b->deq_vc, out ? (unsigned)dv : tb_rand_below(t, b->vcs));
    if (out) n = dequeue(b, out, (unsigned)dv, freed);
    tb_set(b->enq, in);
    tb_set(b->enq_vc, in ? (unsigned)ev : tb_rand_below(t, b->vcs));
    tb_set(b->enq_entry, in ? enqueue(b, in, (unsigned)ev) : tb_rand(t));
    while (n) b->pool[b->pool_count++] = freed[--n]; /* free from the next cycle on */
    b->both += in && out;
    b->same += in && out && ev == dv;
    tb_tick(t);
    compare(b);
}

static int some_full(struct bench *b, int start)
{
    for (unsigned k = 0; k < b->vcs; k++) {
        unsigned v = ((unsigned)start + k) % b->vcs;
        if (full(b, v)) return (int)v;
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
    for (unsigned j = 0; j < b->ends; j++)
        for (unsigned v = 0; v < b->vcs; v++) b->queue[j][v].count = 0;
    memset(b->copies, 0, b->cells * sizeof *b->copies);
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
    b.ends = (unsigned)tb_param(t, "ENDPOINTS", 1);
    b.vcs = (unsigned)tb_param(t, "VCS", 4);
    b.cells = (unsigned)tb_param(t, "CELLS", 4096);
    b.ew = tb_sig_width(b.enq_entry);
    b.idw = b.ew - 15;
    b.pool = calloc(b.cells, sizeof *b.pool);
    b.copies = calloc(b.cells, sizeof *b.copies);
    uint64_t *rings = calloc((size_t)b.ends * b.vcs * b.cells, sizeof *rings);
    if (!b.pool || !b.copies || !rings) return 1;
    for (unsigned j = 0; j < b.ends; j++)
        for (unsigned v = 0; v < b.vcs; v++)
            b.queue[j][v].ring = rings + (size_t)(j * b.vcs + v) * b.cells;
    restart(&b);

    /* One enqueue and one dequeue in every cycle, on one channel, from every depth on. */
    for (unsigned v = 0; v < b.vcs; v++)
        for (unsigned depth = 1; depth < b.cells && depth <= 40; depth++) {
            for (unsigned c = 0; c < depth; c++) step(&b, (int)v, -1);
            uint64_t before = b.both;
            for (unsigned c = 0; c < 64; c++) step(&b, (int)v, (int)v);
            if (b.ends == 1) TB_EQ(t, b.both - before, 64);
            drain(&b);
        }

    /* All identifiers in one queue. */
    for (unsigned v = 0; v < b.vcs; v++) {
        for (unsigned c = 0; c < b.cells; c++) step(&b, (int)v, -1);
        TB_EQ(t, b.pool_count, 0);
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
    free(rings);
    free(b.copies);
    free(b.pool);
    return 0;
}
