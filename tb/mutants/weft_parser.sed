# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/token_q <= {token_q\[STAGES-2:1\], load_i};/token_q <= {(STAGES - 1) {load_i}};/
