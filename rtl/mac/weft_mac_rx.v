// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_mac_rx: from the MII (contract 1) to a cell stream (contract 2).
//
// Finds frames (IEEE 802.3 clauses 46 and 81: start FB in lane 0, terminate FD in any lane), checks
// preamble, length and FCS, takes out ordered sets, also in the middle of a frame, and hands out
// the bytes between SFD and FCS as cells. The fate of every frame whose start is seen while enabled
// is told exactly once: by one cell with eop, or in runt_count_o, ev_preamble_o or ev_coding_o.
//
// Latency: a cell shows at most 2 cycles after the beat with its 9th word or the frame's end: one
//   cycle into the assembly ring, one through the CRC. Event outputs show 1 cycle after their beat.
// Stall rule: none, it takes a beat every cycle, at any frame size and with one-byte gaps. A frame
//   end may need two cells at once; the second goes out one cycle later.
// Trade-off: words are compacted into a ring of 4 blocks of 8 words, always from the start of a
//   block, so that a cell is read from fixed places and needs no record of its own data; the price
//   is a ring of 2048 flops with MII_BYTES / 8 write ports. A block is also used up by a frame that
//   left no cell, so that the place of the next frame does not wait for the verdict. The FCS is
//   compared behind the output register: cell_err_o and cell_reason_o come some gates late.
// Relies on: MII_BYTES <= 32 (a cell must be at least twice as wide as a beat),
//   cfg_max_frame_i >= 72 (taken over at the start of a frame), cfg_min_frame_i 32..64 (less acts
//   as 32).
//   With MII_BYTES = 8 a frame may also start in lane 4 (clause 46); wider MIIs start in lane 0 of
//   an 8-byte word. Control ordered sets (5C) fill a whole word. After MAX_SETS of them inside one
//   frame (counted at the beat) the next ends it as CODING: a neighbour that sends them without end
//   would hold a frame that is cut through, and with it an egress, for ever.
`default_nettype none
`include "weft_defs.vh"
module weft_mac_rx #(
    parameter MII_BYTES = 32, // 8, 16 or 32
    parameter MAX_SETS  = 64  // control ordered sets inside a frame, power of two
) (
    input  wire                   clk,
    input  wire                   rst,
    input  wire [8*MII_BYTES-1:0] mii_data_i,     // byte 0 is the first on the wire
    input  wire [MII_BYTES-1:0]   mii_ctrl_i,
    input  wire                   cfg_enable_i,
    input  wire [13:0]            cfg_max_frame_i, // bytes with FCS
    input  wire [6:0]             cfg_min_frame_i, // bytes with FCS, 32..64

    output wire                   cell_valid_o,
    output wire                   cell_sop_o,
    output wire                   cell_eop_o,
    output wire                   cell_err_o,      // with eop: the frame is bad
    output wire [4:0]             cell_reason_o,   // with eop: WEFT_DROP_*, 0 = good
    output wire [6:0]             cell_bytes_o,    // 64 unless eop
    output wire [511:0]           cell_data_o,     // zero beyond cell_bytes_o
    output wire [13:0]            frame_len_o,     // with eop: bytes in the cells of this frame

    output wire [3:0]             runt_count_o,    // frames ended by T below the minimum
    output wire [3:0]             ev_preamble_o,   // frames with bad preamble or SFD
    output wire [3:0]             ev_coding_o,     // frames ended by an error before a first cell
    output wire                   os_valid_o,      // control ordered sets were in the beat
    output wire [63:0]            os_data_o,       // the last of them
    output wire [3:0]             os_count_o,
    output wire                   seqos_valid_o,   // a sequence ordered set (9C): link faults
    output wire [63:0]            seqos_data_o
);
  localparam W  = MII_BYTES / 8;
  localparam NS = (W == 1) ? 2 : W; // word slots looked at in a beat
  localparam SETW = $clog2(MAX_SETS) + 1;
  localparam REC = 23;              // a record: {cells 8, block 2, bytes 7, eop 1, reason 5}

  localparam [63:0] GOOD_START = {56'hD5555555555555, `WEFT_MII_START};
  localparam [31:0] HALF_IDLE  = {4{`WEFT_MII_IDLE}};

  generate
    if (MII_BYTES != 8 && MII_BYTES != 16 && MII_BYTES != 32) begin : gen_bad_parameter
      weft_error_mii_bytes_must_be_8_16_or_32 u_error ();
    end
  endgenerate

  // ---------------------------------------------------------------------------------------------
  // Word slots. For MII_BYTES >= 16 they are the words of the beat. For MII_BYTES = 8 a frame that
  // started in lane 4 is moved by half a word; slot 0 then only serves to finish the old half when
  // the next frame starts in lane 0 again.
  wire [64*NS-1:0] slot_data;
  wire [8*NS-1:0]  slot_ctrl;
  wire [NS-1:0]    slot_valid;
  wire             raw_os;      // a control ordered set that the realigner took out
  reg              in_frame_q, in_frame_d;
  reg  [SETW-1:0]  sets_q;      // control ordered sets inside the frame so far
  wire             sets_full = sets_q[SETW-1];
  wire             raw_seq;     // a sequence ordered set found before the realigner
  wire [63:0]      raw_seq_data;

  generate
    if (W == 1) begin : gen_realign
      reg         moved_q; // words are taken half a word late
      reg  [31:0] half_data_q;
      reg  [3:0]  half_ctrl_q;
      wire        start0 = mii_ctrl_i[0] && (mii_data_i[7:0] == `WEFT_MII_START);
      wire        start4 = mii_ctrl_i[4] && (mii_data_i[39:32] == `WEFT_MII_START);
      // In a moved frame a control ordered set of the other side's 64-bit grid splits a word.
      // One too many stays where it is and is a coding error there.
      assign raw_os = moved_q && (mii_ctrl_i == 8'h01) && (mii_data_i[7:0] == `WEFT_MII_CTLOS) &&
                      !(sets_full && in_frame_q);
      // Sequence ordered sets are four bytes wide on this MII: lane 0, lane 4 or both.
      wire seq0 = (mii_ctrl_i[3:0] == 4'd1) && (mii_data_i[7:0] == `WEFT_MII_SEQ);
      wire seq4 = (mii_ctrl_i[7:4] == 4'd1) && (mii_data_i[39:32] == `WEFT_MII_SEQ);
      assign raw_seq      = seq0 || seq4;
      assign raw_seq_data = seq0 ? mii_data_i : {32'd0, mii_data_i[63:32]};
      wire back = moved_q && start0;
      wire away = !moved_q && start4;
      assign slot_data[63:0]   = {HALF_IDLE, half_data_q};
      assign slot_ctrl[7:0]    = {4'hF, half_ctrl_q};
      assign slot_valid[0]     = back;
      assign slot_data[127:64] = back ? mii_data_i
                               : moved_q ? {mii_data_i[31:0], half_data_q}
                               : away ? {HALF_IDLE, mii_data_i[31:0]} : mii_data_i;
      assign slot_ctrl[15:8]   = back ? mii_ctrl_i
                               : moved_q ? {mii_ctrl_i[3:0], half_ctrl_q}
                               : away ? {4'hF, mii_ctrl_i[3:0]} : mii_ctrl_i;
      assign slot_valid[1]     = !raw_os;
      always @(posedge clk) begin
        if (!raw_os) begin
          half_data_q <= mii_data_i[63:32];
          half_ctrl_q <= mii_ctrl_i[7:4];
        end
        if (start4) moved_q <= 1'b1;
        else if (start0) moved_q <= 1'b0;
        if (rst) moved_q <= 1'b0;
      end
    end else begin : gen_straight
      assign slot_data  = mii_data_i;
      assign slot_ctrl  = mii_ctrl_i;
      assign slot_valid = {NS{1'b1}};
      assign raw_os     = 1'b0;
      assign raw_seq    = 1'b0;
      assign raw_seq_data = 64'd0;
    end
  endgenerate

  // ---------------------------------------------------------------------------------------------
  // The words of the beat, all at once. Two kinds of frames are in it: the one from before the
  // beat, up to the word that stops it, and those that start in it. A frame that starts in a beat
  // sends no cell in that beat (it has less than 32 bytes there), and none completes two full
  // blocks in one.
  // The state: inside a frame or not, the block and the number of words in it, the cells that left,
  // and how many bytes the frame may still have from this block on.
  reg  [1:0]  block_q, block_d;
  reg  [3:0]  words_q, words_d;   // 0..8
  reg  [7:0]  cells_q, cells_d;
  reg  [13:0] left_q, left_d;
  reg  [SETW-1:0] sets_d;
  reg  [3:0]  runt_d, preamble_d, coding_d, os_d;
  reg  [63:0] os_data_d, seq_data_d;
  reg         seq_d;

  // Words that go into the ring.
  reg [NS-1:0]   put_d;
  reg [5*NS-1:0] put_addr_d;

  // Records of cells that are complete in the ring: at most two come from a beat.
  reg            rec_a_valid_d, rec_b_valid_d;
  reg  [REC-1:0] rec_a_d, rec_b_d;

  // What the words are: data, control ordered set, any other control; of those the good starts.
  reg  [NS-1:0]  is_data, is_set, is_ctl, is_good;
  reg  [NS-1:0]  stop;        // the frame from before the beat does not get past this word
  reg  [NS:0]    fresh;       // a frame that started in this beat has come to this word
  reg  [2:0]     since;       // data words behind the last control
  reg  [2:0]     sets_in;     // ordered sets behind it
  reg  [2:0]     gone;        // data words of the beat before this one
  // The frame from before the beat.
  reg            ended;       // in this beat
  reg            term;        // by FD
  reg  [2:0]     lane;        // in this lane
  reg  [3:0]     reach;       // words from the start of the block to its end, 0..12
  reg            past;        // it has sent a cell in this beat: the 9th word has come
  reg  [3:0]     in_words;    // words in the last block, 0..8
  reg  [6:0]     in_block;    // and bytes with lane, 0..71
  reg  [6:0]     room;        // bytes that it may have there, up to 64
  reg            over;        // has more than these
  reg            first_cell;  // no cell of it has left
  reg            runt, coding; // its fate when no cell of it has left
  reg            emit;        // a last record leaves
  reg            tail;        // and another one for 1..3 bytes in the next block
  reg  [6:0]     bytes;
  reg  [4:0]     reason;
  reg  [REC-1:0] rec_end;
  reg  [1:0]     next_block;  // where a frame that starts behind it goes
  integer        i;

  // All that depends on lengths refers to the state before the beat, or to that state one cell
  // later. Where left_1 matters left_q is 72 at least.
  wire [7:0]  cells_1 = cells_q + 8'd1;
  wire [13:0] left_1  = {left_q[13:6] - 8'd1, left_q[5:0]};
  wire        over_0  = (left_q < 14'd72); // the 9th word is one too many
  wire [6:0]  room_0  = (left_q[13:6] == 8'd0) ? left_q[6:0] : 7'd64;
  wire [6:0]  room_1  = (left_q[13:7] == 7'd0) ? {1'b0, left_q[5:0]} : 7'd64;
  wire [6:0]  limit_0 = (left_q[13:7] == 7'd0 && left_q[6:0] < 7'd71) ? left_q[6:0] : 7'd71;
  wire [6:0]  limit_1 = (left_q[13:7] == 7'd0) ? {1'b0, left_q[5:0]}
                      : (left_q[13:8] == 6'd0 && left_q[6:0] < 7'd7) ? {4'd8, left_q[2:0]} : 7'd71;

  // The lowest control character of a word: {it is FD, its lane}.
  function [3:0] first_control(input [63:0] d, input [7:0] c);
    reg [7:0] hot;
    reg [2:0] at;
    begin
      hot = c & (~c + 8'd1);
      at  = {|hot[7:4], |(hot & 8'hCC), |(hot & 8'hAA)};
      first_control = {d[{at, 3'd0}+:8] == `WEFT_MII_TERM, at};
    end
  endfunction

  function [6:0] shorter(input [6:0] a, input [6:0] b);
    shorter = (a < b) ? a : b;
  endfunction

  always @* begin
    in_frame_d    = in_frame_q;
    block_d       = block_q;
    words_d       = words_q;
    cells_d       = cells_q;
    left_d        = left_q;
    sets_d        = sets_q;
    runt_d        = 4'd0;
    preamble_d    = 4'd0;
    coding_d      = 4'd0;
    os_d          = {3'd0, raw_os};
    os_data_d     = mii_data_i[63:0];
    seq_d         = raw_seq;
    seq_data_d    = raw_seq_data;
    put_d         = {NS{1'b0}};
    put_addr_d    = {(5 * NS) {1'b0}};
    rec_a_valid_d = 1'b0;
    rec_b_valid_d = 1'b0;
    rec_a_d       = {REC{1'b0}};
    rec_b_d       = {REC{1'b0}};
    rec_end       = {REC{1'b0}};
    is_data       = {NS{1'b0}};
    is_set        = {NS{1'b0}};
    is_ctl        = {NS{1'b0}};
    is_good       = {NS{1'b0}};
    stop          = {NS{1'b0}};
    fresh         = {(NS + 1) {1'b0}};
    since         = 3'd0;
    sets_in       = 3'd0;
    gone          = 3'd0;
    ended         = 1'b0;
    term          = 1'b0;
    lane          = 3'd0;
    reach         = 4'd0;
    past          = 1'b0;
    in_words      = 4'd0;
    in_block      = 7'd0;
    room          = 7'd0;
    over          = 1'b0;
    first_cell    = 1'b0;
    runt          = 1'b0;
    coding        = 1'b0;
    emit          = 1'b0;
    tail          = 1'b0;
    bytes         = 7'd0;
    reason        = `WEFT_DROP_CODING;
    next_block    = block_q;

    for (i = 0; i < NS; i = i + 1) begin
      if (slot_valid[i]) begin
        if (slot_ctrl[8*i+:8] == 8'd0) begin
          is_data[i] = 1'b1;
        end else if (slot_ctrl[8*i+:8] == 8'h01 && slot_data[64*i+:8] == `WEFT_MII_CTLOS) begin
          is_set[i] = 1'b1;
          os_d      = os_d + 4'd1;
          os_data_d = slot_data[64*i+:64];
        end else begin
          is_ctl[i] = 1'b1;
          if (W > 1 && slot_ctrl[8*i+:4] == 4'd1 && slot_data[64*i+:8] == `WEFT_MII_SEQ) begin
            seq_d      = 1'b1;
            seq_data_d = slot_data[64*i+:64];
          end
          if (slot_ctrl[8*i] && slot_data[64*i+:8] == `WEFT_MII_START && cfg_enable_i) begin
            is_good[i] = slot_ctrl[8*i+:8] == 8'h01 && slot_data[64*i+:64] == GOOD_START;
            if (!is_good[i]) preamble_d = preamble_d + 4'd1;
          end
        end
      end
    end

    // The frame from before the beat.
    if (in_frame_q) begin
      stop = is_ctl;
      if (sets_full) stop = stop | is_set;
      if (!cfg_enable_i) stop = slot_valid;
      reach = words_q;
      for (i = 0; i < NS; i = i + 1) begin
        if (!ended) begin
          put_d[i]           = is_data[i] || is_ctl[i];
          put_addr_d[5*i+:5] = {block_q, 3'd0} + {1'b0, words_q} + {2'd0, gone};
          if (stop[i]) begin
            {term, lane} = first_control(slot_data[64*i+:64], slot_ctrl[8*i+:8]);
            term = term && is_ctl[i] && cfg_enable_i;
          end
          reach = words_q + {1'b0, gone} + {3'd0, is_data[i] && !stop[i]};
        end
        gone  = gone + {2'd0, is_data[i]};
        ended = ended || stop[i];
      end
      past     = (reach > 4'd8);
      in_words = past ? {1'b0, reach[2:0]} : reach;
      if (past) begin
        // The 9th word: its block is a whole cell and not the last, or the frame is too long.
        rec_a_valid_d = 1'b1;
        rec_a_d       = {cells_q, block_q, room_0, over_0,
                         over_0 ? `WEFT_DROP_OVERSIZE : `WEFT_DROP_NONE};
      end
      if (ended && !(past && over_0)) begin
        first_cell = (cells_q == 8'd0) && !past;
        room       = past ? room_1 : room_0;
        in_block   = {in_words, lane};
        over       = past ? {1'b0, reach[2:0], lane} > limit_1 : {reach, lane} > limit_0;
        if (!term) begin
          // An error: a bad last cell when one has left already, else only an event.
          emit  = !first_cell;
          bytes = past ? shorter({1'b0, reach[2:0], 3'd0}, room_1) : shorter({reach, 3'd0}, room_0);
          coding = first_cell;
        end else begin
          runt   = first_cell && ({reach, lane} < cfg_min_frame_i || reach < 4'd4);
          emit   = !runt;
          tail   = !over && in_words[3] && in_block[2:0] > 3'd4;
          bytes  = over ? room : tail ? 7'd64 : {in_block[6:2] - 5'd1, lane[1:0]};
          reason = over ? `WEFT_DROP_OVERSIZE : `WEFT_DROP_NONE; // the FCS: behind the ring
        end
        rec_end = {past ? cells_1 : cells_q, block_q + {1'b0, past}, bytes, !tail, reason};
        if (past) begin
          rec_b_valid_d = emit;
          rec_b_d       = rec_end;
        end else begin
          rec_a_valid_d = emit;
          rec_a_d       = rec_end;
          rec_b_valid_d = emit && tail;
          rec_b_d       = {cells_1, block_q + 2'd1, 5'd0, lane[1:0], 1'b1, `WEFT_DROP_NONE};
        end
      end
      // Also a frame that left no cell uses up its block, and one that has come to the next, two.
      next_block = block_q + 2'd1 + {1'b0, reach[3]};
      in_frame_d = !ended && !(past && over_0);
      block_d    = ended ? next_block : block_q + {1'b0, past};
      words_d    = in_words;
      cells_d    = past ? cells_1 : cells_q;
      left_d     = past ? left_1 : left_q;
    end

    // Frames that start in this beat.
    for (i = 0; i < NS; i = i + 1) begin
      if (fresh[i] && is_data[i]) begin
        put_d[i]           = 1'b1;
        put_addr_d[5*i+:5] = {next_block, since};
      end
      if (fresh[i] && is_ctl[i]) begin
        if (first_control(slot_data[64*i+:64], slot_ctrl[8*i+:8]) >= 4'd8) runt_d = runt_d + 4'd1;
        else coding_d = coding_d + 4'd1;
      end
      fresh[i+1] = is_ctl[i] ? is_good[i] : fresh[i];
      since      = is_ctl[i] ? 3'd0 : since + {2'd0, is_data[i]};
      sets_in    = is_ctl[i] ? 3'd0 : sets_in + {2'd0, is_set[i]};
    end
    runt_d   = runt_d + {3'd0, runt};
    coding_d = coding_d + {3'd0, coding};
    sets_d   = sets_q + {{(SETW-3){1'b0}}, sets_in} + {{(SETW-1){1'b0}}, raw_os};
    if (fresh[NS]) begin
      in_frame_d = 1'b1;
      words_d    = {1'b0, since};
      cells_d    = 8'd0;
      left_d     = cfg_max_frame_i;
      sets_d     = {{(SETW-3){1'b0}}, sets_in};
    end
  end

  // ---------------------------------------------------------------------------------------------
  // The ring, and the records that wait for the CRC. A beat with two records finds at most the
  // first place taken, because a frame with two cells is longer than two beats. So a record is read
  // when at most one more beat has been written than its own. That beat ends at most three blocks
  // behind the record's and its FCS is in the next one at most: four blocks are enough.
  reg [63:0]    ring_q [0:31]; // not a memory: flops, W write ports, a block is read at once
  reg           rec_valid_q;  // in the CRC stage
  reg [REC-1:0] rec_q;
  reg           next_valid_q; // waits for it
  reg [REC-1:0] next_q;
  integer       j;

  always @(posedge clk) begin
    for (j = 0; j < NS; j = j + 1) begin
      if (put_d[j]) ring_q[put_addr_d[5*j+:5]] <= slot_data[64*j+:64];
    end
    in_frame_q <= in_frame_d;
    sets_q     <= sets_d;
    block_q    <= block_d;
    words_q    <= words_d;
    cells_q    <= cells_d;
    left_q     <= left_d;
    rec_valid_q  <= next_valid_q || rec_a_valid_d;
    next_valid_q <= next_valid_q ? rec_a_valid_d : rec_b_valid_d;
    if (next_valid_q) begin
      rec_q  <= next_q;
      next_q <= rec_a_d;
    end else if (rec_a_valid_d) begin
      rec_q  <= rec_a_d;
      next_q <= rec_b_d;
    end
    if (rst) begin
      in_frame_q   <= 1'b0;
      block_q      <= 2'd0;
      words_q      <= 4'd0;
      rec_valid_q  <= 1'b0;
      next_valid_q <= 1'b0;
    end
  end

  `WEFT_ASSERT(a_no_record_is_lost, !(next_valid_q && rec_b_valid_d))
  `WEFT_ASSERT(a_words_in_range, !in_frame_q || words_q <= 4'd8)

  // ---------------------------------------------------------------------------------------------
  // CRC stage: read the block and the word behind it, check the FCS at the end, mask the rest.
  wire [7:0] rec_cells  = rec_q[22:15];
  wire [1:0] rec_block  = rec_q[14:13];
  wire [6:0] rec_bytes  = rec_q[12:6];
  wire       rec_eop    = rec_q[5];
  wire [4:0] rec_reason = rec_q[4:0];
  wire       rec_sop    = (rec_cells == 8'd0);

  // The FCS follows the last byte; after 64 bytes it is in the first word of the next block.
  wire [4:0]   fcs_at    = {rec_block, rec_bytes[5:3]} + {1'b0, rec_bytes[6], 3'd0};
  wire         fcs_en    = rec_valid_q && rec_eop;
  wire [127:0] fcs_words = fcs_en ? {ring_q[fcs_at+5'd1], ring_q[fcs_at]} : 128'd0;
  wire [31:0]  fcs       = fcs_words[{1'b0, rec_bytes[2:0], 3'd0}+:32];
  wire [511:0] block_data;
  reg  [511:0] data_d;
  reg  [31:0]  crc_q; // of the frame so far, ready for the next one after eop
  wire [31:0]  crc_d;

  genvar m;
  generate
    for (m = 0; m < 8; m = m + 1) begin : gen_word
      localparam [2:0] AT = m;
      assign block_data[64*m+:64] = rec_valid_q ? ring_q[{rec_block, AT}] : 64'd0;
    end
  endgenerate

  always @* begin
    data_d = block_data;
    if (fcs_en) data_d = block_data & ({512{1'b1}} >> {7'd64 - rec_bytes, 3'b000});
  end

  weft_crc32 u_crc (
      .state_i(crc_q),
      .data_i (block_data), // what is behind rec_bytes does not count
      .bytes_i(rec_valid_q ? rec_bytes : 7'd0),
      .state_o(crc_d)
  );

  reg         cell_valid_q;
  reg         cell_sop_q;
  reg         cell_eop_q;
  reg [4:0]   cell_reason_q; // but for the FCS
  reg [31:0]  fcs_diff_q;    // all ones: FCS as computed
  reg [6:0]   cell_bytes_q;
  reg [511:0] cell_data_q;
  reg [13:0]  frame_len_q;

  always @(posedge clk) begin
    cell_valid_q <= rec_valid_q;
    if (rec_valid_q) begin
      crc_q         <= rec_eop ? 32'hFFFFFFFF : crc_d;
      cell_sop_q    <= rec_sop;
      cell_eop_q    <= rec_eop;
      fcs_diff_q    <= crc_d ^ fcs;
      cell_reason_q <= rec_reason;
      cell_bytes_q  <= rec_bytes;
      cell_data_q   <= data_d;
      frame_len_q   <= {rec_cells, 6'd0} + {7'd0, rec_bytes};
    end
    if (rst) begin
      crc_q        <= 32'hFFFFFFFF;
      cell_valid_q <= 1'b0;
    end
  end

  assign cell_valid_o  = cell_valid_q;
  assign cell_sop_o    = cell_sop_q;
  assign cell_eop_o    = cell_eop_q;
  assign cell_err_o    = cell_eop_q && (cell_reason_q != `WEFT_DROP_NONE || !(&fcs_diff_q));
  assign cell_reason_o = (cell_reason_q == `WEFT_DROP_NONE && cell_err_o) ? `WEFT_DROP_FCS
                       : cell_reason_q;
  assign cell_bytes_o  = cell_bytes_q;
  assign cell_data_o   = cell_data_q;
  assign frame_len_o   = frame_len_q;

  // ---------------------------------------------------------------------------------------------
  // Events. Ordered sets are reported whether or not the port is enabled.
  reg [3:0]  runt_q, preamble_q, coding_q, os_count_q;
  reg        seq_q;
  reg [63:0] os_data_q, seq_data_q;

  always @(posedge clk) begin
    runt_q     <= runt_d;
    preamble_q <= preamble_d;
    coding_q   <= coding_d;
    os_count_q <= os_d;
    seq_q      <= seq_d;
    if (os_d != 4'd0) os_data_q <= os_data_d;
    if (seq_d) seq_data_q <= seq_data_d;
    if (rst) begin
      runt_q     <= 4'd0;
      preamble_q <= 4'd0;
      coding_q   <= 4'd0;
      os_count_q <= 4'd0;
      seq_q      <= 1'b0;
    end
  end

  assign runt_count_o  = runt_q;
  assign ev_preamble_o = preamble_q;
  assign ev_coding_o   = coding_q;
  assign os_valid_o    = (os_count_q != 4'd0);
  assign os_count_o    = os_count_q;
  assign os_data_o     = os_data_q;
  assign seqos_valid_o = seq_q;
  assign seqos_data_o  = seq_data_q;
endmodule
`default_nettype wire
