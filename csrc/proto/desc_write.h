/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * desc_write.h: pieces of text that the exports share.
 */
#ifndef WEFT_PROTO_DESC_WRITE_H
#define WEFT_PROTO_DESC_WRITE_H
#include "proto/desc.h"

#define DESC_LINE 512u

/* "0x8100 | 0x88A8, *" of an entry, "default" for the default. */
void desc_write_values(const desc_header *h, const desc_entry *e, char out[DESC_LINE]);
/* "vlan", "here ipv4_udp", "accept response", "drop TTL". */
void desc_write_action(const desc_action *a, char out[DESC_LINE]);
/* "dst key (mac)", "class (pcp)", ... of all slots that take from these bits; "" for none. */
void desc_write_uses(const desc_header *h, const desc_bits *field, char out[DESC_LINE]);
/* Marks which headers can be reached from the start. */
void desc_reached(const weft_desc *d, bool reached[DESC_HEADERS]);
#endif
