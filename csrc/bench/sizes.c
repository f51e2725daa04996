/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * sizes.c: the section sizes: every frame size takes the whole wire. All ports send frames of one
 * size back to back, a permutation, gap 1. Without flow control nothing may be missing to the wire;
 * with credits only what CF_Updates (8 bytes in 6400) and CC_Updates take may.
 *
 * The rate of a port is counted from the S of one frame to the S of another, a whole number of
 * cycles of wire later. So it is exact, and a short window is as good as a long one. Windows follow
 * each other until one is full: how many cycles that took is the size's time to settle.
 */
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "endpoint/partner.h"
#include "tool/tool.h"
#include "weft/proto.h"

#define FIRST         64u
#define LAST          1600u /* every size up to here */
#define LARGEST       9216u
#define STEP          64u /* from there on every 64th, and those beside it */
#define PER_ROW       64u
#define SPAN          800u   /* cycles of wire in a window, at least */
#define SPAN_CREDITS  6500u  /* about 32 updates: one more or less is 0.00004 */
#define LEAD          100u   /* cycles of wire before the first window */
#define MOST          24000u /* cycles of windows */
#define QUEUED        4u
#define SETTLE_STEP   12u /* frames */
#define SETTLE_FRAMES 109u
#define SETTLE_CYCLES 5000u
#define BOUND         0.9999
#define BOUND_CREDITS 0.9995 /* with what the updates took */
#define STD_MIN       84u /* wire bytes of the smallest frame of standard Ethernet: 64 + 8 + 12 */
#define SIZES         (LARGEST + 1)

typedef struct {
    double delivered[SIZES]; /* by size; 0: not measured */
    unsigned mii;
} state;

/* What came out of a port of the size that runs. */
typedef struct {
    uint64_t seen, begin,
        end;           /* begin, end: cycles of the S of the window's first and next frame */
    uint64_t from, to; /* frames of the window, numbered from 0 */
    uint64_t wrong;
    uint64_t updates, cf_at_begin; /* bytes of wire that updates took in the window */
    size_t bytes;
    const weft_partner *partner;
} meter;

typedef struct {
    weft_world *w;
    unsigned size, ports, mii, shift;
    bool credits;
    uint64_t sent[WEFT_MAX_PORTS];
    meter m[WEFT_MAX_PORTS];
} rig;

typedef struct {
    double delivered, with_updates;
    uint64_t settled; /* cycles of windows that were not full */
    uint64_t frames;
} rate;

/* ---------------------------------------------------------------- measuring ----------------- */
static uint64_t update_bytes(const weft_partner *p)
{
    weft_partner_counters c;
    weft_partner_get_counters(p, &c);
    return c.rx_cf * 8 + c.rx_cc * weft_wire_bytes(WEFT_CC_BYTES + 4, 1);
}

static void on_frame(void *ctx, const weft_rx_frame *f)
{
    meter *m = ctx;
    if (f->len + 4 != m->bytes || !f->fcs_ok) m->wrong++;
    if (m->seen == m->from) {
        m->begin = f->first_cycle;
        m->cf_at_begin = update_bytes(m->partner);
    }
    if (m->seen == m->to) {
        m->end = f->first_cycle;
        m->updates = update_bytes(m->partner) - m->cf_at_begin;
    }
    m->seen++;
}

/* When the first frames out of a port had their S. */
typedef struct {
    unsigned n;
    uint64_t at[SETTLE_FRAMES];
} first_frames;

static void on_first_frame(void *ctx, const weft_rx_frame *f)
{
    first_frames *c = ctx;
    if (c->n < SETTLE_FRAMES) c->at[c->n++] = f->first_cycle;
}

static bool rig_open(weft_bench *b, rig *r, bool credits)
{
    const weft_world_options wo = {.seed = weft_bench_seed(b),
                                   .profile = "esun",
                                   .ipg = 1,
                                   .memory_bytes = 1u << 20,
                                   .min_frame = 32,
                                   .lossless = credits,
                                   .payload_check = true};
    char err[512] = "";
    memset(r, 0, sizeof *r);
    r->w = weft_world_open(&wo, err, sizeof err);
    if (!r->w) {
        weft_bench_complain(WEFT_EXIT_FAULT, "%s", err);
        return false;
    }
    r->ports = weft_bench_geometry(b).ports;
    r->mii = weft_bench_geometry(b).mii_bytes;
    r->credits = credits;
    for (unsigned p = 0; p < r->ports; p++) {
        r->m[p].partner = weft_world_partner(r->w, p);
        weft_world_on_frame(r->w, p, on_frame, &r->m[p]);
    }
    return true;
}

