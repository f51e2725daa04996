// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_reset_sync: brings an asynchronous reset into a clock domain.
//
// Latency: rst_o rises at once with rst_async_i and falls with the second rising edge of clk after
//   rst_async_i fell.
// Stall rule: none.
// Trade-off: the only two flops of the project with an asynchronous set. They make a reset
//   without a running clock harmless; all other logic sees one synchronous rst.
// Relies on: rst_async_i without glitches.
`default_nettype none
module weft_reset_sync (
    input  wire clk,
    input  wire rst_async_i,
    output wire rst_o
);
  (* ASYNC_REG = "TRUE" *) reg [1:0] sync_q;

  always @(posedge clk or posedge rst_async_i) begin
    if (rst_async_i) sync_q <= 2'b11;
    else sync_q <= {sync_q[0], 1'b0};
  end

  assign rst_o = sync_q[1];
endmodule
`default_nettype wire
