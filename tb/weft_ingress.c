/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_ingress. The bench plays the wire (cells at the pace of a 32-byte MII with gaps and
 * ordered sets), the route (descriptors, drops, control frames), the scheduler (random acceptances
 * that obey the contract), the credit accounts and the egresses. The reference knows frames, queues
 * of frames, a set of free cells by number only, and the two readers with the slot rule of the
 * header; all outputs are compared in every cycle. Beside it, each egress checks for itself that
 * frames come whole, one after the other, and in order within their VC.
 */
/* tb-params: "-GENDPOINTS=4 -GCELLS=64 -GMAX_CELLS=8"
 * "-GENDPOINTS=2 -GVCS=1 -GCELLS=32 -GMAX_CELLS=4"
 * "-GENDPOINTS=9 -GCELLS=256 -GMAX_CELLS=24" "-GENDPOINTS=5 -GVCS=8 -GCELLS=128 -GMAX_CELLS=6" */
#include "tb.h"

#include <stdlib.h>
#include <string.h>

#define MAX_E      16
#define MAX_V      8
#define MAX_FRAMES 1024
#define CELLS_OF   32 /* of a frame, at most */
/* Drop reasons of weft_defs.vh. */
enum { NONE = 0, NO_ROOM = 11, LOSSLESS = 12, CONTROL = 14 };

struct frame {
    bool used, bad, cut, done_arriving;
    unsigned cells, len, vc, drop_in, drop, reason, src, off, mode, stored;
    unsigned wire_cells, wire_len; /* as it comes; cells and len: as it is stored */
    unsigned trim;
    bool rw_ecn, trimmable, trims, trimmed;
    uint16_t seq;
    uint32_t time;
    uint64_t mask, left; /* egresses; those that no copy has been started to */
    unsigned copies_out; /* egresses that have its last cell */
    uint8_t data[CELLS_OF][64];
};

struct ring {
    uint16_t frame[MAX_FRAMES];
    unsigned first, count;
};

/* One read of the cell memory. */
struct read {
    bool valid, cut, last, last_pass, sop, mark;
    unsigned frame, cell;
    uint64_t mask;
    uint32_t time;
};

struct fate {
    bool valid, consumed, refused, control, trimmed;
    unsigned vc, len, reason, copies;
    uint64_t mask;
    uint16_t seq;
    uint32_t time;
    uint8_t data[64];
};

struct bench {
    tb *t;
    tb_sig *time, *ready, *cell_valid, *cell_sop, *cell_eop, *cell_err, *cell_reason, *cell_bytes,
        *cell_len, *cell_data, *desc, *dst_mask, *vc_limit, *lossless, *ct_enable, *ecn, *eg_idle,
        *credit_ok, *hold, *credit_avail, *credit_shift, *credit_ovhd, *req, *same, *free, *busy,
        *ct_req, *ct_mask, *ct_vc, *acc_valid, *acc_mask, *acc_vc, *ct_gnt, *granted, *x_valid,
        *x_mask, *x_data, *tus_valid, *tus_mask, *tus_vc, *tus_len, *tuc_valid, *tuc_mask, *tuc_vc,
        *tuc_len, *consumed, *refused, *fate_vc, *fate_len, *freed, *freed_vc, *freed_len, *control,
        *control_data, *fate_valid, *fate_reason, *fate_trimmed, *trim, *trim_vc, *fate_copies,
        *fate_mask, *fate_seq, *fate_time, *cell_in, *cell_freed, *cells_rolled, *held_copies,
        *held_cells, *used, *error;
    unsigned ends, vcs, cells, max_cells;

    /* configuration */
    unsigned limit[MAX_V], mark_at[MAX_V];
    unsigned old_limit[MAX_V]; /* in the cycle before */
    bool keep[MAX_V], cut_on;
    unsigned trim_at[MAX_V], trim_to[MAX_V];
    bool trims[MAX_V]; /* answers of the cycle before */
    unsigned trims_to[MAX_V];
    uint32_t avail[MAX_E][MAX_V];
    bool ok[MAX_E][MAX_V];

    /* wire */
    bool arriving;
    unsigned frame, cell; /* what comes next */
    uint64_t wire, due;   /* bytes on the wire so far, cycle of the next cell */
    uint64_t last_due;
    bool closed; /* the arriving frame may not be cut through any more */

    /* reference */
    struct frame f[MAX_FRAMES];
    unsigned next_frame;
    struct ring voq[MAX_E][MAX_V];
    unsigned free_cells, held[MAX_V];
    bool freed_before;
    bool room[MAX_V], frame_room[MAX_V], free_room; /* answers of the cycle before */
    bool st_active, ct_active, ct_read_before;
    unsigned st_frame, st_cell, ct_frame, ct_cell, ct_here; /* ct_here: cells that have arrived */
    uint64_t st_mask, ct_mask_now;
    bool st_mark, ct_mark, st_last_pass, tus_now;
    uint32_t st_time, ct_time;
    struct read r1, r2; /* read one and two cycles ago */
    struct fate fate_now;
    struct {
        bool valid;
        unsigned vc, len;
    } freed_now;
    int gauge, gauge_step; /* held_copies_o, and what the cycle before this one adds to it */
    unsigned unseen[MAX_E][MAX_V], blocked_run;
    bool held_back[MAX_E][MAX_V]; /* by weft_credit_claim */

    /* egresses */
    int eg_frame[MAX_E];
    unsigned eg_cell[MAX_E];
    struct ring order[MAX_E][MAX_V];

    unsigned st_waits, ct_waits, st_worst, ct_worst, blocked_worst; /* cycles without a slot */
    uint64_t now, frames, delivered, cut, cut_bad, multi, passes, full, marked, both, trimmed,
        diverted;
};

static void push(struct ring *r, unsigned frame)
{
    r->frame[(r->first + r->count++) % MAX_FRAMES] = (uint16_t)frame;
}

