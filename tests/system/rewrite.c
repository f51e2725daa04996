/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * rewrite.c: what the whole switch changes in frames, and that it changes nothing else. Frames of
 * IPv4, IPv6 and ESUN, with and without a tag, go through a parser program made for them; each that
 * comes out is compared byte by byte with the frame that went in, rewritten by the reference of the
 * benches; the invariant CRC of RoCEv2 (InfiniBand annex A17), which masks what a router may
 * change, must still be right. Then marking under congestion, and trimming under an incast that
 * would overflow.
 *
 * test-config: p8m32
 * test-timeout: 300
 */
#include "../../tb/pop_ref.h"
#include "../../tb/rewrite_ref.h"
#include "endpoint/partner.h"
#include "system.h"
#include "weft/counters.h"
#include "weft/proto.h"
#include "weft/reasons.h"
#include "weft/weft.h"
#include "weft_sim.h"

enum { PORTS = 8, FRAMES = 1 << 16, LONGEST = 1600 };
enum { BULK = 0, LOSSLESS = 1, CUT = 2 }; /* virtual channels */
enum { DSCP_TRIM = 10, DSCP_CUT = 12, DSCP_REMARK = 46 };
enum { TRIM_IP4 = 36, TRIM_IP6 = 56, ROCE = 8 + 12 + 4 };

typedef struct {
    uint16_t len;
    uint8_t mode, off, dst, vc;
    bool trimmable, sent, seen, icrc;
    uint8_t data[LONGEST];
} record;

typedef struct {
    tally t;
    weft_sim *sim;
    weft_bus *bus;
    weft_device *dev;
    weft_frame_pool pool;
    weft_partner *port[PORTS];
    struct pop_config pop[PORTS];
    int remark[PORTS]; /* of VC BULK */
    record *frame;     /* by number, which is in the source address */
    unsigned made;
    uint64_t rng, seen, marked, trimmed, popped, icrcs;
    bool marks, trims; /* marked and trimmed frames are to be expected */
} net;

#define DO(N, EXPR) expect(&(N)->t, (EXPR) == WEFT_OK, "line %d: %s", __LINE__, #EXPR)

static uint64_t rnd(net *n)
{
    n->rng ^= n->rng << 13;
    n->rng ^= n->rng >> 7;
    return n->rng ^= n->rng << 17;
}

/* ---------------------------------------------------------------- frames ------------------- */

/* Where the 4 bytes of the invariant CRC stand; it covers what is before, with `masked` as ones. */
static uint32_t icrc_of(const record *r, const uint8_t *packet, size_t bytes)
{
    uint8_t m[8 + LONGEST];
    memset(m, 0xff, 8);
    memcpy(m + 8, packet, bytes - 4);
    uint8_t *h = m + 8, *udp = h + (r->mode == WEFT_RW_IP4 ? 20 : 40);
    if (r->mode == WEFT_RW_IP4) {
        h[1] = h[8] = h[10] = h[11] = 0xff; /* TOS, TTL, checksum */
    } else {
        h[0] |= 0x0f; /* traffic class and flow label */
        h[1] = h[2] = h[3] = h[7] = 0xff;
    }
    udp[6] = udp[7] = udp[12] = 0xff; /* UDP checksum, reserved byte of the BTH */
    return weft_crc32(0, m, 8 + bytes - 4);
}

