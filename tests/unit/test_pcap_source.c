/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_pcap_source.c: captures in every form that there is (pcap and pcapng, micro- and
 * nanoseconds, both byte orders, several sections, with preamble) are written here byte by byte and
 * read back; then which frame goes into which port and when; and what is refused.
 */
#include "traffic/pcap_file.h"
#include "traffic/source.h"
#include "weft/proto.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

static char path[] = "/tmp/weft-capture-XXXXXX";

/* ---------------------------------------------------------------- a writer ----------------- */
typedef struct {
    FILE *f;
    bool big;
} writer;

static void w16(writer *w, unsigned v)
{
    fputc((int)(w->big ? v >> 8 : v & 255), w->f);
    fputc((int)(w->big ? v & 255 : v >> 8), w->f);
}

static void w32(writer *w, uint32_t v)
{
    w16(w, w->big ? v >> 16 : v & 0xFFFF);
    w16(w, w->big ? v & 0xFFFF : v >> 16);
}

static void wbytes(writer *w, const uint8_t *p, size_t len) { fwrite(p, 1, len, w->f); }

static writer begin(bool big)
{
    writer w = {fopen(path, "wb"), big};
    if (!w.f) exit(1);
    return w;
}

static void pcap_head(writer *w, bool nano, uint32_t snaplen, uint32_t link)
{
    w32(w, nano ? 0xA1B23C4D : 0xA1B2C3D4);
    w16(w, 2);
    w16(w, 4);
    w32(w, 0);
    w32(w, 0);
    w32(w, snaplen);
    w32(w, link);
}

static void pcap_frame(writer *w, uint32_t sec, uint32_t part, const uint8_t *p, uint32_t captured,
                       uint32_t len)
{
    w32(w, sec);
    w32(w, part);
    w32(w, captured);
    w32(w, len);
    wbytes(w, p, captured);
}

static void section(writer *w)
{
    w32(w, 0x0A0D0D0A);
    w32(w, 28);
    w32(w, 0x1A2B3C4D);
    w16(w, 1);
    w16(w, 0);
    w32(w, 0xFFFFFFFF);
    w32(w, 0xFFFFFFFF);
    w32(w, 28);
}

static void interface(writer *w, bool nano)
{
    w32(w, 1);
    w32(w, nano ? 32 : 20);
    w16(w, 1);
    w16(w, 0);
    w32(w, 0);
    if (nano) {
        w16(w, 9);
        w16(w, 1);
        wbytes(w, (const uint8_t *)"\x09\0\0\0", 4);
        w32(w, 0);
    }
    w32(w, nano ? 32 : 20);
}

static void packet(writer *w, uint32_t iface, uint64_t time, unsigned direction, const uint8_t *p,
                   uint32_t len)
{
    const uint32_t pad = (4 - len % 4) % 4, options = direction ? 12 : 0;
    const uint32_t total = 32 + len + pad + options;
    w32(w, 6);
    w32(w, total);
    w32(w, iface);
    w32(w, (uint32_t)(time >> 32));
    w32(w, (uint32_t)time);
    w32(w, len);
    w32(w, len);
    wbytes(w, p, len);
    wbytes(w, (const uint8_t *)"\0\0\0", pad);
    if (direction) {
        w16(w, 2);
        w16(w, 4);
        w32(w, direction);
        w32(w, 0);
    }
    w32(w, total);
}

/* A frame of 60 bytes with a number in it. */
static const uint8_t *frame(uint64_t dst, uint64_t src, unsigned number)
{
    static uint8_t p[60];
    weft_put48(p, dst);
    weft_put48(p + 6, src);
    weft_put16(p + 12, 0x0800);
    for (unsigned i = 14; i < 60; i++) p[i] = (uint8_t)(number + i);
    return p;
}

#define A 0x001B21000001ull
#define B 0x001B21000002ull
#define C 0x001B21000003ull

/* ---------------------------------------------------------------- reading ------------------ */
static void test_pcap_forms(void)
{
    for (unsigned form = 0; form < 4; form++) {
        char err[256] = "";
        const bool nano = form & 1;
        writer w = begin(form & 2);
        pcap_head(&w, nano, 65535, 1);
        pcap_frame(&w, 100, 999999, frame(A, B, 1), 60, 60);
        pcap_frame(&w, 101, 5, frame(B, A, 2), 40, 60);
        fclose(w.f);
        weft_capture *c = weft_capture_read(path, err, sizeof err);
        CHECK(c && c->n == 2 && c->interfaces == 1);
        if (!c) continue;
        CHECK(c->frame[0].ns == (nano ? 100000999999ull : 100999999000ull));
        CHECK(c->frame[1].ns == (nano ? 101000000005ull : 101000005000ull));
        CHECK(c->frame[0].len == 60 && c->frame[0].captured == 60 && !c->frame[0].outbound);
        CHECK(c->frame[1].len == 60 && c->frame[1].captured == 40);
        CHECK(memcmp(c->bytes + c->frame[0].at, frame(A, B, 1), 60) == 0);
        CHECK(memcmp(c->bytes + c->frame[1].at, frame(B, A, 2), 40) == 0);
        weft_capture_free(c);
    }
}

