// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_credit_fit: exact credit check for the queue heads of one ingress where credits are scarce.
//
// A head is eligible at once when its egress has credits for a frame of the largest size. Where it
// has not (a small credit limit, or nearly used up), this block looks at one head a cycle, round
// robin, computes the credits that this very frame needs and remembers whether they are there:
// select in one cycle, compute in the next, compare in the third. Any match on the same
// (egress, VC) forgets the result, at every step, because it took credits.
//
// Latency: fit_o 3 cycles after the look.
// Bound:   every tight head has its look within VCS * ENDPOINTS cycles (one a cycle, only tight
//          ones), so a head that fits is offered within VCS * ENDPOINTS + 2 cycles.
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

  // Tables by place in [v*ENDPOINTS + j]: the place in [j*VCS + v], and j.
  function [2*N*W-1:0] tables(input integer ends);
    integer       v, j;
    reg   [W-1:0] port_of;
    begin
      for (v = 0; v < VCS; v = v + 1) begin
        port_of = {W{1'b0}};
        for (j = 0; j < ends; j = j + 1) begin
          tables[(v*ends + j)*W +: W]     = port_of * VCS[W-1:0] + v[W-1:0];
          tables[(N + v*ends + j)*W +: W] = port_of;
          port_of = port_of + 1'b1;
        end
      end
    end
  endfunction
  localparam [2*N*W-1:0] TABLES = tables(ENDPOINTS);
  localparam [N*W-1:0]   TURNED = TABLES[N*W-1:0];
  localparam [N*W-1:0]   EGRESS = TABLES[2*N*W-1:N*W];

  reg  [N-1:0] fit_q;
  reg  [W-1:0] ptr_q;
  wire [N-1:0] gnt;
  wire [W-1:0] idx;
  wire         any;
  weft_rr_pick #(.N(N)) u_pick (
    .req_i(tight_i & ~fit_q), .ptr_i(ptr_q), .gnt_o(gnt), .any_o(any), .idx_o(idx)
  );
  reg  [W-1:0] pair, port;
  always @* begin
    pair = {W{1'b0}};
    port = {W{1'b0}};
    if (any) begin
      pair = TURNED[idx*W +: W];
      port = EGRESS[idx*W +: W];
    end
  end

  reg  [N-1:0] select_q, compute_q;   // the head in each step; none if it was matched meanwhile
  reg  [13:0]  len_q;
  reg  [19:0]  select_avail_q, compute_avail_q;
  reg  [3:0]   shift_q;
  reg  [7:0]   ovhd_q;
  reg  [9:0]   need_q;
  wire [9:0]   need;
  weft_cbfc_credits u_credits (
    .len_i(len_q), .shift_i(shift_q), .ovhd_i(ovhd_q), .credits_o(need)
  );
  wire         fits = {10'd0, need_q} <= compute_avail_q;
  wire [N-1:0] keep = tight_i & ~granted_i;
  wire         busy = (select_q | compute_q | fit_q) != {N{1'b0}};

  always @(posedge clk) begin
    if (any) begin
      ptr_q          <= (idx == N[W-1:0] - 1'b1) ? {W{1'b0}} : idx + 1'b1;
      len_q          <= head_i[pair*32 + IDW +: 14];
      select_avail_q <= avail_i[pair*20 +: 20];
      shift_q        <= shift_i[port*4 +: 4];
      ovhd_q         <= ovhd_i[port*8 +: 8];
    end
    if (any | busy) begin
      select_q        <= gnt & keep;
      compute_q       <= select_q & keep;
      need_q          <= need;
      compute_avail_q <= select_avail_q;
      fit_q           <= (fit_q | (fits ? compute_q : {N{1'b0}})) & keep;
    end
    if (rst) begin
      select_q  <= {N{1'b0}};
      compute_q <= {N{1'b0}};
      fit_q     <= {N{1'b0}};
      ptr_q     <= {W{1'b0}};
    end
  end
  assign fit_o = fit_q;

endmodule

`default_nettype wire
