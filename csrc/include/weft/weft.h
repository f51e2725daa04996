/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * weft.h: the driver of the Weft switch. It finds the blocks of a chip by walking their chain, so
 * one driver fits every configuration, and it reaches them through a weft_bus (bus.h): the model
 * in this process, a mock, a recording, or a user's own.
 *
 * Rules that hold for every function
 *   - Every argument is checked. A NULL pointer, a port, VC, slot or index out of range, or a value
 *     beyond what the register takes is WEFT_ERR_ARG, and nothing was written.
 *   - Bus errors come back as they are: WEFT_ERR_BUS, WEFT_ERR_TIMEOUT, WEFT_ERR_IO, and (from a
 *     broken back end) WEFT_ERR_STATE. Functions that write several registers stop at the first
 *     error; unless the comment says otherwise the registers before it keep their new values.
 *   - The status must be used; nothing aborts, nothing is printed, there are no globals.
 *   - One device may be used by one thread at a time. Two devices are independent.
 *   - Outputs are written only when WEFT_OK is returned, unless the comment says otherwise.
 * These errors are not repeated below: "Errors" lists only what a function adds.
 *
 * docs/driver.md explains bring-up and the order of the calls, docs/registers.md the registers.
 */
#ifndef WEFT_WEFT_H
#define WEFT_WEFT_H
#include "weft/bus.h"
#include "weft/parser.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_DRIVER_MAX_PORTS 64 /* largest number of ports that the chain may have */
#define WEFT_DRIVER_MAX_VCS   8  /* elements of all per-VC arrays, whatever the chip has */
#define WEFT_SRC_SLOTS        4  /* source addresses that one port may use */
#define WEFT_ECN_VCS          8

typedef struct weft_device weft_device;

/* ------------------------------------------------------------------ device ------------------ */
/* Finds the chip: reads MAGIC and the chip block, follows BLOCK_NEXT to the route block and to one
 * block per port. `bus` stays the caller's and must outlive the device.
 * Errors: WEFT_ERR_NO_DEVICE wrong MAGIC, a chain that loops, leaves the address space or lacks a
 * block, unknown geometry; WEFT_ERR_VERSION a block version that the driver was not written for;
 * WEFT_ERR_MEMORY. Follows docs/driver.md "Finding the chip". */
weft_status weft_open(weft_bus *bus, weft_device **out) WEFT_NODISCARD;
void weft_close(weft_device *dev); /* frees the handle; no register access. NULL is allowed */
weft_bus *weft_device_bus(weft_device *dev);

typedef struct {
    unsigned version_major, version_minor, version_patch; /* of the RTL */
    unsigned ports;                                       /* external ports */
    unsigned endpoints;                                   /* fabric endpoints, ports first */
    unsigned vcs;                             /* virtual channels with queues and credits */
    unsigned mii_bytes;                       /* bytes per cycle on a wire */
    unsigned cell_bytes;                      /* bytes per cell */
    unsigned buf_cells;                       /* cells of one ingress buffer */
    unsigned egress_cells;                    /* cells of one egress queue */
    unsigned mac_ways, mac_sets, ids, groups; /* table sizes, as all below */
    unsigned ip4_prefixes, ip6_prefixes, ranges;
    unsigned ecmp_groups; /* the first groups, which may be ECMP groups */
    unsigned partitions;
} weft_geometry;
/* What weft_open found; no register access. */
weft_status weft_get_geometry(const weft_device *dev, weft_geometry *out) WEFT_NODISCARD;
/* Core clock cycles since reset. */
weft_status weft_get_cycle(weft_device *dev, uint64_t *cycle) WEFT_NODISCARD;

/* ------------------------------------------------------------------ chip -------------------- */
typedef struct {
    unsigned max_frame;    /* bytes incl. FCS, 64..9216; longer ones are dropped */
    uint32_t id_prefix;    /* upper 32 bits of addresses that hold an accelerator identifier */
    uint32_t id_mask;      /* which bits of the prefix are compared */
    bool cut_through;      /* frames may leave before their end is in */
    unsigned ct_margin;    /* extra cycles a cut-through frame waits, 0..15 */
    unsigned ct_threshold; /* cells up to which an egress counts as idle, 0..15 */
    unsigned egress_high;  /* cells in an egress queue above which nothing new is granted, 0..255 */
    unsigned ecn_threshold[WEFT_ECN_VCS]; /* cells of a VC above which frames are marked, 0 = off,
                                             0..8191 */
} weft_chip_config;
weft_status weft_chip_get_config(weft_device *dev, weft_chip_config *out) WEFT_NODISCARD;
/* Checks all fields before the first write.
 * Errors: WEFT_ERR_UNSAFE max_frame is larger than some port's buffer partition was computed for
 * (weft_port_apply_partition), so that its credits would no longer cover the buffer;
 * WEFT_ERR_STATE max_frame differs from the present one while a port is enabled. */
