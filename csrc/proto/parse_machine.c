/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * parse_machine.c: the programmable parser in C, table by table as weft/parser.h specifies it, and
 * its programs as words of the hardware. It is the model that the benches of rtl/parser/ compare
 * with; it knows nothing of protocols or of their descriptions.
 */
#include "weft/parser.h"
#include "weft/proto.h"
#include "weft/reasons.h"

#include <string.h>

#define HEAD_MAX    126u /* largest pointer and anchor */
#define REWRITE_MAX 38u  /* largest anchor of REWRITE: the header is in the first cell */
#define EARLY       2u   /* stages that have the first cell only */
#define CELL        64u

/* ---------------------------------------------------------------- words of the hardware ----- */
static uint32_t op_word(const weft_pp_op *op)
{
    return (uint32_t)op->arg << 9 | (uint32_t)(op->off / 2u) << 3 | op->slot;
}

static bool op_fits(const weft_pp_op *op)
{
    return op->slot < 8 && op->off <= HEAD_MAX && op->off % 2 == 0 && op->arg < 64;
}

static bool row_fits(const weft_pp_row *r)
{
    bool fits = r->look_a <= HEAD_MAX && r->look_a % 2 == 0 && r->look_b <= HEAD_MAX &&
                r->look_b % 2 == 0 && r->need < 128 && r->proto < 64 && r->var_shift < 8 &&
                r->var_low < 2;
    for (unsigned i = 0; i < WEFT_PP_OPS; i++) fits = fits && op_fits(&r->op[i]);
    return fits;
}

static bool entry_fits(const weft_pp_entry *e)
{
    return e->valid < 2 && e->row < WEFT_PP_ROWS && e->verdict < 8 && e->reason < 32 &&
           e->next < WEFT_PP_ROWS && e->adv <= HEAD_MAX && e->adv % 2 == 0 && e->op < 4 &&
           e->flags < 8;
}

static void row_pack(const weft_pp_row *r, uint32_t w[4])
{
    w[0] = (uint32_t)r->proto << 19 | (uint32_t)r->need << 12 | (uint32_t)(r->look_b / 2u) << 6 |
           r->look_a / 2u;
    w[1] = (uint32_t)r->var_low << 11 | (uint32_t)r->var_shift << 8 | r->var_mask;
    w[2] = op_word(&r->op[1]) << 16 | op_word(&r->op[0]);
    w[3] = op_word(&r->op[3]) << 16 | op_word(&r->op[2]);
}

static void entry_pack(const weft_pp_entry *e, uint32_t w[3])
{
    w[0] = e->value;
    w[1] = e->mask;
    w[2] = (uint32_t)e->valid << 26 | (uint32_t)e->row << 23 | (uint32_t)e->verdict << 20 |
           (uint32_t)e->reason << 15 | (uint32_t)e->next << 12 | (uint32_t)(e->adv / 2u) << 6 |
           (uint32_t)e->op << 4 | e->flags;
}

bool weft_parse_program_pack(const weft_parse_program *p, uint32_t words[WEFT_PP_WORDS])
{
    for (unsigned s = 0; s < WEFT_PP_STAGES; s++) {
        for (unsigned i = 0; i < WEFT_PP_ROWS; i++)
            if (!row_fits(&p->row[s][i])) return false;
        for (unsigned i = 0; i < WEFT_PP_ENTRIES; i++)
            if (!entry_fits(&p->entry[s][i])) return false;
    }
    uint32_t *w = words;
    for (unsigned s = 0; s < WEFT_PP_STAGES; s++) {
        for (unsigned i = 0; i < WEFT_PP_ENTRIES; i++, w += 3) entry_pack(&p->entry[s][i], w);
        for (unsigned i = 0; i < WEFT_PP_ROWS; i++, w += 4) row_pack(&p->row[s][i], w);
    }
    return true;
}

static uint8_t bits(uint32_t word, unsigned lsb, unsigned width)
{
    return (uint8_t)(word >> lsb & ((1u << width) - 1u));
}

static weft_pp_op op_of(uint32_t word, unsigned lsb)
{
    return (weft_pp_op){.slot = bits(word, lsb, 3),
                        .off = (uint8_t)(bits(word, lsb + 3, 6) * 2u),
                        .arg = bits(word, lsb + 9, 6)};
}

