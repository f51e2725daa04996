/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * desc_markdown.c: a description as a page of documentation.
 */
#include "proto/desc_write.h"

#include <inttypes.h>
#include <string.h>

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static void write_params(const weft_desc *d, FILE *f)
{
    if (d->n_params == 0) return;
    fputs("\n## Parameters\n\nSet with `--set NAME=VALUE`, or `set` in a file that imports this "
          "one.\n\n| name | value | meaning |\n|---|---|---|\n",
          f);
    for (unsigned i = 0; i < d->n_params; i++) {
        const desc_param *p = &d->param[i];
        bool hex = p->value > 255;
        fprintf(f, hex ? "| `%s` | 0x%04" PRIX64 " | %s |\n" : "| `%s` | %" PRId64 " | %s |\n",
                p->name, p->value, p->doc != NULL ? p->doc : "");
    }
}

static void write_fields(const desc_header *h, FILE *f)
{
    char uses[DESC_LINE];
    fputs("\n| byte | bits | field | used for | meaning |\n|---|---|---|---|---|\n", f);
    for (unsigned i = 0; i < h->n_fields; i++) {
        const desc_field *x = &h->field[i];
        if (x->bits.width == 0) continue;
        desc_write_uses(h, &x->bits, uses);
        bool padding = strcmp(x->bits.name, "_") == 0;
        fprintf(f, "| %u", x->bits.bit / 8);
        if (x->bits.bit % 8 != 0) fprintf(f, " bit %u", x->bits.bit % 8);
        fprintf(f, " | %u | %s | %s | %s |\n", x->bits.width, padding ? "" : x->bits.name, uses,
                x->doc != NULL ? x->doc : "");
    }
}

static void write_notes(const desc_header *h, FILE *f)
{
    const desc_slot *s = h->slot;
    if (h->at_most != DESC_UNBOUNDED || h->has_length || s[WEFT_SLOT_REWRITE].set ||
        s[WEFT_SLOT_TRIM].set)
        fputc('\n', f);
    if (h->at_most != DESC_UNBOUNDED) fprintf(f, "- at most %u times in a frame\n", h->at_most);
    if (s[WEFT_SLOT_CLASS].once) fputs("- the first one gives the class\n", f);
    if (h->has_length)
        fprintf(f, "- length: %s * %u + %u bytes\n", h->length.name, h->scale, h->constant);
    if (s[WEFT_SLOT_REWRITE].set)
        fprintf(f, "- the switch counts down the hop count and may mark congestion (%s)\n",
                desc_rewrite_name(s[WEFT_SLOT_REWRITE].kind));
    if (s[WEFT_SLOT_TRIM].set)
        fprintf(f, "- a trimmed frame keeps %u bytes from here\n", s[WEFT_SLOT_TRIM].bits.bit / 8);
}

static void write_entries(const desc_header *h, FILE *f)
{
    char values[DESC_LINE], action[DESC_LINE];
    if (h->n_columns == 0) {
        desc_write_action(&h->entry[0]->action, action);
        fprintf(f, "\nThen: %s.\n", action);
        return;
    }
    fputs("\n| ", f);
    for (unsigned c = 0; c < h->n_columns; c++)
        fprintf(f, "%s%s", c > 0 ? ", " : "", h->column[c].name);
    fputs(" | then |\n|---|---|\n", f);
    for (unsigned i = 0; i < h->n_entries; i++) {
        desc_write_values(h, h->entry[i], values);
        desc_write_action(&h->entry[i]->action, action);
        fputs("| ", f);
        for (const char *p = values; *p != '\0'; p++) /* a bar ends a cell */
            *p == '|' ? fputs("\\|", f) : fputc(*p, f);
        fprintf(f, " | %s |\n", action);
    }
}

static void write_use(const weft_desc_use *use, FILE *f)
{
    fputs("\n## Tables\n\n| stage | rows | entries | what stands there |\n|---|---|---|---|\n", f);
    for (unsigned s = 0; s < use->stages; s++) {
        fprintf(f, "| %u | %u of %u | %u of %u |", s, use->rows[s], WEFT_PP_ROWS, use->entries[s],
                WEFT_PP_ENTRIES);
        for (unsigned r = 0; r < use->rows[s]; r++)
            fprintf(f, "%s %s", r > 0 ? "," : "", use->row_name[s][r]);
        fputs(" |\n", f);
    }
}

void weft_desc_export_markdown(const weft_desc *d, const weft_desc_use *use, FILE *f)
{
    bool reached[DESC_HEADERS];
    desc_reached(d, reached);
    fprintf(f, "# %s\n\n", weft_desc_title(d)[0] != '\0' ? weft_desc_title(d) : d->name);
    fprintf(f, "<!-- Generated from %s by sim/protocols.sh. Do not edit. -->\n\n",
            base_name(d->file[0]));
    fprintf(f,
            "Description: `csrc/proto/desc/%s`. Every frame begins with `%s`. "
            "[The language](../protocols.md).\n",
            base_name(d->file[0]), d->start->name);
    if (d->source != NULL) fprintf(f, "\nSources: %s.\n", d->source);
    write_params(d, f);
    fputs("\n## Headers\n", f);
    for (unsigned i = 0; i < d->n_headers; i++) {
        const desc_header *h = d->header[i];
        if (!reached[i]) continue;
        fprintf(f, "\n### %s\n\n%s%s%u bytes, protocol id %u%s\n", h->name,
                h->doc != NULL ? h->doc : "", h->doc != NULL ? ": " : "", desc_bytes(h),
                h->proto_id, h->proto_id == 0 ? " (left as it is)." : ".");
        write_notes(h, f);
        write_fields(h, f);
        write_entries(h, f);
    }
    write_use(use, f);
}
