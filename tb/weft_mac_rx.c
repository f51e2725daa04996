/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_mac_rx. A wire is written with the encoder of common/mii_ref.c (or at random), run
 * through the reference decoder and through the RTL; cells, reasons, counts and ordered sets must
 * agree, and every frame whose start was seen must have exactly one fate. Directed: all sizes
 * 28..130 and the large ones, every gap and start lane, ordered sets and errors at every byte, two
 * frame ends in a beat, length limits; then random wires of plausible and of senseless words.
 */
/* tb-params: "" "-GMII_BYTES=16" "-GMII_BYTES=8" */
/* tb-sources: "tb/common/mii_ref.c" */
#include <string.h>

#include "common/mii_ref.h"
#include "common/tb.h"

#define REASON_OVERSIZE 2
#define REASON_CODING   4
#define MAX_PAYLOAD     9300

typedef struct {
    tb *t;
    tb_sig *data, *ctrl, *enable, *max, *min;
    tb_sig *valid, *sop, *eop, *err, *reason, *bytes, *cell, *len;
    tb_sig *runt, *preamble, *coding, *os_valid, *os_data, *os_count, *seq_valid, *seq_data;
    unsigned mii;
    mii_ref_wire wire;
    mii_ref_rx ref;
    uint8_t payload[MAX_PAYLOAD];
    /* the frame that the RTL is handing out */
    uint8_t got[16384 + 64];
    size_t got_len;
    bool open;
    uint64_t first_tick, done;
    uint64_t runts, preambles, codings, sets, seqs, eops, bad[8];
    uint64_t beat; /* all beats so far */
    /* totals of the bench */
    uint64_t frames, starts, late;
    bool exact_latency;
} bench;

/* A frame has come out: compare with the reference's. */
static void frame_done(bench *b)
{
    tb *t = b->t;
    unsigned reason = (unsigned)tb_get(b->reason);

    TB_EQ(t, tb_get(b->err), reason != 0);
    TB_EQ(t, tb_get(b->len), b->got_len);
    if (b->done >= b->ref.frame_count) {
        tb_fail(t, "a frame of %zu bytes that was never sent", b->got_len);
        return;
    }
    const mii_ref_frame *f = &b->ref.frames[b->done++];
    TB_EQ(t, reason, f->reason);
    b->bad[reason & 7]++;
    if (f->reason == REASON_CODING || f->reason == REASON_OVERSIZE) {
        /* A prefix, not beyond the limit. */
        if (b->got_len > f->len || b->got_len > b->ref.max_frame || b->got_len == 0 ||
            memcmp(b->got, f->raw, b->got_len) != 0)
            tb_fail(t, "bad frame is no prefix: %zu of %zu bytes", b->got_len, f->len);
    } else if (b->got_len != f->len - 4 || memcmp(b->got, f->raw, b->got_len) != 0) {
        tb_fail(t, "frame %llu: %zu bytes, expected %zu, or contents wrong",
                (unsigned long long)b->done, b->got_len, f->len - 4);
    }
    /* First cell: at most 2 cycles after its 9th word or its end; exactly 2 when alone. */
    uint64_t known = f->known * 8 / b->mii, ticks = b->first_tick - known;
    if (ticks > 2 || ticks < 1 || (b->exact_latency && ticks != 1))
        tb_fail(t, "first cell %llu cycles after its word", (unsigned long long)ticks + 1);
    if (ticks == 2) b->late++;
}

