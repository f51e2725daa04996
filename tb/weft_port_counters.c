/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_port_counters. A small model of a port makes events whose sums must close: frames
 * come in, are accepted or dropped, hold cells and copies, leave. The reference counts what the
 * port did, in an array that is copied at a snapshot; the identities are checked in every snapshot.
 */
#include <string.h>

#include "tb.h"
#include "weft/counters.h"

enum { COUNTERS = 128 };

typedef struct {
    tb *t;
    tb_sig *snap, *rx_done, *reason, *rx_vc, *rx_len, *copies, *trimmed, *popped, *runt, *preamble,
        *coding;
    tb_sig *cell_in, *cell_freed, *rolled;
    tb_sig *tx_done, *fate, *tx_vc, *tx_len, *ct, *ecn;
    tb_sig *os_rx, *os_tx, *cf_rx, *cf_tx, *cc_rx, *cc_bad, *cc_tx;
    tb_sig *held_copies, *held_cells, *eg_frames, *eg_cells;
    tb_sig *addr, *data;
    uint64_t live[COUNTERS], shadow[COUNTERS];
    /* The modelled port: buffer and egress queue. */
    unsigned copies_held, cells_held, frames_queued, cells_queued;
} bench;

static void find(bench *b, tb *t)
{
    b->t = t;
    b->snap = tb_sig_find(t, "snap_i");
    b->rx_done = tb_sig_find(t, "rx_done_i");
    b->reason = tb_sig_find(t, "rx_reason_i");
    b->rx_vc = tb_sig_find(t, "rx_vc_i");
    b->rx_len = tb_sig_find(t, "rx_len_i");
    b->copies = tb_sig_find(t, "rx_copies_i");
    b->runt = tb_sig_find(t, "rx_runt_i");
    b->preamble = tb_sig_find(t, "rx_preamble_i");
    b->trimmed = tb_sig_find(t, "rx_trimmed_i");
    b->coding = tb_sig_find(t, "rx_coding_i");
    b->cell_in = tb_sig_find(t, "cells_in_i");
    b->cell_freed = tb_sig_find(t, "cells_freed_i");
    b->rolled = tb_sig_find(t, "cells_rolled_i");
    b->tx_done = tb_sig_find(t, "tx_done_i");
    b->fate = tb_sig_find(t, "tx_fate_i");
    b->tx_vc = tb_sig_find(t, "tx_vc_i");
    b->tx_len = tb_sig_find(t, "tx_len_i");
    b->ct = tb_sig_find(t, "tx_ct_i");
    b->ecn = tb_sig_find(t, "tx_ecn_i");
    b->popped = tb_sig_find(t, "tx_popped_i");
    b->os_rx = tb_sig_find(t, "os_rx_i");
    b->os_tx = tb_sig_find(t, "os_tx_i");
    b->cf_rx = tb_sig_find(t, "cf_rx_i");
    b->cf_tx = tb_sig_find(t, "cf_tx_i");
    b->cc_rx = tb_sig_find(t, "cc_rx_i");
    b->cc_bad = tb_sig_find(t, "cc_bad_i");
    b->cc_tx = tb_sig_find(t, "cc_tx_i");
    b->held_copies = tb_sig_find(t, "held_copies_i");
    b->held_cells = tb_sig_find(t, "held_cells_i");
    b->eg_frames = tb_sig_find(t, "egress_frames_i");
    b->eg_cells = tb_sig_find(t, "egress_cells_i");
    b->addr = tb_sig_find(t, "ext_addr_i");
    b->data = tb_sig_find(t, "ext_rdata_o");
}

static uint64_t read_counter(bench *b, unsigned k)
{
    tb_set(b->addr, 2 * k);
    tb_eval(b->t);
    uint64_t low = tb_get(b->data);
    tb_set(b->addr, 2 * k + 1);
    tb_eval(b->t);
    return low | tb_get(b->data) << 32;
}

/* A pulse with the given chance; counted under index. */
static void pulse(bench *b, tb_sig *s, unsigned percent, unsigned index)
{
    bool on = tb_chance(b->t, percent);
    tb_set(s, on);
    b->live[index] += on;
}

static unsigned small(bench *b, unsigned percent, unsigned max)
{
    return tb_chance(b->t, percent) ? 1 + (unsigned)tb_rand_below(b->t, max) : 0;
}

