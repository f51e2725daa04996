# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/for (i = 15; i >= 0; i = i - 1)/for (i = 0; i < 16; i = i + 1)/
