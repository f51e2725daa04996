#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# proto.sh: wrong options and wrong files for `weft proto`: exit status 2, nothing on stdout, a line
# on stderr that says what and where. The errors in descriptions themselves are in
# tests/unit/test_proto_errors.c.
set -u
out=${WEFT_SCRATCH:-build/test/scratch/bad}
mkdir -p "$out"
failed=0
count=0
esun=csrc/proto/desc/esun.weftp

# refused WORDS COMMAND...
refused() {
    local words=$1 status
    shift
    count=$((count + 1))
    "$@" >"$out/stdout" 2>"$out/stderr"
    status=$?
    if [ "$status" -ne 2 ] || [ -s "$out/stdout" ] || ! grep -qF -- "$words" "$out/stderr"; then
        echo "FAILED: $*: status $status, expected '$words':"
        cat "$out/stderr"
        failed=1
    fi
}

refused "no command" weft proto
refused "unknown command" weft proto burn "$esun"
refused "no FILE" weft proto check
refused "no FILE" weft proto show
refused "takes one FILE" weft proto show "$esun" "$esun"
refused "takes one FILE" weft proto export -f lua "$esun" "$esun"
refused "needs --format" weft proto export "$esun"
refused "unknown format" weft proto export --format=pdf "$esun"
refused "--format belongs to export" weft proto show --format=lua "$esun"
refused "--json belongs to check" weft proto show --json=- "$esun"
refused "--output belongs to" weft proto check -o "$out/x" "$esun"
refused "belong to load" weft proto check --port 1 "$esun"
refused "no FILE" weft proto load
refused "takes one FILE" weft proto load "$esun" "$esun"
for p in x -1 99 1x ''; do refused "--port must be all or 0 to" weft proto load --port "$p" "$esun"; done
refused "unknown bus" weft proto load --bus tram "$esun"
refused "cannot read" weft proto load --bus "replay:$out/none.log" "$esun"
refused "cannot write" weft proto load --record "$out/no/x.log" "$esun"
refused "does not say \`start" weft proto load csrc/proto/desc/udp.weftp
refused "unknown option" weft proto check --colour "$esun"
refused "needs a value" weft proto check "$esun" --set
for s in x x= =1 x=y x=-1 x=0x1000000000000 x=99999999999999999999; do
    refused "--set takes NAME=VALUE" weft proto check --set "$s" "$esun"
done
refused 'no parameter "tea"' weft proto check --set tea=1 "$esun"
refused "No such file" weft proto check "$out/none.weftp"
refused "cannot read" weft proto check "$out"
refused "cannot write" weft proto export -f lua -o "$out/no/x.lua" "$esun"
refused "does not say \`start" weft proto check csrc/proto/desc/udp.weftp
refused "ethernet.weftp:30:32: the bound is 16" weft proto check --set vlan_max=16 "$esun"
: >"$out/empty.weftp"
refused "empty.weftp:1:1: the file does not say \`protocol" weft proto check "$out/empty.weftp"
head -c 70000 /dev/zero | tr '\0' '#' >"$out/long.weftp"
refused "longer than 65536 bytes" weft proto check "$out/long.weftp"
head -c 3000 /dev/urandom >"$out/noise.weftp"
refused "noise.weftp:" weft proto check "$out/noise.weftp"
printf 'protocol a\nimport b\n' >"$out/a.weftp"
printf 'protocol b\nimport a\n' >"$out/b.weftp"
refused "b.weftp:2:8:" weft proto check "$out/a.weftp"
# a program that is not written leaves an old file alone
echo old >"$out/old.lua"
refused "no parameter" weft proto export -f lua -o "$out/old.lua" --set tea=1 "$esun"
[ "$(cat "$out/old.lua")" = old ] || { echo "FAILED: old.lua was touched"; failed=1; }

[ "$failed" = 0 ] && echo "$count refused"
exit $failed
