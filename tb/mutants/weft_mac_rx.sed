# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/next_block = block_q + 2'd1 + {1'b0, reach\[3\]};/next_block = block_q + 2'd1;/
