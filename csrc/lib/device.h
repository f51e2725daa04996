/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * device.h: what the files of the driver share. Not for users.
 */
#ifndef WEFT_LIB_DEVICE_H
#define WEFT_LIB_DEVICE_H
#include "weft/regs.h"
#include "weft/weft.h"

/* Byte offset of a register in its block, and of element k of a register array. */
#define CHIP(REG)      WEFT_CHIP_##REG
#define CHIP_K(REG, K) WEFT_CHIP_##REG(K)
#define ROUTE(REG)     WEFT_ROUTE_##REG
#define PARSER(REG)    WEFT_PARSER_##REG
#define PORT(REG)      WEFT_PORT_##REG
#define PORT_K(REG, K) WEFT_PORT_##REG(K)
/* A field out of a register value, and a field's value at its place in the register. */
#define FIELD_GET(FIELD, V) (((V)&FIELD##_bm) >> FIELD##_bp)
#define FIELD_PUT(FIELD, V) (((uint32_t)(V) << FIELD##_bp) & FIELD##_bm)

#define WEFT_MAC_MASK 0xffffffffffffull /* 48 bits */

/* The driver's copy of the MAC table, kept equal to the chip's. */
typedef struct {
    bool loaded;
    unsigned set_w;  /* log2 of the sets */
    uint32_t slots;  /* ways * sets */
    uint64_t *key;   /* by slot */
    uint32_t *entry; /* by slot: as register ENTRY */
    int32_t *parent; /* scratch of the search */
    uint32_t *queue; /* scratch of the search */
} weft_mac_table;

/* The frame sizes that a port's buffer partition is good for; max_frame 0: there is none. */
typedef struct {
    unsigned max_frame, min_frame;
} weft_part_limits;

struct weft_device {
    weft_bus *bus;
    weft_geometry geo;
    uint32_t chip, route, parser, port[WEFT_DRIVER_MAX_PORTS]; /* byte addresses of the blocks */
    weft_part_limits part[WEFT_DRIVER_MAX_PORTS];
    bool route_ready;
    weft_mac_table mac;
};

/* Evaluate a status and return it from the calling function unless it is WEFT_OK. */
#define WEFT_TRY(EXPR)                                                                             \
    do {                                                                                           \
        weft_status try_ = (EXPR);                                                                 \
        if (try_ != WEFT_OK) return try_;                                                          \
    } while (0)

static inline bool weft_has_port(const weft_device *dev, unsigned port)
{
    return dev != NULL && port < dev->geo.ports;
}

/* Mask with the `n` lowest bits set, n = 0..64. */
static inline uint64_t weft_low_bits(unsigned n)
{
    return n >= 64 ? UINT64_MAX : ((uint64_t)1 << n) - 1;
}

static inline bool weft_credit_format_ok(unsigned shift, int overhead)
{
    return shift >= 5 && shift <= 11 && overhead >= -16 && overhead <= 127;
}

/* Registers of the three kinds of block. */
weft_status weft_chip_rd(weft_device *dev, uint32_t off, uint32_t *v) WEFT_NODISCARD;
weft_status weft_chip_wr(weft_device *dev, uint32_t off, uint32_t v) WEFT_NODISCARD;
weft_status weft_port_rd(weft_device *dev, unsigned port, uint32_t off, uint32_t *v) WEFT_NODISCARD;
weft_status weft_port_wr(weft_device *dev, unsigned port, uint32_t off, uint32_t v) WEFT_NODISCARD;
/* Two halves of a 64-bit number, low half first (which freezes the high one where that matters). */
weft_status weft_rd64(weft_device *dev, uint32_t lo, uint32_t hi, uint64_t *v) WEFT_NODISCARD;
weft_status weft_wr64(weft_device *dev, uint32_t lo, uint32_t hi, uint64_t v) WEFT_NODISCARD;

/* Tables of the route block, as register CMD numbers them. */
typedef enum {
    WEFT_TBL_MAC,
    WEFT_TBL_ID,
    WEFT_TBL_GROUP,
    WEFT_TBL_IP4,
    WEFT_TBL_IP6,
    WEFT_TBL_RANGE,
    WEFT_TBL_BUCKET,
    WEFT_TBL_PART
} weft_table;
/* One entry as registers KEY, MASK and ENTRY have it; what the table does not have is 0. Key and
 * mask of an entry that is not valid read 0. */
typedef struct {
    uint32_t key[4], mask[4], entry;
} weft_row;
#define WEFT_ROW_VALID WEFT_ROUTE__ENTRY__VALID_bm
/* Table commands (route.c): each is one atomic change, or look, at one entry. */
weft_status weft_row_write(weft_device *dev, weft_table table, uint32_t index,
                           const weft_row *row) WEFT_NODISCARD;
weft_status weft_row_read(weft_device *dev, weft_table table, uint32_t index,
                          weft_row *row) WEFT_NODISCARD;
static inline bool weft_row_valid(const weft_row *row)
{
    return (row->entry & WEFT_ROW_VALID) != 0;
}
static inline uint64_t weft_word64(const uint32_t *w) { return (uint64_t)w[1] << 32 | w[0]; }
static inline void weft_put_word64(uint32_t *w, uint64_t v)
{
    w[0] = (uint32_t)v;
    w[1] = (uint32_t)(v >> 32);
}
bool weft_route_ok(const weft_device *dev, weft_route to);
uint32_t weft_route_pack(weft_route to);
weft_route weft_route_unpack(uint32_t entry);

/* Whether port `port` stays safe with another max_frame (buffer.c). */
weft_status weft_port_check_max_frame(weft_device *dev, unsigned port,
                                      unsigned max_frame) WEFT_NODISCARD;

/* Arguments of both credit roles (either may be NULL) for frames up to max_frame (cbfc.c). */
weft_status weft_cbfc_check(const weft_device *dev, const weft_cbfc_tx *tx, const weft_cbfc_rx *rx,
                            unsigned max_frame) WEFT_NODISCARD;

void weft_mac_table_free(weft_mac_table *t);

#endif
