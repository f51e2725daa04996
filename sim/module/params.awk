# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# params.awk: prints the parameter sets of a bench, one a line (an empty line is the set of
# defaults). They stand in a comment in the first 40 lines of tb/<module>.c:
#   /* tb-params: "" "-GWIDTH=8" "-GWIDTH=64 -GDEPTH=4" */
# With -v key=tb-sources it prints the quoted strings of that comment instead.
BEGIN {
    if (key == "") key = "tb-params"
}
FNR > 40 && !open { exit }
{
    line = $0
    if (!open && !done) {
        at = index(line, key ":")
        if (at == 0) next
        line = substr(line, at + length(key) + 1)
        open = 1
    }
    if (open) {
        end = index(line, "*/")
        text = text " " (end ? substr(line, 1, end - 1) : line)
        if (end) {
            open = 0
            done = 1
        }
    }
}
END {
    n = split(text, part, "\"")
    for (i = 2; i <= n; i += 2) {
        print part[i]
        sets++
    }
    if (!sets && key == "tb-params") print ""
}
