/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * regs.c: registers and fields by name: the generated table (regs_table.h) laid over the blocks
 * that weft_open found.
 */
#include "device.h"
#include "weft/regs_table.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* One block of this chip: its kind, its port number when it is a port, its address. */
typedef struct {
    const weft_reg_block *kind;
    unsigned port;
    uint32_t base;
} instance;

/* Number of blocks of the chip that this driver knows, and the k-th of them. */
static unsigned instances(const weft_device *dev) { return 3 + dev->geo.ports; }

static bool get_instance(const weft_device *dev, unsigned k, instance *i)
{
    static const uint16_t types[] = {WEFT_CHIP_BLOCK_TYPE, WEFT_ROUTE_BLOCK_TYPE,
                                     WEFT_PARSER_BLOCK_TYPE, WEFT_PORT_BLOCK_TYPE};
    const uint32_t single[] = {dev->chip, dev->route, dev->parser};
    i->kind = weft_reg_block_by_type(types[k < 3 ? k : 3]);
    i->port = k < 3 ? 0 : k - 3;
    i->base = k < 3 ? single[k] : dev->port[i->port];
    return i->kind != NULL;
}

static const weft_reg_desc *desc_of(const weft_reg *reg) { return reg->desc_; }

static const weft_reg_field *field_of(const weft_reg *reg)
{
    return reg->field_ >= 0 ? &desc_of(reg)->fields[reg->field_] : NULL;
}

static void lower(char *s)
{
    for (; *s != '\0'; s++) *s = (char)tolower((unsigned char)*s);
}

/* Fills in element `k` of a register. */
static void make_reg(const instance *i, const weft_reg_desc *d, unsigned k, weft_reg *out)
{
    char block[40], element[16] = "";
    if (i->kind->type == WEFT_PORT_BLOCK_TYPE)
        (void)snprintf(block, sizeof block, "%s[%u]", i->kind->name, i->port);
    else
        (void)snprintf(block, sizeof block, "%s", i->kind->name);
    if (d->is_array) (void)snprintf(element, sizeof element, "[%u]", k);
    memset(out, 0, sizeof *out);
    (void)snprintf(out->name, sizeof out->name, "%s.%s%s", block, d->name, element);
    lower(out->name);
    out->addr = i->base + d->offset + 4 * k;
    out->width = 32;
    out->desc_ = d;
    out->field_ = -1;
}

static void make_field(const weft_reg *reg, unsigned k, weft_reg *out)
{
    const weft_reg_field *f = &desc_of(reg)->fields[k];
    weft_reg r = *reg;
    size_t len = strlen(r.name);
    (void)snprintf(r.name + len, sizeof r.name - len, ".%s", f->name);
    lower(r.name);
    r.lsb = f->lsb;
    r.width = f->width;
    r.field_ = (int)k;
    *out = r;
}

/* ------------------------------------------------------------------ names ------------------- */
/* One part of a name: letters, digits, underscores, and an index in brackets. */
typedef struct {
    char text[40];
    bool has_index;
    unsigned index;
} part;

/* Takes one part off *s, up to the end or a dot, which is taken off too. */
static bool take_part(const char **s, part *p)
{
    const char *c = *s;
    size_t n = 0;
    while (isalnum((unsigned char)*c) || *c == '_') {
        if (n + 1 == sizeof p->text) return false;
        p->text[n++] = *c++;
    }
    p->text[n] = '\0';
    p->has_index = *c == '[';
    p->index = 0;
    if (p->has_index) {
        unsigned digits = 0;
        for (c++; isdigit((unsigned char)*c) && digits < 6; c++, digits++)
            p->index = 10 * p->index + (unsigned)(*c - '0');
        if (digits == 0 || *c++ != ']') return false;
    }
    if (n == 0 || (*c != '\0' && *c != '.')) return false;
    if (*c == '.' && *++c == '\0') return false; /* a dot with nothing behind it */
    *s = c;
    return true;
}

/* The block that a part names. */
static bool find_block(const weft_device *dev, const part *p, instance *i)
{
    for (unsigned k = 0; k < instances(dev); k++) {
        if (!get_instance(dev, k, i) || strcasecmp(i->kind->name, p->text) != 0) continue;
        bool is_port = i->kind->type == WEFT_PORT_BLOCK_TYPE;
        if (is_port == p->has_index && (!is_port || i->port == p->index)) return true;
    }
    return false;
}

