/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_route. The reference keeps the tables as plain arrays and searches them; table
 * writes, source entries and permissions change while frames stream through without a gap, and the
 * reference says for each frame which version of an entry it must have seen. Every output is
 * compared in every cycle. The rules are then shown once each by directed frames. */
/* tb-params: "" "-GENDPOINTS=2 -GMAC_SETS=2 -GIDS=16 -GGROUPS=3" "-GENDPOINTS=64 -GMAC_SETS=256" */
/* tb-sources: "csrc/lib/mac_hash.c" */
#include "common/tb.h"
#include "lib/mac_hash.h"
#include <string.h>

enum { NONE = 0, PARSE = 6, NO_ROUTE = 7, DENIED = 8, SOURCE = 9, TTL = 10, CONTROL = 14 };
enum { UNICAST = 0, MULTICAST = 1, REDUCE = 2, PUNT = 3, DROP = 4, KIND_CONTROL = 5 };
enum { POOL = 48, MAX_SETS = 1024, WAYS = 4 };

typedef struct {
    uint64_t key;
    bool valid, group;
    unsigned dest;
} entry;

typedef struct {
    bool valid, sop, eop, err;
    unsigned reason, bytes, len, dst_type;
    uint64_t dst_key, src_key, dst_hi, src_hi; /* 128 bits each */
    unsigned src_port, kind, drop;
    uint64_t desc_lo, desc_hi, desc_top; /* as driven, 64 + 64 + 10 bits */
    uint8_t data[64];
    /* found by the reference in the first cycle */
    bool hit, src_ok;
    entry found;
} cell;

typedef struct {
    tb *t;
    unsigned endpoints, sets, set_w, ids, groups;
    tb_sig *valid, *sop, *eop, *err, *reason, *bytes, *len, *data, *dst, *dst_type, *src, *desc;
    tb_sig *c_check, *c_valid, *c_value, *c_mask, *c_allow;
    tb_sig *ready, *we, *sel, *index, *key, *entry, *mask;
    tb_sig *o_valid, *o_sop, *o_eop, *o_err, *o_reason, *o_bytes, *o_len, *o_data, *o_desc, *o_mask;
    /* what the module has been told */
    bool is_ready, check;
    bool src_valid[4];
    uint64_t src_value[4], src_mask[4], allow;
    entry mac[WAYS][MAX_SETS], id[1024];
    uint64_t group[1024];
    /* the frame in the module's first register, and what stands at the outputs */
    cell s1;
    uint64_t want_lo, want_hi, want_top, want_mask;
    bool any;
    uint64_t pool[POOL];
    unsigned seen[16], kinds[8];
} bench;

static uint64_t low_bits(unsigned n) { return n >= 64 ? ~0ull : (1ull << n) - 1; }

static void lookup(bench *b, cell *c)
{
    c->hit = false;
    bool mac = c->dst_type == 0 || c->dst_type == 5, id = c->dst_type == 1 || c->dst_type == 6;
    if (c->kind == PUNT || c->dst_hi) mac = id = false;
    if (mac && c->dst_key >> 48 == 0) {
        for (unsigned w = 0; w < WAYS && !c->hit; w++) {
            entry e = b->mac[w][weft_mac_hash(c->dst_key, w, b->set_w)];
            if (e.valid && e.key == c->dst_key) {
                c->hit = true;
                c->found = e;
            }
        }
    } else if (id && c->dst_key < b->ids) {
        c->found = b->id[c->dst_key];
        c->hit = c->found.valid;
    }
    c->src_ok = !b->check;
    for (int i = 0; i < 4; i++)
        if (b->src_valid[i] && c->src_hi == 0 && c->src_key >> 48 == 0 &&
            (c->src_key & b->src_mask[i]) == (b->src_value[i] & b->src_mask[i]))
            c->src_ok = true;
}

static unsigned verdict(bench *b, const cell *c, uint64_t *mask)
{
    *mask = 0;
    if (c->drop) return c->drop;
    if (!b->is_ready) return DENIED;
    if (!c->hit) return NO_ROUTE;
    if (c->found.dest >= (c->found.group ? b->groups : b->endpoints)) return NO_ROUTE;
    if (!c->src_ok) return SOURCE;
    uint64_t to =
        c->found.group ? b->group[c->found.dest] & ~(1ull << c->src_port) : 1ull << c->found.dest;
    if (!(to & b->allow)) return DENIED;
    *mask = to & b->allow;
    return NONE;
}

