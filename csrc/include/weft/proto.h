/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * proto.h: bytes on the wire. Ethernet, VLAN and ESUN headers, CRC-32, UEC control ordered sets and
 * CC_Update frames, and the memory transport (docs/memory-transport.md). Pure functions: no state,
 * no allocation, nothing here knows of a simulator or a driver.
 */
#ifndef WEFT_PROTO_H
#define WEFT_PROTO_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------- CRCs --------------------- */
/* CRC-32 of IEEE 802.3 (reflected polynomial 0xEDB88320, preset and final inversion), as zlib's
 * crc32: `crc` is 0 at the start or the result for the bytes before. An Ethernet FCS is this value,
 * sent least significant byte first. Never fails. */
uint32_t weft_crc32(uint32_t crc, const void *data, size_t len);
/* The same with the Castagnoli polynomial (reflected 0x82F63B78): CRC-32C of UET. */
uint32_t weft_crc32c(uint32_t crc, const void *data, size_t len);

/* ---------------------------------------------------------------- addresses ---------------- */
#define WEFT_ACCEL_PREFIX     0x02574546u /* top 32 bits of an accelerator's MAC address */
#define WEFT_GROUP_PREFIX     0x03574546u /* the same with the group bit: multicast groups */
#define WEFT_ESUN_TYPE        0x88B5u     /* default EtherType of the ESUN header (unassigned) */
#define WEFT_PAUSE_MAC        0x0180C2000001ull /* 01:80:C2:00:00:01, MAC control */
#define WEFT_TYPE_VLAN        0x8100u
#define WEFT_TYPE_QINQ        0x88A8u
#define WEFT_TYPE_MAC_CONTROL 0x8808u
#define WEFT_TYPE_MEMORY      0x88B6u /* memory transport straight on Ethernet (unassigned) */

/* MAC addresses travel as 48-bit numbers whose top byte is the first on the wire. */
static inline uint64_t weft_accel_mac(unsigned id)
{
    return (uint64_t)WEFT_ACCEL_PREFIX << 16 | (id & 0x3FFu);
}
static inline uint64_t weft_group_mac(unsigned group)
{
    return (uint64_t)WEFT_GROUP_PREFIX << 16 | (group & 0x3FFu);
}
/* Identifier of an accelerator's address, or -1 when it is none. */
static inline int weft_accel_of_mac(uint64_t mac)
{
    return mac >> 16 == WEFT_ACCEL_PREFIX && (mac & 0xFC00u) == 0 ? (int)(mac & 0x3FFu) : -1;
}
/* Group number of a group address made by weft_group_mac, or -1. */
static inline int weft_group_of_mac(uint64_t mac)
{
    return mac >> 16 == WEFT_GROUP_PREFIX && (mac & 0xFC00u) == 0 ? (int)(mac & 0x3FFu) : -1;
}

/* ---------------------------------------------------------------- big-endian fields -------- */
static inline uint16_t weft_get16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static inline uint32_t weft_get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}
static inline uint64_t weft_get48(const uint8_t *p)
{
    return (uint64_t)weft_get16(p) << 32 | weft_get32(p + 2);
}
static inline uint64_t weft_get64(const uint8_t *p)
{
    return (uint64_t)weft_get32(p) << 32 | weft_get32(p + 4);
}
static inline void weft_put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}
static inline void weft_put32(uint8_t *p, uint32_t v)
{
    weft_put16(p, (uint16_t)(v >> 16));
    weft_put16(p + 2, (uint16_t)v);
}
static inline void weft_put48(uint8_t *p, uint64_t v)
{
    weft_put16(p, (uint16_t)(v >> 32));
    weft_put32(p + 2, (uint32_t)v);
}
static inline void weft_put64(uint8_t *p, uint64_t v)
{
    weft_put32(p, (uint32_t)(v >> 32));
    weft_put32(p + 4, (uint32_t)v);
}

/* ---------------------------------------------------------------- frame headers ------------ */
#define WEFT_HEADER_MAX 26 /* 12 addresses, two tags of 4, EtherType, ESUN */

