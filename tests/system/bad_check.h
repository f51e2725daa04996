/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * bad_check.h: the counters of the chip against the oracle, the identities of docs/telemetry.md,
 * good frames through every port, and background traffic, for the bad-input tests.
 */
#ifndef WEFT_TESTS_BAD_CHECK_H
#define WEFT_TESTS_BAD_CHECK_H
#include "bad_net.h"

typedef uint64_t net_counts[NET_PORTS][WEFT_PORT_COUNTERS];

static inline void net_read_counts(net *n, net_counts c)
{
    NET_OK(n, weft_counters_snapshot(n->dev, NULL));
    for (unsigned i = 0; i < n->ports; i++) {
        NET_OK(n, weft_counters_read_port(n->dev, i, c[i]));
        for (unsigned k = 0; k < WEFT_PORT_COUNTERS; k++) c[i][k] -= n->port[i].base[k];
    }
}

static inline uint64_t net_sum(const uint64_t *c, unsigned from, unsigned count)
{
    uint64_t s = 0;
    for (unsigned i = 0; i < count; i++) s += c[from + i];
    return s;
}
static inline uint64_t net_drops(const uint64_t *c)
{
    return net_sum(c, WEFT_CNT_IN_DROP + 1, WEFT_DROP_REASONS - 1);
}

/* docs/telemetry.md, "Identities": of any snapshot. */
static inline void net_identities(net *n, net_counts all, const char *what)
{
    uint64_t copies = 0, gone = 0;
    for (unsigned i = 0; i < n->ports; i++) {
        const uint64_t *c = all[i];
        NET_EXPECT(n, c[WEFT_CNT_IF_IN_FRAMES] == c[WEFT_CNT_IF_IN_ACCEPTED] + net_drops(c),
                   "%s: port %u: frames in are not accepted + dropped", what, i);
        NET_EXPECT(n,
                   c[WEFT_CNT_CELLS_IN] == c[WEFT_CNT_CELLS_FREED] + c[WEFT_CNT_CELLS_ROLLED_BACK] +
                                               c[WEFT_CNT_HELD_CELLS],
                   "%s: port %u: cells in are not freed + rolled back + held", what, i);
        NET_EXPECT(n, net_sum(c, WEFT_CNT_IN_VC_FRAMES, 8) == c[WEFT_CNT_IF_IN_ACCEPTED],
                   "%s: port %u: accepted frames by VC", what, i);
        NET_EXPECT(n, net_sum(c, WEFT_CNT_OUT_VC_FRAMES, 8) == c[WEFT_CNT_IF_OUT_FRAMES],
                   "%s: port %u: sent frames by VC", what, i);
        copies += c[WEFT_CNT_IF_IN_COPIES];
        gone += net_sum(c, WEFT_CNT_IF_OUT_STOMPED, 3) + c[WEFT_CNT_IF_OUT_FRAMES] +
                c[WEFT_CNT_HELD_COPIES] + c[WEFT_CNT_EGRESS_FRAMES];
    }
    NET_EXPECT(n, copies == gone, "%s: %llu copies in, %llu sent, discarded or held", what,
               (unsigned long long)copies, (unsigned long long)gone);
}

/* A snapshot in mid-flight. */
static inline void net_check_identities(net *n, const char *what)
{
    static net_counts c;
    net_read_counts(n, c);
    net_identities(n, c, what);
}

/* Until nothing is on its way; false after max cycles. What a lossy flow still owes is given up. */
static inline bool net_settle(net *n, uint64_t max)
{
    bool lossy = false;
    unsigned still = 0; /* cycles since nothing is queued at the partners */
    for (unsigned i = 0; i < n->ports; i++) lossy |= n->port[i].lossy || n->port[i].loose;
    for (uint64_t k = 0; k < max; k++) {
        bool empty = true;
        for (unsigned i = 0; i < n->ports && empty; i++)
            empty = weft_partner_empty(n->port[i].partner) && !n->port[i].in_frame;
        uint64_t quiet = weft_sim_cycle(n->sim) - n->last_arrival;
        still++;
        for (unsigned i = 0; i < n->ports; i++)
            for (unsigned v = 0; v < n->geo.vcs && still > 0; v++)
                if (weft_partner_backlog(n->port[i].partner, v) > 0) still = 0;
        if (empty && (n->expected == 0 || (lossy && still > 8000 && quiet > 8000))) {
            net_run(n, 500); /* credits, and what must not come */
            return true;
        }
        net_step(n);
    }
    return false;
}

