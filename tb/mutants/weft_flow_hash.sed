# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/label_i\[31:16\] ^ {label_i\[14:0\], label_i\[15\]}/label_i[31:16] ^ label_i[15:0]/
