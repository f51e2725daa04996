/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_partner.c: two link partners back to back, with an observer on the wire that decodes byte by
 * byte on its own (zlib for the FCS): coding, gaps, control ordered sets, credits, losses, garbage.
 */
#include "../../csrc/endpoint/partner.h"
#include "weft/proto.h"
#include "weft/proto_ip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

static unsigned failures, checks;

#define CHECK(x)                                                                                   \
    do {                                                                                           \
        checks++;                                                                                  \
        if (!(x)) {                                                                                \
            failures++;                                                                            \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #x);                                         \
        }                                                                                          \
    } while (0)

static uint64_t rng_state = 0x77;

static uint64_t rnd(void)
{
    uint64_t z = rng_state += 0x9E3779B97F4A7C15ull;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return z ^ z >> 31;
}

/* ---------------------------------------------------------------- observer ----------------- */
/* Looks at single bytes of a wire and knows nothing of words in memory. */
typedef struct {
    uint8_t frame[12000];
    size_t fill;
    bool in_frame, os;
    unsigned os_bytes;
    uint64_t at, end_at, last_os; /* byte times */
    unsigned ipg;
    uint64_t deficit;
    uint64_t frames, gaps, gap_sum, gap_min, os_count, os_inside, os_distance_min;
    unsigned faults;
} observer;

static void observe_byte(observer *o, unsigned lane, uint8_t d, bool c)
{
    uint64_t now = o->at++;
    if (o->os_bytes > 0) {
        o->os_bytes--;
        o->end_at += o->in_frame ? 0 : 1; /* an ordered set is no part of a gap */
        if (c) o->faults++;
        return;
    }
    if (c && d == 0x5C) {
        if (lane % 8 != 0) o->faults++;
        if (o->in_frame && (o->fill <= 8 || o->fill % 8 != 0)) o->faults++;
        if (o->last_os > 0 && now - o->last_os < o->os_distance_min)
            o->os_distance_min = now - o->last_os;
        o->last_os = now;
        o->os_count++;
        o->os_inside += o->in_frame;
        o->end_at += o->in_frame ? 0 : 1;
        o->os_bytes = 7;
        return;
    }
    if (!o->in_frame) {
        if (c && d == 0x07) return;
        if (!c || d != 0xFB || lane % 8 != 0) {
            o->faults++;
            return;
        }
        if (o->frames > 0) {
            uint64_t gap = now - o->end_at;
            o->gap_sum += gap;
            o->gaps++;
            if (gap < o->gap_min) o->gap_min = gap;
            if (o->ipg > 0) { /* shortfalls not made up yet: seven bytes at most */
                uint64_t d = o->deficit + o->ipg;
                o->deficit = d > gap ? d - gap : 0;
                if (o->deficit > 7) o->faults++;
            }
        }
        o->in_frame = true;
        o->fill = 0;
        o->frame[o->fill++] = d;
        return;
    }
    if (!c) {
        if (o->fill < sizeof o->frame) o->frame[o->fill++] = d;
        return;
    }
    if (d != 0xFD || o->fill < 8 + 4 ||
        memcmp(o->frame, "\xFB\x55\x55\x55\x55\x55\x55\xD5", 8) != 0) {
        o->faults++;
    } else {
        size_t len = o->fill - 12;
        uint32_t fcs = (uint32_t)crc32(0, o->frame + 8, (uInt)len);
        const uint8_t *t = o->frame + 8 + len;
        if (t[0] != (fcs & 255) || t[1] != (fcs >> 8 & 255) || t[2] != (fcs >> 16 & 255) ||
            t[3] != fcs >> 24)
            o->faults++;
    }
    o->in_frame = false;
    o->end_at = now; /* the gap counts from the T on */
    o->frames++;
}

static void observe(observer *o, const uint8_t *d, uint64_t c, unsigned mii)
{
    for (unsigned i = 0; i < mii; i++) observe_byte(o, i, d[i], (c >> i & 1) != 0);
}

