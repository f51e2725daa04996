#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# build.sh: model, driver, endpoints and command. From the environment: CONFIG (default p8m32),
# WAVES=1 (adds -debug). The program is build/weft for p8m32, build/weft-debug with WAVES=1 and
# build/weft-CONFIG[-debug] for other sizes.
set -eu
. "$(dirname "$0")/common.sh"
config=${CONFIG:-p8m32}
if [ "${WAVES:-0}" = 1 ] && [[ $config != *-debug ]]; then config=$config-debug; fi
name=weft-$config
case $config in
p8m32) name=weft ;;
p8m32-debug) name=weft-debug ;;
esac

mkdir -p "$BUILD"
exec 8>"$BUILD/lock"
flock 8
sim/model.sh "$config"
make --no-print-directory -s -f sim/build.mk -j "${JOBS:-2}" CONFIG="$config" \
    "$BUILD/bin/$config/weft"
cmp -s "$BUILD/bin/$config/weft" "$BUILD/$name" || cp -f "$BUILD/bin/$config/weft" "$BUILD/$name"
echo "built $BUILD/$name"
