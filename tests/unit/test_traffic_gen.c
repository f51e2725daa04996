/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_traffic_gen.c: synthetic sources on the fake net: the load is what was asked for, in wire
 * time; patterns go where they must and nowhere else; the same seed makes the same traffic; wrong
 * names are refused with a line.
 */
#include <math.h>
#include <stdarg.h>

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

typedef struct {
    uint64_t frames, bytes, cycles, matrix[8][8], wire[8];
} outcome;

static outcome played(const char *spec, unsigned ports, uint64_t seed, unsigned queue)
{
    outcome o = {0};
    char err[600] = "", msg[300];
    const weft_source_env env = {.ports = ports, .mii_bytes = 32, .ipg = 1, .seed = seed};
    weft_source *s = weft_source_open(spec, &env, err, sizeof err);
    expect(s != NULL, "%s: %s", spec, err);
    if (!s) return o;
    fake_net f;
    weft_net net = fake_open(&f, ports, weft_source_get_needs(s).memory_bytes, 1);
    f.frame_queue = queue;
    expect(weft_source_start(s, &net, err, sizeof err) == 0, "%s: %s", spec, err);
    const weft_phase end = fake_play(&f, s, 1000000);
    expect(end == WEFT_PHASE_DRAIN, "%s: phase %d %s", spec, (int)end, weft_source_message(s));
    expect(weft_source_verify(s, msg, sizeof msg) == 0, "%s: %s", spec, msg);
    uint64_t done = 0, total = 0;
    weft_source_progress(s, &done, &total);
    expect(done == total, "%s: progress %llu of %llu", spec, (unsigned long long)done,
           (unsigned long long)total);
    o.frames = f.frames;
    o.bytes = f.frame_bytes;
    o.cycles = f.cycle;
    for (unsigned a = 0; a < ports; a++)
        for (unsigned b = 0; b < ports; b++) o.matrix[a][b] = f.matrix[a][b];
    for (unsigned a = 0; a < ports; a++) o.wire[a] = f.drained_bytes[a];
    fake_close(&f);
    weft_source_close(s);
    return o;
}

/* The mean load of the ports that send, in wire time, must be as asked for. */
static void load_is(const char *what, double load, double tolerance)
{
    char spec[200];
    snprintf(spec, sizeof spec, "gen:%s,load=%g,cycles=60000", what, load);
    const outcome o = played(spec, 8, 3, 200);
    double sum = 0;
    unsigned senders = 0;
    for (unsigned p = 0; p < 8; p++) {
        if (o.wire[p] == 0) continue;
        sum += (double)o.wire[p] / (32.0 * (double)o.cycles);
        senders++;
    }
    const double got = senders ? sum / senders : 0;
    printf("  %-50s offered %.4f\n", spec, got);
    expect(fabs(got - load) < tolerance * load + 0.002, "%s: load %.4f", spec, got);
}

static void loads(void)
{
    load_is("uniform", 0.1, 0.02);
    load_is("uniform", 0.5, 0.02);
    load_is("uniform,size=65", 0.9, 0.02);
    load_is("uniform,size=1518", 0.5, 0.03);
    load_is("permutation,size=9216", 0.3, 0.10);
    load_is("uniform,size=64-1518", 0.6, 0.03);
    load_is("uniform,size=imix", 0.4, 0.03);
    load_is("uniform,size=64*7+594*4+1518", 0.4, 0.03);
    load_is("bursty,size=64", 0.5, 0.10);
    load_is("bursty,size=256,burst=4", 0.7, 0.06);
    load_is("uniform,size=32", 0.8, 0.02);
    load_is("uniform", 1.0, 0.001);
    load_is("bursty,size=1500", 1.0, 0.001);
    load_is("incast,size=1500,to=3", 1.0, 0.001);
}

