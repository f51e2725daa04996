/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * bad_config: settings that change under full load. What is changed does the old or the new, never
 * both and never anything else; traffic of everything unchanged notices nothing: no frame of it is
 * lost, reordered or altered, and no counter or identity is wrong.
 *
 * test-config: p8m32
 * test-timeout: 120
 */
#include "bad_check.h"

#define WANDERERS 16u /* identifiers NET_WANDER.. whose route changes all the time */

/* Frames to wandering identifiers: each is numbered by its source. */
typedef struct {
    uint32_t sent[NET_PORTS];
    uint32_t last[NET_PORTS][NET_PORTS][NET_VCS]; /* by source, port where it came out, VC; + 1 */
    uint64_t arrived;
    uint8_t *seen; /* one bit for each number of each source */
} wander_state;
#define NUMBERS 262144u

static void wandered(net *n, unsigned port, const weft_rx_frame *f, void *ctx)
{
    wander_state *w = ctx;
    unsigned src = (unsigned)(weft_get48(f->data + 6) & 0x3FFu), id, vc;
    weft_header h;
    size_t at = weft_header_parse(f->data, f->len, WEFT_ESUN_TYPE, &h);
    uint32_t number = weft_get32(f->data + at);
    id = (unsigned)(h.dst & 0x3FFu);
    vc = h.cos;
    if (at == 0 || src >= n->ports || id >= NET_WANDER + WANDERERS || vc >= NET_VCS ||
        number >= w->sent[src]) {
        net_fail(n, "port %u: a frame that nobody sent", port);
        return;
    }
    /* The route of identifier k leads to one of two ports, or nowhere. */
    unsigned k = id - NET_WANDER;
    NET_EXPECT(n, port == k % n->ports || port == (k + 3) % n->ports,
               "port %u: identifier %u never led there", port, id);
    uint8_t *bit = &w->seen[(src * NUMBERS + number) / 8];
    NET_EXPECT(n, (*bit >> number % 8 & 1) == 0, "frame %u of port %u came twice", number, src);
    *bit |= (uint8_t)(1u << number % 8);
    NET_EXPECT(n, number + 1 > w->last[src][port][vc], "frame %u of port %u is late", number, src);
    w->last[src][port][vc] = number + 1;
    w->arrived++;
}

typedef struct {
    net_load load;
    wander_state *wander;
    bool groups;
} mixture;

static void mixture_feed(net *n, void *ctx)
{
    mixture *m = ctx;
    net_load_feed(n, &m->load);
    unsigned src = net_below(n, n->ports), vc = net_below(n, n->geo.vcs);
    if (weft_partner_backlog(n->port[src].partner, vc) >= 4) return;
    if (m->wander && net_below(n, 8) == 0 && m->wander->sent[src] < NUMBERS) {
        uint8_t data[NET_WIRE];
        weft_header h;
        size_t len = net_frame_to(n, src, weft_accel_mac(NET_WANDER + net_below(n, WANDERERS)), vc,
                                  64 + net_below(n, 300), data);
        size_t at = weft_header_parse(data, len, WEFT_ESUN_TYPE, &h);
        weft_put32(data + at, m->wander->sent[src]);
        if (weft_partner_send(n->port[src].partner, vc, data, len, 0) == 0) m->wander->sent[src]++;
    }
    if (m->groups && net_below(n, 100) == 0)
        net_send(n, src, weft_group_mac(1 + net_below(n, 2)), vc, 64 + net_below(n, 300));
}

static void finish(net *n, const char *what)
{
    n->feed = NULL;
    NET_EXPECT(n, net_settle(n, 200000), "%s: %llu frames do not come out", what,
               (unsigned long long)n->expected);
    net_probe(n, what);
    net_check(n, what);
    printf("%-28s cycle %llu, %u failures\n", what, (unsigned long long)weft_sim_cycle(n->sim),
           n->failures);
}

