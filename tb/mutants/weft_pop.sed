# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
# Broken: a last cell of exactly the bytes that are missing goes out by itself, empty.
s/(bytes_i <= {3'd0, n})/(bytes_i < {3'd0, n})/
