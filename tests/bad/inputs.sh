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
for v in ualink file:x; do
    refused "not part of this version" weft run --profile=$v gen:uniform
done
refused "unknown; use esun" weft run --profile=x gen:uniform
refused "--seed" weft run --seed=x gen:uniform
refused "must be on or off" weft run --payload-check=maybe gen:uniform
refused "not part of this version" weft run --fault=loss gen:uniform
refused "make build WAVES=1" weft run --wave="$out/w.fst" gen:uniform
refused "No such file" weft run --json="$out/no/x.json" gen:uniform
refused "Not a directory" weft run --report=/dev/null/x gen:uniform
refused "unknown source" weft run uniform
refused "unknown source" weft run tea:pot
refused "unknown pattern" weft run gen:
refused "unknown key" weft run gen:uniform,speed=9
refused "above 0" weft run gen:uniform,load=0
refused "above 0" weft run gen:uniform,load=1.5
refused "frame bytes" weft run gen:uniform,size=20
refused "frame bytes 82 to" weft run --profile=rocev2 gen:uniform,size=64
refused "frame bytes 86 to" weft run --profile=uet gen:uniform,size=85
refused "frame bytes" weft run gen:uniform,size=99999999999999999999
refused "no KIND" weft trace
refused "unknown kind" weft trace cake -o "$out"
refused "-o DIR" weft trace alltoall
refused "--ranks" weft trace alltoall --ranks=1 -o "$out"
refused "--ranks" weft trace alltoall --ranks=99 -o "$out"
refused "--bytes" weft trace alltoall --bytes=0 -o "$out"
refused "--bytes" weft trace alltoall --bytes=5miles -o "$out"
refused "--bytes" weft trace alltoall --bytes=9999GiB -o "$out"
refused "multiple of 32" weft trace ring-allreduce --bytes=1000 -o "$out"
refused "too much" weft bench all
refused "--update writes goldens" weft bench --golden="$out/none.json"

echo "files"
refused "No such file" weft run csv:"$out/none.csv"
refused "No such file" weft run cm:"$out/none.cm"
refused "No such file" weft run pcap:"$out/none.pcap"
refused "no such trace" weft run chakra:"$out/none"
refused "No such file" weft run chakra:"$out/none/none"
refused "no file name" weft run chakra:
: >"$out/empty"
refused "nothing to play" weft run csv:"$out/empty"
refused "Nodes" weft run cm:"$out/empty"
awk 'BEGIN { x = 99; for (i = 0; i < 3000; i++) { x = (x * 69069 + 1) % 4294967296
    printf "\\x%02x", int(x / 65536) % 256 } }' >"$out/noise.txt"
printf '%b' "$(cat "$out/noise.txt")" >"$out/noise"
refused "$out/noise" weft run csv:"$out/noise"
refused "$out/noise" weft run cm:"$out/noise"
refused "$out/noise" weft run pcap:"$out/noise"
refused "$out/empty" weft run pcap:"$out/empty"
refused "pace=slow" weft run pcap:"$out/empty,pace=slow"
printf 'time_ps,src,dst,op,addr,len\n0,0,1,write,0,8\n5,0,99,read,0,8\n' >"$out/t.csv"
refused "t.csv:3: src and dst" weft run csv:"$out/t.csv"
printf 'Nodes 99\nConnections 1\n0->98 start 0 size 10\n' >"$out/t.cm"
refused "do not fit" weft run cm:"$out/t.cm"

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
