/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * load.h: flows of frames between the ports of a world, at a rate or as fast as the wire takes
 * them, and what arrived of each: for the sections of `weft bench` that ask who gets how much.
 */
#ifndef WEFT_BENCH_LOAD_H
#define WEFT_BENCH_LOAD_H
#include "bench/bench.h"
#include "traffic/data.h"
#include "weft/endpoint.h"

#define WEFT_LOAD_FLOWS 4096u /* every port to every other one, and some */
#define WEFT_LOAD_GROUP 1024u /* + g: the destination is multicast group g */

typedef struct {
    unsigned lo, hi; /* frame bytes incl. FCS, drawn evenly */
} weft_load_size;

#define WEFT_LOAD_NAME 24
/* "64 B", "72-79 B"; "mixed" for 64 to 1518 bytes. Returns text. */
const char *weft_load_size_name(weft_load_size size, char text[WEFT_LOAD_NAME]);

typedef struct {
    unsigned src, dst, vc;
    weft_load_size size;
    double rate, chance;    /* fraction of the wire; 0: the queue never runs dry. Frames a cycle */
    uint64_t sent, refused; /* frames since the beginning */
    uint64_t offered;       /* wire bytes in the window */
} weft_load_flow;

/* What came from a port to a port on a VC. */
typedef struct {
    uint64_t frames; /* since the beginning */
    uint64_t bytes;  /* wire bytes in the window */
} weft_load_got;

typedef struct {
    struct weft_load *load;
    unsigned port;
} weft_load_port;

typedef struct weft_load {
    weft_bench *b;
    weft_world *w;
    weft_rng rng;
    unsigned ports, vcs, mii, n;
    uint64_t strange;  /* frames that nobody can name */
    uint64_t from, to; /* cycles of the window */
    bool measuring;
    weft_load_flow flow[WEFT_LOAD_FLOWS];
    weft_load_got got[WEFT_MAX_PORTS][WEFT_MAX_PORTS][WEFT_MAX_VCS]; /* [to][from][vc] */
    weft_load_port hook[WEFT_MAX_PORTS];
} weft_load;

/* May do something to the world in each cycle of weft_load_run. */
typedef void (*weft_load_act)(weft_load *l, void *ctx);

/* Opens a world with lossless VCs and no flows. key: which row this is; with the seed of the bench
 * it decides every random choice. Returns 0, or an exit status after a complaint. */
int weft_load_open(weft_load *l, weft_bench *b, uint64_t key);
void weft_load_close(weft_load *l);

/* A flow from a port to a port or group on a VC; rate as in weft_load_flow. */
void weft_load_add(weft_load *l, unsigned src, unsigned dst, unsigned vc, weft_load_size size,
                   double rate);
/* Each of n >= 3 ports sends to the next one on VC 2 and to the next but one on VC 3, together at
 * `rate` of its wire. */
void weft_load_ring(weft_load *l, const unsigned *port, unsigned n, weft_load_size size,
                    double rate);
/* The ports without those of the mask; returns how many. */
unsigned weft_load_others(const weft_load *l, uint64_t mask, unsigned port[WEFT_MAX_PORTS]);
/* The receiver at a port frees its credits at this percentage of the rate of the wire. */
void weft_load_set_drain(weft_load *l, unsigned port, unsigned percent);

/* `warm` cycles of traffic, then `window` cycles that are measured. act may be NULL. */
void weft_load_run(weft_load *l, uint64_t warm, uint64_t window, weft_load_act act, void *ctx);

/* Fraction of a wire that these bytes took in the window. */
double weft_load_part(const weft_load *l, uint64_t bytes);
/* Frames sent from a port to a port on a VC, without multicast. */
uint64_t weft_load_sent(const weft_load *l, unsigned src, unsigned dst, unsigned vc);
/* Jain's index of fairness: (sum x)^2 / (n sum x^2), 1 when all are equal, 1/n when one has all. */
double weft_load_jain(const double *x, unsigned n);

typedef struct {
    double least, mean;
} weft_load_share;
/* What the flows first..end-1 got of what they offered in the window (of the wire when their queue
 * never runs dry), as values and columns of the row. Each must get 0.95 at least (that is the
 * budget of docs/architecture.md), and 0.99 of the wire; the least one counts, not the mean. */
weft_load_share weft_load_victims(weft_load *l, unsigned first, unsigned end);

/* The sources fall silent. Everything must come to its end, all frames arrive and nothing else,
 * credits and counters agree. Values and columns of the row: frames, lost. */
void weft_load_finish(weft_load *l);
#endif
