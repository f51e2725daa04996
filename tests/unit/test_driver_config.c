/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_driver_config.c: settings and state of chip and ports, counters, interrupts: what reaches
 * the registers, what is refused, and that every bus error comes back.
 */
#include "driver_test.h"
#include "weft/counters.h"

#define P5 FAKE_PORT(5)

/* ------------------------------------------------------------------ chip -------------------- */
static weft_chip_config some_chip(void)
{
    return (weft_chip_config){.max_frame = 1522,
                              .id_prefix = 0x12345678,
                              .id_mask = 0xffff0000,
                              .cut_through = false,
                              .ct_margin = 3,
                              .ct_threshold = 15,
                              .egress_high = 255,
                              .ecn_threshold = {1, 2, 3, 4, 5, 6, 7, 8191}};
}

static void chip_config(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    weft_chip_config c, d;
    OK(weft_chip_get_config(t.dev, &c)); /* as after reset */
    assert_int_equal(c.max_frame, 9216);
    assert_int_equal(c.id_prefix, 0x02574546);
    assert_int_equal(c.id_mask, 0xffffffff);
    assert_true(c.cut_through);
    assert_int_equal(c.ct_margin, 6);
    assert_int_equal(c.ct_threshold, 8);
    assert_int_equal(c.egress_high, 32);
    c = some_chip();
    OK(weft_chip_set_config(t.dev, &c));
    assert_int_equal(fake_peek(&t.chip, WEFT_CHIP_MAX_FRAME), 1522);
    assert_int_equal(fake_peek(&t.chip, WEFT_CHIP_CT_CTRL), 0xf30);
    assert_int_equal(fake_peek(&t.chip, WEFT_CHIP_ECN_THRESHOLD(7)), 8191);
    OK(weft_chip_get_config(t.dev, &d));
    assert_memory_equal(&c.ecn_threshold, &d.ecn_threshold, sizeof c.ecn_threshold);
    assert_int_equal(d.id_prefix, 0x12345678);
    assert_int_equal(d.id_mask, 0xffff0000);
    assert_false(d.cut_through);
    assert_int_equal(d.ct_margin, 3);
    assert_int_equal(d.ct_threshold, 15);
    assert_int_equal(d.egress_high, 255);
    close_device(&t);
}

static void chip_refuses(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    weft_chip_config c = some_chip();
    uint64_t before = accesses(&t);
    IS(WEFT_ERR_ARG, weft_chip_get_config(NULL, &c));
    IS(WEFT_ERR_ARG, weft_chip_get_config(t.dev, NULL));
    IS(WEFT_ERR_ARG, weft_chip_set_config(NULL, &c));
    IS(WEFT_ERR_ARG, weft_chip_set_config(t.dev, NULL));
#define REFUSED(MEMBER, VALUE)                                                                     \
    do {                                                                                           \
        c = some_chip();                                                                           \
        c.MEMBER = VALUE;                                                                          \
        IS(WEFT_ERR_ARG, weft_chip_set_config(t.dev, &c));                                         \
    } while (0)
    REFUSED(max_frame, 63);
    REFUSED(max_frame, 9217);
    REFUSED(ct_margin, 16);
    REFUSED(ct_threshold, 16);
    REFUSED(egress_high, 256);
    REFUSED(ecn_threshold[0], 8192);
    REFUSED(ecn_threshold[7], 8192);
#undef REFUSED
    assert_int_equal(accesses(&t), before); /* nothing was even read */
    /* The largest frame stays while a port is up; the rest may change. */
    OK(weft_port_enable(t.dev, 7));
    c = some_chip();
    IS(WEFT_ERR_STATE, weft_chip_set_config(t.dev, &c));
    assert_int_equal(fake_peek(&t.chip, WEFT_CHIP_ID_PREFIX), 0x02574546);
    c.max_frame = 9216;
    OK(weft_chip_set_config(t.dev, &c));
    assert_int_equal(fake_peek(&t.chip, WEFT_CHIP_ID_PREFIX), 0x12345678);
    close_device(&t);
}

