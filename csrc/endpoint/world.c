/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * world.c: model, driver, partners and accelerators put together: bring-up, stepping, frames.
 */
#include "encap_ip.h"
#include "world_state.h"

#include "weft/programs.h"
#include "weft/proto.h"
#include "weft/reasons.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FRAME       9216u
#define DEFAULT_MEMORY  (64ull << 20)
#define DEFAULT_MTU     4096u
#define CREDIT_SHIFT    6u     /* a credit is a cell: 64 bytes */
#define PARTNER_CREDITS 1024u  /* that a partner gives the switch, per VC */
#define UPDATE_SPACING  6400u  /* bytes between CF_Updates: the default of SAI */
#define CF_PERIOD       8192u  /* cycles: 256 KiB of a 32-byte wire, the default of SAI */
#define CC_PERIOD       65536u /* cycles */
#define QUIET           8192u  /* cycles without a frame after which the chip is asked */
#define SETTLE          20000u /* cycles that the last credit updates may take */

/* ---------------------------------------------------------------- hooks -------------------- */

static uint64_t destinations(const weft_world *w, unsigned from, const weft_frame *f)
{
    const uint8_t *d = weft_frame_cdata(f);
    uint64_t mac = weft_get48(d);
    if (f->hop.mode == WEFT_RW_ESUN && d[f->hop.at + 3] >> 4 <= 1) return 0; /* TTL used up */
    int to = world_port_of(w, mac);
    if (to >= 0) return 1ull << to;
    int group = weft_group_of_mac(mac);
    if (group < 0 || (unsigned)group >= WORLD_GROUPS) return 0;
    return w->group[group] & ~(1ull << from);
}

static void on_tx_start(void *ctx, weft_partner *partner, weft_frame *f)
{
    world_port *p = ctx;
    weft_world *w = p->world;
    unsigned port = weft_partner_port(partner);
    w->last_move = f->first_cycle;
    if (!weft_scoreboard_sent(w->board, port, f->vc, f, destinations(w, port, f)))
        w->no_memory = true;
    world_count_sent(p, f);
}

static void on_tx_done(void *ctx, weft_partner *partner, uint32_t note)
{
    (void)partner;
    weft_accel_sent(((world_port *)ctx)->accel, note);
}

static void on_rx_frame(void *ctx, weft_partner *partner, const weft_rx_frame *r, unsigned vc)
{
    world_port *p = ctx;
    weft_world *w = p->world;
    (void)partner;
    w->last_move = r->last_cycle;
    int source = r->len >= 14 ? world_port_of(w, weft_get48(r->data + 6)) : -1;
    const weft_frame *f = weft_scoreboard_arrived(w->board, source, vc, r);
    world_count_arrived(p, f, r);
    if (w->pcap && r->fcs_ok) {
        uint64_t ps = r->first_cycle * 640; /* 1.5625 GHz */
        weft_pcapng_write(w->pcap, r->port, ps, r->data, r->len);
    }
    if (p->on_frame)
        p->on_frame(p->on_frame_ctx, r);
    else if (r->fcs_ok)
        weft_accel_receive(p->accel, r);
}

/* ---------------------------------------------------------------- bring-up ----------------- */

static bool fail(char *err, size_t err_len, const char *what, const char *why)
{
    if (err && err_len > 0) snprintf(err, err_len, "%s: %s", what, why);
    return false;
}

