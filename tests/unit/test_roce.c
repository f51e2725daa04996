/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_roce.c: RoCEv2 headers and ICRC: packets that other implementations made, an ICRC written a
 * second time from the specification, round trips of every opcode, truncations, flipped bits.
 */
#include "weft/proto.h"
#include "weft/proto_ip.h"
#include "weft/proto_roce.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "check.h"

static size_t from_hex(const char *hex, uint8_t *out)
{
    size_t n = 0;
    for (unsigned v; hex[0] && sscanf(hex, "%2x", &v) == 1; hex += 2) out[n++] = (uint8_t)v;
    return n;
}

/* Captured from a ConnectX-4 Lx (CNP), and the packet of a software RoCE (UC SEND ONLY, pad 2);
 * IPv4 header to ICRC. Both are public test vectors of packet tools. */
static void test_known(void)
{
    static const char cnp[] = "45c2003c718c4000401191610a0011010a001201"
                              "000012b700280000"
                              "8100ffff400001180000000000000000000000000000000000000000"
                              "82fd002a";
    static const char send[] = "4501004004784000 4011b4d5c0a80007c0a80007"
                               "c00012b7002caca2"
                               "2460ffff000000d300cf1710"
                               "4630818be28935d90e9a95505401be885e500000"
                               "78f353f3";
    uint8_t p[100];
    size_t n = from_hex(cnp, p);
    uint32_t icrc = weft_roce_icrc(p, n - 4);
    CHECK(n == 60 && memcmp(&p[n - 4], "\x82\xfd\x00\x2a", 4) == 0 && icrc == 0x2a00fd82u);
    char joined[sizeof send];
    size_t k = 0;
    for (const char *s = send; *s; s++)
        if (*s != ' ') joined[k++] = *s;
    joined[k] = 0;
    n = from_hex(joined, p);
    icrc = weft_roce_icrc(p, n - 4);
    CHECK(n == 64 && icrc == 0xf353f378u);
}

/* The ICRC again, byte by byte: what is masked is decided for each byte by its place. */
static uint32_t plain_icrc(const uint8_t *ip, size_t len)
{
    static const uint8_t ones[8] = {255, 255, 255, 255, 255, 255, 255, 255};
    uLong crc = crc32(0, ones, 8);
    const bool v6 = ip[0] >> 4 == 6;
    const size_t udp = v6 ? 40 : 20;
    for (size_t i = 0; i < len; i++) {
        uint8_t b = ip[i];
        if (v6 && i == 0) b |= 0x0F;
        if (v6 && ((i >= 1 && i <= 3) || i == 7)) b = 255;
        if (!v6 && (i == 1 || i == 8 || i == 10 || i == 11)) b = 255;
        if (i == udp + 6 || i == udp + 7 || i == udp + 12) b = 255;
        crc = crc32(crc, &b, 1);
    }
    return (uint32_t)crc;
}

static const uint8_t opcodes[] = {WEFT_ROCE_WRITE_FIRST,  WEFT_ROCE_WRITE_MIDDLE,
                                  WEFT_ROCE_WRITE_LAST,   WEFT_ROCE_WRITE_LAST_IMM,
                                  WEFT_ROCE_WRITE_ONLY,   WEFT_ROCE_WRITE_ONLY_IMM,
                                  WEFT_ROCE_READ_REQUEST, WEFT_ROCE_READ_FIRST,
                                  WEFT_ROCE_READ_MIDDLE,  WEFT_ROCE_READ_LAST,
                                  WEFT_ROCE_READ_ONLY,    WEFT_ROCE_ACK,
                                  WEFT_ROCE_ATOMIC_ACK,   WEFT_ROCE_CMP_SWAP,
                                  WEFT_ROCE_FETCH_ADD,    WEFT_ROCE_SWAP};
static const uint8_t sizes[] = {28, 12, 12, 16, 28, 32, 28, 16, 12, 16, 16, 16, 24, 40, 40, 40};
static const bool has_data[] = {1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0};

static weft_roce random_roce(unsigned k)
{
    return (weft_roce){.opcode = opcodes[k],
                       .solicited = rnd() & 1,
                       .migrated = rnd() & 1,
                       .fecn = rnd() & 1,
                       .becn = rnd() & 1,
                       .ack_req = rnd() & 1,
                       .pad = has_data[k] ? rnd() & 3 : 0,
                       .pkey = (uint16_t)rnd(),
                       .dest_qp = rnd() & 0xFFFFFF,
                       .psn = rnd() & 0xFFFFFF,
                       .va = rnd(),
                       .rkey = (uint32_t)rnd(),
                       .dma_len = (uint32_t)rnd(),
                       .imm = (uint32_t)rnd(),
                       .syndrome = (uint8_t)rnd(),
                       .msn = rnd() & 0xFFFFFF,
                       .swap_add = rnd(),
                       .compare = rnd(),
                       .original = rnd()};
}

