/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * tb_axil.c: see tb_axil.h. Handshakes follow AMBA AXI (IHI 0022), A3.2: valid never waits for
 * ready and stays until the handshake, except that with `stall` it may begin later.
 */
#include "tb_axil.h"
#include <stdio.h>
#include <string.h>

static tb_sig *pin(tb *t, const char *prefix, const char *name)
{
    char full[128];
    snprintf(full, sizeof full, "%s%s", prefix, name);
    return tb_sig_find(t, full);
}

void tb_axil_init(tb_axil *a, tb *t, const char *prefix)
{
    memset(a, 0, sizeof *a);
    a->t = t;
    a->limit = 1000;
    a->awaddr = pin(t, prefix, "awaddr");
    a->awvalid = pin(t, prefix, "awvalid");
    a->awready = pin(t, prefix, "awready");
    a->wdata = pin(t, prefix, "wdata");
    a->wstrb = pin(t, prefix, "wstrb");
    a->wvalid = pin(t, prefix, "wvalid");
    a->wready = pin(t, prefix, "wready");
    a->bresp = pin(t, prefix, "bresp");
    a->bvalid = pin(t, prefix, "bvalid");
    a->bready = pin(t, prefix, "bready");
    a->araddr = pin(t, prefix, "araddr");
    a->arvalid = pin(t, prefix, "arvalid");
    a->arready = pin(t, prefix, "arready");
    a->rdata = pin(t, prefix, "rdata");
    a->rresp = pin(t, prefix, "rresp");
    a->rvalid = pin(t, prefix, "rvalid");
    a->rready = pin(t, prefix, "rready");
    tb_set(a->awvalid, 0);
    tb_set(a->wvalid, 0);
    tb_set(a->bready, 0);
    tb_set(a->arvalid, 0);
    tb_set(a->rready, 0);
}

static void tick(tb_axil *a)
{
    if (a->tick != NULL)
        a->tick(a->ctx);
    else
        tb_tick(a->t);
}

static bool go(tb_axil *a) { return a->stall == 0 || !tb_chance(a->t, a->stall); }

/* One cycle of one channel: raises valid when allowed; true once the edge took it. */
static bool offer(tb_axil *a, tb_sig *valid, bool *done)
{
    if (!*done && tb_get(valid) == 0 && go(a)) tb_set(valid, 1);
    return !*done;
}

int tb_axil_write(tb_axil *a, uint32_t addr, uint32_t data, unsigned strobe)
{
    bool addr_done = false, data_done = false;
    tb_set(a->awaddr, addr);
    tb_set(a->wdata, data);
    tb_set(a->wstrb, strobe);
    for (unsigned n = 0; n < a->limit; n++) {
        bool aw = offer(a, a->awvalid, &addr_done), w = offer(a, a->wvalid, &data_done);
        tb_set(a->bready, go(a));
        tb_eval(a->t);
        aw = aw && tb_get(a->awvalid) && tb_get(a->awready);
        w = w && tb_get(a->wvalid) && tb_get(a->wready);
        bool end = tb_get(a->bvalid) && tb_get(a->bready);
        int response = (int)tb_get(a->bresp);
        if (end && !(addr_done && data_done)) {
            tb_fail(a->t, "write response for 0x%x before address and data were taken", addr);
            end = false;
        }
        tick(a);
        if (aw) {
            addr_done = true;
            tb_set(a->awvalid, 0);
        }
        if (w) {
            data_done = true;
            tb_set(a->wvalid, 0);
        }
        if (end) {
            tb_set(a->bready, 0);
            tb_eval(a->t);
            return response;
        }
    }
    tb_fail(a->t, "write to 0x%x has no response after %u cycles", addr, a->limit);
    return -1;
}

int tb_axil_read(tb_axil *a, uint32_t addr, uint32_t *data)
{
    bool addr_done = false;
    tb_set(a->araddr, addr);
    for (unsigned n = 0; n < a->limit; n++) {
        bool ar = offer(a, a->arvalid, &addr_done);
        tb_set(a->rready, go(a));
        tb_eval(a->t);
        ar = ar && tb_get(a->arvalid) && tb_get(a->arready);
        bool end = tb_get(a->rvalid) && tb_get(a->rready);
        int response = (int)tb_get(a->rresp);
        *data = (uint32_t)tb_get(a->rdata);
        if (end && !addr_done) {
            tb_fail(a->t, "read data for 0x%x before its address was taken", addr);
            end = false;
        }
        tick(a);
        if (ar) {
            addr_done = true;
            tb_set(a->arvalid, 0);
        }
        if (end) {
            tb_set(a->rready, 0);
            tb_eval(a->t);
            return response;
        }
    }
    tb_fail(a->t, "read of 0x%x has no data after %u cycles", addr, a->limit);
    return -1;
}
