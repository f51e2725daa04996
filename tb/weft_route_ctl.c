/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_route_ctl: the sweep after reset touches every index of every table once and with
 * an invalid entry, before the tables are declared ready; then random commands, good and bad, are
 * compared with plain arrays, cycle by cycle on the write bus. */
/* tb-params: "" "-GMAC_SETS=2 -GIDS=4 -GGROUPS=5 -GLPM4=3 -GLPM6=1 -GRANGES=5 -GGROUPS_ECMP=1"
 *   "-GMAC_SETS=16 -GIDS=16 -GGROUPS=1 -GGROUPS_ECMP=1 -GLPM4=256 -GLPM6=64 -GRANGES=64 -GPARTS=1"
 */
#include "common/tb.h"
#include <string.h>

enum { MAC, ID, GROUP, LPM4, LPM6, RANGE, BUCKET, PART, TABLES };
enum { MAX_ROWS = 4096 };

typedef struct {
    uint64_t key[2], mask[2];
    unsigned entry;
} row;

/* Bits of key, mask and entry that a table keeps. */
static const struct {
    unsigned key, mask, entry;
} width[TABLES] = {
    [MAC] = {48, 0, 13},     [ID] = {0, 0, 13},      [GROUP] = {0, 64, 0},  [LPM4] = {32, 32, 13},
    [LPM6] = {128, 128, 13}, [RANGE] = {64, 64, 22}, [BUCKET] = {0, 0, 19}, [PART] = {10, 64, 13},
};

typedef struct {
    tb *t;
    unsigned size[TABLES];
    tb_sig *valid, *write, *sel, *index, *key, *mask, *entry;
    tb_sig *busy, *rd_key, *rd_mask, *rd_entry, *rd_err;
    tb_sig *ready, *we, *o_sel, *o_index, *o_key, *o_mask, *o_entry;
    row last; /* what rd_* must show */
} bench;

static row rows[TABLES][MAX_ROWS];

static uint64_t low_bits(unsigned n) { return n >= 64 ? ~0ull : (1ull << n) - 1; }

static row cut(unsigned table, row r)
{
    unsigned k = width[table].key, m = width[table].mask;
    r.key[0] &= low_bits(k);
    r.key[1] &= k > 64 ? low_bits(k - 64) : 0;
    r.mask[0] &= low_bits(m);
    r.mask[1] &= m > 64 ? low_bits(m - 64) : 0;
    r.entry &= (unsigned)low_bits(width[table].entry);
    return r;
}

static void put128(tb_sig *s, const uint64_t v[2])
{
    tb_set_bits(s, 0, 64, v[0]);
    tb_set_bits(s, 64, 64, v[1]);
}

static void is128(bench *b, const tb_sig *s, const uint64_t v[2])
{
    TB_EQ(b->t, tb_get_bits(s, 0, 64), v[0]);
    TB_EQ(b->t, tb_get_bits(s, 64, 64), v[1]);
}

static void sweep(bench *b)
{
    tb *t = b->t;
    static uint8_t seen[TABLES][MAX_ROWS];
    static const uint64_t zero[2];
    unsigned left = 0, cycles = 0;
    for (unsigned s = 0; s < TABLES; s++) left += b->size[s];
    unsigned limit = left + 8;
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
            unsigned sel = (unsigned)tb_get(b->o_sel), i = (unsigned)tb_get(b->o_index);
            TB_CHECK(t, i < b->size[sel]);
            if (i < b->size[sel]) {
                TB_EQ(t, seen[sel][i], 0);
                seen[sel][i] = 1;
                left--;
            }
            TB_EQ(t, tb_get(b->o_entry), 0);
            is128(b, b->o_key, zero);
            is128(b, b->o_mask, zero);
        }
        if (cycles == 7) { /* a command that comes too early is refused */
            tb_set(b->valid, 1);
            tb_set(b->write, 1);
            tb_set(b->sel, 0);
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
    is128(b, b->rd_key, b->last.key);
    is128(b, b->rd_mask, b->last.mask);
    TB_EQ(b->t, tb_get(b->rd_entry), b->last.entry);
}

static void drive(bench *b, bool write, unsigned sel, unsigned index, const row *r)
{
    tb_set(b->valid, 1);
    tb_set(b->write, write);
    tb_set(b->sel, sel);
    tb_set(b->index, index);
    put128(b->key, r->key);
    put128(b->mask, r->mask);
    tb_set(b->entry, r->entry);
    tb_tick(b->t);
    tb_set(b->valid, 0);
}

