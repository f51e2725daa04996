/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * chip.c: settings of the whole chip, its self-check errors, its interrupts.
 */
#include "device.h"

weft_status weft_chip_get_config(weft_device *dev, weft_chip_config *out)
{
    if (dev == NULL || out == NULL) return WEFT_ERR_ARG;
    weft_chip_config c = {0};
    uint32_t v;
    WEFT_TRY(weft_chip_rd(dev, CHIP(MAX_FRAME), &v));
    c.max_frame = FIELD_GET(WEFT_CHIP__MAX_FRAME__VALUE, v);
    WEFT_TRY(weft_chip_rd(dev, CHIP(ID_PREFIX), &c.id_prefix));
    WEFT_TRY(weft_chip_rd(dev, CHIP(ID_MASK), &c.id_mask));
    WEFT_TRY(weft_chip_rd(dev, CHIP(CT_CTRL), &v));
    c.cut_through = FIELD_GET(WEFT_CHIP__CT_CTRL__ENABLE, v) != 0;
    c.ct_margin = FIELD_GET(WEFT_CHIP__CT_CTRL__MARGIN, v);
    c.ct_threshold = FIELD_GET(WEFT_CHIP__CT_CTRL__THRESHOLD, v);
    WEFT_TRY(weft_chip_rd(dev, CHIP(EGRESS_HIGH), &v));
    c.egress_high = FIELD_GET(WEFT_CHIP__EGRESS_HIGH__VALUE, v);
    for (unsigned i = 0; i < WEFT_ECN_VCS; i++) {
        WEFT_TRY(weft_chip_rd(dev, CHIP_K(ECN_THRESHOLD, i), &v));
        c.ecn_threshold[i] = FIELD_GET(WEFT_CHIP__ECN_THRESHOLD__VALUE, v);
    }
    *out = c;
    return WEFT_OK;
}

static bool config_ok(const weft_chip_config *c)
{
    for (unsigned i = 0; i < WEFT_ECN_VCS; i++)
        if (c->ecn_threshold[i] > 8191) return false;
    return c->max_frame >= 64 && c->max_frame <= 9216 && c->ct_margin <= 15 &&
           c->ct_threshold <= 15 && c->egress_high <= 255;
}

/* A new max_frame is fit for all ports: they are down, and their buffers and credits still hold. */
static weft_status check_max_frame(weft_device *dev, unsigned max_frame)
{
    uint32_t now;
    WEFT_TRY(weft_chip_rd(dev, CHIP(MAX_FRAME), &now));
    if (FIELD_GET(WEFT_CHIP__MAX_FRAME__VALUE, now) == max_frame) return WEFT_OK;
    for (unsigned p = 0; p < dev->geo.ports; p++) {
        bool on;
        WEFT_TRY(weft_port_is_enabled(dev, p, &on));
        if (on) return WEFT_ERR_STATE;
        WEFT_TRY(weft_port_check_max_frame(dev, p, max_frame));
    }
    return WEFT_OK;
}

weft_status weft_chip_set_config(weft_device *dev, const weft_chip_config *cfg)
{
    if (dev == NULL || cfg == NULL || !config_ok(cfg)) return WEFT_ERR_ARG;
    WEFT_TRY(check_max_frame(dev, cfg->max_frame));
    WEFT_TRY(weft_chip_wr(dev, CHIP(MAX_FRAME), cfg->max_frame));
    WEFT_TRY(weft_chip_wr(dev, CHIP(ID_PREFIX), cfg->id_prefix));
    WEFT_TRY(weft_chip_wr(dev, CHIP(ID_MASK), cfg->id_mask));
    uint32_t ct = FIELD_PUT(WEFT_CHIP__CT_CTRL__ENABLE, cfg->cut_through) |
                  FIELD_PUT(WEFT_CHIP__CT_CTRL__MARGIN, cfg->ct_margin) |
                  FIELD_PUT(WEFT_CHIP__CT_CTRL__THRESHOLD, cfg->ct_threshold);
    WEFT_TRY(weft_chip_wr(dev, CHIP(CT_CTRL), ct));
    WEFT_TRY(weft_chip_wr(dev, CHIP(EGRESS_HIGH), cfg->egress_high));
    for (unsigned i = 0; i < WEFT_ECN_VCS; i++)
        WEFT_TRY(weft_chip_wr(dev, CHIP_K(ECN_THRESHOLD, i), cfg->ecn_threshold[i]));
    return WEFT_OK;
}

