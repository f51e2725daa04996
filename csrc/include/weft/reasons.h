/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * reasons.h: why a frame was dropped. Numbers and names are those of rtl/weft_defs.vh; counter
 * WEFT_CNT_IN_DROP + r counts reason r, and the frame trace carries r as the fate of a frame.
 */
#ifndef WEFT_REASONS_H
#define WEFT_REASONS_H
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif

enum weft_drop_reason {
    WEFT_DROP_NONE = 0,      /* accepted */
    WEFT_DROP_RUNT = 1,      /* shorter than MIN_FRAME */
    WEFT_DROP_OVERSIZE = 2,  /* longer than MAX_FRAME */
    WEFT_DROP_FCS = 3,       /* bad frame check sequence */
    WEFT_DROP_CODING = 4,    /* error character, or a frame without a proper end */
    WEFT_DROP_PREAMBLE = 5,  /* bad preamble or start of frame delimiter */
    WEFT_DROP_PARSE = 6,     /* too short for its headers, or a virtual channel that is not built */
    WEFT_DROP_NO_ROUTE = 7,  /* unknown destination */
    WEFT_DROP_DENIED = 8,    /* the port may not send there */
    WEFT_DROP_SOURCE = 9,    /* the source address does not belong to the port */
    WEFT_DROP_TTL = 10,      /* time to live used up */
    WEFT_DROP_BUFFER = 11,   /* no buffer, best-effort channel */
    WEFT_DROP_LOSSLESS = 12, /* no buffer, lossless channel: an error of configuration */
    WEFT_DROP_DOWN = 13,     /* the port is down */
    WEFT_DROP_CONTROL = 14,  /* MAC control frame: taken by the port, never forwarded */
    WEFT_DROP_REASONS = 15   /* number of reasons */
};

/* Name of a reason as in reports and JSON ("RUNT"); "NONE" for 0; "UNKNOWN" for any other number.
 */
static inline const char *weft_drop_reason_name(unsigned reason)
{
    static const char *const names[WEFT_DROP_REASONS] = {
        "NONE",   "RUNT",   "OVERSIZE", "FCS",    "CODING",   "PREAMBLE", "PARSE",   "NO_ROUTE",
        "DENIED", "SOURCE", "TTL",      "BUFFER", "LOSSLESS", "DOWN",     "CONTROL",
    };
    return reason < WEFT_DROP_REASONS ? names[reason] : "UNKNOWN";
}

#ifdef __cplusplus
}
#endif
#endif
