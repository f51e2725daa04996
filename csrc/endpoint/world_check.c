/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * world_check.c: the counters of the chip against those of the endpoints. In mid-flight the
 * conservation identities of docs/telemetry.md must hold inside one snapshot; at rest each counter
 * must be equal to what the endpoints counted. Credit updates may go on at rest, so the endpoints'
 * counts are taken some time before and after the snapshot, and the chip's must lie between.
 */
#include "world_state.h"

#include "weft/counters.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN 64 /* cycles: longer than a word is on its way through a MAC */

typedef struct {
    char *msg;
    size_t len, used;
    bool good;
} report;

static void __attribute__((format(printf, 2, 3))) differs(report *r, const char *format, ...)
{
    va_list args;
    r->good = false;
    if (!r->msg || r->used + 1 >= r->len) return;
    va_start(args, format);
    int n = vsnprintf(r->msg + r->used, r->len - r->used, format, args);
    va_end(args);
    if (n > 0) r->used += (size_t)n < r->len - r->used ? (size_t)n : r->len - r->used - 1;
}

static void between(report *r, unsigned port, const char *name, uint64_t chip, uint64_t low,
                    uint64_t high)
{
    if (chip < low || chip > high)
        differs(r, "port %u %s: chip %llu, endpoints %llu..%llu\n", port, name,
                (unsigned long long)chip, (unsigned long long)low, (unsigned long long)high);
}

static uint64_t sum(const uint64_t *v, unsigned from, unsigned count)
{
    uint64_t s = 0;
    for (unsigned i = 0; i < count; i++) s += v[from + i];
    return s;
}

static uint64_t drops(const uint64_t *v)
{
    return sum(v, WEFT_CNT_IN_DROP + 1, WEFT_DROP_REASONS - 1);
}

static void check_identities(report *r, unsigned ports, uint64_t (*v)[WEFT_PORT_COUNTERS])
{
    uint64_t copies = 0, gone = 0, held = 0;
    for (unsigned i = 0; i < ports; i++) {
        const uint64_t *c = v[i];
        uint64_t in = c[WEFT_CNT_IF_IN_FRAMES], taken = c[WEFT_CNT_IF_IN_ACCEPTED];
        uint64_t freed = c[WEFT_CNT_CELLS_FREED] + c[WEFT_CNT_CELLS_ROLLED_BACK];
        if (in != taken + drops(c))
            differs(r, "port %u: %llu frames in, but %llu accepted and %llu dropped\n", i,
                    (unsigned long long)in, (unsigned long long)taken,
                    (unsigned long long)drops(c));
        if (c[WEFT_CNT_CELLS_IN] != freed + c[WEFT_CNT_HELD_CELLS])
            differs(r, "port %u: %llu cells in, but %llu freed and %llu held\n", i,
                    (unsigned long long)c[WEFT_CNT_CELLS_IN], (unsigned long long)freed,
                    (unsigned long long)c[WEFT_CNT_HELD_CELLS]);
        if (sum(c, WEFT_CNT_IN_VC_FRAMES, 8) != taken)
            differs(r, "port %u: frames accepted by VC do not sum up to %llu\n", i,
                    (unsigned long long)taken);
        if (sum(c, WEFT_CNT_OUT_VC_FRAMES, 8) != c[WEFT_CNT_IF_OUT_FRAMES])
            differs(r, "port %u: frames sent by VC do not sum up to %llu\n", i,
                    (unsigned long long)c[WEFT_CNT_IF_OUT_FRAMES]);
        copies += c[WEFT_CNT_IF_IN_COPIES];
        gone += c[WEFT_CNT_IF_OUT_FRAMES] + c[WEFT_CNT_IF_OUT_STOMPED] +
                c[WEFT_CNT_IF_OUT_UNDERRUN] + c[WEFT_CNT_IF_OUT_DISCARDS];
        held += c[WEFT_CNT_HELD_COPIES] + c[WEFT_CNT_EGRESS_FRAMES];
    }
    if (copies != gone + held)
        differs(r, "all ports: %llu copies in, but %llu gone out and %llu held\n",
                (unsigned long long)copies, (unsigned long long)gone, (unsigned long long)held);
}

