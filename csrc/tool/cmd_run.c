/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * cmd_run.c: `weft run`.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tool/tool.h"
#include "traffic/source.h"

static const char help[] =
    "Usage: weft run [OPTION...] SOURCE\n"
    "Brings the switch up, plays a source of traffic through it, checks every byte and every "
    "counter.\n"
    "\n"
    "SOURCE\n"
    "  chakra:DIR/PREFIX       Chakra execution traces, DIR/PREFIX.N.et for rank N\n"
    "  cm:FILE                 connection matrix of htsim\n"
    "  csv:FILE                time_ps,src,dst,op,addr,len\n"
    "  pcap:FILE[,pace=recorded|max]\n"
    "                          captured frames: one interface, or one source address, a port\n"
    "  gen:PATTERN[,KEY=VALUE...]\n"
    "                          uniform permutation incast outcast hotspot bursty alltoall "
    "diagonal\n"
    "                          tornado logdiagonal; size=64 load=1 cycles=20000 ops= read=0 to=0 "
    "burst=16\n"
    "\n"
    "  -p, --ports=N           this switch must have N ports\n"
    "  -P, --profile=NAME      esun (default), ethernet, uet or rocev2: headers on the wire\n"
    "  -P, --profile=file:F[,NAME]\n"
    "                          the same with the protocol description F in all parsers\n"
    "  -i, --ipg=N             gap between frames, 1 to 12 bytes (default 1)\n"
    "  -s, --seed=S            seed of everything random (default 1)\n"
    "  -c, --payload-check=on|off\n"
    "                          compare every byte of every frame (default on)\n"
    "  -j, --json=FILE         write the result as JSON to FILE, - for standard output\n"
    "  -r, --report=DIR        write DIR/index.html, with pictures, and DIR/run.json\n"
    "  -w, --wave=FILE.fst     write waves; needs the build with waves (make build WAVES=1)\n"
    "      --pcap=FILE.pcapng  write every delivered frame\n"
    "  -h, --help              this text\n"
    "\n"
    "Exit status: 0 all is well, 1 the run found a fault, 2 usage or input.\n";

static int usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static int usage(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("weft run: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    return WEFT_EXIT_USAGE;
}

static bool one_of(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(word, *list) == 0) return true;
    return false;
}

/* PROFILE or file:F[,PROFILE]; text is cut in place. */
static bool read_profile(char *text, weft_run_options *opt)
{
    static const char *const profiles[] = {"esun", "ethernet", "uet", "rocev2", NULL};
    const bool described = strncmp(text, "file:", 5) == 0;
    char *comma = described ? strrchr(text, ',') : NULL;
    opt->profile = described ? "esun" : text;
    opt->file = described ? text + 5 : NULL;
    if (comma) {
        *comma = '\0';
        opt->profile = comma + 1;
    }
    return one_of(opt->profile, profiles);
}

