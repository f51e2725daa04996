/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_free_list against a set: who owns each cell, which cells the current frame took and
 * which ones were freed too recently to be taken again. Nothing of the ring is modelled.
 */
/* tb-params: "-GCELLS=16" "-GCELLS=256" "" */
#include "tb.h"

#include <stdlib.h>
#include <string.h>

enum owner { FREE, FRAME, KEPT };

struct bench {
    tb *t;
    tb_sig *ready, *take, *mark, *roll, *ok, *id, *free, *free_id, *count, *error;
    unsigned cells;
    uint8_t *owner;
    unsigned *frame; /* cells of the frame that is being taken, in order */
    unsigned frame_cells;
    bool in_frame, cut; /* cut: its cells may be freed already, so it is never rolled back */
    unsigned *kept;     /* cells that may be freed, in no order */
    unsigned kept_cells;
    unsigned free_cells; /* expected count_o */
    unsigned fresh;      /* freed in the cycle before this one: not yet to be had */
    bool rolled;         /* a roll-back in the cycle before this one ... */
    unsigned rolled_id;  /* ... to this cell */
    uint64_t takes, rolls, frees, empty, biggest_roll;
};

static void expect_outputs(struct bench *b)
{
    tb *t = b->t;
    TB_EQ(t, tb_get(b->ready), 1);
    TB_EQ(t, tb_get(b->error), 0);
    TB_EQ(t, tb_get(b->count), b->free_cells);
    /* Promise: a freed cell can be taken 2 cycles later, and not before. */
    TB_EQ(t, tb_get(b->ok), b->free_cells > b->fresh);
    if (tb_get(b->ok)) {
        uint64_t id = tb_get(b->id);
        if (id >= b->cells || b->owner[id] != FREE)
            tb_fail(t, "cell %u is offered but in use", (unsigned)id);
        /* Promise: after a roll-back the first cell of the dropped frame is back at once. */
        if (b->rolled && id != b->rolled_id)
            tb_fail(t, "after the roll-back cell %u is offered, expected %u", (unsigned)id,
                    b->rolled_id);
    } else if (b->rolled) {
        tb_fail(t, "nothing is offered after a roll-back");
    }
}

/* After a reset: the sweep lasts CELLS cycles, then everything is free. */
static void start(struct bench *b)
{
    tb *t = b->t;
    tb_set(b->take, 0);
    tb_set(b->mark, 0);
    tb_set(b->roll, 0);
    tb_set(b->free, 0);
    tb_reset(t, 3);
    TB_EQ(t, tb_get(b->error), 0);
    for (unsigned c = 0; c < b->cells; c++) {
        TB_EQ(t, tb_get(b->ready), 0);
        TB_EQ(t, tb_get(b->ok), 0);
        tb_tick(t);
    }
    memset(b->owner, FREE, b->cells);
    b->free_cells = b->cells;
    b->frame_cells = b->kept_cells = b->fresh = 0;
    b->in_frame = b->rolled = false;
    expect_outputs(b);
}

/* One cycle with the given wishes; what the contract forbids is not done. */
static void step(struct bench *b, bool want_take, bool want_end, bool want_roll, bool want_free)
{
    tb *t = b->t;
    expect_outputs(b);
    bool ok = tb_get(b->ok);
    unsigned id = (unsigned)tb_get(b->id);
    bool roll = want_roll && b->in_frame && b->frame_cells && !b->cut;
    bool take = want_take && ok && !roll;
    bool mark = take && !b->in_frame;
    bool give = want_free && b->kept_cells;
    unsigned gave = 0;

    tb_set(b->take, take);
    tb_set(b->mark, take ? mark : tb_chance(t, 50)); /* a mark without a take means nothing */
    tb_set(b->roll, roll);
    tb_set(b->free, give);
    if (give) {
        unsigned k = (unsigned)tb_rand_below(t, b->kept_cells);
        gave = b->kept[k];
        b->kept[k] = b->kept[--b->kept_cells];
        b->owner[gave] = FREE;
        b->frees++;
    }
    tb_set(b->free_id, give ? gave : tb_rand(t));

    b->fresh = give;
    b->free_cells += give;
    b->rolled = roll;
    if (take) {
        if (mark) {
            b->in_frame = true;
            b->frame_cells = 0;
            b->cut = tb_chance(t, 25);
        }
        b->free_cells--;
        b->takes++;
        b->owner[id] = b->cut ? KEPT : FRAME;
        if (b->cut)
            b->kept[b->kept_cells++] = id;
        else
            b->frame[b->frame_cells] = id;
        b->frame_cells++;
    }
    if (roll) {
        b->rolled_id = b->frame[0];
        for (unsigned k = 0; k < b->frame_cells; k++) b->owner[b->frame[k]] = FREE;
        b->free_cells += b->frame_cells;
        if (b->frame_cells > b->biggest_roll) b->biggest_roll = b->frame_cells;
        b->in_frame = false;
        b->rolls++;
    } else if (want_end && b->in_frame && b->frame_cells) {
        for (unsigned k = 0; k < b->frame_cells && !b->cut; k++) {
            b->owner[b->frame[k]] = KEPT;
            b->kept[b->kept_cells++] = b->frame[k];
        }
        b->in_frame = false;
    }
    b->empty += !ok;
    tb_tick(t);
}