/* At rest: a = endpoints before the snapshot, b = after. */
static void check_port(report *r, const weft_world *w, unsigned i, const uint64_t *c,
                       const weft_partner_counters *a, const weft_partner_counters *b,
                       const weft_scoreboard_counters *board)
{
    uint64_t control = c[WEFT_CNT_IN_DROP + WEFT_DROP_CONTROL];
    uint64_t missing = board->port_missing[i];
    between(r, i, "IF_OUT_FRAMES", c[WEFT_CNT_IF_OUT_FRAMES], a->rx_frames, b->rx_frames);
    between(r, i, "IF_OUT_OCTETS", c[WEFT_CNT_IF_OUT_OCTETS], a->rx_octets, b->rx_octets);
    between(r, i, "IF_OUT_STOMPED + IF_OUT_UNDERRUN",
            c[WEFT_CNT_IF_OUT_STOMPED] + c[WEFT_CNT_IF_OUT_UNDERRUN], a->rx_bad_fcs + a->rx_coding,
            b->rx_bad_fcs + b->rx_coding);
    between(r, i, "CTLOS_TX", c[WEFT_CNT_CTLOS_TX], a->rx_ctlos, b->rx_ctlos);
    between(r, i, "CBFC_CF_UPDATE_TX", c[WEFT_CNT_CBFC_CF_UPDATE_TX], a->rx_cf,
            b->rx_cf + 1); /* one may be made and wait for its spacing */
    between(r, i, "CBFC_CC_UPDATE_TX", c[WEFT_CNT_CBFC_CC_UPDATE_TX], a->rx_cc, b->rx_cc);
    for (unsigned v = 0; v < w->geo.vcs; v++)
        between(r, i, "OUT_VC_FRAMES", c[WEFT_CNT_OUT_VC_FRAMES + v], a->rx_vc_frames[v],
                b->rx_vc_frames[v]);
    if (b->rx_runt + b->rx_oversize + b->rx_ctlos_unknown + b->rx_cc_bad > 0)
        differs(r,
                "port %u: the switch sent what no switch may send (%llu runts, %llu oversize, "
                "%llu unknown ordered sets, %llu bad CC_Updates)\n",
                i, (unsigned long long)b->rx_runt, (unsigned long long)b->rx_oversize,
                (unsigned long long)b->rx_ctlos_unknown, (unsigned long long)b->rx_cc_bad);
    if (b->tx_raw_words > 0) return; /* what raw words were is known to the test only */
    between(r, i, "IF_IN_FRAMES", c[WEFT_CNT_IF_IN_FRAMES], a->tx_frames + a->tx_cc,
            b->tx_frames + b->tx_cc);
    between(r, i, "IN_DROP", drops(c) - control, missing, missing);
    between(r, i, "IF_IN_ACCEPTED", c[WEFT_CNT_IF_IN_ACCEPTED], a->tx_frames - missing,
            b->tx_frames - missing);
    between(r, i, "CTLOS_RX", c[WEFT_CNT_CTLOS_RX], a->tx_cf, b->tx_cf);
    between(r, i, "CBFC_CF_UPDATE_RX", c[WEFT_CNT_CBFC_CF_UPDATE_RX], a->tx_cf, b->tx_cf);
    between(r, i, "CBFC_CC_UPDATE_RX", c[WEFT_CNT_CBFC_CC_UPDATE_RX], a->tx_cc, b->tx_cc);
    between(r, i, "CBFC_CC_UPDATE_BAD", c[WEFT_CNT_CBFC_CC_UPDATE_BAD], 0, 0);
    between(r, i, "IN_DROP_CONTROL", control, a->tx_cc, b->tx_cc);
    if (missing == 0) {
        between(r, i, "IF_IN_OCTETS", c[WEFT_CNT_IF_IN_OCTETS], a->tx_octets, b->tx_octets);
        for (unsigned v = 0; v < w->geo.vcs; v++)
            between(r, i, "IN_VC_FRAMES", c[WEFT_CNT_IN_VC_FRAMES + v], a->tx_vc_frames[v],
                    b->tx_vc_frames[v]);
    }
    weft_accel_counters n;
    weft_accel_get_counters(w->port[i].accel, &n);
    if (n.bad_ip + n.bad_crc + n.bad_psn + n.psn_gaps > 0)
        differs(r,
                "port %u: its accelerator refused %llu IP headers, %llu ICRCs or UET CRCs, %llu "
                "sequence numbers, and misses %llu\n",
                i, (unsigned long long)n.bad_ip, (unsigned long long)n.bad_crc,
                (unsigned long long)n.bad_psn, (unsigned long long)n.psn_gaps);
    if (w->opt.trace) {
        const world_port *p = &w->port[i];
        between(r, i, "frame trace, accepted", p->trace_rx, a->tx_frames - missing,
                b->tx_frames - missing);
        between(r, i, "frame trace, dropped", p->trace_dropped, missing, missing);
        between(r, i, "frame trace, sent", p->trace_tx, a->rx_frames, b->rx_frames);
    }
}