static weft_status op_chip_get(driver_test *t)
{
    weft_chip_config c;
    return weft_chip_get_config(t->dev, &c);
}

static weft_status op_chip_set(driver_test *t)
{
    weft_chip_config c = some_chip();
    fake_poke(&t->chip, WEFT_CHIP_MAX_FRAME, 9216); /* so that it changes each time */
    return weft_chip_set_config(t->dev, &c);
}

static weft_status op_chip_errors(driver_test *t)
{
    uint32_t e;
    weft_status s = weft_chip_get_errors(t->dev, &e);
    return s != WEFT_OK ? s : weft_chip_clear_errors(t->dev, WEFT_CHIP_ERR_ALL);
}

static void chip_bus_errors(void **state)
{
    (void)state;
    driver_test t = {.chip = {.ports = 3}};
    open_device(&t);
    assert_int_equal(sweep_errors(&t, op_chip_get), 5 + WEFT_ECN_VCS);
    assert_true(sweep_errors(&t, op_chip_set) > 5 + WEFT_ECN_VCS);
    assert_int_equal(sweep_errors(&t, op_chip_errors), 2);
    close_device(&t);
}

static void chip_errors(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    uint32_t e;
    IS(WEFT_ERR_ARG, weft_chip_get_errors(NULL, &e));
    IS(WEFT_ERR_ARG, weft_chip_get_errors(t.dev, NULL));
    IS(WEFT_ERR_ARG, weft_chip_clear_errors(NULL, 1));
    IS(WEFT_ERR_ARG, weft_chip_clear_errors(t.dev, 0x100));
    fake_poke(&t.chip, WEFT_CHIP_ERROR_STATUS, WEFT_CHIP_ERR_MAC | WEFT_CHIP_ERR_CSR);
    OK(weft_chip_clear_errors(t.dev, WEFT_CHIP_ERR_MAC));
    OK(weft_chip_get_errors(t.dev, &e));
    assert_int_equal(e, WEFT_CHIP_ERR_CSR);
    close_device(&t);
}

/* ------------------------------------------------------------------ ports ------------------- */
static const weft_port_config some_port = {
    .ipg = 12, .min_frame = 32, .ctlos_spacing = 131071, .src_check = false, .mac = 0x0a0b0c0d0e0f};

static void port_config(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    weft_port_config c;
    OK(weft_port_get_config(t.dev, 5, &c));
    assert_int_equal(c.ipg, 1);
    assert_int_equal(c.min_frame, 64);
    assert_int_equal(c.ctlos_spacing, 2048);
    assert_true(c.src_check);
    assert_int_equal(c.mac, 0);
    OK(weft_port_enable(t.dev, 5));
    OK(weft_port_set_config(t.dev, 5, &some_port));
    bool on = false;
    OK(weft_port_is_enabled(t.dev, 5, &on));
    assert_true(on); /* not touched */
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_MAC_LO), 0x0c0d0e0f);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_MAC_HI), 0x0a0b);
    OK(weft_port_get_config(t.dev, 5, &c));
    assert_int_equal(c.ipg, 12);
    assert_int_equal(c.min_frame, 32);
    assert_int_equal(c.ctlos_spacing, 131071);
    assert_false(c.src_check);
    assert_int_equal(c.mac, 0x0a0b0c0d0e0f);
    OK(weft_port_disable(t.dev, 5));
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_CTRL), 0);
    c.src_check = true;
    OK(weft_port_set_config(t.dev, 5, &c));
    OK(weft_port_enable(t.dev, 5));
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_CTRL), 3);
    assert_int_equal(fake_peek(&t.chip, FAKE_PORT(4) + WEFT_PORT_CTRL), 2); /* as after reset */
    close_device(&t);
}

