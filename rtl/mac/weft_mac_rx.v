// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_mac_rx: from the MII (contract 1) to a cell stream (contract 2).
//
// Finds frames (IEEE 802.3 clauses 46 and 81: start FB in lane 0, terminate FD in any lane), checks
// preamble, length and FCS, takes out ordered sets, also in the middle of a frame, and hands out
// the bytes between SFD and FCS as cells. The fate of every frame whose start is seen while enabled
// is told exactly once: by one cell with eop, or by one of runt_count_o, ev_preamble_o, ev_coding_o.
//
// Latency: a cell shows at most 2 cycles after the beat with its 9th word or the frame's end: one
//   cycle into the assembly ring, one through the CRC. Event outputs show 1 cycle after their beat.
// Stall rule: none, it takes a beat every cycle, at any frame size and with one-byte gaps. A frame
//   end may need two cells at once; the second goes out one cycle later.
// Trade-off: words are compacted into a ring of 4 blocks of 8 words, always from the start of a
//   block, so that a cell is read from fixed places and needs no record of its own data; the price
//   is a ring of 2048 flops with MII_BYTES / 8 write ports. The walk over the words of a beat is
//   serial: its depth grows with MII_BYTES.
// Relies on: MII_BYTES <= 32 (a cell must be at least twice as wide as a beat),
//   cfg_max_frame_i >= 72, cfg_min_frame_i 32..64 (less acts as 32). Both are sampled per frame.
//   With MII_BYTES = 8 a frame may also start in lane 4 (clause 46); wider MIIs start in lane 0 of
//   an 8-byte word. Control ordered sets (5C) fill a whole word.
`default_nettype none
`include "weft_defs.vh"
module weft_mac_rx #(
    parameter MII_BYTES = 32 // 8, 16 or 32
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
  localparam REC = 25;              // {first, reason, eop, bytes, cells, block...}, see below

  localparam [63:0] GOOD_START = 64'hD555555555555500 | {56'd0, `WEFT_MII_START};
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
  wire             raw_seq;     // a sequence ordered set in lane 4

  generate
    if (W == 1) begin : gen_realign
      reg         moved_q; // words are taken half a word late
      reg  [31:0] half_data_q;
      reg  [3:0]  half_ctrl_q;
      wire        start0 = mii_ctrl_i[0] && (mii_data_i[7:0] == `WEFT_MII_START);
      wire        start4 = mii_ctrl_i[4] && (mii_data_i[39:32] == `WEFT_MII_START);
      // In a moved frame a control ordered set of the other side's 64-bit grid splits a word.
      assign raw_os = moved_q && (mii_ctrl_i == 8'h01) && (mii_data_i[7:0] == `WEFT_MII_CTLOS);
      assign raw_seq = mii_ctrl_i[4] && (mii_data_i[39:32] == `WEFT_MII_SEQ) &&
                       (mii_ctrl_i[7:5] == 3'd0);
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
    end
  endgenerate

  // ---------------------------------------------------------------------------------------------
  // Walk over the beat. The state: inside a frame or not, the block and the number of words in it,
  // the cells that left, and how many bytes the frame may still have from this block on.
  reg         in_frame_q, in_frame_d;
  reg  [1:0]  block_q, block_d;
  reg  [3:0]  words_q, words_d;   // 0..8
  reg  [7:0]  cells_q, cells_d;
  reg  [13:0] left_q, left_d;
  reg         started_d;          // left and cells change
  reg  [3:0]  runt_d, preamble_d, coding_d, os_d;
  reg  [63:0] os_data_d, seq_data_d;
  reg         seq_d;

  // Words that go into the ring.
  reg [NS-1:0]   put_d;
  reg [5*NS-1:0] put_addr_d;

  // Records {cells, block, bytes, sop, eop, reason}: up to two come from a beat.
  reg            rec_a_valid_d, rec_b_valid_d;
  reg  [REC-1:0] rec_a_d, rec_b_d;

  // Scratch of the walk.
  integer        i;
  reg  [63:0]    word;
  reg  [7:0]     ctrl;
  reg  [7:0]     first;      // lowest control lane, one-hot
  reg  [2:0]     lane;
  reg            is_term;
  reg            close;      // the frame ends here with a coding error
  reg            emit;
  reg  [7:0]     emit_cells;
  reg  [6:0]     emit_bytes;
  reg            emit_eop;
  reg  [4:0]     emit_reason;
  reg            emit_tail;  // a second cell of up to 3 bytes follows from the next block
  reg  [6:0]     in_block;   // bytes of the frame in this block, 0..71
  reg  [6:0]     room;       // min(64, left)
  reg  [REC-1:0] rec_new;

  // The byte of a one-hot lane is FD?
  function term_at(input [63:0] d, input [7:0] hot);
    integer k;
    begin
      term_at = 1'b0;
      for (k = 0; k < 8; k = k + 1) begin
        if (hot[k] && d[8*k+:8] == `WEFT_MII_TERM) term_at = 1'b1;
      end
    end
  endfunction

  always @* begin
    in_frame_d    = in_frame_q;
    block_d       = block_q;
    words_d       = words_q;
    cells_d       = cells_q;
    left_d        = left_q;
    started_d     = 1'b0;
    runt_d        = 4'd0;
    preamble_d    = 4'd0;
    coding_d      = 4'd0;
    os_d          = {3'd0, raw_os};
    os_data_d     = slot_data[64*NS-1-:64];
    if (W == 1) os_data_d = mii_data_i[63:0];
    seq_d         = raw_seq;
    seq_data_d    = 64'd0;
    if (W == 1) seq_data_d = {32'd0, mii_data_i[63:32]};
    put_d         = {NS{1'b0}};
    put_addr_d    = {(5 * NS) {1'b0}};
    rec_a_valid_d = 1'b0;
    rec_b_valid_d = 1'b0;
    rec_a_d       = {REC{1'b0}};
    rec_b_d       = {REC{1'b0}};
    word          = 64'd0;
    ctrl          = 8'd0;
    first         = 8'd0;
    lane          = 3'd0;
    is_term       = 1'b0;
    close         = 1'b0;
    emit          = 1'b0;
    emit_cells    = 8'd0;
    emit_bytes    = 7'd0;
    emit_eop      = 1'b0;
    emit_reason   = `WEFT_DROP_NONE;
    emit_tail     = 1'b0;
    in_block      = 7'd0;
    room          = 7'd0;
    rec_new       = {REC{1'b0}};

    // Nothing of interest: no frame and nothing but idle in the first lanes.
    for (i = 0; i < NS; i = i + 1) begin
      word  = slot_data[64*i+:64];
      ctrl  = slot_ctrl[8*i+:8];
      close = 1'b0;
      emit  = 1'b0;
      if (slot_valid[i] && (in_frame_d || ctrl[0])) begin
        room = (left_d < 14'd64) ? left_d[6:0] : 7'd64;
        emit_cells  = cells_d;
        emit_eop    = 1'b1;
        emit_reason = `WEFT_DROP_CODING;
        emit_tail   = 1'b0;
        if (in_frame_d && !cfg_enable_i) begin
          close      = 1'b1;
          in_frame_d = 1'b0;
        end
        if (ctrl == 8'd0) begin
          if (in_frame_d) begin
            put_d[i] = 1'b1;
            put_addr_d[5*i+:5] = {block_d, 3'd0} + {1'b0, words_d};
            if (words_d == 4'd8) begin
              // The 9th word: the block is a whole cell and not the last, unless it is too long.
              emit        = 1'b1;
              emit_bytes  = room;
              emit_eop    = (left_d < 14'd72);
              emit_reason = emit_eop ? `WEFT_DROP_OVERSIZE : `WEFT_DROP_NONE;
              in_frame_d  = !emit_eop;
              words_d     = 4'd1;
              block_d     = block_d + 2'd1;
              cells_d     = cells_d + 8'd1;
              left_d      = left_d - 14'd64;
              started_d   = 1'b1;
            end else begin
              words_d = words_d + 4'd1;
            end
          end
        end else if (ctrl == 8'h01 && word[7:0] == `WEFT_MII_CTLOS) begin
          os_d      = os_d + 4'd1;
          os_data_d = word;
        end else begin
          if (ctrl[0] && ctrl[3:1] == 3'd0 && word[7:0] == `WEFT_MII_SEQ) begin
            seq_d      = 1'b1;
            seq_data_d = word;
          end
          if (in_frame_d) begin
            in_frame_d = 1'b0;
            first      = ctrl & (~ctrl + 8'd1);
            lane       = {|first[7:4], |(first & 8'hCC), |(first & 8'hAA)};
            is_term    = term_at(word, first);
            in_block   = {words_d, 3'd0} + {4'd0, lane};
            if (!is_term) begin
              close = 1'b1;
            end else if (cells_d == 8'd0 &&
                         (in_block < cfg_min_frame_i || in_block < 7'd32)) begin
              runt_d = runt_d + 4'd1;
            end else begin
              put_d[i] = (lane != 3'd0);
              put_addr_d[5*i+:5] = {block_d, 3'd0} + {1'b0, words_d};
              emit        = 1'b1;
              if ({7'd0, in_block} > left_d) begin
                emit_bytes  = room;
                emit_reason = `WEFT_DROP_OVERSIZE;
              end else begin
                emit_tail   = (in_block > 7'd68);
                emit_bytes  = emit_tail ? 7'd64 : in_block - 7'd4;
                emit_eop    = !emit_tail;
                emit_reason = `WEFT_DROP_NONE;
              end
              block_d = block_d + ((words_d == 4'd8) ? 2'd2 : 2'd1);
            end
          end
        end
        // An error ends the frame: with a bad last cell when a cell has left, else as an event.
        if (close) begin
          if (cells_d == 8'd0) begin
            coding_d = coding_d + 4'd1;
          end else begin
            emit       = 1'b1;
            emit_bytes = ({words_d, 3'd0} < room) ? {words_d, 3'd0} : room;
            block_d    = block_d + 2'd1;
          end
        end
        if (ctrl[0] && word[7:0] == `WEFT_MII_START && cfg_enable_i) begin
          if (ctrl == 8'h01 && word == GOOD_START) in_frame_d = 1'b1;
          else preamble_d = preamble_d + 4'd1;
        end
        if (emit) begin
        end
      end
    end
  end
endmodule
`default_nettype wire
