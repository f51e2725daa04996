/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * proto_desc.h: protocol descriptions (docs/protocols.md): read a file, compile it to a program of
 * the parser (weft/parser.h), interpret it directly, export it. Opaque handle, no globals; a handle
 * may be used by one thread at a time.
 */
#ifndef WEFT_PROTO_DESC_H
#define WEFT_PROTO_DESC_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "weft/parser.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_desc weft_desc;

/* A parameter that replaces the default in the file. */
typedef struct {
    const char *name;
    int64_t value;
} weft_desc_param;

typedef struct {
    const char *file;   /* as opened; of the handle */
    unsigned line, col; /* from 1; 0: the file as a whole */
    const char *text;   /* what is wrong and how to mend it; of the handle */
} weft_desc_error;

/* How much of the machine a program uses. */
typedef struct {
    unsigned stages; /* 1..WEFT_PP_STAGES */
    unsigned rows[WEFT_PP_STAGES], entries[WEFT_PP_STAGES];
    /* what stands in a row: the name of a header, "(wait)", or NULL; of the handle */
    const char *row_name[WEFT_PP_STAGES][WEFT_PP_ROWS];
} weft_desc_use;

/* Reads a file and what it imports, and checks it. NULL: no memory. Everything else that is wrong,
 * a file that cannot be read included, is in the list of errors. Close the handle in any case. */
weft_desc *weft_desc_open(const char *path, const weft_desc_param *set, size_t n_set);
/* The same for a text; `name` is what errors call it, and imports are looked for beside it. */
weft_desc *weft_desc_read(const char *name, const char *text, size_t len,
                          const weft_desc_param *set, size_t n_set);
void weft_desc_close(weft_desc *d); /* NULL is allowed */

/* Errors of reading and compiling, in the order in which they were found; at most 20 are kept. */
size_t weft_desc_errors(const weft_desc *d);
weft_desc_error weft_desc_error_at(const weft_desc *d, size_t i);

/* Name of the protocol (of the file that was opened), its title and its id. */
const char *weft_desc_name(const weft_desc *d);
const char *weft_desc_title(const weft_desc *d);

/* Compiles. False: the description has errors or does not fit the machine, see the errors; then
 * neither *program nor *use is written. use may be NULL. */
bool weft_desc_compile(weft_desc *d, weft_parse_program *program, weft_desc_use *use);

/* Walks over a frame of len bytes (no FCS) header by header, as the description says, without
 * tables: the reference for the compiler and the machine. Call only when there are no errors. */
weft_parse_result weft_desc_interpret(const weft_desc *d, const uint8_t *frame, size_t len,
                                      const weft_parse_config *config);

/* What a header of a frame was, for tools and tests. */
typedef struct {
    const char *header, *field; /* of the handle */
    unsigned bit, width;        /* place in the frame, in bits from its start */
    const uint8_t *frame;       /* the frame that was walked over */
} weft_desc_field;
typedef void (*weft_desc_visit)(void *ctx, const weft_desc_field *field);
/* As weft_desc_interpret, and calls `visit` for each field of each header that the frame has. */
weft_parse_result weft_desc_walk(const weft_desc *d, const uint8_t *frame, size_t len,
                                 const weft_parse_config *config, weft_desc_visit visit, void *ctx);
/* Value of a field of up to 64 bits, the first bit being the most significant. */
uint64_t weft_desc_value(const weft_desc_field *field);

/* A frame that takes a random path through the description, with random contents elsewhere: input
 * for tests. `state` is the seed and is moved on. Writes up to `room` bytes, returns how many. */
size_t weft_desc_random_frame(const weft_desc *d, uint64_t *state, uint8_t *frame, size_t room);

/* Exports. Each writes to f and returns nothing; ferror(f) tells of a failed write. `program` and
 * `use` are those of weft_desc_compile. */
void weft_desc_export_lua(const weft_desc *d, FILE *f);
void weft_desc_export_markdown(const weft_desc *d, const weft_desc_use *use, FILE *f);
void weft_desc_export_json(const weft_desc *d, const weft_desc_use *use, FILE *f);
/* `static const uint32_t program_NAME[WEFT_PP_WORDS]`, the words that are not 0. */
void weft_desc_export_c(const weft_desc *d, const weft_parse_program *program, FILE *f);
/* For people: headers, parse graph, tables. */
void weft_desc_show(const weft_desc *d, const weft_parse_program *program, const weft_desc_use *use,
                    FILE *f);

#ifdef __cplusplus
}
#endif
#endif
