/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * efficiency.c: the section efficiency: data by bytes of wire, of each profile, for one write or
 * read of so many bytes in one frame: preamble, headers, checks, FCS, gap and padding are included.
 * Nothing is simulated; the switch neither adds nor takes away bytes.
 */
#include "bench/bench.h"
#include "endpoint/encap.h"

#define IPG 1u

static const struct {
    const char *name, *profile;
    unsigned min_frame;
    bool tag;
} rows[] = {
    {"esun, from 32 B", "esun", 32, false},   {"esun, from 64 B", "esun", 64, false},
    {"ethernet", "ethernet", 64, false},      {"rocev2", "rocev2", 64, false},
    {"rocev2, VLAN tag", "rocev2", 64, true}, {"uet", "uet", 64, false},
    {"uet, VLAN tag", "uet", 64, true},
};
static const unsigned sizes[] = {8, 64, 256, 1024, 4096};

static void one(weft_bench *b, unsigned i, bool read)
{
    weft_framer fr;
    weft_bench_row(b, "%s, %s", read ? "read" : "write", rows[i].name);
    if (!weft_bench_expect(b, weft_framer_profile(&fr, rows[i].profile), "no such profile")) return;
    fr.ip.tag = rows[i].tag;
    fr.mtu = sizes[sizeof sizes / sizeof sizes[0] - 1];
    for (unsigned k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        const weft_efficiency e =
            weft_encap_efficiency(&fr, read, sizes[k], IPG, rows[i].min_frame);
        char key[32];
        snprintf(key, sizeof key, "%04u request", sizes[k]);
        weft_bench_count(b, key, e.request);
        snprintf(key, sizeof key, "%04u response", sizes[k]);
        weft_bench_count(b, key, e.response);
        weft_bench_column(b, "%7.1f /%5.1f", 100 * e.data, 100 * e.both);
        weft_bench_expect(b, e.data > 0 && e.data < 1 && e.both < e.data, "%u B: impossible",
                          sizes[k]);
    }
}

static int run(weft_bench *b)
{
    weft_bench_head(b, "         8 B          64 B         256 B        1024 B        4096 B",
                    "  % of the wire that is data: in the frame with the data / both ways");
    for (unsigned read = 0; read < 2; read++)
        for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) one(b, i, read != 0);
    return 0;
}

const weft_bench_section weft_bench_efficiency = {
    .name = "efficiency",
    .title = "data by bytes of the wire, one operation in one frame, by profile",
    .run = run};
