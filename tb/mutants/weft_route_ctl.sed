# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/({1'b0, cmd_index_i} < SIZES/({1'b0, cmd_index_i} <= SIZES/
