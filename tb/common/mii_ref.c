/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * mii_ref.c: see mii_ref.h.
 */
#include "mii_ref.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REASON_OVERSIZE = 2, REASON_FCS = 3, REASON_CODING = 4 };

static void *grow(void *p, size_t *room, size_t need, size_t size)
{
    if (need <= *room) return p;
    size_t n = *room ? *room : 64;
    while (n < need) n *= 2;
    p = realloc(p, n * size);
    if (p == NULL) {
        fputs("mii_ref: no memory\n", stderr);
        exit(2);
    }
    *room = n;
    return p;
}

uint32_t mii_ref_crc(uint32_t state, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        state ^= p[i];
        for (int b = 0; b < 8; b++) state = (state & 1) ? (state >> 1) ^ 0xEDB88320u : state >> 1;
    }
    return state;
}

uint32_t mii_ref_fcs(const uint8_t *p, size_t n) { return ~mii_ref_crc(0xFFFFFFFFu, p, n); }

/* ---- encoder --------------------------------------------------------------------------------- */

void mii_ref_wire_free(mii_ref_wire *w)
{
    free(w->data);
    free(w->ctrl);
    memset(w, 0, sizeof *w);
}

void mii_ref_wire_clear(mii_ref_wire *w) { w->count = 0; }

void mii_ref_put(mii_ref_wire *w, uint8_t byte, bool ctrl)
{
    size_t room = w->room;
    w->data = grow(w->data, &room, w->count + 1, 1);
    w->ctrl = grow(w->ctrl, &w->room, w->count + 1, 1);
    w->data[w->count] = byte;
    w->ctrl[w->count++] = ctrl;
}

void mii_ref_idle(mii_ref_wire *w, size_t n)
{
    while (n--) mii_ref_put(w, MII_IDLE, true);
}

void mii_ref_align(mii_ref_wire *w, unsigned lane, unsigned grid)
{
    while (w->count % grid != lane) mii_ref_put(w, MII_IDLE, true);
}

void mii_ref_ctlos(mii_ref_wire *w, const uint8_t d[7])
{
    mii_ref_put(w, MII_CTLOS, true);
    for (int i = 0; i < 7; i++) mii_ref_put(w, d[i], false);
}

void mii_ref_start(mii_ref_wire *w)
{
    mii_ref_put(w, MII_START, true);
    for (int i = 0; i < 6; i++) mii_ref_put(w, 0x55, false);
    mii_ref_put(w, 0xD5, false);
}

void mii_ref_frame_put(mii_ref_wire *w, const mii_ref_frame_spec *f)
{
    uint32_t fcs = mii_ref_fcs(f->data, f->len) ^ f->fcs_xor;
    size_t next_os = 0, begin = w->count;

    mii_ref_start(w);
    if (f->bad_preamble) w->data[begin + f->bad_preamble] ^= 0x10;
    for (size_t i = 0; i <= f->len + 4; i++) {
        while (next_os < f->ctlos_count && f->ctlos_at[next_os] == i) {
            uint8_t d[7] = {0x10, (uint8_t)i, (uint8_t)(i >> 8), 6, (uint8_t)next_os, 0x55, 0xFD};
            mii_ref_ctlos(w, d);
            next_os++;
        }
        if (i == f->len + 4) break;
        uint8_t b = i < f->len ? f->data[i] : (uint8_t)(fcs >> 8 * (i - f->len));
        bool error = f->has_error && f->error_at == i;
        mii_ref_put(w, error ? f->error_code : b, error);
    }
    if (!f->no_term) mii_ref_put(w, MII_TERM, true);
}

/* ---- decoder --------------------------------------------------------------------------------- */

void mii_ref_rx_init(mii_ref_rx *rx, unsigned mii_bytes)
{
    memset(rx, 0, sizeof *rx);
    rx->mii_bytes = mii_bytes;
    rx->max_frame = 16383;
    rx->min_frame = 64;
    rx->max_sets = MII_REF_MAX_SETS;
    rx->enable = true;
}

