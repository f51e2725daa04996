// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_port_counters: the 64-bit counters of one port, with a snapshot in one cycle.
//
// What it does: counts the events of docs/telemetry.md; snap_i fixes the value of every counter
//   and gauge of that cycle, while counting goes on; ext_addr_i reads the snapshot as 32-bit words
//   (counter k: low half at word 2k, high half at 2k+1; csrc/include/weft/counters.h numbers them).
// Latency: an event counts at the end of its cycle. An event in the cycle of snap_i belongs to
//   after the snapshot; gauges are taken as they stand in that cycle. Reading is
//   combinational; snapshot values stand from the cycle after snap_i. Before the first snapshot
//   everything reads 0.
// Stall rule: none; every event input may be active in every cycle.
// Trade-off: events that may coincide have a counter in flops of their own, live and shadow. Those
//   that exclude each other (one reason, fate or VC a cycle) share a weft_counter_bank. No loop
//   over the counters in any cycle.
// Relies on: an event and its effect on a gauge are one state change: the event is there in the
//   last cycle in which the gauge still has its old value. Then the identities of docs/telemetry.md
//   hold in every snapshot. rx_reason_i is a WEFT_DROP_* number.
`default_nettype none
`include "weft_defs.vh"
module weft_port_counters (
  input  wire        clk,
  input  wire        rst,
  input  wire        snap_i,
  // Receive side: the fate of one frame
  input  wire        rx_done_i,
  input  wire [4:0]  rx_reason_i,    // WEFT_DROP_*, 0 = accepted
  input  wire [2:0]  rx_vc_i,
  input  wire [13:0] rx_len_i,       // bytes without FCS
  input  wire [6:0]  rx_copies_i,    // egresses it goes to: 0 when dropped, unless cut through
  input  wire        rx_trimmed_i,   // accepted, but cut behind its headers
  // Frames dropped in the MAC before they had a cell, how many in this cycle
  input  wire [3:0]  rx_runt_i,
  input  wire [3:0]  rx_preamble_i,
  input  wire [3:0]  rx_coding_i,
  // Cells of the ingress buffer
  input  wire        cells_in_i,
  input  wire        cells_freed_i,
  input  wire [8:0]  cells_rolled_i,
  // Transmit side: the fate of one frame
  input  wire        tx_done_i,
  input  wire [1:0]  tx_fate_i,      // 0 good, 1 stomped, 2 underrun, 3 discarded: port down
  input  wire [2:0]  tx_vc_i,
  input  wire [13:0] tx_len_i,       // bytes without FCS
  input  wire        tx_ct_i,        // was cut through
  input  wire        tx_ecn_i,       // was marked CE
  input  wire        tx_popped_i,    // lost a tag
  // Control ordered sets and credit frames
  input  wire [3:0]  os_rx_i,
  input  wire        os_tx_i,
  input  wire        cf_rx_i,
  input  wire        cf_tx_i,
  input  wire        cc_rx_i,
  input  wire        cc_bad_i,
  input  wire        cc_tx_i,
  // Gauges
  input  wire [15:0] held_copies_i,
  input  wire [15:0] held_cells_i,
  input  wire [15:0] egress_frames_i,
  input  wire [15:0] egress_cells_i,
  // Window of the register block
  input  wire [7:0]  ext_addr_i,     // word
  output wire [31:0] ext_rdata_o
);
  wire accepted = rx_done_i && rx_reason_i == `WEFT_DROP_NONE;
  wire good     = tx_done_i && tx_fate_i == 2'd0;
  wire on_wire  = tx_done_i && tx_fate_i != 2'd3;
  wire mac_drop = (rx_runt_i | rx_preamble_i | rx_coding_i) != 4'd0;

  // ---- Receive: live and shadow
  // A snapshot is read before the step: a simulator then needs no second copy of the counters.
  // Small sums first, so that every counter has one long adder. Frames that end in the MAC before
  // they have a cell share a reason with those that end later.
  wire [4:0]  runts     = {1'b0, rx_runt_i}
                        + {4'd0, rx_done_i && rx_reason_i == `WEFT_DROP_RUNT};
  wire [4:0]  preambles = {1'b0, rx_preamble_i}
                        + {4'd0, rx_done_i && rx_reason_i == `WEFT_DROP_PREAMBLE};
  wire [4:0]  codings   = {1'b0, rx_coding_i}
                        + {4'd0, rx_done_i && rx_reason_i == `WEFT_DROP_CODING};
  wire [5:0]  in_frames = {5'd0, rx_done_i} + {2'd0, rx_runt_i} + {2'd0, rx_preamble_i}
                        + {2'd0, rx_coding_i};
  wire [14:0] in_octets = {1'b0, rx_len_i} + 15'd4;
  reg [63:0] in_frames_q, in_octets_q, in_copies_q, runt_q, preamble_q, coding_q, trim_q;
  reg [63:0] in_frames_s_q, in_octets_s_q, in_copies_s_q, runt_s_q, preamble_s_q, coding_s_q,
             trim_s_q;
  always @(posedge clk) begin
    if (snap_i) begin
      in_frames_s_q <= in_frames_q;
      in_octets_s_q <= in_octets_q;
      in_copies_s_q <= in_copies_q;
      runt_s_q <= runt_q;
      preamble_s_q <= preamble_q;
      coding_s_q <= coding_q;
      trim_s_q <= trim_q;
    end
    if (accepted) in_octets_q <= in_octets_q + {49'd0, in_octets};
    // Copies of a bad frame too: its head was cut through before its end was known.
    if (rx_done_i) in_copies_q <= in_copies_q + {57'd0, rx_copies_i};
    if (accepted && rx_trimmed_i) trim_q <= trim_q + 64'd1;
    if (rx_done_i || mac_drop) begin
      in_frames_q <= in_frames_q + {58'd0, in_frames};
      runt_q <= runt_q + {59'd0, runts};
      preamble_q <= preamble_q + {59'd0, preambles};
      coding_q <= coding_q + {59'd0, codings};
    end
    if (rst) begin
      in_frames_q <= 64'd0;
      in_octets_q <= 64'd0;
      in_copies_q <= 64'd0;
      runt_q <= 64'd0;
      preamble_q <= 64'd0;
      coding_q <= 64'd0;
      trim_q <= 64'd0;
      in_frames_s_q <= 64'd0;
      in_octets_s_q <= 64'd0;
      in_copies_s_q <= 64'd0;
      runt_s_q <= 64'd0;
      preamble_s_q <= 64'd0;
      coding_s_q <= 64'd0;
      trim_s_q <= 64'd0;
    end
  end

  // ---- Transmit
  wire [14:0] out_octets = {1'b0, tx_len_i} + 15'd4;
  reg [63:0] out_octets_q, cut_q, ecn_q, pop_q;
  reg [63:0] out_octets_s_q, cut_s_q, ecn_s_q, pop_s_q;
  always @(posedge clk) begin
    if (snap_i) begin
      out_octets_s_q <= out_octets_q;
      cut_s_q <= cut_q;
      ecn_s_q <= ecn_q;
      pop_s_q <= pop_q;
    end
    if (tx_done_i) begin
      if (good) out_octets_q <= out_octets_q + {49'd0, out_octets};
      if (on_wire && tx_ct_i) cut_q <= cut_q + 64'd1;
      if (on_wire && tx_ecn_i) ecn_q <= ecn_q + 64'd1;
      if (on_wire && tx_popped_i) pop_q <= pop_q + 64'd1;
    end
    if (rst) begin
      out_octets_q <= 64'd0;
      cut_q <= 64'd0;
      ecn_q <= 64'd0;
      pop_q <= 64'd0;
      out_octets_s_q <= 64'd0;
      cut_s_q <= 64'd0;
      ecn_s_q <= 64'd0;
      pop_s_q <= 64'd0;
    end
  end

  // ---- Link control
  reg [63:0] os_rx_q, os_tx_q, cf_rx_q, cf_tx_q, cc_rx_q, cc_tx_q, cc_bad_q;
  reg [63:0] os_rx_s_q, os_tx_s_q, cf_rx_s_q, cf_tx_s_q, cc_rx_s_q, cc_tx_s_q, cc_bad_s_q;
  wire link_event = os_rx_i != 4'd0 || os_tx_i || cf_rx_i || cf_tx_i || cc_rx_i || cc_tx_i
                 || cc_bad_i;
  always @(posedge clk) begin
    if (snap_i) begin
      os_rx_s_q <= os_rx_q;
      os_tx_s_q <= os_tx_q;
      cf_rx_s_q <= cf_rx_q;
      cf_tx_s_q <= cf_tx_q;
      cc_rx_s_q <= cc_rx_q;
      cc_tx_s_q <= cc_tx_q;
      cc_bad_s_q <= cc_bad_q;
    end
    if (link_event) begin
      os_rx_q <= os_rx_q + {60'd0, os_rx_i};
      if (os_tx_i) os_tx_q <= os_tx_q + 64'd1;
      if (cf_rx_i) cf_rx_q <= cf_rx_q + 64'd1;
      if (cf_tx_i) cf_tx_q <= cf_tx_q + 64'd1;
      if (cc_rx_i) cc_rx_q <= cc_rx_q + 64'd1;
      if (cc_tx_i) cc_tx_q <= cc_tx_q + 64'd1;
      if (cc_bad_i) cc_bad_q <= cc_bad_q + 64'd1;
    end
    if (rst) begin
      os_rx_q <= 64'd0;
      os_tx_q <= 64'd0;
      cf_rx_q <= 64'd0;
      cf_tx_q <= 64'd0;
      cc_rx_q <= 64'd0;
      cc_tx_q <= 64'd0;
      cc_bad_q <= 64'd0;
      os_rx_s_q <= 64'd0;
      os_tx_s_q <= 64'd0;
      cf_rx_s_q <= 64'd0;
      cf_tx_s_q <= 64'd0;
      cc_rx_s_q <= 64'd0;
      cc_tx_s_q <= 64'd0;
      cc_bad_s_q <= 64'd0;
    end
  end

  // ---- Cells, gauges, number of the snapshot
  reg [63:0] cells_in_q, cells_freed_q, cells_rolled_q;
  reg [63:0] cells_in_s_q, cells_freed_s_q, cells_rolled_s_q;
  reg [15:0] held_copies_s_q, held_cells_s_q, egress_frames_s_q, egress_cells_s_q;
  reg [31:0] seq_q;
  always @(posedge clk) begin
    if (snap_i) begin
      cells_in_s_q <= cells_in_q;
      cells_freed_s_q <= cells_freed_q;
      cells_rolled_s_q <= cells_rolled_q;
      held_copies_s_q <= held_copies_i;
      held_cells_s_q <= held_cells_i;
      egress_frames_s_q <= egress_frames_i;
      egress_cells_s_q <= egress_cells_i;
      seq_q <= seq_q + 32'd1;
    end
    if (cells_in_i) cells_in_q <= cells_in_q + 64'd1;
    if (cells_freed_i) cells_freed_q <= cells_freed_q + 64'd1;
    if (cells_rolled_i != 9'd0) cells_rolled_q <= cells_rolled_q + {55'd0, cells_rolled_i};
    if (rst) begin
      cells_in_q <= 64'd0;
      cells_freed_q <= 64'd0;
      cells_rolled_q <= 64'd0;
      cells_in_s_q <= 64'd0;
      cells_freed_s_q <= 64'd0;
      cells_rolled_s_q <= 64'd0;
      held_copies_s_q <= 16'd0;
      held_cells_s_q <= 16'd0;
      egress_frames_s_q <= 16'd0;
      egress_cells_s_q <= 16'd0;
      seq_q <= 32'd0;
    end
  end

  // ---- Banks: at most one of their counters steps in a cycle
  // -------------------------------------
  wire [6:0]  rd_counter = ext_addr_i[7:1];
  wire        rd_reason  = rd_counter[6:4] == 3'd2 || rd_counter == 7'd2;   // 32..47, 2
  wire        rd_in_vc   = rd_counter[6:3] == 4'd6;                         // 48..55
  wire        rd_out_vc  = rd_counter[6:3] == 4'd7;                         // 56..63
  wire        rd_fate    = rd_counter >= 7'd4 && rd_counter <= 7'd8;        // 4, 6, 7, 8
  wire [3:0]  reason_idx = (rd_counter == 7'd2) ? 4'd0 : rd_counter[3:0];
  // Fates 0..3 are counters 4, 6, 7, 8: OUT_OCTETS stands between.
  wire [1:0]  fate_idx   = (rd_counter == 7'd4) ? 2'd0 : rd_counter[1:0] - 2'd1;
  wire [63:0] reason_data, in_vc_data, out_vc_data, fate_data;

  weft_counter_bank #(.WIDTH(64), .DEPTH(16)) u_reason (
    .clk(clk), .rst(rst), .inc_i(rx_done_i), .idx_i(rx_reason_i[3:0]), .snap_i(snap_i),
    .rd_en_i(rd_reason), .rd_idx_i(reason_idx), .rd_data_o(reason_data)
  );
  weft_counter_bank #(.WIDTH(64), .DEPTH(8)) u_in_vc (
    .clk(clk), .rst(rst), .inc_i(accepted), .idx_i(rx_vc_i), .snap_i(snap_i),
    .rd_en_i(rd_in_vc), .rd_idx_i(rd_counter[2:0]), .rd_data_o(in_vc_data)
  );
  weft_counter_bank #(.WIDTH(64), .DEPTH(8)) u_out_vc (
    .clk(clk), .rst(rst), .inc_i(good), .idx_i(tx_vc_i), .snap_i(snap_i),
    .rd_en_i(rd_out_vc), .rd_idx_i(rd_counter[2:0]), .rd_data_o(out_vc_data)
  );
  weft_counter_bank #(.WIDTH(64), .DEPTH(4)) u_fate (
    .clk(clk), .rst(rst), .inc_i(tx_done_i), .idx_i(tx_fate_i), .snap_i(snap_i),
    .rd_en_i(rd_fate), .rd_idx_i(fate_idx), .rd_data_o(fate_data)
  );

  // ---- Read
  reg [63:0] value;
  always @* begin
    case (rd_counter)
      7'd0: value = in_frames_s_q;
      7'd1: value = in_octets_s_q;
      7'd2: value = reason_data;
      7'd3: value = in_copies_s_q;
      7'd4, 7'd6, 7'd7, 7'd8: value = fate_data;
      7'd5: value = out_octets_s_q;
      7'd9: value = os_rx_s_q;
      7'd10: value = os_tx_s_q;
      7'd11: value = cf_rx_s_q;
      7'd12: value = cf_tx_s_q;
      7'd13: value = cc_rx_s_q;
      7'd14: value = cc_tx_s_q;
      7'd15: value = cc_bad_s_q;
      7'd16: value = cells_in_s_q;
      7'd17: value = cells_freed_s_q;
      7'd18: value = cells_rolled_s_q;
      7'd19: value = cut_s_q;
      7'd20: value = ecn_s_q;
      7'd21: value = trim_s_q;
      7'd22: value = pop_s_q;
      7'd32: value = 64'd0;  // reason 0 is IF_IN_ACCEPTED
      7'd33: value = runt_s_q;
      7'd36: value = coding_s_q;
      7'd37: value = preamble_s_q;
      7'd34, 7'd35, 7'd38, 7'd39, 7'd40, 7'd41, 7'd42, 7'd43, 7'd44, 7'd45, 7'd46:
        value = reason_data;
      7'd48, 7'd49, 7'd50, 7'd51, 7'd52, 7'd53, 7'd54, 7'd55: value = in_vc_data;
      7'd56, 7'd57, 7'd58, 7'd59, 7'd60, 7'd61, 7'd62, 7'd63: value = out_vc_data;
      7'd64: value = {48'd0, held_copies_s_q};
      7'd65: value = {48'd0, held_cells_s_q};
      7'd66: value = {48'd0, egress_frames_s_q};
      7'd67: value = {48'd0, egress_cells_s_q};
      7'd68: value = {32'd0, seq_q};
      default: value = 64'd0;
    endcase
  end
  assign ext_rdata_o = ext_addr_i[0] ? value[63:32] : value[31:0];

  `WEFT_ASSERT(a_known_reason, !rx_done_i || rx_reason_i < `WEFT_DROP_REASONS)
  `WEFT_ASSERT(a_accepted_has_copies, !accepted || rx_copies_i != 7'd0)
endmodule
`default_nettype wire
