/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * route.c: table commands of the route block; identifiers and groups. mac_table.c, lpm.c, range.c,
 * ecmp.c and partition.c have their tables on top of the same commands.
 */
#include "device.h"

/* Words of key and mask that a table has, by weft_table, and whether it has an entry. */
static const struct {
    uint8_t key, mask;
    bool entry;
} words[] = {
    [WEFT_TBL_MAC] = {2, 0, true},    [WEFT_TBL_ID] = {0, 0, true},
    [WEFT_TBL_GROUP] = {0, 2, false}, [WEFT_TBL_IP4] = {1, 1, true},
    [WEFT_TBL_IP6] = {4, 4, true},    [WEFT_TBL_RANGE] = {2, 2, true},
    [WEFT_TBL_BUCKET] = {0, 0, true}, [WEFT_TBL_PART] = {1, 2, true},
};

/* Polls, each of a few cycles at least. The sweep after reset takes as many cycles as all tables
 * have entries (at most about 120000), a command a handful. */
#define READY_POLLS   130000u
#define COMMAND_POLLS 1000u

static weft_status rd(weft_device *dev, uint32_t off, uint32_t *v)
{
    return weft_bus_read32(dev->bus, dev->route + off, v);
}

static weft_status wr(weft_device *dev, uint32_t off, uint32_t v)
{
    return weft_bus_write32(dev->bus, dev->route + off, v);
}

/* Waits until the tables are swept and no command runs; *status is the last STATUS. */
static weft_status wait_idle(weft_device *dev, unsigned polls, uint32_t *status)
{
    for (unsigned n = 0; n < polls; n++) {
        uint32_t v;
        WEFT_TRY(rd(dev, ROUTE(STATUS), &v));
        if (FIELD_GET(WEFT_ROUTE__STATUS__READY, v) != 0 &&
            FIELD_GET(WEFT_ROUTE__STATUS__BUSY, v) == 0) {
            *status = v;
            return WEFT_OK;
        }
    }
    return WEFT_ERR_TIMEOUT;
}

weft_status weft_route_wait_ready(weft_device *dev)
{
    if (dev == NULL) return WEFT_ERR_ARG;
    uint32_t status = 0;
    WEFT_TRY(wait_idle(dev, READY_POLLS, &status));
    dev->route_ready = true;
    return WEFT_OK;
}

/* Runs one command; the operands are in their registers. A refusal is a fault of chip and driver
 * that do not agree on the sizes of the tables. After an error on the bus the command may still be
 * running, so the next one waits until the chip is idle. */
static weft_status command(weft_device *dev, weft_table table, bool write, uint32_t index)
{
    uint32_t status = 0;
    dev->route_ready = false;
    WEFT_TRY(wr(dev, ROUTE(CMD),
                FIELD_PUT(WEFT_ROUTE__CMD__SEL, table) | FIELD_PUT(WEFT_ROUTE__CMD__WRITE, write) |
                    FIELD_PUT(WEFT_ROUTE__CMD__INDEX, index)));
    WEFT_TRY(wait_idle(dev, COMMAND_POLLS, &status));
    dev->route_ready = true;
    return FIELD_GET(WEFT_ROUTE__STATUS__ERROR, status) != 0 ? WEFT_ERR_BUS : WEFT_OK;
}

static weft_status ensure_ready(weft_device *dev)
{
    return dev->route_ready ? WEFT_OK : weft_route_wait_ready(dev);
}

weft_status weft_row_write(weft_device *dev, weft_table table, uint32_t index, const weft_row *row)
{
    WEFT_TRY(ensure_ready(dev));
    for (unsigned k = 0; k < words[table].key; k++)
        WEFT_TRY(wr(dev, WEFT_ROUTE_KEY(k), row->key[k]));
    for (unsigned k = 0; k < words[table].mask; k++)
        WEFT_TRY(wr(dev, WEFT_ROUTE_MASK(k), row->mask[k]));
    if (words[table].entry) WEFT_TRY(wr(dev, ROUTE(ENTRY), row->entry));
    return command(dev, table, true, index);
}

