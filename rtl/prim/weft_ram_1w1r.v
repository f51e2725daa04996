// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_ram_1w1r: simple dual-port RAM, one write port, one synchronous read port.
//
// Latency: 1 cycle from rd_en_i to rd_data_o, which then holds until the next rd_en_i.
// Collision: a read of the address that is written in the same cycle returns the OLD word.
// Stall rule: none; both ports work every cycle.
// Trade-off: no reset and no output pipeline register, so that every FPGA and ASIC flow can map it
//   to a block RAM; whoever needs a faster clock adds a register behind it.
// Relies on: addresses below DEPTH. Others write nothing and read an undefined word.
`default_nettype none
module weft_ram_1w1r #(
    parameter WIDTH = 64,                             // bits of a word
    parameter DEPTH = 256,                            // words
    parameter ADDR  = (DEPTH > 1) ? $clog2(DEPTH) : 1 // bits of an address; leave alone
) (
    input  wire             clk,
    input  wire             wr_en_i,
    input  wire [ADDR-1:0]  wr_addr_i,
    input  wire [WIDTH-1:0] wr_data_i,
    input  wire             rd_en_i,
    input  wire [ADDR-1:0]  rd_addr_i,
    output wire [WIDTH-1:0] rd_data_o
);
  reg [WIDTH-1:0] mem_q [0:DEPTH-1];
  reg [WIDTH-1:0] rd_data_q;

  always @(posedge clk) begin
    if (wr_en_i) mem_q[wr_addr_i] <= wr_data_i;
    if (rd_en_i) rd_data_q <= mem_q[rd_addr_i];
  end

  assign rd_data_o = rd_data_q;
endmodule
`default_nettype wire
