/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * load.h: flows of frames between ports of a world, at a load or as fast as the wire takes them,
 * and what arrived of each: for tests that ask who gets how much.
 */
#ifndef WEFT_TEST_LOAD_H
#define WEFT_TEST_LOAD_H
#include "endpoint/partner.h"
#include "system.h"
#include "traffic/data.h"
#include "weft/proto.h"
#include "weft/weft.h"

#define LOAD_FLOWS 256u
#define LOAD_VCS   8u

typedef struct {
    unsigned src, dst, vc; /* dst >= 1024: group dst - 1024 */
    unsigned lo, hi;       /* frame bytes incl. FCS, drawn evenly */
    double rate;           /* fraction of the wire; 0: the queue never runs dry */
    bool on;
    uint64_t sent, refused; /* frames since the beginning */
    uint64_t offered;       /* wire bytes in the window */
} load_flow;

/* What came from a port to a port on a VC. */
typedef struct {
    uint64_t frames; /* since the beginning */
    uint64_t bytes;  /* wire bytes in the window */
} load_got;

struct load;
typedef struct {
    struct load *l;
    unsigned port;
} load_port;

typedef struct load {
    weft_world *w;
    weft_rng rng;
    unsigned ports, vcs, mii, n;
    uint64_t strange, from, to; /* frames that nobody can name; the window */
    bool measuring;
    load_flow flow[LOAD_FLOWS];
    load_got got[WEFT_MAX_PORTS][WEFT_MAX_PORTS][LOAD_VCS]; /* [to][from][vc] */
    load_port hook[WEFT_MAX_PORTS];
} load;

static inline void load_arrived(void *ctx, const weft_rx_frame *f)
{
    load *l = ((load_port *)ctx)->l;
    const unsigned to = ((load_port *)ctx)->port;
    weft_header h;
    const size_t at = weft_header_parse(f->data, f->len, WEFT_ESUN_TYPE, &h);
    const int from = at > 0 ? weft_accel_of_mac(h.src) : -1;
    if (!f->fcs_ok || from < 0 || (unsigned)from >= l->ports || h.cos >= l->vcs) {
        l->strange++;
        return;
    }
    load_got *g = &l->got[to][from][h.cos];
    g->frames++;
    if (l->measuring) g->bytes += weft_wire_bytes((uint32_t)f->len + 4, 1);
}

/* A world of its own with lossless VCs; false: it cannot be opened. */
static inline bool load_open(load *l, tally *t, uint64_t seed)
{
    const weft_world_options wo = {.seed = seed,
                                   .profile = "esun",
                                   .ipg = 1,
                                   .memory_bytes = 1u << 20,
                                   .min_frame = 64,
                                   .lossless = true,
                                   .payload_check = true};
    char err[512] = "";
    memset(l, 0, sizeof *l);
    weft_rng_seed(&l->rng, seed);
    l->w = weft_world_open(&wo, err, sizeof err);
    expect(t, l->w != NULL, "%s", err);
    if (!l->w) return false;
    const weft_sim_geometry g = weft_sim_get_geometry(weft_world_sim(l->w));
    l->ports = g.ports;
    l->vcs = g.vcs;
    l->mii = g.mii_bytes;
    for (unsigned p = 0; p < l->ports; p++) {
        l->hook[p] = (load_port){l, p};
        weft_world_on_frame(l->w, p, load_arrived, &l->hook[p]);
    }
    return true;
}

static inline load_flow *load_add(load *l, unsigned src, unsigned dst, unsigned vc, unsigned lo,
                                  unsigned hi, double rate)
{
    load_flow *f = &l->flow[l->n++];
    *f =
        (load_flow){.src = src, .dst = dst, .vc = vc, .lo = lo, .hi = hi, .rate = rate, .on = true};
    return f;
}

/* Mean wire bytes of a frame of the flow. */
static inline double load_mean(const load_flow *f)
{
    double sum = 0;
    for (unsigned s = f->lo; s <= f->hi; s++) sum += weft_wire_bytes(s, 1);
    return sum / (f->hi - f->lo + 1);
}

