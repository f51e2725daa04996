/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * weft_switch: smoke test of the whole switch at every geometry. Registers answer and the block
 * chain is whole; nothing passes before it is configured; then every port sends to every port and
 * to a group, each frame arrives whole, in order and nowhere else; at the end the counters say so
 * and the buffers are empty. The long runs are the system tests, with the driver.
 *
 * tb-params: "-GPORTS=4 -GMII_BYTES=32 -GCELLS=1024" "-GPORTS=2 -GMII_BYTES=8 -GCELLS=1024"
 * "-GPORTS=3 -GMII_BYTES=16 -GCELLS=512 -GVCS=2"
 */
/* tb-sources: "csrc/proto/programs.c" */
#include "tb.h"

#include <stdlib.h>
#include <string.h>

#include "tb_axil.h"
#include "tb_mii.h"
#include "tb_score.h"
#include "weft/programs.h"
#include "weft/regs.h"

#define MAX_PORTS 16
#define GROUP     5u
#define ID_MAC    0x02574546u /* reset value of ID_PREFIX */

typedef struct {
    tb *t;
    unsigned ports, mii;
    tb_axil axil;
    tb_sig *rx_data, *rx_ctrl, *tx_data, *tx_ctrl;
    tb_mii_tx tx[MAX_PORTS];
    tb_mii_rx rx[MAX_PORTS];
    tb_score score;
    uint64_t delivered[MAX_PORTS];
} world;

static uint32_t port_base(unsigned p) { return WEFT_PORT_BLOCK_BASE + p * WEFT_PORT_BLOCK_BYTES; }

static void deliver(world *w, unsigned p)
{
    tb_mii_frame_in f;
    while (tb_mii_rx_pop(&w->rx[p], &f)) {
        if (!f.fcs_good || !f.preamble_good || f.code_error || f.len < 20)
            tb_fail(w->t, "port %u: damaged frame of %zu bytes", p, f.len);
        else {
            unsigned src = f.data[11];
            f.data[17] = (uint8_t)(f.data[17] + 0x10); /* the TTL was taken down by one */
            if (src >= w->ports)
                tb_fail(w->t, "port %u: frame from %u", p, src);
            else
                tb_score_arrive(&w->score, src * w->ports + p, f.data, f.len);
        }
        w->delivered[p]++;
        free(f.data);
    }
}

/* One cycle of all wires. */
static void tick(void *ctx)
{
    world *w = ctx;
    uint8_t beat[64];
    uint64_t ctrl;
    for (unsigned p = 0; p < w->ports; p++) {
        tb_mii_tx_beat(&w->tx[p], beat, &ctrl);
        tb_set_bytes(w->rx_data, p * w->mii, beat, w->mii);
        tb_set_bits(w->rx_ctrl, p * w->mii, w->mii, ctrl);
    }
    tb_tick(w->t);
    for (unsigned p = 0; p < w->ports; p++) {
        tb_get_bytes(w->tx_data, p * w->mii, beat, w->mii);
        tb_mii_rx_beat(&w->rx[p], beat, tb_get_bits(w->tx_ctrl, p * w->mii, w->mii));
        deliver(w, p);
    }
}

static void wr(world *w, uint32_t addr, uint32_t v)
{
    if (tb_axil_write(&w->axil, addr, v, 15) != 0) tb_fail(w->t, "write 0x%05x refused", addr);
}

static uint32_t rd(world *w, uint32_t addr)
{
    uint32_t v = 0;
    if (tb_axil_read(&w->axil, addr, &v) != 0) tb_fail(w->t, "read 0x%05x refused", addr);
    return v;
}

static uint64_t counter(world *w, unsigned p, unsigned k)
{
    uint32_t at = port_base(p) + 0x1000u + 8u * k;
    return rd(w, at) | (uint64_t)rd(w, at + 4) << 32;
}

/* Writes KEY, MASK and ENTRY, as they stand, into a table (WEFT_TBL_* of rtl/weft_defs.vh). */
static void route_write(world *w, unsigned table, unsigned index)
{
    wr(w, WEFT_ROUTE_BLOCK_BASE + WEFT_ROUTE_CMD, table | 8u | index << 16);
    for (int k = 0; k < 8; k++) tick(w);
}

