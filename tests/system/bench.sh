#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# bench.sh: weft bench is as in the goldens, every case without a fault; and it notices when one
# number, or one case, is not as it was. After a change of the RTL that is meant to change cycles:
# build/weft bench --update, and commit the difference with the change.
# test-timeout: 300
set -u
out=${WEFT_SCRATCH:-build/test/scratch/bench}
mkdir -p "$out"
failed=0
golden=tests/golden/bench.json

weft bench --json "$out/bench.json" --pictures "$out/pictures" || failed=1
for f in bench.json pictures/throughput.svg pictures/latency.svg; do
    if [ ! -s "$out/$f" ]; then
        echo "FAILED: $f was not written"
        failed=1
    fi
done

# Other latencies in the goldens, and then one case less.
sed 's/"latency_max": \([0-9]*\)/"latency_max": 1\1/' "$golden" >"$out/other.json"
if weft bench --quick --golden "$out/other.json" >"$out/log.txt" 2>&1 ||
    ! grep -q "DIFFERS: latency_max" "$out/log.txt"; then
    echo "FAILED: a changed golden is not noticed"
    failed=1
fi
sed 's/"one frame of 64 B"/"one frame of 63 B"/' "$golden" >"$out/other.json"
if weft bench --quick --golden "$out/other.json" >"$out/log.txt" 2>&1 ||
    ! grep -q "no golden" "$out/log.txt"; then
    echo "FAILED: a missing golden is not noticed"
    failed=1
fi
exit $failed
