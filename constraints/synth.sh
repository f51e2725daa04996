#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# synth.sh [MODULE...]: Yosys reads the same files as the simulator and reports, for each block:
# gates (AND, OR, XOR, MUX of two data inputs), flip-flops, bits in memories, latches (must be 0),
# and the longest path between registers, so that a latency in cycles is never bought with impossible
# logic: in gates as the source has them, without balancing, and in levels of 6-input tables (LUTs)
# of the balanced logic, as a mapper for an FPGA gets them. Loops and doubly driven nets end the run of the block (check -assert).
# Result: build/synth/report.txt and report.json. Status 1 when a block failed or has latches.
# From the environment: JOBS (default 2).
set -u
. "$(dirname "$0")/../sim/common.sh"
OUT=$BUILD/synth
mkdir -p "$OUT"

one() {
    local m=$1 dir=$OUT/$1 limit=300 params="" word skip="" start=$SECONDS status=0
    exec 9>"$OUT/lock.$m" # two runs at a time do not mix
    flock 9
    rm -rf "$dir"
    mkdir -p "$dir"
    for word in $(block_words "$m"); do
        case $word in
        timeout=*) limit=${word#*=} ;;
        skip=*) skip=${word#*=} ;;
        *) params="$params $word" ;;
        esac
    done
    if [ -n "$skip" ]; then
        printf '%s\tskip\t%s\n' "$m" "$skip" >"$dir/row"
        return
    fi
    sed -e '/^#/d' -e "s|@FILES@|$(rtl_closure "$m" | tr "\n" " ")|" -e "s|@TOP@|$m|g" \
        -e "s|@CHPARAM@|$(block_chparam "$m")|" \
        -e "s|@OUT@|$dir|g" constraints/synth.ys.in >"$dir/run.ys"
    timeout "$limit" yosys -q -l "$dir/yosys.log" -s "$dir/run.ys" >/dev/null \
        2>"$dir/err.txt" || status=$?
    if [ $status -ne 0 ]; then
        word=$(grep -m1 '^ERROR' "$dir/err.txt" "$dir/yosys.log" -h | tr '\t' ' ' | cut -c1-70)
        [ $status -ne 124 ] || word="not done in $limit s"
        printf '%s\tFAIL\t%s\t%s\n' "$m" "${word:-status $status}" "$params" >"$dir/row"
        echo "FAIL $m: ${word:-status $status}"
        return
    fi
    awk -v m="$m" -v params="${params# }" -v seconds=$((SECONDS - start)) -f constraints/report.awk \
        "$dir/stat.json" "$dir/mem.txt" "$dir/ltp.txt" "$dir/lut.txt" >"$dir/row"
    echo "ok   $m, $((SECONDS - start)) s"
}

if [ "${1:-}" = --one ]; then
    one "$2"
    exit 0
fi

if [ $# -gt 0 ]; then modules=$(printf '%s\n' "$@"); else modules=$(rtl_modules); fi
for m in $modules; do rtl_file "$m" >/dev/null || exit 2; done
printf '%s\n' $modules | xargs -P "${JOBS:-2}" -I{} "$BASH" constraints/synth.sh --one {}

rows=()
for m in $modules; do rows+=("$OUT/$m/row"); done
awk -F '\t' -v json="$OUT/report.json" -f constraints/table.awk "${rows[@]}" | tee "$OUT/report.txt"
# The status of the pipe is that of tee; failures are in the rows.
! awk -F '\t' '$2 == "FAIL" || ($2 == "ok" && $6 > 0) { bad = 1 } END { exit !bad }' "${rows[@]}"
