/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * desc_states.h: the parse graph of a description with its repetitions written out. A state is a
 * header that has been passed a certain number of times; it becomes one row of one stage.
 */
#ifndef WEFT_PROTO_DESC_STATES_H
#define WEFT_PROTO_DESC_STATES_H
#include "proto/desc.h"

#define DESC_STATES 64u

typedef struct {
    desc_cube cube;
    const desc_action *action;
    int next; /* state, or -1 when the parse ends here */
    unsigned adv;
} desc_edge;

typedef struct {
    const desc_header *header;
    bool first;                   /* the first time: `once` applies */
    uint8_t passed[DESC_HEADERS]; /* times that a header with a bound stands on the way here */
    weft_pp_row row;
    desc_edge *edge;
    unsigned n_edges;
    unsigned max_ptr; /* largest pointer on arrival */
    unsigned reach;   /* bytes of the frame that the row looks at or takes keys from, at most */
    int from;         /* the state that was met first before it, for messages */
} desc_state;

typedef struct {
    desc_state *state[DESC_STATES];
    unsigned n;
} desc_graph;

/* Fills the graph; state 0 is the start. False: an error was reported. */
bool desc_graph_make(weft_desc *d, desc_graph *g);
#endif
