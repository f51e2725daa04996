# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/irq_q <= |(state_i & enable_i)/irq_q <= |(state_i | enable_i)/
