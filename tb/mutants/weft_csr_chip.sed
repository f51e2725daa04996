# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/^      intr_state_q <= intr_state_q | intr_state_set_i;/      intr_state_q <= intr_state_set_i;/
