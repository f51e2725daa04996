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
//   is a ring of 2048 flops with MII_BYTES / 8 write ports. The walk over the words of a beat is
//   serial: its depth grows with MII_BYTES.
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
  // Walk over the beat. The state: inside a frame or not, the block and the number of words in it,
  // the cells that left, and how many bytes the frame may still have from this block on.
  reg  [2:0]  sets_in;            // of this beat, inside the frame that goes on
  reg  [1:0]  block_q, block_d;
  reg  [3:0]  words_q, words_d;   // 0..8
  reg  [7:0]  cells_q, cells_d;
  reg  [13:0] left_q, left_d;
  reg  [3:0]  runt_d, preamble_d, coding_d, os_d;
  reg  [63:0] os_data_d, seq_data_d;
  reg         seq_d;

  // Words that go into the ring.
  reg [NS-1:0]   put_d;
  reg [5*NS-1:0] put_addr_d;

  // Records of cells that are complete in the ring: at most two come from a beat.
  reg            rec_a_valid_d, rec_b_valid_d;
  reg  [REC-1:0] rec_a_d, rec_b_d;

  // Scratch of the walk.
  integer        i;
  reg  [63:0]    word;
  reg  [7:0]     ctrl;
  reg  [7:0]     first;       // lowest control lane, one-hot
  reg  [2:0]     lane;        // and as a number
  reg            close;       // the frame ends here with a coding error
  reg            emit;        // a record leaves
  reg  [6:0]     emit_bytes;
  reg            emit_eop;
  reg  [4:0]     emit_reason;
  reg  [REC-1:0] rec_new;
  reg            emit_tail;   // a last cell of 1..3 bytes follows from the next block
  reg  [1:0]     emit_block;
  reg  [7:0]     emit_cells;
  reg  [7:0]     tail_cells;
  reg            two_blocks;  // the frame's last word may have taken a place in the next block
  reg            past;        // the frame from before the beat has sent a cell in this beat
  reg            fresh;       // the present frame started in this beat
  reg            first_cell;  // no cell of it has left
  reg  [6:0]     in_block;    // bytes of the frame in this block, 0..71

  // A frame that starts in a beat sends no cell in that beat (it has less than 32 bytes there), and
  // no frame completes two full blocks in one. So all that depends on lengths refers to the state
  // before the beat, or to that state one cell later, and stays out of the serial walk.
  wire [7:0]     cells_1 = cells_q + 8'd1;
  wire [7:0]     cells_2 = cells_q + 8'd2;
  wire [13:0]    left_1  = left_q - 14'd64;
  wire [6:0]     room_0  = (left_q < 14'd64) ? left_q[6:0] : 7'd64;
  wire [6:0]     room_1  = (left_1 < 14'd64) ? left_1[6:0] : 7'd64;
  wire           over_0  = (left_q < 14'd72);
  wire [6:0]     limit_0 = (left_q < 14'd71) ? left_q[6:0] : 7'd71; // in_block is never more
  wire [6:0]     limit_1 = (left_1 < 14'd71) ? left_1[6:0] : 7'd71;

  // Is the byte of the one-hot lane FD?
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
    sets_in       = {2'd0, raw_os && in_frame_q};
    block_d       = block_q;
    words_d       = words_q;
    cells_d       = cells_q;
    left_d        = left_q;
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
    first         = 8'd0;
    lane          = 3'd0;
    close         = 1'b0;
    emit          = 1'b0;
    emit_bytes    = 7'd0;
    emit_eop      = 1'b0;
    emit_reason   = `WEFT_DROP_NONE;
    emit_tail     = 1'b0;
    emit_block    = 2'd0;
    rec_new       = {REC{1'b0}};
    emit_cells    = 8'd0;
    tail_cells    = 8'd0;
    two_blocks    = 1'b0;
    past          = 1'b0;
    fresh         = 1'b0;
    first_cell    = 1'b0;
    in_block      = 7'd0;

    for (i = 0; i < NS; i = i + 1) begin
      word = slot_data[64*i+:64];
      ctrl = slot_ctrl[8*i+:8];
      // Outside of frames only control characters other than idle in lane 0 mean something.
      if (slot_valid[i] && (in_frame_d || (ctrl[0] && word[7:0] != `WEFT_MII_IDLE))) begin
        close       = 1'b0;
        emit        = 1'b0;
        emit_eop    = 1'b1;
        emit_reason = `WEFT_DROP_CODING;
        emit_tail   = 1'b0;
        emit_block  = block_d;
        two_blocks  = 1'b0;
        emit_bytes  = past ? room_1 : room_0;
        emit_cells  = past ? cells_1 : cells_q;
        tail_cells  = past ? cells_2 : cells_1;
        first_cell  = fresh || (cells_q == 8'd0 && !past);
        if (in_frame_d && !cfg_enable_i) begin
          close      = 1'b1;
          in_frame_d = 1'b0;
        end
        if (ctrl == 8'd0) begin
          if (in_frame_d) begin
            put_d[i]           = 1'b1;
            put_addr_d[5*i+:5] = {block_d + {1'b0, words_d[3]}, words_d[2:0]};
            if (words_d == 4'd8) begin
              // The 9th word: its block is a whole cell and not the last, or the frame is too long.
              emit    = 1'b1;
              words_d = 4'd1;
              past    = 1'b1;
              if (over_0) begin
                emit_reason = `WEFT_DROP_OVERSIZE;
                in_frame_d  = 1'b0;
              end else begin
                emit_reason = `WEFT_DROP_NONE;
                emit_eop    = 1'b0;
              end
            end else begin
              words_d = words_d + 4'd1;
            end
          end
        end else if (ctrl == 8'h01 && word[7:0] == `WEFT_MII_CTLOS) begin
          os_d      = os_d + 4'd1;
          os_data_d = word;
          sets_in   = sets_in + {2'd0, in_frame_d};
          if (in_frame_d && sets_full && !fresh) begin
            close      = 1'b1;
            in_frame_d = 1'b0;
          end
        end else begin
          if (W > 1 && ctrl[3:0] == 4'd1 && word[7:0] == `WEFT_MII_SEQ) begin
            seq_d      = 1'b1;
            seq_data_d = word;
          end
          if (in_frame_d) begin
            in_frame_d = 1'b0;
            first      = ctrl & (~ctrl + 8'd1);
            lane       = {|first[7:4], |(first & 8'hCC), |(first & 8'hAA)};
            in_block   = {words_d, 3'd0} + {4'd0, lane};
            if (!term_at(word, first)) begin
              close = 1'b1;
            end else if (first_cell &&
                         (in_block < cfg_min_frame_i || in_block < 7'd32)) begin
              runt_d = runt_d + 4'd1;
            end else begin
              emit               = 1'b1;
              two_blocks         = words_d[3];
              put_d[i]           = 1'b1;
              put_addr_d[5*i+:5] = {block_d + {1'b0, words_d[3]}, words_d[2:0]};
              if (in_block > (past ? limit_1 : limit_0)) begin
                emit_reason = `WEFT_DROP_OVERSIZE;
              end else begin
                emit_reason = `WEFT_DROP_NONE; // the FCS is checked behind the ring
                emit_tail   = (in_block > 7'd68);
                emit_eop    = !emit_tail;
                emit_bytes  = emit_tail ? 7'd64 : in_block - 7'd4;
              end
            end
          end
        end
        // An error ends the frame: with a bad last cell when one has left already, else by a count.
        if (close && first_cell) begin
          coding_d = coding_d + 4'd1;
        end else if (close) begin
          emit = 1'b1;
          if ({words_d, 3'd0} < emit_bytes) emit_bytes = {words_d, 3'd0};
        end
        if (emit) begin
          rec_new       = {emit_cells, emit_block, emit_bytes, emit_eop, emit_reason};
          rec_b_valid_d = rec_a_valid_d || emit_tail;
          if (rec_a_valid_d) rec_b_d = rec_new;
          else rec_a_d = rec_new;
          rec_a_valid_d = 1'b1;
          if (emit_tail) begin
            rec_b_d = {tail_cells, emit_block + 2'd1, in_block - 7'd68, 1'b1,
                       `WEFT_DROP_NONE};
          end
          block_d = block_d + (two_blocks ? 2'd2 : 2'd1);
        end
        if (ctrl[0] && word[7:0] == `WEFT_MII_START && cfg_enable_i) begin
          words_d = 4'd0;
          fresh   = 1'b1;
          sets_in = 3'd0;
          if (ctrl == 8'h01 && word == GOOD_START) in_frame_d = 1'b1;
          else preamble_d = preamble_d + 4'd1;
        end
      end
    end
    if (fresh) begin
      cells_d = 8'd0;
      left_d  = cfg_max_frame_i;
    end else if (past) begin
      cells_d = cells_1;
      left_d  = left_1;
    end
  end

  // ---------------------------------------------------------------------------------------------
  // The ring, and the records that wait for the CRC. A beat with two records finds at most the
  // first place taken, because a frame with two cells is longer than two beats.
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
    sets_q     <= fresh ? {{(SETW-3){1'b0}}, sets_in} : sets_q + {{(SETW-3){1'b0}}, sets_in};
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
  reg  [31:0]  crc_q;
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
      .state_i(rec_sop ? 32'hFFFFFFFF : crc_q),
      .data_i (data_d),
      .bytes_i(rec_valid_q ? rec_bytes : 7'd0),
      .state_o(crc_d)
  );

  reg         cell_valid_q;
  reg         cell_sop_q;
  reg         cell_eop_q;
  reg [4:0]   cell_reason_q;
  reg [6:0]   cell_bytes_q;
  reg [511:0] cell_data_q;
  reg [13:0]  frame_len_q;

  always @(posedge clk) begin
    cell_valid_q <= rec_valid_q;
    if (rec_valid_q) begin
      crc_q         <= crc_d;
      cell_sop_q    <= rec_sop;
      cell_eop_q    <= rec_eop;
      cell_reason_q <= (rec_reason != `WEFT_DROP_NONE || !rec_eop) ? rec_reason
                     : (crc_d == ~fcs) ? `WEFT_DROP_NONE : `WEFT_DROP_FCS;
      cell_bytes_q  <= rec_bytes;
      cell_data_q   <= data_d;
      frame_len_q   <= {rec_cells, 6'd0} + {7'd0, rec_bytes};
    end
    if (rst) cell_valid_q <= 1'b0;
  end

  assign cell_valid_o  = cell_valid_q;
  assign cell_sop_o    = cell_sop_q;
  assign cell_eop_o    = cell_eop_q;
  assign cell_err_o    = cell_eop_q && (cell_reason_q != `WEFT_DROP_NONE);
  assign cell_reason_o = cell_reason_q;
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
