/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * fake_sim.h: implements the part of weft_sim.h that the bus needs: an AXI4-Lite slave in C, with
 * random delays, in front of a fake chip. It checks the rules that a master must keep.
 */
#ifndef FAKE_SIM_H
#define FAKE_SIM_H
#include "driver_test.h"
#include "weft_sim.h"

struct weft_sim {
    fake_chip chip;
    weft_sim_axil pins, seen; /* seen: the master's pins at the last edge */
    uint64_t cycle, seed;
    unsigned max_delay;
    bool dead_aw, dead_w, dead_ar, dead_b, dead_r; /* never answers on that channel */
    bool irq;
    uint64_t irq_at; /* cycle at which irq rises by itself, 0: never */
    bool aw_full, w_full, ar_full;
    unsigned b_wait, r_wait;
    uint32_t awaddr, wdata, araddr;
    unsigned broken_rules;
};

/* Both tests' shims: weft_bus_model_open gets one that the test made, weft reg opens its own. */
static inline weft_sim *fake_sim_new(uint64_t seed, unsigned max_delay)
{
    weft_sim *s = calloc(1, sizeof *s);
    if (s == NULL) exit(3);
    fake_open(&s->chip);
    s->seed = seed;
    s->max_delay = max_delay;
    return s;
}

weft_sim *weft_sim_open(const weft_sim_options *opt) { return fake_sim_new(opt->seed, 3); }

void weft_sim_close(weft_sim *s)
{
    fake_close(&s->chip);
    free(s);
}

weft_sim_axil *weft_sim_get_axil(weft_sim *s) { return &s->pins; }

bool weft_sim_irq(const weft_sim *s) { return s->irq || (s->irq_at != 0 && s->cycle >= s->irq_at); }

uint64_t weft_sim_cycle(const weft_sim *s) { return s->cycle; }

static inline unsigned fake_delay(weft_sim *s)
{
    return s->max_delay == 0 ? 0 : (unsigned)(next_random(&s->seed) % (s->max_delay + 1));
}

/* A valid that was not answered stays, with its payload. */
static inline void fake_check_master(weft_sim *s)
{
    const weft_sim_axil *was = &s->seen, *is = &s->pins;
    if (was->awvalid && !s->aw_full && (!is->awvalid || is->awaddr != was->awaddr))
        s->broken_rules++;
    if (was->wvalid && !s->w_full &&
        (!is->wvalid || is->wdata != was->wdata || is->wstrb != was->wstrb))
        s->broken_rules++;
    if (was->arvalid && !s->ar_full && (!is->arvalid || is->araddr != was->araddr))
        s->broken_rules++;
}

void weft_sim_step(weft_sim *s)
{
    weft_sim_axil *p = &s->pins;
    if (s->cycle > 0) fake_check_master(s);
    s->seen = *p;
    /* The edge: everything that was valid and ready before it. */
    if (p->bvalid && p->bready) p->bvalid = 0, s->aw_full = s->w_full = false;
    if (p->rvalid && p->rready) p->rvalid = 0, s->ar_full = false;
    if (p->awvalid && p->awready)
        s->aw_full = true, s->awaddr = p->awaddr, s->b_wait = fake_delay(s);
    if (p->wvalid && p->wready) {
        s->w_full = true;
        s->wdata = p->wdata;
        if (p->wstrb != 0xf) s->broken_rules++;
    }
    if (p->arvalid && p->arready)
        s->ar_full = true, s->araddr = p->araddr, s->r_wait = fake_delay(s);
    /* Responses. */
    if (s->aw_full && s->w_full && !p->bvalid && !s->dead_b && s->b_wait-- == 0) {
        p->bresp = weft_bus_write32(s->chip.bus, s->awaddr, s->wdata) == WEFT_OK ? 0 : 2;
        p->bvalid = 1;
    }
    if (s->ar_full && !p->rvalid && !s->dead_r && s->r_wait-- == 0) {
        uint32_t v = 0xdeadbeef;
        p->rresp = weft_bus_read32(s->chip.bus, s->araddr, &v) == WEFT_OK ? 0 : 3;
        p->rdata = v;
        p->rvalid = 1;
    }
    p->awready = !s->aw_full && !s->dead_aw && fake_delay(s) == 0;
    p->wready = !s->w_full && !s->dead_w && fake_delay(s) == 0;
    p->arready = !s->ar_full && !s->dead_ar && fake_delay(s) == 0;
    s->cycle++;
}

#endif
