/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * bad_oracle.h: what has to become of each frame, for the bad-input tests. The oracle looks at the
 * words on the pins, whoever made them, and says by the rules of the wire (IEEE 802.3 clause 81)
 * and of docs/route.md why the frame is dropped, or where it comes out and with which bytes.
 * Nothing of it comes from the RTL. The rest of the bench is in bad_net.h, the comparison with the
 * counters of the chip in bad_check.h.
 */
#ifndef WEFT_TESTS_BAD_ORACLE_H
#define WEFT_TESTS_BAD_ORACLE_H
#include "endpoint/partner.h"
#include "weft/counters.h"
#include "weft/proto.h"
#include "weft/reasons.h"
#include "weft/weft.h"
#include "weft_sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NET_PORTS     64u
#define NET_VCS       8u
#define NET_WANDER    512u /* identifiers from here on may lead anywhere: the test follows them */
#define NET_MAX_FRAME 9216u
#define NET_EGRESS    1024u /* credits that a partner gives the switch, per VC */
#define NET_WIRE      16384u
#define NET_MAX_SETS  64u /* control ordered sets in a frame, before the beat of one too many */

/* Expected status bits of a port. */
#define NET_UNDERRUN 1u
#define NET_LOSSLESS 2u
#define NET_CREDIT   4u
#define NET_INTERNAL 8u

typedef struct net_frame {
    struct net_frame *next;
    uint32_t len; /* bytes without FCS */
    uint8_t data[];
} net_frame;

typedef struct {
    net_frame *head, *tail;
} net_queue;

typedef struct {
    weft_partner *partner;
    /* settings that the oracle must know */
    bool up, src_check, closed; /* closed: no valid source */
    unsigned min_frame;
    uint64_t allow;
    bool bad_map;              /* every class leads to a VC that is not built */
    uint32_t credits[NET_VCS]; /* that the switch gave its partner */
    /* the frame that is coming in */
    bool in_frame;
    uint32_t fill;
    unsigned sets, sets_before; /* ordered sets in it: so far, and before this beat */
    /* what the wire carried so far */
    uint64_t drop[WEFT_DROP_REASONS], accepted, octets, copies, ctlos, cf, cc_ok, cc_bad, wander;
    uint64_t vc_frames[NET_VCS];
    /* what came out, and what may be missing there */
    uint64_t delivered, delivered_bytes, skipped;
    bool lossy; /* frames to this port may be discarded, those from it dropped for want of buffer */
    bool loose; /* the oracle cannot know the cycle of a change: identities only */
    bool wild;  /* nothing is known about what comes out here */
    bool false_credits; /* the switch was told of credits that are none, and may use them */
    unsigned want_status;
    uint64_t base[WEFT_PORT_COUNTERS]; /* of the chip, when the oracle began to count */
    uint8_t buf[NET_WIRE];
} net_port;

typedef struct net net;
struct net {
    weft_sim *sim;
    weft_bus *bus;
    weft_device *dev;
    weft_geometry geo;
    unsigned ports, mii;
    weft_frame_pool pool;
    uint64_t seed, rng, frames_made;
    /* options: set before net_up */
    bool lossless, store_and_forward;
    unsigned min_frame, cc_period, cf_period;
    bool no_program; /* the parsers have no program yet: everything is dropped */
    /* routes as the oracle knows them */
    uint64_t id_mask[1024], group_mask[64];
    uint8_t id_valid[1024], group_valid[64]; /* identifiers, 1: to id_mask; 2: to a group */
    uint64_t expected;                       /* copies that are due */
    uint64_t cut_off; /* copies of good frames that the test knows to have run dry at an egress */
    uint64_t last_arrival;
    net_queue *queue; /* [(src * ports + dst) * NET_VCS + vc] */
    net_port *port;
    uint32_t want_errors; /* of ERROR_STATUS */
    unsigned failures;
    void (*feed)(net *n, void *ctx); /* called before every cycle */
    void *feed_ctx;
    void (*wanderer)(net *n, unsigned port, const weft_rx_frame *f, void *ctx);
    void *wanderer_ctx;
};

static inline void __attribute__((format(printf, 2, 3))) net_fail(net *n, const char *format, ...)
{
    va_list args;
    if (n->failures++ > 20) return;
    va_start(args, format);
    printf("FAIL at cycle %llu: ", (unsigned long long)weft_sim_cycle(n->sim));
    vprintf(format, args);
    printf("\n");
    fflush(stdout);
    va_end(args);
}

