/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * mac_table.c: the 4-way hashed table of 48-bit addresses. Each address may live in one slot per
 * way (mac_hash.h). When all four are taken, others move to make room, as in cuckoo hashing
 * (Pagh and Rodler, 2001), with a breadth-first search for the shortest sequence of moves: it
 * visits every slot at most once, so it ends, and when it finds nothing then there is no sequence.
 *
 * The moves are carried out from the empty slot backwards. An entry is thus copied before its old
 * place is overwritten, and frames to it find it at every moment. In between it is there twice,
 * with the same content, which the lookup does not mind.
 */
#include "device.h"
#include "mac_hash.h"
#include <stdlib.h>

#define NO_PARENT (-1)
#define NOT_SEEN  (-2)

void weft_mac_table_free(weft_mac_table *t)
{
    free(t->key);
    free(t->entry);
    free(t->parent);
    free(t->queue);
    *t = (weft_mac_table){0};
}

static weft_status allocate(weft_device *dev)
{
    weft_mac_table *t = &dev->mac;
    unsigned sets = dev->geo.mac_sets;
    if (t->slots != 0) return WEFT_OK;
    unsigned set_w = 0;
    while (set_w < WEFT_MAC_HASH_MAX_SET_W && (1u << set_w) < sets) set_w++;
    if (dev->geo.mac_ways != WEFT_MAC_HASH_WAYS || set_w < 1 || (1u << set_w) != sets)
        return WEFT_ERR_NO_DEVICE;
    uint32_t slots = WEFT_MAC_HASH_WAYS * sets;
    t->key = calloc(slots, sizeof *t->key);
    t->entry = calloc(slots, sizeof *t->entry);
    t->parent = calloc(slots, sizeof *t->parent);
    t->queue = calloc(slots, sizeof *t->queue);
    if (t->key == NULL || t->entry == NULL || t->parent == NULL || t->queue == NULL) {
        weft_mac_table_free(t);
        return WEFT_ERR_MEMORY;
    }
    t->set_w = set_w;
    t->slots = slots;
    return WEFT_OK;
}

/* Makes the copy equal to the chip's table: at first use, and after an error that left it open
 * what the chip did. */
static weft_status load(weft_device *dev)
{
    weft_mac_table *t = &dev->mac;
    if (t->loaded) return WEFT_OK;
    WEFT_TRY(allocate(dev));
    for (uint32_t i = 0; i < t->slots; i++) {
        weft_row row;
        WEFT_TRY(weft_row_read(dev, WEFT_TBL_MAC, i, &row));
        t->key[i] = weft_word64(row.key);
        t->entry[i] = row.entry;
    }
    t->loaded = true;
    return WEFT_OK;
}

static bool used(const weft_mac_table *t, uint32_t slot)
{
    return (t->entry[slot] & WEFT_ROW_VALID) != 0;
}

static bool holds(const weft_mac_table *t, uint32_t slot, uint64_t mac)
{
    return used(t, slot) && t->key[slot] == mac;
}

/* Writes one slot in the chip, then in the copy. */
static weft_status put(weft_device *dev, uint32_t slot, uint64_t mac, uint32_t entry)
{
    weft_mac_table *t = &dev->mac;
    weft_row row = {.entry = entry};
    weft_put_word64(row.key, mac);
    weft_status s = weft_row_write(dev, WEFT_TBL_MAC, slot, &row);
    if (s != WEFT_OK) {
        t->loaded = false;
        return s;
    }
    t->key[slot] = mac;
    t->entry[slot] = entry;
    return WEFT_OK;
}

/* Writes `entry` to every slot that holds the address; *found tells whether there was one. */
static weft_status put_all(weft_device *dev, uint64_t mac, uint32_t entry, bool *found)
{
    weft_mac_table *t = &dev->mac;
    *found = false;
    for (unsigned way = 0; way < WEFT_MAC_HASH_WAYS; way++) {
        uint32_t slot = weft_mac_hash_index(mac, way, t->set_w);
        if (!holds(t, slot, mac)) continue;
        WEFT_TRY(put(dev, slot, mac, entry));
        *found = true;
    }
    return WEFT_OK;
}

