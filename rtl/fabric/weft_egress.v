// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_egress: the queue of one egress, the rewrite (weft_rewrite), the pop of tags (weft_pop), and
// the rule of when a frame may start.
//
// Pop, behind the rewrite: weft_pop takes the outer tag out of frames where the port says so. What
// is in the queue is what goes out.
//
// Queue: a FIFO of cells. Frames arrive whole and one after the other (the scheduler holds the
// egress for one ingress to the end of its frame). A new frame is matched to this egress only while
// the whole of it surely fits (ready_o), so cells are never refused.
//
// Rewrite, on the first cell: see weft_rewrite. ECN is marked when the frame is ECN-capable and its
// ingress marked it. DSCP: a trimmed frame takes cfg_trim_dscp_i, another the remark of its VC.
//
// Start rule (law 2: what has started finishes at line rate):
//   cut-through frame   cfg_ct_margin_i cycles after its first cell came, whatever its size: its
//                       cells come at wire rate, the margin covers control ordered sets in the
//                       frame (8 bytes each); the time that it waited for others counts
//   stored frame        when its last cell is here, or two cells are: the ingress then delivers at
//                       least one cell every two cycles, the rate of the wire
// CC_Update frames are sent between frames, before the next one, with the counters of that moment:
// they stay in order with the data that they count.
//
// A port that is down discards what arrives, a cell a cycle, so nobody waits for it; the frame of
// which the MAC has taken the first cell is still handed over whole. Frames for it are matched
// without the neighbour's credits. So a port that is enabled becomes live (live_o) only when all
// that was matched before is gone: until then nothing is matched (ready_o) and what comes is
// discarded. That takes as long as the frames that are under way, plus SETTLE cycles.
//
// Latency: 1 cycle from y_* to cell_* when empty, plus the start rule. A popped frame waits for its
//          second cell, and what follows it back to back for one cycle more.
// Stall:   cell_valid_o waits for cell_ready_i; it is withdrawn only when cfg_enable_i falls before
//          the first cell of a frame is taken.
// Bound:   a CC_Update waits for the end of one frame, the one at the MAC; data waits for one
//          CC_Update, since the next comes a period (CBFC_CC_PERIOD) later.
// Relies on: frames on y_* are contiguous per egress; a frame is matched (gnt_valid_i) only while
//          ready_o, or less than SETTLE cycles later; every match brings one frame. underrun_i is
//          told one cycle after the wire ran dry, so at the latest with done_o of that frame.
`default_nettype none
`include "weft_defs.vh"

