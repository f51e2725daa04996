// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_voq: the virtual output queues from one ingress to one egress, one queue a virtual channel.
//
// A queue is a list of whole frames. Its entries are {multicast, length, frame}, where `frame` is
// the identifier of the frame's first cell; the link of an entry is stored under the identifier of
// the entry before it. A frame stands at most once in the queues to one egress, so the identifier
// is its own list node: nothing is allocated here and a queue can never be full. A multicast frame
// stands in the queues of several egresses at once (each weft_voq has its own links), which keeps
// order per (ingress, egress, VC) without a separate multicast queue and without copying cells.
//
// Latency: enqueue to head_o/nonempty_o 1 cycle when the queue was empty.
// Stall:   none. One enqueue and one dequeue every cycle, also on the same queue: the second entry
//          is held in a register beside the head, the third is read from the link RAM while the
//          second moves up.
// Trade-off: link RAM of CELLS entries per (ingress, egress) pair, 19 % of the cell memory at 8
//          endpoints; it grows with the radix.
// Relies on: dequeue only when nonempty_o of that channel; identifiers unique among queued frames.
`default_nettype none
`include "weft_defs.vh"

module weft_voq #(
  parameter VCS   = 4,
  parameter CELLS = 4096,
  parameter IDW   = $clog2(CELLS),             // derived
  parameter EW    = 1 + `WEFT_LEN_BITS + IDW   // derived: entry width
) (
  input  wire              clk,
  input  wire              rst,
  input  wire              enq_i,
  input  wire [2:0]        enq_vc_i,
  input  wire [EW-1:0]     enq_entry_i,   // {multicast, length[13:0], frame}
  input  wire              deq_i,
  input  wire [2:0]        deq_vc_i,
  output wire [VCS-1:0]    nonempty_o,
  output wire [VCS-1:0]    multicast_o,   // the head is a multicast frame
  output wire [VCS*32-1:0] head_o         // entry at the head of each channel, 32 bits apart
);

  localparam VW = (VCS > 1) ? $clog2(VCS) : 1;
  localparam [IDW:0] ONE = 1;
  localparam [IDW:0] TWO = 2;

  reg  [VCS*EW-1:0]      head_q, next_q;   // next_q is stale where fill_q points in this cycle
  reg  [VCS*IDW-1:0]     tail_q;
  reg  [VCS*(IDW+1)-1:0] count_q;
  reg  [VCS-1:0]         nonempty_q;
  reg                    fill_q;           // the link RAM delivers the second entry in this cycle
  reg  [2:0]             fill_vc_q;
  wire [EW-1:0]          fill_entry;

  // Looked up only when something happens: there is one of these blocks for every pair of ports.
  // What depends on a dequeue is ready for both cases: the scheduler decides late in the cycle.
  reg            both;               // on the same queue
  reg  [EW-1:0]  deq_next;    // the second entry of the queue that is dequeued
  reg            deq_last, deq_many; // it has one entry, more than two
  reg  [IDW:0]   enq_count;
  reg            first, second, link; // place of the new entry, behind what a dequeue leaves
  reg  [IDW-1:0] enq_tail;
  always @* begin
    both      = 1'b0;
    first     = 1'b0;
    second    = 1'b0;
    link      = 1'b0;
    deq_next  = {EW{1'b0}};
    deq_last  = 1'b0;
    deq_many  = 1'b0;
    enq_count = {IDW+1{1'b0}};
    enq_tail  = {IDW{1'b0}};
    if (deq_i) begin
      deq_next = (fill_q && fill_vc_q == deq_vc_i) ? fill_entry : next_q[deq_vc_i*EW +: EW];
      deq_last = count_q[deq_vc_i*(IDW+1) +: IDW+1] == ONE;
      deq_many = count_q[deq_vc_i*(IDW+1) +: IDW+1] > TWO;
    end
    if (enq_i) begin
      both      = deq_i && enq_vc_i == deq_vc_i;
      enq_count = count_q[enq_vc_i*(IDW+1) +: IDW+1];
      first     = both ? enq_count == ONE : enq_count == {IDW+1{1'b0}};
      second    = both ? enq_count == TWO : enq_count == ONE;
      link      = both ? enq_count > TWO : enq_count > ONE;
      enq_tail  = tail_q[enq_vc_i*IDW +: IDW];
    end
  end
  wire           refill = deq_i && deq_many;

  weft_ram_1w1r #(.WIDTH(EW), .DEPTH(CELLS)) u_link (
    .clk(clk),
    .wr_en_i(link), .wr_addr_i(enq_tail), .wr_data_i(enq_entry_i),
    .rd_en_i(refill), .rd_addr_i(deq_next[IDW-1:0]), .rd_data_o(fill_entry)
  );

  always @(posedge clk) begin : p_queues
    integer c;
    fill_q <= refill;
    if (refill) fill_vc_q <= deq_vc_i;
    if (fill_q) next_q[fill_vc_q*EW +: EW] <= fill_entry;
    if (deq_i) begin
      head_q[deq_vc_i*EW +: EW]    <= deq_next;
      nonempty_q[deq_vc_i[VW-1:0]] <= !deq_last;
    end
    if (enq_i) begin
      tail_q[enq_vc_i*IDW +: IDW]  <= enq_entry_i[IDW-1:0];
      nonempty_q[enq_vc_i[VW-1:0]] <= 1'b1;
      if (first)  head_q[enq_vc_i*EW +: EW] <= enq_entry_i;
      if (second) next_q[enq_vc_i*EW +: EW] <= enq_entry_i;
    end
    if ((enq_i || deq_i) && !both)
      for (c = 0; c < VCS; c = c + 1)
        if (enq_i && enq_vc_i == c[2:0])
          count_q[c*(IDW+1) +: IDW+1] <= count_q[c*(IDW+1) +: IDW+1] + ONE;
        else if (deq_i && deq_vc_i == c[2:0])
          count_q[c*(IDW+1) +: IDW+1] <= count_q[c*(IDW+1) +: IDW+1] - ONE;
    if (rst) begin
      count_q    <= {VCS*(IDW+1){1'b0}};
      nonempty_q <= {VCS{1'b0}};
      fill_q     <= 1'b0;
    end
  end

  assign nonempty_o = nonempty_q;
  genvar v;
  generate
    for (v = 0; v < VCS; v = v + 1) begin : gen_head
      assign multicast_o[v]      = nonempty_q[v] & head_q[v*EW + EW - 1];
      // Whole words: putting queues side by side costs a simulator no shifts.
      assign head_o[v*32 +: 32] = {{32-EW{1'b0}}, head_q[v*EW +: EW]};
    end
  endgenerate

  `WEFT_ASSERT(DEQ_HAS_ENTRY, !deq_i || nonempty_q[deq_vc_i[VW-1:0]])
  `WEFT_ASSERT(VC_IN_RANGE, (!enq_i || {29'd0, enq_vc_i} < VCS)
                            && (!deq_i || {29'd0, deq_vc_i} < VCS))

endmodule

`default_nettype wire
