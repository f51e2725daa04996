/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * desc_parse.c: the statements of a file: protocol, import, set, param, start, header, extend.
 */
#include "proto/desc.h"

#include <inttypes.h>
#include <string.h>

#define IMPORT_DEPTH 8u

static bool word(desc_lexer *l, const char *what, const char **text)
{
    if (l->kind != TOK_WORD) {
        if (l->kind != TOK_BAD) desc_fail(l->d, l->at, "expected %s", what);
        return false;
    }
    *text = l->text;
    desc_lex_next(l);
    return true;
}

static const char *optional_string(desc_lexer *l)
{
    const char *text = NULL;
    if (l->kind == TOK_STRING) {
        text = l->text;
        desc_lex_next(l);
    }
    return text;
}

/* ---------------------------------------------------------------- protocol and parameters --- */
typedef struct {
    const char *name;
    uint8_t id;
    unsigned depth;
} file_state;

static bool read_protocol(desc_lexer *l, file_state *file)
{
    desc_pos at = l->at;
    const char *name = NULL;
    int64_t id = 0;
    if (!word(l, "the name of the protocol", &name)) return false;
    if (file->name != NULL) {
        desc_fail(l->d, at, "this file has a protocol already, \"%s\"", file->name);
        return false;
    }
    if (desc_take(l, '=') && !desc_number(l, "the protocol id", 0, 63, &id)) return false;
    file->name = name;
    file->id = (uint8_t)id;
    const char *title = optional_string(l);
    if (file->depth == 0) {
        l->d->name = name;
        l->d->title = title;
    }
    return true;
}

static desc_override *find_override(weft_desc *d, const char *name)
{
    for (unsigned i = 0; i < d->n_overrides; i++)
        if (strcmp(d->override[i].name, name) == 0) return &d->override[i];
    return NULL;
}

/* What is set from outside wins over what is set further in. */
static bool read_set(desc_lexer *l)
{
    weft_desc *d = l->d;
    desc_override o = {.at = l->at};
    if (!word(l, "the name of a parameter", &o.name) || !desc_expect(l, '=') ||
        !desc_expression(l, &o.value))
        return false;
    for (unsigned i = 0; i < d->n_params; i++)
        if (strcmp(d->param[i].name, o.name) == 0 && d->param[i].value != o.value) {
            desc_fail(d, o.at, "\"%s\" is %" PRId64 " already; set it above the import", o.name,
                      d->param[i].value);
            return true;
        } else if (strcmp(d->param[i].name, o.name) == 0) {
            return true;
        }
    if (find_override(d, o.name) != NULL) return true;
    if (d->n_overrides == DESC_PARAMS) {
        desc_fail(d, o.at, "more than %u parameters are set", DESC_PARAMS);
        return false;
    }
    d->override[d->n_overrides++] = o;
    return true;
}

static bool read_param(desc_lexer *l)
{
    weft_desc *d = l->d;
    desc_param p = {.at = l->at};
    if (!word(l, "the name of a parameter", &p.name) || !desc_expect(l, '=') ||
        !desc_expression(l, &p.value))
        return false;
    p.doc = optional_string(l);
    for (unsigned i = 0; i < d->n_params; i++)
        if (strcmp(d->param[i].name, p.name) == 0) {
            desc_fail(d, p.at, "parameter \"%s\" is declared twice, first in %s:%u", p.name,
                      d->param[i].at.file, d->param[i].at.line);
            return false;
        }
    if (d->n_params == DESC_PARAMS) {
        desc_fail(d, p.at, "more than %u parameters", DESC_PARAMS);
        return false;
    }
    desc_override *o = find_override(d, p.name);
    if (o != NULL) {
        o->used = true;
        p.value = o->value;
    }
    d->param[d->n_params++] = p;
    return true;
}

/* ---------------------------------------------------------------- import -------------------- */
/* `name` beside the file that imports it; a word stands for word.weftp. */
static const char *beside(weft_desc *d, const char *file, const char *name, bool is_word)
{
    char path[1024];
    const char *slash = strrchr(file, '/');
    int dir = slash != NULL && name[0] != '/' ? (int)(slash - file + 1) : 0;
    int n = snprintf(path, sizeof path, "%.*s%s%s", dir, file, name, is_word ? ".weftp" : "");
    return n > 0 && (size_t)n < sizeof path ? desc_text(d, path, (size_t)n) : NULL;
}

static bool read_import(desc_lexer *l, unsigned depth)
{
    weft_desc *d = l->d;
    desc_pos at = l->at;
    if (l->kind != TOK_WORD && l->kind != TOK_STRING) {
        desc_fail(d, at, "expected the name of a file to import");
        return false;
    }
    const char *path = beside(d, l->file, l->text, l->kind == TOK_WORD);
    desc_lex_next(l);
    if (path == NULL || depth + 1 == IMPORT_DEPTH) {
        desc_fail(d, at, "imports are more than %u deep, or a path is too long", IMPORT_DEPTH - 1);
        return true;
    }
    for (unsigned i = 0; i < d->n_files; i++)
        if (strcmp(d->file[i], path) == 0) {
            if (!d->done[i]) desc_fail(d, at, "%s imports itself", path);
            return true;
        }
    size_t len = 0;
    const char *text = desc_load(d, at, path, &len);
    if (text != NULL) desc_parse(d, path, text, len, depth + 1);
    return true;
}

