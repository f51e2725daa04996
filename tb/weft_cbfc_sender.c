/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_cbfc_sender. A random scheduler grants, trues up and sends frames of the module's
 * port over a wire with a delay, which loses frames and CF_Updates, to a receiver modelled in C
 * with a real buffer. In every cycle all counters and gates are compared with the reference; the
 * buffer must never hold more than the limit, however much is lost; and after one CC_Update and one
 * CF_Update a VC both ends must agree to the last credit. Directed cases show the errors. */
/* tb-params: "" "-GVCS=1" "-GVCS=8" */
#include "cbfc_model.h"
#include "common/tb.h"

enum { MAX_VCS = 8, FLIGHT = 8, WIRE = 4096, HELD = 16384 };

typedef struct {
    unsigned vc, len, cr;
    bool trued;
} grant;

typedef struct {
    enum { FRAME, CC } kind;
    uint64_t due;
    unsigned vc, cr;
    bool lost;
    uint32_t s_cc[MAX_VCS];
} item;

typedef struct {
    uint64_t due;
    uint8_t os[8];
} cf_item;

typedef struct {
    tb *t;
    unsigned vcs, shift, max_frame, period, delay;
    int ovhd;
    unsigned max_cr;
    unsigned enable;
    uint32_t limit[MAX_VCS];
    uint64_t mac;
    tb_sig *c_enable, *c_limit, *c_shift, *c_ovhd, *c_max, *c_period, *c_mac, *clear;
    tb_sig *g_valid, *g_vc, *t_valid, *t_vc, *t_len, *s_valid, *s_vc, *s_len, *s_less, *live,
        *os_valid, *os;
    tb_sig *ok, *avail, *cc_valid, *cc_data, *cc_take, *s_cc, *s_cf, *s_cu, *error;
    /* reference of the module */
    uint32_t ref_cc[MAX_VCS], ref_cf[MAX_VCS];
    bool ref_error;
    uint32_t ref_used[MAX_VCS]; /* what the gate counts as taken */
    int give[MAX_VCS];          /* given back in this cycle */
    int late[MAX_VCS][2];       /* in the one before, and in the one before that */
    grant flight[FLIGHT];       /* granted and not sent, in the order of the wire */
    unsigned in_flight;
    /* wire and far end */
    item wire[WIRE];
    unsigned wire_head, wire_tail;
    cf_item back[WIRE];
    unsigned back_head, back_tail;
    uint32_t r_cc[MAX_VCS], r_cf[MAX_VCS];
    unsigned held[HELD], held_vc[HELD]; /* frames in the far buffer, any order */
    unsigned held_n;
    uint32_t buffer[MAX_VCS], buffer_max[MAX_VCS];
    uint64_t lost_frames, lost_cfs, sent_frames, thrown_frames, ccs, saved;
    bool up, finishes; /* the port; down: the frame on the wire still goes out whole */
    bool gate;         /* it was up in the cycle before: the gate may be open */
    uint32_t cu_before[MAX_VCS];
} bench;

static void put_config(bench *b)
{
    tb_set(b->c_enable, b->enable);
    for (unsigned v = 0; v < b->vcs; v++) tb_set_bits(b->c_limit, 20 * v, 20, b->limit[v]);
    tb_set(b->c_shift, b->shift);
    tb_set(b->c_ovhd, (uint64_t)b->ovhd & 0xff);
    tb_set(b->c_max, b->max_frame);
    tb_set(b->c_period, b->period);
    tb_set(b->c_mac, b->mac);
    b->max_cr = cbfc_credits(b->max_frame - 4, b->shift, b->ovhd);
}

static void quiet(bench *b)
{
    tb_set(b->g_valid, 0);
    tb_set(b->t_valid, 0);
    tb_set(b->s_valid, 0);
    tb_set(b->live, b->up);
    tb_set(b->os_valid, 0);
    tb_set(b->cc_take, 0);
    tb_set(b->clear, 0);
}

