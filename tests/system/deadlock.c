/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * deadlock.c: cycles of requests and responses in all directions (reads, acknowledged writes,
 * atomics), with posted frames and multicast beside them, as much as the accelerators take, on
 * buffers and credits of one largest frame a VC: the least that the driver accepts, which the test
 * shows by asking for less. Traffic never stands still, always drains to idle, and what was read
 * and written is right. docs/deadlock.md has the argument; this is its experiment.
 * 10 seeds, 100 with WEFT_LONG=1. test-timeout: 180
 */
#include "endpoint/partner.h"
#include "system.h"
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

struct rig;
typedef struct {
    struct rig *r;
    unsigned src, dst, slot;
    uint64_t from, len;
    enum { FREE, READ, WRITE, ADD } kind;
} op;

typedef struct rig {
    tally *t;
    weft_world *w;
    weft_rng rng;
    unsigned ports, vcs, mtu, max_frame, spacing, pattern;
    uint64_t ended, wrong, reads, writes, adds, full;
    op op[WEFT_MAX_PORTS][SLOTS];
} rig;

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
    case 1: return src ^ 1u;                                                   /* pairs */
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
    expect(r->t, rc != -2, "operation %u refused", kind);
    if (rc != 0) o->kind = FREE;
}

/* Posted frames to all and to groups, on the VCs that requests and responses leave. */
static void background(rig *r, unsigned src)
{
    for (unsigned v = 2; v < r->vcs; v++) {
        if (weft_partner_backlog(weft_world_partner(r->w, src), v) >= 2) continue;
        const size_t bytes = 32 + weft_rng_below(&r->rng, r->max_frame - 31);
        const unsigned dst = v == 2 ? 1024 + (unsigned)weft_rng_below(&r->rng, 4) : target(r, src);
        expect(r->t, weft_world_send_frame(r->w, src, dst, v, bytes, weft_world_cycle(r->w)) == 0,
               "frame refused");
    }
}

/* The least buffer, the least credits in both directions, for frames up to max_frame. */
static bool squeeze(rig *r, unsigned *cells, unsigned *credits)
{
    tally *t = r->t;
    weft_device *d = weft_world_device(r->w);
    weft_geometry geo;
    weft_chip_config cc;
    weft_port_config c;
    weft_partition share = {0};
    const unsigned before = t->failures, shift = 6;
    weft_partition_request req = {
        .credit_shift = shift, .max_frame = r->max_frame, .min_frame = 32};
    weft_cbfc_tx tx = {.credit_shift = shift, .cc_period = 20000};
    weft_sim_geometry g = weft_sim_get_geometry(weft_world_sim(r->w));
    for (unsigned p = 0; p < r->ports; p++) {
        weft_partner_config pc;
        weft_partner_get_config(weft_world_partner(r->w, p), &pc);
        pc.cbfc_tx = pc.cbfc_rx = false;
        expect(t, weft_partner_set_config(weft_world_partner(r->w, p), &pc) == 0, "partner");
    }
    for (unsigned i = 0; i < 100; i++) weft_world_step(r->w); /* what is on the wires arrives */
    for (unsigned p = 0; p < r->ports; p++)
        expect(t, weft_port_disable(d, p) == WEFT_OK, "port %u: disable", p);
    expect(t, weft_get_geometry(d, &geo) == WEFT_OK, "geometry");
    expect(t, weft_chip_get_config(d, &cc) == WEFT_OK, "chip");
    cc.max_frame = r->max_frame;
    /* Ordered sets inside a frame make it late: see the world. */
    cc.ct_margin = (8 * (1 + r->max_frame / r->spacing) + g.mii_bytes - 1) / g.mii_bytes;
    expect(t, weft_chip_set_config(d, &cc) == WEFT_OK, "chip: frames of %u", r->max_frame);
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
        expect(t, weft_port_get_config(d, p, &c) == WEFT_OK, "port %u", p);
        c.ctlos_spacing = r->spacing;
        expect(t, weft_port_set_config(d, p, &c) == WEFT_OK, "port %u", p);
        const unsigned cf_min = r->spacing / g.mii_bytes;
        for (unsigned v = 0; v < r->vcs; v++) tx.limit[v] = *credits - 1;
        expect(t,
               weft_port_apply_partition(d, p, &req, 8192, cf_min, &tx, &share) == WEFT_ERR_UNSAFE,
               "port %u: one credit less is accepted", p);
        for (unsigned v = 0; v < r->vcs; v++) tx.limit[v] = *credits;
        req.buf_cells--;
        expect(t,
               weft_port_apply_partition(d, p, &req, 8192, cf_min, &tx, &share) == WEFT_ERR_UNSAFE,
               "port %u: one cell less is accepted", p);
        req.buf_cells++;
        expect(t, weft_port_apply_partition(d, p, &req, 8192, cf_min, &tx, &share) == WEFT_OK,
               "port %u: %u cells, %u credits", p, *cells, *credits);
        expect(t, weft_port_enable(d, p) == WEFT_OK, "port %u: enable", p);
        weft_partner_get_config(partner, &pc);
        pc.cbfc_tx = pc.cbfc_rx = true;
        pc.ctlos_spacing = r->spacing;
        pc.cc_period = 20000;
        for (unsigned v = 0; v < r->vcs; v++) {
            expect(t, share.credit_limit[v] >= *credits, "VC %u gives %u credits", v,
                   share.credit_limit[v]);
            pc.tx_limit[v] = pc.rx_limit[v] = *credits;
        }
        expect(t, weft_partner_set_config(partner, &pc) == 0, "partner %u", p);
    }
    return t->failures == before;
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

