/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_driver_route.c: identifiers, groups and the hashed address table. The table is filled until
 * it refuses; a matching algorithm of the test's own then proves that no arrangement could have
 * taken one more. At every single change of the chip's table all addresses must be found in it.
 */
#include "driver_test.h"
#include "lib/mac_hash.h"

#define SETS     64u
#define SLOTS    (4 * SETS)
#define MAC_MASK 0xffffffffffffull
#define MAX_KEYS (SLOTS + 1)

static const weft_route port3 = {false, 3};

/* ------------------------------------------------------------------ identifiers ------------- */
static void identifiers(void **state)
{
    (void)state;
    driver_test t = {.chip = {.sweep_polls = 50, .busy_polls = 3}};
    open_device(&t);
    weft_route r;
    IS(WEFT_ERR_NOT_FOUND, weft_id_get(t.dev, 0, &r));
    IS(WEFT_ERR_NOT_FOUND, weft_id_remove(t.dev, 0));
    for (unsigned id = 0; id < 1024; id++)
        OK(weft_id_add(t.dev, id, (weft_route){id % 3 == 0, id % 8}));
    for (unsigned id = 0; id < 1024; id++) {
        assert_int_equal(t.chip.table[FAKE_ID][id].entry,
                         0x800u | (id % 3 == 0 ? 0x400u : 0) | id % 8);
        OK(weft_id_get(t.dev, id, &r));
        assert_int_equal(r.group, id % 3 == 0);
        assert_int_equal(r.dest, id % 8);
    }
    OK(weft_id_add(t.dev, 7, (weft_route){true, 63})); /* changes in place */
    assert_int_equal(t.chip.table[FAKE_ID][7].entry, 0xc00u | 63);
    OK(weft_id_remove(t.dev, 7));
    assert_int_equal(t.chip.table[FAKE_ID][7].entry, 0);
    IS(WEFT_ERR_NOT_FOUND, weft_id_get(t.dev, 7, &r));
    IS(WEFT_ERR_ARG, weft_id_add(NULL, 0, port3));
    IS(WEFT_ERR_ARG, weft_id_add(t.dev, 1024, port3));
    IS(WEFT_ERR_ARG, weft_id_add(t.dev, 0, (weft_route){false, 8}));
    IS(WEFT_ERR_ARG, weft_id_add(t.dev, 0, (weft_route){true, 64}));
    IS(WEFT_ERR_ARG, weft_id_remove(NULL, 0));
    IS(WEFT_ERR_ARG, weft_id_remove(t.dev, 1024));
    IS(WEFT_ERR_ARG, weft_id_get(NULL, 0, &r));
    IS(WEFT_ERR_ARG, weft_id_get(t.dev, 1024, &r));
    IS(WEFT_ERR_ARG, weft_id_get(t.dev, 0, NULL));
    close_device(&t);
}

static void groups(void **state)
{
    (void)state;
    driver_test t = {.chip = {.ports = 64, .busy_polls = 1}};
    open_device(&t);
    uint64_t m;
    OK(weft_group_set(t.dev, 63, 0x8000000000000001ull));
    assert_int_equal(fake_word64(t.chip.table[FAKE_GROUP][63].mask), 0x8000000000000001ull);
    OK(weft_group_get(t.dev, 63, &m));
    assert_int_equal(m, 0x8000000000000001ull);
    OK(weft_group_clear(t.dev, 63));
    OK(weft_group_get(t.dev, 63, &m));
    assert_int_equal(m, 0);
    IS(WEFT_ERR_ARG, weft_group_set(NULL, 0, 1));
    IS(WEFT_ERR_ARG, weft_group_set(t.dev, 64, 1));
    IS(WEFT_ERR_ARG, weft_group_set(t.dev, 0, 0));
    IS(WEFT_ERR_ARG, weft_group_clear(NULL, 0));
    IS(WEFT_ERR_ARG, weft_group_clear(t.dev, 64));
    IS(WEFT_ERR_ARG, weft_group_get(NULL, 0, &m));
    IS(WEFT_ERR_ARG, weft_group_get(t.dev, 64, &m));
    IS(WEFT_ERR_ARG, weft_group_get(t.dev, 0, NULL));
    close_device(&t);
    open_device(&t); /* 8 ports */
    IS(WEFT_ERR_ARG, weft_group_set(t.dev, 0, 0x100));
    OK(weft_group_set(t.dev, 0, 0xff));
    close_device(&t);
}

