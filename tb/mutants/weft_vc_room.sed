# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
# Broken: the cell that is stored in this very cycle is not counted.
s/used + 16'd1 < limit : used < limit/used < limit : used < limit/
