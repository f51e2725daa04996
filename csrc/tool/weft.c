/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * weft.c: the command. Each subcommand is a file cmd_*.c.
 */
#include <string.h>

#include "tool/tool.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *about;
} commands[] = {
    {"run", weft_cmd_run, "play traffic through the switch and check everything"},
    {"trace", weft_cmd_trace, "write Chakra traces of standard collectives"},
    {"bench", weft_cmd_bench, "latency, throughput and simulation speed"},
    {"reg", weft_cmd_reg, "list, read and write registers by name"},
    {"proto", weft_cmd_proto, "check, show, export and load protocol descriptions"},
};
#define N_COMMANDS (sizeof commands / sizeof commands[0])

static void help(void)
{
    puts("Usage: weft COMMAND [ARGUMENT...]\n"
         "Weft, an open scale-up switch: the RTL in simulation, its driver, its endpoints.\n");
    for (size_t i = 0; i < N_COMMANDS; i++)
        printf("  %-8s %s\n", commands[i].name, commands[i].about);
    puts("\n  weft COMMAND --help says more; weft --version says which Weft this is.");
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fputs("weft: no command given; see weft --help\n", stderr);
        return WEFT_EXIT_USAGE;
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
        help();
        return WEFT_EXIT_OK;
    }
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        puts("weft " WEFT_VERSION);
        return WEFT_EXIT_OK;
    }
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (strcmp(word, commands[i].name) == 0) return commands[i].run(argc - 1, argv + 1);
    fprintf(stderr, "weft: unknown command '%s'; see weft --help\n", word);
    return WEFT_EXIT_USAGE;
}
