/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_egress. A source plays crossbar and ingress (whole frames, one after the other,
 * begun only after ready_o, stored ones at one cell in two cycles or faster, cut-through ones at
 * wire rate within the margin), a model of the transmit MAC takes cells (a few waiting inside, one
 * in two cycles onto the wire) and complains when a frame that was promised runs dry. The reference
 * is a list of cells, rewritten byte by byte, and the start rule of the header; every output is
 * compared in every cycle.
 */
/* tb-params: "-GDEPTH=32 -GMAX_CELLS=8 -GVCS=8" "" "-GDEPTH=600 -GMAX_CELLS=24"
 * "-GDEPTH=64 -GMAX_CELLS=40 -GVCS=1" */
#include "pop_ref.h"
#include "rewrite_ref.h"
#include "tb.h"

#include <stdlib.h>
#include <string.h>

enum fate { GOOD, STOMPED, UNDERRUN, DISCARDED };

struct frame {
    bool ct, mark, rw_ecn, trimmed, err, late;
    bool gated; /* matched while the port was live: the neighbour's credits were asked for */
    unsigned cells, last_bytes, vc, src, off, mode, trim;
    uint16_t seq;
    uint32_t time, grant;
};

struct cell {
    struct frame f;
    bool sop, eop;
    bool popped; /* these two with eop, behind the pop */
    unsigned less;
    unsigned bytes, pace; /* pace: cycles after the cell before it */
    uint8_t data[64];
    uint64_t here; /* cycle from which the egress has it */
};

#define QUEUE 2048
struct bench {
    tb *t;
    tb_sig *y_valid, *y_data, *enable, *margin, *threshold, *high, *remarks, *trim, *pop_on, *tpid,
        *pad, *popped, *less, *idle, *ready, *match, *live;
    tb_sig *cc_valid, *cc_take, *cc_data;
    tb_sig *valid, *mac_ready, *sop, *eop, *err, *bytes, *data, *underrun;
    tb_sig *done, *fate, *vc, *len, *ct, *ecn, *seq, *src, *time, *grant, *cc_sent, *frames, *cells,
        *error;
    unsigned depth, max_cells, vcs;

    /* configuration now */
    bool up;
    unsigned cfg_margin, cfg_threshold, cfg_high, remark[8], trim_dscp;

    /* live: enabled, and for some cycles nothing matched that is not gone */
    bool is_live, matched;
    unsigned owed, settle, rest;

    /* source */
    struct frame next;
    bool sending;
    unsigned left, wait; /* cells of this frame to come, cycles to the next one */
    unsigned cell_no, stall_at;
    unsigned jitter; /* cycles that the cell before came after its nominal time */
    struct cell pipe[3];
    bool pipe_valid[3];

    /* the frame that is coming in, rewritten; cells of it and of the one before that may go into
     * the queue, one in a cycle */
    uint8_t in[64 * 160], out[64 * 160];
    unsigned in_len, in_tag, in_went;
    bool open; /* a cell waits for its end */
    struct cell stage[4];
    unsigned waiting_in;
    struct pop_config pop;

    /* reference: cells inside, oldest first */
    struct cell queue[QUEUE];
    unsigned first, level;
    unsigned whole; /* last cells inside */
    bool busy, discard, offer, offer_cc;
    unsigned frames_in;
    struct {
        bool valid, ecn, popped;
        unsigned less;
        enum fate fate;
        struct frame f;
        unsigned len;
    } done_now;
    bool cc_sent_now;
    unsigned out_len;
    bool out_ecn, out_dry;

    /* MAC */
    unsigned waiting, capacity, wire, gap;
    struct {
        bool sop, eop, late, cc;
    } fifo[8];
    bool wire_frame, mac_frame, wire_late, swallow;
    unsigned dry_in; /* cycles to the underrun pulse */
    bool cc_waits;
    uint8_t cc_bytes[64];

    uint64_t now, sent, thrown, stomped, dry, cc, injected, cut, ecn_marks, pops;
};

