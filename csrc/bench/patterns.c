/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * patterns.c: the section patterns: what the switch delivers of synthetic traffic, and with what
 * latency, next to an ideal output-queued switch that gets the same arrivals.
 *
 * At load 1 random traffic leaves no switch room to catch up: an output that once had nothing to
 * send has lost that time. What even the ideal delivers therefore depends on the window, and the
 * rows of load 1 are measured in windows of growing length. The long ones are those in which the
 * ideal delivers at least IDEAL_ENOUGH; there Weft must deliver FULL_BOUND.
 */
#include <stdlib.h>

#include "bench/bench.h"
#include "bench/play.h"

#define FULL_BOUND   0.99
#define IDEAL_ENOUGH 0.995
#define BELOW_IDEAL  0.01 /* at load 1, of uniform traffic */
/* All frames are on VC 0. In the rows with a deep buffer it has most of the ingress buffer, not its
 * equal share: how much of what is missing is missing for want of buffer. */
#define DEEP_WEIGHT 13u
#define CDF_POINTS  300

typedef struct {
    const char *name, *source;
    enum { UNIFORM = 1, READS = 2, PICTURE = 4, QUICK = 8, FULL = 16, DEEP = 32 } what;
} pattern;

#define FULL_UNIFORM (UNIFORM | FULL)

static const pattern patterns[] = {
    {"uniform 64 B, 20k cycles", "uniform,size=64,cycles=20000", FULL_UNIFORM | QUICK},
    {"uniform 64 B, 60k", "uniform,size=64,cycles=60000", FULL_UNIFORM},
    {"uniform 64 B, 200k", "uniform,size=64,cycles=200000", FULL_UNIFORM},
    {"uniform 64 B, 400k", "uniform,size=64,cycles=400000", FULL_UNIFORM},
    {"uniform imix, 20k", "uniform,size=imix,cycles=20000", FULL_UNIFORM},
    {"uniform imix, 60k", "uniform,size=imix,cycles=60000", FULL_UNIFORM},
    {"uniform imix, 200k", "uniform,size=imix,cycles=200000", FULL_UNIFORM},
    {"uniform imix, 400k", "uniform,size=imix,cycles=400000", FULL_UNIFORM},
    {"uniform 64-1518 B, 20k", "uniform,size=64-1518,cycles=20000", FULL_UNIFORM | QUICK},
    {"uniform 64-1518 B, 60k", "uniform,size=64-1518,cycles=60000", FULL_UNIFORM},
    {"uniform 64-1518 B, 200k", "uniform,size=64-1518,cycles=200000", FULL_UNIFORM},
    {"uniform 64-1518 B, 400k", "uniform,size=64-1518,cycles=400000", FULL_UNIFORM},
    {"imix, 400k, deep buffer", "uniform,size=imix,cycles=400000", FULL_UNIFORM | DEEP},
    {"64-1518 B, 400k, deep", "uniform,size=64-1518,cycles=400000", FULL_UNIFORM | DEEP},
    {"incast 1500 B", "incast,size=1500,cycles=20000", FULL | QUICK},
    {"incast 64 B", "incast,size=64,cycles=20000", FULL},
    {"all to all 1500 B", "alltoall,size=1500,cycles=10000", FULL},
    {"diagonal 64 B", "diagonal,size=64,cycles=20000", FULL},
    {"tornado 1500 B", "tornado,size=1500,cycles=10000", FULL},
    {"bursty 512 B, load 0.7", "bursty,size=512,load=0.7,cycles=20000", 0},
    {"hotspot 256 B, load 0.3", "hotspot,size=256,load=0.3,cycles=20000", 0},
    {"reads 256 B, load 0.5", "uniform,size=256,read=1,load=0.5,cycles=20000", READS},
    {"uniform 64 B, load 0.1", "uniform,size=64,load=0.1,cycles=20000", PICTURE | QUICK},
    {"uniform 64 B, load 0.5", "uniform,size=64,load=0.5,cycles=20000", PICTURE},
    {"uniform 64 B, load 0.8", "uniform,size=64,load=0.8,cycles=20000", PICTURE},
    {"uniform 64 B, load 0.95", "uniform,size=64,load=0.95,cycles=20000", PICTURE},
};
#define N_PATTERNS (sizeof patterns / sizeof patterns[0])

typedef struct {
    double x[N_PATTERNS][CDF_POINTS], y[N_PATTERNS][CDF_POINTS];
    size_t n[N_PATTERNS];
} state;

