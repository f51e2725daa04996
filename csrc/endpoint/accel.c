/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * accel.c: accelerator: construction, frames, and the initiator of memory operations.
 *
 * Operations to one destination go out in the order in which they were started, one after the
 * other; destinations take turns frame by frame. Since the network keeps order, answers of one
 * destination come back in the order of the requests, which is checked.
 */
#include "accel_state.h"

#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- frames ------------------- */

weft_frame *accel_frame(weft_accel *a, unsigned dst, unsigned vc, const weft_mt *m, uint8_t **data)
{
    const weft_framer *fr = &a->cfg.framer;
    size_t len = fr->encap->size(fr, m);
    size_t least = a->cfg.min_frame - 4;
    weft_frame *f = weft_frame_new(a->pool, len < least ? least : len);
    if (!f) return NULL;
    uint8_t *d = weft_frame_data(f);
    *data = fr->encap->head(fr, weft_accel_mac(dst), vc, m, d);
    if (!*data) {
        weft_frame_put(a->pool, f);
        return NULL;
    }
    f->hop = weft_framer_hop(fr);
    if (len < least) memset(d + len, 0, least - len);
    return f;
}

void accel_send(weft_accel *a, unsigned vc, weft_frame *f, uint32_t note)
{
    const weft_framer *fr = &a->cfg.framer;
    if (fr->encap->finish) fr->encap->finish(fr, weft_frame_data(f));
    f->stamp = a->now;
    f->note = note;
    weft_frame_seal(f);
    weft_partner_push(a->partner, vc, f);
}

bool accel_in_memory(const weft_accel *a, uint64_t addr, uint64_t len)
{
    return addr <= a->cfg.memory_bytes && len <= a->cfg.memory_bytes - addr;
}

/* ---------------------------------------------------------------- construction ------------- */

/* Reads of several frames where the protocol has them. */
static uint32_t read_bytes(const weft_accel_config *cfg)
{
    const uint32_t frames = cfg->framer.encap->read_packets, fit = 65535u / cfg->mtu;
    return cfg->mtu * (frames < fit ? frames : fit);
}

weft_accel *weft_accel_new(const weft_accel_config *cfg, weft_partner *partner,
                           weft_frame_pool *pool)
{
    if (!partner || !pool || cfg->id >= WEFT_ACCEL_IDS || cfg->memory_bytes == 0 ||
        cfg->memory_bytes > 1ull << WEFT_MT_ADDR_BITS || cfg->mtu < 8 || cfg->mtu > 9216 ||
        cfg->min_frame < 32 || cfg->min_frame > 64 || cfg->request_vc >= WEFT_MAX_VCS ||
        cfg->response_vc >= WEFT_MAX_VCS)
        return NULL;
    weft_accel *a = calloc(1, sizeof *a);
    if (!a) return NULL;
    a->cfg = *cfg;
    weft_framer *fr = &a->cfg.framer;
    if (!fr->encap) fr->encap = &weft_encap_memory;
    fr->src = weft_accel_mac(cfg->id);
    fr->mtu = cfg->mtu;
    fr->peers = fr->encap->psn_mask ? weft_peers_new(fr->encap->psn_mask, fr->ip.first_psn) : NULL;
    a->memory = calloc(1, cfg->memory_bytes);
    if (!a->memory || (fr->encap->psn_mask && !fr->peers)) {
        weft_accel_free(a);
        return NULL;
    }
    a->read_bytes = read_bytes(&a->cfg);
    if (a->cfg.timeout == 0) a->cfg.timeout = WEFT_ACCEL_TIMEOUT;
    a->partner = partner;
    a->pool = pool;
    for (unsigned i = 0; i < WEFT_ACCEL_TAGS; i++) {
        a->op[i].next = (uint16_t)(i + 1 < WEFT_ACCEL_TAGS ? i + 1 : NO_OP);
        a->op[i].tag = (uint16_t)i;
    }
    for (unsigned i = 0; i < WEFT_ACCEL_IDS; i++) a->head[i] = a->tail[i] = NO_OP;
    return a;
}

void weft_accel_free(weft_accel *a)
{
    if (!a) return;
    weft_peers_free(a->cfg.framer.peers);
    free(a->memory);
    free(a);
}

unsigned weft_accel_id(const weft_accel *a) { return a->cfg.id; }