static void port_refuses(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    weft_port_config c = some_port;
    bool on;
    uint64_t before = accesses(&t);
    IS(WEFT_ERR_ARG, weft_port_get_config(NULL, 0, &c));
    IS(WEFT_ERR_ARG, weft_port_get_config(t.dev, 8, &c));
    IS(WEFT_ERR_ARG, weft_port_get_config(t.dev, 0, NULL));
    IS(WEFT_ERR_ARG, weft_port_set_config(NULL, 0, &c));
    IS(WEFT_ERR_ARG, weft_port_set_config(t.dev, 8, &c));
    IS(WEFT_ERR_ARG, weft_port_set_config(t.dev, 0, NULL));
    IS(WEFT_ERR_ARG, weft_port_enable(NULL, 0));
    IS(WEFT_ERR_ARG, weft_port_enable(t.dev, 8));
    IS(WEFT_ERR_ARG, weft_port_disable(NULL, 0));
    IS(WEFT_ERR_ARG, weft_port_disable(t.dev, 8));
    IS(WEFT_ERR_ARG, weft_port_is_enabled(NULL, 0, &on));
    IS(WEFT_ERR_ARG, weft_port_is_enabled(t.dev, 8, &on));
    IS(WEFT_ERR_ARG, weft_port_is_enabled(t.dev, 0, NULL));
#define REFUSED(MEMBER, VALUE)                                                                     \
    do {                                                                                           \
        c = some_port;                                                                             \
        c.MEMBER = VALUE;                                                                          \
        IS(WEFT_ERR_ARG, weft_port_set_config(t.dev, 0, &c));                                      \
    } while (0)
    REFUSED(ipg, 0);
    REFUSED(ipg, 13);
    REFUSED(min_frame, 31);
    REFUSED(min_frame, 65);
    REFUSED(ctlos_spacing, 131072);
    REFUSED(mac, 1ull << 48);
#undef REFUSED
    assert_int_equal(accesses(&t), before);
    close_device(&t);
}

static void port_status(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    weft_port_status s;
    IS(WEFT_ERR_ARG, weft_port_get_status(NULL, 0, &s));
    IS(WEFT_ERR_ARG, weft_port_get_status(t.dev, 8, &s));
    IS(WEFT_ERR_ARG, weft_port_get_status(t.dev, 0, NULL));
    IS(WEFT_ERR_ARG, weft_port_clear_status(NULL, 0, NULL));
    IS(WEFT_ERR_ARG, weft_port_clear_status(t.dev, 8, NULL));
    for (unsigned bit = 0; bit < 6; bit++) {
        fake_poke(&t.chip, P5 + WEFT_PORT_STATUS, 1u << bit);
        OK(weft_port_get_status(t.dev, 5, &s));
        const bool seen[6] = {s.local_fault,       s.remote_fault, s.underrun,
                              s.lossless_overflow, s.credit_error, s.internal_error};
        for (unsigned k = 0; k < 6; k++) assert_int_equal(seen[k], k == bit);
        fake_poke(&t.chip, P5 + WEFT_PORT_STATUS, 0x3f);
        OK(weft_port_clear_status(t.dev, 5, &s));
        assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_STATUS), 0x3fu & ~(1u << bit));
    }
    OK(weft_port_clear_status(t.dev, 5, NULL));
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_STATUS), 0);
    close_device(&t);
}