/* One cycle with every queue full. Frames take turns in the VCs. */
static bool step_full(rig *r, unsigned vcs)
{
    for (unsigned p = 0; p < r->ports; p++)
        for (;; r->sent[p]++) {
            const unsigned vc = (unsigned)(r->sent[p] % vcs), dst = (p + r->shift) % r->ports;
            if (weft_partner_backlog(weft_world_partner(r->w, p), vc) >= QUEUED) break;
            if (weft_world_send_frame(r->w, p, dst, vc, r->size, weft_world_cycle(r->w)) != 0)
                return false;
        }
    weft_world_step(r->w);
    return true;
}

/* The next window of every port begins `lead` frames after what has come. */
static void next_window(rig *r, uint64_t lead, uint64_t frames)
{
    for (unsigned p = 0; p < r->ports; p++) {
        meter *m = &r->m[p];
        m->from = m->seen + lead;
        m->to = m->from + frames;
        m->begin = m->end = 0;
    }
}

static bool window_over(const rig *r)
{
    for (unsigned p = 0; p < r->ports; p++)
        if (r->m[p].seen <= r->m[p].to) return false;
    return true;
}

static void rate_of(const rig *r, uint64_t frames, rate *out)
{
    const double bytes = (double)(frames * weft_wire_bytes(r->size, 1));
    out->delivered = out->with_updates = 0;
    for (unsigned p = 0; p < r->ports; p++) {
        const meter *m = &r->m[p];
        const double room = (double)(m->end - m->begin) * r->mii;
        out->delivered += bytes / room / r->ports;
        out->with_updates += (bytes + (double)m->updates) / room / r->ports;
    }
}

/* Windows until one is full or MOST cycles went by, then everything comes to its end. False: a port
 * refuses a frame, or frames do not arrive. */
static bool measure(weft_bench *b, rig *r, unsigned size, rate *out)
{
    const uint32_t wire = weft_wire_bytes(size, 1);
    const unsigned vcs = weft_bench_geometry(b).vcs;
    /* A multiple of mii / 8 frames takes a whole number of cycles. */
    const uint64_t unit = r->mii / 8, span = r->credits ? SPAN_CREDITS : SPAN;
    const uint64_t frames = (span * r->mii / wire / unit + 1) * unit;
    const uint64_t begin = weft_world_cycle(r->w);
    const double bound = r->credits ? BOUND_CREDITS : BOUND;
    r->size = size;
    r->shift = 1 + size % (r->ports - 1);
    for (unsigned p = 0; p < r->ports; p++) {
        meter *m = &r->m[p];
        *m = (meter){.bytes = size, .partner = m->partner};
        r->sent[p] = 0;
    }
    uint64_t window = begin, limit = begin + MOST + 4 * span + 100000;
    next_window(r, (uint64_t)LEAD * r->mii / wire + 4, frames);
    for (;;) {
        if (!step_full(r, vcs) || weft_world_cycle(r->w) > limit) return false;
        if (!window_over(r)) continue;
        rate_of(r, frames, out);
        out->settled = window - begin;
        window = weft_world_cycle(r->w);
        if (out->with_updates >= bound || window - begin > MOST) break;
        next_window(r, 0, frames);
    }
    const bool drained = weft_world_drain(r->w, 100000);
    out->frames = 0;
    for (unsigned p = 0; p < r->ports; p++) out->frames += r->m[p].seen;
    return drained;
}

/* ---------------------------------------------------------------- rows ---------------------- */
/* What all sizes of a row have shown. */
typedef struct {
    unsigned n, worst_size;
    double least, most, least_with;
    uint64_t settled, frames;
} summary;

static void one_size(weft_bench *b, rig *r, unsigned size, summary *sum)
{
    rate v = {0};
    uint64_t sent = 0, wrong = 0;
    if (!weft_bench_expect(b, measure(b, r, size, &v), "%u B: not all frames arrive", size)) return;
    for (unsigned p = 0; p < r->ports; p++) {
        sent += r->sent[p];
        wrong += r->m[p].wrong;
    }
    weft_bench_expect(
        b, v.frames == sent && wrong == 0, "%u B: %llu of %llu frames arrived, %llu wrong", size,
        (unsigned long long)v.frames, (unsigned long long)sent, (unsigned long long)wrong);
    weft_bench_expect(
        b, v.with_updates >= (r->credits ? BOUND_CREDITS : BOUND) && v.with_updates < 1.0002,
        "%u B: %.6f of the wire, %.6f with updates", size, v.delivered, v.with_updates);
    char key[24];
    snprintf(key, sizeof key, "%04u", size);
    weft_bench_fraction(b, key, v.delivered);
    if (sum->n++ == 0 || v.delivered < sum->least) {
        sum->least = v.delivered;
        sum->worst_size = size;
    }
    if (sum->n == 1 || v.with_updates < sum->least_with) sum->least_with = v.with_updates;
    if (v.delivered > sum->most) sum->most = v.delivered;
    if (v.settled > sum->settled) sum->settled = v.settled;
    sum->frames += v.frames;
    if (!r->credits) ((state *)weft_bench_state(b))->delivered[size] = v.delivered;
}

