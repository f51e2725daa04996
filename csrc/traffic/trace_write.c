/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * trace_write.c: the traces of `weft trace`. docs/traces.md describes each kind.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "traffic/chakra_io.h"
#include "traffic/plan.h"

/* Roofline of one accelerator, for the durations of compute nodes: memory bytes per microsecond and
 * floating-point operations per microsecond. Durations are whole microseconds, at least one. */
#define MEMORY_PER_US 3000000.0
#define FLOPS_PER_US  1000000000.0

typedef struct {
    FILE *f;
    uint64_t next; /* id of the next node */
    unsigned rank, ranks;
    uint64_t bytes;
    bool bad;
} writer;

static uint64_t at_least_one_us(double us)
{
    const uint64_t v = (uint64_t)us;
    return v + ((double)v < us) + (us <= 0);
}

static uint64_t put(writer *w, weft_node_out *n)
{
    n->id = w->next;
    if (weft_chakra_write_node(w->f, n) != 0) w->bad = true;
    return w->next++;
}

static weft_node_out blank(const char *name, int type)
{
    return (weft_node_out){
        .name = name, .type = type, .size = -1, .src = -1, .dst = -1, .tag = -1, .coll = -1};
}

static uint64_t put_send(writer *w, unsigned to, uint64_t size, unsigned tag, const uint64_t *data,
                         const uint64_t *ctrl, size_t n_ctrl)
{
    char name[64];
    snprintf(name, sizeof name, "send to %u, tag %u", to, tag);
    weft_node_out n = blank(name, WEFT_NODE_SEND);
    n.size = (int64_t)size;
    n.dst = to;
    n.tag = tag;
    n.data_deps = data;
    n.n_data = data != NULL;
    n.ctrl_deps = ctrl;
    n.n_ctrl = n_ctrl;
    return put(w, &n);
}

static uint64_t put_recv(writer *w, unsigned from, uint64_t size, unsigned tag)
{
    char name[64];
    snprintf(name, sizeof name, "receive from %u, tag %u", from, tag);
    weft_node_out n = blank(name, WEFT_NODE_RECV);
    n.size = (int64_t)size;
    n.src = from;
    n.tag = tag;
    return put(w, &n);
}

static uint64_t put_comp(writer *w, const char *name, double us, const uint64_t *data,
                         size_t n_data, const uint64_t *ctrl, size_t n_ctrl, bool float32)
{
    weft_node_out n = blank(name, WEFT_NODE_COMP);
    n.micros = at_least_one_us(us);
    n.data_deps = data;
    n.n_data = n_data;
    n.ctrl_deps = ctrl;
    n.n_ctrl = n_ctrl;
    n.float32 = float32;
    return put(w, &n);
}

static uint64_t put_coll(writer *w, const char *name, weft_coll type, uint64_t size,
                         const uint64_t *after, bool float32)
{
    weft_node_out n = blank(name, WEFT_NODE_COLL);
    n.coll = type;
    n.size = (int64_t)size;
    n.data_deps = after;
    n.n_data = after != NULL;
    n.float32 = float32;
    return put(w, &n);
}

/* Step s: rank r sends chunk r - s to the next rank. In the first ranks-1 steps what arrives is
 * added, in the others it replaces what was there. */
static void ring_allreduce(writer *w)
{
    const unsigned n = w->ranks, next = (w->rank + 1) % n, prev = (w->rank + n - 1) % n;
    const uint64_t chunk = w->bytes / n;
    const uint64_t *from = NULL;
    uint64_t last = 0;
    for (unsigned s = 0; s < 2 * (n - 1); s++) {
        put_send(w, next, chunk, s, from, NULL, 0);
        last = put_recv(w, prev, chunk, s);
        if (s < n - 1) {
            /* Reads two chunks and writes one. */
            const uint64_t recv = last;
            last = put_comp(w, "add chunk", 3.0 * (double)chunk / MEMORY_PER_US, &recv, 1, NULL, 0,
                            true);
        }
        from = &last;
    }
}

