/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * bench.c: runs sections: the table, the comparison with goldens, the JSON. See bench.h.
 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench_run.h"
#include "bench/golden.h"
#include "tool/tool.h"

#define NAME_COLUMN 30  /* characters of a row's name on the table, indent included */
#define LONG_ROW    2.0 /* seconds after which a row says how long it took */
#define GOLDEN_SEED 1u

/* What was found in a section. */
typedef struct {
    unsigned rows, faults, differing, missing, unknown;
} tally;

struct weft_bench {
    weft_bench_options opt;
    weft_sim_geometry g;
    bool terminal;
    const char *red, *off;
    json_t *sections; /* of the result */
    /* of the section that runs */
    const weft_bench_section *section;
    void *state;
    json_t *golden; /* rows, or NULL: bounds alone judge */
    json_t *exact, *clock;
    tally found;
    /* of the row that is under way; name "": none */
    char name[80];
    json_t *values, *seconds;
    double begin;
    char faults[2048]; /* lines to print below it */
    char picture[4096];
};

/* ---------------------------------------------------------------- what a section may know --- */
bool weft_bench_quick(const weft_bench *b) { return b->opt.quick && !b->opt.pictures; }
bool weft_bench_long(const weft_bench *b) { return b->opt.long_; }
uint64_t weft_bench_seed(const weft_bench *b) { return b->opt.seed; }
weft_sim_geometry weft_bench_geometry(const weft_bench *b) { return b->g; }
void *weft_bench_state(weft_bench *b) { return b->state; }
FILE *weft_bench_out(weft_bench *b) { return b->opt.out; }

