/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * reprogram.c: the section reprogram: a protocol that the switch was not built for is compiled
 * here, and its program goes into all ports and out again while they run at full load. Nothing may
 * be lost, nothing overtake, and no cycle of any wire be missing; and frames of that protocol are
 * dropped by the one program and forwarded by the other.
 */
#include <string.h>

#include "bench/bench.h"
#include "endpoint/partner.h"
#include "tool/tool.h"
#include "traffic/data.h"
#include "weft/programs.h"
#include "weft/proto.h"
#include "weft/proto_desc.h"
#include "weft/weft.h"

#define QUEUED     4u
#define AHEAD      1000u /* frames a VC: the sources are not asked during a load */
#define WARM       2000u
#define LOADS      50u
#define LOADS_LONG 1000u
#define DRAIN      2000000u
#define STRANGERS  64u /* frames of the new protocol, from each port */
#define NEW_TYPE   0x9A9Au

/* Ethernet and ESUN go on as before; behind EtherType 9A9A there is something new. */
static const char description[] =
    "protocol novel = 62 \"a protocol younger than the switch\"\n"
    "start ethernet\n"
    "header ethernet {\n"
    "    dst : 48  src : 48  type : 16\n"
    "    key dst mac dst\n"
    "    key src mac src\n"
    "    select type { 0x88B5 : esun  0x9A9A : novel  0x8808 : control  default : accept }\n"
    "}\n"
    "header esun {\n"
    "    rev : 2  flow_valid : 1  cos : 3  ecn : 2  flow_label : 16  ttl : 4  _ : 4\n"
    "    class cos cos\n"
    "    rewrite esun\n"
    "    hash flow_label\n"
    "    select flow_valid { 1 : accept  0 : accept no_hash }\n"
    "}\n"
    "header novel {\n"
    "    version : 4  _ : 1  vc : 3  entropy : 8  to : 16  from : 16\n"
    "    key dst id to\n"
    "    class vc vc\n"
    "    hash entropy\n"
    "    select version { 1 : accept request  2 : accept response  default : drop(denied) }\n"
    "}\n";

typedef struct {
    weft_bench *b;
    weft_world *w;
    weft_rng rng;
    weft_parse_program program[2]; /* of bring-up, and the new one */
    unsigned ports, vcs, mii, lo, hi, refused;
    uint32_t number[WEFT_MAX_PORTS];
    /* what came out of each port in the window: cycles of the first and last S, and the bytes of
     * the wire that all but the last frame took */
    bool measuring;
    struct {
        uint64_t first, last, bytes, behind;
    } out[WEFT_MAX_PORTS];
    struct rig_port {
        void *rig;
        unsigned port;
    } hook[WEFT_MAX_PORTS];
    uint64_t strangers, wrong;
} rig;

static bool compile(rig *r)
{
    weft_desc *d = weft_desc_read("novel", description, sizeof description - 1, NULL, 0);
    const bool good = d && weft_desc_compile(d, &r->program[1], NULL);
    weft_bench_expect(r->b, good, "the description: %s",
                      d ? weft_desc_error_at(d, 0).text : "no memory");
    weft_desc_close(d);
    return good;
}

static int rig_open(rig *r, weft_bench *b, uint64_t key)
{
    const uint64_t seed = weft_mix64(weft_bench_seed(b) << 32 | key);
    const weft_world_options wo = {.seed = seed,
                                   .profile = "esun",
                                   .ipg = 1,
                                   .memory_bytes = 1u << 20,
                                   .min_frame = 64,
                                   .payload_check = true};
    char err[512] = "";
    memset(r, 0, sizeof *r);
    r->b = b;
    weft_rng_seed(&r->rng, seed);
    weft_parse_program_unpack(weft_program_words("esun"), &r->program[0]);
    r->w = weft_world_open(&wo, err, sizeof err);
    if (!r->w) return weft_bench_complain(WEFT_EXIT_FAULT, "%s", err);
    r->ports = weft_bench_geometry(b).ports;
    r->vcs = weft_bench_geometry(b).vcs;
    r->mii = weft_bench_geometry(b).mii_bytes;
    return compile(r) ? 0 : WEFT_EXIT_FAULT;
}

static void load(rig *r, unsigned program)
{
    const uint64_t all = r->ports >= 64 ? ~0ull : (1ull << r->ports) - 1;
    const weft_status s =
        weft_parser_load(weft_world_device(r->w), all, &r->program[program], 2 + program);
    weft_bench_expect(r->b, s == WEFT_OK, "load: %s", weft_status_name(s));
}

/* ---------------------------------------------------------------- full load ----------------- */
static void on_frame(void *ctx, const weft_rx_frame *f)
{
    rig *r = ((struct rig_port *)ctx)->rig;
    const unsigned port = ((struct rig_port *)ctx)->port;
    if (!r->measuring) return;
    if (r->out[port].first == 0) r->out[port].first = f->first_cycle;
    r->out[port].bytes += r->out[port].behind;
    r->out[port].last = f->first_cycle;
    r->out[port].behind = weft_wire_bytes((uint32_t)f->len + 4, 1);
}

