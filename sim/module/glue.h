/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * glue.h: model.h for the class Vtop of one build. sim/module/ports.awk writes a glue.cpp that
 * includes this file and defines the tables; glue.cpp and all generated code are one translation
 * unit.
 */
#ifndef WEFT_MODULE_GLUE_H
#define WEFT_MODULE_GLUE_H
#include "model.h"
#include "verilated.h"
#if VM_TRACE
#include "verilated_fst_c.h"
#endif
#include "Vtop.h"

#include <cstdio>
#include <cstdlib>

namespace
{
VerilatedContext *glue_context;
Vtop *glue_top;
#if VM_TRACE
VerilatedFstC *glue_wave;
#endif
} // namespace

static void glue_fill(Vtop *top); // generated: fills the table of ports

void model_open(uint64_t seed, const char *wave_path)
{
    glue_context = new VerilatedContext;
    glue_context->randReset(2); // registers without a reset start at random values
    // Verilator takes a 31-bit seed and reads 0 as "pick one".
    glue_context->randSeed(static_cast<int>((seed ^ (seed >> 31)) % 0x7ffffffeu) + 1);
#if VM_TRACE
    glue_context->traceEverOn(true);
#endif
    glue_top = new Vtop{glue_context, "TOP"};
    glue_fill(glue_top);
    if (wave_path) {
#if VM_TRACE
        glue_wave = new VerilatedFstC;
        glue_top->trace(glue_wave, 99);
        glue_wave->open(wave_path);
#else
        std::fprintf(stderr, "this build has no waves; build it with WAVES=1\n");
        std::exit(2);
#endif
    }
}

void model_close(void)
{
    glue_top->final();
#if VM_TRACE
    if (glue_wave) glue_wave->close();
    delete glue_wave;
#endif
    delete glue_top;
    delete glue_context;
}

void model_eval(void) { glue_top->eval(); }

void model_dump(uint64_t time)
{
#if VM_TRACE
    if (glue_wave) glue_wave->dump(time);
#else
    (void)time;
#endif
}

void vl_finish(const char *file, int line, const char *) { model_complaint("$finish", file, line); }
void vl_stop(const char *file, int line, const char *) { model_complaint("$stop", file, line); }
void vl_fatal(const char *file, int line, const char *, const char *msg)
{
    model_complaint(msg, file, line);
}
#endif
