// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_mac_hash: set numbers of a 48-bit MAC address in the four ways of the address table.
//
// Bit b of the set number in way w is the parity of (key & MASK[w][b]): a linear hash over GF(2),
// one XOR tree a bit, no carry. Each way has masks of its own, so that addresses which meet in one
// set of one way are spread over the sets of the others.
// Masks: the random words r are those of splitmix64, seed 0x57454654, word w * 14 + b. Bits 47:14
//   are r[63:30]. Bits 13:0 of the 14 masks of a way are the product L x U of a lower and an upper
//   triangular matrix with ones on the diagonal; r[13:0] holds row b of L below bit b and row b of
//   U above it. So every leading square is regular: any 2^SET_W consecutive addresses of an
//   aligned block fill each set of each way exactly once, whatever the upper bits are, and all 48
//   bits of the address count.
// Latency: 0 cycles, combinational. Stall rule: none.
// Trade-off: without en_i the result is 0 and the trees do not toggle (power, simulation speed).
// Relies on: the twin in csrc/lib/mac_hash.c has the same table; the bench compares both with the
//   rule above.
`default_nettype none
module weft_mac_hash #(
    parameter SET_W = 6 // bits of a set number, 1..14
) (
    input  wire               en_i,  // 0: hash_o is 0
    input  wire [47:0]        key_i, // MAC address, byte 0 of the wire in 47:40
    output reg  [4*SET_W-1:0] hash_o // way w in w*SET_W +: SET_W
);
  generate
    if (SET_W < 1 || SET_W > 14) begin : gen_illegal
      weft_mac_hash_needs_SET_W_1_to_14 u_stop ();
    end
  endgenerate

  // Mask of way w, bit b at (w * 14 + b) * 48; the first line below is way 3, bits 13 to 10.
  localparam [56*48-1:0] MASKS = {
    48'h4173DA27295B, 48'h452F29BB790A, 48'h1A0A23AFE990, 48'hBAF5FCEEAB6E,
    48'h17D0BBE32AF4, 48'h6FF123804DFE, 48'h2E992211E5E1, 48'hFC51099001E5,
    48'h37EB829F3490, 48'h21AB92A4E312, 48'hAFBC7AA4531C, 48'h5366696FCF7E,
    48'hC84AB56DFD1F, 48'h3990910C24B5, 48'hB96A2C5A0D9D, 48'hB6333820690B,
    48'hE84029CC9043, 48'hD30A04451290, 48'h133ED8027503, 48'h4158BD2EDB06,
    48'hC7902D49B674, 48'h9E6BCDAD4192, 48'hA78C533BA7DE, 48'hDD7A69854827,
    48'hC3C96DF7AC57, 48'hB800530256D4, 48'h4221B66858EF, 48'hD4B306019EE9,
    48'h4BFF5101895F, 48'h6EC75680A707, 48'h889C3A5202C8, 48'hBE072791187D,
    48'h45499C6CEBA1, 48'h3C3689DA62E8, 48'h3114DFC170C6, 48'hD8ED15E1949A,
    48'hA0D324BAD3ED, 48'h292FA25EF293, 48'hE932793F6C54, 48'hA2BC89E5DA3B,
    48'hEB493FBB5637, 48'h410F56C51595, 48'h3CE76A0F4FE7, 48'h7D2BAD109A6A,
    48'h08D262DFF077, 48'h632DDD893713, 48'hEB4B3FF6A18E, 48'h8A35EF237DCF,
    48'h581403B5D330, 48'h86F9BC2712ED, 48'h90377805F376, 48'hE5E1BF750734,
    48'h1CAEE105B62B, 48'h16AF8B88AEEF, 48'hF1EE4316ABD2, 48'h3B73C63B02F3
  };

  integer w;
  integer b;
  always @* begin
    hash_o = {4 * SET_W{1'b0}};
    if (en_i) begin
      for (w = 0; w < 4; w = w + 1)
        for (b = 0; b < SET_W; b = b + 1)
          hash_o[w*SET_W+b] = ^(key_i & MASKS[(w*14+b)*48+:48]);
    end
  end
endmodule
`default_nettype wire
