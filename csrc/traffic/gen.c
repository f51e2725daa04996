/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * gen.c: the source gen:PATTERN[,key=value...], synthetic traffic. Every port draws its arrivals
 * once per 32 bytes of wire time (Bernoulli), so that the mean of what arrives is exactly the load
 * in wire time: frame, preamble and gap. What has arrived waits in a queue of the port without a
 * limit. At load 1 the queues never run dry. docs/traces.md describes the patterns.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "traffic/data.h"
#include "traffic/source.h"

#define MAX_SIZES   16
#define KEEP_QUEUED 8u   /* frames in the partner's queue at load 1 */
#define HANDED_OVER 64u  /* frames in the partner's queue at most; the others wait here */
#define READ_LIMIT  256u /* reads in flight from one port */
#define HEADER      32u  /* frame bytes around data in the memory transport, FCS included */
#define MAX_SIZE    9216u

typedef enum {
    UNIFORM,
    PERMUTATION,
    INCAST,
    OUTCAST,
    HOTSPOT,
    BURSTY,
    ALLTOALL,
    DIAGONAL,
    TORNADO,
    LOGDIAGONAL,
    N_PATTERNS
} pattern;

static const char *const pattern_names[N_PATTERNS] = {
    "uniform", "permutation", "incast",   "outcast", "hotspot",
    "bursty",  "alltoall",    "diagonal", "tornado", "logdiagonal"};

typedef struct {
    unsigned lo, hi;
    uint64_t weight;
} size_choice;

typedef struct {
    uint64_t stamp;
    uint16_t size;
    uint8_t dst;
    bool read;
} arrival;

typedef struct {
    arrival *ring;
    size_t head, n, cap;
} arrivals;

typedef struct {
    weft_rng rng;
    arrivals writes, reads; /* apart, so that neither waits for the other */
    unsigned turn;          /* alltoall: which destination is next */
    unsigned burst_dst;
    uint64_t burst_left; /* frames of this burst still to arrive */
    double burst_gap;    /* wire time, in slots, that the burst's frames still take */
    uint64_t reading;    /* reads in flight */
} port_state;

typedef struct {
    weft_source *src;
    pattern pattern;
    size_choice sizes[MAX_SIZES];
    unsigned n_sizes;
    unsigned write_header, read_header; /* frame bytes around the data */
    uint64_t weights;
    double load;
    uint64_t ops, cycles, warmup;
    double read;
    unsigned to;
    double burst;
    unsigned min_frame;
    /* running */
    double op_slots;         /* mean wire time of an operation, in slots of 32 bytes */
    uint64_t threshold;      /* of 2^53: an operation arrives in a slot */
    uint64_t burst_start;    /* of 2^53: a burst starts in a slot */
    uint64_t read_threshold; /* of 2^53 */
    unsigned perm[WEFT_MAX_PORTS];
    uint64_t start, made, sent, read_failed, last_sent;
    port_state port[WEFT_MAX_PORTS];
} gen;

static const uint64_t unit = 1ull << 53;

static void gen_free(void *impl)
{
    gen *g = impl;
    if (!g) return;
    for (unsigned r = 0; r < WEFT_MAX_PORTS; r++) {
        free(g->port[r].writes.ring);
        free(g->port[r].reads.ring);
    }
    free(g);
}

/* ---------------------------------------------------------------- the name ------------------ */
static int fail(char *err, size_t err_len, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static int fail(char *err, size_t err_len, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err, err_len, fmt, ap);
    va_end(ap);
    return -1;
}

static int add_size(gen *g, uint64_t lo, uint64_t hi, uint64_t weight)
{
    if (g->n_sizes == MAX_SIZES || lo < g->write_header || hi > MAX_SIZE || lo > hi ||
        weight == 0 || weight > 1000000)
        return -1;
    g->sizes[g->n_sizes++] = (size_choice){(unsigned)lo, (unsigned)hi, weight};
    g->weights += weight;
    return 0;
}

/* A[-B][*WEIGHT], several with + between, or imix. */
static int parse_sizes(gen *g, char *text)
{
    g->n_sizes = 0;
    g->weights = 0;
    if (strcmp(text, "imix") == 0)
        return add_size(g, 64, 64, 7) | add_size(g, 594, 594, 4) | add_size(g, 1518, 1518, 1);
    char *save = NULL;
    for (char *w = strtok_r(text, "+", &save); w; w = strtok_r(NULL, "+", &save)) {
        uint64_t lo = 0, hi = 0, weight = 1;
        char *star = strchr(w, '*'), *dash = strchr(w, '-');
        if (star) *star++ = 0;
        if (dash) *dash++ = 0;
        if (star && !weft_parse_u64(star, 1000000, &weight)) return -1;
        if (!weft_parse_u64(w, MAX_SIZE, &lo)) return -1;
        hi = lo;
        if (dash && !weft_parse_u64(dash, MAX_SIZE, &hi)) return -1;
        if (add_size(g, lo, hi, weight) != 0) return -1;
    }
    return g->n_sizes ? 0 : -1;
}

