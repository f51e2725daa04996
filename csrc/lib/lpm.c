/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * lpm.c: longest-prefix routes in the two ternary tables. The lowest index that matches wins, so
 * the entries stand in the order of their lengths, longest first, with empty ones anywhere between.
 *
 * A new entry goes where an empty one already stands between the longer and the shorter ones; else
 * a run of entries moves by one towards the nearest empty one, starting beside it. So each entry is
 * copied before its old place is overwritten, the order holds at every step, and whoever looks up
 * meanwhile finds the right route (an entry that stands there twice says the same twice). A bus
 * error in the middle leaves such a twin: every function handles all copies of a prefix.
 */
#include "device.h"
#include <stdlib.h>

typedef struct {
    weft_device *dev;
    weft_table table;
    unsigned words, n; /* 32-bit words of a key; entries */
    weft_row *row;     /* as the chip has them */
} lpm;

/* Number of leading ones of a mask. */
static unsigned length_of(const lpm *t, const weft_row *r)
{
    unsigned length = 0;
    while (length < 32 * t->words &&
           (r->mask[t->words - 1 - length / 32] >> (31 - length % 32) & 1) != 0)
        length++;
    return length;
}

static bool same_prefix(const weft_row *a, const weft_row *b)
{
    for (unsigned k = 0; k < 4; k++)
        if (a->key[k] != b->key[k] || a->mask[k] != b->mask[k]) return false;
    return true;
}

static weft_status load(lpm *t)
{
    t->row = calloc(t->n > 0 ? t->n : 1, sizeof *t->row);
    if (t->row == NULL) return WEFT_ERR_MEMORY;
    for (unsigned i = 0; i < t->n; i++) {
        weft_status s = weft_row_read(t->dev, t->table, i, &t->row[i]);
        if (s != WEFT_OK) {
            free(t->row);
            return s;
        }
    }
    return WEFT_OK;
}

static weft_status put(lpm *t, unsigned i, const weft_row *row)
{
    WEFT_TRY(weft_row_write(t->dev, t->table, i, row));
    t->row[i] = *row;
    return WEFT_OK;
}

/* Writes `entry` to every copy of the prefix, the one that wins first. NOT_FOUND: there is none. */
static weft_status put_all(lpm *t, const weft_row *prefix, uint32_t entry)
{
    bool found = false;
    weft_row row = *prefix;
    row.entry = entry;
    for (unsigned i = 0; i < t->n; i++) {
        if (!weft_row_valid(&t->row[i]) || !same_prefix(&t->row[i], prefix)) continue;
        WEFT_TRY(put(t, i, &row));
        found = true;
    }
    return found ? WEFT_OK : WEFT_ERR_NOT_FOUND;
}

static weft_status insert(lpm *t, const weft_row *row)
{
    unsigned length = length_of(t, row), lo = 0, hi = t->n; /* it may stand at lo..hi-1 */
    for (unsigned i = 0; i < t->n; i++)
        if (weft_row_valid(&t->row[i]) && length_of(t, &t->row[i]) > length) lo = i + 1;
    for (unsigned i = t->n; i-- > lo;)
        if (weft_row_valid(&t->row[i]) && length_of(t, &t->row[i]) < length) hi = i;
    for (unsigned i = lo; i < hi; i++)
        if (!weft_row_valid(&t->row[i])) return put(t, i, row);
    unsigned below = hi, above = lo; /* the empty ones next to lo..hi-1; above: one past it */
    while (below < t->n && weft_row_valid(&t->row[below])) below++;
    while (above > 0 && weft_row_valid(&t->row[above - 1])) above--;
    if (below < t->n && (above == 0 || below - hi <= lo - above)) {
        for (unsigned i = below; i > hi; i--) WEFT_TRY(put(t, i, &t->row[i - 1]));
        return put(t, hi, row);
    }
    if (above == 0) return WEFT_ERR_FULL;
    for (unsigned i = above - 1; i + 1 < lo; i++) WEFT_TRY(put(t, i, &t->row[i + 1]));
    return put(t, lo - 1, row);
}

static weft_status add(lpm *t, weft_row *prefix, weft_route to)
{
    if (!weft_route_ok(t->dev, to)) return WEFT_ERR_ARG;
    WEFT_TRY(load(t));
    prefix->entry = weft_route_pack(to);
    weft_status s = put_all(t, prefix, prefix->entry);
    if (s == WEFT_ERR_NOT_FOUND) s = insert(t, prefix);
    free(t->row);
    return s;
}

