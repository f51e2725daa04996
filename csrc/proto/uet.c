/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * uet.c: UET headers and CRC.
 *
 *   PDS       type 5, next 4, flags 7 | clear or ACK PSN offset 16 | PSN 32 | SPDCID 16 | DPDCID 16
 *   SES       rsvd 2, opcode 6 | version 2, DC, IE, REL, HD, EOM, SOM | message or length 16
 *   request   RI_GEN 8, job 24 | rsvd 4, PID 12 | rsvd 4, index 12, then by size
 *     small     buffer offset 64
 *     medium    buffer offset 64 | initiator 32 | key 64
 *     standard  the same | header data 64, or rsvd 18, payload 14, offset 32 | request length 32
 *   response  list 2, opcode 6 | version 2, code 6 | message 16 | RI_GEN 8, job 24
 *     RSP       modified length 32
 *     data      read message 16 | rsvd 2, payload 14 | modified length 32 | message offset 32
 *     small     (payload in place of the message) PSN of the request 32
 */
#include "weft/proto_uet.h"

#include "weft/proto.h"
#include "weft/proto_ip.h"

#include <string.h>

/* ---------------------------------------------------------------- PDS ---------------------- */

static bool known_type(unsigned type)
{
    return type == WEFT_UET_RUD_REQ || type == WEFT_UET_ROD_REQ || type == WEFT_UET_ACK;
}

size_t weft_uet_pds_build(const weft_uet_pds *h, uint8_t *out)
{
    if (!known_type(h->type) || h->next > 15 || h->flags > 127) return 0;
    weft_put16(out, (uint16_t)(h->type << 11 | h->next << 7 | h->flags));
    weft_put16(out + 2, (uint16_t)h->offset);
    weft_put32(out + 4, h->psn);
    weft_put16(out + 8, h->spdcid);
    weft_put16(out + 10, h->dpdcid);
    return WEFT_UET_PDS;
}

size_t weft_uet_pds_parse(const uint8_t *p, size_t len, weft_uet_pds *h)
{
    *h = (weft_uet_pds){0};
    if (len < WEFT_UET_PDS || !known_type(p[0] >> 3)) return 0;
    const uint16_t prologue = weft_get16(p);
    h->type = p[0] >> 3;
    h->next = prologue >> 7 & 15;
    h->flags = prologue & 127;
    h->offset = (int16_t)weft_get16(p + 2);
    h->psn = weft_get32(p + 4);
    h->spdcid = weft_get16(p + 8);
    h->dpdcid = weft_get16(p + 10);
    return WEFT_UET_PDS;
}

/* ---------------------------------------------------------------- SES requests ------------- */

size_t weft_uet_ses_size(uint8_t next)
{
    switch (next) {
    case WEFT_UET_REQ_SMALL:
    case WEFT_UET_RSP_DATA: return 20;
    case WEFT_UET_REQ_MEDIUM: return 32;
    case WEFT_UET_REQ_STD: return 44;
    case WEFT_UET_RSP:
    case WEFT_UET_RSP_DATA_SMALL: return 12;
    default: return 0;
    }
}

static bool is_request(uint8_t next)
{
    return next >= WEFT_UET_REQ_SMALL && next <= WEFT_UET_REQ_STD;
}

static bool is_response(uint8_t next)
{
    return next >= WEFT_UET_RSP && next <= WEFT_UET_RSP_DATA_SMALL;
}

size_t weft_uet_request_build(uint8_t next, const weft_uet_request *r, uint8_t *out)
{
    if (!is_request(next) || r->opcode > 63 || r->length >> 14 != 0 || r->job >> 24 != 0 ||
        r->pid >> 12 != 0 || r->index >> 12 != 0 || r->payload >> 14 != 0)
        return 0;
    out[0] = r->opcode;
    out[1] = (uint8_t)((r->dc ? 0x20 : 0) | (r->ie ? 0x10 : 0) | (r->rel ? 8 : 0) |
                       (r->hd ? 4 : 0) | (r->eom ? 2 : 0) | (r->som ? 1 : 0));
    weft_put16(out + 2, next == WEFT_UET_REQ_STD ? r->msg_id : r->length);
    weft_put32(out + 4, (uint32_t)r->ri_gen << 24 | r->job);
    weft_put16(out + 8, r->pid);
    weft_put16(out + 10, r->index);
    weft_put64(out + 12, r->offset);
    if (next == WEFT_UET_REQ_SMALL) return 20;
    weft_put32(out + 20, r->initiator);
    weft_put64(out + 24, r->key);
    if (next == WEFT_UET_REQ_MEDIUM) return 32;
    if (r->som) {
        weft_put64(out + 32, r->header_data);
    } else {
        weft_put32(out + 32, r->payload);
        weft_put32(out + 36, r->message_offset);
    }
    weft_put32(out + 40, r->request_length);
    return 44;
}

size_t weft_uet_request_parse(uint8_t next, const uint8_t *p, size_t len, weft_uet_request *r)
{
    *r = (weft_uet_request){0};
    if (!is_request(next) || len < weft_uet_ses_size(next) || p[1] >> 6 != 0) return 0;
    r->opcode = p[0] & 63;
    r->dc = (p[1] & 0x20) != 0;
    r->ie = (p[1] & 0x10) != 0;
    r->rel = (p[1] & 8) != 0;
    r->hd = (p[1] & 4) != 0;
    r->eom = (p[1] & 2) != 0;
    r->som = (p[1] & 1) != 0;
    if (next == WEFT_UET_REQ_STD)
        r->msg_id = weft_get16(p + 2);
    else
        r->length = weft_get16(p + 2) & 0x3FFFu;
    r->ri_gen = p[4];
    r->job = weft_get32(p + 4) & 0xFFFFFFu;
    r->pid = weft_get16(p + 8) & 0xFFFu;
    r->index = weft_get16(p + 10) & 0xFFFu;
    r->offset = weft_get64(p + 12);
    if (next == WEFT_UET_REQ_SMALL) return 20;
    r->initiator = weft_get32(p + 20);
    r->key = weft_get64(p + 24);
    if (next == WEFT_UET_REQ_MEDIUM) return 32;
    if (r->som) {
        r->header_data = weft_get64(p + 32);
    } else {
        r->payload = weft_get16(p + 34) & 0x3FFFu;
        r->message_offset = weft_get32(p + 36);
    }
    r->request_length = weft_get32(p + 40);
    return 44;
}

