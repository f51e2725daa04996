/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_accel.c: accelerators over link partners and a switch of a few lines (a second partner at
 * the far end of each wire hands frames to the right neighbour). Memory is compared with a shadow
 * that carries the operations out in the order in which they were started.
 */
#include "../../csrc/endpoint/accel.h"
#include "weft/proto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned failures, checks;

#define CHECK(x)                                                                                   \
    do {                                                                                           \
        checks++;                                                                                  \
        if (!(x)) {                                                                                \
            failures++;                                                                            \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #x);                                         \
        }                                                                                          \
    } while (0)

#define N      4u
#define MEMORY 65536u

static uint64_t rng_state = 0xacce1;

static uint64_t rnd(void)
{
    uint64_t z = rng_state += 0x9E3779B97F4A7C15ull;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return z ^ z >> 31;
}

/* ---------------------------------------------------------------- a small fabric ----------- */
typedef struct fabric fabric;

typedef struct {
    fabric *net;
    unsigned number;
} place;

struct fabric {
    weft_frame_pool pool;
    weft_partner *near[N], *far[N];
    weft_accel *accel[N];
    place at[N];
    uint8_t up[N][64], down[N][64];
    uint64_t up_ctrl[N], down_ctrl[N];
    uint64_t cycle;
    unsigned lose; /* frames still to lose on the way */
    uint64_t frames, group_frames;
};

static void to_fabric(void *ctx, weft_partner *p, const weft_rx_frame *r, unsigned vc)
{
    place *at = ctx;
    fabric *n = at->net;
    uint64_t mac = weft_get48(r->data);
    int id = weft_accel_of_mac(mac);
    (void)p;
    n->frames++;
    if (n->lose > 0) {
        n->lose--;
        return;
    }
    for (unsigned i = 0; i < N; i++) {
        if (id >= 0 ? i != (unsigned)id : i == at->number) continue;
        weft_frame *f = weft_frame_new(&n->pool, r->len);
        if (!f) exit(1);
        memcpy(weft_frame_data(f), r->data, r->len);
        weft_frame_seal(f);
        weft_partner_push(n->far[i], vc, f);
        n->group_frames += id < 0;
    }
}

static void to_accel(void *ctx, weft_partner *p, const weft_rx_frame *r, unsigned vc)
{
    place *at = ctx;
    (void)p;
    (void)vc;
    CHECK(r->fcs_ok);
    weft_accel_receive(at->net->accel[at->number], r);
}

static void gone(void *ctx, weft_partner *p, uint32_t note)
{
    place *at = ctx;
    (void)p;
    weft_accel_sent(at->net->accel[at->number], note);
}

static const char *ip_profile; /* in place of the memory transport */

static weft_accel_config config(unsigned id, bool esun, unsigned mtu, unsigned min_frame)
{
    weft_accel_config c = {.id = id,
                           .memory_bytes = MEMORY,
                           .mtu = mtu,
                           .min_frame = min_frame,
                           .request_vc = 0,
                           .response_vc = 1,
                           .timeout = 20000,
                           .framer = {.esun = esun, .esun_type = WEFT_ESUN_TYPE}};
    for (unsigned v = 0; v < WEFT_MAX_VCS; v++) c.framer.vc_cos[v] = (uint8_t)v;
    if (ip_profile) {
        CHECK(weft_framer_profile(&c.framer, ip_profile));
        c.framer.ip.first_psn = 0xFFFFFFC0u; /* goes round soon */
    }
    return c;
}

static fabric *fabric_new(bool esun, unsigned mtu, unsigned min_frame)
{
    fabric *n = calloc(1, sizeof *n);
    if (!n) exit(1);
    weft_frame_pool_init(&n->pool);
    for (unsigned i = 0; i < N; i++) {
        weft_partner_hooks near = {&n->at[i], NULL, gone, to_accel};
        weft_partner_hooks far = {&n->at[i], NULL, NULL, to_fabric};
        weft_accel_config c = config(i, esun, mtu, min_frame);
        n->at[i] = (place){n, i};
        n->near[i] = weft_partner_new(i, 32, i, &n->pool, &near);
        n->far[i] = weft_partner_new(i, 32, i, &n->pool, &far);
        n->accel[i] = weft_accel_new(&c, n->near[i], &n->pool);
        if (!n->near[i] || !n->far[i] || !n->accel[i]) exit(1);
    }
    return n;
}

