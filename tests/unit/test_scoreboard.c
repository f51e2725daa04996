/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_scoreboard.c: does each kind of fault get its name, and only that one?
 */
#include "../../csrc/endpoint/scoreboard.h"
#include "weft/proto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned failures, checks;

#define CHECK(x)                                                                                   \
    do {                                                                                           \
        checks++;                                                                                  \
        if (!(x)) {                                                                                \
            failures++;                                                                            \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #x);                                         \
        }                                                                                          \
    } while (0)

static weft_frame_pool pool;
static weft_scoreboard *board;
static weft_scoreboard_counters n;
static uint32_t serial;

static void begin(bool check_bytes)
{
    weft_frame_pool_init(&pool);
    board = weft_scoreboard_new(4, 2, check_bytes, &pool);
    if (!board) exit(1);
}

static void end(void)
{
    weft_scoreboard_free(board);
    CHECK(pool.live == 0);
    weft_frame_pool_free(&pool);
}

/* One frame of 80 bytes into the switch; its image goes to copy as it should come out. */
static void put(unsigned from, uint64_t to, unsigned vc, bool esun, uint8_t *copy)
{
    weft_frame *f = weft_frame_new(&pool, 80);
    weft_header h = {.dst = weft_accel_mac(1),
                     .src = weft_accel_mac(from),
                     .esun = esun,
                     .ecn = 2,
                     .ttl = 8,
                     .type = esun ? WEFT_ESUN_TYPE : 0x0800};
    if (!f) exit(1);
    uint8_t *d = weft_frame_data(f);
    memset(d, 0, 80);
    weft_header_build(&h, d);
    weft_put32(d + 60, ++serial);
    if (esun) f->hop = (weft_hop){WEFT_RW_ESUN, 14};
    weft_frame_seal(f);
    CHECK(weft_scoreboard_sent(board, from, vc, f, to));
    memcpy(copy, d, 80);
    if (esun) copy[17] -= 0x10; /* the TTL is one less */
    weft_frame_put(&pool, f);
}

static bool get(unsigned port, unsigned from, unsigned vc, const uint8_t *data, size_t len)
{
    weft_rx_frame r = {data, len, true, port, 10, 12};
    bool good = weft_scoreboard_arrived(board, (int)from, vc, &r) != NULL;
    weft_scoreboard_get_counters(board, &n);
    return good;
}

static uint64_t faults(void)
{
    return n.corrupted + n.misrouted + n.reordered + n.duplicated + n.unexpected + n.bad_fcs +
           n.payload_mismatches;
}

static void test_good(void)
{
    uint8_t a[80], b[80], c[80];
    begin(true);
    put(0, 2, 0, true, a);
    put(0, 2, 1, false, b);
    put(2, 0xB, 0, true, c);    /* to ports 0, 1 and 3 */
    CHECK(get(1, 0, 1, b, 80)); /* VCs overtake each other */
    CHECK(get(1, 0, 0, a, 80));
    c[14] |= 3; /* marked */
    CHECK(get(3, 2, 0, c, 80) && get(0, 2, 0, c, 80));
    CHECK(n.outstanding == 1);
    c[14] &= 0xFE;
    CHECK(get(1, 2, 0, c, 80));
    CHECK(n.expected == 5 && n.delivered == 5 && n.outstanding == 0 && n.ecn_marked == 2);
    CHECK(faults() == 0 && n.missing_frames == 0);
    end();
}

/* What the switch may not change. */
static void test_changes(void)
{
    uint8_t a[80], x[80];
    static const struct {
        unsigned at, flip;
    } change[6] = {{0, 1}, {14, 0x20}, {15, 4}, {17, 0x10}, {18, 1}, {79, 0x80}};
    for (unsigned i = 0; i < 6; i++) {
        begin(true);
        put(0, 2, 0, true, a);
        memcpy(x, a, 80);
        x[change[i].at] ^= (uint8_t)change[i].flip;
        CHECK(!get(1, 0, 0, x, 80));
        CHECK(n.corrupted == 1 && n.delivered == 0 && n.outstanding == 0);
        CHECK(faults() == n.corrupted + n.payload_mismatches);
        CHECK(n.payload_mismatches == (change[i].at >= 18 ? 1u : 0u));
        end();
    }
    begin(true); /* ECN of a frame that is not ECN-capable, and ECN taken away */
    put(0, 2, 0, true, a);
    a[14] &= 0xFC;
    CHECK(!get(1, 0, 0, a, 80) && n.corrupted == 1);
    put(0, 2, 0, true, a);
    CHECK(!get(1, 0, 0, a, 79) && n.corrupted == 2); /* cut short */
    put(0, 2, 0, false, a);
    a[79] ^= 1;
    CHECK(!get(1, 0, 0, a, 80) && n.corrupted == 3);
    end();
    begin(false); /* without the check of bytes only headers and lengths count */
    put(0, 2, 0, true, a);
    a[79] ^= 1;
    CHECK(get(1, 0, 0, a, 80) && faults() == 0);
    end();
}

