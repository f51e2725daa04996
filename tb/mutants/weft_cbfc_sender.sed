# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/+ {12.d0, max_cr_q};/+ {12'd0, sent_cr};/
