/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * tb.h: the C face of one Verilated RTL module, for the benches in tb/.
 *
 * A bench is one C file, tb/<module>.c, with `int tb_main(tb *t)`. It sees the module only through
 * signal names, so it compiles without any C++ and is the same for every simulator back end.
 *
 *   tb_sig *d = tb_sig_find(t, "data_i");      // dies with a clear message when there is no such
 * port tb_set(d, 5); tb_eval(t); tb_tick(t);      // one rising clock edge, then settled outputs if
 * (tb_get(q) != 5) tb_fail(t, "q is %u", (unsigned)tb_get(q));
 *
 * Time model: inputs set before tb_tick() are sampled by that rising edge; after tb_tick() all
 * outputs (registered and combinational) are settled for the NEW cycle with the inputs still as
 * they were. tb_eval() settles combinational outputs after inputs changed, without an edge.
 */
#ifndef WEFT_TB_H
#define WEFT_TB_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct tb tb;
typedef struct tb_sig tb_sig;

/* The bench, supplied by tb/<module>.c. Returns 0 when all is well (tb_fail makes it 1 anyway). */
int tb_main(tb *t);

/* Signals: top-level ports of the module. */
tb_sig *tb_sig_find(tb *t, const char *name); /* exits 2 when the port does not exist */
bool tb_sig_exists(tb *t, const char *name);
unsigned tb_sig_width(const tb_sig *s); /* in bits */
void tb_set(tb_sig *s, uint64_t v);     /* any width: upper bits of a wide port become 0 */
uint64_t tb_get(const tb_sig *s);       /* the low 64 bits */
void tb_set_bits(tb_sig *s, unsigned lsb, unsigned width, uint64_t v);      /* width <= 64 */
uint64_t tb_get_bits(const tb_sig *s, unsigned lsb, unsigned width);        /* width <= 64 */
void tb_set_bytes(tb_sig *s, unsigned byte_off, const void *src, size_t n); /* byte 0 = bits 7:0 */
void tb_get_bytes(const tb_sig *s, unsigned byte_off, void *dst, size_t n);

/* Clock. `clk` and `rst` are found by name (either may be missing for combinational modules). */
void tb_eval(tb *t);
void tb_tick(tb *t);
void tb_reset(tb *t, unsigned cycles); /* rst=1 for n cycles, then rst=0 and settled */
uint64_t tb_cycle(const tb *t);

/* Parameters of this build, as given with -G on the Verilator line (0 when not given). */
uint64_t tb_param(tb *t, const char *name, uint64_t deflt);

/* Randomness: xoshiro256**, seeded from --seed (default 1, printed at the end of a failing run). */
uint64_t tb_rand(tb *t);
uint64_t tb_rand_below(tb *t, uint64_t n); /* 0 <= r < n */
bool tb_chance(tb *t, unsigned percent);

/* Verdicts. tb_fail prints file of the bench, cycle, message and the command that repeats the run,
 * and after 10 failures ends the process with status 1. */
void tb_fail(tb *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void tb_note(tb *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
unsigned tb_failures(const tb *t);
/* `make test-long` and the environment variable WEFT_LONG=1 raise the amount of random work. */
uint64_t tb_effort(tb *t, uint64_t normal, uint64_t lengthy);

#define TB_CHECK(t, cond)                                                                          \
    do {                                                                                           \
        if (!(cond)) tb_fail((t), "%s:%d: %s", __FILE__, __LINE__, #cond);                         \
    } while (0)
#define TB_EQ(t, got, want)                                                                        \
    do {                                                                                           \
        uint64_t g_ = (uint64_t)(got), w_ = (uint64_t)(want);                                      \
        if (g_ != w_)                                                                              \
            tb_fail((t), "%s:%d: %s is 0x%llx, expected 0x%llx", __FILE__, __LINE__, #got,         \
                    (unsigned long long)g_, (unsigned long long)w_);                               \
    } while (0)

#ifdef __cplusplus
}
#endif
#endif