/* Routes, tables and groups. */
static void routes(net *n, unsigned changes)
{
    static wander_state w;
    mixture m = {.load = {.sources = ~0ull, .distance = 1, .big = 30, .vcs = n->geo.vcs},
                 .wander = &w,
                 .groups = true};
    w.seen = calloc((size_t)n->ports * NUMBERS / 8, 1);
    if (!w.seen) {
        net_fail(n, "out of memory");
        return;
    }
    net_group(n, 1, 0x0F);
    net_group(n, 2, (1ull << n->ports) - 1);
    n->wanderer = wandered;
    n->wanderer_ctx = &w;
    n->feed = mixture_feed;
    n->feed_ctx = &m;
    for (unsigned c = 0; c < changes; c++) {
        unsigned k = net_below(n, WANDERERS), id = NET_WANDER + k;
        weft_route to = {false, net_below(n, 2) ? k % n->ports : (k + 3) % n->ports};
        weft_status s = WEFT_OK;
        switch (net_below(n, 8)) {
        case 0: s = weft_id_remove(n->dev, id); break;
        case 1: { /* unused addresses come and go, entries of the table move for them */
            uint64_t mac = net_random(n) & 0x3FFu;
            s = weft_mac_add(n->dev, 0x060000000000ull | mac << 17 | mac, to);
            break;
        }
        case 2: s = weft_mac_remove(n->dev, 0x060000000000ull | (net_random(n) & 0x3FFu)); break;
        case 3: s = weft_group_set(n->dev, 40 + net_below(n, 20), 1 + net_below(n, 200)); break;
        default: s = weft_id_add(n->dev, id, to); break;
        }
        NET_EXPECT(n, s == WEFT_OK || s == WEFT_ERR_NOT_FOUND || s == WEFT_ERR_FULL, "route: %s",
                   weft_status_name(s));
        if (c % 100 == 99) net_check_identities(n, "routes");
    }
    finish(n, "routes");
    /* Each wandering frame arrived once or had no route. */
    static net_counts all;
    uint64_t none = 0, sent = 0;
    net_read_counts(n, all);
    for (unsigned i = 0; i < n->ports; i++) {
        none += all[i][WEFT_CNT_IN_DROP + WEFT_DROP_NO_ROUTE];
        sent += w.sent[i];
    }
    NET_EXPECT(n, sent == w.arrived + none, "%llu frames to changing routes, %llu + %llu",
               (unsigned long long)sent, (unsigned long long)w.arrived, (unsigned long long)none);
    NET_EXPECT(n, w.arrived > 0 && none > 0, "the changes met no traffic");
    printf("%llu frames to changing routes: %llu arrived, %llu without a route\n",
           (unsigned long long)sent, (unsigned long long)w.arrived, (unsigned long long)none);
    free(w.seen);
    n->wanderer = NULL;
}

/* Settings that change the way of frames through the chip, not where they go. */
static void manners(net *n, unsigned changes)
{
    mixture m = {.load = {.sources = ~0ull, .distance = 2, .big = 15, .vcs = n->geo.vcs},
                 .groups = true};
    n->feed = mixture_feed;
    n->feed_ctx = &m;
    for (unsigned c = 0; c < changes; c++) {
        weft_chip_config chip;
        weft_port_config port;
        unsigned i = net_below(n, n->ports);
        if (c % 16 == 0) m.load.distance = net_below(n, n->ports);
        NET_OK(n, weft_chip_get_config(n->dev, &chip));
        NET_OK(n, weft_port_get_config(n->dev, i, &port));
        switch (net_below(n, 6)) {
        case 0: chip.cut_through = !chip.cut_through; break;
        case 1: chip.ct_margin = 2 + net_below(n, 14); break;
        case 2: chip.ct_threshold = net_below(n, 16); break;
        case 3: chip.egress_high = net_below(n, 256); break;
        case 4: chip.ecn_threshold[net_below(n, n->geo.vcs)] = net_below(n, 200); break;
        default:
            port.ipg = 1 + net_below(n, 12);
            port.ctlos_spacing = 2048 + net_below(n, 4000);
            port.mac = 0x02574546F100ull + net_below(n, 100);
            break;
        }
        NET_OK(n, weft_chip_set_config(n->dev, &chip));
        NET_OK(n, weft_port_set_config(n->dev, i, &port));
        net_run(n, net_below(n, 100));
        if (c % 50 == 49) net_check_identities(n, "manners");
    }
    net_chip_config(n);
    finish(n, "cut-through, gaps, marks");
}

