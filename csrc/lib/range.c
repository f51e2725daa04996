/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * range.c: memory-address ranges. Ranges never overlap, so their order in the table means nothing
 * and a change is always one write.
 */
#include "device.h"

static bool power_of_two(uint64_t v) { return v != 0 && (v & (v - 1)) == 0; }

static unsigned log2_of(uint64_t v)
{
    unsigned n = 0;
    while (v >> n > 1) n++;
    return n;
}

static bool range_ok(const weft_device *dev, const weft_range *r)
{
    if (r->size == 0 || r->base + (r->size - 1) < r->base) return false;
    if (!power_of_two(r->ways) || r->ways > 64 || r->endpoint >= dev->geo.endpoints ||
        r->ways > dev->geo.endpoints - r->endpoint)
        return false;
    return r->ways == 1 || power_of_two(r->chunk);
}

static weft_row pack(const weft_range *r)
{
    weft_route to = {.group = false, .dest = r->endpoint};
    weft_row row = {.entry = weft_route_pack(to)};
    if (r->ways > 1)
        row.entry |= FIELD_PUT(WEFT_ROUTE__ENTRY__WAYS, log2_of(r->ways)) |
                     FIELD_PUT(WEFT_ROUTE__ENTRY__SHIFT, log2_of(r->chunk));
    weft_put_word64(row.key, r->base);
    weft_put_word64(row.mask, r->base + (r->size - 1));
    return row;
}

static weft_range unpack(const weft_row *row)
{
    unsigned ways = 1u << FIELD_GET(WEFT_ROUTE__ENTRY__WAYS, row->entry);
    uint64_t base = weft_word64(row->key);
    return (weft_range){
        .base = base,
        .size = weft_word64(row->mask) - base + 1,
        .endpoint = FIELD_GET(WEFT_ROUTE__ENTRY__DEST, row->entry),
        .ways = ways,
        .chunk = ways > 1 ? (uint64_t)1 << FIELD_GET(WEFT_ROUTE__ENTRY__SHIFT, row->entry) : 0,
    };
}

/* The index of the range that begins at base, and what it says. */
static weft_status find(weft_device *dev, uint64_t base, unsigned *index, weft_row *row)
{
    for (unsigned i = 0; i < dev->geo.ranges; i++) {
        WEFT_TRY(weft_row_read(dev, WEFT_TBL_RANGE, i, row));
        if (!weft_row_valid(row) || weft_word64(row->key) != base) continue;
        *index = i;
        return WEFT_OK;
    }
    return WEFT_ERR_NOT_FOUND;
}

/* Where a range may be written: over one of the same extent, or in the first empty entry. */
static weft_status find_place(weft_device *dev, const weft_row *want, unsigned *index)
{
    uint64_t base = weft_word64(want->key), last = weft_word64(want->mask);
    bool found = false;
    for (unsigned i = 0; i < dev->geo.ranges; i++) {
        weft_row row;
        WEFT_TRY(weft_row_read(dev, WEFT_TBL_RANGE, i, &row));
        if (!weft_row_valid(&row)) {
            if (!found) *index = i;
            found = true;
            continue;
        }
        uint64_t b = weft_word64(row.key), l = weft_word64(row.mask);
        if (b == base && l == last) {
            *index = i;
            return WEFT_OK;
        }
        if (b <= last && base <= l) return WEFT_ERR_UNSAFE;
    }
    return found ? WEFT_OK : WEFT_ERR_FULL;
}

weft_status weft_range_add(weft_device *dev, const weft_range *range)
{
    if (dev == NULL || range == NULL || !range_ok(dev, range)) return WEFT_ERR_ARG;
    weft_row row = pack(range);
    unsigned index = 0;
    WEFT_TRY(find_place(dev, &row, &index));
    return weft_row_write(dev, WEFT_TBL_RANGE, index, &row);
}

weft_status weft_range_remove(weft_device *dev, uint64_t base)
{
    if (dev == NULL) return WEFT_ERR_ARG;
    unsigned index = 0;
    weft_row row;
    WEFT_TRY(find(dev, base, &index, &row));
    row = (weft_row){0};
    return weft_row_write(dev, WEFT_TBL_RANGE, index, &row);
}

weft_status weft_range_get(weft_device *dev, uint64_t base, weft_range *out)
{
    if (dev == NULL || out == NULL) return WEFT_ERR_ARG;
    unsigned index = 0;
    weft_row row;
    WEFT_TRY(find(dev, base, &index, &row));
    *out = unpack(&row);
    return WEFT_OK;
}
