/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_proto_desc.c: every shipped description and an invented one: the compiled program in the
 * machine of parse_machine.c equals the interpreter of the description, field for field, on frames
 * that take random ways through the headers, on their mutations, cut at every byte, and on noise.
 * The program of bring-up equals the fixed parser that it replaced, written here once more with a
 * byte cursor. 50,000 frames a protocol; with WEFT_LONG=1 1,000,000. test-timeout: 300
 */
#include "weft/programs.h"
#include "weft/proto.h"
#include "weft/proto_desc.h"
#include "weft/reasons.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 160u
#define DESC "csrc/proto/desc/"

static const char *const files[] = {
    DESC "ethernet.weftp",
    DESC "esun.weftp",
    DESC "ipv4.weftp",
    DESC "ipv6.weftp",
    DESC "rocev2.weftp",
    DESC "uet.weftp",
    DESC "afh12.weftp",
    DESC "ufh16.weftp",
    DESC "ufh32.weftp",
    DESC "all.weftp",
    "tests/unit/data/invented.weftp",
};
#define N_FILES (sizeof files / sizeof files[0])

static unsigned failures;
static uint64_t checks;

#define CHECK(x)                                                                                   \
    do {                                                                                           \
        checks++;                                                                                  \
        if (!(x)) {                                                                                \
            failures++;                                                                            \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #x);                                         \
        }                                                                                          \
    } while (0)

static uint64_t rng_state = 0x5eed;

static uint32_t rnd(void)
{
    uint64_t z = rng_state += 0x9E3779B97F4A7C15ull;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return (uint32_t)(z ^ z >> 31);
}

static void random_config(weft_parse_config *c)
{
    for (unsigned i = 0; i < 8; i++) c->cos_map[i] = rnd() % 8;
    for (unsigned i = 0; i < 16; i++) c->pcp_map[i] = rnd() % 8;
    for (unsigned i = 0; i < 64; i++) c->dscp_map[i] = rnd() % 8;
    c->vcs = 1 + rnd() % 8;
    if (rnd() % 2) c->vcs = 8;
    c->default_vc = rnd() % 8;
    c->id_prefix = WEFT_ACCEL_PREFIX;
    c->id_mask = rnd() % 4 == 0 ? 0 : rnd() % 4 == 0 ? 0xFF000000u : UINT32_MAX;
}

/* ---------------------------------------------------------------- equal, field for field ---- */
static bool same(const weft_parse_result *a, const weft_parse_result *b)
{
    return a->drop == b->drop && a->kind == b->kind && a->proto == b->proto && a->op == b->op &&
           a->flags == b->flags && a->dst_type == b->dst_type && a->src_type == b->src_type &&
           memcmp(a->dst, b->dst, 16) == 0 && memcmp(a->src, b->src, 16) == 0 && a->vc == b->vc &&
           a->prio == b->prio && a->hash == b->hash && a->rw_mode == b->rw_mode &&
           a->rw_off == b->rw_off && a->ecn_capable == b->ecn_capable &&
           a->has_part == b->has_part && a->has_trim == b->has_trim && a->part == b->part &&
           a->trim == b->trim;
}

static void print_result(const char *who, const weft_parse_result *r)
{
    printf("  %-11s drop %s kind %u proto %u op %u flags %u vc %u prio %u hash %04x\n", who,
           weft_drop_reason_name(r->drop), r->kind, r->proto, r->op, r->flags, r->vc, r->prio,
           r->hash);
    printf("    rewrite %u at %u ecn %d part %d %u trim %d %u types %u %u\n    ", r->rw_mode,
           r->rw_off, r->ecn_capable, r->has_part, r->part, r->has_trim, r->trim, r->dst_type,
           r->src_type);
    for (unsigned i = 0; i < 16; i++) printf("%02x", r->dst[i]);
    printf(" ");
    for (unsigned i = 0; i < 16; i++) printf("%02x", r->src[i]);
    printf("\n");
}

typedef struct {
    const char *file;
    weft_desc *d;
    weft_parse_program program;
    weft_parse_config config;
    uint64_t frames, accepted, punted, control, dropped[WEFT_DROP_REASONS];
} subject;

