/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * accel_state.h: the inside of an accelerator, shared by its initiator and its target only.
 */
#ifndef WEFT_ENDPOINT_ACCEL_STATE_H
#define WEFT_ENDPOINT_ACCEL_STATE_H
#include "accel.h"
#include "weft/proto.h"

#define NO_OP 0xFFFFu

/* One operation of ours. Its tag is its slot with a generation above, so that an answer that comes
 * after a timeout is not taken for that of the slot's next user. */
typedef struct {
    weft_op_done done;
    void *ctx;
    uint64_t dst_addr, local_addr, len;
    uint64_t sent, answered; /* bytes */
    uint64_t operand, compare;
    uint64_t progress; /* cycle of the last answer, or of the request after which we wait */
    uint32_t notify_tag;
    uint32_t waiting; /* requests without response */
    uint16_t dst, tag;
    uint16_t next; /* in the queue of its destination, or of free slots */
    uint8_t op;    /* weft_mt_op */
    uint8_t flags;
    uint8_t status; /* weft_op_status; not OK: nothing more is sent */
    uint8_t active, queued;
} accel_op;

/* Where a source's notified write of several segments has got to. */
typedef struct {
    uint64_t next_addr;
    uint64_t received;
    uint16_t tag;
    bool open;
} write_progress;

struct weft_accel {
    weft_accel_config cfg;
    weft_partner *partner;
    weft_frame_pool *pool;
    uint8_t *memory;
    uint32_t read_bytes; /* of one read request at most: a whole number of frames */
    uint64_t now;
    weft_notify_fn notify;
    void *notify_ctx;
    weft_accel_counters n;

    accel_op op[WEFT_ACCEL_TAGS];
    uint16_t free_head;
    uint32_t active;                                     /* operations that are not done */
    uint32_t window;                                     /* requests without response */
    uint32_t to_send;                                    /* operations with segments left to send */
    uint16_t head[WEFT_ACCEL_IDS], tail[WEFT_ACCEL_IDS]; /* by destination */
    uint64_t ready[WEFT_ACCEL_IDS / 64];                 /* destinations with a queue */
    uint16_t turn;                                       /* destination served last */
    write_progress progress[WEFT_ACCEL_IDS];             /* as a target, by source */
};

/* Frame with all headers for the message, and where its data belongs; it is checked, sealed and
 * queued by accel_send. NULL: no memory. */
weft_frame *accel_frame(weft_accel *a, unsigned dst, unsigned vc, const weft_mt *m, uint8_t **data);
void accel_send(weft_accel *a, unsigned vc, weft_frame *f, uint32_t note);
bool accel_in_memory(const weft_accel *a, uint64_t addr, uint64_t len);
/* Initiator: a response has come. Target: a request has come. */
void accel_response(weft_accel *a, unsigned src, const weft_mt *m);
void accel_request(weft_accel *a, unsigned src, bool group, const weft_mt *m, weft_mt_status s);

#endif
