/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * accel_target.c: accelerator: the target of memory operations. Every request is checked in full
 * before a byte of memory changes; every request that is not posted gets exactly one response.
 */
#include "accel_state.h"

#include <string.h>

/* Answer to the request m: the fields that name it. */
static weft_mt answer(const weft_mt *m, weft_mt_op op)
{
    return (weft_mt){.op = (uint8_t)op,
                     .tag = m->tag,
                     .length = m->length,
                     .addr = m->addr & 0xFFFFFFFFu,
                     .psn = m->psn,
                     .flow = m->flow};
}

static void respond(weft_accel *a, unsigned src, const weft_mt *r, const uint8_t *data)
{
    uint8_t *at;
    weft_frame *f = accel_frame(a, src, a->cfg.response_vc, r, &at);
    if (!f) return; /* out of memory: the initiator will run into its timeout */
    if (data) memcpy(at, data, r->length);
    accel_send(a, a->cfg.response_vc, f, 0);
}

static void refuse(weft_accel *a, unsigned src, bool silent, const weft_mt *m, weft_mt_status s)
{
    a->n.refused++;
    if (silent) return;
    weft_mt r = answer(m, WEFT_MT_ERROR);
    r.status = (uint8_t)s;
    respond(a, src, &r, NULL);
}

/* Follows the segments of a source's write; true when the whole operation is in memory. */
static bool write_complete(weft_accel *a, unsigned src, const weft_mt *m)
{
    write_progress *w = &a->progress[src];
    if (m->flags & WEFT_MT_FIRST)
        *w = (write_progress){.tag = m->tag, .next_addr = m->addr, .open = true};
    if (!w->open || w->tag != m->tag || w->next_addr != m->addr) {
        w->open = false;
        return false;
    }
    w->next_addr += m->length;
    w->received += m->length;
    if ((m->flags & WEFT_MT_LAST) == 0) return true;
    w->open = false;
    return (m->flags & WEFT_MT_NOTIFY) == 0 || w->received == m->notify_len;
}

static uint64_t load64(const uint8_t *p)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < 8; i++) v |= (uint64_t)p[i] << (8 * i);
    return v;
}

static void store64(uint8_t *p, uint64_t v)
{
    for (unsigned i = 0; i < 8; i++) p[i] = (uint8_t)(v >> (8 * i));
}

static void do_write(weft_accel *a, unsigned src, bool silent, const weft_mt *m)
{
    if (!accel_in_memory(a, m->addr, m->length)) {
        a->progress[src].open = false;
        refuse(a, src, silent, m, WEFT_MT_BAD_ADDRESS);
        return;
    }
    bool complete = write_complete(a, src, m);
    if (m->length > 0) memcpy(a->memory + m->addr, m->data, m->length);
    if (!complete && (m->flags & WEFT_MT_NOTIFY)) {
        refuse(a, src, silent, m, WEFT_MT_INCOMPLETE);
        return;
    }
    a->n.served++;
    if (!silent) {
        weft_mt r = answer(m, WEFT_MT_WRITE_DONE);
        respond(a, src, &r, NULL);
    }
    if (m->flags & WEFT_MT_NOTIFY) {
        a->n.notified++;
        if (a->notify)
            a->notify(a->notify_ctx, src, m->notify_tag, m->addr + m->length - m->notify_len,
                      m->notify_len);
    }
}

static void do_read(weft_accel *a, unsigned src, const weft_mt *m)
{
    if (m->length == 0 || m->length > a->read_bytes) {
        refuse(a, src, false, m, WEFT_MT_BAD_LENGTH);
        return;
    }
    if (!accel_in_memory(a, m->addr, m->length)) {
        refuse(a, src, false, m, WEFT_MT_BAD_ADDRESS);
        return;
    }
    a->n.served++;
    uint32_t frame = 0;
    for (uint32_t at = 0; at < m->length; at += a->cfg.mtu, frame++) {
        const uint32_t left = m->length - at;
        weft_mt r = answer(m, WEFT_MT_READ_DATA);
        r.flags =
            (uint8_t)((at == 0 ? WEFT_MT_FIRST : 0) | (left <= a->cfg.mtu ? WEFT_MT_LAST : 0));
        r.length = (uint16_t)(left < a->cfg.mtu ? left : a->cfg.mtu);
        r.addr = (m->addr + at) & 0xFFFFFFFFu;
        r.psn = m->psn + frame;
        respond(a, src, &r, a->memory + m->addr + at);
    }
}

static void do_atomic(weft_accel *a, unsigned src, const weft_mt *m)
{
    if (m->addr % 8 != 0 || !accel_in_memory(a, m->addr, 8)) {
        refuse(a, src, false, m, WEFT_MT_BAD_ADDRESS);
        return;
    }
    uint8_t *p = a->memory + m->addr;
    uint64_t old = load64(p);
    if (m->op == WEFT_MT_ADD)
        store64(p, old + m->operand);
    else if (m->op == WEFT_MT_SWAP || old == m->compare)
        store64(p, m->operand);
    a->n.served++;
    weft_mt r = answer(m, WEFT_MT_ATOMIC_DATA);
    r.operand = old;
    respond(a, src, &r, NULL);
}

void accel_request(weft_accel *a, unsigned src, bool group, const weft_mt *m, weft_mt_status s)
{
    /* Only a write says that it wants no answer; a group's frame never gets one. */
    bool posted = m->op == WEFT_MT_WRITE && (m->flags & WEFT_MT_POSTED);
    if (s != WEFT_MT_OK) {
        refuse(a, src, posted || group, m, s);
        return;
    }
    if (group && !posted) {
        a->n.malformed++; /* as many answers as members is not what anybody asked for */
        return;
    }
    switch (m->op) {
    case WEFT_MT_WRITE: do_write(a, src, posted || group, m); break;
    case WEFT_MT_READ: do_read(a, src, m); break;
    default: do_atomic(a, src, m); break;
    }
}

/* A message with a good form goes its way; what cannot be answered is only counted. */
static void take(weft_accel *a, const weft_encap_message *in)
{
    if (!weft_mt_is_response(in->m.op))
        accel_request(a, in->src, in->group, &in->m, in->status);
    else if (in->status == WEFT_MT_OK && !in->group)
        accel_response(a, in->src, &in->m);
    else
        a->n.malformed++;
}

void weft_accel_receive(weft_accel *a, const weft_rx_frame *f)
{
    const weft_framer *fr = &a->cfg.framer;
    weft_encap_message in;
    switch (fr->encap->parse(fr, f->data, f->len, &in)) {
    case WEFT_ENCAP_MESSAGE: take(a, &in); break;
    case WEFT_ENCAP_NOT_MINE: a->n.not_mine++; break;
    case WEFT_ENCAP_BAD_IP: a->n.bad_ip++; break;
    case WEFT_ENCAP_BAD_CRC: a->n.bad_crc++; break;
    case WEFT_ENCAP_BAD_PSN: a->n.bad_psn++; break;
    default: a->n.malformed++; break;
    }
}
