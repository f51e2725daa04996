/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_route. The reference keeps the tables as plain arrays and searches them; table
 * writes, source entries, permissions and the state of the ports change while frames stream through
 * without a gap, and the reference says for each frame which version of an entry it must have seen.
 * Every output is compared in every cycle. The rules are then shown once each by directed frames,
 * and the spread of flows over the members of a group is counted. */
/* tb-params: ""
 *   "-GENDPOINTS=2 -GMAC_SETS=2 -GIDS=16 -GGROUPS=3 -GGROUPS_ECMP=1 -GLPM4=3 -GLPM6=1 -GRANGES=1"
 *   "-GENDPOINTS=64 -GMAC_SETS=256 -GGROUPS_ECMP=5 -GLPM4=256 -GLPM6=32 -GRANGES=64 -GPARTS=64" */
/* tb-sources: "csrc/lib/mac_hash.c" "csrc/proto/parse_machine.c" */
#include "route_model.h"

static void expect(bench *b, const cell *out, unsigned drop, uint64_t mask)
{
    unsigned kind = out->kind;
    bool group = out->route & TO_GROUP;
    if (drop)
        kind = out->kind == KIND_CONTROL ? KIND_CONTROL : DROP;
    else if (group && out->kind != PUNT)
        kind = MULTICAST;
    b->want_lo = (out->desc_lo & ~(7ull << 28)) | (uint64_t)kind << 28;
    b->want_hi = (out->desc_hi & ~(31ull << 47)) | (uint64_t)drop << 47;
    b->want_top = out->desc_top;
    b->want_mask = mask;
    b->any = true;
    b->seen[drop]++;
    b->kinds[kind]++;
    if (drop) return;
    b->by_type[out->dst_type]++;
    /* The stated number of cycles: what comes out now has looked at up_i of this cycle. */
    if (out->kind != PUNT && !group && (out->route & ECMP)) {
        TB_EQ(b->t, mask & ~b->up, 0);
        b->sprayed += out->spray;
    }
}

/* One cycle: what is set on the inputs goes in; all outputs are compared. `in` is the cell that was
 * driven (or one with valid = false). Table writes are applied after the look-ups of the cycle. */
static void step(bench *b, const cell *in)
{
    tb *t = b->t;
    cell out = b->s2;
    uint64_t mask = 0;
    unsigned drop = out.valid && out.sop ? verdict(b, &out, &mask) : 0;
    b->s2 = b->s1;
    if (b->s2.valid && b->s2.sop) select_member(b, &b->s2);
    b->s1 = *in;
    if (in->valid && in->sop) search(b, &b->s1);
    tb_tick(t);
    if (tb_get(b->we)) {
        write_reference(b);
        tb_set(b->we, 0);
    }
    TB_EQ(t, tb_get(b->o_valid), out.valid);
    if (out.valid) {
        uint8_t got[64];
        TB_EQ(t, tb_get(b->o_sop), out.sop);
        TB_EQ(t, tb_get(b->o_eop), out.eop);
        TB_EQ(t, tb_get(b->o_err), out.err);
        TB_EQ(t, tb_get(b->o_reason), out.reason);
        TB_EQ(t, tb_get(b->o_bytes), out.bytes);
        TB_EQ(t, tb_get(b->o_len), out.len);
        tb_get_bytes(b->o_data, 0, got, 64);
        if (memcmp(got, out.data, 64)) tb_fail(t, "cell data changed");
    }
    if (out.valid && out.sop) expect(b, &out, drop, mask);
    if (b->any) {
        TB_EQ(t, tb_get_bits(b->o_desc, 0, 64), b->want_lo);
        TB_EQ(t, tb_get_bits(b->o_desc, 64, 64), b->want_hi);
        TB_EQ(t, tb_get_bits(b->o_desc, 128, 10), b->want_top);
        TB_EQ(t, tb_get(b->o_mask), b->want_mask);
    }
}

static void put128(tb_sig *s, key k)
{
    tb_set_bits(s, 0, 64, k.lo);
    tb_set_bits(s, 64, 64, k.hi);
}

