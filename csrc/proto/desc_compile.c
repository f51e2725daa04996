/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * desc_compile.c: gives each state of the parse graph a stage, and writes the tables.
 *
 * A state stands in one stage; ways to it that are shorter wait in rows that only go on to the next
 * stage. All stages are passed in any case, so waiting costs rows and entries but no time. Where a
 * state stands is searched for: first as early as possible, then single states are moved, with all
 * that must move with them, as long as that lets more fit or needs fewer rows and entries.
 */
#include "proto/desc_states.h"

#include <string.h>

#define FIRST_CELL       64u
#define FIRST_CELL_UNTIL 2u    /* stages that see the first cell only */
#define MISSING          1000u /* weight of what does not fit against what is used */

typedef struct {
    const desc_graph *g;
    unsigned level[DESC_STATES];
} placement;

/* ---------------------------------------------------------------- what a placement costs ---- */
/* First stage in which something must stand or wait for state t. */
static unsigned waits_from(const placement *p, unsigned t)
{
    unsigned from = t == 0 ? 0 : p->level[t];
    for (unsigned s = 0; s < p->g->n; s++)
        for (unsigned k = 0; k < p->g->state[s]->n_edges; k++)
            if (p->g->state[s]->edge[k].next == (int)t && p->level[s] + 1 < from)
                from = p->level[s] + 1;
    return from;
}

static void count(const placement *p, unsigned rows[WEFT_PP_STAGES],
                  unsigned entries[WEFT_PP_STAGES])
{
    memset(rows, 0, WEFT_PP_STAGES * sizeof rows[0]);
    memset(entries, 0, WEFT_PP_STAGES * sizeof entries[0]);
    for (unsigned t = 0; t < p->g->n; t++) {
        for (unsigned l = waits_from(p, t); l < p->level[t]; l++) {
            rows[l]++;
            entries[l]++;
        }
        rows[p->level[t]]++;
        entries[p->level[t]] += p->g->state[t]->n_edges;
    }
}

static unsigned cost(const placement *p)
{
    unsigned rows[WEFT_PP_STAGES], entries[WEFT_PP_STAGES], sum = 0;
    count(p, rows, entries);
    for (unsigned l = 0; l < WEFT_PP_STAGES; l++) {
        sum += rows[l] + entries[l];
        if (rows[l] > WEFT_PP_ROWS) sum += MISSING * (rows[l] - WEFT_PP_ROWS);
        if (entries[l] > WEFT_PP_ENTRIES) sum += MISSING * (entries[l] - WEFT_PP_ENTRIES);
    }
    return sum;
}

/* ---------------------------------------------------------------- where states may stand ---- */
static unsigned least_level(const desc_state *s)
{
    return s->max_ptr + s->reach > FIRST_CELL ? FIRST_CELL_UNTIL : 0;
}

/* Pushes everything behind a state to later stages where it must go. The index of a state that no
 * longer has a stage, or -1. */
static int push(placement *p)
{
    for (bool more = true; more;) {
        more = false;
        for (unsigned s = 0; s < p->g->n; s++)
            for (unsigned k = 0; k < p->g->state[s]->n_edges; k++) {
                int t = p->g->state[s]->edge[k].next;
                if (t < 0 || p->level[t] > p->level[s]) continue;
                p->level[t] = p->level[s] + 1;
                if (p->level[t] >= WEFT_PP_STAGES) return t;
                more = true;
            }
    }
    return -1;
}

/* Moves state s to a stage, with what is before and behind it as far as needed. */
static bool move(placement *p, unsigned s, unsigned level)
{
    if (level < least_level(p->g->state[s])) return false;
    p->level[s] = level;
    for (bool more = true; more;) {
        more = false;
        for (unsigned a = 0; a < p->g->n; a++)
            for (unsigned k = 0; k < p->g->state[a]->n_edges; k++) {
                int t = p->g->state[a]->edge[k].next;
                if (t < 0 || p->level[t] > p->level[a] || p->level[t] > level) continue;
                if (p->level[t] == 0 || p->level[t] - 1 < least_level(p->g->state[a])) return false;
                p->level[a] = p->level[t] - 1;
                more = true;
            }
    }
    return push(p) < 0 && p->level[s] == level;
}

static void improve(placement *best)
{
    unsigned lowest = cost(best);
    for (bool more = true; more;) {
        more = false;
        for (unsigned s = 0; s < best->g->n; s++)
            for (unsigned level = 0; level < WEFT_PP_STAGES; level++) {
                placement p = *best;
                if (!move(&p, s, level) || cost(&p) >= lowest) continue;
                *best = p;
                lowest = cost(&p);
                more = true;
            }
    }
}

/* ---------------------------------------------------------------- messages ------------------ */
static void fail_long(weft_desc *d, const desc_graph *g, int last)
{
    const char *name[DESC_STATES] = {NULL};
    char way[200] = "";
    unsigned n = 0;
    for (int s = last; s >= 0 && n < DESC_STATES; s = g->state[s]->from)
        name[n++] = g->state[s]->header->name;
    while (n-- > 0)
        if (strlen(way) + strlen(name[n]) + 4 < sizeof way) {
            if (way[0] != '\0') (void)strcat(way, " > ");
            (void)strcat(way, name[n]);
        }
    desc_fail(d, g->state[last]->header->at,
              "the way to \"%s\" needs more than the %u stages of the machine: ... %s",
              g->state[last]->header->name, WEFT_PP_STAGES, way);
}

