/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * cm.c: the source cm:FILE, a connection matrix of htsim: `Nodes N`, `Connections M`, optionally
 * `Triggers T`, then one line a flow, `src->dst [id I] start T|trigger I size B [send_done_trigger
 * I] [recv_done_trigger I]`, and one line a trigger, `trigger id I oneshot|barrier COUNT`. Times
 * are picoseconds. Each flow is one message; the plan's player checks its bytes on arrival.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "traffic/plan.h"

#define MAX_WORDS 24

typedef struct {
    uint64_t id, line;
    uint64_t need;  /* completions until it fires */
    uint64_t given; /* flows that complete into it */
    uint32_t join;
    bool declared, used;
} trigger;

typedef struct {
    unsigned src, dst;
    uint64_t line, start, size;
    bool has_start, has_size;
    uint64_t trigger, send_done, recv_done; /* 0: none */
} conn;

typedef struct {
    const char *path;
    uint64_t nodes, declared; /* 0: not yet said */
    bool has_nodes, has_conns;
    conn *conns;
    size_t n_conns, cap_conns;
    trigger *triggers;
    size_t n_triggers, cap_triggers;
    char *err;
    size_t err_len;
} matrix;

static int fail(matrix *m, uint64_t line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static int fail(matrix *m, uint64_t line, const char *fmt, ...)
{
    int n = line ? snprintf(m->err, m->err_len, "%s:%llu: ", m->path, (unsigned long long)line)
                 : snprintf(m->err, m->err_len, "%s: ", m->path);
    va_list ap;
    va_start(ap, fmt);
    if (n >= 0 && (size_t)n < m->err_len) vsnprintf(m->err + n, m->err_len - (size_t)n, fmt, ap);
    va_end(ap);
    return -1;
}

static bool grow(void **array, size_t n, size_t *cap, size_t size)
{
    if (n < *cap) return true;
    const size_t want = *cap ? *cap * 2 : 64;
    void *p = realloc(*array, want * size);
    if (!p) return false;
    *array = p;
    *cap = want;
    return true;
}

static trigger *get_trigger(matrix *m, uint64_t id)
{
    for (size_t i = 0; i < m->n_triggers; i++)
        if (m->triggers[i].id == id) return &m->triggers[i];
    if (!grow((void **)&m->triggers, m->n_triggers, &m->cap_triggers, sizeof *m->triggers))
        return NULL;
    m->triggers[m->n_triggers] = (trigger){.id = id, .join = WEFT_PLAN_NONE};
    return &m->triggers[m->n_triggers++];
}

static int take_trigger(matrix *m, uint64_t line, char **word, size_t n)
{
    uint64_t id = 0, count = 1;
    if (n < 4 || strcmp(word[1], "id") != 0 || !weft_parse_u64(word[2], UINT32_MAX, &id) || id == 0)
        return fail(m, line, "expected 'trigger id NUMBER oneshot' (numbers from 1 on)");
    if (strcmp(word[3], "barrier") == 0) {
        if (n != 5 || !weft_parse_u64(word[4], UINT32_MAX, &count) || count == 0)
            return fail(m, line, "expected 'trigger id %llu barrier COUNT'",
                        (unsigned long long)id);
    } else if (strcmp(word[3], "oneshot") != 0 || n != 4) {
        return fail(m, line, "trigger type '%s' is not played; use oneshot or barrier", word[3]);
    }
    trigger *t = get_trigger(m, id);
    if (!t) return fail(m, line, "not enough memory");
    if (t->declared) return fail(m, line, "trigger %llu is there twice", (unsigned long long)id);
    t->declared = true;
    t->line = line;
    t->need = count;
    return 0;
}

static int take_conn(matrix *m, uint64_t line, char **word, size_t n)
{
    conn c = {.line = line};
    uint64_t src = 0, dst = 0;
    char *arrow = strstr(word[0], "->");
    *arrow = 0;
    if (!weft_parse_u64(word[0], UINT32_MAX, &src) || !weft_parse_u64(arrow + 2, UINT32_MAX, &dst))
        return fail(m, line, "expected SRC->DST with two numbers");
    if (!m->has_nodes) return fail(m, line, "a connection before the line 'Nodes N'");
    if (src >= m->nodes || dst >= m->nodes)
        return fail(m, line, "node %llu is not one of 0..%llu",
                    (unsigned long long)(src >= m->nodes ? src : dst),
                    (unsigned long long)m->nodes - 1);
    if (src == dst)
        return fail(m, line, "a connection from node %llu to itself", (unsigned long long)src);
    c.src = (unsigned)src;
    c.dst = (unsigned)dst;
    for (size_t i = 1; i < n; i += 2) {
        uint64_t v = 0;
        const char *key = word[i];
        if (i + 1 >= n || !weft_parse_u64(word[i + 1], UINT64_MAX, &v))
            return fail(m, line, "expected a number after '%s'", key);
        if (strcmp(key, "id") == 0 || strcmp(key, "prio") == 0 || strcmp(key, "priority") == 0) {
            continue; /* names for other tools: the switch does not see them */
        } else if (strcmp(key, "start") == 0) {
            c.has_start = true;
            c.start = v;
        } else if (strcmp(key, "size") == 0) {
            c.has_size = true;
            c.size = v;
        } else if (strcmp(key, "trigger") == 0) {
            c.trigger = v;
        } else if (strcmp(key, "send_done_trigger") == 0) {
            c.send_done = v;
        } else if (strcmp(key, "recv_done_trigger") == 0) {
            c.recv_done = v;
        } else {
            return fail(m, line, "unknown word '%s'", key);
        }
    }
    if (c.has_start == (c.trigger != 0))
        return fail(m, line, "a connection has either 'start PICOSECONDS' or 'trigger ID'");
    if (!c.has_size || c.size == 0)
        return fail(m, line, "size is missing or 0 (endless); give the bytes of the flow");
    if (c.size > 1u << 30)
        return fail(m, line, "size %llu is more than 1 GiB", (unsigned long long)c.size);
    if (c.start > 1000000000000ull)
        return fail(m, line, "start %llu ps is more than a second away",
                    (unsigned long long)c.start);
    if (!grow((void **)&m->conns, m->n_conns, &m->cap_conns, sizeof *m->conns))
        return fail(m, line, "not enough memory");
    m->conns[m->n_conns++] = c;
    return 0;
}

static int take_line(matrix *m, uint64_t line, char *text)
{
    char *word[MAX_WORDS], *save = NULL;
    size_t n = 0;
    for (char *w = strtok_r(text, " \t\r\n", &save); w; w = strtok_r(NULL, " \t\r\n", &save)) {
        if (*w == '#') break;
        if (n == MAX_WORDS) return fail(m, line, "too many words");
        word[n++] = w;
    }
    uint64_t v = 0;
    if (n == 0) return 0;
    if (strcmp(word[0], "Nodes") == 0) {
        if (n != 2 || !weft_parse_u64(word[1], UINT32_MAX, &v) || v < 2)
            return fail(m, line, "expected 'Nodes N', N at least 2");
        m->has_nodes = true;
        m->nodes = v;
        return 0;
    }
    if (strcmp(word[0], "Connections") == 0) {
        if (n != 2 || !weft_parse_u64(word[1], UINT32_MAX, &v))
            return fail(m, line, "expected 'Connections M'");
        m->has_conns = true;
        m->declared = v;
        return 0;
    }
    if (strcmp(word[0], "Triggers") == 0) return 0; /* the triggers' own lines count */
    if (strcmp(word[0], "trigger") == 0) return take_trigger(m, line, word, n);
    if (strstr(word[0], "->")) return take_conn(m, line, word, n);
    return fail(m, line, "'%.40s' begins no line of a connection matrix", word[0]);
}

static int read_matrix(matrix *m)
{
    FILE *f = fopen(m->path, "r");
    if (!f) return fail(m, 0, "%s", strerror(errno));
    char *text = NULL;
    size_t cap = 0;
    uint64_t line = 0;
    int rc = 0;
    while (rc == 0 && getline(&text, &cap, f) >= 0) rc = take_line(m, ++line, text);
    if (rc == 0 && ferror(f)) rc = fail(m, 0, "%s", strerror(errno));
    free(text);
    fclose(f);
    if (rc != 0) return rc;
    if (!m->has_nodes) return fail(m, 0, "there is no line 'Nodes N'");
    if (!m->has_conns || m->declared != m->n_conns)
        return fail(m, 0, "'Connections %llu' is said, but %zu connections are there",
                    (unsigned long long)m->declared, m->n_conns);
    if (m->n_conns == 0) return fail(m, 0, "there is nothing to play");
    return 0;
}

/* One message a connection: its start is a timer, or the join of a trigger. */
static int plan_matrix(matrix *m, weft_plan *p)
{
    for (size_t i = 0; i < m->n_conns; i++) {
        const conn *c = &m->conns[i];
        const uint64_t ids[] = {c->send_done, c->recv_done};
        for (unsigned k = 0; k < 2; k++) {
            trigger *t = ids[k] ? get_trigger(m, ids[k]) : NULL;
            if (ids[k] && !t) return fail(m, c->line, "not enough memory");
            if (t) t->given++;
        }
        trigger *t = c->trigger ? get_trigger(m, c->trigger) : NULL;
        if (c->trigger && !t) return fail(m, c->line, "not enough memory");
        if (t) {
            t->used = true;
            if (t->line == 0) t->line = c->line;
        }
    }
    for (size_t i = 0; i < m->n_triggers; i++) {
        trigger *t = &m->triggers[i];
        if (!t->declared)
            return fail(m, t->line, "trigger %llu has no line 'trigger id %llu oneshot'",
                        (unsigned long long)t->id, (unsigned long long)t->id);
        if (t->used && t->given != t->need)
            return fail(m, t->line, "trigger %llu fires after %llu flows, but %llu lead to it",
                        (unsigned long long)t->id, (unsigned long long)t->need,
                        (unsigned long long)t->given);
        t->join = weft_plan_op_add(p, WEFT_OPK_JOIN, 0, 0, t->line, "trigger");
    }
    for (size_t i = 0; i < m->n_conns; i++) {
        const conn *c = &m->conns[i];
        const uint32_t g = weft_plan_msg_add(p, c->src, c->dst, c->size, true, 0, c->line, c->line,
                                             "flow's sender", "flow's receiver");
        if (g == WEFT_PLAN_NONE) return fail(m, c->line, "not enough memory");
        const uint32_t send = p->msgs[g].send_op, recv = p->msgs[g].recv_op;
        uint32_t start;
        if (c->trigger) {
            start = get_trigger(m, c->trigger)->join;
        } else {
            const uint64_t cycles = (uint64_t)((double)c->start * WEFT_CLOCK_HZ / 1e12);
            start = weft_plan_op_add(p, WEFT_OPK_TIMER, c->src, cycles, c->line, "start");
        }
        weft_plan_after(p, start, send);
        if (c->send_done) weft_plan_after(p, send, get_trigger(m, c->send_done)->join);
        if (c->recv_done) weft_plan_after(p, recv, get_trigger(m, c->recv_done)->join);
    }
    return 0;
}

weft_source *weft_cm_open(const char *path, const weft_source_env *env, char *err, size_t err_len)
{
    matrix m = {.path = path, .err = err, .err_len = err_len};
    weft_source *s = NULL;
    weft_plan *p = NULL;
    char why[384];
    if (read_matrix(&m) != 0) goto out;
    if (m.nodes > env->ports) {
        fail(&m, 0, "%llu nodes do not fit on a switch of %u ports", (unsigned long long)m.nodes,
             env->ports);
        goto out;
    }
    p = weft_plan_new((unsigned)m.nodes, env->seed);
    if (!p) {
        fail(&m, 0, "not enough memory");
        goto out;
    }
    if (plan_matrix(&m, p) != 0) goto out;
    if (weft_plan_finish(p, why, sizeof why) != 0) {
        fail(&m, 0, "%s", why);
        goto out;
    }
    const uint64_t bytes = p->message_bytes;
    s = weft_player_new(p, env);
    p = NULL;
    if (s) {
        char size[32];
        snprintf(s->describe, sizeof s->describe, "connection matrix, %llu nodes, %zu flows, %s",
                 (unsigned long long)m.nodes, m.n_conns,
                 weft_format_size(bytes, size, sizeof size));
    } else {
        fail(&m, 0, "not enough memory");
    }
out:
    weft_plan_free(p);
    free(m.conns);
    free(m.triggers);
    return s;
}
