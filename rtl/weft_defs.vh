// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// The one header of the RTL: the assertion macro, wire code points, drop reasons and the frame
// descriptor (contract 3 of docs/architecture.md) with one accessor per field.
`ifndef WEFT_DEFS_VH
`define WEFT_DEFS_VH

// An immediate assertion in the form that Verilator, Yosys and Icarus all parse. `clk` and `rst`
// are the names of the enclosing module. Without WEFT_ASSERTIONS (plain Verilog-2005 tools) it
// expands to nothing.
`ifdef WEFT_ASSERTIONS
`define WEFT_ASSERT(NAME, EXPR) \
  always @(posedge clk) if (!rst) begin : NAME assert (EXPR); end
`else
`define WEFT_ASSERT(NAME, EXPR)
`endif

// MII code points (IEEE 802.3 clause 46/81; 5C carries UEC control ordered sets).
`define WEFT_MII_IDLE  8'h07
`define WEFT_MII_START 8'hFB
`define WEFT_MII_TERM  8'hFD
`define WEFT_MII_ERROR 8'hFE
`define WEFT_MII_SEQ   8'h9C
`define WEFT_MII_CTLOS 8'h5C

// Cells (contract 2). CELL_BYTES is 64 in the whole project; `bytes` counts 1..64.
`define WEFT_CELL_BITS  512
`define WEFT_BYTES_BITS 7
`define WEFT_LEN_BITS   14

// Drop reasons: the fate of a frame. 0 is "accepted". tests and csrc/include/weft/reasons.h use
// the same numbers and names.
`define WEFT_DROP_BITS      5
`define WEFT_DROP_NONE      5'd0
`define WEFT_DROP_RUNT      5'd1
`define WEFT_DROP_OVERSIZE  5'd2
`define WEFT_DROP_FCS       5'd3
`define WEFT_DROP_CODING    5'd4
`define WEFT_DROP_PREAMBLE  5'd5
`define WEFT_DROP_PARSE     5'd6
`define WEFT_DROP_NO_ROUTE  5'd7
`define WEFT_DROP_DENIED    5'd8
`define WEFT_DROP_SOURCE    5'd9
`define WEFT_DROP_TTL       5'd10
`define WEFT_DROP_BUFFER    5'd11
`define WEFT_DROP_LOSSLESS  5'd12
`define WEFT_DROP_DOWN      5'd13
`define WEFT_DROP_CONTROL   5'd14
`define WEFT_DROP_REASONS   15

// Descriptor kinds.
`define WEFT_KIND_UNICAST   3'd0
`define WEFT_KIND_MULTICAST 3'd1
`define WEFT_KIND_REDUCE    3'd2
`define WEFT_KIND_PUNT      3'd3
`define WEFT_KIND_DROP      3'd4
`define WEFT_KIND_CONTROL   3'd5

// Operation classes.
`define WEFT_OP_OTHER    2'd0
`define WEFT_OP_REQUEST  2'd1
`define WEFT_OP_RESPONSE 2'd2

// Key types of the parser (csrc/include/weft/parser.h).
`define WEFT_KEY_MAC       3'd0
`define WEFT_KEY_ID        3'd1
`define WEFT_KEY_IP4       3'd2
`define WEFT_KEY_IP6       3'd3
`define WEFT_KEY_ADDRESS   3'd4
`define WEFT_KEY_MAC_EXACT 3'd5
`define WEFT_KEY_ID8       3'd6

// Headers that the egress may rewrite (csrc/include/weft/parser.h).
`define WEFT_RW_NONE 2'd0
`define WEFT_RW_ESUN 2'd1
`define WEFT_RW_IP4  2'd2
`define WEFT_RW_IP6  2'd3

// Tables of weft_route.
`define WEFT_TBL_MAC    3'd0
`define WEFT_TBL_ID     3'd1
`define WEFT_TBL_GROUP  3'd2
`define WEFT_TBL_LPM4   3'd3
`define WEFT_TBL_LPM6   3'd4
`define WEFT_TBL_RANGE  3'd5
`define WEFT_TBL_BUCKET 3'd6
`define WEFT_TBL_PART   3'd7

// Frame descriptor. The destination mask travels beside it, because its width is a parameter.
//   field       bits    meaning
//   seq         15:0    number of the frame on its ingress port, modulo 65536 (trace only)
//   src_port    21:16   ingress endpoint
//   vc          24:22   virtual channel
//   prio        27:25   priority (COS) of the frame
//   kind        30:28   WEFT_KIND_*
//   op          32:31   WEFT_OP_*
//   proto       38:33   protocol id, as the parser's program numbers them
//   hash        54:39   flow hash
//   len_known   55      len holds the frame length
//   len         69:56   frame length without FCS, bytes
//   time        101:70  cycle at which the parser saw the first cell
//   unused      102     0
//   rw_ecn      103     the header at rw_off is ECN-capable
//   rw_off      110:104 byte offset of the header in the first cell that may be rewritten
//   drop        115:111 drop reason
//   rw_mode     117:116 header at rw_off that may be rewritten: 0 none, 1 ESUN, 2 IPv4, 3 IPv6
//   spray       118     the operation allows reordering
//   trimmable   119     the frame may be cut behind `trim`
//   has_part    120     part holds the frame's partition
//   part        130:121 partition
//   trim        137:131 byte offset of the trim point
`define WEFT_DESC_BITS 138
`define WEFT_D_SEQ       15:0
`define WEFT_D_SRC_PORT  21:16
`define WEFT_D_VC        24:22
`define WEFT_D_PRIO      27:25
`define WEFT_D_KIND      30:28
`define WEFT_D_OP        32:31
`define WEFT_D_PROTO     38:33
`define WEFT_D_HASH      54:39
`define WEFT_D_LEN_KNOWN 55
`define WEFT_D_LEN       69:56
`define WEFT_D_TIME      101:70
`define WEFT_D_RW_ECN    103
`define WEFT_D_RW_OFF    110:104
`define WEFT_D_DROP      115:111
`define WEFT_D_RW_MODE   117:116
`define WEFT_D_SPRAY     118
`define WEFT_D_TRIMMABLE 119
`define WEFT_D_HAS_PART  120
`define WEFT_D_PART      130:121
`define WEFT_D_TRIM      137:131

// Crossbar word, from ingress to egress, high to low: trimmed 1, grant time 32, trim 7, ingress
// time 32, seq 16, source port 6, vc 3, rw_off 7, rw_ecn 1, rw_mode 2 (all of these with sop only),
// cut-through 1, mark ECN 1, sop 1, eop 1, err 1, bytes 7, data 512; 9 bits on top are 0 (whole
// words: cheap to put side by side).
`define WEFT_XBAR_BITS 640

`endif
