/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * encap_roce.c: memory operations as RoCEv2 RC. The queue pair of an accelerator for neighbour n
 * and flow f has the number 0x010000 | f << 10 | n at both ends. Every request asks for
 * an acknowledge of its own, unless its write is posted. docs/profiles.md has the table.
 */
#include "encap_ip.h"
#include "weft/proto_roce.h"

#include <string.h>

#define QP_BASE 0x010000u
#define PKEY    0xFFFFu /* default partition, full member */

static bool first(const weft_mt *m) { return (m->flags & WEFT_MT_FIRST) != 0; }
static bool last(const weft_mt *m) { return (m->flags & WEFT_MT_LAST) != 0; }

static uint8_t write_opcode(const weft_mt *m)
{
    const bool imm = (m->flags & WEFT_MT_NOTIFY) != 0;
    if (!last(m)) return first(m) ? WEFT_ROCE_WRITE_FIRST : WEFT_ROCE_WRITE_MIDDLE;
    if (first(m)) return imm ? WEFT_ROCE_WRITE_ONLY_IMM : WEFT_ROCE_WRITE_ONLY;
    return imm ? WEFT_ROCE_WRITE_LAST_IMM : WEFT_ROCE_WRITE_LAST;
}

static uint8_t opcode_of(const weft_mt *m)
{
    switch (m->op) {
    case WEFT_MT_WRITE: return write_opcode(m);
    case WEFT_MT_READ: return WEFT_ROCE_READ_REQUEST;
    case WEFT_MT_ADD: return WEFT_ROCE_FETCH_ADD;
    case WEFT_MT_SWAP: return WEFT_ROCE_SWAP;
    case WEFT_MT_CAS: return WEFT_ROCE_CMP_SWAP;
    case WEFT_MT_READ_DATA:
        if (first(m)) return last(m) ? WEFT_ROCE_READ_ONLY : WEFT_ROCE_READ_FIRST;
        return last(m) ? WEFT_ROCE_READ_LAST : WEFT_ROCE_READ_MIDDLE;
    case WEFT_MT_ATOMIC_DATA: return WEFT_ROCE_ATOMIC_ACK;
    default: return WEFT_ROCE_ACK; /* WRITE_DONE, ERROR */
    }
}

static size_t data_bytes(const weft_mt *m)
{
    return m->op == WEFT_MT_WRITE || m->op == WEFT_MT_READ_DATA ? m->length : 0;
}

static unsigned pad_of(size_t bytes) { return (unsigned)(-bytes & 3u); }

/* BTH to ICRC. */
static size_t packet_size(const weft_mt *m)
{
    const size_t data = data_bytes(m);
    return weft_roce_size(opcode_of(m)) + data + pad_of(data) + WEFT_ROCE_ICRC;
}

static size_t roce_size(const weft_framer *fr, const weft_mt *m)
{
    return encap_ip_size(fr) + packet_size(m);
}

static uint32_t answer_packets(const weft_framer *fr, uint8_t op, uint32_t length)
{
    return op == WEFT_MT_READ && length > fr->mtu ? (length + fr->mtu - 1) / fr->mtu : 1;
}

static uint8_t syndrome_of(const weft_mt *m)
{
    if (m->op != WEFT_MT_ERROR) return WEFT_ROCE_ACK_UNLIMITED;
    switch (m->status) {
    case WEFT_MT_BAD_ADDRESS: return WEFT_ROCE_NAK | WEFT_ROCE_NAK_ACCESS;
    case WEFT_MT_INCOMPLETE: return WEFT_ROCE_NAK | WEFT_ROCE_NAK_OPERATION;
    default: return WEFT_ROCE_NAK | WEFT_ROCE_NAK_REQUEST;
    }
}

static uint8_t *roce_head(const weft_framer *fr, uint64_t dst_mac, unsigned vc, const weft_mt *m,
                          uint8_t *frame)
{
    const bool response = weft_mt_is_response(m->op);
    const unsigned flow = weft_flow_of(m, vc);
    weft_peer *c = weft_peers_get(fr->peers, (unsigned)(dst_mac & 0x3FFu), flow);
    if (!c) return NULL;
    weft_roce r = {.opcode = opcode_of(m),
                   .pad = (uint8_t)pad_of(data_bytes(m)),
                   .pkey = PKEY,
                   .dest_qp = QP_BASE | flow << 10 | (uint32_t)(fr->src & 0x3FFu),
                   .psn = m->psn & WEFT_ROCE_PSN,
                   .va = m->addr,
                   .rkey = fr->ip.key,
                   .dma_len = m->total,
                   .imm = m->notify_tag,
                   .swap_add = m->operand,
                   .compare = m->compare,
                   .original = m->operand,
                   .syndrome = syndrome_of(m),
                   .msn = c->msn & WEFT_ROCE_PSN};
    if (!response) {
        const bool answer = (m->flags & WEFT_MT_POSTED) == 0;
        if (m->op == WEFT_MT_READ) r.dma_len = m->length; /* each request is a read of its own */
        r.ack_req = answer;
        if (!weft_peer_request(fr->peers, c, m, answer_packets(fr, m->op, m->length), answer,
                               &r.psn))
            return NULL;
    }
    uint8_t *p = encap_ip_head(fr, dst_mac, vc, packet_size(m), frame);
    return p + weft_roce_build(&r, p);
}

