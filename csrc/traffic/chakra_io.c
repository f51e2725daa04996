/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * chakra_io.c: length-delimited protobuf in, nodes out, and back. The input may be anything:
 * lengths are checked against the rest of the file before memory is taken, every number before it
 * is used.
 */
#include "traffic/chakra_io.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "chakra.pb-c.h"

#define MESSAGE_LIMIT (64u << 20) /* metadata may carry a whole algorithm description */

static int fail(char *err, size_t err_len, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static int fail(char *err, size_t err_len, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err, err_len, fmt, ap);
    va_end(ap);
    return -1;
}

void weft_chakra_free(weft_trace *t)
{
    free(t->path);
    free(t->nodes);
    free(t->deps);
    memset(t, 0, sizeof *t);
}

/* ---------------------------------------------------------------- reading ------------------- */
/* The length in front of a message. 1: there is one, 0: end of file, -1: bad or cut short. */
static int read_length(FILE *f, uint64_t *out)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const int c = getc(f);
        if (c == EOF) return shift == 0 && !ferror(f) ? 0 : -1;
        v |= (uint64_t)(c & 0x7F) << shift;
        if (c < 0x80) {
            *out = v;
            return 1;
        }
    }
    return -1;
}

static bool attr_int(const Weft__Chakra__Attr *a, int64_t *out)
{
    switch (a->value_case) {
    case WEFT__CHAKRA__ATTR__VALUE_INT32_VAL: *out = a->int32_val; return true;
    case WEFT__CHAKRA__ATTR__VALUE_INT64_VAL: *out = a->int64_val; return true;
    case WEFT__CHAKRA__ATTR__VALUE_UINT32_VAL: *out = a->uint32_val; return true;
    case WEFT__CHAKRA__ATTR__VALUE_UINT64_VAL:
        *out = a->uint64_val > INT64_MAX ? INT64_MAX : (int64_t)a->uint64_val;
        return true;
    case WEFT__CHAKRA__ATTR__VALUE_SINT32_VAL: *out = a->sint32_val; return true;
    case WEFT__CHAKRA__ATTR__VALUE_SINT64_VAL: *out = a->sint64_val; return true;
    case WEFT__CHAKRA__ATTR__VALUE_FIXED32_VAL: *out = a->fixed32_val; return true;
    case WEFT__CHAKRA__ATTR__VALUE_FIXED64_VAL:
        *out = a->fixed64_val > INT64_MAX ? INT64_MAX : (int64_t)a->fixed64_val;
        return true;
    case WEFT__CHAKRA__ATTR__VALUE_SFIXED32_VAL: *out = a->sfixed32_val; return true;
    case WEFT__CHAKRA__ATTR__VALUE_SFIXED64_VAL: *out = a->sfixed64_val; return true;
    case WEFT__CHAKRA__ATTR__VALUE_BOOL_VAL: *out = a->bool_val; return true;
    default: return false;
    }
}

static int take_attr(const weft_trace *t, weft_node *n, const Weft__Chakra__Attr *a, char *err,
                     size_t err_len)
{
    int64_t v = 0;
    if (strcmp(a->name, "comm_dtype") == 0) {
        if (a->value_case == WEFT__CHAKRA__ATTR__VALUE_STRING_VAL) {
            if (strcmp(a->string_val, "float32") == 0) {
                n->dtype = WEFT_DTYPE_FLOAT32;
                return 0;
            }
            if (strcmp(a->string_val, "int32") == 0) return 0;
        }
        return fail(err, err_len, "%s: node %llu: comm_dtype must be \"int32\" or \"float32\"",
                    t->path, (unsigned long long)n->id);
    }
    static const char *const known[] = {"comm_size", "comm_src",  "comm_dst",  "comm_tag",
                                        "comm_type", "comm_root", "root_rank", "is_cpu_op"};
    unsigned k = 0;
    while (k < 8 && strcmp(a->name, known[k]) != 0) k++;
    if (k == 8) return 0;
    if (!attr_int(a, &v))
        return fail(err, err_len, "%s: node %llu: attribute %s is no integer", t->path,
                    (unsigned long long)n->id, known[k]);
    switch (k) {
    case 0:
        if (v < 0)
            return fail(err, err_len, "%s: node %llu: comm_size is negative", t->path,
                        (unsigned long long)n->id);
        n->has_size = true;
        n->size = (uint64_t)v;
        break;
    case 1:
    case 2:
        if ((k == 1) != (n->type == WEFT_NODE_RECV))
            break; /* the node's own rank, in some traces */
        n->has_peer = true;
        n->peer = v;
        break;
    case 3: n->tag = v; break;
    case 4:
        n->has_coll = true;
        n->coll = v;
        break;
    case 5:
    case 6: n->root = v; break;
    default: n->cpu = v != 0; break;
    }
    return 0;
}

static bool grow(void **array, size_t n, size_t *cap, size_t size, size_t more)
{
    if (n + more <= *cap) return true;
    size_t want = *cap ? *cap : 64;
    while (want < n + more) want *= 2;
    void *p = realloc(*array, want * size);
    if (!p) return false;
    *array = p;
    *cap = want;
    return true;
}

