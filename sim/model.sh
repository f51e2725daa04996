#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# model.sh CONFIG: verilates and compiles the whole switch into build/model/CONFIG/libmodel.a.
# CONFIG is p<PORTS>m<MII_BYTES>, for example p8m32, or p8m32-debug: waves (FST), assertions,
# random reset state. From the environment: CXX, MARCH (for example native), JOBS (default 2).
set -eu
. "$(dirname "$0")/common.sh"
config=$1
if ! [[ $config =~ ^p([0-9]+)m([0-9]+)(-debug)?$ ]]; then
    echo "model.sh: '$config' is not p<PORTS>m<MII_BYTES>[-debug]" >&2
    exit 2
fi
ports=${BASH_REMATCH[1]} mii=${BASH_REMATCH[2]} debug=${BASH_REMATCH[3]}
top=weft_switch
out=$BUILD/model/$config
cxx=${CXX:-g++}
vinc=$(verilator_root)/include
mkdir -p "$out"
exec 9>"$out/lock"
flock 9

vflags=(--cc --prefix V$top --top-module $top -Wall -Wno-fatal -O3
    --output-split 10000 --output-split-cfuncs 2000
    -GPORTS="$ports" -GMII_BYTES="$mii" --Mdir "$out/new")
defines="-DWEFT_SIM_PORTS=$ports -DWEFT_SIM_MII_BYTES=$mii"
if [ -n "$debug" ]; then
    vflags+=(--assert -DWEFT_ASSERTIONS --x-assign unique --x-initial unique --trace-fst)
    runtime=$(sim/runtime.sh model-fst)
    opt_fast=-O1 opt_slow=-O0
    defines="$defines -DVM_TRACE=1 -DVM_TRACE_FST=1"
else
    vflags+=(--no-assert --x-assign fast --x-initial fast)
    runtime=$(sim/runtime.sh model)
    opt_fast=-O2 opt_slow=-O0
    defines="$defines -DVM_TRACE=0 -DVM_TRACE_FST=0"
fi
[ -z "${MARCH:-}" ] || opt_fast="$opt_fast -march=$MARCH"

mapfile -t search < <(rtl_search)
# Sets `seconds` to the processor time that the commands so far have taken: the same on a busy
# machine.
cpu() {
    times >"$out/times"
    seconds=$(awk 'NR == 2 { for (i = 1; i <= 2; i++) { split($i, t, "m"); s += t[1] * 60 + t[2] }
                             print s }' "$out/times")
}
cpu
begin=$seconds
verilator "${vflags[@]}" "${search[@]}" rtl/top/$top.v

cpu
verilated=$seconds
# Files of earlier runs go; only files that changed get a new time, so that a small change compiles
# little.
mapfile -t classes < <(awk -f sim/classes.awk "$out/new/V${top}_classes.mk" | cut -d " " -f 2)
declare -A known=()
objects=()
for c in "${classes[@]}"; do
    known[$c]=1
    objects+=("$out/obj/$c.o")
done
mkdir -p "$out/obj"
for f in "$out"/new/*.cpp "$out"/obj/*.cpp "$out"/obj/*.o; do
    c=${f##*/}
    [ ! -e "$f" ] || [ -n "${known[${c%.*}]:-}" ] || rm -f "$f" "$out"/obj/*.a
done
for f in "$out"/new/*.cpp "$out"/new/*.h "$out"/new/*.mk; do
    cmp -s "$f" "$out/obj/${f##*/}" || cp "$f" "$out/obj/"
done
flags_id="$cxx $opt_fast $opt_slow $(verilator --version)"
if [ "$(cat "$out/flags" 2>/dev/null)" != "$flags_id" ]; then
    rm -f "$out"/obj/*.o "$out"/obj/*.a
    printf '%s' "$flags_id" >"$out/flags"
fi

env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory -s -C "$out/obj" -f V$top.mk \
    -j "${JOBS:-2}" CXX="$cxx" LINK="$cxx" OPT_FAST="$opt_fast" OPT_SLOW="$opt_slow" \
    OPT_GLOBAL=-O2 VM_PARALLEL_BUILDS=1 V${top}__ALL.a >/dev/null

# What that took, in seconds: Verilator, C++ compiler (sim/radix.sh).
cpu
awk -v a="$begin" -v b="$verilated" -v c="$seconds" \
    'BEGIN { printf "%.0f %.0f\n", b - a, c - b }' >"$out/seconds"

# The C face of the model.
shim=$out/weft_sim.o
shim_id="$flags_id $defines $(fingerprint sim/weft_sim.cpp sim/weft_sim.h "$out"/obj/*.h)"
if [ ! -e "$shim" ] || [ "$(cat "$out/shim.stamp" 2>/dev/null)" != "$shim_id" ]; then
    rm -f "$out/libmodel.a"
    # shellcheck disable=SC2086
    $cxx -std=gnu++17 $opt_fast -Wall -Wextra -pthread $defines -Isim -I"$out/obj" \
        -isystem "$vinc" -isystem "$vinc/vltstd" -c sim/weft_sim.cpp -o "$shim"
    printf '%s' "$shim_id" >"$out/shim.stamp"
fi
if [ ! -e "$out/libmodel.a" ] || [ "$out/obj/V${top}__ALL.a" -nt "$out/libmodel.a" ] ||
    [ "$runtime/libruntime.a" -nt "$out/libmodel.a" ]; then
    rm -f "$out/libmodel.a"
    ar rcs "$out/libmodel.a" "$shim" "${objects[@]}" "$runtime"/*.o
fi
