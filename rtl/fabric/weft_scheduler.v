// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_scheduler: which ingress sends to which egress next. One iSLIP iteration a cycle over whole
// frames: pairs that are matched stay matched to the end of their frame (busy_i), every other pair
// takes part in the next cycle's iteration, so unmatched ports are tried again after one cycle.
//
//   request  ingress i has a frame for egress j on some VC whose credits suffice (req_i)
//   grant    each free egress picks one requesting ingress, round robin from its grant pointer
//   accept   each free ingress picks one granting egress, round robin from its accept pointer, then
//            a VC of that pair, round robin from the pair's VC pointer
//   extend   when that frame is a multicast that also stands at the head towards other egresses
//            that granted this ingress (same_i), and it is this VC's turn there too, they are
//            served in the same pass (fan-out splitting); nobody ever holds one egress while it
//            waits for another
// Pointers move only on accepted grants, one past what was served (McKeown's rule: this is what
// desynchronises them and makes every request win within a bounded time). An extension keeps to the
// VC pointers of the pairs that it serves: otherwise a stream of multicast frames could serve a
// pair at every one of its turns and starve the pair's other VCs.
//
// Cut-through requests (ct_*) are for the frame that is arriving at this moment. They take only
// egresses that no stored frame of a free ingress wants, and all of their egresses at once or none.
//
// Watch: iSLIP's bound holds for cells. With whole frames an ingress may be busy each time when the
// egress that it wants becomes free, and frames of one length lock that into a pattern that never
// ends. So each egress watches one ingress after the other: one that waits while PATIENCE frames of
// others went to the egress is owed the next one. Then the egress waits for that ingress to become
// free, and the ingress accepts it first. Only an idle egress waits, and what it waits for is the
// end of frames that are under way, so this adds no wait that could be part of a cycle.
//
// Latency: combinational from requests to acceptance; the ingress registers it.
// Bound:   a request (i, j, VC) that stays eligible is accepted after at most
//          VCS * INPUTS * (PATIENCE + 1) frames that others send to j, whatever the others do; an
//          egress that is owed to an ingress stays idle for at most OUTPUTS + 1 frame times. Where
//          all requests stay and frames are single cells, within VCS * INPUTS * OUTPUTS cycles.
//          weft_scheduler's bench measures the worst cases.
// Trade-off: the accept phase follows the grant phase in the same cycle; logic depth grows with
//          log2(ports). constraints/ reports it.
// Vector layouts: req_i and same_i are [i][v][j] = [(i*VCS + v)*OUTPUTS + j]; masks are [i][j].
`default_nettype none
`include "weft_defs.vh"

