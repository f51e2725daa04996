/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * routing.c: IPv4 and IPv6 prefixes, memory-address ranges, partitions, ECMP groups, on the whole
 * switch with a parser program of the test's own. For every frame the trace must say the drop
 * reason and the destination that a search of plain lists gives, and it must arrive there. A member
 * of a group dies under load: no frame is led to it any more, what stood in its queue is counted,
 * the others get all flows. test-timeout: 300
 */
#include "endpoint/partner.h"
#include "system.h"
#include "traffic/data.h"
#include "weft/proto.h"
#include "weft/reasons.h"
#include "weft/weft.h"

enum { TYPE_IP4 = 0x0800, TYPE_IP6 = 0x86DD, TYPE_MEMORY = 0x88B6, SPRAY_TOS = 0x20 };
enum { QUEUE = 4096, RECORDS = 4096, BYTES = 96 };

typedef struct {
    unsigned fate;
    uint64_t mask;
} verdict;

typedef struct test test;
typedef struct {
    test *t;
    unsigned port;
} hook;

struct test {
    tally *tally;
    weft_world *w;
    weft_device *dev;
    weft_rng rng;
    unsigned ports;
    hook hook[WEFT_MAX_PORTS];
    verdict want[WEFT_MAX_PORTS][QUEUE]; /* of the frames of each port, in order */
    unsigned head[WEFT_MAX_PORTS], tail[WEFT_MAX_PORTS];
    bool ecmp; /* any of the members is right */
    uint64_t sent, copies, got[WEFT_MAX_PORTS], led[WEFT_MAX_PORTS], discarded;
    uint64_t last_led[WEFT_MAX_PORTS]; /* when the parser saw the last frame led to a port */
    uint64_t turns_wrong;
    int last_turn;
};

/* ------------------------------------------------------------------ parser program ---------- */
static void accept(weft_parse_program *p, unsigned index, unsigned row, uint32_t value,
                   uint32_t mask, unsigned flags)
{
    p->entry[1][index] = (weft_pp_entry){.value = value,
                                         .mask = mask,
                                         .valid = 1,
                                         .row = (uint8_t)row,
                                         .verdict = WEFT_PP_ACCEPT,
                                         .flags = (uint8_t)flags};
}

/* Ethernet, then IPv4 (TOS 0x20: the frame may be reordered), IPv6 (the flow label is the
 * partition) or an 8-byte memory address. */
static void make_program(weft_parse_program *p)
{
    static const uint16_t type[3] = {TYPE_IP4, TYPE_IP6, TYPE_MEMORY};
    memset(p, 0, sizeof *p);
    p->row[0][0] = (weft_pp_row){.look_a = 12, .need = 14};
    p->row[0][0].op[0] = (weft_pp_op){WEFT_SLOT_SRC, 6, WEFT_KEY_MAC};
    for (unsigned i = 0; i < 3; i++)
        p->entry[0][i] = (weft_pp_entry){.value = (uint32_t)type[i] << 16,
                                         .mask = 0xffff0000u,
                                         .valid = 1,
                                         .verdict = WEFT_PP_NEXT,
                                         .next = (uint8_t)(i + 1),
                                         .adv = 14};
    p->row[1][1] = (weft_pp_row){.need = 24, .proto = 2};
    p->row[1][1].op[0] = (weft_pp_op){WEFT_SLOT_DST, 16, WEFT_KEY_IP4};
    p->row[1][1].op[1] = (weft_pp_op){WEFT_SLOT_HASH, 20, 15};
    p->row[1][2] = (weft_pp_row){.need = 40, .proto = 3};
    p->row[1][2].op[0] = (weft_pp_op){WEFT_SLOT_DST, 24, WEFT_KEY_IP6};
    p->row[1][2].op[1] = (weft_pp_op){WEFT_SLOT_PART, 2, 0};
    p->row[1][3] = (weft_pp_row){.need = 8, .proto = 4};
    p->row[1][3].op[0] = (weft_pp_op){WEFT_SLOT_DST, 0, WEFT_KEY_ADDRESS};
    accept(p, 0, 1, SPRAY_TOS << 16, 0xff0000u, WEFT_PP_SPRAY);
    accept(p, 1, 1, 0, 0, 0);
    accept(p, 2, 2, 0, 0, 0);
    accept(p, 3, 3, 0, 0, 0);
}

