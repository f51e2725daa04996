/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * world_state.h: the inside of a world, shared by its parts only.
 */
#ifndef WEFT_ENDPOINT_WORLD_STATE_H
#define WEFT_ENDPOINT_WORLD_STATE_H
#include "accel.h"
#include "partner.h"
#include "pcapng.h"
#include "scoreboard.h"
#include "weft/weft.h"
#include "weft_sim.h"

#define WORLD_GROUPS 64u

/* A stranger's address, and where it lives. */
typedef struct {
    uint64_t mac;
    unsigned port;
} world_address;

typedef struct {
    weft_world *world;
    weft_partner *partner;
    weft_accel *accel;
    weft_rx_fn on_frame;
    void *on_frame_ctx;
    uint64_t seq; /* of weft_world_send_frame */
    /* measured window, in bytes of wire time */
    uint64_t offered, tx, rx;
    uint64_t tx_end;  /* where the wire time of the last frame sent ends */
    uint64_t goodput; /* bytes of frames of this source that were delivered anywhere */
    uint64_t trace_rx, trace_tx, trace_dropped;
} world_port;

struct weft_world {
    weft_sim *sim;
    weft_bus *bus;
    struct weft_device *dev;
    weft_scoreboard *board;
    weft_pcapng *pcap;
    weft_frame_pool pool;
    weft_geometry geo;
    weft_world_options opt;
    weft_framer framer; /* of the profile, without a source */
    bool no_memory;
    unsigned ports, mii;
    uint8_t *wire_rx;
    uint64_t *wire_rx_ctrl;
    const uint8_t *wire_tx;
    const uint64_t *wire_tx_ctrl;
    uint64_t group[WORLD_GROUPS];
    world_address *learned; /* sorted by address */
    size_t learned_count, learned_room;
    uint64_t last_move; /* cycle of the last frame that started or arrived */

    bool measuring;
    uint64_t window_from, window_to, window_frames;
    uint64_t lat_count, lat_sum, lat_min, lat_max;
    uint64_t *lat_hist;

    uint64_t ops_issued, ops_completed, ops_bytes; /* of weft_world_send_frame */
    uint8_t *pattern;                              /* random bytes for payloads */
    world_port port[WEFT_MAX_PORTS];
};

#define WORLD_PATTERN 65536u /* bytes to start from; as many again follow */

/* Port behind which a unicast address lives, or -1 (world_play.c). */
int world_port_of(const weft_world *w, uint64_t mac);
/* Hooks of the partners and counting for the measured window (world_stats.c). */
void world_count_sent(world_port *p, weft_frame *f);
void world_count_arrived(world_port *p, const weft_frame *f, const weft_rx_frame *r);
/* Credits on both sides of every wire are equal (world_check.c). */
bool world_credits_agree(weft_world *w, char *msg, size_t msg_len);
/* Frames that the chip holds, by a snapshot; false: the driver failed. */
bool world_held(weft_world *w, uint64_t *frames);

#endif
