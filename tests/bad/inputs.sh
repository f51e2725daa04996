#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# inputs.sh: wrong options, wrong files and damaged traces are refused: exit status 2, one line on
# stderr that says what and where, nothing on stdout; and never a crash.
# test-timeout: 300
set -u
out=${WEFT_SCRATCH:-build/test/scratch/bad}
mkdir -p "$out"
failed=0
count=0

# refused WORDS COMMAND...
refused() {
    local words=$1 status lines
    shift
    count=$((count + 1))
    "$@" >"$out/stdout" 2>"$out/stderr"
    status=$?
    lines=$(wc -l <"$out/stderr")
    if [ "$status" -ne 2 ] || [ "$lines" -ne 1 ] || [ -s "$out/stdout" ] ||
        ! grep -qF -- "$words" "$out/stderr"; then
        echo "FAILED: $*: status $status, $lines lines, expected '$words':"
        cat "$out/stderr"
        failed=1
    fi
}

echo "options"
refused "no command" weft
refused "unknown command" weft walk
refused "no SOURCE" weft run
refused "too much" weft run gen:uniform gen:uniform
refused "unknown option" weft run --colour gen:uniform
refused "needs a value" weft run gen:uniform --seed
for v in 0 13 x -1 1.5; do refused "--ipg" weft run --ipg=$v gen:uniform; done
for v in 1 65 x; do refused "--ports" weft run --ports=$v gen:uniform; done
refused "make build CONFIG=p4" weft run --ports=4 gen:uniform
refused "not part of this version" weft run --profile=ualink gen:uniform
for v in x file:csrc/proto/desc/esun.weftp,x file:csrc/proto/desc/esun.weftp,; do
    refused "unknown; use esun" weft run --profile=$v gen:uniform
done
refused "No such file" weft run --profile="file:$out/none.weftp" gen:uniform
echo "protocol x start y" >"$out/bad.weftp"
refused "bad.weftp:1:" weft run --profile="file:$out/bad.weftp,uet" gen:uniform
refused "--seed" weft run --seed=x gen:uniform
refused "must be on or off" weft run --payload-check=maybe gen:uniform
refused "not part of this version" weft run --fault=loss gen:uniform
refused "make build WAVES=1" weft run --wave="$out/w.fst" gen:uniform
refused "No such file" weft run --json="$out/no/x.json" gen:uniform
refused "Not a directory" weft run --report=/dev/null/x gen:uniform
refused "unknown source" weft run uniform
refused "unknown source" weft run tea:pot
refused "unknown key" weft run gen:uniform,speed=9
refused "above 0" weft run gen:uniform,load=0
refused "above 0" weft run gen:uniform,load=1.5
for v in 0 20 31 9217 99999999999999999999 -64 "" 64-32 "64*0" 1e3; do
    refused "frame bytes" weft run gen:uniform,size="$v"
done
refused "frame bytes 78 to" weft run --profile=rocev2 gen:uniform,size=64
refused "frame bytes 82 to" weft run --profile=uet gen:uniform,size=81
for v in 0 99999999999 -1 ""; do refused "ops=" weft run gen:uniform,ops="$v"; done
for v in 0 99 99999999999 x; do refused "cycles=" weft run gen:uniform,cycles="$v"; done
for v in -1 nan inf 0x1; do refused "load=" weft run gen:uniform,load=$v; done
for v in 2 -1 x; do refused "read=" weft run gen:uniform,read=$v; done
for v in 8 -1 x; do refused "to=" weft run gen:incast,to=$v; done
for v in 0 1e9; do refused "burst=" weft run gen:bursty,burst=$v; done
refused "carries no data" weft run gen:uniform,read=0.5,size=32
refused "not both" weft run gen:uniform,ops=5,cycles=500
refused "expected key=value" weft run gen:uniform,size
refused "no KIND" weft trace
refused "unknown kind" weft trace cake -o "$out"
refused "-o DIR" weft trace alltoall
refused "--ranks" weft trace alltoall --ranks=1 -o "$out"
refused "--ranks" weft trace alltoall --ranks=99 -o "$out"
refused "--bytes" weft trace alltoall --bytes=0 -o "$out"
refused "--bytes" weft trace alltoall --bytes=5miles -o "$out"
refused "--bytes" weft trace alltoall --bytes=9999GiB -o "$out"
refused "multiple of 32" weft trace ring-allreduce --bytes=1000 -o "$out"
refused "no section" weft bench all
refused "--update writes goldens" weft bench --golden="$out/none"