/* ---------------------------------------------------------------- a pair of partners -------- */
#define KEEP 4096

typedef struct {
    weft_frame *sent[KEEP];
    size_t head, count;
    uint64_t good, bad, wrong;
    weft_frame_pool *pool;
} ledger;

typedef struct {
    weft_partner *p[2];
    ledger to[2]; /* what partner i still has to receive, by VC 0..7 in one FIFO each */
    ledger vcs[2][8];
    uint8_t data[2][64];
    uint64_t ctrl[2];
    observer seen[2];
    weft_frame_pool pool;
    weft_partner_hooks hooks[2];
    unsigned mii;
    uint64_t cycle;
    struct side {
        struct pair_ *pair;
        unsigned number;
    } side[2];
} pair_body;

struct pair_ {
    pair_body b;
};

static void sent(void *ctx, weft_partner *p, weft_frame *f)
{
    struct side *s = ctx;
    ledger *l = &s->pair->b.vcs[1 - s->number][f->vc];
    (void)p;
    f->refs++;
    CHECK(l->count < KEEP);
    l->sent[(l->head + l->count++) % KEEP] = f;
}

static void arrived(void *ctx, weft_partner *p, const weft_rx_frame *r, unsigned vc)
{
    struct side *s = ctx;
    ledger *t = &s->pair->b.to[s->number];
    ledger *l = &s->pair->b.vcs[s->number][vc];
    (void)p;
    if (!r->fcs_ok) {
        t->bad++;
        return;
    }
    while (l->count > 0) { /* frames before it were damaged on the wire */
        weft_frame *f = l->sent[l->head];
        l->head = (l->head + 1) % KEEP;
        l->count--;
        bool same = f->len == r->len && memcmp(weft_frame_data(f), r->data, r->len) == 0;
        weft_frame_put(&s->pair->b.pool, f);
        if (same) {
            t->good++;
            return;
        }
        t->wrong++;
    }
    CHECK(!"a frame that was not sent");
}

static struct pair_ *pair_new(unsigned mii)
{
    struct pair_ *pr = calloc(1, sizeof *pr);
    if (!pr) exit(1);
    pair_body *b = &pr->b;
    weft_frame_pool_init(&b->pool);
    b->mii = mii;
    for (unsigned i = 0; i < 2; i++) {
        b->side[i] = (struct side){pr, i};
        b->hooks[i] = (weft_partner_hooks){&b->side[i], sent, NULL, arrived};
        b->p[i] = weft_partner_new(i, mii, 0x020000000000ull + i, &b->pool, &b->hooks[i]);
        b->seen[i].gap_min = b->seen[i].os_distance_min = ~0ull;
        if (!b->p[i]) exit(1);
    }
    return pr;
}

static void pair_free(struct pair_ *pr)
{
    for (unsigned i = 0; i < 2; i++) {
        weft_partner_free(pr->b.p[i]);
        for (unsigned v = 0; v < 8; v++)
            for (ledger *l = &pr->b.vcs[i][v]; l->count > 0; l->count--) {
                weft_frame_put(&pr->b.pool, l->sent[l->head]);
                l->head = (l->head + 1) % KEEP;
            }
    }
    CHECK(pr->b.pool.live == 0);
    weft_frame_pool_free(&pr->b.pool);
    free(pr);
}

/* break_word: called with each word on its way, may change it. */
typedef void (*breaker)(unsigned from, uint8_t *d, uint64_t *c, unsigned mii);

static void pair_step(struct pair_ *pr, breaker fault)
{
    pair_body *b = &pr->b;
    for (unsigned i = 0; i < 2; i++) weft_partner_tx(b->p[i], b->cycle, b->data[i], &b->ctrl[i]);
    for (unsigned i = 0; i < 2; i++) {
        uint8_t d[64];
        uint64_t c = b->ctrl[i];
        memcpy(d, b->data[i], b->mii);
        if (b->mii < 64) CHECK(c >> b->mii == 0);
        observe(&b->seen[i], d, c, b->mii);
        if (fault) fault(i, d, &c, b->mii);
        weft_partner_rx(b->p[1 - i], b->cycle, d, &c);
    }
    b->cycle++;
}

