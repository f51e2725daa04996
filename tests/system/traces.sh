#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# traces.sh: every kind of trace that `weft trace` writes is played, in several sizes, and ends with
# the right results in all memories; and so do a connection matrix and a table of operations.
# test-timeout: 300
set -u
out=${WEFT_SCRATCH:-build/test/scratch/traces}
mkdir -p "$out"
failed=0

# play WORDS... : a run must end well, and its report must contain the words after --.
play() {
    local source=$1 words=$2 log=$out/log.txt
    shift 2
    if ! weft run "$@" "$source" >"$log" 2>&1 || ! grep -q "^  OK" "$log"; then
        echo "FAILED: weft run $* $source"
        cat "$log"
        failed=1
    elif ! grep -q "$words" "$log"; then
        echo "FAILED: the report of $source does not say '$words'"
        cat "$log"
        failed=1
    else
        echo "ok: $source: $(sed -n 's/^  result *//p' "$log")"
    fi
}

while read -r kind bytes ranks words; do
    if ! weft trace "$kind" --ranks "$ranks" --bytes "$bytes" -o "$out/$kind"; then
        echo "FAILED: weft trace $kind"
        failed=1
    fi
    play "chakra:$out/$kind/$kind" "$words"
    play "chakra:$out/$kind/$kind" "$words" --profile ethernet --ipg 12 --seed 3
    rm -rf "${out:?}/$kind"
done <<'EOF'
ring-allreduce 1MiB 8 ring all-reduce of 1 MiB
ring-allreduce 64KiB 8 ring all-reduce of 64 KiB
ring-allreduce 12000 3 ring all-reduce
allgather 100001 8 all-gather
reducescatter 256KiB 8 reduce-scatter
alltoall 1MB 8 all-to-all
alltoall 64 2 all-to-all
moe-dispatch 256KiB 8 data movement
transformer-layer 128KiB 8 4 collectives
EOF

cat >"$out/m.cm" <<'EOF'
Nodes 8
Connections 5
Triggers 2
0->1 id 1 start 0 size 100000 send_done_trigger 1
1->2 id 2 start 6400000 size 1 recv_done_trigger 2
2->1 id 3 start 0 size 70000 recv_done_trigger 2
7->0 id 4 trigger 1 size 5000
3->4 id 5 trigger 2 size 300
trigger id 1 oneshot
trigger id 2 barrier 2
EOF
play "cm:$out/m.cm" "5 flows"

# Every operation between all pairs, first apart in time, then crowded.
awk 'BEGIN {
    print "time_ps,src,dst,op,addr,len"
    split("read write atomic_add atomic_swap atomic_cas", op, " ")
    x = 12345
    for (i = 0; i < 1500; i++) {
        x = (x * 1103515245 + 12345) % 2147483648; k = int(x / 65536)
        s = k % 8; d = (s + 1 + int(k / 8) % 7) % 8; o = op[1 + int(k / 64) % 5]
        a = substr(o, 1, 3) == "ato"
        n = a ? 8 : 1 + (k * 7) % (k % 10 == 0 ? 20000 : 300)
        t = i < 700 ? i * 1000000 : 700000000 + i * 1000
        printf "%d,%d,%d,%s,%d,%d\n", t, s, d, o, a ? 8 * (k % 300) : k % 5000, n
    }
}' >"$out/t.csv"
play "csv:$out/t.csv" "1500 operations"
play "csv:$out/t.csv" "1500 operations" --profile ethernet

# What else a run can write.
play "gen:uniform,cycles=1000" "uniform traffic" --report "$out/report" --pcap "$out/f.pcapng"
for f in "$out/report/index.html" "$out/report/run.json" "$out/f.pcapng"; do
    if [ ! -s "$f" ]; then
        echo "FAILED: $f was not written"
        failed=1
    fi
done
if ! grep -q "<svg" "$out/report/index.html" || ! grep -q "polyline" "$out/report/index.html" ||
    grep -q "https\?://[^w]" "$out/report/index.html"; then
    echo "FAILED: index.html has no pictures, or takes something from elsewhere"
    failed=1
fi
exit $failed