static void judge(weft_bench *b, const pattern *p, const weft_play_result *r)
{
    const double got = r->stats.delivered, ideal = r->ideal.delivered;
    weft_bench_expect(b, r->ok, "%s", r->why);
    if (!(p->what & UNIFORM)) return;
    weft_bench_expect(b, got >= ideal - BELOW_IDEAL, "more than %.3f below the ideal", BELOW_IDEAL);
    weft_bench_expect(b, got >= FULL_BOUND || ideal < IDEAL_ENOUGH,
                      "less than %.2f delivered, the ideal %.4f", FULL_BOUND, ideal);
}

static void record(weft_bench *b, const pattern *p, const weft_play_result *r)
{
    const weft_world_stats *s = &r->stats;
    const bool ideal = !(p->what & READS);
    weft_bench_column(b, "%9.3f", 100 * s->delivered);
    if (ideal)
        weft_bench_column(b, "%9.3f", 100 * r->ideal.delivered);
    else
        weft_bench_column(b, "%9s", "");
    weft_bench_column(b, "%8.3f%8.3f%7llu%7llu%7llu%7llu", 100 * s->offered, 100 * r->updates,
                      (unsigned long long)s->lat_min, (unsigned long long)s->lat_p50,
                      (unsigned long long)s->lat_p99, (unsigned long long)s->lat_max);
    weft_bench_fraction(b, "delivered", s->delivered);
    if (ideal) weft_bench_fraction(b, "ideal", r->ideal.delivered);
    weft_bench_fraction(b, "offered", s->offered);
    weft_bench_fraction(b, "updates", r->updates);
    weft_bench_fraction(b, "jain", s->jain);
    weft_bench_count(b, "frames", s->frames_delivered);
    weft_bench_count(b, "cycles", r->cycles);
    weft_bench_count(b, "latency_min", s->lat_min);
    weft_bench_count(b, "latency_p50", s->lat_p50);
    weft_bench_count(b, "latency_p99", s->lat_p99);
    weft_bench_count(b, "latency_p999", s->lat_p999);
    weft_bench_count(b, "latency_max", s->lat_max);
    if (r->seconds > 0) weft_bench_clock(b, "khz", (double)r->cycles / r->seconds / 1e3);
}

static int one_pattern(weft_bench *b, size_t i)
{
    const pattern *p = &patterns[i];
    state *s = weft_bench_state(b);
    char source[80], err[512] = "";
    weft_play_result r;
    snprintf(source, sizeof source, "gen:%s", p->source);
    weft_bench_row(b, "%s", p->name);
    const weft_play_options opt = {.source = source,
                                   .seed = weft_bench_seed(b),
                                   .vc0_weight = p->what & DEEP ? DEEP_WEIGHT : 1,
                                   .reads = (p->what & READS) != 0,
                                   .full = (p->what & FULL) != 0};
    const int rc = weft_play(&opt, &r, err, sizeof err);
    if (rc != WEFT_EXIT_OK) return weft_bench_complain(rc, "%s: %s", source, err);
    record(b, p, &r);
    judge(b, p, &r);
    if (p->what & PICTURE)
        s->n[i] = weft_cdf(r.stats.lat_hist, r.stats.lat_hist_len, s->x[i], s->y[i], CDF_POINTS);
    weft_play_free(&r);
    return WEFT_EXIT_OK;
}

static int run(weft_bench *b)
{
    weft_bench_head(b, "     % of the wires out      into  credit          latency, cycles",
                    "delivered    ideal  switch updates    min    p50    p99    max");
    for (size_t i = 0; i < N_PATTERNS; i++) {
        if (weft_bench_quick(b) && !(patterns[i].what & QUICK)) continue;
        const int rc = one_pattern(b, i);
        if (rc != WEFT_EXIT_OK) return rc;
    }
    return WEFT_EXIT_OK;
}

static int draw(weft_bench *b, const char *dir)
{
    const state *s = weft_bench_state(b);
    weft_curve curves[N_PATTERNS];
    size_t n = 0;
    for (size_t i = 0; i < N_PATTERNS; i++)
        if (s->n[i]) curves[n++] = (weft_curve){patterns[i].name, s->x[i], s->y[i], s->n[i]};
    FILE *f = weft_bench_picture(b, dir, "patterns");
    if (!f) return WEFT_EXIT_FAULT;
    weft_svg_lines(f, "Latency of 64-byte frames, uniform traffic",
                   "cycles, first byte in to first byte out", "part of the frames", curves, n, true,
                   1.0);
    return weft_bench_picture_end(b, f);
}

const weft_bench_section weft_bench_patterns = {
    .name = "patterns",
    .title = "synthetic traffic next to an ideal output-queued switch, load 1 where none is given",
    .run = run,
    .draw = draw,
    .state_bytes = sizeof(state)};
