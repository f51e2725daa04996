/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_driver_buffer.c: buffer limits, partition and credits. The claim "cannot overflow" is
 * checked against an exact knapsack over all frame sizes, written without the driver's arithmetic.
 */
#include "driver_test.h"
#include <stdio.h>

#define P5 FAKE_PORT(5)

/* ------------------------------------------------------------------ arithmetic -------------- */
static unsigned ref_cells(unsigned bytes) /* one cell after the other */
{
    unsigned cells = 0;
    for (int left = (int)bytes - 4; left > 0; left -= 64) cells++;
    return cells;
}

static unsigned ref_credits(int bytes, unsigned size) /* one credit after the other */
{
    unsigned credits = 1;
    while ((int)(credits * size) < bytes) credits++;
    return credits;
}

static void arithmetic(void **state)
{
    (void)state;
    for (unsigned n = 32; n <= 9216; n++) {
        assert_int_equal(weft_frame_cells(n, 64), ref_cells(n));
        for (unsigned shift = 5; shift <= 11; shift += n % 7 + 1)
            for (int ovhd = -16; ovhd <= 127; ovhd += 11)
                assert_int_equal(weft_frame_credits(n, shift, ovhd),
                                 ref_credits((int)n + ovhd, 1u << shift));
    }
    assert_int_equal(weft_frame_cells(0, 64), 1);
    assert_int_equal(weft_frame_cells(68, 64), 1);
    assert_int_equal(weft_frame_cells(69, 64), 2);
    assert_int_equal(weft_frame_cells(64, 0), 0);
    assert_int_equal(weft_frame_credits(10, 5, -16), 1);
    assert_int_equal(weft_frame_credits(64, 6, 0), 1);
    assert_int_equal(weft_frame_credits(64, 6, 1), 2);
    assert_int_equal(weft_frame_credits(64, 4, 0), 0);
    assert_int_equal(weft_frame_credits(64, 12, 0), 0);
    assert_int_equal(weft_frame_credits(64, 6, -17), 0);
    assert_int_equal(weft_frame_credits(64, 6, 128), 0);
    assert_int_equal(weft_frame_credits(0xffffffff, 6, 0), 0);
}

/* ------------------------------------------------------------------ partition --------------- */
/* The most cells that frames of min..max bytes can take for `credits` credits in all. */
static unsigned most_cells(unsigned credits, unsigned min, unsigned max, unsigned size, int ovhd)
{
    /* For each price the most cells that one frame can take at it. */
    unsigned top = ref_credits((int)max + ovhd, size);
    unsigned *best = calloc(top + 1, sizeof *best), *sum = calloc(credits + 1, sizeof *sum);
    assert_true(best != NULL && sum != NULL);
    for (unsigned n = min; n <= max; n++) {
        unsigned c = ref_credits((int)n + ovhd, size);
        if (ref_cells(n) > best[c]) best[c] = ref_cells(n);
    }
    for (unsigned have = 1; have <= credits; have++) {
        sum[have] = sum[have - 1];
        for (unsigned c = 1; c <= top && c <= have; c++)
            if (sum[have - c] + best[c] > sum[have]) sum[have] = sum[have - c] + best[c];
    }
    unsigned most = sum[credits];
    free(best);
    free(sum);
    return most;
}

static const weft_geometry geo8 = {
    .ports = 8, .endpoints = 8, .vcs = 4, .cell_bytes = 64, .buf_cells = 4096};

