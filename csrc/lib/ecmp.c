/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * ecmp.c: groups of which one member gets each frame. The chip takes bucket hash[7:0] of the group;
 * a bucket names a member and a backup. A member that is not in the group's mask or down is passed
 * over by the chip itself, so whoever changes a group changes the mask first: what the buckets
 * still say of a member that is gone does no harm.
 */
#include "device.h"

#define BUCKETS WEFT_ECMP_BUCKETS
#define MAX     64u /* endpoints that a mask can have */

/* Takes turns by weight, as evenly as possible (smooth weighted round robin): in every run of as
 * many turns as the weights sum up to each takes exactly its weight, neighbours alternate. */
typedef struct {
    int32_t weight[MAX], credit[MAX], sum;
} turns;

static void turns_init(turns *t, uint64_t members, const uint16_t *weight, unsigned without)
{
    *t = (turns){.sum = 0};
    for (unsigned e = 0; e < MAX; e++) {
        if ((members >> e & 1) == 0 || e == without) continue;
        t->weight[e] = weight != NULL ? weight[e] : 1;
        t->sum += t->weight[e];
    }
}

/* The next one; `fallback` when there is nobody. */
static uint8_t turns_next(turns *t, unsigned fallback)
{
    unsigned best = MAX;
    for (unsigned e = 0; e < MAX; e++) {
        if (t->weight[e] == 0) continue;
        t->credit[e] += t->weight[e];
        if (best == MAX || t->credit[e] > t->credit[best]) best = e;
    }
    if (best == MAX) return (uint8_t)fallback;
    t->credit[best] -= t->sum;
    return (uint8_t)best;
}

typedef struct {
    uint8_t member, backup;
} bucket;

static weft_status write_bucket(weft_device *dev, unsigned group, unsigned b, bucket to)
{
    weft_row row = {.entry = WEFT_ROW_VALID | FIELD_PUT(WEFT_ROUTE__ENTRY__DEST, to.member) |
                             FIELD_PUT(WEFT_ROUTE__ENTRY__SHIFT, to.backup)};
    return weft_row_write(dev, WEFT_TBL_BUCKET, group * BUCKETS + b, &row);
}

static bool has_group(const weft_device *dev, unsigned group)
{
    return dev != NULL && group < dev->geo.ecmp_groups;
}

static bool members_ok(const weft_device *dev, uint64_t members, const uint16_t *weight)
{
    if (members == 0 || (members & ~weft_low_bits(dev->geo.endpoints)) != 0) return false;
    uint32_t sum = 0;
    for (unsigned e = 0; e < MAX && weight != NULL; e++) {
        if ((members >> e & 1) == 0) continue;
        if (weight[e] == 0) return false;
        sum += weight[e];
    }
    return sum <= BUCKETS;
}

weft_status weft_ecmp_set(weft_device *dev, unsigned group, uint64_t members,
                          const uint16_t weight[64])
{
    if (!has_group(dev, group) || !members_ok(dev, members, weight)) return WEFT_ERR_ARG;
    bucket plan[BUCKETS];
    turns t;
    turns_init(&t, members, weight, MAX);
    for (unsigned b = 0; b < BUCKETS; b++) plan[b].member = turns_next(&t, 0);
    for (unsigned e = 0; e < MAX; e++) { /* the buckets of one member have the others in turn */
        turns_init(&t, members, weight, e);
        for (unsigned b = 0; b < BUCKETS; b++)
            if (plan[b].member == e) plan[b].backup = turns_next(&t, e);
    }
    WEFT_TRY(weft_group_set(dev, group, members));
    for (unsigned b = 0; b < BUCKETS; b++) WEFT_TRY(write_bucket(dev, group, b, plan[b]));
    return WEFT_OK;
}

