/* SPDX-License-Identifier: Apache-2.0
 * Copyright 2026 The Weft Authors
 *
 * parser.h: the machine that rtl/parser/ is, its programs, and what it finds in a frame.
 *
 * The machine. H is the first 128 bytes of a frame (no FCS), `avail` how many of them exist; bytes
 * that do not exist read 0. H16[x] is the big-endian 16-bit word at an even offset x. The parse has
 * a header row (0 at the start), a pointer `ptr` (0 at the start, even, 0..126) and results. There
 * are WEFT_PP_STAGES stages, one clock cycle each, with tables of their own:
 *
 *   in stage s, with R = row[s][current row] (stages 0 and 1 have the first 64 bytes only: bytes
 *   behind them read 0 there and do not count in avail):
 *     1. ptr + R.need > avail: drop PARSE.
 *     2. The operations of R, first to last: the slot's anchor becomes ptr + off, with its arg.
 *        An anchor past 126 is a drop PARSE. R.proto, when not 0, becomes the protocol id.
 *     3. A = H16[ptr + R.look_a], B = H16[ptr + R.look_b] (0 past byte 127).
 *     4. The lowest entry E of the stage with E.valid, E.row == current row and
 *        (({A, B} ^ E.value) & E.mask) == 0; none: drop PARSE.
 *     5. E.op, when not 0, becomes the operation class; E.flags are ORed into the results, except
 *        WEFT_PP_NO_HASH, which takes back the HASH slot.
 *     6. E.verdict. ACCEPT, DROP, CONTROL and PUNT end the parse. NEXT: ptr grows by E.adv +
 *        ((byte & R.var_mask) << R.var_shift), byte being A[15:8], or A[7:0] with R.var_low; then
 *        odd or over 126: drop PARSE. The current row becomes E.next.
 *   NEXT in the last stage is a drop PARSE: a program that never accepts is bounded.
 *
 * Extraction, one more cycle, when the verdict was ACCEPT or PUNT, from the slots:
 *   DST, SRC   key of arg[2:0] = WEFT_KEY_*; DST missing: drop PARSE; SRC missing: key 0, MAC.
 *              Bytes of the key that lie past `avail`: drop PARSE.
 *   CLASS      value = H16[anchor] >> arg[5:2]; arg[1:0]: 0 value[2:0] is the VC itself, 1
 *              cos_map[value[2:0]], 2 pcp_map[value[3:0]], 3 dscp_map[value[5:0]];
 *              prio = value[2:0], value[2:0], value[3:1], value[5:3]; missing: default VC, prio 0.
 *              A VC that does not exist: drop PARSE.
 *   REWRITE    arg[2:0] = WEFT_RW_*: header at the anchor whose TTL and ECN the switch may change;
 *              TTL (ESUN TTL, IPv4 TTL, IPv6 hop limit) 0 or 1: drop TTL. ecn_capable: its ECN
 *              field is not 00. Anchor over 38 (it must be in the first cell): drop PARSE.
 *   HASH       4 bytes at the anchor, those of arg[3:0] (bit 0: the first byte), others as 0.
 *   PART       partition = (H16[anchor] >> arg[3:0]) & 0x3FF.
 *   TRIM       the frame may be cut behind the anchor (with flag WEFT_PP_TRIMMABLE).
 * An ACCEPT or PUNT whose REWRITE TTL is spent is a drop TTL; checks are made in the order of this
 * list. PUNT sends the frame to the processor's endpoint instead of where its DST says; DST is not
 * needed then.
 *
 * Of a frame that is dropped, only drop, kind, proto, vc and prio mean something (credits are
 * counted on the vc): vc and prio come from the CLASS slot as far as the parse set it, else the
 * default; a VC that does not exist counts as 0. CONTROL gives drop CONTROL and kind CONTROL.
 *
 * Key MAC whose upper 32 bits, XORed with id_prefix and masked with id_mask, are 0 becomes key ID
 * (its low 10 bits) for DST; for SRC only the type says so, the key stays whole.
 *
 * Hardware bounds (the compiler checks them): look and key offsets are even; a look beyond byte 63
 * is possible from stage 2 on (the second cell of the frame is there then).
 */
