/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * device.c: finds the blocks of a chip by their chain, and the register accessors of the driver.
 */
#include "device.h"
#include <stdlib.h>

#define ADDRESS_SPACE 0x100000u /* 20-bit byte addresses */
#define MAX_BLOCKS    256u      /* a chain that is longer than this goes in circles */

weft_status weft_chip_rd(weft_device *dev, uint32_t off, uint32_t *v)
{
    return weft_bus_read32(dev->bus, dev->chip + off, v);
}

weft_status weft_chip_wr(weft_device *dev, uint32_t off, uint32_t v)
{
    return weft_bus_write32(dev->bus, dev->chip + off, v);
}

weft_status weft_port_rd(weft_device *dev, unsigned port, uint32_t off, uint32_t *v)
{
    return weft_bus_read32(dev->bus, dev->port[port] + off, v);
}

weft_status weft_port_wr(weft_device *dev, unsigned port, uint32_t off, uint32_t v)
{
    return weft_bus_write32(dev->bus, dev->port[port] + off, v);
}

weft_status weft_rd64(weft_device *dev, uint32_t lo, uint32_t hi, uint64_t *v)
{
    uint32_t l, h;
    WEFT_TRY(weft_bus_read32(dev->bus, lo, &l));
    WEFT_TRY(weft_bus_read32(dev->bus, hi, &h));
    *v = (uint64_t)h << 32 | l;
    return WEFT_OK;
}

weft_status weft_wr64(weft_device *dev, uint32_t lo, uint32_t hi, uint64_t v)
{
    WEFT_TRY(weft_bus_write32(dev->bus, lo, (uint32_t)v));
    return weft_bus_write32(dev->bus, hi, (uint32_t)(v >> 32));
}

static weft_status read_geometry(weft_device *dev)
{
    weft_geometry *g = &dev->geo;
    uint32_t v;
    WEFT_TRY(weft_chip_rd(dev, CHIP(VERSION), &v));
    g->version_major = FIELD_GET(WEFT_CHIP__VERSION__MAJOR, v);
    g->version_minor = FIELD_GET(WEFT_CHIP__VERSION__MINOR, v);
    g->version_patch = FIELD_GET(WEFT_CHIP__VERSION__PATCH, v);
    WEFT_TRY(weft_chip_rd(dev, CHIP(GEOMETRY0), &v));
    g->ports = FIELD_GET(WEFT_CHIP__GEOMETRY0__PORTS, v);
    g->endpoints = FIELD_GET(WEFT_CHIP__GEOMETRY0__ENDPOINTS, v);
    g->vcs = FIELD_GET(WEFT_CHIP__GEOMETRY0__VCS, v);
    g->mii_bytes = FIELD_GET(WEFT_CHIP__GEOMETRY0__MII_BYTES, v);
    WEFT_TRY(weft_chip_rd(dev, CHIP(GEOMETRY1), &v));
    g->buf_cells = FIELD_GET(WEFT_CHIP__GEOMETRY1__BUF_CELLS, v);
    g->egress_cells = FIELD_GET(WEFT_CHIP__GEOMETRY1__EGRESS_CELLS, v);
    WEFT_TRY(weft_chip_rd(dev, CHIP(GEOMETRY2), &v));
    g->cell_bytes = FIELD_GET(WEFT_CHIP__GEOMETRY2__CELL_BYTES, v);
    bool known = g->ports >= 1 && g->ports <= WEFT_DRIVER_MAX_PORTS && g->endpoints >= g->ports &&
                 g->endpoints <= 64 && g->vcs >= 1 && g->vcs <= WEFT_DRIVER_MAX_VCS &&
                 g->mii_bytes > 0 && g->cell_bytes > 0 && g->buf_cells > 0;
    return known ? WEFT_OK : WEFT_ERR_NO_DEVICE;
}

static weft_status read_table_sizes(weft_device *dev)
{
    weft_geometry *g = &dev->geo;
    uint32_t v;
    WEFT_TRY(weft_bus_read32(dev->bus, dev->route + ROUTE(TABLE_SIZES0), &v));
    g->mac_ways = FIELD_GET(WEFT_ROUTE__TABLE_SIZES0__MAC_WAYS, v);
    g->mac_sets = FIELD_GET(WEFT_ROUTE__TABLE_SIZES0__MAC_SETS, v);
    WEFT_TRY(weft_bus_read32(dev->bus, dev->route + ROUTE(TABLE_SIZES1), &v));
    g->ids = FIELD_GET(WEFT_ROUTE__TABLE_SIZES1__IDS, v);
    g->groups = FIELD_GET(WEFT_ROUTE__TABLE_SIZES1__GROUPS, v);
    WEFT_TRY(weft_bus_read32(dev->bus, dev->route + ROUTE(TABLE_SIZES2), &v));
    g->ip4_prefixes = FIELD_GET(WEFT_ROUTE__TABLE_SIZES2__LPM4, v);
    g->ip6_prefixes = FIELD_GET(WEFT_ROUTE__TABLE_SIZES2__LPM6, v);
    WEFT_TRY(weft_bus_read32(dev->bus, dev->route + ROUTE(TABLE_SIZES3), &v));
    g->ranges = FIELD_GET(WEFT_ROUTE__TABLE_SIZES3__RANGES, v);
    g->ecmp_groups = FIELD_GET(WEFT_ROUTE__TABLE_SIZES3__ECMP, v);
    g->partitions = FIELD_GET(WEFT_ROUTE__TABLE_SIZES3__PARTS, v);
    return WEFT_OK;
}