void mii_ref_rx_clear(mii_ref_rx *rx)
{
    for (size_t i = 0; i < rx->frame_count; i++) free(rx->frames[i].raw);
    rx->frame_count = rx->os_count = rx->seq_count = 0;
    rx->starts = rx->runts = rx->preambles = rx->codings = rx->strays = 0;
}

void mii_ref_rx_free(mii_ref_rx *rx)
{
    mii_ref_rx_clear(rx);
    free(rx->now.raw);
    free(rx->frames);
    free(rx->os);
    free(rx->seq_words);
    memset(rx, 0, sizeof *rx);
}

/* A frame leaves with an eop cell. */
static void finish(mii_ref_rx *rx, unsigned reason, uint64_t end)
{
    rx->frames = grow(rx->frames, &rx->frame_room, rx->frame_count + 1, sizeof *rx->frames);
    mii_ref_frame *f = &rx->frames[rx->frame_count++];
    *f = rx->now;
    f->reason = reason;
    f->end = end;
    if (f->known == UINT64_MAX) f->known = rx->words;
    f->raw = NULL;
    size_t room = 0;
    f->raw = grow(NULL, &room, f->len ? f->len : 1, 1);
    if (f->len) memcpy(f->raw, rx->now.raw, f->len);
    rx->in_frame = false;
}

static void coding(mii_ref_rx *rx, uint64_t pos)
{
    rx->in_frame = false;
    if (rx->whole >= 72)
        finish(rx, REASON_CODING, pos);
    else
        rx->codings++;
}

static void add(mii_ref_rx *rx, const uint8_t *d, size_t n)
{
    rx->now.raw = grow(rx->now.raw, &rx->room, rx->now.len + n, 1);
    if (n) memcpy(rx->now.raw + rx->now.len, d, n);
    rx->now.len += n;
}

/* One word on the frame's grid. */
static void word(mii_ref_rx *rx, const uint8_t d[8], const uint8_t c[8], uint64_t pos)
{
    static const uint8_t start[8] = {MII_START, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xD5};
    int first = 0; /* first control lane */

    while (first < 8 && !c[first]) first++;
    bool only0 = first == 0;
    for (int k = 1; k < 8; k++) only0 = only0 && !c[k];

    if (rx->in_frame && !rx->enable) coding(rx, pos);
    if (only0 && d[0] == MII_CTLOS) {
        rx->os = grow(rx->os, &rx->os_room, rx->os_count + 1, sizeof *rx->os);
        mii_ref_os *o = &rx->os[rx->os_count++];
        memcpy(o->d, d, 8);
        o->word = rx->words;
        o->inside = rx->in_frame;
        o->behind = rx->in_frame ? pos - rx->now.start : 0;
        if (rx->in_frame && rx->sets_before >= rx->max_sets) coding(rx, pos);
        rx->sets++;
        return;
    }
    if (rx->in_frame) {
        if (first == 8) {
            add(rx, d, 8);
            rx->whole += 8;
            if (rx->whole == 72) rx->now.known = rx->words;
            /* Length is looked at when a cell is complete: with the first word behind it. */
            if (rx->whole % 64 == 8 && rx->whole >= 72 && rx->whole > rx->max_frame)
                finish(rx, REASON_OVERSIZE, pos);
            return;
        }
        if (d[first] == MII_TERM) {
            add(rx, d, (size_t)first);
            size_t n = rx->now.len;
            rx->idles = (unsigned)(8 - first);
            if (n < rx->min_frame) {
                rx->runts++;
                rx->in_frame = false;
            } else if (n > rx->max_frame) {
                finish(rx, REASON_OVERSIZE, pos + (unsigned)first);
            } else {
                const uint8_t *q = rx->now.raw + n - 4;
                uint32_t fcs = (uint32_t)q[0] | (uint32_t)q[1] << 8 | (uint32_t)q[2] << 16 |
                               (uint32_t)q[3] << 24;
                bool good = fcs == mii_ref_fcs(rx->now.raw, n - 4);
                finish(rx, good ? 0 : REASON_FCS, pos + (unsigned)first);
            }
            return;
        }
        coding(rx, pos);
    } else {
        bool idle = true;
        for (int k = 0; k < 8; k++) idle = idle && c[k] && d[k] == MII_IDLE;
        if (idle)
            rx->idles += 8;
        else if (!(c[0] && (d[0] == MII_START || d[0] == MII_SEQ)))
            rx->strays++;
    }
    if (c[0] && d[0] == MII_START && rx->enable) {
        rx->starts++;
        if (!only0 || memcmp(d, start, 8) != 0) {
            rx->preambles++;
        } else {
            rx->in_frame = true;
            rx->whole = 0;
            rx->sets = rx->sets_before = 0;
            rx->now.len = 0;
            rx->now.start = pos;
            rx->now.known = UINT64_MAX;
            rx->now.idle_before = rx->idles;
        }
        rx->idles = 0;
    }
}

