/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * bad_net.h: the switch with a link partner on each wire and the oracle beside it, without a world
 * around them, so that a test may put any word on any wire and reset the chip at any time.
 */
#ifndef WEFT_TESTS_BAD_NET_H
#define WEFT_TESTS_BAD_NET_H
#include "bad_oracle.h"
#include "weft/programs.h"

/* ---------------------------------------------------------------- stepping ----------------- */

static inline void net_step(net *n)
{
    uint64_t cycle = weft_sim_cycle(n->sim);
    uint8_t *rx = weft_sim_rx_data(n->sim);
    uint64_t *ctrl = weft_sim_rx_ctrl(n->sim);
    const uint8_t *tx = weft_sim_tx_data(n->sim);
    const uint64_t *tx_ctrl = weft_sim_tx_ctrl(n->sim);
    if (n->feed) n->feed(n, n->feed_ctx);
    for (unsigned i = 0; i < n->ports; i++) {
        weft_partner_tx(n->port[i].partner, cycle, rx + (size_t)i * n->mii, ctrl + i);
        net_watch(n, i, rx + (size_t)i * n->mii, ctrl[i]);
    }
    weft_sim_step(n->sim);
    cycle = weft_sim_cycle(n->sim);
    for (unsigned i = 0; i < n->ports; i++)
        weft_partner_rx(n->port[i].partner, cycle, tx + (size_t)i * n->mii, tx_ctrl + i);
}

static inline void net_tick(void *ctx) { net_step(ctx); }

static inline void net_run(net *n, uint64_t cycles)
{
    while (cycles-- > 0) net_step(n);
}

/* ---------------------------------------------------------------- frames ------------------- */

/* A frame of frame_bytes (incl. FCS) in `out` (NET_WIRE bytes); returns its length without FCS. */
static inline size_t net_frame_to(net *n, unsigned src, uint64_t dst_mac, unsigned vc,
                                  size_t frame_bytes, uint8_t *out)
{
    weft_header h = {.dst = dst_mac,
                     .src = weft_accel_mac(src),
                     .esun = true,
                     .cos = (uint8_t)vc,
                     .ttl = 8,
                     .type = WEFT_ESUN_TYPE};
    size_t len = frame_bytes - 4, at = weft_header_build(&h, out);
    uint64_t x = net_random(n) | 1;
    for (size_t i = at; i < len; i++) {
        if ((i & 7) == 0) x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        out[i] = (uint8_t)(x >> (8 * (i & 7)));
    }
    if (len >= at + 4) weft_put32(out + at, (uint32_t)n->frames_made);
    n->frames_made++;
    return len;
}

/* Queues one good frame at the partner of src. False: its queue is full. */
static inline bool net_send(net *n, unsigned src, uint64_t dst_mac, unsigned vc, size_t frame_bytes)
{
    uint8_t data[NET_WIRE];
    size_t len = net_frame_to(n, src, dst_mac, vc, frame_bytes, data);
    return weft_partner_send(n->port[src].partner, vc, data, len, 0) == 0;
}

/* Words for the wire, made one after the other. */
typedef struct {
    uint8_t data[65536], ctrl[8192];
    size_t words;
} net_raw;

static inline void net_raw_word(net_raw *r, uint64_t data, unsigned ctrl)
{
    if (r->words == 8192) return;
    for (unsigned i = 0; i < 8; i++) r->data[8 * r->words + i] = (uint8_t)(data >> (8 * i));
    r->ctrl[r->words++] = (uint8_t)ctrl;
}
static inline void net_raw_idle(net_raw *r, unsigned words)
{
    while (words-- > 0) net_raw_word(r, 0x0707070707070707ull, 0xFF);
}
#define NET_START 0xD5555555555555FBull
/* Start word, `bytes` of content (FCS included), and T when `end`. */
static inline void net_raw_content(net_raw *r, uint64_t start, const uint8_t *content, size_t bytes,
                                   bool end)
{
    net_raw_word(r, start, 1);
    for (size_t at = 0; at < bytes || (end && at == bytes); at += 8) {
        uint64_t w = 0x0707070707070707ull;
        unsigned ctrl = 0xFF, k = 0;
        for (; k < 8 && at + k < bytes; k++) {
            w = (w & ~(0xFFull << 8 * k)) | (uint64_t)content[at + k] << 8 * k;
            ctrl &= ~(1u << k);
        }
        if (k < 8 && end) w = (w & ~(0xFFull << 8 * k)) | 0xFDull << 8 * k;
        net_raw_word(r, w, ctrl);
        if (k < 8) break;
    }
}
/* The same with a right FCS behind `len` bytes; `fcs` is XORed to it. */
static inline void net_raw_frame(net_raw *r, const uint8_t *data, size_t len, uint32_t fcs)
{
    uint8_t content[NET_WIRE + 8];
    uint32_t crc = weft_crc32(0, data, len) ^ fcs;
    memcpy(content, data, len);
    for (unsigned i = 0; i < 4; i++) content[len + i] = (uint8_t)(crc >> (8 * i));
    net_raw_content(r, NET_START, content, len + 4, true);
}
static inline void net_raw_send(net *n, unsigned port, net_raw *r)
{
    NET_EXPECT(n, weft_partner_send_raw(n->port[port].partner, r->data, r->ctrl, r->words) == 0,
               "out of memory");
    r->words = 0;
}

