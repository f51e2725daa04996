/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_hop.c: what a switch may change in a frame (endpoint/hop.h): the hop count of ESUN, the
 * congestion mark of a frame that is capable of it, with a right IPv4 checksum; and no other bit.
 */
#include "check.h"
#include "endpoint/hop.h"
#include "weft/proto_ip.h"

#include <string.h>

#define LEN 80u

static unsigned mark_bit(unsigned mode) { return mode == WEFT_RW_ESUN ? 0 : 1; }

/* Random bytes with a header of this mode, ECN field ecn. */
static void make(uint8_t *f, weft_hop hop, unsigned ecn)
{
    weft_ip ip = {.v6 = hop.mode == WEFT_RW_IP6,
                  .tos = (uint8_t)(rnd() << 2 | ecn),
                  .ttl = 64,
                  .protocol = 17,
                  .payload = 20};
    for (unsigned i = 0; i < LEN; i++) f[i] = (uint8_t)rnd();
    for (unsigned i = 0; i < 16; i++) {
        ip.src[i] = (uint8_t)rnd();
        ip.dst[i] = (uint8_t)rnd();
    }
    if (hop.mode == WEFT_RW_ESUN) {
        f[hop.at] = (uint8_t)((f[hop.at] & 0xFC) | ecn);
        f[hop.at + 3] = 0x80 | (f[hop.at + 3] & 15);
    } else if (hop.mode != WEFT_RW_NONE) {
        CHECK(weft_ip_build(&ip, f + hop.at) != 0);
    }
}

/* As it comes out, unmarked or marked, the IPv4 checksum added up anew. */
static void pass(uint8_t *f, weft_hop hop, bool marked)
{
    uint8_t *h = f + hop.at;
    if (hop.mode == WEFT_RW_ESUN) h[3] = (uint8_t)(h[3] - 0x10);
    if (hop.mode == WEFT_RW_IP4) h[8]--;
    if (hop.mode == WEFT_RW_IP6) h[7]--;
    if (marked) h[mark_bit(hop.mode)] |= hop.mode == WEFT_RW_IP6 ? 0x30 : 3;
    if (hop.mode != WEFT_RW_IP4) return;
    weft_put16(h + 10, 0);
    weft_put16(h + 10, weft_ip_checksum(h, 20));
}

static void test_mode(unsigned mode, unsigned at)
{
    const weft_hop hop = {(uint8_t)mode, (uint8_t)at};
    uint8_t sent[LEN], came[LEN];
    for (unsigned ecn = 0; ecn < 4; ecn++) {
        make(sent, hop, ecn);
        CHECK(weft_hop_ecn(sent, hop) == (mode == WEFT_RW_NONE ? 0 : ecn));
        for (unsigned marked = 0; marked < 2; marked++) {
            const bool may = !marked || ecn != 0;
            memcpy(came, sent, LEN);
            if (mode == WEFT_RW_NONE && marked) continue;
            pass(came, hop, marked != 0);
            CHECK(weft_hop_same(sent, came, LEN, hop, true) == may);
            const unsigned was = weft_hop_ecn(came, hop);
            /* any other bit */
            for (unsigned bit = 0; may && bit < 8 * LEN; bit++) {
                came[bit / 8] ^= (uint8_t)(1u << bit % 8);
                /* but that a mark comes or goes, where no checksum covers it */
                const unsigned now = weft_hop_ecn(came, hop);
                const bool other = mode != WEFT_RW_IP4 && mode != WEFT_RW_NONE && ecn != 0 &&
                                   now != was && (now == 3 || now == ecn);
                CHECK(weft_hop_same(sent, came, LEN, hop, true) == other);
                came[bit / 8] ^= (uint8_t)(1u << bit % 8);
            }
        }
        /* payload does not count without the check of bytes, headers do */
        memcpy(came, sent, LEN);
        pass(came, hop, false);
        came[LEN - 1] ^= 1;
        CHECK(weft_hop_same(sent, came, LEN, hop, false));
        came[4] ^= 1;
        CHECK(!weft_hop_same(sent, came, LEN, hop, false));
    }
    CHECK(mode == WEFT_RW_NONE || !weft_hop_same(sent, sent, at + 2, hop, true)); /* cut off */
}

int main(void)
{
    for (unsigned round = 0; round < 20; round++) {
        test_mode(WEFT_RW_NONE, 0);
        test_mode(WEFT_RW_ESUN, 14 + 4 * (round % 3));
        test_mode(WEFT_RW_IP4, 14 + 4 * (round % 3));
        test_mode(WEFT_RW_IP6, 14 + 4 * (round % 3));
    }
    return check_end("test_hop");
}
