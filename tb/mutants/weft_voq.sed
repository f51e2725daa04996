# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
# Broken: a second dequeue in a row sees a stale second entry.
s/wire \[EW-1:0\]  deq_next = (fill_q && fill_vc_q == deq_vc_i)/wire [EW-1:0]  deq_next = 1'b0/