static void test_round_trips(void)
{
    for (unsigned k = 0; k < 16 * 200; k++) {
        const unsigned o = k % 16;
        weft_roce r = random_roce(o), b;
        uint8_t head[WEFT_ROCE_MAX], again[WEFT_ROCE_MAX];
        const size_t n = weft_roce_build(&r, head);
        const size_t data = has_data[o] ? rnd() % 64 : 0, len = n + data + r.pad;
        CHECK(n == sizes[o] && n == weft_roce_size(r.opcode));
        uint8_t *p = malloc(len);
        if (!p) exit(1);
        memset(p, 0xA5, len);
        memcpy(p, head, n);
        CHECK(weft_roce_parse(p, len, &b) && b.len == data && b.data == p + n);
        CHECK(b.pad == r.pad && b.psn == r.psn && b.dest_qp == r.dest_qp && b.fecn == r.fecn);
        CHECK(weft_roce_build(&b, again) == n && memcmp(head, again, n) == 0);
        if (!has_data[o]) {
            uint8_t *more = malloc(len + 1);
            if (!more) exit(1);
            memcpy(more, p, len);
            more[len] = 0;
            CHECK(!weft_roce_parse(more, len + 1, &b));
            free(more);
        }
        free(p);
        for (size_t cut = 0; cut < n; cut++) {
            uint8_t *c = malloc(cut + 1);
            if (!c) exit(1);
            memcpy(c + 1, head, cut);
            CHECK(!weft_roce_parse(c + 1, cut, &b));
            free(c);
        }
    }
    uint8_t p[WEFT_ROCE_MAX] = {0};
    weft_roce b;
    CHECK(weft_roce_build(&(weft_roce){.opcode = 0xFF}, p) == 0);
    CHECK(weft_roce_build(&(weft_roce){.opcode = WEFT_ROCE_ACK, .pad = 4}, p) == 0);
    CHECK(weft_roce_build(&(weft_roce){.opcode = WEFT_ROCE_ACK, .psn = 1u << 24}, p) == 0);
    p[0] = WEFT_ROCE_WRITE_MIDDLE;
    p[1] = 1; /* transport version */
    CHECK(!weft_roce_parse(p, 12, &b));
}

/* Every bit of a packet: what a network may change leaves the ICRC alone, anything else does not.
 */
static void test_icrc(void)
{
    for (unsigned v6 = 0; v6 < 2; v6++) {
        uint8_t p[160];
        for (unsigned i = 0; i < sizeof p; i++) p[i] = (uint8_t)rnd();
        weft_ip ip = {.v6 = v6, .tos = 2, .ttl = 64, .protocol = 17, .payload = 100};
        const size_t udp = weft_ip_build(&ip, p), len = udp + 100;
        weft_udp_build(&(weft_udp){.src = 1, .dst = 4791, .payload = 92}, &ip, p + udp);
        const uint32_t icrc = weft_roce_icrc(p, len);
        CHECK(icrc == plain_icrc(p, len));
        for (size_t bit = 8 * udp; bit < 8 * len; bit++) {
            const size_t byte = bit / 8;
            const bool free_bit = byte == udp + 6 || byte == udp + 7 || byte == udp + 12;
            p[byte] ^= (uint8_t)(1u << bit % 8);
            CHECK((weft_roce_icrc(p, len) == icrc) == free_bit);
            CHECK(weft_roce_icrc(p, len) == plain_icrc(p, len));
            p[byte] ^= (uint8_t)(1u << bit % 8);
        }
        for (unsigned k = 0; k < 256; k++) { /* ECN, DSCP, TTL, flow label */
            ip.tos = (uint8_t)k;
            ip.ttl = (uint8_t)(255 - k);
            ip.flow_label = v6 ? k * 4001 : 0;
            weft_ip_build(&ip, p);
            CHECK(weft_roce_icrc(p, len) == icrc);
        }
        ip.src[0] ^= 1;
        weft_ip_build(&ip, p);
        CHECK(weft_roce_icrc(p, len) != icrc);
    }
    static const uint8_t odd[1] = {0x45};
    CHECK(weft_roce_icrc(odd, 1) == 0 && weft_roce_icrc(odd, 0) == 0);
}

int main(void)
{
    test_known();
    test_round_trips();
    test_icrc();
    return check_end("test_roce");
}
