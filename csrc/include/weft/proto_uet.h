/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * proto_uet.h: Ultra Ethernet transport as far as memory operations need it: packet delivery (PDS:
 * prologue, RUD and ROD request, ACK), semantics (SES: request in three sizes, response with and
 * without data, atomic extension) and the UET CRC. Pure functions: no state, no allocation. Layouts
 * and code points are those on which public dissectors and reference code agree; what is unassigned
 * or disputed is a parameter of the caller (docs/profiles.md).
 */
#ifndef WEFT_PROTO_UET_H
#define WEFT_PROTO_UET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_UET_PORT     4793u /* default UDP destination port */
#define WEFT_UET_PROTOCOL 253u  /* default IP protocol of native UET: none is assigned publicly */
#define WEFT_UET_ENTROPY  4u    /* bytes of the entropy header that stands for UDP in native UET */
#define WEFT_UET_CRC      4u    /* bytes behind the payload */
#define WEFT_UET_PDS      12u   /* bytes of a RUD or ROD request's, and of an ACK's PDS header */
#define WEFT_UET_SES_MAX                                                                           \
    80u /* bytes of the longest SES headers: standard, and the CAS extension                       \
         */

typedef enum { WEFT_UET_RUD_REQ = 2, WEFT_UET_ROD_REQ = 3, WEFT_UET_ACK = 7 } weft_uet_type;

typedef enum {
    WEFT_UET_NONE = 0,
    WEFT_UET_REQ_SMALL = 1,
    WEFT_UET_REQ_MEDIUM = 2,
    WEFT_UET_REQ_STD = 3,
    WEFT_UET_RSP = 4,
    WEFT_UET_RSP_DATA = 5,
    WEFT_UET_RSP_DATA_SMALL = 6
} weft_uet_next;

/* PDS flags of requests; 7 bits */
#define WEFT_UET_RETX 0x10u
#define WEFT_UET_AR   0x08u /* acknowledge requested */
#define WEFT_UET_SYN  0x04u

typedef struct {
    uint8_t type; /* weft_uet_type */
    uint8_t next; /* weft_uet_next, 4 bits */
    uint8_t flags;
    int16_t offset; /* requests: clear PSN less psn; ACK: acknowledged PSN less psn */
    uint32_t psn;   /* ACK: all up to this one have come */
    uint16_t spdcid, dpdcid;
} weft_uet_pds;

/* Writes WEFT_UET_PDS bytes; 0: a field too wide, or another type. */
size_t weft_uet_pds_build(const weft_uet_pds *h, uint8_t *out);
/* Reads the header. Returns its length, or 0: too short, or another type. */
size_t weft_uet_pds_parse(const uint8_t *p, size_t len, weft_uet_pds *h);

typedef enum {
    WEFT_UET_WRITE = 1,
    WEFT_UET_READ = 2,
    WEFT_UET_ATOMIC = 3,
    WEFT_UET_FETCH_ATOMIC = 4
} weft_uet_opcode;

typedef struct {
    uint8_t opcode; /* 6 bits */
    bool dc, ie, rel, hd, eom, som;
    uint16_t msg_id;         /* standard */
    uint16_t length;         /* small, medium: request length, 14 bits */
    uint8_t ri_gen;          /* generation of the resource index */
    uint32_t job;            /* 24 bits */
    uint16_t pid;            /* 12 bits */
    uint16_t index;          /* resource index, 12 bits */
    uint64_t offset;         /* of the buffer: the address. Medium: or header data */
    uint32_t initiator;      /* medium, standard */
    uint64_t key;            /* medium, standard: memory key or match bits */
    uint64_t header_data;    /* standard with SOM */
    uint16_t payload;        /* standard without SOM: bytes in this packet, 14 bits */
    uint32_t message_offset; /* standard without SOM */
    uint32_t request_length; /* standard */
} weft_uet_request;

/* Bytes of an SES header: 20, 32, 44 for requests, 12, 20, 12 for responses; 0 for others. */
size_t weft_uet_ses_size(uint8_t next);
/* Writes a request header; returns its length, 0: next is no request, or a field too wide. */
size_t weft_uet_request_build(uint8_t next, const weft_uet_request *r, uint8_t *out);
/* Returns the header's length, 0: too short, no request, or another version. */
size_t weft_uet_request_parse(uint8_t next, const uint8_t *p, size_t len, weft_uet_request *r);

/* Atomic extension: operation, datatype, and with a compare-and-swap both values. */
#define WEFT_UET_ATOMIC_SUM   0x02u
#define WEFT_UET_ATOMIC_WRITE 0x0Cu /* as a fetching atomic: swap */
#define WEFT_UET_ATOMIC_CSWAP 0x0Du
#define WEFT_UET_UINT64       0x07u

typedef struct {
    uint8_t op, datatype, control;
    uint64_t compare, swap; /* CSWAP: low halves of the 128-bit fields, the high ones are 0 */
} weft_uet_atomic;

/* 4 bytes, 36 for CSWAP. */
size_t weft_uet_atomic_size(uint8_t op);
size_t weft_uet_atomic_build(const weft_uet_atomic *a, uint8_t *out);
/* 0: too short, or a value over 64 bits. */
size_t weft_uet_atomic_parse(const uint8_t *p, size_t len, weft_uet_atomic *a);

typedef enum { WEFT_UET_RESPONSE = 1, WEFT_UET_RESPONSE_DATA = 2 } weft_uet_rsp_opcode;

/* Return codes of responses */
#define WEFT_UET_RC_OK               0x01u
#define WEFT_UET_RC_UNSUPPORTED_OP   0x06u
#define WEFT_UET_RC_UNSUPPORTED_SIZE 0x07u
#define WEFT_UET_RC_OUT_OF_RANGE     0x0Cu
#define WEFT_UET_RC_UNSUCCESSFUL     0x0Eu

typedef struct {
    uint8_t list;    /* 2 bits */
    uint8_t opcode;  /* 6 bits */
    uint8_t code;    /* return code, 6 bits */
    uint16_t msg_id; /* RSP, RSP_DATA: of the request */
    uint8_t ri_gen;
    uint32_t job;
    uint32_t modified_length; /* RSP, RSP_DATA: bytes done */
    uint16_t read_msg_id;     /* RSP_DATA */
    uint16_t payload;         /* RSP_DATA, RSP_DATA_SMALL: bytes behind the header, 14 bits */
    uint32_t message_offset;  /* RSP_DATA */
    uint32_t request_psn;     /* RSP_DATA_SMALL */
} weft_uet_response;

size_t weft_uet_response_build(uint8_t next, const weft_uet_response *r, uint8_t *out);
/* 0: too short, no response, or another version. */
size_t weft_uet_response_parse(uint8_t next, const uint8_t *p, size_t len, weft_uet_response *r);

/* CRC-32C of a packet of len bytes from its IP header to the end of its payload, with zeros in
 * place of what a network may change (IPv4: type of service, length, identification, fragment, TTL,
 * checksum; IPv6: traffic class, flow label, length, hop limit; UDP: checksum). It is sent least
 * significant byte first. 0 when there is no IPv4 or IPv6 header. */
uint32_t weft_uet_crc(const uint8_t *ip, size_t len);

#ifdef __cplusplus
}
#endif
#endif
