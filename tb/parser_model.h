/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * parser_model.h: what the benches of the parser share: random programs, frames and configurations,
 * and the comparison of keys and descriptor with a weft_parse_result. The model itself is
 * csrc/proto/parse_machine.c. */
#ifndef WEFT_PARSER_MODEL_H
#define WEFT_PARSER_MODEL_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "common/tb.h"
#include "weft/parser.h"
#include "weft/reasons.h"

#define STAGE_BITS (32u * WEFT_PP_STAGE_WORDS)
#define DESC_BITS  138u

/* ---- the side-band of a cell as it travels in the pipeline ---------------------------------- */
typedef struct {
    bool sop, eop, err;
    unsigned reason, bytes, len;
    uint8_t data[64];
} pm_cell;

static inline uint64_t pm_side(const pm_cell *c)
{
    return (uint64_t)c->sop << 28 | (uint64_t)c->eop << 27 | (uint64_t)c->err << 26 |
           (uint64_t)c->reason << 21 | (uint64_t)c->bytes << 14 | c->len;
}

/* ---- programs ------------------------------------------------------------------------------- */
static inline weft_pp_op pm_random_op(tb *t)
{
    weft_pp_op op = {0};
    if (tb_chance(t, 40)) return op;
    op.slot = (uint8_t)tb_rand_below(t, 8);
    op.off = (uint8_t)(2 * tb_rand_below(t, tb_chance(t, 85) ? 10 : 64));
    op.arg = (uint8_t)tb_rand_below(t, 64);
    return op;
}

static inline weft_pp_row pm_random_row(tb *t)
{
    weft_pp_row r = {0};
    r.look_a = (uint8_t)(2 * tb_rand_below(t, tb_chance(t, 85) ? 16 : 64));
    r.look_b = (uint8_t)(2 * tb_rand_below(t, tb_chance(t, 85) ? 16 : 64));
    r.need = (uint8_t)tb_rand_below(t, tb_chance(t, 80) ? 24 : 128);
    if (tb_chance(t, 50)) r.proto = (uint8_t)tb_rand_below(t, 64);
    if (tb_chance(t, 30)) {
        r.var_mask = (uint8_t)tb_rand(t) & (tb_chance(t, 50) ? 0x1e : 0xff);
        r.var_shift = (uint8_t)tb_rand_below(t, tb_chance(t, 70) ? 2 : 8);
        r.var_low = tb_chance(t, 50);
    }
    for (unsigned i = 0; i < WEFT_PP_OPS; i++) r.op[i] = pm_random_op(t);
    return r;
}

static inline weft_pp_entry pm_random_entry(tb *t)
{
    static const uint8_t verdict[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 3, 4, 5};
    weft_pp_entry e = {.value = (uint32_t)tb_rand(t), .valid = tb_chance(t, 85)};
    if (tb_chance(t, 10)) e.mask = (uint32_t)tb_rand(t);
    for (uint64_t n = tb_rand_below(t, 5); n > 0; n--) e.mask |= 1u << tb_rand_below(t, 32);
    e.row = (uint8_t)tb_rand_below(t, tb_chance(t, 70) ? 3 : 8);
    e.verdict = verdict[tb_rand_below(t, 16)];
    if (e.verdict == 5) e.verdict = (uint8_t)(5 + tb_rand_below(t, 3));
    e.reason = (uint8_t)tb_rand_below(t, WEFT_DROP_REASONS);
    e.next = (uint8_t)tb_rand_below(t, tb_chance(t, 70) ? 3 : 8);
    e.adv = (uint8_t)(2 * tb_rand_below(t, tb_chance(t, 90) ? 12 : 64));
    e.op = (uint8_t)tb_rand_below(t, 4);
    e.flags = (uint8_t)tb_rand_below(t, 8);
    return e;
}

/* Tables without sense, but such that frames get through some stages. */
static inline void pm_random_program(tb *t, weft_parse_program *p)
{
    for (unsigned s = 0; s < WEFT_PP_STAGES; s++) {
        for (unsigned i = 0; i < WEFT_PP_ROWS; i++) p->row[s][i] = pm_random_row(t);
        for (unsigned i = 0; i < WEFT_PP_ENTRIES; i++) {
            p->entry[s][i] = pm_random_entry(t);
            if (s == 0 && tb_chance(t, 60)) p->entry[s][i].row = 0;
        }
    }
}

