/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * encap.h: encapsulations: how memory operations look on the wire. An accelerator thinks in weft_mt
 * messages; an encapsulation turns one message into one frame and back, with the headers, checks
 * and sequence numbers of its protocol (docs/profiles.md).
 */
#ifndef WEFT_ENDPOINT_ENCAP_H
#define WEFT_ENDPOINT_ENCAP_H
#include "hop.h"
#include "peers.h"
#include "weft/endpoint.h"
#include "weft/proto.h"

typedef struct weft_encap weft_encap;

/* What the profiles over IP may choose. */
typedef struct {
    bool tag;           /* a VLAN tag, its PCP the class: for networks that read no DSCP */
    bool v6;            /* IPv6 in place of IPv4 */
    bool native;        /* UET: behind an entropy header in place of UDP */
    uint8_t protocol;   /* of native UET */
    uint16_t port;      /* UDP destination port */
    uint32_t key;       /* R_Key or memory key of every accelerator's memory */
    uint32_t job;       /* UET: 24 bits */
    uint32_t first_psn; /* of every connection */
} weft_ip_profile;

/* Headers of one accelerator's frames. */
typedef struct {
    uint64_t src; /* MAC address */
    bool esun;    /* memory transport: ESUN header, or a VLAN tag with the PCP and its EtherType */
    uint16_t esun_type;
    uint8_t vc_cos[WEFT_MAX_VCS]; /* class that stands for each VC: CoS, PCP, DSCP / 8 */
    const weft_encap *encap;      /* NULL: memory transport */
    weft_ip_profile ip;
    unsigned mtu;      /* data bytes of a frame at most; set from the accelerator's */
    weft_peers *peers; /* connections; set by the accelerator */
} weft_framer;

/* Sets up a framer for esun, ethernet, uet or rocev2, with the documented defaults and class c for
 * VC c. False: no such profile. */
bool weft_framer_profile(weft_framer *fr, const char *profile);

typedef enum {
    WEFT_ENCAP_MESSAGE,   /* everything in weft_encap_message is valid */
    WEFT_ENCAP_NOT_MINE,  /* other destination or protocol */
    WEFT_ENCAP_MALFORMED, /* nobody to answer, or nothing that an answer could name */
    WEFT_ENCAP_BAD_IP,    /* IPv4 or UDP checksum, or their lengths */
    WEFT_ENCAP_BAD_CRC,   /* ICRC or UET CRC */
    WEFT_ENCAP_BAD_PSN    /* behind the sequence, or an answer to nothing that is due */
} weft_encap_result;

typedef struct {
    weft_mt m;
    weft_mt_status status; /* of the message's form; m is then valid as weft_mt_parse says */
    unsigned src;          /* accelerator that sent it */
    bool group;            /* came in a frame to a group */
} weft_encap_message;

struct weft_encap {
    const char *name;
    const char *program;   /* shipped program of the parser that reads its frames */
    bool over_ip;          /* forwarded by IP address, class by DSCP */
    unsigned overhead;     /* bytes of a frame around its data at most, FCS included */
    unsigned grain;        /* data is padded to a multiple of this */
    unsigned read_packets; /* frames that may answer one read request */
    uint32_t psn_mask;     /* 0: no connections */
    /* Bytes of the frame for m, without FCS, before padding to the minimum. */
    size_t (*size)(const weft_framer *fr, const weft_mt *m);
    /* Writes all headers (and operands) and returns where the m->length bytes of a WRITE or
     * READ_DATA belong. Takes a sequence number; NULL: no memory for its connection. */
    uint8_t *(*head)(const weft_framer *fr, uint64_t dst_mac, unsigned vc, const weft_mt *m,
                     uint8_t *frame);
    /* When the data is in its place: pad and check. NULL: nothing to do. */
    void (*finish)(const weft_framer *fr, uint8_t *frame);
    /* Takes a frame with a good FCS apart, and checks it. */
    weft_encap_result (*parse)(const weft_framer *fr, const uint8_t *frame, size_t len,
                               weft_encap_message *in);
};

extern const weft_encap weft_encap_memory, weft_encap_rocev2, weft_encap_uet;

/* Header of its frames that a switch may change. */
weft_hop weft_framer_hop(const weft_framer *fr);

/* Data bytes of a posted write that fills a frame of frame_bytes (incl. FCS) as far as the pad of
 * the protocol lets it; -1: the frame is too short for its headers. */
long weft_encap_room(const weft_framer *fr, size_t frame_bytes);

/* ---------------------------------------------------------------- memory transport --------- */
/* Bytes of the header that weft_framer_put writes: 18 in both forms. */
#define WEFT_FRAMER_BYTES 18u
void weft_framer_put(const weft_framer *fr, uint64_t dst_mac, unsigned vc, uint8_t *out);

/* ---------------------------------------------------------------- wire efficiency ---------- */
typedef struct {
    uint32_t request, response; /* bytes of wire time: preamble, FCS and gap included */
    double data;                /* bytes of the operation by those of the frame that carries them */
    double both;                /* the same by request and response */
} weft_efficiency;

/* What one write or read of `bytes` (at most fr->mtu) costs on wires with this gap, 1..12, and
 * smallest frame, 32..64 incl. FCS. */
weft_efficiency weft_encap_efficiency(const weft_framer *fr, bool read, unsigned bytes,
                                      unsigned ipg, unsigned min_frame);

#endif
