/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * golden.h: the numbers that a section must repeat. A golden is a JSON file with the geometry of
 * the switch ("config") and, for each row of the section, its deterministic values ("rows"); one
 * row a line, in the order of the table, keys sorted, so that a difference is easy to read.
 */
#ifndef WEFT_BENCH_GOLDEN_H
#define WEFT_BENCH_GOLDEN_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "weft_sim.h"

json_t *weft_golden_config(weft_sim_geometry g);

/* The default switch must have goldens, others may. */
bool weft_golden_required(weft_sim_geometry g);
/* DIR/SECTION.json, for a switch that is not the default one DIR/pNmM/SECTION.json. 0, or -1 when
 * the path is too long. */
int weft_golden_path(char *path, size_t len, const char *dir, weft_sim_geometry g,
                     const char *section);

/* Rows of a file, to be freed. NULL with err: it cannot be read, or is not of this switch; NULL
 * with an empty err: there is no such file. */
json_t *weft_golden_load(const char *path, weft_sim_geometry g, char *err, size_t err_len);

typedef enum { WEFT_GOLDEN_SAME, WEFT_GOLDEN_DIFFERS, WEFT_GOLDEN_MISSING } weft_golden_verdict;
/* A row next to its golden; text gets what differs, "KEY NEW was OLD ...". */
weft_golden_verdict weft_golden_compare(const json_t *golden, const char *row, const json_t *got,
                                        char *text, size_t len);
/* How many rows the golden has that were not measured; text gets the name of the first. */
unsigned weft_golden_unknown(const json_t *golden, const json_t *got, char *text, size_t len);

/* Writes rows as the golden; old ones (or NULL) that are not among them are kept. The folder is
 * made. 0, or -1 with a line in err. */
int weft_golden_write(const char *path, weft_sim_geometry g, const json_t *old, const json_t *rows,
                      char *err, size_t err_len);
#endif