static void fresh_frame(struct bench *b, unsigned cut, unsigned late)
{
    tb *t = b->t;
    struct frame *f = &b->next;
    f->ct = tb_chance(t, cut);
    f->cells = tb_chance(t, 40) ? 1 : 1 + (unsigned)tb_rand_below(t, b->max_cells);
    if (tb_chance(t, 3)) f->cells = b->max_cells;
    f->last_bytes = 1 + (unsigned)tb_rand_below(t, 64);
    if (f->cells == 1 && f->last_bytes < 28) f->last_bytes = 28;
    f->late = f->cells > 1 && tb_chance(t, late);
    f->err = f->ct && tb_chance(t, 20);
    f->mark = tb_chance(t, 50);
    f->mode = (unsigned)tb_rand_below(t, 4);
    f->trimmed = tb_chance(t, 20);
    f->trim = (unsigned)tb_rand_below(t, 128);
    f->rw_ecn = tb_chance(t, 50);
    static const unsigned offs[] = {14, 18, 22, 38, 16, 40, 15, 127};
    f->off = offs[tb_rand_below(t, tb_chance(t, 80) ? 4 : 8)];
    f->vc = (unsigned)tb_rand_below(t, b->vcs);
    f->src = (unsigned)tb_rand_below(t, 64);
    f->seq = (uint16_t)tb_rand(t);
    f->time = (uint32_t)tb_rand(t);
    f->grant = (uint32_t)tb_rand(t);
}

/* The source: one cell or none in this cycle, into the pipe of two cycles to y_*. */
static void source(struct bench *b, unsigned load, unsigned cut, unsigned late, unsigned slow)
{
    tb *t = b->t;
    b->pipe_valid[2] = b->pipe_valid[1];
    if (b->pipe_valid[1]) b->pipe[2] = b->pipe[1];
    b->pipe_valid[1] = b->pipe_valid[0];
    if (b->pipe_valid[0]) b->pipe[1] = b->pipe[0];
    b->pipe_valid[0] = false;

    if (b->sending) {
        if (b->wait) b->wait--;
        if (b->wait == 0) {
            struct cell *c = &b->pipe[0];
            c->f = b->next;
            c->sop = b->cell_no == 0;
            c->eop = b->left == 1;
            c->bytes = c->eop ? b->next.last_bytes : 64;
            for (unsigned k = 0; k < 64; k += 8) {
                uint64_t r = tb_rand(t);
                memcpy(c->data + k, &r, 8);
            }
            if (c->sop && tb_chance(t, 50)) {
                unsigned type = b->pop.tpid[tb_rand_below(t, 4)];
                c->data[12] = (uint8_t)(type >> 8);
                c->data[13] = (uint8_t)type;
            }
            if (c->sop && c->f.mode == WEFT_RW_IP4 && c->f.off <= 38) {
                c->data[c->f.off + 8] |= 1; /* no TTL of 0 */
                set_checksum(c->data + c->f.off);
            }
            b->pipe_valid[0] = true;
            b->cell_no++;
            b->left--;
            if (b->left == 0) {
                b->sending = false;
            } else if (b->next.ct) {
                /* Nominal time plus a jitter that the margin covers; the last one may be early. */
                unsigned j = (unsigned)tb_rand_below(t, b->cfg_margin + 1u);
                unsigned nominal = 2 + j;
                b->wait = nominal > b->jitter ? nominal - b->jitter : 1;
                b->jitter = b->wait + b->jitter - 2;
                if (b->left == 1 && b->wait > 1 && tb_chance(t, 50)) b->wait--;
            } else {
                b->wait = tb_chance(t, slow) ? 2 : 1;
            }
            if (b->left && b->next.late && b->cell_no == b->stall_at)
                b->wait += 1 + (unsigned)tb_rand_below(t, 40);
        }
    }
    /* The match falls into the cycle in which the frame before is read to its end, or later. */
    b->matched = !b->sending && tb_get(b->ready) && tb_chance(t, load);
    if (b->matched) {
        fresh_frame(b, cut, late);
        b->next.gated = b->up && b->is_live;
        b->sending = true;
        b->left = b->next.cells;
        b->wait = 1;
        b->cell_no = b->jitter = 0;
        b->stall_at = b->next.cells > 1 ? 1 + (unsigned)tb_rand_below(t, b->next.cells - 1) : 0;
        b->injected++;
        b->cut += b->next.ct;
    }
}

