/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_driver_regs.c: registers by name: every register of the table by its own name, names that
 * are none, fields, access rules.
 */
#include "driver_test.h"
#include <ctype.h>
#include <stdio.h>

typedef struct {
    driver_test *t;
    unsigned registers, fields, counters;
    unsigned stop_after;
} tally;

static void upper(char *s)
{
    for (; *s != '\0'; s++) *s = (char)toupper((unsigned char)*s);
}

/* Its name, in any case, and its address lead back to the register; so it is for its fields. */
static bool visit(void *ctx, const weft_reg *reg)
{
    tally *n = ctx;
    weft_device *dev = n->t->dev;
    weft_reg back, f;
    char name[80];
    if (n->registers == n->stop_after) return false;
    n->registers++;
    n->counters += weft_reg_is_counter(reg);
    OK(weft_reg_lookup(dev, reg->name, &back));
    assert_memory_equal(reg, &back, sizeof back);
    (void)snprintf(name, sizeof name, "%s", reg->name);
    upper(name);
    OK(weft_reg_lookup(dev, name, &back));
    assert_int_equal(back.addr, reg->addr);
    OK(weft_reg_at(dev, reg->addr, &back));
    assert_string_equal(back.name, reg->name);
    assert_int_equal(reg->lsb, 0);
    assert_int_equal(reg->width, 32);
    assert_true(weft_reg_readable(reg) || weft_reg_writable(reg));
    assert_true(strlen(weft_reg_description(reg)) > 5);
    uint32_t reset;
    if (weft_reg_reset_value(reg, &reset) && !weft_reg_is_counter(reg) &&
        strstr(reg->name, "block_next") == NULL)
        assert_int_equal(reset, fake_peek(&n->t->chip, reg->addr));
    unsigned count = weft_reg_field_count(reg), bits = 0;
    assert_true(count > 0);
    for (unsigned k = 0; k < count; k++) {
        OK(weft_reg_get_field(reg, k, &f));
        n->fields++;
        assert_int_equal(f.addr, reg->addr);
        assert_true(f.lsb >= bits && f.width > 0 && f.lsb + f.width <= 32);
        bits = f.lsb + f.width;
        OK(weft_reg_lookup(dev, f.name, &back));
        assert_memory_equal(&f, &back, sizeof back);
        assert_int_equal(weft_reg_field_count(&f), 0);
        assert_string_not_equal(weft_reg_access_name(&f), "");
    }
    IS(WEFT_ERR_NOT_FOUND, weft_reg_get_field(reg, count, &f));
    return true;
}

static void every_register_by_name(void **state)
{
    (void)state;
    static const unsigned ports[] = {2, 64};
    unsigned found[2];
    for (unsigned i = 0; i < 2; i++) {
        driver_test t = {.chip = {.ports = ports[i]}};
        open_device(&t);
        tally n = {.t = &t, .stop_after = UINT32_MAX};
        OK(weft_reg_each(t.dev, visit, &n));
        found[i] = n.registers;
        assert_int_equal(n.counters, 256 * ports[i]);
        assert_true(n.fields >= n.registers);
        tally few = {.t = &t, .stop_after = 5};
        OK(weft_reg_each(t.dev, visit, &few));
        assert_int_equal(few.registers, 5);
        IS(WEFT_ERR_ARG, weft_reg_each(NULL, visit, &n));
        IS(WEFT_ERR_ARG, weft_reg_each(t.dev, NULL, &n));
        close_device(&t);
    }
    assert_true((found[1] - found[0]) % 62 == 0 && found[0] > 2 * 256);
}

