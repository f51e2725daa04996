/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * chakra.c: the source chakra:DIR/PREFIX. Finds the files of all ranks, reads them, plans, plays.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "traffic/chakra_flow.h"

/* Which of PREFIX.0.et, PREFIX.1.et, ... are there: the number of ranks, or 0 and a line in err. */
static unsigned count_ranks(const char *prefix, unsigned ports, char *err, size_t err_len)
{
    const char *slash = strrchr(prefix, '/');
    const char *base = slash ? slash + 1 : prefix;
    const size_t base_len = strlen(base);
    char *dir = slash ? strndup(prefix, (size_t)(slash - prefix) + 1) : strdup(".");
    bool seen[WEFT_MAX_PORTS] = {false};
    uint64_t highest = 0, found = 0;
    DIR *d = dir && base_len ? opendir(dir) : NULL;
    if (!d) {
        snprintf(err, err_len, "%s.0.et: %s", prefix, base_len ? strerror(errno) : "no file name");
        free(dir);
        return 0;
    }
    for (const struct dirent *e; (e = readdir(d));) {
        char number[24];
        uint64_t rank;
        const size_t len = strlen(e->d_name);
        if (len <= base_len + 4 || len - base_len - 4 >= sizeof number ||
            strncmp(e->d_name, base, base_len) != 0 || e->d_name[base_len] != '.' ||
            strcmp(e->d_name + len - 3, ".et") != 0)
            continue;
        memcpy(number, e->d_name + base_len + 1, len - base_len - 4);
        number[len - base_len - 4] = 0;
        if (!weft_parse_u64(number, UINT32_MAX, &rank)) continue;
        if (rank > highest) highest = rank;
        if (rank < WEFT_MAX_PORTS) seen[rank] = true;
        found++;
    }
    closedir(d);
    free(dir);
    if (found == 0) {
        snprintf(err, err_len, "%s.0.et: there is no such trace (files are named PREFIX.RANK.et)",
                 prefix);
        return 0;
    }
    if (highest >= ports) {
        snprintf(err, err_len, "%s.%llu.et: the trace has rank %llu, the switch has ports 0 to %u",
                 prefix, (unsigned long long)highest, (unsigned long long)highest, ports - 1);
        return 0;
    }
    for (unsigned r = 0; r <= highest; r++) {
        if (seen[r]) continue;
        snprintf(err, err_len, "%s.%u.et is missing: there is a trace of rank %llu", prefix, r,
                 (unsigned long long)highest);
        return 0;
    }
    return (unsigned)highest + 1;
}

weft_source *weft_chakra_open(const char *prefix, const weft_source_env *env, char *err,
                              size_t err_len)
{
    const unsigned ranks = count_ranks(prefix, env->ports, err, err_len);
    if (ranks == 0) return NULL;
    weft_trace traces[WEFT_MAX_PORTS];
    unsigned loaded = 0;
    int rc = 0;
    char about[224];
    weft_source *s = NULL;
    while (loaded < ranks && rc == 0) {
        char path[4096];
        snprintf(path, sizeof path, "%s.%u.et", prefix, loaded);
        rc = weft_chakra_read(path, &traces[loaded], err, err_len);
        if (rc == 0) rc = weft_chakra_link(&traces[loaded], err, err_len);
        loaded++;
    }
    if (rc == 0) {
        weft_plan *p =
            weft_chakra_plan(traces, ranks, env->seed, about, sizeof about, err, err_len);
        char why[384];
        if (p && weft_plan_finish(p, why, sizeof why) != 0) {
            snprintf(err, err_len, "%s.*.et: %s", prefix, why);
            weft_plan_free(p);
        } else if (p) {
            s = weft_player_new(p, env);
            if (!s) snprintf(err, err_len, "not enough memory for these traces");
        }
    }
    for (unsigned r = 0; r < loaded; r++) weft_chakra_free(&traces[r]);
    if (s) snprintf(s->describe, sizeof s->describe, "Chakra trace, %s", about);
    return s;
}