static void drive(bench *b, const cell *c)
{
    tb_set(b->valid, c->valid);
    tb_set(b->sop, c->sop);
    tb_set(b->eop, c->eop);
    if (!c->valid) return;
    tb_set(b->err, c->err);
    tb_set(b->reason, c->reason);
    tb_set(b->bytes, c->bytes);
    tb_set(b->len, c->len);
    tb_set_bytes(b->data, 0, c->data, 64);
    put128(b->dst, c->dst);
    tb_set(b->dst_type, c->dst_type);
    put128(b->src, c->src);
    tb_set(b->src_type, c->src_type);
    tb_set_bits(b->desc, 0, 64, c->desc_lo);
    tb_set_bits(b->desc, 64, 64, c->desc_hi);
    tb_set_bits(b->desc, 128, 10, c->desc_top);
}

static void idle(bench *b)
{
    cell none = {.valid = false, .sop = true};
    drive(b, &none);
    step(b, &none);
}

/* Puts a write on the bus; it is done in the next step. */
static void write_table(bench *b, unsigned sel, unsigned index, row r)
{
    tb_set(b->we, 1);
    tb_set(b->sel, sel);
    tb_set(b->index, index);
    put128(b->key, r.value);
    put128(b->mask, r.mask);
    tb_set(b->entry, r.e);
}

static void write_now(bench *b, unsigned sel, unsigned index, row r)
{
    write_table(b, sel, index, r);
    idle(b);
}

static unsigned random_route(bench *b)
{
    tb *t = b->t;
    bool group = tb_chance(t, 25), ecmp = tb_chance(t, 35);
    unsigned top = group ? b->groups : ecmp ? b->ecmp : b->endpoints;
    if (tb_chance(t, 10)) top += 3;
    unsigned dest = (unsigned)tb_rand_below(t, tb_chance(t, 3) ? 1024 : top);
    return (tb_chance(t, 85) ? VALID : 0) | (group ? TO_GROUP : 0) | (ecmp ? ECMP : 0) | dest;
}

/* A 128-bit key near one of a few roots, so that prefixes nest and ranges hit. */
static key pool_key(bench *b)
{
    key k = {b->pool[tb_rand_below(b->t, 4)], b->pool[tb_rand_below(b->t, 8)]};
    if (tb_chance(b->t, 50)) k.lo ^= 1ull << tb_rand_below(b->t, 64);
    if (tb_chance(b->t, 30)) k.hi ^= 1ull << tb_rand_below(b->t, 64);
    return k;
}

static key prefix_mask(unsigned length, unsigned width)
{
    if (width == 32) return (key){0, length == 0 ? 0 : (0xffffffffull << (32 - length))};
    if (length <= 64) return (key){length == 0 ? 0 : ~0ull << (64 - length), 0};
    return (key){~0ull, ~0ull << (128 - length)};
}

static void random_write(bench *b)
{
    tb *t = b->t;
    row r = {pool_key(b), {0, tb_rand(t)}, random_route(b)};
    unsigned table = (unsigned)tb_rand_below(t, 8), i = 0;
    switch (table) {
    case T_MAC:
        r.value.lo = b->pool[tb_rand_below(t, POOL)] & low_bits(48);
        i = weft_mac_hash_index(r.value.lo, (unsigned)tb_rand_below(t, WAYS), b->set_w);
        /* an entry in the wrong set harms nobody */
        if (tb_chance(t, 10)) i = (unsigned)tb_rand_below(t, WAYS * b->sets);
        break;
    case T_ID: i = (unsigned)tb_rand_below(t, b->ids < 64 ? b->ids : 64); break;
    case T_GROUP:
        i = (unsigned)tb_rand_below(t, tb_chance(t, 50) ? b->ecmp : b->groups);
        if (tb_chance(t, 20)) r.mask.lo = bit((unsigned)tb_rand_below(t, 64));
        break;
    case T_LPM4:
        i = (unsigned)tb_rand_below(t, b->lpm4_n);
        r.mask = prefix_mask((unsigned)tb_rand_below(t, 33), 32);
        break;
    case T_LPM6:
        i = (unsigned)tb_rand_below(t, b->lpm6_n);
        r.mask = prefix_mask((unsigned)tb_rand_below(t, 129), 128);
        break;
    case T_RANGE:
        i = (unsigned)tb_rand_below(t, b->ranges);
        r.mask.lo = r.value.lo + (tb_rand(t) >> tb_rand_below(t, 64));
        if (r.mask.lo < r.value.lo) r.mask.lo = ~0ull;
        if (tb_chance(t, 90)) r.e &= ~(ECMP | TO_GROUP);
        r.e |= (unsigned)tb_rand_below(t, 512) << 13;
        break;
    case T_BUCKET:
        i = (unsigned)tb_rand_below(t, b->ecmp * 256);
        r.e = (unsigned)tb_rand_below(t, b->endpoints) | (unsigned)tb_rand_below(t, b->endpoints)
                                                             << 13;
        break;
    default:
        i = (unsigned)tb_rand_below(t, b->parts);
        r.value.lo = tb_rand_below(t, 12);
        if (tb_chance(t, 50)) r.mask.lo = ~0ull;
        break;
    }
    write_table(b, table, i, r);
}