static void vc_map(void **state)
{
    (void)state;
    driver_test t = {.chip = {.vcs = 5}};
    open_device(&t);
    weft_vc_map m, back;
    for (unsigned i = 0; i < 8; i++) m.cos[i] = (uint8_t)(i % 5);
    for (unsigned i = 0; i < 16; i++) m.pcp_dei[i] = (uint8_t)((i + 2) % 5);
    for (unsigned i = 0; i < 64; i++) m.dscp[i] = (uint8_t)((i + 1) % 5);
    m.default_vc = 4;
    OK(weft_port_set_vc_map(t.dev, 5, &m));
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_COS_MAP), 0x21043210);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_PCP_MAP0), 0x43210432);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_PCP_MAP1), 0x21043210);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_DSCP_MAP(0)), 032104321);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_DSCP_MAP(7)), 043210432);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_DEFAULT_VC), 4);
    OK(weft_port_get_vc_map(t.dev, 5, &back));
    assert_memory_equal(&m, &back, sizeof m);
    uint64_t before = accesses(&t);
    IS(WEFT_ERR_ARG, weft_port_get_vc_map(NULL, 0, &m));
    IS(WEFT_ERR_ARG, weft_port_get_vc_map(t.dev, 8, &m));
    IS(WEFT_ERR_ARG, weft_port_get_vc_map(t.dev, 0, NULL));
    IS(WEFT_ERR_ARG, weft_port_set_vc_map(NULL, 0, &m));
    IS(WEFT_ERR_ARG, weft_port_set_vc_map(t.dev, 8, &m));
    IS(WEFT_ERR_ARG, weft_port_set_vc_map(t.dev, 0, NULL));
    for (unsigned i = 0; i < 89; i++) {
        back = m;
        *(i < 8    ? &back.cos[i]
          : i < 24 ? &back.pcp_dei[i - 8]
          : i < 88 ? &back.dscp[i - 24]
                   : &back.default_vc) = 5;
        IS(WEFT_ERR_ARG, weft_port_set_vc_map(t.dev, 0, &back));
    }
    assert_int_equal(accesses(&t), before);
    close_device(&t);
}

static void access_checks(void **state)
{
    (void)state;
    driver_test t = {.chip = {.ports = 40}};
    open_device(&t);
    uint64_t mask, value;
    bool valid;
    OK(weft_port_set_allow(t.dev, 5, 0x80f0000001ull));
    OK(weft_port_get_allow(t.dev, 5, &mask));
    assert_int_equal(mask, 0x80f0000001ull);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_ALLOW_HI), 0x80);
    IS(WEFT_ERR_ARG, weft_port_set_allow(t.dev, 5, 1ull << 40));
    IS(WEFT_ERR_ARG, weft_port_set_allow(NULL, 5, 1));
    IS(WEFT_ERR_ARG, weft_port_set_allow(t.dev, 40, 1));
    IS(WEFT_ERR_ARG, weft_port_get_allow(NULL, 5, &mask));
    IS(WEFT_ERR_ARG, weft_port_get_allow(t.dev, 40, &mask));
    IS(WEFT_ERR_ARG, weft_port_get_allow(t.dev, 5, NULL));

    OK(weft_port_set_source(t.dev, 5, 2, 0x025745460005, 0xffffffffffff));
    OK(weft_port_set_source(t.dev, 5, 3, 0x020000000000, 0xff0000000000));
    OK(weft_port_get_source(t.dev, 5, 2, &valid, &value, &mask));
    assert_true(valid);
    assert_int_equal(value, 0x025745460005);
    assert_int_equal(mask, 0xffffffffffff);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_SRC_VALID), 0xc);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_SRC_VALUE_HI(3)), 0x0200);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_SRC_MASK_HI(3)), 0xffffff00);
    OK(weft_port_clear_source(t.dev, 5, 2));
    OK(weft_port_get_source(t.dev, 5, 2, &valid, &value, &mask));
    assert_false(valid);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_SRC_VALID), 0x8);
    IS(WEFT_ERR_ARG, weft_port_set_source(NULL, 5, 0, 0, 0));
    IS(WEFT_ERR_ARG, weft_port_set_source(t.dev, 40, 0, 0, 0));
    IS(WEFT_ERR_ARG, weft_port_set_source(t.dev, 5, 4, 0, 0));
    OK(weft_port_set_source(t.dev, 5, 0, 0x20010db800000000,
                            0xffffffff00000000)); /* 2001:db8::/32 */
    OK(weft_port_get_source(t.dev, 5, 0, &valid, &value, &mask));
    assert_int_equal(value, 0x20010db800000000);
    assert_int_equal(mask, 0xffffffff00000000);
    OK(weft_port_set_source(t.dev, 5, 0, 0, 0)); /* any 48-bit source */
    OK(weft_port_get_source(t.dev, 5, 0, &valid, &value, &mask));
    assert_int_equal(mask, 0);
    assert_int_equal(fake_peek(&t.chip, P5 + WEFT_PORT_SRC_MASK_HI(0)), 0xffff0000);
    IS(WEFT_ERR_ARG, weft_port_set_source(t.dev, 5, 0, 3, 1)); /* bits outside the mask */
    IS(WEFT_ERR_ARG, weft_port_clear_source(NULL, 5, 0));
    IS(WEFT_ERR_ARG, weft_port_clear_source(t.dev, 40, 0));
    IS(WEFT_ERR_ARG, weft_port_clear_source(t.dev, 5, 4));
    IS(WEFT_ERR_ARG, weft_port_get_source(NULL, 5, 0, &valid, &value, &mask));
    IS(WEFT_ERR_ARG, weft_port_get_source(t.dev, 40, 0, &valid, &value, &mask));
    IS(WEFT_ERR_ARG, weft_port_get_source(t.dev, 5, 4, &valid, &value, &mask));
    IS(WEFT_ERR_ARG, weft_port_get_source(t.dev, 5, 0, NULL, &value, &mask));
    IS(WEFT_ERR_ARG, weft_port_get_source(t.dev, 5, 0, &valid, NULL, &mask));
    IS(WEFT_ERR_ARG, weft_port_get_source(t.dev, 5, 0, &valid, &value, NULL));
    close_device(&t);
}

