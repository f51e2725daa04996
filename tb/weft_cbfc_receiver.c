/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_cbfc_receiver. A sender modelled in C fills the module's buffer over a wire that
 * loses frames and CC_Updates; the CF_Updates of the module go back over a wire that loses them
 * too. Counters are compared in every cycle. Every CF_Update must have a reason, come when it is
 * due, carry the counts of the cycle in which it was loaded, wait unchanged, and keep its distance.
 * The sender must never see a count ahead of what it sent, the buffer never more than the limit,
 * and after one CC_Update and the CF_Updates that follow both ends must agree to the last credit.
 */
/* tb-params: "" "-GVCS=1" "-GVCS=8" "-GVCS=3" */
#include "cbfc_model.h"
#include "common/tb.h"

enum { MAX_VCS = 8, WIRE = 4096, HELD = 16384 };

typedef struct {
    bool is_cc, lost;
    uint64_t due;
    unsigned vc, len, cr;
    uint32_t s_cc[MAX_VCS];
} item;

typedef struct {
    uint64_t due;
    uint8_t os[8];
} cf_item;

/* What the inputs of a cycle mean, in the order of the reference. */
typedef struct {
    bool consumed, freed, refused, cc, cc_bad, cc_type2;
    unsigned c_vc, c_len, f_vc, f_len, r_vc, r_len;
    uint32_t s_cc[MAX_VCS];
} events;

typedef struct {
    tb *t;
    unsigned vcs, shift, period, min, delay;
    int ovhd;
    unsigned enable;
    uint32_t limit[MAX_VCS];
    tb_sig *c_enable, *c_shift, *c_ovhd, *c_period, *c_min, *clear;
    tb_sig *c_valid, *c_vc, *c_len, *f_valid, *f_vc, *f_len, *r_valid, *r_vc, *r_len;
    tb_sig *cc_valid, *cc_data, *os_valid, *os_ready, *os;
    tb_sig *r_cc, *r_cf, *ev_sent, *ev_ok, *ev_bad, *error;
    /* reference of the module */
    uint32_t ref_cc[MAX_VCS], ref_cf[MAX_VCS];
    unsigned due, waited[MAX_VCS]; /* VCs to be told; CF_Updates they have let pass */
    unsigned timer;
    bool os_waits, ref_error;
    events last; /* of the cycle before: the counters are one cycle behind */
    uint8_t os_word[8];
    uint64_t next_os; /* cycle before which the next CF_Update may not be taken */
    uint64_t cfs;
    /* the far end */
    uint32_t s_cc[MAX_VCS], s_cf[MAX_VCS];
    item wire[WIRE];
    unsigned wire_head, wire_tail;
    cf_item back[WIRE];
    unsigned back_head, back_tail;
    unsigned held_len[HELD], held_vc[HELD], held_n;
    uint32_t buffer[MAX_VCS];
    unsigned worst_wait; /* CF_Updates for others while a VC was due */
    uint64_t frames, lost, lost_cfs, ccs, refused;
} bench;

static void put_config(bench *b)
{
    tb_set(b->c_enable, b->enable);
    tb_set(b->c_shift, b->shift);
    tb_set(b->c_ovhd, (uint64_t)b->ovhd & 0xff);
    tb_set(b->c_period, b->period);
    tb_set(b->c_min, b->min);
}

static void quiet(bench *b)
{
    tb_set(b->c_valid, 0);
    tb_set(b->f_valid, 0);
    tb_set(b->r_valid, 0);
    tb_set(b->cc_valid, 0);
    tb_set(b->clear, 0);
}

static unsigned credits(const bench *b, unsigned len)
{
    return cbfc_credits(len, b->shift, b->ovhd);
}

static bool on(const bench *b, unsigned v) { return v < b->vcs && (b->enable >> v & 1); }

