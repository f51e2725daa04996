/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * play.c: see play.h. On the world of the switch the source plays through a tap that writes down
 * every frame handed over.
 */
#include "bench/play.h"

#include <stdlib.h>
#include <string.h>

#include "bench/ideal.h"
#include "endpoint/accel.h"
#include "endpoint/partner.h"
#include "weft/proto.h"
#include "weft/reasons.h"

#define DRAIN_CYCLES 20000000ull
#define IPG          1u
/* Half of what an accelerator queues. */
#define WRITES_QUEUED (WEFT_ACCEL_QUEUE / 2)

typedef struct {
    uint64_t *v;
    size_t n, cap;
} numbers;

static bool numbers_add(numbers *d, uint64_t v)
{
    if (d->n == d->cap) {
        const size_t cap = d->cap ? 2 * d->cap : 4096;
        uint64_t *p = realloc(d->v, cap * sizeof *p);
        if (!p) return false;
        d->v = p;
        d->cap = cap;
    }
    d->v[d->n++] = v;
    return true;
}

/* ---------------------------------------------------------------- the switch ---------------- */
typedef struct {
    uint64_t frames[WEFT_MAX_PORTS], last[WEFT_MAX_PORTS], bytes, longest;
} class_state;

typedef struct tap tap;
typedef struct {
    tap *t;
    unsigned port;
} hook;

struct tap {
    weft_world *world;
    weft_net net;
    uint64_t start; /* cycle at which the source's time begins */
    bool has_reads, measuring, no_memory, unknown;
    weft_arrivals port[WEFT_MAX_PORTS];
    size_t at[WEFT_MAX_PORTS][WEFT_MAX_PORTS]; /* frames before it came out, by source and output */
    numbers overall, reads;
    class_state request, response;
    uint64_t updates; /* CF_Updates in the window, when it is over */
    hook hook[WEFT_MAX_PORTS];
};

typedef struct {
    tap *t;
    uint64_t issued;
    weft_op_done done;
    void *ctx;
} pending_read;

static uint64_t tap_cycle(void *ctx)
{
    tap *t = ctx;
    return t->net.cycle(t->net.ctx);
}

static uint64_t tap_memory_size(void *ctx, unsigned rank)
{
    tap *t = ctx;
    return t->net.memory_size(t->net.ctx, rank);
}

static size_t tap_backlog(void *ctx, unsigned port, unsigned vc)
{
    tap *t = ctx;
    return t->net.backlog(t->net.ctx, port, vc);
}

static int tap_send(void *ctx, unsigned src, unsigned dst, unsigned vc, size_t bytes,
                    uint64_t stamp)
{
    tap *t = ctx;
    /* An accelerator puts a read request into the queue of its wire only when few frames are in it.
     * Frames that fill it up would overtake all reads at the source, and not in the switch. */
    if (t->has_reads && t->net.backlog(t->net.ctx, src, vc) >= WRITES_QUEUED) return -1;
    const int rc = t->net.send_frame(t->net.ctx, src, dst, vc, bytes, stamp);
    if (rc != 0) return rc;
    const weft_oq_arrival a = {stamp - t->start, weft_wire_bytes((uint32_t)bytes, IPG),
                               (uint16_t)src, (uint16_t)dst};
    if (!weft_arrivals_add(&t->port[src], a)) t->no_memory = true;
    return 0;
}

static void on_read(void *ctx, weft_op_status status)
{
    pending_read *r = ctx;
    tap *t = r->t;
    if (t->measuring && status == WEFT_OP_OK && !numbers_add(&t->reads, tap_cycle(t) - r->issued))
        t->no_memory = true;
    r->done(r->ctx, status);
    free(r);
}

static int tap_read(void *ctx, unsigned rank, unsigned dst, uint64_t dst_addr, uint64_t local,
                    uint64_t len, weft_op_done done, void *done_ctx)
{
    tap *t = ctx;
    pending_read *r = malloc(sizeof *r);
    if (!r) return -1;
    *r = (pending_read){t, tap_cycle(t), done, done_ctx};
    const int rc = t->net.read(t->net.ctx, rank, dst, dst_addr, local, len, on_read, r);
    if (rc != 0) free(r);
    return rc;
}

static void count(class_state *c, unsigned port, const weft_rx_frame *f)
{
    if (f->last_cycle - c->last[port] > c->longest) c->longest = f->last_cycle - c->last[port];
    c->last[port] = f->last_cycle;
    c->frames[port]++;
    c->bytes += weft_wire_bytes((uint32_t)f->len + 4, IPG);
}

/* The order of each pair of ports is kept (the scoreboard checks it), so the oldest frame of the
 * source for this port is the one that came. */
