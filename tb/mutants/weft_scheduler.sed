# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
# The accept pointer stays where it is: matchings stay legal, fairness is gone.
s/if (acc_valid_o\[i\]) begin/if (acc_valid_o[i] \&\& gptr_q[0]) begin/
