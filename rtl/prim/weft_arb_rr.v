// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_arb_rr: round-robin arbiter that keeps its pointer.
//
// Latency: 0 cycles from req_i to the grant. Stall rule: the pointer moves past the granted index
//   only in a cycle with accept_i and a grant, so an unaccepted grant is offered again.
// Bound: a requester that holds its request is granted after at most N - 1 accepted grants of
//   others (measured in the bench).
// Trade-off: combinational grant; register it outside where the clock asks for it.
// Relies on: nothing; accept_i without a request does nothing.
`default_nettype none
`include "weft_defs.vh"
module weft_arb_rr #(
    parameter N     = 4,                        // requesters, 1..64
    parameter IDX_W = (N > 1) ? $clog2(N) : 1   // bits of an index; leave alone
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [N-1:0]     req_i,
    input  wire             accept_i,
    output wire [N-1:0]     gnt_o, // one-hot, 0 without a request
    output wire             any_o,
    output wire [IDX_W-1:0] idx_o
);
  localparam [31:0] LAST_C = N - 1;
  localparam [IDX_W-1:0] LAST = LAST_C[IDX_W-1:0];

  reg [IDX_W-1:0] ptr_q;

  weft_rr_pick #(
      .N(N)
  ) u_pick (
      .req_i(req_i),
      .ptr_i(ptr_q),
      .gnt_o(gnt_o),
      .any_o(any_o),
      .idx_o(idx_o)
  );

  always @(posedge clk) begin
    if (accept_i && any_o) ptr_q <= (idx_o == LAST) ? {IDX_W{1'b0}} : idx_o + 1'b1;
    if (rst) ptr_q <= {IDX_W{1'b0}};
  end

  `WEFT_ASSERT(a_grant_is_one_hot, (gnt_o & (gnt_o - 1'b1)) == {N{1'b0}})
  `WEFT_ASSERT(a_grant_implies_request, (gnt_o & ~req_i) == {N{1'b0}})
  `WEFT_ASSERT(a_grant_iff_any, any_o == (gnt_o != {N{1'b0}}))
endmodule
`default_nettype wire
