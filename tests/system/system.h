/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * system.h: what the system tests share: counting of checks, and a run that must be faultless.
 */
#ifndef WEFT_TEST_SYSTEM_H
#define WEFT_TEST_SYSTEM_H
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tool/tool.h"

typedef struct {
    unsigned checks, failures;
} tally;

static inline void expect(tally *t, bool good, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static inline void expect(tally *t, bool good, const char *fmt, ...)
{
    t->checks++;
    if (good) return;
    t->failures++;
    va_list ap;
    va_start(ap, fmt);
    printf("FAILED: ");
    vprintf(fmt, ap);
    printf("\n");
    va_end(ap);
    fflush(stdout);
}

/* What the test is to repeat: n, or n x 10 with WEFT_LONG=1. */
static inline uint64_t effort(uint64_t n)
{
    const char *e = getenv("WEFT_LONG");
    return e && strcmp(e, "1") == 0 ? n * 10 : n;
}

/* Runs a source; every count of faults must be 0. The result is to be freed when true. */
static inline bool faultless(tally *t, const weft_run_options *opt, weft_run_result *r)
{
    char err[1024] = "";
    const int rc = weft_tool_run(opt, r, err, sizeof err);
    expect(t, rc == WEFT_EXIT_OK, "%s: %s", opt->source, err);
    if (rc != WEFT_EXIT_OK) return false;
    const weft_world_stats *s = &r->stats;
    uint64_t dropped = 0;
    for (unsigned i = 0; i < 32; i++) dropped += s->dropped[i];
    printf("  %-44s seed %llu ipg %2u %s: %llu frames, %.2f %% of the wire, latency %llu..%llu, "
           "%.0f kHz\n",
           opt->source, (unsigned long long)opt->seed, opt->ipg, opt->profile,
           (unsigned long long)s->frames_delivered, 100 * s->delivered,
           (unsigned long long)s->lat_min, (unsigned long long)s->lat_max, r->khz);
    fflush(stdout);
    expect(t, r->drained, "%s: does not drain: %s", opt->source, r->verdict);
    expect(t, !r->source_failed, "%s: %s", opt->source, r->verdict);
    expect(t, s->frames_sent > 0 && s->frames_lost == 0 && dropped == 0,
           "%s: %llu sent, %llu lost, %llu dropped", opt->source,
           (unsigned long long)s->frames_sent, (unsigned long long)s->frames_lost,
           (unsigned long long)dropped);
    expect(t, s->frames_delivered == s->frames_sent, "%s: %llu of %llu delivered", opt->source,
           (unsigned long long)s->frames_delivered, (unsigned long long)s->frames_sent);
    expect(t, s->corrupted == 0 && s->misrouted == 0 && s->reordered == 0 && s->duplicated == 0,
           "%s: %llu corrupted, %llu misrouted, %llu reordered, %llu duplicated", opt->source,
           (unsigned long long)s->corrupted, (unsigned long long)s->misrouted,
           (unsigned long long)s->reordered, (unsigned long long)s->duplicated);
    expect(t, s->ops_failed == 0 && s->payload_mismatches == 0, "%s: %llu failed, %llu mismatches",
           opt->source, (unsigned long long)s->ops_failed,
           (unsigned long long)s->payload_mismatches);
    expect(t, r->credits_agree, "%s: credits disagree at the end", opt->source);
    expect(t, r->reconciled, "%s: counters: %s", opt->source, r->difference);
    expect(t, r->ok, "%s: not ok", opt->source);
    return true;
}

static inline int verdict_of(const tally *t)
{
    printf("%u checks, %u failed\n", t->checks, t->failures);
    return t->failures || t->checks == 0 ? 1 : 0;
}
#endif
