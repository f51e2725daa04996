# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/16'd3;/16'd4;/
