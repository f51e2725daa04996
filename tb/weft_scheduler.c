/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_scheduler. Every cycle of every test is compared with a reference that is written
 * from the header of the module with plain integers (pointers, loops), and checked against the list
 * of arbiter properties without the reference: one ingress an egress, grants only where requested
 * and possible, several egresses only for one multicast frame, work conserving, cut-through whole
 * or not at all. Then closed loops with frames that last: worst waits, patterns that starve a plain
 * iSLIP, throughput under saturation.
 */
/* tb-params: "-GINPUTS=4 -GOUTPUTS=4 -GPATIENCE=7"
 * "-GINPUTS=2 -GOUTPUTS=2 -GVCS=1 -GPATIENCE=3" ""
 * "-GINPUTS=16 -GOUTPUTS=16 -GPATIENCE=31" "-GINPUTS=3 -GOUTPUTS=5 -GVCS=2 -GPATIENCE=1" */
#include "tb.h"

#include <string.h>

#define MAX_N 16
#define MAX_V 8

struct inputs {
    bool req[MAX_N][MAX_V][MAX_N], same[MAX_N][MAX_V][MAX_N];
    bool free[MAX_N], busy[MAX_N][MAX_N], ready[MAX_N];
    bool ct_req[MAX_N], ct_mask[MAX_N][MAX_N];
    unsigned ct_vc[MAX_N];
};

struct outputs {
    bool acc[MAX_N], mask[MAX_N][MAX_N], ct[MAX_N], gnt[MAX_N];
    unsigned vc[MAX_N], gnt_vc[MAX_N];
};

/* The reference: where each round robin goes on. */
struct ref {
    unsigned grant[MAX_N], cut[MAX_N], accept[MAX_N], vc[MAX_N][MAX_N];
    unsigned watch[MAX_N], late[MAX_N];
    bool owed[MAX_N];
};

struct bench {
    tb *t;
    tb_sig *req, *same, *free, *busy, *ready, *ct_req, *ct_mask, *ct_vc;
    tb_sig *acc_valid, *acc_mask, *acc_vc, *ct_gnt, *gnt_valid, *gnt_vc;
    unsigned n_in, n_out, vcs, patience;
    struct ref ref;
    struct inputs in;
    struct outputs out;
    /* closed loop: cycles that a match still lasts */
    unsigned left[MAX_N], ct_left[MAX_N];
    bool held[MAX_N][MAX_N], ct_held[MAX_N][MAX_N];
    /* waits of requests that stay: frames that others sent to the egress, cycles */
    unsigned passed[MAX_N][MAX_N][MAX_V], cycles[MAX_N][MAX_N][MAX_V];
    unsigned worst_passed, worst_cycles, worst_owed, owed_run[MAX_N];
    uint64_t matches, cells, cuts, wide;
};

/* The first index at or after `from`, cyclically, for which want[] holds; n if none does. */
static unsigned round_robin(const bool *want, unsigned n, unsigned from)
{
    for (unsigned k = 0; k < n; k++)
        if (want[(from + k) % n]) return (from + k) % n;
    return n;
}

static bool asks(const struct bench *b, unsigned i, unsigned j)
{
    for (unsigned v = 0; v < b->vcs; v++)
        if (b->in.req[i][v][j]) return true;
    return false;
}

/* The VC whose turn it is for a pair. */
static unsigned vc_turn(const struct bench *b, unsigned i, unsigned j)
{
    bool want[MAX_V];
    for (unsigned v = 0; v < b->vcs; v++) want[v] = b->in.req[i][v][j];
    return round_robin(want, b->vcs, b->ref.vc[i][j]);
}