static void put_config(bench *b)
{
    tb_set(b->ready, b->is_ready);
    tb_set(b->c_check, b->check);
    tb_set(b->c_part, b->part_check);
    tb_set(b->c_punt, b->punt);
    tb_set(b->c_port, b->punt_port);
    tb_set_bits(b->c_allow, 0, b->endpoints, b->allow);
    tb_set_bits(b->c_up, 0, b->endpoints, b->up);
    for (unsigned i = 0; i < 4; i++) {
        tb_set_bits(b->c_valid, i, 1, b->src_valid[i]);
        tb_set_bits(b->c_value, i * 64, 64, b->src_value[i]);
        tb_set_bits(b->c_mask, i * 64, 64, b->src_mask[i]);
    }
}

static void random_config(bench *b)
{
    tb *t = b->t;
    b->check = tb_chance(t, 50);
    b->part_check = tb_chance(t, 40);
    b->punt = tb_chance(t, 70);
    b->punt_port = (unsigned)tb_rand_below(t, tb_chance(t, 90) ? b->endpoints : 64);
    b->allow = (tb_chance(t, 50) ? ~0ull : tb_rand(t)) & low_bits(b->endpoints);
    b->is_ready = tb_chance(t, 95);
    unsigned i = (unsigned)tb_rand_below(t, 4);
    b->src_valid[i] = tb_chance(t, 70);
    b->src_value[i] = b->pool[tb_rand_below(t, POOL)];
    b->src_mask[i] = tb_chance(t, 70) ? low_bits(48) : low_bits(48) & ~low_bits(3);
    put_config(b);
}

/* Ports die and come back, each at any cycle. */
static void random_up(bench *b)
{
    tb *t = b->t;
    if (!tb_chance(t, 4)) return;
    b->up ^= bit((unsigned)tb_rand_below(t, b->endpoints));
    if (tb_chance(t, 10)) b->up = tb_chance(t, 50) ? 0 : low_bits(b->endpoints);
    tb_set_bits(b->c_up, 0, b->endpoints, b->up);
}

/* The fields of a frame's first cell; the rest is filled in by send(). */
static cell random_head(bench *b)
{
    tb *t = b->t;
    cell c = {.valid = true, .sop = true};
    c.dst_type = (unsigned)tb_rand_below(t, 8);
    c.src_type = (unsigned)tb_rand_below(t, 7);
    c.dst = pool_key(b);
    if (c.dst_type == WEFT_KEY_ID || c.dst_type == WEFT_KEY_ID8)
        c.dst = (key){0, tb_rand_below(t, tb_chance(t, 95) && b->ids > 64 ? 64 : b->ids + 5)};
    if (c.dst_type == WEFT_KEY_MAC || c.dst_type == WEFT_KEY_MAC_EXACT)
        c.dst = (key){0, b->pool[tb_rand_below(t, POOL)] & low_bits(48)};
    c.src = (key){tb_rand(t), b->pool[tb_rand_below(t, POOL)]};
    if (tb_chance(t, 10)) c.src.lo ^= 1ull << tb_rand_below(t, 64);
    if (tb_chance(t, 50)) c.src.hi = c.src.lo;
    c.src_port = (unsigned)tb_rand_below(t, b->endpoints);
    c.hash = (unsigned)tb_rand(t) & 0xffff;
    c.spray = tb_chance(t, 40);
    c.has_part = tb_chance(t, 80);
    c.part = (unsigned)tb_rand_below(t, tb_chance(t, 90) ? 12 : 1024);
    static const unsigned reasons[3] = {PARSE, TTL, CONTROL};
    static const unsigned kinds[8] = {UNICAST, UNICAST, UNICAST, UNICAST,
                                      UNICAST, UNICAST, REDUCE,  PUNT};
    c.drop = tb_chance(t, 15) ? reasons[tb_rand_below(t, 3)] : NONE;
    c.kind = c.drop == CONTROL ? KIND_CONTROL : c.drop ? DROP : kinds[tb_rand_below(t, 8)];
    return c;
}

