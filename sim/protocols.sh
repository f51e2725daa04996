#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# protocols.sh [DIR]: writes what is made from the protocol descriptions of csrc/proto/desc/: a page
# each and the table of what they use into DIR/docs/protocols/, their programs into
# DIR/csrc/proto/programs.c. DIR is the repository when it is not given; a test gives another one
# and compares. Uses the `weft` in PATH, else build/weft.
set -eu
out=$(realpath -m "${1:-$(dirname "$0")/..}")
. "$(dirname "$0")/common.sh"
weft=$(command -v weft || echo "$BUILD/weft")
# udp.weftp is a part of others and says no first header.
names="ethernet esun ipv4 ipv6 rocev2 uet afh12 ufh16 ufh32 all"
files=""
mkdir -p "$out/docs/protocols" "$out/csrc/proto"
for n in $names; do
    files="$files csrc/proto/desc/$n.weftp"
    "$weft" proto export --format md -o "$out/docs/protocols/$n.md" "csrc/proto/desc/$n.weftp"
done
# shellcheck disable=SC2086
"$weft" proto export --format c -o "$out/csrc/proto/programs.c" $files
# shellcheck disable=SC2086
"$weft" proto check $files >"$out/docs/protocols/use.txt"
