/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_proto_errors.c: descriptions that are wrong: each is refused with the right line, column and
 * words. Then the shipped files with random damage: whatever comes of it, reading and compiling
 * ends, and what compiles runs.
 * test-timeout: 300
 */
#include "weft/proto_desc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static unsigned failures, checks;

#define CHECK(x)                                                                                   \
    do {                                                                                           \
        checks++;                                                                                  \
        if (!(x)) {                                                                                \
            failures++;                                                                            \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #x);                                         \
        }                                                                                          \
    } while (0)

/* A description that is right; the cases below replace its last lines. */
#define P "protocol p\nstart h\n"
#define H "header h { a : 48 b : 48 t : 16 key dst mac a then accept }\n"

static const struct {
    unsigned line, col;
    const char *words, *text;
} cases[] = {
    /* words and numbers */
    {3, 12, "this character has no meaning", P "header h { @ }\n"},
    {3, 9, "this is no number", P "param x 0y"},
    {3, 11, "this is no number", P "param x = 0xG1\n" H},
    {3, 11, "more than 48 bits", P "param x = 0x1000000000000\n" H},
    {3, 26, "more than 48 bits", P "param x = 0xFFFFFFFFFFFF * 0xFFFFFFFFFFFF\n" H},
    {3, 13, "division by 0", P "param x = 4 / 0\n" H},
    {3, 11, "unknown parameter \"y\"", P "param x = y\n" H},
    {3, 11, "expected a number", P "param x = \"1\"\n" H},
    {4, 3, "expected ')'", P "param x = ( 2\n  start h\n" H},
    {3, 28, "parentheses inside each other",
     P "param x = ((((((((((((((((((1))))))))))))))))))\n" H},
    {3, 13, "a string ends with", P "param x = 1 \"abc\n" H},
    /* files */
    {1, 1, "does not say `protocol NAME`", "start h\n" H},
    {1, 1, "does not say `start HEADER`", "protocol p\n" H},
    {1, 14, "the protocol id is 64; it must be 0 to 63", "protocol p = 64\nstart h\n" H},
    {3, 10, "a protocol already, \"p\"", P "protocol q\n" H},
    {3, 1, "expected protocol, source, import", P "haeder h { }\n" H},
    {3, 7, "`start` stands twice", P "start g\n" H},
    {2, 7, "unknown header \"g\"", "protocol p\nstart g\n" H},
    {3, 8, "cannot read", P "import nothing\n" H},
    {3, 8, "imports itself", P "import \"text.weftp\"\n" H},
    {4, 7, "declared twice", P "param x = 1\nparam x = 2\n" H},
    {3, 5, "no parameter \"y\"", P "set y = 1\n" H},
    {4, 5, "\"x\" is 1 already", P "param x = 1\nset x = 2\n" H},
    /* headers and fields */
    {4, 8, "header \"h\" is declared twice", P H H},
    {3, 18, "field \"a\" stands twice", P "header h { a : 8 a : 8 then accept }\n"},
    {3, 8, "has 12 bits, which are not whole bytes", P "header h { a : 12 then drop }\n"},
    {3, 16, "the width in bits is 0", P "header h { a : 0 then accept }\n"},
    {3, 16, "the width in bits is 129", P "header h { a : 129 then accept }\n"},
    {3, 21, "longer than 127 bytes", P "header h { _ : 1000 b : 128 then accept }\n"},
    {3, 12, "is no statement", P "header h { kee dst mac a }\n"},
    {4, 1, "a '}' is missing", P "header h { a : 8 then accept\n"},
    {3, 8, "does not say what follows", P "header h { a : 8 }\n"},
    {4, 1, "says in line 3 already what follows",
     P "header h { a : 48 key dst mac a then accept\nthen accept }\n"},
    {3, 18, "the bound is 16; it must be 0 to 15", P "header h at most 16 { then accept }\n"},
    {3, 13, "expected `at most N`", P "header h at least 2 { then accept }\n"},
    /* keys and other uses */
    {3, 31, "has no field \"c\"", P "header h { a : 48 key dst mac c then accept }\n"},
    {3, 27, "expected a type of key: mac, id,", P "header h { a : 48 key dst ipx a then drop }\n"},
    {3, 31, "type mac has 48 bits, \"a\" has 32",
     P "header h { a : 32 key dst mac a then accept }\n"},
    {3, 37, "must start at an even byte",
     P "header h { _ : 8 a : 48 key dst mac a then accept }\n"},
    {3, 30, "must start at an odd byte", P "header h { a : 8 key dst id8 a then accept }\n"},
    {4, 13, "has a dst key already, in line 3",
     P "header h { a : 48 key dst mac a\nkey dst mac a then accept }\n"},
    {3, 38, "cos has at most 3 bits, \"a\" has 4", P "header h { a : 4 b : 4     class cos a }"},
    {3, 35, "crosses a 16-bit word", P "header h { _ : 14 a : 3 class cos a then accept }\n"},
    {3, 34, "does not start a 16-bit word", P "header h { _ : 3 a : 2 class cos a then drop }\n"},
    {3, 34, "only in a header with `at most`",
     P "header h { a : 16 class once cos a[2:0] then drop }\n"},
    {3, 24, "is not of whole bytes", P "header h { a : 12 hash a then accept }\n"},
    {3, 24, "past the 4 bytes from byte 0", P "header h { a : 48 hash a then accept }\n"},
    {3, 27, "rewrite ipv4 needs the first 12 bytes",
     P "header h { a : 32 rewrite ipv4 then accept }\n"},
    {3, 23, "must be even", P "header h { a : 8 trim 3 then accept }\n"},
    {3, 26, "the upper bit is 48", P "header h { a : 48 hash a[48:2] then accept }\n"},
    {3, 33, "\"b\" stands behind \"a\"", P "header h { a : 16 b : 16   hash b..a then accept }\n"},
    {3, 26, "must be a power of 2 from 1", P "header h { a : 16 length a[7:0] * 3 then accept }\n"},
    {3, 26, "must be a power of 2 from 16",
     P "header h { a : 8  length a[7:4] * 8 then accept }\n"},
    {3, 26, "does not lie in one byte", P "header h { a : 16 length a * 2 then accept }\n"},
    {3, 8, "uses 5 of key, class, rewrite",
     P "header h { a : 48 b : 48 key dst mac a key src mac b class cos a[2:0]\nhash b[7:0] "
       "trim 4 then accept }\n"},
    /* entries */
    {3, 33, "unknown header \"x\"", P "header h { a : 8 select a { 1 : x } }\n"},
    {3, 29, "a value of \"a\" is 256; it must be 0 to 255",
     P "header h { a : 8 select a { 256 : accept } }\n"},
    {3, 29, "the range ends before it starts", P "header h { a : 8 select a { 9..3 : drop } }\n"},
    {3, 29, "bits that its mask has not", P "header h { a : 8 select a { 3 & 1 : drop } }\n"},
    {3, 40, "select has 2 fields, this entry has 1",
     P "header h { a : 8 b : 8 select a, b { 1 : drop } }\n"},
    {3, 44, "an entry behind the default",
     P "header h { a : 8 select a { default : drop 1 : drop } }\n"},
    {4, 2, "a value of this entry is taken by the one in text.weftp:3:29",
     P "header h { a : 8 select a { 1..7 : drop\n 5 : accept } }\n"},
    {4, 1, "neither is a special case of the other",
     P "header h { a : 8 b : 8 select a, b { 1, * : drop(ttl)\n*, 2 : drop } }\n"},
    {3, 38, "expected the name of a drop reason",
     P "header h { a : 8 select a { 1 : drop(bored) } }\n"},
    {3, 33, "expected accept, drop", P "header h { a : 8 select a { 1 : 2 } }\n"},
    {3, 20, "more than two 16-bit words",
     P "header h { a : 48  select a[47:32], a[31:16], a[15:0] { 1, 2, 3 : drop } }\n"},
    {3, 27, "select takes at most 32 bits", P "header h { a : 48  select a { 1 : drop } }\n"},
    {4, 12, "an extension cannot have a default",
     P "header h { a : 8 select a { 1 : punt } }\nextend h { default : drop }\n"},
    {4, 8, "no select to extend", P H "extend h { 1 : drop }\n"},
    {4, 8, "no header \"g\" above this line", P H "extend g { 1 : drop }\n"},
    /* ways through the headers */
    {4, 24, "loop without a bound: \"g\" comes back to \"h\"",
     P "header h { a : 16 then g }\nheader g { b : 16 then h }\n"},
    {3, 8, "never leads to accept, control or punt", P "header h { a : 16 then drop }\n"},
    {3, 24, "has no `key dst`", P "header h { a : 16 then accept }\n"},
    {3, 23, "must start at an even one", P "header h { a : 8 then g }\nheader g { then punt }\n"},
    {3, 41, "`here` and a length exclude each other",
     P "header h { a : 8 length a * 2 then here g }\nheader g { b : 8 then punt }\n"},
    /* the machine */
    {9, 8, "needs more than the 6 stages",
     P "header h { a : 16 class vc a[2:0] then b }\nheader b { a : 16 class vc a[2:0] then c }\n"
       "header c { a : 16 class vc a[2:0] then d }\nheader d { a : 16 class vc a[2:0] then e }\n"
       "header e { a : 16 class vc a[2:0] then f }\nheader f { a : 16 class vc a[2:0] then g }\n"
       "header g { a : 16 class vc a[2:0] then punt }\n"},
    {3, 8, "entries of 16, most of them for \"h\"",
     P "header h { a : 16 select a { 1..0xFFFE : punt\n default : control } }\n"},
    {3, 46, "needs more than 64 words",
     P "header h { a : 16 b : 16 select a, b {       1..0xFFFE, 1..0xFFFE : punt } }\n"},
};

