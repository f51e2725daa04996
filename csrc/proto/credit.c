/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * credit.c: UEC credit-based flow control on the wire: credit arithmetic, the CF_Update control
 * ordered set and the CC_Update frame (layouts: docs/cbfc.md; the count of a CF_Update is 15 bits
 * split 3, 8, 4; the 16 counters of a CC_Update are packed most significant bit first, VC 0 first).
 *
 *   CF_Update   5C | 10 | VC1 5, CF1[14:12] | CF1[11:4] | CF1[3:0], 6 | VC2 5, CF2[14:12] |
 *               CF2[11:4] | CF2[3:0], 0
 *   CC_Update   DA 01:80:C2:00:00:01 | SA | 88 08 | FF FE | FA 7A CB | type | 16 x 20 bits
 */
#include "weft/proto.h"

#define CTLOS_CODE   0x5Cu
#define CTLOS_O_CODE 6u
#define CC_OPCODE    0xFFFEu
#define CC_CID       0xFA7ACBu
#define COUNT_MASK   0xFFFFFu

static void put_byte(uint64_t *word, unsigned index, unsigned value)
{
    *word |= (uint64_t)(value & 0xFFu) << (8 * index);
}

static unsigned get_byte(uint64_t word, unsigned index)
{
    return (unsigned)(word >> (8 * index)) & 0xFFu;
}

uint64_t weft_cf_update_build(const weft_cf_update *u)
{
    uint64_t w = 0;
    put_byte(&w, 0, CTLOS_CODE);
    put_byte(&w, 1, WEFT_CTLOS_CF_UPDATE);
    put_byte(&w, 2, (u->vc[0] & 0x1Fu) << 3 | (u->count[0] >> 12 & 7u));
    put_byte(&w, 3, u->count[0] >> 4 & 0xFFu);
    put_byte(&w, 4, (u->count[0] & 0xFu) << 4 | CTLOS_O_CODE);
    put_byte(&w, 5, (u->vc[1] & 0x1Fu) << 3 | (u->count[1] >> 12 & 7u));
    put_byte(&w, 6, u->count[1] >> 4 & 0xFFu);
    put_byte(&w, 7, (u->count[1] & 0xFu) << 4);
    return w;
}

bool weft_cf_update_parse(uint64_t word, weft_cf_update *u)
{
    if (get_byte(word, 0) != CTLOS_CODE || get_byte(word, 1) != WEFT_CTLOS_CF_UPDATE ||
        (get_byte(word, 4) & 0xFu) != CTLOS_O_CODE || (get_byte(word, 7) & 0xFu) != 0)
        return false;
    u->vc[0] = (uint8_t)(get_byte(word, 2) >> 3);
    u->count[0] = (uint16_t)((get_byte(word, 2) & 7u) << 12 | get_byte(word, 3) << 4 |
                             get_byte(word, 4) >> 4);
    u->vc[1] = (uint8_t)(get_byte(word, 5) >> 3);
    u->count[1] = (uint16_t)((get_byte(word, 5) & 7u) << 12 | get_byte(word, 6) << 4 |
                             get_byte(word, 7) >> 4);
    return true;
}

uint32_t weft_cf_extend(uint32_t last, uint16_t count15)
{
    uint32_t ahead = ((uint32_t)count15 - last) & 0x7FFFu;
    return (last + ahead) & COUNT_MASK;
}

bool weft_cc_update_build(uint8_t out[WEFT_CC_BYTES], uint64_t src, unsigned first_vc,
                          const uint32_t count[WEFT_CC_VCS])
{
    if (first_vc != 0 && first_vc != 16) return false;
    weft_put48(out, WEFT_PAUSE_MAC);
    weft_put48(out + 6, src);
    weft_put16(out + 12, WEFT_TYPE_MAC_CONTROL);
    weft_put16(out + 14, CC_OPCODE);
    weft_put32(out + 16, CC_CID << 8 | (first_vc == 0 ? 1u : 2u));
    for (unsigned i = 0; i < WEFT_CC_VCS; i += 2) {
        /* two counters are five bytes */
        uint64_t pair = (uint64_t)(count[i] & COUNT_MASK) << 20 | (count[i + 1] & COUNT_MASK);
        uint8_t *p = out + 20 + i / 2 * 5;
        p[0] = (uint8_t)(pair >> 32);
        weft_put32(p + 1, (uint32_t)pair);
    }
    return true;
}

weft_cc_status weft_cc_update_parse(const uint8_t *frame, size_t len, unsigned *first_vc,
                                    uint32_t count[WEFT_CC_VCS])
{
    if (len < 14 || weft_get16(frame + 12) != WEFT_TYPE_MAC_CONTROL) return WEFT_CC_NOT_CONTROL;
    if (len != WEFT_CC_BYTES) return WEFT_CC_BAD_LENGTH;
    if (weft_get16(frame + 14) != CC_OPCODE) return WEFT_CC_BAD_OPCODE;
    if (weft_get32(frame + 16) >> 8 != CC_CID) return WEFT_CC_BAD_CID;
    if (frame[19] != 1 && frame[19] != 2) return WEFT_CC_BAD_TYPE;
    *first_vc = frame[19] == 1 ? 0 : 16;
    for (unsigned i = 0; i < WEFT_CC_VCS; i += 2) {
        const uint8_t *p = frame + 20 + i / 2 * 5;
        uint64_t pair = (uint64_t)p[0] << 32 | weft_get32(p + 1);
        count[i] = (uint32_t)(pair >> 20);
        count[i + 1] = (uint32_t)pair & COUNT_MASK;
    }
    return WEFT_CC_OK;
}

uint32_t weft_credit_count(size_t frame_bytes, unsigned shift, int overhead)
{
    if (shift < 5) shift = 5;
    if (shift > 11) shift = 11;
    if (overhead < -16) overhead = -16;
    if (overhead > 127) overhead = 127;
    int64_t bytes = (int64_t)frame_bytes + overhead;
    if (bytes <= 0) return 1;
    return (uint32_t)(((uint64_t)bytes + (1u << shift) - 1) >> shift);
}
