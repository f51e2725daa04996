# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/alive = group_mask & up_i;/alive = group_mask;/
