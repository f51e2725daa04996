/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * cbfc.c: credit-based flow control of one port, in the order that the UEC link layer demands for
 * a lossless VC: receiver off and cleared, sender stopped and cleared, credits attached, receiver
 * on, sender on, sending resumed.
 */
#include "device.h"

#define CYCLES_MAX 0xfffffu /* CC_PERIOD and CF_PERIOD have 20 bits */
#define CF_MIN_MAX 0xffffu

weft_status weft_cbfc_check(const weft_device *dev, const weft_cbfc_tx *tx, const weft_cbfc_rx *rx,
                            unsigned max_frame)
{
    uint64_t other_vcs = ~weft_low_bits(dev->geo.vcs);
    if (rx != NULL &&
        ((rx->vc_mask & other_vcs) != 0 || rx->cf_period > CYCLES_MAX || rx->cf_min > CF_MIN_MAX ||
         !weft_credit_format_ok(rx->credit_shift, rx->credit_overhead)))
        return WEFT_ERR_ARG;
    if (tx == NULL) return WEFT_OK;
    if ((tx->vc_mask & other_vcs) != 0 || tx->cc_period > CYCLES_MAX ||
        !weft_credit_format_ok(tx->credit_shift, tx->credit_overhead))
        return WEFT_ERR_ARG;
    bool pays = true;
    unsigned need = weft_frame_credits(max_frame, tx->credit_shift, tx->credit_overhead);
    for (unsigned vc = 0; vc < dev->geo.vcs; vc++) {
        if ((tx->vc_mask >> vc & 1) == 0) continue;
        if (tx->limit[vc] > WEFT_CREDIT_LIMIT_MAX_TAKEN) return WEFT_ERR_ARG;
        pays = pays && tx->limit[vc] >= need;
    }
    return pays ? WEFT_OK : WEFT_ERR_UNSAFE;
}

/* Every VC that gives credits is lossless and has room for a frame of max_frame. */
static weft_status check_credited(weft_device *dev, unsigned port, const weft_cbfc_rx *rx,
                                  unsigned max_frame)
{
    uint32_t lossless;
    WEFT_TRY(weft_port_get_lossless(dev, port, &lossless));
    if ((rx->vc_mask & ~lossless) != 0) return WEFT_ERR_UNSAFE;
    for (unsigned vc = 0; vc < dev->geo.vcs; vc++) {
        unsigned cells;
        if ((rx->vc_mask >> vc & 1) == 0) continue;
        WEFT_TRY(weft_port_get_vc_limit(dev, port, vc, &cells));
        if (cells < weft_frame_cells(max_frame, dev->geo.cell_bytes)) return WEFT_ERR_UNSAFE;
    }
    return WEFT_OK;
}

static weft_status attach_tx(weft_device *dev, unsigned port, const weft_cbfc_tx *tx)
{
    uint32_t format = FIELD_PUT(WEFT_PORT__CBFC_TX_CONFIG__SHIFT, tx->credit_shift) |
                      FIELD_PUT(WEFT_PORT__CBFC_TX_CONFIG__OVHD, tx->credit_overhead);
    WEFT_TRY(weft_port_wr(dev, port, PORT(CBFC_TX_CONFIG), format));
    for (unsigned vc = 0; vc < dev->geo.vcs; vc++) {
        uint32_t limit = (tx->vc_mask >> vc & 1) != 0 ? tx->limit[vc] : 0;
        WEFT_TRY(weft_port_wr(dev, port, PORT_K(CBFC_TX_LIMIT, vc), limit));
    }
    return weft_port_wr(dev, port, PORT(CC_PERIOD), tx->vc_mask != 0 ? tx->cc_period : 0);
}

static weft_status attach_rx(weft_device *dev, unsigned port, const weft_cbfc_rx *rx)
{
    uint32_t format = FIELD_PUT(WEFT_PORT__CBFC_RX_CONFIG__SHIFT, rx->credit_shift) |
                      FIELD_PUT(WEFT_PORT__CBFC_RX_CONFIG__OVHD, rx->credit_overhead);
    WEFT_TRY(weft_port_wr(dev, port, PORT(CBFC_RX_CONFIG), format));
    WEFT_TRY(weft_port_wr(dev, port, PORT(CF_PERIOD), rx->cf_period));
    return weft_port_wr(dev, port, PORT(CF_MIN), rx->cf_min);
}

