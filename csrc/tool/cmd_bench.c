/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * cmd_bench.c: `weft bench`: the standard table. What is counted in cycles is deterministic and
 * must equal the committed goldens exactly; what is measured with a clock is only shown.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tool/bench_curves.h"
#include "tool/tool.h"
#include "traffic/source.h"

static const char help[] =
    "Usage: weft bench [OPTION...]\n"
    "Latency and throughput in cycles, for every size and pattern of docs/performance.md, and the\n"
    "speed of the simulation. Compares with the goldens; exit status 1 when a number differs.\n"
    "\n"
    "  -q, --quick           a part of the table\n"
    "  -c, --curves          instead of the table, curves over the load for each pattern, next to "
    "an\n"
    "                        ideal output-queued switch (docs/curves.md); its goldens are "
    "curves.json\n"
    "  -j, --json=FILE       write the result as JSON to FILE, - for standard output\n"
    "  -g, --golden=FILE     goldens (default tests/golden/bench.json, or bench-pNmM.json there "
    "for a\n"
    "                        switch of N ports x M bytes that is not the default)\n"
    "  -u, --update          write the goldens instead of comparing\n"
    "      --pictures=DIR    write throughput.svg and latency.svg (with --curves: "
    "curve-*.svg) to DIR\n"
    "  -h, --help            this text\n"
    "\n"
    "Exit status: 0 all is well, 1 a fault or a difference, 2 usage or input.\n";

#define CDF_POINTS 300

typedef struct {
    const char *name, *source;
    bool quick;   /* part of --quick */
    bool picture; /* its latency distribution is drawn */
} bench_case;

/* Throughput of a fixed size: a permutation, every queue full. */
static const unsigned sizes[] = {32, 64, 65, 128, 256, 512, 1024, 1518, 4096, 9216};
#define N_SIZES (sizeof sizes / sizeof sizes[0])

static const bench_case cases[] = {
    {"uniform 64 B, load 1", "gen:uniform,size=64,cycles=20000", true, false},
    {"uniform imix, load 1", "gen:uniform,size=imix,cycles=20000", false, false},
    {"uniform 64-1518 B, load 1", "gen:uniform,size=64-1518,cycles=20000", false, false},
    {"incast of 1500 B, load 1", "gen:incast,size=1500,cycles=20000", true, false},
    {"incast of 64 B, load 1", "gen:incast,size=64,cycles=20000", false, false},
    {"all to all 1500 B, load 1", "gen:alltoall,size=1500,cycles=10000", false, false},
    {"diagonal 64 B, load 1", "gen:diagonal,size=64,cycles=20000", false, false},
    {"tornado 1500 B, load 1", "gen:tornado,size=1500,cycles=10000", false, false},
    {"bursty 512 B, load 0.7", "gen:bursty,size=512,load=0.7,cycles=20000", false, false},
    {"hotspot 256 B, load 0.3", "gen:hotspot,size=256,load=0.3,cycles=20000", false, false},
    {"reads 256 B, load 0.5", "gen:uniform,size=256,read=1,load=0.5,cycles=20000", false, false},
    {"load 0.1", "gen:uniform,size=64,load=0.1,cycles=20000", true, true},
    {"load 0.5", "gen:uniform,size=64,load=0.5,cycles=20000", false, true},
    {"load 0.8", "gen:uniform,size=64,load=0.8,cycles=20000", false, true},
    {"load 0.95", "gen:uniform,size=64,load=0.95,cycles=20000", false, true},
};
#define N_CASES (sizeof cases / sizeof cases[0])

#define SPEED_SOURCE "gen:uniform,size=64,cycles=60000"

typedef struct {
    weft_sim_geometry g;
    json_t *exact, *clock; /* results by case */
    const json_t *golden;  /* cases, or NULL */
    unsigned faults, differences, missing;
    FILE *table;
    bool colour;
    double size_x[N_SIZES], size_y[N_SIZES];
    double cdf_x[N_CASES][CDF_POINTS], cdf_y[N_CASES][CDF_POINTS];
    size_t cdf_n[N_CASES];
} bench;