/* ------------------------------------------------------------------ traffic ----------------- */
static void arrived(void *ctx, const weft_rx_frame *f)
{
    const hook *h = ctx;
    if (f->fcs_ok) h->t->got[h->port]++;
}

static unsigned random_below(test *t, unsigned n) { return (unsigned)weft_rng_below(&t->rng, n); }

/* One frame of `type` from a port, `head` behind the EtherType; what must become of it. */
static void send(test *t, unsigned port, uint16_t type, const uint8_t *head, size_t n, verdict want)
{
    uint8_t f[BYTES] = {0};
    weft_put48(f, 0x020000000001ull);
    weft_put48(f + 6, weft_accel_mac(port));
    weft_put16(f + 12, type);
    memcpy(f + 14, head, n);
    weft_partner *p = weft_world_partner(t->w, port);
    while (weft_partner_backlog(p, 0) > 200) weft_world_step(t->w);
    if (weft_partner_send(p, 0, f, 60 + random_below(t, BYTES - 60), weft_world_cycle(t->w)) != 0) {
        expect(t->tally, false, "port %u takes no frame", port);
        return;
    }
    t->want[port][t->tail[port]++ % QUEUE] = want;
    t->sent++;
    t->copies += want.mask != 0;
}

static void check_record(test *t, const weft_trace_record *r)
{
    if (r->kind == WEFT_TRACE_TX) {
        t->discarded += r->fate == 3;
        return;
    }
    expect(t->tally, t->head[r->port] != t->tail[r->port], "port %u: nobody sent this", r->port);
    const verdict *v = &t->want[r->port][t->head[r->port]++ % QUEUE];
    bool right =
        r->fate == v->fate && (r->dst_mask == v->mask || (t->ecmp && (r->dst_mask & v->mask) != 0 &&
                                                          (r->dst_mask & (r->dst_mask - 1)) == 0));
    if (!right)
        expect(t->tally, false, "port %u: fate %u to %#llx, expected %u to %#llx", r->port, r->fate,
               (unsigned long long)r->dst_mask, v->fate, (unsigned long long)v->mask);
    t->tally->checks++;
    for (unsigned e = 0; e < t->ports; e++) {
        if ((r->dst_mask >> e & 1) == 0) continue;
        t->led[e]++;
        if (r->ingress_time > t->last_led[e]) t->last_led[e] = r->ingress_time;
        t->turns_wrong += t->last_turn >= 4 && (int)e != 4 + (t->last_turn - 3) % 4;
        t->last_turn = (int)e;
    }
}

static void read_trace(test *t)
{
    static weft_trace_record r[RECORDS];
    size_t n;
    while ((n = weft_sim_trace_read(weft_world_sim(t->w), r, RECORDS)) > 0)
        for (size_t i = 0; i < n; i++) check_record(t, &r[i]);
}

/* Until all has arrived that is to arrive. */
static void settle(test *t, const char *what)
{
    uint64_t got = 0;
    for (unsigned k = 0; k < 20000; k++) {
        weft_world_step(t->w);
        bool left = false;
        for (unsigned p = 0; p < t->ports; p++)
            left |= weft_partner_backlog(weft_world_partner(t->w, p), 0) > 0;
        if (left) k = 0;
        if (k == 3000) break;
    }
    read_trace(t);
    for (unsigned p = 0; p < t->ports; p++) {
        got += t->got[p];
        expect(t->tally, t->head[p] == t->tail[p], "%s: port %u: frames without a trace", what, p);
    }
    expect(t->tally, got + t->discarded == t->copies, "%s: %llu arrived and %llu discarded of %llu",
           what, (unsigned long long)got, (unsigned long long)t->discarded,
           (unsigned long long)t->copies);
    printf("  %-34s %llu frames, %llu arrived, %llu discarded\n", what, (unsigned long long)t->sent,
           (unsigned long long)got, (unsigned long long)t->discarded);
}

/* Starts counting anew. */
static void begin(test *t)
{
    t->sent = t->copies = t->discarded = t->turns_wrong = 0;
    t->last_turn = -1;
    t->ecmp = false;
    memset(t->got, 0, sizeof t->got);
    memset(t->led, 0, sizeof t->led);
    memset(t->last_led, 0, sizeof t->last_led);
}

static verdict to_port(int port)
{
    return port < 0 ? (verdict){WEFT_DROP_NO_ROUTE, 0} : (verdict){0, 1ull << port};
}

