/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_traffic_trace.c: Chakra traces of every kind, of several sizes, played on the fake net: all
 * results right; and when a message is lost or damaged, or the trace itself is wrong, that is said.
 */
#include <stdarg.h>
#include <unistd.h>

#include "fake_net.h"
#include "traffic/chakra_io.h"

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

static char folder[64];

static weft_source_env env_of(unsigned ports)
{
    return (weft_source_env){
        .ports = ports, .mii_bytes = 32, .ipg = 1, .seed = 7, .stall_cycles = 30000};
}

typedef enum { ALL_RIGHT, LOSE, DAMAGE } trouble;

static void play(const char *spec, unsigned ports, trouble what, uint64_t which, const char *about)
{
    char err[600] = "", msg[600] = "";
    weft_source_env env = env_of(ports);
    weft_source *s = weft_source_open(spec, &env, err, sizeof err);
    expect(s != NULL, "%s: %s", spec, err);
    if (!s) return;
    fake_net f;
    weft_net net = fake_open(&f, ports, weft_source_get_needs(s).memory_bytes, which + 1);
    f.busy_percent = 30;
    if (what == LOSE) f.lose = which;
    if (what == DAMAGE) f.damage = which;
    expect(weft_source_start(s, &net, err, sizeof err) == 0, "%s: start: %s", spec, err);
    const weft_phase end = fake_play(&f, s, 5000000);
    const uint64_t bad = weft_source_verify(s, msg, sizeof msg);
    uint64_t done = 0, total = 0;
    weft_source_progress(s, &done, &total);
    if (what == ALL_RIGHT) {
        printf("  %s: %s: %s (%llu cycles)\n", spec, weft_source_describe(s), msg,
               (unsigned long long)f.cycle);
        expect(end == WEFT_PHASE_DRAIN, "%s: ended in phase %d: %s", spec, (int)end,
               weft_source_message(s));
        expect(bad == 0, "%s: %llu differences: %s", spec, (unsigned long long)bad, msg);
        expect(done == total, "%s: progress %llu of %llu", spec, (unsigned long long)done,
               (unsigned long long)total);
        if (about)
            expect(strstr(weft_source_describe(s), about) != NULL,
                   "%s is described as '%s', not '%s'", spec, weft_source_describe(s), about);
    } else if (what == LOSE) {
        expect(end == WEFT_PHASE_FAILED && strstr(weft_source_message(s), "no progress") &&
                   strstr(weft_source_message(s), "node"),
               "%s: a lost message is not noticed: phase %d, '%s'", spec, (int)end,
               weft_source_message(s));
        expect(bad > 0, "%s: a lost message leaves all results right", spec);
    } else {
        expect(end == WEFT_PHASE_DRAIN && bad > 0, "%s: damage in write %llu is not noticed", spec,
               (unsigned long long)which);
    }
    fake_close(&f);
    weft_source_close(s);
}

static void own_traces(void)
{
    static const struct {
        const char *kind;
        unsigned ranks;
        uint64_t bytes;
        const char *about;
    } list[] = {
        {"ring-allreduce", 8, 1 << 16, "ring all-reduce of 64 KiB"},
        {"ring-allreduce", 2, 4096, "all-reduce of 4 KiB"},
        {"ring-allreduce", 5, 20 * 301, "ring all-reduce"},
        {"allgather", 8, 10001, "all-gather"},
        {"allgather", 3, 1 << 15, "all-gather"},
        {"reducescatter", 8, 1 << 16, "reduce-scatter"},
        {"reducescatter", 7, 28 * 99, "reduce-scatter"},
        {"alltoall", 8, 100003, "all-to-all"},
        {"alltoall", 2, 64, "all-to-all"},
        {"moe-dispatch", 8, 1 << 17, "data movement"},
        {"moe-dispatch", 2, 1 << 12, "data movement"},
        {"transformer-layer", 8, 1 << 17, "4 collectives: all-gather reduce-scatter"},
        {"transformer-layer", 4, 1 << 14, "4 collectives"},
    };
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        char msg[300], spec[200];
        expect(weft_trace_write(list[i].kind, list[i].ranks, list[i].bytes, folder, msg,
                                sizeof msg) == 0,
               "%s", msg);
        snprintf(spec, sizeof spec, "chakra:%s/%s", folder, list[i].kind);
        play(spec, list[i].ranks, ALL_RIGHT, 0, list[i].about);
        play(spec, list[i].ranks, LOSE, 2, NULL);
        play(spec, list[i].ranks, DAMAGE, 1, NULL);
        play(spec, list[i].ranks, DAMAGE, 2, NULL);
        for (unsigned r = 0; r < list[i].ranks; r++) {
            char path[200];
            snprintf(path, sizeof path, "%s/%s.%u.et", folder, list[i].kind, r);
            unlink(path);
        }
    }
}