static int complain(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int complain(int code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("weft bench: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    return code;
}

static json_t *whole(uint64_t v) { return json_integer((json_int_t)v); }

/* Fractions as millionths: integers compare exactly. */
static json_t *millionths(double v) { return whole((uint64_t)(v * 1e6 + 0.5)); }

/* Which values of a case differ from its goldens. */
static const char *compare(bench *b, const char *name, const json_t *got, char *text, size_t len)
{
    const json_t *want = b->golden ? json_object_get(b->golden, name) : NULL;
    if (!b->golden) return "";
    if (!want) {
        b->missing++;
        return "no golden";
    }
    if (json_equal(got, want)) return "as golden";
    b->differences++;
    size_t n = (size_t)snprintf(text, len, "DIFFERS:");
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)got, key, v)
    {
        const json_t *w = json_object_get(want, key);
        if (w && json_equal(v, w)) continue;
        if (n < len)
            n += (size_t)snprintf(text + n, len - n, " %s %" PRId64 " was %" PRId64, key,
                                  (int64_t)json_integer_value(v), (int64_t)json_integer_value(w));
    }
    return text;
}

static void row_begin(bench *b, const char *name)
{
    fprintf(b->table, "  %-28s", name);
    fflush(b->table);
}

static void row_end(bench *b, const char *name, json_t *got, double khz)
{
    char text[512];
    const char *mark = compare(b, name, got, text, sizeof text);
    const bool bad = mark == text;
    fprintf(b->table, "%8.1f  %s%s%s\n", khz, bad && b->colour ? "\033[31m" : "", mark,
            bad && b->colour ? "\033[0m" : "");
    json_object_set_new(b->exact, name, got);
}

static void table_head(bench *b)
{
    fprintf(b->table, "\n  %-28s%9s%7s%7s%7s%7s%8s\n", "", "delivered", "min", "p50", "p99", "max",
            "speed");
    fprintf(b->table, "  %-28s%9s%28s%8s\n", "", "% of wire", "latency, cycles", "kHz");
}

/* ---------------------------------------------------------------- one run ------------------- */
/* Returns 0, or an exit status after a complaint. keep: the result is the caller's. */
static int run_case(bench *b, const char *name, const char *source, weft_run_result *r)
{
    char err[512] = "";
    const weft_run_options opt = {.source = source,
                                  .profile = "esun",
                                  .ipg = 1,
                                  .seed = 1,
                                  .payload_check = true,
                                  .progress = false};
    row_begin(b, name);
    const int rc = weft_tool_run(&opt, r, err, sizeof err);
    if (rc != WEFT_EXIT_OK) {
        fputc('\n', b->table);
        return complain(rc, "%s: %s", source, err);
    }
    const weft_world_stats *s = &r->stats;
    fprintf(b->table, "%9.3f%7llu%7llu%7llu%7llu", 100 * s->delivered,
            (unsigned long long)s->lat_min, (unsigned long long)s->lat_p50,
            (unsigned long long)s->lat_p99, (unsigned long long)s->lat_max);
    json_t *j = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "offered",
                          millionths(s->offered), "delivered", millionths(s->delivered), "jain",
                          millionths(s->jain), "frames", whole(s->frames_delivered), "cycles",
                          whole(s->cycles), "latency_min", whole(s->lat_min), "latency_p50",
                          whole(s->lat_p50), "latency_p99", whole(s->lat_p99), "latency_p999",
                          whole(s->lat_p999), "latency_max", whole(s->lat_max), "ok", (int)r->ok);
    row_end(b, name, j, r->khz);
    json_object_set_new(b->clock, name,
                        json_pack("{s:f, s:f, s:f}", "wall_seconds", r->wall_seconds, "khz", r->khz,
                                  "frames_per_second", r->frames_per_second));
    if (!r->ok) {
        b->faults++;
        fprintf(b->table, "      FAULT: %s%s%s%s\n", r->verdict, r->reconciled ? "" : "; ",
                r->difference, r->credits_agree ? "" : "; credits disagree");
    }
    return 0;
}