/* The gate moves with a clock edge: a grant at once, what is given back two cycles later. While the
 * port is down it stands at what is on the wire and at the far end, which has what the cycle before
 * gave back. */
static void move_used(bench *b)
{
    b->gate = b->up;
    for (unsigned v = 0; v < MAX_VCS; v++) {
        b->ref_used[v] = b->up ? b->ref_used[v] - (uint32_t)b->late[v][1] : b->cu_before[v];
        b->late[v][1] = b->up ? b->late[v][0] : 0;
        b->late[v][0] = b->give[v];
        b->give[v] = 0;
    }
}

/* Credits that must be taken when all is settled: on the wire or granted. */
static uint32_t settled(const bench *b, unsigned v)
{
    uint32_t n = (b->ref_cc[v] - b->ref_cf[v]) & CYCLE20;
    for (unsigned i = 0; i < b->in_flight; i++)
        if (b->flight[i].vc == v) n += b->flight[i].trued ? b->flight[i].cr : b->max_cr;
    return n;
}

static bool is_ok(const bench *b, unsigned v)
{
    return !(b->enable >> v & 1) || (b->gate && b->ref_used[v] + b->max_cr <= b->limit[v]);
}

static void compare(bench *b)
{
    tb *t = b->t;
    for (unsigned v = 0; v < b->vcs; v++) {
        bool on = b->enable >> v & 1;
        uint32_t u = on ? b->ref_used[v] : 0;
        if (on && b->up &&
            b->ref_used[v] - (uint32_t)(b->late[v][0] + b->late[v][1]) != settled(b, v))
            tb_fail(t, "the reference contradicts itself in VC %u", v);
        TB_EQ(t, tb_get_bits(b->ok, v, 1), is_ok(b, v));
        TB_EQ(t, tb_get_bits(b->avail, 20 * v, 20), on && u < b->limit[v] ? b->limit[v] - u : 0);
        TB_EQ(t, tb_get_bits(b->s_cc, 20 * v, 20), on ? b->ref_cc[v] : 0);
        TB_EQ(t, tb_get_bits(b->s_cf, 20 * v, 20), on ? b->ref_cf[v] : 0);
        TB_EQ(t, tb_get_bits(b->s_cu, 20 * v, 20),
              on ? (b->ref_cc[v] - b->ref_cf[v]) & CYCLE20 : 0);
    }
    TB_EQ(t, tb_get(b->error), b->ref_error);
}

static void take_cf(bench *b, const uint8_t os[8])
{
    unsigned vc[2], n[2];
    if (!cf_decode(os, vc, n)) return;
    for (int i = 0; i < 2; i++)
        if (vc[i] < b->vcs && b->enable >> vc[i] & 1) {
            uint32_t cf = cf_extend(b->ref_cf[vc[i]], n[i]);
            b->give[vc[i]] += (int)((cf - b->ref_cf[vc[i]]) & CYCLE20);
            b->ref_cf[vc[i]] = cf;
        }
}