static void drive_y(struct bench *b)
{
    tb *t = b->t;
    const struct cell *c = &b->pipe[2];
    tb_set(b->y_valid, b->pipe_valid[2]);
    if (!b->pipe_valid[2]) return;
    tb_set_bytes(b->y_data, 0, c->data, 64);
    tb_set_bits(b->y_data, 512, 7, c->bytes);
    tb_set_bits(b->y_data, 519, 1, c->eop && c->f.err);
    tb_set_bits(b->y_data, 520, 1, c->eop);
    tb_set_bits(b->y_data, 521, 1, c->sop);
    tb_set_bits(b->y_data, 522, 1, c->f.mark);
    tb_set_bits(b->y_data, 523, 1, c->f.ct);
    /* What follows has a meaning in the first cell only. */
    bool s = c->sop;
    tb_set_bits(b->y_data, 524, 2, s ? c->f.mode : tb_rand(t) & 3);
    tb_set_bits(b->y_data, 526, 1, s ? c->f.rw_ecn : tb_rand(t));
    tb_set_bits(b->y_data, 527, 7, s ? c->f.off : tb_rand(t));
    tb_set_bits(b->y_data, 534, 3, s ? c->f.vc : tb_rand_below(t, b->vcs));
    tb_set_bits(b->y_data, 537, 6, s ? c->f.src : tb_rand(t));
    tb_set_bits(b->y_data, 543, 16, s ? c->f.seq : tb_rand(t));
    tb_set_bits(b->y_data, 559, 32, s ? c->f.time : tb_rand(t));
    tb_set_bits(b->y_data, 591, 7, s ? c->f.trim : tb_rand(t));
    tb_set_bits(b->y_data, 598, 32, s ? c->f.grant : tb_rand(t));
    tb_set_bits(b->y_data, 630, 1, s ? c->f.trimmed : tb_rand(t));
}

static bool marked(const struct frame *f)
{
    return f->rw_ecn && f->mark && f->mode != WEFT_RW_NONE && f->off <= 38 && f->off % 2 == 0;
}

/* What the frame must look like behind the egress. */
static void rewrite(const struct bench *b, struct cell *c)
{
    if (!c->sop) return;
    unsigned remark = c->f.trimmed ? b->trim_dscp : b->remark[c->f.vc];
    struct rewrite r = {.active = true,
                        .mark = marked(&c->f),
                        .remark = remark >> 6,
                        .cut = c->f.trimmed,
                        .mode = c->f.mode,
                        .off = c->f.off,
                        .dscp = remark & 63,
                        .cut_at = c->f.trim};
    memcpy(r.cell, c->data, 64);
    rewrite_ref(&r, c->data);
}

/* A cell comes in: which cells of its frame may go into the queue now. */
static void arrive(struct bench *b, const struct cell *in)
{
    struct cell c = *in;
    rewrite(b, &c);
    if (c.sop) {
        b->in_len = b->in_went = 0;
        b->in_tag = pop_bytes(&b->pop, c.data);
    }
    memcpy(b->in + b->in_len, c.data, c.bytes);
    b->in_len += c.bytes;
    memcpy(b->out, b->in, b->in_len);
    unsigned len = c.eop ? pop_frame(&b->pop, b->out, b->in_len, b->in_tag) : b->in_len;
    if (!c.eop && b->in_tag) {
        memmove(b->out + 12, b->out + 12 + b->in_tag, len - 12 - b->in_tag);
        len = (b->in_len / 64 - 1) * 64; /* what is behind is not complete */
    }
    b->open = !c.eop && b->in_tag;
    for (unsigned at = b->in_went * 64; at < len; at += 64) {
        struct cell *o = &b->stage[b->waiting_in++];
        *o = c;
        o->sop = at == 0;
        o->eop = c.eop && len - at <= 64;
        o->bytes = o->eop ? len - at : 64;
        o->popped = b->in_tag != 0;
        o->less = b->in_len - len;
        memcpy(o->data, b->out + at, o->bytes);
        b->in_went++;
    }
}

