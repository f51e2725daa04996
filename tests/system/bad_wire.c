/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * bad_wire: everything that a wire can carry and should not. Each fault is counted once, under its
 * reason, on its port; the frame directly behind it passes; nothing bad comes out as good.
 *
 * test-config: p8m32 p8m32-debug p4m16
 * test-timeout: 120
 */
#include "bad_check.h"

static net_raw raw;

/* A good frame to `dst` in raw words, of frame_bytes (incl. FCS). */
static void good(net *n, unsigned port, unsigned dst, size_t frame_bytes)
{
    uint8_t data[NET_WIRE];
    size_t len = net_frame_to(n, port, weft_accel_mac(dst), 0, frame_bytes, data);
    net_raw_frame(&raw, data, len, 0);
}

/* Sends what is in `raw` on this port, a good frame right behind it, and expects `count` drops for
 * `reason` and no other. */
static void directed(net *n, unsigned port, const char *what, unsigned reason, uint64_t count)
{
    net_port *p = &n->port[port];
    uint64_t before[WEFT_DROP_REASONS], accepted = p->accepted;
    memcpy(before, p->drop, sizeof before);
    good(n, port, (port + 3) % n->ports, 64 + net_below(n, 100));
    net_raw_send(n, port, &raw);
    NET_EXPECT(n, net_settle(n, 20000), "%s: the good frame behind it does not pass", what);
    for (unsigned r = 1; r < WEFT_DROP_REASONS; r++)
        NET_EXPECT(n, p->drop[r] - before[r] == (r == reason ? count : 0),
                   "%s: port %u: the wire carried %llu %s", what, port,
                   (unsigned long long)(p->drop[r] - before[r]), weft_drop_reason_name(r));
    NET_EXPECT(n, p->accepted > accepted, "%s: no good frame was on the wire", what);
}

/* Puts a control character into the byte `at` of the content of a frame and ends the frame there
 * (at = bytes: instead of T). */
static void broken(net *n, unsigned port, size_t bytes, size_t at, uint8_t code, bool rest)
{
    uint8_t data[NET_WIRE + 8];
    size_t first = raw.words + 1 + at / 8, len;
    len = net_frame_to(n, port, weft_accel_mac((port + 1) % n->ports), 0, bytes, data);
    net_raw_frame(&raw, data, len, 0);
    raw.data[8 * first + at % 8] = code;
    raw.ctrl[first] |= (uint8_t)(1u << at % 8);
    if (!rest) raw.words = first + 1;
    net_raw_idle(&raw, 1);
}

static void lengths(net *n, unsigned port)
{
    static const unsigned giants[] = {9217, 9220, 9223, 9224, 9225, 9288, 10000, 20000};
    uint8_t data[32768];
    memset(data, 0x5A, sizeof data);
    for (unsigned bytes = 0; bytes < 64; bytes++) {
        size_t len = bytes < 4 ? 0 : bytes - 4;
        if (len >= 14) {
            weft_put48(data, weft_accel_mac((port + 1) % n->ports));
            weft_put48(data + 6, weft_accel_mac(port));
        }
        if (bytes < 4)
            net_raw_content(&raw, NET_START, data, bytes, true);
        else
            net_raw_frame(&raw, data, len, 0);
    }
    directed(n, port, "runts with a good FCS", WEFT_DROP_RUNT, 64);
    for (unsigned i = 0; i < sizeof giants / sizeof *giants; i++) {
        net_frame_to(n, port, weft_accel_mac((port + 1) % n->ports), 0, 9216, data);
        net_raw_content(&raw, NET_START, data, giants[i], true);
        directed(n, port, "giant", WEFT_DROP_OVERSIZE, 1);
    }
    good(n, port, (port + 1) % n->ports, 9216);
    directed(n, port, "largest frame", WEFT_DROP_NONE, 0);
}

static void checksums(net *n, unsigned port)
{
    uint8_t data[NET_WIRE];
    for (unsigned bit = 0; bit < 32; bit++) { /* every bit of the FCS, at every lane of its end */
        size_t len =
            net_frame_to(n, port, weft_accel_mac((port + 2) % n->ports), 0, 64 + bit, data);
        net_raw_frame(&raw, data, len, 1u << bit);
    }
    directed(n, port, "one bit of the FCS", WEFT_DROP_FCS, 32);
    for (unsigned k = 0; k < 16; k++) { /* cut through and found bad at the end: leaves stomped */
        size_t len =
            net_frame_to(n, port, weft_accel_mac((port + 2) % n->ports), 0, 200 + 91 * k, data);
        net_raw_frame(&raw, data, len, 0xFFFFFFFFu);
        net_raw_idle(&raw, 200);
    }
    directed(n, port, "inverted FCS", WEFT_DROP_FCS, 16);
    size_t len = net_frame_to(n, port, weft_accel_mac((port + 2) % n->ports), 0, 1500, data);
    for (unsigned k = 0; k < 8; k++) { /* a bit of the data, the right FCS of the original */
        net_raw_frame(&raw, data, len, 0);
        raw.data[8 * (raw.words - 1 - 20 * k - 3)] ^= 0x10;
    }
    directed(n, port, "one bit of the data", WEFT_DROP_FCS, 8);
}