/* The error that is meant must be among those that are found, at its place. */
static void test_case(size_t i)
{
    weft_desc *d = weft_desc_read("text.weftp", cases[i].text, strlen(cases[i].text), NULL, 0);
    weft_parse_program p;
    weft_desc_use use;
    bool found = false;
    checks++;
    if (d == NULL) exit(1);
    bool good = weft_desc_compile(d, &p, &use);
    for (size_t k = 0; k < weft_desc_errors(d); k++) {
        weft_desc_error e = weft_desc_error_at(d, k);
        found = found || (e.line == cases[i].line && e.col == cases[i].col &&
                          strstr(e.text, cases[i].words) != NULL);
    }
    if (good || !found) {
        failures++;
        printf("case %zu, expected %u:%u: %s\n", i, cases[i].line, cases[i].col, cases[i].words);
        for (size_t k = 0; k < weft_desc_errors(d); k++) {
            weft_desc_error e = weft_desc_error_at(d, k);
            printf("    %s:%u:%u: %s\n", e.file, e.line, e.col, e.text);
        }
    }
    weft_desc_close(d);
}

/* Much more than the machine has is refused, or merged, in a time that nobody notices. */
static void test_large(unsigned headers, unsigned entries, const char *entry)
{
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);
    if (f == NULL) exit(1);
    fputs("protocol p\nstart h0\n", f);
    for (unsigned h = 0; h < headers; h++) {
        fprintf(f, "header h%u at most 15 { a : 16 b : 16 select a, b {", h);
        for (unsigned e = 0; e < entries; e++) {
            fprintf(f, "%u, ", e);
            fprintf(f, entry, (h + e) % headers);
        }
        fputs(" default : punt } }\n", f);
    }
    (void)fclose(f);
    clock_t begin = clock();
    weft_desc *d = weft_desc_read("large.weftp", text, len, NULL, 0);
    weft_parse_program program;
    if (d == NULL) exit(1);
    bool good = weft_desc_compile(d, &program, NULL);
    CHECK(good == (weft_desc_errors(d) == 0));
    printf("%u headers of %u entries: %s, %.2f s\n", headers, entries,
           good ? "fits when merged" : weft_desc_error_at(d, 0).text,
           (double)(clock() - begin) / CLOCKS_PER_SEC);
    CHECK(clock() - begin < 20 * CLOCKS_PER_SEC);
    weft_desc_close(d);
    free(text);
}