static void compare(subject *s, const uint8_t *frame, size_t len)
{
    weft_parse_result want = weft_desc_interpret(s->d, frame, len, &s->config);
    weft_parse_result got = weft_parse_program_run(&s->program, frame, len, &s->config);
    s->frames++;
    s->accepted += want.drop == WEFT_DROP_NONE && want.kind == WEFT_KIND_UNICAST;
    s->punted += want.kind == WEFT_KIND_PUNT;
    s->control += want.kind == WEFT_KIND_CONTROL;
    if (want.drop < WEFT_DROP_REASONS) s->dropped[want.drop]++;
    checks++;
    if (same(&want, &got)) return;
    if (failures++ > 5) return;
    printf("%s: a frame of %zu bytes:", s->file, len);
    for (size_t i = 0; i < len && i < WEFT_PP_BYTES; i++) printf(" %02x", frame[i]);
    printf("\n");
    print_result("interpreter", &want);
    print_result("machine", &got);
}

/* A frame in memory of its own size, so that a sanitizer sees a read behind it. */
static void compare_cut(subject *s, const uint8_t *frame, size_t len)
{
    uint8_t *copy = malloc(len + (len == 0));
    if (copy == NULL) exit(1);
    memcpy(copy, frame, len);
    compare(s, copy, len);
    free(copy);
}

static void fuzz(subject *s, uint64_t frames)
{
    uint8_t frame[ROOM];
    uint64_t seed = 1;
    while (s->frames < frames) {
        random_config(&s->config);
        size_t len = weft_desc_random_frame(s->d, &seed, frame, ROOM);
        compare(s, frame, len);
        if (rnd() % 16 == 0)
            for (size_t cut = 0; cut <= ROOM; cut++) compare_cut(s, frame, cut);
        for (unsigned i = 0; i < 8; i++) {
            frame[rnd() % 80] = (uint8_t)rnd();
            compare(s, frame, len);
        }
        for (unsigned i = 0; i < 4; i++) {
            for (size_t k = 0; k < ROOM; k++) frame[k] = (uint8_t)rnd();
            compare(s, frame, rnd() % (ROOM + 1));
        }
    }
}

/* The report of the compiler against the tables themselves. */
static bool uses_what_it_says(const weft_parse_program *p, const weft_desc_use *use)
{
    for (unsigned s = 0; s < WEFT_PP_STAGES; s++) {
        unsigned entries = 0, rows = 0;
        bool row[WEFT_PP_ROWS] = {false};
        for (unsigned i = 0; i < WEFT_PP_ENTRIES; i++) {
            entries += p->entry[s][i].valid;
            if (p->entry[s][i].valid) row[p->entry[s][i].row] = true;
        }
        for (unsigned i = 0; i < WEFT_PP_ROWS; i++) rows += row[i];
        if (entries != use->entries[s] || rows != use->rows[s]) return false;
    }
    return true;
}

/* What the hardware can do: the second cell is there from stage 2 on, so rows of stages 0 and 1
 * look at, need and take keys from bytes 0 to 63 only, wherever the pointer can be. */
static bool keeps_to_first_cell(const weft_parse_program *p)
{
    static const unsigned key_bytes[8] = {6, 2, 4, 16, 8, 6, 2, 0};
    unsigned ptr[3][WEFT_PP_ROWS] = {{0}};
    for (unsigned s = 0; s < 2; s++)
        for (unsigned i = 0; i < WEFT_PP_ENTRIES; i++) {
            const weft_pp_entry *e = &p->entry[s][i];
            const weft_pp_row *r = &p->row[s][e->row];
            unsigned at = ptr[s][e->row];
            if (!e->valid) continue;
            if (at + r->look_a + 2 > 64 || at + r->look_b + 2 > 64 || at + r->need > 64)
                return false;
            for (unsigned k = 0; k < WEFT_PP_OPS; k++)
                if ((r->op[k].slot == WEFT_SLOT_DST || r->op[k].slot == WEFT_SLOT_SRC) &&
                    at + r->op[k].off + key_bytes[r->op[k].arg & 7] > 64)
                    return false;
            if (e->verdict != WEFT_PP_NEXT) continue;
            at += e->adv + ((unsigned)r->var_mask << r->var_shift);
            if (ptr[s + 1][e->next] < at) ptr[s + 1][e->next] = at;
        }
    return true;
}