/* While a source slot changes it must not be valid: nothing half-written may let a frame in. */
static void source_changes_while_invalid(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    OK(weft_port_set_source(t.dev, 5, 1, 0x111111111111, 0xffffffffffff));
    for (uint64_t k = 0; k < 20; k++) {
        OK(weft_port_set_source(t.dev, 5, 1, 0x111111111111, 0xffffffffffff));
        weft_bus_mock_inject(t.chip.mock, k, 100, WEFT_ERR_BUS);
        weft_status s = weft_port_set_source(t.dev, 5, 1, 0x222222222222, 0xffffffffffff);
        weft_bus_mock_inject(t.chip.mock, 0, 0, WEFT_OK);
        uint32_t lo = fake_peek(&t.chip, P5 + WEFT_PORT_SRC_VALUE_LO(1));
        uint32_t hi = fake_peek(&t.chip, P5 + WEFT_PORT_SRC_VALUE_HI(1));
        bool valid = (fake_peek(&t.chip, P5 + WEFT_PORT_SRC_VALID) & 2) != 0;
        bool whole = (lo == 0x11111111 && hi == 0x1111) || (lo == 0x22222222 && hi == 0x2222);
        assert_true(whole || !valid);
        if (s == WEFT_OK) break;
        assert_true(k < 19);
    }
    close_device(&t);
}

static weft_status op_port_config(driver_test *t)
{
    weft_port_config c;
    weft_status s = weft_port_get_config(t->dev, 5, &c);
    return s != WEFT_OK ? s : weft_port_set_config(t->dev, 5, &some_port);
}

static weft_status op_enable(driver_test *t)
{
    bool on;
    weft_status s = weft_port_enable(t->dev, 5);
    if (s == WEFT_OK) s = weft_port_is_enabled(t->dev, 5, &on);
    return s != WEFT_OK ? s : weft_port_disable(t->dev, 5);
}

static weft_status op_status(driver_test *t)
{
    weft_port_status p;
    weft_status s = weft_port_get_status(t->dev, 5, &p);
    return s != WEFT_OK ? s : weft_port_clear_status(t->dev, 5, NULL);
}

