/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_mac_tx. A sender that keeps its promise (and later one that breaks it) offers
 * frames; the wire is read by the reference decoder of common/mii_ref.c. Checked: contents and FCS
 * (stomped ones are the exact complement), order, gaps against an independent statement of the
 * deficit rule, the smallest possible footprint at gap 1 for every size, latency, place, spacing
 * and delay of ordered sets, events, enable, underrun, and idle where nothing belongs.
 */
/* tb-params: "" "-GMII_BYTES=16" "-GMII_BYTES=8" */
/* tb-sources: "tb/common/mii_ref.c" */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/mii_ref.h"
#include "common/tb.h"

#define MAX_PAYLOAD 9300
#define MAX_FRAMES  4096

typedef struct {
    size_t len, from;
    bool stomp, starved;
    unsigned pause;    /* cycles before its first cell is offered */
    uint64_t accepted; /* cycle in which the first cell was taken */
} frame;

typedef struct {
    tb *t;
    tb_sig *valid, *ready, *sop, *eop, *err, *bytes, *cell, *enable, *ipg;
    tb_sig *os_valid, *os_ready, *os_data, *spacing, *data, *ctrl;
    tb_sig *sof, *ev_frame, *ev_stomp, *ev_underrun, *ev_os;
    unsigned mii;
    mii_ref_rx ref;
    uint8_t payload[MAX_PAYLOAD + 64];
    frame frames[MAX_FRAMES];
    size_t count, next;  /* frames, and the one that is offered */
    size_t at;           /* bytes of it that are taken */
    unsigned wait;       /* cycles until it may be offered */
    bool cut;            /* the sender stops in mid-frame: `hold` cycles */
    unsigned hold, pace; /* and `pace` cycles after every cell within a frame */
    /* ordered sets */
    unsigned os_percent, space;
    bool os_pending;
    uint64_t os_word, os_sent, os_since, os_worst;
    uint64_t os_list[200000];
    /* results */
    uint64_t good, stomped, underruns, os_events, sofs, cycle;
    uint64_t sof_cycle[MAX_FRAMES];
    unsigned gap;
    bool on;
    uint64_t idle_beats; /* and no cell was taken */
} bench;

static void add(bench *b, size_t len, bool stomp, unsigned pause)
{
    if (b->count == MAX_FRAMES) {
        tb_fail(b->t, "the bench has too many frames");
        exit(1);
    }
    b->frames[b->count++] = (frame){.len = len,
                                    .from = (size_t)tb_rand_below(b->t, MAX_PAYLOAD + 64 - len),
                                    .stomp = stomp,
                                    .pause = pause};
}

