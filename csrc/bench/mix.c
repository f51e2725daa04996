/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * mix.c: see mix.h. A frame ends with {port from, port to, number}: from these and its length all
 * of it can be made again.
 */
#include "bench/mix.h"

#include <string.h>

#include "endpoint/hop.h"
#include "endpoint/partner.h"
#include "tool/tool.h"
#include "weft/programs.h"
#include "weft/proto.h"
#include "weft/proto_ip.h"
#include "weft/weft.h"

#define TRAILER   6u
#define MAC(port) (0x02AA00000000ull | (port)) /* in front of Ethernet and IP */
#define NUMBER(p) (0x0A570001u + (p))          /* IPv4 address, and the 32-bit identifiers */
#define ECT0      2u
#define TAG       1u

/* Writes the headers of a frame of len bytes and returns how many. */
typedef size_t (*builder)(unsigned from, unsigned to, unsigned vc, size_t len, uint8_t *f);

typedef struct {
    const char *name, *program;
    builder build;
    weft_hop hop;
    bool classes; /* frames say their VC, else all are on VC 0 */
} protocol;

/* ---------------------------------------------------------------- headers ------------------- */
static size_t ethernet_of_type(unsigned from, unsigned to, uint16_t type, uint8_t *f)
{
    weft_put48(f, MAC(to));
    weft_put48(f + 6, MAC(from));
    weft_put16(f + 12, type);
    return 14;
}

static size_t ethernet(unsigned from, unsigned to, unsigned vc, size_t len, uint8_t *f)
{
    (void)vc;
    (void)len;
    return ethernet_of_type(from, to, WEFT_TYPE_MEMORY, f);
}

static size_t esun(unsigned from, unsigned to, unsigned vc, size_t len, uint8_t *f)
{
    (void)len;
    weft_put48(f, weft_accel_mac(to));
    weft_put48(f + 6, weft_accel_mac(from));
    weft_put16(f + 12, WEFT_ESUN_TYPE);
    f[14] = (uint8_t)(0x20u | vc << 2 | ECT0); /* flow label valid */
    weft_put16(f + 15, (uint16_t)(from << 8 | to));
    f[17] = 8u << 4; /* TTL */
    return 18;
}

static uint8_t dscp_byte(unsigned vc) { return (uint8_t)(vc << 5 | ECT0); }

/* Low nibble 2 of the first byte: what stands here are no MAC addresses. */
static size_t afh12(unsigned from, unsigned to, unsigned vc, size_t len, uint8_t *f)
{
    (void)len;
    memset(f, 0, 22);
    f[0] = 0x02;
    weft_put32(f + 2, NUMBER(to));
    f[6] = dscp_byte(vc);
    weft_put32(f + 8, NUMBER(from));
    weft_put16(f + 12, WEFT_TYPE_MEMORY);
    weft_put16(f + 14, (uint16_t)from); /* reliability header: data, of this accelerator */
    return 22;
}

static size_t ufh16(unsigned from, unsigned to, unsigned vc, size_t len, uint8_t *f)
{
    (void)len;
    memset(f, 0, 14);
    f[0] = 0x02;
    weft_put16(f + 2, (uint16_t)(from << 8 | to)); /* entropy */
    weft_put16(f + 4, (uint16_t)to);
    f[6] = dscp_byte(vc);
    weft_put16(f + 10, (uint16_t)from);
    weft_put16(f + 12, WEFT_TYPE_MEMORY);
    return 14;
}

static size_t ufh32(unsigned from, unsigned to, unsigned vc, size_t len, uint8_t *f)
{
    (void)len;
    memset(f, 0, 14);
    f[0] = 0x02;
    f[1] = (uint8_t)(from * 16 + to); /* entropy */
    weft_put32(f + 2, NUMBER(to));
    f[7] = dscp_byte(vc);
    weft_put32(f + 8, NUMBER(from));
    weft_put16(f + 12, WEFT_TYPE_MEMORY);
    return 14;
}

