/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * weft_sim.h: the C face of the Verilated switch (rtl/top/weft_switch.v). This header is all that
 * csrc/ knows of the simulator; sim/weft_sim.cpp implements it and is the only C++ of the model.
 *
 * Cycle protocol: fill the receive buffers, call weft_sim_step() (one rising edge), read the
 * transmit buffers. The bytes in tx after step N are those on the pins in the cycle that follows
 * the edge, so the first cycle after reset is cycle 0 and latency = (cycle seen) - (cycle driven).
 */
#ifndef WEFT_SIM_H
#define WEFT_SIM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_sim weft_sim;

typedef struct {
    uint64_t seed;         /* random reset state, when the build has it */
    const char *wave_path; /* FST file, or NULL; needs the wave build */
} weft_sim_options;

typedef struct {
    unsigned ports, endpoints, mii_bytes, cell_bytes, vcs;
} weft_sim_geometry;

weft_sim *weft_sim_open(const weft_sim_options *opt); /* in reset done, all wires idle; NULL: no
                                                         memory or no wave support */
void weft_sim_close(weft_sim *s);
weft_sim_geometry weft_sim_get_geometry(const weft_sim *s);
bool weft_sim_has_waves(void);

/* Wire buffers, port-major: port p starts at byte p * mii_bytes. rx is INTO the switch.
 * ctrl has one uint64_t a port, bit k = byte k is a control character. The buffers keep their
 * addresses for the life of the model. The caller owns the content of rx. */
uint8_t *weft_sim_rx_data(weft_sim *s);
uint64_t *weft_sim_rx_ctrl(weft_sim *s);
const uint8_t *weft_sim_tx_data(const weft_sim *s);
const uint64_t *weft_sim_tx_ctrl(const weft_sim *s);

void weft_sim_step(weft_sim *s);
uint64_t weft_sim_cycle(const weft_sim *s); /* rising edges since reset was released */

/* AXI4-Lite pins; the bus back end (csrc/bus/bus_model.c) drives the handshakes. */
typedef struct {
    /* driven by the caller */
    uint32_t awaddr, wdata, araddr;
    uint8_t awvalid, wvalid, wstrb, bready, arvalid, rready;
    /* driven by the model, valid after step */
    uint32_t rdata;
    uint8_t awready, wready, bvalid, bresp, arready, rvalid, rresp;
} weft_sim_axil;
weft_sim_axil *weft_sim_get_axil(weft_sim *s);
bool weft_sim_irq(const weft_sim *s);
void weft_sim_set_reset(weft_sim *s, bool rst); /* takes effect at the next step */

/* Frame trace: records since the last call, oldest first. One record per end of a frame. */
typedef enum { WEFT_TRACE_RX = 0, WEFT_TRACE_TX = 1 } weft_trace_kind;
typedef struct {
    uint64_t cycle;   /* cycle in which the record was made */
    uint8_t kind;     /* weft_trace_kind */
    uint8_t port;     /* ingress port (RX) or egress port (TX) */
    uint8_t src_port; /* ingress port of the frame */
    uint8_t vc;
    uint8_t fate;          /* drop reason, 0 = accepted (RX) / sent good (TX) */
    uint8_t cut_through;   /* TX: the frame was cut through */
    uint16_t seq;          /* frame id: number of the frame on its ingress port, modulo 65536 */
    uint16_t bytes;        /* frame length without FCS */
    uint32_t ingress_time; /* low 32 bits of the cycle at which the parser saw its first cell */
    uint32_t grant_time;   /* TX: low 32 bits of the cycle in which the scheduler matched it */
    uint64_t dst_mask;     /* RX: where it goes */
} weft_trace_record;
/* Up to max records into out; returns how many. Recording is off until the first enable call. */
void weft_sim_trace_enable(weft_sim *s, bool on);
size_t weft_sim_trace_read(weft_sim *s, weft_trace_record *out, size_t max);

#ifdef __cplusplus
}
#endif
#endif
