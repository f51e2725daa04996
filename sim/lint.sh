#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# lint.sh [PART...]: any warning is an error. Parts: text, rtl, c. A part may also be the name of a
# module, which is then checked alone. One line per check; what a failed check said is below it.
#
#   text  rules of docs/style.md that a grep can see
#   rtl   every module as top: Verilator -Wall (with and without assertions), Icarus -Wall in
#         Verilog-2005 and, with the assertions, in 2012, Yosys hierarchy, proc and check; the whole
#         switch in all sizes
#   c     gcc and clang with -Werror, every header alone, cppcheck, bash -n
set -u
. "$(dirname "$0")/common.sh"
JOBS=${JOBS:-2}
OUT=$BUILD/lint
FAILED=${WEFT_LINT_FAILED:-$OUT/failed.$$} # one file for this run and the processes it starts
export WEFT_LINT_FAILED=$FAILED
mkdir -p "$OUT"
SIZES="8x32 2x32 4x32 16x32 32x32 8x8 8x16"
CFLAGS="-std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Werror"
INCLUDES="-Icsrc/include -Icsrc -Isim -Itb -Itb/common -Ibuild/gen"

mapfile -t SEARCH < <(rtl_search)

# check NAME COMMAND...: fails when the command fails or says anything.
check() {
    local name=$1 log
    shift
    log=$OUT/${name//[^a-zA-Z0-9_]/-}.log
    if "$@" >"$log" 2>&1 && [ ! -s "$log" ]; then
        echo "ok   $name"
    else
        printf '%s\n' "FAIL $name" "$(head -n 30 "$log" | sed 's/^/     | /')"
        echo "$name" >>"$FAILED"
    fi
}

verilator_lint() { verilator --lint-only -Wall --assert --top-module "$1" "${SEARCH[@]}" "${@:2}"; }

icarus() {
    # Icarus says nothing when it is content, and ends with 0 when it only warns.
    # shellcheck disable=SC2046
    iverilog -Wall -t null -s "$1" -Irtl "${@:2}" $(rtl_closure "$1")
}

yosys_check() {
    local top=$1 log=$OUT/yosys-$1.txt
    timeout 300 yosys -q -l "$log" -p "read_verilog -Irtl $(rtl_closure "$top" | tr "\n" " ")
$(block_chparam "$top") hierarchy -check -top $top; proc; check -assert" >/dev/null 2>&1 || {
        echo "status $? (124: not done in 300 s)"
        grep -m 5 "ERROR" "$log" || tail -n 12 "$log"
        return 1
    }
    grep '^Warning' "$log" || true
}

lint_module() {
    local f
    f=$(rtl_file "$1")
    check "verilator $1" verilator_lint "$1" "$f"
    check "verilator $1, assertions" verilator_lint "$1" -DWEFT_ASSERTIONS "$f"
    check "iverilog $1, 2005" icarus "$1" -g2005
    check "iverilog $1, assertions" icarus "$1" -g2012 -DWEFT_ASSERTIONS
    check "yosys $1" yosys_check "$1"
}

lint_size() {
    local size=$1
    check "verilator weft_switch $size" verilator_lint weft_switch -GPORTS="${size%x*}" \
        -GMII_BYTES="${size#*x}" -DWEFT_ASSERTIONS rtl/top/weft_switch.v
}

# ---- text ------------------------------------------------------------------------------------

sources() {
    find rtl tb csrc sim tests constraints .ci Makefile -type f \( -name '*.v' -o -name '*.vh' -o \
        -name '*.c' -o -name '*.h' -o -name '*.cpp' -o -name '*.sh' -o -name '*.awk' -o -name '*.mk' \
        -o -name '*.sdc' -o -name '*.tcl' -o -name '*.ys' -o -name '*.rdl' -o \
        -name '*.proto' -o -name run -o -name Makefile \) | sort
}
rtl_text() { find rtl -name '*.v' -o -name '*.vh' | sort; }
# Prints matches of a pattern in the RTL with comments removed.
rtl_code_grep() {
    local f
    for f in $(rtl_text); do
        sed 's|//.*||' "$f" | grep -nE "$1" | grep -vE "${2:-^$}" | sed "s|^|$f:|"
    done
    return 0
}