static size_t ip4(unsigned from, unsigned to, unsigned vc, size_t len, uint8_t next, uint8_t *f)
{
    weft_ip ip = {
        .tos = dscp_byte(vc), .ttl = 64, .protocol = next, .payload = (uint16_t)(len - 34)};
    weft_put32(ip.src, NUMBER(from));
    weft_put32(ip.dst, NUMBER(to));
    ethernet_of_type(from, to, WEFT_TYPE_IPV4, f);
    return 14 + weft_ip_build(&ip, f + 14);
}

static size_t udp(unsigned from, unsigned to, unsigned vc, size_t len, uint16_t port, uint8_t *f)
{
    const weft_udp u = {
        .src = (uint16_t)(0xC000u | from << 6 | to), .dst = port, .payload = (uint16_t)(len - 42)};
    ip4(from, to, vc, len, WEFT_PROTO_UDP, f);
    return 34 + weft_udp_build(&u, NULL, f + 34);
}

/* First word of a ROD request that carries data: in order. */
static size_t pds(uint8_t *f)
{
    weft_put32(f, 3u << 27 | 1u << 23);
    return 4;
}

static size_t uet(unsigned from, unsigned to, unsigned vc, size_t len, uint8_t *f)
{
    udp(from, to, vc, len, 4793, f);
    return 42 + pds(f + 42);
}

static size_t uet_native(unsigned from, unsigned to, unsigned vc, size_t len, uint8_t *f)
{
    ip4(from, to, vc, len, 253, f);
    weft_put32(f + 34, 0xC000u | from << 6 | to); /* entropy header */
    return 38 + pds(f + 38);
}

static size_t rocev2(unsigned from, unsigned to, unsigned vc, size_t len, uint8_t *f)
{
    udp(from, to, vc, len, 4791, f);
    uint8_t *bth = f + 42;
    memset(bth, 0, 12);
    bth[0] = 0x0A; /* RC RDMA WRITE ONLY */
    weft_put16(bth + 2, 0xFFFF);
    weft_put32(bth + 4, from);
    return 54;
}

static const protocol protocols[WEFT_MIX_PROTOCOLS] = {
    {"ethernet", "ethernet", ethernet, {WEFT_RW_NONE, 0}, false},
    {"esun", "esun", esun, {WEFT_RW_ESUN, 14}, true},
    {"afh12", "afh12", afh12, {WEFT_RW_NONE, 0}, true},
    {"ufh16", "ufh16", ufh16, {WEFT_RW_NONE, 0}, true},
    {"ufh32", "ufh32", ufh32, {WEFT_RW_NONE, 0}, true},
    {"uet", "uet", uet, {WEFT_RW_IP4, 14}, true},
    {"uet native", "uet", uet_native, {WEFT_RW_IP4, 14}, true},
    {"rocev2", "rocev2", rocev2, {WEFT_RW_IP4, 14}, true},
};

const char *weft_mix_name(unsigned protocol) { return protocols[protocol].name; }
static const protocol *spoken(unsigned port) { return &protocols[port % WEFT_MIX_PROTOCOLS]; }

/* ---------------------------------------------------------------- frames -------------------- */
static unsigned vc_of(const weft_mix *m, unsigned from, uint32_t number)
{
    return spoken(from)->classes ? number % m->vcs : 0;
}

unsigned weft_mix_vc(const weft_mix *m, unsigned from, unsigned to)
{
    return vc_of(m, from, m->next_sent[from][to]);
}

static void build(const weft_mix *m, unsigned from, unsigned to, uint32_t number, size_t len,
                  uint8_t *f)
{
    const size_t head = spoken(from)->build(from, to, vc_of(m, from, number), len, f);
    memcpy(f + head, m->pattern + number * 2654435761u % WEFT_MIX_PATTERN, len - head - TRAILER);
    f[len - 6] = (uint8_t)from;
    f[len - 5] = (uint8_t)to;
    weft_put32(f + len - 4, number);
}

bool weft_mix_send(weft_mix *m, unsigned from, unsigned to, unsigned bytes)
{
    uint8_t f[2048];
    const size_t len = bytes - 4;
    const unsigned vc = weft_mix_vc(m, from, to);
    build(m, from, to, m->next_sent[from][to], len, f);
    const uint64_t now = weft_world_cycle(m->w);
    if (weft_partner_send(weft_world_partner(m->w, from), vc, f, len, now) != 0) return false;
    m->next_sent[from][to]++;
    m->sent++;
    return true;
}

