/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * csv.c: the source csv:FILE, single operations at given times: a header line, then
 * `time_ps,src,dst,op,addr,len`. A second model of every target's memory says what each operation
 * must find and leave; where operations overlap in time as well as in memory the order is nobody's
 * promise, and such bytes are left out of the comparison until they are written again in peace.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "traffic/data.h"
#include "traffic/source.h"
#include "traffic/space.h"

#define ADDR_LIMIT    (64ull << 20) /* of a target's memory */
#define LEN_LIMIT     (16ull << 20)
#define SCRATCH_LIMIT (16ull << 20) /* local buffers of operations in flight */
#define INITIAL       1u            /* region of the bytes in memory before the first operation */
#define WRITTEN       2u            /* region of the bytes that writes carry; stream = line */

typedef struct csv_source csv_source;

typedef struct op {
    csv_source *cs;
    uint64_t cycle, line, addr, len;
    uint64_t scratch;
    uint64_t operand, compare;
    uint8_t src, dst;
    uint8_t kind; /* weft_mem_op */
    bool racy;    /* overlapped with another one that changes the same bytes */
    bool blurred; /* an addition among additions: the sum is certain, the value before is not */
    bool ready;   /* has its local buffer, filled */
    bool flying;
    struct op *next, *prev; /* in flight to the same target */
} op;

typedef struct {
    op *head, *tail;    /* waiting to be issued, in order */
    weft_space scratch; /* free local buffers */
    uint64_t scratch_bytes;
} source_state;

typedef struct {
    uint8_t *shadow, *unknown;
    uint64_t size;
    op *flying;
} target_state;

struct csv_source {
    weft_source *src;
    op *ops; /* by time */
    size_t n_ops, cap_ops, next, done;
    uint64_t start, base, bad, blind, failed;
    uint64_t last_progress, flying_bytes;
    source_state from[WEFT_MAX_PORTS];
    target_state to[WEFT_MAX_PORTS];
    char first[160];
};

static void csv_free(void *impl)
{
    csv_source *cs = impl;
    if (!cs) return;
    for (unsigned r = 0; r < WEFT_MAX_PORTS; r++) {
        free(cs->to[r].shadow);
        free(cs->to[r].unknown);
        weft_space_free(&cs->from[r].scratch);
    }
    free(cs->ops);
    free(cs);
}

/* ---------------------------------------------------------------- reading ------------------- */
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

static bool number(const char *text, uint64_t max, uint64_t *out)
{
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X') && text[2]) {
        char *end;
        errno = 0;
        const unsigned long long v = strtoull(text + 2, &end, 16);
        if (*end || errno || text[2] == '-' || text[2] == '+' || v > max) return false;
        *out = v;
        return true;
    }
    return weft_parse_u64(text, max, out);
}

static char *trim(char *s)
{
    while (*s == ' ' || *s == '\t') s++;
    size_t n = strlen(s);
    while (n > 0 && strchr(" \t\r\n", s[n - 1])) s[--n] = 0;
    return s;
}

