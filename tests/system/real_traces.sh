#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# real_traces.sh: public Chakra traces of eight ranks, where WEFT_TRACES names a folder that has them:
# a ring all-reduce spelled out node by node, and four collective nodes.
# test-timeout: 300
set -u
if [ -z "${WEFT_TRACES:-}" ]; then
    echo "WEFT_TRACES is not set"
    exit 77
fi
failed=0
while read -r trace words; do
    log=${WEFT_SCRATCH:-build/test/scratch}/log.txt
    mkdir -p "${log%/*}"
    if [ ! -e "$WEFT_TRACES/$trace.0.et" ]; then
        echo "FAILED: there is no $trace.0.et in WEFT_TRACES"
        failed=1
    elif ! weft run "chakra:$WEFT_TRACES/$trace" >"$log" 2>&1 || ! grep -q "^  OK" "$log" ||
        ! grep -q "$words" "$log"; then
        echo "FAILED: $trace, or its report does not say '$words'"
        cat "$log"
        failed=1
    else
        echo "ok: $trace: $(sed -n 's/^  result *//p' "$log")"
        sed -n '/latency/p;/wire/p;/simulation/p' "$log"
    fi
done <<'EOF'
chakra-ring-allreduce-8x1MB/custom_allreduce ring all-reduce of 1 MiB in 112 sends (8 chunks of 128 KiB)
chakra-all_reduce-8x1MB/all_reduce 1 collective: all-reduce
chakra-all_gather-8x1MB/all_gather 1 collective: all-gather
chakra-reduce_scatter-8x1MB/reduce_scatter 1 collective: reduce-scatter
chakra-all_to_all-8x1MB/all_to_all 1 collective: all-to-all
EOF
exit $failed