static void far_end(bench *b, unsigned drain, unsigned lose_cf, bool tell)
{
    tb *t = b->t;
    while (b->wire_head != b->wire_tail && b->wire[b->wire_head % WIRE].due <= tb_cycle(t)) {
        item *i = &b->wire[b->wire_head++ % WIRE];
        if (i->kind == FRAME && !i->lost) {
            b->r_cc[i->vc] = (b->r_cc[i->vc] + i->cr) & CYCLE20;
            b->buffer[i->vc] += i->cr;
            if (b->buffer[i->vc] > b->buffer_max[i->vc]) b->buffer_max[i->vc] = b->buffer[i->vc];
            if (b->buffer[i->vc] > b->limit[i->vc])
                tb_fail(t, "the far buffer of VC %u holds %u credits, limit %u", i->vc,
                        b->buffer[i->vc], b->limit[i->vc]);
            if (b->held_n == HELD) {
                tb_fail(t, "far end: too many frames");
                return;
            }
            b->held_vc[b->held_n] = i->vc;
            b->held[b->held_n++] = i->cr;
        } else if (i->kind == CC) {
            for (unsigned v = 0; v < b->vcs; v++) {
                if (!(b->enable >> v & 1)) continue;
                b->r_cf[v] = (b->r_cf[v] + i->s_cc[v] - b->r_cc[v]) & CYCLE20;
                b->r_cc[v] = i->s_cc[v];
            }
        }
    }
    while (b->held_n && tb_chance(t, drain)) {
        unsigned i = (unsigned)tb_rand_below(t, b->held_n);
        b->r_cf[b->held_vc[i]] = (b->r_cf[b->held_vc[i]] + b->held[i]) & CYCLE20;
        b->buffer[b->held_vc[i]] -= b->held[i];
        b->held_n--;
        b->held[i] = b->held[b->held_n];
        b->held_vc[i] = b->held_vc[b->held_n];
    }
    if (tell) {
        cf_item *c = &b->back[b->back_tail % WIRE];
        unsigned v1 = (unsigned)tb_rand_below(t, b->vcs), v2 = (unsigned)tb_rand_below(t, b->vcs);
        cf_encode(c->os, v1, b->r_cf[v1] & 0x7fff, v2, b->r_cf[v2] & 0x7fff);
        c->due = tb_cycle(t) + b->delay;
        if (tb_chance(t, lose_cf))
            b->lost_cfs++;
        else
            b->back_tail++;
    }
}

