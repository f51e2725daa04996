/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * runner.c: one run from source to verdict: open, play, drain, compare everything with everything.
 */
#include <stdlib.h>
#include <string.h>

#include "tool/tool.h"
#include "weft/proto_desc.h"
#include "weft/reasons.h"

#define DRAIN_CYCLES 20000000ull

bool weft_tool_geometry(weft_sim_geometry *g)
{
    const weft_sim_options opt = {.seed = 1};
    weft_sim *sim = weft_sim_open(&opt);
    if (!sim) return false;
    *g = weft_sim_get_geometry(sim);
    weft_sim_close(sim);
    return true;
}

void weft_run_result_free(weft_run_result *r)
{
    free((void *)(uintptr_t)r->stats.lat_hist);
    r->stats.lat_hist = NULL;
}

/* Steps source and world until the source has no more to do. */
static void play(weft_source *s, weft_world *w, bool progress)
{
    weft_progress bar;
    bool measuring = false;
    weft_progress_begin(&bar, "playing", progress);
    for (uint64_t i = 0;; i++) {
        const weft_phase phase = weft_source_get_phase(s);
        if (phase == WEFT_PHASE_MEASURE && !measuring) {
            weft_world_measure(w, true);
            measuring = true;
        }
        if (phase == WEFT_PHASE_DRAIN || phase == WEFT_PHASE_FAILED) break;
        weft_source_step(s);
        weft_world_step(w);
        if ((i & 1023) == 1023 && bar.on) {
            uint64_t done = 0, total = 1;
            weft_source_progress(s, &done, &total);
            weft_progress_step(&bar, total ? (double)done / (double)total : 1);
        }
    }
    /* A source may pass from warm-up to drain within one cycle: then the window is empty. */
    if (!measuring) weft_world_measure(w, true);
    weft_world_measure(w, false);
    weft_progress_end(&bar);
}

static bool verdict(const weft_run_result *r)
{
    const weft_world_stats *s = &r->stats;
    uint64_t dropped = 0;
    for (unsigned i = 0; i < 32; i++) {
        const bool expected = r->may_drop && (i == WEFT_DROP_NO_ROUTE || i == WEFT_DROP_TTL);
        if (i != WEFT_DROP_CONTROL && !expected) dropped += s->dropped[i];
    }
    return r->drained && r->reconciled && r->credits_agree && !r->source_failed && r->wrong == 0 &&
           dropped == 0 && s->frames_lost == 0 && s->corrupted == 0 && s->misrouted == 0 &&
           s->reordered == 0 && s->duplicated == 0 && s->ops_failed == 0 &&
           s->payload_mismatches == 0 && s->ops_completed == s->ops_issued;
}

/* Compiles a protocol description. False: the first thing that is wrong is in err. */
static bool compile(const char *file, weft_parse_program *program, char *err, size_t err_len)
{
    weft_desc *d = weft_desc_open(file, NULL, 0);
    const bool good = d && weft_desc_compile(d, program, NULL);
    if (!d) {
        snprintf(err, err_len, "not enough memory");
    } else if (!good) {
        const weft_desc_error e = weft_desc_error_at(d, 0);
        snprintf(err, err_len, "%s:%u:%u: %s", e.file, e.line, e.col, e.text);
    }
    weft_desc_close(d);
    return good;
}

