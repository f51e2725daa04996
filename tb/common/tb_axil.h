/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * tb_axil.h: a master on the AXI4-Lite pins of a module (s_axil_awaddr ...), for benches.
 */
#ifndef WEFT_TB_AXIL_H
#define WEFT_TB_AXIL_H
#include "tb.h"

typedef struct {
    tb *t;
    tb_sig *awaddr, *awvalid, *awready, *wdata, *wstrb, *wvalid, *wready, *bresp, *bvalid, *bready;
    tb_sig *araddr, *arvalid, *arready, *rdata, *rresp, *rvalid, *rready;
    void (*tick)(void *ctx); /* makes one clock cycle; NULL: tb_tick() */
    void *ctx;
    unsigned limit; /* cycles after which an access has failed, default 1000 */
    unsigned stall; /* percent of the cycles in which a valid or ready of the master is held back */
} tb_axil;

/* Finds the pins by `prefix` ("s_axil_"); ends the bench with status 2 when one is missing. */
void tb_axil_init(tb_axil *a, tb *t, const char *prefix);

/* One access. The response code (0 OKAY, 2 SLVERR, 3 DECERR), or -1 with a tb_fail() when it does
 * not end within `limit` cycles. */
int tb_axil_write(tb_axil *a, uint32_t addr, uint32_t data, unsigned strobe);
int tb_axil_read(tb_axil *a, uint32_t addr, uint32_t *data);

#endif