/* Where the walk along the chain stands. */
typedef struct {
    bool chip, route, parser;
    uint64_t ports; /* bit p: block of port p seen */
} seen_blocks;

static weft_status visit(weft_device *dev, uint32_t addr, uint32_t type, seen_blocks *seen)
{
    uint32_t index;
    switch (type) {
    case WEFT_CHIP_BLOCK_TYPE:
        if (seen->chip || addr != dev->chip) return WEFT_ERR_NO_DEVICE;
        seen->chip = true;
        return WEFT_OK;
    case WEFT_ROUTE_BLOCK_TYPE:
        if (seen->route) return WEFT_ERR_NO_DEVICE;
        seen->route = true;
        dev->route = addr;
        return WEFT_OK;
    case WEFT_PARSER_BLOCK_TYPE:
        if (seen->parser) return WEFT_ERR_NO_DEVICE;
        seen->parser = true;
        dev->parser = addr;
        return WEFT_OK;
    case WEFT_PORT_BLOCK_TYPE:
        WEFT_TRY(weft_bus_read32(dev->bus, addr + PORT(PORT_INDEX), &index));
        if (index >= dev->geo.ports || (seen->ports >> index & 1) != 0) return WEFT_ERR_NO_DEVICE;
        seen->ports |= (uint64_t)1 << index;
        dev->port[index] = addr;
        return WEFT_OK;
    default: return WEFT_OK; /* a block of a later release: not ours to judge */
    }
}

/* False for a block that this driver uses, in a layout that it was not written for. */
static bool known_version(uint32_t type, uint32_t version)
{
    switch (type) {
    case WEFT_CHIP_BLOCK_TYPE: return version == WEFT_CHIP_BLOCK_VERSION;
    case WEFT_ROUTE_BLOCK_TYPE: return version == WEFT_ROUTE_BLOCK_VERSION;
    case WEFT_PARSER_BLOCK_TYPE: return version == WEFT_PARSER_BLOCK_VERSION;
    case WEFT_PORT_BLOCK_TYPE: return version == WEFT_PORT_BLOCK_VERSION;
    default: return true;
    }
}

static weft_status walk(weft_device *dev)
{
    seen_blocks seen = {false, false, false, 0};
    uint32_t addr = dev->chip;
    unsigned blocks = 0;
    do {
        uint32_t id, next;
        if (blocks++ == MAX_BLOCKS) return WEFT_ERR_NO_DEVICE;
        WEFT_TRY(weft_bus_read32(dev->bus, addr + CHIP(BLOCK_ID), &id));
        uint32_t type = FIELD_GET(WEFT_CHIP__BLOCK_ID__BLOCK_TYPE, id);
        uint32_t version = FIELD_GET(WEFT_CHIP__BLOCK_ID__BLOCK_VERSION, id);
        if (!known_version(type, version)) return WEFT_ERR_VERSION;
        WEFT_TRY(visit(dev, addr, type, &seen));
        WEFT_TRY(weft_bus_read32(dev->bus, addr + CHIP(BLOCK_NEXT), &next));
        if (next % 4 != 0 || next >= ADDRESS_SPACE) return WEFT_ERR_NO_DEVICE;
        addr = next;
    } while (addr != 0);
    bool all =
        seen.chip && seen.route && seen.parser && seen.ports == weft_low_bits(dev->geo.ports);
    return all ? WEFT_OK : WEFT_ERR_NO_DEVICE;
}

weft_status weft_open(weft_bus *bus, weft_device **out)
{
    if (bus == NULL || out == NULL) return WEFT_ERR_ARG;
    uint32_t magic;
    WEFT_TRY(weft_bus_read32(bus, CHIP(MAGIC), &magic));
    if (magic != WEFT_CHIP__MAGIC__VALUE_reset) return WEFT_ERR_NO_DEVICE;
    weft_device *dev = calloc(1, sizeof *dev);
    if (dev == NULL) return WEFT_ERR_MEMORY;
    dev->bus = bus; /* the chip block is at address 0 */
    weft_status s = read_geometry(dev);
    if (s == WEFT_OK) s = walk(dev);
    if (s == WEFT_OK) s = read_table_sizes(dev);
    if (s != WEFT_OK) {
        weft_close(dev);
        return s;
    }
    *out = dev;
    return WEFT_OK;
}

void weft_close(weft_device *dev)
{
    if (dev == NULL) return;
    weft_mac_table_free(&dev->mac);
    free(dev);
}

weft_bus *weft_device_bus(weft_device *dev) { return dev != NULL ? dev->bus : NULL; }

weft_status weft_get_geometry(const weft_device *dev, weft_geometry *out)
{
    if (dev == NULL || out == NULL) return WEFT_ERR_ARG;
    *out = dev->geo;
    return WEFT_OK;
}

weft_status weft_get_cycle(weft_device *dev, uint64_t *cycle)
{
    if (dev == NULL || cycle == NULL) return WEFT_ERR_ARG;
    return weft_rd64(dev, dev->chip + CHIP(CYCLE_LO), dev->chip + CHIP(CYCLE_HI), cycle);
}