static void all_gather(writer *w)
{
    put_coll(w, "all-gather", WEFT_COLL_ALL_GATHER, w->bytes, NULL, false);
}

static void reduce_scatter(writer *w)
{
    put_coll(w, "reduce-scatter", WEFT_COLL_REDUCE_SCATTER, w->bytes, NULL, true);
}

static void all_to_all(writer *w)
{
    put_coll(w, "all-to-all", WEFT_COLL_ALL_TO_ALL, w->bytes, NULL, false);
}

/* What rank a sends to the experts of rank b: experts are not equally liked, and every rank has its
 * own taste. Multiples of 64 bytes, as far as there are so many. */
static uint64_t tokens(const writer *w, unsigned a, unsigned b)
{
    uint64_t sum = 0, mine = 0;
    for (unsigned k = 0; k < w->ranks; k++) {
        const uint64_t weight = 1 + weft_mix64(a * 64 + k) % 4 + weft_mix64(4096 + k) % 4;
        sum += weight;
        if (k == b) mine = weight;
    }
    const uint64_t size = sum ? w->bytes * mine / sum : 0;
    return size >= 64 ? size / 64 * 64 : size;
}

/* Dispatch of tokens to the ranks of their experts, the experts, and the way back. */
static void moe_dispatch(writer *w)
{
    uint64_t got[WEFT_MAX_PORTS], done;
    unsigned n = 0;
    double in = (double)tokens(w, w->rank, w->rank);
    for (unsigned k = 1; k < w->ranks; k++) {
        const unsigned to = (w->rank + k) % w->ranks;
        put_send(w, to, tokens(w, w->rank, to), 0, NULL, NULL, 0);
    }
    for (unsigned k = 1; k < w->ranks; k++) {
        const unsigned from = (w->rank + w->ranks - k) % w->ranks;
        in += (double)tokens(w, from, w->rank);
        got[n++] = put_recv(w, from, tokens(w, from, w->rank), 0);
    }
    /* Two matrices of 4096 x 1024 for each value of two bytes. */
    done = put_comp(w, "experts", in * 4 * 1024 / FLOPS_PER_US, NULL, 0, got, n, false);
    for (unsigned k = 1; k < w->ranks; k++) {
        const unsigned to = (w->rank + k) % w->ranks;
        put_send(w, to, tokens(w, to, w->rank), 1, NULL, &done, 1);
    }
    for (unsigned k = 1; k < w->ranks; k++) {
        const unsigned from = (w->rank + w->ranks - k) % w->ranks;
        put_recv(w, from, tokens(w, w->rank, from), 1);
    }
}

/* Tensor and sequence parallel: gather the sequence, attention, scatter it, gather, MLP, scatter.
 */
static void transformer_layer(writer *w)
{
    const uint64_t part = w->bytes / w->ranks;
    const double values = (double)w->bytes / 4, width = 4096;
    uint64_t at = put_coll(w, "gather sequence", WEFT_COLL_ALL_GATHER, part, NULL, false);
    at = put_comp(w, "attention", 8 * values * width / w->ranks / FLOPS_PER_US, &at, 1, NULL, 0,
                  false);
    at = put_coll(w, "scatter sums", WEFT_COLL_REDUCE_SCATTER, w->bytes, &at, true);
    at = put_coll(w, "gather sequence", WEFT_COLL_ALL_GATHER, part, &at, false);
    at = put_comp(w, "feed forward", 16 * values * width / w->ranks / FLOPS_PER_US, &at, 1, NULL, 0,
                  false);
    put_coll(w, "scatter sums", WEFT_COLL_REDUCE_SCATTER, w->bytes, &at, true);
}

