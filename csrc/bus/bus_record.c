/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * bus_record.c: writes every access of another bus to a text file. bus_replay.c reads it back.
 */
#include "weft/bus.h"
#include <inttypes.h>
#include <stdlib.h>

typedef struct {
    weft_bus bus;
    weft_bus *inner;
    bool own_inner;
    FILE *log;
} record_bus;

/* A log with holes is worse than none: a line that could not be written is an error of the access.
 */
static weft_status logged(int printed, weft_status s)
{
    return printed < 0 && s == WEFT_OK ? WEFT_ERR_IO : s;
}

static weft_status record_read32(void *ctx, uint32_t addr, uint32_t *value)
{
    record_bus *r = ctx;
    uint32_t v = 0;
    weft_status s = weft_bus_read32(r->inner, addr, &v);
    if (s == WEFT_OK) *value = v;
    return logged(fprintf(r->log, "R 0x%05" PRIx32 " 0x%08" PRIx32 " %d\n", addr, v, (int)s), s);
}

static weft_status record_write32(void *ctx, uint32_t addr, uint32_t value)
{
    record_bus *r = ctx;
    weft_status s = weft_bus_write32(r->inner, addr, value);
    return logged(fprintf(r->log, "W 0x%05" PRIx32 " 0x%08" PRIx32 " %d\n", addr, value, (int)s),
                  s);
}

static weft_status record_wait_irq(void *ctx, uint64_t cycles)
{
    record_bus *r = ctx;
    weft_status s = weft_bus_wait_irq(r->inner, cycles);
    return logged(fprintf(r->log, "I %" PRIu64 " %d\n", cycles, (int)s), s);
}

static void record_close(void *ctx)
{
    record_bus *r = ctx;
    (void)fflush(r->log); /* the owner of the file learns of errors by ferror and fclose */
    if (r->own_inner) weft_bus_close(r->inner);
    free(r);
}

static const weft_bus_ops record_ops = {
    .read32 = record_read32,
    .write32 = record_write32,
    .read_block = NULL, /* word by word, so that each word has its line */
    .wait_irq = record_wait_irq,
    .close = record_close,
};

weft_bus *weft_bus_record_open(weft_bus *inner, bool own_inner, FILE *log)
{
    if (inner == NULL || log == NULL) return NULL;
    record_bus *r = calloc(1, sizeof *r);
    if (r == NULL) return NULL;
    r->bus.ops = &record_ops;
    r->bus.ctx = r;
    r->inner = inner;
    r->own_inner = own_inner;
    r->log = log;
    if (fputs("# weft-bus-log 1\n", log) < 0) {
        free(r);
        return NULL;
    }
    return &r->bus;
}
