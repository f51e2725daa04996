// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_counter_bank: DEPTH counters of which at most one steps in a cycle, with a
//   one-cycle snapshot.
//
// What it does: counter idx_i steps by one with inc_i. snap_i fixes the snapshot of all counters in
//   that cycle; rd_data_o is the snapshot value of counter rd_idx_i. Counting never stops.
// Latency: inc_i counts at the end of its cycle; an increment in the cycle of snap_i belongs to
//   after the snapshot; snapshot values can be read from the cycle after snap_i. Reading is
//   combinational, and rd_data_o is 0 while rd_en_i is 0.
// Stall rule: none.
// Trade-off: nothing is copied at a snapshot. A counter that steps for the first time after it
//   saves its old value to the shadow memory (one dirty bit a counter says so), and an untouched
//   counter is read from the live memory. That takes three small register files (the live one
//   twice, for two read ports) instead of two flops a bit, and no wide copy: LUT memory on an
//   FPGA, and next to no work in simulation.
// Relies on: idx_i and rd_idx_i below DEPTH. The memories have no reset: a valid bit a counter
//   makes it 0 until its first step.
`default_nettype none
`include "weft_defs.vh"
module weft_counter_bank #(
  parameter WIDTH = 64,  // bits of a counter; it wraps
  parameter DEPTH = 16,  // counters, 2 or more
  parameter IDX = (DEPTH > 1) ? $clog2(DEPTH) : 1  // bits of an index; leave alone
) (
  input  wire             clk,
  input  wire             rst,
  input  wire             inc_i,
  input  wire [IDX-1:0]   idx_i,
  input  wire             snap_i,
  input  wire             rd_en_i,
  input  wire [IDX-1:0]   rd_idx_i,
  output wire [WIDTH-1:0] rd_data_o
);
  reg [DEPTH-1:0] valid_q;  // stepped since reset: the live memory holds the counter
  reg [DEPTH-1:0] dirty_q;  // stepped since the snapshot: the shadow memory holds the old value

  wire [WIDTH-1:0] live_step, live_read, shadow_read;
  wire [WIDTH-1:0] old_value = valid_q[idx_i] ? live_step : {WIDTH{1'b0}};
  wire [WIDTH-1:0] new_value = old_value + {{WIDTH-1{1'b0}}, 1'b1};
  wire             save      = inc_i && (snap_i || !dirty_q[idx_i]);

  weft_ram_reg #(.WIDTH(WIDTH), .DEPTH(DEPTH)) u_live_step (
    .clk(clk), .wr_en_i(inc_i), .wr_addr_i(idx_i), .wr_data_i(new_value),
    .rd_addr_i(idx_i), .rd_data_o(live_step)
  );
  weft_ram_reg #(.WIDTH(WIDTH), .DEPTH(DEPTH)) u_live_read (
    .clk(clk), .wr_en_i(inc_i), .wr_addr_i(idx_i), .wr_data_i(new_value),
    .rd_addr_i(rd_idx_i), .rd_data_o(live_read)
  );
  weft_ram_reg #(.WIDTH(WIDTH), .DEPTH(DEPTH)) u_shadow (
    .clk(clk), .wr_en_i(save), .wr_addr_i(idx_i), .wr_data_i(old_value),
    .rd_addr_i(rd_idx_i), .rd_data_o(shadow_read)
  );

  always @(posedge clk) begin
    if (snap_i) dirty_q <= {DEPTH{1'b0}};
    if (inc_i) begin
      valid_q[idx_i] <= 1'b1;
      dirty_q[idx_i] <= 1'b1;  // after the clearing above: the step of this cycle is a new one
    end
    if (rst) begin
      valid_q <= {DEPTH{1'b0}};
      dirty_q <= {DEPTH{1'b0}};  // before the first snapshot every counter reads 0
    end
  end

  assign rd_data_o = !rd_en_i ? {WIDTH{1'b0}}
                   : dirty_q[rd_idx_i] ? shadow_read
                   : valid_q[rd_idx_i] ? live_read
                   : {WIDTH{1'b0}};

  `WEFT_ASSERT(a_dirty_is_valid, (dirty_q & ~valid_q) == {DEPTH{1'b0}})
endmodule
`default_nettype wire
