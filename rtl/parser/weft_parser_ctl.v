// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_parser_ctl: shadow memory of the parser program, and the one writer of all weft_parser.
//
// Software fills the shadow through a window of one word; a commit sends the whole shadow to the
// ports that it names, without disturbing a frame (law 9: see weft_parser). Commands, each in one
// cycle:
//   data_valid_i     write data_i at the pointer {stage, word}, which moves on to the next word
//   cmd op  1 seek   pointer := {cmd_stage_i, 0}; clears error_o
//           2 read   rd_data_o := word at the pointer, which moves on
//           3 commit program := shadow in every port of cmd_mask_i, whose tag becomes cmd_tag_i; bits
//                    past the last port are ignored
// A stage is stored with its last word, by whatever mixture of reads and writes that is reached; a
// seek before that abandons the changes of the stage. Stages never written read 0.
// error_o: a command was refused: given while busy_o = 1, pointer past the last stage, stage past the
//   last one, or a commit while error_o = 1 or before every stage was written since reset. A refused
//   command changes nothing. Sticky until the next seek that is taken.
//
// Latency: rd_data_o holds the answer in the cycle after the command. busy_o for 1 cycle after a
//   seek, for 2 after the last word of a stage, for STAGES after a commit; when it falls after a
//   commit, every frame that enters a port of the mask gets the new program in all stages.
// Stall rule: no command while busy.
// Trade-off: the shadow is one memory as wide as a stage, because the ports take a stage a cycle; the
//   words of a stage turn through a register of the same width.
// Relies on: a commit is the only source of load_o, so loads never meet in a port.
`default_nettype none
`include "weft_defs.vh"
module weft_parser_ctl #(
    parameter PORTS  = 8, // 2..64
    parameter STAGES = 6  // 3..8, as in weft_parser
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             data_valid_i,
    input  wire [31:0]      data_i,
    input  wire             cmd_valid_i,
    input  wire [1:0]       cmd_op_i,
    input  wire [3:0]       cmd_stage_i,
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire [63:0]      cmd_mask_i,
    /* verilator lint_on UNUSEDSIGNAL */
    input  wire [31:0]      cmd_tag_i,
    output wire             busy_o,
    output reg              error_o,    // sticky
    output wire             complete_o, // every stage was written since reset
    output wire [3:0]       stage_o,    // pointer; STAGES: past the end
    output wire [6:0]       word_o,
    output reg  [31:0]      rd_data_o,
    // to all weft_parser
    output reg  [PORTS-1:0] load_o,
    output wire [2559:0]    load_data_o,
    output reg  [31:0]      load_tag_o
);
  localparam WIDTH = 2560;
  localparam [6:0] LAST_WORD = 7'd79;
  localparam [31:0] STAGES_32 = STAGES;
  localparam [3:0] END = STAGES_32[3:0];
  localparam ADDR = $clog2(STAGES);
  localparam [1:0] SEEK   = 2'd1;
  localparam [1:0] READ   = 2'd2;
  localparam [1:0] COMMIT = 2'd3;

  generate
    if (PORTS < 2 || PORTS > 64 || STAGES < 3 || STAGES > 8) begin : gen_illegal
      weft_parser_ctl_illegal_parameter u_stop ();
    end
  endgenerate

  reg [3:0]        stage_q;   // pointer
  reg [6:0]        word_q;
  reg [WIDTH-1:0]  row_q;     // the stage at the pointer, turned so that the word is in 31:0
  reg              dirty_q;   // it was changed
  reg              store_q;   // it is complete
  reg              fetch_q;   // the memory answers with the next one
  reg [STAGES-1:0] written_q; // stages written since reset
  reg [3:0]        count_q;   // of a commit: stages read, 0 when there is none

  wire             idle   = !busy_o;
  wire             write  = data_valid_i;
  wire             read   = cmd_valid_i && (cmd_op_i == READ) && !data_valid_i;
  wire             step   = (write || read) && idle && (stage_q < END);
  wire             seek   = cmd_valid_i && (cmd_op_i == SEEK) && idle && !write &&
                            (cmd_stage_i < END);
  wire             commit = cmd_valid_i && (cmd_op_i == COMMIT) && idle && !write && !error_o &&
                            complete_o;
  wire [STAGES-1:0] here  = {{(STAGES - 1) {1'b0}}, 1'b1} << stage_q;
  wire             known  = |(written_q & here);
  wire             refuse = (cmd_valid_i && write) ||
                            ((cmd_valid_i || write) && !step && !seek && !commit);

  assign busy_o     = store_q || fetch_q || (count_q != 4'd0);
  assign complete_o = &written_q;
  assign stage_o    = stage_q;
  assign word_o     = word_q;

  // The memory is read for a commit, for a seek, and for the stage behind one that is complete.
  reg              rd_en;
  reg  [ADDR-1:0]  rd_stage;
  always @* begin
    rd_en    = commit || seek;
    rd_stage = commit ? {ADDR{1'b0}} : cmd_stage_i[ADDR-1:0];
    if (store_q) begin
      rd_en    = (stage_q + 4'd1 < END);
      rd_stage = stage_q[ADDR-1:0] + 1'b1;
    end
    if (count_q != 4'd0) begin
      rd_en    = (count_q < END);
      rd_stage = count_q[ADDR-1:0];
    end
  end

  weft_ram_1w1r #(
      .WIDTH(WIDTH),
      .DEPTH(STAGES)
  ) u_shadow (
      .clk      (clk),
      .wr_en_i  (store_q && dirty_q),
      .wr_addr_i(stage_q[ADDR-1:0]),
      .wr_data_i(row_q),
      .rd_en_i  (rd_en),
      .rd_addr_i(rd_stage),
      .rd_data_o(load_data_o)
  );

  always @(posedge clk) begin
    store_q <= step && (word_q == LAST_WORD);
    fetch_q <= seek || store_q;
    load_o  <= commit ? cmd_mask_i[PORTS-1:0] : {PORTS{1'b0}};
    if (step) begin
      row_q   <= {write ? data_i : row_q[31:0], row_q[WIDTH-1:32]};
      word_q  <= (word_q == LAST_WORD) ? 7'd0 : word_q + 7'd1;
      dirty_q <= dirty_q || write;
    end
    if (step && !write) rd_data_o <= row_q[31:0];
    if (store_q) begin
      stage_q <= stage_q + 4'd1;
      dirty_q <= 1'b0;
      if (dirty_q) written_q <= written_q | here;
    end
    if (seek) begin
      stage_q <= cmd_stage_i;
      word_q  <= 7'd0;
      dirty_q <= 1'b0;
    end
    if (fetch_q) row_q <= known ? load_data_o : {WIDTH{1'b0}};
    if (commit) begin
      load_tag_o <= cmd_tag_i;
      count_q    <= 4'd1;
    end else if (count_q != 4'd0) count_q <= (count_q == END) ? 4'd0 : count_q + 4'd1;
    if (refuse) error_o <= 1'b1;
    else if (seek) error_o <= 1'b0;
    if (rst) begin
      stage_q   <= 4'd0;
      word_q    <= 7'd0;
      dirty_q   <= 1'b0;
      store_q   <= 1'b0;
      fetch_q   <= 1'b1;
      written_q <= {STAGES{1'b0}};
      count_q   <= 4'd0;
      error_o   <= 1'b0;
      rd_data_o <= 32'd0;
      load_o    <= {PORTS{1'b0}};
    end
  end

  `WEFT_ASSERT(a_pointer, (stage_q <= END) && (word_q <= LAST_WORD))
  `WEFT_ASSERT(a_commit_is_complete, (load_o == {PORTS{1'b0}}) || complete_o)
endmodule
`default_nettype wire