static void test_pcapng_forms(void)
{
    for (unsigned form = 0; form < 4; form++) {
        char err[256] = "";
        const bool nano = form & 1;
        writer w = begin(form & 2);
        section(&w);
        interface(&w, nano);
        interface(&w, nano);
        packet(&w, 1, 1000000007, 1, frame(A, B, 1), 60);
        packet(&w, 0, 1000000009, 2, frame(B, A, 2), 59);
        w32(&w, 0x0BAD); /* a block that nobody knows */
        w32(&w, 16);
        w32(&w, 0);
        w32(&w, 16);
        packet(&w, 1, 1000000010, 0, frame(B, A, 3), 58);
        section(&w);
        interface(&w, nano);
        packet(&w, 0, 2000000000, 0, frame(C, A, 4), 60);
        fclose(w.f);
        weft_capture *c = weft_capture_read(path, err, sizeof err);
        CHECK(c && c->n == 4 && c->interfaces == 3);
        if (!c) {
            printf("%s\n", err);
            continue;
        }
        CHECK(c->frame[0].ns == 1000000007ull * (nano ? 1 : 1000));
        CHECK(c->frame[0].interface == 1 && !c->frame[0].outbound);
        CHECK(c->frame[1].interface == 0 && c->frame[1].outbound && c->frame[1].len == 59);
        CHECK(c->frame[2].interface == 1 && !c->frame[2].outbound && c->frame[2].len == 58);
        CHECK(c->frame[3].interface == 2 && c->frame[3].ns == 2000000000ull * (nano ? 1 : 1000));
        weft_capture_free(c);
    }
}

static void test_preamble(void)
{
    static const uint8_t start[8] = {0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xD5};
    uint8_t p[72];
    char err[256] = "";
    memcpy(p, start, 8);
    memcpy(p + 8, frame(A, B, 1), 60);
    memset(p + 68, 0xEE, 4); /* FCS: not looked at */
    writer w = begin(false);
    pcap_head(&w, true, 65535, 274);
    pcap_frame(&w, 1, 0, p, 72, 72);
    fclose(w.f);
    weft_capture *c = weft_capture_read(path, err, sizeof err);
    CHECK(c && c->n == 1 && c->frame[0].len == 60 && c->frame[0].captured == 60);
    if (c) CHECK(memcmp(c->bytes + c->frame[0].at, frame(A, B, 1), 60) == 0);
    weft_capture_free(c);
}

/* ---------------------------------------------------------------- playing ------------------ */
typedef struct {
    uint64_t cycle;
    unsigned learned, played, busy;
    uint64_t mac[64];
    unsigned home[64];
    struct {
        unsigned port, number;
        uint64_t cycle, stamp;
        size_t len;
        uint8_t last; /* byte 59 */
    } log[64];
} net;

static uint64_t net_cycle(void *ctx) { return ((net *)ctx)->cycle; }
static uint64_t net_memory(void *ctx, unsigned rank)
{
    (void)ctx;
    return rank * 0 + 4096;
}
static int net_learn(void *ctx, unsigned port, uint64_t mac)
{
    net *n = ctx;
    n->mac[n->learned] = mac;
    n->home[n->learned++] = port;
    return 0;
}
static int net_play(void *ctx, unsigned port, const uint8_t *data, size_t len, uint64_t stamp,
                    size_t most)
{
    net *n = ctx;
    CHECK(most > 0 && n->played < 64);
    if (n->busy > 0) {
        n->busy--;
        return -1;
    }
    n->log[n->played].port = port;
    n->log[n->played].number = (uint8_t)(data[14] - 14);
    n->log[n->played].cycle = n->cycle;
    n->log[n->played].stamp = stamp;
    n->log[n->played].len = len;
    n->log[n->played++].last = data[59];
    return 0;
}

static size_t net_backlog(void *ctx, unsigned port, unsigned vc)
{
    (void)ctx;
    (void)port;
    (void)vc;
    return 0;
}

