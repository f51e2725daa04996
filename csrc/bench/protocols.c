/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * protocols.c: the section protocols: every shipped protocol at once, each on ports of its own,
 * through one switch without flow control. The switch is as fast for each as for any other: a frame
 * alone takes the same cycles, a permutation the whole wire, uniform traffic loses nothing.
 */
#include <string.h>

#include "bench/mix.h"
#include "endpoint/partner.h"
#include "tool/tool.h"

#define FULL    0.999
#define QUEUED  4u
#define WARM    2000u
#define WINDOW  24000u /* cycles: a beat more or less is 0.00004 */
#define PAUSE   40u    /* cycles: longer than a frame of 64 bytes takes */
#define DRAIN   100000u
#define LOAD    0.9
#define LARGEST 1500u

typedef struct {
    const char *name;
    unsigned lo, hi; /* bytes of frames */
    bool uniform;    /* Bernoulli arrivals for any other port; else a permutation at full load */
    bool quick;
} traffic;

static const traffic cases[] = {
    {"permutation, 64 B", 64, 64, false, true},
    {"permutation, 65 B", 65, 65, false, false},
    {"permutation, 128 B", 128, 128, false, false},
    {"permutation, 256 B", 256, 256, false, false},
    {"permutation, 1500 B", LARGEST, LARGEST, false, false},
    {"permutation, 64-1500 B", 64, LARGEST, false, true},
    {"uniform at 0.9, 64 B", 64, 64, true, true},
    {"uniform at 0.9, 64-1500 B", 64, LARGEST, true, true},
};

/* ---------------------------------------------------------------- a frame alone ------------- */
typedef struct {
    uint64_t least, most, frames;
} spread;

/* From each port that speaks it to every other one. */
static spread alone(weft_mix *m, unsigned protocol)
{
    spread s = {.least = UINT64_MAX};
    for (unsigned from = protocol; from < m->ports; from += WEFT_MIX_PROTOCOLS)
        for (unsigned to = 0; to < m->ports; to++) {
            if (to == from || !weft_mix_send(m, from, to, 64)) continue;
            const uint64_t start = weft_world_cycle(m->w), got = m->got;
            weft_mix_drain(m, 1000);
            for (unsigned i = 0; i < PAUSE + (from + to) % 5; i++) weft_world_step(m->w);
            const uint64_t cycles = m->last_out - start;
            s.frames += m->got - got;
            if (cycles < s.least) s.least = cycles;
            if (cycles > s.most) s.most = cycles;
        }
    return s;
}

static int latency(weft_bench *b)
{
    weft_mix *m = weft_bench_state(b);
    uint64_t first = 0;
    const int rc = weft_mix_open(m, b, 1);
    for (unsigned p = 0; rc == 0 && p < WEFT_MIX_PROTOCOLS && p < m->ports; p++) {
        weft_bench_row(b, "alone, %s", weft_mix_name(p));
        const unsigned speakers = (m->ports - p - 1) / WEFT_MIX_PROTOCOLS + 1;
        const spread s = alone(m, p);
        if (p == 0) first = s.least;
        weft_bench_count(b, "frames", s.frames);
        weft_bench_count(b, "min", s.least);
        weft_bench_count(b, "max", s.most);
        weft_bench_column(b, "%8llu%8llu%8llu", (unsigned long long)s.frames,
                          (unsigned long long)s.least, (unsigned long long)s.most);
        weft_bench_expect(b, s.frames == (uint64_t)speakers * (m->ports - 1), "frames are missing");
        weft_bench_expect(b, s.least == first && s.most == first,
                          "not the %llu cycles of the other protocols", (unsigned long long)first);
    }
    weft_mix_close(m);
    return rc;
}

/* ---------------------------------------------------------------- all at once --------------- */
static unsigned draw(weft_mix *m, const traffic *t)
{
    return t->lo + (unsigned)weft_rng_below(&m->rng, t->hi - t->lo + 1);
}

