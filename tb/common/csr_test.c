/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * csr_test.c: see csr_test.h.
 */
#include "csr_test.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SLOTS = 1024, MAX_ELEMENTS = 512, NAME = 128 };

/* One field of one element of a register, with its hardware ports. */
typedef struct {
    const weft_reg_desc *reg;
    const weft_reg_field *field;
    unsigned element; /* index into the model's values */
    tb_sig *in, *out; /* status or set input; setting, state or pulse output; NULL: none */
    unsigned lsb;     /* place in both */
} slot;

struct csr_test {
    tb *t;
    const weft_reg_block *block;
    uint32_t base;
    tb_sig *valid, *write, *addr, *wdata, *ack, *err, *rdata;
    tb_sig *ext_rd, *ext_addr, *ext_rdata; /* NULL: the block has no window */
    tb_sig *start[8];                      /* command strobes */
    const weft_reg_desc *start_reg[8];
    size_t n_start;
    slot slots[MAX_SLOTS];
    size_t n_slots;
    size_t first[128];             /* first element of each register */
    uint32_t value[MAX_ELEMENTS];  /* settings and sticky bits */
    uint32_t pulse[MAX_ELEMENTS];  /* pulses of this cycle */
    uint32_t status[MAX_ELEMENTS]; /* hardware inputs: live status, events */
    uint32_t held[MAX_ELEMENTS];   /* captured halves */
};

static uint32_t mask_of(const weft_reg_field *f)
{
    return f->width == 32 ? 0xFFFFFFFFu : ((1u << f->width) - 1u);
}

static void port_name(char *out, const char *reg, const char *field, const char *suffix)
{
    int n = snprintf(out, NAME, "%s%s%s%s", reg, field != NULL ? "_" : "",
                     field != NULL ? field : "", suffix);
    for (int i = 0; i < n && out[i] != '\0'; i++) out[i] = (char)tolower((unsigned char)out[i]);
}

/* The port of a field by the naming rule: <reg>_<field>, or <reg> for a field called value and for
 * registers whose fields are joined. */
static tb_sig *find_port(csr_test *c, slot *s, const char *suffix, unsigned gap_free_lsb)
{
    char name[NAME];
    if (strcmp(s->field->name, "value") != 0) {
        port_name(name, s->reg->name, s->field->name, suffix);
        if (tb_sig_exists(c->t, name)) {
            s->lsb = 0;
            return tb_sig_find(c->t, name);
        }
    }
    port_name(name, s->reg->name, NULL, suffix);
    if (!tb_sig_exists(c->t, name) && strcmp(s->reg->name, "SCRATCH") == 0) return NULL;
    tb_sig *sig = tb_sig_find(c->t, name);
    s->lsb = gap_free_lsb;
    return sig;
}

static void add_slots(csr_test *c, const weft_reg_desc *r, size_t first)
{
    for (unsigned e = 0; e < r->count; e++) {
        unsigned lsb = 0, per_element = 0;
        for (size_t i = 0; i < r->n_fields; i++) per_element += r->fields[i].width;
        for (size_t i = 0; i < r->n_fields; i++) {
            const weft_reg_field *f = &r->fields[i];
            if (!f->constant && c->n_slots < MAX_SLOTS) {
                slot *s = &c->slots[c->n_slots++];
                *s = (slot){.reg = r, .field = f, .element = (unsigned)first + e};
                unsigned at = e * per_element + lsb;
                switch (f->access) {
                case WEFT_REG_RO: s->in = find_port(c, s, "_i", at); break;
                case WEFT_REG_RW: s->out = find_port(c, s, "_o", at); break;
                case WEFT_REG_W1C:
                    s->in = find_port(c, s, "_set_i", at);
                    s->out = find_port(c, s, "_o", at);
                    break;
                case WEFT_REG_WO: s->out = find_port(c, s, "_p_o", at); break;
                }
            }
            lsb += f->width;
        }
    }
}

static void model_reset(csr_test *c)
{
    memset(c->pulse, 0, sizeof c->pulse);
    memset(c->held, 0, sizeof c->held);
    for (size_t i = 0; i < c->block->n_regs; i++) {
        const weft_reg_desc *r = &c->block->regs[i];
        if (r->external) continue;
        for (unsigned e = 0; e < r->count; e++) c->value[c->first[i] + e] = r->reset;
    }
}

