/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * desc.c: the handle of a protocol description: memory, errors, names.
 */
#include "proto/desc.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct desc_block {
    desc_block *next;
    max_align_t data[];
};

void *desc_alloc(weft_desc *d, size_t size)
{
    desc_block *b = calloc(1, sizeof *b + size);
    if (b == NULL) {
        d->no_memory = true;
        return NULL;
    }
    b->next = d->blocks;
    d->blocks = b;
    return b->data;
}

const char *desc_text(weft_desc *d, const char *s, size_t len)
{
    char *copy = desc_alloc(d, len + 1);
    if (copy == NULL) return "";
    memcpy(copy, s, len);
    return copy;
}

void desc_fail(weft_desc *d, desc_pos at, const char *fmt, ...)
{
    char text[256];
    va_list ap;
    if (d->n_errors == DESC_ERRORS) return;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    d->error[d->n_errors++] =
        (weft_desc_error){at.file, at.line, at.col, desc_text(d, text, strlen(text))};
}

size_t weft_desc_errors(const weft_desc *d) { return d->n_errors + (d->no_memory ? 1 : 0); }

weft_desc_error weft_desc_error_at(const weft_desc *d, size_t i)
{
    if (i < d->n_errors) return d->error[i];
    return (weft_desc_error){d->n_files > 0 ? d->file[0] : "", 0, 0, "no memory"};
}

const char *weft_desc_name(const weft_desc *d) { return d->name != NULL ? d->name : ""; }
const char *weft_desc_title(const weft_desc *d) { return d->title != NULL ? d->title : ""; }

desc_header *desc_find_header(const weft_desc *d, const char *name)
{
    for (unsigned i = 0; i < d->n_headers; i++)
        if (strcmp(d->header[i]->name, name) == 0) return d->header[i];
    return NULL;
}

const desc_field *desc_find_field(const desc_header *h, const char *name)
{
    for (unsigned i = 0; i < h->n_fields; i++)
        if (strcmp(h->field[i].bits.name, name) == 0 && strcmp(name, "_") != 0) return &h->field[i];
    return NULL;
}

unsigned desc_bytes(const desc_header *h) { return h->bits / 8; }

const char *desc_verdict_name(unsigned verdict)
{
    static const char *const names[] = {"next", "accept", "drop", "control", "punt"};
    return verdict < 5 ? names[verdict] : "?";
}

const char *desc_key_name(unsigned type)
{
    static const char *const names[] = {"mac", "id", "ip4", "ip6", "address", "mac_exact", "id8"};
    return type < 7 ? names[type] : "?";
}

const char *desc_map_name(unsigned map)
{
    static const char *const names[] = {"vc", "cos", "pcp", "dscp"};
    return map < 4 ? names[map] : "?";
}

const char *desc_rewrite_name(unsigned mode)
{
    static const char *const names[] = {"none", "esun", "ipv4", "ipv6"};
    return mode < 4 ? names[mode] : "?";
}

static weft_desc *new_desc(const weft_desc_param *set, size_t n_set)
{
    weft_desc *d = calloc(1, sizeof *d);
    if (d == NULL) return NULL;
    for (size_t i = 0; i < n_set && i < DESC_PARAMS; i++)
        d->override[d->n_overrides++] =
            (desc_override){.name = desc_text(d, set[i].name, strlen(set[i].name)),
                            .value = set[i].value,
                            .at = {"", 0, 0}};
    if (n_set > DESC_PARAMS)
        desc_fail(d, (desc_pos){"", 0, 0}, "more than %u parameters are set", DESC_PARAMS);
    return d;
}

weft_desc *weft_desc_read(const char *name, const char *text, size_t len,
                          const weft_desc_param *set, size_t n_set)
{
    weft_desc *d = new_desc(set, n_set);
    if (d == NULL) return NULL;
    desc_parse(d, desc_text(d, name, strlen(name)), text, len, 0);
    if (weft_desc_errors(d) == 0) desc_check(d);
    return d;
}

weft_desc *weft_desc_open(const char *path, const weft_desc_param *set, size_t n_set)
{
    weft_desc *d = new_desc(set, n_set);
    if (d == NULL) return NULL;
    const char *file = desc_text(d, path, strlen(path));
    size_t len = 0;
    char *text = desc_load(d, (desc_pos){file, 0, 0}, file, &len);
    if (text != NULL) {
        desc_parse(d, file, text, len, 0);
        if (weft_desc_errors(d) == 0) desc_check(d);
    }
    return d;
}

char *desc_load(weft_desc *d, desc_pos at, const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        desc_fail(d, at, "cannot read %s: %s", path, strerror(errno));
        return NULL;
    }
    char *text = desc_alloc(d, DESC_FILE_MAX + 1);
    if (text != NULL) {
        *len = fread(text, 1, DESC_FILE_MAX + 1, f);
        if (ferror(f)) {
            desc_fail(d, at, "cannot read %s: %s", path, strerror(errno));
            text = NULL;
        } else if (*len > DESC_FILE_MAX) {
            desc_fail(d, at, "%s is longer than %u bytes", path, DESC_FILE_MAX);
            text = NULL;
        }
    }
    (void)fclose(f);
    return text;
}

void weft_desc_close(weft_desc *d)
{
    if (d == NULL) return;
    for (desc_block *b = d->blocks, *next; b != NULL; b = next) {
        next = b->next;
        free(b);
    }
    free(d);
}