/* Returns how many frames found no place in a queue. */
static unsigned offer(weft_mix *m, const traffic *t, double chance)
{
    unsigned refused = 0;
    for (unsigned p = 0; p < m->ports; p++) {
        if (t->uniform) {
            if ((double)(weft_rng_next(&m->rng) >> 32) >= chance * 0x1p32) continue;
            const unsigned to =
                (p + 1 + (unsigned)weft_rng_below(&m->rng, m->ports - 1)) % m->ports;
            refused += !weft_mix_send(m, p, to, draw(m, t));
            continue;
        }
        const unsigned to = (p + 1) % m->ports;
        weft_partner *partner = weft_world_partner(m->w, p);
        while (weft_partner_backlog(partner, weft_mix_vc(m, p, to)) < QUEUED)
            if (!weft_mix_send(m, p, to, draw(m, t))) return refused + 1;
    }
    return refused;
}

static double mean_wire(const traffic *t)
{
    double sum = 0;
    for (unsigned s = t->lo; s <= t->hi; s++) sum += weft_wire_bytes(s, 1);
    return sum / (t->hi - t->lo + 1);
}

/* Least and mean part of the wire that the frames of a port took at the far ends. In a permutation
 * that is one wire, and each has its own value. */
static void judge_rate(weft_bench *b, const weft_mix *m, const traffic *t,
                       const weft_world_stats *s)
{
    double least = 1e9, mean = 0;
    for (unsigned p = 0; p < m->ports; p++) {
        const double rate = s->port_rx[(p + 1) % m->ports];
        if (rate < least) least = rate;
        mean += rate / m->ports;
        if (t->uniform) continue;
        char key[32];
        snprintf(key, sizeof key, "%u %s", p, weft_mix_name(p % WEFT_MIX_PROTOCOLS));
        weft_bench_fraction(b, key, rate);
        weft_bench_expect(b, rate >= FULL, "%s gets %.5f of the wire", key, rate);
    }
    weft_bench_fraction(b, "least", least);
    weft_bench_fraction(b, "mean", mean);
    weft_bench_column(b, "%10.5f%10.5f", least, mean);
}

static int together(weft_bench *b, const traffic *t, uint64_t key)
{
    weft_mix *m = weft_bench_state(b);
    weft_world_stats s;
    unsigned refused = 0;
    weft_bench_row(b, "%s", t->name);
    const int rc = weft_mix_open(m, b, key);
    if (rc != 0) return rc;
    const double chance = LOAD * weft_bench_geometry(b).mii_bytes / mean_wire(t);
    for (unsigned i = 0; i < WARM + WINDOW; i++) {
        if (i == WARM) weft_world_measure(m->w, true);
        refused += offer(m, t, chance);
        weft_world_step(m->w);
    }
    weft_world_measure(m->w, false);
    weft_world_get_stats(m->w, &s);
    weft_mix_drain(m, DRAIN);
    judge_rate(b, m, t, &s);
    const uint64_t lost = m->sent - m->got;
    weft_bench_count(b, "frames", m->sent);
    weft_bench_count(b, "lost", lost);
    weft_bench_column(b, "%9llu%6llu", (unsigned long long)m->sent, (unsigned long long)lost);
    weft_bench_expect(b, lost == 0 && m->wrong == 0 && m->disordered == 0 && refused == 0,
                      "%llu lost, %llu wrong, %llu out of order, %u refused at the source",
                      (unsigned long long)lost, (unsigned long long)m->wrong,
                      (unsigned long long)m->disordered, refused);
    weft_mix_close(m);
    return 0;
}

static int run(weft_bench *b)
{
    weft_bench_head(b, "  frames     min     max", "        first byte in to first byte out");
    int rc = latency(b);
    weft_bench_head(b, "     least      mean   frames  lost", "       of the wire");
    for (unsigned i = 0; rc == 0 && i < sizeof cases / sizeof cases[0]; i++)
        if (!weft_bench_quick(b) || cases[i].quick) rc = together(b, &cases[i], 2 + i);
    return rc;
}

const weft_bench_section weft_bench_protocols = {
    .name = "protocols",
    .title = "every shipped protocol on ports of its own, all at once",
    .run = run,
    .state_bytes = sizeof(weft_mix)};