static void reference(struct bench *b, struct outputs *o)
{
    const struct inputs *in = &b->in;
    struct ref *r = &b->ref;
    unsigned grant[MAX_N]; /* ingress that each egress grants, n_in for none */
    bool wanted[MAX_N], usable[MAX_N], any_ask[MAX_N];

    memset(o, 0, sizeof *o);
    for (unsigned j = 0; j < b->n_out; j++) {
        bool want[MAX_N];
        usable[j] = in->ready[j];
        any_ask[j] = wanted[j] = false;
        for (unsigned i = 0; i < b->n_in; i++) {
            if (in->busy[i][j]) usable[j] = false;
            if (asks(b, i, j)) any_ask[j] = true;
        }
        r->owed[j] = r->late[j] == b->patience;
        for (unsigned i = 0; i < b->n_in; i++) {
            want[i] = usable[j] && in->free[i] && asks(b, i, j);
            if (want[i]) wanted[j] = true;
            if (r->owed[j] && i != r->watch[j]) want[i] = false;
        }
        grant[j] = round_robin(want, b->n_in, r->grant[j]);
    }

    /* Accept, extend; remember the pointers to move. */
    struct ref next = *r;
    for (unsigned i = 0; i < b->n_in; i++) {
        bool granted[MAX_N], owed[MAX_N], any_owed = false;
        for (unsigned j = 0; j < b->n_out; j++) {
            granted[j] = grant[j] == i;
            owed[j] = granted[j] && r->owed[j];
            any_owed |= owed[j];
        }
        unsigned first = round_robin(any_owed ? owed : granted, b->n_out, r->accept[i]);
        if (first == b->n_out) continue;
        unsigned v = vc_turn(b, i, first);
        o->acc[i] = true;
        o->vc[i] = v;
        next.accept[i] = (first + 1) % b->n_out;
        for (unsigned j = 0; j < b->n_out; j++) {
            bool joins = in->same[i][v][first] && in->same[i][v][j] && in->req[i][v][j] &&
                         vc_turn(b, i, j) == v;
            if (!granted[j] || (j != first && !joins)) continue;
            o->mask[i][j] = o->gnt[j] = true;
            o->gnt_vc[j] = v;
            next.grant[j] = (i + 1) % b->n_in;
            next.vc[i][j] = (v + 1) % b->vcs;
        }
    }

    /* Cut-through takes egresses that no stored frame of a free ingress wants. */
    unsigned winner[MAX_N];
    for (unsigned j = 0; j < b->n_out; j++) {
        bool want[MAX_N];
        for (unsigned i = 0; i < b->n_in; i++)
            want[i] = usable[j] && !wanted[j] && !r->owed[j] && in->ct_req[i] && in->ct_mask[i][j];
        winner[j] = round_robin(want, b->n_in, r->cut[j]);
    }
    for (unsigned i = 0; i < b->n_in; i++) {
        if (!in->ct_req[i]) continue;
        o->ct[i] = true;
        for (unsigned j = 0; j < b->n_out; j++)
            if (in->ct_mask[i][j] && winner[j] != i) o->ct[i] = false;
        if (!o->ct[i]) continue;
        for (unsigned j = 0; j < b->n_out; j++)
            if (in->ct_mask[i][j]) {
                o->gnt[j] = true;
                o->gnt_vc[j] = in->ct_vc[i];
                next.cut[j] = (i + 1) % b->n_in;
            }
    }

    for (unsigned j = 0; j < b->n_out; j++) {
        if (!any_ask[j] && !r->owed[j]) continue;
        if (!asks(b, r->watch[j], j) || o->mask[r->watch[j]][j]) {
            next.watch[j] = (r->watch[j] + 1) % b->n_in;
            next.late[j] = 0;
        } else if (o->gnt[j]) {
            next.late[j]++;
        }
    }
    memcpy(next.owed, r->owed, sizeof next.owed);
    *r = next;
}

