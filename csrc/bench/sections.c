/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * sections.c: which sections there are. A new one is a file of its name, a line in bench.h and one
 * here.
 */
#include <string.h>

#include "bench/bench_run.h"

const weft_bench_section *const weft_bench_sections[] = {
    &weft_bench_latency,
    &weft_bench_sizes,
    &weft_bench_patterns,
    &weft_bench_incast,
    &weft_bench_neighbour,
    &weft_bench_multicast,
    &weft_bench_deadlock,
    &weft_bench_curves,
    &weft_bench_protocols,
    &weft_bench_reprogram,
    &weft_bench_efficiency,
    &weft_bench_speed,
    NULL,
};

const weft_bench_section *weft_bench_section_named(const char *name)
{
    for (size_t i = 0; weft_bench_sections[i]; i++)
        if (strcmp(weft_bench_sections[i]->name, name) == 0) return weft_bench_sections[i];
    return NULL;
}