/* One cycle of everything. `load` is the percentage of cycles in which a grant is tried. */
static void cycle(bench *b, unsigned load, unsigned drain, unsigned lose, bool tell)
{
    tb *t = b->t;
    quiet(b);
    for (unsigned v = 0; v < b->vcs; v++) b->cu_before[v] = (b->ref_cc[v] - b->ref_cf[v]) & CYCLE20;
    /* grant, only where the gate was open in this cycle; a port that is down takes all */
    if (b->in_flight < FLIGHT && tb_chance(t, load)) {
        unsigned v = (unsigned)tb_rand_below(t, b->vcs);
        unsigned len = tb_chance(t, 30) ? b->max_frame - 4
                                        : 28 + (unsigned)tb_rand_below(t, b->max_frame - 31);
        if (is_ok(b, v) || !b->up) {
            TB_EQ(t, tb_get_bits(b->ok, v, 1), is_ok(b, v));
            b->flight[b->in_flight++] =
                (grant){.vc = v, .len = len, .cr = cbfc_credits(len, b->shift, b->ovhd)};
            if (b->up && (b->enable >> v & 1)) b->ref_used[v] += b->max_cr;
            tb_set(b->g_valid, 1);
            tb_set(b->g_vc, v);
        }
    }
    /* true-up of any granted frame, of this cycle's too; lengths become known in any order */
    if (b->in_flight && tb_chance(t, 50)) {
        unsigned i = (unsigned)tb_rand_below(t, b->in_flight);
        if (!b->flight[i].trued) {
            b->flight[i].trued = true;
            if (b->up && (b->enable >> b->flight[i].vc & 1))
                b->give[b->flight[i].vc] += (int)b->max_cr - (int)b->flight[i].cr;
            tb_set(b->t_valid, 1);
            tb_set(b->t_vc, b->flight[i].vc);
            tb_set(b->t_len, b->flight[i].len);
        }
    }
    /* the oldest frame goes onto the wire, possibly in the cycle of its true-up, or is thrown away
     */
    if (b->in_flight && b->flight[0].trued && tb_chance(t, 60)) {
        grant g = b->flight[0];
        bool thrown = !b->up && !b->finishes;
        b->finishes = b->up;
        tb_set(b->s_valid, !thrown);
        tb_set(b->s_vc, g.vc);
        /* The egress may have taken a tag out of it: it costs what is sent. */
        unsigned less = tb_chance(t, 30) ? 1 + (unsigned)tb_rand_below(t, 8) : 0;
        unsigned cr = cbfc_credits(g.len - less, b->shift, b->ovhd);
        if (b->up && !thrown && (b->enable >> g.vc & 1)) b->give[g.vc] += (int)g.cr - (int)cr;
        b->saved += g.cr - cr;
        g.cr = cr;
        tb_set(b->s_len, g.len - less);
        tb_set(b->s_less, less);
        b->in_flight--;
        memmove(b->flight, b->flight + 1, b->in_flight * sizeof b->flight[0]);
        if (thrown) {
            b->thrown_frames++;
        } else if (b->enable >> g.vc & 1) {
            b->ref_cc[g.vc] = (b->ref_cc[g.vc] + g.cr) & CYCLE20;
            item *w = &b->wire[b->wire_tail++ % WIRE];
            *w = (item){.kind = FRAME, .due = tb_cycle(t) + b->delay, .vc = g.vc, .cr = g.cr};
            w->lost = tb_chance(t, lose);
            b->lost_frames += w->lost;
            b->sent_frames++;
        }
    }
    /* CC_Update: behind the frame that was sent in this very cycle */
    tb_eval(t);
    if (tb_get(b->cc_valid) && tb_chance(t, 30)) {
        uint8_t want[64], got[64];
        item *w = &b->wire[b->wire_tail++ % WIRE];
        *w = (item){.kind = CC, .due = tb_cycle(t) + b->delay};
        for (unsigned v = 0; v < b->vcs; v++) w->s_cc[v] = b->enable >> v & 1 ? b->ref_cc[v] : 0;
        tb_set(b->cc_take, 1);
        tb_eval(t);
        cc_encode(want, b->mac, w->s_cc, b->vcs);
        tb_get_bytes(b->cc_data, 0, got, 64);
        if (memcmp(want, got, 64)) tb_fail(t, "CC_Update is not the frame of S_CC");
        b->ccs++;
        if (tb_chance(t, lose)) { /* a CC_Update may be lost like any frame */
            b->wire_tail--;
            b->lost_frames++;
        }
    }
    if (b->back_head != b->back_tail && b->back[b->back_head % WIRE].due <= tb_cycle(t)) {
        cf_item *c = &b->back[b->back_head++ % WIRE];
        tb_set(b->os_valid, 1);
        tb_set_bytes(b->os, 0, c->os, 8);
        take_cf(b, c->os);
    } else if (tb_chance(t, 5)) { /* other ordered sets and half-right ones change nothing */
        uint8_t os[8];
        cf_encode(os, 0, (unsigned)tb_rand(t) & 0x7fff, 0, (unsigned)tb_rand(t) & 0x7fff);
        switch (tb_rand_below(t, 3)) {
        case 0: os[0] = 0x9c; break;
        case 1: os[1] ^= (uint8_t)(1u << tb_rand_below(t, 8)); break;
        default: os[4] ^= (uint8_t)(1u << tb_rand_below(t, 4));
        }
        tb_set(b->os_valid, 1);
        tb_set_bytes(b->os, 0, os, 8);
    }
    move_used(b);
    tb_tick(t);
    compare(b);
    far_end(b, drain, lose, tell);
}

/* The port goes down in mid-traffic, frames for it go on for a while, and it comes up again when
 * the last of them is gone. */
static void flap(bench *b, unsigned drain, unsigned lose)
{
    tb *t = b->t;
    b->up = false;
    b->finishes = b->in_flight != 0 && tb_chance(t, 50);
    for (unsigned n = (unsigned)tb_rand_below(t, 100); n > 0; n--) cycle(b, 60, drain, lose, false);
    while (b->in_flight) cycle(b, 0, drain, lose, tb_chance(t, 15));
    for (unsigned n = 3 + (unsigned)tb_rand_below(t, 8); n > 0; n--)
        cycle(b, 0, drain, lose, tb_chance(t, 15));
    b->up = true;
}

