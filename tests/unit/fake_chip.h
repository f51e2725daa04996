/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * fake_chip.h: registers of a switch without a switch, for tests of the driver. Behaves as the
 * generated register table says (reset values, access, legal ranges, unmapped addresses), and runs
 * table commands, snapshots and interrupt tests. Written from docs/registers.md, not from the
 * driver; any access of the real hardware that would be answered with an error is one here.
 */
#ifndef FAKE_CHIP_H
#define FAKE_CHIP_H
#include "weft/bus.h"
#include "weft/parser.h"
#include "weft/regs.h"
#include "weft/regs_table.h"
#include <stdlib.h>
#include <string.h>

#define FAKE_BYTES   0x100000u
#define FAKE_ROUTE   0x1000u
#define FAKE_PARSER  0x2000u
#define FAKE_PORT(p) (0x10000u + 0x2000u * (uint32_t)(p))

/* Tables of the route block and what one entry of them holds. */
enum { FAKE_MAC, FAKE_ID, FAKE_GROUP, FAKE_IP4, FAKE_IP6, FAKE_RANGE, FAKE_BUCKET, FAKE_PART };
typedef struct {
    uint32_t key[4], mask[4], entry;
} fake_row;

typedef struct {
    unsigned ports, endpoints, vcs, buf_cells, sets, ids, groups;
    unsigned ip4, ip6, ranges, ecmp, parts;
    unsigned busy_polls;  /* STATUS reads that say busy after a command */
    unsigned sweep_polls; /* STATUS reads that say not ready at first */
    bool snapshot_dead;   /* SNAPSHOT does nothing */
    weft_bus *bus;
    weft_bus_mock *mock;
    uint64_t cycle;
    unsigned busy;
    fake_row *table[8]; /* MAC: by index = way * sets + set */
    /* parser block: shadow, pointer (words), what the ports got */
    uint32_t shadow[WEFT_PP_WORDS], program[WEFT_PP_WORDS];
    unsigned parser_at, parser_busy, parser_busy_polls;
    bool parser_error;
    unsigned refuse_at;               /* the word with this number is refused, 0: none */
    void (*after_command)(void *ctx); /* called after each table command */
    void *after_ctx;
} fake_chip;

static inline uint32_t fake_peek(const fake_chip *f, uint32_t addr)
{
    return weft_bus_mock_peek(f->mock, addr);
}

static inline void fake_poke(fake_chip *f, uint32_t addr, uint32_t v)
{
    weft_bus_mock_poke(f->mock, addr, v);
}

/* The block, its base and the register at an address; NULL where nothing is mapped. */
static inline const weft_reg_desc *fake_find(const fake_chip *f, uint32_t addr, uint16_t *type,
                                             uint32_t *base)
{
    if (addr < 0x1000u)
        *type = WEFT_CHIP_BLOCK_TYPE, *base = 0;
    else if (addr < 0x2000u)
        *type = WEFT_ROUTE_BLOCK_TYPE, *base = FAKE_ROUTE;
    else if (addr >= FAKE_PARSER && addr < FAKE_PARSER + 0x1000u)
        *type = WEFT_PARSER_BLOCK_TYPE, *base = FAKE_PARSER;
    else if (addr >= FAKE_PORT(0) && addr < FAKE_PORT(f->ports))
        *type = WEFT_PORT_BLOCK_TYPE, *base = addr - (addr - FAKE_PORT(0)) % 0x2000u;
    else
        return NULL;
    const weft_reg_block *b = weft_reg_block_by_type(*type);
    for (size_t i = 0; b != NULL && i < b->n_regs; i++) {
        uint32_t first = *base + b->regs[i].offset;
        if (addr >= first && addr < first + 4u * b->regs[i].count) return &b->regs[i];
    }
    return NULL;
}

