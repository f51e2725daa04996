/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * deadlock.c: cycles of requests and responses in all directions (reads, acknowledged writes,
 * atomics), with posted frames and multicast beside them, as much as the accelerators take, on
 * buffers and credits of one largest frame a VC: the least that the driver accepts, which each row
 * shows by asking for less. Traffic never stands still, always drains to idle, and what was read
 * and written is right. docs/deadlock.md has the argument; this is its experiment.
 */
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "endpoint/accel.h"
#include "endpoint/partner.h"
#include "tool/tool.h"
#include "traffic/data.h"
#include "weft/proto.h"
#include "weft/weft.h"

#define SLOTS      24u    /* operations of an accelerator at once */
#define SLOT       16384u /* bytes of one */
#define MB         1048576u
#define APART      65536u           /* posted frames write to the begin of a megabyte: keep off */
#define READ_AT    (0 * MB + APART) /* constant bytes, 512 KiB */
#define GOT_AT     (1 * MB + APART) /* results of own reads and atomics, by slot */
#define PUT_AT     (2 * MB + APART) /* what others write: from a megabyte each, by slot */
#define READ_BYTES (8u * APART)
#define CYCLES     20000u
#define WATCH      4000u   /* cycles in which something must arrive, whatever the credits */
#define DRAIN      400000u /* cycles: many times what is outstanding takes at the worst rate */
#define SEEDS      100u
#define SEEDS_LONG 1000u
#define N_MTUS     4u
#define AROUND     (WEFT_FRAMER_BYTES + WEFT_MT_HEADER + 4u) /* bytes of a frame beside payload */

static const unsigned mtus[N_MTUS] = {64, 200, 1024, 4096}, spacings[] = {512, 2048, 6400};

struct rig;
typedef struct {
    struct rig *r;
    unsigned src, dst, slot;
    uint64_t from, len;
    enum { FREE, READ, WRITE, ADD } kind;
} op;

typedef struct rig {
    weft_bench *b;
    weft_world *w;
    weft_rng rng;
    unsigned ports, vcs, mtu, max_frame, spacing, pattern;
    uint64_t ended, wrong, reads, writes, adds, full;
    op op[WEFT_MAX_PORTS][SLOTS];
} rig;

typedef struct {
    double took[N_MTUS][SEEDS_LONG]; /* cycles to idle */
    size_t n[N_MTUS];
    rig rig;
} state;

static uint8_t *memory(rig *r, unsigned port)
{
    return weft_accel_memory(weft_world_accel(r->w, port));
}

static uint64_t put_at(unsigned src, unsigned slot)
{
    return PUT_AT + (uint64_t)src * MB + (uint64_t)slot * SLOT;
}

static void done(void *ctx, weft_op_status status)
{
    op *o = ctx;
    rig *r = o->r;
    const uint8_t *mine = memory(r, o->src), *theirs = memory(r, o->dst);
    bool good = status == WEFT_OP_OK;
    if (o->kind == READ)
        good =
            good && memcmp(mine + GOT_AT + o->slot * SLOT, theirs + READ_AT + o->from, o->len) == 0;
    if (o->kind == WRITE)
        good =
            good && memcmp(theirs + put_at(o->src, o->slot), mine + READ_AT + o->from, o->len) == 0;
    r->wrong += !good;
    r->ended++;
    o->kind = FREE;
}

static unsigned target(rig *r, unsigned src)
{
    const unsigned n = r->ports;
    switch (r->pattern) {
    case 0: return (src + 1) % n;                                              /* one ring */
    case 1: return (src ^ 1u) < n ? src ^ 1u : 0;                              /* pairs */
    case 2: return src != 0 && weft_rng_below(&r->rng, 2) ? 0 : (src + 1) % n; /* half to one */
    default: return (src + 1 + (unsigned)weft_rng_below(&r->rng, n - 1)) % n;
    }
}

