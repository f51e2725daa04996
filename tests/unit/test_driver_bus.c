/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_driver_bus.c: the bus back ends: checked calls, mock, recorder, replay, and the AXI4-Lite
 * pins of the model (against a slave in C with random delays, and one that never answers).
 */
#include "fake_sim.h"
#include <stdio.h>

/* ------------------------------------------------------------------ calls and mock ---------- */
static void status_names(void **state)
{
    (void)state;
    for (int a = 0; a < WEFT_STATUS_COUNT; a++) {
        assert_string_not_equal(weft_status_name((weft_status)a), "unknown status");
        for (int b = 0; b < a; b++)
            assert_string_not_equal(weft_status_name((weft_status)a),
                                    weft_status_name((weft_status)b));
    }
    assert_string_equal(weft_status_name((weft_status)WEFT_STATUS_COUNT), "unknown status");
}

static void checked_calls(void **state)
{
    (void)state;
    uint32_t v[4] = {1, 2, 3, 4};
    weft_bus *bus = weft_bus_mock_open(64, NULL, NULL, NULL);
    weft_bus none = {NULL, NULL};
    IS(WEFT_ERR_ARG, weft_bus_read32(NULL, 0, v));
    IS(WEFT_ERR_ARG, weft_bus_read32(&none, 0, v));
    IS(WEFT_ERR_ARG, weft_bus_read32(bus, 0, NULL));
    IS(WEFT_ERR_ARG, weft_bus_read32(bus, 2, v));
    IS(WEFT_ERR_ARG, weft_bus_write32(NULL, 0, 1));
    IS(WEFT_ERR_ARG, weft_bus_write32(&none, 0, 1));
    IS(WEFT_ERR_ARG, weft_bus_write32(bus, 1, 1));
    IS(WEFT_ERR_ARG, weft_bus_read_block(NULL, 0, v, 4));
    IS(WEFT_ERR_ARG, weft_bus_read_block(bus, 0, NULL, 4));
    IS(WEFT_ERR_ARG, weft_bus_read_block(bus, 3, v, 4));
    IS(WEFT_ERR_ARG, weft_bus_read_block(bus, 0xfffffff0, v, 4));
    IS(WEFT_ERR_ARG, weft_bus_wait_irq(NULL, 1));
    /* A back end that has nothing. */
    static const weft_bus_ops empty_ops = {NULL, NULL, NULL, NULL, NULL};
    weft_bus empty = {&empty_ops, NULL};
    IS(WEFT_ERR_UNSUPPORTED, weft_bus_read32(&empty, 0, v));
    IS(WEFT_ERR_UNSUPPORTED, weft_bus_write32(&empty, 0, 1));
    IS(WEFT_ERR_UNSUPPORTED, weft_bus_read_block(&empty, 0, v, 4));
    IS(WEFT_ERR_UNSUPPORTED, weft_bus_wait_irq(&empty, 1));
    weft_bus_close(&empty);
    weft_bus_close(&none);
    weft_bus_close(NULL);
    assert_int_equal(v[0], 1);
    weft_bus_close(bus);
}

static weft_status direct_block(void *ctx, uint32_t addr, uint32_t *values, size_t words)
{
    (void)ctx;
    for (size_t i = 0; i < words; i++) values[i] = addr + 4 * (uint32_t)i + 1;
    return WEFT_OK;
}

