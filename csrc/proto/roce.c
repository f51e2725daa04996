/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * roce.c: RoCEv2 headers and ICRC.
 *
 *   BTH           opcode 8 | SE 1, M 1, pad 2, version 4 | P_Key 16
 *                 FECN 1, BECN 1, reserved 6, destination QP 24 | AckReq 1, reserved 7, PSN 24
 *   RETH          VA 64 | R_Key 32 | DMALen 32
 *   AETH          syndrome 8, MSN 24
 *   AtomicETH     VA 64 | R_Key 32 | swap or add 64 | compare 64
 *   AtomicAckETH  value before 64
 */
#include "weft/proto_roce.h"

#include "weft/proto.h"
#include "weft/proto_ip.h"

#include <string.h>

enum { RETH = 1, IMM = 2, AETH = 4, ATOMIC = 8, ORIGINAL = 16, DATA = 32, BTH = 64 };

/* Which headers follow the BTH, and whether there is a payload; 0 for opcodes not spoken here. */
static unsigned parts(uint8_t opcode)
{
    switch (opcode) {
    case WEFT_ROCE_WRITE_FIRST:
    case WEFT_ROCE_WRITE_ONLY: return BTH | RETH | DATA;
    case WEFT_ROCE_WRITE_ONLY_IMM: return BTH | RETH | IMM | DATA;
    case WEFT_ROCE_WRITE_MIDDLE:
    case WEFT_ROCE_WRITE_LAST:
    case WEFT_ROCE_READ_MIDDLE: return BTH | DATA;
    case WEFT_ROCE_WRITE_LAST_IMM: return BTH | IMM | DATA;
    case WEFT_ROCE_READ_REQUEST: return BTH | RETH;
    case WEFT_ROCE_READ_FIRST:
    case WEFT_ROCE_READ_LAST:
    case WEFT_ROCE_READ_ONLY: return BTH | AETH | DATA;
    case WEFT_ROCE_ACK: return BTH | AETH;
    case WEFT_ROCE_ATOMIC_ACK: return BTH | AETH | ORIGINAL;
    case WEFT_ROCE_CMP_SWAP:
    case WEFT_ROCE_FETCH_ADD:
    case WEFT_ROCE_SWAP: return BTH | ATOMIC;
    default: return 0;
    }
}

size_t weft_roce_size(uint8_t opcode)
{
    const unsigned has = parts(opcode);
    return (has & BTH ? 12u : 0u) + (has & RETH ? 16u : 0u) + (has & IMM ? 4u : 0u) +
           (has & AETH ? 4u : 0u) + (has & ATOMIC ? 28u : 0u) + (has & ORIGINAL ? 8u : 0u);
}

static void put24(uint8_t *p, uint32_t high, uint32_t low) { weft_put32(p, high << 24 | low); }

size_t weft_roce_build(const weft_roce *r, uint8_t *out)
{
    const unsigned has = parts(r->opcode);
    uint8_t *p = out;
    if (!has || r->pad > 3 || r->dest_qp > WEFT_ROCE_PSN || r->psn > WEFT_ROCE_PSN ||
        r->msn > WEFT_ROCE_PSN)
        return 0;
    p[0] = r->opcode;
    p[1] = (uint8_t)((r->solicited ? 0x80 : 0) | (r->migrated ? 0x40 : 0) | r->pad << 4);
    weft_put16(p + 2, r->pkey);
    put24(p + 4, (r->fecn ? 0x80u : 0u) | (r->becn ? 0x40u : 0u), r->dest_qp);
    put24(p + 8, r->ack_req ? 0x80u : 0u, r->psn);
    p += 12;
    if (has & (RETH | ATOMIC)) {
        weft_put64(p, r->va);
        weft_put32(p + 8, r->rkey);
        p += 12;
    }
    if (has & RETH) {
        weft_put32(p, r->dma_len);
        p += 4;
    }
    if (has & ATOMIC) {
        weft_put64(p, r->swap_add);
        weft_put64(p + 8, r->compare);
        p += 16;
    }
    if (has & AETH) {
        put24(p, r->syndrome, r->msn);
        p += 4;
    }
    if (has & ORIGINAL) {
        weft_put64(p, r->original);
        p += 8;
    }
    if (has & IMM) {
        weft_put32(p, r->imm);
        p += 4;
    }
    return (size_t)(p - out);
}

bool weft_roce_parse(const uint8_t *p, size_t len, weft_roce *r)
{
    *r = (weft_roce){0};
    if (len < 12) return false;
    const unsigned has = parts(p[0]);
    const size_t head = weft_roce_size(p[0]);
    if (!has || len < head || (p[1] & 15) != 0) return false;
    r->opcode = p[0];
    r->solicited = (p[1] & 0x80) != 0;
    r->migrated = (p[1] & 0x40) != 0;
    r->pad = p[1] >> 4 & 3;
    r->pkey = weft_get16(p + 2);
    r->fecn = (p[4] & 0x80) != 0;
    r->becn = (p[4] & 0x40) != 0;
    r->dest_qp = weft_get32(p + 4) & WEFT_ROCE_PSN;
    r->ack_req = (p[8] & 0x80) != 0;
    r->psn = weft_get32(p + 8) & WEFT_ROCE_PSN;
    r->data = p + head;
    if (len - head < r->pad || (!(has & DATA) && len != head)) return false;
    r->len = len - head - r->pad;
    p += 12;
    if (has & (RETH | ATOMIC)) {
        r->va = weft_get64(p);
        r->rkey = weft_get32(p + 8);
        p += 12;
    }
    if (has & RETH) {
        r->dma_len = weft_get32(p);
        p += 4;
    }
    if (has & ATOMIC) {
        r->swap_add = weft_get64(p);
        r->compare = weft_get64(p + 8);
        p += 16;
    }
    if (has & AETH) {
        r->syndrome = p[0];
        r->msn = weft_get32(p) & WEFT_ROCE_PSN;
        p += 4;
    }
    if (has & ORIGINAL) {
        r->original = weft_get64(p);
        p += 8;
    }
    if (has & IMM) r->imm = weft_get32(p);
    return true;
}

uint32_t weft_roce_icrc(const uint8_t *ip, size_t len)
{
    uint8_t head[8 + 60 + WEFT_UDP_BYTES + 12]; /* ones, IP with options, UDP, BTH */
    const bool v6 = len > 0 && ip[0] >> 4 == 6;
    const size_t ip_bytes = v6 ? 40 : len > 0 ? (ip[0] & 15u) * 4u : 0;
    const size_t covered = ip_bytes + WEFT_UDP_BYTES + 12;
    if (ip_bytes < 20 || len < covered) return 0;
    memset(head, 0xFF, 8);
    uint8_t *p = head + 8;
    memcpy(p, ip, covered);
    if (v6) {
        p[0] |= 0x0F; /* traffic class, flow label */
        memset(p + 1, 0xFF, 3);
        p[7] = 0xFF; /* hop limit */
    } else {
        p[1] = 0xFF; /* type of service */
        p[8] = 0xFF; /* TTL */
        memset(p + 10, 0xFF, 2);
    }
    memset(p + ip_bytes + 6, 0xFF, 2);       /* UDP checksum */
    p[ip_bytes + WEFT_UDP_BYTES + 4] = 0xFF; /* FECN, BECN, reserved */
    const uint32_t crc = weft_crc32(0, head, 8 + covered);
    return weft_crc32(crc, ip + covered, len - covered);
}