static inline void net_equal(net *n, unsigned port, const char *what, const char *name,
                             uint64_t chip, uint64_t want)
{
    NET_EXPECT(n, chip == want, "%s: port %u %s: chip %llu, expected %llu", what, port, name,
               (unsigned long long)chip, (unsigned long long)want);
}

static inline unsigned net_port_status(net *n, unsigned port)
{
    weft_port_status s;
    memset(&s, 0, sizeof s);
    NET_OK(n, weft_port_get_status(n->dev, port, &s));
    return (s.underrun ? NET_UNDERRUN : 0) | (s.lossless_overflow ? NET_LOSSLESS : 0) |
           (s.credit_error ? NET_CREDIT : 0) | (s.internal_error ? NET_INTERNAL : 0);
}

/* The errors that stick: none but those that the test asked for. */
static inline void net_check_errors(net *n, const char *what)
{
    uint32_t errors = 0;
    NET_OK(n, weft_chip_get_errors(n->dev, &errors));
    NET_EXPECT(n, errors == n->want_errors, "%s: ERROR_STATUS is %#x, expected %#x", what, errors,
               n->want_errors);
    for (unsigned i = 0; i < n->ports; i++) {
        unsigned status = net_port_status(n, i);
        NET_EXPECT(n, status == n->port[i].want_status,
                   "%s: port %u STATUS events %#x, expected %#x", what, i, status,
                   n->port[i].want_status);
    }
}

static inline void net_check_port_in(net *n, unsigned i, const uint64_t *c, const char *what)
{
    const net_port *p = &n->port[i];
    uint64_t full =
        c[WEFT_CNT_IN_DROP + WEFT_DROP_BUFFER] + c[WEFT_CNT_IN_DROP + WEFT_DROP_LOSSLESS];
    uint64_t frames = p->accepted;
    NET_EXPECT(n, full == 0 || p->lossy, "%s: port %u dropped %llu frames for want of buffer", what,
               i, (unsigned long long)full);
    for (unsigned r = 1; r < WEFT_DROP_REASONS; r++) {
        frames += p->drop[r];
        if (r != WEFT_DROP_BUFFER && r != WEFT_DROP_LOSSLESS)
            net_equal(n, i, what, weft_drop_reason_name(r), c[WEFT_CNT_IN_DROP + r], p->drop[r]);
    }
    net_equal(n, i, what, "IF_IN_FRAMES", c[WEFT_CNT_IF_IN_FRAMES], frames);
    net_equal(n, i, what, "IF_IN_ACCEPTED", c[WEFT_CNT_IF_IN_ACCEPTED], p->accepted - full);
    net_equal(n, i, what, "CTLOS_RX", c[WEFT_CNT_CTLOS_RX], p->ctlos);
    net_equal(n, i, what, "CBFC_CF_UPDATE_RX", c[WEFT_CNT_CBFC_CF_UPDATE_RX], p->cf);
    net_equal(n, i, what, "CBFC_CC_UPDATE_RX", c[WEFT_CNT_CBFC_CC_UPDATE_RX], p->cc_ok);
    net_equal(n, i, what, "CBFC_CC_UPDATE_BAD", c[WEFT_CNT_CBFC_CC_UPDATE_BAD], p->cc_bad);
    if (full > 0) return;
    net_equal(n, i, what, "IF_IN_OCTETS", c[WEFT_CNT_IF_IN_OCTETS], p->octets);
    for (unsigned v = 0; v < 8; v++)
        net_equal(n, i, what, "IN_VC_FRAMES", c[WEFT_CNT_IN_VC_FRAMES + v], p->vc_frames[v]);
}

/* Partners stop their periodic credit updates, or go on with them. */
static inline void net_updates(net *n, bool on)
{
    for (unsigned i = 0; i < n->ports; i++) {
        weft_partner_config pc;
        weft_partner_get_config(n->port[i].partner, &pc);
        pc.cc_period = on && pc.cbfc_tx ? n->cc_period : 0;
        pc.cf_period = on && pc.cbfc_rx ? n->cf_period : 0;
        (void)weft_partner_set_config(n->port[i].partner, &pc); /* was legal before */
    }
    net_run(n, 300);
}