static void check_load(bench *b, const uint32_t *cf_before)
{
    tb *t = b->t;
    unsigned vc[2], n[2];
    tb_get_bytes(b->os, 0, b->os_word, 8);
    if (!cf_decode(b->os_word, vc, n)) {
        tb_fail(t, "not a CF_Update");
        return;
    }
    for (int i = 0; i < 2; i++) {
        if (!on(b, vc[i])) {
            tb_fail(t, "CF_Update names VC %u, which is not enabled", vc[i]);
            return;
        }
        TB_EQ(t, n[i], cf_before[vc[i]] & 0x7fff);
    }
    unsigned rest = b->due & ~(1u << vc[0]), others = b->enable & ~(1u << vc[0]);
    if (!(b->due >> vc[0] & 1)) tb_fail(t, "CF_Update for VC %u, which is not due", vc[0]);
    if (rest && !(rest >> vc[1] & 1)) tb_fail(t, "the second half is not for a VC that is due");
    if (others && vc[1] == vc[0]) tb_fail(t, "the second half repeats the first");
    for (unsigned v = 0; v < b->vcs; v++) {
        bool told = v == vc[0] || v == vc[1];
        b->waited[v] = (b->due >> v & 1) && !told ? b->waited[v] + 1 : 0;
        if (b->waited[v] > b->worst_wait) b->worst_wait = b->waited[v];
        if (b->waited[v] >= (b->vcs + 1) / 2) tb_fail(t, "VC %u was passed over too often", v);
    }
    b->due &= ~(1u << vc[0] | 1u << vc[1]);
    b->cfs++;
}

/* One clock with the inputs of `e`; compares all outputs. Returns true when a CF_Update was taken,
 * which is then in os_word. */
static bool step(bench *b, const events *e, bool ready)
{
    tb *t = b->t;
    uint32_t cf_before[MAX_VCS];
    memcpy(cf_before, b->ref_cf, sizeof cf_before);
    unsigned due_before = b->due;
    bool was_waiting = b->os_waits, taken = was_waiting && ready;
    uint64_t now = tb_cycle(t);
    tb_set(b->os_ready, ready);
    tb_set(b->c_valid, e->consumed);
    tb_set(b->c_vc, e->c_vc);
    tb_set(b->c_len, e->c_len);
    tb_set(b->f_valid, e->freed);
    tb_set(b->f_vc, e->f_vc);
    tb_set(b->f_len, e->f_len);
    tb_set(b->r_valid, e->refused);
    tb_set(b->r_vc, e->r_vc);
    tb_set(b->r_len, e->r_len);
    tb_set(b->cc_valid, e->cc);
    if (e->cc) {
        uint8_t f[64];
        cc_encode(f, tb_rand(t) & 0xffffffffffffu, e->s_cc, b->vcs);
        if (e->cc_type2) f[19] = 2;
        if (e->cc_bad) {
            unsigned bit = 12 * 8 + (unsigned)tb_rand_below(t, 64); /* type, opcode, CID, message */
            f[bit / 8] ^= (uint8_t)(1u << bit % 8);
            if (f[19] == 2) f[19] = 3;
        }
        tb_set_bytes(b->cc_data, 0, f, 64);
    } else {
        tb_set(b->cc_data, 0);
    }
    tb_eval(t);
    TB_EQ(t, tb_get(b->ev_sent), taken);
    tb_tick(t);

    /* the reference */
    events now_in = *e;
    e = &b->last;
    if (e->consumed && on(b, e->c_vc))
        b->ref_cc[e->c_vc] = (b->ref_cc[e->c_vc] + credits(b, e->c_len)) & CYCLE20;
    if (e->cc && !e->cc_bad && !e->cc_type2)
        for (unsigned v = 0; v < b->vcs; v++)
            if (on(b, v)) {
                b->ref_cf[v] = (b->ref_cf[v] + e->s_cc[v] - b->ref_cc[v]) & CYCLE20;
                b->ref_cc[v] = e->s_cc[v];
            }
    if (e->freed && on(b, e->f_vc))
        b->ref_cf[e->f_vc] = (b->ref_cf[e->f_vc] + credits(b, e->f_len)) & CYCLE20;
    if (e->refused && on(b, e->r_vc))
        b->ref_cf[e->r_vc] = (b->ref_cf[e->r_vc] + credits(b, e->r_len)) & CYCLE20;

    for (unsigned v = 0; v < b->vcs; v++) {
        TB_EQ(t, tb_get_bits(b->r_cc, 20 * v, 20), b->ref_cc[v]);
        TB_EQ(t, tb_get_bits(b->r_cf, 20 * v, 20), b->ref_cf[v]);
    }
    TB_EQ(t, tb_get(b->ev_ok), now_in.cc && !now_in.cc_bad);
    TB_EQ(t, tb_get(b->ev_bad), now_in.cc && now_in.cc_bad);
    TB_EQ(t, tb_get(b->error), b->ref_error);

    /* CF_Update: exactly when it is due and may */
    bool expected = was_waiting ? !taken : due_before != 0 && now + 1 >= b->next_os;
    TB_EQ(t, tb_get(b->os_valid), expected);
    b->os_waits = tb_get(b->os_valid);
    if (was_waiting && !taken) {
        uint8_t word[8];
        tb_get_bytes(b->os, 0, word, 8);
        if (memcmp(word, b->os_word, 8)) tb_fail(t, "a waiting CF_Update changed");
    }
    if (taken) b->next_os = now + (b->min > 2 ? b->min : 2);
    if (!was_waiting && b->os_waits) check_load(b, cf_before);

    /* reasons that came with this cycle */
    for (unsigned v = 0; v < b->vcs; v++)
        if (b->ref_cf[v] != cf_before[v]) b->due |= 1u << v;
    if (e->cc && !e->cc_bad && !e->cc_type2) b->due |= b->enable;
    if (b->period && b->enable) {
        if (++b->timer >= b->period) {
            b->timer = 0;
            b->due |= b->enable;
        }
    }
    b->last = now_in;
    return taken;
}

