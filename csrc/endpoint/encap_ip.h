/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * encap_ip.h: Ethernet, VLAN tag, IP and UDP (or entropy header) around the packets of a transport.
 * Accelerator i has the addresses 10.87.0.1 + i and fd57:4546::1 + i.
 */
#ifndef WEFT_ENDPOINT_ENCAP_IP_H
#define WEFT_ENDPOINT_ENCAP_IP_H
#include "encap.h"

/* Where things are in a frame. */
typedef struct {
    const uint8_t *ip;     /* IP header */
    size_t ip_bytes;       /* of the whole IP packet */
    const uint8_t *packet; /* behind UDP or the entropy header */
    size_t bytes;
    unsigned src; /* accelerator that sent it */
} encap_ip_view;

/* IPv4 address of an accelerator, host order. */
uint32_t encap_ip4_address(unsigned id);
/* Bytes in front of the transport's packet. */
size_t encap_ip_size(const weft_framer *fr);
/* Writes the headers for a packet of so many bytes and returns where it begins. */
uint8_t *encap_ip_head(const weft_framer *fr, uint64_t dst_mac, unsigned vc, size_t bytes,
                       uint8_t *frame);
/* In a frame of ours: the IP packet, complete by its length. */
uint8_t *encap_ip_packet(const weft_framer *fr, uint8_t *frame, size_t *ip_bytes);
/* Checks addresses, lengths and checksums: MESSAGE when the view is filled. */
weft_encap_result encap_ip_parse(const weft_framer *fr, const uint8_t *frame, size_t len,
                                 encap_ip_view *v);
/* Places a check, least significant byte first. */
void encap_put_crc(uint8_t *p, uint32_t crc);
uint32_t encap_get_crc(const uint8_t *p);

#endif
