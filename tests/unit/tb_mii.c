/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * The link partner of the benches (tb/common/tb_mii.c) against itself and against known answers:
 * what tx sends, rx gets; what is wrong on purpose is reported; gaps and lanes are as asked.
 */
#include "../../tb/common/tb_mii.c"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static uint64_t rnd(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

static void move_all(tb_mii_tx *tx, tb_mii_rx *rx)
{
    uint8_t data[64];
    uint64_t ctrl;
    /* Two more beats: idle. */
    for (size_t n = tb_mii_tx_pending(tx) / tx->mii_bytes + 3; n > 0; n--) {
        tb_mii_tx_beat(tx, data, &ctrl);
        tb_mii_rx_beat(rx, data, ctrl);
    }
}

/* The check value of CRC-32 and a frame of zeros, both published everywhere. */
static void test_fcs(void **state)
{
    (void)state;
    uint8_t zeros[60] = {0};
    assert_int_equal(tb_mii_fcs((const uint8_t *)"123456789", 9), 0xCBF43926u);
    assert_int_equal(tb_mii_fcs(zeros, 60), 0x04128908u);
}

/* One frame, byte by byte. */
static void test_beats(void **state)
{
    (void)state;
    tb_mii_tx tx;
    uint8_t frame[20], data[8];
    uint64_t ctrl;
    uint32_t fcs;
    for (unsigned i = 0; i < sizeof frame; i++) frame[i] = (uint8_t)(0xA0 + i);
    fcs = tb_mii_fcs(frame, sizeof frame);
    assert_true(tb_mii_tx_init(&tx, 8));
    assert_true(tb_mii_tx_frame(&tx, &(tb_mii_frame_out){.data = frame, .len = 20, .gap = 12}));
    tb_mii_tx_beat(&tx, data, &ctrl);
    assert_int_equal(ctrl, 1);
    assert_memory_equal(data, "\xFB\x55\x55\x55\x55\x55\x55\xD5", 8);
    tb_mii_tx_beat(&tx, data, &ctrl);
    assert_int_equal(ctrl, 0);
    assert_memory_equal(data, frame, 8);
    tb_mii_tx_beat(&tx, data, &ctrl);
    tb_mii_tx_beat(&tx, data, &ctrl);
    assert_int_equal(ctrl, 0);
    assert_memory_equal(data, frame + 16, 4);
    assert_int_equal(data[4], fcs & 255);
    assert_int_equal(data[7], fcs >> 24);
    tb_mii_tx_beat(&tx, data, &ctrl);
    assert_int_equal(ctrl, 0xFF);
    assert_memory_equal(data, "\xFD\x07\x07\x07\x07\x07\x07\x07", 8);
    tb_mii_tx_free(&tx);
}

static void test_random(void **state)
{
    (void)state;
    static const unsigned widths[] = {8, 16, 32, 64};
    uint64_t s = 88172645463325252u;
    for (unsigned w = 0; w < 4; w++) {
        tb_mii_tx tx;
        tb_mii_rx rx;
        uint8_t frame[300];
        assert_true(tb_mii_tx_init(&tx, widths[w]));
        assert_true(tb_mii_rx_init(&rx, widths[w]));
        for (unsigned n = 0; n < 2000; n++) {
            tb_mii_frame_out out = {.data = frame, .len = 1 + rnd(&s) % 290};
            tb_mii_frame_in in;
            tb_mii_ctlos_in set;
            out.gap = 1 + (unsigned)(rnd(&s) % 20);
            out.flags = rnd(&s) % 4 == 0 ? 1u << rnd(&s) % 3 : 0;
            for (unsigned i = 0; i < out.len; i++) frame[i] = (uint8_t)rnd(&s);
            if (rnd(&s) % 3 == 0) {
                out.ctlos_at = 8 * (rnd(&s) % ((out.len + 12) / 8));
                for (int i = 0; i < 7; i++) out.ctlos[i] = (uint8_t)rnd(&s);
            }
            assert_true(tb_mii_tx_frame(&tx, &out));
            move_all(&tx, &rx);
            assert_true(tb_mii_rx_pop(&rx, &in));
            assert_false(tb_mii_rx_in_frame(&rx));
            assert_int_equal(in.len, out.len);
            assert_int_equal(in.preamble_good, !(out.flags & TB_MII_BAD_PREAMBLE));
            assert_int_equal(in.code_error, !!(out.flags & TB_MII_CODE_ERROR));
            if (out.flags & TB_MII_CODE_ERROR)
                frame[out.len / 2] = 0xFE;
            else
                assert_int_equal(in.fcs_good, !(out.flags & TB_MII_BAD_FCS));
            assert_memory_equal(in.data, frame, out.len);
            assert_int_equal(in.start % 8, 0);
            if (n > 0) assert_true(in.gap >= out.gap);
            assert_int_equal(in.ctlos_inside, out.ctlos_at != 0);
            assert_int_equal(tb_mii_rx_pop_ctlos(&rx, &set), out.ctlos_at != 0);
            if (out.ctlos_at) assert_memory_equal(set.d, out.ctlos, 7);
            free(in.data);
            assert_false(tb_mii_rx_pop(&rx, &in));
        }
        assert_int_equal(rx.violations, 0);
        tb_mii_tx_free(&tx);
        tb_mii_rx_free(&rx);
    }
}

