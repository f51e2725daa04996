/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * bad_reset: the reset of the whole chip, at any moment: under full load, in mid-frame, in the
 * middle of a register access. Afterwards everything is as the register description says, nothing
 * of before comes out, what comes too early is denied and counted, and the chip works again.
 *
 * test-config: p8m32 p8m32-debug p4m16
 * test-timeout: 120
 */
#include "bad_check.h"

static bool compare_reset(void *ctx, const weft_reg *reg)
{
    net *n = ctx;
    uint32_t want, got = 0;
    if (!weft_reg_readable(reg) || !weft_reg_reset_value(reg, &want)) return true;
    weft_status s = weft_reg_read(n->dev, reg, &got);
    NET_EXPECT(n, s == WEFT_OK && got == want, "%s after reset: %#x, not %#x (%s)", reg->name, got,
               want, weft_status_name(s));
    return true;
}

/* Leaves a register access in the middle: address without data, data without address, a read whose
 * answer is not taken. */
static void half_an_access(net *n)
{
    weft_sim_axil *a = weft_sim_get_axil(n->sim);
    a->awaddr = a->araddr = 0x1C;
    a->wdata = 0x12345678;
    a->wstrb = 15;
    a->bready = a->rready = 0;
    switch (net_below(n, 4)) {
    case 0: a->awvalid = 1; break;
    case 1: a->wvalid = 1; break;
    case 2: a->arvalid = 1; break;
    default: a->awvalid = a->wvalid = a->arvalid = 1; break;
    }
    net_run(n, net_below(n, 6));
}

static void one_reset(net *n, unsigned round)
{
    net_load load = {
        .sources = ~0ull, .distance = net_below(n, n->ports), .big = 8, .vcs = n->geo.vcs};
    net_counts *c = calloc(1, sizeof *c);
    net_group(n, 3, 0x5A & ((1ull << n->ports) - 1));
    net_group(n, 4, (1ull << n->ports) - 1);
    net_set_load(n, &load);
    net_run(n, 500 + net_below(n, 3000));
    for (unsigned k = 0; k < 30; k++) {
        net_send(n, net_below(n, n->ports), weft_group_mac(3 + k % 2), k % n->geo.vcs,
                 64 + net_below(n, 2000));
        net_run(n, net_below(n, 40));
    }
    n->feed = NULL;
    if (round % 3 != 0) half_an_access(n);
    net_reset(n, 1 + net_below(n, 4));
    weft_device *dev = n->dev;

    /* Too early: a port that is up before it has a program drops everything. */
    unsigned early = net_below(n, n->ports), count = 1 + net_below(n, 9);
    n->no_program = true;
    n->port[early].up = true;
    n->port[early].min_frame = 64;
    NET_OK(n, weft_port_enable(dev, early));
    for (unsigned k = 0; k < count; k++)
        net_send(n, early, weft_accel_mac(k % n->ports), 0, 64 + net_below(n, 300));
    for (unsigned k = 0; k < 4 && k + 1 < n->ports; k++) /* to ports that are down: not seen */
        net_send(n, (early + 1 + k) % n->ports, weft_accel_mac(0), 0, 200);
    net_run(n, 300);
    NET_EXPECT(n, n->port[early].drop[WEFT_DROP_PARSE] == count, "not all early frames were sent");
    n->port[early].up = false;
    NET_OK(n, weft_port_disable(dev, early));
    net_check(n, "before the ports have a program");
    n->no_program = false;

    NET_OK(n, weft_route_wait_ready(dev));
    for (unsigned k = 0; c && k < 2; k++) net_read_counts(n, *c);
    for (unsigned i = 0; c && i < n->ports; i++)
        for (unsigned k = 0; k < WEFT_CNT_SNAPSHOT_SEQ; k++) {
            bool known = i == early &&
                         (k == WEFT_CNT_IF_IN_FRAMES || k == WEFT_CNT_IN_DROP + WEFT_DROP_PARSE);
            NET_EXPECT(n, (*c)[i][k] == (known ? count : 0), "port %u %s after reset: %llu", i,
                       weft_counter_name(k), (unsigned long long)(*c)[i][k]);
        }
    NET_OK(n, weft_intr_clear(dev, WEFT_INTR_ALL));
    NET_OK(n, weft_reg_each(dev, compare_reset, n));
    for (unsigned i = 0; i < n->ports; i++) {
        weft_partner_counters k;
        weft_partner_get_counters(n->port[i].partner, &k);
        NET_EXPECT(n, k.rx_frames + k.rx_coding + k.rx_bad_fcs + k.rx_ctlos + k.rx_runt == 0,
                   "port %u says something after the reset", i);
    }
    free(c);

    n->lossless = round % 2 == 0;
    n->store_and_forward = round % 5 == 4;
    n->cc_period = n->lossless ? 5000 : 0;
    n->cf_period = n->lossless ? 2000 : 0;
    net_up(n);
    net_load after = {
        .sources = ~0ull, .distance = 1 + round % (n->ports - 1), .big = 20, .vcs = 2};
    net_set_load(n, &after);
    net_run(n, 1500);
    net_set_load(n, NULL);
    NET_EXPECT(n, net_settle(n, 60000), "load after the reset does not drain");
    net_probe(n, "after the reset");
    net_check(n, "after the reset");
}

int main(void)
{
    static net n;
    unsigned rounds = net_long() ? 200 : 10;
    printf("bad_reset: seed %llu\n", (unsigned long long)net_seed());
    if (!net_open(&n, net_seed())) return 1;
    n.lossless = true;
    n.cc_period = 5000;
    n.cf_period = 2000;
    net_up(&n);
    for (unsigned r = 0; r < rounds && n.failures == 0; r++) {
        one_reset(&n, r);
        printf("reset %u: %llu frames since\n", r, (unsigned long long)n.port[0].accepted);
    }
    unsigned failures = n.failures;
    net_close(&n);
    return net_result(failures, "bad_reset");
}
