/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * multicast_load.c: multicast at full load: one source to all others, then several groups of
 * several sources at once, alone and among unicast at full load. Each member gets each frame once,
 * in order, nobody else any, unicast is not starved, and the throughput is set against the ideal:
 * the wire of every egress full all the time (a source alone: its own wire full).
 * test-timeout: 120
 */
#include "load.h"

#define WARM   30000u /* cycles: the buffers of the switch are full, credits hold the sources */
#define WINDOW 20000u

/* Frames of multicast flows that a port must have got from another on a VC. */
static uint64_t owed(const load *l, const uint64_t *group, unsigned to, unsigned from, unsigned vc)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < l->n; i++) {
        const load_flow *f = &l->flow[i];
        if (f->src != from || f->vc != vc) continue;
        if (f->dst >= 1024 ? to != from && (group[f->dst - 1024] >> to & 1) != 0 : f->dst == to)
            n += f->sent;
    }
    return n;
}

/* Exact: every port got from every other on every VC what was sent to it, not one frame more. */
static void each_once(load *l, tally *t, const uint64_t *group, const char *what)
{
    load_finish(l, t, what);
    uint64_t all = 0;
    for (unsigned a = 0; a < l->ports; a++) {
        for (unsigned b = 0; b < l->ports; b++) {
            for (unsigned v = 0; v < l->vcs; v++) {
                const uint64_t want = owed(l, group, a, b, v), got = l->got[a][b][v].frames;
                expect(t, got == want, "%s: port %u got %llu of %llu frames from %u on VC %u", what,
                       a, (unsigned long long)got, (unsigned long long)want, b, v);
                all += got;
            }
        }
    }
    expect(t, all > 1000, "%s: only %llu copies", what, (unsigned long long)all);
    printf("  %-44s %llu copies, each once, none elsewhere\n", what, (unsigned long long)all);
}

static void window(load *l)
{
    load_run(l, WARM, NULL, NULL);
    load_measure(l, true);
    load_run(l, WINDOW, NULL, NULL);
    load_measure(l, false);
}

/* Wire time that a port got on the VCs of the mask; that all ports got. */
static double received(const load *l, unsigned port, unsigned vcs)
{
    uint64_t sum = 0;
    for (unsigned b = 0; b < l->ports; b++)
        for (unsigned v = 0; v < l->vcs; v++)
            if ((vcs >> v & 1) != 0) sum += l->got[port][b][v].bytes;
    return load_part(l, sum);
}

static double received_all(const load *l, unsigned vcs)
{
    double sum = 0;
    for (unsigned a = 0; a < l->ports; a++) sum += received(l, a, vcs);
    return sum;
}

/* One source to all others, no other traffic: every copy leaves at the rate of the source's wire.
 */
static void one_to_all(load *l, tally *t, unsigned lo, unsigned hi)
{
    char what[80];
    if (!load_open(l, t, 10 + lo)) return;
    uint64_t group[1] = {(1ull << l->ports) - 1};
    snprintf(what, sizeof what, "1 to %u, %u-%u bytes", l->ports - 1, lo, hi);
    expect(t, weft_world_set_group(l->w, 0, group[0]) == 0, "group");
    load_add(l, 1, 1024, 0, lo, hi, 0);
    window(l);
    const double part = received_all(l, 1) / (l->ports - 1);
    printf("  %-44s %.4f of the ideal\n", what, part);
    expect(t, part >= 0.99, "%s: %.4f of the ideal", what, part);
    each_once(l, t, group, what);
    weft_world_close(l->w);
}

/* Four sources, each with a group of its own; the groups overlap. `unicast`: every port sends to
 * all others on VC 1 as well, as fast as it may. `all`: each group has all ports. */
static void four_groups(load *l, tally *t, bool all, bool unicast, unsigned lo, unsigned hi,
                        double least, double least_multicast, double least_pair)
{
    char what[80];
    if (!load_open(l, t, 40 + lo + 2 * all + unicast)) return;
    uint64_t group[4];
    snprintf(what, sizeof what, "4 groups of %s, %u-%u bytes%s", all ? "all" : "half", lo, hi,
             unicast ? ", unicast" : "");
    const uint64_t every = (1ull << l->ports) - 1;
    for (unsigned g = 0; g < 4; g++) {
        const unsigned src = g * 2 % l->ports;
        group[g] = all ? every : 0;
        for (unsigned k = 1; !all && k <= l->ports / 2; k++)
            group[g] |= 1ull << (src + k) % l->ports;
        expect(t, weft_world_set_group(l->w, g, group[g]) == 0, "group %u", g);
        load_add(l, src, 1024 + g, 0, lo, hi, 0);
    }
    const unsigned first = l->n;
    if (unicast) { /* VC 1, in turn to all: a flow whose queue is short */
        for (unsigned a = 0; a < l->ports; a++)
            for (unsigned b = 0; b < l->ports; b++)
                if (a != b) load_add(l, a, b, 1, lo, hi, 1.0 / (l->ports - 1));
    }
    window(l);
    const double total = received_all(l, ~0u), multi = received_all(l, 1);
    /* The ideal: a member's wire is full, or the most that its sources can send; when a frame goes
     * on only as fast as the most crowded of its members lets it, egresses with fewer sources
     * have idle time that no switch can fill. */
    double ideal = l->ports;
    if (!unicast) {
        unsigned most = 0, sum = 0;
        for (unsigned a = 0; a < l->ports; a++) {
            unsigned n = 0;
            for (unsigned g = 0; g < 4; g++) n += g * 2 % l->ports != a && (group[g] >> a & 1) != 0;
            if (n > most) most = n;
            sum += n;
        }
        ideal = (double)sum / most;
    }
    printf("  %-44s %.4f of the ideal (%.2f of %.2f wires), multicast %.2f", what, total / ideal,
           total, ideal, multi);
    expect(t, total / ideal >= least, "%s: %.4f of the ideal", what, total / ideal);
    expect(t, multi >= least_multicast, "%s: multicast %.4f wires", what, multi);
    if (unicast) {
        double pair[LOAD_FLOWS], low = 1e9;
        unsigned n = 0;
        for (unsigned i = first; i < l->n; i++, n++) {
            const load_flow *f = &l->flow[i];
            pair[n] = load_part(l, l->got[f->dst][f->src][1].bytes);
            if (pair[n] < low) low = pair[n];
        }
        printf(", unicast %.2f (least pair %.4f, Jain %.4f)", total - multi, low,
               load_jain(pair, n));
        expect(t, low >= least_pair, "%s: a pair gets %.4f of the wire", what, low);
    }
    printf("\n");
    each_once(l, t, group, what);
    weft_world_close(l->w);
}

int main(void)
{
    tally t = {0};
    load *l = malloc(sizeof *l);
    if (!l) return 1;
    one_to_all(l, &t, 64, 64);
    one_to_all(l, &t, 65, 1024);
    one_to_all(l, &t, 4096, 4096);
    four_groups(l, &t, true, false, 64, 64, 0.99, 6.9, 0);
    four_groups(l, &t, true, false, 64, 1024, 0.985, 6.8, 0);
    /* Frames of any size, and each needs several egresses that are busy with other groups: what a
     * group waits for one of its members is idle time of another. */
    four_groups(l, &t, false, false, 64, 1024, 0.975, 7.7, 0);
    four_groups(l, &t, true, true, 64, 64, 0.99, 1.5, 0.05);
    four_groups(l, &t, true, true, 64, 1024, 0.99, 1.5, 0.05);
    four_groups(l, &t, false, true, 64, 1024, 0.99, 1.2, 0.05);
    free(l);
    return verdict_of(&t);
}
