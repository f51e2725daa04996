// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_intr: what stands between events and the INTR_STATE, INTR_ENABLE and INTR_TEST registers.
//
// What it does: makes the set inputs of INTR_STATE from hardware events and test pulses, and the
//   interrupt line from state and enable. The state itself is in the register block.
// Latency: event to set_o 0 cycles, so event to INTR_STATE 1 cycle and to irq_o 2 cycles; a clear
//   or a disable reaches irq_o one cycle after the register.
// Stall rule: none; every source may fire in every cycle.
// Trade-off: a source that holds its level (a sticky error bit) would set the state again at once
//   after software cleared it and the interrupt would never end. EDGE marks such sources: only
//   their rise counts. Do not mark pulse sources: two pulses in a row would count once.
// Relies on: event_i, test_i, state_i and enable_i come from registers.
`default_nettype none
`include "weft_defs.vh"
module weft_intr #(
  parameter N = 7,                     // sources
  parameter EDGE = 0                   // bit k: source k is a level, its rise is the event
) (
  input  wire         clk,
  input  wire         rst,
  input  wire [N-1:0] event_i,
  input  wire [N-1:0] test_i,    // pulses of INTR_TEST
  input  wire [N-1:0] state_i,   // INTR_STATE
  input  wire [N-1:0] enable_i,  // INTR_ENABLE
  output wire [N-1:0] set_o,     // to the set inputs of INTR_STATE
  output wire         irq_o      // level, high while an enabled state bit is set
);
  reg [N-1:0] seen_q;  // level sources as they were one cycle ago
  reg         irq_q;

  assign set_o = (event_i & ~seen_q) | test_i;
  assign irq_o = irq_q;

  always @(posedge clk) begin
    seen_q <= event_i & EDGE[N-1:0];
    irq_q <= |(state_i & enable_i);
    if (rst) begin
      seen_q <= {N{1'b0}};
      irq_q <= 1'b0;
    end
  end

  `WEFT_ASSERT(a_pulse_sources_never_masked, (seen_q & ~EDGE[N-1:0]) == {N{1'b0}})
endmodule
`default_nettype wire