#define TRY(call)                                                                                  \
    do {                                                                                           \
        weft_status status_ = (call);                                                              \
        if (status_ != WEFT_OK) return fail(err, err_len, #call, weft_status_name(status_));       \
    } while (0)

static unsigned vc_of_class(const weft_world *w, unsigned cos) { return cos % w->geo.vcs; }

#define PROGRAM_TAG 1u /* name of the program that all ports get */

static bool load_program(weft_world *w, char *err, size_t err_len)
{
    weft_parse_program shipped;
    uint64_t all = w->ports >= 64 ? ~0ull : (1ull << w->ports) - 1;
    weft_parse_program_unpack(weft_program_words(w->framer.encap->program), &shipped);
    TRY(weft_parser_load(w->dev, all, w->opt.program ? w->opt.program : &shipped, PROGRAM_TAG));
    return true;
}

/* An accelerator is reached by its identifier, its IP address or its 48-bit address. */
static weft_status add_route(weft_world *w, unsigned port)
{
    const weft_route to = {.group = false, .dest = port};
    if (w->framer.esun) return weft_id_add(w->dev, port, to);
    if (w->framer.encap->over_ip) return weft_ip4_add(w->dev, encap_ip4_address(port), 32, to);
    return weft_mac_add(w->dev, weft_accel_mac(port), to);
}

/* What the switch sees as the source of its frames. */
static uint64_t source_of(const weft_world *w, unsigned port)
{
    return w->framer.encap->over_ip ? encap_ip4_address(port) : weft_accel_mac(port);
}

static bool setup_chip(weft_world *w, char *err, size_t err_len)
{
    weft_chip_config c;
    if (!load_program(w, err, err_len)) return false;
    TRY(weft_route_wait_ready(w->dev));
    TRY(weft_chip_get_config(w->dev, &c));
    c.max_frame = MAX_FRAME;
    /* Plain Ethernet finds all addresses in the 48-bit table: no accelerator has this prefix. */
    c.id_prefix = w->framer.esun ? WEFT_ACCEL_PREFIX : 0xFFFFFFFFu;
    c.id_mask = 0xFFFFFFFFu;
    /* A control ordered set inside a frame delays what comes behind it by its eight bytes; a frame
     * that is cut through must be ahead by as much, or its transmitter starves. */
    c.ct_margin = (8 * (1 + MAX_FRAME / UPDATE_SPACING) + w->mii - 1) / w->mii;
    for (unsigned v = 0; v < w->geo.vcs && v < WEFT_ECN_VCS; v++)
        c.ecn_threshold[v] = w->framer.esun ? w->geo.buf_cells / w->geo.vcs / 2 : 0;
    TRY(weft_chip_set_config(w->dev, &c));
    for (unsigned i = 0; i < w->ports; i++) TRY(add_route(w, i));
    return true;
}

static bool setup_port(weft_world *w, unsigned port, char *err, size_t err_len)
{
    weft_partner_config pc;
    weft_port_config c;
    weft_vc_map map;
    weft_partition share;
    weft_partition_request req = {.credit_shift = CREDIT_SHIFT};
    weft_cbfc_tx tx = {.credit_shift = CREDIT_SHIFT, .cc_period = CC_PERIOD};
    uint64_t all = w->ports >= 64 ? ~0ull : (1ull << w->ports) - 1;
    TRY(weft_port_get_config(w->dev, port, &c));
    c.ipg = w->opt.ipg;
    c.min_frame = w->opt.min_frame;
    c.src_check = true;
    c.mac = 0x025745460000ull + 0xF000u + port;
    TRY(weft_port_set_config(w->dev, port, &c));
    memset(&map, 0, sizeof map);
    for (unsigned i = 0; i < 8; i++) {
        map.cos[i] = (uint8_t)vc_of_class(w, i);
        map.pcp_dei[2 * i] = map.pcp_dei[2 * i + 1] = map.cos[i];
        memset(map.dscp + 8 * i, map.cos[i], 8);
    }
    TRY(weft_port_set_vc_map(w->dev, port, &map));
    TRY(weft_port_set_allow(w->dev, port, all));
    TRY(weft_port_set_source(w->dev, port, 0, source_of(w, port), 0xFFFFFFFFFFFFull));

    for (unsigned v = 0; v < w->geo.vcs; v++) {
        req.weight[v] = v == 0 && w->opt.vc0_weight ? w->opt.vc0_weight : 1;
        if (!w->opt.lossless) continue;
        req.lossless_mask |= 1u << v;
        tx.limit[v] = PARTNER_CREDITS;
    }
    tx.vc_mask = req.lossless_mask;
    TRY(weft_port_apply_partition(w->dev, port, &req, CF_PERIOD, UPDATE_SPACING / w->mii,
                                  w->opt.lossless ? &tx : NULL, &share));

    TRY(weft_port_enable(w->dev, port));

    /* After the port is up, so that it sees every update which the partner counts as sent. */
    weft_partner_get_config(w->port[port].partner, &pc);
    pc.ipg = w->opt.ipg;
    pc.cbfc_tx = pc.cbfc_rx = w->opt.lossless;
    pc.lossless_mask = (uint8_t)req.lossless_mask;
    pc.credit_shift = CREDIT_SHIFT;
    pc.credit_overhead = 0;
    pc.ctlos_spacing = UPDATE_SPACING;
    pc.cc_period = w->opt.lossless ? CC_PERIOD : 0;
    pc.cf_period = w->opt.lossless ? CF_PERIOD : 0;
    for (unsigned v = 0; v < w->geo.vcs; v++) {
        pc.tx_limit[v] = share.credit_limit[v];
        pc.rx_limit[v] = tx.limit[v];
    }
    if (weft_partner_set_config(w->port[port].partner, &pc) != 0)
        return fail(err, err_len, "link partner", "the credits of the switch are out of range");
    return true;
}

static bool make_port(weft_world *w, unsigned port, char *err, size_t err_len)
{
    world_port *p = &w->port[port];
    weft_partner_hooks hooks = {p, on_tx_start, on_tx_done, on_rx_frame};
    weft_partner_classes classes = {.esun_type = WEFT_ESUN_TYPE,
                                    .by_dscp = w->framer.encap->over_ip};
    weft_accel_config ac = {.id = port,
                            .memory_bytes = w->opt.memory_bytes,
                            .mtu = w->opt.mtu,
                            .min_frame = w->opt.min_frame,
                            .request_vc = 0,
                            .response_vc = w->geo.vcs > 1 ? 1 : 0,
                            .framer = w->framer};
    p->world = w;
    p->partner = weft_partner_new(port, w->mii, weft_accel_mac(port), &w->pool, &hooks);
    if (!p->partner) return fail(err, err_len, "link partner", "out of memory");
    for (unsigned i = 0; i < 8; i++) {
        classes.cos_vc[i] = classes.pcp_vc[i] = (uint8_t)vc_of_class(w, i);
        memset(classes.dscp_vc + 8 * i, classes.cos_vc[i], 8);
    }
    weft_partner_set_classes(p->partner, &classes);
    p->accel = weft_accel_new(&ac, p->partner, &w->pool);
    if (!p->accel)
        return fail(err, err_len, "accelerator", "out of memory, or an option is out of range");
    return true;
}

static void tick(void *ctx) { weft_world_step(ctx); }

static bool open_model(weft_world *w, char *err, size_t err_len)
{
    weft_sim_options so = {w->opt.seed, w->opt.wave_path};
    if (w->opt.wave_path && !weft_sim_has_waves())
        return fail(err, err_len, "waves", "this build has none; make the wave build (WAVES=1)");
    w->sim = weft_sim_open(&so);
    if (!w->sim)
        return fail(err, err_len, "model", "out of memory, or the wave file cannot be made");
    weft_sim_geometry g = weft_sim_get_geometry(w->sim);
    if (g.ports > WEFT_MAX_PORTS || g.vcs > WEFT_MAX_VCS || g.vcs == 0)
        return fail(err, err_len, "model", "more ports or VCs than the endpoints can take");
    w->ports = g.ports;
    w->mii = g.mii_bytes;
    w->geo.vcs = g.vcs;
    w->wire_rx = weft_sim_rx_data(w->sim);
    w->wire_rx_ctrl = weft_sim_rx_ctrl(w->sim);
    w->wire_tx = weft_sim_tx_data(w->sim);
    w->wire_tx_ctrl = weft_sim_tx_ctrl(w->sim);
    w->board = weft_scoreboard_new(w->ports, g.vcs, w->opt.payload_check, &w->pool);
    w->lat_hist = calloc(WEFT_LAT_BUCKETS, sizeof *w->lat_hist);
    w->pattern = malloc(2 * WORLD_PATTERN);
    if (!w->board || !w->lat_hist || !w->pattern)
        return fail(err, err_len, "world", "out of memory");
    uint64_t x = w->opt.seed * 0x9E3779B97F4A7C15ull + 0x1234567;
    for (unsigned i = 0; i < 2 * WORLD_PATTERN; i += 8) { /* splitmix64 */
        uint64_t z = x += 0x9E3779B97F4A7C15ull;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ z >> 27) * 0x94D049BB133111EBull;
        z ^= z >> 31;
        memcpy(w->pattern + i, &z, 8);
    }
    return true;
}

