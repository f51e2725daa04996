/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * desc_interpret.c: walks over a frame header by header, as a description says. It works on the
 * fields, by their bits, and on the values as they are written; it shares neither tables nor the
 * way of compiling with the machine, whose reference it is.
 */
#include "proto/desc.h"
#include "weft/reasons.h"

#include <string.h>

#define LAST_START   126u /* a header, or a trim point, past this byte is out of reach */
#define LAST_REWRITE 38u

typedef struct {
    const weft_desc *d;
    const uint8_t *frame;
    unsigned avail;
    const weft_parse_config *config;
    weft_desc_visit visit;
    void *ctx;
    weft_parse_result r;
    bool has_dst, has_vc;
    uint8_t hash[4];
    unsigned passed[DESC_HEADERS];
} walk;

static uint64_t bits_at(const walk *w, unsigned bit, unsigned width)
{
    uint64_t v = 0;
    for (unsigned i = bit; i < bit + width; i++)
        v = v << 1 | (i / 8 < w->avail ? w->frame[i / 8] >> (7 - i % 8) & 1u : 0u);
    return v;
}

static uint64_t field(const walk *w, unsigned start, const desc_bits *b)
{
    return bits_at(w, start * 8 + b->bit, b->width);
}

/* ---------------------------------------------------------------- what a header says -------- */
static void take_key(const walk *w, unsigned start, const desc_slot *s, uint8_t key[16],
                     uint8_t *type)
{
    unsigned bytes = s->bits.width / 8;
    memset(key, 0, 16);
    for (unsigned i = 0; i < bytes; i++)
        key[16 - bytes + i] = (uint8_t)bits_at(w, start * 8 + s->bits.bit + i * 8, 8);
    *type = s->kind;
}

static void take_class(walk *w, unsigned start, const desc_slot *s)
{
    unsigned v = (unsigned)field(w, start, &s->bits);
    w->has_vc = true;
    switch (s->kind) {
    case 0: /* vc */
        w->r.vc = (uint8_t)v;
        w->r.prio = (uint8_t)v;
        break;
    case 1: /* cos */
        w->r.vc = w->config->cos_map[v];
        w->r.prio = (uint8_t)v;
        break;
    case 2: /* PCP and DEI */
        w->r.vc = w->config->pcp_map[v];
        w->r.prio = (uint8_t)(v / 2);
        break;
    default: /* DSCP; its class selector is the priority */
        w->r.vc = w->config->dscp_map[v];
        w->r.prio = (uint8_t)(v / 8);
        break;
    }
}

/* Hashed bytes stand where they stand from the even byte on in which the field starts. */
static void take_hash(walk *w, unsigned start, const desc_bits *b)
{
    unsigned first = b->bit / 8, even = first - first % 2;
    memset(w->hash, 0, sizeof w->hash);
    for (unsigned byte = first; byte < first + b->width / 8; byte++)
        w->hash[byte - even] = (uint8_t)bits_at(w, (start + byte) * 8, 8);
}

static bool take_slots(walk *w, const desc_header *h, unsigned start)
{
    const desc_slot *s = h->slot;
    if (s[WEFT_SLOT_DST].set) {
        take_key(w, start, &s[WEFT_SLOT_DST], w->r.dst, &w->r.dst_type);
        w->has_dst = true;
    }
    if (s[WEFT_SLOT_SRC].set) take_key(w, start, &s[WEFT_SLOT_SRC], w->r.src, &w->r.src_type);
    if (s[WEFT_SLOT_CLASS].set && (!s[WEFT_SLOT_CLASS].once || w->passed[h->index] == 1))
        take_class(w, start, &s[WEFT_SLOT_CLASS]);
    if (s[WEFT_SLOT_REWRITE].set) {
        w->r.rw_mode = s[WEFT_SLOT_REWRITE].kind;
        w->r.rw_off = (uint8_t)start;
    }
    if (s[WEFT_SLOT_HASH].set) take_hash(w, start, &s[WEFT_SLOT_HASH].bits);
    if (s[WEFT_SLOT_PART].set) {
        w->r.has_part = true;
        w->r.part = (uint16_t)field(w, start, &s[WEFT_SLOT_PART].bits);
    }
    if (s[WEFT_SLOT_TRIM].set) {
        unsigned trim = start + s[WEFT_SLOT_TRIM].bits.bit / 8;
        if (trim > LAST_START) return false;
        w->r.has_trim = true;
        w->r.trim = (uint8_t)trim;
    }
    if (h->proto_id != 0) w->r.proto = h->proto_id;
    return true;
}

