/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_ip.c: IPv4, IPv6 and UDP against headers that are known from elsewhere, round trips, every
 * truncation and every flipped bit.
 */
#include "weft/proto.h"
#include "weft/proto_ip.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

/* The checksum straight from RFC 1071: bytes into a sum with end-around carry at each step. */
static uint16_t plain_checksum(const uint8_t *p, size_t len)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < len; i++) {
        sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
        if (sum > 0xFFFF) sum -= 0xFFFF;
    }
    return (uint16_t)(0xFFFF - sum);
}

static void test_known(void)
{
    /* captured: a congestion notification of a ConnectX-4 Lx, its IPv4 and UDP header */
    static const uint8_t v4[28] = {0x45, 0xc2, 0x00, 0x3c, 0x71, 0x8c, 0x40, 0x00, 0x40, 0x11,
                                   0x91, 0x61, 0x0a, 0x00, 0x11, 0x01, 0x0a, 0x00, 0x12, 0x01,
                                   0x00, 0x00, 0x12, 0xb7, 0x00, 0x28, 0x00, 0x00};
    uint8_t packet[60] = {0}, out[20];
    weft_ip ip;
    weft_udp udp;
    size_t head;
    memcpy(packet, v4, sizeof v4);
    CHECK(weft_ip_parse(packet, 60, &ip, &head) == WEFT_IP_OK && head == 20 && !ip.v6);
    CHECK(ip.tos == 0xc2 && ip.id == 0x718c && ip.ttl == 64 && ip.protocol == 17);
    CHECK(ip.payload == 40 && ip.src[3] == 1 && ip.dst[2] == 0x12);
    CHECK(weft_ip_build(&ip, out) == 20 && memcmp(out, v4, 20) == 0);
    CHECK(weft_udp_parse(packet + 20, 40, &ip, &udp) == WEFT_IP_OK);
    CHECK(udp.src == 0 && udp.dst == 4791 && udp.payload == 32 && !udp.checked);
    /* the example of RFC 1071, section 3 */
    static const uint8_t words[8] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    CHECK(weft_ip_checksum(words, 8) == (uint16_t)~0xddf2u);
    CHECK(weft_ip_checksum(words, 7) == plain_checksum(words, 7));
    /* the example of RFC 1624, section 4: the carry that RFC 1141 gets wrong */
    CHECK(weft_ip_checksum_update(0xDD2F, 0x5555, 0x3285) == 0x0000);
}

static void random_ip(weft_ip *ip)
{
    *ip = (weft_ip){.v6 = rnd() & 1, .tos = (uint8_t)rnd(), .ttl = (uint8_t)rnd()};
    ip->protocol = WEFT_PROTO_UDP;
    ip->payload = (uint16_t)(8 + rnd() % 300);
    for (unsigned i = 0; i < (ip->v6 ? 16u : 4u); i++) {
        ip->src[i] = (uint8_t)rnd();
        ip->dst[i] = (uint8_t)rnd();
    }
    if (ip->v6)
        ip->flow_label = (uint32_t)rnd() & 0xFFFFFu;
    else
        ip->id = (uint16_t)rnd();
}

static bool same_ip(const weft_ip *a, const weft_ip *b)
{
    return a->v6 == b->v6 && a->tos == b->tos && a->ttl == b->ttl && a->id == b->id &&
           a->flow_label == b->flow_label && a->payload == b->payload &&
           a->protocol == b->protocol && memcmp(a->src, b->src, 16) == 0 &&
           memcmp(a->dst, b->dst, 16) == 0;
}

/* Independent of the code under test: UDP with its pseudo header written out. */
static uint16_t plain_udp(const weft_ip *ip, const uint8_t *datagram, size_t len)
{
    uint8_t b[400] = {0};
    const size_t a = ip->v6 ? 16 : 4;
    memcpy(b, ip->src, a);
    memcpy(b + a, ip->dst, a);
    b[2 * a + 1] = 17;
    weft_put16(b + 2 * a + 2, (uint16_t)len);
    memcpy(b + 2 * a + 4, datagram, len);
    return plain_checksum(b, 2 * a + 4 + len);
}

