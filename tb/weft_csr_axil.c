/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_csr_axil: an AXI4-Lite master with random gaps and back-pressure on one side,
 * register blocks that answer after 0 to 4 cycles, with errors, or never, on the other. A
 * scoreboard holds every request against the transfer it belongs to, and every response against
 * what the bus said.
 */
#include <string.h>

#include "tb.h"

enum { OKAY = 0, SLVERR = 2, NEVER = 99 };

/* One direction: the transfer that is under way. */
typedef struct {
    bool addr_in, data_in; /* handshakes done (reads: data_in is always true) */
    bool requested, answered;
    uint32_t addr, data, strb;
    unsigned waited;   /* transfers of the other direction that started while this one waited */
    unsigned resp;     /* expected once answered */
    uint32_t rdata;    /* expected once answered */
    uint64_t ready_at; /* cycle of the last handshake */
} transfer;

typedef struct {
    tb *t;
    tb_sig *awaddr, *awvalid, *awready, *wdata, *wstrb, *wvalid, *wready, *bresp, *bvalid, *bready;
    tb_sig *araddr, *arvalid, *arready, *rdata, *rresp, *rvalid, *rready;
    tb_sig *valid, *write, *addr, *data, *ack, *err, *rd;
    transfer w, r;
    bool aw_offer, w_offer, ar_offer; /* valid is up and stays up */
    /* The register side */
    bool busy, is_write, answer_err;
    unsigned latency, age;
    uint32_t answer_data;
    /* Behaviour */
    unsigned offer_percent, ready_percent, illegal_percent, fixed_latency;
    bool stop; /* no new offers */
    /* Last cycle, for stability */
    bool b_was, r_was;
    uint32_t bresp_was, rresp_was, rdata_was;
    uint64_t writes, reads, requests, refused, timeouts;
    uint64_t w_latency, r_latency; /* of the last response, from its last handshake */
} bench;

static void find(bench *b, tb *t)
{
    b->t = t;
    b->awaddr = tb_sig_find(t, "s_axil_awaddr");
    b->awvalid = tb_sig_find(t, "s_axil_awvalid");
    b->awready = tb_sig_find(t, "s_axil_awready");
    b->wdata = tb_sig_find(t, "s_axil_wdata");
    b->wstrb = tb_sig_find(t, "s_axil_wstrb");
    b->wvalid = tb_sig_find(t, "s_axil_wvalid");
    b->wready = tb_sig_find(t, "s_axil_wready");
    b->bresp = tb_sig_find(t, "s_axil_bresp");
    b->bvalid = tb_sig_find(t, "s_axil_bvalid");
    b->bready = tb_sig_find(t, "s_axil_bready");
    b->araddr = tb_sig_find(t, "s_axil_araddr");
    b->arvalid = tb_sig_find(t, "s_axil_arvalid");
    b->arready = tb_sig_find(t, "s_axil_arready");
    b->rdata = tb_sig_find(t, "s_axil_rdata");
    b->rresp = tb_sig_find(t, "s_axil_rresp");
    b->rvalid = tb_sig_find(t, "s_axil_rvalid");
    b->rready = tb_sig_find(t, "s_axil_rready");
    b->valid = tb_sig_find(t, "reg_valid_o");
    b->write = tb_sig_find(t, "reg_write_o");
    b->addr = tb_sig_find(t, "reg_addr_o");
    b->data = tb_sig_find(t, "reg_wdata_o");
    b->ack = tb_sig_find(t, "reg_ack_i");
    b->err = tb_sig_find(t, "reg_err_i");
    b->rd = tb_sig_find(t, "reg_rdata_i");
    b->fixed_latency = NEVER + 1;
}

static bool waiting(const transfer *x)
{
    return x->addr_in && x->data_in && !x->requested && !x->answered;
}

/* A transfer that must be refused without a request. */
static bool illegal(const transfer *x) { return x->addr % 4 != 0 || x->strb != 0xF; }