static bool may_start(const struct bench *b)
{
    const struct cell *head = &b->queue[b->first];
    if (!head->f.ct) return b->whole > 0 || b->level >= 2;
    /* One with another behind it is whole. */
    for (unsigned k = 1; k < b->level; k++)
        if (b->queue[(b->first + k) % QUEUE].sop) return true;
    return b->now - head->here >= b->cfg_margin;
}

/* The MAC's wire side. A cell that is taken in this cycle is there in the next. */
static void mac_wire(struct bench *b)
{
    tb *t = b->t;
    if (b->wire == 0 && b->gap == 0) {
        if (b->waiting) {
            bool eop = b->fifo[0].eop;
            b->wire_late = b->fifo[0].late;
            b->waiting--;
            memmove(b->fifo, b->fifo + 1, b->waiting * sizeof b->fifo[0]);
            b->wire = 2;
            b->wire_frame = !eop;
            if (eop) b->gap = (unsigned)tb_rand_below(t, 3);
        } else if (b->wire_frame) {
            if (!b->wire_late) tb_fail(t, "the MAC runs dry in mid-frame");
            b->wire_frame = false;
            b->swallow = true;
            b->out_dry = true; /* its last cell has not been taken, or is being taken now */
            b->dry_in = 1;
        }
    }
    if (b->wire)
        b->wire--;
    else if (b->gap)
        b->gap--;
}