/* ---------------------------------------------------------------- bring-up ----------------- */

static inline void net_free_frames(net *n)
{
    for (size_t i = 0; i < (size_t)n->ports * n->ports * NET_VCS; i++)
        while (n->queue[i].head) net_pop(n, &n->queue[i]);
}

static inline void net_partner(net *n, unsigned port)
{
    weft_partner_hooks hooks = {n, NULL, NULL, net_arrived};
    weft_partner_classes classes = {.esun_type = WEFT_ESUN_TYPE};
    net_port *p = &n->port[port];
    weft_partner_free(p->partner);
    p->partner = weft_partner_new(port, n->mii, weft_accel_mac(port), &n->pool, &hooks);
    for (unsigned i = 0; i < 8; i++)
        classes.cos_vc[i] = classes.pcp_vc[i] = (uint8_t)(i % n->geo.vcs);
    weft_partner_set_classes(p->partner, &classes);
}

static inline bool net_open(net *n, uint64_t seed)
{
    weft_sim_options so = {seed, NULL};
    memset(n, 0, sizeof *n);
    n->seed = seed;
    n->rng = seed * 0x2545F4914F6CDD1Dull + 77;
    n->min_frame = 64;
    weft_frame_pool_init(&n->pool);
    n->sim = weft_sim_open(&so);
    if (!n->sim) return false;
    weft_sim_geometry g = weft_sim_get_geometry(n->sim);
    n->ports = g.ports;
    n->mii = g.mii_bytes;
    n->geo.vcs = g.vcs;
    n->port = calloc(n->ports, sizeof *n->port);
    n->queue = calloc((size_t)n->ports * n->ports * NET_VCS, sizeof *n->queue);
    n->bus = weft_bus_model_open(n->sim, net_tick, n);
    if (!n->port || !n->queue || !n->bus) return false;
    for (unsigned i = 0; i < n->ports; i++) {
        n->port[i].src_check = true;
        n->port[i].min_frame = 64;
        net_partner(n, i);
        if (!n->port[i].partner) return false;
    }
    NET_OK(n, weft_open(n->bus, &n->dev));
    if (!n->dev) return false;
    NET_OK(n, weft_get_geometry(n->dev, &n->geo));
    return true;
}

static inline void net_close(net *n)
{
    net_free_frames(n);
    weft_close(n->dev);
    weft_bus_close(n->bus);
    for (unsigned i = 0; i < n->ports; i++) weft_partner_free(n->port[i].partner);
    weft_frame_pool_free(&n->pool);
    weft_sim_close(n->sim);
    free(n->port);
    free(n->queue);
}

