# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/data_p_q <= write_ok \&\& offset/data_p_q <= hit \&\& reg_write_i \&\& offset/
