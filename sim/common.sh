# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# common.sh: sourced by the other scripts. Changes to the root of the repository and defines where
# things are. Paths below are relative to that root, so that no output names a place on a disk.
# shellcheck shell=bash

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
BUILD=build

# Every folder with RTL, for the module search of the tools (-y).
rtl_dirs() {
    local f
    for f in rtl/*/; do
        compgen -G "$f*.v" >/dev/null && printf '%s\n' "${f%/}"
    done
    return 0
}

# Every RTL module, by name.
rtl_modules() {
    local f
    for f in rtl/*/*.v; do
        [ -e "$f" ] && basename "$f" .v
    done
    return 0
}

# The file of a module.
rtl_file() {
    local f
    for f in rtl/*/"$1".v; do
        [ -e "$f" ] || continue
        printf '%s\n' "$f"
        return 0
    done
    echo "there is no rtl/*/$1.v" >&2
    return 1
}

# Search options of verilator and iverilog.
rtl_search() {
    local d
    printf '%s\n' -Irtl
    for d in $(rtl_dirs); do
        printf '%s\n' -y "$d"
    done
}

verilator_root() {
    local r=${VERILATOR_ROOT:-}
    [ -n "$r" ] || r=$(verilator --getenv VERILATOR_ROOT)
    printf '%s\n' "$r"
}

# fingerprint FILE...: one word that changes when the content of one of the files changes.
fingerprint() {
    cat "$@" | sha256sum | cut -c1-32
}