/* A decimal number from 0 to max. */
static bool parse_real(const char *text, double max, double *out)
{
    char *end;
    if (strspn(text, "0123456789.") != strlen(text) || !*text) return false;
    const double v = strtod(text, &end);
    if (*end || !(v >= 0) || v > max) return false;
    *out = v;
    return true;
}

static int parse_key(gen *g, const weft_source_env *env, const char *key, char *value, char *err,
                     size_t err_len)
{
    uint64_t v = 0;
    if (strcmp(key, "size") == 0) {
        char copy[64];
        snprintf(copy, sizeof copy, "%s", value);
        if (parse_sizes(g, value) == 0) return 0;
        return fail(err, err_len,
                    "size=%s: frame bytes %u to %u: 64, 64-1518, 64*7+594*4+1518 or imix", copy,
                    g->write_header, MAX_SIZE);
    }
    if (strcmp(key, "load") == 0) {
        if (parse_real(value, 1.0, &g->load) && g->load > 0) return 0;
        return fail(err, err_len, "load=%s: must be above 0 and at most 1", value);
    }
    if (strcmp(key, "ops") == 0) {
        if (weft_parse_u64(value, 1000000000, &g->ops) && g->ops > 0) return 0;
        return fail(err, err_len, "ops=%s: must be 1 to 1000000000", value);
    }
    if (strcmp(key, "cycles") == 0) {
        if (weft_parse_u64(value, 1000000000, &g->cycles) && g->cycles >= 100) return 0;
        return fail(err, err_len, "cycles=%s: must be 100 to 1000000000", value);
    }
    if (strcmp(key, "read") == 0) {
        if (parse_real(value, 1.0, &g->read)) return 0;
        return fail(err, err_len, "read=%s: must be 0 to 1", value);
    }
    if (strcmp(key, "to") == 0) {
        if (weft_parse_u64(value, env->ports - 1, &v)) {
            g->to = (unsigned)v;
            return 0;
        }
        return fail(err, err_len, "to=%s: must be a port, 0 to %u", value, env->ports - 1);
    }
    if (strcmp(key, "burst") == 0) {
        if (parse_real(value, 10000, &g->burst) && g->burst >= 1) return 0;
        return fail(err, err_len, "burst=%s: mean frames of a burst, 1 to 10000", value);
    }
    return fail(err, err_len, "unknown key '%s': use size, load, ops, cycles, read, to or burst",
                key);
}

static int parse_name(gen *g, const weft_source_env *env, char *text, char *err, size_t err_len)
{
    char *save = NULL;
    const char *name = strtok_r(text, ",", &save);
    unsigned p = 0;
    while (name && p < N_PATTERNS && strcmp(name, pattern_names[p]) != 0) p++;
    if (!name || p == N_PATTERNS)
        return fail(err, err_len,
                    "unknown pattern '%s': use uniform, permutation, incast, outcast, hotspot, "
                    "bursty, alltoall, diagonal, tornado or logdiagonal",
                    name ? name : "");
    g->pattern = (pattern)p;
    for (char *kv = strtok_r(NULL, ",", &save); kv; kv = strtok_r(NULL, ",", &save)) {
        char *value = strchr(kv, '=');
        if (!value) return fail(err, err_len, "'%s': expected key=value", kv);
        *value++ = 0;
        if (parse_key(g, env, kv, value, err, err_len) != 0) return -1;
    }
    if (g->ops && g->cycles) return fail(err, err_len, "give ops or cycles, not both");
    if (!g->ops && !g->cycles) g->cycles = 20000;
    g->min_frame = 64;
    for (unsigned i = 0; i < g->n_sizes; i++) {
        if (g->sizes[i].lo < g->min_frame) g->min_frame = g->sizes[i].lo;
        if (g->read > 0 && g->sizes[i].lo <= g->read_header)
            return fail(err, err_len,
                        "read: a response of %u bytes carries no data, use size=%u or "
                        "more",
                        g->sizes[i].lo, g->read_header + 1);
    }
    return 0;
}

/* ---------------------------------------------------------------- arithmetic ---------------- */
/* Bytes of wire that a frame takes on average: on the grid of 8-byte starts with a one-byte gap, or
 * with the configured gap where that is more. */
