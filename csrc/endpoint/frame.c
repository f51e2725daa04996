/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * frame.c: frames and their pool.
 */
#include "frame.h"

#include "weft/proto.h"

#include <stdlib.h>
#include <string.h>

void weft_frame_pool_init(weft_frame_pool *pool) { memset(pool, 0, sizeof *pool); }

void weft_frame_pool_free(weft_frame_pool *pool)
{
    for (unsigned i = 0; i < WEFT_FRAME_CLASSES; i++) {
        while (pool->free[i]) {
            weft_frame *f = pool->free[i];
            pool->free[i] = f->next;
            free(f);
        }
    }
}

weft_frame *weft_frame_new(weft_frame_pool *pool, size_t len)
{
    unsigned c = 0;
    if (len > WEFT_FRAME_MAX) return NULL;
    /* preamble, FCS, up to a word of T and idles */
    while ((size_t)128 << c < len + 8 + 4 + 8) c++;
    weft_frame *f = pool->free[c];
    if (f) {
        pool->free[c] = f->next;
    } else {
        f = malloc(sizeof *f + ((size_t)128 << c));
        if (!f) return NULL;
    }
    memset(f, 0, sizeof *f);
    f->len = (uint32_t)len;
    f->size_class = (uint8_t)c;
    f->refs = 1;
    pool->live++;
    return f;
}

void weft_frame_seal(weft_frame *f)
{
    static const uint8_t start[8] = {0xFB, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xD5};
    static const uint8_t tail[8] = {0xFD, 7, 7, 7, 7, 7, 7, 7};
    uint32_t fcs = weft_crc32(0, f->wire + 8, f->len);
    size_t end = 8 + f->len;
    memcpy(f->wire, start, 8);
    for (unsigned i = 0; i < 4; i++) f->wire[end++] = (uint8_t)(fcs >> (8 * i));
    unsigned lane = (unsigned)(end % 8);
    memcpy(f->wire + end, tail, 8 - lane);
    f->tail_ctrl = (uint8_t)(0xFFu << lane);
    f->words = (uint32_t)(end / 8 + 1);
}

void weft_frame_put(weft_frame_pool *pool, weft_frame *f)
{
    if (--f->refs > 0) return;
    pool->live--;
    f->next = pool->free[f->size_class];
    pool->free[f->size_class] = f;
}
