# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
# Broken: a stored frame starts when its first cell is here, so the MAC may run dry.
s,whole | (queued >= 16'd2),whole | (queued >= 16'd1),
