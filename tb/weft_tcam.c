/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_tcam. Two references: the rule of the lowest index, searched in a plain array while
 * entries are written in the same cycles; and longest prefix, searched by length in a table that is
 * full of random nested prefixes, which the bench only sorts into the entries. */
/* tb-params: "-GENTRIES=64" "-GWIDTH=128" "-GWIDTH=10 -GENTRIES=1 -GDATA=8" "-GENTRIES=256" */
#include "common/tb.h"
#include <string.h>

enum { MAX_ENTRIES = 256 };

typedef struct {
    uint64_t hi, lo;
} key;

typedef struct {
    bool valid;
    key value, mask;
    uint64_t data;
    unsigned length; /* of a prefix */
} entry;

typedef struct {
    tb *t;
    unsigned width, entries, data;
    tb_sig *en, *key, *hit, *o_data, *we, *index, *valid, *value, *mask, *wdata;
    entry e[MAX_ENTRIES];
    bool any, want_hit;
    uint64_t want, hits;
} bench;

static key masked(const bench *b, key k)
{
    if (b->width <= 64) k.hi = 0;
    if (b->width < 64) k.lo &= (1ull << b->width) - 1;
    if (b->width > 64 && b->width < 128) k.hi &= (1ull << (b->width - 64)) - 1;
    return k;
}

static key random_key(bench *b)
{
    key k = {tb_rand(b->t), tb_rand(b->t)};
    return masked(b, k);
}

/* Ones in the first `length` of the width bits. */
static key prefix_mask(const bench *b, unsigned length)
{
    key m = {0, 0};
    for (unsigned i = 0; i < length; i++) {
        unsigned bit = b->width - 1 - i;
        if (bit >= 64)
            m.hi |= 1ull << (bit - 64);
        else
            m.lo |= 1ull << bit;
    }
    return m;
}

static bool matches(const entry *e, key k)
{
    return e->valid && ((k.hi ^ e->value.hi) & e->mask.hi) == 0 &&
           ((k.lo ^ e->value.lo) & e->mask.lo) == 0;
}

static void drive_key(tb_sig *s, unsigned width, key k)
{
    tb_set_bits(s, 0, width < 64 ? width : 64, k.lo);
    if (width > 64) tb_set_bits(s, 64, width - 64, k.hi);
}

static void drive_write(bench *b, unsigned i, const entry *e)
{
    tb_set(b->we, 1);
    tb_set(b->index, i);
    tb_set(b->valid, e->valid);
    drive_key(b->value, b->width, e->value);
    drive_key(b->mask, b->width, e->mask);
    tb_set(b->wdata, e->data);
}

/* One cycle; the search sees what was written before, never what is written now. */
static void step(bench *b, const key *search, const entry *write, unsigned index)
{
    tb *t = b->t;
    tb_set(b->en, search != NULL);
    if (search != NULL) {
        drive_key(b->key, b->width, *search);
        b->any = true;
        b->want_hit = false;
        b->want = 0;
        for (unsigned i = b->entries; i-- > 0;)
            if (matches(&b->e[i], *search)) {
                b->want_hit = true;
                b->want = b->e[i].data;
            }
        b->hits += b->want_hit;
    }
    if (write != NULL) drive_write(b, index, write);
    tb_tick(t);
    tb_set(b->we, 0);
    if (write != NULL) b->e[index] = *write;
    if (!b->any) return;
    TB_EQ(t, tb_get(b->hit), b->want_hit);
    if (b->want_hit) TB_EQ(t, tb_get(b->o_data), b->want);
}

static void clear(bench *b)
{
    for (unsigned i = 0; i < b->entries; i++) step(b, NULL, &(entry){0}, i);
}

static uint64_t random_data(bench *b) { return tb_rand(b->t) & ((1ull << b->data) - 1); }

static entry random_entry(bench *b, const key *pool, unsigned n)
{
    entry e = {.valid = tb_chance(b->t, 85), .data = random_data(b)};
    e.value = pool[tb_rand_below(b->t, n)];
    e.mask = prefix_mask(b, (unsigned)tb_rand_below(b->t, b->width + 1));
    if (tb_chance(b->t, 30)) e.mask = random_key(b); /* any mask, not a prefix's only */
    return e;
}