static void waits_with_a_bound(void **state)
{
    (void)state;
    driver_test t = {.chip = {.sweep_polls = 1344}};
    open_device(&t);
    IS(WEFT_ERR_ARG, weft_route_wait_ready(NULL));
    OK(weft_route_wait_ready(t.dev));
    OK(weft_route_wait_ready(t.dev));
    close_device(&t);
    t.chip.sweep_polls = 0xffffffff; /* never */
    open_device(&t);
    IS(WEFT_ERR_TIMEOUT, weft_route_wait_ready(t.dev));
    IS(WEFT_ERR_TIMEOUT, weft_id_add(t.dev, 0, port3));
    IS(WEFT_ERR_TIMEOUT, weft_mac_add(t.dev, 1, port3));
    IS(WEFT_ERR_TIMEOUT, weft_group_set(t.dev, 0, 1));
    t.chip.sweep_polls = 0;
    OK(weft_id_add(t.dev, 0, port3));
    t.chip.busy_polls = 0xffffffff;
    IS(WEFT_ERR_TIMEOUT, weft_id_add(t.dev, 0, port3));
    close_device(&t);
}

/* A chip whose tables are smaller than it says refuses the command: that comes back. */
static void command_refused(void **state)
{
    (void)state;
    driver_test t = {.chip = {.ids = 1024}};
    open_device(&t);
    t.chip.ids = 512;
    OK(weft_id_add(t.dev, 511, port3));
    IS(WEFT_ERR_BUS, weft_id_add(t.dev, 512, port3));
    weft_route r;
    IS(WEFT_ERR_BUS, weft_id_get(t.dev, 512, &r));
    close_device(&t);
}

/* ------------------------------------------------------------------ addresses --------------- */
typedef struct {
    fake_chip *chip;
    uint64_t key[MAX_KEYS];
    weft_route to[MAX_KEYS];
    bool there[MAX_KEYS]; /* must be found in the chip at all times */
    unsigned n;
    unsigned lost;
    uint64_t changes;
} watch;

/* What the hardware would find: the route of a key in the chip's own table, 0: a miss. */
static uint32_t chip_lookup(const fake_chip *f, uint64_t key)
{
    for (unsigned way = 0; way < 4; way++) {
        uint32_t i = way * SETS + weft_mac_hash(key, way, 6);
        if ((f->table[FAKE_MAC][i].entry & 0x800u) != 0 &&
            fake_word64(f->table[FAKE_MAC][i].key) == key)
            return f->table[FAKE_MAC][i].entry;
    }
    return 0;
}

static uint32_t packed(weft_route r) { return 0x800u | (r.group ? 0x400u : 0) | r.dest; }

static void check_all_there(void *ctx)
{
    watch *w = ctx;
    w->changes++;
    for (unsigned i = 0; i < w->n; i++)
        if (w->there[i] && chip_lookup(w->chip, w->key[i]) != packed(w->to[i])) w->lost++;
}

/* Augmenting paths (Kuhn): can all n keys have a slot of their own? */
typedef struct {
    const uint64_t *key;
    int owner[SLOTS];
    bool seen[SLOTS];
} matching;

static bool seat(matching *m, int k)
{
    for (unsigned way = 0; way < 4; way++) {
        uint32_t s = way * SETS + weft_mac_hash(m->key[k], way, 6);
        if (m->seen[s]) continue;
        m->seen[s] = true;
        if (m->owner[s] < 0 || seat(m, m->owner[s])) {
            m->owner[s] = k;
            return true;
        }
    }
    return false;
}

static bool all_fit(const uint64_t *key, unsigned n)
{
    matching m = {.key = key};
    for (unsigned s = 0; s < SLOTS; s++) m.owner[s] = -1;
    for (unsigned k = 0; k < n; k++) {
        memset(m.seen, 0, sizeof m.seen);
        if (!seat(&m, (int)k)) return false;
    }
    return true;
}

static uint64_t random_mac(uint64_t *seed)
{
    uint64_t mac;
    do mac = next_random(seed) & MAC_MASK;
    while (mac >> 16 == 0x02574546);
    return mac;
}

