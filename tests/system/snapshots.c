/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * snapshots.c: law 1 of docs/architecture.md inside the traffic: at any snapshot received = sent +
 * dropped + held, for frames, copies and cells; and exact equality when all is still.
 * test-timeout: 300
 */
#include "system.h"

static void run(tally *t, const char *spec, uint64_t seed, uint64_t gap, unsigned most)
{
    const weft_source_env env = {.ports = 8, .mii_bytes = 32, .ipg = 1, .seed = seed};
    char err[512] = "", msg[2048] = "";
    weft_source *s = weft_source_open(spec, &env, err, sizeof err);
    expect(t, s != NULL, "%s: %s", spec, err);
    if (!s) return;
    const weft_source_needs needs = weft_source_get_needs(s);
    const weft_world_options wo = {.seed = seed,
                                   .profile = "esun",
                                   .ipg = 1,
                                   .memory_bytes = needs.memory_bytes,
                                   .min_frame = needs.min_frame ? needs.min_frame : 64,
                                   .lossless = true,
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
    unsigned snapshots = 0, busy = 0;
    uint64_t next = weft_world_cycle(w) + gap;
    while (weft_source_get_phase(s) != WEFT_PHASE_DRAIN &&
           weft_source_get_phase(s) != WEFT_PHASE_FAILED) {
        weft_source_step(s);
        weft_world_step(w);
        if (snapshots == most || weft_world_cycle(w) < next) continue;
        busy += !weft_world_idle(w);
        expect(t, weft_world_reconcile(w, msg, sizeof msg), "%s: snapshot %u: %s", spec, snapshots,
               msg);
        snapshots++;
        /* A step that is not a multiple of anything in the switch. */
        next = weft_world_cycle(w) + gap + snapshots % 7;
    }
    expect(t, weft_source_get_phase(s) == WEFT_PHASE_DRAIN, "%s: %s", spec, weft_source_message(s));
    expect(t, weft_world_drain(w, 3000000), "%s: does not drain", spec);
    expect(t, weft_world_reconcile(w, msg, sizeof msg), "%s: at the end: %s", spec, msg);
    weft_world_stats st;
    weft_world_get_stats(w, &st);
    printf("  %-44s %u snapshots, %u of them in mid-flight; %llu frames\n", spec, snapshots, busy,
           (unsigned long long)st.frames_delivered);
    expect(t, busy * 2 > snapshots && snapshots > 3, "%s: too few snapshots in mid-flight", spec);
    expect(t, st.frames_lost == 0 && st.credits_agree, "%s: lost %llu", spec,
           (unsigned long long)st.frames_lost);
    weft_world_close(w);
    weft_source_close(s);
}

int main(void)
{
    tally t = {0};
    weft_sim_geometry g;
    if (!weft_tool_geometry(&g) || g.ports != 8) return 1;
    const unsigned most = (unsigned)effort(12);
    run(&t, "gen:uniform,size=64,ops=60000", 1, 211, most);
    run(&t, "gen:uniform,size=64-9216,ops=4000", 2, 307, most);
    run(&t, "gen:incast,size=700,ops=4000", 3, 401, most);
    run(&t, "gen:bursty,size=64-300,load=0.6,ops=30000", 4, 97, most);
    run(&t, "gen:uniform,size=300,read=0.5,ops=20000", 5, 150, most);
    return verdict_of(&t);
}
