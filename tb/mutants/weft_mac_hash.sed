# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/48'hC3C96DF7AC57/48'hC3C96DF7AC56/; s/48'h3B73C63B02F3/48'h3B73C63B02F2/
