/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_mac_hash: the masks are computed anew from the rule in the header of the module,
 * and RTL and C twin are compared with them on single bits (which fix a linear function completely)
 * and on random keys. Then what the hash promises: aligned blocks fill every set once, and keys
 * that meet in one way are spread in the others. */
/* tb-params: "" "-GSET_W=1" "-GSET_W=14" */
/* tb-sources: "csrc/lib/mac_hash.c" */
#include "common/tb.h"
#include "lib/mac_hash.h"
#include <stdlib.h>
#include <string.h>

static uint64_t mask[4][14];

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* L x U written out as a matrix product, bit by bit. */
static void make_masks(void)
{
    uint64_t state = 0x57454654;
    for (int w = 0; w < 4; w++) {
        bool lower[14][14] = {{false}}, upper[14][14] = {{false}};
        for (int b = 0; b < 14; b++) {
            uint64_t r = splitmix64(&state);
            for (int c = 0; c < 14; c++) {
                lower[b][c] = c == b || (c < b && (r >> c & 1));
                upper[b][c] = c == b || (c > b && (r >> c & 1));
            }
            mask[w][b] = r >> 30 << 14;
        }
        for (int b = 0; b < 14; b++)
            for (int c = 0; c < 14; c++) {
                bool sum = false;
                for (int k = 0; k < 14; k++) sum ^= lower[b][k] && upper[k][c];
                if (sum) mask[w][b] |= 1u << c;
            }
    }
}

static uint32_t reference(uint64_t key, unsigned w, unsigned set_w)
{
    uint32_t set = 0;
    for (unsigned b = 0; b < set_w; b++) {
        unsigned ones = 0;
        for (int i = 0; i < 48; i++) ones += (key >> i & 1) && (mask[w][b] >> i & 1);
        set |= (ones & 1) << b;
    }
    return set;
}

int tb_main(tb *t)
{
    tb_sig *en = tb_sig_find(t, "en_i"), *key = tb_sig_find(t, "key_i"),
           *hash = tb_sig_find(t, "hash_o");
    unsigned set_w = (unsigned)tb_param(t, "SET_W", 6);
    make_masks();
    tb_set(en, 1);
    uint64_t n = tb_effort(t, 20000, 500000);
    for (uint64_t i = 0; i < n; i++) {
        uint64_t k = i < 48 ? 1ull << i : i == 48 ? 0 : tb_rand(t) & 0xffffffffffffu;
        tb_set(key, k);
        tb_eval(t);
        for (unsigned w = 0; w < 4; w++) {
            uint32_t want = reference(k, w, set_w);
            TB_EQ(t, tb_get_bits(hash, w * set_w, set_w), want);
            TB_EQ(t, weft_mac_hash(k | 0xabcd000000000000u, w, set_w), want);
            TB_EQ(t, weft_mac_hash_index(k, w, set_w), (w << set_w) + want);
        }
    }
    /* closed when not enabled */
    tb_set(en, 0);
    tb_eval(t);
    TB_EQ(t, tb_get(hash), 0);
    tb_set(en, 1);
    /* arguments out of range */
    TB_EQ(t, weft_mac_hash(~0ull, 4, set_w), 0);
    TB_EQ(t, weft_mac_hash(~0ull, 0, 0), 0);
    TB_EQ(t, weft_mac_hash(~0ull, 0, 15), 0);
    TB_EQ(t, weft_mac_hash_index(~0ull, 9, 3), 0);
    /* any aligned block of 2^SET_W consecutive addresses: each set of each way once */
    uint8_t *seen = calloc(1u << set_w, 4);
    if (!seen) return 2;
    for (int round = 0; round < 20; round++) {
        uint64_t base = (tb_rand(t) & 0xffffffffffffu) >> set_w << set_w;
        memset(seen, 0, 4u << set_w);
        for (uint64_t i = 0; i < 1u << set_w; i++) {
            tb_set(key, base + i);
            tb_eval(t);
            for (unsigned w = 0; w < 4; w++)
                TB_EQ(t, seen[(w << set_w) + tb_get_bits(hash, w * set_w, set_w)]++, 0);
        }
    }
    free(seen);
    /* every bit of the address counts in every way; bits that meet in one way do not in all */
    if (set_w >= 6) {
        unsigned all = 0;
        for (int i = 0; i < 48; i++)
            for (int j = 0; j < i; j++) {
                unsigned same = 0;
                for (unsigned w = 0; w < 4; w++)
                    same += weft_mac_hash(1ull << i ^ 1ull << j, w, set_w) == 0;
                all += same == 4;
            }
        TB_EQ(t, all, 0);
    }
    return tb_failures(t) != 0;
}
