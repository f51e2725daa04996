/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * model.h: what module_main.cpp (compiled once) needs from one Verilated module. sim/module/glue.h
 * implements it for the class Vtop; sim/module/ports.awk writes the table of ports.
 */
#ifndef WEFT_MODULE_MODEL_H
#define WEFT_MODULE_MODEL_H
#include <cstdint>

struct model_port {
    const char *name;
    uint8_t *bytes; // storage in the model, little endian, unused high bits are 0
    unsigned width; // bits
    unsigned size;  // bytes of storage: 1, 2, 4, 8 or 4 * words
    bool input;
};
struct model_param {
    const char *name;
    const char *value; // as written after -GNAME=
};

extern const char *const model_name;     // RTL module
extern const char *const model_repeat;   // start of the command that repeats this build's run
extern const char *const model_flags;    // the -G options of this build
extern const model_param model_params[]; // ends with a null name

void model_open(uint64_t seed,
                const char *wave_path); // exits 2 when waves are asked but not built in
void model_close(void);
const model_port *model_ports(unsigned *count);
uint8_t *model_clk(void); // or null
uint8_t *model_rst(void); // or null
void model_eval(void);
void model_dump(uint64_t time); // one sample of the waves, when they are on

// In module_main.cpp: an assertion of the RTL fired, or it called $stop or $finish.
void model_complaint(const char *what, const char *file, int line);

#endif
