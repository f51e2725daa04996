/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * tb_mii.h: a link partner on one MII port (docs/architecture.md, contract 1), for benches. It is
 * plain C on byte arrays: it knows neither the simulator nor the RTL, and has its own CRC.
 *
 * The wire is a row of (byte, control) pairs; a beat is `mii_bytes` of them. Positions count wire
 * bytes from the first beat on, so position / mii_bytes is a number of beats.
 */
#ifndef WEFT_TB_MII_H
#define WEFT_TB_MII_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is wrong with a frame on purpose. */
enum {
    TB_MII_BAD_FCS = 1,      /* one bit of the FCS is flipped */
    TB_MII_CODE_ERROR = 2,   /* the middle byte of the frame is /E/ */
    TB_MII_BAD_PREAMBLE = 4, /* the SFD is 0xD4 */
};

typedef struct {
    const uint8_t *data; /* from destination address to payload, no FCS */
    size_t len;          /* bytes */
    unsigned gap;        /* bytes between the last FCS byte and the next /S/, /T/ included; >= 1 */
    unsigned flags;      /* TB_MII_BAD_FCS ... */
    size_t ctlos_at;     /* 0: none; else a control ordered set stands this many bytes after /S/,
                          * a multiple of 8 below len + 12 */
    uint8_t ctlos[7];    /* its bytes in lanes 1..7 */
} tb_mii_frame_out;

typedef struct {
    unsigned mii_bytes;
    uint8_t *data, *ctrl; /* ring */
    size_t head, count, size;
    uint64_t position;  /* of the next byte that is queued */
    unsigned since_end; /* bytes queued since the last FCS byte */
    uint32_t crc_table[256];
} tb_mii_tx;

/* False: no memory. */
bool tb_mii_tx_init(tb_mii_tx *tx, unsigned mii_bytes);
void tb_mii_tx_free(tb_mii_tx *tx);
/* Queue a frame, a control ordered set between frames, or one raw byte. Frames and ordered sets
 * wait for the next 8-byte lane. False: no memory. */
bool tb_mii_tx_frame(tb_mii_tx *tx, const tb_mii_frame_out *f);
bool tb_mii_tx_ctlos(tb_mii_tx *tx, const uint8_t d[7]);
bool tb_mii_tx_byte(tb_mii_tx *tx, uint8_t data, bool ctrl);
size_t tb_mii_tx_pending(const tb_mii_tx *tx); /* bytes */
/* The next beat; idle when nothing is queued. Bit k of *ctrl belongs to data[k]. */
void tb_mii_tx_beat(tb_mii_tx *tx, uint8_t *data, uint64_t *ctrl);

typedef struct {
    uint8_t *data; /* without FCS; the caller frees it */
    size_t len;
    bool fcs_good;    /* the FCS fits */
    bool fcs_stomped; /* the FCS is the exact complement of the right one */
    bool code_error;  /* /E/ inside */
    bool preamble_good;
    unsigned ctlos_inside;
    uint64_t start; /* position of /S/ */
    uint64_t end;   /* position of /T/ */
    unsigned gap;   /* bytes between the FCS of the frame before and /S/, its /T/ included */
} tb_mii_frame_in;

typedef struct {
    uint8_t d[7];
    uint64_t position;
} tb_mii_ctlos_in;

typedef struct {
    unsigned mii_bytes;
    uint64_t position;
    bool in_frame, had_frame;
    unsigned skip;  /* bytes left of an ordered set */
    unsigned phase; /* bytes seen since /S/, without ordered sets, up to 8 */
    tb_mii_ctlos_in set;
    tb_mii_frame_in now;
    size_t room;
    uint64_t last_end;
    tb_mii_frame_in *frames;
    size_t frames_head, frames_count, frames_size;
    tb_mii_ctlos_in *sets;
    size_t sets_head, sets_count, sets_size;
    uint32_t crc_table[256];
    unsigned violations;   /* of the wire's grammar */
    const char *violation; /* the first one, or NULL */
    uint64_t violation_at; /* its position */
} tb_mii_rx;

bool tb_mii_rx_init(tb_mii_rx *rx, unsigned mii_bytes);
void tb_mii_rx_free(tb_mii_rx *rx);
void tb_mii_rx_beat(tb_mii_rx *rx, const uint8_t *data, uint64_t ctrl);
/* Oldest first; false when there is none. */
bool tb_mii_rx_pop(tb_mii_rx *rx, tb_mii_frame_in *f);
bool tb_mii_rx_pop_ctlos(tb_mii_rx *rx, tb_mii_ctlos_in *s);
bool tb_mii_rx_in_frame(const tb_mii_rx *rx);

/* FCS of `len` bytes as the four bytes that follow them on the wire, first byte in bits 7:0. */
uint32_t tb_mii_fcs(const uint8_t *data, size_t len);

#endif
