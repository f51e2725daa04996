# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# classes.awk: reads V<top>_classes.mk and prints the generated classes of this run, one a line:
# "fast NAME" or "slow NAME". Verilator leaves the files of earlier runs where they are, so a
# wildcard would find too much.
/^VM_(CLASSES|SUPPORT)_(FAST|SLOW) / {
    speed = $1 ~ /FAST/ ? "fast" : "slow"
    next
}
/^[^ \t]/ || /^ *$/ { speed = "" }
speed != "" { print speed, $1 }
