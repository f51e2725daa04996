/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * weft_port: one port whose fabric is this bench. The bench plays scheduler and crossbar: endpoint
 * 0 is the port itself (frames come back on its own wire), endpoint 1 is a sink that counts.
 * Checked: wire to wire byte for byte, the route table bus, drops with their counters, credits told
 * on the wire (CF_Update) and credits honoured, and the frame trace.
 *
 * tb-params: "-GENDPOINTS=2 -GCELLS=512" "-GENDPOINTS=2 -GCELLS=512 -GMII_BYTES=8 -GVCS=2"
 */
/* tb-sources: "csrc/proto/programs.c" */
#include "tb.h"

#include <stdlib.h>
#include <string.h>

#include "tb_mii.h"
#include "tb_score.h"
#include "weft/programs.h"
#include "weft/regs.h"

#define BASE       0u
#define XBAR_BITS  640
#define XBAR_BYTES ((XBAR_BITS + 7) / 8)
#define EOP_BIT    520 /* of a crossbar word: data 512, bytes 7, err 1, eop 1 */

typedef struct {
    tb *t;
    unsigned mii, vcs;
    tb_sig *rst, *rx_data, *rx_ctrl, *tx_data, *tx_ctrl;
    tb_sig *req, *busy, *free, *ct_req, *ct_mask, *ct_vc, *acc_valid, *acc_mask, *acc_vc, *ct_gnt;
    tb_sig *granted, *idle, *ready, *credit_ok, *all_ok, *all_idle, *gnt_valid, *gnt_vc;
    tb_sig *credit_avail, *shift, *ovhd, *all_avail, *all_shift, *all_ovhd;
    tb_sig *x_valid, *x_mask, *x_data, *y_valid, *y_data, *tu_valid, *tu_data;
    tb_sig *tus_valid, *tus_mask, *tus_data, *tuc_valid, *tuc_mask, *tuc_data;
    tb_sig *trace_rx_valid, *trace_rx, *trace_tx_valid;
    tb_mii_tx tx;
    tb_mii_rx rx;
    tb_score score;
    uint64_t sink_frames, traced_in, traced_out, last_fate, cut;
} world;

static void schedule(world *w)
{
    tb_eval(w->t);
    unsigned idle = (unsigned)tb_get(w->idle) | 2, ready = (unsigned)tb_get(w->ready) | 2;
    uint64_t ok = 0;
    for (unsigned v = 0; v < w->vcs; v++)
        ok |= (uint64_t)(tb_get_bits(w->credit_ok, v, 1) | 2) << (2 * v);
    tb_set(w->all_idle, idle);
    for (unsigned v = 0; v < w->vcs; v++) {
        tb_set_bits(w->all_avail, 20 * v, 20, tb_get_bits(w->credit_avail, 20 * v, 20));
        tb_set_bits(w->all_avail, 20 * (w->vcs + v), 20, 0xFFFFF);
    }
    tb_set(w->all_shift, tb_get(w->shift) | 0x60);
    tb_set(w->all_ovhd, tb_get(w->ovhd));
    tb_set(w->all_ok, ok);
    tb_eval(w->t);
    unsigned open = ready & ~(unsigned)tb_get(w->busy), taken = 0, vc = 0;
    tb_set(w->acc_valid, 0);
    tb_set(w->ct_gnt, 0);
    if (tb_get(w->free))
        for (unsigned v = 0; v < w->vcs && taken == 0; v++) {
            unsigned want = (unsigned)tb_get_bits(w->req, 2 * v, 2) & open;
            if (want == 0) continue;
            taken = want & (0u - want);
            vc = v;
            tb_set(w->acc_valid, 1);
            tb_set(w->acc_mask, taken);
            tb_set(w->acc_vc, v);
        }
    unsigned mask = (unsigned)tb_get(w->ct_mask);
    if (taken == 0 && tb_get(w->ct_req) && (mask & ~open) == 0) {
        taken = mask;
        vc = (unsigned)tb_get(w->ct_vc);
        tb_set(w->ct_gnt, 1);
        w->cut++;
    }
    tb_set(w->granted, (uint64_t)taken << (2 * vc));
    tb_set(w->gnt_valid, taken & 1);
    tb_set(w->gnt_vc, vc);
    tb_eval(w->t);
}

