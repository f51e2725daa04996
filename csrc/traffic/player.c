/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * player.c: plays a plan on the accelerators. A send is a posted write with a notification into a
 * landing place that the receiver's memory has free; a receive is that notification. Data is added
 * and copied in the memories themselves, so that what a later send carries is what really came.
 *
 * All queues are in the order of the operations' numbers and of the cycles in which they became
 * ready: the same plan gives the same cycles.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "traffic/plan.h"
#include "traffic/space.h"

#define PIECE_BYTES (64u << 10) /* longer messages go out in pieces, so that progress is seen */
#define ENGINES     2u
#define RAW_REGION  (1ull << 63) /* patterns of raw messages: no region of a plan */

typedef enum { OP_WAITING, OP_READY, OP_DONE } op_state;

typedef struct player player;

typedef struct {
    player *pl;
    uint64_t landing;               /* address in the receiver's memory */
    uint64_t staging;               /* raw: address in the sender's memory */
    uint64_t issued, sent, arrived; /* bytes */
    bool placed, landed;
} msg_state;

typedef struct {
    uint32_t *ops;
    size_t head, n, cap; /* a queue in a growing array */
} op_queue;

typedef struct {
    player *pl;
    unsigned rank;
    op_queue sends;
    op_queue compute[ENGINES];
    uint32_t running[ENGINES]; /* NONE: idle */
    uint64_t until[ENGINES];
    weft_space heap;
} rank_state;

typedef struct {
    uint64_t at;
    uint32_t op;
} timer;

struct player {
    weft_plan *plan;
    weft_source *src; /* the source that this is the inside of */
    uint32_t *pending;
    uint8_t *state;
    msg_state *msgs;
    rank_state ranks[WEFT_MAX_PORTS];
    timer *timers; /* binary heap, earliest first */
    size_t n_timers;
    uint32_t *work; /* operations that are ready or done, not yet followed up */
    size_t n_work;
    uint64_t ops_done, bytes_done, raw_bad, raw_bytes;
    uint64_t outstanding; /* pieces whose done has not come */
    uint64_t last_progress;
    char raw_first[160];
};

static void player_free(void *impl)
{
    player *pl = impl;
    if (!pl) return;
    for (unsigned r = 0; pl->plan && r < pl->plan->ranks; r++) {
        weft_space_free(&pl->ranks[r].heap);
        free(pl->ranks[r].sends.ops);
        for (unsigned e = 0; e < ENGINES; e++) free(pl->ranks[r].compute[e].ops);
    }
    weft_plan_free(pl->plan);
    free(pl->pending);
    free(pl->state);
    free(pl->msgs);
    free(pl->timers);
    free(pl->work);
    free(pl);
}

/* ---------------------------------------------------------------- small containers ---------- */
static bool queue_push(op_queue *q, uint32_t op)
{
    if (q->head + q->n == q->cap) {
        if (q->head > q->cap / 2) {
            memmove(q->ops, q->ops + q->head, q->n * sizeof *q->ops);
            q->head = 0;
        } else {
            const size_t cap = q->cap ? q->cap * 2 : 16;
            uint32_t *grown = realloc(q->ops, cap * sizeof *q->ops);
            if (!grown) return false;
            q->ops = grown;
            q->cap = cap;
        }
    }
    q->ops[q->head + q->n++] = op;
    return true;
}

static uint32_t queue_pop(op_queue *q)
{
    const uint32_t op = q->ops[q->head++];
    if (--q->n == 0) q->head = 0;
    return op;
}

static bool timer_before(const timer *a, const timer *b)
{
    return a->at != b->at ? a->at < b->at : a->op < b->op;
}