module weft_scheduler #(
  parameter INPUTS   = 8,
  parameter OUTPUTS  = 8,
  parameter VCS      = 4,
  parameter PATIENCE = 255 // frames of others that a watched ingress lets pass, 1..65535
) (
  input  wire                          clk,
  input  wire                          rst,
  input  wire [INPUTS*VCS*OUTPUTS-1:0] req_i,       // eligible heads
  input  wire [INPUTS*VCS*OUTPUTS-1:0] same_i,      // heads that are one multicast frame
  input  wire [INPUTS-1:0]             free_i,      // the ingress can start a stored frame
  input  wire [INPUTS*OUTPUTS-1:0]     busy_i,      // egresses held beyond this cycle
  input  wire [OUTPUTS-1:0]            ready_i,     // the egress can take a whole frame
  input  wire [INPUTS-1:0]             ct_req_i,
  input  wire [INPUTS*OUTPUTS-1:0]     ct_mask_i,
  input  wire [INPUTS*3-1:0]           ct_vc_i,
  output reg  [INPUTS-1:0]             acc_valid_o,
  output reg  [INPUTS*OUTPUTS-1:0]     acc_mask_o,
  output reg  [INPUTS*3-1:0]           acc_vc_o,
  output reg  [INPUTS-1:0]             ct_gnt_o,
  output reg  [OUTPUTS-1:0]            gnt_valid_o, // a frame was matched to the egress now
  output reg  [OUTPUTS*3-1:0]          gnt_vc_o
);

  // Round robin by masks: a pointer is kept as the set of indices at or above it. All of it is in
  // trees of log2(N) levels; x & -x and x - 1 would be carry chains.
  function [OUTPUTS-1:0] upto_out(input [OUTPUTS-1:0] x); // some bit is set here or below
    integer k;
    begin
      upto_out = x;
      for (k = 1; k < OUTPUTS; k = k + k) upto_out = upto_out | (upto_out << k);
    end
  endfunction
  function [INPUTS-1:0] upto_in(input [INPUTS-1:0] x);
    integer k;
    begin
      upto_in = x;
      for (k = 1; k < INPUTS; k = k + k) upto_in = upto_in | (upto_in << k);
    end
  endfunction
  function [VCS-1:0] upto_vc(input [VCS-1:0] x);
    integer k;
    begin
      upto_vc = x;
      for (k = 1; k < VCS; k = k + k) upto_vc = upto_vc | (upto_vc << k);
    end
  endfunction
  function [OUTPUTS-1:0] pick_out(input [OUTPUTS-1:0] req, input [OUTPUTS-1:0] at_or_above);
    reg [OUTPUTS-1:0] first;
    begin
      first = req & at_or_above;
      if (first != {OUTPUTS{1'b0}}) pick_out = first & ~(upto_out(first) << 1);
      else pick_out = req & ~(upto_out(req) << 1);
    end
  endfunction
  function [INPUTS-1:0] pick_in(input [INPUTS-1:0] req, input [INPUTS-1:0] at_or_above);
    reg [INPUTS-1:0] first;
    begin
      first = req & at_or_above;
      if (first != {INPUTS{1'b0}}) pick_in = first & ~(upto_in(first) << 1);
      else pick_in = req & ~(upto_in(req) << 1);
    end
  endfunction
  function [VCS-1:0] pick_vc(input [VCS-1:0] req, input [VCS-1:0] at_or_above);
    reg [VCS-1:0] first;
    begin
      first = req & at_or_above;
      if (first != {VCS{1'b0}}) pick_vc = first & ~(upto_vc(first) << 1);
      else pick_vc = req & ~(upto_vc(req) << 1);
    end
  endfunction
  // OR of all rows of a matrix
  function [OUTPUTS-1:0] or_inputs(input [INPUTS*OUTPUTS-1:0] m);
    integer                    k;
    reg [INPUTS*OUTPUTS-1:0] fold;
    begin
      fold = m;
      for (k = 1; k < INPUTS; k = k + k) fold = fold | (fold >> (k * OUTPUTS));
      or_inputs = fold[OUTPUTS-1:0];
    end
  endfunction
  function [OUTPUTS-1:0] or_vcs(input [VCS*OUTPUTS-1:0] m);
    integer                 k;
    reg [VCS*OUTPUTS-1:0] fold;
    begin
      fold = m;
      for (k = 1; k < VCS; k = k + k) fold = fold | (fold >> (k * OUTPUTS));
      or_vcs = fold[OUTPUTS-1:0];
    end
  endfunction

  // Pointers (as masks): grant and cut-through per egress, accept per ingress, VC per pair.
  reg [OUTPUTS*INPUTS-1:0]     gptr_q, cptr_q;
  reg [INPUTS*OUTPUTS-1:0]     aptr_q;
  reg [INPUTS*OUTPUTS*VCS-1:0] vptr_q;

  // Watch: one ingress per egress (one-hot), and how many frames of others have gone before it.
  localparam LW = $clog2(PATIENCE + 1);
  localparam [LW-1:0] PATIENT = PATIENCE[LW-1:0];
  reg [OUTPUTS*INPUTS-1:0] watch_q;
  reg [OUTPUTS*LW-1:0]     late_q;
  reg [OUTPUTS-1:0]        owed_q;                // late_q is PATIENCE
  reg [INPUTS*OUTPUTS-1:0] ask;                   // [i][j] some VC is eligible, i free or not
  reg [OUTPUTS*INPUTS-1:0] ask_t;
  reg [OUTPUTS-1:0]        own;
  reg                      any_ask;

  reg [OUTPUTS-1:0]        avail;                 // egresses that may be matched in this cycle
  reg [OUTPUTS*INPUTS-1:0] want_t, grant_t, ct_t; // [j][i]
  reg [OUTPUTS*INPUTS-1:0] ct_win_t;
  reg [INPUTS*OUTPUTS-1:0] grant;
  reg [OUTPUTS-1:0]        ct_avail;
  reg [OUTPUTS-1:0]        first_out, served, vc0, vc1, vc2;
  reg                      any_same;
  reg [VCS-1:0]            pair_vcs, pair_vc;
  reg [VCS*OUTPUTS-1:0]    turn;                  // [v][j], one-hot: what is accepted
  reg [OUTPUTS-1:0]        joined;                // heads of that VC that may be taken along
  reg                      many;
  reg [INPUTS*OUTPUTS-1:0] match;                 // all, cut through or stored
  reg [INPUTS*OUTPUTS-1:0] match_vc0, match_vc1, match_vc2; // where that bit of its VC is set
  reg [INPUTS*OUTPUTS-1:0] acc_first;             // the primary egress of each acceptance
  reg [INPUTS*VCS-1:0]     acc_vc_hot;
  reg                      any_want, any_ct;

  // Heads of a multicast frame that an acceptance elsewhere may take along: eligible, and it is the
  // turn of their VC.
  reg [INPUTS*VCS*OUTPUTS-1:0] joins;
  reg [VCS-1:0]                join_vcs;
  always @* begin : p_joins
    integer a, b, c;
    joins    = {INPUTS*VCS*OUTPUTS{1'b0}};
    join_vcs = {VCS{1'b0}};
    any_same = same_i != {INPUTS*VCS*OUTPUTS{1'b0}};
    if (any_same)
      for (a = 0; a < INPUTS; a = a + 1)
        for (b = 0; b < OUTPUTS; b = b + 1) begin
          for (c = 0; c < VCS; c = c + 1) join_vcs[c] = req_i[(a*VCS + c)*OUTPUTS + b];
          join_vcs = pick_vc(join_vcs, vptr_q[(a*OUTPUTS + b)*VCS +: VCS]);
          for (c = 0; c < VCS; c = c + 1)
            joins[(a*VCS + c)*OUTPUTS + b] = join_vcs[c] & same_i[(a*VCS + c)*OUTPUTS + b];
        end
  end

  always @* begin : p_match
    integer i, j, v;
    avail = ready_i & ~or_inputs(busy_i);

    // Request
    for (i = 0; i < INPUTS; i = i + 1)
      ask[i*OUTPUTS +: OUTPUTS] = or_vcs(req_i[i*VCS*OUTPUTS +: VCS*OUTPUTS]);
    any_ask = |ask;
    any_ct  = |ct_req_i;
    ask_t   = {OUTPUTS*INPUTS{1'b0}};
    want_t  = {OUTPUTS*INPUTS{1'b0}};
    if (any_ask)
      for (j = 0; j < OUTPUTS; j = j + 1) begin
        for (i = 0; i < INPUTS; i = i + 1) ask_t[j*INPUTS + i] = ask[i*OUTPUTS + j];
        if (avail[j]) want_t[j*INPUTS +: INPUTS] = ask_t[j*INPUTS +: INPUTS] & free_i;
      end
    any_want = |want_t;

    // Grant
    grant_t     = {OUTPUTS*INPUTS{1'b0}};
    grant       = {INPUTS*OUTPUTS{1'b0}};
    acc_valid_o = {INPUTS{1'b0}};
    acc_mask_o  = {INPUTS*OUTPUTS{1'b0}};
    acc_vc_o    = {INPUTS*3{1'b0}};
    acc_first   = {INPUTS*OUTPUTS{1'b0}};
    acc_vc_hot  = {INPUTS*VCS{1'b0}};
    gnt_valid_o = {OUTPUTS{1'b0}};
    gnt_vc_o    = {OUTPUTS*3{1'b0}};
    ct_gnt_o    = {INPUTS{1'b0}};
    ct_avail    = avail;
    ct_t        = {OUTPUTS*INPUTS{1'b0}};
    ct_win_t    = {OUTPUTS*INPUTS{1'b0}};
    first_out   = {OUTPUTS{1'b0}};
    served      = {OUTPUTS{1'b0}};
    own         = {OUTPUTS{1'b0}};
    pair_vcs    = {VCS{1'b0}};
    pair_vc     = {VCS{1'b0}};
    turn        = {VCS*OUTPUTS{1'b0}};
    joined      = {OUTPUTS{1'b0}};
    many        = 1'b0;
    vc0         = {OUTPUTS{1'b0}};
    vc1         = {OUTPUTS{1'b0}};
    vc2         = {OUTPUTS{1'b0}};
    match       = {INPUTS*OUTPUTS{1'b0}};
    match_vc0   = {INPUTS*OUTPUTS{1'b0}};
    match_vc1   = {INPUTS*OUTPUTS{1'b0}};
    match_vc2   = {INPUTS*OUTPUTS{1'b0}};

    if (any_want) begin
      for (j = 0; j < OUTPUTS; j = j + 1) begin
        grant_t[j*INPUTS +: INPUTS] = owed_q[j]
            ? want_t[j*INPUTS +: INPUTS] & watch_q[j*INPUTS +: INPUTS]
            : pick_in(want_t[j*INPUTS +: INPUTS], gptr_q[j*INPUTS +: INPUTS]);
        ct_avail[j] = avail[j] & ~(|want_t[j*INPUTS +: INPUTS]);
        for (i = 0; i < INPUTS; i = i + 1) grant[i*OUTPUTS + j] = grant_t[j*INPUTS + i];
      end

      // Accept and extend
      for (i = 0; i < INPUTS; i = i + 1)
        if (grant[i*OUTPUTS +: OUTPUTS] != {OUTPUTS{1'b0}}) begin
          own       = grant[i*OUTPUTS +: OUTPUTS] & owed_q;
          if (own != {OUTPUTS{1'b0}})
            first_out = pick_out(own, aptr_q[i*OUTPUTS +: OUTPUTS]);
          else
            first_out = pick_out(grant[i*OUTPUTS +: OUTPUTS], aptr_q[i*OUTPUTS +: OUTPUTS]);
          // The VC whose turn it is, of the pair that was picked
          turn = {VCS*OUTPUTS{1'b0}};
          for (j = 0; j < OUTPUTS; j = j + 1)
            if (first_out[j]) begin
              for (v = 0; v < VCS; v = v + 1) pair_vcs[v] = req_i[(i*VCS + v)*OUTPUTS + j];
              pair_vcs = pick_vc(pair_vcs, vptr_q[(i*OUTPUTS + j)*VCS +: VCS]);
              for (v = 0; v < VCS; v = v + 1) turn[v*OUTPUTS + j] = pair_vcs[v];
            end
          joined = {OUTPUTS{1'b0}};
          many   = 1'b0;
          for (v = 0; v < VCS; v = v + 1) begin
            pair_vc[v] = |turn[v*OUTPUTS +: OUTPUTS];
            if (pair_vc[v]) acc_vc_o[i*3 +: 3] = acc_vc_o[i*3 +: 3] | v[2:0];
            if (any_same) begin
              many = many | (|(same_i[(i*VCS + v)*OUTPUTS +: OUTPUTS]
                               & turn[v*OUTPUTS +: OUTPUTS]));
              if (pair_vc[v]) joined = joined | joins[(i*VCS + v)*OUTPUTS +: OUTPUTS];
            end
          end
          served = many ? grant[i*OUTPUTS +: OUTPUTS] & joined : first_out;
          acc_valid_o[i]                     = 1'b1;
          acc_mask_o[i*OUTPUTS +: OUTPUTS]   = served;
          acc_first[i*OUTPUTS +: OUTPUTS]    = first_out;
          acc_vc_hot[i*VCS +: VCS]           = pair_vc;
        end
    end

    // Cut-through: what is left
    if (any_ct) begin
      for (i = 0; i < INPUTS; i = i + 1)
        if (ct_req_i[i])
          for (j = 0; j < OUTPUTS; j = j + 1) ct_t[j*INPUTS + i] = ct_mask_i[i*OUTPUTS + j];
      for (j = 0; j < OUTPUTS; j = j + 1)
        if (ct_avail[j] & ~owed_q[j])
          ct_win_t[j*INPUTS +: INPUTS] = pick_in(ct_t[j*INPUTS +: INPUTS],
                                                 cptr_q[j*INPUTS +: INPUTS]);
      for (i = 0; i < INPUTS; i = i + 1)
        if (ct_req_i[i]) begin
          for (j = 0; j < OUTPUTS; j = j + 1) served[j] = ct_win_t[j*INPUTS + i];
          ct_gnt_o[i] = (ct_mask_i[i*OUTPUTS +: OUTPUTS] & ~served) == {OUTPUTS{1'b0}};
        end
    end

    // What each egress is told
    if (any_want || any_ct) begin
      // Never the same egress: cut-through takes what nobody was granted.
      for (i = 0; i < INPUTS; i = i + 1) begin
        if (acc_valid_o[i]) begin
          match[i*OUTPUTS +: OUTPUTS] = acc_mask_o[i*OUTPUTS +: OUTPUTS];
          if (acc_vc_o[i*3])     match_vc0[i*OUTPUTS +: OUTPUTS] = acc_mask_o[i*OUTPUTS +: OUTPUTS];
          if (acc_vc_o[i*3 + 1]) match_vc1[i*OUTPUTS +: OUTPUTS] = acc_mask_o[i*OUTPUTS +: OUTPUTS];
          if (acc_vc_o[i*3 + 2]) match_vc2[i*OUTPUTS +: OUTPUTS] = acc_mask_o[i*OUTPUTS +: OUTPUTS];
        end
        if (ct_gnt_o[i]) begin
          served = ct_mask_i[i*OUTPUTS +: OUTPUTS];
          match[i*OUTPUTS +: OUTPUTS] = match[i*OUTPUTS +: OUTPUTS] | served;
          if (ct_vc_i[i*3])
            match_vc0[i*OUTPUTS +: OUTPUTS] = match_vc0[i*OUTPUTS +: OUTPUTS] | served;
          if (ct_vc_i[i*3 + 1])
            match_vc1[i*OUTPUTS +: OUTPUTS] = match_vc1[i*OUTPUTS +: OUTPUTS] | served;
          if (ct_vc_i[i*3 + 2])
            match_vc2[i*OUTPUTS +: OUTPUTS] = match_vc2[i*OUTPUTS +: OUTPUTS] | served;
        end
      end
      gnt_valid_o = or_inputs(match);
      vc0 = or_inputs(match_vc0);
      vc1 = or_inputs(match_vc1);
      vc2 = or_inputs(match_vc2);
      for (j = 0; j < OUTPUTS; j = j + 1) gnt_vc_o[j*3 +: 3] = {vc2[j], vc1[j], vc0[j]};
    end
  end

  // Everything above the one that was served; nothing above the last: the next pick wraps.
  always @(posedge clk) begin : p_pointers
    integer i, j;
    for (i = 0; i < INPUTS; i = i + 1)
      if (acc_valid_o[i]) begin
        aptr_q[i*OUTPUTS +: OUTPUTS] <= upto_out(acc_first[i*OUTPUTS +: OUTPUTS]) << 1;
        for (j = 0; j < OUTPUTS; j = j + 1)
          if (acc_mask_o[i*OUTPUTS + j]) begin
            gptr_q[j*INPUTS +: INPUTS] <= upto_in(grant_t[j*INPUTS +: INPUTS]) << 1;
            vptr_q[(i*OUTPUTS + j)*VCS +: VCS] <= upto_vc(acc_vc_hot[i*VCS +: VCS]) << 1;
          end
      end
    for (i = 0; i < INPUTS; i = i + 1)
      if (ct_gnt_o[i])
        for (j = 0; j < OUTPUTS; j = j + 1)
          if (ct_mask_i[i*OUTPUTS + j])
            cptr_q[j*INPUTS +: INPUTS] <= upto_in(ct_win_t[j*INPUTS +: INPUTS]) << 1;
    if (any_ask || owed_q != {OUTPUTS{1'b0}})
      for (j = 0; j < OUTPUTS; j = j + 1)
        if (owed_q[j] || ask_t[j*INPUTS +: INPUTS] != {INPUTS{1'b0}}) begin
          if (((ask_t[j*INPUTS +: INPUTS] & watch_q[j*INPUTS +: INPUTS]) == {INPUTS{1'b0}})
              || (gnt_valid_o[j] && (grant_t[j*INPUTS +: INPUTS] & watch_q[j*INPUTS +: INPUTS])
                                    != {INPUTS{1'b0}})) begin
            watch_q[j*INPUTS +: INPUTS] <= {watch_q[j*INPUTS +: INPUTS-1],
                                            watch_q[j*INPUTS + INPUTS-1]};
            late_q[j*LW +: LW]          <= {LW{1'b0}};
            owed_q[j]                   <= 1'b0;
          end else if (gnt_valid_o[j]) begin
            late_q[j*LW +: LW]          <= late_q[j*LW +: LW] + 1'b1;
            owed_q[j]                   <= late_q[j*LW +: LW] == PATIENT - 1'b1;
          end
        end
    if (rst) begin
      watch_q <= {OUTPUTS{{INPUTS-1{1'b0}}, 1'b1}};
      late_q  <= {OUTPUTS*LW{1'b0}};
      owed_q  <= {OUTPUTS{1'b0}};
      gptr_q <= {OUTPUTS*INPUTS{1'b1}};
      cptr_q <= {OUTPUTS*INPUTS{1'b1}};
      aptr_q <= {INPUTS*OUTPUTS{1'b1}};
      vptr_q <= {INPUTS*OUTPUTS*VCS{1'b1}};
    end
  end

endmodule

`default_nettype wire