static void issue(rig *r, unsigned src, unsigned slot)
{
    op *o = &r->op[src][slot];
    weft_accel *a = weft_world_accel(r->w, src);
    const unsigned kind = (unsigned)weft_rng_below(&r->rng, 8);
    *o = (op){.r = r, .src = src, .dst = target(r, src), .slot = slot};
    o->len = 1 + weft_rng_below(&r->rng, 3 * r->mtu);
    if (o->len > SLOT) o->len = SLOT;
    o->from = weft_rng_below(&r->rng, READ_BYTES - o->len);
    int rc;
    if (kind == 0) {
        o->kind = ADD; /* 1 to a counter that all share */
        rc = weft_accel_atomic(a, o->dst, WEFT_OP_ADD, PUT_AT - 64, 1, 0, GOT_AT + slot * SLOT,
                               done, o);
        r->adds += rc == 0;
    } else if (kind < 5) {
        o->kind = READ;
        rc = weft_accel_read(a, o->dst, READ_AT + o->from, GOT_AT + slot * SLOT, o->len, done, o);
        r->reads += rc == 0;
    } else {
        o->kind = WRITE;
        rc = weft_accel_write(a, o->dst, put_at(src, slot), READ_AT + o->from, o->len, 0, 0, done,
                              o);
        r->writes += rc == 0;
    }
    weft_bench_expect(r->b, rc != -2, "operation %u refused", kind);
    if (rc != 0) o->kind = FREE;
}

/* Posted frames to all and to groups, on the VCs that requests and responses leave. */
static void background(rig *r, unsigned src)
{
    for (unsigned v = 2; v < r->vcs; v++) {
        if (weft_partner_backlog(weft_world_partner(r->w, src), v) >= 2) continue;
        const size_t bytes = 32 + weft_rng_below(&r->rng, r->max_frame - 31);
        const unsigned dst = v == 2 ? 1024 + (unsigned)weft_rng_below(&r->rng, 4) : target(r, src);
        weft_bench_expect(
            r->b, weft_world_send_frame(r->w, src, dst, v, bytes, weft_world_cycle(r->w)) == 0,
            "frame refused");
    }
}

