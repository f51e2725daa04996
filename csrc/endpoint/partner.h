/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * partner.h: a link partner by itself, without a world around it: what the unit tests and other
 * hosts of a wire (two partners back to back, a bridge) need. See docs/endpoints.md.
 */
#ifndef WEFT_ENDPOINT_PARTNER_H
#define WEFT_ENDPOINT_PARTNER_H
#include "frame.h"
#include "weft/endpoint.h"

#define WEFT_PARTNER_QUEUE 1024u /* frames a VC that weft_partner_send takes */

/* Calls out of a partner; any of them may be NULL. */
typedef struct {
    void *ctx;
    /* The S of a frame goes onto the wire in this cycle. Take references here. */
    void (*tx_start)(void *ctx, weft_partner *p, weft_frame *f);
    /* The T of a frame with a note has gone onto the wire. */
    void (*tx_done)(void *ctx, weft_partner *p, uint32_t note);
    /* A frame came (MAC control frames are kept by the partner). vc: by its class. */
    void (*rx_frame)(void *ctx, weft_partner *p, const weft_rx_frame *f, unsigned vc);
} weft_partner_hooks;

/* What a partner counted since it was made. */
typedef struct {
    uint64_t tx_frames, tx_octets; /* octets incl. FCS; without CC_Updates */
    uint64_t tx_vc_frames[WEFT_MAX_VCS];
    uint64_t tx_cf, tx_cc, tx_raw_words;
    uint64_t rx_frames, rx_octets; /* good ones, octets incl. FCS; without MAC control */
    uint64_t rx_vc_frames[WEFT_MAX_VCS];
    uint64_t rx_bad_fcs; /* damaged or stomped */
    uint64_t rx_coding;  /* ended by anything but T, bad preamble, stray control characters */
    uint64_t rx_runt, rx_oversize;
    uint64_t rx_ctlos, rx_cf, rx_ctlos_unknown, rx_seqos;
    uint64_t rx_cc, rx_cc_bad, rx_control; /* control: other MAC control frames */
    uint64_t rx_over_credit;               /* frames for which the switch had no credit of ours */
    uint64_t cf_impossible;                /* CF_Updates that free what was never sent */
} weft_partner_counters;

/* The cyclic 20-bit counters of credit-based flow control. */
typedef struct {
    uint32_t s_cc[WEFT_MAX_VCS], s_cf[WEFT_MAX_VCS]; /* as a sender */
    uint32_t r_cc[WEFT_MAX_VCS], r_cf[WEFT_MAX_VCS]; /* as a receiver */
    uint32_t r_cf_sent[WEFT_MAX_VCS];                /* last told to the other side */
} weft_partner_credits;

/* How frames are put into VCs: by ESUN CoS or (by_dscp) the DSCP of IP, else by the outer VLAN
 * tag's PCP, else the default. */
typedef struct {
    uint16_t esun_type;
    bool by_dscp;
    uint8_t cos_vc[8], pcp_vc[8], dscp_vc[64], default_vc;
} weft_partner_classes;

/* mii_bytes 8, 16, 32 or 64. NULL: no memory or a bad argument. The pool must outlive the partner.
 */
weft_partner *weft_partner_new(unsigned port, unsigned mii_bytes, uint64_t mac,
                               weft_frame_pool *pool, const weft_partner_hooks *hooks);
void weft_partner_free(weft_partner *p);
void weft_partner_set_classes(weft_partner *p, const weft_partner_classes *c);
unsigned weft_partner_port(const weft_partner *p);
/* VC of a frame of len bytes, 14 at least. */
unsigned weft_partner_class(const weft_partner *p, const uint8_t *frame, size_t len);

/* Queue a sealed frame and give away the caller's reference. No limit: for those who bound
 * themselves (accelerators, by their windows). Frames of weft_world_send_frame (`offered`) and all
 * others have queues of their own in each VC, which take turns frame by frame. */
void weft_partner_push(weft_partner *p, unsigned vc, weft_frame *f);
/* How many frames wait in the queue of those that are not offered. */
size_t weft_partner_own_backlog(const weft_partner *p, unsigned vc);

/* One cycle. tx writes mii_bytes and the control bits of what we send; rx reads what we receive. */
void weft_partner_tx(weft_partner *p, uint64_t cycle, uint8_t *data, uint64_t *ctrl);
void weft_partner_rx(weft_partner *p, uint64_t cycle, const uint8_t *data, const uint64_t *ctrl);

/* Nothing queued or half-way in either direction, and no credit update waiting to go out. */
bool weft_partner_quiet(const weft_partner *p);
/* The same without regard to credit updates and to a receive buffer that drains slowly. */
bool weft_partner_empty(const weft_partner *p);
/* Is a frame half-way in? *first gets the cycle of its S. */
bool weft_partner_receiving(const weft_partner *p, uint64_t *first);
void weft_partner_get_counters(const weft_partner *p, weft_partner_counters *c);
void weft_partner_get_credits(const weft_partner *p, weft_partner_credits *c);

#endif
