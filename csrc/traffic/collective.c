/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * collective.c: the standard algorithms. Ring for all-reduce, all-gather and reduce-scatter; direct
 * for all-to-all, gather and scatter; binomial tree for broadcast and reduce; dissemination for the
 * barrier. docs/traces.md describes them.
 */
#include "traffic/plan.h"

#include <stdio.h>
#include <string.h>

#define MAX_RANKS WEFT_MAX_PORTS

const char *weft_coll_name(unsigned type)
{
    static const char *const names[] = {
        "all-reduce", "reduce",     "all-gather",     "gather",         "scatter",
        "broadcast",  "all-to-all", "reduce-scatter", "reduce-scatter", "barrier"};
    return type < sizeof names / sizeof names[0] ? names[type] : NULL;
}

typedef struct {
    weft_plan *p;
    const weft_coll_spec *c;
    const uint32_t *begin, *end;
    uint64_t region;
    uint64_t base[MAX_RANKS]; /* where the vector of a rank stands */
    const char *what;
} work;

/* A message whose send comes after `after` (NONE: after begin). What arrives is copied or added at
 * to_addr. Returns the receive; nothing is sent, and NONE returned, for no bytes. */
static uint32_t move(work *w, unsigned src, unsigned dst, uint64_t from_addr, uint64_t to_addr,
                     uint64_t len, weft_apply how, uint32_t after)
{
    if (len == 0) return WEFT_PLAN_NONE;
    const uint32_t m = weft_plan_msg_add(w->p, src, dst, len, false, from_addr, w->c->nodes[src],
                                         w->c->nodes[dst], w->what, w->what);
    if (m == WEFT_PLAN_NONE) return m;
    const uint32_t send = w->p->msgs[m].send_op, recv = w->p->msgs[m].recv_op;
    weft_plan_after(w->p, w->begin[src], send);
    weft_plan_after(w->p, after, send);
    weft_plan_after(w->p, send, w->end[src]);
    weft_plan_after(w->p, w->begin[dst], recv);
    weft_plan_after(w->p, recv, w->end[dst]);
    weft_plan_apply_add(w->p, recv, m, how, w->c->dtype, to_addr);
    return recv;
}

/* Byte position of chunk k of n of a vector; chunks hold whole elements of `unit` bytes. */
static uint64_t cut(uint64_t bytes, unsigned k, unsigned n, unsigned unit)
{
    const uint64_t items = bytes / unit;
    return k == n ? bytes : (items / n * k + items % n * k / n) * unit;
}

static void vector(work *w, unsigned rank, uint64_t bytes)
{
    w->base[rank] = weft_plan_alloc(w->p, rank, bytes);
}

static void fill(work *w, unsigned rank, uint64_t addr, uint64_t len, uint64_t offset)
{
    if (len) weft_plan_fill_add(w->p, rank, addr, len, w->region, rank, offset, w->c->dtype);
}

static void check(work *w, unsigned rank, uint64_t addr, uint64_t len, uint64_t offset,
                  const uint32_t *counts)
{
    if (len) weft_plan_check_add(w->p, rank, addr, len, w->region, offset, counts, w->c->dtype);
}

static void check_from(work *w, unsigned rank, uint64_t addr, uint64_t len, uint64_t offset,
                       unsigned from)
{
    uint32_t counts[MAX_RANKS] = {0};
    counts[from] = 1;
    check(w, rank, addr, len, offset, counts);
}

/* N-1 steps round the ring. In step s, rank r sends chunk (r + shift - s) mod N, which is what came
 * in step s-1 (before: last[r]). at[k] are the N+1 borders of the chunks. */
static void ring(work *w, const uint64_t *at, unsigned shift, weft_apply how, uint32_t *last)
{
    const unsigned n = w->p->ranks;
    for (unsigned s = 0; s + 1 < n; s++) {
        uint32_t came[MAX_RANKS] = {0};
        for (unsigned r = 0; r < n; r++) {
            const unsigned k = (r + shift + n - s) % n, to = (r + 1) % n;
            came[to] = move(w, r, to, w->base[r] + at[k], w->base[to] + at[k], at[k + 1] - at[k],
                            how, last[r]);
        }
        memcpy(last, came, n * sizeof *last);
    }
}

static void reduction(work *w, bool gather_after)
{
    const unsigned n = w->p->ranks;
    uint64_t at[MAX_RANKS + 1];
    uint32_t last[MAX_RANKS], all[MAX_RANKS];
    for (unsigned k = 0; k <= n; k++) at[k] = cut(w->c->bytes, k, n, 4);
    for (unsigned r = 0; r < n; r++) {
        vector(w, r, w->c->bytes);
        fill(w, r, w->base[r], w->c->bytes, 0);
        last[r] = WEFT_PLAN_NONE;
        all[r] = 1;
    }
    if (gather_after) {
        /* After the first round rank r holds the sum of chunk r + 1, and passes that on. */
        ring(w, at, 0, WEFT_APPLY_ADD, last);
        ring(w, at, 1, WEFT_APPLY_COPY, last);
        for (unsigned r = 0; r < n; r++) check(w, r, w->base[r], w->c->bytes, 0, all);
    } else {
        /* One step further back: rank r ends with chunk r, as the collective demands. */
        ring(w, at, n - 1, WEFT_APPLY_ADD, last);
        for (unsigned r = 0; r < n; r++)
            check(w, r, w->base[r] + at[r], at[r + 1] - at[r], at[r], all);
    }
}