weft_status weft_chip_set_config(weft_device *dev, const weft_chip_config *cfg) WEFT_NODISCARD;

/* Sticky self-check errors, one bit per kind of block. 0 is what a healthy chip shows. */
#define WEFT_CHIP_ERR_MAC       (1u << 0)
#define WEFT_CHIP_ERR_LINK      (1u << 1)
#define WEFT_CHIP_ERR_PARSER    (1u << 2)
#define WEFT_CHIP_ERR_ROUTE     (1u << 3)
#define WEFT_CHIP_ERR_INGRESS   (1u << 4)
#define WEFT_CHIP_ERR_SCHEDULER (1u << 5)
#define WEFT_CHIP_ERR_EGRESS    (1u << 6)
#define WEFT_CHIP_ERR_CSR       (1u << 7)
#define WEFT_CHIP_ERR_ALL       0xffu
weft_status weft_chip_get_errors(weft_device *dev, uint32_t *errors) WEFT_NODISCARD;
weft_status weft_chip_clear_errors(weft_device *dev, uint32_t errors) WEFT_NODISCARD;

/* ------------------------------------------------------------------ ports ------------------- */
typedef struct {
    unsigned ipg;           /* average gap to keep, bytes incl. the terminate character, 1..12 */
    unsigned min_frame;     /* bytes incl. FCS, 32..64; shorter ones are runts */
    unsigned ctlos_spacing; /* least distance of control ordered sets, wire bytes, 0..131071 */
    bool src_check;         /* drop frames whose source address is in no source slot */
    uint64_t mac;           /* 48-bit address of the port itself (CC_Update frames); first byte on
                               the wire is bits 47:40 */
    bool part_check;        /* drop frames without leave of their partition (weft_part_set) */
} weft_port_config;
weft_status weft_port_get_config(weft_device *dev, unsigned port,
                                 weft_port_config *out) WEFT_NODISCARD;
/* Checks all fields before the first write. Does not enable the port.
 * Errors: WEFT_ERR_UNSAFE min_frame is smaller than the port's buffer partition was computed for.
 */
weft_status weft_port_set_config(weft_device *dev, unsigned port,
                                 const weft_port_config *cfg) WEFT_NODISCARD;
/* Up and down. A port is down after reset; a port that goes down finishes the frame on the wire.
 * One that comes up sends when all frames that were meant for it while it was down are thrown away:
 * nothing is to be waited for, and the link may be set up (weft_port_cbfc_init) under load. */
weft_status weft_port_enable(weft_device *dev, unsigned port) WEFT_NODISCARD;
weft_status weft_port_disable(weft_device *dev, unsigned port) WEFT_NODISCARD;
weft_status weft_port_is_enabled(weft_device *dev, unsigned port, bool *on) WEFT_NODISCARD;

/* What has happened on a port since it was last cleared. */
typedef struct {
    bool local_fault, remote_fault; /* sequence ordered sets received */
    bool underrun;                  /* the transmitter starved in mid-frame: a fault of the chip */
    bool lossless_overflow;         /* a lossless VC lost a frame: credits and buffer disagree */
    bool credit_error;              /* a credit counter left its range */
    bool internal_error;            /* a self-check failed */
} weft_port_status;
weft_status weft_port_get_status(weft_device *dev, unsigned port,
                                 weft_port_status *out) WEFT_NODISCARD;
/* Clears the events whose member is true in *which (NULL: all). */
weft_status weft_port_clear_status(weft_device *dev, unsigned port,
                                   const weft_port_status *which) WEFT_NODISCARD;

/* Which virtual channel a frame goes to. Every entry must be a VC of this chip.
 * Which of them counts is said by the parser's program: in that of bring-up the ESUN class
 * of service has precedence over the tag, the tag over the default. */
typedef struct {
    uint8_t cos[8];      /* VC by the class of service of the ESUN header */
    uint8_t pcp_dei[16]; /* VC by the VLAN tag, index (PCP << 1) | DEI */
    uint8_t dscp[64];    /* VC by the DSCP of IPv4 or IPv6 */
    uint8_t default_vc;  /* VC of frames with none of them */
} weft_vc_map;
weft_status weft_port_get_vc_map(weft_device *dev, unsigned port, weft_vc_map *out) WEFT_NODISCARD;
weft_status weft_port_set_vc_map(weft_device *dev, unsigned port,
                                 const weft_vc_map *map) WEFT_NODISCARD;

