/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * lossless.c: full load of every kind and size through the whole switch: nothing is lost, damaged,
 * misrouted, reordered or doubled; credits agree at the end; counters equal what the endpoints saw.
 * test-timeout: 600
 */
#include "system.h"

static weft_run_options options(const char *source, uint64_t seed)
{
    return (weft_run_options){
        .source = source, .profile = "esun", .ipg = 1, .seed = seed, .payload_check = true};
}

int main(void)
{
    static const unsigned sizes[] = {32, 64, 65, 127, 128, 256, 1500, 4096, 9216};
    static const char *const mixes[] = {"imix", "64-9216", "32-96", "64*9+9216", "64+65+1518+4000"};
    tally t = {0};
    weft_run_result r;
    char source[120];
    printf("incast of all ports to one: lossless, and the one wire is full\n");
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        /* Long enough to fill the 256 KiB of every ingress buffer: credits must hold the sources.
         */
        snprintf(source, sizeof source, "gen:incast,size=%u,to=%zu,cycles=%llu", sizes[i], i % 2,
                 (unsigned long long)effort(16000));
        const weft_run_options o = options(source, 10 + i);
        if (!faultless(&t, &o, &r)) continue;
        const unsigned to = (unsigned)(i % 2);
        expect(&t, r.stats.port_rx[to] > 0.99, "%s: the target's wire is %.3f full", source,
               r.stats.port_rx[to]);
        for (unsigned p = 0; p < r.geometry.ports; p++)
            expect(&t, p == to || r.stats.port_rx[p] < 0.01, "%s: port %u got %.3f", source, p,
                   r.stats.port_rx[p]);
        for (unsigned p = 0; p < r.geometry.ports; p++)
            expect(&t, p == to || r.stats.port_tx[p] < 0.5, "%s: port %u was never held: %.3f",
                   source, p, r.stats.port_tx[p]);
        expect(&t, r.stats.jain > 0.95, "%s: the ports share unfairly: %.3f", source, r.stats.jain);
        weft_run_result_free(&r);
    }
    printf("uniform at load 1\n");
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        snprintf(source, sizeof source, "gen:uniform,size=%u,cycles=%llu", sizes[i],
                 (unsigned long long)effort(6000 + 2 * sizes[i]));
        const weft_run_options o = options(source, 30 + i);
        if (!faultless(&t, &o, &r)) continue;
        expect(&t, r.stats.delivered > 0.85, "%s: only %.3f delivered", source, r.stats.delivered);
        weft_run_result_free(&r);
    }
    for (size_t i = 0; i < sizeof mixes / sizeof mixes[0]; i++) {
        snprintf(source, sizeof source, "gen:uniform,size=%s,cycles=%llu", mixes[i],
                 (unsigned long long)effort(6000));
        const weft_run_options o = options(source, 50 + i);
        if (faultless(&t, &o, &r)) weft_run_result_free(&r);
    }
    printf("other patterns, gaps, profiles; reads\n");
    static const struct {
        const char *source, *profile;
        unsigned ipg;
    } more[] = {
        {"gen:permutation,size=65,cycles=6000", "esun", 5},
        {"gen:permutation,size=64,cycles=6000", "ethernet", 12},
        {"gen:permutation,size=9216,cycles=6000", "ethernet", 1},
        {"gen:hotspot,size=300,cycles=6000,to=1", "esun", 1},
        {"gen:outcast,size=64-1518,cycles=6000,to=1", "esun", 3},
        {"gen:bursty,size=64-1518,load=0.8,cycles=6000,burst=32", "esun", 1},
        {"gen:alltoall,size=100,cycles=6000", "ethernet", 2},
        {"gen:diagonal,size=66,cycles=6000", "esun", 8},
        {"gen:tornado,size=1500,cycles=6000", "esun", 1},
        {"gen:uniform,size=256,read=0.5,load=0.9,cycles=6000", "esun", 1},
        {"gen:uniform,size=1024,read=1,cycles=6000", "ethernet", 1},
        {"gen:incast,size=1024,read=0.7,cycles=6000", "esun", 1},
        {"gen:uniform,size=40,read=0.3,cycles=6000", "esun", 1},
    };
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        weft_run_options o = options(more[i].source, 70 + i);
        o.profile = more[i].profile;
        o.ipg = more[i].ipg;
        if (faultless(&t, &o, &r)) weft_run_result_free(&r);
    }
    return verdict_of(&t);
}