static void test_file(const char *file, uint64_t frames)
{
    subject s = {.file = file};
    weft_desc_use use;
    uint32_t words[WEFT_PP_WORDS];
    s.d = weft_desc_open(file, NULL, 0);
    if (s.d == NULL) exit(1);
    bool good = weft_desc_compile(s.d, &s.program, &use);
    for (size_t i = 0; i < weft_desc_errors(s.d); i++) {
        weft_desc_error e = weft_desc_error_at(s.d, i);
        printf("%s:%u:%u: %s\n", e.file, e.line, e.col, e.text);
    }
    CHECK(good);
    if (good) {
        /* the machine runs what went through the words of the hardware */
        CHECK(weft_parse_program_pack(&s.program, words));
        /* what is compiled into the library is this program */
        const uint32_t *built = weft_program_words(weft_desc_name(s.d));
        CHECK(strcmp(weft_desc_name(s.d), "invented") == 0
                  ? built == NULL
                  : built != NULL && memcmp(built, words, sizeof words) == 0);
        memset(&s.program, 0xA5, sizeof s.program);
        weft_parse_program_unpack(words, &s.program);
        CHECK(keeps_to_first_cell(&s.program));
        CHECK(uses_what_it_says(&s.program, &use));
        fuzz(&s, frames);
        printf("%-32s %8llu frames: %llu accepted, %llu punted, %llu control, %llu PARSE, "
               "%llu TTL\n",
               file, (unsigned long long)s.frames, (unsigned long long)s.accepted,
               (unsigned long long)s.punted, (unsigned long long)s.control,
               (unsigned long long)s.dropped[WEFT_DROP_PARSE],
               (unsigned long long)s.dropped[WEFT_DROP_TTL]);
        CHECK(s.accepted > frames / 50 && s.punted > 0 && s.dropped[WEFT_DROP_PARSE] > 0);
    }
    weft_desc_close(s.d);
}

/* Headers that reach past the first cell wait for the second one, the first header included. */
static void test_far(const char *text)
{
    subject s = {.file = "far"};
    s.d = weft_desc_read("far.weftp", text, strlen(text), NULL, 0);
    if (s.d == NULL) exit(1);
    bool good = weft_desc_compile(s.d, &s.program, NULL);
    CHECK(good);
    if (good) {
        CHECK(keeps_to_first_cell(&s.program));
        fuzz(&s, 5000);
        CHECK(s.accepted > 1000);
    }
    weft_desc_close(s.d);
}

/* Contested values the other way round. */
static void test_variants(void)
{
    static const struct {
        const char *file;
        weft_desc_param set[3];
        size_t n;
    } variant[] = {
        {DESC "ufh16.weftp", {{"ufh_tc_byte", 7}, {"ufh_group", 0xB}}, 2},
        {DESC "ufh32.weftp", {{"ufh_tc_byte", 6}}, 1},
        {DESC "afh12.weftp", {{"afh_rh", 0}, {"vlan_max", 0}}, 2},
        {DESC "afh12.weftp", {{"sue_op_first", 1}, {"afh_unicast", 0xA}}, 2},
        {DESC "esun.weftp", {{"esun_type", 0x9999}, {"vlan_max", 3}}, 2},
        {DESC "ipv6.weftp", {{"vlan_max", 1}, {"ipv6_extensions_max", 2}}, 2},
        {DESC "rocev2.weftp",
         {{"vlan_max", 1}, {"ipv4_options_max", 1}, {"ipv6_extensions_max", 1}},
         3},
        {DESC "uet.weftp", {{"uet_port", 49150}, {"uet_protocol", 254}, {"uet_trim", 24}}, 3},
        {DESC "all.weftp", {{"vlan_max", 0}}, 1},
    };
    for (size_t i = 0; i < sizeof variant / sizeof variant[0]; i++) {
        subject s = {.file = variant[i].file};
        s.d = weft_desc_open(variant[i].file, variant[i].set, variant[i].n);
        if (s.d == NULL) exit(1);
        bool good = weft_desc_compile(s.d, &s.program, NULL);
        if (!good) printf("%s: %s\n", s.file, weft_desc_error_at(s.d, 0).text);
        CHECK(good && keeps_to_first_cell(&s.program));
        if (good) fuzz(&s, 10000);
        weft_desc_close(s.d);
    }
}

static void test_all_far(void)
{
    test_far("protocol far\nstart a\n"
             "header a { d : 48 _ : 416 t : 16 key dst mac d select t { 0..9 : b default : c } }\n"
             "header b { u : 16 select u { 0..0x7FFF : accept default : punt } }\n"
             "header c { _ : 32 s : 48 key src mac s then accept }\n");
    test_far("protocol far\nstart a\n"
             "header a { _ : 496 d : 48 t : 16 key dst mac d select t { 7 : punt * : accept } }\n");
}