/* Register side of this cycle: takes the request, gives the answer when it is due. */
static void registers(bench *b)
{
    tb *t = b->t;
    tb_set(b->ack, 0);
    tb_set(b->err, 0);
    tb_set(b->rd, 0);
    if (tb_get(b->valid)) {
        bool write = tb_get(b->write) != 0;
        transfer *x = write ? &b->w : &b->r, *other = write ? &b->r : &b->w;
        TB_CHECK(t, !b->busy);
        TB_CHECK(t, waiting(x));
        TB_CHECK(t, !illegal(x));
        TB_EQ(t, tb_get(b->addr), x->addr);
        if (write) TB_EQ(t, tb_get(b->data), x->data);
        x->requested = true;
        /* The other one had arrived at least one cycle before this request was made. */
        if (waiting(other) && tb_cycle(t) > other->ready_at + 2) other->waited++;
        TB_CHECK(t, x->waited <= 1);
        b->busy = true;
        b->is_write = write;
        b->age = 0;
        b->latency = (unsigned)tb_rand_below(t, 5);
        if (tb_chance(t, 10)) b->latency = NEVER;
        if (b->fixed_latency <= NEVER) b->latency = b->fixed_latency;
        b->answer_err = tb_chance(t, 15);
        b->answer_data = b->answer_err || write ? 0 : (uint32_t)tb_rand(t);
        b->requests++;
    }
    if (!b->busy) return;
    if (b->age == b->latency || b->age == 4) {
        transfer *x = b->is_write ? &b->w : &b->r;
        bool given = b->age == b->latency;
        tb_set(b->ack, given);
        tb_set(b->err, given && b->answer_err);
        tb_set(b->rd, given ? b->answer_data : 0);
        x->answered = true;
        x->resp = given && !b->answer_err ? OKAY : SLVERR;
        x->rdata = given ? b->answer_data : 0;
        b->timeouts += !given;
        b->busy = false;
    }
    b->age++;
}

static void offers(bench *b)
{
    tb *t = b->t;
    if (!b->aw_offer && !b->stop && tb_chance(t, b->offer_percent)) {
        b->aw_offer = true;
        tb_set(b->awvalid, 1);
        tb_set(b->awaddr, (tb_rand_below(t, 0x40000) << 2) |
                              (tb_chance(t, b->illegal_percent) ? tb_rand_below(t, 4) : 0));
    }
    if (!b->w_offer && !b->stop && tb_chance(t, b->offer_percent)) {
        b->w_offer = true;
        tb_set(b->wvalid, 1);
        tb_set(b->wdata, tb_rand(t) & 0xFFFFFFFFu);
        tb_set(b->wstrb, tb_chance(t, b->illegal_percent) ? tb_rand_below(t, 16) : 15);
    }
    if (!b->ar_offer && !b->stop && tb_chance(t, b->offer_percent)) {
        b->ar_offer = true;
        tb_set(b->arvalid, 1);
        tb_set(b->araddr, (tb_rand_below(t, 0x40000) << 2) |
                              (tb_chance(t, b->illegal_percent) ? tb_rand_below(t, 4) : 0));
    }
    tb_set(b->bready, tb_chance(t, b->ready_percent));
    tb_set(b->rready, tb_chance(t, b->ready_percent));
}

/* What the handshakes of this cycle mean; called before the edge. */
static void handshakes(bench *b)
{
    tb *t = b->t;
    bool aw = tb_get(b->awready) && b->aw_offer, w = tb_get(b->wready) && b->w_offer;
    bool ar = tb_get(b->arready) && b->ar_offer;
    if (aw) {
        TB_CHECK(t, !b->w.addr_in); /* one write under way */
        b->w.addr_in = true;
        b->w.addr = (uint32_t)tb_get(b->awaddr);
    }
    if (w) {
        TB_CHECK(t, !b->w.data_in);
        b->w.data_in = true;
        b->w.data = (uint32_t)tb_get(b->wdata);
        b->w.strb = (uint32_t)tb_get(b->wstrb);
    }
    if (aw || w) b->w.ready_at = tb_cycle(t);
    if (ar) {
        TB_CHECK(t, !b->r.addr_in);
        b->r.addr_in = b->r.data_in = true;
        b->r.strb = 0xF;
        b->r.addr = (uint32_t)tb_get(b->araddr);
        b->r.ready_at = tb_cycle(t);
    }
}