/* ---------------------------------------------------------------- what follows it ----------- */
static bool value_matches(const desc_value *v, uint64_t x)
{
    return v->kind == DESC_MASK ? (x & v->b) == v->a : x >= v->a && x <= v->b;
}

static bool entry_matches(const walk *w, const desc_header *h, const desc_entry *e, unsigned start)
{
    const desc_header *next = e->action.header;
    if (e->action.verdict == WEFT_PP_NEXT && w->passed[next->index] >= next->at_most) return false;
    for (unsigned c = 0; c < h->n_columns; c++) {
        bool any = e->column[c].n == 0;
        uint64_t x = field(w, start, &h->column[c]);
        for (unsigned i = 0; i < e->column[c].n; i++)
            any = any || value_matches(&e->column[c].v[i], x);
        if (!any) return false;
    }
    return true;
}

static const desc_action *choose(const walk *w, const desc_header *h, unsigned start)
{
    for (unsigned i = 0; i < h->n_entries; i++)
        if (entry_matches(w, h, h->entry[i], start)) return &h->entry[i]->action;
    return NULL;
}

static void show_fields(const walk *w, const desc_header *h, unsigned start)
{
    for (unsigned i = 0; i < h->n_fields; i++) {
        const desc_bits *b = &h->field[i].bits;
        weft_desc_field f = {h->name, b->name, start * 8 + b->bit, b->width, w->frame};
        if (strcmp(b->name, "_") != 0) w->visit(w->ctx, &f);
    }
}

/* Passes header after header until one ends the parse. */
static desc_action pass(walk *w)
{
    static const desc_action lost = {.verdict = WEFT_PP_DROP, .reason = WEFT_DROP_PARSE};
    const desc_header *h = w->d->start;
    unsigned start = 0;
    for (;;) {
        if (start % 2 != 0 || start > LAST_START || start + h->bits / 8 > w->avail) return lost;
        w->passed[h->index]++;
        if (w->visit != NULL) show_fields(w, h, start);
        if (!take_slots(w, h, start)) return lost;
        const desc_action *a = choose(w, h, start);
        if (a == NULL) return lost;
        if (a->op != WEFT_OP_OTHER) w->r.op = a->op;
        w->r.flags |= a->flags & (WEFT_PP_SPRAY | WEFT_PP_TRIMMABLE);
        if ((a->flags & WEFT_PP_NO_HASH) != 0) memset(w->hash, 0, sizeof w->hash);
        if (a->verdict != WEFT_PP_NEXT) return *a;
        if (h->has_length)
            start += h->constant + (unsigned)field(w, start, &h->length) * h->scale;
        else if (!a->here)
            start += h->bits / 8;
        h = a->header;
    }
}

/* ---------------------------------------------------------------- the result ---------------- */
static uint8_t check_rewrite(walk *w)
{
    unsigned at = w->r.rw_off * 8u;
    static const struct {
        unsigned ttl, ttl_width, ecn;
    } place[] = {{0, 0, 0}, {24, 4, 6}, {64, 8, 14}, {56, 8, 10}};
    if (w->r.rw_mode == WEFT_RW_NONE) return WEFT_DROP_NONE;
    if (w->r.rw_off > LAST_REWRITE) return WEFT_DROP_PARSE;
    w->r.ecn_capable = bits_at(w, at + place[w->r.rw_mode].ecn, 2) != 0;
    uint64_t ttl = bits_at(w, at + place[w->r.rw_mode].ttl, place[w->r.rw_mode].ttl_width);
    return ttl < 2 ? WEFT_DROP_TTL : WEFT_DROP_NONE;
}