static weft_status read_buckets(weft_device *dev, unsigned group, bucket plan[BUCKETS])
{
    for (unsigned b = 0; b < BUCKETS; b++) {
        weft_row row;
        WEFT_TRY(weft_row_read(dev, WEFT_TBL_BUCKET, group * BUCKETS + b, &row));
        plan[b] = (bucket){(uint8_t)(FIELD_GET(WEFT_ROUTE__ENTRY__DEST, row.entry) % MAX),
                           (uint8_t)FIELD_GET(WEFT_ROUTE__ENTRY__SHIFT, row.entry)};
    }
    return WEFT_OK;
}

/* How often each endpoint is a backup: of each member, and in all. */
typedef struct {
    uint16_t of[MAX][MAX], all[MAX];
} backups;

/* The backup that a bucket of `member` gets: who backs this member least, then who backs least. */
static uint8_t next_backup(backups *n, uint64_t members, unsigned member)
{
    unsigned best = member;
    for (unsigned e = 0; e < MAX; e++) {
        if ((members >> e & 1) == 0 || e == member) continue;
        if (best == member || n->of[member][e] < n->of[member][best] ||
            (n->of[member][e] == n->of[member][best] && n->all[e] < n->all[best]))
            best = e;
    }
    n->of[member][best]++;
    n->all[best]++;
    return (uint8_t)best;
}

/* The plan without members that are gone: backups, which have had their frames since the mask
 * changed, take their place. changed[b]: bucket b is another one now. */
static void replan(bucket plan[BUCKETS], uint64_t members, bool changed[BUCKETS])
{
    backups n = {.all = {0}};
    unsigned lowest = 0;
    while ((members >> lowest & 1) == 0) lowest++;
    for (unsigned b = 0; b < BUCKETS; b++) {
        bool member = (members >> plan[b].member & 1) != 0;
        bool backup = (members >> plan[b].backup & 1) != 0;
        changed[b] = !member || !backup;
        if (!member) plan[b].member = (uint8_t)(backup ? plan[b].backup : lowest);
        if (changed[b]) continue;
        n.of[plan[b].member][plan[b].backup]++;
        n.all[plan[b].backup]++;
    }
    for (unsigned b = 0; b < BUCKETS; b++)
        if (changed[b]) plan[b].backup = next_backup(&n, members, plan[b].member);
}

weft_status weft_ecmp_remove(weft_device *dev, unsigned group, unsigned endpoint)
{
    if (!has_group(dev, group) || endpoint >= dev->geo.endpoints) return WEFT_ERR_ARG;
    uint64_t members;
    WEFT_TRY(weft_group_get(dev, group, &members));
    if ((members >> endpoint & 1) == 0) return WEFT_ERR_NOT_FOUND;
    members &= ~((uint64_t)1 << endpoint);
    if (members == 0) return WEFT_ERR_UNSAFE;
    bucket plan[BUCKETS];
    bool changed[BUCKETS];
    WEFT_TRY(read_buckets(dev, group, plan));
    replan(plan, members, changed);
    WEFT_TRY(weft_group_set(dev, group, members));
    for (unsigned b = 0; b < BUCKETS; b++)
        if (changed[b]) WEFT_TRY(write_bucket(dev, group, b, plan[b]));
    return WEFT_OK;
}

weft_status weft_ecmp_clear(weft_device *dev, unsigned group)
{
    return has_group(dev, group) ? weft_group_clear(dev, group) : WEFT_ERR_ARG;
}

weft_status weft_ecmp_get(weft_device *dev, unsigned group, uint64_t *members, uint16_t buckets[64])
{
    if (!has_group(dev, group) || members == NULL) return WEFT_ERR_ARG;
    uint16_t count[MAX] = {0};
    uint64_t mask;
    WEFT_TRY(weft_group_get(dev, group, &mask));
    if (buckets != NULL) {
        bucket plan[BUCKETS];
        WEFT_TRY(read_buckets(dev, group, plan));
        for (unsigned b = 0; b < BUCKETS; b++) count[plan[b].member]++;
        for (unsigned e = 0; e < MAX; e++) buckets[e] = (mask >> e & 1) != 0 ? count[e] : 0;
    }
    *members = mask;
    return WEFT_OK;
}