/* The least buffer, the least credits in both directions, for frames up to max_frame. */
static bool squeeze(rig *r, unsigned *cells, unsigned *credits)
{
    weft_bench *b = r->b;
    weft_device *d = weft_world_device(r->w);
    weft_geometry geo;
    weft_chip_config cc;
    weft_port_config c;
    weft_partition share = {0};
    const unsigned shift = 6;
    bool good = true;
    weft_partition_request req = {
        .credit_shift = shift, .max_frame = r->max_frame, .min_frame = 32};
    weft_cbfc_tx tx = {.credit_shift = shift, .cc_period = 20000};
    weft_sim_geometry g = weft_sim_get_geometry(weft_world_sim(r->w));
    for (unsigned p = 0; p < r->ports; p++) {
        weft_partner_config pc;
        weft_partner_get_config(weft_world_partner(r->w, p), &pc);
        pc.cbfc_tx = pc.cbfc_rx = false;
        good &= weft_bench_expect(b, weft_partner_set_config(weft_world_partner(r->w, p), &pc) == 0,
                                  "partner");
    }
    for (unsigned i = 0; i < 100; i++) weft_world_step(r->w); /* what is on the wires arrives */
    for (unsigned p = 0; p < r->ports; p++)
        good &= weft_bench_expect(b, weft_port_disable(d, p) == WEFT_OK, "port %u: disable", p);
    good &= weft_bench_expect(b, weft_get_geometry(d, &geo) == WEFT_OK, "geometry");
    good &= weft_bench_expect(b, weft_chip_get_config(d, &cc) == WEFT_OK, "chip");
    cc.max_frame = r->max_frame;
    /* Ordered sets inside a frame make it late: see the world. */
    cc.ct_margin = (8 * (1 + r->max_frame / r->spacing) + g.mii_bytes - 1) / g.mii_bytes;
    good &= weft_bench_expect(b, weft_chip_set_config(d, &cc) == WEFT_OK, "chip: frames of %u",
                              r->max_frame);
    *credits = weft_frame_credits(r->max_frame, shift, 0);
    for (unsigned v = 0; v < r->vcs; v++) {
        req.weight[v] = 1;
        req.lossless_mask |= 1u << v;
    }
    tx.vc_mask = req.lossless_mask;
    req.buf_cells = r->vcs;
    while (req.buf_cells < geo.buf_cells &&
           weft_partition_compute(&geo, &req, &share) == WEFT_ERR_UNSAFE)
        req.buf_cells++;
    *cells = req.buf_cells;
    for (unsigned p = 0; p < r->ports; p++) {
        weft_partner_config pc;
        weft_partner *partner = weft_world_partner(r->w, p);
        good &= weft_bench_expect(b, weft_port_get_config(d, p, &c) == WEFT_OK, "port %u", p);
        c.ctlos_spacing = r->spacing;
        good &= weft_bench_expect(b, weft_port_set_config(d, p, &c) == WEFT_OK, "port %u", p);
        const unsigned cf_min = r->spacing / g.mii_bytes;
        for (unsigned v = 0; v < r->vcs; v++) tx.limit[v] = *credits - 1;
        good &= weft_bench_expect(
            b, weft_port_apply_partition(d, p, &req, 8192, cf_min, &tx, &share) == WEFT_ERR_UNSAFE,
            "port %u: one credit less is accepted", p);
        for (unsigned v = 0; v < r->vcs; v++) tx.limit[v] = *credits;
        req.buf_cells--;
        good &= weft_bench_expect(
            b, weft_port_apply_partition(d, p, &req, 8192, cf_min, &tx, &share) == WEFT_ERR_UNSAFE,
            "port %u: one cell less is accepted", p);
        req.buf_cells++;
        good &= weft_bench_expect(
            b, weft_port_apply_partition(d, p, &req, 8192, cf_min, &tx, &share) == WEFT_OK,
            "port %u: %u cells, %u credits", p, *cells, *credits);
        good &= weft_bench_expect(b, weft_port_enable(d, p) == WEFT_OK, "port %u: enable", p);
        weft_partner_get_config(partner, &pc);
        pc.cbfc_tx = pc.cbfc_rx = true;
        pc.ctlos_spacing = r->spacing;
        pc.cc_period = 20000;
        for (unsigned v = 0; v < r->vcs; v++) {
            good &= weft_bench_expect(b, share.credit_limit[v] >= *credits,
                                      "VC %u gives %u credits", v, share.credit_limit[v]);
            pc.tx_limit[v] = pc.rx_limit[v] = *credits;
        }
        good &= weft_bench_expect(b, weft_partner_set_config(partner, &pc) == 0, "partner %u", p);
    }
    return good;
}

static uint64_t delivered(weft_world *w)
{
    uint64_t n = 0;
    for (unsigned p = 0; p < weft_world_ports(w); p++) {
        weft_partner_counters c;
        weft_partner_get_counters(weft_world_partner(w, p), &c);
        n += c.rx_frames;
    }
    return n;
}

/* Full load for some cycles. */
static void play(rig *r, uint64_t cycles)
{
    uint64_t seen = delivered(r->w), at = weft_world_cycle(r->w), stall = 0;
    const uint64_t end = at + cycles;
    while (weft_world_cycle(r->w) < end) {
        for (unsigned p = 0; p < r->ports; p++) {
            bool full = true;
            for (unsigned s = 0; s < SLOTS; s++) {
                if (r->op[p][s].kind != FREE) continue;
                full = false;
                issue(r, p, s);
            }
            r->full += full;
            background(r, p);
        }
        weft_world_step(r->w);
        const uint64_t now = weft_world_cycle(r->w), n = delivered(r->w);
        if (n != seen) at = now;
        if (now - at > stall) stall = now - at;
        seen = n;
    }
    weft_bench_expect(r->b, stall < WATCH, "nothing moves for %llu cycles",
                      (unsigned long long)stall);
}

