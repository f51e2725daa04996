/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * cmd_trace.c: `weft trace`.
 */
#include <getopt.h>
#include <stdarg.h>
#include <string.h>

#include "tool/tool.h"
#include "traffic/source.h"

static const char help[] =
    "Usage: weft trace KIND [OPTION...] -o DIR\n"
    "Writes Chakra execution traces, DIR/KIND.N.et for rank N, to be played by weft run.\n"
    "\n"
    "KIND\n"
    "  ring-allreduce      sends, receives and additions of a ring all-reduce, one by one\n"
    "  allgather           one all-gather of BYTES from every rank\n"
    "  reducescatter       one reduce-scatter of a vector of BYTES\n"
    "  alltoall            one all-to-all of BYTES at every rank\n"
    "  moe-dispatch        tokens of BYTES at every rank to unequally liked experts and back\n"
    "  transformer-layer   tensor-parallel layer: gather, attention, scatter, gather, MLP, "
    "scatter\n"
    "\n"
    "  -n, --ranks=N       ranks (default 8)\n"
    "  -b, --bytes=B       for example 65536, 128KiB, 1MiB, 1MB (default 1MiB)\n"
    "  -o, --output=DIR    folder to write to; it is made\n"
    "  -h, --help          this text\n"
    "\n"
    "Exit status: 0 all is well, 1 a file cannot be written, 2 usage.\n";

static int usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static int usage(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("weft trace: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    return WEFT_EXIT_USAGE;
}

int weft_cmd_trace(int argc, char **argv)
{
    static const struct option longs[] = {{"ranks", required_argument, NULL, 'n'},
                                          {"bytes", required_argument, NULL, 'b'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    uint64_t ranks = 8, bytes = 1u << 20;
    const char *dir = NULL;
    optind = 1;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":n:b:o:h", longs, NULL)) != -1;) {
        switch (c) {
        case 'n':
            if (!weft_parse_u64(optarg, WEFT_MAX_PORTS, &ranks) || ranks < 2)
                return usage("--ranks=%s: must be 2 to %d", optarg, WEFT_MAX_PORTS);
            break;
        case 'b':
            if (!weft_parse_size(optarg, 1u << 30, &bytes) || bytes == 0)
                return usage("--bytes=%s: a size up to 1GiB, for example 128KiB", optarg);
            break;
        case 'o': dir = optarg; break;
        case 'h': fputs(help, stdout); return WEFT_EXIT_OK;
        case ':': return usage("%s needs a value; see weft trace --help", argv[optind - 1]);
        default: return usage("unknown option %s; see weft trace --help", argv[optind - 1]);
        }
    }
    if (optind >= argc) return usage("no KIND given; see weft trace --help");
    if (optind + 1 < argc) return usage("one KIND at a time: '%s' is too much", argv[optind + 1]);
    const char *const *k = weft_trace_kinds();
    while (*k && strcmp(*k, argv[optind]) != 0) k++;
    if (!*k) return usage("unknown kind '%s'; see weft trace --help", argv[optind]);
    if (!dir) return usage("no folder to write to: give -o DIR");
    char msg[4608] = "";
    const int rc = weft_trace_write(*k, (unsigned)ranks, bytes, dir, msg, sizeof msg);
    if (rc != 0) {
        fprintf(stderr, "weft trace: %s\n", msg);
        return rc == -1 ? WEFT_EXIT_USAGE : WEFT_EXIT_FAULT;
    }
    puts(msg);
    return WEFT_EXIT_OK;
}
