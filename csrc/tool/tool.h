/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * tool.h: what the subcommands of `weft` share: a run from source to verdict, its reports, the
 * progress bar, exit statuses.
 */
#ifndef WEFT_TOOL_H
#define WEFT_TOOL_H
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "traffic/traffic.h"
#include "weft_sim.h"

#define WEFT_VERSION "0.1.0"

/* Exit statuses of every command (docs/command.md). */
enum { WEFT_EXIT_OK = 0, WEFT_EXIT_FAULT = 1, WEFT_EXIT_USAGE = 2 };

int weft_cmd_run(int argc, char **argv);
int weft_cmd_trace(int argc, char **argv);
int weft_cmd_bench(int argc, char **argv);
int weft_cmd_reg(int argc, char **argv);
int weft_cmd_proto(int argc, char **argv);

/* ---------------------------------------------------------------- a run --------------------- */
typedef struct {
    const char *source;  /* as on the command line */
    const char *profile; /* esun, ethernet, uet or rocev2 */
    const char *file;    /* protocol description for all parsers; NULL: that of the profile */
    unsigned ipg;        /* 1..12 */
    uint64_t seed;
    bool payload_check;
    const char *wave_path; /* or NULL */
    const char *pcap_path; /* or NULL */
    bool progress;         /* a bar on stderr, when that is a terminal */
} weft_run_options;

typedef struct {
    weft_sim_geometry geometry;
    unsigned ipg;
    uint64_t seed;
    char source[512], profile[512], describe[256];
    char verdict[512];      /* of the source: what was checked, or what is wrong */
    char difference[1024];  /* of the counters: "" when they agree */
    weft_world_stats stats; /* lat_hist is owned by the result */
    uint64_t wrong;         /* differences that the source found in the memories */
    bool drained, reconciled, credits_agree, source_failed;
    bool may_drop; /* frames without a route are no fault of this source */
    bool ok;
    double wall_seconds;
    double khz, frames_per_second; /* of the simulation; kilocycles a second */
} weft_run_result;

/* Geometry of the model in this program. False: the model cannot be opened. */
bool weft_tool_geometry(weft_sim_geometry *g);
/* Runs a source through the model to its end and judges it. Returns WEFT_EXIT_OK (result filled, ok
 * says the verdict), WEFT_EXIT_USAGE for a wrong option or input, WEFT_EXIT_FAULT when the switch
 * could not be brought up; with a line in err. Free the result after WEFT_EXIT_OK. */
int weft_tool_run(const weft_run_options *opt, weft_run_result *r, char *err, size_t err_len);
void weft_run_result_free(weft_run_result *r);

/* ---------------------------------------------------------------- reports ------------------- */
/* The JSON of docs/command.md, all keys always present. NULL: no memory. */
json_t *weft_run_json(const weft_run_result *r);
/* The report for people. */
void weft_run_print(FILE *f, const weft_run_result *r, bool colour);
/* DIR/index.html and DIR/run.json (the folder is made). 0, or -1 with a line in err. */
int weft_run_report(const char *dir, const weft_run_result *r, char *err, size_t err_len);
/* Writes JSON to a file, or to standard output for "-". 0, or -1 with a line in err. */
int weft_json_write(const char *path, const json_t *j, char *err, size_t err_len);
/* A file that is to be written is tried before the work, not after it; "-" is standard output.
 * False with errno. */
bool weft_writable(const char *path);
int weft_make_folder(const char *dir); /* mkdir -p; 0, or -1 with errno */

/* ---------------------------------------------------------------- pictures ------------------ */
typedef struct {
    const char *name;
    const double *x, *y;
    size_t n;
} weft_curve;
/* Lines through points, x as it is or logarithmic, y from 0 to at least y_top. */
void weft_svg_lines(FILE *f, const char *title, const char *x_label, const char *y_label,
                    const weft_curve *curves, size_t n, bool log_x, double y_top);
typedef struct {
    const char *title, *x_label, *y_label; /* x_label may be NULL */
    const char *const *group;              /* names below the groups of bars */
    size_t groups;
    const char *const *series; /* names of the bars of a group, for the legend */
    size_t n_series;
    const double *value; /* [group][series]; NAN: no bar */
    int decimals;        /* of the numbers on the bars; negative: none */
    double y_top;        /* y is from 0 to at least this */
} weft_bars;
void weft_svg_bars(FILE *f, const weft_bars *b);
/* Two bars for every port: into and out of the switch, 0..1 of the wire. */
void weft_svg_ports(FILE *f, const char *title, const double *in, const double *out,
                    unsigned ports);
/* Points of a cumulative distribution from a histogram: fraction of frames with latency <= x. The
 * arrays must have room for most points each. Returns how many were written. */
size_t weft_cdf(const uint64_t *hist, size_t len, double *x, double *y, size_t most);

/* ---------------------------------------------------------------- terminal ------------------ */
bool weft_use_colour(FILE *f); /* a terminal, and NO_COLOR is not set */
double weft_wall(void);        /* seconds of a monotonic clock */

typedef struct {
    bool on, shown;
    double begin, last;
    const char *what;
} weft_progress;
void weft_progress_begin(weft_progress *p, const char *what, bool wanted);
/* Draws at most ten times a second, and only when the whole will take over two seconds. */
void weft_progress_step(weft_progress *p, double part);
void weft_progress_end(weft_progress *p);

#endif