#ifndef WEFT_PARSER_H
#define WEFT_PARSER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_PP_STAGES  6u
#define WEFT_PP_ROWS    8u  /* of a stage */
#define WEFT_PP_ENTRIES 16u /* of a stage */
#define WEFT_PP_OPS     4u  /* of a row */
#define WEFT_PP_BYTES   128u

typedef enum {
    WEFT_PP_NEXT = 0,
    WEFT_PP_ACCEPT = 1,
    WEFT_PP_DROP = 2,
    WEFT_PP_CONTROL = 3,
    WEFT_PP_PUNT = 4
} weft_pp_verdict;
typedef enum {
    WEFT_SLOT_NONE = 0,
    WEFT_SLOT_DST = 1,
    WEFT_SLOT_SRC = 2,
    WEFT_SLOT_CLASS = 3,
    WEFT_SLOT_REWRITE = 4,
    WEFT_SLOT_HASH = 5,
    WEFT_SLOT_PART = 6,
    WEFT_SLOT_TRIM = 7
} weft_pp_slot;
typedef enum {
    WEFT_KEY_MAC = 0,       /* 48 bits; an accelerator's prefix makes it an ID */
    WEFT_KEY_ID = 1,        /* 16 bits */
    WEFT_KEY_IP4 = 2,       /* 32 bits: IPv4 address or 32-bit identifier, longest prefix */
    WEFT_KEY_IP6 = 3,       /* 128 bits, longest prefix */
    WEFT_KEY_ADDRESS = 4,   /* 64 bits: memory address, range lookup */
    WEFT_KEY_MAC_EXACT = 5, /* 48 bits, never an ID */
    WEFT_KEY_ID8 = 6        /* low byte of the word at the anchor, as an ID */
} weft_key_type;
typedef enum {
    WEFT_RW_NONE = 0,
    WEFT_RW_ESUN = 1, /* 4-byte header: ECN byte 0 [1:0], TTL byte 3 [7:4] */
    WEFT_RW_IP4 = 2,  /* ECN byte 1 [1:0], TTL byte 8, checksum bytes 10..11 */
    WEFT_RW_IP6 = 3   /* ECN byte 1 [5:4], hop limit byte 7 */
} weft_rw_mode;
/* Kinds of a frame and operation classes, as rtl/weft_defs.vh has them. */
enum {
    WEFT_KIND_UNICAST = 0,
    WEFT_KIND_MULTICAST = 1,
    WEFT_KIND_REDUCE = 2,
    WEFT_KIND_PUNT = 3,
    WEFT_KIND_DROP = 4,
    WEFT_KIND_CONTROL = 5
};
enum { WEFT_OP_OTHER = 0, WEFT_OP_REQUEST = 1, WEFT_OP_RESPONSE = 2 };
#define WEFT_PP_NO_HASH   1u /* flags of an entry */
#define WEFT_PP_SPRAY     2u /* the operation allows reordering: per-frame spraying */
#define WEFT_PP_TRIMMABLE 4u

typedef struct {
    uint8_t slot; /* weft_pp_slot */
    uint8_t off;  /* bytes from ptr, even, 0..126 */
    uint8_t arg;  /* 6 bits */
} weft_pp_op;
typedef struct {
    uint8_t look_a, look_b; /* bytes from ptr, even, 0..126 */
    uint8_t need;           /* bytes from ptr, 0..127 */
    uint8_t proto;          /* 0..63 */
    uint8_t var_mask, var_shift /* 0..7 */, var_low;
    weft_pp_op op[WEFT_PP_OPS];
} weft_pp_row;
typedef struct {
    uint32_t value, mask; /* A is [31:16], B is [15:0] */
    uint8_t valid, row, verdict, reason /* WEFT_DROP_*, with DROP */, next;
    uint8_t adv; /* bytes, even, 0..126 */
    uint8_t op;  /* WEFT_OP_*: 0 leave, 1 request, 2 response */
    uint8_t flags;
} weft_pp_entry;
typedef struct {
    weft_pp_row row[WEFT_PP_STAGES][WEFT_PP_ROWS];
    weft_pp_entry entry[WEFT_PP_STAGES][WEFT_PP_ENTRIES];
} weft_parse_program;

