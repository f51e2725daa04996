# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/cf = cf + (cc_count_q\[v\*20+:20\] - cc);/cf = cf + (cc_count_q[v*20+:20] - r_cc_q[v*20+:20]);/