static unsigned home_of(const net *n, uint64_t mac)
{
    for (unsigned i = 0; i < n->learned; i++)
        if (n->mac[i] == mac) return n->home[i];
    return 99;
}

/* Plays the file to its end on a switch of 8 ports; the verdict goes to msg. */
static void play(net *n, const char *suffix, char *msg, size_t msg_len)
{
    char spec[128], err[512] = "";
    const weft_source_env env = {.ports = 8, .mii_bytes = 32, .ipg = 1, .seed = 1};
    const weft_net w = {.ctx = n,
                        .ports = 8,
                        .cycle = net_cycle,
                        .memory_size = net_memory,
                        .backlog = net_backlog,
                        .learn = net_learn,
                        .play = net_play};
    msg[0] = 0;
    snprintf(spec, sizeof spec, "pcap:%s%s", path, suffix);
    weft_source *s = weft_source_open(spec, &env, err, sizeof err);
    CHECK(s != NULL);
    if (!s) {
        printf("%s\n", err);
        return;
    }
    CHECK(weft_source_get_needs(s).may_drop);
    CHECK(weft_source_start(s, &w, err, sizeof err) == 0);
    for (unsigned i = 0; i < 100000 && weft_source_get_phase(s) == WEFT_PHASE_MEASURE; i++) {
        weft_source_step(s);
        n->cycle++;
    }
    CHECK(weft_source_get_phase(s) == WEFT_PHASE_DRAIN);
    CHECK(weft_source_verify(s, msg, msg_len) == 0);
    weft_source_close(s);
}

/* One interface: the n-th source address is port n, an accelerator's address its own. */
static void test_by_address(void)
{
    char msg[512];
    writer w = begin(false);
    pcap_head(&w, true, 65535, 1);
    pcap_frame(&w, 5, 1000, frame(B, A, 1), 60, 60);
    pcap_frame(&w, 5, 2600, frame(A, B, 2), 30, 60); /* cut: zeros behind */
    pcap_frame(&w, 5, 1640, frame(0xFFFFFFFFFFFFull, C, 3), 60,
               60); /* earlier, later in the file */
    pcap_frame(&w, 5, 4200, frame(0x001B21777777ull, A, 4), 60, 60);
    pcap_frame(&w, 5, 4200, frame(0x001B21777777ull, weft_accel_mac(6), 5), 60, 60);
    uint8_t pause[60];
    memcpy(pause, frame(WEFT_PAUSE_MAC, A, 9), 60);
    weft_put16(pause + 12, WEFT_TYPE_MAC_CONTROL);
    pcap_frame(&w, 5, 5000, pause, 60, 60);
    fclose(w.f);
    net n = {.cycle = 500};
    play(&n, "", msg, sizeof msg);
    CHECK(n.played == 5 && n.learned == 4);
    CHECK(home_of(&n, A) == 0 && home_of(&n, C) == 1 && home_of(&n, B) == 2);
    CHECK(home_of(&n, weft_accel_mac(6)) == 6);
    static const unsigned order[5] = {1, 3, 2, 4, 5};
    static const uint64_t at[5] = {0, 1000, 2500, 5000, 5000}; /* 0.64 ns a cycle */
    for (unsigned i = 0; i < 5; i++) {
        CHECK(n.log[i].number == order[i] && n.log[i].len == 60);
        CHECK(n.log[i].cycle == 500 + at[i] && n.log[i].stamp == n.log[i].cycle);
    }
    CHECK(n.log[2].last == 0 && n.log[0].last == (uint8_t)(1 + 59));
    CHECK(strstr(msg, "5 frames played; 3 to unknown destinations are drops: 2 to 001b21777777, "
                      "1 to ffffffffffff") != NULL);
    /* as fast as the wires take them, in the order of each port */
    net fast = {.busy = 3};
    play(&fast, ",pace=max", msg, sizeof msg);
    CHECK(fast.played == 5 && fast.cycle < 6);
}

/* Several interfaces: they are the ports; what left the switch goes back to where it came from. */
static void test_by_interface(void)
{
    char msg[512];
    writer w = begin(true);
    section(&w);
    for (unsigned i = 0; i < 8; i++) interface(&w, true);
    packet(&w, 5, 100, 1, frame(B, A, 1), 60);
    packet(&w, 2, 100, 2, frame(B, A, 2), 60);                 /* B lives behind port 2 */
    packet(&w, 2, 200, 0, frame(B, A, 3), 60);                 /* A's, seen again: left out */
    packet(&w, 7, 300, 2, frame(C, weft_accel_mac(4), 4), 60); /* came from accelerator 4 */
    packet(&w, 3, 300, 1, frame(A, weft_accel_mac(3), 5), 60);
    fclose(w.f);
    net n = {0};
    play(&n, "", msg, sizeof msg);
    CHECK(n.played == 4 && home_of(&n, A) == 5 && home_of(&n, B) == 2 && home_of(&n, C) == 7);
    CHECK(home_of(&n, weft_accel_mac(4)) == 4 && home_of(&n, weft_accel_mac(3)) == 3);
    unsigned port_of[6] = {0};
    for (unsigned i = 0; i < n.played; i++) port_of[n.log[i].number] = n.log[i].port;
    CHECK(port_of[1] == 5 && port_of[2] == 5 && port_of[4] == 4 && port_of[5] == 3);
    CHECK(strcmp(msg, "4 frames played") == 0);
}