static void names(void **state)
{
    (void)state;
    driver_test t = {.chip = {.ports = 4}};
    open_device(&t);
    weft_reg r;
    static const struct {
        const char *name;
        uint32_t addr;
        unsigned lsb, width;
        const char *canonical;
    } good[] = {
        {"chip.magic", WEFT_CHIP_MAGIC, 0, 32, "chip.magic"},
        {"max_frame", WEFT_CHIP_MAX_FRAME, 0, 32, "chip.max_frame"},
        {"ct_ctrl.threshold", WEFT_CHIP_CT_CTRL, 8, 4, "chip.ct_ctrl.threshold"},
        {"cmd", FAKE_ROUTE + WEFT_ROUTE_CMD, 0, 32, "route.cmd"},
        {"Route.Status.BUSY", FAKE_ROUTE + WEFT_ROUTE_STATUS, 1, 1, "route.status.busy"},
        {"status", FAKE_ROUTE + WEFT_ROUTE_STATUS, 0, 32, "route.status"},
        {"port[3].ctrl.enable", FAKE_PORT(3) + WEFT_PORT_CTRL, 0, 1, "port[3].ctrl.enable"},
        {"port[003].vc_limit[7]", FAKE_PORT(3) + WEFT_PORT_VC_LIMIT(7), 0, 32,
         "port[3].vc_limit[7]"},
        {"port[0].counter[255]", FAKE_PORT(0) + WEFT_PORT_COUNTER(255), 0, 32,
         "port[0].counter[255]"},
        {"ecn_threshold[2].value", WEFT_CHIP_ECN_THRESHOLD(2), 0, 13,
         "chip.ecn_threshold[2].value"},
    };
    for (unsigned i = 0; i < sizeof good / sizeof good[0]; i++) {
        if (weft_reg_lookup(t.dev, good[i].name, &r) != WEFT_OK) fail_msg("%s", good[i].name);
        assert_int_equal(r.addr, good[i].addr);
        assert_int_equal(r.lsb, good[i].lsb);
        assert_int_equal(r.width, good[i].width);
        assert_string_equal(r.name, good[i].canonical);
    }
    static const char *const bad[] = {
        "",
        ".",
        "chip",
        "chip.",
        ".magic",
        "chip..magic",
        "chip.nothing",
        "nothing.magic",
        "port.ctrl",
        "port[4].ctrl",
        "port[-1].ctrl",
        "port[].ctrl",
        "port[0.ctrl",
        "port[0]ctrl",
        "port[0]",
        "port[0].",
        "chip[0].magic",
        "ctrl",
        "block_id",
        "vc_limit[0]",
        "port[0].vc_limit",
        "port[0].vc_limit[8]",
        "port[0].ctrl[0]",
        "port[0].ctrl.nothing",
        "port[0].ctrl.enable.x",
        "port[0].ctrl.enable[0]",
        "port[9999999].ctrl",
        "port[18446744073709551616].ctrl",
        "chip.magic ",
        " chip.magic",
        "chip.magic.",
        "chip.magic\n",
        "port[0x1].ctrl",
        "an_extremely_long_name_that_no_register_of_this_switch_will_ever_have_i_hope.x",
    };
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (weft_reg_lookup(t.dev, bad[i], &r) != WEFT_ERR_NOT_FOUND) fail_msg("\"%s\"", bad[i]);
    IS(WEFT_ERR_ARG, weft_reg_lookup(NULL, "chip.magic", &r));
    IS(WEFT_ERR_ARG, weft_reg_lookup(t.dev, NULL, &r));
    IS(WEFT_ERR_ARG, weft_reg_lookup(t.dev, "chip.magic", NULL));
    IS(WEFT_ERR_NOT_FOUND, weft_reg_at(t.dev, 0x800, &r));
    IS(WEFT_ERR_NOT_FOUND, weft_reg_at(t.dev, FAKE_PORT(4), &r));
    IS(WEFT_ERR_ARG, weft_reg_at(t.dev, 2, &r));
    IS(WEFT_ERR_ARG, weft_reg_at(NULL, 0, &r));
    IS(WEFT_ERR_ARG, weft_reg_at(t.dev, 0, NULL));
    /* Random names: never a crash, and what is found has a name that leads back. */
    static const char pieces[][12] = {"chip",   "port", "route", ".",    "[",        "]",
                                      "0",      "1",    "7",     "ctrl", "vc_limit", "magic",
                                      "enable", "_",    "x",     "[3]."};
    uint64_t seed = 3;
    unsigned hits = 0;
    for (unsigned i = 0; i < 200000; i++) {
        char name[128] = "";
        unsigned parts = 1 + (unsigned)(next_random(&seed) % 6);
        for (unsigned k = 0; k < parts; k++) strcat(name, pieces[next_random(&seed) % 16]);
        if (weft_reg_lookup(t.dev, name, &r) != WEFT_OK) continue;
        weft_reg again;
        OK(weft_reg_lookup(t.dev, r.name, &again));
        assert_memory_equal(&r, &again, sizeof r);
        hits++;
    }
    assert_true(hits > 10);
    close_device(&t);
}

