/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * space.h: places in a stretch of memory, taken and given back, first fit.
 */
#ifndef WEFT_TRAFFIC_SPACE_H
#define WEFT_TRAFFIC_SPACE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    struct weft_hole {
        uint64_t addr, len;
    } * holes; /* by address, never touching each other */
    size_t n, cap;
} weft_space; /* all zero: empty, ready for use */

/* Lengths are rounded up to 64 bytes, so that places stay aligned when the first one is. */
bool weft_space_take(weft_space *s, uint64_t len, uint64_t *addr); /* false: no hole is so long */
bool weft_space_give(weft_space *s, uint64_t addr, uint64_t len);  /* false: no memory */
void weft_space_free(weft_space *s);
#endif
