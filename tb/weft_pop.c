/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_pop: frames of every kind of tag and every size from 28 to 1600 bytes, then random
 * ones back to back, with gaps and with settings that change between frames. The reference takes
 * the tag out of the whole frame; cells must come out in order, each in the first cycle in which
 * its bytes are there and those before it are out.
 */
/* tb-params: "-GSIDE=32" */
#include "pop_ref.h"
#include "tb.h"

#define LONGEST 1664
#define PLACES  8

struct out {
    bool sop, eop, err, popped;
    unsigned bytes, less;
    uint8_t data[64];
    uint32_t side;
};

struct bench {
    tb *t;
    tb_sig *pop, *tpid, *pad, *valid, *sop, *eop, *err, *bytes, *data, *type, *side;
    tb_sig *o_valid, *o_sop, *o_eop, *o_err, *o_bytes, *o_data, *o_side, *popped, *less, *held;
    struct pop_config cfg;
    struct out ready[PLACES]; /* cells that may go out */
    unsigned waiting;
    uint64_t frames, cut[3], padded, back_to_back, one_out; /* one_out: two cells in, one out */
};

struct frame {
    uint8_t in[LONGEST], out[LONGEST];
    unsigned len, out_len, n;
    bool err;
    uint32_t side;
};

static void configure(struct bench *b)
{
    tb *t = b->t;
    static const uint16_t usual[4] = {0x8100, 0x88a8, 0x9900, 0xccdd};
    for (unsigned k = 0; k < 4; k++) {
        b->cfg.tpid[k] = tb_chance(t, 80) ? usual[k] : usual[tb_rand_below(t, 4)];
        tb_set_bits(b->tpid, 16 * k, 16, b->cfg.tpid[k]);
    }
    b->cfg.pop = tb_chance(t, 60) ? 15 : (unsigned)tb_rand_below(t, 16);
    b->cfg.pad = tb_chance(t, 50);
    tb_set(b->pop, b->cfg.pop);
    tb_set(b->pad, b->cfg.pad);
}

static void make_frame(struct bench *b, struct frame *f, unsigned len, unsigned kind)
{
    tb *t = b->t;
    for (unsigned k = 0; k < len; k += 8) {
        uint64_t r = tb_rand(t);
        memcpy(f->in + k, &r, 8);
    }
    if (kind < 4) {
        f->in[12] = (uint8_t)(b->cfg.tpid[kind] >> 8);
        f->in[13] = (uint8_t)b->cfg.tpid[kind];
    }
    f->len = len;
    f->err = tb_chance(t, 20);
    f->side = (uint32_t)tb_rand(t);
    f->n = pop_bytes(&b->cfg, f->in);
    memcpy(f->out, f->in, len);
    f->out_len = pop_frame(&b->cfg, f->out, len, f->n);
    b->frames++;
    b->cut[f->n / 4]++;
    b->padded += f->out_len > f->len - f->n;
    b->one_out += len > 64 && f->out_len <= 64;
}

/* Cells first .. last - 1 of the frame may go out. */
static void may_go(struct bench *b, const struct frame *f, unsigned first, unsigned last)
{
    for (unsigned c = first; c < last; c++) {
        struct out *o = &b->ready[b->waiting++];
        unsigned left = f->out_len - 64 * c;
        o->sop = c == 0;
        o->eop = left <= 64;
        o->err = o->eop && f->err;
        o->popped = f->n != 0;
        o->less = f->len - f->out_len;
        o->bytes = o->eop ? left : 64;
        o->side = f->side;
        memcpy(o->data, f->out + 64 * c, o->bytes);
    }
}

static void check_out(struct bench *b)
{
    tb *t = b->t;
    TB_EQ(t, tb_get(b->o_valid), b->waiting > 0);
    if (b->waiting == 0 || !tb_get(b->o_valid)) return;
    const struct out *o = &b->ready[0];
    uint8_t got[64];
    tb_get_bytes(b->o_data, 0, got, 64);
    TB_EQ(t, tb_get(b->o_sop), o->sop);
    TB_EQ(t, tb_get(b->o_eop), o->eop);
    TB_EQ(t, tb_get(b->o_err), o->err);
    TB_EQ(t, tb_get(b->o_bytes), o->bytes);
    for (unsigned k = 0; k < o->bytes; k++)
        if (got[k] != o->data[k]) {
            tb_fail(t, "byte %u of %u is %02x, expected %02x", k, o->bytes, got[k], o->data[k]);
            break;
        }
    if (o->sop) TB_EQ(t, tb_get(b->o_side), o->side);
    if (o->eop) TB_EQ(t, tb_get(b->popped), o->popped);
    if (o->eop) TB_EQ(t, tb_get(b->less), o->less);
    b->waiting--;
    memmove(b->ready, b->ready + 1, b->waiting * sizeof b->ready[0]);
}

