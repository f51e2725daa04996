/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_fifo_ram: it promises what weft_fifo promises (latency of exactly one cycle, full
 * rate, level, error), so it runs the same bench.
 */
/* tb-params: "-GWIDTH=64 -GDEPTH=16" "-GWIDTH=64 -GDEPTH=1" "-GWIDTH=137 -GDEPTH=37"
   "-GWIDTH=9 -GDEPTH=2" */
#define FIFO_WIDTH 64
#define FIFO_DEPTH 512
#include "fifo_bench.h"
