/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * mix.h: a switch whose ports speak different protocols, port p the one of number p modulo
 * WEFT_MIX_PROTOCOLS: the frames of each, written header by header, and every byte of what comes
 * out compared with what went in.
 */
#ifndef WEFT_BENCH_MIX_H
#define WEFT_BENCH_MIX_H
#include "bench/bench.h"
#include "traffic/data.h"
#include "weft/endpoint.h"

#define WEFT_MIX_PROTOCOLS 8u
#define WEFT_MIX_PATTERN   4096u

struct weft_mix;
typedef struct {
    struct weft_mix *m;
    unsigned port;
} weft_mix_port;

typedef struct weft_mix {
    weft_bench *b;
    weft_world *w;
    weft_rng rng;
    unsigned ports, vcs;
    uint64_t sent, got; /* got: right in every byte, in order */
    uint64_t wrong, disordered;
    uint64_t last_out; /* cycle of the S of the last frame that came out */
    uint32_t next_sent[WEFT_MAX_PORTS][WEFT_MAX_PORTS];              /* [from][to] */
    uint32_t next_due[WEFT_MAX_PORTS][WEFT_MAX_PORTS][WEFT_MAX_VCS]; /* [from][to][vc] */
    uint8_t pattern[WEFT_MIX_PATTERN + 2048];                        /* random payload */
    weft_mix_port hook[WEFT_MAX_PORTS];
} weft_mix;

const char *weft_mix_name(unsigned protocol);
/* Opens a switch without flow control, each port with the program of its protocol, routes in every
 * table. Returns 0, or an exit status after a complaint. */
int weft_mix_open(weft_mix *m, weft_bench *b, uint64_t key);
void weft_mix_close(weft_mix *m);
/* VC of the next frame from a port to a port: by its class, where the protocol has one. */
unsigned weft_mix_vc(const weft_mix *m, unsigned from, unsigned to);
/* Queues a frame of `bytes` (64..1518, incl. FCS) from a port to a port. False: the queue is full.
 */
bool weft_mix_send(weft_mix *m, unsigned from, unsigned to, unsigned bytes);
/* Steps until all has come out, or `most` cycles. */
void weft_mix_drain(weft_mix *m, unsigned most);
#endif
