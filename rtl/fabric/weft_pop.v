// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_pop: takes the outer tag out of frames on their way into the queue of an egress. Cells in,
// cells out, one a cycle at most.
//
// The tag stands behind the two addresses, at byte 12. Four TPIDs are looked for, each with an
// enable; the lowest that matches counts: 0 and 1 have 4 bytes (VLAN, IEEE 802.1Q C-tag and S-tag),
// 2 has 4 and 3 has 8 (CSIG compact and wide). All are registers: the last two are not assigned.
//
// A popped frame is shorter by n = 4 or 8 bytes: cell k out is cell k from byte n on (in cell 0 all
// but the tag) and the first n bytes of cell k + 1. So it waits in a register for cell k + 1; when
// the last cell has more than n bytes, what is left of it goes out by itself, one cycle later or
// with the next cell that comes. That next cell then waits in the same register, and so on until a
// cycle without a cell: the register is always enough.
//
// Padding (cfg_pad_i): a popped frame is never shorter than 60 bytes, or than it was if that was
// less still; zeros are put at its end. So a pop never makes a frame longer than it came.
//
// Latency: 0 cycles for frames that are not popped and do not run into the rest of one that was;
//          those wait for 1 cycle. A popped frame waits for its next cell.
// Stall:   none, neither side.
// Trade-off: popping before the queue, not behind it: the queue holds frames as they leave, so the
//          start rule of the egress, which makes sure that the wire never runs dry, stays as it is:
//          cells go out as regularly as they come in.
// Relies on: frames contiguous; cells full but the last; at least 28 bytes in a frame.
`default_nettype none
`include "weft_defs.vh"

module weft_pop #(
  parameter SIDE = 92        // bits beside the cell that belong to the frame, see side_i
) (
  input  wire            clk,
  input  wire            rst,
  input  wire [3:0]      cfg_pop_i,
  input  wire [63:0]     cfg_tpid_i, // TPID k at 16k
  input  wire            cfg_pad_i,
  input  wire            valid_i,
  input  wire            sop_i,
  input  wire            eop_i,
  input  wire            err_i,
  input  wire [6:0]      bytes_i,
  input  wire [511:0]    data_i,
  input  wire [15:0]     type_i,     // bytes 12 and 13 of the frame, early: data_i may come late
  input  wire [SIDE-1:0] side_i,     // goes with the cell in which the frame starts
  output reg             valid_o,
  output reg             sop_o,
  output reg             eop_o,
  output reg             err_o,
  output reg  [6:0]      bytes_o,
  output reg  [511:0]    data_o,
  output reg  [SIDE-1:0] side_o,
  output reg             popped_o,   // with eop_o: a tag was taken out
  output reg  [3:0]      less_o,     // with eop_o: bytes that the frame has less than it had
  output wire            held_o      // a cell waits here
);

  // ------------------------------------------------------------------ the cell that comes ----
  reg  [3:0]  match;
  integer     k;
  always @* begin
    match = 4'd0;
    if (valid_i && sop_i && cfg_pop_i != 4'd0)
      for (k = 0; k < 4; k = k + 1) match[k] = cfg_pop_i[k] && type_i == cfg_tpid_i[16*k +: 16];
  end

  reg         pop_q, wide_q;             // the frame that is coming in is popped, by 8 bytes
  wire        pop    = sop_i ? match != 4'd0 : pop_q;
  wire        wide   = sop_i ? match[3] & (match[2:0] == 3'd0) : wide_q;
  wire [3:0]  n      = ~pop ? 4'd0 : wide ? 4'd8 : 4'd4;
  wire        merges = pop & ~sop_i & eop_i & (bytes_i <= {3'd0, n}); // nothing is left of it

  // What is left of it: without the tag, or without what belongs to the cell before.
  wire [6:0]  rest   = bytes_i - {3'd0, n};
  wire [6:0]  floor  = (bytes_i < 7'd60) ? bytes_i : 7'd60;
  wire        pad    = pop & sop_i & eop_i & cfg_pad_i & (rest < floor);
  wire [6:0]  bytes  = pad ? floor : rest;
  wire [3:0]  less   = pad ? bytes_i[3:0] - floor[3:0] : n;
  reg  [511:0] data;
  always @* begin
    data = data_i;
    if (pop) begin
      data = wide ? {64'd0, data_i[511:64]} : {32'd0, data_i[511:32]};
      if (sop_i) data[95:0] = data_i[95:0];
      if (pad) data = data & ~({512{1'b1}} << {rest, 3'd0});
    end
  end

  // ------------------------------------------------------------------ the cell that waits ----
  reg             held_q, open_q;        // open: its end comes with the next cell
  reg             h_sop_q, h_eop_q, h_err_q, h_popped_q;
  reg  [3:0]      h_less_q;
  reg  [6:0]      h_bytes_q;
  reg  [511:0]    h_data_q;
  reg  [SIDE-1:0] h_side_q;
  assign held_o = held_q;

  // Together: full, or the end of the frame, which may need padding when 8 bytes were taken.
  wire [6:0]  sum    = h_bytes_q + bytes_i;
  wire        short  = merges & h_sop_q & cfg_pad_i & (sum < 7'd60);
  wire [63:0] head   = short ? data_i[63:0] & ~({64{1'b1}} << {bytes_i[2:0], 3'd0}) : data_i[63:0];

  wire opens = pop & sop_i & ~eop_i;     // the first cell of a popped frame cannot go out yet
  wire joins = held_q & open_q;          // the cell that comes completes the one that waits
  wire stays = valid_i & ~merges & (held_q | opens);
  always @(posedge clk) begin
    if (valid_i) begin
      pop_q  <= pop;
      wide_q <= wide;
    end
    if (stays) begin
      held_q     <= 1'b1;
      open_q     <= pop & ~eop_i;
      h_sop_q    <= sop_i;
      h_eop_q    <= eop_i;
      h_err_q    <= err_i;
      h_popped_q <= pop;
      h_less_q   <= less;
      h_bytes_q  <= bytes;
      h_data_q   <= data;
      h_side_q   <= side_i;
    end else if (valid_o) begin
      held_q <= 1'b0;
    end
    if (rst) held_q <= 1'b0;
  end

  always @* begin
    valid_o  = valid_i & ~opens;
    sop_o    = sop_i;
    eop_o    = eop_i;
    err_o    = err_i;
    bytes_o  = bytes;
    data_o   = data;
    side_o   = side_i;
    popped_o = pop;
    less_o   = less;
    if (held_q) begin
      valid_o  = ~open_q | valid_i;
      sop_o    = h_sop_q;
      eop_o    = h_eop_q;
      err_o    = h_err_q;
      bytes_o  = h_bytes_q;
      data_o   = h_data_q;
      side_o   = h_side_q;
      popped_o = h_popped_q;
      less_o   = h_less_q;
    end
    if (joins && valid_i) begin
      eop_o   = merges;
      err_o   = merges & err_i;
      bytes_o = short ? 7'd60 : merges ? sum : 7'd64;
      if (short) less_o = bytes_i[3:0] + 4'd4;
      if (wide) data_o[511:448] = head;
      else      data_o[511:480] = head[31:0];
    end
  end

  `WEFT_ASSERT(OPEN_CELL_GETS_ITS_END, !(joins && valid_i) || !sop_i)
  `WEFT_ASSERT(POPPED_FRAME_WAITS, !(valid_i && !sop_i && pop_q) || joins)

endmodule

`default_nettype wire