static void partition_cannot_overflow(void **state)
{
    (void)state;
    uint64_t seed = 20260101;
    unsigned refused = 0, good = 0;
    for (unsigned i = 0; i < 400; i++) {
        weft_geometry g = geo8;
        g.buf_cells = 64u + (unsigned)(next_random(&seed) % 1500);
        unsigned shift = 5 + (unsigned)(next_random(&seed) % 7);
        int ovhd = (int)(next_random(&seed) % 144) - 16;
        weft_partition_request r = {
            .lossless_mask = 1 + (uint32_t)(next_random(&seed) % 15),
            .max_frame = 64 + (unsigned)(next_random(&seed) % 3000),
            .min_frame = 32 + (unsigned)(next_random(&seed) % 33),
            .credit_shift = shift,
            .credit_overhead = ovhd,
            .reserve_cells = (unsigned)(next_random(&seed) % 10),
        };
        for (unsigned v = 0; v < 4; v++)
            r.weight[v] = (r.lossless_mask >> v & 1) + (uint32_t)(next_random(&seed) % 4);
        weft_partition p;
        weft_status s = weft_partition_compute(&g, &r, &p);
        if (s == WEFT_ERR_UNSAFE) {
            refused++;
            continue;
        }
        OK(s);
        good++;
        assert_int_equal(p.max_frame, r.max_frame);
        assert_int_equal(p.min_frame, r.min_frame);
        unsigned sum = 0;
        for (unsigned v = 0; v < WEFT_DRIVER_MAX_VCS; v++) {
            sum += p.vc_limit[v];
            bool lossless = v < 4 && (r.lossless_mask >> v & 1) != 0;
            if (!lossless) {
                assert_int_equal(p.credit_limit[v], 0);
                continue;
            }
            unsigned limit = p.credit_limit[v],
                     top = ref_credits((int)r.max_frame + ovhd, 1u << shift);
            unsigned worst = most_cells(limit, r.min_frame, r.max_frame, 1u << shift, ovhd);
            assert_true(worst <= p.vc_limit[v]);
            assert_true(limit >= top);
            /* Nor is it needlessly small: a few frames' worth more could overflow. */
            assert_true(limit == WEFT_CREDIT_LIMIT_MAX_GIVEN ||
                        most_cells(limit + 2 * top, r.min_frame, r.max_frame, 1u << shift, ovhd) >
                            p.vc_limit[v]);
        }
        assert_true(sum + r.reserve_cells <= g.buf_cells);
    }
    assert_true(good > 100 && refused > 20); /* the sample has both */
}

static void partition_defaults(void **state)
{
    (void)state;
    weft_partition_request r = {.lossless_mask = 3,
                                .weight = {1, 1, 0, 0},
                                .max_frame = 9216,
                                .min_frame = 64,
                                .credit_shift = 6};
    weft_partition p;
    OK(weft_partition_compute(&geo8, &r, &p));
    assert_int_equal(p.vc_limit[0], 2048);
    assert_int_equal(p.vc_limit[1], 2048);
    assert_int_equal(p.vc_limit[2], 0);
    assert_int_equal(p.credit_limit[0], 2048); /* a 64-byte credit a cell */
    r.buf_cells = 1000;
    r.reserve_cells = 100;
    r.weight[2] = 1; /* best effort */
    OK(weft_partition_compute(&geo8, &r, &p));
    assert_int_equal(p.vc_limit[0], 300);
    assert_int_equal(p.vc_limit[2], 300);
    assert_int_equal(p.credit_limit[2], 0);
    /* With -16 bytes of overhead an 80-byte frame is one credit but two cells. */
    r.credit_overhead = -16;
    OK(weft_partition_compute(&geo8, &r, &p));
    assert_int_equal(p.credit_limit[0], 150);
    /* Credits of 2048 bytes: a frame of 2048 bytes takes 32 cells for one of them. */
    r.credit_overhead = 0;
    r.credit_shift = 11;
    OK(weft_partition_compute(&geo8, &r, &p));
    assert_int_equal(p.credit_limit[0], 300 / 32);
    /* Capped where a CF_Update would become ambiguous. */
    weft_geometry big = geo8;
    big.buf_cells = 65535;
    r = (weft_partition_request){
        .lossless_mask = 1, .weight = {1}, .max_frame = 64, .min_frame = 64, .credit_shift = 5};
    OK(weft_partition_compute(&big, &r, &p));
    assert_int_equal(p.credit_limit[0], WEFT_CREDIT_LIMIT_MAX_GIVEN);
}

