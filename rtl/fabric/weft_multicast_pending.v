// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_multicast_pending: which egresses a queued multicast frame still has to reach; says whether
// the copy that has just been started is the frame's last one (its cells are freed as they are
// read).
//
// One RAM word a frame. A new frame writes its mask; each started copy reads the word and writes it
// back without the egresses that it serves, unless none is left. The write-back goes first; a new
// mask that finds the port taken waits in a short FIFO, and wait_o keeps the scheduler from
// starting any stored frame until it is in place, so no copy ever reads a word that is not there.
//
// Latency: final_o stands 2 cycles after start_i and holds until 2 cycles after the next start_i.
// Stall:   wait_o, 1 to 3 cycles for one new mask: while it is up nothing starts, so write-backs
//          end.
//          New masks that follow at the wire's rate (two in three cycles at most) stretch it to 9.
// Relies on: start_i not in a cycle after one with wait_o; a frame starts no earlier than 2 cycles
//          after its new_i, and is new again only after its last copy.
`default_nettype none
`include "weft_defs.vh"

module weft_multicast_pending #(
  parameter ENDPOINTS = 8,
  parameter CELLS     = 4096,
  parameter IDW       = $clog2(CELLS)  // derived
) (
  input  wire                 clk,
  input  wire                 rst,
  input  wire                 new_i,         // a multicast frame is queued
  input  wire [IDW-1:0]       new_id_i,
  input  wire [ENDPOINTS-1:0] new_mask_i,
  input  wire                 start_i,       // a stored frame is started
  input  wire                 start_multi_i, // it is a multicast frame
  input  wire [IDW-1:0]       start_id_i,
  input  wire [ENDPOINTS-1:0] start_mask_i,  // egresses served by this copy
  output wire                 wait_o,        // start nothing after this cycle
  output wire                 final_o,       // the started frame has no copy left after this one
  output wire                 error_o        // sticky: the FIFO overflowed
);

  localparam E = ENDPOINTS;

  reg              read_q, single_q, byp_q, final_q;
  reg  [IDW-1:0]   id_q;
  reg  [E-1:0]     mask_q, byp_mask_q;
  wire [E-1:0]     word;
  wire [E-1:0]     left = (byp_q ? byp_mask_q : word) & ~mask_q;
  wire             wb = read_q & (left != {E{1'b0}});

  wire             hold_valid;
  /* verilator lint_off UNUSEDSIGNAL */
  wire             hold_ready;  // asserted below
  /* verilator lint_on UNUSEDSIGNAL */
  wire [IDW+E-1:0] hold;
  wire             direct = new_i & ~wb & ~hold_valid;
  wire             push = new_i & ~direct;
  weft_fifo #(.WIDTH(IDW + E), .DEPTH(4)) u_hold (
    .clk(clk), .rst(rst),
    .in_valid_i(push), .in_ready_o(hold_ready), .in_data_i({new_id_i, new_mask_i}),
    .out_valid_o(hold_valid), .out_ready_i(~wb), .out_data_o(hold),
    /* verilator lint_off PINCONNECTEMPTY */
    .level_o(),  // nobody asks
    /* verilator lint_on PINCONNECTEMPTY */
    .error_o(error_o)
  );
  assign wait_o = hold_valid;

  wire read = start_i & start_multi_i;
  weft_ram_1w1r #(.WIDTH(E), .DEPTH(CELLS)) u_words (
    .clk(clk),
    .wr_en_i(wb | hold_valid | direct),
    .wr_addr_i(wb ? id_q : hold_valid ? hold[E +: IDW] : new_id_i),
    .wr_data_i(wb ? left : hold_valid ? hold[E-1:0] : new_mask_i),
    .rd_en_i(read), .rd_addr_i(start_id_i), .rd_data_o(word)
  );

  always @(posedge clk) begin
    read_q   <= read;
    single_q <= start_i & ~start_multi_i;
    if (read) begin
      // The RAM returns what was written before this cycle; a write-back in this cycle is newer.
      byp_q      <= wb & (id_q == start_id_i);
      byp_mask_q <= left;
      id_q       <= start_id_i;
      mask_q     <= start_mask_i;
    end
    if (read_q) final_q <= left == {E{1'b0}};
    else if (single_q) final_q <= 1'b1;
    if (rst) begin
      read_q   <= 1'b0;
      single_q <= 1'b0;
      byp_q    <= 1'b0;
      final_q  <= 1'b0;
    end
  end
  assign final_o = final_q;

  `WEFT_ASSERT(HOLD_NEVER_FULL, !push || hold_ready)

endmodule

`default_nettype wire
