#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# run.sh [PATTERN...]: the test runner. Builds what changed, runs all tests (or those whose name
# contains one of the patterns), two at a time, and ends with the line `N passed, M failed`.
#
#   bench/MODULE/SET    tb/MODULE.c on rtl/*/MODULE.v, for every parameter set
#   mutant/MODULE       the bench must fail on the module as broken by tb/mutants/MODULE.sed
#   unit/NAME           tests/unit/NAME.c, under the address and undefined-behaviour sanitizers
#   system/NAME/CONFIG  tests/system/NAME.c, linked with the model, or NAME.sh, with weft in PATH
#   bad/NAME/CONFIG     tests/bad/NAME.sh: inputs that must be refused
#
# Words in a comment of the first 40 lines of a test file in tests/:
#   test-config: p8m32 p4m8 p8m32-debug   configurations to run on (default p8m32)
#   test-timeout: 600                     seconds (default 300; times 10 with WEFT_LONG=1)
# A test passes with status 0. Status 77 means that it could not run here (an optional input is
# missing); it is then reported as skipped. Logs are in build/test/.
#
# From the environment: WEFT_LONG=1, WEFT_TRACES=folder of Chakra traces, JOBS (default 2), SEED.
set -u
. "$(dirname "$0")/../sim/common.sh"
LOGS=$BUILD/test
# One file for this run and the processes that it starts; kept as results.txt at the end.
export WEFT_TEST_RESULTS=${WEFT_TEST_RESULTS:-$LOGS/results.$$}
JOBS=${JOBS:-2}
export WEFT_LONG=${WEFT_LONG:-0}
DEFAULT_CONFIG=p8m32

# test_word FILE KEY DEFAULT: what follows `KEY:` in the head of a test file.
test_word() {
    local v
    v=$(head -n 40 "$1" | sed -n "s|^.*$2: *||p" | sed 's|\*/.*||' | head -n 1)
    printf '%s\n' "${v:-$3}"
}

# Prints one line per test: its name.
list_tests() {
    local m f n s c
    # The long ones first, so that the two jobs end together.
    for f in tests/system/*.c tests/system/*.sh tests/bad/*.sh; do
        [ -e "$f" ] || continue
        for c in $(test_word "$f" test-config $DEFAULT_CONFIG); do
            n=${f#tests/}
            echo "${n%.*}/$c"
        done
    done
    for m in $(rtl_modules); do
        n=1
        [ -e "tb/$m.c" ] && n=$(awk -f sim/module/params.awk "tb/$m.c" | wc -l)
        for ((s = 0; s < n; s++)); do echo "bench/$m/$s"; done
        echo "mutant/$m"
    done
    # A bench or a mutation whose module is gone fails as well.
    for f in tb/*.c tb/mutants/*.sed; do
        [ -e "$f" ] || continue
        m=${f##*/}
        m=${m%.*}
        rtl_file "$m" >/dev/null 2>&1 && continue
        case $f in
        *.c) echo "bench/$m/0" ;;
        *) echo "mutant/$m" ;;
        esac
    done
    for f in tests/unit/*.c; do
        [ -e "$f" ] || continue
        n=${f##*/}
        echo "unit/${n%.c}"
    done
}

ASAN="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
mk() { make --no-print-directory -s -f sim/build.mk "$@"; }

