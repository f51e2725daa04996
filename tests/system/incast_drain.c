/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * incast_drain.c: all ports to one, lossless, whose receiver drains at the rate of the wire, at
 * half of it, or not at all: nothing is lost, the hot egress sends all that it may, the sources
 * share it evenly, and whoever does not go there does not notice. The same for a neighbour that is
 * dead, flapping or gives no credits (law 7). Each victim is judged alone, not the sum of them.
 * test-timeout: 120
 */
#include "load.h"

/* Cycles: until the hot VC has used its credits up, and what queued in the sources meanwhile (it
 * took its turn on their wires) has gone. */
#define WARM   24000u
#define WINDOW 20000u
/* Of an incast: each source gets a seventh or a fourteenth of a wire, in frames of random sizes. */
#define INCAST 80000u
#define LO     64u
#define HI     1024u

/* What the flows of the window got of what they offered. Saturating ones: of the wire. */
typedef struct {
    double least, sum;
    unsigned n;
} verdict;

static void judge(const load *l, verdict *v, unsigned i)
{
    const load_flow *f = &l->flow[i];
    const uint64_t got = l->got[f->dst][f->src][f->vc].bytes;
    const double part = f->rate > 0 ? (double)got / (double)f->offered : load_part(l, got);
    if (v->n++ == 0 || part < v->least) v->least = part;
    v->sum += part;
}

static void judge_victims(load *l, tally *t, unsigned first, unsigned end, const char *what,
                          const char *who)
{
    verdict v = {0};
    for (unsigned i = first; i < end; i++) {
        judge(l, &v, i);
        expect(t, l->flow[i].refused == 0, "%s: the queue of flow %u overflows", what, i);
    }
    printf("  %-36s %-32s %2u flows: least %.4f, mean %.4f\n", what, who, v.n, v.least,
           v.sum / v.n);
    expect(t, v.n > 0 && v.least >= 0.95, "%s: a victim gets only %.4f", what, v.least);
}

static void set_drain(load *l, tally *t, unsigned port, unsigned percent)
{
    weft_partner_config pc;
    weft_partner_get_config(weft_world_partner(l->w, port), &pc);
    pc.drain_percent = percent;
    expect(t, weft_partner_set_config(weft_world_partner(l->w, port), &pc) == 0, "drain");
}

/* The k-th of the ports without `hot`. */
static unsigned cold(unsigned k, unsigned hot) { return k < hot ? k : k + 1; }

/* All the ports without `hot` send to others of them, on two VCs, together at `rate` of the wire.
 */
static void ring(load *l, unsigned hot, double rate)
{
    const unsigned n = l->ports - 1;
    for (unsigned k = 0; k < n; k++) {
        load_add(l, cold(k, hot), cold((k + 1) % n, hot), 1, LO, HI, rate / 2);
        load_add(l, cold(k, hot), cold((k + 2) % n, hot), 2, LO, HI, rate / 2);
    }
}

/* All to one on VC 0 as fast as it goes; the same sources offer 0.8 of their wires to each other on
 * VC 1 and 2, so every wire has 0.94 of its time asked for; and the hot port sends as well. */
