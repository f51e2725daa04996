# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/RW_LAST = 6'd19/RW_LAST = 6'd20/