/* At rest: every counter, gauge and error bit. Call net_settle before. Frames to wandering
 * identifiers and loose ports are left to the identities. */
static inline void net_check(net *n, const char *what)
{
    static net_counts c;
    uint64_t missing, excused = n->cut_off, sets = 0, before;
    bool strict = true;
    net_updates(n, false);
    for (unsigned k = 0; k < 10; k++) { /* a late credit update may come while counters are read */
        before = sets;
        sets = 0;
        for (unsigned i = 0; i < n->ports; i++) sets += n->port[i].ctlos;
        if (k > 0 && sets == before) break;
        net_read_counts(n, c);
    }
    missing = n->expected;
    net_identities(n, c, what);
    for (unsigned i = 0; i < n->ports; i++) {
        const net_port *p = &n->port[i];
        weft_partner_counters k;
        weft_partner_get_counters(p->partner, &k);
        missing += p->skipped;
        excused += c[i][WEFT_CNT_IF_OUT_DISCARDS] + c[i][WEFT_CNT_IN_DROP + WEFT_DROP_BUFFER] +
                   c[i][WEFT_CNT_IN_DROP + WEFT_DROP_LOSSLESS];
        NET_EXPECT(n, p->lossy || p->loose || c[i][WEFT_CNT_IF_OUT_DISCARDS] == 0,
                   "%s: port %u discards", what, i);
        if (p->loose || p->wander > 0)
            strict = false;
        else
            net_check_port_in(n, i, c[i], what);
        net_equal(n, i, what, "IF_OUT_FRAMES", c[i][WEFT_CNT_IF_OUT_FRAMES], k.rx_frames);
        net_equal(n, i, what, "IF_OUT_OCTETS", c[i][WEFT_CNT_IF_OUT_OCTETS], k.rx_octets);
        net_equal(n, i, what, "IF_OUT_STOMPED", c[i][WEFT_CNT_IF_OUT_STOMPED], k.rx_bad_fcs);
        net_equal(n, i, what, "IF_OUT_UNDERRUN", c[i][WEFT_CNT_IF_OUT_UNDERRUN], k.rx_coding);
        NET_EXPECT(n, k.rx_coding == 0 || (p->want_status & NET_UNDERRUN) != 0,
                   "%s: port %u starved in mid-frame", what, i);
        NET_EXPECT(n,
                   k.rx_runt + k.rx_oversize + k.rx_ctlos_unknown + k.rx_cc_bad + k.rx_control == 0,
                   "%s: port %u sent what no switch may send", what, i);
        NET_EXPECT(n, k.rx_over_credit == 0 || p->false_credits,
                   "%s: port %u sent %llu frames without credit", what, i,
                   (unsigned long long)k.rx_over_credit);
        NET_EXPECT(n, net_sum(c[i], WEFT_CNT_HELD_COPIES, 4) == 0, "%s: port %u holds something",
                   what, i);
    }
    if (strict)
        NET_EXPECT(n, missing == excused,
                   "%s: %llu copies missing, %llu dropped, discarded or cut off", what,
                   (unsigned long long)missing, (unsigned long long)excused);
    net_check_errors(n, what);
    net_updates(n, true);
}

/* All ports down, what the chip still holds thrown away, new partners, all ports up again: what
 * firmware does when it does not trust a state. No reset. The oracle starts anew. */