static inline void load_frame(load *l, load_flow *f)
{
    const unsigned size = f->lo + (unsigned)weft_rng_below(&l->rng, f->hi - f->lo + 1);
    if (l->measuring) f->offered += weft_wire_bytes(size, 1);
    if (weft_world_send_frame(l->w, f->src, f->dst, f->vc, size, weft_world_cycle(l->w)) == 0)
        f->sent++;
    else
        f->refused++;
}

/* Some cycles of traffic; `act`, when given, may do something in each. */
static inline void load_run(load *l, uint64_t cycles, void (*act)(load *l, void *ctx), void *ctx)
{
    const uint64_t end = weft_world_cycle(l->w) + cycles;
    double chance[LOAD_FLOWS];
    for (unsigned i = 0; i < l->n; i++)
        chance[i] = l->flow[i].rate * l->mii / load_mean(&l->flow[i]) * 0x1p32;
    while (weft_world_cycle(l->w) < end) {
        for (unsigned i = 0; i < l->n; i++) {
            load_flow *f = &l->flow[i];
            if (!f->on) continue;
            if (f->rate > 0) {
                if ((double)(weft_rng_next(&l->rng) >> 32) < chance[i]) load_frame(l, f);
            } else {
                while (weft_partner_backlog(weft_world_partner(l->w, f->src), f->vc) < 4)
                    load_frame(l, f);
            }
        }
        if (act) act(l, ctx);
        weft_world_step(l->w);
    }
}

static inline void load_measure(load *l, bool on)
{
    l->measuring = on;
    if (!on) {
        l->to = weft_world_cycle(l->w);
        return;
    }
    l->from = weft_world_cycle(l->w);
    for (unsigned i = 0; i < l->n; i++) l->flow[i].offered = 0;
    for (unsigned a = 0; a < l->ports; a++)
        for (unsigned b = 0; b < l->ports; b++)
            for (unsigned v = 0; v < l->vcs; v++) l->got[a][b][v].bytes = 0;
}

/* Fraction of a wire that these bytes took in the window. */
static inline double load_part(const load *l, uint64_t bytes)
{
    return (double)bytes / ((double)(l->to - l->from) * l->mii);
}

/* Frames sent from a port to a port on a VC, by unicast flows. */
static inline uint64_t load_sent(const load *l, unsigned src, unsigned dst, unsigned vc)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < l->n; i++) {
        const load_flow *f = &l->flow[i];
        if (f->src == src && f->dst == dst && f->vc == vc) n += f->sent;
    }
    return n;
}

static inline double load_jain(const double *x, unsigned n)
{
    double sum = 0, squares = 0;
    for (unsigned i = 0; i < n; i++) {
        sum += x[i];
        squares += x[i] * x[i];
    }
    return squares > 0 ? sum * sum / (n * squares) : 0;
}

/* The sources fall silent; everything comes to its end, all frames have arrived, nothing else has,
 * credits and counters agree. */
static inline void load_finish(load *l, tally *t, const char *what)
{
    char msg[1024] = "";
    weft_world_stats s;
    for (unsigned i = 0; i < l->n; i++) l->flow[i].on = false;
    expect(t, weft_world_drain(l->w, 3000000), "%s: does not drain", what);
    expect(t, weft_world_reconcile(l->w, msg, sizeof msg), "%s: %s", what, msg);
    weft_world_get_stats(l->w, &s);
    uint64_t dropped = 0;
    for (unsigned i = 0; i < 32; i++) dropped += s.dropped[i];
    expect(t, s.frames_sent > 0 && s.frames_delivered == s.frames_sent && s.frames_lost == 0,
           "%s: %llu of %llu delivered, %llu lost", what, (unsigned long long)s.frames_delivered,
           (unsigned long long)s.frames_sent, (unsigned long long)s.frames_lost);
    expect(t, dropped == 0 && l->strange == 0, "%s: %llu dropped, %llu strange", what,
           (unsigned long long)dropped, (unsigned long long)l->strange);
    expect(t, s.corrupted + s.misrouted + s.reordered + s.duplicated + s.payload_mismatches == 0,
           "%s: %llu corrupted, %llu misrouted, %llu reordered, %llu duplicated", what,
           (unsigned long long)s.corrupted, (unsigned long long)s.misrouted,
           (unsigned long long)s.reordered, (unsigned long long)s.duplicated);
    expect(t, s.credits_agree, "%s: credits disagree at the end", what);
}
#endif