/* The descriptor of weft_defs.vh: random but for the fields that the module looks at. */
static void make_descriptor(tb *t, cell *c)
{
    uint64_t lo = tb_rand(t), hi = tb_rand(t), top = tb_rand(t) & low_bits(10);
    lo &= ~(63ull << 16 | 7ull << 28 | 0x1ffffffull << 39);
    c->desc_lo =
        lo | (uint64_t)c->src_port << 16 | (uint64_t)c->kind << 28 | (uint64_t)c->hash << 39;
    hi &= ~(31ull << 47 | 1ull << 54 | 0xffull << 56);
    c->desc_hi = hi | (uint64_t)c->drop << 47 | (uint64_t)c->spray << 54 |
                 (uint64_t)c->has_part << 56 | (uint64_t)c->part << 57;
    c->desc_top = (top & ~7ull) | c->part >> 7;
}

static void send(bench *b, cell head, unsigned cells, unsigned gap, unsigned writes)
{
    tb *t = b->t;
    make_descriptor(t, &head);
    for (unsigned i = 0; i < cells; i++) {
        while (tb_chance(t, gap)) idle(b);
        cell c = head;
        c.sop = i == 0;
        c.eop = i + 1 == cells;
        c.err = c.eop && tb_chance(t, 10);
        c.reason = c.err ? (unsigned)tb_rand_below(t, 15) : 0;
        c.bytes = c.eop ? 1 + (unsigned)tb_rand_below(t, 64) : 64;
        c.len = c.eop ? i * 64 + c.bytes : 0;
        for (int k = 0; k < 64; k += 8) {
            uint64_t r = tb_rand(t);
            memcpy(c.data + k, &r, 8);
        }
        if (i) { /* keys and descriptor mean nothing with later cells */
            c.dst = pool_key(b);
            c.src.lo = tb_rand(t);
            c.dst_type = (unsigned)tb_rand(t) & 7;
        }
        if (tb_chance(t, writes)) random_write(b);
        if (writes) random_up(b);
        drive(b, &c);
        step(b, &c);
    }
}

static void clear_tables(bench *b)
{
    const unsigned sizes[8] = {WAYS * b->sets, b->ids,    b->groups,     b->lpm4_n,
                               b->lpm6_n,      b->ranges, b->ecmp * 256, b->parts};
    for (unsigned s = 0; s < 8; s++)
        for (unsigned i = 0; i < sizes[s]; i++) write_now(b, s, i, (row){.e = 0});
}

static void open_up(bench *b)
{
    clear_tables(b);
    b->is_ready = true;
    b->check = b->part_check = b->punt = false;
    b->allow = b->up = low_bits(b->endpoints);
    memset(b->src_valid, 0, sizeof b->src_valid);
    put_config(b);
}

/* Sends one frame and returns drop reason and mask as the module gives them. */
static unsigned probe(bench *b, cell c, uint64_t *mask)
{
    c.valid = c.sop = true;
    send(b, c, 1, 0, 0);
    idle(b);
    TB_EQ(b->t, tb_get(b->o_valid), 0); /* three cycles, not two */
    idle(b);
    TB_EQ(b->t, tb_get(b->o_valid), 1);
    *mask = tb_get(b->o_mask);
    return (unsigned)tb_get_bits(b->o_desc, 111, 5);
}

#define PROBE(WANT, WANT_MASK, ...)                                                                \
    do {                                                                                           \
        uint64_t mask_;                                                                            \
        TB_EQ(t, probe(b, (cell){__VA_ARGS__}, &mask_), WANT);                                     \
        TB_EQ(t, mask_, WANT_MASK);                                                                \
    } while (0)