static void starts(net *n, unsigned port)
{
    uint8_t data[NET_WIRE];
    size_t len = net_frame_to(n, port, weft_accel_mac((port + 1) % n->ports), 0, 100, data);
    for (unsigned k = 1; k < 8; k++)
        net_raw_content(&raw, NET_START ^ 1ull << (8 * k + k % 8), data, len, true);
    directed(n, port, "preamble with one bit wrong", WEFT_DROP_PREAMBLE, 7);
    net_raw_content(&raw, 0x55555555555555FBull, data, len, true);
    net_raw_content(&raw, 0x5555D5555555D5FBull, data, len, true);
    directed(n, port, "missing SFD", WEFT_DROP_PREAMBLE, 2);
    for (unsigned k = 1; k < 8; k++) { /* preamble bytes marked as control characters */
        net_raw_word(&raw, NET_START, 1u | 1u << k);
        for (unsigned d = 0; d < 20; d++) net_raw_word(&raw, net_random(n), 0);
        net_raw_idle(&raw, 1);
    }
    directed(n, port, "control characters in the preamble", WEFT_DROP_PREAMBLE, 7);
}

static void loose_ends(net *n, unsigned port)
{
    for (unsigned lane = 0; lane < 8; lane++) {
        net_raw_word(&raw, 0x0707070707070707ull ^ (0xFAull << 8 * lane), 0xFF); /* FD */
        net_raw_word(&raw, 0xFDFDFDFDFDFDFDFDull, 0xFF);
        net_raw_word(&raw, 0x0707070707070707ull ^ (0xF9ull << 8 * lane), 0xFF); /* FE */
    }
    directed(n, port, "terminate and error without start", WEFT_DROP_NONE, 0);
    for (unsigned lane = 1; lane < 8 && n->mii > 8; lane++) { /* a start that is none */
        net_raw_word(&raw, 0x0707070707070707ull ^ (0xFCull << 8 * lane), 0xFF);
        for (unsigned k = 0; k < 20; k++) net_raw_word(&raw, net_random(n), 0);
        net_raw_idle(&raw, 2);
    }
    directed(n, port, "start in another lane", WEFT_DROP_NONE, 0);
    for (unsigned k = 0; k < 40; k++) { /* a start after 0 to 39 words of a frame */
        size_t first = raw.words;
        good(n, port, (port + 1) % n->ports, 400);
        raw.words = first + 1 + k;
        good(n, port, (port + 1) % n->ports, 64 + k);
    }
    directed(n, port, "start inside a frame", WEFT_DROP_CODING, 40);
    for (unsigned k = 0; k < 140; k += 3) broken(n, port, 160, k, 0xFE, true);
    directed(n, port, "error character in a frame", WEFT_DROP_CODING, 47);
    for (unsigned k = 1; k < 140; k += k % 8 == 7 ? 2 : 1) broken(n, port, 160, k, 0xFB, true);
    directed(n, port, "start character in lanes 1 to 7 of a frame", WEFT_DROP_CODING, 122);
    for (unsigned k = 0; k < 140; k += 5) broken(n, port, 160, k, 0x07, false);
    directed(n, port, "idle in a frame", WEFT_DROP_CODING, 28);
    for (unsigned k = 72; k < 9000; k += 1801) { /* a cut-through frame that stops */
        broken(n, port, 9200, k, 0x07, false);
        net_raw_idle(&raw, 400);
    }
    directed(n, port, "a long frame that stops", WEFT_DROP_CODING, 5);
    for (unsigned k = 0; k < 24; k++) { /* link fault in a frame */
        size_t first = raw.words;
        good(n, port, (port + 1) % n->ports, 400);
        raw.words = first + 1 + k;
        net_raw_word(&raw, 0x010000000100009Cull ^ (k & 1 ? 0x0300000003000000ull : 0), 0x11);
        net_raw_word(&raw, 0x010000000100009Cull, 0x11);
    }
    directed(n, port, "link fault in a frame", WEFT_DROP_CODING, 24);
}

