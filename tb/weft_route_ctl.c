/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_route_ctl: the sweep after reset touches every index of every table once and with
 * an invalid entry, before the tables are declared ready; then random commands, good and bad, are
 * compared with plain arrays, cycle by cycle on the write bus. */
/* tb-params: "" "-GMAC_SETS=2 -GIDS=4 -GGROUPS=5" "-GMAC_SETS=16 -GIDS=16 -GGROUPS=1" */
#include "common/tb.h"
#include <string.h>

enum { MAC = 0, ID = 1, GROUP = 2, TABLES = 3 };

typedef struct {
    uint64_t key, mask;
    unsigned entry;
} row;

typedef struct {
    tb *t;
    unsigned size[TABLES];
    row *table[TABLES];
    tb_sig *valid, *op, *index, *key, *entry, *mask;
    tb_sig *busy, *rd_key, *rd_entry, *rd_mask, *rd_err;
    tb_sig *ready, *we, *sel, *o_index, *o_key, *o_entry, *o_mask;
    row last; /* what rd_* must show */
} bench;

static row rows[TABLES][4096];

static void sweep(bench *b)
{
    tb *t = b->t;
    static uint8_t seen[TABLES][4096];
    unsigned left = b->size[0] + b->size[1] + b->size[2], cycles = 0, limit = left + 8;
    memset(seen, 0, sizeof seen);
    memset(rows, 0, sizeof rows);
    memset(&b->last, 0, sizeof b->last);
    while (!tb_get(b->ready)) {
        if (++cycles > limit) {
            tb_fail(t, "tables are not ready after %u cycles", limit);
            return;
        }
        TB_EQ(t, tb_get(b->busy), 1);
        if (tb_get(b->we)) {
            unsigned sel = (unsigned)tb_get(b->sel), i = (unsigned)tb_get(b->o_index);
            TB_CHECK(t, sel < TABLES && i < b->size[sel]);
            if (sel < TABLES && i < b->size[sel]) {
                TB_EQ(t, seen[sel][i], 0);
                seen[sel][i] = 1;
                left--;
            }
            TB_EQ(t, tb_get(b->o_entry), 0);
            TB_EQ(t, tb_get(b->o_key), 0);
            TB_EQ(t, tb_get(b->o_mask), 0);
        }
        if (cycles == 7) { /* a command that comes too early is refused */
            tb_set(b->valid, 1);
            tb_set(b->op, 1);
            tb_set(b->index, 0);
            tb_set(b->entry, 0xfff);
        }
        tb_tick(t);
        tb_set(b->valid, 0);
        TB_EQ(t, tb_get(b->rd_err), cycles >= 7);
    }
    TB_EQ(t, left, 0);
    TB_EQ(t, tb_get(b->we), 0);
    TB_EQ(t, tb_get(b->busy), 0);
}

static void show(bench *b)
{
    tb *t = b->t;
    TB_EQ(t, tb_get(b->rd_key), b->last.key);
    TB_EQ(t, tb_get(b->rd_entry), b->last.entry);
    TB_EQ(t, tb_get(b->rd_mask), b->last.mask);
}

static void command(bench *b, unsigned op, unsigned index, row r)
{
    tb *t = b->t;
    TB_EQ(t, tb_get(b->busy), 0);
    tb_set(b->valid, 1);
    tb_set(b->op, op);
    tb_set(b->index, index);
    tb_set(b->key, r.key);
    tb_set(b->entry, r.entry);
    tb_set(b->mask, r.mask);
    tb_tick(t);
    tb_set(b->valid, 0);
    unsigned sel = op >= 1 && op <= 6 ? (op - 1) % 3 : TABLES;
    bool good = sel < TABLES && index < b->size[sel], write = good && op <= 3;
    TB_EQ(t, tb_get(b->rd_err), !good);
    TB_EQ(t, tb_get(b->we), write);
    TB_EQ(t, tb_get(b->busy), good);
    show(b); /* a read's answer comes one cycle later, a refused command leaves the last one */
    if (write) {
        TB_EQ(t, tb_get(b->sel), sel);
        TB_EQ(t, tb_get(b->o_index), index);
        TB_EQ(t, tb_get(b->o_key), r.key);
        TB_EQ(t, tb_get(b->o_entry), r.entry);
        TB_EQ(t, tb_get(b->o_mask), r.mask);
        b->table[sel][index] = r;
    } else if (good) {
        memset(&b->last, 0, sizeof b->last);
        if (sel == MAC) b->last.key = b->table[sel][index].key;
        if (sel != GROUP) b->last.entry = b->table[sel][index].entry;
        if (sel == GROUP) b->last.mask = b->table[sel][index].mask;
    }
    if (good && tb_chance(t, 10)) { /* a command while busy is refused, the first one goes on */
        tb_set(b->valid, 1);
        tb_set(b->op, 1 + tb_rand_below(t, 3));
        tb_set(b->index, 0);
        tb_set(b->entry, ~0ull);
        tb_tick(t);
        tb_set(b->valid, 0);
        TB_EQ(t, tb_get(b->rd_err), 1);
    } else {
        tb_tick(t);
        TB_EQ(t, tb_get(b->rd_err), !good);
    }
    TB_EQ(t, tb_get(b->we), 0); /* one write a command */
    TB_EQ(t, tb_get(b->busy), 0);
    TB_EQ(t, tb_get(b->ready), 1);
    show(b);
}

