#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# Writes every file that is generated from weft.rdl: the register blocks in Verilog, regs.h,
# regs_table.[ch], docs/registers/. Needs Python 3 and, the first time, PyPI: the tools of
# requirements.txt go into build/venv.
#
#   rtl/csr/regen.sh            write into the repository
#   rtl/csr/regen.sh OUT        write into the folder OUT instead, same paths
#   rtl/csr/regen.sh OUT SITE   also write the interactive PeakRDL-html site to SITE
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${1:-$root}
venv=$root/build/venv
stamp=$venv/weft-requirements.txt
if ! cmp -s "$here/requirements.txt" "$stamp"; then
    echo "regen: installing the register tools in build/venv" >&2
    mkdir -p "$root/build"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt" >&2
    cp "$here/requirements.txt" "$stamp"
fi
mkdir -p "$out"
PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" "$here/regen.py" "$out" ${2:+"$2"}
