/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * curve_play.c: one point of a curve. The synthetic source is played twice: on the world of the
 * switch, with a tap in front that writes down every frame handed over, and on a net that is
 * nothing but wires which never push back; its arrivals go through the ideal switch. Both lists
 * must begin with the same frames in every port, or the comparison would be of two different
 * things.
 */
#include <stdlib.h>
#include <string.h>

#include "endpoint/accel.h"
#include "tool/bench_curves.h"
#include "weft/proto.h"
#include "weft/reasons.h"

#define DRAIN_CYCLES 20000000ull
#define IPG          1u
/* Half of what an accelerator queues. */
#define WRITES_QUEUED (WEFT_ACCEL_QUEUE / 2)

typedef struct {
    weft_oq_arrival *a;
    size_t n, cap;
} list;

static bool list_add(list *l, weft_oq_arrival a)
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

/* ---------------------------------------------------------------- wires only ---------------- */
typedef struct {
    unsigned ports, mii;
    uint64_t cycle, from, to;
    list port[WEFT_MAX_PORTS];
    size_t begun[WEFT_MAX_PORTS];  /* frames whose first byte is on the wire */
    uint64_t next[WEFT_MAX_PORTS]; /* byte time at which the wire is free for the next one */
    bool no_memory;
} wires;

/* No memory is ever touched here. */
static uint64_t wires_memory_size(void *ctx, unsigned rank)
{
    (void)ctx;
    (void)rank;
    return UINT64_MAX;
}

static uint64_t wires_cycle(void *ctx) { return ((wires *)ctx)->cycle; }

/* Lets the wire of a port run up to now. */
static void wires_run(wires *w, unsigned port)
{
    list *l = &w->port[port];
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

static size_t wires_backlog(void *ctx, unsigned port, unsigned vc)
{
    wires *w = ctx;
    (void)vc;
    wires_run(w, port);
    return w->port[port].n - w->begun[port];
}

static int wires_send(void *ctx, unsigned src, unsigned dst, unsigned vc, size_t bytes,
                      uint64_t stamp)
{
    wires *w = ctx;
    (void)vc;
    if (src >= w->ports || dst >= w->ports) return -2;
    const weft_oq_arrival a = {stamp, weft_wire_bytes((uint32_t)bytes, IPG), (uint16_t)src,
                               (uint16_t)dst};
    if (!list_add(&w->port[src], a)) w->no_memory = true;
    return w->no_memory ? -2 : 0;
}

static void wires_free(wires *w)
{
    for (unsigned i = 0; i < WEFT_MAX_PORTS; i++) free(w->port[i].a);
}

static int wires_play(wires *w, const char *spec, const weft_source_env *env, char *err,
                      size_t err_len)
{
    weft_source *s = weft_source_open(spec, env, err, err_len);
    if (!s) return WEFT_EXIT_USAGE;
    const weft_net net = {.ctx = w,
                          .ports = env->ports,
                          .cycle = wires_cycle,
                          .memory_size = wires_memory_size,
                          .send_frame = wires_send,
                          .backlog = wires_backlog};
    w->ports = env->ports;
    w->mii = env->mii_bytes;
    int rc = weft_source_start(s, &net, err, err_len) == 0 ? WEFT_EXIT_OK : WEFT_EXIT_FAULT;
    bool measuring = false;
    while (rc == WEFT_EXIT_OK) {
        const weft_phase phase = weft_source_get_phase(s);
        if (phase == WEFT_PHASE_MEASURE && !measuring) {
            measuring = true;
            w->from = w->cycle;
        }
        if (phase == WEFT_PHASE_DRAIN) break;
        if (phase == WEFT_PHASE_FAILED) {
            snprintf(err, err_len, "%s", weft_source_message(s));
            rc = WEFT_EXIT_FAULT;
        }
        weft_source_step(s);
        w->cycle++;
    }
    w->to = w->cycle;
    weft_source_close(s);
    return rc;
}

static int ideal(const wires *w, uint64_t latency, weft_oq_result *r)
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
    list port[WEFT_MAX_PORTS];
    size_t at[WEFT_MAX_PORTS][WEFT_MAX_PORTS]; /* frames before it came out, by source and output */
    numbers overall, reads;
    class_state request, response;
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
    if (!list_add(&t->port[src], a)) t->no_memory = true;
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
    const list *l = &t->port[src];
    size_t *k = &t->at[src][h->port];
    while (*k < l->n && l->a[*k].dst != h->port) ++*k;
    if (*k == l->n) {
        t->unknown = true;
        return;
    }
    const uint64_t stamp = l->a[(*k)++].stamp + t->start;
    if (t->measuring && !numbers_add(&t->overall, f->first_cycle - stamp)) t->no_memory = true;
}