/* Loads a parser program (weft/parser.h) into the ports of port_mask, bit p = port p. Each port
 * changes between two frames, in all its stages at once, and loses nothing; other ports do not
 * notice. After reset a port has no program and drops every frame as PARSE. tag: any name for the
 * program but 0.
 * Errors: WEFT_ERR_ARG no port, a port that is not there, tag 0, or a field of the program that
 * does not fit its width or is an unknown drop reason (nothing was written); WEFT_ERR_VERSION the
 * chip's machine has another size; WEFT_ERR_BUS the chip refused a word or the commit (the ports
 * keep their programs); WEFT_ERR_TIMEOUT it stays busy. docs/parser.md */
weft_status weft_parser_load(weft_device *dev, uint64_t port_mask,
                             const weft_parse_program *program, uint32_t tag) WEFT_NODISCARD;
/* Tag of the program that a port has; 0: none. */
weft_status weft_parser_tag(weft_device *dev, unsigned port, uint32_t *tag) WEFT_NODISCARD;

/* Endpoints that frames of this port may reach (bit e = endpoint e). Nothing after reset.
 * Errors: WEFT_ERR_ARG a bit at or beyond the number of endpoints. */
weft_status weft_port_get_allow(weft_device *dev, unsigned port, uint64_t *mask) WEFT_NODISCARD;
weft_status weft_port_set_allow(weft_device *dev, unsigned port, uint64_t mask) WEFT_NODISCARD;

/* Sources that the port may use, when src_check is on: a frame passes when
 * ((source ^ value) & mask) == 0 for a valid slot. The source is what the parser's program found: a
 * 48-bit address, an identifier, a 32-bit IPv4 address, or the upper half of an IPv6 address. Bits
 * of value outside mask must be 0. A mask below 2^48 is one for addresses: bits 63:48 of the source
 * must be 0. The slot is invalid while it changes.
 * get: *valid tells whether the slot is used. */
weft_status weft_port_set_source(weft_device *dev, unsigned port, unsigned slot, uint64_t value,
                                 uint64_t mask) WEFT_NODISCARD;
weft_status weft_port_clear_source(weft_device *dev, unsigned port, unsigned slot) WEFT_NODISCARD;
weft_status weft_port_get_source(weft_device *dev, unsigned port, unsigned slot, bool *valid,
                                 uint64_t *value, uint64_t *mask) WEFT_NODISCARD;

/* ------------------------------------------------------------------ rewrite ----------------- */
/* What a port changes in frames (docs/rewrite.md). All of it is off after reset. */
#define WEFT_DSCP_KEEP (-1)
/* DSCP of the IPv4 and IPv6 frames of a VC that the port sends: 0..63, or WEFT_DSCP_KEEP. */
weft_status weft_port_remark(weft_device *dev, unsigned port, unsigned vc, int dscp) WEFT_NODISCARD;
/* The same for trimmed frames, of all VCs, instead of the VC's remark. */
weft_status weft_port_trim_dscp(weft_device *dev, unsigned port, int dscp) WEFT_NODISCARD;
/* Trimming of frames that the port receives: a trimmable frame that finds its VC with more than
 * `cells` cells (1..65535; 0: never) in the ingress buffer is cut behind its trim point and goes on
 * in to_vc.
 * Errors: WEFT_ERR_UNSAFE vc or to_vc is lossless. */
weft_status weft_port_trim(weft_device *dev, unsigned port, unsigned vc, unsigned cells,
                           unsigned to_vc) WEFT_NODISCARD;
/* Outer tags that are taken out of frames that the port sends, by their TPIDs. */
typedef struct {
    bool ctag, stag, csig_compact, csig_wide; /* which ones: 4, 4, 4 and 8 bytes */
    bool pad; /* a frame gets no shorter than 64 bytes incl. FCS by it; zeros fill it up */
    uint16_t ctag_tpid, stag_tpid, csig_compact_tpid, csig_wide_tpid;
} weft_pop_config;
weft_status weft_port_get_pop(weft_device *dev, unsigned port, weft_pop_config *out) WEFT_NODISCARD;
weft_status weft_port_pop(weft_device *dev, unsigned port,
                          const weft_pop_config *cfg) WEFT_NODISCARD;

