# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/in_frames_s_q <= in_frames_q;/in_frames_s_q <= in_frames_q + {63'd0, rx_done_i};/