/* The empty slot at the end of the shortest sequence of moves, t->parent leading back to a slot of
 * the address itself; t->slots when there is none. */
static uint32_t search(weft_mac_table *t, uint64_t mac)
{
    uint32_t head = 0, tail = 0;
    for (uint32_t i = 0; i < t->slots; i++) t->parent[i] = NOT_SEEN;
    for (unsigned way = 0; way < WEFT_MAC_HASH_WAYS; way++) {
        uint32_t slot = weft_mac_hash_index(mac, way, t->set_w);
        t->parent[slot] = NO_PARENT;
        if (!used(t, slot)) return slot;
        t->queue[tail++] = slot;
    }
    while (head < tail) {
        uint32_t from = t->queue[head++];
        for (unsigned way = 0; way < WEFT_MAC_HASH_WAYS; way++) {
            uint32_t slot = weft_mac_hash_index(t->key[from], way, t->set_w);
            if (t->parent[slot] != NOT_SEEN) continue;
            t->parent[slot] = (int32_t)from;
            if (!used(t, slot)) return slot;
            t->queue[tail++] = slot;
        }
    }
    return t->slots;
}

static weft_status insert(weft_device *dev, uint64_t mac, uint32_t entry)
{
    weft_mac_table *t = &dev->mac;
    uint32_t slot = search(t, mac);
    if (slot == t->slots) return WEFT_ERR_FULL;
    while (t->parent[slot] != NO_PARENT) {
        uint32_t from = (uint32_t)t->parent[slot];
        WEFT_TRY(put(dev, slot, t->key[from], t->entry[from]));
        slot = from;
    }
    return put(dev, slot, mac, entry);
}

weft_status weft_mac_add(weft_device *dev, uint64_t mac, weft_route to)
{
    if (dev == NULL || mac > WEFT_MAC_MASK || !weft_route_ok(dev, to)) return WEFT_ERR_ARG;
    uint32_t prefix, mask;
    WEFT_TRY(weft_chip_rd(dev, CHIP(ID_PREFIX), &prefix));
    WEFT_TRY(weft_chip_rd(dev, CHIP(ID_MASK), &mask));
    if ((((uint32_t)(mac >> 16) ^ prefix) & mask) == 0) return WEFT_ERR_UNSAFE;
    WEFT_TRY(load(dev));
    bool found;
    WEFT_TRY(put_all(dev, mac, weft_route_pack(to), &found));
    return found ? WEFT_OK : insert(dev, mac, weft_route_pack(to));
}

weft_status weft_mac_remove(weft_device *dev, uint64_t mac)
{
    if (dev == NULL || mac > WEFT_MAC_MASK) return WEFT_ERR_ARG;
    bool found;
    WEFT_TRY(load(dev));
    WEFT_TRY(put_all(dev, mac, 0, &found));
    return found ? WEFT_OK : WEFT_ERR_NOT_FOUND;
}

weft_status weft_mac_get(weft_device *dev, uint64_t mac, weft_route *to)
{
    if (dev == NULL || mac > WEFT_MAC_MASK || to == NULL) return WEFT_ERR_ARG;
    WEFT_TRY(load(dev));
    for (unsigned way = 0; way < WEFT_MAC_HASH_WAYS; way++) {
        uint32_t slot = weft_mac_hash_index(mac, way, dev->mac.set_w);
        if (!holds(&dev->mac, slot, mac)) continue;
        *to = weft_route_unpack(dev->mac.entry[slot]);
        return WEFT_OK;
    }
    return WEFT_ERR_NOT_FOUND;
}

weft_status weft_mac_count(weft_device *dev, unsigned *count)
{
    if (dev == NULL || count == NULL) return WEFT_ERR_ARG;
    WEFT_TRY(load(dev));
    const weft_mac_table *t = &dev->mac;
    unsigned n = 0;
    for (uint32_t i = 0; i < t->slots; i++) {
        /* An address that is there twice (see above) counts where its lowest way is. */
        bool first = used(t, i);
        for (unsigned way = 0; first && way < i >> t->set_w; way++)
            first = !holds(t, weft_mac_hash_index(t->key[i], way, t->set_w), t->key[i]);
        n += first;
    }
    *count = n;
    return WEFT_OK;
}