/* ---------------------------------------------------------------- atomics ------------------ */

size_t weft_uet_atomic_size(uint8_t op) { return op == WEFT_UET_ATOMIC_CSWAP ? 36 : 4; }

size_t weft_uet_atomic_build(const weft_uet_atomic *a, uint8_t *out)
{
    out[0] = a->op;
    out[1] = a->datatype;
    out[2] = a->control;
    out[3] = 0;
    if (a->op != WEFT_UET_ATOMIC_CSWAP) return 4;
    weft_put64(out + 4, 0);
    weft_put64(out + 12, a->compare);
    weft_put64(out + 20, 0);
    weft_put64(out + 28, a->swap);
    return 36;
}

size_t weft_uet_atomic_parse(const uint8_t *p, size_t len, weft_uet_atomic *a)
{
    *a = (weft_uet_atomic){0};
    if (len < 4 || len < weft_uet_atomic_size(p[0])) return 0;
    a->op = p[0];
    a->datatype = p[1];
    a->control = p[2];
    if (a->op != WEFT_UET_ATOMIC_CSWAP) return 4;
    if (weft_get64(p + 4) != 0 || weft_get64(p + 20) != 0) return 0;
    a->compare = weft_get64(p + 12);
    a->swap = weft_get64(p + 28);
    return 36;
}

/* ---------------------------------------------------------------- SES responses ------------ */

size_t weft_uet_response_build(uint8_t next, const weft_uet_response *r, uint8_t *out)
{
    if (!is_response(next) || r->list > 3 || r->opcode > 63 || r->code > 63 || r->job >> 24 != 0 ||
        r->payload >> 14 != 0)
        return 0;
    out[0] = (uint8_t)(r->list << 6 | r->opcode);
    out[1] = r->code;
    weft_put16(out + 2, next == WEFT_UET_RSP_DATA_SMALL ? r->payload : r->msg_id);
    weft_put32(out + 4, (uint32_t)r->ri_gen << 24 | r->job);
    switch (next) {
    case WEFT_UET_RSP: weft_put32(out + 8, r->modified_length); break;
    case WEFT_UET_RSP_DATA_SMALL: weft_put32(out + 8, r->request_psn); break;
    default:
        weft_put16(out + 8, r->read_msg_id);
        weft_put16(out + 10, r->payload);
        weft_put32(out + 12, r->modified_length);
        weft_put32(out + 16, r->message_offset);
        break;
    }
    return weft_uet_ses_size(next);
}

size_t weft_uet_response_parse(uint8_t next, const uint8_t *p, size_t len, weft_uet_response *r)
{
    *r = (weft_uet_response){0};
    if (!is_response(next) || len < weft_uet_ses_size(next) || p[1] >> 6 != 0) return 0;
    r->list = p[0] >> 6;
    r->opcode = p[0] & 63;
    r->code = p[1] & 63;
    if (next == WEFT_UET_RSP_DATA_SMALL)
        r->payload = weft_get16(p + 2) & 0x3FFFu;
    else
        r->msg_id = weft_get16(p + 2);
    r->ri_gen = p[4];
    r->job = weft_get32(p + 4) & 0xFFFFFFu;
    switch (next) {
    case WEFT_UET_RSP: r->modified_length = weft_get32(p + 8); break;
    case WEFT_UET_RSP_DATA_SMALL: r->request_psn = weft_get32(p + 8); break;
    default:
        r->read_msg_id = weft_get16(p + 8);
        r->payload = weft_get16(p + 10) & 0x3FFFu;
        r->modified_length = weft_get32(p + 12);
        r->message_offset = weft_get32(p + 16);
        break;
    }
    return weft_uet_ses_size(next);
}

/* ---------------------------------------------------------------- CRC ---------------------- */

uint32_t weft_uet_crc(const uint8_t *ip, size_t len)
{
    uint8_t head[60 + WEFT_UDP_BYTES]; /* IP with options, UDP */
    const bool v6 = len > 0 && ip[0] >> 4 == 6;
    const size_t ip_bytes = v6 ? 40 : len > 0 ? (ip[0] & 15u) * 4u : 0;
    if (ip_bytes < 20 || len < ip_bytes + WEFT_UDP_BYTES) return 0;
    const size_t covered = ip_bytes + WEFT_UDP_BYTES;
    memcpy(head, ip, covered);
    const uint8_t protocol = head[v6 ? 6 : 9];
    if (v6) {
        head[0] &= 0xF0;
        memset(head + 1, 0, 5); /* traffic class, flow label, length */
        head[7] = 0;            /* hop limit */
    } else {
        memset(head + 1, 0, 8);  /* type of service, length, identification, fragment, TTL */
        memset(head + 10, 0, 2); /* checksum */
    }
    if (protocol == WEFT_PROTO_UDP) memset(head + ip_bytes + 6, 0, 2);
    return weft_crc32c(weft_crc32c(0, head, covered), ip + covered, len - covered);
}