static void reads_and_writes(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    weft_reg r;
    uint32_t v;
    uint32_t ct = WEFT_CHIP_CT_CTRL;
#define FIND(NAME) OK(weft_reg_lookup(t.dev, NAME, &r))
    FIND("chip.ct_ctrl.threshold");
    OK(weft_reg_read(t.dev, &r, &v));
    assert_int_equal(v, 8);
    OK(weft_reg_write(t.dev, &r, 15));
    assert_int_equal(fake_peek(&t.chip, ct), 0xf61); /* enable and margin stay */
    IS(WEFT_ERR_ARG, weft_reg_write(t.dev, &r, 16));
    FIND("chip.ct_ctrl");
    OK(weft_reg_write(t.dev, &r, 0x210));
    IS(WEFT_ERR_ARG, weft_reg_write(t.dev, &r, 0x1000)); /* no such field */
    assert_int_equal(fake_peek(&t.chip, ct), 0x210);
    FIND("port[2].ipg");
    IS(WEFT_ERR_ARG, weft_reg_write(t.dev, &r, 0));
    IS(WEFT_ERR_ARG, weft_reg_write(t.dev, &r, 13));
    OK(weft_reg_write(t.dev, &r, 12));
    FIND("port[2].cbfc_tx_config.ovhd"); /* signed: -16..127 as bits */
    OK(weft_reg_write(t.dev, &r, 0xf0));
    OK(weft_reg_write(t.dev, &r, 0x7f));
    IS(WEFT_ERR_ARG, weft_reg_write(t.dev, &r, 0xef));
    IS(WEFT_ERR_ARG, weft_reg_write(t.dev, &r, 0x80));
    FIND("chip.magic");
    OK(weft_reg_read(t.dev, &r, &v));
    assert_int_equal(v, 0x54464557);
    assert_false(weft_reg_writable(&r));
    IS(WEFT_ERR_STATE, weft_reg_write(t.dev, &r, 0));
    assert_string_equal(weft_reg_access_name(&r), "ro");
    FIND("chip.snapshot.take");
    assert_string_equal(weft_reg_access_name(&r), "wo");
    assert_false(weft_reg_readable(&r));
    IS(WEFT_ERR_STATE, weft_reg_read(t.dev, &r, &v));
    OK(weft_reg_write(t.dev, &r, 1));
    assert_int_equal(fake_peek(&t.chip, WEFT_CHIP_SNAPSHOT_SEQ), 1);
    /* Clearing one sticky bit does not clear the others. */
    fake_poke(&t.chip, WEFT_CHIP_INTR_STATE, 0x7f);
    FIND("chip.intr_state.credit_error");
    assert_string_equal(weft_reg_access_name(&r), "w1c");
    OK(weft_reg_write(t.dev, &r, 1));
    assert_int_equal(fake_peek(&t.chip, WEFT_CHIP_INTR_STATE), 0x77);
    OK(weft_reg_read(t.dev, &r, &v));
    assert_int_equal(v, 0);
    FIND("chip.scratch");
    assert_string_equal(weft_reg_access_name(&r), "rw");
    OK(weft_reg_write(t.dev, &r, 0xffffffff));
    OK(weft_reg_read(t.dev, &r, &v));
    assert_int_equal(v, 0xffffffff);
    /* Ranges, with those that the hardware checks. */
    static const struct {
        const char *name;
        int64_t min, max;
    } ranges[] = {{"port[0].ipg", 1, 12},
                  {"port[0].min_frame.value", 32, 64},
                  {"port[0].cbfc_rx_config.ovhd", -16, 127},
                  {"chip.scratch", 0, 0xffffffff},
                  {"chip.ct_ctrl.margin", 0, 15}};
    int64_t min, max;
    for (unsigned i = 0; i < 5; i++) {
        FIND(ranges[i].name);
        assert_true(weft_reg_range(&r, &min, &max));
        assert_true(min == ranges[i].min && max == ranges[i].max);
    }
    FIND("chip.ct_ctrl");
    assert_false(weft_reg_range(&r, &min, &max)); /* three fields */
    assert_false(weft_reg_range(NULL, &min, &max));
    FIND("chip.scratch");
    assert_false(weft_reg_range(&r, NULL, &max) || weft_reg_range(&r, &min, NULL));
    /* Arguments. */
    weft_reg none = {0};
    IS(WEFT_ERR_ARG, weft_reg_read(NULL, &r, &v));
    IS(WEFT_ERR_ARG, weft_reg_read(t.dev, NULL, &v));
    IS(WEFT_ERR_ARG, weft_reg_read(t.dev, &none, &v));
    IS(WEFT_ERR_ARG, weft_reg_read(t.dev, &r, NULL));
    IS(WEFT_ERR_ARG, weft_reg_write(NULL, &r, 0));
    IS(WEFT_ERR_ARG, weft_reg_write(t.dev, NULL, 0));
    IS(WEFT_ERR_ARG, weft_reg_write(t.dev, &none, 0));
    IS(WEFT_ERR_ARG, weft_reg_get_field(NULL, 0, &r));
    IS(WEFT_ERR_ARG, weft_reg_get_field(&r, 0, NULL));
    assert_int_equal(weft_reg_field_count(NULL), 0);
    assert_false(weft_reg_readable(&none) || weft_reg_writable(NULL) || weft_reg_is_counter(&none));
    assert_false(weft_reg_reset_value(NULL, &v) || weft_reg_reset_value(&r, NULL));
    assert_string_equal(weft_reg_description(NULL), "");
    assert_string_equal(weft_reg_access_name(&none), "");
    close_device(&t);
}

static weft_status op_field(driver_test *t)
{
    weft_reg r;
    uint32_t v;
    OK(weft_reg_lookup(t->dev, "chip.ct_ctrl.margin", &r));
    weft_status s = weft_reg_read(t->dev, &r, &v);
    return s != WEFT_OK ? s : weft_reg_write(t->dev, &r, v ^ 1);
}

static void bus_errors(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    assert_int_equal(sweep_errors(&t, op_field), 3);
    close_device(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_register_by_name),
        cmocka_unit_test(names),
        cmocka_unit_test(reads_and_writes),
        cmocka_unit_test(bus_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
