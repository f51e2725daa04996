/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * counters.c: takes a snapshot of all counters and reads it.
 */
#include "weft/counters.h"
#include "device.h"
#include <strings.h>

_Static_assert(WEFT_PORT_COUNTERS == WEFT_CNT_WINDOW, "the window of counters.h");
_Static_assert(2 * WEFT_PORT_COUNTERS == WEFT_PORT_COUNTER_COUNT, "the window of the registers");

#define SNAPSHOT_POLLS 1000u /* the hardware needs a cycle or two */

static weft_status read_seq(weft_device *dev, uint32_t *seq)
{
    return weft_chip_rd(dev, CHIP(SNAPSHOT_SEQ), seq);
}

weft_status weft_counters_snapshot(weft_device *dev, weft_snapshot *info)
{
    if (dev == NULL) return WEFT_ERR_ARG;
    uint32_t before;
    weft_snapshot s = {0, 0};
    WEFT_TRY(read_seq(dev, &before));
    WEFT_TRY(weft_chip_wr(dev, CHIP(SNAPSHOT), WEFT_CHIP__SNAPSHOT__TAKE_bm));
    unsigned polls = 0;
    do {
        if (polls++ == SNAPSHOT_POLLS) return WEFT_ERR_TIMEOUT;
        WEFT_TRY(read_seq(dev, &s.seq));
    } while (s.seq == before);
    if (info == NULL) return WEFT_OK;
    WEFT_TRY(weft_rd64(dev, dev->chip + CHIP(SNAPSHOT_CYCLE_LO),
                       dev->chip + CHIP(SNAPSHOT_CYCLE_HI), &s.cycle));
    *info = s;
    return WEFT_OK;
}

weft_status weft_counter_read(weft_device *dev, unsigned port, unsigned counter, uint64_t *value)
{
    if (!weft_has_port(dev, port) || weft_counter_name(counter) == NULL || value == NULL)
        return WEFT_ERR_ARG;
    uint32_t base = dev->port[port];
    return weft_rd64(dev, base + PORT_K(COUNTER, 2 * counter),
                     base + PORT_K(COUNTER, 2 * counter + 1), value);
}

weft_status weft_counters_read_port(weft_device *dev, unsigned port, uint64_t *values)
{
    if (!weft_has_port(dev, port) || values == NULL) return WEFT_ERR_ARG;
    uint32_t before, after, words[2 * WEFT_PORT_COUNTERS];
    /* Only up to the last counter that exists: on the model every word costs cycles. */
    unsigned used = WEFT_PORT_COUNTERS;
    while (used > 0 && weft_counter_name(used - 1) == NULL) used--;
    WEFT_TRY(read_seq(dev, &before));
    WEFT_TRY(weft_bus_read_block(dev->bus, dev->port[port] + PORT_K(COUNTER, 0), words, 2 * used));
    WEFT_TRY(read_seq(dev, &after));
    for (unsigned k = 0; k < WEFT_PORT_COUNTERS; k++)
        values[k] = k < used ? (uint64_t)words[2 * k + 1] << 32 | words[2 * k] : 0;
    return before == after ? WEFT_OK : WEFT_ERR_STATE;
}

const char *weft_counter_get_name(unsigned counter) { return weft_counter_name(counter); }

weft_status weft_counter_find(const char *name, unsigned *counter)
{
    if (name == NULL || counter == NULL) return WEFT_ERR_ARG;
    for (unsigned k = 0; k < WEFT_PORT_COUNTERS; k++) {
        const char *n = weft_counter_name(k);
        if (n != NULL && strcasecmp(n, name) == 0) {
            *counter = k;
            return WEFT_OK;
        }
    }
    return WEFT_ERR_NOT_FOUND;
}
