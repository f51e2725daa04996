/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * rewrite.c: what a port changes in frames: DSCP, tags, and frames that are cut to their headers.
 */
#include "device.h"

#define TRIM_CELLS_MAX 0xffffu

/* Bit 6 enables. */
static bool pack_remark(int dscp, uint32_t *v)
{
    if (dscp != WEFT_DSCP_KEEP && (dscp < 0 || dscp > 63)) return false;
    *v = dscp == WEFT_DSCP_KEEP ? 0 : 0x40u | (uint32_t)dscp;
    return true;
}

weft_status weft_port_remark(weft_device *dev, unsigned port, unsigned vc, int dscp)
{
    uint32_t v;
    if (!weft_has_port(dev, port) || vc >= dev->geo.vcs || !pack_remark(dscp, &v))
        return WEFT_ERR_ARG;
    return weft_port_wr(dev, port, PORT_K(REMARK, vc), v);
}

weft_status weft_port_trim_dscp(weft_device *dev, unsigned port, int dscp)
{
    uint32_t v;
    if (!weft_has_port(dev, port) || !pack_remark(dscp, &v)) return WEFT_ERR_ARG;
    return weft_port_wr(dev, port, PORT(TRIM_DSCP), v);
}

weft_status weft_port_trim(weft_device *dev, unsigned port, unsigned vc, unsigned cells,
                           unsigned to_vc)
{
    if (!weft_has_port(dev, port) || vc >= dev->geo.vcs || to_vc >= dev->geo.vcs ||
        cells > TRIM_CELLS_MAX)
        return WEFT_ERR_ARG;
    uint32_t lossless, map;
    WEFT_TRY(weft_port_get_lossless(dev, port, &lossless));
    if (cells != 0 && ((lossless >> vc & 1) != 0 || (lossless >> to_vc & 1) != 0))
        return WEFT_ERR_UNSAFE;
    /* Off while the channel changes: no frame goes into a third one. */
    WEFT_TRY(weft_port_wr(dev, port, PORT_K(TRIM_LIMIT, vc), 0));
    WEFT_TRY(weft_port_rd(dev, port, PORT(TRIM_VC), &map));
    map = (map & ~(7u << (4 * vc))) | to_vc << (4 * vc);
    WEFT_TRY(weft_port_wr(dev, port, PORT(TRIM_VC), map));
    return cells == 0 ? WEFT_OK : weft_port_wr(dev, port, PORT_K(TRIM_LIMIT, vc), cells);
}

weft_status weft_port_pop(weft_device *dev, unsigned port, const weft_pop_config *cfg)
{
    if (!weft_has_port(dev, port) || cfg == NULL) return WEFT_ERR_ARG;
    uint32_t vlan = FIELD_PUT(WEFT_PORT__POP_TPID_VLAN__CTAG, cfg->ctag_tpid) |
                    FIELD_PUT(WEFT_PORT__POP_TPID_VLAN__STAG, cfg->stag_tpid);
    uint32_t csig = FIELD_PUT(WEFT_PORT__POP_TPID_CSIG__CSIG_COMPACT, cfg->csig_compact_tpid) |
                    FIELD_PUT(WEFT_PORT__POP_TPID_CSIG__CSIG_WIDE, cfg->csig_wide_tpid);
    uint32_t pad = FIELD_PUT(WEFT_PORT__POP__PAD, cfg->pad);
    uint32_t tags = FIELD_PUT(WEFT_PORT__POP__CTAG, cfg->ctag) |
                    FIELD_PUT(WEFT_PORT__POP__STAG, cfg->stag) |
                    FIELD_PUT(WEFT_PORT__POP__CSIG_COMPACT, cfg->csig_compact) |
                    FIELD_PUT(WEFT_PORT__POP__CSIG_WIDE, cfg->csig_wide);
    /* Off while the TPIDs change: nothing is taken out of a frame that has no tag. */
    WEFT_TRY(weft_port_wr(dev, port, PORT(POP), pad));
    WEFT_TRY(weft_port_wr(dev, port, PORT(POP_TPID_VLAN), vlan));
    WEFT_TRY(weft_port_wr(dev, port, PORT(POP_TPID_CSIG), csig));
    return weft_port_wr(dev, port, PORT(POP), tags | pad);
}

weft_status weft_port_get_pop(weft_device *dev, unsigned port, weft_pop_config *out)
{
    if (!weft_has_port(dev, port) || out == NULL) return WEFT_ERR_ARG;
    uint32_t pop, vlan, csig;
    WEFT_TRY(weft_port_rd(dev, port, PORT(POP), &pop));
    WEFT_TRY(weft_port_rd(dev, port, PORT(POP_TPID_VLAN), &vlan));
    WEFT_TRY(weft_port_rd(dev, port, PORT(POP_TPID_CSIG), &csig));
    *out = (weft_pop_config){
        .ctag = FIELD_GET(WEFT_PORT__POP__CTAG, pop) != 0,
        .stag = FIELD_GET(WEFT_PORT__POP__STAG, pop) != 0,
        .csig_compact = FIELD_GET(WEFT_PORT__POP__CSIG_COMPACT, pop) != 0,
        .csig_wide = FIELD_GET(WEFT_PORT__POP__CSIG_WIDE, pop) != 0,
        .pad = FIELD_GET(WEFT_PORT__POP__PAD, pop) != 0,
        .ctag_tpid = (uint16_t)FIELD_GET(WEFT_PORT__POP_TPID_VLAN__CTAG, vlan),
        .stag_tpid = (uint16_t)FIELD_GET(WEFT_PORT__POP_TPID_VLAN__STAG, vlan),
        .csig_compact_tpid = (uint16_t)FIELD_GET(WEFT_PORT__POP_TPID_CSIG__CSIG_COMPACT, csig),
        .csig_wide_tpid = (uint16_t)FIELD_GET(WEFT_PORT__POP_TPID_CSIG__CSIG_WIDE, csig),
    };
    return WEFT_OK;
}