int tb_main(tb *t)
{
    static bench b;
    b.t = t;
    b.size[MAC] = 4 * (unsigned)tb_param(t, "MAC_SETS", 64);
    b.size[ID] = (unsigned)tb_param(t, "IDS", 1024);
    b.size[GROUP] = (unsigned)tb_param(t, "GROUPS", 64);
    for (int i = 0; i < TABLES; i++) b.table[i] = rows[i];
    b.valid = tb_sig_find(t, "cmd_valid_i");
    b.op = tb_sig_find(t, "cmd_op_i");
    b.index = tb_sig_find(t, "cmd_index_i");
    b.key = tb_sig_find(t, "cmd_key_i");
    b.entry = tb_sig_find(t, "cmd_entry_i");
    b.mask = tb_sig_find(t, "cmd_mask_i");
    b.busy = tb_sig_find(t, "cmd_busy_o");
    b.rd_key = tb_sig_find(t, "rd_key_o");
    b.rd_entry = tb_sig_find(t, "rd_entry_o");
    b.rd_mask = tb_sig_find(t, "rd_mask_o");
    b.rd_err = tb_sig_find(t, "rd_err_o");
    b.ready = tb_sig_find(t, "tbl_ready_o");
    b.we = tb_sig_find(t, "tbl_we_o");
    b.sel = tb_sig_find(t, "tbl_sel_o");
    b.o_index = tb_sig_find(t, "tbl_index_o");
    b.o_key = tb_sig_find(t, "tbl_key_o");
    b.o_entry = tb_sig_find(t, "tbl_entry_o");
    b.o_mask = tb_sig_find(t, "tbl_mask_o");
    tb_set(b.valid, 0);
    uint64_t n = tb_effort(t, 20000, 300000);
    for (int round = 0; round < 2;
         round++) { /* the second reset wipes what the first round wrote */
        tb_reset(t, 3);
        TB_EQ(t, tb_get(b.ready), 0);
        sweep(&b);
        for (unsigned sel = 0; sel < TABLES; sel++)
            for (unsigned i = 0; i < b.size[sel]; i++) command(&b, 4 + sel, i, (row){0});
        for (uint64_t i = 0; i < n; i++) {
            unsigned op = (unsigned)tb_rand_below(t, 8);
            unsigned sel = op >= 1 && op <= 6 ? (op - 1) % 3 : 0;
            unsigned index = tb_chance(t, 5)   ? (unsigned)tb_rand(t) & 0xffff
                             : tb_chance(t, 5) ? b.size[sel] + (unsigned)tb_rand_below(t, 3)
                                               : (unsigned)tb_rand_below(t, b.size[sel]);
            row r = {tb_rand(t) & 0xffffffffffffu, tb_rand(t), (unsigned)tb_rand(t) & 0xfff};
            if (tb_chance(t, 50)) index &= 7;
            command(&b, op, index, r);
        }
        for (unsigned sel = 0; sel < TABLES; sel++)
            for (unsigned i = 0; i < b.size[sel]; i++) command(&b, 4 + sel, i, (row){0});
        for (int i = 0; i < 20; i++) {
            tb_tick(t);
            TB_EQ(t, tb_get(b.we), 0);
            show(&b);
        }
    }
    return tb_failures(t) != 0;
}
