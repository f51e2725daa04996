/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * plan.c: building and ordering of a plan.
 */
#include "traffic/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A rank's own memory, and all of them together, that a plan may ask for. */
#define RANK_LIMIT  (1ull << 31)
#define TOTAL_LIMIT (1ull << 33)
/* Landing places and patterns are taken from a heap while they are needed; it is as large as all of
 * them together, but no larger than this unless one of them is. */
#define HEAP_LIMIT (256ull << 20)

weft_plan *weft_plan_new(unsigned ranks, uint64_t seed)
{
    weft_plan *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    p->ranks = ranks;
    p->seed = seed;
    return p;
}

void weft_plan_free(weft_plan *p)
{
    if (!p) return;
    free(p->ops);
    free(p->edges);
    free(p->next);
    free(p->msgs);
    free(p->applies);
    free(p->fills);
    free(p->checks);
    free(p->counts);
    free(p);
}

/* Room for `more` elements behind the n that are there. */
static bool room(weft_plan *p, void **array, size_t n, size_t *cap, size_t size, size_t more)
{
    if (p->failed) return false;
    if (n + more <= *cap) return true;
    size_t want = *cap ? *cap * 2 : 64;
    while (want < n + more) want *= 2;
    void *grown = n + more < UINT32_MAX ? realloc(*array, want * size) : NULL;
    if (!grown) {
        p->failed = true;
        return false;
    }
    *array = grown;
    *cap = want;
    return true;
}
#define ROOM(p, array, n, cap, more)                                                               \
    room((p), (void **)&(p)->array, (p)->n, &(p)->cap, sizeof *(p)->array, (more))

uint32_t weft_plan_op_add(weft_plan *p, weft_opk kind, unsigned rank, uint64_t cycles,
                          uint64_t node, const char *what)
{
    if (!ROOM(p, ops, n_ops, cap_ops, 1)) return WEFT_PLAN_NONE;
    p->ops[p->n_ops] = (weft_plan_op){.kind = kind,
                                      .rank = (uint16_t)rank,
                                      .msg = WEFT_PLAN_NONE,
                                      .first_apply = WEFT_PLAN_NONE,
                                      .cycles = cycles,
                                      .node = node,
                                      .what = what};
    return (uint32_t)p->n_ops++;
}

void weft_plan_after(weft_plan *p, uint32_t before, uint32_t op)
{
    if (before == WEFT_PLAN_NONE || op == WEFT_PLAN_NONE) return;
    if (!ROOM(p, edges, n_edges, cap_edges, 1)) return;
    p->edges[p->n_edges][0] = before;
    p->edges[p->n_edges][1] = op;
    p->n_edges++;
}

uint32_t weft_plan_msg_add(weft_plan *p, unsigned src, unsigned dst, uint64_t len, bool raw,
                           uint64_t src_addr, uint64_t send_node, uint64_t recv_node,
                           const char *send_what, const char *recv_what)
{
    const uint32_t send = weft_plan_op_add(p, WEFT_OPK_SEND, src, 0, send_node, send_what);
    const uint32_t recv = weft_plan_op_add(p, WEFT_OPK_RECV, dst, 0, recv_node, recv_what);
    if (!ROOM(p, msgs, n_msgs, cap_msgs, 1)) return WEFT_PLAN_NONE;
    const uint32_t m = (uint32_t)p->n_msgs++;
    p->msgs[m] = (weft_plan_msg){.src = (uint16_t)src,
                                 .dst = (uint16_t)dst,
                                 .raw = raw,
                                 .len = len,
                                 .src_addr = src_addr,
                                 .send_op = send,
                                 .recv_op = recv};
    p->ops[send].msg = m;
    p->ops[recv].msg = m;
    return m;
}

void weft_plan_apply_add(weft_plan *p, uint32_t op, uint32_t msg, weft_apply how, weft_dtype type,
                         uint64_t addr)
{
    if (!ROOM(p, applies, n_applies, cap_applies, 1)) return;
    p->applies[p->n_applies] = (weft_plan_apply){
        .msg = msg, .next = p->ops[op].first_apply, .how = how, .type = type, .addr = addr};
    p->ops[op].first_apply = (uint32_t)p->n_applies++;
    p->msgs[msg].keep = true;
}

uint64_t weft_plan_alloc(weft_plan *p, unsigned rank, uint64_t len)
{
    const uint64_t at = p->top[rank];
    /* Sums stay far from wrapping: finish refuses what is over the limit. */
    if (len > RANK_LIMIT || at > RANK_LIMIT) {
        p->top[rank] = RANK_LIMIT + 1;
        return at;
    }
    p->top[rank] = (at + len + 63) & ~63ull;
    return at;
}

void weft_plan_fill_add(weft_plan *p, unsigned rank, uint64_t addr, uint64_t len, uint64_t region,
                        unsigned stream_rank, uint64_t offset, weft_dtype type)
{
    if (!ROOM(p, fills, n_fills, cap_fills, 1)) return;
    p->fills[p->n_fills++] = (weft_plan_fill){.rank = rank,
                                              .stream_rank = stream_rank,
                                              .addr = addr,
                                              .len = len,
                                              .region = region,
                                              .offset = offset,
                                              .type = type};
}