/* ---------------------------------------------------------------- the parser of before ------ */
typedef struct {
    bool cut;
    unsigned drop, proto, prio, vc, rw_off, label;
    bool ecn;
} fixed;

static fixed fixed_parser(const uint8_t *f, size_t n, const weft_parse_config *c)
{
    fixed r = {.vc = c->default_vc};
    size_t at = 14;
    unsigned tags = 0, type = n >= 14 ? weft_get16(f + 12) : 0;
    r.cut = n < 14;
    while (!r.cut && tags < 2 && (type == 0x8100 || type == 0x88A8)) {
        r.cut = n < at + 4;
        if (r.cut) break;
        if (tags++ == 0) {
            r.prio = f[at] >> 5;
            r.vc = c->pcp_map[f[at] >> 4];
        }
        type = weft_get16(f + at + 2);
        at += 4;
    }
    if (!r.cut && type == WEFT_ESUN_TYPE) {
        r.cut = n < at + 4;
        if (!r.cut) {
            r.proto = 1;
            r.prio = f[at] >> 2 & 7;
            r.vc = c->cos_map[r.prio];
            r.label = f[at] & 0x20 ? weft_get16(f + at + 1) : 0;
            r.ecn = (f[at] & 3) != 0;
            r.rw_off = (unsigned)at;
            if (f[at + 3] >> 4 < 2) r.drop = WEFT_DROP_TTL;
        }
    }
    if (r.vc >= c->vcs) r.drop = WEFT_DROP_PARSE;
    if (r.cut) r.drop = WEFT_DROP_PARSE;
    if (!r.cut && type == WEFT_TYPE_MAC_CONTROL) r.drop = WEFT_DROP_CONTROL;
    if (r.vc >= c->vcs) r.vc = 0;
    return r;
}

static uint64_t low48(const uint8_t key[16]) { return weft_get48(key + 10); }

static void compare_fixed(const weft_parse_program *p, const weft_parse_config *c,
                          const uint8_t *frame, size_t len)
{
    fixed want = fixed_parser(frame, len, c);
    weft_parse_result got = weft_parse_program_run(p, frame, len, c);
    if (got.kind == WEFT_KIND_PUNT) return; /* LLDP, which was plain Ethernet */
    CHECK(got.drop == want.drop);
    CHECK(want.cut || (got.vc == want.vc && got.prio == want.prio && got.proto == want.proto));
    if (want.drop != 0 || got.drop != 0) return;
    uint64_t dst = weft_get48(frame), src = weft_get48(frame + 6);
    bool dst_id = ((dst >> 16 ^ c->id_prefix) & c->id_mask) == 0;
    bool src_id = ((src >> 16 ^ c->id_prefix) & c->id_mask) == 0;
    CHECK(got.kind == WEFT_KIND_UNICAST && got.op == 0 && got.flags == 0);
    CHECK(got.dst_type == dst_id && low48(got.dst) == (dst_id ? dst & 0x3FF : dst));
    CHECK(got.src_type == src_id && low48(got.src) == src);
    CHECK(got.rw_mode == (want.proto == 1) && got.rw_off == want.rw_off);
    CHECK(got.ecn_capable == want.ecn);
    /* The label stands in the middle of the four hashed bytes now; without one nothing changed. */
    uint8_t key[2][16] = {{0}}, hash[4] = {0, (uint8_t)(want.label >> 8), (uint8_t)want.label, 0};
    weft_put48(key[0] + 10, dst);
    weft_put48(key[1] + 10, src);
    CHECK(got.hash == weft_flow_hash(key[0], key[1], hash));
}

static void test_default(uint64_t frames)
{
    weft_desc *d = weft_desc_open(DESC "esun.weftp", NULL, 0);
    weft_parse_program p;
    weft_parse_config c;
    uint64_t seed = 2;
    uint8_t frame[ROOM];
    bool good = d != NULL && weft_desc_compile(d, &p, NULL);
    CHECK(good);
    for (uint64_t i = 0; good && i < frames; i++) {
        random_config(&c);
        size_t len = weft_desc_random_frame(d, &seed, frame, ROOM);
        compare_fixed(&p, &c, frame, len);
        compare_fixed(&p, &c, frame, rnd() % 30);
    }
    weft_desc_close(d);
}

