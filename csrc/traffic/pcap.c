/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * pcap.c: the source pcap:FILE: frames of a capture, played as they were recorded or as fast as the
 * wires take them. docs/traces.md says which frame goes into which port.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "traffic/pcap_file.h"
#include "traffic/source.h"
#include "weft/proto.h"
#include "weft/weft.h"

#define FRAME_MOST  9212u        /* bytes without FCS that the switch takes */
#define SPAN_MOST   100000000ull /* nanoseconds that are played at their own pace */
#define QUEUED_MOST 64u          /* frames handed over to a port and not yet on the wire */
#define NO_PORT     0xFFu
#define LISTED      8u /* unknown destinations named in the verdict, at most */

typedef struct {
    uint64_t mac;
    uint32_t frames; /* to it, when nobody has it */
    uint8_t port;    /* NO_PORT: nobody has it */
} address;

typedef struct {
    address *list; /* sorted */
    size_t n, room;
} addresses;

typedef struct {
    weft_source *src;
    weft_capture *cap;
    uint8_t *port;  /* of each frame; NO_PORT: not played */
    uint32_t *next; /* of each frame: the next one of its port */
    uint32_t head[WEFT_MAX_PORTS];
    addresses known, unknown;
    unsigned ports, appeared; /* addresses that were given a port by their order */
    bool at_once;
    uint64_t t0, start, playing, played, last_progress;
    uint64_t control, elsewhere, cut; /* frames left out, and those that were cut short */
    uint8_t buffer[FRAME_MOST];
} pcap_source;

#define NONE UINT32_MAX

static void pcap_free(void *impl)
{
    pcap_source *p = impl;
    if (!p) return;
    weft_capture_free(p->cap);
    free(p->port);
    free(p->next);
    free(p->known.list);
    free(p->unknown.list);
    free(p);
}

static bool fail(char *err, size_t err_len, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static bool fail(char *err, size_t err_len, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err, err_len, fmt, ap);
    va_end(ap);
    return false;
}

