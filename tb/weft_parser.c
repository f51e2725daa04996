/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_parser. The reference walks over the bytes of a frame with a cursor, as a dissector
 * does, and knows nothing of cells; the module sees random frames (tags, decoys, headers cut short,
 * every length from one byte) cell by cell with random gaps and random configurations. Every output
 * is compared in every cycle. Directed cases show each rule of the header comment once. */
/* tb-params: "" "-GVCS=1" "-GVCS=8" */
#include "common/tb.h"
#include <string.h>

enum { NONE = 0, PARSE = 6, TTL = 10, CONTROL = 14 }; /* drop reasons */
enum { KIND_UNICAST = 0, KIND_DROP = 4, KIND_CONTROL = 5 };

typedef struct {
    unsigned port, esun_type, default_vc;
    uint32_t id_prefix, id_mask;
    uint8_t cos_map[8], pcp_map[16];
} config;

typedef struct {
    uint64_t dst_key, src_key;
    unsigned dst_type, src_type;
    unsigned vc, prio, kind, proto, hash, rw_ttl, rw_ecn, rw_off, drop;
} fields;

typedef struct {
    tb *t;
    unsigned vcs;
    tb_sig *time, *valid, *sop, *eop, *err, *reason, *bytes, *len, *data;
    tb_sig *c_port, *c_esun, *c_prefix, *c_mask, *c_cos, *c_pcp, *c_vc;
    tb_sig *o_valid, *o_sop, *o_eop, *o_err, *o_reason, *o_bytes, *o_len, *o_data;
    tb_sig *o_dst, *o_dst_type, *o_src, *o_src_type, *o_desc;
    config cfg;
    unsigned seq;                       /* frames so far */
    uint64_t desc_lo, desc_hi, dst_key; /* what stands at the outputs since the last sop */
} bench;

static uint64_t be(const uint8_t *p, unsigned n)
{
    uint64_t v = 0;
    while (n--) v = v << 8 | *p++;
    return v;
}

static uint16_t rotl16(uint16_t x, unsigned n)
{
    return (uint16_t)((unsigned)x << n | (unsigned)x >> (16 - n));
}

static unsigned flow_hash(uint64_t dst, uint64_t src, unsigned label)
{
    static const unsigned turn[7] = {0, 2, 10, 8, 14, 9, 1};
    uint16_t word[7] = {(uint16_t)dst,  (uint16_t)(dst >> 16), (uint16_t)(dst >> 32),
                        (uint16_t)src,  (uint16_t)(src >> 16), (uint16_t)(src >> 32),
                        (uint16_t)label};
    uint16_t x = word[0];
    for (int i = 1; i < 7; i++) x ^= rotl16(word[i], turn[i]);
    for (int round = 0; round < 2; round++) {
        x ^= (uint16_t)(x << 4);
        x ^= x >> 7;
        x ^= (uint16_t)(x << 6);
    }
    return x;
}

/* The reference: `n` bytes of the frame are there. */
static fields parse(const bench *b, const uint8_t *f, unsigned n)
{
    const config *c = &b->cfg;
    fields r = {0};
    uint8_t padded[64] = {0};
    memcpy(padded, f, n < 64 ? n : 64);
    uint64_t dst = be(padded, 6), src = be(padded + 6, 6);
    bool cut = false, tagged = false, esun = false;
    unsigned at = 12, tci = 0, type = 0, label = 0;
    for (int tags = 0;; tags++) {
        if (at + 2 > n) {
            cut = true;
            break;
        }
        type = (unsigned)be(f + at, 2);
        at += 2;
        if (tags == 2 || (type != 0x8100 && type != 0x88a8)) break;
        if (at + 2 > n) {
            cut = true;
            break;
        }
        if (!tagged) tci = (unsigned)be(f + at, 2);
        tagged = true;
        at += 2;
    }
    if (!cut && type == 0x8808) r.drop = CONTROL;
    if (!cut && type != 0x8808 && type == c->esun_type) {
        if (at + 4 > n)
            cut = true;
        else
            esun = true;
    }
    r.dst_type = !((dst >> 16 ^ c->id_prefix) & c->id_mask);
    r.src_type = !((src >> 16 ^ c->id_prefix) & c->id_mask);
    r.dst_key = r.dst_type ? dst & 0x3ff : dst;
    r.src_key = src;
    unsigned vc = c->default_vc;
    if (tagged && !cut) {
        r.prio = tci >> 13;
        vc = c->pcp_map[tci >> 12];
    }
    if (esun) {
        uint32_t eh = (uint32_t)be(f + at, 4);
        r.proto = 1;
        r.prio = eh >> 26 & 7;
        vc = c->cos_map[r.prio];
        if (eh >> 29 & 1) label = eh >> 8 & 0xffff;
        r.rw_ttl = 1;
        r.rw_ecn = (eh >> 24 & 3) != 0;
        r.rw_off = at;
        if (!r.drop && (eh >> 4 & 15) < 2) r.drop = TTL;
    }
    if ((cut || vc >= b->vcs) && r.drop != CONTROL) r.drop = PARSE;
    r.vc = vc < b->vcs ? vc : 0;
    r.kind = r.drop == CONTROL ? KIND_CONTROL : r.drop ? KIND_DROP : KIND_UNICAST;
    r.hash = flow_hash(dst, src, label);
    return r;
}

