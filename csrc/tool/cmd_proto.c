/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * cmd_proto.c: `weft proto`: protocol descriptions: checks, tables, exports, and into ports.
 */
#include "tool/tool.h"
#include "tool/tool_bus.h"
#include "weft/proto.h"
#include "weft/proto_desc.h"
#include "weft/weft.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define PARAMS_MAX 64

static const char help[] =
    "Usage: weft proto check [OPTION...] FILE...\n"
    "       weft proto show [OPTION...] FILE\n"
    "       weft proto export --format=FORMAT [OPTION...] FILE...\n"
    "       weft proto load [OPTION...] FILE\n"
    "Protocol descriptions (docs/protocols.md): what the parser knows of frames.\n"
    "\n"
    "  check   reads and compiles; says for each file how many stages, rows and entries of the\n"
    "          machine it uses, or FILE:LINE:COLUMN and what is wrong there\n"
    "  show    headers, what follows what, the tables of each stage, cycles\n"
    "  export  writes the description in another form:\n"
    "            lua   dissector for Wireshark and tshark (-X lua_script:FILE)\n"
    "            md    page of documentation\n"
    "            json  headers, fields, entries, tables used\n"
    "            c     packed programs as a C file, of one FILE or of several\n"
    "  load    writes the program into the parsers of ports, and reads back that they have it\n"
    "\n"
    "  -b, --bus=BUS           load: model (default): a switch in this process, just out of "
    "reset;\n"
    "                          replay:FILE: the answers of a log that --record made\n"
    "  -f, --format=FORMAT     export: lua, md, json or c\n"
    "  -j, --json=FILE         check: write the result as JSON to FILE, - for standard output\n"
    "  -o, --output=FILE       show, export: write to FILE instead of standard output\n"
    "  -p, --port=N|all        load: which port (default all)\n"
    "  -r, --record=FILE       load: write every register access to FILE\n"
    "  -s, --set=NAME=VALUE    value of a parameter, decimal or with 0x; may be given again\n"
    "  -h, --help              this text\n"
    "\n"
    "Exit status: 0 all is well, 1 the switch or the output failed, 2 usage or a wrong file.\n";

typedef struct {
    const char *format, *json, *output;
    const char *bus, *port, *record; /* of load */
    weft_desc_param set[PARAMS_MAX];
    size_t n_set;
    char **files;
    int n_files;
} options;

/* A file that was read and compiled. */
typedef struct {
    weft_desc *d;
    weft_parse_program program;
    weft_desc_use use;
    bool good;
} compiled;