static void fill_until_full(uint64_t seed, unsigned *reached)
{
    driver_test t = {0};
    open_device(&t);
    static watch w; /* large */
    memset(&w, 0, sizeof w);
    w.chip = &t.chip;
    t.chip.after_command = check_all_there;
    t.chip.after_ctx = &w;
    weft_status s = WEFT_OK;
    while (w.n < SLOTS) {
        uint64_t mac = random_mac(&seed);
        w.key[w.n] = mac;
        w.to[w.n] = (weft_route){(mac & 1) != 0, (unsigned)(mac >> 8) % 8};
        fake_row before[SLOTS];
        memcpy(before, t.chip.table[FAKE_MAC], sizeof before);
        s = weft_mac_add(t.dev, mac, w.to[w.n]);
        if (s != WEFT_OK) {
            assert_memory_equal(before, t.chip.table[FAKE_MAC],
                                sizeof before); /* nothing changed */
            break;
        }
        w.there[w.n++] = true;
        assert_int_equal(chip_lookup(&t.chip, mac), packed(w.to[w.n - 1]));
    }
    assert_int_equal(w.lost, 0);
    assert_true(w.changes > w.n);
    unsigned count;
    OK(weft_mac_count(t.dev, &count));
    assert_int_equal(count, w.n);
    if (s != WEFT_OK) {
        IS(WEFT_ERR_FULL, s);
        assert_true(all_fit(w.key, w.n));
        assert_false(all_fit(w.key, w.n + 1));
    }
    *reached = w.n;
    weft_route r;
    for (unsigned i = 0; i < w.n; i++) {
        OK(weft_mac_get(t.dev, w.key[i], &r));
        assert_int_equal(packed(r), packed(w.to[i]));
    }
    /* Change all routes in place, then take half of them away; the others must not notice. */
    for (unsigned i = 0; i < w.n; i++) {
        w.there[i] = false;
        OK(weft_mac_add(t.dev, w.key[i], port3));
        w.to[i] = port3;
        w.there[i] = true;
        assert_int_equal(chip_lookup(&t.chip, w.key[i]), packed(port3));
    }
    for (unsigned i = 0; i < w.n; i += 2) {
        w.there[i] = false;
        OK(weft_mac_remove(t.dev, w.key[i]));
        assert_int_equal(chip_lookup(&t.chip, w.key[i]), 0);
        IS(WEFT_ERR_NOT_FOUND, weft_mac_get(t.dev, w.key[i], &r));
        IS(WEFT_ERR_NOT_FOUND, weft_mac_remove(t.dev, w.key[i]));
    }
    assert_int_equal(w.lost, 0);
    OK(weft_mac_count(t.dev, &count));
    assert_int_equal(count, w.n / 2);
    /* A second driver on the same chip finds the same table. */
    weft_device *other;
    OK(weft_open(t.chip.bus, &other));
    OK(weft_mac_count(other, &count));
    assert_int_equal(count, w.n / 2);
    for (unsigned i = 0; i < w.n; i++)
        IS(i % 2 ? WEFT_OK : WEFT_ERR_NOT_FOUND, weft_mac_get(other, w.key[i], &r));
    weft_close(other);
    close_device(&t);
}

static void fills_to_the_last_slot_that_fits(void **state)
{
    (void)state;
    unsigned sum = 0, least = SLOTS, runs = 20;
    for (unsigned i = 0; i < runs; i++) {
        unsigned reached;
        fill_until_full(1000 + i, &reached);
        sum += reached;
        if (reached < least) least = reached;
    }
    print_message("%u tables of %u: filled to %u %% on average, %u at least\n", runs, SLOTS,
                  100 * sum / (runs * SLOTS), least);
    assert_true(least >= SLOTS * 90 / 100);
}

