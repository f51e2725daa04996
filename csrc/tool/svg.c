/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * svg.c: two kinds of pictures, self-contained, readable on a white and on a dark page.
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

void weft_svg_ports(FILE *f, const char *title, const double *in, const double *out, unsigned ports)
{
    begin(f, title);
    frame(f, "port", "fraction of the wire", 1.0);
    const double slot = (double)(W - LEFT - RIGHT) / ports;
    for (unsigned p = 0; p < ports; p++) {
        const double x = LEFT + p * slot, v[2] = {fmin(in[p], 1), fmin(out[p], 1)};
        for (unsigned k = 0; k < 2; k++)
            fprintf(f, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n",
                    x + slot * (0.12 + 0.4 * k), py(v[k], 1.0), slot * 0.36,
                    (double)(H - BOTTOM) - py(v[k], 1.0), colours[k]);
        fprintf(f, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%u</text>\n", x + slot / 2,
                H - BOTTOM + 18, p);
    }
    fprintf(
        f,
        "<text x=\"%d\" y=\"22\" text-anchor=\"end\"><tspan fill=\"%s\">into the switch</tspan>  "
        "<tspan fill=\"%s\">out of the switch</tspan></text>\n</svg>\n",
        W - RIGHT, colours[0], colours[1]);
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