static void blocks(void **state)
{
    (void)state;
    uint32_t v[4] = {0};
    static const weft_bus_ops ops = {NULL, NULL, direct_block, NULL, NULL};
    weft_bus direct = {&ops, NULL};
    OK(weft_bus_read_block(&direct, 16, v, 4));
    assert_int_equal(v[3], 29);
    weft_bus *bus = weft_bus_mock_open(64, NULL, NULL, NULL);
    weft_bus_mock *m = weft_bus_get_mock(bus);
    for (uint32_t a = 0; a < 64; a += 4) OK(weft_bus_write32(bus, a, 100 + a));
    OK(weft_bus_read_block(bus, 48, v, 4));
    assert_int_equal(v[0], 148);
    assert_int_equal(v[3], 160);
    OK(weft_bus_read_block(bus, 0, v, 0));
    IS(WEFT_ERR_BUS, weft_bus_read_block(bus, 52, v, 4)); /* the last word is beyond */
    weft_bus_mock_stats s = weft_bus_mock_get_stats(m);
    assert_int_equal(s.writes, 16);
    assert_int_equal(s.reads, 8);
    weft_bus_close(bus);
}

static weft_status hook_read(void *ctx, weft_bus_mock *mock, uint32_t addr, uint32_t *value)
{
    (void)ctx;
    if (addr == 8) *value ^= 0xff;
    if (addr == 12) return WEFT_ERR_TIMEOUT;
    if (addr == 16) weft_bus_mock_poke(mock, 16, *value + 1); /* counts its reads */
    return WEFT_OK;
}

static weft_status hook_write(void *ctx, weft_bus_mock *mock, uint32_t addr, uint32_t *value)
{
    (void)mock;
    ++*(unsigned *)ctx;
    if (addr == 20) return WEFT_ERR_BUS;
    if (addr == 24) *value &= 0xf;
    return WEFT_OK;
}

static void mock_bus_works(void **state)
{
    (void)state;
    unsigned writes = 0;
    uint32_t v = 7;
    assert_null(weft_bus_mock_open(0, NULL, NULL, NULL));
    assert_null(weft_bus_mock_open(6, NULL, NULL, NULL));
    weft_bus *bus = weft_bus_mock_open(64, hook_read, hook_write, &writes);
    weft_bus_mock *m = weft_bus_get_mock(bus);
    assert_non_null(m);
    weft_bus other = {NULL, NULL};
    assert_null(weft_bus_get_mock(NULL));
    assert_null(weft_bus_get_mock(&other));
    OK(weft_bus_write32(bus, 8, 0x1234));
    OK(weft_bus_read32(bus, 8, &v));
    assert_int_equal(v, 0x12cb);
    assert_int_equal(weft_bus_mock_peek(m, 8), 0x1234);
    IS(WEFT_ERR_TIMEOUT, weft_bus_read32(bus, 12, &v));
    assert_int_equal(v, 0x12cb);
    OK(weft_bus_read32(bus, 16, &v));
    OK(weft_bus_read32(bus, 16, &v));
    assert_int_equal(v, 1);
    IS(WEFT_ERR_BUS, weft_bus_write32(bus, 20, 5));
    assert_int_equal(weft_bus_mock_peek(m, 20), 0);
    OK(weft_bus_write32(bus, 24, 0xabcd));
    assert_int_equal(weft_bus_mock_peek(m, 24), 0xd);
    assert_int_equal(writes, 3);
    IS(WEFT_ERR_BUS, weft_bus_read32(bus, 64, &v));
    IS(WEFT_ERR_BUS, weft_bus_write32(bus, 64, v));
    /* Injection: two go well, three fail, then all is well. */
    weft_bus_mock_inject(m, 2, 3, WEFT_ERR_IO);
    static const weft_status expect[] = {WEFT_OK,     WEFT_OK,     WEFT_ERR_IO,
                                         WEFT_ERR_IO, WEFT_ERR_IO, WEFT_OK};
    for (unsigned i = 0; i < 6; i++) {
        IS(expect[i], i % 2 ? weft_bus_write32(bus, 28, 10 + i) : weft_bus_read32(bus, 28, &v));
    }
    assert_int_equal(weft_bus_mock_peek(m, 28), 15);
    weft_bus_mock_inject(m, 0, 5, WEFT_ERR_IO);
    weft_bus_mock_inject(m, 0, 0, WEFT_ERR_IO);
    OK(weft_bus_read32(bus, 28, &v));
    /* Out of range and NULL do no harm. */
    weft_bus_mock_poke(m, 64, 1);
    weft_bus_mock_poke(NULL, 0, 1);
    assert_int_equal(weft_bus_mock_peek(m, 64), 0);
    assert_int_equal(weft_bus_mock_peek(NULL, 0), 0);
    weft_bus_mock_inject(NULL, 0, 1, WEFT_ERR_IO);
    weft_bus_mock_set_irq(NULL, true);
    assert_int_equal(weft_bus_mock_get_stats(NULL).reads, 0);
    IS(WEFT_ERR_TIMEOUT, weft_bus_wait_irq(bus, 100));
    weft_bus_mock_set_irq(m, true);
    OK(weft_bus_wait_irq(bus, 0));
    weft_bus_close(bus);
}

