# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
s/\&\& idle \&\& !write \&\& !error_o \&\&/\&\& idle \&\& !write \&\&/