static void row_unpack(const uint32_t w[4], weft_pp_row *r)
{
    *r = (weft_pp_row){.look_a = (uint8_t)(bits(w[0], 0, 6) * 2u),
                       .look_b = (uint8_t)(bits(w[0], 6, 6) * 2u),
                       .need = bits(w[0], 12, 7),
                       .proto = bits(w[0], 19, 6),
                       .var_mask = bits(w[1], 0, 8),
                       .var_shift = bits(w[1], 8, 3),
                       .var_low = bits(w[1], 11, 1),
                       .op = {op_of(w[2], 0), op_of(w[2], 16), op_of(w[3], 0), op_of(w[3], 16)}};
}

static void entry_unpack(const uint32_t w[3], weft_pp_entry *e)
{
    *e = (weft_pp_entry){.value = w[0],
                         .mask = w[1],
                         .valid = bits(w[2], 26, 1),
                         .row = bits(w[2], 23, 3),
                         .verdict = bits(w[2], 20, 3),
                         .reason = bits(w[2], 15, 5),
                         .next = bits(w[2], 12, 3),
                         .adv = (uint8_t)(bits(w[2], 6, 6) * 2u),
                         .op = bits(w[2], 4, 2),
                         .flags = bits(w[2], 0, 3)};
}

void weft_parse_program_unpack(const uint32_t words[WEFT_PP_WORDS], weft_parse_program *p)
{
    const uint32_t *w = words;
    for (unsigned s = 0; s < WEFT_PP_STAGES; s++) {
        for (unsigned i = 0; i < WEFT_PP_ENTRIES; i++, w += 3) entry_unpack(w, &p->entry[s][i]);
        for (unsigned i = 0; i < WEFT_PP_ROWS; i++, w += 4) row_unpack(w, &p->row[s][i]);
    }
}

/* ---------------------------------------------------------------- flow hash ----------------- */
/* The 128-bit key folded to three 16-bit words, low word first. */
static void fold(const uint8_t key[16], uint16_t word[3])
{
    for (unsigned i = 0; i < 3; i++) {
        word[i] = (uint16_t)(weft_get16(key + 14 - 2 * i) ^ weft_get16(key + 8 - 2 * i));
        if (i < 2) word[i] ^= weft_get16(key + 2 - 2 * i); /* k[127:96] has two words only */
    }
}

static uint16_t rotl16(uint16_t x, unsigned n) { return (uint16_t)(x << n | x >> (16 - n) % 16); }

uint16_t weft_flow_hash(const uint8_t dst[16], const uint8_t src[16], const uint8_t hash[4])
{
    uint16_t d[3], s[3];
    fold(dst, d);
    fold(src, s);
    uint16_t label = weft_get16(hash) ^ rotl16(weft_get16(hash + 2), 1);
    uint16_t x = d[0] ^ rotl16(d[1], 2) ^ rotl16(d[2], 10) ^ rotl16(s[0], 8) ^ rotl16(s[1], 14) ^
                 rotl16(s[2], 9) ^ rotl16(label, 1);
    for (unsigned round = 0; round < 2; round++) {
        x ^= (uint16_t)(x << 4);
        x ^= x >> 7;
        x ^= (uint16_t)(x << 6);
    }
    return x;
}

/* ---------------------------------------------------------------- the machine --------------- */
typedef struct {
    bool set;
    uint8_t at, arg;
} slot;

typedef struct {
    uint8_t h[WEFT_PP_BYTES]; /* bytes that do not exist are 0 */
    unsigned avail, seen;     /* bytes of the frame; of them, those that the stage knows */
    unsigned ptr, row;
    slot slot[8];
    uint8_t proto, op, flags;
} machine;

typedef struct {
    uint8_t verdict, reason;
} outcome;

static const outcome bad_parse = {WEFT_PP_DROP, WEFT_DROP_PARSE};

static uint16_t h16(const machine *m, unsigned at)
{
    return at <= HEAD_MAX && at < m->seen ? weft_get16(m->h + at) : 0;
}

/* Does the operations of a row. False: an anchor lies too far behind. */
static bool anchor(machine *m, const weft_pp_row *r)
{
    for (unsigned i = 0; i < WEFT_PP_OPS; i++) {
        const weft_pp_op *op = &r->op[i];
        if (op->slot == WEFT_SLOT_NONE) continue;
        if (m->ptr + op->off > HEAD_MAX) return false;
        m->slot[op->slot] = (slot){true, (uint8_t)(m->ptr + op->off), op->arg};
    }
    if (r->proto != 0) m->proto = r->proto;
    return true;
}

