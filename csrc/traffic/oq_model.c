/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * oq_model.c: see oq_model.h. Time is counted in bytes of a wire. When the arrivals are sorted by
 * their first bytes, one pass gives each its time of departure.
 */
#include "traffic/oq_model.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    uint64_t in;
    size_t number; /* in the caller's list */
    uint16_t src;
} entry;

static int by_first_byte(const void *x, const void *y)
{
    const entry *a = x, *b = y;
    if (a->in != b->in) return a->in < b->in ? -1 : 1;
    return (a->src > b->src) - (a->src < b->src);
}

static int by_value(const void *x, const void *y)
{
    const uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
    return (a > b) - (a < b);
}

weft_oq_delay weft_oq_percentiles(uint64_t *delay, size_t n)
{
    weft_oq_delay d = {0};
    if (n == 0) return d;
    qsort(delay, n, sizeof *delay, by_value);
    d.frames = n;
    d.min = delay[0];
    d.p50 = delay[(n * 500 + 999) / 1000 - 1];
    d.p99 = delay[(n * 990 + 999) / 1000 - 1];
    d.p999 = delay[(n * 999 + 999) / 1000 - 1];
    d.max = delay[n - 1];
    return d;
}

/* The part of [at, at + len) inside [from, to). */
static uint64_t overlap(uint64_t at, uint64_t len, uint64_t from, uint64_t to)
{
    const uint64_t lo = at > from ? at : from, hi = at + len < to ? at + len : to;
    return hi > lo ? hi - lo : 0;
}

/* When each first byte enters the switch. */
static int enter(const weft_oq_config *c, const weft_oq_arrival *a, size_t n, entry *e)
{
    uint64_t wire_free[WEFT_MAX_PORTS] = {0}, last[WEFT_MAX_PORTS] = {0};
    for (size_t i = 0; i < n; i++) {
        const unsigned s = a[i].src;
        if (s >= c->ports || a[i].dst >= c->ports || a[i].wire_bytes == 0) return -1;
        if (a[i].stamp < last[s]) return -1;
        last[s] = a[i].stamp;
        uint64_t in = a[i].stamp * c->mii_bytes;
        if (in < wire_free[s]) in = wire_free[s];
        wire_free[s] = in + a[i].wire_bytes;
        e[i] = (entry){in, i, a[i].src};
    }
    return 0;
}

int weft_oq_run(const weft_oq_config *config, const weft_oq_arrival *a, size_t n, uint64_t *begin,
                weft_oq_result *result)
{
    const weft_oq_config *c = config;
    if (c->ports == 0 || c->ports > WEFT_MAX_PORTS || c->mii_bytes == 0 || c->from > c->to)
        return -1;
    memset(result, 0, sizeof *result);
    entry *e = malloc((n + 1) * sizeof *e);
    uint64_t *inside = malloc((n + 1) * sizeof *inside);
    uint64_t *overall = malloc((n + 1) * sizeof *overall);
    int rc = e && inside && overall ? 0 : -2;
    if (rc == 0) rc = enter(c, a, n, e);
    if (rc == 0) {
        /* The latency of the switch shifts all that leaves: the window, too. */
        const uint64_t shift = c->latency * c->mii_bytes;
        const uint64_t from = c->from * c->mii_bytes, to = c->to * c->mii_bytes;
        uint64_t out_free[WEFT_MAX_PORTS] = {0}, bytes = 0;
        bool sends[WEFT_MAX_PORTS] = {false};
        unsigned senders = 0;
        size_t frames = 0;
        qsort(e, n, sizeof *e, by_first_byte);
        for (size_t k = 0; k < n; k++) {
            const weft_oq_arrival *f = &a[e[k].number];
            const uint64_t in = e[k].in, at = in > out_free[f->dst] ? in : out_free[f->dst];
            out_free[f->dst] = at + f->wire_bytes;
            if (begin) begin[e[k].number] = at;
            senders += !sends[f->src];
            sends[f->src] = true;
            bytes += overlap(at + shift, f->wire_bytes, from, to);
            const uint64_t end = at + shift + f->wire_bytes;
            if (end <= from || end > to) continue;
            inside[frames] = at / c->mii_bytes - in / c->mii_bytes + c->latency;
            overall[frames++] = at / c->mii_bytes - f->stamp + c->latency;
        }
        if (senders && to > from)
            result->delivered = (double)bytes / ((double)(to - from) * senders);
        result->inside = weft_oq_percentiles(inside, frames);
        result->overall = weft_oq_percentiles(overall, frames);
    }
    free(e);
    free(inside);
    free(overall);
    return rc;
}
