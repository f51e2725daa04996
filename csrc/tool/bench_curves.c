/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * bench_curves.c: `weft bench --curves`: delivered traffic and delay over the load, for each
 * pattern, next to the ideal output-queued switch. All numbers are deterministic and must equal the
 * goldens. docs/curves.md explains them.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tool/bench_curves.h"

typedef struct {
    const char *slug, *name, *pattern;
} series;

static const series all[] = {
    {"uniform", "uniform 64 B", "uniform,size=64,cycles=20000"},
    {"imix", "uniform imix", "uniform,size=imix,cycles=40000"},
    {"bursty16", "bursty 16, 64 B", "bursty,size=64,burst=16,cycles=40000"},
    {"bursty32", "bursty 32, 64 B", "bursty,size=64,burst=32,cycles=40000"},
    {"bursty64", "bursty 64, 64 B", "bursty,size=64,burst=64,cycles=40000"},
    {"diagonal", "diagonal 64 B", "diagonal,size=64,cycles=20000"},
    {"logdiagonal", "log-diagonal 64 B", "logdiagonal,size=64,cycles=20000"},
    {"hotspot", "hotspot 64 B", "hotspot,size=64,cycles=20000"},
    {"tornado", "tornado 64 B", "tornado,size=64,cycles=20000"},
    {"alltoall", "all to all 64 B", "alltoall,size=64,cycles=20000"},
};
#define N_SERIES (sizeof all / sizeof all[0])

static const double loads[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0};
#define N_LOADS (sizeof loads / sizeof loads[0])

#define READ_PATTERN "uniform,size=256,read=0.5,cycles=40000"
static const double read_loads[] = {0.5, 0.8, 0.9, 0.95, 1.0};
#define N_READ_LOADS (sizeof read_loads / sizeof read_loads[0])
/* A starved class shows as a pause. At load 0.5 chance alone makes one of 404 cycles (an answer
 * comes to a port every 41 cycles in the mean); under more load they are shorter. */
#define LONGEST_PAUSE 600u /* cycles */

typedef struct {
    weft_sim_geometry g;
    json_t *points;
    const json_t *golden; /* or NULL */
    unsigned faults, differences, missing;
    FILE *table;
    bool colour;
    double got[N_SERIES][N_LOADS], best[N_SERIES][N_LOADS];
    double inside[N_SERIES][N_LOADS], overall[N_SERIES][N_LOADS], wait[N_SERIES][N_LOADS];
} curves;

static int complain(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int complain(int code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("weft bench: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    return code;
}

/* Fractions as millionths: integers compare exactly. */
static json_t *millionths(double v) { return json_integer((json_int_t)(v * 1e6 + 0.5)); }

static json_t *delay_json(const weft_oq_delay *d)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "frames", (json_int_t)d->frames, "min",
                     (json_int_t)d->min, "p50", (json_int_t)d->p50, "p99", (json_int_t)d->p99,
                     "p999", (json_int_t)d->p999, "max", (json_int_t)d->max);
}

static json_t *stats_delay(const weft_world_stats *s)
{
    const weft_oq_delay d = {s->lat_count, s->lat_min,  s->lat_p50,
                             s->lat_p99,   s->lat_p999, s->lat_max};
    return delay_json(&d);
}

static json_t *class_json(const weft_curve_class *c)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:o}", "frames", (json_int_t)c->frames, "least",
                     (json_int_t)c->least, "most", (json_int_t)c->most, "longest_pause",
                     (json_int_t)c->longest_pause, "share", millionths(c->share));
}

/* Ends the line of a point: as the golden, or not; or what is wrong. */
static void point_end(curves *c, const char *key, json_t *j, const weft_curve_point *p)
{
    const json_t *want = c->golden ? json_object_get(c->golden, key) : NULL;
    const char *mark = "", *red = c->colour ? "\033[31m" : "", *off = c->colour ? "\033[0m" : "";
    if (c->golden && !want) {
        c->missing++;
        mark = "  no golden";
    } else if (want && !json_equal(j, want)) {
        c->differences++;
        mark = "  DIFFERS";
    }
    fprintf(c->table, "%s%s%s\n", *mark ? red : "", mark, *mark ? off : "");
    if (want && *mark) {
        char *now = json_dumps(j, JSON_COMPACT), *was = json_dumps(want, JSON_COMPACT);
        fprintf(c->table, "      %s\n      was %s\n", now ? now : "", was ? was : "");
        free(now);
        free(was);
    }
    json_object_set_new(c->points, key, j);
    if (!p->ok) {
        c->faults++;
        fprintf(c->table, "      %sFAULT: %s%s\n", red, p->why, off);
    }
    fflush(c->table);
}