int weft_cmd_run(int argc, char **argv)
{
    enum { OPT_PCAP = 256, OPT_FAULT };
    static const struct option longs[] = {{"ports", required_argument, NULL, 'p'},
                                          {"profile", required_argument, NULL, 'P'},
                                          {"ipg", required_argument, NULL, 'i'},
                                          {"seed", required_argument, NULL, 's'},
                                          {"payload-check", required_argument, NULL, 'c'},
                                          {"json", required_argument, NULL, 'j'},
                                          {"report", required_argument, NULL, 'r'},
                                          {"wave", required_argument, NULL, 'w'},
                                          {"pcap", required_argument, NULL, OPT_PCAP},
                                          {"fault", required_argument, NULL, OPT_FAULT},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    weft_run_options opt = {
        .profile = "esun", .ipg = 1, .seed = 1, .payload_check = true, .progress = true};
    const char *json = NULL, *report = NULL;
    uint64_t ports = 0, v = 0;
    optind = 1;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":p:P:i:s:c:j:r:w:h", longs, NULL)) != -1;) {
        switch (c) {
        case 'p':
            if (!weft_parse_u64(optarg, WEFT_MAX_PORTS, &ports) || ports < 2)
                return usage("--ports=%s: must be 2 to %d", optarg, WEFT_MAX_PORTS);
            break;
        case 'P':
            if (strcmp(optarg, "ualink") == 0)
                return usage("--profile=%s is not part of this version; use esun, ethernet, uet, "
                             "rocev2 or file:F",
                             optarg);
            if (!read_profile(optarg, &opt))
                return usage("--profile=%s is unknown; use esun, ethernet, uet, rocev2, or "
                             "file:F,PROFILE with one of them",
                             optarg);
            break;
        case 'i':
            if (!weft_parse_u64(optarg, 12, &v) || v < 1)
                return usage("--ipg=%s: must be 1 to 12 bytes", optarg);
            opt.ipg = (unsigned)v;
            break;
        case 's':
            if (!weft_parse_u64(optarg, INT64_MAX, &opt.seed))
                return usage("--seed=%s: must be a number from 0 on", optarg);
            break;
        case 'c':
            if (strcmp(optarg, "on") != 0 && strcmp(optarg, "off") != 0)
                return usage("--payload-check=%s: must be on or off", optarg);
            opt.payload_check = optarg[1] == 'n';
            break;
        case 'j': json = optarg; break;
        case 'r': report = optarg; break;
        case 'w': opt.wave_path = optarg; break;
        case OPT_PCAP: opt.pcap_path = optarg; break;
        case OPT_FAULT: return usage("--fault is not part of this version");
        case 'h': fputs(help, stdout); return WEFT_EXIT_OK;
        case ':': return usage("%s needs a value; see weft run --help", argv[optind - 1]);
        default: return usage("unknown option %s; see weft run --help", argv[optind - 1]);
        }
    }
    if (optind >= argc) return usage("no SOURCE given; see weft run --help");
    if (optind + 1 < argc) return usage("one SOURCE at a time: '%s' is too much", argv[optind + 1]);
    opt.source = argv[optind];
    weft_sim_geometry g;
    if (!weft_tool_geometry(&g)) {
        fputs("weft run: the model of the switch cannot be opened\n", stderr);
        return WEFT_EXIT_FAULT;
    }
    if (ports && ports != g.ports)
        return usage(
            "--ports=%llu: this switch has %u; 'make build CONFIG=p%llum%u' builds another",
            (unsigned long long)ports, g.ports, (unsigned long long)ports, g.mii_bytes);
    if (opt.wave_path && !weft_sim_has_waves())
        return usage(
            "--wave: this build writes none; 'make build WAVES=1' makes weft-debug, which does");
    const char *const outputs[] = {json, opt.wave_path, opt.pcap_path};
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++)
        if (outputs[i] && !weft_writable(outputs[i]))
            return usage("%s: %s", outputs[i], strerror(errno));
    if (report && weft_make_folder(report) != 0) return usage("%s: %s", report, strerror(errno));

    char err[1024] = "";
    weft_run_result r;
    int rc = weft_tool_run(&opt, &r, err, sizeof err);
    if (rc != WEFT_EXIT_OK) {
        fprintf(stderr, "weft run: %s\n", err);
        return rc;
    }
    if (!json || strcmp(json, "-") != 0) weft_run_print(stdout, &r, weft_use_colour(stdout));
    rc = r.ok ? WEFT_EXIT_OK : WEFT_EXIT_FAULT;
    if (json) {
        json_t *j = weft_run_json(&r);
        if (weft_json_write(json, j, err, sizeof err) != 0) {
            fprintf(stderr, "weft run: %s\n", err);
            rc = WEFT_EXIT_FAULT;
        }
        json_decref(j);
    }
    if (report && weft_run_report(report, &r, err, sizeof err) != 0) {
        fprintf(stderr, "weft run: %s\n", err);
        rc = WEFT_EXIT_FAULT;
    }
    weft_run_result_free(&r);
    return rc;
}