/* ------------------------------------------------------------------ recorder and replay ----- */
static FILE *file_of(const char *text)
{
    FILE *f = tmpfile();
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    rewind(f);
    return f;
}

static void record_and_replay(void **state)
{
    (void)state;
    uint32_t v;
    FILE *log = tmpfile();
    assert_non_null(log);
    weft_bus *mock_bus = weft_bus_mock_open(64, NULL, NULL, NULL);
    weft_bus_mock *m = weft_bus_get_mock(mock_bus);
    assert_null(weft_bus_record_open(NULL, true, log));
    assert_null(weft_bus_record_open(mock_bus, true, NULL));
    weft_bus *rec = weft_bus_record_open(mock_bus, true, log);
    assert_null(weft_bus_get_mock(rec));
    OK(weft_bus_write32(rec, 8, 0xcafe));
    OK(weft_bus_read32(rec, 8, &v));
    assert_int_equal(v, 0xcafe);
    IS(WEFT_ERR_BUS, weft_bus_read32(rec, 128, &v));
    IS(WEFT_ERR_BUS, weft_bus_write32(rec, 132, 5));
    IS(WEFT_ERR_TIMEOUT, weft_bus_wait_irq(rec, 17));
    weft_bus_mock_set_irq(m, true);
    OK(weft_bus_wait_irq(rec, 18));
    uint32_t block[2];
    OK(weft_bus_write32(rec, 8, 0xbeef));
    OK(weft_bus_read_block(rec, 4, block, 2));
    weft_bus_close(rec);
    rewind(log);
    char text[1024];
    size_t n = fread(text, 1, sizeof text - 1, log);
    text[n] = '\0';
    assert_string_equal(text, "# weft-bus-log 1\n"
                              "W 0x00008 0x0000cafe 0\n"
                              "R 0x00008 0x0000cafe 0\n"
                              "R 0x00080 0x00000000 2\n"
                              "W 0x00084 0x00000005 2\n"
                              "I 17 3\n"
                              "I 18 0\n"
                              "W 0x00008 0x0000beef 0\n"
                              "R 0x00004 0x00000000 0\n"
                              "R 0x00008 0x0000beef 0\n");

    /* Strict: exactly the same accesses. */
    rewind(log);
    unsigned long line = 99;
    weft_bus *rep = weft_bus_replay_open(log, true, &line);
    assert_non_null(rep);
    assert_int_equal(line, 0);
    IS(WEFT_ERR_IO, weft_bus_read32(rep, 8, &v)); /* the log has the write first */
    IS(WEFT_ERR_IO, weft_bus_write32(rep, 8, 0xcaff));
    IS(WEFT_ERR_IO, weft_bus_wait_irq(rep, 17));
    OK(weft_bus_write32(rep, 8, 0xcafe));
    IS(WEFT_ERR_IO, weft_bus_read32(rep, 12, &v));
    v = 0;
    OK(weft_bus_read32(rep, 8, &v));
    assert_int_equal(v, 0xcafe);
    IS(WEFT_ERR_BUS, weft_bus_read32(rep, 128, &v));
    IS(WEFT_ERR_BUS, weft_bus_write32(rep, 132, 5));
    IS(WEFT_ERR_TIMEOUT, weft_bus_wait_irq(rep, 17));
    OK(weft_bus_wait_irq(rep, 18));
    OK(weft_bus_write32(rep, 8, 0xbeef));
    OK(weft_bus_read_block(rep, 4, block, 2));
    assert_int_equal(block[1], 0xbeef);
    IS(WEFT_ERR_IO, weft_bus_read32(rep, 8, &v)); /* the end */
    weft_bus_close(rep);

    /* Not strict: any order, values as of the position. */
    rewind(log);
    rep = weft_bus_replay_open(log, false, NULL);
    OK(weft_bus_read32(rep, 4, &v));
    assert_int_equal(v, 0);
    OK(weft_bus_read32(rep, 8, &v));
    assert_int_equal(v, 0xbeef); /* the read that follows */
    OK(weft_bus_read32(rep, 8, &v));
    assert_int_equal(v, 0xbeef); /* again: the latest that is known */
    IS(WEFT_ERR_BUS, weft_bus_read32(rep, 128, &v));
    IS(WEFT_ERR_IO, weft_bus_read32(rep, 12, &v));
    IS(WEFT_ERR_IO, weft_bus_write32(rep, 8, 0xbeef)); /* lies behind */
    weft_bus_close(rep);
    (void)fclose(log);
}

