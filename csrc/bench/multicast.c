/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * multicast.c: one source to all others, then several groups of several sources at once, alone and
 * among unicast at full load. Each member gets each frame once, in order, nobody else any, nobody
 * is starved, and the throughput is set against the ideal.
 *
 * The ideal. With unicast: every wire out of the switch full. Multicast alone: all groups go at one
 * rate, the most that the egress allows which most of them share (or a source's own wire); an
 * egress with fewer groups then has idle time that no switch can fill.
 */
#include <math.h>

#include "bench/load.h"
#include "tool/tool.h"

/* Wire bytes, so that they are as many frames with any width of the wire: the buffers of the switch
 * are full, credits hold the sources; what is measured then. */
#define WARM   960000u
#define WINDOW 2560000u
#define GROUPS 4u
#define ROUNDS 8u /* with --long */

typedef struct {
    unsigned groups;
    bool all;     /* each group has all ports, not half of them */
    bool unicast; /* every port sends to all others as well, as fast as it may */
    weft_load_size size;
    double least; /* of the ideal */
    bool quick;
} multicast_case;

static const multicast_case cases[] = {
    {1, true, false, {64, 64}, 0.99, true},       {1, true, false, {64, 1518}, 0.99, false},
    {1, true, false, {1500, 1500}, 0.99, false},  {1, true, false, {9216, 9216}, 0.98, false},
    {4, true, false, {64, 64}, 0.99, false},      {4, true, false, {64, 1518}, 0.985, true},
    {4, true, false, {1500, 1500}, 0.985, false}, {4, false, false, {64, 64}, 0.98, false},
    {4, false, false, {64, 1518}, 0.98, false},   {4, true, true, {64, 64}, 0.99, false},
    {4, true, true, {64, 1518}, 0.99, true},      {4, true, true, {1500, 1500}, 0.985, false},
    {4, false, true, {64, 64}, 0.99, false},      {4, false, true, {64, 1518}, 0.98, false},
};
#define N_CASES (sizeof cases / sizeof cases[0])

typedef struct {
    bool ran;
    double ideal, total, multi; /* wires */
} result;

typedef struct {
    result result[N_CASES];
    uint64_t group[GROUPS];
    weft_load load;
} state;

/* Does a port get what a flow sends? */
static bool gets(const state *st, const weft_load_flow *f, unsigned port)
{
    if (f->dst < WEFT_LOAD_GROUP) return f->dst == port;
    return port != f->src && (st->group[f->dst - WEFT_LOAD_GROUP] >> port & 1) != 0;
}

/* Exact: every port got from every other on every VC what was sent to it, not one frame more. */
static void check_copies(state *st)
{
    weft_load *l = &st->load;
    uint64_t all = 0;
    for (unsigned to = 0; to < l->ports; to++)
        for (unsigned from = 0; from < l->ports; from++)
            for (unsigned v = 0; v < l->vcs; v++) {
                uint64_t want = 0;
                for (unsigned i = 0; i < l->n; i++) {
                    const weft_load_flow *f = &l->flow[i];
                    if (f->src == from && f->vc == v && gets(st, f, to)) want += f->sent;
                }
                const uint64_t got = l->got[to][from][v].frames;
                weft_bench_expect(l->b, got == want,
                                  "port %u got %llu of %llu frames from %u on VC %u", to,
                                  (unsigned long long)got, (unsigned long long)want, from, v);
                all += got;
            }
    weft_bench_expect(l->b, all > 1000, "only %llu copies", (unsigned long long)all);
    weft_bench_count(l->b, "copies", all);
    weft_bench_column(l->b, "%9llu", (unsigned long long)all);
}

/* Wire time that all ports got on the VCs of the mask, in wires. */
static double received(const weft_load *l, unsigned vcs)
{
    uint64_t sum = 0;
    for (unsigned a = 0; a < l->ports; a++)
        for (unsigned b = 0; b < l->ports; b++)
            for (unsigned v = 0; v < l->vcs; v++)
                if ((vcs >> v & 1) != 0) sum += l->got[a][b][v].bytes;
    return weft_load_part(l, sum);
}

/* Copies that a frame of each group has in all, and those at the port with the most. */
static unsigned copies(const state *st, unsigned *most)
{
    const weft_load *l = &st->load;
    unsigned sum = 0;
    *most = 1;
    for (unsigned a = 0; a < l->ports; a++) {
        unsigned n = 0;
        for (unsigned i = 0; i < l->n; i++)
            n += l->flow[i].dst >= WEFT_LOAD_GROUP && gets(st, &l->flow[i], a);
        if (n > *most) *most = n;
        sum += n;
    }
    return sum;
}

/* Multicast on VC 0, unicast on VC 1. */
static void add_flows(state *st, const multicast_case *c)
{
    weft_load *l = &st->load;
    for (unsigned g = 0; g < c->groups; g++) {
        const unsigned src = (g * l->ports / c->groups + (c->groups == 1)) % l->ports;
        st->group[g] = 0;
        for (unsigned k = 1; k <= (c->all ? l->ports - 1 : l->ports / 2); k++)
            st->group[g] |= 1ull << (src + k) % l->ports;
        if (c->all) st->group[g] |= 1ull << src; /* a source gets no copy of its own */
        weft_bench_expect(l->b, weft_world_set_group(l->w, g, st->group[g]) == 0, "group %u", g);
        weft_load_add(l, src, WEFT_LOAD_GROUP + g, 0, c->size, 0);
    }
    for (unsigned a = 0; c->unicast && a < l->ports; a++)
        for (unsigned b = 0; b < l->ports; b++)
            if (a != b) weft_load_add(l, a, b, 1, c->size, 1.0 / (l->ports - 1));
}

/* Wire time that a flow got at one of its members, in wires. */
static double member_share(const state *st, const weft_load_flow *f)
{
    const weft_load *l = &st->load;
    uint64_t sum = 0;
    unsigned members = 0;
    for (unsigned to = 0; to < l->ports; to++)
        if (gets(st, f, to)) {
            sum += l->got[to][f->src][f->vc].bytes;
            members++;
        }
    return weft_load_part(l, sum) / members;
}

/* Who is starved. An egress serves its ingresses in turn, and an ingress that has both kinds for it
 * its VCs in turn: half of a turn is what a pair and a copy may hope for among unicast, and the
 * groups share alone evenly what their most crowded member takes. A source of multicast reads a
 * frame once for each set of members that come free together, and its unicast has what is left. */
static void judge_shares(state *st, const multicast_case *c, const result *r)
{
    weft_load *l = &st->load;
    weft_bench *b = l->b;
    unsigned most;
    const double sum = copies(st, &most), turn = 1.0 / (l->ports - 1);
    const double fair = c->unicast ? turn / 2 : 1.0 / most;
    const unsigned first = c->unicast ? c->groups : 0, end = l->n;
    double share[WEFT_LOAD_FLOWS], low = INFINITY;
    for (unsigned i = first; i < end; i++) {
        share[i - first] = member_share(st, &l->flow[i]) / fair;
        low = fmin(low, share[i - first]);
    }
    const double jain = weft_load_jain(share, end - first);
    const double multi = r->multi / (sum * fair);
    /* More members, more reads; fewer frames in the window, more chance. */
    const bool strict = l->ports <= 8 && c->size.lo == 64;
    const double least = !c->unicast ? 0.8 : strict ? 0.7 : 0.6;
    weft_bench_expect(b, low >= least, "a flow gets %.4f of its share", low);
    weft_bench_expect(b, multi >= 0.9, "multicast gets %.4f of its share", multi);
    weft_bench_fraction(b, "multicast_share", multi);
    weft_bench_fraction(b, "least_share", low);
    weft_bench_fraction(b, "jain", jain);
    weft_bench_column(b, "%8.3f%8.3f%8.4f", multi, low, jain);
}

static void name_row(weft_bench *b, const multicast_case *c, unsigned round)
{
    const unsigned ports = weft_bench_geometry(b).ports;
    char sources[16] = "", bytes[WEFT_LOAD_NAME], more[24] = "";
    if (c->groups > 1) snprintf(sources, sizeof sources, "%u x ", c->groups);
    if (round > 0) snprintf(more, sizeof more, ", round %u", round);
    weft_bench_row(b, "%s1 to %u, %s%s%s", sources, c->all ? ports - 1 : ports / 2,
                   weft_load_size_name(c->size, bytes), c->unicast ? ", unicast" : "", more);
}

static int one(weft_bench *b, unsigned i, unsigned round)
{
    state *st = weft_bench_state(b);
    weft_load *l = &st->load;
    const multicast_case *c = &cases[i];
    const int rc = weft_load_open(l, b, 100 * round + i);
    if (rc != 0) return rc;
    name_row(b, c, round);
    add_flows(st, c);
    weft_load_run(l, WARM / l->mii, WINDOW / l->mii, NULL, NULL);
    unsigned most;
    result r = {.ran = true, .total = received(l, ~0u), .multi = received(l, 1)};
    const double sum = copies(st, &most);
    r.ideal = c->unicast ? l->ports : sum / most;
    const double part = r.total / r.ideal;
    weft_bench_fraction(b, "of_ideal", part);
    weft_bench_fraction(b, "multicast", r.multi);
    weft_bench_column(b, "%8.2f%8.4f%8.2f", r.ideal, part, r.multi);
    weft_bench_expect(b, part >= c->least, "%.4f of the ideal", part);
    judge_shares(st, c, &r);
    if (round == 0) st->result[i] = r;
    weft_load_finish(l);
    check_copies(st);
    weft_load_close(l);
    return 0;
}

static int run(weft_bench *b)
{
    if (weft_bench_geometry(b).ports < 4) return 0; /* one source for each group */
    weft_bench_head(b, "   ideal      of   multi- of its   least    Jain   frames  lost   copies",
                    "   wires   ideal    cast   share   share");
    for (unsigned round = 0; round < (weft_bench_long(b) ? ROUNDS : 1); round++)
        for (unsigned i = 0; i < N_CASES; i++) {
            if (weft_bench_quick(b) && !cases[i].quick) continue;
            const int rc = one(b, i, round);
            if (rc != 0) return rc;
        }
    return 0;
}

/* In the picture: mixed sizes. */
static bool drawn(const multicast_case *c) { return c->size.lo != c->size.hi; }

static int draw(weft_bench *b, const char *dir)
{
    const state *st = weft_bench_state(b);
    static const char *const series[] = {"ideal", "delivered", "of it multicast"};
    char name[N_CASES][32];
    const char *groups[N_CASES];
    double v[3 * N_CASES];
    size_t n = 0;
    for (unsigned i = 0; i < N_CASES; i++) {
        const multicast_case *c = &cases[i];
        if (!st->result[i].ran || !drawn(c)) continue;
        const char *who = c->groups == 1 ? "1 group" : c->all ? "4 of all" : "4 of half";
        snprintf(name[n], sizeof name[n], "%s%s", who, c->unicast ? " + unicast" : "");
        v[3 * n] = st->result[i].ideal;
        v[3 * n + 1] = st->result[i].total;
        v[3 * n + 2] = st->result[i].multi;
        groups[n] = name[n];
        n++;
    }
    if (n == 0) return 0;
    FILE *f = weft_bench_picture(b, dir, "multicast");
    if (!f) return WEFT_EXIT_FAULT;
    weft_svg_bars(f, &(weft_bars){.title = "Multicast groups, frames of 64 to 1518 bytes",
                                  .y_label = "wires out of the switch",
                                  .group = groups,
                                  .groups = n,
                                  .series = series,
                                  .n_series = 3,
                                  .value = v,
                                  .decimals = 2,
                                  .y_top = weft_bench_geometry(b).ports});
    return weft_bench_picture_end(b, f);
}

const weft_bench_section weft_bench_multicast = {
    .name = "multicast",
    .title = "one to all, and several groups at once, alone and among unicast",
    .run = run,
    .draw = draw,
    .state_bytes = sizeof(state),
};
