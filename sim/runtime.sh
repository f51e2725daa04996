#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# runtime.sh VARIANT: compiles what all models share and prints its folder.
#   tb, tb-fst        the Verilator runtime and sim/module/module_main.cpp, for module benches
#   model, model-fst  the Verilator runtime for the switch
set -eu
. "$(dirname "$0")/common.sh"
variant=$1
out=$BUILD/runtime/$variant
vroot=$(verilator_root)
vinc=$vroot/include
cxx=${CXX:-g++}
cc=${CC:-gcc}
cflags="-std=c11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Wpedantic -Werror -Itb -Itb/common"
flags="-std=gnu++17 -O2 -pthread -I$vinc -I$vinc/vltstd"
sources="verilated verilated_threads"
[ -e "$vinc/verilated_random.cpp" ] && sources="$sources verilated_random"
case $variant in
*-fst) flags="$flags -DVM_TRACE=1 -DVM_TRACE_FST=1" sources="$sources verilated_fst_c" ;;
*) flags="$flags -DVM_TRACE=0" ;;
esac
case $variant in
tb*) flags="$flags -DVL_USER_STOP -DVL_USER_FINISH -DVL_USER_FATAL" ;;
esac

mkdir -p "$out"
exec 9>"$out/lock"
flock 9
own=""
case $variant in
tb*) own="sim/module/module_main.cpp sim/module/model.h $(echo tb/common/*.[ch])" ;;
esac
# shellcheck disable=SC2086
stamp="$cc $cxx $flags $(verilator --version) $(fingerprint sim/runtime.sh $own)"
if [ ! -e "$out/stamp" ] || [ "$(cat "$out/stamp")" != "$stamp" ]; then
    rm -f "$out"/*.o "$out/libruntime.a" "$out/stamp"
    for s in $sources; do
        # shellcheck disable=SC2086
        $cxx $flags -w -c "$vinc/$s.cpp" -o "$out/$s.o"
    done
    case $variant in
    tb*)
        # shellcheck disable=SC2086
        $cxx $flags -Wall -Wextra -Werror -Itb -Isim/module -c sim/module/module_main.cpp \
            -o "$out/module_main.o"
        for s in tb/common/*.c; do
            # shellcheck disable=SC2086
            $cc $cflags -c "$s" -o "$out/$(basename "$s" .c).o"
        done
        ;;
    esac
    ar rcs "$out/libruntime.a" "$out"/*.o
    printf '%s' "$stamp" >"$out/stamp"
fi
printf '%s\n' "$out"
