# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/inc_i && (snap_i || !dirty_q\[idx_i\])/inc_i \&\& !dirty_q[idx_i]/