static void fabric_free(fabric *n)
{
    for (unsigned i = 0; i < N; i++) {
        weft_accel_free(n->accel[i]);
        weft_partner_free(n->near[i]);
        weft_partner_free(n->far[i]);
    }
    CHECK(n->pool.live == 0);
    weft_frame_pool_free(&n->pool);
    free(n);
}

static void step(fabric *n)
{
    for (unsigned i = 0; i < N; i++) {
        weft_accel_act(n->accel[i], n->cycle);
        weft_partner_tx(n->near[i], n->cycle, n->up[i], &n->up_ctrl[i]);
        weft_partner_tx(n->far[i], n->cycle, n->down[i], &n->down_ctrl[i]);
    }
    for (unsigned i = 0; i < N; i++) {
        weft_partner_rx(n->far[i], n->cycle, n->up[i], &n->up_ctrl[i]);
        weft_partner_rx(n->near[i], n->cycle, n->down[i], &n->down_ctrl[i]);
    }
    n->cycle++;
}

static bool quiet(const fabric *n)
{
    for (unsigned i = 0; i < N; i++)
        if (!weft_accel_idle(n->accel[i]) || !weft_partner_quiet(n->near[i]) ||
            !weft_partner_quiet(n->far[i]))
            return false;
    return true;
}

static void drain(fabric *n)
{
    for (unsigned i = 0; i < 3000000 && !quiet(n); i++) step(n);
    CHECK(quiet(n));
}

/* ---------------------------------------------------------------- completion --------------- */
typedef struct {
    unsigned calls;
    weft_op_status status;
} outcome;

static void done(void *ctx, weft_op_status s)
{
    outcome *o = ctx;
    o->calls++;
    o->status = s;
}

static weft_op_status wait_for(fabric *n, outcome *o)
{
    for (unsigned i = 0; i < 200000 && o->calls == 0; i++) step(n);
    CHECK(o->calls == 1);
    drain(n);
    CHECK(o->calls == 1);
    return o->status;
}

/* ---------------------------------------------------------------- tests -------------------- */

/* Random operations. In each memory, initiator i owns the quarter i as a target area; the first
 * quarter of its own memory (its own area) is where sources and results are, each used once. */
#define QUARTER (MEMORY / N)

typedef struct {
    uint64_t local, len;
    uint8_t *expect;
    outcome o;
    unsigned who;
} expected_read;

