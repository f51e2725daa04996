/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_driver_tables.c: prefixes, memory-address ranges, ECMP groups, partitions, punt. The tables
 * of the fake chip are read as the hardware reads them, after every single change, and compared
 * with plain lists: nothing that stays may be lost or wrong for a moment.
 */
#include "driver_test.h"

static const weft_route port3 = {false, 3};

/* ------------------------------------------------------------------ prefixes ---------------- */
typedef struct {
    uint32_t prefix;
    unsigned length;
    weft_route to;
    bool there;
} item;

enum { POOL = 80 };
typedef struct {
    fake_chip *chip;
    item item[POOL];
    const item *changing; /* not looked at while it changes */
    uint64_t changes, wrong, seed;
} watch;

static uint32_t mask32(unsigned length) { return length == 0 ? 0 : UINT32_MAX << (32 - length); }

/* The hardware's rule: the lowest entry that matches. */
static uint32_t chip_ip4(const fake_chip *f, uint32_t address)
{
    for (unsigned i = 0; i < f->ip4; i++) {
        const fake_row *r = &f->table[FAKE_IP4][i];
        if ((r->entry & 0x800u) != 0 && ((address ^ r->key[0]) & r->mask[0]) == 0) return r->entry;
    }
    return 0;
}

/* The route of the longest in the list. */
static uint32_t list_ip4(const watch *w, uint32_t address)
{
    const item *best = NULL;
    for (unsigned i = 0; i < POOL; i++) {
        const item *m = &w->item[i];
        if (!m->there || ((address ^ m->prefix) & mask32(m->length)) != 0) continue;
        if (best == NULL || m->length > best->length) best = m;
    }
    if (best == NULL) return 0;
    return 0x800u | (best->to.group ? 0x400u : 0) | best->to.dest;
}

/* Addresses at the edges of all prefixes; those that the changing one covers may go either way. */
static void check_all(void *ctx)
{
    watch *w = ctx;
    w->changes++;
    for (unsigned i = 0; i < POOL; i++) {
        uint32_t low = w->item[i].prefix, high = low | ~mask32(w->item[i].length);
        const uint32_t probe[2] = {low, high};
        for (unsigned k = 0; k < 2; k++) {
            const item *c = w->changing;
            if (c != NULL && ((probe[k] ^ c->prefix) & mask32(c->length)) == 0) continue;
            if (chip_ip4(w->chip, probe[k]) != list_ip4(w, probe[k])) w->wrong++;
        }
    }
}

static void make_items(watch *w)
{
    for (unsigned i = 0; i < POOL; i++) {
        item *m = &w->item[i];
        bool twice = true;
        while (twice) {
            m->length = (unsigned)(next_random(&w->seed) % 33);
            m->prefix =
                (0x0a000000u ^ (uint32_t)(next_random(&w->seed) & 0xc0c0c0c0u)) & mask32(m->length);
            twice = false;
            for (unsigned k = 0; k < i; k++)
                twice |= w->item[k].prefix == m->prefix && w->item[k].length == m->length;
        }
    }
}

static unsigned present(const watch *w)
{
    unsigned n = 0;
    for (unsigned i = 0; i < POOL; i++) n += w->item[i].there;
    return n;
}

/* Entries in use are sorted, longest first. */
static void assert_sorted(const fake_chip *f)
{
    uint32_t last = UINT32_MAX;
    for (unsigned i = 0; i < f->ip4; i++) {
        const fake_row *r = &f->table[FAKE_IP4][i];
        if ((r->entry & 0x800u) == 0) continue;
        assert_true(r->mask[0] <= last);
        last = r->mask[0];
    }
}

static void start_watch(driver_test *t, watch *w, uint64_t seed)
{
    open_device(t);
    memset(w, 0, sizeof *w);
    w->chip = &t->chip;
    w->seed = seed;
    make_items(w);
    t->chip.after_command = check_all;
    t->chip.after_ctx = w;
}

