/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * bad_neighbour: one link partner misbehaves, or its port is switched off and on, with lossless
 * traffic on all wires. Only its own frames may suffer: traffic between the others loses nothing,
 * keeps its order and 95 % of its rate (law 7), and afterwards the port works again.
 *
 * test-config: p8m32
 * test-timeout: 180
 */
#include "bad_check.h"

#define WINDOW 6000u /* cycles over which rates are compared */

static net_raw raw;
static unsigned bad;  /* the port whose neighbour misbehaves */
static uint64_t fair; /* bytes that the others get in a window when all is well */

/* Others: everybody but `bad` to the next that is not `bad`; and everybody also to `bad` when
 * `to_bad`. */
typedef struct {
    bool to_bad, from_bad;
    unsigned big;
} scene;
static scene now;

static void scene_feed(net *n, void *ctx)
{
    const scene *s = ctx;
    for (unsigned i = 0; i < n->ports; i++) {
        if (i == bad && !s->from_bad) continue;
        for (unsigned v = 0; v < n->geo.vcs; v++) {
            if (weft_partner_backlog(n->port[i].partner, v) >= 2) continue;
            unsigned dst = (i + 1) % n->ports;
            if (dst == bad) dst = (dst + 1) % n->ports;
            if (s->to_bad && v == 3 && i != bad) dst = bad; /* one VC of each aims at it */
            size_t bytes = 64 + net_below(n, 300);
            if (s->big != 0 && net_below(n, s->big) == 0) bytes = 64 + net_below(n, 9153);
            net_send(n, i, weft_accel_mac(dst), v, bytes);
        }
    }
}

static uint64_t victims(const net *n)
{
    uint64_t bytes = 0;
    for (unsigned i = 0; i < n->ports; i++)
        if (i != bad) bytes += n->port[i].delivered_bytes;
    return bytes;
}

/* Bytes that the others get in one window; each cycle `act` may do something. */
static uint64_t rate(net *n, void (*act)(net *n))
{
    uint64_t before;
    net_run(n, 500);
    before = victims(n);
    for (unsigned c = 0; c < WINDOW; c++) {
        if (act) act(n);
        net_step(n);
    }
    return victims(n) - before;
}

/* Starts the traffic and measures what the others get while all is well. */
static void set_scene(net *n, bool to_bad, unsigned big)
{
    now = (scene){to_bad, true, big};
    n->feed = scene_feed;
    n->feed_ctx = &now;
    fair = rate(n, NULL);
}

/* The port's partner stops sending frames and finishes what it has begun. */
static void from_bad_stops(net *n)
{
    now.from_bad = false;
    for (unsigned k = 0; k < 4000 && !weft_partner_empty(n->port[bad].partner); k++) net_step(n);
}

/* The others get their rate, and one snapshot in the middle of it all is consistent. */
static void others(net *n, const char *what, void (*act)(net *n))
{
    uint64_t got = rate(n, act);
    NET_EXPECT(n, got * 100 >= fair * 95, "%s: the others get %llu of %llu bytes", what,
               (unsigned long long)got, (unsigned long long)fair);
    net_check_identities(n, what);
    printf("%-40s others at %5.1f %%, %u failures\n", what, 100.0 * (double)got / (double)fair,
           n->failures);
}

/* Ends a scene: all that may still come comes; errors are those expected; the chip's counters are
 * right; then the link is brought up anew at both ends. */
static void done(net *n, const char *what)
{
    n->feed = NULL;
    NET_EXPECT(n, net_settle(n, 300000), "%s: %llu frames do not come out", what,
               (unsigned long long)n->expected);
    net_check(n, what);
    net_restart(n);
    net_probe(n, what);
    net_check(n, what);
    bad = (bad + 3) % n->ports;
}

/* ---------------------------------------------------------------- wires -------------------- */

static void send_piece(net *n, size_t bytes, unsigned words)
{
    uint8_t data[NET_WIRE];
    net_frame_to(n, bad, weft_accel_mac((bad + 1) % n->ports), 0, bytes, data);
    net_raw_content(&raw, NET_START, data, bytes, true);
    if (raw.words > words) raw.words = words;
}