static inline void net_restart(net *n)
{
    static net_counts c;
    uint64_t held = 1;
    n->feed = NULL;
    for (unsigned i = 0; i < n->ports; i++) {
        n->port[i].up = false;
        NET_OK(n, weft_port_disable(n->dev, i));
        net_partner(n, i);
    }
    for (unsigned i = 0; i < n->ports; i++) memset(n->port[i].base, 0, sizeof n->port[i].base);
    for (unsigned k = 0; k < 40 && held > 0; k++) {
        net_run(n, 500);
        net_read_counts(n, c);
        net_identities(n, c, "all ports down");
        held = 0;
        for (unsigned i = 0; i < n->ports; i++) held += net_sum(c[i], WEFT_CNT_HELD_COPIES, 4);
    }
    NET_EXPECT(n, held == 0, "the chip does not empty when all ports are down");
    net_free_frames(n);
    for (unsigned i = 0; i < n->ports; i++) {
        weft_partner *partner = n->port[i].partner;
        memset(&n->port[i], 0, sizeof n->port[i]);
        n->port[i].partner = partner;
        net_partner(n, i);
        for (unsigned k = 0; k < WEFT_CNT_HELD_COPIES; k++) n->port[i].base[k] = c[i][k];
    }
    for (unsigned i = 0; i < n->ports; i++) { /* credits and promises off, whatever they were */
        NET_OK(n, weft_port_cbfc_init(n->dev, i, NULL, NULL));
        NET_OK(n, weft_port_set_lossless(n->dev, i, 0));
    }
    net_chip_config(n);
    for (unsigned i = 0; i < n->ports; i++) net_port_up(n, i);
    for (unsigned i = 0; i < n->ports; i++) NET_OK(n, weft_port_clear_status(n->dev, i, NULL));
    NET_OK(n, weft_chip_clear_errors(n->dev, WEFT_CHIP_ERR_ALL));
    NET_OK(n, weft_intr_clear(n->dev, WEFT_INTR_ALL));
    n->want_errors = 0;
}

/* The next good frame passes: on every port, into and out of, in every VC. */
static inline void net_probe(net *n, const char *what)
{
    for (unsigned i = 0; i < n->ports; i++)
        for (unsigned v = 0; v < n->geo.vcs; v++) {
            unsigned dst = (i + 1 + v + net_below(n, n->ports)) % n->ports;
            if ((n->port[i].allow >> dst & 1) == 0 || !n->port[i].up || !n->port[dst].up) continue;
            size_t bytes = net_below(n, 3) == 0 ? 64 + net_below(n, 4000) : 64 + net_below(n, 80);
            NET_EXPECT(n, net_send(n, i, weft_accel_mac(dst), v, bytes), "%s: queue", what);
        }
    NET_EXPECT(n, net_settle(n, 60000), "%s: good frames do not pass (%llu outstanding)", what,
               (unsigned long long)n->expected);
}

/* ---------------------------------------------------------------- background traffic ------- */

/* Every port of `sources` keeps its wire full: to the port `distance` further, or to any (0). */
typedef struct {
    uint64_t sources;
    unsigned distance;
    uint64_t avoid; /* ports that get nothing */
    unsigned big;   /* one frame in so many is up to 9216 bytes; 0: none */
    unsigned vcs;   /* used, from 0 on */
} net_load;

static inline void net_load_feed(net *n, void *ctx)
{
    const net_load *l = ctx;
    for (unsigned i = 0; i < n->ports; i++) {
        if ((l->sources >> i & 1) == 0) continue;
        for (unsigned v = 0; v < l->vcs; v++) {
            if (weft_partner_backlog(n->port[i].partner, v) >= 2) continue;
            unsigned dst = (i + l->distance) % n->ports;
            if (l->distance == 0) dst = net_below(n, n->ports);
            if ((l->avoid >> dst & 1) != 0) continue;
            size_t bytes = 64 + net_below(n, 200);
            if (l->big != 0 && net_below(n, l->big) == 0) bytes = 64 + net_below(n, 9153);
            net_send(n, i, weft_accel_mac(dst), v, bytes);
        }
    }
}
static inline void net_set_load(net *n, net_load *l)
{
    n->feed = l ? net_load_feed : NULL;
    n->feed_ctx = l;
}

/* ---------------------------------------------------------------- main --------------------- */

static inline bool net_long(void)
{
    const char *s = getenv("WEFT_LONG");
    return s && strcmp(s, "1") == 0;
}
static inline uint64_t net_seed(void)
{
    const char *s = getenv("SEED");
    return s && *s ? strtoull(s, NULL, 0) : 1;
}
static inline int net_result(unsigned failures, const char *test)
{
    if (failures == 0) {
        printf("ok\n");
        return 0;
    }
    printf("%u failures; repeat: SEED=%llu tests/run.sh system/%s\n", failures,
           (unsigned long long)net_seed(), test);
    return 1;
}

#endif
