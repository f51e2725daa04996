/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * rewrite_ref.h: what the egress makes of a header, from the formats (RFC 791, RFC 8200, ESUN), for
 * the benches of weft_rewrite and weft_egress.
 */
#ifndef WEFT_REWRITE_REF_H
#define WEFT_REWRITE_REF_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "weft/parser.h"

struct rewrite {
    uint8_t cell[64];
    bool active, mark, remark, cut;
    unsigned mode, off, dscp, cut_at;
};

static inline unsigned get16(const uint8_t *p) { return (unsigned)p[0] << 8 | p[1]; }

static inline void put16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

/* Sum of the header's ten words, folded once at the end: FFFF in a good header (RFC 1071). */
static inline unsigned header_sum(const uint8_t *h)
{
    uint32_t sum = 0;
    for (unsigned k = 0; k < 20; k += 2) sum += get16(h + k);
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

static inline void set_checksum(uint8_t *h)
{
    put16(h + 10, 0);
    put16(h + 10, ~header_sum(h) & 0xffff);
}

static inline unsigned shorter(unsigned len, unsigned fixed, const struct rewrite *j)
{
    if (!j->cut || j->cut_at < j->off + (j->mode == WEFT_RW_IP4 ? 20 : 40)) return len;
    unsigned left = j->cut_at - j->off - fixed;
    return left < len ? left : len;
}

/* The first cell as it must leave: the header field by field, the checksum summed up anew. */
static inline void rewrite_ref(const struct rewrite *j, uint8_t want[64])
{
    memcpy(want, j->cell, 64);
    if (!j->active || j->off > 38 || j->off % 2 != 0) return;
    uint8_t *h = want + j->off;
    switch (j->mode) {
    case WEFT_RW_ESUN:
        h[3] = (uint8_t)((h[3] & 0x0f) | ((h[3] - 0x10) & 0xf0));
        if (j->mark) h[0] |= 3;
        break;
    case WEFT_RW_IP4:
        if (j->remark) h[1] = (uint8_t)(j->dscp << 2 | (h[1] & 3));
        if (j->mark) h[1] |= 3;
        put16(h + 2, shorter(get16(h + 2), 0, j));
        h[8]--;
        set_checksum(h);
        break;
    case WEFT_RW_IP6: {
        unsigned tc = (h[0] & 0x0fu) << 4 | h[1] >> 4;
        if (j->remark) tc = j->dscp << 2 | (tc & 3);
        if (j->mark) tc |= 3;
        h[0] = (uint8_t)((h[0] & 0xf0) | tc >> 4);
        h[1] = (uint8_t)((h[1] & 0x0f) | (tc & 15) << 4);
        put16(h + 4, shorter(get16(h + 4), 40, j));
        h[7]--;
        break;
    }
    default: break;
    }
}

#endif
