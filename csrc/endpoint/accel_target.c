/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * accel_target.c: accelerator: the target of the memory transport. Every request is checked in full
 * before a byte of memory changes; every request that is not posted gets exactly one response.
 */
#include "accel_state.h"

#include <string.h>

static void respond(weft_accel *a, unsigned src, const weft_mt *m, const uint8_t *data)
{
    uint8_t *at;
    size_t head = weft_mt_size(m);
    size_t content = data ? m->length : 0;
    weft_frame *f = accel_frame(a, weft_accel_mac(src), a->cfg.response_vc, head + content, &at);
    if (!f) return; /* out of memory: the initiator will run into its timeout */
    weft_mt_build(m, at);
    if (content > 0) memcpy(at + head, data, content);
    accel_send(a, a->cfg.response_vc, f, 0);
}

static void refuse(weft_accel *a, unsigned src, bool silent, const weft_mt *m, weft_mt_status s)
{
    a->n.refused++;
    if (silent) return;
    weft_mt r = {.op = WEFT_MT_ERROR,
                 .tag = m->tag,
                 .length = m->length,
                 .addr = m->addr & 0xFFFFFFFFu,
                 .status = (uint8_t)s};
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
        weft_mt r = {.op = WEFT_MT_WRITE_DONE,
                     .tag = m->tag,
                     .length = m->length,
                     .addr = m->addr & 0xFFFFFFFFu};
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
    if (m->length == 0 || m->length > a->cfg.mtu) {
        refuse(a, src, false, m, WEFT_MT_BAD_LENGTH);
        return;
    }
    if (!accel_in_memory(a, m->addr, m->length)) {
        refuse(a, src, false, m, WEFT_MT_BAD_ADDRESS);
        return;
    }
    a->n.served++;
    weft_mt r = {
        .op = WEFT_MT_READ_DATA, .tag = m->tag, .length = m->length, .addr = m->addr & 0xFFFFFFFFu};
    respond(a, src, &r, a->memory + m->addr);
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
    weft_mt r = {.op = WEFT_MT_ATOMIC_DATA,
                 .tag = m->tag,
                 .length = 8,
                 .addr = m->addr & 0xFFFFFFFFu,
                 .operand = old};
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

void weft_accel_receive(weft_accel *a, const weft_rx_frame *f)
{
    uint64_t dst = 0, src_mac = 0;
    weft_mt m;
    size_t at = weft_framer_skip(&a->cfg.framer, f->data, f->len, &dst, &src_mac);
    bool group = (dst >> 40 & 1) != 0;
    int src = weft_accel_of_mac(src_mac);
    if (at == 0 || (!group && dst != a->cfg.framer.src)) {
        a->n.not_mine++;
        return;
    }
    weft_mt_status s = weft_mt_parse(f->data + at, f->len - at, &m);
    if (src < 0 || f->len - at < 3) {
        a->n.malformed++; /* nobody to answer, or no tag to answer with */
        return;
    }
    if (!weft_mt_is_response(m.op))
        accel_request(a, (unsigned)src, group, &m, s);
    else if (s == WEFT_MT_OK && !group)
        accel_response(a, (unsigned)src, &m);
    else
        a->n.malformed++;
}
