/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * accel.h: an accelerator by itself: memory, initiator and target of the memory transport
 * (docs/memory-transport.md), and the headers that it puts in front of its messages.
 */
#ifndef WEFT_ENDPOINT_ACCEL_H
#define WEFT_ENDPOINT_ACCEL_H
#include "partner.h"
#include "weft/endpoint.h"

#define WEFT_ACCEL_TAGS    1024u /* operations outstanding at once */
#define WEFT_ACCEL_WINDOW  256u  /* requests without response at once */
#define WEFT_ACCEL_QUEUE   4u    /* own request frames that wait in the partner at once */
#define WEFT_ACCEL_IDS     1024u
#define WEFT_ACCEL_TIMEOUT 4000000ull /* default: cycles without progress of an operation */

/* Headers of one accelerator's frames. */
typedef struct {
    uint64_t src; /* MAC address */
    bool esun;    /* ESUN header, or a VLAN tag with the PCP and the memory EtherType */
    uint16_t esun_type;
    uint8_t vc_cos[WEFT_MAX_VCS]; /* CoS or PCP that stands for each VC */
} weft_framer;

typedef struct {
    unsigned id;           /* 0..1023 */
    uint64_t memory_bytes; /* up to 1 << 40 */
    unsigned mtu;          /* data bytes in one frame at most, 8..9216 */
    unsigned min_frame;    /* 32..64, bytes incl. FCS; shorter frames are padded */
    uint8_t request_vc, response_vc;
    uint64_t timeout;   /* cycles, 0: WEFT_ACCEL_TIMEOUT */
    weft_framer framer; /* src is set from id */
} weft_accel_config;

typedef struct {
    uint64_t issued, completed, failed, timeouts; /* own operations */
    uint64_t bytes;   /* data bytes of own operations that came to a good end */
    uint64_t served;  /* requests carried out for others */
    uint64_t refused; /* requests answered with an error, or posted and refused */
    uint64_t notified;
    uint64_t malformed;   /* frames that no answer can be given to */
    uint64_t unknown_tag; /* responses to nothing that is outstanding, or out of turn */
    uint64_t not_mine;    /* other destination, or no memory transport */
} weft_accel_counters;

/* Bytes of the header that weft_framer_put writes: 18 in both forms. */
#define WEFT_FRAMER_BYTES 18u
void weft_framer_put(const weft_framer *fr, uint64_t dst_mac, unsigned vc, uint8_t *out);
/* Where the message starts in a frame that such a framer made; 0: not of this kind. */
size_t weft_framer_skip(const weft_framer *fr, const uint8_t *frame, size_t len, uint64_t *dst,
                        uint64_t *src);

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
void weft_accel_get_counters(const weft_accel *a, weft_accel_counters *c);

#endif