static void partition_refuses(void **state)
{
    (void)state;
    const weft_partition_request good = {.lossless_mask = 1,
                                         .weight = {1, 1},
                                         .max_frame = 9216,
                                         .min_frame = 64,
                                         .credit_shift = 6};
    weft_partition_request r = good;
    weft_geometry g = geo8;
    weft_partition p;
    OK(weft_partition_compute(&g, &r, &p));
    IS(WEFT_ERR_ARG, weft_partition_compute(NULL, &r, &p));
    IS(WEFT_ERR_ARG, weft_partition_compute(&g, NULL, &p));
    IS(WEFT_ERR_ARG, weft_partition_compute(&g, &r, NULL));
#define REFUSED(STATUS, WHAT, VALUE)                                                               \
    do {                                                                                           \
        r = good;                                                                                  \
        g = geo8;                                                                                  \
        WHAT = VALUE;                                                                              \
        IS(STATUS, weft_partition_compute(&g, &r, &p));                                            \
    } while (0)
    REFUSED(WEFT_ERR_ARG, g.cell_bytes, 0);
    REFUSED(WEFT_ERR_ARG, g.vcs, 0);
    REFUSED(WEFT_ERR_ARG, g.vcs, 9);
    REFUSED(WEFT_ERR_ARG, g.vcs, 1);           /* VC 1 has a weight */
    REFUSED(WEFT_ERR_ARG, r.lossless_mask, 4); /* no weight */
    REFUSED(WEFT_ERR_ARG, r.lossless_mask, 0x10);
    REFUSED(WEFT_ERR_ARG, r.weight[7], 1);
    REFUSED(WEFT_ERR_ARG, r.weight[0], 0);
    REFUSED(WEFT_ERR_ARG, r.reserve_cells, 4096);
    REFUSED(WEFT_ERR_ARG, r.buf_cells, 4097);
    REFUSED(WEFT_ERR_ARG, r.min_frame, 0);
    REFUSED(WEFT_ERR_ARG, r.min_frame, 31);
    REFUSED(WEFT_ERR_ARG, r.max_frame, 63);
    REFUSED(WEFT_ERR_ARG, r.max_frame, 16384);
    REFUSED(WEFT_ERR_ARG, r.credit_shift, 4);
    REFUSED(WEFT_ERR_ARG, r.credit_shift, 12);
    REFUSED(WEFT_ERR_ARG, r.credit_overhead, -17);
    REFUSED(WEFT_ERR_ARG, r.credit_overhead, 128);
    REFUSED(WEFT_ERR_UNSAFE, r.buf_cells, 287); /* 143 cells each, a frame needs 144 */
    REFUSED(WEFT_ERR_UNSAFE, r.weight[1], 1000);
#undef REFUSED
    r = good;
    r.buf_cells = 288;
    OK(weft_partition_compute(&geo8, &r, &p));
    r.lossless_mask = 0;
    r.weight[0] = r.weight[1] = 0;
    IS(WEFT_ERR_ARG, weft_partition_compute(&geo8, &r, &p));
    /* Room for one frame in cells, but with a safe limit not for one in credits. */
    r = good;
    r.credit_overhead = -16;
    r.buf_cells = 288;
    IS(WEFT_ERR_UNSAFE, weft_partition_compute(&geo8, &r, &p));
}

