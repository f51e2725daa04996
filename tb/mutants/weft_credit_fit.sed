# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
# Broken: a match by another ingress is not noticed.
s/(fits ? compute_q : {N{1'b0}})) . keep;/(fits ? compute_q : {N{1'b0}})) \& tight_i;/
