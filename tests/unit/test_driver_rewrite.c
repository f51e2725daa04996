/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_driver_rewrite.c: DSCP remark, trimming and pop of tags, against the register map.
 */
#include "driver_test.h"

#define P3 FAKE_PORT(3)

static uint32_t reg(driver_test *t, uint32_t off) { return fake_peek(&t->chip, P3 + off); }

static void remark(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    OK(weft_port_remark(t.dev, 3, 2, 46));
    assert_int_equal(reg(&t, 0x288), 0x40 | 46);
    OK(weft_port_remark(t.dev, 3, 2, 0));
    assert_int_equal(reg(&t, 0x288), 0x40);
    OK(weft_port_remark(t.dev, 3, 2, WEFT_DSCP_KEEP));
    assert_int_equal(reg(&t, 0x288), 0);
    OK(weft_port_trim_dscp(t.dev, 3, 63));
    assert_int_equal(reg(&t, 0x2C4), 0x7f);
    IS(WEFT_ERR_ARG, weft_port_remark(t.dev, 3, 2, 64));
    IS(WEFT_ERR_ARG, weft_port_remark(t.dev, 3, 2, -2));
    IS(WEFT_ERR_ARG, weft_port_remark(t.dev, 3, 4, 0));
    IS(WEFT_ERR_ARG, weft_port_remark(t.dev, 8, 0, 0));
    IS(WEFT_ERR_ARG, weft_port_remark(NULL, 0, 0, 0));
    IS(WEFT_ERR_ARG, weft_port_trim_dscp(t.dev, 3, 64));
    IS(WEFT_ERR_ARG, weft_port_trim_dscp(t.dev, 8, 0));
    assert_int_equal(reg(&t, 0x288), 0);
    assert_int_equal(reg(&t, 0x2C4), 0x7f);
    close_device(&t);
}

static void trim(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    OK(weft_port_trim(t.dev, 3, 1, 200, 2));
    OK(weft_port_trim(t.dev, 3, 3, 65535, 3));
    assert_int_equal(reg(&t, 0x2A4), 200);
    assert_int_equal(reg(&t, 0x2AC), 65535);
    assert_int_equal(reg(&t, 0x2C0), 0x3020);
    OK(weft_port_trim(t.dev, 3, 1, 0, 0));
    assert_int_equal(reg(&t, 0x2A4), 0);
    assert_int_equal(reg(&t, 0x2C0), 0x3000);
    IS(WEFT_ERR_ARG, weft_port_trim(t.dev, 3, 4, 1, 0));
    IS(WEFT_ERR_ARG, weft_port_trim(t.dev, 3, 0, 1, 4));
    IS(WEFT_ERR_ARG, weft_port_trim(t.dev, 3, 0, 65536, 0));
    IS(WEFT_ERR_ARG, weft_port_trim(t.dev, 8, 0, 1, 0));
    /* Neither from a lossless VC nor into one; off is always possible. */
    OK(weft_port_set_vc_limit(t.dev, 3, 2, 1000));
    OK(weft_port_set_lossless(t.dev, 3, 4));
    IS(WEFT_ERR_UNSAFE, weft_port_trim(t.dev, 3, 2, 10, 0));
    IS(WEFT_ERR_UNSAFE, weft_port_trim(t.dev, 3, 0, 10, 2));
    OK(weft_port_trim(t.dev, 3, 2, 0, 0));
    assert_int_equal(reg(&t, 0x2A0), 0);
    close_device(&t);
}

static const weft_pop_config tags = {.stag = true,
                                     .csig_wide = true,
                                     .ctag_tpid = 0x8100,
                                     .stag_tpid = 0x9100,
                                     .csig_compact_tpid = 0x9900,
                                     .csig_wide_tpid = 0xabcd};

static void pop(void **state)
{
    (void)state;
    driver_test t = {0};
    weft_pop_config got;
    open_device(&t);
    OK(weft_port_get_pop(t.dev, 3, &got));
    assert_true(got.pad && !got.ctag && !got.stag && !got.csig_compact && !got.csig_wide);
    assert_int_equal(got.ctag_tpid, 0x8100);
    assert_int_equal(got.stag_tpid, 0x88a8);
    OK(weft_port_pop(t.dev, 3, &tags));
    assert_int_equal(reg(&t, 0x2C8), 0x00A);
    assert_int_equal(reg(&t, 0x2CC), 0x91008100);
    assert_int_equal(reg(&t, 0x2D0), 0xabcd9900);
    OK(weft_port_get_pop(t.dev, 3, &got));
    assert_true(!got.pad && !got.ctag && got.stag && !got.csig_compact && got.csig_wide);
    assert_int_equal(got.csig_wide_tpid, 0xabcd);
    assert_int_equal(got.csig_compact_tpid, 0x9900);
    IS(WEFT_ERR_ARG, weft_port_pop(t.dev, 8, &tags));
    IS(WEFT_ERR_ARG, weft_port_pop(t.dev, 3, NULL));
    IS(WEFT_ERR_ARG, weft_port_get_pop(t.dev, 3, NULL));
    IS(WEFT_ERR_ARG, weft_port_get_pop(NULL, 3, &got));
    close_device(&t);
}

static weft_status all(driver_test *t)
{
    weft_pop_config got;
    weft_status s = weft_port_pop(t->dev, 3, &tags);
    if (s == WEFT_OK) s = weft_port_get_pop(t->dev, 3, &got);
    if (s == WEFT_OK) s = weft_port_trim(t->dev, 3, 1, 200, 0);
    if (s == WEFT_OK) s = weft_port_remark(t->dev, 3, 1, 10);
    return s == WEFT_OK ? weft_port_trim_dscp(t->dev, 3, 11) : s;
}

static void errors_come_back(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    assert_int_equal(sweep_errors(&t, all), 4 + 3 + 5 + 2);
    close_device(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(remark),
        cmocka_unit_test(trim),
        cmocka_unit_test(pop),
        cmocka_unit_test(errors_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
