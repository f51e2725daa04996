/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * driver_test.h: what the tests of the driver share: a device on a fake chip, and the sweep that
 * injects every bus error at every access of an operation.
 */
#ifndef DRIVER_TEST_H
#define DRIVER_TEST_H
#include "fake_chip.h"
#include "weft/weft.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the four above first */
#include <cmocka.h>

typedef struct {
    fake_chip chip;
    weft_device *dev;
} driver_test;

#define OK(EXPR)         assert_int_equal((EXPR), WEFT_OK)
#define IS(STATUS, EXPR) assert_int_equal((EXPR), (STATUS))

/* Sizes of t->chip may be set before. */
static inline void open_device(driver_test *t)
{
    fake_open(&t->chip);
    OK(weft_open(t->chip.bus, &t->dev));
}

static inline void close_device(driver_test *t)
{
    weft_close(t->dev);
    fake_close(&t->chip);
    memset(t, 0, sizeof *t);
}

static inline uint64_t accesses(const driver_test *t)
{
    weft_bus_mock_stats s = weft_bus_mock_get_stats(t->chip.mock);
    return s.reads + s.writes;
}

/* Runs op with an error at its first access, its second, and so on: each error must come back as
 * it is, and op must succeed right afterwards. Returns the accesses of one successful run. */
static inline uint64_t sweep_errors(driver_test *t, weft_status (*op)(driver_test *t))
{
    static const weft_status errors[] = {WEFT_ERR_BUS, WEFT_ERR_TIMEOUT};
    OK(op(t)); /* what is done at the first use only */
    uint64_t before = accesses(t);
    OK(op(t));
    uint64_t n = accesses(t) - before;
    assert_true(n > 0);
    for (uint64_t k = 0; k < n; k++) {
        for (unsigned e = 0; e < 2; e++) {
            weft_bus_mock_inject(t->chip.mock, k, 1, errors[e]);
            IS(errors[e], op(t));
            weft_bus_mock_inject(t->chip.mock, 0, 0, WEFT_OK);
            OK(op(t));
        }
    }
    return n;
}

static inline uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15ull; /* splitmix64 */
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
}

#endif