static void cycle(bench *b)
{
    tb *t = b->t;
    frame *f = b->next < b->count ? &b->frames[b->next] : NULL;
    bool offer = false;
    size_t n = 0;

    if (f != NULL) {
        if (b->at == 0 && b->wait > 0)
            b->wait--;
        else if (b->hold > 0)
            b->hold--;
        else
            offer = true;
    }
    tb_set(b->valid, offer);
    if (offer) {
        n = f->len - b->at > 64 ? 64 : f->len - b->at;
        uint8_t d[64] = {0};
        memcpy(d, b->payload + f->from + b->at, n);
        tb_set(b->sop, b->at == 0);
        tb_set(b->eop, b->at + n == f->len);
        tb_set(b->err, b->at + n == f->len && f->stomp);
        tb_set(b->bytes, n);
        tb_set_bytes(b->cell, 0, d, 64);
    }
    if (!b->os_pending && tb_chance(t, b->os_percent)) {
        uint64_t v = tb_rand(t) << 8 | MII_CTLOS;
        b->os_pending = true;
        b->os_word = v;
        b->os_since = b->cycle;
    }
    tb_set(b->os_valid, b->os_pending);
    if (b->os_pending) tb_set(b->os_data, b->os_word);
    tb_set(b->enable, b->on);
    tb_set(b->ipg, b->gap);
    tb_set(b->spacing, b->space);
    tb_eval(t);
    bool taken = offer && tb_get(b->ready);
    bool os_taken = b->os_pending && tb_get(b->os_ready);
    if (!b->os_pending) TB_EQ(t, tb_get(b->os_ready), 0);
    if (offer && !b->on && b->at == 0 && taken) tb_fail(t, "a frame is accepted while disabled");
    tb_tick(t);

    if (taken) {
        if (b->at == 0) f->accepted = b->cycle;
        b->at += n;
        if (b->at == f->len) {
            b->at = 0;
            b->next++;
            if (b->next < b->count) b->wait = b->frames[b->next].pause;
        } else if (b->cut && tb_chance(t, 20)) {
            b->hold = 1 + (unsigned)tb_rand_below(t, 40);
        } else {
            b->hold = b->pace;
        }
    }
    if (os_taken) {
        if (b->os_sent < sizeof b->os_list / sizeof b->os_list[0])
            b->os_list[b->os_sent] = b->os_word;
        b->os_sent++;
        b->os_pending = false;
        if (b->cycle - b->os_since > b->os_worst) b->os_worst = b->cycle - b->os_since;
    }

    /* The wire of the new cycle. */
    uint8_t d[64], c[64];
    uint64_t ctrl = tb_get(b->ctrl);
    tb_get_bytes(b->data, 0, d, b->mii);
    bool start = false, idle = true;
    for (unsigned i = 0; i < b->mii; i++) {
        c[i] = ctrl >> i & 1;
        if (c[i] && d[i] == MII_START) start = true;
        if (!c[i] || d[i] != MII_IDLE) idle = false;
    }
    for (unsigned i = 0; i < b->mii; i += 8) mii_ref_rx_word(&b->ref, d + i, c + i);
    TB_EQ(t, tb_get(b->sof), start);
    if (start && b->sofs < MAX_FRAMES) b->sof_cycle[b->sofs] = b->cycle + 1;
    b->sofs += start;
    b->good += tb_get(b->ev_frame);
    b->stomped += tb_get(b->ev_stomp);
    b->underruns += tb_get(b->ev_underrun);
    b->os_events += tb_get(b->ev_os);
    b->idle_beats = idle && !taken ? b->idle_beats + 1 : 0;
    b->cycle++;
}

static void begin(bench *b, unsigned gap)
{
    mii_ref_rx_clear(&b->ref);
    b->count = b->next = b->at = 0;
    b->hold = b->wait = b->pace = 0;
    b->good = b->stomped = b->underruns = b->os_events = b->sofs = 0;
    b->os_sent = b->os_worst = 0;
    b->gap = gap;
    b->on = true;
    b->os_percent = 0;
    b->cut = false;
    b->space = 8;
}

/* Everything offered has left, and the wire is idle. */
static void finish(bench *b)
{
    uint64_t limit = b->cycle + 2000000;
    b->os_percent = 0;
    while ((b->next < b->count || b->os_pending || b->idle_beats < 8) && b->cycle < limit) cycle(b);
    TB_CHECK(b->t, b->next == b->count && b->idle_beats >= 8);
    TB_EQ(b->t, b->sofs, b->count);
    TB_EQ(b->t, b->ref.strays, 0);
    TB_EQ(b->t, b->ref.preambles, 0);
    TB_EQ(b->t, b->ref.runts, 0);
}

/* The frames on the wire are the frames offered. */
#define OS_FIRST 256 /* default of the module */

