/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_proto_tshark.c: valid frames of Ethernet, VLAN, IPv4 (options, fragments), IPv6 (extension
 * headers), UDP and RoCEv2 in a pcap file; every field that the description of RoCEv2 finds equals
 * what tshark's own dissectors find, and what its generated Lua dissector finds inside tshark.
 * Skipped where there is no tshark.
 * test-timeout: 300
 */
#include "weft/proto.h"
#include "weft/proto_desc.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROOM 256u

static unsigned failures;
static uint64_t compared;
static uint64_t rng_state = 0x5eed;

static uint32_t rnd(void)
{
    uint64_t z = rng_state += 0x9E3779B97F4A7C15ull;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return (uint32_t)(z ^ z >> 31);
}

/* ---------------------------------------------------------------- frames -------------------- */
typedef struct {
    unsigned vlans, options, extensions; /* at most */
} bounds;

static size_t put_random(uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) p[i] = (uint8_t)rnd();
    return n;
}

static size_t put_bth(uint8_t *p)
{
    static const uint8_t opcodes[] = {0x00, 0x04, 0x06, 0x0A, 0x0C, 0x0D, 0x10,
                                      0x11, 0x12, 0x13, 0x14, 0x24, 0x64, 0x81};
    put_random(p, 12);
    p[0] = opcodes[rnd() % sizeof opcodes];
    p[1] &= 0xF0;
    return 12;
}

static size_t put_udp(uint8_t *p)
{
    bool roce = rnd() % 2;
    size_t n = 8 + (roce ? put_bth(p + 8) : 0);
    n += put_random(p + n, 40 + rnd() % 20);
    weft_put16(p, (uint16_t)(49152 + rnd() % 16384));
    weft_put16(p + 2, roce ? 4791 : (uint16_t)(40000 + rnd() % 4000));
    weft_put16(p + 4, (uint16_t)n);
    weft_put16(p + 6, 0);
    return n;
}

static size_t put_ipv4(uint8_t *p, const bounds *b)
{
    size_t head = 20 + 4 * (rnd() % (b->options * 10 + 1));
    unsigned place = rnd() % 8; /* 0: a later fragment, 1: the first of some */
    memset(p, 1, head);         /* options: no operation */
    p[0] = (uint8_t)(0x40 | head / 4);
    p[1] = (uint8_t)rnd();
    weft_put16(p + 4, (uint16_t)rnd());
    weft_put16(p + 6, (uint16_t)(place == 0 ? 1 + rnd() % 1000 : place == 1 ? 0x2000 : 0));
    p[8] = (uint8_t)rnd();
    p[9] = 17;
    weft_put16(p + 10, (uint16_t)rnd());
    put_random(p + 12, 8);
    size_t n = head + put_udp(p + head);
    weft_put16(p + 2, (uint16_t)n);
    return n;
}

static size_t put_ipv6(uint8_t *p, const bounds *b)
{
    uint8_t *next = p + 6;
    size_t n = 40;
    put_random(p, 40);
    p[0] = (uint8_t)(0x60 | (p[0] & 15));
    p[8] = p[24] = 0x20;
    for (unsigned i = rnd() % (b->extensions + 1); i > 0; i--) {
        unsigned words = rnd() % 3;
        *next = 60; /* destination options, one PadN */
        next = p + n;
        memset(p + n, 0, 8 + 8 * words);
        p[n + 1] = (uint8_t)words;
        p[n + 2] = 1;
        p[n + 3] = (uint8_t)(4 + 8 * words);
        n += 8 + 8 * words;
    }
    *next = 17;
    n += put_udp(p + n);
    weft_put16(p + 4, (uint16_t)(n - 40));
    return n;
}

static size_t make_frame(uint8_t *p, const bounds *b)
{
    size_t n = put_random(p, 12);
    p[0] &= 0xFE;
    p[6] &= 0xFE;
    for (unsigned tags = rnd() % (b->vlans + 1); tags > 0; tags--) {
        weft_put16(p + n, 0x8100); /* tshark gives 88A8 fields of another name */
        weft_put16(p + n + 2, (uint16_t)rnd());
        n += 4;
    }
    bool v6 = rnd() % 2;
    weft_put16(p + n, v6 ? 0x86DD : 0x0800);
    n += 2;
    return n + (v6 ? put_ipv6(p + n, b) : put_ipv4(p + n, b));
}

