/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_cmd_reg.c: `weft reg` from its arguments to its output and exit status, on a fake model.
 */
#include "fake_sim.h"
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

int weft_cmd_reg(int argc, char **argv);

static char out[1 << 20], err[4096];
static char log_path[] = "/tmp/weft-test-XXXXXX";

static void read_all(FILE *f, char *to, size_t room)
{
    rewind(f);
    size_t n = fread(to, 1, room - 1, f);
    to[n] = '\0';
    (void)fclose(f);
}

/* Runs `weft reg` with words of one line; standard output and error go to out and err. */
static int run(const char *line)
{
    static char words[512];
    char *argv[40], *save = NULL;
    int argc = 1;
    argv[0] = "reg";
    (void)snprintf(words, sizeof words, "%s", line);
    for (char *w = strtok_r(words, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save))
        argv[argc++] = w;
    argv[argc] = NULL;
    FILE *o = tmpfile(), *e = tmpfile();
    assert_true(o != NULL && e != NULL);
    (void)fflush(stdout);
    (void)fflush(stderr);
    int old_out = dup(1), old_err = dup(2);
    assert_true(dup2(fileno(o), 1) == 1 && dup2(fileno(e), 2) == 2);
    int rc = weft_cmd_reg(argc, argv);
    (void)fflush(stdout);
    (void)fflush(stderr);
    assert_true(dup2(old_out, 1) == 1 && dup2(old_err, 2) == 2);
    (void)close(old_out);
    (void)close(old_err);
    read_all(o, out, sizeof out);
    read_all(e, err, sizeof err);
    /* Nothing is said on stderr when all is well, exactly one line otherwise. */
    const char *nl = strchr(err, '\n');
    if (rc == 0 ? err[0] != '\0' : nl == NULL || nl[1] != '\0')
        fail_msg("reg %s: status %d, stderr \"%s\"", line, rc, err);
    if (rc != 0 && strncmp(err, "weft reg: ", 10) != 0) fail_msg("stderr \"%s\"", err);
    return rc;
}

static unsigned lines(const char *text)
{
    unsigned n = 0;
    for (; *text != '\0'; text++) n += *text == '\n';
    return n;
}

static void help(void **state)
{
    (void)state;
    assert_int_equal(run("--help"), 0);
    assert_non_null(strstr(out, "Usage: weft reg"));
    assert_int_equal(run("read -h nothing"), 0);
}

static void usage_errors(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "frobnicate",
        "--nonsense list",
        "-x",
        "--bus",
        "--bus=serial:1 list",
        "--cycles=x list",
        "--cycles=-1 list",
        "list a b",
        "list no_such_thing",
        "read",
        "read chip.nothing",
        "read 0x3",
        "read 0x800",
        "read 12z",
        "read 0x",
        "read port[8].ctrl",
        "read nothing*",
        "read chip.snapshot",
        "write",
        "write chip.scratch",
        "write chip.scratch x",
        "write chip.scratch 0x100000000",
        "write chip.scratch -1",
        "write chip.magic 1",
        "write port[0].ipg 13",
        "write port[0].ctrl.enable 2",
        "write chip.scratch 1 chip.nothing 2",
        "dump a b",
        "dump no_such_thing",
        "--bus=replay:/nonexistent/log dump",
        "--bus=replay:/dev/null dump",
        "--record=/nonexistent/x read chip.magic",
        "--json=/nonexistent/x read chip.magic",
    };
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (run(bad[i]) != 2) fail_msg("reg %s: not refused", bad[i]);
}

static void list(void **state)
{
    (void)state;
    assert_int_equal(run("list"), 0);
    assert_non_null(strstr(out, "port[0..7].vc_limit[0..7]"));
    assert_non_null(strstr(out, "port[0..7].counter[0..255]"));
    assert_non_null(strstr(out, "chip.max_frame"));
    assert_null(strstr(out, "port[1]"));
    unsigned plain = lines(out);
    assert_true(plain > 80 && plain < 200);
    assert_int_equal(run("list --fields"), 0);
    assert_true(lines(out) > plain + 50);
    assert_non_null(strstr(out, "[11:8]"));
    assert_int_equal(run("list vc_limit"), 0);
    assert_int_equal(lines(out), 1 + 64);
    assert_int_equal(run("list port[?].CTRL"), 0);
    assert_int_equal(lines(out), 1 + 8);
    assert_int_equal(run("list *.counter[0]"), 0);
    assert_int_equal(lines(out), 1 + 8);
    assert_int_equal(run("list port[3]"), 0);
    unsigned without = lines(out);
    assert_int_equal(run("list -C port[3]"), 0);
    assert_int_equal(lines(out), without + 256);
}