static void random_run(bool esun, unsigned mtu, unsigned min_frame)
{
    fabric *n = fabric_new(esun, mtu, min_frame);
    static uint8_t shadow[N][MEMORY];
    static expected_read reads[4000];
    unsigned nreads = 0, started = 0;
    uint64_t next_result[N];
    outcome all = {0, WEFT_OP_OK};
    for (unsigned i = 0; i < N; i++) {
        uint8_t *m = weft_accel_memory(n->accel[i]);
        for (unsigned k = 0; k < MEMORY; k++) m[k] = shadow[i][k] = (uint8_t)rnd();
        next_result[i] = i * QUARTER;
    }
    for (unsigned round = 0; round < 3000; round++) {
        unsigned i = rnd() % N, t = (i + 1 + rnd() % (N - 1)) % N;
        uint64_t addr = i * QUARTER + rnd() % (QUARTER - 3000), len = rnd() % 1500;
        uint64_t src = i * QUARTER + QUARTER - 3000; /* never written: results stay below */
        unsigned kind = rnd() % 8;
        int r = 0;
        if (rnd() % 4 == 0) len = rnd() % 20;
        uint8_t *own = weft_accel_memory(n->accel[i]);
        if (kind < 4) {
            uint64_t from = src + rnd() % 1400;
            r = weft_accel_write(n->accel[i], t, addr, from, len, kind == 0 ? WEFT_WRITE_POSTED : 0,
                                 0, done, &all);
            if (r == 0) memcpy(shadow[t] + addr, own + from, len);
        } else if (kind < 7) {
            if (len == 0) len = 1;
            if (next_result[i] + len > src || nreads == 4000) continue;
            expected_read *e = &reads[nreads];
            *e = (expected_read){.local = next_result[i], .len = len, .who = i};
            r = weft_accel_read(n->accel[i], t, addr, e->local, len, done, &e->o);
            if (r == 0) {
                e->expect = malloc(len);
                if (!e->expect) exit(1);
                memcpy(e->expect, shadow[t] + addr, len);
                memcpy(shadow[i] + e->local, e->expect, len);
                next_result[i] += len;
                nreads++;
                started--;
            }
        } else {
            if (next_result[i] + 8 > src) continue;
            uint64_t old, operand = rnd(), compare = rnd();
            addr &= ~7ull;
            memcpy(&old, shadow[t] + addr, 8);
            if (rnd() & 1) compare = old;
            weft_mem_op op = WEFT_OP_ADD + rnd() % 3;
            r = weft_accel_atomic(n->accel[i], t, op, addr, operand, compare, next_result[i], done,
                                  &all);
            if (r == 0) {
                uint64_t new = op == WEFT_OP_ADD    ? old + operand
                               : op == WEFT_OP_SWAP ? operand
                               : old == compare     ? operand
                                                    : old;
                memcpy(shadow[i] + next_result[i], &old, 8);
                memcpy(shadow[t] + addr, &new, 8);
                next_result[i] += 8;
            }
        }
        CHECK(r == 0 || r == -1);
        if (r == 0)
            started++;
        else
            for (unsigned k = 0; k < 300; k++) step(n);
        for (unsigned k = rnd() % 40; k > 0; k--) step(n);
    }
    drain(n);
    CHECK(all.calls == started && all.status == WEFT_OP_OK);
    for (unsigned k = 0; k < nreads; k++) {
        CHECK(reads[k].o.calls == 1 && reads[k].o.status == WEFT_OP_OK);
        CHECK(memcmp(weft_accel_memory(n->accel[reads[k].who]) + reads[k].local, reads[k].expect,
                     reads[k].len) == 0);
        free(reads[k].expect);
    }
    for (unsigned i = 0; i < N; i++) {
        weft_accel_counters c;
        weft_accel_get_counters(n->accel[i], &c);
        CHECK(memcmp(weft_accel_memory(n->accel[i]), shadow[i], MEMORY) == 0);
        CHECK(c.issued == c.completed && c.failed == 0 && c.refused == 0 && c.malformed == 0);
        CHECK(c.unknown_tag == 0 && c.not_mine == 0 && c.issued > 100);
        CHECK(c.bad_ip == 0 && c.bad_crc == 0 && c.bad_psn == 0 && c.psn_gaps == 0);
    }
    fabric_free(n);
}

/* Everybody adds to one word: every old value is seen once. */
static void test_atomics(void)
{
    fabric *n = fabric_new(true, 512, 64);
    outcome all = {0, WEFT_OP_OK};
    const unsigned each = 200;
    for (unsigned k = 0; k < each; k++) {
        for (unsigned i = 0; i < N; i++) {
            CHECK(weft_accel_atomic(n->accel[i], 2, WEFT_OP_ADD, 4096, 1, 0, 8192 + 8 * k, done,
                                    &all) == 0);
        }
        step(n);
    }
    drain(n);
    uint64_t v;
    static unsigned seen[4 * 200];
    memset(seen, 0, sizeof seen);
    memcpy(&v, weft_accel_memory(n->accel[2]) + 4096, 8);
    CHECK(v == N * each && all.calls == N * each);
    for (unsigned i = 0; i < N; i++) {
        for (unsigned k = 0; k < each; k++) {
            memcpy(&v, weft_accel_memory(n->accel[i]) + 8192 + 8 * k, 8);
            CHECK(v < N * each && seen[v]++ == 0);
        }
    }
    fabric_free(n);
}

typedef struct {
    fabric *n;
    unsigned calls, src;
    uint32_t tag, len;
    uint64_t addr;
    bool complete;
} notice;

static void on_notify(void *ctx, unsigned src, uint32_t tag, uint64_t addr, uint32_t len)
{
    notice *x = ctx;
    x->calls++;
    x->src = src;
    x->tag = tag;
    x->addr = addr;
    x->len = len;
    x->complete = memcmp(weft_accel_memory(x->n->accel[3]) + addr,
                         weft_accel_memory(x->n->accel[src]) + 100, len) == 0;
}

