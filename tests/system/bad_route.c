/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * bad_route: well-formed frames that may not pass, or that point to nowhere: each is counted once
 * under the first reason that holds, and comes out nowhere.
 *
 * test-config: p8m32 p4m16
 * test-timeout: 120
 */
#include "bad_check.h"

static net_raw raw;

/* One raw frame with this header and frame_bytes in all; `fcs` is XORed to the right FCS. */
static void put(net *n, const weft_header *h, size_t frame_bytes, uint32_t fcs)
{
    uint8_t data[NET_WIRE];
    size_t at = weft_header_build(h, data), len = frame_bytes - 4;
    for (; at < len; at++) data[at] = (uint8_t)net_random(n);
    net_raw_frame(&raw, data, len, fcs);
}

/* Sends what is in `raw` and a good frame behind it; the wire and the chip must agree that exactly
 * `count` frames were dropped for `reason` and none for another. */
static void directed(net *n, unsigned port, const char *what, unsigned reason, uint64_t count)
{
    net_port *p = &n->port[port];
    uint64_t before[WEFT_DROP_REASONS];
    memcpy(before, p->drop, sizeof before);
    net_raw_send(n, port, &raw);
    NET_EXPECT(n, net_settle(n, 20000), "%s: not settled", what);
    for (unsigned r = 1; r < WEFT_DROP_REASONS; r++)
        NET_EXPECT(n, p->drop[r] - before[r] == (r == reason ? count : 0),
                   "%s: port %u: the wire carried %llu %s", what, port,
                   (unsigned long long)(p->drop[r] - before[r]), weft_drop_reason_name(r));
    net_check(n, what);
}

static weft_header header(const net *n, unsigned port, unsigned distance)
{
    weft_header h = {.dst = weft_accel_mac((port + distance) % n->ports),
                     .src = weft_accel_mac(port),
                     .esun = true,
                     .ttl = 8,
                     .type = WEFT_ESUN_TYPE};
    return h;
}

static void destinations(net *n, unsigned port)
{
    static const uint64_t nowhere[] = {0xFFFFFFFFFFFFull,       0,
                                       0x0180C2000001ull,       0x0180C2000000ull,
                                       0x025745460000ull + 511, 0x025745450001ull,
                                       0x035745460000ull + 63,  0x123456789ABCull};
    weft_header h = header(n, port, 1);
    for (unsigned i = 0; i < sizeof nowhere / sizeof *nowhere; i++) {
        h.dst = nowhere[i];
        put(n, &h, 64 + 30 * i, 0);
    }
    directed(n, port, "unknown destinations", WEFT_DROP_NO_ROUTE, 8);
    h.dst = weft_accel_mac(20);
    put(n, &h, 64, 0);
    directed(n, port, "identifier of an endpoint that does not exist", WEFT_DROP_NO_ROUTE, 1);
    h.dst = weft_group_mac(7);
    put(n, &h, 64, 0);
    put(n, &h, 300, 0);
    directed(n, port, "empty group", WEFT_DROP_DENIED, 2);
    h.dst = weft_group_mac(8);
    put(n, &h, 64, 0);
    directed(n, port, "group of nobody but the sender", port == 0 ? WEFT_DROP_DENIED : 0,
             port == 0 ? 1 : 0);
    for (unsigned k = 0; k < 3; k++) { /* the same with a bad FCS: that is told first */
        h.dst = nowhere[k];
        put(n, &h, 100 + 400 * k, 1);
    }
    directed(n, port, "unknown destination and bad FCS", WEFT_DROP_FCS, 3);
}

static void sources(net *n, unsigned port)
{
    const uint64_t own = weft_accel_mac(port);
    const uint64_t spoofed[] = {weft_accel_mac((port + 1) % n->ports),
                                own ^ 1ull << 47,
                                own ^ 0x400,
                                0,
                                0xFFFFFFFFFFFFull,
                                own ^ 1ull << 40};
    weft_header h = header(n, port, 2);
    for (unsigned i = 0; i < 6; i++) {
        h.src = spoofed[i];
        put(n, &h, 64 + 111 * i, 0);
    }
    directed(n, port, "spoofed sources", WEFT_DROP_SOURCE, 6);
    h.dst = 0x123456789ABCull;
    put(n, &h, 64, 0);
    directed(n, port, "spoofed source to nowhere", WEFT_DROP_NO_ROUTE, 1);
    h = header(n, port, 2);
    NET_OK(n, weft_port_clear_source(n->dev, port, 0));
    put(n, &h, 64, 0);
    n->port[port].src_check = true;
    /* Without a slot nobody may send: the oracle knows only the own address, so it is told. */
    n->port[port].closed = true;
    directed(n, port, "no valid source", WEFT_DROP_SOURCE, 1);
    n->port[port].closed = false;
    NET_OK(n, weft_port_set_source(n->dev, port, 0, own, 0xFFFFFFFFFFFFull));
}