/* The link is set up anew, as a driver does it: while the port is down. */
static void restart(bench *b)
{
    tb *t = b->t;
    b->up = b->gate = false;
    quiet(b);
    put_config(b);
    tb_set(b->clear, 1);
    tb_tick(t);
    tb_set(b->clear, 0);
    tb_tick(t);
    b->up = true;
    quiet(b);
    memset(b->ref_cc, 0, sizeof b->ref_cc);
    memset(b->ref_cf, 0, sizeof b->ref_cf);
    memset(b->ref_used, 0, sizeof b->ref_used);
    memset(b->give, 0, sizeof b->give);
    memset(b->late, 0, sizeof b->late);
    memset(b->r_cc, 0, sizeof b->r_cc);
    memset(b->r_cf, 0, sizeof b->r_cf);
    memset(b->buffer, 0, sizeof b->buffer);
    memset(b->buffer_max, 0, sizeof b->buffer_max);
    b->wire_head = b->wire_tail = b->back_head = b->back_tail = b->held_n = b->in_flight = 0;
    b->ref_error = false;
    compare(b);
}

static void round_of_traffic(bench *b, unsigned cycles)
{
    tb *t = b->t;
    static const unsigned max[] = {64, 128, 512, 1522, 9216};
    b->shift = 5 + (unsigned)tb_rand_below(t, 7);
    b->ovhd = (int)tb_rand_below(t, 144) - 16;
    b->max_frame = max[tb_rand_below(t, 5)];
    b->period = 20 + (unsigned)tb_rand_below(t, 300);
    b->delay = 1 + (unsigned)tb_rand_below(t, 100);
    b->enable = tb_chance(t, 50) ? (1u << b->vcs) - 1 : (unsigned)tb_rand_below(t, 1u << b->vcs);
    b->mac = tb_rand(t) & 0xffffffffffffu;
    put_config(b);
    for (unsigned v = 0; v < b->vcs; v++)
        b->limit[v] = tb_chance(t, 10) ? b->max_cr - 1
                                       : b->max_cr * (1 + (unsigned)tb_rand_below(t, 20)) +
                                             (unsigned)tb_rand_below(t, 10);
    restart(b);
    unsigned lose = (unsigned)tb_rand_below(t, 30), drain = 10 + (unsigned)tb_rand_below(t, 60);
    bool flaps = tb_chance(t, 50);
    for (unsigned i = 0; i < cycles; i++) {
        if (flaps && tb_rand_below(t, 500) == 0) flap(b, drain, lose);
        cycle(b, 60, drain, lose, tb_chance(t, 15));
    }
    /* drain: what was granted is sent, the wires empty, the far buffer empties */
    for (unsigned i = 0; i < 4000 && (b->in_flight || i < 2 * b->delay + 50); i++)
        cycle(b, 0, 100, 0, false);
    TB_EQ(t, b->in_flight, 0);
    TB_EQ(t, b->held_n, 0);
    /* one CC_Update after the last frame ... */
    uint64_t ccs = b->ccs;
    for (unsigned i = 0; b->enable && i < 2000 && b->ccs == ccs; i++) cycle(b, 0, 100, 0, false);
    for (unsigned i = 0; i < b->delay + 5; i++) cycle(b, 0, 100, 0, false);
    /* ... and one CF_Update for each VC */
    for (unsigned v = 0; v < b->vcs; v += 2) {
        unsigned w = v + 1 < b->vcs ? v + 1 : v;
        uint8_t os[8];
        cf_encode(os, v, b->r_cf[v] & 0x7fff, w, b->r_cf[w] & 0x7fff);
        quiet(b);
        tb_set(b->os_valid, 1);
        tb_set_bytes(b->os, 0, os, 8);
        take_cf(b, os);
        move_used(b);
        tb_tick(t);
        compare(b);
    }
    quiet(b);
    for (unsigned i = 0; i < 2; i++) {
        move_used(b);
        tb_tick(t);
        compare(b);
    }
    for (unsigned v = 0; v < b->vcs; v++) {
        if (!(b->enable >> v & 1)) continue;
        TB_EQ(t, tb_get_bits(b->s_cu, 20 * v, 20), 0);
        TB_EQ(t, tb_get_bits(b->avail, 20 * v, 20), b->limit[v]);
        TB_EQ(t, tb_get_bits(b->s_cc, 20 * v, 20), b->r_cc[v]);
        TB_EQ(t, tb_get_bits(b->s_cf, 20 * v, 20), b->r_cf[v]);
    }
}