static void test_notify(void)
{
    fabric *n = fabric_new(true, 256, 32);
    notice x = {.n = n};
    outcome o = {0, WEFT_OP_OK};
    weft_accel_counters c;
    weft_accel_on_notify(n->accel[3], on_notify, &x);
    for (unsigned k = 0; k < MEMORY; k++) weft_accel_memory(n->accel[1])[k] = (uint8_t)rnd();
    static const unsigned lens[6] = {0, 1, 255, 256, 257, 20000};
    for (unsigned k = 0; k < 6; k++) {
        unsigned calls = x.calls;
        o.calls = 0;
        CHECK(weft_accel_write(n->accel[1], 3, 5000 + k, 100, lens[k],
                               WEFT_WRITE_NOTIFY | (k % 2 ? WEFT_WRITE_POSTED : 0), 0xABC00 + k,
                               done, &o) == 0);
        CHECK(wait_for(n, &o) == WEFT_OP_OK);
        CHECK(x.calls == calls + 1 && x.src == 1 && x.tag == 0xABC00 + k);
        CHECK(x.addr == 5000 + k && x.len == lens[k] && x.complete);
    }
    /* a segment of a posted write is lost: nobody is told that it is complete */
    n->lose = 1;
    o.calls = 0;
    CHECK(weft_accel_write(n->accel[1], 3, 0, 100, 3000, WEFT_WRITE_NOTIFY | WEFT_WRITE_POSTED, 9,
                           done, &o) == 0);
    CHECK(wait_for(n, &o) == WEFT_OP_OK);
    weft_accel_get_counters(n->accel[3], &c);
    CHECK(x.calls == 6 && c.notified == 6);
    CHECK(ip_profile ? c.psn_gaps == 1 : c.refused == 1);
    fabric_free(n);
}

static void test_errors(void)
{
    fabric *n = fabric_new(true, 512, 64);
    weft_accel *a = n->accel[0];
    outcome o = {0, WEFT_OP_OK};
    static uint8_t before[MEMORY];
    uint8_t *m1 = weft_accel_memory(n->accel[1]);
    for (unsigned k = 0; k < MEMORY; k++) m1[k] = before[k] = (uint8_t)rnd();
    /* refused at the target: each operation fails with its reason and changes nothing */
    CHECK(weft_accel_write(a, 1, MEMORY - 10, 0, 11, 0, 0, done, &o) == 0);
    CHECK(wait_for(n, &o) == WEFT_OP_BAD_ADDRESS);
    o.calls = 0;
    CHECK(weft_accel_write(a, 1, 0xFF00000000ull, 0, 2000, 0, 0, done, &o) == 0);
    CHECK(wait_for(n, &o) == WEFT_OP_BAD_ADDRESS);
    o.calls = 0;
    CHECK(weft_accel_read(a, 1, MEMORY, 0, 1, done, &o) == 0);
    CHECK(wait_for(n, &o) == WEFT_OP_BAD_ADDRESS);
    o.calls = 0;
    CHECK(weft_accel_atomic(a, 1, WEFT_OP_ADD, 4, 1, 0, 0, done, &o) == 0);
    CHECK(wait_for(n, &o) == WEFT_OP_BAD_ADDRESS);
    o.calls = 0;
    CHECK(weft_accel_write(a, 1, MEMORY, 0, 4, WEFT_WRITE_POSTED, 0, done, &o) == 0);
    CHECK(wait_for(n, &o) == WEFT_OP_OK); /* posted: on the wire is all that is promised */
    CHECK(memcmp(m1, before, MEMORY) == 0);
    weft_accel_counters c;
    weft_accel_get_counters(n->accel[1], &c);
    CHECK(c.refused >= 5 && c.served == 0);
    /* refused at once */
    CHECK(weft_accel_write(a, 1024, 0, 0, 4, 0, 0, done, &o) == -2);
    CHECK(weft_accel_write(a, 1, 0, MEMORY - 3, 4, 0, 0, done, &o) == -2);
    CHECK(weft_accel_write(a, 1, 0, 0, 4, 4, 0, done, &o) == -2);
    CHECK(weft_accel_write(a, 1, (1ull << 40) - 3, 0, 4, 0, 0, done, &o) == -2);
    CHECK(weft_accel_read(a, 1, 0, 0, 0, done, &o) == -2);
    CHECK(weft_accel_read(a, 1, 0, 0, 1ull << 32, done, &o) == -2);
    CHECK(weft_accel_atomic(a, 1, WEFT_OP_READ, 0, 1, 0, 0, done, &o) == -2);
    CHECK(weft_accel_atomic(a, 1, WEFT_OP_ADD, 0, 1, 0, MEMORY - 7, done, &o) == -2);
    CHECK(quiet(n) && o.calls == 1);
    /* no more tags than there are, and all of them come back */
    unsigned taken = 0;
    o.calls = 0;
    while (weft_accel_write(a, 1, 0, 0, 600, 0, 0, done, &o) == 0) taken++;
    CHECK(taken == WEFT_ACCEL_TAGS);
    drain(n);
    CHECK(o.calls == taken && o.status == WEFT_OP_OK);
    fabric_free(n);
}