static void table_head(const curves *c)
{
    fprintf(c->table,
            "\n  %-18s%5s%18s%28s%28s%28s\n  %-18s%5s%9s%9s  %8s%6s%6s%6s  %8s%6s%6s%6s  "
            "%8s%6s%6s%6s\n",
            "", "", "delivered, %", "through Weft, cycles", "from the source, Weft",
            "from the source, ideal", "", "load", "Weft", "ideal", "p50", "p99", "p99.9", "max",
            "p50", "p99", "p99.9", "max", "p50", "p99", "p99.9", "max");
}

static void print_delay(const curves *c, uint64_t p50, uint64_t p99, uint64_t p999, uint64_t max)
{
    fprintf(c->table, "  %8" PRIu64 "%6" PRIu64 "%6" PRIu64 "%6" PRIu64, p50, p99, p999, max);
}

/* A long or quick run has this load. */
static bool in_quick(size_t s, double load)
{
    return (s == 0 || s == 7) && (load == 0.5 || load == 0.95 || load == 1.0);
}

static int play_series(curves *c, bool quick)
{
    uint64_t latency = 0;
    for (size_t s = 0; s < N_SERIES; s++)
        for (size_t i = 0; i < N_LOADS; i++) {
            char key[64], err[512] = "";
            weft_curve_point p;
            /* The ideal has the latency that Weft shows when nothing is in the way. */
            if (quick && !in_quick(s, loads[i]) && !(s == 0 && i == 0)) continue;
            fprintf(c->table, "  %-18s%5.2f", all[s].name, loads[i]);
            fflush(c->table);
            const int rc =
                weft_curve_play(all[s].pattern, loads[i], latency, false, &p, err, sizeof err);
            if (rc != WEFT_EXIT_OK) {
                fputc('\n', c->table);
                return complain(rc, "%s", err);
            }
            const weft_world_stats *v = &p.stats;
            const weft_oq_delay *a = &p.overall, *o = &p.ideal.overall;
            if (latency == 0) latency = v->lat_min;
            fprintf(c->table, "%9.2f%9.2f", 100 * v->delivered, 100 * p.ideal.delivered);
            print_delay(c, v->lat_p50, v->lat_p99, v->lat_p999, v->lat_max);
            print_delay(c, a->p50, a->p99, a->p999, a->max);
            print_delay(c, o->p50, o->p99, o->p999, o->max);
            c->got[s][i] = v->delivered;
            c->best[s][i] = p.ideal.delivered;
            c->inside[s][i] = log10((double)(v->lat_p99 ? v->lat_p99 : 1));
            c->overall[s][i] = log10((double)(a->p99 ? a->p99 : 1));
            c->wait[s][i] = log10((double)(o->p99 ? o->p99 : 1));
            snprintf(key, sizeof key, "%s %.2f", all[s].slug, loads[i]);
            point_end(c, key,
                      json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "delivered",
                                millionths(v->delivered), "ideal_delivered",
                                millionths(p.ideal.delivered), "inside", stats_delay(v), "overall",
                                delay_json(a), "ideal_inside", delay_json(&p.ideal.inside),
                                "ideal_overall", delay_json(o), "ok", (int)p.ok),
                      &p);
        }
    return WEFT_EXIT_OK;
}

