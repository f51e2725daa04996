/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * desc_write.c: values, actions and uses of fields as text.
 */
#include "proto/desc_write.h"
#include "weft/reasons.h"

#include <stdarg.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static void add(char out[DESC_LINE], const char *fmt, ...)
{
    va_list ap;
    size_t n = strlen(out);
    va_start(ap, fmt);
    (void)vsnprintf(out + n, DESC_LINE - n, fmt, ap);
    va_end(ap);
}

/* Small numbers are decimal, others hexadecimal with the digits that their field has. */
static void add_number(char out[DESC_LINE], uint32_t v, unsigned width)
{
    if (width < 8 || v < 10)
        add(out, "%u", v);
    else
        add(out, "0x%0*X", (int)(width + 3) / 4, v);
}

static void add_value(char out[DESC_LINE], const desc_value *v, unsigned width)
{
    add_number(out, v->a, width);
    if (v->kind == DESC_MASK)
        add(out, " & 0x%X", v->b);
    else if (v->a != v->b) {
        add(out, "..");
        add_number(out, v->b, width);
    }
}

void desc_write_values(const desc_header *h, const desc_entry *e, char out[DESC_LINE])
{
    out[0] = '\0';
    if (e->is_default) add(out, "default");
    for (unsigned c = 0; !e->is_default && c < h->n_columns; c++) {
        if (c > 0) add(out, ", ");
        if (e->column[c].n == 0) add(out, "*");
        for (unsigned i = 0; i < e->column[c].n; i++) {
            if (i > 0) add(out, " | ");
            add_value(out, &e->column[c].v[i], h->column[c].width);
        }
    }
}

void desc_write_action(const desc_action *a, char out[DESC_LINE])
{
    static const char *const ops[] = {"", " request", " response", ""};
    out[0] = '\0';
    if (a->verdict == WEFT_PP_NEXT)
        add(out, "%s%s", a->here ? "here " : "", a->target);
    else if (a->verdict == WEFT_PP_DROP)
        add(out, "drop %s", weft_drop_reason_name(a->reason));
    else
        add(out, "%s", desc_verdict_name(a->verdict));
    add(out, "%s%s%s%s", ops[a->op & 3u], a->flags & WEFT_PP_SPRAY ? " spray" : "",
        a->flags & WEFT_PP_TRIMMABLE ? " trimmable" : "",
        a->flags & WEFT_PP_NO_HASH ? " no_hash" : "");
}

static bool overlap(const desc_bits *a, const desc_bits *b)
{
    return a->bit < b->bit + b->width && b->bit < a->bit + a->width;
}

static void add_use(char out[DESC_LINE], const char *text)
{
    add(out, "%s%s", *out ? ", " : "", text);
}

void desc_write_uses(const desc_header *h, const desc_bits *field, char out[DESC_LINE])
{
    static const char *const names[] = {"", "dst key", "src key", "class", "", "hash", "partition"};
    out[0] = '\0';
    for (unsigned s = WEFT_SLOT_DST; s <= WEFT_SLOT_PART; s++) {
        const desc_slot *slot = &h->slot[s];
        char text[64];
        if (!slot->set || s == WEFT_SLOT_REWRITE || !overlap(field, &slot->bits)) continue;
        (void)snprintf(text, sizeof text, "%s", names[s]);
        if (s <= WEFT_SLOT_SRC)
            (void)snprintf(text, sizeof text, "%s (%s)", names[s], desc_key_name(slot->kind));
        if (s == WEFT_SLOT_CLASS)
            (void)snprintf(text, sizeof text, "%s (%s)", names[s], desc_map_name(slot->kind));
        add_use(out, text);
    }
    for (unsigned c = 0; c < h->n_columns; c++)
        if (overlap(field, &h->column[c])) add_use(out, "select");
    if (h->has_length && overlap(field, &h->length)) add_use(out, "length");
}

static void reach(const desc_header *h, bool reached[DESC_HEADERS])
{
    if (reached[h->index]) return;
    reached[h->index] = true;
    for (unsigned i = 0; i < h->n_entries; i++) {
        const desc_action *a = &h->entry[i]->action;
        if (a->verdict == WEFT_PP_NEXT && a->header->at_most > 0) reach(a->header, reached);
    }
}

void desc_reached(const weft_desc *d, bool reached[DESC_HEADERS])
{
    memset(reached, 0, DESC_HEADERS * sizeof reached[0]);
    reach(d->start, reached);
}