static unsigned pop(struct ring *r)
{
    unsigned frame = r->frame[r->first];
    r->first = (r->first + 1) % MAX_FRAMES;
    r->count--;
    return frame;
}

static unsigned bits(uint64_t m)
{
    unsigned n = 0;
    for (; m; m &= m - 1) n++;
    return n;
}

static uint32_t cost(unsigned len) { return (len + 4 + 63) / 64; }

/* ------------------------------------------------------------------ wire ------------------- */

static void new_frame(struct bench *b, unsigned multi)
{
    tb *t = b->t;
    unsigned n = b->next_frame;
    while (b->f[n].used) n = (n + 1) % MAX_FRAMES;
    b->next_frame = (n + 1) % MAX_FRAMES;
    struct frame *f = &b->f[n];
    memset(f, 0, offsetof(struct frame, data));
    f->used = true;
    f->cells = tb_chance(t, 40) ? 1 : 1 + (unsigned)tb_rand_below(t, b->max_cells);
    f->len = (f->cells - 1) * 64 + 1 + (unsigned)tb_rand_below(t, 64);
    if (f->len < 28) f->len = 28;
    f->vc = (unsigned)tb_rand_below(t, b->vcs);
    f->bad = tb_chance(t, 8);
    f->reason = f->bad ? 1 + (unsigned)tb_rand_below(t, 5) : (unsigned)tb_rand_below(t, 32);
    if (tb_chance(t, 6)) f->drop_in = 6 + (unsigned)tb_rand_below(t, 5);
    if (tb_chance(t, 4)) {
        f->drop_in = CONTROL;
        /* The length of a link's control frame, and those next to it. */
        if (f->cells == 1 && tb_chance(t, 60)) f->len = 59 + (unsigned)tb_rand_below(t, 3);
    }
    f->src = (unsigned)tb_rand_below(t, 64);
    f->off = (unsigned)tb_rand_below(t, 128);
    f->mode = (unsigned)tb_rand_below(t, 4);
    f->trimmable = tb_chance(t, 50);
    f->trim = (unsigned)tb_rand_below(t, 128);
    f->wire_cells = f->cells;
    f->wire_len = f->len;
    f->rw_ecn = tb_chance(t, 50);
    f->seq = (uint16_t)tb_rand(t);
    f->time = (uint32_t)tb_rand(t);
    f->mask = UINT64_C(1) << tb_rand_below(t, b->ends);
    if (tb_chance(t, multi))
        for (unsigned j = 0; j < b->ends; j++) f->mask |= (uint64_t)tb_chance(t, 50) << j;
    if (f->drop_in && tb_chance(t, 50)) f->mask = 0;
    for (unsigned c = 0; c < f->cells; c++)
        for (unsigned k = 0; k < 64; k += 8) {
            uint64_t r = tb_rand(t);
            memcpy(f->data[c] + k, &r, 8);
        }
    b->frame = n;
    b->cell = 0;
    b->arriving = true;
    b->frames++;
}

/* The cycle in which a cell is known to the MAC: when the byte behind it and the FCS is there. */
static void schedule_cell(struct bench *b)
{
    const struct frame *f = &b->f[b->frame];
    uint64_t end = b->cell + 1 == f->wire_cells ? f->wire_len : (b->cell + 1) * 64u;
    uint64_t due = (b->wire + 8 + end + 4) / 32;
    b->due = due > b->last_due ? due : b->last_due + 1;
}

static void wire_idle(struct bench *b, unsigned load, unsigned multi)
{
    tb *t = b->t;
    uint64_t here = b->now * 32;
    if (b->arriving) return;
    if (b->wire < here && !tb_chance(t, load)) {
        b->wire = here;
        return;
    }
    if (b->wire + 64 < here) b->wire = here + 8 * tb_rand_below(t, 4);
    new_frame(b, multi);
    schedule_cell(b);
}

static void wire_next(struct bench *b)
{
    tb *t = b->t;
    const struct frame *f = &b->f[b->frame];
    b->last_due = b->due;
    if (++b->cell < f->wire_cells) {
        if (tb_chance(t, 5)) b->wire += 8; /* an ordered set in mid-frame */
        schedule_cell(b);
        return;
    }
    b->arriving = false;
    b->wire += 8 + f->wire_len + 4 + 1; /* the smallest gap; starts are 8 bytes apart */
    b->wire = (b->wire + 7) / 8 * 8;
}

/* ------------------------------------------------------------------ checks ----------------- */

static void check_x(struct bench *b)
{
    tb *t = b->t;
    const struct read *r = &b->r1;
    TB_EQ(t, tb_get(b->x_valid), r->valid);
    if (!r->valid || !tb_get(b->x_valid)) return;
    const struct frame *f = &b->f[r->frame];
    uint8_t got[64];
    unsigned bytes = r->last ? f->len - (f->cells - 1) * 64 : 64;
    TB_EQ(t, tb_get(b->x_mask), r->mask);
    tb_get_bytes(b->x_data, 0, got, 64);
    if (memcmp(got, f->data[r->cell], 64)) tb_fail(t, "cell %u has the wrong bytes", r->cell);
    TB_EQ(t, tb_get_bits(b->x_data, 512, 7), bytes);
    TB_EQ(t, tb_get_bits(b->x_data, 519, 1), r->last && f->bad);
    TB_EQ(t, tb_get_bits(b->x_data, 520, 1), r->last);
    TB_EQ(t, tb_get_bits(b->x_data, 521, 1), r->sop);
    TB_EQ(t, tb_get_bits(b->x_data, 522, 1), r->mark);
    TB_EQ(t, tb_get_bits(b->x_data, 523, 1), r->cut);
    if (r->sop) {
        TB_EQ(t, tb_get_bits(b->x_data, 524, 2), f->mode);
        TB_EQ(t, tb_get_bits(b->x_data, 526, 1), f->rw_ecn);
        TB_EQ(t, tb_get_bits(b->x_data, 527, 7), f->off);
        TB_EQ(t, tb_get_bits(b->x_data, 534, 3), f->vc);
        TB_EQ(t, tb_get_bits(b->x_data, 537, 6), f->src);
        TB_EQ(t, tb_get_bits(b->x_data, 543, 16), f->seq);
        TB_EQ(t, tb_get_bits(b->x_data, 559, 32), f->time);
        TB_EQ(t, tb_get_bits(b->x_data, 591, 7), f->trim);
        TB_EQ(t, tb_get_bits(b->x_data, 598, 32), r->time);
        TB_EQ(t, tb_get_bits(b->x_data, 630, 1), f->trimmed);
    }
    b->marked += r->sop && r->mark;
}