weft_status weft_punt_get(weft_device *dev, bool *on, unsigned *endpoint)
{
    if (dev == NULL || on == NULL || endpoint == NULL) return WEFT_ERR_ARG;
    uint32_t v;
    WEFT_TRY(weft_chip_rd(dev, CHIP(PUNT), &v));
    *on = FIELD_GET(WEFT_CHIP__PUNT__ENABLE, v) != 0;
    *endpoint = FIELD_GET(WEFT_CHIP__PUNT__ENDPOINT, v);
    return WEFT_OK;
}

weft_status weft_punt_set(weft_device *dev, bool on, unsigned endpoint)
{
    if (dev == NULL || endpoint >= dev->geo.endpoints) return WEFT_ERR_ARG;
    return weft_chip_wr(dev, CHIP(PUNT),
                        FIELD_PUT(WEFT_CHIP__PUNT__ENABLE, on) |
                            FIELD_PUT(WEFT_CHIP__PUNT__ENDPOINT, endpoint));
}

weft_status weft_chip_get_errors(weft_device *dev, uint32_t *errors)
{
    if (dev == NULL || errors == NULL) return WEFT_ERR_ARG;
    return weft_chip_rd(dev, CHIP(ERROR_STATUS), errors);
}

weft_status weft_chip_clear_errors(weft_device *dev, uint32_t errors)
{
    if (dev == NULL || (errors & ~WEFT_CHIP_ERR_ALL) != 0) return WEFT_ERR_ARG;
    return weft_chip_wr(dev, CHIP(ERROR_STATUS), errors);
}

weft_status weft_intr_get_state(weft_device *dev, uint32_t *state)
{
    if (dev == NULL || state == NULL) return WEFT_ERR_ARG;
    return weft_chip_rd(dev, CHIP(INTR_STATE), state);
}

weft_status weft_intr_clear(weft_device *dev, uint32_t mask)
{
    if (dev == NULL || (mask & ~WEFT_INTR_ALL) != 0) return WEFT_ERR_ARG;
    return weft_chip_wr(dev, CHIP(INTR_STATE), mask);
}

weft_status weft_intr_get_enable(weft_device *dev, uint32_t *mask)
{
    if (dev == NULL || mask == NULL) return WEFT_ERR_ARG;
    return weft_chip_rd(dev, CHIP(INTR_ENABLE), mask);
}

weft_status weft_intr_set_enable(weft_device *dev, uint32_t mask)
{
    if (dev == NULL || (mask & ~WEFT_INTR_ALL) != 0) return WEFT_ERR_ARG;
    return weft_chip_wr(dev, CHIP(INTR_ENABLE), mask);
}

weft_status weft_intr_test(weft_device *dev, uint32_t mask)
{
    if (dev == NULL || (mask & ~WEFT_INTR_ALL) != 0) return WEFT_ERR_ARG;
    return weft_chip_wr(dev, CHIP(INTR_TEST), mask);
}

weft_status weft_intr_wait(weft_device *dev, uint64_t cycles, uint32_t *active)
{
    if (dev == NULL || active == NULL) return WEFT_ERR_ARG;
    WEFT_TRY(weft_bus_wait_irq(dev->bus, cycles));
    uint32_t state, enable;
    WEFT_TRY(weft_chip_rd(dev, CHIP(INTR_STATE), &state));
    WEFT_TRY(weft_chip_rd(dev, CHIP(INTR_ENABLE), &enable));
    *active = state & enable;
    return WEFT_OK;
}