module weft_egress #(
  parameter DEPTH     = 256, // cells
  parameter MAX_CELLS = 152, // cells of the largest frame
  parameter VCS       = 4,
  parameter SETTLE    = 8,   // cycles, 2..15: longer than from ready_o to gnt_valid_i
  parameter YW        = `WEFT_XBAR_BITS // derived: width of a crossbar word
) (
  input  wire             clk,
  input  wire             rst,
  // Crossbar word, see WEFT_XBAR_BITS in weft_defs.vh
  input  wire             y_valid_i,
  input  wire [YW-1:0]    y_data_i,
  // Configuration
  input  wire             cfg_enable_i,
  input  wire [3:0]       cfg_ct_margin_i,    // cycles
  input  wire [3:0]       cfg_ct_threshold_i, // cells: at most so many count as idle
  input  wire [7:0]       cfg_high_i,         // cells: more than that and no new frame is matched
  input  wire [VCS*7-1:0] cfg_remark_i,       // per VC {enable, DSCP}
  input  wire [6:0]       cfg_trim_dscp_i,    // {enable, DSCP} of trimmed frames
  input  wire [3:0]       cfg_pop_i,          // tags to be popped, see weft_pop
  input  wire [63:0]      cfg_tpid_i,
  input  wire             cfg_pad_i,
  // Scheduler
  output wire             idle_o,
  output wire             ready_o,
  input  wire             gnt_valid_i,        // a frame was matched to this egress
  output wire             live_o,             // enabled, and rid of what was matched before that
  // CC_Update frame (60 bytes, one cell)
  input  wire             cc_valid_i,
  output wire             cc_take_o,
  input  wire [511:0]     cc_data_i,
  // Transmit MAC
  output wire             cell_valid_o,
  input  wire             cell_ready_i,
  output wire             cell_sop_o,
  output wire             cell_eop_o,
  output wire             cell_err_o,
  output wire [6:0]       cell_bytes_o,
  output wire [511:0]     cell_data_o,
  input  wire             underrun_i,         // pulse of the MAC: a frame ran dry, see below
  // A frame has been handed over whole (or discarded)
  output reg              done_o,
  output wire [1:0]       done_fate_o,        // 0 good, 1 stomped, 2 underrun, 3 discarded
  output reg  [2:0]       done_vc_o,
  output reg  [13:0]      done_len_o,         // bytes without FCS, as sent
  output reg  [3:0]       done_less_o,        // bytes that the frame had more before it was popped
  output reg              done_popped_o,
  output reg              done_ct_o,
  output reg              done_ecn_o,         // was marked here
  output reg  [15:0]      done_seq_o,
  output reg  [5:0]       done_src_o,
  output reg  [31:0]      done_time_o,        // ingress time
  output reg  [31:0]      done_grant_time_o,
  output reg              cc_sent_o,
  output reg  [15:0]      frames_o,           // gauge: frames here or just gone, as done_o
  output wire [15:0]      cells_o,            // gauge
  output wire             error_o             // sticky: a cell found no room
);

  localparam LVW = $clog2(DEPTH + 1);
  // A match is made at this level or below: a whole frame fits, and what is between a match and the
  // FIFO (8 cells at most).
  localparam [31:0] ROOM = DEPTH - MAX_CELLS - 8;
  localparam [15:0] HARD_HIGH = ROOM[15:0];

  // ------------------------------------------------------------------ rewrite ----------------
  /* verilator lint_off UNUSEDSIGNAL */
  wire [8:0]   y_unused;
  /* verilator lint_on UNUSEDSIGNAL */
  wire [31:0]  y_grant_time, y_time;
  wire [15:0]  y_seq;
  wire [5:0]   y_src;
  wire [2:0]   y_vc;
  wire [6:0]   y_trim, rw_off;
  wire [1:0]   rw_mode;
  wire         y_trimmed, y_rw_ecn, y_ct, y_mark, y_sop, y_eop, y_err;
  wire [6:0]   y_bytes;
  wire [511:0] y_cell;
  assign {y_unused, y_trimmed, y_grant_time, y_trim, y_time, y_seq, y_src, y_vc, rw_off, y_rw_ecn,
          rw_mode, y_ct, y_mark, y_sop, y_eop, y_err, y_bytes, y_cell} = y_data_i;

  localparam VW = (VCS > 1) ? $clog2(VCS) : 1;
  wire [6:0]   remark = y_trimmed ? cfg_trim_dscp_i : cfg_remark_i[y_vc[VW-1:0]*7 +: 7];
  wire         rw_ecn;
  wire [511:0] w_cell;
  weft_rewrite u_rewrite (
    .active_i(y_valid_i & y_sop), .cell_i(y_cell), .mode_i(rw_mode), .off_i(rw_off),
    .mark_i(y_mark & y_rw_ecn), .remark_i(remark), .cut_i(y_trimmed), .cut_at_i(y_trim),
    .cell_o(w_cell), .marked_o(rw_ecn)
  );

  // ------------------------------------------------------------------ pop --------------------
  localparam SIDE = 32 + 32 + 16 + 6 + 3 + 1 + 1;
  wire            p_valid, p_sop, p_eop, p_err, p_popped, p_held;
  wire [3:0]      p_less;
  wire [6:0]      p_bytes;
  wire [511:0]    p_cell;
  wire [SIDE-1:0] p_side;
  weft_pop #(.SIDE(SIDE)) u_pop (
    .clk(clk), .rst(rst), .cfg_pop_i(cfg_pop_i), .cfg_tpid_i(cfg_tpid_i), .cfg_pad_i(cfg_pad_i),
    .valid_i(y_valid_i), .sop_i(y_sop), .eop_i(y_eop), .err_i(y_err), .bytes_i(y_bytes),
    .data_i(w_cell), .type_i({y_cell[103:96], y_cell[111:104]}),
    .side_i({y_grant_time, y_time, y_seq, y_src, y_vc, y_ct, rw_ecn}),
    .valid_o(p_valid), .sop_o(p_sop), .eop_o(p_eop), .err_o(p_err), .bytes_o(p_bytes),
    .data_o(p_cell), .side_o(p_side), .popped_o(p_popped), .less_o(p_less), .held_o(p_held)
  );

  // ------------------------------------------------------------------ queue ------------------
  localparam QW = SIDE + 1 + 4 + 1 + 1 + 1 + 7 + 512;
  wire            q_valid, q_ready, in_ready;
  wire [QW-1:0]   q_data;
  wire [LVW-1:0]  level;
  weft_fifo_ram #(.WIDTH(QW), .DEPTH(DEPTH)) u_queue (
    .clk(clk), .rst(rst),
    .in_valid_i(p_valid), .in_ready_o(in_ready),
    .in_data_i({p_side, p_popped, p_less, p_sop, p_eop, p_err, p_bytes, p_cell}),
    .out_valid_o(q_valid), .out_ready_i(q_ready), .out_data_o(q_data),
    .level_o(level),
    /* verilator lint_off PINCONNECTEMPTY */
    .error_o()  // refused words are counted below
    /* verilator lint_on PINCONNECTEMPTY */
  );
  wire [31:0]  q_grant_time, q_time;
  wire [15:0]  q_seq;
  wire [5:0]   q_src;
  wire [2:0]   q_vc;
  wire         q_ct, q_ecn, q_popped, q_sop, q_eop, q_err;
  wire [3:0]   q_less;
  wire [6:0]   q_bytes;
  wire [511:0] q_cell;
  assign {q_grant_time, q_time, q_seq, q_src, q_vc, q_ct, q_ecn, q_popped, q_less, q_sop, q_eop,
          q_err, q_bytes, q_cell} = q_data;

  reg error_q;
  wire [15:0] high = ({8'd0, cfg_high_i} > HARD_HIGH) ? HARD_HIGH : {8'd0, cfg_high_i};
  wire [15:0] queued = {{16-LVW{1'b0}}, level};
  assign cells_o = queued + {15'd0, p_held};
  // The same when the port is down: the frame that the MAC still takes ends at the wire's rate,
  // then the queue empties at one cell a cycle, so whoever waits does not wait long, and it never
  // fills.
  assign ready_o = (live_o | ~cfg_enable_i) & (cells_o <= high);
  assign idle_o  = !live_o || cells_o <= {12'd0, cfg_ct_threshold_i};
  assign error_o = error_q;

  // ------------------------------------------------------------------ live -------------------
  localparam [31:0] SETTLE_BITS = SETTLE;
  reg        live_q;
  reg [15:0] owed_q;   // frames matched and not done
  reg [3:0]  settle_q; // cycles without any, since the port was enabled
  assign live_o = cfg_enable_i & live_q;
  always @(posedge clk) begin
    if (gnt_valid_i != done_o) owed_q <= gnt_valid_i ? owed_q + 16'd1 : owed_q - 16'd1;
    settle_q <= (!cfg_enable_i || gnt_valid_i || owed_q != 16'd0) ? 4'd0
              : settle_q + {3'd0, ~live_q};
    live_q   <= cfg_enable_i & (live_q | (settle_q == SETTLE_BITS[3:0]));
    if (rst) begin
      owed_q   <= 16'd0;
      settle_q <= 4'd0;
      live_q   <= 1'b0;
    end
  end

  // ------------------------------------------------------------------ start rule -------------
  reg        busy_q;      // a frame is on its way to the MAC
  reg        discard_q;   // ... or away, because the port is down
  reg        offer_cc_q;  // a CC_Update is offered and was not taken yet
  reg        offer_q;     // a first cell is offered and was not taken yet
  reg  [3:0] age_q;       // cycles since the newest first cell came, saturating

  reg  [15:0] whole_q; // frames with their last cell in the queue
  reg         ended_q; // the newest frame is one of them
  wire whole = whole_q != 16'd0;
  // Behind a head that is older than the newest frame: its own age was forgotten, it is whole.
  wire older     = whole_q > {15'd0, ended_q};
  wire may_start = q_valid & (q_ct ? older | (age_q >= cfg_ct_margin_i)
                                   : whole | (queued >= 16'd2));
  // When the port goes down, what is offered and not taken yet is withdrawn: the MAC takes no new
  // frame then, and the queue must not wait for it.
  wire up        = live_o & ~busy_q & ~discard_q;
  wire sel_cc    = up & ~offer_q & (cc_valid_i | offer_cc_q);
  wire sel_data  = busy_q ? q_valid : up & ~sel_cc & (offer_q | may_start);
  wire throw     = discard_q | (~busy_q & ~live_o);

  assign cell_valid_o = sel_cc | sel_data;
  assign cell_sop_o   = sel_cc | q_sop;
  assign cell_eop_o   = sel_cc | q_eop;
  assign cell_err_o   = ~sel_cc & q_err;
  assign cell_bytes_o = sel_cc ? 7'd60 : q_bytes;
  assign cell_data_o  = sel_cc ? cc_data_i : q_cell;
  assign cc_take_o    = sel_cc & cell_ready_i;
  wire   sent         = sel_data & cell_ready_i;
  wire   thrown       = throw & q_valid;
  assign q_ready      = sent | thrown;

  reg         under_q;
  reg  [1:0]  fate_q;
  wire        under       = under_q | (underrun_i & ~done_o);
  wire        under_late  = underrun_i & (fate_q != 2'd3); // with done_o: of the frame that is done
  assign      done_fate_o = under_late ? 2'd2 : fate_q;
  reg  [13:0] len_q;
  reg  [2:0]  vc_q;
  reg         ct_q, ecn_q;
  reg  [15:0] seq_q;
  reg  [5:0]  src_q;
  reg  [31:0] time_q, grant_time_q;
  wire        gone     = (sent | thrown) & q_eop;
  wire        arrived  = y_valid_i & y_eop;
  wire        ended    = p_valid & p_eop;
  wire [13:0] len_next = (q_sop ? 14'd0 : len_q) + {7'd0, q_bytes};

  always @(posedge clk) begin
    offer_cc_q <= sel_cc & ~cell_ready_i;
    offer_q    <= sel_data & ~busy_q & ~cell_ready_i;
    if (p_valid) ended_q <= p_eop;
    age_q      <= (p_valid & p_sop) ? 4'd0 : (age_q == 4'd15) ? 4'd15 : age_q + 4'd1;
    if (sent) busy_q <= ~q_eop;
    if (thrown) discard_q <= ~q_eop;
    if (ended != gone) whole_q <= ended ? whole_q + 16'd1 : whole_q - 16'd1;
    if (arrived != done_o) frames_o <= arrived ? frames_o + 16'd1 : frames_o - 16'd1;
    under_q <= under & ~gone;
    if (sent | thrown) begin
      len_q <= len_next;
      if (q_sop) begin
        vc_q         <= q_vc;
        ct_q         <= q_ct;
        ecn_q        <= q_ecn;
        seq_q        <= q_seq;
        src_q        <= q_src;
        time_q       <= q_time;
        grant_time_q <= q_grant_time;
      end
    end
    done_o    <= gone;
    cc_sent_o <= cc_take_o;
    if (gone) begin
      fate_q            <= thrown ? 2'd3 : under ? 2'd2 : q_err ? 2'd1 : 2'd0;
      done_len_o        <= len_next;
      done_less_o       <= q_less;
      done_popped_o     <= q_popped;
      done_vc_o         <= q_sop ? q_vc : vc_q;
      done_ct_o         <= q_sop ? q_ct : ct_q;
      done_ecn_o        <= q_sop ? q_ecn : ecn_q;
      done_seq_o        <= q_sop ? q_seq : seq_q;
      done_src_o        <= q_sop ? q_src : src_q;
      done_time_o       <= q_sop ? q_time : time_q;
      done_grant_time_o <= q_sop ? q_grant_time : grant_time_q;
    end
    if (p_valid & ~in_ready) error_q <= 1'b1;
    if (rst) begin
      busy_q     <= 1'b0;
      discard_q  <= 1'b0;
      offer_cc_q <= 1'b0;
      offer_q    <= 1'b0;
      age_q      <= 4'd0;
      frames_o   <= 16'd0;
      whole_q    <= 16'd0;
      ended_q    <= 1'b0;
      under_q    <= 1'b0;
      done_o     <= 1'b0;
      cc_sent_o  <= 1'b0;
      error_q    <= 1'b0;
    end
  end

  `WEFT_ASSERT(NO_CELL_REFUSED, !p_valid || in_ready)
  `WEFT_ASSERT(FRAME_STARTS_WITH_SOP, !(q_valid && !busy_q && !discard_q) || q_sop)

endmodule

`default_nettype wire
