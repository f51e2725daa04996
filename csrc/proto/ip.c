/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * ip.c: IPv4, IPv6 and UDP headers.
 */
#include "weft/proto_ip.h"

#include "weft/proto.h"

#include <string.h>

/* ---------------------------------------------------------------- checksums ---------------- */

/* One's complement sum, not yet folded. */
static uint64_t sum_words(uint64_t sum, const uint8_t *p, size_t len)
{
    for (; len >= 2; p += 2, len -= 2) sum += weft_get16(p);
    return len ? sum + ((unsigned)p[0] << 8) : sum;
}

static uint16_t fold(uint64_t sum)
{
    while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)sum;
}

uint16_t weft_ip_checksum(const void *data, size_t len)
{
    return (uint16_t)~fold(sum_words(0, data, len));
}

uint16_t weft_ip_checksum_update(uint16_t checksum, uint16_t before, uint16_t after)
{
    return (uint16_t)~fold((uint64_t)(uint16_t)~checksum + (uint16_t)~before + after);
}

/* ---------------------------------------------------------------- IP ----------------------- */

static size_t build_v6(const weft_ip *ip, uint8_t *out)
{
    if (ip->flow_label >> 20 != 0) return 0;
    weft_put32(out, 6u << 28 | (uint32_t)ip->tos << 20 | ip->flow_label);
    weft_put16(out + 4, ip->payload);
    out[6] = ip->protocol;
    out[7] = ip->ttl;
    memcpy(out + 8, ip->src, 16);
    memcpy(out + 24, ip->dst, 16);
    return 40;
}

size_t weft_ip_build(const weft_ip *ip, uint8_t *out)
{
    if (ip->v6) return build_v6(ip, out);
    if (ip->payload > 65535 - 20) return 0;
    out[0] = 0x45;
    out[1] = ip->tos;
    weft_put16(out + 2, (uint16_t)(20 + ip->payload));
    weft_put16(out + 4, ip->id);
    weft_put16(out + 6, 0x4000); /* don't fragment */
    out[8] = ip->ttl;
    out[9] = ip->protocol;
    weft_put16(out + 10, 0);
    memcpy(out + 12, ip->src, 4);
    memcpy(out + 16, ip->dst, 4);
    weft_put16(out + 10, weft_ip_checksum(out, 20));
    return 20;
}

static weft_ip_status parse_v6(const uint8_t *p, size_t len, weft_ip *ip, size_t *header)
{
    if (len < 40) return WEFT_IP_SHORT;
    ip->v6 = true;
    ip->tos = (uint8_t)(weft_get16(p) >> 4);
    ip->flow_label = weft_get32(p) & 0xFFFFFu;
    ip->payload = weft_get16(p + 4);
    ip->protocol = p[6];
    ip->ttl = p[7];
    memcpy(ip->src, p + 8, 16);
    memcpy(ip->dst, p + 24, 16);
    *header = 40;
    return ip->payload <= len - 40 ? WEFT_IP_OK : WEFT_IP_SHORT;
}

weft_ip_status weft_ip_parse(const uint8_t *p, size_t len, weft_ip *ip, size_t *header)
{
    *ip = (weft_ip){0};
    *header = 0;
    if (len < 1) return WEFT_IP_SHORT;
    if (p[0] >> 4 == 6) return parse_v6(p, len, ip, header);
    const size_t head = (p[0] & 15u) * 4u;
    if (p[0] >> 4 != 4 || head < 20) return WEFT_IP_BAD_HEADER;
    if (len < head) return WEFT_IP_SHORT;
    if (weft_ip_checksum(p, head) != 0) return WEFT_IP_BAD_CHECKSUM;
    const size_t total = weft_get16(p + 2);
    if (total < head || (weft_get16(p + 6) & 0x3FFFu) != 0) return WEFT_IP_BAD_HEADER;
    if (total > len) return WEFT_IP_SHORT;
    ip->tos = p[1];
    ip->id = weft_get16(p + 4);
    ip->ttl = p[8];
    ip->protocol = p[9];
    ip->payload = (uint16_t)(total - head);
    memcpy(ip->src, p + 12, 4);
    memcpy(ip->dst, p + 16, 4);
    *header = head;
    return WEFT_IP_OK;
}

/* ---------------------------------------------------------------- UDP ---------------------- */

/* Sum over the pseudo header and the datagram of `length` bytes. */
static uint16_t udp_sum(const weft_ip *ip, const uint8_t *datagram, size_t length)
{
    const size_t address = ip->v6 ? 16 : 4;
    uint64_t sum = sum_words(WEFT_PROTO_UDP + length, ip->src, address);
    sum = sum_words(sum, ip->dst, address);
    return fold(sum_words(sum, datagram, length));
}

size_t weft_udp_build(const weft_udp *u, const weft_ip *ip, uint8_t *out)
{
    const size_t length = WEFT_UDP_BYTES + u->payload;
    if (length > 65535) return 0;
    weft_put16(out, u->src);
    weft_put16(out + 2, u->dst);
    weft_put16(out + 4, (uint16_t)length);
    weft_put16(out + 6, 0);
    if (u->checked) {
        const uint16_t sum = (uint16_t)~udp_sum(ip, out, length);
        weft_put16(out + 6, sum ? sum : 0xFFFF); /* 0 says that there is none */
    }
    return WEFT_UDP_BYTES;
}

weft_ip_status weft_udp_parse(const uint8_t *p, size_t len, const weft_ip *ip, weft_udp *u)
{
    *u = (weft_udp){0};
    if (len < WEFT_UDP_BYTES) return WEFT_IP_SHORT;
    const size_t length = weft_get16(p + 4);
    if (length < WEFT_UDP_BYTES || length > len) return WEFT_IP_BAD_HEADER;
    u->src = weft_get16(p);
    u->dst = weft_get16(p + 2);
    u->payload = (uint16_t)(length - WEFT_UDP_BYTES);
    u->checked = weft_get16(p + 6) != 0;
    return u->checked && udp_sum(ip, p, length) != 0xFFFF ? WEFT_IP_BAD_CHECKSUM : WEFT_IP_OK;
}