static int throughput(bench *b, bool quick)
{
    for (size_t i = 0; i < N_SIZES; i++) {
        if (quick && sizes[i] != 64 && sizes[i] != 65 && sizes[i] != 1518) continue;
        char name[48], source[80];
        snprintf(name, sizeof name, "permutation %u B, load 1", sizes[i]);
        snprintf(source, sizeof source, "gen:permutation,size=%u,cycles=6000", sizes[i]);
        weft_run_result r;
        const int rc = run_case(b, name, source, &r);
        if (rc != 0) return rc;
        b->size_x[i] = sizes[i];
        b->size_y[i] = r.stats.delivered;
        weft_run_result_free(&r);
    }
    return 0;
}

static int patterns(bench *b, bool quick)
{
    for (size_t i = 0; i < N_CASES; i++) {
        if (quick && !cases[i].quick) continue;
        weft_run_result r;
        const int rc = run_case(b, cases[i].name, cases[i].source, &r);
        if (rc != 0) return rc;
        if (cases[i].picture)
            b->cdf_n[i] = weft_cdf(r.stats.lat_hist, r.stats.lat_hist_len, b->cdf_x[i], b->cdf_y[i],
                                   CDF_POINTS);
        weft_run_result_free(&r);
    }
    return 0;
}

/* ---------------------------------------------------------------- unloaded latency ---------- */
/* One frame at a time, from every port to every other; every pair must take the same time. */
static int unloaded(bench *b, bool quick)
{
    char err[512] = "";
    const weft_world_options wo = {.seed = 1,
                                   .profile = "esun",
                                   .ipg = 1,
                                   .min_frame = 32,
                                   .memory_bytes = 1u << 20,
                                   .lossless = true,
                                   .payload_check = true,
                                   .trace = true};
    weft_world *w = weft_world_open(&wo, err, sizeof err);
    if (!w) return complain(WEFT_EXIT_FAULT, "%s", err);
    const unsigned ports = weft_world_ports(w);
    int rc = 0;
    for (size_t i = 0; i < N_SIZES && rc == 0; i++) {
        if (quick && sizes[i] != 64 && sizes[i] != 1518) continue;
        char name[48];
        snprintf(name, sizeof name, "one frame of %u B", sizes[i]);
        row_begin(b, name);
        const uint64_t from = weft_world_cycle(w);
        const double begin = weft_wall();
        uint64_t sent = 0;
        weft_world_measure(w, true);
        for (unsigned src = 0; src < ports && rc == 0; src++)
            for (unsigned dst = 0; dst < ports && rc == 0; dst++) {
                if (src == dst) continue;
                if (weft_world_send_frame(w, src, dst, 0, sizes[i], weft_world_cycle(w)) != 0)
                    rc = complain(WEFT_EXIT_FAULT, "port %u refused a frame of %u bytes", src,
                                  sizes[i]);
                sent++;
                /* An odd number of cycles more, so that no frame depends on those before it, and
                 * different phases against everything that is periodic in the switch. */
                uint64_t most = 20000;
                while (most-- > 0 && !weft_world_idle(w)) weft_world_step(w);
                for (unsigned k = 0; k < 17 + (src * ports + dst) % 7; k++) weft_world_step(w);
            }
        weft_world_measure(w, false);
        weft_world_stats s;
        weft_world_get_stats(w, &s);
        const double seconds = weft_wall() - begin;
        if (rc != 0) break;
        const bool ok = s.lat_count == sent && s.lat_min == s.lat_max && s.frames_lost == 0 &&
                        s.corrupted == 0 && s.misrouted == 0;
        fprintf(b->table, "%9s%7llu%7llu%7llu%7llu", "", (unsigned long long)s.lat_min,
                (unsigned long long)s.lat_p50, (unsigned long long)s.lat_p99,
                (unsigned long long)s.lat_max);
        row_end(b, name,
                json_pack("{s:o, s:o, s:o, s:b}", "frames", whole(s.lat_count), "latency_min",
                          whole(s.lat_min), "latency_max", whole(s.lat_max), "ok", (int)ok),
                seconds > 0 ? (double)(weft_world_cycle(w) - from) / seconds / 1e3 : 0);
        if (!ok) {
            b->faults++;
            fprintf(b->table, "      FAULT: not all pairs of ports take the same time\n");
        }
    }
    weft_world_close(w);
    return rc;
}