static void cycle(struct bench *b, unsigned load, unsigned cut, unsigned late, unsigned slow,
                  unsigned cc, unsigned pause)
{
    tb *t = b->t;
    bool underrun = false;
    if (b->dry_in && --b->dry_in == 0) underrun = true;

    source(b, load, cut, late, slow);
    drive_y(b);
    tb_set(b->match, b->matched);
    tb_set(b->enable, b->up);
    if (!b->cc_waits && tb_chance(t, cc)) b->cc_waits = true;
    tb_set(b->cc_valid, b->cc_waits);
    for (unsigned k = 0; k < 64; k += 8) {
        uint64_t r = b->cc_waits ? tb_rand(t) : 0;
        memcpy(b->cc_bytes + k, &r, 8);
    }
    tb_set_bytes(b->cc_data, 0, b->cc_bytes, 64);
    tb_set(b->underrun, underrun);
    /* Room inside; between frames the wire may also be paused. */
    bool mac_ready = b->waiting < b->capacity && (b->mac_frame || (b->up && !tb_chance(t, pause)));
    if (b->swallow) mac_ready = true;
    tb_set(b->mac_ready, mac_ready);
    tb_eval(t);

    /* What must be on the outputs. */
    struct cell *head = &b->queue[b->first];
    bool live = b->up && b->is_live;
    bool have = b->level > 0, between = !b->busy && !b->discard;
    bool want_cc = between && live && !b->offer && (b->cc_waits || b->offer_cc);
    bool want = b->busy ? have : between && live && !want_cc && have && (b->offer || may_start(b));
    bool toss = have && (b->discard || (!b->busy && !live));
    TB_EQ(t, tb_get(b->valid), want || want_cc);
    if (want_cc && tb_get(b->valid)) {
        uint8_t got[64];
        tb_get_bytes(b->data, 0, got, 64);
        TB_CHECK(t, memcmp(got, b->cc_bytes, 64) == 0);
        TB_CHECK(t, tb_get(b->sop) && tb_get(b->eop) && !tb_get(b->err));
        TB_EQ(t, tb_get(b->bytes), 60);
    } else if (want && tb_get(b->valid)) {
        uint8_t got[64];
        tb_get_bytes(b->data, 0, got, 64);
        if (memcmp(got, head->data, head->bytes)) {
            unsigned k = 0;
            while (got[k] == head->data[k]) k++;
            tb_fail(t, "byte %u of a%s cell is %02x, expected %02x", k, head->sop ? " first" : "",
                    got[k], head->data[k]);
        }
        TB_EQ(t, tb_get(b->sop), head->sop);
        TB_EQ(t, tb_get(b->eop), head->eop);
        TB_EQ(t, tb_get(b->err), head->eop && head->f.err);
        TB_CHECK(t, head->f.gated);
        TB_EQ(t, tb_get(b->bytes), head->bytes);
    }
    TB_EQ(t, tb_get(b->cc_take), want_cc && mac_ready);
    unsigned inside = b->level + b->waiting_in + b->open;
    TB_EQ(t, tb_get(b->cells), inside);
    TB_EQ(t, tb_get(b->frames), b->frames_in);
    unsigned room = b->depth - b->max_cells - 8, high = b->cfg_high < room ? b->cfg_high : room;
    TB_EQ(t, tb_get(b->ready), (live || !b->up) && inside <= high);
    TB_EQ(t, tb_get(b->live), live);
    TB_EQ(t, tb_get(b->idle), !live || inside <= b->cfg_threshold);
    TB_EQ(t, tb_get(b->error), 0);
    TB_EQ(t, tb_get(b->cc_sent), b->cc_sent_now);
    TB_EQ(t, tb_get(b->done), b->done_now.valid);
    if (b->done_now.valid) {
        const struct frame *f = &b->done_now.f;
        TB_EQ(t, tb_get(b->fate), b->done_now.fate);
        TB_EQ(t, tb_get(b->vc), f->vc);
        TB_EQ(t, tb_get(b->len), b->done_now.len);
        TB_EQ(t, tb_get(b->ct), f->ct);
        TB_EQ(t, tb_get(b->ecn), b->done_now.ecn);
        TB_EQ(t, tb_get(b->popped), b->done_now.popped);
        TB_EQ(t, tb_get(b->less), b->done_now.less);
        TB_EQ(t, tb_get(b->seq), f->seq);
        TB_EQ(t, tb_get(b->src), f->src);
        TB_EQ(t, tb_get(b->time), f->time);
        TB_EQ(t, tb_get(b->grant), f->grant);
    }

    /* What happens at the edge. */
    bool taken = (want || want_cc) && mac_ready;
    mac_wire(b);
    if (taken) {
        if (!b->swallow) {
            b->fifo[b->waiting].sop = want_cc || head->sop;
            b->fifo[b->waiting].eop = want_cc || head->eop;
            b->fifo[b->waiting].late = !want_cc && head->f.late;
            b->waiting++;
        } else if (want_cc || head->eop) {
            b->swallow = false;
        }
        b->mac_frame = !(want_cc || head->eop);
    }
    b->offer_cc = want_cc && !mac_ready;
    b->offer = want && !b->busy && !mac_ready;
    b->cc_sent_now = want_cc && mac_ready;
    if (b->cc_sent_now) {
        b->cc_waits = false;
        b->cc++;
    }
    if (!b->up) b->is_live = false;
    if (b->up && b->settle == b->rest) b->is_live = true;
    b->settle = b->up && !b->matched && b->owed == 0 ? b->settle + !live : 0;
    b->owed += b->matched;
    b->owed -= b->done_now.valid;
    b->frames_in -= b->done_now.valid;
    b->done_now.valid = false;
    if ((want && mac_ready) || toss) {
        if (head->sop) {
            b->out_len = 0;
            b->out_ecn = marked(&head->f);
            b->ecn_marks += b->out_ecn;
        }
        b->out_len += head->bytes;
        if (toss)
            b->discard = !head->eop;
        else
            b->busy = !head->eop;
        if (head->eop) {
            b->done_now.valid = true;
            b->done_now.f = head->f;
            b->done_now.len = b->out_len;
            b->done_now.ecn = b->out_ecn;
            b->done_now.popped = head->popped;
            b->done_now.less = head->less;
            b->pops += head->popped;
            b->done_now.fate = toss          ? DISCARDED
                               : b->out_dry  ? UNDERRUN
                               : head->f.err ? STOMPED
                                             : GOOD;
            b->sent += b->done_now.fate == GOOD;
            b->stomped += b->done_now.fate == STOMPED;
            b->dry += b->done_now.fate == UNDERRUN;
            b->thrown += toss;
            b->out_dry = false;
            b->whole--;
        }
        b->first = (b->first + 1) % QUEUE;
        b->level--;
    }
    if (b->pipe_valid[2]) {
        arrive(b, &b->pipe[2]);
        b->frames_in += b->pipe[2].eop;
    }
    if (b->waiting_in) {
        struct cell *c = &b->queue[(b->first + b->level) % QUEUE];
        *c = b->stage[0];
        b->waiting_in--;
        memmove(b->stage, b->stage + 1, b->waiting_in * sizeof b->stage[0]);
        c->here = b->now + 1;
        b->level++;
        b->whole += c->eop;
        if (b->level > b->depth) tb_fail(t, "%u cells in %u places", b->level, b->depth);
    }
    tb_tick(t);
    b->now++;
}

