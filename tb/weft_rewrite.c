/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_rewrite: random headers of every mode at every offset, against fields that are
 * written one by one; the IPv4 checksum is summed up anew over the whole header each time. Then the
 * corners: checksums 0000 and FFFF, sums that come near them, wrong checksums (which must stay
 * wrong by the same amount), lengths around the cut.
 */
#include "rewrite_ref.h"
#include "tb.h"

#include <string.h>

struct bench {
    tb *t;
    tb_sig *active, *cell, *mode, *off, *mark, *remark, *cut, *cut_at, *out, *marked;
    uint64_t runs, marks, cuts, zeros, wrong;
};

static void run(struct bench *b, const struct rewrite *j, uint8_t got[64])
{
    tb_set(b->active, j->active);
    tb_set_bytes(b->cell, 0, j->cell, 64);
    tb_set(b->mode, j->mode);
    tb_set(b->off, j->off);
    tb_set(b->mark, j->mark);
    tb_set(b->remark, (uint64_t)j->remark << 6 | j->dscp);
    tb_set(b->cut, j->cut);
    tb_set(b->cut_at, j->cut_at);
    tb_eval(b->t);
    tb_get_bytes(b->out, 0, got, 64);
    TB_EQ(b->t, tb_get(b->marked),
          j->active && j->mark && j->mode != WEFT_RW_NONE && j->off <= 38 && j->off % 2 == 0);
    b->runs++;
    b->marks += tb_get(b->marked);
    b->cuts += j->cut;
}

static void check(struct bench *b, const struct rewrite *j)
{
    uint8_t got[64], want[64];
    run(b, j, got);
    rewrite_ref(j, want);
    for (unsigned k = 0; k < 64; k++)
        if (got[k] != want[k]) {
            tb_fail(b->t, "mode %u at %u%s: byte %u is %02x, expected %02x", j->mode, j->off,
                    j->cut ? ", cut" : "", k, got[k], want[k]);
            return;
        }
    if (j->mode == WEFT_RW_IP4 && j->off <= 38 && get16(want + j->off + 10) == 0) b->zeros++;
}

static struct rewrite random_header(tb *t)
{
    struct rewrite j = {.active = !tb_chance(t, 3), .mark = tb_chance(t, 40)};
    for (unsigned k = 0; k < 64; k += 8) {
        uint64_t r = tb_rand(t);
        memcpy(j.cell + k, &r, 8);
    }
    uint64_t r = tb_rand(t);
    j.mode = r & 3;
    j.off = (unsigned)(r >> 2) % 20 * 2;
    if (tb_chance(t, 2)) j.off = (unsigned)tb_rand_below(t, 128);
    j.remark = r >> 32 & 1;
    j.dscp = r >> 33 & 63;
    j.cut = (r >> 39 & 3) == 0;
    j.cut_at = r >> 41 & 127;
    if (j.off > 38) return j;
    uint8_t *h = j.cell + j.off;
    if (tb_chance(t, 50))
        put16(h + (j.mode == WEFT_RW_IP4 ? 2 : 4), (unsigned)tb_rand_below(t, 160));
    if (h[8] == 0) h[8] = 1; /* the parser drops TTL 0 */
    if (j.mode == WEFT_RW_IP4) set_checksum(h);
    return j;
}

/* A good header whose new sum without the checksum is near FFFF, by way of the last word. */
static void corners(struct bench *b)
{
    tb *t = b->t;
    for (unsigned n = 0; n < 200000; n++) {
        struct rewrite j = random_header(t);
        j.active = true;
        j.mode = WEFT_RW_IP4;
        j.off = (unsigned)tb_rand_below(t, 20) * 2;
        uint8_t *h = j.cell + j.off, want[64];
        h[0] |= 0x40; /* a header of zeros only is none */
        if (h[8] == 0) h[8] = 1;
        set_checksum(h);
        rewrite_ref(&j, want);
        /* Move the last word so that the result becomes 0000, 0001 or FFFE. */
        unsigned aim = (unsigned)tb_rand_below(t, 3) * 0x7fff;
        uint32_t word = get16(h + 18) + get16(want + j.off + 10) + (~aim & 0xffffu);
        while (word >> 16) word = (word & 0xffff) + (word >> 16);
        put16(h + 18, word);
        set_checksum(h);
        check(b, &j);
        /* FFFF for 0000 is as good at the receiver: it comes out as what a router would make. */
        if (get16(h + 10) == 0) {
            put16(h + 10, 0xffff);
            check(b, &j);
        }
    }
}

/* A wrong checksum stays wrong, by the same amount: nothing bad leaves as good. */
static void wrong_stays_wrong(struct bench *b)
{
    tb *t = b->t;
    for (unsigned n = 0; n < 100000; n++) {
        struct rewrite j = random_header(t);
        j.active = true;
        j.mode = WEFT_RW_IP4;
        j.off = (unsigned)tb_rand_below(t, 20) * 2;
        uint8_t *h = j.cell + j.off, got[64];
        put16(h + 10, (unsigned)tb_rand(t));
        if (h[8] == 0) h[8] = 1;
        unsigned before = header_sum(h) % 0xffff; /* 0 in a good header */
        run(b, &j, got);
        TB_EQ(t, header_sum(got + j.off) % 0xffff, before);
        b->wrong += before != 0;
    }
}

int tb_main(tb *t)
{
    static struct bench b;
    b.t = t;
    b.active = tb_sig_find(t, "active_i");
    b.cell = tb_sig_find(t, "cell_i");
    b.mode = tb_sig_find(t, "mode_i");
    b.off = tb_sig_find(t, "off_i");
    b.mark = tb_sig_find(t, "mark_i");
    b.remark = tb_sig_find(t, "remark_i");
    b.cut = tb_sig_find(t, "cut_i");
    b.cut_at = tb_sig_find(t, "cut_at_i");
    b.out = tb_sig_find(t, "cell_o");
    b.marked = tb_sig_find(t, "marked_o");

    uint64_t runs = tb_effort(t, 4000000, 40000000);
    for (uint64_t n = 0; n < runs && tb_failures(t) == 0; n++) {
        struct rewrite j = random_header(t);
        check(&b, &j);
    }
    corners(&b);
    wrong_stays_wrong(&b);
    TB_CHECK(t, b.marks > 100000 && b.cuts > 100000 && b.zeros > 10000 && b.wrong > 90000);
    tb_note(t, "%llu headers: %llu marked, %llu cut, %llu checksums 0000, %llu wrong stay wrong",
            (unsigned long long)b.runs, (unsigned long long)b.marks, (unsigned long long)b.cuts,
            (unsigned long long)b.zeros, (unsigned long long)b.wrong);
    return 0;
}