static bool open_parts(weft_world *w, char *err, size_t err_len)
{
    if (!open_model(w, err, err_len)) return false;
    for (unsigned i = 0; i < w->ports; i++)
        if (!make_port(w, i, err, err_len)) return false;
    w->bus = weft_bus_model_open(w->sim, tick, w);
    if (!w->bus) return fail(err, err_len, "bus", "out of memory");
    TRY(weft_open(w->bus, &w->dev));
    TRY(weft_get_geometry(w->dev, &w->geo));
    if (w->geo.ports != w->ports || w->geo.mii_bytes != w->mii)
        return fail(err, err_len, "driver", "the registers tell another geometry than the model");
    if (!setup_chip(w, err, err_len)) return false;
    for (unsigned i = 0; i < w->ports; i++)
        if (!setup_port(w, i, err, err_len)) return false;
    if (w->opt.pcap_path) {
        w->pcap = weft_pcapng_open(w->opt.pcap_path, w->ports);
        if (!w->pcap) return fail(err, err_len, w->opt.pcap_path, "cannot be written");
    }
    weft_sim_trace_enable(w->sim, w->opt.trace);
    return true;
}

bool weft_world_frame_sizes(const char *profile, unsigned *write, unsigned *read)
{
    const weft_mt w = {.op = WEFT_MT_WRITE, .flags = WEFT_MT_FIRST | WEFT_MT_LAST};
    const weft_mt r = {.op = WEFT_MT_READ_DATA, .flags = WEFT_MT_FIRST | WEFT_MT_LAST};
    weft_framer fr;
    if (!weft_framer_profile(&fr, profile)) return false;
    *write = (unsigned)fr.encap->size(&fr, &w) + 4;
    *read = (unsigned)fr.encap->size(&fr, &r) + 4;
    return true;
}

