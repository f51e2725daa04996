/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_uet.c: UET headers against bytes written out by hand from the layouts, CRC-32C against its
 * published values and a bit-serial version, round trips, truncations, flipped bits.
 */
#include "weft/proto.h"
#include "weft/proto_ip.h"
#include "weft/proto_uet.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

static uint32_t plain_crc32c(const uint8_t *p, size_t len)
{
    uint32_t c = 0xFFFFFFFFu;
    for (size_t i = 0; i < len; i++) {
        c ^= p[i];
        for (unsigned b = 0; b < 8; b++) c = c & 1 ? c >> 1 ^ 0x82F63B78u : c >> 1;
    }
    return ~c;
}

static void test_crc32c(void)
{
    uint8_t b[500] = {0};
    CHECK(weft_crc32c(0, "123456789", 9) == 0xE3069283u); /* the check value of CRC-32C */
    CHECK(weft_crc32c(0, b, 32) == 0x8A9136AAu);          /* RFC 3720, B.4: zeros, ones, 0..31 */
    memset(b, 0xFF, 32);
    CHECK(weft_crc32c(0, b, 32) == 0x62A8AB43u);
    for (unsigned i = 0; i < 32; i++) b[i] = (uint8_t)i;
    CHECK(weft_crc32c(0, b, 32) == 0x46DD794Eu);
    for (unsigned i = 0; i < sizeof b; i++) b[i] = (uint8_t)rnd();
    for (size_t len = 0; len < 400; len++) {
        CHECK(weft_crc32c(0, b + len % 17, len) == plain_crc32c(b + len % 17, len));
        CHECK(weft_crc32c(weft_crc32c(0, b, len / 3), b + len / 3, len - len / 3) ==
              plain_crc32c(b, len));
    }
}

