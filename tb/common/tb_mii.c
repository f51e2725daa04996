/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * tb_mii.c: see tb_mii.h. Code points and lanes: IEEE 802.3 clauses 46 and 81; control ordered
 * sets (5C in lane 0, seven data bytes) may stand inside a frame.
 */
#include "tb_mii.h"
#include <stdlib.h>
#include <string.h>

enum { IDLE = 0x07, START = 0xFB, TERM = 0xFD, ERROR = 0xFE, SEQ = 0x9C, CTLOS = 0x5C };

/* FCS of IEEE 802.3 clause 3.2.9, reflected. */
static void make_table(uint32_t table[256])
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int k = 0; k < 8; k++) c = (c >> 1) ^ ((c & 1) ? 0xEDB88320u : 0);
        table[i] = c;
    }
}

static uint32_t crc(const uint32_t table[256], const uint8_t *p, size_t n)
{
    uint32_t c = 0xFFFFFFFFu;
    while (n--) c = (c >> 8) ^ table[(c ^ *p++) & 255];
    return ~c;
}

uint32_t tb_mii_fcs(const uint8_t *data, size_t len)
{
    uint32_t table[256];
    make_table(table);
    return crc(table, data, len);
}

/* ---- towards the switch ---------------------------------------------------------------------- */

bool tb_mii_tx_init(tb_mii_tx *tx, unsigned mii_bytes)
{
    memset(tx, 0, sizeof *tx);
    tx->mii_bytes = mii_bytes;
    tx->since_end = 1000;
    tx->size = 4096;
    tx->data = malloc(tx->size);
    tx->ctrl = malloc(tx->size);
    make_table(tx->crc_table);
    return tx->data != NULL && tx->ctrl != NULL;
}

void tb_mii_tx_free(tb_mii_tx *tx)
{
    free(tx->data);
    free(tx->ctrl);
    tx->data = tx->ctrl = NULL;
}

static bool tx_grow(tb_mii_tx *tx)
{
    uint8_t *d = malloc(2 * tx->size), *c = malloc(2 * tx->size);
    if (d == NULL || c == NULL) {
        free(d);
        free(c);
        return false;
    }
    for (size_t i = 0; i < tx->count; i++) {
        d[i] = tx->data[(tx->head + i) % tx->size];
        c[i] = tx->ctrl[(tx->head + i) % tx->size];
    }
    free(tx->data);
    free(tx->ctrl);
    tx->data = d;
    tx->ctrl = c;
    tx->head = 0;
    tx->size *= 2;
    return true;
}

bool tb_mii_tx_byte(tb_mii_tx *tx, uint8_t data, bool ctrl)
{
    if (tx->count == tx->size && !tx_grow(tx)) return false;
    size_t at = (tx->head + tx->count++) % tx->size;
    tx->data[at] = data;
    tx->ctrl[at] = ctrl;
    tx->position++;
    tx->since_end++;
    return true;
}

static bool tx_align(tb_mii_tx *tx, unsigned gap)
{
    while (tx->position % 8 != 0 || tx->since_end < gap)
        if (!tb_mii_tx_byte(tx, IDLE, true)) return false;
    return true;
}

bool tb_mii_tx_ctlos(tb_mii_tx *tx, const uint8_t d[7])
{
    bool ok = tx_align(tx, 0) && tb_mii_tx_byte(tx, CTLOS, true);
    for (int i = 0; i < 7; i++) ok = ok && tb_mii_tx_byte(tx, d[i], false);
    return ok;
}

