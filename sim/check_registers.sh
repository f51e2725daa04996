#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# check_registers.sh: generates the register files anew, into build/regen, and compares them with
# those of the repository. Status 1 when they differ or cannot be generated. Needs Python and, the
# first time, PyPI (the tools go into build/venv).
set -eu
. "$(dirname "$0")/common.sh"
if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
    echo "check_registers: needs python3 with venv (apt-get install python3-venv)" >&2
    exit 1
fi
out=$BUILD/regen
rm -rf "$out"
mkdir -p "$out"
rtl/csr/regen.sh "$PWD/$out"
n=0
status=0
while IFS= read -r f; do
    n=$((n + 1))
    if ! diff -u "$f" "$out/$f" | head -n 40 || ! cmp -s "$f" "$out/$f"; then
        echo "check_registers: $f is not what rtl/csr/regen.sh makes" >&2
        status=1
    fi
done < <(cd "$out" && find . -type f | sed 's|^\./||' | sort)
if [ "$n" -eq 0 ]; then
    echo "check_registers: rtl/csr/regen.sh wrote nothing" >&2
    exit 1
fi
[ $status -ne 0 ] || echo "check_registers: $n generated files are up to date"
exit $status