static void drive(struct bench *b)
{
    const struct inputs *in = &b->in;
    for (unsigned i = 0; i < b->n_in; i++) {
        uint64_t busy = 0, mask = 0;
        for (unsigned v = 0; v < b->vcs; v++) {
            uint64_t req = 0, same = 0;
            for (unsigned j = 0; j < b->n_out; j++) {
                req |= (uint64_t)in->req[i][v][j] << j;
                same |= (uint64_t)in->same[i][v][j] << j;
            }
            tb_set_bits(b->req, (i * b->vcs + v) * b->n_out, b->n_out, req);
            tb_set_bits(b->same, (i * b->vcs + v) * b->n_out, b->n_out, same);
        }
        for (unsigned j = 0; j < b->n_out; j++) {
            busy |= (uint64_t)in->busy[i][j] << j;
            mask |= (uint64_t)in->ct_mask[i][j] << j;
        }
        tb_set_bits(b->busy, i * b->n_out, b->n_out, busy);
        tb_set_bits(b->ct_mask, i * b->n_out, b->n_out, mask);
        tb_set_bits(b->free, i, 1, in->free[i]);
        tb_set_bits(b->ct_req, i, 1, in->ct_req[i]);
        tb_set_bits(b->ct_vc, i * 3, 3, in->ct_vc[i]);
    }
    for (unsigned j = 0; j < b->n_out; j++) tb_set_bits(b->ready, j, 1, in->ready[j]);
}

static void sample(struct bench *b, struct outputs *o)
{
    memset(o, 0, sizeof *o);
    for (unsigned i = 0; i < b->n_in; i++) {
        o->acc[i] = tb_get_bits(b->acc_valid, i, 1);
        o->vc[i] = (unsigned)tb_get_bits(b->acc_vc, i * 3, 3);
        o->ct[i] = tb_get_bits(b->ct_gnt, i, 1);
        uint64_t m = tb_get_bits(b->acc_mask, i * b->n_out, b->n_out);
        for (unsigned j = 0; j < b->n_out; j++) o->mask[i][j] = m >> j & 1;
    }
    for (unsigned j = 0; j < b->n_out; j++) {
        o->gnt[j] = tb_get_bits(b->gnt_valid, j, 1);
        o->gnt_vc[j] = (unsigned)tb_get_bits(b->gnt_vc, j * 3, 3);
    }
}

/* What must hold whatever the pointers say. */
static void properties(struct bench *b, const struct outputs *o)
{
    tb *t = b->t;
    const struct inputs *in = &b->in;
    for (unsigned j = 0; j < b->n_out; j++) {
        unsigned takers = 0, vc = 0;
        bool usable = in->ready[j], wanted = false, contender = false;
        for (unsigned i = 0; i < b->n_in; i++)
            if (in->busy[i][j]) usable = false;
        for (unsigned i = 0; i < b->n_in; i++) {
            if (o->acc[i] && o->mask[i][j]) {
                takers++;
                vc = o->vc[i];
                if (vc >= b->vcs || !in->req[i][vc][j])
                    tb_fail(t, "ingress %u sends VC %u to egress %u unasked", i, vc, j);
            }
            if (o->ct[i] && in->ct_mask[i][j]) {
                takers++;
                vc = in->ct_vc[i];
            }
            if (usable && in->free[i] && asks(b, i, j)) {
                wanted = true;
                if (o->acc[i]) contender = true;
            }
        }
        if (takers > 1) tb_fail(t, "%u ingresses send to egress %u", takers, j);
        if (takers && !usable) tb_fail(t, "egress %u is busy or not ready, but matched", j);
        TB_EQ(t, o->gnt[j], takers == 1);
        if (takers == 1) TB_EQ(t, o->gnt_vc[j], vc);
        /* An egress that is wanted goes to nobody only when one of those who want it was served by
           another egress, or when it is owed to one that is not free. */
        if (wanted && !takers && !contender && !b->ref.owed[j])
            tb_fail(t, "egress %u is wanted, but nobody who wants it was served", j);
        for (unsigned i = 0; i < b->n_in; i++)
            if (wanted && o->ct[i] && in->ct_mask[i][j])
                tb_fail(t, "cut-through of ingress %u overtakes a stored frame for %u", i, j);
    }
    for (unsigned i = 0; i < b->n_in; i++) {
        unsigned n = 0, alike = 0;
        for (unsigned j = 0; j < b->n_out; j++) {
            n += o->mask[i][j];
            alike += o->mask[i][j] && o->acc[i] && in->same[i][o->vc[i] % MAX_V][j];
        }
        if (o->acc[i] && !in->free[i]) tb_fail(t, "ingress %u is not free", i);
        if (o->acc[i] != (n > 0)) tb_fail(t, "ingress %u: %u egresses", i, n);
        if (n > 1 && alike != n) tb_fail(t, "ingress %u: egresses of different frames", i);
        if (o->ct[i] && !in->ct_req[i]) tb_fail(t, "ingress %u: cut-through unasked", i);
        b->wide += n > 1;
    }
}

