/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * report.c: a run as JSON, as a table for people and as a page with pictures.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tool/tool.h"
#include "weft/reasons.h"

/* ---------------------------------------------------------------- JSON ---------------------- */
static json_t *integer(uint64_t v) { return json_integer((json_int_t)v); }

/* Six digits behind the point: enough for every fraction here, and the same text everywhere. */
static json_t *rounded(double v)
{
    char text[48];
    snprintf(text, sizeof text, "%.6f", v);
    return json_real(strtod(text, NULL));
}

json_t *weft_run_json(const weft_run_result *r)
{
    const weft_world_stats *s = &r->stats;
    json_t *dropped = json_object(), *ports = json_array();
    for (unsigned i = 1; i < WEFT_DROP_REASONS; i++)
        json_object_set_new(dropped, weft_drop_reason_name(i), integer(s->dropped[i]));
    for (unsigned p = 0; p < r->geometry.ports; p++)
        json_array_append_new(ports, json_pack("{s:o, s:o}", "tx", rounded(s->port_tx[p]), "rx",
                                               rounded(s->port_rx[p])));
    json_t *config =
        json_pack("{s:i, s:i, s:i, s:i, s:i}", "ports", (int)r->geometry.ports, "mii_bytes",
                  (int)r->geometry.mii_bytes, "cell_bytes", (int)r->geometry.cell_bytes, "vcs",
                  (int)r->geometry.vcs, "ipg", (int)r->ipg);
    json_t *ops = json_pack("{s:o, s:o, s:o, s:o}", "issued", integer(s->ops_issued), "completed",
                            integer(s->ops_completed), "failed", integer(s->ops_failed),
                            "payload_mismatches", integer(s->payload_mismatches));
    json_t *frames =
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "sent", integer(s->frames_sent),
                  "delivered", integer(s->frames_delivered), "lost", integer(s->frames_lost),
                  "corrupted", integer(s->corrupted), "misrouted", integer(s->misrouted),
                  "reordered", integer(s->reordered), "dropped", dropped);
    json_t *latency =
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "min", integer(s->lat_min), "mean",
                  rounded(s->lat_mean), "p50", integer(s->lat_p50), "p99", integer(s->lat_p99),
                  "p999", integer(s->lat_p999), "max", integer(s->lat_max));
    json_t *wire = json_pack("{s:o, s:o, s:o}", "offered", rounded(s->offered), "delivered",
                             rounded(s->delivered), "per_port", ports);
    json_t *j = json_pack("{s:s, s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "tool", "weft",
                          "version", WEFT_VERSION, "config", config, "source", r->source, "profile",
                          r->profile, "seed", integer(r->seed), "cycles", integer(s->cycles),
                          "wall_seconds", rounded(r->wall_seconds), "khz", rounded(r->khz),
                          "frames_per_second", rounded(r->frames_per_second));
    if (!j) return NULL;
    json_object_set_new(j, "ops", ops);
    json_object_set_new(j, "frames", frames);
    json_object_set_new(j, "latency_cycles", latency);
    json_object_set_new(j, "wire", wire);
    json_object_set_new(j, "fairness_jain", rounded(s->jain));
    json_object_set_new(j, "counters_reconciled", json_boolean(r->reconciled));
    json_object_set_new(j, "ok", json_boolean(r->ok));
    return j;
}

int weft_json_write(const char *path, const json_t *j, char *err, size_t err_len)
{
    const bool out = strcmp(path, "-") == 0;
    FILE *f = out ? stdout : fopen(path, "w");
    if (!f || !j) {
        snprintf(err, err_len, "%s: %s", path, f ? "not enough memory" : strerror(errno));
        if (f && !out) fclose(f);
        return -1;
    }
    bool bad = json_dumpf(j, f, JSON_INDENT(2) | JSON_REAL_PRECISION(12)) != 0;
    bad |= fputc('\n', f) == EOF;
    bad |= fflush(f) != 0;
    if (!out) bad |= fclose(f) != 0;
    if (bad) snprintf(err, err_len, "%s: %s", path, strerror(errno));
    return bad ? -1 : 0;
}

bool weft_writable(const char *path)
{
    if (strcmp(path, "-") == 0) return true;
    FILE *f = fopen(path, "ab");
    return f && fclose(f) == 0;
}

