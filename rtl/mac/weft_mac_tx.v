// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_mac_tx: from a cell stream (contract 2, here with valid/ready) to the MII (contract 1).
//
// Adds preamble, FCS (IEEE 802.3 clause 3.2.9), terminate and gap, and puts control ordered sets
// between and into frames.
//
// Latency: a frame's first cell that is accepted in cycle t shows its start on mii_*_o in cycle
//   t + 2 (an idle transmitter; the CRC takes the first cycle, the walk over the beat the second).
// Stall rule: cell_ready_o falls when 4 cells wait inside. After that a frame of L bytes (FCS
//   included) takes 8 * ceil((8 + L + 1) / 8) bytes of wire with a gap of 1, at every size.
// Gap: a frame starts in lane 0 of any 8-byte word. Let g be the bytes from T (included) to the end
//   of T's word (1..8), G = max(1, cfg_ipg_i) and D the deficit, 0..7 bytes, 0 after reset.
//     g > G:  the grid forces a longer gap; no idle word; D = max(0, D - (g - G)).
//     g <= G: with x = G - g, the gap is g + 8 * floor(x / 8), short by b = x mod 8. If D + b <= 7,
//             D grows by b; else one more idle word is sent and D becomes D + b - 8.
//   An idle word beyond that, because no frame is there, makes D = 0. So the sum of all gaps is
//   never more than 7 bytes below G times their number, and is exact when the grid permits it.
// Control ordered sets: one may start at any word, also inside a frame, but not between the start
//   word and the first data word, and cfg_os_spacing_i bytes or more after the start of the last
//   one (less than 16 acts as 16). They do not count as gap. At most one goes out per beat.
// Underrun: the sender promises the next cell of a started frame before the wire needs it: with
//   cell k accepted in cycle t (k = 0 the first), cell k + 1 no later than t + 64 / MII_BYTES.
//   Else the frame is ended by FE and T, counted, and its remaining cells are swallowed.
// Trade-off: the cells stay where they were written and the walk picks words; that needs a 32:1
//   word multiplexer per output word, and saves a cycle and a copy of every cell.
// Relies on: cell_bytes_i = 64 unless eop; at least 20 bytes a frame (two ends never share a beat).
//   Short frames are not padded. cfg_enable_i = 0 lets accepted frames finish and takes no new one.
`default_nettype none
`include "weft_defs.vh"
module weft_mac_tx #(
    parameter MII_BYTES = 32 // 8, 16 or 32
) (
    input  wire                   clk,
    input  wire                   rst,
    input  wire                   cell_valid_i,
    output wire                   cell_ready_o,
    input  wire                   cell_sop_i,
    input  wire                   cell_eop_i,
    input  wire                   cell_err_i,       // with eop: send with a stomped (inverted) FCS
    input  wire [6:0]             cell_bytes_i,
    input  wire [511:0]           cell_data_i,
    input  wire                   cfg_enable_i,
    input  wire [3:0]             cfg_ipg_i,        // bytes with T, 0 acts as 1
    input  wire                   os_valid_i,
    output wire                   os_ready_o,       // taken in this cycle; 0 without os_valid_i
    input  wire [63:0]            os_data_i,        // byte 0 is 5C
    input  wire [16:0]            cfg_os_spacing_i, // bytes between the starts of two
    output wire [8*MII_BYTES-1:0] mii_data_o,
    output wire [MII_BYTES-1:0]   mii_ctrl_o,
    output wire                   sof_o,            // mii_*_o carries the start of a frame
    output wire                   ev_frame_o,       // ... the end of a good frame
    output wire                   ev_stomp_o,       // ... the end of a frame with stomped FCS
    output wire                   ev_underrun_o,    // ... the forced end of a starved frame
    output wire                   ev_os_o           // ... a control ordered set
);
  localparam W = MII_BYTES / 8;
  localparam [2:0] W3 = W[2:0];

  localparam [63:0] IDLE_WORD  = {8{`WEFT_MII_IDLE}};
  localparam [63:0] START_WORD = {56'hD5555555555555, `WEFT_MII_START};
  localparam [63:0] ERROR_WORD = {{6{`WEFT_MII_IDLE}}, `WEFT_MII_TERM, `WEFT_MII_ERROR};

  // What a word of the beat is.
  localparam [2:0] K_IDLE = 3'd0;
  localparam [2:0] K_DATA = 3'd1; // eight bytes of a cell
  localparam [2:0] K_END0 = 3'd2; // last bytes of the last cell, FCS, T
  localparam [2:0] K_END1 = 3'd3; // and the word behind it when FCS and T reach that far
  localparam [2:0] K_SOF  = 3'd4;
  localparam [2:0] K_OS   = 3'd5;
  localparam [2:0] K_ERR  = 3'd6;

  generate
    if (MII_BYTES != 8 && MII_BYTES != 16 && MII_BYTES != 32) begin : gen_bad_parameter
      weft_error_mii_bytes_must_be_8_16_or_32 u_error ();
    end
  endgenerate

  // ---------------------------------------------------------------------------------------------
  // Intake: four blocks of eight words; {bytes, err, eop, sop} and FCS of each.
  reg  [63:0]  ring_q [0:31]; // not a memory: flops, a block is written and W words read at once
  reg  [39:0]  meta_q;
  reg  [127:0] fcs_q;
  reg  [1:0]   tail_q;      // block that is written next
  reg  [2:0]   count_q;     // blocks in use
  reg          taking_q;    // a frame was accepted in part
  reg  [31:0]  crc_q;
  wire [31:0]  crc_d;
  integer      j;

  wire accept = cell_valid_i && cell_ready_o;

  assign cell_ready_o = !count_q[2] && (cfg_enable_i || taking_q);

  weft_crc32 u_crc (
      .state_i(cell_sop_i ? 32'hFFFFFFFF : crc_q),
      .data_i (cell_data_i),
      .bytes_i(accept ? cell_bytes_i : 7'd0),
      .state_o(crc_d)
  );

  always @(posedge clk) begin
    if (accept) begin
      for (j = 0; j < 8; j = j + 1) ring_q[{tail_q, j[2:0]}] <= cell_data_i[64*j+:64];
      meta_q[10*tail_q+:10] <= {cell_bytes_i, cell_err_i, cell_eop_i, cell_sop_i};
      fcs_q[32*tail_q+:32]  <= cell_err_i ? crc_d : ~crc_d;
      crc_q                 <= crc_d;
      tail_q                <= tail_q + 2'd1;
      taking_q              <= !cell_eop_i;
    end
    if (rst) begin
      tail_q   <= 2'd0;
      taking_q <= 1'b0;
    end
  end

  // ---------------------------------------------------------------------------------------------
  // Walk over the words of the next beat.
  reg  [1:0]  head_q, head_d;       // block that is sent
  reg  [2:0]  count_d;
  reg  [3:0]  word_q, word_d;       // word of it, 0..9 with FCS and T
  reg         in_frame_q, in_frame_d;
  reg         after_sof_q, after_sof_d;
  reg  [1:0]  gap_q, gap_d;         // idle words still to come
  reg  [2:0]  deficit_q, deficit_d;
  reg  [14:0] wait_q, wait_d;       // words until the next ordered set may start

  reg  [3*W-1:0] kind_d;
  reg  [5*W-1:0] from_d;            // place in the ring
  reg  [1:0]     end_block_d;       // block of the frame end in this beat
  reg            end_d;
  reg            sof_d, frame_d, stomp_d, underrun_d, os_d;

  // Scratch of the walk.
  integer     i;
  reg  [7:0]  meta;                 // of the head block: {words, bytes[2], err, eop, sop}
  reg  [3:0]  full;                 // words of the head block without FCS bytes in them
  reg  [3:0]  full2;                // and of the one behind it
  reg  [3:0]  after;                // word_q + W
  reg         os_want;
  reg  [14:0] wait_from;
  reg  [2:0]  wait_less;
  reg  [2:0]  since;                // words from an ordered set to the end of its beat

  // The gap after a frame end: {idle words, new deficit}, see the header. `grid` is the number of
  // bytes from T to the end of its word.
  function [4:0] gap_after(input [3:0] grid, input [3:0] gap, input [2:0] deficit);
    reg [3:0] over;
    reg [3:0] short;
    reg [3:0] owed;
    begin
      over  = grid - gap;
      short = gap - grid;
      owed  = {1'b0, deficit} + {1'b0, short[2:0]};
      if (grid <= gap) gap_after = {{1'b0, short[3]} + {1'b0, owed[3]}, owed[2:0]};
      else if ({1'b0, deficit} > over) gap_after = {2'd0, deficit - over[2:0]};
      else gap_after = 5'd0;
    end
  endfunction

  // 8 - (bytes + 4) mod 8
  function [3:0] grid_of(input [2:0] bytes);
    grid_of = {1'b0, bytes[2], ~bytes[1:0]} + 4'd1;
  endfunction

  wire [1:0]  behind  = head_q + 2'd1;
  wire [3:0]  ipg     = (cfg_ipg_i == 4'd0) ? 4'd1 : cfg_ipg_i;
  // A beat holds one frame end at most, of the head block or the one behind it, and its frame was
  // there before the beat; so the gaps that may follow are known beside the serial walk.
  wire [4:0]  gap_0   = gap_after(grid_of(meta_q[10*head_q+3+:3]), ipg, deficit_q);
  wire [4:0]  gap_1   = gap_after(grid_of(meta_q[10*behind+3+:3]), ipg, deficit_q);
  wire [4:0]  gap_err = gap_after(4'd7, ipg, deficit_q);
  // In words, rounded up; 2 at least, so that ordered sets never take the whole wire.
  wire [14:0] spacing = (cfg_os_spacing_i < 17'd16) ? 15'd2
                      : {1'b0, cfg_os_spacing_i[16:3]} + {14'd0, cfg_os_spacing_i[2:0] != 3'd0};

  always @* begin
    head_d      = head_q;
    count_d     = count_q;
    word_d      = word_q;
    in_frame_d  = in_frame_q;
    after_sof_d = 1'b0;
    gap_d       = gap_q;
    deficit_d   = deficit_q;
    kind_d      = {W{K_IDLE}};
    from_d      = {(5 * W) {1'b0}};
    end_block_d = 2'd0;
    sof_d       = 1'b0;
    frame_d     = 1'b0;
    stomp_d     = 1'b0;
    underrun_d  = 1'b0;
    os_d        = 1'b0;
    since       = 3'd0;
    end_d       = 1'b0;
    os_want     = os_valid_i && (cfg_enable_i || in_frame_q);
    meta        = {meta_q[10*head_q+5+:5], meta_q[10*head_q+:3]};
    full        = meta[1] ? meta[7:4] : 4'd8;
    full2       = meta_q[10*behind+1] ? meta_q[10*behind+6+:4] : 4'd8;
    after       = word_q + {1'b0, W3};

    if (count_q == 3'd0 && !in_frame_q && gap_q == 2'd0 && !os_want) begin
      // Nothing to send. (A short cut of the walk below.)
      deficit_d = 3'd0;
    end else if (in_frame_q && count_q != 3'd0 && !(os_want && wait_q < {12'd0, W3}) &&
                 (after <= full ||
                  (!meta[1] && count_q != 3'd1 && after - 4'd8 <= full2))) begin
      // Data only. (A short cut of the walk below.)
      for (i = 0; i < W; i = i + 1) begin
        kind_d[3*i+:3] = K_DATA;
        from_d[5*i+:5] = {head_q, 3'd0} + {1'b0, word_q} + i[4:0];
      end
      word_d = after;
      if (!meta[1] && after[3]) begin
        word_d  = {1'b0, after[2:0]};
        head_d  = head_q + 2'd1;
        count_d = count_q - 3'd1;
      end
    end else begin
      if (count_q != 3'd0 && !in_frame_q && !meta[0]) begin
        // A block that continues no frame: the rest of a starved one is thrown away.
        head_d  = head_q + 2'd1;
        count_d = count_q - 3'd1;
      end
      after_sof_d = after_sof_q;
      for (i = 0; i < W; i = i + 1) begin
        meta = {meta_q[10*head_d+5+:5], meta_q[10*head_d+:3]};
        full = meta[1] ? meta[7:4] : 4'd8;
        if (os_want && !os_d && !after_sof_d && wait_q <= i[14:0]) begin
          kind_d[3*i+:3] = K_OS;
          os_d           = 1'b1;
          since          = W3 - i[2:0];
        end else if (in_frame_d) begin
          after_sof_d    = 1'b0;
          from_d[5*i+:5] = {head_d, 3'd0} + {1'b0, word_d};
          if (count_d == 3'd0) begin
            kind_d[3*i+:3] = K_ERR;
            in_frame_d     = 1'b0;
            underrun_d     = 1'b1;
            {gap_d, deficit_d} = gap_err;
          end else if (word_d < full) begin
            kind_d[3*i+:3] = K_DATA;
            word_d         = word_d + 4'd1;
            if (word_d == 4'd8 && !meta[1]) begin
              word_d  = 4'd0;
              head_d  = head_d + 2'd1;
              count_d = count_d - 3'd1;
            end
          end else begin
            end_d          = 1'b1;
            end_block_d    = head_d;
            kind_d[3*i+:3] = (word_d == full) ? K_END0 : K_END1;
            if (meta[3] && word_d == full) begin
              word_d = word_d + 4'd1; // four bytes or more and the FCS: T is in the next word
            end else begin
              {gap_d, deficit_d} = (head_d == head_q) ? gap_0 : gap_1;
              in_frame_d = 1'b0;
              frame_d    = !meta[2];
              stomp_d    = meta[2];
              word_d     = 4'd0;
              head_d     = head_d + 2'd1;
              count_d    = count_d - 3'd1;
            end
          end
        end else if (gap_d != 2'd0) begin
          gap_d = gap_d - 2'd1;
        end else if (count_d != 3'd0 && meta[0]) begin
          kind_d[3*i+:3] = K_SOF;
          sof_d          = 1'b1;
          in_frame_d     = 1'b1;
          after_sof_d    = 1'b1;
          word_d         = 4'd0;
        end else begin
          deficit_d = 3'd0;
        end
      end
    end
    wait_from = os_d ? spacing : wait_q;
    wait_less = os_d ? since : W3;
    wait_d    = (wait_from > {12'd0, wait_less}) ? wait_from - {12'd0, wait_less} : 15'd0;
  end

  assign os_ready_o = os_d;

  always @(posedge clk) begin
    head_q      <= head_d;
    count_q     <= count_d + {2'd0, accept};
    word_q      <= word_d;
    in_frame_q  <= in_frame_d;
    after_sof_q <= after_sof_d;
    gap_q       <= gap_d;
    deficit_q   <= deficit_d;
    wait_q      <= wait_d;
    if (rst) begin
      head_q      <= 2'd0;
      count_q     <= 3'd0;
      word_q      <= 4'd0;
      in_frame_q  <= 1'b0;
      after_sof_q <= 1'b0;
      gap_q       <= 2'd0;
      deficit_q   <= 3'd0;
      wait_q      <= 15'd0;
    end
  end

  // ---------------------------------------------------------------------------------------------
  // The frame end: last bytes, FCS, T and idle over two words.
  wire [5:0]   end_bytes = meta_q[10*end_block_d+3+:6]; // modulo 64
  wire [63:0]  end_word  = end_d ? ring_q[{end_block_d, end_bytes[5:3]}] : 64'd0;
  wire [63:0]  end_mask  = {64{1'b1}} << {end_bytes[2:0], 3'b000};
  wire [15:0]  end_ctrl  = 16'hFFF0 << end_bytes[2:0];
  reg  [127:0] end_data;

  always @* begin
    end_data = 128'd0;
    if (end_d) begin
      end_data = {{11{`WEFT_MII_IDLE}}, `WEFT_MII_TERM, fcs_q[32*end_block_d+:32]}
                 << {end_bytes[2:0], 3'b000};
      end_data[63:0] = end_data[63:0] | (end_word & ~end_mask);
    end
  end

  // The beat. An idle wire that stays idle does not move.
  reg  quiet_q;
  wire moves = (kind_d != {W{K_IDLE}}) || !quiet_q;

  always @(posedge clk) begin
    quiet_q <= (kind_d == {W{K_IDLE}});
    if (rst) quiet_q <= 1'b0;
  end

  genvar g;
  generate
    for (g = 0; g < W; g = g + 1) begin : gen_word
      reg  [63:0] data_q;
      reg  [7:0]  ctrl_q;
      wire [2:0]  kind = kind_d[3*g+:3];
      wire [63:0] cell_word = (kind == K_DATA) ? ring_q[from_d[5*g+:5]] : 64'd0;

      always @(posedge clk) begin
        if (moves) begin
          case (kind)
            K_DATA:  {ctrl_q, data_q} <= {8'h00, cell_word};
            K_END0:  {ctrl_q, data_q} <= {end_ctrl[7:0], end_data[63:0]};
            K_END1:  {ctrl_q, data_q} <= {end_ctrl[15:8], end_data[127:64]};
            K_SOF:   {ctrl_q, data_q} <= {8'h01, START_WORD};
            K_OS:    {ctrl_q, data_q} <= {8'h01, os_data_i};
            K_ERR:   {ctrl_q, data_q} <= {8'hFF, ERROR_WORD};
            default: {ctrl_q, data_q} <= {8'hFF, IDLE_WORD};
          endcase
        end
        // The wire is idle in reset, not unknown.
        if (rst) {ctrl_q, data_q} <= {8'hFF, IDLE_WORD};
      end

      assign mii_data_o[64*g+:64] = data_q;
      assign mii_ctrl_o[8*g+:8]   = ctrl_q;
    end
  endgenerate

  reg sof_q, frame_q, stomp_q, underrun_q, os_q;

  always @(posedge clk) begin
    sof_q      <= sof_d;
    frame_q    <= frame_d;
    stomp_q    <= stomp_d;
    underrun_q <= underrun_d;
    os_q       <= os_d;
    if (rst) begin
      sof_q      <= 1'b0;
      frame_q    <= 1'b0;
      stomp_q    <= 1'b0;
      underrun_q <= 1'b0;
      os_q       <= 1'b0;
    end
  end

  assign sof_o         = sof_q;
  assign ev_frame_o    = frame_q;
  assign ev_stomp_o    = stomp_q;
  assign ev_underrun_o = underrun_q;
  assign ev_os_o       = os_q;

  `WEFT_ASSERT(a_blocks_in_range, count_q <= 3'd4)
  `WEFT_ASSERT(a_frame_starts_with_sop, !accept || cell_sop_i == !taking_q)
  `WEFT_ASSERT(a_full_cells, !accept || cell_eop_i || cell_bytes_i == 7'd64)
  `WEFT_ASSERT(a_frame_not_tiny, !accept || !cell_sop_i || !cell_eop_i || cell_bytes_i >= 7'd20)
endmodule
`default_nettype wire