static void restart(bench *b)
{
    tb *t = b->t;
    quiet(b);
    tb_set(b->os_ready, 1); /* empty the output first */
    b->enable = b->enable & ((1u << b->vcs) - 1);
    put_config(b);
    tb_tick(t);
    for (int i = 0; i < 4; i++) {
        tb_set(b->clear, 1);
        tb_tick(t);
    }
    tb_set(b->clear, 0);
    memset(b->ref_cc, 0, sizeof b->ref_cc);
    memset(b->ref_cf, 0, sizeof b->ref_cf);
    memset(b->s_cc, 0, sizeof b->s_cc);
    memset(b->s_cf, 0, sizeof b->s_cf);
    memset(b->buffer, 0, sizeof b->buffer);
    memset(b->waited, 0, sizeof b->waited);
    b->wire_head = b->wire_tail = b->back_head = b->back_tail = b->held_n = 0;
    b->due = b->timer = 0;
    b->os_waits = b->ref_error = false;
    b->last = (events){0};
    /* the distance to the last CF_Update before the clear still counts: let it pass (it is below
     * 100 cycles here) */
    b->next_os = 0;
    unsigned period = b->period;
    tb_set(b->c_period, 0);
    for (int i = 0; i < 110; i++) tb_tick(t);
    b->period = period;
    put_config(b);
    TB_EQ(t, tb_get(b->os_valid), 0);
}