echo "files"
refused "No such file" weft run csv:"$out/none.csv"
refused "No such file" weft run cm:"$out/none.cm"
refused "No such file" weft run pcap:"$out/none.pcap"
refused "no such trace" weft run chakra:"$out/none"
refused "No such file" weft run chakra:"$out/none/none"
for k in csv cm chakra gen pcap; do refused "nothing stands behind" weft run $k:; done
refused "no file name" weft run chakra:"$out/"
mkdir -p "$out/folder.0.et"
for k in csv cm pcap; do refused "Is a directory" weft run $k:"$out"; done
refused "not a file that can be read" weft run chakra:"$out/folder"
# Root may read everything.
if [ "$(id -u)" -ne 0 ]; then
    : >"$out/locked.0.et"
    chmod 000 "$out/locked.0.et"
    for k in csv:"$out/locked.0.et" pcap:"$out/locked.0.et" cm:"$out/locked.0.et" chakra:"$out/locked"; do
        refused "Permission denied" weft run "$k"
    done
    rm -f "$out/locked.0.et"
fi
: >"$out/empty"
refused "nothing to play" weft run csv:"$out/empty"
refused "Nodes" weft run cm:"$out/empty"
awk 'BEGIN { x = 99; for (i = 0; i < 3000; i++) { x = (x * 69069 + 1) % 4294967296
    printf "\\x%02x", int(x / 65536) % 256 } }' >"$out/noise.txt"
printf '%b' "$(cat "$out/noise.txt")" >"$out/noise"
refused "$out/noise" weft run csv:"$out/noise"
refused "$out/noise" weft run cm:"$out/noise"

echo "fields: unknown ranks, nothing and too much"
head='time_ps,src,dst,op,addr,len'
printf '%s\n' "$head" >"$out/t.csv"
refused "nothing to play" weft run csv:"$out/t.csv"
# WORDS ROW: the row, behind a good one, is refused with these words.
csv() {
    printf '%s\n0,0,1,write,0,8\n%s\n' "$head" "$2" >"$out/t.csv"
    refused "t.csv:3: $1" weft run csv:"$out/t.csv"
}
for r in 5,0,99,read,0,8 5,8,1,read,0,8 5,-1,1,read,0,8 5,,1,read,0,8; do csv "src and dst" $r; done
csv "src and dst are both 1" 5,1,1,read,0,8
for r in 0 -8 16777217 99999999999999999999 8x ""; do csv "addr and len" "5,0,1,write,0,$r"; done
for a in 18446744073709551615 1099511627775 -1 x; do csv "addr and len" "5,0,1,write,$a,8"; done
csv "an atomic takes 8 bytes" 5,0,1,atomic_add,0,16
csv "an atomic takes 8 bytes" 5,0,1,atomic_add,4,8
csv "op 'jump' is not read" 5,0,1,jump,0,8
for v in -5 99999999999999999 x ""; do csv "'$v' is no time" "$v,0,1,write,0,8"; done
csv "more than six fields" 5,0,1,write,0,8,9
csv "expected time_ps" 5,0,1,write,0
# WORDS NODES CONNECTIONS CONNECTION
cm() {
    printf 'Nodes %s\nConnections %s\n%s\n' "$2" "$3" "$4" >"$out/t.cm"
    refused "$1" weft run cm:"$out/t.cm"
}
for v in 0 1 -8 99999999999 x; do cm "t.cm:1: expected 'Nodes N'" $v 1 "0->1 start 0 size 8"; done
for v in -1 99999999999; do cm "t.cm:2: expected 'Connections" 8 $v "0->1 start 0 size 8"; done
cm "'Connections 2' is said" 8 2 "0->1 start 0 size 8"
cm "nothing to play" 8 0 ""
cm "do not fit" 99 1 "0->98 start 0 size 10"
cm "t.cm:3: node 9" 8 1 "0->9 start 0 size 8"
cm "from node 3 to itself" 8 1 "3->3 start 0 size 8"
for v in 0 -1 99999999999999999999 1073741825; do cm "size" 8 1 "0->1 start 0 size $v"; done
cm "more than a second" 8 1 "0->1 start 1000000000001 size 8"
# Flows that start each other never start.
printf 'Nodes 4\nConnections 2\nTriggers 2\n%s\n%s\n%s\n%s\n' \
    '0->1 trigger 1 size 64 send_done_trigger 2' '1->2 trigger 2 size 64 send_done_trigger 1' \
    'trigger id 1 oneshot' 'trigger id 2 oneshot' >"$out/t.cm"