/* After a tick: everything that the RTL says. */
static void watch(bench *b)
{
    tb *t = b->t;

    b->runts += tb_get(b->runt);
    b->preambles += tb_get(b->preamble);
    b->codings += tb_get(b->coding);
    if (tb_get(b->os_valid)) {
        uint64_t n = tb_get(b->os_count), word = 0;
        for (uint64_t i = 0; i < n; i++) {
            if (b->sets >= b->ref.os_count || b->ref.os[b->sets].word * 8 / b->mii != b->beat) {
                tb_fail(t, "an ordered set that was not there");
                break;
            }
            memcpy(&word, b->ref.os[b->sets++].d, 8);
        }
        TB_EQ(t, tb_get(b->os_data), word);
        TB_CHECK(t, n > 0);
    } else {
        TB_EQ(t, tb_get(b->os_count), 0);
    }
    if (tb_get(b->seq_valid)) {
        unsigned n = 0;
        while (b->seqs < b->ref.seq_count && b->ref.seq_words[b->seqs] * 8 / b->mii == b->beat) {
            b->seqs++;
            n++;
        }
        TB_CHECK(t, n > 0);
        TB_EQ(t, tb_get_bits(b->seq_data, 0, 8), MII_SEQ);
    }
    if (tb_get(b->valid)) {
        bool sop = tb_get(b->sop), eop = tb_get(b->eop);
        unsigned n = (unsigned)tb_get(b->bytes);
        uint8_t d[64];

        TB_EQ(t, sop, !b->open);
        if (sop) {
            b->got_len = 0;
            b->first_tick = b->beat;
        }
        if (n < 1 || n > 64 || (!eop && n != 64)) {
            tb_fail(t, "cell of %u bytes", n);
            n = 64;
        }
        tb_get_bytes(b->cell, 0, d, 64);
        for (unsigned i = n; i < 64; i++) {
            if (d[i] != 0) {
                tb_fail(t, "byte %u behind the last one is not zero", i);
                break;
            }
        }
        if (b->got_len + n <= sizeof b->got) memcpy(b->got + b->got_len, d, n);
        b->got_len += n;
        b->open = !eop;
        if (eop) {
            b->eops++;
            frame_done(b);
        } else {
            TB_EQ(t, tb_get(b->err), 0);
        }
    }
}

static void beat(bench *b, const uint8_t *d, const uint8_t *c)
{
    tb_set_bytes(b->data, 0, d, b->mii);
    uint64_t ctrl = 0;
    for (unsigned i = 0; i < b->mii; i++) ctrl |= (uint64_t)(c[i] & 1) << i;
    tb_set(b->ctrl, ctrl);
    tb_tick(b->t);
    watch(b);
    b->beat++;
}

/* Play the wire. cfg_enable_i toggles at the given beats. */
static void play(bench *b, const uint64_t *toggle, size_t toggles)
{
    tb *t = b->t;
    size_t next = 0;

    /* An end in good order: idle closes what is open, and the pipeline drains. */
    mii_ref_align(&b->wire, 0, b->mii);
    mii_ref_idle(&b->wire, 8 * b->mii);
    mii_ref_rx_clear(&b->ref);
    b->done = b->runts = b->preambles = b->codings = b->sets = b->seqs = b->eops = 0;
    memset(b->bad, 0, sizeof b->bad);
    b->open = false;
    tb_set(b->max, b->ref.max_frame);
    tb_set(b->min, b->ref.min_frame);

    bool enable = true;
    for (size_t at = 0; at < b->wire.count; at += b->mii) {
        if (next < toggles && at / b->mii >= toggle[next]) {
            enable = !enable;
            next++;
        }
        b->ref.enable = enable;
        tb_set(b->enable, enable);
        for (size_t w = 0; w < b->mii; w += 8)
            mii_ref_rx_word(&b->ref, b->wire.data + at + w, b->wire.ctrl + at + w);
        beat(b, b->wire.data + at, b->wire.ctrl + at);
    }
    b->ref.enable = true;
    tb_set(b->enable, 1);

    TB_CHECK(t, !b->open);
    TB_EQ(t, b->done, b->ref.frame_count);
    TB_EQ(t, b->runts, b->ref.runts);
    TB_EQ(t, b->preambles, b->ref.preambles);
    TB_EQ(t, b->codings, b->ref.codings);
    TB_EQ(t, b->sets, b->ref.os_count);
    TB_EQ(t, b->seqs, b->ref.seq_count);
    TB_EQ(t, b->eops + b->runts + b->preambles + b->codings, b->ref.starts);
    b->frames += b->eops;
    b->starts += b->ref.starts;
    mii_ref_wire_clear(&b->wire);
}

static void put(bench *b, size_t payload, mii_ref_frame_spec f)
{
    size_t from = (size_t)tb_rand_below(b->t, 64);
    if (from + payload > MAX_PAYLOAD) from = MAX_PAYLOAD - payload;
    f.data = b->payload + from;
    f.len = payload;
    mii_ref_frame_put(&b->wire, &f);
}

