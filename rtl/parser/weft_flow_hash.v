// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_flow_hash: the flow hash of a frame, from its keys and the hash bytes of its program.
//
// Each key is folded to 48 bits (k[47:0] ^ k[95:48] ^ k[127:96]), the four hash bytes to a 16-bit
// label (the first two ^ the last two rotated left by one). The seven 16-bit words of the folded
// keys and the label are rotated and XORed, then spread by two rounds of a 16-bit xorshift (4, 7,
// 6), which is a bijection. The rotations keep the last bytes of the two keys apart, so that
// 256 x 256 neighbours give 65536 different values; rotations and shifts were chosen so that any 64
// neighbouring keys or labels, at any stride up to 1024, fall evenly on 2 to 16 ways at either end
// of the hash. The twin in C is weft_flow_hash() in csrc/proto/parse_machine.c.
// Latency: 0 cycles, combinational. Stall rule: none.
// Trade-off: linear, a few XOR levels deep: nothing here resists somebody who looks for collisions.
//   Without en_i the result is 0 and nothing toggles (power, simulation speed).
// Relies on: nothing.
`default_nettype none
module weft_flow_hash (
    input  wire         en_i,   // 0: hash_o is 0
    input  wire [127:0] dst_i,  // keys, right-aligned
    input  wire [127:0] src_i,
    input  wire [31:0]  label_i, // hash bytes, the first one in 31:24
    output reg  [15:0]  hash_o
);
  reg [47:0] dst;
  reg [47:0] src;
  reg [15:0] label;
  reg [15:0] x;

  always @* begin
    dst    = 48'd0;
    src    = 48'd0;
    label  = 16'd0;
    x      = 16'd0;
    hash_o = 16'd0;
    if (en_i) begin
      dst    = dst_i[47:0] ^ dst_i[95:48] ^ {16'd0, dst_i[127:96]};
      src    = src_i[47:0] ^ src_i[95:48] ^ {16'd0, src_i[127:96]};
      label  = label_i[31:16] ^ {label_i[14:0], label_i[15]};
      x      = dst[15:0] ^ {dst[29:16], dst[31:30]} ^ {dst[37:32], dst[47:38]} ^
               {src[7:0], src[15:8]} ^ {src[17:16], src[31:18]} ^ {src[38:32], src[47:39]} ^
               {label[14:0], label[15]};
      x      = x ^ {x[11:0], 4'd0};
      x      = x ^ {7'd0, x[15:7]};
      x      = x ^ {x[9:0], 6'd0};
      x      = x ^ {x[11:0], 4'd0};
      x      = x ^ {7'd0, x[15:7]};
      hash_o = x ^ {x[9:0], 6'd0};
    end
  end
endmodule
`default_nettype wire