static void check_response(bench *b, transfer *x, bool valid, uint32_t resp, const char *what)
{
    tb *t = b->t;
    if (!valid) return;
    if (!(x->addr_in && x->data_in)) {
        tb_fail(t, "%s response without a transfer", what);
    } else if (illegal(x)) {
        TB_CHECK(t, !x->requested);
        TB_EQ(t, resp, SLVERR);
    } else {
        if (!x->answered) tb_fail(t, "%s response before its answer", what);
        TB_EQ(t, resp, x->resp);
    }
}

static void cycle(bench *b)
{
    tb *t = b->t;
    bool bv = tb_get(b->bvalid) != 0, rv = tb_get(b->rvalid) != 0;
    /* Responses are right, and stay until taken. */
    check_response(b, &b->w, bv, (uint32_t)tb_get(b->bresp), "write");
    check_response(b, &b->r, rv, (uint32_t)tb_get(b->rresp), "read");
    if (rv) TB_EQ(t, tb_get(b->rdata), illegal(&b->r) ? 0 : b->r.rdata);
    if (b->b_was) TB_CHECK(t, bv && tb_get(b->bresp) == b->bresp_was);
    if (b->r_was)
        TB_CHECK(t, rv && tb_get(b->rresp) == b->rresp_was && tb_get(b->rdata) == b->rdata_was);

    registers(b);
    uint64_t ready = tb_get(b->awready) | tb_get(b->wready) << 1 | tb_get(b->arready) << 2;
    offers(b);
    tb_eval(t);
    /* Registered outputs: nothing the master does in this cycle changes them. */
    TB_EQ(t, tb_get(b->awready) | tb_get(b->wready) << 1 | tb_get(b->arready) << 2, ready);
    TB_CHECK(t, (tb_get(b->bvalid) != 0) == bv && (tb_get(b->rvalid) != 0) == rv);

    bool b_taken = bv && tb_get(b->bready), r_taken = rv && tb_get(b->rready);
    bool aw = tb_get(b->awready) && b->aw_offer, w = tb_get(b->wready) && b->w_offer;
    bool ar = tb_get(b->arready) && b->ar_offer;
    handshakes(b);
    b->b_was = bv && !b_taken;
    b->r_was = rv && !r_taken;
    b->bresp_was = (uint32_t)tb_get(b->bresp);
    b->rresp_was = (uint32_t)tb_get(b->rresp);
    b->rdata_was = (uint32_t)tb_get(b->rdata);
    if (bv && b->w_latency == 0) b->w_latency = tb_cycle(t) - b->w.ready_at;
    if (rv && b->r_latency == 0) b->r_latency = tb_cycle(t) - b->r.ready_at;
    if (b_taken) {
        b->writes++;
        b->refused += illegal(&b->w);
        memset(&b->w, 0, sizeof b->w);
    }
    if (r_taken) {
        b->reads++;
        b->refused += illegal(&b->r);
        memset(&b->r, 0, sizeof b->r);
    }
    tb_tick(t);
    if (aw) {
        b->aw_offer = false;
        tb_set(b->awvalid, 0);
        tb_set(b->awaddr, tb_rand(t) & 0xFFFFF);
    }
    if (w) {
        b->w_offer = false;
        tb_set(b->wvalid, 0);
        tb_set(b->wdata, tb_rand(t) & 0xFFFFFFFFu);
        tb_set(b->wstrb, tb_rand_below(t, 16));
    }
    if (ar) {
        b->ar_offer = false;
        tb_set(b->arvalid, 0);
        tb_set(b->araddr, tb_rand(t) & 0xFFFFF);
    }
}