static void streams(net *n, unsigned port)
{
    static const uint64_t value[] = {~0ull, 0, 0xFDFDFDFDFDFDFDFDull, 0x5555555555555555ull};
    for (unsigned v = 0; v < 4; v++)
        for (unsigned ctrl = 0; ctrl < 256; ctrl += 255) {
            for (unsigned k = 0; k < 4000; k++) net_raw_word(&raw, value[v], ctrl);
            directed(n, port, "endless words, no frame", WEFT_DROP_NONE, 0);
        }
    for (unsigned v = 0; v < 2; v++) { /* a start and then nothing but one value */
        net_raw_word(&raw, NET_START, 1);
        for (unsigned k = 0; k < 4000; k++) net_raw_word(&raw, value[v], 0);
        directed(n, port, "endless frame", WEFT_DROP_OVERSIZE, 1);
        net_raw_word(&raw, NET_START, 1);
        for (unsigned k = 0; k < 400; k++) net_raw_word(&raw, value[v], k < 20 ? 0 : 0xFF);
        directed(n, port, "frame that turns into control characters", WEFT_DROP_CODING, 1);
    }
    for (unsigned k = 0; k < 2000; k++) net_raw_word(&raw, NET_START, 1);
    /* Each but the last is a frame without content; the last is ended by the start behind it. */
    directed(n, port, "endless starts", WEFT_DROP_CODING, 2000);
    for (unsigned k = 0; k < 2000; k++) net_raw_word(&raw, 0xFBFBFBFBFBFBFBFBull, 0xFF);
    directed(n, port, "endless start characters", WEFT_DROP_PREAMBLE, 2000);
}

static void ordered_sets(net *n, unsigned port)
{
    uint8_t data[NET_WIRE];
    /* Between and inside of frames, all types; best effort: no credits to be misled. */
    for (unsigned k = 0; k < 256; k++) net_raw_word(&raw, (net_random(n) << 16) | k << 8 | 0x5C, 1);
    directed(n, port, "ordered sets of every type", WEFT_DROP_NONE, 0);
    for (unsigned k = 0; k < 12; k++) {
        size_t first = raw.words, len;
        len = net_frame_to(n, port, weft_accel_mac((port + 1) % n->ports), 0, 120, data);
        net_raw_frame(&raw, data, len, 0);
        size_t at = first + 1 + k;
        memmove(raw.data + 8 * (at + 1), raw.data + 8 * at, 8 * (raw.words - at));
        memmove(raw.ctrl + at + 1, raw.ctrl + at, raw.words - at);
        raw.words++;
        memcpy(raw.data + 8 * at, "\x5C\x10\x12\x34\x56\x78\x9A\xBC", 8);
        raw.ctrl[at] = 1;
        net_raw_idle(&raw, 1);
    }
    directed(n, port, "an ordered set at every word of a frame", WEFT_DROP_NONE, 0);
    net_raw_word(&raw, NET_START, 1);
    for (unsigned k = 0; k < 4000; k++) net_raw_word(&raw, 0x1122334455660F5Cull, 1);
    directed(n, port, "ordered sets without end in a frame", WEFT_DROP_CODING, 1);
}

/* ---------------------------------------------------------------- random words ------------- */

