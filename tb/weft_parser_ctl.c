/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_parser_ctl. The reference keeps the shadow as a plain array of words and knows for
 * how many cycles each command is busy; every output is compared in every cycle, the load bus stage
 * by stage. Whole programs are written, read back and committed; then random commands at random
 * moments, also while busy, past the end, too early and two at a time. */
/* tb-params: "" "-GPORTS=64 -GSTAGES=8" "-GPORTS=2 -GSTAGES=3" */
#include "common/tb.h"
#include <string.h>

#define WORDS      80u
#define MAX_STAGES 8u

enum { SEEK = 1, READ = 2, COMMIT = 3 };

typedef struct {
    tb *t;
    unsigned ports, stages;
    tb_sig *data_valid, *data, *cmd_valid, *op, *stage, *mask, *tag;
    tb_sig *busy, *error, *complete, *at_stage, *at_word, *rd_data, *load, *load_data, *load_tag;
    /* the reference */
    uint32_t shadow[MAX_STAGES][WORDS], row[WORDS]; /* stored; the stage at the pointer */
    unsigned at, word, busy_left, written;
    bool err, dirty;
    uint32_t rd;
    bool rd_known;
    /* a commit: what the bus carries, stage `sending` in this cycle when below stages */
    uint32_t sent[MAX_STAGES][WORDS], sent_tag;
    unsigned sending;
    uint64_t sent_mask, commits, refused, stored;
} bench;

static void fetch(bench *b)
{
    b->word = 0;
    b->dirty = false;
    if (b->at < b->stages && (b->written >> b->at & 1) != 0)
        memcpy(b->row, b->shadow[b->at], sizeof b->row);
    else
        memset(b->row, 0, sizeof b->row);
}

static bool complete(const bench *b) { return b->written == (1u << b->stages) - 1; }

/* One word is read or written. */
static void one_word(bench *b, bool write, uint32_t data)
{
    if (write) {
        b->row[b->word] = data;
        b->dirty = true;
    } else {
        b->rd = b->row[b->word];
        b->rd_known = true;
    }
    if (++b->word < WORDS) return;
    if (b->dirty) {
        memcpy(b->shadow[b->at], b->row, sizeof b->row);
        b->written |= 1u << b->at;
        b->stored++;
    }
    b->at++;
    fetch(b);
    b->busy_left = 2;
}

/* What the inputs of this cycle do. */
static void reference(bench *b)
{
    bool write = tb_get(b->data_valid) != 0, cmd = tb_get(b->cmd_valid) != 0;
    unsigned op = (unsigned)tb_get(b->op), stage = (unsigned)tb_get(b->stage);
    bool ready = b->busy_left == 0, refuse = false, sought = false;
    if (b->busy_left) b->busy_left--;
    if (b->sending < b->stages) b->sending++;
    if (write && cmd) refuse = true; /* the word counts, if it can be taken */
    if (write || (cmd && op == READ)) {
        if (ready && b->at < b->stages)
            one_word(b, write, (uint32_t)tb_get(b->data));
        else
            refuse = true;
    } else if (cmd && op == SEEK && ready && stage < b->stages) {
        b->at = stage;
        fetch(b);
        b->busy_left = 1;
        sought = true;
    } else if (cmd && op == COMMIT && ready && !b->err && complete(b)) {
        memcpy(b->sent, b->shadow, sizeof b->sent);
        b->sent_mask = tb_get(b->mask);
        if (b->ports < 64) b->sent_mask &= (1ull << b->ports) - 1;
        b->sent_tag = (uint32_t)tb_get(b->tag);
        b->sending = 0;
        b->busy_left = b->stages;
        b->commits++;
    } else if (cmd) {
        refuse = true;
    }
    if (refuse) b->err = true;
    if (sought) b->err = false;
    b->refused += refuse;
}

static void tick(bench *b)
{
    tb *t = b->t;
    reference(b);
    tb_tick(t);
    TB_EQ(t, tb_get(b->busy), b->busy_left != 0);
    TB_EQ(t, tb_get(b->error), b->err);
    if (b->busy_left == 0) {
        TB_EQ(t, tb_get(b->complete), complete(b));
        TB_EQ(t, tb_get(b->at_stage), b->at);
        TB_EQ(t, tb_get(b->at_word), b->word);
    }
    if (b->rd_known) TB_EQ(t, tb_get(b->rd_data), b->rd);
    TB_EQ(t, tb_get(b->load), b->sending == 0 ? b->sent_mask : 0);
    if (b->sending == 0) TB_EQ(t, tb_get(b->load_tag), b->sent_tag);
    if (b->sending < b->stages) {
        uint32_t got[WORDS];
        tb_get_bytes(b->load_data, 0, got, sizeof got);
        if (memcmp(got, b->sent[b->sending], sizeof got))
            tb_fail(t, "the bus does not carry stage %u", b->sending);
    }
}

static void idle(bench *b)
{
    tb_set(b->data_valid, 0);
    tb_set(b->cmd_valid, 0);
    tick(b);
}

static void wait_idle(bench *b)
{
    for (unsigned i = 0; i < 20 && tb_get(b->busy); i++) idle(b);
}

static void put(bench *b, uint32_t word)
{
    tb_set(b->data_valid, 1);
    tb_set(b->data, word);
    tb_set(b->cmd_valid, 0);
    tick(b);
    tb_set(b->data_valid, 0);
}