static void play(rig *r, uint64_t seed)
{
    uint64_t seen = delivered(r->w), at = weft_world_cycle(r->w), stall = 0;
    const uint64_t end = at + CYCLES;
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
    expect(r->t, stall < WATCH, "seed %llu: nothing moves for %llu cycles",
           (unsigned long long)seed, (unsigned long long)stall);
}

static void one(tally *t, rig *r, uint64_t seed)
{
    static const unsigned mtus[] = {64, 200, 1024, 4096}, spacings[] = {512, 2048, 6400};
    const unsigned mtu = mtus[seed % 4];
    const weft_world_options wo = {.seed = seed,
                                   .profile = seed % 5 == 4 ? "ethernet" : "esun",
                                   .ipg = 1,
                                   .memory_bytes = 16 * (uint64_t)MB,
                                   .mtu = mtu,
                                   .min_frame = 32,
                                   .lossless = true,
                                   .payload_check = true,
                                   .trace = true};
    char err[512] = "", msg[1024] = "";
    memset(r, 0, sizeof *r);
    r->t = t;
    r->w = weft_world_open(&wo, err, sizeof err);
    expect(t, r->w != NULL, "seed %llu: %s", (unsigned long long)seed, err);
    if (!r->w) return;
    weft_rng_seed(&r->rng, seed);
    r->ports = weft_world_ports(r->w);
    r->vcs = weft_sim_get_geometry(weft_world_sim(r->w)).vcs;
    r->mtu = mtu;
    r->max_frame = 18 + WEFT_MT_HEADER + mtu + 4; /* the largest that is sent, to the byte */
    r->spacing = spacings[seed % 3];
    r->pattern = (unsigned)(seed / 2 % 4);
    for (unsigned p = 0; p < r->ports; p++)
        weft_stream_fill(weft_stream(seed, 1, p), 0, memory(r, p) + READ_AT, READ_BYTES,
                         WEFT_DTYPE_INT32);
    for (unsigned g = 0; g < 4; g++) {
        const uint64_t all = (1ull << r->ports) - 1, some = weft_rng_next(&r->rng) & all;
        /* At least three, so that every source has somebody to send to. */
        expect(t, weft_world_set_group(r->w, g, g == 0 ? all : some | 7u << g) == 0, "group %u", g);
    }
    unsigned cells = 0, credits = 0;
    if (squeeze(r, &cells, &credits)) {
        weft_world_measure(r->w, true);
        play(r, seed);
        weft_world_measure(r->w, false);
        const uint64_t from = weft_world_cycle(r->w);
        expect(t, weft_world_reconcile(r->w, msg, sizeof msg), "seed %llu, under load: %s",
               (unsigned long long)seed, msg);
        const bool idle = weft_world_drain(r->w, DRAIN);
        const uint64_t took = weft_world_cycle(r->w) - from;
        expect(t, idle, "seed %llu: does not drain", (unsigned long long)seed);
        expect(t, weft_world_reconcile(r->w, msg, sizeof msg), "seed %llu: %s",
               (unsigned long long)seed, msg);
        weft_world_stats s;
        weft_world_get_stats(r->w, &s);
        const uint64_t issued = r->reads + r->writes + r->adds;
        uint64_t counted = 0, dropped = 0, v;
        for (unsigned p = 0; p < r->ports; p++) {
            memcpy(&v, memory(r, p) + PUT_AT - 64, 8);
            counted += v;
        }
        for (unsigned i = 0; i < 32; i++) dropped += s.dropped[i];
        printf("  seed %3llu: frames up to %4u, %4u cells a port, %2u credits a VC: %5llu reads, "
               "%5llu writes, %4llu atomics, wire %4.1f %%, idle after %llu cycles\n",
               (unsigned long long)seed, r->max_frame, cells, credits, (unsigned long long)r->reads,
               (unsigned long long)r->writes, (unsigned long long)r->adds, 100 * s.delivered,
               (unsigned long long)took);
        fflush(stdout);
        expect(t, issued > 100 && r->ended == issued && r->wrong == 0,
               "seed %llu: %llu of %llu operations ended, %llu wrong", (unsigned long long)seed,
               (unsigned long long)r->ended, (unsigned long long)issued,
               (unsigned long long)r->wrong);
        expect(t, counted == r->adds, "seed %llu: %llu added by %llu atomics",
               (unsigned long long)seed, (unsigned long long)counted, (unsigned long long)r->adds);
        /* Full load: nearly always every accelerator has as much outstanding as it may. */
        expect(t, r->full > (uint64_t)CYCLES * r->ports * 8 / 10, "seed %llu: not under load",
               (unsigned long long)seed);
        expect(t, s.frames_delivered == s.frames_sent && s.frames_lost == 0 && dropped == 0,
               "seed %llu: %llu of %llu frames, %llu dropped", (unsigned long long)seed,
               (unsigned long long)s.frames_delivered, (unsigned long long)s.frames_sent,
               (unsigned long long)dropped);
        expect(t,
               s.corrupted + s.misrouted + s.reordered + s.duplicated + s.payload_mismatches +
                       s.ops_failed ==
                   0,
               "seed %llu: %llu corrupted, %llu misrouted, %llu reordered, %llu failed",
               (unsigned long long)seed, (unsigned long long)s.corrupted,
               (unsigned long long)s.misrouted, (unsigned long long)s.reordered,
               (unsigned long long)s.ops_failed);
        expect(t, s.credits_agree, "seed %llu: credits disagree", (unsigned long long)seed);
    }
    weft_world_close(r->w);
}

int main(void)
{
    tally t = {0};
    rig *r = malloc(sizeof *r);
    if (!r) return 1;
    const uint64_t seeds = effort(10);
    for (uint64_t seed = 1; seed <= seeds && t.failures == 0; seed++) one(&t, r, seed);
    free(r);
    return verdict_of(&t);
}
