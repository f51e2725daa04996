/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * desc_states.c: from headers to states, rows and entries, before anything has a stage.
 */
#include "proto/desc_states.h"
#include "weft/reasons.h"

#include <string.h>

#define PTR_MAX   126u
#define EDGES_MAX 128u /* before they are merged, which takes time with its third power */

/* ---------------------------------------------------------------- rows ---------------------- */
static unsigned shift_of(const desc_bits *b) { return 15 - (b->bit % 16 + b->width - 1); }

static weft_pp_op op_of(weft_pp_slot which, const desc_slot *s)
{
    weft_pp_op op = {.slot = (uint8_t)which, .off = (uint8_t)(s->bits.bit / 16 * 2)};
    unsigned arg = s->kind;
    if (which == WEFT_SLOT_CLASS) arg |= shift_of(&s->bits) << 2;
    if (which == WEFT_SLOT_PART) arg = shift_of(&s->bits);
    if (which == WEFT_SLOT_HASH)
        arg = ((1u << s->bits.width / 8) - 1u) << (s->bits.bit / 8 - op.off);
    op.arg = (uint8_t)arg;
    return op;
}

/* The trim point goes last: it alone can lie past the machine's reach, and ends the parse then. */
static weft_pp_row row_of(const desc_header *h, bool first, const unsigned word[2])
{
    weft_pp_row r = {.look_a = (uint8_t)word[0],
                     .look_b = (uint8_t)word[1],
                     .need = (uint8_t)desc_bytes(h),
                     .proto = h->proto_id};
    unsigned n = 0;
    for (weft_pp_slot s = WEFT_SLOT_DST; s <= WEFT_SLOT_TRIM; s++)
        if (h->slot[s].set && (first || !h->slot[s].once)) r.op[n++] = op_of(s, &h->slot[s]);
    if (h->has_length) {
        unsigned low = 7 - (h->length.bit + h->length.width - 1) % 8, shift = 0;
        while ((h->scale >> low >> shift) > 1) shift++;
        r.var_mask = (uint8_t)(((1u << h->length.width) - 1u) << low);
        r.var_shift = (uint8_t)shift;
        r.var_low = h->length.bit % 16 >= 8;
    }
    return r;
}

/* Bytes from the header's start that must have come when its row is used. */
static unsigned reach_of(const desc_header *h, const unsigned word[2])
{
    unsigned reach = desc_bytes(h);
    for (unsigned i = 0; i < 2; i++)
        if (word[i] + 2 > reach && word[i] > 0) reach = word[i] + 2;
    return reach;
}

/* ---------------------------------------------------------------- edges --------------------- */
static bool same_result(const desc_edge *a, const desc_edge *b)
{
    return a->action->verdict == b->action->verdict && a->action->reason == b->action->reason &&
           a->next == b->next && a->adv == b->adv && a->action->op == b->action->op &&
           a->action->flags == b->action->flags;
}

static bool intersect(desc_cube a, desc_cube b)
{
    return ((a.value ^ b.value) & a.mask & b.mask) == 0;
}

/* Whether edge i may move down to just above edge j. */
static bool may_sink(const desc_state *s, unsigned i, unsigned j)
{
    for (unsigned k = i + 1; k < j; k++)
        if (intersect(s->edge[i].cube, s->edge[k].cube) && !same_result(&s->edge[i], &s->edge[k]))
            return false;
    return true;
}

static void remove_edge(desc_state *s, unsigned i)
{
    s->n_edges--;
    memmove(&s->edge[i], &s->edge[i + 1], (s->n_edges - i) * sizeof s->edge[0]);
}

/* One step: two edges of the same result become one. */
static bool merge_step(desc_state *s)
{
    for (unsigned j = 1; j < s->n_edges; j++)
        for (unsigned i = 0; i < j; i++) {
            desc_cube a = s->edge[i].cube, *b = &s->edge[j].cube;
            uint32_t differ = a.value ^ b->value;
            if (!same_result(&s->edge[i], &s->edge[j]) || !may_sink(s, i, j)) continue;
            bool inside = (b->mask & ~a.mask) == 0 && (differ & b->mask) == 0;
            bool twins = a.mask == b->mask && differ != 0 && (differ & (differ - 1)) == 0;
            if (!inside && !twins) continue;
            if (twins) *b = (desc_cube){b->value & ~differ, b->mask & ~differ};
            remove_edge(s, i);
            return true;
        }
    return false;
}

/* Fewer entries with the same meaning. No match is a drop PARSE in any case. */
static void simplify(desc_state *s)
{
    while (merge_step(s)) {}
    while (s->n_edges > 0) {
        const desc_action *last = s->edge[s->n_edges - 1].action;
        bool plain = last->verdict == WEFT_PP_DROP && last->reason == WEFT_DROP_PARSE;
        if (!plain) return;
        s->n_edges--;
    }
}

/* ---------------------------------------------------------------- states -------------------- */
static void mark_reachable(const desc_header *h, bool seen[DESC_HEADERS])
{
    for (unsigned i = 0; i < h->n_entries; i++) {
        const desc_action *a = &h->entry[i]->action;
        if (a->verdict != WEFT_PP_NEXT || seen[a->header->index]) continue;
        seen[a->header->index] = true;
        mark_reachable(a->header, seen);
    }
}

/* The state of a header with these counts: an old one, or a new one. -1: an error. Counts of what
 * cannot come any more are forgotten, so that as many ways as possible share a state. */
