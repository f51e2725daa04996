// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_range: address-range decode: which endpoint owns the bytes at a global memory address.
//
// An entry says {valid, base, last, shift, ways, route}: it covers base..last (inclusive, any
// alignment). With ways = 0 its route is the answer. Otherwise the range is interleaved over 2^ways
// consecutive endpoints in chunks of 2^shift bytes, counted from base:
//   endpoint = route.dest + (((address - base) >> shift) mod 2^ways)
// The lowest index wins where ranges overlap; the driver refuses overlaps.
//
// Latency: 2 cycles: compare and select; subtract, shift and add. hit_o and route_o stand two
//   cycles after en_i and hold until the next one.
// Stall rule: none.
// Trade-off: two 64-bit comparators an entry, so that ranges need no power-of-two size.
// Relies on: the writer clears every valid bit after reset before results are believed.
`default_nettype none
module weft_range #(
    parameter ENTRIES = 16,                                 // 1..64
    parameter ROUTE   = 13,                                 // bits of a route, [9:0] its endpoint
    parameter ADDR    = (ENTRIES > 1) ? $clog2(ENTRIES) : 1 // leave alone
) (
    input  wire             clk,
    input  wire             rst,
    // search
    input  wire             en_i,
    input  wire [63:0]      address_i,
    output reg              hit_o,
    output reg  [ROUTE-1:0] route_o,
    // write
    input  wire             wr_en_i,
    input  wire [ADDR-1:0]  wr_index_i,
    input  wire             wr_valid_i,
    input  wire [63:0]      wr_base_i,
    input  wire [63:0]      wr_last_i,
    input  wire [5:0]       wr_shift_i,
    input  wire [2:0]       wr_ways_i,   // log2, 0..6; 7 counts as 6
    input  wire [ROUTE-1:0] wr_route_i
);
  localparam R = 6 + 3 + ROUTE;
  localparam W = 64 + R; // what the second cycle needs of an entry

  reg [ENTRIES-1:0]    valid_q;
  reg [ENTRIES*64-1:0] last_q;
  reg [ENTRIES*64-1:0] base_q;
  reg [ENTRIES*R-1:0]  rest_q; // {shift, ways, route}

  reg [ENTRIES-1:0] match;
  reg [ENTRIES-1:0] first;
  reg [W-1:0]       found;
  integer e;
  always @* begin
    match = {ENTRIES{1'b0}};
    first = {ENTRIES{1'b0}};
    found = {W{1'b0}};
    if (en_i) begin
      for (e = 0; e < ENTRIES; e = e + 1)
        match[e] = valid_q[e] && (address_i >= base_q[e*64+:64])
                   && (address_i <= last_q[e*64+:64]);
      if (match != {ENTRIES{1'b0}}) begin
        first = match & (~match + 1'b1);
        for (e = 0; e < ENTRIES; e = e + 1)
          found = found | ({base_q[e*64+:64], rest_q[e*R+:R]} & {W{first[e]}});
      end
    end
  end

  // Second cycle
  reg          s1_valid_q;
  reg          s1_hit_q;
  reg  [63:0]  s1_address_q;
  reg  [W-1:0] s1_q;
  reg  [5:0]   chunk;
  /* verilator lint_off UNUSEDSIGNAL */
  reg  [63:0]  chunks;  // only its low bits say the way
  /* verilator lint_on UNUSEDSIGNAL */
  always @* begin
    chunks = 64'd0;
    chunk  = 6'd0;
    if (s1_valid_q && s1_hit_q && (s1_q[ROUTE+:3] != 3'd0)) begin
      chunks = (s1_address_q - s1_q[W-1-:64]) >> s1_q[ROUTE+3+:6];
      case (s1_q[ROUTE+:3])
        3'd1:    chunk = {5'd0, chunks[0]};
        3'd2:    chunk = {4'd0, chunks[1:0]};
        3'd3:    chunk = {3'd0, chunks[2:0]};
        3'd4:    chunk = {2'd0, chunks[3:0]};
        3'd5:    chunk = {1'd0, chunks[4:0]};
        default: chunk = chunks[5:0];
      endcase
    end
  end

  always @(posedge clk) begin
    s1_valid_q <= en_i;
    if (en_i) begin
      s1_hit_q     <= match != {ENTRIES{1'b0}};
      s1_address_q <= address_i;
      s1_q         <= found;
    end
    if (s1_valid_q) begin
      hit_o   <= s1_hit_q;
      route_o <= {s1_q[ROUTE-1:10], s1_q[9:0] + {4'd0, chunk}};
    end
    if (wr_en_i) begin
      valid_q[wr_index_i]       <= wr_valid_i;
      base_q[wr_index_i*64+:64] <= wr_base_i;
      last_q[wr_index_i*64+:64] <= wr_last_i;
      rest_q[wr_index_i*R+:R]   <= {wr_shift_i, wr_ways_i, wr_route_i};
    end
    if (rst) s1_valid_q <= 1'b0;
  end
endmodule
`default_nettype wire
