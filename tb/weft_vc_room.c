/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_vc_room: cells come, go back and are freed at random, limits and thresholds change
 * in between. The reference keeps one count a VC and answers from the counts of the cycle before.
 */
/* tb-params: "-GMAX_CELLS=20" "-GVCS=1 -GMAX_CELLS=4" "-GVCS=8" */
#include "tb.h"

#include <string.h>

enum { MAX_V = 8 };

struct config {
    unsigned limit[MAX_V], trim[MAX_V], to[MAX_V], lossless;
};

static struct config random_config(tb *t, unsigned vcs)
{
    struct config c = {.lossless = (unsigned)tb_rand_below(t, 256)};
    for (unsigned v = 0; v < vcs; v++) {
        c.limit[v] = (unsigned)tb_rand_below(t, tb_chance(t, 80) ? 300 : 65536);
        c.trim[v] = tb_chance(t, 30) ? 0 : (unsigned)tb_rand_below(t, 300);
        c.to[v] = (unsigned)tb_rand_below(t, tb_chance(t, 80) ? vcs : 8);
    }
    return c;
}

static bool trims(const struct config *c, unsigned vcs, unsigned v, unsigned used)
{
    return c->trim[v] && used > c->trim[v] && !(c->lossless >> v & 1) && c->to[v] < vcs &&
           !(c->lossless >> c->to[v] & 1);
}

int tb_main(tb *t)
{
    tb_sig *limit = tb_sig_find(t, "cfg_limit_i"), *lossless = tb_sig_find(t, "cfg_lossless_i"),
           *trim = tb_sig_find(t, "cfg_trim_i"), *to = tb_sig_find(t, "cfg_trim_vc_i"),
           *store = tb_sig_find(t, "store_i"), *roll = tb_sig_find(t, "roll_i"),
           *vc = tb_sig_find(t, "vc_i"), *cells = tb_sig_find(t, "roll_cells_i"),
           *free_one = tb_sig_find(t, "free_i"), *free_vc = tb_sig_find(t, "free_vc_i"),
           *used_o = tb_sig_find(t, "used_o"), *room = tb_sig_find(t, "room_o"),
           *frame_room = tb_sig_find(t, "frame_room_o"), *trim_o = tb_sig_find(t, "trim_o"),
           *trim_vc = tb_sig_find(t, "trim_vc_o");
    unsigned vcs = (unsigned)tb_param(t, "VCS", 4), most = (unsigned)tb_param(t, "MAX_CELLS", 152);
    unsigned used[MAX_V] = {0}, now[MAX_V];
    struct config c = {0}, old;
    uint64_t answers[3] = {0};
    tb_set(store, 0);
    tb_set(roll, 0);
    tb_set(free_one, 0);
    tb_reset(t, 3);
    uint64_t cycles = tb_effort(t, 1000000, 10000000);
    for (uint64_t n = 0; n < cycles && tb_failures(t) == 0; n++) {
        old = c; /* a new limit counts one cycle later than all else */
        if (tb_chance(t, 2)) c = random_config(t, vcs);
        for (unsigned v = 0; v < vcs; v++) {
            tb_set_bits(limit, 16 * v, 16, c.limit[v]);
            tb_set_bits(trim, 16 * v, 16, c.trim[v]);
            tb_set_bits(to, 3 * v, 3, c.to[v]);
        }
        tb_set(lossless, c.lossless & ((1u << vcs) - 1));
        unsigned v = (unsigned)tb_rand_below(t, vcs), f = (unsigned)tb_rand_below(t, vcs);
        bool stores = tb_chance(t, n / 2000 % 2 ? 60 : 30) && used[v] < 60000;
        bool rolls = !stores && used[v] > 0 && tb_chance(t, 2);
        unsigned back = rolls ? 1 + (unsigned)tb_rand_below(t, used[v] < 500 ? used[v] : 500) : 0;
        bool frees = tb_chance(t, 45) && used[f] > (f == v ? back : 0);
        tb_set(store, stores);
        tb_set(roll, rolls);
        tb_set(vc, v);
        tb_set(cells, rolls ? back : tb_rand_below(t, 512));
        tb_set(free_one, frees);
        tb_set(free_vc, f);
        memcpy(now, used, sizeof now);
        used[v] += stores;
        used[v] -= back;
        used[f] -= frees;
        tb_tick(t);
        for (unsigned k = 0; k < vcs; k++) {
            bool has = now[k] + (stores && k == v) < old.limit[k];
            bool frame = now[k] + most < old.limit[k];
            bool cut = trims(&c, vcs, k, now[k]);
            TB_EQ(t, tb_get_bits(used_o, 16 * k, 16), used[k]);
            TB_EQ(t, tb_get_bits(room, k, 1), has);
            TB_EQ(t, tb_get_bits(frame_room, k, 1), frame);
            TB_EQ(t, tb_get_bits(trim_o, k, 1), cut);
            TB_EQ(t, tb_get_bits(trim_vc, 3 * k, 3), c.to[k]);
            answers[0] += has;
            answers[1] += frame;
            answers[2] += cut;
        }
    }
    TB_CHECK(t, answers[0] > 1000 && answers[1] > 1000 && answers[2] > 1000);
    tb_note(t, "room for a cell %llu times, for a frame %llu times, trimming %llu times",
            (unsigned long long)answers[0], (unsigned long long)answers[1],
            (unsigned long long)answers[2]);
    return 0;
}
