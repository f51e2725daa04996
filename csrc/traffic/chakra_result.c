/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * chakra_result.c: what the planned trace amounts to: what every memory must hold, and what people
 * call it (a ring all-reduce, an all-gather, ...).
 */
#include "traffic/chakra_state.h"

#include <stdarg.h>
#include <stdio.h>

typedef struct {
    size_t chunks, raw, everywhere, somewhere, copied_everywhere;
    uint64_t bytes, len;
    bool same_len, adds;
    bool origins[WEFT_MAX_PORTS];
} summary;

static void expect(flow *f, summary *s)
{
    s->same_len = true;
    for (uint32_t m = 0; m < f->n_msgs; m++) {
        chunk *c = &f->chunks[m];
        if (!c->used) continue;
        if (!c->equal) {
            s->raw++;
            s->bytes += c->bytes;
            continue;
        }
        unsigned whole = 0, there = 0, alike = 0;
        int single = -1;
        for (unsigned r = 0; r < f->ranks; r++) {
            const place *pl = &c->on[r];
            if (!pl->there) continue;
            weft_plan_check_add(f->p, r, pl->addr, c->len, c->region, 0, pl->counts, c->type);
            bool all = true;
            unsigned terms = 0, only = 0;
            for (unsigned q = 0; q < f->ranks; q++) {
                all &= pl->counts[q] == 1;
                terms += pl->counts[q];
                if (pl->counts[q]) only = q;
            }
            if (there == 0 && terms == 1) single = (int)only;
            alike += terms == 1 && single == (int)only;
            whole += all;
            there++;
        }
        s->everywhere += whole == f->ranks;
        s->somewhere += whole > 0;
        if (single >= 0 && alike == f->ranks) {
            s->copied_everywhere++;
            s->origins[single] = true;
        }
        if (s->chunks > 0 && c->len != s->len) s->same_len = false;
        s->len = c->len;
        s->bytes += c->len;
        s->adds |= c->adds;
        s->chunks++;
    }
}

/* A ring: every rank sends to one other only, and receives from one only. */
static bool is_ring(const flow *f)
{
    int to[WEFT_MAX_PORTS], from[WEFT_MAX_PORTS];
    for (unsigned r = 0; r < f->ranks; r++) to[r] = from[r] = -1;
    for (size_t m = 0; m < f->n_msgs; m++) {
        const unsigned s = f->msgs[m].src, d = f->msgs[m].dst;
        if ((to[s] >= 0 && to[s] != (int)d) || (from[d] >= 0 && from[d] != (int)s)) return false;
        to[s] = (int)d;
        from[d] = (int)s;
    }
    for (unsigned r = 0; r < f->ranks; r++)
        if (to[r] < 0) return false;
    return f->ranks > 2;
}

static void say(char **at, size_t *left, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void say(char **at, size_t *left, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const int n = vsnprintf(*at, *left, fmt, ap);
    va_end(ap);
    if (n < 0) return;
    const size_t used = (size_t)n < *left ? (size_t)n : *left;
    *at += used;
    *left -= used;
}

void flow_result(flow *f, char *out, size_t len)
{
    summary s = {0};
    char size[32], part[32];
    expect(f, &s);
    say(&out, &len, "%u rank%s", f->ranks, f->ranks == 1 ? "" : "s");
    if (f->n_msgs > 0) {
        unsigned origins = 0;
        for (unsigned r = 0; r < f->ranks; r++) origins += s.origins[r];
        const char *what = "data movement";
        if (s.chunks && s.adds && s.everywhere == s.chunks && s.raw == 0)
            what = "all-reduce";
        else if (s.chunks && s.adds && s.somewhere == s.chunks && s.raw == 0)
            what = s.chunks == 1 ? "reduce" : "reduce-scatter";
        else if (s.adds)
            what = "data flow with sums";
        else if (s.chunks && s.copied_everywhere == s.chunks && s.raw == 0 && f->ranks > 2)
            what = origins == 1 ? "broadcast" : "all-gather";
        say(&out, &len, ", %s%s of %s in %zu sends", is_ring(f) ? "ring " : "", what,
            weft_format_size(s.bytes, size, sizeof size), f->n_msgs);
        if (s.chunks && s.same_len)
            say(&out, &len, " (%zu chunk%s of %s)", s.chunks, s.chunks == 1 ? "" : "s",
                weft_format_size(s.len, part, sizeof part));
        if (s.raw)
            say(&out, &len, ", %zu flow%s of bytes without sums", s.raw, s.raw == 1 ? "" : "s");
    }
    if (f->n_coll > 0) {
        say(&out, &len, ", %zu collective%s:", f->n_coll, f->n_coll == 1 ? "" : "s");
        for (unsigned t = 0; t < 10; t++)
            if (f->coll_types >> t & 1) say(&out, &len, " %s", weft_coll_name(t));
    }
    if (f->n_msgs == 0 && f->n_coll == 0) say(&out, &len, ", no communication");
}