/* Requests and answers together: neither may hold the other up. */
static int play_reads(curves *c, bool quick)
{
    fprintf(
        c->table,
        "\n  %-18s%5s%24s%18s%16s%24s%24s\n  %-18s%5s%10s%7s%7s%10s%8s%8s%8s%8s%8s%8s%8s%8s%8s\n",
        "", "", "delivered, %", "frames of a port,", "longest pause", "writes to first byte",
        "reads to data in memory", "", "load", "all", "req", "ans", "req >=", "ans >=", "req",
        "ans", "p50", "p99", "max", "p50", "p99", "max");
    for (size_t i = 0; i < N_READ_LOADS; i++) {
        char key[64], err[512] = "";
        weft_curve_point p;
        if (quick && read_loads[i] != 0.95) continue;
        fprintf(c->table, "  %-18s%5.2f", "256 B, half reads", read_loads[i]);
        fflush(c->table);
        const int rc = weft_curve_play(READ_PATTERN, read_loads[i], 0, true, &p, err, sizeof err);
        if (rc != WEFT_EXIT_OK) {
            fputc('\n', c->table);
            return complain(rc, "%s", err);
        }
        const weft_curve_class *q = &p.request, *r = &p.response;
        if (p.ok && (q->longest_pause > LONGEST_PAUSE || r->longest_pause > LONGEST_PAUSE ||
                     2 * q->least < q->most || 2 * r->least < r->most)) {
            p.ok = false;
            snprintf(p.why, sizeof p.why,
                     "starved: requests %" PRIu64 " to %" PRIu64 ", pause %" PRIu64
                     "; answers %" PRIu64 " to %" PRIu64 ", pause %" PRIu64,
                     q->least, q->most, q->longest_pause, r->least, r->most, r->longest_pause);
        }
        fprintf(c->table,
                "%10.2f%7.2f%7.2f%10" PRIu64 "%8" PRIu64 "%8" PRIu64 "%8" PRIu64 "%8" PRIu64
                "%8" PRIu64 "%8" PRIu64 "%8" PRIu64 "%8" PRIu64 "%8" PRIu64,
                100 * p.stats.delivered, 100 * q->share, 100 * r->share, q->least, r->least,
                q->longest_pause, r->longest_pause, p.overall.p50, p.overall.p99, p.overall.max,
                p.reads.p50, p.reads.p99, p.reads.max);
        snprintf(key, sizeof key, "reads %.2f", read_loads[i]);
        point_end(c, key,
                  json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "delivered",
                            millionths(p.stats.delivered), "requests", class_json(q), "answers",
                            class_json(r), "inside", stats_delay(&p.stats), "writes",
                            delay_json(&p.overall), "reads", delay_json(&p.reads), "ok", (int)p.ok),
                  &p);
    }
    return WEFT_EXIT_OK;
}

/* ---------------------------------------------------------------- files --------------------- */
static int draw_one(const char *dir, const char *slug, const char *kind, const char *title,
                    const char *y_label, const weft_curve *lines, size_t n, double top)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/curve-%s-%s.svg", dir, slug, kind);
    FILE *f = fopen(path, "w");
    if (!f) return complain(WEFT_EXIT_FAULT, "%s: %s", path, strerror(errno));
    weft_svg_lines(f, title, "offered load, fraction of the wire", y_label, lines, n, false, top);
    if (fclose(f) != 0) return complain(WEFT_EXIT_FAULT, "%s: %s", path, strerror(errno));
    return WEFT_EXIT_OK;
}

static int draw(const curves *c, const char *dir)
{
    static const double fifo_x[] = {0.1, 0.586, 1.0}, fifo_y[] = {0.1, 0.586, 0.586};
    if (weft_make_folder(dir) != 0)
        return complain(WEFT_EXIT_FAULT, "%s: %s", dir, strerror(errno));
    for (size_t s = 0; s < N_SERIES; s++) {
        char title[120];
        const weft_curve delivered[] = {
            {"Weft", loads, c->got[s], N_LOADS},
            {"ideal output queues", loads, c->best[s], N_LOADS},
            {"FIFO input queues, uniform: 58.6 %", fifo_x, fifo_y, 3},
        };
        const weft_curve delay[] = {
            {"Weft, from first byte in", loads, c->inside[s], N_LOADS},
            {"ideal, from the source", loads, c->wait[s], N_LOADS},
            {"Weft, from the source", loads, c->overall[s], N_LOADS},
        };
        snprintf(title, sizeof title, "Delivered traffic: %s", all[s].name);
        int rc = draw_one(dir, all[s].slug, "delivered", title, "delivered, fraction of the wire",
                          delivered, 3, 1.0);
        snprintf(title, sizeof title, "99th percentile of the delay: %s", all[s].name);
        if (rc == WEFT_EXIT_OK)
            rc = draw_one(dir, all[s].slug, "p99", title, "log10 of the cycles to first byte out",
                          delay, 3, 3.0);
        if (rc != WEFT_EXIT_OK) return rc;
    }
    fprintf(c->table, "  wrote %s/curve-*.svg\n", dir);
    return WEFT_EXIT_OK;
}

