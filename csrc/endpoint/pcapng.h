/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * pcapng.h: writes frames to a pcapng file, one interface a port, time in picoseconds.
 */
#ifndef WEFT_ENDPOINT_PCAPNG_H
#define WEFT_ENDPOINT_PCAPNG_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct weft_pcapng weft_pcapng;

/* NULL: the file cannot be written. */
weft_pcapng *weft_pcapng_open(const char *path, unsigned ports);
/* A failed write is remembered and told by close. */
void weft_pcapng_write(weft_pcapng *p, unsigned port, uint64_t picoseconds, const uint8_t *data,
                       size_t len);
/* False: something could not be written. NULL is allowed. */
bool weft_pcapng_close(weft_pcapng *p);

#endif
