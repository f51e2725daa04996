#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# profiles.sh: the same traffic over the headers of each profile: a ring all-reduce, a table of
# reads, writes and all atomics with lengths of every kind, generated traffic with reads; what comes
# out is recorded and played again as a capture. Every run must end well, with nothing lost and all
# counters reconciled; and the captures must contain the protocol that the profile names.
# test-timeout: 300
set -u
out=${WEFT_SCRATCH:-build/test/scratch/profiles}
mkdir -p "$out"
failed=0

# play PROFILE SOURCE OPTION...
play() {
    local profile=$1 source=$2 json=$out/run.json
    shift 2
    if ! weft run --profile "$profile" --json "$json" "$@" "$source" >"$out/log.txt" 2>&1; then
        echo "FAILED: weft run --profile $profile $* $source"
        cat "$out/log.txt"
        failed=1
    elif ! grep -q '"lost": 0' "$json" || ! grep -q '"counters_reconciled": true' "$json" ||
        ! grep -q "\"profile\": \"$profile\"" "$json" || ! grep -q '"failed": 0' "$json"; then
        echo "FAILED: the report of $profile $source"
        cat "$json"
        failed=1
    else
        echo "ok: $profile $source: $(sed -n 's/^  result *//p' "$out/log.txt")"
    fi
}

weft trace ring-allreduce --ranks 8 --bytes 256KiB -o "$out" >/dev/null || failed=1
awk 'BEGIN {
    print "time_ps,src,dst,op,addr,len"
    split("read write atomic_add atomic_swap atomic_cas", op, " ")
    x = 4711
    for (i = 0; i < 600; i++) {
        x = (x * 1103515245 + 12345) % 2147483648; k = int(x / 65536)
        s = k % 8; d = (s + 1 + int(k / 8) % 7) % 8; o = op[1 + int(k / 64) % 5]
        a = substr(o, 1, 3) == "ato"
        n = a ? 8 : 1 + (k * 7) % (k % 5 == 0 ? 70000 : 300)
        t = i < 300 ? i * 1500000 : 450000000 + i * 1000
        printf "%d,%d,%d,%s,%d,%d\n", t, s, d, o, a ? 8 * (k % 300) : k % 5000, n
    }
}' >"$out/t.csv"

for profile in esun ethernet rocev2 uet; do
    play $profile "chakra:$out/ring-allreduce"
    grep -q "ring all-reduce of 256 KiB" "$out/log.txt" || failed=1
    play $profile "csv:$out/t.csv" --seed 2
    play $profile gen:uniform,cycles=3000,load=0.7 --ipg 12
    play $profile gen:incast,size=300-1500,read=0.3,cycles=3000 --pcap "$out/$profile.pcapng"
    play esun "pcap:$out/$profile.pcapng"
    play ethernet "pcap:$out/$profile.pcapng,pace=max" --seed 3
done

# Descriptions in place of the shipped programs: one for all protocols, and one that a user wrote.
all=csrc/proto/desc/all.weftp
for profile in esun rocev2 uet; do
    play "file:$all,$profile" gen:uniform,size=200-1500,read=0.3,cycles=2000
done
cp csrc/proto/desc/e*.weftp "$out"
sed 's/0x88B5/0x88B4/' csrc/proto/desc/esun.weftp >"$out/esun.weftp" # an EtherType that nobody sends
if weft run --profile "file:$out/esun.weftp" gen:incast,cycles=300 >"$out/log.txt" 2>&1; then
    echo "FAILED: a description for other frames changes nothing"
    failed=1
fi
# Frames that go by IP address have no place for those of strangers.
if weft run --profile uet "pcap:$out/uet.pcapng" >"$out/log.txt" 2>&1 ||
    ! grep -q "use --profile esun or ethernet" "$out/log.txt"; then
    echo "FAILED: a capture on a switch that forwards by IP address"
    failed=1
fi

# contains PROFILE FILTER: more than a hundred frames of the capture, and all of them.
contains() {
    local all some
    all=$(tshark -r "$out/$1.pcapng" 2>/dev/null | wc -l)
    some=$(tshark -r "$out/$1.pcapng" -o ip.check_checksum:TRUE -Y "$2" 2>/dev/null | wc -l)
    if [ "$some" -lt 100 ] || [ "$some" -ne "$all" ]; then
        echo "FAILED: $some of the $all frames of $1 are $2"
        failed=1
    else
        echo "ok: all $all frames of $1 are $2"
    fi
}
if command -v tshark >/dev/null; then
    contains rocev2 "infiniband.bth and udp.dstport==4791 and ip.checksum.status==1"
    contains uet "udp.dstport==4793 and ip.checksum.status==1"
    contains ethernet "eth.type==0x8100 and vlan.etype==0x88b6"
    contains esun "eth.type==0x88b5"
fi

# A capture with frames to nobody: counted as drops, with the table, and no fault.
head='\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0'
printf '%b' "$(printf '%s' "$head"
    for d in '\x02\0\0\0\0\x01' '\xff\xff\xff\xff\xff\xff' '\x02\0\0\0\0\x09'; do
        printf '\\x01\\0\\0\\0\\0\\0\\0\\0\\x12\\0\\0\\0\\x3c\\0\\0\\0'
        printf '%s\\x02\\0\\0\\0\\0\\x01\\x08\\0abcd' "$d"
    done)" >"$out/strangers.pcap"
play ethernet "pcap:$out/strangers.pcap"
if ! grep -q "2 to unknown destinations are drops: 1 to 020000000009, 1 to ffffffffffff" \
    "$out/log.txt" || ! grep -q '"NO_ROUTE": 2' "$out/run.json"; then
    echo "FAILED: drops of unknown destinations"
    cat "$out/log.txt" "$out/run.json"
    failed=1
fi
exit $failed
