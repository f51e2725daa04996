// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_route_ctl: the one writer of the tables of all weft_route; takes commands from registers.
//
// After reset it writes an invalid entry to every index of every table, one a cycle
// (4 * MAC_SETS + IDS + GROUPS cycles, 1344 by default), with tbl_ready_o = 0; the ports deny all
// frames meanwhile. Then, per command (cmd_valid_i for one cycle):
//   op  1 write MAC entry  index {way[1:0], set}, key, entry {valid, group, dest[9:0]}
//       2 write id         index, entry
//       3 write group      index, mask (bits past the last endpoint are ignored by weft_route)
//       4 read MAC, 5 read id, 6 read group: from the own copy, into rd_*; what the table does not
//         have reads 0
//   rd_err_o  the last command was refused: unknown op, index past the end of its table, or given
//             while cmd_busy_o = 1. A refused command changes nothing, rd_* included. Sticky until
//             the next command.
// A write is one cycle of the bus, hence atomic for every port and every frame (law 9). All ports
// see it in the same cycle.
//
// Latency: write: 1 cycle to the bus. Read: rd_* hold the answer 2 cycles after the command.
//   cmd_busy_o for the one cycle after an accepted command; when it is low, rd_* are up to date.
// Stall rule: no command while busy.
// Trade-off: a copy of all tables of its own, because the read ports of the port's copies belong to
//   the frames.
// Relies on: software puts an address into the set that weft_mac_hash gives for that way; an entry
//   in any other set is never found, and never harms.
`default_nettype none
`include "weft_defs.vh"
module weft_route_ctl #(
    parameter MAC_SETS = 64,   // sets of a way, a power of two, 2..16384
    parameter IDS      = 1024, // a power of two, 2..1024
    parameter GROUPS   = 64    // 1..1024
) (
    input  wire        clk,
    input  wire        rst,
    input  wire        cmd_valid_i,
    input  wire [2:0]  cmd_op_i,
    input  wire [15:0] cmd_index_i,
    input  wire [47:0] cmd_key_i,
    input  wire [11:0] cmd_entry_i,
    input  wire [63:0] cmd_mask_i,
    output wire        cmd_busy_o,
    output reg  [47:0] rd_key_o,
    output reg  [11:0] rd_entry_o,
    output reg  [63:0] rd_mask_o,
    output reg         rd_err_o,
    // to all weft_route
    output wire        tbl_ready_o,
    output reg         tbl_we_o,
    output reg  [1:0]  tbl_sel_o,   // 0 MAC, 1 id, 2 group
    output reg  [15:0] tbl_index_o,
    output reg  [47:0] tbl_key_o,
    output reg  [11:0] tbl_entry_o,
    output reg  [63:0] tbl_mask_o
);
  localparam MAC_N = 4 * MAC_SETS;
  localparam MAC_A = $clog2(MAC_N);
  localparam ID_A  = $clog2(IDS);
  localparam GRP_A = (GROUPS > 1) ? $clog2(GROUPS) : 1;
  localparam [31:0] MAC_32 = MAC_N;
  localparam [31:0] ID_32  = IDS;
  localparam [31:0] GRP_32 = GROUPS;
  localparam [16:0] MAC_C = MAC_32[16:0];
  localparam [16:0] ID_C  = ID_32[16:0];
  localparam [16:0] GRP_C = GRP_32[16:0];

  localparam [1:0] SEL_MAC   = 2'd0;
  localparam [1:0] SEL_ID    = 2'd1;
  localparam [1:0] SEL_GROUP = 2'd2;
  localparam [1:0] SEL_NONE  = 2'd3;

  generate
    if (MAC_SETS < 2 || MAC_SETS > 16384 || MAC_SETS != (1 << $clog2(MAC_SETS)) || IDS < 2 ||
        IDS > 1024 || IDS != (1 << ID_A) || GROUPS < 1 || GROUPS > 1024) begin : gen_illegal
      weft_route_ctl_illegal_parameter u_stop ();
    end
  endgenerate

  // What a command asks for. SEL_NONE = refused.
  reg  [1:0]  sel;
  reg  [16:0] bound;
  reg         is_write;
  always @* begin
    sel      = SEL_NONE;
    bound    = 17'd0;
    is_write = 1'b0;
    case (cmd_op_i)
      3'd1: begin sel = SEL_MAC;   bound = MAC_C; is_write = 1'b1; end
      3'd2: begin sel = SEL_ID;    bound = ID_C;  is_write = 1'b1; end
      3'd3: begin sel = SEL_GROUP; bound = GRP_C; is_write = 1'b1; end
      3'd4: begin sel = SEL_MAC;   bound = MAC_C; end
      3'd5: begin sel = SEL_ID;    bound = ID_C;  end
      3'd6: begin sel = SEL_GROUP; bound = GRP_C; end
      default: ;
    endcase
    if ({1'b0, cmd_index_i} >= bound) sel = SEL_NONE;
  end

  reg         ready_q;
  reg         sweep_q;       // tables are being cleared
  reg  [1:0]  sweep_sel_q;
  reg  [15:0] sweep_index_q;
  reg         rd_q;          // a read is on its way: the RAM answers in this cycle
  reg  [1:0]  rd_sel_q;

  assign cmd_busy_o  = sweep_q || tbl_we_o || rd_q;
  assign tbl_ready_o = ready_q;

  wire        take    = cmd_valid_i && !cmd_busy_o;
  wire        accept  = take && (sel != SEL_NONE);
  wire        rd_take = accept && !is_write;

  reg  [16:0] sweep_bound;
  always @* begin
    case (sweep_sel_q)
      SEL_MAC: sweep_bound = MAC_C;
      SEL_ID:  sweep_bound = ID_C;
      default: sweep_bound = GRP_C;
    endcase
  end
  wire        sweep_last = ({1'b0, sweep_index_q} + 17'd1 == sweep_bound);

  // Own copy, written by the bus like every other.
  wire [59:0] mac_rd;
  wire [11:0] id_rd;
  wire [63:0] group_rd;

  weft_ram_1w1r #(
      .WIDTH(60),
      .DEPTH(MAC_N)
  ) u_mac (
      .clk      (clk),
      .wr_en_i  (tbl_we_o && (tbl_sel_o == SEL_MAC)),
      .wr_addr_i(tbl_index_o[MAC_A-1:0]),
      .wr_data_i({tbl_key_o, tbl_entry_o}),
      .rd_en_i  (rd_take),
      .rd_addr_i(cmd_index_i[MAC_A-1:0]),
      .rd_data_o(mac_rd)
  );

  weft_ram_1w1r #(
      .WIDTH(12),
      .DEPTH(IDS)
  ) u_id (
      .clk      (clk),
      .wr_en_i  (tbl_we_o && (tbl_sel_o == SEL_ID)),
      .wr_addr_i(tbl_index_o[ID_A-1:0]),
      .wr_data_i(tbl_entry_o),
      .rd_en_i  (rd_take),
      .rd_addr_i(cmd_index_i[ID_A-1:0]),
      .rd_data_o(id_rd)
  );

  weft_ram_1w1r #(
      .WIDTH(64),
      .DEPTH(GROUPS)
  ) u_group (
      .clk      (clk),
      .wr_en_i  (tbl_we_o && (tbl_sel_o == SEL_GROUP)),
      .wr_addr_i(tbl_index_o[GRP_A-1:0]),
      .wr_data_i(tbl_mask_o),
      .rd_en_i  (rd_take),
      .rd_addr_i(cmd_index_i[GRP_A-1:0]),
      .rd_data_o(group_rd)
  );

  always @(posedge clk) begin
    tbl_we_o  <= 1'b0;
    rd_q      <= 1'b0;
    ready_q   <= !sweep_q;
    if (sweep_q) begin
      tbl_we_o      <= 1'b1;
      tbl_sel_o     <= sweep_sel_q;
      tbl_index_o   <= sweep_index_q;
      tbl_key_o     <= 48'd0;
      tbl_entry_o   <= 12'd0;
      tbl_mask_o    <= 64'd0;
      sweep_index_q <= sweep_last ? 16'd0 : sweep_index_q + 16'd1;
      if (sweep_last) sweep_sel_q <= sweep_sel_q + 2'd1;
      if (sweep_last && (sweep_sel_q == SEL_GROUP)) sweep_q <= 1'b0;
    end
    if (accept && is_write) begin
      tbl_we_o    <= 1'b1;
      tbl_sel_o   <= sel;
      tbl_index_o <= cmd_index_i;
      tbl_key_o   <= cmd_key_i;
      tbl_entry_o <= cmd_entry_i;
      tbl_mask_o  <= cmd_mask_i;
    end
    if (rd_take) begin
      rd_q     <= 1'b1;
      rd_sel_q <= sel;
    end
    if (rd_q) begin
      rd_key_o   <= (rd_sel_q == SEL_MAC) ? mac_rd[59:12] : 48'd0;
      rd_entry_o <= (rd_sel_q == SEL_MAC) ? mac_rd[11:0] : (rd_sel_q == SEL_ID) ? id_rd : 12'd0;
      rd_mask_o  <= (rd_sel_q == SEL_GROUP) ? group_rd : 64'd0;
    end
    if (cmd_valid_i) rd_err_o <= !accept;
    if (rst) begin
      sweep_q       <= 1'b1;
      sweep_sel_q   <= SEL_MAC;
      sweep_index_q <= 16'd0;
      ready_q       <= 1'b0;
      tbl_we_o      <= 1'b0;
      rd_q          <= 1'b0;
      rd_key_o      <= 48'd0;
      rd_entry_o    <= 12'd0;
      rd_mask_o     <= 64'd0;
      rd_err_o      <= 1'b0;
    end
  end

  `WEFT_ASSERT(a_write_is_in_range, !tbl_we_o || (tbl_sel_o != SEL_NONE))
  `WEFT_ASSERT(a_closed_while_sweeping, !(sweep_q && ready_q))
endmodule
`default_nettype wire
