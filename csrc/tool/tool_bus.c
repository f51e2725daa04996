/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * tool_bus.c: opens the bus that a command was told to use.
 */
#include "tool/tool_bus.h"
#include "tool/tool.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

__attribute__((format(printf, 3, 4))) static int fail(const weft_tool_bus *b, int status,
                                                      const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "weft %s: ", b->command);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    return status;
}

static int open_model(weft_tool_bus *b, uint64_t cycles)
{
    weft_sim_options o = {.seed = 1, .wave_path = NULL};
    b->sim = weft_sim_open(&o);
    if (b->sim == NULL)
        return fail(b, WEFT_EXIT_FAULT, "cannot open the model: %s",
                    weft_status_name(WEFT_ERR_MEMORY));
    for (uint64_t n = 0; n < cycles; n++) weft_sim_step(b->sim);
    b->bus = weft_bus_model_open(b->sim, NULL, NULL);
    return WEFT_EXIT_OK;
}

static int open_replay(weft_tool_bus *b, const char *path, uint64_t cycles)
{
    unsigned long line = 0;
    if (cycles != 0)
        return fail(b, WEFT_EXIT_USAGE, "--cycles needs --bus=model: a log has no clock");
    FILE *log = fopen(path, "r");
    if (log == NULL)
        return fail(b, WEFT_EXIT_USAGE, "cannot read %s: %s; give a log made with --record", path,
                    strerror(errno));
    b->bus = weft_bus_replay_open(log, false, &line);
    (void)fclose(log);
    if (b->bus == NULL && line != 0)
        return fail(b, WEFT_EXIT_USAGE,
                    "%s line %lu is no register access; give a log made with --record", path, line);
    return WEFT_EXIT_OK;
}

static int wrap_record(weft_tool_bus *b)
{
    b->record = fopen(b->record_path, "w");
    if (b->record == NULL)
        return fail(b, WEFT_EXIT_USAGE, "cannot write %s: %s; give another --record file",
                    b->record_path, strerror(errno));
    weft_bus *outer = weft_bus_record_open(b->bus, true, b->record);
    if (outer == NULL)
        return fail(b, WEFT_EXIT_FAULT, "%s: %s", b->record_path, weft_status_name(WEFT_ERR_IO));
    b->bus = outer;
    return WEFT_EXIT_OK;
}

int weft_tool_bus_open(weft_tool_bus *b, const char *command, const char *name, uint64_t cycles,
                       const char *record_path)
{
    int rc;
    *b = (weft_tool_bus){.command = command, .record_path = record_path};
    if (strcmp(name, "model") == 0)
        rc = open_model(b, cycles);
    else if (strncmp(name, "replay:", 7) == 0)
        rc = open_replay(b, name + 7, cycles);
    else
        return fail(b, WEFT_EXIT_USAGE, "unknown bus \"%s\"; use model or replay:FILE", name);
    if (rc == WEFT_EXIT_OK && b->bus == NULL)
        rc = fail(b, WEFT_EXIT_FAULT, "cannot open the bus: %s", weft_status_name(WEFT_ERR_MEMORY));
    return rc == WEFT_EXIT_OK && record_path != NULL ? wrap_record(b) : rc;
}

int weft_tool_bus_close(weft_tool_bus *b, int rc)
{
    weft_bus_close(b->bus);
    if (b->sim != NULL) weft_sim_close(b->sim);
    if (b->record != NULL && fclose(b->record) != 0 && rc == WEFT_EXIT_OK)
        rc = fail(b, WEFT_EXIT_USAGE, "cannot write %s: %s; give another --record file",
                  b->record_path, strerror(errno));
    return rc;
}