/* ------------------------------------------------------------------ limits ------------------ */
static void limits(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    unsigned cells;
    uint32_t mask;
    OK(weft_port_set_vc_limit(t.dev, 5, 0, 4096));
    OK(weft_port_set_vc_limit(t.dev, 5, 1, 4096)); /* best effort may overbook */
    OK(weft_port_get_vc_limit(t.dev, 5, 1, &cells));
    assert_int_equal(cells, 4096);
    IS(WEFT_ERR_UNSAFE, weft_port_set_lossless(t.dev, 5, 1)); /* 8192 cells of 4096 */
    OK(weft_port_set_vc_limit(t.dev, 5, 1, 1000));
    IS(WEFT_ERR_UNSAFE, weft_port_set_lossless(t.dev, 5, 1));
    OK(weft_port_set_vc_limit(t.dev, 5, 0, 3096));
    IS(WEFT_ERR_UNSAFE, weft_port_set_lossless(t.dev, 5, 1 | 4)); /* VC 2 has nothing */
    OK(weft_port_set_lossless(t.dev, 5, 1));
    OK(weft_port_get_lossless(t.dev, 5, &mask));
    assert_int_equal(mask, 1);
    IS(WEFT_ERR_UNSAFE, weft_port_set_vc_limit(t.dev, 5, 2, 1));
    IS(WEFT_ERR_UNSAFE, weft_port_set_vc_limit(t.dev, 5, 0, 143)); /* a frame needs 144 */
    OK(weft_port_set_vc_limit(t.dev, 5, 0, 144));
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_VC_LIMIT(0)), 144);
    fake_poke(&t.chip, P5 + WEFT_PORT_VC_USED(3), 77);
    OK(weft_port_get_vc_used(t.dev, 5, 3, &cells));
    assert_int_equal(cells, 77);
    /* A credited VC does not shrink and stays lossless. */
    fake_poke(&t.chip, P5 + WEFT_PORT_CBFC_RX_ENABLE, 1);
    OK(weft_port_set_vc_limit(t.dev, 5, 0, 200));
    IS(WEFT_ERR_UNSAFE, weft_port_set_vc_limit(t.dev, 5, 0, 199));
    IS(WEFT_ERR_STATE, weft_port_set_lossless(t.dev, 5, 0));
    fake_poke(&t.chip, P5 + WEFT_PORT_CBFC_RX_ENABLE, 0);
    OK(weft_port_set_lossless(t.dev, 5, 0));

    IS(WEFT_ERR_ARG, weft_port_set_vc_limit(NULL, 5, 0, 1));
    IS(WEFT_ERR_ARG, weft_port_set_vc_limit(t.dev, 8, 0, 1));
    IS(WEFT_ERR_ARG, weft_port_set_vc_limit(t.dev, 5, 4, 1));
    IS(WEFT_ERR_ARG, weft_port_set_vc_limit(t.dev, 5, 0, 4097));
    IS(WEFT_ERR_ARG, weft_port_get_vc_limit(NULL, 5, 0, &cells));
    IS(WEFT_ERR_ARG, weft_port_get_vc_limit(t.dev, 8, 0, &cells));
    IS(WEFT_ERR_ARG, weft_port_get_vc_limit(t.dev, 5, 4, &cells));
    IS(WEFT_ERR_ARG, weft_port_get_vc_limit(t.dev, 5, 0, NULL));
    IS(WEFT_ERR_ARG, weft_port_set_lossless(NULL, 5, 0));
    IS(WEFT_ERR_ARG, weft_port_set_lossless(t.dev, 8, 0));
    IS(WEFT_ERR_ARG, weft_port_set_lossless(t.dev, 5, 0x10));
    IS(WEFT_ERR_ARG, weft_port_get_lossless(NULL, 5, &mask));
    IS(WEFT_ERR_ARG, weft_port_get_lossless(t.dev, 8, &mask));
    IS(WEFT_ERR_ARG, weft_port_get_lossless(t.dev, 5, NULL));
    IS(WEFT_ERR_ARG, weft_port_get_vc_used(NULL, 5, 0, &cells));
    IS(WEFT_ERR_ARG, weft_port_get_vc_used(t.dev, 8, 0, &cells));
    IS(WEFT_ERR_ARG, weft_port_get_vc_used(t.dev, 5, 4, &cells));
    IS(WEFT_ERR_ARG, weft_port_get_vc_used(t.dev, 5, 0, NULL));
    close_device(&t);
}

/* ------------------------------------------------------------------ credits ----------------- */
static weft_cbfc_tx some_tx(void)
{
    return (weft_cbfc_tx){.vc_mask = 5,
                          .credit_shift = 7,
                          .credit_overhead = -16,
                          .limit = {1000, 0, 524287, 0},
                          .cc_period = 1048575};
}

static weft_cbfc_rx some_rx(void)
{
    return (weft_cbfc_rx){
        .vc_mask = 3, .credit_shift = 11, .credit_overhead = 127, .cf_period = 99, .cf_min = 65535};
}

static void give_buffer(driver_test *t)
{
    OK(weft_port_set_vc_limit(t->dev, 5, 0, 1000));
    OK(weft_port_set_vc_limit(t->dev, 5, 1, 1000));
    OK(weft_port_set_lossless(t->dev, 5, 3));
}

