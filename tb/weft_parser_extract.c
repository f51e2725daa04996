/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_parser_extract. The reference is the C model of the machine
 * (csrc/proto/parse_machine.c): whatever slots and verdict a trial wants, a program of two stages
 * makes them in the model; the module gets them as walk and slots. First and second cell, second
 * cells one and two places behind or too late, other frames' cells in their place, every key type,
 * class rule, rewrite mode and random configurations. */
/* tb-params: "" "-GVCS=1 -GAGE=12" "-GVCS=8" */
/* tb-sources: "csrc/proto/parse_machine.c" */
#include "parser_model.h"

typedef struct {
    tb *t;
    unsigned age, port, seq;
    tb_sig *time, *valid, *side, *data, *walk, *slots;
    tb_sig *near_valid, *near_side, *near_data, *far_valid, *far_side, *far_data;
    tb_sig *o_valid, *o_side, *o_data;
    pm_outputs out;
    weft_parse_config cfg;
    weft_parse_result held;
    pm_frame about;
    unsigned seen[16], types[8], modes[4], classes[4];
} bench;

/* What the stages have found. */
typedef struct {
    weft_pp_op op[7]; /* slot k + 1, or none */
    unsigned verdict, reason, proto, op_class, flags;
} parse;

static parse random_parse(bench *b)
{
    tb *t = b->t;
    parse p = {.verdict = tb_chance(t, 75) ? WEFT_PP_ACCEPT : (unsigned)tb_rand_below(t, 5),
               .reason = 1 + (unsigned)tb_rand_below(t, WEFT_DROP_REASONS - 1),
               .proto = (unsigned)tb_rand_below(t, 64),
               .op_class = (unsigned)tb_rand_below(t, 4),
               .flags = (unsigned)tb_rand_below(t, 4) << 1};
    for (unsigned k = 0; k < 7; k++) {
        weft_pp_op *op = &p.op[k];
        if (!tb_chance(t, k == 0 ? 95 : 70)) continue;
        op->slot = (uint8_t)(k + 1);
        op->off = (uint8_t)(2 * tb_rand_below(t, tb_chance(t, 70) ? 19 : 64));
        op->arg = (uint8_t)tb_rand_below(t, 64);
        if (k == 3 && tb_chance(t, 60)) op->arg &= 3;
    }
    return p;
}

/* A program that comes to the same: four anchors and the results in stage 0, three in stage 1. */
static weft_parse_result model(bench *b, const parse *p, const uint8_t *frame, unsigned avail)
{
    static weft_parse_program prog;
    memset(&prog, 0, sizeof prog);
    for (unsigned k = 0; k < 7; k++) prog.row[k / 4][0].op[k % 4] = p->op[k];
    prog.row[0][0].proto = (uint8_t)p->proto;
    prog.entry[0][0] = (weft_pp_entry){.valid = 1};
    prog.entry[1][0] = (weft_pp_entry){.valid = 1,
                                       .verdict = (uint8_t)p->verdict,
                                       .reason = (uint8_t)p->reason,
                                       .op = (uint8_t)p->op_class,
                                       .flags = (uint8_t)p->flags};
    return weft_parse_program_run(&prog, frame, avail, &b->cfg);
}

static void drive_parse(bench *b, const parse *p)
{
    tb *t = b->t;
    /* Pointer and row mean nothing here, the reason only with DROP. */
    unsigned reason = p->verdict == WEFT_PP_DROP ? p->reason : (unsigned)tb_rand_below(t, 32);
    tb_set(b->walk, (tb_rand(t) & 0x1ff) << 8 | reason << 3 | p->verdict);
    for (unsigned k = 0; k < 4; k++) tb_set_bits(b->slots, 32 * k, 32, (uint32_t)tb_rand(t));
    tb_set_bits(b->slots, 0, 11, (uint64_t)p->flags << 8 | p->op_class << 6 | p->proto);
    for (unsigned k = 0; k < 7; k++) {
        const weft_pp_op *op = &p->op[k];
        uint64_t set = 1u << 12 | (unsigned)op->arg << 6 | op->off / 2u;
        tb_set_bits(b->slots, 16 * (k + 1), 13, op->slot ? set : tb_rand(t) & 0xfff);
    }
}

static void random_cell(tb *t, pm_cell *c, bool sop)
{
    memset(c, 0, sizeof *c);
    c->sop = sop;
    c->eop = tb_chance(t, 50);
    c->bytes = c->eop ? 1 + (unsigned)tb_rand_below(t, 64) : 64;
    c->len = (unsigned)tb_rand_below(t, 9216);
    for (unsigned i = 0; i < c->bytes; i++) c->data[i] = (uint8_t)tb_rand(t);
}

static void drive_behind(bench *b, bool near, bool valid, const pm_cell *c)
{
    tb_set(near ? b->near_valid : b->far_valid, valid);
    tb_set(near ? b->near_side : b->far_side, pm_side(c));
    tb_set_bytes(near ? b->near_data : b->far_data, 0, c->data, 64);
}

static void check(bench *b)
{
    if (b->about.port < 64) pm_check(b->t, &b->out, &b->held, &b->about);
}

