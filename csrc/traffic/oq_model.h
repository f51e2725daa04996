/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * oq_model.h: the ideal that a switch is measured against: output queues without a limit, filled
 * without a conflict. It is a computation over a list of arrivals and knows nothing of the RTL.
 *
 * A frame comes into being at its source at `stamp`, waits until the wire of its source is free and
 * passes it back to back behind those before it. Each output sends the frames for it in the order
 * of their first bytes (of two at once, the one of the lower source first), never pauses while it
 * has one, and begins with a frame as soon as its first byte is there: as the wires have the same
 * speed, it never runs dry in mid-frame. Nothing is ever pushed back. Karol, Hluchyj and Morgan,
 * "Input versus output queueing on a space-division packet switch" (1987) call this output
 * queueing; no work-conserving switch of the same wires delivers more bytes at any moment.
 */
#ifndef WEFT_TRAFFIC_OQ_MODEL_H
#define WEFT_TRAFFIC_OQ_MODEL_H
#include <stddef.h>
#include <stdint.h>

#include "weft/endpoint.h"

typedef struct {
    uint64_t stamp;      /* cycle at which the frame came into being */
    uint32_t wire_bytes; /* frame, preamble and gap */
    uint16_t src, dst;
} weft_oq_arrival;

typedef struct {
    unsigned ports;     /* 1..WEFT_MAX_PORTS */
    unsigned mii_bytes; /* bytes per cycle on every wire */
    uint64_t latency;   /* cycles that the switch takes when nothing waits; added to each delay */
    uint64_t from, to;  /* measured window in cycles, from <= t < to */
} weft_oq_config;

/* Smallest delays, in cycles, that at least so many of the frames do not exceed; 0 for no frames */
typedef struct {
    uint64_t frames, min, p50, p99, p999, max;
} weft_oq_delay;

typedef struct {
    double delivered; /* bytes out of the switch in the window, of what its senders' wires take */
    weft_oq_delay inside;  /* first byte in to first byte out, frames that end in the window */
    weft_oq_delay overall; /* coming into being to first byte out, the same frames */
} weft_oq_result;

/* Plays n arrivals. Those of one source must stand in the order of their stamps; sources may be
 * mixed in any way. begin, when not NULL, has room for n entries and takes for each arrival the
 * byte time (cycle x mii_bytes) at which its first byte leaves, without config->latency. Returns 0;
 * -1 for a bad argument (a port, size or order out of range); -2: not enough memory. */
int weft_oq_run(const weft_oq_config *config, const weft_oq_arrival *a, size_t n, uint64_t *begin,
                weft_oq_result *result);

/* Sorts n delays in place and takes their percentiles. */
weft_oq_delay weft_oq_percentiles(uint64_t *delay, size_t n);

#endif