static int take_node(weft_trace *t, const Weft__Chakra__Node *in, char *err, size_t err_len)
{
    const size_t deps = in->n_data_deps + in->n_ctrl_deps;
    if (!grow((void **)&t->nodes, t->n_nodes, &t->cap_nodes, sizeof *t->nodes, 1) ||
        !grow((void **)&t->deps, t->n_deps, &t->cap_deps, sizeof *t->deps, deps))
        return fail(err, err_len, "%s: not enough memory", t->path);
    weft_node *n = &t->nodes[t->n_nodes];
    memset(n, 0, sizeof *n);
    n->id = in->id;
    n->type = (int)in->type;
    for (size_t i = 0; in->name[i] && i + 1 < sizeof n->name; i++)
        n->name[i] = (char)(in->name[i] >= ' ' && in->name[i] <= '~' ? in->name[i] : '?');
    n->micros = in->duration_micros;
    n->first_dep = t->n_deps;
    n->n_data = (uint32_t)in->n_data_deps;
    n->n_ctrl = (uint32_t)in->n_ctrl_deps;
    /* An empty list has no array. */
    for (size_t i = 0; i < in->n_data_deps; i++) t->deps[t->n_deps++] = in->data_deps[i];
    for (size_t i = 0; i < in->n_ctrl_deps; i++) t->deps[t->n_deps++] = in->ctrl_deps[i];
    if (n->type < WEFT_NODE_METADATA || n->type > WEFT_NODE_COLL)
        return fail(err, err_len, "%s: node %llu (%s): unknown type %d", t->path,
                    (unsigned long long)n->id, n->name, n->type);
    for (size_t i = 0; i < in->n_attr; i++)
        if (take_attr(t, n, in->attr[i], err, err_len) != 0) return -1;
    t->n_nodes++;
    return 0;
}

/* One message after the other; buf grows to the longest. */
static int read_messages(FILE *f, long file_size, weft_trace *t, char *err, size_t err_len)
{
    uint8_t *buf = NULL;
    size_t cap = 0;
    int result = -1;
    for (unsigned long long i = 0;; i++) {
        const long at = ftell(f);
        uint64_t len = 0;
        const int got = read_length(f, &len);
        if (got == 0) {
            if (i == 0)
                fail(err, err_len, "%s: empty: a trace begins with its metadata", t->path);
            else
                result = 0;
            break;
        }
        const long here = ftell(f);
        if (got < 0 || len > MESSAGE_LIMIT || here < 0 || len > (uint64_t)(file_size - here)) {
            fail(err, err_len, "%s: message %llu at byte %ld is cut short or no Chakra message",
                 t->path, i, at);
            break;
        }
        if (len > cap) {
            uint8_t *p = realloc(buf, (size_t)len);
            if (!p) {
                fail(err, err_len, "%s: not enough memory", t->path);
                break;
            }
            buf = p;
            cap = (size_t)len;
        }
        if (len > 0 && fread(buf, 1, (size_t)len, f) != len) {
            fail(err, err_len, "%s: %s", t->path, ferror(f) ? strerror(errno) : "cut short");
            break;
        }
        static const uint8_t nothing;
        const uint8_t *bytes = len > 0 ? buf : &nothing;
        if (i == 0) {
            Weft__Chakra__GlobalMetadata *m =
                weft__chakra__global_metadata__unpack(NULL, (size_t)len, bytes);
            if (!m) {
                fail(err, err_len, "%s: the first message is not the metadata of a Chakra trace",
                     t->path);
                break;
            }
            weft__chakra__global_metadata__free_unpacked(m, NULL);
            continue;
        }
        Weft__Chakra__Node *n = weft__chakra__node__unpack(NULL, (size_t)len, bytes);
        if (!n) {
            fail(err, err_len, "%s: message %llu at byte %ld is no Chakra node", t->path, i, at);
            break;
        }
        const int rc = take_node(t, n, err, err_len);
        weft__chakra__node__free_unpacked(n, NULL);
        if (rc != 0) break;
    }
    free(buf);
    return result;
}

int weft_chakra_read(const char *path, weft_trace *t, char *err, size_t err_len)
{
    memset(t, 0, sizeof *t);
    t->path = strdup(path);
    FILE *f = t->path ? fopen(path, "rb") : NULL;
    if (!f) return fail(err, err_len, "%s: %s", path, strerror(errno));
    long size = -1;
    if (fseek(f, 0, SEEK_END) == 0) size = ftell(f);
    int rc = -1;
    if (size < 0 || size == INT64_MAX || fseek(f, 0, SEEK_SET) != 0)
        fail(err, err_len, "%s: not a file that can be read", path);
    else
        rc = read_messages(f, size, t, err, err_len);
    fclose(f);
    return rc;
}

typedef struct {
    uint64_t id;
    size_t at;
} id_at;