static void roce_finish(const weft_framer *fr, uint8_t *frame)
{
    size_t bytes;
    uint8_t *ip = encap_ip_packet(fr, frame, &bytes);
    uint8_t *end = ip + bytes - WEFT_ROCE_ICRC;
    const unsigned pad = frame[encap_ip_size(fr) + 1] >> 4 & 3u;
    memset(end - pad, 0, pad);
    encap_put_crc(end, weft_roce_icrc(ip, bytes - WEFT_ROCE_ICRC));
}

/* ---------------------------------------------------------------- receiving ---------------- */

static bool is_write(uint8_t opcode)
{
    return opcode >= WEFT_ROCE_WRITE_FIRST && opcode <= WEFT_ROCE_WRITE_ONLY_IMM;
}

/* A packet of a write: where it belongs follows from the first one. */
static weft_mt_status take_write(const weft_framer *fr, weft_peer *c, const weft_roce *r,
                                 weft_mt *m)
{
    const bool starts = r->opcode == WEFT_ROCE_WRITE_FIRST || r->opcode >= WEFT_ROCE_WRITE_ONLY;
    const bool ends = r->opcode >= WEFT_ROCE_WRITE_LAST;
    m->op = WEFT_MT_WRITE;
    m->flags = (uint8_t)((starts ? WEFT_MT_FIRST : 0) | (ends ? WEFT_MT_LAST : 0) |
                         (r->ack_req ? 0 : WEFT_MT_POSTED));
    m->length = (uint16_t)r->len;
    m->data = r->data;
    if (starts) {
        c->open = true;
        c->tag = (uint16_t)r->psn;
        c->addr = r->va;
        c->total = r->dma_len;
        c->received = 0;
        if (r->rkey != fr->ip.key) c->open = false;
    }
    m->tag = c->tag;
    m->addr = c->addr;
    if (!c->open) return starts ? WEFT_MT_BAD_ADDRESS : WEFT_MT_INCOMPLETE;
    m->addr += c->received;
    m->total = c->total;
    c->received += (uint32_t)r->len;
    if (r->len > fr->mtu || c->received > c->total || ends != (c->received == c->total)) {
        c->open = false;
        return WEFT_MT_BAD_LENGTH;
    }
    if (!ends) return WEFT_MT_OK;
    c->open = false;
    if (r->opcode == WEFT_ROCE_WRITE_LAST_IMM || r->opcode == WEFT_ROCE_WRITE_ONLY_IMM) {
        m->flags |= WEFT_MT_NOTIFY;
        m->notify_tag = r->imm;
        m->notify_len = c->total;
    }
    return WEFT_MT_OK;
}

static weft_mt_status take_request(const weft_framer *fr, weft_peer *c, const weft_roce *r,
                                   weft_mt *m)
{
    if (is_write(r->opcode)) return take_write(fr, c, r, m);
    m->tag = (uint16_t)r->psn;
    m->addr = r->va;
    if (r->opcode == WEFT_ROCE_READ_REQUEST) {
        m->op = WEFT_MT_READ;
        m->length = (uint16_t)r->dma_len;
        m->total = r->dma_len;
    } else {
        m->op = r->opcode == WEFT_ROCE_FETCH_ADD ? WEFT_MT_ADD
                : r->opcode == WEFT_ROCE_SWAP    ? WEFT_MT_SWAP
                                                 : WEFT_MT_CAS;
        m->length = 8;
        m->operand = r->swap_add;
        m->compare = r->compare;
    }
    if (r->rkey != fr->ip.key) return WEFT_MT_BAD_ADDRESS;
    return m->op == WEFT_MT_READ && r->dma_len >> 16 != 0 ? WEFT_MT_BAD_LENGTH : WEFT_MT_OK;
}

static weft_encap_result parse_request(const weft_framer *fr, weft_peer *c, const weft_roce *r,
                                       weft_encap_message *in)
{
    bool lost;
    const uint32_t packets = r->opcode == WEFT_ROCE_READ_REQUEST && r->dma_len >> 16 == 0
                                 ? answer_packets(fr, WEFT_MT_READ, r->dma_len)
                                 : 1;
    if (!weft_peer_arrived(fr->peers, c, r->psn, packets, &lost)) return WEFT_ENCAP_BAD_PSN;
    if (lost) c->open = false; /* the rest of a write whose middle is missing */
    in->m = (weft_mt){.psn = r->psn};
    in->status = take_request(fr, c, r, &in->m);
    if (in->m.op != WEFT_MT_WRITE || (in->m.flags & WEFT_MT_LAST)) c->msn++;
    return WEFT_ENCAP_MESSAGE;
}