static void directed_exact(bench *b)
{
    tb *t = b->t;
    uint64_t mac = 0x020000000001u, all = low_bits(b->endpoints);
    open_up(b);
    PROBE(NO_ROUTE, 0, .dst.lo = mac);
    for (unsigned w = 0; w < WAYS; w++) { /* found in each way, and gone again */
        unsigned i = weft_mac_hash_index(mac, w, b->set_w);
        write_table(b, T_MAC, i, (row){.value.lo = mac, .e = VALID | 1});
        PROBE(NO_ROUTE, 0, .dst.lo = mac); /* written in the cycle of the read */
        PROBE(NONE, 2, .dst.lo = mac);
        PROBE(NO_ROUTE, 0, .dst.lo = mac | 1ull << 47);
        write_now(b, T_MAC, i, (row){.value.lo = mac, .e = 1});
        PROBE(NO_ROUTE, 0, .dst.lo = mac);
    }
    write_now(b, T_ID, 5, (row){.e = VALID}); /* the own port */
    PROBE(NONE, 1, .dst.lo = 5, .dst_type = WEFT_KEY_ID);
    PROBE(NO_ROUTE, 0, .dst.lo = 5 + b->ids, .dst_type = WEFT_KEY_ID);
    PROBE(NO_ROUTE, 0, .dst.lo = 5, .dst_type = 7); /* no such table */
    b->allow = all & ~1ull;
    put_config(b);
    PROBE(DENIED, 0, .dst.lo = 5, .dst_type = WEFT_KEY_ID);
    b->allow = all;
    write_now(b, T_ID, 7, (row){.e = VALID | TO_GROUP | 2});
    PROBE(DENIED, 0, .dst.lo = 7, .dst_type = WEFT_KEY_ID); /* nobody in it */
    write_now(b, T_GROUP, 2, (row){.mask.lo = 1});
    PROBE(DENIED, 0, .dst.lo = 7, .dst_type = WEFT_KEY_ID); /* only the source port */
    write_now(b, T_GROUP, 2, (row){.mask.lo = ~0ull});
    put_config(b);
    PROBE(NONE, all & ~1ull, .dst.lo = 7, .dst_type = WEFT_KEY_ID);
    TB_EQ(t, tb_get_bits(b->o_desc, 28, 3), MULTICAST);
}

/* Order of the checks: each frame has all the faults behind the one that is named. */
static void directed_checks(bench *b)
{
    tb *t = b->t;
    uint64_t all = low_bits(b->endpoints);
    open_up(b);
    write_now(b, T_ID, 1, (row){.e = VALID | ECMP});
    cell c = {.dst.lo = 1, .dst_type = WEFT_KEY_ID, .src.lo = 0xaa, .part = 9, .has_part = true};
    cell miss = c, gone = c, outside = c;
    miss.dst.lo = 2;
    gone.drop = PARSE;
    gone.kind = DROP;
    outside.has_part = false;
    uint64_t mask;
    b->check = b->part_check = true;
    b->is_ready = false;
    b->allow = 0;
    put_config(b);
    TB_EQ(t, probe(b, gone, &mask), PARSE);
    TB_EQ(t, probe(b, miss, &mask), DENIED); /* not ready */
    b->is_ready = true;
    put_config(b);
    TB_EQ(t, probe(b, miss, &mask), NO_ROUTE);
    TB_EQ(t, probe(b, c, &mask), SOURCE);
    b->src_valid[3] = true;
    b->src_value[3] = 0xaa;
    b->src_mask[3] = ~0ull;
    put_config(b);
    TB_EQ(t, probe(b, c, &mask), DENIED); /* no such partition */
    write_now(b, T_PART, 0, (row){.value.lo = 9, .mask.lo = 2, .e = VALID});
    TB_EQ(t, probe(b, c, &mask), DENIED); /* this port, 0, is not in it */
    write_now(b, T_PART, 0, (row){.value.lo = 9, .mask.lo = 3, .e = VALID});
    TB_EQ(t, probe(b, outside, &mask), DENIED);
    TB_EQ(t, probe(b, c, &mask), DOWN);
    write_now(b, T_GROUP, 0, (row){.mask.lo = all});
    TB_EQ(t, probe(b, c, &mask), DENIED); /* not allowed */
    b->allow = all;
    write_now(b, T_BUCKET, 0, (row){.e = 1});
    put_config(b);
    TB_EQ(t, probe(b, c, &mask), NONE);
    TB_EQ(t, mask, 2);
    cell punt = {.kind = PUNT, .src.lo = 0xbb};
    TB_EQ(t, probe(b, punt, &mask), NO_ROUTE);
    b->punt = true;
    b->punt_port = 1;
    b->allow = 0;
    put_config(b);
    TB_EQ(t, probe(b, punt, &mask), NONE);
    TB_EQ(t, mask, 2);
    TB_EQ(t, tb_get_bits(b->o_desc, 28, 3), PUNT);
}

