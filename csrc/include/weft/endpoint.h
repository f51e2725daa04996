/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * endpoint.h: what hangs on the wires of the switch: link partners (MII, gap, credits),
 * accelerators (memory and the transport of docs/memory-transport.md), the scoreboard, and the
 * world that steps them together with the model. Knows the simulator only through weft_sim.h, the
 * chip only through the driver (weft.h).
 */
#ifndef WEFT_ENDPOINT_H
#define WEFT_ENDPOINT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/parser.h"
#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_MAX_PORTS 64
#define WEFT_MAX_VCS   8

typedef struct weft_world weft_world;
typedef struct weft_partner weft_partner;
typedef struct weft_accel weft_accel;
struct weft_device; /* weft.h */

/* ---------------------------------------------------------------- link partner ------------- */
/* One frame as it came off the wire; data excludes preamble and FCS and is valid in the call only.
 */
typedef struct {
    const uint8_t *data;
    size_t len;  /* bytes without FCS */
    bool fcs_ok; /* false: damaged or stomped */
    unsigned port;
    uint64_t first_cycle; /* cycle that carried its S */
    uint64_t last_cycle;  /* cycle that carried its T */
} weft_rx_frame;
typedef void (*weft_rx_fn)(void *ctx, const weft_rx_frame *f);

typedef struct {
    unsigned ipg;                    /* 1..12, kept on average by deficit idle count */
    bool cbfc_tx, cbfc_rx;           /* honour the switch's credits / give credits to the switch */
    uint8_t lossless_mask;           /* VCs with credits */
    unsigned credit_shift;           /* credit size = 1 << shift, 5..11 */
    int credit_overhead;             /* -16..127 */
    uint32_t tx_limit[WEFT_MAX_VCS]; /* credits that the switch gave us, per VC */
    uint32_t rx_limit[WEFT_MAX_VCS]; /* credits that we give the switch, per VC */
    unsigned drain_percent; /* how fast our receive buffer drains: 100 = at once, 0 = never */
    unsigned cc_period;     /* cycles between CC_Update frames, 0 = off */
    unsigned cf_period;     /* cycles between CF_Updates at least, 0 = only on change */
    unsigned ctlos_spacing; /* bytes */
} weft_partner_config;

void weft_partner_get_config(const weft_partner *p, weft_partner_config *c);
int weft_partner_set_config(weft_partner *p, const weft_partner_config *c);
/* Queue one frame (copied; data without FCS, 24..9996 bytes). Returns 0, or -1 when the queue of
 * this VC is full. `stamp` is the cycle at which the frame came into being (for queueing delay). */
int weft_partner_send(weft_partner *p, unsigned vc, const uint8_t *data, size_t len,
                      uint64_t stamp);
size_t weft_partner_backlog(const weft_partner *p, unsigned vc); /* frames queued, not yet begun */
/* Raw wire access for bad-input tests: the next `words` 8-byte words are sent instead of frames. */
int weft_partner_send_raw(weft_partner *p, const uint8_t *data, const uint8_t *ctrl, size_t words);

/* ---------------------------------------------------------------- accelerator -------------- */
typedef enum { WEFT_OP_WRITE, WEFT_OP_READ, WEFT_OP_ADD, WEFT_OP_SWAP, WEFT_OP_CAS } weft_mem_op;
typedef enum {
    WEFT_OP_OK = 0,
    WEFT_OP_BAD_ADDRESS,
    WEFT_OP_BAD_LENGTH,
    WEFT_OP_BAD_OPCODE,
    WEFT_OP_TIMEOUT
} weft_op_status;
typedef void (*weft_op_done)(void *ctx, weft_op_status status);
typedef void (*weft_notify_fn)(void *ctx, unsigned src, uint32_t tag, uint64_t addr, uint32_t len);

#define WEFT_WRITE_POSTED 1u /* no response; done is called when the last frame is on the wire */
#define WEFT_WRITE_NOTIFY 2u /* the target's notify callback runs when all bytes are in memory */

unsigned weft_accel_id(const weft_accel *a);
uint8_t *weft_accel_memory(weft_accel *a);
uint64_t weft_accel_memory_size(const weft_accel *a);
/* All three return 0 when the operation was taken (done will be called exactly once), -1 when no
 * tag or queue is free (try again after a step), -2 for a bad argument (nothing happens). Long
 * operations are cut into frames by the accelerator. Addresses are bytes. */
int weft_accel_write(weft_accel *a, unsigned dst, uint64_t dst_addr, uint64_t src_addr,
                     uint64_t len, unsigned flags, uint32_t notify_tag, weft_op_done done,
                     void *ctx);
int weft_accel_read(weft_accel *a, unsigned dst, uint64_t dst_addr, uint64_t local_addr,
                    uint64_t len, weft_op_done done, void *ctx);
int weft_accel_atomic(weft_accel *a, unsigned dst, weft_mem_op op, uint64_t dst_addr,
                      uint64_t operand, uint64_t compare, uint64_t result_addr, weft_op_done done,
                      void *ctx);
void weft_accel_on_notify(weft_accel *a, weft_notify_fn fn, void *ctx);

