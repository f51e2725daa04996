/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * golden.c: see golden.h.
 */
#include "bench/golden.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/tool.h"

#define DEFAULT_PORTS 8u
#define DEFAULT_MII   32u

json_t *weft_golden_config(weft_sim_geometry g)
{
    return json_pack("{s:i, s:i, s:i, s:i}", "ports", (int)g.ports, "mii_bytes", (int)g.mii_bytes,
                     "cell_bytes", (int)g.cell_bytes, "vcs", (int)g.vcs);
}

bool weft_golden_required(weft_sim_geometry g)
{
    return g.ports == DEFAULT_PORTS && g.mii_bytes == DEFAULT_MII;
}

int weft_golden_path(char *path, size_t len, const char *dir, weft_sim_geometry g,
                     const char *section)
{
    char size[32] = "";
    if (!weft_golden_required(g)) snprintf(size, sizeof size, "p%um%u/", g.ports, g.mii_bytes);
    const int n = snprintf(path, len, "%s/%s%s.json", dir, size, section);
    return n > 0 && (size_t)n < len ? 0 : -1;
}

json_t *weft_golden_load(const char *path, weft_sim_geometry g, char *err, size_t err_len)
{
    json_error_t why;
    err[0] = 0;
    if (access(path, F_OK) != 0 && errno == ENOENT) return NULL;
    json_t *file = json_load_file(path, 0, &why);
    if (!file) {
        snprintf(err, err_len, "%s: line %d: %s", path, why.line, why.text);
        return NULL;
    }
    json_t *config = weft_golden_config(g), *rows = json_object_get(file, "rows");
    if (!json_is_object(rows))
        snprintf(err, err_len, "%s: there are no rows in it; --update writes it", path);
    else if (!json_equal(config, json_object_get(file, "config")))
        snprintf(err, err_len, "%s: made for another size of switch; --update writes it", path);
    rows = err[0] ? NULL : json_incref(rows);
    json_decref(config);
    json_decref(file);
    return rows;
}

/* Appends to a text that may become too long: what does not fit is left out. */
static void append(char *text, size_t len, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void append(char *text, size_t len, const char *fmt, ...)
{
    const size_t at = strlen(text);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text + at, len - at, fmt, ap);
    va_end(ap);
}

weft_golden_verdict weft_golden_compare(const json_t *golden, const char *row, const json_t *got,
                                        char *text, size_t len)
{
    const json_t *want = json_object_get(golden, row), *value;
    const char *key;
    text[0] = 0;
    if (!want) return WEFT_GOLDEN_MISSING;
    if (json_equal(got, want)) return WEFT_GOLDEN_SAME;
    json_object_foreach((json_t *)(uintptr_t)got, key, value)
    {
        const json_t *was = json_object_get(want, key);
        if (json_equal(value, was)) continue;
        append(text, len, "%s%s %" PRId64, *text ? ", " : "", key,
               (int64_t)json_integer_value(value));
        if (was)
            append(text, len, " was %" PRId64, (int64_t)json_integer_value(was));
        else
            append(text, len, " is new");
    }
    json_object_foreach((json_t *)(uintptr_t)want, key, value)
    {
        if (json_object_get(got, key)) continue;
        append(text, len, "%s%s %" PRId64 " is gone", *text ? ", " : "", key,
               (int64_t)json_integer_value(value));
    }
    return WEFT_GOLDEN_DIFFERS;
}

unsigned weft_golden_unknown(const json_t *golden, const json_t *got, char *text, size_t len)
{
    unsigned n = 0;
    const char *row;
    const json_t *value;
    text[0] = 0;
    json_object_foreach((json_t *)(uintptr_t)golden, row, value)
    {
        if (json_object_get(got, row)) continue;
        if (n++ == 0) snprintf(text, len, "%s", row);
    }
    return n;
}

static int print_row(FILE *f, const char *name, const json_t *values, bool first)
{
    json_t *key = json_string(name);
    char *k = json_dumps(key, JSON_ENCODE_ANY);
    char *v = json_dumps(values, JSON_SORT_KEYS);
    const int rc = k && v && fprintf(f, "%s\n    %s: %s", first ? "" : ",", k, v) > 0 ? 0 : -1;
    free(k);
    free(v);
    json_decref(key);
    return rc;
}

static int print(FILE *f, weft_sim_geometry g, json_t *rows)
{
    json_t *config = weft_golden_config(g);
    char *c = json_dumps(config, 0);
    int rc = c && fprintf(f, "{\n  \"config\": %s,\n  \"rows\": {", c) > 0 ? 0 : -1;
    const char *name;
    json_t *values;
    bool first = true;
    json_object_foreach(rows, name, values)
    {
        if (rc == 0) rc = print_row(f, name, values, first);
        first = false;
    }
    if (rc == 0 && fputs("\n  }\n}\n", f) < 0) rc = -1;
    free(c);
    json_decref(config);
    return rc;
}

int weft_golden_write(const char *path, weft_sim_geometry g, const json_t *old, const json_t *rows,
                      char *err, size_t err_len)
{
    char dir[4096];
    snprintf(dir, sizeof dir, "%s", path);
    char *slash = strrchr(dir, '/');
    if (slash) *slash = 0;
    FILE *f = slash && weft_make_folder(dir) != 0 ? NULL : fopen(path, "w");
    if (!f) {
        snprintf(err, err_len, "%s: %s", path, strerror(errno));
        return -1;
    }
    json_t *all = old ? json_copy((json_t *)(uintptr_t)old) : json_object();
    int rc = all && json_object_update(all, (json_t *)(uintptr_t)rows) == 0 ? 0 : -1;
    if (rc == 0) rc = print(f, g, all);
    if (fclose(f) != 0) rc = -1;
    if (rc != 0) snprintf(err, err_len, "%s: cannot be written", path);
    json_decref(all);
    return rc;
}
