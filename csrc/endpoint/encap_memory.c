/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * encap_memory.c: the memory transport (docs/memory-transport.md) behind an ESUN header or a VLAN
 * tag; and what all encapsulations share: profiles, room in a frame, efficiency.
 */
#include "encap.h"

#include "frame.h"
#include "weft/proto_roce.h"
#include "weft/proto_uet.h"

#include <string.h>

void weft_framer_put(const weft_framer *fr, uint64_t dst_mac, unsigned vc, uint8_t *out)
{
    unsigned cos = fr->vc_cos[vc % WEFT_MAX_VCS];
    weft_put48(out, dst_mac);
    weft_put48(out + 6, fr->src);
    if (fr->esun) {
        weft_put16(out + 12, fr->esun_type);
        out[14] = (uint8_t)(0x20u | cos << 2 | 2u); /* flow label valid, ECT(0) */
        weft_put16(out + 15, (uint16_t)((fr->src << 6 ^ dst_mac) & 0xFFFFu));
        out[17] = 8u << 4; /* TTL */
    } else {
        weft_put16(out + 12, WEFT_TYPE_VLAN);
        weft_put16(out + 14, (uint16_t)(cos << 13 | 1u)); /* VID 1 */
        weft_put16(out + 16, WEFT_TYPE_MEMORY);
    }
}

static bool has_data(uint8_t op) { return op == WEFT_MT_WRITE || op == WEFT_MT_READ_DATA; }

static size_t memory_size(const weft_framer *fr, const weft_mt *m)
{
    (void)fr;
    return WEFT_FRAMER_BYTES + weft_mt_size(m) + (has_data(m->op) ? m->length : 0);
}

static uint8_t *memory_head(const weft_framer *fr, uint64_t dst_mac, unsigned vc, const weft_mt *m,
                            uint8_t *frame)
{
    weft_framer_put(fr, dst_mac, vc, frame);
    frame += WEFT_FRAMER_BYTES;
    return frame + weft_mt_build(m, frame);
}

static weft_encap_result memory_parse(const weft_framer *fr, const uint8_t *frame, size_t len,
                                      weft_encap_message *in)
{
    weft_header h;
    const size_t at = weft_header_parse(frame, len, fr->esun_type, &h);
    if (at == 0 || (fr->esun ? !h.esun : h.type != WEFT_TYPE_MEMORY)) return WEFT_ENCAP_NOT_MINE;
    in->group = (h.dst >> 40 & 1) != 0;
    if (!in->group && h.dst != fr->src) return WEFT_ENCAP_NOT_MINE;
    const int src = weft_accel_of_mac(h.src);
    in->status = weft_mt_parse(frame + at, len - at, &in->m);
    if (src < 0 || len - at < 3) return WEFT_ENCAP_MALFORMED; /* nobody or no tag to answer with */
    in->src = (unsigned)src;
    return WEFT_ENCAP_MESSAGE;
}

const weft_encap weft_encap_memory = {.name = "memory transport",
                                      .program = "esun",
                                      .overhead = WEFT_FRAMER_BYTES + WEFT_MT_HEADER +
                                                  WEFT_MT_NOTIFY_EXT + 4,
                                      .grain = 1,
                                      .read_packets = 1,
                                      .size = memory_size,
                                      .head = memory_head,
                                      .parse = memory_parse};

/* ---------------------------------------------------------------- all of them -------------- */

bool weft_framer_profile(weft_framer *fr, const char *profile)
{
    *fr = (weft_framer){.esun_type = WEFT_ESUN_TYPE, .encap = &weft_encap_memory};
    for (unsigned v = 0; v < WEFT_MAX_VCS; v++) fr->vc_cos[v] = (uint8_t)v;
    if (strcmp(profile, "ethernet") == 0) return true;
    fr->esun = strcmp(profile, "esun") == 0;
    if (fr->esun) return true;
    fr->ip = (weft_ip_profile){.protocol = WEFT_UET_PROTOCOL, .key = WEFT_ACCEL_PREFIX, .job = 1};
    if (strcmp(profile, "rocev2") == 0) {
        fr->encap = &weft_encap_rocev2;
        fr->ip.port = WEFT_ROCE_PORT;
        return true;
    }
    fr->encap = &weft_encap_uet;
    fr->ip.port = WEFT_UET_PORT;
    return strcmp(profile, "uet") == 0;
}

weft_hop weft_framer_hop(const weft_framer *fr)
{
    if (fr->esun) return (weft_hop){WEFT_RW_ESUN, 14};
    if (!fr->encap->over_ip) return (weft_hop){WEFT_RW_NONE, 0};
    return (weft_hop){fr->ip.v6 ? WEFT_RW_IP6 : WEFT_RW_IP4, fr->ip.tag ? 18 : 14};
}

long weft_encap_room(const weft_framer *fr, size_t frame_bytes)
{
    const weft_mt m = {.op = WEFT_MT_WRITE, .flags = WEFT_MT_POSTED | WEFT_MT_FIRST | WEFT_MT_LAST};
    const size_t fixed = fr->encap->size(fr, &m) + 4;
    if (frame_bytes < fixed) return -1;
    return (long)((frame_bytes - fixed) / fr->encap->grain * fr->encap->grain);
}

static uint32_t wire(const weft_framer *fr, const weft_mt *m, unsigned ipg, unsigned min_frame)
{
    const size_t bytes = fr->encap->size(fr, m) + 4;
    return weft_wire_bytes((uint32_t)(bytes < min_frame ? min_frame : bytes), ipg);
}

weft_efficiency weft_encap_efficiency(const weft_framer *fr, bool read, unsigned bytes,
                                      unsigned ipg, unsigned min_frame)
{
    const uint16_t length = (uint16_t)bytes;
    const weft_mt request = {.op = read ? WEFT_MT_READ : WEFT_MT_WRITE,
                             .flags = read ? 0 : WEFT_MT_FIRST | WEFT_MT_LAST,
                             .length = length,
                             .total = bytes};
    const weft_mt response = {.op = read ? WEFT_MT_READ_DATA : WEFT_MT_WRITE_DONE,
                              .flags = WEFT_MT_FIRST | WEFT_MT_LAST,
                              .length = length,
                              .total = bytes};
    weft_efficiency e = {.request = wire(fr, &request, ipg, min_frame),
                         .response = wire(fr, &response, ipg, min_frame)};
    e.data = (double)bytes / (read ? e.response : e.request);
    e.both = (double)bytes / (e.request + e.response);
    return e;
}
