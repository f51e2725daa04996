/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * bad_registers: accesses that no driver makes. Every address of the register space; misaligned and
 * partial ones; illegal values; reads and writes at the same time with any delays; random writes
 * under load, and the way back from them without a reset.
 *
 * test-config: p8m32 p8m32-debug p4m16
 * test-timeout: 240
 */
#include "bad_check.h"

#include "weft/regs_table.h"

#define OKAY   0
#define SLVERR 2
#define BOUND  64 /* cycles that an access may take */

/* The driver's bus leaves its last response to be taken in the next cycle. */
static void take_responses(net *n)
{
    weft_sim_axil *a = weft_sim_get_axil(n->sim);
    a->bready = a->rready = 1;
    net_step(n);
}

/* One write, its address `lead` cycles before its data (negative: after), its response taken
 * `late` cycles after it came. Returns the response, or -1. */
static int axi_write(net *n, uint32_t addr, uint32_t data, unsigned strobes, int lead,
                     unsigned late)
{
    weft_sim_axil *a = weft_sim_get_axil(n->sim);
    bool aw = false, w = false;
    take_responses(n);
    a->bready = late == 0;
    for (int t = 0; t < BOUND; t++) {
        if (!aw && t >= -lead) {
            a->awaddr = addr;
            a->awvalid = 1;
        }
        if (!w && t >= lead) {
            a->wdata = data;
            a->wstrb = (uint8_t)strobes;
            a->wvalid = 1;
        }
        bool aw_now = a->awvalid && a->awready, w_now = a->wvalid && a->wready;
        net_step(n);
        if (aw_now) aw = true, a->awvalid = 0;
        if (w_now) w = true, a->wvalid = 0;
        if (!a->bvalid) continue;
        NET_EXPECT(n, aw && w, "write %#x: answered before it was complete", addr);
        int response = a->bresp;
        for (unsigned k = 0; k < late; k++) {
            net_step(n);
            NET_EXPECT(n, a->bvalid && a->bresp == response, "write %#x: answer gone", addr);
        }
        a->bready = 1;
        net_step(n);
        return response;
    }
    a->awvalid = a->wvalid = 0;
    net_fail(n, "write %#x: no answer", addr);
    return -1;
}

static int axi_read(net *n, uint32_t addr, uint32_t *data, unsigned late)
{
    weft_sim_axil *a = weft_sim_get_axil(n->sim);
    take_responses(n);
    a->araddr = addr;
    a->arvalid = 1;
    a->rready = late == 0;
    for (int t = 0; t < BOUND; t++) {
        bool now = a->arvalid && a->arready;
        net_step(n);
        if (now) a->arvalid = 0;
        if (a->arvalid || !a->rvalid) continue;
        int response = a->rresp;
        *data = a->rdata;
        for (unsigned k = 0; k < late; k++) {
            net_step(n);
            NET_EXPECT(n, a->rvalid && a->rresp == response && a->rdata == *data,
                       "read %#x: answer gone", addr);
        }
        a->rready = 1;
        net_step(n);
        return response;
    }
    a->arvalid = 0;
    net_fail(n, "read %#x: no answer", addr);
    return -1;
}

/* All settings of the chip. */
typedef struct {
    uint32_t addr[4096], value[4096];
    unsigned count;
} settings;
static settings dump;

static bool note_setting(void *ctx, const weft_reg *reg)
{
    net *n = ctx;
    if (strcmp(weft_reg_access_name(reg), "rw") != 0 || dump.count == 4096) return true;
    dump.addr[dump.count] = reg->addr;
    NET_OK(n, weft_reg_read(n->dev, reg, &dump.value[dump.count]));
    dump.count++;
    return true;
}
static void note_settings(net *n)
{
    dump.count = 0;
    NET_OK(n, weft_reg_each(n->dev, note_setting, n));
}
static void unchanged(net *n, const char *what)
{
    for (unsigned i = 0; i < dump.count; i++) {
        uint32_t v = 0;
        NET_OK(n, weft_bus_read32(n->bus, dump.addr[i], &v));
        NET_EXPECT(n, v == dump.value[i], "%s: register %#x changed from %#x to %#x", what,
                   dump.addr[i], dump.value[i], v);
    }
}