static json_t *config_json(const curves *c)
{
    return json_pack("{s:i, s:i, s:i, s:i}", "ports", (int)c->g.ports, "mii_bytes",
                     (int)c->g.mii_bytes, "cell_bytes", (int)c->g.cell_bytes, "vcs", (int)c->g.vcs);
}

/* With --quick only a part was run: the others stay as they are in the file. */
static int update(const curves *c, const char *path)
{
    char err[512] = "";
    json_t *old = json_load_file(path, 0, NULL);
    json_t *points = json_is_object(json_object_get(old, "points"))
                         ? json_incref(json_object_get(old, "points"))
                         : json_object();
    json_object_update(points, c->points);
    json_t *j = json_pack("{s:o, s:o}", "config", config_json(c), "points", points);
    const int rc = weft_json_write(path, j, err, sizeof err);
    json_decref(j);
    json_decref(old);
    if (rc != 0) return complain(WEFT_EXIT_FAULT, "%s", err);
    fprintf(c->table, "  wrote %s\n", path);
    return WEFT_EXIT_OK;
}

static int finish(curves *c, const weft_curves_options *opt, const char *golden)
{
    int rc = WEFT_EXIT_OK;
    fputc('\n', c->table);
    if (opt->json) {
        char err[512] = "";
        json_t *j = json_pack("{s:s, s:s, s:o, s:O}", "tool", "weft bench --curves", "version",
                              WEFT_VERSION, "config", config_json(c), "points", c->points);
        if (weft_json_write(opt->json, j, err, sizeof err) != 0)
            rc = complain(WEFT_EXIT_FAULT, "%s", err);
        json_decref(j);
    }
    if (opt->pictures && draw(c, opt->pictures) != WEFT_EXIT_OK) rc = WEFT_EXIT_FAULT;
    if (opt->update && update(c, golden) != WEFT_EXIT_OK) rc = WEFT_EXIT_FAULT;
    if (c->faults || c->differences || c->missing) {
        fprintf(c->table, "  %u faults, %u points differ from the goldens, %u have none\n\n",
                c->faults, c->differences, c->missing);
        rc = WEFT_EXIT_FAULT;
    } else if (!opt->update) {
        fprintf(c->table, "  all as in %s\n\n", golden);
    }
    return rc;
}

int weft_bench_curves(const weft_curves_options *opt)
{
    char path[64] = "tests/golden/curves.json";
    curves *c = calloc(1, sizeof *c);
    if (!c || !weft_tool_geometry(&c->g)) {
        free(c);
        return complain(WEFT_EXIT_FAULT, "the model of the switch cannot be opened");
    }
    if (c->g.ports != 8 || c->g.mii_bytes != 32)
        snprintf(path, sizeof path, "tests/golden/curves-p%um%u.json", c->g.ports, c->g.mii_bytes);
    const char *golden = opt->golden ? opt->golden : path;
    const bool quick = opt->quick && !opt->pictures;
    c->table = opt->json && strcmp(opt->json, "-") == 0 ? stderr : stdout;
    c->colour = weft_use_colour(c->table);
    c->points = json_object();
    json_t *file = NULL;
    int rc = WEFT_EXIT_OK;
    if (!opt->update) {
        json_error_t why;
        file = json_load_file(golden, 0, &why);
        c->golden = json_object_get(file, "points");
        if (!json_is_object(c->golden))
            rc = complain(WEFT_EXIT_USAGE, "%s: %s; --update writes goldens", golden,
                          file ? "no points in it" : why.text);
    }
    if (rc == WEFT_EXIT_OK) {
        fprintf(c->table,
                "\n  Weft %s  %u ports, %u bytes a cycle, gap 1, esun, every byte checked\n",
                WEFT_VERSION, c->g.ports, c->g.mii_bytes);
        table_head(c);
        rc = play_series(c, quick);
    }
    if (rc == WEFT_EXIT_OK) rc = play_reads(c, quick);
    if (rc == WEFT_EXIT_OK) rc = finish(c, opt, golden);
    json_decref(c->points);
    json_decref(file);
    free(c);
    return rc;
}
