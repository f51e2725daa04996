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
    output wire        [9:0]  credits_o
);
  // ceil(n / size) = floor((n - 1) / size) + 1 needs no rounding term; what is below 0 counts as 0
  // and so costs one credit. Both sums stand ready when the clamp is known.
  wire        [3:0] shift = (shift_i < 4'd5) ? 4'd5 : (shift_i > 4'd11) ? 4'd11 : shift_i;
  wire       [15:0] sum   = {2'd0, len_i} + {{8{ovhd_i[7]}}, ovhd_i} + 16'd3;
  wire       [15:0] least = {2'd0, len_i} - 16'd13;
  wire       [15:0] bytes = (ovhd_i < -8'sd16) ? least : sum;
  /* verilator lint_off UNUSEDSIGNAL */
  wire       [15:0] units = bytes[15] ? 16'd0 : bytes >> shift; // 10 bits after at least 5 places
  /* verilator lint_on UNUSEDSIGNAL */
  assign credits_o = units[9:0] + 10'd1;
endmodule
`default_nettype wire