static void credits(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    give_buffer(&t);
    weft_cbfc_tx tx = some_tx(), tx2;
    weft_cbfc_rx rx = some_rx(), rx2;
    OK(weft_port_cbfc_init(t.dev, 5, &tx, &rx));
    OK(weft_port_cbfc_get(t.dev, 5, &tx2, &rx2));
    assert_int_equal(tx2.vc_mask, 5);
    assert_int_equal(tx2.credit_shift, 7);
    assert_int_equal(tx2.credit_overhead, -16);
    assert_int_equal(tx2.limit[0], 1000);
    assert_int_equal(tx2.limit[1], 0);
    assert_int_equal(tx2.limit[2], 524287);
    assert_int_equal(tx2.cc_period, 1048575);
    assert_int_equal(rx2.vc_mask, 3);
    assert_int_equal(rx2.credit_shift, 11);
    assert_int_equal(rx2.credit_overhead, 127);
    assert_int_equal(rx2.cf_period, 99);
    assert_int_equal(rx2.cf_min, 65535);
    OK(weft_port_cbfc_get(t.dev, 5, NULL, NULL));
    /* Both roles off: no credits needed, none given, no CC_Update. */
    OK(weft_port_cbfc_init(t.dev, 5, NULL, NULL));
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_CBFC_TX_ENABLE), 0);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_CBFC_RX_ENABLE), 0);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_CC_PERIOD), 0);
    for (unsigned k = 0; k < 4; k++) {
        fake_poke(&t.chip, P5 + WEFT_PORT_SENDER_CREDITS_CONSUMED(k), 10 * k + 1);
        fake_poke(&t.chip, P5 + WEFT_PORT_SENDER_CREDITS_FREED(k), 10 * k + 2);
        fake_poke(&t.chip, P5 + WEFT_PORT_SENDER_CREDITS_USED(k), 10 * k + 3);
        fake_poke(&t.chip, P5 + WEFT_PORT_RECEIVER_CREDITS_CONSUMED(k), 10 * k + 4);
        fake_poke(&t.chip, P5 + WEFT_PORT_RECEIVER_CREDITS_FREED(k), 10 * k + 5);
    }
    weft_credits c;
    for (unsigned k = 0; k < 4; k++) {
        OK(weft_port_get_credits(t.dev, 5, k, &c));
        assert_int_equal(c.sender_consumed, 10 * k + 1);
        assert_int_equal(c.sender_freed, 10 * k + 2);
        assert_int_equal(c.sender_used, 10 * k + 3);
        assert_int_equal(c.receiver_consumed, 10 * k + 4);
        assert_int_equal(c.receiver_freed, 10 * k + 5);
    }
    IS(WEFT_ERR_ARG, weft_port_get_credits(NULL, 5, 0, &c));
    IS(WEFT_ERR_ARG, weft_port_get_credits(t.dev, 8, 0, &c));
    IS(WEFT_ERR_ARG, weft_port_get_credits(t.dev, 5, 4, &c));
    IS(WEFT_ERR_ARG, weft_port_get_credits(t.dev, 5, 0, NULL));
    IS(WEFT_ERR_ARG, weft_port_cbfc_get(NULL, 5, &tx, &rx));
    IS(WEFT_ERR_ARG, weft_port_cbfc_get(t.dev, 8, &tx, &rx));
    close_device(&t);
}

static void credits_refuse(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    give_buffer(&t);
    weft_cbfc_tx tx = some_tx();
    weft_cbfc_rx rx = some_rx();
    IS(WEFT_ERR_ARG, weft_port_cbfc_init(NULL, 5, &tx, &rx));
    IS(WEFT_ERR_ARG, weft_port_cbfc_init(t.dev, 8, &tx, &rx));
#define REFUSED(STATUS, WHAT, VALUE)                                                               \
    do {                                                                                           \
        tx = some_tx();                                                                            \
        rx = some_rx();                                                                            \
        WHAT = VALUE;                                                                              \
        uint64_t writes = weft_bus_mock_get_stats(t.chip.mock).writes;                             \
        IS(STATUS, weft_port_cbfc_init(t.dev, 5, &tx, &rx));                                       \
        assert_int_equal(weft_bus_mock_get_stats(t.chip.mock).writes, writes);                     \
    } while (0)
    REFUSED(WEFT_ERR_ARG, tx.vc_mask, 0x10);
    REFUSED(WEFT_ERR_ARG, tx.credit_shift, 4);
    REFUSED(WEFT_ERR_ARG, tx.credit_shift, 12);
    REFUSED(WEFT_ERR_ARG, tx.credit_overhead, -17);
    REFUSED(WEFT_ERR_ARG, tx.credit_overhead, 128);
    REFUSED(WEFT_ERR_ARG, tx.limit[0], 524288);
    REFUSED(WEFT_ERR_ARG, tx.cc_period, 0x100000);
    REFUSED(WEFT_ERR_ARG, rx.vc_mask, 0x10);
    REFUSED(WEFT_ERR_ARG, rx.credit_shift, 4);
    REFUSED(WEFT_ERR_ARG, rx.credit_overhead, 128);
    REFUSED(WEFT_ERR_ARG, rx.cf_period, 0x100000);
    REFUSED(WEFT_ERR_ARG, rx.cf_min, 0x10000);
    REFUSED(WEFT_ERR_UNSAFE, tx.limit[0], 71); /* a frame costs (9216 - 16) / 128 = 72 */
    REFUSED(WEFT_ERR_UNSAFE, rx.vc_mask, 7);   /* VC 2 is not lossless */
    tx = some_tx();
    rx = some_rx();
    tx.limit[0] = 72;
    tx.limit[3] = 0xffffffff; /* not in the mask */
    OK(weft_port_cbfc_init(t.dev, 5, &tx, &rx));
    fake_poke(&t.chip, P5 + WEFT_PORT_VC_LIMIT(1), 143);
    REFUSED(WEFT_ERR_UNSAFE, rx.cf_min, 64); /* VC 1 has no room for a frame */
    fake_poke(&t.chip, P5 + WEFT_PORT_VC_LIMIT(1), 1000);
    OK(weft_port_enable(t.dev, 5));
    REFUSED(WEFT_ERR_STATE, rx.cf_min, 64);
#undef REFUSED
    close_device(&t);
}