static void all_gather(work *w)
{
    const unsigned n = w->p->ranks;
    const uint64_t b = w->c->bytes;
    uint64_t at[MAX_RANKS + 1];
    uint32_t last[MAX_RANKS];
    for (unsigned k = 0; k <= n; k++) at[k] = b * k;
    for (unsigned r = 0; r < n; r++) {
        vector(w, r, b * n);
        fill(w, r, w->base[r] + at[r], b, 0);
        last[r] = WEFT_PLAN_NONE;
    }
    ring(w, at, 0, WEFT_APPLY_COPY, last);
    for (unsigned r = 0; r < n; r++)
        for (unsigned q = 0; q < n; q++) check_from(w, r, w->base[r] + at[q], b, 0, q);
}

static void all_to_all(work *w)
{
    const unsigned n = w->p->ranks;
    uint64_t at[MAX_RANKS + 1], out[MAX_RANKS];
    for (unsigned k = 0; k <= n; k++) at[k] = cut(w->c->bytes, k, n, 1);
    for (unsigned r = 0; r < n; r++) {
        const uint64_t mine = at[r + 1] - at[r];
        vector(w, r, w->c->bytes);
        fill(w, r, w->base[r], w->c->bytes, 0);
        out[r] = weft_plan_alloc(w->p, r, mine * n);
        /* A rank's block for itself does not cross the switch. */
        fill(w, r, out[r] + mine * r, mine, at[r]);
    }
    for (unsigned s = 1; s < n; s++)
        for (unsigned r = 0; r < n; r++) {
            const unsigned to = (r + s) % n;
            const uint64_t len = at[to + 1] - at[to];
            move(w, r, to, w->base[r] + at[to], out[to] + len * r, len, WEFT_APPLY_COPY,
                 WEFT_PLAN_NONE);
        }
    for (unsigned r = 0; r < n; r++)
        for (unsigned q = 0; q < n; q++)
            check_from(w, r, out[r] + (at[r + 1] - at[r]) * q, at[r + 1] - at[r], at[r], q);
}

/* Binomial tree over v = rank relative to the root: v's parent is v without its lowest 1. */
static void broadcast(work *w)
{
    const unsigned n = w->p->ranks, root = w->c->root;
    uint32_t got[MAX_RANKS];
    unsigned high = 1;
    while (high < n) high *= 2;
    for (unsigned r = 0; r < n; r++) {
        vector(w, r, w->c->bytes);
        got[r] = WEFT_PLAN_NONE;
    }
    fill(w, root, w->base[root], w->c->bytes, 0);
    for (unsigned bit = high / 2; bit > 0; bit /= 2)
        for (unsigned v = 0; v + bit < n; v += 2 * bit) {
            const unsigned from = (v + root) % n, to = (v + bit + root) % n;
            got[to] = move(w, from, to, w->base[from], w->base[to], w->c->bytes, WEFT_APPLY_COPY,
                           got[from]);
        }
    for (unsigned r = 0; r < n; r++) check_from(w, r, w->base[r], w->c->bytes, 0, root);
}

static void reduce(work *w)
{
    const unsigned n = w->p->ranks, root = w->c->root;
    uint32_t last[MAX_RANKS], all[MAX_RANKS];
    for (unsigned r = 0; r < n; r++) {
        vector(w, r, w->c->bytes);
        fill(w, r, w->base[r], w->c->bytes, 0);
        last[r] = WEFT_PLAN_NONE;
        all[r] = 1;
    }
    for (unsigned bit = 1; bit < n; bit *= 2)
        for (unsigned v = 0; v + bit < n; v += 2 * bit) {
            const unsigned to = (v + root) % n, from = (v + bit + root) % n;
            /* What `from` sends on holds all that came to it: each receive waits for the one
             * before, so that the last of them stands for all. */
            const uint32_t recv = move(w, from, to, w->base[from], w->base[to], w->c->bytes,
                                       WEFT_APPLY_ADD, last[from]);
            weft_plan_after(w->p, last[to], recv);
            last[to] = recv;
        }
    check(w, root, w->base[root], w->c->bytes, 0, all);
}

static void gather(work *w)
{
    const unsigned n = w->p->ranks, root = w->c->root;
    const uint64_t b = w->c->bytes;
    for (unsigned r = 0; r < n; r++) {
        vector(w, r, b);
        fill(w, r, w->base[r], b, 0);
    }
    const uint64_t out = weft_plan_alloc(w->p, root, b * n);
    fill(w, root, out + b * root, b, 0);
    for (unsigned s = 1; s < n; s++) {
        const unsigned r = (root + s) % n;
        move(w, r, root, w->base[r], out + b * r, b, WEFT_APPLY_COPY, WEFT_PLAN_NONE);
    }
    for (unsigned r = 0; r < n; r++) check_from(w, root, out + b * r, b, 0, r);
}