/* One cycle: what is set on the inputs goes in; all outputs are compared. `in` is the cell that was
 * driven (or one with valid = false). Table writes are applied after the look-ups of the cycle. */
static void step(bench *b, const cell *in)
{
    tb *t = b->t;
    cell out = b->s1;
    uint64_t mask = 0;
    unsigned drop = verdict(b, &out, &mask);
    b->s1 = *in;
    if (in->valid && in->sop) lookup(b, &b->s1);
    tb_tick(t);
    if (tb_get(b->we)) {
        unsigned i = (unsigned)tb_get(b->index);
        uint64_t e = tb_get(b->entry);
        entry n = {tb_get(b->key), e >> 11 & 1, e >> 10 & 1, e & 0x3ff};
        switch (tb_get(b->sel)) {
        case 0: b->mac[i >> b->set_w][i & (b->sets - 1)] = n; break;
        case 1: b->id[i] = n; break;
        case 2: b->group[i] = tb_get(b->mask) & low_bits(b->endpoints); break;
        default: break;
        }
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
    if (out.valid && out.sop) {
        unsigned kind = out.kind;
        if (drop)
            kind = out.kind == KIND_CONTROL ? KIND_CONTROL : DROP;
        else if (out.found.group)
            kind = MULTICAST;
        b->want_lo = (out.desc_lo & ~(7ull << 28)) | (uint64_t)kind << 28;
        b->want_hi = (out.desc_hi & ~(31ull << 47)) | (uint64_t)drop << 47;
        b->want_top = out.desc_top;
        b->want_mask = mask;
        b->any = true;
        b->seen[drop]++;
        b->kinds[kind]++;
    }
    if (b->any) {
        TB_EQ(t, tb_get_bits(b->o_desc, 0, 64), b->want_lo);
        TB_EQ(t, tb_get_bits(b->o_desc, 64, 64), b->want_hi);
        TB_EQ(t, tb_get_bits(b->o_desc, 128, 10), b->want_top);
        TB_EQ(t, tb_get(b->o_mask), b->want_mask);
    }
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
    tb_set(b->dst, c->dst_key);
    tb_set_bits(b->dst, 64, 64, c->dst_hi);
    tb_set(b->dst_type, c->dst_type);
    tb_set(b->src, c->src_key);
    tb_set_bits(b->src, 64, 64, c->src_hi);
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

static void write_table(bench *b, unsigned sel, unsigned index, uint64_t key, unsigned e,
                        uint64_t mask)
{
    tb_set(b->we, 1);
    tb_set(b->sel, sel);
    tb_set(b->index, index);
    tb_set(b->key, key);
    tb_set(b->entry, e);
    tb_set(b->mask, mask);
}

static unsigned random_entry(bench *b)
{
    tb *t = b->t;
    bool group = tb_chance(t, 40);
    unsigned top = (group ? b->groups : b->endpoints) + (tb_chance(t, 10) ? 3 : 0);
    unsigned dest = tb_chance(t, 3) ? (unsigned)tb_rand_below(t, 1024)
                                    : (unsigned)tb_rand_below(t, top > 1024 ? 1024 : top);
    return (tb_chance(t, 85) ? 0x800u : 0) | (group ? 0x400u : 0) | dest;
}

static void random_write(bench *b)
{
    tb *t = b->t;
    uint64_t key = b->pool[tb_rand_below(t, POOL)];
    unsigned way = (unsigned)tb_rand_below(t, WAYS);
    uint64_t mask = tb_chance(t, 20) ? 1ull << tb_rand_below(t, 64) : tb_rand(t);
    switch (tb_rand_below(t, 4)) {
    case 0:
        write_table(b, 1, (unsigned)tb_rand_below(t, b->ids < 64 ? b->ids : 64), key,
                    random_entry(b), mask);
        break;
    case 1: write_table(b, 2, (unsigned)tb_rand_below(t, b->groups), key, 0, mask); break;
    case 2:
        if (tb_chance(t, 10)) { /* an entry in the wrong set harms nobody */
            write_table(b, 0, (unsigned)tb_rand_below(t, WAYS * b->sets), key, random_entry(b),
                        mask);
            break;
        }
    /* fall through */
    default: write_table(b, 0, weft_mac_hash_index(key, way, b->set_w), key, random_entry(b), mask);
    }
}

static void put_config(bench *b)
{
    tb_set(b->ready, b->is_ready);
    tb_set(b->c_check, b->check);
    tb_set_bits(b->c_allow, 0, b->endpoints, b->allow);
    for (unsigned i = 0; i < 4; i++) {
        tb_set_bits(b->c_valid, i, 1, b->src_valid[i]);
        tb_set_bits(b->c_value, i * 48, 48, b->src_value[i]);
        tb_set_bits(b->c_mask, i * 48, 48, b->src_mask[i]);
    }
}

static void random_config(bench *b)
{
    tb *t = b->t;
    b->check = tb_chance(t, 60);
    b->allow = (tb_chance(t, 50) ? ~0ull : tb_rand(t)) & low_bits(b->endpoints);
    b->is_ready = tb_chance(t, 95);
    unsigned i = (unsigned)tb_rand_below(t, 4);
    b->src_valid[i] = tb_chance(t, 70);
    b->src_value[i] = b->pool[tb_rand_below(t, POOL)];
    b->src_mask[i] = tb_chance(t, 70) ? low_bits(48) : low_bits(48) & ~low_bits(3);
    put_config(b);
}

/* The fields of a frame's first cell; the rest is filled in by send(). */
static cell random_head(bench *b)
{
    tb *t = b->t;
    cell c = {.valid = true, .sop = true};
    c.dst_type = tb_chance(t, 60) ? 0 : tb_chance(t, 70) ? 1 : (unsigned)tb_rand_below(t, 8);
    if (tb_chance(t, 3)) c.dst_hi = 1ull << tb_rand_below(t, 64);
    if (tb_chance(t, 3)) c.src_hi = 1ull << tb_rand_below(t, 64);
    if (c.dst_type == 1 || c.dst_type == 6)
        c.dst_key =
            tb_chance(t, 95) ? tb_rand_below(t, b->ids < 64 ? b->ids : 64) : tb_rand_below(t, 2048);
    else
        c.dst_key =
            b->pool[tb_rand_below(t, POOL)] ^ (tb_chance(t, 10) ? 1ull << tb_rand_below(t, 64) : 0);
    c.src_key =
        b->pool[tb_rand_below(t, POOL)] ^ (tb_chance(t, 10) ? 1ull << tb_rand_below(t, 64) : 0);
    c.src_port = (unsigned)tb_rand_below(t, b->endpoints);
    static const unsigned reasons[3] = {PARSE, TTL, CONTROL};
    static const unsigned kinds[8] = {UNICAST, UNICAST, UNICAST, UNICAST,
                                      UNICAST, UNICAST, REDUCE,  PUNT};
    c.drop = tb_chance(t, 15) ? reasons[tb_rand_below(t, 3)] : NONE;
    c.kind = c.drop == CONTROL ? KIND_CONTROL : c.drop ? DROP : kinds[tb_rand_below(t, 8)];
    return c;
}

static void send(bench *b, cell head, unsigned cells, unsigned gap, unsigned writes)
{
    tb *t = b->t;
    uint64_t lo = tb_rand(t), hi = tb_rand(t);
    head.desc_lo = (lo & ~(63ull << 16) & ~(7ull << 28)) | (uint64_t)head.src_port << 16 |
                   (uint64_t)head.kind << 28;
    head.desc_hi = (hi & ~(31ull << 47)) | (uint64_t)head.drop << 47;
    head.desc_top = tb_rand(t) & low_bits(10);
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
            c.dst_key = tb_rand(t);
            c.src_key = tb_rand(t);
            c.dst_type = (unsigned)tb_rand(t) & 7;
        }
        if (tb_chance(t, writes)) random_write(b);
        drive(b, &c);
        step(b, &c);
    }
}

