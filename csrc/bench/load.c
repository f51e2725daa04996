/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * load.c: flows of frames at a rate, and what arrived of each.
 */
#include "bench/load.h"

#include <string.h>

#include "endpoint/partner.h"
#include "tool/tool.h"
#include "weft/proto.h"

#define IPG       1u
#define QUEUED    4u       /* frames of a VC in a queue that never runs dry */
#define DRAIN     3000000u /* cycles: many times what is queued takes at the worst rate */
#define LEAST     0.95     /* of what it offered, for a victim */
#define FULL      0.99     /* of the wire, for one that takes all of it */
#define N_REASONS 32u

static void arrived(void *ctx, const weft_rx_frame *f)
{
    weft_load *l = ((weft_load_port *)ctx)->load;
    const unsigned to = ((weft_load_port *)ctx)->port;
    weft_header h;
    const size_t at = weft_header_parse(f->data, f->len, WEFT_ESUN_TYPE, &h);
    const int from = at > 0 ? weft_accel_of_mac(h.src) : -1;
    if (!f->fcs_ok || from < 0 || (unsigned)from >= l->ports || h.cos >= l->vcs) {
        l->strange++;
        return;
    }
    weft_load_got *g = &l->got[to][from][h.cos];
    g->frames++;
    if (l->measuring) g->bytes += weft_wire_bytes((uint32_t)f->len + 4, IPG);
}

int weft_load_open(weft_load *l, weft_bench *b, uint64_t key)
{
    const uint64_t seed = weft_mix64(weft_bench_seed(b) << 32 | key);
    const weft_world_options wo = {.seed = seed,
                                   .profile = "esun",
                                   .ipg = IPG,
                                   .memory_bytes = 1u << 20,
                                   .min_frame = 64,
                                   .lossless = true,
                                   .payload_check = true};
    char err[512] = "";
    memset(l, 0, sizeof *l);
    l->b = b;
    weft_rng_seed(&l->rng, seed);
    l->w = weft_world_open(&wo, err, sizeof err);
    if (!l->w) return weft_bench_complain(WEFT_EXIT_FAULT, "%s", err);
    const weft_sim_geometry g = weft_bench_geometry(b);
    l->ports = g.ports;
    l->vcs = g.vcs;
    l->mii = g.mii_bytes;
    for (unsigned p = 0; p < l->ports; p++) {
        l->hook[p] = (weft_load_port){l, p};
        weft_world_on_frame(l->w, p, arrived, &l->hook[p]);
    }
    return 0;
}

void weft_load_close(weft_load *l)
{
    weft_world_close(l->w);
    l->w = NULL;
}

/* ---------------------------------------------------------------- flows --------------------- */
const char *weft_load_size_name(weft_load_size size, char text[WEFT_LOAD_NAME])
{
    if (size.lo == 64 && size.hi == 1518)
        snprintf(text, WEFT_LOAD_NAME, "mixed");
    else if (size.lo == size.hi)
        snprintf(text, WEFT_LOAD_NAME, "%u B", size.lo);
    else
        snprintf(text, WEFT_LOAD_NAME, "%u-%u B", size.lo, size.hi);
    return text;
}

/* Mean wire bytes of a frame. */
static double mean_wire(weft_load_size size)
{
    double sum = 0;
    for (unsigned s = size.lo; s <= size.hi; s++) sum += weft_wire_bytes(s, IPG);
    return sum / (size.hi - size.lo + 1);
}

void weft_load_add(weft_load *l, unsigned src, unsigned dst, unsigned vc, weft_load_size size,
                   double rate)
{
    if (!weft_bench_expect(l->b, l->n < WEFT_LOAD_FLOWS, "more flows than there is room for"))
        return;
    l->flow[l->n++] = (weft_load_flow){.src = src,
                                       .dst = dst,
                                       .vc = vc,
                                       .size = size,
                                       .rate = rate,
                                       .chance = rate * l->mii / mean_wire(size)};
}

void weft_load_ring(weft_load *l, const unsigned *port, unsigned n, weft_load_size size,
                    double rate)
{
    for (unsigned k = 0; k < n; k++) {
        weft_load_add(l, port[k], port[(k + 1) % n], 2, size, rate / 2);
        weft_load_add(l, port[k], port[(k + 2) % n], 3, size, rate / 2);
    }
}

unsigned weft_load_others(const weft_load *l, uint64_t mask, unsigned port[WEFT_MAX_PORTS])
{
    unsigned n = 0;
    for (unsigned p = 0; p < l->ports; p++)
        if ((mask >> p & 1) == 0) port[n++] = p;
    return n;
}

void weft_load_set_drain(weft_load *l, unsigned port, unsigned percent)
{
    weft_partner *p = weft_world_partner(l->w, port);
    weft_partner_config pc;
    weft_partner_get_config(p, &pc);
    pc.drain_percent = percent;
    weft_bench_expect(l->b, weft_partner_set_config(p, &pc) == 0, "port %u: drain refused", port);
}

/* ---------------------------------------------------------------- traffic ------------------- */
static void send_frame(weft_load *l, weft_load_flow *f)
{
    const unsigned range = f->size.hi - f->size.lo + 1;
    const unsigned size = f->size.lo + (unsigned)weft_rng_below(&l->rng, range);
    if (l->measuring) f->offered += weft_wire_bytes(size, IPG);
    if (weft_world_send_frame(l->w, f->src, f->dst, f->vc, size, weft_world_cycle(l->w)) == 0)
        f->sent++;
    else
        f->refused++;
}

