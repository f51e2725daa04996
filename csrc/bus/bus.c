/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * bus.c: the checked calls on a weft_bus, and the names of the status codes.
 */
#include "weft/bus.h"

const char *weft_status_name(weft_status s)
{
    switch (s) {
    case WEFT_OK: return "ok";
    case WEFT_ERR_ARG: return "bad argument";
    case WEFT_ERR_BUS: return "bus error";
    case WEFT_ERR_TIMEOUT: return "timeout";
    case WEFT_ERR_NO_DEVICE: return "no Weft switch found";
    case WEFT_ERR_VERSION: return "unknown register version";
    case WEFT_ERR_NOT_FOUND: return "not found";
    case WEFT_ERR_FULL: return "table full";
    case WEFT_ERR_UNSAFE: return "refused: not safe";
    case WEFT_ERR_STATE: return "not in this state";
    case WEFT_ERR_MEMORY: return "out of memory";
    case WEFT_ERR_IO: return "file or replay error";
    case WEFT_ERR_UNSUPPORTED: return "not supported by this bus";
    }
    return "unknown status";
}

static bool usable(const weft_bus *bus) { return bus != NULL && bus->ops != NULL; }

weft_status weft_bus_read32(weft_bus *bus, uint32_t addr, uint32_t *value)
{
    if (!usable(bus) || value == NULL || addr % 4 != 0) return WEFT_ERR_ARG;
    if (bus->ops->read32 == NULL) return WEFT_ERR_UNSUPPORTED;
    return bus->ops->read32(bus->ctx, addr, value);
}

weft_status weft_bus_write32(weft_bus *bus, uint32_t addr, uint32_t value)
{
    if (!usable(bus) || addr % 4 != 0) return WEFT_ERR_ARG;
    if (bus->ops->write32 == NULL) return WEFT_ERR_UNSUPPORTED;
    return bus->ops->write32(bus->ctx, addr, value);
}

weft_status weft_bus_read_block(weft_bus *bus, uint32_t addr, uint32_t *values, size_t words)
{
    if (!usable(bus) || values == NULL || addr % 4 != 0) return WEFT_ERR_ARG;
    if (words > (UINT32_MAX - addr) / 4) return WEFT_ERR_ARG;
    if (bus->ops->read_block != NULL) return bus->ops->read_block(bus->ctx, addr, values, words);
    if (bus->ops->read32 == NULL) return WEFT_ERR_UNSUPPORTED;
    for (size_t i = 0; i < words; i++) {
        weft_status s = bus->ops->read32(bus->ctx, addr + 4 * (uint32_t)i, &values[i]);
        if (s != WEFT_OK) return s;
    }
    return WEFT_OK;
}

weft_status weft_bus_wait_irq(weft_bus *bus, uint64_t cycles)
{
    if (!usable(bus)) return WEFT_ERR_ARG;
    if (bus->ops->wait_irq == NULL) return WEFT_ERR_UNSUPPORTED;
    return bus->ops->wait_irq(bus->ctx, cycles);
}

void weft_bus_close(weft_bus *bus)
{
    if (usable(bus) && bus->ops->close != NULL) bus->ops->close(bus->ctx);
}
