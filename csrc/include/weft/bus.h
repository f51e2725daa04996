/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * bus.h: how a program reaches the registers of a switch, and the status codes of the whole
 * library. The driver (weft.h) knows only the five functions of weft_bus_ops; a back end is
 * whatever implements them. Three come with the library: the model in this process, a register
 * array in memory for tests, and a recorder that wraps another bus (with its replay).
 * docs/driver.md says how to write one more.
 */
#ifndef WEFT_BUS_H
#define WEFT_BUS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) || defined(__clang__)
#define WEFT_NODISCARD __attribute__((warn_unused_result))
#else
#define WEFT_NODISCARD
#endif

/* What every function of the library returns. WEFT_OK is 0; nothing else is. */
typedef enum weft_status {
    WEFT_OK = 0,
    WEFT_ERR_ARG,       /* an argument is missing, out of range, or two do not fit together */
    WEFT_ERR_BUS,       /* the register access was answered with an error (SLVERR, DECERR) */
    WEFT_ERR_TIMEOUT,   /* no answer, or the awaited event did not come, within the bound */
    WEFT_ERR_NO_DEVICE, /* what answers is no Weft switch, or its block chain is broken */
    WEFT_ERR_VERSION, /* a Weft switch, but of a register version that this driver does not know */
    WEFT_ERR_NOT_FOUND, /* no such entry or name */
    WEFT_ERR_FULL,      /* the table cannot take the entry; nothing was changed */
    WEFT_ERR_UNSAFE, /* refused: frames of a lossless VC could be lost, or a VC could never send */
    WEFT_ERR_STATE,  /* not in this state (port still enabled, table not ready, ...) */
    WEFT_ERR_MEMORY, /* out of memory */
    WEFT_ERR_IO,     /* a file cannot be read or written, or a replayed access does not match */
    WEFT_ERR_UNSUPPORTED /* this back end cannot do that */
} weft_status;
#define WEFT_STATUS_COUNT 13

/* Short name of a status ("ok", "bus error", ...); "unknown status" for any other number. */
const char *weft_status_name(weft_status s);

/* ------------------------------------------------------------------ the interface ----------- */
/* ctx is what the back end put into weft_bus.ctx. Addresses are byte addresses, multiples of 4.
 *
 * read32, write32: one access; WEFT_ERR_BUS when it was answered with an error (then nothing
 *   changed in the device and *value is not touched), WEFT_ERR_TIMEOUT when no answer came.
 * read_block: `words` registers from addr upwards, in ascending order; stops at the first error.
 *   May be NULL: then weft_bus_read_block falls back on read32.
 * wait_irq: returns WEFT_OK as soon as the interrupt is asserted (at once when it already is),
 *   WEFT_ERR_TIMEOUT after `cycles` clock cycles of the switch without one. Back ends that have
 *   no cycles translate with the nominal clock of 1.5625 GHz. May be NULL: WEFT_ERR_UNSUPPORTED.
 * close: frees ctx and the bus. May be NULL when there is nothing to free. */
typedef struct weft_bus_ops {
    weft_status (*read32)(void *ctx, uint32_t addr, uint32_t *value);
    weft_status (*write32)(void *ctx, uint32_t addr, uint32_t value);
    weft_status (*read_block)(void *ctx, uint32_t addr, uint32_t *values, size_t words);
    weft_status (*wait_irq)(void *ctx, uint64_t cycles);
    void (*close)(void *ctx);
} weft_bus_ops;

typedef struct weft_bus {
    const weft_bus_ops *ops;
    void *ctx;
} weft_bus;

/* The calls that users of a bus make. They check their arguments: WEFT_ERR_ARG for a NULL bus or
 * pointer or an address that is no multiple of 4; otherwise the status of the back end. */
weft_status weft_bus_read32(weft_bus *bus, uint32_t addr, uint32_t *value) WEFT_NODISCARD;
weft_status weft_bus_write32(weft_bus *bus, uint32_t addr, uint32_t value) WEFT_NODISCARD;
weft_status weft_bus_read_block(weft_bus *bus, uint32_t addr, uint32_t *values,
                                size_t words) WEFT_NODISCARD;
weft_status weft_bus_wait_irq(weft_bus *bus, uint64_t cycles) WEFT_NODISCARD;
void weft_bus_close(weft_bus *bus); /* NULL is allowed */

