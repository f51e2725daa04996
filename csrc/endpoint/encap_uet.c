/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * encap_uet.c: memory operations as UET: reliable ordered delivery, contexts that are set up by
 * configuration (no SYN), every request acknowledged by an ACK that carries its semantic response,
 * with the data of reads and the value of atomics in it. A context for neighbour n and flow f
 * has the number f << 10 | n. docs/profiles.md has the table.
 */
#include "encap_ip.h"
#include "weft/proto_uet.h"

#include <string.h>

/* An operation of one packet that tells nobody anything needs the small header only. */
static uint8_t request_header(const weft_mt *m)
{
    const unsigned whole = WEFT_MT_FIRST | WEFT_MT_LAST;
    const bool alone =
        m->op != WEFT_MT_WRITE || ((m->flags & whole) == whole && (m->flags & WEFT_MT_NOTIFY) == 0);
    return alone && m->length >> 14 == 0 ? WEFT_UET_REQ_SMALL : WEFT_UET_REQ_STD;
}

static uint8_t next_of(const weft_mt *m)
{
    switch (m->op) {
    case WEFT_MT_READ_DATA: return WEFT_UET_RSP_DATA;
    case WEFT_MT_ATOMIC_DATA: return WEFT_UET_RSP_DATA_SMALL;
    case WEFT_MT_WRITE_DONE:
    case WEFT_MT_ERROR: return WEFT_UET_RSP;
    default: return request_header(m);
    }
}

/* Extension and operand of an atomic, value of its answer, data. */
static size_t content_bytes(const weft_mt *m)
{
    switch (m->op) {
    case WEFT_MT_WRITE:
    case WEFT_MT_READ_DATA: return m->length;
    case WEFT_MT_ADD:
    case WEFT_MT_SWAP: return weft_uet_atomic_size(WEFT_UET_ATOMIC_SUM) + 8;
    case WEFT_MT_CAS: return weft_uet_atomic_size(WEFT_UET_ATOMIC_CSWAP);
    case WEFT_MT_ATOMIC_DATA: return 8;
    default: return 0;
    }
}

/* PDS to CRC. */
static size_t packet_size(const weft_mt *m)
{
    return WEFT_UET_PDS + weft_uet_ses_size(next_of(m)) + content_bytes(m) + WEFT_UET_CRC;
}

static size_t uet_size(const weft_framer *fr, const weft_mt *m)
{
    return encap_ip_size(fr) + packet_size(m);
}

/* Operands stand as in memory: little-endian. */
static void put_le64(uint8_t *p, uint64_t v)
{
    for (unsigned i = 0; i < 8; i++) p[i] = (uint8_t)(v >> (8 * i));
}

static uint64_t get_le64(const uint8_t *p)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < 8; i++) v |= (uint64_t)p[i] << (8 * i);
    return v;
}

static uint8_t *put_atomic(const weft_mt *m, uint8_t *p)
{
    const weft_uet_atomic a = {.op = m->op == WEFT_MT_ADD    ? WEFT_UET_ATOMIC_SUM
                                     : m->op == WEFT_MT_SWAP ? WEFT_UET_ATOMIC_WRITE
                                                             : WEFT_UET_ATOMIC_CSWAP,
                               .datatype = WEFT_UET_UINT64,
                               .compare = m->compare,
                               .swap = m->operand};
    p += weft_uet_atomic_build(&a, p);
    if (m->op == WEFT_MT_CAS) return p;
    put_le64(p, m->operand);
    return p + 8;
}

static uint8_t *put_request(const weft_framer *fr, const weft_mt *m, uint8_t *p)
{
    const bool atomic = m->op >= WEFT_MT_ADD && m->op <= WEFT_MT_CAS;
    const bool som = m->op != WEFT_MT_WRITE || (m->flags & WEFT_MT_FIRST);
    const bool eom = m->op != WEFT_MT_WRITE || (m->flags & WEFT_MT_LAST);
    const uint32_t total = m->op == WEFT_MT_WRITE ? m->total : m->length;
    const weft_uet_request r = {.opcode = atomic                   ? WEFT_UET_FETCH_ATOMIC
                                          : m->op == WEFT_MT_WRITE ? WEFT_UET_WRITE
                                                                   : WEFT_UET_READ,
                                .som = som,
                                .eom = eom,
                                .hd = som && m->notify,
                                .msg_id = m->tag,
                                .length = m->length & 0x3FFFu,
                                .job = fr->ip.job,
                                .offset = m->addr,
                                .initiator = (uint32_t)(fr->src & 0x3FFu),
                                .key = fr->ip.key,
                                .header_data = m->notify ? m->notify_tag : 0,
                                .payload = m->length & 0x3FFFu,
                                .message_offset = m->offset,
                                .request_length = total};
    p += weft_uet_request_build(next_of(m), &r, p);
    return atomic ? put_atomic(m, p) : p;
}

