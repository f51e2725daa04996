/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * neighbour.c: one stuck neighbour harms nobody else (law 7). One port is dead, goes up and down
 * all the time, or its neighbour gives no credits; a tenth of everybody's wire goes there, or a
 * third. All others get what they offered to each other and lose nothing.
 */
#include <math.h>

#include "bench/load.h"
#include "tool/tool.h"
#include "weft/counters.h"
#include "weft/weft.h"

/* Wire bytes, so that they are as many frames with any width of the wire. */
#define WARM   768000u
#define WINDOW 1280000u
#define FRAMES 200u /* at least, of each victim, about */
#define ROUNDS 8u   /* with --long */
#define DRAIN  3000000u
#define SICK   0u /* the VC to the sick port */

typedef enum { DEAD, FLAPPING, CREDITLESS } illness;
static const char *const illnesses[] = {"dead", "flapping", "creditless"};

typedef struct {
    illness ill;
    bool flood;       /* 0.35 of each wire goes there, else 0.1; to the others 0.6, else 0.85 */
    unsigned between; /* cycles between flaps, on average */
    weft_load_size size;
    bool quick;
} neighbour_case;

static const neighbour_case cases[] = {
    {DEAD, false, 0, {64, 1518}, false},        {DEAD, true, 0, {64, 1518}, true},
    {FLAPPING, false, 200, {64, 1518}, false},  {FLAPPING, true, 200, {64, 1518}, true},
    {CREDITLESS, false, 0, {64, 1518}, false},  {CREDITLESS, true, 0, {64, 1518}, true},
    {DEAD, true, 0, {64, 64}, false},           {FLAPPING, true, 200, {64, 64}, false},
    {CREDITLESS, true, 0, {64, 64}, false},     {FLAPPING, true, 20, {64, 1518}, false},
    {FLAPPING, true, 2000, {64, 1518}, false},  {FLAPPING, true, 200, {9216, 9216}, false},
    {CREDITLESS, true, 0, {9216, 9216}, false},
};
#define N_CASES (sizeof cases / sizeof cases[0])

typedef struct {
    weft_load_share share[N_CASES]; /* the worst of the rounds; least 0: did not run */
    weft_load load;
} state;

typedef struct {
    unsigned port, between, flaps;
    bool up;
} flapper;

static void switch_port(weft_load *l, unsigned port, bool up)
{
    struct weft_device *d = weft_world_device(l->w);
    const weft_status s = up ? weft_port_enable(d, port) : weft_port_disable(d, port);
    weft_bench_expect(l->b, s == WEFT_OK, "port %u cannot be %s: %s", port,
                      up ? "enabled" : "disabled", weft_status_name(s));
}

static void flap(weft_load *l, void *ctx)
{
    flapper *f = ctx;
    if (weft_rng_below(&l->rng, f->between) != 0) return;
    f->up = !f->up;
    f->flaps++;
    switch_port(l, f->port, f->up);
}

/* Frames that the chip says it threw away at an egress. */
static uint64_t discarded(weft_load *l, unsigned port)
{
    struct weft_device *d = weft_world_device(l->w);
    uint64_t n = UINT64_MAX;
    weft_bench_expect(l->b,
                      weft_counters_snapshot(d, NULL) == WEFT_OK &&
                          weft_counter_read(d, port, WEFT_CNT_IF_OUT_DISCARDS, &n) == WEFT_OK,
                      "port %u: counter cannot be read", port);
    return n;
}

typedef struct {
    uint64_t sent, lost; /* of the others: lost, or more than were sent */
    uint64_t to_sick, reached;
} fate;

static fate add_up(const weft_load *l, unsigned sick)
{
    fate f = {0};
    for (unsigned to = 0; to < l->ports; to++)
        for (unsigned from = 0; from < l->ports; from++)
            for (unsigned v = 0; v < l->vcs; v++) {
                const uint64_t sent = weft_load_sent(l, from, to, v);
                const uint64_t got = l->got[to][from][v].frames;
                if (to == sick) {
                    f.to_sick += sent;
                    f.reached += got;
                } else {
                    f.sent += sent;
                    f.lost += got > sent ? got - sent : sent - got;
                }
            }
    return f;
}

/* A port that is down throws away what is for it, and with that go this link's credits; each such
 * frame is counted. What did not go there has arrived, all of it, and nothing else. */
static void finish_others(weft_load *l, unsigned sick, bool dead)
{
    weft_bench *b = l->b;
    weft_world_stats s;
    weft_bench_expect(b, weft_world_drain(l->w, DRAIN), "does not drain");
    weft_world_get_stats(l->w, &s);
    const fate f = add_up(l, sick);
    const uint64_t gone = discarded(l, sick);
    weft_bench_expect(b, f.sent > 100 && f.lost == 0, "%llu of %llu frames of the others lost",
                      (unsigned long long)f.lost, (unsigned long long)f.sent);
    weft_bench_expect(b, s.misrouted + s.reordered + s.duplicated + s.corrupted + l->strange == 0,
                      "%llu misrouted, %llu reordered, %llu duplicated, %llu bad, %llu strange",
                      (unsigned long long)s.misrouted, (unsigned long long)s.reordered,
                      (unsigned long long)s.duplicated, (unsigned long long)s.corrupted,
                      (unsigned long long)l->strange);
    weft_bench_expect(b, f.to_sick > 0 && (f.reached > 0) != dead && f.to_sick == f.reached + gone,
                      "%llu frames to the sick port, %llu reached it, %llu counted as discarded",
                      (unsigned long long)f.to_sick, (unsigned long long)f.reached,
                      (unsigned long long)gone);
    weft_bench_count(b, "frames", f.sent);
    weft_bench_count(b, "lost", f.lost);
    weft_bench_count(b, "discarded", gone);
    weft_bench_column(b, "%9llu%6llu%10llu", (unsigned long long)f.sent, (unsigned long long)f.lost,
                      (unsigned long long)gone);
}