/* Starts frames and falls silent, again and again: idle, link fault, or the last word for ever. */
static void silent(net *n)
{
    if (!weft_partner_empty(n->port[bad].partner)) return;
    send_piece(n, 9000, 12 + net_below(n, 1000));
    switch (net_below(n, 3)) {
    case 0: net_raw_idle(&raw, 200); break;
    case 1:
        for (unsigned k = 0; k < 100; k++) net_raw_word(&raw, 0x010000000100009Cull, 0x11);
        break;
    default:
        for (unsigned k = 0; k < 1500; k++) net_raw_word(&raw, 0x4242424242424242ull, 0);
        break;
    }
    net_raw_send(n, bad, &raw);
}

/* Words of all kinds, as fast as the wire goes. */
static void babble(net *n)
{
    if (!weft_partner_empty(n->port[bad].partner)) return;
    for (unsigned k = 0; k < 20; k++) {
        if (net_below(n, 3) == 0) send_piece(n, 64 + net_below(n, 1000), 8192);
        for (unsigned d = net_below(n, 10); d > 0; d--)
            net_raw_word(&raw, net_random(n) | 1, net_below(n, 2) ? 0 : net_below(n, 128) << 1);
        if (net_below(n, 4) == 0) net_raw_word(&raw, NET_START, 1);
    }
    net_raw_send(n, bad, &raw);
}

static void wires(net *n)
{
    set_scene(n, false, 0);
    from_bad_stops(n);
    others(n, "silent in mid-frame", silent);
    others(n, "babble", babble);
    net_raw_idle(&raw, 4);
    net_raw_send(n, bad, &raw);
    done(n, "bad wire");
}

/* Ordered sets without end inside a frame that has begun to leave. */
static void flood_all(net *n)
{
    if (!weft_partner_empty(n->port[bad].partner)) return;
    send_piece(n, 4000, 40);
    for (unsigned k = 0; k < 4000; k++) net_raw_word(&raw, 0x77777777770F5Cull, 1);
    net_raw_send(n, bad, &raw);
}

/* Every other word an ordered set: the frame comes at half the rate of the wire. */
static void flood_half(net *n)
{
    uint8_t data[NET_WIRE];
    if (!weft_partner_empty(n->port[bad].partner)) return;
    net_frame_to(n, bad, weft_accel_mac((bad + 1) % n->ports), 0, 2000, data);
    net_raw_word(&raw, NET_START, 1);
    for (unsigned at = 0; at < 1992; at += 8) {
        uint64_t w = 0;
        memcpy(&w, data + at, 8);
        net_raw_word(&raw, w, 0);
        net_raw_word(&raw, 0x77777777770F5Cull, 1);
    }
    net_raw_idle(&raw, 300);
    net_raw_send(n, bad, &raw);
}

static void flood(net *n)
{
    set_scene(n, false, 0);
    from_bad_stops(n);
    others(n, "endless ordered sets in a frame", flood_all);
    others(n, "ordered set at every other word", flood_half);
    net_raw_idle(&raw, 4);
    net_raw_send(n, bad, &raw);
    /* The same towards an egress that is idle, where the frame is cut through. The margin is 8
     * ordered sets (docs/mac.md), so the bad neighbour's own frame is cut off there, counted as
     * UNDERRUN; but it must not hold the egress. */
    n->feed = NULL;
    NET_EXPECT(n, net_settle(n, 60000), "flood: does not drain");
    for (unsigned k = 0; k < 2; k++) {
        unsigned hot = (bad + 1) % n->ports, other = (bad + 2) % n->ports;
        uint64_t had, from, late;
        (k == 0 ? flood_all : flood_half)(n);
        net_run(n, 100);
        had = n->port[hot].delivered;
        from = weft_sim_cycle(n->sim);
        net_send(n, other, weft_accel_mac(hot), 0, 64);
        while (n->port[hot].delivered == had && weft_sim_cycle(n->sim) < from + 5000) net_step(n);
        late = weft_sim_cycle(n->sim) - from;
        NET_EXPECT(n, late < 700, "flood %u: another frame waits for %llu cycles", k,
                   (unsigned long long)late);
        NET_EXPECT(n, net_settle(n, 20000), "flood %u: does not drain", k);
        n->port[hot].want_status = NET_UNDERRUN;
    }
    done(n, "flood of ordered sets");
}

/* ---------------------------------------------------------------- credits ------------------ */

static void set_drain(net *n, unsigned percent)
{
    weft_partner_config pc;
    weft_partner_get_config(n->port[bad].partner, &pc);
    pc.drain_percent = percent;
    NET_EXPECT(n, weft_partner_set_config(n->port[bad].partner, &pc) == 0, "drain");
}