/* One cycle. in, out: percent of cycles with an event of each kind on the receive and the transmit
 * side; 100 is the worst case. */
static void cycle(bench *b, unsigned in, unsigned out, bool take)
{
    tb *t = b->t;
    uint64_t before[COUNTERS];
    tb_set(b->snap, take);
    tb_set(b->held_copies, b->copies_held);
    tb_set(b->held_cells, b->cells_held);
    tb_set(b->eg_frames, b->frames_queued);
    tb_set(b->eg_cells, b->cells_queued);
    memcpy(before, b->live, sizeof before);
    before[WEFT_CNT_HELD_COPIES] = b->copies_held;
    before[WEFT_CNT_HELD_CELLS] = b->cells_held;
    before[WEFT_CNT_EGRESS_FRAMES] = b->frames_queued;
    before[WEFT_CNT_EGRESS_CELLS] = b->cells_queued;

    /* Frames that end in the MAC. */
    unsigned runt = small(b, in / 4, 15), pre = small(b, in / 4, 15);
    unsigned coding = small(b, in / 4, 15);
    tb_set(b->runt, runt);
    tb_set(b->preamble, pre);
    tb_set(b->coding, coding);
    b->live[WEFT_CNT_IN_DROP + WEFT_DROP_RUNT] += runt;
    b->live[WEFT_CNT_IN_DROP + WEFT_DROP_PREAMBLE] += pre;
    b->live[WEFT_CNT_IN_DROP + WEFT_DROP_CODING] += coding;
    b->live[WEFT_CNT_IF_IN_FRAMES] += runt + pre + coding;

    /* A frame's fate on the receive side. */
    bool done = tb_chance(t, in);
    unsigned why = tb_chance(t, 60) ? 0 : (unsigned)tb_rand_below(t, WEFT_DROP_REASONS);
    unsigned vc = (unsigned)tb_rand_below(t, 8), len = (unsigned)tb_rand_below(t, 1 << 14);
    unsigned copies = 1 + (unsigned)tb_rand_below(t, 64);
    if (done && why == 0 && b->copies_held + copies > 60000) why = WEFT_DROP_BUFFER;
    tb_set(b->rx_done, done);
    tb_set(b->reason, done ? why : tb_rand_below(t, 32));
    tb_set(b->rx_vc, vc);
    tb_set(b->rx_len, len);
    /* A dropped frame has no copies, unless its head was cut through before it was found bad. */
    bool cut = why == WEFT_DROP_FCS && tb_chance(t, 50) && b->copies_held + copies <= 60000;
    if (why != 0 && !cut) copies = 0;
    tb_set(b->copies, done ? copies : tb_rand_below(t, 128));
    bool trimmed = tb_chance(t, 30);
    tb_set(b->trimmed, trimmed);
    if (done) {
        b->live[WEFT_CNT_IF_IN_FRAMES]++;
        b->live[WEFT_CNT_IF_IN_COPIES] += copies;
        b->copies_held += copies;
        if (why != 0) {
            b->live[WEFT_CNT_IN_DROP + why]++;
        } else {
            b->live[WEFT_CNT_IF_IN_ACCEPTED]++;
            b->live[WEFT_CNT_TRIM_PACKETS] += trimmed;
            b->live[WEFT_CNT_IF_IN_OCTETS] += len + 4;
            b->live[WEFT_CNT_IN_VC_FRAMES + vc]++;
        }
    }

    /* Cells: in, freed, rolled back, each against what is held. */
    bool cell = tb_chance(t, in) && b->cells_held < 60000;
    bool freed = tb_chance(t, out) && b->cells_held > 0;
    unsigned left = b->cells_held - freed, rolled = small(b, in / 8, 511);
    if (rolled > left) rolled = left;
    tb_set(b->cell_in, cell);
    tb_set(b->cell_freed, freed);
    tb_set(b->rolled, rolled);
    b->live[WEFT_CNT_CELLS_IN] += cell;
    b->live[WEFT_CNT_CELLS_FREED] += freed;
    b->live[WEFT_CNT_CELLS_ROLLED_BACK] += rolled;
    b->cells_held = left - rolled + cell;

    /* A copy leaves the buffer for the egress queue, and a frame the egress queue for the wire. */
    bool tx = tb_chance(t, out) && b->frames_queued > 0;
    unsigned fate = tb_chance(t, 70) ? 0 : (unsigned)tb_rand_below(t, 4);
    unsigned tx_vc = (unsigned)tb_rand_below(t, 8), tx_len = (unsigned)tb_rand_below(t, 1 << 14);
    bool ct = tb_chance(t, 50), ecn = tb_chance(t, 30);
    tb_set(b->tx_done, tx);
    tb_set(b->fate, fate);
    tb_set(b->tx_vc, tx_vc);
    tb_set(b->tx_len, tx_len);
    tb_set(b->ct, ct);
    tb_set(b->ecn, ecn);
    bool popped = tb_chance(t, 30);
    tb_set(b->popped, popped);
    if (tx) {
        static const unsigned by_fate[4] = {WEFT_CNT_IF_OUT_FRAMES, WEFT_CNT_IF_OUT_STOMPED,
                                            WEFT_CNT_IF_OUT_UNDERRUN, WEFT_CNT_IF_OUT_DISCARDS};
        b->live[by_fate[fate]]++;
        if (fate == 0) {
            b->live[WEFT_CNT_IF_OUT_OCTETS] += tx_len + 4;
            b->live[WEFT_CNT_OUT_VC_FRAMES + tx_vc]++;
        }
        if (fate != 3) {
            b->live[WEFT_CNT_CUT_THROUGH] += ct;
            b->live[WEFT_CNT_ECN_MARKED] += ecn;
            b->live[WEFT_CNT_TAGS_POPPED] += popped;
        }
        b->frames_queued--;
    }
    if (b->copies_held > 0 && tb_chance(t, out)) {
        b->copies_held--;
        b->frames_queued++;
    }
    b->cells_queued = (unsigned)tb_rand_below(t, 65536);

    /* Link control. */
    unsigned os = small(b, in / 2, 15);
    tb_set(b->os_rx, os);
    b->live[WEFT_CNT_CTLOS_RX] += os;
    pulse(b, b->os_tx, out, WEFT_CNT_CTLOS_TX);
    pulse(b, b->cf_rx, in, WEFT_CNT_CBFC_CF_UPDATE_RX);
    pulse(b, b->cf_tx, out, WEFT_CNT_CBFC_CF_UPDATE_TX);
    pulse(b, b->cc_rx, in, WEFT_CNT_CBFC_CC_UPDATE_RX);
    pulse(b, b->cc_tx, out, WEFT_CNT_CBFC_CC_UPDATE_TX);
    pulse(b, b->cc_bad, in, WEFT_CNT_CBFC_CC_UPDATE_BAD);

    if (take) before[WEFT_CNT_SNAPSHOT_SEQ] = ++b->live[WEFT_CNT_SNAPSHOT_SEQ];
    tb_tick(t);
    if (take) memcpy(b->shadow, before, sizeof before);
}