static void check_at_rest(report *r, const weft_world *w, uint64_t (*v)[WEFT_PORT_COUNTERS],
                          const weft_partner_counters *before)
{
    weft_scoreboard_counters board;
    uint64_t marked = 0;
    weft_scoreboard_get_counters(w->board, &board);
    for (unsigned i = 0; i < w->ports; i++) {
        weft_partner_counters after;
        weft_partner_get_counters(w->port[i].partner, &after);
        check_port(r, w, i, v[i], &before[i], &after, &board);
        marked += v[i][WEFT_CNT_ECN_MARKED];
        uint64_t held = sum(v[i], WEFT_CNT_HELD_COPIES, 4);
        if (held > 0) differs(r, "port %u: something is held at rest\n", i);
    }
    if (marked != board.ecn_marked)
        differs(r, "ECN_MARKED: chip %llu, endpoints %llu\n", (unsigned long long)marked,
                (unsigned long long)board.ecn_marked);
}

bool weft_world_reconcile(weft_world *w, char *msg, size_t msg_len)
{
    report r = {msg, msg_len, 0, true};
    if (msg && msg_len > 0) msg[0] = 0;
    uint64_t(*v)[WEFT_PORT_COUNTERS] = calloc(w->ports, sizeof *v);
    weft_partner_counters *before = calloc(w->ports, sizeof *before);
    bool rest = weft_world_idle(w);
    if (!v || !before) {
        differs(&r, "out of memory\n");
        goto out;
    }
    for (unsigned i = 0; i < w->ports; i++)
        weft_partner_get_counters(w->port[i].partner, &before[i]);
    for (unsigned i = 0; rest && i < MARGIN; i++) weft_world_step(w);
    weft_status s = weft_counters_snapshot(w->dev, NULL);
    for (unsigned i = 0; s == WEFT_OK && i < w->ports; i++)
        s = weft_counters_read_port(w->dev, i, v[i]);
    if (s != WEFT_OK) {
        differs(&r, "counters cannot be read: %s\n", weft_status_name(s));
        goto out;
    }
    for (unsigned i = 0; rest && i < MARGIN; i++) weft_world_step(w);
    check_identities(&r, w->ports, v);
    if (rest && weft_world_idle(w)) {
        check_at_rest(&r, w, v, before);
        if (!world_credits_agree(w, msg ? msg + r.used : NULL, msg ? msg_len - r.used : 0))
            r.good = false;
    }
    if (w->no_memory) differs(&r, "the endpoints ran out of memory\n");
out:
    free(v);
    free(before);
    return r.good;
}

bool world_credits_agree(weft_world *w, char *msg, size_t msg_len)
{
    report r = {msg, msg_len, 0, true};
    for (unsigned i = 0; i < w->ports; i++) {
        weft_partner_counters n;
        weft_partner_get_counters(w->port[i].partner, &n);
        if (n.rx_over_credit > 0)
            differs(&r, "port %u: %llu frames without credit\n", i,
                    (unsigned long long)n.rx_over_credit);
        if (n.cf_impossible > 0)
            differs(&r, "port %u: %llu CF_Updates free what was never sent\n", i,
                    (unsigned long long)n.cf_impossible);
        if (!w->opt.lossless || !weft_world_idle(w)) continue;
        for (unsigned v = 0; v < w->geo.vcs; v++) {
            weft_credits chip;
            weft_partner_credits mine;
            weft_status s = weft_port_get_credits(w->dev, i, v, &chip);
            if (s != WEFT_OK) {
                differs(&r, "credits cannot be read: %s\n", weft_status_name(s));
                return false;
            }
            weft_partner_get_credits(w->port[i].partner, &mine);
            if (chip.sender_consumed != mine.r_cc[v] || chip.sender_freed != mine.r_cf[v])
                differs(&r, "port %u VC %u to the partner: sender %u/%u, receiver %u/%u\n", i, v,
                        chip.sender_consumed, chip.sender_freed, mine.r_cc[v], mine.r_cf[v]);
            if (chip.receiver_consumed != mine.s_cc[v] || chip.receiver_freed != mine.s_cf[v])
                differs(&r, "port %u VC %u from the partner: sender %u/%u, receiver %u/%u\n", i, v,
                        mine.s_cc[v], mine.s_cf[v], chip.receiver_consumed, chip.receiver_freed);
        }
    }
    return r.good;
}

bool world_held(weft_world *w, uint64_t *frames)
{
    uint64_t v = 0;
    *frames = 0;
    if (weft_counters_snapshot(w->dev, NULL) != WEFT_OK) return false;
    for (unsigned i = 0; i < w->ports; i++) {
        if (weft_counter_read(w->dev, i, WEFT_CNT_HELD_COPIES, &v) != WEFT_OK) return false;
        *frames += v;
        if (weft_counter_read(w->dev, i, WEFT_CNT_EGRESS_FRAMES, &v) != WEFT_OK) return false;
        *frames += v;
    }
    return true;
}
