/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_bench_golden.c: goldens of weft bench: same, differing, missing and unknown rows; files that
 * are not there, broken or of another switch; what is written is read again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/golden.h"

static const weft_sim_geometry normal = {8, 9, 32, 64, 4}, small = {4, 5, 16, 64, 4};

static json_t *rows(const char *text)
{
    json_t *j = json_loads(text, 0, NULL);
    assert_non_null(j);
    return j;
}

static void compares(void **state)
{
    (void)state;
    char text[200];
    json_t *golden = rows("{\"a\": {\"x\": 1, \"y\": 2}, \"b\": {\"x\": 3}, \"c\": {\"x\": 4}}");
    json_t *same = rows("{\"y\": 2, \"x\": 1}"), *other = rows("{\"x\": 7, \"z\": 5}");
    assert_int_equal(weft_golden_compare(golden, "a", same, text, sizeof text), WEFT_GOLDEN_SAME);
    assert_string_equal(text, "");
    assert_int_equal(weft_golden_compare(golden, "a", other, text, sizeof text),
                     WEFT_GOLDEN_DIFFERS);
    assert_string_equal(text, "x 7 was 1, z 5 is new, y 2 is gone");
    assert_int_equal(weft_golden_compare(golden, "d", same, text, sizeof text),
                     WEFT_GOLDEN_MISSING);
    /* What does not fit is cut, never written behind the end. */
    char tight[8];
    assert_int_equal(weft_golden_compare(golden, "a", other, tight, sizeof tight),
                     WEFT_GOLDEN_DIFFERS);
    assert_string_equal(tight, "x 7 was");
    json_t *got = rows("{\"a\": {}, \"new\": {}}");
    assert_int_equal(weft_golden_unknown(golden, got, text, sizeof text), 2);
    assert_string_equal(text, "b");
    assert_int_equal(weft_golden_unknown(golden, golden, text, sizeof text), 0);
    json_decref(golden);
    json_decref(same);
    json_decref(other);
    json_decref(got);
}

static void paths(void **state)
{
    (void)state;
    char path[64];
    assert_int_equal(weft_golden_path(path, sizeof path, "dir", normal, "latency"), 0);
    assert_string_equal(path, "dir/latency.json");
    assert_int_equal(weft_golden_path(path, sizeof path, "dir", small, "latency"), 0);
    assert_string_equal(path, "dir/p4m16/latency.json");
    assert_int_equal(weft_golden_path(path, 10, "dir", normal, "latency"), -1);
    assert_true(weft_golden_required(normal));
    assert_false(weft_golden_required(small));
}

static void put(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void refused(const char *path, const char *text, const char *why)
{
    char err[300];
    put(path, text);
    assert_null(weft_golden_load(path, normal, err, sizeof err));
    if (!strstr(err, why)) fail_msg("'%s' is not in '%s'", why, err);
}

static void files(void **state)
{
    (void)state;
    char dir[] = "/tmp/weft-golden-XXXXXX", path[64], err[300] = "x";
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/s.json", dir);
    assert_null(weft_golden_load(path, normal, err, sizeof err));
    assert_string_equal(err, ""); /* no file is no error here */

    refused(path, "{\"rows\": ", "line 1");
    refused(path, "", "line 1");
    refused(path, "{}", "no rows");
    refused(path, "{\"rows\": []}", "no rows");
    refused(path, "{\"config\": {\"ports\": 4}, \"rows\": {}}", "another size");

    json_t *first = rows("{\"b \\\"q\\\"\": {\"y\": 2, \"x\": 1}, \"a\": {\"x\": 3}}");
    json_t *part = rows("{\"a\": {\"x\": 4}, \"c\": {\"x\": 5}}");
    assert_int_equal(weft_golden_write(path, normal, NULL, first, err, sizeof err), 0);
    json_t *read = weft_golden_load(path, normal, err, sizeof err);
    assert_true(json_equal(read, first));
    assert_null(weft_golden_load(path, small, err, sizeof err));
    /* A part is put among the old rows. */
    assert_int_equal(weft_golden_write(path, normal, read, part, err, sizeof err), 0);
    json_decref(read);
    read = weft_golden_load(path, normal, err, sizeof err);
    json_t *want =
        rows("{\"b \\\"q\\\"\": {\"y\": 2, \"x\": 1}, \"a\": {\"x\": 4}, \"c\": {\"x\": 5}}");
    assert_true(json_equal(read, want));

    char bad[80];
    snprintf(bad, sizeof bad, "%s/s.json/t.json", dir); /* a file is no folder */
    assert_int_equal(weft_golden_write(bad, normal, NULL, first, err, sizeof err), -1);
    assert_non_null(strstr(err, "t.json"));
    json_decref(first);
    json_decref(part);
    json_decref(read);
    json_decref(want);
    unlink(path);
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares),
        cmocka_unit_test(paths),
        cmocka_unit_test(files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
