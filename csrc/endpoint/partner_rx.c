/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * partner_rx.c: link partner, receive half: MII decoding, FCS, receive buffer and its credits.
 */
#include "partner_state.h"

#include "weft/proto.h"
#include "weft/proto_ip.h"

#include <stdlib.h>
#include <string.h>

#define START_WORD 0xD5555555555555FBull
#define END_WORD   0x07070707070707FDull /* T in lane 0 */

/* Written out, so that compilers see one load. */
static uint64_t load_word(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

static void free_credits(weft_partner *p, unsigned vc, uint32_t credits)
{
    p->r_cf[vc] = (p->r_cf[vc] + credits) & COUNTER_MASK;
    p->cf_dirty |= (uint8_t)(1u << vc);
}

void partner_drain_step(weft_partner *p)
{
    p->drain_credit += (uint64_t)p->mii_bytes * p->cfg.drain_percent;
    while (p->drain_count > 0) {
        const drain_entry *e = &p->drain[p->drain_head];
        if (p->cfg.drain_percent < 100) {
            if (p->drain_credit < 100ull * e->wire_bytes) return;
            p->drain_credit -= 100ull * e->wire_bytes;
        }
        free_credits(p, e->vc, e->credits);
        p->drain_head = p->drain_head + 1 == p->drain_room ? 0 : p->drain_head + 1;
        p->drain_count--;
    }
    p->drain_credit = 0;
}

static bool hold_in_buffer(weft_partner *p, unsigned vc, uint32_t credits, uint32_t wire_bytes)
{
    if (p->drain_count == p->drain_room) {
        size_t room = p->drain_room ? 2 * p->drain_room : 256;
        drain_entry *d = malloc(room * sizeof *d);
        if (!d) return false;
        for (size_t i = 0; i < p->drain_count; i++)
            d[i] = p->drain[(p->drain_head + i) % p->drain_room];
        free(p->drain);
        p->drain = d;
        p->drain_head = 0;
        p->drain_room = room;
    }
    size_t at = p->drain_head + p->drain_count++;
    if (at >= p->drain_room) at -= p->drain_room;
    p->drain[at] = (drain_entry){wire_bytes, (uint16_t)credits, (uint8_t)vc};
    return true;
}

uint64_t partner_next_cf_update(weft_partner *p)
{
    weft_cf_update u = {{0, 0}, {0, 0}};
    uint8_t useful = p->cf_dirty ? p->cf_dirty : p->cfg.lossless_mask;
    unsigned found = 0;
    for (unsigned i = 1; i <= WEFT_MAX_VCS && found < 2; i++) {
        unsigned v = (p->cf_turn + i) % WEFT_MAX_VCS;
        if ((useful >> v & 1) == 0) continue;
        u.vc[found] = (uint8_t)v;
        u.count[found++] = (uint16_t)(p->r_cf[v] & 0x7FFFu);
        p->cf_dirty &= (uint8_t) ~(1u << v);
        p->r_cf_sent[v] = p->r_cf[v];
    }
    if (found < 2) { /* say the same twice rather than something about a VC without credits */
        u.vc[1] = u.vc[0];
        u.count[1] = u.count[0];
    }
    p->cf_turn = u.vc[1];
    return weft_cf_update_build(&u);
}

/* CF_Update of the switch: how much of what we sent has left its buffer. */
static void take_cf_update(weft_partner *p, const weft_cf_update *u)
{
    p->n.rx_cf++;
    for (unsigned i = 0; i < 2; i++) {
        unsigned v = u->vc[i];
        if (!p->cfg.cbfc_tx || v >= WEFT_MAX_VCS || !partner_has_credits(p, v)) continue;
        uint32_t cf = weft_cf_extend(p->s_cf[v], u->count[i]);
        uint32_t used = (p->s_cc[v] - p->s_cf[v]) & COUNTER_MASK;
        if (((cf - p->s_cf[v]) & COUNTER_MASK) > used) {
            p->n.cf_impossible++;
            continue;
        }
        p->s_cf[v] = cf;
    }
}

/* A control ordered set or another word of control characters. */
static void control_word(weft_partner *p, const uint8_t *data)
{
    weft_cf_update u;
    p->n.rx_ctlos++;
    if (weft_cf_update_parse(load_word(data), &u))
        take_cf_update(p, &u);
    else
        p->n.rx_ctlos_unknown++;
}

/* CC_Update of the switch: what it sent and we did not get comes free again. */
static void mac_control(weft_partner *p, const uint8_t *data, size_t len)
{
    uint32_t count[WEFT_CC_VCS];
    unsigned first_vc = 0;
    if (len >= 16 && weft_get16(data + 14) != 0xFFFE) {
        p->n.rx_control++;
        return;
    }
    if (weft_cc_update_parse(data, len, &first_vc, count) != WEFT_CC_OK) {
        p->n.rx_cc_bad++;
        return;
    }
    p->n.rx_cc++;
    if (first_vc != 0 || !p->cfg.cbfc_rx) return;
    for (unsigned v = 0; v < WEFT_MAX_VCS; v++) {
        uint32_t lost = (count[v] - p->r_cc[v]) & COUNTER_MASK;
        if (!partner_has_credits(p, v) || lost == 0) continue;
        if (lost > COUNTER_MASK / 2) { /* counts less than what came: not in order, or forged */
            p->n.rx_cc_bad++;
            continue;
        }
        free_credits(p, v, lost);
        p->r_cc[v] = count[v];
    }
}

static unsigned classify(const weft_partner *p, const uint8_t *d, size_t len)
{
    size_t at = 12;
    int pcp = -1;
    unsigned type = weft_get16(d + 12);
    for (unsigned i = 0; i < 2 && (type == WEFT_TYPE_VLAN || type == WEFT_TYPE_QINQ); i++) {
        if (len < at + 6) return p->classes.default_vc;
        if (pcp < 0) pcp = d[at + 2] >> 5;
        at += 4;
        type = weft_get16(d + at);
    }
    if (type == p->classes.esun_type && len > at + 2) return p->classes.cos_vc[d[at + 2] >> 2 & 7];
    if (p->classes.by_dscp && type == WEFT_TYPE_IPV4 && len > at + 3)
        return p->classes.dscp_vc[d[at + 3] >> 2];
    if (p->classes.by_dscp && type == WEFT_TYPE_IPV6 && len > at + 3)
        return p->classes.dscp_vc[weft_get16(d + at + 2) >> 6 & 63];
    return pcp >= 0 ? p->classes.pcp_vc[pcp] : p->classes.default_vc;
}

unsigned weft_partner_class(const weft_partner *p, const uint8_t *frame, size_t len)
{
    return classify(p, frame, len) % WEFT_MAX_VCS;
}

static void end_of_frame(weft_partner *p, uint64_t cycle)
{
    const uint8_t *d = p->rx_buffer;
    if (p->in_frame == 2) {
        p->n.rx_oversize++;
        return;
    }
    if (p->fill < WEFT_FRAME_MIN + 4) {
        p->n.rx_runt++;
        return;
    }
    size_t len = p->fill - 4;
    uint32_t fcs = (uint32_t)d[len] | (uint32_t)d[len + 1] << 8 | (uint32_t)d[len + 2] << 16 |
                   (uint32_t)d[len + 3] << 24;
    weft_rx_frame f = {d, len, weft_crc32(0, d, len) == fcs, p->port, p->rx_first, cycle};
    unsigned vc = 0;
    if (!f.fcs_ok) {
        p->n.rx_bad_fcs++; /* its credits come back with the next CC_Update */
    } else if (weft_get16(d + 12) == WEFT_TYPE_MAC_CONTROL) {
        mac_control(p, d, len);
        return;
    } else {
        vc = weft_partner_class(p, d, len);
        p->n.rx_frames++;
        p->n.rx_octets += p->fill;
        p->n.rx_vc_frames[vc]++;
        if (p->cfg.cbfc_rx && partner_has_credits(p, vc)) {
            uint32_t credits =
                weft_credit_count(p->fill, p->cfg.credit_shift, p->cfg.credit_overhead);
            p->r_cc[vc] = (p->r_cc[vc] + credits) & COUNTER_MASK;
            if (((p->r_cc[vc] - p->r_cf[vc]) & COUNTER_MASK) > p->cfg.rx_limit[vc])
                p->n.rx_over_credit++;
            if ((p->cfg.drain_percent == 100 && p->drain_count == 0) ||
                !hold_in_buffer(p, vc, credits, weft_wire_bytes(p->fill, p->cfg.ipg)))
                free_credits(p, vc, credits);
        }
    }
    if (p->hooks.rx_frame) p->hooks.rx_frame(p->hooks.ctx, p, &f, vc);
}

static void append(weft_partner *p, const uint8_t *data, unsigned bytes)
{
    if (p->in_frame != 1) return;
    if (p->fill + bytes > WEFT_FRAME_MAX + 4) {
        p->in_frame = 2;
        return;
    }
    memcpy(p->rx_buffer + p->fill, data, bytes);
    p->fill += bytes;
}

static void rx_start(weft_partner *p, const uint8_t *d, uint64_t cycle)
{
    if (load_word(d) != START_WORD) {
        p->n.rx_coding++;
        p->in_frame = 3; /* swallow up to T, already counted */
    } else {
        p->in_frame = 1;
    }
    p->fill = 0;
    p->rx_first = cycle;
}

/* One 8-byte word with control characters, or outside of a frame. */
static void rx_word(weft_partner *p, const uint8_t *d, unsigned ctrl, uint64_t cycle)
{
    if (ctrl == 1 && d[0] == 0x5C) {
        control_word(p, d);
        return;
    }
    if (ctrl == 1 && d[0] == 0x9C) {
        p->n.rx_seqos++;
        if (p->in_frame == 0) return;
    }
    if (ctrl == 1 && d[0] == 0xFB) {
        if (p->in_frame == 1 || p->in_frame == 2)
            p->n.rx_coding++; /* the frame before it never ended */
        rx_start(p, d, cycle);
        return;
    }
    if (p->in_frame == 0) {
        if (ctrl != 0xFF || load_word(d) != IDLE_WORD) p->n.rx_coding++;
        return;
    }
    if (ctrl == 0) {
        append(p, d, 8);
        return;
    }
    unsigned lane = (unsigned)__builtin_ctz(ctrl);
    bool good = ctrl == (0xFFu << lane & 0xFFu) &&
                load_word(d) >> (8 * lane) == (END_WORD & ~0ull >> (8 * lane));
    if (good) {
        append(p, d, lane);
        if (p->in_frame != 3) end_of_frame(p, cycle);
    } else if (p->in_frame != 3) {
        p->n.rx_coding++;
    }
    p->in_frame = 0;
}

static inline __attribute__((always_inline)) void
rx_beat(weft_partner *p, uint64_t cycle, const uint8_t *data, uint64_t ctrl, const unsigned mii)
{
    if (ctrl == 0 && p->in_frame == 1 && p->fill + mii <= WEFT_FRAME_MAX + 4) {
        memcpy(p->rx_buffer + p->fill, data, mii);
        p->fill += mii;
        return;
    }
    for (unsigned lane = 0; lane < mii; lane += 8, data += 8) {
        unsigned c = (unsigned)(ctrl >> lane) & 0xFFu;
        if (c == 0 && p->in_frame == 1 && p->fill + 8 <= WEFT_FRAME_MAX + 4) {
            memcpy(p->rx_buffer + p->fill, data, 8);
            p->fill += 8;
        } else if (c != 0xFF || p->in_frame != 0 || load_word(data) != IDLE_WORD) {
            rx_word(p, data, c, cycle);
        }
    }
}

void weft_partner_rx(weft_partner *p, uint64_t cycle, const uint8_t *data, const uint64_t *ctrl)
{
    switch (p->mii_bytes) {
    case 8: rx_beat(p, cycle, data, *ctrl, 8); break;
    case 16: rx_beat(p, cycle, data, *ctrl, 16); break;
    case 32: rx_beat(p, cycle, data, *ctrl, 32); break;
    default: rx_beat(p, cycle, data, *ctrl, 64); break;
    }
}

bool weft_partner_empty(const weft_partner *p)
{
    return !p->waiting && !p->current && p->raw_count == 0 && p->in_frame == 0;
}

bool weft_partner_quiet(const weft_partner *p)
{
    return weft_partner_empty(p) && p->drain_count == 0 && p->cf_dirty == 0;
}

bool weft_partner_receiving(const weft_partner *p, uint64_t *first)
{
    *first = p->rx_first;
    return p->in_frame == 1;
}

void weft_partner_get_counters(const weft_partner *p, weft_partner_counters *c) { *c = p->n; }

void weft_partner_get_credits(const weft_partner *p, weft_partner_credits *c)
{
    memcpy(c->s_cc, p->s_cc, sizeof c->s_cc);
    memcpy(c->s_cf, p->s_cf, sizeof c->s_cf);
    memcpy(c->r_cc, p->r_cc, sizeof c->r_cc);
    memcpy(c->r_cf, p->r_cf, sizeof c->r_cf);
    memcpy(c->r_cf_sent, p->r_cf_sent, sizeof c->r_cf_sent);
}