static void directed_prefix(bench *b)
{
    tb *t = b->t;
    open_up(b);
    cell c = {.dst.lo = 0x0a010203, .dst_type = WEFT_KEY_IP4}, d = c;
    d.dst.lo = 0x0b010203;
    uint64_t mask;
    unsigned n = b->lpm4_n;
    write_now(b, T_LPM4, n - 1, (row){.mask.lo = 0, .e = VALID | 1}); /* default route */
    TB_EQ(t, probe(b, c, &mask), NONE);
    TB_EQ(t, mask, 2);
    write_now(b, T_LPM4, n - 2,
              (row){.value.lo = 0x0a000000, .mask.lo = 0xff000000, .e = VALID | 0});
    TB_EQ(t, probe(b, c, &mask), NONE);
    TB_EQ(t, mask, 1);
    TB_EQ(t, probe(b, d, &mask), NONE);
    TB_EQ(t, mask, 2);
    cell a = {.dst.lo = 0x10003fff, .dst_type = WEFT_KEY_ADDRESS};
    row r = {.value.lo = 0x10000000, .mask.lo = 0x10003fff, .e = VALID};
    r.e |= 1u << 19 | 12u << 13; /* two ways of 4 KiB chunks from endpoint 0 */
    write_now(b, T_RANGE, 0, r);
    for (unsigned k = 0; k < 4; k++) {
        a.dst.lo = 0x10000fff + 0x1000 * k;
        TB_EQ(t, probe(b, a, &mask), NONE);
        TB_EQ(t, mask, 1u << (k & 1));
    }
    a.dst.lo = 0x10004000;
    TB_EQ(t, probe(b, a, &mask), NO_ROUTE);
}

/* ------------------------------------------------------------------ spread ------------------ */
static uint64_t count[64];

/* Streams n frames to ECMP group 0 and counts which endpoint each one gets. */
static void stream(bench *b, uint64_t n, bool spray, unsigned (*hash)(bench *, uint64_t))
{
    memset(count, 0, sizeof count);
    for (uint64_t i = 0; i < n + 3; i++) {
        cell c = {
            .valid = i < n, .sop = true, .eop = true, .dst_type = WEFT_KEY_ID, .spray = spray};
        if (i < n) c.hash = hash(b, i);
        make_descriptor(b->t, &c);
        drive(b, &c);
        step(b, &c);
        for (unsigned e = 0; tb_get(b->o_valid) && e < b->endpoints; e++)
            count[e] += tb_get(b->o_mask) >> e & 1;
    }
}

/* 256 x 256 flows between neighbours, the shape of a scale-up network: IPv4 addresses. */
static unsigned hash_pairs(bench *b, uint64_t i)
{
    (void)b;
    uint8_t dst[16] = {[12] = 10, [15] = (uint8_t)i},
            src[16] = {[12] = 10, [15] = (uint8_t)(i >> 8)};
    return weft_flow_hash(dst, src, (const uint8_t[4]){0, 0, 0, 0});
}

/* One pair of hosts and 65536 entropy values (UDP source ports). */
static unsigned hash_entropy(bench *b, uint64_t i)
{
    (void)b;
    uint8_t dst[16] = {[12] = 10, [15] = 1}, src[16] = {[12] = 10, [15] = 2};
    return weft_flow_hash(dst, src, (const uint8_t[4]){(uint8_t)(i >> 8), (uint8_t)i, 0x12, 0xb7});
}

static unsigned hash_random(bench *b, uint64_t i)
{
    uint8_t dst[16] = {0}, src[16] = {0};
    uint64_t r = tb_rand(b->t);
    (void)i;
    memcpy(dst + 12, &r, 4);
    memcpy(src + 12, (uint8_t *)&r + 4, 4);
    return weft_flow_hash(dst, src, (const uint8_t[4]){0, 0, 0, 0});
}

