/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * route_model.h: the reference of the bench of weft_route: its tables as plain arrays, and what
 * each of its three cycles finds in them, by plain search.
 */
#ifndef TB_ROUTE_MODEL_H
#define TB_ROUTE_MODEL_H
#include "common/tb.h"
#include "lib/mac_hash.h"
#include "weft/parser.h"
#include <string.h>

enum {
    NONE = 0,
    PARSE = 6,
    NO_ROUTE = 7,
    DENIED = 8,
    SOURCE = 9,
    TTL = 10,
    DOWN = 13,
    CONTROL = 14
};
enum { UNICAST, MULTICAST, REDUCE, PUNT, DROP, KIND_CONTROL };
enum { T_MAC, T_ID, T_GROUP, T_LPM4, T_LPM6, T_RANGE, T_BUCKET, T_PART };
enum { POOL = 48, MAX_SETS = 256, WAYS = 4, MAX_LPM = 256, MAX_ROWS = 64 };
#define VALID    0x800u
#define TO_GROUP 0x400u
#define ECMP     0x1000u

typedef struct {
    uint64_t hi, lo;
} key;

typedef struct {
    key value, mask; /* range: base and last in lo; partition: number and endpoints */
    unsigned e;      /* as tbl_entry_i */
} row;

typedef struct {
    bool valid, sop, eop, err;
    unsigned reason, bytes, len, dst_type, src_type;
    key dst, src;
    unsigned src_port, kind, drop, hash, part;
    bool spray, has_part;
    uint64_t desc_lo, desc_hi, desc_top; /* as driven, 64 + 64 + 10 bits */
    uint8_t data[64];
    /* found by the reference, in the first cycle */
    bool hit, src_ok, part_ok;
    unsigned route;
    uint64_t part_mask;
    /* in the second */
    uint64_t group;
    unsigned member, backup;
} cell;

typedef struct {
    tb *t;
    unsigned endpoints, sets, set_w, ids, groups, ecmp, lpm4_n, lpm6_n, ranges, parts;
    tb_sig *valid, *sop, *eop, *err, *reason, *bytes, *len, *data, *desc;
    tb_sig *dst, *dst_type, *src, *src_type;
    tb_sig *c_check, *c_valid, *c_value, *c_mask, *c_allow, *c_part, *c_punt, *c_port, *c_up;
    tb_sig *ready, *we, *sel, *index, *key, *mask, *entry;
    tb_sig *o_valid, *o_sop, *o_eop, *o_err, *o_reason, *o_bytes, *o_len, *o_data, *o_desc, *o_mask;
    /* what the module has been told */
    bool is_ready, check, part_check, punt;
    unsigned punt_port;
    bool src_valid[4];
    uint64_t src_value[4], src_mask[4], allow, up;
    row mac[WAYS][MAX_SETS], id[1024], lpm4[MAX_LPM], lpm6[MAX_LPM], range[MAX_ROWS],
        part[MAX_ROWS];
    uint64_t group[64];
    unsigned bucket[16 * 256], turn[16];
    /* the frames in the module's registers, and what stands at the outputs */
    cell s1, s2;
    uint64_t want_lo, want_hi, want_top, want_mask;
    bool any;
    uint64_t pool[POOL];
    unsigned seen[16], kinds[8], by_type[8], sprayed, moved;
} bench;

static uint64_t low_bits(unsigned n) { return n >= 64 ? ~0ull : (1ull << n) - 1; }

static const row *first_match(const row *table, unsigned n, key k)
{
    for (unsigned i = 0; i < n; i++)
        if ((table[i].e & VALID) && ((k.hi ^ table[i].value.hi) & table[i].mask.hi) == 0 &&
            ((k.lo ^ table[i].value.lo) & table[i].mask.lo) == 0)
            return &table[i];
    return NULL;
}

