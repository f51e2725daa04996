/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * fake_net.h: a net for sources without a switch: every operation takes effect some cycles later,
 * in order for each pair of ranks. It is now and then too busy, and it can lose or damage one
 * message.
 */
#ifndef WEFT_TEST_FAKE_NET_H
#define WEFT_TEST_FAKE_NET_H
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "traffic/data.h"
#include "traffic/traffic.h"

typedef struct event {
    uint64_t at, order;
    int stage; /* 0: takes effect at dst, 1: done at src */
    int kind;  /* weft_mem_op; -1: a frame */
    unsigned src, dst, flags;
    uint64_t dst_addr, local_addr, len, operand, compare;
    uint32_t tag;
    uint8_t *data;
    weft_op_done done;
    void *ctx;
    struct event *next;
} event;

typedef struct {
    unsigned ports;
    uint64_t cycle, memory_size, order;
    uint8_t *memory[WEFT_MAX_PORTS];
    weft_notify_fn notify[WEFT_MAX_PORTS];
    void *notify_ctx[WEFT_MAX_PORTS];
    uint64_t free_at[WEFT_MAX_PORTS][WEFT_MAX_PORTS];
    weft_rng rng;
    event *events; /* by time, then order */
    unsigned busy_percent;
    uint64_t writes, lose, damage; /* number of the write to lose or damage, from 1 on; 0 = none */
    /* frames of synthetic sources */
    uint64_t frames, frame_bytes, matrix[WEFT_MAX_PORTS][WEFT_MAX_PORTS];
    size_t queued[WEFT_MAX_PORTS];
    uint64_t drained_bytes[WEFT_MAX_PORTS];
    double wire_credit[WEFT_MAX_PORTS];
    size_t sizes[WEFT_MAX_PORTS][256];
    unsigned first[WEFT_MAX_PORTS];
    unsigned frame_queue; /* 0: frames vanish at once */
} fake_net;

static inline void fake_add(fake_net *f, event *e)
{
    event **p = &f->events;
    e->order = f->order++;
    while (*p && ((*p)->at < e->at || ((*p)->at == e->at && (*p)->order < e->order)))
        p = &(*p)->next;
    e->next = *p;
    *p = e;
}

static inline uint64_t fake_time(fake_net *f, unsigned a, unsigned b, uint64_t len)
{
    uint64_t t = f->cycle + 10 + weft_rng_below(&f->rng, 20);
    if (t < f->free_at[a][b]) t = f->free_at[a][b];
    f->free_at[a][b] = t + len / 32 + 1;
    return t + len / 32 + 1;
}

static inline uint64_t fake_cycle(void *ctx) { return ((fake_net *)ctx)->cycle; }
static inline uint8_t *fake_memory(void *ctx, unsigned r) { return ((fake_net *)ctx)->memory[r]; }
static inline uint64_t fake_memory_size(void *ctx, unsigned r)
{
    (void)r;
    return ((fake_net *)ctx)->memory_size;
}

static inline event *fake_op(fake_net *f, int kind, unsigned rank, unsigned dst, uint64_t dst_addr,
                             uint64_t local, uint64_t len, weft_op_done done, void *ctx)
{
    event *e = calloc(1, sizeof *e);
    assert(e);
    *e = (event){.kind = kind,
                 .src = rank,
                 .dst = dst,
                 .dst_addr = dst_addr,
                 .local_addr = local,
                 .len = len,
                 .done = done,
                 .ctx = ctx};
    e->at = fake_time(f, rank, dst, kind == WEFT_OP_READ ? 0 : len);
    return e;
}

static inline int fake_write(void *ctx, unsigned rank, unsigned dst, uint64_t dst_addr,
                             uint64_t src_addr, uint64_t len, unsigned flags, uint32_t tag,
                             weft_op_done done, void *done_ctx)
{
    fake_net *f = ctx;
    if (rank >= f->ports || dst >= f->ports || rank == dst || len == 0 ||
        dst_addr + len > f->memory_size || src_addr + len > f->memory_size)
        return -2;
    if (weft_rng_below(&f->rng, 100) < f->busy_percent) return -1;
    event *e = fake_op(f, WEFT_OP_WRITE, rank, dst, dst_addr, src_addr, len, done, done_ctx);
    e->flags = flags;
    e->tag = tag;
    f->writes++;
    if (f->writes == f->lose) {
        /* The sender believes it is gone; it never comes. */
        e->stage = 1;
    } else {
        e->data = malloc((size_t)len);
        assert(e->data);
        memcpy(e->data, f->memory[rank] + src_addr, (size_t)len);
        /* A high bit of an element's mantissa: no rounding hides it. */
        if (f->writes == f->damage) e->data[len >= 4 ? len / 8 * 4 + 2 : 0] ^= 0x40;
    }
    fake_add(f, e);
    return 0;
}

static inline int fake_read(void *ctx, unsigned rank, unsigned dst, uint64_t dst_addr,
                            uint64_t local, uint64_t len, weft_op_done done, void *done_ctx)
{
    fake_net *f = ctx;
    if (rank >= f->ports || dst >= f->ports || rank == dst || len == 0 ||
        dst_addr + len > f->memory_size || local + len > f->memory_size)
        return -2;
    if (weft_rng_below(&f->rng, 100) < f->busy_percent) return -1;
    fake_add(f, fake_op(f, WEFT_OP_READ, rank, dst, dst_addr, local, len, done, done_ctx));
    return 0;
}