static void denied(net *n, unsigned port)
{
    uint64_t all = n->port[port].allow;
    weft_header h = header(n, port, 1);
    n->port[port].allow = all & ~(1ull << (port + 1) % n->ports);
    NET_OK(n, weft_port_set_allow(n->dev, port, n->port[port].allow));
    put(n, &h, 64, 0);
    put(n, &h, 1000, 0);
    directed(n, port, "denied egress", WEFT_DROP_DENIED, 2);
    h.dst = weft_group_mac(9); /* all ports: a copy to each that is allowed, none to the other */
    put(n, &h, 200, 0);
    directed(n, port, "group with one denied member", WEFT_DROP_NONE, 0);
    n->port[port].allow = 0;
    NET_OK(n, weft_port_set_allow(n->dev, port, 0));
    put(n, &h, 64, 0);
    directed(n, port, "group, all denied", WEFT_DROP_DENIED, 1);
    n->port[port].allow = all;
    NET_OK(n, weft_port_set_allow(n->dev, port, all));
}

static void headers(net *n, unsigned port)
{
    weft_header h = header(n, port, 1);
    for (unsigned tags = 0; tags <= 2; tags++)
        for (unsigned ttl = 0; ttl < 2; ttl++) {
            h.tags = tags;
            h.tpid[0] = WEFT_TYPE_QINQ;
            h.tpid[1] = WEFT_TYPE_VLAN;
            h.ttl = (uint8_t)ttl;
            put(n, &h, 64 + 60 * tags, 0);
        }
    directed(n, port, "TTL 0 and 1", WEFT_DROP_TTL, 6);
    h.ttl = 2;
    put(n, &h, 64, 0);
    directed(n, port, "TTL 2", WEFT_DROP_NONE, 0);
    h.ttl = 0;
    h.dst = 0x123456789ABCull;
    h.src = 0;
    put(n, &h, 64, 0);
    directed(n, port, "TTL 0, spoofed, to nowhere", WEFT_DROP_TTL, 1);

    /* Cut inside its headers a frame is always a runt, also with the smallest minimum. */
    weft_port_config c;
    NET_OK(n, weft_port_get_config(n->dev, port, &c));
    c.min_frame = n->port[port].min_frame = 32;
    NET_OK(n, weft_bus_write32(n->bus, 0x10000 + 0x2000 * port + 0x18, 32));
    h = header(n, port, 1);
    h.tags = 2;
    uint8_t data[64] = {0};
    weft_header_build(&h, data);
    for (size_t len = 10; len < 28; len++) net_raw_frame(&raw, data, len, 0);
    directed(n, port, "cut inside the headers", WEFT_DROP_RUNT, 18);
    for (size_t len = 28; len < 60; len++) {
        h.cos = (uint8_t)(len % n->geo.vcs);
        weft_header_build(&h, data);
        net_raw_frame(&raw, data, len, 0);
    }
    directed(n, port, "smallest frames with all headers", WEFT_DROP_NONE, 0);

    weft_vc_map map;
    NET_OK(n, weft_port_get_vc_map(n->dev, port, &map));
    for (unsigned k = 0; k < 3; k++) /* by hand: the driver refuses it */
        NET_OK(n, weft_bus_write32(n->bus, 0x10000 + 0x2000 * port + 0x70 + 4 * k, 0x77777777u));
    NET_OK(n, weft_bus_write32(n->bus, 0x10000 + 0x2000 * port + 0x7C, 7));
    n->port[port].bad_map = true;
    for (unsigned k = 0; k < 16; k++) {
        h = header(n, port, 1);
        h.tags = k % 3;
        h.tpid[0] = h.tpid[1] = WEFT_TYPE_VLAN;
        h.tci[0] = (uint16_t)(k << 12);
        h.esun = k % 2 == 0;
        h.type = h.esun ? WEFT_ESUN_TYPE : WEFT_TYPE_MEMORY;
        h.cos = (uint8_t)(k % 8);
        put(n, &h, 64 + 25 * k, 0);
    }
    directed(n, port, "VC that is not built", WEFT_DROP_PARSE, 16);
    n->port[port].bad_map = false;
    NET_OK(n, weft_port_set_vc_map(n->dev, port, &map));
}

