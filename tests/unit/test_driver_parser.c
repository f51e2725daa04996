/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_driver_parser.c: loading of parser programs: what reaches the chip, what is refused before
 * anything was written, what a chip that refuses or stays busy gives, every bus error; and what the
 * program of bring-up makes of frames.
 */
#include "driver_test.h"
#include "weft/programs.h"
#include "weft/proto.h"
#include "weft/reasons.h"

static weft_parse_program random_program(uint64_t *seed)
{
    weft_parse_program p;
    uint32_t words[WEFT_PP_WORDS];
    for (unsigned i = 0; i < WEFT_PP_WORDS; i++) words[i] = (uint32_t)next_random(seed);
    weft_parse_program_unpack(words, &p);
    for (unsigned s = 0; s < WEFT_PP_STAGES; s++)
        for (unsigned i = 0; i < WEFT_PP_ENTRIES; i++) p.entry[s][i].reason %= WEFT_DROP_REASONS;
    return p;
}

static void arrives(void **state)
{
    (void)state;
    driver_test t = {.chip = {.ports = 6, .parser_busy_polls = 5}};
    uint64_t seed = 1;
    open_device(&t);
    for (unsigned k = 0; k < 5; k++) {
        weft_parse_program p = random_program(&seed);
        uint32_t words[WEFT_PP_WORDS], tag;
        assert_true(weft_parse_program_pack(&p, words));
        OK(weft_parser_load(t.dev, 1ull << k | 1ull << 5, &p, 100 + k));
        assert_memory_equal(t.chip.program, words, sizeof words);
        for (unsigned port = 0; port < 6; port++) {
            OK(weft_parser_tag(t.dev, port, &tag));
            assert_int_equal(tag, port == 5 ? 100 + k : port <= k ? 100 + port : 0);
        }
    }
    close_device(&t);
}

static void refuses(void **state)
{
    (void)state;
    driver_test t = {.chip = {.ports = 6}};
    open_device(&t);
    weft_parse_program p;
    uint32_t tag;
    weft_parse_program_unpack(weft_program_words("esun"), &p);
    uint64_t before = accesses(&t);
    IS(WEFT_ERR_ARG, weft_parser_load(NULL, 1, &p, 1));
    IS(WEFT_ERR_ARG, weft_parser_load(t.dev, 1, NULL, 1));
    IS(WEFT_ERR_ARG, weft_parser_load(t.dev, 0, &p, 1));
    IS(WEFT_ERR_ARG, weft_parser_load(t.dev, 1u << 6, &p, 1));
    IS(WEFT_ERR_ARG, weft_parser_load(t.dev, 1ull << 63, &p, 1));
    IS(WEFT_ERR_ARG, weft_parser_load(t.dev, 1, &p, 0));
    p.row[5][7].need = 128;
    IS(WEFT_ERR_ARG, weft_parser_load(t.dev, 1, &p, 1));
    p.row[5][7].need = 0;
    p.entry[5][15].reason = WEFT_DROP_REASONS;
    IS(WEFT_ERR_ARG, weft_parser_load(t.dev, 1, &p, 1));
    p.entry[5][15].reason = 0;
    IS(WEFT_ERR_ARG, weft_parser_tag(NULL, 0, &tag));
    IS(WEFT_ERR_ARG, weft_parser_tag(t.dev, 6, &tag));
    IS(WEFT_ERR_ARG, weft_parser_tag(t.dev, 0, NULL));
    assert_int_equal(accesses(&t), before); /* nothing was even read */
    /* Another machine: one stage more, one word less. */
    fake_poke(&t.chip, FAKE_PARSER + WEFT_PARSER_SIZE, 7u | 80u << 8);
    IS(WEFT_ERR_VERSION, weft_parser_load(t.dev, 1, &p, 1));
    fake_poke(&t.chip, FAKE_PARSER + WEFT_PARSER_SIZE, 6u | 79u << 8);
    IS(WEFT_ERR_VERSION, weft_parser_load(t.dev, 1, &p, 1));
    close_device(&t);
}

/* A refused word leaves the ports as they were; a chip that stays busy is not waited for forever.
 */
static void bad_chip(void **state)
{
    (void)state;
    driver_test t = {.chip = {.ports = 3}};
    open_device(&t);
    weft_parse_program p;
    uint32_t tag;
    weft_parse_program_unpack(weft_program_words("esun"), &p);
    OK(weft_parser_load(t.dev, 7, &p, 1));
    static const unsigned places[] = {1, 79, 80, 255, 479};
    for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
        t.chip.refuse_at = places[i];
        IS(WEFT_ERR_BUS, weft_parser_load(t.dev, 7, &p, 2));
        OK(weft_parser_tag(t.dev, 2, &tag));
        assert_int_equal(tag, 1);
    }
    t.chip.refuse_at = 0;
    OK(weft_parser_load(t.dev, 7, &p, 3));
    t.chip.parser_busy_polls = 1000000;
    IS(WEFT_ERR_TIMEOUT, weft_parser_load(t.dev, 7, &p, 4));
    close_device(&t);
}