static void compare(bench *b)
{
    tb *t = b->t;
    uint64_t good = 0, stomped = 0;

    TB_EQ(t, b->ref.codings, 0);
    TB_EQ(t, b->ref.frame_count, b->count);
    for (size_t i = 0; i < b->count && i < b->ref.frame_count; i++) {
        const frame *f = &b->frames[i];
        const mii_ref_frame *r = &b->ref.frames[i];
        const uint8_t *p = b->payload + f->from;
        uint32_t fcs = mii_ref_fcs(p, f->len) ^ (f->stomp ? 0xFFFFFFFFu : 0);
        uint8_t tail[4] = {(uint8_t)fcs, (uint8_t)(fcs >> 8), (uint8_t)(fcs >> 16),
                           (uint8_t)(fcs >> 24)};
        if (r->len != f->len + 4 || memcmp(r->raw, p, f->len) != 0)
            tb_fail(t, "frame %zu of %zu bytes came as %zu or with other bytes", i, f->len, r->len);
        else if (memcmp(r->raw + f->len, tail, 4) != 0)
            tb_fail(t, "frame %zu of %zu bytes: FCS", i, f->len);
        TB_EQ(t, r->reason, f->stomp ? 3 : 0);
        TB_EQ(t, r->start % 8, 0);
        good += !f->stomp;
        stomped += f->stomp;
    }
    TB_EQ(t, b->good, good);
    TB_EQ(t, b->stomped, stomped);
    TB_EQ(t, b->underruns, 0);
    /* Ordered sets: in order, complete, apart from each other, never close behind a start. */
    TB_EQ(t, b->ref.os_count, b->os_sent);
    TB_EQ(t, b->os_events, b->os_sent);
    for (size_t i = 0; i < b->ref.os_count && i < b->os_sent; i++) {
        const mii_ref_os *o = &b->ref.os[i];
        uint64_t v = 0;
        memcpy(&v, o->d, 8);
        TB_EQ(t, v, b->os_list[i]);
        if (o->inside && o->behind < OS_FIRST)
            tb_fail(t, "an ordered set %llu bytes behind a start", (unsigned long long)o->behind);
        if (i > 0 && (o->word - b->ref.os[i - 1].word) * 8 < (b->space < 16 ? 16 : b->space))
            tb_fail(t, "ordered sets %llu bytes apart",
                    (unsigned long long)(o->word - b->ref.os[i - 1].word) * 8);
    }
}

/* Gaps of frames that followed each other without waiting: each is the smallest on the grid that
 * keeps the debt, 0..7 bytes, within its limits. */
static void check_gaps(bench *b, unsigned gap)
{
    unsigned debt = 0, sum = 0;

    for (size_t i = 1; i < b->ref.frame_count; i++) {
        const mii_ref_frame *a = &b->ref.frames[i - 1], *f = &b->ref.frames[i];
        unsigned g = 8 - (unsigned)(a->end % 8);
        while (debt + gap > g + 7) g += 8;
        debt = debt + gap > g ? debt + gap - g : 0;
        TB_EQ(b->t, f->idle_before, g);
        sum += f->idle_before;
        if (sum + 7 < gap * i) tb_fail(b->t, "gap %u is %u in sum after %zu", gap, sum, i);
    }
}

static const size_t BIG[] = {511, 512, 513, 1023, 1024, 1025, 1510, 1514, 1518, 9208, 9212, 9216};

static void back_to_back(bench *b)
{
    for (unsigned gap = 0; gap <= 12; gap++) {
        /* One size again and again: deterministic gaps; sizes that fit on average exactly. */
        for (size_t len = 28; len <= 130; len += gap == 1 ? 1 : 7) {
            begin(b, gap);
            for (int k = 0; k < 24; k++) add(b, len, k % 5 == 4, 0);
            finish(b);
            compare(b);
            check_gaps(b, gap ? gap : 1);
            if (gap <= 1) {
                uint64_t foot = (8 + len + 4 + 1 + 7) / 8 * 8;
                TB_EQ(b->t, b->ref.frames[23].start - b->ref.frames[0].start, 23 * foot);
            }
        }
        /* Mixed sizes. */
        begin(b, gap);
        for (size_t len = 28; len <= 130; len++) add(b, len, false, 0);
        for (size_t k = 0; k < sizeof BIG / sizeof BIG[0]; k++) add(b, BIG[k], false, 0);
        for (int k = 0; k < 500; k++) add(b, 28 + tb_rand_below(b->t, 200), tb_chance(b->t, 5), 0);
        finish(b);
        compare(b);
        check_gaps(b, gap ? gap : 1);
    }
    /* On random sizes the average gap is the configured one, to a byte per thousand. */
    for (unsigned gap = 8; gap <= 12; gap++) {
        begin(b, gap);
        uint64_t sum = 0;
        for (int k = 0; k < 2000; k++) add(b, 28 + tb_rand_below(b->t, 64), false, 0);
        finish(b);
        for (size_t i = 1; i < b->ref.frame_count; i++) sum += b->ref.frames[i].idle_before;
        uint64_t want = (uint64_t)gap * (b->ref.frame_count - 1);
        if (sum + 7 < want || sum > want + 7)
            tb_fail(b->t, "average gap %u: %llu bytes in sum, expected %llu", gap,
                    (unsigned long long)sum, (unsigned long long)want);
    }
}