static void control(net *n, unsigned port)
{
    static const size_t sizes[] = {65, 66, 67, 68, 69, 128, 1500, 9216};
    weft_header h = header(n, port, 1);
    uint8_t cc[NET_WIRE] = {0};
    uint32_t count[WEFT_CC_VCS] = {0};
    h.esun = false;
    h.type = WEFT_TYPE_MAC_CONTROL;
    for (unsigned k = 0; k < 8; k++) { /* to anybody, tagged or not, of any content */
        h.tags = k % 3;
        h.tpid[0] = h.tpid[1] = WEFT_TYPE_VLAN;
        h.dst = k < 4 ? WEFT_PAUSE_MAC : weft_accel_mac(k % n->ports);
        put(n, &h, 64, 0);
    }
    directed(n, port, "MAC control frames without sense", WEFT_DROP_CONTROL, 8);
    weft_cc_update_build(cc, weft_accel_mac(port), 0, count);
    for (unsigned k = 0; k < 8; k++) net_raw_frame(&raw, cc, sizes[k] - 4, 0);
    for (size_t len = 28; len < WEFT_CC_BYTES; len += 7) net_raw_frame(&raw, cc, len, 0);
    directed(n, port, "CC_Updates of a wrong length", WEFT_DROP_CONTROL, 13);
    for (unsigned at = 12; at < 20; at++) {
        cc[at] ^= 0x20; /* in 12 and 13: another EtherType, so no control frame at all */
        net_raw_frame(&raw, cc, WEFT_CC_BYTES, 0);
        cc[at] ^= 0x20;
        if (at == 13) directed(n, port, "nearly MAC control", WEFT_DROP_NO_ROUTE, 2);
    }
    directed(n, port, "CC_Updates with a wrong head", WEFT_DROP_CONTROL, 6);
    net_raw_frame(&raw, cc, WEFT_CC_BYTES, 4);
    directed(n, port, "CC_Update with a bad FCS", WEFT_DROP_FCS, 1);
}

/* Headers with random fields, from a small set of interesting values. */
static void random_headers(net *n, unsigned frames)
{
    static const uint16_t types[] = {WEFT_TYPE_VLAN,        WEFT_TYPE_QINQ, WEFT_ESUN_TYPE,
                                     WEFT_TYPE_MAC_CONTROL, 0x0800,         WEFT_TYPE_MEMORY};
    for (unsigned k = 0; k < frames; k++)
        for (unsigned i = 0; i < n->ports; i++) {
            uint8_t data[NET_WIRE];
            size_t len = 28 + net_below(n, net_below(n, 10) == 0 ? 2000 : 100), at = 12;
            for (size_t b = 0; b < len; b++) data[b] = (uint8_t)net_random(n);
            unsigned pick = net_below(n, 8);
            weft_put48(data, pick < 4   ? weft_accel_mac(net_below(n, n->ports))
                             : pick < 5 ? weft_accel_mac(net_below(n, 2 * n->ports))
                             : pick < 7 ? weft_group_mac(net_below(n, 12))
                                        : net_random(n) & 0xFFFFFFFFFFFFull);
            weft_put48(data + 6, weft_accel_mac(net_below(n, 8) == 0 ? net_below(n, n->ports) : i));
            for (; at < 26; at += 4) {
                unsigned t = net_below(n, 6);
                weft_put16(data + at, types[t]);
                if (t >= 2) break;
            }
            if (weft_get16(data + at) == WEFT_ESUN_TYPE && len > at + 5) {
                data[at + 2] &= 0xFC; /* ECN off: marks are no concern here */
                if (net_below(n, 4) != 0) data[at + 5] |= 0x20;
            }
            net_raw_frame(&raw, data, len, net_below(n, 20) == 0 ? 1 : 0);
            net_raw_send(n, i, &raw);
        }
    NET_EXPECT(n, net_settle(n, 400000), "random headers: not settled");
}

int main(void)
{
    static net n;
    printf("bad_route: seed %llu\n", (unsigned long long)net_seed());
    if (!net_open(&n, net_seed())) return 1;
    net_up(&n);
    /* Entries that lead nowhere: endpoint 20 (by hand, the driver refuses it), empty groups. */
    NET_OK(&n, weft_bus_write32(n.bus, 0x1030, 1u << 11 | 20));
    NET_OK(&n, weft_bus_write32(n.bus, 0x1034, 9 | 20u << 16));
    net_group(&n, 7, 1);
    NET_OK(&n, weft_group_clear(n.dev, 7));
    n.group_mask[7] = 0;
    net_group(&n, 8, 1);
    net_group(&n, 9, (1ull << n.ports) - 1);
    static const struct {
        const char *name;
        void (*run)(net *n, unsigned port);
    } part[] = {{"destinations", destinations},
                {"sources", sources},
                {"denied", denied},
                {"headers", headers},
                {"control", control}};
    for (unsigned k = 0; k < sizeof part / sizeof *part; k++) {
        for (unsigned i = 0; i < n.ports; i++) part[k].run(&n, i);
        net_probe(&n, part[k].name);
        net_check(&n, part[k].name);
        printf("%-14s cycle %llu, %u failures\n", part[k].name,
               (unsigned long long)weft_sim_cycle(n.sim), n.failures);
    }
    random_headers(&n, net_long() ? 30000 : 3000);
    net_probe(&n, "random headers");
    net_check(&n, "random headers");
    unsigned failures = n.failures;
    for (unsigned r = 1; r < WEFT_DROP_REASONS; r++)
        printf("%s %llu  ", weft_drop_reason_name(r), (unsigned long long)n.port[0].drop[r]);
    printf("accepted %llu (port 0)\n", (unsigned long long)n.port[0].accepted);
    net_close(&n);
    return net_result(failures, "bad_route");
}