static size_t make_frame(uint8_t *f, size_t len, unsigned vc, bool esun)
{
    weft_header h = {.dst = weft_accel_mac(1),
                     .src = weft_accel_mac(2),
                     .esun = esun,
                     .cos = (uint8_t)vc,
                     .ttl = 9,
                     .tags = esun ? 0 : 1,
                     .tpid = {WEFT_TYPE_VLAN, 0},
                     .tci = {(uint16_t)(vc << 13), 0},
                     .type = esun ? WEFT_ESUN_TYPE : 0x0800};
    size_t n = weft_header_build(&h, f);
    while (n < len) f[n++] = (uint8_t)rnd();
    return len;
}

static void send_one(struct pair_ *pr, unsigned from, size_t len, unsigned vc)
{
    uint8_t f[10000];
    make_frame(f, len, vc, rnd() & 1);
    CHECK(weft_partner_send(pr->b.p[from], vc, f, len, pr->b.cycle) == 0);
}

static bool both_empty(const struct pair_ *pr)
{
    return weft_partner_quiet(pr->b.p[0]) && weft_partner_quiet(pr->b.p[1]);
}

static void run_empty(struct pair_ *pr, breaker fault)
{
    unsigned i;
    for (i = 0; i < 2000000 && !both_empty(pr); i++) pair_step(pr, fault);
    CHECK(both_empty(pr));
    for (i = 0; i < 50; i++) pair_step(pr, fault);
}

/* ---------------------------------------------------------------- tests -------------------- */

/* VC of a frame: ESUN CoS before DSCP before PCP before the default. */
static void test_classes(void)
{
    weft_partner_classes c = {.esun_type = WEFT_ESUN_TYPE, .default_vc = 7};
    weft_frame_pool pool;
    uint8_t f[64] = {0};
    weft_frame_pool_init(&pool);
    weft_partner *p = weft_partner_new(0, 32, weft_accel_mac(0), &pool, NULL);
    if (!p) exit(1);
    for (unsigned i = 0; i < 8; i++) {
        c.cos_vc[i] = (uint8_t)((i + 1) % 8);
        c.pcp_vc[i] = (uint8_t)((i + 2) % 8);
    }
    for (unsigned i = 0; i < 64; i++) c.dscp_vc[i] = (uint8_t)(i * 5 % 8);
    for (unsigned v = 0; v < 512; v++) {
        const bool v6 = (v & 1) != 0, tag = (v >> 1 & 1) != 0, by_dscp = (v >> 2 & 1) != 0;
        const unsigned dscp = v >> 3, at = tag ? 18 : 14;
        c.by_dscp = by_dscp;
        weft_partner_set_classes(p, &c);
        weft_put16(f + 12, tag ? WEFT_TYPE_VLAN : 0);
        weft_put16(f + 14, (uint16_t)((dscp & 7) << 13));
        weft_put16(f + at - 2, v6 ? WEFT_TYPE_IPV6 : WEFT_TYPE_IPV4);
        weft_put16(f + at, (uint16_t)(v6 ? 6u << 12 | dscp << 6 : 0x4500u | dscp << 2));
        const unsigned other = tag ? (dscp + 2) % 8 : 7;
        CHECK(weft_partner_class(p, f, 60) == (by_dscp ? dscp * 5 % 8 : other));
        CHECK(weft_partner_class(p, f, at + 2) != 8); /* ends in the header */
    }
    make_frame(f, 60, 5, true);
    CHECK(weft_partner_class(p, f, 60) == 6);
    weft_partner_free(p);
    weft_frame_pool_free(&pool);
}