/* ------------------------------------------------------------------ buffer ------------------ */
/* Cells of the ingress buffer that one VC may hold, 0..buf_cells; 0: it takes nothing.
 * Errors: WEFT_ERR_UNSAFE the port has a lossless VC and the limits of all VCs together would
 * exceed the buffer, so that one VC could take what another was promised; or the VC is lossless
 * and could no longer hold one frame of max_frame, or is credited and the limit would shrink. */
weft_status weft_port_get_vc_limit(weft_device *dev, unsigned port, unsigned vc,
                                   unsigned *cells) WEFT_NODISCARD;
weft_status weft_port_set_vc_limit(weft_device *dev, unsigned port, unsigned vc,
                                   unsigned cells) WEFT_NODISCARD;
/* VCs that must not drop for want of buffer (bit v = VC v).
 * Errors: WEFT_ERR_ARG a bit at or beyond the number of VCs; WEFT_ERR_UNSAFE a VC of the mask could
 * not hold one frame of max_frame, or the limits together exceed the buffer. */
weft_status weft_port_get_lossless(weft_device *dev, unsigned port, uint32_t *mask) WEFT_NODISCARD;
weft_status weft_port_set_lossless(weft_device *dev, unsigned port, uint32_t mask) WEFT_NODISCARD;
/* Cells that a VC holds now. */
weft_status weft_port_get_vc_used(weft_device *dev, unsigned port, unsigned vc,
                                  unsigned *cells) WEFT_NODISCARD;

/* Cells that a frame of `frame_bytes` (incl. FCS) takes: ceil((frame_bytes - 4) / cell_bytes), and
 * at least 1. */
unsigned weft_frame_cells(unsigned frame_bytes, unsigned cell_bytes);
/* Credits that a frame of `frame_bytes` (incl. FCS) costs: ceil((frame_bytes + overhead) / size),
 * at least 1, with size = 1 << shift. 0 for a shift outside 5..11 or an overhead outside -16..127.
 */
unsigned weft_frame_credits(unsigned frame_bytes, unsigned shift, int overhead);

/* How to divide one ingress buffer. */
typedef struct {
    unsigned buf_cells;     /* cells to divide; 0: all of the chip's */
    unsigned reserve_cells; /* cells to leave out (frames that belong to no VC's share) */
    uint32_t lossless_mask; /* VCs that get credits */
    uint32_t weight[WEFT_DRIVER_MAX_VCS]; /* share of each VC, relative; 0: it gets nothing */
    unsigned max_frame;                   /* bytes incl. FCS; 0: the chip's present max_frame */
    unsigned min_frame;                   /* bytes incl. FCS; 0: the port's present min_frame */
    unsigned credit_shift;                /* a credit is 1 << shift bytes, 5..11 */
    int credit_overhead;                  /* bytes added to each frame, -16..127 */
} weft_partition_request;
typedef struct {
    unsigned vc_limit[WEFT_DRIVER_MAX_VCS];     /* cells, for VC_LIMIT */
    uint32_t credit_limit[WEFT_DRIVER_MAX_VCS]; /* credits to give the link partner; 0 where not
                                                   lossless */
    unsigned max_frame, min_frame;              /* what it was computed for, bytes incl. FCS */
} weft_partition;
/* The largest credit limit that weft_partition_compute gives: with at most 2^15 - 1 credits in use
 * the 15 bits of a CF_Update are unambiguous, however many of them are lost. */
#define WEFT_CREDIT_LIMIT_MAX_GIVEN 32767u
/* The largest credit limit that the wire format allows to take (UEC CBFC, 19 bits). */
#define WEFT_CREDIT_LIMIT_MAX_TAKEN 524287u
/* Divides the cells by weight and computes for each lossless VC the largest credit limit with which
 * its share cannot overflow, whatever mixture of frame sizes min_frame..max_frame arrives. Exact
 * integer arithmetic over all sizes, no register access. max_frame and min_frame must be given.
 * Errors: WEFT_ERR_ARG also: cell_bytes 0, vcs 0 or above 8, no weight at all, a weight at a VC
 * that is not built, a lossless VC without weight, reserve >= buffer, min > max frame;
 * WEFT_ERR_UNSAFE a VC's share cannot hold one frame of max_frame, or its credits cannot pay one.
 * Follows docs/driver.md "Why the buffer cannot overflow". */
weft_status weft_partition_compute(const weft_geometry *geo, const weft_partition_request *req,
                                   weft_partition *out) WEFT_NODISCARD;