#define NET_OK(n, call)                                                                            \
    do {                                                                                           \
        weft_status status_ = (call);                                                              \
        if (status_ != WEFT_OK) net_fail(n, "%s: %s", #call, weft_status_name(status_));           \
    } while (0)

#define NET_EXPECT(n, condition, ...)                                                              \
    do {                                                                                           \
        if (!(condition)) net_fail(n, __VA_ARGS__);                                                \
    } while (0)

static inline uint64_t net_random(net *n)
{
    uint64_t z = n->rng += 0x9E3779B97F4A7C15ull;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return z ^ z >> 31;
}
static inline unsigned net_below(net *n, unsigned limit)
{
    return (unsigned)(net_random(n) % limit);
}

/* ---------------------------------------------------------------- oracle ------------------- */

static inline net_queue *net_queue_of(net *n, unsigned src, unsigned dst, unsigned vc)
{
    return &n->queue[((size_t)src * n->ports + dst) * NET_VCS + vc];
}

static inline void net_expect_frame(net *n, unsigned src, unsigned dst, unsigned vc,
                                    const uint8_t *data, uint32_t len, unsigned esun)
{
    net_queue *q = net_queue_of(n, src, dst, vc);
    net_frame *f = malloc(sizeof *f + len);
    if (!f) {
        net_fail(n, "out of memory");
        return;
    }
    f->next = NULL;
    f->len = len;
    memcpy(f->data, data, len);
    if (esun != 0) f->data[esun + 3] = (uint8_t)(f->data[esun + 3] - 0x10); /* TTL */
    if (q->head)
        q->tail->next = f;
    else
        q->head = f;
    q->tail = f;
    n->expected++;
}

/* Where the frame goes (mask of ports), or 0 and the reason why not. */
static inline uint64_t net_route(net *n, unsigned src, const weft_header *h, unsigned *reason)
{
    const net_port *p = &n->port[src];
    unsigned id = (unsigned)(h->dst & 0x3FFu);
    uint64_t mask = 0;
    *reason = WEFT_DROP_PARSE;
    if (n->no_program) return 0;
    *reason = WEFT_DROP_NO_ROUTE;
    if (h->dst >> 16 == WEFT_ACCEL_PREFIX) {
        if (n->id_valid[id] == 0) return 0;
        mask = n->id_mask[id];
        if (n->id_valid[id] == 2) mask &= ~(1ull << src);
    } else {
        int group = weft_group_of_mac(h->dst);
        if (group < 0 || group >= 64 || !n->group_valid[group]) return 0;
        mask = n->group_mask[group] & ~(1ull << src);
    }
    *reason = WEFT_DROP_SOURCE;
    if (p->src_check && (p->closed || h->src != weft_accel_mac(src))) return 0;
    *reason = WEFT_DROP_DENIED;
    mask &= p->allow;
    if (mask != 0) *reason = WEFT_DROP_NONE;
    return mask;
}

/* A frame with a good FCS has come in. */
static inline void net_good_frame(net *n, unsigned src, const uint8_t *data, uint32_t len)
{
    net_port *p = &n->port[src];
    weft_header h;
    unsigned reason = WEFT_DROP_NONE, vc = 0;
    uint64_t mask = 0;
    if (weft_header_parse(data, len, WEFT_ESUN_TYPE, &h) == 0) {
        p->drop[WEFT_DROP_PARSE]++;
        return;
    }
    if (!h.esun && h.type == WEFT_TYPE_MAC_CONTROL) {
        unsigned first;
        uint32_t count[WEFT_CC_VCS];
        p->drop[WEFT_DROP_CONTROL]++;
        if (len != WEFT_CC_BYTES) return; /* no control frame of a link has another length */
        if (h.tags == 0 && weft_cc_update_parse(data, len, &first, count) == WEFT_CC_OK)
            p->cc_ok++;
        else
            p->cc_bad++;
        return;
    }
    if (h.esun)
        vc = h.cos % n->geo.vcs;
    else if (h.tags > 0)
        vc = (unsigned)(h.tci[0] >> 13) % n->geo.vcs;
    if (p->bad_map)
        reason = WEFT_DROP_PARSE;
    else if (h.esun && h.ttl < 2)
        reason = WEFT_DROP_TTL;
    else if (h.dst >> 16 == WEFT_ACCEL_PREFIX && (h.dst & 0x3FFu) >= NET_WANDER) {
        p->wander++;
        return;
    } else
        mask = net_route(n, src, &h, &reason);
    if (reason != WEFT_DROP_NONE) {
        p->drop[reason]++;
        return;
    }
    p->accepted++;
    p->octets += len + 4;
    p->vc_frames[vc]++;
    for (unsigned d = 0; d < n->ports; d++)
        if ((mask >> d & 1) != 0) {
            p->copies++;
            net_expect_frame(n, src, d, vc, data, len, h.esun ? h.esun_offset : 0);
        }
}

static inline void net_end_of_frame(net *n, unsigned src)
{
    net_port *p = &n->port[src];
    uint32_t len = p->fill - 4;
    const uint8_t *f = p->buf + len;
    if (p->fill < p->min_frame) {
        p->drop[WEFT_DROP_RUNT]++;
    } else if (p->fill > NET_MAX_FRAME) {
        p->drop[WEFT_DROP_OVERSIZE]++;
    } else if (weft_crc32(0, p->buf, len) != ((uint32_t)f[0] | (uint32_t)f[1] << 8 |
                                              (uint32_t)f[2] << 16 | (uint32_t)f[3] << 24)) {
        p->drop[WEFT_DROP_FCS]++;
    } else {
        net_good_frame(n, src, p->buf, len);
    }
}

/* One word on the wire into the switch. True: a control ordered set. */
static inline bool net_word(net *n, unsigned src, const uint8_t *d, unsigned ctrl)
{
    static const uint8_t start[8] = {0xFB, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xD5};
    net_port *p = &n->port[src];
    if (ctrl == 0) {
        if (!p->in_frame) return false;
        memcpy(p->buf + p->fill, d, 8);
        p->fill += 8;
        if (p->fill > NET_MAX_FRAME) { /* told at once, and the rest is not looked at */
            p->in_frame = false;
            p->drop[WEFT_DROP_OVERSIZE]++;
        }
        return false;
    }
    if (ctrl == 1 && d[0] == 0x5C) {
        p->ctlos++;
        p->sets++;
        if (p->in_frame && p->sets_before >= NET_MAX_SETS) {
            p->in_frame = false;
            p->drop[WEFT_DROP_CODING]++;
        }
        return true;
    }
    if (p->in_frame) {
        unsigned lane = (unsigned)__builtin_ctz(ctrl);
        p->in_frame = false;
        if (d[lane] == 0xFD) {
            memcpy(p->buf + p->fill, d, lane);
            p->fill += lane;
            net_end_of_frame(n, src);
        } else {
            p->drop[WEFT_DROP_CODING]++;
        }
    }
    if ((ctrl & 1) != 0 && d[0] == 0xFB && p->up) {
        p->fill = p->sets = p->sets_before = 0;
        p->in_frame = ctrl == 1 && memcmp(d, start, 8) == 0;
        if (!p->in_frame) p->drop[WEFT_DROP_PREAMBLE]++;
    }
    return false;
}

static inline void net_watch(net *n, unsigned src, const uint8_t *d, uint64_t ctrl)
{
    net_port *p = &n->port[src];
    const uint8_t *last = NULL;
    if (ctrl == 0 && !p->in_frame) return;
    p->sets_before = p->sets;
    for (unsigned lane = 0; lane < n->mii; lane += 8)
        if (net_word(n, src, d + lane, (unsigned)(ctrl >> lane) & 0xFFu)) last = d + lane;
    /* Of several ordered sets in one beat the last one is looked at; their spacing is larger. */
    if (last && last[1] == WEFT_CTLOS_CF_UPDATE) p->cf++;
}

static inline void net_pop(net *n, net_queue *q)
{
    net_frame *f = q->head;
    q->head = f->next;
    free(f);
    n->expected--;
}

static inline bool net_same(const net_frame *e, const weft_rx_frame *f)
{
    return e->len == f->len && memcmp(e->data, f->data, f->len) == 0;
}

static inline void net_arrived(void *ctx, weft_partner *partner, const weft_rx_frame *f,
                               unsigned vc)
{
    net *n = ctx;
    unsigned dst = weft_partner_port(partner);
    net_port *p = &n->port[dst];
    if (!f->fcs_ok) return; /* stomped: bad data that does not pass for good */
    if (p->wild) return;
    n->last_arrival = weft_sim_cycle(n->sim);
    p->delivered++;
    p->delivered_bytes += f->len + 4;
    if (n->wanderer && weft_get48(f->data) >> 16 == WEFT_ACCEL_PREFIX &&
        (weft_get48(f->data) & 0x3FFu) >= NET_WANDER) {
        n->wanderer(n, dst, f, n->wanderer_ctx);
        return;
    }
    uint64_t mac = weft_get48(f->data + 6);
    unsigned src = (unsigned)(mac & 0x3FFu);
    if (mac >> 16 != WEFT_ACCEL_PREFIX || src >= n->ports) {
        net_fail(n, "port %u: a frame of an unknown source arrived", dst);
        return;
    }
    net_queue *q = net_queue_of(n, src, dst, vc);
    bool lossy = p->lossy || n->port[src].lossy || n->port[src].loose;
    while (lossy && q->head && !net_same(q->head, f)) {
        net_pop(n, q);
        p->skipped++;
    }
    if (!q->head)
        net_fail(n, "port %u: %zu bytes from port %u in VC %u that are not due", dst, f->len, src,
                 vc);
    else if (!net_same(q->head, f))
        net_fail(n, "port %u: %zu bytes from port %u in VC %u: lost, reordered or corrupted", dst,
                 f->len, src, vc);
    if (q->head) net_pop(n, q);
}

#endif
