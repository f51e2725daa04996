/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * cmd_reg.c: `weft reg`: registers by name, on a model in this process or on a recorded log.
 * Exit status: 0 all is well, 1 the bus found a fault, 2 a usage or input error.
 */
#include "tool/tool_bus.h"
#include "weft/weft.h"
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int weft_cmd_reg(int argc, char **argv);

enum { EXIT_GOOD = 0, EXIT_FAULT = 1, EXIT_USAGE = 2 };

static const char help[] =
    "Usage: weft reg [OPTION...] list [PATTERN]\n"
    "       weft reg [OPTION...] read NAME|ADDRESS...\n"
    "       weft reg [OPTION...] write NAME|ADDRESS VALUE [NAME|ADDRESS VALUE...]\n"
    "       weft reg [OPTION...] dump [PATTERN]\n"
    "Registers of a switch by name.\n"
    "\n"
    "  list   names, addresses, access, reset values; needs no value from the switch\n"
    "  read   the value of registers or fields\n"
    "  write  sets registers or fields, in the given order, and reads them back\n"
    "  dump   the values of all registers that can be read\n"
    "\n"
    "NAME is BLOCK.REGISTER or BLOCK.REGISTER.FIELD in any case, for example chip.max_frame,\n"
    "port[3].ctrl.enable, port[0].vc_limit[2]. \"chip.\" and \"route.\" may be left out where it "
    "is\n"
    "clear. ADDRESS and VALUE are decimal or, with 0x, hexadecimal. A PATTERN, and a NAME for "
    "read,\n"
    "may have * and ?; a PATTERN without them is found anywhere in a name.\n"
    "\n"
    "  -b, --bus=BUS        model (default): a switch in this process, just out of reset;\n"
    "                       replay:FILE: the answers of a log that --record made\n"
    "  -c, --cycles=N       let the model run N cycles first (default 0)\n"
    "  -C, --counters       list and dump: with the windows of counters\n"
    "  -f, --fields         list: with fields\n"
    "  -j, --json=FILE      list, read, write, dump: write JSON to FILE, - for standard output\n"
    "  -q, --quiet          read, write: print the values only\n"
    "  -r, --record=FILE    write every register access to FILE\n"
    "  -h, --help           this text\n"
    "\n"
    "Exit status: 0 all is well, 1 the switch or the bus answered with an error, 2 usage or "
    "input.\n";

typedef struct {
    const char *bus_name, *json_path, *record_path;
    uint64_t cycles;
    bool counters, fields, quiet;
} options;

/* Everything that a subcommand works on. */
typedef struct {
    options opt;
    weft_tool_bus bus;
    weft_device *dev;
    weft_reg *regs; /* all registers of the chip */
    size_t count, room;
    bool no_memory;
    unsigned faults; /* accesses that failed */
    json_t *list;    /* result for --json, or NULL */
} session;

