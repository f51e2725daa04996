/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * pcap_file.c: libpcap reads the frames and their times. It does not tell on which interface of a
 * pcapng file a frame was recorded, nor in which direction, so the blocks of such a file are walked
 * through a second time for that (draft-ietf-opsawg-pcapng, 4).
 */
#include "traffic/pcap_file.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT       (1ull << 30) /* bytes of a capture in memory */
#define DLT_MPACKET 274          /* LINKTYPE_ETHERNET_MPACKET: preamble, frame, FCS */

void weft_capture_free(weft_capture *c)
{
    if (!c) return;
    free(c->frame);
    free(c->bytes);
    free(c);
}

/* ---------------------------------------------------------------- blocks of a pcapng -------- */
typedef struct {
    FILE *file;
    bool swapped;
    uint32_t first;      /* interfaces of the sections before this one */
    uint32_t interfaces; /* up to now */
} walk;

static uint32_t field32(const walk *w, const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, 4);
    return w->swapped ? __builtin_bswap32(v) : v;
}

static uint16_t field16(const walk *w, const uint8_t *p)
{
    uint16_t v;
    memcpy(&v, p, 2);
    return w->swapped ? __builtin_bswap16(v) : v;
}

/* Does the option list say that the packet was outbound? */
static bool says_outbound(const walk *w, const uint8_t *p, size_t len)
{
    while (len >= 4) {
        const uint16_t code = field16(w, p), n = field16(w, p + 2);
        const size_t step = 4 + (n + 3u) / 4 * 4;
        if (code == 0 || step > len) return false;
        if (code == 2 && n == 4) return (field32(w, p + 4) & 3u) == 2;
        p += step;
        len -= step;
    }
    return false;
}

/* What a block of `len` bytes (type and both lengths included) tells about a packet. */
static bool packet_block(const walk *w, const uint8_t *b, size_t len, weft_capture_frame *f)
{
    switch (field32(w, b)) {
    case 6: { /* enhanced packet */
        if (len < 32) return false;
        const size_t data = (field32(w, b + 20) + (size_t)3) / 4 * 4;
        f->interface = w->first + field32(w, b + 8);
        f->outbound = data <= len - 32 && says_outbound(w, b + 28 + data, len - 32 - data);
        return true;
    }
    case 3: /* simple packet: always of the first interface */ f->interface = w->first; return true;
    case 2: /* packet, obsolete */
        f->interface = len >= 32 ? w->first + field16(w, b + 8) : w->first;
        return true;
    default: return false;
    }
}

/* Reads the next block into *b; its length, 0 at the end or where the file makes no sense any more
 * (libpcap has then said so). */
static size_t next_block(walk *w, uint8_t **b, size_t *room)
{
    uint8_t head[12];
    if (fread(head, 1, 12, w->file) != 12) return 0;
    if (memcmp(head, "\x0A\x0D\x0D\x0A", 4) == 0) { /* section: its magic has the byte order */
        uint32_t magic;
        memcpy(&magic, head + 8, 4);
        w->swapped = magic != 0x1A2B3C4D;
        w->first = w->interfaces;
    }
    const size_t len = field32(w, head + 4);
    if (len < 12 || len > LIMIT) return 0;
    if (len > *room) {
        uint8_t *grown = realloc(*b, len);
        if (!grown) return 0;
        *b = grown;
        *room = len;
    }
    memcpy(*b, head, 12);
    if (fread(*b + 12, 1, len - 12, w->file) != len - 12) return 0;
    if (field32(w, head) == 1) w->interfaces++;
    return len;
}

static void find_interfaces(weft_capture *c, const char *path)
{
    walk w = {.file = fopen(path, "rb")};
    uint8_t *b = NULL;
    size_t room = 0, n = 0, len;
    if (!w.file) return;
    while (n < c->n && (len = next_block(&w, &b, &room)) > 0)
        if (packet_block(&w, b, len, &c->frame[n])) n++;
    fclose(w.file);
    free(b);
}

static bool is_pcapng(const char *path)
{
    uint8_t magic[4] = {0};
    FILE *f = fopen(path, "rb");
    if (!f) return false;
    const bool read = fread(magic, 1, 4, f) == 4;
    fclose(f);
    return read && memcmp(magic, "\x0A\x0D\x0D\x0A", 4) == 0;
}

