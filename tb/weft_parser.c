/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_parser. Cells come as the MAC of this width sends them (and closer, and with second
 * cells that are late); every frame is parsed by the C model of the machine
 * (csrc/proto/parse_machine.c) with the program that was loaded when its first cell entered the
 * pipeline. Programs are random tables or shipped ones, and change at random moments under traffic.
 * Every cell must leave unchanged, in order, in the cycle that the header comment of the module
 * gives it; every field of the descriptor and both keys must equal the model's in every cycle.
 * Then each shipped description: frames that take random ways through its headers, mutated and cut,
 * against the interpreter of the description, which knows neither tables nor stages: 5,000 frames a
 * protocol, 1,000,000 with WEFT_LONG=1. */
/* tb-params: "" "-GMII_BYTES=16 -GVCS=1" "-GMII_BYTES=8 -GVCS=8" */
/* tb-sources: "csrc/proto/parse_machine.c" "csrc/proto/programs.c" "csrc/proto/desc.c"
   "csrc/proto/desc_check.c" "csrc/proto/desc_compile.c" "csrc/proto/desc_expr.c"
   "csrc/proto/desc_header.c" "csrc/proto/desc_interpret.c" "csrc/proto/desc_lex.c"
   "csrc/proto/desc_parse.c" "csrc/proto/desc_random.c" "csrc/proto/desc_select.c"
   "csrc/proto/desc_states.c" "csrc/proto/desc_ternary.c" */
#include "parser_model.h"
#include "weft/programs.h"
#include "weft/proto_desc.h"

#include <stdio.h>

#define STAGES 6u
#define ROOM   64u /* cells in flight, a power of two */

typedef struct {
    pm_cell cell;
    uint64_t enters; /* cycle in which it is in stage 0 */
    unsigned avail;  /* of a first cell: bytes of the header that exist for the program */
    uint8_t head[WEFT_PP_BYTES];
    pm_frame about;
    weft_parse_result want;
} expected;

/* The frame that is being sent. */
typedef struct {
    uint8_t bytes[700];
    unsigned len, off;   /* off == len: all sent */
    uint64_t at;         /* cycle of the next cell */
    unsigned second_gap; /* cycles from the first cell to the second one */
    bool err, tight;
} sender;

typedef struct {
    tb *t;
    unsigned hold, spacing, port, seq;
    tb_sig *time, *load, *load_data, *load_tag, *tag;
    tb_sig *valid, *sop, *eop, *err, *reason, *bytes, *len, *data;
    tb_sig *o_valid, *o_sop, *o_eop, *o_err, *o_reason, *o_bytes, *o_len, *o_data;
    pm_outputs out;
    weft_parse_config cfg;
    /* programs: the one that new frames get, and the one on the bus */
    weft_parse_program now, loading;
    weft_desc *described; /* NULL, or what all frames are and the next program is made from */
    uint64_t way;         /* through the description */
    uint32_t words[WEFT_PP_WORDS], tag_want;
    uint64_t load_start; /* cycle of load_i of the last load */
    unsigned load_percent;
    uint64_t loads, shipped, late;
    /* what is sent, and what must come out */
    sender send;
    unsigned gap_percent;
    expected row[ROOM];
    unsigned head, parsed, tail;
    uint64_t last_enters;
    weft_parse_result held;
    pm_frame held_about;
    unsigned seen[16];
} bench;

static void drive_idle(bench *b)
{
    tb_set(b->valid, 0);
    tb_set(b->sop, tb_rand(b->t) & 1); /* do not care without valid */
    tb_set(b->eop, tb_rand(b->t) & 1);
}

static void drive(bench *b, const pm_cell *c)
{
    tb_set(b->valid, 1);
    tb_set(b->sop, c->sop);
    tb_set(b->eop, c->eop);
    tb_set(b->err, c->err);
    tb_set(b->reason, c->reason);
    tb_set(b->bytes, c->bytes);
    tb_set(b->len, c->len);
    tb_set_bytes(b->data, 0, c->data, 64);
}

/* Random tables, or one of the shipped programs. */
static void next_program(bench *b)
{
    tb *t = b->t;
    unsigned shipped = 0;
    if (b->described != NULL) {
        TB_CHECK(t, weft_desc_compile(b->described, &b->loading, NULL));
        return;
    }
    while (weft_program_name(shipped) != NULL) shipped++;
    if (shipped > 0 && tb_chance(t, 40)) {
        const char *name = weft_program_name((unsigned)tb_rand_below(t, shipped));
        weft_parse_program_unpack(weft_program_words(name), &b->loading);
        b->shipped++;
        return;
    }
    pm_random_program(t, &b->loading);
    if (tb_chance(t, 80)) pm_give_keys(t, &b->loading);
}

