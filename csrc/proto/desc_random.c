/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * desc_random.c: frames that a description could mean, for tests of whatever reads frames.
 */
#include "proto/desc.h"

#define HEADERS_MAX 32u /* of one frame */

static uint32_t draw(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15ull;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return (uint32_t)(z >> 32 ^ z);
}

static void put_bits(uint8_t *frame, size_t room, unsigned bit, unsigned width, uint32_t value)
{
    for (unsigned i = 0; i < width; i++) {
        unsigned at = bit + i, one = value >> (width - 1 - i) & 1u;
        if (at / 8 >= room) return;
        frame[at / 8] = (uint8_t)((frame[at / 8] & ~(0x80u >> at % 8)) | one << (7 - at % 8));
    }
}

/* One of the values of a column, with random bits where it leaves them open. */
static uint32_t draw_value(const desc_column *c, uint64_t *state)
{
    const desc_value *v = &c->v[draw(state) % c->n];
    if (v->kind == DESC_MASK) return v->a | (draw(state) & ~v->b);
    uint64_t span = (uint64_t)v->b - v->a + 1;
    return (uint32_t)(v->a + draw(state) % span);
}

size_t weft_desc_random_frame(const weft_desc *d, uint64_t *state, uint8_t *frame, size_t room)
{
    const desc_header *h = d->start;
    size_t start = 0, len = draw(state) % 4 == 0 ? draw(state) % (room + 1) : room;
    for (size_t i = 0; i < room; i++) frame[i] = (uint8_t)draw(state);
    for (unsigned n = 0; n < HEADERS_MAX && start + desc_bytes(h) <= room; n++) {
        const desc_entry *e = h->entry[draw(state) % h->n_entries];
        unsigned base = (unsigned)start * 8;
        unsigned words = draw(state) % 4; /* lengths are short as a rule */
        if (h->has_length && draw(state) % 8 != 0)
            put_bits(frame, room, base + h->length.bit, h->length.width, words);
        for (unsigned c = 0; c < h->n_columns; c++)
            if (e->column[c].n > 0)
                put_bits(frame, room, base + h->column[c].bit, h->column[c].width,
                         draw_value(&e->column[c], state));
        if (e->action.verdict != WEFT_PP_NEXT) break;
        if (h->has_length) {
            weft_desc_field f = {h->name, "", base + h->length.bit, h->length.width, frame};
            start += h->constant + (size_t)weft_desc_value(&f) * h->scale;
        } else if (!e->action.here) {
            start += desc_bytes(h);
        }
        h = e->action.header;
    }
    return len;
}