/* Brings one port up, credits included; it must be down. */
static inline void net_port_up(net *n, unsigned port)
{
    net_port *p = &n->port[port];
    weft_port_config c;
    weft_vc_map map;
    weft_partition share;
    weft_partner_config pc;
    weft_partition_request req = {.credit_shift = 6};
    weft_cbfc_tx tx = {.credit_shift = 6, .cc_period = n->cc_period};
    memset(&share, 0, sizeof share);
    memset(&c, 0, sizeof c);
    c.ipg = 1;
    c.min_frame = n->min_frame;
    c.ctlos_spacing = 2048;
    c.src_check = true;
    c.mac = 0x02574546F000ull + port;
    NET_OK(n, weft_port_set_config(n->dev, port, &c));
    memset(&map, 0, sizeof map);
    for (unsigned i = 0; i < 8; i++)
        map.cos[i] = map.pcp_dei[2 * i] = map.pcp_dei[2 * i + 1] = (uint8_t)(i % n->geo.vcs);
    NET_OK(n, weft_port_set_vc_map(n->dev, port, &map));
    p->allow = n->ports >= 64 ? ~0ull : (1ull << n->ports) - 1;
    NET_OK(n, weft_port_set_allow(n->dev, port, p->allow));
    NET_OK(n, weft_port_set_source(n->dev, port, 0, weft_accel_mac(port), 0xFFFFFFFFFFFFull));
    for (unsigned s = 1; s < WEFT_SRC_SLOTS; s++)
        NET_OK(n, weft_port_clear_source(n->dev, port, s));
    for (unsigned v = 0; v < n->geo.vcs; v++) {
        req.weight[v] = 1;
        tx.limit[v] = NET_EGRESS;
        if (n->lossless) req.lossless_mask |= 1u << v;
    }
    tx.vc_mask = req.lossless_mask;
    NET_OK(n, weft_port_apply_partition(n->dev, port, &req, n->cf_period, 2048 / n->mii,
                                        n->lossless ? &tx : NULL, &share));
    p->src_check = true;
    p->bad_map = false;
    p->min_frame = n->min_frame;
    p->up = true;
    NET_OK(n, weft_port_enable(n->dev, port));
    weft_partner_get_config(p->partner, &pc);
    pc.ipg = 1;
    pc.cbfc_tx = pc.cbfc_rx = n->lossless;
    pc.lossless_mask = (uint8_t)req.lossless_mask;
    pc.credit_shift = 6;
    pc.credit_overhead = 0;
    pc.drain_percent = 100;
    pc.ctlos_spacing = 2048;
    pc.cc_period = n->cc_period;
    pc.cf_period = n->cf_period;
    for (unsigned v = 0; v < n->geo.vcs; v++) {
        p->credits[v] = pc.tx_limit[v] = share.credit_limit[v];
        pc.rx_limit[v] = NET_EGRESS;
    }
    NET_EXPECT(n, weft_partner_set_config(p->partner, &pc) == 0, "port %u: partner", port);
}

static inline void net_chip_config(net *n)
{
    weft_chip_config c;
    memset(&c, 0, sizeof c);
    c.max_frame = NET_MAX_FRAME;
    c.id_prefix = WEFT_ACCEL_PREFIX;
    c.id_mask = 0xFFFFFFFFu;
    c.cut_through = !n->store_and_forward;
    /* One ordered set in 2048 bytes, five in the largest frame, each 8 bytes late. */
    c.ct_margin = (8 * 5 + n->mii - 1) / n->mii;
    c.ct_threshold = 8;
    c.egress_high = 32;
    NET_OK(n, weft_chip_set_config(n->dev, &c));
}

static inline void net_program(net *n)
{
    weft_parse_program program;
    weft_parse_program_unpack(weft_program_words("esun"), &program);
    uint64_t all = n->ports >= 64 ? ~0ull : (1ull << n->ports) - 1;
    NET_OK(n, weft_parser_load(n->dev, all, &program, 1));
}

static inline void net_up(net *n)
{
    net_program(n);
    NET_OK(n, weft_route_wait_ready(n->dev));
    net_chip_config(n);
    for (unsigned i = 0; i < n->ports; i++) {
        weft_route to = {false, i};
        NET_OK(n, weft_id_add(n->dev, i, to));
        n->id_valid[i] = 1;
        n->id_mask[i] = 1ull << i;
    }
    for (unsigned i = 0; i < n->ports; i++) net_port_up(n, i);
}

static inline void net_group(net *n, unsigned group, uint64_t members)
{
    weft_route to = {true, group};
    NET_OK(n, weft_group_set(n->dev, group, members));
    NET_OK(n, weft_mac_add(n->dev, weft_group_mac(group), to));
    n->group_mask[group] = members;
    n->group_valid[group] = 1;
}

/* The whole chip, from whatever it does; the oracle and the wires start anew. */
static inline void net_reset(net *n, unsigned cycles)
{
    weft_sim_set_reset(n->sim, true);
    for (unsigned i = 0; i < cycles; i++) weft_sim_step(n->sim);
    weft_sim_set_reset(n->sim, false);
    net_free_frames(n);
    n->last_arrival = 0;
    memset(n->id_valid, 0, sizeof n->id_valid);
    memset(n->group_valid, 0, sizeof n->group_valid);
    for (unsigned i = 0; i < n->ports; i++) {
        weft_partner *partner = n->port[i].partner;
        memset(&n->port[i], 0, sizeof n->port[i]);
        n->port[i].partner = partner;
        net_partner(n, i);
    }
    weft_close(n->dev);
    n->dev = NULL;
    weft_bus_close(n->bus);
    memset(weft_sim_get_axil(n->sim), 0, sizeof(weft_sim_axil));
    n->bus = weft_bus_model_open(n->sim, net_tick, n);
    NET_OK(n, weft_open(n->bus, &n->dev));
}

#endif
