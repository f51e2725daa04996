/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * bus_mock.c: a register array in memory behind a bus, with hooks for side effects and injected
 * errors. For tests of everything above the bus.
 */
#include "weft/bus.h"
#include <stdlib.h>

struct weft_bus_mock {
    weft_bus bus;
    uint32_t bytes;
    weft_bus_mock_hook on_read, on_write;
    void *hook_ctx;
    uint64_t inject_after, inject_count;
    weft_status inject_status;
    bool irq;
    weft_bus_mock_stats stats;
    uint32_t words[];
};

/* One access takes place: is it the turn of an injected error? */
static weft_status injected(weft_bus_mock *m)
{
    if (m->inject_count == 0) return WEFT_OK;
    if (m->inject_after > 0) {
        m->inject_after--;
        return WEFT_OK;
    }
    m->inject_count--;
    return m->inject_status;
}

static weft_status mock_read32(void *ctx, uint32_t addr, uint32_t *value)
{
    weft_bus_mock *m = ctx;
    m->stats.reads++;
    weft_status s = injected(m);
    if (s != WEFT_OK) return s;
    if (addr >= m->bytes) return WEFT_ERR_BUS;
    uint32_t v = m->words[addr / 4];
    if (m->on_read != NULL) s = m->on_read(m->hook_ctx, m, addr, &v);
    if (s == WEFT_OK) *value = v;
    return s;
}

static weft_status mock_write32(void *ctx, uint32_t addr, uint32_t value)
{
    weft_bus_mock *m = ctx;
    m->stats.writes++;
    weft_status s = injected(m);
    if (s != WEFT_OK) return s;
    if (addr >= m->bytes) return WEFT_ERR_BUS;
    if (m->on_write != NULL) s = m->on_write(m->hook_ctx, m, addr, &value);
    if (s == WEFT_OK) m->words[addr / 4] = value;
    return s;
}

static weft_status mock_wait_irq(void *ctx, uint64_t cycles)
{
    weft_bus_mock *m = ctx;
    (void)cycles; /* time does not pass here */
    return m->irq ? WEFT_OK : WEFT_ERR_TIMEOUT;
}

static void mock_close(void *ctx) { free(ctx); }

static const weft_bus_ops mock_ops = {
    .read32 = mock_read32,
    .write32 = mock_write32,
    .read_block = NULL,
    .wait_irq = mock_wait_irq,
    .close = mock_close,
};

weft_bus *weft_bus_mock_open(uint32_t bytes, weft_bus_mock_hook on_read,
                             weft_bus_mock_hook on_write, void *ctx)
{
    if (bytes == 0 || bytes % 4 != 0) return NULL;
    weft_bus_mock *m = calloc(1, sizeof *m + bytes);
    if (m == NULL) return NULL;
    m->bus.ops = &mock_ops;
    m->bus.ctx = m;
    m->bytes = bytes;
    m->on_read = on_read;
    m->on_write = on_write;
    m->hook_ctx = ctx;
    return &m->bus;
}

weft_bus_mock *weft_bus_get_mock(weft_bus *bus)
{
    return bus != NULL && bus->ops == &mock_ops ? bus->ctx : NULL;
}

uint32_t weft_bus_mock_peek(const weft_bus_mock *mock, uint32_t addr)
{
    return mock != NULL && addr < mock->bytes ? mock->words[addr / 4] : 0;
}

void weft_bus_mock_poke(weft_bus_mock *mock, uint32_t addr, uint32_t value)
{
    if (mock != NULL && addr < mock->bytes) mock->words[addr / 4] = value;
}

void weft_bus_mock_inject(weft_bus_mock *mock, uint64_t after, uint64_t count, weft_status status)
{
    if (mock == NULL) return;
    mock->inject_after = after;
    mock->inject_count = count;
    mock->inject_status = status;
}

void weft_bus_mock_set_irq(weft_bus_mock *mock, bool level)
{
    if (mock != NULL) mock->irq = level;
}

weft_bus_mock_stats weft_bus_mock_get_stats(const weft_bus_mock *mock)
{
    return mock != NULL ? mock->stats : (weft_bus_mock_stats){0, 0};
}
