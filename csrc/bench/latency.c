/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * latency.c: the section latency: one frame alone in the switch, first wire byte in to first wire
 * byte out, for every ordered pair of ports, at several phases against everything that is periodic
 * in the switch. All must take the same time: no jitter, no pair that is better off.
 */
#include "bench/bench.h"
#include "tool/tool.h"

#define BOUND    24u /* cycles: the budget of docs/architecture.md */
#define PHASES   4u  /* times that each pair sends */
#define PATIENCE 20000u

static const unsigned sizes[] = {32, 64, 65, 72, 127, 128, 256, 512, 1024, 1518, 4096, 9216};
#define N_SIZES (sizeof sizes / sizeof sizes[0])

typedef struct {
    double size[N_SIZES], cycles[N_SIZES];
} state;

static weft_world *open_world(weft_bench *b)
{
    char err[512] = "";
    const weft_world_options wo = {.seed = weft_bench_seed(b),
                                   .profile = "esun",
                                   .ipg = 1,
                                   .min_frame = 32,
                                   .memory_bytes = 1u << 20,
                                   .lossless = true,
                                   .payload_check = true,
                                   .trace = true};
    weft_world *w = weft_world_open(&wo, err, sizeof err);
    if (!w) weft_bench_complain(WEFT_EXIT_FAULT, "%s", err);
    return w;
}

/* One frame, and then idle for a number of cycles that differs from pair to pair and from phase to
 * phase. False: the port refuses it. */
static bool one_frame(weft_world *w, unsigned src, unsigned dst, unsigned size, unsigned pause)
{
    if (weft_world_send_frame(w, src, dst, 0, size, weft_world_cycle(w)) != 0) return false;
    for (unsigned k = 0; k < PATIENCE && !weft_world_idle(w); k++) weft_world_step(w);
    for (unsigned k = 0; k < pause; k++) weft_world_step(w);
    return true;
}

static uint64_t all_pairs(weft_world *w, unsigned size)
{
    const unsigned ports = weft_world_ports(w);
    uint64_t sent = 0;
    for (unsigned phase = 0; phase < PHASES; phase++)
        for (unsigned src = 0; src < ports; src++)
            for (unsigned dst = 0; dst < ports; dst++)
                if (src != dst)
                    sent += one_frame(w, src, dst, size, 17 + phase + (src * ports + dst) % 7);
    return sent;
}

static int one_size(weft_bench *b, size_t i)
{
    state *s = weft_bench_state(b);
    weft_bench_row(b, "%u B", sizes[i]);
    weft_world *w = open_world(b);
    if (!w) return WEFT_EXIT_FAULT;
    const unsigned ports = weft_world_ports(w);
    const uint64_t want = (uint64_t)PHASES * ports * (ports - 1);
    weft_world_measure(w, true);
    const uint64_t sent = all_pairs(w, sizes[i]);
    weft_world_measure(w, false);
    weft_world_stats v;
    weft_world_get_stats(w, &v);
    weft_world_close(w);
    s->size[i] = sizes[i];
    s->cycles[i] = (double)v.lat_max;
    weft_bench_column(b, "%8llu%8llu%8llu%10.2f", (unsigned long long)v.lat_count,
                      (unsigned long long)v.lat_min, (unsigned long long)v.lat_max,
                      (double)v.lat_max / WEFT_CLOCK_HZ * 1e9);
    weft_bench_count(b, "frames", v.lat_count);
    weft_bench_count(b, "min", v.lat_min);
    weft_bench_count(b, "max", v.lat_max);
    weft_bench_expect(b, sent == want && v.lat_count == want,
                      "%llu of %llu frames taken, %llu measured", (unsigned long long)sent,
                      (unsigned long long)want, (unsigned long long)v.lat_count);
    weft_bench_expect(b, v.lat_min == v.lat_max, "not all pairs of ports take the same time");
    weft_bench_expect(b, v.lat_max <= BOUND, "more than %u cycles", BOUND);
    weft_bench_expect(b, v.frames_lost + v.corrupted + v.misrouted + v.payload_mismatches == 0,
                      "frames lost, damaged or misled");
    return WEFT_EXIT_OK;
}

static int run(weft_bench *b)
{
    weft_bench_head(b, "  frames     min     max      nanoseconds",
                    "        first byte in to first byte out");
    for (size_t i = 0; i < N_SIZES; i++) {
        if (weft_bench_quick(b) && sizes[i] != 32 && sizes[i] != 64 && sizes[i] != 1518) continue;
        const int rc = one_size(b, i);
        if (rc != WEFT_EXIT_OK) return rc;
    }
    return WEFT_EXIT_OK;
}

static int draw(weft_bench *b, const char *dir)
{
    const state *s = weft_bench_state(b);
    double budget[N_SIZES];
    for (size_t i = 0; i < N_SIZES; i++) budget[i] = BOUND;
    const weft_curve lines[] = {{"Weft, every pair of ports", s->size, s->cycles, N_SIZES},
                                {"budget", s->size, budget, N_SIZES}};
    FILE *f = weft_bench_picture(b, dir, "latency");
    if (!f) return WEFT_EXIT_FAULT;
    weft_svg_lines(f, "Latency of one frame alone", "bytes of a frame",
                   "cycles, first byte in to first byte out", lines, 2, true, 30);
    return weft_bench_picture_end(b, f);
}

const weft_bench_section weft_bench_latency = {
    .name = "latency",
    .title = "one frame alone, every ordered pair of ports, cycles from MII to MII",
    .run = run,
    .draw = draw,
    .state_bytes = sizeof(state)};