static inline weft_status fake_read(void *ctx, weft_bus_mock *mock, uint32_t addr, uint32_t *value)
{
    fake_chip *f = ctx;
    uint16_t type;
    uint32_t base;
    (void)mock;
    if (fake_find(f, addr, &type, &base) == NULL) return WEFT_ERR_BUS;
    f->cycle += 5;
    if (addr == WEFT_CHIP_CYCLE_LO) {
        *value = (uint32_t)f->cycle;
        fake_poke(f, WEFT_CHIP_CYCLE_HI, (uint32_t)(f->cycle >> 32));
    } else if (addr == FAKE_ROUTE + WEFT_ROUTE_STATUS) {
        uint32_t error = *value & WEFT_ROUTE__STATUS__ERROR_bm;
        uint32_t ready = f->sweep_polls == 0 ? WEFT_ROUTE__STATUS__READY_bm : 0;
        uint32_t busy = f->busy != 0 ? WEFT_ROUTE__STATUS__BUSY_bm : 0;
        if (f->sweep_polls != 0) f->sweep_polls--;
        if (f->busy != 0) f->busy--;
        *value = error | ready | busy;
    } else if (addr == FAKE_PARSER + WEFT_PARSER_STATUS) {
        *value = (f->parser_busy != 0 ? WEFT_PARSER__STATUS__BUSY_bm : 0) |
                 (f->parser_error ? WEFT_PARSER__STATUS__ERROR_bm : 0);
        if (f->parser_busy != 0) f->parser_busy--;
    }
    return WEFT_OK;
}

static inline uint64_t fake_word64(const uint32_t *w) { return (uint64_t)w[1] << 32 | w[0]; }

/* A row with nothing but what its table holds. */
static inline fake_row fake_cut(unsigned table, fake_row r)
{
    static const uint8_t key[8] = {2, 0, 0, 1, 4, 2, 0, 1}, mask[8] = {0, 0, 2, 1, 4, 2, 0, 2};
    static const uint32_t entry[8] = {0x1fff, 0x1fff, 0, 0x1fff, 0x1fff, 0x3fffff, 0x7ffff, 0x1fff};
    for (unsigned k = 0; k < 4; k++) {
        if (k >= key[table]) r.key[k] = 0;
        if (k >= mask[table]) r.mask[k] = 0;
    }
    r.entry &= entry[table];
    return r;
}

static inline void fake_command(fake_chip *f, uint32_t cmd)
{
    unsigned table = cmd & 7, index = cmd >> 16;
    bool write = (cmd >> 3 & 1) != 0;
    uint32_t r = FAKE_ROUTE;
    const unsigned sizes[8] = {4 * f->sets, f->ids,    f->groups,     f->ip4,
                               f->ip6,      f->ranges, 256 * f->ecmp, f->parts};
    bool good = index < sizes[table] && f->busy == 0;
    fake_poke(f, r + WEFT_ROUTE_STATUS, good ? 0 : WEFT_ROUTE__STATUS__ERROR_bm);
    f->busy = f->busy_polls;
    if (!good) return;
    fake_row row = {.entry = fake_peek(f, r + WEFT_ROUTE_ENTRY)};
    for (unsigned k = 0; k < 4 && write; k++) {
        row.key[k] = fake_peek(f, r + WEFT_ROUTE_KEY(k));
        row.mask[k] = fake_peek(f, r + WEFT_ROUTE_MASK(k));
    }
    if (write) {
        f->table[table][index] = fake_cut(table, row);
    } else {
        row = f->table[table][index];
        for (unsigned k = 0; k < 4; k++) {
            fake_poke(f, r + WEFT_ROUTE_RD_KEY(k), row.key[k]);
            fake_poke(f, r + WEFT_ROUTE_RD_MASK(k), row.mask[k]);
        }
        fake_poke(f, r + WEFT_ROUTE_RD_ENTRY, row.entry);
    }
    if (f->after_command != NULL) f->after_command(f->after_ctx);
}

