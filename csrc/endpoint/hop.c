/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * hop.c: see hop.h.
 */
#include "hop.h"

#include "weft/proto_ip.h"

#include <string.h>

#define CE    3u /* congestion experienced */
#define PLAIN 18u

unsigned weft_hop_ecn(const uint8_t *frame, weft_hop hop)
{
    const uint8_t *h = frame + hop.at;
    switch (hop.mode) {
    case WEFT_RW_ESUN: return h[0] & 3u;
    case WEFT_RW_IP4: return h[1] & 3u;
    case WEFT_RW_IP6: return h[1] >> 4 & 3u;
    default: return 0;
    }
}

static void pass_ip4(uint8_t *h, unsigned mark)
{
    const uint16_t tos = weft_get16(h), ttl = weft_get16(h + 8);
    h[1] = (uint8_t)(h[1] | mark);
    h[8] = (uint8_t)(h[8] - 1);
    uint16_t sum = weft_ip_checksum_update(weft_get16(h + 10), tos, weft_get16(h));
    sum = weft_ip_checksum_update(sum, ttl, weft_get16(h + 8));
    weft_put16(h + 10, sum);
}

/* The header behind the switch; mark: CE or 0. */
static void pass(uint8_t *h, unsigned mode, unsigned mark)
{
    switch (mode) {
    case WEFT_RW_ESUN:
        h[0] = (uint8_t)(h[0] | mark);
        h[3] = (uint8_t)(h[3] - 0x10);
        break;
    case WEFT_RW_IP4: pass_ip4(h, mark); break;
    default:
        h[1] = (uint8_t)(h[1] | mark << 4);
        h[7] = (uint8_t)(h[7] - 1);
        break;
    }
}

bool weft_hop_same(const uint8_t *sent, const uint8_t *came, size_t len, weft_hop hop, bool whole)
{
    static const uint8_t bytes[4] = {0, 4, 12, 8}; /* of the header that may change, by mode */
    const size_t n = bytes[hop.mode & 3u], end = hop.at + n;
    uint8_t h[12];
    if (n == 0) return memcmp(sent, came, whole || len < PLAIN ? len : PLAIN) == 0;
    if (end > len) return false;
    const unsigned ecn = weft_hop_ecn(sent, hop);
    memcpy(h, sent + hop.at, n);
    pass(h, hop.mode, ecn != 0 && weft_hop_ecn(came, hop) == CE ? CE : 0);
    return memcmp(sent, came, hop.at) == 0 && memcmp(h, came + hop.at, n) == 0 &&
           (!whole || memcmp(sent + end, came + end, len - end) == 0);
}