/* Each egress for itself: whole frames, in order within the VC. */
static void egresses(struct bench *b)
{
    tb *t = b->t;
    if (!tb_get(b->x_valid) || !b->r1.valid) return;
    uint64_t mask = tb_get(b->x_mask);
    bool sop = tb_get_bits(b->x_data, 521, 1), eop = tb_get_bits(b->x_data, 520, 1);
    for (unsigned j = 0; j < b->ends; j++) {
        if (!(mask >> j & 1)) continue;
        if (sop) {
            unsigned vc = (unsigned)tb_get_bits(b->x_data, 534, 3) % b->vcs;
            if (b->eg_frame[j] >= 0) tb_fail(t, "egress %u: a frame begins inside another", j);
            if (b->order[j][vc].count == 0) {
                tb_fail(t, "egress %u VC %u: a frame that nobody sent there", j, vc);
                continue;
            }
            b->eg_frame[j] = (int)pop(&b->order[j][vc]);
            b->eg_cell[j] = 0;
            if (b->f[b->eg_frame[j]].seq != tb_get_bits(b->x_data, 543, 16))
                tb_fail(t, "egress %u VC %u: out of order", j, vc);
        }
        if (b->eg_frame[j] < 0) {
            tb_fail(t, "egress %u: a cell without a frame", j);
            continue;
        }
        struct frame *f = &b->f[b->eg_frame[j]];
        uint8_t got[64];
        tb_get_bytes(b->x_data, 0, got, 64);
        if (b->eg_cell[j] >= f->cells || memcmp(got, f->data[b->eg_cell[j]], 64))
            tb_fail(t, "egress %u: cell %u is not the frame's", j, b->eg_cell[j]);
        b->eg_cell[j]++;
        if (eop != (b->eg_cell[j] == f->cells)) tb_fail(t, "egress %u: wrong end", j);
        if (eop) {
            b->eg_frame[j] = -1;
            f->copies_out++;
            b->delivered++;
        }
    }
}

static void check_events(struct bench *b)
{
    tb *t = b->t;
    const struct fate *f = &b->fate_now;
    TB_EQ(t, tb_get(b->fate_valid), f->valid);
    TB_EQ(t, tb_get(b->consumed), f->valid && f->consumed);
    TB_EQ(t, tb_get(b->refused), f->valid && f->refused);
    TB_EQ(t, tb_get(b->control), f->valid && f->control);
    if (f->valid) {
        TB_EQ(t, tb_get(b->fate_vc), f->vc);
        TB_EQ(t, tb_get(b->fate_len), f->len);
        TB_EQ(t, tb_get(b->fate_reason), f->reason);
        TB_EQ(t, tb_get(b->fate_trimmed), f->trimmed);
        TB_EQ(t, tb_get(b->fate_copies), f->copies);
        TB_EQ(t, tb_get(b->fate_mask), f->mask);
        TB_EQ(t, tb_get(b->fate_seq), f->seq);
        TB_EQ(t, tb_get(b->fate_time), f->time);
        if (f->control) {
            uint8_t got[64];
            tb_get_bytes(b->control_data, 0, got, 64);
            TB_CHECK(t, memcmp(got, f->data, 64) == 0);
        }
    }
    TB_EQ(t, tb_get(b->freed), b->freed_now.valid);
    if (b->freed_now.valid) {
        TB_EQ(t, tb_get(b->freed_vc), b->freed_now.vc);
        TB_EQ(t, tb_get(b->freed_len), b->freed_now.len);
    }
    TB_EQ(t, tb_get(b->held_copies), (uint16_t)b->gauge);
    TB_EQ(t, tb_get(b->held_cells), b->cells - b->free_cells);
    for (unsigned v = 0; v < b->vcs; v++) TB_EQ(t, tb_get_bits(b->used, v * 16, 16), b->held[v]);
    TB_EQ(t, tb_get(b->error), 0);
}

/* ------------------------------------------------------------------ one cycle -------------- */

static void set_config(struct bench *b)
{
    for (unsigned v = 0; v < b->vcs; v++) {
        tb_set_bits(b->vc_limit, v * 16, 16, b->limit[v]);
        tb_set_bits(b->ecn, v * 13, 13, b->mark_at[v]);
        tb_set_bits(b->lossless, v, 1, b->keep[v]);
        tb_set_bits(b->trim, v * 16, 16, b->trim_at[v]);
        tb_set_bits(b->trim_vc, v * 3, 3, b->trim_to[v]);
    }
    tb_set(b->ct_enable, b->cut_on);
}

struct mix {
    unsigned load, multi, accept, cut, idle, gives, others, avail;
};