/* Additions, changes and removals against the list, with a table that is full at times. */
static void prefixes(void **state)
{
    (void)state;
    static watch w;
    unsigned full = 0;
    for (unsigned size = 1; size <= 64; size *= 4) {
        driver_test t = {.chip = {.ip4 = size}};
        start_watch(&t, &w, 100 + size);
        for (unsigned step = 0; step < 1500; step++) {
            item *m = &w.item[next_random(&w.seed) % POOL];
            w.changing = m;
            if (m->there && step % 3 == 0) {
                OK(weft_ip4_remove(t.dev, m->prefix, m->length));
                m->there = false;
            } else {
                weft_route to = {step % 5 == 0, (unsigned)(next_random(&w.seed) % 8)};
                weft_status s = weft_ip4_add(t.dev, m->prefix, m->length, to);
                if (!m->there && present(&w) == size) {
                    IS(WEFT_ERR_FULL, s);
                    full++;
                } else {
                    OK(s);
                    m->to = to;
                    m->there = true;
                }
            }
            w.changing = NULL;
            check_all(&w);
            assert_sorted(&t.chip);
            weft_route r;
            IS(m->there ? WEFT_OK : WEFT_ERR_NOT_FOUND,
               weft_ip4_get(t.dev, m->prefix, m->length, &r));
            if (m->there) assert_int_equal(r.dest, m->to.dest);
        }
        assert_int_equal(w.wrong, 0);
        close_device(&t);
    }
    assert_true(full > 100);
}

/* An error at any access of an addition that moves others: nothing else is ever wrong, and what the
 * error left behind goes away with its prefix. */
static void prefix_error_in_mid_move(void **state)
{
    (void)state;
    static watch w;
    for (uint64_t at = 0; at < 200; at += 3) {
        driver_test t = {.chip = {.ip4 = 8}};
        start_watch(&t, &w, 7);
        for (unsigned i = 0; i < 7; i++) {
            w.changing = &w.item[i];
            w.item[i].to = port3;
            OK(weft_ip4_add(t.dev, w.item[i].prefix, w.item[i].length, port3));
            w.item[i].there = true;
        }
        w.changing = &w.item[7];
        weft_bus_mock_inject(t.chip.mock, at, 1, WEFT_ERR_TIMEOUT);
        weft_status s = weft_ip4_add(t.dev, w.item[7].prefix, w.item[7].length, port3);
        weft_bus_mock_inject(t.chip.mock, 0, 0, WEFT_OK);
        assert_true(s == WEFT_OK || s == WEFT_ERR_TIMEOUT);
        weft_status again = weft_ip4_add(t.dev, w.item[7].prefix, w.item[7].length, port3);
        assert_true(again == WEFT_OK || again == WEFT_ERR_FULL); /* a twin may stand in the way */
        w.item[7].to = port3;
        w.item[7].there = again == WEFT_OK;
        for (unsigned i = 0; i < 8; i++) {
            w.changing = &w.item[i];
            weft_status r = weft_ip4_remove(t.dev, w.item[i].prefix, w.item[i].length);
            assert_true(r == WEFT_OK || (i == 7 && again == WEFT_ERR_FULL));
            w.item[i].there = false;
        }
        for (unsigned i = 0; i < 8; i++) assert_int_equal(t.chip.table[FAKE_IP4][i].entry, 0);
        assert_int_equal(w.wrong, 0);
        close_device(&t);
    }
}

