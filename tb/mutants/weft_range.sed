# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/(address_i <= last_q/(address_i < last_q/
