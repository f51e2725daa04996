#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# run.sh MODULE: builds and runs the bench of a module for each of its parameter sets.
# From the environment: SEED=N, SET=N (one set only), WAVES=1 (writes an FST file), WEFT_LONG=1.
set -eu
. "$(dirname "$0")/../common.sh"
module=$1
if [ ! -e "tb/$module.c" ]; then
    echo "there is no tb/$module.c" >&2
    exit 2
fi
n=$(awk -f sim/module/params.awk "tb/$module.c" | wc -l)
sets=${SET:-$(seq 0 $((n - 1)))}
status=0
for s in $sets; do
    bench=$(sim/module/build.sh "$module" "$s")
    args=()
    [ -z "${SEED:-}" ] || args+=(--seed "$SEED")
    if [ "${WAVES:-0}" = 1 ]; then
        args+=(--wave "$BUILD/bench/$module/$s.fst")
        echo "waves: $BUILD/bench/$module/$s.fst"
    fi
    "$bench" "${args[@]}" || status=1
done
exit $status