static void clear_tables(bench *b)
{
    for (unsigned i = 0; i < WAYS * b->sets; i++) {
        write_table(b, 0, i, 0, 0, 0);
        idle(b);
    }
    for (unsigned i = 0; i < b->ids; i++) {
        write_table(b, 1, i, 0, 0, 0);
        idle(b);
    }
    for (unsigned i = 0; i < b->groups; i++) {
        write_table(b, 2, i, 0, 0, 0);
        idle(b);
    }
}

/* Sends one frame from port 0 to `key` and returns drop reason and mask as the module gives them.
 */
static unsigned probe(bench *b, uint64_t key, unsigned type, uint64_t src, uint64_t *mask)
{
    cell c = {.valid = true, .sop = true, .dst_key = key, .dst_type = type, .src_key = src};
    send(b, c, 1, 0, 0);
    idle(b);
    TB_EQ(b->t, tb_get(b->o_valid), 1); /* two cycles, not three */
    *mask = tb_get(b->o_mask);
    return (unsigned)tb_get_bits(b->o_desc, 111, 5);
}

static void directed(bench *b)
{
    tb *t = b->t;
    uint64_t mask, key = 0x020000000001u, src = 0x0200000000aau, all = low_bits(b->endpoints);
    clear_tables(b);
    b->is_ready = true;
    b->check = false;
    b->allow = all;
    memset(b->src_valid, 0, sizeof b->src_valid);
    put_config(b);
    TB_EQ(t, probe(b, key, 0, src, &mask), NO_ROUTE);
    TB_EQ(t, mask, 0);
    for (unsigned w = 0; w < WAYS; w++) { /* found in each way, and gone again */
        write_table(b, 0, weft_mac_hash_index(key, w, b->set_w), key, 0x801, 0);
        TB_EQ(t, probe(b, key, 0, src, &mask), NO_ROUTE); /* written in the cycle of the read */
        TB_EQ(t, probe(b, key, 0, src, &mask), NONE);
        TB_EQ(t, mask, 2);
        TB_EQ(t, probe(b, key | 1ull << 47, 0, src, &mask), NO_ROUTE);
        TB_EQ(t, probe(b, key | 1ull << 50, 0, src, &mask), NO_ROUTE);
        write_table(b, 0, weft_mac_hash_index(key, w, b->set_w), key, 0x001, 0);
        idle(b);
        TB_EQ(t, probe(b, key, 0, src, &mask), NO_ROUTE);
    }
    write_table(b, 1, 5, 0, 0x800, 0); /* id 5 -> endpoint 0, the own port */
    idle(b);
    TB_EQ(t, probe(b, 5, 1, src, &mask), NONE);
    TB_EQ(t, mask, 1);
    TB_EQ(t, probe(b, 5, 2, src, &mask), NO_ROUTE); /* no such table */
    b->allow = all & ~1ull;
    put_config(b);
    TB_EQ(t, probe(b, 5, 1, src, &mask), DENIED);
    b->allow = all;
    b->check = true;
    put_config(b);
    TB_EQ(t, probe(b, 5, 1, src, &mask), SOURCE);
    b->src_valid[3] = true;
    b->src_value[3] = src;
    b->src_mask[3] = low_bits(48);
    put_config(b);
    TB_EQ(t, probe(b, 5, 1, src, &mask), NONE);
    TB_EQ(t, probe(b, 5, 1, src ^ 1, &mask), SOURCE);
    TB_EQ(t, probe(b, 6, 1, src ^ 1, &mask), NO_ROUTE); /* before the source check */
    write_table(b, 1, 7, 0, 0xc02, 0);                  /* id 7 -> group 2 */
    idle(b);
    TB_EQ(t, probe(b, 7, 1, src, &mask), DENIED); /* nobody in it */
    write_table(b, 2, 2, 0, 0, 1);
    idle(b);
    TB_EQ(t, probe(b, 7, 1, src, &mask), DENIED); /* only the source port */
    write_table(b, 2, 2, 0, 0, ~0ull);
    idle(b);
    TB_EQ(t, probe(b, 7, 1, src, &mask), NONE);
    TB_EQ(t, mask, all & ~1ull);
    TB_EQ(t, tb_get_bits(b->o_desc, 28, 3), MULTICAST);
    b->is_ready = false;
    put_config(b);
    TB_EQ(t, probe(b, 7, 1, src, &mask), DENIED);
    b->is_ready = true;
    put_config(b);
}