/* One cycle of sender, wire, module and way back. */
static void cycle(bench *b, unsigned load, unsigned drain, unsigned lose, unsigned ready, bool cc)
{
    tb *t = b->t;
    events e = {0};
    uint64_t now = tb_cycle(t);
    /* sender: exact lengths, within its limit */
    if (tb_chance(t, load)) {
        unsigned v = (unsigned)tb_rand_below(t, b->vcs);
        unsigned len = 28 + (unsigned)tb_rand_below(t, tb_chance(t, 50) ? 100 : 9189);
        unsigned cr = credits(b, len);
        if (!on(b, v) || ((b->s_cc[v] - b->s_cf[v]) & CYCLE20) + cr <= b->limit[v]) {
            item *w = &b->wire[b->wire_tail++ % WIRE];
            *w = (item){.due = now + b->delay, .vc = v, .len = len, .cr = cr};
            w->lost = tb_chance(t, lose);
            if (on(b, v)) b->s_cc[v] = (b->s_cc[v] + cr) & CYCLE20;
            b->frames++;
            b->lost += w->lost;
        }
    }
    if (cc) {
        item *w = &b->wire[b->wire_tail++ % WIRE];
        *w = (item){.is_cc = true, .due = now + b->delay, .lost = tb_chance(t, lose)};
        memcpy(w->s_cc, b->s_cc, sizeof w->s_cc);
        b->lost += w->lost;
    }
    /* the wire: a frame, and the CC_Update right behind it may come in the same cycle */
    while (b->wire_head != b->wire_tail && b->wire[b->wire_head % WIRE].due <= now) {
        item *i = &b->wire[b->wire_head % WIRE];
        if (i->lost) {
            b->wire_head++;
        } else if (i->is_cc) {
            if (e.cc) break;
            e.cc = true;
            memcpy(e.s_cc, i->s_cc, sizeof e.s_cc);
            b->ccs++;
            b->wire_head++;
        } else {
            if (e.consumed || e.cc) break;
            e.consumed = true;
            e.c_vc = i->vc;
            e.c_len = i->len;
            if (tb_chance(t, 15)) {
                e.refused = true;
                e.r_vc = i->vc;
                e.r_len = i->len;
                b->refused++;
            } else {
                b->held_vc[b->held_n] = i->vc;
                b->held_len[b->held_n++] = i->len;
                if (on(b, i->vc)) b->buffer[i->vc] += i->cr;
                if (on(b, i->vc) && b->buffer[i->vc] > b->limit[i->vc])
                    tb_fail(t, "the buffer of VC %u holds %u credits, limit %u", i->vc,
                            b->buffer[i->vc], b->limit[i->vc]);
                if (b->held_n == HELD) {
                    tb_fail(t, "too many frames");
                    b->held_n = 0;
                }
            }
            b->wire_head++;
        }
    }
    if (!e.cc && tb_chance(t, 3)) { /* frames that are no CC_Update of ours */
        e.cc = true;
        e.cc_bad = tb_chance(t, 80);
        e.cc_type2 = !e.cc_bad;
        for (unsigned v = 0; v < b->vcs; v++) e.s_cc[v] = (uint32_t)tb_rand(t) & CYCLE20;
    }
    /* the buffer: any held frame may leave, even the one that has just come */
    if (b->held_n && tb_chance(t, drain)) {
        unsigned i = (unsigned)tb_rand_below(t, b->held_n);
        e.freed = true;
        e.f_vc = b->held_vc[i];
        e.f_len = b->held_len[i];
        if (on(b, e.f_vc)) b->buffer[e.f_vc] -= credits(b, e.f_len);
        b->held_n--;
        b->held_vc[i] = b->held_vc[b->held_n];
        b->held_len[i] = b->held_len[b->held_n];
    }
    if (step(b, &e, tb_chance(t, ready))) {
        cf_item *c = &b->back[b->back_tail % WIRE];
        memcpy(c->os, b->os_word, 8);
        c->due = now + b->delay;
        if (tb_chance(t, lose))
            b->lost_cfs++;
        else
            b->back_tail++;
    }
    while (b->back_head != b->back_tail && b->back[b->back_head % WIRE].due <= now) {
        unsigned vc[2], n[2];
        if (!cf_decode(b->back[b->back_head++ % WIRE].os, vc, n)) continue;
        for (int i = 0; i < 2; i++) {
            if (!on(b, vc[i])) continue;
            uint32_t cf = cf_extend(b->s_cf[vc[i]], n[i]);
            if (((cf - b->s_cf[vc[i]]) & CYCLE20) > ((b->s_cc[vc[i]] - b->s_cf[vc[i]]) & CYCLE20))
                tb_fail(t, "CF_Update of VC %u is ahead of what was sent", vc[i]);
            b->s_cf[vc[i]] = cf;
        }
    }
}