/* Most accepted frames need a destination. */
static inline void pm_give_keys(tb *t, weft_parse_program *p)
{
    for (unsigned i = 0; i < 2; i++) {
        weft_pp_op *op = &p->row[0][0].op[i];
        op->slot = (uint8_t)(i == 0 ? WEFT_SLOT_DST : WEFT_SLOT_SRC);
        op->off = (uint8_t)(2 * tb_rand_below(t, tb_chance(t, 80) ? 8 : 64));
        op->arg = (uint8_t)tb_rand_below(t, 8);
    }
    p->row[0][0].need = (uint8_t)tb_rand_below(t, 16);
}

/* ---- frames and configuration --------------------------------------------------------------- */
/* n random bytes; some are small numbers, and some words are the prefix of identifiers. */
static inline void pm_random_frame(tb *t, uint8_t *f, unsigned n, uint32_t prefix)
{
    for (unsigned i = 0; i < n; i++)
        f[i] = (uint8_t)(tb_chance(t, 25) ? tb_rand_below(t, 3) : tb_rand(t));
    for (unsigned i = 0; i + 4 <= n && i < 24; i += 2)
        if (tb_chance(t, 15))
            for (unsigned k = 0; k < 4; k++) f[i + k] = (uint8_t)(prefix >> (24 - 8 * k));
}

/* Makes the front of a frame of n bytes look like one of the protocols of csrc/proto/desc/. */
static inline void pm_protocol_front(tb *t, uint8_t *f, unsigned n)
{
    static const uint16_t type[] = {0x8100, 0x88a8, 0x88b5, 0x88b5, 0x0800,
                                    0x0800, 0x86dd, 0x8808, 0x88cc};
    static const uint16_t port[] = {4791, 4793, 53};
    unsigned at = 12, k;
    do {
        if (at + 42 > n) return;
        k = (unsigned)tb_rand_below(t, sizeof type / sizeof type[0]);
        f[at] = (uint8_t)(type[k] >> 8);
        f[at + 1] = (uint8_t)type[k];
        at += k < 2 ? 4 : 2;
    } while (k < 2);
    bool ip6 = type[k] == 0x86dd;
    if (type[k] != 0x0800 && !ip6) return;
    unsigned udp = at + (ip6 ? 40 : 20), p = port[tb_rand_below(t, 3)];
    f[at] = ip6 ? 0x60 : 0x45;
    f[at + (ip6 ? 6 : 9)] = 17;
    if (!ip6) f[at + 6] = f[at + 7] = 0; /* no fragment */
    if (udp + 4 > n) return;
    f[udp + 2] = (uint8_t)(p >> 8);
    f[udp + 3] = (uint8_t)p;
}

static inline unsigned pm_random_length(tb *t)
{
    if (tb_chance(t, 40)) return 1 + (unsigned)tb_rand_below(t, 64);
    return 1 + (unsigned)tb_rand_below(t, tb_chance(t, 60) ? 140 : 600);
}

static inline void pm_random_config(tb *t, weft_parse_config *c, unsigned vcs)
{
    unsigned top = tb_chance(t, 30) ? 8 : vcs; /* sometimes maps to VCs that do not exist */
    c->vcs = vcs;
    c->default_vc = (uint8_t)tb_rand_below(t, top);
    for (unsigned i = 0; i < 8; i++) c->cos_map[i] = (uint8_t)tb_rand_below(t, top);
    for (unsigned i = 0; i < 16; i++) c->pcp_map[i] = (uint8_t)tb_rand_below(t, top);
    for (unsigned i = 0; i < 64; i++) c->dscp_map[i] = (uint8_t)tb_rand_below(t, top);
    c->id_prefix = tb_chance(t, 80) ? 0x02574546u : (uint32_t)tb_rand(t);
    c->id_mask = tb_chance(t, 80) ? 0xffffffffu : (uint32_t)(tb_rand(t) & tb_rand(t));
}