static void put_config(bench *b)
{
    const config *c = &b->cfg;
    tb_set(b->c_port, c->port);
    tb_set(b->c_esun, c->esun_type);
    tb_set(b->c_prefix, c->id_prefix);
    tb_set(b->c_mask, c->id_mask);
    tb_set(b->c_vc, c->default_vc);
    for (unsigned i = 0; i < 8; i++) tb_set_bits(b->c_cos, 3 * i, 3, c->cos_map[i]);
    for (unsigned i = 0; i < 16; i++) tb_set_bits(b->c_pcp, 3 * i, 3, c->pcp_map[i]);
}

static void random_config(bench *b)
{
    tb *t = b->t;
    config *c = &b->cfg;
    c->port = (unsigned)tb_rand_below(t, 64);
    static const unsigned odd[4] = {0x8808, 0x8100, 0x88a8,
                                    0x0000}; /* a mistake, or switched off */
    c->esun_type = tb_chance(t, 85)   ? 0x88b5
                   : tb_chance(t, 50) ? odd[tb_rand_below(t, 4)]
                                      : (unsigned)tb_rand(t) & 0xffff;
    c->id_prefix = tb_chance(t, 80) ? 0x02574546 : (uint32_t)tb_rand(t);
    c->id_mask = tb_chance(t, 80) ? 0xffffffff : (uint32_t)tb_rand(t);
    unsigned top = tb_chance(t, 30) ? 8 : b->vcs; /* sometimes maps to VCs that do not exist */
    c->default_vc = (unsigned)tb_rand_below(t, top);
    for (int i = 0; i < 8; i++) c->cos_map[i] = (uint8_t)tb_rand_below(t, top);
    for (int i = 0; i < 16; i++) c->pcp_map[i] = (uint8_t)tb_rand_below(t, top);
    put_config(b);
}

/* One cycle with nothing on the input: nothing may come out, the descriptor stays. */
static void idle(bench *b)
{
    tb_set(b->valid, 0);
    tb_set(b->sop, tb_rand(b->t) & 1); /* do not care without valid */
    tb_set(b->eop, tb_rand(b->t) & 1);
    tb_tick(b->t);
    TB_EQ(b->t, tb_get(b->o_valid), 0);
    TB_EQ(b->t, tb_get_bits(b->o_desc, 0, 64), b->desc_lo);
    TB_EQ(b->t, tb_get_bits(b->o_desc, 64, 52), b->desc_hi);
    TB_EQ(b->t, tb_get(b->o_dst), b->dst_key);
}

