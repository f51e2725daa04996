/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * partner_state.h: the inside of a link partner, shared by its transmit and receive halves only.
 */
#ifndef WEFT_ENDPOINT_PARTNER_STATE_H
#define WEFT_ENDPOINT_PARTNER_STATE_H
#include "partner.h"

#define COUNTER_MASK 0xFFFFFu /* 20-bit cyclic credit counters */
#define IDLE_WORD    0x0707070707070707ull
#define RX_BUFFER    (WEFT_FRAME_MAX + 4 + 64 + 8)

typedef struct {
    weft_frame *head, *tail;
    size_t count;
} frame_queue;

/* Who made a frame. Each has its own queue in a VC, so that a host that offers frames in plenty and
 * the requests of the accelerator do not wait for one another. */
enum { FROM_ACCEL, FROM_HOST, MAKERS };

typedef struct {
    uint64_t data;
    uint8_t ctrl;
} raw_word;

/* A frame that waits in the receive buffer: what leaving it will free. */
typedef struct {
    uint32_t wire_bytes;
    uint16_t credits;
    uint8_t vc;
} drain_entry;

struct weft_partner {
    weft_partner_config cfg;
    weft_partner_hooks hooks;
    weft_partner_classes classes;
    weft_frame_pool *pool;
    uint64_t mac;
    unsigned port, mii_bytes;

    /* transmit */
    frame_queue queue[WEFT_MAX_VCS][MAKERS];
    uint8_t waiting;                  /* mask of VCs with a frame queued */
    uint8_t turn;                     /* VC served last */
    uint8_t maker_turn[WEFT_MAX_VCS]; /* maker served last in a VC */
    weft_frame *current;
    uint32_t position;    /* next word of current */
    uint32_t gap_words;   /* idle words still to come before a start */
    uint32_t deficit;     /* bytes by which gaps were shorter than configured, 0..7 */
    uint32_t os_distance; /* bytes sent since the start of the last control ordered set */
    uint64_t now, cc_due, cf_due;
    uint32_t s_cc[WEFT_MAX_VCS], s_cf[WEFT_MAX_VCS];
    uint8_t tx_idle; /* the wire buffer already holds idles */
    raw_word *raw;
    size_t raw_head, raw_count, raw_room;

    /* receive */
    uint8_t in_frame; /* 1: collecting, 2: swallowing an oversize frame */
    uint32_t fill;
    uint64_t rx_first;
    uint32_t r_cc[WEFT_MAX_VCS], r_cf[WEFT_MAX_VCS], r_cf_sent[WEFT_MAX_VCS];
    uint8_t cf_dirty; /* mask of VCs whose CF the other side does not know */
    uint8_t cf_turn;
    drain_entry *drain;
    size_t drain_head, drain_count, drain_room;
    uint64_t drain_credit; /* hundredths of bytes that may leave the buffer */

    weft_partner_counters n;
    uint8_t rx_buffer[RX_BUFFER];
};

static inline bool partner_has_credits(const weft_partner *p, unsigned vc)
{
    return (p->cfg.lossless_mask >> vc & 1) != 0;
}

/* Receive half: one cycle of draining the receive buffer. */
void partner_drain_step(weft_partner *p);
/* Receive half: the next CF_Update of ours, marking what it tells as told. */
uint64_t partner_next_cf_update(weft_partner *p);

#endif
