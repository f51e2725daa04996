/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * incast.c: all ports to one, lossless, whose receiver drains at the rate of the wire, at half of
 * it, or not at all: nothing is lost, the hot egress sends all that it may, the sources share it
 * evenly, and whoever does not go there does not notice. Each victim is judged alone.
 */
#include <math.h>

#include "bench/load.h"
#include "endpoint/frame.h"
#include "endpoint/partner.h"
#include "tool/tool.h"
#include "weft/weft.h"

/* Wire bytes, so that they are as many frames with any width of the wire: until the hot VC has used
 * its credits up; until what queued in the sources meanwhile has gone; what is measured then. */
#define SOAK   256000u
#define WARM   512000u
#define WINDOW 2560000u
#define FRAMES 200u /* at least, of each source to the hot port: fewer say little of fairness */
#define TAKEN  500u /* at least, of each victim: so that one more or less in a queue is little */
#define USED   0.94 /* of each wire is asked for */
#define ROUNDS 8u   /* with --long */

typedef struct {
    unsigned hots;  /* ports that all others send to */
    unsigned drain; /* percent, of the first one's receiver; the second one's drains at once */
    weft_load_size size;
    bool pairs; /* half of the ports send there, the others to each other on the same VC */
    bool quick;
} incast_case;

static const incast_case cases[] = {
    {1, 100, {64, 64}, false, false},    {1, 50, {64, 64}, false, false},
    {1, 0, {64, 64}, false, false},      {1, 100, {1500, 1500}, false, false},
    {1, 50, {1500, 1500}, false, false}, {1, 0, {1500, 1500}, false, false},
    {1, 100, {64, 1518}, false, true},   {1, 50, {64, 1518}, false, true},
    {1, 0, {64, 1518}, false, true},     {2, 100, {64, 1518}, false, false},
    {2, 50, {64, 1518}, false, false},   {2, 0, {64, 1518}, false, false},
    {1, 100, {64, 1518}, true, false},   {1, 50, {64, 1518}, true, false},
    {1, 0, {64, 1518}, true, true},      {1, 90, {64, 1518}, false, false},
    {1, 10, {64, 1518}, false, false},   {1, 100, {65, 65}, false, false},
    {1, 100, {72, 79}, false, false},    {1, 100, {9216, 9216}, false, false},
};
#define N_CASES (sizeof cases / sizeof cases[0])

/* Drains in the picture, in percent. */
static const unsigned drawn[] = {100, 50, 0};
#define N_DRAWN (sizeof drawn / sizeof drawn[0])

/* The worst of all rows with one drain. */
typedef struct {
    bool any;
    double hot, jain, least, mean;
} summary;

typedef struct {
    summary drawn[N_DRAWN];
    weft_load load;
} state;

/* Who sends to whom in a row. */
typedef struct {
    const incast_case *c;
    unsigned hot[2], drain[2];
    unsigned src[WEFT_MAX_PORTS], n; /* who sends to the hot ports */
    unsigned n_rest;                 /* of pairs: who does not, behind them in src */
} scene;

/* What one hot egress did in the window. */
typedef struct {
    double of_may, jain;    /* with a drain over 0 */
    unsigned used, credits; /* with a drain of 0 */
} verdict;

static scene make_scene(const weft_load *l, unsigned i, unsigned round)
{
    scene s = {.c = &cases[i], .drain = {cases[i].drain, 100}};
    s.hot[0] = (1 + 3 * i + 5 * round) % l->ports;
    s.hot[1] = (s.hot[0] + l->ports / 2) % l->ports;
    const uint64_t hot = 1ull << s.hot[0] | (s.c->hots > 1 ? 1ull << s.hot[1] : 0);
    const unsigned cold = weft_load_others(l, hot, s.src);
    if (s.c->pairs) s.n_rest = cold / 2 < 2 ? 2 : cold / 2;
    s.n = cold - s.n_rest;
    return s;
}

/* All to the hot ports as fast as it goes, on a VC for each. */
static void add_hot(weft_load *l, const scene *s)
{
    for (unsigned i = 0; i < s->c->hots; i++)
        for (unsigned k = 0; k < s->n; k++)
            weft_load_add(l, s->src[k], s->hot[i], i, s->c->size, 0);
}

/* The same sources offer the rest of USED to each other on two more VCs, and the hot ports send as
 * well; of pairs, those who are not in it take all of their wires. */
static void add_victims(weft_load *l, const scene *s)
{
    const incast_case *c = s->c;
    const unsigned *rest = s->src + s->n;
    for (unsigned k = 0; k < s->n_rest; k++)
        weft_load_add(l, rest[k], rest[(k + 1) % s->n_rest], 0, c->size, 0);
    if (c->pairs) return;
    weft_load_ring(l, s->src, s->n, c->size, USED - (double)c->hots / s->n);
    for (unsigned i = 0; i < c->hots; i++)
        weft_load_add(l, s->hot[i], s->src[2], 1 - i, c->size, 1.0 / s->n);
}

