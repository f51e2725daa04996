/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_encap.c: encapsulations between two ends without a network: every message in every form of
 * headers, every flipped bit, every truncation, what a switch may rewrite, sequence numbers, and
 * garbage behind right checks.
 */
#include "../../csrc/endpoint/encap.h"
#include "../../csrc/endpoint/encap_ip.h"
#include "../../csrc/endpoint/frame.h"
#include "weft/proto_ip.h"
#include "weft/proto_roce.h"
#include "weft/proto_uet.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

#define MTU  512u
#define ROOM 2048u

/* Accelerators 3 (asks) and 5 (answers). */
typedef struct {
    weft_framer a, b;
} pair;

typedef struct {
    const char *profile;
    bool tag, v6, native;
} form;

static const form forms[] = {{"rocev2", true, false, false}, {"rocev2", false, false, false},
                             {"rocev2", true, true, false},  {"uet", true, false, false},
                             {"uet", false, true, false},    {"uet", false, false, true},
                             {"uet", true, true, true}};
#define FORMS (sizeof forms / sizeof forms[0])

static void open_end(weft_framer *fr, const form *f, unsigned id)
{
    CHECK(weft_framer_profile(fr, f->profile));
    fr->src = weft_accel_mac(id);
    fr->mtu = MTU;
    fr->ip.tag = f->tag;
    fr->ip.v6 = f->v6;
    fr->ip.native = f->native;
    fr->ip.first_psn = 0xFFFFFE;
    fr->peers = weft_peers_new(fr->encap->psn_mask, fr->ip.first_psn);
    if (!fr->peers) exit(1);
}

static pair open_pair(const form *f)
{
    pair p;
    open_end(&p.a, f, 3);
    open_end(&p.b, f, 5);
    return p;
}

static void close_pair(pair *p)
{
    weft_peers_free(p->a.peers);
    weft_peers_free(p->b.peers);
}

static bool carries(uint8_t op) { return op == WEFT_MT_WRITE || op == WEFT_MT_READ_DATA; }

static uint8_t byte_of(size_t i) { return (uint8_t)(i * 29 + 7); }

/* The frame for m, padded to 60 bytes; its length. */
static size_t make(const weft_framer *fr, unsigned dst, const weft_mt *m, uint8_t *frame)
{
    const size_t len = fr->encap->size(fr, m);
    memset(frame, 0, ROOM);
    uint8_t *data = fr->encap->head(fr, weft_accel_mac(dst), weft_mt_is_response(m->op), m, frame);
    CHECK(data != NULL);
    for (size_t i = 0; carries(m->op) && i < m->length; i++) data[i] = byte_of(i);
    fr->encap->finish(fr, frame);
    CHECK(data + (carries(m->op) ? m->length : 0) <= frame + len);
    CHECK(len + 4 <= m->length + fr->encap->overhead);
    return len < 60 ? 60 : len;
}

/* Parses in memory of exactly its length. */
static weft_encap_result take(const weft_framer *fr, const uint8_t *frame, size_t len,
                              weft_encap_message *in)
{
    uint8_t *p = malloc(len + 1);
    if (!p) exit(1);
    memcpy(p + 1, frame, len);
    const weft_encap_result r = fr->encap->parse(fr, p + 1, len, in);
    if (r == WEFT_ENCAP_MESSAGE && in->status == WEFT_MT_OK && carries(in->m.op))
        for (size_t i = 0; i < in->m.length; i++)
            if (in->m.data[i] != byte_of(i)) in->m.op = 0; /* seen by those who compare */
    free(p);
    return r;
}

/* Does what came say what was sent? */
static bool says(const weft_encap_message *in, const weft_mt *m)
{
    const weft_mt *g = &in->m;
    const uint64_t addr = weft_mt_is_response(m->op) ? m->addr & 0xFFFFFFFFu : m->addr;
    const bool told = (m->flags & WEFT_MT_NOTIFY) != 0;
    const uint8_t flags = weft_mt_is_response(m->op) ? 0 : m->flags;
    if (in->status != WEFT_MT_OK || g->op != m->op || g->length != m->length || g->addr != addr)
        return false;
    if (g->flags != flags || g->status != m->status) return false;
    if (told && (g->notify_tag != m->notify_tag || g->notify_len != m->notify_len)) return false;
    if (m->op >= WEFT_MT_ADD && m->op <= WEFT_MT_CAS && g->operand != m->operand) return false;
    if (m->op == WEFT_MT_CAS && g->compare != m->compare) return false;
    return m->op != WEFT_MT_ATOMIC_DATA || g->operand == m->operand;
}