/* A MAC address of an accelerator counts as its identifier. */
static bool is_accelerator(const walk *w, const uint8_t key[16], uint8_t type)
{
    uint32_t top =
        (uint32_t)key[10] << 24 | (uint32_t)key[11] << 16 | (uint32_t)key[12] << 8 | key[13];
    return type == WEFT_KEY_MAC && ((top ^ w->config->id_prefix) & w->config->id_mask) == 0;
}

static uint8_t finish(walk *w, bool punt, bool has_src)
{
    weft_parse_result *r = &w->r;
    if (!w->has_dst && !punt) return WEFT_DROP_PARSE;
    if (r->vc >= w->config->vcs) return WEFT_DROP_PARSE;
    uint8_t drop = check_rewrite(w);
    if (drop != WEFT_DROP_NONE) return drop;
    r->hash = weft_flow_hash(r->dst, r->src, w->hash);
    if (w->has_dst && is_accelerator(w, r->dst, r->dst_type)) {
        unsigned id = (r->dst[14] * 256u + r->dst[15]) % 1024u;
        memset(r->dst, 0, sizeof r->dst);
        r->dst[14] = (uint8_t)(id / 256);
        r->dst[15] = (uint8_t)id;
        r->dst_type = WEFT_KEY_ID;
    }
    if (has_src && is_accelerator(w, r->src, r->src_type)) r->src_type = WEFT_KEY_ID;
    r->kind = punt ? WEFT_KIND_PUNT : WEFT_KIND_UNICAST;
    return WEFT_DROP_NONE;
}

/* A source key was taken when one of the headers that were passed has one. */
static bool passed_source(const walk *w)
{
    for (unsigned i = 0; i < w->d->n_headers; i++)
        if (w->passed[i] > 0 && w->d->header[i]->slot[WEFT_SLOT_SRC].set) return true;
    return false;
}

weft_parse_result weft_desc_walk(const weft_desc *d, const uint8_t *frame, size_t len,
                                 const weft_parse_config *config, weft_desc_visit visit, void *ctx)
{
    walk w = {.d = d, .frame = frame, .config = config, .visit = visit, .ctx = ctx};
    w.avail = len < WEFT_PP_BYTES ? (unsigned)len : WEFT_PP_BYTES;
    desc_action end = pass(&w);
    if (!w.has_vc) w.r.vc = config->default_vc;
    uint8_t drop = WEFT_DROP_NONE;
    if (end.verdict == WEFT_PP_DROP) drop = end.reason;
    if (end.verdict == WEFT_PP_CONTROL) drop = WEFT_DROP_CONTROL;
    if (drop == WEFT_DROP_NONE) drop = finish(&w, end.verdict == WEFT_PP_PUNT, passed_source(&w));
    if (drop == WEFT_DROP_NONE) return w.r;
    return (weft_parse_result){.drop = drop,
                               .kind = end.verdict == WEFT_PP_CONTROL ? WEFT_KIND_CONTROL
                                                                      : WEFT_KIND_DROP,
                               .proto = w.r.proto,
                               .vc = w.r.vc < config->vcs ? w.r.vc : 0,
                               .prio = w.r.prio};
}

weft_parse_result weft_desc_interpret(const weft_desc *d, const uint8_t *frame, size_t len,
                                      const weft_parse_config *config)
{
    return weft_desc_walk(d, frame, len, config, NULL, NULL);
}

uint64_t weft_desc_value(const weft_desc_field *f)
{
    walk w = {.frame = f->frame, .avail = (f->bit + f->width + 7) / 8};
    return bits_at(&w, f->bit, f->width);
}
