// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_sim.cpp: the C face of the Verilated switch. Wide ports are moved with memcpy: a VlWide is an
// array of 32-bit words, lowest first, which on a little-endian host is the byte order of the wire.
#include "weft_sim.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "Vweft_switch.h"
#include "verilated.h"
#if VM_TRACE_FST
#include "verilated_fst_c.h"
#endif

#ifndef WEFT_SIM_VCS
#define WEFT_SIM_VCS 4
#endif

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the shim needs a little-endian host");

namespace {
constexpr unsigned PORTS = WEFT_SIM_PORTS;
constexpr unsigned MII = WEFT_SIM_MII_BYTES;
constexpr size_t WIRE = static_cast<size_t>(PORTS) * MII;
constexpr unsigned CTRL_BYTES = MII / 8;
constexpr unsigned RX_WORDS = 5, TX_WORDS = 4;  // 160 and 128 bits a trace record

enum { DROP_RUNT = 1, DROP_CODING = 4, DROP_PREAMBLE = 5 };

template <class T> uint64_t low_bits(const T &signal)
{
    uint64_t v = 0;
    std::memcpy(&v, &signal, sizeof(signal) < sizeof(v) ? sizeof(signal) : sizeof(v));
    return v;
}
}  // namespace

struct weft_sim {
    std::unique_ptr<VerilatedContext> context;
    std::unique_ptr<Vweft_switch> model;
#if VM_TRACE_FST
    std::unique_ptr<VerilatedFstC> waves;
#endif
    uint64_t cycle = 0;
    uint64_t edges = 0;  // also in reset, for the time axis of waves
    bool reset = true;
    bool tracing = false;
    weft_sim_axil axil{};
    uint8_t rx_data[WIRE];
    uint64_t rx_ctrl[PORTS];
    uint8_t tx_data[WIRE];
    uint64_t tx_ctrl[PORTS];
    std::vector<weft_trace_record> records;
    size_t records_read = 0;
};

static void collect_trace(weft_sim *s)
{
    Vweft_switch &m = *s->model;
    uint64_t rx = low_bits(m.trace_rx_valid_o), tx = low_bits(m.trace_tx_valid_o);
    for (; rx != 0; rx &= rx - 1) {
        unsigned p = static_cast<unsigned>(__builtin_ctzll(rx));
        uint32_t w[RX_WORDS];
        std::memcpy(w, reinterpret_cast<const uint32_t *>(&m.trace_rx_o) + p * RX_WORDS, sizeof(w));
        weft_trace_record r{};
        r.cycle = s->cycle;
        r.kind = WEFT_TRACE_RX;
        r.port = r.src_port = static_cast<uint8_t>(p);
        if (w[2] >> 31) {
            r.ingress_time = w[0];
            r.seq = static_cast<uint16_t>(w[1] >> 16);
            r.bytes = static_cast<uint16_t>(w[1] & 0x3FFF);
            r.fate = w[2] & 31;
            r.vc = (w[2] >> 5) & 7;
            r.dst_mask = w[3] | static_cast<uint64_t>(w[4]) << 32;
            s->records.push_back(r);
        }
        // Frames that ended in the MAC have no number and no descriptor.
        r.seq = r.bytes = r.vc = 0;
        r.dst_mask = 0;
        r.ingress_time = static_cast<uint32_t>(s->cycle);
        const struct {
            unsigned shift;
            uint8_t fate;
        } early[] = {{8, DROP_RUNT}, {12, DROP_PREAMBLE}, {16, DROP_CODING}};
        for (const auto &e : early) {
            r.fate = e.fate;
            for (unsigned n = (w[2] >> e.shift) & 15; n > 0; n--) s->records.push_back(r);
        }
    }
    for (; tx != 0; tx &= tx - 1) {
        unsigned p = static_cast<unsigned>(__builtin_ctzll(tx));
        uint32_t w[TX_WORDS];
        std::memcpy(w, reinterpret_cast<const uint32_t *>(&m.trace_tx_o) + p * TX_WORDS, sizeof(w));
        weft_trace_record r{};
        r.cycle = s->cycle;
        r.kind = WEFT_TRACE_TX;
        r.port = static_cast<uint8_t>(p);
        r.ingress_time = w[0];
        r.seq = static_cast<uint16_t>(w[1] >> 16);
        r.bytes = static_cast<uint16_t>(w[1] & 0x3FFF);
        r.fate = w[2] & 3;
        r.cut_through = (w[2] >> 2) & 1;
        r.vc = (w[2] >> 5) & 7;
        r.src_port = (w[2] >> 8) & 63;
        r.grant_time = w[3];
        s->records.push_back(r);
    }
}

