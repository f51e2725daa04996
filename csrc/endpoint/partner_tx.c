/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * partner_tx.c: link partner, transmit half: queues, credits of the switch, MII encoding.
 *
 * The rule of the gap is that of the switch's transmitter (docs/mac.md): frames start in lane 0 of
 * an 8-byte word; the gap, counted with the T byte, may fall short of the configured one as long as
 * the shortfalls that are not yet made up sum to 7 bytes at most; it is never less than the T byte.
 */
#include "partner_state.h"

#include "weft/proto.h"

#include <stdlib.h>
#include <string.h>

#define ALL_LANES(bytes) ((bytes) >= 64 ? ~0ull : (1ull << (bytes)) - 1)

weft_partner *weft_partner_new(unsigned port, unsigned mii_bytes, uint64_t mac,
                               weft_frame_pool *pool, const weft_partner_hooks *hooks)
{
    if ((mii_bytes != 8 && mii_bytes != 16 && mii_bytes != 32 && mii_bytes != 64) || !pool)
        return NULL;
    weft_partner *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    p->port = port;
    p->mii_bytes = mii_bytes;
    p->mac = mac;
    p->pool = pool;
    if (hooks) p->hooks = *hooks;
    p->cfg.ipg = 1;
    p->cfg.credit_shift = 6;
    p->cfg.drain_percent = 100;
    p->cfg.ctlos_spacing = 2048;
    p->os_distance = 1u << 20;
    p->classes.esun_type = WEFT_ESUN_TYPE;
    for (unsigned i = 0; i < 8; i++) p->classes.cos_vc[i] = p->classes.pcp_vc[i] = (uint8_t)i;
    return p;
}

void weft_partner_free(weft_partner *p)
{
    if (!p) return;
    for (unsigned k = 0; k < WEFT_MAX_VCS * MAKERS; k++) {
        frame_queue *q = &p->queue[k / MAKERS][k % MAKERS];
        while (q->head) {
            weft_frame *f = q->head;
            q->head = f->next;
            weft_frame_put(p->pool, f);
        }
    }
    if (p->current) weft_frame_put(p->pool, p->current);
    free(p->raw);
    free(p->drain);
    free(p);
}

void weft_partner_set_classes(weft_partner *p, const weft_partner_classes *c) { p->classes = *c; }

unsigned weft_partner_port(const weft_partner *p) { return p->port; }

void weft_partner_get_config(const weft_partner *p, weft_partner_config *c) { *c = p->cfg; }

int weft_partner_set_config(weft_partner *p, const weft_partner_config *c)
{
    if (c->ipg < 1 || c->ipg > 12 || c->credit_shift < 5 || c->credit_shift > 11 ||
        c->credit_overhead < -16 || c->credit_overhead > 127 || c->drain_percent > 100)
        return -1;
    for (unsigned v = 0; v < WEFT_MAX_VCS; v++) {
        if (c->tx_limit[v] > COUNTER_MASK / 2 || c->rx_limit[v] > COUNTER_MASK / 2)
            return -1; /* over half the range a cyclic difference has no sign */
    }
    if (c->cbfc_tx && !p->cfg.cbfc_tx) {
        memset(p->s_cc, 0, sizeof p->s_cc);
        memset(p->s_cf, 0, sizeof p->s_cf);
        p->cc_due = p->now + c->cc_period;
    }
    if (c->cbfc_rx && !p->cfg.cbfc_rx) {
        memset(p->r_cc, 0, sizeof p->r_cc);
        memset(p->r_cf, 0, sizeof p->r_cf);
        memset(p->r_cf_sent, 0, sizeof p->r_cf_sent);
        p->cf_dirty = 0;
        p->drain_head = p->drain_count = 0;
        p->cf_due = p->now + c->cf_period;
    }
    p->cfg = *c;
    if (!c->cbfc_rx) p->cf_dirty = 0;
    return 0;
}

void weft_partner_push(weft_partner *p, unsigned vc, weft_frame *f)
{
    frame_queue *q = &p->queue[vc][f->offered ? FROM_HOST : FROM_ACCEL];
    f->vc = (uint8_t)vc;
    f->next = NULL;
    if (q->head)
        q->tail->next = f;
    else
        q->head = f;
    q->tail = f;
    q->count++;
    p->waiting |= (uint8_t)(1u << vc);
}

int weft_partner_send(weft_partner *p, unsigned vc, const uint8_t *data, size_t len, uint64_t stamp)
{
    if (vc >= WEFT_MAX_VCS || len < WEFT_FRAME_MIN || len > WEFT_FRAME_MAX ||
        weft_partner_backlog(p, vc) >= WEFT_PARTNER_QUEUE)
        return -1;
    weft_frame *f = weft_frame_new(p->pool, len);
    if (!f) return -1;
    weft_header h;
    memcpy(weft_frame_data(f), data, len);
    if (weft_header_parse(data, len, p->classes.esun_type, &h) > 0) f->hop = weft_hop_of(&h);
    f->stamp = stamp;
    weft_frame_seal(f);
    weft_partner_push(p, vc, f);
    return 0;
}