static weft_status op_vc_map(driver_test *t)
{
    weft_vc_map m;
    weft_status s = weft_port_get_vc_map(t->dev, 5, &m);
    return s != WEFT_OK ? s : weft_port_set_vc_map(t->dev, 5, &m);
}

static weft_status op_access(driver_test *t)
{
    uint64_t v, m;
    bool valid;
    weft_status s = weft_port_get_allow(t->dev, 5, &m);
    if (s == WEFT_OK) s = weft_port_set_allow(t->dev, 5, m);
    if (s == WEFT_OK) s = weft_port_set_source(t->dev, 5, 3, 1, 1);
    if (s == WEFT_OK) s = weft_port_get_source(t->dev, 5, 3, &valid, &v, &m);
    return s != WEFT_OK ? s : weft_port_clear_source(t->dev, 5, 3);
}

static void port_bus_errors(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    assert_int_equal(sweep_errors(&t, op_port_config), 6 + 7);
    assert_int_equal(sweep_errors(&t, op_enable), 5);
    assert_int_equal(sweep_errors(&t, op_status), 2);
    assert_int_equal(sweep_errors(&t, op_vc_map), 24);
    assert_int_equal(sweep_errors(&t, op_access), 4 + 8 + 5 + 2);
    close_device(&t);
}

/* ------------------------------------------------------------------ counters ---------------- */
static void counters(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    weft_snapshot s, s2;
    fake_poke(&t.chip, WEFT_CHIP_SNAPSHOT_SEQ, 0xffffffff);
    t.chip.cycle = 0x2ffffff00ull;
    OK(weft_counters_snapshot(t.dev, &s));
    assert_int_equal(s.seq, 0);
    assert_true(s.cycle > 0x2ffffff00ull && s.cycle < 0x300000100ull);
    OK(weft_counters_snapshot(t.dev, NULL));
    OK(weft_counters_snapshot(t.dev, &s2));
    assert_int_equal(s2.seq, 2);
    assert_true(s2.cycle > s.cycle);
    for (unsigned k = 0; k < WEFT_PORT_COUNTERS; k++) {
        bool exists = weft_counter_name(k) != NULL;
        fake_poke(&t.chip, P5 + WEFT_PORT_COUNTER(2 * k), exists ? 0x1000u + k : 0);
        fake_poke(&t.chip, P5 + WEFT_PORT_COUNTER(2 * k + 1), exists ? 0x70000000u + k : 0);
    }
    uint64_t v, all[WEFT_PORT_COUNTERS];
    memset(all, 0xaa, sizeof all);
    OK(weft_counters_read_port(t.dev, 5, all));
    for (unsigned k = 0; k < WEFT_PORT_COUNTERS; k++) {
        bool exists = weft_counter_name(k) != NULL;
        uint64_t want = exists ? (uint64_t)(0x70000000u + k) << 32 | (0x1000u + k) : 0;
        assert_int_equal(all[k], want);
        IS(exists ? WEFT_OK : WEFT_ERR_ARG, weft_counter_read(t.dev, 5, k, &v));
        if (exists) assert_int_equal(v, want);
    }
    IS(WEFT_ERR_ARG, weft_counters_snapshot(NULL, &s));
    IS(WEFT_ERR_ARG, weft_counter_read(NULL, 5, 0, &v));
    IS(WEFT_ERR_ARG, weft_counter_read(t.dev, 8, 0, &v));
    IS(WEFT_ERR_ARG, weft_counter_read(t.dev, 5, WEFT_PORT_COUNTERS, &v));
    IS(WEFT_ERR_ARG, weft_counter_read(t.dev, 5, 0, NULL));
    IS(WEFT_ERR_ARG, weft_counters_read_port(NULL, 5, all));
    IS(WEFT_ERR_ARG, weft_counters_read_port(t.dev, 8, all));
    IS(WEFT_ERR_ARG, weft_counters_read_port(t.dev, 5, NULL));
    t.chip.snapshot_dead = true;
    IS(WEFT_ERR_TIMEOUT, weft_counters_snapshot(t.dev, &s));
    close_device(&t);
}

