// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_credit_claim: lets large frames have their turn where credits are scarce.
//
// A neighbour that drains slower than the wire gives credits back a few at a time, and a match is
// made as soon as they suffice for some head. Short frames then take every credit as it comes, and
// a long one of another ingress never finds enough: the round robin cannot help, because a head
// that does not fit does not ask. So each ingress watches one of its heads that wait for credits
// after the other. One that PATIENCE frames of others on its (egress, VC) have passed claims that
// pair: the same heads of the other ingresses are held back (hold_o) until it has gone. Of several
// claims on a pair the lowest ingress goes first; its next head begins with no frame passed, and
// PATIENCE is at least INPUTS, so the others get their turn before it claims again.
//
// Latency: a claim holds the others 2 cycles after the match that was one too many.
// Bound:   at most PATIENCE + INPUTS + 1 frames of others pass a watched head: PATIENCE, two while
//          its claim takes effect, one of each other ingress with a claim on its pair. Each head of
//          an ingress is watched after at most VCS * OUTPUTS - 1 others of it. The bench of this
//          module measures the worst case.
// Stall:   what is held back waits for credits of one largest frame at the most. Credits come back
//          as the neighbour drains, whatever this switch does, so the wait is part of no cycle. A
//          limit that is too small for a frame of the queue stops its pair, here as without claims.
// Trade-off: one watch an ingress, not one a queue: the bound is longer, the cost a few flops.
// Vector layouts: [i][v][j] = [(i*VCS + v)*OUTPUTS + j], [v][j] likewise, masks [i][j].
`default_nettype none
`include "weft_defs.vh"

module weft_credit_claim #(
  parameter INPUTS   = 8,
  parameter OUTPUTS  = 8,
  parameter VCS      = 4,
  parameter PATIENCE = (INPUTS > 16) ? INPUTS : 16 // frames of others that pass, INPUTS..255
) (
  input  wire                          clk,
  input  wire                          rst,
  input  wire [INPUTS*VCS*OUTPUTS-1:0] nonempty_i, // heads
  input  wire [VCS*OUTPUTS-1:0]        ok_i,       // credits for a frame of the largest size
  input  wire [VCS*OUTPUTS-1:0]        granted_i,  // matched by any ingress in this cycle
  input  wire [INPUTS-1:0]             acc_valid_i,
  input  wire [INPUTS*OUTPUTS-1:0]     acc_mask_i,
  input  wire [INPUTS*3-1:0]           acc_vc_i,
  output reg  [INPUTS*VCS*OUTPUTS-1:0] hold_o      // this head must not be matched
);

  generate
    if (PATIENCE < INPUTS || PATIENCE > 255) begin : gen_illegal
      weft_credit_claim_needs_PATIENCE_of_INPUTS_to_255 u_stop ();
    end
  endgenerate

  localparam N = VCS * OUTPUTS;
  localparam [N-1:0] NONE = {N{1'b0}};
  localparam [7:0] PATIENT = PATIENCE[7:0];

  // The next of `heads` behind the one-hot `last`, round robin; `last` itself when it is alone.
  function [N-1:0] after(input [N-1:0] heads, input [N-1:0] last);
    reg [N-1:0] later;
    begin
      later = heads & ~(last | (last - 1'b1));
      if (later == NONE) later = heads;
      after = (later == NONE) ? last : later & (~later + 1'b1);
    end
  endfunction

  reg [INPUTS*N-1:0] watch_q;  // one head each, one-hot
  reg [INPUTS*8-1:0] passed_q; // frames of others that passed it
  reg [INPUTS-1:0]   claim_q;

  // The pairs that an ingress is served on now.
  reg [INPUTS*N-1:0] served;
  reg [INPUTS-1:0]   tight;    // it has a head where credits are scarce
  always @* begin : p_served
    integer i, v;
    served = {INPUTS*N{1'b0}};
    for (i = 0; i < INPUTS; i = i + 1) begin
      tight[i] = (nonempty_i[i*N +: N] & ~ok_i) != NONE;
      if (acc_valid_i[i] && (tight[i] || claim_q[i]))
        for (v = 0; v < VCS; v = v + 1)
          if (acc_vc_i[i*3 +: 3] == v[2:0])
            served[i*N + v*OUTPUTS +: OUTPUTS] = acc_mask_i[i*OUTPUTS +: OUTPUTS];
    end
  end

  always @(posedge clk) begin : p_watch
    integer i;
    for (i = 0; i < INPUTS; i = i + 1)
      if (tight[i] || claim_q[i]) begin
        if ((watch_q[i*N +: N] & served[i*N +: N]) != NONE
            || (watch_q[i*N +: N] & nonempty_i[i*N +: N]) == NONE
            || (!claim_q[i] && (watch_q[i*N +: N] & ok_i) != NONE)) begin
          watch_q[i*N +: N]  <= after(nonempty_i[i*N +: N] & ~ok_i, watch_q[i*N +: N]);
          passed_q[i*8 +: 8] <= 8'd0;
          claim_q[i]         <= 1'b0;
        end else if ((watch_q[i*N +: N] & granted_i) != NONE && !claim_q[i]) begin
          passed_q[i*8 +: 8] <= passed_q[i*8 +: 8] + 8'd1;
          claim_q[i]         <= passed_q[i*8 +: 8] == PATIENT - 8'd1;
        end
      end
    if (rst) begin
      watch_q  <= {INPUTS{{N-1{1'b0}}, 1'b1}};
      passed_q <= {INPUTS*8{1'b0}};
      claim_q  <= {INPUTS{1'b0}};
    end
  end

  // Held: all but the lowest claim of the pair.
  reg [INPUTS*N-1:0] hold;
  reg [N-1:0]        below, all; // claims of lower ingresses, of all
  always @* begin : p_hold
    integer i;
    hold  = {INPUTS*N{1'b0}};
    below = NONE;
    all   = NONE;
    if (claim_q != {INPUTS{1'b0}}) begin
      for (i = 0; i < INPUTS; i = i + 1)
        if (claim_q[i]) all = all | watch_q[i*N +: N];
      for (i = 0; i < INPUTS; i = i + 1) begin
        hold[i*N +: N] = claim_q[i] ? (all & ~watch_q[i*N +: N]) | below : all;
        if (claim_q[i]) below = below | watch_q[i*N +: N];
      end
    end
  end
  always @(posedge clk) begin
    if (rst) hold_o <= {INPUTS*N{1'b0}};
    else if (claim_q != {INPUTS{1'b0}} || hold_o != {INPUTS*N{1'b0}}) hold_o <= hold;
  end

endmodule

`default_nettype wire