/* Every word of every block, and some between and behind them. */
static void all_addresses(net *n)
{
    uint32_t end = 0x10000 + 0x2000 * n->ports, v;
    unsigned exist = 0, refused = 0;
    weft_reg reg;
    note_settings(n);
    for (uint32_t a = 0; a < 0x100000; a += 4) {
        bool block = a < 0x400 || (a >= 0x1000 && a < 0x1100) || (a >= 0x2000 && a < 0x2100) ||
                     (a >= 0x10000 && a < end && (a & 0x1FFF) < 0x200);
        bool edge = (a & 0xFFF) == 0 || (a & 0xFFF) == 0xFFC;
        if (!block && !edge && net_below(n, 100) != 0) continue;
        bool there = weft_reg_at(n->dev, a, &reg) == WEFT_OK;
        int response = axi_read(n, a, &v, 0);
        NET_EXPECT(n, response == (there ? OKAY : SLVERR), "read %#x: response %d", a, response);
        NET_EXPECT(n, there || v == 0, "read %#x: refused, but not silent", a);
        if (!there || strcmp(weft_reg_access_name(&reg), "ro") == 0) {
            response = axi_write(n, a, (uint32_t)net_random(n), 15, 0, 0);
            NET_EXPECT(n, response == SLVERR, "write %#x: response %d", a, response);
            refused++;
        }
        exist += there;
    }
    printf("%u registers, %u writes refused\n", exist, refused);
    unchanged(n, "addresses without a register");
}

static bool illegal_values(void *ctx, const weft_reg *reg)
{
    net *n = ctx;
    const weft_reg_desc *d = reg->desc_;
    if (d->access != WEFT_REG_RW) return true;
    for (unsigned k = 0; k < 12; k++) {
        uint32_t v = k < 8 ? 1u << (31 - 4 * k) : (uint32_t)net_random(n);
        if (weft_reg_write_is_legal(d, v)) continue;
        int response = axi_write(n, reg->addr, v, 15, 0, 0);
        NET_EXPECT(n, response == SLVERR, "%s takes %#x", reg->name, v);
    }
    /* Whole words only, at their own address. */
    unsigned strobes = net_below(n, 15), off = 1 + net_below(n, 3);
    uint32_t v = 0;
    NET_EXPECT(n, axi_write(n, reg->addr, ~v, strobes, 0, 0) == SLVERR, "%s takes strobes %#x",
               reg->name, strobes);
    NET_EXPECT(n, axi_write(n, reg->addr + off, 0, 15, 0, 0) == SLVERR, "%s: misaligned by %u",
               reg->name, off);
    NET_EXPECT(n, axi_read(n, reg->addr + off, &v, 0) == SLVERR && v == 0, "%s: misaligned by %u",
               reg->name, off);
    return true;
}

/* A command of the route block that is refused changes no entry and sets the error bit. */
static void bad_commands(net *n)
{
    static const uint32_t size[8] = {256, 1024, 64, 64, 16, 16, 4096, 16};
    uint32_t command[24], v = 0;
    for (unsigned k = 0; k < 24; k++) /* table, write or read, index past the end */
        command[k] = k % 8 | (k < 12 ? 8u : 0) | (k < 16 ? size[k % 8] : 0xFFFFu) << 16;
    NET_OK(n, weft_bus_write32(n->bus, 0x1030, 0x802));
    for (unsigned k = 0; k < sizeof command / sizeof *command; k++) {
        NET_EXPECT(n, axi_write(n, 0x1034, command[k], 15, 0, 0) == OKAY, "command");
        net_run(n, 10);
        axi_read(n, 0x1008, &v, 0);
        NET_EXPECT(n, v == 5, "STATUS after command %#x: %#x", command[k], v);
        NET_OK(n, weft_intr_get_state(n->dev, &v));
        NET_EXPECT(n, (v & WEFT_INTR_ROUTE_ERROR) != 0, "no interrupt for command %#x", command[k]);
        NET_OK(n, weft_bus_write32(n->bus, 0x1034, 1)); /* a good one clears the error */
        NET_OK(n, weft_intr_clear(n->dev, WEFT_INTR_ROUTE_ERROR));
    }
}

/* Reads and writes at the same time, each channel with its own delays. A read that overlaps writes
 * to its register returns the value before or one of those being written; none other. */
typedef struct {
    uint32_t addr;
    bool can_write, can_read;
    uint32_t value;
} place;