__attribute__((format(printf, 1, 2))) static int usage_error(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("weft proto: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    return WEFT_EXIT_USAGE;
}

/* ---------------------------------------------------------------- reading ------------------- */
static void print_errors(const weft_desc *d)
{
    for (size_t i = 0; i < weft_desc_errors(d); i++) {
        weft_desc_error e = weft_desc_error_at(d, i);
        if (e.line > 0)
            fprintf(stderr, "%s:%u:%u: %s\n", e.file, e.line, e.col, e.text);
        else if (e.file[0] != '\0')
            fprintf(stderr, "%s: %s\n", e.file, e.text);
        else
            fprintf(stderr, "weft proto: --set: %s\n", e.text);
    }
}

static bool compile(const options *opt, const char *file, compiled *c)
{
    memset(c, 0, sizeof *c);
    c->d = weft_desc_open(file, opt->set, opt->n_set);
    if (c->d == NULL) {
        (void)usage_error("no memory");
        return false;
    }
    c->good = weft_desc_compile(c->d, &c->program, &c->use);
    print_errors(c->d);
    return c->good;
}

/* ---------------------------------------------------------------- check --------------------- */
static unsigned sum(const unsigned n[WEFT_PP_STAGES])
{
    unsigned total = 0;
    for (unsigned s = 0; s < WEFT_PP_STAGES; s++) total += n[s];
    return total;
}

static void print_numbers(const char *what, const unsigned n[WEFT_PP_STAGES], unsigned stages)
{
    printf("%3u %s (", sum(n), what);
    for (unsigned s = 0; s < stages; s++) printf("%s%u", s > 0 ? " " : "", n[s]);
    printf(")");
}

static void print_use(const compiled *c)
{
    const weft_desc_use *u = &c->use;
    printf("%-10s %u of %u stages, ", weft_desc_name(c->d), u->stages, WEFT_PP_STAGES);
    print_numbers("rows", u->rows, u->stages);
    printf(", ");
    print_numbers("entries", u->entries, u->stages);
    printf("\n");
}

static json_t *numbers_json(const unsigned n[WEFT_PP_STAGES])
{
    json_t *a = json_array();
    for (unsigned s = 0; s < WEFT_PP_STAGES; s++) json_array_append_new(a, json_integer(n[s]));
    return a;
}

static json_t *check_json(const char *file, const compiled *c)
{
    json_t *errors = json_array();
    for (size_t i = 0; i < weft_desc_errors(c->d); i++) {
        weft_desc_error e = weft_desc_error_at(c->d, i);
        json_array_append_new(errors, json_pack("{s:s, s:i, s:i, s:s}", "file", e.file, "line",
                                                (int)e.line, "column", (int)e.col, "text", e.text));
    }
    return json_pack("{s:s, s:s, s:b, s:i, s:o, s:o, s:o}", "file", file, "protocol",
                     weft_desc_name(c->d), "ok", c->good, "stages", (int)c->use.stages, "rows",
                     numbers_json(c->use.rows), "entries", numbers_json(c->use.entries), "errors",
                     errors);
}

static int check(const options *opt)
{
    json_t *list = json_array();
    int status = WEFT_EXIT_OK;
    for (int i = 0; i < opt->n_files; i++) {
        compiled c;
        if (!compile(opt, opt->files[i], &c)) status = WEFT_EXIT_USAGE;
        if (c.d == NULL) break;
        json_array_append_new(list, check_json(opt->files[i], &c));
        if (c.good && (opt->json == NULL || strcmp(opt->json, "-") != 0)) print_use(&c);
        weft_desc_close(c.d);
    }
    char err[256] = "";
    if (opt->json != NULL && weft_json_write(opt->json, list, err, sizeof err) != 0)
        status = usage_error("%s", err);
    json_decref(list);
    return status;
}

/* ---------------------------------------------------------------- show and export ----------- */
static void export_one(const char *format, const compiled *c, FILE *f)
{
    if (format == NULL)
        weft_desc_show(c->d, &c->program, &c->use, f);
    else if (strcmp(format, "lua") == 0)
        weft_desc_export_lua(c->d, f);
    else if (strcmp(format, "md") == 0)
        weft_desc_export_markdown(c->d, &c->use, f);
    else if (strcmp(format, "json") == 0)
        weft_desc_export_json(c->d, &c->use, f);
    else
        weft_desc_export_c(c->d, &c->program, f);
}

static void begin_c(FILE *f)
{
    fputs("/* SPDX-License-Identifier: Apache-2.0\n"
          " * Copyright 2026 The Weft Authors\n"
          " *\n"
          " * Programs of the parser. Generated by weft proto export --format c. Do not edit.\n"
          " */\n"
          "/* clang-format off */\n"
          "#include \"weft/programs.h\"\n\n#include <stddef.h>\n#include <string.h>\n\n",
          f);
}

static void end_c(char names[][64], int n, FILE *f)
{
    fputs("\nstatic const struct {\n    const char *name;\n    const uint32_t *words;\n"
          "} programs[] = {\n",
          f);
    for (int i = 0; i < n; i++) fprintf(f, "    {\"%s\", program_%s},\n", names[i], names[i]);
    fputs("};\n#define N_PROGRAMS (sizeof programs / sizeof programs[0])\n\n"
          "const char *weft_program_name(unsigned i)\n{\n"
          "    return i < N_PROGRAMS ? programs[i].name : NULL;\n}\n\n"
          "const uint32_t *weft_program_words(const char *name)\n{\n"
          "    for (size_t i = 0; i < N_PROGRAMS; i++)\n"
          "        if (strcmp(programs[i].name, name) == 0) return programs[i].words;\n"
          "    return NULL;\n}\n",
          f);
}

/* All files are compiled before the first byte is written. */
static int write_all(const options *opt, FILE *f)
{
    bool is_c = opt->format != NULL && strcmp(opt->format, "c") == 0;
    compiled *c = calloc((size_t)opt->n_files, sizeof *c);
    char(*names)[64] = calloc((size_t)opt->n_files, sizeof *names);
    int status = WEFT_EXIT_OK;
    if (c == NULL || names == NULL) status = usage_error("no memory");
    for (int i = 0; status == WEFT_EXIT_OK && i < opt->n_files; i++) {
        if (!compile(opt, opt->files[i], &c[i])) status = WEFT_EXIT_USAGE;
        if (c[i].good) (void)snprintf(names[i], sizeof names[i], "%s", weft_desc_name(c[i].d));
    }
    if (status == WEFT_EXIT_OK) {
        if (is_c) begin_c(f);
        for (int i = 0; i < opt->n_files; i++) export_one(opt->format, &c[i], f);
        if (is_c) end_c(names, opt->n_files, f);
    }
    for (int i = 0; c != NULL && i < opt->n_files; i++) weft_desc_close(c[i].d);
    free(c);
    free(names);
    return status;
}

/* Into memory first, so that a wrong description leaves an old file as it is. */
static int write_out(const options *opt)
{
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);
    if (f == NULL) return usage_error("no memory");
    int status = write_all(opt, f);
    bool good = fclose(f) == 0;
    if (status == WEFT_EXIT_OK && !good) status = usage_error("no memory");
    if (status == WEFT_EXIT_OK) {
        FILE *out = opt->output != NULL ? fopen(opt->output, "w") : stdout;
        if (out == NULL) {
            status = usage_error("cannot write %s: %s", opt->output, strerror(errno));
        } else {
            good = fwrite(text, 1, len, out) == len;
            good = (out == stdout ? fflush(out) : fclose(out)) == 0 && good;
            if (!good) {
                fprintf(stderr, "weft proto: the result could not be written: %s\n",
                        strerror(errno));
                status = WEFT_EXIT_FAULT;
            }
        }
    }
    free(text);
    return status;
}

