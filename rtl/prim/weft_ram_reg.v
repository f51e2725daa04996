// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_ram_reg: register file, one write port, one asynchronous read port.
//
// Latency: 0 cycles from rd_addr_i to rd_data_o; a write is visible in the next cycle.
// Stall rule: none.
// Trade-off: the asynchronous read costs flops or LUT RAM and a multiplexer. For small tables only;
//   anything deeper than about 64 words belongs into weft_ram_1w1r.
// Relies on: addresses below DEPTH. Others write nothing and read an undefined word.
`default_nettype none
module weft_ram_reg #(
    parameter WIDTH = 8,                              // bits of a word
    parameter DEPTH = 16,                             // words
    parameter ADDR  = (DEPTH > 1) ? $clog2(DEPTH) : 1 // bits of an address; leave alone
) (
    input  wire             clk,
    input  wire             wr_en_i,
    input  wire [ADDR-1:0]  wr_addr_i,
    input  wire [WIDTH-1:0] wr_data_i,
    input  wire [ADDR-1:0]  rd_addr_i,
    output wire [WIDTH-1:0] rd_data_o
);
  reg [WIDTH-1:0] mem_q [0:DEPTH-1];

  always @(posedge clk) begin
    if (wr_en_i) mem_q[wr_addr_i] <= wr_data_i;
  end

  assign rd_data_o = mem_q[rd_addr_i];
endmodule
`default_nettype wire
