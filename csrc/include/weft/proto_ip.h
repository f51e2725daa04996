/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * proto_ip.h: IPv4, IPv6 and UDP headers, and their checksums (RFC 791, 1071, 1624, 8200, 768).
 * Pure functions: no state, no allocation.
 */
#ifndef WEFT_PROTO_IP_H
#define WEFT_PROTO_IP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_TYPE_IPV4 0x0800u
#define WEFT_TYPE_IPV6 0x86DDu
#define WEFT_PROTO_UDP 17u
#define WEFT_IP_MAX    40u /* bytes of the longest header that weft_ip_build makes */
#define WEFT_UDP_BYTES 8u

typedef struct {
    bool v6;
    uint8_t tos; /* DSCP 6, ECN 2: type of service or traffic class */
    uint8_t ttl; /* or hop limit */
    uint8_t protocol;
    uint16_t id;              /* IPv4 */
    uint32_t flow_label;      /* IPv6, 20 bits */
    uint16_t payload;         /* bytes behind the header */
    uint8_t src[16], dst[16]; /* IPv4: the first four */
} weft_ip;

typedef enum {
    WEFT_IP_OK = 0,
    WEFT_IP_SHORT,       /* ends before its header or its length says */
    WEFT_IP_BAD_HEADER,  /* version, header length or length impossible; a fragment */
    WEFT_IP_BAD_CHECKSUM /* IPv4 header, or UDP */
} weft_ip_status;

static inline size_t weft_ip_size(const weft_ip *ip) { return ip->v6 ? 40 : 20; }
/* Writes the header: IPv4 without options, with don't-fragment and its checksum; IPv6 without
 * extensions. out has room for weft_ip_size bytes, which is returned; 0: the flow label is over 20
 * bits, or an IPv4 packet would be longer than 65535 bytes. */
size_t weft_ip_build(const weft_ip *ip, uint8_t *out);
/* Reads a header of at most len bytes; *header gets its length (IPv4: options included). Fields are
 * valid with WEFT_IP_OK only. */
weft_ip_status weft_ip_parse(const uint8_t *p, size_t len, weft_ip *ip, size_t *header);

/* Internet checksum of len bytes in network order: what belongs into the checksum field when that
 * is 0 in the bytes, and 0 over bytes with a right one. */
uint16_t weft_ip_checksum(const void *data, size_t len);
/* The checksum after a 16-bit word that it covers has changed (RFC 1624, equation 3). */
uint16_t weft_ip_checksum_update(uint16_t checksum, uint16_t before, uint16_t after);

typedef struct {
    uint16_t src, dst;
    uint16_t payload; /* bytes behind the header */
    bool checked;     /* built with, or came with, a checksum; the field is 0 without */
} weft_udp;

/* Writes eight bytes in front of u->payload bytes that must already stand behind them when
 * u->checked. Returns 8, or 0 when the datagram would be longer than 65535 bytes. */
size_t weft_udp_build(const weft_udp *u, const weft_ip *ip, uint8_t *out);
/* Reads the header of a datagram in len bytes of IP payload. WEFT_IP_BAD_HEADER: a length that the
 * packet does not have. */
weft_ip_status weft_udp_parse(const uint8_t *p, size_t len, const weft_ip *ip, weft_udp *u);

#ifdef __cplusplus
}
#endif
#endif