/* One cycle: inputs are in b->in; outputs go to b->out. */
static void step(struct bench *b)
{
    tb *t = b->t;
    struct outputs want;
    drive(b);
    tb_eval(t);
    sample(b, &b->out);
    reference(b, &want);
    properties(b, &b->out);
    for (unsigned i = 0; i < b->n_in; i++) {
        TB_EQ(t, b->out.acc[i], want.acc[i]);
        if (want.acc[i]) TB_EQ(t, b->out.vc[i], want.vc[i]);
        TB_EQ(t, b->out.ct[i], want.ct[i]);
        for (unsigned j = 0; j < b->n_out; j++) TB_EQ(t, b->out.mask[i][j], want.mask[i][j]);
        b->matches += b->out.acc[i];
        b->cuts += b->out.ct[i];
    }
    tb_tick(t);
}

static void restart(struct bench *b)
{
    memset(&b->in, 0, sizeof b->in);
    memset(&b->ref, 0, sizeof b->ref);
    memset(b->left, 0, sizeof b->left);
    memset(b->ct_left, 0, sizeof b->ct_left);
    memset(b->passed, 0, sizeof b->passed);
    memset(b->cycles, 0, sizeof b->cycles);
    memset(b->owed_run, 0, sizeof b->owed_run);
    b->worst_passed = b->worst_cycles = b->worst_owed = 0;
    drive(b);
    tb_reset(b->t, 2);
}

/* Anything the contract allows, with no memory from cycle to cycle. */
static void random_inputs(struct bench *b, unsigned density, unsigned multi)
{
    tb *t = b->t;
    struct inputs *in = &b->in;
    for (unsigned i = 0; i < b->n_in; i++) {
        for (unsigned v = 0; v < b->vcs; v++) {
            bool m = tb_chance(t, multi);
            for (unsigned j = 0; j < b->n_out; j++) {
                in->req[i][v][j] = tb_chance(t, density);
                in->same[i][v][j] = m && tb_chance(t, 60);
            }
        }
        in->free[i] = tb_chance(t, 80);
        in->ct_req[i] = tb_chance(t, 30);
        in->ct_vc[i] = (unsigned)tb_rand_below(t, b->vcs);
        bool any = false;
        for (unsigned j = 0; j < b->n_out; j++) {
            in->busy[i][j] = tb_chance(t, 20 / b->n_in + 1);
            in->ct_mask[i][j] = in->ct_req[i] && tb_chance(t, 25);
            any |= in->ct_mask[i][j];
        }
        if (in->ct_req[i] && !any) in->ct_mask[i][tb_rand_below(t, b->n_out)] = true;
    }
    for (unsigned j = 0; j < b->n_out; j++) in->ready[j] = tb_chance(t, 85);
}

/* Closed loop: matched pairs stay matched for the cells of their frame. Requests and cut-through
 * requests come from the caller; `stay` marks requests whose wait is measured. */