/* ---------------------------------------------------------------- refused ------------------ */
static void refused(const char *suffix, const char *words)
{
    char spec[128], err[512] = "";
    const weft_source_env env = {.ports = 8, .mii_bytes = 32, .ipg = 1};
    snprintf(spec, sizeof spec, "pcap:%s%s", path, suffix);
    weft_source *s = weft_source_open(spec, &env, err, sizeof err);
    CHECK(s == NULL && strstr(err, words) != NULL && strchr(err, '\n') == NULL);
    if (!strstr(err, words)) printf("'%s' does not say '%s'\n", err, words);
    weft_source_close(s);
}

static void one_frame(uint32_t link, uint32_t captured, uint32_t len)
{
    static uint8_t p[10000];
    writer w = begin(false);
    memcpy(p, frame(A, B, 1), 60);
    pcap_head(&w, false, 65535, link);
    pcap_frame(&w, 1, 0, p, captured, len);
    fclose(w.f);
}

static void test_refused(void)
{
    one_frame(1, 60, 60);
    refused(".none", "No such file");
    refused(",pace=slow", "must be recorded or max");
    one_frame(113, 60, 60);
    refused("", "link type 113");
    one_frame(1, 13, 60);
    refused("", "too few for its addresses");
    one_frame(1, 9213, 9213);
    refused("", "frame 1 has 9213 bytes; the switch takes 9212");
    writer w = begin(false);
    pcap_head(&w, false, 65535, 1);
    fclose(w.f);
    refused("", "nothing to play");
    w = begin(false);
    pcap_head(&w, false, 65535, 1);
    pcap_frame(&w, 1, 0, frame(A, B, 1), 60, 60);
    pcap_frame(&w, 3, 0, frame(A, B, 1), 60, 60);
    fclose(w.f);
    refused("", "use pcap:");
    w = begin(false);
    section(&w);
    for (unsigned i = 0; i < 9; i++) interface(&w, true);
    packet(&w, 8, 1, 0, frame(A, B, 1), 60);
    fclose(w.f);
    refused("", "interface 8, but the switch has 8 ports");
}

/* Every truncation and many damaged bytes of a capture: refused or played, never a crash. */
static void test_damaged(void)
{
    uint8_t good[2000];
    writer w = begin(false);
    section(&w);
    interface(&w, true);
    interface(&w, true);
    for (unsigned i = 0; i < 6; i++) packet(&w, i % 2, 100 * i, i % 3, frame(A, B + i % 2, i), 60);
    fclose(w.f);
    FILE *f = fopen(path, "rb");
    const size_t len = f ? fread(good, 1, sizeof good, f) : 0;
    if (f) fclose(f);
    CHECK(len > 600);
    unsigned read = 0;
    for (size_t k = 0; k < len + 3000; k++) {
        char err[512] = "";
        const size_t n = k < len ? k : len, at = rnd() % len;
        const uint8_t old = good[at];
        if (k >= len) good[at] = (uint8_t)rnd();
        f = fopen(path, "wb");
        if (!f) exit(1);
        fwrite(good, 1, n, f);
        fclose(f);
        good[at] = old;
        const weft_source_env env = {.ports = 8, .mii_bytes = 32, .ipg = 1};
        char spec[128];
        snprintf(spec, sizeof spec, "pcap:%s", path);
        weft_source *s = weft_source_open(spec, &env, err, sizeof err);
        CHECK(s != NULL || err[0] != 0);
        read += s != NULL;
        weft_source_close(s);
    }
    CHECK(read > 100);
}

int main(void)
{
    const int fd = mkstemp(path);
    if (fd < 0) {
        printf("no temporary file\n");
        return 1;
    }
    close(fd);
    test_pcap_forms();
    test_pcapng_forms();
    test_preamble();
    test_by_address();
    test_by_interface();
    test_refused();
    test_damaged();
    unlink(path);
    return check_end("test_pcap_source");
}
