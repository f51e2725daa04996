/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * sizes.c: every frame size takes the whole wire: all ports send frames of one size back to back, a
 * permutation, gap 1. Without flow control nothing is missing to the wire, not one byte; with
 * credits only the CF_Updates are, 8 bytes in 6400, and a CC_Update in 65536 cycles, which a short
 * run has or has not: its wire time is not held against the size. Nothing is lost. Sizes: 32 to
 * 1600 and some up to 9216; every 16th and all around the multiples of 64, with WEFT_LONG=1 every
 * one.
 *
 * The rate is counted from the S of one frame to the S of another, a whole number of cycles of wire
 * later, out of the middle of the run. So it is exact, and a short run is as good as a long one.
 * test-timeout: 120
 */
#include "endpoint/partner.h"
#include "system.h"
#include "weft/proto.h"

/* Cycles of wire counted, at least. Without credits a period repeats exactly. With credits a cycle
 * is the unit of what is seen: one in 2600 is 0.0004, and one update more or less is 0.0001. */
#define SPAN         800u
#define SPAN_CREDITS 2600u
#define SPAN_LONG    20000u
#define SETTLED_LONG 8000u
#define SETTLED      100u /* cycles of wire before that, and behind it */
#define STD_MIN      84u  /* wire bytes of the smallest frame of standard Ethernet: 64 + 8 + 12 */

/* Frames that one port got of the size that runs. */
typedef struct {
    uint64_t seen, first, last; /* first, last: cycles of the S of the counted frames */
    uint64_t from, to;          /* which are counted: numbers from 0 */
    uint64_t wrong;
    size_t bytes;
} meter;

static void on_frame(void *ctx, const weft_rx_frame *f)
{
    meter *m = ctx;
    if (f->len + 4 != m->bytes || !f->fcs_ok) m->wrong++;
    if (m->seen == m->from) m->first = f->first_cycle;
    if (m->seen == m->to) m->last = f->first_cycle;
    m->seen++;
}

/* CC_Updates on the wires of a port, both directions. */
static uint64_t updates(weft_world *w, unsigned port)
{
    weft_partner_counters c;
    weft_partner_get_counters(weft_world_partner(w, port), &c);
    return c.tx_cc + c.rx_cc;
}

/* What all sizes of one setting have shown. */
typedef struct {
    double worst, sum;
    unsigned worst_size, n;
} summary;

/* Fraction of the wire that one size gets, mean of the ports; *fair: with the CC_Updates that the
 * run had. settle: cycles of wire before what is counted, and 100 behind it. */
static double measure(tally *t, weft_world *w, meter *m, unsigned size, unsigned settle,
                      unsigned span, double *fair)
{
    const weft_sim_geometry g = weft_sim_get_geometry(weft_world_sim(w));
    const unsigned mii = g.mii_bytes, ports = g.ports, shift = 1 + size % (ports - 1);
    const uint32_t wire = weft_wire_bytes(size, 1);
    /* A multiple of mii / 8 frames takes a whole number of cycles. */
    const uint64_t unit = mii / 8;
    const uint64_t before = (uint64_t)settle * mii / wire + 4;
    const uint64_t counted = ((uint64_t)span * mii / wire / unit + 1) * unit;
    const uint64_t all = before + counted + (uint64_t)SETTLED * mii / wire + 4;
    uint64_t cc[WEFT_MAX_PORTS], next[WEFT_MAX_PORTS] = {0};
    for (unsigned p = 0; p < ports; p++) {
        cc[p] = updates(w, p) + updates(w, (p + ports - shift) % ports);
        m[p] = (meter){.from = before, .to = before + counted, .bytes = size};
    }
    const uint64_t limit = weft_world_cycle(w) + 2 * all * wire / mii + 2000;
    bool done = false;
    while (!done && weft_world_cycle(w) < limit) {
        for (unsigned p = 0; p < ports; p++) {
            for (; next[p] < all; next[p]++) {
                const unsigned vc = (unsigned)(next[p] % g.vcs);
                if (weft_partner_backlog(weft_world_partner(w, p), vc) >= 4) break;
                if (weft_world_send_frame(w, p, (p + shift) % ports, vc, size,
                                          weft_world_cycle(w)) != 0)
                    expect(t, false, "%u bytes: port %u refuses a frame", size, p);
            }
        }
        weft_world_step(w);
        done = true;
        for (unsigned p = 0; p < ports; p++) done = done && m[p].seen >= all;
    }
    double delivered = 0;
    *fair = 0;
    expect(t, done, "%u bytes: not all frames arrive", size);
    if (!done) return 0;
    for (unsigned p = 0; p < ports; p++) {
        expect(t, m[p].seen == all && m[p].wrong == 0,
               "%u bytes: port %u got %llu of %llu, %llu wrong", size, p,
               (unsigned long long)m[p].seen, (unsigned long long)all,
               (unsigned long long)m[p].wrong);
        const double room = (double)(m[p].last - m[p].first) * mii;
        const uint64_t control = updates(w, p) + updates(w, (p + ports - shift) % ports) - cc[p];
        const uint64_t cc_wire = control * weft_wire_bytes(WEFT_CC_BYTES + 4, 1);
        delivered += (double)(counted * wire) / room;
        *fair += (double)(counted * wire + cc_wire) / room;
    }
    *fair /= ports;
    return delivered / ports;
}

