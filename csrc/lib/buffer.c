/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * buffer.c: limits of the virtual channels in a port's ingress buffer, and the arithmetic that
 * makes credits and buffer agree. docs/driver.md, "Why the buffer cannot overflow", has the proof.
 */
#include "device.h"

unsigned weft_frame_cells(unsigned frame_bytes, unsigned cell_bytes)
{
    if (cell_bytes == 0) return 0;
    unsigned payload = frame_bytes > 4 ? frame_bytes - 4 : 1;
    return (payload + cell_bytes - 1) / cell_bytes;
}

unsigned weft_frame_credits(unsigned frame_bytes, unsigned shift, int overhead)
{
    if (!weft_credit_format_ok(shift, overhead) || frame_bytes > 0x7fffff00u) return 0;
    int bytes = (int)frame_bytes + overhead;
    return bytes <= 1 ? 1 : ((unsigned)bytes + (1u << shift) - 1) >> shift;
}

/* ------------------------------------------------------------------ registers --------------- */
/* LOSSLESS and the limits of all VCs of a port. */
typedef struct {
    uint32_t lossless;
    unsigned limit[WEFT_DRIVER_MAX_VCS];
} port_buffer;

static weft_status read_buffer(weft_device *dev, unsigned port, port_buffer *b)
{
    uint32_t v;
    WEFT_TRY(weft_port_rd(dev, port, PORT(LOSSLESS), &v));
    b->lossless = FIELD_GET(WEFT_PORT__LOSSLESS__VALUE, v);
    for (unsigned vc = 0; vc < dev->geo.vcs; vc++) {
        WEFT_TRY(weft_port_rd(dev, port, PORT_K(VC_LIMIT, vc), &v));
        b->limit[vc] = FIELD_GET(WEFT_PORT__VC_LIMIT__VALUE, v);
    }
    return WEFT_OK;
}

static weft_status read_max_frame(weft_device *dev, unsigned *bytes)
{
    uint32_t v;
    WEFT_TRY(weft_chip_rd(dev, CHIP(MAX_FRAME), &v));
    *bytes = FIELD_GET(WEFT_CHIP__MAX_FRAME__VALUE, v);
    return WEFT_OK;
}

/* Every lossless VC can hold a frame of max_frame, and nobody can take another VC's cells. */
static weft_status check_buffer(const weft_device *dev, const port_buffer *b, unsigned max_frame)
{
    if (b->lossless == 0) return WEFT_OK;
    uint64_t sum = 0;
    for (unsigned vc = 0; vc < dev->geo.vcs; vc++) {
        sum += b->limit[vc];
        if ((b->lossless >> vc & 1) != 0 &&
            b->limit[vc] < weft_frame_cells(max_frame, dev->geo.cell_bytes))
            return WEFT_ERR_UNSAFE;
    }
    return sum <= dev->geo.buf_cells ? WEFT_OK : WEFT_ERR_UNSAFE;
}

weft_status weft_port_check_max_frame(weft_device *dev, unsigned port, unsigned max_frame)
{
    if (dev->part[port].max_frame != 0 && max_frame > dev->part[port].max_frame)
        return WEFT_ERR_UNSAFE;
    port_buffer b;
    WEFT_TRY(read_buffer(dev, port, &b));
    WEFT_TRY(check_buffer(dev, &b, max_frame));
    weft_cbfc_tx tx;
    WEFT_TRY(weft_port_cbfc_get(dev, port, &tx, NULL));
    for (unsigned vc = 0; vc < dev->geo.vcs; vc++)
        if ((tx.vc_mask >> vc & 1) != 0 &&
            tx.limit[vc] < weft_frame_credits(max_frame, tx.credit_shift, tx.credit_overhead))
            return WEFT_ERR_UNSAFE;
    return WEFT_OK;
}

weft_status weft_port_get_vc_limit(weft_device *dev, unsigned port, unsigned vc, unsigned *cells)
{
    if (!weft_has_port(dev, port) || vc >= dev->geo.vcs || cells == NULL) return WEFT_ERR_ARG;
    uint32_t v;
    WEFT_TRY(weft_port_rd(dev, port, PORT_K(VC_LIMIT, vc), &v));
    *cells = FIELD_GET(WEFT_PORT__VC_LIMIT__VALUE, v);
    return WEFT_OK;
}