/* ---------------------------------------------------------------- messages ----------------- */
#define WHOLE (WEFT_MT_FIRST | WEFT_MT_LAST)
#define ADDR  0x12000010A8ull

static const weft_mt requests[] = {
    {.op = WEFT_MT_WRITE, .flags = WHOLE, .length = 100, .total = 100, .addr = ADDR, .tag = 9},
    {.op = WEFT_MT_WRITE, .flags = WHOLE | WEFT_MT_POSTED, .length = 7, .total = 7, .addr = ADDR},
    {.op = WEFT_MT_WRITE, .flags = WHOLE, .length = 0, .total = 0, .addr = ADDR},
    {.op = WEFT_MT_WRITE,
     .flags = WHOLE | WEFT_MT_NOTIFY,
     .length = 33,
     .total = 33,
     .addr = ADDR,
     .notify = true,
     .notify_tag = 0xABCD1234,
     .notify_len = 33},
    {.op = WEFT_MT_READ, .length = 200, .total = 200, .addr = ADDR, .tag = 0x407},
    {.op = WEFT_MT_ADD, .length = 8, .addr = ADDR, .operand = 0x1122334455667788},
    {.op = WEFT_MT_SWAP, .length = 8, .addr = ADDR, .operand = 0xFFEEDDCCBBAA9988},
    {.op = WEFT_MT_CAS, .length = 8, .addr = ADDR, .operand = 5, .compare = 0x8000000000000001}};
#define REQUESTS (sizeof requests / sizeof requests[0])

/* The good answer to a request that has come as `in`; op 0: none. */
static weft_mt answer_to(const weft_encap_message *in)
{
    weft_mt r = {.tag = in->m.tag,
                 .length = in->m.length,
                 .addr = in->m.addr & 0xFFFFFFFFu,
                 .psn = in->m.psn,
                 .flow = in->m.flow,
                 .flags = WHOLE};
    if (in->m.flags & WEFT_MT_POSTED) return r;
    r.op = in->m.op == WEFT_MT_WRITE  ? WEFT_MT_WRITE_DONE
           : in->m.op == WEFT_MT_READ ? WEFT_MT_READ_DATA
                                      : WEFT_MT_ATOMIC_DATA;
    if (r.op == WEFT_MT_ATOMIC_DATA) r.operand = 0x0102030405060708;
    return r;
}

static void test_messages(const form *f)
{
    pair p = open_pair(f);
    uint8_t frame[ROOM];
    weft_encap_message in, back;
    for (unsigned round = 0; round < 5; round++) {
        for (unsigned k = 0; k < REQUESTS; k++) {
            size_t len = make(&p.a, 5, &requests[k], frame);
            CHECK(take(&p.b, frame, len, &in) == WEFT_ENCAP_MESSAGE);
            CHECK(in.src == 3 && !in.group && says(&in, &requests[k]));
            weft_mt r = answer_to(&in);
            if (!r.op) continue;
            if (round == 4) { /* refused */
                r.op = WEFT_MT_ERROR;
                r.status = WEFT_MT_BAD_ADDRESS;
            }
            len = make(&p.b, 3, &r, frame);
            CHECK(take(&p.a, frame, len, &back) == WEFT_ENCAP_MESSAGE);
            CHECK(back.src == 5 && says(&back, &r) && back.m.tag == requests[k].tag);
            CHECK(take(&p.a, frame, len, &back) == WEFT_ENCAP_BAD_PSN); /* the same once more */
        }
    }
    CHECK(weft_peers_gaps(p.a.peers) == 0 && weft_peers_gaps(p.b.peers) == 0);
    close_pair(&p);
}

