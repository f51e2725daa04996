# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
# Broken: every copy of a multicast frame frees its cells.
s/do_free = f2_valid_q & (f2_cut_q | last_copy);/do_free = f2_valid_q;/