static void alone(bench *b)
{
    begin(b, 12);
    for (size_t len = 28; len <= 130; len++) add(b, len, false, 40);
    finish(b);
    compare(b);
    for (size_t i = 0; i < b->count; i++) {
        /* The cell is taken in cycle `accepted`; S is on the wire two cycles later, in lane 0. */
        TB_EQ(b->t, b->sof_cycle[i] - b->frames[i].accepted, 2);
        TB_EQ(b->t, b->ref.frames[i].start % b->mii, 0);
    }
}

static void ordered_sets(bench *b)
{
    static const unsigned spaces[] = {0, 8, 9, 24, 100, 400, 2048};

    for (unsigned s = 0; s < sizeof spaces / sizeof spaces[0]; s++) {
        for (unsigned percent = 5; percent <= 100; percent += 95) {
            begin(b, 1 + (unsigned)tb_rand_below(b->t, 12));
            b->space = spaces[s];
            b->os_percent = percent;
            for (size_t len = 28; len <= 130; len++) add(b, len, false, 0);
            for (int k = 0; k < 6; k++) add(b, 9216 - 8 * (size_t)k, false, 0);
            for (int k = 0; k < 60; k++)
                add(b, 28 + tb_rand_below(b->t, 300), false, (unsigned)tb_rand_below(b->t, 30));
            while (b->next < b->count) cycle(b);
            uint64_t worst = b->os_worst, sent = b->os_sent;
            finish(b);
            compare(b);
            /* Not delayed by frames, however long: only by the spacing and the head of a frame. */
            if (worst > ((b->space + 7) / 8 * 8 + OS_FIRST) / b->mii + 3)
                tb_fail(b->t, "an ordered set waits %llu cycles at spacing %u",
                        (unsigned long long)worst, b->space);
            TB_CHECK(b->t, sent > 3);
            uint64_t inside = 0;
            for (size_t i = 0; i < b->ref.os_count; i++) inside += b->ref.os[i].inside;
            TB_CHECK(b->t, inside > 0);
        }
    }
}

static void random_traffic(bench *b)
{
    for (uint64_t r = 0; r < tb_effort(b->t, 30, 1500); r++) {
        unsigned lazy = (unsigned)tb_rand_below(b->t, 60);
        begin(b, (unsigned)tb_rand_below(b->t, 13));
        b->space = (unsigned)tb_rand_below(b->t, 600);
        b->os_percent = tb_chance(b->t, 50) ? (unsigned)tb_rand_below(b->t, 50) : 0;
        for (int k = 0; k < 300; k++)
            add(b, 28 + tb_rand_below(b->t, tb_chance(b->t, 90) ? 120 : 2000), tb_chance(b->t, 10),
                tb_chance(b->t, lazy) ? (unsigned)tb_rand_below(b->t, 20) : 0);
        /* The slowest sender that keeps its promise. */
        b->pace = tb_chance(b->t, 30) ? 64 / b->mii - 1 : 0;
        /* Enable comes and goes; a frame that has begun is finished. */
        bool toggling = tb_chance(b->t, 50);
        while (b->next < b->count) {
            if (toggling && tb_chance(b->t, 4)) b->on = !b->on;
            if (!b->on && b->idle_beats > 12) {
                TB_EQ(b->t, b->at, 0);
                uint64_t before = b->sofs;
                for (int k = 0; k < 20; k++) cycle(b);
                TB_EQ(b->t, b->sofs, before);
                TB_CHECK(b->t, b->idle_beats > 30); /* no ordered set either */
                b->on = true;
            }
            cycle(b);
        }
        b->on = true;
        finish(b);
        compare(b);
    }
}