/* A frame of `len` bytes without FCS; tag 0..3 or none. NULL: it does not fit. */
static record *make(net *n, unsigned src, unsigned dst, unsigned mode, unsigned tag, unsigned len,
                    unsigned ttl, unsigned dscp)
{
    static const uint16_t tpid[4] = {0x8100, 0x88a8, 0x9900, 0xccdd};
    static const uint16_t type[4] = {0, WEFT_ESUN_TYPE, 0x0800, 0x86dd};
    static const unsigned least[4] = {0, 4, 20, 40};
    unsigned at = 12;
    record *r = &n->frame[n->made];
    memset(r, 0, offsetof(record, data));
    for (unsigned k = 0; k < len; k++) r->data[k] = (uint8_t)rnd(n);
    uint64_t to = weft_accel_mac(dst);
    for (unsigned k = 0; k < 6; k++) r->data[k] = (uint8_t)(to >> (40 - 8 * k));
    r->data[6] = 2;
    r->data[7] = (uint8_t)src;
    weft_put32(r->data + 8, n->made);
    if (tag < 4) {
        put16(r->data + at, tpid[tag]);
        at += tag == 3 ? 8 : 4;
    }
    put16(r->data + at, type[mode]);
    at += 2;
    if (len < at + least[mode] || n->made == FRAMES - 1) return NULL;
    uint8_t *h = r->data + at;
    unsigned left = len - at;
    r->len = (uint16_t)len;
    r->mode = (uint8_t)mode;
    r->off = (uint8_t)at;
    r->dst = (uint8_t)dst;
    r->vc = BULK;
    r->trimmable = dscp == DSCP_TRIM;
    r->icrc = mode != WEFT_RW_ESUN && left >= least[mode] + ROCE;
    if (mode == WEFT_RW_ESUN) {
        h[0] = (uint8_t)((h[0] & 0xe3) | LOSSLESS << 2);
        h[3] = (uint8_t)((h[3] & 0x0f) | (ttl & 15) << 4);
        r->vc = LOSSLESS;
        r->trimmable = false;
    } else if (mode == WEFT_RW_IP4) {
        h[0] = 0x45;
        h[1] = (uint8_t)(dscp << 2 | (h[1] & 3));
        put16(h + 2, left);
        h[8] = (uint8_t)ttl;
        set_checksum(h);
    } else {
        h[0] = (uint8_t)(0x60 | dscp >> 2);
        h[1] = (uint8_t)((dscp & 3) << 6 | (h[1] & 0x3f));
        put16(h + 4, left - 40);
        h[7] = (uint8_t)ttl;
    }
    if (r->icrc) weft_put32(h + left - 4, icrc_of(r, h, left));
    return r;
}

static bool ecn_capable(const record *r)
{
    const uint8_t *h = r->data + r->off;
    unsigned byte = r->mode == WEFT_RW_ESUN ? h[0] : r->mode == WEFT_RW_IP4 ? h[1] : h[1] >> 4;
    return (byte & 3) != 0;
}

/* The frame as it must come out. Returns its length. */
static unsigned wanted(const net *n, const record *r, bool mark, bool cut, uint8_t *out)
{
    unsigned trim = r->off + (r->mode == WEFT_RW_IP4 ? TRIM_IP4 : TRIM_IP6);
    unsigned len = !cut ? r->len : trim < 60 ? 60 : trim;
    int dscp = cut ? DSCP_CUT : r->vc == BULK ? n->remark[r->dst] : WEFT_DSCP_KEEP;
    struct rewrite w = {.active = true,
                        .mark = mark,
                        .remark = dscp != WEFT_DSCP_KEEP,
                        .cut = cut,
                        .mode = r->mode,
                        .off = r->off,
                        .dscp = dscp < 0 ? 0 : (unsigned)dscp,
                        .cut_at = trim};
    uint8_t first[64];
    memcpy(w.cell, r->data, 64);
    rewrite_ref(&w, first);
    memcpy(out, r->data, len);
    memcpy(out, first, len < 64 ? len : 64);
    return pop_frame(&n->pop[r->dst], out, len, pop_bytes(&n->pop[r->dst], out));
}

static void arrived(void *ctx, weft_partner *p, const weft_rx_frame *f, unsigned vc)
{
    net *n = ctx;
    (void)vc;
    unsigned id = f->len >= 12 ? (unsigned)weft_get32(f->data + 8) : FRAMES;
    record *r = id < n->made ? &n->frame[id] : NULL;
    expect(&n->t, r && r->sent && !r->seen && r->dst == weft_partner_port(p) && f->fcs_ok,
           "port %u: frame %u is not to be here", weft_partner_port(p), id);
    if (!r) return;
    uint8_t want[LONGEST];
    r->seen = true;
    n->seen++;
    for (unsigned how = 0; how < 4; how++) {
        bool mark = how & 1, cut = how & 2;
        if ((mark && (!n->marks || !ecn_capable(r))) || (cut && (!n->trims || !r->trimmable)))
            continue;
        unsigned len = wanted(n, r, mark, cut, want);
        if (len != f->len || memcmp(want, f->data, len)) continue;
        /* ECN 11 before is 11 behind, marked or not. */
        wanted(n, r, false, cut, want);
        n->marked += memcmp(want, f->data, len) != 0;
        n->trimmed += cut;
        unsigned tag = pop_bytes(&n->pop[r->dst], r->data);
        n->popped += tag != 0;
        if (!cut && r->icrc) {
            const uint8_t *h = f->data + r->off - tag;
            unsigned bytes = r->len - r->off;
            expect(&n->t, weft_get32(h + bytes - 4) == icrc_of(r, h, bytes), "frame %u: ICRC", id);
            n->icrcs++;
        }
        return;
    }
    expect(&n->t, false, "frame %u, mode %u at %u, %u bytes: %u bytes came, not as expected", id,
           r->mode, r->off, r->len, (unsigned)f->len);
}