/* A posted write that the host offers to the wire itself, as weft_world_send_frame does. */
static void host_send(fabric *n, unsigned from, unsigned to)
{
    weft_framer fr = config(from, true, 512, 64).framer;
    weft_mt m = {
        .op = WEFT_MT_WRITE, .flags = WEFT_MT_POSTED | WEFT_MT_FIRST | WEFT_MT_LAST, .length = 100};
    size_t head = weft_mt_size(&m);
    weft_frame *f = weft_frame_new(&n->pool, WEFT_FRAMER_BYTES + head + m.length);
    if (!f) exit(1);
    uint8_t *d = weft_frame_data(f);
    fr.src = weft_accel_mac(from);
    weft_framer_put(&fr, weft_accel_mac(to), 0, d);
    weft_mt_build(&m, d + WEFT_FRAMER_BYTES);
    memset(d + WEFT_FRAMER_BYTES + head, 0x11, m.length);
    f->offered = 1;
    weft_frame_seal(f);
    weft_partner_push(n->near[from], 0, f);
}

static unsigned offered_backlog(const fabric *n, unsigned port)
{
    return (unsigned)(weft_partner_backlog(n->near[port], 0) -
                      weft_partner_own_backlog(n->near[port], 0));
}

/* Reads and frames of the host share a VC and take turns on it. */
static void test_turns(void)
{
    enum { READS = 40, SOME = 60 };
    fabric *n = fabric_new(true, 512, 64);
    outcome reads = {0, WEFT_OP_OK};
    weft_partner_counters c;
    unsigned cycles = 0, offered = 0;
    /* the host never stops: every read is answered, and every other frame is the host's */
    for (unsigned k = 0; k < READS; k++)
        CHECK(weft_accel_read(n->accel[0], 1, 0, 8192, 256, done, &reads) == 0);
    while (reads.calls < READS && cycles++ < 5000) {
        for (; offered_backlog(n, 0) < SOME; offered++) host_send(n, 0, 2);
        step(n);
    }
    weft_partner_get_counters(n->near[0], &c);
    CHECK(reads.calls == READS && reads.status == WEFT_OP_OK && cycles < 800);
    CHECK(c.tx_frames - READS >= READS && offered >= SOME + READS - 1);
    drain(n);
    /* the accelerator never stops: a frame of the host goes next but one */
    reads.calls = 0;
    for (unsigned k = 0; k < 500; k++)
        CHECK(weft_accel_read(n->accel[0], 1, 0, 8192, 256, done, &reads) == 0);
    for (unsigned k = 0; k < 100; k++) step(n);
    host_send(n, 0, 2);
    for (cycles = 0; offered_backlog(n, 0) > 0 && cycles < 1000; cycles++) step(n);
    CHECK(cycles < 12 && reads.calls < 500);
    drain(n);
    CHECK(reads.calls == 500 && reads.status == WEFT_OP_OK);
    fabric_free(n);
}

/* An answer that comes after its operation has timed out is nobody's. */
static void late_answer(fabric *n)
{
    weft_accel_counters c;
    uint8_t f[60] = {0};
    weft_framer fr = config(1, true, 512, 64).framer;
    weft_mt m = {.op = WEFT_MT_WRITE_DONE, .tag = 1024, .length = 512};
    fr.src = weft_accel_mac(1);
    weft_framer_put(&fr, weft_accel_mac(0), 1, f);
    weft_mt_build(&m, f + WEFT_FRAMER_BYTES);
    CHECK(weft_partner_send(n->far[0], 1, f, 60, 0) == 0);
    drain(n);
    weft_accel_get_counters(n->accel[0], &c);
    CHECK(c.unknown_tag == 6);
}

