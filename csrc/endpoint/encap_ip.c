/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * encap_ip.c: see encap_ip.h.
 */
#include "encap_ip.h"

#include "weft/proto_ip.h"
#include "weft/proto_uet.h"

#include <string.h>

#define TTL      64u
#define ECT0     2u          /* ECN-capable transport */
#define FIRST_IP 0x0A570001u /* 10.87.0.1 */

uint32_t encap_ip4_address(unsigned id) { return FIRST_IP + id; }

static void put_address(uint8_t out[16], bool v6, unsigned id)
{
    memset(out, 0, 16);
    if (v6) {
        weft_put32(out, 0xFD574546u);
        weft_put32(out + 12, 1 + id);
    } else {
        weft_put32(out, encap_ip4_address(id));
    }
}

static size_t ethernet_size(const weft_framer *fr) { return fr->ip.tag ? 18 : 14; }

size_t encap_ip_size(const weft_framer *fr)
{
    return ethernet_size(fr) + (fr->ip.v6 ? 40 : 20) +
           (fr->ip.native ? WEFT_UET_ENTROPY : WEFT_UDP_BYTES);
}

/* The same for all frames of a flow, and different for most others. */
static uint16_t entropy(const weft_framer *fr, uint64_t dst_mac, unsigned vc)
{
    const uint64_t h = (fr->src << 32 ^ dst_mac << 3 ^ vc) * 0x9E3779B97F4A7C15ull;
    return (uint16_t)(0xC000u | h >> 50);
}

uint8_t *encap_ip_head(const weft_framer *fr, uint64_t dst_mac, unsigned vc, size_t bytes,
                       uint8_t *frame)
{
    const unsigned cls = fr->vc_cos[vc % WEFT_MAX_VCS] & 7u;
    const size_t behind = (fr->ip.native ? WEFT_UET_ENTROPY : WEFT_UDP_BYTES) + bytes;
    weft_ip ip = {.v6 = fr->ip.v6,
                  .tos = (uint8_t)(cls << 5 | ECT0), /* class selector: DSCP is 8 x class */
                  .ttl = TTL,
                  .protocol = fr->ip.native ? fr->ip.protocol : WEFT_PROTO_UDP,
                  .flow_label = entropy(fr, dst_mac, vc),
                  .payload = (uint16_t)behind};
    put_address(ip.src, ip.v6, (unsigned)(fr->src & 0x3FFu));
    put_address(ip.dst, ip.v6, (unsigned)(dst_mac & 0x3FFu));
    weft_header eth = {.dst = dst_mac,
                       .src = fr->src,
                       .tags = fr->ip.tag,
                       .tpid = {WEFT_TYPE_VLAN},
                       .tci = {(uint16_t)(cls << 13 | 1u)}, /* VID 1 */
                       .type = ip.v6 ? WEFT_TYPE_IPV6 : WEFT_TYPE_IPV4};
    uint8_t *p = frame + weft_header_build(&eth, frame);
    p += weft_ip_build(&ip, p);
    if (fr->ip.native) {
        weft_put16(p, entropy(fr, dst_mac, vc));
        weft_put16(p + 2, 0);
        return p + WEFT_UET_ENTROPY;
    }
    const weft_udp udp = {
        .src = entropy(fr, dst_mac, vc), .dst = fr->ip.port, .payload = (uint16_t)bytes};
    return p + weft_udp_build(&udp, &ip, p); /* no checksum: the transport has its own check */
}

uint8_t *encap_ip_packet(const weft_framer *fr, uint8_t *frame, size_t *ip_bytes)
{
    uint8_t *ip = frame + ethernet_size(fr);
    *ip_bytes = fr->ip.v6 ? 40u + weft_get16(ip + 4) : weft_get16(ip + 2);
    return ip;
}

static bool is_address(const uint8_t address[16], bool v6, unsigned id)
{
    uint8_t want[16];
    put_address(want, v6, id);
    return memcmp(address, want, 16) == 0;
}

weft_encap_result encap_ip_parse(const weft_framer *fr, const uint8_t *frame, size_t len,
                                 encap_ip_view *v)
{
    weft_header eth;
    weft_ip ip;
    size_t head;
    const size_t at = weft_header_parse(frame, len, fr->esun_type, &eth);
    if (at == 0 || eth.dst != fr->src || (eth.type != WEFT_TYPE_IPV4 && eth.type != WEFT_TYPE_IPV6))
        return WEFT_ENCAP_NOT_MINE;
    const int src = weft_accel_of_mac(eth.src);
    if (src < 0) return WEFT_ENCAP_MALFORMED;
    if (weft_ip_parse(frame + at, len - at, &ip, &head) != WEFT_IP_OK ||
        ip.v6 != (eth.type == WEFT_TYPE_IPV6))
        return WEFT_ENCAP_BAD_IP;
    /* Addresses and MAC addresses are of the same accelerators, or a header is not what was sent */
    if (!is_address(ip.src, ip.v6, (unsigned)src) ||
        !is_address(ip.dst, ip.v6, (unsigned)(fr->src & 0x3FFu)))
        return WEFT_ENCAP_BAD_IP;
    *v = (encap_ip_view){.ip = frame + at, .ip_bytes = head + ip.payload, .src = (unsigned)src};
    if (fr->ip.native) {
        if (ip.protocol != fr->ip.protocol) return WEFT_ENCAP_NOT_MINE;
        if (ip.payload < WEFT_UET_ENTROPY) return WEFT_ENCAP_BAD_IP;
        v->packet = v->ip + head + WEFT_UET_ENTROPY;
        v->bytes = ip.payload - WEFT_UET_ENTROPY;
        return WEFT_ENCAP_MESSAGE;
    }
    weft_udp udp;
    if (ip.protocol != WEFT_PROTO_UDP) return WEFT_ENCAP_NOT_MINE;
    if (weft_udp_parse(v->ip + head, ip.payload, &ip, &udp) != WEFT_IP_OK ||
        udp.payload + WEFT_UDP_BYTES != ip.payload)
        return WEFT_ENCAP_BAD_IP;
    if (udp.dst != fr->ip.port) return WEFT_ENCAP_NOT_MINE;
    v->packet = v->ip + head + WEFT_UDP_BYTES;
    v->bytes = udp.payload;
    return WEFT_ENCAP_MESSAGE;
}

void encap_put_crc(uint8_t *p, uint32_t crc)
{
    for (unsigned i = 0; i < 4; i++) p[i] = (uint8_t)(crc >> (8 * i));
}

uint32_t encap_get_crc(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}
