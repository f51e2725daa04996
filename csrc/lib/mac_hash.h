/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * mac_hash.h: where a 48-bit address may live in the address table of the switch. The twin of
 * rtl/route/weft_mac_hash.v; docs/route.md describes the table and the rule behind the masks.
 */
#ifndef WEFT_MAC_HASH_H
#define WEFT_MAC_HASH_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_MAC_HASH_WAYS      4u  /* ways of the table */
#define WEFT_MAC_HASH_MAX_SET_W 14u /* widest set number */

/* weft_mac_hash(): the set of an address in one way.
 *   key    the address as a number: byte 0 on the wire is bits 47:40; bits 63:48 are ignored
 *   way    0..3
 *   set_w  bits of a set number, 1..14 (log2 of the sets per way, register TABLE_SIZES)
 * Returns the set, 0 .. 2^set_w - 1; 0 when way or set_w is out of range. No other errors. */
uint32_t weft_mac_hash(uint64_t key, unsigned way, unsigned set_w);

/* weft_mac_hash_index(): the same as an index of the table commands, {way, set}.
 * Arguments as above. Returns way * 2^set_w + set; 0 when way or set_w is out of range. */
uint32_t weft_mac_hash_index(uint64_t key, unsigned way, unsigned set_w);

#ifdef __cplusplus
}
#endif
#endif