/* dst: a port, or ports + 1 for the group. */
static void send(world *w, unsigned src, unsigned dst, size_t len)
{
    uint8_t f[1600];
    unsigned id = dst < w->ports ? dst : 0x3FF;
    const uint8_t head[18] = {0x02, 0x57, 0x45, 0x46, (uint8_t)(id >> 8), (uint8_t)id, 0x02,
                              0x57, 0x45, 0x46, 0,    (uint8_t)src,       0x88,        0xB5,
                              0x00, 0x12, 0x34, 0x50};
    memcpy(f, head, sizeof(head));
    for (size_t k = sizeof(head); k < len; k++) f[k] = (uint8_t)tb_rand(w->t);
    tb_mii_frame_out o = {.data = f, .len = len, .gap = 1 + (unsigned)tb_rand_below(w->t, 20)};
    if (!tb_mii_tx_frame(&w->tx[src], &o)) tb_fail(w->t, "no memory");
    for (unsigned p = 0; p < w->ports; p++)
        if (dst < w->ports ? p == dst : p != src)
            tb_score_expect(&w->score, src * w->ports + p, f, len);
}

static bool busy(world *w)
{
    for (unsigned p = 0; p < w->ports; p++)
        if (tb_mii_tx_pending(&w->tx[p]) != 0) return true;
    return tb_score_left(&w->score) != 0;
}

static void registers(world *w)
{
    TB_EQ(w->t, rd(w, WEFT_CHIP_MAGIC), 0x54464557);
    TB_EQ(w->t, rd(w, WEFT_CHIP_GEOMETRY0) & 0xFF, w->ports);
    unsigned blocks = 0;
    uint32_t at = 0;
    do {
        uint32_t type = rd(w, at) & 0xFFFF;
        TB_EQ(w->t, type, blocks == 2 ? 4 : blocks < 2 ? blocks + 1 : 3);
        at = rd(w, at + 4);
        blocks++;
    } while (at != 0 && blocks < 100);
    TB_EQ(w->t, blocks, w->ports + 3);
    uint32_t v;
    TB_EQ(w->t, tb_axil_read(&w->axil, 0xFF000, &v), 2);
    TB_EQ(w->t, tb_axil_read(&w->axil, 2, &v), 2);
    TB_EQ(w->t, tb_axil_write(&w->axil, WEFT_CHIP_SCRATCH, 7, 3), 2);
}

/* The program of bring-up into every port. */
static void load_parsers(world *w)
{
    const uint32_t block = WEFT_PARSER_BLOCK_BASE;
    const uint32_t *words = weft_program_words("esun");
    wr(w, block + WEFT_PARSER_CMD, 1);
    for (unsigned k = 0; k < WEFT_PP_WORDS; k++) wr(w, block + WEFT_PARSER_DATA, words[k]);
    wr(w, block + WEFT_PARSER_CMD, 1); /* and read some back */
    for (unsigned k = 0; k < 90; k++) {
        wr(w, block + WEFT_PARSER_CMD, 2);
        TB_EQ(w->t, rd(w, block + WEFT_PARSER_RD_DATA), words[k]);
    }
    wr(w, block + WEFT_PARSER_PORT_MASK_LO, 0xFFFFFFFF);
    wr(w, block + WEFT_PARSER_TAG, 0xCAFE);
    wr(w, block + WEFT_PARSER_CMD, 3);
    for (int k = 0; k < 10; k++) tick(w);
    TB_EQ(w->t, rd(w, block + WEFT_PARSER_STATUS) & 7, 4);
    for (unsigned p = 0; p < w->ports; p++)
        TB_EQ(w->t, rd(w, port_base(p) + WEFT_PORT_PARSER_TAG), 0xCAFE);
}

static void configure(world *w)
{
    load_parsers(w);
    for (unsigned p = 0; p < w->ports; p++) {
        uint32_t b = port_base(p);
        wr(w, WEFT_ROUTE_BLOCK_BASE + WEFT_ROUTE_ENTRY, 0x800 | p);
        uint32_t e = rd(w, WEFT_ROUTE_BLOCK_BASE + WEFT_ROUTE_ENTRY);
        TB_EQ(w->t, e, 0x800 | p);
        route_write(w, 1, p);
        wr(w, b + WEFT_PORT_ALLOW_LO, 0xFFFFFFFF);
        wr(w, b + WEFT_PORT_SRC_VALUE_LO(0), 0x45460000 | p);
        wr(w, b + WEFT_PORT_SRC_VALUE_HI(0), 0x0257);
        wr(w, b + WEFT_PORT_SRC_MASK_LO(0), 0xFFFFFFFF);
        wr(w, b + WEFT_PORT_SRC_MASK_HI(0), 0xFFFF);
        wr(w, b + WEFT_PORT_SRC_VALID, 1);
        wr(w, b + WEFT_PORT_MIN_FRAME, 32);
        wr(w, b + WEFT_PORT_VC_LIMIT(0), 500);
        wr(w, b + WEFT_PORT_LOSSLESS, 1);
    }
    wr(w, WEFT_ROUTE_BLOCK_BASE + WEFT_ROUTE_ENTRY, 0xC00 | GROUP);
    route_write(w, 1, 0x3FF);
    wr(w, WEFT_ROUTE_BLOCK_BASE + WEFT_ROUTE_MASK(0), (1u << w->ports) - 1);
    wr(w, WEFT_ROUTE_BLOCK_BASE + WEFT_ROUTE_MASK(1), 0);
    route_write(w, 2, GROUP);
    for (unsigned p = 0; p < w->ports; p++) wr(w, port_base(p) + WEFT_PORT_CTRL, 3);
}

