# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/!wstrb_ok_q)/(1'b0 \&\& !wstrb_ok_q))/