static void idle(struct bench *b, unsigned cycles, bool open)
{
    tb *t = b->t;
    for (unsigned k = 0; k < cycles; k++) {
        tb_set(b->valid, 0);
        tb_set(b->sop, tb_chance(t, 50));
        tb_set(b->eop, tb_chance(t, 50));
        tb_eval(t);
        TB_EQ(t, tb_get(b->held), b->waiting > 0 || open);
        check_out(b);
        tb_tick(t);
    }
}

static void send(struct bench *b, const struct frame *f, unsigned gaps)
{
    tb *t = b->t;
    unsigned went = 0;
    for (unsigned at = 0; at < f->len; at += 64) {
        bool last = f->len - at <= 64;
        unsigned bytes = last ? f->len - at : 64;
        tb_set(b->valid, 1);
        tb_set(b->sop, at == 0);
        tb_set(b->eop, last);
        tb_set(b->err, last && f->err);
        tb_set(b->bytes, bytes);
        tb_set_bytes(b->data, 0, f->in + at, 64);
        tb_set(b->type,
               (uint64_t)(at == 0 ? f->in[12] << 8 | f->in[13] : (int)tb_rand_below(t, 65536)));
        tb_set(b->side, at == 0 ? f->side : tb_rand(t));
        tb_eval(t);
        TB_EQ(t, tb_get(b->held), b->waiting > 0 || (f->n != 0 && at > 0));
        b->back_to_back += b->waiting > 0 && at == 0;
        unsigned ready = pop_ready(f->len, f->n, at + bytes);
        may_go(b, f, went, ready);
        went = ready;
        check_out(b);
        TB_CHECK(t, b->waiting <= 1);
        tb_tick(t);
        if (tb_chance(t, gaps)) idle(b, 1 + (unsigned)tb_rand_below(t, 3), f->n != 0 && !last);
    }
}

int tb_main(tb *t)
{
    static struct bench b;
    static struct frame f;
    b.t = t;
    b.pop = tb_sig_find(t, "cfg_pop_i");
    b.tpid = tb_sig_find(t, "cfg_tpid_i");
    b.pad = tb_sig_find(t, "cfg_pad_i");
    b.valid = tb_sig_find(t, "valid_i");
    b.sop = tb_sig_find(t, "sop_i");
    b.eop = tb_sig_find(t, "eop_i");
    b.err = tb_sig_find(t, "err_i");
    b.bytes = tb_sig_find(t, "bytes_i");
    b.data = tb_sig_find(t, "data_i");
    b.type = tb_sig_find(t, "type_i");
    b.side = tb_sig_find(t, "side_i");
    b.o_valid = tb_sig_find(t, "valid_o");
    b.o_sop = tb_sig_find(t, "sop_o");
    b.o_eop = tb_sig_find(t, "eop_o");
    b.o_err = tb_sig_find(t, "err_o");
    b.o_bytes = tb_sig_find(t, "bytes_o");
    b.o_data = tb_sig_find(t, "data_o");
    b.o_side = tb_sig_find(t, "side_o");
    b.popped = tb_sig_find(t, "popped_o");
    b.less = tb_sig_find(t, "less_o");
    b.held = tb_sig_find(t, "held_o");
    tb_reset(t, 2);

    for (unsigned len = 28; len <= 1600; len++)
        for (unsigned kind = 0; kind < 5; kind++) {
            configure(&b);
            make_frame(&b, &f, len, kind);
            send(&b, &f, len % 2 ? 0 : 40);
        }
    uint64_t frames = tb_effort(t, 300000, 6000000);
    unsigned gaps = 0;
    for (uint64_t n = 0; n < frames && tb_failures(t) == 0; n++) {
        if (n % 64 == 0) gaps = tb_chance(t, 50) ? 0 : (unsigned)tb_rand_below(t, 100);
        if (tb_chance(t, 10)) configure(&b);
        unsigned len = 28 + (unsigned)tb_rand_below(t, tb_chance(t, 70) ? 120 : 300);
        make_frame(&b, &f, len, (unsigned)tb_rand_below(t, tb_chance(t, 70) ? 4 : 8));
        send(&b, &f, gaps);
    }
    idle(&b, 4, false);
    TB_EQ(t, tb_get(b.held), 0);
    TB_CHECK(t, b.cut[0] > 1000 && b.cut[1] > 1000 && b.cut[2] > 1000 && b.padded > 1000);
    TB_CHECK(t, b.back_to_back > 1000 && b.one_out > 1000);
    tb_note(
        t,
        "%llu frames, %llu lost 4 bytes, %llu lost 8, %llu padded, %llu ran into the rest of the "
        "one before",
        (unsigned long long)b.frames, (unsigned long long)b.cut[1], (unsigned long long)b.cut[2],
        (unsigned long long)b.padded, (unsigned long long)b.back_to_back);
    return 0;
}
