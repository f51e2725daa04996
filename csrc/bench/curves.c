/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * curves.c: the section curves: delivered traffic and delay over the load, for each pattern, next
 * to the ideal output-queued switch. docs/curves.md explains them.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "bench/bench.h"
#include "bench/play.h"

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

/* A millionth of the wire is 0.4 bytes of a window; half a frame at each end of it may stand
 * differently for the switch and for the ideal. */
#define ABOVE_IDEAL 0.0003

typedef struct {
    double got[N_SERIES][N_LOADS], best[N_SERIES][N_LOADS];
    double inside[N_SERIES][N_LOADS], overall[N_SERIES][N_LOADS], wait[N_SERIES][N_LOADS];
} state;

/* ---------------------------------------------------------------- values of a point --------- */
static void count(weft_bench *b, const char *group, const char *key, uint64_t value)
{
    char name[64];
    snprintf(name, sizeof name, "%s_%s", group, key);
    weft_bench_count(b, name, value);
}

static void record_delay(weft_bench *b, const char *group, const weft_oq_delay *d)
{
    count(b, group, "frames", d->frames);
    count(b, group, "min", d->min);
    count(b, group, "p50", d->p50);
    count(b, group, "p99", d->p99);
    count(b, group, "p999", d->p999);
    count(b, group, "max", d->max);
}

static weft_oq_delay inside_of(const weft_world_stats *s)
{
    return (weft_oq_delay){s->lat_count, s->lat_min,  s->lat_p50,
                           s->lat_p99,   s->lat_p999, s->lat_max};
}

static void record_class(weft_bench *b, const char *group, const weft_play_class *c)
{
    char name[64];
    count(b, group, "frames", c->frames);
    count(b, group, "least", c->least);
    count(b, group, "most", c->most);
    count(b, group, "longest_pause", c->longest_pause);
    snprintf(name, sizeof name, "%s_share", group);
    weft_bench_fraction(b, name, c->share);
}

static void print_delay(weft_bench *b, const weft_oq_delay *d)
{
    weft_bench_column(b, "  %7" PRIu64 "%6" PRIu64 "%6" PRIu64 "%6" PRIu64, d->p50, d->p99, d->p999,
                      d->max);
}

static int play(weft_bench *b, const char *pattern, double load, uint64_t latency, bool reads,
                weft_play_result *p)
{
    char source[200], err[512] = "";
    snprintf(source, sizeof source, "gen:%s,load=%.2f", pattern, load);
    const weft_play_options opt = {.source = source,
                                   .seed = weft_bench_seed(b),
                                   .latency = latency,
                                   .reads = reads,
                                   .full = load >= 1};
    const int rc = weft_play(&opt, p, err, sizeof err);
    if (rc != WEFT_EXIT_OK) return weft_bench_complain(rc, "%s: %s", source, err);
    weft_bench_expect(b, p->ok, "%s", p->why);
    weft_bench_fraction(b, "delivered", p->stats.delivered);
    return rc;
}

/* ---------------------------------------------------------------- next to the ideal --------- */
/* A long or quick run has this load. */
static bool in_quick(size_t s, double load)
{
    return (s == 0 || s == 7) && (load == 0.5 || load == 0.95 || load == 1.0);
}

/* One load of one pattern. *latency is that of the ideal, 0 before the first point. */
static int point(weft_bench *b, size_t s, size_t i, uint64_t *latency)
{
    weft_play_result p;
    state *v = weft_bench_state(b);
    weft_bench_row(b, "%s %.2f", all[s].slug, loads[i]);
    const int rc = play(b, all[s].pattern, loads[i], *latency, false, &p);
    if (rc != WEFT_EXIT_OK) return rc;
    const weft_oq_delay in = inside_of(&p.stats), *a = &p.overall, *o = &p.ideal.overall;
    if (*latency == 0) *latency = in.min;
    v->got[s][i] = p.stats.delivered;
    v->best[s][i] = p.ideal.delivered;
    v->inside[s][i] = log10((double)(in.p99 ? in.p99 : 1));
    v->overall[s][i] = log10((double)(a->p99 ? a->p99 : 1));
    v->wait[s][i] = log10((double)(o->p99 ? o->p99 : 1));
    weft_bench_column(b, "%7.2f%8.2f", 100 * p.stats.delivered, 100 * p.ideal.delivered);
    print_delay(b, &in);
    print_delay(b, a);
    print_delay(b, o);
    weft_bench_fraction(b, "ideal_delivered", p.ideal.delivered);
    record_delay(b, "inside", &in);
    record_delay(b, "overall", a);
    record_delay(b, "ideal_inside", &p.ideal.inside);
    record_delay(b, "ideal_overall", o);
    weft_bench_expect(b, p.stats.delivered <= p.ideal.delivered + ABOVE_IDEAL,
                      "more than the ideal delivers");
    weft_play_free(&p);
    return rc;
}

