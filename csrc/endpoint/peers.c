/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * peers.c: see peers.h.
 */
#include "peers.h"

#include <stdlib.h>

struct weft_peers {
    uint32_t mask, first_psn;
    uint64_t gaps;
    weft_peer *at[WEFT_FLOWS][WEFT_ACCEL_IDS];
};

weft_peers *weft_peers_new(uint32_t psn_mask, uint32_t first_psn)
{
    weft_peers *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    p->mask = psn_mask;
    p->first_psn = first_psn & psn_mask;
    return p;
}

void weft_peers_free(weft_peers *p)
{
    if (!p) return;
    for (unsigned v = 0; v < WEFT_FLOWS; v++) {
        for (unsigned i = 0; i < WEFT_ACCEL_IDS; i++) {
            if (!p->at[v][i]) continue;
            free(p->at[v][i]->ring);
            free(p->at[v][i]);
        }
    }
    free(p);
}

uint64_t weft_peers_gaps(const weft_peers *p) { return p->gaps; }

unsigned weft_flow_of(const weft_mt *m, unsigned vc)
{
    if (weft_mt_is_response(m->op)) return m->flow % WEFT_FLOWS;
    return vc % WEFT_MAX_VCS | (m->flow & WEFT_FLOW_HOST);
}

weft_peer *weft_peers_get(weft_peers *p, unsigned id, unsigned flow)
{
    weft_peer **c = &p->at[flow % WEFT_FLOWS][id % WEFT_ACCEL_IDS];
    if (!*c) {
        *c = calloc(1, sizeof **c);
        if (*c) (*c)->tx_psn = (*c)->rx_psn = p->first_psn;
    }
    return *c;
}

static bool grow(weft_peer *c)
{
    const uint32_t room = c->room ? 2 * c->room : 16;
    peer_request *ring = malloc(room * sizeof *ring);
    if (!ring) return false;
    for (uint32_t i = 0; i < c->count; i++) ring[i] = c->ring[(c->head + i) & (c->room - 1)];
    free(c->ring);
    c->ring = ring;
    c->head = 0;
    c->room = room;
    return true;
}

bool weft_peer_request(weft_peers *p, weft_peer *c, const weft_mt *m, uint32_t packets, bool answer,
                       uint32_t *psn)
{
    if (answer && c->count == c->room && !grow(c)) return false;
    *psn = c->tx_psn;
    c->tx_psn = (c->tx_psn + packets) & p->mask;
    if (!answer) return true;
    c->ring[(c->head + c->count++) & (c->room - 1)] = (peer_request){.psn = *psn,
                                                                     .packets = packets,
                                                                     .length = m->length,
                                                                     .addr = (uint32_t)m->addr,
                                                                     .tag = m->tag,
                                                                     .op = m->op};
    return true;
}

const peer_request *weft_peer_oldest(const weft_peer *c)
{
    return c->count ? &c->ring[c->head & (c->room - 1)] : NULL;
}

static void forget_oldest(weft_peer *c)
{
    c->head++;
    c->count--;
    c->answered = 0;
}

bool weft_peer_arrived(weft_peers *p, weft_peer *c, uint32_t psn, uint32_t packets, bool *lost)
{
    const uint32_t ahead = (psn - c->rx_psn) & p->mask;
    if (ahead > p->mask / 2) return false;
    *lost = ahead != 0;
    p->gaps += ahead;
    c->rx_psn = (psn + packets) & p->mask;
    return true;
}

bool weft_peer_answer(weft_peers *p, weft_peer *c, uint32_t psn, bool whole, peer_request *r,
                      uint32_t *frame)
{
    uint32_t skip = 0;
    while (skip < c->count) { /* look first: a number out of nowhere changes nothing */
        const peer_request *e = &c->ring[(c->head + skip) & (c->room - 1)];
        if (((psn - e->psn) & p->mask) < e->packets) break;
        skip++;
    }
    if (skip == c->count) return false;
    if (skip > 0) { /* answers of the skipped ones are lost */
        p->gaps += skip;
        while (skip-- > 0) forget_oldest(c);
    }
    *r = *weft_peer_oldest(c);
    *frame = (psn - r->psn) & p->mask;
    if (*frame < c->answered) return false;
    p->gaps += *frame - c->answered;
    c->answered = *frame + 1;
    if (whole || c->answered == r->packets) forget_oldest(c);
    return true;
}