uint8_t *weft_accel_memory(weft_accel *a) { return a->memory; }

uint64_t weft_accel_memory_size(const weft_accel *a) { return a->cfg.memory_bytes; }

void weft_accel_on_notify(weft_accel *a, weft_notify_fn fn, void *ctx)
{
    a->notify = fn;
    a->notify_ctx = ctx;
}

bool weft_accel_idle(const weft_accel *a) { return a->active == 0; }

const weft_framer *weft_accel_framer(const weft_accel *a) { return &a->cfg.framer; }

void weft_accel_get_counters(const weft_accel *a, weft_accel_counters *c)
{
    *c = a->n;
    if (a->cfg.framer.peers) c->psn_gaps = weft_peers_gaps(a->cfg.framer.peers);
}

/* ---------------------------------------------------------------- starting operations ------ */

static int start(weft_accel *a, const accel_op *wanted)
{
    uint16_t slot = a->free_head;
    if (slot == NO_OP) return -1;
    accel_op *o = &a->op[slot];
    uint16_t tag = (uint16_t)(o->tag + WEFT_ACCEL_TAGS); /* next generation of the slot */
    a->free_head = o->next;
    *o = *wanted;
    o->tag = tag;
    o->active = 1;
    o->queued = 1;
    o->progress = a->now;
    o->next = NO_OP;
    if (a->head[o->dst] == NO_OP)
        a->head[o->dst] = slot;
    else
        a->op[a->tail[o->dst]].next = slot;
    a->tail[o->dst] = slot;
    a->ready[o->dst / 64] |= 1ull << (o->dst % 64);
    a->active++;
    a->to_send++;
    a->n.issued++;
    return 0;
}

/* Length under 4 GiB, since responses and notifications carry 32 bits of it. */
static bool bad_remote(unsigned dst, uint64_t addr, uint64_t len)
{
    return dst >= WEFT_ACCEL_IDS || len >> 32 != 0 || addr >> WEFT_MT_ADDR_BITS != 0 ||
           (addr + len) > 1ull << WEFT_MT_ADDR_BITS;
}

int weft_accel_write(weft_accel *a, unsigned dst, uint64_t dst_addr, uint64_t src_addr,
                     uint64_t len, unsigned flags, uint32_t notify_tag, weft_op_done done,
                     void *ctx)
{
    if (bad_remote(dst, dst_addr, len) || !accel_in_memory(a, src_addr, len) ||
        (flags & ~(WEFT_WRITE_POSTED | WEFT_WRITE_NOTIFY)) != 0)
        return -2;
    accel_op o = {.op = WEFT_MT_WRITE,
                  .dst = (uint16_t)dst,
                  .dst_addr = dst_addr,
                  .local_addr = src_addr,
                  .len = len,
                  .flags = (uint8_t)((flags & WEFT_WRITE_POSTED ? WEFT_MT_POSTED : 0) |
                                     (flags & WEFT_WRITE_NOTIFY ? WEFT_MT_NOTIFY : 0)),
                  .notify_tag = notify_tag,
                  .done = done,
                  .ctx = ctx};
    return start(a, &o);
}

int weft_accel_read(weft_accel *a, unsigned dst, uint64_t dst_addr, uint64_t local_addr,
                    uint64_t len, weft_op_done done, void *ctx)
{
    if (len == 0 || bad_remote(dst, dst_addr, len) || !accel_in_memory(a, local_addr, len))
        return -2;
    accel_op o = {.op = WEFT_MT_READ,
                  .dst = (uint16_t)dst,
                  .dst_addr = dst_addr,
                  .local_addr = local_addr,
                  .len = len,
                  .done = done,
                  .ctx = ctx};
    return start(a, &o);
}

int weft_accel_atomic(weft_accel *a, unsigned dst, weft_mem_op op, uint64_t dst_addr,
                      uint64_t operand, uint64_t compare, uint64_t result_addr, weft_op_done done,
                      void *ctx)
{
    if ((op != WEFT_OP_ADD && op != WEFT_OP_SWAP && op != WEFT_OP_CAS) ||
        bad_remote(dst, dst_addr, 8) || !accel_in_memory(a, result_addr, 8))
        return -2;
    accel_op o = {.op = op == WEFT_OP_ADD    ? WEFT_MT_ADD
                        : op == WEFT_OP_SWAP ? WEFT_MT_SWAP
                                             : WEFT_MT_CAS,
                  .dst = (uint16_t)dst,
                  .dst_addr = dst_addr,
                  .local_addr = result_addr,
                  .len = 8,
                  .operand = operand,
                  .compare = compare,
                  .done = done,
                  .ctx = ctx};
    return start(a, &o);
}

