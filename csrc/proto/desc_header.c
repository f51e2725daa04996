/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * desc_header.c: what stands inside a header: fields and what the switch does with them.
 */
#include "proto/desc.h"

#include <string.h>

/* Index of the current word in a list, which it then passes; -1 after an error. */
static int choose(desc_lexer *l, const char *what, const char *const *names, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (names[i] != NULL && desc_take_word(l, names[i])) return (int)i;
    if (l->kind == TOK_BAD) return -1;
    char list[160] = "";
    for (unsigned i = 0; i < n; i++)
        if (names[i] != NULL)
            (void)snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s",
                           list[0] != '\0' ? ", " : "", names[i]);
    desc_fail(l->d, l->at, "expected %s: %s", what, list);
    return -1;
}

/* ---------------------------------------------------------------- fields -------------------- */
static bool read_field(desc_lexer *l, desc_header *h, const char *name, desc_pos at)
{
    int64_t width = 0;
    bool padding = strcmp(name, "_") == 0;
    if (!desc_number(l, "the width in bits", padding ? 0 : 1, padding ? 1016 : 128, &width))
        return false;
    desc_field f = {.bits = {at, name, h->bits, (unsigned)width}};
    if (l->kind == TOK_STRING) {
        f.doc = l->text;
        desc_lex_next(l);
    }
    const desc_field *twin = desc_find_field(h, name);
    if (twin != NULL)
        desc_fail(l->d, at, "field \"%s\" stands twice, first in line %u", name,
                  twin->bits.at.line);
    else if (h->n_fields == DESC_FIELDS)
        desc_fail(l->d, at, "more than %u fields", DESC_FIELDS);
    else if (h->bits + width > 1016)
        desc_fail(l->d, at, "the header is longer than 127 bytes");
    else
        h->field[h->n_fields++] = f;
    h->bits += (unsigned)width;
    return true;
}

/* ---------------------------------------------------------------- slots --------------------- */
static bool put(desc_lexer *l, desc_header *h, weft_pp_slot which, const desc_slot *slot)
{
    static const char *const names[] = {"",        "dst key", "src key",   "class",
                                        "rewrite", "hash",    "partition", "trim"};
    if (h->slot[which].set)
        desc_fail(l->d, slot->bits.at, "header \"%s\" has a %s already, in line %u", h->name,
                  names[which], h->slot[which].bits.at.line);
    else
        h->slot[which] = *slot;
    h->slot[which].set = true;
    return true;
}

static bool read_key(desc_lexer *l, desc_header *h)
{
    static const char *const ends[] = {"dst", "src"};
    static const char *const types[] = {"mac", "id", "ip4", "ip6", "address", "mac_exact", "id8"};
    static const unsigned width[] = {48, 16, 32, 128, 64, 48, 8};
    desc_slot s = {.set = true};
    int end = choose(l, "an end", ends, 2);
    int type = end < 0 ? -1 : choose(l, "a type of key", types, 7);
    if (type < 0 || !desc_reference(l, h, &s.bits)) return false;
    s.kind = (uint8_t)type;
    unsigned place = type == WEFT_KEY_ID8 ? 8 : 0;
    if (s.bits.width != width[type])
        desc_fail(l->d, s.bits.at, "a key of type %s has %u bits, \"%s\" has %u", types[type],
                  width[type], s.bits.name, s.bits.width);
    else if (s.bits.bit % 16 != place)
        desc_fail(l->d, s.bits.at, "\"%s\" must start at an %s byte of its header to be a key",
                  s.bits.name, place == 0 ? "even" : "odd");
    return put(l, h, end == 0 ? WEFT_SLOT_DST : WEFT_SLOT_SRC, &s);
}

/* A value that the machine takes as H16[x] >> n: inside one 16-bit word, and nothing above it that
 * would be taken along. */
static void check_value(desc_lexer *l, const desc_bits *b, const char *what, unsigned width)
{
    if (b->width > width)
        desc_fail(l->d, b->at, "%s has at most %u bits, \"%s\" has %u", what, width, b->name,
                  b->width);
    else if (b->bit / 16 != (b->bit + b->width - 1) / 16)
        desc_fail(l->d, b->at, "\"%s\" crosses a 16-bit word of its header", b->name);
    else if (b->width < width && b->bit % 16 != 0)
        desc_fail(l->d, b->at, "\"%s\" has %u of %u bits and does not start a 16-bit word", b->name,
                  b->width, width);
}

static bool read_class(desc_lexer *l, desc_header *h)
{
    static const char *const maps[] = {"vc", "cos", "pcp", "dscp"};
    static const unsigned width[] = {3, 3, 4, 6};
    desc_slot s = {.set = true};
    s.once = desc_take_word(l, "once");
    int map = choose(l, "a map of classes", maps, 4);
    if (map < 0 || !desc_reference(l, h, &s.bits)) return false;
    s.kind = (uint8_t)map;
    check_value(l, &s.bits, maps[map], width[map]);
    return put(l, h, WEFT_SLOT_CLASS, &s);
}

static bool read_partition(desc_lexer *l, desc_header *h)
{
    desc_slot s = {.set = true};
    if (!desc_reference(l, h, &s.bits)) return false;
    check_value(l, &s.bits, "a partition", 10);
    return put(l, h, WEFT_SLOT_PART, &s);
}

static bool read_rewrite(desc_lexer *l, desc_header *h)
{
    static const char *const modes[] = {NULL, "esun", "ipv4", "ipv6"};
    static const unsigned bits[] = {0, 32, 96, 64};
    desc_slot s = {.set = true, .bits = {.at = l->at, .name = "header"}};
    int mode = choose(l, "a header that the switch can rewrite", modes, 4);
    if (mode < 0) return false;
    s.kind = (uint8_t)mode;
    if (h->bits < bits[mode])
        desc_fail(l->d, s.bits.at, "rewrite %s needs the first %u bytes of the header above it",
                  modes[mode], bits[mode] / 8);
    return put(l, h, WEFT_SLOT_REWRITE, &s);
}