/* ------------------------------------------------------------------ the model in this process */
struct weft_sim; /* sim/weft_sim.h */

/* Drives the AXI4-Lite pins of a model in this process. Every access calls tick(ctx), which must
 * step the model by exactly one cycle (a world steps its endpoints there too), until the response
 * is there; after WEFT_BUS_MODEL_MAX_CYCLES without one it gives up with WEFT_ERR_TIMEOUT (and
 * answers WEFT_ERR_STATE from then on: the handshake cannot be repaired without a reset). SLVERR
 * and DECERR become WEFT_ERR_BUS. tick NULL: weft_sim_step(sim). tick must not use the bus.
 * The model must outlive the bus and is not closed with it. NULL: sim is NULL or no memory. */
#define WEFT_BUS_MODEL_MAX_CYCLES 1000
weft_bus *weft_bus_model_open(struct weft_sim *sim, void (*tick)(void *ctx), void *ctx);

/* ------------------------------------------------------------------ mock -------------------- */
typedef struct weft_bus_mock weft_bus_mock;

/* Called for every access to the mock that was not refused. `read`: runs before the word is
 * returned and may change *value. `write`: runs before the word is stored and may change *value.
 * Any status but WEFT_OK is returned to the caller and nothing is stored. */
typedef weft_status (*weft_bus_mock_hook)(void *ctx, weft_bus_mock *mock, uint32_t addr,
                                          uint32_t *value);

typedef struct {
    uint64_t reads, writes; /* accesses that reached the mock, refused ones included */
} weft_bus_mock_stats;

/* An array of `bytes` (a multiple of 4) in memory, all zero, behind a bus. Accesses beyond it are
 * WEFT_ERR_BUS. hooks may be NULL. NULL: no memory or a bad argument. */
weft_bus *weft_bus_mock_open(uint32_t bytes, weft_bus_mock_hook on_read,
                             weft_bus_mock_hook on_write, void *ctx);
/* The mock behind a bus made by weft_bus_mock_open; NULL for any other bus. */
weft_bus_mock *weft_bus_get_mock(weft_bus *bus);
/* The word at addr, without hooks, counts or injected errors. 0 / nothing when out of range. */
uint32_t weft_bus_mock_peek(const weft_bus_mock *mock, uint32_t addr);
void weft_bus_mock_poke(weft_bus_mock *mock, uint32_t addr, uint32_t value);
/* The next `after` accesses go well, then `count` accesses are answered with `status` and change
 * nothing, then all is well again. count 0 takes the injection away. */
void weft_bus_mock_inject(weft_bus_mock *mock, uint64_t after, uint64_t count, weft_status status);
/* Level of the interrupt that wait_irq sees; a low level is a timeout at once. */
void weft_bus_mock_set_irq(weft_bus_mock *mock, bool level);
weft_bus_mock_stats weft_bus_mock_get_stats(const weft_bus_mock *mock);

/* ------------------------------------------------------------------ recording and replay ---- */
/* Wraps `inner`: passes every access on and writes it as one line of text:
 *   R <addr> <value> <status>      W <addr> <value> <status>      I <cycles> <status>
 * addr and value are hexadecimal with 0x, cycles decimal, status the number of weft_status; lines
 * that begin with '#' are comments. The first line is "# weft-bus-log 1". `log` is flushed by
 * close, never closed; inner is closed with the recorder when own_inner. A write error of the file
 * turns the status of an access that went well into WEFT_ERR_IO. NULL: bad argument or no memory.
 */
weft_bus *weft_bus_record_open(weft_bus *inner, bool own_inner, FILE *log);

/* Answers from such a log. strict: every access must be the next one of the log (kind, address and
 * written value), otherwise WEFT_ERR_IO and the position stays. Not strict: a read is answered with
 * the latest value that the log knows for this address up to the position, where the position moves
 * forward to the next read of this address when there is one; a write moves to the next write of
 * the same address and value and is otherwise refused with WEFT_ERR_IO; addresses that the log
 * never read are WEFT_ERR_IO. The whole log is read at once; the file may be closed afterwards.
 * NULL: no memory, or a malformed line, whose number (from 1) goes to *bad_line when not NULL
 * (0: no memory). */
weft_bus *weft_bus_replay_open(FILE *log, bool strict, unsigned long *bad_line);

#ifdef __cplusplus
}
#endif
#endif