static uint8_t code_of(const weft_mt *m)
{
    if (m->op != WEFT_MT_ERROR) return WEFT_UET_RC_OK;
    switch (m->status) {
    case WEFT_MT_BAD_ADDRESS: return WEFT_UET_RC_OUT_OF_RANGE;
    case WEFT_MT_BAD_LENGTH: return WEFT_UET_RC_UNSUPPORTED_SIZE;
    case WEFT_MT_BAD_OPCODE: return WEFT_UET_RC_UNSUPPORTED_OP;
    default: return WEFT_UET_RC_UNSUCCESSFUL;
    }
}

static uint8_t *put_response(const weft_framer *fr, const weft_mt *m, uint8_t *p)
{
    const uint8_t next = next_of(m);
    const weft_uet_response r = {.opcode = next == WEFT_UET_RSP ? WEFT_UET_RESPONSE
                                                                : WEFT_UET_RESPONSE_DATA,
                                 .code = code_of(m),
                                 .msg_id = m->tag,
                                 .job = fr->ip.job,
                                 .modified_length = m->op == WEFT_MT_ERROR ? 0 : m->length,
                                 .read_msg_id = m->tag,
                                 .payload = m->length & 0x3FFFu,
                                 .request_psn = m->psn};
    p += weft_uet_response_build(next, &r, p);
    if (m->op != WEFT_MT_ATOMIC_DATA) return p;
    put_le64(p, m->operand);
    return p + 8;
}

static uint8_t *uet_head(const weft_framer *fr, uint64_t dst_mac, unsigned vc, const weft_mt *m,
                         uint8_t *frame)
{
    const bool response = weft_mt_is_response(m->op);
    const unsigned flow = weft_flow_of(m, vc);
    const unsigned dst = (unsigned)(dst_mac & 0x3FFu);
    weft_peer *c = weft_peers_get(fr->peers, dst, flow);
    if (!c) return NULL;
    weft_uet_pds pds = {.type = response ? WEFT_UET_ACK : WEFT_UET_ROD_REQ,
                        .next = next_of(m),
                        .spdcid = (uint16_t)(flow << 10 | dst),
                        .dpdcid = (uint16_t)(flow << 10 | (fr->src & 0x3FFu))};
    if (response) {
        pds.psn = c->rx_psn - 1; /* all up to this one have come */
        pds.offset = (int16_t)(m->psn - pds.psn);
    } else {
        const bool answer = (m->flags & WEFT_MT_POSTED) == 0;
        pds.flags = answer ? WEFT_UET_AR : 0;
        if (!weft_peer_request(fr->peers, c, m, 1, answer, &pds.psn)) return NULL;
        const peer_request *oldest = weft_peer_oldest(c);
        pds.offset = (int16_t)((oldest ? oldest->psn : pds.psn) - 1 - pds.psn);
    }
    uint8_t *p = encap_ip_head(fr, dst_mac, vc, packet_size(m), frame);
    p += weft_uet_pds_build(&pds, p);
    return response ? put_response(fr, m, p) : put_request(fr, m, p);
}

static void uet_finish(const weft_framer *fr, uint8_t *frame)
{
    size_t bytes;
    uint8_t *ip = encap_ip_packet(fr, frame, &bytes);
    encap_put_crc(ip + bytes - WEFT_UET_CRC, weft_uet_crc(ip, bytes - WEFT_UET_CRC));
}

/* ---------------------------------------------------------------- receiving ---------------- */

/* A packet of a write of several, or of one that is to be told: the standard header. */
static weft_mt_status follow_write(weft_peer *c, const weft_uet_request *s, weft_mt *m)
{
    if (s->som) {
        c->open = true;
        c->notify = s->hd;
        c->notify_tag = (uint32_t)s->header_data;
        c->tag = s->msg_id;
        c->total = s->request_length;
        c->received = 0;
    }
    if (!c->open || c->tag != s->msg_id || s->request_length != c->total) return WEFT_MT_INCOMPLETE;
    if (!s->som && (s->message_offset != c->received || s->payload != m->length)) {
        c->open = false;
        return WEFT_MT_INCOMPLETE;
    }
    c->received += m->length;
    if (c->received > c->total || s->eom != (c->received == c->total)) {
        c->open = false;
        return WEFT_MT_BAD_LENGTH;
    }
    m->total = c->total;
    if (!s->eom) return WEFT_MT_OK;
    c->open = false;
    if (c->notify) {
        m->flags |= WEFT_MT_NOTIFY;
        m->notify_tag = c->notify_tag;
        m->notify_len = c->total;
    }
    return WEFT_MT_OK;
}

