/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * data.h: reproducible bytes. A stream is named by (seed, region, rank); its element k is a pure
 * function of these, so an expected result is computed from nothing but the names of what went in.
 */
#ifndef WEFT_TRAFFIC_DATA_H
#define WEFT_TRAFFIC_DATA_H
#include <stddef.h>
#include <stdint.h>

typedef enum { WEFT_DTYPE_INT32, WEFT_DTYPE_FLOAT32 } weft_dtype;

/* xoshiro256** (Blackman and Vigna), seeded by splitmix64. */
typedef struct {
    uint64_t s[4];
} weft_rng;
void weft_rng_seed(weft_rng *r, uint64_t seed);
uint64_t weft_rng_next(weft_rng *r);
uint64_t weft_rng_below(weft_rng *r, uint64_t n); /* 0 <= result < n; n = 0 gives 0 */

uint64_t weft_mix64(uint64_t x); /* a bijection of 64-bit words that looks random */

/* Key of a stream. */
uint64_t weft_stream(uint64_t seed, uint64_t region, uint64_t rank);
/* Element k of a stream as 32 bits: any integer, or the bits of a float that holds an integer of
 * 0..4095, so that sums of up to 4096 contributions are exact. */
uint32_t weft_stream_word(uint64_t stream, uint64_t k, weft_dtype type);
/* Bytes [offset, offset + len) of a stream (elements are little-endian words). */
void weft_stream_fill(uint64_t stream, uint64_t offset, uint8_t *out, size_t len, weft_dtype type);

/* dst[i] += src[i] over len bytes of 32-bit elements (len a multiple of 4; any alignment). */
void weft_vector_add(uint8_t *dst, const uint8_t *src, size_t len, weft_dtype type);

/* Compares len bytes at mem with the element-wise sum, over all ranks q < ranks, of counts[q] times
 * the bytes from offset of stream (seed, region, q). With exactly one count of 1 any offset and
 * length will do; otherwise both must be multiples of 4. Returns the number of elements (or bytes)
 * that differ, and in first (when not NULL) the byte position of the first difference. */
uint64_t weft_check_sum(const uint8_t *mem, uint64_t len, uint64_t seed, uint64_t region,
                        uint64_t offset, const uint32_t *counts, unsigned ranks, weft_dtype type,
                        uint64_t *first);
#endif