/* Who may send what to whom, for one port; the others do not notice. */
static void permissions(net *n, unsigned changes)
{
    mixture m = {.load = {.sources = ~0ull, .vcs = n->geo.vcs}, .groups = false};
    unsigned one = net_below(n, n->ports);
    n->port[one].loose = true;
    n->feed = mixture_feed;
    n->feed_ctx = &m;
    for (unsigned c = 0; c < changes; c++) {
        if (net_below(n, 2) == 0)
            NET_OK(n, weft_port_set_allow(n->dev, one, net_random(n) & ((1ull << n->ports) - 1)));
        else if (net_below(n, 2) == 0)
            NET_OK(n, weft_port_clear_source(n->dev, one, 0));
        else
            NET_OK(n, weft_port_set_source(n->dev, one, 0, weft_accel_mac(one), 0xFFFFFFFFFFFFull));
        net_run(n, net_below(n, 100));
        if (c % 50 == 49) net_check_identities(n, "permissions");
    }
    NET_OK(n, weft_port_set_source(n->dev, one, 0, weft_accel_mac(one), 0xFFFFFFFFFFFFull));
    NET_OK(n, weft_port_set_allow(n->dev, one, (1ull << n->ports) - 1));
    uint64_t kept = n->port[one].drop[WEFT_DROP_DENIED] + n->port[one].drop[WEFT_DROP_SOURCE];
    finish(n, "permissions of one port");
    /* What of its frames did not come out was refused for one of the two reasons. */
    static net_counts all;
    net_read_counts(n, all);
    uint64_t refused = all[one][WEFT_CNT_IN_DROP + WEFT_DROP_DENIED] +
                       all[one][WEFT_CNT_IN_DROP + WEFT_DROP_SOURCE] - kept;
    uint64_t missing = n->expected;
    for (unsigned i = 0; i < n->ports; i++) missing += n->port[i].skipped;
    NET_EXPECT(n, missing == refused && refused > 0, "%llu frames missing, %llu refused",
               (unsigned long long)missing, (unsigned long long)refused);
    printf("%llu frames of port %u refused\n", (unsigned long long)refused, one);
    net_restart(n);
}

/* Buffer shares of one port, best effort: it drops and counts; the others do not notice. */
static void shares(net *n, unsigned changes)
{
    net_load load = {.sources = ~0ull, .distance = 3, .big = 10, .vcs = n->geo.vcs};
    unsigned one = net_below(n, n->ports);
    n->port[one].lossy = true;
    net_set_load(n, &load);
    for (unsigned c = 0; c < changes; c++) {
        static const unsigned cells[] = {0, 1, 2, 20, 143, 144, 145, 300, 1024};
        NET_OK(n, weft_port_set_vc_limit(n->dev, one, net_below(n, n->geo.vcs),
                                         cells[net_below(n, 9)]));
        if (c % 10 == 0)
            load.distance = net_below(n, n->ports); /* contention, so that cells stay */
        net_run(n, 60 + net_below(n, 100));
        if (c % 50 == 49) net_check_identities(n, "shares");
        load.distance = 3;
    }
    for (unsigned v = 0; v < n->geo.vcs; v++)
        NET_OK(n, weft_port_set_vc_limit(n->dev, one, v, n->geo.buf_cells / n->geo.vcs));
    finish(n, "buffer shares of one port");
    static net_counts all;
    net_read_counts(n, all);
    uint64_t dropped = all[one][WEFT_CNT_IN_DROP + WEFT_DROP_BUFFER];
    NET_EXPECT(n, dropped > 0, "the limits met no traffic");
    printf("%llu frames of port %u dropped for want of buffer\n", (unsigned long long)dropped, one);
}

int main(void)
{
    static net n;
    unsigned f = net_long() ? 10 : 1, failures;
    printf("bad_config: seed %llu\n", (unsigned long long)net_seed());
    if (!net_open(&n, net_seed())) return 1;
    n.lossless = true;
    n.cc_period = 5000;
    n.cf_period = 2000;
    net_up(&n);
    routes(&n, 600 * f);
    net_restart(&n);
    manners(&n, 300 * f);
    permissions(&n, 200 * f);
    failures = n.failures;
    net_close(&n);

    if (!net_open(&n, net_seed() + 1)) return 1;
    net_up(&n);
    shares(&n, 200 * f);
    failures += n.failures;
    net_close(&n);
    return net_result(failures, "bad_config");
}
