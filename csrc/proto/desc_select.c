/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * desc_select.c: the entries of a select: values, and what they lead to.
 */
#include "proto/desc.h"
#include "weft/reasons.h"

#include <ctype.h>
#include <string.h>

/* ---------------------------------------------------------------- actions ------------------- */
static bool same_letters(const char *word, const char *name)
{
    while (*word != '\0' && tolower((unsigned char)*word) == tolower((unsigned char)*name)) {
        word++;
        name++;
    }
    return *word == *name;
}

/* `drop`, or `drop REASON` with the names of weft/reasons.h in any case. */
static bool read_reason(desc_lexer *l, desc_action *a)
{
    a->reason = WEFT_DROP_PARSE;
    if (!desc_take(l, '(')) return true;
    for (uint8_t r = 1; l->kind == TOK_WORD && r < WEFT_DROP_REASONS; r++)
        if (same_letters(l->text, weft_drop_reason_name(r))) {
            a->reason = r;
            desc_lex_next(l);
            return desc_expect(l, ')');
        }
    if (l->kind != TOK_BAD) desc_fail(l->d, l->at, "expected the name of a drop reason");
    return false;
}

static void read_modifiers(desc_lexer *l, desc_action *a)
{
    for (;;) {
        if (desc_take_word(l, "request"))
            a->op = WEFT_OP_REQUEST;
        else if (desc_take_word(l, "response"))
            a->op = WEFT_OP_RESPONSE;
        else if (desc_take_word(l, "spray"))
            a->flags |= WEFT_PP_SPRAY;
        else if (desc_take_word(l, "trimmable"))
            a->flags |= WEFT_PP_TRIMMABLE;
        else if (desc_take_word(l, "no_hash"))
            a->flags |= WEFT_PP_NO_HASH;
        else
            return;
    }
}

bool desc_action_read(desc_lexer *l, desc_action *a)
{
    a->at = l->at;
    if (l->kind != TOK_WORD) {
        if (l->kind != TOK_BAD)
            desc_fail(l->d, l->at, "expected accept, drop, control, punt or a header");
        return false;
    }
    if (desc_take_word(l, "accept")) {
        a->verdict = WEFT_PP_ACCEPT;
    } else if (desc_take_word(l, "control")) {
        a->verdict = WEFT_PP_CONTROL;
    } else if (desc_take_word(l, "punt")) {
        a->verdict = WEFT_PP_PUNT;
    } else if (desc_take_word(l, "drop")) {
        a->verdict = WEFT_PP_DROP;
        if (!read_reason(l, a)) return false;
    } else {
        a->verdict = WEFT_PP_NEXT;
        a->here = desc_take_word(l, "here");
        a->at = l->at;
        if (l->kind != TOK_WORD) {
            desc_fail(l->d, l->at, "expected the name of a header");
            return false;
        }
        a->target = l->text;
        desc_lex_next(l);
    }
    read_modifiers(l, a);
    return true;
}

/* ---------------------------------------------------------------- values -------------------- */
static uint32_t ones(unsigned width) { return width >= 32 ? UINT32_MAX : (1u << width) - 1u; }

/* VALUE, FIRST..LAST or VALUE & MASK */
static bool read_value(desc_lexer *l, const desc_bits *field, desc_value *v)
{
    int64_t a = 0, b = 0;
    char what[160];
    (void)snprintf(what, sizeof what, "a value of \"%s\"", field->name);
    int64_t most = ones(field->width);
    v->at = l->at;
    if (!desc_number(l, what, 0, most, &a)) return false;
    b = a;
    v->kind = DESC_RANGE;
    if (l->kind == TOK_RANGE) {
        desc_lex_next(l);
        if (!desc_number(l, what, 0, most, &b)) return false;
        if (b < a) desc_fail(l->d, v->at, "the range ends before it starts");
    } else if (desc_take(l, '&')) {
        v->kind = DESC_MASK;
        if (!desc_number(l, "the mask", 0, most, &b)) return false;
        if ((a & ~b) != 0) desc_fail(l->d, v->at, "the value has bits that its mask has not");
    }
    v->a = (uint32_t)a;
    v->b = (uint32_t)b;
    return true;
}

static bool read_column(desc_lexer *l, const desc_bits *field, desc_column *c)
{
    if (desc_take(l, '*')) return true;
    do {
        if (c->n == DESC_VALUES) {
            desc_fail(l->d, l->at, "more than %u values", DESC_VALUES);
            return false;
        }
        if (!read_value(l, field, &c->v[c->n])) return false;
        c->n++;
    } while (desc_take(l, '|'));
    return true;
}

static bool read_entry(desc_lexer *l, const desc_header *h, desc_entry *e)
{
    e->at = l->at;
    e->is_default = desc_take_word(l, "default");
    for (unsigned i = 0; !e->is_default && i < h->n_columns; i++) {
        if (i > 0 && !desc_take(l, ',')) {
            desc_fail(l->d, l->at, "select has %u fields, this entry has %u", h->n_columns, i);
            return false;
        }
        if (!read_column(l, &h->column[i], &e->column[i])) return false;
    }
    return desc_expect(l, ':') && desc_action_read(l, &e->action);
}

static void add_entry(desc_lexer *l, desc_header *h, desc_entry *e, bool extension)
{
    unsigned at = extension ? h->n_extended : h->n_entries;
    if (h->n_entries == DESC_ENTRIES) {
        desc_fail(l->d, e->at, "header \"%s\" has more than %u entries", h->name, DESC_ENTRIES);
        return;
    }
    if (extension && e->is_default) {
        desc_fail(l->d, e->at, "an extension cannot have a default");
        return;
    }
    if (!extension && at > h->n_extended && h->entry[at - 1]->is_default)
        desc_fail(l->d, e->at, "an entry behind the default is never reached");
    memmove(&h->entry[at + 1], &h->entry[at], (h->n_entries - at) * sizeof h->entry[0]);
    h->entry[at] = e;
    h->n_entries++;
    if (extension) h->n_extended++;
}

void desc_entries(desc_lexer *l, desc_header *h, bool extension)
{
    while (!desc_take(l, '}')) {
        if (l->kind == TOK_END) {
            desc_fail(l->d, l->at, "the file ends inside the entries of \"%s\"; a '}' is missing",
                      h->name);
            return;
        }
        desc_entry *e = desc_alloc(l->d, sizeof *e);
        if (e == NULL) return;
        if (read_entry(l, h, e))
            add_entry(l, h, e, extension);
        else
            desc_skip_line(l);
    }
}