int tb_main(tb *t)
{
    static bench b;
    b.t = t;
    b.endpoints = (unsigned)tb_param(t, "ENDPOINTS", 8);
    b.sets = (unsigned)tb_param(t, "MAC_SETS", 64);
    b.ids = (unsigned)tb_param(t, "IDS", 1024);
    b.groups = (unsigned)tb_param(t, "GROUPS", 64);
    while (1u << b.set_w < b.sets) b.set_w++;
    b.valid = tb_sig_find(t, "cell_valid_i");
    b.sop = tb_sig_find(t, "cell_sop_i");
    b.eop = tb_sig_find(t, "cell_eop_i");
    b.err = tb_sig_find(t, "cell_err_i");
    b.reason = tb_sig_find(t, "cell_reason_i");
    b.bytes = tb_sig_find(t, "cell_bytes_i");
    b.len = tb_sig_find(t, "cell_len_i");
    b.data = tb_sig_find(t, "cell_data_i");
    b.dst = tb_sig_find(t, "dst_key_i");
    b.dst_type = tb_sig_find(t, "dst_type_i");
    b.src = tb_sig_find(t, "src_key_i");
    b.desc = tb_sig_find(t, "desc_i");
    b.c_check = tb_sig_find(t, "cfg_src_check_i");
    b.c_valid = tb_sig_find(t, "cfg_src_valid_i");
    b.c_value = tb_sig_find(t, "cfg_src_value_i");
    b.c_mask = tb_sig_find(t, "cfg_src_mask_i");
    b.c_allow = tb_sig_find(t, "cfg_allow_i");
    b.ready = tb_sig_find(t, "tbl_ready_i");
    b.we = tb_sig_find(t, "tbl_we_i");
    b.sel = tb_sig_find(t, "tbl_sel_i");
    b.index = tb_sig_find(t, "tbl_index_i");
    b.key = tb_sig_find(t, "tbl_key_i");
    b.entry = tb_sig_find(t, "tbl_entry_i");
    b.mask = tb_sig_find(t, "tbl_mask_i");
    b.o_valid = tb_sig_find(t, "cell_valid_o");
    b.o_sop = tb_sig_find(t, "cell_sop_o");
    b.o_eop = tb_sig_find(t, "cell_eop_o");
    b.o_err = tb_sig_find(t, "cell_err_o");
    b.o_reason = tb_sig_find(t, "cell_reason_o");
    b.o_bytes = tb_sig_find(t, "cell_bytes_o");
    b.o_len = tb_sig_find(t, "cell_len_o");
    b.o_data = tb_sig_find(t, "cell_data_o");
    b.o_desc = tb_sig_find(t, "desc_o");
    b.o_mask = tb_sig_find(t, "dst_mask_o");
    for (int i = 0; i < POOL; i++)
        b.pool[i] = i < POOL / 2 ? 0x025745460000u + (unsigned)i : tb_rand(t) & low_bits(48);

    tb_set(b.valid, 0);
    tb_set(b.we, 0);
    put_config(&b);
    tb_reset(t, 4);
    /* closed while the tables hold nothing defined */
    b.allow = low_bits(b.endpoints);
    put_config(&b);
    for (int i = 0; i < 200; i++) send(&b, random_head(&b), 1, 0, 0);
    TB_EQ(t, b.seen[NONE], 0);
    directed(&b);

    uint64_t frames = tb_effort(t, 40000, 600000);
    for (uint64_t i = 0; i < frames; i++) {
        if (i % 20 == 0) random_config(&b);
        unsigned cells = tb_chance(t, 60) ? 1 : 1 + (unsigned)tb_rand_below(t, 6);
        send(&b, random_head(&b), cells, i % 1000 < 500 ? 0 : 25, i % 3000 < 1000 ? 100 : 20);
    }
    for (int i = 0; i < 20; i++) idle(&b);
    TB_EQ(t, tb_get(b.o_valid), 0);
    TB_CHECK(t, b.seen[NONE] && b.seen[PARSE] && b.seen[NO_ROUTE] && b.seen[DENIED] &&
                    b.seen[SOURCE] && b.seen[TTL] && b.seen[CONTROL]);
    TB_CHECK(t, b.kinds[UNICAST] && b.kinds[MULTICAST] && b.kinds[REDUCE] && !b.kinds[PUNT]);
    return tb_failures(t) != 0;
}