static void test_sizes(unsigned mii)
{
    struct pair_ *pr = pair_new(mii);
    uint64_t n = 0;
    for (size_t len = 24; len <= 300; len++, n++) {
        send_one(pr, 0, len, len % 8);
        send_one(pr, 1, 9996 - len, len % 8);
        if (len % 7 == 0) run_empty(pr, NULL);
    }
    for (unsigned i = 0; i < 300; i++, n++) {
        send_one(pr, 0, 24 + rnd() % 9973, rnd() % 8);
        send_one(pr, 1, 24 + rnd() % 200, rnd() % 8);
        for (unsigned k = rnd() % 30; k > 0; k--) pair_step(pr, NULL);
    }
    run_empty(pr, NULL);
    uint8_t f[64] = {0};
    CHECK(weft_partner_send(pr->b.p[0], 0, f, 23, 0) == -1);
    CHECK(weft_partner_send(pr->b.p[0], 8, f, 60, 0) == -1);
    for (unsigned i = 0; i < 2; i++) {
        weft_partner_counters c;
        weft_partner_get_counters(pr->b.p[i], &c);
        CHECK(pr->b.to[i].good == n && pr->b.to[i].bad == 0 && pr->b.to[i].wrong == 0);
        CHECK(c.tx_frames == n && c.rx_frames == n && c.rx_coding == 0 && c.rx_runt == 0);
        CHECK(pr->b.seen[i].frames == n && pr->b.seen[i].faults == 0 && !pr->b.seen[i].in_frame);
    }
    pair_free(pr);
}

/* Gaps at full load: on average the configured one, or the grid's where that is larger. */
static void test_gap(unsigned mii, unsigned ipg, size_t fixed)
{
    struct pair_ *pr = pair_new(mii);
    weft_partner_config c;
    weft_partner_get_config(pr->b.p[0], &c);
    c.ipg = ipg;
    CHECK(weft_partner_set_config(pr->b.p[0], &c) == 0);
    uint64_t wire = 0, from = 0;
    pr->b.seen[0].ipg = ipg;
    const unsigned frames = 800;
    for (unsigned i = 0; i < frames; i++) {
        size_t len = fixed ? fixed : 24 + rnd() % 400;
        send_one(pr, 0, len, 0);
        wire += weft_wire_bytes((uint32_t)len + 4, ipg);
    }
    while (!weft_partner_empty(pr->b.p[0])) pair_step(pr, NULL);
    from = pr->b.cycle * mii;
    const observer *o = &pr->b.seen[0];
    CHECK(o->frames == frames && o->faults == 0 && o->gap_min >= 1);
    CHECK(pr->b.to[1].good == frames);
    double mean = (double)o->gap_sum / (double)o->gaps;
    if (fixed) {
        double grid = (double)(8 - (fixed + 4) % 8); /* smallest gap after a frame of that size */
        double want = grid > ipg ? grid : ipg;
        if (mean < want - 0.02 || mean > want + 0.02)
            printf("gap %u, %zu bytes: %.3f, not %.3f\n", ipg, fixed, mean, want);
        CHECK(mean >= want - 0.02 && mean <= want + 0.02);
    } else if (ipg >= 8) {
        CHECK(mean >= ipg - 0.02 && mean <= ipg + 0.02);
    } else if (ipg == 1) {
        CHECK(mean >= 4.2 && mean <= 4.8); /* 1..8 with equal chance */
    }
    CHECK(from <= wire + 8 * 8 + 2 * mii); /* no wasted words */
    pair_free(pr);
}

static void credits_on(struct pair_ *pr, unsigned limit, unsigned drain, unsigned spacing,
                       unsigned cf_period, unsigned cc_period)
{
    for (unsigned i = 0; i < 2; i++) {
        weft_partner_config c;
        weft_partner_get_config(pr->b.p[i], &c);
        c.cbfc_tx = c.cbfc_rx = true;
        c.lossless_mask = 0x0F; /* VCs 4 to 7 are best effort */
        c.credit_shift = 6;
        c.credit_overhead = -4;
        for (unsigned v = 0; v < 8; v++) c.tx_limit[v] = c.rx_limit[v] = limit;
        c.drain_percent = drain;
        c.ctlos_spacing = spacing;
        c.cf_period = cf_period;
        c.cc_period = cc_period;
        CHECK(weft_partner_set_config(pr->b.p[i], &c) == 0);
    }
}

