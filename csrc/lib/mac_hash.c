/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * mac_hash.c: see mac_hash.h. */
#include "mac_hash.h"

/* Mask of way w, bit b at [w * 14 + b]. The rule that makes them (splitmix64, triangular factors)
 * is in rtl/route/weft_mac_hash.v; the bench of that module computes them anew and compares. */
static const uint64_t masks[WEFT_MAC_HASH_WAYS * WEFT_MAC_HASH_MAX_SET_W] = {
    0x3b73c63b02f3, 0xf1ee4316abd2, 0x16af8b88aeef, 0x1caee105b62b, 0xe5e1bf750734, 0x90377805f376,
    0x86f9bc2712ed, 0x581403b5d330, 0x8a35ef237dcf, 0xeb4b3ff6a18e, 0x632ddd893713, 0x08d262dff077,
    0x7d2bad109a6a, 0x3ce76a0f4fe7, 0x410f56c51595, 0xeb493fbb5637, 0xa2bc89e5da3b, 0xe932793f6c54,
    0x292fa25ef293, 0xa0d324bad3ed, 0xd8ed15e1949a, 0x3114dfc170c6, 0x3c3689da62e8, 0x45499c6ceba1,
    0xbe072791187d, 0x889c3a5202c8, 0x6ec75680a707, 0x4bff5101895f, 0xd4b306019ee9, 0x4221b66858ef,
    0xb800530256d4, 0xc3c96df7ac57, 0xdd7a69854827, 0xa78c533ba7de, 0x9e6bcdad4192, 0xc7902d49b674,
    0x4158bd2edb06, 0x133ed8027503, 0xd30a04451290, 0xe84029cc9043, 0xb6333820690b, 0xb96a2c5a0d9d,
    0x3990910c24b5, 0xc84ab56dfd1f, 0x5366696fcf7e, 0xafbc7aa4531c, 0x21ab92a4e312, 0x37eb829f3490,
    0xfc51099001e5, 0x2e992211e5e1, 0x6ff123804dfe, 0x17d0bbe32af4, 0xbaf5fceeab6e, 0x1a0a23afe990,
    0x452f29bb790a, 0x4173da27295b,
};

static uint32_t parity64(uint64_t x)
{
    x ^= x >> 32;
    x ^= x >> 16;
    x ^= x >> 8;
    x ^= x >> 4;
    return (uint32_t)((0x6996u >> (x & 15u)) & 1u);
}

uint32_t weft_mac_hash(uint64_t key, unsigned way, unsigned set_w)
{
    if (way >= WEFT_MAC_HASH_WAYS || set_w < 1 || set_w > WEFT_MAC_HASH_MAX_SET_W) return 0;
    uint32_t set = 0;
    for (unsigned b = 0; b < set_w; b++)
        set |= parity64(key & masks[way * WEFT_MAC_HASH_MAX_SET_W + b]) << b;
    return set;
}

uint32_t weft_mac_hash_index(uint64_t key, unsigned way, unsigned set_w)
{
    if (way >= WEFT_MAC_HASH_WAYS || set_w < 1 || set_w > WEFT_MAC_HASH_MAX_SET_W) return 0;
    return ((uint32_t)way << set_w) | weft_mac_hash(key, way, set_w);
}
