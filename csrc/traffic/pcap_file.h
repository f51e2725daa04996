/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * pcap_file.h: a capture, pcap or pcapng, in memory.
 */
#ifndef WEFT_PCAP_FILE_H
#define WEFT_PCAP_FILE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t ns;        /* since 1970 */
    size_t at;          /* of its first byte in weft_capture.bytes */
    uint32_t len;       /* bytes on the wire, without preamble and FCS */
    uint32_t captured;  /* bytes that the capture has of them */
    uint32_t interface; /* counted through all sections; 0 in pcap */
    bool outbound;      /* recorded while leaving that interface */
} weft_capture_frame;

typedef struct {
    weft_capture_frame *frame; /* in the order of the file */
    size_t n;
    uint8_t *bytes;
    uint32_t interfaces; /* highest number of a frame's interface, and one */
} weft_capture;

/* Reads all of it. NULL and one line in err: no such file, not a capture, cut short, another link
 * type than Ethernet (or Ethernet with preamble, LINKTYPE_ETHERNET_MPACKET), or too large (1 GiB).
 */
weft_capture *weft_capture_read(const char *path, char *err, size_t err_len);
void weft_capture_free(weft_capture *c); /* NULL is allowed */

#endif
