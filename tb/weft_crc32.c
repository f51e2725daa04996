/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_crc32. References: the bit-serial definition (IEEE 802.3 clause 3.2.9) for every
 * length 0..64, single bits, and random states and data, with garbage behind the last byte; the
 * check value CBF43926 of "123456789"; long messages cut into random pieces.
 */
#include <string.h>

#include "common/tb.h"

typedef struct {
    tb *t;
    tb_sig *state, *data, *bytes, *out;
} bench;

static uint32_t serial(uint32_t crc, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (int b = 0; b < 8; b++) {
            uint32_t bit = (crc ^ (uint32_t)(p[i] >> b)) & 1;
            crc = (crc >> 1) ^ (bit ? 0xEDB88320u : 0);
        }
    }
    return crc;
}

static uint32_t rtl(bench *b, uint32_t state, const uint8_t *p, unsigned n)
{
    tb_set(b->state, state);
    tb_set_bytes(b->data, 0, p, 64);
    tb_set(b->bytes, n);
    tb_eval(b->t);
    return (uint32_t)tb_get(b->out);
}

int tb_main(tb *t)
{
    bench b = {t, tb_sig_find(t, "state_i"), tb_sig_find(t, "data_i"), tb_sig_find(t, "bytes_i"),
               tb_sig_find(t, "state_o")};
    uint8_t d[64];

    memset(d, 0x5A, sizeof d);
    memcpy(d, "123456789", 9);
    TB_EQ(t, ~rtl(&b, 0xFFFFFFFFu, d, 9) & 0xFFFFFFFFu, 0xCBF43926u);

    /* The map is linear: every single bit of data and state, at every length. */
    for (unsigned n = 0; n <= 64; n++) {
        memset(d, 0, sizeof d);
        TB_EQ(t, rtl(&b, 0, d, n), 0);
        for (unsigned k = 0; k < 512; k++) {
            d[k / 8] = (uint8_t)(1u << (k % 8));
            TB_EQ(t, rtl(&b, 0, d, n), serial(0, d, n));
            d[k / 8] = 0;
        }
        for (unsigned k = 0; k < 32; k++) TB_EQ(t, rtl(&b, 1u << k, d, n), serial(1u << k, d, n));
    }
    uint64_t rounds = tb_effort(t, 20000, 2000000);
    for (uint64_t i = 0; i < rounds; i++) {
        uint32_t state = (uint32_t)tb_rand(t);
        unsigned n = (unsigned)tb_rand_below(t, 65);
        for (unsigned k = 0; k < 64; k++) d[k] = (uint8_t)tb_rand(t);
        TB_EQ(t, rtl(&b, state, d, n), serial(state, d, n));
    }
    /* A message in pieces. */
    for (int i = 0; i < 50; i++) {
        uint8_t m[1600];
        size_t len = (size_t)tb_rand_below(t, sizeof m - 64);
        uint32_t state = 0xFFFFFFFFu;
        for (size_t k = 0; k < sizeof m; k++) m[k] = (uint8_t)tb_rand(t);
        for (size_t at = 0; at < len;) {
            size_t n = 1 + (size_t)tb_rand_below(t, 64);
            if (n > len - at) n = len - at;
            state = rtl(&b, state, m + at, (unsigned)n);
            at += n;
        }
        TB_EQ(t, state, serial(0xFFFFFFFFu, m, len));
    }
    return 0;
}