/* The register that a part names in a block; *k is the element. */
static const weft_reg_desc *find_reg(const instance *i, const part *p, unsigned *k)
{
    const weft_reg_desc *d = weft_reg_find(i->kind, p->text);
    if (d == NULL || d->is_array != p->has_index) return NULL;
    if (d->is_array && p->index >= d->count) return NULL;
    *k = d->is_array ? p->index : 0;
    return d;
}

/* A register of chip or route whose block was left out; it must be in one of them only. */
static const weft_reg_desc *find_bare(const weft_device *dev, const part *p, instance *i,
                                      unsigned *k)
{
    const weft_reg_desc *found = NULL;
    for (unsigned b = 0; b < 2; b++) {
        instance here;
        unsigned element;
        const weft_reg_desc *d = NULL;
        if (get_instance(dev, b, &here)) d = find_reg(&here, p, &element);
        if (d == NULL) continue;
        if (found != NULL) return NULL;
        found = d;
        *i = here;
        *k = element;
    }
    return found;
}

weft_status weft_reg_lookup(const weft_device *dev, const char *name, weft_reg *out)
{
    if (dev == NULL || name == NULL || out == NULL) return WEFT_ERR_ARG;
    const char *rest = name;
    part p;
    instance i;
    unsigned k = 0;
    const weft_reg_desc *d;
    if (!take_part(&rest, &p)) return WEFT_ERR_NOT_FOUND;
    if (find_block(dev, &p, &i)) {
        if (*rest == '\0' || !take_part(&rest, &p)) return WEFT_ERR_NOT_FOUND;
        d = find_reg(&i, &p, &k);
    } else {
        d = find_bare(dev, &p, &i, &k);
    }
    if (d == NULL) return WEFT_ERR_NOT_FOUND;
    weft_reg r;
    make_reg(&i, d, k, &r);
    if (*rest != '\0') {
        if (!take_part(&rest, &p) || p.has_index || *rest != '\0') return WEFT_ERR_NOT_FOUND;
        const weft_reg_field *f = weft_reg_field_find(d, p.text);
        if (f == NULL) return WEFT_ERR_NOT_FOUND;
        make_field(&r, (unsigned)(f - d->fields), &r);
    }
    *out = r;
    return WEFT_OK;
}

weft_status weft_reg_at(const weft_device *dev, uint32_t addr, weft_reg *out)
{
    if (dev == NULL || out == NULL || addr % 4 != 0) return WEFT_ERR_ARG;
    for (unsigned n = 0; n < instances(dev); n++) {
        instance i;
        if (!get_instance(dev, n, &i)) continue;
        for (size_t r = 0; r < i.kind->n_regs; r++) {
            const weft_reg_desc *d = &i.kind->regs[r];
            uint32_t first = i.base + d->offset;
            if (addr < first || addr >= first + 4u * d->count) continue;
            make_reg(&i, d, (addr - first) / 4, out);
            return WEFT_OK;
        }
    }
    return WEFT_ERR_NOT_FOUND;
}

weft_status weft_reg_each(const weft_device *dev, weft_reg_fn fn, void *ctx)
{
    if (dev == NULL || fn == NULL) return WEFT_ERR_ARG;
    for (unsigned n = 0; n < instances(dev); n++) {
        instance i;
        if (!get_instance(dev, n, &i)) continue;
        for (size_t r = 0; r < i.kind->n_regs; r++) {
            for (unsigned k = 0; k < i.kind->regs[r].count; k++) {
                weft_reg reg;
                make_reg(&i, &i.kind->regs[r], k, &reg);
                if (!fn(ctx, &reg)) return WEFT_OK;
            }
        }
    }
    return WEFT_OK;
}

/* ------------------------------------------------------------------ properties -------------- */
static weft_reg_access access_of(const weft_reg *reg)
{
    const weft_reg_field *f = field_of(reg);
    return f != NULL ? f->access : desc_of(reg)->access;
}

static bool valid(const weft_reg *reg)
{
    return reg != NULL && reg->desc_ != NULL && reg->field_ < (int)desc_of(reg)->n_fields;
}

bool weft_reg_readable(const weft_reg *reg) { return valid(reg) && access_of(reg) != WEFT_REG_WO; }

bool weft_reg_writable(const weft_reg *reg) { return valid(reg) && access_of(reg) != WEFT_REG_RO; }

