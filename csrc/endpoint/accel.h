/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * accel.h: an accelerator by itself: memory, initiator and target of the memory transport
 * (docs/memory-transport.md), and the headers that it puts in front of its messages.
 */
#ifndef WEFT_ENDPOINT_ACCEL_H
#define WEFT_ENDPOINT_ACCEL_H
#include "encap.h"
#include "partner.h"
#include "weft/endpoint.h"

#define WEFT_ACCEL_TAGS    1024u      /* operations outstanding at once */
#define WEFT_ACCEL_WINDOW  256u       /* requests without response at once */
#define WEFT_ACCEL_QUEUE   4u         /* own request frames that wait in the partner at once */
#define WEFT_ACCEL_TIMEOUT 4000000ull /* default: cycles without progress of an operation */

typedef struct {
    unsigned id;           /* 0..1023 */
    uint64_t memory_bytes; /* up to 1 << 40 */
    unsigned mtu;          /* data bytes in one frame at most, 8..9216 */
    unsigned min_frame;    /* 32..64, bytes incl. FCS; shorter frames are padded */
    uint8_t request_vc, response_vc;
    uint64_t timeout;   /* cycles, 0: WEFT_ACCEL_TIMEOUT */
    weft_framer framer; /* src, mtu and peers are set by the accelerator */
} weft_accel_config;

typedef struct {
    uint64_t issued, completed, failed, timeouts; /* own operations */
    uint64_t bytes;   /* data bytes of own operations that came to a good end */
    uint64_t served;  /* requests carried out for others */
    uint64_t refused; /* requests answered with an error, or posted and refused */
    uint64_t notified;
    uint64_t malformed;   /* frames that no answer can be given to */
    uint64_t unknown_tag; /* responses to nothing that is outstanding, or out of turn */
    uint64_t not_mine;    /* other destination, or another protocol */
    uint64_t bad_ip;      /* IPv4 checksum, lengths or addresses; UDP checksum */
    uint64_t bad_crc;     /* ICRC or UET CRC */
    uint64_t bad_psn;     /* sequence numbers used before, or of nothing that is due */
    uint64_t psn_gaps;    /* sequence numbers that never came */
} weft_accel_counters;

/* NULL: no memory or a bad argument. Frames go out through the partner. */
weft_accel *weft_accel_new(const weft_accel_config *cfg, weft_partner *partner,
                           weft_frame_pool *pool);
void weft_accel_free(weft_accel *a);
/* Once a cycle: hands request frames to the partner, looks for timeouts. */
void weft_accel_act(weft_accel *a, uint64_t cycle);
/* A frame with a good FCS. */
void weft_accel_receive(weft_accel *a, const weft_rx_frame *f);
/* The frame with this note is on the wire (weft_partner_hooks.tx_done). */
void weft_accel_sent(weft_accel *a, uint32_t note);
bool weft_accel_idle(const weft_accel *a);
/* Its headers and connections, for frames that somebody else makes in its name. */
const weft_framer *weft_accel_framer(const weft_accel *a);
void weft_accel_get_counters(const weft_accel *a, weft_accel_counters *c);

#endif