static void tick(world *w)
{
    uint8_t beat[64], word[XBAR_BYTES];
    uint64_t ctrl;
    tb_mii_tx_beat(&w->tx, beat, &ctrl);
    tb_set_bytes(w->rx_data, 0, beat, w->mii);
    tb_set(w->rx_ctrl, ctrl);
    schedule(w);
    /* The crossbar: what stands on x now is on y after the edge. */
    unsigned x = tb_get(w->x_valid) && !tb_get(w->rst) ? (unsigned)tb_get(w->x_mask) : 0;
    tb_get_bytes(w->x_data, 0, word, XBAR_BYTES);
    if ((x & 2) && (word[EOP_BIT / 8] >> (EOP_BIT % 8) & 1)) w->sink_frames++;
    unsigned tus = tb_get(w->tus_valid) && !tb_get(w->rst) ? (unsigned)tb_get(w->tus_mask) & 1 : 0;
    unsigned tuc = tb_get(w->tuc_valid) && !tb_get(w->rst) ? (unsigned)tb_get(w->tuc_mask) & 1 : 0;
    uint64_t tu = tus ? tb_get(w->tus_data) : tb_get(w->tuc_data);
    tb_tick(w->t);
    tb_set(w->y_valid, x & 1);
    tb_set_bytes(w->y_data, 0, word, XBAR_BYTES);
    tb_set(w->tu_valid, tus | tuc);
    tb_set(w->tu_data, tu);
    tb_get_bytes(w->tx_data, 0, beat, w->mii);
    tb_mii_rx_beat(&w->rx, beat, tb_get(w->tx_ctrl));
    if (tb_get(w->trace_rx_valid)) {
        w->traced_in++;
        w->last_fate = tb_get_bits(w->trace_rx, 64, 5);
    }
    if (tb_get(w->trace_tx_valid)) w->traced_out++;
    tb_mii_frame_in f;
    while (tb_mii_rx_pop(&w->rx, &f)) {
        if (!f.fcs_good || f.len < 18)
            tb_fail(w->t, "damaged frame");
        else if (f.data[12] == 0x88 && f.data[13] == 0xB5) {
            f.data[17] = (uint8_t)(f.data[17] + 0x10);
            tb_score_arrive(&w->score, 0, f.data, f.len);
        } else if (f.data[12] != 0x88 || f.data[13] != 0x08)
            tb_fail(w->t, "unknown frame");
        free(f.data);
    }
}

/* The program of bring-up, a stage a cycle. */
static void load_parser(world *w)
{
    const uint32_t *words = weft_program_words("esun");
    tb_set(tb_sig_find(w->t, "load_tag_i"), 7);
    for (unsigned s = 0; s < WEFT_PP_STAGES; s++) {
        tb_set(tb_sig_find(w->t, "load_i"), s == 0);
        tb_set_bytes(tb_sig_find(w->t, "load_data_i"), 0, words + s * WEFT_PP_STAGE_WORDS,
                     4 * WEFT_PP_STAGE_WORDS);
        tick(w);
    }
}

static uint32_t reg(world *w, bool write, uint32_t addr, uint32_t v)
{
    tb *t = w->t;
    tb_set(tb_sig_find(t, "reg_valid_i"), 1);
    tb_set(tb_sig_find(t, "reg_write_i"), write);
    tb_set(tb_sig_find(t, "reg_addr_i"), BASE + addr);
    tb_set(tb_sig_find(t, "reg_wdata_i"), v);
    tick(w);
    tb_set(tb_sig_find(t, "reg_valid_i"), 0);
    TB_EQ(t, tb_get(tb_sig_find(t, "reg_ack_o")), 1);
    TB_EQ(t, tb_get(tb_sig_find(t, "reg_err_o")), 0);
    return (uint32_t)tb_get(tb_sig_find(t, "reg_rdata_o"));
}