static const weft_pp_entry *match(const weft_pp_entry entry[WEFT_PP_ENTRIES], unsigned row,
                                  uint32_t key)
{
    for (unsigned i = 0; i < WEFT_PP_ENTRIES; i++) {
        const weft_pp_entry *e = &entry[i];
        if (e->valid && e->row == row && ((key ^ e->value) & e->mask) == 0) return e;
    }
    return NULL;
}

/* One stage. NEXT: the parse goes on. */
static outcome stage(machine *m, const weft_parse_program *p, unsigned s)
{
    const weft_pp_row *r = &p->row[s][m->row];
    m->seen = s < EARLY && m->avail > CELL ? CELL : m->avail;
    if (m->ptr + r->need > m->seen || !anchor(m, r)) return bad_parse;
    uint16_t a = h16(m, m->ptr + r->look_a), b = h16(m, m->ptr + r->look_b);
    const weft_pp_entry *e = match(p->entry[s], m->row, (uint32_t)a << 16 | b);
    if (e == NULL) return bad_parse;
    if (e->op != 0) m->op = e->op;
    m->flags |= e->flags & (WEFT_PP_SPRAY | WEFT_PP_TRIMMABLE);
    if (e->flags & WEFT_PP_NO_HASH) m->slot[WEFT_SLOT_HASH].set = false;
    if (e->verdict > WEFT_PP_PUNT) return bad_parse;
    if (e->verdict == WEFT_PP_DROP && e->reason == WEFT_DROP_NONE) return bad_parse;
    if (e->verdict != WEFT_PP_NEXT) return (outcome){e->verdict, e->reason};
    unsigned byte = r->var_low ? a & 0xFFu : a >> 8;
    m->ptr += e->adv + ((byte & r->var_mask) << r->var_shift);
    if (m->ptr % 2 != 0 || m->ptr > HEAD_MAX) return bad_parse;
    m->row = e->next;
    return (outcome){WEFT_PP_NEXT, 0};
}

/* ---------------------------------------------------------------- extraction ---------------- */
/* The key of a slot, and its type. False: no such key, or it is cut. */
static bool key_of(const machine *m, const slot *s, uint8_t key[16], uint8_t *type)
{
    static const uint8_t bytes[8] = {6, 2, 4, 16, 8, 6, 2, 0};
    *type = s->arg & 7u;
    unsigned n = bytes[*type];
    if (n == 0 || s->at + n > m->avail) return false;
    memcpy(key + 16 - n, m->h + s->at, n);
    if (*type == WEFT_KEY_ID8) key[14] = 0;
    return true;
}

static bool is_id(const uint8_t key[16], uint8_t type, const weft_parse_config *c)
{
    return type == WEFT_KEY_MAC && ((weft_get32(key + 10) ^ c->id_prefix) & c->id_mask) == 0;
}

/* Virtual channel and priority. False: the channel does not exist. */
static bool classify(const machine *m, const weft_parse_config *c, weft_parse_result *r)
{
    const slot *s = &m->slot[WEFT_SLOT_CLASS];
    unsigned value = h16(m, s->at) >> (s->arg >> 2 & 15u);
    r->vc = c->default_vc;
    if (s->set) {
        switch (s->arg & 3u) {
        case 0: r->vc = value & 7u; break;
        case 1: r->vc = c->cos_map[value & 7u]; break;
        case 2: r->vc = c->pcp_map[value & 15u]; break;
        default: r->vc = c->dscp_map[value & 63u]; break;
        }
        static const uint8_t prio_shift[4] = {0, 0, 1, 3};
        r->prio = value >> prio_shift[s->arg & 3u] & 7u;
    }
    if (r->vc < c->vcs) return true;
    r->vc = 0;
    return false;
}