static void replay_of_garbage(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned long line;
    } bad[] = {
        {"", 1},
        {"R 0x0 0x0 0\n", 1},
        {"# weft-bus-log 2\n", 1},
        {"# weft-bus-log 1\nX 0x0 0x0 0\n", 2},
        {"# weft-bus-log 1\n# fine\n\nR 0x0 0x0\n", 4},
        {"# weft-bus-log 1\nR 0x0 0x0 0 \n", 2},
        {"# weft-bus-log 1\nR 0x0 0x0 0 0\n", 2},
        {"# weft-bus-log 1\nR 0x0 0x0 13\n", 2},
        {"# weft-bus-log 1\nR 0x0 0x0 -1\n", 2},
        {"# weft-bus-log 1\nR 0x2 0x0 0\n", 2},
        {"# weft-bus-log 1\nR 0x100000000 0x0 0\n", 2},
        {"# weft-bus-log 1\nR 0x 0x0 0\n", 2},
        {"# weft-bus-log 1\nR 0 0x0 0\n", 2},
        {"# weft-bus-log 1\nR 0xg 0x0 0\n", 2},
        {"# weft-bus-log 1\nW 0x4 0x123456789 0\n", 2},
        {"# weft-bus-log 1\nI x 0\n", 2},
        {"# weft-bus-log 1\nI 5\n", 2},
        {"# weft-bus-log 1\nI 99999999999999999999999 0\n", 2},
        {"# weft-bus-log 1\nR0x0 0x0 0\n", 2},
        {"# weft-bus-log 1\nR 0x0 0x0 0\nW", 3},
    };
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        FILE *f = file_of(bad[i].text);
        unsigned long line = 0;
        weft_bus *bus = weft_bus_replay_open(f, true, &line);
        if (bus != NULL || line != bad[i].line) fail_msg("case %u: line %lu", i, line);
        assert_null(weft_bus_replay_open(f, true, NULL)); /* and without the number */
        (void)fclose(f);
    }
    /* A line longer than any access. */
    FILE *f = file_of("# weft-bus-log 1\n");
    (void)fseek(f, 0, SEEK_END);
    for (unsigned i = 0; i < 500; i++) (void)fputc('#', f);
    rewind(f);
    unsigned long line = 0;
    assert_null(weft_bus_replay_open(f, true, &line));
    assert_int_equal(line, 2);
    (void)fclose(f);
    assert_null(weft_bus_replay_open(NULL, true, &line));
    /* A comment, an empty line and CR LF are fine. */
    f = file_of("# weft-bus-log 1\r\n# x\n\nR 0xC 0xAb 0\r\n");
    weft_bus *bus = weft_bus_replay_open(f, true, &line);
    assert_non_null(bus);
    (void)fclose(f);
    uint32_t v;
    OK(weft_bus_read32(bus, 12, &v));
    assert_int_equal(v, 0xab);
    weft_bus_close(bus);
    /* Random bytes never do harm. */
    uint64_t seed = 9;
    for (unsigned i = 0; i < 300; i++) {
        f = file_of("# weft-bus-log 1\nR 0x4 0x5 0\nW 0x8 0x6 0\nI 5 0\n");
        for (unsigned k = 0; k < 3; k++) {
            (void)fseek(f, (long)(next_random(&seed) % 45), SEEK_SET);
            (void)fputc((int)(next_random(&seed) % 256), f);
        }
        rewind(f);
        bus = weft_bus_replay_open(f, false, &line);
        if (bus != NULL && weft_bus_read32(bus, 4, &v) != WEFT_OK) v = 0;
        weft_bus_close(bus);
        (void)fclose(f);
    }
}

