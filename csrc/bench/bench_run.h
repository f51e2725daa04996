/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * bench_run.h: how `weft bench` runs the sections of bench.h.
 */
#ifndef WEFT_BENCH_RUN_H
#define WEFT_BENCH_RUN_H
#include <jansson.h>

#include "bench/bench.h"

/* All sections in the order in which they run, NULL at the end (sections.c). */
extern const weft_bench_section *const weft_bench_sections[];
const weft_bench_section *weft_bench_section_named(const char *name); /* or NULL */

typedef struct {
    bool quick, long_, update;
    uint64_t seed;        /* goldens are made with seed 1: with another, bounds alone judge */
    const char *golden;   /* folder of the goldens */
    const char *pictures; /* folder, or NULL; a picture needs all rows: quick is then ignored */
    FILE *out;            /* tables */
} weft_bench_options;

/* NULL after a complaint. */
weft_bench *weft_bench_open(const weft_bench_options *opt);
/* Runs a section: its rows, the comparison, goldens to write, pictures. Returns the exit status of
 * docs/command.md: of a section that could not run, 1 with any fault or difference, or 0. */
int weft_bench_run(weft_bench *b, const weft_bench_section *s);
/* The JSON of docs/command.md for the sections that ran; NULL: no memory. */
json_t *weft_bench_json(const weft_bench *b);
void weft_bench_close(weft_bench *b); /* NULL is allowed */
#endif
