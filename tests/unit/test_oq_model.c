/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_oq_model.c: the ideal switch against examples worked by hand, against a second model that
 * steps byte by byte, and against the formula of Karol, Hluchyj and Morgan (1987).
 */
#include "traffic/oq_model.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "traffic/data.h"

static unsigned failures, checks;

static void expect(bool good, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void expect(bool good, const char *fmt, ...)
{
    checks++;
    if (good) return;
    failures++;
    va_list ap;
    va_start(ap, fmt);
    printf("FAILED: ");
    vprintf(fmt, ap);
    printf("\n");
    va_end(ap);
}

static void by_hand(void)
{
    /* stamp, wire bytes, from, to; 32 bytes a cycle */
    const weft_oq_arrival a[] = {
        {0, 80, 0, 1},  {0, 80, 2, 1}, /* both for 1 at once: the lower source first */
        {0, 160, 0, 3},                /* behind the first on the wire of 0, alone at 3 */
        {3, 80, 3, 1},                 /* byte 96: 1 is busy until 160 */
        {20, 80, 2, 1},                /* long after all */
    };
    const uint64_t want[] = {0, 80, 80, 160, 640};
    uint64_t begin[5];
    weft_oq_result r;
    weft_oq_config c = {.ports = 4, .mii_bytes = 32, .latency = 10, .from = 0, .to = 100};
    expect(weft_oq_run(&c, a, 5, begin, &r) == 0, "by hand");
    for (unsigned i = 0; i < 5; i++)
        expect(begin[i] == want[i], "frame %u leaves at byte %llu, not %llu", i,
               (unsigned long long)begin[i], (unsigned long long)want[i]);
    /* Three senders; 480 bytes in 100 cycles. */
    expect(fabs(r.delivered - 480.0 / (3 * 3200)) < 1e-12, "delivered %f", r.delivered);
    expect(r.inside.frames == 5 && r.inside.min == 10 && r.inside.max == 12, "inside %llu %llu",
           (unsigned long long)r.inside.min, (unsigned long long)r.inside.max);
    expect(r.overall.min == 10 && r.overall.p50 == 12 && r.overall.max == 12, "overall %llu %llu",
           (unsigned long long)r.overall.p50, (unsigned long long)r.overall.max);
    /* A window through the middle of frames, in time after the latency: bytes 12 to 14 x 32
     * (shifted back, 64 to 128) have 64 of output 1 and 48 of output 3; no frame but the first ends
     * there. */
    c.from = 12;
    c.to = 14;
    expect(weft_oq_run(&c, a, 5, NULL, &r) == 0, "window");
    expect(fabs(r.delivered - 112.0 / (3 * 64)) < 1e-12, "window: delivered %f", r.delivered);
    expect(r.inside.frames == 1, "window: %llu frames", (unsigned long long)r.inside.frames);
}

static void refusals(void)
{
    weft_oq_result r;
    const weft_oq_config c = {.ports = 4, .mii_bytes = 32, .to = 10};
    weft_oq_config d = c;
    const weft_oq_arrival port = {0, 80, 4, 0}, to = {0, 80, 0, 4}, empty = {0, 0, 0, 1};
    const weft_oq_arrival order[] = {{5, 80, 0, 1}, {4, 80, 0, 1}};
    expect(weft_oq_run(&c, &port, 1, NULL, &r) == -1, "an unknown source is taken");
    expect(weft_oq_run(&c, &to, 1, NULL, &r) == -1, "an unknown destination is taken");
    expect(weft_oq_run(&c, &empty, 1, NULL, &r) == -1, "an empty frame is taken");
    expect(weft_oq_run(&c, order, 2, NULL, &r) == -1, "time runs backwards");
    d.ports = WEFT_MAX_PORTS + 1;
    expect(weft_oq_run(&d, order, 0, NULL, &r) == -1, "too many ports are taken");
    d = c;
    d.from = 11;
    expect(weft_oq_run(&d, order, 0, NULL, &r) == -1, "a window that ends before it begins");
    expect(weft_oq_run(&c, order, 0, NULL, &r) == 0 && r.delivered == 0 && r.inside.frames == 0,
           "nothing at all");
}

/* The same switch, one byte of time after the other. */
enum { PORTS = 5, FRAMES = 400 };

static void step_by_step(const weft_oq_arrival *a, size_t n, unsigned mii, uint64_t *begin)
{
    size_t next[PORTS] = {0}, queue[PORTS][FRAMES], head[PORTS] = {0}, tail[PORTS] = {0}, gone = 0;
    uint64_t in_left[PORTS] = {0}, out_left[PORTS] = {0};
    for (uint64_t t = 0; gone < n; t++) {
        for (unsigned s = 0; s < PORTS; s++) {
            if (in_left[s] == 0) {
                while (next[s] < n && a[next[s]].src != s) next[s]++;
                if (next[s] < n && a[next[s]].stamp * mii <= t) {
                    const size_t f = next[s]++;
                    in_left[s] = a[f].wire_bytes;
                    queue[a[f].dst][tail[a[f].dst]++] = f;
                }
            }
            in_left[s] -= in_left[s] > 0;
        }
        for (unsigned d = 0; d < PORTS; d++) {
            if (out_left[d] == 0 && head[d] < tail[d]) {
                const size_t f = queue[d][head[d]++];
                begin[f] = t;
                out_left[d] = a[f].wire_bytes;
                gone++;
            }
            out_left[d] -= out_left[d] > 0;
        }
    }
}

static void against_steps(void)
{
    weft_rng rng;
    for (unsigned seed = 1; seed <= 60; seed++) {
        static weft_oq_arrival a[FRAMES];
        static uint64_t got[FRAMES], want[FRAMES];
        uint64_t now[PORTS] = {0};
        const unsigned mii = 8u << seed % 3, gap = 1 + seed % 40;
        weft_rng_seed(&rng, seed);
        for (unsigned i = 0; i < FRAMES; i++) {
            const unsigned s = (unsigned)weft_rng_below(&rng, PORTS);
            now[s] += weft_rng_below(&rng, gap);
            a[i] = (weft_oq_arrival){now[s], 8 * (1 + (uint32_t)weft_rng_below(&rng, 50)),
                                     (uint16_t)s, (uint16_t)weft_rng_below(&rng, PORTS)};
        }
        weft_oq_result r;
        const weft_oq_config c = {.ports = PORTS, .mii_bytes = mii, .latency = 7, .to = 1u << 20};
        expect(weft_oq_run(&c, a, FRAMES, got, &r) == 0, "seed %u", seed);
        step_by_step(a, FRAMES, mii, want);
        unsigned wrong = 0;
        uint64_t bytes = 0, most = 0;
        for (unsigned i = 0; i < FRAMES; i++) {
            wrong += got[i] != want[i];
            bytes += a[i].wire_bytes;
            const uint64_t delay = want[i] / mii - a[i].stamp + 7;
            if (delay > most) most = delay;
        }
        expect(wrong == 0, "seed %u: %u of %u frames leave at another time", seed, wrong, FRAMES);
        expect(r.overall.max == most && r.overall.frames == FRAMES, "seed %u: delays", seed);
        expect(fabs(r.delivered * PORTS * mii * (1u << 20) - (double)bytes) < 0.5,
               "seed %u: bytes are not conserved", seed);
    }
}

/* Mean wait of slotted Bernoulli arrivals, uniform over all outputs: (N-1)/N p / (2 (1-p)) slots.
 */
static void against_theory(void)
{
    enum { N = 8, SLOTS = 100000 };
    static const double loads[] = {0.3, 0.6, 0.8, 0.9};
    weft_oq_arrival *a = malloc((size_t)N * SLOTS * sizeof *a);
    uint64_t *begin = malloc((size_t)N * SLOTS * sizeof *begin);
    if (!a || !begin) exit(1);
    for (unsigned k = 0; k < 4; k++) {
        weft_rng rng;
        weft_rng_seed(&rng, 11 + k);
        size_t n = 0;
        for (uint64_t t = 0; t < SLOTS; t++)
            for (unsigned s = 0; s < N; s++)
                if ((double)(weft_rng_next(&rng) >> 11) < loads[k] * 9007199254740992.0)
                    a[n++] =
                        (weft_oq_arrival){t, 32, (uint16_t)s, (uint16_t)weft_rng_below(&rng, N)};
        weft_oq_result r;
        const weft_oq_config c = {.ports = N, .mii_bytes = 32, .from = 1000, .to = SLOTS};
        expect(weft_oq_run(&c, a, n, begin, &r) == 0, "load %g", loads[k]);
        double sum = 0;
        for (size_t i = 0; i < n; i++) sum += (double)(begin[i] / 32 - a[i].stamp);
        const double mean = sum / (double)n, p = loads[k];
        const double want = (N - 1.0) / N * p / (2 * (1 - p));
        printf("  load %.1f: mean wait %.4f slots, theory %.4f\n", p, mean, want);
        expect(fabs(mean - want) < 0.04 * want, "load %g: mean wait %f, theory %f", p, mean, want);
        expect(fabs(r.delivered - p) < 0.005, "load %g: delivered %f", p, r.delivered);
    }
    free(a);
    free(begin);
}

static void percentiles(void)
{
    uint64_t v[1000], one = 42;
    for (unsigned i = 0; i < 1000; i++) v[i] = (i * 7 + 3) % 1000 + 1; /* 1..1000, mixed */
    const weft_oq_delay d = weft_oq_percentiles(v, 1000), e = weft_oq_percentiles(&one, 1);
    expect(d.min == 1 && d.p50 == 500 && d.p99 == 990 && d.p999 == 999 && d.max == 1000,
           "percentiles of 1..1000");
    expect(e.min == 42 && e.p50 == 42 && e.p999 == 42 && e.max == 42, "percentiles of one");
    expect(weft_oq_percentiles(v, 0).frames == 0, "percentiles of none");
}

int main(void)
{
    by_hand();
    refusals();
    percentiles();
    against_steps();
    against_theory();
    printf("%u checks, %u failed\n", checks, failures);
    return failures ? 1 : 0;
}