/* A cycle with no first cell: keys and descriptor stay. */
static void between(bench *b)
{
    tb *t = b->t;
    pm_cell c;
    bool valid = tb_chance(t, 50);
    random_cell(t, &c, !valid);
    tb_set(b->valid, valid);
    tb_set(b->side, pm_side(&c));
    tb_set_bytes(b->data, 0, c.data, 64);
    tb_tick(t);
    TB_EQ(t, tb_get(b->o_valid), valid);
    if (valid) TB_EQ(t, tb_get(b->o_side), pm_side(&c));
    check(b);
}

static void trial(bench *b)
{
    tb *t = b->t;
    parse p = random_parse(b);
    uint8_t frame[256] = {0}, got[64];
    unsigned len = pm_random_length(t) % 200 + 1, place = (unsigned)tb_rand_below(t, 3);
    pm_random_frame(t, frame, len, b->cfg.id_prefix);
    pm_cell first = {.sop = true, .eop = len <= 64, .bytes = len < 64 ? len : 64, .len = len};
    pm_cell second = {.eop = len <= 128, .bytes = len < 128 ? len - 64 : 64};
    memcpy(first.data, frame, first.bytes);
    if (len > 64) memcpy(second.data, frame + 64, second.bytes);
    for (unsigned k = 0; k < 2; k++) { /* nothing, or another frame's first cell */
        pm_cell other;
        random_cell(t, &other, true);
        /* Behind a frame of one cell may come anything that has no second cell before it. */
        drive_behind(b, k == 0, first.eop ? tb_chance(t, 50) : false, &other);
    }
    unsigned avail = len;
    if (!first.eop && place < 2) {
        drive_behind(b, place == 0, true, &second);
        if (place == 0) { /* the third cell, or the next frame */
            pm_cell other;
            random_cell(t, &other, second.eop);
            drive_behind(b, false, tb_chance(t, 50), &other);
        }
    } else if (!first.eop) {
        avail = 64; /* too late */
    }
    drive_parse(b, &p);
    uint32_t now = (uint32_t)tb_rand(t);
    tb_set(b->time, now);
    tb_set(b->valid, 1);
    tb_set(b->side, pm_side(&first));
    tb_set_bytes(b->data, 0, first.data, 64);
    tb_tick(t);
    TB_EQ(t, tb_get(b->o_valid), 1);
    TB_EQ(t, tb_get(b->o_side), pm_side(&first));
    tb_get_bytes(b->o_data, 0, got, 64);
    if (memcmp(got, first.data, 64)) tb_fail(t, "cell data changed");
    b->held = model(b, &p, frame, avail);
    b->about = (pm_frame){b->seq++, b->port, first.eop ? len : 0, now - b->age};
    check(b);
    b->seen[b->held.drop]++;
    if (b->held.drop == 0) {
        b->types[b->held.dst_type]++;
        b->modes[b->held.rw_mode]++;
        if (p.op[2].slot) b->classes[p.op[2].arg & 3]++;
    }
}

int tb_main(tb *t)
{
    static bench b;
    b.t = t;
    b.age = (unsigned)tb_param(t, "AGE", 6);
    b.cfg.vcs = (unsigned)tb_param(t, "VCS", 4);
    b.time = tb_sig_find(t, "time_i");
    b.valid = tb_sig_find(t, "valid_i");
    b.side = tb_sig_find(t, "side_i");
    b.data = tb_sig_find(t, "data_i");
    b.walk = tb_sig_find(t, "walk_i");
    b.slots = tb_sig_find(t, "slots_i");
    b.near_valid = tb_sig_find(t, "near_valid_i");
    b.near_side = tb_sig_find(t, "near_side_i");
    b.near_data = tb_sig_find(t, "near_data_i");
    b.far_valid = tb_sig_find(t, "far_valid_i");
    b.far_side = tb_sig_find(t, "far_side_i");
    b.far_data = tb_sig_find(t, "far_data_i");
    b.o_valid = tb_sig_find(t, "valid_o");
    b.o_side = tb_sig_find(t, "side_o");
    b.o_data = tb_sig_find(t, "data_o");
    b.out = pm_find_outputs(t);
    b.about.port = 64;
    tb_set(b.valid, 0);
    tb_reset(t, 3);
    TB_EQ(t, tb_get(b.o_valid), 0);
    for (uint64_t i = 0; i < tb_effort(t, 60000, 1000000); i++) {
        if (i % 50 == 0) {
            pm_random_config(t, &b.cfg, b.cfg.vcs);
            b.port = (unsigned)tb_rand_below(t, 64);
            pm_put_config(t, &b.cfg, b.port);
        }
        trial(&b);
        while (tb_chance(t, 20)) between(&b);
    }
    /* Everything was there: each key type that exists, rewrite mode and class rule. */
    TB_CHECK(t, b.seen[0] > 1000 && b.seen[WEFT_DROP_PARSE] > 1000);
    TB_CHECK(t, b.seen[WEFT_DROP_TTL] > 100 && b.seen[WEFT_DROP_CONTROL] > 100);
    for (unsigned k = 0; k < 7; k++) TB_CHECK(t, b.types[k] > 20);
    for (unsigned k = 0; k < 4; k++) TB_CHECK(t, b.modes[k] > 100 && b.classes[k] > 100);
    return tb_failures(t) != 0;
}