static void scatter(work *w)
{
    const unsigned n = w->p->ranks, root = w->c->root;
    uint64_t at[MAX_RANKS + 1];
    for (unsigned k = 0; k <= n; k++) at[k] = cut(w->c->bytes, k, n, 1);
    const uint64_t in = weft_plan_alloc(w->p, root, w->c->bytes);
    fill(w, root, in, w->c->bytes, 0);
    for (unsigned s = 0; s < n; s++) {
        const unsigned r = (root + s) % n;
        const uint64_t len = at[r + 1] - at[r];
        vector(w, r, len);
        if (r == root)
            fill(w, r, w->base[r], len, at[r]);
        else
            move(w, root, r, in + at[r], w->base[r], len, WEFT_APPLY_COPY, WEFT_PLAN_NONE);
        check_from(w, r, w->base[r], len, at[r], root);
    }
}

/* In round k every rank sends to the one 2^k further on, after what it got in round k-1. */
static void barrier(work *w)
{
    const unsigned n = w->p->ranks;
    uint32_t last[MAX_RANKS], came[MAX_RANKS];
    for (unsigned r = 0; r < n; r++) last[r] = WEFT_PLAN_NONE;
    for (unsigned step = 1; step < n; step *= 2) {
        for (unsigned r = 0; r < n; r++) {
            const unsigned to = (r + step) % n;
            const uint32_t m = weft_plan_msg_add(w->p, r, to, 8, true, 0, w->c->nodes[r],
                                                 w->c->nodes[to], w->what, w->what);
            came[to] = WEFT_PLAN_NONE;
            if (m == WEFT_PLAN_NONE) continue;
            weft_plan_after(w->p, w->begin[r], w->p->msgs[m].send_op);
            weft_plan_after(w->p, last[r], w->p->msgs[m].send_op);
            weft_plan_after(w->p, w->p->msgs[m].send_op, w->end[r]);
            weft_plan_after(w->p, w->begin[to], w->p->msgs[m].recv_op);
            weft_plan_after(w->p, w->p->msgs[m].recv_op, w->end[to]);
            came[to] = w->p->msgs[m].recv_op;
        }
        memcpy(last, came, n * sizeof *last);
    }
}

int weft_coll_expand(weft_plan *p, const weft_coll_spec *c, uint32_t *begin, uint32_t *end,
                     char *err, size_t err_len)
{
    const char *name = weft_coll_name(c->type);
    if (!name) {
        snprintf(err, err_len, "collective type %u is not known", c->type);
        return -1;
    }
    if (c->root >= p->ranks) {
        snprintf(err, err_len, "root %u of a %s is not one of the %u ranks", c->root, name,
                 p->ranks);
        return -1;
    }
    const bool adds = c->type == WEFT_COLL_ALL_REDUCE || c->type == WEFT_COLL_REDUCE ||
                      c->type == WEFT_COLL_REDUCE_SCATTER ||
                      c->type == WEFT_COLL_REDUCE_SCATTER_BLOCK;
    if (c->type != WEFT_COLL_BARRIER && c->bytes == 0) {
        snprintf(err, err_len, "a %s of 0 bytes: comm_size is missing or 0", name);
        return -1;
    }
    if (c->bytes > 1ull << 30) {
        snprintf(err, err_len, "a %s of %llu bytes is too large: 1 GiB at most", name,
                 (unsigned long long)c->bytes);
        return -1;
    }
    if (adds && c->bytes % 4) {
        snprintf(err, err_len, "a %s of %llu bytes: elements have 4 bytes, use a multiple of 4",
                 name, (unsigned long long)c->bytes);
        return -1;
    }
    for (unsigned r = 0; r < p->ranks; r++) {
        begin[r] = weft_plan_op_add(p, WEFT_OPK_JOIN, r, 0, c->nodes[r], name);
        end[r] = weft_plan_op_add(p, WEFT_OPK_JOIN, r, 0, c->nodes[r], name);
        weft_plan_after(p, begin[r], end[r]);
    }
    work w = {.p = p, .c = c, .begin = begin, .end = end, .what = name};
    w.region = weft_plan_region(p);
    switch (c->type) {
    case WEFT_COLL_ALL_REDUCE: reduction(&w, true); break;
    case WEFT_COLL_REDUCE_SCATTER:
    case WEFT_COLL_REDUCE_SCATTER_BLOCK: reduction(&w, false); break;
    case WEFT_COLL_ALL_GATHER: all_gather(&w); break;
    case WEFT_COLL_ALL_TO_ALL: all_to_all(&w); break;
    case WEFT_COLL_BROADCAST: broadcast(&w); break;
    case WEFT_COLL_REDUCE: reduce(&w); break;
    case WEFT_COLL_GATHER: gather(&w); break;
    case WEFT_COLL_SCATTER: scatter(&w); break;
    default: barrier(&w); break;
    }
    return 0;
}
