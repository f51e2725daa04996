/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * speed.c: the section speed: how fast the simulation is, one thread, every byte checked. The
 * cycles and frames of each run are deterministic; only the clock is not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "tool/tool.h"

#define REDUCE_KIND  "ring-allreduce"
#define REDUCE_BYTES (1u << 20) /* of every rank */

static int one_run(weft_bench *b, const char *name, const char *source)
{
    char err[512] = "";
    weft_run_result r;
    const weft_run_options opt = {.source = source,
                                  .profile = "esun",
                                  .ipg = 1,
                                  .seed = weft_bench_seed(b),
                                  .payload_check = true,
                                  .progress = false};
    weft_bench_row(b, "%s", name);
    const int rc = weft_tool_run(&opt, &r, err, sizeof err);
    if (rc != WEFT_EXIT_OK) return weft_bench_complain(rc, "%s: %s", source, err);
    weft_bench_count(b, "cycles", r.stats.cycles);
    weft_bench_count(b, "frames", r.stats.frames_delivered);
    weft_bench_clock(b, "khz", r.khz);
    weft_bench_clock(b, "frames_per_second", r.frames_per_second);
    weft_bench_column(b, "%10llu%10llu%11.1f%12.0f", (unsigned long long)r.stats.cycles,
                      (unsigned long long)r.stats.frames_delivered, r.khz, r.frames_per_second);
    weft_bench_expect(b, r.ok, "%s; %s%s", r.verdict, r.difference,
                      r.credits_agree ? "" : "; credits disagree");
    weft_run_result_free(&r);
    return WEFT_EXIT_OK;
}

/* The trace is written into a folder that lives as long as the run. */
static int all_reduce(weft_bench *b)
{
    const unsigned ranks = weft_bench_geometry(b).ports;
    const char *tmp = getenv("TMPDIR");
    char dir[200], source[300], path[300], msg[512] = "";
    snprintf(dir, sizeof dir, "%.150s/weft-bench-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(dir)) return weft_bench_complain(WEFT_EXIT_FAULT, "%s cannot be made", dir);
    int rc = weft_trace_write(REDUCE_KIND, ranks, REDUCE_BYTES, dir, msg, sizeof msg) == 0
                 ? WEFT_EXIT_OK
                 : weft_bench_complain(WEFT_EXIT_FAULT, "%s", msg);
    snprintf(source, sizeof source, "chakra:%s/%s", dir, REDUCE_KIND);
    if (rc == WEFT_EXIT_OK) rc = one_run(b, "all-reduce, ring, 1 MiB", source);
    for (unsigned i = 0; i < ranks; i++) {
        snprintf(path, sizeof path, "%s/%s.%u.et", dir, REDUCE_KIND, i);
        unlink(path);
    }
    rmdir(dir);
    return rc;
}

static int run(weft_bench *b)
{
    weft_bench_head(b, "    cycles    frames   kcycle/s    frames/s", NULL);
    int rc = one_run(b, "uniform 64 B, load 1", "gen:uniform,size=64,cycles=60000");
    if (rc == WEFT_EXIT_OK)
        rc = one_run(b, "permutation 64 B, load 1", "gen:permutation,size=64,cycles=60000");
    if (rc == WEFT_EXIT_OK && !weft_bench_quick(b)) rc = all_reduce(b);
    return rc;
}

const weft_bench_section weft_bench_speed = {
    .name = "speed",
    .title = "the simulation by the clock on the wall, one thread, every byte checked",
    .run = run};