/* A gap of at least n bytes, T included, up to the next lane in which a frame may start. */
static void gap(bench *b, unsigned n)
{
    mii_ref_idle(&b->wire, n - 1);
    mii_ref_align(&b->wire, 0, b->mii == 8 ? 4 : 8);
}

static const size_t BIG[] = {511, 512, 513, 1023, 1024, 1025, 1510, 1514, 1518, 9208, 9212, 9216};

static size_t size_of(unsigned i) { return i < 103 ? 28 + i : BIG[i - 103]; }
#define SIZES (103 + sizeof BIG / sizeof BIG[0])

static void sizes_and_gaps(bench *b)
{
    mii_ref_frame_spec good = {0}, bad = {.fcs_xor = 0x80000001u};

    b->ref.min_frame = 32;
    for (unsigned g = 1; g <= 12; g++) {
        for (unsigned i = 0; i < SIZES; i++) {
            for (unsigned k = 0; k < 3; k++) {
                put(b, size_of(i), k == 1 && g % 3 == 0 ? bad : good);
                gap(b, g);
            }
        }
        play(b, NULL, 0);
        if (g % 3 != 0) TB_EQ(b->t, b->bad[0], 3 * SIZES);
        if (g % 3 == 0) TB_EQ(b->t, b->bad[3], SIZES);
    }
    /* The same size again and again, back to back: every phase of start and end within a beat. */
    for (unsigned i = 0; i < 103; i++) {
        for (unsigned k = 0; k < 40; k++) {
            put(b, size_of(i), good);
            gap(b, 1);
        }
        play(b, NULL, 0);
        TB_EQ(b->t, b->bad[0], 40);
    }
    /* Each alone: the latency is exact. Each single-bit FCS error is seen. */
    b->exact_latency = true;
    for (unsigned i = 0; i < SIZES; i++) {
        for (unsigned lane = 0; lane < b->mii; lane += b->mii == 8 ? 4 : 8) {
            mii_ref_align(&b->wire, lane, b->mii);
            put(b, size_of(i), good);
            mii_ref_idle(&b->wire, 4 * b->mii);
        }
        mii_ref_align(&b->wire, 0, 8);
        put(b, size_of(i), (mii_ref_frame_spec){.fcs_xor = 1u << (i % 32)});
        mii_ref_idle(&b->wire, 4 * b->mii);
    }
    play(b, NULL, 0);
    TB_EQ(b->t, b->bad[3], SIZES);
    b->exact_latency = false;
}

static void sets_everywhere(bench *b)
{
    static const size_t lens[] = {28, 31, 36, 60, 61, 64, 65, 68, 120, 124, 125, 128, 189};

    for (unsigned l = 0; l < sizeof lens / sizeof lens[0]; l++) {
        for (size_t at = 0; at <= lens[l] + 4; at += 8) {
            size_t one[1] = {at}, three[3] = {at, at, at};
            put(b, lens[l], (mii_ref_frame_spec){.ctlos_count = 1, .ctlos_at = one});
            gap(b, 1 + (unsigned)tb_rand_below(b->t, 12));
            put(b, lens[l], (mii_ref_frame_spec){.ctlos_count = 3, .ctlos_at = three});
            gap(b, 1);
            for (uint64_t n = tb_rand_below(b->t, 4); n > 0; n--) {
                uint8_t d[7] = {1, 2, 3, 6, (uint8_t)n, 0, 0};
                mii_ref_align(&b->wire, 0, 8);
                mii_ref_ctlos(&b->wire, d);
            }
        }
        play(b, NULL, 0);
        TB_EQ(b->t, b->bad[0], b->eops);
        TB_EQ(b->t, b->eops, 2 * ((lens[l] + 4) / 8 + 1));
    }
}