static void fail_full(weft_desc *d, const placement *p)
{
    unsigned rows[WEFT_PP_STAGES], entries[WEFT_PP_STAGES];
    count(p, rows, entries);
    for (unsigned l = 0; l < WEFT_PP_STAGES; l++) {
        if (rows[l] <= WEFT_PP_ROWS && entries[l] <= WEFT_PP_ENTRIES) continue;
        const desc_state *most = NULL;
        for (unsigned s = 0; s < p->g->n; s++)
            if (p->level[s] == l && (most == NULL || p->g->state[s]->n_edges > most->n_edges))
                most = p->g->state[s];
        desc_fail(d, most != NULL ? most->header->at : d->start->at,
                  "stage %u needs %u rows of %u and %u entries of %u%s%s%s", l, rows[l],
                  WEFT_PP_ROWS, entries[l], WEFT_PP_ENTRIES,
                  most != NULL ? ", most of them for \"" : "",
                  most != NULL ? most->header->name : "", most != NULL ? "\"" : "");
    }
}

/* ---------------------------------------------------------------- tables -------------------- */
typedef struct {
    int row[WEFT_PP_STAGES][DESC_STATES]; /* where a state stands or waits, or -1 */
    unsigned rows[WEFT_PP_STAGES], entries[WEFT_PP_STAGES];
} allocation;

static void allocate(const placement *p, allocation *a, weft_desc_use *use)
{
    memset(a, 0, sizeof *a);
    for (unsigned l = 0; l < WEFT_PP_STAGES; l++)
        for (unsigned s = 0; s < p->g->n; s++) {
            bool here = l >= waits_from(p, s) && l <= p->level[s];
            a->row[l][s] = here ? (int)a->rows[l]++ : -1;
            if (here)
                use->row_name[l][a->row[l][s]] =
                    l == p->level[s] ? p->g->state[s]->header->name : "(wait)";
        }
}

static void put_entry(weft_parse_program *program, allocation *a, unsigned l, weft_pp_entry e)
{
    e.valid = 1;
    program->entry[l][a->entries[l]++] = e;
}

static void put_state(weft_parse_program *program, allocation *a, const placement *p, unsigned l,
                      unsigned s)
{
    const desc_state *state = p->g->state[s];
    uint8_t row = (uint8_t)a->row[l][s];
    if (l < p->level[s]) {
        put_entry(program, a, l,
                  (weft_pp_entry){
                      .row = row, .verdict = WEFT_PP_NEXT, .next = (uint8_t)a->row[l + 1][s]});
        return;
    }
    program->row[l][row] = state->row;
    for (unsigned k = 0; k < state->n_edges; k++) {
        const desc_edge *e = &state->edge[k];
        put_entry(program, a, l,
                  (weft_pp_entry){.value = e->cube.value,
                                  .mask = e->cube.mask,
                                  .row = row,
                                  .verdict = e->action->verdict,
                                  .reason = e->action->reason,
                                  .next = e->next < 0 ? 0 : (uint8_t)a->row[l + 1][e->next],
                                  .adv = (uint8_t)e->adv,
                                  .op = e->action->op,
                                  .flags = e->action->flags});
    }
}

static void emit(const placement *p, weft_parse_program *program, weft_desc_use *use)
{
    allocation a;
    memset(program, 0, sizeof *program);
    memset(use, 0, sizeof *use);
    allocate(p, &a, use);
    for (unsigned l = 0; l < WEFT_PP_STAGES; l++) {
        for (unsigned s = 0; s < p->g->n; s++)
            if (a.row[l][s] >= 0) put_state(program, &a, p, l, s);
        use->rows[l] = a.rows[l];
        use->entries[l] = a.entries[l];
        if (a.rows[l] > 0) use->stages = l + 1;
    }
}

/* More entries than all stages have together cannot be placed, and are not searched for a place. */
static bool too_many(const desc_graph *g)
{
    unsigned sum = 0;
    for (unsigned s = 0; s < g->n; s++) sum += g->state[s]->n_edges;
    return sum > WEFT_PP_STAGES * WEFT_PP_ENTRIES;
}

bool weft_desc_compile(weft_desc *d, weft_parse_program *program, weft_desc_use *use)
{
    desc_graph g;
    placement p = {.g = &g};
    weft_desc_use used;
    if (weft_desc_errors(d) > 0 || !desc_graph_make(d, &g)) return false;
    for (unsigned s = 0; s < g.n; s++) p.level[s] = least_level(g.state[s]);
    int last = push(&p);
    if (last >= 0) {
        fail_long(d, &g, last);
        return false;
    }
    if (!too_many(&g)) improve(&p);
    if (cost(&p) >= MISSING) {
        fail_full(d, &p);
        return false;
    }
    emit(&p, program, &used);
    if (use != NULL) *use = used;
    return true;
}
