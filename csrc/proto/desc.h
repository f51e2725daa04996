/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * desc.h: a protocol description in memory: what desc_parse.c reads, desc_check.c checks and
 * everything else walks over. All memory is of the handle and lives as long as it does.
 */
#ifndef WEFT_PROTO_DESC_INTERNAL_H
#define WEFT_PROTO_DESC_INTERNAL_H
#include "weft/proto_desc.h"

/* Bounds of what is read; each is an error with a position when it is passed. */
#define DESC_HEADERS  64u
#define DESC_FIELDS   64u /* of a header */
#define DESC_COLUMNS  4u  /* fields of a select */
#define DESC_ENTRIES  64u /* of a select, extensions included */
#define DESC_VALUES   32u /* of a column of an entry */
#define DESC_FILES    32u
#define DESC_PARAMS   64u
#define DESC_REPEAT   15u /* largest `at most` */
#define DESC_FILE_MAX 65536u
#define DESC_ERRORS   20u

typedef struct {
    const char *file;
    unsigned line, col;
} desc_pos;

/* Bits of a header, counted from its start. */
typedef struct {
    desc_pos at;
    const char *name; /* as written, for messages and reports */
    unsigned bit, width;
} desc_bits;

typedef struct {
    desc_bits bits; /* name "_": padding */
    const char *doc;
} desc_field;

/* What a header tells the switch, one of each weft_pp_slot. */
typedef struct {
    bool set;
    bool once;    /* only the first time that a frame has this header */
    uint8_t kind; /* key type, map of the class (0..3), rewrite mode */
    desc_bits bits;
} desc_slot;

typedef struct desc_header desc_header;

typedef struct {
    desc_pos at;
    uint8_t verdict, reason; /* weft_pp_verdict */
    const char *target;      /* with NEXT */
    desc_header *header;
    bool here; /* the target starts where this header starts */
    uint8_t op, flags;
} desc_action;

typedef enum { DESC_RANGE, DESC_MASK } desc_value_kind;
typedef struct {
    desc_pos at;
    desc_value_kind kind;
    uint32_t a, b; /* first and last; value and mask */
} desc_value;

typedef struct {
    unsigned n; /* 0: anything */
    desc_value v[DESC_VALUES];
} desc_column;

typedef struct {
    desc_pos at;
    bool is_default;
    desc_column column[DESC_COLUMNS];
    desc_action action;
} desc_entry;

struct desc_header {
    desc_pos at;
    const char *name, *doc, *protocol; /* protocol: of the file that declares it */
    unsigned index;
    uint8_t proto_id;
    unsigned at_most; /* 0xFFFF: not said */
    desc_field field[DESC_FIELDS];
    unsigned n_fields, bits;
    desc_slot slot[8];
    bool has_length; /* bytes = length.value * scale + constant */
    desc_bits length;
    unsigned scale, constant;
    desc_pos select_at; /* line 0: neither select nor then */
    desc_bits column[DESC_COLUMNS];
    unsigned n_columns;
    bool ordered;        /* the first entry that matches wins, on purpose */
    unsigned n_extended; /* the first of the entries come from extensions */
    desc_entry *entry[DESC_ENTRIES];
    unsigned n_entries;
};
#define DESC_UNBOUNDED 0xFFFFu

typedef struct {
    desc_pos at;
    const char *name, *doc;
    int64_t value;
} desc_param;

typedef struct {
    const char *name;
    int64_t value;
    desc_pos at; /* line 0: from the caller */
    bool used;
} desc_override;

typedef struct desc_block desc_block; /* of memory */

struct weft_desc {
    desc_block *blocks;
    bool no_memory;
    weft_desc_error error[DESC_ERRORS];
    size_t n_errors;
    const char *file[DESC_FILES]; /* read, or being read */
    bool done[DESC_FILES];
    unsigned n_files;
    const char *name, *title, *source; /* of the file that was opened */
    const char *start_name;
    desc_pos start_at;
    desc_header *start;
    desc_header *header[DESC_HEADERS];
    unsigned n_headers;
    desc_param param[DESC_PARAMS];
    unsigned n_params;
    desc_override override[DESC_PARAMS];
    unsigned n_overrides;
};

