/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * source.c: opens a source by name and passes the calls on; numbers in text; the net of a world.
 */
#include "traffic/source.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

weft_source *weft_source_new(const weft_source_ops *ops, void *impl, const weft_source_env *env)
{
    weft_source *s = calloc(1, sizeof *s);
    if (!s) {
        ops->free(impl);
        return NULL;
    }
    s->ops = ops;
    s->impl = impl;
    s->env = *env;
    return s;
}

void weft_source_fail(weft_source *s, const char *fmt, ...)
{
    if (s->phase == WEFT_PHASE_FAILED) return;
    s->phase = WEFT_PHASE_FAILED;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(s->message, sizeof s->message, fmt, ap);
    va_end(ap);
}

uint64_t weft_source_stall_cycles(const weft_source *s)
{
    return s->env.stall_cycles ? s->env.stall_cycles : 500000;
}

weft_source *weft_source_open(const char *spec, const weft_source_env *env, char *err,
                              size_t err_len)
{
    static const struct {
        const char *word;
        weft_source *(*open)(const char *, const weft_source_env *, char *, size_t);
    } kinds[] = {
        {"chakra", weft_chakra_open}, {"cm", weft_cm_open},     {"csv", weft_csv_open},
        {"gen", weft_gen_open},       {"pcap", weft_pcap_open},
    };
    if (env->ports < 2 || env->ports > WEFT_MAX_PORTS || env->mii_bytes == 0 || env->ipg < 1) {
        snprintf(err, err_len, "a source needs 2..%d ports, a wire and a gap", WEFT_MAX_PORTS);
        return NULL;
    }
    const char *colon = strchr(spec, ':');
    const size_t n = colon ? (size_t)(colon - spec) : strlen(spec);
    for (size_t i = 0; colon && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strlen(kinds[i].word) == n && strncmp(spec, kinds[i].word, n) == 0) {
            if (colon[1]) return kinds[i].open(colon + 1, env, err, err_len);
            snprintf(err, err_len, "%s: nothing stands behind the colon", spec);
            return NULL;
        }
    snprintf(err, err_len,
             "unknown source '%s': use chakra:DIR/PREFIX, cm:FILE, csv:FILE, pcap:FILE or "
             "gen:PATTERN",
             spec);
    return NULL;
}

void weft_source_close(weft_source *s)
{
    if (!s) return;
    s->ops->free(s->impl);
    free(s);
}

weft_source_needs weft_source_get_needs(const weft_source *s) { return s->needs; }
const char *weft_source_describe(const weft_source *s) { return s->describe; }
const char *weft_source_message(const weft_source *s) { return s->message; }
weft_phase weft_source_get_phase(const weft_source *s) { return s->phase; }

int weft_source_start(weft_source *s, const weft_net *net, char *err, size_t err_len)
{
    if (net->ports < s->env.ports) {
        snprintf(err, err_len, "the source wants %u ports, the net has %u", s->env.ports,
                 net->ports);
        return -1;
    }
    for (unsigned r = 0; r < s->env.ports; r++) {
        if (net->memory_size(net->ctx, r) >= s->needs.memory_bytes) continue;
        snprintf(err, err_len, "accelerator %u has %llu bytes of memory, the source needs %llu", r,
                 (unsigned long long)net->memory_size(net->ctx, r),
                 (unsigned long long)s->needs.memory_bytes);
        return -1;
    }
    s->net = *net;
    return s->ops->start(s, err, err_len);
}

void weft_source_step(weft_source *s)
{
    if (s->phase == WEFT_PHASE_WARMUP || s->phase == WEFT_PHASE_MEASURE) s->ops->step(s);
}

void weft_source_progress(const weft_source *s, uint64_t *done, uint64_t *total)
{
    s->ops->progress(s, done, total);
}

uint64_t weft_source_verify(weft_source *s, char *msg, size_t msg_len)
{
    if (msg_len) msg[0] = 0;
    return s->ops->verify(s, msg, msg_len);
}

/* ---------------------------------------------------------------- numbers ------------------- */
static bool parse_prefix(const char **text, uint64_t *out)
{
    const char *p = *text;
    uint64_t v = 0;
    if (*p < '0' || *p > '9') return false;
    for (; *p >= '0' && *p <= '9'; p++) {
        if (v > (UINT64_MAX - (uint64_t)(*p - '0')) / 10) return false;
        v = v * 10 + (uint64_t)(*p - '0');
    }
    *text = p;
    *out = v;
    return true;
}