static void round_of_traffic(bench *b, unsigned cycles)
{
    tb *t = b->t;
    b->shift = 5 + (unsigned)tb_rand_below(t, 7);
    b->ovhd = (int)tb_rand_below(t, 144) - 16;
    b->period = tb_chance(t, 30) ? 0 : 50 + (unsigned)tb_rand_below(t, 500);
    b->min = tb_chance(t, 40) ? (unsigned)tb_rand_below(t, 4) : (unsigned)tb_rand_below(t, 100);
    b->delay = 1 + (unsigned)tb_rand_below(t, 100);
    b->enable = tb_chance(t, 50) ? ~0u : (unsigned)tb_rand_below(t, 1u << b->vcs);
    unsigned top = credits(b, 9216);
    for (unsigned v = 0; v < b->vcs; v++)
        b->limit[v] = top + (unsigned)tb_rand_below(t, 10 * top > 32000 ? 32000 : 10 * top);
    restart(b);
    unsigned lose = (unsigned)tb_rand_below(t, 30), drain = 10 + (unsigned)tb_rand_below(t, 70);
    unsigned ready = tb_chance(t, 40) ? 100 : 5 + (unsigned)tb_rand_below(t, 90);
    for (unsigned i = 0; i < cycles; i++) cycle(b, 60, drain, lose, ready, tb_chance(t, 1));
    for (unsigned i = 0; i < 20000 && (b->held_n || b->wire_head != b->wire_tail); i++)
        cycle(b, 0, 100, 0, 100, false);
    TB_EQ(t, b->held_n, 0);
    cycle(b, 0, 100, 0, 100, true);
    unsigned settle = 3 * b->delay + (b->vcs + 2) * (b->min + 4) + 50;
    for (unsigned i = 0; i < settle; i++) cycle(b, 0, 100, 0, 100, false);
    for (unsigned v = 0; v < b->vcs; v++) {
        if (!on(b, v)) continue;
        TB_EQ(t, b->ref_cc[v], b->s_cc[v]);
        TB_EQ(t, b->ref_cf[v], b->s_cc[v]);
        TB_EQ(t, b->s_cf[v], b->s_cc[v]);
    }
}

static void directed(bench *b)
{
    tb *t = b->t;
    unsigned v = b->vcs - 1;
    events none = {0};
    b->shift = 6;
    b->ovhd = 0;
    b->min = 0;
    b->period = 0;
    b->enable = ~0u;
    restart(b);
    /* nothing happened: nothing is said */
    for (int i = 0; i < 300; i++) step(b, &none, true);
    TB_EQ(t, b->cfs, 0);
    /* a frame comes and goes: consumed says nothing, freed does, three cycles later */
    events e = {.consumed = true, .c_vc = v, .c_len = 1020};
    step(b, &e, true);
    for (int i = 0; i < 10; i++) step(b, &none, true);
    TB_EQ(t, b->cfs, 0);
    e = (events){.freed = true, .f_vc = v, .f_len = 1020};
    step(b, &e, true);
    TB_EQ(t, b->cfs, 0);
    step(b, &none, true);
    TB_EQ(t, b->cfs, 0);
    step(b, &none, true);
    TB_EQ(t, b->cfs, 1);
    step(b, &none, true);
    /* all four events in one cycle on one VC: frame lost (16), frame in (16), refused, older freed
     */
    e = (events){.consumed = true, .c_vc = v, .c_len = 1020};
    step(b, &e, true);
    e = (events){.consumed = true,
                 .c_vc = v,
                 .c_len = 60,
                 .refused = true,
                 .r_vc = v,
                 .r_len = 60,
                 .freed = true,
                 .f_vc = v,
                 .f_len = 1020,
                 .cc = true};
    e.s_cc[v] = 16 + 16 + 1 + 16;
    step(b, &e, true);
    step(b, &none, true);
    TB_EQ(t, tb_get_bits(b->r_cc, 20 * v, 20), 49);
    TB_EQ(t, tb_get_bits(b->r_cf, 20 * v, 20), 49);
    for (int i = 0; i < 30; i++) step(b, &none, true);
    /* the period: ceil(VCS / 2) CF_Updates each */
    uint64_t before = b->cfs;
    b->period = 100;
    put_config(b);
    for (int i = 0; i < 1050; i++) step(b, &none, true);
    TB_EQ(t, b->cfs - before, 10 * ((b->vcs + 1) / 2));
    b->period = 0;
    put_config(b);
    b->timer = 0;
    for (int i = 0; i < 30; i++) step(b, &none, true);
    /* clear with a CF_Update waiting: it still comes, with counts of 0 */
    e = (events){.consumed = true, .c_vc = v, .c_len = 1020};
    step(b, &e, false);
    e = (events){.freed = true, .f_vc = v, .f_len = 1020};
    step(b, &e, false);
    for (int i = 0; i < 3; i++) step(b, &none, false);
    TB_EQ(t, b->os_waits, true);
    quiet(b);
    tb_set(b->clear, 1);
    tb_tick(t);
    tb_set(b->clear, 0);
    unsigned vc[2] = {99, 99}, n[2] = {99, 99};
    tb_get_bytes(b->os, 0, b->os_word, 8);
    TB_EQ(t, tb_get(b->os_valid), 1);
    TB_CHECK(t, cf_decode(b->os_word, vc, n) && vc[0] == v && n[0] == 0 && n[1] == 0);
    TB_EQ(t, tb_get_bits(b->r_cc, 20 * v, 20), 0);
    restart(b);
    /* more freed than consumed */
    e = (events){.freed = true, .f_vc = v, .f_len = 60};
    step(b, &e, true);
    step(b, &none, true);
    b->ref_error = true;
    for (int i = 0; i < 5; i++) step(b, &none, true); /* sticky */
    restart(b);
    step(b, &none, true); /* clear took it away */
    /* a VC that is not enabled does not count; enabling starts at 0 */
    e = (events){.consumed = true, .c_vc = v, .c_len = 60};
    step(b, &e, true);
    step(b, &none, true);
    TB_EQ(t, tb_get_bits(b->r_cc, 20 * v, 20), 1);
    b->enable &= ~(1u << v);
    put_config(b);
    b->ref_cc[v] = 0;
    step(b, &none, true);
    step(b, &e, true);
    step(b, &none, true);
    b->enable |= 1u << v;
    put_config(b);
    step(b, &none, true);
    TB_EQ(t, tb_get_bits(b->r_cc, 20 * v, 20), 0);
}