static void on_frame(void *ctx, const weft_rx_frame *r)
{
    const weft_mix_port *at = ctx;
    weft_mix *m = at->m;
    uint8_t want[2048];
    m->last_out = r->first_cycle;
    const uint8_t *end = r->data + r->len;
    if (!r->fcs_ok || r->len < 60 || r->len > 1514 || end[-6] >= m->ports || end[-5] != at->port) {
        m->wrong++;
        return;
    }
    const unsigned from = end[-6];
    const uint32_t number = weft_get32(end - 4);
    build(m, from, at->port, number, r->len, want);
    if (!weft_hop_same(want, r->data, r->len, spoken(from)->hop, true)) {
        m->wrong++;
        return;
    }
    uint32_t *due = &m->next_due[from][at->port][vc_of(m, from, number)];
    if (number == *due)
        m->got++;
    else
        m->disordered++;
    *due = number + (spoken(from)->classes ? m->vcs : 1);
}

void weft_mix_drain(weft_mix *m, unsigned most)
{
    for (; most > 0 && m->got + m->wrong + m->disordered < m->sent; most--) weft_world_step(m->w);
}

/* ---------------------------------------------------------------- bring-up ------------------ */
/* What the parser finds as the source of this port's frames. */
static uint64_t source_of(unsigned port)
{
    const protocol *p = spoken(port);
    if (p->build == ethernet) return MAC(port);
    if (p->build == esun) return weft_accel_mac(port);
    return p->build == ufh16 ? port : NUMBER(port);
}

static weft_status set_up(weft_mix *m)
{
    struct weft_device *d = weft_world_device(m->w);
    for (unsigned p = 0; p < m->ports; p++) {
        const weft_route to = {.group = false, .dest = p};
        weft_parse_program program;
        weft_parse_program_unpack(weft_program_words(spoken(p)->program), &program);
        weft_status s = weft_parser_load(d, 1ull << p, &program, TAG);
        if (s == WEFT_OK) s = weft_mac_add(d, MAC(p), to); /* identifiers are there already */
        if (s == WEFT_OK) s = weft_ip4_add(d, NUMBER(p), 32, to);
        if (s == WEFT_OK) s = weft_port_set_source(d, p, 0, source_of(p), 0xFFFFFFFFFFFFull);
        if (s != WEFT_OK) return s;
    }
    return WEFT_OK;
}

int weft_mix_open(weft_mix *m, weft_bench *b, uint64_t key)
{
    const uint64_t seed = weft_mix64(weft_bench_seed(b) << 32 | key);
    const weft_world_options wo = {
        .seed = seed, .profile = "esun", .ipg = 1, .memory_bytes = 1u << 20, .min_frame = 64};
    char err[512] = "";
    memset(m, 0, sizeof *m);
    m->b = b;
    weft_rng_seed(&m->rng, seed);
    m->w = weft_world_open(&wo, err, sizeof err);
    if (!m->w) return weft_bench_complain(WEFT_EXIT_FAULT, "%s", err);
    m->ports = weft_bench_geometry(b).ports;
    m->vcs = weft_bench_geometry(b).vcs;
    const weft_status s = set_up(m);
    if (s != WEFT_OK)
        return weft_bench_complain(WEFT_EXIT_FAULT, "bring-up: %s", weft_status_name(s));
    for (size_t i = 0; i < sizeof m->pattern; i++) m->pattern[i] = (uint8_t)weft_rng_next(&m->rng);
    for (unsigned p = 0; p < m->ports; p++) {
        m->hook[p] = (weft_mix_port){m, p};
        weft_world_on_frame(m->w, p, on_frame, &m->hook[p]);
        for (unsigned q = 0; q < m->ports; q++)
            for (unsigned v = 0; v < m->vcs; v++) m->next_due[p][q][v] = v;
    }
    return 0;
}

void weft_mix_close(weft_mix *m)
{
    weft_world_close(m->w);
    m->w = NULL;
}
