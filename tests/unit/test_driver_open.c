/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_driver_open.c: weft_open on good chips of every size and on everything that is none.
 */
#include "driver_test.h"

static void finds_every_size(void **state)
{
    (void)state;
    static const unsigned ports[] = {1, 2, 3, 8, 16, 64};
    for (unsigned i = 0; i < sizeof ports / sizeof ports[0]; i++) {
        driver_test t = {.chip = {.ports = ports[i], .vcs = 1 + i, .buf_cells = 512}};
        open_device(&t);
        weft_geometry g;
        OK(weft_get_geometry(t.dev, &g));
        assert_int_equal(g.ports, ports[i]);
        assert_int_equal(g.endpoints, ports[i]);
        assert_int_equal(g.vcs, 1 + i);
        assert_int_equal(g.mii_bytes, 32);
        assert_int_equal(g.cell_bytes, 64);
        assert_int_equal(g.buf_cells, 512);
        assert_int_equal(g.egress_cells, 256);
        assert_int_equal(g.mac_ways, 4);
        assert_int_equal(g.mac_sets, 64);
        assert_int_equal(g.ids, 1024);
        assert_int_equal(g.groups, 64);
        assert_int_equal(g.version_major, 0);
        assert_int_equal(g.version_minor, 1);
        assert_int_equal(g.version_patch, 0);
        assert_ptr_equal(weft_device_bus(t.dev), t.chip.bus);
        bool on;
        OK(weft_port_is_enabled(t.dev, ports[i] - 1, &on));
        assert_false(on);
        IS(WEFT_ERR_ARG, weft_port_is_enabled(t.dev, ports[i], &on));
        close_device(&t);
    }
}

/* Blocks need not stand in the usual order, and one of an unknown type is passed over. */
static void follows_the_chain(void **state)
{
    (void)state;
    fake_chip f = {.ports = 4};
    fake_open(&f);
    fake_poke(&f, WEFT_CHIP_BLOCK_NEXT, FAKE_PORT(3));
    fake_poke(&f, FAKE_PORT(3) + WEFT_PORT_BLOCK_NEXT, FAKE_ROUTE);
    fake_poke(&f, FAKE_ROUTE + WEFT_ROUTE_BLOCK_NEXT, FAKE_PORT(1));
    fake_poke(&f, FAKE_PORT(2) + WEFT_PORT_BLOCK_NEXT, FAKE_PARSER);
    fake_poke(&f, FAKE_PARSER + WEFT_PARSER_BLOCK_NEXT, 0);
    fake_poke(&f, FAKE_PORT(1) + WEFT_PORT_BLOCK_NEXT, FAKE_PORT(0));
    fake_poke(&f, FAKE_PORT(0) + WEFT_PORT_BLOCK_NEXT, FAKE_PORT(2));
    /* Ports 1 and 2 change their names: 2 is at the address of 1. */
    fake_poke(&f, FAKE_PORT(1) + WEFT_PORT_PORT_INDEX, 2);
    fake_poke(&f, FAKE_PORT(2) + WEFT_PORT_PORT_INDEX, 1);
    weft_device *dev;
    OK(weft_open(f.bus, &dev));
    OK(weft_port_enable(dev, 2));
    assert_int_equal(fake_peek(&f, FAKE_PORT(1) + WEFT_PORT_CTRL) & 1, 1);
    assert_int_equal(fake_peek(&f, FAKE_PORT(2) + WEFT_PORT_CTRL) & 1, 0);
    weft_close(dev);
    /* A block of type 77, version 5, in between: port 3 of a chip that says it has 3 ports. */
    fake_poke(&f, WEFT_CHIP_GEOMETRY0, 3u | 3u << 8 | 4u << 16 | 32u << 24);
    fake_poke(&f, FAKE_PORT(3) + WEFT_PORT_BLOCK_ID, 77u | 5u << 16);
    OK(weft_open(f.bus, &dev));
    weft_close(dev);
    /* The same block as a second port 1, though all three ports are there. */
    fake_poke(&f, FAKE_PORT(3) + WEFT_PORT_BLOCK_ID, 3u | 1u << 16);
    fake_poke(&f, FAKE_PORT(3) + WEFT_PORT_PORT_INDEX, 1);
    IS(WEFT_ERR_NO_DEVICE, weft_open(f.bus, &dev));
    fake_close(&f);
}