/* Sends a frame cell by cell and compares everything that comes out. */
static fields frame(bench *b, const uint8_t *f, unsigned n, unsigned gap_percent)
{
    tb *t = b->t;
    fields want = parse(b, f, n);
    bool err = tb_chance(t, 10);
    unsigned reason = err ? (unsigned)tb_rand_below(t, 15) : 0;
    for (unsigned at = 0; at < n; at += 64) {
        while (tb_chance(t, gap_percent)) idle(b);
        unsigned k = n - at < 64 ? n - at : 64;
        bool eop = at + k == n;
        uint8_t d[64] = {0}, got[64];
        uint32_t now = (uint32_t)tb_rand(t);
        memcpy(d, f + at, k);
        tb_set(b->time, now);
        tb_set(b->valid, 1);
        tb_set(b->sop, at == 0);
        tb_set(b->eop, eop);
        tb_set(b->err, eop && err);
        tb_set(b->reason, eop ? reason : 0);
        tb_set(b->bytes, k);
        tb_set(b->len, eop ? n : 0);
        tb_set_bytes(b->data, 0, d, 64);
        tb_tick(t);
        TB_EQ(t, tb_get(b->o_valid), 1);
        TB_EQ(t, tb_get(b->o_sop), at == 0);
        TB_EQ(t, tb_get(b->o_eop), eop);
        TB_EQ(t, tb_get(b->o_err), eop && err);
        TB_EQ(t, tb_get(b->o_reason), eop ? reason : 0);
        TB_EQ(t, tb_get(b->o_bytes), k);
        TB_EQ(t, tb_get(b->o_len), eop ? n : 0);
        tb_get_bytes(b->o_data, 0, got, 64);
        if (memcmp(got, d, 64)) tb_fail(t, "cell data changed");
        if (at == 0) {
            TB_EQ(t, tb_get(b->o_dst), want.dst_key);
            TB_EQ(t, tb_get(b->o_dst_type), want.dst_type);
            TB_EQ(t, tb_get(b->o_src), want.src_key);
            TB_EQ(t, tb_get(b->o_src_type), want.src_type);
            TB_EQ(t, tb_get_bits(b->o_desc, 0, 16), b->seq & 0xffff);
            TB_EQ(t, tb_get_bits(b->o_desc, 16, 6), b->cfg.port);
            TB_EQ(t, tb_get_bits(b->o_desc, 22, 3), want.vc);
            TB_EQ(t, tb_get_bits(b->o_desc, 25, 3), want.prio);
            TB_EQ(t, tb_get_bits(b->o_desc, 28, 3), want.kind);
            TB_EQ(t, tb_get_bits(b->o_desc, 31, 2), 0);
            TB_EQ(t, tb_get_bits(b->o_desc, 33, 6), want.proto);
            TB_EQ(t, tb_get_bits(b->o_desc, 39, 16), want.hash);
            TB_EQ(t, tb_get_bits(b->o_desc, 55, 1), eop);
            TB_EQ(t, tb_get_bits(b->o_desc, 56, 14), eop ? n : 0);
            TB_EQ(t, tb_get_bits(b->o_desc, 70, 32), now);
            TB_EQ(t, tb_get_bits(b->o_desc, 102, 1), want.rw_ttl);
            TB_EQ(t, tb_get_bits(b->o_desc, 103, 1), want.rw_ecn);
            TB_EQ(t, tb_get_bits(b->o_desc, 104, 7), want.rw_off);
            TB_EQ(t, tb_get_bits(b->o_desc, 111, 5), want.drop);
            b->seq++;
            b->desc_lo = tb_get_bits(b->o_desc, 0, 64);
            b->desc_hi = tb_get_bits(b->o_desc, 64, 52);
            b->dst_key = tb_get(b->o_dst);
        } else {
            TB_EQ(t, tb_get_bits(b->o_desc, 0, 64), b->desc_lo);
            TB_EQ(t, tb_get_bits(b->o_desc, 64, 52), b->desc_hi);
        }
    }
    return want;
}

static void put_be(uint8_t *p, uint64_t v, unsigned n)
{
    while (n--) {
        p[n] = (uint8_t)v;
        v >>= 8;
    }
}

static uint64_t random_address(bench *b)
{
    tb *t = b->t;
    uint64_t r = tb_rand(t) & 0xffffffffffffu;
    switch (tb_rand_below(t, 6)) {
    case 0: return r;
    case 1: return (uint64_t)b->cfg.id_prefix << 16 | (r & 0xffff);
    case 2: return ((uint64_t)b->cfg.id_prefix << 16 | (r & 0xffff)) ^ 1ull << tb_rand_below(t, 48);
    case 3: return 0x0180c2000001u;
    case 4: return r | 1ull << 40; /* group bit */
    default: return 0x020000000000u + (r & 0xff);
    }
}

static unsigned random_type(bench *b)
{
    static const unsigned type[] = {0x0800, 0x86dd, 0x8808, 0x9100, 0x8100, 0x88a8, 0x88b5, 0x0000};
    tb *t = b->t;
    if (tb_chance(t, 50)) return b->cfg.esun_type;
    if (tb_chance(t, 20)) return (unsigned)tb_rand(t) & 0xffff;
    return type[tb_rand_below(t, 8)];
}

static void random_frame(bench *b, uint8_t *f, unsigned *n)
{
    tb *t = b->t;
    *n = tb_chance(t, 30) ? 1 + (unsigned)tb_rand_below(t, 30)
                          : 30 + (unsigned)tb_rand_below(t, tb_chance(t, 20) ? 1000 : 100);
    for (unsigned i = 0; i < 1100; i++) f[i] = (uint8_t)tb_rand(t);
    put_be(f, random_address(b), 6);
    put_be(f + 6, random_address(b), 6);
    unsigned at = 12;
    for (unsigned tags = (unsigned)tb_rand_below(t, 4); tags > 0; tags--, at += 4)
        put_be(f + at, tb_chance(t, 50) ? 0x8100 : 0x88a8, 2);
    put_be(f + at, random_type(b), 2);
    if (tb_chance(t, 30)) f[at + 5] &= 0x1f; /* TTL 0 or 1 often enough */
}

