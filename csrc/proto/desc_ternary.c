/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * desc_ternary.c: values and ranges as words with masks, the form that the machine matches.
 */
#include "proto/desc.h"

#include <string.h>

static bool column_tested(const desc_header *h, unsigned column)
{
    for (unsigned i = 0; i < h->n_entries; i++)
        if (h->entry[i]->column[column].n > 0) return true;
    return false;
}

static bool add_word(unsigned word[2], unsigned *n, unsigned offset)
{
    for (unsigned i = 0; i < *n; i++)
        if (word[i] == offset) return true;
    if (*n == 2) return false;
    word[(*n)++] = offset;
    return true;
}

bool desc_look_words(const desc_header *h, unsigned word[2], unsigned *n)
{
    *n = 0;
    word[0] = word[1] = 0;
    if (h->has_length) (void)add_word(word, n, h->length.bit / 16 * 2);
    for (unsigned c = 0; c < h->n_columns; c++) {
        const desc_bits *b = &h->column[c];
        if (!column_tested(h, c)) continue;
        for (unsigned w = b->bit / 16; w <= (b->bit + b->width - 1) / 16; w++)
            if (!add_word(word, n, w * 2)) return false;
    }
    return true;
}

/* ---------------------------------------------------------------- cubes --------------------- */
typedef struct {
    desc_cube cube[DESC_CUBES];
    unsigned n;
    bool full;
} cover;

static void cover_add(cover *c, desc_cube cube)
{
    if (c->n == DESC_CUBES)
        c->full = true;
    else
        c->cube[c->n++] = cube;
}

/* first..last as the fewest blocks of a power of two: value and mask on the field itself. */
static void add_range(cover *c, uint32_t first, uint32_t last, uint32_t ones)
{
    uint64_t at = first;
    while (at <= last) {
        uint64_t block = at == 0 ? (uint64_t)1 << 32 : at & (~at + 1);
        while (at + block - 1 > last) block >>= 1;
        cover_add(c, (desc_cube){(uint32_t)at, (uint32_t) ~(block - 1) & ones});
        at += block;
    }
}

/* Bits of a field to where they stand in {A, B}. */
static uint32_t place(const desc_bits *b, uint32_t field, const unsigned word[2])
{
    uint32_t key = 0;
    for (unsigned i = 0; i < b->width; i++) {
        unsigned bit = b->bit + i;
        unsigned lsb = 15 - bit % 16 + (bit / 16 * 2 == word[0] ? 16 : 0);
        key |= (field >> (b->width - 1 - i) & 1u) << lsb;
    }
    return key;
}

static void column_cover(const desc_bits *b, const desc_column *column, cover *c)
{
    uint32_t ones = b->width >= 32 ? UINT32_MAX : (1u << b->width) - 1u;
    c->n = 0;
    if (column->n == 0) cover_add(c, (desc_cube){0, 0});
    for (unsigned i = 0; i < column->n; i++) {
        const desc_value *v = &column->v[i];
        if (v->kind == DESC_MASK)
            cover_add(c, (desc_cube){v->a, v->b});
        else
            add_range(c, v->a, v->b, ones);
    }
}

static bool contains(desc_cube outer, desc_cube inner)
{
    return (outer.mask & ~inner.mask) == 0 && ((outer.value ^ inner.value) & outer.mask) == 0;
}

/* Two cubes that differ in one bit become one; what lies in another goes. */
static void merge(cover *c)
{
    for (unsigned i = 0; i < c->n; i++) {
        for (unsigned j = 0; j < c->n; j++) {
            if (i == j) continue;
            desc_cube a = c->cube[i], b = c->cube[j];
            uint32_t differ = a.value ^ b.value;
            bool twins = a.mask == b.mask && differ != 0 && (differ & (differ - 1)) == 0;
            if (!twins && !contains(a, b)) continue;
            if (twins) c->cube[i] = (desc_cube){a.value & ~differ, a.mask & ~differ};
            c->cube[j] = c->cube[--c->n];
            merge(c); /* one less, so this ends */
            return;
        }
    }
}