static void command(bench *b, bool write, unsigned sel, unsigned index, row r)
{
    tb *t = b->t;
    TB_EQ(t, tb_get(b->busy), 0);
    drive(b, write, sel, index, &r);
    bool good = index < b->size[sel];
    TB_EQ(t, tb_get(b->rd_err), !good);
    TB_EQ(t, tb_get(b->we), good && write);
    TB_EQ(t, tb_get(b->busy), good);
    show(b); /* a read's answer comes one cycle later, a refused command leaves the last one */
    if (good && write) {
        TB_EQ(t, tb_get(b->o_sel), sel);
        TB_EQ(t, tb_get(b->o_index), index);
        is128(b, b->o_key, r.key);
        is128(b, b->o_mask, r.mask);
        TB_EQ(t, tb_get(b->o_entry), r.entry);
        rows[sel][index] = cut(sel, r);
    } else if (good) {
        b->last = rows[sel][index];
    }
    if (good && tb_chance(t, 10)) { /* a command while busy is refused, the first one goes on */
        row other = {{~0ull, ~0ull}, {~0ull, ~0ull}, 0x3fffff};
        drive(b, tb_chance(t, 50), (unsigned)tb_rand_below(t, TABLES), 0, &other);
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

static void read_all(bench *b)
{
    for (unsigned sel = 0; sel < TABLES; sel++)
        for (unsigned i = 0; i < b->size[sel]; i++) command(b, false, sel, i, (row){.entry = 0});
}

static void random_commands(bench *b, uint64_t n)
{
    tb *t = b->t;
    for (uint64_t i = 0; i < n; i++) {
        unsigned sel = (unsigned)tb_rand_below(t, TABLES);
        unsigned index = tb_chance(t, 5)   ? (unsigned)tb_rand(t) & 0xffff
                         : tb_chance(t, 5) ? b->size[sel] + (unsigned)tb_rand_below(t, 3)
                                           : (unsigned)tb_rand_below(t, b->size[sel]);
        row r = {{tb_rand(t), tb_rand(t)},
                 {tb_rand(t), tb_rand(t)},
                 (unsigned)tb_rand_below(t, 1u << 22)};
        if (tb_chance(t, 50)) index &= 7;
        command(b, tb_chance(t, 50), sel, index, r);
    }
}

int tb_main(tb *t)
{
    static bench b;
    b.t = t;
    b.size[MAC] = 4 * (unsigned)tb_param(t, "MAC_SETS", 64);
    b.size[ID] = (unsigned)tb_param(t, "IDS", 1024);
    b.size[GROUP] = (unsigned)tb_param(t, "GROUPS", 64);
    b.size[LPM4] = (unsigned)tb_param(t, "LPM4", 64);
    b.size[LPM6] = (unsigned)tb_param(t, "LPM6", 16);
    b.size[RANGE] = (unsigned)tb_param(t, "RANGES", 16);
    b.size[BUCKET] = 256 * (unsigned)tb_param(t, "GROUPS_ECMP", 16);
    b.size[PART] = (unsigned)tb_param(t, "PARTS", 16);
    b.valid = tb_sig_find(t, "cmd_valid_i");
    b.write = tb_sig_find(t, "cmd_write_i");
    b.sel = tb_sig_find(t, "cmd_sel_i");
    b.index = tb_sig_find(t, "cmd_index_i");
    b.key = tb_sig_find(t, "cmd_key_i");
    b.mask = tb_sig_find(t, "cmd_mask_i");
    b.entry = tb_sig_find(t, "cmd_entry_i");
    b.busy = tb_sig_find(t, "cmd_busy_o");
    b.rd_key = tb_sig_find(t, "rd_key_o");
    b.rd_mask = tb_sig_find(t, "rd_mask_o");
    b.rd_entry = tb_sig_find(t, "rd_entry_o");
    b.rd_err = tb_sig_find(t, "rd_err_o");
    b.ready = tb_sig_find(t, "tbl_ready_o");
    b.we = tb_sig_find(t, "tbl_we_o");
    b.o_sel = tb_sig_find(t, "tbl_sel_o");
    b.o_index = tb_sig_find(t, "tbl_index_o");
    b.o_key = tb_sig_find(t, "tbl_key_o");
    b.o_mask = tb_sig_find(t, "tbl_mask_o");
    b.o_entry = tb_sig_find(t, "tbl_entry_o");
    tb_set(b.valid, 0);
    for (int round = 0; round < 2; round++) { /* the second reset wipes what the first one wrote */
        tb_reset(t, 3);
        TB_EQ(t, tb_get(b.ready), 0);
        sweep(&b);
        read_all(&b);
        random_commands(&b, tb_effort(t, 30000, 300000));
        read_all(&b);
        for (int i = 0; i < 20; i++) {
            tb_tick(t);
            TB_EQ(t, tb_get(b.we), 0);
            show(&b);
        }
    }
    return tb_failures(t) != 0;
}