/* ------------------------------------------------------------------ credits (CBFC) ---------- */
/* Transmit role: the switch sends only against credits of the link partner. */
typedef struct {
    uint32_t vc_mask;                    /* VCs that need credits; the others are best effort */
    unsigned credit_shift;               /* 5..11 */
    int credit_overhead;                 /* -16..127 bytes */
    uint32_t limit[WEFT_DRIVER_MAX_VCS]; /* credits that the partner gave, <= 524287 */
    uint32_t cc_period;                  /* cycles between CC_Update frames, 0 = none, <= 1048575 */
} weft_cbfc_tx;
/* Receive role: the switch gives credits back to the link partner. */
typedef struct {
    uint32_t vc_mask;      /* VCs that return credits */
    unsigned credit_shift; /* 5..11 */
    int credit_overhead;   /* -16..127 bytes */
    uint32_t cf_period;    /* a CF_Update at least that often in cycles, 0 = on change only */
    unsigned cf_min;       /* cycles between CF_Updates at least, <= 65535 */
} weft_cbfc_rx;
/* Sets both roles of one port up in the order that the UEC link layer demands: receiver off and
 * cleared, sender stopped and cleared, credits attached, receiver on, sender on, sending resumed.
 * tx or rx NULL: that role is switched off.
 * Errors: WEFT_ERR_STATE the port is enabled; WEFT_ERR_UNSAFE a limit cannot pay one frame of
 * max_frame (the VC would never send), or a VC that is to give credits has no buffer or is not in
 * the lossless mask.
 * Follows docs/cbfc.md and docs/driver.md "Credits". */
weft_status weft_port_cbfc_init(weft_device *dev, unsigned port, const weft_cbfc_tx *tx,
                                const weft_cbfc_rx *rx) WEFT_NODISCARD;
weft_status weft_port_cbfc_get(weft_device *dev, unsigned port, weft_cbfc_tx *tx,
                               weft_cbfc_rx *rx) WEFT_NODISCARD;

/* Live counters of one VC, in credits, cyclic modulo 2^20. Each is read by itself: only when the
 * port is idle do they belong together. The names are SAI's. */
typedef struct {
    uint32_t sender_consumed;   /* S_CC */
    uint32_t sender_freed;      /* S_CF */
    uint32_t sender_used;       /* S_CU = S_CC - S_CF */
    uint32_t receiver_consumed; /* R_CC */
    uint32_t receiver_freed;    /* R_CF */
} weft_credits;
weft_status weft_port_get_credits(weft_device *dev, unsigned port, unsigned vc,
                                  weft_credits *out) WEFT_NODISCARD;

/* All of a lossless or best-effort port in one call: divides the buffer (geometry and present frame
 * sizes where the request says 0), writes LOSSLESS and VC_LIMIT, and sets both credit roles up as
 * weft_port_cbfc_init does: the receive role from the request with cf_period and cf_min, the
 * transmit role from *tx (NULL: best effort). *out tells the credits to give the link partner.
 * The driver remembers the frame sizes and refuses later changes that would break the partition.
 * Errors: those of weft_partition_compute and weft_port_cbfc_init. */
weft_status weft_port_apply_partition(weft_device *dev, unsigned port,
                                      const weft_partition_request *req, uint32_t cf_period,
                                      unsigned cf_min, const weft_cbfc_tx *tx,
                                      weft_partition *out) WEFT_NODISCARD;

/* ------------------------------------------------------------------ routes ------------------ */
/* Where frames to an address go: to an endpoint, to all members of a group, or to one member of an
 * ECMP group (weft_ecmp_set). A destination may be taken away while routes still lead to it: their
 * frames are then dropped (a cleared group: DENIED, a cleared ECMP group: DOWN), and counted. */
typedef struct {
    bool group;
    unsigned dest; /* endpoint 0..endpoints-1, or WEFT_ECMP(0..ecmp_groups-1); with group: group
                      0..groups-1 */
} weft_route;
#define WEFT_ECMP(group) (0x1000u | (group))

/* Waits until the tables are swept after reset. Errors: WEFT_ERR_TIMEOUT. All functions below do
 * this by themselves. */
weft_status weft_route_wait_ready(weft_device *dev) WEFT_NODISCARD;