static void offer(weft_load *l, weft_load_flow *f)
{
    if (f->rate > 0) {
        if ((double)(weft_rng_next(&l->rng) >> 32) < f->chance * 0x1p32) send_frame(l, f);
        return;
    }
    while (weft_partner_backlog(weft_world_partner(l->w, f->src), f->vc) < QUEUED) send_frame(l, f);
}

static void cycles(weft_load *l, uint64_t n, weft_load_act act, void *ctx)
{
    const uint64_t end = weft_world_cycle(l->w) + n;
    while (weft_world_cycle(l->w) < end) {
        for (unsigned i = 0; i < l->n; i++) offer(l, &l->flow[i]);
        if (act) act(l, ctx);
        weft_world_step(l->w);
    }
}

void weft_load_run(weft_load *l, uint64_t warm, uint64_t window, weft_load_act act, void *ctx)
{
    cycles(l, warm, act, ctx);
    for (unsigned i = 0; i < l->n; i++) l->flow[i].offered = 0;
    for (unsigned a = 0; a < l->ports; a++)
        for (unsigned b = 0; b < l->ports; b++)
            for (unsigned v = 0; v < l->vcs; v++) l->got[a][b][v].bytes = 0;
    l->measuring = true;
    l->from = weft_world_cycle(l->w);
    cycles(l, window, act, ctx);
    l->measuring = false;
    l->to = weft_world_cycle(l->w);
}

/* ---------------------------------------------------------------- verdicts ------------------ */
double weft_load_part(const weft_load *l, uint64_t bytes)
{
    return (double)bytes / ((double)(l->to - l->from) * l->mii);
}

uint64_t weft_load_sent(const weft_load *l, unsigned src, unsigned dst, unsigned vc)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < l->n; i++) {
        const weft_load_flow *f = &l->flow[i];
        if (f->src == src && f->dst == dst && f->vc == vc) n += f->sent;
    }
    return n;
}

double weft_load_jain(const double *x, unsigned n)
{
    double sum = 0, squares = 0;
    for (unsigned i = 0; i < n; i++) {
        sum += x[i];
        squares += x[i] * x[i];
    }
    return squares > 0 ? sum * sum / (n * squares) : 0;
}

weft_load_share weft_load_victims(weft_load *l, unsigned first, unsigned end)
{
    weft_load_share s = {.least = 1e9};
    for (unsigned i = first; i < end; i++) {
        const weft_load_flow *f = &l->flow[i];
        const uint64_t got = l->got[f->dst][f->src][f->vc].bytes;
        const double part = f->rate > 0 && f->offered > 0 ? (double)got / (double)f->offered
                                                          : weft_load_part(l, got);
        if (part < s.least) s.least = part;
        s.mean += part / (end - first);
        weft_bench_expect(l->b, part >= (f->rate > 0 ? LEAST : FULL),
                          "%u to %u, VC %u: a victim gets %.4f", f->src, f->dst, f->vc, part);
        weft_bench_expect(l->b, f->refused == 0, "%u to %u, VC %u: the source's queue overflows",
                          f->src, f->dst, f->vc);
    }
    weft_bench_fraction(l->b, "victim_least", s.least);
    weft_bench_fraction(l->b, "victim_mean", s.mean);
    weft_bench_column(l->b, "%9.4f%9.4f", s.least, s.mean);
    return s;
}

void weft_load_finish(weft_load *l)
{
    weft_bench *b = l->b;
    char msg[1024] = "";
    weft_world_stats s;
    uint64_t dropped = 0;
    weft_bench_expect(b, weft_world_drain(l->w, DRAIN), "does not drain");
    weft_bench_expect(b, weft_world_reconcile(l->w, msg, sizeof msg), "counters: %s", msg);
    weft_world_get_stats(l->w, &s);
    for (unsigned i = 0; i < N_REASONS; i++) dropped += s.dropped[i];
    weft_bench_expect(b,
                      s.frames_sent > 0 && s.frames_delivered == s.frames_sent &&
                          s.frames_lost == 0 && dropped == 0,
                      "%llu frames sent, %llu delivered, %llu lost, %llu dropped",
                      (unsigned long long)s.frames_sent, (unsigned long long)s.frames_delivered,
                      (unsigned long long)s.frames_lost, (unsigned long long)dropped);
    weft_bench_expect(
        b,
        s.corrupted + s.misrouted + s.reordered + s.duplicated + s.payload_mismatches +
                l->strange ==
            0,
        "%llu corrupted, %llu misrouted, %llu reordered, %llu duplicated, %llu strange",
        (unsigned long long)s.corrupted, (unsigned long long)s.misrouted,
        (unsigned long long)s.reordered, (unsigned long long)s.duplicated,
        (unsigned long long)l->strange);
    weft_bench_expect(b, s.credits_agree, "credits disagree at the end");
    weft_bench_count(b, "frames", s.frames_sent);
    weft_bench_count(b, "lost", s.frames_sent - s.frames_delivered);
    weft_bench_column(b, "%9llu%6llu", (unsigned long long)s.frames_sent,
                      (unsigned long long)(s.frames_sent - s.frames_delivered));
}