static void concurrent(net *n, unsigned count)
{
    static place at[] = {
        {0x1C, true, true, 0},     {0x10080, true, true, 0}, {0x12080, true, true, 0},
        {0x3000, false, false, 0}, {0x1D, false, false, 0},  {0x10, false, true, 0},
    };
    weft_sim_axil *a = weft_sim_get_axil(n->sim);
    place *w = NULL, *r = NULL;
    uint32_t data = 0, allowed[64];
    unsigned known = 0, writes = 0, reads = 0, age = 0, aw_wait = 0, w_wait = 0;
    bool aw_done = false, w_done = false;
    for (unsigned i = 0; i < 3; i++) NET_OK(n, weft_bus_write32(n->bus, at[i].addr, 0));
    NET_OK(n, weft_bus_read32(n->bus, 0x10, &at[5].value));
    take_responses(n);
    for (uint64_t t = 0; writes < count || reads < count || w || r; t++) {
        if (!w && writes < count && net_below(n, 3) == 0) {
            w = &at[net_below(n, 6)];
            data = (uint32_t)net_random(n);
            aw_done = w_done = false;
            aw_wait = net_below(n, 6);
            w_wait = net_below(n, 6);
            if (w == r && known < 64) allowed[known++] = data;
        }
        if (!r && reads < count && net_below(n, 3) == 0) {
            r = &at[net_below(n, 6)];
            known = 0;
            allowed[known++] = r->value;
            if (w == r) allowed[known++] = data;
            a->araddr = r->addr;
            a->arvalid = 1;
            age = 0;
        }
        if (w && !aw_done && aw_wait-- == 0) {
            a->awvalid = aw_done = true;
            a->awaddr = w->addr;
        }
        if (w && !w_done && w_wait-- == 0) {
            a->wvalid = w_done = true;
            a->wdata = data;
            a->wstrb = 15;
        }
        a->bready = net_below(n, 4) == 0;
        a->rready = net_below(n, 4) == 0;
        bool aw = a->awvalid && a->awready, wd = a->wvalid && a->wready;
        bool ar = a->arvalid && a->arready, b = a->bvalid && a->bready, rd = a->rvalid && a->rready;
        weft_sim_axil seen = *a;
        net_step(n);
        if (aw) a->awvalid = 0;
        if (wd) a->wvalid = 0;
        if (ar) a->arvalid = 0;
        if (b) {
            writes++;
            NET_EXPECT(n, w && seen.bresp == (w->can_write ? OKAY : SLVERR), "write: response %u",
                       seen.bresp);
            if (w && w->can_write) w->value = data;
            w = NULL;
        }
        if (rd && r) {
            bool legal = !r->can_read && seen.rdata == 0;
            for (unsigned i = 0; i < known && r->can_read; i++) legal |= seen.rdata == allowed[i];
            reads++;
            NET_EXPECT(n, seen.rresp == (r->can_read ? OKAY : SLVERR), "read %#x: response %u",
                       r->addr, seen.rresp);
            NET_EXPECT(n, legal, "read %#x: %#x is none of %u values", r->addr, seen.rdata, known);
            r = NULL;
        } else {
            NET_EXPECT(n, !rd, "an answer without a read");
        }
        age = r || w ? age + 1 : 0;
        if (age > 800 || t > 200ull * count) {
            net_fail(n, "an access waits for ever");
            break;
        }
    }
    a->awvalid = a->wvalid = a->arvalid = 0;
    a->bready = a->rready = 1;
    net_run(n, 100);
}

/* ---------------------------------------------------------------- random writes ------------ */

/* A value that the register takes, most of the time. */
static uint32_t wild_value(net *n, uint32_t addr)
{
    weft_reg reg;
    uint32_t v = (uint32_t)(net_random(n) >> net_below(n, 33)), fields = 0;
    if (net_below(n, 8) == 0 || weft_reg_at(n->dev, addr, &reg) != WEFT_OK) return v;
    const weft_reg_desc *d = reg.desc_;
    for (size_t i = 0; i < d->n_fields; i++)
        fields |= (uint32_t)((1ull << d->fields[i].width) - 1) << d->fields[i].lsb;
    for (unsigned k = 0; k < 40 && !weft_reg_write_is_legal(d, v & fields); k++)
        v = (uint32_t)(net_random(n) >> net_below(n, 33));
    return v & fields;
}