int weft_bench_complain(int code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("weft bench: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    return code;
}

/* ---------------------------------------------------------------- rows ---------------------- */
/* Says on the row whether it is as its golden. */
static void judge(weft_bench *b)
{
    char text[1024] = "";
    const char *word = NULL;
    if (!b->golden) return;
    switch (weft_golden_compare(b->golden, b->name, b->values, text, sizeof text)) {
    case WEFT_GOLDEN_SAME: return;
    case WEFT_GOLDEN_DIFFERS:
        b->found.differing++;
        word = "DIFFERS: ";
        break;
    case WEFT_GOLDEN_MISSING:
        if (b->opt.long_) return;
        b->found.missing++;
        word = "NO GOLDEN";
    }
    fprintf(b->opt.out, "  %s%s%s%s", b->red, word, text, b->off);
}

static void row_end(weft_bench *b)
{
    if (!b->name[0]) return;
    const double took = weft_wall() - b->begin;
    judge(b);
    if (b->terminal && took > LONG_ROW) fprintf(b->opt.out, "  (%.1f s)", took);
    fprintf(b->opt.out, "\n%s", b->faults);
    fflush(b->opt.out);
    json_object_set_new(b->seconds, "seconds", json_real(took));
    if (json_object_get(b->exact, b->name)) {
        b->found.faults++;
        fprintf(b->opt.out, "      %sFAULT: two rows of this name%s\n", b->red, b->off);
    }
    json_object_set_new(b->exact, b->name, b->values);
    json_object_set_new(b->clock, b->name, b->seconds);
    b->values = b->seconds = NULL;
    b->name[0] = b->faults[0] = 0;
    b->found.rows++;
}

void weft_bench_head(weft_bench *b, const char *line1, const char *line2)
{
    row_end(b);
    fputc('\n', b->opt.out);
    if (line1) fprintf(b->opt.out, "%*s%s\n", NAME_COLUMN, "", line1);
    if (line2) fprintf(b->opt.out, "%*s%s\n", NAME_COLUMN, "", line2);
}

void weft_bench_row(weft_bench *b, const char *fmt, ...)
{
    va_list ap;
    row_end(b);
    va_start(ap, fmt);
    vsnprintf(b->name, sizeof b->name, fmt, ap);
    va_end(ap);
    b->values = json_object();
    b->seconds = json_object();
    b->begin = weft_wall();
    /* The name stands there while the row runs. */
    fprintf(b->opt.out, "  %-*s", NAME_COLUMN - 2, b->name);
    fflush(b->opt.out);
}

void weft_bench_count(weft_bench *b, const char *key, uint64_t value)
{
    json_object_set_new(b->values, key, json_integer((json_int_t)value));
}

/* Integers compare exactly. */
void weft_bench_fraction(weft_bench *b, const char *key, double value)
{
    json_object_set_new(b->values, key, json_integer((json_int_t)llround(value * 1e6)));
}

void weft_bench_clock(weft_bench *b, const char *key, double value)
{
    json_object_set_new(b->seconds, key, json_real(value));
}

void weft_bench_column(weft_bench *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vfprintf(b->opt.out, fmt, ap);
    va_end(ap);
}

bool weft_bench_expect(weft_bench *b, bool ok, const char *fmt, ...)
{
    if (ok) return true;
    char text[700];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    b->found.faults++;
    const size_t at = strlen(b->faults);
    snprintf(b->faults + at, sizeof b->faults - at, "      %sFAULT: %s%s\n", b->red, text, b->off);
    return false;
}

/* ---------------------------------------------------------------- pictures ------------------ */
FILE *weft_bench_picture(weft_bench *b, const char *dir, const char *name)
{
    snprintf(b->picture, sizeof b->picture, "%s/%s.svg", dir, name);
    FILE *f = weft_make_folder(dir) == 0 ? fopen(b->picture, "w") : NULL;
    if (!f) weft_bench_complain(WEFT_EXIT_FAULT, "%s: %s", b->picture, strerror(errno));
    return f;
}

int weft_bench_picture_end(weft_bench *b, FILE *f)
{
    const bool failed = ferror(f) != 0;
    if (fclose(f) != 0 || failed)
        return weft_bench_complain(WEFT_EXIT_FAULT, "%s: cannot be written", b->picture);
    fprintf(b->opt.out, "  wrote %s\n", b->picture);
    return WEFT_EXIT_OK;
}

/* ---------------------------------------------------------------- a section ----------------- */
weft_bench *weft_bench_open(const weft_bench_options *opt)
{
    weft_bench *b = calloc(1, sizeof *b);
    if (!b || !weft_tool_geometry(&b->g)) {
        free(b);
        weft_bench_complain(WEFT_EXIT_FAULT, "the model of the switch cannot be opened");
        return NULL;
    }
    b->opt = *opt;
    b->sections = json_object();
    b->terminal = isatty(fileno(opt->out)) == 1;
    const bool colour = weft_use_colour(opt->out);
    b->red = colour ? "\033[31m" : "";
    b->off = colour ? "\033[0m" : "";
    fprintf(opt->out,
            "\n  Weft %s  %u ports x %.0f Gb/s, %u bytes a cycle, %u VCs, gap 1, esun, seed %llu\n",
            WEFT_VERSION, b->g.ports, b->g.mii_bytes * 8.0 * WEFT_CLOCK_HZ / 1e9, b->g.mii_bytes,
            b->g.vcs, (unsigned long long)opt->seed);
    return b;
}

/* Reads the golden into b->golden or, when it is to be written, into *old. */
static int load(weft_bench *b, const char *path, json_t **old)
{
    char err[5000];
    if (b->opt.seed != GOLDEN_SEED || (b->opt.update && !weft_bench_quick(b))) return WEFT_EXIT_OK;
    json_t *rows = weft_golden_load(path, b->g, err, sizeof err);
    if (err[0]) return weft_bench_complain(WEFT_EXIT_USAGE, "%s", err);
    if (b->opt.update)
        *old = rows;
    else
        b->golden = rows || !weft_golden_required(b->g) ? rows : json_object();
    return WEFT_EXIT_OK;
}

/* The line below the table. */
static void conclude(weft_bench *b, const char *path)
{
    const tally *t = &b->found;
    FILE *out = b->opt.out;
    char first[128];
    /* Rows of the golden that the whole section no longer has. */
    b->found.unknown = b->golden && !weft_bench_quick(b)
                           ? weft_golden_unknown(b->golden, b->exact, first, sizeof first)
                           : 0;
    if (t->unknown)
        fprintf(out, "  %sGONE: %u rows of the golden, the first is '%s'%s\n", b->red, t->unknown,
                first, b->off);
    if (t->faults || t->differing || t->missing || t->unknown)
        fprintf(out,
                "  %s%u rows: %u faults, %u differ from %s, %u have no golden, %u are gone%s\n",
                b->red, t->rows, t->faults, t->differing, path, t->missing, t->unknown, b->off);
    else if (b->golden)
        fprintf(out, "  %u rows, all as in %s\n", t->rows, path);
    else if (b->opt.seed != GOLDEN_SEED)
        fprintf(out, "  %u rows, judged by their bounds only: goldens are of seed %u\n", t->rows,
                GOLDEN_SEED);
    else if (!b->opt.update)
        fprintf(out, "  %u rows, judged by their bounds only: there is no %s\n", t->rows, path);
}

static int run(weft_bench *b, const char *path, const json_t *old)
{
    char err[5000];
    fprintf(b->opt.out, "\n  %s: %s\n", b->section->name, b->section->title);
    int rc = b->section->run(b);
    row_end(b);
    if (rc != WEFT_EXIT_OK) return rc;
    if (b->faults[0]) fputs(b->faults, b->opt.out); /* of no row */
    conclude(b, path);
    if (b->opt.update) {
        if (weft_golden_write(path, b->g, old, b->exact, err, sizeof err) != 0)
            return weft_bench_complain(WEFT_EXIT_FAULT, "%s", err);
        fprintf(b->opt.out, "  wrote %s\n", path);
    }
    if (b->opt.pictures && b->section->draw) rc = b->section->draw(b, b->opt.pictures);
    const tally *t = &b->found;
    return rc == WEFT_EXIT_OK && (t->faults || t->differing || t->missing || t->unknown)
               ? WEFT_EXIT_FAULT
               : rc;
}

int weft_bench_run(weft_bench *b, const weft_bench_section *s)
{
    char path[4096];
    json_t *old = NULL;
    if (weft_golden_path(path, sizeof path, b->opt.golden, b->g, s->name) != 0)
        return weft_bench_complain(WEFT_EXIT_USAGE, "--golden: the path is too long");
    b->section = s;
    b->found = (tally){0};
    b->state = calloc(1, s->state_bytes ? s->state_bytes : 1);
    b->exact = json_object();
    b->clock = json_object();
    int rc = b->state && b->exact && b->clock
                 ? load(b, path, &old)
                 : weft_bench_complain(WEFT_EXIT_FAULT, "not enough memory");
    if (rc == WEFT_EXIT_OK) rc = run(b, path, old);
    json_object_set_new(b->sections, s->name,
                        json_pack("{s:o, s:o, s:b}", "deterministic", b->exact, "wall_clock",
                                  b->clock, "ok", (int)(rc == WEFT_EXIT_OK)));
    json_decref(b->golden);
    json_decref(old);
    free(b->state);
    b->golden = b->exact = b->clock = NULL;
    b->state = NULL;
    b->faults[0] = 0;
    return rc;
}

json_t *weft_bench_json(const weft_bench *b)
{
    return json_pack("{s:s, s:s, s:o, s:I, s:O}", "tool", "weft bench", "version", WEFT_VERSION,
                     "config", weft_golden_config(b->g), "seed", (json_int_t)b->opt.seed,
                     "sections", b->sections);
}

void weft_bench_close(weft_bench *b)
{
    if (!b) return;
    json_decref(b->values);
    json_decref(b->seconds);
    json_decref(b->sections);
    free(b);
}
