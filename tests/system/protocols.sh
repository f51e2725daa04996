#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# protocols.sh: what is made from the protocol descriptions (pages, table of use, programs in C) is
# what sim/protocols.sh makes; the exports that no file in the repository shows can be read; and
# every program goes into the ports of a switch.
# test-timeout: 120
set -u
out=${WEFT_SCRATCH:-build/test/scratch/protocols}
desc=csrc/proto/desc
failed=0
fail() {
    echo "FAILED: $*"
    failed=1
}
rm -rf "$out"
mkdir -p "$out"
sim/protocols.sh "$out" || fail "sim/protocols.sh"
diff -r "$out/docs/protocols" docs/protocols || fail "docs/protocols: run sim/protocols.sh"
diff "$out/csrc/proto/programs.c" csrc/proto/programs.c || fail "programs.c: run sim/protocols.sh"

for f in "$desc"/*.weftp; do
    case $f in */udp.weftp) continue ;; esac # a part of others
    weft proto show "$f" >"$out/show.txt" || fail "show $f"
    grep -q "of 6 stages" "$out/show.txt" || fail "show $f: no use"
    weft proto export -f json "$f" >"$out/x.json" || fail "export json $f"
    grep -q '"headers"' "$out/x.json" || fail "export json $f: no headers"
    weft proto export --format=lua -o "$out/x.lua" "$f" || fail "export lua $f"
    if command -v luac >/dev/null; then luac -p "$out/x.lua" || fail "lua of $f"; fi
done

# A parameter reaches the program, and the default stays.
weft proto export -f c --set esun_type=0x9999 "$desc/esun.weftp" >"$out/set.c" || fail "--set"
grep -q 0x99990000 "$out/set.c" || fail "--set esun_type has no effect"
grep -q 0x88B50000 "$out/set.c" && fail "--set esun_type leaves the default"
weft proto check --json - "$desc/esun.weftp" | grep -q '"ok": true' || fail "check --json"

# The C file is one that a compiler takes, and has the program by its name.
cat >"$out/main.c" <<'C'
#include "weft/programs.h"
int main(void) { return weft_program_words("esun")[0] == 0x99990000u ? 0 : 1; }
C
gcc -std=c11 -Wall -Wextra -Werror -Icsrc/include "$out/set.c" "$out/main.c" -o "$out/main" &&
    "$out/main" || fail "the exported C"
# Into the ports of the model, and again from the record: the same program is the same accesses,
# another program is not what was answered, and one port is not all.
weft proto load --record "$out/load.log" "$desc/uet.weftp" >"$out/load.txt" || fail "load"
[ "$(grep -c '^port [0-9]*: uet, tag 0x' "$out/load.txt")" -gt 1 ] || fail "load: $(cat "$out/load.txt")"
weft proto load --bus "replay:$out/load.log" "$desc/uet.weftp" | diff - "$out/load.txt" ||
    fail "load on the record"
weft proto load --bus "replay:$out/load.log" "$desc/esun.weftp" >"$out/other.txt" 2>&1
[ $? = 1 ] || fail "another program on the record: $(cat "$out/other.txt")"
[ "$(weft proto load --port 1 "$desc/esun.weftp" | grep -c '^port 1: esun')" = 1 ] ||
    fail "load --port 1"
for f in "$desc"/*.weftp; do
    case $f in */udp.weftp) continue ;; esac
    weft proto load --port 0 "$f" >/dev/null || fail "load $f"
done
[ "$failed" = 0 ] && echo "what is generated is up to date"
exit $failed