static inline void fake_parser_data(fake_chip *f, uint32_t word)
{
    bool refused = f->parser_busy != 0 || f->parser_at >= WEFT_PP_WORDS ||
                   (f->refuse_at != 0 && f->parser_at == f->refuse_at);
    if (refused)
        f->parser_error = true;
    else
        f->shadow[f->parser_at++] = word;
    if (f->parser_at % WEFT_PP_STAGE_WORDS == 0) f->parser_busy = f->parser_busy_polls;
}

static inline void fake_parser_command(fake_chip *f, uint32_t cmd)
{
    uint32_t op = cmd & 3, stage = cmd >> 8 & 15;
    bool seek = op == 1 && stage < WEFT_PP_STAGES, commit = op == 3 && !f->parser_error;
    if (f->parser_busy != 0 || (!seek && !commit)) {
        f->parser_error = true;
        return;
    }
    f->parser_busy = f->parser_busy_polls;
    if (seek) {
        f->parser_at = stage * WEFT_PP_STAGE_WORDS;
        f->parser_error = false;
        return;
    }
    uint64_t mask = (uint64_t)fake_peek(f, FAKE_PARSER + WEFT_PARSER_PORT_MASK_HI) << 32 |
                    fake_peek(f, FAKE_PARSER + WEFT_PARSER_PORT_MASK_LO);
    memcpy(f->program, f->shadow, sizeof f->program);
    for (unsigned p = 0; p < f->ports; p++)
        if ((mask >> p & 1) != 0)
            fake_poke(f, FAKE_PORT(p) + WEFT_PORT_PARSER_TAG,
                      fake_peek(f, FAKE_PARSER + WEFT_PARSER_TAG));
}

static inline weft_status fake_write(void *ctx, weft_bus_mock *mock, uint32_t addr, uint32_t *value)
{
    fake_chip *f = ctx;
    uint16_t type;
    uint32_t base;
    (void)mock;
    const weft_reg_desc *d = fake_find(f, addr, &type, &base);
    if (d == NULL || !weft_reg_write_is_legal(d, *value)) return WEFT_ERR_BUS;
    uint32_t written = *value;
    f->cycle += 6;
    if (d->access == WEFT_REG_W1C) *value = fake_peek(f, addr) & ~written;
    if (d->access == WEFT_REG_WO) *value = 0;
    if (addr == WEFT_CHIP_SNAPSHOT && (written & 1) != 0 && !f->snapshot_dead) {
        fake_poke(f, WEFT_CHIP_SNAPSHOT_SEQ, fake_peek(f, WEFT_CHIP_SNAPSHOT_SEQ) + 1);
        fake_poke(f, WEFT_CHIP_SNAPSHOT_CYCLE_LO, (uint32_t)f->cycle);
        fake_poke(f, WEFT_CHIP_SNAPSHOT_CYCLE_HI, (uint32_t)(f->cycle >> 32));
        fake_poke(f, WEFT_CHIP_INTR_STATE, fake_peek(f, WEFT_CHIP_INTR_STATE) | 1);
    } else if (addr == WEFT_CHIP_INTR_TEST) {
        fake_poke(f, WEFT_CHIP_INTR_STATE, fake_peek(f, WEFT_CHIP_INTR_STATE) | written);
    } else if (addr == FAKE_ROUTE + WEFT_ROUTE_CMD) {
        fake_command(f, written);
    } else if (addr == FAKE_PARSER + WEFT_PARSER_DATA) {
        fake_parser_data(f, written);
    } else if (addr == FAKE_PARSER + WEFT_PARSER_CMD) {
        fake_parser_command(f, written);
    }
    return WEFT_OK;
}