/* A write of four segments and a read whose answer has three frames. */
static void test_segments(const form *f)
{
    pair p = open_pair(f);
    uint8_t frame[ROOM];
    weft_encap_message in;
    for (unsigned at = 0; at < 1600; at += MTU) {
        const bool last = at + MTU >= 1600;
        const weft_mt m = {.op = WEFT_MT_WRITE,
                           .flags = (uint8_t)((at == 0 ? WEFT_MT_FIRST : 0) |
                                              (last ? WEFT_MT_LAST | WEFT_MT_NOTIFY : 0)),
                           .tag = 77,
                           .length = (uint16_t)(last ? 1600 - at : MTU),
                           .addr = ADDR + at,
                           .total = 1600,
                           .offset = at,
                           .notify = true,
                           .notify_tag = 0xCAFE,
                           .notify_len = 1600};
        const size_t len = make(&p.a, 5, &m, frame);
        CHECK(take(&p.b, frame, len, &in) == WEFT_ENCAP_MESSAGE && says(&in, &m));
    }
    if (p.a.encap->read_packets > 1) {
        const weft_mt read = {.op = WEFT_MT_READ, .length = 1100, .addr = ADDR, .tag = 5};
        size_t len = make(&p.a, 5, &read, frame);
        CHECK(take(&p.b, frame, len, &in) == WEFT_ENCAP_MESSAGE && says(&in, &read));
        weft_encap_message back;
        for (unsigned i = 0; i < 3; i++) {
            weft_mt r = answer_to(&in);
            r.flags = (uint8_t)((i == 0 ? WEFT_MT_FIRST : 0) | (i == 2 ? WEFT_MT_LAST : 0));
            r.length = i == 2 ? 1100 - 2 * MTU : MTU;
            r.addr += i * MTU;
            r.psn += i;
            len = make(&p.b, 3, &r, frame);
            CHECK(take(&p.a, frame, len, &back) == WEFT_ENCAP_MESSAGE && says(&back, &r));
        }
        CHECK(weft_peers_gaps(p.a.peers) == 4); /* the write's answers, which were not sent */
    }
    close_pair(&p);
}

static void test_sequence(const form *f)
{
    pair p = open_pair(f);
    uint8_t frame[3][ROOM];
    size_t len[3];
    weft_encap_message in;
    for (unsigned i = 0; i < 3; i++) len[i] = make(&p.a, 5, &requests[4], frame[i]);
    CHECK(take(&p.b, frame[0], len[0], &in) == WEFT_ENCAP_MESSAGE);
    CHECK(take(&p.b, frame[0], len[0], &in) == WEFT_ENCAP_BAD_PSN);
    CHECK(take(&p.b, frame[2], len[2], &in) == WEFT_ENCAP_MESSAGE);
    CHECK(weft_peers_gaps(p.b.peers) == 1);
    CHECK(take(&p.b, frame[1], len[1], &in) == WEFT_ENCAP_BAD_PSN);
    /* the middle of a write whose beginning is lost is refused */
    weft_mt m = {.op = WEFT_MT_WRITE, .flags = WEFT_MT_FIRST, .length = MTU, .total = 3 * MTU};
    make(&p.a, 5, &m, frame[0]);
    m.flags = 0;
    m.offset = m.addr = MTU;
    len[1] = make(&p.a, 5, &m, frame[1]);
    CHECK(take(&p.b, frame[1], len[1], &in) == WEFT_ENCAP_MESSAGE);
    CHECK(in.status == WEFT_MT_INCOMPLETE && weft_peers_gaps(p.b.peers) == 2);
    /* so is what follows a lost segment: nobody knows where it belongs */
    m = (weft_mt){.op = WEFT_MT_WRITE, .flags = WEFT_MT_FIRST, .length = MTU, .total = 4 * MTU};
    len[0] = make(&p.a, 5, &m, frame[0]);
    m.flags = 0;
    for (unsigned i = 1; i < 3; i++) {
        m.offset = m.addr = i * MTU;
        len[i] = make(&p.a, 5, &m, frame[i]);
    }
    CHECK(take(&p.b, frame[0], len[0], &in) == WEFT_ENCAP_MESSAGE && in.status == WEFT_MT_OK);
    CHECK(take(&p.b, frame[2], len[2], &in) == WEFT_ENCAP_MESSAGE);
    CHECK(in.status == WEFT_MT_INCOMPLETE && weft_peers_gaps(p.b.peers) == 3);
    close_pair(&p);
}

static void check_again(const weft_framer *fr, uint8_t *frame)
{
    size_t bytes;
    uint8_t *ip = encap_ip_packet(fr, frame, &bytes);
    const bool roce = fr->encap == &weft_encap_rocev2;
    encap_put_crc(ip + bytes - 4,
                  roce ? weft_roce_icrc(ip, bytes - 4) : weft_uet_crc(ip, bytes - 4));
}

