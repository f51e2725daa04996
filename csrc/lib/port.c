/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * port.c: settings and state of one port: gap, sizes, up and down, classification, access checks.
 */
#include "device.h"

/* ------------------------------------------------------------------ settings ---------------- */
weft_status weft_port_get_config(weft_device *dev, unsigned port, weft_port_config *out)
{
    if (!weft_has_port(dev, port) || out == NULL) return WEFT_ERR_ARG;
    weft_port_config c = {0};
    uint32_t v;
    WEFT_TRY(weft_port_rd(dev, port, PORT(IPG), &v));
    c.ipg = FIELD_GET(WEFT_PORT__IPG__VALUE, v);
    WEFT_TRY(weft_port_rd(dev, port, PORT(MIN_FRAME), &v));
    c.min_frame = FIELD_GET(WEFT_PORT__MIN_FRAME__VALUE, v);
    WEFT_TRY(weft_port_rd(dev, port, PORT(CTLOS_SPACING), &v));
    c.ctlos_spacing = FIELD_GET(WEFT_PORT__CTLOS_SPACING__VALUE, v);
    WEFT_TRY(weft_port_rd(dev, port, PORT(CTRL), &v));
    c.src_check = FIELD_GET(WEFT_PORT__CTRL__SRC_CHECK, v) != 0;
    c.part_check = FIELD_GET(WEFT_PORT__CTRL__PART_CHECK, v) != 0;
    WEFT_TRY(
        weft_rd64(dev, dev->port[port] + PORT(MAC_LO), dev->port[port] + PORT(MAC_HI), &c.mac));
    *out = c;
    return WEFT_OK;
}

weft_status weft_port_set_config(weft_device *dev, unsigned port, const weft_port_config *cfg)
{
    if (!weft_has_port(dev, port) || cfg == NULL) return WEFT_ERR_ARG;
    if (cfg->ipg < 1 || cfg->ipg > 12 || cfg->min_frame < 32 || cfg->min_frame > 64 ||
        cfg->ctlos_spacing > 131071 || cfg->mac > WEFT_MAC_MASK)
        return WEFT_ERR_ARG;
    if (dev->part[port].max_frame != 0 && cfg->min_frame < dev->part[port].min_frame)
        return WEFT_ERR_UNSAFE;
    uint32_t ctrl;
    WEFT_TRY(weft_port_rd(dev, port, PORT(CTRL), &ctrl));
    WEFT_TRY(weft_port_wr(dev, port, PORT(IPG), cfg->ipg));
    WEFT_TRY(weft_port_wr(dev, port, PORT(MIN_FRAME), cfg->min_frame));
    WEFT_TRY(weft_port_wr(dev, port, PORT(CTLOS_SPACING), cfg->ctlos_spacing));
    WEFT_TRY(
        weft_wr64(dev, dev->port[port] + PORT(MAC_LO), dev->port[port] + PORT(MAC_HI), cfg->mac));
    ctrl &= ~(WEFT_PORT__CTRL__SRC_CHECK_bm | WEFT_PORT__CTRL__PART_CHECK_bm);
    ctrl |= FIELD_PUT(WEFT_PORT__CTRL__SRC_CHECK, cfg->src_check) |
            FIELD_PUT(WEFT_PORT__CTRL__PART_CHECK, cfg->part_check);
    return weft_port_wr(dev, port, PORT(CTRL), ctrl);
}

static weft_status set_enable(weft_device *dev, unsigned port, bool on)
{
    if (!weft_has_port(dev, port)) return WEFT_ERR_ARG;
    uint32_t ctrl;
    WEFT_TRY(weft_port_rd(dev, port, PORT(CTRL), &ctrl));
    ctrl &= ~WEFT_PORT__CTRL__ENABLE_bm;
    return weft_port_wr(dev, port, PORT(CTRL), ctrl | FIELD_PUT(WEFT_PORT__CTRL__ENABLE, on));
}

weft_status weft_port_enable(weft_device *dev, unsigned port)
{
    return set_enable(dev, port, true);
}

weft_status weft_port_disable(weft_device *dev, unsigned port)
{
    return set_enable(dev, port, false);
}

weft_status weft_port_is_enabled(weft_device *dev, unsigned port, bool *on)
{
    if (!weft_has_port(dev, port) || on == NULL) return WEFT_ERR_ARG;
    uint32_t ctrl;
    WEFT_TRY(weft_port_rd(dev, port, PORT(CTRL), &ctrl));
    *on = FIELD_GET(WEFT_PORT__CTRL__ENABLE, ctrl) != 0;
    return WEFT_OK;
}