weft_world *weft_world_open(const weft_world_options *opt, char *err, size_t err_len)
{
    weft_world *w = calloc(1, sizeof *w);
    if (!w) {
        fail(err, err_len, "world", "out of memory");
        return NULL;
    }
    w->opt = *opt;
    weft_frame_pool_init(&w->pool);
    if (!w->opt.profile) w->opt.profile = "esun";
    if (w->opt.memory_bytes == 0) w->opt.memory_bytes = DEFAULT_MEMORY;
    if (w->opt.mtu == 0) w->opt.mtu = DEFAULT_MTU;
    if (w->opt.ipg == 0) w->opt.ipg = 1;
    if (w->opt.min_frame == 0) w->opt.min_frame = 64;
    bool good = true;
    if (!weft_framer_profile(&w->framer, w->opt.profile))
        good = fail(err, err_len, w->opt.profile,
                    "unknown profile; esun, ethernet, uet and rocev2 are known");
    else if (w->opt.ipg > 12 || w->opt.min_frame < 32 || w->opt.min_frame > 64)
        good = fail(err, err_len, "world", "gap (1..12) or minimum frame (32..64) out of range");
    else if (w->opt.mtu < 8 || w->opt.mtu + w->framer.encap->overhead > MAX_FRAME)
        good = fail(err, err_len, "world",
                    "largest payload of a frame out of range (8..9152, less with IP)");
    if (!good || !open_parts(w, err, err_len)) {
        weft_world_close(w);
        return NULL;
    }
    return w;
}

