# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
# Broken: the checksum is updated by the equation of RFC 1141, so it can become FFFF.
s|{n\[87:80\], n\[95:88\]} = ~fold(sum)|{n[87:80], n[95:88]} = (fold(sum) == 16'hFFFF) ? 16'hFFFF : ~fold(sum)|