int tb_main(tb *t)
{
    static bench b;
    b.t = t;
    b.vcs = (unsigned)tb_param(t, "VCS", 4);
    b.c_enable = tb_sig_find(t, "cfg_enable_i");
    b.c_shift = tb_sig_find(t, "cfg_shift_i");
    b.c_ovhd = tb_sig_find(t, "cfg_ovhd_i");
    b.c_period = tb_sig_find(t, "cfg_cf_period_i");
    b.c_min = tb_sig_find(t, "cfg_cf_min_i");
    b.clear = tb_sig_find(t, "clear_i");
    b.c_valid = tb_sig_find(t, "consumed_valid_i");
    b.c_vc = tb_sig_find(t, "consumed_vc_i");
    b.c_len = tb_sig_find(t, "consumed_len_i");
    b.f_valid = tb_sig_find(t, "freed_valid_i");
    b.f_vc = tb_sig_find(t, "freed_vc_i");
    b.f_len = tb_sig_find(t, "freed_len_i");
    b.r_valid = tb_sig_find(t, "refused_valid_i");
    b.r_vc = tb_sig_find(t, "refused_vc_i");
    b.r_len = tb_sig_find(t, "refused_len_i");
    b.cc_valid = tb_sig_find(t, "cc_valid_i");
    b.cc_data = tb_sig_find(t, "cc_data_i");
    b.os_valid = tb_sig_find(t, "os_valid_o");
    b.os_ready = tb_sig_find(t, "os_ready_i");
    b.os = tb_sig_find(t, "os_data_o");
    b.r_cc = tb_sig_find(t, "r_cc_o");
    b.r_cf = tb_sig_find(t, "r_cf_o");
    b.ev_sent = tb_sig_find(t, "ev_cf_sent_o");
    b.ev_ok = tb_sig_find(t, "ev_cc_ok_o");
    b.ev_bad = tb_sig_find(t, "ev_cc_bad_o");
    b.error = tb_sig_find(t, "error_o");
    b.shift = 6;
    quiet(&b);
    put_config(&b);
    tb_set(b.os_ready, 0);
    tb_reset(t, 4);
    TB_EQ(t, tb_get(b.os_valid), 0);
    directed(&b);
    uint64_t rounds = tb_effort(t, 40, 600);
    for (uint64_t i = 0; i < rounds; i++) round_of_traffic(&b, 4000);
    TB_CHECK(t, b.lost > 100 && b.lost_cfs > 100 && b.ccs > 100 && b.refused > 100);
    tb_note(t, "worst wait of a due VC: %u CF_Updates of others, bound %u", b.worst_wait,
            (b.vcs + 1) / 2 - 1);
    tb_note(
        t,
        "%llu frames, %llu lost, %llu refused, %llu CC_Updates in, %llu CF_Updates out, %llu of "
        "them lost",
        (unsigned long long)b.frames, (unsigned long long)b.lost, (unsigned long long)b.refused,
        (unsigned long long)b.ccs, (unsigned long long)b.cfs, (unsigned long long)b.lost_cfs);
    return tb_failures(t) != 0;
}
