/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * parse_default.c: the program that a switch of this project starts with: Ethernet, up to two VLAN
 * tags, the ESUN header, MAC control. docs/parser.md explains it.
 */
#include "weft/parser.h"
#include "weft/proto.h"

#include <string.h>

enum { ROW_ETHERNET = 0, ROW_OUTER = 1, ROW_INNER = 2, ROW_ESUN = 3 };

/* Arguments of slots, as weft/parser.h lays them out. */
enum {
    CLASS_COS = 1 | 10 << 2, /* bits 12:10 of the first word of the ESUN header */
    CLASS_PCP = 2 | 12 << 2, /* PCP and DEI of a tag */
    HASH_LABEL = 2 | 4       /* bytes 1 and 2 of the ESUN header */
};
#define ESUN_F (1u << 29) /* in look A: the flow label is valid */

typedef struct {
    weft_parse_program *p;
    unsigned stage, used; /* entries of the stage */
} writer;

static weft_pp_entry *add(writer *w, unsigned row, uint32_t value, uint32_t mask, unsigned verdict)
{
    weft_pp_entry *e = &w->p->entry[w->stage][w->used++];
    *e = (weft_pp_entry){.value = value,
                         .mask = mask,
                         .valid = 1,
                         .row = (uint8_t)row,
                         .verdict = (uint8_t)verdict};
    return e;
}

/* A row that looks at an EtherType; the next header starts `size` bytes behind ptr. */
static void ether_type(writer *w, unsigned row, unsigned size, uint16_t esun_type)
{
    static const uint16_t tag[2] = {WEFT_TYPE_VLAN, WEFT_TYPE_QINQ};
    unsigned next = row == ROW_ETHERNET ? ROW_OUTER : ROW_INNER;
    w->p->row[w->stage][row].need = (uint8_t)size;
    w->p->row[w->stage][row].look_a = (uint8_t)(size - 2);
    for (unsigned i = 0; i < 2 && row != ROW_INNER; i++) { /* a third tag is payload */
        weft_pp_entry *e = add(w, row, (uint32_t)tag[i] << 16, 0xffff0000u, WEFT_PP_NEXT);
        e->next = (uint8_t)next;
        e->adv = (uint8_t)size;
    }
    add(w, row, WEFT_TYPE_MAC_CONTROL << 16, 0xffff0000u, WEFT_PP_CONTROL);
    weft_pp_entry *e = add(w, row, (uint32_t)esun_type << 16, 0xffff0000u, WEFT_PP_NEXT);
    e->next = ROW_ESUN;
    e->adv = (uint8_t)size;
    add(w, row, 0, 0, WEFT_PP_ACCEPT);
}

static void esun(writer *w)
{
    weft_pp_row *r = &w->p->row[w->stage][ROW_ESUN];
    r->need = 4;
    r->proto = 1;
    r->op[0] = (weft_pp_op){.slot = WEFT_SLOT_CLASS, .arg = CLASS_COS};
    r->op[1] = (weft_pp_op){.slot = WEFT_SLOT_REWRITE, .arg = WEFT_RW_ESUN};
    r->op[2] = (weft_pp_op){.slot = WEFT_SLOT_HASH, .arg = HASH_LABEL};
    add(w, ROW_ESUN, ESUN_F, ESUN_F, WEFT_PP_ACCEPT);
    add(w, ROW_ESUN, 0, 0, WEFT_PP_ACCEPT)->flags = WEFT_PP_NO_HASH;
}

void weft_parse_default(weft_parse_program *p, uint16_t esun_type)
{
    memset(p, 0, sizeof *p);
    writer w = {p, 0, 0};
    ether_type(&w, ROW_ETHERNET, 14, esun_type);
    p->row[0][ROW_ETHERNET].op[0] = (weft_pp_op){.slot = WEFT_SLOT_DST, .arg = WEFT_KEY_MAC};
    p->row[0][ROW_ETHERNET].op[1] =
        (weft_pp_op){.slot = WEFT_SLOT_SRC, .off = 6, .arg = WEFT_KEY_MAC};
    w = (writer){p, 1, 0};
    ether_type(&w, ROW_OUTER, 4, esun_type);
    p->row[1][ROW_OUTER].op[0] = (weft_pp_op){.slot = WEFT_SLOT_CLASS, .arg = CLASS_PCP};
    esun(&w);
    w = (writer){p, 2, 0};
    ether_type(&w, ROW_INNER, 4, esun_type);
    esun(&w);
    w = (writer){p, 3, 0};
    esun(&w);
}
