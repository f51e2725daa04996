/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * desc_export.c: a description as JSON, its program as C, and both as text for people.
 */
#include "proto/desc_write.h"
#include "weft/reasons.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

/* ---------------------------------------------------------------- JSON ---------------------- */
static json_t *header_json(const desc_header *h)
{
    char text[DESC_LINE], values[DESC_LINE];
    json_t *o = json_pack("{s:s, s:i, s:i}", "name", h->name, "bytes", (int)desc_bytes(h), "proto",
                          h->proto_id);
    json_t *fields = json_array(), *entries = json_array();
    for (unsigned i = 0; i < h->n_fields; i++) {
        const desc_bits *b = &h->field[i].bits;
        if (strcmp(b->name, "_") == 0) continue;
        desc_write_uses(h, b, text);
        json_array_append_new(fields, json_pack("{s:s, s:i, s:i, s:s}", "name", b->name, "bit",
                                                (int)b->bit, "width", (int)b->width, "use", text));
    }
    for (unsigned i = 0; i < h->n_entries; i++) {
        desc_write_values(h, h->entry[i], values);
        desc_write_action(&h->entry[i]->action, text);
        json_array_append_new(entries, json_pack("{s:s, s:s}", "values", values, "then", text));
    }
    json_object_set_new(o, "fields", fields);
    json_object_set_new(o, "entries", entries);
    return o;
}

void weft_desc_export_json(const weft_desc *d, const weft_desc_use *use, FILE *f)
{
    bool reached[DESC_HEADERS];
    json_t *params = json_object(), *headers = json_array(), *stages = json_array();
    desc_reached(d, reached);
    for (unsigned i = 0; i < d->n_params; i++)
        json_object_set_new(params, d->param[i].name, json_integer(d->param[i].value));
    for (unsigned i = 0; i < d->n_headers; i++)
        if (reached[i]) json_array_append_new(headers, header_json(d->header[i]));
    for (unsigned s = 0; s < use->stages; s++)
        json_array_append_new(stages, json_pack("{s:i, s:i}", "rows", (int)use->rows[s], "entries",
                                                (int)use->entries[s]));
    json_t *o = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "protocol", d->name, "title",
                          weft_desc_title(d), "start", d->start->name, "params", params, "headers",
                          headers, "stages", stages);
    (void)json_dumpf(o, f, JSON_INDENT(1));
    fputc('\n', f);
    json_decref(o);
}

/* ---------------------------------------------------------------- C ------------------------- */
void weft_desc_export_c(const weft_desc *d, const weft_parse_program *program, FILE *f)
{
    uint32_t words[WEFT_PP_WORDS];
    unsigned n = 0;
    if (!weft_parse_program_pack(program, words)) return; /* the compiler makes none such */
    fprintf(f, "static const uint32_t program_%s[WEFT_PP_WORDS] = {\n", d->name);
    for (unsigned i = 0; i < WEFT_PP_WORDS; i++)
        if (words[i] != 0)
            fprintf(f, "%s[%u] = 0x%08" PRIX32 ",%s", n % 4 == 0 ? "    " : " ", i, words[i],
                    n % 4 == 3 ? "\n" : ""),
                n++;
    fprintf(f, "%s};\n", n % 4 != 0 ? "\n" : "");
}