/* What is given back shows after three cycles, that of the event among them. */
static void settle(bench *b)
{
    quiet(b);
    tb_tick(b->t);
    tb_tick(b->t);
}

static void pulse_sent(bench *b, unsigned vc, unsigned len)
{
    quiet(b);
    tb_set(b->s_valid, 1);
    tb_set(b->s_vc, vc);
    tb_set(b->s_len, len);
    tb_tick(b->t);
    quiet(b);
    tb_tick(b->t);
}

static void pulse_grant(bench *b, unsigned vc)
{
    quiet(b);
    tb_set(b->g_valid, 1);
    tb_set(b->g_vc, vc);
    tb_tick(b->t);
    quiet(b);
}

static void pulse_trueup(bench *b, unsigned vc, unsigned len)
{
    quiet(b);
    tb_set(b->t_valid, 1);
    tb_set(b->t_vc, vc);
    tb_set(b->t_len, len);
    tb_tick(b->t);
    settle(b);
}

static void pulse_cf(bench *b, unsigned vc, unsigned count)
{
    uint8_t os[8];
    cf_encode(os, vc, count, vc, count);
    quiet(b);
    tb_set(b->os_valid, 1);
    tb_set_bytes(b->os, 0, os, 8);
    tb_tick(b->t);
    settle(b);
}

static void compare_clear(bench *b)
{
    tb *t = b->t;
    TB_EQ(t, tb_get(b->error), 0);
    for (unsigned v = 0; v < b->vcs; v++) {
        TB_EQ(t, tb_get_bits(b->avail, 20 * v, 20), b->limit[v]);
        TB_EQ(t, tb_get_bits(b->s_cc, 20 * v, 20), 0);
        TB_EQ(t, tb_get_bits(b->s_cf, 20 * v, 20), 0);
    }
}

