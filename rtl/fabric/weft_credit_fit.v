// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_credit_fit: exact credit check for the queue heads of one ingress where credits are scarce.
//
// A head is eligible at once when its egress has credits for a frame of the largest size. Where it
// has not (a small credit limit, or nearly used up), this block looks at one head a cycle, round
// robin, computes the credits that this very frame needs and remembers whether they are there. Any
// match on the same (egress, VC) forgets the result, because it took credits.
//
// Latency: a head that fits is seen within VCS * ENDPOINTS cycles (one a cycle, only tight ones).
// Stall:   none.
// Trade-off: one comparator an ingress instead of one a queue; a link that always runs with less
//          credit than a frame of the largest size gets its matches one scan apart.
`default_nettype none
`include "weft_defs.vh"

module weft_credit_fit #(
  parameter ENDPOINTS = 8,
  parameter VCS       = 4,
  parameter IDW       = 12  // bits of a frame identifier: where the length stands in an entry
) (
  input  wire                        clk,
  input  wire                        rst,
  input  wire [VCS*ENDPOINTS-1:0]    tight_i,    // [v*ENDPOINTS + j] head present, credits scarce
  /* verilator lint_off UNUSEDSIGNAL */
  input  wire [ENDPOINTS*VCS*32-1:0] head_i,     // [j*VCS + v] entries of weft_voq: only the length
  /* verilator lint_on UNUSEDSIGNAL */
  input  wire [VCS*ENDPOINTS-1:0]    granted_i,  // matched by any ingress in this cycle
  input  wire [ENDPOINTS*VCS*20-1:0] avail_i,    // [j*VCS + v] credits left
  input  wire [ENDPOINTS*4-1:0]      shift_i,    // credit size of the egress, log2 bytes
  input  wire [ENDPOINTS*8-1:0]      ovhd_i,     // packet overhead of the egress, signed bytes
  output wire [VCS*ENDPOINTS-1:0]    fit_o       // this head may be requested
);

  localparam N = VCS * ENDPOINTS;
  localparam W = $clog2(N);

  reg  [N-1:0] fit_q;
  reg  [W-1:0] ptr_q;
  wire [N-1:0] gnt;
  wire [W-1:0] idx;
  wire         any;
  weft_rr_pick #(.N(N)) u_pick (
    .req_i(tight_i & ~fit_q), .ptr_i(ptr_q), .gnt_o(gnt), .any_o(any), .idx_o(idx)
  );

  reg  [13:0] len;
  reg  [19:0] avail;
  reg  [3:0]  shift;
  reg  [7:0]  ovhd;
  wire [9:0]  need;
  always @* begin : p_mux
    integer v, j;
    len   = 14'd0;
    avail = 20'd0;
    shift = 4'd6;
    ovhd  = 8'd0;
    if (any)
      for (v = 0; v < VCS; v = v + 1)
        for (j = 0; j < ENDPOINTS; j = j + 1)
          if (gnt[v*ENDPOINTS + j]) begin
            len   = head_i[(j*VCS + v)*32 + IDW +: 14];
            avail = avail_i[(j*VCS + v)*20 +: 20];
            shift = shift_i[j*4 +: 4];
            ovhd  = ovhd_i[j*8 +: 8];
          end
  end
  weft_cbfc_credits u_credits (
    .len_i(len), .shift_i(shift), .ovhd_i(ovhd), .credits_o(need)
  );
  wire fits = any & ({10'd0, need} <= avail);

  always @(posedge clk) begin
    if (any | (fit_q != {N{1'b0}})) begin
      fit_q <= (fit_q | (fits ? gnt : {N{1'b0}})) & tight_i & ~granted_i;
      if (any) ptr_q <= (idx == N[W-1:0] - 1'b1) ? {W{1'b0}} : idx + 1'b1;
    end
    if (rst) begin
      fit_q <= {N{1'b0}};
      ptr_q <= {W{1'b0}};
    end
  end
  assign fit_o = fit_q;

endmodule

`default_nettype wire
