/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * csr_test.h: the test of a generated register block (weft_csr_chip, _route, _port). It drives the
 * register bus and every hardware input, and compares after every clock edge the answer and every
 * hardware output with a model of its own that is built from the register table.
 */
#ifndef WEFT_CSR_TEST_H
#define WEFT_CSR_TEST_H
#include <stdbool.h>
#include <stdint.h>

#include "../../csrc/include/weft/regs_table.h"
#include "tb.h"

typedef struct csr_test csr_test;

/* What a bench knows by itself about a register, to be held against table and hardware. */
typedef struct {
    const char *name;
    uint32_t offset; /* of element 0 */
    unsigned count;
    weft_reg_access access;
    uint32_t reset; /* for constants and settings */
} csr_fact;

/* Legal range of a field, from its meaning. Two's complement bit patterns when is_signed. */
typedef struct {
    const char *reg, *field;
    int64_t min, max;
    bool is_signed;
} csr_range;

/* The module of t is the register block `block` with parameter BASE = base. Resets it. Dies with a
 * message when a port is missing. */
csr_test *csr_test_new(tb *t, const weft_reg_block *block, uint32_t base);
void csr_test_free(csr_test *c);

/* One request, checked against the model. Returns true when it was answered without error. */
bool csr_test_write(csr_test *c, uint32_t offset, uint32_t value);
bool csr_test_read(csr_test *c, uint32_t offset, uint32_t *value);
/* n cycles without a request. */
void csr_test_idle(csr_test *c, unsigned n);

/* Table and hardware agree with the facts, and there is no register that is not among them. */
void csr_test_facts(csr_test *c, const csr_fact *facts, size_t n);
/* Every value of a field up to 8 bits, else the surroundings of both ends, is taken exactly when it
 * is in range. Fields of the block that have no entry must take every value. */
void csr_test_ranges(csr_test *c, const csr_range *ranges, size_t n);
/* Everything else: reset values, walking bits, read-only, sticky, pulses, captured halves, unmapped
 * and misaligned addresses, other blocks' addresses, random requests in every cycle, reset. */
void csr_test_all(csr_test *c);
#endif
