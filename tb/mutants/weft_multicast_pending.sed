# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
# Broken: a copy on the heels of another reads the old mask.
s/left = (byp_q ? byp_mask_q : word)/left = word/