/* What the first cycle finds: the tables searched by the frame's keys. */
static void search(bench *b, cell *c)
{
    const row *r = NULL;
    switch (c->dst_type) {
    case WEFT_KEY_MAC:
    case WEFT_KEY_MAC_EXACT:
        for (unsigned w = 0; w < WAYS && r == NULL; w++) {
            const row *m = &b->mac[w][weft_mac_hash(c->dst.lo, w, b->set_w)];
            if ((m->e & VALID) && m->value.lo == c->dst.lo) r = m;
        }
        break;
    case WEFT_KEY_ID:
    case WEFT_KEY_ID8:
        if (c->dst.lo < b->ids && (b->id[c->dst.lo].e & VALID)) r = &b->id[c->dst.lo];
        break;
    case WEFT_KEY_IP4: r = first_match(b->lpm4, b->lpm4_n, (key){0, c->dst.lo & 0xffffffff}); break;
    case WEFT_KEY_IP6: r = first_match(b->lpm6, b->lpm6_n, c->dst); break;
    case WEFT_KEY_ADDRESS:
        for (unsigned i = 0; i < b->ranges && r == NULL; i++)
            if ((b->range[i].e & VALID) && c->dst.lo >= b->range[i].value.lo &&
                c->dst.lo <= b->range[i].mask.lo)
                r = &b->range[i];
        break;
    default: break;
    }
    c->hit = r != NULL;
    c->route = r != NULL ? r->e & 0x1fff : 0;
    if (r != NULL && c->dst_type == WEFT_KEY_ADDRESS) {
        unsigned ways = r->e >> 19, shift = r->e >> 13 & 63;
        uint64_t chunk = (c->dst.lo - r->value.lo) / (1ull << shift);
        unsigned dest = (c->route + (unsigned)(chunk % (1u << (ways > 6 ? 6 : ways)))) & 0x3ff;
        c->route = (c->route & ~0x3ffu) | dest;
        if (c->route & (ECMP | TO_GROUP)) c->hit = false;
    }
    uint64_t src = c->src_type == WEFT_KEY_IP6 ? c->src.hi : c->src.lo;
    c->src_ok = !b->check;
    for (int i = 0; i < 4; i++)
        if (b->src_valid[i] && (src & b->src_mask[i]) == (b->src_value[i] & b->src_mask[i]))
            c->src_ok = true;
    c->part_ok = !b->part_check;
    c->part_mask = low_bits(b->endpoints);
    for (unsigned i = b->parts; i-- > 0 && b->part_check;) {
        if (!(b->part[i].e & VALID) || b->part[i].value.lo != c->part) continue;
        c->part_mask = b->part[i].mask.lo;
        c->part_ok = c->has_part && (c->part_mask >> c->src_port & 1);
    }
}

/* What the second cycle reads: group and bucket. */
static void select_member(bench *b, cell *c)
{
    unsigned g = c->route & 0x3ff;
    c->group = g < b->groups ? b->group[g] : 0;
    if (!c->hit || !(c->route & ECMP) || g >= b->ecmp) return;
    unsigned k = g * 256 + (c->spray ? b->turn[g]++ & 0xff : c->hash & 0xff);
    c->member = b->bucket[k] & 63;
    c->backup = b->bucket[k] >> 13 & 63;
}

static uint64_t bit(unsigned e) { return e < 64 ? 1ull << e : 0; }

static uint64_t ecmp_member(bench *b, const cell *c)
{
    uint64_t alive = c->group & b->up;
    if (alive & bit(c->member)) return bit(c->member);
    b->moved++;
    if (alive & bit(c->backup)) return bit(c->backup);
    return alive & (~alive + 1);
}

/* The third cycle: drop reason and mask. */
static unsigned verdict(bench *b, const cell *c, uint64_t *mask)
{
    unsigned dest = c->route & 0x3ff;
    bool group = c->route & TO_GROUP, ecmp = (c->route & ECMP) && !group;
    *mask = 0;
    if (c->drop) return c->drop;
    if (!b->is_ready) return DENIED;
    if (c->kind == PUNT) {
        if (!b->punt || b->punt_port >= b->endpoints) return NO_ROUTE;
        *mask = bit(b->punt_port);
        return NONE;
    }
    if (!c->hit || dest >= (group ? b->groups : ecmp ? b->ecmp : b->endpoints)) return NO_ROUTE;
    if (!c->src_ok) return SOURCE;
    if (!c->part_ok) return DENIED;
    uint64_t to = group ? c->group & ~bit(c->src_port) : ecmp ? ecmp_member(b, c) : bit(dest);
    if (ecmp && !to) return DOWN;
    *mask = to & b->allow & c->part_mask;
    return *mask ? NONE : DENIED;
}

static void write_reference(bench *b)
{
    unsigned i = (unsigned)tb_get(b->index);
    row r = {{tb_get_bits(b->key, 64, 64), tb_get_bits(b->key, 0, 64)},
             {tb_get_bits(b->mask, 64, 64), tb_get_bits(b->mask, 0, 64)},
             (unsigned)tb_get(b->entry)};
    switch (tb_get(b->sel)) {
    case T_MAC:
        r.value.lo &= low_bits(48);
        b->mac[i >> b->set_w][i & (b->sets - 1)] = r;
        break;
    case T_ID: b->id[i] = r; break;
    case T_GROUP: b->group[i] = r.mask.lo & low_bits(b->endpoints); break;
    case T_LPM4:
        r.mask = (key){0, r.mask.lo & 0xffffffff};
        b->lpm4[i] = r;
        break;
    case T_LPM6: b->lpm6[i] = r; break;
    case T_RANGE: b->range[i] = r; break;
    case T_BUCKET: b->bucket[i] = r.e; break;
    default:
        r.value.lo &= 0x3ff;
        r.mask.lo &= low_bits(b->endpoints);
        b->part[i] = r;
        break;
    }
}

#endif
