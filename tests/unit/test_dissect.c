/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_dissect.c: RoCEv2 frames as Wireshark's dissector sees them, field for field: every request
 * and every answer over IPv4 and IPv6 goes into a capture file, which tshark takes apart. Skipped
 * where there is no tshark. UET has no dissector in the versions that distributions carry.
 */
#include "../../csrc/endpoint/encap.h"
#include "../../csrc/endpoint/pcapng.h"
#include "weft/proto_roce.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

#define WHOLE (WEFT_MT_FIRST | WEFT_MT_LAST)
#define MOST  40u

static const char fields[] =
    "-e ip.checksum.status -e ipv6.dst -e udp.dstport -e infiniband.bth.opcode "
    "-e infiniband.bth.padcnt -e infiniband.bth.p_key -e infiniband.bth.destqp "
    "-e infiniband.bth.a -e infiniband.bth.psn -e infiniband.reth.va -e infiniband.reth.r_key "
    "-e infiniband.reth.dmalen -e infiniband.atomiceth.swapdt -e infiniband.atomiceth.cmpdt "
    "-e infiniband.aeth.syndrome -e infiniband.aeth.msn -e infiniband.atomicacketh.origremdt "
    "-e infiniband.invariant.crc";

/* The line that tshark must print for one frame. */
static char expected[MOST][400];
static unsigned frames;

typedef struct {
    uint8_t opcode;
    bool reth, atomic, aeth, original;
} shape;

static shape shape_of(const weft_mt *m, uint8_t opcode)
{
    const bool start = m->op == WEFT_MT_READ || (m->op == WEFT_MT_WRITE && m->flags & 4);
    return (shape){.opcode = opcode,
                   .reth = start,
                   .atomic = m->op >= WEFT_MT_ADD && m->op <= WEFT_MT_CAS,
                   .aeth = weft_mt_is_response(m->op) && opcode != WEFT_ROCE_READ_MIDDLE,
                   .original = m->op == WEFT_MT_ATOMIC_DATA};
}

static void expect(const weft_mt *m, const weft_framer *fr, unsigned dst, uint8_t opcode,
                   uint32_t psn, uint8_t syndrome, uint32_t msn, const uint8_t *icrc)
{
    const shape s = shape_of(m, opcode);
    const bool data = m->op == WEFT_MT_WRITE || m->op == WEFT_MT_READ_DATA;
    const bool request = !weft_mt_is_response(m->op);
    char reth[64] = "\t\t", atomic[64] = "\t", aeth[64] = "\t", original[32] = "", v6[40] = "";
    if (fr->ip.v6) snprintf(v6, sizeof v6, "fd57:4546::%x", dst + 1);
    if (s.reth)
        snprintf(reth, sizeof reth, "0x%016llx\t0x%08x\t%u", (unsigned long long)m->addr,
                 fr->ip.key, m->op == WEFT_MT_READ ? m->length : m->total);
    if (s.atomic) {
        snprintf(reth, sizeof reth, "0x%016llx\t0x%08x\t", (unsigned long long)m->addr, fr->ip.key);
        snprintf(atomic, sizeof atomic, "%llu\t%llu", (unsigned long long)m->operand,
                 (unsigned long long)m->compare);
    }
    if (s.aeth) snprintf(aeth, sizeof aeth, "%u\t%u", syndrome, msn);
    if (s.original) snprintf(original, sizeof original, "%llu", (unsigned long long)m->operand);
    snprintf(expected[frames++], sizeof expected[0],
             "%s\t%s\t4791\t%u\t%u\t65535\t0x%06x\t%u\t%u\t%s\t%s\t%s\t%s\t0x%02x%02x%02x%02x",
             fr->ip.v6 ? "" : "1", v6, opcode, data ? -m->length & 3u : 0u,
             (unsigned)(0x010000 | (fr->src & 0x3FF)),
             request && !(m->flags & WEFT_MT_POSTED) ? 1 : 0, psn, reth, atomic, aeth, original,
             icrc[0], icrc[1], icrc[2], icrc[3]);
}

static void put(weft_pcapng *out, const weft_framer *fr, unsigned dst, weft_mt m, uint8_t opcode,
                uint32_t psn, uint8_t syndrome, uint32_t msn)
{
    uint8_t frame[1024] = {0};
    const size_t len = fr->encap->size(fr, &m);
    uint8_t *data = fr->encap->head(fr, weft_accel_mac(dst), 0, &m, frame);
    CHECK(data != NULL);
    const bool carries = m.op == WEFT_MT_WRITE || m.op == WEFT_MT_READ_DATA;
    for (unsigned i = 0; carries && i < m.length; i++) data[i] = (uint8_t)rnd();
    fr->encap->finish(fr, frame);
    expect(&m, fr, dst, opcode, psn, syndrome, msn, frame + len - 4);
    weft_pcapng_write(out, 0, frames * 1000ull, frame, len);
}

