# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
# Broken: of two claims on one pair the higher one is not held back.
s/claim_q\[i\] ? (all & ~watch_q\[i\*N +: N\]) | below : all/claim_q[i] ? (all \& ~watch_q[i*N +: N]) : all/