/* 48-bit addresses, first byte on the wire is bits 47:40. The table has 4 ways; the driver moves
 * entries (each of them stays reachable all the time) to make room for a new one, and gives up only
 * when no sequence of moves exists. Adding an address that is there changes its route atomically.
 * The first use reads the whole table from the chip.
 * add errors: WEFT_ERR_FULL nothing was changed; WEFT_ERR_UNSAFE the address falls under the
 *   accelerator identifier prefix, so the hardware would never look for it here.
 * remove, get errors: WEFT_ERR_NOT_FOUND. */
weft_status weft_mac_add(weft_device *dev, uint64_t mac, weft_route to) WEFT_NODISCARD;
weft_status weft_mac_remove(weft_device *dev, uint64_t mac) WEFT_NODISCARD;
weft_status weft_mac_get(weft_device *dev, uint64_t mac, weft_route *to) WEFT_NODISCARD;
/* Entries in the table now. */
weft_status weft_mac_count(weft_device *dev, unsigned *count) WEFT_NODISCARD;

/* Accelerator identifiers, 0..ids-1. Adding one that is there changes its route atomically.
 * remove, get errors: WEFT_ERR_NOT_FOUND. */
weft_status weft_id_add(weft_device *dev, unsigned id, weft_route to) WEFT_NODISCARD;
weft_status weft_id_remove(weft_device *dev, unsigned id) WEFT_NODISCARD;
weft_status weft_id_get(weft_device *dev, unsigned id, weft_route *to) WEFT_NODISCARD;

/* Members of a group, bit e = endpoint e. A group never returns a frame to its ingress port.
 * Errors: WEFT_ERR_ARG a bit at or beyond the number of endpoints, or an empty mask (clear says
 * that). */
weft_status weft_group_set(weft_device *dev, unsigned group, uint64_t members) WEFT_NODISCARD;
weft_status weft_group_clear(weft_device *dev, unsigned group) WEFT_NODISCARD;
weft_status weft_group_get(weft_device *dev, unsigned group, uint64_t *members) WEFT_NODISCARD;

/* IPv4 and IPv6 prefixes (IPv4 also holds 32-bit identifiers): the longest that matches says the
 * route. length: bits, 0..32 or 0..128; bits of the prefix behind them must be 0. An IPv6 prefix is
 * in wire order. Adding a prefix that is there changes its route atomically. To make room the
 * driver moves entries, the copy first: at every moment each address has the route of the longest
 * prefix. These functions read the whole table from the chip each time. add errors: WEFT_ERR_FULL
 * nothing was changed; WEFT_ERR_MEMORY. remove, get errors: WEFT_ERR_NOT_FOUND no such prefix of
 * that length; WEFT_ERR_MEMORY. */
weft_status weft_ip4_add(weft_device *dev, uint32_t prefix, unsigned length,
                         weft_route to) WEFT_NODISCARD;
weft_status weft_ip4_remove(weft_device *dev, uint32_t prefix, unsigned length) WEFT_NODISCARD;
weft_status weft_ip4_get(weft_device *dev, uint32_t prefix, unsigned length,
                         weft_route *to) WEFT_NODISCARD;
weft_status weft_ip6_add(weft_device *dev, const uint8_t prefix[16], unsigned length,
                         weft_route to) WEFT_NODISCARD;
weft_status weft_ip6_remove(weft_device *dev, const uint8_t prefix[16],
                            unsigned length) WEFT_NODISCARD;
weft_status weft_ip6_get(weft_device *dev, const uint8_t prefix[16], unsigned length,
                         weft_route *to) WEFT_NODISCARD;

/* Memory-address ranges: which endpoint owns the bytes at a 64-bit global address. Interleaved
 * ranges give chunk after chunk to `ways` consecutive endpoints, the first chunk to `endpoint`. */
typedef struct {
    uint64_t base, size; /* bytes, any alignment; size > 0 and base + size - 1 < 2^64 */
    unsigned endpoint;   /* endpoint + ways <= endpoints */
    unsigned ways;       /* 1 (not interleaved), 2, 4 .. 64 */
    uint64_t chunk;      /* bytes, a power of two; only looked at with ways > 1 */
} weft_range;
/* Adding a range with base and size of one that is there replaces it atomically.
 * add errors: WEFT_ERR_UNSAFE it overlaps another; WEFT_ERR_FULL.
 * remove, get errors: WEFT_ERR_NOT_FOUND no range begins at base. */
weft_status weft_range_add(weft_device *dev, const weft_range *range) WEFT_NODISCARD;
weft_status weft_range_remove(weft_device *dev, uint64_t base) WEFT_NODISCARD;
weft_status weft_range_get(weft_device *dev, uint64_t base, weft_range *out) WEFT_NODISCARD;