/* Fills in the constants; the caller may change them with fake_poke. */
static inline void fake_reset(fake_chip *f)
{
    size_t n;
    const weft_reg_block *blocks = weft_reg_blocks(&n);
    for (size_t b = 0; b < n; b++) {
        bool port = blocks[b].type == WEFT_PORT_BLOCK_TYPE;
        for (unsigned p = 0; p < (port ? f->ports : 1); p++) {
            uint32_t base = port ? FAKE_PORT(p) : blocks[b].base;
            for (size_t r = 0; r < blocks[b].n_regs; r++)
                for (unsigned k = 0; k < blocks[b].regs[r].count; k++)
                    fake_poke(f, base + blocks[b].regs[r].offset + 4 * k, blocks[b].regs[r].reset);
        }
    }
    fake_poke(f, WEFT_CHIP_BLOCK_NEXT, FAKE_ROUTE);
    fake_poke(f, WEFT_CHIP_GEOMETRY0, f->ports | f->endpoints << 8 | f->vcs << 16 | 32u << 24);
    fake_poke(f, WEFT_CHIP_GEOMETRY1, f->buf_cells | 256u << 16);
    fake_poke(f, WEFT_CHIP_GEOMETRY2, 64u | f->sets << 16);
    fake_poke(f, FAKE_ROUTE + WEFT_ROUTE_BLOCK_NEXT, FAKE_PARSER);
    fake_poke(f, FAKE_PARSER + WEFT_PARSER_BLOCK_NEXT, FAKE_PORT(0));
    fake_poke(f, FAKE_PARSER + WEFT_PARSER_SIZE, WEFT_PP_STAGES | WEFT_PP_STAGE_WORDS << 8);
    fake_poke(f, FAKE_ROUTE + WEFT_ROUTE_TABLE_SIZES0, 4u | f->sets << 16);
    fake_poke(f, FAKE_ROUTE + WEFT_ROUTE_TABLE_SIZES1, f->ids | f->groups << 16);
    fake_poke(f, FAKE_ROUTE + WEFT_ROUTE_TABLE_SIZES2, f->ip4 | f->ip6 << 16);
    fake_poke(f, FAKE_ROUTE + WEFT_ROUTE_TABLE_SIZES3, f->ranges | f->ecmp << 8 | f->parts << 16);
    for (unsigned p = 0; p < f->ports; p++) {
        fake_poke(f, FAKE_PORT(p) + WEFT_PORT_BLOCK_NEXT, p + 1 < f->ports ? FAKE_PORT(p + 1) : 0);
        fake_poke(f, FAKE_PORT(p) + WEFT_PORT_PORT_INDEX, p);
    }
}

/* The members in front of `bus` may be set before; 0 means the default. Exits when out of memory.
 */
static inline void fake_open(fake_chip *f)
{
    if (f->ports == 0) f->ports = 8;
    if (f->endpoints == 0) f->endpoints = f->ports;
    if (f->vcs == 0) f->vcs = 4;
    if (f->buf_cells == 0) f->buf_cells = 4096;
    if (f->sets == 0) f->sets = 64;
    if (f->ids == 0) f->ids = 1024;
    if (f->groups == 0) f->groups = 64;
    if (f->ip4 == 0) f->ip4 = 64;
    if (f->ip6 == 0) f->ip6 = 16;
    if (f->ranges == 0) f->ranges = 16;
    if (f->ecmp == 0) f->ecmp = 16;
    if (f->parts == 0) f->parts = 16;
    f->bus = weft_bus_mock_open(FAKE_BYTES, fake_read, fake_write, f);
    f->mock = weft_bus_get_mock(f->bus);
    const unsigned sizes[8] = {4 * f->sets, f->ids,    f->groups,     f->ip4,
                               f->ip6,      f->ranges, 256 * f->ecmp, f->parts};
    if (f->mock == NULL) exit(3);
    for (unsigned t = 0; t < 8; t++) {
        f->table[t] = calloc(sizes[t], sizeof *f->table[t]);
        if (f->table[t] == NULL) exit(3);
    }
    fake_reset(f);
}

static inline void fake_close(fake_chip *f)
{
    weft_bus_close(f->bus);
    for (unsigned t = 0; t < 8; t++) free(f->table[t]);
    memset(f, 0, sizeof *f);
}

#endif