static void read_and_write(void **state)
{
    (void)state;
    assert_int_equal(run("read -q chip.magic"), 0);
    assert_string_equal(out, "0x54464557\n");
    assert_int_equal(run("read -q 8"), 0);
    assert_string_equal(out, "0x54464557\n");
    assert_int_equal(run("read -q chip.ct_ctrl.threshold max_frame 0x50"), 0);
    assert_string_equal(out, "0x00000008\n0x00002400\n0x02574546\n");
    assert_int_equal(run("read chip.ct_ctrl"), 0);
    assert_int_equal(lines(out), 4);
    assert_non_null(strstr(out, ".threshold"));
    assert_int_equal(run("read -q port[*].ctrl"), 0);
    assert_int_equal(lines(out), 8);
    assert_int_equal(run("-q write chip.scratch 0xdeadbeef chip.ct_ctrl.margin 5 scratch 7"), 0);
    assert_string_equal(out, "0xdeadbeef\n0x00000005\n0x00000007\n");
    assert_int_equal(run("-q write chip.snapshot.take 1"), 0); /* cannot be read back */
    assert_string_equal(out, "");
    /* A word that looks like an option can follow --. */
    assert_int_equal(run("-- read chip.magic"), 0);
}

static void dump_and_json(void **state)
{
    (void)state;
    assert_int_equal(run("dump"), 0);
    unsigned text_lines = lines(out);
    assert_non_null(strstr(out, "chip.magic"));
    assert_null(strstr(out, "counter["));
    assert_null(strstr(out, "chip.snapshot "));
    assert_int_equal(run("dump --json -"), 0);
    json_t *doc = json_loads(out, 0, NULL);
    assert_non_null(doc);
    assert_string_equal(json_string_value(json_object_get(doc, "tool")), "weft");
    assert_string_equal(json_string_value(json_object_get(doc, "command")), "dump");
    assert_string_equal(json_string_value(json_object_get(doc, "bus")), "model");
    assert_string_equal(json_string_value(json_object_get(doc, "hardware_version")), "0.1.0");
    assert_true(json_is_true(json_object_get(doc, "ok")));
    json_t *config = json_object_get(doc, "config"), *regs = json_object_get(doc, "registers");
    assert_int_equal(json_integer_value(json_object_get(config, "ports")), 8);
    assert_int_equal(json_integer_value(json_object_get(config, "buf_cells")), 4096);
    bool seen = false;
    for (size_t i = 0; i < json_array_size(regs); i++) {
        json_t *r = json_array_get(regs, i);
        if (strcmp(json_string_value(json_object_get(r, "name")), "chip.ct_ctrl") != 0) continue;
        seen = true;
        assert_string_equal(json_string_value(json_object_get(r, "address")), "0x00058");
        assert_string_equal(json_string_value(json_object_get(r, "value")), "0x00000861");
        json_t *f = json_object_get(r, "fields");
        assert_int_equal(json_integer_value(json_object_get(f, "threshold")), 8);
    }
    assert_true(seen && json_array_size(regs) > 500 && json_array_size(regs) < text_lines);
    json_decref(doc);
    assert_int_equal(run("dump -C --json - port[0].counter"), 0);
    doc = json_loads(out, 0, NULL);
    assert_int_equal(json_array_size(json_object_get(doc, "registers")), 256);
    json_decref(doc);
    assert_int_equal(run("list --json - chip.ct_ctrl"), 0);
    doc = json_loads(out, 0, NULL);
    json_t *r = json_array_get(json_object_get(doc, "registers"), 0);
    assert_string_equal(json_string_value(json_object_get(r, "access")), "rw");
    assert_string_equal(json_string_value(json_object_get(r, "reset")), "0x00000861");
    assert_int_equal(json_array_size(json_object_get(r, "fields")), 3);
    json_decref(doc);
    /* To a file: the text stays. */
    char line[128];
    (void)snprintf(line, sizeof line, "read chip.magic --json=%s", log_path);
    assert_int_equal(run(line), 0);
    assert_int_equal(lines(out), 1);
    doc = json_load_file(log_path, 0, NULL);
    assert_non_null(doc);
    json_decref(doc);
    assert_int_equal(run("--json /dev/full read chip.magic"), 2);
}