/* A sender that breaks its promise: the frame ends in error, the next one is whole. */
static void starved(bench *b)
{
    uint64_t underruns = 0;

    for (uint64_t r = 0; r < tb_effort(b->t, 30, 500); r++) {
        begin(b, 1 + (unsigned)tb_rand_below(b->t, 12));
        b->cut = true;
        for (int k = 0; k < 100; k++) add(b, 28 + tb_rand_below(b->t, 700), tb_chance(b->t, 10), 0);
        finish(b);
        TB_EQ(b->t, b->good + b->stomped + b->underruns, b->count);
        TB_EQ(b->t, b->ref.frame_count + b->ref.codings, b->count);
        underruns += b->underruns;
        /* Each frame on the wire that is not broken is one that was offered, in order. */
        size_t k = 0;
        uint64_t broken = b->ref.codings, whole = 0;
        for (size_t i = 0; i < b->ref.frame_count; i++) {
            const mii_ref_frame *r1 = &b->ref.frames[i];
            if (r1->reason == 4) {
                broken++;
                continue;
            }
            while (k < b->count &&
                   !(b->frames[k].len + 4 == r1->len &&
                     memcmp(b->payload + b->frames[k].from, r1->raw, b->frames[k].len) == 0))
                k++;
            TB_CHECK(b->t, k < b->count);
            if (k < b->count) TB_EQ(b->t, r1->reason, b->frames[k].stomp ? 3 : 0);
            k++;
            whole++;
        }
        TB_EQ(b->t, broken, b->underruns);
        TB_EQ(b->t, whole, b->good + b->stomped);
    }
    TB_CHECK(b->t, underruns > 50);
    /* At 16 bytes and more one cycle beyond the promise starves it. */
    begin(b, 1);
    b->pace = 64 / b->mii + (b->mii == 8);
    add(b, 65, false, 20);
    finish(b);
    TB_EQ(b->t, b->underruns, 1);
}

int tb_main(tb *t)
{
    static bench b;

    memset(&b, 0, sizeof b);
    b.t = t;
    b.mii = (unsigned)tb_param(t, "MII_BYTES", 32);
    b.valid = tb_sig_find(t, "cell_valid_i");
    b.ready = tb_sig_find(t, "cell_ready_o");
    b.sop = tb_sig_find(t, "cell_sop_i");
    b.eop = tb_sig_find(t, "cell_eop_i");
    b.err = tb_sig_find(t, "cell_err_i");
    b.bytes = tb_sig_find(t, "cell_bytes_i");
    b.cell = tb_sig_find(t, "cell_data_i");
    b.enable = tb_sig_find(t, "cfg_enable_i");
    b.ipg = tb_sig_find(t, "cfg_ipg_i");
    b.os_valid = tb_sig_find(t, "os_valid_i");
    b.os_ready = tb_sig_find(t, "os_ready_o");
    b.os_data = tb_sig_find(t, "os_data_i");
    b.spacing = tb_sig_find(t, "cfg_os_spacing_i");
    b.data = tb_sig_find(t, "mii_data_o");
    b.ctrl = tb_sig_find(t, "mii_ctrl_o");
    b.sof = tb_sig_find(t, "sof_o");
    b.ev_frame = tb_sig_find(t, "ev_frame_o");
    b.ev_stomp = tb_sig_find(t, "ev_stomp_o");
    b.ev_underrun = tb_sig_find(t, "ev_underrun_o");
    b.ev_os = tb_sig_find(t, "ev_os_o");
    for (size_t i = 0; i < sizeof b.payload; i++) b.payload[i] = (uint8_t)tb_rand(t);
    /* The reference reads the wire on the 8-byte grid at every width. */
    mii_ref_rx_init(&b.ref, b.mii == 8 ? 16 : b.mii);
    b.ref.max_sets = UINT_MAX; /* the spacing register may ask for more than a receiver bears */
    b.ref.min_frame = 9;       /* nothing is too short to be looked at */
    tb_set(b.valid, 0);
    tb_set(b.os_valid, 0);
    tb_set(b.enable, 0);
    tb_reset(t, 3);
    begin(&b, 1);
    for (int i = 0; i < 20; i++) cycle(&b);
    TB_CHECK(t, b.idle_beats >= 19);

    alone(&b);
    back_to_back(&b);
    ordered_sets(&b);
    random_traffic(&b);
    starved(&b);
    mii_ref_rx_free(&b.ref);
    return 0;
}