/* ---------------------------------------------------------------- headers ------------------- */
/* { STATEMENT... }; after an error in one of them the others are read still. */
static void read_block(desc_lexer *l, desc_header *h)
{
    if (!desc_expect(l, '{')) {
        desc_skip_line(l);
        return;
    }
    while (!desc_take(l, '}')) {
        if (l->kind == TOK_END) {
            desc_fail(l->d, l->at, "the file ends inside \"%s\"; a '}' is missing", h->name);
            return;
        }
        if (!desc_header_statement(l, h)) desc_skip_line(l);
    }
}

static void read_header(desc_lexer *l, const file_state *file)
{
    weft_desc *d = l->d;
    desc_header *h = desc_alloc(d, sizeof *h);
    int64_t most = 0;
    if (h == NULL) {
        desc_skip_line(l);
        return;
    }
    *h = (desc_header){.at = l->at, .at_most = DESC_UNBOUNDED, .name = "?"};
    h->protocol = file->name != NULL ? file->name : "";
    h->proto_id = file->id;
    h->index = d->n_headers;
    if (!word(l, "the name of a header", &h->name)) {
        desc_skip_line(l);
        return;
    }
    if (desc_find_header(d, h->name) != NULL)
        desc_fail(d, h->at, "header \"%s\" is declared twice, first in %s:%u", h->name,
                  desc_find_header(d, h->name)->at.file, desc_find_header(d, h->name)->at.line);
    h->doc = optional_string(l);
    if (desc_take_word(l, "at")) {
        if (!desc_take_word(l, "most"))
            desc_fail(d, l->at, "expected `at most N`");
        else if (desc_number(l, "the bound", 0, DESC_REPEAT, &most))
            h->at_most = (unsigned)most;
    }
    if (d->n_headers == DESC_HEADERS)
        desc_fail(d, h->at, "more than %u headers", DESC_HEADERS);
    else
        d->header[d->n_headers++] = h;
    read_block(l, h);
}

static void read_extend(desc_lexer *l)
{
    desc_pos at = l->at;
    const char *name = NULL;
    desc_header *h = NULL;
    if (word(l, "the name of a header", &name)) {
        h = desc_find_header(l->d, name);
        if (h == NULL) desc_fail(l->d, at, "no header \"%s\" above this line", name);
        if (h != NULL && h->n_columns == 0) {
            desc_fail(l->d, at, "header \"%s\" has no select to extend", name);
            h = NULL;
        }
    }
    if (h == NULL) {
        desc_skip_line(l);
        if (l->kind == TOK_SIGN && l->sign == '{') desc_skip_line(l);
        while (l->kind != TOK_END && !desc_take(l, '}')) desc_lex_next(l);
        return;
    }
    if (desc_expect(l, '{'))
        desc_entries(l, h, true);
    else
        desc_skip_line(l);
}

static bool read_start(desc_lexer *l, unsigned depth)
{
    desc_pos at = l->at;
    const char *name = NULL;
    if (!word(l, "the name of the first header", &name)) return false;
    /* The file that was opened says it last; what it imports may be overruled. */
    if (depth == 0 && l->d->start_name != NULL && l->d->start_at.file == at.file) {
        desc_fail(l->d, at, "`start` stands twice");
        return false;
    }
    l->d->start_name = name;
    l->d->start_at = at;
    return true;
}

static bool statement(desc_lexer *l, file_state *file)
{
    if (desc_take_word(l, "protocol")) return read_protocol(l, file);
    if (desc_take_word(l, "import")) return read_import(l, file->depth);
    if (desc_take_word(l, "set")) return read_set(l);
    if (desc_take_word(l, "param")) return read_param(l);
    if (desc_take_word(l, "start")) return read_start(l, file->depth);
    if (desc_take_word(l, "source")) {
        const char *text = optional_string(l);
        if (file->depth == 0) l->d->source = text;
        return true;
    }
    if (desc_take_word(l, "header")) {
        read_header(l, file);
        return true;
    }
    if (desc_take_word(l, "extend")) {
        read_extend(l);
        return true;
    }
    if (l->kind != TOK_BAD)
        desc_fail(l->d, l->at,
                  "expected protocol, source, import, set, param, start, header or extend");
    return false;
}

void desc_parse(weft_desc *d, const char *file, const char *text, size_t len, unsigned depth)
{
    desc_lexer l;
    file_state state = {.depth = depth};
    if (d->n_files == DESC_FILES) {
        desc_fail(d, (desc_pos){file, 0, 0}, "more than %u files", DESC_FILES);
        return;
    }
    if (len > DESC_FILE_MAX) {
        desc_fail(d, (desc_pos){file, 0, 0}, "longer than %u bytes", DESC_FILE_MAX);
        return;
    }
    unsigned index = d->n_files++;
    d->file[index] = file;
    desc_lex_begin(&l, d, file, text, len);
    while (l.kind != TOK_END && d->n_errors < DESC_ERRORS && !d->no_memory)
        if (!statement(&l, &state)) desc_skip_line(&l);
    if (state.name == NULL)
        desc_fail(d, (desc_pos){file, 1, 1}, "the file does not say `protocol NAME`");
    d->done[index] = true;
}