/* ---------------------------------------------------------------- desc.c -------------------- */
/* Zeroed memory of the handle. NULL: none left, noted in the handle. */
void *desc_alloc(weft_desc *d, size_t size);
const char *desc_text(weft_desc *d, const char *s, size_t len);
__attribute__((format(printf, 3, 4))) void desc_fail(weft_desc *d, desc_pos at, const char *fmt,
                                                     ...);
/* A whole file, of the handle. NULL: an error was reported. */
char *desc_load(weft_desc *d, desc_pos at, const char *path, size_t *len);
desc_header *desc_find_header(const weft_desc *d, const char *name);
const desc_field *desc_find_field(const desc_header *h, const char *name);
unsigned desc_bytes(const desc_header *h); /* of the fields */
const char *desc_verdict_name(unsigned verdict);
const char *desc_key_name(unsigned type);
const char *desc_map_name(unsigned map);
const char *desc_rewrite_name(unsigned mode);

/* ---------------------------------------------------------------- desc_lex.c ---------------- */
typedef enum { TOK_END, TOK_WORD, TOK_NUMBER, TOK_STRING, TOK_SIGN, TOK_RANGE, TOK_BAD } desc_token;
typedef struct {
    weft_desc *d;
    const char *file, *p, *end;
    unsigned line, col;
    /* the current token */
    desc_token kind;
    desc_pos at;
    const char *text; /* of a word or string */
    int64_t number;
    char sign;
} desc_lexer;
void desc_lex_begin(desc_lexer *l, weft_desc *d, const char *file, const char *text, size_t len);
void desc_lex_next(desc_lexer *l);

/* ---------------------------------------------------------------- desc_expr.c --------------- */
/* Sums, products and quotients of numbers and parameters. False: an error was reported. */
bool desc_expression(desc_lexer *l, int64_t *value);
bool desc_term(desc_lexer *l, int64_t *value); /* without sums */
/* The same, within lo..hi; `what` is for the message. */
bool desc_number(desc_lexer *l, const char *what, int64_t lo, int64_t hi, int64_t *value);
bool desc_expect(desc_lexer *l, char sign);
/* After an error: on to the next line, so that one mistake gives one message. */
void desc_skip_line(desc_lexer *l);
bool desc_take(desc_lexer *l, char sign);
bool desc_take_word(desc_lexer *l, const char *word);
/* FIELD, FIELD[hi:lo] or FIELD..FIELD of a header. */
bool desc_reference(desc_lexer *l, const desc_header *h, desc_bits *bits);

/* ---------------------------------------------------------------- the rest ------------------ */
void desc_parse(weft_desc *d, const char *file, const char *text, size_t len, unsigned depth);
bool desc_header_statement(desc_lexer *l, desc_header *h); /* desc_header.c */
/* Entries up to and with the closing brace; errors inside are reported. */
void desc_entries(desc_lexer *l, desc_header *h, bool extension); /* desc_select.c */
bool desc_action_read(desc_lexer *l, desc_action *a);             /* desc_select.c */
void desc_check(weft_desc *d);                                    /* desc_check.c */
void desc_check_entries(weft_desc *d, const desc_header *h);      /* desc_ternary.c */

/* The values of an entry as ternary words of the look, in the order of their tests. */
typedef struct {
    uint32_t value, mask;
} desc_cube;
#define DESC_CUBES 64u
/* Byte offsets of the one or two words that a header looks at, A first; false: more than two. The
 * word of `length` is A. Offsets that are not needed are 0. */
bool desc_look_words(const desc_header *h, unsigned word[2], unsigned *n);
/* Writes at most DESC_CUBES cubes, merged where two differ in one bit; returns how many, or 0 when
 * there are more. */
unsigned desc_entry_cubes(const desc_header *h, const desc_entry *e, const unsigned word[2],
                          desc_cube cube[DESC_CUBES]);
#endif