static void loop_step(struct bench *b, unsigned (*length)(struct bench *),
                      bool (*stay)[MAX_V][MAX_N])
{
    for (unsigned i = 0; i < b->n_in; i++) {
        b->in.free[i] = b->left[i] <= 1;
        for (unsigned j = 0; j < b->n_out; j++)
            b->in.busy[i][j] =
                (b->left[i] > 1 && b->held[i][j]) || (b->ct_left[i] > 1 && b->ct_held[i][j]);
        if (b->ct_left[i] > 1) b->in.ct_req[i] = false; /* one frame arrives at a time */
    }
    step(b);
    for (unsigned i = 0; i < b->n_in; i++) {
        if (b->left[i]) b->left[i]--;
        if (b->ct_left[i]) b->ct_left[i]--;
        if (b->out.acc[i]) {
            b->left[i] = length(b);
            memcpy(b->held[i], b->out.mask[i], sizeof b->held[i]);
            for (unsigned j = 0; j < b->n_out; j++) b->cells += b->out.mask[i][j] * b->left[i];
        }
        if (b->out.ct[i]) {
            b->ct_left[i] = 2 * length(b);
            memcpy(b->ct_held[i], b->in.ct_mask[i], sizeof b->ct_held[i]);
        }
    }
    for (unsigned j = 0; j < b->n_out; j++) {
        b->owed_run[j] = b->ref.owed[j] && !b->out.gnt[j] ? b->owed_run[j] + 1 : 0;
        if (b->owed_run[j] > b->worst_owed) b->worst_owed = b->owed_run[j];
        for (unsigned i = 0; i < b->n_in; i++)
            for (unsigned v = 0; v < b->vcs; v++) {
                bool served = b->out.acc[i] && b->out.mask[i][j] && b->out.vc[i] == v;
                if (!stay[i][v][j] || served) {
                    b->passed[i][j][v] = b->cycles[i][j][v] = 0;
                    continue;
                }
                b->passed[i][j][v] += b->out.gnt[j];
                b->cycles[i][j][v]++;
                if (b->passed[i][j][v] > b->worst_passed) b->worst_passed = b->passed[i][j][v];
                if (b->cycles[i][j][v] > b->worst_cycles) b->worst_cycles = b->cycles[i][j][v];
            }
    }
}

static unsigned one_cell(struct bench *b)
{
    (void)b;
    return 1;
}
static unsigned ten_cells(struct bench *b)
{
    (void)b;
    return 10;
}
static unsigned some_cells(struct bench *b) { return 1 + (unsigned)tb_rand_below(b->t, 8); }

static void all_on(struct bench *b, bool multicast)
{
    for (unsigned i = 0; i < b->n_in; i++)
        for (unsigned v = 0; v < b->vcs; v++)
            for (unsigned j = 0; j < b->n_out; j++) {
                b->in.req[i][v][j] = true;
                b->in.same[i][v][j] = multicast && v == b->vcs - 1;
            }
    for (unsigned j = 0; j < b->n_out; j++) b->in.ready[j] = true;
}

static void report_waits(struct bench *b, const char *what, unsigned frame_cells)
{
    tb *t = b->t;
    unsigned bound = b->vcs * b->n_in * (b->patience + 1);
    unsigned hold = (b->n_out + 1) * frame_cells;
    tb_note(
        t,
        "%s: worst wait %u frames of others (bound %u), %u cycles; owed egress idle %u (bound %u)",
        what, b->worst_passed, bound, b->worst_cycles, b->worst_owed, hold);
    if (b->worst_passed > bound) tb_fail(t, "%s: starved", what);
    if (b->worst_owed > hold) tb_fail(t, "%s: egress held free for too long", what);
}