/* A frame of `n` bytes: optional tags, then `type` and the ESUN header `eh`. */
static fields directed(bench *b, int tags, unsigned tci, unsigned type, uint32_t eh, unsigned n)
{
    uint8_t f[256] = {0};
    unsigned at = 12;
    put_be(f, 0x020000000005u, 6);
    put_be(f + 6, 0x020000000006u, 6);
    for (int i = 0; i < tags; i++, at += 4) {
        put_be(f + at, i ? 0x8100 : 0x88a8, 2);
        put_be(f + at + 2, i ? 0 : tci, 2);
    }
    put_be(f + at, type, 2);
    put_be(f + at + 2, eh, 4);
    return frame(b, f, n, 0);
}

static void directed_cases(bench *b)
{
    tb *t = b->t;
    config plain = {.port = 3, .esun_type = 0x88b5, .id_prefix = 0x02574546, .id_mask = 0xffffffff};
    b->cfg = plain;
    for (int i = 0; i < 8; i++) b->cfg.cos_map[i] = (uint8_t)((i + 1u) % b->vcs);
    for (int i = 0; i < 16; i++) b->cfg.pcp_map[i] = (uint8_t)((i + 2u) % b->vcs);
    b->cfg.default_vc = (uint8_t)(b->vcs - 1);
    put_config(b);
    uint32_t eh = 0x2c123470; /* F 1, CoS 3, ECN 0, label 1234, TTL 7 */
    for (int tags = 0; tags < 3; tags++) {
        unsigned off = 14 + 4 * (unsigned)tags;
        fields r = directed(b, tags, 0xb000, 0x88b5, eh, 60);
        TB_EQ(t, r.drop, NONE);
        TB_EQ(t, r.rw_off, off);
        TB_EQ(t, r.vc, 4 % b->vcs); /* CoS 3 overrides PCP 5 */
        r = directed(b, tags, 0xb000, 0x88b5, eh, off + 4);
        TB_EQ(t, r.drop, NONE);
        r = directed(b, tags, 0xb000, 0x88b5, eh, off + 3);
        TB_EQ(t, r.drop, PARSE);
        TB_EQ(t, r.rw_ttl, 0);
        r = directed(b, tags, 0xb000, 0x0800, 0, off);
        TB_EQ(t, r.drop, NONE);
        TB_EQ(t, r.vc, tags ? 13 % b->vcs : b->vcs - 1); /* {PCP, DEI} = 1011 */
        r = directed(b, tags, 0xb000, 0x0800, 0, off - 1);
        TB_EQ(t, r.drop, PARSE);
        r = directed(b, tags, 0, 0x8808, 0, 60);
        TB_EQ(t, r.kind, KIND_CONTROL);
        for (uint32_t ttl = 0; ttl < 16; ttl++) {
            r = directed(b, tags, 0, 0x88b5, (eh & ~0xf0u) | ttl << 4, 130);
            TB_EQ(t, r.drop, ttl < 2 ? TTL : NONE);
        }
    }
    /* the flow label counts only with F = 1, each ECN code but 00 may be marked */
    TB_CHECK(t, directed(b, 0, 0, 0x88b5, 0x20123470, 60).hash !=
                    directed(b, 0, 0, 0x88b5, 0x20123570, 60).hash);
    TB_CHECK(t, directed(b, 0, 0, 0x88b5, 0x00123470, 60).hash ==
                    directed(b, 0, 0, 0x88b5, 0x00123570, 60).hash);
    for (uint32_t ecn = 0; ecn < 4; ecn++)
        TB_EQ(t, directed(b, 0, 0, 0x88b5, eh | ecn << 24, 60).rw_ecn, ecn != 0);
}

/* Neighbouring addresses and labels, at any stride up to 1024, fall evenly on 2, 4, 8 and 16 ways,
 * at both ends of the hash; 256 x 256 neighbours never meet. (Of the reference, which the module is
 * compared with.) */