/* What the switch may change. Returns the drop reason. */
static uint8_t rewrite(const machine *m, weft_parse_result *r)
{
    const slot *s = &m->slot[WEFT_SLOT_REWRITE];
    unsigned mode = s->arg & 7u;
    if (!s->set || mode == WEFT_RW_NONE || mode > WEFT_RW_IP6) return WEFT_DROP_NONE;
    if (s->at > REWRITE_MAX) return WEFT_DROP_PARSE;
    const uint8_t *p = m->h + s->at;
    unsigned ttl = mode == WEFT_RW_ESUN ? p[3] >> 4 : mode == WEFT_RW_IP4 ? p[8] : p[7];
    unsigned ecn = mode == WEFT_RW_ESUN ? p[0] : mode == WEFT_RW_IP4 ? p[1] : p[1] >> 4;
    r->rw_mode = (uint8_t)mode;
    r->rw_off = s->at;
    r->ecn_capable = (ecn & 3u) != 0;
    return ttl <= 1 ? WEFT_DROP_TTL : WEFT_DROP_NONE;
}

/* All that an accepted or punted frame has. Returns the drop reason. */
static uint8_t extract(const machine *m, const weft_parse_config *c, bool vc_exists, bool punt,
                       weft_parse_result *r)
{
    const slot *dst = &m->slot[WEFT_SLOT_DST], *src = &m->slot[WEFT_SLOT_SRC];
    if (dst->set ? !key_of(m, dst, r->dst, &r->dst_type) : !punt) return WEFT_DROP_PARSE;
    if (src->set && !key_of(m, src, r->src, &r->src_type)) return WEFT_DROP_PARSE;
    if (!vc_exists) return WEFT_DROP_PARSE;
    uint8_t drop = rewrite(m, r);
    if (drop != WEFT_DROP_NONE) return drop;

    const slot *hash = &m->slot[WEFT_SLOT_HASH], *part = &m->slot[WEFT_SLOT_PART];
    uint8_t hash_bytes[4] = {0};
    for (unsigned i = 0; hash->set && i < 4; i++)
        if ((hash->arg >> i & 1u) != 0 && hash->at + i < WEFT_PP_BYTES)
            hash_bytes[i] = m->h[hash->at + i];
    r->hash = weft_flow_hash(r->dst, r->src, hash_bytes);
    if (dst->set && is_id(r->dst, r->dst_type, c)) {
        r->dst_type = WEFT_KEY_ID;
        memset(r->dst, 0, 14);
        r->dst[14] &= 3u;
    }
    if (src->set && is_id(r->src, r->src_type, c)) r->src_type = WEFT_KEY_ID;
    r->has_part = part->set;
    if (part->set) r->part = (uint16_t)(h16(m, part->at) >> (part->arg & 15u) & 0x3FFu);
    r->has_trim = m->slot[WEFT_SLOT_TRIM].set;
    if (r->has_trim) r->trim = m->slot[WEFT_SLOT_TRIM].at;
    return WEFT_DROP_NONE;
}

weft_parse_result weft_parse_program_run(const weft_parse_program *p, const uint8_t *frame,
                                         size_t len, const weft_parse_config *config)
{
    machine m = {.avail = len < WEFT_PP_BYTES ? (unsigned)len : WEFT_PP_BYTES};
    if (m.avail > 0) memcpy(m.h, frame, m.avail);
    outcome o = {WEFT_PP_NEXT, 0};
    for (unsigned s = 0; s < WEFT_PP_STAGES && o.verdict == WEFT_PP_NEXT; s++) o = stage(&m, p, s);
    if (o.verdict == WEFT_PP_NEXT) o = bad_parse;
    m.seen = m.avail;

    weft_parse_result r = {.proto = m.proto, .op = m.op, .flags = m.flags};
    bool vc_exists = classify(&m, config, &r);
    if (o.verdict == WEFT_PP_CONTROL) r.drop = WEFT_DROP_CONTROL;
    if (o.verdict == WEFT_PP_DROP) r.drop = o.reason;
    if (o.verdict == WEFT_PP_ACCEPT || o.verdict == WEFT_PP_PUNT)
        r.drop = extract(&m, config, vc_exists, o.verdict == WEFT_PP_PUNT, &r);
    if (o.verdict == WEFT_PP_PUNT) r.kind = WEFT_KIND_PUNT;
    if (r.drop != WEFT_DROP_NONE)
        r = (weft_parse_result){.drop = r.drop,
                                .kind = o.verdict == WEFT_PP_CONTROL ? WEFT_KIND_CONTROL
                                                                     : WEFT_KIND_DROP,
                                .proto = r.proto,
                                .vc = r.vc,
                                .prio = r.prio};
    return r;
}