weft_status weft_port_set_vc_limit(weft_device *dev, unsigned port, unsigned vc, unsigned cells)
{
    if (!weft_has_port(dev, port) || vc >= dev->geo.vcs || cells > dev->geo.buf_cells)
        return WEFT_ERR_ARG;
    port_buffer b;
    uint32_t credited;
    unsigned max_frame;
    WEFT_TRY(read_buffer(dev, port, &b));
    WEFT_TRY(weft_port_rd(dev, port, PORT(CBFC_RX_ENABLE), &credited));
    WEFT_TRY(read_max_frame(dev, &max_frame));
    if ((credited >> vc & 1) != 0 && cells < b.limit[vc]) return WEFT_ERR_UNSAFE;
    b.limit[vc] = cells;
    WEFT_TRY(check_buffer(dev, &b, max_frame));
    return weft_port_wr(dev, port, PORT_K(VC_LIMIT, vc), cells);
}

weft_status weft_port_get_lossless(weft_device *dev, unsigned port, uint32_t *mask)
{
    if (!weft_has_port(dev, port) || mask == NULL) return WEFT_ERR_ARG;
    return weft_port_rd(dev, port, PORT(LOSSLESS), mask);
}

weft_status weft_port_set_lossless(weft_device *dev, unsigned port, uint32_t mask)
{
    if (!weft_has_port(dev, port) || (mask & ~weft_low_bits(dev->geo.vcs)) != 0)
        return WEFT_ERR_ARG;
    port_buffer b;
    uint32_t credited;
    unsigned max_frame;
    WEFT_TRY(read_buffer(dev, port, &b));
    WEFT_TRY(weft_port_rd(dev, port, PORT(CBFC_RX_ENABLE), &credited));
    WEFT_TRY(read_max_frame(dev, &max_frame));
    if ((credited & b.lossless & ~mask) != 0) return WEFT_ERR_STATE;
    b.lossless = mask;
    WEFT_TRY(check_buffer(dev, &b, max_frame));
    return weft_port_wr(dev, port, PORT(LOSSLESS), mask);
}

weft_status weft_port_get_vc_used(weft_device *dev, unsigned port, unsigned vc, unsigned *cells)
{
    if (!weft_has_port(dev, port) || vc >= dev->geo.vcs || cells == NULL) return WEFT_ERR_ARG;
    uint32_t v;
    WEFT_TRY(weft_port_rd(dev, port, PORT_K(VC_USED, vc), &v));
    *cells = FIELD_GET(WEFT_PORT__VC_USED__VALUE, v);
    return WEFT_OK;
}

/* ------------------------------------------------------------------ partition --------------- */
/* The most credits with which `cells` cells cannot overflow. A frame of n bytes takes k(n) cells
 * for c(n) credits, so frames worth C credits in all take at most C * max k/c cells; the bound is
 * floor(cells * c / k) at the worst n, without a fraction ever being rounded up. */
static uint64_t safe_credits(uint64_t cells, unsigned cell_bytes, const weft_partition_request *req)
{
    uint64_t best = WEFT_CREDIT_LIMIT_MAX_GIVEN;
    for (unsigned n = req->min_frame; n <= req->max_frame; n++) {
        uint64_t k = weft_frame_cells(n, cell_bytes);
        uint64_t c = weft_frame_credits(n, req->credit_shift, req->credit_overhead);
        uint64_t credits = cells * c / k;
        if (credits < best) best = credits;
    }
    return best;
}

static bool request_ok(const weft_geometry *geo, const weft_partition_request *req)
{
    if (geo->cell_bytes == 0 || geo->vcs == 0 || geo->vcs > WEFT_DRIVER_MAX_VCS) return false;
    if (!weft_credit_format_ok(req->credit_shift, req->credit_overhead)) return false;
    if (req->min_frame < 32 || req->max_frame < req->min_frame || req->max_frame > 16383)
        return false;
    if ((req->lossless_mask & ~weft_low_bits(geo->vcs)) != 0) return false;
    if (req->buf_cells > geo->buf_cells) return false;
    bool any = false;
    for (unsigned vc = 0; vc < WEFT_DRIVER_MAX_VCS; vc++) {
        bool lossless = (req->lossless_mask >> vc & 1) != 0;
        if (req->weight[vc] == 0 ? lossless : vc >= geo->vcs) return false;
        any = any || req->weight[vc] != 0;
    }
    return any;
}