/* At its end everything has arrived and all counters agree. */
static void close_rig(weft_bench *b, rig *r)
{
    char msg[1024] = "";
    weft_world_stats s;
    weft_bench_expect(b, weft_world_reconcile(r->w, msg, sizeof msg), "%s", msg);
    weft_world_get_stats(r->w, &s);
    weft_bench_expect(b, s.frames_sent > 0 && s.frames_delivered == s.frames_sent && !s.frames_lost,
                      "%llu frames sent, %llu delivered, %llu lost",
                      (unsigned long long)s.frames_sent, (unsigned long long)s.frames_delivered,
                      (unsigned long long)s.frames_lost);
    weft_bench_expect(
        b, s.corrupted + s.misrouted + s.reordered + s.duplicated + s.payload_mismatches == 0,
        "frames damaged, misled or out of order");
    weft_bench_expect(b, s.credits_agree, "credits disagree at the end");
    weft_world_close(r->w);
}

typedef struct {
    unsigned lo, hi, step;
    bool around; /* and the sizes beside each of these */
    bool credits, quick;
} range;

static int one_range(weft_bench *b, const range *g)
{
    rig r;
    summary sum = {0};
    char by[24] = "";
    if (g->step > 1) snprintf(by, sizeof by, " by %u%s", g->step, g->around ? "+-1" : "");
    weft_bench_row(b, "%u..%u B%s%s", g->lo, g->hi, by, g->credits ? ", credits" : "");
    if (!rig_open(b, &r, g->credits)) return WEFT_EXIT_FAULT;
    for (unsigned size = g->lo; size <= g->hi; size += g->step)
        for (unsigned s = size - g->around; s <= size + g->around && s <= LARGEST; s++)
            one_size(b, &r, s, &sum);
    close_rig(b, &r);
    weft_bench_count(b, "frames", sum.frames);
    weft_bench_count(b, "settled", sum.settled);
    weft_bench_column(b, "%6u%10.6f%10.6f%7u%10.6f%9llu%10llu", sum.n, sum.least, sum.most,
                      sum.worst_size, sum.least_with, (unsigned long long)sum.settled,
                      (unsigned long long)sum.frames);
    return WEFT_EXIT_OK;
}

static int all_ranges(weft_bench *b)
{
    static const range others[] = {
        {1600, 4096, STEP, true, false, false}, {4160, LARGEST, STEP, true, false, false},
        {32, 56, 8, false, true, true},         {64, 120, 8, false, true, true},
        {128, 1600, STEP, true, true, false},   {2048, LARGEST, 8 * STEP, true, true, false},
    };
    const range small = {32, 56, 8, false, false, true};
    int rc = one_range(b, &small);
    for (unsigned lo = FIRST; lo < LAST && rc == WEFT_EXIT_OK; lo += PER_ROW) {
        const range g = {lo, lo + PER_ROW - 1, 1, false, false, lo == FIRST || lo == 1472};
        if (g.quick || !weft_bench_quick(b)) rc = one_range(b, &g);
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0] && rc == WEFT_EXIT_OK; i++)
        if (others[i].quick || !weft_bench_quick(b)) rc = one_range(b, &others[i]);
    return rc;
}

/* What small frames gain over standard Ethernet, counted from what was measured. */
static void gain(weft_bench *b, unsigned size, double least)
{
    const state *s = weft_bench_state(b);
    const double mii = weft_bench_geometry(b).mii_bytes;
    const double frames = s->delivered[size] * mii / weft_wire_bytes(size, 1);
    const double factor = frames / (mii / STD_MIN);
    weft_bench_row(b, "rate of %u B", size);
    weft_bench_column(b, "%10.4f%10.1f%10.3f", frames, frames * WEFT_CLOCK_HZ / 1e6, factor);
    weft_bench_fraction(b, "frames_per_cycle", frames);
    weft_bench_fraction(b, "gain", factor);
    weft_bench_expect(b, factor >= least, "less than %.2f times", least);
}