static double wire_bytes(unsigned size, unsigned ipg)
{
    const unsigned grid = (size + 9 + 7) / 8 * 8, gap = size + 8 + ipg;
    return grid > gap ? grid : gap;
}

static double mean_wire(const gen *g, unsigned ipg)
{
    double sum = 0;
    for (unsigned i = 0; i < g->n_sizes; i++) {
        const size_choice *c = &g->sizes[i];
        double part = 0;
        for (unsigned s = c->lo; s <= c->hi; s++) part += wire_bytes(s, ipg);
        sum += part / (c->hi - c->lo + 1) * (double)c->weight;
    }
    return sum / (double)g->weights;
}

static uint64_t scaled(double p) { return p >= 1 ? unit : (uint64_t)(p * (double)unit); }
static bool chance(weft_rng *r, uint64_t threshold) { return weft_rng_next(r) >> 11 < threshold; }

static unsigned pick_size(const gen *g, weft_rng *r)
{
    const size_choice *c = &g->sizes[0];
    if (g->n_sizes > 1) {
        uint64_t at = weft_rng_below(r, g->weights);
        while (at >= c->weight) at -= (c++)->weight;
    }
    return c->lo == c->hi ? c->lo : c->lo + (unsigned)weft_rng_below(r, c->hi - c->lo + 1);
}

static unsigned other_port(weft_rng *r, unsigned n, unsigned self)
{
    const unsigned d = (unsigned)weft_rng_below(r, n - 1);
    return d < self ? d : d + 1;
}

static bool sends(const gen *g, unsigned port)
{
    if (g->pattern == INCAST) return port != g->to;
    if (g->pattern == OUTCAST) return port == g->to;
    return true;
}

static unsigned pick_dst(gen *g, unsigned port)
{
    port_state *ps = &g->port[port];
    weft_rng *r = &ps->rng;
    const unsigned n = g->src->env.ports;
    switch (g->pattern) {
    case PERMUTATION: return g->perm[port];
    case INCAST: return g->to;
    case HOTSPOT:
        if (port != g->to && chance(r, unit / 4)) return g->to;
        return other_port(r, n, port);
    case BURSTY: return ps->burst_dst;
    case ALLTOALL: {
        const unsigned d = (port + 1 + ps->turn) % n;
        ps->turn = ps->turn + 2 < n ? ps->turn + 1 : 0;
        return d;
    }
    case DIAGONAL: {
        const unsigned d = weft_rng_below(r, 3) < 2 || n == 2 ? 1 : 2;
        return (port + d) % n;
    }
    case LOGDIAGONAL: {
        /* To i+1 twice as many as to i+2, to that twice as many as to i+3, and so on: the highest
         * bit of a number from 1 to 2^(n-1) - 1. */
        const uint64_t v = weft_rng_below(r, (1ull << (n - 1)) - 1) + 1;
        return (port + n - 1 - (63 - (unsigned)__builtin_clzll(v))) % n;
    }
    case TORNADO: return (port + (n > 3 ? (n + 1) / 2 - 1 : 1)) % n;
    default: return other_port(r, n, port);
    }
}

/* ---------------------------------------------------------------- arrivals ------------------ */
static bool push(gen *g, arrivals *q, const arrival *a)
{
    if (q->n == q->cap) {
        const size_t cap = q->cap ? q->cap * 2 : 64;
        arrival *ring = malloc(cap * sizeof *ring);
        if (!ring) {
            weft_source_fail(g->src, "not enough memory for the queue of a port");
            return false;
        }
        for (size_t i = 0; i < q->n; i++) ring[i] = q->ring[(q->head + i) & (q->cap - 1)];
        free(q->ring);
        q->ring = ring;
        q->head = 0;
        q->cap = cap;
    }
    q->ring[(q->head + q->n++) & (q->cap - 1)] = *a;
    return true;
}

static bool more_wanted(const gen *g) { return g->ops == 0 || g->made < g->ops; }

static void arrive(gen *g, unsigned port, uint64_t t)
{
    port_state *ps = &g->port[port];
    if (!more_wanted(g)) return;
    const arrival a = {.stamp = t,
                       .size = (uint16_t)pick_size(g, &ps->rng),
                       .dst = (uint8_t)pick_dst(g, port),
                       .read = g->read > 0 && chance(&ps->rng, g->read_threshold)};
    if (push(g, a.read ? &ps->reads : &ps->writes, &a)) g->made++;
}