/* Worst deviation from an equal share among the members of `mask`, in 1/100 percent. */
static unsigned deviation(uint64_t n, uint64_t mask)
{
    unsigned members = 0, worst = 0;
    for (unsigned e = 0; e < 64; e++) members += mask >> e & 1;
    for (unsigned e = 0; e < 64; e++) {
        if (!(mask >> e & 1)) continue;
        uint64_t ideal = n / members, off = count[e] > ideal ? count[e] - ideal : ideal - count[e];
        if (10000 * off / ideal > worst) worst = (unsigned)(10000 * off / ideal);
    }
    return worst;
}

/* Buckets as the driver fills them for n members of equal weight: in turn, the others as backups.
 */
static void fill_group(bench *b, unsigned n)
{
    unsigned next[64] = {0};
    write_now(b, T_ID, 0, (row){.e = VALID | ECMP});
    write_now(b, T_GROUP, 0, (row){.mask.lo = low_bits(n)});
    for (unsigned k = 0; k < 256; k++) {
        unsigned m = k % n, backup = n > 1 ? next[m]++ % (n - 1) : 0;
        if (backup >= m && n > 1) backup++;
        write_now(b, T_BUCKET, k, (row){.e = m | backup << 13});
    }
}

static void spread(bench *b)
{
    tb *t = b->t;
    static const uint64_t flows = 65536;
    unsigned worst[3] = {0}, top = b->endpoints < 16 ? b->endpoints : 16;
    open_up(b);
    for (unsigned n = 2; n <= top; n = n == 8 ? 16 : n + 1) {
        static unsigned (*const kinds[3])(bench *, uint64_t) = {hash_pairs, hash_entropy,
                                                                hash_random};
        fill_group(b, n);
        for (unsigned k = 0; k < 3; k++) {
            stream(b, flows, false, kinds[k]);
            unsigned d = deviation(flows, low_bits(n));
            if (d > worst[k]) worst[k] = d;
        }
        stream(b, 256 * 64, true, hash_pairs);
        TB_CHECK(t, deviation(256 * 64, low_bits(n)) <= 200);
        if (n < 3) continue; /* one dies: its flows spread over the others */
        b->up = low_bits(b->endpoints) & ~2ull;
        put_config(b);
        stream(b, flows, false, hash_pairs);
        TB_EQ(t, count[1], 0);
        unsigned d = deviation(flows, low_bits(n) & ~2ull);
        TB_CHECK(t, d <= 800);
        b->up = low_bits(b->endpoints);
        put_config(b);
    }
    tb_note(t,
            "worst share of 2 to %u members, 65536 flows: pairs %u.%02u %%, entropy %u.%02u %%, "
            "random %u.%02u %% off",
            top, worst[0] / 100, worst[0] % 100, worst[1] / 100, worst[1] % 100, worst[2] / 100,
            worst[2] % 100);
    TB_CHECK(t, worst[0] <= 200);
    TB_CHECK(t, worst[1] <= 200);
    TB_CHECK(t, worst[2] <= 600); /* chance alone: a share of 4096 has a sigma of 1.5 % */
}

