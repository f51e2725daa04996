# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# ports.awk: reads the header of a Verilated class (Vtop.h) and writes glue.cpp, the tables of its
# ports and parameters. -v module=NAME -v repeat=COMMAND -v params="-GA=1 -GB=2"
#
# Lines of interest: VL_IN8(&clk,0,0); VL_OUT64(&e_o,39,0); VL_INW(&d_i,71,0,3);

BEGIN { n = 0 }

function quoted(s) {
    gsub(/\\/, "\\\\", s)
    gsub(/"/, "\\\"", s)
    return "\"" s "\""
}

/^ *VL_(IN|OUT|INOUT)(8|16|64|W)?\(/ {
    line = $0
    sub(/^ */, "", line)
    macro = line
    sub(/\(.*/, "", macro)
    args = line
    sub(/^[^(]*\(&?/, "", args)
    sub(/\).*/, "", args)
    split(args, a, ",")
    kind = macro
    sub(/^VL_(INOUT|IN|OUT)/, "", kind)
    bytes = kind == "W" ? 4 * a[4] : kind == "" ? 4 : kind / 8
    name[n] = a[1]
    width[n] = a[2] - a[3] + 1
    size[n] = bytes
    input[n] = macro ~ /^VL_IN/ ? "true" : "false"
    ref[n] = kind == "W" ? "&top->" a[1] "[0]" : "&top->" a[1]
    n++
}

END {
    print "// Written by sim/module/ports.awk."
    print "#include \"glue.h\""
    print "const char *const model_name = " quoted(module) ";"
    print "const char *const model_repeat = " quoted(repeat) ";"
    print "const char *const model_flags = " quoted(params) ";"
    print "const model_param model_params[] = {"
    k = split(params, p, " ")
    for (i = 1; i <= k; i++) {
        if (p[i] !~ /^-G[A-Za-z_][A-Za-z0-9_]*=/) continue
        eq = index(p[i], "=")
        print "    {" quoted(substr(p[i], 3, eq - 3)) ", " quoted(substr(p[i], eq + 1)) "},"
    }
    print "    {nullptr, nullptr},"
    print "};"
    clk = rst = "nullptr"
    print "static model_port glue_ports[] = {"
    for (i = 0; i < n; i++) {
        printf "    {%s, nullptr, %d, %d, %s},\n", quoted(name[i]), width[i], size[i], input[i]
        if (name[i] == "clk" && width[i] == 1) clk = "glue_ports[" i "].bytes"
        if (name[i] == "rst" && width[i] == 1) rst = "glue_ports[" i "].bytes"
    }
    print "    {nullptr, nullptr, 0, 0, false},"
    print "};"
    print "static void glue_fill(Vtop *top) {"
    print "    (void)top;"
    for (i = 0; i < n; i++)
        printf "    glue_ports[%d].bytes = reinterpret_cast<uint8_t *>(%s);\n", i, ref[i]
    print "}"
    print "const model_port *model_ports(unsigned *count) {"
    print "    *count = " n + 0 ";"
    print "    return glue_ports;"
    print "}"
    print "uint8_t *model_clk(void) { return " clk "; }"
    print "uint8_t *model_rst(void) { return " rst "; }"
}
