/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * bus_replay.c: answers register accesses from a log that bus_record.c wrote.
 */
#include "weft/bus.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char kind; /* 'R', 'W' or 'I' */
    weft_status status;
    uint32_t addr, value;
} entry;

typedef struct {
    weft_bus bus;
    bool strict;
    entry *log;
    size_t count, room;
    size_t pos; /* the next entry to be replayed */
} replay_bus;

/* The entry that answers this access, or NULL; moves the position behind it. */
static const entry *next(replay_bus *r, char kind, uint32_t addr, uint32_t value)
{
    for (size_t i = r->pos; i < r->count; i++) {
        const entry *e = &r->log[i];
        bool same = e->kind == kind && (kind == 'I' || e->addr == addr) &&
                    (kind != 'W' || e->value == value);
        if (same) {
            r->pos = i + 1;
            return e;
        }
        if (r->strict) return NULL;
    }
    return NULL;
}

static weft_status replay_read32(void *ctx, uint32_t addr, uint32_t *value)
{
    replay_bus *r = ctx;
    const entry *e = next(r, 'R', addr, 0);
    for (size_t i = r->pos; e == NULL && !r->strict && i > 0; i--)
        if (r->log[i - 1].kind == 'R' && r->log[i - 1].addr == addr) e = &r->log[i - 1];
    if (e == NULL) return WEFT_ERR_IO;
    if (e->status == WEFT_OK) *value = e->value;
    return e->status;
}

static weft_status replay_write32(void *ctx, uint32_t addr, uint32_t value)
{
    const entry *e = next(ctx, 'W', addr, value);
    return e != NULL ? e->status : WEFT_ERR_IO;
}

static weft_status replay_wait_irq(void *ctx, uint64_t cycles)
{
    (void)cycles; /* the recorded outcome is the answer */
    const entry *e = next(ctx, 'I', 0, 0);
    return e != NULL ? e->status : WEFT_ERR_IO;
}

static void replay_close(void *ctx)
{
    replay_bus *r = ctx;
    free(r->log);
    free(r);
}

static const weft_bus_ops replay_ops = {
    .read32 = replay_read32,
    .write32 = replay_write32,
    .read_block = NULL,
    .wait_irq = replay_wait_irq,
    .close = replay_close,
};

/* One number after blanks, bounded by max; moves *s behind it. */
static bool number(const char **s, int base, uint64_t max, uint64_t *out)
{
    const char *p = *s;
    if (*p != ' ') return false;
    while (*p == ' ') p++;
    if (base == 16 && strncmp(p, "0x", 2) != 0) return false;
    if (base == 10 && (*p < '0' || *p > '9')) return false;
    if (base == 16 && strspn(p + 2, "0123456789abcdefABCDEF") == 0) return false;
    char *end = NULL;
    unsigned long long v = strtoull(p, &end, base);
    if (v > max || (size_t)(end - p) > 20) return false;
    *out = v;
    *s = end;
    return true;
}

static bool parse(const char *line, entry *e)
{
    uint64_t addr = 0, value = 0, status = 0;
    const char *s = line + 1;
    e->kind = line[0];
    if (e->kind == 'R' || e->kind == 'W') {
        if (!number(&s, 16, UINT32_MAX, &addr) || !number(&s, 16, UINT32_MAX, &value)) return false;
    } else if (e->kind == 'I') {
        if (!number(&s, 10, UINT64_MAX, &value)) return false;
    } else {
        return false;
    }
    if (!number(&s, 10, WEFT_STATUS_COUNT - 1, &status)) return false;
    if (*s != '\0' || addr % 4 != 0) return false;
    e->addr = (uint32_t)addr;
    e->value = (uint32_t)value;
    e->status = (weft_status)status;
    return true;
}

/* 0: the log is in memory; -1: no memory; otherwise the number of the bad or unreadable line. */
static long load(replay_bus *r, FILE *f)
{
    char line[128];
    long n = 1;
    for (; fgets(line, sizeof line, f) != NULL; n++) {
        size_t len = strcspn(line, "\r\n");
        if (line[len] == '\0' && len + 1 == sizeof line) return n; /* too long for any entry */
        line[len] = '\0';
        if (n == 1 && strcmp(line, "# weft-bus-log 1") != 0) return 1;
        if (len == 0 || line[0] == '#') continue;
        if (r->count == r->room) {
            size_t room = r->room == 0 ? 256 : 2 * r->room;
            entry *log = realloc(r->log, room * sizeof *log);
            if (log == NULL) return -1;
            r->log = log;
            r->room = room;
        }
        if (!parse(line, &r->log[r->count])) return n;
        r->count++;
    }
    return n == 1 || ferror(f) ? n : 0; /* an empty file is no log */
}

weft_bus *weft_bus_replay_open(FILE *log, bool strict, unsigned long *bad_line)
{
    if (bad_line != NULL) *bad_line = 0;
    if (log == NULL) return NULL;
    replay_bus *r = calloc(1, sizeof *r);
    if (r == NULL) return NULL;
    r->bus.ops = &replay_ops;
    r->bus.ctx = r;
    r->strict = strict;
    long bad = load(r, log);
    if (bad != 0) {
        if (bad > 0 && bad_line != NULL) *bad_line = (unsigned long)bad;
        replay_close(r);
        return NULL;
    }
    return &r->bus;
}
