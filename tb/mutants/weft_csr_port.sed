# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/<= 4'd12/<= 4'd13/