static void timer_push(player *pl, uint64_t at, uint32_t op)
{
    size_t i = pl->n_timers++; /* there is room for every operation */
    const timer t = {at, op};
    while (i > 0 && timer_before(&t, &pl->timers[(i - 1) / 2])) {
        pl->timers[i] = pl->timers[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    pl->timers[i] = t;
}

static uint32_t timer_pop(player *pl)
{
    const uint32_t op = pl->timers[0].op;
    const timer t = pl->timers[--pl->n_timers];
    size_t i = 0;
    for (;;) {
        size_t c = 2 * i + 1;
        if (c >= pl->n_timers) break;
        if (c + 1 < pl->n_timers && timer_before(&pl->timers[c + 1], &pl->timers[c])) c++;
        if (!timer_before(&pl->timers[c], &t)) break;
        pl->timers[i] = pl->timers[c];
        i = c;
    }
    pl->timers[i] = t;
    return op;
}

/* ---------------------------------------------------------------- graph --------------------- */
static uint64_t now(const player *pl) { return pl->src->net.cycle(pl->src->net.ctx); }

static uint8_t *memory(const player *pl, unsigned rank)
{
    return pl->src->net.memory(pl->src->net.ctx, rank);
}

static void no_memory(player *pl) { weft_source_fail(pl->src, "not enough memory for the player"); }

/* An operation may be ready, or done: follow-up happens in settle(), so that nothing recurses. Each
 * operation is pushed at most twice, once for each of the two. */
static void push_work(player *pl, uint32_t op) { pl->work[pl->n_work++] = op; }

static void mark_done(player *pl, uint32_t op)
{
    pl->state[op] = OP_DONE;
    pl->last_progress = now(pl);
    push_work(pl, op);
}

static void check_raw(player *pl, uint32_t m)
{
    const weft_plan_msg *g = &pl->plan->msgs[m];
    uint32_t counts[WEFT_MAX_PORTS] = {0};
    uint64_t first = 0;
    counts[g->src] = 1;
    const uint64_t bad =
        weft_check_sum(memory(pl, g->dst) + pl->msgs[m].landing, g->len, pl->plan->seed,
                       RAW_REGION | m, 0, counts, pl->plan->ranks, WEFT_DTYPE_INT32, &first);
    pl->raw_bytes += g->len;
    if (bad == 0) return;
    if (pl->raw_bad == 0)
        snprintf(pl->raw_first, sizeof pl->raw_first,
                 "message from rank %u to rank %u (node %llu) differs first at byte %llu", g->src,
                 g->dst, (unsigned long long)pl->plan->ops[g->recv_op].node,
                 (unsigned long long)first);
    pl->raw_bad += bad;
}

static void release_landing(player *pl, uint32_t m)
{
    const weft_plan_msg *g = &pl->plan->msgs[m];
    if (!weft_space_give(&pl->ranks[g->dst].heap, pl->msgs[m].landing, g->len)) no_memory(pl);
}

/* What happens to data at the end of an operation. */
static void apply_data(player *pl, uint32_t op)
{
    const weft_plan_op *o = &pl->plan->ops[op];
    uint8_t *mem = memory(pl, o->rank);
    for (uint32_t a = o->first_apply; a != WEFT_PLAN_NONE; a = pl->plan->applies[a].next) {
        const weft_plan_apply *ap = &pl->plan->applies[a];
        const uint8_t *from = mem + pl->msgs[ap->msg].landing;
        const size_t len = (size_t)pl->plan->msgs[ap->msg].len;
        if (ap->how == WEFT_APPLY_ADD)
            weft_vector_add(mem + ap->addr, from, len, ap->type);
        else
            memcpy(mem + ap->addr, from, len);
        release_landing(pl, ap->msg);
    }
    if (o->kind == WEFT_OPK_RECV && !pl->plan->msgs[o->msg].keep) {
        if (pl->plan->msgs[o->msg].raw) check_raw(pl, o->msg);
        release_landing(pl, o->msg);
    }
}

static void make_ready(player *pl, uint32_t op)
{
    const weft_plan_op *o = &pl->plan->ops[op];
    rank_state *rs = &pl->ranks[o->rank];
    pl->state[op] = OP_READY;
    switch (o->kind) {
    case WEFT_OPK_JOIN: mark_done(pl, op); break;
    case WEFT_OPK_TIMER: timer_push(pl, now(pl) + o->cycles, op); break;
    case WEFT_OPK_COMPUTE:
        if (!queue_push(&rs->compute[o->engine], op)) no_memory(pl);
        break;
    case WEFT_OPK_SEND:
        if (!queue_push(&rs->sends, op)) no_memory(pl);
        break;
    case WEFT_OPK_RECV:
        if (pl->msgs[o->msg].landed) mark_done(pl, op);
        break;
    }
}

static void settle(player *pl)
{
    while (pl->n_work > 0) {
        const uint32_t op = pl->work[--pl->n_work];
        if (pl->state[op] == OP_WAITING) {
            make_ready(pl, op);
            continue;
        }
        apply_data(pl, op);
        pl->ops_done++;
        const weft_plan *p = pl->plan;
        const size_t end = op + 1 < p->n_ops ? p->ops[op + 1].first_next : p->n_edges;
        for (size_t k = end; k-- > p->ops[op].first_next;)
            if (--pl->pending[p->next[k]] == 0) push_work(pl, p->next[k]);
    }
}

/* ---------------------------------------------------------------- calls from the net -------- */
static void on_notify(void *ctx, unsigned src, uint32_t tag, uint64_t addr, uint32_t len)
{
    rank_state *rs = ctx;
    player *pl = rs->pl;
    const weft_plan *p = pl->plan;
    if (tag >= p->n_msgs || p->msgs[tag].dst != rs->rank || p->msgs[tag].src != src ||
        addr < pl->msgs[tag].landing || len > p->msgs[tag].len - pl->msgs[tag].arrived ||
        addr - pl->msgs[tag].landing > p->msgs[tag].len - len) {
        weft_source_fail(pl->src,
                         "rank %u was told of %u bytes from rank %u (tag %u) that nobody sent",
                         rs->rank, len, src, tag);
        return;
    }
    msg_state *ms = &pl->msgs[tag];
    ms->arrived += len;
    pl->bytes_done += len;
    pl->last_progress = now(pl);
    if (ms->arrived < p->msgs[tag].len) return;
    ms->landed = true;
    if (pl->state[p->msgs[tag].recv_op] == OP_READY) mark_done(pl, p->msgs[tag].recv_op);
}

static void on_sent(void *ctx, weft_op_status status)
{
    msg_state *ms = ctx;
    player *pl = ms->pl;
    const uint32_t m = (uint32_t)(ms - pl->msgs);
    const weft_plan_msg *g = &pl->plan->msgs[m];
    pl->outstanding--;
    pl->last_progress = now(pl);
    if (status != WEFT_OP_OK) {
        weft_source_fail(pl->src, "rank %u node %llu: the write to rank %u ended with status %d",
                         g->src, (unsigned long long)pl->plan->ops[g->send_op].node, g->dst,
                         (int)status);
        return;
    }
    ms->sent += g->len - ms->sent < PIECE_BYTES ? g->len - ms->sent : PIECE_BYTES;
    if (ms->sent < g->len) return;
    if (g->raw && !weft_space_give(&pl->ranks[g->src].heap, ms->staging, g->len)) no_memory(pl);
    mark_done(pl, g->send_op);
}

/* ---------------------------------------------------------------- a cycle ------------------- */
/* A place to land in, and for raw messages the pattern to send. False: no memory free now. */
static bool place(player *pl, uint32_t m)
{
    const weft_plan_msg *g = &pl->plan->msgs[m];
    msg_state *ms = &pl->msgs[m];
    if (!weft_space_take(&pl->ranks[g->dst].heap, g->len, &ms->landing)) return false;
    if (g->raw) {
        if (!weft_space_take(&pl->ranks[g->src].heap, g->len, &ms->staging)) {
            if (!weft_space_give(&pl->ranks[g->dst].heap, ms->landing, g->len)) no_memory(pl);
            return false;
        }
        weft_stream_fill(weft_stream(pl->plan->seed, RAW_REGION | m, g->src), 0,
                         memory(pl, g->src) + ms->staging, (size_t)g->len, WEFT_DTYPE_INT32);
    }
    ms->placed = true;
    return true;
}

static void issue_sends(player *pl, rank_state *rs)
{
    while (rs->sends.n > 0) {
        const uint32_t op = rs->sends.ops[rs->sends.head];
        const uint32_t m = pl->plan->ops[op].msg;
        const weft_plan_msg *g = &pl->plan->msgs[m];
        msg_state *ms = &pl->msgs[m];
        if (!ms->placed && !place(pl, m)) {
            /* Let another send have its turn: what it carries may be what frees the memory. */
            if (rs->sends.n > 1 && !queue_push(&rs->sends, queue_pop(&rs->sends))) no_memory(pl);
            return;
        }
        while (ms->issued < g->len) {
            const uint64_t left = g->len - ms->issued;
            const uint64_t n = left < PIECE_BYTES ? left : PIECE_BYTES;
            const uint64_t from = (g->raw ? ms->staging : g->src_addr) + ms->issued;
            const uint64_t to = ms->landing + ms->issued;
            /* Counted first: done may be called inside write. */
            ms->issued += n;
            pl->outstanding++;
            const int rc =
                pl->src->net.write(pl->src->net.ctx, rs->rank, g->dst, to, from, n,
                                   WEFT_WRITE_POSTED | WEFT_WRITE_NOTIFY, m, on_sent, ms);
            if (rc == 0) continue;
            ms->issued -= n;
            pl->outstanding--;
            if (rc != -1)
                weft_source_fail(pl->src,
                                 "rank %u node %llu: a write of %llu bytes to rank %u was "
                                 "refused",
                                 rs->rank, (unsigned long long)pl->plan->ops[op].node,
                                 (unsigned long long)n, g->dst);
            return;
        }
        queue_pop(&rs->sends);
    }
}

static void stalled(player *pl, const char *why)
{
    const weft_plan *p = pl->plan;
    char text[400];
    int n = 0;
    unsigned shown = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < p->n_ops && shown < 4 && (size_t)n < sizeof text; i++) {
        if (pl->state[i] != OP_READY) continue;
        n += snprintf(text + n, sizeof text - (size_t)n, "%s rank %u node %llu (%s)",
                      shown ? "," : "", p->ops[i].rank, (unsigned long long)p->ops[i].node,
                      p->ops[i].what);
        shown++;
    }
    weft_source_fail(pl->src, "%s; waiting:%s", why, text);
}

static void player_step(weft_source *s)
{
    player *pl = s->impl;
    const uint64_t t = now(pl);
    settle(pl);
    while (pl->n_timers > 0 && pl->timers[0].at <= t) mark_done(pl, timer_pop(pl));
    bool busy = pl->n_timers > 0 || pl->outstanding > 0;
    for (unsigned r = 0; r < pl->plan->ranks; r++) {
        rank_state *rs = &pl->ranks[r];
        for (unsigned e = 0; e < ENGINES; e++) {
            if (rs->running[e] != WEFT_PLAN_NONE && rs->until[e] <= t) {
                mark_done(pl, rs->running[e]);
                rs->running[e] = WEFT_PLAN_NONE;
            }
        }
    }
    settle(pl);
    for (unsigned r = 0; r < pl->plan->ranks; r++) {
        rank_state *rs = &pl->ranks[r];
        for (unsigned e = 0; e < ENGINES; e++) {
            if (rs->running[e] == WEFT_PLAN_NONE && rs->compute[e].n > 0) {
                rs->running[e] = queue_pop(&rs->compute[e]);
                rs->until[e] = t + pl->plan->ops[rs->running[e]].cycles;
            }
            busy |= rs->running[e] != WEFT_PLAN_NONE;
        }
        if (rs->sends.n > 0) issue_sends(pl, rs);
    }
    if (s->phase == WEFT_PHASE_FAILED) return;
    if (pl->ops_done == pl->plan->n_ops) {
        s->phase = WEFT_PHASE_DRAIN;
        return;
    }
    if (busy && pl->outstanding == 0) pl->last_progress = t; /* time passes: that is progress */
    if (t - pl->last_progress > weft_source_stall_cycles(s)) {
        char why[64];
        snprintf(why, sizeof why, "no progress for %llu cycles",
                 (unsigned long long)(t - pl->last_progress));
        stalled(pl, why);
    }
}

static int player_start(weft_source *s, char *err, size_t err_len)
{
    player *pl = s->impl;
    const weft_plan *p = pl->plan;
    (void)err;
    (void)err_len;
    pl->src = s;
    for (size_t i = 0; i < p->n_fills; i++) {
        const weft_plan_fill *f = &p->fills[i];
        weft_stream_fill(weft_stream(p->seed, f->region, f->stream_rank), f->offset,
                         memory(pl, f->rank) + f->addr, (size_t)f->len, f->type);
    }
    for (unsigned r = 0; r < p->ranks; r++) {
        pl->ranks[r].pl = pl;
        pl->ranks[r].rank = r;
        for (unsigned e = 0; e < ENGINES; e++) pl->ranks[r].running[e] = WEFT_PLAN_NONE;
        s->net.on_notify(s->net.ctx, r, on_notify, &pl->ranks[r]);
    }
    for (size_t m = 0; m < p->n_msgs; m++) pl->msgs[m].pl = pl;
    pl->last_progress = now(pl);
    for (uint32_t i = (uint32_t)p->n_ops; i-- > 0;) {
        pl->pending[i] = p->ops[i].pending;
        if (pl->pending[i] == 0) push_work(pl, i);
    }
    s->phase = WEFT_PHASE_MEASURE;
    return 0;
}

static void player_progress(const weft_source *s, uint64_t *done, uint64_t *total)
{
    const player *pl = s->impl;
    /* Bytes, and each operation as much as a small frame: traces of compute move on as well. */
    *done = pl->bytes_done + 64 * pl->ops_done;
    *total = pl->plan->message_bytes + 64 * pl->plan->n_ops;
}

static uint64_t player_verify(weft_source *s, char *msg, size_t msg_len)
{
    player *pl = s->impl;
    const weft_plan *p = pl->plan;
    uint64_t bad = pl->raw_bad, bytes = 0;
    if (bad) snprintf(msg, msg_len, "%s", pl->raw_first);
    for (size_t i = 0; i < p->n_checks; i++) {
        const weft_plan_check *c = &p->checks[i];
        uint64_t first = 0;
        const uint64_t b =
            weft_check_sum(memory(pl, c->rank) + c->addr, c->len, p->seed, c->region, c->offset,
                           p->counts + c->counts, p->ranks, c->type, &first);
        bytes += c->len;
        if (b && bad == 0)
            snprintf(msg, msg_len, "rank %u: the result at address 0x%llx is wrong", c->rank,
                     (unsigned long long)(c->addr + first));
        bad += b;
    }
    if (pl->ops_done != p->n_ops && bad == 0) {
        snprintf(msg, msg_len, "%llu of %zu operations were done", (unsigned long long)pl->ops_done,
                 p->n_ops);
        return p->n_ops - pl->ops_done;
    }
    if (bad == 0) {
        char a[32], b[32];
        const char *results = weft_format_size(bytes, a, sizeof a);
        const char *messages = weft_format_size(pl->raw_bytes, b, sizeof b);
        if (bytes && pl->raw_bytes)
            snprintf(msg, msg_len, "%s of results in memory and %s of messages are right", results,
                     messages);
        else
            snprintf(msg, msg_len,
                     bytes ? "%s of results in memory are right" : "%s of messages are right",
                     bytes ? results : messages);
    }
    return bad;
}

weft_source *weft_player_new(weft_plan *p, const weft_source_env *env)
{
    static const weft_source_ops ops = {player_start, player_step, player_progress, player_verify,
                                        player_free};
    player *pl = calloc(1, sizeof *pl);
    if (!pl) {
        weft_plan_free(p);
        return NULL;
    }
    pl->plan = p;
    pl->pending = calloc(p->n_ops + 1, sizeof *pl->pending);
    pl->state = calloc(p->n_ops + 1, sizeof *pl->state);
    pl->msgs = calloc(p->n_msgs + 1, sizeof *pl->msgs);
    pl->timers = calloc(p->n_ops + 1, sizeof *pl->timers);
    pl->work = calloc(2 * p->n_ops + 2, sizeof *pl->work);
    bool ok = pl->pending && pl->state && pl->msgs && pl->timers && pl->work;
    for (unsigned r = 0; ok && r < p->ranks; r++)
        ok = weft_space_give(&pl->ranks[r].heap, p->top[r], p->heap[r]);
    if (!ok) {
        player_free(pl);
        return NULL;
    }
    weft_source *s = weft_source_new(&ops, pl, env);
    if (s) s->needs.memory_bytes = p->memory_bytes;
    return s;
}