/* The order that the link layer demands, read back from a recording of the bus. */
static void credits_in_order(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    give_buffer(&t);
    FILE *log = tmpfile();
    assert_non_null(log);
    weft_bus *recorder = weft_bus_record_open(t.chip.bus, false, log);
    weft_device *dev;
    OK(weft_open(recorder, &dev));
    weft_cbfc_tx tx = some_tx();
    weft_cbfc_rx rx = some_rx();
    OK(weft_port_cbfc_init(dev, 5, &tx, &rx));
    OK(weft_port_enable(dev, 5));
    weft_close(dev);
    weft_bus_close(recorder);
    rewind(log);
    unsigned step = 0;
    char line[128];
    while (fgets(line, sizeof line, log) != NULL) {
        unsigned addr, value;
        if (sscanf(line, "W %x %x", &addr, &value) != 2) continue;
        switch (addr - P5) {
        case WEFT_PORT_CBFC_RX_ENABLE:
            if (value == 0) assert_int_equal(step++, 0); /* receiver off */
            if (value != 0) assert_int_equal(step++, 4); /* receiver on */
            break;
        case WEFT_PORT_CBFC_CLEAR:
            if (value == WEFT_PORT__CBFC_CLEAR__RX_bm) assert_int_equal(step++, 1);
            if (value == WEFT_PORT__CBFC_CLEAR__TX_bm) assert_int_equal(step++, 3);
            break;
        case WEFT_PORT_CBFC_TX_ENABLE:
            if (value == 0) assert_int_equal(step++, 2); /* sender off */
            if (value != 0) assert_int_equal(step++, 5); /* sender on */
            break;
        case WEFT_PORT_CTRL: assert_int_equal(step++, 6); break; /* sending resumes */
        default: assert_int_equal(step, 4); break;               /* credits are attached before 4 */
        }
    }
    assert_int_equal(step, 7);
    (void)fclose(log);
    close_device(&t);
}

/* ------------------------------------------------------------------ all in one -------------- */
static weft_partition_request some_request(void)
{
    return (weft_partition_request){.lossless_mask = 3, .weight = {3, 1}, .credit_shift = 6};
}

static void apply(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    weft_partition_request r = some_request();
    weft_cbfc_tx tx = some_tx();
    weft_partition p;
    OK(weft_port_apply_partition(t.dev, 5, &r, 8192, 64, &tx, &p));
    assert_int_equal(p.vc_limit[0], 3072);
    assert_int_equal(p.vc_limit[1], 1024);
    assert_int_equal(p.credit_limit[0], 3072);
    assert_int_equal(p.credit_limit[1], 1024);
    assert_int_equal(p.max_frame, 9216);
    assert_int_equal(p.min_frame, 64);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_VC_LIMIT(0)), 3072);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_VC_LIMIT(2)), 0);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_LOSSLESS), 3);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_CBFC_RX_ENABLE), 3);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_CBFC_RX_CONFIG), 6);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_CF_PERIOD), 8192);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_CF_MIN), 64);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_CBFC_TX_ENABLE), 5);
    /* What the partition was computed for cannot change behind its back. */
    weft_port_config pc;
    weft_chip_config cc;
    OK(weft_port_get_config(t.dev, 5, &pc));
    pc.min_frame = 63;
    IS(WEFT_ERR_UNSAFE, weft_port_set_config(t.dev, 5, &pc));
    OK(weft_port_set_config(t.dev, 4, &pc));
    OK(weft_chip_get_config(t.dev, &cc));
    cc.max_frame = 1522; /* smaller frames are no danger */
    OK(weft_chip_set_config(t.dev, &cc));
    cc.max_frame = 9216;
    OK(weft_chip_set_config(t.dev, &cc));
    /* Again for small frames, in the other direction. */
    cc.max_frame = 1522;
    OK(weft_chip_set_config(t.dev, &cc));
    r.max_frame = 1522;
    r.min_frame = 32;
    OK(weft_port_apply_partition(t.dev, 5, &r, 0, 0, NULL, &p));
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_CBFC_TX_ENABLE), 0);
    cc.max_frame = 1523;
    IS(WEFT_ERR_UNSAFE, weft_chip_set_config(t.dev, &cc));
    OK(weft_port_set_config(t.dev, 5, &pc)); /* 63 >= 32 */
    /* Best effort only: nothing is promised, nothing is remembered. */
    r.lossless_mask = 0;
    r.min_frame = 0;
    OK(weft_port_apply_partition(t.dev, 5, &r, 0, 0, NULL, &p));
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_LOSSLESS), 0);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_CBFC_RX_ENABLE), 0);
    OK(weft_chip_set_config(t.dev, &cc));
    close_device(&t);
}