static void on_frame(void *ctx, const weft_rx_frame *f)
{
    const hook *h = ctx;
    tap *t = h->t;
    const int src = f->len >= 14 ? weft_accel_of_mac(weft_get48(f->data + 6)) : -1;
    weft_mt m;
    if (f->fcs_ok) weft_accel_receive(weft_world_accel(t->world, h->port), f);
    if (!f->fcs_ok || src < 0 || src >= (int)t->net.ports ||
        weft_mt_parse(f->data + WEFT_FRAMER_BYTES, f->len - WEFT_FRAMER_BYTES, &m) != WEFT_MT_OK) {
        t->unknown = true;
        return;
    }
    const bool response = weft_mt_is_response(m.op);
    if (t->measuring) count(response ? &t->response : &t->request, h->port, f);
    if (m.op != WEFT_MT_WRITE) return;
    const weft_arrivals *l = &t->port[src];
    size_t *k = &t->at[src][h->port];
    while (*k < l->n && l->a[*k].dst != h->port) ++*k;
    if (*k == l->n) {
        t->unknown = true;
        return;
    }
    const uint64_t stamp = l->a[(*k)++].stamp + t->start;
    if (t->measuring && !numbers_add(&t->overall, f->first_cycle - stamp)) t->no_memory = true;
}

/* CF_Updates that came out of the switch. */
static uint64_t updates(const tap *t)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < t->net.ports; i++) {
        weft_partner_counters c;
        weft_partner_get_counters(weft_world_partner(t->world, i), &c);
        n += c.rx_cf;
    }
    return n;
}

static void measure(tap *t, bool on)
{
    const uint64_t now = weft_world_cycle(t->world);
    t->updates = updates(t) - t->updates;
    class_state *c[2] = {&t->request, &t->response};
    for (unsigned k = 0; k < 2; k++)
        for (unsigned i = 0; i < t->net.ports; i++) {
            if (!on && now - c[k]->last[i] > c[k]->longest) c[k]->longest = now - c[k]->last[i];
            if (on) c[k]->last[i] = now;
        }
    t->measuring = on;
    weft_world_measure(t->world, on);
}

static void play(tap *t, weft_source *s)
{
    bool measured = false;
    for (;;) {
        const weft_phase phase = weft_source_get_phase(s);
        if (phase == WEFT_PHASE_MEASURE && !measured) {
            measured = true;
            measure(t, true);
        }
        if (phase == WEFT_PHASE_DRAIN || phase == WEFT_PHASE_FAILED) break;
        weft_source_step(s);
        weft_world_step(t->world);
    }
    measure(t, false);
}

static weft_play_class classed(const class_state *c, unsigned ports, double room)
{
    weft_play_class r = {.least = UINT64_MAX, .longest_pause = c->longest};
    for (unsigned i = 0; i < ports; i++) {
        r.frames += c->frames[i];
        if (c->frames[i] < r.least) r.least = c->frames[i];
        if (c->frames[i] > r.most) r.most = c->frames[i];
    }
    r.share = room > 0 ? (double)c->bytes / room : 0;
    return r;
}

/* Empty when all is well, or what is wrong. */
static void judge(tap *t, const weft_source *s, bool drained, weft_play_result *p)
{
    const weft_world_stats *v = &p->stats;
    char diff[300] = "";
    uint64_t dropped = 0, left = 0;
    for (unsigned i = 0; i < 32; i++)
        if (i != WEFT_DROP_CONTROL) dropped += v->dropped[i];
    for (unsigned a = 0; a < t->net.ports; a++)
        for (unsigned b = 0; b < t->net.ports; b++)
            for (size_t k = t->at[a][b]; k < t->port[a].n; k++) left += t->port[a].a[k].dst == b;
    if (weft_source_get_phase(s) == WEFT_PHASE_FAILED)
        snprintf(p->why, sizeof p->why, "%s", weft_source_message(s));
    else if (!drained)
        snprintf(p->why, sizeof p->why, "frames or operations never came to an end");
    else if (dropped || v->frames_lost || v->corrupted || v->misrouted || v->reordered ||
             v->duplicated || v->ops_failed || v->payload_mismatches ||
             v->ops_completed != v->ops_issued)
        snprintf(p->why, sizeof p->why, "frames were dropped, lost, damaged or misled");
    else if (!weft_world_reconcile(t->world, diff, sizeof diff))
        snprintf(p->why, sizeof p->why, "counters: %s", diff);
    else if (!v->credits_agree)
        snprintf(p->why, sizeof p->why, "credits disagree");
    else if (t->unknown || left)
        snprintf(p->why, sizeof p->why, "what came out is not what went in");
    p->ok = p->why[0] == 0;
}

/* The frames that the switch was given are the first of those that the ideal got. */
static void compare(const tap *t, const weft_ideal *w, bool times, weft_play_result *p)
{
    for (unsigned i = 0; i < t->net.ports; i++) {
        const weft_arrivals *a = &t->port[i], *b = weft_ideal_arrivals(w, i);
        for (size_t k = 0; k < a->n && k < b->n; k++) {
            if (a->a[k].dst == b->a[k].dst && a->a[k].wire_bytes == b->a[k].wire_bytes &&
                (!times || a->a[k].stamp == b->a[k].stamp))
                continue;
            p->ok = false;
            snprintf(p->why, sizeof p->why, "port %u: frame %zu is not that of the ideal", i, k);
            return;
        }
    }
}