/* ---------------------------------------------------------------- one seed ------------------ */
static int open_rig(rig *r, weft_bench *b, uint64_t seed)
{
    const unsigned mtu = mtus[seed % N_MTUS], ports = weft_bench_geometry(b).ports;
    /* Memory: whole megabytes for each port, see APART; and PUT_AT takes one for each source. */
    const weft_world_options wo = {.seed = seed,
                                   .profile = seed % 5 == 4 ? "ethernet" : "esun",
                                   .ipg = 1,
                                   .memory_bytes = 2 * (uint64_t)ports * MB,
                                   .mtu = mtu,
                                   .min_frame = 32,
                                   .lossless = true,
                                   .payload_check = true,
                                   .trace = true};
    char err[512] = "";
    memset(r, 0, sizeof *r);
    r->b = b;
    r->w = weft_world_open(&wo, err, sizeof err);
    if (!r->w) return weft_bench_complain(WEFT_EXIT_FAULT, "%s", err);
    weft_rng_seed(&r->rng, seed);
    r->ports = ports;
    r->vcs = weft_bench_geometry(b).vcs;
    r->mtu = mtu;
    r->max_frame = AROUND + mtu; /* the largest that is sent, to the byte */
    r->spacing = spacings[seed % 3];
    r->pattern = (unsigned)(seed / 2 % 4);
    for (unsigned p = 0; p < r->ports; p++)
        weft_stream_fill(weft_stream(seed, 1, p), 0, memory(r, p) + READ_AT, READ_BYTES,
                         WEFT_DTYPE_INT32);
    return 0;
}

/* One group of all, three of some: each of three ports at least, so that every source has somebody
 * to send to. */
static void set_groups(rig *r)
{
    const uint64_t all = r->ports >= 64 ? UINT64_MAX : (1ull << r->ports) - 1;
    for (unsigned g = 0; g < 4; g++) {
        uint64_t some = weft_rng_next(&r->rng) & all;
        for (unsigned k = 0; k < 3; k++) some |= 1ull << (g + k) % r->ports;
        weft_bench_expect(r->b, weft_world_set_group(r->w, g, g == 0 ? all : some) == 0, "group %u",
                          g);
    }
}

/* Nothing is lost, everything is right. */
static void judge(rig *r)
{
    weft_bench *b = r->b;
    weft_world_stats s;
    uint64_t counted = 0, dropped = 0, v;
    const uint64_t issued = r->reads + r->writes + r->adds;
    weft_world_get_stats(r->w, &s);
    for (unsigned p = 0; p < r->ports; p++) {
        memcpy(&v, memory(r, p) + PUT_AT - 64, 8);
        counted += v;
    }
    for (unsigned i = 0; i < 32; i++) dropped += s.dropped[i];
    weft_bench_expect(b, issued > 100 && r->ended == issued && r->wrong == 0,
                      "%llu of %llu operations ended, %llu wrong", (unsigned long long)r->ended,
                      (unsigned long long)issued, (unsigned long long)r->wrong);
    weft_bench_expect(b, counted == r->adds, "%llu added by %llu atomics",
                      (unsigned long long)counted, (unsigned long long)r->adds);
    /* Full load: nearly always every accelerator has as much outstanding as it may. */
    weft_bench_expect(b, r->full > (uint64_t)CYCLES * r->ports * 8 / 10, "not under load");
    weft_bench_expect(b, s.frames_delivered == s.frames_sent && s.frames_lost == 0 && dropped == 0,
                      "%llu of %llu frames, %llu dropped", (unsigned long long)s.frames_delivered,
                      (unsigned long long)s.frames_sent, (unsigned long long)dropped);
    weft_bench_expect(b,
                      s.corrupted + s.misrouted + s.reordered + s.duplicated +
                              s.payload_mismatches + s.ops_failed ==
                          0,
                      "%llu corrupted, %llu misrouted, %llu reordered, %llu failed",
                      (unsigned long long)s.corrupted, (unsigned long long)s.misrouted,
                      (unsigned long long)s.reordered, (unsigned long long)s.ops_failed);
    weft_bench_expect(b, s.credits_agree, "credits disagree");
    weft_bench_count(b, "operations", issued);
    weft_bench_count(b, "frames", s.frames_sent);
    weft_bench_count(b, "lost", s.frames_sent - s.frames_delivered);
    weft_bench_fraction(b, "delivered", s.delivered);
    weft_bench_column(b, "%8llu%8llu%6llu%7.1f", (unsigned long long)issued,
                      (unsigned long long)s.frames_sent,
                      (unsigned long long)(s.frames_sent - s.frames_delivered), 100 * s.delivered);
}

