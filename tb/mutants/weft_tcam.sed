# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/first = match & (~match + 1'b1)/first = match/