static void incast(load *l, tally *t, unsigned hot, unsigned drain, uint64_t seed)
{
    char what[64];
    if (!load_open(l, t, seed)) return;
    hot %= l->ports;
    snprintf(what, sizeof what, "incast %u to 1, drain %u %%", l->ports - 1, drain);
    set_drain(l, t, hot, drain);
    for (unsigned k = 0; k < l->ports - 1; k++) load_add(l, cold(k, hot), hot, 0, LO, HI, 0);
    const unsigned first = l->n;
    ring(l, hot, 0.8);
    load_add(l, hot, cold(2, hot), 3, LO, HI, 0.1);
    load_run(l, WARM, NULL, NULL);
    load_measure(l, true);
    load_run(l, INCAST, NULL, NULL);
    load_measure(l, false);

    double share[WEFT_MAX_PORTS], all = 0;
    for (unsigned k = 0; k < l->ports - 1; k++)
        all += share[k] = load_part(l, l->got[hot][cold(k, hot)][0].bytes);
    judge_victims(l, t, first, l->n, what, "other VCs of the hot sources");
    weft_partner_credits c;
    weft_partner_counters n;
    weft_partner_get_credits(weft_world_partner(l->w, hot), &c);
    weft_partner_get_counters(weft_world_partner(l->w, hot), &n);
    expect(t, n.rx_over_credit == 0, "%s: %llu frames beyond the credits", what,
           (unsigned long long)n.rx_over_credit);
    if (drain > 0) {
        const double may = drain / 100.0, jain = load_jain(share, l->ports - 1);
        printf("  %-36s hot egress %.4f of the wire, may %.2f: %.4f; Jain %.5f\n", what, all, may,
               all / may, jain);
        expect(t, all >= 0.99 * may && all <= 1.01 * may, "%s: hot egress sends %.4f, may %.2f",
               what, all, may);
        expect(t, jain >= 0.99, "%s: Jain %.5f", what, jain);
    } else {
        weft_partner_config pc;
        weft_partner_get_config(weft_world_partner(l->w, hot), &pc);
        const unsigned frame = weft_frame_credits(HI, pc.credit_shift, pc.credit_overhead);
        printf("  %-36s hot egress used %u of %u credits, then nothing\n", what, c.r_cc[0],
               pc.rx_limit[0]);
        expect(t, all == 0, "%s: hot egress sends %.4f without credits", what, all);
        expect(t, c.r_cc[0] <= pc.rx_limit[0] && c.r_cc[0] + frame > pc.rx_limit[0],
               "%s: hot egress used %u of %u credits", what, c.r_cc[0], pc.rx_limit[0]);
    }
    set_drain(l, t, hot, 100);
    load_finish(l, t, what);
    weft_world_close(l->w);
}

/* Half of the ports to the last one; the others, whom it does not concern, send to each other on
 * the same VC, all that their wires take. */
static void pairs(load *l, tally *t, unsigned drain)
{
    char what[64];
    if (!load_open(l, t, 200 + drain)) return;
    const unsigned hot = l->ports - 1, n = l->ports / 2, rest = hot - n;
    snprintf(what, sizeof what, "incast %u to 1, drain %u %%", n, drain);
    set_drain(l, t, hot, drain);
    for (unsigned k = 0; k < n; k++) load_add(l, k, hot, 0, LO, HI, 0);
    const unsigned first = l->n;
    for (unsigned k = 0; k < rest; k++) load_add(l, n + k, n + (k + 1) % rest, 0, LO, HI, 0);
    load_run(l, WARM, NULL, NULL);
    load_measure(l, true);
    load_run(l, WINDOW, NULL, NULL);
    load_measure(l, false);
    judge_victims(l, t, first, l->n, what, "pairs at full load, same VC");
    set_drain(l, t, hot, 100);
    load_finish(l, t, what);
    weft_world_close(l->w);
}

typedef enum { DEAD, FLAPPING, CREDITLESS } illness;

typedef struct {
    tally *t;
    unsigned port, flaps;
    bool up;
} flapper;

static void flap(load *l, void *ctx)
{
    flapper *f = ctx;
    if (weft_rng_below(&l->rng, 200) != 0) return;
    f->up = !f->up;
    f->flaps++;
    struct weft_device *d = weft_world_device(l->w);
    const weft_status s = f->up ? weft_port_enable(d, f->port) : weft_port_disable(d, f->port);
    expect(f->t, s == WEFT_OK, "port cannot be switched: %s", weft_status_name(s));
}