/* As words of the hardware: per stage 16 entries x 3 words, then 8 rows x 4 words; stage 0 first.
 *   entry  word 0 value; word 1 mask; word 2 {valid [26], row [25:23], verdict [22:20],
 *          reason [19:15], next [14:12], adv/2 [11:6] , op [5:4], flags [2:0]}; [3] is 0
 *   row    word 0 {proto [24:19], need [18:12], look_b/2 [11:6], look_a/2 [5:0]}
 *          word 1 {var_low [11], var_shift [10:8], var_mask [7:0]}
 *          word 2 {op 1 [30:16], op 0 [14:0]}, word 3 {op 3, op 2} likewise;
 *          an op is {arg [14:9], off/2 [8:3], slot [2:0]} */
#define WEFT_PP_STAGE_WORDS (WEFT_PP_ENTRIES * 3u + WEFT_PP_ROWS * 4u)
#define WEFT_PP_WORDS       (WEFT_PP_STAGES * WEFT_PP_STAGE_WORDS)

/* Packs a program. Returns false when a field does not fit its width (nothing is written). */
bool weft_parse_program_pack(const weft_parse_program *p, uint32_t words[WEFT_PP_WORDS]);
/* The inverse; every pattern of words is some program. */
void weft_parse_program_unpack(const uint32_t words[WEFT_PP_WORDS], weft_parse_program *p);

/* What a port's registers add to the program. */
typedef struct {
    uint8_t cos_map[8], pcp_map[16], dscp_map[64]; /* VC of each value, 0..7 */
    uint8_t default_vc;
    uint32_t id_prefix, id_mask;
    unsigned vcs;
} weft_parse_config;

/* What is found in a frame. Fields that do not apply are 0. */
typedef struct {
    uint8_t drop; /* WEFT_DROP_*: 0 none */
    uint8_t kind; /* WEFT_KIND_*: unicast (0), punt, drop, control */
    uint8_t proto, op, flags;
    uint8_t dst_type, src_type;
    uint8_t dst[16], src[16]; /* keys, big-endian, right-aligned */
    uint8_t vc, prio;
    uint16_t hash;
    uint8_t rw_mode, rw_off;
    bool ecn_capable;
    bool has_part, has_trim;
    uint16_t part;
    uint8_t trim; /* offset of the trim point */
} weft_parse_result;

/* Runs a program on the first `len` bytes of a frame (no FCS) as the text above says; bytes past
 * the WEFT_PP_BYTES-th are not looked at. What the text leaves open is closed so: operations are
 * done one after the other until one fails, then R.proto; SLOT_NONE is no operation; a REWRITE of
 * mode 0 or above 3 is no rewrite; verdicts 5 to 7, key type 7 and a DROP with reason 0 are a drop
 * PARSE; the hash is made of the keys before a MAC becomes an ID. Never fails. */
weft_parse_result weft_parse_program_run(const weft_parse_program *p, const uint8_t *frame,
                                         size_t len, const weft_parse_config *config);

/* The flow hash of keys and hash bytes (docs/parser.md): the two keys folded to 48 bits each
 * (k[47:0] ^ k[95:48] ^ k[127:96]), the 4 hash bytes to 16 bits (first two ^ the last two rotated
 * left by one), then the mix of rtl/parser/weft_flow_hash. */
uint16_t weft_flow_hash(const uint8_t dst[16], const uint8_t src[16], const uint8_t hash[4]);

#ifdef __cplusplus
}
#endif
#endif