/* All hardware inputs from c->status. */
static void drive_status(csr_test *c)
{
    for (size_t i = 0; i < c->n_slots; i++) {
        slot *s = &c->slots[i];
        if (s->in != NULL)
            tb_set_bits(s->in, s->lsb, s->field->width,
                        (c->status[s->element] >> s->field->lsb) & mask_of(s->field));
    }
}

/* New random hardware status; events fire with the given chance. */
static void random_status(csr_test *c, unsigned event_percent)
{
    for (size_t i = 0; i < c->n_slots; i++) {
        slot *s = &c->slots[i];
        if (s->in == NULL) continue;
        uint32_t bits = (uint32_t)tb_rand(c->t) & mask_of(s->field);
        if (s->field->access == WEFT_REG_W1C && !tb_chance(c->t, event_percent)) bits = 0;
        c->status[s->element] &= ~(mask_of(s->field) << s->field->lsb);
        c->status[s->element] |= bits << s->field->lsb;
    }
    drive_status(c);
}

static void reset_block(csr_test *c)
{
    memset(c->status, 0, sizeof c->status);
    drive_status(c);
    tb_set(c->valid, 0);
    tb_reset(c->t, 3);
    model_reset(c);
}

csr_test *csr_test_new(tb *t, const weft_reg_block *block, uint32_t base)
{
    csr_test *c = calloc(1, sizeof *c);
    if (c == NULL || block == NULL || block->n_regs > sizeof c->first / sizeof c->first[0]) {
        fprintf(stderr, "csr_test: no memory or no such block\n");
        exit(2);
    }
    c->t = t;
    c->block = block;
    c->base = base;
    c->valid = tb_sig_find(t, "reg_valid_i");
    c->write = tb_sig_find(t, "reg_write_i");
    c->addr = tb_sig_find(t, "reg_addr_i");
    c->wdata = tb_sig_find(t, "reg_wdata_i");
    c->ack = tb_sig_find(t, "reg_ack_o");
    c->err = tb_sig_find(t, "reg_err_o");
    c->rdata = tb_sig_find(t, "reg_rdata_o");
    size_t at = 0;
    for (size_t i = 0; i < block->n_regs; i++) {
        const weft_reg_desc *r = &block->regs[i];
        c->first[i] = at;
        if (r->external) {
            c->ext_rd = tb_sig_find(t, "ext_rd_o");
            c->ext_addr = tb_sig_find(t, "ext_addr_o");
            c->ext_rdata = tb_sig_find(t, "ext_rdata_i");
            continue;
        }
        add_slots(c, r, at);
        at += r->count;
        if (at > MAX_ELEMENTS || c->n_slots >= MAX_SLOTS) {
            fprintf(stderr, "csr_test: block %s is too large for the test\n", block->name);
            exit(2);
        }
        if (r->starts) {
            char name[NAME];
            port_name(name, r->name, NULL, "_p_o");
            c->start_reg[c->n_start] = r;
            c->start[c->n_start++] = tb_sig_find(t, name);
        }
    }
    reset_block(c);
    return c;
}

void csr_test_free(csr_test *c) { free(c); }

/* Register and element at a byte offset; NULL: unmapped or misaligned. */
static const weft_reg_desc *at_offset(const csr_test *c, uint32_t offset, unsigned *element,
                                      size_t *index)
{
    for (size_t i = 0; i < c->block->n_regs; i++) {
        const weft_reg_desc *r = &c->block->regs[i];
        if (offset % 4 == 0 && offset >= r->offset && offset < r->offset + 4u * r->count) {
            *element = (offset - r->offset) / 4;
            *index = i;
            return r;
        }
    }
    return NULL;
}

static int64_t as_number(const weft_reg_field *f, uint32_t bits, bool is_signed)
{
    if (is_signed && (bits >> (f->width - 1)) & 1) return (int64_t)bits - ((int64_t)1 << f->width);
    return bits;
}

static bool legal(const weft_reg_desc *r, uint32_t value)
{
    uint32_t known = 0;
    for (size_t i = 0; i < r->n_fields; i++) {
        const weft_reg_field *f = &r->fields[i];
        int64_t v = as_number(f, value >> f->lsb & mask_of(f), f->range_signed);
        if (f->has_range && (v < as_number(f, f->min, f->range_signed) ||
                             v > as_number(f, f->max, f->range_signed)))
            return false;
        known |= mask_of(f) << f->lsb;
    }
    return r->access != WEFT_REG_RW || (value & ~known) == 0;
}

