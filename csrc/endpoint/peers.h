/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * peers.h: connections of an accelerator (queue pairs of RoCE, packet delivery contexts of UET):
 * one for each neighbour and flow, both ways. A flow is what stays in order: the requests of a VC,
 * those of the host apart. A connection numbers its requests, and remembers those that are to be
 * answered: what an answer does not repeat is known from there.
 *
 * The network is lossless and nothing is sent twice. A number that is ahead of the one expected is
 * a loss: it is counted, and the sequence goes on behind it (the operation that lost something runs
 * into its timeout). A number behind is refused.
 */
#ifndef WEFT_ENDPOINT_PEERS_H
#define WEFT_ENDPOINT_PEERS_H
#include "weft/endpoint.h"
#include "weft/proto.h"

#define WEFT_ACCEL_IDS 1024u
#define WEFT_FLOW_HOST WEFT_MAX_VCS       /* added to the VC: frames of weft_world_send_frame */
#define WEFT_FLOWS     (2 * WEFT_MAX_VCS) /* of one neighbour */

typedef struct weft_peers weft_peers;

/* A request that waits for its answer. */
typedef struct {
    uint32_t psn;     /* of the request and of its first answer */
    uint32_t packets; /* frames of the answer */
    uint32_t length;  /* bytes */
    uint32_t addr;    /* bits 31:0 */
    uint16_t tag;
    uint8_t op; /* weft_mt_op */
} peer_request;

typedef struct {
    uint32_t tx_psn; /* of the next request */
    uint32_t rx_psn; /* expected in the next request of the other side */
    uint32_t msn;    /* requests of the other side that were complete */
    /* the other side's write of several packets */
    bool open, notify;
    uint16_t tag;
    uint32_t total, received, notify_tag;
    uint64_t addr;
    /* our requests without answer, oldest first */
    peer_request *ring;
    uint32_t head, count, room; /* room is a power of two */
    uint32_t answered;          /* frames of the oldest one's answer that have come */
} weft_peer;

/* NULL: no memory. psn_mask: all ones of a sequence number's bits. */
weft_peers *weft_peers_new(uint32_t psn_mask, uint32_t first_psn);
void weft_peers_free(weft_peers *p);
/* Numbers that were skipped, by both sides' sequences. */
uint64_t weft_peers_gaps(const weft_peers *p);
/* Flow of a message that goes out on this VC: of a request, or of the request that it answers. */
unsigned weft_flow_of(const weft_mt *m, unsigned vc);
/* The connection with a neighbour for this flow; NULL: no memory. */
weft_peer *weft_peers_get(weft_peers *p, unsigned id, unsigned flow);

/* Gives a request its number, which takes as many as its answer has frames; it is remembered when
 * it is to be answered. False: no memory. */
bool weft_peer_request(weft_peers *p, weft_peer *c, const weft_mt *m, uint32_t packets, bool answer,
                       uint32_t *psn);
/* Oldest of our requests without answer, NULL when there is none. */
const peer_request *weft_peer_oldest(const weft_peer *c);
/* A request of the other side has come; *lost is set when some before it did not. False: the number
 * has been used. */
bool weft_peer_arrived(weft_peers *p, weft_peer *c, uint32_t psn, uint32_t packets, bool *lost);
/* An answer has come: writes the request that it belongs to and the number of the frame in its
 * answer; whole: it ends the answer whatever its number. False: to nothing that is due. */
bool weft_peer_answer(weft_peers *p, weft_peer *c, uint32_t psn, bool whole, peer_request *r,
                      uint32_t *frame);

#endif