static void test_known(void)
{
    /* ROD request, standard write, first of several: PDS then SES */
    static const uint8_t first[56] = {
        0x19, 0x88, 0xFF, 0xFD, 0x00, 0x00, 0x12, 0x34,
        0x00, 0x07, 0x08, 0x03, /* PDS */
        0x01, 0x05, 0x04, 0x07, 0x09, 0xAB, 0xCD, 0xEF,
        0x00, 0x12, 0x00, 0x34, /* common, HD, SOM */
        0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x20, 0x00,
        0x00, 0x00, 0x00, 0x05, /* offset, from */
        0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
        0x00, 0x00, 0x00, 0x00,                          /* key, data */
        0x0A, 0xBC, 0x00, 0x01, 0x00, 0x00, 0x40, 0x00}; /* request length */
    const weft_uet_pds pds = {.type = WEFT_UET_ROD_REQ,
                              .next = WEFT_UET_REQ_STD,
                              .flags = WEFT_UET_AR,
                              .offset = -3,
                              .psn = 0x1234,
                              .spdcid = 7,
                              .dpdcid = 0x803};
    weft_uet_request r = {.opcode = WEFT_UET_WRITE,
                          .som = true,
                          .hd = true,
                          .msg_id = 0x407,
                          .ri_gen = 9,
                          .job = 0xABCDEF,
                          .pid = 0x12,
                          .index = 0x34,
                          .offset = 0x1000002000,
                          .initiator = 5,
                          .key = 0x1122334455667788,
                          .header_data = 0xABC0001,
                          .request_length = 0x4000};
    uint8_t out[WEFT_UET_SES_MAX + WEFT_UET_PDS];
    CHECK(weft_uet_pds_build(&pds, out) == 12);
    CHECK(weft_uet_request_build(WEFT_UET_REQ_STD, &r, out + 12) == 44);
    CHECK(memcmp(out, first, 56) == 0);
    /* a later segment: payload length and offset in place of the header data */
    static const uint8_t later[12] = {0x00, 0x00, 0x10, 0x00, 0x00, 0x00,
                                      0x30, 0x00, 0x00, 0x00, 0x40, 0x00};
    r.som = r.hd = false;
    r.eom = true;
    r.payload = 0x1000;
    r.message_offset = 0x3000;
    CHECK(weft_uet_request_build(WEFT_UET_REQ_STD, &r, out) == 44 && out[1] == 0x02);
    CHECK(memcmp(out + 32, later, 12) == 0);
    /* compare-and-swap */
    static const uint8_t cas[36] = {0x0D, 0x07, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6,
                                    7,    8,    0, 0, 0, 0, 0, 0, 0, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    const weft_uet_atomic a = {.op = WEFT_UET_ATOMIC_CSWAP,
                               .datatype = WEFT_UET_UINT64,
                               .compare = 0x0102030405060708,
                               .swap = 0x0908070605040302};
    CHECK(weft_uet_atomic_build(&a, out) == 36 && memcmp(out, cas, 36) == 0);
    /* responses */
    static const uint8_t rsp[12] = {0x01, 0x0C, 0x04, 0x07, 0x00, 0x00, 0x00, 0x01, 0, 0, 1, 0};
    const weft_uet_response s = {.opcode = WEFT_UET_RESPONSE,
                                 .code = WEFT_UET_RC_OUT_OF_RANGE,
                                 .msg_id = 0x407,
                                 .job = 1,
                                 .modified_length = 256};
    CHECK(weft_uet_response_build(WEFT_UET_RSP, &s, out) == 12 && memcmp(out, rsp, 12) == 0);
    static const uint8_t data[20] = {0x02, 0x01, 0x04, 0x07, 0, 0, 0, 1, 0x04, 0x08,
                                     0x01, 0x00, 0,    0,    1, 0, 0, 0, 0x20, 0};
    const weft_uet_response d = {.opcode = WEFT_UET_RESPONSE_DATA,
                                 .code = WEFT_UET_RC_OK,
                                 .msg_id = 0x407,
                                 .job = 1,
                                 .modified_length = 256,
                                 .read_msg_id = 0x408,
                                 .payload = 256,
                                 .message_offset = 0x2000};
    CHECK(weft_uet_response_build(WEFT_UET_RSP_DATA, &d, out) == 20 && memcmp(out, data, 20) == 0);
}

/* Parses in memory of exactly len bytes, so that the sanitizer sees every byte too many. */
static size_t parse(uint8_t next, const uint8_t *bytes, size_t len, uint8_t *again)
{
    uint8_t *p = malloc(len + 1);
    weft_uet_request r;
    weft_uet_response s;
    if (!p) exit(1);
    memcpy(p + 1, bytes, len);
    const bool request = next <= WEFT_UET_REQ_STD;
    const size_t n = request ? weft_uet_request_parse(next, p + 1, len, &r)
                             : weft_uet_response_parse(next, p + 1, len, &s);
    if (n > 0 && request) CHECK(weft_uet_request_build(next, &r, again) == n);
    if (n > 0 && !request) CHECK(weft_uet_response_build(next, &s, again) == n);
    free(p);
    return n;
}

static void clear_reserved(uint8_t next, uint8_t *p)
{
    p[1] &= 0x3F; /* version */
    if (next >= WEFT_UET_RSP) {
        if (next == WEFT_UET_RSP_DATA) p[10] &= 0x3F;
        if (next == WEFT_UET_RSP_DATA_SMALL) p[2] &= 0x3F;
        return;
    }
    p[0] &= 0x3F;
    if (next != WEFT_UET_REQ_STD) p[2] &= 0x3F;
    p[8] &= 0x0F;
    p[10] &= 0x0F;
    if (next == WEFT_UET_REQ_STD && (p[1] & 1) == 0) {
        p[32] = p[33] = 0;
        p[34] &= 0x3F;
    }
}

static void test_round_trips(void)
{
    static const size_t size[] = {0, 20, 32, 44, 12, 20, 12};
    for (unsigned k = 0; k < 6000; k++) {
        const uint8_t next = (uint8_t)(1 + k % 6);
        uint8_t b[48], again[48];
        for (unsigned i = 0; i < 48; i++) b[i] = (uint8_t)rnd();
        clear_reserved(next, b);
        CHECK(weft_uet_ses_size(next) == size[next]);
        CHECK(parse(next, b, size[next], again) == size[next]);
        CHECK(memcmp(b, again, size[next]) == 0);
        CHECK(parse(next, b, rnd() % size[next], again) == 0);
        b[1] |= 0x40; /* another version */
        CHECK(parse(next, b, size[next], again) == 0);
    }
    for (unsigned k = 0; k < 3000; k++) {
        uint8_t b[12], again[12];
        weft_uet_pds h;
        for (unsigned i = 0; i < 12; i++) b[i] = (uint8_t)rnd();
        const unsigned type = b[0] >> 3;
        const bool known = type == 2 || type == 3 || type == 7;
        CHECK((weft_uet_pds_parse(b, 12, &h) == 12) == known);
        CHECK(weft_uet_pds_parse(b, rnd() % 12, &h) == 0);
        if (!known) continue;
        weft_uet_pds_parse(b, 12, &h);
        CHECK(weft_uet_pds_build(&h, again) == 12 && memcmp(b, again, 12) == 0);
    }
    uint8_t b[36] = {WEFT_UET_ATOMIC_CSWAP};
    weft_uet_atomic a;
    CHECK(weft_uet_atomic_parse(b, 36, &a) == 36 && weft_uet_atomic_parse(b, 35, &a) == 0);
    b[4] = 1; /* a value over 64 bits */
    CHECK(weft_uet_atomic_parse(b, 36, &a) == 0);
    b[0] = WEFT_UET_ATOMIC_SUM;
    CHECK(weft_uet_atomic_parse(b, 4, &a) == 4 && weft_uet_atomic_parse(b, 3, &a) == 0);
    uint8_t out[48];
    CHECK(weft_uet_pds_build(&(weft_uet_pds){.type = 1}, out) == 0);
    CHECK(weft_uet_request_build(WEFT_UET_RSP, &(weft_uet_request){0}, out) == 0);
    CHECK(weft_uet_request_build(1, &(weft_uet_request){.job = 1u << 24}, out) == 0);
    CHECK(weft_uet_response_build(1, &(weft_uet_response){0}, out) == 0);
    CHECK(weft_uet_response_build(4, &(weft_uet_response){.code = 64}, out) == 0);
}

/* What a network may change: by place, IPv4 and IPv6, UDP and native. */
static bool mutable_byte(bool v6, bool udp, size_t i)
{
    const size_t ip = v6 ? 40 : 20;
    if (i >= ip) return udp && (i == ip + 6 || i == ip + 7);
    if (v6) return (i >= 1 && i <= 5) || i == 7;
    return (i >= 1 && i <= 8) || i == 10 || i == 11;
}

static void test_crc(void)
{
    for (unsigned form = 0; form < 4; form++) {
        const bool v6 = form & 1, udp = form & 2;
        uint8_t p[160], masked[160];
        for (unsigned i = 0; i < sizeof p; i++) p[i] = (uint8_t)rnd();
        const weft_ip ip = {
            .v6 = v6, .tos = 2, .ttl = 64, .protocol = udp ? 17 : 253, .payload = 100};
        const size_t head = weft_ip_build(&ip, p), len = head + 100;
        for (size_t i = 0; i < len; i++) masked[i] = mutable_byte(v6, udp, i) ? 0 : p[i];
        if (v6) masked[0] &= 0xF0;
        const uint32_t crc = weft_uet_crc(p, len);
        CHECK(crc == plain_crc32c(masked, len));
        for (size_t bit = 8; bit < 8 * len; bit++) {
            if (bit / 8 == (v6 ? 6u : 9u)) continue; /* the protocol says what UDP is */
            p[bit / 8] ^= (uint8_t)(1u << bit % 8);
            CHECK((weft_uet_crc(p, len) == crc) == mutable_byte(v6, udp, bit / 8));
            p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
    static const uint8_t odd[1] = {0x45};
    CHECK(weft_uet_crc(odd, 1) == 0 && weft_uet_crc(odd, 0) == 0);
}

int main(void)
{
    test_crc32c();
    test_known();
    test_round_trips();
    test_crc();
    return check_end("test_uet");
}