static int take_line(csv_source *cs, const char *path, uint64_t line, char *text, unsigned ports,
                     char *err, size_t err_len)
{
    static const char *const names[] = {"read", "write", "atomic_add", "atomic_swap", "atomic_cas"};
    static const uint8_t kinds[] = {WEFT_OP_READ, WEFT_OP_WRITE, WEFT_OP_ADD, WEFT_OP_SWAP,
                                    WEFT_OP_CAS};
    const unsigned long long at = line;
    char *field[6];
    unsigned n = 0;
    for (char *p = text; p && n < 6; n++) {
        field[n] = p;
        p = strchr(p, ',');
        if (p) *p++ = 0;
        if (n == 5 && p) return fail(err, err_len, "%s:%llu: more than six fields", path, at);
        field[n] = trim(field[n]);
    }
    if (n < 6) return fail(err, err_len, "%s:%llu: expected time_ps,src,dst,op,addr,len", path, at);
    op o = {.line = line};
    uint64_t time = 0, src = 0, dst = 0;
    unsigned k = 0;
    if (!number(field[0], 1000000000000ull, &time))
        return fail(err, err_len, "%s:%llu: '%.30s' is no time in picoseconds up to a second", path,
                    at, field[0]);
    if (!number(field[1], ports - 1, &src) || !number(field[2], ports - 1, &dst))
        return fail(err, err_len, "%s:%llu: src and dst must be ports 0 to %u", path, at,
                    ports - 1);
    if (src == dst)
        return fail(err, err_len, "%s:%llu: src and dst are both %llu", path, at,
                    (unsigned long long)src);
    while (k < 5 && strcmp(field[3], names[k]) != 0) k++;
    if (k == 5)
        return fail(err, err_len,
                    "%s:%llu: op '%.30s' is not read, write, atomic_add, atomic_swap or atomic_cas",
                    path, at, field[3]);
    if (!number(field[4], ADDR_LIMIT, &o.addr) || !number(field[5], LEN_LIMIT, &o.len) ||
        o.len == 0 || o.addr + o.len > ADDR_LIMIT)
        return fail(
            err, err_len,
            "%s:%llu: addr and len must be numbers, len 1 to %llu, inside the first %llu MiB", path,
            at, LEN_LIMIT, ADDR_LIMIT >> 20);
    o.kind = kinds[k];
    if (k >= 2 && (o.len != 8 || o.addr % 8))
        return fail(err, err_len, "%s:%llu: an atomic takes 8 bytes at a multiple of 8", path, at);
    o.src = (uint8_t)src;
    o.dst = (uint8_t)dst;
    o.cycle = (uint64_t)((double)time * WEFT_CLOCK_HZ / 1e12);
    if (cs->n_ops == cs->cap_ops) {
        const size_t cap = cs->cap_ops ? cs->cap_ops * 2 : 256;
        op *grown = realloc(cs->ops, cap * sizeof *grown);
        if (!grown) return fail(err, err_len, "%s:%llu: not enough memory", path, at);
        cs->ops = grown;
        cs->cap_ops = cap;
    }
    cs->ops[cs->n_ops++] = o;
    if (o.addr + o.len > cs->to[dst].size) cs->to[dst].size = o.addr + o.len;
    cs->from[src].scratch_bytes += (o.len + 63) & ~63ull;
    return 0;
}

static int read_file(csv_source *cs, const char *path, unsigned ports, char *err, size_t err_len)
{
    static const char header[] = "time_ps,src,dst,op,addr,len";
    FILE *f = fopen(path, "r");
    if (!f) return fail(err, err_len, "%s: %s", path, strerror(errno));
    char *text = NULL;
    size_t cap = 0;
    uint64_t line = 0;
    int rc = 0;
    while (rc == 0 && getline(&text, &cap, f) >= 0) {
        char *t = trim(text);
        line++;
        if (line == 1) {
            if (strcmp(t, header) != 0)
                rc = fail(err, err_len, "%s:1: the header line must be %s", path, header);
        } else if (*t && *t != '#') {
            rc = take_line(cs, path, line, t, ports, err, err_len);
        }
    }
    if (rc == 0 && ferror(f)) rc = fail(err, err_len, "%s: %s", path, strerror(errno));
    if (rc == 0 && cs->n_ops == 0) rc = fail(err, err_len, "%s: there is nothing to play", path);
    free(text);
    fclose(f);
    return rc;
}