unsigned desc_entry_cubes(const desc_header *h, const desc_entry *e, const unsigned word[2],
                          desc_cube cube[DESC_CUBES])
{
    cover total = {.n = 1}, one = {.n = 0}, next;
    for (unsigned k = 0; k < h->n_columns; k++) {
        column_cover(&h->column[k], &e->column[k], &one);
        next.n = 0;
        next.full = total.full || one.full;
        for (unsigned i = 0; i < total.n; i++)
            for (unsigned j = 0; j < one.n; j++) {
                uint32_t v = place(&h->column[k], one.cube[j].value, word);
                uint32_t m = place(&h->column[k], one.cube[j].mask, word);
                cover_add(&next, (desc_cube){total.cube[i].value | v, total.cube[i].mask | m});
            }
        total = next;
    }
    if (total.full) return 0;
    merge(&total);
    memcpy(cube, total.cube, total.n * sizeof cube[0]);
    return total.n;
}

/* ---------------------------------------------------------------- overlaps ------------------ */
static bool same_result(const desc_action *a, const desc_action *b)
{
    return a->verdict == b->verdict && a->reason == b->reason && a->header == b->header &&
           a->here == b->here && a->op == b->op && a->flags == b->flags;
}

static bool intersect(desc_cube a, desc_cube b)
{
    return ((a.value ^ b.value) & a.mask & b.mask) == 0;
}

/* An entry may be a special case of one below it. Anything else that both match is a mistake, but
 * for an entry that a bound may take away. */
static void check_pair(weft_desc *d, const desc_header *h, const desc_entry *first,
                       const desc_entry *second, desc_cube a, desc_cube b)
{
    if (!intersect(a, b)) return;
    if (contains(a, b))
        desc_fail(d, second->at, "a value of this entry is taken by the one in %s:%u:%u",
                  first->at.file, first->at.line, first->at.col);
    else if (!h->ordered && !contains(b, a) && !same_result(&first->action, &second->action))
        desc_fail(d, second->at,
                  "this entry conflicts with %s:%u:%u: neither is a special case of the other; "
                  "`select ordered` takes the first",
                  first->at.file, first->at.line, first->at.col);
}

typedef struct {
    desc_cube cube[DESC_CUBES];
    unsigned n;
} cubes;

/* One message a pair of entries is enough. */
static void check_cubes(weft_desc *d, const desc_header *h, unsigned i, unsigned j, const cubes *a,
                        const cubes *b)
{
    const desc_action *first = &h->entry[i]->action;
    if (first->header != NULL && first->header->at_most != DESC_UNBOUNDED) return;
    size_t before = d->n_errors;
    for (unsigned x = 0; x < a->n; x++)
        for (unsigned y = 0; y < b->n && d->n_errors == before; y++)
            check_pair(d, h, h->entry[i], h->entry[j], a->cube[x], b->cube[y]);
}

void desc_check_entries(weft_desc *d, const desc_header *h)
{
    unsigned word[2], n_words;
    cubes *all = desc_alloc(d, DESC_ENTRIES * sizeof *all);
    if (all == NULL) return;
    if (!desc_look_words(h, word, &n_words)) {
        desc_fail(d, h->select_at,
                  "header \"%s\" looks at more than two 16-bit words (select and length together)",
                  h->name);
        return;
    }
    for (unsigned j = 0; j < h->n_entries; j++) {
        all[j].n = desc_entry_cubes(h, h->entry[j], word, all[j].cube);
        if (all[j].n == 0)
            desc_fail(d, h->entry[j]->at, "this entry needs more than %u words with masks",
                      DESC_CUBES);
        for (unsigned i = 0; i < j; i++) check_cubes(d, h, i, j, &all[i], &all[j]);
    }
}