/* ---------------------------------------------------------------- columns ------------------- */
typedef enum { NUMBER, MAC, IP } form;
static const struct {
    const char *tshark, *header, *field;
    form form;
} columns[] = {
    {"eth.dst", "ethernet", "dst", MAC},
    {"eth.src", "ethernet", "src", MAC},
    {"vlan.priority", "vlan", "pcp", NUMBER},
    {"vlan.id", "vlan", "vid", NUMBER},
    {"ip.src", "ipv4", "src", IP},
    {"ip.dst", "ipv4", "dst", IP},
    {"ip.dsfield.dscp", "ipv4", "dscp", NUMBER},
    {"ip.dsfield.ecn", "ipv4", "ecn", NUMBER},
    {"ip.ttl", "ipv4", "ttl", NUMBER},
    {"ip.proto", "ipv4", "protocol", NUMBER},
    {"ip.len", "ipv4", "total_length", NUMBER},
    {"ip.id", "ipv4", "id", NUMBER},
    {"ipv6.src", "ipv6", "src", IP},
    {"ipv6.dst", "ipv6", "dst", IP},
    {"ipv6.tclass.dscp", "ipv6", "dscp", NUMBER},
    {"ipv6.tclass.ecn", "ipv6", "ecn", NUMBER},
    {"ipv6.flow", "ipv6", "flow_label", NUMBER},
    {"ipv6.hlim", "ipv6", "hop_limit", NUMBER},
    {"ipv6.plen", "ipv6", "length", NUMBER},
    {"udp.srcport", "udp", "src_port", NUMBER},
    {"udp.dstport", "udp", "dst_port", NUMBER},
    {"udp.length", "udp", "length", NUMBER},
    {"infiniband.bth.opcode", "bth", "opcode", NUMBER},
    {"infiniband.bth.p_key", "bth", "pkey", NUMBER},
    {"infiniband.bth.destqp", "bth", "dest_qp", NUMBER},
    {"infiniband.bth.psn", "bth", "psn", NUMBER},
    {"infiniband.bth.a", "bth", "ack_req", NUMBER},
    /* what the generated dissector says of the same frames */
    {"weft_rocev2.ethernet.dst", "ethernet", "dst", MAC},
    {"weft_rocev2.vlan.vid", "vlan", "vid", NUMBER},
    {"weft_rocev2.ipv4.src", "ipv4", "src", IP},
    {"weft_rocev2.ipv4.fragment", "ipv4", "fragment", NUMBER},
    {"weft_rocev2.ipv6.dst", "ipv6", "dst", IP},
    {"weft_rocev2.ipv6.flow_label", "ipv6", "flow_label", NUMBER},
    {"weft_rocev2.bth.opcode", "bth", "opcode", NUMBER},
    {"weft_rocev2.bth.psn", "bth", "psn", NUMBER},
};
#define COLUMNS (sizeof columns / sizeof columns[0])

typedef struct {
    bool later_fragment; /* no UDP header, what stands in its place means nothing */
    bool found[COLUMNS];
    uint8_t bytes[COLUMNS][16]; /* big-endian, right-aligned */
} values;

/* The first of each field. UDP behind an IPv4 header without options is seen with it; the fragment
 * field stands before the ports. */
static void take(void *ctx, const weft_desc_field *f)
{
    values *v = ctx;
    const char *header = f->header;
    if (strcmp(header, "ipv4_udp") == 0) {
        if (strcmp(f->field, "fragment") == 0) v->later_fragment = weft_desc_value(f) != 0;
        if (v->later_fragment) return;
        header = "udp";
    }
    for (size_t i = 0; i < COLUMNS; i++) {
        if (v->found[i] || strcmp(columns[i].header, header) != 0 ||
            strcmp(columns[i].field, f->field) != 0)
            continue;
        v->found[i] = true;
        for (unsigned b = 0; b < f->width; b++) {
            unsigned from = f->bit + b, to = 128 - f->width + b;
            if (f->frame[from / 8] >> (7 - from % 8) & 1)
                v->bytes[i][to / 8] |= (uint8_t)(0x80u >> to % 8);
        }
    }
}

/* Text of tshark as bytes. False: it is none of that form. */
static bool read_text(form form, const char *text, uint8_t out[16])
{
    memset(out, 0, 16);
    if (form == IP)
        return inet_pton(AF_INET, text, out + 12) == 1 || inet_pton(AF_INET6, text, out) == 1;
    if (form == MAC)
        return sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", out + 10, out + 11, out + 12, out + 13,
                      out + 14, out + 15) == 6;
    char *end = NULL;
    uint64_t n = strtoull(text, &end, strncmp(text, "0x", 2) == 0 ? 16 : 10);
    weft_put64(out + 8, n);
    return *end == '\0' && end != text;
}