/* ---------------------------------------------------------------- load ---------------------- */
static int fault(const char *what, weft_status s)
{
    fprintf(stderr, "weft proto: %s: %s\n", what, weft_status_name(s));
    return WEFT_EXIT_FAULT;
}

/* Ports of --port. False: there is no such port. */
static bool read_ports(const char *text, unsigned ports, uint64_t *mask)
{
    char *end = NULL;
    *mask = ports >= 64 ? UINT64_MAX : ((uint64_t)1 << ports) - 1;
    if (text == NULL || strcmp(text, "all") == 0) return true;
    unsigned long n = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || n >= ports) return false;
    *mask = (uint64_t)1 << n;
    return true;
}

/* The name that the ports show: the CRC-32 of the words, big-endian; never 0, which is none. */
static uint32_t tag_of(const weft_parse_program *program)
{
    uint32_t words[WEFT_PP_WORDS], crc = 0;
    if (!weft_parse_program_pack(program, words)) return 1;
    for (unsigned i = 0; i < WEFT_PP_WORDS; i++) {
        uint8_t bytes[4];
        weft_put32(bytes, words[i]);
        crc = weft_crc32(crc, bytes, sizeof bytes);
    }
    return crc != 0 ? crc : 1;
}

static int load_ports(const options *opt, weft_device *dev, const compiled *c)
{
    weft_geometry geo;
    uint64_t mask = 0;
    uint32_t tag = tag_of(&c->program);
    weft_status s = weft_get_geometry(dev, &geo);
    if (s != WEFT_OK) return fault("cannot ask the switch for its ports", s);
    if (!read_ports(opt->port, geo.ports, &mask))
        return usage_error("--port must be all or 0 to %u, not %s", geo.ports - 1, opt->port);
    s = weft_parser_load(dev, mask, &c->program, tag);
    if (s != WEFT_OK) return fault("cannot load the program", s);
    for (unsigned port = 0; port < geo.ports; port++) {
        uint32_t got = 0;
        if ((mask >> port & 1) == 0) continue;
        s = weft_parser_tag(dev, port, &got);
        if (s != WEFT_OK) return fault("cannot read back the program's tag", s);
        if (got != tag) {
            fprintf(stderr, "weft proto: port %u has the program 0x%08" PRIX32 " instead\n", port,
                    got);
            return WEFT_EXIT_FAULT;
        }
        printf("port %u: %s, tag 0x%08" PRIX32 "\n", port, weft_desc_name(c->d), tag);
    }
    return WEFT_EXIT_OK;
}