/* Half a word: with MII_BYTES 8 a start moves the grid by four bytes. */
static void column(mii_ref_rx *rx, const uint8_t d[4], const uint8_t c[4], uint64_t pos)
{
    static const uint8_t idle[4] = {MII_IDLE, MII_IDLE, MII_IDLE, MII_IDLE}, ones[4] = {1, 1, 1, 1};
    uint8_t wd[8], wc[8];

    if (rx->has_half) {
        bool start = c[0] && d[0] == MII_START;
        memcpy(wd, rx->half, 4);
        memcpy(wc, rx->half_ctrl, 4);
        memcpy(wd + 4, start ? idle : d, 4);
        memcpy(wc + 4, start ? ones : c, 4);
        rx->has_half = false;
        word(rx, wd, wc, rx->half_pos);
        if (!start) return;
    }
    memcpy(rx->half, d, 4);
    memcpy(rx->half_ctrl, c, 4);
    rx->half_pos = pos;
    rx->has_half = true;
}

static bool is_seq(const uint8_t *d, const uint8_t *c)
{
    return c[0] && !c[1] && !c[2] && !c[3] && d[0] == MII_SEQ;
}

void mii_ref_rx_word(mii_ref_rx *rx, const uint8_t d[8], const uint8_t ctrl[8])
{
    uint64_t pos = rx->words * 8;

    if (pos % rx->mii_bytes == 0) rx->sets_before = rx->sets;
    if (is_seq(d, ctrl) || (rx->mii_bytes == 8 && is_seq(d + 4, ctrl + 4))) {
        rx->seq_words = grow(rx->seq_words, &rx->seq_room, rx->seq_count + 1, sizeof(uint64_t));
        rx->seq_words[rx->seq_count++] = rx->words;
    }
    if (rx->mii_bytes != 8) {
        word(rx, d, ctrl, pos);
    } else {
        bool only0 = ctrl[0];
        for (int k = 1; k < 8; k++) only0 = only0 && !ctrl[k];
        if (rx->has_half && only0 && d[0] == MII_CTLOS &&
            !(rx->in_frame && rx->sets_before >= rx->max_sets)) {
            rx->sets++;
            /* On the wire's own grid it splits a word of a moved frame. */
            mii_ref_os o = {.word = rx->words,
                            .inside = rx->in_frame,
                            .behind = rx->in_frame ? pos - rx->now.start : 0};
            memcpy(o.d, d, 8);
            rx->os = grow(rx->os, &rx->os_room, rx->os_count + 1, sizeof *rx->os);
            rx->os[rx->os_count++] = o;
        } else {
            column(rx, d, ctrl, pos);
            column(rx, d + 4, ctrl + 4, pos + 4);
        }
    }
    rx->words++;
}