static uint64_t counter(world *w, unsigned k) { return reg(w, false, 0x1000 + 8 * k, 0); }

static void table(world *w, unsigned sel, unsigned index, unsigned entry)
{
    tb_set(tb_sig_find(w->t, "tbl_sel_i"), sel);
    tb_set(tb_sig_find(w->t, "tbl_index_i"), index);
    tb_set(tb_sig_find(w->t, "tbl_entry_i"), entry);
    tb_set(tb_sig_find(w->t, "tbl_we_i"), 1);
    tick(w);
    tb_set(tb_sig_find(w->t, "tbl_we_i"), 0);
}

static void send(world *w, unsigned dst, unsigned src, size_t len, unsigned flags)
{
    uint8_t f[2000];
    const uint8_t head[18] = {2,    0x57, 0x45, 0x46, 0, (uint8_t)dst,
                              2,    0x57, 0x45, 0x46, 0, (uint8_t)src,
                              0x88, 0xB5, 0,    9,    9, 0x30};
    memcpy(f, head, sizeof(head));
    for (size_t k = sizeof(head); k < len; k++) f[k] = (uint8_t)tb_rand(w->t);
    tb_mii_frame_out o = {
        .data = f, .len = len, .gap = 1 + (unsigned)tb_rand_below(w->t, 12), .flags = flags};
    tb_mii_tx_frame(&w->tx, &o);
    if (flags == 0 && dst == 0 && src == 0) tb_score_expect(&w->score, 0, f, len);
}

static void settle(world *w)
{
    for (unsigned k = 0; k < 30000 && (tb_mii_tx_pending(&w->tx) || tb_score_left(&w->score)); k++)
        tick(w);
    for (unsigned k = 0; k < 200; k++) tick(w);
}