static void prefixes_of_ipv6(void **state)
{
    (void)state;
    driver_test t = {.chip = {.busy_polls = 1}};
    open_device(&t);
    const uint8_t net[16] = {0x20, 0x01, 0x0d, 0xb8}, host[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
    weft_route r;
    OK(weft_ip6_add(t.dev, net, 32, (weft_route){false, WEFT_ECMP(2)}));
    OK(weft_ip6_add(t.dev, (const uint8_t[16]){0}, 0, (weft_route){true, 5}));
    OK(weft_ip6_add(t.dev, host, 128, port3));
    const fake_row *row = t.chip.table[FAKE_IP6];
    unsigned n = 0, at[3] = {0};
    for (unsigned i = 0; i < 16; i++)
        if ((row[i].entry & 0x800u) != 0 && n < 3) at[n++] = i;
    assert_int_equal(n, 3);
    assert_int_equal(row[at[0]].key[3], 0x20010db8);
    assert_int_equal(row[at[0]].key[0], 1);
    assert_int_equal(row[at[0]].mask[0], 0xffffffff);
    assert_int_equal(row[at[1]].mask[3], 0xffffffff);
    assert_int_equal(row[at[1]].mask[2], 0);
    assert_int_equal(row[at[1]].entry, 0x1802);
    assert_int_equal(row[at[2]].entry, 0xc05);
    assert_int_equal(row[at[2]].mask[3], 0);
    OK(weft_ip6_get(t.dev, net, 32, &r));
    assert_int_equal(r.dest, WEFT_ECMP(2));
    OK(weft_ip6_remove(t.dev, net, 32));
    IS(WEFT_ERR_NOT_FOUND, weft_ip6_get(t.dev, net, 32, &r));
    IS(WEFT_ERR_NOT_FOUND, weft_ip6_remove(t.dev, net, 31));
    for (unsigned length = 33; length <= 46; length++) OK(weft_ip6_add(t.dev, net, length, port3));
    IS(WEFT_ERR_FULL, weft_ip6_add(t.dev, net, 47, port3));
    OK(weft_ip6_add(t.dev, net, 46, (weft_route){false, 1})); /* what is there changes */
    IS(WEFT_ERR_ARG, weft_ip6_add(t.dev, net, 28, port3));    /* bits behind the length */
    IS(WEFT_ERR_ARG, weft_ip6_add(t.dev, net, 129, port3));
    IS(WEFT_ERR_ARG, weft_ip6_add(t.dev, NULL, 32, port3));
    IS(WEFT_ERR_ARG, weft_ip6_add(NULL, net, 32, port3));
    IS(WEFT_ERR_ARG, weft_ip6_add(t.dev, net, 32, (weft_route){false, 8}));
    IS(WEFT_ERR_ARG, weft_ip6_remove(t.dev, NULL, 32));
    IS(WEFT_ERR_ARG, weft_ip6_remove(NULL, net, 32));
    IS(WEFT_ERR_ARG, weft_ip6_get(t.dev, net, 32, NULL));
    IS(WEFT_ERR_ARG, weft_ip6_get(NULL, net, 32, &r));
    IS(WEFT_ERR_ARG, weft_ip4_add(NULL, 0, 0, port3));
    IS(WEFT_ERR_ARG, weft_ip4_add(t.dev, 0, 33, port3));
    IS(WEFT_ERR_ARG, weft_ip4_add(t.dev, 1, 31, port3));
    IS(WEFT_ERR_ARG, weft_ip4_add(t.dev, 0, 0, (weft_route){false, WEFT_ECMP(16)}));
    IS(WEFT_ERR_ARG, weft_ip4_remove(t.dev, 0, 33));
    IS(WEFT_ERR_ARG, weft_ip4_get(t.dev, 0, 0, NULL));
    close_device(&t);
}

/* ------------------------------------------------------------------ ranges ------------------ */
static void ranges(void **state)
{
    (void)state;
    driver_test t = {.chip = {.ranges = 4}};
    open_device(&t);
    weft_range a = {.base = 0x1000, .size = 0x1000, .endpoint = 3, .ways = 1}, r;
    OK(weft_range_add(t.dev, &a));
    const fake_row *row = t.chip.table[FAKE_RANGE];
    assert_int_equal(fake_word64(row[0].key), 0x1000);
    assert_int_equal(fake_word64(row[0].mask), 0x1fff);
    assert_int_equal(row[0].entry, 0x803);
    weft_range b = {
        .base = 1ull << 63, .size = 1ull << 63, .endpoint = 4, .ways = 4, .chunk = 4096};
    OK(weft_range_add(t.dev, &b));
    assert_int_equal(fake_word64(row[1].mask), UINT64_MAX);
    assert_int_equal(row[1].entry, 0x804 | 12u << 13 | 2u << 19);
    OK(weft_range_get(t.dev, b.base, &r));
    assert_memory_equal(&r, &b, sizeof r);
    a.endpoint = 5; /* the same extent: replaced in place */
    OK(weft_range_add(t.dev, &a));
    assert_int_equal(row[0].entry, 0x805);
    const weft_range overlaps[] = {
        {.base = 0, .size = 0x1001, .ways = 1},     {.base = 0x1fff, .size = 1, .ways = 1},
        {.base = 0, .size = UINT64_MAX, .ways = 1}, {.base = 0x1800, .size = 16, .ways = 1},
        {.base = 0x1000, .size = 0xfff, .ways = 1},
    };
    for (unsigned i = 0; i < sizeof overlaps / sizeof overlaps[0]; i++)
        IS(WEFT_ERR_UNSAFE, weft_range_add(t.dev, &overlaps[i]));
    const weft_range bad[] = {
        {.base = 0, .size = 0, .ways = 1},
        {.base = UINT64_MAX, .size = 2, .ways = 1},
        {.base = 0, .size = 16, .ways = 0},
        {.base = 0, .size = 16, .ways = 3, .chunk = 4},
        {.base = 0, .size = 16, .ways = 128, .chunk = 4},
        {.base = 0, .size = 16, .ways = 2, .chunk = 0},
        {.base = 0, .size = 16, .ways = 2, .chunk = 3},
        {.base = 0, .size = 16, .ways = 2, .chunk = 4, .endpoint = 7},
        {.base = 0, .size = 16, .ways = 1, .endpoint = 8},
    };
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        IS(WEFT_ERR_ARG, weft_range_add(t.dev, &bad[i]));
    OK(weft_range_add(t.dev, &(weft_range){.base = 0x2000, .size = 1, .ways = 1}));
    OK(weft_range_add(t.dev, &(weft_range){.base = 0xfff, .size = 1, .ways = 1}));
    IS(WEFT_ERR_FULL, weft_range_add(t.dev, &(weft_range){.base = 0, .size = 1, .ways = 1}));
    OK(weft_range_remove(t.dev, 0x1000));
    IS(WEFT_ERR_NOT_FOUND, weft_range_remove(t.dev, 0x1000));
    IS(WEFT_ERR_NOT_FOUND, weft_range_get(t.dev, 0x1000, &r));
    OK(weft_range_add(t.dev, &(weft_range){.base = 0, .size = 1, .ways = 1}));
    IS(WEFT_ERR_ARG, weft_range_add(NULL, &a));
    IS(WEFT_ERR_ARG, weft_range_add(t.dev, NULL));
    IS(WEFT_ERR_ARG, weft_range_remove(NULL, 0));
    IS(WEFT_ERR_ARG, weft_range_get(NULL, 0, &r));
    IS(WEFT_ERR_ARG, weft_range_get(t.dev, 0, NULL));
    close_device(&t);
}

/* ------------------------------------------------------------------ ECMP -------------------- */
static uint64_t first_bits(unsigned n) { return n >= 64 ? UINT64_MAX : (1ull << n) - 1; }

static unsigned member_of(const fake_chip *f, unsigned group, unsigned b)
{
    return f->table[FAKE_BUCKET][group * 256 + b].entry & 63;
}

static unsigned backup_of(const fake_chip *f, unsigned group, unsigned b)
{
    return f->table[FAKE_BUCKET][group * 256 + b].entry >> 13 & 63;
}

/* Each member's share is within one bucket of its weight's; a dead member's too. */
static void check_shares(const fake_chip *f, unsigned group, uint64_t members,
                         const uint16_t *weight)
{
    unsigned sum = 0, have[64] = {0}, spare[64][64] = {{0}};
    for (unsigned e = 0; e < 64; e++)
        if ((members >> e & 1) != 0) sum += weight != NULL ? weight[e] : 1;
    for (unsigned b = 0; b < 256; b++) {
        unsigned m = member_of(f, group, b), s = backup_of(f, group, b);
        assert_true((members >> m & 1) != 0 && (members >> s & 1) != 0);
        if ((members & (members - 1)) != 0) assert_int_not_equal(m, s);
        have[m]++;
        spare[m][s]++;
    }
    for (unsigned e = 0; e < 64; e++) {
        if ((members >> e & 1) == 0) continue;
        unsigned w = weight != NULL ? weight[e] : 1;
        assert_true(have[e] * sum >= 256 * w - sum && have[e] * sum <= 256 * w + sum);
        for (unsigned s = 0; s < 64; s++) {
            if (s == e || (members >> s & 1) == 0) continue;
            unsigned ws = weight != NULL ? weight[s] : 1, rest = sum - w;
            assert_true(spare[e][s] * rest + rest >= have[e] * ws &&
                        spare[e][s] * rest <= have[e] * ws + rest);
        }
    }
}

static void ecmp_shares(void **state)
{
    (void)state;
    driver_test t = {.chip = {.ports = 64}};
    open_device(&t);
    uint64_t members, seed = 5;
    uint16_t count[64], weight[64] = {0};
    for (unsigned n = 1; n <= 64; n++) {
        OK(weft_ecmp_set(t.dev, n % 16, first_bits(n), NULL));
        check_shares(&t.chip, n % 16, first_bits(n), NULL);
        if (n > 1) /* neighbours alternate */
            for (unsigned b = 1; b < 256; b++)
                assert_int_not_equal(member_of(&t.chip, n % 16, b),
                                     member_of(&t.chip, n % 16, b - 1));
    }
    for (unsigned round = 0; round < 50; round++) {
        uint64_t m = 0;
        unsigned sum = 0;
        memset(weight, 0, sizeof weight);
        for (unsigned k = 0; k < 20; k++) {
            unsigned e = (unsigned)(next_random(&seed) % 64), w = 1 + (unsigned)(seed % 40);
            if ((m >> e & 1) != 0 || sum + w > 256) continue;
            weight[e] = (uint16_t)w;
            sum += w;
            m |= 1ull << e;
        }
        OK(weft_ecmp_set(t.dev, 3, m, weight));
        check_shares(&t.chip, 3, m, weight);
        OK(weft_ecmp_get(t.dev, 3, &members, count));
        assert_true(members == m);
        for (unsigned b = 0; b < 256; b++) count[member_of(&t.chip, 3, b)]--;
        for (unsigned e = 0; e < 64; e++) assert_int_equal(count[e], 0);
    }
    close_device(&t);
}

/* The hardware's choice: member, backup, lowest; -1: none. */
static int chosen(const fake_chip *f, unsigned group, unsigned b)
{
    uint64_t alive = fake_word64(f->table[FAKE_GROUP][group].mask);
    unsigned m = member_of(f, group, b), s = backup_of(f, group, b);
    if ((alive >> m & 1) != 0) return (int)m;
    if ((alive >> s & 1) != 0) return (int)s;
    for (unsigned e = 0; e < 64; e++)
        if ((alive >> e & 1) != 0) return (int)e;
    return -1;
}

typedef struct {
    const fake_chip *chip;
    int before[256];
    unsigned leaving, wrong, changes;
    bool keep; /* flows of the others stay where they are */
} ecmp_watch;

/* At every change: no bucket is without a member, none leads to the one that leaves. */
static void check_hitless(void *ctx)
{
    ecmp_watch *w = ctx;
    if ((fake_word64(w->chip->table[FAKE_GROUP][2].mask) >> w->leaving & 1) != 0)
        return; /* not yet */
    w->changes++;
    for (unsigned b = 0; b < 256; b++) {
        int now = chosen(w->chip, 2, b);
        w->wrong += now < 0 || now == (int)w->leaving;
        w->wrong += w->keep && w->before[b] != (int)w->leaving && now != w->before[b];
    }
}

static void ecmp_hitless(void **state)
{
    (void)state;
    driver_test t = {0};
    open_device(&t);
    static ecmp_watch w;
    OK(weft_ecmp_set(t.dev, 2, 0xff, NULL));
    uint64_t left = 0xff, members;
    uint16_t count[64];
    for (unsigned leaving = 7; leaving > 0; leaving--) {
        w = (ecmp_watch){.chip = &t.chip, .leaving = leaving, .keep = true};
        for (unsigned b = 0; b < 256; b++) w.before[b] = chosen(&t.chip, 2, b);
        t.chip.after_command = check_hitless;
        t.chip.after_ctx = &w;
        OK(weft_ecmp_remove(t.dev, 2, leaving));
        t.chip.after_command = NULL;
        assert_int_equal(w.wrong, 0);
        assert_true(w.changes > 256 / 8);
        left &= ~(1ull << leaving);
        OK(weft_ecmp_get(t.dev, 2, &members, count));
        assert_int_equal(members, left);
        for (unsigned e = 0; e < leaving; e++) /* still even within a tenth */
            assert_true(count[e] * leaving * 10 >= 256 * 9 && count[e] * leaving * 10 <= 256 * 11);
        for (unsigned b = 0; b < 256 && leaving > 1; b++)
            assert_int_not_equal(member_of(&t.chip, 2, b), backup_of(&t.chip, 2, b));
        IS(WEFT_ERR_NOT_FOUND, weft_ecmp_remove(t.dev, 2, leaving));
    }
    IS(WEFT_ERR_UNSAFE, weft_ecmp_remove(t.dev, 2, 0));
    w = (ecmp_watch){.chip = &t.chip, .leaving = 0};
    t.chip.after_command = check_hitless;
    t.chip.after_ctx = &w;
    OK(weft_ecmp_set(t.dev, 2, 0xf0, NULL)); /* all others */
    t.chip.after_command = NULL;
    assert_int_equal(w.wrong, 0);
    OK(weft_ecmp_clear(t.dev, 2));
    OK(weft_ecmp_get(t.dev, 2, &members, NULL));
    assert_int_equal(members, 0);
    close_device(&t);
}

static void ecmp_refused(void **state)
{
    (void)state;
    driver_test t = {.chip = {.ecmp = 4}};
    open_device(&t);
    uint64_t m;
    uint16_t weight[64] = {200, 57}, none[64] = {1};
    IS(WEFT_ERR_ARG, weft_ecmp_set(NULL, 0, 1, NULL));
    IS(WEFT_ERR_ARG, weft_ecmp_set(t.dev, 4, 1, NULL));
    IS(WEFT_ERR_ARG, weft_ecmp_set(t.dev, 0, 0, NULL));
    IS(WEFT_ERR_ARG, weft_ecmp_set(t.dev, 0, 0x100, NULL));
    IS(WEFT_ERR_ARG, weft_ecmp_set(t.dev, 0, 3, weight)); /* 257 in all */
    IS(WEFT_ERR_ARG, weft_ecmp_set(t.dev, 0, 3, none));   /* weight 0 */
    weight[1] = 56;
    OK(weft_ecmp_set(t.dev, 0, 3, weight));
    IS(WEFT_ERR_ARG, weft_ecmp_remove(NULL, 0, 0));
    IS(WEFT_ERR_ARG, weft_ecmp_remove(t.dev, 4, 0));
    IS(WEFT_ERR_ARG, weft_ecmp_remove(t.dev, 0, 8));
    IS(WEFT_ERR_ARG, weft_ecmp_clear(NULL, 0));
    IS(WEFT_ERR_ARG, weft_ecmp_clear(t.dev, 4));
    IS(WEFT_ERR_ARG, weft_ecmp_get(NULL, 0, &m, NULL));
    IS(WEFT_ERR_ARG, weft_ecmp_get(t.dev, 4, &m, NULL));
    IS(WEFT_ERR_ARG, weft_ecmp_get(t.dev, 0, NULL, NULL));
    weft_route r = {false, WEFT_ECMP(3)};
    OK(weft_id_add(t.dev, 1, r));
    OK(weft_id_get(t.dev, 1, &r));
    assert_int_equal(r.dest, WEFT_ECMP(3));
    assert_int_equal(t.chip.table[FAKE_ID][1].entry, 0x1803);
    IS(WEFT_ERR_ARG, weft_id_add(t.dev, 1, (weft_route){false, WEFT_ECMP(4)}));
    close_device(&t);
}

/* ------------------------------------------------------------------ partitions, punt -------- */
static void partitions(void **state)
{
    (void)state;
    driver_test t = {.chip = {.parts = 3}};
    open_device(&t);
    uint64_t m;
    OK(weft_part_set(t.dev, 1023, 0x81));
    OK(weft_part_set(t.dev, 5, 0x0f));
    OK(weft_part_set(t.dev, 6, 0xf0));
    IS(WEFT_ERR_FULL, weft_part_set(t.dev, 7, 1));
    OK(weft_part_set(t.dev, 5, 0x03)); /* in place */
    OK(weft_part_get(t.dev, 5, &m));
    assert_int_equal(m, 3);
    const fake_row *row = t.chip.table[FAKE_PART];
    assert_int_equal(row[0].key[0], 1023);
    assert_int_equal(row[1].mask[0], 3);
    OK(weft_part_remove(t.dev, 1023));
    IS(WEFT_ERR_NOT_FOUND, weft_part_remove(t.dev, 1023));
    IS(WEFT_ERR_NOT_FOUND, weft_part_get(t.dev, 1023, &m));
    OK(weft_part_set(t.dev, 6, 0x10)); /* behind an empty row: still in place */
    assert_int_equal(row[0].entry, 0);
    assert_int_equal(row[2].mask[0], 0x10);
    OK(weft_part_set(t.dev, 0, 1));
    IS(WEFT_ERR_ARG, weft_part_set(NULL, 0, 1));
    IS(WEFT_ERR_ARG, weft_part_set(t.dev, 1024, 1));
    IS(WEFT_ERR_ARG, weft_part_set(t.dev, 0, 0));
    IS(WEFT_ERR_ARG, weft_part_set(t.dev, 0, 0x100));
    IS(WEFT_ERR_ARG, weft_part_remove(NULL, 0));
    IS(WEFT_ERR_ARG, weft_part_remove(t.dev, 1024));
    IS(WEFT_ERR_ARG, weft_part_get(NULL, 0, &m));
    IS(WEFT_ERR_ARG, weft_part_get(t.dev, 1024, &m));
    IS(WEFT_ERR_ARG, weft_part_get(t.dev, 0, NULL));
    bool on;
    unsigned endpoint;
    OK(weft_punt_get(t.dev, &on, &endpoint));
    assert_false(on);
    OK(weft_punt_set(t.dev, true, 7));
    OK(weft_punt_get(t.dev, &on, &endpoint));
    assert_true(on && endpoint == 7);
    IS(WEFT_ERR_ARG, weft_punt_set(NULL, true, 0));
    IS(WEFT_ERR_ARG, weft_punt_set(t.dev, true, 8));
    IS(WEFT_ERR_ARG, weft_punt_get(NULL, &on, &endpoint));
    IS(WEFT_ERR_ARG, weft_punt_get(t.dev, NULL, &endpoint));
    IS(WEFT_ERR_ARG, weft_punt_get(t.dev, &on, NULL));
    weft_port_config c;
    OK(weft_port_get_config(t.dev, 2, &c));
    assert_false(c.part_check);
    c.part_check = true;
    OK(weft_port_set_config(t.dev, 2, &c));
    assert_int_equal(fake_peek(&t.chip, FAKE_PORT(2) + WEFT_PORT_CTRL), 6);
    close_device(&t);
}

/* ------------------------------------------------------------------ bus errors -------------- */
static weft_status op_prefix(driver_test *t)
{
    weft_route r;
    weft_status s = weft_ip4_add(t->dev, 0x0a000000, 8, port3);
    if (s == WEFT_OK) s = weft_ip4_get(t->dev, 0x0a000000, 8, &r);
    const uint8_t net[16] = {0xfe, 0x80};
    if (s == WEFT_OK) s = weft_ip6_add(t->dev, net, 16, port3);
    return s;
}

static weft_status op_range(driver_test *t)
{
    weft_range r = {.base = 16, .size = 16, .ways = 1};
    weft_status s = weft_range_add(t->dev, &r);
    if (s == WEFT_OK) s = weft_range_get(t->dev, 16, &r);
    return s;
}

static weft_status op_ecmp(driver_test *t)
{
    uint64_t m;
    uint16_t count[64];
    weft_status s = weft_ecmp_set(t->dev, 1, 7, NULL);
    if (s == WEFT_OK) s = weft_ecmp_remove(t->dev, 1, 2);
    return s != WEFT_OK ? s : weft_ecmp_get(t->dev, 1, &m, count);
}

static weft_status op_part(driver_test *t)
{
    uint64_t m;
    bool on;
    unsigned e;
    weft_status s = weft_part_set(t->dev, 9, 3);
    if (s == WEFT_OK) s = weft_part_get(t->dev, 9, &m);
    if (s == WEFT_OK) s = weft_punt_set(t->dev, true, 1);
    return s != WEFT_OK ? s : weft_punt_get(t->dev, &on, &e);
}

static void bus_errors(void **state)
{
    (void)state;
    driver_test t = {.chip = {.busy_polls = 1, .ip4 = 3, .ip6 = 2, .ranges = 3, .parts = 3}};
    open_device(&t);
    assert_true(sweep_errors(&t, op_prefix) > 10);
    assert_true(sweep_errors(&t, op_range) > 10);
    assert_true(sweep_errors(&t, op_part) > 10);
    OK(op_ecmp(&t)); /* thousands of accesses: errors at some of them */
    uint64_t before = accesses(&t);
    OK(op_ecmp(&t));
    uint64_t n = accesses(&t) - before;
    assert_true(n > 1000);
    for (uint64_t k = 0; k < n; k += k < 10 ? 1 : 41) {
        weft_bus_mock_inject(t.chip.mock, k, 1, WEFT_ERR_TIMEOUT);
        IS(WEFT_ERR_TIMEOUT, op_ecmp(&t));
        weft_bus_mock_inject(t.chip.mock, 0, 0, WEFT_OK);
        OK(op_ecmp(&t));
    }
    close_device(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prefixes),         cmocka_unit_test(prefix_error_in_mid_move),
        cmocka_unit_test(prefixes_of_ipv6), cmocka_unit_test(ranges),
        cmocka_unit_test(ecmp_shares),      cmocka_unit_test(ecmp_hitless),
        cmocka_unit_test(ecmp_refused),     cmocka_unit_test(partitions),
        cmocka_unit_test(bus_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
