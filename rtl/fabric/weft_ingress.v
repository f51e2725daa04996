// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_ingress: buffer of one ingress with its virtual output queues and two engines that read it.
//
//   arrival   cells of the arriving frame are written to the cell RAM as they come and linked; at
//             the frame's end its fate is decided: queued, dropped (roll-back of its cells), or it
//             is already on its way (cut-through)
//   stored    whole frames from the virtual output queues, one at a time, to one egress or to
//             several at once (multicast); started by the scheduler
//   cut-through  the frame that is arriving, started by the scheduler when all of its egresses are
//             idle; has priority on the read port, so it is never slower than the wire
//
// Cut-through never takes two read slots in a row while a stored frame is under way: each of them
// keeps at least half of the slots, which is CELL_BYTES / MII_BYTES = 2 cycles a cell, wire rate.
//
// Buffer space: an arriving cell is stored when its VC has room (weft_vc_room). A cell
// that finds no room drops its frame: reason BUFFER, or LOSSLESS on a lossless VC (then the link
// partner sent beyond its credits, or the limits are wrong). Cut-through starts only when a whole
// frame of the largest size surely fits, so a frame that has begun to leave is never short of room.
// The link partner hears of freed cells later than they count, so a lossless VC never notices.
//
// Trimming (best effort only): a trimmable frame of more than one cell that finds its VC above
// cfg_trim_i is cut behind its trim point, not below 60 bytes, and goes into the VC cfg_trim_vc_i.
// What is behind the cut is not stored. The frame is queued at its end, if it was good. One that
// ends in the cell of the cut stays whole, in that VC.
//
// Multicast: one copy of the cells; the frame stands in one queue per egress; a RAM of pending
// egresses says when the last copy has left.
//
// Latency: sop on cell_* in cycle t, cut-through match in t, RAM read in t+1, x_* in t+2.
// Stall:   none towards the wire.
// Bound:   of the read port: the stored frame and the cut-through cell each wait for at most one
//          slot of the other. A frame whose cut-through is never granted is queued at its end,
//          where the scheduler's bound holds. Both measured in the bench.
// Relies on: every egress that is matched has room for the whole frame (no back-pressure on x_*);
//          a VC with link credits is lossless (the driver sees to it), so it never trims.
`default_nettype none
`include "weft_defs.vh"

