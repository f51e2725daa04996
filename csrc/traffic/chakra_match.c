/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * chakra_match.c: the nodes of a trace: checked, put into an order, every receive matched with its
 * send, and every collective with the same of the other ranks.
 */
#include "traffic/chakra_state.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    uint32_t key; /* of a send: destination; of a receive: source */
    int64_t tag;
    uint32_t own, order, node; /* own rank, place in its order, node */
} end_point;

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

int flow_order_rank(flow *f, unsigned r)
{
    const weft_trace *t = &f->t[r];
    const size_t n = t->n_nodes;
    uint32_t *left = malloc((n + 1) * sizeof *left), *heap = malloc((n + 1) * sizeof *heap);
    int rc = 0;
    size_t ready = 0, done = 0;
    if (!left || !heap || !followers(t, &f->first[r], &f->next[r])) {
        rc = flow_no_memory(f);
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
        rc = flow_fail(f, "%s: dependencies go in a circle; nodes that can never run: %s%s",
                       t->path, list, n - done > shown ? ", ..." : "");
    }
out:
    free(left);
    free(heap);
    return rc;
}

/* ---------------------------------------------------------------- nodes and matching -------- */
int flow_check_nodes(flow *f, unsigned r)
{
    const weft_trace *t = &f->t[r];
    for (size_t i = 0; i < t->n_nodes; i++) {
        const weft_node *n = &t->nodes[i];
        const unsigned long long id = n->id;
        if (n->micros > 1000000)
            return flow_fail(
                f, "%s: node %llu (%s) takes %llu us; more than a second is not simulated", t->path,
                id, n->name, (unsigned long long)n->micros);
        if (n->type == WEFT_NODE_SEND || n->type == WEFT_NODE_RECV) {
            const char *attr = n->type == WEFT_NODE_SEND ? "comm_dst" : "comm_src";
            f->n_send += n->type == WEFT_NODE_SEND;
            if (!n->has_peer)
                return flow_fail(f, "%s: node %llu (%s) has no %s", t->path, id, n->name, attr);
            if (n->peer < 0 || n->peer >= (int64_t)f->ranks)
                return flow_fail(f, "%s: node %llu (%s): %s is %lld, there are ranks 0 to %u",
                                 t->path, id, n->name, attr, (long long)n->peer, f->ranks - 1);
            if ((unsigned)n->peer == r)
                return flow_fail(f, "%s: node %llu (%s): %s is its own rank", t->path, id, n->name,
                                 attr);
            if (!n->has_size || n->size == 0)
                return flow_fail(f, "%s: node %llu (%s): comm_size is missing or 0", t->path, id,
                                 n->name);
            if (n->size > 1ull << 30)
                return flow_fail(f, "%s: node %llu (%s): comm_size %llu is more than 1 GiB",
                                 t->path, id, n->name, (unsigned long long)n->size);
        }
        if (n->type == WEFT_NODE_COLL) {
            if (!n->has_coll || n->coll < 0 || !weft_coll_name((unsigned)(n->coll & 0xFF)) ||
                n->coll > 0xFF)
                return flow_fail(f, "%s: node %llu (%s): comm_type is missing or unknown", t->path,
                                 id, n->name);
            if (n->root < 0 || n->root >= (int64_t)f->ranks)
                return flow_fail(f, "%s: node %llu (%s): root %lld is no rank", t->path, id,
                                 n->name, (long long)n->root);
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
int flow_match(flow *f)
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
        rc = flow_no_memory(f);
        goto out;
    }
    n_recv = 0;
    for (unsigned r = 0; r < f->ranks; r++)
        for (uint32_t k = 0; k < f->t[r].n_nodes; k++) {
            const uint32_t i = f->order[r][k];
            const weft_node *n = flow_node(f, r, i);
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
            const weft_node *n = flow_node(f, e->own, e->node);
            rc = flow_fail(f, "%s: node %llu (%s): %s rank %lld with tag %lld has no matching %s",
                           f->t[e->own].path, (unsigned long long)n->id, n->name,
                           lone_send ? "the send to" : "the receive from", (long long)n->peer,
                           (long long)n->tag, lone_send ? "receive" : "send");
            goto out;
        }
        const weft_node *a = flow_node(f, s->own, s->node), *b = flow_node(f, d->own, d->node);
        if (a->size != b->size) {
            rc = flow_fail(
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

/* ---------------------------------------------------------------- collectives --------------- */
int flow_plan_collectives(flow *f)
{
    end_point *all[WEFT_MAX_PORTS] = {0};
    size_t n[WEFT_MAX_PORTS] = {0};
    int rc = 0;
    for (unsigned r = 0; r < f->ranks && rc == 0; r++) {
        all[r] = malloc((f->t[r].n_nodes + 1) * sizeof *all[r]);
        if (!all[r]) {
            rc = flow_no_memory(f);
            break;
        }
        for (uint32_t k = 0; k < f->t[r].n_nodes; k++) {
            const uint32_t i = f->order[r][k];
            if (flow_node(f, r, i)->type == WEFT_NODE_COLL)
                all[r][n[r]++] = (end_point){0, flow_node(f, r, i)->tag, r, k, i};
        }
        qsort(all[r], n[r], sizeof *all[r], by_pair);
        if (n[r] != n[0])
            rc = flow_fail(f, "%s: %zu collective nodes, but rank 0 has %zu", f->t[r].path, n[r],
                           n[0]);
    }
    for (size_t k = 0; k < n[0] && rc == 0; k++) {
        const weft_node *a = flow_node(f, 0, all[0][k].node);
        uint64_t ids[WEFT_MAX_PORTS];
        uint32_t begin[WEFT_MAX_PORTS], end[WEFT_MAX_PORTS];
        weft_coll_spec spec = {.type = (unsigned)a->coll,
                               .bytes = a->size,
                               .root = (unsigned)a->root,
                               .dtype = a->dtype,
                               .nodes = ids};
        for (unsigned r = 0; r < f->ranks && rc == 0; r++) {
            const weft_node *b = flow_node(f, r, all[r][k].node);
            ids[r] = b->id;
            if (b->coll != a->coll || b->size != a->size || b->root != a->root || b->tag != a->tag)
                rc = flow_fail(
                    f,
                    "%s: node %llu (%s): %s of %llu bytes, but node %llu of rank 0 is %s of "
                    "%llu bytes",
                    f->t[r].path, (unsigned long long)b->id, b->name,
                    weft_coll_name((unsigned)b->coll), (unsigned long long)b->size,
                    (unsigned long long)a->id, weft_coll_name((unsigned)a->coll),
                    (unsigned long long)a->size);
        }
        char why[160];
        if (rc == 0 && weft_coll_expand(f->p, &spec, begin, end, why, sizeof why) != 0)
            rc = flow_fail(f, "%s: node %llu (%s): %s", f->t[0].path, (unsigned long long)a->id,
                           a->name, why);
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