/* ---------------------------------------------------------------- made by hand -------------- */
typedef struct {
    FILE *f[8];
    uint64_t next[8];
    unsigned ranks;
} book;

static void book_open(book *b, unsigned ranks)
{
    memset(b, 0, sizeof *b);
    b->ranks = ranks;
    for (unsigned r = 0; r < 8; r++) {
        char path[200];
        snprintf(path, sizeof path, "%s/t.%u.et", folder, r);
        unlink(path);
        if (r >= ranks) continue;
        b->f[r] = fopen(path, "wb");
        assert(b->f[r] && weft_chakra_write_header(b->f[r]) == 0);
    }
}

static uint64_t node(book *b, unsigned r, weft_node_out n, const uint64_t *deps, size_t n_deps)
{
    n.id = b->next[r]++;
    n.name = "by hand";
    n.data_deps = deps;
    n.n_data = n_deps;
    assert(weft_chakra_write_node(b->f[r], &n) == 0);
    return n.id;
}

static uint64_t send(book *b, unsigned r, unsigned dst, uint64_t size, int tag, const uint64_t *dep)
{
    return node(b, r,
                (weft_node_out){.type = WEFT_NODE_SEND,
                                .size = (int64_t)size,
                                .dst = dst,
                                .src = -1,
                                .tag = tag,
                                .coll = -1},
                dep, dep != NULL);
}

static uint64_t recv(book *b, unsigned r, unsigned src, uint64_t size, int tag, const uint64_t *dep)
{
    return node(b, r,
                (weft_node_out){.type = WEFT_NODE_RECV,
                                .size = (int64_t)size,
                                .src = src,
                                .dst = -1,
                                .tag = tag,
                                .coll = -1},
                dep, dep != NULL);
}

static uint64_t comp(book *b, unsigned r, const uint64_t *deps, size_t n)
{
    return node(b, r,
                (weft_node_out){.type = WEFT_NODE_COMP,
                                .micros = 1,
                                .size = -1,
                                .src = -1,
                                .dst = -1,
                                .tag = -1,
                                .coll = -1},
                deps, n);
}

static uint64_t coll(book *b, unsigned r, weft_node_out n) { return node(b, r, n, NULL, 0); }

static void book_close(book *b)
{
    for (unsigned r = 0; r < b->ranks; r++) fclose(b->f[r]);
}

/* The trace made by hand must be right, or refused with these words in the message. */
static void judge(unsigned ports, const char *about, const char *refusal)
{
    char spec[200], err[600] = "";
    snprintf(spec, sizeof spec, "chakra:%s/t", folder);
    if (!refusal) {
        play(spec, ports, ALL_RIGHT, 0, about);
        return;
    }
    weft_source_env env = env_of(ports);
    weft_source *s = weft_source_open(spec, &env, err, sizeof err);
    expect(s == NULL, "a trace with %s is taken", refusal);
    expect(strstr(err, refusal) != NULL, "'%s' does not say '%s'", err, refusal);
    expect(strchr(err, '\n') == NULL, "more than a line: %s", err);
    weft_source_close(s);
}

