// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_vc_room: how many cells each VC holds in one ingress buffer, and what follows from it.
//
//   room_o        the VC holds fewer cells than its limit
//   frame_room_o  a frame of the largest size more would still be below the limit
//   trim_o        the VC holds more cells than cfg_trim_i (0: off), is best effort, and so is the
//                 VC of its trimmed frames, trim_vc_o
//
// Latency: used_o follows in the next cycle. room_o and frame_room_o are registers, made in the
//   cycle before with the cells stored in it: what that cycle gave back counts one cycle later, a
//   new limit two cycles. trim_o and trim_vc_o follow used_o and the registers by one cycle: a
//   threshold, not a promise.
// Stall rule: none; all events may fall into one cycle.
// Trade-off: whether a cell is stored comes late in the cycle, so each answer stands for both
//   cases. A VC is looked at only when it moves.
// Relies on: store_i and roll_i are of the same VC and never both.
`default_nettype none

module weft_vc_room #(
  parameter VCS       = 4,
  parameter MAX_CELLS = 152    // cells of the largest frame
) (
  input  wire              clk,
  input  wire              rst,
  input  wire [VCS*16-1:0] cfg_limit_i,    // cells
  input  wire [VCS-1:0]    cfg_lossless_i,
  input  wire [VCS*16-1:0] cfg_trim_i,     // cells
  input  wire [VCS*3-1:0]  cfg_trim_vc_i,
  input  wire              store_i,        // one cell more
  input  wire              roll_i,         // roll_cells_i less
  input  wire [2:0]        vc_i,           // of both
  input  wire [8:0]        roll_cells_i,
  input  wire              free_i,         // one cell less
  input  wire [2:0]        free_vc_i,
  output wire [VCS*16-1:0] used_o,
  output reg  [VCS-1:0]    room_o,
  output reg  [VCS-1:0]    frame_room_o,
  output reg  [VCS-1:0]    trim_o,
  output reg  [VCS*3-1:0]  trim_vc_o
);

  localparam [15:0] MAX_CELLS_16 = MAX_CELLS[15:0];
  localparam VW = (VCS > 1) ? $clog2(VCS) : 1;

  reg  [VCS*16-1:0] used_q;
  assign used_o = used_q;
  always @(posedge clk) begin : p_used
    integer v;
    if (store_i | roll_i | free_i)
      for (v = 0; v < VCS; v = v + 1)
        used_q[v*16 +: 16] <= used_q[v*16 +: 16]
            + ((store_i && vc_i == v[2:0]) ? 16'd1 : 16'd0)
            - ((roll_i && vc_i == v[2:0]) ? {7'd0, roll_cells_i} : 16'd0)
            - ((free_i && free_vc_i == v[2:0]) ? 16'd1 : 16'd0);
    if (rst) used_q <= {VCS*16{1'b0}};
  end

  // Looked at after each move, and after the cycle of a move for what it gave back.
  reg  [VCS*16-1:0] limit_q;
  reg  [VCS-1:0]    look_q;
  wire [VCS-1:0]    one = 1;
  wire [VCS-1:0]    moves = ((store_i | roll_i) ? one << vc_i : {VCS{1'b0}})
                          | (free_i ? one << free_vc_i : {VCS{1'b0}});
  wire              new_limit = limit_q != cfg_limit_i;
  always @(posedge clk) begin
    if (new_limit) limit_q <= cfg_limit_i;
    look_q <= (rst | new_limit) ? {VCS{1'b1}} : moves;
  end
  genvar gv;
  generate
    for (gv = 0; gv < VCS; gv = gv + 1) begin : gen_vc
      wire [15:0] used  = used_q[gv*16 +: 16];
      wire [15:0] limit = limit_q[gv*16 +: 16];
      wire [15:0] trim  = cfg_trim_i[gv*16 +: 16];
      wire [2:0]  to    = cfg_trim_vc_i[gv*3 +: 3];
      always @(posedge clk) begin
        if (moves[gv] | look_q[gv]) begin
          room_o[gv] <= (store_i && vc_i == gv) ? used + 16'd1 < limit : used < limit;
          frame_room_o[gv] <= {1'b0, used} + {1'b0, MAX_CELLS_16} < {1'b0, limit};
        end
        trim_vc_o[gv*3 +: 3] <= to;
        trim_o[gv] <= trim != 16'd0 && used > trim && !cfg_lossless_i[gv] && {29'd0, to} < VCS
                   && !cfg_lossless_i[to[VW-1:0]];
      end
    end
  endgenerate

endmodule

`default_nettype wire