size_t weft_partner_backlog(const weft_partner *p, unsigned vc)
{
    if (vc >= WEFT_MAX_VCS) return 0;
    return p->queue[vc][FROM_ACCEL].count + p->queue[vc][FROM_HOST].count;
}

size_t weft_partner_own_backlog(const weft_partner *p, unsigned vc)
{
    return vc < WEFT_MAX_VCS ? p->queue[vc][FROM_ACCEL].count : 0;
}

int weft_partner_send_raw(weft_partner *p, const uint8_t *data, const uint8_t *ctrl, size_t words)
{
    if (p->raw_head > 0) {
        memmove(p->raw, p->raw + p->raw_head, p->raw_count * sizeof *p->raw);
        p->raw_head = 0;
    }
    if (p->raw_count + words > p->raw_room) {
        size_t room = (p->raw_count + words) * 2;
        raw_word *raw = realloc(p->raw, room * sizeof *raw);
        if (!raw) return -1;
        p->raw = raw;
        p->raw_room = room;
    }
    for (size_t i = 0; i < words; i++) {
        raw_word *w = &p->raw[p->raw_count++];
        memcpy(&w->data, data + 8 * i, 8);
        w->ctrl = ctrl[i];
    }
    return 0;
}

/* Idle words after a frame whose last word has `tail` bytes from its T on. */
static uint32_t gap_after(weft_partner *p, uint32_t tail)
{
    uint32_t want = p->cfg.ipg;
    if (tail >= want) {
        uint32_t extra = tail - want;
        p->deficit = p->deficit > extra ? p->deficit - extra : 0;
        return 0;
    }
    uint32_t words = (want - tail) / 8;
    uint32_t shortfall = want - tail - 8 * words;
    if (p->deficit + shortfall <= 7) {
        p->deficit += shortfall;
        return words;
    }
    p->deficit -= 8 - shortfall;
    return words + 1;
}

static weft_frame *make_cc_update(weft_partner *p)
{
    uint32_t count[WEFT_CC_VCS] = {0};
    weft_frame *f = weft_frame_new(p->pool, WEFT_CC_BYTES);
    if (!f) return NULL;
    for (unsigned v = 0; v < WEFT_MAX_VCS; v++) count[v] = p->s_cc[v];
    weft_cc_update_build(weft_frame_data(f), p->mac, 0, count);
    f->control = 1;
    weft_frame_seal(f);
    return f;
}

/* The queue of a VC with frames whose turn it is: the other maker's, if that has any. */
static unsigned next_maker(const weft_partner *p, unsigned vc)
{
    unsigned other = MAKERS - 1u - p->maker_turn[vc];
    return p->queue[vc][other].head ? other : p->maker_turn[vc];
}

/* The next frame of a VC that has credits, the VCs in turn. */
static weft_frame *pick(weft_partner *p)
{
    for (unsigned i = 1; i <= WEFT_MAX_VCS; i++) {
        unsigned v = (p->turn + i) % WEFT_MAX_VCS;
        if ((p->waiting >> v & 1) == 0) continue;
        unsigned maker = next_maker(p, v);
        frame_queue *q = &p->queue[v][maker];
        weft_frame *f = q->head;
        if (p->cfg.cbfc_tx && partner_has_credits(p, v)) {
            uint32_t need =
                weft_credit_count(f->len + 4, p->cfg.credit_shift, p->cfg.credit_overhead);
            uint32_t used = (p->s_cc[v] - p->s_cf[v]) & COUNTER_MASK;
            if (used + need > p->cfg.tx_limit[v]) continue;
            p->s_cc[v] = (p->s_cc[v] + need) & COUNTER_MASK;
        }
        q->head = f->next;
        q->count--;
        p->maker_turn[v] = (uint8_t)maker;
        if (weft_partner_backlog(p, v) == 0) p->waiting &= (uint8_t) ~(1u << v);
        p->turn = (uint8_t)v;
        p->n.tx_frames++;
        p->n.tx_octets += f->len + 4;
        p->n.tx_vc_frames[v]++;
        return f;
    }
    return NULL;
}

/* What starts now, at a frame boundary with its gap behind it. */
static weft_frame *next_frame(weft_partner *p, uint64_t cycle)
{
    weft_frame *f = NULL;
    if (p->cfg.cc_period != 0 && p->cfg.cbfc_tx && cycle >= p->cc_due) {
        f = make_cc_update(p);
        if (f) {
            p->cc_due = cycle + p->cfg.cc_period;
            p->n.tx_cc++;
        }
    }
    if (!f && p->waiting) f = pick(p);
    if (!f) return NULL;
    f->first_cycle = cycle;
    if (!f->control && p->hooks.tx_start) p->hooks.tx_start(p->hooks.ctx, p, f);
    return f;
}

