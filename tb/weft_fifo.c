/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * Bench of weft_fifo: the FIFO bench at several widths and depths, also not powers of two.
 */
/* tb-params: "" "-GWIDTH=64 -GDEPTH=1" "-GWIDTH=130 -GDEPTH=5" "-GWIDTH=33 -GDEPTH=2" */
#define FIFO_WIDTH 8
#define FIFO_DEPTH 4
#include "fifo_bench.h"