void weft_world_close(weft_world *w)
{
    if (!w) return;
    weft_close(w->dev);
    weft_bus_close(w->bus);
    for (unsigned i = 0; i < w->ports; i++) {
        weft_accel_free(w->port[i].accel);
        weft_partner_free(w->port[i].partner);
    }
    weft_scoreboard_free(w->board);
    weft_frame_pool_free(&w->pool);
    weft_pcapng_close(w->pcap);
    if (w->sim) weft_sim_close(w->sim);
    free(w->lat_hist);
    free(w->pattern);
    free(w->learned);
    free(w);
}

/* ---------------------------------------------------------------- stepping ----------------- */

static void read_trace(weft_world *w)
{
    weft_trace_record r[64];
    size_t n;
    do {
        n = weft_sim_trace_read(w->sim, r, 64);
        for (size_t i = 0; i < n; i++) {
            if (r[i].port >= w->ports) continue;
            world_port *p = &w->port[r[i].port];
            if (r[i].kind == WEFT_TRACE_TX)
                p->trace_tx += r[i].fate == 0;
            else if (r[i].fate == 0)
                p->trace_rx++;
            else if (r[i].fate != WEFT_DROP_CONTROL) /* those end in their port by design */
                p->trace_dropped++;
        }
    } while (n == 64);
}

void weft_world_step(weft_world *w)
{
    uint64_t cycle = weft_sim_cycle(w->sim);
    for (unsigned i = 0; i < w->ports; i++) weft_accel_act(w->port[i].accel, cycle);
    for (unsigned i = 0; i < w->ports; i++)
        weft_partner_tx(w->port[i].partner, cycle, w->wire_rx + (size_t)i * w->mii,
                        w->wire_rx_ctrl + i);
    weft_sim_step(w->sim);
    cycle = weft_sim_cycle(w->sim);
    for (unsigned i = 0; i < w->ports; i++)
        weft_partner_rx(w->port[i].partner, cycle, w->wire_tx + (size_t)i * w->mii,
                        w->wire_tx_ctrl + i);
    if (w->opt.trace) read_trace(w);
}

bool weft_world_idle(const weft_world *w)
{
    weft_scoreboard_counters c;
    weft_scoreboard_get_counters(w->board, &c);
    if (c.outstanding != 0) return false;
    for (unsigned i = 0; i < w->ports; i++)
        if (!weft_partner_quiet(w->port[i].partner) || !weft_accel_idle(w->port[i].accel))
            return false;
    return true;
}

/* Every credit that the partners spent has come back. */
static bool settled(const weft_world *w)
{
    for (unsigned i = 0; i < w->ports; i++) {
        weft_partner_config pc;
        weft_partner_credits c;
        weft_partner_get_config(w->port[i].partner, &pc);
        weft_partner_get_credits(w->port[i].partner, &c);
        for (unsigned v = 0; v < WEFT_MAX_VCS; v++)
            if ((pc.lossless_mask >> v & 1) != 0 && c.s_cc[v] != c.s_cf[v]) return false;
    }
    return true;
}

bool weft_world_drain(weft_world *w, uint64_t max_cycles)
{
    uint64_t from = weft_world_cycle(w), asked = 0;
    while (!weft_world_idle(w)) {
        uint64_t now = weft_world_cycle(w), held;
        if (now - from >= max_cycles) return false;
        uint64_t since = w->last_move > asked ? w->last_move : asked;
        if (now > since + QUIET) {
            /* Nothing moves. What the chip does not hold any more will never come. */
            asked = now;
            if (world_held(w, &held) && held == 0 && w->last_move < now)
                weft_scoreboard_give_up(w->board);
        }
        weft_world_step(w);
    }
    for (unsigned i = 0; i < SETTLE && !(settled(w) && weft_world_idle(w)); i++) weft_world_step(w);
    for (unsigned i = 0; i < 64; i++) weft_world_step(w); /* what is in the pipelines */
    /* Credit updates go on: one may just be under way. */
    for (unsigned i = 0; i < SETTLE && !weft_world_idle(w); i++) weft_world_step(w);
    return weft_world_idle(w);
}

/* ---------------------------------------------------------------- frames ------------------- */

static uint64_t target_address(const weft_world *w, unsigned src, size_t len)
{
    uint64_t region = w->opt.memory_bytes / w->ports & ~63ull;
    return len <= region ? src * region : 0;
}