/* ---------------------------------------------------------------- speed --------------------- */
static int speed(bench *b)
{
    weft_run_result r;
    const int rc = run_case(b, "speed: uniform 64 B, load 1", SPEED_SOURCE, &r);
    if (rc != 0) return rc;
    fprintf(
        b->table,
        "\n  Simulation: %.1f kcycle/s, %.0f frames/s, %u ports at full load, one thread, every "
        "byte checked\n",
        r.khz, r.frames_per_second, r.geometry.ports);
    weft_run_result_free(&r);
    return 0;
}

/* ---------------------------------------------------------------- files --------------------- */
static json_t *config_json(const bench *b)
{
    return json_pack("{s:i, s:i, s:i, s:i}", "ports", (int)b->g.ports, "mii_bytes",
                     (int)b->g.mii_bytes, "cell_bytes", (int)b->g.cell_bytes, "vcs", (int)b->g.vcs);
}

static int draw(const bench *b, const char *dir)
{
    char path[4096];
    if (weft_make_folder(dir) != 0)
        return complain(WEFT_EXIT_FAULT, "%s: %s", dir, strerror(errno));
    snprintf(path, sizeof path, "%s/throughput.svg", dir);
    FILE *f = fopen(path, "w");
    if (!f) return complain(WEFT_EXIT_FAULT, "%s: %s", path, strerror(errno));
    const weft_curve line = {"permutation, load 1", b->size_x, b->size_y, N_SIZES};
    weft_svg_lines(f, "Throughput for every frame size", "bytes of a frame", "fraction of the wire",
                   &line, 1, true, 1.0);
    if (fclose(f) != 0) return complain(WEFT_EXIT_FAULT, "%s: %s", path, strerror(errno));
    snprintf(path, sizeof path, "%s/latency.svg", dir);
    f = fopen(path, "w");
    if (!f) return complain(WEFT_EXIT_FAULT, "%s: %s", path, strerror(errno));
    weft_curve curves[N_CASES];
    size_t n = 0;
    for (size_t i = 0; i < N_CASES; i++)
        if (b->cdf_n[i])
            curves[n++] = (weft_curve){cases[i].name, b->cdf_x[i], b->cdf_y[i], b->cdf_n[i]};
    weft_svg_lines(f, "Latency of 64-byte frames, uniform traffic",
                   "cycles, first byte in to first byte out", "frames", curves, n, true, 1.0);
    if (fclose(f) != 0) return complain(WEFT_EXIT_FAULT, "%s: %s", path, strerror(errno));
    fprintf(b->table, "  wrote %s/throughput.svg and %s/latency.svg\n", dir, dir);
    return 0;
}

/* With --quick only a part was run: the others stay as they are in the file. */
static int update(const bench *b, const char *path)
{
    char err[512], dir[4096];
    json_t *old = json_load_file(path, 0, NULL);
    json_t *all = old ? json_incref(json_object_get(old, "cases")) : NULL;
    if (!json_is_object(all)) {
        json_decref(all);
        all = json_object();
    }
    json_object_update(all, b->exact);
    json_t *j = json_pack("{s:o, s:o}", "config", config_json(b), "cases", all);
    snprintf(dir, sizeof dir, "%s", path);
    char *slash = strrchr(dir, '/');
    if (slash) *slash = 0;
    int rc = WEFT_EXIT_OK;
    if ((slash && weft_make_folder(dir) != 0) || weft_json_write(path, j, err, sizeof err) != 0)
        rc = complain(WEFT_EXIT_FAULT, "%s cannot be written", path);
    else
        fprintf(b->table, "  wrote %s\n", path);
    json_decref(j);
    json_decref(old);
    return rc;
}

static int run_all(bench *b, bool quick, bool draws)
{
    fprintf(b->table,
            "\n  Weft %s  %u ports x %.0f Gb/s, %u VCs, gap 1, esun, every byte checked\n",
            WEFT_VERSION, b->g.ports, b->g.mii_bytes * 8.0 * WEFT_CLOCK_HZ / 1e9, b->g.vcs);
    table_head(b);
    int rc = unloaded(b, quick && !draws);
    if (rc == 0) rc = throughput(b, quick && !draws);
    if (rc == 0) rc = patterns(b, quick && !draws);
    if (rc == 0) rc = speed(b);
    return rc;
}

