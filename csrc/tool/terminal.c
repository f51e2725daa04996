/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * terminal.c: colour, time and the progress bar.
 */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tool/tool.h"

bool weft_use_colour(FILE *f)
{
    const char *no = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    if (no && *no) return false;
    if (term && term[0] == 'd' && term[1] == 'u') return false; /* dumb */
    return isatty(fileno(f)) == 1;
}

double weft_wall(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void weft_progress_begin(weft_progress *p, const char *what, bool wanted)
{
    *p = (weft_progress){.on = wanted && isatty(STDERR_FILENO) == 1, .what = what};
    p->begin = p->last = weft_wall();
}

void weft_progress_step(weft_progress *p, double part)
{
    if (!p->on) return;
    const double t = weft_wall(), spent = t - p->begin;
    if (t - p->last < 0.1) return;
    p->last = t;
    if (part < 0) part = 0;
    if (part > 1) part = 1;
    if (!p->shown && (spent < 0.3 || (part > 0 && spent / part < 2.0))) return;
    enum { WIDTH = 32 };
    const int full = (int)(part * WIDTH);
    char bar[WIDTH + 1];
    for (int i = 0; i < WIDTH; i++) bar[i] = i < full ? '#' : '.';
    bar[WIDTH] = 0;
    const double left = part > 0.01 ? spent * (1 - part) / part : 0;
    fprintf(stderr, "\r%s [%s] %3d %%  %4.0f s left ", p->what, bar, (int)(part * 100), left);
    fflush(stderr);
    p->shown = true;
}

void weft_progress_end(weft_progress *p)
{
    if (p->shown) fprintf(stderr, "\r\033[K");
    p->shown = false;
}