/* Headers that are wrong though every check is right. */
static void test_wrong_headers(const form *f)
{
    pair p = open_pair(f);
    uint8_t frame[ROOM];
    weft_encap_message in;
    const weft_mt notified = requests[3]; /* its UET header has the key */
    size_t ip_bytes;
    p.a.ip.key ^= 1; /* another's memory */
    size_t len = make(&p.a, 5, &notified, frame);
    CHECK(take(&p.b, frame, len, &in) == WEFT_ENCAP_MESSAGE && in.status == WEFT_MT_BAD_ADDRESS);
    p.a.ip.key ^= 1;
    len = make(&p.a, 5, &notified, frame);
    uint8_t *ip = encap_ip_packet(&p.a, frame, &ip_bytes);
    ip[f->v6 ? 23 : 15] ^= 8; /* accelerator 3 says that it is 11 */
    if (!f->v6) weft_put16(ip + 10, weft_ip_checksum_update(weft_get16(ip + 10), 4, 12));
    check_again(&p.a, frame);
    CHECK(take(&p.b, frame, len, &in) == WEFT_ENCAP_BAD_IP);
    if (!f->native) { /* a datagram that is shorter than its packet */
        len = make(&p.a, 5, &notified, frame);
        uint8_t *udp = frame + encap_ip_size(&p.a) - WEFT_UDP_BYTES;
        weft_put16(udp + 4, (uint16_t)(weft_get16(udp + 4) - 4));
        check_again(&p.a, frame);
        CHECK(take(&p.b, frame, len, &in) == WEFT_ENCAP_BAD_IP);
    }
    len = make(&p.a, 7, &notified, frame); /* to somebody else, and past the switch to 5 */
    weft_put48(frame, weft_accel_mac(5));
    CHECK(take(&p.b, frame, len, &in) == WEFT_ENCAP_BAD_IP);
    close_pair(&p);
}

/* ---------------------------------------------------------------- damage ------------------- */

/* Bytes that may change on the way without the endpoint minding: places in a tagged or untagged
 * frame. IPv4 minds everything in its header, by its checksum. */
static bool may_change(const form *f, size_t byte, uint8_t bit, size_t used)
{
    const size_t l2 = f->tag ? 18 : 14, ip = l2 + (f->v6 ? 40 : 20);
    if (f->tag && (byte == 14 || byte == 15)) return true; /* VLAN tag */
    if (byte >= used) return true;                         /* padding of Ethernet */
    if (f->v6 && byte == l2) return bit < 4;               /* traffic class */
    if (f->v6 && ((byte > l2 && byte < l2 + 4) || byte == l2 + 7)) return true;
    return strcmp(f->profile, "rocev2") == 0 && byte == ip + 8 + 4; /* FECN, BECN */
}

