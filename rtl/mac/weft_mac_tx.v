// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_mac_tx: from a cell stream (contract 2, here with valid/ready) to the MII (contract 1).
//
// Adds preamble, FCS (IEEE 802.3 clause 3.2.9), terminate and gap, and puts control ordered sets
// between and into frames.
//
// Latency: a frame's first cell that is accepted in cycle t shows its start on mii_*_o in cycle
//   t + 2 (an idle transmitter; the CRC takes the first cycle, the choice of words the second).
// Stall rule: cell_ready_o falls when 4 cells wait inside. After that a frame of L bytes (FCS
//   included) takes 8 * ceil((8 + L + 1) / 8) bytes of wire with a gap of 1, at every size.
// Gap: a frame starts in lane 0 of any 8-byte word. Let g be the bytes from T (included) to the end
//   of T's word (1..8), G = max(1, cfg_ipg_i) and D the deficit, 0..7 bytes, 0 after reset.
//     g > G:  the grid forces a longer gap; no idle word; D = max(0, D - (g - G)).
//     g <= G: with x = G - g, the gap is g + 8 * floor(x / 8), short by b = x mod 8. If D + b <= 7,
//             D grows by b; else one more idle word is sent and D becomes D + b - 8.
//   An idle word beyond that, because no frame is there, makes D = 0. So the sum of all gaps is
//   never more than 7 bytes below G times their number, and is exact when the grid permits it.
// Control ordered sets: one may start at any word between frames, and inside a frame OS_FIRST bytes
//   or more behind its start, so that its headers arrive in one piece (a parser downstream counts
//   on it); cfg_os_spacing_i bytes or more after the start of the last one (less than 16 acts as
//   16). They do not count as gap. At most one goes out per beat.
// Bound: an ordered set waits for the spacing and then at most OS_FIRST + MII_BYTES bytes of wire,
//   whatever the frames; a frame waits for one ordered set a spacing.
// Underrun: the sender promises the next cell of a started frame before the wire needs it: with
//   cell k accepted in cycle t (k = 0 the first), cell k + 1 no later than t + 64 / MII_BYTES.
//   Else the frame is ended by FE and T, counted, and its remaining cells are swallowed.
// How: all words of a beat are found at once. Where the frame ends (one-hot over the words) gives,
//   with the gap, where the next one starts, and both give what every word is; an ordered set then
//   moves the words behind it by one.
// Trade-off: the cells stay where they were written and are picked word by word; that needs two
//   32:1 word multiplexers per output word, and saves a cycle and a copy of every cell.
// Relies on: cell_bytes_i = 64 unless eop; at least 24 bytes a frame (none ends in the beat of
//   its start). Short frames are not padded. cfg_enable_i = 0 lets accepted frames finish
//   and takes no new one.
`default_nettype none
`include "weft_defs.vh"
module weft_mac_tx #(
    parameter MII_BYTES = 32, // 8, 16 or 32
    parameter OS_FIRST  = 256 // bytes of a frame without ordered set, MII_BYTES..2048
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

  localparam [63:0] IDLE_WORD  = {8{`WEFT_MII_IDLE}};
  localparam [63:0] START_WORD = {56'hD5555555555555, `WEFT_MII_START};
  localparam [63:0] ERROR_WORD = {{6{`WEFT_MII_IDLE}}, `WEFT_MII_TERM, `WEFT_MII_ERROR};

  generate
    if ((MII_BYTES != 8 && MII_BYTES != 16 && MII_BYTES != 32) || OS_FIRST < MII_BYTES
        || OS_FIRST > 2048) begin : gen_bad_parameter
      weft_error_mii_bytes_must_be_8_16_or_32_os_first_16_to_2048 u_error ();
    end
  endgenerate

  // ---------------------------------------------------------------------------------------------
  // Intake: four blocks of eight words, the FCS behind each, and what is known of it:
  //   last  {number of the last word with FCS and T (7 unless eop), half, bytes mod 64}, where half
  //         means that T is one word behind the last byte
  //   slack {fits, ipg - grid}, where grid is the number of bytes from T to the end of its word
  reg  [63:0]  ring_q [0:31]; // not a memory: flops, a block is written and W words read at once
  reg  [31:0]  fcs_q [0:3];   // not a memory: flops
  reg  [10:0]  last_q [0:3];  // not a memory: flops
  reg  [4:0]   slack_q [0:3]; // not a memory: flops
  reg  [3:0]   sop_q, eop_q, err_q;
  reg  [1:0]   tail_q;      // block that is written next
  reg  [2:0]   count_q;     // blocks in use
  reg          taking_q;    // a frame was accepted in part
  reg  [31:0]  crc_q;       // of the frame so far, ready for the next one after eop
  wire [31:0]  crc_d;
  integer      j;

  wire       accept = cell_valid_i && cell_ready_o;
  wire [3:0] ipg    = (cfg_ipg_i == 4'd0) ? 4'd1 : cfg_ipg_i;

  assign cell_ready_o = !count_q[2] && (cfg_enable_i || taking_q);

  weft_crc32 u_crc (
      .state_i(crc_q),
      .data_i (cell_data_i),
      .bytes_i(accept ? cell_bytes_i : 7'd0),
      .state_o(crc_d)
  );

  function [10:0] last_of(input eop, input [6:0] bytes);
    last_of = {eop ? bytes[6:3] + {3'd0, bytes[2]} : 4'd7, eop && bytes[2], bytes[5:0]};
  endfunction

  // grid = 8 - (bytes + 4) mod 8
  function [4:0] slack_of(input [3:0] gap, input [3:0] grid);
    slack_of = {gap >= grid, gap - grid};
  endfunction

  always @(posedge clk) begin
    if (accept) begin
      for (j = 0; j < 8; j = j + 1) ring_q[{tail_q, j[2:0]}] <= cell_data_i[64*j+:64];
      fcs_q[tail_q]   <= cell_err_i ? crc_d : ~crc_d;
      last_q[tail_q]  <= last_of(cell_eop_i, cell_bytes_i);
      slack_q[tail_q] <= slack_of(ipg, {1'b0, cell_bytes_i[2], ~cell_bytes_i[1:0]} + 4'd1);
      sop_q[tail_q]   <= cell_sop_i;
      eop_q[tail_q]   <= cell_eop_i;
      err_q[tail_q]   <= cell_err_i;
      crc_q           <= cell_eop_i ? 32'hFFFFFFFF : crc_d;
      tail_q          <= tail_q + 2'd1;
      taking_q        <= !cell_eop_i;
    end
    if (rst) begin
      crc_q    <= 32'hFFFFFFFF;
      tail_q   <= 2'd0;
      taking_q <= 1'b0;
    end
  end

  // ---------------------------------------------------------------------------------------------
  // The words of the next beat, all at once. Bit i of a vector is about word i of the beat as it
  // would be without an ordered set; an ordered set then moves what is behind it by a word.
  reg  [1:0]  head_q, head_d;       // block that is sent
  reg  [2:0]  count_d;
  reg  [3:0]  word_q, word_d;       // word of it, 0..9 with FCS and T
  reg         in_frame_q, in_frame_d;
  reg  [1:0]  gap_q, gap_d;         // idle words still to come, 0..2
  reg  [2:0]  deficit_q, deficit_d;
  reg  [14:0] wait_q, wait_d;       // words until the next ordered set may start

  // The frame that is sent: its last block is the one at the head or the one behind it, or it is
  // too far away to matter, or there is no more of it.
  wire [1:0]  behind  = head_q + 2'd1;
  wire        head_is_last = eop_q[head_q];
  wire        starved = (count_q == 3'd0) || (count_q == 3'd1 && !head_is_last);
  wire [1:0]  end_block = head_is_last ? head_q : behind;
  wire        end_known = starved || eop_q[end_block];
  wire [10:0] end_last  = last_q[end_block];
  wire        half    = end_last[6] && !starved;
  wire [4:0]  slack   = starved ? slack_of(ipg, 4'd7) : slack_q[end_block];
  // Its last word, counted from the start of the head block, when end_known.
  wire [4:0]  last    = (count_q == 3'd0) ? 5'd0
                      : starved ? 5'd8 : {1'b0, end_last[10:7]} + {1'b0, !head_is_last, 3'd0};
  // The frame behind it: is its first block here, and where.
  wire        stale   = !in_frame_q && count_q != 3'd0 && !sop_q[head_q]; // of a starved frame
  wire        more    = in_frame_q ? !starved && count_q > {1'b0, !head_is_last, head_is_last}
                      : count_q != 3'd0 && !stale;
  wire [1:0]  next    = in_frame_q ? end_block + 2'd1 : head_q;

  // The gap behind the end, see the header: fits means grid <= ipg.
  wire [3:0]  owed        = {1'b0, deficit_q} + {1'b0, slack[2:0]};
  wire [1:0]  gap_new     = slack[4] ? {1'b0, slack[3]} + {1'b0, owed[3]} : 2'd0;
  wire [2:0]  deficit_new = (slack[4] || owed[3]) ? owed[2:0] : 3'd0;

  // Blocks in use after this beat, when it frees one or two.
  wire [2:0]  less_1 = accept ? count_q : count_q - 3'd1;
  wire [2:0]  less_2 = count_q - (accept ? 3'd1 : 3'd2);

  // In words, rounded up; 2 at least, so that ordered sets never take the whole wire.
  wire [14:0] spacing = (cfg_os_spacing_i < 17'd16) ? 15'd2
                      : {1'b0, cfg_os_spacing_i[16:3]} + {14'd0, cfg_os_spacing_i[2:0] != 3'd0};
  wire        os_want = os_valid_i && (cfg_enable_i || in_frame_q);

  // A frame is young in the beats whose words may be less than OS_FIRST bytes behind its start.
  localparam YOUNG = OS_FIRST / MII_BYTES;
  reg  [8:0]  age_q;       // beats since the one behind its start, saturating
  wire        young = {23'd0, age_q} < YOUNG;

  // From the lowest bit that is set on.
  function [W-1:0] from_on(input [W-1:0] hot);
    integer k;
    begin
      from_on[0] = hot[0];
      for (k = 1; k < W; k = k + 1) from_on[k] = from_on[k-1] || hot[k];
    end
  endfunction

  reg  [W:0]    fin;       // the last word of the frame; bit W: of the next beat
  reg  [W+2:0]  start;     // the first word behind frame and gap: the next start, or idle
  reg  [W-1:0]  sof;
  reg  [W-1:0]  open;      // where an ordered set may stand
  reg  [W-1:0]  os_at;
  reg  [W-1:0]  keep, moved;
  // What the words are, with the ordered set.
  reg  [W-1:0]  is_sof, is_data, is_prev, is_end0, is_end1, is_err;
  reg  [W-1:0]  is_new0, is_new1, is_new2; // words of the next frame
  reg  [W-1:0]  words;     // of the frame without its end
  reg           ended, started, os_d;
  reg  [W-1:0]  used;      // words that go by without the ordered set
  reg  [3:0]    after;
  integer       i;

  // The same vector with a place left free for the ordered set.
  function [W-1:0] place(input [W-1:0] v, input [W-1:0] stays, input [W-1:0] moves);
    place = (v & stays) | ((v << 1) & moves);
  endfunction

  // Spacing left at the end of a beat in which `past` words have gone by.
  function [14:0] less(input [14:0] from, input [14:0] past);
    less = (from > past) ? from - past : 15'd0;
  endfunction

  always @* begin
    head_d      = head_q;
    count_d     = count_q + {2'd0, accept};
    word_d      = 4'd0;
    in_frame_d  = 1'b0;
    gap_d       = 2'd0;
    deficit_d   = 3'd0;
    wait_d      = less(wait_q, W[14:0]);
    fin         = {(W + 1) {1'b0}};
    start       = {(W + 3) {1'b0}};
    sof         = {W{1'b0}};
    open        = {W{1'b0}};
    os_at       = {W{1'b0}};
    os_d        = 1'b0;
    keep        = {W{1'b1}};
    moved       = {W{1'b0}};
    used        = {W{1'b0}};
    is_sof      = {W{1'b0}};
    is_data     = {W{1'b0}};
    is_prev     = {W{1'b0}};
    is_end0     = {W{1'b0}};
    is_end1     = {W{1'b0}};
    is_err      = {W{1'b0}};
    is_new0     = {W{1'b0}};
    is_new1     = {W{1'b0}};
    is_new2     = {W{1'b0}};
    words       = {W{1'b0}};
    ended       = 1'b0;
    started     = 1'b0;
    after       = 4'd0;

    if (in_frame_q || count_q != 3'd0 || gap_q != 2'd0 || os_want) begin
      // Where the frame ends and the next one starts.
      if (in_frame_q) begin
        for (i = 0; i <= W; i = i + 1) begin
          fin[i] = end_known && {1'b0, word_q} + i[4:0] == last;
        end
        start = {2'b00, fin[W-1:0], 1'b0} << gap_new;
      end else begin
        start = {{(W + 2) {1'b0}}, 1'b1} << gap_q;
      end
      if (more) sof = start[W-1:0];

      // Where an ordered set goes.
      if (os_want && wait_q < W[14:0]) begin
        open  = (in_frame_q && young) ? from_on(fin[W-1:0]) << 1 : {W{1'b1}};
        open  = open & ~(from_on(sof) << 1) & ({W{1'b1}} << wait_q[1:0]);
        os_at = open & ~(from_on(open) << 1);
        os_d       = |os_at;
        keep       = ~from_on(os_at);
        moved      = ~keep << 1;
        for (i = 0; i < W; i = i + 1) if (os_at[i]) wait_d = less(spacing, W[14:0] - i[14:0]);
      end
      used  = {W{1'b1}} >> os_d;
      after = word_q + W[3:0] - {3'd0, os_d};

      // What the words are.
      if (in_frame_q) begin
        if (starved) begin
          is_err = place(fin[W-1:0], keep, moved);
        end else if (half) begin
          is_end0 = place(fin[W:1], keep, moved);
          is_end1 = place(fin[W-1:0], keep, moved);
        end else begin
          is_end0 = place(fin[W-1:0], keep, moved);
        end
        words   = ~from_on(fin[W-1:0]) & ~(half ? fin[W:1] : {W{1'b0}});
        is_data = words & keep;
        is_prev = (words << 1) & moved;
      end
      if (more) begin
        is_sof = place(sof, keep, moved);
        is_new0 = place(sof << 1, keep, moved);
        is_new1 = place(sof << 2, keep, moved);
        is_new2 = place(sof << 3, keep, moved);
      end

      // What the next beat finds.
      ended   = |(fin[W-1:0] & used);
      started = |(sof & used);
      if (in_frame_q && !ended) begin
        in_frame_d = 1'b1;
        word_d     = after;
        deficit_d  = deficit_q;
        if (!head_is_last && after[3]) begin
          word_d[3] = 1'b0;
          head_d    = behind;
          count_d   = less_1;
        end
      end else begin
        in_frame_d = started;
        for (i = 0; i < W; i = i + 1) begin
          if (sof[i] && used[i]) word_d = W[3:0] - 4'd1 - {3'd0, os_d} - i[3:0];
        end
        gap_d       = os_d ? start[W+1:W] : start[W+2:W+1];
        if (more || !(|(start[W-1:0] & used))) deficit_d = in_frame_q ? deficit_new : deficit_q;
        if (in_frame_q && starved) begin
          if (count_q != 3'd0) head_d = behind;
          count_d = {2'd0, accept};
        end else if (in_frame_q) begin
          head_d  = next;
          count_d = head_is_last ? less_1 : less_2;
        end else if (stale) begin
          head_d  = behind;
          count_d = less_1;
        end
      end
    end
  end

  assign os_ready_o = os_d;

  always @(posedge clk) begin
    head_q      <= head_d;
    count_q     <= count_d;
    word_q      <= word_d;
    in_frame_q  <= in_frame_d;
    gap_q       <= gap_d;
    deficit_q   <= deficit_d;
    wait_q      <= wait_d;
    if (started) age_q <= 9'd0;
    else if (in_frame_q && young) age_q <= age_q + 9'd1;
    if (rst) begin
      head_q      <= 2'd0;
      count_q     <= 3'd0;
      word_q      <= 4'd0;
      in_frame_q  <= 1'b0;
      gap_q       <= 2'd0;
      deficit_q   <= 3'd0;
      wait_q      <= 15'd0;
    end
  end

  // ---------------------------------------------------------------------------------------------
  // The frame end: last bytes, FCS, T and idle over two words.
  wire [5:0]   end_bytes = end_last[5:0];
  wire [31:0]  end_fcs   = fcs_q[end_block];
  wire         end_near  = |fin;
  wire [63:0]  end_word  = end_near ? ring_q[{end_block, end_bytes[5:3]}] : 64'd0;
  wire [63:0]  end_mask  = {64{1'b1}} << {end_bytes[2:0], 3'b000};
  wire [15:0]  end_ctrl  = 16'hFFF0 << end_bytes[2:0];
  reg  [127:0] end_data;

  always @* begin
    end_data = 128'd0;
    if (end_near) begin
      end_data = {{11{`WEFT_MII_IDLE}}, `WEFT_MII_TERM, end_fcs}
                 << {end_bytes[2:0], 3'b000};
      end_data[63:0] = end_data[63:0] | (end_word & ~end_mask);
    end
  end

  // The beat. An idle wire that stays idle does not move.
  wire         busy = in_frame_q || os_d || (sof != {W{1'b0}});
  reg          quiet_q;
  wire         change = busy || !quiet_q;

  always @(posedge clk) begin
    quiet_q <= !busy;
    if (rst) quiet_q <= 1'b0;
  end

  genvar g;
  generate
    for (g = 0; g < W; g = g + 1) begin : gen_word
      localparam [4:0] AT = g;
      reg  [63:0] data_q;
      reg  [7:0]  ctrl_q;
      wire [4:0]  at = {head_q, word_q[2:0]} + AT;

      always @(posedge clk) begin
        if (change) begin
          (* parallel_case *)
          case (1'b1)
            is_data[g]: {ctrl_q, data_q} <= {8'h00, ring_q[at]};
            is_prev[g]: {ctrl_q, data_q} <= {8'h00, ring_q[at-5'd1]};
            is_end0[g]: {ctrl_q, data_q} <= {end_ctrl[7:0], end_data[63:0]};
            is_end1[g]: {ctrl_q, data_q} <= {end_ctrl[15:8], end_data[127:64]};
            is_sof[g]:  {ctrl_q, data_q} <= {8'h01, START_WORD};
            os_at[g]:   {ctrl_q, data_q} <= {8'h01, os_data_i};
            is_err[g]:  {ctrl_q, data_q} <= {8'hFF, ERROR_WORD};
            is_new0[g]: {ctrl_q, data_q} <= {8'h00, ring_q[{next, 3'd0}]};
            is_new1[g]: {ctrl_q, data_q} <= {8'h00, ring_q[{next, 3'd1}]};
            is_new2[g]: {ctrl_q, data_q} <= {8'h00, ring_q[{next, 3'd2}]};
            default:    {ctrl_q, data_q} <= {8'hFF, IDLE_WORD};
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
    sof_q      <= started;
    frame_q    <= ended && !starved && !err_q[end_block];
    stomp_q    <= ended && !starved && err_q[end_block];
    underrun_q <= ended && starved;
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
  `WEFT_ASSERT(a_frame_not_tiny, !accept || !cell_sop_i || !cell_eop_i || cell_bytes_i >= 7'd24)
endmodule
`default_nettype wire
