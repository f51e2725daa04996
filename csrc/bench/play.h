/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * play.h: a synthetic source through the switch and, the same arrivals, through the ideal of
 * traffic/oq_model.h.
 */
#ifndef WEFT_BENCH_PLAY_H
#define WEFT_BENCH_PLAY_H
#include "tool/tool.h"
#include "traffic/oq_model.h"

/* What came out of the switch of one kind, in the measured window. */
typedef struct {
    uint64_t frames;
    uint64_t least, most;   /* frames out of the port that had the fewest, the most */
    uint64_t longest_pause; /* cycles between two of them, at the port where it was longest */
    double share;           /* of all wires */
} weft_play_class;

typedef struct {
    const char *source; /* gen:PATTERN,... */
    uint64_t seed;
    uint64_t latency;    /* of the ideal without load, cycles; 0: the least of this run */
    unsigned vc0_weight; /* as in weft_world_options */
    bool reads;          /* the source has reads: there is no ideal */
    bool full; /* at load 1 a frame comes into being when the queue has room: then the times
                  of the two lists may differ, order and sizes may not */
} weft_play_options;

typedef struct {
    weft_world_stats stats; /* lat_hist is owned by the result */
    weft_oq_delay overall;  /* frames of the source: coming into being to first byte out */
    weft_oq_delay reads;    /* reads: issued to data in memory */
    weft_oq_result ideal;   /* all 0 with reads: what answers come when, the switch decides */
    weft_play_class request, response;
    double updates;  /* part of all wires that CF_Updates out of the switch took in the window */
    double seconds;  /* of the clock, from the first step to idle */
    uint64_t cycles; /* in those */
    bool ok;
    char why[512]; /* not ok: what is wrong */
} weft_play_result;

/* Plays a source through the switch and through the ideal. Both lists of frames must begin with the
 * same ones in every port, or the comparison would be of two different things. Returns WEFT_EXIT_OK
 * (p filled, p->ok says the verdict; to be freed), or WEFT_EXIT_USAGE or WEFT_EXIT_FAULT with a
 * line in err. */
int weft_play(const weft_play_options *opt, weft_play_result *p, char *err, size_t err_len);
void weft_play_free(weft_play_result *p);

#endif