static void end_frame(weft_partner *p)
{
    weft_frame *f = p->current;
    p->current = NULL;
    p->gap_words = gap_after(p, 8 * f->words - (8 + f->len + 4));
    if (f->note != 0 && p->hooks.tx_done) p->hooks.tx_done(p->hooks.ctx, p, f->note);
    weft_frame_put(p->pool, f);
}

/* No ordered set in the first 256 bytes of a frame: its headers arrive in one piece. */
#define OS_FIRST_WORD 32u

static bool os_wanted(const weft_partner *p, uint64_t cycle)
{
    return p->cfg.cbfc_rx && p->os_distance >= p->cfg.ctlos_spacing &&
           (p->cf_dirty != 0 || (p->cfg.cf_period != 0 && cycle >= p->cf_due));
}

/* One word at a time: starts, ends, gaps, control ordered sets. */
static void tx_words(weft_partner *p, uint64_t cycle, uint8_t *data, uint64_t *ctrl, unsigned mii)
{
    uint64_t c = 0;
    for (unsigned lane = 0; lane < mii; lane += 8, data += 8) {
        p->os_distance += 8;
        if (p->cfg.cbfc_rx && (!p->current || p->position >= OS_FIRST_WORD) &&
            os_wanted(p, cycle)) {
            uint64_t w = partner_next_cf_update(p);
            for (unsigned i = 0; i < 8; i++) data[i] = (uint8_t)(w >> (8 * i));
            c |= 1ull << lane;
            p->os_distance = 0;
            p->cf_due = cycle + p->cfg.cf_period;
            p->n.tx_cf++;
            continue;
        }
        if (!p->current) {
            if (p->gap_words > 0) {
                p->gap_words--;
            } else if (p->raw_count > 0) {
                memcpy(data, &p->raw[p->raw_head].data, 8);
                c |= (uint64_t)p->raw[p->raw_head].ctrl << lane;
                p->raw_head++;
                p->raw_count--;
                p->n.tx_raw_words++;
                continue;
            } else {
                p->current = next_frame(p, cycle);
                p->position = 0;
            }
        }
        if (!p->current) {
            memset(data, 0x07, 8);
            c |= 0xFFull << lane;
            continue;
        }
        memcpy(data, p->current->wire + 8 * (size_t)p->position, 8);
        if (p->position == 0) c |= 1ull << lane;
        if (++p->position == p->current->words) {
            c |= (uint64_t)p->current->tail_ctrl << lane;
            end_frame(p);
        }
    }
    *ctrl = c;
}

static inline __attribute__((always_inline)) bool
tx_fast(weft_partner *p, uint64_t cycle, uint8_t *data, uint64_t *ctrl, const unsigned mii)
{
    if (!p->current) {
        if (p->waiting || p->raw_count > 0 || p->gap_words > 0 || p->cf_dirty != 0 ||
            (p->cfg.cc_period != 0 && cycle >= p->cc_due) ||
            (p->cfg.cf_period != 0 && cycle >= p->cf_due))
            return false;
        if (!p->tx_idle) {
            memset(data, 0x07, mii);
            *ctrl = ALL_LANES(mii);
            p->tx_idle = 1;
        }
        p->os_distance += mii;
        return true;
    }
    if (p->position == 0 || p->position + mii / 8 >= p->current->words) return false;
    if (p->cfg.cbfc_rx && (p->cf_dirty != 0 || p->cfg.cf_period != 0)) {
        p->os_distance += mii;
        bool wanted = os_wanted(p, cycle);
        p->os_distance -= mii;
        if (wanted) return false;
    }
    memcpy(data, p->current->wire + 8 * (size_t)p->position, mii);
    *ctrl = 0;
    p->position += mii / 8;
    p->os_distance += mii;
    return true;
}

void weft_partner_tx(weft_partner *p, uint64_t cycle, uint8_t *data, uint64_t *ctrl)
{
    bool done;
    p->now = cycle;
    if (p->drain_count > 0) partner_drain_step(p);
    if (p->os_distance >= 1u << 30)
        p->os_distance = 1u << 20; /* spacing is less than this: no need to count on */
    switch (p->mii_bytes) {
    case 8: done = tx_fast(p, cycle, data, ctrl, 8); break;
    case 16: done = tx_fast(p, cycle, data, ctrl, 16); break;
    case 32: done = tx_fast(p, cycle, data, ctrl, 32); break;
    default: done = tx_fast(p, cycle, data, ctrl, 64); break;
    }
    if (!done) {
        p->tx_idle = 0;
        tx_words(p, cycle, data, ctrl, p->mii_bytes);
    }
}
