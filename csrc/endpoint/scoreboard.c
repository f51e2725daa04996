/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * scoreboard.c: see scoreboard.h. The usual case (the frame is the oldest of its FIFO) costs two
 * comparisons of memory; all searching is for frames that are not where they should be.
 */
#include "scoreboard.h"

#include <stdlib.h>
#include <string.h>

#define HISTORY 4 /* delivered frames kept for each FIFO, to know a duplicate when it comes */

typedef struct {
    weft_frame **slot; /* room is a power of two */
    uint32_t head, count, room;
    weft_frame *last[HISTORY];
    uint32_t turn;
} fifo;

/* A frame that others have overtaken, or that is lost. */
typedef struct {
    weft_frame *frame;
    uint32_t where; /* number of its FIFO */
} skipped;

struct weft_scoreboard {
    weft_frame_pool *pool;
    fifo *fifos;
    unsigned ports, vcs;
    bool check_bytes;
    skipped *skip;
    size_t skip_count, skip_room;
    weft_scoreboard_counters n;
};

weft_scoreboard *weft_scoreboard_new(unsigned ports, unsigned vcs, bool check_bytes,
                                     weft_frame_pool *pool)
{
    if (ports == 0 || ports > WEFT_MAX_PORTS || vcs == 0 || vcs > WEFT_MAX_VCS || !pool)
        return NULL;
    weft_scoreboard *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->fifos = calloc((size_t)ports * ports * vcs, sizeof *s->fifos);
    if (!s->fifos) {
        free(s);
        return NULL;
    }
    s->pool = pool;
    s->ports = ports;
    s->vcs = vcs;
    s->check_bytes = check_bytes;
    return s;
}

void weft_scoreboard_free(weft_scoreboard *s)
{
    if (!s) return;
    for (size_t i = 0; i < (size_t)s->ports * s->ports * s->vcs; i++) {
        fifo *q = &s->fifos[i];
        for (uint32_t k = 0; k < q->count; k++)
            weft_frame_put(s->pool, q->slot[(q->head + k) & (q->room - 1)]);
        for (unsigned k = 0; k < HISTORY; k++)
            if (q->last[k]) weft_frame_put(s->pool, q->last[k]);
        free(q->slot);
    }
    for (size_t i = 0; i < s->skip_count; i++) weft_frame_put(s->pool, s->skip[i].frame);
    free(s->skip);
    free(s->fifos);
    free(s);
}

static size_t fifo_number(const weft_scoreboard *s, unsigned from, unsigned to, unsigned vc)
{
    return ((size_t)from * s->ports + to) * s->vcs + vc;
}

static weft_frame *at(const fifo *q, uint32_t k) { return q->slot[(q->head + k) & (q->room - 1)]; }

static bool append(fifo *q, weft_frame *f)
{
    if (q->count == q->room) {
        uint32_t room = q->room ? 2 * q->room : 16;
        weft_frame **slot = malloc(room * sizeof(weft_frame *));
        if (!slot) return false;
        for (uint32_t k = 0; k < q->count; k++) slot[k] = at(q, k);
        free(q->slot);
        q->slot = slot;
        q->head = 0;
        q->room = room;
    }
    q->slot[(q->head + q->count++) & (q->room - 1)] = f;
    return true;
}

bool weft_scoreboard_sent(weft_scoreboard *s, unsigned port, unsigned vc, weft_frame *f,
                          uint64_t destinations)
{
    f->source = (uint8_t)port;
    if (vc >= s->vcs) destinations = 0;
    if (destinations == 0 && !f->missed) {
        f->missed = 1; /* the switch has to drop it: its counters must say so */
        s->n.missing_frames++;
        s->n.port_missing[port]++;
    }
    while (destinations != 0) {
        unsigned to = (unsigned)__builtin_ctzll(destinations);
        destinations &= destinations - 1;
        if (to >= s->ports) continue;
        if (!append(&s->fifos[fifo_number(s, port, to, vc)], f)) return false;
        f->refs++;
        s->n.expected++;
        s->n.outstanding++;
    }
    return true;
}

static bool same(const weft_scoreboard *s, const weft_frame *f, const weft_rx_frame *r)
{
    return f->len == r->len &&
           weft_hop_same(weft_frame_cdata(f), r->data, f->len, f->hop, s->check_bytes);
}

static void deliver(weft_scoreboard *s, fifo *q, weft_frame *f, const weft_rx_frame *r)
{
    s->n.delivered++;
    s->n.outstanding--;
    if (weft_hop_ecn(weft_frame_cdata(f), f->hop) != weft_hop_ecn(r->data, f->hop))
        s->n.ecn_marked++;
    weft_frame **old = &q->last[q->turn];
    q->turn = (q->turn + 1) % HISTORY;
    if (*old) weft_frame_put(s->pool, *old);
    *old = f;
}