static void test_timeout(void)
{
    fabric *n = fabric_new(true, 512, 64);
    weft_accel *a = n->accel[0];
    outcome lost = {0, WEFT_OP_OK}, later = {0, WEFT_OP_OK};
    weft_accel_counters c;
    n->lose = 1;
    CHECK(weft_accel_write(a, 1, 0, 0, 3000, 0, 0, done, &lost) == 0);
    CHECK(weft_accel_read(a, 2, 0, 0, 3000, done, &later) == 0);
    for (unsigned i = 0; i < 30000; i++) step(n);
    CHECK(lost.calls == 1 && lost.status == WEFT_OP_TIMEOUT);
    CHECK(later.calls == 1 && later.status == WEFT_OP_OK && quiet(n));
    weft_accel_get_counters(a, &c);
    CHECK(c.timeouts == 1 && c.failed == 1 && c.completed == 1);
    if (ip_profile) {
        CHECK(c.psn_gaps == 1 && c.unknown_tag == 0); /* the first answer is for the second */
        weft_accel_get_counters(n->accel[1], &c);
        CHECK(c.psn_gaps == 1 && c.bad_psn == 0); /* the connection goes on behind the loss */
    } else {
        CHECK(c.unknown_tag == 5); /* the answers to the other segments were out of turn */
        late_answer(n);
    }
    later.calls = 0;
    CHECK(weft_accel_write(a, 1, 0, 0, 3000, 0, 0, done, &later) == 0);
    CHECK(wait_for(n, &later) == WEFT_OP_OK);
    fabric_free(n);
}
/* What comes back for a request made by hand. */
typedef struct {
    unsigned frames;
    weft_mt m;
} answer;

static void take_answer(void *ctx, weft_partner *p, const weft_rx_frame *r, unsigned vc)
{
    answer *x = ctx;
    (void)p;
    x->frames++;
    CHECK(vc == 1 && r->len >= 60);
    CHECK(weft_mt_parse(r->data + WEFT_FRAMER_BYTES, r->len - WEFT_FRAMER_BYTES, &x->m) ==
          WEFT_MT_OK);
}

typedef struct {
    weft_frame_pool pool;
    weft_partner *near, *far;
    weft_accel *a;
    answer x;
    uint8_t up[64], down[64];
    uint64_t up_ctrl, down_ctrl, cycle;
} single;

static void single_rx(void *ctx, weft_partner *p, const weft_rx_frame *r, unsigned vc)
{
    (void)p;
    (void)vc;
    weft_accel_receive(((single *)ctx)->a, r);
}

static void offer(single *s, const uint8_t *data, size_t len)
{
    CHECK(weft_partner_send(s->far, 0, data, len, 0) == 0);
    for (unsigned i = 0; i < 40 || !weft_partner_empty(s->near) || !weft_partner_empty(s->far);
         i++, s->cycle++) {
        weft_accel_act(s->a, s->cycle);
        weft_partner_tx(s->near, s->cycle, s->up, &s->up_ctrl);
        weft_partner_tx(s->far, s->cycle, s->down, &s->down_ctrl);
        weft_partner_rx(s->far, s->cycle, s->up, &s->up_ctrl);
        weft_partner_rx(s->near, s->cycle, s->down, &s->down_ctrl);
    }
}

