/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * world_play.c: frames of strangers: captures that are played into the switch.
 */
#include "world_state.h"

#include "weft/proto.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST 9212u /* bytes without FCS */

static size_t place_of(const weft_world *w, uint64_t mac)
{
    size_t lo = 0, hi = w->learned_count;
    while (lo < hi) {
        const size_t mid = (lo + hi) / 2;
        if (w->learned[mid].mac < mac)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

int world_port_of(const weft_world *w, uint64_t mac)
{
    const int id = weft_accel_of_mac(mac);
    if (id >= 0 && (unsigned)id < w->ports) return id;
    const size_t i = place_of(w, mac);
    return i < w->learned_count && w->learned[i].mac == mac ? (int)w->learned[i].port : -1;
}

static void ignore(void *ctx, const weft_rx_frame *f)
{
    (void)ctx;
    (void)f;
}

static bool remember(weft_world *w, unsigned port, uint64_t mac)
{
    if (w->learned_count == w->learned_room) {
        const size_t room = w->learned_room ? 2 * w->learned_room : 64;
        world_address *list = realloc(w->learned, room * sizeof *list);
        if (!list) return false;
        w->learned = list;
        w->learned_room = room;
    }
    const size_t i = place_of(w, mac);
    memmove(w->learned + i + 1, w->learned + i, (w->learned_count++ - i) * sizeof *w->learned);
    w->learned[i] = (world_address){mac, port};
    return true;
}

/* Frames with other sources than the accelerator's may come in, and reach no accelerator. */
static weft_status open_ports(weft_world *w)
{
    for (unsigned i = 0; i < w->ports; i++) {
        weft_port_config c;
        weft_status s = weft_port_get_config(w->dev, i, &c);
        c.src_check = false;
        if (s == WEFT_OK) s = weft_port_set_config(w->dev, i, &c);
        if (s != WEFT_OK) return s;
        weft_world_on_frame(w, i, ignore, NULL);
    }
    return WEFT_OK;
}

int weft_world_learn(weft_world *w, unsigned port, uint64_t mac)
{
    const weft_route to = {.group = false, .dest = port};
    if (port >= w->ports || (mac >> 40 & 1) != 0 || mac >> 48 != 0) return WEFT_ERR_ARG;
    if (w->framer.encap->over_ip) return WEFT_ERR_STATE;
    if (!w->port[port].on_frame) {
        const weft_status s = open_ports(w);
        if (s != WEFT_OK) return s;
    }
    const int known = world_port_of(w, mac);
    if (known >= 0) return known == (int)port ? WEFT_OK : WEFT_ERR_ARG;
    const weft_status s = weft_mac_add(w->dev, mac, to);
    if (s == WEFT_OK && !remember(w, port, mac)) return WEFT_ERR_MEMORY;
    return s;
}

int weft_world_play(weft_world *w, unsigned port, const uint8_t *data, size_t len, uint64_t stamp,
                    size_t most)
{
    weft_header h;
    if (port >= w->ports || len < 14 || len > LONGEST) return -2;
    weft_partner *p = w->port[port].partner;
    const size_t padded = len < w->opt.min_frame - 4 ? w->opt.min_frame - 4 : len;
    weft_frame *f = weft_frame_new(&w->pool, padded);
    if (!f) return -1;
    uint8_t *d = weft_frame_data(f);
    memcpy(d, data, len);
    memset(d + len, 0, padded - len);
    const unsigned vc = weft_partner_class(p, d, padded);
    const size_t waiting = weft_partner_backlog(p, vc);
    if (waiting >= most || waiting >= WEFT_PARTNER_QUEUE) {
        weft_frame_put(&w->pool, f);
        return -1;
    }
    if (weft_header_parse(d, padded, w->framer.esun_type, &h) > 0) f->hop = weft_hop_of(&h);
    f->stamp = stamp;
    weft_frame_seal(f);
    weft_partner_push(p, vc, f);
    return 0;
}
