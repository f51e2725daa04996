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

# Files of a module and of all that it instantiates, for tools whose library search is weak. A word
# weft_x in a file stands for rtl/*/weft_x.v when there is such a file.
rtl_closure() {
    awk -v top="$1" '
        BEGIN {
            for (i = 1; i < ARGC; i++) {
                name = ARGV[i]
                sub(/.*\//, "", name)
                sub(/\.v$/, "", name)
                file[name] = ARGV[i]
            }
        }
        { sub(/\/\/.*/, "") }
        {
            n = split($0, word, /[^A-Za-z0-9_]+/)
            for (i = 1; i <= n; i++)
                if (word[i] in file) uses[FILENAME, ++count[FILENAME]] = word[i]
        }
        END {
            todo[1] = top
            seen[top] = k = 1
            for (d = 1; d <= k; d++) {
                f = file[todo[d]]
                print f
                for (i = 1; i <= count[f]; i++) {
                    m = uses[f, i]
                    if (!(m in seen)) {
                        seen[m] = 1
                        todo[++k] = m
                    }
                }
            }
        }' rtl/*/*.v
}

# block_words MODULE: what constraints/blocks.txt says about a module, one word a line.
block_words() {
    awk -v m="$1" '$1 == m { for (i = 2; i <= NF; i++) print $i }' constraints/blocks.txt
}

# block_chparam MODULE: the Yosys command that sets those parameters, or nothing.
block_chparam() {
    block_words "$1" | awk -F= -v m="$1" '
        $1 ~ /^[A-Z]/ { set = set " -set " $1 " " $2 }
        END { if (set) print "chparam" set " " m ";" }'
}