static void patterns(void)
{
    for (unsigned n = 2; n <= 8; n += n == 2 ? 1 : n == 3 ? 2 : 3) {
        static const char *const all[] = {"uniform", "permutation", "incast",   "outcast",
                                          "hotspot", "bursty",      "alltoall", "diagonal",
                                          "tornado", "logdiagonal"};
        for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
            char spec[100];
            snprintf(spec, sizeof spec, "gen:%s,load=0.5,cycles=20000,to=1", all[i]);
            const outcome o = played(spec, n, 2, 200);
            unsigned to[8] = {0}, from[8] = {0}, pairs = 0;
            for (unsigned a = 0; a < n; a++)
                for (unsigned b = 0; b < n; b++) {
                    expect(a != b || o.matrix[a][b] == 0, "%s: port %u sends to itself", spec, a);
                    if (!o.matrix[a][b]) continue;
                    to[a]++;
                    from[b]++;
                    pairs++;
                }
            switch (i) {
            case 0:
            case 4:
            case 5:
            case 6:
            case 9: expect(pairs == n * (n - 1), "%s on %u: %u pairs", spec, n, pairs); break;
            case 1:
            case 8:
                for (unsigned p = 0; p < n; p++)
                    expect(to[p] == 1 && from[p] == 1, "%s on %u: no permutation", spec, n);
                break;
            case 2: expect(from[1] == n - 1 && pairs == n - 1, "%s on %u", spec, n); break;
            case 3: expect(to[1] == n - 1 && pairs == n - 1, "%s on %u", spec, n); break;
            default: expect(pairs == n * (n == 2 ? 1 : 2), "%s on %u: %u pairs", spec, n, pairs);
            }
        }
    }
    const outcome d = played("gen:diagonal,load=0.5,cycles=50000", 8, 1, 200);
    for (unsigned p = 0; p < 8; p++) {
        const double share = (double)d.matrix[p][(p + 1) % 8] /
                             (double)(d.matrix[p][(p + 1) % 8] + d.matrix[p][(p + 2) % 8]);
        expect(fabs(share - 2.0 / 3) < 0.03, "diagonal: %.3f of port %u go to the next", share, p);
    }
    /* Shares of 64, 32, ... 1 in 127, to the next port, the one behind it, ... */
    const outcome l = played("gen:logdiagonal,load=0.9,cycles=60000", 8, 1, 200);
    for (unsigned p = 0; p < 8; p++) {
        uint64_t all = 0;
        for (unsigned q = 0; q < 8; q++) all += l.matrix[p][q];
        for (unsigned k = 1; k < 8; k++) {
            const double share = (double)l.matrix[p][(p + k) % 8] / (double)all;
            const double want = (double)(128u >> k) / 127;
            expect(fabs(share - want) < 0.015, "logdiagonal: %.4f of port %u go to the %uth", share,
                   p, k);
        }
    }
    const outcome t = played("gen:tornado,load=0.5,cycles=5000", 8, 1, 200);
    expect(t.matrix[2][5] > 0, "tornado: port 2 does not send to 5");
    const outcome a = played("gen:alltoall,ops=700", 8, 1, 200);
    for (unsigned p = 0; p < 8; p++)
        for (unsigned q = 0; q < 8; q++)
            expect(p == q || (a.matrix[p][q] >= 10 && a.matrix[p][q] <= 15),
                   "alltoall: %u to %u: %llu", p, q, (unsigned long long)a.matrix[p][q]);
}

static void counts(void)
{
    expect(played("gen:uniform,ops=12345,load=0.7", 8, 1, 200).frames == 12345, "ops, load 0.7");
    expect(played("gen:uniform,ops=12345", 8, 1, 200).frames == 12345, "ops, load 1");
    expect(played("gen:bursty,ops=1", 2, 1, 200).frames == 1, "one operation");
    const outcome a = played("gen:uniform,size=64-9216,load=0.6", 8, 5, 200);
    const outcome b = played("gen:uniform,size=64-9216,load=0.6", 8, 5, 200);
    const outcome c = played("gen:uniform,size=64-9216,load=0.6", 8, 6, 200);
    expect(memcmp(&a, &b, sizeof a) == 0, "the same seed makes other traffic");
    expect(memcmp(&a, &c, sizeof a) != 0, "another seed makes the same traffic");
    /* Reads go by the accelerators, not as frames: half of all operations here. */
    const outcome r = played("gen:uniform,read=0.5,size=128,ops=10000,load=0.5", 8, 5, 200);
    expect(r.frames > 4700 && r.frames < 5300, "read=0.5: %llu of 10000 are frames",
           (unsigned long long)r.frames);
}

static void refusals(void)
{
    static const char *const bad[][2] = {
        {"gen:", "nothing stands behind"},
        {"gen:circle", "unknown pattern 'circle'"},
        {"gen:uniform,size", "expected key=value"},
        {"gen:uniform,size=", "frame bytes"},
        {"gen:uniform,size=31", "frame bytes"},
        {"gen:uniform,size=9217", "frame bytes"},
        {"gen:uniform,size=100-64", "frame bytes"},
        {"gen:uniform,size=64*0", "frame bytes"},
        {"gen:uniform,size=64+x", "frame bytes"},
        {"gen:uniform,load=0", "above 0"},
        {"gen:uniform,load=1.01", "above 0"},
        {"gen:uniform,load=nan", "above 0"},
        {"gen:uniform,load=-1", "above 0"},
        {"gen:uniform,load=", "above 0"},
        {"gen:uniform,ops=0", "must be 1"},
        {"gen:uniform,cycles=5", "must be 100"},
        {"gen:uniform,ops=5,cycles=500", "not both"},
        {"gen:uniform,read=2", "must be 0 to 1"},
        {"gen:incast,to=8", "must be a port"},
        {"gen:bursty,burst=0", "mean frames"},
        {"gen:uniform,sise=64", "unknown key 'sise'"},
        {"gen:uniform,read=0.5,size=32", "carries no data"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char err[600] = "";
        const weft_source_env env = {.ports = 8, .mii_bytes = 32, .ipg = 1, .seed = 1};
        weft_source *s = weft_source_open(bad[i][0], &env, err, sizeof err);
        expect(s == NULL, "%s is taken", bad[i][0]);
        expect(strstr(err, bad[i][1]) != NULL, "%s: '%s' does not say '%s'", bad[i][0], err,
               bad[i][1]);
        weft_source_close(s);
    }
}

int main(void)
{
    printf("loads\n");
    loads();
    printf("patterns\n");
    patterns();
    counts();
    refusals();
    printf("%u checks, %u failed\n", checks, failures);
    return failures ? 1 : 0;
}