/* ECMP (and LAG) groups: a frame goes to one member, chosen by its flow hash, or frame by frame in
 * turn where the parser's program says that the operation may be reordered. ECMP group g shares its
 * mask with group g: use a number for one of the two. Of the WEFT_ECMP_BUCKETS buckets of a group
 * each member gets a share by its weight, neighbours alternating; each bucket also names a backup,
 * which takes its frames while the member's port is down.
 * set: members, bit e = endpoint e; weight by endpoint, 1 or more for members, sum at most
 *   WEFT_ECMP_BUCKETS, NULL: all alike. Hitless: at every moment frames go to a member, old ones
 *   first drop out, then the buckets are written.
 * remove: takes one member out; flows of the others stay where they are. Errors: WEFT_ERR_NOT_FOUND
 *   it is no member; WEFT_ERR_UNSAFE it is the last one (weft_ecmp_clear says that).
 * clear: no members; frames that still lead there are dropped as DOWN.
 * get: *members, and buckets[e] of each endpoint e (64 numbers, or NULL). */
#define WEFT_ECMP_BUCKETS 256u
weft_status weft_ecmp_set(weft_device *dev, unsigned group, uint64_t members,
                          const uint16_t weight[64]) WEFT_NODISCARD;
weft_status weft_ecmp_remove(weft_device *dev, unsigned group, unsigned endpoint) WEFT_NODISCARD;
weft_status weft_ecmp_clear(weft_device *dev, unsigned group) WEFT_NODISCARD;
weft_status weft_ecmp_get(weft_device *dev, unsigned group, uint64_t *members,
                          uint16_t buckets[64]) WEFT_NODISCARD;

/* Partitions (0..1023, from the frame): on a port with part_check a frame needs a partition to
 * which the port belongs, and reaches only endpoints that belong to it too. Bit e of members =
 * endpoint e. set changes one that is there atomically. Errors: WEFT_ERR_ARG also an empty mask;
 * WEFT_ERR_FULL. remove, get errors: WEFT_ERR_NOT_FOUND. */
weft_status weft_part_set(weft_device *dev, unsigned partition, uint64_t members) WEFT_NODISCARD;
weft_status weft_part_remove(weft_device *dev, unsigned partition) WEFT_NODISCARD;
weft_status weft_part_get(weft_device *dev, unsigned partition, uint64_t *members) WEFT_NODISCARD;

/* Where frames go that a parser program punts: to the processor's endpoint, or (after reset)
 * nowhere, dropped as NO_ROUTE. */
weft_status weft_punt_set(weft_device *dev, bool on, unsigned endpoint) WEFT_NODISCARD;
weft_status weft_punt_get(weft_device *dev, bool *on, unsigned *endpoint) WEFT_NODISCARD;

/* ------------------------------------------------------------------ counters ---------------- */
/* Counter numbers and their names are in counters.h, drop reasons in reasons.h. Counters are read
 * from the last snapshot, which copied all counters of all ports in one cycle. */
#define WEFT_PORT_COUNTERS 128
typedef struct {
    uint32_t seq;   /* number of the snapshot, modulo 2^32 */
    uint64_t cycle; /* core clock cycle in which it was taken */
} weft_snapshot;
/* Takes a snapshot and waits until it is there. Errors: WEFT_ERR_TIMEOUT. info may be NULL. */
weft_status weft_counters_snapshot(weft_device *dev, weft_snapshot *info) WEFT_NODISCARD;
weft_status weft_counter_read(weft_device *dev, unsigned port, unsigned counter,
                              uint64_t *value) WEFT_NODISCARD;
/* All counters of one port; those that do not exist read 0. values has WEFT_PORT_COUNTERS
 * elements. Errors: WEFT_ERR_STATE someone took another snapshot meanwhile; values is undefined. */
weft_status weft_counters_read_port(weft_device *dev, unsigned port,
                                    uint64_t *values) WEFT_NODISCARD;
/* SAI-like name of a counter, NULL when there is no such counter; and the reverse. */
const char *weft_counter_get_name(unsigned counter);
weft_status weft_counter_find(const char *name, unsigned *counter) WEFT_NODISCARD;

