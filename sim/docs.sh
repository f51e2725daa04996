#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# docs.sh: regenerates in place everything that comes from the SystemRDL source (register pages, C
# header, IP-XACT, decode), and the tables of the pages that come from goldens.
set -eu
. "$(dirname "$0")/common.sh"
if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
    echo "make docs needs python3 with venv (apt-get install python3-venv) and the network" >&2
    exit 1
fi
rtl/csr/regen.sh
echo "register pages: docs/registers/"
python3 sim/tables.py
echo "tables: docs/performance.md, docs/curves.md"