static void hash_spread(bench *b)
{
    tb *t = b->t;
    const uint64_t base = 0x025745460000u;
    for (unsigned kind = 0; kind < 3; kind++)
        for (unsigned stride = 0; stride <= 10; stride++)
            for (unsigned bits = 1; bits <= 4; bits++)
                for (unsigned low = 0; low <= 16 - bits; low += 16 - bits) {
                    unsigned count[16] = {0};
                    for (unsigned i = 0; i < 64; i++) {
                        unsigned x = i << stride;
                        unsigned h = flow_hash(base + (kind == 0 ? x : 0),
                                               base + 0x40000000 + (kind == 1 ? x : 0),
                                               kind == 2 ? x : 0x1234);
                        count[h >> low & ((1u << bits) - 1)]++;
                    }
                    for (unsigned i = 0; i < 1u << bits; i++)
                        if (count[i] != 64u >> bits)
                            tb_fail(t,
                                    "hash: kind %u, stride %u, bits %u at %u: %u of 64 in way %u",
                                    kind, stride, bits, low, count[i], i);
                }
    static bool seen[65536];
    for (unsigned i = 0; i < 65536; i++) {
        unsigned h = flow_hash(base + (i & 255), base + (i >> 8), 0);
        if (seen[h]) tb_fail(t, "hash: pair %u meets another in %u", i, h);
        seen[h] = true;
    }
}

int tb_main(tb *t)
{
    bench b = {.t = t, .vcs = (unsigned)tb_param(t, "VCS", 4)};
    b.time = tb_sig_find(t, "time_i");
    b.valid = tb_sig_find(t, "cell_valid_i");
    b.sop = tb_sig_find(t, "cell_sop_i");
    b.eop = tb_sig_find(t, "cell_eop_i");
    b.err = tb_sig_find(t, "cell_err_i");
    b.reason = tb_sig_find(t, "cell_reason_i");
    b.bytes = tb_sig_find(t, "cell_bytes_i");
    b.len = tb_sig_find(t, "cell_len_i");
    b.data = tb_sig_find(t, "cell_data_i");
    b.c_port = tb_sig_find(t, "cfg_port_i");
    b.c_esun = tb_sig_find(t, "cfg_esun_type_i");
    b.c_prefix = tb_sig_find(t, "cfg_id_prefix_i");
    b.c_mask = tb_sig_find(t, "cfg_id_mask_i");
    b.c_cos = tb_sig_find(t, "cfg_cos_map_i");
    b.c_pcp = tb_sig_find(t, "cfg_pcp_map_i");
    b.c_vc = tb_sig_find(t, "cfg_default_vc_i");
    b.o_valid = tb_sig_find(t, "cell_valid_o");
    b.o_sop = tb_sig_find(t, "cell_sop_o");
    b.o_eop = tb_sig_find(t, "cell_eop_o");
    b.o_err = tb_sig_find(t, "cell_err_o");
    b.o_reason = tb_sig_find(t, "cell_reason_o");
    b.o_bytes = tb_sig_find(t, "cell_bytes_o");
    b.o_len = tb_sig_find(t, "cell_len_o");
    b.o_data = tb_sig_find(t, "cell_data_o");
    b.o_dst = tb_sig_find(t, "dst_key_o");
    b.o_dst_type = tb_sig_find(t, "dst_type_o");
    b.o_src = tb_sig_find(t, "src_key_o");
    b.o_src_type = tb_sig_find(t, "src_type_o");
    b.o_desc = tb_sig_find(t, "desc_o");
    TB_EQ(t, tb_sig_width(b.o_desc), 116);

    tb_set(b.valid, 0);
    tb_reset(t, 4);
    TB_EQ(t, tb_get(b.o_valid), 0);
    hash_spread(&b);
    directed_cases(&b);

    uint8_t f[1200];
    unsigned n;
    uint64_t frames = tb_effort(t, 30000, 500000);
    unsigned seen[16] = {0};
    for (uint64_t i = 0; i < frames; i++) {
        if (i % 100 == 0) random_config(&b);
        random_frame(&b, f, &n);
        seen[frame(&b, f, n, i % 1000 < 500 ? 0 : 30).drop]++;
    }
    /* the random part reached every verdict */
    TB_CHECK(t, seen[NONE] && seen[PARSE] && seen[TTL] && seen[CONTROL]);
    for (int i = 0; i < 20; i++) idle(&b);
    /* reset in mid-frame: nothing comes out, the numbering starts again */
    tb_set(b.valid, 1);
    tb_set(b.sop, 1);
    tb_set(b.eop, 0);
    tb_set(b.bytes, 64);
    tb_reset(t, 2);
    TB_EQ(t, tb_get(b.o_valid), 0);
    b.seq = 0;
    random_config(&b);
    random_frame(&b, f, &n);
    frame(&b, f, n, 0);
    return tb_failures(t) != 0;
}