/* Frames for every queue of every port, a permutation, VC after VC. */
static void fill(rig *r, unsigned frames)
{
    for (unsigned p = 0; p < r->ports; p++)
        for (;; r->number[p]++) {
            const unsigned vc = r->number[p] % r->vcs;
            if (weft_partner_backlog(weft_world_partner(r->w, p), vc) >= frames) break;
            const unsigned bytes = r->lo + (unsigned)weft_rng_below(&r->rng, r->hi - r->lo + 1);
            if (weft_world_send_frame(r->w, p, (p + 1) % r->ports, vc, bytes,
                                      weft_world_cycle(r->w)) != 0) {
                r->refused++;
                return;
            }
        }
}

static void cycles(rig *r, uint64_t n)
{
    for (; n > 0; n--) {
        fill(r, QUEUED);
        weft_world_step(r->w);
    }
}

static void window(rig *r, bool begin)
{
    if (begin) memset(r->out, 0, sizeof r->out);
    r->measuring = begin;
    weft_world_measure(r->w, begin);
}

/* Cycles between the first and the last S of a port, of the one that has the most of them, that no
 * frame took. Both may stand anywhere in their cycles, so that up to one more is needed than the
 * bytes fill. */
static uint64_t idle_cycles(const rig *r)
{
    uint64_t most = 0;
    for (unsigned p = 0; p < r->ports; p++) {
        const uint64_t took = r->out[p].last - r->out[p].first;
        const uint64_t needed = (r->out[p].bytes + r->mii - 1) / r->mii;
        const uint64_t idle = took > needed ? took - needed : 0;
        if (idle > most) most = idle;
    }
    return most;
}

static double least_rate(const rig *r)
{
    weft_world_stats s;
    double least = 1e9;
    weft_world_get_stats(r->w, &s);
    for (unsigned p = 0; p < r->ports; p++)
        if (s.port_rx[p] < least) least = s.port_rx[p];
    return least;
}

/* Both programs in turn, with pauses of any length. Returns the cycles of the last load. */
static uint64_t loads(rig *r, unsigned n)
{
    uint64_t took = 0;
    for (unsigned k = 0; k < n; k++) {
        fill(r, r->lo == r->hi ? AHEAD : AHEAD / 8);
        const uint64_t begin = weft_world_cycle(r->w);
        load(r, (k + 1) % 2);
        took = weft_world_cycle(r->w) - begin;
        cycles(r, weft_rng_below(&r->rng, 200));
    }
    return took;
}

static void judge(rig *r)
{
    weft_bench *b = r->b;
    char msg[1024] = "";
    weft_world_stats s;
    weft_bench_expect(b, weft_world_drain(r->w, DRAIN), "does not drain");
    weft_bench_expect(b, weft_world_reconcile(r->w, msg, sizeof msg), "counters: %s", msg);
    weft_world_get_stats(r->w, &s);
    const uint64_t lost = s.frames_sent - s.frames_delivered;
    weft_bench_count(b, "frames", s.frames_sent);
    weft_bench_count(b, "lost", lost);
    weft_bench_count(b, "reordered", s.reordered);
    weft_bench_column(b, "%10llu%6llu%10llu", (unsigned long long)s.frames_sent,
                      (unsigned long long)lost, (unsigned long long)s.reordered);
    weft_bench_expect(b, s.frames_sent > 1000 && lost == 0 && s.frames_lost == 0, "frames lost");
    weft_bench_expect(b, s.reordered + s.duplicated + s.corrupted + s.misrouted + r->refused == 0,
                      "%llu reordered, %llu duplicated, %llu damaged, %llu misled, %u refused",
                      (unsigned long long)s.reordered, (unsigned long long)s.duplicated,
                      (unsigned long long)s.corrupted, (unsigned long long)s.misrouted, r->refused);
}

static int under_load(weft_bench *b, unsigned n, const char *name, unsigned lo, unsigned hi,
                      uint64_t key)
{
    rig *r = weft_bench_state(b);
    weft_bench_row(b, "%s, %u loads", name, n);
    const int rc = rig_open(r, b, key);
    if (rc != 0) return rc;
    r->lo = lo;
    r->hi = hi;
    for (unsigned p = 0; p < r->ports; p++) {
        r->hook[p] = (struct rig_port){r, p};
        weft_world_on_frame(r->w, p, on_frame, &r->hook[p]);
    }
    fill(r, r->lo == r->hi ? AHEAD : AHEAD / 8);
    cycles(r, WARM);
    window(r, true);
    const uint64_t begin = weft_world_cycle(r->w), took = loads(r, n);
    const uint64_t span = weft_world_cycle(r->w) - begin;
    window(r, false);
    const double with = least_rate(r);
    const uint64_t idle_with = idle_cycles(r);
    window(r, true);
    cycles(r, span);
    window(r, false);
    const double without = least_rate(r);
    const uint64_t idle = idle_cycles(r);
    weft_bench_count(b, "load_cycles", took);
    weft_bench_count(b, "window", span);
    weft_bench_fraction(b, "without", without);
    weft_bench_fraction(b, "with", with);
    weft_bench_count(b, "idle_without", idle);
    weft_bench_count(b, "idle_with", idle_with);
    weft_bench_column(b, "%7llu%9llu%10.5f%10.5f%7llu%7llu", (unsigned long long)took,
                      (unsigned long long)span, without, with, (unsigned long long)idle,
                      (unsigned long long)idle_with);
    weft_bench_expect(b, idle == 0 && idle_with == 0, "cycles are missing on a wire");
    judge(r);
    weft_world_close(r->w);
    return 0;
}