weft_status weft_row_read(weft_device *dev, weft_table table, uint32_t index, weft_row *row)
{
    weft_row r = {0};
    WEFT_TRY(ensure_ready(dev));
    WEFT_TRY(command(dev, table, false, index));
    if (words[table].entry) {
        WEFT_TRY(rd(dev, ROUTE(RD_ENTRY), &r.entry));
        if (!weft_row_valid(&r)) {
            *row = r;
            return WEFT_OK;
        }
    }
    for (unsigned k = 0; k < words[table].key; k++)
        WEFT_TRY(rd(dev, WEFT_ROUTE_RD_KEY(k), &r.key[k]));
    for (unsigned k = 0; k < words[table].mask; k++)
        WEFT_TRY(rd(dev, WEFT_ROUTE_RD_MASK(k), &r.mask[k]));
    *row = r;
    return WEFT_OK;
}

/* Whether a route says an ECMP group, and the number in it. */
static bool is_ecmp(weft_route to) { return !to.group && (to.dest & WEFT_ECMP(0)) != 0; }

bool weft_route_ok(const weft_device *dev, weft_route to)
{
    if (is_ecmp(to)) return (to.dest ^ WEFT_ECMP(0)) < dev->geo.ecmp_groups;
    return to.dest < (to.group ? dev->geo.groups : dev->geo.endpoints);
}

uint32_t weft_route_pack(weft_route to)
{
    return WEFT_ROW_VALID | FIELD_PUT(WEFT_ROUTE__ENTRY__GROUP, to.group) |
           FIELD_PUT(WEFT_ROUTE__ENTRY__ECMP, is_ecmp(to)) |
           FIELD_PUT(WEFT_ROUTE__ENTRY__DEST, to.dest);
}

weft_route weft_route_unpack(uint32_t entry)
{
    bool ecmp = FIELD_GET(WEFT_ROUTE__ENTRY__ECMP, entry) != 0;
    unsigned dest = FIELD_GET(WEFT_ROUTE__ENTRY__DEST, entry);
    return (weft_route){.group = FIELD_GET(WEFT_ROUTE__ENTRY__GROUP, entry) != 0,
                        .dest = ecmp ? WEFT_ECMP(dest) : dest};
}

/* ------------------------------------------------------------------ identifiers ------------- */
/* The entry of an identifier that must be there. */
static weft_status id_row(weft_device *dev, unsigned id, weft_row *row)
{
    WEFT_TRY(weft_row_read(dev, WEFT_TBL_ID, id, row));
    return weft_row_valid(row) ? WEFT_OK : WEFT_ERR_NOT_FOUND;
}

weft_status weft_id_add(weft_device *dev, unsigned id, weft_route to)
{
    if (dev == NULL || id >= dev->geo.ids || !weft_route_ok(dev, to)) return WEFT_ERR_ARG;
    weft_row row = {.entry = weft_route_pack(to)};
    return weft_row_write(dev, WEFT_TBL_ID, id, &row);
}

weft_status weft_id_remove(weft_device *dev, unsigned id)
{
    if (dev == NULL || id >= dev->geo.ids) return WEFT_ERR_ARG;
    weft_row row;
    WEFT_TRY(id_row(dev, id, &row));
    row.entry = 0;
    return weft_row_write(dev, WEFT_TBL_ID, id, &row);
}

weft_status weft_id_get(weft_device *dev, unsigned id, weft_route *to)
{
    if (dev == NULL || id >= dev->geo.ids || to == NULL) return WEFT_ERR_ARG;
    weft_row row;
    WEFT_TRY(id_row(dev, id, &row));
    *to = weft_route_unpack(row.entry);
    return WEFT_OK;
}

/* ------------------------------------------------------------------ groups ------------------ */
static weft_status write_group(weft_device *dev, unsigned group, uint64_t members)
{
    weft_row row = {0};
    weft_put_word64(row.mask, members);
    return weft_row_write(dev, WEFT_TBL_GROUP, group, &row);
}

weft_status weft_group_set(weft_device *dev, unsigned group, uint64_t members)
{
    if (dev == NULL || group >= dev->geo.groups || members == 0 ||
        (members & ~weft_low_bits(dev->geo.endpoints)) != 0)
        return WEFT_ERR_ARG;
    return write_group(dev, group, members);
}

weft_status weft_group_clear(weft_device *dev, unsigned group)
{
    if (dev == NULL || group >= dev->geo.groups) return WEFT_ERR_ARG;
    return write_group(dev, group, 0);
}

weft_status weft_group_get(weft_device *dev, unsigned group, uint64_t *members)
{
    if (dev == NULL || group >= dev->geo.groups || members == NULL) return WEFT_ERR_ARG;
    weft_row row;
    WEFT_TRY(weft_row_read(dev, WEFT_TBL_GROUP, group, &row));
    *members = weft_word64(row.mask);
    return WEFT_OK;
}