static void send_ip4(test *t, unsigned port, uint32_t dst, uint32_t label, bool spray, verdict want)
{
    uint8_t h[24] = {0x45, spray ? SPRAY_TOS : 0};
    h[8] = 64;
    weft_put32(h + 12, 0x0a000000u + port);
    weft_put32(h + 16, dst);
    weft_put32(h + 20, label);
    send(t, port, TYPE_IP4, h, sizeof h, want);
}

/* ------------------------------------------------------------------ prefixes ---------------- */
static void ip4_prefixes(test *t)
{
    struct {
        uint32_t prefix;
        unsigned length, port;
    } route[40];
    begin(t);
    for (unsigned i = 0; i < 40; i++) {
        unsigned length = i < 33 ? i : random_below(t, 33);
        uint32_t mask = length == 0 ? 0 : UINT32_MAX << (32 - length);
        route[i].length = length;
        route[i].prefix = (0xc0a85ac3u ^ (i < 33 ? 0 : (uint32_t)weft_rng_next(&t->rng))) & mask;
        route[i].port = random_below(t, t->ports);
        weft_route to = {.group = false, .dest = route[i].port};
        expect(t->tally, weft_ip4_add(t->dev, route[i].prefix, length, to) == WEFT_OK, "add %u", i);
    }
    expect(t->tally, weft_ip4_remove(t->dev, 0, 0) == WEFT_OK, "no default route");
    for (uint64_t k = 0; k < effort(3000); k++) {
        uint32_t a = 0xc0a85ac3u ^ (random_below(t, 4) ? 1u << random_below(t, 32) : 0);
        if (random_below(t, 4) == 0) a = (uint32_t)weft_rng_next(&t->rng);
        int port = -1, length = 0;
        for (unsigned i = 0; i < 40; i++) {
            uint32_t mask = route[i].length == 0 ? 0 : UINT32_MAX << (32 - route[i].length);
            if (route[i].length == 0 || (a & mask) != route[i].prefix) continue;
            /* the last of two alike is the one that stands */
            if ((int)route[i].length >= length) port = (int)route[i].port;
            if ((int)route[i].length >= length) length = (int)route[i].length;
        }
        send_ip4(t, random_below(t, t->ports), a, 0, false, to_port(port));
        if (k % 100 == 0) read_trace(t);
    }
    settle(t, "IPv4 prefixes");
}

