/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * ideal.c: see ideal.h.
 */
#include "bench/ideal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "endpoint/frame.h"
#include "tool/tool.h"

struct weft_ideal {
    unsigned ports, mii, ipg;
    uint64_t cycle, from, to;
    weft_arrivals port[WEFT_MAX_PORTS];
    size_t begun[WEFT_MAX_PORTS];  /* frames whose first byte is on the wire */
    uint64_t next[WEFT_MAX_PORTS]; /* byte time at which the wire is free for the next one */
    bool no_memory;
};

bool weft_arrivals_add(weft_arrivals *l, weft_oq_arrival a)
{
    if (l->n == l->cap) {
        const size_t cap = l->cap ? 2 * l->cap : 1024;
        weft_oq_arrival *p = realloc(l->a, cap * sizeof *p);
        if (!p) return false;
        l->a = p;
        l->cap = cap;
    }
    l->a[l->n++] = a;
    return true;
}

/* No memory is ever touched here. */
static uint64_t memory_size(void *ctx, unsigned rank)
{
    (void)ctx;
    (void)rank;
    return UINT64_MAX;
}

static uint64_t cycle(void *ctx) { return ((weft_ideal *)ctx)->cycle; }

/* Lets the wire of a port run up to now. */
static void run_wire(weft_ideal *w, unsigned port)
{
    weft_arrivals *l = &w->port[port];
    const uint64_t now = w->cycle * w->mii;
    while (w->begun[port] < l->n) {
        const weft_oq_arrival *a = &l->a[w->begun[port]];
        uint64_t at = a->stamp * w->mii;
        if (at < w->next[port]) at = w->next[port];
        if (at >= now) return;
        w->next[port] = at + a->wire_bytes;
        w->begun[port]++;
    }
}

static size_t backlog(void *ctx, unsigned port, unsigned vc)
{
    weft_ideal *w = ctx;
    (void)vc;
    run_wire(w, port);
    return w->port[port].n - w->begun[port];
}

static int send_frame(void *ctx, unsigned src, unsigned dst, unsigned vc, size_t bytes,
                      uint64_t stamp)
{
    weft_ideal *w = ctx;
    (void)vc;
    if (src >= w->ports || dst >= w->ports) return -2;
    const weft_oq_arrival a = {stamp, weft_wire_bytes((uint32_t)bytes, w->ipg), (uint16_t)src,
                               (uint16_t)dst};
    if (!weft_arrivals_add(&w->port[src], a)) w->no_memory = true;
    return w->no_memory ? -2 : 0;
}

static int play(weft_ideal *w, weft_source *s, char *err, size_t err_len)
{
    const weft_net net = {.ctx = w,
                          .ports = w->ports,
                          .cycle = cycle,
                          .memory_size = memory_size,
                          .send_frame = send_frame,
                          .backlog = backlog};
    if (weft_source_start(s, &net, err, err_len) != 0) return WEFT_EXIT_FAULT;
    bool measuring = false;
    for (;;) {
        const weft_phase phase = weft_source_get_phase(s);
        if (phase == WEFT_PHASE_FAILED) {
            snprintf(err, err_len, "%s", weft_source_message(s));
            return WEFT_EXIT_FAULT;
        }
        if (phase == WEFT_PHASE_DRAIN) break;
        if (phase == WEFT_PHASE_MEASURE && !measuring) {
            measuring = true;
            w->from = w->cycle;
        }
        weft_source_step(s);
        w->cycle++;
    }
    w->to = w->cycle;
    return WEFT_EXIT_OK;
}

weft_ideal *weft_ideal_play(const char *source, const weft_source_env *env, int *status, char *err,
                            size_t err_len)
{
    *status = WEFT_EXIT_FAULT;
    weft_ideal *w = calloc(1, sizeof *w);
    if (!w) {
        snprintf(err, err_len, "not enough memory for the ideal switch");
        return NULL;
    }
    w->ports = env->ports;
    w->mii = env->mii_bytes;
    w->ipg = env->ipg;
    weft_source *s = weft_source_open(source, env, err, err_len);
    *status = s ? play(w, s, err, err_len) : WEFT_EXIT_USAGE;
    weft_source_close(s);
    if (*status == WEFT_EXIT_OK) return w;
    weft_ideal_free(w);
    return NULL;
}

const weft_arrivals *weft_ideal_arrivals(const weft_ideal *w, unsigned port)
{
    return &w->port[port];
}

int weft_ideal_result(const weft_ideal *w, uint64_t latency, weft_oq_result *r)
{
    size_t n = 0;
    for (unsigned i = 0; i < w->ports; i++) n += w->port[i].n;
    weft_oq_arrival *all = malloc((n + 1) * sizeof *all);
    if (!all) return -2;
    n = 0;
    for (unsigned i = 0; i < w->ports; i++) {
        if (w->port[i].n) memcpy(all + n, w->port[i].a, w->port[i].n * sizeof *all);
        n += w->port[i].n;
    }
    const weft_oq_config c = {w->ports, w->mii, latency, w->from, w->to};
    const int rc = weft_oq_run(&c, all, n, NULL, r);
    free(all);
    return rc;
}

void weft_ideal_free(weft_ideal *w)
{
    if (!w) return;
    for (unsigned i = 0; i < WEFT_MAX_PORTS; i++) free(w->port[i].a);
    free(w);
}