static weft_status op_load(driver_test *t)
{
    weft_parse_program p;
    uint32_t tag;
    weft_parse_program_unpack(weft_program_words("esun"), &p);
    weft_status s = weft_parser_load(t->dev, 1, &p, 9);
    return s != WEFT_OK ? s : weft_parser_tag(t->dev, 0, &tag);
}

static void bus_errors(void **state)
{
    (void)state;
    driver_test t = {.chip = {.ports = 2}};
    open_device(&t);
    assert_true(sweep_errors(&t, op_load) > WEFT_PP_WORDS);
    close_device(&t);
}

static weft_parse_config some_config(void)
{
    weft_parse_config c = {
        .default_vc = 3, .id_prefix = WEFT_ACCEL_PREFIX, .id_mask = 0xffffffff, .vcs = 4};
    for (unsigned i = 0; i < 8; i++) c.cos_map[i] = (uint8_t)((i + 1) % 4);
    for (unsigned i = 0; i < 16; i++) c.pcp_map[i] = (uint8_t)((i + 2) % 4);
    return c;
}

/* Random headers of csrc/proto/header.c, whole and cut, through the program of bring-up. */
static void bring_up_program(void **state)
{
    (void)state;
    static const uint16_t tpid[2] = {WEFT_TYPE_VLAN, WEFT_TYPE_QINQ};
    static const uint16_t types[4] = {WEFT_TYPE_MEMORY, 0x0800, WEFT_TYPE_MAC_CONTROL, 0x86dd};
    weft_parse_program p;
    weft_parse_config c = some_config();
    uint64_t seed = 7;
    weft_parse_program_unpack(weft_program_words("esun"), &p);
    for (unsigned k = 0; k < 100000; k++) {
        uint64_t r = next_random(&seed);
        weft_header h = {.dst = r & 1 ? weft_accel_mac(r >> 1 & 1023) : next_random(&seed) >> 16,
                         .src = next_random(&seed) >> 16,
                         .tags = (unsigned)(r >> 16) % 3,
                         .tpid = {tpid[r >> 20 & 1], tpid[r >> 21 & 1]},
                         .tci = {(uint16_t)(r >> 24), (uint16_t)(r >> 40)},
                         .esun = (r >> 22 & 1) != 0,
                         .flow_valid = (r >> 23 & 1) != 0,
                         .cos = r >> 56 & 7,
                         .ecn = r >> 59 & 3,
                         .flow_label = (uint16_t)(r >> 3),
                         .ttl = (r >> 11 & 1) != 0 ? r >> 12 & 15 : 8};
        h.type = h.esun ? WEFT_ESUN_TYPE : types[r >> 61 & 3];
        uint8_t f[64] = {0};
        unsigned n = (unsigned)weft_header_build(&h, f);
        unsigned off = n - 4;
        weft_parse_result got = weft_parse_program_run(&p, f, 60, &c);
        bool control = !h.esun && h.type == WEFT_TYPE_MAC_CONTROL;
        bool spent = h.esun && h.ttl < 2;
        assert_int_equal(got.drop, control ? WEFT_DROP_CONTROL : spent ? WEFT_DROP_TTL : 0);
        assert_int_equal(got.kind, control ? WEFT_KIND_CONTROL : spent ? WEFT_KIND_DROP : 0);
        assert_int_equal(got.proto, h.esun);
        unsigned tag = h.tci[0] >> 12;
        assert_int_equal(got.vc, h.esun ? (h.cos + 1u) % 4 : h.tags ? (tag + 2) % 4 : 3u);
        assert_int_equal(got.prio, h.esun ? h.cos : h.tags ? tag >> 1 : 0);
        /* cut inside its headers */
        unsigned cut = (unsigned)(next_random(&seed) % n);
        assert_int_equal(weft_parse_program_run(&p, f, cut, &c).drop, WEFT_DROP_PARSE);
        if (got.drop) continue;
        bool id = h.dst >> 16 == WEFT_ACCEL_PREFIX;
        assert_int_equal(got.dst_type, id ? WEFT_KEY_ID : WEFT_KEY_MAC);
        assert_int_equal(weft_get48(got.dst + 10), id ? h.dst & 1023 : h.dst);
        assert_int_equal(weft_get48(got.src + 10), h.src);
        assert_int_equal(got.rw_mode, h.esun ? WEFT_RW_ESUN : WEFT_RW_NONE);
        assert_int_equal(got.rw_off, h.esun ? off : 0);
        assert_int_equal(got.ecn_capable, h.esun && h.ecn != 0);
        h.flow_label ^= 0x100; /* counts only with F = 1 */
        weft_header_build(&h, f);
        weft_parse_result other = weft_parse_program_run(&p, f, 60, &c);
        assert_int_equal(other.hash != got.hash, h.esun && h.flow_valid);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrives),          cmocka_unit_test(refuses),
        cmocka_unit_test(bad_chip),         cmocka_unit_test(bus_errors),
        cmocka_unit_test(bring_up_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
