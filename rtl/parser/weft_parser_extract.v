// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_parser_extract: the last step of the parse: from the anchors that the stages have set it
// takes the fields out of the header and makes keys and descriptor (rtl/weft_defs.vh).
//
// What each slot gives, and which checks can still drop the frame, is specified in
// csrc/include/weft/parser.h. walk_i, slots_i, side and the cells behind are as in
// weft_parser_stage. A frame whose parse has no verdict here is a drop PARSE. Of a frame that is
// dropped the descriptor holds seq, src_port, vc, prio, kind, proto, len, time and drop; all its
// other fields and its keys are 0.
//
// Latency: 1 cycle, cell and descriptor together. Keys and descriptor are valid with the cell that
//   has `sop` and hold their values until the next one. Stall rule: none, a cell every cycle.
// Trade-off: fields are cut out once, here, by two wide shifters (keys) and some narrow ones, and
//   do not travel with the frame from the stage that found them: a stage passes on 13 bits a slot.
// Relies on: bytes of a cell beyond `bytes` are 0; a sop cell that is not eop holds 64 bytes.
`default_nettype none
`include "weft_defs.vh"
module weft_parser_extract #(
    parameter VCS = 4, // virtual channels, 1..8
    parameter AGE = 6  // cycles since the cell entered the parser, for the time stamp
) (
    input  wire          clk,
    input  wire          rst,
    input  wire [31:0]   time_i,
    // the cell and the finished parse
    input  wire          valid_i,
    input  wire [28:0]   side_i,      // {sop, eop, err, reason 5, bytes 7, len 14}
    input  wire [511:0]  data_i,
    /* verilator lint_off UNUSEDSIGNAL */
    // Pointer and row are of no use any more, slots are 16 bits wide for cheap indexing, and of the
    // cells behind only sop, bytes and data count.
    input  wire [16:0]   walk_i,
    input  wire [127:0]  slots_i,
    input  wire          near_valid_i,
    input  wire [28:0]   near_side_i,
    input  wire [511:0]  near_data_i,
    input  wire          far_valid_i,
    input  wire [28:0]   far_side_i,
    input  wire [511:0]  far_data_i,
    /* verilator lint_on UNUSEDSIGNAL */
    // configuration (registers; quasi-static)
    input  wire [5:0]    cfg_port_i,       // number of this endpoint
    input  wire [31:0]   cfg_id_prefix_i,  // upper 32 bits of addresses that carry an identifier
    input  wire [31:0]   cfg_id_mask_i,    // which of them are compared
    input  wire [23:0]   cfg_cos_map_i,    // VC of class of service c at 3*c
    input  wire [47:0]   cfg_pcp_map_i,    // VC of {PCP, DEI} p at 3*p
    input  wire [191:0]  cfg_dscp_map_i,   // VC of DSCP d at 3*d
    input  wire [2:0]    cfg_default_vc_i, // VC of frames without a class
    // cell, and with sop keys and descriptor
    output reg           valid_o,
    output reg  [28:0]   side_o,
    output reg  [511:0]  data_o,
    output reg  [127:0]  dst_key_o,        // right-aligned
    output reg  [2:0]    dst_type_o,       // WEFT_KEY_*
    output reg  [127:0]  src_key_o,
    output reg  [2:0]    src_type_o,
    output reg  [`WEFT_DESC_BITS-1:0] desc_o
);
  localparam [31:0] VCS_C = VCS;
  localparam [31:0] AGE_C = AGE;

  localparam [2:0] ACCEPT  = 3'd1; // verdicts
  localparam [2:0] DROP    = 3'd2;
  localparam [2:0] CONTROL = 3'd3;
  localparam [2:0] PUNT    = 3'd4;
  localparam [1:0] BY_COS  = 2'd1; // rules of CLASS
  localparam [1:0] BY_PCP  = 2'd2;
  localparam [1:0] BY_DSCP = 2'd3;
  localparam [1:0] RW_ESUN = 2'd1; // modes of REWRITE
  localparam [1:0] RW_IP4  = 2'd2;
  localparam [1:0] RW_IP6  = 2'd3;
  localparam [5:0] RW_LAST = 6'd19; // last anchor of REWRITE, in words

  // Bytes of a key; 0: there is no such key.
  function [7:0] key_bytes;
    input [2:0] kind;
    case (kind)
      `WEFT_KEY_MAC, `WEFT_KEY_MAC_EXACT: key_bytes = 8'd6;
      `WEFT_KEY_ID, `WEFT_KEY_ID8:        key_bytes = 8'd2;
      `WEFT_KEY_IP4:                      key_bytes = 8'd4;
      `WEFT_KEY_IP6:                      key_bytes = 8'd16;
      `WEFT_KEY_ADDRESS:                  key_bytes = 8'd8;
      default:                            key_bytes = 8'd0;
    endcase
  endfunction

  // The key out of the 16 bytes at its anchor, of which the first stands in 7:0.
  function [127:0] key_of;
    input [127:0] w;
    input [2:0]   kind;
    case (kind)
      `WEFT_KEY_MAC, `WEFT_KEY_MAC_EXACT:
        key_of = {80'd0, w[7:0], w[15:8], w[23:16], w[31:24], w[39:32], w[47:40]};
      `WEFT_KEY_ID:  key_of = {112'd0, w[7:0], w[15:8]};
      `WEFT_KEY_ID8: key_of = {120'd0, w[15:8]};
      `WEFT_KEY_IP4: key_of = {96'd0, w[7:0], w[15:8], w[23:16], w[31:24]};
      `WEFT_KEY_ADDRESS:
        key_of = {64'd0, w[7:0], w[15:8], w[23:16], w[31:24], w[39:32], w[47:40], w[55:48],
                  w[63:56]};
      `WEFT_KEY_IP6:
        key_of = {w[7:0], w[15:8], w[23:16], w[31:24], w[39:32], w[47:40], w[55:48], w[63:56],
                  w[71:64], w[79:72], w[87:80], w[95:88], w[103:96], w[111:104], w[119:112],
                  w[127:120]};
      default: key_of = 128'd0;
    endcase
  endfunction

  wire first = valid_i && side_i[28];

  // {set 12, arg 11:6, anchor 5:0}; most use a part of arg only.
  /* verilator lint_off UNUSEDSIGNAL */
  wire [12:0] s_dst   = slots_i[28:16];
  wire [12:0] s_src   = slots_i[44:32];
  wire [12:0] s_class = slots_i[60:48];
  wire [12:0] s_rw    = slots_i[76:64];
  wire [12:0] s_hash  = slots_i[92:80];
  wire [12:0] s_part  = slots_i[108:96];
  wire [12:0] s_trim  = slots_i[124:112];
  /* verilator lint_on UNUSEDSIGNAL */
  wire [2:0]  verdict = walk_i[2:0];

  reg  [1135:0] h;      // the header, and zeros behind it
  reg  [7:0]    avail;
  reg           go;     // accepted or punted so far
  reg           bad;    // drop PARSE
  reg  [127:0]  dst;
  reg  [127:0]  src;
  reg           dst_id;
  reg           src_id;
  reg  [15:0]   value;
  reg  [2:0]    vc;
  reg           bad_vc;
  reg  [2:0]    prio;
  /* verilator lint_off UNUSEDSIGNAL */
  reg  [71:0]   rw;      // header at the anchor of REWRITE, up to the TTL of IPv4
  /* verilator lint_on UNUSEDSIGNAL */
  reg  [1:0]    rw_mode;
  reg  [1:0]    ecn;
  reg           spent;  // TTL 0 or 1
  reg  [31:0]   label;
  reg  [15:0]   part;
  reg  [4:0]    drop;
  reg  [2:0]    kind;
  wire [15:0]   hash;

  always @* begin
    h       = 1136'd0;
    avail   = 8'd0;
    go      = 1'b0;
    bad     = 1'b0;
    dst     = 128'd0;
    src     = 128'd0;
    dst_id  = 1'b0;
    src_id  = 1'b0;
    value   = 16'd0;
    vc      = 3'd0;
    bad_vc  = 1'b0;
    prio    = 3'd0;
    rw      = 72'd0;
    rw_mode = 2'd0;
    ecn     = 2'd0;
    spent   = 1'b0;
    label   = 32'd0;
    part    = 16'd0;
    drop    = `WEFT_DROP_NONE;
    kind    = `WEFT_KIND_UNICAST;
    if (first) begin
      h[511:0] = data_i;
      avail    = {1'b0, side_i[20:14]};
      if (!side_i[27] && near_valid_i && !near_side_i[28]) begin
        h[1023:512] = near_data_i;
        avail       = 8'd64 + {1'b0, near_side_i[20:14]};
      end
      if (!side_i[27] && !near_valid_i && far_valid_i && !far_side_i[28]) begin
        h[1023:512] = far_data_i;
        avail       = 8'd64 + {1'b0, far_side_i[20:14]};
      end

      // Class: also of frames that are dropped, because their credits are counted on the VC.
      vc = cfg_default_vc_i;
      if (s_class[12]) begin
        value = h[{1'b0, s_class[5:0], 4'd0} +: 16];
        value = {value[7:0], value[15:8]} >> s_class[11:8];
        prio  = value[2:0];
        case (s_class[7:6])
          BY_COS:  vc = cfg_cos_map_i[value[2:0]*3 +: 3];
          BY_PCP:  begin vc = cfg_pcp_map_i[value[3:0]*3 +: 3];  prio = value[3:1]; end
          BY_DSCP: begin vc = cfg_dscp_map_i[value[5:0]*3 +: 3]; prio = value[5:3]; end
          default: vc = value[2:0];
        endcase
      end
      bad_vc = ({29'd0, vc} >= VCS_C);
      if (bad_vc) vc = 3'd0; // what comes behind may index with it

      go = (verdict == ACCEPT) || (verdict == PUNT);
      if (go) begin
        bad = bad_vc || (!s_dst[12] && (verdict != PUNT));
        if (s_dst[12]) begin
          dst = key_of(h[{1'b0, s_dst[5:0], 4'd0} +: 128], s_dst[8:6]);
          if ((key_bytes(s_dst[8:6]) == 8'd0) ||
              ({1'b0, s_dst[5:0], 1'b0} + key_bytes(s_dst[8:6]) > avail)) bad = 1'b1;
          dst_id = (s_dst[8:6] == `WEFT_KEY_MAC) &&
                   (((dst[47:16] ^ cfg_id_prefix_i) & cfg_id_mask_i) == 32'd0);
        end
        if (s_src[12]) begin
          src = key_of(h[{1'b0, s_src[5:0], 4'd0} +: 128], s_src[8:6]);
          if ((key_bytes(s_src[8:6]) == 8'd0) ||
              ({1'b0, s_src[5:0], 1'b0} + key_bytes(s_src[8:6]) > avail)) bad = 1'b1;
          src_id = (s_src[8:6] == `WEFT_KEY_MAC) &&
                   (((src[47:16] ^ cfg_id_prefix_i) & cfg_id_mask_i) == 32'd0);
        end
        if (s_rw[12] && !s_rw[8] && (s_rw[7:6] != 2'd0)) begin
          rw_mode = s_rw[7:6];
          if (s_rw[5:0] > RW_LAST) bad = 1'b1;
          rw = data_i[{s_rw[4:0], 4'd0} +: 72]; // right up to RW_LAST
          case (rw_mode)
            RW_ESUN: begin ecn = rw[1:0];   spent = (rw[31:29] == 3'd0); end
            RW_IP4:  begin ecn = rw[9:8];   spent = (rw[71:65] == 7'd0); end
            RW_IP6:  begin ecn = rw[13:12]; spent = (rw[63:57] == 7'd0); end
            default: ;
          endcase
        end
        if (s_hash[12]) begin
          label = h[{1'b0, s_hash[5:0], 4'd0} +: 32];
          label = {label[7:0]   & {8{s_hash[6]}}, label[15:8]  & {8{s_hash[7]}},
                   label[23:16] & {8{s_hash[8]}}, label[31:24] & {8{s_hash[9]}}};
        end
        if (s_part[12]) begin
          part = h[{1'b0, s_part[5:0], 4'd0} +: 16];
          part = {part[7:0], part[15:8]} >> s_part[9:6];
        end
      end

      case (verdict)
        ACCEPT, PUNT: drop = bad ? `WEFT_DROP_PARSE : spent ? `WEFT_DROP_TTL : `WEFT_DROP_NONE;
        DROP:         drop = walk_i[7:3];
        CONTROL:      drop = `WEFT_DROP_CONTROL;
        default:      drop = `WEFT_DROP_PARSE;
      endcase
      if (drop != `WEFT_DROP_NONE) begin
        go   = 1'b0;
        kind = (verdict == CONTROL) ? `WEFT_KIND_CONTROL : `WEFT_KIND_DROP;
      end else if (verdict == PUNT) kind = `WEFT_KIND_PUNT;
    end
  end

  weft_flow_hash u_hash (
      .en_i   (go),
      .dst_i  (dst),
      .src_i  (src),
      .label_i(label),
      .hash_o (hash)
  );

  reg [`WEFT_DESC_BITS-1:0] desc;
  reg [15:0]                seq_q;
  always @* begin
    desc = {`WEFT_DESC_BITS{1'b0}};
    if (first) begin
      desc[`WEFT_D_SEQ]       = seq_q;
      desc[`WEFT_D_SRC_PORT]  = cfg_port_i;
      desc[`WEFT_D_VC]        = vc;
      desc[`WEFT_D_PRIO]      = prio;
      desc[`WEFT_D_KIND]      = kind;
      desc[`WEFT_D_PROTO]     = slots_i[5:0];
      desc[`WEFT_D_LEN_KNOWN] = side_i[27];
      desc[`WEFT_D_LEN]       = side_i[27] ? side_i[13:0] : 14'd0;
      desc[`WEFT_D_TIME]      = time_i - AGE_C;
      desc[`WEFT_D_DROP]      = drop;
      if (go) begin
        desc[`WEFT_D_OP]        = slots_i[7:6];
        desc[`WEFT_D_HASH]      = hash;
        desc[`WEFT_D_RW_MODE]   = rw_mode;
        desc[`WEFT_D_RW_ECN]    = (ecn != 2'd0);
        desc[`WEFT_D_RW_OFF]    = (rw_mode != 2'd0) ? {s_rw[5:0], 1'b0} : 7'd0;
        desc[`WEFT_D_SPRAY]     = slots_i[9];
        desc[`WEFT_D_TRIMMABLE] = slots_i[10] && s_trim[12];
        desc[`WEFT_D_TRIM]      = s_trim[12] ? {s_trim[5:0], 1'b0} : 7'd0;
        desc[`WEFT_D_HAS_PART]  = s_part[12];
        desc[`WEFT_D_PART]      = part[9:0];
      end
    end
  end

  always @(posedge clk) begin
    valid_o <= valid_i;
    if (valid_i) begin
      side_o <= side_i;
      data_o <= data_i;
    end
    if (first) begin
      seq_q      <= seq_q + 16'd1;
      dst_key_o  <= !go ? 128'd0 : dst_id ? {118'd0, dst[9:0]} : dst;
      dst_type_o <= (!go || !s_dst[12]) ? 3'd0 : dst_id ? `WEFT_KEY_ID : s_dst[8:6];
      src_key_o  <= !go ? 128'd0 : src;
      src_type_o <= (!go || !s_src[12]) ? 3'd0 : src_id ? `WEFT_KEY_ID : s_src[8:6];
      desc_o     <= desc;
    end
    if (rst) begin
      valid_o <= 1'b0;
      seq_q   <= 16'd0;
    end
  end

  `WEFT_ASSERT(a_vc_exists,
      !(valid_o && side_o[28]) || ({29'd0, desc_o[`WEFT_D_VC]} < VCS_C))
  `WEFT_ASSERT(a_drop_is_not_forwarded,
      !(valid_o && side_o[28]) || (desc_o[`WEFT_D_DROP] == `WEFT_DROP_NONE) ||
      (desc_o[`WEFT_D_KIND] == `WEFT_KIND_DROP) || (desc_o[`WEFT_D_KIND] == `WEFT_KIND_CONTROL))
endmodule
`default_nettype wire