static void directed(bench *b)
{
    tb *t = b->t;
    unsigned v = b->vcs - 1;
    b->shift = 6;
    b->ovhd = 0;
    b->max_frame = 1024; /* 16 credits */
    b->period = 0;
    b->enable = (1u << b->vcs) - 1;
    for (unsigned i = 0; i < b->vcs; i++) b->limit[i] = 20;
    restart(b);
    TB_EQ(t, b->max_cr, 16);
    /* the grant counts in the next cycle, the true-up gives the rest back */
    pulse_grant(b, v);
    TB_EQ(t, tb_get_bits(b->avail, 20 * v, 20), 4);
    TB_EQ(t, tb_get_bits(b->ok, v, 1), 0);
    pulse_trueup(b, v, 60);
    TB_EQ(t, tb_get_bits(b->avail, 20 * v, 20), 19);
    TB_EQ(t, tb_get_bits(b->ok, v, 1), 1);
    pulse_sent(b, v, 60);
    TB_EQ(t, tb_get_bits(b->s_cu, 20 * v, 20), 1);
    pulse_cf(b, v, 1);
    TB_EQ(t, tb_get_bits(b->avail, 20 * v, 20), 20);
    TB_EQ(t, tb_get(b->error), 0);
    /* no CC_Update is due when the period is 0 */
    for (int i = 0; i < 50; i++) {
        tb_tick(t);
        TB_EQ(t, tb_get(b->cc_valid), 0);
    }
    /* CF ahead of CC: refused, sticky until clear */
    pulse_cf(b, v, 2);
    TB_EQ(t, tb_get(b->error), 1);
    TB_EQ(t, tb_get_bits(b->s_cf, 20 * v, 20), 1);
    TB_EQ(t, tb_get_bits(b->avail, 20 * v, 20), 20);
    restart(b);
    TB_EQ(t, tb_get(b->error), 0);
    /* more given back than taken */
    pulse_trueup(b, v, 60);
    TB_EQ(t, tb_get(b->error), 1);
    TB_EQ(t, tb_get_bits(b->avail, 20 * v, 20), 20);
    restart(b);
    /* more on the wire than the limit */
    pulse_grant(b, v);
    pulse_trueup(b, v, 1020);
    pulse_grant(b, v);
    pulse_trueup(b, v, 1020);
    TB_EQ(t, tb_get_bits(b->avail, 20 * v, 20), 0);
    pulse_sent(b, v, 1020);
    TB_EQ(t, tb_get(b->error), 0);
    pulse_sent(b, v, 1020);
    TB_EQ(t, tb_get(b->error), 1);
    restart(b);
    /* a CF_Update that names one VC twice: the second half is the later one */
    pulse_grant(b, v);
    pulse_trueup(b, v, 1020);
    pulse_sent(b, v, 1020);
    uint8_t os[8];
    cf_encode(os, v, 3, v, 9);
    tb_set(b->os_valid, 1);
    tb_set_bytes(b->os, 0, os, 8);
    tb_tick(t);
    settle(b);
    TB_EQ(t, tb_get_bits(b->s_cf, 20 * v, 20), 9);
    TB_EQ(t, tb_get_bits(b->avail, 20 * v, 20), 13);
    /* what comes in the cycle of a clear is cleared with the rest */
    pulse_grant(b, v);
    cf_encode(os, v, 16, v, 16);
    tb_set(b->os_valid, 1);
    tb_set_bytes(b->os, 0, os, 8);
    tb_set(b->t_valid, 1);
    tb_set(b->t_vc, v);
    tb_set(b->t_len, 60);
    tb_set(b->clear, 1);
    tb_tick(t);
    quiet(b);
    for (int i = 0; i < 4; i++) {
        compare_clear(b);
        tb_tick(t);
    }
    /* the whole unambiguous range of a CF_Update: 2^15 - 1 credits at once, over the 20-bit wrap */
    for (unsigned i = 0; i < b->vcs; i++) b->limit[i] = 0x7ffff;
    restart(b);
    uint32_t total = 0, freed = 0;
    while (total < 0x100000u + 5000) {
        pulse_grant(b, v);
        pulse_trueup(b, v, 1020);
        pulse_sent(b, v, 1020);
        total += 16;
        if (total - freed > 0x7fff - 32) {
            freed = total;
            pulse_cf(b, v, freed & 0x7fff);
            TB_EQ(t, tb_get_bits(b->s_cu, 20 * v, 20), 0);
        }
    }
    TB_EQ(t, tb_get_bits(b->s_cc, 20 * v, 20), total & CYCLE20);
    TB_EQ(t, tb_get_bits(b->avail, 20 * v, 20), 0x7ffff - (total - freed));
    TB_EQ(t, tb_get(b->error), 0);
    /* an enable that falls and rises zeroes its VC and no other */
    b->enable &= ~(1u << v);
    put_config(b);
    tb_tick(t);
    TB_EQ(t, tb_get_bits(b->ok, v, 1), 1);
    pulse_grant(b, v); /* best effort: not counted */
    pulse_sent(b, v, 1020);
    b->enable |= 1u << v;
    put_config(b);
    tb_tick(t);
    TB_EQ(t, tb_get_bits(b->s_cc, 20 * v, 20), 0);
    TB_EQ(t, tb_get_bits(b->avail, 20 * v, 20), 0x7ffff);
    TB_EQ(t, tb_get(b->error), 0);
    /* CC_Update every 100 cycles: on the grid of the period, and never more than one waiting */
    b->period = 100;
    put_config(b);
    unsigned first = 0, second = 0;
    for (unsigned i = 1; i < 450; i++) {
        tb_tick(t);
        if (tb_get(b->cc_valid) && !first) first = i;
    }
    TB_EQ(t, first, 100);
    tb_set(b->cc_take, 1);
    tb_tick(t);
    tb_set(b->cc_take, 0);
    for (unsigned i = 1; i < 200; i++) {
        if (tb_get(b->cc_valid) && !second) second = i;
        tb_tick(t);
    }
    TB_EQ(t, second, 51); /* the grid: cycle 500 */
    b->period = 0;
    put_config(b);
    tb_tick(t);
    TB_EQ(t, tb_get(b->cc_valid), 0);
    uint8_t data[64], zero[64] = {0};
    tb_get_bytes(b->cc_data, 0, data, 64);
    TB_CHECK(t, !memcmp(data, zero, 64));
}