/* The world ends with the run; its histogram is to stay. */
static bool keep_histogram(weft_world_stats *s)
{
    const size_t bytes = s->lat_hist_len * sizeof *s->lat_hist;
    uint64_t *copy = malloc(bytes + 1);
    if (copy && bytes) memcpy(copy, s->lat_hist, bytes);
    s->lat_hist = copy;
    return copy != NULL;
}

static int play_switch(tap *t, const weft_play_options *opt, const weft_source_env *env,
                       weft_play_result *p, char *err, size_t err_len)
{
    weft_source *s = weft_source_open(opt->source, env, err, err_len);
    if (!s) return WEFT_EXIT_USAGE;
    const weft_source_needs needs = weft_source_get_needs(s);
    const weft_world_options wo = {.seed = env->seed,
                                   .profile = "esun",
                                   .ipg = env->ipg,
                                   .memory_bytes = needs.memory_bytes,
                                   .min_frame = needs.min_frame ? needs.min_frame : 32,
                                   .lossless = true,
                                   .vc0_weight = opt->vc0_weight,
                                   .payload_check = true,
                                   .trace = true};
    int rc = WEFT_EXIT_FAULT;
    t->world = weft_world_open(&wo, err, err_len);
    if (!t->world) goto out;
    t->net = weft_net_of_world(t->world);
    /* A synthetic source uses these and no others. */
    const weft_net net = {.ctx = t,
                          .ports = env->ports,
                          .cycle = tap_cycle,
                          .memory_size = tap_memory_size,
                          .read = tap_read,
                          .send_frame = tap_send,
                          .backlog = tap_backlog};
    for (unsigned i = 0; i < env->ports; i++) {
        t->hook[i] = (hook){t, i};
        weft_world_on_frame(t->world, i, on_frame, &t->hook[i]);
    }
    if (weft_source_start(s, &net, err, err_len) != 0) goto out;
    t->start = weft_world_cycle(t->world);
    const double begin = weft_wall();
    play(t, s);
    const bool drained = weft_world_drain(t->world, DRAIN_CYCLES);
    p->seconds = weft_wall() - begin;
    p->cycles = weft_world_cycle(t->world) - t->start;
    weft_world_get_stats(t->world, &p->stats);
    t->no_memory = t->no_memory || !keep_histogram(&p->stats);
    judge(t, s, drained, p);
    const double room = (double)p->stats.window_cycles * env->mii_bytes * env->ports;
    p->updates = room > 0 ? 8 * (double)t->updates / room : 0;
    p->request = classed(&t->request, env->ports, room);
    p->response = classed(&t->response, env->ports, room);
    p->overall = weft_oq_percentiles(t->overall.v, t->overall.n);
    p->reads = weft_oq_percentiles(t->reads.v, t->reads.n);
    rc = WEFT_EXIT_OK;
out:
    weft_world_close(t->world);
    weft_source_close(s);
    return rc;
}

static int play_both(tap *t, const weft_play_options *opt, const weft_source_env *env,
                     weft_play_result *p, char *err, size_t err_len)
{
    int rc = play_switch(t, opt, env, p, err, err_len);
    if (rc != WEFT_EXIT_OK || opt->reads) return rc;
    weft_ideal *w = weft_ideal_play(opt->source, env, &rc, err, err_len);
    if (!w) return rc;
    compare(t, w, !opt->full, p);
    const uint64_t latency = opt->latency ? opt->latency : p->stats.lat_min;
    if (weft_ideal_result(w, latency, &p->ideal) != 0) t->no_memory = true;
    weft_ideal_free(w);
    return rc;
}

int weft_play(const weft_play_options *opt, weft_play_result *p, char *err, size_t err_len)
{
    weft_sim_geometry g;
    memset(p, 0, sizeof *p);
    tap *t = calloc(1, sizeof *t);
    if (!t || !weft_tool_geometry(&g)) {
        snprintf(err, err_len, "not enough memory for the switch");
        free(t);
        return WEFT_EXIT_FAULT;
    }
    const weft_source_env env = {
        .ports = g.ports, .mii_bytes = g.mii_bytes, .ipg = IPG, .seed = opt->seed};
    t->has_reads = opt->reads;
    int rc = play_both(t, opt, &env, p, err, err_len);
    if (rc == WEFT_EXIT_OK && t->no_memory) {
        snprintf(err, err_len, "%s: not enough memory", opt->source);
        rc = WEFT_EXIT_FAULT;
    }
    if (rc != WEFT_EXIT_OK) weft_play_free(p);
    for (unsigned i = 0; i < WEFT_MAX_PORTS; i++) free(t->port[i].a);
    free(t->overall.v);
    free(t->reads.v);
    free(t);
    return rc;
}

void weft_play_free(weft_play_result *p)
{
    free((void *)(uintptr_t)p->stats.lat_hist);
    p->stats.lat_hist = NULL;
}
