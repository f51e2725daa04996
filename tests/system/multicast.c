/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * multicast.c: groups of all sizes among unicast traffic: every member gets exactly one copy, the
 * sender none, nobody else anything, in order; groups that change between two frames; drains to
 * empty. test-timeout: 300
 */
#include "system.h"
#include "traffic/data.h"

static unsigned bits(uint64_t v)
{
    unsigned n = 0;
    for (; v; v &= v - 1) n++;
    return n;
}

/* Random unicast and multicast frames for some cycles, then a drain and all checks. */
static void storm(tally *t, uint64_t seed, unsigned multicast_percent, double load, bool lossless)
{
    const weft_world_options wo = {.seed = seed,
                                   .profile = seed & 1 ? "esun" : "ethernet",
                                   .ipg = 1,
                                   .memory_bytes = 1u << 20,
                                   .min_frame = 64,
                                   .lossless = lossless,
                                   .payload_check = true,
                                   .trace = true};
    char err[512] = "", msg[1024] = "";
    weft_world *w = weft_world_open(&wo, err, sizeof err);
    expect(t, w != NULL, "%s", err);
    if (!w) return;
    const unsigned ports = weft_world_ports(w);
    weft_rng rng;
    weft_rng_seed(&rng, seed);
    uint64_t member[16], sent = 0, copies = 0, multicast = 0;
    for (unsigned g = 0; g < 16; g++) {
        member[g] = g == 0 ? (1ull << ports) - 1 : weft_rng_next(&rng) & ((1ull << ports) - 1);
        if (bits(member[g]) < 2) member[g] |= 3;
        expect(t, weft_world_set_group(w, g, member[g]) == 0, "group %u cannot be set", g);
    }
    weft_world_measure(w, true);
    const uint64_t cycles = effort(4000), begin = weft_world_cycle(w);
    while (weft_world_cycle(w) - begin < cycles) {
        for (unsigned p = 0; p < ports; p++) {
            const size_t bytes = weft_rng_below(&rng, 8) == 0 ? 64 + weft_rng_below(&rng, 9153)
                                                              : 64 + weft_rng_below(&rng, 400);
            if ((double)weft_rng_below(&rng, 1000000) >= load * 1e6 * 32 / 600) continue;
            unsigned dst = (p + 1 + (unsigned)weft_rng_below(&rng, ports - 1)) % ports;
            uint64_t expected = 1;
            if (weft_rng_below(&rng, 100) < multicast_percent) {
                const unsigned g = (unsigned)weft_rng_below(&rng, 16);
                expected = bits(member[g] & ~(1ull << p));
                if (expected == 0) continue;
                dst = 1024 + g;
            }
            if (weft_partner_backlog(weft_world_partner(w, p), 0) > 50) continue;
            const int rc = weft_world_send_frame(w, p, dst, 0, bytes, weft_world_cycle(w));
            expect(t, rc == 0, "port %u refuses a frame of %zu bytes to %u: %d", p, bytes, dst, rc);
            sent += rc == 0;
            copies += rc == 0 ? expected : 0;
            multicast += rc == 0 && dst >= 1024;
        }
        weft_world_step(w);
    }
    weft_world_measure(w, false);
    expect(t, weft_world_drain(w, 3000000), "seed %llu: does not drain", (unsigned long long)seed);
    expect(t, weft_world_reconcile(w, msg, sizeof msg), "seed %llu: %s", (unsigned long long)seed,
           msg);
    weft_world_stats s;
    weft_world_get_stats(w, &s);
    printf(
        "  seed %llu: %llu frames, %llu to groups; %llu copies delivered, %llu lost, latency up to "
        "%llu\n",
        (unsigned long long)seed, (unsigned long long)sent, (unsigned long long)multicast,
        (unsigned long long)s.frames_delivered, (unsigned long long)s.frames_lost,
        (unsigned long long)s.lat_max);
    expect(t, multicast > 50 && copies > sent, "seed %llu: too little traffic",
           (unsigned long long)seed);
    /* A frame to a group counts once for every copy that is to come. */
    expect(t, s.frames_sent == copies, "%llu copies sent, %llu seen", (unsigned long long)copies,
           (unsigned long long)s.frames_sent);
    expect(t, s.corrupted == 0 && s.misrouted == 0 && s.reordered == 0 && s.duplicated == 0,
           "seed %llu: %llu corrupted, %llu misrouted, %llu reordered, %llu duplicated",
           (unsigned long long)seed, (unsigned long long)s.corrupted,
           (unsigned long long)s.misrouted, (unsigned long long)s.reordered,
           (unsigned long long)s.duplicated);
    expect(t, s.frames_delivered == copies, "seed %llu: %llu copies of %llu",
           (unsigned long long)seed, (unsigned long long)s.frames_delivered,
           (unsigned long long)copies);
    expect(t, s.frames_lost == 0 && s.credits_agree, "seed %llu: lost %llu, credits %s",
           (unsigned long long)seed, (unsigned long long)s.frames_lost,
           s.credits_agree ? "agree" : "disagree");
    weft_world_close(w);
}

/* A group that is changed reaches its new members only, one that is removed nobody. */
static void changes(tally *t)
{
    const weft_world_options wo = {.seed = 1,
                                   .profile = "esun",
                                   .ipg = 1,
                                   .memory_bytes = 1u << 20,
                                   .min_frame = 64,
                                   .lossless = true,
                                   .payload_check = true,
                                   .trace = true};
    char err[512] = "", msg[1024] = "";
    weft_world *w = weft_world_open(&wo, err, sizeof err);
    expect(t, w != NULL, "%s", err);
    if (!w) return;
    const unsigned ports = weft_world_ports(w);
    const uint64_t all = (1ull << ports) - 1;
    uint64_t copies = 0;
    for (unsigned i = 0; i < 40; i++) {
        const uint64_t members = weft_mix64(i) & all;
        const unsigned src = i % ports;
        if (bits(members & ~(1ull << src)) == 0) continue;
        expect(t, weft_world_set_group(w, 5, members) == 0, "set %u", i);
        expect(t, weft_world_send_frame(w, src, 1024 + 5, 0, 64 + i * 30, weft_world_cycle(w)) == 0,
               "send %u", i);
        expect(t, weft_world_drain(w, 100000), "drain %u", i);
        copies += bits(members & ~(1ull << src));
        weft_world_stats s;
        weft_world_get_stats(w, &s);
        expect(t, s.frames_delivered == copies && s.frames_lost == 0 && s.misrouted == 0,
               "step %u: %llu copies of %llu, lost %llu, misrouted %llu", i,
               (unsigned long long)s.frames_delivered, (unsigned long long)copies,
               (unsigned long long)s.frames_lost, (unsigned long long)s.misrouted);
    }
    expect(t, weft_world_reconcile(w, msg, sizeof msg), "%s", msg);
    weft_world_close(w);
}

int main(void)
{
    tally t = {0};
    printf("groups among unicast\n");
    storm(&t, 1, 30, 0.4, true);
    storm(&t, 2, 5, 0.9, true);
    storm(&t, 3, 100, 0.2, true);
    storm(&t, 4, 60, 1.0, true);
    printf("groups that change\n");
    changes(&t);
    return verdict_of(&t);
}
