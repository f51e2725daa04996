/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * cmd_bench.c: `weft bench`: runs sections of csrc/bench/. What is counted in cycles is
 * deterministic and must equal the committed goldens; what a clock measures is only shown.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench_run.h"
#include "tool/tool.h"
#include "traffic/source.h"

#define MOST_SECTIONS 32

static const char help[] =
    "Usage: weft bench [OPTION...] [SECTION...]\n"
    "Measures the switch, section by section; all of them when none is given. Compares what is\n"
    "counted in cycles with the goldens, and with bounds that hold for any switch and seed.\n"
    "docs/performance.md explains the sections; --list names them.\n"
    "\n"
    "  -q, --quick           a part of the rows\n"
    "      --long            more seeds and sizes, where a section has more\n"
    "  -s, --seed=N          another seed than 1: there are no goldens for it, bounds judge\n"
    "  -j, --json=FILE       write the result as JSON to FILE, - for standard output\n"
    "  -u, --update          write the goldens instead of comparing\n"
    "      --golden=DIR      where the goldens are (default tests/golden): DIR/SECTION.json, or\n"
    "                        DIR/pNmM/SECTION.json for a switch of N ports x M bytes that is not\n"
    "                        the default one\n"
    "      --pictures=DIR    draw SECTION*.svg into DIR; runs all rows\n"
    "  -l, --list            names of the sections\n"
    "  -h, --help            this text\n"
    "\n"
    "Exit status: 0 all is well, 1 a fault or a difference, 2 usage or input.\n";

static int usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static int usage(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("weft bench: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputs("; see weft bench --help\n", stderr);
    va_end(ap);
    return WEFT_EXIT_USAGE;
}

static void list(void)
{
    for (size_t i = 0; weft_bench_sections[i]; i++)
        printf("  %-12s%s\n", weft_bench_sections[i]->name, weft_bench_sections[i]->title);
}

/* Each section runs whatever became of those before it; the worst status is that of all. */
static int run_sections(const weft_bench_options *opt, const weft_bench_section *const *chosen,
                        const char *json)
{
    char err[1024];
    weft_bench *b = weft_bench_open(opt);
    if (!b) return WEFT_EXIT_FAULT;
    int rc = WEFT_EXIT_OK;
    for (size_t i = 0; chosen[i]; i++) {
        const int status = weft_bench_run(b, chosen[i]);
        if (status > rc) rc = status;
    }
    if (json) {
        json_t *j = weft_bench_json(b);
        if (weft_json_write(json, j, err, sizeof err) != 0)
            rc = weft_bench_complain(WEFT_EXIT_FAULT, "%s", err);
        json_decref(j);
    }
    fprintf(opt->out, "\n  %s\n\n", rc == WEFT_EXIT_OK ? "all is well" : "NOT ALL IS WELL");
    weft_bench_close(b);
    return rc;
}

int weft_cmd_bench(int argc, char **argv)
{
    enum { OPT_PICTURES = 256, OPT_GOLDEN, OPT_LONG };
    static const struct option longs[] = {{"quick", no_argument, NULL, 'q'},
                                          {"long", no_argument, NULL, OPT_LONG},
                                          {"seed", required_argument, NULL, 's'},
                                          {"json", required_argument, NULL, 'j'},
                                          {"update", no_argument, NULL, 'u'},
                                          {"golden", required_argument, NULL, OPT_GOLDEN},
                                          {"pictures", required_argument, NULL, OPT_PICTURES},
                                          {"list", no_argument, NULL, 'l'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    const weft_bench_section *chosen[MOST_SECTIONS] = {NULL};
    const char *json = NULL;
    weft_bench_options opt = {.seed = 1, .golden = "tests/golden", .out = stdout};
    optind = 1;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":qs:j:ulh", longs, NULL)) != -1;) {
        switch (c) {
        case 'q': opt.quick = true; break;
        case OPT_LONG: opt.long_ = true; break;
        case 's':
            if (!weft_parse_u64(optarg, INT64_MAX, &opt.seed))
                return usage("--seed=%s: must be a number from 0 on", optarg);
            break;
        case 'j': json = optarg; break;
        case 'u': opt.update = true; break;
        case OPT_GOLDEN: opt.golden = optarg; break;
        case OPT_PICTURES: opt.pictures = optarg; break;
        case 'l': list(); return WEFT_EXIT_OK;
        case 'h': fputs(help, stdout); return WEFT_EXIT_OK;
        case ':': return usage("%s needs a value", argv[optind - 1]);
        default: return usage("unknown option %s", argv[optind - 1]);
        }
    }
    if (opt.quick && opt.long_) return usage("--quick and --long exclude each other");
    if (opt.update && (opt.seed != 1 || opt.long_))
        return usage("--update: goldens are of seed 1, without --long");
    for (int i = optind; i < argc; i++) {
        if (i - optind + 1 >= MOST_SECTIONS) return usage("too many sections");
        chosen[i - optind] = weft_bench_section_named(argv[i]);
        if (!chosen[i - optind])
            return usage("there is no section '%s', --list names them", argv[i]);
    }
    if (opt.seed == 1 && !opt.update && access(opt.golden, R_OK) != 0)
        return usage("%s: %s; --update writes goldens", opt.golden, strerror(errno));
    if (json && strcmp(json, "-") == 0)
        opt.out = stderr;
    else if (json && !weft_writable(json))
        return usage("%s: %s", json, strerror(errno));
    if (opt.pictures && weft_make_folder(opt.pictures) != 0)
        return usage("%s: %s", opt.pictures, strerror(errno));
    return run_sections(&opt, chosen[0] ? chosen : weft_bench_sections, json);
}