/* ---------------------------------------------------------------- bring-up ----------------- */

static void step(void *ctx)
{
    net *n = ctx;
    uint64_t cycle = weft_sim_cycle(n->sim);
    unsigned mii = weft_sim_get_geometry(n->sim).mii_bytes;
    for (unsigned p = 0; p < PORTS; p++)
        weft_partner_tx(n->port[p], cycle, weft_sim_rx_data(n->sim) + (size_t)p * mii,
                        weft_sim_rx_ctrl(n->sim) + p);
    weft_sim_step(n->sim);
    for (unsigned p = 0; p < PORTS; p++)
        weft_partner_rx(n->port[p], cycle + 1, weft_sim_tx_data(n->sim) + (size_t)p * mii,
                        weft_sim_tx_ctrl(n->sim) + p);
}

static void run(net *n, unsigned cycles)
{
    while (cycles-- > 0) step(n);
}

enum { ROW_ETH = 0, ROW_TAG = 1, ROW_WIDE = 2, ROW_ESUN = 3, ROW_IP4 = 4, ROW_IP6 = 5 };

static unsigned entries[WEFT_PP_STAGES];
static weft_pp_entry *entry(weft_parse_program *p, unsigned stage, unsigned row, unsigned value,
                            unsigned mask, unsigned verdict)
{
    weft_pp_entry *e = &p->entry[stage][entries[stage]++];
    *e = (weft_pp_entry){.value = value << 16,
                         .mask = mask << 16,
                         .valid = 1,
                         .row = (uint8_t)row,
                         .verdict = (uint8_t)verdict};
    return e;
}

static void next(weft_parse_program *p, unsigned stage, unsigned row, unsigned type, unsigned to,
                 unsigned adv)
{
    weft_pp_entry *e = entry(p, stage, row, type, 0xffff, WEFT_PP_NEXT);
    e->next = (uint8_t)to;
    e->adv = (uint8_t)adv;
}

static void payloads(weft_parse_program *p, unsigned stage, unsigned row, unsigned adv)
{
    next(p, stage, row, WEFT_ESUN_TYPE, ROW_ESUN, adv);
    next(p, stage, row, 0x0800, ROW_IP4, adv);
    next(p, stage, row, 0x86dd, ROW_IP6, adv);
}

static void headers(weft_parse_program *p, unsigned stage)
{
    weft_pp_row *r = p->row[stage];
    r[ROW_ESUN] =
        (weft_pp_row){.need = 4,
                      .proto = 1,
                      .op = {{WEFT_SLOT_CLASS, 0, 1 | 10 << 2}, {WEFT_SLOT_REWRITE, 0, 1}}};
    r[ROW_IP4] = (weft_pp_row){.need = 20,
                               .proto = 2,
                               .op = {{WEFT_SLOT_CLASS, 0, 3 | 2 << 2},
                                      {WEFT_SLOT_REWRITE, 0, WEFT_RW_IP4},
                                      {WEFT_SLOT_TRIM, TRIM_IP4, 0}}};
    r[ROW_IP6] = (weft_pp_row){.need = 40,
                               .proto = 3,
                               .op = {{WEFT_SLOT_CLASS, 0, 3 | 6 << 2},
                                      {WEFT_SLOT_REWRITE, 0, WEFT_RW_IP6},
                                      {WEFT_SLOT_TRIM, TRIM_IP6, 0}}};
    entry(p, stage, ROW_ESUN, 0, 0, WEFT_PP_ACCEPT);
    entry(p, stage, ROW_IP4, 0x4500 | DSCP_TRIM << 2, 0xfffc, WEFT_PP_ACCEPT)->flags =
        WEFT_PP_TRIMMABLE;
    entry(p, stage, ROW_IP4, 0x4500, 0xff00, WEFT_PP_ACCEPT);
    entry(p, stage, ROW_IP6, 0x6000 | DSCP_TRIM << 6, 0xffc0, WEFT_PP_ACCEPT)->flags =
        WEFT_PP_TRIMMABLE;
    entry(p, stage, ROW_IP6, 0x6000, 0xf000, WEFT_PP_ACCEPT);
}