/* Cycles to measure. */
static uint64_t window(const weft_load *l, const scene *s)
{
    const uint64_t mean = (s->c->size.lo + s->c->size.hi) / 2;
    const uint64_t hot = s->c->drain ? FRAMES * s->n * mean * 100 / s->c->drain : 0;
    const uint64_t taken = TAKEN * mean * 2; /* a victim has half of a wire, about */
    uint64_t bytes = hot > taken ? hot : taken;
    if (bytes < WINDOW) bytes = WINDOW;
    return bytes / l->mii;
}

/* The i-th hot egress sent all that its receiver freed, and the sources shared that evenly. */
static verdict judge_hot(weft_load *l, const scene *s, unsigned i)
{
    weft_bench *b = l->b;
    const unsigned hot = s->hot[i];
    const weft_partner *p = weft_world_partner(l->w, hot);
    double share[WEFT_MAX_PORTS], all = 0;
    weft_partner_credits credits;
    weft_partner_counters n;
    weft_partner_config pc;
    weft_partner_get_config(p, &pc);
    weft_partner_get_credits(p, &credits);
    weft_partner_get_counters(p, &n);
    for (unsigned k = 0; k < s->n; k++)
        all += share[k] = weft_load_part(l, l->got[hot][s->src[k]][i].bytes);
    weft_bench_expect(b, n.rx_over_credit == 0, "port %u: %llu frames beyond the credits", hot,
                      (unsigned long long)n.rx_over_credit);
    verdict v = {.jain = weft_load_jain(share, s->n)};
    if (s->drain[i] > 0) {
        v.of_may = all * 100 / s->drain[i];
        weft_bench_expect(b, v.of_may >= 0.995 && v.of_may <= 1.005,
                          "port %u sends %.4f of what it may", hot, v.of_may);
        /* Where credits are always scarce, who finds enough of them is chance: docs/performance.md.
         */
        weft_bench_expect(b, v.jain >= (s->drain[i] < 50 ? 0.95 : 0.99),
                          "port %u: Jain's index %.5f", hot, v.jain);
        return v;
    }
    const unsigned frame = weft_frame_credits(s->c->size.hi, pc.credit_shift, pc.credit_overhead);
    v.used = credits.r_cc[i];
    v.credits = pc.rx_limit[i];
    weft_bench_expect(b, all <= 0, "port %u sends %.4f of the wire without credits", hot, all);
    weft_bench_expect(b, v.used <= v.credits && v.used + frame > v.credits,
                      "port %u used %u of %u credits", hot, v.used, v.credits);
    return v;
}

/* Values and columns of the hot ports: of two that drain, the worse one. */
static verdict report_hot(weft_load *l, const scene *s)
{
    weft_bench *b = l->b;
    verdict worst = {.of_may = INFINITY, .jain = INFINITY};
    for (unsigned i = 0; i < s->c->hots; i++) {
        const verdict v = judge_hot(l, s, i);
        if (s->drain[i] == 0) {
            worst.used = v.used;
            worst.credits = v.credits;
            continue;
        }
        worst.of_may = fmin(worst.of_may, v.of_may);
        worst.jain = fmin(worst.jain, v.jain);
    }
    const bool drains = worst.jain <= 1;
    if (drains) {
        weft_bench_fraction(b, "hot", worst.of_may);
        weft_bench_fraction(b, "jain", worst.jain);
        weft_bench_column(b, "%8.4f%8.4f", worst.of_may, worst.jain);
    }
    if (worst.credits > 0) {
        weft_bench_count(b, "credits_used", worst.used);
        if (drains) return worst;
        weft_bench_column(b, "%7u of %u", worst.used, worst.credits);
    }
    return worst;
}

/* ---------------------------------------------------------------- rows ---------------------- */
static void name_row(weft_bench *b, const scene *s, unsigned round)
{
    char hot[16], bytes[WEFT_LOAD_NAME], more[24] = "";
    snprintf(hot, sizeof hot, s->c->hots > 1 ? "%u+%u" : "%u", s->hot[0], s->hot[1]);
    if (round > 0) snprintf(more, sizeof more, ", round %u", round);
    weft_bench_row(b, "%u to %s, %u %%, %s%s%s", s->n, hot, s->c->drain,
                   weft_load_size_name(s->c->size, bytes), s->c->pairs ? ", pairs" : "", more);
}

static void summarize(summary *s, verdict hot, weft_load_share victims)
{
    if (!s->any) *s = (summary){true, INFINITY, INFINITY, INFINITY, INFINITY};
    s->hot = fmin(s->hot, hot.of_may);
    s->jain = fmin(s->jain, hot.jain);
    s->least = fmin(s->least, victims.least);
    s->mean = fmin(s->mean, victims.mean);
}