/* Settings made by hand count too: a larger largest frame must still fit them. */
static void max_frame_fits_by_hand(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    weft_chip_config cc;
    OK(weft_chip_get_config(t.dev, &cc));
    cc.max_frame = 1000;
    OK(weft_chip_set_config(t.dev, &cc));
    OK(weft_port_set_vc_limit(t.dev, 2, 0, 20));
    OK(weft_port_set_lossless(t.dev, 2, 1));
    cc.max_frame = 20 * 64 + 4 + 1;
    IS(WEFT_ERR_UNSAFE, weft_chip_set_config(t.dev, &cc));
    cc.max_frame = 20 * 64 + 4;
    OK(weft_chip_set_config(t.dev, &cc));
    OK(weft_port_set_lossless(t.dev, 2, 0));
    weft_cbfc_tx tx = {.vc_mask = 2, .credit_shift = 6, .limit = {0, 30}};
    OK(weft_port_cbfc_init(t.dev, 2, &tx, NULL));
    cc.max_frame = 30 * 64 + 1; /* would cost 31 credits */
    IS(WEFT_ERR_UNSAFE, weft_chip_set_config(t.dev, &cc));
    cc.max_frame = 30 * 64;
    OK(weft_chip_set_config(t.dev, &cc));
    close_device(&t);
}

static void apply_refuses(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    weft_partition_request r = some_request();
    weft_cbfc_tx tx = some_tx();
    weft_partition p;
    IS(WEFT_ERR_ARG, weft_port_apply_partition(NULL, 5, &r, 0, 0, &tx, &p));
    IS(WEFT_ERR_ARG, weft_port_apply_partition(t.dev, 8, &r, 0, 0, &tx, &p));
    IS(WEFT_ERR_ARG, weft_port_apply_partition(t.dev, 5, NULL, 0, 0, &tx, &p));
    IS(WEFT_ERR_ARG, weft_port_apply_partition(t.dev, 5, &r, 0, 0, &tx, NULL));
    IS(WEFT_ERR_ARG, weft_port_apply_partition(t.dev, 5, &r, 0x100000, 0, &tx, &p));
    IS(WEFT_ERR_ARG, weft_port_apply_partition(t.dev, 5, &r, 0, 0x10000, &tx, &p));
    r.credit_shift = 0;
    IS(WEFT_ERR_ARG, weft_port_apply_partition(t.dev, 5, &r, 0, 0, &tx, &p));
    r = some_request();
    r.buf_cells = 200;
    IS(WEFT_ERR_UNSAFE, weft_port_apply_partition(t.dev, 5, &r, 0, 0, &tx, &p));
    r = some_request();
    r.max_frame = 1522; /* but the chip lets 9216 in */
    IS(WEFT_ERR_UNSAFE, weft_port_apply_partition(t.dev, 5, &r, 0, 0, &tx, &p));
    r = some_request();
    r.credit_shift = 5;
    fake_poke(&t.chip, P5 + WEFT_PORT_MIN_FRAME, 40);
    r.min_frame = 64;
    IS(WEFT_ERR_UNSAFE, weft_port_apply_partition(t.dev, 5, &r, 0, 0, &tx, &p));
    r = some_request();
    tx.limit[0] = 5;
    IS(WEFT_ERR_UNSAFE, weft_port_apply_partition(t.dev, 5, &r, 0, 0, &tx, &p));
    assert_int_equal(weft_bus_mock_get_stats(t.chip.mock).writes, 0);
    tx = some_tx();
    OK(weft_port_enable(t.dev, 5));
    IS(WEFT_ERR_STATE, weft_port_apply_partition(t.dev, 5, &r, 0, 0, &tx, &p));
    assert_int_equal(weft_bus_mock_get_stats(t.chip.mock).writes, 1);
    close_device(&t);
}

