/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * pop_ref.h: a frame without its outer tag, byte by byte, for the benches of weft_pop and
 * weft_egress.
 */
#ifndef WEFT_POP_REF_H
#define WEFT_POP_REF_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct pop_config {
    unsigned pop;     /* bit k: TPID k is popped */
    uint16_t tpid[4]; /* 0..2 of tags of 4 bytes, 3 of one of 8 */
    bool pad;
};

/* Bytes of the tag that a frame with this head loses: 0, 4 or 8. */
static inline unsigned pop_bytes(const struct pop_config *c, const uint8_t *frame)
{
    unsigned type = (unsigned)frame[12] << 8 | frame[13];
    for (unsigned k = 0; k < 4; k++)
        if ((c->pop >> k & 1) && type == c->tpid[k]) return k == 3 ? 8 : 4;
    return 0;
}

/* Takes n bytes of tag out of a frame of len bytes. Returns the new length. */
static inline unsigned pop_frame(const struct pop_config *c, uint8_t *frame, unsigned len,
                                 unsigned n)
{
    if (n == 0) return len;
    memmove(frame + 12, frame + 12 + n, len - 12 - n);
    unsigned least = !c->pad ? 0 : len < 60 ? len : 60, left = len - n;
    if (left >= least) return left;
    memset(frame + left, 0, least - left);
    return least;
}

/* Whether cell k of a frame of len bytes, of which `here` have come, can go out: in a popped frame
 * only when the bytes that fill it are here, or all. */
static inline unsigned pop_ready(unsigned len, unsigned n, unsigned here)
{
    unsigned cells = (here + 63) / 64;
    if (n == 0) return cells;
    if (here < len) return cells - 1;
    return (len - n + 63) / 64;
}

#endif