static int state_of(weft_desc *d, desc_graph *g, const desc_header *h,
                    const uint8_t passed[DESC_HEADERS], int from)
{
    bool later[DESC_HEADERS] = {false}, once = false;
    uint8_t kept[DESC_HEADERS] = {0};
    mark_reachable(h, later);
    for (unsigned i = 0; i < d->n_headers; i++)
        if (later[i] && d->header[i]->at_most != DESC_UNBOUNDED) kept[i] = passed[i];
    for (unsigned s = 0; s < 8; s++) once = once || h->slot[s].once;
    bool first = !once || passed[h->index] <= 1;
    for (unsigned i = 0; i < g->n; i++)
        if (g->state[i]->header == h && g->state[i]->first == first &&
            memcmp(g->state[i]->passed, kept, sizeof kept) == 0)
            return (int)i;
    if (g->n == DESC_STATES) {
        desc_fail(d, h->at, "the headers and their repetitions make more than %u states",
                  DESC_STATES);
        return -1;
    }
    desc_state *s = desc_alloc(d, sizeof *s);
    if (s == NULL) return -1;
    s->header = h;
    s->first = first;
    s->from = from;
    memcpy(s->passed, kept, sizeof kept);
    g->state[g->n++] = s;
    return (int)g->n - 1;
}

/* A header of which nothing is taken: what follows it can be reached in one step. It is cut short
 * by the same frames as its follower. proto_id: of the header before it, which stays so. */
static bool is_gap(const desc_header *h, uint8_t proto_id)
{
    bool same_proto = h->proto_id == 0 || h->proto_id == proto_id;
    bool slots = h->has_length || !same_proto || h->at_most != DESC_UNBOUNDED;
    for (unsigned s = 0; s < 8; s++) slots = slots || h->slot[s].set;
    const desc_action *a = h->n_entries == 1 ? &h->entry[0]->action : NULL;
    return !slots && a != NULL && h->n_columns == 0 && a->verdict == WEFT_PP_NEXT && !a->here &&
           a->op == 0 && a->flags == 0;
}

/* Makes the edge of an action. False: it does not count, since its header has been passed often
 * enough. */
static bool edge_of(weft_desc *d, desc_graph *g, unsigned from, const desc_action *a, desc_edge *e)
{
    const desc_state *s = g->state[from];
    const desc_header *h = s->header, *t = a->header;
    *e = (desc_edge){.action = a, .next = -1};
    if (a->verdict != WEFT_PP_NEXT) return true;
    uint8_t passed[DESC_HEADERS];
    memcpy(passed, s->passed, sizeof passed);
    if (passed[t->index] >= t->at_most) return false;
    e->adv = a->here ? 0 : h->has_length ? h->constant : desc_bytes(h);
    for (unsigned i = 0;
         is_gap(t, h->proto_id) && e->adv + desc_bytes(t) <= PTR_MAX && i < DESC_HEADERS; i++) {
        const desc_header *after = t->entry[0]->action.header;
        if (passed[after->index] >= after->at_most) break;
        e->adv += desc_bytes(t);
        t = after;
    }
    if (t->at_most != DESC_UNBOUNDED) passed[t->index]++;
    e->next = state_of(d, g, t, passed, (int)from);
    return true;
}

static bool expand(weft_desc *d, desc_graph *g, unsigned index)
{
    desc_state *s = g->state[index];
    const desc_header *h = s->header;
    unsigned word[2], n_words, room = 0;
    desc_cube cube[DESC_CUBES];
    if (!desc_look_words(h, word, &n_words)) return false;
    s->row = row_of(h, s->first, word);
    s->reach = reach_of(h, word);
    for (unsigned i = 0; i < h->n_entries; i++)
        room += desc_entry_cubes(h, h->entry[i], word, cube);
    if (room > EDGES_MAX) {
        desc_fail(d, h->select_at, "header \"%s\" needs %u entries; a stage has %u", h->name, room,
                  WEFT_PP_ENTRIES);
        return false;
    }
    s->edge = desc_alloc(d, room * sizeof *s->edge);
    if (s->edge == NULL) return false;
    for (unsigned i = 0; i < h->n_entries; i++) {
        desc_edge e;
        if (!edge_of(d, g, index, &h->entry[i]->action, &e)) continue;
        if (e.action->verdict == WEFT_PP_NEXT && e.next < 0) return false;
        unsigned n = desc_entry_cubes(h, h->entry[i], word, cube);
        for (unsigned k = 0; k < n; k++) {
            e.cube = cube[k];
            s->edge[s->n_edges++] = e;
        }
    }
    simplify(s);
    return true;
}

/* Largest pointers: as often as there are states, since no way is longer. */
static void find_pointers(desc_graph *g)
{
    for (unsigned round = 0; round < g->n; round++)
        for (unsigned i = 0; i < g->n; i++) {
            const desc_state *s = g->state[i];
            unsigned var = (unsigned)s->row.var_mask << s->row.var_shift;
            for (unsigned k = 0; k < s->n_edges; k++) {
                if (s->edge[k].next < 0) continue;
                desc_state *t = g->state[s->edge[k].next];
                unsigned ptr = s->max_ptr + s->edge[k].adv + var;
                if (ptr > PTR_MAX) ptr = PTR_MAX;
                if (ptr > t->max_ptr) t->max_ptr = ptr;
            }
        }
}

bool desc_graph_make(weft_desc *d, desc_graph *g)
{
    uint8_t passed[DESC_HEADERS] = {0};
    g->n = 0;
    if (d->start->at_most != DESC_UNBOUNDED) passed[d->start->index] = 1;
    if (state_of(d, g, d->start, passed, -1) < 0) return false;
    for (unsigned i = 0; i < g->n; i++)
        if (!expand(d, g, i)) return false;
    find_pointers(g);
    return true;
}
