/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * plan.h: what traces, collectives and connection matrices are turned into before anything moves: a
 * graph of small operations on all ranks, messages between them, memory for everything, and a list
 * of what must stand in memory at the end. player.c plays it.
 */
#ifndef WEFT_TRAFFIC_PLAN_H
#define WEFT_TRAFFIC_PLAN_H
#include "traffic/data.h"
#include "traffic/source.h"

#define WEFT_PLAN_NONE UINT32_MAX

typedef enum {
    WEFT_OPK_JOIN,    /* done as soon as everything before it is done */
    WEFT_OPK_TIMER,   /* done `cycles` after everything before it is done */
    WEFT_OPK_COMPUTE, /* takes `cycles` of the rank's engine; one at a time */
    WEFT_OPK_SEND,    /* done when the last byte of the message is on the wire */
    WEFT_OPK_RECV     /* done when the message is in memory */
} weft_opk;

typedef enum { WEFT_APPLY_COPY, WEFT_APPLY_ADD } weft_apply;

/* What an operation does at its end with a message that has arrived: copy it over, or add it
 * element by element to, len bytes at addr of the operation's rank. */
typedef struct {
    uint32_t msg;
    uint32_t next; /* in the list of the operation */
    weft_apply how;
    weft_dtype type;
    uint64_t addr;
} weft_plan_apply;

typedef struct {
    weft_opk kind;
    uint8_t engine; /* COMPUTE: 0 accelerator, 1 its host processor */
    uint16_t rank;
    uint32_t msg;         /* SEND, RECV */
    uint32_t first_apply; /* RECV, COMPUTE */
    uint32_t pending;     /* operations before this one (filled by finish) */
    uint32_t first_next;  /* its followers: next[first_next .. next op's first_next) */
    uint64_t cycles;      /* TIMER, COMPUTE */
    uint64_t node;        /* node or line that this operation comes from, for people */
    const char *what;     /* in a word, for people; static */
} weft_plan_op;

typedef struct {
    uint16_t src, dst;
    bool raw;  /* pattern of its own: made at the send, checked at the receive, not kept */
    bool keep; /* an apply uses it: its landing place is held until then */
    uint64_t len;
    uint64_t src_addr; /* unless raw */
    uint32_t send_op, recv_op;
} weft_plan_msg;

/* Before the start: bytes [offset, offset + len) of stream (region, stream_rank) go to addr. */
typedef struct {
    unsigned rank, stream_rank;
    uint64_t addr, len, region, offset;
    weft_dtype type;
} weft_plan_fill;

/* At the end: see weft_check_sum. counts is an index into plan->counts, `ranks` numbers long. */
typedef struct {
    unsigned rank;
    uint64_t addr, len, region, offset;
    size_t counts;
    weft_dtype type;
} weft_plan_check;

typedef struct {
    unsigned ranks;
    uint64_t seed;
    weft_plan_op *ops;
    size_t n_ops, cap_ops;
    uint32_t (*edges)[2];
    size_t n_edges, cap_edges;
    uint32_t *next; /* followers of all operations */
    weft_plan_msg *msgs;
    size_t n_msgs, cap_msgs;
    weft_plan_apply *applies;
    size_t n_applies, cap_applies;
    weft_plan_fill *fills;
    size_t n_fills, cap_fills;
    weft_plan_check *checks;
    size_t n_checks, cap_checks;
    uint32_t *counts;
    size_t n_counts, cap_counts;
    uint64_t regions;              /* region numbers given out */
    uint64_t top[WEFT_MAX_PORTS];  /* end of the fixed memory */
    uint64_t heap[WEFT_MAX_PORTS]; /* bytes of the heap behind it (filled by finish) */
    uint64_t memory_bytes;         /* of the rank that needs most (filled by finish) */
    uint64_t message_bytes;        /* all messages (filled by finish) */
    bool failed;                   /* out of memory at some point; finish reports it */
} weft_plan;

/* ranks 1..WEFT_MAX_PORTS. NULL when there is no memory. */
weft_plan *weft_plan_new(unsigned ranks, uint64_t seed);
void weft_plan_free(weft_plan *p);
/* The adding functions never fail for the caller: without memory they set p->failed. */
uint32_t weft_plan_op_add(weft_plan *p, weft_opk kind, unsigned rank, uint64_t cycles,
                          uint64_t node, const char *what);
void weft_plan_after(weft_plan *p, uint32_t before, uint32_t op); /* NONE for either: nothing */
/* A message with its two operations; src_addr is ignored when raw. */
uint32_t weft_plan_msg_add(weft_plan *p, unsigned src, unsigned dst, uint64_t len, bool raw,
                           uint64_t src_addr, uint64_t send_node, uint64_t recv_node,
                           const char *send_what, const char *recv_what);
void weft_plan_apply_add(weft_plan *p, uint32_t op, uint32_t msg, weft_apply how, weft_dtype type,
                         uint64_t addr);
/* Fixed memory of a rank, aligned to 64 bytes. */
uint64_t weft_plan_alloc(weft_plan *p, unsigned rank, uint64_t len);
void weft_plan_fill_add(weft_plan *p, unsigned rank, uint64_t addr, uint64_t len, uint64_t region,
                        unsigned stream_rank, uint64_t offset, weft_dtype type);
/* counts: `ranks` multiplicities, copied. */
void weft_plan_check_add(weft_plan *p, unsigned rank, uint64_t addr, uint64_t len, uint64_t region,
                         uint64_t offset, const uint32_t *counts, weft_dtype type);
uint64_t weft_plan_region(weft_plan *p);
/* To be called once, when all is added: orders the graph and sums up the memory. Returns 0, or -1
 * with a line in err: a cycle (names what waits for what), too much memory, no memory. */
int weft_plan_finish(weft_plan *p, char *err, size_t err_len);

/* The source that plays a finished plan; takes the plan. NULL when there is no memory. */
weft_source *weft_player_new(weft_plan *p, const weft_source_env *env);

/* ---------------------------------------------------------------- collectives --------------- */
/* Numbers as in chakra.proto. */
typedef enum {
    WEFT_COLL_ALL_REDUCE = 0,
    WEFT_COLL_REDUCE = 1,
    WEFT_COLL_ALL_GATHER = 2,
    WEFT_COLL_GATHER = 3,
    WEFT_COLL_SCATTER = 4,
    WEFT_COLL_BROADCAST = 5,
    WEFT_COLL_ALL_TO_ALL = 6,
    WEFT_COLL_REDUCE_SCATTER = 7,
    WEFT_COLL_REDUCE_SCATTER_BLOCK = 8,
    WEFT_COLL_BARRIER = 9
} weft_coll;

const char *weft_coll_name(unsigned type); /* NULL for an unknown number */

typedef struct {
    unsigned type;  /* weft_coll */
    uint64_t bytes; /* the input of one rank; root's for scatter and broadcast (docs/traces.md) */
    unsigned root;
    weft_dtype dtype;
    const uint64_t *nodes; /* [ranks]: node of each rank, for people */
} weft_coll_spec;

/* Expands one collective over all ranks of the plan to its standard algorithm, with its memory,
 * fills and checks. begin[r] and end[r] receive operations of rank r: everything of it comes after
 * begin and before end. Returns 0, or -1 with a line in err for a size that the algorithm cannot
 * do. */
int weft_coll_expand(weft_plan *p, const weft_coll_spec *c, uint32_t *begin, uint32_t *end,
                     char *err, size_t err_len);

#endif