__attribute__((format(printf, 1, 2))) static int usage_error(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("weft reg: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    return EXIT_USAGE;
}

static int fault(const char *what, weft_status s)
{
    fprintf(stderr, "weft reg: %s: %s\n", what, weft_status_name(s));
    return EXIT_FAULT;
}

/* ------------------------------------------------------------------ small things ------------ */
static bool number(const char *s, uint64_t max, uint64_t *out)
{
    if (!isdigit((unsigned char)s[0])) return false;
    int base = s[0] == '0' && (s[1] == 'x' || s[1] == 'X') ? 16 : 10;
    char *end = NULL;
    errno = 0;
    unsigned long long v = strtoull(s, &end, base);
    if (errno != 0 || *end != '\0' || v > max || (base == 16 && s[2] == '\0')) return false;
    *out = v;
    return true;
}

static bool has_wildcard(const char *s) { return strpbrk(s, "*?") != NULL; }

/* * is any text, ? any character; brackets are nothing special, since names have them. */
static bool glob(const char *pattern, const char *s)
{
    const char *star = NULL, *resume = NULL;
    while (*s != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            resume = s;
        } else if (*pattern == '?' ||
                   tolower((unsigned char)*pattern) == tolower((unsigned char)*s)) {
            pattern++;
            s++;
        } else if (star != NULL) {
            pattern = star + 1;
            s = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*') pattern++;
    return *pattern == '\0';
}

static bool matches(const char *pattern, const char *name)
{
    if (pattern == NULL) return true;
    return has_wildcard(pattern) ? glob(pattern, name) : strcasestr(name, pattern) != NULL;
}

/* A field's name without its register's. */
static const char *last_part(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot != NULL ? dot + 1 : name;
}

static void bit_range(const weft_reg *field, char *out, size_t len)
{
    if (field->width == 1)
        (void)snprintf(out, len, "[%u]", field->lsb);
    else
        (void)snprintf(out, len, "[%u:%u]", field->lsb + field->width - 1, field->lsb);
}

/* Bits of a field in the value of its register. */
static uint32_t bits(const weft_reg *field, uint32_t value)
{
    uint32_t mask = field->width >= 32 ? UINT32_MAX : (1u << field->width) - 1;
    return value >> field->lsb & mask;
}

static json_t *hex(uint32_t value)
{
    char text[16];
    (void)snprintf(text, sizeof text, "0x%08" PRIx32, value);
    return json_string(text);
}

static json_t *json_of(const weft_reg *reg)
{
    char addr[16];
    (void)snprintf(addr, sizeof addr, "0x%05" PRIx32, reg->addr);
    json_t *o = json_object();
    json_object_set_new(o, "name", json_string(reg->name));
    json_object_set_new(o, "address", json_string(addr));
    return o;
}

/* ------------------------------------------------------------------ session ----------------- */
static bool collect(void *ctx, const weft_reg *reg)
{
    session *s = ctx;
    if (s->count == s->room) {
        size_t room = s->room == 0 ? 1024 : 2 * s->room;
        weft_reg *regs = realloc(s->regs, room * sizeof *regs);
        s->no_memory = regs == NULL;
        if (regs == NULL) return false;
        s->regs = regs;
        s->room = room;
    }
    s->regs[s->count++] = *reg;
    return true;
}

static int open_session(session *s)
{
    int rc = weft_tool_bus_open(&s->bus, "reg", s->opt.bus_name, s->opt.cycles, s->opt.record_path);
    if (rc != EXIT_GOOD) return rc;
    weft_status st = weft_open(s->bus.bus, &s->dev);
    if (st != WEFT_OK) return fault("cannot open the switch", st);
    st = weft_reg_each(s->dev, collect, s);
    if (st == WEFT_OK && s->no_memory) st = WEFT_ERR_MEMORY;
    if (st != WEFT_OK) return fault("cannot list the registers", st);
    if (s->opt.json_path != NULL) {
        s->list = json_array();
        if (s->list == NULL) return fault("JSON", WEFT_ERR_MEMORY);
    }
    return EXIT_GOOD;
}

/* The JSON document: what was asked, of what chip, and the list. */
static int write_json(const session *s, const char *command)
{
    weft_geometry g;
    weft_status st = weft_get_geometry(s->dev, &g);
    if (st != WEFT_OK) return fault("geometry", st);
    char version[40];
    (void)snprintf(version, sizeof version, "%u.%u.%u", g.version_major, g.version_minor,
                   g.version_patch);
    json_t *geo = json_pack("{s:i,s:i,s:i,s:i,s:i,s:i}", "ports", (int)g.ports, "endpoints",
                            (int)g.endpoints, "vcs", (int)g.vcs, "mii_bytes", (int)g.mii_bytes,
                            "cell_bytes", (int)g.cell_bytes, "buf_cells", (int)g.buf_cells);
    json_t *doc = json_pack("{s:s,s:s,s:s,s:s,s:o,s:O,s:b}", "tool", "weft", "command", command,
                            "bus", s->opt.bus_name, "hardware_version", version, "config", geo,
                            "registers", s->list, "ok", (int)(s->faults == 0));
    if (doc == NULL) return fault("JSON", WEFT_ERR_MEMORY);
    bool to_stdout = strcmp(s->opt.json_path, "-") == 0;
    FILE *f = to_stdout ? stdout : fopen(s->opt.json_path, "w");
    bool good = f != NULL && json_dumpf(doc, f, JSON_INDENT(2)) == 0 && fputc('\n', f) != EOF;
    if (f != NULL && !to_stdout) good = fclose(f) == 0 && good;
    json_decref(doc);
    if (good) return EXIT_GOOD;
    return usage_error("cannot write %s: %s; give another --json file", s->opt.json_path,
                       strerror(errno));
}

static int close_session(session *s, int rc)
{
    weft_close(s->dev);
    free(s->regs);
    json_decref(s->list);
    return weft_tool_bus_close(&s->bus, rc);
}

/* Text goes to standard output unless JSON goes there. */
static bool text_wanted(const session *s)
{
    return s->opt.json_path == NULL || strcmp(s->opt.json_path, "-") != 0;
}

/* ------------------------------------------------------------------ list -------------------- */
/* First sentence of a description, for one line. */
static int sentence(const char *text)
{
    const char *dot = strstr(text, ". ");
    return dot != NULL ? (int)(dot - text) + 1 : (int)strlen(text);
}

static void list_line(const weft_reg *reg, const char *name, const char *place)
{
    uint32_t reset = 0;
    const char *d = weft_reg_description(reg);
    char text[16] = "-";
    if (weft_reg_reset_value(reg, &reset)) (void)snprintf(text, sizeof text, "0x%08" PRIx32, reset);
    printf("%-7s %-40s %-3s %-10s %.*s\n", place, name, weft_reg_access_name(reg), text,
           sentence(d), d);
}

static void list_one(const session *s, const weft_reg *reg, const char *name)
{
    char place[16];
    (void)snprintf(place, sizeof place, "0x%05" PRIx32, reg->addr);
    json_t *fields = json_array();
    if (text_wanted(s)) list_line(reg, name, place);
    for (unsigned k = 0; k < weft_reg_field_count(reg); k++) {
        weft_reg f;
        if (weft_reg_get_field(reg, k, &f) != WEFT_OK) continue;
        bit_range(&f, place, sizeof place);
        char shown[96];
        (void)snprintf(shown, sizeof shown, "  .%s", last_part(f.name));
        if (s->opt.fields && text_wanted(s)) list_line(&f, shown, place);
        json_array_append_new(fields, json_pack("{s:s,s:i,s:i,s:s,s:s}", "name", last_part(f.name),
                                                "lsb", (int)f.lsb, "width", (int)f.width, "access",
                                                weft_reg_access_name(&f), "description",
                                                weft_reg_description(&f)));
    }
    if (s->list == NULL) {
        json_decref(fields);
        return;
    }
    json_t *o = json_of(reg);
    uint32_t reset = 0;
    json_object_set_new(o, "name", json_string(name));
    json_object_set_new(o, "access", json_string(weft_reg_access_name(reg)));
    json_object_set_new(o, "reset", weft_reg_reset_value(reg, &reset) ? hex(reset) : json_null());
    json_object_set_new(o, "description", json_string(weft_reg_description(reg)));
    json_object_set_new(o, "fields", fields);
    json_array_append_new(s->list, o);
}

/* Length of a name up to its last index, or 0 when it does not end with one. */
static size_t array_stem(const char *name)
{
    const char *b = strrchr(name, '[');
    return b != NULL && strchr(b, '.') == NULL ? (size_t)(b - name) : 0;
}

/* Without a pattern: each kind of register once. Ports are alike, and so are array elements. */
static void list_kinds(const session *s)
{
    weft_geometry g = {0};
    if (weft_get_geometry(s->dev, &g) != WEFT_OK) return;
    for (size_t i = 0; i < s->count;) {
        const weft_reg *reg = &s->regs[i];
        size_t stem = array_stem(reg->name), n = 1;
        while (stem > 0 && i + n < s->count &&
               strncmp(reg->name, s->regs[i + n].name, stem + 1) == 0)
            n++;
        i += n;
        bool port = strncmp(reg->name, "port[", 5) == 0;
        if (port && strncmp(reg->name, "port[0].", 8) != 0) continue;
        char name[128], range[24] = "";
        if (stem > 0) (void)snprintf(range, sizeof range, "[0..%zu]", n - 1);
        int base = (int)(stem > 0 ? stem : strlen(reg->name));
        if (port)
            (void)snprintf(name, sizeof name, "port[0..%u].%.*s%s", g.ports - 1, base - 8,
                           reg->name + 8, range);
        else
            (void)snprintf(name, sizeof name, "%.*s%s", base, reg->name, range);
        list_one(s, reg, name);
    }
}

static int cmd_list(session *s, int argc, char **argv)
{
    if (argc > 1) return usage_error("list takes one PATTERN at most, not \"%s\"", argv[1]);
    if (text_wanted(s))
        printf("%-7s %-40s %-3s %-10s %s\n", "address", "name", "acc", "reset", "description");
    if (argc == 0) {
        list_kinds(s);
        return EXIT_GOOD;
    }
    size_t shown = 0;
    for (size_t i = 0; i < s->count; i++) {
        const weft_reg *reg = &s->regs[i];
        if (!matches(argv[0], reg->name)) continue;
        if (weft_reg_is_counter(reg) && !s->opt.counters && !has_wildcard(argv[0]) &&
            strcasestr(argv[0], "counter") == NULL)
            continue;
        list_one(s, reg, reg->name);
        shown++;
    }
    return shown > 0 ? EXIT_GOOD
                     : usage_error("no register matches \"%s\"; see weft reg list", argv[0]);
}

/* ------------------------------------------------------------------ read, write, dump ------- */
static void show_value(const session *s, const weft_reg *reg, uint32_t value)
{
    if (s->list != NULL) {
        json_t *o = json_of(reg), *fields = json_object();
        for (unsigned k = 0; k < weft_reg_field_count(reg); k++) {
            weft_reg f;
            if (weft_reg_get_field(reg, k, &f) == WEFT_OK && weft_reg_readable(&f))
                json_object_set_new(fields, last_part(f.name), json_integer(bits(&f, value)));
        }
        json_object_set_new(o, "value", hex(value));
        json_object_set_new(o, "fields", fields);
        json_array_append_new(s->list, o);
    }
    if (!text_wanted(s)) return;
    if (s->opt.quiet) {
        printf("0x%08" PRIx32 "\n", value);
        return;
    }
    printf("0x%05" PRIx32 " %-40s 0x%08" PRIx32, reg->addr, reg->name, value);
    if (weft_reg_field_count(reg) <= 1) printf(" %" PRIu32, value);
    putchar('\n');
    for (unsigned k = 0; weft_reg_field_count(reg) > 1 && k < weft_reg_field_count(reg); k++) {
        weft_reg f;
        char range[16];
        if (weft_reg_get_field(reg, k, &f) != WEFT_OK || !weft_reg_readable(&f)) continue;
        bit_range(&f, range, sizeof range);
        printf("%7s   .%-37s 0x%-8" PRIx32 " %" PRIu32 "\n", range, last_part(f.name),
               bits(&f, value), bits(&f, value));
    }
}

/* Whether a replay did not answer because the access is not in its log: no fault of the switch. */
static bool not_logged(const session *s, weft_status st)
{
    return st == WEFT_ERR_IO && strncmp(s->opt.bus_name, "replay:", 7) == 0;
}

/* A register that did not answer. */
static void show_absent(session *s, const weft_reg *reg, weft_status st)
{
    s->faults += !not_logged(s, st);
    const char *why = not_logged(s, st) ? "not in the log" : weft_status_name(st);
    if (s->list != NULL) {
        json_t *o = json_of(reg);
        json_object_set_new(o, "value", json_null());
        json_object_set_new(o, "error", json_string(why));
        json_array_append_new(s->list, o);
    }
    if (text_wanted(s)) printf("0x%05" PRIx32 " %-40s %s\n", reg->addr, reg->name, why);
}

/* An access that failed. */
static int access_failed(session *s, const weft_reg *reg, const char *what, weft_status st)
{
    if (not_logged(s, st))
        return usage_error("no such %s of %s in %s; record one with --record", what, reg->name,
                           s->opt.bus_name + 7);
    s->faults++;
    return fault(reg->name, st);
}

static int find(const session *s, const char *name, weft_reg *out)
{
    uint64_t addr;
    if (isdigit((unsigned char)name[0])) {
        if (!number(name, UINT32_MAX, &addr) || weft_reg_at(s->dev, (uint32_t)addr, out) != WEFT_OK)
            return usage_error("no register at \"%s\"; addresses are those of weft reg list", name);
    } else if (weft_reg_lookup(s->dev, name, out) != WEFT_OK) {
        return usage_error("no register \"%s\" in this switch; see weft reg list", name);
    }
    return EXIT_GOOD;
}

static int read_one(session *s, const weft_reg *reg)
{
    uint32_t value;
    weft_status st = weft_reg_read(s->dev, reg, &value);
    if (st != WEFT_OK) return access_failed(s, reg, "read", st);
    show_value(s, reg, value);
    return EXIT_GOOD;
}

static int cmd_read(session *s, int argc, char **argv)
{
    if (argc == 0) return usage_error("read needs a register name; see weft reg --help");
    /* All names are looked up before the first access. */
    weft_reg reg;
    for (int i = 0; i < argc; i++) {
        if (has_wildcard(argv[i])) continue;
        int rc = find(s, argv[i], &reg);
        if (rc != EXIT_GOOD) return rc;
        if (!weft_reg_readable(&reg))
            return usage_error("%s cannot be read, it only acts when written", reg.name);
    }
    for (int i = 0; i < argc; i++) {
        int rc = EXIT_GOOD;
        if (!has_wildcard(argv[i])) {
            rc = find(s, argv[i], &reg);
            if (rc == EXIT_GOOD) rc = read_one(s, &reg);
            if (rc != EXIT_GOOD) return rc;
            continue;
        }
        size_t shown = 0;
        for (size_t k = 0; k < s->count && rc == EXIT_GOOD; k++) {
            if (!glob(argv[i], s->regs[k].name) || !weft_reg_readable(&s->regs[k])) continue;
            rc = read_one(s, &s->regs[k]);
            shown++;
        }
        if (rc != EXIT_GOOD) return rc;
        if (shown == 0)
            return usage_error("no register that can be read matches \"%s\"; see weft reg list",
                               argv[i]);
    }
    return EXIT_GOOD;
}

static int bad_value(const weft_reg *reg, const char *value)
{
    int64_t min, max;
    if (weft_reg_range(reg, &min, &max))
        return usage_error("%s does not take %s; give %" PRId64 " to %" PRId64, reg->name, value,
                           min, max);
    return usage_error("%s does not take %s; see weft reg list --fields %s", reg->name, value,
                       reg->name);
}

static int cmd_write(session *s, int argc, char **argv)
{
    if (argc == 0 || argc % 2 != 0)
        return usage_error("write needs pairs of NAME and VALUE; see weft reg --help");
    weft_reg reg;
    uint64_t value;
    for (int i = 0; i < argc; i += 2) {
        int rc = find(s, argv[i], &reg);
        if (rc != EXIT_GOOD) return rc;
        if (!number(argv[i + 1], UINT32_MAX, &value))
            return usage_error("\"%s\" is no 32-bit value for %s; give a decimal or 0x number",
                               argv[i + 1], reg.name);
        if (!weft_reg_writable(&reg)) return usage_error("%s is read-only", reg.name);
    }
    for (int i = 0; i < argc; i += 2) {
        if (find(s, argv[i], &reg) != EXIT_GOOD || !number(argv[i + 1], UINT32_MAX, &value))
            return EXIT_USAGE;
        weft_status st = weft_reg_write(s->dev, &reg, (uint32_t)value);
        if (st == WEFT_ERR_ARG) return bad_value(&reg, argv[i + 1]);
        if (st != WEFT_OK) return access_failed(s, &reg, "write", st);
        int rc = weft_reg_readable(&reg) ? read_one(s, &reg) : EXIT_GOOD;
        if (rc != EXIT_GOOD) return rc;
    }
    return EXIT_GOOD;
}

static int cmd_dump(session *s, int argc, char **argv)
{
    if (argc > 1) return usage_error("dump takes one PATTERN at most, not \"%s\"", argv[1]);
    const char *pattern = argc == 1 ? argv[0] : NULL;
    size_t shown = 0;
    for (size_t i = 0; i < s->count; i++) {
        const weft_reg *reg = &s->regs[i];
        if (!weft_reg_readable(reg) || !matches(pattern, reg->name)) continue;
        if (weft_reg_is_counter(reg) && !s->opt.counters) continue;
        uint32_t value;
        weft_status st = weft_reg_read(s->dev, reg, &value);
        if (st == WEFT_OK)
            show_value(s, reg, value);
        else
            show_absent(s, reg, st);
        shown++;
    }
    if (shown == 0) return usage_error("no register matches \"%s\"; see weft reg list", pattern);
    if (s->faults == 0) return EXIT_GOOD;
    fprintf(stderr, "weft reg: %u of %zu registers did not answer\n", s->faults, shown);
    return EXIT_FAULT;
}

/* ------------------------------------------------------------------ command line ------------ */
static int parse(int argc, char **argv, options *o, bool *stop)
{
    static const struct option longs[] = {
        {"bus", required_argument, NULL, 'b'},
        {"cycles", required_argument, NULL, 'c'},
        {"counters", no_argument, NULL, 'C'},
        {"fields", no_argument, NULL, 'f'},
        {"json", required_argument, NULL, 'j'},
        {"quiet", no_argument, NULL, 'q'},
        {"record", required_argument, NULL, 'r'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    optind = 0; /* start anew: another subcommand may have used getopt before */
    opterr = 0;
    for (;;) {
        int at = optind > 0 ? optind : 1;
        int c = getopt_long(argc, argv, ":b:c:Cfj:qr:h", longs, NULL);
        if (c == -1) return EXIT_GOOD;
        switch (c) {
        case 'b': o->bus_name = optarg; break;
        case 'C': o->counters = true; break;
        case 'f': o->fields = true; break;
        case 'j': o->json_path = optarg; break;
        case 'q': o->quiet = true; break;
        case 'r': o->record_path = optarg; break;
        case 'c':
            if (!number(optarg, UINT32_MAX, &o->cycles))
                return usage_error("--cycles needs a number, not \"%s\"", optarg);
            break;
        case 'h':
            fputs(help, stdout);
            *stop = true;
            return EXIT_GOOD;
        case ':': return usage_error("option %s needs a value; see weft reg --help", argv[at]);
        default: return usage_error("unknown option %s; see weft reg --help", argv[at]);
        }
    }
}

int weft_cmd_reg(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(session *, int, char **);
    } commands[] = {
        {"list", cmd_list}, {"read", cmd_read}, {"write", cmd_write}, {"dump", cmd_dump}};
    session s = {.opt = {.bus_name = "model"}};
    bool stop = false;
    int rc = parse(argc, argv, &s.opt, &stop);
    if (rc != EXIT_GOOD || stop) return rc;
    if (optind >= argc)
        return usage_error("say what to do: list, read, write or dump; see weft reg --help");
    const char *name = argv[optind];
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(name, commands[i].name) != 0) continue;
        int first = optind + 1;
        rc = open_session(&s);
        if (rc == EXIT_GOOD) rc = commands[i].run(&s, argc - first, argv + first);
        if (rc != EXIT_USAGE && s.list != NULL) {
            int json_rc = write_json(&s, name);
            if (rc == EXIT_GOOD) rc = json_rc;
        }
        return close_session(&s, rc);
    }
    return usage_error("unknown command \"%s\"; use list, read, write or dump", name);
}
