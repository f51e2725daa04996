/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * chakra_flow.c: what a trace of sends, receives and computes means for the data.
 *
 * Each rank has a vector. Messages carry chunks of it, and which messages carry the same chunk is
 * found from the data dependencies alone: a send that depends on a receive (directly, or through
 * computes) passes on the chunk that was received; a compute that depends on several receives
 * merges their chunks into one; a send that depends on no receive begins a chunk of its own. A
 * receive that a compute depends on is added to the rank's own copy of the chunk by the first such
 * compute; any other receive overwrites it. Played symbolically (a chunk on a rank is a list of how
 * often each rank's contribution is in it), this tells what every memory must hold in the end. For
 * a ring all-reduce it gives the ring rule: in step s rank r sends chunk r - s, N-1 steps reduce
 * and N-1 steps copy.
 */
#include "traffic/chakra_flow.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define NONE         WEFT_PLAN_NONE
#define EXACT_FLOATS 4096u /* contributions of 0..4095 each: weft_stream_word */

typedef struct {
    uint32_t key; /* of a send: destination; of a receive: source */
    int64_t tag;
    uint32_t own, order, node; /* own rank, place in its order, node */
} end_point;

typedef struct {
    unsigned src, dst;
    uint32_t send, recv; /* nodes */
    uint64_t len;
    uint32_t parent;   /* union-find: messages of one chunk */
    uint32_t *carried; /* symbolic content, once sent */
    uint32_t plan_msg;
} message;

/* One chunk on one rank. */
typedef struct {
    bool there;
    uint64_t addr;
    uint32_t *counts;
    int kind; /* of the last group of accesses: 0 none, 1 read, 2 add, 3 overwrite */
    uint32_t *group, *before; /* operations of the last group, and of the one before it */
    size_t n_group, n_before, cap_group, cap_before;
} place;

typedef struct {
    bool used, equal, adds;
    bool crowded;                /* more contributions than floats can add exactly */
    uint64_t len, region, bytes; /* bytes of all its messages */
    weft_dtype type;
    place *on; /* [ranks], when used and equal */
} chunk;

typedef struct {
    const weft_trace *t;
    unsigned ranks;
    weft_plan *p;
    uint32_t *order[WEFT_MAX_PORTS]; /* nodes in an order that their dependencies allow */
    uint32_t *first[WEFT_MAX_PORTS]; /* followers of node i: next[first[i] .. first[i + 1]) */
    uint32_t *next[WEFT_MAX_PORTS];
    uint32_t *msg_of[WEFT_MAX_PORTS]; /* message of a send or receive node, else NONE */
    uint32_t *adder[WEFT_MAX_PORTS];  /* of a receive node: the compute that adds it, or NONE */
    uint32_t *in[WEFT_MAX_PORTS], *out[WEFT_MAX_PORTS]; /* plan operations of a node */
    message *msgs;
    size_t n_msgs;
    chunk *chunks; /* indexed by the root message of the chunk */
    size_t n_coll, n_send;
    unsigned coll_types; /* bit set */
    char *err;
    size_t err_len;
    bool failed;
} flow;

static int fail(flow *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int fail(flow *f, const char *fmt, ...)
{
    if (!f->failed) {
        va_list ap;
        va_start(ap, fmt);
        vsnprintf(f->err, f->err_len, fmt, ap);
        va_end(ap);
        f->failed = true;
    }
    return -1;
}

static int no_memory(flow *f) { return fail(f, "not enough memory for these traces"); }

static const weft_node *node(const flow *f, unsigned r, uint32_t i) { return &f->t[r].nodes[i]; }

/* ---------------------------------------------------------------- order --------------------- */
/* Binary min-heap of numbers: the next node in file order among those that may run. */
static void heap_push(uint32_t *h, size_t *n, uint32_t v)
{
    size_t i = (*n)++;
    while (i > 0 && v < h[(i - 1) / 2]) {
        h[i] = h[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    h[i] = v;
}

static uint32_t heap_pop(uint32_t *h, size_t *n)
{
    const uint32_t top = h[0], v = h[--*n];
    size_t i = 0;
    for (;;) {
        size_t c = 2 * i + 1;
        if (c >= *n) break;
        if (c + 1 < *n && h[c + 1] < h[c]) c++;
        if (v <= h[c]) break;
        h[i] = h[c];
        i = c;
    }
    h[i] = v;
    return top;
}

static bool followers(const weft_trace *t, uint32_t **first, uint32_t **next)
{
    *first = calloc(t->n_nodes + 2, sizeof **first);
    *next = malloc((t->n_deps + 1) * sizeof **next);
    if (!*first || !*next) return false;
    for (size_t d = 0; d < t->n_deps; d++) (*first)[t->deps[d] + 2]++;
    for (size_t i = 2; i < t->n_nodes + 2; i++) (*first)[i] += (*first)[i - 1];
    for (uint32_t i = 0; i < t->n_nodes; i++) {
        const weft_node *n = &t->nodes[i];
        for (size_t d = n->first_dep; d < n->first_dep + n->n_data + n->n_ctrl; d++)
            (*next)[(*first)[t->deps[d] + 1]++] = i;
    }
    return true;
}

static int order_rank(flow *f, unsigned r)
{
    const weft_trace *t = &f->t[r];
    const size_t n = t->n_nodes;
    uint32_t *left = malloc((n + 1) * sizeof *left), *heap = malloc((n + 1) * sizeof *heap);
    int rc = 0;
    size_t ready = 0, done = 0;
    if (!left || !heap || !followers(t, &f->first[r], &f->next[r])) {
        rc = no_memory(f);
        goto out;
    }
    for (uint32_t i = 0; i < n; i++) {
        left[i] = t->nodes[i].n_data + t->nodes[i].n_ctrl;
        if (left[i] == 0) heap_push(heap, &ready, i);
    }
    while (ready > 0) {
        const uint32_t i = heap_pop(heap, &ready);
        f->order[r][done++] = i;
        for (uint32_t k = f->first[r][i]; k < f->first[r][i + 1]; k++)
            if (--left[f->next[r][k]] == 0) heap_push(heap, &ready, f->next[r][k]);
    }
    if (done < n) {
        char list[160] = "";
        size_t len = 0;
        unsigned shown = 0;
        for (uint32_t i = 0; i < n && shown < 5; i++)
            if (left[i] && len < sizeof list) {
                len += (size_t)snprintf(list + len, sizeof list - len, "%s%llu", shown ? ", " : "",
                                        (unsigned long long)t->nodes[i].id);
                shown++;
            }
        rc = fail(f, "%s: dependencies go in a circle; nodes that can never run: %s%s", t->path,
                  list, n - done > shown ? ", ..." : "");
    }
out:
    free(left);
    free(heap);
    return rc;
}

/* ---------------------------------------------------------------- nodes and matching -------- */
static int check_nodes(flow *f, unsigned r)
{
    const weft_trace *t = &f->t[r];
    for (size_t i = 0; i < t->n_nodes; i++) {
        const weft_node *n = &t->nodes[i];
        const unsigned long long id = n->id;
        if (n->micros > 1000000)
            return fail(f, "%s: node %llu (%s) takes %llu us; more than a second is not simulated",
                        t->path, id, n->name, (unsigned long long)n->micros);
        if (n->type == WEFT_NODE_SEND || n->type == WEFT_NODE_RECV) {
            const char *attr = n->type == WEFT_NODE_SEND ? "comm_dst" : "comm_src";
            f->n_send += n->type == WEFT_NODE_SEND;
            if (!n->has_peer)
                return fail(f, "%s: node %llu (%s) has no %s", t->path, id, n->name, attr);
            if (n->peer < 0 || n->peer >= (int64_t)f->ranks)
                return fail(f, "%s: node %llu (%s): %s is %lld, there are ranks 0 to %u", t->path,
                            id, n->name, attr, (long long)n->peer, f->ranks - 1);
            if ((unsigned)n->peer == r)
                return fail(f, "%s: node %llu (%s): %s is its own rank", t->path, id, n->name,
                            attr);
            if (!n->has_size || n->size == 0)
                return fail(f, "%s: node %llu (%s): comm_size is missing or 0", t->path, id,
                            n->name);
            if (n->size > 1ull << 30)
                return fail(f, "%s: node %llu (%s): comm_size %llu is more than 1 GiB", t->path, id,
                            n->name, (unsigned long long)n->size);
        }
        if (n->type == WEFT_NODE_COLL) {
            if (!n->has_coll || n->coll < 0 || !weft_coll_name((unsigned)(n->coll & 0xFF)) ||
                n->coll > 0xFF)
                return fail(f, "%s: node %llu (%s): comm_type is missing or unknown", t->path, id,
                            n->name);
            if (n->root < 0 || n->root >= (int64_t)f->ranks)
                return fail(f, "%s: node %llu (%s): root %lld is no rank", t->path, id, n->name,
                            (long long)n->root);
        }
    }
    return 0;
}

static int by_pair(const void *a, const void *b)
{
    const end_point *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    if (x->tag != y->tag) return x->tag < y->tag ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* The k-th send from a to b with a tag meets the k-th receive of it, both counted in the order of
 * their ranks. The key is the ordered pair (sender, receiver). */
static int match(flow *f)
{
    const size_t cap = f->n_send + 1;
    size_t n_recv = 0, n_send = 0;
    for (unsigned r = 0; r < f->ranks; r++)
        for (size_t i = 0; i < f->t[r].n_nodes; i++)
            n_recv += f->t[r].nodes[i].type == WEFT_NODE_RECV;
    end_point *sends = malloc(cap * sizeof *sends);
    end_point *recvs = malloc((n_recv + 1) * sizeof *recvs);
    f->msgs = calloc(cap, sizeof *f->msgs);
    int rc = 0;
    if (!sends || !recvs || !f->msgs) {
        rc = no_memory(f);
        goto out;
    }
    n_recv = 0;
    for (unsigned r = 0; r < f->ranks; r++)
        for (uint32_t k = 0; k < f->t[r].n_nodes; k++) {
            const uint32_t i = f->order[r][k];
            const weft_node *n = node(f, r, i);
            const uint32_t peer = (uint32_t)n->peer;
            if (n->type == WEFT_NODE_SEND)
                sends[n_send++] = (end_point){r * f->ranks + peer, n->tag, r, k, i};
            else if (n->type == WEFT_NODE_RECV)
                recvs[n_recv++] = (end_point){peer * f->ranks + r, n->tag, r, k, i};
        }
    qsort(sends, n_send, sizeof *sends, by_pair);
    qsort(recvs, n_recv, sizeof *recvs, by_pair);
    for (size_t k = 0; k < n_send || k < n_recv; k++) {
        const end_point *s = k < n_send ? &sends[k] : NULL, *d = k < n_recv ? &recvs[k] : NULL;
        const bool same = s && d && s->key == d->key && s->tag == d->tag;
        if (!same) {
            /* The smaller of the two has no partner. */
            const bool lone_send =
                s && (!d || s->key < d->key || (s->key == d->key && s->tag < d->tag));
            const end_point *e = lone_send ? s : d;
            const weft_node *n = node(f, e->own, e->node);
            rc = fail(f, "%s: node %llu (%s): %s rank %lld with tag %lld has no matching %s",
                      f->t[e->own].path, (unsigned long long)n->id, n->name,
                      lone_send ? "the send to" : "the receive from", (long long)n->peer,
                      (long long)n->tag, lone_send ? "receive" : "send");
            goto out;
        }
        const weft_node *a = node(f, s->own, s->node), *b = node(f, d->own, d->node);
        if (a->size != b->size) {
            rc = fail(
                f, "%s: node %llu (%s) sends %llu bytes, but node %llu of rank %u expects %llu",
                f->t[s->own].path, (unsigned long long)a->id, a->name, (unsigned long long)a->size,
                (unsigned long long)b->id, d->own, (unsigned long long)b->size);
            goto out;
        }
        f->msgs[k] = (message){.src = s->own,
                               .dst = d->own,
                               .send = s->node,
                               .recv = d->node,
                               .len = a->size,
                               .parent = (uint32_t)k};
        f->msg_of[s->own][s->node] = (uint32_t)k;
        f->msg_of[d->own][d->node] = (uint32_t)k;
    }
    f->n_msgs = n_send;
out:
    free(sends);
    free(recvs);
    return rc;
}

/* ---------------------------------------------------------------- chunks -------------------- */
static uint32_t root_of(flow *f, uint32_t m)
{
    while (f->msgs[m].parent != m) {
        f->msgs[m].parent = f->msgs[f->msgs[m].parent].parent;
        m = f->msgs[m].parent;
    }
    return m;
}

static uint32_t unite(flow *f, uint32_t a, uint32_t b)
{
    if (a == NONE) return b;
    if (b == NONE) return a;
    a = root_of(f, a);
    b = root_of(f, b);
    if (a > b) {
        const uint32_t c = a;
        a = b;
        b = c;
    }
    f->msgs[b].parent = a; /* the smaller number stands for both */
    return a;
}

static int find_chunks(flow *f)
{
    for (unsigned r = 0; r < f->ranks; r++) {
        const weft_trace *t = &f->t[r];
        /* What flows out of a node towards those that depend on it: a message, or NONE. */
        uint32_t *flows = malloc((t->n_nodes + 1) * sizeof *flows);
        if (!flows) return no_memory(f);
        for (uint32_t k = 0; k < t->n_nodes; k++) {
            const uint32_t i = f->order[r][k];
            const weft_node *n = &t->nodes[i];
            uint32_t up = NONE;
            for (size_t d = n->first_dep; d < n->first_dep + n->n_data; d++) {
                const uint32_t from = (uint32_t)t->deps[d];
                if (flows[from] == NONE) continue;
                up = unite(f, up, flows[from]);
                if (n->type == WEFT_NODE_COMP && t->nodes[from].type == WEFT_NODE_RECV &&
                    f->adder[r][from] == NONE)
                    f->adder[r][from] = i;
            }
            switch (n->type) {
            case WEFT_NODE_RECV: flows[i] = f->msg_of[r][i]; break;
            case WEFT_NODE_SEND:
                unite(f, f->msg_of[r][i], up);
                flows[i] = NONE; /* what depends on a send waits for it, no data comes from it */
                break;
            case WEFT_NODE_COLL: flows[i] = NONE; break;
            default: flows[i] = up; break;
            }
        }
        free(flows);
    }
    f->chunks = calloc(f->n_msgs + 1, sizeof *f->chunks);
    if (!f->chunks) return no_memory(f);
    for (uint32_t m = 0; m < f->n_msgs; m++) {
        const message *g = &f->msgs[m];
        chunk *c = &f->chunks[root_of(f, m)];
        const uint32_t adder = f->adder[g->dst][g->recv];
        if (!c->used) {
            c->used = c->equal = true;
            c->len = g->len;
        }
        c->equal &= c->len == g->len;
        c->bytes += g->len;
        if (adder != NONE) {
            c->adds = true;
            if (node(f, g->dst, adder)->dtype == WEFT_DTYPE_FLOAT32) c->type = WEFT_DTYPE_FLOAT32;
        }
        if (node(f, g->src, g->send)->dtype == WEFT_DTYPE_FLOAT32) c->type = WEFT_DTYPE_FLOAT32;
    }
    for (uint32_t m = 0; m < f->n_msgs; m++) {
        chunk *c = &f->chunks[m];
        if (!c->used) continue;
        /* Messages of different lengths, or sums of broken elements: no chunk, only bytes. */
        if (c->adds && c->len % 4) c->equal = false;
        if (!c->equal) continue;
        c->region = weft_plan_region(f->p);
        c->on = calloc(f->ranks, sizeof *c->on);
        if (!c->on) return no_memory(f);
    }
    return 0;
}

static chunk *chunk_of(flow *f, uint32_t m)
{
    chunk *c = &f->chunks[root_of(f, m)];
    return c->equal ? c : NULL;
}

/* The chunk on a rank, with its memory and its own contribution, from its first use on. */
static place *chunk_place(flow *f, chunk *c, unsigned r)
{
    place *pl = &c->on[r];
    if (pl->there) return pl;
    pl->counts = calloc(f->ranks, sizeof *pl->counts);
    if (!pl->counts) {
        no_memory(f);
        return NULL;
    }
    pl->there = true;
    pl->counts[r] = 1;
    pl->addr = weft_plan_alloc(f->p, r, c->len);
    weft_plan_fill_add(f->p, r, pl->addr, c->len, c->region, r, 0, c->type);
    return pl;
}

/* Keeps accesses to a chunk on a rank in the order of the symbolic run where they could disturb
 * each other: reads among themselves and additions among themselves may go in any order. */
static int access_chunk(flow *f, place *pl, uint32_t op, int kind)
{
    if (kind != pl->kind || kind == 3) {
        uint32_t *spare = pl->before;
        const size_t cap = pl->cap_before;
        pl->before = pl->group;
        pl->n_before = pl->n_group;
        pl->cap_before = pl->cap_group;
        pl->group = spare;
        pl->cap_group = cap;
        pl->n_group = 0;
        pl->kind = kind;
    }
    for (size_t i = 0; i < pl->n_before; i++) weft_plan_after(f->p, pl->before[i], op);
    if (pl->n_group == pl->cap_group) {
        const size_t cap = pl->cap_group ? pl->cap_group * 2 : 4;
        uint32_t *g = realloc(pl->group, cap * sizeof *g);
        if (!g) return no_memory(f);
        pl->group = g;
        pl->cap_group = cap;
    }
    pl->group[pl->n_group++] = op;
    return 0;
}

/* A message that has come is added to, or written over, the chunk of its receiver. */
static int arrive(flow *f, message *g, chunk *c, uint32_t op, bool add)
{
    place *pl = chunk_place(f, c, g->dst);
    if (!pl) return -1;
    if (access_chunk(f, pl, op, add ? 2 : 3) != 0) return -1;
    weft_plan_apply_add(f->p, op, g->plan_msg, add ? WEFT_APPLY_ADD : WEFT_APPLY_COPY, c->type,
                        pl->addr);
    uint64_t sum = 0;
    for (unsigned q = 0; q < f->ranks; q++) {
        pl->counts[q] = g->carried[q] + (add ? pl->counts[q] : 0);
        sum += pl->counts[q];
    }
    c->crowded |= sum > EXACT_FLOATS;
    return 0;
}

/* ---------------------------------------------------------------- operations ---------------- */
static uint64_t to_cycles(uint64_t micros) { return micros * (uint64_t)(WEFT_CLOCK_HZ / 1e5) / 10; }

static int plan_nodes(flow *f)
{
    for (unsigned r = 0; r < f->ranks; r++)
        for (uint32_t i = 0; i < f->t[r].n_nodes; i++) {
            const weft_node *n = node(f, r, i);
            uint32_t op = NONE;
            switch (n->type) {
            case WEFT_NODE_METADATA:
                op = weft_plan_op_add(f->p, WEFT_OPK_JOIN, r, 0, n->id, "metadata");
                break;
            case WEFT_NODE_MEM_LOAD:
            case WEFT_NODE_MEM_STORE:
                op = weft_plan_op_add(f->p, WEFT_OPK_TIMER, r, to_cycles(n->micros), n->id,
                                      "memory");
                break;
            case WEFT_NODE_COMP:
                op = weft_plan_op_add(f->p, WEFT_OPK_COMPUTE, r, to_cycles(n->micros), n->id,
                                      "compute");
                if (op != NONE) f->p->ops[op].engine = n->cpu ? 1 : 0;
                break;
            case WEFT_NODE_SEND: {
                message *g = &f->msgs[f->msg_of[r][i]];
                const bool raw = !chunk_of(f, f->msg_of[r][i]);
                g->plan_msg = weft_plan_msg_add(f->p, r, g->dst, g->len, raw, 0, n->id,
                                                node(f, g->dst, g->recv)->id, "send", "receive");
                if (g->plan_msg == NONE) return no_memory(f);
                op = f->p->msgs[g->plan_msg].send_op;
                f->in[g->dst][g->recv] = f->out[g->dst][g->recv] = f->p->msgs[g->plan_msg].recv_op;
                break;
            }
            default: continue; /* receives come with their sends, collectives afterwards */
            }
            if (op == NONE) return no_memory(f);
            f->in[r][i] = f->out[r][i] = op;
        }
    return 0;
}

/* The k-th collective with a tag on one rank belongs to the k-th with it on all others. */
static int plan_collectives(flow *f)
{
    end_point *all[WEFT_MAX_PORTS] = {0};
    size_t n[WEFT_MAX_PORTS] = {0};
    int rc = 0;
    for (unsigned r = 0; r < f->ranks && rc == 0; r++) {
        all[r] = malloc((f->t[r].n_nodes + 1) * sizeof *all[r]);
        if (!all[r]) {
            rc = no_memory(f);
            break;
        }
        for (uint32_t k = 0; k < f->t[r].n_nodes; k++) {
            const uint32_t i = f->order[r][k];
            if (node(f, r, i)->type == WEFT_NODE_COLL)
                all[r][n[r]++] = (end_point){0, node(f, r, i)->tag, r, k, i};
        }
        qsort(all[r], n[r], sizeof *all[r], by_pair);
        if (n[r] != n[0])
            rc = fail(f, "%s: %zu collective nodes, but rank 0 has %zu", f->t[r].path, n[r], n[0]);
    }
    for (size_t k = 0; k < n[0] && rc == 0; k++) {
        const weft_node *a = node(f, 0, all[0][k].node);
        uint64_t ids[WEFT_MAX_PORTS];
        uint32_t begin[WEFT_MAX_PORTS], end[WEFT_MAX_PORTS];
        weft_coll_spec spec = {.type = (unsigned)a->coll,
                               .bytes = a->size,
                               .root = (unsigned)a->root,
                               .dtype = a->dtype,
                               .nodes = ids};
        for (unsigned r = 0; r < f->ranks && rc == 0; r++) {
            const weft_node *b = node(f, r, all[r][k].node);
            ids[r] = b->id;
            if (b->coll != a->coll || b->size != a->size || b->root != a->root || b->tag != a->tag)
                rc = fail(f,
                          "%s: node %llu (%s): %s of %llu bytes, but node %llu of rank 0 is %s of "
                          "%llu bytes",
                          f->t[r].path, (unsigned long long)b->id, b->name,
                          weft_coll_name((unsigned)b->coll), (unsigned long long)b->size,
                          (unsigned long long)a->id, weft_coll_name((unsigned)a->coll),
                          (unsigned long long)a->size);
        }
        char why[160];
        if (rc == 0 && weft_coll_expand(f->p, &spec, begin, end, why, sizeof why) != 0)
            rc = fail(f, "%s: node %llu (%s): %s", f->t[0].path, (unsigned long long)a->id, a->name,
                      why);
        for (unsigned r = 0; r < f->ranks && rc == 0; r++) {
            f->in[r][all[r][k].node] = begin[r];
            f->out[r][all[r][k].node] = end[r];
        }
        f->n_coll++;
        f->coll_types |= 1u << spec.type;
    }
    for (unsigned r = 0; r < f->ranks; r++) free(all[r]);
    return rc;
}

static void plan_dependencies(flow *f)
{
    for (unsigned r = 0; r < f->ranks; r++)
        for (uint32_t i = 0; i < f->t[r].n_nodes; i++) {
            const weft_node *n = node(f, r, i);
            for (size_t d = n->first_dep; d < n->first_dep + n->n_data + n->n_ctrl; d++)
                weft_plan_after(f->p, f->out[r][f->t[r].deps[d]], f->in[r][i]);
        }
}

/* What one node does to chunks, when its turn comes in the symbolic run. */
static int run_node(flow *f, unsigned r, uint32_t i)
{
    const weft_node *n = node(f, r, i);
    if (n->type == WEFT_NODE_SEND) {
        message *g = &f->msgs[f->msg_of[r][i]];
        chunk *c = chunk_of(f, f->msg_of[r][i]);
        if (!c) return 0;
        place *pl = chunk_place(f, c, r);
        g->carried = malloc(f->ranks * sizeof *g->carried);
        if (!pl || !g->carried) return no_memory(f);
        memcpy(g->carried, pl->counts, f->ranks * sizeof *g->carried);
        f->p->msgs[g->plan_msg].src_addr = pl->addr;
        return access_chunk(f, pl, f->out[r][i], 1);
    }
    if (n->type == WEFT_NODE_RECV && f->adder[r][i] == NONE) {
        message *g = &f->msgs[f->msg_of[r][i]];
        chunk *c = chunk_of(f, f->msg_of[r][i]);
        return c ? arrive(f, g, c, f->out[r][i], false) : 0;
    }
    if (n->type == WEFT_NODE_COMP) {
        for (size_t d = n->first_dep; d < n->first_dep + n->n_data; d++) {
            const uint32_t from = (uint32_t)f->t[r].deps[d];
            if (node(f, r, from)->type != WEFT_NODE_RECV || f->adder[r][from] != i) continue;
            f->adder[r][from] = NONE - 1; /* once, even when the dependency is listed twice */
            message *g = &f->msgs[f->msg_of[r][from]];
            chunk *c = chunk_of(f, f->msg_of[r][from]);
            if (c && arrive(f, g, c, f->out[r][i], true) != 0) return -1;
        }
    }
    return 0;
}

/* Runs all nodes of all ranks in an order that dependencies and messages allow. */
static int run_symbolic(flow *f)
{
    typedef struct {
        uint32_t rank, node;
    } item;
    size_t total = 0, base[WEFT_MAX_PORTS] = {0}, head = 0, tail = 0;
    for (unsigned r = 0; r < f->ranks; r++) {
        base[r] = total;
        total += f->t[r].n_nodes;
    }
    uint32_t *left = malloc((total + 1) * sizeof *left);
    item *queue = malloc((total + 1) * sizeof *queue);
    int rc = left && queue ? 0 : no_memory(f);
    for (unsigned r = 0; r < f->ranks && rc == 0; r++)
        for (uint32_t i = 0; i < f->t[r].n_nodes; i++) {
            const weft_node *n = node(f, r, i);
            left[base[r] + i] = n->n_data + n->n_ctrl + (n->type == WEFT_NODE_RECV);
            if (left[base[r] + i] == 0) queue[tail++] = (item){r, i};
        }
    while (head < tail && rc == 0) {
        const item at = queue[head++];
        const unsigned r = at.rank;
        rc = run_node(f, r, at.node);
        for (uint32_t k = f->first[r][at.node]; k < f->first[r][at.node + 1]; k++)
            if (--left[base[r] + f->next[r][k]] == 0) queue[tail++] = (item){r, f->next[r][k]};
        if (node(f, r, at.node)->type != WEFT_NODE_SEND) continue;
        const message *g = &f->msgs[f->msg_of[r][at.node]];
        if (--left[base[g->dst] + g->recv] == 0) queue[tail++] = (item){g->dst, g->recv};
    }
    if (rc == 0 && head < total) {
        /* Those that wait only for a message tell most. */
        char list[200] = "";
        size_t len = 0;
        unsigned shown = 0;
        for (unsigned r = 0; r < f->ranks; r++)
            for (uint32_t i = 0; i < f->t[r].n_nodes && shown < 4; i++) {
                if (left[base[r] + i] != 1 || node(f, r, i)->type != WEFT_NODE_RECV) continue;
                if (len < sizeof list)
                    len += (size_t)snprintf(list + len, sizeof list - len, "%srank %u node %llu",
                                            shown ? ", " : "", r,
                                            (unsigned long long)node(f, r, i)->id);
                shown++;
            }
        rc = fail(f, "%s: deadlock: these receives wait for sends that wait for them: %s",
                  f->t[0].path, list);
    }
    free(left);
    free(queue);
    return rc;
}

/* Where more contributions come together than floats can add exactly (long chains of reductions),
 * integers take their place. */
static void avoid_rounding(flow *f)
{
    for (uint32_t m = 0; m < f->n_msgs; m++) {
        chunk *c = chunk_of(f, m);
        if (!c || !c->crowded || c->type == WEFT_DTYPE_INT32) continue;
        c->type = WEFT_DTYPE_INT32;
        for (size_t i = 0; i < f->p->n_fills; i++)
            if (f->p->fills[i].region == c->region) f->p->fills[i].type = c->type;
    }
    for (uint32_t m = 0; m < f->n_msgs; m++) {
        const chunk *c = chunk_of(f, m);
        if (!c || !c->crowded) continue;
        for (size_t i = 0; i < f->p->n_applies; i++)
            if (f->p->applies[i].msg == f->msgs[m].plan_msg) f->p->applies[i].type = c->type;
    }
}

/* ---------------------------------------------------------------- result -------------------- */
typedef struct {
    size_t chunks, raw, everywhere, somewhere, copied_everywhere;
    uint64_t bytes, len;
    bool same_len, adds;
    bool origins[WEFT_MAX_PORTS];
} summary;

static void expect(flow *f, summary *s)
{
    s->same_len = true;
    for (uint32_t m = 0; m < f->n_msgs; m++) {
        chunk *c = &f->chunks[m];
        if (!c->used) continue;
        if (!c->equal) {
            s->raw++;
            s->bytes += c->bytes;
            continue;
        }
        unsigned whole = 0, there = 0, alike = 0;
        int single = -1;
        for (unsigned r = 0; r < f->ranks; r++) {
            const place *pl = &c->on[r];
            if (!pl->there) continue;
            weft_plan_check_add(f->p, r, pl->addr, c->len, c->region, 0, pl->counts, c->type);
            bool all = true;
            unsigned terms = 0, only = 0;
            for (unsigned q = 0; q < f->ranks; q++) {
                all &= pl->counts[q] == 1;
                terms += pl->counts[q];
                if (pl->counts[q]) only = q;
            }
            if (there == 0 && terms == 1) single = (int)only;
            alike += terms == 1 && single == (int)only;
            whole += all;
            there++;
        }
        s->everywhere += whole == f->ranks;
        s->somewhere += whole > 0;
        if (single >= 0 && alike == f->ranks) {
            s->copied_everywhere++;
            s->origins[single] = true;
        }
        if (s->chunks > 0 && c->len != s->len) s->same_len = false;
        s->len = c->len;
        s->bytes += c->len;
        s->adds |= c->adds;
        s->chunks++;
    }
}

/* A ring: every rank sends to one other only, and receives from one only. */
static bool is_ring(const flow *f)
{
    int to[WEFT_MAX_PORTS], from[WEFT_MAX_PORTS];
    for (unsigned r = 0; r < f->ranks; r++) to[r] = from[r] = -1;
    for (size_t m = 0; m < f->n_msgs; m++) {
        const unsigned s = f->msgs[m].src, d = f->msgs[m].dst;
        if ((to[s] >= 0 && to[s] != (int)d) || (from[d] >= 0 && from[d] != (int)s)) return false;
        to[s] = (int)d;
        from[d] = (int)s;
    }
    for (unsigned r = 0; r < f->ranks; r++)
        if (to[r] < 0) return false;
    return f->ranks > 2;
}

static void say(char **at, size_t *left, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void say(char **at, size_t *left, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const int n = vsnprintf(*at, *left, fmt, ap);
    va_end(ap);
    if (n < 0) return;
    const size_t used = (size_t)n < *left ? (size_t)n : *left;
    *at += used;
    *left -= used;
}

static void describe(flow *f, char *out, size_t len)
{
    summary s = {0};
    char size[32], part[32];
    expect(f, &s);
    say(&out, &len, "%u rank%s", f->ranks, f->ranks == 1 ? "" : "s");
    if (f->n_msgs > 0) {
        unsigned origins = 0;
        for (unsigned r = 0; r < f->ranks; r++) origins += s.origins[r];
        const char *what = "data movement";
        if (s.chunks && s.adds && s.everywhere == s.chunks && s.raw == 0)
            what = "all-reduce";
        else if (s.chunks && s.adds && s.somewhere == s.chunks && s.raw == 0)
            what = s.chunks == 1 ? "reduce" : "reduce-scatter";
        else if (s.adds)
            what = "data flow with sums";
        else if (s.chunks && s.copied_everywhere == s.chunks && s.raw == 0 && f->ranks > 2)
            what = origins == 1 ? "broadcast" : "all-gather";
        say(&out, &len, ", %s%s of %s in %zu sends", is_ring(f) ? "ring " : "", what,
            weft_format_size(s.bytes, size, sizeof size), f->n_msgs);
        if (s.chunks && s.same_len)
            say(&out, &len, " (%zu chunk%s of %s)", s.chunks, s.chunks == 1 ? "" : "s",
                weft_format_size(s.len, part, sizeof part));
        if (s.raw)
            say(&out, &len, ", %zu flow%s of bytes without sums", s.raw, s.raw == 1 ? "" : "s");
    }
    if (f->n_coll > 0) {
        say(&out, &len, ", %zu collective%s:", f->n_coll, f->n_coll == 1 ? "" : "s");
        for (unsigned t = 0; t < 10; t++)
            if (f->coll_types >> t & 1) say(&out, &len, " %s", weft_coll_name(t));
    }
    if (f->n_msgs == 0 && f->n_coll == 0) say(&out, &len, ", no communication");
}

static void release(flow *f)
{
    for (unsigned r = 0; r < f->ranks; r++) {
        free(f->order[r]);
        free(f->first[r]);
        free(f->next[r]);
        free(f->msg_of[r]);
        free(f->adder[r]);
        free(f->in[r]);
        free(f->out[r]);
    }
    for (size_t m = 0; m < f->n_msgs; m++) {
        free(f->msgs[m].carried);
        for (unsigned r = 0; f->chunks && f->chunks[m].on && r < f->ranks; r++) {
            free(f->chunks[m].on[r].counts);
            free(f->chunks[m].on[r].group);
            free(f->chunks[m].on[r].before);
        }
        if (f->chunks) free(f->chunks[m].on);
    }
    free(f->chunks);
    free(f->msgs);
}

weft_plan *weft_chakra_plan(const weft_trace *traces, unsigned ranks, uint64_t seed, char *about,
                            size_t about_len, char *err, size_t err_len)
{
    flow f = {.t = traces, .ranks = ranks, .err = err, .err_len = err_len};
    f.p = weft_plan_new(ranks, seed);
    bool ok = f.p != NULL;
    for (unsigned r = 0; r < ranks; r++) {
        const size_t n = traces[r].n_nodes + 1;
        uint32_t **const arrays[] = {&f.order[r], &f.msg_of[r], &f.adder[r], &f.in[r], &f.out[r]};
        for (size_t a = 0; a < sizeof arrays / sizeof arrays[0]; a++) {
            *arrays[a] = n < UINT32_MAX ? malloc(n * sizeof **arrays[a]) : NULL;
            if (*arrays[a]) memset(*arrays[a], 0xFF, n * sizeof **arrays[a]); /* NONE */
            ok &= *arrays[a] != NULL;
        }
    }
    int rc = ok ? 0 : no_memory(&f);
    for (unsigned r = 0; r < ranks && rc == 0; r++) rc = check_nodes(&f, r);
    for (unsigned r = 0; r < ranks && rc == 0; r++) rc = order_rank(&f, r);
    if (rc == 0) rc = match(&f);
    if (rc == 0) rc = find_chunks(&f);
    if (rc == 0) rc = plan_nodes(&f);
    if (rc == 0) rc = plan_collectives(&f);
    if (rc == 0) plan_dependencies(&f);
    if (rc == 0) rc = run_symbolic(&f);
    if (rc == 0) avoid_rounding(&f);
    if (rc == 0) describe(&f, about, about_len);
    release(&f);
    if (rc == 0) return f.p;
    weft_plan_free(f.p);
    return NULL;
}
