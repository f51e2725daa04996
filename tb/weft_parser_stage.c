/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_parser_stage. The reference is one step of csrc/include/weft/parser.h, written from
 * its text on bytes of the frame. Random tables, parses in any state, first cells with the second
 * one near, far, too late or not there; tables change in the middle of full traffic: the cell in
 * the cycle of the load sees the old ones, the next one the new ones. */
/* tb-params: "" "-GSECOND=0" */
/* tb-sources: "csrc/proto/parse_machine.c" */
#include "parser_model.h"

/* A parse as walk_i and slots_i carry it. */
typedef struct {
    unsigned verdict, drop, row, ptr; /* ptr in bytes */
    bool set[8];
    unsigned at[8], arg[8], proto, op, flags;
} parse;

typedef struct {
    tb *t;
    bool second, loaded;
    tb_sig *load, *load_data, *valid, *side, *data, *walk, *slots;
    tb_sig *near_valid, *near_side, *near_data, *far_valid, *far_side, *far_data;
    tb_sig *o_valid, *o_side, *o_data, *o_walk, *o_slots;
    weft_parse_program tables; /* stage 2 of it is used */
    parse want;
    bool any;
    unsigned steps, ends[8];
} bench;

enum { STAGE = 2 };

static unsigned h16(const uint8_t h[WEFT_PP_BYTES], unsigned at)
{
    return at < WEFT_PP_BYTES ? (unsigned)h[at] << 8 | h[at + 1] : 0;
}

static parse dropped(parse p)
{
    p.verdict = WEFT_PP_DROP;
    p.drop = WEFT_DROP_PARSE;
    p.row = p.ptr = 0;
    return p;
}

/* The step: h is the header with zeros where nothing is, `avail` of its bytes exist. */
static parse step(const bench *b, parse p, const uint8_t h[WEFT_PP_BYTES], unsigned avail)
{
    const weft_pp_row *r = &b->tables.row[STAGE][p.row];
    if (!b->loaded || p.ptr + r->need > avail) return dropped(p);
    for (unsigned i = 0; i < WEFT_PP_OPS; i++) {
        unsigned s = r->op[i].slot;
        if (s == 0) continue;
        if (p.ptr + r->op[i].off > 126) return dropped(p);
        p.set[s] = true;
        p.at[s] = p.ptr + r->op[i].off;
        p.arg[s] = r->op[i].arg;
    }
    if (r->proto) p.proto = r->proto;
    uint32_t look = h16(h, p.ptr + r->look_a) << 16 | h16(h, p.ptr + r->look_b);
    const weft_pp_entry *e = b->tables.entry[STAGE], *end = e + WEFT_PP_ENTRIES;
    while (e < end && !(e->valid && e->row == p.row && !((look ^ e->value) & e->mask))) e++;
    if (e == end) return dropped(p);
    if (e->op) p.op = e->op;
    p.flags |= e->flags & 6u;
    if (e->flags & 1) p.set[WEFT_SLOT_HASH] = false;
    if (e->verdict > 4 || (e->verdict == WEFT_PP_DROP && e->reason == 0)) return dropped(p);
    p.verdict = e->verdict;
    if (e->verdict != WEFT_PP_NEXT) {
        p.drop = e->reason;
        p.row = p.ptr = 0;
        return p;
    }
    unsigned byte = (r->var_low ? look >> 16 : look >> 24) & 255;
    p.ptr += e->adv + ((byte & r->var_mask) << r->var_shift);
    p.row = e->next;
    p.drop = 0;
    return p.ptr > 126 || p.ptr % 2 ? dropped(p) : p;
}

static parse random_parse(bench *b)
{
    tb *t = b->t;
    parse p = {.verdict = tb_chance(t, 85) ? 0 : (unsigned)tb_rand_below(t, 5),
               .row = (unsigned)tb_rand_below(t, tb_chance(t, 70) ? 3 : 8),
               .ptr = 2 * (unsigned)tb_rand_below(t, tb_chance(t, 70) ? 32 : 64),
               .proto = (unsigned)tb_rand_below(t, 64),
               .op = (unsigned)tb_rand_below(t, 4),
               .flags = 2 * (unsigned)tb_rand_below(t, 4)};
    if (p.verdict) p.drop = (unsigned)tb_rand_below(t, 32);
    for (unsigned k = 1; k < 8; k++) {
        p.set[k] = tb_chance(t, 50);
        p.at[k] = 2 * (unsigned)tb_rand_below(t, 64);
        p.arg[k] = (unsigned)tb_rand_below(t, 64);
    }
    return p;
}

static uint64_t walk_of(const parse *p)
{
    return (uint64_t)(p->ptr / 2) << 11 | p->row << 8 | p->drop << 3 | p->verdict;
}

static uint64_t slot_of(const parse *p, unsigned k)
{
    if (k == 0) return (uint64_t)p->flags << 8 | p->op << 6 | p->proto;
    return (uint64_t)p->set[k] << 12 | (uint64_t)p->arg[k] << 6 | p->at[k] / 2;
}

static void check(bench *b)
{
    tb *t = b->t;
    if (!b->any) return;
    TB_EQ(t, tb_get(b->o_walk), walk_of(&b->want));
    for (unsigned k = 0; k < 8; k++) {
        uint64_t got = tb_get_bits(b->o_slots, 16 * k, 16), want = slot_of(&b->want, k);
        if (k > 0 && !b->want.set[k]) got >>= 12, want >>= 12;
        if (got != want)
            tb_fail(t, "slot %u is 0x%llx, expected 0x%llx", k, (unsigned long long)got,
                    (unsigned long long)want);
    }
}

