/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * programs.h: the shipped programs of the parser, compiled in, for firmware that has no files.
 */
#ifndef WEFT_PROGRAMS_H
#define WEFT_PROGRAMS_H
#include <stdint.h>

#include "weft/parser.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The words of a program (weft_parse_program_unpack reads them) by the name of its protocol, for
 * example "esun", which is the program of a port after bring-up. NULL: there is none of that name.
 */
const uint32_t *weft_program_words(const char *name);
/* Name of the i-th program, from 0; NULL past the last. */
const char *weft_program_name(unsigned i);

#ifdef __cplusplus
}
#endif
#endif