/* ---------------------------------------------------------------- addresses ----------------- */
static size_t place_of(const addresses *a, uint64_t mac)
{
    size_t lo = 0, hi = a->n;
    while (lo < hi) {
        const size_t mid = (lo + hi) / 2;
        if (a->list[mid].mac < mac)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static address *find(const addresses *a, uint64_t mac)
{
    const size_t i = place_of(a, mac);
    return i < a->n && a->list[i].mac == mac ? &a->list[i] : NULL;
}

/* The address, new ones with this port. NULL: no memory. */
static address *add(addresses *a, uint64_t mac, unsigned port)
{
    const size_t i = place_of(a, mac);
    if (i < a->n && a->list[i].mac == mac) return &a->list[i];
    if (a->n == a->room) {
        const size_t room = a->room ? 2 * a->room : 64;
        address *list = realloc(a->list, room * sizeof *list);
        if (!list) return NULL;
        a->list = list;
        a->room = room;
    }
    memmove(a->list + i + 1, a->list + i, (a->n++ - i) * sizeof *a->list);
    a->list[i] = (address){.mac = mac, .port = (uint8_t)port};
    return &a->list[i];
}

static uint64_t dst_of(const pcap_source *p, size_t i)
{
    return weft_get48(p->cap->bytes + p->cap->frame[i].at);
}

static uint64_t src_of(const pcap_source *p, size_t i)
{
    return weft_get48(p->cap->bytes + p->cap->frame[i].at + 6);
}

static bool is_group(uint64_t mac) { return (mac >> 40 & 1) != 0; }

/* MAC control ends at the port that receives it; nobody sends from a group. */
static bool playable(const pcap_source *p, size_t i)
{
    return weft_get16(p->cap->bytes + p->cap->frame[i].at + 12) != WEFT_TYPE_MAC_CONTROL &&
           !is_group(src_of(p, i));
}

/* Accelerators have a port by their number; others the one that the capture says, or (port NO_PORT)
 * the next in the order in which they appear. */
static bool settle(pcap_source *p, uint64_t mac, unsigned port)
{
    const int id = weft_accel_of_mac(mac);
    if (find(&p->known, mac)) return true;
    if (id >= 0 && (unsigned)id < p->ports)
        port = (unsigned)id;
    else if (port == NO_PORT)
        port = p->appeared++ % p->ports;
    return add(&p->known, mac, port) != NULL;
}

/* Finds out which address lives behind which port. With several interfaces those that frames came
 * in through (or went out to) say so. */
static bool learn(pcap_source *p)
{
    const weft_capture *c = p->cap;
    for (size_t i = 0; c->interfaces > 1 && i < c->n; i++) {
        const weft_capture_frame *f = &c->frame[i];
        const uint64_t mac = f->outbound ? dst_of(p, i) : src_of(p, i);
        if (playable(p, i) && !is_group(mac) && !settle(p, mac, f->interface)) return false;
    }
    for (size_t i = 0; i < c->n; i++)
        if (playable(p, i) && !settle(p, src_of(p, i), NO_PORT)) return false;
    return true;
}

/* Gives each frame its port and counts what nobody will get. */
static bool assign(pcap_source *p)
{
    uint32_t last[WEFT_MAX_PORTS];
    for (unsigned r = 0; r < WEFT_MAX_PORTS; r++) p->head[r] = last[r] = NONE;
    for (size_t i = 0; i < p->cap->n; i++) {
        const weft_capture_frame *f = &p->cap->frame[i];
        p->port[i] = NO_PORT;
        p->next[i] = NONE;
        if (!playable(p, i)) {
            p->control++;
            continue;
        }
        const unsigned port = find(&p->known, src_of(p, i))->port;
        if (p->cap->interfaces > 1 && !f->outbound && f->interface != port) {
            p->elsewhere++; /* the same frame, seen again further on */
            continue;
        }
        if (!find(&p->known, dst_of(p, i))) {
            address *a = add(&p->unknown, dst_of(p, i), NO_PORT);
            if (!a) return false;
            a->frames++;
        }
        p->port[i] = (uint8_t)port;
        p->cut += f->captured < f->len;
        p->playing++;
        if (last[port] == NONE)
            p->head[port] = (uint32_t)i;
        else
            p->next[last[port]] = (uint32_t)i;
        last[port] = (uint32_t)i;
    }
    return true;
}

/* ---------------------------------------------------------------- playing ------------------- */
static int pcap_start(weft_source *s, char *err, size_t err_len)
{
    pcap_source *p = s->impl;
    p->src = s;
    if (!s->net.learn || !s->net.play) {
        fail(err, err_len, "this network takes no captured frames");
        return -1;
    }
    for (size_t i = 0; i < p->known.n; i++) {
        const address *a = &p->known.list[i];
        const int rc = s->net.learn(s->net.ctx, a->port, a->mac);
        if (rc == 0) continue;
        if (rc == WEFT_ERR_STATE)
            fail(err, err_len, "captures go by MAC address: use --profile esun or ethernet");
        else
            fail(err, err_len, "the switch has no room for address %zu of %zu", i + 1, p->known.n);
        return -1;
    }
    p->start = p->last_progress = s->net.cycle(s->net.ctx);
    s->phase = WEFT_PHASE_MEASURE;
    return 0;
}

static uint64_t cycle_of(const pcap_source *p, const weft_capture_frame *f)
{
    return (uint64_t)((double)(f->ns - p->t0) * (WEFT_CLOCK_HZ / 1e9));
}

/* Hands over the next frame of a port. False: not now. */
static bool hand_over(pcap_source *p, unsigned port, uint64_t t)
{
    const weft_net *net = &p->src->net;
    const weft_capture_frame *f = &p->cap->frame[p->head[port]];
    const uint8_t *data = p->cap->bytes + f->at;
    const uint64_t due = p->at_once ? 0 : cycle_of(p, f);
    if (due > t) return false;
    if (f->captured < f->len) { /* what was not recorded is zeros */
        memcpy(p->buffer, data, f->captured);
        memset(p->buffer + f->captured, 0, f->len - f->captured);
        data = p->buffer;
    }
    const int rc =
        net->play(net->ctx, port, data, f->len, p->start + (p->at_once ? t : due), QUEUED_MOST);
    if (rc == -1) return false;
    if (rc != 0) {
        weft_source_fail(p->src, "port %u refused frame %u", port, p->head[port] + 1);
        return false;
    }
    p->head[port] = p->next[p->head[port]];
    p->played++;
    p->last_progress = net->cycle(net->ctx);
    return true;
}

/* Nothing waits in a port: the measured window ends with the last frame's start. */
static bool all_gone(const weft_source *s)
{
    for (unsigned r = 0; r < s->env.ports; r++)
        for (unsigned v = 0; v < WEFT_MAX_VCS; v++)
            if (s->net.backlog(s->net.ctx, r, v) > 0) return false;
    return true;
}

static void pcap_step(weft_source *s)
{
    pcap_source *p = s->impl;
    const uint64_t now = s->net.cycle(s->net.ctx);
    for (unsigned r = 0; r < s->env.ports && s->phase != WEFT_PHASE_FAILED; r++)
        while (p->head[r] != NONE && hand_over(p, r, now - p->start)) continue;
    if (s->phase == WEFT_PHASE_FAILED) return;
    if (p->played == p->playing && all_gone(s)) s->phase = WEFT_PHASE_DRAIN;
    if (p->at_once && now - p->last_progress > weft_source_stall_cycles(s))
        weft_source_fail(s, "no port has taken a frame for %llu cycles",
                         (unsigned long long)(now - p->last_progress));
}

static void pcap_progress(const weft_source *s, uint64_t *done, uint64_t *total)
{
    const pcap_source *p = s->impl;
    *done = p->played;
    *total = p->playing;
}

static int by_frames(const void *a, const void *b)
{
    const address *x = a, *y = b;
    if (x->frames != y->frames) return x->frames > y->frames ? -1 : 1;
    return x->mac < y->mac ? -1 : x->mac > y->mac;
}

/* The frames themselves are compared by the scoreboard; here it is told where none could go. */
static uint64_t pcap_verify(weft_source *s, char *msg, size_t msg_len)
{
    pcap_source *p = s->impl;
    uint64_t lost = 0;
    for (size_t i = 0; i < p->unknown.n; i++) lost += p->unknown.list[i].frames;
    size_t n = (size_t)snprintf(msg, msg_len, "%llu frames played", (unsigned long long)p->played);
    if (lost == 0) return 0;
    qsort(p->unknown.list, p->unknown.n, sizeof *p->unknown.list, by_frames);
    n += (size_t)snprintf(msg + n, msg_len - n, "; %llu to unknown destinations are drops",
                          (unsigned long long)lost);
    for (size_t i = 0; i < p->unknown.n && i < LISTED && n < msg_len; i++) {
        const address *a = &p->unknown.list[i];
        n += (size_t)snprintf(msg + n, msg_len - n, "%s %u to %04x%08x", i ? "," : ":", a->frames,
                              (unsigned)(a->mac >> 32), (unsigned)a->mac);
    }
    if (p->unknown.n > LISTED && n < msg_len)
        snprintf(msg + n, msg_len - n, " and %zu more", p->unknown.n - LISTED);
    return 0;
}

/* ---------------------------------------------------------------- opening ------------------- */
static int by_time(const void *a, const void *b)
{
    const weft_capture_frame *x = a, *y = b;
    if (x->ns != y->ns) return x->ns < y->ns ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static bool check(pcap_source *p, const char *path, char *err, size_t err_len)
{
    const weft_capture *c = p->cap;
    if (c->n == 0) return fail(err, err_len, "%s: there is nothing to play", path);
    if (c->n >= NONE) return fail(err, err_len, "%s: too many frames", path);
    if (c->interfaces > p->ports && c->interfaces > 1)
        return fail(err, err_len, "%s: frames of interface %u, but the switch has %u ports", path,
                    c->interfaces - 1, p->ports);
    for (size_t i = 0; i < c->n; i++) {
        if (c->frame[i].captured < 14)
            return fail(err, err_len, "%s: frame %zu has %u bytes, too few for its addresses", path,
                        i + 1, c->frame[i].captured);
        if (c->frame[i].len > FRAME_MOST)
            return fail(err, err_len, "%s: frame %zu has %u bytes; the switch takes %u", path,
                        i + 1, c->frame[i].len, FRAME_MOST);
    }
    return true;
}

static bool prepare(pcap_source *p, const char *path, char *err, size_t err_len)
{
    p->cap = weft_capture_read(path, err, err_len);
    if (!p->cap || !check(p, path, err, err_len)) return false;
    qsort(p->cap->frame, p->cap->n, sizeof *p->cap->frame, by_time);
    p->t0 = p->cap->frame[0].ns;
    const uint64_t span = p->cap->frame[p->cap->n - 1].ns - p->t0;
    if (!p->at_once && span > SPAN_MOST)
        return fail(err, err_len,
                    "%s: %llu ms are too long to be simulated at their own pace; use "
                    "pcap:%s,pace=max",
                    path, (unsigned long long)(span / 1000000), path);
    p->port = malloc(p->cap->n);
    p->next = malloc(p->cap->n * sizeof *p->next);
    if (!p->port || !p->next || !learn(p) || !assign(p))
        return fail(err, err_len, "%s: not enough memory", path);
    if (p->playing == 0)
        return fail(err, err_len, "%s: there is nothing to play but MAC control frames", path);
    return true;
}

static void describe(const pcap_source *p, char *out, size_t len)
{
    const struct {
        uint64_t count;
        const char *what;
    } notes[] = {{p->control, "MAC control or from a group, left out"},
                 {p->elsewhere, "seen a second time, left out"},
                 {p->cut, "cut short, filled up with zeros"}};
    int n = snprintf(out, len, "%llu captured frames, %zu source addresses",
                     (unsigned long long)p->playing, p->known.n);
    for (unsigned i = 0; i < 3; i++)
        if (notes[i].count > 0)
            n += snprintf(out + n, len - (size_t)n, "; %llu %s", (unsigned long long)notes[i].count,
                          notes[i].what);
}

weft_source *weft_pcap_open(const char *arg, const weft_source_env *env, char *err, size_t err_len)
{
    static const weft_source_ops ops = {pcap_start, pcap_step, pcap_progress, pcap_verify,
                                        pcap_free};
    pcap_source *p = calloc(1, sizeof *p);
    char *path = strdup(arg), *pace = path ? strstr(path, ",pace=") : NULL;
    bool good = p && path;
    if (!good) fail(err, err_len, "not enough memory");
    if (good && pace) {
        *pace = 0;
        pace += strlen(",pace=");
        p->at_once = strcmp(pace, "max") == 0;
        if (!p->at_once && strcmp(pace, "recorded") != 0)
            good = fail(err, err_len, "pcap:%s: pace=%s: must be recorded or max", path, pace);
    }
    if (good) p->ports = env->ports;
    if (!good || !prepare(p, path, err, err_len)) {
        pcap_free(p);
        free(path);
        return NULL;
    }
    free(path);
    weft_source *s = weft_source_new(&ops, p, env);
    if (!s) {
        fail(err, err_len, "not enough memory");
        return NULL;
    }
    s->needs.may_drop = true;
    describe(p, s->describe, sizeof s->describe);
    return s;
}