static const struct {
    const char *name;
    void (*write)(writer *w);
    bool chunks;    /* the vector is cut into one part of whole elements for each rank */
    uint64_t least; /* bytes a rank */
} kinds[] = {
    {"ring-allreduce", ring_allreduce, true, 4}, {"allgather", all_gather, false, 1},
    {"reducescatter", reduce_scatter, true, 4},  {"alltoall", all_to_all, false, 1},
    {"moe-dispatch", moe_dispatch, false, 64},   {"transformer-layer", transformer_layer, true, 4},
};
#define N_KINDS (sizeof kinds / sizeof kinds[0])

const char *const *weft_trace_kinds(void)
{
    static const char *const names[N_KINDS + 1] = {
        "ring-allreduce",    "allgather", "reducescatter", "alltoall", "moe-dispatch",
        "transformer-layer", NULL};
    return names;
}

static int fail(char *msg, size_t len, int code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
static int fail(char *msg, size_t len, int code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(msg, len, fmt, ap);
    va_end(ap);
    return code;
}

/* mkdir -p */
static int make_folder(const char *dir)
{
    char *path = strdup(dir);
    if (!path) return -1;
    int rc = 0;
    for (char *p = path + 1; rc == 0; p++) {
        if (*p && *p != '/') continue;
        const char c = *p;
        *p = 0;
        if (mkdir(path, 0777) != 0 && errno != EEXIST) rc = -1;
        *p = c;
        if (!c) break;
    }
    free(path);
    return rc;
}

int weft_trace_write(const char *kind, unsigned ranks, uint64_t bytes, const char *dir, char *msg,
                     size_t msg_len)
{
    size_t k = 0;
    while (k < N_KINDS && strcmp(kind, kinds[k].name) != 0) k++;
    if (k == N_KINDS) return fail(msg, msg_len, -1, "there is no trace of kind '%s'", kind);
    if (ranks < 2 || ranks > WEFT_MAX_PORTS)
        return fail(msg, msg_len, -1, "%u ranks: must be 2 to %d", ranks, WEFT_MAX_PORTS);
    if (kinds[k].chunks && bytes % (4ull * ranks))
        return fail(
            msg, msg_len, -1,
            "%llu bytes cannot be cut into %u chunks of 4-byte elements; use a multiple of %u",
            (unsigned long long)bytes, ranks, 4 * ranks);
    if (bytes < kinds[k].least * ranks || bytes > 1ull << 30)
        return fail(msg, msg_len, -1, "%llu bytes: a %s of %u ranks takes %llu bytes to 1 GiB",
                    (unsigned long long)bytes, kind, ranks,
                    (unsigned long long)(kinds[k].least * ranks));
    if (!*dir || make_folder(dir) != 0)
        return fail(msg, msg_len, -2, "%s: %s", dir, *dir ? strerror(errno) : "no folder");
    uint64_t nodes = 0;
    for (unsigned r = 0; r < ranks; r++) {
        char path[4096];
        if ((size_t)snprintf(path, sizeof path, "%s/%s.%u.et", dir, kind, r) >= sizeof path)
            return fail(msg, msg_len, -2, "the name of the folder is too long");
        writer w = {.f = fopen(path, "wb"), .rank = r, .ranks = ranks, .bytes = bytes};
        if (!w.f) return fail(msg, msg_len, -2, "%s: %s", path, strerror(errno));
        w.bad = weft_chakra_write_header(w.f) != 0;
        if (!w.bad) kinds[k].write(&w);
        const bool closed = fclose(w.f) == 0;
        if (w.bad || !closed) return fail(msg, msg_len, -2, "%s: %s", path, strerror(errno));
        nodes += w.next;
    }
    char size[32];
    snprintf(msg, msg_len, "wrote %s/%s.{0..%u}.et: %u ranks, %s each, %llu nodes", dir, kind,
             ranks - 1, ranks, weft_format_size(bytes, size, sizeof size),
             (unsigned long long)nodes);
    return 0;
}