static void compare_line(unsigned frame, char *line, const values *want)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        char *text = strsep(&line, "|\n");
        uint8_t got[16];
        bool there = text != NULL && text[0] != '\0';
        bool same = there == want->found[i] && (!there || (read_text(columns[i].form, text, got) &&
                                                           memcmp(got, want->bytes[i], 16) == 0));
        compared++;
        if (!same && failures++ < 10)
            printf("frame %u: %s is \"%s\" for tshark, ...%02x%02x%02x%02x (%s) here\n", frame + 1,
                   columns[i].tshark, text != NULL ? text : "?", want->bytes[i][12],
                   want->bytes[i][13], want->bytes[i][14], want->bytes[i][15],
                   want->found[i] ? "found" : "not found");
    }
}

/* ---------------------------------------------------------------- one run ------------------- */
static FILE *run_tshark(const char *pcap, const char *lua)
{
    char command[4096];
    int n = snprintf(command, sizeof command,
                     "tshark -n -r %s -X lua_script:%s -o ip.defragment:FALSE -T fields "
                     "-E separator='|' -E occurrence=f",
                     pcap, lua);
    for (size_t i = 0; i < COLUMNS; i++)
        n += snprintf(command + n, sizeof command - (size_t)n, " -e %s", columns[i].tshark);
    (void)snprintf(command + n, sizeof command - (size_t)n, " 2>%s.log", pcap);
    return popen(command, "r");
}

static bool write_lua(const weft_desc *d, const char *path)
{
    FILE *f = fopen(path, "w");
    if (f == NULL) return false;
    weft_desc_export_lua(d, f);
    return fclose(f) == 0;
}

static void run(const char *dir, const bounds *b, unsigned frames)
{
    const weft_desc_param set[] = {{"vlan_max", b->vlans},
                                   {"ipv4_options_max", b->options},
                                   {"ipv6_extensions_max", b->extensions}};
    weft_parse_config config = {.vcs = 8};
    weft_parse_program program;
    char pcap_path[256], lua_path[256], line[4096];
    (void)snprintf(pcap_path, sizeof pcap_path, "%s/frames.pcap", dir);
    (void)snprintf(lua_path, sizeof lua_path, "%s/rocev2.lua", dir);
    weft_desc *d = weft_desc_open("csrc/proto/desc/rocev2.weftp", set, 3);
    values *want = calloc(frames, sizeof *want);
    pcap_t *dead = pcap_open_dead(DLT_EN10MB, 65535);
    pcap_dumper_t *dump = dead != NULL ? pcap_dump_open(dead, pcap_path) : NULL;
    if (d == NULL || want == NULL || dump == NULL || !weft_desc_compile(d, &program, NULL) ||
        !write_lua(d, lua_path)) {
        printf("cannot prepare the run in %s\n", dir);
        exit(1);
    }
    for (unsigned i = 0; i < frames; i++) {
        uint8_t frame[ROOM];
        size_t len = make_frame(frame, b);
        struct pcap_pkthdr h = {.caplen = (bpf_u_int32)len, .len = (bpf_u_int32)len};
        pcap_dump((u_char *)dump, &h, frame);
        weft_parse_result r = weft_desc_walk(d, frame, len, &config, take, &want[i]);
        weft_parse_result m = weft_parse_program_run(&program, frame, len, &config);
        if (r.hash != m.hash || r.drop != m.drop || r.op != m.op) failures++;
    }
    pcap_dump_close(dump);
    pcap_close(dead);
    FILE *out = run_tshark(pcap_path, lua_path);
    unsigned lines = 0;
    while (out != NULL && lines < frames && fgets(line, sizeof line, out) != NULL) {
        compare_line(lines, line, &want[lines]);
        lines++;
    }
    if (out == NULL || pclose(out) != 0 || lines != frames) {
        printf("tshark gave %u lines of %u, see %s.log\n", lines, frames, pcap_path);
        failures++;
    }
    free(want);
    weft_desc_close(d);
}

int main(void)
{
    const char *longer = getenv("WEFT_LONG");
    unsigned frames = longer != NULL && strcmp(longer, "1") == 0 ? 50000 : 4000;
    char dir[] = "/tmp/weft-tshark-XXXXXX", command[64];
    if (system("tshark --version >/dev/null 2>&1") != 0) {
        puts("tshark is not installed");
        return 77;
    }
    if (mkdtemp(dir) == NULL) return 1;
    run(dir, &(bounds){.vlans = 2}, frames);
    run(dir, &(bounds){.vlans = 1, .options = 1, .extensions = 1}, frames);
    (void)snprintf(command, sizeof command, "rm -rf %s", dir);
    if (failures == 0 && system(command) != 0) failures++;
    printf("%u frames, %" PRIu64 " values compared, %u differ\n", 2 * frames, compared, failures);
    return failures != 0;
}