typedef struct {
    const char *what;
    uint32_t addr, value;
    weft_status expect;
} flaw;

static void refuses_what_is_no_switch(void **state)
{
    (void)state;
    static const flaw flaws[] = {
        {"magic", WEFT_CHIP_MAGIC, 0x54464556, WEFT_ERR_NO_DEVICE},
        {"byte order", WEFT_CHIP_MAGIC, 0x57454654, WEFT_ERR_NO_DEVICE},
        {"chip type", WEFT_CHIP_BLOCK_ID, 2u | 2u << 16, WEFT_ERR_NO_DEVICE},
        {"chip version", WEFT_CHIP_BLOCK_ID, 1u | 2u << 16, WEFT_ERR_VERSION},
        {"route version", FAKE_ROUTE, 2u | 3u << 16, WEFT_ERR_VERSION},
        {"parser version", FAKE_PARSER, 4u | 2u << 16, WEFT_ERR_VERSION},
        {"port version", FAKE_PORT(5), 3u | 0u << 16, WEFT_ERR_VERSION},
        {"second chip block", FAKE_PORT(5), 1u | 1u << 16, WEFT_ERR_NO_DEVICE},
        {"second route block", FAKE_PORT(5), 2u | 2u << 16, WEFT_ERR_NO_DEVICE},
        {"second parser block", FAKE_PORT(5), 4u | 1u << 16, WEFT_ERR_NO_DEVICE},
        {"a port is missing", FAKE_PORT(5), 99u | 1u << 16, WEFT_ERR_NO_DEVICE},
        {"no route block", WEFT_CHIP_BLOCK_NEXT, FAKE_PORT(0), WEFT_ERR_NO_DEVICE},
        {"no parser block", FAKE_ROUTE + 4, FAKE_PORT(0), WEFT_ERR_NO_DEVICE},
        {"chain ends early", FAKE_PORT(3) + 4, 0, WEFT_ERR_NO_DEVICE},
        {"chain is odd", FAKE_PORT(3) + 4, FAKE_PORT(4) + 2, WEFT_ERR_NO_DEVICE},
        {"chain leaves the space", FAKE_PORT(3) + 4, 0x100000, WEFT_ERR_NO_DEVICE},
        {"chain into nothing", FAKE_PORT(3) + 4, 0x80000, WEFT_ERR_BUS},
        {"chain loops over a port", FAKE_PORT(7) + 4, FAKE_PORT(2), WEFT_ERR_NO_DEVICE},
        {"port index twice", FAKE_PORT(7) + WEFT_PORT_PORT_INDEX, 2, WEFT_ERR_NO_DEVICE},
        {"port index too large", FAKE_PORT(7) + WEFT_PORT_PORT_INDEX, 8, WEFT_ERR_NO_DEVICE},
        {"no ports", WEFT_CHIP_GEOMETRY0, 0u | 8u << 8 | 4u << 16 | 32u << 24, WEFT_ERR_NO_DEVICE},
        {"65 ports", WEFT_CHIP_GEOMETRY0, 65u | 65u << 8 | 4u << 16 | 32u << 24,
         WEFT_ERR_NO_DEVICE},
        {"fewer endpoints than ports", WEFT_CHIP_GEOMETRY0, 8u | 7u << 8 | 4u << 16 | 32u << 24,
         WEFT_ERR_NO_DEVICE},
        {"65 endpoints", WEFT_CHIP_GEOMETRY0, 8u | 65u << 8 | 4u << 16 | 32u << 24,
         WEFT_ERR_NO_DEVICE},
        {"no VCs", WEFT_CHIP_GEOMETRY0, 8u | 8u << 8 | 0u << 16 | 32u << 24, WEFT_ERR_NO_DEVICE},
        {"9 VCs", WEFT_CHIP_GEOMETRY0, 8u | 8u << 8 | 9u << 16 | 32u << 24, WEFT_ERR_NO_DEVICE},
        {"no wire", WEFT_CHIP_GEOMETRY0, 8u | 8u << 8 | 4u << 16, WEFT_ERR_NO_DEVICE},
        {"no buffer", WEFT_CHIP_GEOMETRY1, 0, WEFT_ERR_NO_DEVICE},
        {"no cells", WEFT_CHIP_GEOMETRY2, 0, WEFT_ERR_NO_DEVICE},
    };
    for (unsigned i = 0; i < sizeof flaws / sizeof flaws[0]; i++) {
        fake_chip f = {0};
        fake_open(&f);
        fake_poke(&f, flaws[i].addr, flaws[i].value);
        weft_device *dev = NULL;
        weft_status s = weft_open(f.bus, &dev);
        if (s != flaws[i].expect) fail_msg("%s: %s", flaws[i].what, weft_status_name(s));
        assert_null(dev);
        fake_close(&f);
    }
}