/* One random piece of wire: 1 to some 300 words. */
static void garbage(net *n, unsigned port)
{
    uint8_t data[NET_WIRE];
    uint64_t x = net_random(n);
    unsigned lane = net_below(n, 8), k;
    switch (net_below(n, 12)) {
    case 0: net_raw_word(&raw, x, net_below(n, 256)); break;
    case 1: net_raw_word(&raw, x, 0); break;
    case 2: net_raw_idle(&raw, 1 + net_below(n, 12)); break;
    case 3: net_raw_word(&raw, NET_START, 1); break;
    case 4: net_raw_word(&raw, NET_START ^ 1ull << net_below(n, 64), 1u << net_below(n, 8)); break;
    case 5: /* T somewhere, what follows is idle or not */
        net_raw_word(&raw, 0x0707070707070707ull ^ (0xFAull << 8 * lane),
                     net_below(n, 4) == 0 ? net_below(n, 256) : 0xFFu << lane & 0xFFu);
        break;
    case 6: { /* any control character anywhere */
        static const uint8_t code[] = {0x07, 0xFB, 0xFD, 0xFE, 0x9C, 0x5C, 0x1C, 0x00};
        x = (x & ~(0xFFull << 8 * lane)) | (uint64_t)code[net_below(n, 8)] << 8 * lane;
        net_raw_word(&raw, x, 1u << lane);
        break;
    }
    case 7: net_raw_word(&raw, (x & ~0xFFull) | 0x5C, 1); break;
    case 8: net_raw_word(&raw, (x & ~0xFFFFull) | 0x105C, 1); break; /* looks like CF_Update */
    case 9: net_raw_word(&raw, 0x9C | (uint64_t)net_below(n, 4) << 24, 1); break;
    case 10: /* data of some length */
        for (k = net_below(n, 60); k > 0; k--) net_raw_word(&raw, net_random(n), 0);
        break;
    default: /* a frame with good addresses, cut anywhere or with a wrong FCS */
        k = 64 + net_below(n, net_below(n, 4) == 0 ? 2000 : 200);
        net_frame_to(n, port, weft_accel_mac(net_below(n, n->ports)), net_below(n, 4), k, data);
        net_raw_content(&raw, NET_START, data, k - net_below(n, 60), net_below(n, 2) == 0);
        if (net_below(n, 4) == 0) raw.words -= net_below(n, 4);
        break;
    }
}

/* `words` random words on every port at once, with good frames in between when `mixed`. */
static void random_words(net *n, uint64_t words, bool mixed)
{
    net_load load = {.sources = ~0ull, .distance = 3, .big = 12, .vcs = 4};
    uint64_t sent[NET_PORTS] = {0};
    for (bool more = true; more;) {
        more = false;
        for (unsigned i = 0; i < n->ports; i++) {
            if (sent[i] >= words) continue;
            more = true;
            if (!weft_partner_empty(n->port[i].partner) && !mixed) continue;
            if (mixed && net_below(n, 80) != 0) continue;
            unsigned burst = mixed ? 1 + net_below(n, 60) : 2000;
            while (raw.words < burst) garbage(n, i);
            sent[i] += raw.words;
            net_raw_send(n, i, &raw);
        }
        net_set_load(n, mixed ? &load : NULL);
        net_step(n);
    }
    net_set_load(n, NULL);
    for (unsigned i = 0; i < n->ports; i++) { /* a frame may still be open */
        net_raw_idle(&raw, 4);
        net_raw_send(n, i, &raw);
    }
    NET_EXPECT(n, net_settle(n, 100000), "random words: %llu good frames do not come out",
               (unsigned long long)n->expected);
}

int main(void)
{
    static net n;
    uint64_t words = net_long() ? 1000000 : 100000;
    printf("bad_wire: seed %llu\n", (unsigned long long)net_seed());
    if (!net_open(&n, net_seed())) return 1;
    net_up(&n);
    static const struct {
        const char *name;
        void (*run)(net *n, unsigned port);
    } part[] = {{"lengths", lengths}, {"checksums", checksums}, {"starts", starts},
                {"ends", loose_ends}, {"streams", streams},     {"ordered sets", ordered_sets}};
    for (unsigned k = 0; k < sizeof part / sizeof *part; k++) {
        for (unsigned i = 0; i < n.ports; i++) part[k].run(&n, i);
        net_probe(&n, part[k].name);
        net_check(&n, part[k].name);
        printf("%-14s cycle %llu, %u failures\n", part[k].name,
               (unsigned long long)weft_sim_cycle(n.sim), n.failures);
    }
    random_words(&n, words, false);
    net_probe(&n, "random words");
    net_check(&n, "random words");
    printf("%llu random words a port, cycle %llu, %u failures\n", (unsigned long long)words,
           (unsigned long long)weft_sim_cycle(n.sim), n.failures);
    random_words(&n, words / 4, true);
    net_probe(&n, "random words among good frames");
    net_check(&n, "random words among good frames");
    unsigned failures = n.failures;
    for (unsigned i = 0; i < n.ports; i++)
        printf(
            "port %u: %llu accepted, runt %llu oversize %llu fcs %llu coding %llu preamble %llu\n",
            i, (unsigned long long)n.port[i].accepted,
            (unsigned long long)n.port[i].drop[WEFT_DROP_RUNT],
            (unsigned long long)n.port[i].drop[WEFT_DROP_OVERSIZE],
            (unsigned long long)n.port[i].drop[WEFT_DROP_FCS],
            (unsigned long long)n.port[i].drop[WEFT_DROP_CODING],
            (unsigned long long)n.port[i].drop[WEFT_DROP_PREAMBLE]);
    net_close(&n);
    return net_result(failures, "bad_wire");
}
