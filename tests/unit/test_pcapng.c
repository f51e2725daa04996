/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * test_pcapng.c: what the writer writes, libpcap reads.
 */
#include "../../csrc/endpoint/pcapng.h"

#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned failures, checks;

#define CHECK(x)                                                                                   \
    do {                                                                                           \
        checks++;                                                                                  \
        if (!(x)) {                                                                                \
            failures++;                                                                            \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #x);                                         \
        }                                                                                          \
    } while (0)

#define FRAMES 200u

static uint8_t byte_of(unsigned frame, unsigned k) { return (uint8_t)(frame * 7 + k * 13); }

static void write_file(const char *path)
{
    uint8_t data[300];
    weft_pcapng *p = weft_pcapng_open(path, 12);
    CHECK(p != NULL);
    if (!p) exit(1);
    for (unsigned i = 0; i < FRAMES; i++) {
        for (unsigned k = 0; k < sizeof data; k++) data[k] = byte_of(i, k);
        /* 1.5 s and some: more than 32 bits of picoseconds */
        weft_pcapng_write(p, i % 12, 1500000000000ull + i * 640000ull, data, 28 + i);
    }
    CHECK(weft_pcapng_close(p));
}

static void read_file(const char *path)
{
    char err[PCAP_ERRBUF_SIZE] = "";
    struct pcap_pkthdr *h;
    const uint8_t *data;
    pcap_t *in = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, err);
    if (!in) printf("%s\n", err);
    CHECK(in != NULL);
    if (!in) return;
    CHECK(pcap_datalink(in) == DLT_EN10MB);
    unsigned n = 0;
    while (pcap_next_ex(in, &h, &data) == 1) {
        CHECK(h->caplen == 28 + n && h->len == 28 + n);
        CHECK(h->ts.tv_sec == 1 && h->ts.tv_usec == (long)(500000000 + n * 640));
        bool same = true;
        for (unsigned k = 0; k < h->caplen; k++) same = same && data[k] == byte_of(n, k);
        CHECK(same);
        n++;
    }
    CHECK(n == FRAMES);
    pcap_close(in);
}

int main(void)
{
    char path[] = "/tmp/weft-pcapng-XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0) {
        printf("no temporary file\n");
        return 1;
    }
    close(fd);
    write_file(path);
    read_file(path);
    unlink(path);
    CHECK(weft_pcapng_open("/nonexistent/file", 1) == NULL);
    CHECK(weft_pcapng_close(NULL));
    weft_pcapng *full = weft_pcapng_open("/dev/full", 1); /* every write fails */
    CHECK(full != NULL && !weft_pcapng_close(full));
    printf("test_pcapng: %u checks, %u failed\n", checks, failures);
    return failures != 0;
}
