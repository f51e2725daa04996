// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_fifo_ram: deep FIFO on a synchronous RAM, valid/ready on both sides.
//
// Latency: exactly 1 cycle from an accepted word to out_valid_o when empty (the word bypasses the
//   RAM). Throughput: one word a cycle, also while the bypass and the RAM alternate.
// Stall rule: in_ready_o falls when DEPTH words are inside (RAM and output stage together); for
//   DEPTH >= 2 it is a function of state only, for DEPTH = 1 it also follows out_ready_i.
// Trade-off: the output is a 2:1 multiplexer behind the RAM's own read register, which keeps the
//   latency at one cycle and needs no second wide register; add a weft_fifo of depth 2 behind it
//   where the clock asks for a clean output.
// Relies on: a sender keeps in_valid_i until in_ready_o; weft_ram_1w1r holds its read word.
//   error_o as in weft_fifo.
`default_nettype none
`include "weft_defs.vh"
module weft_fifo_ram #(
    parameter WIDTH = 64, // bits of a word
    parameter DEPTH = 512 // words, any number >= 1
) (
    input  wire                         clk,
    input  wire                         rst,
    input  wire                         in_valid_i,
    output wire                         in_ready_o,
    input  wire [WIDTH-1:0]             in_data_i,
    output wire                         out_valid_o,
    input  wire                         out_ready_i,
    output wire [WIDTH-1:0]             out_data_o,
    output wire [$clog2(DEPTH+1)-1:0]   level_o,  // words inside
    output wire                         error_o   // sticky
);
  // The output stage always holds the oldest word, so the RAM needs one word less than DEPTH.
  localparam RDEPTH = (DEPTH > 1) ? DEPTH - 1 : 1;
  localparam ADDR   = (RDEPTH > 1) ? $clog2(RDEPTH) : 1;
  localparam LVL    = $clog2(DEPTH + 1);
  localparam [31:0] LAST_C  = RDEPTH - 1;
  localparam [31:0] DEPTH_C = DEPTH;
  localparam [ADDR-1:0] LAST = LAST_C[ADDR-1:0];
  localparam [LVL-1:0]  FULL = DEPTH_C[LVL-1:0];
  localparam [LVL-1:0]  ONE  = {{(LVL-1) {1'b0}}, 1'b1};

  reg [ADDR-1:0]  wr_q;
  reg [ADDR-1:0]  rd_q;
  reg [LVL-1:0]   level_q;
  reg             from_ram_q; // the output word is the RAM's, not the bypass register's
  reg [WIDTH-1:0] bypass_q;
  reg             refused_q;
  reg             error_q;

  wire             full      = (level_q == FULL);
  wire             push      = in_valid_i && in_ready_o;
  wire             pop       = out_valid_o && out_ready_i;
  wire             in_ram    = out_valid_o && (level_q != ONE); // behind the output stage
  wire             slot_free = !out_valid_o || pop;
  wire             rd_en     = slot_free && in_ram;
  wire             bypass    = slot_free && !in_ram && push;
  wire             wr_en     = push && !bypass;
  wire [WIDTH-1:0] ram_data;

  assign out_valid_o = (level_q != {LVL{1'b0}});
  assign out_data_o  = from_ram_q ? ram_data : bypass_q;
  assign level_o     = level_q;
  assign error_o     = error_q;

  generate
    if (DEPTH == 1) begin : gen_one
      assign in_ready_o = !full || out_ready_i;
    end else begin : gen_many
      assign in_ready_o = !full;
    end
  endgenerate

  weft_ram_1w1r #(
      .WIDTH(WIDTH),
      .DEPTH(RDEPTH)
  ) u_ram (
      .clk      (clk),
      .wr_en_i  (wr_en),
      .wr_addr_i(wr_q),
      .wr_data_i(in_data_i),
      .rd_en_i  (rd_en),
      .rd_addr_i(rd_q),
      .rd_data_o(ram_data)
  );

  always @(posedge clk) begin
    if (wr_en) wr_q <= (wr_q == LAST) ? {ADDR{1'b0}} : wr_q + 1'b1;
    if (rd_en) rd_q <= (rd_q == LAST) ? {ADDR{1'b0}} : rd_q + 1'b1;
    if (rd_en) from_ram_q <= 1'b1;
    if (bypass) begin
      from_ram_q <= 1'b0;
      bypass_q   <= in_data_i;
    end
    if (push && !pop) level_q <= level_q + 1'b1;
    if (!push && pop) level_q <= level_q - 1'b1;
    refused_q <= in_valid_i && !in_ready_o;
    if (refused_q && !in_valid_i) error_q <= 1'b1;
    if (rst) begin
      wr_q       <= {ADDR{1'b0}};
      rd_q       <= {ADDR{1'b0}};
      level_q    <= {LVL{1'b0}};
      from_ram_q <= 1'b0;
      refused_q  <= 1'b0;
      error_q    <= 1'b0;
    end
  end

  `WEFT_ASSERT(a_never_overflows, !(push && full && !pop))
endmodule
`default_nettype wire
