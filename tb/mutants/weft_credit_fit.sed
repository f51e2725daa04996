# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
# Broken: a match by another ingress is not noticed.
s/& tight_i & ~granted_i;/\& tight_i;/