static void waits(struct bench *b, uint64_t effort)
{
    tb *t = b->t;
    bool stay[MAX_N][MAX_V][MAX_N];
    unsigned pairs = b->n_in * b->n_out * b->vcs;
    memset(stay, true, sizeof stay);

    /* Single cells, every request all the time: the classic case. */
    restart(b);
    all_on(b, false);
    for (unsigned c = 0; c < 40 * pairs; c++) loop_step(b, one_cell, stay);
    report_waits(b, "all ask, one cell", 1);
    if (b->worst_cycles > pairs)
        tb_fail(t, "one cell: waited %u cycles, bound %u", b->worst_cycles, pairs);

    /* The same with one VC multicast to all egresses: it must not take the turns of the others. */
    restart(b);
    all_on(b, true);
    for (unsigned c = 0; c < 40 * pairs; c++) loop_step(b, one_cell, stay);
    report_waits(b, "all ask, one cell, one VC multicast", 1);
    if (b->worst_cycles > pairs)
        tb_fail(t, "multicast: waited %u cycles, bound %u", b->worst_cycles, pairs);

    /* Frames of mixed length. */
    restart(b);
    all_on(b, true);
    for (uint64_t c = 0; c < 20 * pairs + effort; c++) loop_step(b, some_cells, stay);
    report_waits(b, "all ask, 1 to 8 cells", 8);

    /* Frames of one length, begun at different times on a diagonal: whoever ends finds all others
       busy, so the same pairs would match for ever. */
    restart(b);
    for (unsigned c = 0; c < 10; c++) {
        for (unsigned i = 0; i < b->n_in; i++)
            b->in.req[i][0][i % b->n_out] = c == i * 10 / b->n_in && i < b->n_out;
        for (unsigned j = 0; j < b->n_out; j++) b->in.ready[j] = true;
        loop_step(b, ten_cells, stay);
    }
    memset(b->passed, 0, sizeof b->passed);
    memset(b->cycles, 0, sizeof b->cycles);
    all_on(b, false);
    for (uint64_t c = 0; c < 30ull * pairs * (b->patience + 2); c++) {
        if (c * b->n_in * b->n_out > 200 * effort) break;
        loop_step(b, ten_cells, stay);
    }
    report_waits(b, "all ask, 10 cells, staggered", 10);

    /* One request that stays against others that come, go, cut through and multicast as they like.
     */
    unsigned worst = 0, worst_owed = 0;
    uint64_t rounds = 2 + effort * 200 / (pairs * (b->patience + 1ull) * b->n_in * 60);
    for (uint64_t r = 0; r < rounds && tb_failures(t) == 0; r++) {
        restart(b);
        unsigned vi = (unsigned)tb_rand_below(t, b->n_in),
                 vj = (unsigned)tb_rand_below(t, b->n_out);
        unsigned vv = (unsigned)tb_rand_below(t, b->vcs),
                 density = 20 + (unsigned)tb_rand_below(t, 81);
        memset(stay, false, sizeof stay);
        stay[vi][vv][vj] = true;
        for (unsigned c = 0; c < 2 * b->vcs * b->n_in * (b->patience + 1); c++) {
            random_inputs(b, density, 40);
            for (unsigned j = 0; j < b->n_out; j++) {
                b->in.ready[j] = true;
                /* Whoever could be taken instead of the victim is there. */
                if (tb_chance(t, 90)) b->in.req[vi][tb_rand_below(t, b->vcs)][j] = true;
            }
            b->in.req[vi][vv][vj] = true;
            b->in.same[vi][vv][vj] = false;
            loop_step(b, some_cells, stay);
        }
        if (b->worst_passed > worst) worst = b->worst_passed;
        if (b->worst_owed > worst_owed) worst_owed = b->worst_owed;
    }
    b->worst_passed = worst;
    b->worst_owed = worst_owed;
    report_waits(b, "one stays, the others flicker", 8);
}

