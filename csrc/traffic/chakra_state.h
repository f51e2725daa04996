/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * chakra_state.h: what is known of a trace while it is planned, shared by the files chakra_flow.c,
 * chakra_match.c and chakra_result.c only.
 */
#ifndef WEFT_TRAFFIC_CHAKRA_STATE_H
#define WEFT_TRAFFIC_CHAKRA_STATE_H
#include "traffic/chakra_flow.h"

#define NONE WEFT_PLAN_NONE

typedef struct {
    unsigned src, dst;
    uint32_t send, recv; /* nodes */
    uint64_t len;
    uint32_t parent;   /* union-find: messages of one chunk */
    uint32_t *carried; /* symbolic content, once sent */
    uint32_t plan_msg;
} message;

/* One chunk on one rank. */
typedef struct {
    bool there;
    uint64_t addr;
    uint32_t *counts;
    int kind; /* of the last group of accesses: 0 none, 1 read, 2 add, 3 overwrite */
    uint32_t *group, *before; /* operations of the last group, and of the one before it */
    size_t n_group, n_before, cap_group, cap_before;
} place;

typedef struct {
    bool used, equal, adds;
    bool crowded;                /* more contributions than floats can add exactly */
    uint64_t len, region, bytes; /* bytes of all its messages */
    weft_dtype type;
    place *on; /* [ranks], when used and equal */
} chunk;

typedef struct {
    const weft_trace *t;
    unsigned ranks;
    weft_plan *p;
    uint32_t *order[WEFT_MAX_PORTS]; /* nodes in an order that their dependencies allow */
    uint32_t *first[WEFT_MAX_PORTS]; /* followers of node i: next[first[i] .. first[i + 1]) */
    uint32_t *next[WEFT_MAX_PORTS];
    uint32_t *msg_of[WEFT_MAX_PORTS]; /* message of a send or receive node, else NONE */
    uint32_t *adder[WEFT_MAX_PORTS];  /* of a receive node: the compute that adds it, or NONE */
    uint32_t *in[WEFT_MAX_PORTS], *out[WEFT_MAX_PORTS]; /* plan operations of a node */
    message *msgs;
    size_t n_msgs;
    chunk *chunks; /* indexed by the root message of the chunk */
    size_t n_coll, n_send;
    unsigned coll_types; /* bit set */
    char *err;
    size_t err_len;
    bool failed;
} flow;

/* Keeps the first error. Both return -1. */
int flow_fail(flow *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int flow_no_memory(flow *f);

static inline const weft_node *flow_node(const flow *f, unsigned r, uint32_t i)
{
    return &f->t[r].nodes[i];
}

/* chakra_match.c: 0, or -1 and an error. Every node is of a kind and a size that can be played; the
 * nodes of a rank in an order that their dependencies allow; which receive takes which send. */
int flow_check_nodes(flow *f, unsigned r);
int flow_order_rank(flow *f, unsigned r);
int flow_match(flow *f);
/* The same collective of all ranks becomes operations of the plan, once those of nodes are there.
 */
int flow_plan_collectives(flow *f);

/* chakra_result.c: adds to the plan what every memory must hold in the end, and says in one line
 * what the trace is. */
void flow_result(flow *f, char *out, size_t len);

#endif
