# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
# Broken: a second dequeue in a row sees a stale second entry.
s/(fill_q\[j\] && fill_vc_q == deq_vc_i) ? fill_entry/(1'b0) ? fill_entry/
