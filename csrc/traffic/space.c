/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * space.c: a list of holes in the order of their addresses.
 */
#include "traffic/space.h"

#include <stdlib.h>
#include <string.h>

bool weft_space_take(weft_space *s, uint64_t len, uint64_t *addr)
{
    len = (len + 63) & ~63ull;
    for (size_t i = 0; i < s->n; i++) {
        if (s->holes[i].len < len) continue;
        *addr = s->holes[i].addr;
        s->holes[i].addr += len;
        s->holes[i].len -= len;
        if (s->holes[i].len == 0)
            memmove(&s->holes[i], &s->holes[i + 1], (--s->n - i) * sizeof *s->holes);
        return true;
    }
    return false;
}

bool weft_space_give(weft_space *s, uint64_t addr, uint64_t len)
{
    len = (len + 63) & ~63ull;
    if (len == 0) return true;
    size_t i = 0;
    while (i < s->n && s->holes[i].addr < addr) i++;
    const bool left = i > 0 && s->holes[i - 1].addr + s->holes[i - 1].len == addr;
    const bool right = i < s->n && addr + len == s->holes[i].addr;
    if (left && right) {
        s->holes[i - 1].len += len + s->holes[i].len;
        memmove(&s->holes[i], &s->holes[i + 1], (--s->n - i) * sizeof *s->holes);
        return true;
    }
    if (left) {
        s->holes[i - 1].len += len;
        return true;
    }
    if (right) {
        s->holes[i].addr = addr;
        s->holes[i].len += len;
        return true;
    }
    if (s->n == s->cap) {
        const size_t cap = s->cap ? s->cap * 2 : 16;
        struct weft_hole *grown = realloc(s->holes, cap * sizeof *grown);
        if (!grown) return false;
        s->holes = grown;
        s->cap = cap;
    }
    memmove(&s->holes[i + 1], &s->holes[i], (s->n++ - i) * sizeof *s->holes);
    s->holes[i] = (struct weft_hole){addr, len};
    return true;
}

void weft_space_free(weft_space *s)
{
    free(s->holes);
    *s = (weft_space){0};
}