/* ------------------------------------------------------------------ status ------------------ */
weft_status weft_port_get_status(weft_device *dev, unsigned port, weft_port_status *out)
{
    if (!weft_has_port(dev, port) || out == NULL) return WEFT_ERR_ARG;
    uint32_t v;
    WEFT_TRY(weft_port_rd(dev, port, PORT(STATUS), &v));
    out->local_fault = FIELD_GET(WEFT_PORT__STATUS__LOCAL_FAULT, v) != 0;
    out->remote_fault = FIELD_GET(WEFT_PORT__STATUS__REMOTE_FAULT, v) != 0;
    out->underrun = FIELD_GET(WEFT_PORT__STATUS__UNDERRUN, v) != 0;
    out->lossless_overflow = FIELD_GET(WEFT_PORT__STATUS__LOSSLESS_OVERFLOW, v) != 0;
    out->credit_error = FIELD_GET(WEFT_PORT__STATUS__CREDIT_ERROR, v) != 0;
    out->internal_error = FIELD_GET(WEFT_PORT__STATUS__INTERNAL_ERROR, v) != 0;
    return WEFT_OK;
}

weft_status weft_port_clear_status(weft_device *dev, unsigned port, const weft_port_status *which)
{
    static const weft_port_status all = {true, true, true, true, true, true};
    if (!weft_has_port(dev, port)) return WEFT_ERR_ARG;
    const weft_port_status *w = which != NULL ? which : &all;
    uint32_t v = FIELD_PUT(WEFT_PORT__STATUS__LOCAL_FAULT, w->local_fault) |
                 FIELD_PUT(WEFT_PORT__STATUS__REMOTE_FAULT, w->remote_fault) |
                 FIELD_PUT(WEFT_PORT__STATUS__UNDERRUN, w->underrun) |
                 FIELD_PUT(WEFT_PORT__STATUS__LOSSLESS_OVERFLOW, w->lossless_overflow) |
                 FIELD_PUT(WEFT_PORT__STATUS__CREDIT_ERROR, w->credit_error) |
                 FIELD_PUT(WEFT_PORT__STATUS__INTERNAL_ERROR, w->internal_error);
    return weft_port_wr(dev, port, PORT(STATUS), v);
}

/* ------------------------------------------------------------------ classification ---------- */
/* A map register holds eight VCs in nibbles, index 0 lowest. */
static uint32_t pack_map(const uint8_t *vc)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < 8; i++) v |= (uint32_t)vc[i] << (4 * i);
    return v;
}

static void unpack_map(uint32_t v, uint8_t *vc)
{
    for (unsigned i = 0; i < 8; i++) vc[i] = (uint8_t)(v >> (4 * i) & 7);
}

/* A DSCP register holds eight VCs of 3 bits, index 0 lowest. */
static uint32_t pack_dscp(const uint8_t *vc)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < 8; i++) v |= (uint32_t)vc[i] << (3 * i);
    return v;
}

weft_status weft_port_get_vc_map(weft_device *dev, unsigned port, weft_vc_map *out)
{
    if (!weft_has_port(dev, port) || out == NULL) return WEFT_ERR_ARG;
    uint32_t cos, pcp0, pcp1, def;
    WEFT_TRY(weft_port_rd(dev, port, PORT(COS_MAP), &cos));
    WEFT_TRY(weft_port_rd(dev, port, PORT(PCP_MAP0), &pcp0));
    WEFT_TRY(weft_port_rd(dev, port, PORT(PCP_MAP1), &pcp1));
    WEFT_TRY(weft_port_rd(dev, port, PORT(DEFAULT_VC), &def));
    unpack_map(cos, out->cos);
    unpack_map(pcp0, out->pcp_dei);
    unpack_map(pcp1, out->pcp_dei + 8);
    for (unsigned k = 0; k < 8; k++) {
        uint32_t v;
        WEFT_TRY(weft_port_rd(dev, port, PORT_K(DSCP_MAP, k), &v));
        for (unsigned i = 0; i < 8; i++) out->dscp[8 * k + i] = (uint8_t)(v >> (3 * i) & 7);
    }
    out->default_vc = (uint8_t)FIELD_GET(WEFT_PORT__DEFAULT_VC__VALUE, def);
    return WEFT_OK;
}

