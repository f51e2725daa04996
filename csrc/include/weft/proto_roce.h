/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * proto_roce.h: RoCEv2: InfiniBand transport headers behind UDP (IBTA volume 1, annex A17), RC
 * operations, and the invariant CRC. Pure functions: no state, no allocation.
 */
#ifndef WEFT_PROTO_ROCE_H
#define WEFT_PROTO_ROCE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_ROCE_PORT 4791u /* UDP destination port */
#define WEFT_ROCE_ICRC 4u    /* bytes behind payload and pad */
#define WEFT_ROCE_MAX  40u   /* bytes of the longest headers: BTH and AtomicETH */
#define WEFT_ROCE_PSN  0xFFFFFFu

typedef enum {
    WEFT_ROCE_WRITE_FIRST = 0x06,
    WEFT_ROCE_WRITE_MIDDLE = 0x07,
    WEFT_ROCE_WRITE_LAST = 0x08,
    WEFT_ROCE_WRITE_LAST_IMM = 0x09,
    WEFT_ROCE_WRITE_ONLY = 0x0A,
    WEFT_ROCE_WRITE_ONLY_IMM = 0x0B,
    WEFT_ROCE_READ_REQUEST = 0x0C,
    WEFT_ROCE_READ_FIRST = 0x0D,
    WEFT_ROCE_READ_MIDDLE = 0x0E,
    WEFT_ROCE_READ_LAST = 0x0F,
    WEFT_ROCE_READ_ONLY = 0x10,
    WEFT_ROCE_ACK = 0x11,
    WEFT_ROCE_ATOMIC_ACK = 0x12,
    WEFT_ROCE_CMP_SWAP = 0x13,
    WEFT_ROCE_FETCH_ADD = 0x14,
    /* RC has no unconditional swap. This one is from the manufacturers' range (0xC0 to 0xFF): laid
     * out as CMP_SWAP, the compare field is 0 and not looked at. */
    WEFT_ROCE_SWAP = 0xD3
} weft_roce_opcode;

/* AETH syndromes */
#define WEFT_ROCE_ACK_UNLIMITED 0x1Fu /* ACK, no end-to-end credits */
#define WEFT_ROCE_NAK           0x60u /* NAK, with one of the codes in bits 4:0 */
#define WEFT_ROCE_NAK_SEQUENCE  0u
#define WEFT_ROCE_NAK_REQUEST   1u /* invalid request */
#define WEFT_ROCE_NAK_ACCESS    2u /* remote access error */
#define WEFT_ROCE_NAK_OPERATION 3u /* remote operational error */

typedef struct {
    /* BTH */
    uint8_t opcode;
    bool solicited, migrated, fecn, becn, ack_req;
    uint8_t pad; /* 0..3 bytes behind the payload */
    uint16_t pkey;
    uint32_t dest_qp; /* 24 bits */
    uint32_t psn;     /* 24 bits */
    /* what the opcode has of these */
    uint64_t va;                /* RETH, AtomicETH */
    uint32_t rkey;              /* RETH, AtomicETH */
    uint32_t dma_len;           /* RETH */
    uint32_t imm;               /* ImmDt */
    uint8_t syndrome;           /* AETH */
    uint32_t msn;               /* AETH, 24 bits */
    uint64_t swap_add, compare; /* AtomicETH */
    uint64_t original;          /* AtomicAckETH */
    const uint8_t *data;        /* payload, set by the parser */
    size_t len;                 /* bytes of payload, without pad; set by the parser */
} weft_roce;

/* Bytes of BTH and extension headers of an opcode; 0: not one of weft_roce_opcode. */
size_t weft_roce_size(uint8_t opcode);
/* Writes the headers; payload, pad and ICRC are the caller's to place. Returns weft_roce_size, or 0
 * for an unknown opcode or a field too wide. */
size_t weft_roce_build(const weft_roce *r, uint8_t *out);
/* Reads the packet of len bytes from BTH to pad (without ICRC). False: unknown opcode or transport
 * version, too short, or data behind headers that have none. */
bool weft_roce_parse(const uint8_t *p, size_t len, weft_roce *r);
/* ICRC of a packet of len bytes from its IP header to the pad: CRC-32 behind eight bytes of ones,
 * with all ones in place of what a network may change (type of service or traffic class and flow
 * label, TTL or hop limit, IPv4 and UDP checksum, BTH byte 4). It is sent least significant byte
 * first. 0 when the packet is no IPv4 or IPv6 with UDP and BTH. */
uint32_t weft_roce_icrc(const uint8_t *ip, size_t len);

#ifdef __cplusplus
}
#endif
#endif
