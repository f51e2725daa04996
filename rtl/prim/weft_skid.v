// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_skid: skid buffer; cuts the ready path, valid/ready on both sides.
//
// Latency: 0 cycles. Throughput: one word a cycle. in_ready_o is a register.
// Stall rule: when the receiver stalls, the one word that is already under way is kept in the skid
//   register and in_ready_o falls in the next cycle.
// Trade-off: one register of WIDTH bits and a 2:1 multiplexer in the forward path. valid and data
//   stay combinational from input to output; weft_fifo with DEPTH = 2 cuts both directions for one
//   cycle of latency.
// Relies on: a sender keeps in_valid_i and in_data_i until in_ready_o.
`default_nettype none
`include "weft_defs.vh"
module weft_skid #(
    parameter WIDTH = 8 // bits of a word
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             in_valid_i,
    output wire             in_ready_o,
    input  wire [WIDTH-1:0] in_data_i,
    output wire             out_valid_o,
    input  wire             out_ready_i,
    output wire [WIDTH-1:0] out_data_o
);
  reg             held_q; // the skid register holds a word
  reg [WIDTH-1:0] data_q;

  assign in_ready_o  = !held_q;
  assign out_valid_o = held_q || in_valid_i;
  assign out_data_o  = held_q ? data_q : in_data_i;

  always @(posedge clk) begin
    if (in_valid_i && !held_q && !out_ready_i) begin
      held_q <= 1'b1;
      data_q <= in_data_i;
    end
    if (out_ready_i) held_q <= 1'b0;
    if (rst) held_q <= 1'b0;
  end

  `WEFT_ASSERT(a_offers_when_held, !held_q || out_valid_o)
endmodule
`default_nettype wire