static void cycle(struct bench *b, const struct mix *m, bool traffic)
{
    tb *t = b->t;
    unsigned n = b->ends * b->vcs;
    uint32_t time = (uint32_t)(b->now * 2654435761u);
    tb_set(b->time, time);

    /* ---- arrival */
    if (traffic) wire_idle(b, m->load, m->multi);
    bool arrives = b->arriving && b->due <= b->now;
    struct frame *a = &b->f[b->frame];
    unsigned cell = b->cell;
    bool sop = arrives && cell == 0, eop = arrives && cell + 1 == a->wire_cells;
    bool bad_end = eop && a->bad;
    tb_set(b->cell_valid, arrives);
    tb_set(b->cell_sop, arrives ? sop : tb_chance(t, 50));
    tb_set(b->cell_eop, arrives ? eop : tb_chance(t, 50));
    tb_set(b->cell_err, arrives ? bad_end : tb_chance(t, 50));
    if (arrives) {
        tb_set(b->cell_reason, bad_end ? a->reason : tb_rand(t));
        tb_set(b->cell_bytes, eop ? a->wire_len - 64 * cell : 64);
        tb_set(b->cell_len, eop ? a->wire_len : tb_rand(t));
        tb_set_bytes(b->cell_data, 0, a->data[cell], 64);
        for (unsigned k = 0; k < 138; k += 46) tb_set_bits(b->desc, k, 46, tb_rand(t));
        tb_set(b->dst_mask, tb_rand(t) & ((UINT64_C(1) << b->ends) - 1));
        if (sop) {
            tb_set_bits(b->desc, 0, 16, a->seq);
            tb_set_bits(b->desc, 16, 6, a->src);
            tb_set_bits(b->desc, 22, 3, a->vc);
            tb_set_bits(b->desc, 70, 32, a->time);
            tb_set_bits(b->desc, 103, 1, a->rw_ecn);
            tb_set_bits(b->desc, 104, 7, a->off);
            tb_set_bits(b->desc, 111, 5, a->drop_in);
            tb_set_bits(b->desc, 116, 2, a->mode);
            tb_set_bits(b->desc, 119, 1, a->trimmable);
            tb_set_bits(b->desc, 131, 7, a->trim);
            tb_set(b->dst_mask, a->mask);
        }
    }

    /* ---- trimming */
    if (sop && !eop && a->trimmable && b->trims[a->vc]) {
        a->trims = true;
        a->vc = b->trims_to[a->vc];
        b->diverted++;
    }
    unsigned keep = a->trim < 60 ? 60 : a->trim;
    bool past = arrives && a->trimmed;
    if (arrives && a->trims && !past && !eop && cell == (keep - 1) / 64) {
        a->trimmed = true;
        a->cells = cell + 1;
        a->len = keep;
    }

    /* ---- credits and egresses */
    uint32_t largest = cost(b->max_cells * 64);
    uint64_t idle = 0;
    for (unsigned j = 0; j < b->ends; j++) {
        idle |= (uint64_t)tb_chance(t, m->idle) << j;
        for (unsigned v = 0; v < b->vcs; v++) {
            if (tb_chance(t, m->gives) && b->avail[j][v] < 1000)
                b->avail[j][v] += 1 + (uint32_t)tb_rand_below(t, largest);
            b->ok[j][v] = b->avail[j][v] >= largest;
            tb_set_bits(b->credit_ok, v * b->ends + j, 1, b->ok[j][v]);
            if (tb_chance(t, 2)) b->held_back[j][v] = m->gives && tb_chance(t, 30);
            if (!m->gives) b->held_back[j][v] = false;
            tb_set_bits(b->hold, v * b->ends + j, 1, b->held_back[j][v]);
            tb_set_bits(b->credit_avail, (j * b->vcs + v) * 20, 20, b->avail[j][v]);
        }
    }
    tb_set(b->eg_idle, idle);
    tb_eval(t);

    /* ---- what the ingress must ask for */
    unsigned held[MAX_V]; /* at the beginning of the cycle */
    memcpy(held, b->held, sizeof held);
    bool ct_rd = b->ct_active && b->ct_here > b->ct_cell && !(b->st_active && b->ct_read_before);
    bool ct_last = ct_rd && b->ct_cell + 1 == b->f[b->ct_frame].cells;
    bool st_rd = b->st_active && !ct_rd;
    bool st_last = st_rd && b->st_cell + 1 == b->f[b->st_frame].cells;
    b->st_waits = b->st_active && !st_rd ? b->st_waits + 1 : 0;
    b->ct_waits = b->ct_active && b->ct_here > b->ct_cell && !ct_rd ? b->ct_waits + 1 : 0;
    if (b->st_waits > b->st_worst) b->st_worst = b->st_waits;
    if (b->ct_waits > b->ct_worst) b->ct_worst = b->ct_waits;
    bool any_multi = false;
    for (unsigned v = 0; v < b->vcs; v++) {
        int first_multi = -1;
        for (unsigned j = 0; j < b->ends; j++) {
            struct ring *q = &b->voq[j][v];
            bool req = tb_get_bits(b->req, v * b->ends + j, 1);
            bool same = tb_get_bits(b->same, v * b->ends + j, 1);
            int head = q->count ? (int)q->frame[q->first] : -1;
            bool fits = head >= 0 && cost(b->f[head].len) <= b->avail[j][v];
            bool many = head >= 0 && bits(b->f[head].mask) > 1;
            any_multi |= many;
            const bool held = b->held_back[j][v];
            if (held && req) tb_fail(t, "egress %u VC %u: asked for though held", j, v);
            if (head >= 0 && b->ok[j][v] && !held && !req)
                tb_fail(t, "egress %u VC %u: not asked for", j, v);
            if (req && head < 0) tb_fail(t, "egress %u VC %u: asked for without a frame", j, v);
            if (req && head >= 0 && !fits) tb_fail(t, "egress %u VC %u: beyond its credits", j, v);
            b->unseen[j][v] = fits && !held && !req ? b->unseen[j][v] + 1 : 0;
            if (b->unseen[j][v] > n + 2) tb_fail(t, "egress %u VC %u: fits, but is not seen", j, v);
            if (many && first_multi < 0) first_multi = head;
            TB_EQ(t, same, many && head == first_multi);
        }
    }
    bool is_free = tb_get(b->free);
    if (is_free && b->st_active && !st_last) tb_fail(t, "free in mid-frame");
    bool blocked = !is_free && (!b->st_active || st_last);
    b->blocked_run = blocked ? b->blocked_run + 1 : 0;
    if (blocked && !any_multi && !m->multi) tb_fail(t, "not free, and nothing to wait for");
    if (b->blocked_run > b->blocked_worst) b->blocked_worst = b->blocked_run;
    if (b->blocked_run > 10) tb_fail(t, "not free for %u cycles", b->blocked_run);
    uint64_t busy = (b->st_active && !st_last ? b->st_mask : 0) |
                    (b->ct_active && !ct_last ? b->ct_mask_now : 0);
    TB_EQ(t, tb_get(b->busy), busy);

    bool has_cell = b->free_cells > b->freed_before;
    bool room = past || (arrives && has_cell && (b->room[a->vc] || a->cut));
    unsigned drop = 0;
    if (arrives) {
        drop = sop ? a->drop_in : a->drop;
        if (drop == NONE && !room) drop = b->keep[a->vc] ? LOSSLESS : NO_ROOM;
    }
    bool store = arrives && !past && drop == NONE && !(bad_end && !a->cut);
    bool engine = !b->ct_active || ct_last;
    if (sop) b->closed = !engine;
    bool may_cut = store && cell < 2 && !a->cut && !a->trims && !(cell == 1 && b->closed) &&
                   engine && b->cut_on && !bad_end && b->free_room && b->frame_room[a->vc];
    if (may_cut && b->free_cells < b->max_cells)
        tb_fail(t, "cut through without cells for the largest frame");
    b->free_room = b->free_cells > b->max_cells;
    for (unsigned v = 0; v < b->vcs; v++) {
        b->frame_room[v] = held[v] + b->max_cells < b->old_limit[v];
        b->room[v] = held[v] + (store && v == a->vc) < b->old_limit[v];
        b->old_limit[v] = b->limit[v];
    }
    memcpy(b->trims_to, b->trim_to, sizeof b->trims_to);
    for (unsigned v = 0; v < b->vcs; v++)
        b->trims[v] = b->trim_at[v] && held[v] > b->trim_at[v] && !b->keep[v] &&
                      b->trim_to[v] < b->vcs && !b->keep[b->trim_to[v]];
    for (unsigned j = 0; j < b->ends && may_cut; j++)
        if (a->mask >> j & 1)
            may_cut = (idle >> j & 1) && b->ok[j][a->vc] && !b->held_back[j][a->vc] &&
                      b->voq[j][a->vc].count == 0;
    TB_EQ(t, tb_get(b->ct_req), may_cut);
    if (may_cut) {
        TB_EQ(t, tb_get(b->ct_mask), a->mask);
        TB_EQ(t, tb_get(b->ct_vc), a->vc);
    }

    /* ---- scheduler */
    bool granted[MAX_E][MAX_V] = {{false}}, cut_now = false;
    uint64_t taken = 0;
    int acc_vc = -1;
    unsigned acc_frame = 0;
    if (is_free && tb_chance(t, m->accept)) {
        uint64_t avail = tb_rand(t) | (tb_chance(t, 50) ? UINT64_MAX : 0);
        unsigned from = (unsigned)tb_rand_below(t, n);
        for (unsigned k = 0; k < n && acc_vc < 0; k++) {
            unsigned v = (from + k) % n / b->ends, j = (from + k) % n % b->ends;
            if (!tb_get_bits(b->req, v * b->ends + j, 1) || (busy >> j & 1) || !(avail >> j & 1))
                continue;
            if (b->voq[j][v].count == 0) continue;
            acc_vc = (int)v;
            taken = UINT64_C(1) << j;
            acc_frame = b->voq[j][v].frame[b->voq[j][v].first];
            for (unsigned k2 = 0; k2 < b->ends; k2++)
                if (tb_get_bits(b->same, v * b->ends + j, 1) &&
                    tb_get_bits(b->same, v * b->ends + k2, 1) &&
                    tb_get_bits(b->req, v * b->ends + k2, 1) && !(busy >> k2 & 1) &&
                    (avail >> k2 & 1))
                    taken |= UINT64_C(1) << k2;
        }
    }
    if (may_cut && !(a->mask & (taken | busy)) && tb_chance(t, m->cut)) cut_now = true;
    tb_set(b->acc_valid, acc_vc >= 0);
    tb_set(b->acc_mask, taken);
    tb_set(b->acc_vc, acc_vc >= 0 ? (unsigned)acc_vc : 0);
    tb_set(b->ct_gnt, cut_now);
    for (unsigned j = 0; j < b->ends; j++)
        for (unsigned v = 0; v < b->vcs; v++) {
            bool mine = (acc_vc == (int)v && (taken >> j & 1)) ||
                        (cut_now && v == a->vc && (a->mask >> j & 1));
            granted[j][v] = mine || tb_chance(t, m->others);
            tb_set_bits(b->granted, v * b->ends + j, 1, granted[j][v]);
            if (mine)
                b->avail[j][v] -= cut_now && v == a->vc && (a->mask >> j & 1)
                                      ? largest
                                      : cost(b->f[acc_frame].len);
            else if (granted[j][v])
                b->avail[j][v] -= (uint32_t)tb_rand_below(t, b->avail[j][v] + 1);
        }
    tb_eval(t);

    /* ---- outputs of this cycle */
    bool roll = arrives && !sop && !a->cut && a->stored && (drop != NONE || bad_end);
    bool frees = b->r2.valid && (b->r2.cut || b->r2.last_pass);
    TB_EQ(t, tb_get(b->cell_in), store);
    TB_EQ(t, tb_get(b->cells_rolled), roll ? a->stored : 0);
    TB_EQ(t, tb_get(b->cell_freed), frees);
    TB_EQ(t, tb_get(b->tus_valid), b->tus_now);
    if (b->tus_now) {
        TB_EQ(t, tb_get(b->tus_mask), b->st_mask);
        TB_EQ(t, tb_get(b->tus_vc), b->f[b->st_frame].vc);
        TB_EQ(t, tb_get(b->tus_len), b->f[b->st_frame].len);
    }
    TB_EQ(t, tb_get(b->tuc_valid), ct_last);
    if (ct_last) {
        TB_EQ(t, tb_get(b->tuc_mask), b->ct_mask_now);
        TB_EQ(t, tb_get(b->tuc_vc), b->f[b->ct_frame].vc);
        TB_EQ(t, tb_get(b->tuc_len), b->f[b->ct_frame].len);
    }
    check_x(b);
    egresses(b);
    check_events(b);

    /* ---- the edge: what leaves */
    b->freed_now.valid = false;
    if (frees) {
        struct frame *f = &b->f[b->r2.frame];
        b->free_cells++;
        b->held[f->vc]--;
        if (b->r2.last) {
            b->freed_now.valid = !f->bad;
            b->freed_now.vc = f->vc;
            b->freed_now.len = f->len;
        }
        if (b->r2.last) f->used = false; /* its last cell is out everywhere */
    }
    int gauge_step = b->r1.valid && b->r1.last ? -(int)bits(b->r1.mask) : 0;
    b->r2 = b->r1;
    b->r1.valid = ct_rd || st_rd;
    b->both += b->ct_active && b->st_active;
    if (ct_rd) {
        b->r1 = (struct read){.valid = true,
                              .cut = true,
                              .last = ct_last,
                              .sop = b->ct_cell == 0,
                              .mark = b->ct_mark,
                              .frame = b->ct_frame,
                              .cell = b->ct_cell,
                              .mask = b->ct_mask_now,
                              .time = b->ct_time};
        b->ct_cell++;
        if (ct_last) b->ct_active = false;
    } else if (st_rd) {
        b->r1 = (struct read){.valid = true,
                              .last = st_last,
                              .last_pass = b->st_last_pass,
                              .sop = b->st_cell == 0,
                              .mark = b->st_mark,
                              .frame = b->st_frame,
                              .cell = b->st_cell,
                              .mask = b->st_mask,
                              .time = b->st_time};
        b->st_cell++;
        if (st_last) b->st_active = false;
    }
    b->ct_read_before = ct_rd;

    /* ---- what is matched */
    b->tus_now = acc_vc >= 0;
    if (acc_vc >= 0) {
        struct frame *f = &b->f[acc_frame];
        for (unsigned j = 0; j < b->ends; j++)
            if (taken >> j & 1) {
                unsigned got = pop(&b->voq[j][acc_vc]);
                if (got != acc_frame) tb_fail(t, "egress %u: same_o names another frame", j);
            }
        f->left &= ~taken;
        b->passes++;
        b->multi += bits(f->mask) > 1;
        b->st_active = true;
        b->st_frame = acc_frame;
        b->st_cell = 0;
        b->st_mask = taken;
        b->st_last_pass = f->left == 0;
        b->st_time = time;
        b->st_mark = b->mark_at[acc_vc] && held[acc_vc] > b->mark_at[acc_vc];
    }

    /* ---- what arrives */
    b->freed_before = frees;
    b->fate_now.valid = false;
    if (arrives) {
        if (cut_now) {
            a->cut = true;
            b->ct_active = true;
            b->ct_frame = b->frame;
            b->ct_cell = 0;
            b->ct_mask_now = a->mask;
            b->ct_time = time;
            b->ct_mark = b->mark_at[a->vc] && held[a->vc] > b->mark_at[a->vc];
            b->cut++;
            for (unsigned j = 0; j < b->ends; j++)
                if (a->mask >> j & 1) push(&b->order[j][a->vc], b->frame);
        }
        a->drop = drop;
        if (store) {
            a->stored++;
            b->free_cells--;
            b->held[a->vc]++;
            if (a->cut) b->ct_here = cell + 1;
        }
        if (roll) {
            b->free_cells += a->stored;
            b->held[a->vc] -= a->stored;
            a->stored = 0;
        }
        if (eop) {
            struct fate *f = &b->fate_now;
            unsigned reason = bad_end ? a->reason : drop;
            bool queued = reason == NONE && !a->cut;
            f->valid = true;
            f->control = a->drop_in == CONTROL && sop && !bad_end && a->wire_len == 60;
            f->consumed = a->drop_in != CONTROL && !bad_end;
            f->refused = f->consumed && reason != NONE;
            f->vc = a->vc;
            f->len = a->wire_len;
            f->reason = reason;
            f->trimmed = past && reason == NONE;
            b->trimmed += f->trimmed;
            f->mask = a->mask;
            f->copies = queued || a->cut ? bits(a->mask) : 0;
            gauge_step += (int)f->copies;
            f->seq = a->seq;
            f->time = a->time;
            memcpy(f->data, a->data[cell], 64);
            b->cut_bad += a->cut && a->bad;
            b->full += reason == NO_ROOM || reason == LOSSLESS;
            if (queued) {
                a->left = a->mask;
                for (unsigned j = 0; j < b->ends; j++)
                    if (a->mask >> j & 1) {
                        push(&b->voq[j][a->vc], b->frame);
                        push(&b->order[j][a->vc], b->frame);
                    }
            } else if (!a->cut) {
                a->used = false;
            }
        }
        wire_next(b);
    }
    /* held_copies_o follows what happens here two cycles later. */
    b->gauge += b->gauge_step;
    b->gauge_step = gauge_step;
    for (unsigned j = 0; j < b->ends; j++)
        for (unsigned v = 0; v < b->vcs; v++)
            if (granted[j][v]) b->unseen[j][v] = 0;
    tb_tick(t);
    b->now++;
}