/* Many additions and removals at a high load against a plain list. */
static void churn(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    static watch w;
    memset(&w, 0, sizeof w);
    w.chip = &t.chip;
    w.n = 230;
    t.chip.after_command = check_all_there;
    t.chip.after_ctx = &w;
    uint64_t seed = 77;
    for (unsigned i = 0; i < w.n; i++) w.key[i] = random_mac(&seed);
    unsigned full = 0, there = 0;
    for (unsigned step = 0; step < 4000; step++) {
        unsigned i = (unsigned)(next_random(&seed) % w.n);
        bool was = w.there[i];
        w.there[i] = false;
        if (was && step % 3 == 0) {
            OK(weft_mac_remove(t.dev, w.key[i]));
            there--;
            continue;
        }
        w.to[i].dest = (unsigned)(next_random(&seed) % 8);
        weft_status s = weft_mac_add(t.dev, w.key[i], w.to[i]);
        if (s == WEFT_ERR_FULL)
            full++;
        else
            OK(s);
        w.there[i] = s == WEFT_OK;
        there += w.there[i] && !was;
        if (step % 100 == 0) {
            unsigned count;
            OK(weft_mac_count(t.dev, &count));
            assert_int_equal(count, there);
        }
    }
    assert_int_equal(w.lost, 0);
    assert_true(there > 120 && full < 400);
    close_device(&t);
}

static void addresses_refused(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    weft_route r;
    unsigned n;
    uint64_t before = accesses(&t);
    IS(WEFT_ERR_ARG, weft_mac_add(NULL, 1, port3));
    IS(WEFT_ERR_ARG, weft_mac_add(t.dev, 1ull << 48, port3));
    IS(WEFT_ERR_ARG, weft_mac_add(t.dev, 1, (weft_route){false, 8}));
    IS(WEFT_ERR_ARG, weft_mac_add(t.dev, 1, (weft_route){true, 64}));
    IS(WEFT_ERR_ARG, weft_mac_remove(NULL, 1));
    IS(WEFT_ERR_ARG, weft_mac_remove(t.dev, 1ull << 48));
    IS(WEFT_ERR_ARG, weft_mac_get(NULL, 1, &r));
    IS(WEFT_ERR_ARG, weft_mac_get(t.dev, 1ull << 48, &r));
    IS(WEFT_ERR_ARG, weft_mac_get(t.dev, 1, NULL));
    IS(WEFT_ERR_ARG, weft_mac_count(NULL, &n));
    IS(WEFT_ERR_ARG, weft_mac_count(t.dev, NULL));
    assert_int_equal(accesses(&t), before);
    IS(WEFT_ERR_NOT_FOUND, weft_mac_get(t.dev, 1, &r));
    IS(WEFT_ERR_NOT_FOUND, weft_mac_remove(t.dev, 1));
    /* The hardware looks addresses under the prefix up by their identifier, never here. */
    IS(WEFT_ERR_UNSAFE, weft_mac_add(t.dev, 0x025745460007, port3));
    fake_poke(&t.chip, WEFT_CHIP_ID_PREFIX, 0x02574547);
    OK(weft_mac_add(t.dev, 0x025745460007, port3));
    close_device(&t);
    /* Shapes that the hash does not know. */
    static const uint32_t shapes[] = {4u | 63u << 16, 3u | 64u << 16, 4u | 1u << 16, 4u};
    for (unsigned i = 0; i < 4; i++) {
        fake_open(&t.chip);
        fake_poke(&t.chip, FAKE_ROUTE + WEFT_ROUTE_TABLE_SIZES0, shapes[i]);
        OK(weft_open(t.chip.bus, &t.dev));
        IS(WEFT_ERR_NO_DEVICE, weft_mac_add(t.dev, 1, port3));
        OK(weft_id_add(t.dev, 1, port3)); /* the rest works */
        close_device(&t);
    }
}

/* ------------------------------------------------------------------ bus errors -------------- */
static weft_status op_id(driver_test *t)
{
    weft_route r;
    weft_status s = weft_id_add(t->dev, 9, port3);
    if (s == WEFT_OK) s = weft_id_get(t->dev, 9, &r);
    return s != WEFT_OK ? s : weft_id_remove(t->dev, 9);
}

static weft_status op_group(driver_test *t)
{
    uint64_t m;
    weft_status s = weft_group_set(t->dev, 9, 3);
    if (s == WEFT_OK) s = weft_group_get(t->dev, 9, &m);
    return s != WEFT_OK ? s : weft_group_clear(t->dev, 9);
}

static weft_status op_mac(driver_test *t)
{
    weft_route r;
    weft_status s = weft_mac_add(t->dev, 0x112233445566, port3);
    if (s == WEFT_OK) s = weft_mac_add(t->dev, 0x112233445566, (weft_route){true, 1});
    if (s == WEFT_OK) s = weft_mac_get(t->dev, 0x112233445566, &r);
    return s != WEFT_OK ? s : weft_mac_remove(t->dev, 0x112233445566);
}

