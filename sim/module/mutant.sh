#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# mutant.sh MODULE: breaks a copy of the module with tb/mutants/<module>.sed and runs its bench
# (first parameter set). Succeeds when the bench notices: it must end with status 1, or not at all
# within MUTANT_SECONDS (default 120).
set -eu
. "$(dirname "$0")/../common.sh"
module=$1
script=tb/mutants/$module.sed
if [ ! -e "$script" ]; then
    echo "there is no $script" >&2
    exit 2
fi
rtl=$(rtl_file "$module")
out=$BUILD/mutant/$module
mkdir -p "$out"
sed -f "$script" "$rtl" >"$out/$module.v.new"
if cmp -s "$rtl" "$out/$module.v.new"; then
    echo "$script changes nothing in $rtl" >&2
    exit 1
fi
if cmp -s "$out/$module.v" "$out/$module.v.new"; then
    rm "$out/$module.v.new"
else
    mv "$out/$module.v.new" "$out/$module.v"
fi
bench=$(WAVES=0 sim/module/build.sh "$module" 0 "$out/$module.v" "$out")
status=0
timeout "${MUTANT_SECONDS:-120}" "$bench" >"$out/run.log" 2>&1 || status=$?
case $status in
0)
    echo "the bench of $module passes although the module is broken:" >&2
    diff "$rtl" "$out/$module.v" >&2 || true
    exit 1
    ;;
1) echo "noticed: $(grep -m1 FAIL "$out/run.log" || tail -n1 "$out/run.log")" ;;
124) echo "noticed: the bench did not end within ${MUTANT_SECONDS:-120} s" ;;
*)
    echo "the bench of the broken $module ended with status $status:" >&2
    tail -n 20 "$out/run.log" >&2
    exit 1
    ;;
esac