static uint8_t status_of(uint8_t syndrome)
{
    switch (syndrome & 0x1Fu) {
    case WEFT_ROCE_NAK_ACCESS: return WEFT_MT_BAD_ADDRESS;
    case WEFT_ROCE_NAK_OPERATION: return WEFT_MT_INCOMPLETE;
    default: return WEFT_MT_BAD_LENGTH;
    }
}

/* What answers a request of this operation. */
static bool answers(const weft_roce *r, const peer_request *q, uint32_t frame)
{
    const bool one = q->packets == 1, ends = frame + 1 == q->packets;
    switch (r->opcode) {
    case WEFT_ROCE_READ_ONLY: return q->op == WEFT_MT_READ && one;
    case WEFT_ROCE_READ_FIRST: return q->op == WEFT_MT_READ && !one && frame == 0;
    case WEFT_ROCE_READ_MIDDLE: return q->op == WEFT_MT_READ && frame > 0 && !ends;
    case WEFT_ROCE_READ_LAST: return q->op == WEFT_MT_READ && !one && ends;
    case WEFT_ROCE_ATOMIC_ACK: return q->op >= WEFT_MT_ADD && q->op <= WEFT_MT_CAS;
    default: return (r->syndrome & WEFT_ROCE_NAK) != 0 || q->op == WEFT_MT_WRITE;
    }
}

static weft_encap_result parse_response(const weft_framer *fr, weft_peer *c, const weft_roce *r,
                                        weft_encap_message *in)
{
    peer_request q;
    uint32_t frame;
    const bool nak = r->opcode == WEFT_ROCE_ACK && (r->syndrome & WEFT_ROCE_NAK) != 0;
    if (!weft_peer_answer(fr->peers, c, r->psn, nak, &q, &frame)) return WEFT_ENCAP_BAD_PSN;
    if (!answers(r, &q, frame)) return WEFT_ENCAP_MALFORMED;
    weft_mt *m = &in->m;
    *m = (weft_mt){.tag = q.tag,
                   .length = (uint16_t)q.length,
                   .addr = (uint32_t)(q.addr + frame * fr->mtu),
                   .total = q.length,
                   .psn = r->psn};
    in->status = WEFT_MT_OK;
    if (nak) {
        m->op = WEFT_MT_ERROR;
        m->status = status_of(r->syndrome);
    } else if (r->opcode == WEFT_ROCE_ACK) {
        m->op = WEFT_MT_WRITE_DONE;
    } else if (r->opcode == WEFT_ROCE_ATOMIC_ACK) {
        m->op = WEFT_MT_ATOMIC_DATA;
        m->operand = r->original;
    } else {
        m->op = WEFT_MT_READ_DATA;
        m->length = (uint16_t)r->len;
        m->data = r->data;
    }
    return WEFT_ENCAP_MESSAGE;
}

static bool is_response(uint8_t opcode)
{
    return opcode >= WEFT_ROCE_READ_FIRST && opcode <= WEFT_ROCE_ATOMIC_ACK;
}

static weft_encap_result roce_parse(const weft_framer *fr, const uint8_t *frame, size_t len,
                                    weft_encap_message *in)
{
    encap_ip_view v;
    weft_roce r;
    const weft_encap_result result = encap_ip_parse(fr, frame, len, &v);
    if (result != WEFT_ENCAP_MESSAGE) return result;
    if (v.bytes < 12 + WEFT_ROCE_ICRC) return WEFT_ENCAP_MALFORMED;
    if (weft_roce_icrc(v.ip, v.ip_bytes - WEFT_ROCE_ICRC) !=
        encap_get_crc(v.packet + v.bytes - WEFT_ROCE_ICRC))
        return WEFT_ENCAP_BAD_CRC;
    if (!weft_roce_parse(v.packet, v.bytes - WEFT_ROCE_ICRC, &r) || r.pkey != PKEY)
        return WEFT_ENCAP_MALFORMED;
    const unsigned flow = r.dest_qp >> 10 & 63u;
    if ((r.dest_qp & ~0x3FFu) != (QP_BASE | flow << 10) || flow >= WEFT_FLOWS ||
        (r.dest_qp & 0x3FFu) != v.src)
        return WEFT_ENCAP_MALFORMED; /* no such queue pair */
    weft_peer *c = weft_peers_get(fr->peers, v.src, flow);
    if (!c) return WEFT_ENCAP_MALFORMED;
    *in = (weft_encap_message){.src = v.src};
    const weft_encap_result done =
        is_response(r.opcode) ? parse_response(fr, c, &r, in) : parse_request(fr, c, &r, in);
    in->m.flow = (uint8_t)flow;
    return done;
}

const weft_encap weft_encap_rocev2 = {.name = "RoCEv2",
                                      .overhead =
                                          18 + 40 + 8 + WEFT_ROCE_MAX + 3 + WEFT_ROCE_ICRC + 4,
                                      .program = "rocev2",
                                      .over_ip = true,
                                      .grain = 4,
                                      .read_packets = 8,
                                      .psn_mask = WEFT_ROCE_PSN,
                                      .size = roce_size,
                                      .head = roce_head,
                                      .finish = roce_finish,
                                      .parse = roce_parse};
