/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * check.h: counted checks and a random stream, for tests of a single file.
 */
#ifndef CHECK_H
#define CHECK_H
#include <stdint.h>
#include <stdio.h>

static unsigned failures, checks;

#define CHECK(x)                                                                                   \
    do {                                                                                           \
        checks++;                                                                                  \
        if (!(x)) {                                                                                \
            if (failures++ < 20) printf("%s:%d: %s\n", __FILE__, __LINE__, #x);                    \
        }                                                                                          \
    } while (0)

static uint64_t rng_state = 0x5eed;

static inline uint64_t rnd(void) /* splitmix64 */
{
    uint64_t z = rng_state += 0x9E3779B97F4A7C15ull;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return z ^ z >> 31;
}

static inline int check_end(const char *name)
{
    printf("%s: %u checks, %u failed\n", name, checks, failures);
    return failures != 0;
}

#endif
