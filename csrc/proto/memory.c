/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * memory.c: messages of the memory transport. The layout is docs/memory-transport.md, section 2.
 */
#include "weft/proto.h"

/* What follows the ten bytes: extension or operand bytes that belong to the operation code. */
static size_t fixed_part(uint8_t op, uint8_t flags)
{
    switch (op) {
    case WEFT_MT_WRITE: return flags & WEFT_MT_NOTIFY ? WEFT_MT_NOTIFY_EXT : 0;
    case WEFT_MT_ADD:
    case WEFT_MT_SWAP:
    case WEFT_MT_ATOMIC_DATA: return 8;
    case WEFT_MT_CAS: return 16;
    default: return 0;
    }
}

static bool known(uint8_t op)
{
    switch (op) {
    case WEFT_MT_WRITE:
    case WEFT_MT_READ:
    case WEFT_MT_ADD:
    case WEFT_MT_SWAP:
    case WEFT_MT_CAS:
    case WEFT_MT_WRITE_DONE:
    case WEFT_MT_READ_DATA:
    case WEFT_MT_ATOMIC_DATA:
    case WEFT_MT_ERROR: return true;
    default: return false;
    }
}

size_t weft_mt_size(const weft_mt *m) { return WEFT_MT_HEADER + fixed_part(m->op, m->flags); }

size_t weft_mt_build(const weft_mt *m, uint8_t *out)
{
    if (!known(m->op) || m->flags > 15 || m->addr >> WEFT_MT_ADDR_BITS != 0) return 0;
    out[0] = (uint8_t)(m->op << 4 | (weft_mt_is_response(m->op) ? 0 : m->flags));
    weft_put16(out + 1, m->tag);
    weft_put16(out + 3, m->length);
    out[5] = weft_mt_is_response(m->op) ? m->status : (uint8_t)(m->addr >> 32);
    weft_put32(out + 6, (uint32_t)m->addr);
    switch (m->op) {
    case WEFT_MT_WRITE:
        if (m->flags & WEFT_MT_NOTIFY) {
            weft_put32(out + 10, m->notify_tag);
            weft_put32(out + 14, m->notify_len);
        }
        break;
    case WEFT_MT_CAS:
        weft_put64(out + 18, m->compare);
        weft_put64(out + 10, m->operand);
        break;
    case WEFT_MT_ADD:
    case WEFT_MT_SWAP:
    case WEFT_MT_ATOMIC_DATA: weft_put64(out + 10, m->operand); break;
    default: break;
    }
    return weft_mt_size(m);
}

weft_mt_status weft_mt_parse(const uint8_t *p, size_t len, weft_mt *m)
{
    *m = (weft_mt){0};
    if (len < 3) {
        if (len > 0) m->op = p[0] >> 4;
        return WEFT_MT_BAD_LENGTH;
    }
    m->op = p[0] >> 4;
    m->flags = p[0] & 15;
    m->tag = weft_get16(p + 1);
    if (len < WEFT_MT_HEADER) return WEFT_MT_BAD_LENGTH;
    m->length = weft_get16(p + 3);
    m->addr = weft_get32(p + 6);
    if (weft_mt_is_response(m->op))
        m->status = p[5];
    else
        m->addr |= (uint64_t)p[5] << 32;
    if (!known(m->op) || (m->op != WEFT_MT_WRITE && m->flags != 0)) return WEFT_MT_BAD_OPCODE;
    size_t fixed = weft_mt_size(m);
    if (len < fixed) return WEFT_MT_BAD_LENGTH;
    switch (m->op) {
    case WEFT_MT_WRITE:
        if (m->flags & WEFT_MT_NOTIFY) {
            m->notify_tag = weft_get32(p + 10);
            m->notify_len = weft_get32(p + 14);
        }
        break;
    case WEFT_MT_CAS:
        m->compare = weft_get64(p + 18);
        m->operand = weft_get64(p + 10);
        break;
    case WEFT_MT_ADD:
    case WEFT_MT_SWAP:
    case WEFT_MT_ATOMIC_DATA: m->operand = weft_get64(p + 10); break;
    default: break;
    }
    if (m->op == WEFT_MT_WRITE || m->op == WEFT_MT_READ_DATA) {
        if (len - fixed < m->length) return WEFT_MT_BAD_LENGTH;
        m->data = p + fixed;
    } else if (m->op != WEFT_MT_READ && m->op != WEFT_MT_WRITE_DONE && m->op != WEFT_MT_ERROR &&
               m->length != 8) {
        return WEFT_MT_BAD_LENGTH; /* atomics are 64 bits wide */
    }
    return WEFT_MT_OK;
}
