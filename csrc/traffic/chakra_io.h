/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * chakra_io.h: Chakra trace files, one rank each (docs/traces.md). Reading takes one message at a
 * time and keeps of it what the player needs.
 */
#ifndef WEFT_TRAFFIC_CHAKRA_IO_H
#define WEFT_TRAFFIC_CHAKRA_IO_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "traffic/data.h"

/* Types of nodes, as in chakra.proto. */
enum {
    WEFT_NODE_METADATA = 1,
    WEFT_NODE_MEM_LOAD = 2,
    WEFT_NODE_MEM_STORE = 3,
    WEFT_NODE_COMP = 4,
    WEFT_NODE_SEND = 5,
    WEFT_NODE_RECV = 6,
    WEFT_NODE_COLL = 7
};

typedef struct {
    uint64_t id;
    int type;
    char name[48];    /* the start of it, printable */
    uint64_t micros;  /* duration */
    size_t first_dep; /* in trace->deps: data dependencies, then control dependencies */
    uint32_t n_data, n_ctrl;
    bool has_size, has_peer, has_coll, cpu;
    uint64_t size; /* comm_size, bytes */
    int64_t peer;  /* comm_dst or comm_src */
    int64_t tag;   /* comm_tag, 0 when missing */
    int64_t coll;  /* comm_type of a collective */
    int64_t root;
    weft_dtype dtype;
} weft_node;

typedef struct {
    char *path;
    weft_node *nodes;
    size_t n_nodes, cap_nodes;
    uint64_t *deps; /* node ids as read; indices of nodes after weft_chakra_link */
    size_t n_deps, cap_deps;
} weft_trace;

/* Reads one file. Returns 0, or -1 with a line in err that names the file, the message and what is
 * wrong. The trace must be freed in both cases. */
int weft_chakra_read(const char *path, weft_trace *t, char *err, size_t err_len);
/* Turns node ids into indices. -1 with a line in err: an id twice, a dependency on no node. */
int weft_chakra_link(weft_trace *t, char *err, size_t err_len);
void weft_chakra_free(weft_trace *t);

/* Writing. Each returns 0, or -1 when the file cannot be written (errno says why). */
int weft_chakra_write_header(FILE *f);
typedef struct {
    uint64_t id;
    const char *name;
    int type;
    uint64_t micros;
    const uint64_t *data_deps;
    size_t n_data;
    const uint64_t *ctrl_deps;
    size_t n_ctrl;
    int64_t size, src, dst, tag, coll; /* below 0: not written */
    bool float32;                      /* the vector has floats */
} weft_node_out;
int weft_chakra_write_node(FILE *f, const weft_node_out *n);

#endif
