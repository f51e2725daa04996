/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_range. The reference walks a plain array and divides by the size of a chunk. Random
 * tables of full size, overlapping ones too, with edges at 0 and 2^64 - 1; searches in every cycle,
 * at and beside the edges, while entries are written. */
/* tb-params: "" "-GENTRIES=64" "-GENTRIES=1" */
#include "common/tb.h"

enum { MAX_ENTRIES = 64 };

typedef struct {
    bool valid;
    uint64_t base, last;
    unsigned shift, ways, route;
} entry;

typedef struct {
    bool valid, hit;
    unsigned route;
} answer;

typedef struct {
    tb *t;
    unsigned entries;
    tb_sig *en, *address, *hit, *route;
    tb_sig *we, *index, *valid, *base, *last, *shift, *ways, *wroute;
    entry e[MAX_ENTRIES];
    answer first, out;
    uint64_t hits, interleaved;
} bench;

static answer lookup(bench *b, uint64_t address)
{
    answer a = {.valid = true};
    for (unsigned i = 0; i < b->entries && !a.hit; i++) {
        const entry *e = &b->e[i];
        if (!e->valid || address < e->base || address > e->last) continue;
        unsigned ways = 1u << (e->ways > 6 ? 6 : e->ways), way = 0;
        if (ways > 1) way = (unsigned)((address - e->base) / (1ull << e->shift) % ways);
        a.hit = true;
        a.route = (e->route & ~0x3ffu) | ((e->route + way) & 0x3ff);
        b->hits++;
        b->interleaved += way != 0;
    }
    return a;
}

/* One cycle; the search sees what was written before. Results are two cycles behind. */
static void step(bench *b, const uint64_t *search, const entry *write, unsigned index)
{
    tb *t = b->t;
    answer now = {.valid = false};
    tb_set(b->en, search != NULL);
    if (search != NULL) {
        tb_set(b->address, *search);
        now = lookup(b, *search);
    }
    if (write != NULL) {
        tb_set(b->we, 1);
        tb_set(b->index, index);
        tb_set(b->valid, write->valid);
        tb_set(b->base, write->base);
        tb_set(b->last, write->last);
        tb_set(b->shift, write->shift);
        tb_set(b->ways, write->ways);
        tb_set(b->wroute, write->route);
    }
    tb_tick(t);
    tb_set(b->we, 0);
    if (write != NULL) b->e[index] = *write;
    if (b->first.valid) b->out = b->first; /* else the last answer stays */
    b->first = now;
    if (!b->out.valid) return;
    TB_EQ(t, tb_get(b->hit), b->out.hit);
    if (b->out.hit) TB_EQ(t, tb_get(b->route), b->out.route);
}

static entry random_entry(bench *b)
{
    tb *t = b->t;
    entry e = {.valid = tb_chance(t, 90)};
    uint64_t size = tb_rand(t) >> tb_rand_below(t, 64);
    e.base = tb_chance(t, 5) ? 0 : tb_rand(t) >> tb_rand_below(t, 20);
    e.last = tb_chance(t, 5) || e.base + size < e.base ? UINT64_MAX : e.base + size;
    e.shift = (unsigned)tb_rand_below(t, tb_chance(t, 80) ? 20 : 64);
    e.ways = (unsigned)tb_rand_below(t, 8);
    e.route = (unsigned)tb_rand_below(t, 1u << 13);
    return e;
}

static uint64_t random_address(bench *b)
{
    tb *t = b->t;
    const entry *e = &b->e[tb_rand_below(t, b->entries)];
    switch (tb_rand_below(t, 6)) {
    case 0: return e->base - 1 + tb_rand_below(t, 3);
    case 1: return e->last - 1 + tb_rand_below(t, 3);
    case 2: return tb_rand(t);
    default: return e->base + (tb_rand(t) >> tb_rand_below(t, 64)) % ((e->last - e->base) | 1);
    }
}

int tb_main(tb *t)
{
    static bench b;
    b.t = t;
    b.entries = (unsigned)tb_param(t, "ENTRIES", 16);
    b.en = tb_sig_find(t, "en_i");
    b.address = tb_sig_find(t, "address_i");
    b.hit = tb_sig_find(t, "hit_o");
    b.route = tb_sig_find(t, "route_o");
    b.we = tb_sig_find(t, "wr_en_i");
    b.index = tb_sig_find(t, "wr_index_i");
    b.valid = tb_sig_find(t, "wr_valid_i");
    b.base = tb_sig_find(t, "wr_base_i");
    b.last = tb_sig_find(t, "wr_last_i");
    b.shift = tb_sig_find(t, "wr_shift_i");
    b.ways = tb_sig_find(t, "wr_ways_i");
    b.wroute = tb_sig_find(t, "wr_route_i");
    tb_set(b.en, 0);
    tb_set(b.we, 0);
    tb_reset(t, 2);
    for (unsigned i = 0; i < b.entries; i++) step(&b, NULL, &(entry){0}, i);
    uint64_t n = tb_effort(t, 200000, 3000000);
    for (uint64_t k = 0; k < n; k++) {
        uint64_t address = random_address(&b);
        entry e = random_entry(&b);
        bool write = k < b.entries || tb_chance(t, k % 4000 < 2000 ? 40 : 1);
        unsigned index = k < b.entries ? (unsigned)k : (unsigned)tb_rand_below(t, b.entries);
        step(&b, tb_chance(t, 90) ? &address : NULL, write ? &e : NULL, index);
    }
    TB_CHECK(t, b.hits > n / 4 && b.interleaved > n / 20);
    return tb_failures(t) != 0;
}
