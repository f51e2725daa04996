/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * partition.c: which endpoints belong to a partition. A number stands in the table once, so the
 * order means nothing and a change is always one write.
 */
#include "device.h"

#define MAX_PARTITION 1023u

/* The row of a partition; *empty is the first empty one before it, or the size of the table. */
static weft_status find(weft_device *dev, unsigned partition, unsigned *index, unsigned *empty,
                        weft_row *row)
{
    *empty = dev->geo.partitions;
    for (unsigned i = 0; i < dev->geo.partitions; i++) {
        WEFT_TRY(weft_row_read(dev, WEFT_TBL_PART, i, row));
        if (!weft_row_valid(row)) {
            if (*empty == dev->geo.partitions) *empty = i;
        } else if (row->key[0] == partition) {
            *index = i;
            return WEFT_OK;
        }
    }
    return WEFT_ERR_NOT_FOUND;
}

weft_status weft_part_set(weft_device *dev, unsigned partition, uint64_t members)
{
    if (dev == NULL || partition > MAX_PARTITION || members == 0 ||
        (members & ~weft_low_bits(dev->geo.endpoints)) != 0)
        return WEFT_ERR_ARG;
    unsigned index = 0, empty = 0;
    weft_row row;
    weft_status s = find(dev, partition, &index, &empty, &row);
    if (s != WEFT_OK && s != WEFT_ERR_NOT_FOUND) return s;
    if (s == WEFT_ERR_NOT_FOUND) {
        if (empty == dev->geo.partitions) return WEFT_ERR_FULL;
        index = empty;
    }
    row = (weft_row){.key = {partition}, .entry = WEFT_ROW_VALID};
    weft_put_word64(row.mask, members);
    return weft_row_write(dev, WEFT_TBL_PART, index, &row);
}

weft_status weft_part_remove(weft_device *dev, unsigned partition)
{
    if (dev == NULL || partition > MAX_PARTITION) return WEFT_ERR_ARG;
    unsigned index = 0, empty;
    weft_row row;
    WEFT_TRY(find(dev, partition, &index, &empty, &row));
    row = (weft_row){0};
    return weft_row_write(dev, WEFT_TBL_PART, index, &row);
}

weft_status weft_part_get(weft_device *dev, unsigned partition, uint64_t *members)
{
    if (dev == NULL || partition > MAX_PARTITION || members == NULL) return WEFT_ERR_ARG;
    unsigned index, empty;
    weft_row row;
    WEFT_TRY(find(dev, partition, &index, &empty, &row));
    *members = weft_word64(row.mask);
    return WEFT_OK;
}
