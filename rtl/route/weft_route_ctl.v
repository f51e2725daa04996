// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_route_ctl: the one writer of the tables of all weft_route; takes commands from registers.
//
// After reset it writes an invalid entry to every index of every table, one a cycle (the sum of all
// table sizes, 5552 by default), with tbl_ready_o = 0; the ports deny all frames meanwhile. Then,
// per command (cmd_valid_i for one cycle): table cmd_sel_i (WEFT_TBL_*), index cmd_index_i (MAC:
// {way[1:0], set}; bucket: {group, bucket[7:0]}), cmd_write_i: 1 writes {key, mask, entry}, 0 reads
// them from the own copy into rd_*; fields that the table does not have read 0.
//   rd_err_o  the last command was refused: index past the end of its table, or given while
//             cmd_busy_o = 1. A refused command changes nothing, rd_* included. Sticky until
//             the next command.
// A write is one cycle of the bus, hence atomic for every port and every frame (law 9). All ports
// see it in the same cycle.
//
// Latency: write: 1 cycle to the bus. Read: rd_* hold the answer 2 cycles after the command.
//   cmd_busy_o for the one cycle after an accepted command; when it is low, rd_* are up to date.
// Stall rule: no command while busy.
// Trade-off: a copy of all tables of its own, because the read ports of the ports' copies belong to
//   the frames; one memory a table, as narrow as the table.
// Relies on: software puts an address into the set that weft_mac_hash gives for that way, and
//   prefixes in the order of their lengths; an entry elsewhere is never found, and never harms.
`default_nettype none
`include "weft_defs.vh"
module weft_route_ctl #(
    parameter MAC_SETS    = 64,   // as weft_route
    parameter IDS         = 1024,
    parameter GROUPS      = 64,
    parameter LPM4        = 64,
    parameter LPM6        = 16,
    parameter RANGES      = 16,
    parameter GROUPS_ECMP = 16,
    parameter PARTS       = 16
) (
    input  wire         clk,
    input  wire         rst,
    input  wire         cmd_valid_i,
    input  wire         cmd_write_i,
    input  wire [2:0]   cmd_sel_i,
    input  wire [15:0]  cmd_index_i,
    input  wire [127:0] cmd_key_i,
    input  wire [127:0] cmd_mask_i,
    input  wire [21:0]  cmd_entry_i,
    output wire         cmd_busy_o,
    output reg  [127:0] rd_key_o,
    output reg  [127:0] rd_mask_o,
    output reg  [21:0]  rd_entry_o,
    output reg          rd_err_o,
    // to all weft_route
    output wire         tbl_ready_o,
    output reg          tbl_we_o,
    output reg  [2:0]   tbl_sel_o,
    output reg  [15:0]  tbl_index_o,
    output reg  [127:0] tbl_key_o,
    output reg  [127:0] tbl_mask_o,
    output reg  [21:0]  tbl_entry_o
);
  generate
    if (MAC_SETS < 2 || MAC_SETS > 16384 || MAC_SETS != (1 << $clog2(MAC_SETS)) || IDS < 2 ||
        IDS > 32768 || IDS != (1 << $clog2(IDS)) || GROUPS < 1 || GROUPS > 1024 || LPM4 < 1 ||
        LPM4 > 256 || LPM6 < 1 || LPM6 > 256 || RANGES < 1 || RANGES > 64 || GROUPS_ECMP < 1 ||
        GROUPS_ECMP > 64 || PARTS < 1 || PARTS > 64) begin : gen_illegal
      weft_route_ctl_illegal_parameter u_stop ();
    end
  endgenerate

  // Sizes by table, WEFT_TBL_PART first.
  localparam [31:0] N_MAC    = 4 * MAC_SETS;
  localparam [31:0] N_ID     = IDS;
  localparam [31:0] N_GROUP  = GROUPS;
  localparam [31:0] N_LPM4   = LPM4;
  localparam [31:0] N_LPM6   = LPM6;
  localparam [31:0] N_RANGE  = RANGES;
  localparam [31:0] N_BUCKET = GROUPS_ECMP * 256;
  localparam [31:0] N_PART   = PARTS;
  localparam [8*17-1:0] SIZES = {N_PART[16:0], N_BUCKET[16:0], N_RANGE[16:0], N_LPM6[16:0],
                                 N_LPM4[16:0], N_GROUP[16:0], N_ID[16:0], N_MAC[16:0]};

  reg         ready_q;
  reg         sweep_q;       // tables are being cleared
  reg  [2:0]  sweep_sel_q;
  reg  [15:0] sweep_index_q;
  reg         rd_q;          // a read is on its way: the RAM answers in this cycle
  reg  [2:0]  rd_sel_q;

  assign cmd_busy_o  = sweep_q || tbl_we_o || rd_q;
  assign tbl_ready_o = ready_q;

  wire accept  = cmd_valid_i && !cmd_busy_o && ({1'b0, cmd_index_i} < SIZES[cmd_sel_i*17+:17]);
  wire rd_take = accept && !cmd_write_i;
  wire sweep_last = {1'b0, sweep_index_q} + 17'd1 == SIZES[sweep_sel_q*17+:17];

  // Own copies, written by the bus like every other: what the table has of key, mask and entry.
  wire [8*278-1:0] copy; // {entry[21:0], mask[127:0], key[127:0]} of each table
  genvar t;
  generate
    for (t = 0; t < 8; t = t + 1) begin : gen_copy
      localparam N = {15'd0, SIZES[t*17+:17]};
      localparam A = (N > 1) ? $clog2(N) : 1;
      localparam K = (t == 0) ? 48 : (t == 3) ? 32 : (t == 4) ? 128 : (t == 5) ? 64
                   : (t == 7) ? 10 : 0;
      localparam M = (t == 2 || t == 5 || t == 7) ? 64 : (t == 3) ? 32 : (t == 4) ? 128 : 0;
      localparam E = (t == 5) ? 22 : (t == 6) ? 19 : (t == 2) ? 0 : 13;
      wire [K+M+E-1:0] wr_data, rd_data;
      weft_ram_1w1r #(.WIDTH(K + M + E), .DEPTH(N)) u_copy (
        .clk(clk), .wr_en_i(tbl_we_o && (tbl_sel_o == t)), .wr_addr_i(tbl_index_o[A-1:0]),
        .wr_data_i(wr_data),
        .rd_en_i(rd_take && (cmd_sel_i == t)), .rd_addr_i(cmd_index_i[A-1:0]),
        .rd_data_o(rd_data)
      );
      if (K > 0) begin : gen_key
        assign wr_data[0+:K] = tbl_key_o[K-1:0];
        assign copy[t*278+:128] = {{128-K{1'b0}}, rd_data[0+:K]};
      end else begin : gen_no_key
        assign copy[t*278+:128] = 128'd0;
      end
      if (M > 0) begin : gen_mask
        assign wr_data[K+:M] = tbl_mask_o[M-1:0];
        assign copy[t*278+128+:128] = {{128-M{1'b0}}, rd_data[K+:M]};
      end else begin : gen_no_mask
        assign copy[t*278+128+:128] = 128'd0;
      end
      if (E > 0) begin : gen_entry
        assign wr_data[K+M+:E] = tbl_entry_o[E-1:0];
        assign copy[t*278+256+:22] = {{22-E{1'b0}}, rd_data[K+M+:E]};
      end else begin : gen_no_entry
        assign copy[t*278+256+:22] = 22'd0;
      end
    end
  endgenerate

  always @(posedge clk) begin
    tbl_we_o <= 1'b0;
    rd_q     <= 1'b0;
    ready_q  <= !sweep_q;
    if (sweep_q) begin
      tbl_we_o      <= 1'b1;
      tbl_sel_o     <= sweep_sel_q;
      tbl_index_o   <= sweep_index_q;
      tbl_key_o     <= 128'd0;
      tbl_mask_o    <= 128'd0;
      tbl_entry_o   <= 22'd0;
      sweep_index_q <= sweep_last ? 16'd0 : sweep_index_q + 16'd1;
      if (sweep_last) sweep_sel_q <= sweep_sel_q + 3'd1;
      if (sweep_last && (sweep_sel_q == 3'd7)) sweep_q <= 1'b0;
    end
    if (accept && cmd_write_i) begin
      tbl_we_o    <= 1'b1;
      tbl_sel_o   <= cmd_sel_i;
      tbl_index_o <= cmd_index_i;
      tbl_key_o   <= cmd_key_i;
      tbl_mask_o  <= cmd_mask_i;
      tbl_entry_o <= cmd_entry_i;
    end
    if (rd_take) begin
      rd_q     <= 1'b1;
      rd_sel_q <= cmd_sel_i;
    end
    if (rd_q) {rd_entry_o, rd_mask_o, rd_key_o} <= copy[rd_sel_q*278+:278];
    if (cmd_valid_i) rd_err_o <= !accept;
    if (rst) begin
      sweep_q       <= 1'b1;
      sweep_sel_q   <= 3'd0;
      sweep_index_q <= 16'd0;
      ready_q       <= 1'b0;
      tbl_we_o      <= 1'b0;
      rd_q          <= 1'b0;
      rd_key_o      <= 128'd0;
      rd_mask_o     <= 128'd0;
      rd_entry_o    <= 22'd0;
      rd_err_o      <= 1'b0;
    end
  end

  `WEFT_ASSERT(a_write_is_in_range, !tbl_we_o || ({1'b0, tbl_index_o} < SIZES[tbl_sel_o*17+:17]))
  `WEFT_ASSERT(a_closed_while_sweeping, !(sweep_q && ready_q))
endmodule
`default_nettype wire