module weft_ingress #(
  parameter ENDPOINTS = 8,
  parameter VCS       = 4,
  parameter CELLS     = 4096,  // cells of 64 bytes, power of two
  parameter MAX_CELLS = 152    // cells of the largest frame that the MAC lets in
) (
  input  wire                        clk,
  input  wire                        rst,
  input  wire [31:0]                 time_i,
  output wire                        ready_o,        // reset sweep done
  // Cells and descriptor from weft_route; descriptor and mask stand with sop.
  input  wire                        cell_valid_i,
  input  wire                        cell_sop_i,
  input  wire                        cell_eop_i,
  input  wire                        cell_err_i,
  input  wire [4:0]                  cell_reason_i,  // of the MAC, with eop
  input  wire [6:0]                  cell_bytes_i,
  input  wire [13:0]                 cell_len_i,     // with eop, bytes without FCS
  input  wire [511:0]                cell_data_i,
  /* verilator lint_off UNUSEDSIGNAL */
  input  wire [`WEFT_DESC_BITS-1:0]  desc_i,         // priority, kind, class, hash, length: not yet
  /* verilator lint_on UNUSEDSIGNAL */
  input  wire [ENDPOINTS-1:0]        dst_mask_i,
  // Configuration
  input  wire [VCS*16-1:0]           cfg_vc_limit_i, // cells
  input  wire [VCS-1:0]              cfg_lossless_i,
  input  wire                        cfg_ct_enable_i,
  input  wire [VCS*13-1:0]           cfg_ecn_i,      // mark above so many cells of the VC; 0 = off
  input  wire [VCS*16-1:0]           cfg_trim_i,     // trim above so many cells of the VC; 0 = off
  input  wire [VCS*3-1:0]            cfg_trim_vc_i,  // where the trimmed frames of the VC go
  // State of the egresses: [v*ENDPOINTS + j], [j*VCS + v], [j]
  input  wire [ENDPOINTS-1:0]        eg_idle_i,
  input  wire [VCS*ENDPOINTS-1:0]    credit_ok_i,    // a frame of the largest size may be sent
  input  wire [ENDPOINTS*VCS*20-1:0] credit_avail_i, // credits
  input  wire [ENDPOINTS*4-1:0]      credit_shift_i,
  input  wire [ENDPOINTS*8-1:0]      credit_ovhd_i,
  // Scheduler
  output wire [VCS*ENDPOINTS-1:0]    nonempty_o,     // heads
  input  wire [VCS*ENDPOINTS-1:0]    hold_i,         // heads that weft_credit_claim holds back
  output wire [VCS*ENDPOINTS-1:0]    req_o,
  output wire [VCS*ENDPOINTS-1:0]    same_o,
  output wire                        free_o,
  output wire [ENDPOINTS-1:0]        busy_o,
  output wire                        ct_req_o,
  output wire [ENDPOINTS-1:0]        ct_mask_o,
  output wire [2:0]                  ct_vc_o,
  input  wire                        acc_valid_i,
  input  wire [ENDPOINTS-1:0]        acc_mask_i,
  input  wire [2:0]                  acc_vc_i,
  input  wire                        ct_gnt_i,
  input  wire [VCS*ENDPOINTS-1:0]    granted_i,      // matched by anyone in this cycle
  // Crossbar
  output wire                        x_valid_o,
  output wire [ENDPOINTS-1:0]        x_mask_o,
  output wire [`WEFT_XBAR_BITS-1:0]  x_data_o,
  // Lengths of matched frames, for the credits that were reserved: stored and cut-through
  output wire                        tus_valid_o,
  output wire [ENDPOINTS-1:0]        tus_mask_o,
  output wire [2:0]                  tus_vc_o,
  output wire [13:0]                 tus_len_o,
  output wire                        tuc_valid_o,
  output wire [ENDPOINTS-1:0]        tuc_mask_o,
  output wire [2:0]                  tuc_vc_o,
  output wire [13:0]                 tuc_len_o,
  // Link credits (receive role)
  output reg                         consumed_valid_o,
  output reg                         refused_valid_o,
  output reg  [2:0]                  fate_vc_o,
  output reg  [13:0]                 fate_len_o,
  output reg                         freed_valid_o,
  output reg  [2:0]                  freed_vc_o,
  output reg  [13:0]                 freed_len_o,
  output reg                         control_valid_o, // a good MAC control frame of 60 bytes
  output reg  [511:0]                control_data_o,
  // Telemetry
  output reg                         fate_valid_o,
  output reg  [4:0]                  fate_reason_o,
  output reg                         fate_trimmed_o,
  output reg  [6:0]                  fate_copies_o,
  output reg  [ENDPOINTS-1:0]        fate_mask_o,
  output reg  [15:0]                 fate_seq_o,
  output reg  [31:0]                 fate_time_o,
  output wire                        cell_in_o,
  output wire                        cell_freed_o,
  output wire [8:0]                  cells_rolled_o,
  output reg  [15:0]                 held_copies_o,
  output wire [15:0]                 held_cells_o,
  output wire [VCS*16-1:0]           used_o,
  output wire                        error_o          // sticky
);

  localparam IDW = $clog2(CELLS);
  localparam EW  = 1 + 14 + IDW;
  localparam SBW = 1 + 1 + 7 + 512;           // err, eop, bytes, data
  localparam [IDW:0] MAX_CELLS_ID = MAX_CELLS[IDW:0];
  localparam E = ENDPOINTS;
  localparam VW = (VCS > 1) ? $clog2(VCS) : 1;

  // ------------------------------------------------------------------ arrival ----------------
  reg              cur_valid_q;               // between sop and eop
  reg  [4:0]       cur_drop_q;
  reg  [2:0]       cur_vc_q;
  reg  [E-1:0]     cur_mask_q;
  reg  [IDW-1:0]   cur_id_q, prev_id_q;
  reg  [8:0]       cur_cells_q;               // cells stored so far
  reg  [15:0]      cur_seq_q;
  reg  [31:0]      cur_time_q;
  reg              cur_cut_q;                 // the arriving frame is being cut through
  reg              cur_trim_q, cur_past_q;    // is to be trimmed; has been
  reg  [6:0]       cur_keep_q;                // to how many bytes
  wire [VCS-1:0]   room, frame_room, trim;    // see weft_vc_room
  wire [VCS*3-1:0] trim_vc;

  wire             fl_ready, fl_ok, fl_error;
  wire [IDW-1:0]   fl_id;
  wire [IDW:0]     fl_count;

  wire             a_valid = cell_valid_i & (cell_sop_i | cur_valid_q);
  // Trimming is decided with the first cell. keep: bytes to be stored, in one cell or two.
  wire [2:0]       d_vc    = desc_i[`WEFT_D_VC];
  wire             d_trim  = trim[d_vc[VW-1:0]] & desc_i[`WEFT_D_TRIMMABLE] & ~cell_eop_i;
  wire [6:0]       d_keep  = (desc_i[`WEFT_D_TRIM] < 7'd60) ? 7'd60 : desc_i[`WEFT_D_TRIM];
  wire             a_trim  = cell_sop_i ? d_trim : cur_trim_q;
  wire [6:0]       a_keep  = cell_sop_i ? d_keep : cur_keep_q;
  wire             a_past  = cur_past_q & ~cell_sop_i;       // behind the cut
  wire             a_one   = a_keep <= 7'd64;                // one cell is kept
  wire             a_cutoff = a_trim & ~a_past & ~cell_eop_i & (~cell_sop_i | a_one);
  wire [6:0]       a_rest  = a_one ? a_keep : a_keep - 7'd64; // bytes in the cell of the cut
  wire [2:0]       a_vc    = ~cell_sop_i ? cur_vc_q
                           : d_trim ? trim_vc[d_vc[VW-1:0]*3 +: 3] : d_vc;
  wire [E-1:0]     a_mask  = cell_sop_i ? dst_mask_i : cur_mask_q;
  wire [4:0]       a_drop_in = cell_sop_i ? desc_i[`WEFT_D_DROP] : cur_drop_q;
  wire             a_cut   = cur_cut_q & ~cell_sop_i;
  wire [15:0]      a_used  = used_o[a_vc*16 +: 16];
  // A frame that is being cut through keeps its promise even when the limit was lowered meanwhile.
  wire             a_room  = (fl_ok & (room[a_vc[VW-1:0]] | a_cut)) | a_past;
  wire [4:0]       a_full  = cfg_lossless_i[a_vc[VW-1:0]] ? `WEFT_DROP_LOSSLESS : `WEFT_DROP_BUFFER;
  wire [4:0]       a_drop  = (a_drop_in != `WEFT_DROP_NONE) ? a_drop_in
                           : a_room ? `WEFT_DROP_NONE : a_full;
  wire             a_bad_end = cell_eop_i & cell_err_i;
  wire             a_store = a_valid & ~a_past & (a_drop == `WEFT_DROP_NONE)
                           & ~(a_bad_end & ~a_cut);
  wire [4:0]       a_fate  = a_bad_end ? cell_reason_i : a_drop;
  wire             a_end   = a_valid & cell_eop_i;
  wire             a_roll  = a_valid & ~a_cut & ~cell_sop_i & (cur_cells_q != 9'd0)
                           & ((a_drop != `WEFT_DROP_NONE) | a_bad_end);
  wire             a_queue = a_end & (a_fate == `WEFT_DROP_NONE) & ~a_cut & ~ct_gnt_i;
  wire [IDW-1:0]   a_id    = cell_sop_i ? fl_id : cur_id_q;
  wire             a_many  = (a_mask & (a_mask - 1'b1)) != {E{1'b0}};
  wire [EW-1:0]    a_entry = {a_many, a_past ? {7'd0, cur_keep_q} : cell_len_i, a_id};

  function [6:0] popcount(input [E-1:0] m);
    integer k;
    begin
      popcount = 7'd0;
      for (k = 0; k < E; k = k + 1) popcount = popcount + {6'd0, m[k]};
    end
  endfunction

  // Frees come from the end of the read pipeline.
  reg              f2_valid_q, f2_cut_q, f2_eop_q, f2_good_q;
  reg  [IDW-1:0]   f2_id_q;
  reg  [2:0]       f2_vc_q;
  reg  [13:0]      f2_len_q;
  wire             last_copy;                     // the stored frame's last copy is being read
  wire             do_free = f2_valid_q & (f2_cut_q | last_copy);

  weft_free_list #(.CELLS(CELLS)) u_free_list (
    .clk(clk), .rst(rst), .ready_o(fl_ready),
    .take_i(a_store), .mark_i(cell_sop_i), .roll_i(a_roll),
    .ok_o(fl_ok), .id_o(fl_id),
    .free_i(do_free), .free_id_i(f2_id_q), .count_o(fl_count), .error_o(fl_error)
  );

  always @(posedge clk) begin
    if (a_valid) begin
      cur_valid_q <= ~cell_eop_i;
      cur_drop_q  <= a_drop;
      if (a_store) prev_id_q <= fl_id;
      cur_cells_q <= cell_sop_i ? {8'd0, a_store}
                   : a_roll ? 9'd0 : cur_cells_q + {8'd0, a_store};
      cur_past_q  <= a_past | a_cutoff;
      if (cell_sop_i) begin
        cur_trim_q <= d_trim;
        cur_keep_q <= d_keep;
        cur_vc_q   <= a_vc;
        cur_mask_q <= dst_mask_i;
        cur_id_q   <= fl_id;
        cur_seq_q  <= desc_i[`WEFT_D_SEQ];
        cur_time_q <= desc_i[`WEFT_D_TIME];
      end
    end
    if (rst) cur_valid_q <= 1'b0;
  end

  weft_vc_room #(.VCS(VCS), .MAX_CELLS(MAX_CELLS)) u_vc_room (
    .clk(clk), .rst(rst), .cfg_limit_i(cfg_vc_limit_i), .cfg_lossless_i(cfg_lossless_i),
    .cfg_trim_i(cfg_trim_i), .cfg_trim_vc_i(cfg_trim_vc_i), .store_i(a_store), .roll_i(a_roll),
    .vc_i(a_vc), .roll_cells_i(cur_cells_q), .free_i(do_free), .free_vc_i(f2_vc_q),
    .used_o(used_o), .room_o(room), .frame_room_o(frame_room), .trim_o(trim), .trim_vc_o(trim_vc)
  );
  reg free_room_q;                            // a frame of the largest size fits the free list
  always @(posedge clk) free_room_q <= fl_count > MAX_CELLS_ID;
  assign cell_in_o      = a_store;
  assign cell_freed_o   = do_free;
  assign cells_rolled_o = a_roll ? cur_cells_q : 9'd0;
  assign held_cells_o   = fl_ready ? CELLS[15:0] - {{15-IDW{1'b0}}, fl_count} : 16'd0;
  assign ready_o        = fl_ready;

  // ------------------------------------------------------------------ memories ---------------
  wire             rd_en;
  wire [IDW-1:0]   rd_id;
  wire             rd_first;
  wire [SBW-1:0]   cell_q;
  wire [IDW-1:0]   link_q;
  weft_ram_1w1r #(.WIDTH(SBW), .DEPTH(CELLS)) u_cells (
    .clk(clk), .wr_en_i(a_store), .wr_addr_i(fl_id),
    .wr_data_i({cell_err_i & cell_eop_i, cell_eop_i | a_cutoff, a_cutoff ? a_rest : cell_bytes_i,
                cell_data_i}),
    .rd_en_i(rd_en), .rd_addr_i(rd_id), .rd_data_o(cell_q)
  );
  weft_ram_1w1r #(.WIDTH(IDW), .DEPTH(CELLS)) u_links (
    .clk(clk), .wr_en_i(a_store & ~cell_sop_i), .wr_addr_i(prev_id_q), .wr_data_i(fl_id),
    .rd_en_i(rd_en), .rd_addr_i(rd_id), .rd_data_o(link_q)
  );
  // Of the descriptor only what the egress needs is kept with the frame.
  localparam DW = 7 + 32 + 16 + 6 + 3 + 7 + 1 + 2;
  wire [DW-1:0]    desc_q;
  weft_ram_1w1r #(.WIDTH(DW), .DEPTH(CELLS)) u_descs (
    .clk(clk), .wr_en_i(a_store & cell_sop_i), .wr_addr_i(fl_id),
    .wr_data_i({desc_i[`WEFT_D_TRIM], desc_i[`WEFT_D_TIME], desc_i[`WEFT_D_SEQ],
                desc_i[`WEFT_D_SRC_PORT], a_vc, desc_i[`WEFT_D_RW_OFF], desc_i[`WEFT_D_RW_ECN],
                desc_i[`WEFT_D_RW_MODE]}),
    .rd_en_i(rd_en & rd_first), .rd_addr_i(rd_id), .rd_data_o(desc_q)
  );

  // Of a stored frame, known when it is queued.
  wire             trimmed_q;
  weft_ram_1w1r #(.WIDTH(1), .DEPTH(CELLS)) u_trimmed (
    .clk(clk), .wr_en_i(a_queue), .wr_addr_i(a_id), .wr_data_i(a_past),
    .rd_en_i(rd_en & rd_first), .rd_addr_i(rd_id), .rd_data_o(trimmed_q)
  );

  // ------------------------------------------------------------------ virtual output queues --
  wire [VCS*E-1:0]    nonempty, multicast;           // [v*E + j]
  wire [E*VCS*32-1:0] voq_head;                      // [j*VCS + v]
  weft_voq #(.ENDPOINTS(E), .VCS(VCS), .CELLS(CELLS)) u_voq (
    .clk(clk), .rst(rst),
    .enq_i(a_queue ? a_mask : {E{1'b0}}), .enq_vc_i(a_vc), .enq_entry_i(a_entry),
    .deq_i(acc_valid_i ? acc_mask_i : {E{1'b0}}), .deq_vc_i(acc_vc_i),
    .nonempty_o(nonempty), .multicast_o(multicast), .head_o(voq_head)
  );

  // Heads that are the same multicast frame as the first multicast head of their VC.
  reg  [VCS*E-1:0] same;
  reg  [E-1:0]     upto;                          // a multicast head here or at an egress below
  reg  [E*32-1:0]  ids;                           // a tree of OR: only the first head's is not 0
  always @* begin : p_same
    integer v, j, s;
    same = {VCS*E{1'b0}};
    upto = {E{1'b0}};
    ids  = {E*32{1'b0}};
    if (multicast != {VCS*E{1'b0}})
      for (v = 0; v < VCS; v = v + 1) begin
        upto = multicast[v*E +: E];
        for (s = 1; s < E; s = s + s) upto = upto | (upto << s);
        for (j = 0; j < E; j = j + 1)
          ids[j*32 +: 32] = ((j == 0) ? multicast[v*E] : upto[j] & ~upto[(j == 0) ? 0 : j - 1])
                          ? {{32-IDW{1'b0}}, voq_head[(j*VCS + v)*32 +: IDW]} : 32'd0;
        for (s = 1; s < E; s = s + s)
          for (j = 0; j + s < E; j = j + s + s)
            ids[j*32 +: 32] = ids[j*32 +: 32] | ids[(j + s)*32 +: 32];
        for (j = 0; j < E; j = j + 1)
          same[v*E + j] = multicast[v*E + j]
                        & (voq_head[(j*VCS + v)*32 +: IDW] == ids[IDW-1:0]);
      end
  end
  assign same_o = same;

  // Heads whose exact length fits the credits, where a frame of the largest size would not.
  wire [VCS*E-1:0]    fit;
  weft_credit_fit #(.ENDPOINTS(E), .VCS(VCS), .IDW(IDW)) u_fit (
    .clk(clk), .rst(rst),
    .tight_i(nonempty & ~credit_ok_i), .head_i(voq_head), .granted_i(granted_i),
    .avail_i(credit_avail_i), .shift_i(credit_shift_i), .ovhd_i(credit_ovhd_i), .fit_o(fit)
  );
  assign req_o = nonempty & (credit_ok_i | fit) & ~hold_i;
  assign nonempty_o = nonempty;

  // ------------------------------------------------------------------ cut-through engine -----
  // Identifiers of the arriving frame's cells that were not read yet. The frame may wait for its
  // egresses until its second cell; when a third comes, it will be queued whole. While it is read,
  // its cells wait only for a slot that the stored engine takes.
  reg  [4*(IDW+1)-1:0] win_q;                 // {eop, id} each, oldest lowest
  reg  [2:0]           win_count_q;
  reg                  win_open_q;            // the arriving frame may still be cut through
  reg                  ct_active_q, ct_first_q, ct_mark_q, ct_good_q;
  reg  [E-1:0]         ct_mask_q;
  reg  [2:0]           ct_vc_q;
  reg  [13:0]          ct_len_q;
  reg  [31:0]          ct_time_q;

  // Never two slots in a row while a stored frame is under way: that frame keeps half of the slots,
  // which is its wire's rate. Cells of one arriving frame are two cycles apart (its last two may
  // not be, but the last is early then), so they do not notice.
  reg             ct_rd_q;
  wire            ct_rd   = ct_active_q & (win_count_q != 3'd0) & ~(st_active_q & ct_rd_q);
  wire            ct_last = ct_rd & win_q[IDW];
  wire            ct_can  = ~ct_active_q | ct_last;
  wire [E-1:0]    ct_blocked = a_mask & (nonempty[a_vc*E +: E] | ~credit_ok_i[a_vc*E +: E]
                                         | ~eg_idle_i | hold_i[a_vc*E +: E]);
  wire            ct_open = ~a_trim
                          & (cell_sop_i | (win_open_q & ~cur_cut_q & (win_count_q < 3'd2)));
  assign ct_req_o  = a_store & ct_open & ct_can & cfg_ct_enable_i & ~a_bad_end
                   & (ct_blocked == {E{1'b0}}) & free_room_q & frame_room[a_vc[VW-1:0]];
  assign ct_mask_o = ct_req_o ? a_mask : {E{1'b0}};
  assign ct_vc_o   = a_vc;

  // The window belongs to the frame that is read (active) or to the arriving one (waiting).
  wire            win_push = a_store & (a_cut | ct_open);
  wire            win_drop = a_valid & ~a_cut & ~ct_gnt_i
                           & (cell_eop_i | (a_drop != `WEFT_DROP_NONE) | ~ct_open);
  wire [2:0]      win_left = ct_rd ? win_count_q - 3'd1 : win_count_q;
  // A new frame whose predecessor is still being read cannot wait in the window.
  wire            win_clear = win_drop & (~ct_active_q | ct_last);
  wire            win_keep = ct_active_q & ~ct_last & ~a_cut; // the window is the predecessor's
  always @(posedge clk) begin
    ct_rd_q <= ct_rd;
    if (a_valid | ct_rd) begin
      if (ct_rd) win_q <= {{(IDW+1){1'b0}}, win_q[4*(IDW+1)-1:IDW+1]};
      if (win_push & ~win_keep & ~win_clear)
        win_q[win_left*(IDW+1) +: IDW+1] <= {cell_eop_i, fl_id};
      win_count_q <= win_clear ? 3'd0 : win_left + ((win_push & ~win_keep) ? 3'd1 : 3'd0);
      if (a_valid) begin
        win_open_q <= a_store & ct_open & ~cell_eop_i & ~win_keep;
        cur_cut_q  <= (a_cut | ct_gnt_i) & ~cell_eop_i;
      end
    end
    if (ct_gnt_i) begin
      ct_active_q <= 1'b1;
      ct_first_q  <= 1'b1;
      ct_mask_q   <= a_mask;
      ct_vc_q     <= a_vc;
      ct_time_q   <= time_i;
      ct_mark_q   <= cfg_ecn_i[a_vc*13 +: 13] != 13'd0
                   && a_used > {3'd0, cfg_ecn_i[a_vc*13 +: 13]};
    end else if (ct_rd) begin
      ct_active_q <= ~ct_last;
      ct_first_q  <= 1'b0;
    end
    if (a_end & (a_cut | ct_gnt_i)) begin
      ct_len_q  <= cell_len_i;
      ct_good_q <= ~cell_err_i;
    end
    if (rst) begin
      win_count_q <= 3'd0;
      win_open_q  <= 1'b0;
      cur_cut_q   <= 1'b0;
      ct_active_q <= 1'b0;
      ct_rd_q     <= 1'b0;
    end
  end
  assign tuc_valid_o = ct_last;
  assign tuc_mask_o  = ct_mask_q;
  assign tuc_vc_o    = ct_vc_q;
  assign tuc_len_o   = ct_len_q;

  // ------------------------------------------------------------------ stored engine ----------
  reg              st_active_q, st_first_q, st_new_q, st_mark_q, st_multi_q, st_chase_q;
  reg  [IDW-1:0]   st_id_q, st_head_q;
  reg  [8:0]       st_left_q;
  reg  [13:0]      st_len_q;
  reg  [E-1:0]     st_mask_q;
  reg  [2:0]       st_vc_q;
  reg  [31:0]      st_time_q;
  reg  [E*32-1:0]  acc_heads;                     // the same at all egresses: a tree of OR finds it
  always @* begin : p_acc
    integer j, s;
    acc_heads = {E*32{1'b0}};
    if (acc_valid_i) begin
      for (j = 0; j < E; j = j + 1)
        if (acc_mask_i[j])
          acc_heads[j*32 +: 32] = voq_head[(j*VCS + {29'd0, acc_vc_i})*32 +: 32];
      for (s = 1; s < E; s = s + s)
        for (j = 0; j + s < E; j = j + s + s)
          acc_heads[j*32 +: 32] = acc_heads[j*32 +: 32] | acc_heads[(j + s)*32 +: 32];
    end
  end
  wire [EW-1:0]  acc_entry = acc_heads[EW-1:0];
  wire [13:0]    acc_len  = acc_entry[IDW +: 14];
  wire           st_rd    = st_active_q & ~ct_rd;
  wire           st_last  = st_rd & (st_left_q == 9'd1);
  wire [IDW-1:0] st_addr  = st_chase_q ? link_q : st_id_q;
  wire           pend_wait;
  assign free_o = (~st_active_q | st_last) & ~pend_wait;
  assign busy_o = ((st_active_q & ~st_last) ? st_mask_q : {E{1'b0}})
                | ((ct_active_q & ~ct_last) ? ct_mask_q : {E{1'b0}});

  always @(posedge clk) begin
    st_new_q   <= acc_valid_i;
    st_chase_q <= st_rd & ~st_last;
    if (st_chase_q) st_id_q <= link_q;
    if (st_rd) begin
      st_left_q   <= st_left_q - 9'd1;
      st_first_q  <= 1'b0;
      st_active_q <= ~st_last;
    end
    if (acc_valid_i) begin
      st_active_q <= 1'b1;
      st_first_q  <= 1'b1;
      st_id_q     <= acc_entry[IDW-1:0];
      st_head_q   <= acc_entry[IDW-1:0];
      st_len_q    <= acc_len;
      st_left_q   <= {1'b0, acc_len[13:6]} + {8'd0, acc_len[5:0] != 6'd0};
      st_mask_q   <= acc_mask_i;
      st_vc_q     <= acc_vc_i;
      st_multi_q  <= acc_entry[EW-1];
      st_time_q   <= time_i;
      st_mark_q   <= cfg_ecn_i[acc_vc_i*13 +: 13] != 13'd0
                   && used_o[acc_vc_i*16 +: 16] > {3'd0, cfg_ecn_i[acc_vc_i*13 +: 13]};
    end
    if (rst) begin
      st_active_q <= 1'b0;
      st_new_q    <= 1'b0;
      st_chase_q  <= 1'b0;
    end
  end
  assign tus_valid_o = st_new_q;
  assign tus_mask_o  = st_mask_q;
  assign tus_vc_o    = st_vc_q;
  assign tus_len_o   = st_len_q;

  wire pend_error;
  weft_multicast_pending #(.ENDPOINTS(E), .CELLS(CELLS)) u_pending (
    .clk(clk), .rst(rst),
    .new_i(a_queue & a_many), .new_id_i(a_id), .new_mask_i(a_mask),
    .start_i(st_new_q), .start_multi_i(st_multi_q), .start_id_i(st_head_q),
    .start_mask_i(st_mask_q), .wait_o(pend_wait), .final_o(last_copy), .error_o(pend_error)
  );

  // ------------------------------------------------------------------ read port --------------
  assign rd_en    = ct_rd | st_active_q;
  assign rd_id    = ct_rd ? win_q[IDW-1:0] : st_addr;
  assign rd_first = ct_rd ? ct_first_q : st_first_q;

  reg              x_valid_q, x_sop_q, x_ct_q, x_mark_q;
  reg  [E-1:0]     x_mask_q;
  reg  [31:0]      x_time_q;
  reg              f1_valid_q, f1_cut_q, f1_eop_q, f1_good_q;
  reg  [IDW-1:0]   f1_id_q;
  reg  [2:0]       f1_vc_q;
  reg  [13:0]      f1_len_q;
  always @(posedge clk) begin
    x_valid_q  <= rd_en;
    f1_valid_q <= rd_en;
    f2_valid_q <= f1_valid_q;
    if (rd_en) begin
      x_mask_q  <= ct_rd ? ct_mask_q : st_mask_q;
      x_sop_q   <= rd_first;
      x_ct_q    <= ct_rd;
      x_mark_q  <= ct_rd ? ct_mark_q : st_mark_q;
      x_time_q  <= ct_rd ? ct_time_q : st_time_q;
      f1_id_q   <= rd_id;
      f1_cut_q  <= ct_rd;
      f1_vc_q   <= ct_rd ? ct_vc_q : st_vc_q;
      f1_eop_q  <= ct_rd ? ct_last : st_last;
      f1_len_q  <= ct_rd ? ct_len_q : st_len_q;
      f1_good_q <= ct_rd ? ct_good_q : 1'b1;
    end
    if (f1_valid_q) begin
      f2_id_q   <= f1_id_q;
      f2_cut_q  <= f1_cut_q;
      f2_vc_q   <= f1_vc_q;
      f2_eop_q  <= f1_eop_q;
      f2_len_q  <= f1_len_q;
      f2_good_q <= f1_good_q;
    end
    if (rst) begin
      x_valid_q  <= 1'b0;
      f1_valid_q <= 1'b0;
      f2_valid_q <= 1'b0;
    end
  end
  wire        x_err, x_eop;
  wire [6:0]  x_bytes;
  wire [511:0] x_cell;
  assign {x_err, x_eop, x_bytes, x_cell} = cell_q;
  assign x_valid_o = x_valid_q;
  assign x_mask_o  = x_mask_q;
  assign x_data_o  = {9'd0, trimmed_q & ~x_ct_q, x_time_q, desc_q, x_ct_q, x_mark_q, x_sop_q,
                      x_eop, x_err, x_bytes, x_cell};

  // ------------------------------------------------------------------ fate, credits, gauges --
  wire [6:0] x_copies = (x_valid_q & x_eop) ? popcount(x_mask_q) : 7'd0;
  wire       a_leaves = a_queue | (a_end & (a_cut | ct_gnt_i));  // counts as copies
  reg  [6:0] left_q;
  always @(posedge clk) begin
    // MAC control frames are consumed here and are in no VC. Those of the link have 60 bytes (IEEE
    // 802.3 clause 31); what is cut short or longer says nothing, whatever it looks like.
    control_valid_o <= a_end & cell_sop_i & ~cell_err_i & (a_drop_in == `WEFT_DROP_CONTROL)
                     & (cell_len_i == 14'd60);
    if (a_end & cell_sop_i & (a_drop_in == `WEFT_DROP_CONTROL)) control_data_o <= cell_data_i;
    consumed_valid_o <= a_end & ~cell_err_i & (a_drop_in != `WEFT_DROP_CONTROL);
    refused_valid_o  <= a_end & ~cell_err_i & (a_drop_in != `WEFT_DROP_CONTROL)
                      & (a_fate != `WEFT_DROP_NONE);
    fate_valid_o <= a_end;
    if (a_end) begin
      fate_vc_o     <= a_vc;
      fate_len_o    <= cell_len_i;
      fate_reason_o <= a_fate;
      fate_trimmed_o <= a_past & (a_fate == `WEFT_DROP_NONE);
      fate_mask_o   <= a_mask;
      fate_copies_o <= a_leaves ? popcount(a_mask) : 7'd0;
      fate_seq_o    <= cell_sop_i ? desc_i[`WEFT_D_SEQ] : cur_seq_q;
      fate_time_o   <= cell_sop_i ? desc_i[`WEFT_D_TIME] : cur_time_q;
    end
    freed_valid_o <= do_free & f2_eop_q & f2_good_q;
    freed_vc_o    <= f2_vc_q;
    freed_len_o   <= f2_len_q;
    left_q        <= x_copies;
    if (fate_valid_o | (left_q != 7'd0))
      held_copies_o <= held_copies_o + (fate_valid_o ? {9'd0, fate_copies_o} : 16'd0)
                     - {9'd0, left_q};
    if (rst) begin
      control_valid_o  <= 1'b0;
      consumed_valid_o <= 1'b0;
      refused_valid_o  <= 1'b0;
      fate_valid_o     <= 1'b0;
      fate_copies_o    <= 7'd0;
      freed_valid_o    <= 1'b0;
      left_q           <= 7'd0;
      held_copies_o    <= 16'd0;
    end
  end
  assign error_o = fl_error | pend_error;

  `WEFT_ASSERT(VC_IN_RANGE, !a_store || {29'd0, a_vc} < VCS)
  `WEFT_ASSERT(CT_ONLY_WHEN_ASKED, !ct_gnt_i || ct_req_o)

endmodule

`default_nettype wire
