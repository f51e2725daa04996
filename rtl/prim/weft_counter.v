// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_counter: event counter, wrapping or saturating.
//
// Latency: count_o shows an event in the cycle after it.
// Stall rule: none. clear_i in the same cycle as an event leaves that event counted: read and clear
//   loses nothing (count_o in the cycle of clear_i is what the reader takes).
// Trade-off: SATURATE costs one compare; a wrapping counter is for readers that take differences.
// Relies on: INC_W <= WIDTH.
`default_nettype none
module weft_counter #(
    parameter WIDTH    = 32, // bits of the count
    parameter INC_W    = 1,  // bits of the increment
    parameter SATURATE = 0   // 1: stop at all ones; 0: wrap
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             en_i,    // count inc_i this cycle
    input  wire [INC_W-1:0] inc_i,
    input  wire             clear_i,
    output wire [WIDTH-1:0] count_o
);
  reg [WIDTH-1:0] count_q;

  wire [WIDTH-1:0] base = clear_i ? {WIDTH{1'b0}} : count_q;
  wire [WIDTH:0]   sum  = {1'b0, base} + {{(WIDTH + 1 - INC_W) {1'b0}}, inc_i};
  wire             hold = (SATURATE != 0) && sum[WIDTH];

  assign count_o = count_q;

  always @(posedge clk) begin
    if (en_i) count_q <= hold ? {WIDTH{1'b1}} : sum[WIDTH-1:0];
    else if (clear_i) count_q <= {WIDTH{1'b0}};
    if (rst) count_q <= {WIDTH{1'b0}};
  end
endmodule
`default_nettype wire
