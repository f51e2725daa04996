/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * cbfc_model.h: the wire formats and the arithmetic of credit-based flow control, for the benches
 * of the two roles. Written from docs/cbfc.md, not from the RTL. */
#ifndef WEFT_CBFC_MODEL_H
#define WEFT_CBFC_MODEL_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define CYCLE20 0xfffffu

/* Credits of a frame of `len` bytes without FCS. */
static inline unsigned cbfc_credits(unsigned len, unsigned shift, int ovhd)
{
    int bytes = (int)len + 4 + ovhd, size = 1 << shift;
    return bytes <= size ? 1 : (unsigned)((bytes + size - 1) / size);
}

/* CF_Update as the eight bytes of the wire. */
static inline void cf_encode(uint8_t os[8], unsigned vc1, unsigned n1, unsigned vc2, unsigned n2)
{
    os[0] = 0x5c;
    os[1] = 0x10;
    os[2] = (uint8_t)(vc1 << 3 | (n1 >> 12 & 7));
    os[3] = (uint8_t)(n1 >> 4);
    os[4] = (uint8_t)((n1 & 15) << 4 | 6);
    os[5] = (uint8_t)(vc2 << 3 | (n2 >> 12 & 7));
    os[6] = (uint8_t)(n2 >> 4);
    os[7] = (uint8_t)((n2 & 15) << 4);
}

/* false: not a CF_Update */
static inline bool cf_decode(const uint8_t os[8], unsigned vc[2], unsigned count[2])
{
    if (os[0] != 0x5c || os[1] != 0x10 || (os[4] & 15) != 6 || (os[7] & 15) != 0) return false;
    vc[0] = os[2] >> 3;
    count[0] = (os[2] & 7u) << 12 | (unsigned)os[3] << 4 | os[4] >> 4;
    vc[1] = os[5] >> 3;
    count[1] = (os[5] & 7u) << 12 | (unsigned)os[6] << 4 | os[7] >> 4;
    return true;
}

/* CC_Update: 60 bytes without FCS, padded to a cell. */
static inline void cc_encode(uint8_t f[64], uint64_t mac, const uint32_t *s_cc, unsigned vcs)
{
    static const uint8_t head[20] = {0x01, 0x80, 0xc2, 0, 0,    0x01, 0,    0,    0,    0,
                                     0,    0,    0x88, 8, 0xff, 0xfe, 0xfa, 0x7a, 0xcb, 1};
    memset(f, 0, 64);
    memcpy(f, head, 20);
    for (int i = 0; i < 6; i++) f[6 + i] = (uint8_t)(mac >> (40 - 8 * i));
    for (unsigned bit = 0; bit < 20 * vcs; bit++)
        if (s_cc[bit / 20] >> (19 - bit % 20) & 1) f[20 + bit / 8] |= (uint8_t)(0x80 >> bit % 8);
}

/* The 20-bit value nearest ahead of `old` whose low 15 bits are `count`. */
static inline uint32_t cf_extend(uint32_t old, unsigned count)
{
    return (old + ((count - old) & 0x7fff)) & CYCLE20;
}

#endif
