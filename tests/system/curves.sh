#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# curves.sh: a part of weft bench --curves is as in the goldens, without a fault; it notices when one
# number, or one point, is not as it was; the switch is nowhere better than the ideal. After a change
# of the RTL that is meant to change cycles: build/weft bench --curves --update (the whole), and
# commit the difference with the change.
# test-timeout: 300
set -u
out=${WEFT_SCRATCH:-build/test/scratch/curves}
mkdir -p "$out"
failed=0
golden=tests/golden/curves.json

weft bench --curves --quick --json "$out/curves.json" || failed=1
grep -q '"reads 0.95"' "$out/curves.json" || {
    echo "FAILED: no point with reads"
    failed=1
}
sed 's/"longest_pause": \([0-9]*\)/"longest_pause": 1\1/' "$golden" >"$out/other.json"
if weft bench --curves --quick --golden "$out/other.json" >"$out/log.txt" 2>&1 ||
    ! grep -q "1 points differ" "$out/log.txt"; then
    echo "FAILED: a changed golden is not noticed"
    failed=1
fi
sed 's/"uniform 0.95"/"uniform 0.94"/' "$golden" >"$out/other.json"
if weft bench --curves --quick --golden "$out/other.json" >"$out/log.txt" 2>&1 ||
    ! grep -q "no golden" "$out/log.txt"; then
    echo "FAILED: a missing golden is not noticed"
    failed=1
fi
# Every golden: no fault, and not more than the ideal delivers (a millionth of the wire is 0.4 bytes
# of a window; half a frame at each end of it may stand differently).
tr -d ' \n' <"$golden" | sed 's/"delivered"/\n&/g' | awk '
    match($0, /"delivered":[0-9]+/) { w = substr($0, RSTART + 12, RLENGTH - 12) + 0; n++ }
    match($0, /"ideal_delivered":[0-9]+/) {
        i = substr($0, RSTART + 18, RLENGTH - 18) + 0
        if (w > i + 300) { print "FAILED: delivered " w ", ideal " i; bad = 1 }
    }
    /"ok":false/ { print "FAILED: a golden with a fault"; bad = 1 }
    END { if (n < 110) { print "FAILED: " n " points only"; bad = 1 }; exit bad }' || failed=1
exit $failed