/* How the delay of a size develops from the first frame of full load on: by how many cycles a frame
 * leaves later than a full wire behind the first one would bring it. */
static int settling(weft_bench *b, unsigned size)
{
    rig r;
    first_frames f = {0};
    const unsigned vcs = weft_bench_geometry(b).vcs;
    weft_bench_row(b, "settling %u B", size);
    if (!rig_open(b, &r, false)) return WEFT_EXIT_FAULT;
    weft_world_on_frame(r.w, 0, on_first_frame, &f);
    r.size = size;
    r.shift = 1;
    bool good = true;
    for (unsigned i = 0; i < SETTLE_CYCLES && good && f.n < SETTLE_FRAMES; i++)
        good = step_full(&r, vcs);
    weft_bench_expect(b, good && f.n == SETTLE_FRAMES && weft_world_drain(r.w, 100000),
                      "not all frames arrive");
    for (unsigned i = SETTLE_STEP; i < f.n; i += SETTLE_STEP) {
        const uint64_t full = (uint64_t)i * weft_wire_bytes(size, 1) / r.mii;
        const uint64_t late = f.at[i] - f.at[0] - full;
        char key[24];
        snprintf(key, sizeof key, "frame_%03u", i);
        weft_bench_count(b, key, late);
        weft_bench_column(b, "%6llu", (unsigned long long)late);
    }
    weft_world_close(r.w);
    return WEFT_EXIT_OK;
}

static int run(weft_bench *b)
{
    static const unsigned slow[] = {64, 70, 72, 79, 80, 100};
    ((state *)weft_bench_state(b))->mii = weft_bench_geometry(b).mii_bytes;
    weft_bench_head(b, " sizes   fraction of the wire   worst      with  settles    frames",
                    "           least      most   size   updates   cycles");
    int rc = all_ranges(b);
    if (rc != WEFT_EXIT_OK) return rc;
    weft_bench_head(b, "    frames   million   times what 84 bytes",
                    " per cycle  a second   a frame allow");
    gain(b, 32, 1.74);
    gain(b, 64, 1.04);
    weft_bench_head(b, "cycles that frame 12, 24, ... of full load is later than behind frame 0 on",
                    "a full wire");
    for (size_t i = 0; i < sizeof slow / sizeof slow[0] && rc == WEFT_EXIT_OK; i++)
        rc = settling(b, slow[i]);
    return rc;
}

/* ---------------------------------------------------------------- pictures ------------------ */
static int draw_lines(weft_bench *b, const char *dir, const char *name, const char *title,
                      const char *y, const weft_curve *lines, size_t n, double top)
{
    FILE *f = weft_bench_picture(b, dir, name);
    if (!f) return WEFT_EXIT_FAULT;
    weft_svg_lines(f, title, "bytes of a frame", y, lines, n, true, top);
    return weft_bench_picture_end(b, f);
}

static int draw(weft_bench *b, const char *dir)
{
    const state *s = weft_bench_state(b);
    double *v = malloc(4 * SIZES * sizeof *v);
    if (!v) return weft_bench_complain(WEFT_EXIT_FAULT, "not enough memory");
    double *size = v, *part = v + SIZES, *rate = part + SIZES, *standard = rate + SIZES;
    size_t n = 0;
    for (unsigned i = 0; i < SIZES; i++) {
        if (s->delivered[i] <= 0) continue;
        const double clock = WEFT_CLOCK_HZ / 1e6 * s->mii;
        size[n] = i;
        part[n] = s->delivered[i];
        rate[n] = s->delivered[i] * clock / weft_wire_bytes(i, 1);
        standard[n++] = clock / (i + 20 > STD_MIN ? i + 20 : STD_MIN);
    }
    const weft_curve wire = {"permutation, all ports, no flow control", size, part, n};
    const weft_curve rates[] = {{"Weft, gap of 1 byte, from 32 B on", size, rate, n},
                                {"standard: gap of 12 bytes, padded to 64 B", size, standard, n}};
    int rc = draw_lines(b, dir, "sizes", "Throughput for every frame size", "fraction of the wire",
                        &wire, 1, 1.0);
    if (rc == WEFT_EXIT_OK)
        rc = draw_lines(b, dir, "sizes-rate", "Frames a second and port", "million frames a second",
                        rates, 2, 100);
    free(v);
    return rc;
}

const weft_bench_section weft_bench_sizes = {
    .name = "sizes",
    .title = "every frame size, permutation at load 1, all ports",
    .run = run,
    .draw = draw,
    .state_bytes = sizeof(state)};
