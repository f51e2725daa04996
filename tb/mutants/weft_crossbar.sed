# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
# Broken: a cut-through length is lost when a stored frame of the same ingress was matched.
s/if (tuc_mask_i\[i\*OUTPUTS + j\]) tu_data_o/if (tuc_mask_i[i*OUTPUTS + j] \&\& !tus_valid_i[i]) tu_data_o/
