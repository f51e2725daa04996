/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * world_stats.c: the measured window and the statistics. Wire time is counted in bytes: a frame
 * takes weft_wire_bytes (frame.h), so that 1.0 is back to back; frames that stand across an end of
 * the window count with the part inside.
 */
#include "world_state.h"

#include "weft/counters.h"
#include "weft/proto.h"

#include <string.h>

void world_count_sent(world_port *p, weft_frame *f)
{
    weft_world *w = p->world;
    uint32_t bytes = weft_wire_bytes(f->len + 4, w->opt.ipg);
    p->tx_end = f->first_cycle * w->mii + bytes;
    if (!w->measuring) return;
    p->tx += bytes;
    if (!f->offered) p->offered += bytes;
}

void world_count_arrived(world_port *p, const weft_frame *f, const weft_rx_frame *r)
{
    weft_world *w = p->world;
    if (f && f->offered == 1) {
        ((weft_frame *)f)->offered = 2;
        w->ops_completed++;
        w->ops_bytes += (uint64_t)weft_encap_room(&w->framer, f->len + 4);
    }
    if (!w->measuring || !r->fcs_ok) return;
    uint64_t bytes = weft_wire_bytes((uint32_t)r->len + 4, w->opt.ipg);
    if (r->first_cycle < w->window_from) {
        uint64_t before = (w->window_from - r->first_cycle) * w->mii;
        bytes = bytes > before ? bytes - before : 0;
    }
    p->rx += bytes;
    if (!f) return;
    w->port[f->source].goodput += r->len + 4;
    uint64_t latency = r->first_cycle - f->first_cycle;
    w->window_frames++;
    w->lat_count++;
    w->lat_sum += latency;
    if (latency < w->lat_min) w->lat_min = latency;
    if (latency > w->lat_max) w->lat_max = latency;
    w->lat_hist[latency < WEFT_LAT_BUCKETS ? latency : WEFT_LAT_BUCKETS - 1]++;
}

/* Wire time of the last frame of a port that lies beyond `now`. */
static uint64_t beyond(const world_port *p, uint64_t now)
{
    return p->tx_end > now ? p->tx_end - now : 0;
}

void weft_world_measure(weft_world *w, bool on)
{
    uint64_t cycle = weft_world_cycle(w);
    if (on) {
        w->window_from = cycle;
        w->window_frames = w->lat_count = w->lat_sum = w->lat_max = 0;
        w->lat_min = UINT64_MAX;
        memset(w->lat_hist, 0, WEFT_LAT_BUCKETS * sizeof *w->lat_hist);
        for (unsigned i = 0; i < w->ports; i++) {
            world_port *p = &w->port[i];
            p->rx = p->goodput = p->offered = 0;
            p->tx = beyond(p, cycle * w->mii);
        }
    } else if (w->measuring) {
        w->window_to = cycle;
        for (unsigned i = 0; i < w->ports; i++) {
            world_port *p = &w->port[i];
            uint64_t first, late = beyond(p, cycle * w->mii);
            p->tx = p->tx > late ? p->tx - late : 0;
            if (weft_partner_receiving(p->partner, &first)) {
                if (first < w->window_from) first = w->window_from;
                p->rx += (cycle - first) * w->mii;
            }
        }
    }
    w->measuring = on;
}

/* Smallest latency that at least `parts` of a million frames do not exceed. */
static uint64_t percentile(const weft_world *w, uint64_t parts)
{
    uint64_t want = (w->lat_count * parts + 999999) / 1000000, seen = 0;
    for (uint64_t i = 0; i + 1 < WEFT_LAT_BUCKETS; i++) {
        seen += w->lat_hist[i];
        if (seen >= want && seen > 0) return i;
    }
    return w->lat_max;
}