static void measure(tap *t, bool on)
{
    const uint64_t now = weft_world_cycle(t->world);
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

static weft_curve_class classed(const class_state *c, unsigned ports, double room)
{
    weft_curve_class r = {.least = UINT64_MAX, .longest_pause = c->longest};
    for (unsigned i = 0; i < ports; i++) {
        r.frames += c->frames[i];
        if (c->frames[i] < r.least) r.least = c->frames[i];
        if (c->frames[i] > r.most) r.most = c->frames[i];
    }
    r.share = room > 0 ? (double)c->bytes / room : 0;
    return r;
}

/* Empty when all is well, or what is wrong. */
static void judge(tap *t, const weft_source *s, bool drained, weft_curve_point *p)
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

/* The frames that the switch was given are the first of those that the ideal got. At load 1 a
 * source makes a frame when there is room for it: then times may differ, order and sizes may not.
 */
static void compare(const tap *t, const wires *w, bool times, weft_curve_point *p)
{
    for (unsigned i = 0; i < w->ports; i++) {
        const list *a = &t->port[i], *b = &w->port[i];
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

static int play_switch(tap *t, const char *spec, const weft_source_env *env, weft_curve_point *p,
                       char *err, size_t err_len)
{
    weft_source *s = weft_source_open(spec, env, err, err_len);
    if (!s) return WEFT_EXIT_USAGE;
    const weft_source_needs needs = weft_source_get_needs(s);
    const weft_world_options wo = {.seed = env->seed,
                                   .profile = "esun",
                                   .ipg = env->ipg,
                                   .memory_bytes = needs.memory_bytes,
                                   .min_frame = needs.min_frame ? needs.min_frame : 32,
                                   .lossless = true,
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
    play(t, s);
    const bool drained = weft_world_drain(t->world, DRAIN_CYCLES);
    weft_world_get_stats(t->world, &p->stats);
    p->stats.lat_hist = NULL;
    judge(t, s, drained, p);
    const double room = (double)p->stats.window_cycles * env->mii_bytes * env->ports;
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

int weft_curve_play(const char *pattern, double load, uint64_t latency, bool reads,
                    weft_curve_point *p, char *err, size_t err_len)
{
    weft_sim_geometry g;
    char source[200];
    snprintf(source, sizeof source, "gen:%s,load=%.2f", pattern, load);
    memset(p, 0, sizeof *p);
    tap *t = calloc(1, sizeof *t);
    wires *w = calloc(1, sizeof *w);
    int rc = WEFT_EXIT_FAULT;
    if (!t || !w || !weft_tool_geometry(&g)) {
        snprintf(err, err_len, "not enough memory for the switch and its ideal");
        goto out;
    }
    const weft_source_env env = {.ports = g.ports, .mii_bytes = g.mii_bytes, .ipg = IPG, .seed = 1};
    t->has_reads = reads;
    rc = play_switch(t, source, &env, p, err, err_len);
    if (rc == WEFT_EXIT_OK && !reads) {
        rc = wires_play(w, source, &env, err, err_len);
        if (rc == WEFT_EXIT_OK) {
            compare(t, w, load < 1, p);
            if (latency == 0) latency = p->stats.lat_min;
            if (ideal(w, latency, &p->ideal) != 0) w->no_memory = true;
        }
    }
    if (rc == WEFT_EXIT_OK && (t->no_memory || w->no_memory)) {
        snprintf(err, err_len, "%s: not enough memory", source);
        rc = WEFT_EXIT_FAULT;
    }
out:
    for (unsigned i = 0; t && i < WEFT_MAX_PORTS; i++) free(t->port[i].a);
    if (t) free(t->overall.v);
    if (t) free(t->reads.v);
    if (w) wires_free(w);
    free(t);
    free(w);
    return rc;
}
