# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/if ({1'b0, cmd_index_i} >= bound) sel/if ({1'b0, cmd_index_i} > bound) sel/
