# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
# Broken: a stored frame starts when its first cell is here, so the MAC may run dry.
s|q_ct ? age_q >= cfg_ct_margin_i : queued >= 16'd2|q_ct ? age_q >= cfg_ct_margin_i : queued >= 16'd1|
