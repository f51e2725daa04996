/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * bench_curves.h: `weft bench --curves`: the switch next to the ideal of traffic/oq_model.h.
 */
#ifndef WEFT_BENCH_CURVES_H
#define WEFT_BENCH_CURVES_H
#include "tool/tool.h"
#include "traffic/oq_model.h"

/* What came out of the switch of one kind, in the measured window. */
typedef struct {
    uint64_t frames;
    uint64_t least, most;   /* frames out of the port that had the fewest, the most */
    uint64_t longest_pause; /* cycles between two of them, at the port where it was longest */
    double share;           /* of all wires */
} weft_curve_class;

typedef struct {
    weft_world_stats stats; /* without its histogram */
    weft_oq_delay overall;  /* frames of the source: coming into being to first byte out */
    weft_oq_delay reads;    /* reads: issued to data in memory */
    weft_oq_result ideal;   /* all 0 with reads: what answers come when, the switch decides */
    weft_curve_class request, response;
    bool ok;
    char why[512]; /* not ok: what is wrong */
} weft_curve_point;

/* Plays gen:PATTERN,load=LOAD through the switch and, the same arrivals, through the ideal, whose
 * latency without load is that given (cycles; 0: the least of this run). reads: the pattern has
 * reads. Returns WEFT_EXIT_OK (p filled, p->ok says the verdict), or WEFT_EXIT_USAGE or
 * WEFT_EXIT_FAULT with a line in err. */
int weft_curve_play(const char *pattern, double load, uint64_t latency, bool reads,
                    weft_curve_point *p, char *err, size_t err_len);

typedef struct {
    bool quick, update;
    const char *json, *golden, *pictures; /* or NULL */
} weft_curves_options;
/* All curves: table, goldens, pictures. Returns an exit status; says on stderr what is wrong. */
int weft_bench_curves(const weft_curves_options *opt);

#endif