static void test_damage(const form *f)
{
    for (unsigned k = 0; k < REQUESTS; k++) {
        pair p = open_pair(f);
        uint8_t frame[ROOM];
        weft_encap_message in;
        const size_t used = p.a.encap->size(&p.a, &requests[k]);
        const size_t len = make(&p.a, 5, &requests[k], frame);
        for (size_t bit = 0; bit < 8 * len; bit++) {
            frame[bit / 8] ^= (uint8_t)(1u << bit % 8);
            const weft_encap_result r = take(&p.b, frame, len, &in);
            const bool good = r == WEFT_ENCAP_MESSAGE && says(&in, &requests[k]);
            CHECK(good == may_change(f, bit / 8, bit % 8, used));
            CHECK(good || r != WEFT_ENCAP_MESSAGE);
            if (good) { /* it has been taken: a new receiver for the next one */
                weft_peers_free(p.b.peers);
                p.b.peers = weft_peers_new(p.b.encap->psn_mask, p.b.ip.first_psn);
                if (!p.b.peers) exit(1);
            }
            frame[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        for (size_t cut = 0; cut < used; cut++)
            CHECK(take(&p.b, frame, cut, &in) != WEFT_ENCAP_MESSAGE);
        CHECK(take(&p.b, frame, len, &in) == WEFT_ENCAP_MESSAGE);
        close_pair(&p);
    }
}

/* A hop as a router or an ECN-marking switch makes it: IPv4 checksum brought up to date. */
static void test_rewrite(const form *f)
{
    const size_t l2 = f->tag ? 18 : 14;
    for (unsigned k = 0; k < REQUESTS; k++) {
        pair p = open_pair(f);
        uint8_t frame[ROOM];
        weft_encap_message in;
        const size_t len = make(&p.a, 5, &requests[k], frame);
        uint8_t *ip = frame + l2;
        if (f->v6) {
            ip[1] |= 0x30; /* ECN: congestion experienced */
            ip[7]--;
        } else {
            const uint16_t tos = weft_get16(ip), ttl = weft_get16(ip + 8);
            uint16_t sum = weft_get16(ip + 10);
            ip[1] |= 3;
            ip[8]--;
            sum = weft_ip_checksum_update(sum, tos, weft_get16(ip));
            weft_put16(ip + 10, weft_ip_checksum_update(sum, ttl, weft_get16(ip + 8)));
        }
        CHECK(take(&p.b, frame, len, &in) == WEFT_ENCAP_MESSAGE && says(&in, &requests[k]));
        close_pair(&p);
    }
}

/* Random transport headers behind right IP headers and checks: no crash, nothing read beyond. */
static void test_garbage(const form *f)
{
    pair p = open_pair(f);
    uint8_t frame[ROOM];
    weft_encap_message in;
    weft_mt m = requests[0];
    unsigned messages = 0;
    for (unsigned k = 0; k < 30000; k++) {
        m.length = (uint16_t)(m.total = rnd() % 120);
        size_t len = make(&p.a, 5, &m, frame);
        size_t ip_bytes;
        uint8_t *ip = encap_ip_packet(&p.a, frame, &ip_bytes);
        const size_t from = encap_ip_size(&p.a), end = (size_t)(ip - frame) + ip_bytes - 4;
        const unsigned touch = (unsigned)(rnd() % 4);
        for (unsigned i = 0; i < touch; i++) frame[from + rnd() % (end - from)] = (uint8_t)rnd();
        if (k % 4 == 0)
            for (size_t i = from + (k % 8 ? 0 : 12); i < end; i++) frame[i] = (uint8_t)rnd();
        const bool roce = p.a.encap == &weft_encap_rocev2;
        encap_put_crc(frame + end,
                      roce ? weft_roce_icrc(ip, ip_bytes - 4) : weft_uet_crc(ip, ip_bytes - 4));
        messages += take(&p.b, frame, len, &in) == WEFT_ENCAP_MESSAGE;
    }
    CHECK(messages > 1000);
    close_pair(&p);
}

/* ---------------------------------------------------------------- efficiency --------------- */
static weft_framer framer_of(const char *profile, bool tag)
{
    weft_framer fr;
    CHECK(weft_framer_profile(&fr, profile));
    fr.mtu = 4096;
    fr.ip.tag = tag;
    return fr;
}

/* Sizes added up by hand from the layouts, without the gap's grid. */
static void test_efficiency(void)
{
    const weft_framer esun = framer_of("esun", false), roce = framer_of("rocev2", false);
    const weft_framer uet = framer_of("uet", true);
    weft_efficiency e = weft_encap_efficiency(&esun, false, 64, 12, 32);
    CHECK(e.request == 8 + 14 + 4 + 10 + 64 + 4 + 12 && e.response == 8 + 32 + 12);
    CHECK(e.data > 0.551 && e.data < 0.552);
    e = weft_encap_efficiency(&esun, true, 64, 12, 64);
    CHECK(e.request == 8 + 64 + 12 && e.response == 8 + 14 + 4 + 10 + 64 + 4 + 12);
    e = weft_encap_efficiency(&roce, false, 4096, 12, 64);
    CHECK(e.request == 8 + 14 + 20 + 8 + 12 + 16 + 4096 + 4 + 4 + 12);
    CHECK(e.response == 8 + 14 + 20 + 8 + 12 + 4 + 4 + 4 + 12);
    e = weft_encap_efficiency(&roce, true, 8, 12, 64);
    CHECK(e.response == 8 + 14 + 20 + 8 + 12 + 4 + 8 + 4 + 4 + 12);
    e = weft_encap_efficiency(&uet, false, 1024, 12, 64);
    CHECK(e.request == 8 + 18 + 20 + 8 + 12 + 20 + 1024 + 4 + 4 + 12);
    CHECK(e.response == 8 + 18 + 20 + 8 + 12 + 12 + 4 + 4 + 12);
    e = weft_encap_efficiency(&uet, true, 1024, 12, 64);
    CHECK(e.response == 8 + 18 + 20 + 8 + 12 + 20 + 1024 + 4 + 4 + 12);
    /* room in a frame is the inverse of the size */
    for (long bytes = 0; bytes < 300; bytes += 4) {
        const weft_mt m = {.op = WEFT_MT_WRITE, .flags = WHOLE, .length = (uint16_t)bytes};
        CHECK(weft_encap_room(&roce, roce.encap->size(&roce, &m) + 4) == bytes);
        CHECK(weft_encap_room(&roce, roce.encap->size(&roce, &m) + 7) == bytes);
        CHECK(weft_encap_room(&uet, uet.encap->size(&uet, &m) + 4) == bytes);
    }
    CHECK(weft_encap_room(&uet, 85) == -1 && weft_encap_room(&esun, 32) == 0);
    weft_framer none;
    CHECK(!weft_framer_profile(&none, "ualink"));
}

int main(void)
{
    for (unsigned i = 0; i < FORMS; i++) {
        test_messages(&forms[i]);
        test_segments(&forms[i]);
        test_sequence(&forms[i]);
        test_wrong_headers(&forms[i]);
        test_damage(&forms[i]);
        test_rewrite(&forms[i]);
        test_garbage(&forms[i]);
    }
    test_efficiency();
    return check_end("test_encap");
}