typedef struct {
    uint64_t dst, src; /* 48-bit addresses */
    unsigned tags;     /* VLAN tags, 0..2; the outer one first */
    uint16_t tpid[2];  /* WEFT_TYPE_VLAN or WEFT_TYPE_QINQ */
    uint16_t tci[2];   /* PCP 3, DEI 1, VID 12 */
    bool esun;         /* an ESUN header follows its EtherType */
    uint8_t rev;       /* 2 bits */
    bool flow_valid;   /* F */
    uint8_t cos;       /* 3 bits: EH-CoS */
    uint8_t ecn;       /* 2 bits */
    uint16_t flow_label;
    uint8_t ttl;          /* 4 bits */
    uint8_t user;         /* 2 bits: UD */
    uint8_t reserved;     /* 2 bits */
    uint16_t type;        /* EtherType; with esun: the ESUN type itself */
    unsigned esun_offset; /* filled by the parser: byte offset of the ESUN header, 0 when none */
} weft_header;

/* Writes the header into out (room for WEFT_HEADER_MAX). Returns its length in bytes, or 0 for a
 * bad argument (tags > 2, a field too wide). ESUN layout: Ethernet fabrics page, 3.1. */
size_t weft_header_build(const weft_header *h, uint8_t *out);
/* Reads the header of a frame of len bytes (no FCS). esun_type is the EtherType that announces an
 * ESUN header. Returns the header's length, or 0 when the frame is shorter than what it announces.
 */
size_t weft_header_parse(const uint8_t *frame, size_t len, uint16_t esun_type, weft_header *h);

/* ---------------------------------------------------------------- control ordered sets ----- */
#define WEFT_CTLOS_CF_UPDATE 0x10u

typedef struct {
    uint8_t vc[2];     /* 5 bits */
    uint16_t count[2]; /* low 15 bits of the cyclic CF counter */
} weft_cf_update;

/* The 8 bytes of a CF_Update as they stand on the wire, byte 0 (0x5C, the only control character)
 * in the least significant byte. Fields wider than their place are cut. */
uint64_t weft_cf_update_build(const weft_cf_update *u);
/* False when the word is no CF_Update: first byte, type, O-code or the reserved bits are wrong. */
bool weft_cf_update_parse(uint64_t word, weft_cf_update *u);
/* Extends a 15-bit count to the 20-bit cyclic counter that is at or after `last`. */
uint32_t weft_cf_extend(uint32_t last, uint16_t count15);

/* ---------------------------------------------------------------- CC_Update frames --------- */
#define WEFT_CC_BYTES 60 /* without FCS */
#define WEFT_CC_VCS   16

typedef enum {
    WEFT_CC_OK = 0,
    WEFT_CC_NOT_CONTROL, /* EtherType is not MAC control: no CC_Update at all */
    WEFT_CC_BAD_LENGTH,
    WEFT_CC_BAD_OPCODE,
    WEFT_CC_BAD_CID,
    WEFT_CC_BAD_TYPE
} weft_cc_status;

/* Builds the 60 bytes. first_vc is 0 or 16 (message type 1 or 2), count[] holds 20-bit counters.
 * Returns false for another first_vc. */
bool weft_cc_update_build(uint8_t out[WEFT_CC_BYTES], uint64_t src, unsigned first_vc,
                          const uint32_t count[WEFT_CC_VCS]);
/* Reads one; first_vc and count are written only with WEFT_CC_OK. */
weft_cc_status weft_cc_update_parse(const uint8_t *frame, size_t len, unsigned *first_vc,
                                    uint32_t count[WEFT_CC_VCS]);

/* ---------------------------------------------------------------- credits ------------------ */
/* Credits of a frame of frame_bytes (incl. FCS): ceil((frame_bytes + overhead) / (1 << shift)), at
 * least 1. shift 5..11 and overhead -16..127 are clamped. */
uint32_t weft_credit_count(size_t frame_bytes, unsigned shift, int overhead);