int weft_make_folder(const char *dir)
{
    char *path = strdup(dir);
    int rc = path && *path ? 0 : -1;
    for (char *p = path ? path + 1 : NULL; rc == 0; p++) {
        if (*p && *p != '/') continue;
        const char c = *p;
        *p = 0;
        if (mkdir(path, 0777) != 0 && errno != EEXIST) rc = -1;
        *p = c;
        if (!c) break;
    }
    free(path);
    return rc;
}

/* ---------------------------------------------------------------- for people ---------------- */
typedef struct {
    FILE *f;
    const char *bold, *dim, *good, *bad, *off;
} pen;

static pen pick_pen(FILE *f, bool colour)
{
    if (!colour) return (pen){f, "", "", "", "", ""};
    return (pen){f, "\033[1m", "\033[2m", "\033[32m", "\033[31m", "\033[0m"};
}

static void row(const pen *p, const char *label, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void row(const pen *p, const char *label, const char *fmt, ...)
{
    va_list ap;
    fprintf(p->f, "  %s%-11s%s", p->bold, label, p->off);
    va_start(ap, fmt);
    vfprintf(p->f, fmt, ap);
    va_end(ap);
    fputc('\n', p->f);
}

/* A number that ought to be 0. */
static const char *zero(const pen *p, char *buf, size_t len, const char *name, uint64_t v)
{
    snprintf(buf, len, "%s%s %llu%s", v ? p->bad : "", name, (unsigned long long)v,
             v ? p->off : "");
    return buf;
}

static void print_ports(const pen *p, const char *label, const double *v, unsigned ports)
{
    for (unsigned i = 0; i < ports; i += 8) {
        fprintf(p->f, "  %s%-11s%s", p->bold, i ? "" : label, p->off);
        for (unsigned k = i; k < ports && k < i + 8; k++) fprintf(p->f, "%7.1f", 100 * v[k]);
        fprintf(p->f, "%s\n", i + 8 >= ports ? "  % of the wire" : "");
    }
}

static void print_dropped(const pen *p, const weft_world_stats *s)
{
    uint64_t sum = 0;
    char text[256] = "";
    size_t n = 0;
    for (unsigned i = 1; i < WEFT_DROP_REASONS; i++) {
        sum += s->dropped[i];
        if (s->dropped[i] && n < sizeof text)
            n += (size_t)snprintf(text + n, sizeof text - n, " %s %llu", weft_drop_reason_name(i),
                                  (unsigned long long)s->dropped[i]);
    }
    if (sum) row(p, "dropped", "%s%llu:%s%s", p->bad, (unsigned long long)sum, text, p->off);
}

static void say_yes(const pen *p, const char *label, bool yes, const char *good, const char *bad)
{
    row(p, label, "%s%s%s", yes ? "" : p->bad, yes ? good : bad, yes ? "" : p->off);
}

void weft_run_print(FILE *f, const weft_run_result *r, bool colour)
{
    const pen p = pick_pen(f, colour);
    const weft_world_stats *s = &r->stats;
    const double gbps = r->geometry.mii_bytes * 8.0 * WEFT_CLOCK_HZ / 1e9;
    char a[64], b[64], c[64], d[64], e[64];
    fprintf(f, "\n  %sWeft %s%s  %u ports x %.0f Gb/s, %u VCs, gap %u, %s, seed %llu\n\n", p.bold,
            WEFT_VERSION, p.off, r->geometry.ports, gbps, r->geometry.vcs, r->ipg, r->profile,
            (unsigned long long)r->seed);
    row(&p, "source", "%s", r->source);
    row(&p, "", "%s", r->describe);
    row(&p, "result", "%s%s%s", r->wrong || r->source_failed || !r->drained ? p.bad : "",
        r->verdict, p.off);
    fputc('\n', f);
    row(&p, "frames", "%llu sent, %llu delivered  %s  %s  %s  %s  %s",
        (unsigned long long)s->frames_sent, (unsigned long long)s->frames_delivered,
        zero(&p, a, sizeof a, "lost", s->frames_lost),
        zero(&p, b, sizeof b, "corrupted", s->corrupted),
        zero(&p, c, sizeof c, "misrouted", s->misrouted),
        zero(&p, d, sizeof d, "reordered", s->reordered),
        zero(&p, e, sizeof e, "duplicated", s->duplicated));
    print_dropped(&p, s);
    row(&p, "operations", "%llu issued, %llu completed  %s  %s", (unsigned long long)s->ops_issued,
        (unsigned long long)s->ops_completed, zero(&p, a, sizeof a, "failed", s->ops_failed),
        zero(&p, b, sizeof b, "payload mismatches", s->payload_mismatches));
    if (s->lat_count)
        row(&p, "latency",
            "min %llu  mean %.1f  p50 %llu  p99 %llu  p99.9 %llu  max %llu cycles "
            "of 0.64 ns",
            (unsigned long long)s->lat_min, s->lat_mean, (unsigned long long)s->lat_p50,
            (unsigned long long)s->lat_p99, (unsigned long long)s->lat_p999,
            (unsigned long long)s->lat_max);
    row(&p, "wire", "offered %.2f %%  delivered %.2f %%  fairness %.4f  (%llu cycles measured)",
        100 * s->offered, 100 * s->delivered, s->jain, (unsigned long long)s->window_cycles);
    print_ports(&p, "  into", s->port_tx, r->geometry.ports);
    print_ports(&p, "  out of", s->port_rx, r->geometry.ports);
    fputc('\n', f);
    say_yes(&p, "credits", r->credits_agree, "both ends agree on every port and channel",
            "the two ends of a wire disagree");
    say_yes(&p, "counters", r->reconciled, "the hardware's equal what the endpoints saw",
            r->difference);
    row(&p, "simulation", "%llu cycles in %.2f s: %.1f kcycle/s, %.0f frames/s",
        (unsigned long long)s->cycles, r->wall_seconds, r->khz, r->frames_per_second);
    fprintf(f, "\n  %s%s%s%s\n\n", p.bold, r->ok ? p.good : p.bad, r->ok ? "OK" : "FAULT", p.off);
}

/* ---------------------------------------------------------------- a page -------------------- */
static void escaped(FILE *f, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '<': fputs("&lt;", f); break;
        case '>': fputs("&gt;", f); break;
        case '&': fputs("&amp;", f); break;
        case '"': fputs("&quot;", f); break;
        default: fputc(*text, f);
        }
    }
}

