#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# bench.sh: every section of weft bench is as in the goldens and within its bounds (a part of the
# rows; all of them with WEFT_LONG=1); it notices when one number, or one row, is not as it was;
# wrong arguments are refused with one line and nothing on standard output. After a change of the
# RTL that is meant to change cycles: build/weft bench --update --pictures docs/img, and commit the
# difference with the change.
# test-timeout: 300
set -u
out=${WEFT_SCRATCH:-build/test/scratch/bench}
mkdir -p "$out"
failed=0
fail() {
    echo "FAILED: $*"
    failed=1
}

quick=(--quick)
[ "${WEFT_LONG:-0}" = 0 ] || quick=()
weft bench "${quick[@]}" --json "$out/bench.json" || fail "a section is not as it should be"
sections=$(weft bench --list | awk '{ print $1 }')
for s in $sections; do
    grep -q "\"$s\"" "$out/bench.json" || fail "section $s is not in the JSON"
    [ -s "tests/golden/$s.json" ] || fail "section $s has no golden"
done

# Pictures of a quick section: XML, and named after it.
weft bench --pictures "$out/pictures" latency >"$out/log.txt" 2>&1 || fail "latency with a picture"
grep -q "</svg>" "$out/pictures/latency.svg" || fail "latency.svg was not drawn"

# spoil WHAT WORD SED: the goldens of latency are changed; the command must say WORD.
spoil() {
    mkdir -p "$out/spoiled"
    sed "$3" tests/golden/latency.json >"$out/spoiled/latency.json"
    if weft bench --quick --golden "$out/spoiled" ${4:+"$4"} latency >"$out/log.txt" 2>&1 ||
        ! grep -q "$2" "$out/log.txt"; then
        fail "$1 is not noticed"
    fi
}
spoil "a changed number" "DIFFERS: max" 's/"max": \([0-9]*\)/"max": 1\1/'
spoil "a missing row" "NO GOLDEN" 's/"64 B"/"63 B"/'
spoil "a broken golden" "latency.json: line" 's/{//'
spoil "a golden of another switch" "another size" 's/"ports": 8/"ports": 4/'
sed 's/"64 B"/"old": {}, "64 B"/' tests/golden/latency.json >"$out/spoiled/latency.json"
if weft bench --golden "$out/spoiled" latency >"$out/log.txt" 2>&1 ||
    ! grep -q "GONE: 1 row" "$out/log.txt"; then
    fail "a row that is gone is not noticed"
fi
rm -f "$out/spoiled/latency.json"
if weft bench --quick --golden "$out/spoiled" latency >"$out/log.txt" 2>&1; then
    fail "a golden that is not there is not noticed"
fi

# Another seed: no goldens, bounds judge. --update --quick keeps the other rows.
weft bench --quick --seed 7 latency >"$out/log.txt" 2>&1 || fail "seed 7"
grep -q "bounds only" "$out/log.txt" || fail "seed 7 does not say that it has no goldens"
cp tests/golden/latency.json "$out/spoiled/"
weft bench --quick --update --golden "$out/spoiled" latency >"$out/log.txt" 2>&1
cmp -s tests/golden/latency.json "$out/spoiled/latency.json" || fail "--quick --update loses rows"

# refused WORD ARGUMENT...
refused() {
    local word=$1
    shift
    weft bench "$@" >"$out/stdout.txt" 2>"$out/stderr.txt"
    if [ $? -ne 2 ] || [ -s "$out/stdout.txt" ] || [ "$(wc -l <"$out/stderr.txt")" -ne 1 ] ||
        ! grep -q -e "$word" "$out/stderr.txt"; then
        fail "weft bench $*: $(cat "$out/stderr.txt")"
    fi
}
refused "nothing-like-it" nothing-like-it
refused "--bogus" --bogus
refused "--seed=x" --seed=x
refused "needs a value" --json
refused "exclude" --quick --long
refused "seed 1" --update --seed 3
refused "No such file" --json "$out/no/such/folder/x.json"
refused "Not a directory" --pictures "$out/log.txt/x"
exit $failed