int tb_main(tb *t)
{
    world w = {.t = t,
               .mii = (unsigned)tb_param(t, "MII_BYTES", 32),
               .vcs = (unsigned)tb_param(t, "VCS", 4)};
    struct {
        tb_sig **s;
        const char *name;
    } pins[] = {{&w.rst, "rst"},
                {&w.rx_data, "rx_data_i"},
                {&w.rx_ctrl, "rx_ctrl_i"},
                {&w.tx_data, "tx_data_o"},
                {&w.tx_ctrl, "tx_ctrl_o"},
                {&w.req, "req_o"},
                {&w.busy, "busy_o"},
                {&w.free, "free_o"},
                {&w.ct_req, "ct_req_o"},
                {&w.ct_mask, "ct_mask_o"},
                {&w.ct_vc, "ct_vc_o"},
                {&w.acc_valid, "acc_valid_i"},
                {&w.acc_mask, "acc_mask_i"},
                {&w.acc_vc, "acc_vc_i"},
                {&w.ct_gnt, "ct_gnt_i"},
                {&w.granted, "granted_i"},
                {&w.idle, "eg_idle_o"},
                {&w.ready, "eg_ready_o"},
                {&w.credit_ok, "credit_ok_o"},
                {&w.all_ok, "all_credit_ok_i"},
                {&w.all_idle, "all_idle_i"},
                {&w.gnt_valid, "gnt_valid_i"},
                {&w.gnt_vc, "gnt_vc_i"},
                {&w.credit_avail, "credit_avail_o"},
                {&w.shift, "credit_shift_o"},
                {&w.ovhd, "credit_ovhd_o"},
                {&w.all_avail, "all_credit_avail_i"},
                {&w.all_shift, "all_credit_shift_i"},
                {&w.all_ovhd, "all_credit_ovhd_i"},
                {&w.x_valid, "x_valid_o"},
                {&w.x_mask, "x_mask_o"},
                {&w.x_data, "x_data_o"},
                {&w.y_valid, "y_valid_i"},
                {&w.y_data, "y_data_i"},
                {&w.tu_valid, "tu_valid_i"},
                {&w.tu_data, "tu_data_i"},
                {&w.tus_valid, "tus_valid_o"},
                {&w.tus_mask, "tus_mask_o"},
                {&w.tus_data, "tus_data_o"},
                {&w.tuc_valid, "tuc_valid_o"},
                {&w.tuc_mask, "tuc_mask_o"},
                {&w.tuc_data, "tuc_data_o"},
                {&w.trace_rx_valid, "trace_rx_valid_o"},
                {&w.trace_rx, "trace_rx_o"},
                {&w.trace_tx_valid, "trace_tx_valid_o"}};
    for (size_t k = 0; k < sizeof(pins) / sizeof(pins[0]); k++)
        *pins[k].s = tb_sig_find(t, pins[k].name);
    if (!tb_mii_tx_init(&w.tx, w.mii) || !tb_mii_rx_init(&w.rx, w.mii) ||
        !tb_score_init(&w.score, t, 1))
        return 2;
    tb_set(tb_sig_find(t, "cfg_max_frame_i"), 1518);
    tb_set(tb_sig_find(t, "cfg_id_prefix_i"), 0x02574546);
    tb_set(tb_sig_find(t, "cfg_id_mask_i"), 0xFFFFFFFF);
    tb_set(tb_sig_find(t, "cfg_ct_enable_i"), 1);
    tb_set(tb_sig_find(t, "cfg_ct_threshold_i"), 2);
    tb_set(tb_sig_find(t, "cfg_egress_high_i"), 32);
    tb_set(tb_sig_find(t, "tbl_ready_i"), 1);
    tb_set(tb_sig_find(t, "rst"), 1);
    tick(&w);
    tb_reset(t, 4);
    for (unsigned k = 0; k < 600; k++) tick(&w);
    TB_EQ(t, tb_get(tb_sig_find(t, "ready_o")), 1);
    w.sink_frames = 0; /* before the reset the pins hold anything */
    w.cut = 0;

    load_parser(&w);
    TB_EQ(t, reg(&w, false, WEFT_PORT_PARSER_TAG, 0), 7);

    /* The table RAMs hold anything after power-up; the controller would sweep them. */
    for (unsigned k = 0; k < 1024; k++) table(&w, 1, k, 0);
    table(&w, 1, 0, 0x800);
    table(&w, 1, 1, 0x801);
    reg(&w, true, WEFT_PORT_ALLOW_LO, 3);
    reg(&w, true, WEFT_PORT_SRC_VALID, 1);
    reg(&w, true, WEFT_PORT_SRC_VALUE_LO(0), 0x45460000);
    reg(&w, true, WEFT_PORT_SRC_VALUE_HI(0), 0x0257);
    reg(&w, true, WEFT_PORT_SRC_MASK_LO(0), 0xFFFFFFFF);
    reg(&w, true, WEFT_PORT_SRC_MASK_HI(0), 0xFFFF);
    reg(&w, true, WEFT_PORT_VC_LIMIT(0), 400);
    reg(&w, true, WEFT_PORT_MIN_FRAME, 32);
    reg(&w, true, WEFT_PORT_CBFC_RX_ENABLE, 1);
    reg(&w, true, WEFT_PORT_CTRL, 3);

    uint64_t own = 0, sunk = 0;
    for (uint64_t n = 0; n < tb_effort(t, 600, 10000); n++) {
        unsigned dst = tb_chance(t, 70) ? 0 : 1;
        send(&w, dst, 0, 28 + (size_t)tb_rand_below(t, tb_chance(t, 20) ? 1480 : 100), 0);
        if (dst == 0)
            own++;
        else
            sunk++;
        if (tb_chance(t, 30)) settle(&w);
        while (tb_mii_tx_pending(&w.tx) > 4000) tick(&w);
    }
    settle(&w);
    tb_score_drained(&w.score);
    TB_EQ(t, w.sink_frames, sunk);
    TB_CHECK(t, w.cut > 0);
    TB_EQ(t, w.traced_in, own + sunk);
    TB_EQ(t, w.traced_out, own);

    /* One of each drop, seen in trace and counters. */
    const struct {
        unsigned dst, src, flags, fate;
        size_t len;
    } drops[] = {{2, 0, 0, 7, 60},
                 {0, 1, 0, 9, 60},
                 {0, 0, TB_MII_BAD_FCS, 3, 60},
                 {0, 0, 1u << 30, 2, 1600}};
    for (size_t k = 0; k < sizeof(drops) / sizeof(drops[0]); k++) {
        send(&w, drops[k].dst, drops[k].src, drops[k].len, drops[k].flags);
        w.last_fate = 99;
        /* The long one must not leave early: keep it from being cut through. */
        if (drops[k].fate == 2) tb_set(tb_sig_find(t, "cfg_ct_enable_i"), 0);
        settle(&w);
        TB_EQ(t, w.last_fate, drops[k].fate);
    }
    tb_set(tb_sig_find(t, "cfg_ct_enable_i"), 1);
    tb_set(tb_sig_find(t, "snap_i"), 1);
    tick(&w);
    tb_set(tb_sig_find(t, "snap_i"), 0);
    TB_EQ(t, counter(&w, 0), own + sunk + 4);
    TB_EQ(t, counter(&w, 2), own + sunk);
    TB_EQ(t, counter(&w, 4), own);
    for (size_t k = 0; k < sizeof(drops) / sizeof(drops[0]); k++)
        TB_EQ(t, counter(&w, 32 + drops[k].fate), 1);
    TB_EQ(t, counter(&w, 64), 0);
    TB_EQ(t, counter(&w, 65), 0);

    /* The neighbour is told of every credit that came free. */
    uint64_t freed = 0;
    tb_mii_ctlos_in s;
    while (tb_mii_rx_pop_ctlos(&w.rx, &s))
        if (s.d[0] == 0x10 && (s.d[1] >> 3) == 0)
            freed = (uint64_t)(s.d[1] & 7) << 12 | (uint64_t)s.d[2] << 4 | (uint64_t)(s.d[3] >> 4);
    TB_CHECK(t, freed != 0);
    TB_EQ(t, freed, reg(&w, false, WEFT_PORT_RECEIVER_CREDITS_FREED(0), 0) & 0x7FFF);
    TB_EQ(t, reg(&w, false, WEFT_PORT_RECEIVER_CREDITS_FREED(0), 0),
          reg(&w, false, WEFT_PORT_RECEIVER_CREDITS_CONSUMED(0), 0));

    /* Credits honoured: with room for two frames of 64 bytes, two leave and the third waits. */
    reg(&w, true, WEFT_PORT_CBFC_TX_LIMIT(0), 2);
    reg(&w, true, WEFT_PORT_CBFC_TX_ENABLE, 1);
    reg(&w, true, WEFT_PORT_CBFC_CLEAR, 1);
    uint64_t before = w.traced_out;
    for (unsigned k = 0; k < 3; k++) send(&w, 0, 0, 60, 0);
    for (unsigned k = 0; k < 2000; k++) tick(&w);
    TB_EQ(t, w.traced_out, before + 2);
    const uint8_t update[7] = {0x10, 0, 0, 0x26, 0, 0, 0x20}; /* CF of VC 0 = 2, twice */
    tb_mii_tx_ctlos(&w.tx, update);
    settle(&w);
    TB_EQ(t, w.traced_out, before + 3);
    tb_score_drained(&w.score);
    TB_EQ(t, w.rx.violations, 0);
    return 0;
}