static void one_size(tally *t, weft_world *w, meter *m, unsigned size, bool credits, summary *sum)
{
    const double least = credits ? 0.998 : 0.9999;
    const weft_sim_geometry g = weft_sim_get_geometry(weft_world_sim(w));
    const unsigned mii = g.mii_bytes;
    const uint32_t wire = weft_wire_bytes(size, 1);
    double fair, delivered = measure(t, w, m, size, SETTLED, credits ? SPAN_CREDITS : SPAN, &fair);
    if (fair < least) {
        /* With some sizes the delay through the switch grows by a few cycles at first (72 to 79
         * bytes: from 24 to 30) and then stays. That is no rate: measure what remains. */
        const double soon = fair;
        delivered = measure(t, w, m, size, SETTLED_LONG, SPAN_LONG, &fair);
        printf("  %4u bytes: %.5f at first, %.5f in the long run\n", size, soon, delivered);
    }
    expect(t, fair >= least && delivered < 1.0001,
           "%u bytes: %.5f of the wire, %.5f with CC_Updates", size, delivered, fair);
    if (sum->n++ == 0 || delivered < sum->worst) {
        sum->worst = delivered;
        sum->worst_size = size;
    }
    sum->sum += delivered;
    if (size == 32 || size == 64 || size == 65 || size == 1600 || size == 9216) {
        /* Counted from what was measured, not from the formula. */
        const double frames = delivered * mii / wire, standard = (double)mii / STD_MIN;
        printf("  %4u bytes: %.5f of the wire, %.4f frames a port and cycle", size, delivered,
               frames);
        if (size <= 64)
            printf(", %.3f times what %u wire bytes a frame allow", frames / standard, STD_MIN);
        printf("\n");
        if (size <= 64)
            expect(t, frames / standard >= (size == 32 ? 1.74 : 1.04), "%u bytes: gain of %.3f",
                   size, frames / standard);
    }
}

/* A size of the short run. */
static bool chosen(unsigned size)
{
    const unsigned off = (size + 2) % 64;
    return size % 16 == 0 || size == 72 || off <= 4 || effort(1) > 1;
}

static void all_sizes(tally *t, bool credits, double least_mean)
{
    const weft_world_options wo = {.seed = 7,
                                   .profile = "esun",
                                   .ipg = 1,
                                   .memory_bytes = 1u << 20,
                                   .min_frame = 32,
                                   .lossless = credits,
                                   .payload_check = true};
    char err[512] = "", msg[1024] = "";
    weft_world *w = weft_world_open(&wo, err, sizeof err);
    expect(t, w != NULL, "%s", err);
    if (!w) return;
    static const unsigned big[] = {2048, 2049, 4096, 4100, 8191, 9216};
    meter m[WEFT_MAX_PORTS];
    summary sum = {0};
    for (unsigned p = 0; p < weft_world_ports(w); p++) weft_world_on_frame(w, p, on_frame, &m[p]);
    printf("%s\n", credits ? "credits on all VCs, in both directions" : "no flow control");
    for (unsigned s = 32; s <= 1600; s++)
        if (chosen(s)) one_size(t, w, m, s, credits, &sum);
    for (unsigned i = 0; i < sizeof big / sizeof big[0]; i++)
        one_size(t, w, m, big[i], credits, &sum);
    if (effort(1) > 1)
        for (unsigned s = 1664; s <= 9216; s += 59) one_size(t, w, m, s, credits, &sum);
    expect(t, weft_world_drain(w, 100000), "does not drain");
    expect(t, weft_world_reconcile(w, msg, sizeof msg), "%s", msg);
    weft_world_stats s;
    weft_world_get_stats(w, &s);
    printf("  %u sizes, %llu frames: worst %.5f (%u bytes), mean %.5f of the wire; %llu lost\n",
           sum.n, (unsigned long long)s.frames_sent, sum.worst, sum.worst_size, sum.sum / sum.n,
           (unsigned long long)(s.frames_sent - s.frames_delivered));
    expect(t, sum.n > 100 && sum.sum / sum.n >= least_mean, "mean of %u sizes: %.5f of the wire",
           sum.n, sum.sum / sum.n);
    expect(t, s.frames_sent > 0 && s.frames_delivered == s.frames_sent && s.frames_lost == 0,
           "%llu of %llu frames delivered, %llu lost", (unsigned long long)s.frames_delivered,
           (unsigned long long)s.frames_sent, (unsigned long long)s.frames_lost);
    expect(t, s.corrupted + s.misrouted + s.reordered + s.duplicated + s.payload_mismatches == 0,
           "%llu corrupted, %llu misrouted, %llu reordered, %llu duplicated",
           (unsigned long long)s.corrupted, (unsigned long long)s.misrouted,
           (unsigned long long)s.reordered, (unsigned long long)s.duplicated);
    expect(t, s.credits_agree, "credits disagree at the end");
    weft_world_close(w);
}

int main(void)
{
    tally t = {0};
    all_sizes(&t, false, 0.9999);
    all_sizes(&t, true, 0.9985);
    return verdict_of(&t);
}
