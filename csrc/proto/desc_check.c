/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * desc_check.c: whether a description that could be read makes sense, each error at its place.
 */
#include "proto/desc.h"

#include <string.h>

static void resolve_targets(weft_desc *d, desc_header *h)
{
    for (unsigned i = 0; i < h->n_entries; i++) {
        desc_action *a = &h->entry[i]->action;
        if (a->verdict != WEFT_PP_NEXT) continue;
        a->header = desc_find_header(d, a->target);
        if (a->header == NULL)
            desc_fail(d, a->at, "unknown header \"%s\"", a->target);
        else if (a->here && h->has_length)
            desc_fail(d, a->at, "`here` and a length exclude each other");
        else if (!a->here && !h->has_length && desc_bytes(h) % 2 != 0)
            desc_fail(d, a->at,
                      "header \"%s\" has %u bytes; what follows must start at an even one", h->name,
                      desc_bytes(h));
    }
}

static void check_header(weft_desc *d, desc_header *h)
{
    unsigned slots = 0;
    for (unsigned s = 1; s < 8; s++) slots += h->slot[s].set;
    if (h->bits % 8 != 0)
        desc_fail(d, h->at, "header \"%s\" has %u bits, which are not whole bytes", h->name,
                  h->bits);
    if (h->slot[WEFT_SLOT_CLASS].once && h->at_most == DESC_UNBOUNDED)
        desc_fail(d, h->slot[WEFT_SLOT_CLASS].bits.at,
                  "`once` has a meaning only in a header with `at most`");
    if (slots > WEFT_PP_OPS)
        desc_fail(d, h->at, "header \"%s\" uses %u of key, class, rewrite, ...; %u are possible",
                  h->name, slots, WEFT_PP_OPS);
    if (h->select_at.line == 0 || h->n_entries == 0)
        desc_fail(d, h->at, "header \"%s\" does not say what follows (select or then)", h->name);
    resolve_targets(d, h);
}

/* ---------------------------------------------------------------- loops --------------------- */
/* Looks for a way back through headers without a bound. `mark`: 1 on the way, 2 done. */
static bool find_loop(weft_desc *d, const desc_header *h, uint8_t mark[DESC_HEADERS])
{
    mark[h->index] = 1;
    for (unsigned i = 0; i < h->n_entries; i++) {
        const desc_action *a = &h->entry[i]->action;
        if (a->verdict != WEFT_PP_NEXT || a->header->at_most != DESC_UNBOUNDED) continue;
        if (mark[a->header->index] == 1) {
            desc_fail(d, a->at,
                      "loop without a bound: \"%s\" comes back to \"%s\"; say `at most N`", h->name,
                      a->header->name);
            return true;
        }
        if (mark[a->header->index] == 0 && find_loop(d, a->header, mark)) return true;
    }
    mark[h->index] = 2;
    return false;
}

/* ---------------------------------------------------------------- ways to an end ------------ */
/* Whether a frame can leave the description other than by a drop from each header. */
static void check_ends(weft_desc *d)
{
    bool ends[DESC_HEADERS] = {false}, more = true;
    while (more) {
        more = false;
        for (unsigned i = 0; i < d->n_headers; i++) {
            const desc_header *h = d->header[i];
            for (unsigned k = 0; !ends[i] && k < h->n_entries; k++) {
                const desc_action *a = &h->entry[k]->action;
                bool end = a->verdict == WEFT_PP_NEXT ? ends[a->header->index]
                                                      : a->verdict != WEFT_PP_DROP;
                if (end) ends[i] = more = true;
            }
        }
    }
    for (unsigned i = 0; i < d->n_headers; i++)
        if (!ends[i])
            desc_fail(d, d->header[i]->at, "header \"%s\" never leads to accept, control or punt",
                      d->header[i]->name);
}

/* An accepted frame must have a destination, whatever the way to that header was. */
static void check_keys(weft_desc *d, const desc_header *h, bool dst, bool seen[DESC_HEADERS][2])
{
    dst = dst || h->slot[WEFT_SLOT_DST].set;
    if (seen[h->index][dst]) return;
    seen[h->index][dst] = true;
    for (unsigned i = 0; i < h->n_entries; i++) {
        const desc_action *a = &h->entry[i]->action;
        if (a->verdict == WEFT_PP_ACCEPT && !dst) {
            desc_fail(d, a->at, "a frame is accepted here that has no `key dst`");
            return;
        }
        if (a->verdict == WEFT_PP_NEXT) check_keys(d, a->header, dst, seen);
    }
}

void desc_check(weft_desc *d)
{
    uint8_t mark[DESC_HEADERS] = {0};
    bool seen[DESC_HEADERS][2] = {{false}};
    for (unsigned i = 0; i < d->n_overrides; i++)
        if (!d->override[i].used)
            desc_fail(d, d->override[i].at, "no parameter \"%s\"", d->override[i].name);
    if (d->start_name == NULL) {
        desc_fail(d, (desc_pos){d->file[0], 1, 1}, "the file does not say `start HEADER`");
        return;
    }
    d->start = desc_find_header(d, d->start_name);
    if (d->start == NULL) desc_fail(d, d->start_at, "unknown header \"%s\"", d->start_name);
    for (unsigned i = 0; i < d->n_headers; i++) check_header(d, d->header[i]);
    if (weft_desc_errors(d) > 0) return;
    for (unsigned i = 0; i < d->n_headers; i++) desc_check_entries(d, d->header[i]);
    for (unsigned i = 0; i < d->n_headers; i++)
        if (mark[i] == 0 && d->header[i]->at_most == DESC_UNBOUNDED &&
            find_loop(d, d->header[i], mark))
            break;
    check_ends(d);
    if (weft_desc_errors(d) == 0) check_keys(d, d->start, false, seen);
}