static bool skip_head(weft_scoreboard *s, size_t number)
{
    fifo *q = &s->fifos[number];
    if (s->skip_count == s->skip_room) {
        size_t room = s->skip_room ? 2 * s->skip_room : 64;
        skipped *skip = realloc(s->skip, room * sizeof *skip);
        if (!skip) return false;
        s->skip = skip;
        s->skip_room = room;
    }
    s->skip[s->skip_count++] = (skipped){at(q, 0), (uint32_t)number};
    q->head++;
    q->count--;
    return true;
}

static weft_frame *take_skipped(weft_scoreboard *s, size_t i)
{
    weft_frame *f = s->skip[i].frame;
    memmove(s->skip + i, s->skip + i + 1, (s->skip_count - i - 1) * sizeof *s->skip);
    s->skip_count--;
    return f;
}

/* Not the oldest of its FIFO: further back (those before it were dropped, or will come late), an
 * overtaken one, or a copy of one that has been here. */
static weft_frame *search(weft_scoreboard *s, size_t number, const weft_rx_frame *r)
{
    fifo *q = &s->fifos[number];
    for (uint32_t k = 1; k < q->count; k++) {
        if (!same(s, at(q, k), r)) continue;
        for (; k > 0; k--)
            if (!skip_head(s, number)) break;
        weft_frame *f = at(q, 0);
        q->head++;
        q->count--;
        deliver(s, q, f, r);
        return f;
    }
    for (size_t i = 0; i < s->skip_count; i++) {
        if (s->skip[i].where != number || !same(s, s->skip[i].frame, r)) continue;
        weft_frame *f = take_skipped(s, i);
        s->n.reordered++;
        deliver(s, q, f, r);
        return f;
    }
    for (unsigned i = 0; i < HISTORY; i++) {
        if (!q->last[i] || !same(s, q->last[i], r)) continue;
        s->n.duplicated++;
        return q->last[i];
    }
    return NULL;
}

/* Was it meant for another port, or another VC? */
static bool elsewhere(weft_scoreboard *s, unsigned source, const weft_rx_frame *r)
{
    for (unsigned to = 0; to < s->ports; to++) {
        for (unsigned vc = 0; vc < s->vcs; vc++) {
            fifo *q = &s->fifos[fifo_number(s, source, to, vc)];
            for (uint32_t k = 0; k < q->count; k++)
                if (same(s, at(q, k), r)) return true;
            for (unsigned k = 0; k < HISTORY; k++)
                if (q->last[k] && same(s, q->last[k], r)) return true;
        }
    }
    return false;
}

const weft_frame *weft_scoreboard_arrived(weft_scoreboard *s, int source, unsigned vc,
                                          const weft_rx_frame *r)
{
    if (!r->fcs_ok) {
        s->n.bad_fcs++;
        return NULL;
    }
    if (source < 0 || (unsigned)source >= s->ports || r->port >= s->ports || vc >= s->vcs) {
        s->n.unexpected++;
        s->n.misrouted++;
        return NULL;
    }
    size_t number = fifo_number(s, (unsigned)source, r->port, vc);
    fifo *q = &s->fifos[number];
    if (q->count > 0 && same(s, at(q, 0), r)) {
        weft_frame *f = at(q, 0);
        q->head++;
        q->count--;
        deliver(s, q, f, r);
        return f;
    }
    weft_frame *f = search(s, number, r);
    if (f) return f;
    if (elsewhere(s, (unsigned)source, r)) {
        s->n.misrouted++;
        return NULL;
    }
    if (q->count == 0) {
        s->n.misrouted++; /* nothing from there was due here */
        s->n.unexpected++;
        return NULL;
    }
    f = at(q, 0);
    s->n.corrupted++;
    if (f->len != r->len || memcmp(weft_frame_cdata(f) + 18, r->data + 18, f->len - 18) != 0)
        s->n.payload_mismatches++;
    s->n.outstanding--;
    q->head++;
    q->count--;
    weft_frame_put(s->pool, f);
    return NULL;
}

static void give_up(weft_scoreboard *s, weft_frame *f)
{
    if (!f->missed) {
        f->missed = 1;
        s->n.missing_frames++;
        s->n.port_missing[f->source]++;
    }
    s->n.outstanding--;
    weft_frame_put(s->pool, f);
}

void weft_scoreboard_give_up(weft_scoreboard *s)
{
    for (size_t i = 0; i < (size_t)s->ports * s->ports * s->vcs; i++) {
        fifo *q = &s->fifos[i];
        for (; q->count > 0; q->count--) give_up(s, q->slot[q->head++ & (q->room - 1)]);
    }
    for (size_t i = 0; i < s->skip_count; i++) give_up(s, s->skip[i].frame);
    s->skip_count = 0;
}

void weft_scoreboard_get_counters(const weft_scoreboard *s, weft_scoreboard_counters *c)
{
    *c = s->n;
}
