// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_cbfc_sender: transmit role of credit-based flow control on one port.
//
// Per VC: S_CC (credits of all frames sent), S_CF (credits that the neighbour has freed, from its
// CF_Update), both 20-bit cyclic, and `used`, which gates:
//   used = S_CC - S_CF + credits of frames that are granted but not sent yet
//   grant    used += credits of the largest frame (Ethernet tells the length only at the end)
//   true-up  used -= largest - exact, once per grant, at any time from the grant's cycle on
//   sent     S_CC += exact (the frame was charged at its grant already); when the egress made it
//            shorter by sent_less_i, used -= the credits that this saved
//   CF       used -= advance of S_CF (15-bit count, extended against S_CF)
// All may fall into one cycle, on the same VC too. ok_o[vc] = the largest frame fits, or the
// VC is best effort (cfg_enable_i[vc] = 0: no counting, no gate).
//
// live_i = 0: the port is down and throws away what it is sent, without a sent_valid_i. Grants and
// true-ups do not count then, used = S_CC - S_CF, and ok_o of a gated VC is 0, to the end of the
// first cycle with live_i = 1. It rises only when all frames granted before are gone, so the gate
// starts with what is on the wire and at the far end.
//
// Every cfg_cc_period_i cycles a CC_Update frame is offered, which carries S_CC of all VCs so that
// the neighbour can free the credits of frames that the wire lost. It MUST stand on the wire
// exactly where it was taken: behind all frames whose sent_valid_i came in or before the cycle of
// cc_take_i, ahead of all others. Ahead of data it counts, the neighbour frees credits of frames
// still in flight and its buffer overflows; behind data it does not count, R_CF runs backwards.
//
// Latency: a grant shows in ok_o and avail_o in the next cycle (a scheduler may grant every cycle);
//   true-up, CF and sent give back three cycles later, after their credits and their sum stood in
//   registers: late is safe. ok_o is a register because the match begins with it; a new limit,
//   largest frame or enable shows in it after two cycles.
//   s_cc_o, s_cf_o, s_cu_o follow in the next cycle. cc_data_o follows S_CC, the sent frame of the
//   same cycle included.
// Stall rule: no input can be refused; cc_valid_o waits for cc_take_i as long as it must.
// Trade-off: max-frame reservation costs one frame of credit on each VC in flight; a scheduler that
//   knows the length of a frame may compare it with avail_o and true up in the cycle of the grant.
// Relies on: one true-up and one sent a grant, with the same length (less sent_less_i); shift,
//   ovhd, max frame, enables and limits change only while the VC is idle (nothing granted and not
//   yet sent) or not live; who breaks this has wrong credits, until the next time that live_i is 0.
//   Setting or clearing an enable, or clear_i, zeroes the VC's counters, as the neighbour must do
//   too.
// error_o: sticky until clear_i or rst; S_CC - S_CF went over the limit, more was given back than
//   taken, or a CF_Update ran ahead of S_CC (that count is then ignored, so that a babbling
//   neighbour never gains credits).
// Sources: UE link layer CBFC as in the OCP SAI proposal (counters, gate, init order), public test
//   plans and testers; CF_Update: control ordered set 5C, type 10, {VC 5, count 15} twice, O-code
//   6; CC_Update: MAC control, opcode FFFE, CID FA-7A-CB, message type 1 = VC 0..15, 16 x 20 bits.
//   The packing of the 40 bytes is not public: here VC 0 first, most significant bit first.
`default_nettype none
`include "weft_defs.vh"
module weft_cbfc_sender #(
    parameter VCS = 4,                        // virtual channels, 1..8
    parameter [47:0] CC_DA = 48'h0180C2000001, // destination of CC_Update
    parameter [15:0] CC_TYPE = 16'h8808,      // its EtherType
    parameter [7:0]  CF_OS_TYPE = 8'h10,      // ordered set type of CF_Update
    parameter [3:0]  OS_O_CODE = 4'h6         // O-code of control ordered sets
) (
    input  wire               clk,
    input  wire               rst,
    // configuration (registers)
    input  wire [VCS-1:0]     cfg_enable_i,    // 1: credit-gated
    input  wire [VCS*20-1:0]  cfg_limit_i,     // credits the neighbour gave
    input  wire [3:0]         cfg_shift_i,     // log2 bytes a credit, 5..11
    input  wire signed [7:0]  cfg_ovhd_i,      // bytes, -16..127
    input  wire [13:0]        cfg_max_frame_i, // bytes with FCS
    input  wire [19:0]        cfg_cc_period_i, // cycles between CC_Updates, 0 = none
    input  wire [47:0]        cfg_mac_i,       // source address of CC_Update
    input  wire               clear_i,         // zero everything
    // frames
    input  wire               grant_valid_i,
    input  wire [2:0]         grant_vc_i,
    input  wire               trueup_valid_i,
    input  wire [2:0]         trueup_vc_i,
    input  wire [13:0]        trueup_len_i,    // bytes without FCS
    input  wire               live_i,          // 0: down, nothing is charged
    input  wire               sent_valid_i,    // in the order of the wire
    input  wire [2:0]         sent_vc_i,
    input  wire [13:0]        sent_len_i,      // bytes without FCS
    input  wire [3:0]         sent_less_i,     // bytes that were charged and not sent
    // control ordered sets received; byte 0 (5C) in 7:0. Other types are ignored.
    input  wire               os_valid_i,
    // The last four bits of a CF_Update are reserved.
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire [63:0]        os_data_i,
    /* verilator lint_on UNUSEDSIGNAL */
    // gate
    output wire [VCS-1:0]     ok_o,            // a frame of any size may be granted
    output reg  [VCS*20-1:0]  avail_o,         // limit - used, not below 0
    // CC_Update, a 60-byte frame in one cell
    output wire               cc_valid_o,
    output reg  [511:0]       cc_data_o,       // 0 while not valid
    input  wire               cc_take_i,
    // state for registers
    output wire [VCS*20-1:0]  s_cc_o,
    output wire [VCS*20-1:0]  s_cf_o,
    output reg  [VCS*20-1:0]  s_cu_o,          // S_CC - S_CF
    output wire               error_o
);
  generate
    if (VCS < 1 || VCS > 8) begin : gen_illegal
      weft_cbfc_sender_needs_VCS_1_to_8 u_stop ();
    end
  endgenerate

  localparam [15:0] CC_OPCODE = 16'hFFFE;
  localparam [23:0] CC_CID    = 24'hFA7ACB;
  localparam [7:0]  CC_MSG    = 8'd1;

  reg  [VCS*20-1:0] s_cc_q;
  reg  [VCS*20-1:0] s_cf_q;
  reg  [VCS*20-1:0] used_q;
  reg  [VCS-1:0]    enable_q;
  reg               error_q;
  reg  [9:0]        max_cr_q;
  reg               cc_pending_q;
  reg  [19:0]       cc_timer_q;

  assign s_cc_o     = s_cc_q;
  assign s_cf_o     = s_cf_q;
  assign error_o    = error_q;
  assign cc_valid_o = cc_pending_q;

  wire [9:0] max_cr;
  wire [9:0] trueup_cr;
  wire [9:0] sent_cr;
  wire [9:0] charged_cr;
  wire [13:0] max_len = (cfg_max_frame_i < 14'd4) ? 14'd0 : cfg_max_frame_i - 14'd4;

  weft_cbfc_credits u_max (
      .len_i(max_len), .shift_i(cfg_shift_i), .ovhd_i(cfg_ovhd_i), .credits_o(max_cr)
  );
  weft_cbfc_credits u_trueup (
      .len_i(trueup_len_i), .shift_i(cfg_shift_i), .ovhd_i(cfg_ovhd_i), .credits_o(trueup_cr)
  );
  weft_cbfc_credits u_sent (
      .len_i(sent_len_i), .shift_i(cfg_shift_i), .ovhd_i(cfg_ovhd_i), .credits_o(sent_cr)
  );
  weft_cbfc_credits u_charged (
      .len_i(sent_len_i + {10'd0, sent_less_i}), .shift_i(cfg_shift_i), .ovhd_i(cfg_ovhd_i),
      .credits_o(charged_cr)
  );

  // CF_Update: D2 = {VC[4:0], count[14:12]}, D3 = count[11:4], D4 = {count[3:0], O-code}; D5 to D7
  // the same for the second VC.
  wire        cf = os_valid_i && (os_data_i[7:0] == `WEFT_MII_CTLOS) &&
                   (os_data_i[15:8] == CF_OS_TYPE) && (os_data_i[35:32] == OS_O_CODE);
  wire [4:0]  cf_vc1  = os_data_i[23:19];
  wire [14:0] cf_cnt1 = {os_data_i[18:16], os_data_i[31:24], os_data_i[39:36]};
  wire [4:0]  cf_vc2  = os_data_i[47:43];
  wire [14:0] cf_cnt2 = {os_data_i[42:40], os_data_i[55:48], os_data_i[63:60]};

  wire            any_event = sent_valid_i || cf;
  wire [VCS-1:0]  changed   = cfg_enable_i ^ enable_q;

  // Wire side: S_CC and S_CF.
  reg  [VCS*20-1:0] s_cc_d;
  reg  [VCS*20-1:0] s_cf_d;
  reg               cf_error;
  reg  [14:0]       count;    // of the CF_Update, for this VC
  reg               wraps;    // the low 15 bits of S_CF wrap on their way to it
  reg  [14:0]       advance;  // of S_CF
  reg  [1:0]        rel_hit;  // which half of the CF_Update gives credits back
  reg  [14:0]       rel_adv1;
  reg  [14:0]       rel_adv2;
  reg  [VCS-1:0]    sent_vcs; // S_CC moves
  integer           v;

  always @* begin
    s_cc_d   = s_cc_q;
    s_cf_d   = s_cf_q;
    cf_error = 1'b0;
    count    = 15'd0;
    wraps    = 1'b0;
    advance  = 15'd0;
    rel_hit  = 2'b00;
    rel_adv1 = 15'd0;
    rel_adv2 = 15'd0;
    sent_vcs = {VCS{1'b0}};
    if (any_event) begin
      for (v = 0; v < VCS; v = v + 1) begin
        if (cfg_enable_i[v]) begin
          if (cf && ((cf_vc1 == v[4:0]) || (cf_vc2 == v[4:0]))) begin
            // If both halves name this VC the second is the later one.
            count = (cf_vc2 == v[4:0]) ? cf_cnt2 : cf_cnt1;
            {wraps, advance} = {1'b0, count} - {1'b0, s_cf_q[v*20+:15]};
            if ({5'd0, advance} > s_cc_q[v*20+:20] - s_cf_q[v*20+:20]) begin
              cf_error = 1'b1;
            end else begin
              s_cf_d[v*20+:20] = {s_cf_q[v*20+15+:5] + {4'd0, wraps}, count};
              if (cf_vc2 == v[4:0]) begin
                rel_hit[1] = 1'b1;
                rel_adv2   = advance;
              end else begin
                rel_hit[0] = 1'b1;
                rel_adv1   = advance;
              end
            end
          end
          if (sent_valid_i && (sent_vc_i == v[2:0])) begin
            sent_vcs[v]      = 1'b1;
            s_cc_d[v*20+:20] = s_cc_q[v*20+:20] + {10'd0, sent_cr};
          end
        end
      end
    end
  end

  // What is given back: its credits one cycle behind, its sum per VC two cycles behind, so that no
  // path has two of the credit formula, the sum and the gate in it.
  reg         save_valid_q;  // a frame was sent shorter than it was charged
  reg  [2:0]  save_vc_q;
  reg         save_cr_q;     // 8 bytes are never more than one credit
  reg         give_valid_q;
  reg  [2:0]  give_vc_q;
  reg  [9:0]  give_cr_q;     // what the frame keeps of its largest
  reg  [1:0]  rel_valid_q;
  reg  [2:0]  rel_vc1_q;
  reg  [2:0]  rel_vc2_q;
  reg  [14:0] rel_adv1_q;
  reg  [14:0] rel_adv2_q;
  reg  [VCS-1:0] sent_vcs_q;
  reg  [VCS-1:0]    back_vcs_q; // back_q is not 0 only there
  reg  [VCS-1:0]    back_vcs;
  reg  [VCS*17-1:0] back_q;  // signed: less than nothing if a frame was longer than the largest
  reg  [VCS*17-1:0] back_d;
  reg  [16:0]     reserve;
  reg  [16:0]     exact;
  reg  [16:0]     rel;
  wire            any_back = give_valid_q || save_valid_q || (rel_valid_q != 2'b00);
  integer         w;
  always @* begin
    back_d  = {(VCS * 17) {1'b0}};
    back_vcs = {VCS{1'b0}};
    reserve = 17'd0;
    exact   = 17'd0;
    rel     = 17'd0;
    if (any_back) begin
      for (w = 0; w < VCS; w = w + 1) begin
        reserve = (give_valid_q && (give_vc_q == w[2:0])) ? {7'd0, max_cr_q} : 17'd0;
        exact   = (give_valid_q && (give_vc_q == w[2:0])) ? {7'd0, give_cr_q} : 17'd0;
        rel     = (rel_valid_q[1] && (rel_vc2_q == w[2:0])) ? {2'd0, rel_adv2_q}
                : (rel_valid_q[0] && (rel_vc1_q == w[2:0])) ? {2'd0, rel_adv1_q} : 17'd0;
        back_d[w*17+:17] = reserve - exact + rel
                         + {16'd0, save_valid_q && save_cr_q && (save_vc_q == w[2:0])};
        back_vcs[w] = (give_valid_q && (give_vc_q == w[2:0])) ||
                      (save_valid_q && (save_vc_q == w[2:0])) ||
                      (rel_valid_q[0] && (rel_vc1_q == w[2:0])) ||
                      (rel_valid_q[1] && (rel_vc2_q == w[2:0]));
      end
    end
  end

  // Gate side: used, and whether one more largest frame fits. Each sum stands with and without a
  // grant, which comes late in the cycle.
  wire [VCS-1:0]    one  = 1;
  wire [VCS-1:0]    moves = back_vcs_q | (grant_valid_i ? one << grant_vc_i : {VCS{1'b0}});
  reg  [VCS*20-1:0] used_d;
  reg  [VCS-1:0]    ok_q;
  reg  [VCS-1:0]    ok_d;
  reg  [VCS*20-1:0] limit_q;
  reg  [VCS-1:0]    look_q;  // configuration or state moved in the cycle before
  wire              new_limit = limit_q != cfg_limit_i;
  reg               used_error;
  reg  [21:0]       back;
  reg  [21:0]       used;    // two bits more: carry and sign
  /* verilator lint_off UNUSEDSIGNAL */
  reg  [21:0]       room;    // only its sign is asked for
  /* verilator lint_on UNUSEDSIGNAL */
  integer           u;
  always @* begin
    used_d     = used_q;
    ok_d       = ok_q;
    used_error = 1'b0;
    back       = 22'd0;
    used       = 22'd0;
    room       = 22'd0;
    for (u = 0; u < VCS; u = u + 1) begin
      if (!live_i) begin
        ok_d[u] = 1'b0;
      end else if (moves[u] || look_q[u]) begin
        back = {{5{back_q[u*17+16]}}, back_q[u*17+:17]};
        room = {2'b00, limit_q[u*20+:20]} - {2'b00, used_q[u*20+:20]} + back - {12'd0, max_cr_q};
        if (grant_valid_i && (grant_vc_i == u[2:0]))
          room = {2'b00, limit_q[u*20+:20]} - {2'b00, used_q[u*20+:20]} + back
               - {11'd0, max_cr_q, 1'b0};
        ok_d[u] = !room[21];
      end
      if (moves[u] && cfg_enable_i[u]) begin
        used = {2'b00, used_q[u*20+:20]} - back;
        if (grant_valid_i && (grant_vc_i == u[2:0]))
          used = {2'b00, used_q[u*20+:20]} - back + {12'd0, max_cr_q};
        used_d[u*20+:20] = used[21] ? 20'd0 : used[20] ? 20'hFFFFF : used[19:0];
        if (used[21:20] != 2'b00) used_error = 1'b1;
      end
    end
  end
  assign ok_o = ok_q | ~cfg_enable_i;

  // More on the wire than the neighbour gave: looked at in the cycle after a frame.
  reg     over;
  integer o;
  always @* begin
    over = 1'b0;
    if (sent_vcs_q != {VCS{1'b0}}) begin
      for (o = 0; o < VCS; o = o + 1)
        if (sent_vcs_q[o] && (s_cu_o[o*20+:20] > cfg_limit_i[o*20+:20])) over = 1'b1;
    end
  end

  reg  [20:0] left;
  integer     l;
  always @* begin
    avail_o = {(VCS * 20) {1'b0}};
    s_cu_o  = {(VCS * 20) {1'b0}};
    left    = 21'd0;
    for (l = 0; l < VCS; l = l + 1) begin
      if (cfg_enable_i[l]) begin
        left = {1'b0, cfg_limit_i[l*20+:20]} - {1'b0, used_q[l*20+:20]};
        avail_o[l*20+:20] = left[20] ? 20'd0 : left[19:0];
        s_cu_o[l*20+:20] = s_cc_q[l*20+:20] - s_cf_q[l*20+:20];
      end
    end
  end

  // CC_Update in the order of the wire, first byte in the most significant place; then turned round
  // byte by byte into the cell.
  reg  [479:0] frame;
  integer      k;
  integer      b;
  always @* begin
    cc_data_o = 512'd0;
    frame     = 480'd0;
    if (cc_pending_q) begin
      frame[479:320] = {CC_DA, cfg_mac_i, CC_TYPE, CC_OPCODE, CC_CID, CC_MSG};
      for (k = 0; k < VCS; k = k + 1) frame[319-20*k-:20] = s_cc_d[20*k+:20];
      for (b = 0; b < 60; b = b + 1) cc_data_o[8*b+:8] = frame[479-8*b-:8];
    end
  end

  integer z;
  always @(posedge clk) begin
    max_cr_q <= max_cr;
    ok_q     <= ok_d;
    look_q   <= (new_limit || (max_cr_q != max_cr) || clear_i || !live_i || rst)
              ? {VCS{1'b1}} : moves | changed;
    if (new_limit) limit_q <= cfg_limit_i;
    enable_q <= cfg_enable_i;
    if (any_event) begin
      s_cc_q <= s_cc_d;
      s_cf_q <= s_cf_d;
    end
    if (!live_i) used_q <= s_cu_o;
    else if (moves != {VCS{1'b0}}) used_q <= used_d;
    // What s_cu_o holds already is not given back a second time.
    back_vcs_q <= live_i ? back_vcs : {VCS{1'b0}};
    if (!live_i) back_q <= {(VCS * 17) {1'b0}};
    else if (any_back || (back_vcs_q != {VCS{1'b0}})) back_q <= back_d;
    save_valid_q <= sent_valid_i && live_i && (sent_less_i != 4'd0);
    if (sent_valid_i) begin
      save_vc_q <= sent_vc_i;
      save_cr_q <= (charged_cr != sent_cr);
    end
    give_valid_q <= trueup_valid_i;
    if (trueup_valid_i) begin
      give_vc_q <= trueup_vc_i;
      give_cr_q <= trueup_cr;
    end
    rel_valid_q <= rel_hit;
    if (cf) begin
      rel_vc1_q  <= cf_vc1[2:0];
      rel_vc2_q  <= cf_vc2[2:0];
      rel_adv1_q <= rel_adv1;
      rel_adv2_q <= rel_adv2;
    end
    sent_vcs_q <= sent_vcs;
    if (cf_error || used_error || over) error_q <= 1'b1;
    if (changed != {VCS{1'b0}}) begin
      for (z = 0; z < VCS; z = z + 1) begin
        if (changed[z]) begin
          s_cc_q[z*20+:20] <= 20'd0;
          s_cf_q[z*20+:20] <= 20'd0;
          used_q[z*20+:20] <= 20'd0;
        end
      end
    end
    if ((cfg_cc_period_i == 20'd0) || (cfg_enable_i == {VCS{1'b0}})) begin
      cc_timer_q   <= 20'd0;
      cc_pending_q <= 1'b0;
    end else begin
      if (cc_take_i) cc_pending_q <= 1'b0;
      if (cc_timer_q >= cfg_cc_period_i - 20'd1) begin
        cc_timer_q   <= 20'd0;
        cc_pending_q <= 1'b1;
      end else begin
        cc_timer_q <= cc_timer_q + 20'd1;
      end
    end
    if (rst || clear_i) begin
      s_cc_q       <= {(VCS * 20) {1'b0}};
      s_cf_q       <= {(VCS * 20) {1'b0}};
      used_q       <= {(VCS * 20) {1'b0}};
      ok_q         <= {VCS{1'b0}};
      error_q      <= 1'b0;
      save_valid_q <= 1'b0;
      give_valid_q <= 1'b0;
      back_vcs_q   <= {VCS{1'b0}};
      back_q       <= {(VCS * 17) {1'b0}};
      rel_valid_q  <= 2'b00;
      sent_vcs_q   <= {VCS{1'b0}};
      cc_pending_q <= 1'b0;
      cc_timer_q   <= 20'd0;
    end
    if (rst) enable_q <= {VCS{1'b0}};
  end

`ifdef WEFT_ASSERTIONS
  // What is on the wire is charged: the gate never counts less than S_CC - S_CF. This holds for all
  // who keep to what the header relies on: settings stay while frames are granted and not sent.
  wire [25:0]       setting = {cfg_shift_i, cfg_ovhd_i, cfg_max_frame_i};
  reg  [25:0]       setting_q;
  reg  [VCS*16-1:0] owed_q;   // frames granted and not sent
  reg  [VCS-1:0]    broken_q; // a setting has changed meanwhile
  genvar a;
  generate
    for (a = 0; a < VCS; a = a + 1) begin : gen_check
      wire granted = grant_valid_i && (grant_vc_i == a);
      wire gone    = sent_valid_i && (sent_vc_i == a);
      wire idle    = !granted && (owed_q[a*16+:16] == 16'd0);
      wire anew    = clear_i || changed[a];
      always @(posedge clk) begin
        owed_q[a*16+:16] <= !live_i ? 16'd0
                          : owed_q[a*16+:16] + {15'd0, granted} - {15'd0, gone};
        if (anew || (setting != setting_q)) broken_q[a] <= !idle || (broken_q[a] && !anew);
        if (rst || !live_i) broken_q[a] <= 1'b0;
        if (rst) owed_q[a*16+:16] <= 16'd0;
      end
      `WEFT_ASSERT(a_sent_is_charged,
          !live_i || error_q || broken_q[a] || !cfg_enable_i[a]
          || (used_q[a*20+:20] >= s_cu_o[a*20+:20]))
    end
  endgenerate
  always @(posedge clk) setting_q <= setting;
`endif
endmodule
`default_nettype wire