static void program(net *n)
{
    static weft_parse_program p;
    p.row[0][ROW_ETH] =
        (weft_pp_row){.need = 14,
                      .look_a = 12,
                      .op = {{WEFT_SLOT_DST, 0, WEFT_KEY_MAC}, {WEFT_SLOT_SRC, 6, WEFT_KEY_MAC}}};
    p.row[1][ROW_TAG] = (weft_pp_row){.need = 4, .look_a = 2};
    p.row[1][ROW_WIDE] = (weft_pp_row){.need = 8, .look_a = 6};
    next(&p, 0, ROW_ETH, 0x8100, ROW_TAG, 14);
    next(&p, 0, ROW_ETH, 0x88a8, ROW_TAG, 14);
    next(&p, 0, ROW_ETH, 0x9900, ROW_TAG, 14);
    next(&p, 0, ROW_ETH, 0xccdd, ROW_WIDE, 14);
    entry(&p, 0, ROW_ETH, WEFT_TYPE_MAC_CONTROL, 0xffff, WEFT_PP_CONTROL);
    payloads(&p, 0, ROW_ETH, 14);
    payloads(&p, 1, ROW_TAG, 4);
    payloads(&p, 1, ROW_WIDE, 8);
    headers(&p, 1);
    headers(&p, 2);
    DO(n, weft_parser_load(n->dev, 0xff, &p, 7));
}

/* Lossless VC with credits both ways, best effort on the others. */
static void bring_up(net *n, unsigned port)
{
    weft_port_config c = {.ipg = 1, .min_frame = 64, .ctlos_spacing = 2048, .mac = 0x020000000100};
    weft_vc_map map = {.cos = {0, 1, 0, 0, 0, 0, 0, 0}};
    weft_partition share;
    weft_partition_request req = {
        .credit_shift = 6, .lossless_mask = 1u << LOSSLESS, .weight = {1, 1, 1}};
    weft_cbfc_tx tx = {.credit_shift = 6, .vc_mask = req.lossless_mask, .limit = {0, 1024}};
    DO(n, weft_port_set_config(n->dev, port, &c));
    DO(n, weft_port_set_vc_map(n->dev, port, &map));
    DO(n, weft_port_set_allow(n->dev, port, 0xff));
    DO(n, weft_port_apply_partition(n->dev, port, &req, 8192, 64, &tx, &share));
    DO(n, weft_port_enable(n->dev, port));
    weft_partner_config pc;
    weft_partner_get_config(n->port[port], &pc);
    pc.ipg = 1;
    pc.cbfc_tx = pc.cbfc_rx = true;
    pc.lossless_mask = 1u << LOSSLESS;
    pc.credit_shift = 6;
    pc.drain_percent = 100;
    pc.ctlos_spacing = 2048;
    pc.cf_period = 8192;
    pc.tx_limit[LOSSLESS] = share.credit_limit[LOSSLESS];
    pc.rx_limit[LOSSLESS] = 1024;
    expect(&n->t, weft_partner_set_config(n->port[port], &pc) == 0, "port %u: partner", port);
}

static void chip(net *n, unsigned ecn)
{
    weft_chip_config c;
    DO(n, weft_chip_get_config(n->dev, &c));
    c.id_prefix = WEFT_ACCEL_PREFIX;
    c.id_mask = 0xffffffff;
    c.cut_through = true;
    c.ct_margin = 2;
    c.ct_threshold = 8;
    c.egress_high = 32;
    c.ecn_threshold[BULK] = ecn;
    DO(n, weft_chip_set_config(n->dev, &c));
}

/* Every port another mixture of tags, padding and remark. */
static void settings(net *n, unsigned port)
{
    static const unsigned pops[PORTS] = {0, 15, 15, 8, 1, 6, 9, 4};
    n->pop[port] = (struct pop_config){pops[port], {0x8100, 0x88a8, 0x9900, 0xccdd}, port != 2};
    n->remark[port] = port % 2 ? DSCP_REMARK : WEFT_DSCP_KEEP;
    weft_pop_config pop = {.ctag = pops[port] & 1,
                           .stag = pops[port] & 2,
                           .csig_compact = pops[port] & 4,
                           .csig_wide = pops[port] & 8,
                           .pad = port != 2,
                           .ctag_tpid = 0x8100,
                           .stag_tpid = 0x88a8,
                           .csig_compact_tpid = 0x9900,
                           .csig_wide_tpid = 0xccdd};
    DO(n, weft_port_pop(n->dev, port, &pop));
    DO(n, weft_port_remark(n->dev, port, BULK, n->remark[port]));
    DO(n, weft_port_trim_dscp(n->dev, port, DSCP_CUT));
}

