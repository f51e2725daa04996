// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_crc32: CRC-32 of up to 64 bytes in one step, purely combinational.
//
// The CRC of IEEE 802.3 clause 3.2.9 in reflected form (polynomial 0xEDB88320): state_o is the
// register after the first bytes_i bytes of data_i (byte 0 = bits 7:0 first on the wire). The user
// starts with 32'hFFFFFFFF and inverts at the end; the FCS goes out lowest byte first.
//
// Latency: 0 cycles. Stall rule: none; with bytes_i = 0 the state passes unchanged, and a simulator
//   then skips all the work, so tie bytes_i to 0 in cycles without data.
// How it works: the state is XORed into the first four bytes, the data is moved up until its last
//   valid byte is byte 63 (the part of the state that leaves at the top, for 1..3 bytes, is the
//   tail), and one fixed linear map takes 512 bits plus tail to 32. Bit j of these 544 stands for
//   x^(543-j) modulo P, so an equation 1 = x^-a + x^-b + ... (mod P) lets bit j be replaced by the
//   bits j+a, j+b, ... The map first folds bits 0..383 into the rest with the shortest equations of
//   that kind that exist (4 to 7 terms instead of the about 16 of a direct step) and then looks up
//   the last 128 bits four at a time.
// Trade-off: 57 % of the XOR gates and a quarter of the simulation time of 32 parity masks, for
//   a path of 29 instead of 20 gates (docs/prim.md has the figures). Register its output.
// Relies on: bytes_i <= 64. Bytes of data_i at bytes_i and above are ignored.
`default_nettype none
module weft_crc32 (
    input  wire [31:0]  state_i,
    input  wire [511:0] data_i,
    input  wire [6:0]   bytes_i, // 0..64
    output wire [31:0]  state_o
);
  // What the four bits from bit `first` on contribute to the result, for each of their 16 values.
  function [511:0] nibble_table(input integer nt_first);
    integer    nt_j;
    integer    nt_x;
    reg [31:0] nt_r;
    begin
      nibble_table = 512'd0;
      nt_r = 32'd1; // x^31
      for (nt_j = 511; nt_j >= nt_first; nt_j = nt_j - 1) begin
        nt_r = {1'b0, nt_r[31:1]} ^ (nt_r[0] ? 32'hEDB88320 : 32'd0);
        if (nt_j < nt_first + 4) begin
          for (nt_x = 0; nt_x < 16; nt_x = nt_x + 1) begin
            if (((nt_x >> (nt_j - nt_first)) & 1) != 0) begin
              nibble_table[32*nt_x+:32] = nibble_table[32*nt_x+:32] ^ nt_r;
            end
          end
        end
      end
    end
  endfunction

  localparam [511:0] T00 = nibble_table(384);
  localparam [511:0] T01 = nibble_table(388);
  localparam [511:0] T02 = nibble_table(392);
  localparam [511:0] T03 = nibble_table(396);
  localparam [511:0] T04 = nibble_table(400);
  localparam [511:0] T05 = nibble_table(404);
  localparam [511:0] T06 = nibble_table(408);
  localparam [511:0] T07 = nibble_table(412);
  localparam [511:0] T08 = nibble_table(416);
  localparam [511:0] T09 = nibble_table(420);
  localparam [511:0] T10 = nibble_table(424);
  localparam [511:0] T11 = nibble_table(428);
  localparam [511:0] T12 = nibble_table(432);
  localparam [511:0] T13 = nibble_table(436);
  localparam [511:0] T14 = nibble_table(440);
  localparam [511:0] T15 = nibble_table(444);
  localparam [511:0] T16 = nibble_table(448);
  localparam [511:0] T17 = nibble_table(452);
  localparam [511:0] T18 = nibble_table(456);
  localparam [511:0] T19 = nibble_table(460);
  localparam [511:0] T20 = nibble_table(464);
  localparam [511:0] T21 = nibble_table(468);
  localparam [511:0] T22 = nibble_table(472);
  localparam [511:0] T23 = nibble_table(476);
  localparam [511:0] T24 = nibble_table(480);
  localparam [511:0] T25 = nibble_table(484);
  localparam [511:0] T26 = nibble_table(488);
  localparam [511:0] T27 = nibble_table(492);
  localparam [511:0] T28 = nibble_table(496);
  localparam [511:0] T29 = nibble_table(500);
  localparam [511:0] T30 = nibble_table(504);
  localparam [511:0] T31 = nibble_table(508);

  // The fixed map. Equations used (exponents a, b, ... of 1 = x^-a + x^-b + ...):
  //   w0..w2 [145, 183, 211, 300], w3 [181, 199, 255, 263, 274],
  //   w4 [68, 84, 92, 93, 124, 161], w5 [66, 70, 78, 99, 132, 153, 159].
  function [31:0] map(input [511:0] v, input [31:0] tail);
    reg [63:0] w0, w1, w2, w3, w4, w5, w6, w7;
    // verilator lint_off UNUSEDSIGNAL
    reg [63:0] w8; // same width as its terms; bits 63:32 would be beyond x^0 and are always 0
    // verilator lint_on UNUSEDSIGNAL
    begin
      w0 = v[63:0];
      w1 = v[127:64];
      w2 = (w0 << 55) ^ (v[191:128] ^ (w0 << 17));
      w3 = ((w1 << 17) ^ (w1 << 55)) ^ ((v[255:192] ^ (w0 >> 47)) ^ ((w0 >> 9) ^ (w0 << 19)));
      w4 = (((w1 >> 9) ^ (w1 << 19)) ^ (w2 << 17)) ^ ((w2 << 55) ^ ((v[319:256] ^ (w0 >> 45))
           ^ ((w0 << 44) ^ (w1 >> 47))));
      w5 = (((w3 << 53) ^ ((w2 >> 47) ^ (w2 >> 9))) ^ (((w2 << 19) ^ ((v[383:320] ^ (w0 >> 20))
           ^ ((w1 >> 45) ^ (w1 << 44)))) ^ (w4 << 4))) ^ (((w4 << 20) ^ (w4 << 28)) ^ ((w4 << 29)
           ^ (w4 << 60)));
      w6 = ((w5 << 35) ^ (((w4 << 33) ^ ((w2 << 44) ^ (w3 >> 11))) ^ (((w3 << 7) ^ (w3 << 63))
           ^ (((v[447:384] ^ (w1 >> 20)) ^ (w2 >> 45)) ^ (w4 >> 60))))) ^ (((((w4 >> 44)
           ^ (w4 >> 36)) ^ ((w4 >> 35) ^ (w4 >> 4))) ^ (w5 << 2)) ^ ((w5 << 6) ^ (w5 << 14)));
      w7 = (((((v[511:448] ^ (w2 >> 20)) ^ (w4 >> 31)) ^ (((w3 >> 57) ^ (w3 >> 1)) ^ ((w3 << 7)
           ^ (w3 << 18)))) ^ (w5 >> 62)) ^ ((w5 >> 58) ^ (w5 >> 50))) ^ (((w5 >> 29) ^ (w5 << 4))
           ^ ((w5 << 25) ^ (w5 << 31)));
      w8 = (((w3 >> 46) ^ ({32'd0, tail} ^ (w3 >> 57))) ^ (w5 >> 60)) ^ ((w5 >> 39) ^ (w5 >> 33));
      map = ((((T01[{w6[7:4], 5'd0} +: 32] ^ T02[{w6[11:8], 5'd0} +: 32])
           ^ (T03[{w6[15:12], 5'd0} +: 32] ^ T04[{w6[19:16], 5'd0} +: 32]))
           ^ ((T05[{w6[23:20], 5'd0} +: 32] ^ T06[{w6[27:24], 5'd0} +: 32])
           ^ (T07[{w6[31:28], 5'd0} +: 32] ^ T08[{w6[35:32], 5'd0} +: 32])))
           ^ (((T09[{w6[39:36], 5'd0} +: 32] ^ T10[{w6[43:40], 5'd0} +: 32])
           ^ (T11[{w6[47:44], 5'd0} +: 32] ^ T12[{w6[51:48], 5'd0} +: 32]))
           ^ ((T13[{w6[55:52], 5'd0} +: 32] ^ T14[{w6[59:56], 5'd0} +: 32])
           ^ (T15[{w6[63:60], 5'd0} +: 32] ^ T16[{w7[3:0], 5'd0} +: 32]))))
           ^ ((((T17[{w7[7:4], 5'd0} +: 32] ^ T18[{w7[11:8], 5'd0} +: 32])
           ^ (T19[{w7[15:12], 5'd0} +: 32] ^ T20[{w7[19:16], 5'd0} +: 32]))
           ^ ((T21[{w7[23:20], 5'd0} +: 32] ^ T22[{w7[27:24], 5'd0} +: 32])
           ^ (T23[{w7[31:28], 5'd0} +: 32] ^ T24[{w7[35:32], 5'd0} +: 32])))
           ^ (((T25[{w7[39:36], 5'd0} +: 32] ^ T26[{w7[43:40], 5'd0} +: 32])
           ^ (T27[{w7[47:44], 5'd0} +: 32] ^ T28[{w7[51:48], 5'd0} +: 32]))
           ^ ((T29[{w7[55:52], 5'd0} +: 32] ^ T30[{w7[59:56], 5'd0} +: 32])
           ^ (T31[{w7[63:60], 5'd0} +: 32] ^ (w8[31:0] ^ T00[{w6[3:0], 5'd0} +: 32])))));
    end
  endfunction

  reg [511:0] v;
  reg [31:0]  tail;
  reg [31:0]  state_d;

  always @* begin
    v       = data_i;
    tail    = 32'd0;
    state_d = state_i;
    if (bytes_i != 7'd0) begin
      v[31:0] = data_i[31:0] ^ state_i;
      if (bytes_i != 7'd64) begin
        v = v << {7'd64 - bytes_i, 3'b000};
        if (bytes_i < 7'd4) tail = state_i >> {bytes_i[1:0], 3'b000};
      end
      state_d = map(v, tail);
    end
  end

  assign state_o = state_d;
endmodule
`default_nettype wire