/* A flood of ordered sets in a frame: at most 64 before the beat of the one that ends it. */
static void floods(bench *b)
{
    for (unsigned flood = 56; flood <= 72; flood++) {
        for (unsigned len = 60; len <= 188; len += 128) {
            for (unsigned spread = 0; spread < 2; spread++) {
                size_t at[72];
                for (unsigned k = 0; k < flood; k++)
                    at[k] = spread ? 8 * (size_t)((k + 1) * (len / 8) / flood) : len / 2 & ~7u;
                mii_ref_align(&b->wire, b->mii == 8 ? 4 * (flood % 2) : 0, 8);
                put(b, len, (mii_ref_frame_spec){.ctlos_count = flood, .ctlos_at = at});
                gap(b, 1 + (unsigned)tb_rand_below(b->t, 12));
                put(b, 64, (mii_ref_frame_spec){0}); /* the next one passes */
                gap(b, 8);
            }
        }
    }
    play(b, NULL, 0);
    TB_CHECK(b->t, b->bad[0] > 68 + 20 && b->codings + b->bad[REASON_CODING] > 10);
}

static void errors_everywhere(bench *b)
{
    static const size_t lens[] = {28, 60, 68, 100, 132, 196};
    static const uint8_t codes[] = {MII_ERROR, MII_IDLE, MII_SEQ, MII_CTLOS, 0x00, MII_START};

    for (unsigned l = 0; l < sizeof lens / sizeof lens[0]; l++) {
        for (unsigned c = 0; c < sizeof codes; c++) {
            for (size_t at = 0; at < lens[l] + 4; at++) {
                put(b, lens[l],
                    (mii_ref_frame_spec){
                        .has_error = true, .error_at = at, .error_code = codes[c]});
                gap(b, 1);
                put(b, 28 + at % 100, (mii_ref_frame_spec){0});
                gap(b, 1);
            }
            play(b, NULL, 0);
        }
        /* Start inside a frame, terminate missing, terminate early. */
        for (size_t at = 8; at <= lens[l]; at += 8) {
            put(b, at, (mii_ref_frame_spec){.no_term = true});
            b->wire.count -= 4; /* its FCS */
            put(b, lens[l], (mii_ref_frame_spec){0});
            gap(b, 1);
            put(b, at, (mii_ref_frame_spec){.no_term = true});
            gap(b, 5);
            put(b, lens[l], (mii_ref_frame_spec){0});
            gap(b, 1);
        }
        play(b, NULL, 0);
    }
    /* Preamble. */
    for (unsigned k = 1; k < 8; k++) {
        put(b, 100, (mii_ref_frame_spec){.bad_preamble = k});
        gap(b, 1);
        put(b, 28 + k, (mii_ref_frame_spec){0});
        gap(b, k);
    }
    play(b, NULL, 0);
    TB_EQ(b->t, b->preambles, 7);
    TB_EQ(b->t, b->bad[0], 7);
}

/* Frames of 0 bytes up, so that two end in one beat; every minimum; good frames between. */
static void runts(bench *b)
{
    for (unsigned min = 32; min <= 64; min += 8) {
        b->ref.min_frame = min;
        for (size_t total = 0; total <= 72; total++) {
            for (unsigned k = 0; k < 5; k++) {
                if (total >= 4) {
                    put(b, total - 4, (mii_ref_frame_spec){0});
                } else {
                    mii_ref_start(&b->wire);
                    for (size_t i = 0; i < total; i++) mii_ref_put(&b->wire, 0xA5, false);
                    mii_ref_put(&b->wire, MII_TERM, true);
                }
                gap(b, 1);
            }
            put(b, 60 + total, (mii_ref_frame_spec){0});
            gap(b, 1);
        }
        play(b, NULL, 0);
        TB_EQ(b->t, b->runts, 5 * min);
        TB_EQ(b->t, b->bad[0], 73 + 5 * (73 - min));
    }
    b->ref.min_frame = 32;
}

static void limits(bench *b)
{
    static const size_t maxima[] = {72, 73, 127, 128, 131, 132, 133, 200, 1518, 9216};

    for (unsigned m = 0; m < sizeof maxima / sizeof maxima[0]; m++) {
        b->ref.max_frame = maxima[m];
        size_t low = maxima[m] > 200 ? maxima[m] - 80 : 32;
        unsigned good = 0;
        for (size_t total = low; total < maxima[m] + 160 && total < MAX_PAYLOAD; total++) {
            put(b, total - 4, (mii_ref_frame_spec){.fcs_xor = total > maxima[m] && total % 2});
            gap(b, 1);
            if (total <= maxima[m]) good++;
        }
        play(b, NULL, 0);
        TB_EQ(b->t, b->bad[0], good);
        TB_EQ(b->t, b->bad[2], b->eops - good);
        TB_CHECK(b->t, b->bad[2] > 50);
    }
    b->ref.max_frame = 16383;
}