static void configure(struct bench *b, unsigned cut)
{
    tb *t = b->t;
    b->cfg_margin = cut ? (unsigned)tb_rand_below(t, tb_chance(t, 80) ? 5 : 16) : 0;
    b->cfg_threshold = (unsigned)tb_rand_below(t, 16);
    b->cfg_high = (unsigned)tb_rand_below(t, tb_chance(t, 50) ? 16 : 256);
    b->capacity = 1 + (unsigned)tb_rand_below(t, 4);
    tb_set(b->margin, b->cfg_margin);
    tb_set(b->threshold, b->cfg_threshold);
    tb_set(b->high, b->cfg_high);
    for (unsigned v = 0; v < b->vcs; v++) {
        b->remark[v] = (unsigned)tb_rand_below(t, 128);
        tb_set_bits(b->remarks, 7 * v, 7, b->remark[v]);
    }
    b->trim_dscp = (unsigned)tb_rand_below(t, 128);
    tb_set(b->trim, b->trim_dscp);
    static const uint16_t usual[4] = {0x8100, 0x88a8, 0x9900, 0xccdd};
    b->pop.pop = tb_chance(t, 30) ? 0 : (unsigned)tb_rand_below(t, 16);
    b->pop.pad = tb_chance(t, 50);
    for (unsigned k = 0; k < 4; k++) {
        b->pop.tpid[k] = usual[k];
        tb_set_bits(b->tpid, 16 * k, 16, usual[k]);
    }
    tb_set(b->pop_on, b->pop.pop);
    tb_set(b->pad, b->pop.pad);
}

static void drain(struct bench *b)
{
    b->up = true;
    for (unsigned c = 0; c < 6 * b->depth + 200; c++) cycle(b, 0, 0, 0, 50, 0, 0);
    TB_EQ(b->t, b->level, 0);
    TB_EQ(b->t, tb_get(b->cells), 0);
    TB_EQ(b->t, tb_get(b->frames), 0);
    TB_EQ(b->t, tb_get(b->valid), 0);
    TB_EQ(b->t, b->sent + b->stomped + b->dry + b->thrown, b->injected);
}