/* Every port sends to the sick one on VC 3 as fast as it may, or at a tenth of the wire. */
static void neighbour(load *l, tally *t, illness ill, bool flood)
{
    static const char *const names[] = {"dead neighbour", "flapping neighbour",
                                        "creditless neighbour"};
    char what[64];
    snprintf(what, sizeof what, "%s%s", names[ill], flood ? ", all flood it" : "");
    if (!load_open(l, t, 300 + ill * 2 + flood)) return;
    const unsigned sick = l->ports / 2;
    struct weft_device *d = weft_world_device(l->w);
    flapper f = {t, sick, 0, true};
    if (ill == DEAD) expect(t, weft_port_disable(d, sick) == WEFT_OK, "port cannot be disabled");
    if (ill == CREDITLESS) set_drain(l, t, sick, 0);
    ring(l, sick, flood ? 0.6 : 0.85);
    const unsigned end = l->n;
    for (unsigned k = 0; k < l->ports - 1; k++)
        load_add(l, cold(k, sick), sick, 3, LO, HI, flood ? 0.35 : 0.1);
    load_run(l, WARM, ill == FLAPPING ? flap : NULL, &f);
    load_measure(l, true);
    load_run(l, WINDOW, ill == FLAPPING ? flap : NULL, &f);
    load_measure(l, false);
    judge_victims(l, t, 0, end, what, "all flows of the others");
    for (unsigned i = 0; i < l->n; i++) l->flow[i].on = false;
    if (ill == CREDITLESS) {
        set_drain(l, t, sick, 100);
        load_finish(l, t, what);
        weft_world_close(l->w);
        return;
    }
    /* What went to a port that is down may be thrown away, and with it this link's credits; what
     * did not go there has arrived, and nothing arrived that was not sent. */
    if (ill == FLAPPING && f.up) expect(t, weft_port_disable(d, sick) == WEFT_OK, "disable");
    expect(t, weft_world_drain(l->w, 3000000), "%s: does not drain", what);
    uint64_t victims = 0, lost = 0, to_sick = 0, got_sick = 0;
    for (unsigned a = 0; a < l->ports; a++) {
        for (unsigned b = 0; b < l->ports; b++) {
            for (unsigned v = 0; v < l->vcs; v++) {
                const uint64_t sent = load_sent(l, b, a, v), got = l->got[a][b][v].frames;
                if (a == sick) {
                    to_sick += sent;
                    got_sick += got;
                    expect(t, got <= sent, "%s: %u to %u: %llu of %llu", what, b, a,
                           (unsigned long long)got, (unsigned long long)sent);
                    continue;
                }
                victims += sent;
                lost += got > sent ? got - sent : sent - got;
            }
        }
    }
    weft_world_stats s;
    weft_world_get_stats(l->w, &s);
    printf("  %-36s %llu frames of the others, %llu lost; %llu of %llu reached the sick port", what,
           (unsigned long long)victims, (unsigned long long)lost, (unsigned long long)got_sick,
           (unsigned long long)to_sick);
    if (ill == FLAPPING) printf("; %u flaps", f.flaps);
    printf("\n");
    expect(t, victims > 1000 && lost == 0, "%s: %llu of %llu frames of the others lost", what,
           (unsigned long long)lost, (unsigned long long)victims);
    expect(t, l->strange == 0 && s.misrouted + s.reordered + s.duplicated + s.corrupted == 0,
           "%s: %llu strange, %llu misrouted, %llu reordered, %llu duplicated, %llu corrupted",
           what, (unsigned long long)l->strange, (unsigned long long)s.misrouted,
           (unsigned long long)s.reordered, (unsigned long long)s.duplicated,
           (unsigned long long)s.corrupted);
    if (ill == DEAD)
        expect(t, got_sick == 0 && to_sick > 0, "%s: %llu frames came out of it", what,
               (unsigned long long)got_sick);
    else
        expect(t, got_sick > 0 && f.flaps > 10, "%s: %llu frames, %u flaps", what,
               (unsigned long long)got_sick, f.flaps);
    weft_world_close(l->w);
}

int main(void)
{
    tally t = {0};
    load *l = malloc(sizeof *l);
    if (!l) return 1;
    static const unsigned drains[] = {100, 50, 0};
    for (unsigned i = 0; i < 3; i++)
        for (uint64_t k = 0; k < effort(1); k++)
            incast(l, &t, 3 + i + (unsigned)k, drains[i], 100 * (k + 1) + i);
    for (unsigned i = 0; i < 3; i++) pairs(l, &t, drains[i]);
    for (unsigned i = 0; i < 6; i++) neighbour(l, &t, (illness)(i / 2), i % 2 == 1);
    free(l);
    return verdict_of(&t);
}
