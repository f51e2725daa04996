/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * header.c: Ethernet, VLAN tags and the 4-byte ESUN header.
 *
 *   ESUN   byte 0      Rev 2 | F 1 | CoS 3 | ECN 2
 *          bytes 1-2   flow label
 *          byte 3      TTL 4 | UD 2 | reserved 2
 */
#include "weft/proto.h"

size_t weft_header_build(const weft_header *h, uint8_t *out)
{
    size_t n = 12;
    if (h->tags > 2 || h->dst >> 48 != 0 || h->src >> 48 != 0) return 0;
    if (h->esun &&
        (h->rev > 3 || h->cos > 7 || h->ecn > 3 || h->ttl > 15 || h->user > 3 || h->reserved > 3))
        return 0;
    weft_put48(out, h->dst);
    weft_put48(out + 6, h->src);
    for (unsigned i = 0; i < h->tags; i++) {
        weft_put16(out + n, h->tpid[i]);
        weft_put16(out + n + 2, h->tci[i]);
        n += 4;
    }
    weft_put16(out + n, h->type);
    n += 2;
    if (h->esun) {
        out[n] = (uint8_t)(h->rev << 6 | (h->flow_valid ? 0x20 : 0) | h->cos << 2 | h->ecn);
        weft_put16(out + n + 1, h->flow_label);
        out[n + 3] = (uint8_t)(h->ttl << 4 | h->user << 2 | h->reserved);
        n += 4;
    }
    return n;
}

size_t weft_header_parse(const uint8_t *frame, size_t len, uint16_t esun_type, weft_header *h)
{
    size_t n = 12;
    *h = (weft_header){0};
    if (len < 14) return 0;
    h->dst = weft_get48(frame);
    h->src = weft_get48(frame + 6);
    h->type = weft_get16(frame + 12);
    while (h->tags < 2 && (h->type == WEFT_TYPE_VLAN || h->type == WEFT_TYPE_QINQ)) {
        if (len < n + 6) return 0;
        h->tpid[h->tags] = h->type;
        h->tci[h->tags] = weft_get16(frame + n + 2);
        h->tags++;
        n += 4;
        h->type = weft_get16(frame + n);
    }
    n += 2;
    if (h->type == esun_type) {
        if (len < n + 4) return 0;
        h->esun = true;
        h->esun_offset = (unsigned)n;
        h->rev = frame[n] >> 6;
        h->flow_valid = (frame[n] & 0x20) != 0;
        h->cos = frame[n] >> 2 & 7;
        h->ecn = frame[n] & 3;
        h->flow_label = weft_get16(frame + n + 1);
        h->ttl = frame[n + 3] >> 4;
        h->user = frame[n + 3] >> 2 & 3;
        h->reserved = frame[n + 3] & 3;
        n += 4;
    }
    return n;
}
