/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * best_effort.c: without credits an incast overflows. What is dropped is counted under its reason
 * and nowhere else: sent = delivered + dropped, lost = 0, counters reconcile; other ports do not
 * suffer. test-timeout: 300
 */
#include "system.h"
#include "weft/reasons.h"

static void run(tally *t, const char *spec, uint64_t seed, bool overflows)
{
    const weft_source_env env = {.ports = 8, .mii_bytes = 32, .ipg = 1, .seed = seed};
    char err[512] = "", msg[2048] = "";
    weft_source *s = weft_source_open(spec, &env, err, sizeof err);
    expect(t, s != NULL, "%s: %s", spec, err);
    if (!s) return;
    const weft_world_options wo = {.seed = seed,
                                   .profile = "esun",
                                   .ipg = 1,
                                   .memory_bytes = weft_source_get_needs(s).memory_bytes,
                                   .min_frame = 64,
                                   .lossless = false,
                                   .payload_check = true,
                                   .trace = true};
    weft_world *w = weft_world_open(&wo, err, sizeof err);
    expect(t, w != NULL, "%s", err);
    if (!w) {
        weft_source_close(s);
        return;
    }
    const weft_net net = weft_net_of_world(w);
    expect(t, weft_source_start(s, &net, err, sizeof err) == 0, "%s", err);
    while (weft_source_get_phase(s) != WEFT_PHASE_DRAIN &&
           weft_source_get_phase(s) != WEFT_PHASE_FAILED) {
        weft_source_step(s);
        weft_world_step(w);
    }
    expect(t, weft_world_drain(w, 3000000), "%s: does not drain", spec);
    expect(t, weft_world_reconcile(w, msg, sizeof msg), "%s: %s", spec, msg);
    weft_world_stats st;
    weft_world_get_stats(w, &st);
    uint64_t dropped = 0;
    for (unsigned r = 0; r < 32; r++)
        if (r != WEFT_DROP_CONTROL) dropped += st.dropped[r];
    printf("  %-40s %llu sent, %llu delivered, %llu dropped\n", spec,
           (unsigned long long)st.frames_sent, (unsigned long long)st.frames_delivered,
           (unsigned long long)dropped);
    expect(t, st.frames_sent == st.frames_delivered + dropped && st.frames_lost == 0,
           "%s: %llu sent, %llu delivered, %llu dropped, %llu lost", spec,
           (unsigned long long)st.frames_sent, (unsigned long long)st.frames_delivered,
           (unsigned long long)dropped, (unsigned long long)st.frames_lost);
    expect(t, dropped == st.dropped[WEFT_DROP_BUFFER], "%s: other reasons than BUFFER", spec);
    expect(t, overflows == (dropped > 0), "%s: %llu dropped", spec, (unsigned long long)dropped);
    expect(t, st.corrupted == 0 && st.misrouted == 0 && st.reordered == 0 && st.duplicated == 0,
           "%s: %llu corrupted, %llu misrouted, %llu reordered, %llu duplicated", spec,
           (unsigned long long)st.corrupted, (unsigned long long)st.misrouted,
           (unsigned long long)st.reordered, (unsigned long long)st.duplicated);
    weft_world_close(w);
    weft_source_close(s);
}

int main(void)
{
    tally t = {0};
    weft_sim_geometry g;
    if (!weft_tool_geometry(&g) || g.ports != 8) return 1;
    run(&t, "gen:incast,size=64,cycles=12000", 1, true);
    run(&t, "gen:incast,size=64-9216,cycles=12000,to=5", 2, true);
    run(&t, "gen:hotspot,size=1500,cycles=16000,to=2", 3, true);
    run(&t, "gen:permutation,size=64,cycles=4000", 4, false);
    run(&t, "gen:uniform,size=64-1518,load=0.6,cycles=4000", 5, false);
    return verdict_of(&t);
}
