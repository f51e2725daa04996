/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_crossbar: every cell shows up one cycle later at exactly the egresses of its mask,
 * bit for bit, and nowhere else; the same for the lengths of matched frames on their two inputs.
 */
/* tb-params: "-GINPUTS=4 -GOUTPUTS=5 -GWIDTH=72" "-GINPUTS=2 -GOUTPUTS=2 -GWIDTH=24" "-GWIDTH=622"
   "-GINPUTS=17 -GOUTPUTS=17 -GWIDTH=64" */
#include "tb.h"

#include <string.h>

#define MAX_PORTS 64
#define WORD_MAX  128 /* bytes */

struct bench {
    tb *t;
    tb_sig *x_valid, *x_mask, *x_data, *y_valid, *y_data;
    tb_sig *tus_valid, *tus_mask, *tus_data, *tuc_valid, *tuc_mask, *tuc_data, *tu_valid, *tu_data;
    tb_sig *error;
    unsigned inputs, outputs, width;
    uint64_t moved[MAX_PORTS][MAX_PORTS];
    uint64_t copies, lengths;
};

static void set_word(tb_sig *s, unsigned lsb, unsigned width, const uint8_t *word)
{
    for (unsigned k = 0; k < width; k += 8)
        tb_set_bits(s, lsb + k, width - k < 8 ? width - k : 8, word[k / 8]);
}

static bool word_is(const tb_sig *s, unsigned lsb, unsigned width, const uint8_t *word)
{
    for (unsigned k = 0; k < width; k += 8) {
        unsigned n = width - k < 8 ? width - k : 8;
        if (tb_get_bits(s, lsb + k, n) != (word[k / 8] & ((1u << n) - 1))) return false;
    }
    return true;
}

/* Deals the egresses out to `owners` (-1 is nobody), so that the masks are disjoint. */
static void deal(struct bench *b, int *owner, unsigned owners, unsigned percent, bool one_takes_all)
{
    unsigned winner = (unsigned)tb_rand_below(b->t, owners);
    for (unsigned j = 0; j < b->outputs; j++)
        owner[j] = !tb_chance(b->t, percent) ? -1
                   : one_takes_all           ? (int)winner
                                             : (int)tb_rand_below(b->t, owners);
}

/* A mask on an input that is not valid means nothing, and may clash with others. */
static void set_masks(struct bench *b, tb_sig *valid, tb_sig *mask, const int *owner, int base)
{
    for (unsigned i = 0; i < b->inputs; i++) {
        uint64_t m = 0;
        for (unsigned j = 0; j < b->outputs; j++)
            if (owner[j] == base + (int)i) m |= UINT64_C(1) << j;
        bool v = m != 0 || tb_chance(b->t, 5); /* an empty mask goes nowhere */
        tb_set_bits(valid, i, 1, v);
        tb_set_bits(mask, i * b->outputs, b->outputs, v ? m : tb_rand(b->t));
    }
}

static void step(struct bench *b, unsigned load, bool broadcast)
{
    tb *t = b->t;
    int cell_owner[MAX_PORTS], len_owner[MAX_PORTS];
    uint8_t word[MAX_PORTS][WORD_MAX];
    uint32_t len[2 * MAX_PORTS];

    deal(b, cell_owner, b->inputs, load, broadcast);
    set_masks(b, b->x_valid, b->x_mask, cell_owner, 0);
    for (unsigned i = 0; i < b->inputs; i++) {
        for (unsigned k = 0; k * 8 < b->width; k++) word[i][k] = (uint8_t)tb_rand(t);
        set_word(b->x_data, i * b->width, b->width, word[i]);
    }
    deal(b, len_owner, 2 * b->inputs, load, broadcast);
    set_masks(b, b->tus_valid, b->tus_mask, len_owner, 0);
    set_masks(b, b->tuc_valid, b->tuc_mask, len_owner, (int)b->inputs);
    for (unsigned i = 0; i < 2 * b->inputs; i++) {
        len[i] = (uint32_t)tb_rand(t) & 0x1ffff;
        tb_set_bits(i < b->inputs ? b->tus_data : b->tuc_data, i % b->inputs * 17, 17, len[i]);
    }

    tb_tick(t);
    for (unsigned j = 0; j < b->outputs; j++) {
        TB_EQ(t, tb_get_bits(b->y_valid, j, 1), cell_owner[j] >= 0);
        if (cell_owner[j] >= 0) {
            if (!word_is(b->y_data, j * b->width, b->width, word[cell_owner[j]]))
                tb_fail(t, "egress %u does not have the cell of ingress %d", j, cell_owner[j]);
            b->moved[cell_owner[j]][j]++;
            b->copies++;
        }
        TB_EQ(t, tb_get_bits(b->tu_valid, j, 1), len_owner[j] >= 0);
        if (len_owner[j] >= 0) {
            TB_EQ(t, tb_get_bits(b->tu_data, j * 17, 17), len[len_owner[j]]);
            b->lengths++;
        }
    }
    TB_EQ(t, tb_get(b->error), 0);
}

int tb_main(tb *t)
{
    struct bench b = {.t = t};
    b.x_valid = tb_sig_find(t, "x_valid_i");
    b.x_mask = tb_sig_find(t, "x_mask_i");
    b.x_data = tb_sig_find(t, "x_data_i");
    b.y_valid = tb_sig_find(t, "y_valid_o");
    b.y_data = tb_sig_find(t, "y_data_o");
    b.tus_valid = tb_sig_find(t, "tus_valid_i");
    b.tus_mask = tb_sig_find(t, "tus_mask_i");
    b.tus_data = tb_sig_find(t, "tus_data_i");
    b.tuc_valid = tb_sig_find(t, "tuc_valid_i");
    b.tuc_mask = tb_sig_find(t, "tuc_mask_i");
    b.tuc_data = tb_sig_find(t, "tuc_data_i");
    b.tu_valid = tb_sig_find(t, "tu_valid_o");
    b.tu_data = tb_sig_find(t, "tu_data_o");
    b.error = tb_sig_find(t, "error_o");
    b.inputs = (unsigned)tb_param(t, "INPUTS", 8);
    b.outputs = (unsigned)tb_param(t, "OUTPUTS", 8);
    b.width = (unsigned)tb_param(t, "WIDTH", 600);

    tb_reset(t, 2);
    TB_EQ(t, tb_get(b.y_valid), 0);
    TB_EQ(t, tb_get(b.tu_valid), 0);
    uint64_t cycles = tb_effort(t, 20000000, 400000000) / (b.inputs * (16 + b.width / 8));
    for (uint64_t c = 0; c < cycles && tb_failures(t) == 0; c++) {
        static const unsigned loads[] = {100, 80, 40, 5};
        step(&b, loads[c / 64 % 4], c / 256 % 8 == 7);
    }
    step(&b, 0, false); /* drained: nothing is left anywhere */
    for (unsigned i = 0; i < b.inputs; i++)
        for (unsigned j = 0; j < b.outputs; j++) TB_CHECK(t, b.moved[i][j] > 0);
    tb_note(t, "%llu cells and %llu lengths delivered", (unsigned long long)b.copies,
            (unsigned long long)b.lengths);
    return 0;
}