static int play_series(weft_bench *b)
{
    /* The ideal has the latency that Weft shows when nothing is in the way: in the first point. */
    uint64_t latency = 0;
    weft_bench_head(
        b,
        "   delivered, %       through Weft, cycles      from the source, Weft     from the "
        "source, ideal",
        "   Weft   ideal      p50   p99 p99.9   max      p50   p99 p99.9   max      p50   p99 "
        "p99.9   max");
    for (size_t s = 0; s < N_SERIES; s++)
        for (size_t i = 0; i < N_LOADS; i++) {
            if (weft_bench_quick(b) && !in_quick(s, loads[i]) && !(s == 0 && i == 0)) continue;
            const int rc = point(b, s, i, &latency);
            if (rc != WEFT_EXIT_OK) return rc;
        }
    return WEFT_EXIT_OK;
}

/* ---------------------------------------------------------------- requests and answers ------ */
/* Neither may hold the other up. */
static int read_point(weft_bench *b, double load)
{
    weft_play_result p;
    weft_bench_row(b, "reads %.2f", load);
    const int rc = play(b, READ_PATTERN, load, 0, true, &p);
    if (rc != WEFT_EXIT_OK) return rc;
    const weft_play_class *q = &p.request, *r = &p.response;
    const weft_oq_delay in = inside_of(&p.stats), *w = &p.overall, *d = &p.reads;
    weft_bench_column(b,
                      "%7.2f%7.2f%7.2f%8" PRIu64 "%7" PRIu64 "%7" PRIu64 "%7" PRIu64 "%8" PRIu64
                      "%6" PRIu64 "%6" PRIu64 "%8" PRIu64 "%6" PRIu64 "%6" PRIu64,
                      100 * p.stats.delivered, 100 * q->share, 100 * r->share, q->least, r->least,
                      q->longest_pause, r->longest_pause, w->p50, w->p99, w->max, d->p50, d->p99,
                      d->max);
    record_class(b, "requests", q);
    record_class(b, "answers", r);
    record_delay(b, "inside", &in);
    record_delay(b, "writes", w);
    record_delay(b, "reads", d);
    weft_bench_expect(b, q->longest_pause <= LONGEST_PAUSE && 2 * q->least >= q->most,
                      "requests starve: %" PRIu64 " to %" PRIu64 " a port, pause %" PRIu64,
                      q->least, q->most, q->longest_pause);
    weft_bench_expect(b, r->longest_pause <= LONGEST_PAUSE && 2 * r->least >= r->most,
                      "answers starve: %" PRIu64 " to %" PRIu64 " a port, pause %" PRIu64, r->least,
                      r->most, r->longest_pause);
    weft_play_free(&p);
    return rc;
}

static int play_reads(weft_bench *b)
{
    weft_bench_head(
        b,
        "      delivered, %     frames of a port longest pause  writes to 1st byte reads to "
        "data there",
        "    all    req    ans  req >=  ans >=   req    ans     p50   p99   max     p50   p99   "
        "max");
    for (size_t i = 0; i < N_READ_LOADS; i++) {
        if (weft_bench_quick(b) && read_loads[i] != 0.95) continue;
        const int rc = read_point(b, read_loads[i]);
        if (rc != WEFT_EXIT_OK) return rc;
    }
    return WEFT_EXIT_OK;
}

static int run(weft_bench *b)
{
    const int rc = play_series(b);
    return rc == WEFT_EXIT_OK ? play_reads(b) : rc;
}

/* ---------------------------------------------------------------- pictures ------------------ */
static int draw_one(weft_bench *b, const char *dir, size_t s, const char *kind, const char *title,
                    const char *y_label, const weft_curve *lines, double top)
{
    char name[80], text[120];
    snprintf(name, sizeof name, "curves-%s-%s", all[s].slug, kind);
    snprintf(text, sizeof text, "%s: %s", title, all[s].name);
    FILE *f = weft_bench_picture(b, dir, name);
    if (!f) return WEFT_EXIT_FAULT;
    weft_svg_lines(f, text, "offered load, fraction of the wire", y_label, lines, 3, false, top);
    return weft_bench_picture_end(b, f);
}

static int draw(weft_bench *b, const char *dir)
{
    static const double fifo_x[] = {0.1, 0.586, 1.0}, fifo_y[] = {0.1, 0.586, 0.586};
    const state *v = weft_bench_state(b);
    int rc = WEFT_EXIT_OK;
    for (size_t s = 0; s < N_SERIES && rc == WEFT_EXIT_OK; s++) {
        const weft_curve delivered[] = {
            {"Weft", loads, v->got[s], N_LOADS},
            {"ideal output queues", loads, v->best[s], N_LOADS},
            {"FIFO input queues, uniform: 58.6 %", fifo_x, fifo_y, 3},
        };
        const weft_curve delay[] = {
            {"Weft, from first byte in", loads, v->inside[s], N_LOADS},
            {"ideal, from the source", loads, v->wait[s], N_LOADS},
            {"Weft, from the source", loads, v->overall[s], N_LOADS},
        };
        rc = draw_one(b, dir, s, "delivered", "Delivered traffic",
                      "delivered, fraction of the wire", delivered, 1.0);
        if (rc == WEFT_EXIT_OK)
            rc = draw_one(b, dir, s, "p99", "99th percentile of the delay",
                          "log10 of the cycles to first byte out", delay, 3.0);
    }
    return rc;
}

const weft_bench_section weft_bench_curves = {
    .name = "curves",
    .title = "delivered traffic and delay over the load, next to an ideal output-queued switch",
    .run = run,
    .draw = draw,
    .state_bytes = sizeof(state)};