int tb_main(tb *t)
{
    world w = {.t = t,
               .ports = (unsigned)tb_param(t, "PORTS", 8),
               .mii = (unsigned)tb_param(t, "MII_BYTES", 32)};
    w.rx_data = tb_sig_find(t, "rx_data_i");
    w.rx_ctrl = tb_sig_find(t, "rx_ctrl_i");
    w.tx_data = tb_sig_find(t, "tx_data_o");
    w.tx_ctrl = tb_sig_find(t, "tx_ctrl_o");
    tb_axil_init(&w.axil, t, "s_axil_");
    w.axil.tick = tick;
    w.axil.ctx = &w;
    for (unsigned p = 0; p < w.ports; p++)
        if (!tb_mii_tx_init(&w.tx[p], w.mii) || !tb_mii_rx_init(&w.rx[p], w.mii)) return 2;
    if (!tb_score_init(&w.score, t, w.ports * w.ports)) return 2;
    tb_set(tb_sig_find(t, "rst"), 1);
    tick(&w);
    tb_reset(t, 4);
    for (unsigned k = 0; k < 6000; k++) tick(&w);
    registers(&w);

    /* Closed at reset: whatever comes, nothing leaves. */
    uint8_t junk[60] = {0x02, 0x57, 0x45, 0x46, 0, 1};
    tb_mii_frame_out o = {.data = junk, .len = sizeof(junk), .gap = 12};
    tb_mii_tx_frame(&w.tx[0], &o);
    for (unsigned k = 0; k < 200; k++) tick(&w);
    for (unsigned p = 0; p < w.ports; p++) TB_EQ(t, w.delivered[p], 0);

    configure(&w);
    uint64_t copies = 0, frames = 0;
    for (unsigned n = 0; n < tb_effort(t, 1500, 30000); n++) {
        unsigned src = (unsigned)tb_rand_below(t, w.ports);
        unsigned dst = (unsigned)tb_rand_below(t, w.ports + 1);
        if (dst == w.ports) dst = w.ports + 1; /* group */
        send(&w, src, dst, 28 + (size_t)tb_rand_below(t, tb_chance(t, 20) ? 1500 : 70));
        copies += dst < w.ports ? 1 : w.ports - 1;
        frames++;
        /* Few enough frames at a time for the smallest buffer: nothing may be dropped. */
        for (unsigned k = 0; k < 400 * 32 / w.mii && tb_score_left(&w.score) > 12; k++) tick(&w);
    }
    for (unsigned k = 0; k < 200000 && busy(&w); k++) tick(&w);
    for (unsigned k = 0; k < 100; k++) tick(&w);
    tb_score_drained(&w.score);

    wr(&w, WEFT_CHIP_SNAPSHOT, 1);
    uint64_t in = 0, accepted = 0, sent_copies = 0, out = 0, held = 0;
    for (unsigned p = 0; p < w.ports; p++) {
        in += counter(&w, p, 0);
        accepted += counter(&w, p, 2);
        sent_copies += counter(&w, p, 3);
        out += counter(&w, p, 4);
        for (unsigned k = 64; k < 68; k++) held += counter(&w, p, k);
        TB_EQ(t, counter(&w, p, 16), counter(&w, p, 17) + counter(&w, p, 18));
    }
    TB_EQ(t, in, frames);
    TB_EQ(t, accepted, frames);
    TB_EQ(t, sent_copies, copies);
    TB_EQ(t, out, copies);
    TB_EQ(t, held, 0);
    TB_EQ(t, rd(&w, WEFT_CHIP_ERROR_STATUS), 0);
    for (unsigned p = 0; p < w.ports; p++) {
        TB_EQ(t, w.rx[p].violations, 0);
        tb_mii_tx_free(&w.tx[p]);
        tb_mii_rx_free(&w.rx[p]);
    }
    tb_score_free(&w.score);
    return 0;
}