/* ------------------------------------------------------------------ episodes --------------- */

static void restart(struct bench *b)
{
    tb *t = b->t;
    tb_set(b->cell_valid, 0);
    tb_set(b->acc_valid, 0);
    tb_set(b->ct_gnt, 0);
    tb_reset(t, 3);
    for (unsigned c = 0; c < b->cells; c++) {
        TB_EQ(t, tb_get(b->ready), 0);
        TB_EQ(t, tb_get(b->held_cells), 0);
        TB_EQ(t, tb_get(b->x_valid), 0);
        tb_tick(t);
    }
    TB_EQ(t, tb_get(b->ready), 1);
    b->now = (b->now | 0xff) + 1;
    b->wire = b->now * 32;
    b->last_due = b->now;
    b->arriving = b->st_active = b->ct_active = b->ct_read_before = b->tus_now = false;
    b->freed_before = false;
    b->r1.valid = b->r2.valid = b->fate_now.valid = b->freed_now.valid = false;
    b->gauge = b->gauge_step = 0;
    b->free_cells = b->cells;
    memset(b->held, 0, sizeof b->held);
    memset(b->trims, 0, sizeof b->trims);
    b->free_room = b->cells - 1 > b->max_cells;
    for (unsigned v = 0; v < b->vcs; v++) {
        b->old_limit[v] = b->limit[v];
        b->room[v] = b->limit[v] > 0;
        b->frame_room[v] = b->max_cells < b->limit[v];
    }
    memset(b->unseen, 0, sizeof b->unseen);
    for (unsigned k = 0; k < MAX_FRAMES; k++) b->f[k].used = false;
    for (unsigned j = 0; j < MAX_E; j++) {
        b->eg_frame[j] = -1;
        for (unsigned v = 0; v < MAX_V; v++) b->voq[j][v].count = b->order[j][v].count = 0;
    }
}