/* ---------------------------------------------------------------- text ---------------------- */
static void show_header(const desc_header *h, FILE *f)
{
    char text[DESC_LINE], values[DESC_LINE];
    fprintf(f, "\n%s: %u bytes", h->name, desc_bytes(h));
    if (h->has_length) fprintf(f, ", long %s * %u + %u", h->length.name, h->scale, h->constant);
    if (h->at_most != DESC_UNBOUNDED) fprintf(f, ", at most %u", h->at_most);
    if (h->proto_id != 0) fprintf(f, ", protocol id %u", h->proto_id);
    if (h->slot[WEFT_SLOT_REWRITE].set)
        fprintf(f, ", rewrite %s", desc_rewrite_name(h->slot[WEFT_SLOT_REWRITE].kind));
    if (h->slot[WEFT_SLOT_TRIM].set)
        fprintf(f, ", trim after byte %u", h->slot[WEFT_SLOT_TRIM].bits.bit / 8);
    fputc('\n', f);
    for (unsigned i = 0; i < h->n_fields; i++) {
        const desc_bits *b = &h->field[i].bits;
        if (strcmp(b->name, "_") == 0) continue;
        desc_write_uses(h, b, text);
        fprintf(f, "  %3u.%u %4u  %-14s %s\n", b->bit / 8, b->bit % 8, b->width, b->name, text);
    }
    for (unsigned i = 0; i < h->n_entries; i++) {
        desc_write_values(h, h->entry[i], values);
        desc_write_action(&h->entry[i]->action, text);
        fprintf(f, "    %-28s -> %s\n", h->n_columns == 0 ? "then" : values, text);
    }
}

static void show_ops(const weft_pp_row *r, FILE *f)
{
    static const char *const names[] = {"",        "dst",  "src",       "class",
                                        "rewrite", "hash", "partition", "trim"};
    for (unsigned i = 0; i < WEFT_PP_OPS; i++)
        if (r->op[i].slot != WEFT_SLOT_NONE)
            fprintf(f, ", %s at %u", names[r->op[i].slot & 7u], r->op[i].off);
    fputc('\n', f);
}

static void show_row(const weft_parse_program *p, unsigned s, unsigned row, const char *name,
                     FILE *f)
{
    const weft_pp_row *r = &p->row[s][row];
    fprintf(f, "  row %u %-16s need %u, look at %u and %u", row, name, r->need, r->look_a,
            r->look_b);
    show_ops(r, f);
    for (unsigned i = 0; i < WEFT_PP_ENTRIES; i++) {
        const weft_pp_entry *e = &p->entry[s][i];
        if (!e->valid || e->row != row) continue;
        fprintf(f, "    %2u  %08" PRIX32 " & %08" PRIX32 "  %s", i, e->value, e->mask,
                desc_verdict_name(e->verdict));
        if (e->verdict == WEFT_PP_NEXT) fprintf(f, " row %u, %u bytes on", e->next, e->adv);
        if (e->verdict == WEFT_PP_DROP) fprintf(f, " %s", weft_drop_reason_name(e->reason));
        fputc('\n', f);
    }
}

void weft_desc_show(const weft_desc *d, const weft_parse_program *program, const weft_desc_use *use,
                    FILE *f)
{
    bool reached[DESC_HEADERS];
    unsigned rows = 0, entries = 0;
    desc_reached(d, reached);
    fprintf(f, "%s: %s\n", d->name, weft_desc_title(d));
    for (unsigned i = 0; i < d->n_params; i++)
        fprintf(f, "  %-20s = %-8" PRId64 " (0x%" PRIX64 ")  %s\n", d->param[i].name,
                d->param[i].value, d->param[i].value,
                d->param[i].doc != NULL ? d->param[i].doc : "");
    fputs("\nHeaders: byte.bit, width, field, use; then what follows\n", f);
    for (unsigned i = 0; i < d->n_headers; i++)
        if (reached[i]) show_header(d->header[i], f);
    fputs("\nTables\n", f);
    for (unsigned s = 0; s < use->stages; s++) {
        fprintf(f, "stage %u: rows %u of %u, entries %u of %u\n", s, use->rows[s], WEFT_PP_ROWS,
                use->entries[s], WEFT_PP_ENTRIES);
        for (unsigned r = 0; r < use->rows[s]; r++) show_row(program, s, r, use->row_name[s][r], f);
        rows += use->rows[s];
        entries += use->entries[s];
    }
    fprintf(f,
            "\nUsed: %u of %u stages, %u of %u rows, %u of %u entries. Every frame takes %u + 1 "
            "cycles.\n",
            use->stages, WEFT_PP_STAGES, rows, WEFT_PP_STAGES * WEFT_PP_ROWS, entries,
            WEFT_PP_STAGES * WEFT_PP_ENTRIES, WEFT_PP_STAGES);
}