/* Mostly sensible frames with everything that can happen to them. */
static void random_frames(bench *b, unsigned count)
{
    uint64_t toggle[64];
    size_t toggles = 0;

    for (unsigned n = 0; n < count; n++) {
        mii_ref_frame_spec f = {0};
        size_t len =
            tb_chance(b->t, 80) ? 28 + tb_rand_below(b->t, 180) : 28 + tb_rand_below(b->t, 1600);
        size_t at[4];
        if (tb_chance(b->t, 5)) len = tb_rand_below(b->t, 28);
        if (tb_chance(b->t, 5)) f.fcs_xor = 1u << tb_rand_below(b->t, 32);
        if (tb_chance(b->t, 3)) f.bad_preamble = 1 + (unsigned)tb_rand_below(b->t, 7);
        if (tb_chance(b->t, 30)) {
            size_t here = 0;
            f.ctlos_count = 1 + tb_rand_below(b->t, 4);
            f.ctlos_at = at;
            for (size_t k = 0; k < f.ctlos_count; k++) {
                here += 8 * tb_rand_below(b->t, 6);
                at[k] = here;
            }
        }
        if (tb_chance(b->t, 5)) {
            static const uint8_t codes[] = {MII_ERROR, MII_IDLE, MII_SEQ, 0x00, 0xFB};
            f.has_error = true;
            f.error_at = tb_rand_below(b->t, len + 4);
            f.error_code = codes[tb_rand_below(b->t, sizeof codes)];
        }
        f.no_term = tb_chance(b->t, 2);
        put(b, len, f);
        if (f.no_term && tb_chance(b->t, 50)) {
            b->wire.count -= b->wire.count % 8; /* a start right behind the last whole word */
        } else {
            gap(b, 1 + (unsigned)tb_rand_below(b->t, tb_chance(b->t, 90) ? 12 : 100));
        }
        if (tb_chance(b->t, 5)) {
            mii_ref_align(&b->wire, 0, 8);
            mii_ref_put(&b->wire, MII_SEQ, true);
            for (int k = 0; k < 3; k++) mii_ref_put(&b->wire, (uint8_t)k, false);
            for (int k = 0; k < 4; k++) mii_ref_put(&b->wire, MII_IDLE, true);
        }
    }
    if (tb_chance(b->t, 50)) {
        uint64_t at = 0;
        while (toggles < 64) {
            at += 5 + tb_rand_below(b->t, 400);
            toggle[toggles++] = at;
        }
    }
    b->ref.min_frame = 32 + tb_rand_below(b->t, 33);
    b->ref.max_frame = 72 + tb_rand_below(b->t, tb_chance(b->t, 50) ? 200 : 9000);
    play(b, toggle, toggles);
}

/* Words without much sense. */
static void random_words(bench *b, unsigned count)
{
    unsigned data = 40 + (unsigned)tb_rand_below(b->t, 58);

    for (unsigned n = 0; n < count; n++) {
        if (tb_chance(b->t, data)) {
            for (int k = 0; k < 8; k++) mii_ref_put(&b->wire, (uint8_t)tb_rand(b->t), false);
            continue;
        }
        uint8_t junk[7] = {0x10, 1, 2, 6, (uint8_t)n, (uint8_t)tb_rand(b->t), MII_TERM};
        unsigned lane = (unsigned)tb_rand_below(b->t, 8);
        switch (tb_rand_below(b->t, 12)) {
        case 0:
        case 1:
        case 2:
        case 3: mii_ref_start(&b->wire); break;
        case 4: mii_ref_ctlos(&b->wire, junk); break;
        case 5: mii_ref_idle(&b->wire, 8); break;
        case 6: /* a start that is none */
            mii_ref_start(&b->wire);
            b->wire.data[b->wire.count - lane - 1] ^= 0x20;
            if (tb_chance(b->t, 50)) b->wire.ctrl[b->wire.count - lane - 1] ^= 1;
            break;
        case 7: /* a start in lane 4, and sequence sets */
            mii_ref_idle(&b->wire, 4);
            if (tb_chance(b->t, 70)) {
                mii_ref_start(&b->wire);
                for (int k = 0; k < 4; k++) mii_ref_put(&b->wire, (uint8_t)n, false);
            } else {
                mii_ref_put(&b->wire, MII_SEQ, true);
                for (int k = 0; k < 3; k++) mii_ref_put(&b->wire, 1, false);
            }
            break;
        case 8: /* any control byte anywhere */
            for (int k = 0; k < 8; k++) {
                static const uint8_t code[] = {0x07, 0xFB, 0xFD, 0xFE, 0x9C, 0x5C, 0x00, 0xD5};
                bool c = tb_chance(b->t, 40);
                mii_ref_put(&b->wire, c ? code[tb_rand_below(b->t, 8)] : 0x55, c);
            }
            break;
        default: /* terminate */
            for (unsigned k = 0; k < lane; k++) mii_ref_put(&b->wire, (uint8_t)(n + k), false);
            mii_ref_put(&b->wire, MII_TERM, true);
            mii_ref_idle(&b->wire, 7 - lane);
            break;
        }
    }
    b->ref.min_frame = 32 + tb_rand_below(b->t, 33);
    b->ref.max_frame = 72 + tb_rand_below(b->t, 400);
    play(b, NULL, 0);
}