static bool read_hash(desc_lexer *l, desc_header *h)
{
    desc_slot s = {.set = true};
    if (!desc_reference(l, h, &s.bits)) return false;
    unsigned first = s.bits.bit / 16 * 16;
    if (s.bits.bit % 8 != 0 || s.bits.width % 8 != 0)
        desc_fail(l->d, s.bits.at, "\"%s\" is not of whole bytes", s.bits.name);
    else if (s.bits.bit + s.bits.width > first + 32)
        desc_fail(l->d, s.bits.at, "\"%s\" goes past the 4 bytes from byte %u that can be hashed",
                  s.bits.name, first / 8);
    return put(l, h, WEFT_SLOT_HASH, &s);
}

static bool read_trim(desc_lexer *l, desc_header *h)
{
    desc_slot s = {.set = true, .bits = {.at = l->at, .name = "trim"}};
    int64_t bytes = 0;
    if (!desc_number(l, "the trim point in bytes", 0, 126, &bytes)) return false;
    if (bytes % 2 != 0) desc_fail(l->d, s.bits.at, "the trim point must be even");
    s.bits.bit = (unsigned)bytes * 8;
    return put(l, h, WEFT_SLOT_TRIM, &s);
}

/* ---------------------------------------------------------------- length and select --------- */
/* The machine adds (byte & mask) << shift: the field lies in one byte, the factor is a power of 2
 * that has room for the place of the field in its byte. */
static bool read_length(desc_lexer *l, desc_header *h)
{
    int64_t scale = 0, constant = 0;
    desc_bits b;
    if (!desc_reference(l, h, &b) || !desc_expect(l, '*') || !desc_term(l, &scale)) return false;
    if (desc_take(l, '+') && !desc_number(l, "the constant", 0, 126, &constant)) return false;
    unsigned low = 7 - (b.bit + b.width - 1) % 8;
    if (h->has_length)
        desc_fail(l->d, b.at, "header \"%s\" has a length already, in line %u", h->name,
                  h->length.at.line);
    else if (b.bit / 8 != (b.bit + b.width - 1) / 8)
        desc_fail(l->d, b.at, "\"%s\" does not lie in one byte", b.name);
    else if (scale < 1 || scale > 128 || (scale & (scale - 1)) != 0 || scale < (int64_t)1 << low)
        desc_fail(l->d, b.at, "the factor of \"%s\" must be a power of 2 from %u to 128", b.name,
                  1u << low);
    else if (constant % 2 != 0)
        desc_fail(l->d, b.at, "the constant must be even");
    h->has_length = true;
    h->length = b;
    h->scale = (unsigned)scale;
    h->constant = (unsigned)constant;
    return true;
}

static bool begin_select(desc_lexer *l, desc_header *h, desc_pos at)
{
    if (h->select_at.line != 0)
        desc_fail(l->d, at, "header \"%s\" says in line %u already what follows", h->name,
                  h->select_at.line);
    h->select_at = at;
    return true;
}

static bool read_select(desc_lexer *l, desc_header *h, desc_pos at)
{
    desc_bits column[DESC_COLUMNS];
    unsigned n = 0;
    h->ordered = desc_take_word(l, "ordered");
    do {
        if (n == DESC_COLUMNS) {
            desc_fail(l->d, l->at, "select takes at most %u fields", DESC_COLUMNS);
            return false;
        }
        if (!desc_reference(l, h, &column[n])) return false;
        if (column[n].width > 32)
            desc_fail(l->d, column[n].at, "select takes at most 32 bits, \"%s\" has %u",
                      column[n].name, column[n].width);
        n++;
    } while (desc_take(l, ','));
    (void)begin_select(l, h, at);
    h->n_columns = n;
    memcpy(h->column, column, sizeof column);
    if (!desc_expect(l, '{')) return false;
    desc_entries(l, h, false);
    return true;
}

static bool read_then(desc_lexer *l, desc_header *h, desc_pos at)
{
    desc_entry *e = desc_alloc(l->d, sizeof *e);
    if (e == NULL) return false;
    e->at = at;
    e->is_default = true;
    if (!begin_select(l, h, at) || !desc_action_read(l, &e->action)) return false;
    h->entry[0] = e;
    h->n_entries = 1;
    return true;
}

bool desc_header_statement(desc_lexer *l, desc_header *h)
{
    desc_pos at = l->at;
    if (l->kind != TOK_WORD) {
        if (l->kind != TOK_BAD) desc_fail(l->d, at, "expected a field or a statement");
        return false;
    }
    const char *word = l->text;
    desc_lex_next(l);
    if (desc_take(l, ':')) return read_field(l, h, word, at);
    if (strcmp(word, "key") == 0) return read_key(l, h);
    if (strcmp(word, "class") == 0) return read_class(l, h);
    if (strcmp(word, "rewrite") == 0) return read_rewrite(l, h);
    if (strcmp(word, "hash") == 0) return read_hash(l, h);
    if (strcmp(word, "partition") == 0) return read_partition(l, h);
    if (strcmp(word, "trim") == 0) return read_trim(l, h);
    if (strcmp(word, "length") == 0) return read_length(l, h);
    if (strcmp(word, "select") == 0) return read_select(l, h, at);
    if (strcmp(word, "then") == 0) return read_then(l, h, at);
    desc_fail(l->d, at,
              "\"%s\" is no statement (key, class, rewrite, hash, partition, trim, length, select, "
              "then), and a field has a ':'",
              word);
    return false;
}