/* All 128 places of the window, whether a counter is there or not; then the identities. */
static void compare(bench *b)
{
    tb *t = b->t;
    uint64_t v[COUNTERS], drops = 0, out;
    for (unsigned k = 0; k < COUNTERS; k++) {
        v[k] = read_counter(b, k);
        if (v[k] != b->shadow[k])
            tb_fail(t, "counter %u (%s) is %llu, expected %llu", k,
                    weft_counter_name(k) != NULL ? weft_counter_name(k) : "none",
                    (unsigned long long)v[k], (unsigned long long)b->shadow[k]);
        if (weft_counter_name(k) == NULL) TB_EQ(t, v[k], 0);
    }
    for (unsigned r = 0; r < WEFT_DROP_REASONS; r++) drops += v[WEFT_CNT_IN_DROP + r];
    TB_EQ(t, v[WEFT_CNT_IF_IN_FRAMES], v[WEFT_CNT_IF_IN_ACCEPTED] + drops);
    out = v[WEFT_CNT_IF_OUT_FRAMES] + v[WEFT_CNT_IF_OUT_STOMPED] + v[WEFT_CNT_IF_OUT_UNDERRUN] +
          v[WEFT_CNT_IF_OUT_DISCARDS];
    TB_EQ(t, v[WEFT_CNT_IF_IN_COPIES], out + v[WEFT_CNT_HELD_COPIES] + v[WEFT_CNT_EGRESS_FRAMES]);
    TB_EQ(t, v[WEFT_CNT_CELLS_IN],
          v[WEFT_CNT_CELLS_FREED] + v[WEFT_CNT_CELLS_ROLLED_BACK] + v[WEFT_CNT_HELD_CELLS]);
    uint64_t in_vc = 0, out_vc = 0;
    for (unsigned k = 0; k < 8; k++) {
        in_vc += v[WEFT_CNT_IN_VC_FRAMES + k];
        out_vc += v[WEFT_CNT_OUT_VC_FRAMES + k];
    }
    TB_EQ(t, in_vc, v[WEFT_CNT_IF_IN_ACCEPTED]);
    TB_EQ(t, out_vc, v[WEFT_CNT_IF_OUT_FRAMES]);
}