weft_status weft_port_set_vc_map(weft_device *dev, unsigned port, const weft_vc_map *map)
{
    if (!weft_has_port(dev, port) || map == NULL) return WEFT_ERR_ARG;
    if (map->default_vc >= dev->geo.vcs) return WEFT_ERR_ARG;
    for (unsigned i = 0; i < 8; i++)
        if (map->cos[i] >= dev->geo.vcs) return WEFT_ERR_ARG;
    for (unsigned i = 0; i < 16; i++)
        if (map->pcp_dei[i] >= dev->geo.vcs) return WEFT_ERR_ARG;
    for (unsigned i = 0; i < 64; i++)
        if (map->dscp[i] >= dev->geo.vcs) return WEFT_ERR_ARG;
    WEFT_TRY(weft_port_wr(dev, port, PORT(COS_MAP), pack_map(map->cos)));
    WEFT_TRY(weft_port_wr(dev, port, PORT(PCP_MAP0), pack_map(map->pcp_dei)));
    WEFT_TRY(weft_port_wr(dev, port, PORT(PCP_MAP1), pack_map(map->pcp_dei + 8)));
    for (unsigned k = 0; k < 8; k++)
        WEFT_TRY(weft_port_wr(dev, port, PORT_K(DSCP_MAP, k), pack_dscp(map->dscp + 8 * k)));
    return weft_port_wr(dev, port, PORT(DEFAULT_VC), map->default_vc);
}

/* ------------------------------------------------------------------ access checks ----------- */
weft_status weft_port_get_allow(weft_device *dev, unsigned port, uint64_t *mask)
{
    if (!weft_has_port(dev, port) || mask == NULL) return WEFT_ERR_ARG;
    return weft_rd64(dev, dev->port[port] + PORT(ALLOW_LO), dev->port[port] + PORT(ALLOW_HI), mask);
}

weft_status weft_port_set_allow(weft_device *dev, unsigned port, uint64_t mask)
{
    if (!weft_has_port(dev, port) || (mask & ~weft_low_bits(dev->geo.endpoints)) != 0)
        return WEFT_ERR_ARG;
    return weft_wr64(dev, dev->port[port] + PORT(ALLOW_LO), dev->port[port] + PORT(ALLOW_HI), mask);
}

/* Sets or clears the valid bit of a source slot. */
static weft_status source_valid(weft_device *dev, unsigned port, unsigned slot, bool on)
{
    uint32_t v;
    WEFT_TRY(weft_port_rd(dev, port, PORT(SRC_VALID), &v));
    uint32_t bit = 1u << slot;
    return weft_port_wr(dev, port, PORT(SRC_VALID), on ? v | bit : v & ~bit);
}

weft_status weft_port_set_source(weft_device *dev, unsigned port, unsigned slot, uint64_t value,
                                 uint64_t mask)
{
    if (!weft_has_port(dev, port) || slot >= WEFT_SRC_SLOTS) return WEFT_ERR_ARG;
    if ((value & ~mask) != 0) return WEFT_ERR_ARG;
    if (mask <= WEFT_MAC_MASK) mask |= ~WEFT_MAC_MASK;
    uint32_t base = dev->port[port];
    WEFT_TRY(source_valid(dev, port, slot, false));
    WEFT_TRY(weft_wr64(dev, base + PORT_K(SRC_VALUE_LO, slot), base + PORT_K(SRC_VALUE_HI, slot),
                       value));
    WEFT_TRY(
        weft_wr64(dev, base + PORT_K(SRC_MASK_LO, slot), base + PORT_K(SRC_MASK_HI, slot), mask));
    return source_valid(dev, port, slot, true);
}

weft_status weft_port_clear_source(weft_device *dev, unsigned port, unsigned slot)
{
    if (!weft_has_port(dev, port) || slot >= WEFT_SRC_SLOTS) return WEFT_ERR_ARG;
    return source_valid(dev, port, slot, false);
}

weft_status weft_port_get_source(weft_device *dev, unsigned port, unsigned slot, bool *valid,
                                 uint64_t *value, uint64_t *mask)
{
    if (!weft_has_port(dev, port) || slot >= WEFT_SRC_SLOTS) return WEFT_ERR_ARG;
    if (valid == NULL || value == NULL || mask == NULL) return WEFT_ERR_ARG;
    uint32_t base = dev->port[port];
    uint32_t v;
    uint64_t val, msk;
    WEFT_TRY(weft_port_rd(dev, port, PORT(SRC_VALID), &v));
    WEFT_TRY(
        weft_rd64(dev, base + PORT_K(SRC_VALUE_LO, slot), base + PORT_K(SRC_VALUE_HI, slot), &val));
    WEFT_TRY(
        weft_rd64(dev, base + PORT_K(SRC_MASK_LO, slot), base + PORT_K(SRC_MASK_HI, slot), &msk));
    *valid = (v >> slot & 1) != 0;
    *value = val;
    *mask = msk >= ~WEFT_MAC_MASK && val <= WEFT_MAC_MASK ? msk & WEFT_MAC_MASK : msk;
    return WEFT_OK;
}
