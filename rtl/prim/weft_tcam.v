// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_tcam: ternary match in flops, all entries at once; the lowest index that matches wins. An
// entry matches when its valid bit is set and ((key ^ value) & mask) == 0. Longest-prefix match is
// this with the entries in the order of their prefix lengths, longest first; the writer keeps them
// so (an entry may stand twice for a moment while others move: both give the same result).
//
// Latency: 1 cycle: hit_o and data_o stand in the cycle after en_i and hold until the next one.
// Stall rule: none. A write is seen by every later search, never half.
// Trade-off: 2 * WIDTH + DATA flops an entry. That is dear, so it is for tens of entries; in return
//   there is no order of search, no second read and no worst case.
// Relies on: the writer clears every valid bit after reset before results are believed.
`default_nettype none
module weft_tcam #(
    parameter WIDTH   = 32,                                   // bits of a key
    parameter ENTRIES = 16,                                   // 1..256
    parameter DATA    = 13,                                   // bits of a result
    parameter ADDR    = (ENTRIES > 1) ? $clog2(ENTRIES) : 1   // leave alone
) (
    input  wire             clk,
    // search
    input  wire             en_i,
    input  wire [WIDTH-1:0] key_i,
    output reg              hit_o,
    output reg  [DATA-1:0]  data_o,
    // write
    input  wire             wr_en_i,
    input  wire [ADDR-1:0]  wr_index_i,
    input  wire             wr_valid_i,
    input  wire [WIDTH-1:0] wr_value_i,
    input  wire [WIDTH-1:0] wr_mask_i,   // 1: the bit must match
    input  wire [DATA-1:0]  wr_data_i
);
  reg [ENTRIES-1:0]       valid_q;
  reg [ENTRIES*WIDTH-1:0] value_q;
  reg [ENTRIES*WIDTH-1:0] mask_q;
  reg [ENTRIES*DATA-1:0]  data_q;

  reg [ENTRIES-1:0] match;
  reg [ENTRIES-1:0] first;
  reg [DATA-1:0]    found;
  integer e;
  always @* begin
    match = {ENTRIES{1'b0}};
    first = {ENTRIES{1'b0}};
    found = {DATA{1'b0}};
    if (en_i) begin
      for (e = 0; e < ENTRIES; e = e + 1)
        match[e] = valid_q[e] && (((key_i ^ value_q[e*WIDTH+:WIDTH])
                                   & mask_q[e*WIDTH+:WIDTH]) == {WIDTH{1'b0}});
      if (match != {ENTRIES{1'b0}}) begin
        first = match & (~match + 1'b1);
        for (e = 0; e < ENTRIES; e = e + 1)
          found = found | (data_q[e*DATA+:DATA] & {DATA{first[e]}});
      end
    end
  end

  always @(posedge clk) begin
    if (en_i) begin
      hit_o  <= match != {ENTRIES{1'b0}};
      data_o <= found;
    end
    if (wr_en_i) begin
      valid_q[wr_index_i]              <= wr_valid_i;
      value_q[wr_index_i*WIDTH+:WIDTH] <= wr_value_i;
      mask_q[wr_index_i*WIDTH+:WIDTH]  <= wr_mask_i;
      data_q[wr_index_i*DATA+:DATA]    <= wr_data_i;
    end
  end
endmodule
`default_nettype wire