bool weft_reg_reset_value(const weft_reg *reg, uint32_t *value)
{
    if (!valid(reg) || value == NULL) return false;
    const weft_reg_field *f = field_of(reg);
    bool has = f != NULL ? f->has_reset : desc_of(reg)->has_reset;
    if (has) *value = f != NULL ? f->reset : desc_of(reg)->reset;
    return has;
}

const char *weft_reg_description(const weft_reg *reg)
{
    if (!valid(reg)) return "";
    const weft_reg_field *f = field_of(reg);
    return f != NULL ? f->desc : desc_of(reg)->desc;
}

bool weft_reg_range(const weft_reg *reg, int64_t *min, int64_t *max)
{
    if (!valid(reg) || min == NULL || max == NULL) return false;
    const weft_reg_field *f = field_of(reg);
    if (f == NULL && desc_of(reg)->n_fields != 1) return false;
    if (f == NULL) f = &desc_of(reg)->fields[0];
    int64_t span = (int64_t)1 << f->width;
    *min = f->has_range ? f->min : 0;
    *max = f->has_range ? f->max : span - 1;
    if (f->range_signed) {
        if (*min >= span / 2) *min -= span;
        if (*max >= span / 2) *max -= span;
    }
    return true;
}

const char *weft_reg_access_name(const weft_reg *reg)
{
    if (!valid(reg)) return "";
    switch (access_of(reg)) {
    case WEFT_REG_RO: return "ro";
    case WEFT_REG_RW: return "rw";
    case WEFT_REG_W1C: return "w1c";
    case WEFT_REG_WO: return "wo";
    }
    return "";
}

bool weft_reg_is_counter(const weft_reg *reg) { return valid(reg) && desc_of(reg)->external; }

unsigned weft_reg_field_count(const weft_reg *reg)
{
    return valid(reg) && reg->field_ < 0 ? (unsigned)desc_of(reg)->n_fields : 0;
}

weft_status weft_reg_get_field(const weft_reg *reg, unsigned k, weft_reg *out)
{
    if (!valid(reg) || out == NULL) return WEFT_ERR_ARG;
    if (k >= weft_reg_field_count(reg)) return WEFT_ERR_NOT_FOUND;
    make_field(reg, k, out);
    return WEFT_OK;
}

/* ------------------------------------------------------------------ access ------------------ */
static uint32_t mask_of(unsigned lsb, unsigned width)
{
    return (uint32_t)weft_low_bits(width) << lsb;
}

weft_status weft_reg_read(weft_device *dev, const weft_reg *reg, uint32_t *value)
{
    if (dev == NULL || !valid(reg) || value == NULL) return WEFT_ERR_ARG;
    if (!weft_reg_readable(reg)) return WEFT_ERR_STATE;
    uint32_t v;
    WEFT_TRY(weft_bus_read32(dev->bus, reg->addr, &v));
    *value = (v & mask_of(reg->lsb, reg->width)) >> reg->lsb;
    return WEFT_OK;
}

/* What the settings of a register hold now, everything else 0. */
static weft_status settings(weft_device *dev, const weft_reg *reg, uint32_t *value)
{
    const weft_reg_desc *d = desc_of(reg);
    uint32_t keep = 0, v = 0;
    for (size_t i = 0; i < d->n_fields; i++)
        if (d->fields[i].access == WEFT_REG_RW)
            keep |= mask_of(d->fields[i].lsb, d->fields[i].width);
    if (keep != 0) WEFT_TRY(weft_bus_read32(dev->bus, reg->addr, &v));
    *value = v & keep;
    return WEFT_OK;
}

weft_status weft_reg_write(weft_device *dev, const weft_reg *reg, uint32_t value)
{
    if (dev == NULL || !valid(reg)) return WEFT_ERR_ARG;
    if (!weft_reg_writable(reg)) return WEFT_ERR_STATE;
    uint32_t mask = mask_of(reg->lsb, reg->width), v = 0;
    if (value > mask >> reg->lsb) return WEFT_ERR_ARG;
    if (reg->field_ >= 0) WEFT_TRY(settings(dev, reg, &v));
    v = (v & ~mask) | value << reg->lsb;
    if (!weft_reg_write_is_legal(desc_of(reg), v)) return WEFT_ERR_ARG;
    return weft_bus_write32(dev->bus, reg->addr, v);
}