/* Back to back, the smallest gap: 64 bytes and T fill 8 + 68 + 4 bytes up to the next lane. */
static void test_back_to_back(void **state)
{
    (void)state;
    tb_mii_tx tx;
    tb_mii_rx rx;
    uint8_t frame[67] = {1, 2, 3};
    tb_mii_frame_in in;
    assert_true(tb_mii_tx_init(&tx, 32));
    assert_true(tb_mii_rx_init(&rx, 32));
    for (int n = 0; n < 500; n++)
        assert_true(tb_mii_tx_frame(&tx, &(tb_mii_frame_out){.data = frame, .len = 67, .gap = 1}));
    assert_int_equal(tb_mii_tx_pending(&tx), 500 * 80); /* 8 + 67 + 4 + 1 */
    move_all(&tx, &rx);
    for (unsigned n = 0; n < 500; n++) {
        assert_true(tb_mii_rx_pop(&rx, &in));
        assert_int_equal(in.start, 80 * n);
        assert_int_equal(in.gap, n > 0);
        assert_true(in.fcs_good);
        free(in.data);
    }
    tb_mii_tx_free(&tx);
    tb_mii_rx_free(&rx);
}

static void test_violations(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        uint8_t data[8];
        uint8_t ctrl;
    } bad[] = {
        {"data outside a frame", {7, 7, 0x11, 7, 7, 7, 7, 7}, 0xFB},
        {"terminate outside a frame", {7, 0xFD, 7, 7, 7, 7, 7, 7}, 0xFF},
        {"start on a lane that is not a multiple of 8", {7, 7, 7, 7, 0xFB, 0x55, 0x55, 0x55}, 0x1F},
        {"ordered set not in lane 0", {7, 0x5C, 0, 0, 0, 0, 0, 0}, 0x03},
        {"idle inside a frame", {0xFB, 0x55, 7, 0x55, 0x55, 0x55, 0x55, 0x55}, 0x05},
        {"terminate inside the preamble", {0xFB, 0x55, 0xFD, 7, 7, 7, 7, 7}, 0xFD},
        {"unknown control character", {0x3C, 7, 7, 7, 7, 7, 7, 7}, 0xFF},
        {"control character inside an ordered set", {0x5C, 0, 7, 0, 0, 0, 0, 0}, 0x05},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        tb_mii_rx rx;
        assert_true(tb_mii_rx_init(&rx, 8));
        tb_mii_rx_beat(&rx, bad[i].data, bad[i].ctrl);
        assert_int_equal(rx.violations, 1);
        assert_string_equal(rx.violation, bad[i].what);
        tb_mii_rx_free(&rx);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fcs),        cmocka_unit_test(test_beats),
        cmocka_unit_test(test_random),     cmocka_unit_test(test_back_to_back),
        cmocka_unit_test(test_violations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