static void flows(void)
{
    book b;
    /* Tree: 1, 2, 3 send to 0, which adds each as it comes, and sends the sum back. */
    book_open(&b, 4);
    uint64_t sums[3], got[3];
    for (unsigned k = 0; k < 3; k++) {
        got[k] = recv(&b, 0, k + 1, 4000, 5, NULL);
        uint64_t deps[2] = {got[k], k ? sums[k - 1] : 0};
        sums[k] = comp(&b, 0, deps, k ? 2 : 1);
    }
    for (unsigned k = 1; k < 4; k++) {
        send(&b, k, 0, 4000, 5, NULL);
        send(&b, 0, k, 4000, 6, &sums[2]);
        recv(&b, k, 0, 4000, 6, NULL);
    }
    book_close(&b);
    judge(4, "all-reduce of 4000 B", NULL);

    /* Direct: everybody sends to everybody and adds all at once: each rank's chunk is reduced
     * there. */
    book_open(&b, 4);
    for (unsigned r = 0; r < 4; r++) {
        for (unsigned k = 1; k < 4; k++) send(&b, r, (r + k) % 4, 800, 0, NULL);
        for (unsigned k = 1; k < 4; k++) got[k - 1] = recv(&b, r, (r + k) % 4, 800, 0, NULL);
        comp(&b, r, got, 3);
    }
    book_close(&b);
    judge(4, "reduce-scatter of 3200 B in 12 sends (4 chunks of 800 B)", NULL);

    /* A chain of copies is a broadcast, of any length. */
    book_open(&b, 3);
    send(&b, 0, 1, 1003, 0, NULL);
    got[0] = recv(&b, 1, 0, 1003, 0, NULL);
    send(&b, 1, 2, 1003, 0, &got[0]);
    recv(&b, 2, 1, 1003, 0, NULL);
    book_close(&b);
    judge(3, "broadcast of 1003 B", NULL);

    /* Receives stand before sends in the files: no deadlock, they do not depend on each other. */
    book_open(&b, 2);
    for (unsigned r = 0; r < 2; r++) {
        recv(&b, r, 1 - r, 64, 0, NULL);
        send(&b, r, 1 - r, 64, 0, NULL);
    }
    book_close(&b);
    judge(2, "data movement", NULL);
    judge(8, "data movement", NULL);

    /* The same length, but odd, and a sum: bytes only. Different lengths in one chunk: the same. */
    book_open(&b, 2);
    send(&b, 0, 1, 77, 0, NULL);
    got[0] = recv(&b, 1, 0, 77, 0, NULL);
    sums[0] = comp(&b, 1, got, 1);
    send(&b, 1, 0, 100, 1, &sums[0]);
    recv(&b, 0, 1, 100, 1, NULL);
    book_close(&b);
    judge(2, "without sums", NULL);

    /* A sum that goes to and fro and doubles each time: far more than floats can hold exactly. */
    book_open(&b, 2);
    uint64_t at[2] = {0, 0};
    for (unsigned k = 0; k < 40; k++) {
        const unsigned a = k % 2, c = 1 - a;
        send(&b, a, c, 64, (int)k, k ? &at[a] : NULL);
        const uint64_t in = recv(&b, c, a, 64, (int)k, NULL);
        uint64_t deps[2] = {in, at[c]};
        weft_node_out n = {.type = WEFT_NODE_COMP,
                           .micros = 1,
                           .size = -1,
                           .src = -1,
                           .dst = -1,
                           .tag = -1,
                           .coll = -1,
                           .float32 = true};
        at[c] = node(&b, c, n, deps, k ? 2 : 1);
    }
    book_close(&b);
    judge(2, "data flow with sums", NULL);

    /* Many small messages with one tag, no dependencies: matched in order. */
    book_open(&b, 2);
    for (unsigned k = 0; k < 500; k++) {
        send(&b, 0, 1, 1 + k, 3, NULL);
        recv(&b, 1, 0, 1 + k, 3, NULL);
    }
    book_close(&b);
    judge(2, "data movement", NULL);
}

static void collectives(void)
{
    /* Every collective, with every root and with odd sizes; two of each side by side. */
    static const int types[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++)
        for (unsigned ranks = 2; ranks <= 8; ranks += ranks == 2 ? 1 : ranks == 3 ? 2 : 3) {
            book b;
            const bool adds = types[t] <= 1 || types[t] == 7 || types[t] == 8;
            book_open(&b, ranks);
            for (unsigned r = 0; r < ranks; r++) {
                coll(&b, r,
                     (weft_node_out){.type = WEFT_NODE_COLL,
                                     .size = adds ? 4004 : 1001,
                                     .src = -1,
                                     .dst = -1,
                                     .tag = 1,
                                     .coll = types[t]});
                /* Fewer elements than ranks: some chunks are empty. */
                coll(&b, r,
                     (weft_node_out){.type = WEFT_NODE_COLL,
                                     .size = adds ? 12 : 5,
                                     .src = -1,
                                     .dst = -1,
                                     .tag = 2,
                                     .coll = types[t],
                                     .float32 = true});
            }
            book_close(&b);
            judge(ranks, "2 collectives", NULL);
        }
    book b;
    book_open(&b, 1);
    coll(&b, 0,
         (weft_node_out){.type = WEFT_NODE_COLL, .size = 64, .src = -1, .dst = -1, .tag = -1});
    book_close(&b);
    judge(2, "1 collective", NULL);
}