static void new_burst(gen *g, unsigned port)
{
    port_state *ps = &g->port[port];
    ps->burst_dst = other_port(&ps->rng, g->src->env.ports, port);
    ps->burst_left = 1;
    /* Geometric with the given mean. */
    const uint64_t more = scaled(1 - 1 / g->burst);
    while (ps->burst_left < 1000000 && chance(&ps->rng, more)) ps->burst_left++;
}

/* One slot of 32 bytes of wire time at a port below load 1. */
static void slot(gen *g, unsigned port, uint64_t t)
{
    port_state *ps = &g->port[port];
    if (g->pattern != BURSTY) {
        if (chance(&ps->rng, g->threshold)) arrive(g, port, t);
        return;
    }
    /* Within a burst frames arrive back to back; between bursts, nothing. */
    if (ps->burst_gap >= 1) {
        ps->burst_gap -= 1;
        return;
    }
    if (ps->burst_left == 0) {
        if (!chance(&ps->rng, g->burst_start)) return;
        new_burst(g, port);
    }
    while (ps->burst_left > 0 && ps->burst_gap < 1) {
        arrive(g, port, t);
        ps->burst_left--;
        ps->burst_gap += g->op_slots;
    }
    ps->burst_gap -= 1;
}

static void on_read(void *ctx, weft_op_status status)
{
    port_state *ps = ctx;
    ps->reading--;
    /* The world counts operations that fail; here only the queue has to move on. */
    (void)status;
}

/* The oldest of a queue was handed over with this result; false: no more of them now. */
static bool handed_over(gen *g, unsigned port, arrivals *q, int rc)
{
    const arrival *a = &q->ring[q->head];
    if (rc == -1) return false;
    if (rc != 0) {
        weft_source_fail(g->src, "port %u refused a frame of %u bytes to port %u", port, a->size,
                         a->dst);
        return false;
    }
    q->head = (q->head + 1) & (q->cap - 1);
    q->n--;
    g->sent++;
    return true;
}

/* Hands arrivals over to the port as far as it takes them. */
static void hand_over_writes(gen *g, unsigned port)
{
    arrivals *q = &g->port[port].writes;
    const weft_net *net = &g->src->net;
    size_t queued = net->backlog(net->ctx, port, 0);
    for (; q->n > 0 && queued < HANDED_OVER; queued++) {
        const arrival *a = &q->ring[q->head];
        int rc = net->send_frame(net->ctx, port, a->dst, 0, a->size, a->stamp);
        if (!handed_over(g, port, q, rc)) return;
    }
}

static void hand_over_reads(gen *g, unsigned port)
{
    port_state *ps = &g->port[port];
    arrivals *q = &ps->reads;
    const weft_net *net = &g->src->net;
    while (q->n > 0 && ps->reading < READ_LIMIT) {
        const arrival *a = &q->ring[q->head];
        int rc = net->read(net->ctx, port, a->dst, 0, MAX_SIZE * (ps->reading & 3),
                           a->size - g->read_header, on_read, ps);
        if (rc == 0) ps->reading++;
        if (!handed_over(g, port, q, rc)) return;
    }
}

static void gen_step(weft_source *s)
{
    gen *g = s->impl;
    const uint64_t now = s->net.cycle(s->net.ctx), t = now - g->start;
    const unsigned slots = s->env.mii_bytes > 32 ? s->env.mii_bytes / 32 : 1;
    for (unsigned r = 0; r < s->env.ports && s->phase != WEFT_PHASE_FAILED; r++) {
        if (!sends(g, r)) continue;
        port_state *ps = &g->port[r];
        if (g->load >= 1) {
            const size_t queued = s->net.backlog(s->net.ctx, r, 0) + ps->writes.n + ps->reads.n;
            for (size_t k = queued; k < KEEP_QUEUED && more_wanted(g); k++) {
                if (g->pattern == BURSTY && ps->burst_left == 0) new_burst(g, r);
                arrive(g, r, now);
                if (g->pattern == BURSTY) ps->burst_left--;
            }
        } else {
            for (unsigned k = 0; k < slots; k++) slot(g, r, now);
        }
        if (ps->writes.n > 0) hand_over_writes(g, r);
        if (ps->reads.n > 0) hand_over_reads(g, r);
    }
    if (s->phase == WEFT_PHASE_FAILED) return;
    if (g->ops) {
        if (s->phase == WEFT_PHASE_WARMUP && g->sent >= g->warmup) s->phase = WEFT_PHASE_MEASURE;
        if (g->sent >= g->ops) s->phase = WEFT_PHASE_DRAIN;
        if (g->sent != g->made || g->made == 0) {
            if (g->sent > g->last_sent) {
                g->last_sent = g->sent;
                g->start = now; /* the time of the last progress, in this mode */
            } else if (t > weft_source_stall_cycles(s)) {
                weft_source_fail(
                    s, "no progress for %llu cycles: %llu of %llu operations were sent",
                    (unsigned long long)t, (unsigned long long)g->sent, (unsigned long long)g->ops);
            }
        }
        return;
    }
    if (s->phase == WEFT_PHASE_WARMUP && t + 1 >= g->warmup)
        s->phase = WEFT_PHASE_MEASURE;
    else if (t + 1 >= g->warmup + g->cycles)
        s->phase = WEFT_PHASE_DRAIN;
}

