// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_free_list: the free cells of one ingress buffer, with roll-back of a whole frame.
//
// A ring of CELLS identifiers in a RAM. Cells leave at the read pointer and come back at the write
// pointer in any order. Because a cell that was taken is not pushed again before it is freed, the
// ring positions between `mark` (where the current frame began) and the read pointer still hold
// that frame's identifiers: dropping a frame of any length is one assignment, and nothing can leak.
//
// Latency: the identifier for the next take stands on id_o whenever ok_o is high (one take per
//          cycle); a freed cell can be taken 2 cycles later; after a roll-back the first identifier
//          of the dropped frame is back on id_o in the next cycle.
// Stall:   none. take_i without ok_o is a contract violation (sticky error_o).
// Relies on: mark_i together with the first take of a frame; roll_i only while the cells taken
//          since the mark have not been freed.
// After reset the ring is filled by a sweep of CELLS cycles; ready_o says when it is done.
`default_nettype none
`include "weft_defs.vh"

module weft_free_list #(
  parameter CELLS = 4096,           // power of two
  parameter IDW   = $clog2(CELLS)   // derived
) (
  input  wire           clk,
  input  wire           rst,
  output wire           ready_o,    // the sweep after reset is done
  input  wire           take_i,     // take id_o
  input  wire           mark_i,     // with take_i: this is the first cell of a frame
  input  wire           roll_i,     // give back all cells since the mark; not with take_i
  output wire           ok_o,       // id_o is valid
  output wire [IDW-1:0] id_o,
  input  wire           free_i,     // give back one cell
  input  wire [IDW-1:0] free_id_i,
  output wire [IDW:0]   count_o,    // free cells, 0..CELLS
  output wire           error_o     // sticky: taken when empty, or freed when full
);

  reg  [IDW:0] rd_q, wr_q, seen_q, mark_q;
  reg          sweep_q, error_q;
  reg  [IDW:0] rd_d;

  always @* begin
    rd_d = rd_q;
    if (roll_i) rd_d = mark_q;
    else if (take_i) rd_d = rd_q + 1'b1;
  end

  wire           push = sweep_q | free_i;
  wire [IDW-1:0] push_id = sweep_q ? wr_q[IDW-1:0] : free_id_i;

  weft_ram_1w1r #(.WIDTH(IDW), .DEPTH(CELLS)) u_ring (
    .clk(clk),
    .wr_en_i(push), .wr_addr_i(wr_q[IDW-1:0]), .wr_data_i(push_id),
    .rd_en_i(1'b1), .rd_addr_i(rd_d[IDW-1:0]), .rd_data_o(id_o)
  );

  always @(posedge clk) begin
    rd_q <= rd_d;
    // What was pushed by now can be read with the address that is on the RAM in this cycle.
    seen_q <= wr_q;
    if (take_i && mark_i) mark_q <= rd_q;
    if (push) wr_q <= wr_q + 1'b1;
    if (sweep_q && wr_q == CELLS[IDW:0] - 1'b1) sweep_q <= 1'b0;
    if ((take_i && !ok_o) || (free_i && (sweep_q || count_o == CELLS[IDW:0]))) error_q <= 1'b1;
    if (rst) begin
      rd_q    <= {IDW+1{1'b0}};
      wr_q    <= {IDW+1{1'b0}};
      seen_q  <= {IDW+1{1'b0}};
      mark_q  <= {IDW+1{1'b0}};
      sweep_q <= 1'b1;
      error_q <= 1'b0;
    end
  end

  assign ready_o = !sweep_q;
  assign ok_o    = !sweep_q && (rd_q != seen_q);
  assign count_o = wr_q - rd_q;
  assign error_o = error_q;

  `WEFT_ASSERT(TAKE_HAS_CELL, !take_i || ok_o)
  `WEFT_ASSERT(FREE_HAS_ROOM, !free_i || count_o != CELLS[IDW:0])
  `WEFT_ASSERT(TAKE_OR_ROLL, !(take_i && roll_i))

endmodule

`default_nettype wire