static int load(const options *opt)
{
    compiled c;
    weft_tool_bus bus;
    weft_device *dev = NULL;
    if (!compile(opt, opt->files[0], &c)) {
        weft_desc_close(c.d);
        return WEFT_EXIT_USAGE;
    }
    int status =
        weft_tool_bus_open(&bus, "proto", opt->bus != NULL ? opt->bus : "model", 0, opt->record);
    if (status == WEFT_EXIT_OK) {
        weft_status s = weft_open(bus.bus, &dev);
        status = s == WEFT_OK ? load_ports(opt, dev, &c) : fault("cannot open the switch", s);
    }
    weft_close(dev);
    status = weft_tool_bus_close(&bus, status);
    weft_desc_close(c.d);
    return status;
}

/* ---------------------------------------------------------------- options ------------------- */
static bool read_set(options *opt, char *text)
{
    char *equals = strchr(text, '='), *end = NULL;
    if (equals == NULL || equals == text || opt->n_set == PARAMS_MAX) return false;
    errno = 0;
    int base = strncmp(equals + 1, "0x", 2) == 0 ? 16 : 10;
    long long v = strtoll(equals + 1, &end, base);
    if (equals[1] == '\0' || *end != '\0' || errno != 0 || v < 0 || v >> 48 != 0) return false;
    *equals = '\0';
    opt->set[opt->n_set++] = (weft_desc_param){text, v};
    return true;
}

static bool known_format(const char *format)
{
    return strcmp(format, "lua") == 0 || strcmp(format, "md") == 0 || strcmp(format, "json") == 0 ||
           strcmp(format, "c") == 0;
}

static int run(const options *opt, const char *command)
{
    bool is_c = opt->format != NULL && strcmp(opt->format, "c") == 0;
    if (opt->n_files < 1) return usage_error("%s: no FILE given", command);
    if (opt->json != NULL && strcmp(command, "check") != 0)
        return usage_error("--json belongs to check");
    if (opt->output != NULL && (strcmp(command, "check") == 0 || strcmp(command, "load") == 0))
        return usage_error("--output belongs to show and export");
    if (strcmp(command, "export") != 0 && opt->format != NULL)
        return usage_error("--format belongs to export");
    if (strcmp(command, "load") != 0 && (opt->bus || opt->port || opt->record))
        return usage_error("--bus, --port and --record belong to load");
    if (strcmp(command, "check") == 0) return check(opt);
    if (opt->n_files > 1 && !is_c) return usage_error("%s takes one FILE", command);
    if (strcmp(command, "show") == 0) return write_out(opt);
    if (strcmp(command, "load") == 0) return load(opt);
    if (opt->format == NULL) return usage_error("export needs --format=lua, md, json or c");
    if (!known_format(opt->format))
        return usage_error("unknown format \"%s\"; use lua, md, json or c", opt->format);
    return write_out(opt);
}

int weft_cmd_proto(int argc, char **argv)
{
    static const struct option longs[] = {{"bus", required_argument, NULL, 'b'},
                                          {"format", required_argument, NULL, 'f'},
                                          {"json", required_argument, NULL, 'j'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"port", required_argument, NULL, 'p'},
                                          {"record", required_argument, NULL, 'r'},
                                          {"set", required_argument, NULL, 's'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    options opt = {.format = NULL};
    int o;
    opterr = 0;
    optind = 1;
    while ((o = getopt_long(argc, argv, ":b:f:j:o:p:r:s:h", longs, NULL)) != -1) switch (o) {
        case 'b': opt.bus = optarg; break;
        case 'f': opt.format = optarg; break;
        case 'j': opt.json = optarg; break;
        case 'o': opt.output = optarg; break;
        case 'p': opt.port = optarg; break;
        case 'r': opt.record = optarg; break;
        case 's':
            if (!read_set(&opt, optarg))
                return usage_error("--set takes NAME=VALUE with a value of 0 to 2^48 - 1, not %s",
                                   optarg);
            break;
        case 'h': fputs(help, stdout); return WEFT_EXIT_OK;
        case ':': return usage_error("%s needs a value", argv[optind - 1]);
        default: return usage_error("unknown option %s; see weft proto --help", argv[optind - 1]);
        }
    if (optind >= argc) return usage_error("no command; use check, show, export or load");
    const char *command = argv[optind];
    opt.files = argv + optind + 1;
    opt.n_files = argc - optind - 1;
    if (strcmp(command, "check") != 0 && strcmp(command, "show") != 0 &&
        strcmp(command, "export") != 0 && strcmp(command, "load") != 0)
        return usage_error("unknown command \"%s\"; use check, show, export or load", command);
    return run(&opt, command);
}
