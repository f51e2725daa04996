/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * desc_lua.c: a description as a dissector for Wireshark: tables made from the headers, and one
 * walker over them, the same text for every protocol. It is a post-dissector: its tree stands
 * behind Wireshark's own.
 */
#include "proto/desc_write.h"

#include <inttypes.h>
#include <string.h>

static const char walker[] =
    "\n"
    "local band = bit32 and bit32.band or bit and bit.band or\n"
    "    load(\"return function(a, b) return a & b end\")()\n"
    "\n"
    "local function value_matches(v, x)\n"
    "  if v.mask then return band(x, v.mask) == v.value end\n"
    "  return x >= v.first and x <= v.last\n"
    "end\n"
    "\n"
    "local function bits(tvb, start, c)\n"
    "  local first = start + math.floor(c.bit / 8)\n"
    "  local last = start + math.floor((c.bit + c.width - 1) / 8)\n"
    "  return tvb(first, last - first + 1), c.bit % 8\n"
    "end\n"
    "\n"
    "local function number(tvb, start, c)\n"
    "  local range, bit = bits(tvb, start, c)\n"
    "  return range:bitfield(bit, c.width)\n"
    "end\n"
    "\n"
    "local function choose(h, tvb, start, passed)\n"
    "  for _, e in ipairs(h.entries) do\n"
    "    local next = e.next and headers[e.next]\n"
    "    local fits = not next or (passed[e.next] or 0) < next.at_most\n"
    "    for i, column in ipairs(e.values) do\n"
    "      local any = #column == 0\n"
    "      for _, v in ipairs(column) do\n"
    "        any = any or value_matches(v, number(tvb, start, h.columns[i]))\n"
    "      end\n"
    "      fits = fits and any\n"
    "    end\n"
    "    if fits then return e end\n"
    "  end\n"
    "end\n"
    "\n"
    "local function add_fields(h, tvb, start, tree)\n"
    "  local top = tree:add(proto, tvb(start, h.bytes), h.title)\n"
    "  for _, f in ipairs(h.fields) do\n"
    "    local range, bit = bits(tvb, start, f)\n"
    "    if f.whole then\n"
    "      top:add(f.field, range)\n"
    "    else\n"
    "      top:add(f.field, range, range:bitfield(bit, f.width))\n"
    "    end\n"
    "  end\n"
    "end\n"
    "\n"
    "function proto.dissector(tvb, pinfo, tree)\n"
    "  local name, start, passed = first_header, 0, {}\n"
    "  local top = tree:add(proto, tvb())\n"
    "  while true do\n"
    "    local h = headers[name]\n"
    "    if start % 2 ~= 0 or start > 126 or start + h.bytes > math.min(tvb:len(), 128) then\n"
    "      top:add(verdict, \"drop PARSE\")\n"
    "      return\n"
    "    end\n"
    "    passed[name] = (passed[name] or 0) + 1\n"
    "    add_fields(h, tvb, start, top)\n"
    "    local e = choose(h, tvb, start, passed)\n"
    "    if not e or not e.next then\n"
    "      top:add(verdict, e and e.verdict or \"drop PARSE\")\n"
    "      return\n"
    "    end\n"
    "    if h.length then\n"
    "      start = start + h.constant + number(tvb, start, h.length) * h.scale\n"
    "    elseif not e.here then\n"
    "      start = start + h.bytes\n"
    "    end\n"
    "    name = e.next\n"
    "  end\n"
    "end\n"
    "\n"
    "register_postdissector(proto)\n";

/* Kind of a Wireshark field, and whether it takes its bytes as they are. */
static const char *field_kind(const desc_header *h, const desc_bits *b, bool *whole)
{
    *whole = true;
    for (unsigned s = WEFT_SLOT_DST; s <= WEFT_SLOT_SRC; s++) {
        const desc_slot *k = &h->slot[s];
        if (!k->set || k->bits.bit != b->bit || k->bits.width != b->width) continue;
        if (k->kind == WEFT_KEY_MAC || k->kind == WEFT_KEY_MAC_EXACT) return "ether";
        if (k->kind == WEFT_KEY_IP4) return "ipv4";
        if (k->kind == WEFT_KEY_IP6) return "ipv6";
    }
    if (b->width > 64) return "bytes";
    *whole = false;
    return b->width > 32 ? "uint64" : "uint32";
}

