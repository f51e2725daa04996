/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * crc_slice.h: a reflected 32-bit CRC, sixteen bytes a turn (slice by 16), for crc32.c and
 * crc32c.c, which have the tables.
 *
 * Table k holds, for each byte value, the CRC register that this byte leaves behind when k zero
 * bytes follow it. A CRC is linear over GF(2), so a table of 256 is spanned by the 8 values of the
 * single bits; only those 128 constants are written down, the preprocessor adds up the rest.
 */
#ifndef WEFT_PROTO_CRC_SLICE_H
#define WEFT_PROTO_CRC_SLICE_H
#include <stddef.h>
#include <stdint.h>

#define CRC_V(n, a, b, c, d, e, f, g, h)                                                           \
    (((n)&1 ? a : 0) ^ ((n)&2 ? b : 0) ^ ((n)&4 ? c : 0) ^ ((n)&8 ? d : 0) ^ ((n)&16 ? e : 0) ^    \
     ((n)&32 ? f : 0) ^ ((n)&64 ? g : 0) ^ ((n)&128 ? h : 0))
#define CRC_V4(n, ...)                                                                             \
    CRC_V(n, __VA_ARGS__), CRC_V(n + 1, __VA_ARGS__), CRC_V(n + 2, __VA_ARGS__),                   \
        CRC_V(n + 3, __VA_ARGS__)
#define CRC_V16(n, ...)                                                                            \
    CRC_V4(n, __VA_ARGS__), CRC_V4(n + 4, __VA_ARGS__), CRC_V4(n + 8, __VA_ARGS__),                \
        CRC_V4(n + 12, __VA_ARGS__)
#define CRC_V64(n, ...)                                                                            \
    CRC_V16(n, __VA_ARGS__), CRC_V16(n + 16, __VA_ARGS__), CRC_V16(n + 32, __VA_ARGS__),           \
        CRC_V16(n + 48, __VA_ARGS__)
#define CRC_T(...)                                                                                 \
    {                                                                                              \
        CRC_V64(0, __VA_ARGS__), CRC_V64(64, __VA_ARGS__), CRC_V64(128, __VA_ARGS__),              \
            CRC_V64(192, __VA_ARGS__)                                                              \
    }

static inline uint32_t crc_load32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint32_t crc_step4(const uint32_t table[16][256], unsigned k, uint32_t w)
{
    return table[k + 3][w & 0xFF] ^ table[k + 2][w >> 8 & 0xFF] ^ table[k + 1][w >> 16 & 0xFF] ^
           table[k][w >> 24];
}

/* Preset and final inversion included: crc is 0 at the start or the result for the bytes before. */
static inline uint32_t crc_slice(const uint32_t table[16][256], uint32_t crc, const void *data,
                                 size_t len)
{
    const uint8_t *p = data;
    uint32_t c = ~crc;
    while (len >= 16) {
        c = crc_step4(table, 12, crc_load32(p) ^ c) ^ crc_step4(table, 8, crc_load32(p + 4)) ^
            crc_step4(table, 4, crc_load32(p + 8)) ^ crc_step4(table, 0, crc_load32(p + 12));
        p += 16;
        len -= 16;
    }
    while (len >= 4) {
        c = crc_step4(table, 0, crc_load32(p) ^ c);
        p += 4;
        len -= 4;
    }
    while (len-- > 0) c = c >> 8 ^ table[0][(c ^ *p++) & 0xFF];
    return ~c;
}

#endif
