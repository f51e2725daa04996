# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# report.awk: one row for one block from what Yosys wrote: stat.json, mem.txt (dump of the memory
# cells), ltp.txt and lut.txt. Columns: module, ok, gates, flip-flops, memory bits, latches, path,
# LUT levels, seconds, parameters, memories, end of the longest path.
BEGIN { OFS = "\t"; gates = ffs = bits = latches = path = levels = memories = 0 }

FILENAME ~ /stat.json$/ && /"design"/ { design = 1 }
FILENAME ~ /stat.json$/ && !design && /^ *"\$/ {
    type = $1
    gsub(/[":]/, "", type)
    count = $2 + 0
    if (type ~ /DLATCH|_SR_|\$sr$|dlatch/) latches += count
    else if (type ~ /DFF|_FF_|dff/) ffs += count
    else if (type !~ /^\$mem/) gates += count
}

FILENAME ~ /mem.txt$/ && /parameter \\SIZE/ { size = $NF }
FILENAME ~ /mem.txt$/ && /parameter \\WIDTH/ { width = $NF }
FILENAME ~ /mem.txt$/ && /^ *end *$/ && size {
    bits += size * width
    memories++
    size = 0
}

FILENAME ~ /ltp.txt$/ && /Longest topological path/ {
    split($0, part, "length=")
    path = part[2] + 0
}
FILENAME ~ /lut.txt$/ && /Longest topological path/ {
    split($0, part, "length=")
    levels = part[2] + 0
}
FILENAME ~ /ltp.txt$/ && /^ *[0-9]+: / { last = $2 }

END { print m, "ok", gates, ffs, bits, latches, path, levels, seconds, params, memories, last }
