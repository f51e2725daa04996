/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * bench.h: what every section of `weft bench` is made of. A section measures one thing in rows;
 * each row has values that are deterministic (cycles, frames, millionths: they must equal the
 * section's golden exactly) and values of the clock (only shown). A row may state bounds: a value
 * beyond its bound is a fault, whatever the golden says, so that a section is a test with any seed
 * and any size of switch.
 *
 * csrc/bench/NAME.c is the section NAME: golden tests/golden/NAME.json, pictures NAME*.svg, page
 * docs/performance.md.
 */
#ifndef WEFT_BENCH_BENCH_H
#define WEFT_BENCH_BENCH_H
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "weft_sim.h"

typedef struct weft_bench weft_bench;

typedef struct {
    const char *name;  /* one word: what is typed, the golden's and the pictures' name */
    const char *title; /* one line for --help and over the table */
    /* Runs the section: rows by the functions below. Returns 0, or an exit status after
     * weft_bench_complain when it could not run (a fault that was found is not that: it is
     * counted by weft_bench_expect). */
    int (*run)(weft_bench *b);
    /* Draws what run() left in weft_bench_state() as files NAME*.svg in a folder, by
     * weft_bench_picture; NULL: no picture. */
    int (*draw)(weft_bench *b, const char *dir);
    size_t state_bytes; /* of zeroed memory for weft_bench_state() */
} weft_bench_section;

extern const weft_bench_section weft_bench_latency, weft_bench_sizes, weft_bench_patterns,
    weft_bench_incast, weft_bench_neighbour, weft_bench_multicast, weft_bench_deadlock,
    weft_bench_curves, weft_bench_protocols, weft_bench_reprogram, weft_bench_efficiency,
    weft_bench_speed;

/* What a section may know. quick: a part of the rows (their names and values are those of the full
 * run); long_: more seeds (rows beyond the golden's are then only judged by their bounds). */
bool weft_bench_quick(const weft_bench *b);
bool weft_bench_long(const weft_bench *b);
uint64_t weft_bench_seed(const weft_bench *b);
weft_sim_geometry weft_bench_geometry(const weft_bench *b);
void *weft_bench_state(weft_bench *b);
FILE *weft_bench_out(weft_bench *b); /* where the table goes */

/* Prints the heads of the columns, aligned with weft_bench_column. Two lines at most. */
void weft_bench_head(weft_bench *b, const char *line1, const char *line2);
/* A row begins: its name is its key in the golden. It ends with the next row or the section. */
void weft_bench_row(weft_bench *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Deterministic values of the row: compared with the golden. Fractions are kept as millionths. */
void weft_bench_count(weft_bench *b, const char *key, uint64_t value);
void weft_bench_fraction(weft_bench *b, const char *key, double value);
/* A value of the clock: in the JSON under "wall_clock", never compared. */
void weft_bench_clock(weft_bench *b, const char *key, double value);
/* Text of the row on the table. */
void weft_bench_column(weft_bench *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Counts a fault of the row and prints it below when ok is false; returns ok. */
bool weft_bench_expect(weft_bench *b, bool ok, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* One line on stderr; returns code. */
int weft_bench_complain(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Opens DIR/NAME.svg; the caller closes it with weft_bench_picture_end, which says the name on the
 * table. NULL after a complaint. */
FILE *weft_bench_picture(weft_bench *b, const char *dir, const char *name);
int weft_bench_picture_end(weft_bench *b, FILE *f);
#endif