static weft_status op_fresh_mac(driver_test *t)
{
    weft_device *dev;
    unsigned n;
    weft_status s = weft_open(t->chip.bus, &dev);
    if (s != WEFT_OK) return s;
    s = weft_mac_count(dev, &n);
    weft_close(dev);
    return s;
}

static void bus_errors(void **state)
{
    (void)state;
    driver_test t = {.chip = {.busy_polls = 1}};
    open_device(&t);
    assert_true(sweep_errors(&t, op_id) > 10);
    assert_true(sweep_errors(&t, op_group) > 10);
    assert_true(sweep_errors(&t, op_mac) > 10);
    close_device(&t);
}

/* The load of the table, error by error; a small table, since it is read anew each time. */
static void load_errors(void **state)
{
    (void)state;
    driver_test t = {.chip = {.ports = 2, .sets = 2}};
    open_device(&t);
    weft_bus_mock_stats s = weft_bus_mock_get_stats(t.chip.mock);
    OK(weft_mac_add(t.dev, 5, (weft_route){false, 1}));
    OK(op_fresh_mac(&t));
    weft_bus_mock_stats e = weft_bus_mock_get_stats(t.chip.mock);
    uint64_t n = e.reads + e.writes - s.reads - s.writes;
    for (uint64_t k = 0; k < n; k++) {
        weft_bus_mock_inject(t.chip.mock, k, 1, WEFT_ERR_TIMEOUT);
        weft_status r = op_fresh_mac(&t);
        assert_true(r == WEFT_ERR_TIMEOUT || r == WEFT_OK);
        weft_bus_mock_inject(t.chip.mock, 0, 0, WEFT_OK);
        OK(op_fresh_mac(&t));
    }
    close_device(&t);
}

/* An error in the middle of a sequence of moves: no address is lost, and the driver, which does not
 * know what the chip did, reads the table again. */
static void error_in_mid_move(void **state)
{
    (void)state;
    uint64_t seed = 4242;
    unsigned moved = 0;
    for (unsigned round = 0; round < 30; round++) {
        driver_test t = {.chip = {.sets = 64}};
        open_device(&t);
        static watch w;
        memset(&w, 0, sizeof w);
        w.chip = &t.chip;
        t.chip.after_command = check_all_there;
        t.chip.after_ctx = &w;
        while (w.n < 225) {
            w.key[w.n] = random_mac(&seed);
            w.to[w.n] = (weft_route){false, (unsigned)seed % 8};
            weft_status s = weft_mac_add(t.dev, w.key[w.n], w.to[w.n]);
            if (s == WEFT_ERR_FULL) continue;
            OK(s);
            w.there[w.n++] = true;
        }
        for (uint64_t k = 2; k < 40; k++) {
            uint64_t mac = random_mac(&seed);
            weft_bus_mock_inject(t.chip.mock, k, 1, WEFT_ERR_TIMEOUT);
            weft_status s = weft_mac_add(t.dev, mac, port3);
            weft_bus_mock_inject(t.chip.mock, 0, 0, WEFT_OK);
            moved += s == WEFT_ERR_TIMEOUT && k > 7;
            unsigned count;
            OK(weft_mac_count(t.dev, &count));
            bool in = chip_lookup(&t.chip, mac) != 0;
            assert_int_equal(count, w.n + in);
            if (in) OK(weft_mac_remove(t.dev, mac));
        }
        assert_int_equal(w.lost, 0);
        /* Copies that the errors left behind go away with their address. */
        for (unsigned i = 0; i < w.n; i++) {
            w.there[i] = false;
            OK(weft_mac_remove(t.dev, w.key[i]));
        }
        for (unsigned i = 0; i < SLOTS; i++) assert_int_equal(t.chip.table[FAKE_MAC][i].entry, 0);
        close_device(&t);
    }
    assert_true(moved > 20); /* the errors did hit moves */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identifiers),
        cmocka_unit_test(groups),
        cmocka_unit_test(waits_with_a_bound),
        cmocka_unit_test(command_refused),
        cmocka_unit_test(fills_to_the_last_slot_that_fits),
        cmocka_unit_test(churn),
        cmocka_unit_test(addresses_refused),
        cmocka_unit_test(bus_errors),
        cmocka_unit_test(load_errors),
        cmocka_unit_test(error_in_mid_move),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