int weft_tool_run(const weft_run_options *opt, weft_run_result *r, char *err, size_t err_len)
{
    memset(r, 0, sizeof *r);
    if (!weft_tool_geometry(&r->geometry)) {
        snprintf(err, err_len, "the model of the switch cannot be opened");
        return WEFT_EXIT_FAULT;
    }
    r->ipg = opt->ipg;
    r->seed = opt->seed;
    snprintf(r->source, sizeof r->source, "%s", opt->source);
    if (opt->file)
        snprintf(r->profile, sizeof r->profile, "file:%s,%s", opt->file, opt->profile);
    else
        snprintf(r->profile, sizeof r->profile, "%s", opt->profile);
    weft_parse_program program;
    if (opt->file && !compile(opt->file, &program, err, err_len)) return WEFT_EXIT_USAGE;
    weft_source_env env = {.ports = r->geometry.ports,
                           .mii_bytes = r->geometry.mii_bytes,
                           .ipg = opt->ipg,
                           .seed = opt->seed};
    if (!weft_world_frame_sizes(opt->profile, &env.write_header, &env.read_header)) {
        snprintf(err, err_len, "unknown profile %s", opt->profile);
        return WEFT_EXIT_USAGE;
    }
    weft_source *s = weft_source_open(opt->source, &env, err, err_len);
    if (!s) return WEFT_EXIT_USAGE;
    const weft_source_needs needs = weft_source_get_needs(s);
    r->may_drop = needs.may_drop;
    /* Short requests and answers are what ESUN is for; on plain Ethernet 64 bytes are the least. */
    const unsigned least = strcmp(opt->profile, "esun") == 0 ? 32 : 64;
    const weft_world_options wo = {.seed = opt->seed,
                                   .wave_path = opt->wave_path,
                                   .profile = opt->profile,
                                   .ipg = opt->ipg,
                                   .memory_bytes = needs.memory_bytes,
                                   .min_frame = needs.min_frame ? needs.min_frame : least,
                                   .lossless = true,
                                   .payload_check = opt->payload_check,
                                   .trace = true,
                                   .pcap_path = opt->pcap_path,
                                   .program = opt->file ? &program : NULL};
    int rc = WEFT_EXIT_FAULT;
    weft_world *w = weft_world_open(&wo, err, err_len);
    if (!w) goto out;
    const weft_net net = weft_net_of_world(w);
    if (weft_source_start(s, &net, err, err_len) != 0) goto out;
    snprintf(r->describe, sizeof r->describe, "%s", weft_source_describe(s));
    const uint64_t first = weft_world_cycle(w);
    const double begin = weft_wall();
    play(s, w, opt->progress);
    /* After a fault of the source nothing may ever become idle: look only a moment. */
    r->source_failed = weft_source_get_phase(s) == WEFT_PHASE_FAILED;
    r->drained = weft_world_drain(w, r->source_failed ? 20000 : DRAIN_CYCLES);
    r->wall_seconds = weft_wall() - begin;
    const uint64_t last = weft_world_cycle(w);
    r->wrong = weft_source_verify(s, r->verdict, sizeof r->verdict);
    if (r->source_failed)
        snprintf(r->verdict, sizeof r->verdict, "%s", weft_source_message(s));
    else if (!r->drained)
        snprintf(r->verdict, sizeof r->verdict, "frames or operations never came to an end");
    r->reconciled = weft_world_reconcile(w, r->difference, sizeof r->difference);
    if (r->reconciled) r->difference[0] = 0;
    weft_world_get_stats(w, &r->stats);
    r->stats.cycles = last - first;
    r->stats.payload_mismatches += r->wrong;
    r->credits_agree = r->stats.credits_agree;
    const size_t bytes = r->stats.lat_hist_len * sizeof *r->stats.lat_hist;
    uint64_t *hist = malloc(bytes + 1);
    if (!hist) {
        r->stats.lat_hist = NULL;
        snprintf(err, err_len, "not enough memory");
        goto out;
    }
    if (bytes) memcpy(hist, r->stats.lat_hist, bytes);
    r->stats.lat_hist = hist;
    if (r->stats.lat_count == 0) r->stats.lat_min = r->stats.lat_max = 0;
    if (r->wall_seconds > 0) {
        r->khz = (double)r->stats.cycles / r->wall_seconds / 1e3;
        r->frames_per_second = (double)r->stats.frames_delivered / r->wall_seconds;
    }
    r->ok = verdict(r);
    rc = WEFT_EXIT_OK;
out:
    weft_world_close(w);
    weft_source_close(s);
    return rc;
}