/* A recorder whose file cannot be written says so. */
static void record_to_a_full_disk(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL) skip();
    (void)setvbuf(full, NULL, _IONBF, 0);
    weft_bus *mock_bus = weft_bus_mock_open(64, NULL, NULL, NULL);
    assert_null(weft_bus_record_open(mock_bus, false, full));
    (void)setvbuf(full, NULL, _IOLBF, 64);
    char buffer[64];
    FILE *small = fmemopen(buffer, sizeof buffer, "w");
    assert_non_null(small);
    (void)setvbuf(small, NULL, _IONBF, 0);
    weft_bus *rec = weft_bus_record_open(mock_bus, true, small);
    assert_non_null(rec);
    uint32_t v = 0;
    weft_status s = WEFT_OK;
    for (unsigned i = 0; i < 10 && s == WEFT_OK; i++) s = weft_bus_read32(rec, 0, &v);
    IS(WEFT_ERR_IO, s);
    weft_bus_close(rec);
    (void)fclose(small);
    (void)fclose(full);
}

/* The driver's whole bring-up, recorded and replayed. */
static void driver_on_a_replay(void **state)
{
    (void)state;
    driver_test t = {0};
    fake_open(&t.chip);
    FILE *log = tmpfile();
    assert_non_null(log);
    weft_bus *rec = weft_bus_record_open(t.chip.bus, false, log);
    for (unsigned pass = 0; pass < 2; pass++) {
        weft_bus *bus = rec;
        if (pass == 1) {
            rewind(log);
            bus = weft_bus_replay_open(log, true, NULL);
        }
        weft_device *dev;
        weft_geometry g;
        weft_route r;
        OK(weft_open(bus, &dev));
        OK(weft_get_geometry(dev, &g));
        assert_int_equal(g.ports, 8);
        OK(weft_port_enable(dev, 3));
        OK(weft_id_add(dev, 5, (weft_route){false, 5}));
        OK(weft_id_get(dev, 5, &r));
        assert_int_equal(r.dest, 5);
        IS(WEFT_ERR_TIMEOUT, weft_intr_wait(dev, 3, &(uint32_t){0}));
        weft_close(dev);
        weft_bus_close(bus);
    }
    (void)fclose(log);
    fake_close(&t.chip);
}

/* ------------------------------------------------------------------ the model --------------- */
typedef struct {
    weft_sim *sim;
    uint64_t ticks;
} ticker;

static void count_tick(void *ctx)
{
    ticker *t = ctx;
    t->ticks++;
    weft_sim_step(t->sim);
}

