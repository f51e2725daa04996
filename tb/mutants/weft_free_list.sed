# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
# Broken: a dropped frame leaves its first cell behind.
s/if (roll_i) rd_d = mark_q;/if (roll_i) rd_d = mark_q + 1'b1;/