static weft_mt_status take_write(weft_peer *c, uint8_t next, const weft_uet_request *s, size_t rest,
                                 weft_mt *m)
{
    m->op = WEFT_MT_WRITE;
    m->flags |= (uint8_t)((s->som ? WEFT_MT_FIRST : 0) | (s->eom ? WEFT_MT_LAST : 0));
    m->length = (uint16_t)rest;
    if (next == WEFT_UET_REQ_STD) return follow_write(c, s, m);
    m->total = s->length;
    return s->som && s->eom && s->length == rest ? WEFT_MT_OK : WEFT_MT_BAD_LENGTH;
}

static weft_mt_status take_atomic(const uint8_t *p, size_t rest, weft_mt *m)
{
    weft_uet_atomic a;
    const size_t head = weft_uet_atomic_parse(p, rest, &a);
    m->length = 8;
    m->op = WEFT_MT_ADD;
    if (head == 0) return WEFT_MT_BAD_LENGTH;
    switch (a.op) {
    case WEFT_UET_ATOMIC_SUM: m->op = WEFT_MT_ADD; break;
    case WEFT_UET_ATOMIC_WRITE: m->op = WEFT_MT_SWAP; break;
    case WEFT_UET_ATOMIC_CSWAP: m->op = WEFT_MT_CAS; break;
    default: return WEFT_MT_BAD_OPCODE;
    }
    if (a.datatype != WEFT_UET_UINT64) return WEFT_MT_BAD_OPCODE;
    if (rest - head != (m->op == WEFT_MT_CAS ? 0u : 8u)) return WEFT_MT_BAD_LENGTH;
    m->compare = a.compare;
    m->operand = m->op == WEFT_MT_CAS ? a.swap : get_le64(p + head);
    return WEFT_MT_OK;
}

static weft_mt_status take_request(const weft_framer *fr, weft_peer *c, uint8_t next,
                                   const weft_uet_request *s, const uint8_t *p, size_t rest,
                                   weft_mt *m)
{
    weft_mt_status status = WEFT_MT_OK;
    m->tag = s->msg_id;
    m->addr = s->offset;
    m->data = p;
    switch (s->opcode) {
    case WEFT_UET_WRITE: status = take_write(c, next, s, rest, m); break;
    case WEFT_UET_READ: {
        const uint32_t length = next == WEFT_UET_REQ_STD ? s->request_length : s->length;
        m->op = WEFT_MT_READ;
        m->length = (uint16_t)length;
        m->total = length;
        if (rest != 0 || length >> 16 != 0) status = WEFT_MT_BAD_LENGTH;
        break;
    }
    case WEFT_UET_FETCH_ATOMIC: status = take_atomic(p, rest, m); break;
    default: m->op = WEFT_MT_READ; return WEFT_MT_BAD_OPCODE;
    }
    if (m->op != WEFT_MT_WRITE) m->flags = 0;
    const bool keyed = next == WEFT_UET_REQ_STD;
    if (s->job != fr->ip.job || (keyed && s->key != fr->ip.key)) return WEFT_MT_BAD_ADDRESS;
    return status;
}

static weft_encap_result parse_request(const weft_framer *fr, weft_peer *c, const weft_uet_pds *pds,
                                       const uint8_t *p, size_t len, weft_encap_message *in)
{
    weft_uet_request s;
    bool lost;
    const size_t head = weft_uet_request_parse(pds->next, p, len, &s);
    if (head == 0 || pds->type != WEFT_UET_ROD_REQ || pds->next == WEFT_UET_REQ_MEDIUM)
        return WEFT_ENCAP_MALFORMED;
    if (!weft_peer_arrived(fr->peers, c, pds->psn, 1, &lost)) return WEFT_ENCAP_BAD_PSN;
    if (lost) c->open = false;
    in->m = (weft_mt){.psn = pds->psn, .flags = pds->flags & WEFT_UET_AR ? 0 : WEFT_MT_POSTED};
    in->status = take_request(fr, c, pds->next, &s, p + head, len - head, &in->m);
    return WEFT_ENCAP_MESSAGE;
}