/* No new transfers; unfinished ones get their missing half; in the end nothing is under way. */
static void drain(bench *b)
{
    b->ready_percent = 100;
    for (int k = 0; k < 200; k++) {
        bool half = (b->aw_offer || b->w.addr_in) != (b->w_offer || b->w.data_in);
        b->stop = !half;
        unsigned percent = b->offer_percent;
        if (half) b->offer_percent = b->ar_offer || b->r.addr_in ? 100 : percent;
        cycle(b);
        b->offer_percent = percent;
    }
    b->stop = true;
    for (int k = 0; k < 60; k++) cycle(b);
    TB_CHECK(b->t, !b->w.addr_in && !b->w.data_in && !b->r.addr_in && !b->busy);
    TB_CHECK(b->t, !tb_get(b->bvalid) && !tb_get(b->rvalid) && !tb_get(b->valid));
    TB_CHECK(b->t, tb_get(b->awready) && tb_get(b->wready) && tb_get(b->arready));
    b->stop = false;
}

/* The stated latencies, each transfer alone, AW before W, after W and with it. */
static void latencies(bench *b)
{
    tb *t = b->t;
    b->stop = true;
    b->ready_percent = 100;
    b->fixed_latency = 1;
    for (int k = 0; k < 12; k++) {
        bool write = k & 1, refuse = k & 2;
        int order = k / 4; /* 0: together, 1: AW first, 2: W first */
        b->w_latency = b->r_latency = 0;
        if (write) {
            for (int step = 0; step < 2; step++) {
                if (order == 0 || order == 1 + step) {
                    b->aw_offer = true;
                    tb_set(b->awvalid, 1);
                    tb_set(b->awaddr, 0x1234 + (refuse ? 2 : 0));
                }
                if (order == 0 || order == 2 - step) {
                    b->w_offer = true;
                    tb_set(b->wvalid, 1);
                    tb_set(b->wdata, 77);
                    tb_set(b->wstrb, 15);
                }
                if (order == 0) break;
                for (int n = 0; n < 3; n++) cycle(b);
            }
        } else {
            b->ar_offer = true;
            tb_set(b->arvalid, 1);
            tb_set(b->araddr, 0x1234 + (refuse ? 1 : 0));
        }
        for (int n = 0; n < 12; n++) cycle(b);
        TB_EQ(t, write ? b->w_latency : b->r_latency, refuse ? 2 : 4);
    }
    /* Nobody answers. */
    b->fixed_latency = NEVER;
    b->r_latency = 0;
    b->ar_offer = true;
    tb_set(b->arvalid, 1);
    tb_set(b->araddr, 0xFFFFC);
    for (int n = 0; n < 12; n++) cycle(b);
    TB_EQ(t, b->r_latency, 7);
    b->fixed_latency = NEVER + 1;
    b->stop = false;
}

int tb_main(tb *t)
{
    static const unsigned levels[][3] = {/* offer, ready, illegal */
                                         {100, 100, 0}, {100, 100, 20}, {30, 100, 10},
                                         {100, 20, 10}, {20, 20, 10},   {60, 60, 5},
                                         {5, 50, 30}};
    static bench b;
    memset(&b, 0, sizeof b);
    find(&b, t);
    tb_reset(t, 3);
    tb_tick(t);
    latencies(&b);
    for (size_t k = 0; k < sizeof levels / sizeof levels[0]; k++) {
        b.offer_percent = levels[k][0];
        b.ready_percent = levels[k][1];
        b.illegal_percent = levels[k][2];
        uint64_t w0 = b.writes, r0 = b.reads;
        uint64_t n = tb_effort(t, 20000, 400000);
        for (uint64_t c = 0; c < n; c++) cycle(&b);
        uint64_t w = b.writes - w0, r = b.reads - r0;
        /* Both always wait: strict turns, so equal numbers. */
        if (k == 0 && (w > r ? w - r : r - w) > 1)
            tb_fail(t, "not fair: %llu writes, %llu reads", (unsigned long long)w,
                    (unsigned long long)r);
        TB_CHECK(t, w > 100 && r > 100);
        drain(&b);
    }
    TB_CHECK(t, b.refused > 100 && b.timeouts > 100);
    /* Every transfer that was not refused made exactly one request. */
    TB_EQ(t, b.requests + b.refused, b.writes + b.reads);
    return 0;
}