static void command(bench *b, unsigned op, unsigned stage)
{
    tb_set(b->data_valid, 0);
    tb_set(b->cmd_valid, 1);
    tb_set(b->op, op);
    tb_set(b->stage, stage);
    tick(b);
    tb_set(b->cmd_valid, 0);
}

static void random_operands(bench *b)
{
    tb_set(b->mask, tb_rand(b->t));
    tb_set(b->tag, (uint32_t)tb_rand(b->t));
}

/* A whole program as the driver writes it. */
static void load(bench *b)
{
    command(b, SEEK, 0);
    for (unsigned i = 0; i < b->stages * WORDS; i++) {
        wait_idle(b);
        put(b, (uint32_t)tb_rand(b->t));
    }
    wait_idle(b);
    TB_EQ(b->t, tb_get(b->error), 0);
    TB_EQ(b->t, tb_get(b->at_stage), b->stages);
    random_operands(b);
    command(b, COMMIT, 0);
    TB_EQ(b->t, tb_get(b->error), 0);
    wait_idle(b);
}

static void read_back(bench *b)
{
    command(b, SEEK, 0);
    for (unsigned i = 0; i < b->stages * WORDS; i++) {
        wait_idle(b);
        command(b, READ, 0);
        TB_EQ(b->t, tb_get(b->rd_data), b->shadow[i / WORDS][i % WORDS]);
    }
    wait_idle(b);
    put(b, 1); /* past the end */
    TB_EQ(b->t, tb_get(b->error), 1);
    command(b, COMMIT, 0);
    TB_EQ(b->t, tb_get(b->load), 0);
}

/* One or two inputs at random, mostly words; now and then a seek to near the end of the work. */
static void random_cycle(bench *b)
{
    tb *t = b->t;
    random_operands(b);
    tb_set(b->data, (uint32_t)tb_rand(t));
    tb_set(b->data_valid, tb_chance(t, 60));
    bool cmd = tb_chance(t, tb_get(b->data_valid) ? 1 : 40);
    unsigned pick = (unsigned)tb_rand_below(t, 100);
    tb_set(b->cmd_valid, cmd);
    tb_set(b->op, pick < 90 ? READ : pick < 92 ? SEEK : pick < 99 ? COMMIT : 0);
    tb_set(b->stage, tb_rand_below(t, tb_chance(t, 90) ? b->stages : 16));
    if (tb_get(b->busy) && tb_chance(t, 95)) {
        tb_set(b->data_valid, 0);
        tb_set(b->cmd_valid, 0);
    }
    tick(b);
}

static void reset(bench *b)
{
    tb_set(b->data_valid, 0);
    tb_set(b->cmd_valid, 0);
    tb_reset(b->t, 3);
    b->written = 0;
    b->at = 0;
    fetch(b);
    b->err = false;
    b->rd = 0;
    b->rd_known = true;
    b->sending = b->stages;
    b->busy_left = 1;
    TB_EQ(b->t, tb_get(b->busy), 1);
    TB_EQ(b->t, tb_get(b->load), 0);
    idle(b);
}

int tb_main(tb *t)
{
    static bench b;
    b.t = t;
    b.ports = (unsigned)tb_param(t, "PORTS", 8);
    b.stages = (unsigned)tb_param(t, "STAGES", 6);
    b.data_valid = tb_sig_find(t, "data_valid_i");
    b.data = tb_sig_find(t, "data_i");
    b.cmd_valid = tb_sig_find(t, "cmd_valid_i");
    b.op = tb_sig_find(t, "cmd_op_i");
    b.stage = tb_sig_find(t, "cmd_stage_i");
    b.mask = tb_sig_find(t, "cmd_mask_i");
    b.tag = tb_sig_find(t, "cmd_tag_i");
    b.busy = tb_sig_find(t, "busy_o");
    b.error = tb_sig_find(t, "error_o");
    b.complete = tb_sig_find(t, "complete_o");
    b.at_stage = tb_sig_find(t, "stage_o");
    b.at_word = tb_sig_find(t, "word_o");
    b.rd_data = tb_sig_find(t, "rd_data_o");
    b.load = tb_sig_find(t, "load_o");
    b.load_data = tb_sig_find(t, "load_data_o");
    b.load_tag = tb_sig_find(t, "load_tag_o");
    reset(&b);

    /* Nothing to commit yet, nothing to read but zeros; then whole programs. */
    command(&b, COMMIT, 0);
    TB_EQ(t, tb_get(b.error), 1);
    command(&b, SEEK, b.stages); /* no such stage, the error stays */
    TB_EQ(t, tb_get(b.error), 1);
    read_back(&b);
    for (unsigned i = 0; i < 5; i++) {
        load(&b);
        read_back(&b);
    }
    /* Loads one behind the other: as soon as the first is done. */
    command(&b, SEEK, 0);
    wait_idle(&b);
    for (unsigned i = 0; i < 50; i++) {
        random_operands(&b);
        command(&b, COMMIT, 0);
        wait_idle(&b);
    }
    for (unsigned k = 0; k < 20; k++) {
        for (uint64_t i = 0; i < tb_effort(t, 10000, 200000); i++) random_cycle(&b);
        reset(&b);
    }
    TB_CHECK(t, b.commits > 200 && b.refused > 1000 && b.stored > 200);
    tb_note(t, "%llu commits, %llu refused, %llu stages stored", (unsigned long long)b.commits,
            (unsigned long long)b.refused, (unsigned long long)b.stored);
    return tb_failures(t) != 0;
}