static void test_bad_requests(void)
{
    static single s;
    static uint8_t before[MEMORY], f[2000];
    weft_partner_hooks near = {&s, NULL, NULL, single_rx};
    weft_partner_hooks far = {&s.x, NULL, NULL, take_answer};
    weft_accel_config c = config(5, true, 512, 64);
    weft_framer fr = c.framer;
    weft_accel_counters n;
    weft_frame_pool_init(&s.pool);
    s.near = weft_partner_new(0, 32, 0, &s.pool, &near);
    s.far = weft_partner_new(1, 32, 1, &s.pool, &far);
    s.a = weft_accel_new(&c, s.near, &s.pool);
    if (!s.near || !s.far || !s.a) exit(1);
    for (unsigned k = 0; k < MEMORY; k++) weft_accel_memory(s.a)[k] = before[k] = (uint8_t)rnd();
    fr.src = weft_accel_mac(9);
    uint8_t *at = f + WEFT_FRAMER_BYTES;
#define OFFER(len, ...)                                                                            \
    do {                                                                                           \
        weft_mt m_ = {__VA_ARGS__};                                                                \
        memset(f, 0, sizeof f);                                                                    \
        weft_framer_put(&fr, weft_accel_mac(5), 0, f);                                             \
        weft_mt_build(&m_, at);                                                                    \
        s.x = (answer){0};                                                                         \
        offer(&s, f, len);                                                                         \
    } while (0)
    OFFER(60, .op = WEFT_MT_READ, .tag = 7, .length = 0);
    CHECK(s.x.frames == 1 && s.x.m.op == WEFT_MT_ERROR && s.x.m.status == WEFT_MT_BAD_LENGTH);
    CHECK(s.x.m.tag == 7);
    OFFER(60, .op = WEFT_MT_READ, .length = 513); /* more than the target's MTU */
    CHECK(s.x.frames == 1 && s.x.m.status == WEFT_MT_BAD_LENGTH);
    OFFER(60, .op = WEFT_MT_WRITE, .length = 100, .addr = 64); /* the bytes are not there */
    CHECK(s.x.frames == 1 && s.x.m.status == WEFT_MT_BAD_LENGTH && s.x.m.addr == 64);
    OFFER(60, .op = WEFT_MT_WRITE, .flags = WEFT_MT_POSTED, .length = 100);
    CHECK(s.x.frames == 0); /* posted: never an answer */
    OFFER(60, .op = WEFT_MT_CAS, .length = 4);
    CHECK(s.x.frames == 1 && s.x.m.status == WEFT_MT_BAD_LENGTH);
    OFFER(60, .op = WEFT_MT_WRITE, .flags = WEFT_MT_NOTIFY | WEFT_MT_LAST, .length = 0,
          .notify_len = 5);
    CHECK(s.x.frames == 1 && s.x.m.status == WEFT_MT_INCOMPLETE);
    for (unsigned op = 0; op < 8; op++) {
        if (op >= WEFT_MT_WRITE && op <= WEFT_MT_CAS) continue;
        memset(f, 0, sizeof f);
        weft_framer_put(&fr, weft_accel_mac(5), 0, f);
        at[0] = (uint8_t)(op << 4);
        at[2] = 33;
        s.x = (answer){0};
        offer(&s, f, 60);
        CHECK(s.x.frames == 1 && s.x.m.status == WEFT_MT_BAD_OPCODE && s.x.m.tag == 33);
    }
    OFFER(24, .op = WEFT_MT_READ, .tag = 8, .length = 8); /* cut off in the header */
    CHECK(s.x.frames == 1 && s.x.m.status == WEFT_MT_BAD_LENGTH && s.x.m.tag == 8);
    fr.src = 0x112233445566;
    OFFER(60, .op = WEFT_MT_READ, .length = 8); /* nobody to answer */
    CHECK(s.x.frames == 0);
    fr.src = weft_accel_mac(9);
    memset(f, 0, 60);
    weft_framer_put(&fr, weft_accel_mac(6), 0, f); /* somebody else's */
    offer(&s, f, 60);
    weft_accel_get_counters(s.a, &n);
    CHECK(n.not_mine == 1 && n.malformed == 1 && n.served == 0 && n.refused == 10);
    CHECK(memcmp(weft_accel_memory(s.a), before, MEMORY) == 0);
    /* anything at all behind a good header */
    uint64_t frames = 0;
    for (unsigned i = 0; i < 30000; i++) {
        size_t len = 24 + rnd() % 200;
        weft_framer_put(&fr, rnd() % 8 ? weft_accel_mac(5) : weft_group_mac(1), 0, f);
        for (size_t k = WEFT_FRAMER_BYTES; k < len; k++) f[k] = (uint8_t)rnd();
        if (rnd() & 1) f[WEFT_FRAMER_BYTES] &= 0x7F;
        if (rnd() & 1) f[WEFT_FRAMER_BYTES + 5] = f[WEFT_FRAMER_BYTES + 6] = 0;
        if (rnd() & 1) f[WEFT_FRAMER_BYTES + 3] = 0;
        weft_rx_frame r = {f, len, true, 0, 0, 0};
        s.x.frames = 0;
        weft_accel_receive(s.a, &r);
        frames++;
        if (i % 64 == 0) offer(&s, f, 24);
    }
    offer(&s, f, 24);
    CHECK(weft_accel_idle(s.a));
    weft_accel_get_counters(s.a, &n);
    CHECK(n.issued == 0 && n.unknown_tag > 100 && n.malformed > 100 && n.refused > 100);
    weft_accel_free(s.a);
    weft_partner_free(s.near);
    weft_partner_free(s.far);
    CHECK(s.pool.live == 0);
    weft_frame_pool_free(&s.pool);
}