static uint32_t known_bits(const weft_reg_desc *r)
{
    uint32_t known = 0;
    for (size_t i = 0; i < r->n_fields; i++) known |= mask_of(&r->fields[i]) << r->fields[i].lsb;
    return known;
}

/* Content of the window in these tests. */
static uint32_t window(uint32_t word) { return 0x9E3779B9u * (word + 1); }

/* One clock cycle: request or none; hardware inputs as c->status says. Compares everything. */
static bool cycle(csr_test *c, bool valid, bool write, uint32_t addr, uint32_t wdata,
                  uint32_t *rdata)
{
    tb *t = c->t;
    tb_set(c->valid, valid);
    tb_set(c->write, write);
    tb_set(c->addr, addr);
    tb_set(c->wdata, wdata);

    /* What the answer must be, and what the request does to the state. */
    uint32_t offset = addr - c->base;
    bool hit = valid && addr >= c->base && offset < c->block->bytes;
    bool ok = false, window_read = false, started[8] = {false};
    uint32_t data = 0, clear = 0;
    unsigned element = 0;
    size_t index = 0;
    const weft_reg_desc *r = hit ? at_offset(c, offset, &element, &index) : NULL;
    size_t cell = r != NULL && !r->external ? c->first[index] + element : 0;
    memset(c->pulse, 0, sizeof c->pulse);
    if (r != NULL && !write) {
        ok = true;
        if (r->external) {
            window_read = true;
            data = window(element);
        } else if (r->latched_by != NULL) {
            data = c->held[cell];
        } else {
            for (size_t i = 0; i < r->n_fields; i++) {
                const weft_reg_field *f = &r->fields[i];
                uint32_t word = f->constant                ? r->reset
                                : f->access == WEFT_REG_RO ? c->status[cell]
                                : f->access == WEFT_REG_WO ? 0
                                                           : c->value[cell];
                data |= word & (mask_of(f) << f->lsb);
            }
        }
        for (size_t i = 0; i < c->block->n_regs; i++) {
            const weft_reg_desc *h = &c->block->regs[i];
            if (h->latched_by != NULL && strcmp(h->latched_by, r->name) == 0)
                c->held[c->first[i]] = c->status[c->first[i]];
        }
    } else if (r != NULL && r->access != WEFT_REG_RO && legal(r, wdata)) {
        ok = true;
        if (r->access == WEFT_REG_RW) c->value[cell] = wdata;
        if (r->access == WEFT_REG_WO) c->pulse[cell] = wdata & known_bits(r);
        if (r->access == WEFT_REG_W1C) clear = wdata;
        for (size_t i = 0; i < c->n_start; i++) started[i] = c->start_reg[i] == r;
    }
    for (size_t i = 0; i < c->block->n_regs; i++) {
        const weft_reg_desc *s = &c->block->regs[i];
        if (s->access != WEFT_REG_W1C) continue;
        for (unsigned e = 0; e < s->count; e++) {
            uint32_t *v = &c->value[c->first[i] + e];
            if (s == r && e == element) *v &= ~clear;
            *v |= c->status[c->first[i] + e] & known_bits(s);
        }
    }

    if (c->ext_rd != NULL) {
        tb_eval(t);
        TB_EQ(t, tb_get(c->ext_rd), window_read);
        if (window_read) TB_EQ(t, tb_get(c->ext_addr), element);
        tb_set(c->ext_rdata, window_read ? window((uint32_t)tb_get(c->ext_addr)) : 0xDEADBEEFu);
    }
    tb_tick(t);

    TB_EQ(t, tb_get(c->ack), hit);
    TB_EQ(t, tb_get(c->err), hit && !ok);
    if (tb_get(c->rdata) != data)
        tb_fail(t, "%s %s at offset 0x%x: data 0x%x, expected 0x%x", c->block->name,
                r != NULL ? r->name : "(nothing)", (unsigned)offset, (unsigned)tb_get(c->rdata),
                (unsigned)data);
    for (size_t i = 0; i < c->n_slots; i++) {
        slot *s = &c->slots[i];
        if (s->out == NULL) continue;
        uint32_t want =
            s->field->access == WEFT_REG_WO ? c->pulse[s->element] : c->value[s->element];
        want = want >> s->field->lsb & mask_of(s->field);
        uint32_t got = (uint32_t)tb_get_bits(s->out, s->lsb, s->field->width);
        if (got != want)
            tb_fail(t, "%s.%s[%u].%s: port is 0x%x, expected 0x%x", c->block->name, s->reg->name,
                    s->element, s->field->name, (unsigned)got, (unsigned)want);
    }
    for (size_t i = 0; i < c->n_start; i++) TB_EQ(t, tb_get(c->start[i]), started[i]);
    tb_set(c->valid, 0);
    if (rdata != NULL) *rdata = data;
    return hit && ok;
}

