/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * pcapng.c: section header, one interface description a port, enhanced packet blocks with their
 * direction (draft-ietf-opsawg-pcapng). Native byte order, as the byte-order magic says.
 */
#include "pcapng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct weft_pcapng {
    FILE *file;
    bool failed;
};

static void put(weft_pcapng *p, const void *data, size_t len)
{
    if (fwrite(data, 1, len, p->file) != len) p->failed = true;
}

static void put32(weft_pcapng *p, uint32_t v) { put(p, &v, 4); }

/* code, length, value padded to four bytes */
static void put_option(weft_pcapng *p, uint16_t code, const void *value, uint16_t len)
{
    uint16_t head[2] = {code, len};
    put(p, head, 4);
    put(p, value, len);
    put(p, "\0\0\0", (4 - len % 4) % 4);
}

weft_pcapng *weft_pcapng_open(const char *path, unsigned ports)
{
    weft_pcapng *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    p->file = fopen(path, "wb");
    if (!p->file) {
        free(p);
        return NULL;
    }
    const uint32_t section[7] = {0x0A0D0D0A, 28,         0x1A2B3C4D, 0x00000001,
                                 0xFFFFFFFF, 0xFFFFFFFF, 28};
    put(p, section, sizeof section);
    for (unsigned i = 0; i < ports; i++) {
        char name[16];
        const uint8_t resolution = 12; /* 10^-12 s */
        int n = snprintf(name, sizeof name, "port%u", i);
        uint32_t options = 4 + ((uint32_t)n + 3) / 4 * 4 + 8 + 4;
        uint32_t total = 20 + options;
        put32(p, 1);
        put32(p, total);
        put32(p, 1); /* LINKTYPE_ETHERNET, reserved */
        put32(p, 0); /* no snap length */
        put_option(p, 2, name, (uint16_t)n);
        put_option(p, 9, &resolution, 1);
        put32(p, 0); /* end of options */
        put32(p, total);
    }
    return p;
}

void weft_pcapng_write(weft_pcapng *p, unsigned port, uint64_t picoseconds, const uint8_t *data,
                       size_t len)
{
    uint32_t padded = ((uint32_t)len + 3) / 4 * 4;
    const uint32_t total = 32 + padded + 12; /* options: 8 of flags, 4 of their end */
    const uint32_t outbound = 2;             /* of the switch's port */
    const uint32_t head[7] = {6,
                              total,
                              port,
                              (uint32_t)(picoseconds >> 32),
                              (uint32_t)picoseconds,
                              (uint32_t)len,
                              (uint32_t)len};
    put(p, head, sizeof head);
    put(p, data, len);
    put(p, "\0\0\0", padded - len);
    put_option(p, 2, &outbound, 4);
    put32(p, 0);
    put32(p, total);
}

bool weft_pcapng_close(weft_pcapng *p)
{
    if (!p) return true;
    bool good = !p->failed;
    if (fclose(p->file) != 0) good = false;
    free(p);
    return good;
}