static void no_credits(net *n)
{
    set_scene(n, true, 0);
    set_drain(n, 0);
    net_run(n, 8000);
    others(n, "no credits from the neighbour", NULL);
    set_drain(n, 100);
    done(n, "no credits");
}

/* Good words of ordered sets that free what was never sent, and nonsense. */
static void false_credits_act(net *n)
{
    if (net_below(n, 40) != 0) return;
    weft_cf_update u = {{(uint8_t)net_below(n, 32), (uint8_t)net_below(n, 32)},
                        {(uint16_t)net_below(n, 32768), (uint16_t)net_below(n, 32768)}};
    net_raw_word(&raw, weft_cf_update_build(&u), 1);
    net_raw_word(&raw, (net_random(n) << 16) | 0x105C, 1);
    net_raw_send(n, bad, &raw);
}

static void false_credits(net *n)
{
    set_scene(n, true, 0);
    set_drain(n, 1);
    n->port[bad].false_credits = true;
    others(n, "credits beyond reason", false_credits_act);
    n->port[bad].want_status = NET_CREDIT;
    n->want_errors = WEFT_CHIP_ERR_LINK;
    uint32_t state = 0;
    NET_OK(n, weft_intr_get_state(n->dev, &state));
    NET_EXPECT(n, (state & WEFT_INTR_CREDIT_ERROR) != 0, "credits beyond reason: no interrupt");
    set_drain(n, 100);
    done(n, "credits beyond reason");
}

/* The neighbour forgets its limit, towards an egress that does not drain. */
static void overrun(net *n)
{
    weft_partner_config pc;
    unsigned hot = (bad + 1) % n->ports, stuck = bad;
    uint32_t state = 0;
    weft_partner_get_config(n->port[bad].partner, &pc);
    for (unsigned v = 0; v < n->geo.vcs; v++) pc.tx_limit[v] = 500000;
    NET_EXPECT(n, weft_partner_set_config(n->port[bad].partner, &pc) == 0, "limits");
    NET_OK(n, weft_intr_clear(n->dev, WEFT_INTR_ALL));
    NET_OK(n, weft_intr_set_enable(n->dev, WEFT_INTR_LOSSLESS_OVERFLOW));
    /* Victims: everybody but those two. The hot port's partner gives no credits. */
    n->port[bad].lossy = true;
    set_scene(n, false, 0);
    weft_partner_get_config(n->port[hot].partner, &pc);
    pc.drain_percent = 0;
    NET_EXPECT(n, weft_partner_set_config(n->port[hot].partner, &pc) == 0, "drain");
    uint64_t cycles = 0;
    while (!weft_sim_irq(n->sim) && cycles++ < 40000) net_step(n);
    NET_EXPECT(n, weft_sim_irq(n->sim), "overrun: no interrupt");
    net_run(n, 2000);
    NET_OK(n, weft_intr_get_state(n->dev, &state));
    NET_EXPECT(n, (state & WEFT_INTR_LOSSLESS_OVERFLOW) != 0, "overrun: interrupt %#x", state);
    n->port[stuck].want_status = NET_LOSSLESS;
    net_check_identities(n, "overrun");
    pc.drain_percent = 100;
    NET_EXPECT(n, weft_partner_set_config(n->port[hot].partner, &pc) == 0, "drain");
    n->feed = NULL;
    NET_EXPECT(n, net_settle(n, 300000), "overrun: does not drain");
    static net_counts c;
    net_read_counts(n, c);
    printf("%-40s %llu frames dropped as LOSSLESS, %u failures\n", "credits overrun",
           (unsigned long long)c[stuck][WEFT_CNT_IN_DROP + WEFT_DROP_LOSSLESS], n->failures);
    NET_EXPECT(n, c[stuck][WEFT_CNT_IN_DROP + WEFT_DROP_LOSSLESS] > 0, "overrun: nothing dropped");
    NET_OK(n, weft_intr_set_enable(n->dev, 0));
    done(n, "overrun");
}

/* CC_Updates with a wrong head, and well-formed ones with wrong counts. */
static void false_updates_act(net *n)
{
    uint8_t cc[WEFT_CC_BYTES];
    uint32_t count[WEFT_CC_VCS];
    if (net_below(n, 100) != 0 || !weft_partner_empty(n->port[bad].partner)) return;
    for (unsigned v = 0; v < WEFT_CC_VCS; v++) count[v] = (uint32_t)net_random(n) & 0xFFFFF;
    weft_cc_update_build(cc, weft_accel_mac(bad), net_below(n, 2) * 16, count);
    unsigned at = 14 + net_below(n, 6);
    if (net_below(n, 2) == 0) cc[at] ^= (uint8_t)(4u << net_below(n, 6)); /* 1 stays apart from 2 */
    net_raw_frame(&raw, cc, WEFT_CC_BYTES, net_below(n, 8) == 0);
    net_raw_send(n, bad, &raw);
}

