/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * desc_expr.c: numbers, expressions and references to fields.
 */
#include "proto/desc.h"

#include <inttypes.h>
#include <string.h>

#define NESTING_MAX 16u

bool desc_take(desc_lexer *l, char sign)
{
    if (l->kind != TOK_SIGN || l->sign != sign) return false;
    desc_lex_next(l);
    return true;
}

bool desc_expect(desc_lexer *l, char sign)
{
    if (desc_take(l, sign)) return true;
    if (l->kind != TOK_BAD) desc_fail(l->d, l->at, "expected '%c'", sign);
    return false;
}

bool desc_take_word(desc_lexer *l, const char *word)
{
    if (l->kind != TOK_WORD || strcmp(l->text, word) != 0) return false;
    desc_lex_next(l);
    return true;
}

static bool sum(desc_lexer *l, unsigned depth, int64_t *value);

static bool atom(desc_lexer *l, unsigned depth, int64_t *value)
{
    if (l->kind == TOK_NUMBER) {
        *value = l->number;
        desc_lex_next(l);
        return true;
    }
    if (l->kind == TOK_WORD) {
        for (unsigned i = 0; i < l->d->n_params; i++)
            if (strcmp(l->d->param[i].name, l->text) == 0) {
                *value = l->d->param[i].value;
                desc_lex_next(l);
                return true;
            }
        desc_fail(l->d, l->at, "unknown parameter \"%s\"", l->text);
        return false;
    }
    if (desc_take(l, '(')) {
        if (depth == NESTING_MAX) {
            desc_fail(l->d, l->at, "more than %u parentheses inside each other", NESTING_MAX);
            return false;
        }
        return sum(l, depth + 1, value) && desc_expect(l, ')');
    }
    if (l->kind != TOK_BAD) desc_fail(l->d, l->at, "expected a number");
    return false;
}

/* Keeps all values within 48 bits and a sign, so that nothing overflows. */
static bool in_bounds(desc_lexer *l, desc_pos at, int64_t value)
{
    if (value < (int64_t)1 << 48 && value > -((int64_t)1 << 48)) return true;
    desc_fail(l->d, at, "this number has more than 48 bits");
    return false;
}

static bool product(desc_lexer *l, unsigned depth, int64_t *value)
{
    if (!atom(l, depth, value)) return false;
    while (l->kind == TOK_SIGN && (l->sign == '*' || l->sign == '/')) {
        desc_pos at = l->at;
        char sign = l->sign;
        int64_t right = 0;
        desc_lex_next(l);
        if (!atom(l, depth, &right)) return false;
        if (sign == '/' && right == 0) {
            desc_fail(l->d, at, "division by 0");
            return false;
        }
        int64_t result = 0;
        if (sign == '/')
            result = *value / right;
        else if (__builtin_mul_overflow(*value, right, &result))
            result = INT64_MAX;
        if (!in_bounds(l, at, result)) return false;
        *value = result;
    }
    return true;
}

static bool sum(desc_lexer *l, unsigned depth, int64_t *value)
{
    if (!product(l, depth, value)) return false;
    while (l->kind == TOK_SIGN && (l->sign == '+' || l->sign == '-')) {
        desc_pos at = l->at;
        char sign = l->sign;
        int64_t right = 0;
        desc_lex_next(l);
        if (!product(l, depth, &right)) return false;
        *value = sign == '+' ? *value + right : *value - right;
        if (!in_bounds(l, at, *value)) return false;
    }
    return true;
}

bool desc_term(desc_lexer *l, int64_t *value) { return product(l, 0, value); }
bool desc_expression(desc_lexer *l, int64_t *value) { return sum(l, 0, value); }

bool desc_number(desc_lexer *l, const char *what, int64_t lo, int64_t hi, int64_t *value)
{
    desc_pos at = l->at;
    if (!desc_expression(l, value)) return false;
    if (*value >= lo && *value <= hi) return true;
    desc_fail(l->d, at, "%s is %" PRId64 "; it must be %" PRId64 " to %" PRId64, what, *value, lo,
              hi);
    return false;
}

void desc_skip_line(desc_lexer *l)
{
    unsigned line = l->at.line;
    do desc_lex_next(l);
    while (l->kind != TOK_END && l->at.line == line);
}

static const desc_field *field_of(desc_lexer *l, const desc_header *h)
{
    if (l->kind != TOK_WORD) {
        if (l->kind != TOK_BAD) desc_fail(l->d, l->at, "expected the name of a field");
        return NULL;
    }
    const desc_field *f = desc_find_field(h, l->text);
    if (f == NULL)
        desc_fail(l->d, l->at, "header \"%s\" has no field \"%s\" above this line", h->name,
                  l->text);
    else
        desc_lex_next(l);
    return f;
}

bool desc_reference(desc_lexer *l, const desc_header *h, desc_bits *bits)
{
    desc_pos at = l->at;
    const desc_field *f = field_of(l, h);
    char name[128];
    if (f == NULL) return false;
    *bits = f->bits;
    bits->at = at;
    if (l->kind == TOK_RANGE) {
        desc_lex_next(l);
        const desc_field *last = field_of(l, h);
        if (last == NULL) return false;
        if (last->bits.bit < f->bits.bit) {
            desc_fail(l->d, at, "\"%s\" stands behind \"%s\"", f->bits.name, last->bits.name);
            return false;
        }
        bits->width = last->bits.bit + last->bits.width - f->bits.bit;
        (void)snprintf(name, sizeof name, "%s..%s", f->bits.name, last->bits.name);
    } else if (desc_take(l, '[')) {
        int64_t hi = 0, lo = 0;
        if (!desc_number(l, "the upper bit", 0, f->bits.width - 1, &hi) || !desc_expect(l, ':') ||
            !desc_number(l, "the lower bit", 0, hi, &lo) || !desc_expect(l, ']'))
            return false;
        bits->bit = f->bits.bit + f->bits.width - 1 - (unsigned)hi;
        bits->width = (unsigned)(hi - lo + 1);
        (void)snprintf(name, sizeof name, "%s[%d:%d]", f->bits.name, (int)hi, (int)lo);
    } else {
        return true;
    }
    bits->name = desc_text(l->d, name, strlen(name));
    return true;
}