bool tb_mii_tx_frame(tb_mii_tx *tx, const tb_mii_frame_out *f)
{
    uint32_t fcs = crc(tx->crc_table, f->data, f->len) ^ ((f->flags & TB_MII_BAD_FCS) ? 0x100u : 0);
    bool ok = tx_align(tx, f->gap);
    for (size_t i = 0; i < 8 + f->len + 4; i++) {
        if (f->ctlos_at != 0 && i == f->ctlos_at) {
            ok = ok && tb_mii_tx_byte(tx, CTLOS, true);
            for (int k = 0; k < 7; k++) ok = ok && tb_mii_tx_byte(tx, f->ctlos[k], false);
        }
        uint8_t b = 0x55;
        bool c = false;
        if (i == 0) {
            b = START;
            c = true;
        } else if (i == 7) {
            b = (f->flags & TB_MII_BAD_PREAMBLE) ? 0xD4 : 0xD5;
        } else if (i >= 8 && i < 8 + f->len) {
            b = f->data[i - 8];
            if ((f->flags & TB_MII_CODE_ERROR) && i - 8 == f->len / 2) {
                b = ERROR;
                c = true;
            }
        } else if (i >= 8 + f->len) {
            b = (uint8_t)(fcs >> 8 * (i - 8 - f->len));
        }
        ok = ok && tb_mii_tx_byte(tx, b, c);
    }
    tx->since_end = 0;
    return ok && tb_mii_tx_byte(tx, TERM, true);
}

size_t tb_mii_tx_pending(const tb_mii_tx *tx) { return tx->count; }

void tb_mii_tx_beat(tb_mii_tx *tx, uint8_t *data, uint64_t *ctrl)
{
    uint64_t c = 0;
    for (unsigned i = 0; i < tx->mii_bytes; i++) {
        /* A byte that is not there is idle, and later bytes keep their lanes. */
        if (tx->count == 0) (void)tb_mii_tx_byte(tx, IDLE, true);
        data[i] = tx->data[tx->head];
        c |= (uint64_t)tx->ctrl[tx->head] << i;
        tx->head = (tx->head + 1) % tx->size;
        tx->count--;
    }
    *ctrl = c;
}

/* ---- from the switch ------------------------------------------------------------------------- */

bool tb_mii_rx_init(tb_mii_rx *rx, unsigned mii_bytes)
{
    memset(rx, 0, sizeof *rx);
    rx->mii_bytes = mii_bytes;
    make_table(rx->crc_table);
    return true;
}

void tb_mii_rx_free(tb_mii_rx *rx)
{
    tb_mii_frame_in f;
    while (tb_mii_rx_pop(rx, &f)) free(f.data);
    free(rx->now.data);
    free(rx->frames);
    free(rx->sets);
    memset(rx, 0, sizeof *rx);
}

static void violation(tb_mii_rx *rx, const char *what)
{
    if (rx->violations++ == 0) {
        rx->violation = what;
        rx->violation_at = rx->position;
    }
}

/* Room for one more element behind the last; the array starts at *head. */
static bool make_room(void **array, size_t *head, size_t count, size_t *size, size_t element)
{
    if (*head + count < *size) return true;
    if (*head > 0 && *head >= count) {
        memcpy(*array, (char *)*array + *head * element, count * element);
        *head = 0;
        return true;
    }
    size_t bigger = *size ? 2 * *size : 16;
    void *p = realloc(*array, bigger * element);
    if (p == NULL) return false;
    *array = p;
    *size = bigger;
    return true;
}

static void rx_end(tb_mii_rx *rx)
{
    tb_mii_frame_in *f = &rx->now;
    rx->in_frame = false;
    rx->had_frame = true;
    rx->last_end = rx->position;
    f->end = rx->position;
    if (f->len < 4) {
        violation(rx, "a frame of less than four bytes");
        free(f->data);
    } else {
        f->len -= 4;
        uint32_t want = crc(rx->crc_table, f->data, f->len), got = 0;
        for (int i = 0; i < 4; i++) got |= (uint32_t)f->data[f->len + (size_t)i] << 8 * i;
        f->fcs_good = got == want;
        f->fcs_stomped = got == ~want;
        void *array = rx->frames;
        if (make_room(&array, &rx->frames_head, rx->frames_count, &rx->frames_size, sizeof *f)) {
            rx->frames = array;
            rx->frames[rx->frames_head + rx->frames_count++] = *f;
        } else {
            violation(rx, "no memory for a frame");
            free(f->data);
        }
    }
    f->data = NULL;
}