static void ip6_prefixes(test *t)
{
    uint8_t net[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 7}, host[16];
    begin(t);
    memcpy(host, net, 16);
    host[15] = 1;
    static const unsigned length[4] = {0, 32, 64, 128};
    for (unsigned i = 0; i < 4; i++) {
        uint8_t prefix[16] = {0};
        memcpy(prefix, host, length[i] / 8);
        weft_route to = {.group = false, .dest = i};
        expect(t->tally, weft_ip6_add(t->dev, prefix, length[i], to) == WEFT_OK, "add %u", i);
    }
    for (uint64_t k = 0; k < effort(500); k++) {
        uint8_t h[40] = {0x60};
        unsigned bit = random_below(t, 130); /* the first bit that differs from the host */
        memcpy(h + 24, host, 16);
        if (bit < 128) h[24 + bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        send(t, random_below(t, t->ports), TYPE_IP6, h, sizeof h,
             to_port(bit >= 128  ? 3
                     : bit >= 64 ? 2
                     : bit >= 32 ? 1
                                 : 0));
        if (k % 100 == 0) read_trace(t);
    }
    settle(t, "IPv6 prefixes");
}

/* ------------------------------------------------------------------ ranges ------------------ */
static void memory_ranges(test *t)
{
    const weft_range range[3] = {
        {.base = 0x100000000ull, .size = 0x40000000, .endpoint = 0, .ways = 4, .chunk = 256},
        {.base = 0x140000000ull, .size = 0x12345, .endpoint = 6, .ways = 1},
        {.base = 0xffffffffffff0000ull, .size = 0x10000, .endpoint = 4, .ways = 2, .chunk = 4096},
    };
    begin(t);
    for (unsigned i = 0; i < 3; i++)
        expect(t->tally, weft_range_add(t->dev, &range[i]) == WEFT_OK, "range %u", i);
    for (uint64_t k = 0; k < effort(2000); k++) {
        const weft_range *r = &range[random_below(t, 3)];
        uint64_t at = random_below(t, 4) == 0 ? 0 : weft_rng_below(&t->rng, r->size);
        if (random_below(t, 4) == 0) at = r->size - 1;
        uint64_t a = r->base + at - (random_below(t, 10) == 0);
        int port = -1;
        for (unsigned i = 0; i < 3; i++)
            if (a - range[i].base < range[i].size)
                port = (int)(range[i].endpoint +
                             (range[i].ways == 1
                                  ? 0
                                  : (a - range[i].base) / range[i].chunk % range[i].ways));
        uint8_t h[8];
        weft_put32(h, (uint32_t)(a >> 32));
        weft_put32(h + 4, (uint32_t)a);
        send(t, random_below(t, t->ports), TYPE_MEMORY, h, sizeof h, to_port(port));
        if (k % 100 == 0) read_trace(t);
    }
    settle(t, "memory-address ranges");
}

/* ------------------------------------------------------------------ partitions -------------- */
static void set_part_check(test *t, bool on)
{
    for (unsigned p = 0; p < t->ports; p++) {
        weft_port_config c;
        expect(t->tally, weft_port_get_config(t->dev, p, &c) == WEFT_OK, "port %u", p);
        c.part_check = on;
        expect(t->tally, weft_port_set_config(t->dev, p, &c) == WEFT_OK, "port %u", p);
    }
}

static void partitions(test *t)
{
    static const uint64_t members[3] = {0x0f, 0xf0, 0x3c};
    begin(t);
    for (unsigned i = 0; i < 3; i++)
        expect(t->tally, weft_part_set(t->dev, 100 + i, members[i]) == WEFT_OK, "set %u", i);
    set_part_check(t, true);
    for (unsigned p = 0; p < t->ports; p++) { /* a host route to every port */
        uint8_t host[16] = {0xfe, 0x80, [15] = (uint8_t)p};
        expect(t->tally, weft_ip6_add(t->dev, host, 128, (weft_route){false, p}) == WEFT_OK, "add");
    }
    for (uint64_t k = 0; k < effort(1500); k++) {
        unsigned src = random_below(t, t->ports), dst = random_below(t, t->ports);
        unsigned part = random_below(t, 4);
        uint8_t h[40] = {0x60, 0, 0, (uint8_t)(100 + part), [24] = 0xfe, [25] = 0x80};
        h[39] = (uint8_t)dst;
        bool open = part < 3 && (members[part] >> src & 1) && (members[part] >> dst & 1);
        send(t, src, TYPE_IP6, h, sizeof h,
             open ? to_port((int)dst) : (verdict){WEFT_DROP_DENIED, 0});
        if (k % 100 == 0) read_trace(t);
    }
    send_ip4(t, 0, 0xc0a85ac3u, 0, false, (verdict){WEFT_DROP_DENIED, 0}); /* has no partition */
    settle(t, "partitions");
    set_part_check(t, false);
}

/* ------------------------------------------------------------------ ECMP -------------------- */
static const uint32_t ANYCAST = 0x0b000001u;

/* `frames` of each of ports 0 and 1, 256 flows, as fast as the wires take them: no more than what
 * three members carry, so that nothing is dropped for want of buffer. */
static void flood(test *t, unsigned frames, uint64_t members)
{
    for (unsigned k = 0; k < frames; k++) {
        for (unsigned p = 0; p < 2; p++)
            send_ip4(t, p, ANYCAST, (uint32_t)random_below(t, 256) << 16, false,
                     (verdict){0, members});
        if (k % 64 == 0) read_trace(t);
    }
}

static void ecmp_failover(test *t, unsigned dying)
{
    begin(t);
    t->ecmp = true;
    flood(t, 4000, 0xf0);
    for (unsigned k = 0; k < 100; k++) weft_world_step(t->w);
    expect(t->tally, weft_port_disable(t->dev, dying) == WEFT_OK, "disable");
    uint64_t dead =
        weft_world_cycle(t->w); /* the write has been answered: the enable fell before */
    flood(t, 4000, 0xf0);
    settle(t, "ECMP, a member dies under load");
    /* A lookup ends 10 cycles after the parser saw the frame, and 1 after the enable fell at most.
     */
    expect(t->tally, t->last_led[dying] + 10 <= dead + 1,
           "port %u got a frame that came in at %llu, down at %llu", dying,
           (unsigned long long)t->last_led[dying], (unsigned long long)dead);
    for (unsigned e = 4; e < 8; e++)
        expect(t->tally, e == dying || t->got[e] > 2000, "port %u got %llu", e,
               (unsigned long long)t->got[e]);
    expect(t->tally, t->got[dying] > 0, "port %u never lived", dying);
    expect(t->tally, t->got[dying] + t->discarded == t->led[dying], "port %u: %llu led, %llu sent",
           dying, (unsigned long long)t->led[dying], (unsigned long long)t->got[dying]);
    /* Taken out by the driver, nothing changes for the others; and back again. */
    expect(t->tally, weft_ecmp_remove(t->dev, 2, dying) == WEFT_OK, "remove");
    begin(t);
    t->ecmp = true;
    flood(t, 500, 0xf0 & ~(1ull << dying));
    settle(t, "ECMP, three members");
    expect(t->tally, weft_port_enable(t->dev, dying) == WEFT_OK, "enable");
    expect(t->tally, weft_ecmp_set(t->dev, 2, 0xf0, NULL) == WEFT_OK, "set");
}

/* Every port of the group down: DOWN, and counted. */
static void ecmp_all_down(test *t)
{
    begin(t);
    for (unsigned e = 4; e < 8; e++)
        expect(t->tally, weft_port_disable(t->dev, e) == WEFT_OK, "down");
    for (unsigned k = 0; k < 10; k++)
        send_ip4(t, 0, ANYCAST, k << 16, k % 2, (verdict){WEFT_DROP_DOWN, 0});
    settle(t, "ECMP, nobody is up");
    for (unsigned e = 4; e < 8; e++) expect(t->tally, weft_port_enable(t->dev, e) == WEFT_OK, "up");
}

/* One flow whose frames may be reordered takes the members in turn. */
static void spraying(test *t)
{
    begin(t);
    t->ecmp = true;
    for (unsigned k = 0; k < 400; k++)
        send_ip4(t, 1, ANYCAST, 0x12340000, true, (verdict){0, 0xf0});
    settle(t, "spraying");
    expect(t->tally, t->turns_wrong == 0, "%llu frames out of turn",
           (unsigned long long)t->turns_wrong);
    for (unsigned e = 4; e < 8; e++)
        expect(t->tally, t->got[e] == 100, "port %u got %llu of 400", e,
               (unsigned long long)t->got[e]);
}

static bool open_test(test *t, tally *tally)
{
    const weft_world_options wo = {
        .seed = 11, .profile = "esun", .ipg = 1, .memory_bytes = 1u << 16, .min_frame = 64};
    char err[512] = "";
    weft_parse_program program;
    memset(t, 0, sizeof *t);
    t->tally = tally;
    t->w = weft_world_open(&wo, err, sizeof err);
    expect(tally, t->w != NULL, "%s", err);
    if (t->w == NULL) return false;
    t->dev = weft_world_device(t->w);
    t->ports = weft_world_ports(t->w);
    weft_rng_seed(&t->rng, 11);
    for (unsigned p = 0; p < t->ports; p++) {
        t->hook[p] = (hook){t, p};
        weft_world_on_frame(t->w, p, arrived, &t->hook[p]);
    }
    make_program(&program);
    expect(tally, weft_parser_load(t->dev, (1ull << t->ports) - 1, &program, 77) == WEFT_OK,
           "load");
    weft_sim_trace_enable(weft_world_sim(t->w), true);
    return true;
}

int main(void)
{
    static test t;
    tally tally = {0};
    if (!open_test(&t, &tally)) return 1;
    printf("tables\n");
    ip4_prefixes(&t);
    ip6_prefixes(&t);
    memory_ranges(&t);
    partitions(&t);
    printf("groups of which one member gets the frame\n");
    expect(&tally, weft_ecmp_set(t.dev, 2, 0xf0, NULL) == WEFT_OK, "set");
    expect(&tally, weft_ip4_add(t.dev, ANYCAST, 32, (weft_route){false, WEFT_ECMP(2)}) == WEFT_OK,
           "add");
    for (unsigned e = 4; e < 8; e++) ecmp_failover(&t, e);
    ecmp_all_down(&t);
    spraying(&t);
    weft_world_close(t.w);
    return verdict_of(&tally);
}
