/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * scoreboard.h: what the switch took must come out: every frame, at every destination, once, in
 * order, bit for bit. One FIFO of sent frames for each (ingress, egress, VC); docs/endpoints.md
 * says how a deviation is given its name.
 */
#ifndef WEFT_ENDPOINT_SCOREBOARD_H
#define WEFT_ENDPOINT_SCOREBOARD_H
#include "frame.h"
#include "weft/endpoint.h"

#define WEFT_LAT_BUCKETS 65536u

typedef struct weft_scoreboard weft_scoreboard;

/* All counts are of copies: one for each destination of a frame, if not said otherwise. */
typedef struct {
    uint64_t expected, delivered; /* delivered: as they should, latecomers included */
    uint64_t outstanding;         /* expected, neither delivered nor given up */
    uint64_t corrupted, misrouted, reordered, duplicated;
    uint64_t unexpected;         /* from no source that is known (counted as misrouted, too) */
    uint64_t payload_mismatches; /* corrupted behind the headers */
    uint64_t bad_fcs;            /* came with a bad FCS: left to the counters of the switch */
    uint64_t missing_frames;     /* frames (not copies) that were given up */
    uint64_t port_missing[WEFT_MAX_PORTS]; /* the same by ingress port */
    uint64_t ecn_marked;
} weft_scoreboard_counters;

/* ports <= WEFT_MAX_PORTS, vcs <= WEFT_MAX_VCS. NULL: no memory or a bad argument. */
weft_scoreboard *weft_scoreboard_new(unsigned ports, unsigned vcs, bool check_bytes,
                                     weft_frame_pool *pool);
void weft_scoreboard_free(weft_scoreboard *s);
/* A frame goes into the switch at this port, for the ports of the mask (0: to be dropped). False:
 * no memory. */
bool weft_scoreboard_sent(weft_scoreboard *s, unsigned port, unsigned vc, weft_frame *f,
                          uint64_t destinations);
/* A frame came out at f->port. source: the port that its source address belongs to, or -1. Returns
 * the frame that it was, valid until the next call, or NULL when it should not have come. */
const weft_frame *weft_scoreboard_arrived(weft_scoreboard *s, int source, unsigned vc,
                                          const weft_rx_frame *f);
/* Gives up everything that is outstanding: it cannot come any more. */
void weft_scoreboard_give_up(weft_scoreboard *s);
void weft_scoreboard_get_counters(const weft_scoreboard *s, weft_scoreboard_counters *c);

#endif