static void check_credits(struct pair_ *pr, bool exact)
{
    for (unsigned i = 0; i < 2; i++) {
        weft_partner_credits a, b;
        weft_partner_counters c;
        weft_partner_get_credits(pr->b.p[i], &a);
        weft_partner_get_credits(pr->b.p[1 - i], &b);
        weft_partner_get_counters(pr->b.p[i], &c);
        CHECK(c.rx_over_credit == 0 && c.cf_impossible == 0);
        for (unsigned v = 0; v < 4 && exact; v++) {
            CHECK(a.s_cc[v] == b.r_cc[v] && a.s_cf[v] == b.r_cf[v] && a.s_cc[v] == a.s_cf[v]);
        }
    }
}

static void test_credits(unsigned mii, unsigned drain)
{
    struct pair_ *pr = pair_new(mii);
    credits_on(pr, 300, drain, 512, 0, 0);
    uint64_t n = 0, octets = 0;
    uint64_t start = pr->b.cycle;
    for (unsigned i = 0; i < 600; i++, n++) {
        size_t len = 24 + rnd() % 1500;
        send_one(pr, 0, len, rnd() % 4);
        send_one(pr, 1, len, rnd() % 8);
        octets += weft_wire_bytes((uint32_t)len + 4, 1);
    }
    run_empty(pr, NULL);
    double rate = (double)octets / ((double)(pr->b.cycle - start) * mii);
    CHECK(rate < drain / 100.0 + 0.06); /* nobody is faster than the buffer drains */
    CHECK(rate > (drain == 100 ? 0.95 : drain / 100.0 * 0.85));
    CHECK(pr->b.to[0].good == n && pr->b.to[1].good == n);
    CHECK(pr->b.seen[0].faults == 0 && pr->b.seen[1].faults == 0);
    CHECK(pr->b.seen[0].os_count > 0 && pr->b.seen[0].os_inside > 0);
    CHECK(pr->b.seen[0].os_distance_min >= 512);
    check_credits(pr, true);
    pair_free(pr);
}

/* A neighbour that gives nothing back stops its VC at the limit, and no other VC. */
static void test_stuck(unsigned mii)
{
    struct pair_ *pr = pair_new(mii);
    weft_partner_credits c;
    weft_partner_config pc;
    credits_on(pr, 40, 0, 64, 0, 0);
    for (unsigned i = 0; i < 30; i++) {
        send_one(pr, 0, 252, 0); /* 256 bytes: 4 credits */
        send_one(pr, 0, 252, 5); /* best effort */
    }
    send_one(pr, 0, 60, 1);
    for (unsigned i = 0; i < 4000; i++) pair_step(pr, NULL);
    weft_partner_get_credits(pr->b.p[0], &c);
    CHECK(c.s_cc[0] == 40 && c.s_cf[0] == 0 && c.s_cc[1] == 1);
    CHECK(pr->b.to[1].good == 10 + 30 + 1);
    CHECK(weft_partner_backlog(pr->b.p[0], 0) == 20);
    weft_partner_get_config(pr->b.p[1], &pc);
    pc.drain_percent = 100;
    CHECK(weft_partner_set_config(pr->b.p[1], &pc) == 0);
    run_empty(pr, NULL);
    CHECK(pr->b.to[1].good == 61);
    check_credits(pr, true);
    pc.credit_shift = 4;
    CHECK(weft_partner_set_config(pr->b.p[1], &pc) == -1);
    pc.credit_shift = 6;
    pc.ipg = 13;
    CHECK(weft_partner_set_config(pr->b.p[1], &pc) == -1);
    pair_free(pr);
}

static unsigned lose_turn;