static int by_id(const void *a, const void *b)
{
    const id_at *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

int weft_chakra_link(weft_trace *t, char *err, size_t err_len)
{
    id_at *ids = malloc((t->n_nodes + 1) * sizeof *ids);
    if (!ids) return fail(err, err_len, "%s: not enough memory", t->path);
    for (size_t i = 0; i < t->n_nodes; i++) ids[i] = (id_at){t->nodes[i].id, i};
    qsort(ids, t->n_nodes, sizeof *ids, by_id);
    int rc = 0;
    for (size_t i = 1; i < t->n_nodes && rc == 0; i++)
        if (ids[i].id == ids[i - 1].id)
            rc = fail(err, err_len, "%s: node %llu is there twice", t->path,
                      (unsigned long long)ids[i].id);
    for (size_t i = 0; i < t->n_nodes && rc == 0; i++) {
        const weft_node *n = &t->nodes[i];
        for (size_t d = n->first_dep; d < n->first_dep + n->n_data + n->n_ctrl; d++) {
            const id_at key = {t->deps[d], 0};
            const id_at *hit = bsearch(&key, ids, t->n_nodes, sizeof *ids, by_id);
            if (!hit) {
                rc = fail(err, err_len,
                          "%s: node %llu (%s) depends on node %llu, which is not there", t->path,
                          (unsigned long long)n->id, n->name, (unsigned long long)t->deps[d]);
                break;
            }
            t->deps[d] = hit->at;
        }
    }
    free(ids);
    return rc;
}

/* ---------------------------------------------------------------- writing ------------------- */
static int write_message(FILE *f, const uint8_t *data, size_t len)
{
    size_t v = len;
    do {
        const int c = (int)(v & 0x7F) | (v > 0x7F ? 0x80 : 0);
        if (putc(c, f) == EOF) return -1;
        v >>= 7;
    } while (v);
    return fwrite(data, 1, len, f) == len ? 0 : -1;
}

int weft_chakra_write_header(FILE *f)
{
    Weft__Chakra__GlobalMetadata m = WEFT__CHAKRA__GLOBAL_METADATA__INIT;
    char version[] = "0.0.4";
    uint8_t buf[32] = {0};
    m.version = version;
    return write_message(f, buf, weft__chakra__global_metadata__pack(&m, buf));
}

int weft_chakra_write_node(FILE *f, const weft_node_out *o)
{
    enum { MOST = 8 };
    Weft__Chakra__Attr attrs[MOST], *list[MOST];
    size_t n = 0;
    char names[][12] = {"is_cpu_op", "comm_size", "comm_src",  "comm_dst",
                        "comm_tag",  "comm_type", "comm_dtype"};
    char float32[] = "float32";
    const int64_t values[] = {0, o->size, o->src, o->dst, o->tag, o->coll};
    for (size_t i = 0; i < MOST; i++) weft__chakra__attr__init(&attrs[i]);
    for (size_t i = 0; i < 6; i++) {
        if (values[i] < 0) continue;
        attrs[n].name = names[i];
        if (i == 0) {
            attrs[n].value_case = WEFT__CHAKRA__ATTR__VALUE_BOOL_VAL;
        } else if (i >= 2 && i <= 4) {
            attrs[n].value_case = WEFT__CHAKRA__ATTR__VALUE_INT32_VAL;
            attrs[n].int32_val = (int32_t)values[i];
        } else {
            attrs[n].value_case = WEFT__CHAKRA__ATTR__VALUE_INT64_VAL;
            attrs[n].int64_val = values[i];
        }
        n++;
    }
    if (o->float32) {
        attrs[n].name = names[6];
        attrs[n].value_case = WEFT__CHAKRA__ATTR__VALUE_STRING_VAL;
        attrs[n++].string_val = float32;
    }
    for (size_t i = 0; i < n; i++) list[i] = &attrs[i];
    Weft__Chakra__Node m = WEFT__CHAKRA__NODE__INIT;
    /* protobuf-c packs from pointers to non-const and does not write through them. */
    char *name = strdup(o->name);
    uint64_t *deps = malloc((o->n_data + o->n_ctrl + 1) * sizeof *deps);
    int rc = -1;
    if (!name || !deps) goto out;
    for (size_t i = 0; i < o->n_data; i++) deps[i] = o->data_deps[i];
    for (size_t i = 0; i < o->n_ctrl; i++) deps[o->n_data + i] = o->ctrl_deps[i];
    m.id = o->id;
    m.name = name;
    m.type = (Weft__Chakra__NodeType)o->type;
    m.duration_micros = o->micros;
    m.n_data_deps = o->n_data;
    m.data_deps = deps;
    m.n_ctrl_deps = o->n_ctrl;
    m.ctrl_deps = deps + o->n_data;
    m.n_attr = n;
    m.attr = list;
    const size_t len = weft__chakra__node__get_packed_size(&m);
    uint8_t *buf = malloc(len + 1);
    if (buf) rc = write_message(f, buf, weft__chakra__node__pack(&m, buf));
    free(buf);
out:
    free(name);
    free(deps);
    return rc;
}