static void refused(void)
{
    book b;
    uint64_t id;
    book_open(&b, 2);
    send(&b, 0, 1, 64, 0, NULL);
    book_close(&b);
    judge(2, NULL, "no matching receive");

    book_open(&b, 2);
    recv(&b, 1, 0, 64, 0, NULL);
    book_close(&b);
    judge(2, NULL, "no matching send");

    book_open(&b, 2);
    send(&b, 0, 1, 64, 0, NULL);
    recv(&b, 1, 0, 64, 1, NULL);
    book_close(&b);
    judge(2, NULL, "no matching");

    book_open(&b, 2);
    send(&b, 0, 1, 64, 0, NULL);
    recv(&b, 1, 0, 65, 0, NULL);
    book_close(&b);
    judge(2, NULL, "expects 65");

    book_open(&b, 2);
    send(&b, 0, 7, 64, 0, NULL);
    book_close(&b);
    judge(8, NULL, "comm_dst is 7, there are ranks 0 to 1");

    book_open(&b, 2);
    send(&b, 0, 0, 64, 0, NULL);
    book_close(&b);
    judge(2, NULL, "its own rank");

    book_open(&b, 2);
    send(&b, 0, 1, 0, 0, NULL);
    recv(&b, 1, 0, 0, 0, NULL);
    book_close(&b);
    judge(2, NULL, "comm_size is missing or 0");

    book_open(&b, 2);
    send(&b, 0, 1, 1ull << 40, 0, NULL);
    recv(&b, 1, 0, 1ull << 40, 0, NULL);
    book_close(&b);
    judge(2, NULL, "more than 1 GiB");

    /* A deadlock over two ranks: each sends only after it has received. */
    book_open(&b, 2);
    for (unsigned r = 0; r < 2; r++) {
        id = recv(&b, r, 1 - r, 64, 0, NULL);
        send(&b, r, 1 - r, 64, 0, &id);
    }
    book_close(&b);
    judge(2, NULL, "deadlock");

    /* A circle in one rank, and a node that depends on itself. */
    for (unsigned self = 0; self < 2; self++) {
        book_open(&b, 2);
        uint64_t other = self ? 0 : 1;
        comp(&b, 0, &other, 1);
        other = 0;
        comp(&b, 0, &other, 1);
        book_close(&b);
        judge(2, NULL, "circle");
    }

    book_open(&b, 2);
    id = 9;
    comp(&b, 1, &id, 1);
    book_close(&b);
    judge(2, NULL, "depends on node 9, which is not there");

    book_open(&b, 2);
    comp(&b, 1, NULL, 0);
    b.next[1] = 0;
    comp(&b, 1, NULL, 0);
    book_close(&b);
    judge(2, NULL, "is there twice");

    book_open(&b, 2);
    node(&b, 0, (weft_node_out){.type = 8, .size = -1, .src = -1, .dst = -1, .tag = -1, .coll = -1},
         NULL, 0);
    book_close(&b);
    judge(2, NULL, "unknown type 8");

    book_open(&b, 2);
    coll(&b, 0,
         (weft_node_out){.type = WEFT_NODE_COLL, .size = 64, .src = -1, .dst = -1, .tag = -1});
    book_close(&b);
    judge(2, NULL, "0 collective nodes, but rank 0 has 1");

    book_open(&b, 2);
    for (unsigned r = 0; r < 2; r++)
        coll(&b, r,
             (weft_node_out){
                 .type = WEFT_NODE_COLL, .size = 64 + r, .src = -1, .dst = -1, .tag = -1});
    book_close(&b);
    judge(2, NULL, "all-reduce of 65 bytes");

    book_open(&b, 2);
    for (unsigned r = 0; r < 2; r++)
        coll(&b, r,
             (weft_node_out){.type = WEFT_NODE_COLL, .size = 66, .src = -1, .dst = -1, .tag = -1});
    book_close(&b);
    judge(2, NULL, "multiple of 4");

    book_open(&b, 2);
    for (unsigned r = 0; r < 2; r++)
        coll(&b, r,
             (weft_node_out){
                 .type = WEFT_NODE_COLL, .size = 64, .src = -1, .dst = -1, .tag = -1, .coll = 77});
    book_close(&b);
    judge(2, NULL, "comm_type is missing or unknown");

    book_open(&b, 4);
    book_close(&b);
    judge(2, NULL, "the trace has rank 3");
    char path[200];
    snprintf(path, sizeof path, "%s/t.1.et", folder);
    unlink(path);
    judge(8, NULL, "t.1.et is missing");
    book_open(&b, 0);
    judge(8, NULL, "no such trace");
}

/* A good file, cut at every byte, and with every byte changed: refused, or played, never a crash.
 */
