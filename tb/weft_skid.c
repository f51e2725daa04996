/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_skid. Reference: a queue of at most one word behind a wire: valid passes at once,
 * ready depends only on whether a word is held, order is kept, nothing is lost or invented.
 */
/* tb-params: "" "-GWIDTH=64" */
#include "common/tb.h"

int tb_main(tb *t)
{
    tb_sig *in_valid = tb_sig_find(t, "in_valid_i"), *in_ready = tb_sig_find(t, "in_ready_o"),
           *in_data = tb_sig_find(t, "in_data_i"), *out_valid = tb_sig_find(t, "out_valid_o"),
           *out_ready = tb_sig_find(t, "out_ready_i"), *out_data = tb_sig_find(t, "out_data_o");
    unsigned width = (unsigned)tb_param(t, "WIDTH", 8);
    uint64_t mask = width < 64 ? (1ull << width) - 1 : ~0ull;
    uint64_t rounds = tb_effort(t, 20000, 1000000), word = 0, held_word = 0, moved = 0;
    bool held = false, offering = false;

    tb_set(in_valid, 0);
    tb_set(out_ready, 0);
    tb_reset(t, 2);
    for (uint64_t i = 0; i < rounds; i++) {
        unsigned phase = (unsigned)(i / 500 % 4);
        bool drain = i + 10 > rounds;
        bool ready = drain || tb_chance(t, phase == 0 ? 100 : phase == 1 ? 20 : 60);
        bool valid = offering || (!drain && tb_chance(t, phase == 2 ? 30 : 95));

        if (valid && !offering) word = tb_rand(t) & mask;
        tb_set(in_valid, valid);
        if (valid) tb_set(in_data, word);
        tb_set(out_ready, ready);
        tb_eval(t);
        TB_EQ(t, tb_get(in_ready), !held);
        TB_EQ(t, tb_get(out_valid), held || valid);
        if (held || valid) TB_EQ(t, tb_get(out_data), held ? held_word : word);
        tb_tick(t);

        bool taken = valid && !held;
        if ((held || valid) && ready) moved++;
        if (held && ready)
            held = false;
        else if (taken && !ready) {
            held = true;
            held_word = word;
        }
        offering = valid && !taken;
    }
    TB_CHECK(t, !held && !offering);
    TB_CHECK(t, moved > rounds / 4);
    /* Full rate: with both sides willing, a word moves every cycle. */
    tb_set(in_valid, 1);
    tb_set(out_ready, 1);
    for (unsigned i = 0; i < 50; i++) {
        tb_set(in_data, i & mask);
        tb_eval(t);
        TB_CHECK(t, tb_get(in_ready) && tb_get(out_valid) && tb_get(out_data) == (i & mask));
        tb_tick(t);
    }
    return 0;
}
