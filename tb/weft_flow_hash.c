/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_flow_hash: equal to its twin in C on single bits (which fix a linear function) and
 * on random keys; equal for keys of 48 bits to a word-wise reference of this bench; and the spread
 * that the header promises. */
/* tb-sources: "csrc/proto/parse_machine.c" */
#include "common/tb.h"
#include "weft/parser.h"
#include <string.h>

typedef struct {
    tb *t;
    tb_sig *en, *dst, *src, *label, *hash;
} bench;

typedef struct {
    uint8_t dst[16], src[16], bytes[4];
} input;

static uint16_t rotl16(uint16_t x, unsigned n)
{
    return (uint16_t)((unsigned)x << n | (unsigned)x >> (16 - n));
}

/* The hash of two 48-bit addresses and a 16-bit label, word by word. */
static unsigned mix(uint64_t dst, uint64_t src, unsigned label)
{
    static const unsigned turn[7] = {0, 2, 10, 8, 14, 9, 1};
    uint16_t word[7] = {(uint16_t)dst,  (uint16_t)(dst >> 16), (uint16_t)(dst >> 32),
                        (uint16_t)src,  (uint16_t)(src >> 16), (uint16_t)(src >> 32),
                        (uint16_t)label};
    uint16_t x = word[0];
    for (int i = 1; i < 7; i++) x ^= rotl16(word[i], turn[i]);
    for (int round = 0; round < 2; round++) {
        x ^= (uint16_t)(x << 4);
        x ^= x >> 7;
        x ^= (uint16_t)(x << 6);
    }
    return x;
}

static void put_key(tb_sig *s, const uint8_t key[16])
{
    for (unsigned i = 0; i < 16; i++) tb_set_bits(s, 8 * (15 - i), 8, key[i]);
}

static unsigned module(bench *b, const input *in)
{
    put_key(b->dst, in->dst);
    put_key(b->src, in->src);
    for (unsigned i = 0; i < 4; i++) tb_set_bits(b->label, 8 * (3 - i), 8, in->bytes[i]);
    tb_eval(b->t);
    return (unsigned)tb_get(b->hash);
}

static void same(bench *b, const input *in)
{
    TB_EQ(b->t, module(b, in), weft_flow_hash(in->dst, in->src, in->bytes));
}

static input of_addresses(uint64_t dst, uint64_t src, unsigned label)
{
    input in = {.bytes = {(uint8_t)(label >> 8), (uint8_t)label}};
    for (unsigned i = 0; i < 6; i++) {
        in.dst[15 - i] = (uint8_t)(dst >> 8 * i);
        in.src[15 - i] = (uint8_t)(src >> 8 * i);
    }
    return in;
}

/* Neighbouring addresses and labels, at any stride up to 1024, fall evenly on 2, 4, 8 and 16 ways,
 * at both ends of the hash; 256 x 256 neighbours never meet. */
static void spread(bench *b)
{
    tb *t = b->t;
    const uint64_t base = 0x025745460000u;
    for (unsigned kind = 0; kind < 3; kind++)
        for (unsigned stride = 0; stride <= 10; stride++) {
            unsigned h[64];
            for (unsigned i = 0; i < 64; i++) {
                unsigned x = i << stride;
                input in =
                    of_addresses(base + (kind == 0 ? x : 0),
                                 base + 0x40000000 + (kind == 1 ? x : 0), kind == 2 ? x : 0x1234);
                h[i] = module(b, &in);
            }
            for (unsigned bits = 1; bits <= 4; bits++)
                for (unsigned low = 0; low <= 16 - bits; low += 16 - bits) {
                    unsigned count[16] = {0};
                    for (unsigned i = 0; i < 64; i++) count[h[i] >> low & ((1u << bits) - 1)]++;
                    for (unsigned i = 0; i < 1u << bits; i++)
                        if (count[i] != 64u >> bits)
                            tb_fail(t, "kind %u, stride %u, bits %u at %u: %u of 64 in way %u",
                                    kind, stride, bits, low, count[i], i);
                }
        }
    static bool seen[65536];
    for (unsigned i = 0; i < 65536; i++) {
        input in = of_addresses(base + (i & 255), base + (i >> 8), 0);
        unsigned h = module(b, &in);
        if (seen[h]) tb_fail(t, "pair %u meets another in %u", i, h);
        seen[h] = true;
    }
}

int tb_main(tb *t)
{
    bench b = {t,
               tb_sig_find(t, "en_i"),
               tb_sig_find(t, "dst_i"),
               tb_sig_find(t, "src_i"),
               tb_sig_find(t, "label_i"),
               tb_sig_find(t, "hash_o")};
    tb_set(b.en, 1);
    for (unsigned bit = 0; bit < 36 * 8; bit++) {
        uint8_t raw[36] = {0};
        input in;
        raw[bit / 8] = (uint8_t)(1u << bit % 8);
        memcpy(&in, raw, sizeof in);
        TB_CHECK(t, module(&b, &in) != 0);
        same(&b, &in);
    }
    for (uint64_t i = 0; i < tb_effort(t, 20000, 1000000); i++) {
        input in;
        uint8_t *p = (uint8_t *)&in;
        for (unsigned k = 0; k < sizeof in; k++) p[k] = (uint8_t)tb_rand(t);
        same(&b, &in);
        uint64_t dst = tb_rand(t) & 0xffffffffffffu, src = tb_rand(t) & 0xffffffffffffu;
        unsigned label = (unsigned)tb_rand(t) & 0xffff;
        in = of_addresses(dst, src, label);
        TB_EQ(t, module(&b, &in), mix(dst, src, label));
    }
    spread(&b);
    tb_set(b.en, 0);
    input in = of_addresses(1, 2, 3);
    TB_EQ(t, module(&b, &in), 0);
    return tb_failures(t) != 0;
}