/* Damages a data byte now and then, and makes CF_Updates unknown ordered sets. */
static void lossy(unsigned from, uint8_t *d, uint64_t *c, unsigned mii)
{
    (void)from;
    for (unsigned i = 0; i < mii; i += 8) {
        unsigned ctrl = (unsigned)(*c >> i) & 0xFF;
        if (ctrl == 1 && d[i] == 0x5C && lose_turn++ % 3 == 0) d[i + 1] = 0x77;
        if (ctrl == 0 && lose_turn++ % 997 == 0) d[i + 3] ^= 0x20;
    }
}

static void test_losses(unsigned mii)
{
    struct pair_ *pr = pair_new(mii);
    credits_on(pr, 200, 100, 256, 500, 1500);
    for (unsigned i = 0; i < 700; i++) {
        send_one(pr, 0, 24 + rnd() % 600, rnd() % 4);
        send_one(pr, 1, 24 + rnd() % 600, rnd() % 8);
        for (unsigned k = rnd() % 40; k > 0; k--) pair_step(pr, lossy);
    }
    /* all goes out although credits were lost: CC_Updates and repeated CF_Updates bring them back
     */
    for (unsigned i = 0; i < 400000 && !both_empty(pr); i++) pair_step(pr, lossy);
    for (unsigned i = 0; i < 4000; i++) pair_step(pr, NULL);
    for (unsigned i = 0; i < 2; i++) {
        weft_partner_counters c, far;
        weft_partner_get_counters(pr->b.p[i], &c);
        weft_partner_get_counters(pr->b.p[1 - i], &far);
        CHECK(c.rx_bad_fcs > 10 && c.rx_ctlos_unknown > 10 && c.rx_cc > 1 && c.tx_frames == 700);
        /* a flipped bit in the preamble is neither a good nor a bad frame here; one in a CC_Update
         * makes a bad frame of it when its type is hit */
        CHECK(c.rx_frames + pr->b.to[i].bad <= 700 + far.tx_cc && c.rx_frames > 300);
        CHECK(pr->b.to[i].good == c.rx_frames);
    }
    check_credits(pr, true);
    pair_free(pr);
}