int tb_main(tb *t)
{
    static bench b;
    b.t = t;
    b.vcs = (unsigned)tb_param(t, "VCS", 4);
    b.c_enable = tb_sig_find(t, "cfg_enable_i");
    b.c_limit = tb_sig_find(t, "cfg_limit_i");
    b.c_shift = tb_sig_find(t, "cfg_shift_i");
    b.c_ovhd = tb_sig_find(t, "cfg_ovhd_i");
    b.c_max = tb_sig_find(t, "cfg_max_frame_i");
    b.c_period = tb_sig_find(t, "cfg_cc_period_i");
    b.c_mac = tb_sig_find(t, "cfg_mac_i");
    b.clear = tb_sig_find(t, "clear_i");
    b.g_valid = tb_sig_find(t, "grant_valid_i");
    b.g_vc = tb_sig_find(t, "grant_vc_i");
    b.t_valid = tb_sig_find(t, "trueup_valid_i");
    b.t_vc = tb_sig_find(t, "trueup_vc_i");
    b.t_len = tb_sig_find(t, "trueup_len_i");
    b.s_valid = tb_sig_find(t, "sent_valid_i");
    b.s_vc = tb_sig_find(t, "sent_vc_i");
    b.s_len = tb_sig_find(t, "sent_len_i");
    b.s_less = tb_sig_find(t, "sent_less_i");
    b.live = tb_sig_find(t, "live_i");
    b.os_valid = tb_sig_find(t, "os_valid_i");
    b.os = tb_sig_find(t, "os_data_i");
    b.ok = tb_sig_find(t, "ok_o");
    b.avail = tb_sig_find(t, "avail_o");
    b.cc_valid = tb_sig_find(t, "cc_valid_o");
    b.cc_data = tb_sig_find(t, "cc_data_o");
    b.cc_take = tb_sig_find(t, "cc_take_i");
    b.s_cc = tb_sig_find(t, "s_cc_o");
    b.s_cf = tb_sig_find(t, "s_cf_o");
    b.s_cu = tb_sig_find(t, "s_cu_o");
    b.error = tb_sig_find(t, "error_o");
    b.shift = 6;
    b.max_frame = 1522;
    b.up = true;
    quiet(&b);
    put_config(&b);
    tb_reset(t, 4);
    tb_tick(t);
    compare(&b);
    directed(&b);
    uint64_t rounds = tb_effort(t, 40, 600);
    for (uint64_t i = 0; i < rounds; i++) round_of_traffic(&b, 4000);
    TB_CHECK(t, b.lost_frames > 100 && b.lost_cfs > 100 && b.ccs > 100 && b.thrown_frames > 100 &&
                    b.saved > 100);
    tb_note(t,
            "%llu frames, %llu of them and of the CC_Updates lost, %llu CC_Updates, %llu "
            "CF_Updates lost",
            (unsigned long long)b.sent_frames, (unsigned long long)b.lost_frames,
            (unsigned long long)b.ccs, (unsigned long long)b.lost_cfs);
    return tb_failures(t) != 0;
}
