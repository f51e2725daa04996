/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * counters.h: the counters of a port. Counter k is 64 bits wide; after a snapshot its low half is
 * register COUNTER[2k] and its high half COUNTER[2k + 1] of the port block. docs/telemetry.md says
 * exactly when each one counts. Names follow SAI where SAI has the thing.
 */
#ifndef WEFT_COUNTERS_H
#define WEFT_COUNTERS_H
#include <stdbool.h>
#include <stddef.h>

#include "weft/reasons.h"
#ifdef __cplusplus
extern "C" {
#endif

enum weft_counter {
    WEFT_CNT_IF_IN_FRAMES = 0,        /* frames that started on the wire */
    WEFT_CNT_IF_IN_OCTETS = 1,        /* bytes of accepted frames, FCS included */
    WEFT_CNT_IF_IN_ACCEPTED = 2,      /* frames that went into the buffer */
    WEFT_CNT_IF_IN_COPIES = 3,        /* copies that go to an egress, one per egress */
    WEFT_CNT_IF_OUT_FRAMES = 4,       /* frames sent good */
    WEFT_CNT_IF_OUT_OCTETS = 5,       /* bytes of frames sent good, FCS included */
    WEFT_CNT_IF_OUT_STOMPED = 6,      /* frames sent with a stomped FCS */
    WEFT_CNT_IF_OUT_UNDERRUN = 7,     /* frames cut off because the transmitter starved */
    WEFT_CNT_IF_OUT_DISCARDS = 8,     /* frames thrown away because the port was down */
    WEFT_CNT_CTLOS_RX = 9,            /* control ordered sets received */
    WEFT_CNT_CTLOS_TX = 10,           /* control ordered sets sent */
    WEFT_CNT_CBFC_CF_UPDATE_RX = 11,  /* CF_Update received */
    WEFT_CNT_CBFC_CF_UPDATE_TX = 12,  /* CF_Update sent */
    WEFT_CNT_CBFC_CC_UPDATE_RX = 13,  /* good CC_Update received */
    WEFT_CNT_CBFC_CC_UPDATE_TX = 14,  /* CC_Update sent */
    WEFT_CNT_CBFC_CC_UPDATE_BAD = 15, /* CC_Update with a wrong opcode, company or type */
    WEFT_CNT_CELLS_IN = 16,           /* cells written into the ingress buffer */
    WEFT_CNT_CELLS_FREED = 17,        /* cells given back after their last copy left */
    WEFT_CNT_CELLS_ROLLED_BACK = 18,  /* cells given back because their frame was dropped */
    WEFT_CNT_CUT_THROUGH = 19,        /* frames sent that were cut through */
    WEFT_CNT_ECN_MARKED = 20,         /* frames sent that were marked CE here */
    WEFT_CNT_TRIM_PACKETS = 21,       /* frames accepted that were trimmed here */
    WEFT_CNT_TAGS_POPPED = 22,        /* frames sent whose outer tag was taken out here */
    WEFT_CNT_IN_DROP = 32,            /* + drop reason: frames dropped */
    WEFT_CNT_IN_VC_FRAMES = 48,       /* + virtual channel: frames accepted */
    WEFT_CNT_OUT_VC_FRAMES = 56,      /* + virtual channel: frames sent good */
    WEFT_CNT_HELD_COPIES = 64,        /* gauge: copies that wait in the ingress buffer */
    WEFT_CNT_HELD_CELLS = 65,         /* gauge: cells in use in the ingress buffer */
    WEFT_CNT_EGRESS_FRAMES = 66,      /* gauge: frames in the egress queue */
    WEFT_CNT_EGRESS_CELLS = 67,       /* gauge: cells in the egress queue */
    WEFT_CNT_SNAPSHOT_SEQ = 68,       /* number of the snapshot that the values belong to */
    WEFT_CNT_WINDOW = 128             /* size of the window, in counters */
};

/* Whether the number is a value at the instant of the snapshot, not a count since reset. */
static inline bool weft_counter_is_gauge(unsigned index)
{
    return index >= WEFT_CNT_HELD_COPIES && index <= WEFT_CNT_SNAPSHOT_SEQ;
}

/* Name of a counter ("IF_IN_FRAMES", "IN_DROP_FCS", "OUT_VC_FRAMES_3"). NULL when the window has
 * nothing at that index, so a loop over 0..WEFT_CNT_WINDOW - 1 lists all of them. */
static inline const char *weft_counter_name(unsigned index)
{
    static const char *const low[] = {
        "IF_IN_FRAMES",      "IF_IN_OCTETS",      "IF_IN_ACCEPTED",    "IF_IN_COPIES",
        "IF_OUT_FRAMES",     "IF_OUT_OCTETS",     "IF_OUT_STOMPED",    "IF_OUT_UNDERRUN",
        "IF_OUT_DISCARDS",   "CTLOS_RX",          "CTLOS_TX",          "CBFC_CF_UPDATE_RX",
        "CBFC_CF_UPDATE_TX", "CBFC_CC_UPDATE_RX", "CBFC_CC_UPDATE_TX", "CBFC_CC_UPDATE_BAD",
        "CELLS_IN",          "CELLS_FREED",       "CELLS_ROLLED_BACK", "CUT_THROUGH",
        "ECN_MARKED",        "TRIM_PACKETS",      "TAGS_POPPED",
    };
    static const char *const drop[] = {
        "IN_DROP_RUNT",     "IN_DROP_OVERSIZE", "IN_DROP_FCS",      "IN_DROP_CODING",
        "IN_DROP_PREAMBLE", "IN_DROP_PARSE",    "IN_DROP_NO_ROUTE", "IN_DROP_DENIED",
        "IN_DROP_SOURCE",   "IN_DROP_TTL",      "IN_DROP_BUFFER",   "IN_DROP_LOSSLESS",
        "IN_DROP_DOWN",     "IN_DROP_CONTROL",
    };
    static const char *const high[] = {
        "IN_VC_FRAMES_0",  "IN_VC_FRAMES_1",  "IN_VC_FRAMES_2",  "IN_VC_FRAMES_3",
        "IN_VC_FRAMES_4",  "IN_VC_FRAMES_5",  "IN_VC_FRAMES_6",  "IN_VC_FRAMES_7",
        "OUT_VC_FRAMES_0", "OUT_VC_FRAMES_1", "OUT_VC_FRAMES_2", "OUT_VC_FRAMES_3",
        "OUT_VC_FRAMES_4", "OUT_VC_FRAMES_5", "OUT_VC_FRAMES_6", "OUT_VC_FRAMES_7",
        "HELD_COPIES",     "HELD_CELLS",      "EGRESS_FRAMES",   "EGRESS_CELLS",
        "SNAPSHOT_SEQ",
    };
    if (index < sizeof low / sizeof low[0]) return low[index];
    if (index > WEFT_CNT_IN_DROP && index < WEFT_CNT_IN_DROP + WEFT_DROP_REASONS)
        return drop[index - WEFT_CNT_IN_DROP - 1];
    if (index >= WEFT_CNT_IN_VC_FRAMES && index <= WEFT_CNT_SNAPSHOT_SEQ)
        return high[index - WEFT_CNT_IN_VC_FRAMES];
    return NULL;
}

#ifdef __cplusplus
}
#endif
#endif
