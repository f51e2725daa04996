# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# table.awk: the rows of all blocks as a table, and as JSON in the file -v json=F.
function quoted(s) {
    gsub(/\\/, "\\\\", s)
    gsub(/"/, "\\\"", s)
    return "\"" s "\""
}
BEGIN {
    printf "%-28s %9s %9s %12s %7s %6s %6s %5s  %s\n", "block", "gates", "flip-flop", "memory bits",
        "latches", "path", "levels", "time", "parameters"
    printf "[" >json
}
{
    printf("%s\n", (NR > 1) ? "," : "") >json
    if ($2 == "ok") {
        printf "%-28s %9d %9d %12d %7d %6d %6d %4ds  %s\n", $1, $3, $4, $5, $6, $7,
            $8, $9, $10
        printf "  {\"block\": %s, \"ok\": %s, \"gates\": %d, \"flip_flops\": %d, ", quoted($1),
            $6 == 0 ? "true" : "false", $3, $4 >json
        printf "\"memory_bits\": %d, \"memories\": %d, \"latches\": %d, \"path\": %d, ", $5, $11, $6,
            $7 >json
        printf "\"lut_levels\": %d, ", $8 >json
        printf "\"path_end\": %s, \"parameters\": %s}", quoted($12), quoted($10) >json
    } else {
        printf "%-28s %s: %s %s\n", $1, $2, $3, $4
        printf "  {\"block\": %s, \"ok\": %s, \"why\": %s}", quoted($1),
            $2 == "skip" ? "null" : "false", quoted($3) >json
    }
}
END { print "\n]" >json }
