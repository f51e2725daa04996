/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * json.c: weft run --json: every key of docs/command.md is there, with its type, in its order, and
 * no other; the same seed gives the same file but for the clock, another seed another one.
 * test-timeout: 300
 */
#include <unistd.h>

#include "system.h"

static const char *scratch(void)
{
    const char *d = getenv("WEFT_SCRATCH");
    return d ? d : "build/test/scratch/json";
}

/* What may differ between two runs of the same: what a clock has measured. */
static const char *const clocks[] = {"wall_seconds", "khz", "frames_per_second"};

static json_t *run(tally *t, const char *source, const char *seed, const char *profile, int status)
{
    char path[4096];
    weft_make_folder(scratch());
    snprintf(path, sizeof path, "%s/out.json", scratch());
    unlink(path);
    char *argv[] = {
        (char *)(uintptr_t) "run",    (char *)(uintptr_t) "--json", path,
        (char *)(uintptr_t) "--seed", (char *)(uintptr_t)seed,      (char *)(uintptr_t) "--profile",
        (char *)(uintptr_t)profile,   (char *)(uintptr_t)source,    NULL};
    const int rc = weft_cmd_run(8, argv);
    expect(t, rc == status, "weft run %s: exit status %d", source, rc);
    json_error_t why = {0};
    json_t *j = json_load_file(path, 0, &why);
    expect(t, j != NULL, "%s: %s", path, why.text);
    return j;
}

typedef struct {
    const char *key;
    char type; /* i integer, r real, s string, b boolean, o object, a array */
} field;

static void shape(tally *t, const json_t *j, const char *where, const field *list, size_t n)
{
    const char *key;
    json_t *v;
    size_t at = 0;
    expect(t, json_object_size(j) == n, "%s has %zu keys, not %zu", where, json_object_size(j), n);
    json_object_foreach((json_t *)(uintptr_t)j, key, v)
    {
        if (at >= n) break;
        expect(t, strcmp(key, list[at].key) == 0, "%s: key %zu is %s, not %s", where, at, key,
               list[at].key);
        const bool good = (list[at].type == 'i' && json_is_integer(v)) ||
                          (list[at].type == 'r' && json_is_real(v)) ||
                          (list[at].type == 's' && json_is_string(v)) ||
                          (list[at].type == 'b' && json_is_boolean(v)) ||
                          (list[at].type == 'o' && json_is_object(v)) ||
                          (list[at].type == 'a' && json_is_array(v));
        expect(t, good, "%s: %s is not of type %c", where, key, list[at].type);
        at++;
    }
}
#define SHAPE(t, j, where, list) shape((t), (j), (where), (list), sizeof(list) / sizeof((list)[0]))

static void check_shape(tally *t, const json_t *j)
{
    static const field top[] = {{"tool", 's'},
                                {"version", 's'},
                                {"config", 'o'},
                                {"source", 's'},
                                {"profile", 's'},
                                {"seed", 'i'},
                                {"cycles", 'i'},
                                {"wall_seconds", 'r'},
                                {"khz", 'r'},
                                {"frames_per_second", 'r'},
                                {"ops", 'o'},
                                {"frames", 'o'},
                                {"latency_cycles", 'o'},
                                {"wire", 'o'},
                                {"fairness_jain", 'r'},
                                {"counters_reconciled", 'b'},
                                {"ok", 'b'}};
    static const field config[] = {
        {"ports", 'i'}, {"mii_bytes", 'i'}, {"cell_bytes", 'i'}, {"vcs", 'i'}, {"ipg", 'i'}};
    static const field ops[] = {
        {"issued", 'i'}, {"completed", 'i'}, {"failed", 'i'}, {"payload_mismatches", 'i'}};
    static const field frames[] = {{"sent", 'i'},      {"delivered", 'i'}, {"lost", 'i'},
                                   {"corrupted", 'i'}, {"misrouted", 'i'}, {"reordered", 'i'},
                                   {"dropped", 'o'}};
    static const field latency[] = {{"min", 'i'}, {"mean", 'r'}, {"p50", 'i'},
                                    {"p99", 'i'}, {"p999", 'i'}, {"max", 'i'}};
    static const field wire[] = {{"offered", 'r'}, {"delivered", 'r'}, {"per_port", 'a'}};
    static const field port[] = {{"tx", 'r'}, {"rx", 'r'}};
    SHAPE(t, j, "the result", top);
    SHAPE(t, json_object_get(j, "config"), "config", config);
    SHAPE(t, json_object_get(j, "ops"), "ops", ops);
    const json_t *f = json_object_get(j, "frames");
    SHAPE(t, f, "frames", frames);
    SHAPE(t, json_object_get(j, "latency_cycles"), "latency_cycles", latency);
    const json_t *w = json_object_get(j, "wire");
    SHAPE(t, w, "wire", wire);
    const json_t *ports = json_object_get(w, "per_port");
    const json_int_t n = json_integer_value(json_object_get(json_object_get(j, "config"), "ports"));
    expect(t, (json_int_t)json_array_size(ports) == n, "%zu ports", json_array_size(ports));
    for (size_t i = 0; i < json_array_size(ports); i++) {
        SHAPE(t, json_array_get(ports, i), "per_port", port);
        const double tx = json_real_value(json_object_get(json_array_get(ports, i), "tx"));
        expect(t, tx >= 0 && tx <= 1.001, "tx of port %zu is %f", i, tx);
    }
    const char *key;
    json_t *v;
    json_object_foreach(json_object_get(f, "dropped"), key, v)
        expect(t, json_is_integer(v), "dropped.%s is no integer", key);
    expect(t, json_object_size(json_object_get(f, "dropped")) > 10, "drop reasons are missing");
}

static json_t *without_clock(json_t *j)
{
    for (size_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++) json_object_del(j, clocks[i]);
    return j;
}

static void twice(tally *t, const char *source)
{
    json_t *a = run(t, source, "5", "esun", 0), *b = run(t, source, "5", "esun", 0);
    json_t *c = run(t, source, "6", "esun", 0);
    if (a && b && c) {
        check_shape(t, a);
        expect(t, json_is_true(json_object_get(a, "ok")), "%s is not ok", source);
        expect(t, json_equal(without_clock(a), without_clock(b)), "%s: two runs of seed 5 differ",
               source);
        /* The seed itself is one of the keys. */
        json_object_del(a, "seed");
        json_object_del(without_clock(c), "seed");
        expect(t, !json_equal(a, c), "%s: seeds 5 and 6 give the same", source);
    }
    json_decref(a);
    json_decref(b);
    json_decref(c);
}

int main(void)
{
    tally t = {0};
    char path[4096], spec[4200];
    printf("keys, types, order; determinism\n");
    twice(&t, "gen:uniform,size=64-1518,load=0.8,cycles=3000");
    twice(&t, "gen:uniform,size=200,read=0.4,load=0.6,ops=3000");
    twice(&t, "gen:permutation,cycles=1000,load=0.3");
    /* A run without a single frame measured still has all keys. */
    weft_make_folder(scratch());
    snprintf(path, sizeof path, "%s/one.csv", scratch());
    FILE *f = fopen(path, "w");
    if (!f) return 2;
    fputs("time_ps,src,dst,op,addr,len\n0,0,1,atomic_add,0,8\n", f);
    fclose(f);
    snprintf(spec, sizeof spec, "csv:%s", path);
    json_t *j = run(&t, spec, "1", "ethernet", 0);
    if (j) check_shape(&t, j);
    json_decref(j);
    return verdict_of(&t);
}
