// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_credit_counter: the one credit counter of the project (contract 4).
//
// Latency: give_i and take_i show in count_o in the next cycle; both at once leave it unchanged.
// Stall rule: take_i only with avail_o; give_i only below MAX (or together with take_i).
// Trade-off: error_o is one flop that survives synthesis: sticky until reset when a credit was
//   taken at 0 (also in the cycle of a give: it had not arrived yet) or given at MAX. The count
//   then stays in range; it no longer can be trusted.
// Relies on: INIT <= MAX < 2^WIDTH.
`default_nettype none
`include "weft_defs.vh"
module weft_credit_counter #(
    parameter WIDTH = 8,   // bits of the count
    parameter MAX   = 255, // largest legal count
    parameter INIT  = MAX  // count after reset
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             give_i,
    input  wire             take_i,
    output wire [WIDTH-1:0] count_o,
    output wire             avail_o, // count_o > 0
    output wire             error_o  // sticky
);
  localparam [31:0] MAX_C  = MAX;
  localparam [31:0] INIT_C = INIT;

  reg [WIDTH-1:0] count_q;
  reg             error_q;

  wire at_max = (count_q == MAX_C[WIDTH-1:0]);

  assign count_o = count_q;
  assign avail_o = (count_q != {WIDTH{1'b0}});
  assign error_o = error_q;

  always @(posedge clk) begin
    if (give_i && !take_i && !at_max) count_q <= count_q + 1'b1;
    if (take_i && !give_i && avail_o) count_q <= count_q - 1'b1;
    if ((take_i && !avail_o) || (give_i && !take_i && at_max)) error_q <= 1'b1;
    if (rst) begin
      count_q <= INIT_C[WIDTH-1:0];
      error_q <= 1'b0;
    end
  end

  `WEFT_ASSERT(a_count_in_range, {1'b0, count_q} <= {1'b0, MAX_C[WIDTH-1:0]})
endmodule
`default_nettype wire