/* ---------------------------------------------------------------- the new protocol ---------- */
static size_t novel_frame(const rig *r, unsigned from, unsigned to, unsigned k, uint8_t *f)
{
    const size_t len = 60 + k;
    weft_put48(f, 0x0EEEEEEEEE00ull | k); /* nobody's address: what is routed is behind it */
    weft_put48(f + 6, weft_accel_mac(from));
    weft_put16(f + 12, NEW_TYPE);
    weft_put16(f + 14, (uint16_t)(1u << 12 | k % r->vcs << 8 | k));
    weft_put16(f + 16, (uint16_t)to);
    weft_put16(f + 18, (uint16_t)from);
    for (size_t i = 20; i < len; i++) f[i] = (uint8_t)(i * 7 + k * 31 + from);
    return len;
}

static void on_stranger(void *ctx, const weft_rx_frame *f)
{
    rig *r = ((struct rig_port *)ctx)->rig;
    const unsigned to = ((struct rig_port *)ctx)->port;
    uint8_t want[256];
    const unsigned k = f->len >= 60 ? (unsigned)f->len - 60 : STRANGERS, from = f->data[19];
    if (f->fcs_ok && k < STRANGERS && from < r->ports &&
        novel_frame(r, from, to, k, want) == f->len && memcmp(want, f->data, f->len) == 0)
        r->strangers++;
    else
        r->wrong++;
}

/* Sends the same frames and returns how many arrived. */
static uint64_t strangers(rig *r)
{
    uint8_t f[256];
    const uint64_t before = r->strangers;
    for (unsigned p = 0; p < r->ports; p++)
        for (unsigned k = 0; k < STRANGERS; k++) {
            const size_t len = novel_frame(r, p, (p + 1 + k) % r->ports, k, f);
            if (weft_partner_send(weft_world_partner(r->w, p), k % r->vcs, f, len, 0) != 0)
                r->refused++;
        }
    for (unsigned i = 0; i < 5000; i++) weft_world_step(r->w);
    return r->strangers - before;
}

static int forwarded(weft_bench *b)
{
    rig *r = weft_bench_state(b);
    uint64_t arrived[3];
    weft_bench_row(b, "frames of the new protocol");
    const int rc = rig_open(r, b, 9);
    if (rc != 0) return rc;
    for (unsigned p = 0; p < r->ports; p++) {
        r->hook[p] = (struct rig_port){r, p};
        weft_world_on_frame(r->w, p, on_stranger, &r->hook[p]);
    }
    const uint64_t sent = (uint64_t)r->ports * STRANGERS;
    for (unsigned i = 0; i < 3; i++) {
        load(r, i % 2);
        arrived[i] = strangers(r);
    }
    weft_world_close(r->w);
    weft_bench_count(b, "sent", sent);
    weft_bench_count(b, "before", arrived[0]);
    weft_bench_count(b, "loaded", arrived[1]);
    weft_bench_count(b, "back", arrived[2]);
    weft_bench_column(b,
                      "  of %llu arrive: %llu before, %llu with the new program, %llu with the old",
                      (unsigned long long)sent, (unsigned long long)arrived[0],
                      (unsigned long long)arrived[1], (unsigned long long)arrived[2]);
    weft_bench_expect(b, arrived[0] == 0 && arrived[1] == sent && arrived[2] == 0,
                      "not none, all and none");
    weft_bench_expect(b, r->wrong == 0 && r->refused == 0, "%llu wrong, %u refused",
                      (unsigned long long)r->wrong, r->refused);
    return 0;
}

static int run(weft_bench *b)
{
    weft_bench_head(b, " cycles     in   part of the wire    idle cycles",
                    " a load  window   without   loading  before  then    frames  lost reordered");
    int rc = under_load(b, LOADS, "64 B", 64, 64, 1);
    if (rc == 0 && !weft_bench_quick(b)) rc = under_load(b, LOADS, "1500 B", 1500, 1500, 2);
    if (rc == 0) rc = under_load(b, LOADS, "64-1500 B", 64, 1500, 3);
    if (rc == 0 && weft_bench_long(b)) rc = under_load(b, LOADS_LONG, "64-1500 B", 64, 1500, 4);
    return rc == 0 ? forwarded(b) : rc;
}

const weft_bench_section weft_bench_reprogram = {
    .name = "reprogram",
    .title = "a new protocol is loaded into all ports under full load, and out again",
    .run = run,
    .state_bytes = sizeof(rig)};
