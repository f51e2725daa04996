/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * parser.c: puts programs into the parsers of the ports.
 */
#include "device.h"
#include "weft/reasons.h"

enum { OP_SEEK = 1, OP_COMMIT = 3 }; /* of register CMD */

/* Every command is done in a few cycles, fewer than one poll takes. */
#define POLLS 100u

static weft_status rd(weft_device *dev, uint32_t off, uint32_t *v)
{
    return weft_bus_read32(dev->bus, dev->parser + off, v);
}

static weft_status wr(weft_device *dev, uint32_t off, uint32_t v)
{
    return weft_bus_write32(dev->bus, dev->parser + off, v);
}

/* Waits until the block takes commands. A refusal is a fault of chip and driver that do not agree,
 * or somebody else's hand on the block. */
static weft_status wait_idle(weft_device *dev)
{
    for (unsigned n = 0; n < POLLS; n++) {
        uint32_t v;
        WEFT_TRY(rd(dev, PARSER(STATUS), &v));
        if (FIELD_GET(WEFT_PARSER__STATUS__BUSY, v) != 0) continue;
        return FIELD_GET(WEFT_PARSER__STATUS__ERROR, v) != 0 ? WEFT_ERR_BUS : WEFT_OK;
    }
    return WEFT_ERR_TIMEOUT;
}

static weft_status command(weft_device *dev, uint32_t op)
{
    WEFT_TRY(wr(dev, PARSER(CMD), FIELD_PUT(WEFT_PARSER__CMD__OP, op)));
    return wait_idle(dev);
}

/* Drops are counted by reason: each must be one that there is. */
static bool reasons_ok(const weft_parse_program *p)
{
    for (unsigned s = 0; s < WEFT_PP_STAGES; s++)
        for (unsigned i = 0; i < WEFT_PP_ENTRIES; i++)
            if (p->entry[s][i].reason >= WEFT_DROP_REASONS) return false;
    return true;
}

static weft_status check_size(weft_device *dev)
{
    uint32_t v;
    WEFT_TRY(rd(dev, PARSER(SIZE), &v));
    bool same = FIELD_GET(WEFT_PARSER__SIZE__STAGES, v) == WEFT_PP_STAGES &&
                FIELD_GET(WEFT_PARSER__SIZE__WORDS, v) == WEFT_PP_STAGE_WORDS;
    return same ? WEFT_OK : WEFT_ERR_VERSION;
}

static weft_status fill_shadow(weft_device *dev, const uint32_t words[WEFT_PP_WORDS])
{
    WEFT_TRY(command(dev, OP_SEEK));
    for (unsigned i = 0; i < WEFT_PP_WORDS; i++) {
        WEFT_TRY(wr(dev, PARSER(DATA), words[i]));
        if ((i + 1) % WEFT_PP_STAGE_WORDS == 0) WEFT_TRY(wait_idle(dev));
    }
    return WEFT_OK;
}

weft_status weft_parser_load(weft_device *dev, uint64_t port_mask,
                             const weft_parse_program *program, uint32_t tag)
{
    uint32_t words[WEFT_PP_WORDS];
    if (dev == NULL || program == NULL || tag == 0 || port_mask == 0 ||
        (port_mask & ~weft_low_bits(dev->geo.ports)) != 0)
        return WEFT_ERR_ARG;
    if (!weft_parse_program_pack(program, words) || !reasons_ok(program)) return WEFT_ERR_ARG;
    WEFT_TRY(check_size(dev));
    WEFT_TRY(fill_shadow(dev, words));
    WEFT_TRY(weft_wr64(dev, dev->parser + PARSER(PORT_MASK_LO), dev->parser + PARSER(PORT_MASK_HI),
                       port_mask));
    WEFT_TRY(wr(dev, PARSER(TAG), tag));
    return command(dev, OP_COMMIT);
}

weft_status weft_parser_tag(weft_device *dev, unsigned port, uint32_t *tag)
{
    if (!weft_has_port(dev, port) || tag == NULL) return WEFT_ERR_ARG;
    return weft_port_rd(dev, port, PORT(PARSER_TAG), tag);
}