static void test_faults(void)
{
    uint8_t f[6][80];
    begin(true);
    for (unsigned i = 0; i < 6; i++) put(3, 4, 0, true, f[i]);
    CHECK(get(2, 3, 0, f[0], 80));
    CHECK(!(get(2, 3, 0, f[0], 80) && n.duplicated == 0) && n.duplicated == 1);
    CHECK(get(2, 3, 0, f[2], 80) && n.reordered == 0); /* 1 is late, or lost */
    CHECK(get(2, 3, 0, f[1], 80) && n.reordered == 1);
    CHECK(!get(0, 3, 0, f[3], 80) && n.misrouted == 1);                      /* another port's */
    CHECK(!get(2, 3, 1, f[3], 80) && n.misrouted == 2);                      /* another VC's */
    CHECK(!get(1, 1, 0, f[3], 80) && n.misrouted == 3 && n.unexpected == 1); /* from nowhere */
    CHECK(get(2, 3, 0, f[3], 80));
    weft_rx_frame bad = {f[4], 80, false, 2, 1, 1};
    CHECK(weft_scoreboard_arrived(board, 3, 0, &bad) == NULL);
    CHECK(get(2, 3, 0, f[5], 80) && n.bad_fcs == 1); /* 4 is missing now */
    CHECK(n.outstanding == 1 && n.missing_frames == 0 && n.corrupted == 0);
    weft_scoreboard_give_up(board);
    weft_scoreboard_get_counters(board, &n);
    CHECK(n.outstanding == 0 && n.missing_frames == 1 && n.port_missing[3] == 1);
    CHECK(n.delivered == 5 && n.expected == 6);
    end();
    begin(true); /* a multicast frame that is lost for two members is one frame */
    put(1, 0xD, 0, true, f[0]);
    put(1, 0, 0, true, f[1]); /* for nobody: the switch must drop it */
    CHECK(get(0, 1, 0, f[0], 80));
    weft_scoreboard_give_up(board);
    weft_scoreboard_get_counters(board, &n);
    CHECK(n.missing_frames == 2 && n.port_missing[1] == 2 && n.expected == 3);
    end();
}

/* Long FIFOs, many at once, in any interleaving. */
static void test_volume(void)
{
    static uint8_t image[4][4][2][300][80];
    unsigned given[4][4][2] = {{{0}}}, taken[4][4][2] = {{{0}}};
    uint64_t x = 1, total = 0;
    begin(true);
    for (unsigned i = 0; i < 40000; i++) {
        x = x * 6364136223846793005ull + 1442695040888963407ull;
        unsigned from = x >> 60 & 3, to = x >> 58 & 3, vc = x >> 57 & 1;
        unsigned *g = &given[from][to][vc], *t = &taken[from][to][vc];
        if ((x >> 40 & 7) < 4 && *g < 300) {
            put(from, 1ull << to, vc, (x >> 39 & 1) != 0, image[from][to][vc][(*g)++]);
            total++;
        } else if (*t < *g) {
            CHECK(get(to, from, vc, image[from][to][vc][(*t)++], 80));
        }
    }
    weft_scoreboard_get_counters(board, &n);
    CHECK(total > 5000 && n.expected == total && n.delivered + n.outstanding == total);
    CHECK(faults() == 0);
    end();
}

int main(void)
{
    test_good();
    test_changes();
    test_faults();
    test_volume();
    CHECK(weft_scoreboard_new(65, 1, true, &pool) == NULL);
    printf("test_scoreboard: %u checks, %u failed\n", checks, failures);
    return failures != 0;
}