/* ---------------------------------------------------------------- progress ----------------- */

/* Takes the operation at the head of its destination's queue out of it. */
static void unqueue(weft_accel *a, accel_op *o)
{
    unsigned dst = o->dst;
    a->head[dst] = o->next;
    if (o->next == NO_OP) {
        a->tail[dst] = NO_OP;
        a->ready[dst / 64] &= ~(1ull << (dst % 64));
    }
    o->queued = 0;
    a->to_send--;
}

/* Takes any operation out, for those that fail before all is sent. */
static void unqueue_any(weft_accel *a, accel_op *o)
{
    uint16_t slot = (uint16_t)(o - a->op), before = NO_OP;
    unsigned dst = o->dst;
    if (a->head[dst] == slot) {
        unqueue(a, o);
        return;
    }
    for (uint16_t i = a->head[dst]; i != slot; i = a->op[i].next) before = i;
    a->op[before].next = o->next;
    if (a->tail[dst] == slot) a->tail[dst] = before;
    o->queued = 0;
    a->to_send--;
}

static void finish(weft_accel *a, accel_op *o)
{
    weft_op_done done = o->done;
    void *ctx = o->ctx;
    weft_op_status status = (weft_op_status)o->status;
    if (status == WEFT_OP_OK) {
        a->n.completed++;
        a->n.bytes += o->len;
    } else {
        a->n.failed++;
    }
    a->window -= o->waiting;
    a->active--;
    o->active = 0;
    o->next = a->free_head;
    a->free_head = (uint16_t)(o - a->op);
    if (done) /* last: it may start operations */
        done(ctx, status);
}

/* One frame of the operation at the head of a destination's queue. False: no memory. */
static bool send_segment(weft_accel *a, accel_op *o)
{
    uint64_t left = o->len - o->sent;
    uint32_t most = o->op == WEFT_MT_READ ? a->read_bytes : a->cfg.mtu;
    uint32_t bytes = left < most ? (uint32_t)left : most;
    weft_mt m = {.op = o->op,
                 .tag = o->tag,
                 .length = (uint16_t)bytes,
                 .addr = o->dst_addr + o->sent,
                 .total = (uint32_t)o->len,
                 .offset = (uint32_t)o->sent,
                 .operand = o->operand,
                 .compare = o->compare};
    size_t content = 0;
    bool last = o->sent + bytes == o->len;
    if (o->op == WEFT_MT_WRITE) {
        content = bytes;
        m.flags = (uint8_t)((o->flags & WEFT_MT_POSTED) | (o->sent == 0 ? WEFT_MT_FIRST : 0) |
                            (last ? WEFT_MT_LAST : 0));
        if (o->flags & WEFT_MT_NOTIFY) {
            m.notify = true;
            m.flags |= last ? WEFT_MT_NOTIFY : 0;
            m.notify_tag = o->notify_tag;
            m.notify_len = (uint32_t)o->len;
        }
    }
    uint8_t *at;
    weft_frame *f = accel_frame(a, o->dst, a->cfg.request_vc, &m, &at);
    if (!f) return false;
    if (content > 0) memcpy(at, a->memory + o->local_addr + o->sent, content);
    bool posted = (o->flags & WEFT_MT_POSTED) != 0;
    if (!posted) {
        if (o->waiting == 0) o->progress = a->now; /* the time in the queue does not count */
        o->waiting++;
        a->window++;
    }
    o->sent += bytes;
    if (last) unqueue(a, o);
    accel_send(a, a->cfg.request_vc, f, last && posted ? (uint32_t)(o - a->op) + 1 : 0);
    return true;
}

/* Next destination with a queue after the one served last. */
static unsigned next_destination(const weft_accel *a)
{
    unsigned from = (a->turn + 1u) % WEFT_ACCEL_IDS;
    unsigned word = from / 64;
    uint64_t bits = a->ready[word] & ~0ull << (from % 64);
    while (bits == 0) {
        word = (word + 1) % (WEFT_ACCEL_IDS / 64);
        bits = a->ready[word];
    }
    return word * 64 + (unsigned)__builtin_ctzll(bits);
}