int tb_main(tb *t)
{
    static bench b;

    memset(&b, 0, sizeof b);
    b.t = t;
    b.mii = (unsigned)tb_param(t, "MII_BYTES", 32);
    b.data = tb_sig_find(t, "mii_data_i");
    b.ctrl = tb_sig_find(t, "mii_ctrl_i");
    b.enable = tb_sig_find(t, "cfg_enable_i");
    b.max = tb_sig_find(t, "cfg_max_frame_i");
    b.min = tb_sig_find(t, "cfg_min_frame_i");
    b.valid = tb_sig_find(t, "cell_valid_o");
    b.sop = tb_sig_find(t, "cell_sop_o");
    b.eop = tb_sig_find(t, "cell_eop_o");
    b.err = tb_sig_find(t, "cell_err_o");
    b.reason = tb_sig_find(t, "cell_reason_o");
    b.bytes = tb_sig_find(t, "cell_bytes_o");
    b.cell = tb_sig_find(t, "cell_data_o");
    b.len = tb_sig_find(t, "frame_len_o");
    b.runt = tb_sig_find(t, "runt_count_o");
    b.preamble = tb_sig_find(t, "ev_preamble_o");
    b.coding = tb_sig_find(t, "ev_coding_o");
    b.os_valid = tb_sig_find(t, "os_valid_o");
    b.os_data = tb_sig_find(t, "os_data_o");
    b.os_count = tb_sig_find(t, "os_count_o");
    b.seq_valid = tb_sig_find(t, "seqos_valid_o");
    b.seq_data = tb_sig_find(t, "seqos_data_o");
    for (size_t i = 0; i < sizeof b.payload; i++) b.payload[i] = (uint8_t)tb_rand(t);
    mii_ref_rx_init(&b.ref, b.mii);

    tb_set(b.enable, 1);
    uint8_t idle[64], ones[64];
    memset(idle, MII_IDLE, sizeof idle);
    memset(ones, 1, sizeof ones);
    tb_set_bytes(b.data, 0, idle, b.mii);
    tb_set(b.ctrl, b.mii == 32 ? 0xFFFFFFFFu : (1u << b.mii) - 1);
    tb_reset(t, 3);

    sizes_and_gaps(&b);
    sets_everywhere(&b);
    floods(&b);
    errors_everywhere(&b);
    runts(&b);
    limits(&b);
    for (uint64_t i = 0; i < tb_effort(t, 60, 3000); i++) random_frames(&b, 100);
    for (uint64_t i = 0; i < tb_effort(t, 120, 6000); i++) random_words(&b, 1000);
    tb_note(t, "%llu starts, %llu frames, %llu first cells one cycle late",
            (unsigned long long)b.starts, (unsigned long long)b.frames, (unsigned long long)b.late);
    TB_CHECK(t, b.frames > 1000);
    mii_ref_rx_free(&b.ref);
    mii_ref_wire_free(&b.wire);
    return 0;
}