static void configure(struct bench *b)
{
    tb *t = b->t;
    bool trims = tb_chance(t, 40); /* many VCs, early */
    for (unsigned v = 0; v < b->vcs; v++) {
        b->limit[v] = tb_chance(t, 30) ? b->cells : (unsigned)tb_rand_below(t, b->cells + 1);
        b->mark_at[v] = tb_chance(t, 50) ? 0 : 1 + (unsigned)tb_rand_below(t, b->cells / 2);
        b->keep[v] = tb_chance(t, trims ? 10 : 50);
        b->trim_at[v] = trims ? 1 + (unsigned)tb_rand_below(t, 1 + b->cells / 16) : 0;
        b->trim_to[v] = (unsigned)tb_rand_below(t, tb_chance(t, 90) ? b->vcs : 8);
    }
    b->cut_on = tb_chance(t, 80);
    set_config(b);
}

static void drain(struct bench *b, unsigned multi)
{
    tb *t = b->t;
    struct mix m = {.multi = multi, .accept = 100, .cut = 100, .idle = 100, .gives = 50};
    unsigned quiet = 0;
    for (unsigned c = 0; c < 8 * b->cells * b->ends + 500 && quiet < 10; c++) {
        cycle(b, &m, false);
        quiet = b->arriving || b->free_cells < b->cells ? 0 : quiet + 1;
    }
    TB_EQ(t, tb_get(b->req), 0);
    TB_EQ(t, tb_get(b->busy), 0);
    TB_EQ(t, tb_get(b->held_cells), 0);
    TB_EQ(t, tb_get(b->held_copies), 0);
    TB_EQ(t, tb_get(b->x_valid), 0);
    TB_EQ(t, b->free_cells, b->cells);
    for (unsigned k = 0; k < MAX_FRAMES; k++) TB_CHECK(t, !b->f[k].used);
    for (unsigned j = 0; j < b->ends; j++) {
        TB_EQ(t, b->eg_frame[j], -1);
        for (unsigned v = 0; v < b->vcs; v++) TB_EQ(t, b->order[j][v].count, 0);
    }
}

