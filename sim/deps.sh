#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# deps.sh: checks for the tools and libraries that the project needs and installs the missing ones
# from the distribution (Debian, Ubuntu): as root, or by sudo when that asks for no password.
# Otherwise it prints the one line to run and ends with status 1. Does nothing when all is there.
set -eu

missing=()
need_command() { command -v "$1" >/dev/null 2>&1 || missing+=("$2"); }
need_header() {
    local d
    for d in /usr/include /usr/local/include; do [ -e "$d/$1" ] && return 0; done
    missing+=("$2")
}

need_command verilator verilator
need_command iverilog iverilog
need_command yosys yosys
need_command gcc gcc
need_command g++ g++
need_command clang clang
need_command make make
need_command flock util-linux
need_command cppcheck cppcheck
need_command protoc-c protobuf-c-compiler
need_header protobuf-c/protobuf-c.h libprotobuf-c-dev
need_header jansson.h libjansson-dev
need_header zlib.h zlib1g-dev
need_header pcap/pcap.h libpcap-dev
need_header cmocka.h libcmocka-dev

# Verilator 4, which Ubuntu 22.04 has, does not read the models' options.
check_verilator() {
    local v
    v=$(verilator --version | awk '{print $2}')
    if [ "$(printf '%s\n5.006\n' "$v" | sort -V | head -n 1)" != 5.006 ]; then
        echo "Verilator $v is too old: 5.006 is needed (Debian 12, Ubuntu 24.04, or later)" >&2
        exit 1
    fi
}

if [ ${#missing[@]} -eq 0 ]; then
    check_verilator
    exit 0
fi
mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
line="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"

if ! command -v apt-get >/dev/null 2>&1; then
    echo "missing: ${missing[*]} (names of Debian packages)" >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    sudo=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    sudo="sudo -n"
else
    echo "missing: ${missing[*]}. Run this, then try again:" >&2
    echo "  sudo sh -c '$line'" >&2
    exit 1
fi
echo "installing: ${missing[*]}"
$sudo sh -c "export DEBIAN_FRONTEND=noninteractive; $line"
check_verilator
