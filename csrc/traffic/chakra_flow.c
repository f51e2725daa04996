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
#include "traffic/chakra_state.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_FLOATS 4096u /* contributions of 0..4095 each: weft_stream_word */

int flow_fail(flow *f, const char *fmt, ...)
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

int flow_no_memory(flow *f) { return flow_fail(f, "not enough memory for these traces"); }

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
        if (!flows) return flow_no_memory(f);
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
    if (!f->chunks) return flow_no_memory(f);
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
            if (flow_node(f, g->dst, adder)->dtype == WEFT_DTYPE_FLOAT32)
                c->type = WEFT_DTYPE_FLOAT32;
        }
        if (flow_node(f, g->src, g->send)->dtype == WEFT_DTYPE_FLOAT32)
            c->type = WEFT_DTYPE_FLOAT32;
    }
    for (uint32_t m = 0; m < f->n_msgs; m++) {
        chunk *c = &f->chunks[m];
        if (!c->used) continue;
        /* Messages of different lengths, or sums of broken elements: no chunk, only bytes. */
        if (c->adds && c->len % 4) c->equal = false;
        if (!c->equal) continue;
        c->region = weft_plan_region(f->p);
        c->on = calloc(f->ranks, sizeof *c->on);
        if (!c->on) return flow_no_memory(f);
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
        flow_no_memory(f);
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
        if (!g) return flow_no_memory(f);
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
            const weft_node *n = flow_node(f, r, i);
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
                g->plan_msg =
                    weft_plan_msg_add(f->p, r, g->dst, g->len, raw, 0, n->id,
                                      flow_node(f, g->dst, g->recv)->id, "send", "receive");
                if (g->plan_msg == NONE) return flow_no_memory(f);
                op = f->p->msgs[g->plan_msg].send_op;
                f->in[g->dst][g->recv] = f->out[g->dst][g->recv] = f->p->msgs[g->plan_msg].recv_op;
                break;
            }
            default: continue; /* receives come with their sends, collectives afterwards */
            }
            if (op == NONE) return flow_no_memory(f);
            f->in[r][i] = f->out[r][i] = op;
        }
    return 0;
}

/* The k-th collective with a tag on one rank belongs to the k-th with it on all others. */
static void plan_dependencies(flow *f)
{
    for (unsigned r = 0; r < f->ranks; r++)
        for (uint32_t i = 0; i < f->t[r].n_nodes; i++) {
            const weft_node *n = flow_node(f, r, i);
            for (size_t d = n->first_dep; d < n->first_dep + n->n_data + n->n_ctrl; d++)
                weft_plan_after(f->p, f->out[r][f->t[r].deps[d]], f->in[r][i]);
        }
}

/* What one node does to chunks, when its turn comes in the symbolic run. */
static int run_node(flow *f, unsigned r, uint32_t i)
{
    const weft_node *n = flow_node(f, r, i);
    if (n->type == WEFT_NODE_SEND) {
        message *g = &f->msgs[f->msg_of[r][i]];
        chunk *c = chunk_of(f, f->msg_of[r][i]);
        if (!c) return 0;
        place *pl = chunk_place(f, c, r);
        g->carried = malloc(f->ranks * sizeof *g->carried);
        if (!pl || !g->carried) return flow_no_memory(f);
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
            if (flow_node(f, r, from)->type != WEFT_NODE_RECV || f->adder[r][from] != i) continue;
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
    int rc = left && queue ? 0 : flow_no_memory(f);
    for (unsigned r = 0; r < f->ranks && rc == 0; r++)
        for (uint32_t i = 0; i < f->t[r].n_nodes; i++) {
            const weft_node *n = flow_node(f, r, i);
            left[base[r] + i] = n->n_data + n->n_ctrl + (n->type == WEFT_NODE_RECV);
            if (left[base[r] + i] == 0) queue[tail++] = (item){r, i};
        }
    while (head < tail && rc == 0) {
        const item at = queue[head++];
        const unsigned r = at.rank;
        rc = run_node(f, r, at.node);
        for (uint32_t k = f->first[r][at.node]; k < f->first[r][at.node + 1]; k++)
            if (--left[base[r] + f->next[r][k]] == 0) queue[tail++] = (item){r, f->next[r][k]};
        if (flow_node(f, r, at.node)->type != WEFT_NODE_SEND) continue;
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
                if (left[base[r] + i] != 1 || flow_node(f, r, i)->type != WEFT_NODE_RECV) continue;
                if (len < sizeof list)
                    len += (size_t)snprintf(list + len, sizeof list - len, "%srank %u node %llu",
                                            shown ? ", " : "", r,
                                            (unsigned long long)flow_node(f, r, i)->id);
                shown++;
            }
        rc = flow_fail(f, "%s: deadlock: these receives wait for sends that wait for them: %s",
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

/* ---------------------------------------------------------------- the plan ------------------ */
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
    int rc = ok ? 0 : flow_no_memory(&f);
    for (unsigned r = 0; r < ranks && rc == 0; r++) rc = flow_check_nodes(&f, r);
    for (unsigned r = 0; r < ranks && rc == 0; r++) rc = flow_order_rank(&f, r);
    if (rc == 0) rc = flow_match(&f);
    if (rc == 0) rc = find_chunks(&f);
    if (rc == 0) rc = plan_nodes(&f);
    if (rc == 0) rc = flow_plan_collectives(&f);
    if (rc == 0) plan_dependencies(&f);
    if (rc == 0) rc = run_symbolic(&f);
    if (rc == 0) avoid_rounding(&f);
    if (rc == 0) flow_result(&f, about, about_len);
    release(&f);
    if (rc == 0) return f.p;
    weft_plan_free(f.p);
    return NULL;
}