int tb_main(tb *t)
{
    static struct bench b;
    b.t = t;
    b.time = tb_sig_find(t, "time_i");
    b.ready = tb_sig_find(t, "ready_o");
    b.cell_valid = tb_sig_find(t, "cell_valid_i");
    b.cell_sop = tb_sig_find(t, "cell_sop_i");
    b.cell_eop = tb_sig_find(t, "cell_eop_i");
    b.cell_err = tb_sig_find(t, "cell_err_i");
    b.cell_reason = tb_sig_find(t, "cell_reason_i");
    b.cell_bytes = tb_sig_find(t, "cell_bytes_i");
    b.cell_len = tb_sig_find(t, "cell_len_i");
    b.cell_data = tb_sig_find(t, "cell_data_i");
    b.desc = tb_sig_find(t, "desc_i");
    b.dst_mask = tb_sig_find(t, "dst_mask_i");
    b.vc_limit = tb_sig_find(t, "cfg_vc_limit_i");
    b.lossless = tb_sig_find(t, "cfg_lossless_i");
    b.ct_enable = tb_sig_find(t, "cfg_ct_enable_i");
    b.ecn = tb_sig_find(t, "cfg_ecn_i");
    b.eg_idle = tb_sig_find(t, "eg_idle_i");
    b.credit_ok = tb_sig_find(t, "credit_ok_i");
    b.credit_avail = tb_sig_find(t, "credit_avail_i");
    b.credit_shift = tb_sig_find(t, "credit_shift_i");
    b.credit_ovhd = tb_sig_find(t, "credit_ovhd_i");
    b.hold = tb_sig_find(t, "hold_i");
    b.req = tb_sig_find(t, "req_o");
    b.same = tb_sig_find(t, "same_o");
    b.free = tb_sig_find(t, "free_o");
    b.busy = tb_sig_find(t, "busy_o");
    b.ct_req = tb_sig_find(t, "ct_req_o");
    b.ct_mask = tb_sig_find(t, "ct_mask_o");
    b.ct_vc = tb_sig_find(t, "ct_vc_o");
    b.acc_valid = tb_sig_find(t, "acc_valid_i");
    b.acc_mask = tb_sig_find(t, "acc_mask_i");
    b.acc_vc = tb_sig_find(t, "acc_vc_i");
    b.ct_gnt = tb_sig_find(t, "ct_gnt_i");
    b.granted = tb_sig_find(t, "granted_i");
    b.x_valid = tb_sig_find(t, "x_valid_o");
    b.x_mask = tb_sig_find(t, "x_mask_o");
    b.x_data = tb_sig_find(t, "x_data_o");
    b.tus_valid = tb_sig_find(t, "tus_valid_o");
    b.tus_mask = tb_sig_find(t, "tus_mask_o");
    b.tus_vc = tb_sig_find(t, "tus_vc_o");
    b.tus_len = tb_sig_find(t, "tus_len_o");
    b.tuc_valid = tb_sig_find(t, "tuc_valid_o");
    b.tuc_mask = tb_sig_find(t, "tuc_mask_o");
    b.tuc_vc = tb_sig_find(t, "tuc_vc_o");
    b.tuc_len = tb_sig_find(t, "tuc_len_o");
    b.consumed = tb_sig_find(t, "consumed_valid_o");
    b.refused = tb_sig_find(t, "refused_valid_o");
    b.fate_vc = tb_sig_find(t, "fate_vc_o");
    b.fate_len = tb_sig_find(t, "fate_len_o");
    b.freed = tb_sig_find(t, "freed_valid_o");
    b.freed_vc = tb_sig_find(t, "freed_vc_o");
    b.freed_len = tb_sig_find(t, "freed_len_o");
    b.control = tb_sig_find(t, "control_valid_o");
    b.control_data = tb_sig_find(t, "control_data_o");
    b.fate_valid = tb_sig_find(t, "fate_valid_o");
    b.fate_reason = tb_sig_find(t, "fate_reason_o");
    b.fate_trimmed = tb_sig_find(t, "fate_trimmed_o");
    b.trim = tb_sig_find(t, "cfg_trim_i");
    b.trim_vc = tb_sig_find(t, "cfg_trim_vc_i");
    b.fate_copies = tb_sig_find(t, "fate_copies_o");
    b.fate_mask = tb_sig_find(t, "fate_mask_o");
    b.fate_seq = tb_sig_find(t, "fate_seq_o");
    b.fate_time = tb_sig_find(t, "fate_time_o");
    b.cell_in = tb_sig_find(t, "cell_in_o");
    b.cell_freed = tb_sig_find(t, "cell_freed_o");
    b.cells_rolled = tb_sig_find(t, "cells_rolled_o");
    b.held_copies = tb_sig_find(t, "held_copies_o");
    b.held_cells = tb_sig_find(t, "held_cells_o");
    b.used = tb_sig_find(t, "used_o");
    b.error = tb_sig_find(t, "error_o");
    b.ends = (unsigned)tb_param(t, "ENDPOINTS", 8);
    b.vcs = (unsigned)tb_param(t, "VCS", 4);
    b.cells = (unsigned)tb_param(t, "CELLS", 4096);
    b.max_cells = (unsigned)tb_param(t, "MAX_CELLS", 152);
    for (unsigned j = 0; j < b.ends; j++) tb_set_bits(b.credit_shift, j * 4, 4, 6);
    tb_set(b.credit_ovhd, 0);

    restart(&b);
    uint64_t episodes = tb_effort(t, 6000, 120000) / b.ends;
    for (uint64_t e = 0; e < episodes && tb_failures(t) == 0; e++) {
        configure(&b);
        struct mix m = {
            .load = tb_chance(t, 50) ? 100 : 1 + (unsigned)tb_rand_below(t, 100),
            .multi = tb_chance(t, 40) ? 0 : (unsigned)tb_rand_below(t, 101),
            .accept = tb_chance(t, 50) ? 100 : 5 + (unsigned)tb_rand_below(t, 96),
            .cut = tb_chance(t, 60) ? 100 : (unsigned)tb_rand_below(t, 101),
            .idle = tb_chance(t, 60) ? 100 : (unsigned)tb_rand_below(t, 101),
            .gives = tb_chance(t, 60) ? 80 : (unsigned)tb_rand_below(t, 60),
            .others = tb_chance(t, 70) ? 0 : (unsigned)tb_rand_below(t, 10),
        };
        for (unsigned c = 0; c < 1000; c++) {
            cycle(&b, &m, true);
            if (tb_chance(t, 1) && tb_chance(t, 20)) configure(&b);
        }
        if (e % 10 == 7)
            restart(&b); /* with everything under way */
        else
            drain(&b, m.multi);
    }
    TB_CHECK(t, b.cut > 1000 && b.cut_bad > 50 && b.full > 100 && b.both > 1000 && b.marked > 100);
    TB_CHECK(t, b.passes > 1000 && b.multi > 100 && b.trimmed > 100 && b.diverted > b.trimmed);
    TB_CHECK(t,
             b.st_worst <= 1 && b.ct_worst <= 1); /* at least every second slot for each reader */
    tb_note(t,
            "worst wait for a read slot: stored frame %u, cut-through cell %u (bound 1 each); "
            "starts held back for %u cycles (bound 10)",
            b.st_worst, b.ct_worst, b.blocked_worst);
    tb_note(t,
            "%llu frames: %llu copies out, %llu cut through (%llu of them bad), %llu without room, "
            "%llu "
            "passes of multicast; both readers in %llu cycles; %llu trimmed",
            (unsigned long long)b.frames, (unsigned long long)b.delivered,
            (unsigned long long)b.cut, (unsigned long long)b.cut_bad, (unsigned long long)b.full,
            (unsigned long long)b.multi, (unsigned long long)b.both, (unsigned long long)b.trimmed);
    return 0;
}