/* ---------------------------------------------------------------- memory transport --------- */
#define WEFT_MT_HEADER     10
#define WEFT_MT_NOTIFY_EXT 8
#define WEFT_MT_ADDR_BITS  40

/* Operation codes, bits 7:4 of byte 0. Bit 7 marks a response. */
typedef enum {
    WEFT_MT_WRITE = 1,
    WEFT_MT_READ = 2,
    WEFT_MT_ADD = 3,
    WEFT_MT_SWAP = 4,
    WEFT_MT_CAS = 5,
    WEFT_MT_WRITE_DONE = 9,
    WEFT_MT_READ_DATA = 10,
    WEFT_MT_ATOMIC_DATA = 11,
    WEFT_MT_ERROR = 15
} weft_mt_op;

/* Flags, bits 3:0 of byte 0. All are 0 in reads, atomics and responses. */
#define WEFT_MT_POSTED 1u /* no response wanted, errors included */
#define WEFT_MT_NOTIFY 2u /* on the last segment: tell the target's owner; extension follows */
#define WEFT_MT_FIRST  4u /* first segment of its operation */
#define WEFT_MT_LAST   8u /* last segment of its operation */

typedef enum {
    WEFT_MT_OK = 0,
    WEFT_MT_BAD_ADDRESS = 1,
    WEFT_MT_BAD_LENGTH = 2,
    WEFT_MT_BAD_OPCODE = 3,
    WEFT_MT_INCOMPLETE = 4 /* the last segment came, but not all before it */
} weft_mt_status;

typedef struct {
    uint8_t op; /* weft_mt_op; other values when the parser met a code it does not know */
    uint8_t flags;
    uint16_t tag;    /* chosen by the initiator, echoed in the response */
    uint16_t length; /* requests: bytes written, wanted or operated on; responses: bytes carried */
    uint64_t addr;   /* requests: 40 bits; responses: bits 31:0 of the request's address */
    uint8_t status;  /* responses only, weft_mt_status */
    uint32_t notify_tag,
        notify_len;            /* with WEFT_MT_NOTIFY: the owner's tag; bytes of the operation */
    uint64_t operand, compare; /* atomics; ATOMIC_DATA: operand = value before */
    const uint8_t *data;       /* WRITE and READ_DATA: where the bytes start (set by the parser) */
    /* For transports with connections (weft/proto_roce.h, weft/proto_uet.h); the memory transport
     * has no place for them. */
    uint32_t total;  /* WRITE: bytes of the whole operation */
    uint32_t offset; /* WRITE: of this segment in its operation */
    uint32_t psn;    /* of the request, repeated in its response */
    uint8_t flow;    /* connection of the request, repeated in its response */
    bool notify;     /* WRITE: the last segment will have WEFT_MT_NOTIFY; notify_tag is valid */
} weft_mt;

/* Bytes of the message in front of (WRITE, READ_DATA) or including (all others) its content. */
size_t weft_mt_size(const weft_mt *m);
/* Writes what weft_mt_size says (at most 26 bytes); the data bytes of WRITE and READ_DATA follow
 * and are the caller's to place. Returns the size, or 0 for an unknown op or an address over 40
 * bits. */
size_t weft_mt_build(const weft_mt *m, uint8_t *out);
/* Reads a message of len bytes; trailing bytes (padding) are ignored. Returns
 *   WEFT_MT_OK          all fields valid, data points at `length` bytes inside the message;
 *   WEFT_MT_BAD_LENGTH  shorter than its header or than its length says; op and tag are valid when
 *                       len >= 3, everything in the first ten bytes when len >= 10;
 *   WEFT_MT_BAD_OPCODE  unknown operation or flags that it does not have; header fields valid. */
weft_mt_status weft_mt_parse(const uint8_t *p, size_t len, weft_mt *m);
/* True for the responses (bit 7 of the first byte). */
static inline bool weft_mt_is_response(uint8_t op) { return (op & 8u) != 0; }

#ifdef __cplusplus
}
#endif
#endif
