/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * frame.h: one frame as the endpoints hold it: the complete wire image (S, preamble, data, FCS, T),
 * made once when the frame is queued, so that the transmitter only copies words and the scoreboard
 * compares with the very bytes that were sent. Counted references: the queue of the partner and
 * each place of the scoreboard hold one.
 */
#ifndef WEFT_ENDPOINT_FRAME_H
#define WEFT_ENDPOINT_FRAME_H
#include <stddef.h>
#include <stdint.h>

#include "hop.h"

#define WEFT_FRAME_MIN     24u /* bytes of data, without FCS */
#define WEFT_FRAME_MAX     9996u
#define WEFT_FRAME_CLASSES 8u /* buffers of 128 << class bytes */

typedef struct weft_frame {
    struct weft_frame *next;
    uint64_t stamp;       /* cycle at which it came into being */
    uint64_t first_cycle; /* cycle that carried its S */
    uint32_t len;         /* bytes without FCS */
    uint32_t words;       /* 8-byte words from S to T, both included */
    uint32_t note;        /* not 0: whom to tell when it is on the wire */
    uint16_t refs;
    weft_hop hop; /* what the switch may change */
    uint8_t vc;
    uint8_t size_class;
    uint8_t tail_ctrl; /* control bits of the last word */
    uint8_t control;   /* MAC control frame: not counted, not on the scoreboard */
    uint8_t missed;    /* the scoreboard has given up at least one copy */
    uint8_t source;    /* port that sent it */
    uint8_t offered;   /* made by weft_world_send_frame: 1, and 2 when a copy has arrived */
    uint8_t wire[];
} weft_frame;

typedef struct {
    weft_frame *free[WEFT_FRAME_CLASSES];
    uint64_t live; /* frames handed out */
} weft_frame_pool;

static inline uint8_t *weft_frame_data(weft_frame *f) { return f->wire + 8; }
static inline const uint8_t *weft_frame_cdata(const weft_frame *f) { return f->wire + 8; }

/* Bytes that a frame of `bytes` (incl. FCS) takes on a wire whose frames start on 8-byte words:
 * with the configured gap, or with the smallest that the grid allows when that is more. */
static inline uint32_t weft_wire_bytes(uint32_t bytes, unsigned ipg)
{
    uint32_t exact = 8 + bytes + ipg;
    uint32_t grid = (8 + bytes + 1 + 7) & ~7u;
    return exact > grid ? exact : grid;
}

void weft_frame_pool_init(weft_frame_pool *pool);
void weft_frame_pool_free(weft_frame_pool *pool);
/* A frame with room for len bytes (WEFT_FRAME_MAX at most) and one reference; NULL: no memory. The
 * caller writes weft_frame_data and then seals it. */
weft_frame *weft_frame_new(weft_frame_pool *pool, size_t len);
/* Writes preamble, FCS and T around the data. */
void weft_frame_seal(weft_frame *f);
void weft_frame_put(weft_frame_pool *pool, weft_frame *f);

#endif