static inline int fake_atomic(void *ctx, unsigned rank, unsigned dst, weft_mem_op op,
                              uint64_t dst_addr, uint64_t operand, uint64_t compare,
                              uint64_t result, weft_op_done done, void *done_ctx)
{
    fake_net *f = ctx;
    if (rank >= f->ports || dst >= f->ports || rank == dst || dst_addr % 8) return -2;
    if (weft_rng_below(&f->rng, 100) < f->busy_percent) return -1;
    event *e = fake_op(f, (int)op, rank, dst, dst_addr, result, 8, done, done_ctx);
    e->operand = operand;
    e->compare = compare;
    fake_add(f, e);
    return 0;
}

static inline void fake_on_notify(void *ctx, unsigned rank, weft_notify_fn fn, void *fn_ctx)
{
    fake_net *f = ctx;
    f->notify[rank] = fn;
    f->notify_ctx[rank] = fn_ctx;
}

static inline int fake_send_frame(void *ctx, unsigned src, unsigned dst, unsigned vc, size_t bytes,
                                  uint64_t stamp)
{
    fake_net *f = ctx;
    if (src >= f->ports || dst >= f->ports || vc != 0 || src == dst || stamp > f->cycle) return -2;
    if (f->frame_queue) {
        if (f->queued[src] >= f->frame_queue || f->queued[src] >= 256) return -1;
        f->sizes[src][(f->first[src] + f->queued[src]++) % 256] = bytes;
    }
    f->frames++;
    f->frame_bytes += bytes;
    f->matrix[src][dst]++;
    return 0;
}

static inline size_t fake_backlog(void *ctx, unsigned port, unsigned vc)
{
    (void)vc;
    return ((fake_net *)ctx)->queued[port];
}

static inline void fake_effect(fake_net *f, event *e)
{
    uint8_t *mem = f->memory[e->dst] + e->dst_addr;
    uint64_t old = 0;
    if (e->kind == WEFT_OP_WRITE) {
        memcpy(mem, e->data, (size_t)e->len);
        if ((e->flags & WEFT_WRITE_NOTIFY) && f->notify[e->dst])
            f->notify[e->dst](f->notify_ctx[e->dst], e->src, e->tag, e->dst_addr, (uint32_t)e->len);
    } else if (e->kind == WEFT_OP_READ) {
        e->data = malloc((size_t)e->len);
        assert(e->data);
        memcpy(e->data, mem, (size_t)e->len);
    } else {
        e->data = malloc(8);
        assert(e->data);
        memcpy(&old, mem, 8);
        memcpy(e->data, mem, 8);
        uint64_t now = e->kind == WEFT_OP_ADD    ? old + e->operand
                       : e->kind == WEFT_OP_SWAP ? e->operand
                       : old == e->compare       ? e->operand
                                                 : old;
        memcpy(mem, &now, 8);
    }
    e->stage = 1;
    /* A posted write is done when it is on the wire; here that is the time of its arrival. */
    e->at = e->flags & WEFT_WRITE_POSTED
                ? f->cycle
                : fake_time(f, e->dst, e->src, e->kind == WEFT_OP_READ ? e->len : 0);
    fake_add(f, e);
}

/* One cycle. */
static inline void fake_step(fake_net *f)
{
    f->cycle++;
    while (f->events && f->events->at <= f->cycle) {
        event *e = f->events;
        f->events = e->next;
        if (e->stage == 0) {
            fake_effect(f, e);
            continue;
        }
        if (e->kind != WEFT_OP_WRITE)
            memcpy(f->memory[e->src] + e->local_addr, e->data, (size_t)e->len);
        if (e->done) e->done(e->ctx, WEFT_OP_OK);
        free(e->data);
        free(e);
    }
    for (unsigned p = 0; f->frame_queue && p < f->ports; p++) {
        f->wire_credit[p] += 32;
        while (f->queued[p] > 0) {
            const size_t n = (f->sizes[p][f->first[p] % 256] + 16) / 8 * 8;
            if (f->wire_credit[p] < (double)n) break;
            f->wire_credit[p] -= (double)n;
            f->drained_bytes[p] += n;
            f->first[p]++;
            f->queued[p]--;
        }
        if (f->queued[p] == 0 && f->wire_credit[p] > 32) f->wire_credit[p] = 32;
    }
}

static inline weft_net fake_open(fake_net *f, unsigned ports, uint64_t memory, uint64_t seed)
{
    memset(f, 0, sizeof *f);
    f->ports = ports;
    f->memory_size = memory;
    weft_rng_seed(&f->rng, seed);
    for (unsigned r = 0; r < ports; r++) {
        f->memory[r] = calloc(1, (size_t)memory);
        assert(f->memory[r]);
    }
    return (weft_net){.ctx = f,
                      .ports = ports,
                      .cycle = fake_cycle,
                      .memory = fake_memory,
                      .memory_size = fake_memory_size,
                      .write = fake_write,
                      .read = fake_read,
                      .atomic = fake_atomic,
                      .on_notify = fake_on_notify,
                      .send_frame = fake_send_frame,
                      .backlog = fake_backlog};
}

static inline void fake_close(fake_net *f)
{
    while (f->events) {
        event *e = f->events;
        f->events = e->next;
        free(e->data);
        free(e);
    }
    for (unsigned r = 0; r < f->ports; r++) free(f->memory[r]);
}

/* Plays a started source to its end. Returns the last phase. */
static inline weft_phase fake_play(fake_net *f, weft_source *s, uint64_t most)
{
    for (uint64_t i = 0; i < most; i++) {
        const weft_phase p = weft_source_get_phase(s);
        if (p == WEFT_PHASE_FAILED || (p == WEFT_PHASE_DRAIN && !f->events)) return p;
        weft_source_step(s);
        fake_step(f);
    }
    return weft_source_get_phase(s);
}
#endif
