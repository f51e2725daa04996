/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * svg.c: two kinds of pictures, lines and bars, self-contained, readable on a white and on a dark
 * page.
 */
#include <math.h>

#include "tool/tool.h"

enum { W = 720, H = 360, LEFT = 64, RIGHT = 16, TOP = 40, BOTTOM = 48 };

static const char *const colours[] = {"#1f77b4", "#d95f02", "#1b9e77", "#7570b3", "#e7298a"};
#define N_COLOURS (sizeof colours / sizeof colours[0])

static void begin(FILE *f, const char *title)
{
    fprintf(f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
            "height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">\n"
            "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n"
            "<text x=\"%d\" y=\"22\" font-size=\"15\" font-weight=\"bold\">%s</text>\n",
            W, H, W, H, W, H, LEFT, title);
}

static double px(double x, double lo, double hi)
{
    return LEFT + (x - lo) / (hi - lo) * (W - LEFT - RIGHT);
}
static double py(double y, double top) { return H - BOTTOM - y / top * (H - TOP - BOTTOM); }

/* 1, 2 or 5 times a power of ten, so that there are four to ten of them. */
static double pace(double range)
{
    const double raw = range / 6, ten = pow(10, floor(log10(raw)));
    return raw / ten < 1.5 ? ten : raw / ten < 3.5 ? 2 * ten : raw / ten < 7.5 ? 5 * ten : 10 * ten;
}

static void frame(FILE *f, const char *x_label, const char *y_label, double top)
{
    const double step = pace(top);
    for (int i = 0; i * step <= top * 1.0001; i++) {
        const double y = py(i * step, top);
        fprintf(f,
                "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>"
                "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%g</text>\n",
                LEFT, W - RIGHT, y, y, LEFT - 6, y + 4, i * step);
    }
    fprintf(f, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", (LEFT + W - RIGHT) / 2,
            H - 10, x_label);
    fprintf(f,
            "<text transform=\"translate(16 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>\n",
            (TOP + H - BOTTOM) / 2, y_label);
}

void weft_svg_lines(FILE *f, const char *title, const char *x_label, const char *y_label,
                    const weft_curve *curves, size_t n, bool log_x, double y_top)
{
    double lo = INFINITY, hi = -INFINITY, top = y_top;
    for (size_t c = 0; c < n; c++)
        for (size_t i = 0; i < curves[c].n; i++) {
            const double x = log_x ? log2(curves[c].x[i]) : curves[c].x[i];
            lo = fmin(lo, x);
            hi = fmax(hi, x);
            top = fmax(top, curves[c].y[i]);
        }
    if (!(hi > lo)) {
        lo -= 1;
        hi = lo + 2;
    }
    begin(f, title);
    frame(f, x_label, y_label, top);
    const double step = log_x ? 1 : pace(hi - lo);
    for (double x = ceil(lo / step) * step; x <= hi + step * 1e-6; x += step)
        fprintf(f, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%g</text>\n", px(x, lo, hi),
                H - BOTTOM + 18, log_x ? exp2(x) : x);
    for (size_t c = 0; c < n; c++) {
        fprintf(f, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"",
                colours[c % N_COLOURS]);
        for (size_t i = 0; i < curves[c].n; i++) {
            const double x = log_x ? log2(curves[c].x[i]) : curves[c].x[i];
            fprintf(f, "%.1f,%.1f ", px(x, lo, hi), py(curves[c].y[i], top));
        }
        fprintf(f, "\"/>\n<text x=\"%d\" y=\"%zu\" fill=\"%s\" text-anchor=\"end\">%s</text>\n",
                W - RIGHT - 8, (size_t)(H - BOTTOM) - 10 - 16 * (n - 1 - c), colours[c % N_COLOURS],
                curves[c].name);
    }
    fputs("</svg>\n", f);
}

static void legend(FILE *f, const char *const *name, size_t n)
{
    fprintf(f, "<text x=\"%d\" y=\"%d\">", LEFT, TOP - 2);
    for (size_t k = 0; k < n; k++)
        fprintf(f, "<tspan fill=\"%s\">&#9632;</tspan> %s &#160; ", colours[k % N_COLOURS],
                name[k]);
    fputs("</text>\n", f);
}

static void bar(FILE *f, double x, double width, double v, double top, const char *colour,
                int decimals)
{
    if (!isfinite(v)) return;
    const double y = py(v, top);
    fprintf(f, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n", x, y,
            width, H - BOTTOM - y, colour);
    if (decimals >= 0)
        fprintf(f,
                "<text x=\"%.1f\" y=\"%.1f\" font-size=\"10\" text-anchor=\"middle\">%.*f</text>\n",
                x + width / 2, y - 3, decimals, v);
}

void weft_svg_bars(FILE *f, const weft_bars *b)
{
    double top = b->y_top;
    for (size_t i = 0; i < b->groups * b->n_series; i++)
        if (isfinite(b->value[i])) top = fmax(top, b->value[i]);
    top *= b->decimals >= 0 ? 1.1 : 1.05; /* room for the number on the highest bar */
    begin(f, b->title);
    legend(f, b->series, b->n_series);
    frame(f, b->x_label ? b->x_label : "", b->y_label, top);
    const double slot = (double)(W - LEFT - RIGHT) / (double)b->groups;
    const double step = slot * 0.84 / (double)b->n_series;
    for (size_t g = 0; g < b->groups; g++) {
        const double x = LEFT + (double)g * slot;
        for (size_t k = 0; k < b->n_series; k++)
            bar(f, x + slot * 0.08 + step * ((double)k + 0.05), step * 0.9,
                b->value[g * b->n_series + k], top, colours[k % N_COLOURS], b->decimals);
        fprintf(f, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x + slot / 2,
                H - BOTTOM + 18, b->group[g]);
    }
    fputs("</svg>\n", f);
}

void weft_svg_ports(FILE *f, const char *title, const double *in, const double *out, unsigned ports)
{
    static const char *const series[] = {"into the switch", "out of the switch"};
    char name[WEFT_MAX_PORTS][12];
    const char *group[WEFT_MAX_PORTS];
    double v[2 * WEFT_MAX_PORTS];
    for (unsigned p = 0; p < ports; p++) {
        snprintf(name[p], sizeof name[p], "%u", p);
        group[p] = name[p];
        v[2 * p] = fmin(in[p], 1);
        v[2 * p + 1] = fmin(out[p], 1);
    }
    weft_svg_bars(f, &(weft_bars){.title = title,
                                  .x_label = "port",
                                  .y_label = "fraction of the wire",
                                  .group = group,
                                  .groups = ports,
                                  .series = series,
                                  .n_series = 2,
                                  .value = v,
                                  .decimals = -1,
                                  .y_top = 1});
}

size_t weft_cdf(const uint64_t *hist, size_t len, double *x, double *y, size_t most)
{
    uint64_t total = 0, seen = 0;
    size_t buckets = 0, n = 0, at = 0;
    for (size_t i = 0; i < len; i++) {
        total += hist[i];
        buckets += hist[i] != 0;
    }
    const size_t every = buckets / (most > 2 ? most - 2 : 1) + 1;
    for (size_t i = 0; i < len; i++) {
        if (hist[i] == 0) continue;
        seen += hist[i];
        /* The first and the last are always there. */
        if (at++ % every != 0 && seen != total) continue;
        if (n < most) {
            x[n] = (double)i;
            y[n++] = (double)seen / (double)total;
        }
    }
    return n;
}