/* The configuration inputs of weft_parser and weft_parser_extract. */
static inline void pm_put_config(tb *t, const weft_parse_config *c, unsigned port)
{
    tb_sig *cos = tb_sig_find(t, "cfg_cos_map_i"), *pcp = tb_sig_find(t, "cfg_pcp_map_i");
    tb_sig *dscp = tb_sig_find(t, "cfg_dscp_map_i");
    for (unsigned i = 0; i < 8; i++) tb_set_bits(cos, 3 * i, 3, c->cos_map[i]);
    for (unsigned i = 0; i < 16; i++) tb_set_bits(pcp, 3 * i, 3, c->pcp_map[i]);
    for (unsigned i = 0; i < 64; i++) tb_set_bits(dscp, 3 * i, 3, c->dscp_map[i]);
    tb_set(tb_sig_find(t, "cfg_default_vc_i"), c->default_vc);
    tb_set(tb_sig_find(t, "cfg_id_prefix_i"), c->id_prefix);
    tb_set(tb_sig_find(t, "cfg_id_mask_i"), c->id_mask);
    tb_set(tb_sig_find(t, "cfg_port_i"), port);
}

/* ---- keys and descriptor -------------------------------------------------------------------- */
typedef struct {
    tb_sig *dst, *dst_type, *src, *src_type, *desc;
} pm_outputs;

static inline pm_outputs pm_find_outputs(tb *t)
{
    return (pm_outputs){tb_sig_find(t, "dst_key_o"), tb_sig_find(t, "dst_type_o"),
                        tb_sig_find(t, "src_key_o"), tb_sig_find(t, "src_type_o"),
                        tb_sig_find(t, "desc_o")};
}

static inline void pm_check_key(tb *t, const char *what, const tb_sig *sig, const uint8_t key[16])
{
    uint64_t hi = 0, lo = 0;
    for (unsigned i = 0; i < 8; i++) {
        hi = hi << 8 | key[i];
        lo = lo << 8 | key[8 + i];
    }
    if (tb_get_bits(sig, 64, 64) != hi || tb_get_bits(sig, 0, 64) != lo)
        tb_fail(t, "%s is %016llx%016llx, expected %016llx%016llx", what,
                (unsigned long long)tb_get_bits(sig, 64, 64),
                (unsigned long long)tb_get_bits(sig, 0, 64), (unsigned long long)hi,
                (unsigned long long)lo);
}

/* What the descriptor says besides what was found in the frame's bytes. */
typedef struct {
    unsigned seq, port, len; /* len 0: not known */
    uint32_t time;
} pm_frame;

/* Every output, against the result of the model. */
static inline void pm_check(tb *t, const pm_outputs *o, const weft_parse_result *r,
                            const pm_frame *f)
{
    const struct {
        const char *name;
        unsigned lsb, width;
        uint64_t want;
    } field[] = {
        {"seq", 0, 16, f->seq & 0xffff},
        {"src_port", 16, 6, f->port},
        {"vc", 22, 3, r->vc},
        {"prio", 25, 3, r->prio},
        {"kind", 28, 3, r->kind},
        {"op", 31, 2, r->op},
        {"proto", 33, 6, r->proto},
        {"hash", 39, 16, r->hash},
        {"len_known", 55, 1, f->len != 0},
        {"len", 56, 14, f->len},
        {"time", 70, 32, f->time},
        {"rw_ecn", 103, 1, r->ecn_capable},
        {"rw_off", 104, 7, r->rw_off},
        {"drop", 111, 5, r->drop},
        {"rw_mode", 116, 2, r->rw_mode},
        {"spray", 118, 1, (r->flags & WEFT_PP_SPRAY) != 0},
        {"trimmable", 119, 1, (r->flags & WEFT_PP_TRIMMABLE) != 0 && r->has_trim},
        {"has_part", 120, 1, r->has_part},
        {"part", 121, 10, r->part},
        {"trim", 131, 7, r->trim},
    };
    for (unsigned i = 0; i < sizeof field / sizeof field[0]; i++) {
        uint64_t got = tb_get_bits(o->desc, field[i].lsb, field[i].width);
        if (got != field[i].want)
            tb_fail(t, "frame %u: %s is 0x%llx, expected 0x%llx (drop %u, kind %u)", f->seq,
                    field[i].name, (unsigned long long)got, (unsigned long long)field[i].want,
                    r->drop, r->kind);
    }
    TB_EQ(t, tb_get(o->dst_type), r->dst_type);
    TB_EQ(t, tb_get(o->src_type), r->src_type);
    pm_check_key(t, "dst_key_o", o->dst, r->dst);
    pm_check_key(t, "src_key_o", o->src, r->src);
}

#endif
