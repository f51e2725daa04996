// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_time: the cycle counter that every block stamps with, and the number and time of snapshots.
//
// Latency: time_o is the number of rising edges since reset. snap_seq_o and snap_time_o change one
//          cycle after snap_i; snap_time_o is the cycle in which snap_i stood.
// Stall:   none.
`default_nettype none
`include "weft_defs.vh"

module weft_time (
  input  wire        clk,
  input  wire        rst,
  input  wire        snap_i,       // a snapshot is taken in this cycle
  output wire [63:0] time_o,       // cycles
  output wire [31:0] snap_seq_o,   // snapshots since reset, modulo 2^32
  output wire [63:0] snap_time_o,  // cycle of the last one
  output wire        snap_done_o   // pulse: the snapshot can be read
);

  reg [63:0] time_q, snap_time_q;
  reg [31:0] seq_q;
  reg        done_q;

  always @(posedge clk) begin
    time_q <= time_q + 64'd1;
    done_q <= snap_i;
    if (snap_i) begin
      seq_q       <= seq_q + 32'd1;
      snap_time_q <= time_q;
    end
    if (rst) begin
      time_q      <= 64'd0;
      snap_time_q <= 64'd0;
      seq_q       <= 32'd0;
      done_q      <= 1'b0;
    end
  end

  assign time_o      = time_q;
  assign snap_seq_o  = seq_q;
  assign snap_time_o = snap_time_q;
  assign snap_done_o = done_q;

endmodule

`default_nettype wire