/* ---------------------------------------------------------------- parts of the machine ------ */
/* The hash of the fixed parser (rtl/parser/weft_parser.v of version 0.1), written once more. */
static uint16_t turn(uint16_t x, unsigned n) { return (uint16_t)(x << n | x >> (16 - n)); }

static void test_hash(void)
{
    for (unsigned i = 0; i < 1000; i++) {
        uint8_t dst[16] = {0}, src[16] = {0}, hash[4] = {0};
        for (unsigned k = 10; k < 16; k++) {
            dst[k] = (uint8_t)rnd();
            src[k] = (uint8_t)rnd();
        }
        hash[0] = (uint8_t)rnd();
        hash[1] = (uint8_t)rnd();
        uint16_t x = (uint16_t)(weft_get16(dst + 14) ^ turn(weft_get16(dst + 12), 2) ^
                                turn(weft_get16(dst + 10), 10) ^ turn(weft_get16(src + 14), 8) ^
                                turn(weft_get16(src + 12), 14) ^ turn(weft_get16(src + 10), 9) ^
                                turn(weft_get16(hash), 1));
        for (unsigned round = 0; round < 2; round++) {
            x = (uint16_t)(x ^ x << 4);
            x = (uint16_t)(x ^ x >> 7);
            x = (uint16_t)(x ^ x << 6);
        }
        CHECK(weft_flow_hash(dst, src, hash) == x);
        /* the last two bytes count as their rotation in the first two */
        uint16_t r = turn(weft_get16(hash), 15);
        uint8_t last[4] = {0, 0, (uint8_t)(r >> 8), (uint8_t)r};
        CHECK(weft_flow_hash(dst, src, last) == x);
        /* 128-bit keys: the upper words fold onto the lower ones */
        uint8_t wide[16] = {0};
        memcpy(wide + 4, dst + 10, 6);
        CHECK(weft_flow_hash(wide, src, hash) == x);
    }
}

/* Every pattern of words is a program, runs to an end and packs to the same words. */
static void test_words(void)
{
    uint32_t words[WEFT_PP_WORDS], again[WEFT_PP_WORDS];
    weft_parse_program p, q;
    weft_parse_config c;
    uint8_t frame[ROOM];
    for (unsigned i = 0; i < 300; i++) {
        for (unsigned k = 0; k < WEFT_PP_WORDS; k++) words[k] = rnd();
        for (unsigned k = 0; k < ROOM; k++) frame[k] = (uint8_t)rnd();
        random_config(&c);
        weft_parse_program_unpack(words, &p);
        CHECK(weft_parse_program_pack(&p, again));
        weft_parse_program_unpack(again, &q);
        CHECK(memcmp(&p, &q, sizeof p) == 0);
        for (size_t len = 0; len < ROOM; len += 7) {
            weft_parse_result r = weft_parse_program_run(&p, frame, len, &c);
            CHECK(r.drop != 0 || r.vc < c.vcs);
        }
    }
    p.row[1][1].look_a = 3; /* odd */
    CHECK(!weft_parse_program_pack(&p, again));
    memset(&p, 0, sizeof p);
    p.entry[5][15].adv = 128;
    CHECK(!weft_parse_program_pack(&p, again));
    /* no entry at all: every frame is dropped, also an empty one */
    memset(&p, 0, sizeof p);
    CHECK(weft_parse_program_run(&p, NULL, 0, &c).drop == WEFT_DROP_PARSE);
    CHECK(weft_parse_program_run(&p, frame, ROOM, &c).drop == WEFT_DROP_PARSE);
    /* a program that never accepts ends with the last stage */
    for (unsigned s = 0; s < WEFT_PP_STAGES; s++) p.entry[s][0].valid = 1;
    CHECK(weft_parse_program_run(&p, frame, ROOM, &c).drop == WEFT_DROP_PARSE);
}

int main(void)
{
    const char *longer = getenv("WEFT_LONG");
    uint64_t frames = longer != NULL && strcmp(longer, "1") == 0 ? 1000000 : 50000;
    for (size_t i = 0; i < N_FILES; i++) test_file(files[i], frames);
    test_all_far();
    test_variants();
    test_default(frames / 2);
    test_hash();
    test_words();
    printf("%llu checks, %u failures\n", (unsigned long long)checks, failures);
    return failures != 0;
}