static void record_and_replay(void **state)
{
    (void)state;
    char line[200];
    (void)snprintf(line, sizeof line, "--record=%s write chip.scratch 0x1234", log_path);
    assert_int_equal(run(line), 0);
    (void)snprintf(line, sizeof line, "--bus=replay:%s -q read chip.scratch", log_path);
    assert_int_equal(run(line), 0);
    assert_string_equal(out, "0x00001234\n");
    (void)snprintf(line, sizeof line, "--bus=replay:%s -q write chip.scratch 0x1234", log_path);
    assert_int_equal(run(line), 0);
    (void)snprintf(line, sizeof line, "--bus=replay:%s write chip.scratch 0x1235", log_path);
    assert_int_equal(run(line), 2);
    (void)snprintf(line, sizeof line, "--bus=replay:%s read chip.intr_state", log_path);
    assert_int_equal(run(line), 2);
    (void)snprintf(line, sizeof line, "--bus=replay:%s -c 5 read chip.magic", log_path);
    assert_int_equal(run(line), 2);
    /* What the log does not know is shown as such, and is no fault of the switch. */
    (void)snprintf(line, sizeof line, "--bus=replay:%s dump chip.", log_path);
    assert_int_equal(run(line), 0);
    assert_non_null(strstr(out, "not in the log"));
    assert_non_null(strstr(out, "0x00001234"));
    (void)snprintf(line, sizeof line, "--record=%s dump", log_path);
    assert_int_equal(run(line), 0);
    static char first[sizeof out];
    memcpy(first, out, sizeof out);
    (void)snprintf(line, sizeof line, "--bus=replay:%s dump", log_path);
    assert_int_equal(run(line), 0);
    assert_string_equal(first, out);
    /* A damaged log is an input error with its line. */
    FILE *f = fopen(log_path, "a");
    assert_non_null(f);
    (void)fputs("Q\n", f);
    (void)fclose(f);
    assert_int_equal(run(line), 2);
    assert_non_null(strstr(err, "line "));
}

/* The log answers the discovery, then a fault: exit status 1. */
static void faults(void **state)
{
    (void)state;
    char line[200];
    (void)snprintf(line, sizeof line, "--record=%s read chip.magic chip.scratch", log_path);
    assert_int_equal(run(line), 0);
    FILE *f = fopen(log_path, "r+");
    assert_non_null(f);
    size_t n = fread(out, 1, sizeof out - 1, f);
    out[n] = '\0';
    char *last = strstr(out, "R 0x0001c 0x00000000 0\n");
    assert_non_null(last);
    last[21] = '2'; /* bus error */
    rewind(f);
    assert_int_equal(fwrite(out, 1, n, f), n);
    (void)fclose(f);
    (void)snprintf(line, sizeof line, "--bus=replay:%s read chip.scratch", log_path);
    assert_int_equal(run(line), 1);
    assert_non_null(strstr(err, "chip.scratch: bus error"));
    (void)snprintf(line, sizeof line, "--bus=replay:%s --json - dump scratch", log_path);
    assert_int_equal(run(line), 1);
    json_t *doc = json_loads(out, 0, NULL);
    assert_non_null(doc);
    assert_true(json_is_false(json_object_get(doc, "ok")));
    json_decref(doc);
    /* No switch behind the bus. */
    f = fopen(log_path, "w");
    assert_non_null(f);
    (void)fputs("# weft-bus-log 1\nR 0x8 0x12345678 0\n", f);
    (void)fclose(f);
    (void)snprintf(line, sizeof line, "--bus=replay:%s read chip.scratch", log_path);
    assert_int_equal(run(line), 1);
    assert_non_null(strstr(err, "no Weft switch found"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help),          cmocka_unit_test(usage_errors),
        cmocka_unit_test(list),          cmocka_unit_test(read_and_write),
        cmocka_unit_test(dump_and_json), cmocka_unit_test(record_and_replay),
        cmocka_unit_test(faults),
    };
    int fd = mkstemp(log_path);
    if (fd < 0) {
        perror(log_path);
        return 1;
    }
    (void)close(fd);
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    (void)unlink(log_path);
    return rc;
}