static int by_time(const void *a, const void *b)
{
    const op *x = a, *y = b;
    if (x->cycle != y->cycle) return x->cycle < y->cycle ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

/* ---------------------------------------------------------------- model --------------------- */
static bool overlap(const op *a, const op *b)
{
    return a->addr < b->addr + b->len && b->addr < a->addr + a->len;
}

/* Joins an operation to those in flight to the same target, and finds out with whom it races. */
static void take_off(csv_source *cs, op *o)
{
    target_state *t = &cs->to[o->dst];
    for (op *p = t->flying; p; p = p->next) {
        if (!overlap(o, p)) continue;
        /* A read disturbs nobody: only what it finds is uncertain. */
        if (o->kind == WEFT_OP_READ || p->kind == WEFT_OP_READ) {
            if (o->kind != p->kind) (o->kind == WEFT_OP_READ ? o : p)->racy = true;
            continue;
        }
        if (o->kind == WEFT_OP_ADD && p->kind == WEFT_OP_ADD) {
            o->blurred = p->blurred = true;
            continue;
        }
        o->racy = p->racy = true;
    }
    o->flying = true;
    cs->flying_bytes += o->len;
    o->prev = NULL;
    o->next = t->flying;
    if (t->flying) t->flying->prev = o;
    t->flying = o;
}

static void leave(csv_source *cs, op *o)
{
    target_state *t = &cs->to[o->dst];
    if (o->next) o->next->prev = o->prev;
    if (o->prev)
        o->prev->next = o->next;
    else
        t->flying = o->next;
}

static void differs(csv_source *cs, const op *o, uint64_t byte)
{
    if (cs->bad++ == 0)
        snprintf(cs->first, sizeof cs->first,
                 "line %llu: rank %u found the wrong bytes at 0x%llx of "
                 "rank %u",
                 (unsigned long long)o->line, o->src, (unsigned long long)byte, o->dst);
}

static bool any_unknown(const target_state *t, const op *o)
{
    return memchr(t->unknown + o->addr, 1, (size_t)o->len) != NULL;
}

static void model_atomic(csv_source *cs, op *o, const uint8_t *result)
{
    target_state *t = &cs->to[o->dst];
    uint64_t before, got, after;
    memcpy(&before, t->shadow + o->addr, 8);
    memcpy(&got, result, 8);
    const bool unknown = any_unknown(t, o);
    if (o->racy || unknown || o->blurred)
        cs->blind += 8;
    else if (got != before)
        differs(cs, o, o->addr);
    if (o->racy) {
        memset(t->unknown + o->addr, 1, 8);
        return;
    }
    switch (o->kind) {
    case WEFT_OP_ADD: after = before + o->operand; break;
    case WEFT_OP_SWAP:
        after = o->operand;
        memset(t->unknown + o->addr, 0, 8); /* known again, whatever it was */
        break;
    default: after = before == o->compare ? o->operand : before; break;
    }
    memcpy(t->shadow + o->addr, &after, 8);
}

static void on_done(void *ctx, weft_op_status status)
{
    op *o = ctx;
    csv_source *cs = o->cs;
    target_state *t = &cs->to[o->dst];
    uint8_t *local = cs->src->net.memory(cs->src->net.ctx, o->src) + o->scratch;
    if (!o->flying) {
        weft_source_fail(cs->src, "line %llu was answered before it was sent",
                         (unsigned long long)o->line);
        return;
    }
    o->flying = false;
    cs->flying_bytes -= o->len;
    leave(cs, o);
    cs->done++;
    cs->last_progress = cs->src->net.cycle(cs->src->net.ctx);
    if (status != WEFT_OP_OK) {
        if (cs->failed++ == 0)
            snprintf(cs->first, sizeof cs->first, "line %llu ended with status %d",
                     (unsigned long long)o->line, (int)status);
        memset(t->unknown + o->addr, 1, (size_t)o->len);
    } else if (o->kind == WEFT_OP_READ) {
        for (uint64_t i = 0; i < o->len; i++) {
            if (o->racy || t->unknown[o->addr + i]) {
                cs->blind++;
            } else if (local[i] != t->shadow[o->addr + i]) {
                differs(cs, o, o->addr + i);
                break;
            }
        }
    } else if (o->kind == WEFT_OP_WRITE) {
        memset(t->unknown + o->addr, o->racy ? 1 : 0, (size_t)o->len);
        weft_stream_fill(weft_stream(cs->src->env.seed, WRITTEN, o->line), 0, t->shadow + o->addr,
                         (size_t)o->len, WEFT_DTYPE_INT32);
    } else {
        model_atomic(cs, o, local);
    }
    if (!weft_space_give(&cs->from[o->src].scratch, o->scratch, o->len))
        weft_source_fail(cs->src, "not enough memory");
}

/* ---------------------------------------------------------------- a cycle ------------------- */
/* Issues one operation. False: it has to wait. */
static bool issue(csv_source *cs, op *o)
{
    weft_source *s = cs->src;
    const weft_net *net = &s->net;
    int rc;
    if (!o->ready) {
        if (!weft_space_take(&cs->from[o->src].scratch, o->len, &o->scratch)) return false;
        uint8_t *local = net->memory(net->ctx, o->src) + o->scratch;
        if (o->kind == WEFT_OP_WRITE)
            weft_stream_fill(weft_stream(s->env.seed, WRITTEN, o->line), 0, local, (size_t)o->len,
                             WEFT_DTYPE_INT32);
        else
            memset(local, 0, (size_t)o->len);
        o->operand = weft_mix64(o->line);
        o->ready = true;
    }
    if (o->kind == WEFT_OP_CAS) {
        /* Every other compare-and-swap is to fail. */
        memcpy(&o->compare, cs->to[o->dst].shadow + o->addr, 8);
        o->compare += o->line & 1;
    }
    op *after = o->next;
    if (o->kind == WEFT_OP_WRITE)
        rc = net->write(net->ctx, o->src, o->dst, o->addr, o->scratch, o->len, 0, 0, on_done, o);
    else if (o->kind == WEFT_OP_READ)
        rc = net->read(net->ctx, o->src, o->dst, o->addr, o->scratch, o->len, on_done, o);
    else
        rc = net->atomic(net->ctx, o->src, o->dst, (weft_mem_op)o->kind, o->addr, o->operand,
                         o->compare, o->scratch, on_done, o);
    if (rc == 0) {
        cs->from[o->src].head = after;
        if (!after) cs->from[o->src].tail = NULL;
        take_off(cs, o);
        return true;
    }
    if (rc != -1)
        weft_source_fail(s, "line %llu: the operation was refused", (unsigned long long)o->line);
    return false;
}

static void csv_step(weft_source *s)
{
    csv_source *cs = s->impl;
    const uint64_t t = s->net.cycle(s->net.ctx) - cs->start;
    while (cs->next < cs->n_ops && cs->ops[cs->next].cycle <= t) {
        op *o = &cs->ops[cs->next++];
        source_state *from = &cs->from[o->src];
        o->next = NULL; /* the link serves the queue until the operation takes off */
        if (from->tail)
            from->tail->next = o;
        else
            from->head = o;
        from->tail = o;
    }
    for (unsigned r = 0; r < s->env.ports; r++) {
        source_state *from = &cs->from[r];
        while (from->head && s->phase != WEFT_PHASE_FAILED && issue(cs, from->head)) continue;
    }
    if (s->phase == WEFT_PHASE_FAILED) return;
    const bool waiting = cs->next > cs->done;
    if (!waiting) cs->last_progress = t + cs->start;
    if (cs->done == cs->n_ops) s->phase = WEFT_PHASE_DRAIN;
    /* Long operations that share a wire all end late: their bytes buy time. */
    const uint64_t quiet = t + cs->start - cs->last_progress;
    if (quiet > weft_source_stall_cycles(s) + 2 * cs->flying_bytes / s->env.mii_bytes)
        weft_source_fail(s, "no progress for %llu cycles: %llu operations wait for an answer",
                         (unsigned long long)quiet, (unsigned long long)(cs->next - cs->done));
}

static int csv_start(weft_source *s, char *err, size_t err_len)
{
    csv_source *cs = s->impl;
    (void)err;
    (void)err_len;
    cs->src = s;
    cs->start = cs->last_progress = s->net.cycle(s->net.ctx);
    for (unsigned r = 0; r < s->env.ports; r++) {
        const target_state *t = &cs->to[r];
        const uint64_t stream = weft_stream(s->env.seed, INITIAL, r);
        if (t->size == 0) continue;
        weft_stream_fill(stream, 0, t->shadow, (size_t)t->size, WEFT_DTYPE_INT32);
        memcpy(s->net.memory(s->net.ctx, r), t->shadow, (size_t)t->size);
    }
    for (size_t i = 0; i < cs->n_ops; i++) cs->ops[i].cs = cs;
    s->phase = WEFT_PHASE_MEASURE;
    return 0;
}

static void csv_progress(const weft_source *s, uint64_t *done, uint64_t *total)
{
    const csv_source *cs = s->impl;
    *done = cs->done;
    *total = cs->n_ops;
}

static uint64_t csv_verify(weft_source *s, char *msg, size_t msg_len)
{
    csv_source *cs = s->impl;
    uint64_t bad = cs->bad + cs->failed, checked = 0;
    if (bad) snprintf(msg, msg_len, "%s", cs->first);
    for (unsigned r = 0; r < s->env.ports; r++) {
        const target_state *t = &cs->to[r];
        const uint8_t *mem = t->size ? s->net.memory(s->net.ctx, r) : NULL;
        for (uint64_t i = 0; i < t->size; i++) {
            if (t->unknown[i]) continue;
            checked++;
            if (mem[i] == t->shadow[i]) continue;
            if (bad++ == 0)
                snprintf(msg, msg_len, "the memory of rank %u is wrong at 0x%llx", r,
                         (unsigned long long)i);
        }
    }
    if (bad == 0)
        snprintf(msg, msg_len,
                 "%llu bytes in memory are right; %llu bytes of answers depend on a race",
                 (unsigned long long)checked, (unsigned long long)cs->blind);
    return bad;
}

weft_source *weft_csv_open(const char *path, const weft_source_env *env, char *err, size_t err_len)
{
    static const weft_source_ops ops = {csv_start, csv_step, csv_progress, csv_verify, csv_free};
    csv_source *cs = calloc(1, sizeof *cs);
    if (!cs) {
        fail(err, err_len, "not enough memory");
        return NULL;
    }
    if (read_file(cs, path, env->ports, err, err_len) != 0) {
        csv_free(cs);
        return NULL;
    }
    qsort(cs->ops, cs->n_ops, sizeof *cs->ops, by_time);
    uint64_t scratch = 0;
    bool ok = true;
    for (unsigned r = 0; r < env->ports; r++) {
        target_state *t = &cs->to[r];
        const uint64_t cap = SCRATCH_LIMIT > 2 * LEN_LIMIT ? SCRATCH_LIMIT : 2 * LEN_LIMIT;
        if (cs->from[r].scratch_bytes > cap) cs->from[r].scratch_bytes = cap;
        if (cs->from[r].scratch_bytes > scratch) scratch = cs->from[r].scratch_bytes;
        if (((t->size + 63) & ~63ull) > cs->base) cs->base = (t->size + 63) & ~63ull;
        if (t->size == 0) continue;
        t->shadow = malloc((size_t)t->size);
        t->unknown = calloc(1, (size_t)t->size);
        ok &= t->shadow && t->unknown;
    }
    /* Local buffers stand behind all addresses that are a target anywhere. */
    for (unsigned r = 0; r < env->ports; r++)
        ok &= weft_space_give(&cs->from[r].scratch, cs->base, cs->from[r].scratch_bytes);
    if (!ok) {
        fail(err, err_len, "%s: not enough memory", path);
        csv_free(cs);
        return NULL;
    }
    weft_source *s = weft_source_new(&ops, cs, env);
    if (!s) {
        fail(err, err_len, "not enough memory");
        return NULL;
    }
    s->needs.memory_bytes = cs->base + scratch + 64;
    snprintf(s->describe, sizeof s->describe, "%zu operations from a table", cs->n_ops);
    return s;
}
