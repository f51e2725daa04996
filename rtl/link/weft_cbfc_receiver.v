// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_cbfc_receiver: receive role of credit-based flow control on one port.
//
// Per enabled VC: R_CC (credits of all good frames received) and R_CF (credits freed), both 20-bit
// cyclic. R_CC - R_CF is what the VC's frames hold of the buffer.
//   consumed  a good frame has come in:                  R_CC += credits
//   freed     a frame has left the buffer:               R_CF += credits
//   refused   a good frame was dropped by the switch:    R_CF += credits (with its consumed)
//   CC_Update R_CF += S_CC - R_CC, then R_CC = S_CC: frees what the neighbour has sent and this
//             side never counted: frames lost on the wire or received with a bad FCS
// All may fall into one cycle, on the same VC too; a consumed frame in the cycle of a CC_Update
// came before it.
//
// CF_Updates tell the neighbour R_CF, two VCs at a time. A VC is due when its R_CF changed since it
// was last told, every cfg_cf_period_i cycles, and after each CC_Update of its group; due VCs go
// round robin, a free half repeats some other VC. The count is absolute, so a lost CF_Update is
// mended by the next one of that VC: within a period plus (VCS / 2) * cfg_cf_min_i cycles.
//
// Latency: the credits of an event stand in registers after one cycle and in the counters after
//   two; os_valid_o rises 3 cycles after the event when nothing holds it back; ev_cc_* come after 1
//   cycle.
// Stall rule: os_valid_o waits for os_ready_i with stable data (the counts at the time of loading).
//   At most one CF_Update in cfg_cf_min_i cycles, and at most one in two cycles.
// Bound: a due VC waits for at most ceil(VCS / 2) - 1 CF_Updates of others (measured in the bench).
// Trade-off: counts wait unrefreshed while the MAC's spacing holds the ordered set back: a little
//   staleness for a handshake that any FIFO can stand in.
// Relies on: consumed and CC_Update in the order of the wire (delay both alike); the sender of
//   cc_valid_i has checked FCS and the length of 60 bytes. shift, ovhd and enables change only when
//   the VC holds no frame. Setting or clearing an enable, or clear_i, zeroes the VC's counters, as
//   the neighbour must do too; clear_i also zeroes the counts of a CF_Update that waits.
// error_o: sticky until clear_i or rst; more was freed than consumed.
// Sources: as in weft_cbfc_sender. Message type 2 (VC 16 to 31) is well formed but names no VC of
//   this switch: it counts as good and does nothing.
`default_nettype none
`include "weft_defs.vh"
module weft_cbfc_receiver #(
    parameter VCS = 4,                    // virtual channels, 1..8
    parameter [15:0] CC_TYPE = 16'h8808,  // EtherType of CC_Update
    parameter [7:0]  CF_OS_TYPE = 8'h10,  // ordered set type of CF_Update
    parameter [3:0]  OS_O_CODE = 4'h6     // O-code of control ordered sets
) (
    input  wire               clk,
    input  wire               rst,
    // configuration (registers)
    input  wire [VCS-1:0]     cfg_enable_i,
    input  wire [3:0]         cfg_shift_i,     // log2 bytes a credit, 5..11
    input  wire signed [7:0]  cfg_ovhd_i,      // bytes, -16..127
    input  wire [19:0]        cfg_cf_period_i, // cycles, 0 = tell changes only
    input  wire [15:0]        cfg_cf_min_i,    // cycles between CF_Updates
    input  wire               clear_i,         // zero everything
    // frames; lengths in bytes without FCS
    input  wire               consumed_valid_i,
    input  wire [2:0]         consumed_vc_i,
    input  wire [13:0]        consumed_len_i,
    input  wire               freed_valid_i,
    input  wire [2:0]         freed_vc_i,
    input  wire [13:0]        freed_len_i,
    input  wire               refused_valid_i,
    input  wire [2:0]         refused_vc_i,
    input  wire [13:0]        refused_len_i,
    // the only cell of a good 60-byte MAC control frame
    input  wire               cc_valid_i,
    // Addresses, VCs past VCS and padding are not looked at.
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire [511:0]       cc_data_i,
    /* verilator lint_on UNUSEDSIGNAL */
    // control ordered set to the MAC; byte 0 (5C) in 7:0
    output wire               os_valid_o,
    input  wire               os_ready_i,
    output wire [63:0]        os_data_o,
    // state for registers, events
    output wire [VCS*20-1:0]  r_cc_o,
    output wire [VCS*20-1:0]  r_cf_o,
    output wire               ev_cf_sent_o,    // pulse: a CF_Update was taken by the MAC
    output reg                ev_cc_ok_o,      // pulse: good CC_Update
    output reg                ev_cc_bad_o,     // pulse: wrong type, opcode, CID or message type
    output wire               error_o
);
  generate
    if (VCS < 1 || VCS > 8) begin : gen_illegal
      weft_cbfc_receiver_needs_VCS_1_to_8 u_stop ();
    end
  endgenerate

  localparam [15:0] CC_OPCODE = 16'hFFFE;
  localparam [23:0] CC_CID    = 24'hFA7ACB;
  localparam IDX_W = (VCS > 1) ? $clog2(VCS) : 1;
  localparam [31:0] LAST_C = VCS - 1;

  reg  [VCS*20-1:0] r_cc_q;
  reg  [VCS*20-1:0] r_cf_q;
  reg  [VCS-1:0]    enable_q;
  reg               error_q;

  assign r_cc_o  = r_cc_q;
  assign r_cf_o  = r_cf_q;
  assign error_o = error_q;

  wire [9:0] consumed_cr;
  wire [9:0] freed_cr;
  wire [9:0] refused_cr;

  weft_cbfc_credits u_consumed (
      .len_i(consumed_len_i), .shift_i(cfg_shift_i), .ovhd_i(cfg_ovhd_i), .credits_o(consumed_cr)
  );
  weft_cbfc_credits u_freed (
      .len_i(freed_len_i), .shift_i(cfg_shift_i), .ovhd_i(cfg_ovhd_i), .credits_o(freed_cr)
  );
  weft_cbfc_credits u_refused (
      .len_i(refused_len_i), .shift_i(cfg_shift_i), .ovhd_i(cfg_ovhd_i), .credits_o(refused_cr)
  );

  // CC_Update: bytes 12 to 19 are the head, 16 counters of 20 bits follow from byte 20.
  reg         cc_good;
  reg         cc_type1;
  reg [159:0] cc_be;   // bytes 20 to 39 in the order of the wire: VC 0 to 7
  integer     b;
  always @* begin
    cc_good  = 1'b0;
    cc_type1 = 1'b0;
    cc_be    = 160'd0;
    if (cc_valid_i) begin
      cc_type1 = (cc_data_i[159:152] == 8'd1);
      cc_good  = ({cc_data_i[103:96], cc_data_i[111:104]} == CC_TYPE) &&
                 ({cc_data_i[119:112], cc_data_i[127:120]} == CC_OPCODE) &&
                 ({cc_data_i[135:128], cc_data_i[143:136], cc_data_i[151:144]} == CC_CID) &&
                 (cc_type1 || (cc_data_i[159:152] == 8'd2));
      for (b = 0; b < 20; b = b + 1) cc_be[159-8*b-:8] = cc_data_i[160+8*b+:8];
    end
  end

  // Stage 1: what came in, as credits. The order of events is kept, because all take the same way.
  reg              consumed_q;
  reg  [2:0]       consumed_vc_q;
  reg  [9:0]       consumed_cr_q;
  reg              freed_q;
  reg  [2:0]       freed_vc_q;
  reg  [9:0]       freed_cr_q;
  reg              refused_q;
  reg  [2:0]       refused_vc_q;
  reg  [9:0]       refused_cr_q;
  reg              cc_load_q;
  reg  [VCS*20-1:0] cc_count_q; // VC v at 20*v
  integer          n;

  always @(posedge clk) begin
    consumed_q <= consumed_valid_i;
    freed_q    <= freed_valid_i;
    refused_q  <= refused_valid_i;
    cc_load_q  <= cc_good && cc_type1;
    if (consumed_valid_i) begin
      consumed_vc_q <= consumed_vc_i;
      consumed_cr_q <= consumed_cr;
    end
    if (freed_valid_i) begin
      freed_vc_q <= freed_vc_i;
      freed_cr_q <= freed_cr;
    end
    if (refused_valid_i) begin
      refused_vc_q <= refused_vc_i;
      refused_cr_q <= refused_cr;
    end
    if (cc_good && cc_type1)
      for (n = 0; n < VCS; n = n + 1) cc_count_q[n*20+:20] <= cc_be[159-20*n-:20];
    if (rst || clear_i) begin
      consumed_q <= 1'b0;
      freed_q    <= 1'b0;
      refused_q  <= 1'b0;
      cc_load_q  <= 1'b0;
    end
  end

  // Stage 2: counters.
  wire             any_event = consumed_q || freed_q || refused_q || cc_load_q;
  wire [VCS-1:0]   changed   = cfg_enable_i ^ enable_q;

  reg  [VCS*20-1:0] r_cc_d;
  reg  [VCS*20-1:0] r_cf_d;
  reg  [VCS-1:0]    moved;   // R_CF changes
  reg  [VCS-1:0]    touched_q;
  reg  [19:0]       cc;
  reg  [19:0]       cf;
  integer           v;

  always @* begin
    r_cc_d = r_cc_q;
    r_cf_d = r_cf_q;
    moved  = {VCS{1'b0}};
    cc     = 20'd0;
    cf     = 20'd0;
    if (any_event) begin
      for (v = 0; v < VCS; v = v + 1) begin
        if (cfg_enable_i[v]) begin
          cc = r_cc_q[v*20+:20];
          cf = r_cf_q[v*20+:20];
          if (consumed_q && (consumed_vc_q == v[2:0])) cc = cc + {10'd0, consumed_cr_q};
          if (freed_q && (freed_vc_q == v[2:0])) begin
            cf       = cf + {10'd0, freed_cr_q};
            moved[v] = 1'b1;
          end
          if (refused_q && (refused_vc_q == v[2:0])) begin
            cf       = cf + {10'd0, refused_cr_q};
            moved[v] = 1'b1;
          end
          if (cc_load_q) begin
            cf = cf + (cc_count_q[v*20+:20] - cc);
            cc = cc_count_q[v*20+:20];
            // Each good CC_Update is answered, whether it freed anything or not: a lost CF_Update
            // is mended at the sender's pace too.
            moved[v] = 1'b1;
          end
          r_cc_d[v*20+:20] = cc;
          r_cf_d[v*20+:20] = cf;
        end
      end
    end
  end

  // More freed than consumed: looked at in the cycle after. Held credits are below 2^19 by the
  // limits of the link layer, so a larger difference
  // is a negative one.
  reg        negative;
  reg [19:0] held;
  integer    h;
  always @* begin
    negative = 1'b0;
    held     = 20'd0;
    if (touched_q != {VCS{1'b0}}) begin
      for (h = 0; h < VCS; h = h + 1) begin
        held = r_cc_q[h*20+:20] - r_cf_q[h*20+:20];
        if (touched_q[h] && (held > 20'h7FFFF)) negative = 1'b1;
      end
    end
  end

  // CF_Update out.
  reg  [VCS-1:0]    due_q;    // R_CF of this VC must be told
  reg  [IDX_W-1:0]  ptr_q;
  reg               os_valid_q;
  reg  [63:0]       os_data_q;
  reg  [15:0]       gap_q;
  reg  [19:0]       timer_q;

  assign os_valid_o   = os_valid_q;
  assign os_data_o    = os_data_q;
  assign ev_cf_sent_o = os_valid_q && os_ready_i;

  wire [VCS-1:0]   due = due_q & cfg_enable_i;
  wire [VCS-1:0]   first;
  wire [VCS-1:0]   second;
  wire [IDX_W-1:0] first_idx;
  wire [IDX_W-1:0] second_idx;
  wire             any_due;
  wire             any_other;
  wire             load = any_due && !os_valid_q && (gap_q == 16'd0) && !clear_i;

  // The second half: another VC that is due, else any other enabled VC, else the same one again.
  wire [VCS-1:0]   due_left = due & ~first;
  wire [VCS-1:0]   others   = (due_left != {VCS{1'b0}}) ? due_left : cfg_enable_i & ~first;

  weft_rr_pick #(
      .N(VCS)
  ) u_first (
      .req_i(due),
      .ptr_i(ptr_q),
      .gnt_o(first),
      .any_o(any_due),
      .idx_o(first_idx)
  );
  weft_rr_pick #(
      .N(VCS)
  ) u_second (
      .req_i(others),
      .ptr_i(ptr_q),
      .gnt_o(second),
      .any_o(any_other),
      .idx_o(second_idx)
  );

  reg  [IDX_W-1:0]  vc2;
  reg  [14:0]       cnt1;
  reg  [14:0]       cnt2;
  always @* begin
    vc2  = {IDX_W{1'b0}};
    cnt1 = 15'd0;
    cnt2 = 15'd0;
    if (load) begin
      vc2  = any_other ? second_idx : first_idx;
      cnt1 = r_cf_q[first_idx*20+:15];
      cnt2 = r_cf_q[vc2*20+:15];
    end
  end
  // VC numbers in the five bits of the wire.
  wire [4:0] wire_vc1 = {{(5 - IDX_W) {1'b0}}, first_idx};
  wire [4:0] wire_vc2 = {{(5 - IDX_W) {1'b0}}, vc2};

  integer z;
  always @(posedge clk) begin
    enable_q    <= cfg_enable_i;
    ev_cc_ok_o  <= cc_good;
    ev_cc_bad_o <= cc_valid_i && !cc_good;
    if (any_event) begin
      r_cc_q <= r_cc_d;
      r_cf_q <= r_cf_d;
    end
    touched_q <= moved;
    if (negative) error_q <= 1'b1;
    if (changed != {VCS{1'b0}}) begin
      for (z = 0; z < VCS; z = z + 1) begin
        if (changed[z]) begin
          r_cc_q[z*20+:20] <= 20'd0;
          r_cf_q[z*20+:20] <= 20'd0;
        end
      end
    end

    if (gap_q != 16'd0) gap_q <= gap_q - 16'd1;
    if (load) begin
      os_valid_q <= 1'b1;
      os_data_q  <= {cnt2[3:0], 4'h0, cnt2[11:4], wire_vc2, cnt2[14:12],
                     cnt1[3:0], OS_O_CODE, cnt1[11:4], wire_vc1, cnt1[14:12],
                     CF_OS_TYPE, `WEFT_MII_CTLOS};
      ptr_q      <= (vc2 == LAST_C[IDX_W-1:0]) ? {IDX_W{1'b0}} : vc2 + 1'b1;
    end else if (os_valid_q && os_ready_i) begin
      os_valid_q <= 1'b0;
      // Loading and taking take a cycle each.
      gap_q      <= (cfg_cf_min_i > 16'd2) ? cfg_cf_min_i - 16'd2 : 16'd0;
    end

    due_q <= (load ? due & ~(first | second) : due) | moved;
    if ((cfg_cf_period_i == 20'd0) || (cfg_enable_i == {VCS{1'b0}})) begin
      timer_q <= 20'd0;
    end else if (timer_q >= cfg_cf_period_i - 20'd1) begin
      timer_q <= 20'd0;
      due_q   <= cfg_enable_i;
    end else begin
      timer_q <= timer_q + 20'd1;
    end

    if (rst || clear_i) begin
      r_cc_q    <= {(VCS * 20) {1'b0}};
      r_cf_q    <= {(VCS * 20) {1'b0}};
      error_q   <= 1'b0;
      touched_q <= {VCS{1'b0}};
      due_q     <= {VCS{1'b0}};
      timer_q   <= 20'd0;
    end
    if (clear_i) begin
      os_data_q <= {8'd0, 8'd0, os_data_q[47:43], 3'd0, 4'd0, OS_O_CODE, 8'd0,
                    os_data_q[23:19], 3'd0, CF_OS_TYPE, `WEFT_MII_CTLOS};
    end
    if (rst) begin
      enable_q    <= {VCS{1'b0}};
      ev_cc_ok_o  <= 1'b0;
      ev_cc_bad_o <= 1'b0;
      os_valid_q  <= 1'b0;
      ptr_q       <= {IDX_W{1'b0}};
      gap_q       <= 16'd0;
    end
  end

`ifdef WEFT_ASSERTIONS
  reg        p_wait_q;
  reg [63:0] p_data_q;
  always @(posedge clk) begin
    p_wait_q <= os_valid_q && !os_ready_i && !clear_i && !rst;
    p_data_q <= os_data_q;
  end
`endif
  `WEFT_ASSERT(a_os_is_stable, !p_wait_q || (os_valid_q && (os_data_q == p_data_q)))
  `WEFT_ASSERT(a_only_enabled_vcs_are_due, (moved & ~cfg_enable_i) == {VCS{1'b0}})
endmodule
`default_nettype wire