static uint8_t status_of(uint8_t code)
{
    switch (code) {
    case WEFT_UET_RC_OUT_OF_RANGE: return WEFT_MT_BAD_ADDRESS;
    case WEFT_UET_RC_UNSUPPORTED_OP: return WEFT_MT_BAD_OPCODE;
    case WEFT_UET_RC_UNSUCCESSFUL: return WEFT_MT_INCOMPLETE;
    default: return WEFT_MT_BAD_LENGTH;
    }
}

static weft_encap_result parse_response(const weft_framer *fr, weft_peer *c,
                                        const weft_uet_pds *pds, const uint8_t *p, size_t len,
                                        weft_encap_message *in)
{
    weft_uet_response s;
    peer_request q;
    uint32_t frame;
    const size_t head = weft_uet_response_parse(pds->next, p, len, &s);
    const uint32_t psn = pds->psn + (uint32_t)(int32_t)pds->offset;
    if (head == 0 || s.job != fr->ip.job) return WEFT_ENCAP_MALFORMED;
    if (!weft_peer_answer(fr->peers, c, psn, true, &q, &frame)) return WEFT_ENCAP_BAD_PSN;
    const size_t rest = len - head;
    weft_mt *m = &in->m;
    *m = (weft_mt){.tag = q.tag,
                   .length = (uint16_t)q.length,
                   .addr = q.addr,
                   .total = q.length,
                   .psn = psn,
                   .data = p + head};
    in->status = WEFT_MT_OK;
    if (pds->next == WEFT_UET_RSP) {
        m->op = s.code == WEFT_UET_RC_OK ? WEFT_MT_WRITE_DONE : WEFT_MT_ERROR;
        if (m->op == WEFT_MT_ERROR) m->status = status_of(s.code);
        return rest == 0 ? WEFT_ENCAP_MESSAGE : WEFT_ENCAP_MALFORMED;
    }
    if (s.code != WEFT_UET_RC_OK || s.payload != rest) return WEFT_ENCAP_MALFORMED;
    m->length = (uint16_t)rest;
    m->op = WEFT_MT_READ_DATA;
    if (pds->next == WEFT_UET_RSP_DATA) return WEFT_ENCAP_MESSAGE;
    if (rest != 8 || s.request_psn != psn) return WEFT_ENCAP_MALFORMED;
    m->op = WEFT_MT_ATOMIC_DATA;
    m->operand = get_le64(p + head);
    return WEFT_ENCAP_MESSAGE;
}

static weft_encap_result uet_parse(const weft_framer *fr, const uint8_t *frame, size_t len,
                                   weft_encap_message *in)
{
    encap_ip_view v;
    weft_uet_pds pds;
    const weft_encap_result result = encap_ip_parse(fr, frame, len, &v);
    if (result != WEFT_ENCAP_MESSAGE) return result;
    if (v.bytes < WEFT_UET_PDS + WEFT_UET_CRC) return WEFT_ENCAP_MALFORMED;
    if (weft_uet_crc(v.ip, v.ip_bytes - WEFT_UET_CRC) !=
        encap_get_crc(v.packet + v.bytes - WEFT_UET_CRC))
        return WEFT_ENCAP_BAD_CRC;
    const size_t bytes = v.bytes - WEFT_UET_CRC;
    const size_t head = weft_uet_pds_parse(v.packet, bytes, &pds);
    const unsigned flow = pds.dpdcid >> 10;
    if (head == 0 || flow >= WEFT_FLOWS || (pds.dpdcid & 0x3FFu) != v.src ||
        pds.spdcid != (flow << 10 | (fr->src & 0x3FFu)))
        return WEFT_ENCAP_MALFORMED; /* no such context */
    weft_peer *c = weft_peers_get(fr->peers, v.src, flow);
    if (!c) return WEFT_ENCAP_MALFORMED;
    *in = (weft_encap_message){.src = v.src};
    const uint8_t *ses = v.packet + head;
    const weft_encap_result done = pds.type == WEFT_UET_ACK
                                       ? parse_response(fr, c, &pds, ses, bytes - head, in)
                                       : parse_request(fr, c, &pds, ses, bytes - head, in);
    in->m.flow = (uint8_t)flow;
    return done;
}

const weft_encap weft_encap_uet = {.name = "UET",
                                   .overhead = 18 + 40 + 8 + WEFT_UET_PDS + WEFT_UET_SES_MAX +
                                               WEFT_UET_CRC + 4,
                                   .program = "uet",
                                   .over_ip = true,
                                   .grain = 1,
                                   .read_packets = 1,
                                   .psn_mask = 0xFFFFFFFFu,
                                   .size = uet_size,
                                   .head = uet_head,
                                   .finish = uet_finish,
                                   .parse = uet_parse};