static void reset(bench *b)
{
    memset(b->live, 0, sizeof b->live);
    memset(b->shadow, 0, sizeof b->shadow);
    b->copies_held = b->cells_held = b->frames_queued = b->cells_queued = 0;
    tb_set(b->snap, 0);
    tb_set(b->rx_done, 0);
    tb_set(b->tx_done, 0);
    tb_set(b->runt, 0);
    tb_set(b->preamble, 0);
    tb_set(b->coding, 0);
    tb_set(b->cell_in, 0);
    tb_set(b->cell_freed, 0);
    tb_set(b->rolled, 0);
    tb_set(b->os_rx, 0);
    tb_set(b->os_tx, 0);
    tb_set(b->cf_rx, 0);
    tb_set(b->cf_tx, 0);
    tb_set(b->cc_rx, 0);
    tb_set(b->cc_bad, 0);
    tb_set(b->cc_tx, 0);
    tb_reset(b->t, 3);
}

int tb_main(tb *t)
{
    static const unsigned busy[] = {100, 40, 5};
    static bench b;
    memset(&b, 0, sizeof b);
    find(&b, t);
    for (size_t k = 0; k < sizeof busy / sizeof busy[0]; k++) {
        reset(&b);
        for (int n = 0; n < 50; n++) cycle(&b, busy[k], busy[k], false);
        compare(&b); /* no snapshot yet: all 0 */
        uint64_t snaps = tb_effort(t, 300, 5000);
        for (uint64_t s = 0; s < snaps; s++) {
            uint64_t gap = tb_rand_below(t, 60);
            for (uint64_t n = 0; n < gap; n++) cycle(&b, busy[k], busy[k], false);
            /* Snapshots in consecutive cycles too; counting goes on while we read. */
            for (unsigned n = 1 + (unsigned)tb_rand_below(t, 3); n > 0; n--)
                cycle(&b, busy[k], busy[k], true);
            compare(&b);
            for (uint64_t n = tb_rand_below(t, 8); n > 0; n--) cycle(&b, busy[k], busy[k], false);
            compare(&b);
        }
        /* Drain: what is held leaves, with snapshots on the way, and the books close at nothing
         * held. */
        for (uint64_t n = 0; b.copies_held + b.frames_queued + b.cells_held > 0; n++) {
            cycle(&b, 0, 100, n % 1000 == 0);
            if (n % 1000 == 0) compare(&b);
        }
        cycle(&b, 0, 0, true);
        compare(&b);
        TB_EQ(t, read_counter(&b, WEFT_CNT_HELD_COPIES), 0);
        TB_EQ(t, read_counter(&b, WEFT_CNT_HELD_CELLS), 0);
        TB_EQ(t, read_counter(&b, WEFT_CNT_EGRESS_FRAMES), 0);
    }

    /* Carry into the high half: only the 32-bit border makes it visible, so count bytes. */
    reset(&b);
    uint64_t octets = 0;
    tb_set(b.rx_done, 1);
    tb_set(b.reason, 0);
    tb_set(b.rx_vc, 3);
    tb_set(b.copies, 1);
    tb_set(b.rx_len, 16383);
    for (int n = 0; n < 300000; n++, octets += 16387) tb_tick(t);
    tb_set(b.rx_done, 0);
    tb_set(b.snap, 1);
    tb_tick(t);
    tb_set(b.snap, 0);
    TB_CHECK(t, octets >> 32 != 0);
    TB_EQ(t, read_counter(&b, WEFT_CNT_IF_IN_OCTETS), octets);
    TB_EQ(t, read_counter(&b, WEFT_CNT_IN_VC_FRAMES + 3), 300000);
    return 0;
}