static void drain(struct bench *b)
{
    while (b->in_frame) step(b, false, true, false, false);
    while (b->kept_cells) step(b, false, false, false, true);
    step(b, false, false, false, false);
    step(b, false, false, false, false);
    TB_EQ(b->t, b->free_cells, b->cells);
}

int tb_main(tb *t)
{
    struct bench b = {.t = t};
    b.ready = tb_sig_find(t, "ready_o");
    b.take = tb_sig_find(t, "take_i");
    b.mark = tb_sig_find(t, "mark_i");
    b.roll = tb_sig_find(t, "roll_i");
    b.ok = tb_sig_find(t, "ok_o");
    b.id = tb_sig_find(t, "id_o");
    b.free = tb_sig_find(t, "free_i");
    b.free_id = tb_sig_find(t, "free_id_i");
    b.count = tb_sig_find(t, "count_o");
    b.error = tb_sig_find(t, "error_o");
    b.cells = (unsigned)tb_param(t, "CELLS", 4096);
    b.owner = calloc(b.cells, sizeof *b.owner);
    b.frame = calloc(b.cells, sizeof *b.frame);
    b.kept = calloc(b.cells, sizeof *b.kept);
    if (!b.owner || !b.frame || !b.kept) return 1;

    start(&b);
    drain(&b);

    /* The whole list as one frame, dropped and kept. */
    for (unsigned round = 0; round < 4; round++) {
        b.in_frame = false;
        do {
            drain(&b);
            step(&b, true, false, false, false); /* until the first cell is of a whole frame */
        } while (b.cut);
        for (unsigned c = 1; c < b.cells; c++) step(&b, true, false, false, false);
        TB_EQ(t, b.free_cells, 0);
        TB_EQ(t, tb_get(b.ok), 0);
        step(&b, false, round & 1, !(round & 1), false);
    }
    drain(&b);

    /* Random: how full the list is wanders with the mix of every episode. */
    uint64_t episodes = tb_effort(t, 3000, 100000);
    for (uint64_t e = 0; e < episodes && tb_failures(t) == 0; e++) {
        unsigned take = 20 + (unsigned)tb_rand_below(t, 81), give = (unsigned)tb_rand_below(t, 101);
        unsigned end = 2 + (unsigned)tb_rand_below(t, 40), roll = (unsigned)tb_rand_below(t, 20);
        for (unsigned c = 0; c < 1000; c++)
            step(&b, tb_chance(t, take), tb_chance(t, end), tb_chance(t, roll), tb_chance(t, give));
        if (e % 50 == 49) drain(&b);
        if (e % 100 == 99) start(&b); /* a reset under way forgets everything */
    }
    drain(&b);
    TB_CHECK(t, b.empty > 100);
    TB_CHECK(t, b.rolls > 100);

    /* A cell freed during the sweep is a contract violation: sticky, until the next reset. */
    tb_reset(t, 2);
    tb_tick(t);
    tb_set(b.free, 1);
    tb_tick(t);
    tb_set(b.free, 0);
    for (unsigned c = 0; c < 2 * b.cells; c++) {
        TB_EQ(t, tb_get(b.error), 1);
        tb_tick(t);
    }
    start(&b);

    tb_note(t, "%llu cells taken, %llu roll-backs (largest %llu), %llu cycles empty",
            (unsigned long long)b.takes, (unsigned long long)b.rolls,
            (unsigned long long)b.biggest_roll, (unsigned long long)b.empty);
    free(b.owner);
    free(b.frame);
    free(b.kept);
    return 0;
}