static void test_round_trips(void)
{
    for (unsigned k = 0; k < 3000; k++) {
        uint8_t p[400];
        weft_ip ip, back;
        weft_udp got;
        size_t head;
        random_ip(&ip);
        for (unsigned i = 0; i < sizeof p; i++) p[i] = (uint8_t)rnd();
        const size_t h = weft_ip_build(&ip, p), all = h + ip.payload;
        CHECK(h == weft_ip_size(&ip) && (ip.v6 || plain_checksum(p, 20) == 0));
        const weft_udp udp = {.src = (uint16_t)rnd(),
                              .dst = (uint16_t)rnd(),
                              .payload = (uint16_t)(ip.payload - 8),
                              .checked = rnd() & 1};
        CHECK(weft_udp_build(&udp, &ip, p + h) == 8);
        CHECK(!udp.checked || plain_udp(&ip, p + h, ip.payload) == 0);
        /* in memory of exactly its size, so that the sanitizer sees every byte too many */
        uint8_t *exact = malloc(all);
        if (!exact) exit(1);
        memcpy(exact, p, all);
        CHECK(weft_ip_parse(exact, all, &back, &head) == WEFT_IP_OK && head == h);
        CHECK(same_ip(&ip, &back));
        CHECK(weft_udp_parse(exact + h, ip.payload, &ip, &got) == WEFT_IP_OK);
        CHECK(got.src == udp.src && got.dst == udp.dst && got.payload == udp.payload);
        free(exact);
        for (size_t len = 0; k < 20 && len < all; len++) { /* every truncation */
            uint8_t *cut = malloc(len + 1);
            if (!cut) exit(1);
            memcpy(cut + 1, p, len);
            CHECK(weft_ip_parse(cut + 1, len, &back, &head) != WEFT_IP_OK);
            if (len >= h) CHECK(weft_udp_parse(cut + 1 + h, len - h, &ip, &got) != WEFT_IP_OK);
            free(cut);
        }
        for (size_t bit = 0; k < 20 && !ip.v6 && bit < 160; bit++) { /* every bit of IPv4 */
            p[bit / 8] ^= (uint8_t)(1u << bit % 8);
            CHECK(weft_ip_parse(p, all, &back, &head) != WEFT_IP_OK);
            p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        for (size_t bit = 0; k < 20 && udp.checked && bit < 8u * ip.payload; bit++) {
            p[h + bit / 8] ^= (uint8_t)(1u << bit % 8);
            if (bit / 8 != 6 && bit / 8 != 7) /* a checksum of 0 is none */
                CHECK(weft_udp_parse(p + h, ip.payload, &ip, &got) != WEFT_IP_OK);
            p[h + bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
}

/* Marks and hops, with the checksum brought up to date as a switch would. */
static void test_update(void)
{
    for (unsigned k = 0; k < 100000; k++) {
        uint8_t p[20];
        weft_ip ip;
        random_ip(&ip);
        ip.v6 = false;
        weft_ip_build(&ip, p);
        const unsigned word = k % 10 == 5 ? 4 : k % 10; /* any but the checksum */
        const uint16_t before = weft_get16(p + 2 * word), after = (uint16_t)rnd();
        const uint16_t sum = weft_get16(p + 10);
        weft_put16(p + 2 * word, after);
        weft_put16(p + 10, weft_ip_checksum_update(sum, before, after));
        CHECK(plain_checksum(p, 20) == 0);
    }
}

static void test_refused(void)
{
    uint8_t p[80] = {0};
    weft_ip ip = {.protocol = 17, .payload = 40}, got;
    size_t head;
    CHECK(weft_ip_build(&(weft_ip){.v6 = true, .flow_label = 1u << 20}, p) == 0);
    CHECK(weft_ip_build(&(weft_ip){.payload = 65535}, p) == 0);
    CHECK(weft_udp_build(&(weft_udp){.payload = 65535}, &ip, p) == 0);
    /* options are passed over; a fragment is not taken */
    weft_ip_build(&ip, p);
    p[0] = 0x46;
    weft_put16(p + 2, 64);
    weft_put32(p + 20, 0x01010100);
    weft_put16(p + 10, 0);
    weft_put16(p + 10, plain_checksum(p, 24));
    CHECK(weft_ip_parse(p, 80, &got, &head) == WEFT_IP_OK && head == 24 && got.payload == 40);
    weft_ip_build(&ip, p);
    weft_put16(p + 6, 0x2000); /* more fragments */
    weft_put16(p + 10, 0);
    weft_put16(p + 10, plain_checksum(p, 20));
    CHECK(weft_ip_parse(p, 80, &got, &head) == WEFT_IP_BAD_HEADER);
    for (unsigned k = 0; k < 200000; k++) { /* garbage */
        for (unsigned i = 0; i < 48; i += 8) weft_put64(p + i, rnd());
        p[0] = (uint8_t)(k % 3 ? 0x45 : 0x60);
        (void)weft_ip_parse(p, rnd() % 49, &got, &head);
    }
}

int main(void)
{
    test_known();
    test_round_trips();
    test_update();
    test_refused();
    return check_end("test_ip");
}