refused "wait for each other" weft run cm:"$out/t.cm"

echo "traces: cut, damaged, incomplete"
weft trace ring-allreduce --ranks 4 --bytes 4KiB -o "$out/good" >/dev/null || failed=1
good=$out/good/ring-allreduce
mkdir -p "$out/bad"
restore() { cp "$good".*.et "$out/bad/"; }
restore
size=$(wc -c <"$good.2.et")
for ((at = 0; at < size; at += 1 + size / 40)); do
    head -c "$at" "$good.2.et" >"$out/bad/ring-allreduce.2.et"
    refused "ring-allreduce" weft run chakra:"$out/bad/ring-allreduce"
done
restore
cp "$out/noise" "$out/bad/ring-allreduce.1.et"
refused "ring-allreduce.1.et" weft run chakra:"$out/bad/ring-allreduce"
# A length of 2^63, of 2 GiB, of one byte more than there is.
printf '\xff\xff\xff\xff\xff\xff\xff\xff\x7f' >"$out/bad/ring-allreduce.1.et"
refused "cut short or no Chakra" weft run chakra:"$out/bad/ring-allreduce"
printf '\x80\x80\x80\x80\x08' >"$out/bad/ring-allreduce.1.et"
refused "cut short or no Chakra" weft run chakra:"$out/bad/ring-allreduce"
printf '\x02\x0a' >"$out/bad/ring-allreduce.1.et"
refused "cut short or no Chakra" weft run chakra:"$out/bad/ring-allreduce"
restore
rm "$out/bad/ring-allreduce.1.et"
refused "ring-allreduce.1.et is missing" weft run chakra:"$out/bad/ring-allreduce"
restore
rm "$out/bad/ring-allreduce.3.et"
refused "there are ranks 0 to 2" weft run chakra:"$out/bad/ring-allreduce"
restore
cp "$good.0.et" "$out/bad/ring-allreduce.1.et"
refused "comm_dst is its own rank" weft run chakra:"$out/bad/ring-allreduce"
restore
cp "$good.0.et" "$out/bad/ring-allreduce.99.et"
refused "the trace has rank 99" weft run chakra:"$out/bad/ring-allreduce"

# Bytes changed here and there: refused, or played to a clear verdict; nothing else.
rm -f "$out"/bad/*
restore
for ((i = 0; i < 25; i++)); do
    cp "$good.2.et" "$out/bad/ring-allreduce.2.et"
    printf "\\x$(printf %02x $((i * 37 % 256)))" |
        dd of="$out/bad/ring-allreduce.2.et" bs=1 seek=$((i * 53 % size)) conv=notrunc status=none
    timeout 60 weft run chakra:"$out/bad/ring-allreduce" >"$out/stdout" 2>"$out/stderr"
    status=$?
    count=$((count + 1))
    if [ $status -gt 2 ]; then
        echo "FAILED: a changed byte at $((i * 53 % size)) ends with status $status"
        failed=1
    fi
done
echo "$count cases"
exit $failed