weft_status weft_partition_compute(const weft_geometry *geo, const weft_partition_request *req,
                                   weft_partition *out)
{
    if (geo == NULL || req == NULL || out == NULL || !request_ok(geo, req)) return WEFT_ERR_ARG;
    uint64_t cells = req->buf_cells != 0 ? req->buf_cells : geo->buf_cells;
    if (req->reserve_cells >= cells) return WEFT_ERR_ARG;
    cells -= req->reserve_cells;
    uint64_t weights = 0;
    for (unsigned vc = 0; vc < geo->vcs; vc++) weights += req->weight[vc];
    weft_partition p = {.max_frame = req->max_frame, .min_frame = req->min_frame};
    for (unsigned vc = 0; vc < geo->vcs; vc++) {
        if (req->weight[vc] == 0) continue;
        uint64_t share = cells * req->weight[vc] / weights;
        if (share < weft_frame_cells(req->max_frame, geo->cell_bytes)) return WEFT_ERR_UNSAFE;
        p.vc_limit[vc] = (unsigned)share;
        if ((req->lossless_mask >> vc & 1) == 0) continue;
        uint64_t credits = safe_credits(share, geo->cell_bytes, req);
        if (credits < weft_frame_credits(req->max_frame, req->credit_shift, req->credit_overhead))
            return WEFT_ERR_UNSAFE;
        p.credit_limit[vc] = (uint32_t)credits;
    }
    *out = p;
    return WEFT_OK;
}

weft_status weft_port_apply_partition(weft_device *dev, unsigned port,
                                      const weft_partition_request *req, uint32_t cf_period,
                                      unsigned cf_min, const weft_cbfc_tx *tx, weft_partition *out)
{
    if (!weft_has_port(dev, port) || req == NULL || out == NULL) return WEFT_ERR_ARG;
    weft_partition_request r = *req;
    weft_port_config cfg;
    bool on;
    unsigned chip_max;
    WEFT_TRY(weft_port_is_enabled(dev, port, &on));
    WEFT_TRY(weft_port_get_config(dev, port, &cfg));
    WEFT_TRY(read_max_frame(dev, &chip_max));
    if (r.max_frame == 0) r.max_frame = chip_max;
    if (r.min_frame == 0) r.min_frame = cfg.min_frame;
    weft_partition p;
    WEFT_TRY(weft_partition_compute(&dev->geo, &r, &p));
    /* A partition for frames other than those that the hardware lets in proves nothing. */
    if (r.max_frame < chip_max || r.min_frame > cfg.min_frame) return WEFT_ERR_UNSAFE;
    weft_cbfc_rx rx = {.vc_mask = r.lossless_mask,
                       .credit_shift = r.credit_shift,
                       .credit_overhead = r.credit_overhead,
                       .cf_period = cf_period,
                       .cf_min = cf_min};
    WEFT_TRY(weft_cbfc_check(dev, tx, &rx, chip_max));
    if (on) return WEFT_ERR_STATE;

    /* No credits while the limits move. */
    dev->part[port] = (weft_part_limits){0, 0};
    WEFT_TRY(weft_port_wr(dev, port, PORT(CBFC_RX_ENABLE), 0));
    for (unsigned vc = 0; vc < dev->geo.vcs; vc++)
        WEFT_TRY(weft_port_wr(dev, port, PORT_K(VC_LIMIT, vc), p.vc_limit[vc]));
    WEFT_TRY(weft_port_wr(dev, port, PORT(LOSSLESS), r.lossless_mask));
    WEFT_TRY(weft_port_cbfc_init(dev, port, tx, r.lossless_mask != 0 ? &rx : NULL));
    if (r.lossless_mask != 0) dev->part[port] = (weft_part_limits){r.max_frame, r.min_frame};
    *out = p;
    return WEFT_OK;
}