/* Cycles to measure: one frame more or less must not matter. */
static uint64_t window(const weft_load *l, const neighbour_case *c)
{
    const uint64_t bytes = (uint64_t)FRAMES * c->size.hi * 3;
    return (bytes > WINDOW ? bytes : WINDOW) / l->mii;
}

static void name_row(weft_bench *b, const neighbour_case *c, unsigned round)
{
    char ill[24], bytes[WEFT_LOAD_NAME], more[24] = "";
    snprintf(ill, sizeof ill, c->ill == FLAPPING ? "flap %u" : illnesses[c->ill], c->between);
    if (round > 0) snprintf(more, sizeof more, ", round %u", round);
    weft_bench_row(b, "%s%s, %s%s", ill, c->flood ? ", flooded" : "",
                   weft_load_size_name(c->size, bytes), more);
}

static int one(weft_bench *b, unsigned i, unsigned round)
{
    state *st = weft_bench_state(b);
    weft_load *l = &st->load;
    const neighbour_case *c = &cases[i];
    unsigned other[WEFT_MAX_PORTS];
    const int rc = weft_load_open(l, b, 100 * round + i);
    if (rc != 0) return rc;
    const unsigned sick = (l->ports / 2 + i + round) % l->ports;
    const unsigned n = weft_load_others(l, 1ull << sick, other);
    flapper f = {.port = sick, .between = c->between, .up = true};
    name_row(b, c, round);
    if (c->ill == DEAD) switch_port(l, sick, false);
    if (c->ill == CREDITLESS) weft_load_set_drain(l, sick, 0);
    weft_load_ring(l, other, n, c->size, c->flood ? 0.6 : 0.85);
    const unsigned end = l->n;
    for (unsigned k = 0; k < n; k++)
        weft_load_add(l, other[k], sick, SICK, c->size, c->flood ? 0.35 : 0.1);
    weft_load_run(l, WARM / l->mii, window(l, c), c->ill == FLAPPING ? flap : NULL, &f);
    const weft_load_share share = weft_load_victims(l, 0, end);
    char msg[1024] = "";
    weft_bench_expect(b, weft_world_reconcile(l->w, msg, sizeof msg), "counters: %s", msg);
    weft_load_share *worst = &st->share[i];
    worst->least = round > 0 ? fmin(worst->least, share.least) : share.least;
    worst->mean = round > 0 ? fmin(worst->mean, share.mean) : share.mean;
    if (c->ill == CREDITLESS) {
        weft_load_set_drain(l, sick, 100);
        weft_load_finish(l);
    } else {
        if (c->ill == FLAPPING && f.up) switch_port(l, sick, false);
        finish_others(l, sick, c->ill == DEAD);
    }
    if (c->ill == FLAPPING) {
        weft_bench_count(b, "flaps", f.flaps);
        weft_bench_column(b, "%6u", f.flaps);
        weft_bench_expect(b, f.flaps > 10, "only %u flaps", f.flaps);
    }
    weft_load_close(l);
    return 0;
}

static int run(weft_bench *b)
{
    const weft_sim_geometry g = weft_bench_geometry(b);
    if (g.vcs < 4 || g.ports < 4) return 0; /* three others make a ring, on VCs of their own */
    weft_bench_head(b, "    least     mean   frames  lost discarded flaps",
                    "          victim  of the others  at sick");
    for (unsigned round = 0; round < (weft_bench_long(b) ? ROUNDS : 1); round++)
        for (unsigned i = 0; i < N_CASES; i++) {
            if (weft_bench_quick(b) && !cases[i].quick) continue;
            const int rc = one(b, i, round);
            if (rc != 0) return rc;
        }
    return 0;
}

static int draw(weft_bench *b, const char *dir)
{
    const state *st = weft_bench_state(b);
    static const char *const series[] = {"least victim", "mean victim"};
    char name[N_CASES][32];
    const char *groups[N_CASES];
    double v[2 * N_CASES];
    size_t n = 0;
    for (unsigned i = 0; i < N_CASES && i < 6; i++) {
        if (st->share[i].least <= 0) continue;
        snprintf(name[n], sizeof name[n], "%s%s", illnesses[cases[i].ill],
                 cases[i].flood ? ", flooded" : "");
        v[2 * n] = st->share[i].least;
        v[2 * n + 1] = st->share[i].mean;
        groups[n] = name[n];
        n++;
    }
    if (n == 0) return 0;
    FILE *f = weft_bench_picture(b, dir, "neighbour");
    if (!f) return WEFT_EXIT_FAULT;
    weft_svg_bars(f,
                  &(weft_bars){.title = "A bad neighbour: what the others get of what they offer",
                               .y_label = "fraction",
                               .group = groups,
                               .groups = n,
                               .series = series,
                               .n_series = 2,
                               .value = v,
                               .decimals = 3,
                               .y_top = 1});
    return weft_bench_picture_end(b, f);
}

const weft_bench_section weft_bench_neighbour = {
    .name = "neighbour",
    .title = "a dead, a flapping and a creditless neighbour, and what the others notice",
    .run = run,
    .draw = draw,
    .state_bytes = sizeof(state),
};