static void wire_stats(const weft_world *w, weft_world_stats *s)
{
    double sum = 0, squares = 0;
    uint64_t offered = 0, delivered = 0;
    unsigned offering = 0;
    uint64_t to = w->measuring ? weft_world_cycle(w) : w->window_to;
    s->window_cycles = to - w->window_from;
    s->jain = 1.0;
    if (s->window_cycles == 0) return;
    double room = (double)s->window_cycles * w->mii;
    for (unsigned i = 0; i < w->ports; i++) {
        const world_port *p = &w->port[i];
        s->port_tx[i] = (double)p->tx / room;
        s->port_rx[i] = (double)p->rx / room;
        delivered += p->rx;
        if (p->tx == 0 && p->offered == 0) continue;
        offering++;
        offered += p->offered;
        sum += (double)p->goodput;
        squares += (double)p->goodput * (double)p->goodput;
    }
    if (offering == 0) return;
    s->offered = (double)offered / (room * offering);
    s->delivered = (double)delivered / (room * offering);
    if (squares > 0) s->jain = sum * sum / (offering * squares);
}

/* Drops by reason, and frames that are missing without one. MAC control frames end in their port by
 * design and are no loss. */
static void drop_stats(weft_world *w, const weft_scoreboard_counters *c, weft_world_stats *s)
{
    uint64_t value[WEFT_PORT_COUNTERS];
    if (weft_counters_snapshot(w->dev, NULL) != WEFT_OK) {
        s->frames_lost = c->missing_frames;
        return;
    }
    for (unsigned i = 0; i < w->ports; i++) {
        uint64_t dropped = 0;
        if (weft_counters_read_port(w->dev, i, value) != WEFT_OK) memset(value, 0, sizeof value);
        for (unsigned r = 1; r < WEFT_DROP_REASONS; r++) {
            if (r == WEFT_DROP_CONTROL) continue;
            s->dropped[r] += value[WEFT_CNT_IN_DROP + r];
            dropped += value[WEFT_CNT_IN_DROP + r];
        }
        if (c->port_missing[i] > dropped) s->frames_lost += c->port_missing[i] - dropped;
    }
}

void weft_world_get_stats(weft_world *w, weft_world_stats *s)
{
    weft_scoreboard_counters c;
    memset(s, 0, sizeof *s);
    s->cycles = weft_world_cycle(w);
    weft_scoreboard_get_counters(w->board, &c);
    s->frames_sent = c.expected;
    s->frames_delivered = c.delivered;
    s->corrupted = c.corrupted;
    s->misrouted = c.misrouted;
    s->reordered = c.reordered;
    s->duplicated = c.duplicated;
    s->payload_mismatches = c.payload_mismatches;
    s->ops_issued = w->ops_issued;
    s->ops_completed = w->ops_completed;
    s->payload_bytes = w->ops_bytes;
    for (unsigned i = 0; i < w->ports; i++) {
        weft_accel_counters a;
        weft_accel_get_counters(w->port[i].accel, &a);
        s->ops_issued += a.issued;
        s->ops_completed += a.completed;
        s->ops_failed += a.failed;
        s->payload_bytes += a.bytes;
    }
    /* Posted writes of weft_world_send_frame that can no longer arrive. */
    if (weft_world_idle(w)) s->ops_failed += w->ops_issued - w->ops_completed;
    wire_stats(w, s);
    s->window_frames = w->window_frames;
    s->lat_count = w->lat_count;
    s->lat_hist = w->lat_hist;
    s->lat_hist_len = WEFT_LAT_BUCKETS;
    if (w->lat_count > 0) {
        s->lat_min = w->lat_min;
        s->lat_max = w->lat_max;
        s->lat_mean = (double)w->lat_sum / (double)w->lat_count;
        s->lat_p50 = percentile(w, 500000);
        s->lat_p99 = percentile(w, 990000);
        s->lat_p999 = percentile(w, 999000);
    }
    drop_stats(w, &c, s);
    s->credits_agree = world_credits_agree(w, NULL, 0);
}
