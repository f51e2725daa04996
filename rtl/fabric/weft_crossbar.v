// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_crossbar: one cell a cycle from every ingress, one cell a cycle to every egress. A cell may
// go to several egresses at once. Selection is by the masks that the ingresses hold; the scheduler
// keeps them disjoint, which is asserted and kept as a sticky error bit.
//
// Latency: 1 cycle.
// Stall:   none: whoever sends a cell has reserved its place at the egress.
// Also carries, one cycle later too, the lengths of matched frames to the egress' credit account.
`default_nettype none
`include "weft_defs.vh"

module weft_crossbar #(
  parameter INPUTS  = 8,
  parameter OUTPUTS = 8,
  parameter WIDTH   = 600
) (
  input  wire                      clk,
  input  wire                      rst,
  input  wire [INPUTS-1:0]         x_valid_i,
  input  wire [INPUTS*OUTPUTS-1:0] x_mask_i,
  input  wire [INPUTS*WIDTH-1:0]   x_data_i,
  output reg  [OUTPUTS-1:0]        y_valid_o,
  output reg  [OUTPUTS*WIDTH-1:0]  y_data_o,
  // {vc, length} of stored and of cut-through frames
  input  wire [INPUTS-1:0]         tus_valid_i,
  input  wire [INPUTS*OUTPUTS-1:0] tus_mask_i,
  input  wire [INPUTS*17-1:0]      tus_data_i,
  input  wire [INPUTS-1:0]         tuc_valid_i,
  input  wire [INPUTS*OUTPUTS-1:0] tuc_mask_i,
  input  wire [INPUTS*17-1:0]      tuc_data_i,
  output reg  [OUTPUTS-1:0]        tu_valid_o,
  output reg  [OUTPUTS*17-1:0]     tu_data_o,
  output wire                      error_o    // sticky: two ingresses wanted one egress
);

  reg                clash;
  reg  [OUTPUTS-1:0] taken, tu_taken;
  always @* begin : p_clash
    integer i;
    clash    = 1'b0;
    taken    = {OUTPUTS{1'b0}};
    tu_taken = {OUTPUTS{1'b0}};
    for (i = 0; i < INPUTS; i = i + 1) begin
      if (x_valid_i[i]) begin
        clash = clash | ((taken & x_mask_i[i*OUTPUTS +: OUTPUTS]) != {OUTPUTS{1'b0}});
        taken = taken | x_mask_i[i*OUTPUTS +: OUTPUTS];
      end
      if (tus_valid_i[i]) begin
        clash    = clash | ((tu_taken & tus_mask_i[i*OUTPUTS +: OUTPUTS]) != {OUTPUTS{1'b0}});
        tu_taken = tu_taken | tus_mask_i[i*OUTPUTS +: OUTPUTS];
      end
      if (tuc_valid_i[i]) begin
        clash    = clash | ((tu_taken & tuc_mask_i[i*OUTPUTS +: OUTPUTS]) != {OUTPUTS{1'b0}});
        tu_taken = tu_taken | tuc_mask_i[i*OUTPUTS +: OUTPUTS];
      end
    end
  end

  reg error_q;
  always @(posedge clk) begin : p_cells
    integer i, j;
    y_valid_o  <= taken;
    tu_valid_o <= tu_taken;
    for (i = 0; i < INPUTS; i = i + 1) begin
      if (x_valid_i[i])
        for (j = 0; j < OUTPUTS; j = j + 1)
          if (x_mask_i[i*OUTPUTS + j]) y_data_o[j*WIDTH +: WIDTH] <= x_data_i[i*WIDTH +: WIDTH];
      if (tus_valid_i[i])
        for (j = 0; j < OUTPUTS; j = j + 1)
          if (tus_mask_i[i*OUTPUTS + j]) tu_data_o[j*17 +: 17] <= tus_data_i[i*17 +: 17];
      if (tuc_valid_i[i])
        for (j = 0; j < OUTPUTS; j = j + 1)
          if (tuc_mask_i[i*OUTPUTS + j]) tu_data_o[j*17 +: 17] <= tuc_data_i[i*17 +: 17];
    end
    if (clash) error_q <= 1'b1;
    if (rst) begin
      y_valid_o  <= {OUTPUTS{1'b0}};
      tu_valid_o <= {OUTPUTS{1'b0}};
      error_q    <= 1'b0;
    end
  end
  assign error_o = error_q;

  `WEFT_ASSERT(ONE_SOURCE_PER_EGRESS, !clash)

endmodule

`default_nettype wire