static weft_status snapshot_meanwhile(void *ctx, weft_bus_mock *mock, uint32_t addr, uint32_t *v)
{
    fake_chip *f = ctx;
    if (addr == FAKE_PORT(1) + WEFT_PORT_COUNTER(9))
        fake_poke(f, WEFT_CHIP_SNAPSHOT_SEQ, fake_peek(f, WEFT_CHIP_SNAPSHOT_SEQ) + 1);
    return fake_read(ctx, mock, addr, v);
}

/* Another user's snapshot between two words would mix two instants. */
static void counters_notice_a_new_snapshot(void **state)
{
    (void)state;
    driver_test t = {.chip = {.ports = 2}};
    fake_open(&t.chip);
    weft_bus *plain = t.chip.bus;
    weft_bus_mock *from = t.chip.mock;
    t.chip.bus = weft_bus_mock_open(FAKE_BYTES, snapshot_meanwhile, fake_write, &t.chip);
    t.chip.mock = weft_bus_get_mock(t.chip.bus);
    assert_non_null(t.chip.mock);
    for (uint32_t a = 0; a < FAKE_BYTES; a += 4) fake_poke(&t.chip, a, weft_bus_mock_peek(from, a));
    weft_bus_close(plain);
    OK(weft_open(t.chip.bus, &t.dev));
    uint64_t all[WEFT_PORT_COUNTERS];
    OK(weft_counters_read_port(t.dev, 0, all));
    IS(WEFT_ERR_STATE, weft_counters_read_port(t.dev, 1, all));
    close_device(&t);
}

static void counter_names(void **state)
{
    (void)state;
    unsigned k;
    assert_string_equal(weft_counter_get_name(0), "IF_IN_FRAMES");
    assert_null(weft_counter_get_name(WEFT_PORT_COUNTERS));
    unsigned named = 0;
    for (unsigned i = 0; i < WEFT_PORT_COUNTERS + 10; i++) {
        const char *n = weft_counter_get_name(i);
        if (n == NULL) continue;
        named++;
        OK(weft_counter_find(n, &k));
        assert_int_equal(k, i); /* so no name is there twice */
    }
    assert_true(named > 50);
    OK(weft_counter_find("in_drop_fcs", &k));
    assert_int_equal(k, WEFT_CNT_IN_DROP + WEFT_DROP_FCS);
    IS(WEFT_ERR_NOT_FOUND, weft_counter_find("IN_DROP", &k));
    IS(WEFT_ERR_NOT_FOUND, weft_counter_find("", &k));
    IS(WEFT_ERR_ARG, weft_counter_find(NULL, &k));
    IS(WEFT_ERR_ARG, weft_counter_find("IF_IN_FRAMES", NULL));
}

static weft_status op_counters(driver_test *t)
{
    weft_snapshot info;
    uint64_t v, all[WEFT_PORT_COUNTERS];
    weft_status s = weft_counters_snapshot(t->dev, &info);
    if (s == WEFT_OK) s = weft_counter_read(t->dev, 5, WEFT_CNT_CELLS_IN, &v);
    return s != WEFT_OK ? s : weft_counters_read_port(t->dev, 5, all);
}

static void counter_bus_errors(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    assert_true(sweep_errors(&t, op_counters) > 100);
    close_device(&t);
}