static void false_updates(net *n)
{
    set_scene(n, true, 0);
    from_bad_stops(n); /* its own credits are at stake */
    others(n, "CC_Updates without truth", false_updates_act);
    done(n, "CC_Updates without truth");
}

/* The partner needs no credits any more: what it has queued goes to a port that is down. */
static void no_limit(net *n)
{
    weft_partner_config pc;
    weft_partner_get_config(n->port[bad].partner, &pc);
    pc.cbfc_tx = false;
    NET_EXPECT(n, weft_partner_set_config(n->port[bad].partner, &pc) == 0, "limits");
}

/* ---------------------------------------------------------------- ports -------------------- */

/* The port goes down while frames come in from it. */
static void down_ingress(net *n)
{
    set_scene(n, false, 2);
    net_run(n, 2000);
    n->port[bad].loose = true; /* the cycle of the change is not known outside */
    NET_OK(n, weft_port_disable(n->dev, bad));
    n->port[bad].up = false;
    others(n, "port down, frames coming in", NULL);
    static net_counts c;
    net_read_counts(n, c);
    const uint64_t coding = c[bad][WEFT_CNT_IN_DROP + WEFT_DROP_CODING];
    NET_EXPECT(n,
               coding <= 1 &&
                   net_drops(c[bad]) == coding + c[bad][WEFT_CNT_IN_DROP + WEFT_DROP_CONTROL],
               "port down: %llu drops", (unsigned long long)net_drops(c[bad]));
    no_limit(n);
    done(n, "port down, frames coming in");
}

/* The port goes down while frames go out to it: what has begun is finished, the rest discarded. */
static void down_egress(net *n)
{
    set_scene(n, true, 2);
    net_run(n, 3000);
    n->port[bad].lossy = n->port[bad].loose = true;
    NET_OK(n, weft_port_disable(n->dev, bad));
    n->port[bad].up = false;
    no_limit(n);
    others(n, "port down, frames going out", NULL);
    net_run(n, 20000); /* many times its credits are thrown away meanwhile */
    net_check_identities(n, "port down, frames going out");
    net_check_errors(n, "port down, frames going out");
    done(n, "port down, frames going out");
}

/* Up and down, at random, traffic in both directions. Frames for the port keep coming while it is
 * down, without regard to credits; once it is up, none of them may go out (law 1), and the credits
 * of both ends come to agree again by CC_Updates alone. */
static void flap_act(net *n)
{
    static bool up = true;
    if (net_below(n, 200) != 0) return;
    up = !up;
    NET_OK(n, up ? weft_port_enable(n->dev, bad) : weft_port_disable(n->dev, bad));
}

static void flapping(net *n)
{
    n->port[bad].lossy = n->port[bad].loose = true;
    set_scene(n, true, 4);
    set_drain(n, 40); /* credits are short, so that a frame without them is noticed */
    others(n, "flapping port", flap_act);
    NET_OK(n, weft_port_enable(n->dev, bad));
    others(n, "flapping port, up again", NULL);
    net_check_errors(n, "flapping port");
    set_drain(n, 100);
    n->feed = NULL;
    NET_EXPECT(n, net_settle(n, 300000), "flapping port: does not drain");
    NET_OK(n, weft_port_disable(n->dev, bad));
    n->port[bad].up = false;
    no_limit(n);
    done(n, "flapping port");
}

int main(void)
{
    static net n;
    printf("bad_neighbour: seed %llu\n", (unsigned long long)net_seed());
    if (!net_open(&n, net_seed())) return 1;
    n.lossless = true;
    n.cc_period = 4000;
    n.cf_period = 1000;
    net_up(&n);
    bad = (unsigned)(net_seed() % n.ports);
    for (unsigned r = 0; r < (net_long() ? 8u : 1u) && n.failures == 0; r++) {
        wires(&n);
        flood(&n);
        no_credits(&n);
        false_credits(&n);
        overrun(&n);
        false_updates(&n);
        down_ingress(&n);
        down_egress(&n);
        flapping(&n);
    }
    unsigned failures = n.failures;
    net_close(&n);
    return net_result(failures, "bad_neighbour");
}
