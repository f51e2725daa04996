#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# radix.sh [CONFIG...]: what a switch with more ports costs in simulation: seconds of processor
# time of Verilator and of the C++ compiler (from nothing), size of the program's code and data, and
# by `weft bench speed` its speed at full load and its memory; the section fails when a frame is
# lost. Prints the Markdown table of docs/performance.md. Default: 2 to 32 ports of 32 bytes a cycle.
set -eu
. "$(dirname "$0")/common.sh"
[ $# -gt 0 ] || set -- p2m32 p4m32 p8m32 p16m32 p32m32
out=$BUILD/radix
mkdir -p "$out"
export JOBS=1 WAVES=0

# clock FILE ROW KEY: a value of the clock of a row of the section.
clock() {
    sed -n '/"wall_clock"/,$p' "$1" | sed -n "/\"$2/,/}/s/.*\"$3\": *\([0-9.e+-]*\).*/\1/p"
}

cat <<'END'
| switch | Verilator, s | C++, s | program, MB | permutation 64 B: kcycle/s | frames/s | uniform 64 B: kcycle/s | frames/s | lost | memory, MiB |
|---|---|---|---|---|---|---|---|---|---|
END
for config in "$@"; do
    rm -rf "$BUILD/model/$config"
    CONFIG=$config sim/build.sh >"$out/$config-build.txt" 2>&1
    read -r verilator cpp <"$BUILD/model/$config/seconds"
    weft=$BUILD/bin/$config/weft
    json=$out/$config.json
    lost=0
    "$weft" bench --json "$json" --golden "$out" --seed 2 speed >"$out/$config.txt" || lost=FAULT
    code=$(size "$weft" | awk 'NR == 2 { printf "%.1f", ($1 + $2) / 1e6 }')
    printf '| %s | %s | %s | %s | %.1f | %.0f | %.1f | %.0f | %s | %.0f |\n' "$config" \
        "$verilator" "$cpp" "$code" \
        "$(clock "$json" "permutation 64 B" khz)" \
        "$(clock "$json" "permutation 64 B" frames_per_second)" \
        "$(clock "$json" "uniform 64 B" khz)" \
        "$(clock "$json" "uniform 64 B" frames_per_second)" "$lost" \
        "$(clock "$json" "uniform 64 B" peak_mib)"
done
