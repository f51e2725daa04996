/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * smoke.c: the same traffic on other sizes of the switch.
 * test-config: p8m32 p2m8 p4m16 p16m32
 * test-timeout: 600
 */
#include "system.h"

int main(void)
{
    static const char *const sources[] = {
        "gen:permutation,size=64,cycles=3000",
        "gen:permutation,size=65,cycles=3000",
        "gen:permutation,size=1518,cycles=4000",
        "gen:uniform,size=64-1518,cycles=4000",
        "gen:uniform,size=32,cycles=2000",
        "gen:uniform,size=9216,cycles=6000",
        "gen:incast,size=500,cycles=3000",
        "gen:uniform,size=200,read=0.5,load=0.7,cycles=3000",
    };
    tally t = {0};
    weft_run_result r;
    weft_sim_geometry g;
    if (!weft_tool_geometry(&g)) return 1;
    printf("%u ports of %u bytes, cells of %u bytes, %u channels\n", g.ports, g.mii_bytes,
           g.cell_bytes, g.vcs);
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
        for (unsigned ipg = 1; ipg <= 12; ipg += 11) {
            const weft_run_options o = {.source = sources[i],
                                        .profile = ipg == 1 ? "esun" : "ethernet",
                                        .ipg = ipg,
                                        .seed = 1 + i,
                                        .payload_check = true};
            if (!faultless(&t, &o, &r)) continue;
            if (strncmp(sources[i], "gen:permutation", 15) == 0)
                expect(&t, r.stats.delivered > 0.97, "%s: %.3f of the wire", sources[i],
                       r.stats.delivered);
            weft_run_result_free(&r);
        }
    /* An all-reduce over all ports. */
    char dir[4096], msg[4608], source[4200];
    const char *scratch = getenv("WEFT_SCRATCH");
    snprintf(dir, sizeof dir, "%s/trace", scratch ? scratch : "build/test/scratch/smoke");
    expect(&t,
           weft_trace_write("ring-allreduce", g.ports, 4096ull * g.ports, dir, msg, sizeof msg) ==
               0,
           "%s", msg);
    snprintf(source, sizeof source, "chakra:%s/ring-allreduce", dir);
    const weft_run_options o = {
        .source = source, .profile = "esun", .ipg = 1, .seed = 1, .payload_check = true};
    if (faultless(&t, &o, &r)) {
        expect(&t, strstr(r.describe, "all-reduce") != NULL, "not taken for an all-reduce: %s",
               r.describe);
        weft_run_result_free(&r);
    }
    return verdict_of(&t);
}
