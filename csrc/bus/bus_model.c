/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * bus_model.c: drives the AXI4-Lite pins of a model in this process.
 *
 * The pins that the model drives are seen as they are after a rising edge, so what is read before
 * a tick is what both sides see at the edge of that tick: a handshake happens in a tick when valid
 * and ready were both high before it. This asks of the slave what AXI recommends anyway: ready is
 * a function of its state, not of valid in the same cycle.
 *
 * bready and rready stay high for ever, so a response is taken in the tick after the one that
 * showed it, whoever makes that tick; an access needs no extra cycle for it. An old response can
 * not be mistaken for a new one, since it is gone after the first tick of the next access, before
 * which nothing is looked at.
 */
#include "weft/bus.h"
#include "weft_sim.h"
#include <stdlib.h>

typedef struct {
    weft_bus bus;
    weft_sim *sim;
    weft_sim_axil *pins;
    void (*tick)(void *ctx);
    void *tick_ctx;
    bool dead; /* an access never ended: the handshake is in an unknown state */
} model_bus;

static void tick(model_bus *m)
{
    if (m->tick != NULL)
        m->tick(m->tick_ctx);
    else
        weft_sim_step(m->sim);
}

static weft_status give_up(model_bus *m)
{
    m->pins->awvalid = m->pins->wvalid = m->pins->arvalid = 0;
    m->dead = true;
    return WEFT_ERR_TIMEOUT;
}

static weft_status model_read32(void *ctx, uint32_t addr, uint32_t *value)
{
    model_bus *m = ctx;
    weft_sim_axil *p = m->pins;
    if (m->dead) return WEFT_ERR_STATE;
    p->araddr = addr;
    p->arvalid = 1;
    p->rready = 1;
    for (unsigned n = 0; n < WEFT_BUS_MODEL_MAX_CYCLES; n++) {
        bool taken = p->arready != 0;
        tick(m);
        if (taken) p->arvalid = 0;
        if (!p->arvalid && p->rvalid) {
            if (p->rresp != 0) return WEFT_ERR_BUS;
            *value = p->rdata;
            return WEFT_OK;
        }
    }
    return give_up(m);
}

static weft_status model_write32(void *ctx, uint32_t addr, uint32_t value)
{
    model_bus *m = ctx;
    weft_sim_axil *p = m->pins;
    if (m->dead) return WEFT_ERR_STATE;
    p->awaddr = addr;
    p->wdata = value;
    p->wstrb = 0xf;
    p->awvalid = p->wvalid = 1;
    p->bready = 1;
    for (unsigned n = 0; n < WEFT_BUS_MODEL_MAX_CYCLES; n++) {
        bool aw_taken = p->awready != 0;
        bool w_taken = p->wready != 0;
        tick(m);
        if (aw_taken) p->awvalid = 0;
        if (w_taken) p->wvalid = 0;
        if (!p->awvalid && !p->wvalid && p->bvalid) return p->bresp != 0 ? WEFT_ERR_BUS : WEFT_OK;
    }
    return give_up(m);
}

static weft_status model_wait_irq(void *ctx, uint64_t cycles)
{
    model_bus *m = ctx;
    for (uint64_t n = 0; !weft_sim_irq(m->sim); n++) {
        if (n == cycles) return WEFT_ERR_TIMEOUT;
        tick(m);
    }
    return WEFT_OK;
}

static void model_close(void *ctx) { free(ctx); }

static const weft_bus_ops model_ops = {
    .read32 = model_read32,
    .write32 = model_write32,
    .read_block = NULL,
    .wait_irq = model_wait_irq,
    .close = model_close,
};

weft_bus *weft_bus_model_open(struct weft_sim *sim, void (*tick_fn)(void *ctx), void *ctx)
{
    if (sim == NULL) return NULL;
    model_bus *m = calloc(1, sizeof *m);
    if (m == NULL) return NULL;
    m->bus.ops = &model_ops;
    m->bus.ctx = m;
    m->sim = sim;
    m->pins = weft_sim_get_axil(sim);
    m->tick = tick_fn;
    m->tick_ctx = ctx;
    if (m->pins == NULL) {
        free(m);
        return NULL;
    }
    return &m->bus;
}
