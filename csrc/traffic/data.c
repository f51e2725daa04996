/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * data.c: reproducible bytes and the sums that a reduction must give.
 */
#include "traffic/data.h"

#include <string.h>

uint64_t weft_mix64(uint64_t x)
{
    x += 0x9E3779B97F4A7C15ull;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
    return x ^ (x >> 31);
}

void weft_rng_seed(weft_rng *r, uint64_t seed)
{
    for (unsigned i = 0; i < 4; i++) {
        r->s[i] = weft_mix64(seed);
        seed += 0x9E3779B97F4A7C15ull;
    }
}

static uint64_t rotl(uint64_t x, unsigned k) { return (x << k) | (x >> (64 - k)); }

uint64_t weft_rng_next(weft_rng *r)
{
    uint64_t *s = r->s;
    const uint64_t result = rotl(s[1] * 5, 7) * 9;
    const uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

uint64_t weft_rng_below(weft_rng *r, uint64_t n)
{
    /* 32 bits of randomness scaled: the bias is below n / 2^32, and no loop. */
    if (n <= UINT32_MAX) return ((weft_rng_next(r) >> 32) * n) >> 32;
    return weft_rng_next(r) % n;
}

uint64_t weft_stream(uint64_t seed, uint64_t region, uint64_t rank)
{
    return weft_mix64(weft_mix64(seed ^ weft_mix64(region)) + rank * 0xD1342543DE82EF95ull);
}

uint32_t weft_stream_word(uint64_t stream, uint64_t k, weft_dtype type)
{
    const uint32_t v = (uint32_t)(weft_mix64(stream ^ (k * 0xA0761D6478BD642Full)) >> 32);
    if (type == WEFT_DTYPE_INT32) return v;
    const float f = (float)(v >> 20);
    uint32_t bits;
    memcpy(&bits, &f, 4);
    return bits;
}

static void put_le32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
    p[2] = (uint8_t)(v >> 16);
    p[3] = (uint8_t)(v >> 24);
}

static uint32_t get_le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

void weft_stream_fill(uint64_t stream, uint64_t offset, uint8_t *out, size_t len, weft_dtype type)
{
    uint64_t k = offset / 4;
    unsigned skip = (unsigned)(offset % 4);
    while (len > 0) {
        uint8_t word[4];
        put_le32(word, weft_stream_word(stream, k++, type));
        size_t n = 4 - skip;
        if (n > len) n = len;
        memcpy(out, word + skip, n);
        out += n;
        len -= n;
        skip = 0;
    }
}

static uint32_t add_bits(uint32_t a, uint32_t b, weft_dtype type)
{
    if (type == WEFT_DTYPE_INT32) return a + b;
    float x, y;
    memcpy(&x, &a, 4);
    memcpy(&y, &b, 4);
    x += y;
    memcpy(&a, &x, 4);
    return a;
}

void weft_vector_add(uint8_t *dst, const uint8_t *src, size_t len, weft_dtype type)
{
    for (size_t i = 0; i + 4 <= len; i += 4)
        put_le32(dst + i, add_bits(get_le32(dst + i), get_le32(src + i), type));
}

uint64_t weft_check_sum(const uint8_t *mem, uint64_t len, uint64_t seed, uint64_t region,
                        uint64_t offset, const uint32_t *counts, unsigned ranks, weft_dtype type,
                        uint64_t *first)
{
    uint64_t bad = 0;
    unsigned terms = 0, only = 0;
    for (unsigned q = 0; q < ranks; q++) {
        if (counts[q] == 0) continue;
        terms += counts[q] > 1 ? 2 : 1;
        only = q;
    }
    if (terms == 1) {
        const uint64_t stream = weft_stream(seed, region, only);
        for (uint64_t i = 0; i < len; i += 4) {
            uint8_t want[4];
            const size_t n = len - i < 4 ? (size_t)(len - i) : 4;
            weft_stream_fill(stream, offset + i, want, n, type);
            if (memcmp(mem + i, want, n) == 0) continue;
            if (bad++ == 0 && first) *first = i;
        }
        return bad;
    }
    for (uint64_t i = 0; i < len; i += 4) {
        uint32_t sum = 0;
        double total = 0;
        for (unsigned q = 0; q < ranks; q++) {
            if (counts[q] == 0) continue;
            const uint32_t v =
                weft_stream_word(weft_stream(seed, region, q), (offset + i) / 4, type);
            if (type == WEFT_DTYPE_INT32) {
                sum += v * counts[q];
            } else {
                float f;
                memcpy(&f, &v, 4);
                total += (double)f * counts[q];
            }
        }
        if (type == WEFT_DTYPE_FLOAT32) {
            const float f = (float)total;
            memcpy(&sum, &f, 4);
        }
        if (i + 4 <= len && get_le32(mem + i) == sum) continue;
        if (bad++ == 0 && first) *first = i;
    }
    return bad;
}
