// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_rewrite: what a switch may change in the header of a frame: the first cell in, the first
// cell out. The transmit MAC makes a new FCS; nothing that an end-to-end check covers is touched
// (IPv4 and IPv6 fields that a router may change, the ESUN header).
//
//   mode_i   ESUN                 IPv4                       IPv6
//   1 less   TTL, byte 3 [7:4]    TTL, byte 8                hop limit, byte 7
//   mark_i   ECN, byte 0 [1:0]    ECN, byte 1 [1:0]          ECN, byte 1 [5:4]        := 11
//   DSCP                          byte 1 [7:2]               bytes 0 [3:0], 1 [7:6]   := remark
//   length                        total length, bytes 2..3   payload length, bytes 4..5
//
// remark_i is {enable, DSCP}; the caller chooses it (that of the VC, or that of trimmed frames).
// The length changes when the frame was cut (cut_i) at byte cut_at_i: to what is left of the
// packet, never to more than it was. A cut inside the IP header leaves the length.
// The IPv4 header checksum is updated by RFC 1624, equation 3, HC' = ~(~HC + ~m + m'), over all
// that changed. ~m + m' of the TTL is FEFF, whatever else is in its word. A good header stays good,
// a bad one stays bad, and 0 is always 0000, never FFFF: with FEFF in it the sum is not 0.
//
// Latency: 0, combinational. Stall rule: none.
// Trade-off: one window of 12 bytes is taken out and put back at one of 20 places; so nothing is
//   wider than the window. A simulator computes it only when active_i.
// Relies on: the TTL is not 0, off_i is even and at most 38 (the parser drops the frame otherwise);
//   with another off_i nothing is changed. mark_i only for frames that are ECN-capable.
`default_nettype none
`include "weft_defs.vh"

module weft_rewrite (
  input  wire         active_i,  // a first cell
  input  wire [511:0] cell_i,
  input  wire [1:0]   mode_i,    // WEFT_RW_*
  input  wire [6:0]   off_i,     // bytes, of the header in the cell
  input  wire         mark_i,    // congestion experienced
  input  wire [6:0]   remark_i,  // {enable, DSCP}
  input  wire         cut_i,
  input  wire [6:0]   cut_at_i,  // bytes of the frame that are left
  output reg  [511:0] cell_o,
  output wire         marked_o   // mark_i was obeyed
);

  wire       here   = active_i & (mode_i != `WEFT_RW_NONE) & ~off_i[0] & (off_i <= 7'd38);
  wire [4:0] place  = off_i[5:1];
  wire [6:0] left   = cut_at_i - off_i;          // bytes of the packet that are left
  assign marked_o   = here & mark_i;

  // Ones' complement sum, first with its carries on top.
  function [15:0] fold(input [18:0] sum);
    reg [16:0] once;
    begin
      once = {1'b0, sum[15:0]} + {14'd0, sum[18:16]};
      fold = once[15:0] + {15'd0, once[16]};
    end
  endfunction

  reg  [95:0] h, n;         // before, after; byte k in 8k+7:8k
  reg  [7:0]  tc;           // traffic class
  reg  [15:0] len;
  reg  [18:0] sum;
  always @* begin
    cell_o = cell_i;
    h   = 96'd0;
    n   = 96'd0;
    tc  = 8'd0;
    len = 16'd0;
    sum = 19'd0;
    if (here) begin
      h  = cell_i[{place, 4'd0} +: 96];
      n  = h;
      tc = (mode_i == `WEFT_RW_IP4) ? h[15:8] : {h[3:0], h[15:12]};
      if (remark_i[6]) tc[7:2] = remark_i[5:0];
      if (mark_i) tc[1:0] = 2'b11;
      case (mode_i)
        `WEFT_RW_ESUN: begin
          n[31:28] = h[31:28] - 4'd1;
          if (mark_i) n[1:0] = 2'b11;
        end
        `WEFT_RW_IP4: begin
          len = {h[23:16], h[31:24]};
          if (cut_i && cut_at_i >= off_i + 7'd20 && len > {9'd0, left}) len = {9'd0, left};
          n[15:8]  = tc;
          n[31:16] = {len[7:0], len[15:8]};
          n[71:64] = h[71:64] - 8'd1;
          sum = {3'd0, ~{h[87:80], h[95:88]}} + 19'h0FEFF
              + {3'd0, 8'hFF, ~h[15:8]} + {11'd0, tc};
          if (cut_i) sum = sum + {3'd0, ~{h[23:16], h[31:24]}} + {3'd0, len};
          {n[87:80], n[95:88]} = ~fold(sum);
        end
        default: begin
          len = {h[39:32], h[47:40]};
          if (cut_i && cut_at_i >= off_i + 7'd40 && len > {9'd0, left - 7'd40})
            len = {9'd0, left - 7'd40};
          {n[3:0], n[15:12]} = tc;
          n[47:32] = {len[7:0], len[15:8]};
          n[63:56] = h[63:56] - 8'd1;
        end
      endcase
      cell_o[{place, 4'd0} +: 96] = n;
    end
  end

endmodule

`default_nettype wire