/* ------------------------------------------------------------------ interrupts -------------- */
static void interrupts(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    uint32_t v;
    OK(weft_intr_set_enable(t.dev, WEFT_INTR_CREDIT_ERROR | WEFT_INTR_CC_BAD));
    OK(weft_intr_get_enable(t.dev, &v));
    assert_int_equal(v, WEFT_INTR_CREDIT_ERROR | WEFT_INTR_CC_BAD);
    IS(WEFT_ERR_TIMEOUT, weft_intr_wait(t.dev, 10, &v));
    OK(weft_intr_test(t.dev, WEFT_INTR_CREDIT_ERROR | WEFT_INTR_TX_UNDERRUN));
    OK(weft_intr_get_state(t.dev, &v));
    assert_int_equal(v, WEFT_INTR_CREDIT_ERROR | WEFT_INTR_TX_UNDERRUN);
    weft_bus_mock_set_irq(t.chip.mock, true);
    OK(weft_intr_wait(t.dev, 10, &v));
    assert_int_equal(v, WEFT_INTR_CREDIT_ERROR); /* the other one is not enabled */
    OK(weft_intr_clear(t.dev, WEFT_INTR_CREDIT_ERROR));
    OK(weft_intr_get_state(t.dev, &v));
    assert_int_equal(v, WEFT_INTR_TX_UNDERRUN);
    OK(weft_intr_clear(t.dev, WEFT_INTR_ALL));
    OK(weft_intr_get_state(t.dev, &v));
    assert_int_equal(v, 0);
    IS(WEFT_ERR_ARG, weft_intr_get_state(NULL, &v));
    IS(WEFT_ERR_ARG, weft_intr_get_state(t.dev, NULL));
    IS(WEFT_ERR_ARG, weft_intr_clear(NULL, 1));
    IS(WEFT_ERR_ARG, weft_intr_clear(t.dev, 0x80));
    IS(WEFT_ERR_ARG, weft_intr_get_enable(NULL, &v));
    IS(WEFT_ERR_ARG, weft_intr_get_enable(t.dev, NULL));
    IS(WEFT_ERR_ARG, weft_intr_set_enable(NULL, 1));
    IS(WEFT_ERR_ARG, weft_intr_set_enable(t.dev, 0x80));
    IS(WEFT_ERR_ARG, weft_intr_test(NULL, 1));
    IS(WEFT_ERR_ARG, weft_intr_test(t.dev, 0x80));
    IS(WEFT_ERR_ARG, weft_intr_wait(NULL, 1, &v));
    IS(WEFT_ERR_ARG, weft_intr_wait(t.dev, 1, NULL));
    close_device(&t);
}

static weft_status op_interrupts(driver_test *t)
{
    uint32_t v;
    weft_bus_mock_set_irq(t->chip.mock, true);
    weft_status s = weft_intr_set_enable(t->dev, 1);
    if (s == WEFT_OK) s = weft_intr_get_enable(t->dev, &v);
    if (s == WEFT_OK) s = weft_intr_test(t->dev, 1);
    if (s == WEFT_OK) s = weft_intr_get_state(t->dev, &v);
    if (s == WEFT_OK) s = weft_intr_wait(t->dev, 1, &v);
    return s != WEFT_OK ? s : weft_intr_clear(t->dev, 1);
}

static void interrupt_bus_errors(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    assert_int_equal(sweep_errors(&t, op_interrupts), 7);
    close_device(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chip_config),
        cmocka_unit_test(chip_refuses),
        cmocka_unit_test(chip_bus_errors),
        cmocka_unit_test(chip_errors),
        cmocka_unit_test(port_config),
        cmocka_unit_test(port_refuses),
        cmocka_unit_test(port_status),
        cmocka_unit_test(vc_map),
        cmocka_unit_test(access_checks),
        cmocka_unit_test(source_changes_while_invalid),
        cmocka_unit_test(port_bus_errors),
        cmocka_unit_test(counters),
        cmocka_unit_test(counters_notice_a_new_snapshot),
        cmocka_unit_test(counter_names),
        cmocka_unit_test(counter_bus_errors),
        cmocka_unit_test(interrupts),
        cmocka_unit_test(interrupt_bus_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
