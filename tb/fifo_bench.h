/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * fifo_bench.h: the bench of weft_fifo and weft_fifo_ram, which keep one contract. FIFO_WIDTH and
 * FIFO_DEPTH are the module's defaults. Include it once, it holds tb_main().
 *
 * Reference: a counter of words in and words out; word number n has contents computed from n. Every
 * cycle compares valid, ready, level, data and the sticky error, so latency (1 cycle) and order are
 * checked exactly; rate is checked by counting.
 */
#ifndef WEFT_FIFO_BENCH_H
#define WEFT_FIFO_BENCH_H
#include <string.h>

#include "common/tb.h"

#define MAX_BYTES 64

typedef struct {
    tb *t;
    tb_sig *rst, *in_valid, *in_ready, *in_data, *out_valid, *out_ready, *out_data, *level, *error;
    unsigned width, bytes;
    uint64_t depth;
    uint64_t in, out; /* words accepted, words taken */
    bool error_expected, refused;
} bench;

static void word(const bench *b, uint64_t n, uint8_t *w)
{
    uint64_t x = n * 0x9E3779B97F4A7C15u + 0x1234567u;
    for (unsigned i = 0; i < b->bytes; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        w[i] = (uint8_t)(x >> 32);
    }
    if (b->width % 8) w[b->bytes - 1] &= (uint8_t)((1u << (b->width % 8)) - 1);
}

/* One cycle with these wishes; returns 1 for a word in, 2 for a word out, or both. */
static unsigned cycle(bench *b, bool valid, bool ready)
{
    uint8_t want[MAX_BYTES], got[MAX_BYTES];
    uint64_t held = b->in - b->out;
    bool full = held == b->depth;
    bool in_ready = !full || (b->depth == 1 && ready);
    unsigned done = 0;

    tb_set(b->in_valid, valid);
    tb_set(b->out_ready, ready);
    if (valid) {
        word(b, b->in, want);
        tb_set_bytes(b->in_data, 0, want, b->bytes);
    }
    tb_eval(b->t);
    TB_EQ(b->t, tb_get(b->out_valid), held > 0);
    TB_EQ(b->t, tb_get(b->in_ready), in_ready);
    TB_EQ(b->t, tb_get(b->level), held);
    TB_EQ(b->t, tb_get(b->error), b->error_expected);
    if (held > 0) {
        word(b, b->out, want);
        tb_get_bytes(b->out_data, 0, got, b->bytes);
        if (memcmp(want, got, b->bytes) != 0)
            tb_fail(b->t, "word %llu comes out wrong", (unsigned long long)b->out);
        if (ready) done |= 2;
    }
    if (valid && in_ready) done |= 1;
    tb_tick(b->t);
    if (b->refused && !valid) b->error_expected = true;
    b->refused = valid && !in_ready;
    b->in += done & 1;
    b->out += done >> 1;
    return done;
}

static void drain(bench *b)
{
    for (uint64_t i = 0; i < b->depth + 2; i++) cycle(b, false, true);
    TB_EQ(b->t, b->in - b->out, 0);
    for (int i = 0; i < 3; i++) cycle(b, false, tb_chance(b->t, 50));
}

static void restart(bench *b)
{
    tb_set(b->in_valid, 0);
    tb_set(b->out_ready, 0);
    tb_reset(b->t, 2);
    b->in = b->out = 0;
    b->error_expected = b->refused = false;
}

int tb_main(tb *t)
{
    bench b = {.t = t,
               .in_valid = tb_sig_find(t, "in_valid_i"),
               .in_ready = tb_sig_find(t, "in_ready_o"),
               .in_data = tb_sig_find(t, "in_data_i"),
               .out_valid = tb_sig_find(t, "out_valid_o"),
               .out_ready = tb_sig_find(t, "out_ready_i"),
               .out_data = tb_sig_find(t, "out_data_o"),
               .level = tb_sig_find(t, "level_o"),
               .error = tb_sig_find(t, "error_o"),
               .width = (unsigned)tb_param(t, "WIDTH", FIFO_WIDTH),
               .depth = tb_param(t, "DEPTH", FIFO_DEPTH)};
    static const unsigned mix[][2] = {{100, 100}, {100, 50}, {50, 100}, {30, 30},
                                      {90, 80},   {100, 10}, {10, 100}, {75, 75}};
    b.bytes = (b.width + 7) / 8;
    restart(&b);

    /* Fill to the brim, empty, and once more so that the pointers have wrapped. */
    for (int turn = 0; turn < 3; turn++) {
        for (uint64_t i = 0; i < b.depth + 2; i++) cycle(&b, true, false);
        TB_EQ(t, b.in - b.out, b.depth);
        while (b.refused) cycle(&b, true, true); /* a refused word stays until it is taken */
        drain(&b);
    }

    /* Full rate: from the second cycle on one word out in every cycle. */
    uint64_t start = b.out;
    cycle(&b, true, true);
    for (unsigned i = 0; i < 200; i++) {
        if (cycle(&b, true, true) != 3) tb_fail(t, "bubble at full rate, cycle %u", i);
    }
    TB_EQ(t, b.out - start, 200);
    drain(&b);

    /* Random stress: a sender that keeps its word until it is taken. */
    uint64_t rounds = tb_effort(t, 4000, 200000);
    for (unsigned m = 0; m < sizeof mix / sizeof mix[0]; m++) {
        for (uint64_t i = 0; i < rounds; i++)
            cycle(&b, b.refused || tb_chance(t, mix[m][0]), tb_chance(t, mix[m][1]));
        while (b.refused) cycle(&b, true, true);
        drain(&b);
    }
    TB_CHECK(t, !b.error_expected);

    /* A word that is withdrawn while full: the error sticks, the contents stay right. */
    for (uint64_t i = 0; i < b.depth; i++) cycle(&b, true, false);
    cycle(&b, true, false);
    cycle(&b, false, false);
    cycle(&b, false, false);
    TB_CHECK(t, b.error_expected && tb_get(b.error) == 1);
    drain(&b);
    TB_CHECK(t, tb_get(b.error) == 1);
    restart(&b);
    TB_CHECK(t, tb_get(b.error) == 0);
    for (uint64_t i = 0; i < 100; i++) cycle(&b, b.refused || tb_chance(t, 60), tb_chance(t, 60));
    while (b.refused) cycle(&b, true, true);
    drain(&b);
    return 0;
}

#endif