/* The bus in this cycle: tables of stage s in the cycle s after load_i, else noise. */
static void drive_load(bench *b)
{
    tb *t = b->t;
    uint64_t age = tb_cycle(t) - b->load_start;
    tb_set(b->load, 0);
    if (age >= STAGES && tb_chance(t, b->load_percent)) {
        next_program(b);
        if (!weft_parse_program_pack(&b->loading, b->words)) tb_fail(t, "program does not pack");
        b->load_start = tb_cycle(t);
        age = 0;
        b->tag_want = (uint32_t)tb_rand(t);
        tb_set(b->load, 1);
        tb_set(b->load_tag, b->tag_want);
        b->loads++;
    }
    if (age < STAGES)
        tb_set_bytes(b->load_data, 0, b->words + age * WEFT_PP_STAGE_WORDS, STAGE_BITS / 8);
    else
        for (unsigned k = 0; k < 4; k++)
            tb_set_bits(b->load_data, 64 * (unsigned)tb_rand_below(t, STAGE_BITS / 64), 64,
                        tb_rand(t));
}

static void check_outputs(bench *b)
{
    tb *t = b->t;
    bool due = b->head != b->tail && b->row[b->head % ROOM].enters + STAGES + 1 == tb_cycle(t);
    TB_EQ(t, tb_get(b->o_valid), due);
    if (due) {
        const expected *e = &b->row[b->head++ % ROOM];
        uint8_t got[64];
        TB_EQ(t, tb_get(b->o_sop), e->cell.sop);
        TB_EQ(t, tb_get(b->o_eop), e->cell.eop);
        TB_EQ(t, tb_get(b->o_err), e->cell.err);
        TB_EQ(t, tb_get(b->o_reason), e->cell.reason);
        TB_EQ(t, tb_get(b->o_bytes), e->cell.bytes);
        TB_EQ(t, tb_get(b->o_len), e->cell.len);
        tb_get_bytes(b->o_data, 0, got, 64);
        if (memcmp(got, e->cell.data, 64)) tb_fail(t, "cell data changed");
        if (e->cell.sop) {
            b->held = e->want;
            b->held_about = e->about;
            b->seen[e->want.kind == WEFT_KIND_PUNT ? 15 : e->want.drop]++;
        }
    }
    if (b->held_about.port < 64) pm_check(t, &b->out, &b->held, &b->held_about);
    TB_EQ(t, tb_get(b->tag), b->tag_want);
}

/* ---- the sender ------------------------------------------------------------------------------ */
/* A frame that the description may have meant; returns its length. */
static unsigned described_frame(bench *b)
{
    tb *t = b->t;
    uint8_t *f = b->send.bytes;
    unsigned len = (unsigned)weft_desc_random_frame(b->described, &b->way, f, WEFT_PP_BYTES + 40);
    if (tb_chance(t, 30))
        for (uint64_t n = 1 + tb_rand_below(t, 3); n > 0; n--)
            f[tb_rand_below(t, len)] ^= (uint8_t)(1u << tb_rand_below(t, 8));
    if (tb_chance(t, 15)) len = 1 + (unsigned)tb_rand_below(t, len);
    return len;
}

static void random_frame(bench *b)
{
    tb *t = b->t;
    sender *s = &b->send;
    s->len = pm_random_length(t);
    pm_random_frame(t, s->bytes, s->len, b->cfg.id_prefix);
    if (tb_chance(t, 50)) pm_protocol_front(t, s->bytes, s->len);
}

static void new_frame(bench *b)
{
    tb *t = b->t;
    sender *s = &b->send;
    if (b->described != NULL)
        s->len = described_frame(b);
    else
        random_frame(b);
    s->off = 0;
    s->at = tb_cycle(t);
    while (tb_chance(t, b->gap_percent)) s->at++;
    s->err = tb_chance(t, 10);
    s->tight = tb_chance(t, 20);
    s->second_gap =
        s->tight || s->len <= 128 ? 1 + (unsigned)tb_rand_below(t, b->spacing) : b->spacing;
    if (tb_chance(t, 5)) s->second_gap = b->spacing + 1 + (unsigned)tb_rand_below(t, b->spacing);
}