static void write_fields(const weft_desc *d, const desc_header *h, FILE *f)
{
    for (unsigned i = 0; i < h->n_fields; i++) {
        const desc_field *x = &h->field[i];
        bool whole;
        if (strcmp(x->bits.name, "_") == 0) continue;
        const char *kind = field_kind(h, &x->bits, &whole);
        fprintf(f,
                "field(\"%s\", { bit = %u, width = %u, %sfield = ProtoField.%s(\"weft_%s.%s.%s\",",
                h->name, x->bits.bit, x->bits.width, whole ? "whole = true, " : "", kind, d->name,
                h->name, x->bits.name);
        fprintf(f, " \"%s\") })\n", x->bits.name);
    }
}

static void write_values(const desc_entry *e, unsigned columns, FILE *f)
{
    fputs("values = { ", f);
    for (unsigned c = 0; c < columns; c++) {
        fputs("{ ", f);
        for (unsigned i = 0; i < e->column[c].n; i++) {
            const desc_value *v = &e->column[c].v[i];
            fprintf(f,
                    v->kind == DESC_MASK ? "{ value = %" PRIu32 ", mask = %" PRIu32 " }, "
                                         : "{ first = %" PRIu32 ", last = %" PRIu32 " }, ",
                    v->a, v->b);
        }
        fputs("}, ", f);
    }
    fputs("}", f);
}

static void write_header(const desc_header *h, FILE *f)
{
    char text[DESC_LINE];
    fprintf(f, "headers[\"%s\"] = {\n  title = \"%s\", bytes = %u, at_most = %u, fields = {},\n",
            h->name, h->doc != NULL ? h->doc : h->name, desc_bytes(h), h->at_most);
    if (h->has_length)
        fprintf(f, "  length = { bit = %u, width = %u }, scale = %u, constant = %u,\n",
                h->length.bit, h->length.width, h->scale, h->constant);
    fputs("  columns = { ", f);
    for (unsigned c = 0; c < h->n_columns; c++)
        fprintf(f, "{ bit = %u, width = %u }, ", h->column[c].bit, h->column[c].width);
    fputs("},\n  entries = {\n", f);
    for (unsigned i = 0; i < h->n_entries; i++) {
        const desc_action *a = &h->entry[i]->action;
        desc_write_action(a, text);
        fputs("    { ", f);
        write_values(h->entry[i], h->n_columns, f);
        if (a->verdict == WEFT_PP_NEXT)
            fprintf(f, ", next = \"%s\", here = %s },\n", a->target, a->here ? "true" : "false");
        else
            fprintf(f, ", verdict = \"%s\" },\n", text);
    }
    fputs("  },\n}\n", f);
}

void weft_desc_export_lua(const weft_desc *d, FILE *f)
{
    bool reached[DESC_HEADERS];
    desc_reached(d, reached);
    fprintf(f, "-- Wireshark dissector of \"%s\", made by weft proto export --format lua.\n",
            d->name);
    fprintf(f, "-- tshark -X lua_script:FILE; fields are weft_%s.HEADER.FIELD.\n\n", d->name);
    fprintf(f, "local proto = Proto(\"weft_%s\", \"Weft: %s\")\n", d->name,
            weft_desc_title(d)[0] != '\0' ? weft_desc_title(d) : d->name);
    fprintf(f, "local verdict = ProtoField.string(\"weft_%s.verdict\", \"verdict\")\n", d->name);
    fprintf(f, "local first_header, headers, fields = \"%s\", {}, { verdict }\n\n", d->start->name);
    for (unsigned i = 0; i < d->n_headers; i++)
        if (reached[i]) write_header(d->header[i], f);
    fputs("\nlocal function field(header, f)\n  table.insert(headers[header].fields, f)\n"
          "  table.insert(fields, f.field)\nend\n\n",
          f);
    for (unsigned i = 0; i < d->n_headers; i++)
        if (reached[i]) write_fields(d, d->header[i], f);
    fputs("proto.fields = fields\n", f);
    fputs(walker, f);
}
