// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_cbfc_credits: credits that a frame costs under credit-based flow control.
//
//   credits = ceil((len + 4 + ovhd) / 2^shift), at least 1
// len is without FCS, the formula counts the FCS: hence + 4. ovhd is clamped to -16..127 bytes and
// shift to 5..11 (credits of 32 to 2048 bytes), the ranges of the link layer.
//
// Latency: 0 cycles, combinational. Stall rule: none.
// Trade-off: an adder and a seven-way shift; one instance an event, since the frame's length is
//   known only at the event.
// Relies on: nothing; every input value has a defined result (at most 517 credits).
// Sources: pkt_credits = ceil((pktSize + PktOvhd) / CreditSize), PktOvhd -16..127, CreditSize 32 ..
//   2048: OCP SAI CBFC proposal, after the UE link layer; 64-byte frames count as 64, so the FCS is
//   inside pktSize.
`default_nettype none
module weft_cbfc_credits (
    input  wire        [13:0] len_i,   // bytes of the frame without FCS
    input  wire        [3:0]  shift_i, // log2 of the bytes of a credit
    input  wire signed [7:0]  ovhd_i,  // bytes added to every frame
    output reg         [9:0]  credits_o
);
  // One constant makes both the FCS and the rounding: len + 4 + ovhd + (size - 1).
  wire signed [7:0] ovhd = (ovhd_i < -8'sd16) ? -8'sd16 : ovhd_i;
  reg         [3:0] shift;
  reg        [15:0] bytes;
  /* verilator lint_off UNUSEDSIGNAL */
  reg        [15:0] units; // 10 bits are enough after a shift of at least 5
  /* verilator lint_on UNUSEDSIGNAL */

  always @* begin
    shift = (shift_i < 4'd5) ? 4'd5 : (shift_i > 4'd11) ? 4'd11 : shift_i;
    // Never negative: the smallest value of the sum is 4 - 16 + 31.
    bytes = {2'd0, len_i} + {{8{ovhd[7]}}, ovhd} + 16'd3 + (16'd1 << shift);
    units = bytes >> shift;
    credits_o = (units[9:0] == 10'd0) ? 10'd1 : units[9:0];
  end
endmodule
`default_nettype wire