int weft_world_send_frame(weft_world *w, unsigned src, unsigned dst, unsigned vc,
                          size_t frame_bytes, uint64_t stamp)
{
    const bool group = dst >= w->ports;
    if (src >= w->ports || vc >= w->geo.vcs || frame_bytes > WEFT_FRAME_MAX + 4 ||
        (group && (dst < 1024 || dst - 1024 >= WORLD_GROUPS)))
        return -2;
    world_port *p = &w->port[src];
    const weft_framer *fr = weft_accel_framer(p->accel);
    const long room = weft_encap_room(fr, frame_bytes);
    if (room < 0 || (size_t)room > w->opt.memory_bytes || (group && fr->peers)) return -2;
    if (weft_partner_backlog(p->partner, vc) >= WEFT_PARTNER_QUEUE) return -1;
    weft_frame *f = weft_frame_new(&w->pool, frame_bytes - 4);
    if (!f) return -1;
    const size_t len = (size_t)room;
    const weft_mt m = {.op = WEFT_MT_WRITE,
                       .flags = WEFT_MT_POSTED | WEFT_MT_FIRST | WEFT_MT_LAST,
                       .tag = (uint16_t)p->seq,
                       .length = (uint16_t)len,
                       .total = (uint32_t)len,
                       .flow = WEFT_FLOW_HOST,
                       .addr = target_address(w, src, len)};
    const uint64_t mac = group ? weft_group_mac(dst - 1024) : weft_accel_mac(dst);
    uint8_t *d = fr->encap->head(fr, mac, vc, &m, weft_frame_data(f));
    if (!d) {
        weft_frame_put(&w->pool, f);
        return -1;
    }
    memcpy(d, w->pattern + p->seq * 0x9E38 % WORLD_PATTERN, len);
    if (len >= 8) memcpy(d, &p->seq, 8); /* no two payloads of a source are the same */
    if (fr->encap->finish) {
        const size_t used = fr->encap->size(fr, &m); /* what the protocol's pad left over */
        memset(weft_frame_data(f) + used, 0, frame_bytes - 4 - used);
        fr->encap->finish(fr, weft_frame_data(f));
    }
    f->hop = weft_framer_hop(fr);
    f->stamp = stamp;
    f->offered = 1;
    weft_frame_seal(f);
    weft_partner_push(p->partner, vc, f);
    p->seq++;
    w->ops_issued++;
    if (w->measuring) p->offered += weft_wire_bytes((uint32_t)frame_bytes, w->opt.ipg);
    return 0;
}

int weft_world_set_group(weft_world *w, unsigned group, uint64_t members)
{
    if (group >= WORLD_GROUPS) return WEFT_ERR_ARG;
    uint64_t mac = weft_group_mac(group);
    weft_route to = {.group = true, .dest = group};
    weft_status s;
    if (members == 0) {
        s = weft_mac_remove(w->dev, mac);
        if (s == WEFT_OK) s = weft_group_clear(w->dev, group);
    } else {
        s = weft_group_set(w->dev, group, members);
        if (s == WEFT_OK) s = weft_mac_add(w->dev, mac, to);
    }
    if (s == WEFT_OK) w->group[group] = members;
    return s;
}

void weft_world_on_frame(weft_world *w, unsigned port, weft_rx_fn fn, void *ctx)
{
    if (port >= w->ports) return;
    w->port[port].on_frame = fn;
    w->port[port].on_frame_ctx = ctx;
}

uint64_t weft_world_cycle(const weft_world *w) { return weft_sim_cycle(w->sim); }
unsigned weft_world_ports(const weft_world *w) { return w->ports; }
struct weft_device *weft_world_device(weft_world *w) { return w->dev; }
struct weft_sim *weft_world_sim(weft_world *w) { return w->sim; }

weft_partner *weft_world_partner(weft_world *w, unsigned port)
{
    return port < w->ports ? w->port[port].partner : NULL;
}

weft_accel *weft_world_accel(weft_world *w, unsigned port)
{
    return port < w->ports ? w->port[port].accel : NULL;
}