static void look_for_timeouts(weft_accel *a)
{
    for (unsigned i = 0; i < WEFT_ACCEL_TAGS; i++) {
        accel_op *o = &a->op[i];
        if (!o->active || o->waiting == 0 || a->now - o->progress < a->cfg.timeout) continue;
        if (o->queued) unqueue_any(a, o);
        o->status = WEFT_OP_TIMEOUT;
        a->n.timeouts++;
        finish(a, o);
    }
}

void weft_accel_act(weft_accel *a, uint64_t cycle)
{
    a->now = cycle;
    if (a->active == 0) return;
    while (a->to_send > 0 && a->window < WEFT_ACCEL_WINDOW &&
           weft_partner_own_backlog(a->partner, a->cfg.request_vc) < WEFT_ACCEL_QUEUE) {
        unsigned dst = next_destination(a);
        a->turn = (uint16_t)dst;
        if (!send_segment(a, &a->op[a->head[dst]])) break;
    }
    if (cycle % 1024 == 0) look_for_timeouts(a);
}

void weft_accel_sent(weft_accel *a, uint32_t note)
{
    if (note >= 1 && note <= WEFT_ACCEL_TAGS && a->op[note - 1].active) finish(a, &a->op[note - 1]);
}

static weft_op_status status_of(uint8_t wire)
{
    switch (wire) {
    case WEFT_MT_BAD_ADDRESS: return WEFT_OP_BAD_ADDRESS;
    case WEFT_MT_BAD_OPCODE: return WEFT_OP_BAD_OPCODE;
    default: return WEFT_OP_BAD_LENGTH; /* INCOMPLETE: fewer bytes came than the operation has */
    }
}

/* Does the response fit the request that is next in line? */
static bool fits(const weft_accel *a, const accel_op *o, unsigned src, const weft_mt *m)
{
    uint64_t left = o->sent - o->answered;
    uint32_t expected = left < a->cfg.mtu ? (uint32_t)left : a->cfg.mtu;
    if (src != o->dst || o->waiting == 0) return false;
    if (m->op == WEFT_MT_ERROR) return m->status != WEFT_MT_OK;
    if (m->status != WEFT_MT_OK || (uint32_t)m->addr != (uint32_t)(o->dst_addr + o->answered))
        return false;
    switch (o->op) {
    case WEFT_MT_WRITE: return m->op == WEFT_MT_WRITE_DONE && m->length == expected;
    case WEFT_MT_READ: return m->op == WEFT_MT_READ_DATA && m->length == expected;
    default: return m->op == WEFT_MT_ATOMIC_DATA;
    }
}

/* Is it the last frame that answers its request? */
static bool answer_ends(const weft_accel *a, const accel_op *o, const weft_mt *m)
{
    const uint64_t to = o->answered + m->length;
    return m->op != WEFT_MT_READ_DATA || to == o->sent || to % a->read_bytes == 0;
}

void accel_response(weft_accel *a, unsigned src, const weft_mt *m)
{
    accel_op *o = &a->op[m->tag % WEFT_ACCEL_TAGS];
    if (!o->active || o->tag != m->tag || !fits(a, o, src, m)) {
        a->n.unknown_tag++;
        return;
    }
    if (answer_ends(a, o, m)) {
        o->waiting--;
        a->window--;
    }
    o->progress = a->now;
    if (m->op == WEFT_MT_ERROR) {
        if (o->status == WEFT_OP_OK) o->status = (uint8_t)status_of(m->status);
        if (o->queued) unqueue_any(a, o); /* the rest would fail as well */
        o->answered = o->answered + m->length;
    } else {
        if (m->op == WEFT_MT_READ_DATA)
            memcpy(a->memory + o->local_addr + o->answered, m->data, m->length);
        if (m->op == WEFT_MT_ATOMIC_DATA) {
            for (unsigned i = 0; i < 8; i++)
                a->memory[o->local_addr + i] = (uint8_t)(m->operand >> (8 * i));
        }
        o->answered += m->length;
    }
    if (o->waiting == 0 && !o->queued) finish(a, o);
}