static void model_with_delays(void **state)
{
    (void)state;
    assert_null(weft_bus_model_open(NULL, NULL, NULL));
    for (unsigned delay = 0; delay < 6; delay++) {
        weft_sim *sim = fake_sim_new(delay + 1, delay);
        ticker t = {sim, 0};
        weft_bus *bus = weft_bus_model_open(sim, delay % 2 ? count_tick : NULL, &t);
        uint64_t seed = 55 + delay;
        uint32_t scratch = 0, v = 0;
        for (unsigned i = 0; i < 2000; i++) {
            uint64_t r = next_random(&seed);
            switch (r % 6) {
            case 0:
                scratch = (uint32_t)(r >> 32);
                OK(weft_bus_write32(bus, WEFT_CHIP_SCRATCH, scratch));
                break;
            case 1:
                OK(weft_bus_read32(bus, WEFT_CHIP_SCRATCH, &v));
                assert_int_equal(v, scratch);
                break;
            case 2: /* unmapped, read-only, illegal */
                v = 77;
                IS(WEFT_ERR_BUS, weft_bus_read32(bus, 0x8000, &v));
                assert_int_equal(v, 77);
                break;
            case 3: IS(WEFT_ERR_BUS, weft_bus_write32(bus, WEFT_CHIP_MAGIC, 1)); break;
            case 4:
                IS(WEFT_ERR_BUS, weft_bus_write32(bus, FAKE_PORT(0) + WEFT_PORT_IPG, 13));
                break;
            default: /* the model runs on between accesses */
                for (unsigned k = 0; k < (r >> 32) % 4; k++) weft_sim_step(sim);
                break;
            }
        }
        assert_int_equal(sim->broken_rules, 0);
        if (delay % 2) assert_true(t.ticks > 2000);
        uint64_t before = sim->cycle;
        IS(WEFT_ERR_TIMEOUT, weft_bus_wait_irq(bus, 50));
        assert_int_equal(sim->cycle - before, 50);
        sim->irq_at = sim->cycle + 20;
        before = sim->cycle;
        OK(weft_bus_wait_irq(bus, 50));
        assert_int_equal(sim->cycle - before, 20);
        before = sim->cycle;
        OK(weft_bus_wait_irq(bus, 0)); /* already there: no time passes */
        assert_int_equal(sim->cycle, before);
        weft_bus_close(bus);
        weft_sim_close(sim);
    }
}

static void model_never_hangs(void **state)
{
    (void)state;
    for (unsigned k = 0; k < 5; k++) {
        weft_sim *sim = fake_sim_new(1, 0);
        weft_bus *bus = weft_bus_model_open(sim, NULL, NULL);
        uint32_t v = 42;
        OK(weft_bus_read32(bus, WEFT_CHIP_MAGIC, &v));
        sim->dead_ar = k == 0;
        sim->dead_r = k == 1;
        sim->dead_aw = k == 2;
        sim->dead_w = k == 3;
        sim->dead_b = k == 4;
        weft_sim_step(sim);
        uint64_t before = sim->cycle;
        IS(WEFT_ERR_TIMEOUT,
           k < 2 ? weft_bus_read32(bus, 0, &v) : weft_bus_write32(bus, WEFT_CHIP_SCRATCH, 1));
        assert_int_equal(sim->cycle - before, WEFT_BUS_MODEL_MAX_CYCLES);
        IS(WEFT_ERR_STATE, weft_bus_read32(bus, 0, &v));
        IS(WEFT_ERR_STATE, weft_bus_write32(bus, WEFT_CHIP_SCRATCH, 1));
        assert_int_equal(v, 0x54464557);
        weft_bus_close(bus);
        weft_sim_close(sim);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status_names),
        cmocka_unit_test(checked_calls),
        cmocka_unit_test(blocks),
        cmocka_unit_test(mock_bus_works),
        cmocka_unit_test(record_and_replay),
        cmocka_unit_test(replay_of_garbage),
        cmocka_unit_test(record_to_a_full_disk),
        cmocka_unit_test(driver_on_a_replay),
        cmocka_unit_test(model_with_delays),
        cmocka_unit_test(model_never_hangs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
