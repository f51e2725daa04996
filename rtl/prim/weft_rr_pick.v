// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_rr_pick: the first request at or after a pointer, wrapping; purely combinational.
//
// Latency: 0 cycles. Stall rule: none.
// Bound: with a pointer that moves to one past each grant, a requester waits for at most N - 1
//   grants of others.
// Trade-off: two "lowest bit" trees side by side, on the masked and on the unmasked requests,
//   instead of a rotate or of x & -x: log2(N) levels of OR, no carry chain, for twice the gates.
// Relies on: ptr_i < N (a larger pointer acts as 0), N in 1..64.
`default_nettype none
module weft_rr_pick #(
    parameter N     = 4,                        // requesters, 1..64
    parameter IDX_W = (N > 1) ? $clog2(N) : 1   // bits of an index; leave alone
) (
    input  wire [N-1:0]     req_i,
    input  wire [IDX_W-1:0] ptr_i,
    output wire [N-1:0]     gnt_o, // one-hot, 0 without a request
    output wire             any_o,
    output wire [IDX_W-1:0] idx_o  // index of the grant, 0 without a request
);
  // The lowest request: it has none below it.
  function [N-1:0] lowest(input [N-1:0] req);
    integer         k;
    reg     [N-1:0] upto; // some request at or below this index
    begin
      upto = req;
      for (k = 1; k < N; k = k + k) upto = upto | (upto << k);
      lowest = req & ~(upto << 1);
    end
  endfunction

  reg [N-1:0] later;
  reg [N-1:0] gnt;
  always @* begin
    later = {N{1'b0}};
    gnt   = {N{1'b0}};
    if (any_o) begin
      later = req_i & ({N{1'b1}} << ptr_i);
      if (later != {N{1'b0}}) gnt = lowest(later);
      else gnt = lowest(req_i);
    end
  end
  assign any_o = (req_i != {N{1'b0}});
  assign gnt_o = gnt;

  // Bit b of the index is the OR of the grants whose number has bit b set.
  genvar b, k;
  generate
    for (b = 0; b < IDX_W; b = b + 1) begin : gen_bit
      wire [N-1:0] has;
      for (k = 0; k < N; k = k + 1) begin : gen_req
        assign has[k] = ((k >> b) & 1) != 0;
      end
      assign idx_o[b] = ((gnt_o & has) != {N{1'b0}});
    end
  endgenerate
endmodule
`default_nettype wire