/* The next cell of the frame, and what is to come of it. */
static const expected *send_cell(bench *b)
{
    tb *t = b->t;
    sender *s = &b->send;
    uint64_t now = tb_cycle(t);
    unsigned k = s->len - s->off < 64 ? s->len - s->off : 64;
    expected *e = &b->row[b->tail++ % ROOM];
    memset(e, 0, sizeof *e);
    e->cell = (pm_cell){.sop = s->off == 0, .eop = s->off + k == s->len, .bytes = k};
    if (e->cell.eop) {
        e->cell.err = s->err;
        e->cell.reason = s->err ? (unsigned)tb_rand_below(t, 15) : 0;
        e->cell.len = s->len;
    }
    memcpy(e->cell.data, s->bytes + s->off, k);
    /* A first cell is held; others wait for it only. */
    e->enters = e->cell.sop ? now + b->hold : now > b->last_enters ? now : b->last_enters + 1;
    b->last_enters = e->enters;
    if (e->cell.sop) {
        bool late = s->second_gap > b->spacing;
        e->avail = late && s->len > 64 ? 64 : s->len;
        memcpy(e->head, s->bytes, s->len < WEFT_PP_BYTES ? s->len : WEFT_PP_BYTES);
        e->about = (pm_frame){b->seq++, b->port, e->cell.eop ? s->len : 0, (uint32_t)now};
        b->late += late && s->len > 64;
    }
    s->off += k;
    bool last = s->len - s->off <= 64;
    s->at = now + (e->cell.sop        ? s->second_gap
                   : s->tight || last ? 1 + tb_rand_below(t, b->spacing)
                                      : b->spacing);
    return e;
}

/* What the parser has to find in a frame. */
static weft_parse_result wanted(const bench *b, const expected *e)
{
    const unsigned avail = e->avail < WEFT_PP_BYTES ? e->avail : WEFT_PP_BYTES;
    if (b->described != NULL) return weft_desc_interpret(b->described, e->head, avail, &b->cfg);
    return weft_parse_program_run(&b->now, e->head, avail, &b->cfg);
}

/* One cycle. With `traffic` a frame follows the other, else the last one is finished. */
static void cycle(bench *b, bool traffic)
{
    tb *t = b->t;
    uint64_t now = tb_cycle(t);
    tb_set(b->time, now);
    drive_load(b);
    if (b->send.off == b->send.len && traffic) new_frame(b);
    if (b->send.off < b->send.len && b->send.at <= now)
        drive(b, &send_cell(b)->cell);
    else
        drive_idle(b);
    for (; b->parsed != b->tail && b->row[b->parsed % ROOM].enters <= now; b->parsed++) {
        expected *e = &b->row[b->parsed % ROOM];
        if (e->cell.sop) e->want = wanted(b, e);
    }
    if (tb_get(b->load)) b->now = b->loading; /* for all that enters from the next cycle on */
    tb_tick(t);
    check_outputs(b);
}

static void drain(bench *b)
{
    for (unsigned i = 0; b->send.off < b->send.len || b->head != b->tail; i++) {
        if (i > 1000) {
            tb_fail(b->t, "%u cells did not come out", b->tail - b->head);
            return;
        }
        cycle(b, false);
    }
    for (unsigned i = 0; i < 20; i++) cycle(b, false);
}

/* Other classes and prefixes; nothing is on its way. */
static void reconfigure(bench *b)
{
    drain(b);
    pm_random_config(b->t, &b->cfg, b->cfg.vcs);
    b->port = (unsigned)tb_rand_below(b->t, 64);
    pm_put_config(b->t, &b->cfg, b->port);
}

static void reset(bench *b)
{
    drive_idle(b);
    tb_set(b->load, 0);
    tb_reset(b->t, 4);
    TB_EQ(b->t, tb_get(b->o_valid), 0);
    memset(&b->now, 0, sizeof b->now);
    b->load_start = tb_cycle(b->t) - STAGES;
    b->tag_want = 0;
    b->head = b->parsed = b->tail = 0;
    b->seq = 0;
    b->send.off = b->send.len = 0;
    b->held_about.port = 64; /* keys and descriptor are not reset */
    b->last_enters = 0;
}

/* Frames of a shipped protocol against the interpreter of its description. */
static void describe(bench *b, const char *name, uint64_t frames)
{
    tb *t = b->t;
    char path[64];
    uint32_t words[WEFT_PP_WORDS];
    reconfigure(b);
    memset(b->seen, 0, sizeof b->seen);
    snprintf(path, sizeof path, "csrc/proto/desc/%s.weftp", name);
    b->described = weft_desc_open(path, NULL, 0);
    if (b->described == NULL || weft_desc_errors(b->described) > 0) {
        tb_fail(t, "%s cannot be read", path);
        return;
    }
    b->load_percent = 100;
    cycle(b, false);
    b->load_percent = 0;
    drain(b);
    TB_CHECK(t, weft_parse_program_pack(&b->now, words) &&
                    memcmp(words, weft_program_words(name), sizeof words) == 0);
    const unsigned from = b->seq;
    while (b->seq - from < frames) {
        reconfigure(b);
        for (unsigned k = 0; k < 3000; k++) cycle(b, true);
    }
    drain(b);
    tb_note(t, "%s: %u frames, %u forwarded", name, b->seq - from, b->seen[0]);
    TB_CHECK(t, b->seen[0] > frames / 20 && b->seen[WEFT_DROP_PARSE] > 10);
    weft_desc_close(b->described);
    b->described = NULL;
}

