# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/off   = 7'd18;/off   = 7'd14;/