/* A posted write to a group lands in every other memory; a read of a group is nobody's business. */
static void test_group(void)
{
    fabric *n = fabric_new(true, 512, 64);
    uint8_t f[60] = {0};
    weft_framer fr = config(0, true, 512, 64).framer;
    weft_mt m = {.op = WEFT_MT_WRITE,
                 .flags = WEFT_MT_POSTED | WEFT_MT_FIRST | WEFT_MT_LAST,
                 .length = 4,
                 .addr = 77};
    fr.src = weft_accel_mac(0);
    weft_framer_put(&fr, weft_group_mac(3), 0, f);
    memcpy(f + WEFT_FRAMER_BYTES + weft_mt_build(&m, f + WEFT_FRAMER_BYTES), "weft", 4);
    CHECK(weft_partner_send(n->near[0], 0, f, 60, 0) == 0);
    drain(n);
    CHECK(n->group_frames == N - 1);
    for (unsigned i = 0; i < N; i++)
        CHECK((memcmp(weft_accel_memory(n->accel[i]) + 77, "weft", 4) == 0) == (i != 0));
    m = (weft_mt){.op = WEFT_MT_READ, .length = 4};
    weft_mt_build(&m, f + WEFT_FRAMER_BYTES);
    uint64_t frames = n->frames;
    CHECK(weft_partner_send(n->near[0], 0, f, 60, 0) == 0);
    drain(n);
    CHECK(n->frames == frames + 1);
    fabric_free(n);
}

/* The example of docs/memory-transport.md, section 2. */
static void test_example(void)
{
    static const uint8_t doc[28] = {0x02, 0x57, 0x45, 0x46, 0x00, 0x05, 0x02, 0x57, 0x45, 0x46,
                                    0x00, 0x03, 0x88, 0xB5, 0x22, 0x00, 0xC5, 0x80, 0x20, 0x04,
                                    0x07, 0x01, 0x00, 0x10, 0x00, 0x00, 0x20, 0x00};
    uint8_t f[28];
    weft_framer fr = config(3, true, 512, 32).framer;
    weft_mt m = {.op = WEFT_MT_READ, .tag = 0x0407, .length = 256, .addr = 0x1000002000};
    fr.src = weft_accel_mac(3);
    weft_framer_put(&fr, weft_accel_mac(5), 0, f);
    CHECK(weft_mt_build(&m, f + WEFT_FRAMER_BYTES) == WEFT_MT_HEADER);
    CHECK(memcmp(f, doc, sizeof doc) == 0);
    m = (weft_mt){.op = WEFT_MT_READ_DATA, .tag = 0x0407, .length = 256, .addr = 0x2000};
    CHECK(weft_mt_build(&m, f) == 10);
    CHECK(memcmp(f, "\xA0\x04\x07\x01\x00\x00\x00\x00\x20\x00", 10) == 0);
}

int main(void)
{
    test_example();
    random_run(true, 512, 64);
    random_run(true, 8, 32);
    random_run(false, 4096, 64);
    random_run(false, 100, 32);
    static const char *const profiles[] = {"rocev2", "uet"};
    for (unsigned i = 0; i < 2; i++) {
        ip_profile = profiles[i];
        random_run(false, 4096, 64);
        random_run(false, 100, 64);
        random_run(false, 8, 64);
        test_atomics();
        test_notify();
        test_errors();
        test_timeout();
    }
    ip_profile = NULL;
    test_atomics();
    test_notify();
    test_errors();
    test_turns();
    test_timeout();
    test_bad_requests();
    test_group();
    weft_accel_config c = config(1024, true, 512, 64);
    CHECK(weft_accel_new(&c, NULL, NULL) == NULL);
    printf("test_accel: %u checks, %u failed\n", checks, failures);
    return failures != 0;
}