/* Full load, then silence. Returns the cycles from there until all is idle and every credit is
 * back. The counters are compared in the middle of the load: that takes cycles, without new
 * requests. */
static uint64_t load_and_drain(rig *r)
{
    char msg[1024] = "";
    play(r, CYCLES / 2);
    weft_bench_expect(r->b, weft_world_reconcile(r->w, msg, sizeof msg), "under load: %s", msg);
    weft_world_measure(r->w, true);
    play(r, CYCLES / 2);
    weft_world_measure(r->w, false);
    const uint64_t from = weft_world_cycle(r->w);
    weft_bench_expect(r->b, weft_world_drain(r->w, DRAIN), "does not drain");
    const uint64_t took = weft_world_cycle(r->w) - from;
    weft_bench_expect(r->b, weft_world_reconcile(r->w, msg, sizeof msg), "%s", msg);
    return took;
}

static int one(weft_bench *b, uint64_t seed)
{
    state *st = weft_bench_state(b);
    rig *r = &st->rig;
    unsigned cells = 0, credits = 0;
    const int rc = open_rig(r, b, seed);
    if (rc != 0) return rc;
    weft_bench_row(b, "seed %llu", (unsigned long long)seed);
    set_groups(r);
    if (squeeze(r, &cells, &credits)) {
        const uint64_t took = load_and_drain(r);
        weft_bench_column(b, "%6u%7u%8u", r->max_frame, cells, credits);
        judge(r);
        weft_bench_count(b, "cells", cells);
        weft_bench_count(b, "credits", credits);
        weft_bench_count(b, "drain_cycles", took);
        weft_bench_column(b, "%8llu", (unsigned long long)took);
        const unsigned m = (unsigned)(seed % N_MTUS);
        st->took[m][st->n[m]++] = (double)took;
    }
    weft_world_close(r->w);
    return 0;
}

static int run(weft_bench *b)
{
    if (weft_bench_geometry(b).vcs < 2) return 0; /* responses need a VC of their own */
    const unsigned seeds = weft_bench_quick(b) ? 3 : weft_bench_long(b) ? SEEDS_LONG : SEEDS;
    const uint64_t first = (weft_bench_seed(b) - 1) * SEEDS_LONG + 1;
    weft_bench_head(b, " frame  cells credits  opera-  frames  lost   wire   idle",
                    "    up   port    a VC   tions                  %  after");
    for (uint64_t i = 0; i < seeds; i++) {
        const int rc = one(b, first + i);
        if (rc != 0) return rc;
    }
    return 0;
}

/* ---------------------------------------------------------------- picture ------------------- */
static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int draw(weft_bench *b, const char *dir)
{
    state *st = weft_bench_state(b);
    static double part[N_MTUS][SEEDS_LONG];
    weft_curve curve[N_MTUS];
    char name[N_MTUS][64];
    size_t n = 0;
    for (unsigned m = 0; m < N_MTUS; m++) {
        const size_t k = st->n[m];
        if (k == 0) continue;
        qsort(st->took[m], k, sizeof st->took[m][0], ascending);
        for (size_t i = 0; i < k; i++) part[m][i] = (double)(i + 1) / (double)k;
        snprintf(name[n], sizeof name[n], "frames up to %u bytes, %zu seeds", AROUND + mtus[m], k);
        curve[n] = (weft_curve){name[n], st->took[m], part[m], k};
        n++;
    }
    if (n == 0) return 0;
    FILE *f = weft_bench_picture(b, dir, "deadlock");
    if (!f) return WEFT_EXIT_FAULT;
    weft_svg_lines(f, "Full load of requests and responses on minimum buffers: it always drains",
                   "cycles from the last request until all is idle and every credit is back",
                   "seeds", curve, n, true, 1.0);
    return weft_bench_picture_end(b, f);
}

const weft_bench_section weft_bench_deadlock = {
    .name = "deadlock",
    .title = "requests and responses in all directions on minimum buffers and credits: all drain",
    .run = run,
    .draw = draw,
    .state_bytes = sizeof(state),
};
