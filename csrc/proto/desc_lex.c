/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * desc_lex.c: words, numbers, strings and signs of a protocol description.
 */
#include "proto/desc.h"

#include <ctype.h>
#include <string.h>

void desc_lex_begin(desc_lexer *l, weft_desc *d, const char *file, const char *text, size_t len)
{
    *l = (desc_lexer){.d = d, .file = file, .p = text, .end = text + len, .line = 1, .col = 1};
    desc_lex_next(l);
}

static int peek(const desc_lexer *l) { return l->p < l->end ? (unsigned char)*l->p : -1; }

static void step(desc_lexer *l)
{
    if (*l->p == '\n') {
        l->line++;
        l->col = 0;
    }
    l->col++;
    l->p++;
}

static void skip_space(desc_lexer *l)
{
    for (int c = peek(l); c >= 0; c = peek(l)) {
        if (c == '#')
            while (peek(l) >= 0 && peek(l) != '\n') step(l);
        else if (c == ' ' || c == '\n' || c == '\r' || c == '\t')
            step(l);
        else
            return;
    }
}

static bool word_char(int c) { return c == '_' || (c < 128 && c > 0 && isalnum(c)); }

static void bad(desc_lexer *l, const char *what)
{
    desc_fail(l->d, l->at, "%s", what);
    l->kind = TOK_BAD;
}

/* Decimal, 0x or 0b, up to 2^48 - 1. Lower case letters stand for digits from 10 on. */
static void number(desc_lexer *l)
{
    const char *s = l->p;
    while (word_char(peek(l))) step(l);
    size_t n = (size_t)(l->p - s);
    unsigned base = 10;
    if (n > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'b')) {
        base = s[1] == 'x' ? 16 : 2;
        s += 2;
        n -= 2;
    }
    l->number = 0;
    l->kind = TOK_NUMBER;
    for (size_t i = 0; i < n; i++) {
        unsigned digit = 99;
        if (isdigit((unsigned char)s[i])) digit = (unsigned)(s[i] - '0');
        if (isxdigit((unsigned char)s[i]) && digit == 99)
            digit = (unsigned)(tolower((unsigned char)s[i]) - 'a' + 10);
        if (digit >= base) {
            bad(l, "this is no number; write 10, 0x0A or 0b1010");
            return;
        }
        l->number = l->number * base + digit;
        if (l->number >> 48 != 0) {
            bad(l, "this number has more than 48 bits");
            return;
        }
    }
}

static void string(desc_lexer *l)
{
    step(l);
    const char *s = l->p;
    while (peek(l) >= ' ' && peek(l) != '"' && peek(l) != '\\' && peek(l) < 127) step(l);
    if (peek(l) != '"') {
        bad(l, "a string ends with \" on its line and has ASCII characters only, no backslash");
        return;
    }
    l->text = desc_text(l->d, s, (size_t)(l->p - s));
    l->kind = TOK_STRING;
    step(l);
}

void desc_lex_next(desc_lexer *l)
{
    skip_space(l);
    l->at = (desc_pos){l->file, l->line, l->col};
    l->kind = TOK_END;
    l->sign = '\0';
    int c = peek(l);
    if (c < 0) return;
    if (isdigit(c)) {
        number(l);
    } else if (word_char(c)) {
        const char *s = l->p;
        while (word_char(peek(l))) step(l);
        l->text = desc_text(l->d, s, (size_t)(l->p - s));
        l->kind = TOK_WORD;
    } else if (c == '"') {
        string(l);
    } else if (c == '.' && l->end - l->p > 1 && l->p[1] == '.') {
        step(l);
        step(l);
        l->kind = TOK_RANGE;
    } else if (strchr(":,|&*+-/()[]{}=", c) != NULL) {
        step(l);
        l->kind = TOK_SIGN;
        l->sign = (char)c;
    } else {
        step(l);
        bad(l, "this character has no meaning here");
    }
}