bool weft_parse_u64(const char *text, uint64_t max, uint64_t *out)
{
    uint64_t v;
    if (!parse_prefix(&text, &v) || *text || v > max) return false;
    *out = v;
    return true;
}

bool weft_parse_size(const char *text, uint64_t max, uint64_t *out)
{
    static const struct {
        const char *name;
        uint64_t factor;
    } units[] = {{"", 1},           {"B", 1},          {"KB", 1000},
                 {"kB", 1000},      {"MB", 1000000},   {"GB", 1000000000},
                 {"KiB", 1u << 10}, {"MiB", 1u << 20}, {"GiB", 1u << 30}};
    uint64_t v;
    if (!parse_prefix(&text, &v)) return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(text, units[i].name) != 0) continue;
        if (v > max / units[i].factor) return false;
        *out = v * units[i].factor;
        return true;
    }
    return false;
}

char *weft_format_size(uint64_t bytes, char *buf, size_t len)
{
    static const char *const names[] = {"B", "KiB", "MiB", "GiB"};
    unsigned u = 0;
    while (u < 3 && bytes >= 1024 && bytes % 1024 == 0) {
        bytes /= 1024;
        u++;
    }
    snprintf(buf, len, "%llu %s", (unsigned long long)bytes, names[u]);
    return buf;
}

/* ---------------------------------------------------------------- net of a world ------------ */
static uint64_t world_cycle(void *ctx) { return weft_world_cycle(ctx); }
static uint8_t *world_memory(void *ctx, unsigned rank)
{
    return weft_accel_memory(weft_world_accel(ctx, rank));
}
static uint64_t world_memory_size(void *ctx, unsigned rank)
{
    return weft_accel_memory_size(weft_world_accel(ctx, rank));
}
static int world_write(void *ctx, unsigned rank, unsigned dst, uint64_t dst_addr, uint64_t src_addr,
                       uint64_t len, unsigned flags, uint32_t tag, weft_op_done done,
                       void *done_ctx)
{
    return weft_accel_write(weft_world_accel(ctx, rank), dst, dst_addr, src_addr, len, flags, tag,
                            done, done_ctx);
}
static int world_read(void *ctx, unsigned rank, unsigned dst, uint64_t dst_addr, uint64_t local,
                      uint64_t len, weft_op_done done, void *done_ctx)
{
    return weft_accel_read(weft_world_accel(ctx, rank), dst, dst_addr, local, len, done, done_ctx);
}
static int world_atomic(void *ctx, unsigned rank, unsigned dst, weft_mem_op op, uint64_t dst_addr,
                        uint64_t operand, uint64_t compare, uint64_t result, weft_op_done done,
                        void *done_ctx)
{
    return weft_accel_atomic(weft_world_accel(ctx, rank), dst, op, dst_addr, operand, compare,
                             result, done, done_ctx);
}
static void world_on_notify(void *ctx, unsigned rank, weft_notify_fn fn, void *fn_ctx)
{
    weft_accel_on_notify(weft_world_accel(ctx, rank), fn, fn_ctx);
}
static int world_send_frame(void *ctx, unsigned src, unsigned dst, unsigned vc, size_t bytes,
                            uint64_t stamp)
{
    return weft_world_send_frame(ctx, src, dst, vc, bytes, stamp);
}
static size_t world_backlog(void *ctx, unsigned port, unsigned vc)
{
    return weft_partner_backlog(weft_world_partner(ctx, port), vc);
}
static int world_learn(void *ctx, unsigned port, uint64_t mac)
{
    return weft_world_learn(ctx, port, mac);
}
static int world_play(void *ctx, unsigned port, const uint8_t *data, size_t len, uint64_t stamp,
                      size_t most)
{
    return weft_world_play(ctx, port, data, len, stamp, most);
}

weft_net weft_net_of_world(weft_world *w)
{
    return (weft_net){.ctx = w,
                      .ports = weft_world_ports(w),
                      .cycle = world_cycle,
                      .memory = world_memory,
                      .memory_size = world_memory_size,
                      .write = world_write,
                      .read = world_read,
                      .atomic = world_atomic,
                      .on_notify = world_on_notify,
                      .send_frame = world_send_frame,
                      .backlog = world_backlog,
                      .learn = world_learn,
                      .play = world_play};
}