static void find_signals(bench *b)
{
    tb *t = b->t;
    b->time = tb_sig_find(t, "time_i");
    b->load = tb_sig_find(t, "load_i");
    b->load_data = tb_sig_find(t, "load_data_i");
    b->load_tag = tb_sig_find(t, "load_tag_i");
    b->tag = tb_sig_find(t, "tag_o");
    b->valid = tb_sig_find(t, "cell_valid_i");
    b->sop = tb_sig_find(t, "cell_sop_i");
    b->eop = tb_sig_find(t, "cell_eop_i");
    b->err = tb_sig_find(t, "cell_err_i");
    b->reason = tb_sig_find(t, "cell_reason_i");
    b->bytes = tb_sig_find(t, "cell_bytes_i");
    b->len = tb_sig_find(t, "cell_len_i");
    b->data = tb_sig_find(t, "cell_data_i");
    b->o_valid = tb_sig_find(t, "cell_valid_o");
    b->o_sop = tb_sig_find(t, "cell_sop_o");
    b->o_eop = tb_sig_find(t, "cell_eop_o");
    b->o_err = tb_sig_find(t, "cell_err_o");
    b->o_reason = tb_sig_find(t, "cell_reason_o");
    b->o_bytes = tb_sig_find(t, "cell_bytes_o");
    b->o_len = tb_sig_find(t, "cell_len_o");
    b->o_data = tb_sig_find(t, "cell_data_o");
    b->out = pm_find_outputs(t);
    TB_EQ(t, tb_sig_width(b->out.desc), DESC_BITS);
    TB_EQ(t, tb_sig_width(b->load_data), STAGE_BITS);
}

int tb_main(tb *t)
{
    static bench b;
    b.t = t;
    b.spacing = 64 / (unsigned)tb_param(t, "MII_BYTES", 32);
    b.hold = b.spacing - 2;
    b.cfg.vcs = (unsigned)tb_param(t, "VCS", 4);
    find_signals(&b);
    reset(&b);

    /* Without a program everything is a drop PARSE (law 8). */
    reconfigure(&b);
    for (unsigned i = 0; i < 200; i++) cycle(&b, true);
    drain(&b);
    TB_CHECK(t, b.seq > 5);
    TB_EQ(t, b.seen[WEFT_DROP_PARSE], b.seq);

    /* Loads one behind the other, now and then, and never; with and without gaps. */
    uint64_t rounds = tb_effort(t, 120, 2500);
    for (uint64_t i = 0; i < rounds; i++) {
        static const unsigned percent[4] = {100, 10, 2, 0};
        b.load_percent = percent[i % 4];
        b.gap_percent = i % 3 == 0 ? 30 : 0;
        reconfigure(&b);
        for (unsigned k = 0; k < 1000; k++) cycle(&b, true);
    }
    drain(&b);
    /* The random part reached what it is meant for; with one VC only, a class rarely fails. */
    TB_CHECK(t, b.loads > 1000 && b.shipped > 100 && b.late > 100);
    TB_CHECK(t, b.seen[0] > 1000 && b.seen[WEFT_DROP_PARSE] > 1000);
    TB_CHECK(t, b.seen[WEFT_DROP_TTL] > 10 && b.seen[WEFT_DROP_CONTROL] > 100 && b.seen[15] > 100);

    b.gap_percent = 0;
    for (unsigned i = 0; weft_program_name(i) != NULL; i++)
        describe(&b, weft_program_name(i), tb_effort(t, 5000, 1000000));

    /* Reset in mid-frame: nothing comes out, the numbering starts again, the program is gone. */
    for (unsigned k = 0; k < 7; k++) cycle(&b, true);
    reset(&b);
    b.load_percent = 0;
    memset(b.seen, 0, sizeof b.seen);
    for (unsigned i = 0; i < 100; i++) cycle(&b, true);
    drain(&b);
    TB_EQ(t, b.seen[WEFT_DROP_PARSE], b.seq);
    tb_note(t, "%llu loads, %llu late second cells", (unsigned long long)b.loads,
            (unsigned long long)b.late);
    return tb_failures(t) != 0;
}
