/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * route.c: table commands of the route block; identifiers and groups. mac_table.c has the hashed
 * address table on top of the same commands.
 */
#include "device.h"

/* Operations of register CMD. */
enum { OP_WRITE_MAC = 1, OP_WRITE_ID, OP_WRITE_GROUP, OP_READ_MAC, OP_READ_ID, OP_READ_GROUP };

/* Polls, each of a few cycles at least. The sweep after reset takes about as many cycles as the
 * largest table has entries (65536 at most), a command a handful. */
#define READY_POLLS   70000u
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
static weft_status command(weft_device *dev, uint32_t op, uint32_t index)
{
    uint32_t status = 0;
    dev->route_ready = false;
    WEFT_TRY(wr(dev, ROUTE(CMD),
                FIELD_PUT(WEFT_ROUTE__CMD__OP, op) | FIELD_PUT(WEFT_ROUTE__CMD__INDEX, index)));
    WEFT_TRY(wait_idle(dev, COMMAND_POLLS, &status));
    dev->route_ready = true;
    return FIELD_GET(WEFT_ROUTE__STATUS__ERROR, status) != 0 ? WEFT_ERR_BUS : WEFT_OK;
}

static weft_status ensure_ready(weft_device *dev)
{
    return dev->route_ready ? WEFT_OK : weft_route_wait_ready(dev);
}

weft_status weft_entry_write(weft_device *dev, bool mac, uint32_t index, uint64_t key,
                             uint32_t entry)
{
    WEFT_TRY(ensure_ready(dev));
    if (mac) WEFT_TRY(weft_wr64(dev, dev->route + ROUTE(KEY_LO), dev->route + ROUTE(KEY_HI), key));
    WEFT_TRY(wr(dev, ROUTE(ENTRY), entry));
    return command(dev, mac ? OP_WRITE_MAC : OP_WRITE_ID, index);
}

weft_status weft_entry_read(weft_device *dev, bool mac, uint32_t index, uint64_t *key,
                            uint32_t *entry)
{
    uint32_t e;
    WEFT_TRY(ensure_ready(dev));
    WEFT_TRY(command(dev, mac ? OP_READ_MAC : OP_READ_ID, index));
    WEFT_TRY(rd(dev, ROUTE(RD_ENTRY), &e));
    if (mac && FIELD_GET(WEFT_ROUTE__RD_ENTRY__VALID, e) != 0)
        WEFT_TRY(weft_rd64(dev, dev->route + ROUTE(RD_KEY_LO), dev->route + ROUTE(RD_KEY_HI), key));
    *entry = e;
    return WEFT_OK;
}

bool weft_route_ok(const weft_device *dev, weft_route to)
{
    return to.dest < (to.group ? dev->geo.groups : dev->geo.endpoints);
}

uint32_t weft_route_pack(weft_route to)
{
    return WEFT_ROUTE__ENTRY__VALID_bm | FIELD_PUT(WEFT_ROUTE__ENTRY__GROUP, to.group) |
           FIELD_PUT(WEFT_ROUTE__ENTRY__DEST, to.dest);
}

weft_route weft_route_unpack(uint32_t entry)
{
    return (weft_route){.group = FIELD_GET(WEFT_ROUTE__ENTRY__GROUP, entry) != 0,
                        .dest = FIELD_GET(WEFT_ROUTE__ENTRY__DEST, entry)};
}

/* ------------------------------------------------------------------ identifiers ------------- */
/* The entry of an identifier that must be there. */
static weft_status id_entry(weft_device *dev, unsigned id, uint32_t *entry)
{
    uint64_t unused;
    WEFT_TRY(weft_entry_read(dev, false, id, &unused, entry));
    return FIELD_GET(WEFT_ROUTE__RD_ENTRY__VALID, *entry) != 0 ? WEFT_OK : WEFT_ERR_NOT_FOUND;
}

weft_status weft_id_add(weft_device *dev, unsigned id, weft_route to)
{
    if (dev == NULL || id >= dev->geo.ids || !weft_route_ok(dev, to)) return WEFT_ERR_ARG;
    return weft_entry_write(dev, false, id, 0, weft_route_pack(to));
}

weft_status weft_id_remove(weft_device *dev, unsigned id)
{
    if (dev == NULL || id >= dev->geo.ids) return WEFT_ERR_ARG;
    uint32_t entry;
    WEFT_TRY(id_entry(dev, id, &entry));
    return weft_entry_write(dev, false, id, 0, 0);
}

weft_status weft_id_get(weft_device *dev, unsigned id, weft_route *to)
{
    if (dev == NULL || id >= dev->geo.ids || to == NULL) return WEFT_ERR_ARG;
    uint32_t entry;
    WEFT_TRY(id_entry(dev, id, &entry));
    *to = weft_route_unpack(entry);
    return WEFT_OK;
}

/* ------------------------------------------------------------------ groups ------------------ */
static weft_status write_group(weft_device *dev, unsigned group, uint64_t members)
{
    WEFT_TRY(ensure_ready(dev));
    WEFT_TRY(weft_wr64(dev, dev->route + ROUTE(MASK_LO), dev->route + ROUTE(MASK_HI), members));
    return command(dev, OP_WRITE_GROUP, group);
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
    WEFT_TRY(ensure_ready(dev));
    WEFT_TRY(command(dev, OP_READ_GROUP, group));
    return weft_rd64(dev, dev->route + ROUTE(RD_MASK_LO), dev->route + ROUTE(RD_MASK_HI), members);
}