# Runs one test; its output goes to the log. Benches build what they need themselves.
run_test() {
    local name=$1 kind=${1%%/*} rest=${1#*/} file config seconds bin scratch
    case $kind in
    bench)
        bin=$(WAVES=0 sim/module/build.sh "${rest%/*}" "${rest##*/}") || return 1
        ulimit -v 4000000 # a bench that hoards is wrong
        timeout $((WEFT_LONG == 1 ? 6000 : 600)) "$bin" ${SEED:+--seed "$SEED"}
        ;;
    mutant)
        ulimit -v 4000000
        WEFT_LONG=0 sim/module/mutant.sh "$rest"
        ;;
    unit)
        file=tests/unit/$rest.c
        seconds=$(test_word "$file" test-timeout 300)
        bin=$BUILD/asan/bin/unit/$rest
        [ -x "$bin" ] || return 1
        timeout $((WEFT_LONG == 1 ? seconds * 10 : seconds)) "$bin"
        ;;
    system | bad)
        config=${rest##*/}
        file=tests/$kind/${rest%/*}
        scratch=$BUILD/test/scratch/$name
        rm -rf "$scratch"
        mkdir -p "$scratch"
        if [ -e "$file.c" ]; then
            seconds=$(test_word "$file.c" test-timeout 300)
            bin=$BUILD/bin/$config/$kind/${rest%/*}
        else
            seconds=$(test_word "$file.sh" test-timeout 300)
            bin=$file.sh
        fi
        if [ ! -x "$bin" ] || [ ! -x "$BUILD/bin/$config/weft" ]; then
            echo "$bin or $BUILD/bin/$config/weft could not be built: see $LOGS/build.log"
            return 1
        fi
        PATH=$PWD/$BUILD/bin/$config:$PATH WEFT_SCRATCH=$scratch WEFT_CONFIG=$config \
            timeout $((WEFT_LONG == 1 ? seconds * 10 : seconds)) "$bin"
        ;;
    esac
}

# One test: run, log, one line of progress.
if [ "${1:-}" = --one ]; then
    name=$2
    log=$LOGS/$name.log
    mkdir -p "${log%/*}"
    start=${EPOCHREALTIME/./}
    run_test "$name" >"$log" 2>&1
    status=$?
    ms=$(((${EPOCHREALTIME/./} - start) / 1000))
    case $status in
    0) word=ok ;;
    77) word=skip ;;
    124) word=FAIL && echo "timeout" >>"$log" ;;
    *) word=FAIL ;;
    esac
    text=$(printf '%-4s %-52s %4d.%01d s' $word "$name" $((ms / 1000)) $((ms % 1000 / 100)))
    [ $word != FAIL ] || text="$text
$({ grep -m 6 -E "FAIL|ERROR|rror:" "$log" | cut -c1-200; echo ...; tail -n 6 "$log"; } | sed "s/^/     | /")
     see $log"
    [ $word != skip ] || text="$text  ($(tail -n 1 "$log"))"
    printf '%s\n' "$text"
    printf '%s %s %d\n' $word "$name" "$ms" >>"$WEFT_TEST_RESULTS"
    exit 0
fi

mkdir -p "$LOGS"
: >"$WEFT_TEST_RESULTS"
mapfile -t tests < <(list_tests | sort -u -s -t/ -k1,9 | awk '
    # system and bad first, then the rest in the order of the names
    /^(system|bad)\// { print; next }
    { rest[n++] = $0 }
    END { for (i = 0; i < n; i++) print rest[i] }')
if [ $# -gt 0 ]; then
    chosen=()
    for t in "${tests[@]}"; do
        for p in "$@"; do
            if [[ $t == *"$p"* ]]; then
                chosen+=("$t")
                break
            fi
        done
    done
    tests=("${chosen[@]}")
fi
if [ ${#tests[@]} -eq 0 ]; then
    echo "no test matches: $*" >&2
    exit 2
fi

# What several tests share is built first, with all jobs.
begin=$SECONDS
: >"$LOGS/build.log"
build() {
    local what=$1 start=${EPOCHREALTIME/./} word=ok ms
    shift
    "$@" >>"$LOGS/build.log" 2>&1 || word=FAIL
    ms=$(((${EPOCHREALTIME/./} - start) / 1000))
    printf '%-4s %-52s %4d.%01d s\n' $word "$what" $((ms / 1000)) $((ms % 1000 / 100))
    [ $word = ok ] || tail -n 20 "$LOGS/build.log" | sed 's/^/     | /'
    [ $word = ok ] || printf 'FAIL %s %d\n' "$what" "$ms" >>"$WEFT_TEST_RESULTS"
}
configs=$(printf '%s\n' "${tests[@]}" | sed -n -E 's,^(system|bad)/.*/,,p' | sort -u)
units=$(printf '%s\n' "${tests[@]}" | sed -n "s|^unit/|$BUILD/asan/bin/unit/|p")
if printf '%s\n' "${tests[@]}" | grep -qE '^(bench|mutant)/'; then
    build build/runtime sim/runtime.sh tb
fi
if [ -n "$units" ]; then
    # shellcheck disable=SC2086
    build build/unit mk -k -j "$JOBS" B=$BUILD/asan CFLAGS="$ASAN" CONFIG=$DEFAULT_CONFIG $units
fi
for c in $configs; do
    build "build/weft/$c" env CONFIG="$c" WAVES=0 sim/build.sh
    systems=$(printf '%s\n' "${tests[@]}" | sed -n "s|^\(system/.*\)/$c\$|\1|p")
    targets=""
    for s in $systems; do
        [ -e "tests/$s.c" ] && targets="$targets $BUILD/bin/$c/$s"
    done
    # shellcheck disable=SC2086
    [ -z "$targets" ] || build "build/system/$c" mk -k -j "$JOBS" CONFIG="$c" $targets
done

printf '%s\n' "${tests[@]}" | xargs -P "$JOBS" -I{} "$BASH" tests/run.sh --one {}

passed=$(grep -c '^ok ' "$WEFT_TEST_RESULTS")
failed=$(grep -c '^FAIL ' "$WEFT_TEST_RESULTS")
skipped=$(grep -c '^skip ' "$WEFT_TEST_RESULTS")
echo
if [ "$failed" -gt 0 ]; then
    echo "failed:"
    sed -n 's/^FAIL \([^ ]*\) .*/  \1/p' "$WEFT_TEST_RESULTS" | sort
fi
[ "$skipped" -eq 0 ] || echo "$skipped skipped"
echo "$((SECONDS - begin)) s"
mv "$WEFT_TEST_RESULTS" "$LOGS/results.txt"
echo "$passed passed, $failed failed"
# Nothing run is no success.
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