/* Any words at all: nothing breaks, and a clean frame after them arrives. */
static void test_garbage(unsigned mii)
{
    static const uint8_t codes[8] = {0x07, 0xFB, 0xFD, 0xFE, 0x5C, 0x9C, 0x55, 0x10};
    struct pair_ *pr = pair_new(mii);
    uint8_t word[8], ctrl;
    for (unsigned round = 0; round < 300; round++) {
        for (unsigned i = rnd() % 60; i > 0; i--) {
            for (unsigned k = 0; k < 8; k++)
                word[k] = rnd() & 1 ? codes[rnd() % 8] : (uint8_t)rnd();
            ctrl = rnd() % 3 == 0 ? (uint8_t)rnd() : rnd() % 2;
            if (rnd() % 8 == 0) memcpy(word, "\xFB\x55\x55\x55\x55\x55\x55\xD5", 8), ctrl = 1;
            CHECK(weft_partner_send_raw(pr->b.p[0], word, &ctrl, 1) == 0);
        }
        memset(word, 0x07, 8);
        ctrl = 0xFF;
        CHECK(weft_partner_send_raw(pr->b.p[0], word, &ctrl, 1) == 0);
        uint64_t before = pr->b.to[1].good;
        weft_partner_counters was, is;
        weft_partner_get_counters(pr->b.p[1], &was);
        send_one(pr, 0, 24 + rnd() % 300, 0);
        run_empty(pr, NULL);
        weft_partner_get_counters(pr->b.p[1], &is);
        CHECK(pr->b.to[1].good == before + 1);
        CHECK(is.rx_frames == was.rx_frames + 1);
    }
    /* an oversize frame is swallowed to its end and counted once */
    uint8_t *data = malloc(8 * 1400), *c = calloc(1, 1400);
    if (!data || !c) exit(1);
    memset(data, 0x33, 8 * 1400);
    memcpy(data, "\xFB\x55\x55\x55\x55\x55\x55\xD5", 8);
    c[0] = 1;
    memcpy(data + 8 * 1399, "\xFD\x07\x07\x07\x07\x07\x07\x07", 8);
    c[1399] = 0xFF;
    weft_partner_counters n, m;
    CHECK(weft_partner_send_raw(pr->b.p[0], data, c, 1400) == 0);
    run_empty(pr, NULL);
    weft_partner_get_counters(pr->b.p[1], &n);
    CHECK(n.rx_oversize == 1 && n.tx_frames == 0);
    /* so is one with a bad preamble, whatever else is right with it */
    uint8_t image[8 * 10], ctrl10[10] = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0xF0};
    memcpy(image, "\xFB\x55\x55\x54\x55\x55\x55\xD5", 8);
    make_frame(image + 8, 64, 0, true);
    uint32_t fcs = (uint32_t)crc32(0, image + 8, 64);
    memcpy(image + 76, "\xFD\x07\x07\x07", 4);
    for (unsigned i = 0; i < 4; i++) image[72 + i] = (uint8_t)(fcs >> (8 * i));
    CHECK(weft_partner_send_raw(pr->b.p[0], image, ctrl10, 10) == 0);
    run_empty(pr, NULL);
    weft_partner_get_counters(pr->b.p[1], &m);
    CHECK(m.rx_coding == n.rx_coding + 1 && m.rx_frames == n.rx_frames);
    CHECK(m.rx_bad_fcs == n.rx_bad_fcs && m.rx_runt == n.rx_runt);
    free(data);
    free(c);
    pair_free(pr);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Eight partners in full load both ways: queueing with FCS, sending, receiving with FCS. For the
 * eye only: wall time decides no test. */
static void show_speed(size_t len)
{
    weft_frame_pool pool;
    weft_partner *p[8];
    uint8_t data[8][64], f[10000];
    uint64_t ctrl[8];
    const unsigned cycles = 60000;
    weft_frame_pool_init(&pool);
    for (unsigned i = 0; i < 8; i++) {
        p[i] = weft_partner_new(i, 32, i, &pool, NULL);
        if (!p[i]) exit(1);
    }
    make_frame(f, len, 0, true);
    double t = seconds();
    for (unsigned c = 0; c < cycles; c++) {
        for (unsigned i = 0; i < 8; i++) {
            while (weft_partner_backlog(p[i], 0) < 3) (void)weft_partner_send(p[i], 0, f, len, c);
            weft_partner_tx(p[i], c, data[i], &ctrl[i]);
        }
        for (unsigned i = 0; i < 8; i++)
            weft_partner_rx(p[i], c, data[(i + 1) % 8], &ctrl[(i + 1) % 8]);
    }
    t = seconds() - t;
    printf("8 partners, %zu-byte frames, full load: %.2f us a cycle\n", len + 4, t / cycles * 1e6);
    for (unsigned i = 0; i < 8; i++) weft_partner_free(p[i]);
    weft_frame_pool_free(&pool);
}

int main(void)
{
    test_classes();
    static const unsigned width[4] = {8, 16, 32, 64};
    for (unsigned i = 0; i < 4; i++) {
        unsigned mii = width[i];
        test_sizes(mii);
        for (unsigned ipg = 1; ipg <= 12; ipg++) {
            test_gap(mii, ipg, 0);
            test_gap(mii, ipg, 60 + ipg % 8);
            test_gap(mii, ipg, 67);
        }
        test_credits(mii, 100);
        test_credits(mii, 40);
        test_stuck(mii);
        test_losses(mii);
        test_garbage(mii);
    }
    CHECK(weft_partner_new(0, 12, 0, NULL, NULL) == NULL);
    show_speed(60);
    show_speed(1514);
    printf("test_partner: %u checks, %u failed\n", checks, failures);
    return failures != 0;
}