text_spdx() {
    local f
    for f in $(sources); do
        head -n 5 "$f" | grep -q 'SPDX-License-Identifier: Apache-2.0' || echo "$f: no SPDX line"
    done
}
text_ascii() { LC_ALL=C grep -nP '[^\x00-\x7F]' $(rtl_text) /dev/null || true; }
text_columns() { awk 'length($0) > 100 { print FILENAME ":" FNR ": " length($0) " columns" }
    /\t/ { print FILENAME ":" FNR ": tab" } / $/ { print FILENAME ":" FNR ": trailing space" }' \
    $(rtl_text); }
text_length() { wc -l $(find rtl -name '*.v' ! -path 'rtl/csr/*') /dev/null |
    awk '$2 != "total" && $1 > 600 { print $2 ": " $1 " lines, limit 600" }'; }
text_clock() { rtl_code_grep "(posedge|negedge)" "posedge clk\\)" |
    grep -v "^rtl/prim/weft_reset_sync.v:.*posedge clk or posedge rst_async_i" || true; }
text_latch() { rtl_code_grep '\<(always_latch|always_comb|always_ff|logic|interface|struct)\>'; }
# A ring of flip-flops may say why it is none: `// not a memory: REASON` on its line.
text_memory() { grep -nE '^ *reg( signed)? *(\[[^]]*\])? *[a-zA-Z_0-9]+ *\[[^]]*:' rtl/*/*.v |
    grep -vE "^rtl/(prim|csr)/|// not a memory: " || true; }
text_module() {
    local f m
    for f in rtl/*/*.v; do
        m=$(sed -n 's/^ *module  *\([A-Za-z_0-9]*\).*/\1/p' "$f" | tr '\n' ' ')
        [ "$m" = "$(basename "$f" .v) " ] || echo "$f: declares $m"
        case $m in weft_*) ;; *) echo "$f: module name without weft_" ;; esac
        sed 's|//.*||' "$f" | grep '^ *`' | head -n 1 | grep -q '`default_nettype none' ||
            echo "$f: \`default_nettype none is not the first directive"
        grep -v '^ *$' "$f" | tail -n 1 | grep -q '^`default_nettype wire' ||
            echo "$f: \`default_nettype wire is not the last line"
    done
}
text_todo() { grep -nE '\<(TODO|FIXME|XXX|HACK)\>' $(sources | grep -v '^sim/lint.sh$') || true; }

lint_text() {
    check "text: SPDX line" text_spdx
    check "text: RTL is ASCII" text_ascii
    check "text: RTL in 100 columns, no tabs" text_columns
    check "text: RTL files under 600 lines" text_length
    check "text: one clock, clk, rising edge" text_clock
    check "text: Verilog-2005 words" text_latch
    check "text: memories only in rtl/prim" text_memory
    check "text: a file is a module" text_module
    check "text: nothing left to do" text_todo
}

# ---- C ---------------------------------------------------------------------------------------

# Each file with both compilers; prints what they say.
c_files() {
    local cc=$1 f
    shift
    for f in "$@"; do
        # shellcheck disable=SC2086
        $cc $CFLAGS $INCLUDES -fsyntax-only "$f"
    done
}
cpp_file() {
    "$1" -std=gnu++17 -Wall -Wextra -Werror -fsyntax-only -Itb -Isim/module \
        sim/module/module_main.cpp
}
c_header() {
    local cc=$1 h
    shift
    for h in "$@"; do
        # shellcheck disable=SC2086
        printf '#include "%s"\nextern int weft_lint;\n' "$PWD/$h" |
            $cc $CFLAGS $INCLUDES -fsyntax-only -x c -
    done
}
c_cppcheck() {
    cppcheck -q -j "$JOBS" --std=c11 --language=c -D_GNU_SOURCE --inline-suppr \
        --enable=warning,performance,portability --suppress=missingIncludeSystem \
        --error-exitcode=1 --template='{file}:{line}: {severity}: {message} [{id}]' \
        -Icsrc/include -Icsrc -Isim $(find csrc -name '*.c' | sort)
}
shells() {
    local f
    for f in $(find sim tests constraints .ci rtl -name '*.sh' -o -path .ci/run); do bash -n "$f"; done
}

lint_c() {
    local f cc
    make --no-print-directory -s -f sim/build.mk gen
    for cc in gcc clang; do
        for f in csrc tb tests; do
            check "$cc $f" c_files $cc $(find $f -name '*.c' | sort)
        done
        check "$cc headers" c_header $cc $(find csrc tb/common sim -name '*.h' ! -path 'sim/module/*' | sort)
    done
    check "g++ harness" cpp_file g++
    check "clang++ harness" cpp_file clang++
    [ -z "$(find csrc -name '*.c')" ] || check "cppcheck csrc" c_cppcheck
    check "shell scripts" shells
    if command -v clang-format >/dev/null; then
        f=$(find csrc tb tests -name '*.[ch]' -exec clang-format --dry-run {} + 2>&1 |
            grep -c 'clang-format-violations')
        [ "$f" -eq 0 ] || echo "note clang-format: $f places differ from .clang-format (make format)"
    fi
}

lint_rtl() {
    check "yosys reads the assertions" yosys -q -p \
        "read_verilog -sv -formal -DWEFT_ASSERTIONS -Irtl rtl/*/*.v"
    rtl_modules | xargs -P "$JOBS" -I{} "$BASH" sim/lint.sh --module {}
    [ -e rtl/top/weft_switch.v ] || return 0
    for size in $SIZES; do echo "$size"; done |
        xargs -P "$JOBS" -I{} "$BASH" sim/lint.sh --size {}
}

case ${1:-} in
--module) lint_module "$2" && exit ;;
--size) lint_size "$2" && exit ;;
esac
rm -f "$FAILED"
[ $# -gt 0 ] || set -- text rtl c
for part in "$@"; do
    case $part in
    text) lint_text ;;
    rtl) lint_rtl ;;
    c) lint_c ;;
    *) rtl_file "$part" >/dev/null || exit 2; lint_module "$part" ;;
    esac
done
if [ -s "$FAILED" ]; then
    echo "lint: $(wc -l <"$FAILED") checks failed"
    rm -f "$FAILED"
    exit 1
fi
echo "lint: no warning"
