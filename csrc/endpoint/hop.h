/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * hop.h: what a switch may change in a frame that passes it: of one header the hop count and the
 * congestion mark, and the IPv4 checksum with them; nothing else. For all who compare what came out
 * with what went in.
 */
#ifndef WEFT_ENDPOINT_HOP_H
#define WEFT_ENDPOINT_HOP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/parser.h"
#include "weft/proto.h"

/* That header. */
typedef struct {
    uint8_t mode; /* WEFT_RW_*; NONE: the frame passes as it is */
    uint8_t at;   /* bytes into the frame */
} weft_hop;

/* Of a frame with these headers, in a network that reads no IP. */
static inline weft_hop weft_hop_of(const weft_header *h)
{
    if (h->esun_offset == 0) return (weft_hop){WEFT_RW_NONE, 0};
    return (weft_hop){WEFT_RW_ESUN, (uint8_t)h->esun_offset};
}

/* Congestion mark of the header of a frame: 0 to 3, 3 is "congestion experienced"; 0 without one.
 */
unsigned weft_hop_ecn(const uint8_t *frame, weft_hop hop);
/* Is `came` the frame `sent` behind a switch? Both have len bytes. whole: compare the bytes behind
 * the header too (without a header: behind the first 18). */
bool weft_hop_same(const uint8_t *sent, const uint8_t *came, size_t len, weft_hop hop, bool whole);

#endif
