// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_parser: the programmable parser of a port: cells in; the same cells out, with keys and a
// descriptor beside the first one of each frame. It knows no protocol: its program does.
//
// Stages (weft_parser_stage) that each take one step by tables of their own, then one cycle that
// takes the fields out (weft_parser_extract). Machine and programs: csrc/include/weft/parser.h.
//
// Latency: HOLD + STAGES + 1 cycles for the first cell of every frame, whatever its program and its
//   length. HOLD is 0, 2, 6 for 32, 16, 8 bytes a cycle: a first cell is held back so long that the
//   second one, 64 / MII_BYTES cycles later on the wire, is at most two cycles behind it. Other cells
//   are held back less, or not at all, never longer; order is kept.
// Second cell: one that comes later still (control ordered sets within the first 128 bytes of a
//   frame, against the link rules, which allow none before byte 256) counts as not there: bytes 64
//   to 127 of that frame do not exist for the program.
// Stall rule: none, a cell every cycle, whatever is being loaded.
// Load (law 9): in the cycle of load_i the bus carries the tables of stage 0, s cycles later those
//   of stage s. A token runs down the pipeline with load_i, so the new program follows behind the
//   last cell of the old one: every frame sees one program in all of its stages, and no cycle is
//   lost. A load may follow STAGES cycles after another. tag_o names the program of the frames that
//   enter stage 0. After reset there is no program: every frame is a drop PARSE (law 8).
// Trade-off: the pipeline carries whole cells, so that their order is never in question and the
//   stages need no buffer of headers: (STAGES + 1) * 541 flops.
// Relies on: every sop cell that is not also eop holds 64 bytes; bytes beyond `bytes` are 0.
`default_nettype none
`include "weft_defs.vh"
module weft_parser #(
    parameter VCS       = 4,  // virtual channels, 1..8
    parameter STAGES    = 6,  // 3..8; programs are made for 6
    parameter MII_BYTES = 32  // 8, 16, 32: how far apart the cells of a frame come
) (
    input  wire          clk,
    input  wire          rst,
    input  wire [31:0]   time_i,           // current cycle, goes into the descriptor
    // program
    input  wire          load_i,           // the bus has stage 0 now, stage s in s cycles
    input  wire [2559:0] load_data_i,
    input  wire [31:0]   load_tag_i,       // with load_i
    output reg  [31:0]   tag_o,            // of the last load, 0 after reset
    // cells in
    input  wire          cell_valid_i,
    input  wire          cell_sop_i,
    input  wire          cell_eop_i,
    input  wire          cell_err_i,       // with eop
    input  wire [4:0]    cell_reason_i,    // with eop, WEFT_DROP_*
    input  wire [6:0]    cell_bytes_i,     // 1..64
    input  wire [13:0]   cell_len_i,       // with eop: bytes of the frame without FCS
    input  wire [511:0]  cell_data_i,
    // configuration (registers; quasi-static)
    input  wire [5:0]    cfg_port_i,       // number of this endpoint
    input  wire [31:0]   cfg_id_prefix_i,  // upper 32 bits of addresses that carry an identifier
    input  wire [31:0]   cfg_id_mask_i,    // which of them are compared
    input  wire [23:0]   cfg_cos_map_i,    // VC of class of service c at 3*c
    input  wire [47:0]   cfg_pcp_map_i,    // VC of {PCP, DEI} p at 3*p
    input  wire [191:0]  cfg_dscp_map_i,   // VC of DSCP d at 3*d
    input  wire [2:0]    cfg_default_vc_i, // VC of frames without a class
    // cells out
    output wire          cell_valid_o,
    output wire          cell_sop_o,
    output wire          cell_eop_o,
    output wire          cell_err_o,
    output wire [4:0]    cell_reason_o,
    output wire [6:0]    cell_bytes_o,
    output wire [13:0]   cell_len_o,
    output wire [511:0]  cell_data_o,
    // with the sop cell
    output wire [127:0]  dst_key_o,        // right-aligned
    output wire [2:0]    dst_type_o,       // WEFT_KEY_*
    output wire [127:0]  src_key_o,
    output wire [2:0]    src_type_o,
    output wire [`WEFT_DESC_BITS-1:0] desc_o
);
  localparam HOLD = 64 / MII_BYTES - 2;

  generate
    if (VCS < 1 || VCS > 8 || STAGES < 3 || STAGES > 8 ||
        (MII_BYTES != 8 && MII_BYTES != 16 && MII_BYTES != 32)) begin : gen_illegal
      weft_parser_illegal_parameter u_stop ();
    end
  endgenerate

  // Place s is the input of stage s, place STAGES that of the extraction. The comments below let
  // the simulator keep each place apart; other tools read past them.
  wire [STAGES:0]              valid /*verilator split_var*/;
  wire [(STAGES+1)*29-1:0]     side  /*verilator split_var*/;
  wire [(STAGES+1)*512-1:0]    data  /*verilator split_var*/;
  wire [(STAGES+1)*17-1:0]     walk  /*verilator split_var*/;
  wire [(STAGES+1)*128-1:0]    slots /*verilator split_var*/;
  wire [28:0] side_in = {cell_sop_i, cell_eop_i, cell_err_i, cell_reason_i, cell_bytes_i,
                         cell_len_i};

  assign walk[16:0]   = 17'd0;
  assign slots[127:0] = 128'd0;

  // ------------------------------------------------------------------ hold -------------------
  genvar g;
  generate
    if (HOLD == 0) begin : gen_direct
      assign valid[0]    = cell_valid_i;
      assign side[28:0]  = side_in;
      assign data[511:0] = cell_data_i;
    end else begin : gen_hold
      // A first cell leaves HOLD cycles after it came, any other as soon as it is at the head.
      reg  [HOLD-1:0] due_q; // bit k: a first cell came k + 1 cycles ago
      wire            held;
      wire [28:0]     head_side;
      wire [511:0]    head_data;
      wire            pass = !held && cell_valid_i && !cell_sop_i;
      wire            pop  = held && (!head_side[28] || due_q[HOLD-1]);
      /* verilator lint_off PINCONNECTEMPTY */
      weft_fifo #(
          .WIDTH(541),
          .DEPTH(HOLD + 1)
      ) u_hold (
          .clk        (clk),
          .rst        (rst),
          .in_valid_i (cell_valid_i && !pass),
          .in_ready_o (), // HOLD + 1 cells are never held
          .in_data_i  ({side_in, cell_data_i}),
          .out_valid_o(held),
          .out_ready_i(pop),
          .out_data_o ({head_side, head_data}),
          .level_o    (),
          .error_o    ()
      );
      /* verilator lint_on PINCONNECTEMPTY */
      always @(posedge clk) begin
        due_q <= {due_q[HOLD-2:0], cell_valid_i && cell_sop_i};
        if (rst) due_q <= {HOLD{1'b0}};
      end
      assign valid[0]    = pop || pass;
      assign side[28:0]  = pass ? side_in : head_side;
      assign data[511:0] = pass ? cell_data_i : head_data;
      `WEFT_ASSERT(a_due_is_first, !due_q[HOLD-1] || (held && head_side[28]))
    end
  endgenerate

  // ------------------------------------------------------------------ stages -----------------
  reg [STAGES-1:1] token_q; // bit s: the bus has the tables of stage s for this port
  always @(posedge clk) begin
    token_q <= {token_q[STAGES-2:1], load_i};
    if (load_i) tag_o <= load_tag_i;
    if (rst) begin
      token_q <= {(STAGES - 1) {1'b0}};
      tag_o   <= 32'd0;
    end
  end
  wire [STAGES-1:0] load = {token_q, load_i};

  generate
    for (g = 0; g < STAGES; g = g + 1) begin : gen_stage
      localparam SECOND = (g >= 2) ? 1 : 0;
      localparam NEAR   = SECOND ? g - 1 : 0;
      localparam FAR    = SECOND ? g - 2 : 0;
      weft_parser_stage #(
          .SECOND(SECOND)
      ) u_stage (
          .clk         (clk),
          .rst         (rst),
          .load_i      (load[g]),
          .load_data_i (load_data_i),
          .valid_i     (valid[g]),
          .side_i      (side[g*29+:29]),
          .data_i      (data[g*512+:512]),
          .walk_i      (walk[g*17+:17]),
          .slots_i     (slots[g*128+:128]),
          .near_valid_i(valid[NEAR]),
          .near_side_i (side[NEAR*29+:29]),
          .near_data_i (data[NEAR*512+:512]),
          .far_valid_i (valid[FAR]),
          .far_side_i  (side[FAR*29+:29]),
          .far_data_i  (data[FAR*512+:512]),
          .valid_o     (valid[g+1]),
          .side_o      (side[(g+1)*29+:29]),
          .data_o      (data[(g+1)*512+:512]),
          .walk_o      (walk[(g+1)*17+:17]),
          .slots_o     (slots[(g+1)*128+:128])
      );
    end
  endgenerate

  weft_parser_extract #(
      .VCS(VCS),
      .AGE(HOLD + STAGES)
  ) u_extract (
      .clk             (clk),
      .rst             (rst),
      .time_i          (time_i),
      .valid_i         (valid[STAGES]),
      .side_i          (side[STAGES*29+:29]),
      .data_i          (data[STAGES*512+:512]),
      .walk_i          (walk[STAGES*17+:17]),
      .slots_i         (slots[STAGES*128+:128]),
      .near_valid_i    (valid[STAGES-1]),
      .near_side_i     (side[(STAGES-1)*29+:29]),
      .near_data_i     (data[(STAGES-1)*512+:512]),
      .far_valid_i     (valid[STAGES-2]),
      .far_side_i      (side[(STAGES-2)*29+:29]),
      .far_data_i      (data[(STAGES-2)*512+:512]),
      .cfg_port_i      (cfg_port_i),
      .cfg_id_prefix_i (cfg_id_prefix_i),
      .cfg_id_mask_i   (cfg_id_mask_i),
      .cfg_cos_map_i   (cfg_cos_map_i),
      .cfg_pcp_map_i   (cfg_pcp_map_i),
      .cfg_dscp_map_i  (cfg_dscp_map_i),
      .cfg_default_vc_i(cfg_default_vc_i),
      .valid_o         (cell_valid_o),
      .side_o          ({cell_sop_o, cell_eop_o, cell_err_o, cell_reason_o, cell_bytes_o,
                         cell_len_o}),
      .data_o          (cell_data_o),
      .dst_key_o       (dst_key_o),
      .dst_type_o      (dst_type_o),
      .src_key_o       (src_key_o),
      .src_type_o      (src_type_o),
      .desc_o          (desc_o)
  );

  `WEFT_ASSERT(a_first_cell_is_full,
      !(cell_valid_i && cell_sop_i && !cell_eop_i) || (cell_bytes_i == 7'd64))
  `WEFT_ASSERT(a_loads_do_not_meet, !load_i || (token_q == {(STAGES - 1) {1'b0}}))
endmodule
`default_nettype wire
