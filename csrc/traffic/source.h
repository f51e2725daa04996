/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * source.h: what a source is made of, inside csrc/traffic only.
 */
#ifndef WEFT_TRAFFIC_SOURCE_H
#define WEFT_TRAFFIC_SOURCE_H
#include "traffic/traffic.h"

typedef struct {
    int (*start)(weft_source *s, char *err, size_t err_len);
    void (*step)(weft_source *s);
    void (*progress)(const weft_source *s, uint64_t *done, uint64_t *total);
    uint64_t (*verify)(weft_source *s, char *msg, size_t msg_len);
    void (*free)(void *impl);
} weft_source_ops;

struct weft_source {
    const weft_source_ops *ops;
    void *impl;
    weft_source_env env;
    weft_source_needs needs;
    weft_net net;
    weft_phase phase;
    char describe[256];
    char message[512];
};

/* A source with everything but needs and describe set. On failure frees impl and returns NULL. */
weft_source *weft_source_new(const weft_source_ops *ops, void *impl, const weft_source_env *env);
/* Phase FAILED, and why; the first reason stays. */
void weft_source_fail(weft_source *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
uint64_t weft_source_stall_cycles(const weft_source *s);

/* One opener for each word in front of the colon. `arg` is what follows the colon. */
weft_source *weft_chakra_open(const char *arg, const weft_source_env *env, char *err,
                              size_t err_len);
weft_source *weft_pcap_open(const char *arg, const weft_source_env *env, char *err, size_t err_len);
weft_source *weft_cm_open(const char *arg, const weft_source_env *env, char *err, size_t err_len);
weft_source *weft_csv_open(const char *arg, const weft_source_env *env, char *err, size_t err_len);
weft_source *weft_gen_open(const char *arg, const weft_source_env *env, char *err, size_t err_len);

/* Numbers in text. Returns false unless the whole text is one decimal number <= max. */
bool weft_parse_u64(const char *text, uint64_t max, uint64_t *out);
/* A size: a decimal number with an optional suffix B, KB, MB, GB (powers of 1000), KiB, MiB, GiB.
 */
bool weft_parse_size(const char *text, uint64_t max, uint64_t *out);
/* A size for people: "128 KiB", "1 MiB", "1000 B". Returns buf. */
char *weft_format_size(uint64_t bytes, char *buf, size_t len);

#endif