extern "C" {

void weft_sim_step(weft_sim *s)
{
    Vweft_switch &m = *s->model;
    m.clk = 0;
    m.eval();
#if VM_TRACE_FST
    if (s->waves) s->waves->dump(s->edges * 2);
#endif
    m.rst = s->reset;
    std::memcpy(&m.rx_data_i, s->rx_data, WIRE);
    uint8_t *ctrl = reinterpret_cast<uint8_t *>(&m.rx_ctrl_i);
    for (unsigned p = 0; p < PORTS; p++) std::memcpy(ctrl + p * CTRL_BYTES, &s->rx_ctrl[p], CTRL_BYTES);
    weft_sim_axil &a = s->axil;
    m.s_axil_awaddr = a.awaddr & 0xFFFFF;
    m.s_axil_awvalid = a.awvalid;
    m.s_axil_wdata = a.wdata;
    m.s_axil_wstrb = a.wstrb & 15;
    m.s_axil_wvalid = a.wvalid;
    m.s_axil_bready = a.bready;
    m.s_axil_araddr = a.araddr & 0xFFFFF;
    m.s_axil_arvalid = a.arvalid;
    m.s_axil_rready = a.rready;
    m.clk = 1;
    m.eval();
#if VM_TRACE_FST
    if (s->waves) s->waves->dump(s->edges * 2 + 1);
#endif
    s->edges++;
    if (s->reset) s->cycle = 0;
    else s->cycle++;
    std::memcpy(s->tx_data, &m.tx_data_o, WIRE);
    const uint8_t *out = reinterpret_cast<const uint8_t *>(&m.tx_ctrl_o);
    for (unsigned p = 0; p < PORTS; p++) {
        s->tx_ctrl[p] = 0;
        std::memcpy(&s->tx_ctrl[p], out + p * CTRL_BYTES, CTRL_BYTES);
    }
    a.awready = m.s_axil_awready;
    a.wready = m.s_axil_wready;
    a.bvalid = m.s_axil_bvalid;
    a.bresp = m.s_axil_bresp;
    a.arready = m.s_axil_arready;
    a.rvalid = m.s_axil_rvalid;
    a.rresp = m.s_axil_rresp;
    a.rdata = m.s_axil_rdata;
    if (s->tracing) collect_trace(s);
}

bool weft_sim_has_waves(void) { return VM_TRACE_FST != 0; }

weft_sim *weft_sim_open(const weft_sim_options *opt)
{
    if (opt->wave_path != nullptr && !weft_sim_has_waves()) return nullptr;
    weft_sim *s = new (std::nothrow) weft_sim;
    if (s == nullptr) return nullptr;
    s->context = std::make_unique<VerilatedContext>();
    s->context->randReset(2);
    s->context->randSeed(static_cast<int>(opt->seed % 2147483647U) + 1);
#if VM_TRACE_FST
    s->context->traceEverOn(opt->wave_path != nullptr);
#endif
    s->model = std::make_unique<Vweft_switch>(s->context.get(), "switch");
#if VM_TRACE_FST
    if (opt->wave_path != nullptr) {
        s->waves = std::make_unique<VerilatedFstC>();
        s->model->trace(s->waves.get(), 99);
        s->waves->open(opt->wave_path);
        if (!s->waves->isOpen()) {
            delete s;
            return nullptr;
        }
    }
#endif
    std::memset(s->rx_data, 0x07, sizeof(s->rx_data));
    for (uint64_t &c : s->rx_ctrl) c = MII >= 64 ? ~0ULL : (1ULL << MII) - 1;
    for (int k = 0; k < 4; k++) weft_sim_step(s);
    s->reset = false;
    return s;
}

void weft_sim_close(weft_sim *s)
{
    if (s == nullptr) return;
    s->model->final();
#if VM_TRACE_FST
    if (s->waves) s->waves->close();
#endif
    delete s;
}

weft_sim_geometry weft_sim_get_geometry(const weft_sim *)
{
    weft_sim_geometry g = {PORTS, PORTS, MII, 64, WEFT_SIM_VCS};
    return g;
}

uint8_t *weft_sim_rx_data(weft_sim *s) { return s->rx_data; }
uint64_t *weft_sim_rx_ctrl(weft_sim *s) { return s->rx_ctrl; }
const uint8_t *weft_sim_tx_data(const weft_sim *s) { return s->tx_data; }
const uint64_t *weft_sim_tx_ctrl(const weft_sim *s) { return s->tx_ctrl; }
uint64_t weft_sim_cycle(const weft_sim *s) { return s->cycle; }
weft_sim_axil *weft_sim_get_axil(weft_sim *s) { return &s->axil; }
bool weft_sim_irq(const weft_sim *s) { return s->model->irq_o != 0; }
void weft_sim_set_reset(weft_sim *s, bool rst) { s->reset = rst; }

void weft_sim_trace_enable(weft_sim *s, bool on)
{
    s->tracing = on;
    if (!on) {
        s->records.clear();
        s->records_read = 0;
    }
}

size_t weft_sim_trace_read(weft_sim *s, weft_trace_record *out, size_t max)
{
    size_t n = s->records.size() - s->records_read;
    if (n > max) n = max;
    if (n != 0) std::memcpy(out, &s->records[s->records_read], n * sizeof(*out));
    s->records_read += n;
    if (s->records_read == s->records.size()) {
        s->records.clear();
        s->records_read = 0;
    }
    return n;
}

}  // extern "C"