/* Share of the cycles in which the smaller side of the switch sends a cell. */
static void throughput(struct bench *b)
{
    tb *t = b->t;
    bool none[MAX_N][MAX_V][MAX_N];
    unsigned small = b->n_in < b->n_out ? b->n_in : b->n_out;
    memset(none, false, sizeof none);

    restart(b);
    all_on(b, false);
    for (unsigned c = 0; c < 20 * b->n_in * b->n_out; c++) loop_step(b, one_cell, none);
    b->cells = 0;
    unsigned cycles = 4000;
    for (unsigned c = 0; c < cycles; c++) loop_step(b, one_cell, none);
    double full = (double)b->cells / (double)cycles / small;

    /* Arrivals: one cell a cycle at each ingress of a square switch, uniform over the egresses. */
    restart(b);
    static unsigned queue[MAX_N][MAX_N];
    memset(queue, 0, sizeof queue);
    uint64_t offered = 0;
    cycles = 40000; /* the first half fills the queues */
    for (unsigned c = 0; c < cycles; c++) {
        if (c == cycles / 2) offered = b->cells = 0;
        for (unsigned i = 0; i < b->n_in; i++) {
            if (b->n_in <= b->n_out || tb_rand_below(t, b->n_in) < b->n_out) {
                queue[i][tb_rand_below(t, b->n_out)]++;
                offered++;
            }
            for (unsigned j = 0; j < b->n_out; j++) b->in.req[i][0][j] = queue[i][j] > 0;
        }
        for (unsigned j = 0; j < b->n_out; j++) b->in.ready[j] = true;
        loop_step(b, one_cell, none);
        for (unsigned i = 0; i < b->n_in; i++)
            for (unsigned j = 0; j < b->n_out; j++) queue[i][j] -= b->out.mask[i][j];
    }
    double bernoulli = (double)b->cells / (double)offered;
    tb_note(t, "single cells: %.4f of the wire with all queues full, %.4f of a uniform load of 1.0",
            full, bernoulli);
    TB_CHECK(t, full >= 0.98);
    TB_CHECK(t, bernoulli >= 0.98);
}

int tb_main(tb *t)
{
    static struct bench b;
    b.t = t;
    b.req = tb_sig_find(t, "req_i");
    b.same = tb_sig_find(t, "same_i");
    b.free = tb_sig_find(t, "free_i");
    b.busy = tb_sig_find(t, "busy_i");
    b.ready = tb_sig_find(t, "ready_i");
    b.ct_req = tb_sig_find(t, "ct_req_i");
    b.ct_mask = tb_sig_find(t, "ct_mask_i");
    b.ct_vc = tb_sig_find(t, "ct_vc_i");
    b.acc_valid = tb_sig_find(t, "acc_valid_o");
    b.acc_mask = tb_sig_find(t, "acc_mask_o");
    b.acc_vc = tb_sig_find(t, "acc_vc_o");
    b.ct_gnt = tb_sig_find(t, "ct_gnt_o");
    b.gnt_valid = tb_sig_find(t, "gnt_valid_o");
    b.gnt_vc = tb_sig_find(t, "gnt_vc_o");
    b.n_in = (unsigned)tb_param(t, "INPUTS", 8);
    b.n_out = (unsigned)tb_param(t, "OUTPUTS", 8);
    b.vcs = (unsigned)tb_param(t, "VCS", 4);
    b.patience = (unsigned)tb_param(t, "PATIENCE", 255);

    /* The same work for every size: a cycle costs about as much as there are pairs. */
    uint64_t effort = tb_effort(t, 12000000, 200000000) / (b.n_in * b.n_out * (b.vcs + 4)) + 1000;
    for (uint64_t e = 0; e < effort / 200 && tb_failures(t) == 0; e++) {
        if (e % 16 == 0) restart(&b);
        unsigned density = 1 + (unsigned)tb_rand_below(t, tb_chance(t, 40) ? 4 : 100);
        unsigned multi = (unsigned)tb_rand_below(t, 80);
        for (unsigned c = 0; c < 200; c++) {
            random_inputs(&b, density, multi);
            step(&b);
        }
        memset(&b.in, 0, sizeof b.in); /* nobody asks: nobody is matched */
        step(&b);
        for (unsigned i = 0; i < b.n_in; i++) TB_CHECK(t, !b.out.acc[i] && !b.out.ct[i]);
    }
    TB_CHECK(t, b.cuts > 100);
    TB_CHECK(t, b.wide > 100);
    if (tb_failures(t)) return 1;
    waits(&b, effort);
    throughput(&b);
    tb_note(t, "%llu matches, %llu cut-through, %llu to several egresses",
            (unsigned long long)b.matches, (unsigned long long)b.cuts, (unsigned long long)b.wide);
    return 0;
}