static void random_work(bench *b, uint64_t cycles)
{
    tb *t = b->t;
    key pool[16];
    for (unsigned i = 0; i < 16; i++) pool[i] = random_key(b);
    for (uint64_t n = 0; n < cycles; n++) {
        key k = pool[tb_rand_below(t, 16)];
        if (tb_chance(t, 50)) k.lo ^= 1ull << tb_rand_below(t, b->width < 64 ? b->width : 64);
        if (tb_chance(t, 20) && b->width > 64) k.hi ^= 1ull << tb_rand_below(t, b->width - 64);
        k = masked(b, k);
        entry e = random_entry(b, pool, 16);
        bool write = tb_chance(t, n % 2000 < 1000 ? 80 : 5);
        step(b, tb_chance(t, 90) ? &k : NULL, write ? &e : NULL,
             (unsigned)tb_rand_below(t, b->entries));
    }
}

/* A full table of different prefixes, many of them nested; longest first into the entries. */
static void longest_prefix(bench *b, uint64_t searches)
{
    tb *t = b->t;
    static entry list[MAX_ENTRIES];
    key root = random_key(b);
    unsigned n = 0;
    while (n < b->entries) {
        entry e = {.valid = true, .data = random_data(b)};
        e.length = (unsigned)tb_rand_below(t, b->width + 1);
        e.mask = prefix_mask(b, e.length);
        key v = tb_chance(t, 70) ? root : random_key(b);
        if (tb_chance(t, 50)) v.lo ^= 1ull << tb_rand_below(t, b->width < 64 ? b->width : 64);
        e.value = masked(b, (key){v.hi & e.mask.hi, v.lo & e.mask.lo});
        bool twice = false;
        for (unsigned i = 0; i < n; i++)
            twice |= list[i].length == e.length && !memcmp(&list[i].value, &e.value, sizeof(key));
        if (!twice) list[n++] = e;
    }
    unsigned at = 0;
    for (unsigned length = b->width + 1; length-- > 0;)
        for (unsigned i = 0; i < n; i++)
            if (list[i].length == length) step(b, NULL, &list[i], at++);
    TB_EQ(t, at, b->entries);
    for (uint64_t s = 0; s < searches; s++) {
        key k = tb_chance(t, 80) ? list[tb_rand_below(t, n)].value : random_key(b);
        if (tb_chance(t, 60)) k.lo ^= 1ull << tb_rand_below(t, b->width < 64 ? b->width : 64);
        k = masked(b, k);
        const entry *best = NULL; /* the longest in the unsorted list */
        for (unsigned i = 0; i < n; i++)
            if (matches(&list[i], k) && (best == NULL || list[i].length > best->length))
                best = &list[i];
        step(b, &k, NULL, 0);
        TB_EQ(t, tb_get(b->hit), best != NULL);
        if (best != NULL) TB_EQ(t, tb_get(b->o_data), best->data);
    }
}

int tb_main(tb *t)
{
    static bench b;
    b.t = t;
    b.width = (unsigned)tb_param(t, "WIDTH", 32);
    b.entries = (unsigned)tb_param(t, "ENTRIES", 16);
    b.data = (unsigned)tb_param(t, "DATA", 13);
    b.en = tb_sig_find(t, "en_i");
    b.key = tb_sig_find(t, "key_i");
    b.hit = tb_sig_find(t, "hit_o");
    b.o_data = tb_sig_find(t, "data_o");
    b.we = tb_sig_find(t, "wr_en_i");
    b.index = tb_sig_find(t, "wr_index_i");
    b.valid = tb_sig_find(t, "wr_valid_i");
    b.value = tb_sig_find(t, "wr_value_i");
    b.mask = tb_sig_find(t, "wr_mask_i");
    b.wdata = tb_sig_find(t, "wr_data_i");
    tb_set(b.en, 0);
    tb_set(b.we, 0);
    clear(&b);
    random_work(&b, tb_effort(t, 60000, 1000000));
    TB_CHECK(t, b.hits > 1000);
    for (unsigned round = 0; round < 10; round++) {
        clear(&b);
        longest_prefix(&b, tb_effort(t, 10000, 100000));
    }
    return tb_failures(t) != 0;
}