static void write_page(FILE *f, const weft_run_result *r)
{
    enum { MOST = 400 };
    double x[MOST], y[MOST];
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Weft: ", f);
    escaped(f, r->source);
    fputs("</title>\n<style>body{font:15px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;"
          "padding:0 1em;color:#222}pre{background:#f6f6f4;padding:1em;overflow-x:auto}"
          "svg{max-width:100%;height:auto}</style></head><body>\n<h1>",
          f);
    fputs(r->ok ? "OK: " : "FAULT: ", f);
    escaped(f, r->source);
    fputs("</h1>\n<pre>", f);
    char *text = NULL;
    size_t len = 0;
    FILE *m = open_memstream(&text, &len);
    if (m) {
        weft_run_print(m, r, false);
        fclose(m);
        escaped(f, text);
    }
    free(text);
    fputs("</pre>\n", f);
    const size_t n = weft_cdf(r->stats.lat_hist, r->stats.lat_hist_len, x, y, MOST);
    if (n > 0) {
        const weft_curve curve = {"all frames", x, y, n};
        weft_svg_lines(f, "Latency", "cycles, first byte in to first byte out", "frames", &curve, 1,
                       false, 1.0);
    }
    weft_svg_ports(f, "Throughput of the ports", r->stats.port_tx, r->stats.port_rx,
                   r->geometry.ports);
    fputs("<p>All numbers: <a href=\"run.json\">run.json</a></p>\n</body></html>\n", f);
}

int weft_run_report(const char *dir, const weft_run_result *r, char *err, size_t err_len)
{
    char path[4096];
    if (weft_make_folder(dir) != 0 ||
        (size_t)snprintf(path, sizeof path, "%s/index.html", dir) >= sizeof path) {
        snprintf(err, err_len, "%s: %s", dir, *dir ? strerror(errno) : "no folder");
        return -1;
    }
    FILE *f = fopen(path, "w");
    if (!f) {
        snprintf(err, err_len, "%s: %s", path, strerror(errno));
        return -1;
    }
    write_page(f, r);
    if (fclose(f) != 0) {
        snprintf(err, err_len, "%s: %s", path, strerror(errno));
        return -1;
    }
    snprintf(path, sizeof path, "%s/run.json", dir);
    json_t *j = weft_run_json(r);
    const int rc = weft_json_write(path, j, err, err_len);
    json_decref(j);
    return rc;
}