void weft_plan_check_add(weft_plan *p, unsigned rank, uint64_t addr, uint64_t len, uint64_t region,
                         uint64_t offset, const uint32_t *counts, weft_dtype type)
{
    if (!ROOM(p, checks, n_checks, cap_checks, 1)) return;
    if (!ROOM(p, counts, n_counts, cap_counts, p->ranks)) return;
    memcpy(p->counts + p->n_counts, counts, p->ranks * sizeof *counts);
    p->checks[p->n_checks++] = (weft_plan_check){.rank = rank,
                                                 .addr = addr,
                                                 .len = len,
                                                 .region = region,
                                                 .offset = offset,
                                                 .counts = p->n_counts,
                                                 .type = type};
    p->n_counts += p->ranks;
}

uint64_t weft_plan_region(weft_plan *p) { return p->regions++; }

/* Followers of each operation, by counting. */
static bool sort_edges(weft_plan *p)
{
    p->next = malloc((p->n_edges + 1) * sizeof *p->next);
    if (!p->next) return false;
    for (size_t e = 0; e < p->n_edges; e++) {
        p->ops[p->edges[e][0]].first_next++;
        p->ops[p->edges[e][1]].pending++;
    }
    uint32_t sum = 0;
    for (size_t i = 0; i < p->n_ops; i++) {
        sum += p->ops[i].first_next;
        p->ops[i].first_next = sum; /* the end for now; filling from behind makes it the start */
    }
    for (size_t e = p->n_edges; e-- > 0;)
        p->next[--p->ops[p->edges[e][0]].first_next] = p->edges[e][1];
    return true;
}

/* Walks the graph, a message being an edge from its send to its receive. Returns the number of
 * operations that can run; left[i] is not 0 for the others. */
static size_t walk(const weft_plan *p, uint32_t *left, uint32_t *queue)
{
    size_t head = 0, tail = 0;
    for (size_t i = 0; i < p->n_ops; i++) {
        left[i] = p->ops[i].pending + (p->ops[i].kind == WEFT_OPK_RECV);
        if (left[i] == 0) queue[tail++] = (uint32_t)i;
    }
    while (head < tail) {
        const uint32_t i = queue[head++];
        const size_t end = i + 1 < p->n_ops ? p->ops[i + 1].first_next : p->n_edges;
        for (size_t k = p->ops[i].first_next; k < end; k++)
            if (--left[p->next[k]] == 0) queue[tail++] = p->next[k];
        if (p->ops[i].kind == WEFT_OPK_SEND) {
            const uint32_t r = p->msgs[p->ops[i].msg].recv_op;
            if (--left[r] == 0) queue[tail++] = r;
        }
    }
    return head;
}

static void report_cycle(const weft_plan *p, const uint32_t *left, char *err, size_t err_len)
{
    int n = snprintf(err, err_len, "these wait for each other for ever:");
    unsigned shown = 0;
    for (size_t i = 0; i < p->n_ops && shown < 4 && n >= 0 && (size_t)n < err_len; i++) {
        if (left[i] == 0 || p->ops[i].kind == WEFT_OPK_JOIN) continue;
        n += snprintf(err + n, err_len - (size_t)n, "%s rank %u node %llu (%s)", shown ? "," : "",
                      p->ops[i].rank, (unsigned long long)p->ops[i].node, p->ops[i].what);
        shown++;
    }
}

int weft_plan_finish(weft_plan *p, char *err, size_t err_len)
{
    uint32_t *left = malloc((p->n_ops + 1) * sizeof *left);
    uint32_t *queue = malloc((p->n_ops + 1) * sizeof *queue);
    int result = -1;
    if (p->failed || !left || !queue || !sort_edges(p)) {
        snprintf(err, err_len, "not enough memory for a plan of %zu operations", p->n_ops);
        goto out;
    }
    if (walk(p, left, queue) != p->n_ops) {
        report_cycle(p, left, err, err_len);
        goto out;
    }
    uint64_t largest[WEFT_MAX_PORTS] = {0};
    for (size_t m = 0; m < p->n_msgs; m++) {
        const weft_plan_msg *g = &p->msgs[m];
        const uint64_t len = g->len > RANK_LIMIT ? RANK_LIMIT + 1 : (g->len + 63) & ~63ull;
        p->message_bytes += g->len;
        p->heap[g->dst] += len;
        if (len > largest[g->dst]) largest[g->dst] = len;
        if (g->raw) {
            p->heap[g->src] += len;
            if (len > largest[g->src]) largest[g->src] = len;
        }
    }
    uint64_t total = 0;
    for (unsigned r = 0; r < p->ranks; r++) {
        const uint64_t cap = largest[r] * 4 > HEAP_LIMIT ? largest[r] * 4 : HEAP_LIMIT;
        if (p->heap[r] > cap) p->heap[r] = cap;
        const uint64_t need = p->top[r] + p->heap[r];
        if (need > p->memory_bytes) p->memory_bytes = need;
        total += need;
    }
    if (p->memory_bytes > RANK_LIMIT || total > TOTAL_LIMIT) {
        snprintf(err, err_len,
                 "too large: a rank may need %llu MiB, all ranks %llu MiB; use smaller messages",
                 RANK_LIMIT >> 20, TOTAL_LIMIT >> 20);
        goto out;
    }
    if (p->memory_bytes < 64) p->memory_bytes = 64;
    result = 0;
out:
    free(left);
    free(queue);
    return result;
}