static int one(weft_bench *b, unsigned i, unsigned round)
{
    state *st = weft_bench_state(b);
    weft_load *l = &st->load;
    const int rc = weft_load_open(l, b, 100 * round + i);
    if (rc != 0) return rc;
    const scene s = make_scene(l, i, round);
    name_row(b, &s, round);
    weft_load_set_drain(l, s.hot[0], s.c->drain);
    add_hot(l, &s);
    const unsigned first = l->n;
    weft_load_run(l, SOAK / l->mii, 0, NULL, NULL);
    add_victims(l, &s);
    weft_load_run(l, WARM / l->mii, window(l, &s), NULL, NULL);
    const verdict hot = report_hot(l, &s);
    const weft_load_share victims = weft_load_victims(l, first, l->n);
    for (unsigned k = 0; k < N_DRAWN; k++)
        if (s.c->drain == drawn[k]) summarize(&st->drawn[k], hot, victims);
    weft_load_set_drain(l, s.hot[0], 100);
    weft_load_finish(l);
    weft_load_close(l);
    return 0;
}

/* One source of frames of the largest size among sources of the smallest: in the scheduler's turns
 * each sends as many frames as the others, however short of credits the receiver keeps them. */
static int unequal(weft_bench *b, unsigned drain)
{
    state *st = weft_bench_state(b);
    weft_load *l = &st->load;
    static const weft_load_size small = {64, 64}, large = {9216, 9216};
    const unsigned n = weft_bench_geometry(b).ports - 2; /* small ones; the hot port is the last */
    const int rc = weft_load_open(l, b, 10000 + drain);
    if (rc != 0) return rc;
    weft_bench_row(b, "%u x 64 B + 9216 B, %u %%", n, drain);
    weft_load_set_drain(l, n + 1, drain);
    for (unsigned k = 0; k <= n; k++) weft_load_add(l, k, n + 1, 0, k < n ? small : large, 0);
    weft_load_run(l, WARM / l->mii, WINDOW / l->mii, NULL, NULL);
    uint64_t bytes = 0;
    for (unsigned k = 0; k < n; k++) bytes += l->got[n + 1][k][0].bytes;
    const double turns = (double)bytes / weft_wire_bytes(64, 1) / n;
    const double frames = (double)l->got[n + 1][n][0].bytes / weft_wire_bytes(9216, 1);
    weft_bench_fraction(b, "large_turns", frames / turns);
    weft_bench_column(b, "%8.4f of the turns of the others      ", frames / turns);
    weft_bench_expect(b, frames >= 0.3 * turns - 1, "%.0f large frames, %.0f turns of the others",
                      frames, turns);
    weft_load_set_drain(l, n + 1, 100);
    weft_load_finish(l);
    weft_load_close(l);
    return 0;
}

static int run(weft_bench *b)
{
    const weft_sim_geometry g = weft_bench_geometry(b);
    weft_bench_head(b, " hot egress   Jain  least     mean       frames  lost",
                    "   of may             victim");
    for (unsigned round = 0; round < (weft_bench_long(b) ? ROUNDS : 1); round++)
        for (unsigned i = 0; i < N_CASES; i++) {
            /* The victims are on other VCs, and three of them make a ring. */
            if (g.vcs < 4 || g.ports < cases[i].hots + 3) continue;
            if (weft_bench_quick(b) && !cases[i].quick) continue;
            const int rc = one(b, i, round);
            if (rc != 0) return rc;
        }
    for (unsigned i = 0; i < 3 && g.ports > 2 && !weft_bench_quick(b); i++) {
        const int rc = unequal(b, i == 0 ? 100 : i == 1 ? 90 : 50);
        if (rc != 0) return rc;
    }
    return 0;
}

static int draw(weft_bench *b, const char *dir)
{
    const state *st = weft_bench_state(b);
    static const char *const groups[] = {"receiver drains at 100 %", "at 50 %",
                                         "at 0 % (sends nothing)"};
    static const char *const series[] = {"hot egress, of what it may send", "fairness (Jain)",
                                         "least victim", "mean victim"};
    double v[4 * N_DRAWN];
    for (unsigned i = 0; i < N_DRAWN; i++) {
        const summary *s = &st->drawn[i];
        const double of[] = {s->hot, s->jain, s->least, s->mean};
        for (unsigned k = 0; k < 4; k++)
            v[4 * i + k] = s->any && (drawn[i] > 0 || k > 1) ? of[k] : NAN;
    }
    FILE *f = weft_bench_picture(b, dir, "incast");
    if (!f) return WEFT_EXIT_FAULT;
    weft_svg_bars(f, &(weft_bars){.title = "Incast: the worst of all frame sizes and hot ports",
                                  .y_label = "fraction",
                                  .group = groups,
                                  .groups = N_DRAWN,
                                  .series = series,
                                  .n_series = 4,
                                  .value = v,
                                  .decimals = 3,
                                  .y_top = 1});
    return weft_bench_picture_end(b, f);
}

const weft_bench_section weft_bench_incast = {
    .name = "incast",
    .title = "all to one whose receiver drains at 100, 50 and 0 %, and who does not go there",
    .run = run,
    .draw = draw,
    .state_bytes = sizeof(state),
};