/* ---------------------------------------------------------------- frames -------------------- */
typedef struct {
    weft_capture *c;
    size_t frames_room, bytes, bytes_room;
    bool preamble;
} reader;

/* Room for one frame more of so many bytes. */
static bool make_room(reader *r, size_t len)
{
    weft_capture *c = r->c;
    if (c->n == r->frames_room) {
        r->frames_room = r->frames_room ? 2 * r->frames_room : 1024;
        weft_capture_frame *f = realloc(c->frame, r->frames_room * sizeof *f);
        if (!f) return false;
        c->frame = f;
    }
    if (r->bytes + len > r->bytes_room) {
        r->bytes_room = 2 * (r->bytes + len) + 65536;
        uint8_t *b = realloc(c->bytes, r->bytes_room);
        if (!b) return false;
        c->bytes = b;
    }
    return r->bytes + len <= LIMIT;
}

/* NULL when it was taken, else why not. */
static const char *take(reader *r, const struct pcap_pkthdr *h, const uint8_t *data)
{
    uint32_t len = h->len, captured = h->caplen;
    if (r->preamble) { /* eight bytes in front, four behind */
        if (len < 12 || captured < 8) return "is shorter than preamble and FCS";
        data += 8;
        captured -= 8;
        len -= 12;
    }
    if (captured > len) captured = len;
    if (!make_room(r, captured)) return "is too much: a capture may have 1 GiB, or memory is short";
    if (captured > 0) memcpy(r->c->bytes + r->bytes, data, captured);
    r->c->frame[r->c->n++] =
        (weft_capture_frame){.ns = (uint64_t)h->ts.tv_sec * 1000000000u + (uint64_t)h->ts.tv_usec,
                             .at = r->bytes,
                             .len = len,
                             .captured = captured};
    r->bytes += captured;
    return NULL;
}

static bool read_frames(reader *r, pcap_t *in, const char *path, char *err, size_t err_len)
{
    struct pcap_pkthdr *h;
    const uint8_t *data;
    int rc;
    while ((rc = pcap_next_ex(in, &h, &data)) == 1) {
        const char *why = take(r, h, data);
        if (!why) continue;
        snprintf(err, err_len, "%s: frame %zu %s", path, r->c->n + 1, why);
        return false;
    }
    if (rc == PCAP_ERROR_BREAK) return true; /* the end */
    snprintf(err, err_len, "%s: after frame %zu: %s", path, r->c->n, pcap_geterr(in));
    return false;
}

weft_capture *weft_capture_read(const char *path, char *err, size_t err_len)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    FILE *f = fopen(path, "rb"); /* libpcap's message has no errno, and takes - for stdin */
    if (!f) {
        snprintf(err, err_len, "%s: %s", path, strerror(errno));
        return NULL;
    }
    pcap_t *in = pcap_fopen_offline_with_tstamp_precision(f, PCAP_TSTAMP_PRECISION_NANO, why);
    if (!in) {
        fclose(f);
        snprintf(err, err_len, "%s: %s", path, why);
        return NULL;
    }
    const int link = pcap_datalink(in);
    reader r = {.c = calloc(1, sizeof *r.c), .preamble = link == DLT_MPACKET};
    bool good = r.c != NULL;
    if (!good) {
        snprintf(err, err_len, "%s: not enough memory", path);
    } else if (link != DLT_EN10MB && link != DLT_MPACKET) {
        snprintf(err, err_len, "%s: link type %d; use Ethernet (1) or Ethernet with preamble (274)",
                 path, link);
        good = false;
    } else {
        good = read_frames(&r, in, path, err, err_len);
    }
    pcap_close(in);
    if (!good) {
        weft_capture_free(r.c);
        return NULL;
    }
    if (is_pcapng(path)) find_interfaces(r.c, path);
    for (size_t i = 0; i < r.c->n; i++)
        if (r.c->frame[i].interface >= r.c->interfaces)
            r.c->interfaces = r.c->frame[i].interface + 1;
    return r.c;
}