static void rx_start(tb_mii_rx *rx)
{
    unsigned lane = (unsigned)(rx->position % 8);
    if (rx->in_frame) {
        violation(rx, "start inside a frame");
        free(rx->now.data);
    }
    if (lane != 0) violation(rx, "start on a lane that is not a multiple of 8");
    memset(&rx->now, 0, sizeof rx->now);
    rx->now.start = rx->position;
    rx->now.gap = rx->had_frame ? (unsigned)(rx->position - rx->last_end) : 0;
    rx->now.preamble_good = true;
    rx->in_frame = true;
    rx->phase = 1;
    rx->room = 0;
}

static void rx_data(tb_mii_rx *rx, uint8_t b)
{
    if (!rx->in_frame) {
        violation(rx, "data outside a frame");
        return;
    }
    if (rx->phase < 8) {
        if (b != (rx->phase == 7 ? 0xD5 : 0x55)) rx->now.preamble_good = false;
        rx->phase++;
        return;
    }
    if (rx->now.len == rx->room) {
        size_t room = rx->room ? 2 * rx->room : 256;
        uint8_t *p = realloc(rx->now.data, room);
        if (p == NULL) {
            violation(rx, "no memory for a frame");
            return;
        }
        rx->now.data = p;
        rx->room = room;
    }
    rx->now.data[rx->now.len++] = b;
}

static void rx_control(tb_mii_rx *rx, uint8_t b)
{
    switch (b) {
    case IDLE:
        if (rx->in_frame) violation(rx, "idle inside a frame");
        break;
    case START: rx_start(rx); break;
    case TERM:
        if (!rx->in_frame)
            violation(rx, "terminate outside a frame");
        else if (rx->phase < 8)
            violation(rx, "terminate inside the preamble");
        else
            rx_end(rx);
        rx->in_frame = false;
        break;
    case ERROR:
        if (rx->in_frame) rx->now.code_error = true;
        rx_data(rx, b);
        break;
    case CTLOS:
    case SEQ:
        if (rx->position % 8 != 0) violation(rx, "ordered set not in lane 0");
        if (rx->in_frame && b == SEQ) violation(rx, "sequence ordered set inside a frame");
        if (rx->in_frame) rx->now.ctlos_inside++;
        rx->skip = 7;
        rx->set.position = b == CTLOS ? rx->position : UINT64_MAX;
        break;
    default: violation(rx, "unknown control character"); break;
    }
}

static void rx_set_byte(tb_mii_rx *rx, uint8_t b, bool ctrl)
{
    if (ctrl) violation(rx, "control character inside an ordered set");
    rx->set.d[7 - rx->skip] = b;
    if (--rx->skip > 0 || rx->set.position == UINT64_MAX) return;
    void *array = rx->sets;
    if (make_room(&array, &rx->sets_head, rx->sets_count, &rx->sets_size, sizeof rx->set)) {
        rx->sets = array;
        rx->sets[rx->sets_head + rx->sets_count++] = rx->set;
    } else {
        violation(rx, "no memory for an ordered set");
    }
}

void tb_mii_rx_beat(tb_mii_rx *rx, const uint8_t *data, uint64_t ctrl)
{
    for (unsigned i = 0; i < rx->mii_bytes; i++, rx->position++) {
        bool c = (ctrl >> i) & 1;
        if (rx->skip > 0)
            rx_set_byte(rx, data[i], c);
        else if (c)
            rx_control(rx, data[i]);
        else
            rx_data(rx, data[i]);
    }
}

bool tb_mii_rx_pop(tb_mii_rx *rx, tb_mii_frame_in *f)
{
    if (rx->frames_count == 0) return false;
    *f = rx->frames[rx->frames_head++];
    if (--rx->frames_count == 0) rx->frames_head = 0;
    return true;
}

bool tb_mii_rx_pop_ctlos(tb_mii_rx *rx, tb_mii_ctlos_in *s)
{
    if (rx->sets_count == 0) return false;
    *s = rx->sets[rx->sets_head++];
    if (--rx->sets_count == 0) rx->sets_head = 0;
    return true;
}

bool tb_mii_rx_in_frame(const tb_mii_rx *rx) { return rx->in_frame; }