static void drive_behind(bench *b, bool near, bool valid, const pm_cell *c)
{
    tb_set(near ? b->near_valid : b->far_valid, valid);
    tb_set(near ? b->near_side : b->far_side, pm_side(c));
    tb_set_bytes(near ? b->near_data : b->far_data, 0, c->data, 64);
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

/* Cells behind the first one of a frame of len bytes; returns how many bytes the stage knows. */
static unsigned behind(bench *b, const uint8_t *frame, unsigned len)
{
    tb *t = b->t;
    pm_cell other, second = {.eop = len <= 128, .bytes = len < 128 ? len - 64 : 64};
    random_cell(t, &other, true);
    unsigned place = (unsigned)tb_rand_below(t, 3);
    if (len <= 64) { /* next frames, or the second cell of the next one */
        bool next = tb_chance(t, 50);
        drive_behind(b, true, next, &other);
        random_cell(t, &other, !next);
        drive_behind(b, false, tb_chance(t, 50) && (next || other.sop), &other);
        return len;
    }
    memcpy(second.data, frame + 64, second.bytes);
    drive_behind(b, true, place == 0, &second);
    if (place == 0) random_cell(t, &other, second.eop);
    drive_behind(b, false, place == 1 || (place == 0 && tb_chance(t, 50)),
                 place == 1 ? &second : &other);
    return place < 2 && b->second ? len : 64;
}

/* The next program of the stage; it holds from the next cycle on. */
static void change_tables(bench *b, weft_parse_program *next)
{
    uint32_t words[WEFT_PP_WORDS];
    pm_random_program(b->t, next);
    if (!weft_parse_program_pack(next, words)) tb_fail(b->t, "program does not pack");
    tb_set_bytes(b->load_data, 0, words + STAGE * WEFT_PP_STAGE_WORDS, STAGE_BITS / 8);
}

static void cycle(bench *b)
{
    static weft_parse_program next;
    tb *t = b->t;
    uint8_t frame[256] = {0}, h[WEFT_PP_BYTES] = {0}, got[64];
    bool valid = tb_chance(t, 80), first = valid && tb_chance(t, 90), load = tb_chance(t, 5);
    unsigned len = 1 + (unsigned)tb_rand_below(t, tb_chance(t, 40) ? 64 : 200);
    pm_cell c;
    random_cell(t, &c, true);
    pm_random_frame(t, frame, len, 0x02574546);
    parse p = random_parse(b);
    if (first) {
        c = (pm_cell){.sop = true, .eop = len <= 64, .bytes = len < 64 ? len : 64, .len = len};
        memcpy(c.data, frame, c.bytes);
        unsigned avail = behind(b, frame, len);
        if (avail > WEFT_PP_BYTES) avail = WEFT_PP_BYTES;
        memcpy(h, frame, avail);
        b->want = p.verdict == 0 ? step(b, p, h, avail) : p;
        b->any = true;
        b->steps++;
        b->ends[b->want.verdict]++;
    } else {
        c.sop = !valid; /* means nothing without valid */
    }
    tb_set(b->valid, valid);
    tb_set(b->side, pm_side(&c));
    tb_set_bytes(b->data, 0, c.data, 64);
    tb_set(b->walk, walk_of(&p));
    for (unsigned k = 0; k < 8; k++) tb_set_bits(b->slots, 16 * k, 16, slot_of(&p, k));
    tb_set(b->load, load);
    if (load) change_tables(b, &next);
    tb_tick(t);
    if (load) {
        b->tables = next;
        b->loaded = true;
    }
    TB_EQ(t, tb_get(b->o_valid), valid);
    if (valid) {
        TB_EQ(t, tb_get(b->o_side), pm_side(&c));
        tb_get_bytes(b->o_data, 0, got, 64);
        if (memcmp(got, c.data, 64)) tb_fail(t, "cell data changed");
    }
    check(b);
}

int tb_main(tb *t)
{
    static bench b;
    b.t = t;
    b.second = tb_param(t, "SECOND", 1) != 0;
    b.load = tb_sig_find(t, "load_i");
    b.load_data = tb_sig_find(t, "load_data_i");
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
    b.o_walk = tb_sig_find(t, "walk_o");
    b.o_slots = tb_sig_find(t, "slots_o");
    tb_set(b.valid, 0);
    tb_set(b.load, 0);
    tb_reset(t, 3);
    TB_EQ(t, tb_get(b.o_valid), 0);
    for (uint64_t i = 0; i < tb_effort(t, 100000, 2000000); i++) cycle(&b);
    for (unsigned v = 0; v < 5; v++) TB_CHECK(t, b.ends[v] > 500);
    /* Reset takes the program away. */
    tb_set(b.valid, 0);
    tb_set(b.load, 0);
    tb_reset(t, 2);
    b.loaded = b.any = false;
    for (unsigned i = 0; i < 10; i++) cycle(&b);
    tb_note(t, "%u steps: %u go on, %u accepted, %u dropped", b.steps, b.ends[0], b.ends[1],
            b.ends[2]);
    return tb_failures(t) != 0;
}