/* Firmware gone wild: any value into any register, while every wire is busy. */
static void wild_writes(net *n, unsigned count)
{
    net_load load = {.sources = ~0ull, .big = 10, .vcs = n->geo.vcs};
    uint32_t errors = 0;
    unsigned taken = 0;
    net_set_load(n, &load);
    for (unsigned i = 0; i < n->ports; i++) n->port[i].loose = n->port[i].wild = true;
    for (unsigned k = 0; k < count; k++) {
        uint32_t block = net_below(n, 4), addr = net_below(n, 0x20) * 4;
        if (block >= 2) addr = 0x10000 + 0x2000 * net_below(n, n->ports) + net_below(n, 0x44) * 4;
        if (block == 1) addr = 0x1000 + net_below(n, 28) * 4;
        /* What failed must stay visible; nothing else is spared. */
        if (addr == 0x44 || (block >= 2 && (addr & 0x1FFF) == 0x10)) continue;
        taken += axi_write(n, addr, wild_value(n, addr), 15, (int)net_below(n, 5) - 2,
                           net_below(n, 3)) == OKAY;
        if (net_below(n, 8) == 0) net_run(n, net_below(n, 60));
        if (k % 100 == 99) net_check_identities(n, "random register writes");
    }
    NET_OK(n, weft_chip_get_errors(n->dev, &errors));
    NET_EXPECT(n, (errors & ~WEFT_CHIP_ERR_LINK) == 0, "random register writes: ERROR_STATUS %#x",
               errors);
    printf("%u random writes of %u taken, ERROR_STATUS %#x\n", taken, count, errors);
}

/* Back to a known state without a reset: empty tables, ports down, everything set again. */
static void way_back(net *n)
{
    n->feed = NULL;
    const unsigned size[8] = {n->geo.mac_ways * n->geo.mac_sets,
                              n->geo.ids,
                              n->geo.groups,
                              n->geo.ip4_prefixes,
                              n->geo.ip6_prefixes,
                              n->geo.ranges,
                              256 * n->geo.ecmp_groups,
                              n->geo.partitions};
    for (unsigned k = 0; k < 9; k++) /* KEY, MASK, ENTRY: not valid */
        NET_OK(n, weft_bus_write32(n->bus, 0x1010 + 4 * k, 0));
    for (unsigned t = 0; t < 8; t++)
        for (unsigned i = 0; i < size[t]; i++)
            NET_OK(n, weft_bus_write32(n->bus, 0x1034, t | 8 | i << 16));
    NET_OK(n, weft_intr_set_enable(n->dev, 0));
    weft_close(n->dev); /* a driver that starts anew has no memory of partitions */
    n->dev = NULL;
    NET_OK(n, weft_open(n->bus, &n->dev));
    memset(n->id_valid, 0, sizeof n->id_valid);
    memset(n->group_valid, 0, sizeof n->group_valid);
    for (unsigned i = 0; i < n->ports; i++) {
        weft_route to = {false, i};
        NET_OK(n, weft_id_add(n->dev, i, to));
        n->id_valid[i] = 1;
    }
    net_restart(n);
}

static void good_again(net *n, const char *what)
{
    net_load load = {.sources = ~0ull, .distance = 3, .big = 15, .vcs = n->geo.vcs};
    net_set_load(n, &load);
    net_run(n, 3000);
    net_set_load(n, NULL);
    NET_EXPECT(n, net_settle(n, 60000), "%s: does not drain", what);
    net_probe(n, what);
    net_check(n, what);
}

int main(void)
{
    static net n;
    unsigned rounds = net_long() ? 100 : 8;
    printf("bad_registers: seed %llu\n", (unsigned long long)net_seed());
    if (!net_open(&n, net_seed())) return 1;
    n.lossless = true;
    n.cc_period = 5000;
    n.cf_period = 2000;
    net_up(&n);
    net_load load = {.sources = ~0ull, .distance = 1, .big = 50, .vcs = n.geo.vcs};
    all_addresses(&n);
    /* All that is refused is refused under load as well, and no frame notices. */
    net_set_load(&n, &load);
    NET_OK(&n, weft_reg_each(n.dev, illegal_values, &n));
    unchanged(&n, "illegal values");
    bad_commands(&n);
    concurrent(&n, net_long() ? 100000 : 5000);
    for (unsigned i = 0; i < 2; i++) { /* as they were */
        uint32_t mac = 0x4546F000u + i;
        NET_OK(&n, weft_bus_write32(n.bus, 0x10080 + 0x2000 * i, mac));
    }
    net_set_load(&n, NULL);
    NET_EXPECT(&n, net_settle(&n, 60000), "load does not drain");
    net_check(&n, "refused accesses");
    printf("refused accesses: cycle %llu, %u failures\n", (unsigned long long)weft_sim_cycle(n.sim),
           n.failures);
    for (unsigned r = 0; r < rounds && n.failures == 0; r++) {
        wild_writes(&n, 300);
        way_back(&n);
        good_again(&n, "after random register writes");
    }
    unsigned failures = n.failures;
    net_close(&n);
    return net_result(failures, "bad_registers");
}
