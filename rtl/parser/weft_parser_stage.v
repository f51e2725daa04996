// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_parser_stage: one step of the parse, by the tables of one stage.
//
// What a stage does is specified in csrc/include/weft/parser.h: the row of the current header gives
// two 16-bit words to look at and up to four anchors to set; the lowest entry that matches row and
// words says how to go on. The parse itself travels from stage to stage beside the frame's first
// cell, in two registers:
//   walk   {ptr[6:1] in 16:11, row 10:8, drop reason 7:3, verdict 2:0}; verdict 0: not decided yet
//   slots  slot k = 1..7 in k*16 +: 16 as {set 12, arg 11:6, anchor[6:1] 5:0}; in the place of slot
//          0, which does not exist: {flags 10:8, op 7:6, proto 5:0}
//
// Latency: 1 cycle, cell and parse together. Stall rule: none, a cell every cycle.
// Tables: 16 entries and 8 rows in flops, all replaced by load_i in one clock edge: the cell that
//   is here in the cycle of load_i still sees the old ones, the next cycle's sees the new ones.
//   Until the first load every frame is a drop PARSE (law 8).
// Second cell: with SECOND = 1 the header goes on in the next cell of the same frame where that is
//   one or two stages behind (near_*, far_*); else bytes 64 to 127 do not exist.
// Trade-off: tables in flops instead of a ternary memory: a whole stage changes in one cycle, and
//   no tool needs a macro; 2560 bits a stage. Look-up, match and the new pointer are the logic of
//   one cycle, the longest path of the parser: at high clocks a stage is cut behind the look-up.
// Relies on: bytes of a cell beyond `bytes` are 0; the cells of a frame come in order.
`default_nettype none
`include "weft_defs.vh"
module weft_parser_stage #(
    parameter SECOND = 1 // 1: looks into the second cell
) (
    input  wire          clk,
    input  wire          rst,
    // program of this stage
    input  wire          load_i,
    input  wire [2559:0] load_data_i, // words of parser.h, word w in w*32 +: 32
    // this stage's cell
    input  wire          valid_i,
    input  wire [28:0]   side_i,      // {sop, eop, err, reason 5, bytes 7, len 14}
    input  wire [511:0]  data_i,
    input  wire [16:0]   walk_i,      // with a sop cell
    input  wire [127:0]  slots_i,
    // the cells one and two stages behind
    /* verilator lint_off UNUSEDSIGNAL */
    // Of their side-band only sop and bytes count; with SECOND = 0 nothing does.
    input  wire          near_valid_i,
    input  wire [28:0]   near_side_i,
    input  wire [511:0]  near_data_i,
    input  wire          far_valid_i,
    input  wire [28:0]   far_side_i,
    input  wire [511:0]  far_data_i,
    /* verilator lint_on UNUSEDSIGNAL */
    // to the next stage
    output reg           valid_o,
    output reg  [28:0]   side_o,
    output reg  [511:0]  data_o,
    output reg  [16:0]   walk_o,
    output reg  [127:0]  slots_o
);
  localparam [2:0] NEXT = 3'd0;
  localparam [2:0] DROP = 3'd2;
  localparam [2:0] PUNT = 3'd4;
  localparam [6:0] HASH_SET = 7'd92; // the `set` bit of slot 5

  // ------------------------------------------------------------------ tables -----------------
  // Entry e: words 3e value, 3e+1 mask, 3e+2 action; row r: words 48+4r to 48+4r+3. Words have bits
  // that mean nothing; synthesis removes them.
  /* verilator lint_off UNUSEDSIGNAL */
  reg  [1535:0] entry_q;
  reg  [1023:0] row_q;
  /* verilator lint_on UNUSEDSIGNAL */
  reg           loaded_q; // there is a program
  always @(posedge clk) begin
    if (load_i) begin
      entry_q  <= load_data_i[1535:0];
      row_q    <= load_data_i[2559:1536];
      loaded_q <= 1'b1;
    end
    if (rst) loaded_q <= 1'b0;
  end

  // ------------------------------------------------------------------ the step ---------------
  wire          first = valid_i && side_i[28];

  reg  [16:0]   walk;
  reg  [127:0]  slots;
  reg           near;  // the second cell is one stage behind
  reg           far;   // it is two stages behind
  reg  [7:0]    avail;
  reg  [5:0]    ptr;   // in words
  reg  [2:0]    row;
  reg  [24:0]   r_look; // words 0, 1, 2, 3 of the row
  reg  [11:0]   r_var;
  reg  [30:0]   r_op0;
  reg  [30:0]   r_op1;
  reg  [14:0]   op;
  reg  [6:0]    at;    // words; bit 6: past the end
  reg  [6:0]    at_b;
  reg  [15:0]   a;
  reg  [15:0]   b;
  reg           hit;
  /* verilator lint_off UNUSEDSIGNAL */
  reg  [22:0]   action; // word 2 of the entry; bit 3 means nothing
  /* verilator lint_on UNUSEDSIGNAL */
  reg           bad;   // in 1 or 2
  reg           lost;  // in 6
  reg  [7:0]    var_byte;
  reg  [15:0]   ptr_next; // bytes
  integer       i;

  always @* begin
    walk     = 17'd0;
    slots    = 128'd0;
    near     = 1'b0;
    far      = 1'b0;
    avail    = 8'd0;
    ptr      = 6'd0;
    row      = 3'd0;
    r_look   = 25'd0;
    r_var    = 12'd0;
    r_op0    = 31'd0;
    r_op1    = 31'd0;
    op       = 15'd0;
    at       = 7'd0;
    at_b     = 7'd0;
    a        = 16'd0;
    b        = 16'd0;
    hit      = 1'b0;
    action   = 23'd0;
    bad      = 1'b0;
    lost     = 1'b0;
    var_byte = 8'd0;
    ptr_next = 16'd0;
    if (first) begin
      walk  = walk_i;
      slots = slots_i;
    end
    if (first && (walk_i[2:0] == NEXT)) begin
      ptr = walk_i[16:11];
      row = walk_i[10:8];
      // 1. the bytes that the row needs
      if ((SECOND != 0) && !side_i[27]) begin
        near = near_valid_i && !near_side_i[28];
        far  = !near_valid_i && far_valid_i && !far_side_i[28];
      end
      r_look = row_q[{row, 7'd0} +: 25];
      avail  = {1'b0, side_i[20:14]};
      if (near) avail = 8'd64 + {1'b0, near_side_i[20:14]};
      if (far)  avail = 8'd64 + {1'b0, far_side_i[20:14]};
      bad    = !loaded_q || (({1'b0, ptr, 1'b0} + {1'b0, r_look[18:12]}) > avail);

      // 2. anchors, first to last, and the protocol
      r_op0 = row_q[{row, 7'd64} +: 31];
      r_op1 = row_q[{row, 7'd96} +: 31];
      for (i = 0; i < 4; i = i + 1) begin
        op = (i < 2) ? r_op0[(i%2)*16 +: 15] : r_op1[(i%2)*16 +: 15];
        if ((op[2:0] != 3'd0) && !bad) begin
          at  = {1'b0, ptr} + {1'b0, op[8:3]};
          bad = at[6];
          if (!bad) slots[{op[2:0], 4'd0} +: 16] = {3'd0, 1'b1, op[14:9], at[5:0]};
        end
      end

      if ((r_look[24:19] != 6'd0) && !bad) slots[5:0] = r_look[24:19];

      // 3. the words to look at; beside the above, not behind it: nothing waits for `bad`
      at   = {1'b0, ptr} + {1'b0, r_look[5:0]};
      at_b = {1'b0, ptr} + {1'b0, r_look[11:6]};
      if (at[6:5] == 2'd0) a = data_i[{at[4:0], 4'd0} +: 16];
      else if (at[6:5] == 2'd1) begin
        if (near) a = near_data_i[{at[4:0], 4'd0} +: 16];
        if (far)  a = far_data_i[{at[4:0], 4'd0} +: 16];
      end
      if (at_b[6:5] == 2'd0) b = data_i[{at_b[4:0], 4'd0} +: 16];
      else if (at_b[6:5] == 2'd1) begin
        if (near) b = near_data_i[{at_b[4:0], 4'd0} +: 16];
        if (far)  b = far_data_i[{at_b[4:0], 4'd0} +: 16];
      end
      a = {a[7:0], a[15:8]};
      b = {b[7:0], b[15:8]};

      // 4. the lowest entry that matches
      for (i = 15; i >= 0; i = i - 1)
        if (entry_q[i*96+87 +: 4] == {1'b1, row})
          if ((({a, b} ^ entry_q[i*96 +: 32]) & entry_q[i*96+32 +: 32]) == 32'd0) begin
            hit    = 1'b1;
            action = entry_q[i*96+64 +: 23];
          end

      if (hit && !bad) begin
        // 5. results
        if (action[5:4] != 2'd0) slots[7:6] = action[5:4];
        slots[10:9] = slots[10:9] | action[2:1];
        if (action[0]) slots[HASH_SET] = 1'b0;
      end

      // 6. verdict
      if (action[22:20] == NEXT) begin
        r_var    = row_q[{row, 7'd32} +: 12];
        var_byte = (r_var[11] ? a[7:0] : a[15:8]) & r_var[7:0];
        ptr_next = {9'd0, ptr, 1'b0} + {9'd0, action[11:6], 1'b0} +
                   ({8'd0, var_byte} << r_var[10:8]);
        lost     = ptr_next[0] || (ptr_next[15:7] != 9'd0);
        walk     = {ptr_next[6:1], action[14:12], 8'd0};
      end else begin
        lost = (action[22:20] > PUNT) ||
               ((action[22:20] == DROP) && (action[19:15] == `WEFT_DROP_NONE));
        walk = {9'd0, action[19:15], action[22:20]};
      end
      if (bad || lost || !hit) walk = {9'd0, `WEFT_DROP_PARSE, DROP};
    end
  end

  always @(posedge clk) begin
    valid_o <= valid_i;
    if (valid_i) begin
      side_o <= side_i;
      data_o <= data_i;
    end
    if (first) begin
      walk_o  <= walk;
      slots_o <= slots;
    end
    if (rst) valid_o <= 1'b0;
  end
endmodule
`default_nettype wire
