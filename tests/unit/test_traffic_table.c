/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_traffic_table.c: connection matrices and tables of operations on the fake net: right ones
 * are played and checked, a lost or damaged operation is noticed, wrong ones are refused with a
 * line.
 */
#include <stdarg.h>
#include <unistd.h>

#include "fake_net.h"

static unsigned failures, checks;

static void expect(bool good, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void expect(bool good, const char *fmt, ...)
{
    checks++;
    if (good) return;
    failures++;
    va_list ap;
    va_start(ap, fmt);
    printf("FAILED: ");
    vprintf(fmt, ap);
    printf("\n");
    va_end(ap);
}

static char path[64];

static weft_source *opened(const char *kind, const char *text, char *err, size_t err_len)
{
    char spec[100];
    FILE *f = fopen(path, "w");
    assert(f);
    fputs(text, f);
    fclose(f);
    snprintf(spec, sizeof spec, "%s:%s", kind, path);
    const weft_source_env env = {
        .ports = 8, .mii_bytes = 32, .ipg = 1, .seed = 5, .stall_cycles = 20000};
    err[0] = 0;
    return weft_source_open(spec, &env, err, err_len);
}

static void refused(const char *kind, const char *text, const char *words)
{
    char err[600];
    weft_source *s = opened(kind, text, err, sizeof err);
    expect(s == NULL, "%s '%s' is taken", kind, text);
    expect(strstr(err, words) != NULL, "%s '%s': '%s' does not say '%s'", kind, text, err, words);
    expect(strchr(err, '\n') == NULL, "more than a line: %s", err);
    weft_source_close(s);
}

/* Returns the cycle of the end. */
static uint64_t played(const char *kind, const char *text, uint64_t lose, uint64_t damage)
{
    char err[600], msg[600] = "";
    weft_source *s = opened(kind, text, err, sizeof err);
    expect(s != NULL, "%s: %s", kind, err);
    if (!s) return 0;
    fake_net f;
    weft_net net = fake_open(&f, 8, weft_source_get_needs(s).memory_bytes, 11);
    f.busy_percent = 40;
    f.lose = lose;
    f.damage = damage;
    expect(weft_source_start(s, &net, err, sizeof err) == 0, "start: %s", err);
    const weft_phase end = fake_play(&f, s, 3000000);
    const uint64_t bad = weft_source_verify(s, msg, sizeof msg), cycle = f.cycle;
    uint64_t done = 0, total = 0;
    weft_source_progress(s, &done, &total);
    if (!lose && !damage) {
        printf("  %s: %s (%llu cycles)\n", weft_source_describe(s), msg, (unsigned long long)cycle);
        expect(end == WEFT_PHASE_DRAIN, "%s: phase %d %s", kind, (int)end, weft_source_message(s));
        expect(bad == 0, "%s: %s", kind, msg);
        expect(done == total && total > 0, "%s: progress", kind);
    } else {
        expect(bad > 0 || end == WEFT_PHASE_FAILED, "%s: loss or damage is not noticed", kind);
    }
    fake_close(&f);
    weft_source_close(s);
    return cycle;
}

static const char matrix[] = "Nodes 8\nConnections 5\nTriggers 2\n"
                             "0->1 id 1 start 0 size 100000 send_done_trigger 1\n"
                             "# a comment\n"
                             "1->2 id 2 start 64000000 size 1 recv_done_trigger 2\n"
                             "2->1 id 3 start 0 size 70000 recv_done_trigger 2\n"
                             "7->0 id 4 trigger 1 size 5000\n"
                             "3->4 id 5 trigger 2 size 300 prio 3\n"
                             "trigger id 1 oneshot\ntrigger id 2 barrier 2\n";

static void matrices(void)
{
    const uint64_t end = played("cm", matrix, 0, 0);
    /* 64 us are 100000 cycles; the barrier waits for what starts then. */
    expect(end > 100000 && end < 110000, "the start time is not kept: end at %llu",
           (unsigned long long)end);
    for (unsigned i = 1; i <= 5; i++) {
        played("cm", matrix, i, 0);
        played("cm", matrix, 0, i);
    }
    refused("cm", "", "no line 'Nodes N'");
    refused("cm", "Nodes 8\n", "Connections");
    refused("cm", "Nodes 8\nConnections 0\n", "nothing to play");
    refused("cm", "Nodes 9\nConnections 1\n0->8 start 0 size 1\n", "9 nodes do not fit");
    refused("cm", "Nodes 4\nConnections 1\n0->4 start 0 size 1\n", ":3: node 4 is not one of 0..3");
    refused("cm", "Nodes 4\nConnections 2\n0->3 start 0 size 1\n",
            "'Connections 2' is said, but 1");
    refused("cm", "Nodes 4\nConnections 1\n0->3 start 0 size 0\n", "size is missing or 0");
    refused("cm", "Nodes 4\nConnections 1\n0->3 start 0\n", "size is missing or 0");
    refused("cm", "Nodes 4\nConnections 1\n0->3 size 5\n",
            "either 'start PICOSECONDS' or 'trigger");
    refused("cm", "Nodes 4\nConnections 1\n0->3 start 0 trigger 1 size 5\n", "either");
    refused("cm", "Nodes 4\nConnections 1\n0->3 trigger 1 size 5\n", "trigger 1 has no line");
    refused("cm", "Nodes 4\nConnections 1\n0->3 trigger 1 size 5\ntrigger id 1 oneshot\n",
            "fires after 1 flows, but 0");
    refused("cm",
            "Nodes 4\nConnections 1\n0->3 trigger 1 size 5 send_done_trigger 1\n"
            "trigger id 1 oneshot\n",
            "wait for each other");
    refused("cm", "Nodes 4\nConnections 1\n0->3 trigger 1 size 5\ntrigger id 1 multishot\n",
            "'multishot' is not played");
    refused("cm", "Nodes 4\nConnections 1\n0->0 start 0 size 5\n", "to itself");
    refused("cm", "Nodes 4\nConnections 1\n0->3 start 0 size 99999999999\n", "more than 1 GiB");
    refused("cm", "Nodes 4\nConnections 1\n0->3 start 99999999999999 size 5\n",
            "more than a second");
    refused("cm", "Nodes 4\nConnections 1\n0->3 start x size 5\n",
            "expected a number after 'start'");
    refused("cm", "Nodes 4\nConnections 1\n0->3 start 0 size\n", "expected a number after 'size'");
    refused("cm", "Nodes 4\nConnections 1\n0->3 start 0 size 5 colour 3\n",
            "unknown word 'colour'");
    refused("cm", "Nodes 4\nConnections 1\nx->3 start 0 size 5\n", "expected SRC->DST");
    refused("cm", "Nodes x\n", "expected 'Nodes N'");
    refused("cm", "hello\n", "begins no line");
    refused("cm", "Nodes 4\nConnections 1\n0->3 start 0 size 18446744073709551616\n",
            "expected a number");
}

static void tables(void)
{
    static char text[200000];
    weft_rng rng;
    weft_rng_seed(&rng, 9);
    /* Apart in time: every answer is certain. Then all at once: races, but none that is wrong. */
    for (unsigned crowded = 0; crowded < 2; crowded++) {
        size_t n =
            (size_t)snprintf(text, sizeof text, "time_ps,src,dst,op,addr,len\n\n# comment\n");
        for (unsigned i = 0; i < 400; i++) {
            static const char *const ops[] = {"read", "write", "atomic_add", "atomic_swap",
                                              "atomic_cas"};
            const unsigned src = (unsigned)weft_rng_below(&rng, 8);
            const unsigned dst = (src + 1 + (unsigned)weft_rng_below(&rng, 7)) % 8;
            const unsigned op = (unsigned)weft_rng_below(&rng, 5);
            const unsigned len = op >= 2 ? 8 : 1 + (unsigned)weft_rng_below(&rng, 300);
            const unsigned addr = op >= 2 ? 8 * (unsigned)weft_rng_below(&rng, 40)
                                          : (unsigned)weft_rng_below(&rng, 400);
            n += (size_t)snprintf(text + n, sizeof text - n, "%u, %u ,%u,%s,%s%x,%u\n",
                                  crowded ? 0 : i * 200000, src, dst, ops[op], "0x", addr, len);
        }
        played("csv", text, 0, 0);
    }
    /* Every byte is written once: damage to any write is seen in the memory. */
    size_t n = (size_t)snprintf(text, sizeof text, "time_ps,src,dst,op,addr,len\n");
    for (unsigned i = 0; i < 60; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%u,%u,%u,write,%u,%u\n", i * 1000, i % 3,
                              3 + i % 5, i * 500, 100 + i);
    for (unsigned i = 1; i <= 60; i++) {
        played("csv", text, 0, i);
        played("csv", text, i, 0);
    }
    played("csv", "time_ps,src,dst,op,addr,len\n0,0,1,write,0,1000000\n900000000,1,0,read,0,100\n",
           0, 0);
    const char head[] = "time_ps,src,dst,op,addr,len\n";
    char t[300];
    refused("csv", "", "nothing to play");
    refused("csv", "a,b\n", ":1: the header line must be");
    refused("csv", head, "nothing to play");
    static const char *const bad[][2] = {
        {"0,0,1,write,0", "expected time_ps"},
        {"0,0,1,write,0,8,9", "more than six"},
        {"x,0,1,write,0,8", "no time"},
        {"-1,0,1,write,0,8", "no time"},
        {"99999999999999,0,1,write,0,8", "no time"},
        {"0,8,1,write,0,8", "ports 0 to 7"},
        {"0,0,,write,0,8", "ports 0 to 7"},
        {"0,1,1,write,0,8", "both 1"},
        {"0,0,1,store,0,8", "op 'store' is not"},
        {"0,0,1,write,0,0", "addr and len"},
        {"0,0,1,write,0xffffffffffff,8", "addr and len"},
        {"0,0,1,write,0,99999999999", "addr and len"},
        {"0,0,1,write,0x,8", "addr and len"},
        {"0,0,1,write,0x-1,8", "addr and len"},
        {"0,0,1,write,67108860,8", "addr and len"},
        {"0,0,1,atomic_add,4,8", "multiple of 8"},
        {"0,0,1,atomic_add,8,4", "takes 8 bytes"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(t, sizeof t, "%s1,0,1,read,0,8\n%s\n", head, bad[i][0]);
        refused("csv", t, bad[i][1]);
        refused("csv", t, ":3:");
    }
    char err[300];
    const weft_source_env env = {.ports = 8, .mii_bytes = 32, .ipg = 1};
    expect(!weft_source_open("csv:/nowhere/at/all", &env, err, sizeof err) &&
               strstr(err, "No such"),
           "missing file: %s", err);
    expect(!weft_source_open("cm:/nowhere/at/all", &env, err, sizeof err) && strstr(err, "No such"),
           "missing file: %s", err);
    expect(!weft_source_open("pcap:x", &env, err, sizeof err) && strstr(err, "No such file"), "%s",
           err);
    expect(!weft_source_open("tea:x", &env, err, sizeof err) && strstr(err, "unknown source"), "%s",
           err);
    expect(!weft_source_open("cm", &env, err, sizeof err) && strstr(err, "unknown source"), "%s",
           err);
}

int main(void)
{
    snprintf(path, sizeof path, "/tmp/weft-table-XXXXXX");
    const int fd = mkstemp(path);
    if (fd < 0) return 2;
    close(fd);
    printf("connection matrices\n");
    matrices();
    printf("tables of operations\n");
    tables();
    unlink(path);
    printf("%u checks, %u failed\n", checks, failures);
    return failures ? 1 : 0;
}