/* ---------------------------------------------------------------- world -------------------- */
typedef struct {
    uint64_t seed;
    const char *wave_path; /* FST or NULL */
    const char *profile;   /* esun, ethernet, uet or rocev2 (docs/profiles.md) */
    unsigned ipg;          /* 1..12 */
    uint64_t memory_bytes; /* per accelerator */
    unsigned mtu;          /* largest payload bytes in one frame, 0 = 4096 */
    unsigned min_frame;    /* 32..64, bytes incl. FCS */
    bool lossless;         /* credits on the wire for all used VCs (default in weft run) */
    unsigned vc0_weight;   /* of VC 0 in the ingress buffer, next to 1 of each other; 0: 1 */
    bool payload_check;    /* scoreboard compares every byte */
    bool trace;            /* reconcile against the frame-trace port as well */
    const char *pcap_path; /* write all delivered frames, or NULL */
    /* Of all parsers; NULL: the shipped one of the profile. Looked at while the world opens only.
     */
    const weft_parse_program *program;
} weft_world_options;

/* Bytes of a profile's frames around the data of a posted write and of the answer to a read, FCS
 * included. False: no such profile. */
bool weft_world_frame_sizes(const char *profile, unsigned *write, unsigned *read);
/* Opens the model, brings the switch up through the driver (ports, routes, credits), attaches one
 * partner and one accelerator (identifier = port number) to each port. NULL and a message in err.
 */
weft_world *weft_world_open(const weft_world_options *opt, char *err, size_t err_len);
void weft_world_close(weft_world *w);
void weft_world_step(weft_world *w); /* one cycle of everything */
uint64_t weft_world_cycle(const weft_world *w);
unsigned weft_world_ports(const weft_world *w);
struct weft_device *weft_world_device(weft_world *w);
struct weft_sim *weft_world_sim(weft_world *w);
weft_partner *weft_world_partner(weft_world *w, unsigned port);
weft_accel *weft_world_accel(weft_world *w, unsigned port);
/* Who gets the frames of a port; default: its accelerator. NULL restores the default. */
void weft_world_on_frame(weft_world *w, unsigned port, weft_rx_fn fn, void *ctx);
/* Build and send one frame of exactly `frame_bytes` (incl. FCS) from src to dst on a VC as a posted
 * write of what fits, checked by the scoreboard like all others. dst >= ports: group dst - 1024.
 * Returns 0, -1 queue full, -2 argument (also a group in a profile with connections). */
int weft_world_send_frame(weft_world *w, unsigned src, unsigned dst, unsigned vc,
                          size_t frame_bytes, uint64_t stamp);
/* For frames of strangers (captures): the 48-bit address `mac` lives behind this port. Adds the
 * route, ends the port's check of source addresses, and from then on no accelerator gets a frame.
 * The address of an accelerator of this world belongs to its own port. Returns 0 or a driver
 * status: WEFT_ERR_STATE when frames of this profile are forwarded by IP address. */
int weft_world_learn(weft_world *w, unsigned port, uint64_t mac);
/* Sends a frame of len bytes (without FCS; padded to the smallest frame) into the switch at a port,
 * on the VC that its class says, checked by the scoreboard like all others: what its destination is
 * follows from weft_world_learn. Returns 0, -1 when `most` frames (or all that the queue takes)
 * wait, -2 argument. */
int weft_world_play(weft_world *w, unsigned port, const uint8_t *data, size_t len, uint64_t stamp,
                    size_t most);
/* Multicast group 0..63 with these member ports. 0 or a driver status. */
int weft_world_set_group(weft_world *w, unsigned group, uint64_t members);
bool weft_world_idle(const weft_world *w); /* nothing queued, in flight or outstanding anywhere */
/* Steps until idle or max_cycles went by; true when idle. */
bool weft_world_drain(weft_world *w, uint64_t max_cycles);
void weft_world_measure(weft_world *w, bool on); /* start (clears) / stop the measured window */
/* Snapshot through the driver and compare every counter with what the endpoints saw. In mid-flight
 * the conservation identities are checked; when idle also exact equality. Writes a list of
 * differences to msg; true when all agree. */
bool weft_world_reconcile(weft_world *w, char *msg, size_t msg_len);

typedef struct {
    uint64_t cycles, frames_sent, frames_delivered, frames_lost, corrupted, misrouted, reordered,
        duplicated;
    uint64_t dropped[32]; /* by drop reason, from the hardware counters */
    uint64_t ops_issued, ops_completed, ops_failed, payload_mismatches;
    uint64_t payload_bytes;
    /* latency in cycles: S into the switch to S out of the switch, frames of the window */
    uint64_t lat_count, lat_min, lat_max;
    double lat_mean;
    uint64_t lat_p50, lat_p99, lat_p999;
    const uint64_t
        *lat_hist; /* lat_hist[c] frames with latency c, c < lat_hist_len - 1, last = above */
    size_t lat_hist_len;
    /* window: fraction of wire time taken, see docs/performance.md */
    double offered, delivered;
    double port_tx[WEFT_MAX_PORTS], port_rx[WEFT_MAX_PORTS];
    uint64_t window_cycles, window_frames;
    double jain;
    bool credits_agree; /* sender's and receiver's counters are equal on every port and VC */
} weft_world_stats;
void weft_world_get_stats(weft_world *w, weft_world_stats *s);

#ifdef __cplusplus
}
#endif
#endif
