// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_voq: the virtual output queues of one ingress, one queue an egress and virtual channel.
//
// A queue is a list of whole frames. Its entries are {multicast, length, frame}, where `frame` is
// the identifier of the frame's first cell; the link of an entry is stored under the identifier of
// the entry before it. A frame stands at most once in the queues to one egress, so the identifier
// is its own list node: nothing is allocated here and a queue can never be full. A multicast frame
// stands in the queues of several egresses at once (each egress has its own links), which keeps
// order per (ingress, egress, VC) without a separate multicast queue and without copying cells.
//
// Latency: enqueue to head_o/nonempty_o 1 cycle when the queue was empty.
// Stall:   none. Every cycle one frame enqueues and one dequeues, each on one VC of any set of
//          egresses, also of the same: the second entry
//          is held in a register beside the head, the third is read from the link RAM while the
//          second moves up.
// Trade-off: link RAM of CELLS entries per (ingress, egress) pair, 19 % of the cell memory at 8
//          endpoints; it grows with the radix.
// Relies on: dequeue only when nonempty_o of that channel; identifiers unique among queued frames.
`default_nettype none
`include "weft_defs.vh"

module weft_voq #(
  parameter ENDPOINTS = 1,
  parameter VCS       = 4,
  parameter CELLS     = 4096,
  parameter IDW       = $clog2(CELLS),           // derived
  parameter EW        = 1 + `WEFT_LEN_BITS + IDW // derived: entry width
) (
  input  wire                        clk,
  input  wire                        rst,
  input  wire [ENDPOINTS-1:0]        enq_i,       // egresses
  input  wire [2:0]                  enq_vc_i,
  input  wire [EW-1:0]               enq_entry_i, // {multicast, length[13:0], frame}
  input  wire [ENDPOINTS-1:0]        deq_i,       // egresses
  input  wire [2:0]                  deq_vc_i,
  output wire [VCS*ENDPOINTS-1:0]    nonempty_o,  // [v*ENDPOINTS + j]
  output wire [VCS*ENDPOINTS-1:0]    multicast_o, // [v*ENDPOINTS + j] the head is a multicast frame
  output wire [ENDPOINTS*VCS*32-1:0] head_o       // [j*VCS + v] entry at the head, 32 bits apart
);

  localparam E = ENDPOINTS;
  localparam N = ENDPOINTS * VCS;
  localparam CW = IDW + 1;
  localparam [IDW:0] ONE = 1;
  localparam [IDW:0] TWO = 2;

  // Whole words for the heads: a simulator moves them without shifts.
  reg  [N*32-1:0]  head_q;
  reg  [N*EW-1:0]  next_q;      // stale where fill_q points in this cycle
  reg  [N*IDW-1:0] tail_q;
  reg  [N*CW-1:0]  count_q;
  reg  [N-1:0]     nonempty_q, multicast_q;
  reg  [E-1:0]     fill_q;      // the link RAM delivers the second entry in this cycle
  reg  [2:0]       fill_vc_q;
  wire [E*32-1:0]  fill_entry;

  // Looked up only when something happens. What depends on a dequeue is ready for both cases: the
  // scheduler decides late in the cycle.
  reg  [E*32-1:0]  deq_next;            // the second entry of the queue that is dequeued
  reg  [E-1:0]     deq_last, deq_many;  // it has one entry, more than two
  reg  [E*CW-1:0]  deq_count;
  always @* begin : p_deq
    integer j;
    deq_next  = {E*32{1'b0}};
    deq_last  = {E{1'b0}};
    deq_many  = {E{1'b0}};
    deq_count = {E*CW{1'b0}};
    if (deq_i != {E{1'b0}})
      for (j = 0; j < E; j = j + 1)
        if (deq_i[j]) begin
          deq_next[j*32 +: EW] = (fill_q[j] && fill_vc_q == deq_vc_i) ? fill_entry[j*32 +: EW]
                               : next_q[(j*VCS + {29'd0, deq_vc_i})*EW +: EW];
          deq_count[j*CW +: CW] = count_q[(j*VCS + {29'd0, deq_vc_i})*CW +: CW];
          deq_last[j] = deq_count[j*CW +: CW] == ONE;
          deq_many[j] = deq_count[j*CW +: CW] > TWO;
        end
  end

  wire [E-1:0]     both = (enq_vc_i == deq_vc_i) ? enq_i & deq_i : {E{1'b0}}; // on the same queue
  reg  [E*CW-1:0]  enq_count;
  reg  [E-1:0]     first, second, link; // place of the new entry, behind what a dequeue leaves
  reg  [E*IDW-1:0] enq_tail;
  always @* begin : p_enq
    integer j;
    first     = {E{1'b0}};
    second    = {E{1'b0}};
    link      = {E{1'b0}};
    enq_count = {E*CW{1'b0}};
    enq_tail  = {E*IDW{1'b0}};
    if (enq_i != {E{1'b0}})
      for (j = 0; j < E; j = j + 1)
        if (enq_i[j]) begin
          enq_count[j*CW +: CW] = count_q[(j*VCS + {29'd0, enq_vc_i})*CW +: CW];
          enq_tail[j*IDW +: IDW] = tail_q[(j*VCS + {29'd0, enq_vc_i})*IDW +: IDW];
          first[j]  = enq_count[j*CW +: CW] == (both[j] ? ONE : {CW{1'b0}});
          second[j] = enq_count[j*CW +: CW] == (both[j] ? TWO : ONE);
          link[j]   = enq_count[j*CW +: CW] > (both[j] ? TWO : ONE);
        end
  end

  genvar g;
  generate
    for (g = 0; g < E; g = g + 1) begin : gen_link
      wire [EW-1:0] entry;
      weft_ram_1w1r #(.WIDTH(EW), .DEPTH(CELLS)) u_link (
        .clk(clk),
        .wr_en_i(link[g]), .wr_addr_i(enq_tail[g*IDW +: IDW]), .wr_data_i(enq_entry_i),
        .rd_en_i(deq_many[g]), .rd_addr_i(deq_next[g*32 +: IDW]), .rd_data_o(entry)
      );
      assign fill_entry[g*32 +: 32] = {{32-EW{1'b0}}, entry};
    end
  endgenerate

  always @(posedge clk) begin : p_queues
    integer j;
    fill_q <= deq_many;
    if (fill_q != {E{1'b0}})
      for (j = 0; j < E; j = j + 1)
        if (fill_q[j])
          next_q[(j*VCS + {29'd0, fill_vc_q})*EW +: EW] <= fill_entry[j*32 +: EW];
    if (deq_i != {E{1'b0}}) begin
      fill_vc_q <= deq_vc_i;
      for (j = 0; j < E; j = j + 1)
        if (deq_i[j]) begin
          head_q[(j*VCS + {29'd0, deq_vc_i})*32 +: 32] <= deq_next[j*32 +: 32];
          multicast_q[{29'd0, deq_vc_i}*E + j] <= !deq_last[j] && deq_next[j*32 + EW - 1];
          nonempty_q[{29'd0, deq_vc_i}*E + j]  <= !deq_last[j];
          if (!both[j])
            count_q[(j*VCS + {29'd0, deq_vc_i})*CW +: CW] <= deq_count[j*CW +: CW] - ONE;
        end
    end
    if (enq_i != {E{1'b0}})
      for (j = 0; j < E; j = j + 1)
        if (enq_i[j]) begin
          tail_q[(j*VCS + {29'd0, enq_vc_i})*IDW +: IDW] <= enq_entry_i[IDW-1:0];
          nonempty_q[{29'd0, enq_vc_i}*E + j] <= 1'b1;
          if (first[j]) begin
            head_q[(j*VCS + {29'd0, enq_vc_i})*32 +: 32] <= {{32-EW{1'b0}}, enq_entry_i};
            multicast_q[{29'd0, enq_vc_i}*E + j] <= enq_entry_i[EW-1];
          end
          if (second[j]) next_q[(j*VCS + {29'd0, enq_vc_i})*EW +: EW] <= enq_entry_i;
          if (!both[j])
            count_q[(j*VCS + {29'd0, enq_vc_i})*CW +: CW] <= enq_count[j*CW +: CW] + ONE;
        end
    if (rst) begin
      count_q     <= {N*CW{1'b0}};
      nonempty_q  <= {N{1'b0}};
      multicast_q <= {N{1'b0}};
      fill_q      <= {E{1'b0}};
    end
  end

  assign nonempty_o  = nonempty_q;
  assign multicast_o = multicast_q;
  assign head_o      = head_q;

`ifdef WEFT_ASSERTIONS
  wire [E-1:0] deq_held = nonempty_q[{29'd0, deq_vc_i}*E +: E];
`endif
  `WEFT_ASSERT(DEQ_HAS_ENTRY, (deq_i & ~deq_held) == {E{1'b0}})
  `WEFT_ASSERT(VC_IN_RANGE, (enq_i == {E{1'b0}} || {29'd0, enq_vc_i} < VCS)
                            && (deq_i == {E{1'b0}} || {29'd0, deq_vc_i} < VCS))

endmodule

`default_nettype wire
