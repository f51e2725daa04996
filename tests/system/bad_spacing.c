/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * bad_spacing: a neighbour puts control ordered sets into its frames more densely than any link
 * allows: at every distance from every other word on, from every word on, few or many, towards an
 * egress that is idle, so that the frame is cut through. Each set holds the frame up by 8 bytes.
 * What the cut-through margin covers must pass. What it does not cover may be cut off at the
 * egress: counted there (UNDERRUN) and never taken for good; the frame right behind it and that of
 * another port pass, and the credits of the lossless VC come back.
 *
 * test-config: p8m32 p8m32-debug p4m16 p2m8
 * test-timeout: 240
 */
#include "bad_check.h"

#define ANY_SET   0x77777777770F5Cull /* of a type that means nothing here */
#define MOST_SETS (NET_MAX_SETS - 2)  /* the partner may add credit updates of its own */

typedef struct {
    unsigned bytes;    /* of the frame, with FCS */
    unsigned first;    /* words of the frame before the first set */
    unsigned distance; /* words from one set to the next */
    unsigned most;     /* sets */
} spacing;

static net_raw raw, plain;
static unsigned bad, hot, other;
static uint64_t passed, cut, cases;

/* The frame of `plain` into `raw`, with its ordered sets; returns how many. */
static unsigned spread(const spacing *s)
{
    unsigned sets = 0;
    for (size_t at = 0; at < plain.words; at++) {
        uint64_t w = 0;
        memcpy(&w, plain.data + 8 * at, 8);
        if (at > s->first && (at - 1 - s->first) % s->distance == 0 && sets < s->most) {
            net_raw_word(&raw, ANY_SET, 1);
            sets++;
        }
        net_raw_word(&raw, w, plain.ctrl[at]);
    }
    plain.words = 0;
    return sets;
}

static void plain_frame(net *n, unsigned bytes)
{
    uint8_t data[NET_WIRE];
    size_t len = net_frame_to(n, bad, weft_accel_mac(hot), 0, bytes, data);
    net_raw_frame(&plain, data, len, 0);
}

/* Bytes that sets may add before the egress, which waits for the margin, runs dry. */
static unsigned covered(const net *n)
{
    weft_chip_config c;
    memset(&c, 0, sizeof c);
    if (weft_chip_get_config(n->dev, &c) != WEFT_OK) return 0;
    return c.ct_margin * n->mii;
}

static void one(net *n, const spacing *s, unsigned margin)
{
    weft_partner_counters before, after;
    weft_partner_get_counters(n->port[hot].partner, &before);
    plain_frame(n, s->bytes);
    unsigned sets = spread(s);
    plain_frame(n, 64 + net_below(n, 200));
    spread(&(spacing){.first = 0, .distance = 1, .most = 0});
    net_raw_send(n, bad, &raw);
    if (other != bad) net_send(n, other, weft_accel_mac(hot), 1, 64 + net_below(n, 100));
    NET_EXPECT(n, net_settle(n, 20000),
               "%u sets from word %u on, one in %u words, %u bytes: what is behind does not pass",
               sets, s->first, s->distance, s->bytes);
    weft_partner_get_counters(n->port[hot].partner, &after);
    uint64_t coding = after.rx_coding - before.rx_coding;
    uint64_t good = after.rx_frames - before.rx_frames, all = other != bad ? 3 : 2;
    NET_EXPECT(n, coding <= 1 && good + coding == all && after.rx_bad_fcs == before.rx_bad_fcs,
               "%u sets from word %u on, one in %u words, %u bytes: %llu good, %llu cut off", sets,
               s->first, s->distance, s->bytes, (unsigned long long)good,
               (unsigned long long)coding);
    NET_EXPECT(n, coding == 0 || 8 * sets > margin, "%u sets are covered and were not waited for",
               sets);
    n->cut_off += coding;
    if (coding != 0) n->port[hot].want_status = NET_UNDERRUN;
    passed += coding == 0;
    cut += coding;
    cases++;
}

static void all_spacings(net *n, unsigned margin)
{
    static const unsigned bytes[] = {100, 333, 1500, 9000}, distance[] = {1, 2, 3, 5, 8, 16, 40};
    unsigned limits[] = {1, margin / 8, margin / 8 + 1, margin / 8 + 3, MOST_SETS};
    for (unsigned b = 0; b < 4; b++)
        for (unsigned d = 0; d < 7; d++)
            for (unsigned k = 0; k < 5; k++)
                for (unsigned f = 0; f < 8; f++) {
                    if (!net_long() && net_below(n, 4) != 0) continue;
                    one(n, &(spacing){bytes[b], f, distance[d], limits[k]}, margin);
                }
    /* Anywhere, any number. */
    for (unsigned k = 0; k < (net_long() ? 4000u : 150u); k++)
        one(n,
            &(spacing){64 + net_below(n, net_below(n, 2) ? 600 : 9153), net_below(n, 100),
                       1 + net_below(n, 30), 1 + net_below(n, MOST_SETS)},
            margin);
}

int main(void)
{
    static net n;
    printf("bad_spacing: seed %llu\n", (unsigned long long)net_seed());
    if (!net_open(&n, net_seed())) return 1;
    n.lossless = true;
    n.cc_period = 4000;
    n.cf_period = 1000;
    net_up(&n);
    bad = (unsigned)(net_seed() % n.ports);
    hot = (bad + 1) % n.ports;
    other = (bad + 2) % n.ports;
    n.port[hot].lossy = true; /* frames to it may be cut off: the test says which */
    all_spacings(&n, covered(&n));
    NET_EXPECT(&n, passed > 0 && cut > 0, "nothing passed, or nothing was cut off");
    net_run(&n, 2 * n.cc_period);
    net_probe(&n, "ordered sets in frames");
    net_check(&n, "ordered sets in frames");
    printf("%u bytes of margin: %llu frames, %llu passed, %llu cut off and counted\n", covered(&n),
           (unsigned long long)cases, (unsigned long long)passed, (unsigned long long)cut);
    unsigned failures = n.failures;
    net_close(&n);
    return net_result(failures, "bad_spacing");
}