/* ---------------------------------------------------------------- damage -------------------- */
static uint64_t rng_state = 0x5eed;

static uint32_t rnd(void)
{
    uint64_t z = rng_state += 0x9E3779B97F4A7C15ull;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return (uint32_t)(z ^ z >> 31);
}

/* One change: a byte, a piece taken out, or a piece repeated elsewhere. */
static size_t damage(char *text, size_t len, size_t room)
{
    size_t at = rnd() % len, n = 1 + rnd() % 12, to = rnd() % len;
    switch (rnd() % 4) {
    case 0: text[at] = (char)rnd(); return len;
    case 1: text[at] = "{}[]()|&*:.,=0179ax \n\""[rnd() % 22]; return len;
    case 2:
        if (at + n >= len || len - n < 2) return len;
        memmove(text + at, text + at + n, len - at - n);
        return len - n;
    default:
        if (at + n >= len || len + n > room) return len;
        {
            char piece[16];
            memcpy(piece, text + at, n);
            memmove(text + to + n, text + to, len - to);
            memcpy(text + to, piece, n);
        }
        return len + n;
    }
}

static void test_damage(const char *file, unsigned rounds)
{
    static char whole[65536], text[65536];
    FILE *f = fopen(file, "rb");
    if (f == NULL) {
        CHECK(!"the file can be read");
        return;
    }
    size_t len = fread(whole, 1, sizeof whole, f);
    (void)fclose(f);
    unsigned compiled = 0;
    for (unsigned i = 0; i < rounds; i++) {
        size_t n = len;
        memcpy(text, whole, len);
        for (unsigned k = 1 + rnd() % 4; k > 0; k--) n = damage(text, n, sizeof text);
        /* memory of its own size, so that a sanitizer sees a read behind it */
        char *copy = malloc(n);
        if (copy == NULL) exit(1);
        memcpy(copy, text, n);
        weft_desc *d = weft_desc_read(file, copy, n, NULL, 0);
        weft_parse_program p;
        weft_parse_config c = {.vcs = 4};
        uint8_t frame[100];
        uint64_t seed = i;
        if (d == NULL) exit(1);
        bool good = weft_desc_compile(d, &p, NULL);
        CHECK(good == (weft_desc_errors(d) == 0));
        if (good) {
            compiled++;
            size_t bytes = weft_desc_random_frame(d, &seed, frame, sizeof frame);
            weft_parse_result a = weft_desc_interpret(d, frame, bytes, &c);
            weft_parse_result b = weft_parse_program_run(&p, frame, bytes, &c);
            CHECK(a.drop == b.drop && a.kind == b.kind && a.hash == b.hash && a.vc == b.vc);
        }
        weft_desc_close(d);
        free(copy);
    }
    printf("%s: %u of %u damaged copies still compile\n", file, compiled, rounds);
}

int main(void)
{
    const char *longer = getenv("WEFT_LONG");
    unsigned rounds = longer != NULL && strcmp(longer, "1") == 0 ? 20000 : 1000;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) test_case(i);
    printf("%zu wrong descriptions\n", sizeof cases / sizeof cases[0]);
    test_large(60, 30, "1..0xFFFE : here h%u\n");
    test_large(60, 50, "* : punt # %u\n");
    test_large(60, 4, "1..0xFFFE : here h%u\n");
    test_large(12, 9, "* : h%u\n");
    test_damage("tests/unit/data/invented.weftp", rounds);
    test_damage("csrc/proto/desc/uet.weftp", rounds);
    test_damage("csrc/proto/desc/esun.weftp", rounds);
    test_damage("csrc/proto/desc/ipv4.weftp", rounds);
    test_damage("csrc/proto/desc/ipv6.weftp", rounds);
    test_damage("csrc/proto/desc/all.weftp", rounds);
    printf("%u checks, %u failures\n", checks, failures);
    return failures != 0;
}