static void damaged(void)
{
    char msg[300], path[200], spec[200], err[600];
    book b;
    book_open(&b, 2);
    for (unsigned r = 0; r < 2; r++) {
        send(&b, r, 1 - r, 256, 0, NULL);
        uint64_t id = recv(&b, r, 1 - r, 256, 0, NULL);
        comp(&b, r, &id, 1);
        coll(&b, r,
             (weft_node_out){.type = WEFT_NODE_COLL, .size = 64, .src = -1, .dst = -1, .tag = 4});
    }
    book_close(&b);
    snprintf(path, sizeof path, "%s/t.0.et", folder);
    snprintf(spec, sizeof spec, "chakra:%s/t", folder);
    uint8_t good[2048];
    FILE *f = fopen(path, "rb");
    assert(f);
    const size_t len = fread(good, 1, sizeof good, f);
    fclose(f);
    weft_source_env env = env_of(2);
    unsigned taken = 0;
    for (size_t cut = 0; cut < len; cut++) {
        f = fopen(path, "wb");
        assert(f);
        fwrite(good, 1, cut, f);
        fclose(f);
        err[0] = 0;
        weft_source *s = weft_source_open(spec, &env, err, sizeof err);
        /* Whole messages may be missing: then something has no partner. */
        expect(s == NULL && err[0], "a trace cut at byte %zu is taken", cut);
        weft_source_close(s);
    }
    weft_rng rng;
    weft_rng_seed(&rng, 3);
    for (unsigned i = 0; i < 3000; i++) {
        uint8_t bad[2048];
        memcpy(bad, good, len);
        const unsigned n = 1 + (unsigned)weft_rng_below(&rng, 3);
        for (unsigned k = 0; k < n; k++)
            bad[weft_rng_below(&rng, len)] = (uint8_t)weft_rng_next(&rng);
        f = fopen(path, "wb");
        assert(f);
        fwrite(bad, 1, len, f);
        fclose(f);
        err[0] = 0;
        weft_source *s = weft_source_open(spec, &env, err, sizeof err);
        expect(s != NULL || err[0], "refused without a word");
        expect(strchr(err, '\n') == NULL, "more than a line: %s", err);
        taken += s != NULL;
        weft_source_close(s);
    }
    expect(taken < 3000, "no damage is noticed");
    /* Pure noise. */
    for (unsigned i = 0; i < 300; i++) {
        uint8_t noise[512];
        for (size_t k = 0; k < sizeof noise; k++) noise[k] = (uint8_t)weft_rng_next(&rng);
        f = fopen(path, "wb");
        assert(f);
        fwrite(noise, 1, 1 + weft_rng_below(&rng, sizeof noise - 1), f);
        fclose(f);
        weft_source *s = weft_source_open(spec, &env, msg, sizeof msg);
        expect(s == NULL, "noise is taken for a trace");
        weft_source_close(s);
    }
}

static void writer_refuses(void)
{
    char msg[300];
    expect(weft_trace_write("nothing", 8, 1 << 20, folder, msg, sizeof msg) == -1, "kind");
    expect(weft_trace_write("alltoall", 1, 1 << 20, folder, msg, sizeof msg) == -1, "1 rank");
    expect(weft_trace_write("alltoall", 65, 1 << 20, folder, msg, sizeof msg) == -1, "65 ranks");
    expect(weft_trace_write("ring-allreduce", 8, 100, folder, msg, sizeof msg) == -1, "100 bytes");
    expect(weft_trace_write("moe-dispatch", 8, 100, folder, msg, sizeof msg) == -1,
           "moe, 100 bytes");
    expect(weft_trace_write("ring-allreduce", 8, 0, folder, msg, sizeof msg) == -1, "0 bytes");
    expect(weft_trace_write("alltoall", 8, 1 << 20, "/dev/null/x", msg, sizeof msg) == -2,
           "folder");
    for (const char *const *k = weft_trace_kinds(); *k; k++)
        expect(weft_trace_write(*k, 2, 4096, folder, msg, sizeof msg) == 0, "%s: %s", *k, msg);
}

int main(void)
{
    snprintf(folder, sizeof folder, "/tmp/weft-trace-XXXXXX");
    if (!mkdtemp(folder)) return 2;
    printf("own traces: right results, and loss and damage noticed\n");
    own_traces();
    printf("made by hand: what sends, receives and computes mean\n");
    flows();
    printf("collectives\n");
    collectives();
    printf("wrong traces are refused with a line that says why\n");
    refused();
    damaged();
    writer_refuses();
    char clean[100];
    snprintf(clean, sizeof clean, "rm -rf '%s'", folder);
    if (system(clean) != 0) failures++;
    printf("%u checks, %u failed\n", checks, failures);
    return failures ? 1 : 0;
}