static bool open_net(net *n)
{
    weft_sim_options so = {1, NULL};
    weft_partner_classes classes = {.esun_type = WEFT_ESUN_TYPE, .cos_vc = {0, 1}};
    weft_partner_hooks hooks = {n, NULL, NULL, arrived};
    weft_frame_pool_init(&n->pool);
    n->rng = 88172645463325252ull;
    n->frame = calloc(FRAMES, sizeof *n->frame);
    n->sim = weft_sim_open(&so);
    if (!n->sim || !n->frame || weft_sim_get_geometry(n->sim).ports != PORTS) return false;
    for (unsigned p = 0; p < PORTS; p++) {
        n->port[p] = weft_partner_new(p, weft_sim_get_geometry(n->sim).mii_bytes, weft_accel_mac(p),
                                      &n->pool, &hooks);
        if (!n->port[p]) return false;
        weft_partner_set_classes(n->port[p], &classes);
    }
    n->bus = weft_bus_model_open(n->sim, step, n);
    if (!n->bus || weft_open(n->bus, &n->dev) != WEFT_OK) return false;
    program(n);
    DO(n, weft_route_wait_ready(n->dev));
    chip(n, 0);
    for (unsigned p = 0; p < PORTS; p++) {
        DO(n, weft_id_add(n->dev, p, (weft_route){false, p}));
        settings(n, p);
        bring_up(n, p);
    }
    return true;
}

static void close_net(net *n)
{
    weft_close(n->dev);
    weft_bus_close(n->bus);
    for (unsigned p = 0; p < PORTS; p++) weft_partner_free(n->port[p]);
    weft_frame_pool_free(&n->pool);
    weft_sim_close(n->sim);
    free(n->frame);
}

/* ---------------------------------------------------------------- parts -------------------- */

static void send(net *n, unsigned src, record *r)
{
    if (!r) return;
    while (weft_partner_send(n->port[src], r->vc, r->data, r->len, 0) != 0) step(n);
    r->sent = true;
    n->made++;
}

static void settle(net *n)
{
    for (unsigned c = 0, quiet = 0; c < 400000 && quiet < 3000; c++) {
        step(n);
        quiet++;
        for (unsigned p = 0; p < PORTS; p++)
            if (!weft_partner_empty(n->port[p])) quiet = 0;
    }
}

static uint64_t counted(net *n, unsigned counter)
{
    uint64_t sum = 0, v;
    DO(n, weft_counters_snapshot(n->dev, NULL));
    for (unsigned p = 0; p < PORTS; p++) {
        DO(n, weft_counter_read(n->dev, p, counter, &v));
        sum += v;
    }
    return sum;
}

/* Nobody is lost: what was sent has come, or is counted as dropped. */
static void check(net *n, const char *what, uint64_t dropped)
{
    uint64_t out = counted(n, WEFT_CNT_IF_OUT_FRAMES);
    printf("  %-10s %u sent, %llu came: %llu marked, %llu trimmed, %llu popped, %llu ICRCs right\n",
           what, n->made, (unsigned long long)n->seen, (unsigned long long)n->marked,
           (unsigned long long)n->trimmed, (unsigned long long)n->popped,
           (unsigned long long)n->icrcs);
    expect(&n->t, n->seen + dropped == n->made, "%s: %u sent, %llu came, %llu dropped", what,
           n->made, (unsigned long long)n->seen, (unsigned long long)dropped);
    expect(&n->t, out == n->seen, "%s: %llu counted", what, (unsigned long long)out);
    expect(&n->t, counted(n, WEFT_CNT_TAGS_POPPED) == n->popped, "%s: tags", what);
    expect(&n->t, counted(n, WEFT_CNT_ECN_MARKED) >= n->marked, "%s: marks", what);
    expect(&n->t, counted(n, WEFT_CNT_TRIM_PACKETS) == n->trimmed, "%s: trimmed", what);
    for (unsigned p = 0; p < PORTS; p++) {
        weft_port_status s;
        weft_partner_credits credits;
        DO(n, weft_port_get_status(n->dev, p, &s));
        expect(&n->t, !s.underrun && !s.credit_error && !s.internal_error && !s.lossless_overflow,
               "%s: port %u: status", what, p);
        weft_partner_get_credits(n->port[p], &credits);
        expect(&n->t, credits.r_cc[LOSSLESS] == credits.r_cf[LOSSLESS], "%s: port %u: credits",
               what, p);
    }
}