bool csr_test_write(csr_test *c, uint32_t offset, uint32_t value)
{
    return cycle(c, true, true, c->base + offset, value, NULL);
}

bool csr_test_read(csr_test *c, uint32_t offset, uint32_t *value)
{
    return cycle(c, true, false, c->base + offset, (uint32_t)tb_rand(c->t), value);
}

void csr_test_idle(csr_test *c, unsigned n)
{
    while (n-- > 0) cycle(c, false, false, 0, 0, NULL);
}

static void read_all(csr_test *c)
{
    for (size_t i = 0; i < c->block->n_regs; i++) {
        const weft_reg_desc *r = &c->block->regs[i];
        for (unsigned e = 0; e < r->count; e++)
            TB_CHECK(c->t, csr_test_read(c, r->offset + 4 * e, NULL));
    }
}

void csr_test_facts(csr_test *c, const csr_fact *facts, size_t n)
{
    reset_block(c);
    for (size_t i = 0; i < n; i++) {
        const csr_fact *f = &facts[i];
        const weft_reg_desc *r = NULL;
        for (size_t k = 0; k < c->block->n_regs; k++)
            if (strcmp(c->block->regs[k].name, f->name) == 0) r = &c->block->regs[k];
        if (r == NULL) {
            tb_fail(c->t, "there is no register %s", f->name);
            continue;
        }
        if (r->offset != f->offset || r->count != f->count || r->access != f->access ||
            (r->has_reset && r->reset != f->reset))
            tb_fail(c->t, "%s is not as it should be: offset 0x%x, count %u, reset 0x%x", f->name,
                    (unsigned)r->offset, r->count, (unsigned)r->reset);
        for (unsigned e = 0; e < f->count; e++) {
            uint32_t v = 0;
            TB_CHECK(c->t, csr_test_read(c, f->offset + 4 * e, &v));
            /* Status inputs are all 0 after reset_block(). */
            if (!r->external) TB_EQ(c->t, v, f->reset);
        }
    }
    TB_EQ(c->t, n, c->block->n_regs);
}

void csr_test_ranges(csr_test *c, const csr_range *ranges, size_t n)
{
    size_t used = 0;
    for (size_t i = 0; i < c->block->n_regs; i++) {
        const weft_reg_desc *r = &c->block->regs[i];
        if (r->access != WEFT_REG_RW) continue;
        for (size_t k = 0; k < r->n_fields; k++) {
            const weft_reg_field *f = &r->fields[k];
            const csr_range *range = NULL;
            for (size_t m = 0; m < n; m++)
                if (strcmp(ranges[m].reg, r->name) == 0 && strcmp(ranges[m].field, f->name) == 0)
                    range = &ranges[m];
            used += range != NULL;
            /* The other fields keep legal values. */
            uint32_t rest = r->reset & ~(mask_of(f) << f->lsb);
            if (strcmp(r->name, "CMD") == 0 && strcmp(f->name, "op") != 0) rest |= 1;
            uint64_t end = (uint64_t)mask_of(f) + 1, step = end <= 256 ? 1 : end / 64;
            for (uint64_t at = 0; at < end; at += step) {
                for (int d = -1; d <= 1; d++) {
                    int64_t v = (int64_t)at + d;
                    if (range != NULL && step > 1)
                        v = tb_chance(c->t, 50) ? range->min + d : range->max + d;
                    uint32_t bits = (uint32_t)v & mask_of(f);
                    int64_t seen = as_number(f, bits, range != NULL && range->is_signed);
                    bool want = range == NULL || (seen >= range->min && seen <= range->max);
                    unsigned e = (unsigned)tb_rand_below(c->t, r->count);
                    bool got = csr_test_write(c, r->offset + 4 * e, rest | bits << f->lsb);
                    if (got != want)
                        tb_fail(c->t, "%s.%s = %lld was %s", r->name, f->name, (long long)seen,
                                got ? "taken" : "refused");
                }
            }
        }
        read_all(c);
    }
    TB_EQ(c->t, used, n);
}

