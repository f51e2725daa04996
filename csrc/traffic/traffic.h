/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * traffic.h: where traffic comes from. A source is opened from its name on the command line
 * (docs/command.md), says what memory it needs, is stepped once a cycle, and checks at its end that
 * every memory holds what it must. Sources see the accelerators through weft_net only, so that the
 * same player runs over the model and over the little network of a unit test.
 */
#ifndef WEFT_TRAFFIC_H
#define WEFT_TRAFFIC_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/endpoint.h"

#define WEFT_CLOCK_HZ 1562500000.0 /* nominal core clock: turns microseconds into cycles */

/* ---------------------------------------------------------------- what a source plays on ---- */
/* The functions have the contracts of the functions of the same names in weft/endpoint.h; the
 * first argument is ctx, the second the accelerator or port that acts. */
typedef struct {
    void *ctx;
    unsigned ports;
    uint64_t (*cycle)(void *ctx);
    uint8_t *(*memory)(void *ctx, unsigned rank);
    uint64_t (*memory_size)(void *ctx, unsigned rank);
    int (*write)(void *ctx, unsigned rank, unsigned dst, uint64_t dst_addr, uint64_t src_addr,
                 uint64_t len, unsigned flags, uint32_t notify_tag, weft_op_done done,
                 void *done_ctx);
    int (*read)(void *ctx, unsigned rank, unsigned dst, uint64_t dst_addr, uint64_t local_addr,
                uint64_t len, weft_op_done done, void *done_ctx);
    int (*atomic)(void *ctx, unsigned rank, unsigned dst, weft_mem_op op, uint64_t dst_addr,
                  uint64_t operand, uint64_t compare, uint64_t result_addr, weft_op_done done,
                  void *done_ctx);
    void (*on_notify)(void *ctx, unsigned rank, weft_notify_fn fn, void *fn_ctx);
    int (*send_frame)(void *ctx, unsigned src, unsigned dst, unsigned vc, size_t frame_bytes,
                      uint64_t stamp);
    size_t (*backlog)(void *ctx, unsigned port, unsigned vc);
    /* For captured frames; NULL in networks that take none. learn: a driver status,
     * WEFT_ERR_STATE when the network does not forward by 48-bit address. play: -1 as well when
     * `most` frames wait in that port for their turn. */
    int (*learn)(void *ctx, unsigned port, uint64_t mac);
    int (*play)(void *ctx, unsigned port, const uint8_t *data, size_t len, uint64_t stamp,
                size_t most);
} weft_net;

/* The accelerators and partners of a world. Nothing is allocated; w must outlive the result. */
weft_net weft_net_of_world(weft_world *w);

/* ---------------------------------------------------------------- sources ------------------- */
typedef struct weft_source weft_source;

typedef struct {
    unsigned ports;     /* of the switch */
    unsigned mii_bytes; /* bytes per cycle on a wire */
    unsigned ipg;       /* configured gap in bytes, 1..12 */
    uint64_t seed;
    uint64_t stall_cycles; /* no progress for so long is a fault; 0 = 500000 */
    /* Frame bytes around the data of a write and of an answer to a read, FCS included; 0: those of
     * the memory transport (32) */
    unsigned write_header, read_header;
} weft_source_env;

typedef struct {
    uint64_t memory_bytes; /* every accelerator needs at least so much */
    unsigned min_frame;    /* smallest frame incl. FCS that the source sends; 0: no wish */
    bool may_drop;         /* frames without a route or with a used-up TTL are no fault */
} weft_source_needs;

typedef enum {
    WEFT_PHASE_WARMUP,  /* not yet measured */
    WEFT_PHASE_MEASURE, /* the measured window */
    WEFT_PHASE_DRAIN,   /* nothing more will be issued: step until idle */
    WEFT_PHASE_FAILED   /* weft_source_message says why; a fault of the run, not of the input */
} weft_phase;

/* Opens a source by name (`chakra:DIR/PREFIX`, `cm:FILE`, `csv:FILE`, `gen:PATTERN,...`,
 * `pcap:FILE`), reads and checks all its input. Returns NULL and one line in err (what, where, how
 * to mend it) when the name or the input is wrong. */
weft_source *weft_source_open(const char *spec, const weft_source_env *env, char *err,
                              size_t err_len);
void weft_source_close(weft_source *s); /* NULL is allowed */
weft_source_needs weft_source_get_needs(const weft_source *s);
/* One line for people: what this source is. Valid until close. */
const char *weft_source_describe(const weft_source *s);
/* Fills the memories and attaches to the net (copied; its ctx must outlive the source). Returns 0,
 * or -1 with a line in err when the net is too small. To be called once, at the cycle at which the
 * source's time begins. */
int weft_source_start(weft_source *s, const weft_net *net, char *err, size_t err_len);
/* Acts for the coming cycle; to be called before each step of the world. */
void weft_source_step(weft_source *s);
weft_phase weft_source_get_phase(const weft_source *s);
/* How far the source is: done of total, in units of its own (nodes, flows, operations, cycles). */
void weft_source_progress(const weft_source *s, uint64_t *done, uint64_t *total);
/* After the drain: compares all memories with an independently computed result. Returns the number
 * of differences (0: all right) and a line in msg: what was checked, or the first difference. */
uint64_t weft_source_verify(weft_source *s, char *msg, size_t msg_len);
/* Why the phase is WEFT_PHASE_FAILED; "" otherwise. Valid until close. */
const char *weft_source_message(const weft_source *s);

/* ---------------------------------------------------------------- traces -------------------- */
/* Writes a trace of the given kind as DIR/KIND.N.et for N in 0..ranks-1 (the folder is made).
 * kind: ring-allreduce, allgather, reducescatter, alltoall, moe-dispatch, transformer-layer.
 * bytes: the vector of a rank (docs/traces.md says what that is for each kind). Returns 0, -1 for a
 * bad argument, -2 when a file cannot be written; a line in msg: what was written or what is wrong.
 */
int weft_trace_write(const char *kind, unsigned ranks, uint64_t bytes, const char *dir, char *msg,
                     size_t msg_len);
/* Names of the kinds, NULL at the end. */
const char *const *weft_trace_kinds(void);

#endif
