/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * mii_ref.h: reference of the MII (contract 1 of docs/architecture.md) for the MAC benches: an
 * encoder that can place every kind of frame, ordered set and error at any byte, and a decoder that
 * tells the fate of each frame by the rules of docs/mac.md. Plain C on bytes, bit-serial CRC; it
 * shares nothing with the RTL. Code points: IEEE 802.3 clauses 46 and 81.
 */
#ifndef WEFT_MII_REF_H
#define WEFT_MII_REF_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MII_IDLE = 0x07,
    MII_START = 0xFB,
    MII_TERM = 0xFD,
    MII_ERROR = 0xFE,
    MII_SEQ = 0x9C,
    MII_CTLOS = 0x5C
};

/* Control ordered sets that a frame may hold before the beat of the next one: max_sets. */
#define MII_REF_MAX_SETS 64u

/* CRC-32 register after n bytes, bit by bit (IEEE 802.3 clause 3.2.9). Start at 0xFFFFFFFF. */
uint32_t mii_ref_crc(uint32_t state, const uint8_t *p, size_t n);
/* The four FCS bytes of a frame, first one in bits 7:0. */
uint32_t mii_ref_fcs(const uint8_t *p, size_t n);

/* ---- encoder: a row of wire bytes ------------------------------------------------------------ */
typedef struct {
    uint8_t *data;
    uint8_t *ctrl; /* 1: control character */
    size_t count, room;
} mii_ref_wire;

void mii_ref_wire_free(mii_ref_wire *w);
void mii_ref_wire_clear(mii_ref_wire *w);
void mii_ref_put(mii_ref_wire *w, uint8_t byte, bool ctrl);
void mii_ref_idle(mii_ref_wire *w, size_t n);
/* Idle until the position is `lane` modulo `grid`. */
void mii_ref_align(mii_ref_wire *w, unsigned lane, unsigned grid);
/* A control ordered set, eight bytes, bytes 1..7 from d; and the FCS-less start of a frame. */
void mii_ref_ctlos(mii_ref_wire *w, const uint8_t d[7]);
void mii_ref_start(mii_ref_wire *w);

typedef struct {
    const uint8_t *data; /* without FCS */
    size_t len;
    uint32_t fcs_xor;      /* 0: good FCS */
    unsigned bad_preamble; /* 0: none, 1..7: that byte of the start word is wrong */
    size_t ctlos_count;    /* ordered sets inside */
    const size_t
        *ctlos_at;  /* ascending; each before that byte after the start word, multiples of 8 */
    bool has_error; /* byte error_at of data and FCS becomes control character error_code */
    size_t error_at;
    uint8_t error_code;
    bool no_term;
} mii_ref_frame_spec;

/* The whole frame from S to T at the present position (the caller aligns). */
void mii_ref_frame_put(mii_ref_wire *w, const mii_ref_frame_spec *f);

/* ---- decoder --------------------------------------------------------------------------------- */
typedef struct {
    uint8_t *raw;    /* all bytes between SFD and T, FCS included */
    size_t len;      /* of raw */
    unsigned reason; /* 0 good, else WEFT_DROP_OVERSIZE, _FCS or _CODING */
    uint64_t start;  /* wire position (bytes) of S */
    uint64_t end;    /* of T (of the word with the error) */
    uint64_t known;  /* word in which the first cell is known: the 9th, or the end */
    unsigned
        idle_before; /* idle bytes before S, from the T of the frame before; ordered sets not */
} mii_ref_frame;

typedef struct {
    uint8_t d[8];
    uint64_t word;   /* number of the raw word in which it was complete */
    bool inside;     /* inside a frame */
    uint64_t behind; /* bytes behind its S */
} mii_ref_os;

typedef struct {
    /* configuration */
    unsigned mii_bytes; /* 8: frames may start in lane 4 */
    size_t max_frame, min_frame;
    bool enable;
    /* state */
    uint64_t words;
    uint8_t half[4];
    uint8_t half_ctrl[4];
    bool has_half, in_frame, overlong;
    unsigned max_sets;          /* what this receiver bears; a transmitter is not judged by it */
    unsigned sets, sets_before; /* ordered sets in the frame: so far, and before this beat */
    uint64_t half_pos;
    mii_ref_frame now;
    size_t room, whole; /* bytes of whole words */
    unsigned idles;
    /* results */
    mii_ref_frame *frames; /* that end with an eop cell */
    size_t frame_count, frame_room;
    mii_ref_os *os;
    size_t os_count, os_room;
    uint64_t *seq_words; /* raw words with a sequence ordered set */
    size_t seq_count, seq_room;
    uint64_t starts, runts, preambles, codings;
    uint64_t strays; /* words between frames that are neither idle nor an ordered set nor a start */
} mii_ref_rx;

void mii_ref_rx_init(mii_ref_rx *rx, unsigned mii_bytes);
void mii_ref_rx_free(mii_ref_rx *rx);
/* Forget results, keep state and configuration. */
void mii_ref_rx_clear(mii_ref_rx *rx);
/* The next eight bytes of the wire. */
void mii_ref_rx_word(mii_ref_rx *rx, const uint8_t d[8], const uint8_t ctrl[8]);

#endif