static weft_status drop(lpm *t, const weft_row *prefix)
{
    WEFT_TRY(load(t));
    weft_status s = put_all(t, prefix, 0);
    free(t->row);
    return s;
}

static weft_status get(lpm *t, const weft_row *prefix, weft_route *to)
{
    if (to == NULL) return WEFT_ERR_ARG;
    WEFT_TRY(load(t));
    weft_status s = WEFT_ERR_NOT_FOUND;
    for (unsigned i = 0; i < t->n && s != WEFT_OK; i++) {
        if (!weft_row_valid(&t->row[i]) || !same_prefix(&t->row[i], prefix)) continue;
        *to = weft_route_unpack(t->row[i].entry);
        s = WEFT_OK;
    }
    free(t->row);
    return s;
}

/* Fills in the mask. False: the length is out of range, or the key has bits behind it. */
static bool make_prefix(unsigned words, unsigned length, weft_row *row)
{
    if (length > 32 * words) return false;
    for (unsigned k = 0; k < words; k++) {
        unsigned before = 32 * (words - 1 - k); /* bits of the key that stand before this word */
        unsigned bits = length <= before ? 0 : length - before < 32 ? length - before : 32;
        row->mask[k] = bits == 0 ? 0 : UINT32_MAX << (32 - bits);
        if ((row->key[k] & ~row->mask[k]) != 0) return false;
    }
    return true;
}

/* ------------------------------------------------------------------ IPv4 -------------------- */
static bool ip4(weft_device *dev, uint32_t prefix, unsigned length, lpm *t, weft_row *row)
{
    if (dev == NULL) return false;
    *t = (lpm){.dev = dev, .table = WEFT_TBL_IP4, .words = 1, .n = dev->geo.ip4_prefixes};
    *row = (weft_row){.key = {prefix}};
    return make_prefix(1, length, row);
}

weft_status weft_ip4_add(weft_device *dev, uint32_t prefix, unsigned length, weft_route to)
{
    lpm t;
    weft_row row;
    return ip4(dev, prefix, length, &t, &row) ? add(&t, &row, to) : WEFT_ERR_ARG;
}

weft_status weft_ip4_remove(weft_device *dev, uint32_t prefix, unsigned length)
{
    lpm t;
    weft_row row;
    return ip4(dev, prefix, length, &t, &row) ? drop(&t, &row) : WEFT_ERR_ARG;
}

weft_status weft_ip4_get(weft_device *dev, uint32_t prefix, unsigned length, weft_route *to)
{
    lpm t;
    weft_row row;
    return ip4(dev, prefix, length, &t, &row) ? get(&t, &row, to) : WEFT_ERR_ARG;
}

/* ------------------------------------------------------------------ IPv6 -------------------- */
static bool ip6(weft_device *dev, const uint8_t prefix[16], unsigned length, lpm *t, weft_row *row)
{
    if (dev == NULL || prefix == NULL) return false;
    *t = (lpm){.dev = dev, .table = WEFT_TBL_IP6, .words = 4, .n = dev->geo.ip6_prefixes};
    *row = (weft_row){0};
    for (unsigned i = 0; i < 16; i++)
        row->key[3 - i / 4] |= (uint32_t)prefix[i] << (8 * (3 - i % 4));
    return make_prefix(4, length, row);
}

weft_status weft_ip6_add(weft_device *dev, const uint8_t prefix[16], unsigned length, weft_route to)
{
    lpm t;
    weft_row row;
    return ip6(dev, prefix, length, &t, &row) ? add(&t, &row, to) : WEFT_ERR_ARG;
}

weft_status weft_ip6_remove(weft_device *dev, const uint8_t prefix[16], unsigned length)
{
    lpm t;
    weft_row row;
    return ip6(dev, prefix, length, &t, &row) ? drop(&t, &row) : WEFT_ERR_ARG;
}

weft_status weft_ip6_get(weft_device *dev, const uint8_t prefix[16], unsigned length,
                         weft_route *to)
{
    lpm t;
    weft_row row;
    return ip6(dev, prefix, length, &t, &row) ? get(&t, &row, to) : WEFT_ERR_ARG;
}