static weft_status op_limits(driver_test *t)
{
    unsigned cells;
    uint32_t mask;
    weft_status s = weft_port_set_vc_limit(t->dev, 5, 0, 1000);
    if (s == WEFT_OK) s = weft_port_get_vc_limit(t->dev, 5, 0, &cells);
    if (s == WEFT_OK) s = weft_port_get_vc_used(t->dev, 5, 0, &cells);
    if (s == WEFT_OK) s = weft_port_set_lossless(t->dev, 5, 1);
    return s != WEFT_OK ? s : weft_port_get_lossless(t->dev, 5, &mask);
}

static weft_status op_credits(driver_test *t)
{
    weft_cbfc_tx tx = some_tx();
    weft_cbfc_rx rx = some_rx();
    weft_credits c;
    weft_status s = weft_port_cbfc_init(t->dev, 5, &tx, &rx);
    if (s == WEFT_OK) s = weft_port_cbfc_get(t->dev, 5, &tx, &rx);
    if (s == WEFT_OK) s = weft_port_cbfc_init(t->dev, 5, NULL, NULL);
    return s != WEFT_OK ? s : weft_port_get_credits(t->dev, 5, 0, &c);
}

static weft_status op_apply(driver_test *t)
{
    weft_partition_request r = some_request();
    weft_cbfc_tx tx = some_tx();
    weft_partition p;
    return weft_port_apply_partition(t->dev, 5, &r, 1, 1, &tx, &p);
}

static weft_status op_max_frame(driver_test *t)
{
    weft_chip_config c;
    weft_status s = weft_chip_get_config(t->dev, &c);
    c.max_frame = c.max_frame == 9216 ? 9215 : 9216;
    return s != WEFT_OK ? s : weft_chip_set_config(t->dev, &c);
}

static void bus_errors(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    assert_true(sweep_errors(&t, op_limits) > 10);
    give_buffer(&t);
    assert_true(sweep_errors(&t, op_credits) > 30);
    assert_true(sweep_errors(&t, op_apply) > 20);
    close_device(&t);
    t.chip.ports = 2;
    open_device(&t);
    /* The number of accesses is the same each time, whatever the value. */
    assert_true(sweep_errors(&t, op_max_frame) > 30);
    close_device(&t);
}

/* Credits are never on while the limits of a partition move, whatever goes wrong in between. */
static void apply_is_safe_at_every_step(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    OK(op_apply(&t));
    for (uint64_t k = 0;; k++) {
        weft_partition_request r = some_request();
        weft_partition p;
        r.weight[0] = 1; /* 2048 cells each */
        weft_bus_mock_inject(t.chip.mock, k, 1000, WEFT_ERR_BUS);
        weft_status s = weft_port_apply_partition(t.dev, 5, &r, 1, 1, NULL, &p);
        weft_bus_mock_inject(t.chip.mock, 0, 0, WEFT_OK);
        bool credited = fake_peek(&t.chip, P5 + WEFT_PORT_CBFC_RX_ENABLE) != 0;
        uint32_t a = fake_peek(&t.chip, P5 + WEFT_PORT_VC_LIMIT(0));
        uint32_t b = fake_peek(&t.chip, P5 + WEFT_PORT_VC_LIMIT(1));
        assert_true(!credited || (a == 3072 && b == 1024) || (a == 2048 && b == 2048));
        if (s == WEFT_OK) break;
        assert_true(k < 200);
        OK(op_apply(&t));
    }
    close_device(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic),
        cmocka_unit_test(partition_cannot_overflow),
        cmocka_unit_test(partition_defaults),
        cmocka_unit_test(partition_refuses),
        cmocka_unit_test(limits),
        cmocka_unit_test(credits),
        cmocka_unit_test(credits_refuse),
        cmocka_unit_test(credits_in_order),
        cmocka_unit_test(apply),
        cmocka_unit_test(max_frame_fits_by_hand),
        cmocka_unit_test(apply_refuses),
        cmocka_unit_test(bus_errors),
        cmocka_unit_test(apply_is_safe_at_every_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