/* Single bits and their complements into every writable register; others must not move. */
static void walk(csr_test *c)
{
    for (size_t i = 0; i < c->block->n_regs; i++) {
        const weft_reg_desc *r = &c->block->regs[i];
        for (unsigned e = 0; e < r->count && e < 8; e++) {
            for (unsigned b = 0; b < 32; b++) {
                csr_test_write(c, r->offset + 4 * e, 1u << b);
                csr_test_read(c, r->offset + 4 * e, NULL);
                csr_test_write(c, r->offset + 4 * e, ~(1u << b) & known_bits(r));
                csr_test_read(c, r->offset + 4 * e, NULL);
            }
            csr_test_write(c, r->offset + 4 * e, 0xFFFFFFFFu);
            csr_test_write(c, r->offset + 4 * e, known_bits(r));
        }
        read_all(c);
    }
}

/* Sticky bits: each event sets its own bit only, 0 leaves it, 1 clears it, the event wins. */
static void sticky(csr_test *c)
{
    for (size_t i = 0; i < c->n_slots; i++) {
        slot *s = &c->slots[i];
        if (s->field->access != WEFT_REG_W1C) continue;
        uint32_t bit = 1u << s->field->lsb, at = s->reg->offset, v = 0;
        reset_block(c);
        c->status[s->element] = bit;
        drive_status(c);
        csr_test_idle(c, 1);
        c->status[s->element] = 0;
        drive_status(c);
        csr_test_read(c, at, &v);
        TB_EQ(c->t, v, bit);
        csr_test_write(c, at, 0);
        csr_test_write(c, at, ~bit);
        csr_test_read(c, at, &v);
        TB_EQ(c->t, v, bit);
        c->status[s->element] = bit;
        drive_status(c);
        csr_test_write(c, at, bit);
        c->status[s->element] = 0;
        drive_status(c);
        csr_test_read(c, at, &v);
        TB_EQ(c->t, v, bit);
        csr_test_write(c, at, bit);
        csr_test_read(c, at, &v);
        TB_EQ(c->t, v, 0);
    }
}

/* Addresses without a register, misaligned ones, and those of other blocks. */
static void unmapped(csr_test *c)
{
    for (uint32_t offset = 0; offset < c->block->bytes; offset++) {
        unsigned element;
        size_t index;
        if (at_offset(c, offset, &element, &index) != NULL) continue;
        TB_CHECK(c->t, !csr_test_read(c, offset, NULL));
        TB_CHECK(c->t, !csr_test_write(c, offset, (uint32_t)tb_rand(c->t)));
    }
    for (uint32_t addr = 0; addr < 0x100000; addr += c->block->bytes) {
        if (addr == c->base) continue;
        uint32_t inside = (uint32_t)tb_rand_below(c->t, c->block->bytes) & ~3u;
        for (int k = 0; k < 2; k++) { /* cycle() checks that nobody answers and nothing changes */
            cycle(c, true, k != 0, addr, 1, NULL);
            cycle(c, true, k != 0, addr + 0x14, 1, NULL);
            cycle(c, true, k != 0, addr + inside, 1, NULL);
        }
    }
    read_all(c);
}

/* A request in most cycles, hardware events at the same time, all against the model. */
static void storm(csr_test *c, uint64_t cycles)
{
    tb *t = c->t;
    for (uint64_t k = 0; k < cycles; k++) {
        if (tb_chance(t, 30)) random_status(c, 20);
        bool valid = tb_chance(t, 80);
        const weft_reg_desc *r = &c->block->regs[tb_rand_below(t, c->block->n_regs)];
        uint32_t offset = r->offset + 4 * (uint32_t)tb_rand_below(t, r->count);
        uint32_t data = (uint32_t)tb_rand(t);
        if (tb_chance(t, 80)) data &= known_bits(r);
        if (tb_chance(t, 5)) offset = (uint32_t)tb_rand_below(t, c->block->bytes);
        uint32_t addr = c->base + offset;
        if (tb_chance(t, 5)) addr = (addr + c->block->bytes) & 0xFFFFF;
        cycle(c, valid, tb_chance(t, 50), addr, data, NULL);
    }
    memset(c->status, 0, sizeof c->status);
    drive_status(c);
    csr_test_idle(c, 2);
}

void csr_test_all(csr_test *c)
{
    reset_block(c);
    csr_test_idle(c, 4);
    read_all(c);
    random_status(c, 0);
    read_all(c);
    walk(c);
    random_status(c, 0);
    read_all(c);
    sticky(c);
    unmapped(c);
    storm(c, tb_effort(c->t, 40000, 1000000));
    reset_block(c);
    read_all(c);
    csr_test_idle(c, 4);
}