weft_status weft_port_cbfc_init(weft_device *dev, unsigned port, const weft_cbfc_tx *tx,
                                const weft_cbfc_rx *rx)
{
    if (!weft_has_port(dev, port)) return WEFT_ERR_ARG;
    uint32_t v;
    WEFT_TRY(weft_chip_rd(dev, CHIP(MAX_FRAME), &v));
    unsigned max_frame = FIELD_GET(WEFT_CHIP__MAX_FRAME__VALUE, v);
    WEFT_TRY(weft_cbfc_check(dev, tx, rx, max_frame));
    bool on;
    WEFT_TRY(weft_port_is_enabled(dev, port, &on));
    if (on) return WEFT_ERR_STATE;
    if (rx != NULL) WEFT_TRY(check_credited(dev, port, rx, max_frame));

    /* The port is down, so nothing is on its way to the wire: that is "dequeue stopped", and
     * weft_port_enable is what resumes it. */
    WEFT_TRY(weft_port_wr(dev, port, PORT(CBFC_RX_ENABLE), 0));
    WEFT_TRY(weft_port_wr(dev, port, PORT(CBFC_CLEAR), WEFT_PORT__CBFC_CLEAR__RX_bm));
    WEFT_TRY(weft_port_wr(dev, port, PORT(CBFC_TX_ENABLE), 0));
    WEFT_TRY(weft_port_wr(dev, port, PORT(CBFC_CLEAR), WEFT_PORT__CBFC_CLEAR__TX_bm));
    if (tx != NULL)
        WEFT_TRY(attach_tx(dev, port, tx));
    else
        WEFT_TRY(weft_port_wr(dev, port, PORT(CC_PERIOD), 0));
    if (rx != NULL) WEFT_TRY(attach_rx(dev, port, rx));
    WEFT_TRY(weft_port_wr(dev, port, PORT(CBFC_RX_ENABLE), rx != NULL ? rx->vc_mask : 0));
    return weft_port_wr(dev, port, PORT(CBFC_TX_ENABLE), tx != NULL ? tx->vc_mask : 0);
}

/* The overhead field is an 8-bit two's complement number. */
static int overhead_of(uint32_t bits) { return bits < 128 ? (int)bits : (int)bits - 256; }

static weft_status get_tx(weft_device *dev, unsigned port, weft_cbfc_tx *out)
{
    weft_cbfc_tx t = {0};
    uint32_t v;
    WEFT_TRY(weft_port_rd(dev, port, PORT(CBFC_TX_ENABLE), &t.vc_mask));
    WEFT_TRY(weft_port_rd(dev, port, PORT(CBFC_TX_CONFIG), &v));
    t.credit_shift = FIELD_GET(WEFT_PORT__CBFC_TX_CONFIG__SHIFT, v);
    t.credit_overhead = overhead_of(FIELD_GET(WEFT_PORT__CBFC_TX_CONFIG__OVHD, v));
    for (unsigned vc = 0; vc < dev->geo.vcs; vc++)
        WEFT_TRY(weft_port_rd(dev, port, PORT_K(CBFC_TX_LIMIT, vc), &t.limit[vc]));
    WEFT_TRY(weft_port_rd(dev, port, PORT(CC_PERIOD), &t.cc_period));
    *out = t;
    return WEFT_OK;
}

static weft_status get_rx(weft_device *dev, unsigned port, weft_cbfc_rx *out)
{
    weft_cbfc_rx r = {0};
    uint32_t v;
    WEFT_TRY(weft_port_rd(dev, port, PORT(CBFC_RX_ENABLE), &r.vc_mask));
    WEFT_TRY(weft_port_rd(dev, port, PORT(CBFC_RX_CONFIG), &v));
    r.credit_shift = FIELD_GET(WEFT_PORT__CBFC_RX_CONFIG__SHIFT, v);
    r.credit_overhead = overhead_of(FIELD_GET(WEFT_PORT__CBFC_RX_CONFIG__OVHD, v));
    WEFT_TRY(weft_port_rd(dev, port, PORT(CF_PERIOD), &r.cf_period));
    WEFT_TRY(weft_port_rd(dev, port, PORT(CF_MIN), &v));
    r.cf_min = v;
    *out = r;
    return WEFT_OK;
}

weft_status weft_port_cbfc_get(weft_device *dev, unsigned port, weft_cbfc_tx *tx, weft_cbfc_rx *rx)
{
    if (!weft_has_port(dev, port)) return WEFT_ERR_ARG;
    if (tx != NULL) WEFT_TRY(get_tx(dev, port, tx));
    if (rx != NULL) WEFT_TRY(get_rx(dev, port, rx));
    return WEFT_OK;
}

weft_status weft_port_get_credits(weft_device *dev, unsigned port, unsigned vc, weft_credits *out)
{
    if (!weft_has_port(dev, port) || vc >= dev->geo.vcs || out == NULL) return WEFT_ERR_ARG;
    weft_credits c;
    WEFT_TRY(weft_port_rd(dev, port, PORT_K(SENDER_CREDITS_CONSUMED, vc), &c.sender_consumed));
    WEFT_TRY(weft_port_rd(dev, port, PORT_K(SENDER_CREDITS_FREED, vc), &c.sender_freed));
    WEFT_TRY(weft_port_rd(dev, port, PORT_K(SENDER_CREDITS_USED, vc), &c.sender_used));
    WEFT_TRY(weft_port_rd(dev, port, PORT_K(RECEIVER_CREDITS_CONSUMED, vc), &c.receiver_consumed));
    WEFT_TRY(weft_port_rd(dev, port, PORT_K(RECEIVER_CREDITS_FREED, vc), &c.receiver_freed));
    *out = c;
    return WEFT_OK;
}