/* ------------------------------------------------------------------ interrupts -------------- */
#define WEFT_INTR_SNAPSHOT_DONE     (1u << 0)
#define WEFT_INTR_LOSSLESS_OVERFLOW (1u << 1)
#define WEFT_INTR_TX_UNDERRUN       (1u << 2)
#define WEFT_INTR_CREDIT_ERROR      (1u << 3)
#define WEFT_INTR_INTERNAL_ERROR    (1u << 4)
#define WEFT_INTR_ROUTE_ERROR       (1u << 5)
#define WEFT_INTR_CC_BAD            (1u << 6)
#define WEFT_INTR_ALL               0x7fu
weft_status weft_intr_get_state(weft_device *dev, uint32_t *state) WEFT_NODISCARD;
weft_status weft_intr_clear(weft_device *dev, uint32_t mask) WEFT_NODISCARD;
weft_status weft_intr_get_enable(weft_device *dev, uint32_t *mask) WEFT_NODISCARD;
weft_status weft_intr_set_enable(weft_device *dev, uint32_t mask) WEFT_NODISCARD;
/* Sets state bits as if the events had happened. */
weft_status weft_intr_test(weft_device *dev, uint32_t mask) WEFT_NODISCARD;
/* Waits up to `cycles` for an enabled interrupt; *active gets the enabled bits that are set.
 * Errors: WEFT_ERR_TIMEOUT none came, WEFT_ERR_UNSUPPORTED the bus cannot wait. */
weft_status weft_intr_wait(weft_device *dev, uint64_t cycles, uint32_t *active) WEFT_NODISCARD;

/* ------------------------------------------------------------------ registers by name ------- */
/* One register, or one field of one. The register list of regs_table.h, with the addresses of the
 * chip that weft_open found. */
typedef struct {
    char name[80];       /* "chip.max_frame", "port[3].vc_limit[2]", "port[3].ctrl.enable" */
    uint32_t addr;       /* byte address */
    unsigned lsb, width; /* the bits meant: all 32 of a register, or those of the field */
    const void *desc_;   /* private */
    int field_;          /* private: number of the field, -1: the whole register */
} weft_reg;
/* Finds a register by name, in any case: block.register, block.register.field; block is chip, route
 * or port[N], an array element has [K] after its name. chip. and route. may be left out where no
 * other of the two has such a register.
 * Errors: WEFT_ERR_NOT_FOUND no such register, or a port or element that this chip has not. */
weft_status weft_reg_lookup(const weft_device *dev, const char *name, weft_reg *out) WEFT_NODISCARD;
/* Finds the register at a byte address. Errors: WEFT_ERR_NOT_FOUND. */
weft_status weft_reg_at(const weft_device *dev, uint32_t addr, weft_reg *out) WEFT_NODISCARD;
/* What may be done with it, what it holds after reset (false: live hardware state), what it means.
 */
bool weft_reg_readable(const weft_reg *reg);
bool weft_reg_writable(const weft_reg *reg);
bool weft_reg_reset_value(const weft_reg *reg, uint32_t *value);
const char *weft_reg_description(const weft_reg *reg);
/* The smallest and largest value that a field, or a register with a single field, takes; true when
 * both were set. A signed field has a negative minimum and is written in two's complement. */
bool weft_reg_range(const weft_reg *reg, int64_t *min, int64_t *max);
const char *weft_reg_access_name(const weft_reg *reg); /* "ro", "rw", "w1c" or "wo" */
bool weft_reg_is_counter(const weft_reg *reg);         /* part of the window of counters */
/* Fields of the register that `reg` (itself no field) names, lowest bit first; a field has none.
 * Errors of get_field: WEFT_ERR_NOT_FOUND k is not below the count. */
unsigned weft_reg_field_count(const weft_reg *reg);
weft_status weft_reg_get_field(const weft_reg *reg, unsigned k, weft_reg *out) WEFT_NODISCARD;
/* The value of a register or, right-aligned, of a field.
 * Errors: WEFT_ERR_STATE it cannot be read. */
weft_status weft_reg_read(weft_device *dev, const weft_reg *reg, uint32_t *value) WEFT_NODISCARD;
/* Writes a register or a field. For a field the others keep what they hold: settings are read
 * first, bits that act or clear when they are written as 1 are written as 0.
 * Errors: WEFT_ERR_ARG the value does not fit, or is out of the legal range; WEFT_ERR_STATE it
 * cannot be written. */
weft_status weft_reg_write(weft_device *dev, const weft_reg *reg, uint32_t value) WEFT_NODISCARD;
/* Calls fn for every register of this chip, blocks in the order chip, route, ports, arrays element
 * by element; stops when fn returns false. No register access. */
typedef bool (*weft_reg_fn)(void *ctx, const weft_reg *reg);
weft_status weft_reg_each(const weft_device *dev, weft_reg_fn fn, void *ctx) WEFT_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