int weft_cmd_bench(int argc, char **argv)
{
    enum { OPT_PICTURES = 256 };
    static const struct option longs[] = {
        {"quick", no_argument, NULL, 'q'},      {"curves", no_argument, NULL, 'c'},
        {"json", required_argument, NULL, 'j'}, {"golden", required_argument, NULL, 'g'},
        {"update", no_argument, NULL, 'u'},     {"pictures", required_argument, NULL, OPT_PICTURES},
        {"help", no_argument, NULL, 'h'},       {0}};
    bool quick = false, curves = false, updates = false;
    const char *json = NULL, *golden = NULL, *pictures = NULL;
    char path[64] = "tests/golden/bench.json", err[512] = "";
    optind = 1;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":qcj:g:uh", longs, NULL)) != -1;) {
        switch (c) {
        case 'q': quick = true; break;
        case 'c': curves = true; break;
        case 'j': json = optarg; break;
        case 'g': golden = optarg; break;
        case 'u': updates = true; break;
        case OPT_PICTURES: pictures = optarg; break;
        case 'h': fputs(help, stdout); return WEFT_EXIT_OK;
        case ':':
            return complain(WEFT_EXIT_USAGE, "%s needs a value; see weft bench --help",
                            argv[optind - 1]);
        default:
            return complain(WEFT_EXIT_USAGE, "unknown option %s; see weft bench --help",
                            argv[optind - 1]);
        }
    }
    if (optind < argc)
        return complain(WEFT_EXIT_USAGE, "'%s' is too much; see weft bench --help", argv[optind]);
    if (curves)
        return weft_bench_curves(&(weft_curves_options){quick, updates, json, golden, pictures});
    bench *b = calloc(1, sizeof *b);
    if (!b || !weft_tool_geometry(&b->g)) {
        free(b);
        return complain(WEFT_EXIT_FAULT, "the model of the switch cannot be opened");
    }
    if (!golden && (b->g.ports != 8 || b->g.mii_bytes != 32))
        snprintf(path, sizeof path, "tests/golden/bench-p%um%u.json", b->g.ports, b->g.mii_bytes);
    if (!golden) golden = path;
    b->table = json && strcmp(json, "-") == 0 ? stderr : stdout;
    b->colour = weft_use_colour(b->table);
    b->exact = json_object();
    b->clock = json_object();
    json_t *file = NULL;
    int rc = WEFT_EXIT_OK;
    if (!updates) {
        json_error_t why;
        file = json_load_file(golden, 0, &why);
        b->golden = json_object_get(file, "cases");
        if (!json_is_object(b->golden)) {
            rc = complain(WEFT_EXIT_USAGE, "%s: %s; --update writes goldens", golden,
                          file ? "no goldens in it" : why.text);
            goto out;
        }
    }
    rc = run_all(b, quick, pictures != NULL);
    if (rc != WEFT_EXIT_OK) goto out;
    fputc('\n', b->table);
    if (json) {
        json_t *j =
            json_pack("{s:s, s:s, s:o, s:O, s:O}", "tool", "weft bench", "version", WEFT_VERSION,
                      "config", config_json(b), "deterministic", b->exact, "wall_clock", b->clock);
        if (weft_json_write(json, j, err, sizeof err) != 0)
            rc = complain(WEFT_EXIT_FAULT, "%s", err);
        json_decref(j);
    }
    if (pictures && draw(b, pictures) != 0) rc = WEFT_EXIT_FAULT;
    if (updates && update(b, golden) != 0) rc = WEFT_EXIT_FAULT;
    if (b->faults || b->differences || b->missing) {
        fprintf(b->table, "  %u faults, %u cases differ from the goldens, %u have none\n\n",
                b->faults, b->differences, b->missing);
        rc = WEFT_EXIT_FAULT;
    } else if (!updates) {
        fprintf(b->table, "  all as in %s\n\n", golden);
    }
out:
    json_decref(b->exact);
    json_decref(b->clock);
    json_decref(file);
    free(b);
    return rc;
}