static int gen_start(weft_source *s, char *err, size_t err_len)
{
    gen *g = s->impl;
    weft_rng rng;
    (void)err;
    (void)err_len;
    g->src = s;
    g->start = s->net.cycle(s->net.ctx);
    weft_rng_seed(&rng, s->env.seed);
    /* A random permutation without fixed points: one cycle through all ports (Sattolo). */
    unsigned at[WEFT_MAX_PORTS];
    for (unsigned r = 0; r < s->env.ports; r++) at[r] = r;
    for (unsigned r = s->env.ports - 1; r > 0; r--) {
        const unsigned k = (unsigned)weft_rng_below(&rng, r), v = at[r];
        at[r] = at[k];
        at[k] = v;
    }
    for (unsigned r = 0; r < s->env.ports; r++) {
        g->perm[r] = at[r];
        weft_rng_seed(&g->port[r].rng, weft_mix64(s->env.seed) + r);
    }
    s->phase = g->warmup ? WEFT_PHASE_WARMUP : WEFT_PHASE_MEASURE;
    return 0;
}

static void gen_progress(const weft_source *s, uint64_t *done, uint64_t *total)
{
    const gen *g = s->impl;
    if (g->ops) {
        *done = g->sent;
        *total = g->ops;
        return;
    }
    *total = g->warmup + g->cycles;
    *done = s->phase == WEFT_PHASE_DRAIN ? *total : s->net.cycle(s->net.ctx) - g->start;
}

static uint64_t gen_verify(weft_source *s, char *msg, size_t msg_len)
{
    const gen *g = s->impl;
    snprintf(msg, msg_len, "%llu operations; every frame was compared on arrival",
             (unsigned long long)g->sent);
    return 0;
}

weft_source *weft_gen_open(const char *arg, const weft_source_env *env, char *err, size_t err_len)
{
    static const weft_source_ops ops = {gen_start, gen_step, gen_progress, gen_verify, gen_free};
    gen *g = calloc(1, sizeof *g);
    char *text = strdup(arg);
    if (!g || !text) {
        fail(err, err_len, "not enough memory");
        free(g);
        free(text);
        return NULL;
    }
    *g = (gen){.load = 1.0, .burst = 16};
    g->write_header = env->write_header ? env->write_header : HEADER;
    g->read_header = env->read_header ? env->read_header : HEADER;
    const unsigned size = g->write_header > 64 ? g->write_header + 8 : 64;
    add_size(g, size, size, 1);
    char why[256];
    const int rc = parse_name(g, env, text, why, sizeof why);
    free(text);
    if (rc != 0) {
        fail(err, err_len, "gen:%s: %s", arg, why);
        free(g);
        return NULL;
    }
    /* A read costs its port a request, and (in the mean over all ports) a response. */
    const unsigned request = g->min_frame > g->read_header ? g->min_frame : g->read_header;
    g->op_slots = (mean_wire(g, env->ipg) + g->read * wire_bytes(request, env->ipg)) / 32;
    const double slot_share = env->mii_bytes < 32 ? env->mii_bytes / 32.0 : 1;
    g->threshold = scaled(g->load * slot_share / g->op_slots);
    g->op_slots /= slot_share;
    g->read_threshold = scaled(g->read);
    /* A burst of B frames takes B x op_slots; the pause before it is what the load leaves. */
    const double busy = g->burst * g->op_slots;
    const double pause = g->load < 1 ? busy * (1 - g->load) / g->load : 0;
    g->burst_start = scaled(1 / (pause + 1));
    g->warmup = g->ops ? g->ops / 10 : (g->cycles / 10 < 1000 ? 1000 : g->cycles / 10);
    weft_source *s = weft_source_new(&ops, g, env);
    if (!s) {
        fail(err, err_len, "not enough memory");
        return NULL;
    }
    s->needs.memory_bytes = 4 * MAX_SIZE;
    s->needs.min_frame = g->min_frame;
    snprintf(s->describe, sizeof s->describe, "%s traffic at load %g", pattern_names[g->pattern],
             g->load);
    return s;
}
