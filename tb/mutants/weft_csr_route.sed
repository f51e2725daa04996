# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/cmd_p_q <= write_ok && offset == 12'h034/cmd_p_q <= write_ok \&\& offset == 12'h030/
