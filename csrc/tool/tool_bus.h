/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * tool_bus.h: the --bus and --record of the commands that access registers.
 */
#ifndef WEFT_TOOL_BUS_H
#define WEFT_TOOL_BUS_H
#include <stdint.h>
#include <stdio.h>

#include "weft/bus.h"
#include "weft_sim.h"

typedef struct {
    const char *command; /* for messages: "reg" */
    weft_sim *sim;       /* NULL: no model */
    weft_bus *bus;
    FILE *record;
    const char *record_path;
} weft_tool_bus;

/* Opens the bus `name`: "model", a switch in this process that has run `cycles` cycles out of
 * reset, or "replay:FILE", the answers of a log. record_path, when not NULL, is a file for a log of
 * all accesses. Returns an exit status of tool.h, with a line on stderr when it is not 0; close the
 * bus in any case. */
int weft_tool_bus_open(weft_tool_bus *b, const char *command, const char *name, uint64_t cycles,
                       const char *record_path);
/* Closes everything. Returns rc, or another status when the record could not be written. */
int weft_tool_bus_close(weft_tool_bus *b, int rc);

#endif
