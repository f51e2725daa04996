#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# build.sh MODULE SET [RTL_FILE OUT]: builds the bench of a module for parameter set number SET
# (from 0) and prints the path of the program. RTL_FILE stands in for the module's own file (a
# mutant), OUT for its build folder. WAVES=1 builds with FST waves. Nothing is compiled when neither
# the RTL nor the bench has changed.
set -eu
. "$(dirname "$0")/../common.sh"
module=$1
set_index=$2
rtl=${3:-$(rtl_file "$module")}
waves=${WAVES:-0}
variant=tb
[ "$waves" = 1 ] && variant=tb-fst
out=${4:-$BUILD/bench/$module/$set_index}
[ "$waves" = 1 ] && out=$out-fst
bench=tb/$module.c
if [ ! -e "$bench" ]; then
    echo "there is no $bench" >&2
    exit 2
fi
params=$(awk -f sim/module/params.awk "$bench" | sed -n "$((set_index + 1))p")
extra=$(awk -v key=tb-sources -f sim/module/params.awk "$bench")
cxx=${CXX:-g++}
cc=${CC:-gcc}

runtime=$(sim/runtime.sh $variant)
vinc=$(verilator_root)/include
mkdir -p "$out"
exec 9>"$out/lock"
flock 9
log=$out/build.log
: >"$log"

vflags=(--cc --prefix Vtop --top-module "$module" -Wall -Wno-fatal -O3 --assert -DWEFT_ASSERTIONS
    --x-assign unique --x-initial unique --Mdir "$out/obj")
[ "$waves" = 1 ] && vflags+=(--trace-fst --trace-structs)
mapfile -t search < <(rtl_search)
# shellcheck disable=SC2086
if ! verilator "${vflags[@]}" "${search[@]}" $params "$rtl" >>"$log" 2>&1; then
    rm -f "$out/bench"
    cat "$log" >&2
    exit 3
fi
cat "$log" >&2 # warnings: none is allowed by make lint

trace=0
[ "$waves" = 1 ] && trace=1
cxxflags="-std=gnu++17 -O1 -fno-strict-aliasing -pthread -w -DVM_TRACE=$trace -DVM_TRACE_FST=$trace \
-DVM_COVERAGE=0 -DVM_SC=0 -DVL_TIME_CONTEXT -I$out/obj -Isim/module -I$vinc -I$vinc/vltstd"
cflags="-std=c11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Wpedantic -Werror -Itb -Itb/common \
-Icsrc/include -Icsrc -Isim"

# One translation unit for the fast half, one without optimisation for the half that runs once.
awk -v module="$module" -v repeat="make bench-$module SET=$set_index" -v params="$params" \
    -f sim/module/ports.awk "$out/obj/Vtop.h" >"$out/obj/glue.cpp"
classes=$(awk -f sim/classes.awk "$out/obj/Vtop_classes.mk")
{
    echo "#include \"glue.cpp\""
    sed -n "s|^fast \(.*\)|#include \"\1.cpp\"|p" <<<"$classes"
} >"$out/obj/fast.cc"
sed -n "s|^slow \(.*\)|#include \"\1.cpp\"|p" <<<"$classes" >"$out/obj/slow.cc"
mapfile -t generated < <(sed "s|^[a-z]* |$out/obj/|; s|\$|.cpp|" <<<"$classes")
runtime_id=$(fingerprint "$runtime/stamp")
model_id="$cxx $cxxflags $(fingerprint sim/module/*.h "${generated[@]}" "$out"/obj/glue.cpp \
    "$out"/obj/*.h "$out"/obj/*.cc)"
if [ ! -e "$out/model.stamp" ] || [ "$(cat "$out/model.stamp")" != "$model_id" ]; then
    rm -f "$out/bench" "$out/model.stamp"
    # shellcheck disable=SC2086
    {
        $cxx $cxxflags -c "$out/obj/fast.cc" -o "$out/fast.o" >>"$log" 2>&1 &&
            $cxx $cxxflags -O0 -c "$out/obj/slow.cc" -o "$out/slow.o" >>"$log" 2>&1
    } || {
        cat "$log" >&2
        exit 3
    }
    printf '%s' "$model_id" >"$out/model.stamp"
fi

mapfile -t headers < <(compgen -G 'tb/common/*.h'; compgen -G 'tb/*.h'; compgen -G 'csrc/include/weft/*.h'; true)
# shellcheck disable=SC2086
bench_id="$cc $cflags $runtime_id $(fingerprint "$out/model.stamp" "$bench" $extra "${headers[@]}")"
if [ ! -e "$out/bench" ] || [ "$(cat "$out/bench.stamp" 2>/dev/null)" != "$bench_id" ]; then
    rm -f "$out/bench" "$out"/c_*.o
    objects=()
    # shellcheck disable=SC2086
    for c in "$bench" $extra; do
        o=$out/c_$(printf '%s' "${c%.c}" | tr / _).o
        $cc $cflags -c "$c" -o "$o" >>"$log" 2>&1 || {
            cat "$log" >&2
            exit 3
        }
        objects+=("$o")
    done
    libs="-lm"
    [ "$waves" = 1 ] && libs="-lm -lz"
    # shellcheck disable=SC2086
    $cxx -pthread "$out/fast.o" "$out/slow.o" "${objects[@]}" "$runtime/libruntime.a" $libs \
        -o "$out/bench.tmp" >>"$log" 2>&1 || {
        cat "$log" >&2
        exit 3
    }
    mv "$out/bench.tmp" "$out/bench"
    printf '%s' "$bench_id" >"$out/bench.stamp"
fi
printf '%s\n' "$out/bench"
