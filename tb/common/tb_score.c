/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * tb_score.c: see tb_score.h.
 */
#include "tb_score.h"
#include <stdlib.h>
#include <string.h>

struct tb_score_item {
    tb_score_item *next;
    uint64_t cycle;
    size_t len;
    uint8_t data[];
};

bool tb_score_init(tb_score *s, tb *t, unsigned flows)
{
    memset(s, 0, sizeof *s);
    s->t = t;
    s->flows = flows;
    s->first = calloc(flows, sizeof(tb_score_item *));
    s->last = calloc(flows, sizeof(tb_score_item *));
    return s->first != NULL && s->last != NULL;
}

void tb_score_free(tb_score *s)
{
    for (unsigned f = 0; f < s->flows && s->first != NULL; f++) {
        while (s->first[f] != NULL) {
            tb_score_item *i = s->first[f];
            s->first[f] = i->next;
            free(i);
        }
    }
    free(s->first);
    free(s->last);
    s->first = s->last = NULL;
}

void tb_score_expect(tb_score *s, unsigned flow, const void *data, size_t len)
{
    tb_score_item *i = flow < s->flows ? malloc(sizeof *i + len) : NULL;
    if (i == NULL) {
        tb_fail(s->t, "scoreboard: no memory, or flow %u of %u", flow, s->flows);
        return;
    }
    i->next = NULL;
    i->cycle = tb_cycle(s->t);
    i->len = len;
    memcpy(i->data, data, len);
    if (s->first[flow] == NULL)
        s->first[flow] = i;
    else
        s->last[flow]->next = i;
    s->last[flow] = i;
    s->expected++;
    s->expected_bytes += len;
}

static bool same(const tb_score_item *i, const void *data, size_t len)
{
    return i->len == len && memcmp(i->data, data, len) == 0;
}

bool tb_score_arrive(tb_score *s, unsigned flow, const void *data, size_t len)
{
    if (flow >= s->flows || s->first[flow] == NULL) {
        tb_fail(s->t, "flow %u: %zu bytes arrive, nothing is expected", flow, len);
        return false;
    }
    tb_score_item *i = s->first[flow];
    s->arrived++;
    s->arrived_bytes += len;
    bool ok = same(i, data, len);
    if (!ok) {
        const uint8_t *got = data;
        size_t at = 0;
        unsigned ahead = 0;
        const tb_score_item *later = i;
        while (at < len && at < i->len && got[at] == i->data[at]) at++;
        while (later != NULL && !same(later, data, len)) {
            later = later->next;
            ahead++;
        }
        if (later != NULL)
            tb_fail(s->t, "flow %u: reordered: %u items were expected before this one", flow,
                    ahead);
        else
            tb_fail(s->t,
                    "flow %u: %zu bytes arrive, %zu expected (since cycle %llu); they differ "
                    "from byte %zu on",
                    flow, len, i->len, (unsigned long long)i->cycle, at);
    }
    s->first[flow] = i->next;
    if (s->first[flow] == NULL) s->last[flow] = NULL;
    free(i);
    return ok;
}

uint64_t tb_score_waiting(const tb_score *s, unsigned flow)
{
    uint64_t n = 0;
    for (const tb_score_item *i = s->first[flow]; i != NULL; i = i->next) n++;
    return n;
}

uint64_t tb_score_left(const tb_score *s) { return s->expected - s->arrived; }

void tb_score_drained(tb_score *s)
{
    for (unsigned f = 0; f < s->flows; f++) {
        if (s->first[f] != NULL)
            tb_fail(s->t, "flow %u: %llu items never arrived, the oldest is of cycle %llu", f,
                    (unsigned long long)tb_score_waiting(s, f),
                    (unsigned long long)s->first[f]->cycle);
    }
}