int tb_main(tb *t)
{
    static struct bench b;
    b.t = t;
    b.y_valid = tb_sig_find(t, "y_valid_i");
    b.y_data = tb_sig_find(t, "y_data_i");
    b.enable = tb_sig_find(t, "cfg_enable_i");
    b.margin = tb_sig_find(t, "cfg_ct_margin_i");
    b.threshold = tb_sig_find(t, "cfg_ct_threshold_i");
    b.high = tb_sig_find(t, "cfg_high_i");
    b.remarks = tb_sig_find(t, "cfg_remark_i");
    b.trim = tb_sig_find(t, "cfg_trim_dscp_i");
    b.pop_on = tb_sig_find(t, "cfg_pop_i");
    b.tpid = tb_sig_find(t, "cfg_tpid_i");
    b.pad = tb_sig_find(t, "cfg_pad_i");
    b.popped = tb_sig_find(t, "done_popped_o");
    b.less = tb_sig_find(t, "done_less_o");
    b.idle = tb_sig_find(t, "idle_o");
    b.ready = tb_sig_find(t, "ready_o");
    b.match = tb_sig_find(t, "gnt_valid_i");
    b.live = tb_sig_find(t, "live_o");
    b.rest = (unsigned)tb_param(t, "SETTLE", 8);
    b.cc_valid = tb_sig_find(t, "cc_valid_i");
    b.cc_take = tb_sig_find(t, "cc_take_o");
    b.cc_data = tb_sig_find(t, "cc_data_i");
    b.valid = tb_sig_find(t, "cell_valid_o");
    b.mac_ready = tb_sig_find(t, "cell_ready_i");
    b.sop = tb_sig_find(t, "cell_sop_o");
    b.eop = tb_sig_find(t, "cell_eop_o");
    b.err = tb_sig_find(t, "cell_err_o");
    b.bytes = tb_sig_find(t, "cell_bytes_o");
    b.data = tb_sig_find(t, "cell_data_o");
    b.underrun = tb_sig_find(t, "underrun_i");
    b.done = tb_sig_find(t, "done_o");
    b.fate = tb_sig_find(t, "done_fate_o");
    b.vc = tb_sig_find(t, "done_vc_o");
    b.len = tb_sig_find(t, "done_len_o");
    b.ct = tb_sig_find(t, "done_ct_o");
    b.ecn = tb_sig_find(t, "done_ecn_o");
    b.seq = tb_sig_find(t, "done_seq_o");
    b.src = tb_sig_find(t, "done_src_o");
    b.time = tb_sig_find(t, "done_time_o");
    b.grant = tb_sig_find(t, "done_grant_time_o");
    b.cc_sent = tb_sig_find(t, "cc_sent_o");
    b.frames = tb_sig_find(t, "frames_o");
    b.cells = tb_sig_find(t, "cells_o");
    b.error = tb_sig_find(t, "error_o");
    b.depth = (unsigned)tb_param(t, "DEPTH", 256);
    b.max_cells = (unsigned)tb_param(t, "MAX_CELLS", 152);
    b.vcs = (unsigned)tb_param(t, "VCS", 4);
    tb_reset(t, 2);

    uint64_t episodes = tb_effort(t, 2000, 40000);
    for (uint64_t e = 0; e < episodes && tb_failures(t) == 0; e++) {
        unsigned cut = tb_chance(t, 30) ? 0 : (unsigned)tb_rand_below(t, 101);
        unsigned load = tb_chance(t, 40) ? 100 : 1 + (unsigned)tb_rand_below(t, 100);
        unsigned late = tb_chance(t, 70) ? 0 : (unsigned)tb_rand_below(t, 30);
        unsigned slow = (unsigned)tb_rand_below(t, 101);
        unsigned cc = tb_chance(t, 50) ? 0 : (unsigned)tb_rand_below(t, 10);
        unsigned pause = tb_chance(t, 50) ? 0 : (unsigned)tb_rand_below(t, 100);
        unsigned flap = tb_chance(t, 60) ? 0 : 1 + (unsigned)tb_rand_below(t, 5);
        configure(&b, cut);
        b.up = true;
        for (unsigned c = 0; c < 1200; c++) {
            if (tb_chance(t, flap)) b.up = !b.up;
            cycle(&b, load, cut, late, slow, cc, pause);
        }
        drain(&b);
    }
    TB_CHECK(t, b.sent > 1000 && b.stomped > 50 && b.dry > 10 && b.thrown > 50 && b.cc > 50 &&
                    b.pops > 1000);
    tb_note(t,
            "%llu frames: %llu good, %llu stomped, %llu ran dry, %llu discarded; %llu cut through, "
            "%llu "
            "marked, %llu popped, %llu CC_Updates",
            (unsigned long long)b.injected, (unsigned long long)b.sent,
            (unsigned long long)b.stomped, (unsigned long long)b.dry, (unsigned long long)b.thrown,
            (unsigned long long)b.cut, (unsigned long long)b.ecn_marks, (unsigned long long)b.pops,
            (unsigned long long)b.cc);
    return 0;
}