static void find_signals(bench *b)
{
    const struct {
        tb_sig **s;
        const char *name;
    } pins[] = {
        {&b->valid, "cell_valid_i"},
        {&b->sop, "cell_sop_i"},
        {&b->eop, "cell_eop_i"},
        {&b->err, "cell_err_i"},
        {&b->reason, "cell_reason_i"},
        {&b->bytes, "cell_bytes_i"},
        {&b->len, "cell_len_i"},
        {&b->data, "cell_data_i"},
        {&b->dst, "dst_key_i"},
        {&b->dst_type, "dst_type_i"},
        {&b->src, "src_key_i"},
        {&b->src_type, "src_type_i"},
        {&b->desc, "desc_i"},
        {&b->c_check, "cfg_src_check_i"},
        {&b->c_valid, "cfg_src_valid_i"},
        {&b->c_value, "cfg_src_value_i"},
        {&b->c_mask, "cfg_src_mask_i"},
        {&b->c_allow, "cfg_allow_i"},
        {&b->c_part, "cfg_part_check_i"},
        {&b->c_punt, "cfg_punt_i"},
        {&b->c_port, "cfg_punt_port_i"},
        {&b->c_up, "up_i"},
        {&b->ready, "tbl_ready_i"},
        {&b->we, "tbl_we_i"},
        {&b->sel, "tbl_sel_i"},
        {&b->index, "tbl_index_i"},
        {&b->key, "tbl_key_i"},
        {&b->mask, "tbl_mask_i"},
        {&b->entry, "tbl_entry_i"},
        {&b->o_valid, "cell_valid_o"},
        {&b->o_sop, "cell_sop_o"},
        {&b->o_eop, "cell_eop_o"},
        {&b->o_err, "cell_err_o"},
        {&b->o_reason, "cell_reason_o"},
        {&b->o_bytes, "cell_bytes_o"},
        {&b->o_len, "cell_len_o"},
        {&b->o_data, "cell_data_o"},
        {&b->o_desc, "desc_o"},
        {&b->o_mask, "dst_mask_o"},
    };
    for (size_t i = 0; i < sizeof pins / sizeof pins[0]; i++)
        *pins[i].s = tb_sig_find(b->t, pins[i].name);
}

static void setup(bench *b)
{
    tb *t = b->t;
    b->endpoints = (unsigned)tb_param(t, "ENDPOINTS", 8);
    b->sets = (unsigned)tb_param(t, "MAC_SETS", 64);
    b->ids = (unsigned)tb_param(t, "IDS", 1024);
    b->groups = (unsigned)tb_param(t, "GROUPS", 64);
    b->lpm4_n = (unsigned)tb_param(t, "LPM4", 64);
    b->lpm6_n = (unsigned)tb_param(t, "LPM6", 16);
    b->ranges = (unsigned)tb_param(t, "RANGES", 16);
    b->ecmp = (unsigned)tb_param(t, "GROUPS_ECMP", 16);
    b->parts = (unsigned)tb_param(t, "PARTS", 16);
    while (1u << b->set_w < b->sets) b->set_w++;
    find_signals(b);
    for (int i = 0; i < POOL; i++) b->pool[i] = i % 2 ? 0x025745460000u + (unsigned)i : tb_rand(t);
}

int tb_main(tb *t)
{
    static bench b;
    b.t = t;
    setup(&b);
    tb_set(b.valid, 0);
    tb_set(b.we, 0);
    put_config(&b);
    tb_reset(t, 4);
    /* closed while the tables hold nothing defined */
    b.allow = b.up = low_bits(b.endpoints);
    put_config(&b);
    for (int i = 0; i < 200; i++) send(&b, random_head(&b), 1, 0, 0);
    TB_EQ(t, b.seen[NONE], 0);
    memset(b.turn, 0, sizeof b.turn);
    tb_reset(t, 2); /* what was not compared above may have moved the turns */
    b.s1.valid = b.s2.valid = b.any = false;
    directed_exact(&b);
    directed_checks(&b);
    directed_prefix(&b);
    spread(&b);

    uint64_t frames = tb_effort(t, 150000, 1500000);
    for (uint64_t i = 0; i < frames; i++) {
        if (i % 20 == 0) random_config(&b);
        unsigned cells = tb_chance(t, 60) ? 1 : 1 + (unsigned)tb_rand_below(t, 6);
        send(&b, random_head(&b), cells, i % 1000 < 500 ? 0 : 25, i % 3000 < 1000 ? 100 : 20);
    }
    for (int i = 0; i < 20; i++) idle(&b);
    TB_EQ(t, tb_get(b.o_valid), 0);
    TB_CHECK(t, b.seen[NONE] && b.seen[PARSE] && b.seen[NO_ROUTE] && b.seen[DENIED] &&
                    b.seen[SOURCE] && b.seen[TTL] && b.seen[DOWN] && b.seen[CONTROL]);
    TB_CHECK(t, b.kinds[UNICAST] && b.kinds[MULTICAST] && b.kinds[REDUCE] && b.kinds[PUNT]);
    for (unsigned k = 0; k < 7; k++) TB_CHECK(t, b.by_type[k] > 20);
    TB_CHECK(t, b.sprayed > 20 && b.moved > 20);
    return tb_failures(t) != 0;
}
