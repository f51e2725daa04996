// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_parser: finds the fields of a frame in its first cell and makes the frame's descriptor.
//
// Knows Ethernet, up to two VLAN tags (TPID 8100 or 88A8), the 4-byte ESUN header (EtherType in a
// register) and MAC control frames. It decides nothing about the way of a frame; it only says what
// the frame is, which virtual channel it belongs to and whether it must be dropped for its headers.
//
//   field          from
//   dst_key, type  destination address; type 1 (accelerator id, key = address[9:0]) when
//                  ((address[47:16] ^ cfg_id_prefix_i) & cfg_id_mask_i) == 0, else type 0 (MAC)
//   src_key, type  source address: type as above, key always all 48 bits (for the source check)
//   vc             cfg_cos_map_i[CoS] with an ESUN header; else cfg_pcp_map_i[{PCP, DEI}] of the
//                  outer VLAN tag; else cfg_default_vc_i
//   prio           ESUN CoS; else PCP of the outer tag; else 0
//   hash           flow_hash() below of both addresses and, when F = 1, the ESUN flow label
//   rw_*           ESUN: rw_ttl 1, rw_ecn = (ECN != 00), rw_off = offset of the ESUN header
//   drop           CONTROL (EtherType 8808), else PARSE (the frame ends before the headers that it
//                  announces, or a map names a VC that does not exist), else TTL (ESUN TTL 0 or 1)
// A frame that ends too early is taken for an untagged plain one in all other fields.
// A frame with a drop reason has kind DROP, a MAC control frame has kind CONTROL; both travel on,
// so that the buffer behind can count them with everything else.
//
// Latency: 1 cycle, cell and descriptor together. Keys and descriptor are valid with the cell that
//   has `sop` and hold their values until the next one.
// Stall rule: none, a cell every cycle.
// Trade-off: all offsets are decoded from one cell in one cycle by three-way multiplexers, which is
//   possible because every header of this set ends by byte 26. The ports are meant to outlive that:
//   a programmable parser with a program memory replaces the inside, its longer latency is seen
//   only as a later cell_valid_o, and the cfg_* inputs become the constants of its default program.
// Relies on: every sop cell that is not also eop holds 64 bytes; bytes beyond `cell_bytes_i` are 0.
// Sources: VLAN tag IEEE 802.1Q clause 9; MAC control IEEE 802.3 clause 31; ESUN header OCP ESUN
//   1.0 as decoded publicly: byte 0 {Rev 2, F 1, CoS 3, ECN 2}, bytes 1-2 flow label, byte 3 {TTL
//   4, UD 2, reserved 2}; CoS overrides PCP, a frame that arrives with TTL 0 or 1 is dropped.
`default_nettype none
`include "weft_defs.vh"
module weft_parser #(
    parameter VCS = 4 // virtual channels, 1..8
) (
    input  wire         clk,
    input  wire         rst,
    input  wire [31:0]  time_i,           // current cycle, goes into the descriptor
    // cells in
    input  wire         cell_valid_i,
    input  wire         cell_sop_i,
    input  wire         cell_eop_i,
    input  wire         cell_err_i,       // with eop
    input  wire [4:0]   cell_reason_i,    // with eop, WEFT_DROP_*
    input  wire [6:0]   cell_bytes_i,     // 1..64
    input  wire [13:0]  cell_len_i,       // with eop: bytes of the frame without FCS
    input  wire [511:0] cell_data_i,
    // configuration (registers; quasi-static)
    input  wire [5:0]   cfg_port_i,       // number of this endpoint
    input  wire [15:0]  cfg_esun_type_i,  // EtherType of ESUN (not assigned yet)
    input  wire [31:0]  cfg_id_prefix_i,  // upper 32 bits of addresses that carry an accelerator id
    input  wire [31:0]  cfg_id_mask_i,    // which of them are compared
    input  wire [23:0]  cfg_cos_map_i,    // VC of ESUN CoS c at 3*c
    input  wire [47:0]  cfg_pcp_map_i,    // VC of {PCP, DEI} p at 3*p
    input  wire [2:0]   cfg_default_vc_i, // VC of untagged frames
    // cells out
    output reg          cell_valid_o,
    output reg          cell_sop_o,
    output reg          cell_eop_o,
    output reg          cell_err_o,
    output reg  [4:0]   cell_reason_o,
    output reg  [6:0]   cell_bytes_o,
    output reg  [13:0]  cell_len_o,
    output reg  [511:0] cell_data_o,
    // with the sop cell
    output reg  [63:0]  dst_key_o,
    output reg  [1:0]   dst_type_o,       // 0 MAC address, 1 accelerator id
    output reg  [63:0]  src_key_o,
    output reg  [1:0]   src_type_o,
    output reg  [`WEFT_DESC_BITS-1:0] desc_o
);
  generate
    if (VCS < 1 || VCS > 8) begin : gen_illegal
      weft_parser_needs_VCS_1_to_8 u_stop ();
    end
  endgenerate

  localparam [15:0] TPID_C     = 16'h8100;
  localparam [15:0] TPID_S     = 16'h88A8;
  localparam [15:0] TYPE_CTRL  = 16'h8808;
  localparam [5:0]  PROTO_ETH  = 6'd0;
  localparam [5:0]  PROTO_ESUN = 6'd1;
  localparam [31:0] VCS_C      = VCS;

  // A linear mix: the seven 16-bit words are rotated and folded, then spread by two rounds of a
  // 16-bit xorshift (4, 7, 6), which is a bijection. XOR only. The rotations keep the last bytes of
  // the two addresses apart, so that 256 x 256 neighbours give 65536 different values; rotations
  // and shifts were chosen so that any 64 neighbouring addresses or labels, at any stride up to
  // 1024, fall evenly on 2 to 16 ways at either end of the hash.
  function [15:0] flow_hash;
    input [47:0] dst;
    input [47:0] src;
    input [15:0] label;
    reg   [15:0] x;
    begin
      x = dst[15:0] ^ {dst[29:16], dst[31:30]} ^ {dst[37:32], dst[47:38]} ^ {src[7:0], src[15:8]} ^
          {src[17:16], src[31:18]} ^ {src[38:32], src[47:39]} ^ {label[14:0], label[15]};
      x = x ^ {x[11:0], 4'd0};
      x = x ^ {7'd0, x[15:7]};
      x = x ^ {x[9:0], 6'd0};
      x = x ^ {x[11:0], 4'd0};
      x = x ^ {7'd0, x[15:7]};
      flow_hash = x ^ {x[9:0], 6'd0};
    end
  endfunction

  // Fields of the first cell, byte 0 of the wire being the most significant of each number.
  reg  [47:0] dst;
  reg  [47:0] src;
  reg  [15:0] type0;  // the EtherType of an untagged frame, or the outer TPID
  reg  [15:0] type1;  // behind one tag
  reg  [15:0] type2;  // behind two
  reg  [15:0] etype;
  reg         tag0;
  reg         tag1;
  reg  [3:0]  tci;    // {PCP, DEI} of the outer tag
  reg  [6:0]  off;    // first byte behind the EtherType
  reg  [24:0] eh;     // ESUN header: {F, CoS, ECN, flow label, TTL[3:1]}
  reg         esun;
  reg         control;
  reg         short_frame;
  reg         dst_is_id;
  reg         src_is_id;
  reg  [2:0]  vc;
  reg         bad_vc;
  reg  [2:0]  prio;
  reg  [4:0]  drop;
  reg  [2:0]  kind;
  reg  [`WEFT_DESC_BITS-1:0] desc;
  reg  [15:0] seq_q;

  wire        first = cell_valid_i && cell_sop_i;

  always @* begin
    dst         = 48'd0;
    src         = 48'd0;
    type0       = 16'd0;
    type1       = 16'd0;
    type2       = 16'd0;
    etype       = 16'd0;
    tag0        = 1'b0;
    tag1        = 1'b0;
    tci         = 4'd0;
    off         = 7'd0;
    eh          = 25'd0;
    esun        = 1'b0;
    control     = 1'b0;
    short_frame = 1'b0;
    dst_is_id   = 1'b0;
    src_is_id   = 1'b0;
    vc          = 3'd0;
    bad_vc      = 1'b0;
    prio        = 3'd0;
    drop        = `WEFT_DROP_NONE;
    kind        = `WEFT_KIND_UNICAST;
    desc        = {`WEFT_DESC_BITS{1'b0}};
    if (first) begin
      dst   = {cell_data_i[7:0], cell_data_i[15:8], cell_data_i[23:16],
               cell_data_i[31:24], cell_data_i[39:32], cell_data_i[47:40]};
      src   = {cell_data_i[55:48], cell_data_i[63:56], cell_data_i[71:64],
               cell_data_i[79:72], cell_data_i[87:80], cell_data_i[95:88]};
      type0 = {cell_data_i[103:96], cell_data_i[111:104]};
      tci   = cell_data_i[119:116];
      type1 = {cell_data_i[135:128], cell_data_i[143:136]};
      type2 = {cell_data_i[167:160], cell_data_i[175:168]};
      tag0  = (type0 == TPID_C) || (type0 == TPID_S);
      tag1  = tag0 && ((type1 == TPID_C) || (type1 == TPID_S));
      if (tag1) begin
        etype = type2;
        off   = 7'd22;
        eh    = {cell_data_i[181:176], cell_data_i[191:184], cell_data_i[199:192],
                 cell_data_i[207:205]};
      end else if (tag0) begin
        etype = type1;
        off   = 7'd18;
        eh    = {cell_data_i[149:144], cell_data_i[159:152], cell_data_i[167:160],
                 cell_data_i[175:173]};
      end else begin
        etype = type0;
        off   = 7'd14;
        eh    = {cell_data_i[117:112], cell_data_i[127:120], cell_data_i[135:128],
                 cell_data_i[143:141]};
      end
      control     = (etype == TYPE_CTRL);
      esun        = (etype == cfg_esun_type_i) && !control;
      // Compared before anything behind `off` is believed: of a frame that is cut inside its
      // headers only the addresses count.
      short_frame = cell_eop_i && (cell_bytes_i < (esun ? off + 7'd4 : off));
      if (short_frame) begin
        control = 1'b0;
        esun    = 1'b0;
        tag0    = 1'b0;
      end
      dst_is_id = (((dst[47:16] ^ cfg_id_prefix_i) & cfg_id_mask_i) == 32'd0);
      src_is_id = (((src[47:16] ^ cfg_id_prefix_i) & cfg_id_mask_i) == 32'd0);

      if (esun) begin
        prio = eh[23:21];
        vc   = cfg_cos_map_i[eh[23:21]*3+:3];
      end else if (tag0) begin
        prio = tci[3:1];
        vc   = cfg_pcp_map_i[tci*3+:3];
      end else begin
        vc   = cfg_default_vc_i;
      end
      bad_vc = ({29'd0, vc} >= VCS_C);

      if (control) drop = `WEFT_DROP_CONTROL;
      else if (short_frame || bad_vc) drop = `WEFT_DROP_PARSE;
      else if (esun && (eh[2:0] == 3'd0)) drop = `WEFT_DROP_TTL;
      if (control) kind = `WEFT_KIND_CONTROL;
      else if (drop != `WEFT_DROP_NONE) kind = `WEFT_KIND_DROP;

      desc[`WEFT_D_SEQ]       = seq_q;
      desc[`WEFT_D_SRC_PORT]  = cfg_port_i;
      desc[`WEFT_D_VC]        = bad_vc ? 3'd0 : vc; // what comes behind may index with it
      desc[`WEFT_D_PRIO]      = prio;
      desc[`WEFT_D_KIND]      = kind;
      desc[`WEFT_D_OP]        = `WEFT_OP_OTHER;
      desc[`WEFT_D_PROTO]     = esun ? PROTO_ESUN : PROTO_ETH;
      desc[`WEFT_D_HASH]      = flow_hash(dst, src, (esun && eh[24]) ? eh[18:3] : 16'd0);
      desc[`WEFT_D_LEN_KNOWN] = cell_eop_i;
      desc[`WEFT_D_LEN]       = cell_eop_i ? cell_len_i : 14'd0;
      desc[`WEFT_D_TIME]      = time_i;
      desc[`WEFT_D_RW_TTL]    = esun;
      desc[`WEFT_D_RW_ECN]    = esun && (eh[20:19] != 2'b00);
      desc[`WEFT_D_RW_OFF]    = esun ? off : 7'd0;
      desc[`WEFT_D_DROP]      = drop;
    end
  end

  always @(posedge clk) begin
    cell_valid_o <= cell_valid_i;
    if (cell_valid_i) begin
      cell_sop_o    <= cell_sop_i;
      cell_eop_o    <= cell_eop_i;
      cell_err_o    <= cell_err_i;
      cell_reason_o <= cell_reason_i;
      cell_bytes_o  <= cell_bytes_i;
      cell_len_o    <= cell_len_i;
      cell_data_o   <= cell_data_i;
    end
    if (first) begin
      seq_q      <= seq_q + 16'd1;
      dst_key_o  <= dst_is_id ? {54'd0, dst[9:0]} : {16'd0, dst};
      dst_type_o <= {1'b0, dst_is_id};
      src_key_o  <= {16'd0, src};
      src_type_o <= {1'b0, src_is_id};
      desc_o     <= desc;
    end
    if (rst) begin
      cell_valid_o <= 1'b0;
      seq_q        <= 16'd0;
    end
  end

  `WEFT_ASSERT(a_vc_exists,
      !(cell_valid_o && cell_sop_o) || ({29'd0, desc_o[`WEFT_D_VC]} < VCS_C))
  `WEFT_ASSERT(a_drop_is_not_forwarded,
      !(cell_valid_o && cell_sop_o) || (desc_o[`WEFT_D_DROP] == `WEFT_DROP_NONE) ||
      (desc_o[`WEFT_D_KIND] == `WEFT_KIND_DROP) || (desc_o[`WEFT_D_KIND] == `WEFT_KIND_CONTROL))
  `WEFT_ASSERT(a_first_cell_is_full,
      !(cell_valid_i && cell_sop_i && !cell_eop_i) || (cell_bytes_i == 7'd64))
endmodule
`default_nettype wire