static void both_ways(weft_pcapng *out, bool v6)
{
    weft_framer a, b;
    CHECK(weft_framer_profile(&a, "rocev2") && weft_framer_profile(&b, "rocev2"));
    a.src = weft_accel_mac(3);
    b.src = weft_accel_mac(5);
    a.ip.v6 = b.ip.v6 = v6;
    a.mtu = b.mtu = 256;
    a.ip.first_psn = 0xABCDE0;
    a.peers = weft_peers_new(WEFT_ROCE_PSN, a.ip.first_psn);
    b.peers = weft_peers_new(WEFT_ROCE_PSN, 0);
    if (!a.peers || !b.peers) exit(1);
    uint32_t psn = a.ip.first_psn;
    weft_mt m = {.op = WEFT_MT_WRITE, .flags = WHOLE, .length = 13, .total = 13, .addr = 0x123456};
    put(out, &a, 5, m, WEFT_ROCE_WRITE_ONLY, psn++, 0, 0);
    m.flags |= WEFT_MT_POSTED;
    put(out, &a, 5, m, WEFT_ROCE_WRITE_ONLY, psn++, 0, 0);
    m.flags = WEFT_MT_FIRST;
    m.length = 256;
    m.total = 600;
    put(out, &a, 5, m, WEFT_ROCE_WRITE_FIRST, psn++, 0, 0);
    m.flags = 0;
    put(out, &a, 5, m, WEFT_ROCE_WRITE_MIDDLE, psn++, 0, 0);
    m.flags = WEFT_MT_LAST;
    m.length = 88;
    put(out, &a, 5, m, WEFT_ROCE_WRITE_LAST, psn++, 0, 0);
    m.flags |= WEFT_MT_NOTIFY;
    m.notify_tag = 0x11223344;
    put(out, &a, 5, m, WEFT_ROCE_WRITE_LAST_IMM, psn++, 0, 0);
    m = (weft_mt){.op = WEFT_MT_READ, .length = 700, .addr = 0x9876543210};
    put(out, &a, 5, m, WEFT_ROCE_READ_REQUEST, psn, 0, 0);
    psn += 3; /* its answer has three frames */
    m = (weft_mt){.op = WEFT_MT_ADD, .length = 8, .addr = 8, .operand = 77};
    put(out, &a, 5, m, WEFT_ROCE_FETCH_ADD, psn++, 0, 0);
    m.op = WEFT_MT_CAS;
    m.compare = 1ull << 63;
    put(out, &a, 5, m, WEFT_ROCE_CMP_SWAP, psn++, 0, 0);
    /* answers */
    weft_peers_get(b.peers, 3, 0)->msn = 0x1234;
    m = (weft_mt){.op = WEFT_MT_WRITE_DONE, .psn = 9};
    put(out, &b, 3, m, WEFT_ROCE_ACK, 9, 0x1F, 0x1234);
    m = (weft_mt){.op = WEFT_MT_ERROR, .status = WEFT_MT_BAD_ADDRESS, .psn = 10};
    put(out, &b, 3, m, WEFT_ROCE_ACK, 10, 0x62, 0x1234);
    m = (weft_mt){.op = WEFT_MT_READ_DATA, .flags = WEFT_MT_FIRST, .length = 256, .psn = 11};
    put(out, &b, 3, m, WEFT_ROCE_READ_FIRST, 11, 0x1F, 0x1234);
    m.flags = 0;
    m.psn = 12;
    put(out, &b, 3, m, WEFT_ROCE_READ_MIDDLE, 12, 0, 0);
    m.flags = WEFT_MT_LAST;
    m.length = 3;
    put(out, &b, 3, m, WEFT_ROCE_READ_LAST, 12, 0x1F, 0x1234);
    m.flags = WHOLE;
    put(out, &b, 3, m, WEFT_ROCE_READ_ONLY, 12, 0x1F, 0x1234);
    m = (weft_mt){.op = WEFT_MT_ATOMIC_DATA, .operand = 0xFEDCBA9876543210, .psn = 14};
    put(out, &b, 3, m, WEFT_ROCE_ATOMIC_ACK, 14, 0x1F, 0x1234);
    weft_peers_free(a.peers);
    weft_peers_free(b.peers);
}

int main(void)
{
    if (system("command -v tshark >/dev/null 2>&1") != 0) {
        printf("no tshark\n");
        return 77;
    }
    char path[] = "/tmp/weft-dissect-XXXXXX", line[600], command[1000];
    const int fd = mkstemp(path);
    if (fd < 0) return 1;
    close(fd);
    weft_pcapng *out = weft_pcapng_open(path, 1);
    if (!out) return 1;
    both_ways(out, false);
    both_ways(out, true);
    CHECK(weft_pcapng_close(out));
    snprintf(command, sizeof command,
             "tshark -r %s -o ip.check_checksum:TRUE -T fields %s 2>/dev/null", path, fields);
    FILE *p = popen(command, "r");
    if (!p) return 1;
    unsigned n = 0;
    for (; fgets(line, sizeof line, p) && n < frames; n++) {
        line[strcspn(line, "\n")] = 0;
        CHECK(strcmp(line, expected[n]) == 0);
        if (strcmp(line, expected[n]) != 0) printf("  is   %s\n  must %s\n", line, expected[n]);
    }
    CHECK(n == frames && frames == 32);
    pclose(p);
    unlink(path);
    return check_end("test_dissect");
}
