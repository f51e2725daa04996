// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_fifo: small FIFO in flops, valid/ready on both sides.
//
// Latency: 1 cycle from an accepted word to out_valid_o. Throughput: one word a cycle.
// Stall rule: in_ready_o falls when DEPTH words are inside. For DEPTH >= 2 it is a function of
//   state only; for DEPTH = 1 a full FIFO also takes a word in the cycle in which out_ready_i
//   empties it (a combinational path from out_ready_i to in_ready_o: the price of full rate with
//   one word).
// Trade-off: the read multiplexer is combinational, so keep DEPTH small; weft_fifo_ram is for more.
//   DEPTH = 2 is the cheapest stage that cuts valid, ready and data paths at full rate.
// Relies on: a sender keeps in_valid_i until in_ready_o. error_o is sticky until reset: a word was
//   offered while full and then withdrawn (a sender that spends credits it does not have does just
//   that). It survives synthesis.
`default_nettype none
`include "weft_defs.vh"
module weft_fifo #(
    parameter WIDTH = 8, // bits of a word
    parameter DEPTH = 4  // words, any number >= 1
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
    output wire                         error_o   // sticky, see above
);
  localparam ADDR = (DEPTH > 1) ? $clog2(DEPTH) : 1;
  localparam LVL  = $clog2(DEPTH + 1);
  localparam [31:0] LAST_C  = DEPTH - 1;
  localparam [31:0] DEPTH_C = DEPTH;
  localparam [ADDR-1:0] LAST = LAST_C[ADDR-1:0];
  localparam [LVL-1:0]  FULL = DEPTH_C[LVL-1:0];

  reg [ADDR-1:0] wr_q;
  reg [ADDR-1:0] rd_q;
  reg [LVL-1:0]  level_q;
  reg            refused_q;
  reg            error_q;

  wire full = (level_q == FULL);
  wire push = in_valid_i && in_ready_o;
  wire pop  = out_valid_o && out_ready_i;

  assign out_valid_o = (level_q != {LVL{1'b0}});
  assign level_o     = level_q;
  assign error_o     = error_q;

  generate
    if (DEPTH == 1) begin : gen_one
      assign in_ready_o = !full || out_ready_i;
    end else begin : gen_many
      assign in_ready_o = !full;
    end
  endgenerate

  weft_ram_reg #(
      .WIDTH(WIDTH),
      .DEPTH(DEPTH)
  ) u_mem (
      .clk      (clk),
      .wr_en_i  (push),
      .wr_addr_i(wr_q),
      .wr_data_i(in_data_i),
      .rd_addr_i(rd_q),
      .rd_data_o(out_data_o)
  );

  always @(posedge clk) begin
    if (push) wr_q <= (wr_q == LAST) ? {ADDR{1'b0}} : wr_q + 1'b1;
    if (pop) rd_q <= (rd_q == LAST) ? {ADDR{1'b0}} : rd_q + 1'b1;
    if (push && !pop) level_q <= level_q + 1'b1;
    if (!push && pop) level_q <= level_q - 1'b1;
    refused_q <= in_valid_i && !in_ready_o;
    if (refused_q && !in_valid_i) error_q <= 1'b1;
    if (rst) begin
      wr_q      <= {ADDR{1'b0}};
      rd_q      <= {ADDR{1'b0}};
      level_q   <= {LVL{1'b0}};
      refused_q <= 1'b0;
      error_q   <= 1'b0;
    end
  end

  `WEFT_ASSERT(a_never_overflows, !(push && full && !pop))
endmodule
`default_nettype wire