/* A chain of unknown blocks that goes in a circle ends with an error, not never. */
static void ends_on_a_circle(void **state)
{
    (void)state;
    fake_chip f = {.ports = 2};
    fake_open(&f);
    fake_poke(&f, FAKE_PORT(1), 99u | 1u << 16);
    fake_poke(&f, FAKE_PORT(1) + 4, FAKE_PORT(1));
    weft_device *dev = NULL;
    IS(WEFT_ERR_NO_DEVICE, weft_open(f.bus, &dev));
    assert_null(dev);
    fake_close(&f);
}

static weft_status op_open(driver_test *t)
{
    weft_device *dev = NULL;
    weft_status s = weft_open(t->chip.bus, &dev);
    assert_true((s == WEFT_OK) == (dev != NULL));
    weft_close(dev);
    return s;
}

static void passes_bus_errors_on(void **state)
{
    (void)state;
    driver_test t = {.chip = {.ports = 3}};
    open_device(&t);
    assert_true(sweep_errors(&t, op_open) > 10);
    close_device(&t);
}

static void checks_arguments(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    weft_device *dev;
    weft_geometry g;
    uint64_t cycle, later;
    IS(WEFT_ERR_ARG, weft_open(NULL, &dev));
    IS(WEFT_ERR_ARG, weft_open(t.chip.bus, NULL));
    IS(WEFT_ERR_ARG, weft_get_geometry(NULL, &g));
    IS(WEFT_ERR_ARG, weft_get_geometry(t.dev, NULL));
    IS(WEFT_ERR_ARG, weft_get_cycle(NULL, &cycle));
    IS(WEFT_ERR_ARG, weft_get_cycle(t.dev, NULL));
    assert_null(weft_device_bus(NULL));
    weft_close(NULL);
    t.chip.cycle = 0x1fffffff0ull;
    OK(weft_get_cycle(t.dev, &cycle));
    OK(weft_get_cycle(t.dev, &later));
    assert_true(cycle > 0x1fffffff0ull && later > cycle && later < cycle + 100);
    close_device(&t);
}

static weft_status op_cycle(driver_test *t)
{
    uint64_t cycle;
    return weft_get_cycle(t->dev, &cycle);
}

static void cycle_passes_bus_errors_on(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    assert_int_equal(sweep_errors(&t, op_cycle), 2);
    close_device(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_every_size),           cmocka_unit_test(follows_the_chain),
        cmocka_unit_test(ends_on_a_circle),           cmocka_unit_test(refuses_what_is_no_switch),
        cmocka_unit_test(passes_bus_errors_on),       cmocka_unit_test(checks_arguments),
        cmocka_unit_test(cycle_passes_bus_errors_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