/* Every size, tag, header and TTL; frames with TTL 0 and 1 go no further. */
static uint64_t sizes(net *n)
{
    static const unsigned ttls[4] = {255, 2, 1, 0};
    uint64_t spent = 0;
    for (unsigned len = 60; len <= 1514; len += len < 196 ? 1 : 31)
        for (unsigned tag = 0; tag < 5; tag++)
            for (unsigned mode = WEFT_RW_ESUN; mode <= WEFT_RW_IP6; mode++)
                for (unsigned k = 0; k < 6; k++) {
                    unsigned src = (unsigned)rnd(n) % PORTS;
                    unsigned dst = (src + 1 + (unsigned)rnd(n) % (PORTS - 1)) % PORTS;
                    unsigned ttl = k < 4 ? ttls[k] : 2 + (unsigned)rnd(n) % 14;
                    record *r = make(n, src, dst, mode, tag, len, ttl, (unsigned)rnd(n) % 64);
                    /* The partner finds the class of service behind VLAN tags only. */
                    if (r && mode == WEFT_RW_ESUN && (tag == 2 || tag == 3) &&
                        pop_bytes(&n->pop[dst], r->data) == 0)
                        continue;
                    if (r && ttl < 2) spent++;
                    send(n, src, r);
                }
    settle(n);
    return spent;
}

/* Incast to port 0 from ports 1 to `senders`, and a lossless frame elsewhere now and then. */
static void incast(net *n, unsigned senders, unsigned frames, unsigned dscp)
{
    for (unsigned k = 0; k < frames; k++)
        for (unsigned src = 1; src <= senders; src++) {
            unsigned mode = rnd(n) & 1 ? WEFT_RW_IP4 : WEFT_RW_IP6, tag = (unsigned)rnd(n) % 8;
            send(n, src, make(n, src, 0, mode, tag, 60 + (unsigned)rnd(n) % 1455, 64, dscp));
            if (k % 4 == 0)
                send(n, src, make(n, src, src % senders + 1, WEFT_RW_ESUN, tag & 1, 300, 8, 0));
        }
    settle(n);
}

int main(void)
{
    static net n;
    if (!open_net(&n)) return 1;
    run(&n, 200);
    uint64_t spent = sizes(&n);
    expect(&n.t, n.popped > 1000 && n.icrcs > 1000 && spent > 1000, "sizes: too few");
    expect(&n.t, counted(&n, WEFT_CNT_IN_DROP + WEFT_DROP_TTL) == spent, "drops for TTL");
    expect(&n.t, n.marked == 0 && n.trimmed == 0, "marked or trimmed without being told");
    check(&n, "sizes", spent);

    n.marks = true;
    chip(&n, 40);
    incast(&n, 6, 400, 20);
    uint64_t lost = counted(&n, WEFT_CNT_IN_DROP + WEFT_DROP_BUFFER);
    expect(&n.t, n.marked > 100, "incast: %llu marked", (unsigned long long)n.marked);
    check(&n, "marking", spent + lost);

    /* Two to one overflows without trimming, and not with it. */
    incast(&n, 2, 2000, DSCP_TRIM);
    uint64_t more = counted(&n, WEFT_CNT_IN_DROP + WEFT_DROP_BUFFER);
    expect(&n.t, more > lost + 100, "without trimming: %llu dropped",
           (unsigned long long)(more - lost));
    check(&n, "overflow", spent + more);
    n.trims = true;
    for (unsigned p = 0; p < PORTS; p++) DO(&n, weft_port_trim(n.dev, p, BULK, 200, CUT));
    incast(&n, 2, 2000, DSCP_TRIM);
    uint64_t all = counted(&n, WEFT_CNT_IN_DROP + WEFT_DROP_BUFFER);
    expect(&n.t, n.trimmed > 1000, "incast: %llu trimmed", (unsigned long long)n.trimmed);
    expect(&n.t, all == more, "trimming: %llu dropped", (unsigned long long)(all - more));
    check(&n, "trimming", spent + all);
    for (unsigned k = 0; k < n.made; k++)
        expect(&n.t,
               n.frame[k].seen || n.frame[k].vc != LOSSLESS ||
                   (n.frame[k].data[n.frame[k].off + 3] >> 4) < 2,
               "lossless frame %u did not come", k);
    close_net(&n);
    return verdict_of(&n.t);
}
