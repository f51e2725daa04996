// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_switch: the whole switch. Wiring only: ports, scheduler, crossbar, route tables, registers,
// time. Geometry and contracts: docs/architecture.md; signals of this boundary: docs/handshakes.md.
//
// All vectors are port-major: port p takes bits [p*W +: W].
`default_nettype none
`include "weft_defs.vh"

module weft_switch #(
  parameter PORTS     = 8,     // 2..64 (register map: up to 64)
  parameter MII_BYTES = 32,    // 8, 16, 32
  parameter VCS       = 4,     // 1..8
  parameter CELLS     = 4096,  // ingress buffer of a port, cells of 64 bytes, power of two
  parameter EG_CELLS  = 256,   // egress queue, cells
  parameter MAC_SETS  = 64,    // of the 4-way MAC table
  parameter IDS       = 1024,  // accelerator identifiers
  parameter GROUPS    = 64,
  parameter LPM4      = 64,    // IPv4 prefixes (and 32-bit identifiers)
  parameter LPM6      = 16,    // IPv6 prefixes
  parameter RANGES    = 16,    // memory-address ranges
  parameter GROUPS_ECMP = 16,  // groups with member buckets, at most GROUPS
  parameter PARTS     = 16     // partitions
) (
  input  wire                         clk,
  input  wire                         rst,
  // Wires (contract 1)
  input  wire [PORTS*MII_BYTES*8-1:0] rx_data_i,
  input  wire [PORTS*MII_BYTES-1:0]   rx_ctrl_i,
  output wire [PORTS*MII_BYTES*8-1:0] tx_data_o,
  output wire [PORTS*MII_BYTES-1:0]   tx_ctrl_o,
  // Registers (contract 6)
  input  wire [19:0]                  s_axil_awaddr,
  input  wire                         s_axil_awvalid,
  output wire                         s_axil_awready,
  input  wire [31:0]                  s_axil_wdata,
  input  wire [3:0]                   s_axil_wstrb,
  input  wire                         s_axil_wvalid,
  output wire                         s_axil_wready,
  output wire [1:0]                   s_axil_bresp,
  output wire                         s_axil_bvalid,
  input  wire                         s_axil_bready,
  input  wire [19:0]                  s_axil_araddr,
  input  wire                         s_axil_arvalid,
  output wire                         s_axil_arready,
  output wire [31:0]                  s_axil_rdata,
  output wire [1:0]                   s_axil_rresp,
  output wire                         s_axil_rvalid,
  input  wire                         s_axil_rready,
  output wire                         irq_o,
  // Frame trace (contract 8)
  output wire [PORTS-1:0]             trace_rx_valid_o,
  output wire [PORTS*160-1:0]         trace_rx_o,
  output wire [PORTS-1:0]             trace_tx_valid_o,
  output wire [PORTS*128-1:0]         trace_tx_o
);

  localparam E = PORTS;          // endpoints: ports only so far; others are numbered past them
  localparam MAX_CELLS = 144;    // 9216 bytes with FCS
  localparam XW = `WEFT_XBAR_BITS;

  // ------------------------------------------------------------------ registers --------------
  wire              reg_valid, reg_write;
  wire [19:0]       reg_addr;
  wire [31:0]       reg_wdata;
  wire [PORTS+2:0]  ack, err;
  wire [(PORTS+3)*32-1:0] rdata;
  reg  [31:0]       rdata_or;
  always @* begin : p_or
    integer k;
    rdata_or = 32'd0;
    for (k = 0; k < PORTS + 3; k = k + 1) rdata_or = rdata_or | rdata[k*32 +: 32];
  end
  weft_csr_axil u_csr_axil (
    .clk(clk), .rst(rst),
    .s_axil_awaddr(s_axil_awaddr), .s_axil_awvalid(s_axil_awvalid),
    .s_axil_awready(s_axil_awready), .s_axil_wdata(s_axil_wdata), .s_axil_wstrb(s_axil_wstrb),
    .s_axil_wvalid(s_axil_wvalid), .s_axil_wready(s_axil_wready), .s_axil_bresp(s_axil_bresp),
    .s_axil_bvalid(s_axil_bvalid), .s_axil_bready(s_axil_bready),
    .s_axil_araddr(s_axil_araddr), .s_axil_arvalid(s_axil_arvalid),
    .s_axil_arready(s_axil_arready), .s_axil_rdata(s_axil_rdata), .s_axil_rresp(s_axil_rresp),
    .s_axil_rvalid(s_axil_rvalid), .s_axil_rready(s_axil_rready),
    .reg_valid_o(reg_valid), .reg_write_o(reg_write), .reg_addr_o(reg_addr),
    .reg_wdata_o(reg_wdata), .reg_ack_i(|ack), .reg_err_i(|err), .reg_rdata_i(rdata_or)
  );

  wire [63:0]  now, snap_time;
  wire [31:0]  snap_seq;
  wire         snap, snap_done;
  weft_time u_time (
    .clk(clk), .rst(rst), .snap_i(snap), .time_o(now), .snap_seq_o(snap_seq),
    .snap_time_o(snap_time), .snap_done_o(snap_done)
  );

  wire [13:0]  cfg_max_frame;
  wire [31:0]  cfg_id_prefix, cfg_id_mask;
  wire         cfg_ct_enable;
  wire [3:0]   cfg_ct_margin, cfg_ct_threshold;
  wire [7:0]   cfg_egress_high;
  wire [5:0]   cfg_punt_port;
  wire         cfg_punt;
  /* verilator lint_off UNUSEDSIGNAL */
  wire [103:0] cfg_ecn;  // registers are laid out for 8 VCs
  /* verilator lint_on UNUSEDSIGNAL */
  wire [6:0]   intr_state, intr_enable, intr_test, intr_set;
  wire         route_err;
  wire [PORTS-1:0] ready, ev_lossless, ev_underrun, ev_cc_bad, err_link, err_ingress, err_egress;
  wire         err_crossbar;
  wire         err_any = err_crossbar | (|err_ingress) | (|err_egress);
  /* verilator lint_off PINCONNECTEMPTY */
  weft_csr_chip #(.BASE(20'h00000)) u_csr_chip (
    .clk(clk), .rst(rst), .reg_valid_i(reg_valid), .reg_write_i(reg_write),
    .reg_addr_i(reg_addr), .reg_wdata_i(reg_wdata), .reg_ack_o(ack[0]), .reg_err_o(err[0]),
    .reg_rdata_o(rdata[31:0]), .block_next_i(20'h01000),
    .geometry0_ports_i(PORTS[7:0]), .geometry0_endpoints_i(E[7:0]), .geometry0_vcs_i(VCS[7:0]),
    .geometry0_mii_bytes_i(MII_BYTES[7:0]), .geometry1_buf_cells_i(CELLS[15:0]),
    .geometry1_egress_cells_i(EG_CELLS[15:0]), .geometry2_cell_bytes_i(8'd64),
    .geometry2_mac_sets_i(MAC_SETS[15:0]),
    .cycle_lo_i(now[31:0]), .cycle_hi_i(now[63:32]),
    .snapshot_take_p_o(snap), .snapshot_seq_i(snap_seq),
    .snapshot_cycle_lo_i(snap_time[31:0]), .snapshot_cycle_hi_i(snap_time[63:32]),
    .intr_state_set_i(intr_set),
    .intr_state_o(intr_state), .intr_enable_o(intr_enable), .intr_test_p_o(intr_test),
    .error_status_set_i({1'b0, |err_egress, err_crossbar, |err_ingress, 1'b0, 1'b0, |err_link,
                         1'b0}),
    .error_status_o(),
    .max_frame_o(cfg_max_frame), .punt_endpoint_o(cfg_punt_port),
    .punt_enable_o(cfg_punt), .id_prefix_o(cfg_id_prefix),
    .id_mask_o(cfg_id_mask), .ct_ctrl_enable_o(cfg_ct_enable), .ct_ctrl_margin_o(cfg_ct_margin),
    .ct_ctrl_threshold_o(cfg_ct_threshold), .egress_high_o(cfg_egress_high),
    .ecn_threshold_o(cfg_ecn)
  );
  /* verilator lint_on PINCONNECTEMPTY */
  // Levels (errors that stay) interrupt when they rise.
  weft_intr #(.N(7), .EDGE(7'b0111000)) u_intr (
    .clk(clk), .rst(rst),
    .event_i({|ev_cc_bad, route_err, err_any, |err_link, |ev_underrun, |ev_lossless, snap_done}),
    .test_i(intr_test), .state_i(intr_state), .enable_i(intr_enable), .set_o(intr_set),
    .irq_o(irq_o)
  );

  // ------------------------------------------------------------------ route tables -----------
  wire [127:0] key, rd_key, tbl_key, mask, rd_mask, tbl_mask;
  wire [21:0]  entry, rd_entry, tbl_entry;
  wire [2:0]   cmd_sel, tbl_sel;
  wire [15:0]  cmd_index, tbl_index;
  wire         cmd, cmd_write, cmd_busy, tbl_ready, tbl_we;
  weft_csr_route #(.BASE(20'h01000)) u_csr_route (
    .clk(clk), .rst(rst), .reg_valid_i(reg_valid), .reg_write_i(reg_write),
    .reg_addr_i(reg_addr), .reg_wdata_i(reg_wdata), .reg_ack_o(ack[1]), .reg_err_o(err[1]),
    .reg_rdata_o(rdata[63:32]), .block_next_i(20'h02000),
    .status_ready_i(tbl_ready & (&ready)), .status_busy_i(cmd_busy), .status_error_i(route_err),
    .key_o(key), .mask_o(mask), .entry_o(entry), .cmd_sel_o(cmd_sel), .cmd_write_o(cmd_write),
    .cmd_index_o(cmd_index), .cmd_p_o(cmd), .rd_key_i(rd_key), .rd_mask_i(rd_mask),
    .rd_entry_i(rd_entry),
    .table_sizes0_mac_ways_i(8'd4), .table_sizes0_mac_sets_i(MAC_SETS[15:0]),
    .table_sizes1_ids_i(IDS[15:0]), .table_sizes1_groups_i(GROUPS[15:0]),
    .table_sizes2_lpm4_i(LPM4[15:0]), .table_sizes2_lpm6_i(LPM6[15:0]),
    .table_sizes3_ranges_i(RANGES[7:0]), .table_sizes3_ecmp_i(GROUPS_ECMP[7:0]),
    .table_sizes3_parts_i(PARTS[7:0])
  );
  weft_route_ctl #(
    .MAC_SETS(MAC_SETS), .IDS(IDS), .GROUPS(GROUPS), .LPM4(LPM4), .LPM6(LPM6), .RANGES(RANGES),
    .GROUPS_ECMP(GROUPS_ECMP), .PARTS(PARTS)
  ) u_route_ctl (
    .clk(clk), .rst(rst), .cmd_valid_i(cmd), .cmd_write_i(cmd_write), .cmd_sel_i(cmd_sel),
    .cmd_index_i(cmd_index), .cmd_key_i(key), .cmd_entry_i(entry), .cmd_mask_i(mask),
    .cmd_busy_o(cmd_busy),
    .rd_key_o(rd_key), .rd_entry_o(rd_entry), .rd_mask_o(rd_mask), .rd_err_o(route_err),
    .tbl_ready_o(tbl_ready), .tbl_we_o(tbl_we), .tbl_sel_o(tbl_sel), .tbl_index_o(tbl_index),
    .tbl_key_o(tbl_key), .tbl_entry_o(tbl_entry), .tbl_mask_o(tbl_mask)
  );

  // ------------------------------------------------------------------ parser program ---------
  localparam PARSER_STAGES = 6;
  wire [31:0]        parser_data, parser_rd, parser_tag, load_tag;
  wire [63:0]        parser_mask;
  wire [1:0]         parser_op;
  wire [3:0]         parser_seek, parser_stage;
  wire [6:0]         parser_word;
  wire               parser_put, parser_cmd, parser_busy, parser_err, parser_complete;
  wire [PORTS-1:0]   load;
  wire [2559:0]      load_data;
  weft_csr_parser #(.BASE(20'h02000)) u_csr_parser (
    .clk(clk), .rst(rst), .reg_valid_i(reg_valid), .reg_write_i(reg_write),
    .reg_addr_i(reg_addr), .reg_wdata_i(reg_wdata), .reg_ack_o(ack[2]), .reg_err_o(err[2]),
    .reg_rdata_o(rdata[95:64]), .block_next_i(20'h10000),
    .status_busy_i(parser_busy), .status_error_i(parser_err),
    .status_complete_i(parser_complete), .status_stage_i(parser_stage),
    .status_word_i(parser_word), .size_stages_i(PARSER_STAGES[7:0]), .size_words_i(8'd80),
    .data_o(parser_data), .data_p_o(parser_put), .rd_data_i(parser_rd),
    .port_mask_lo_o(parser_mask[31:0]), .port_mask_hi_o(parser_mask[63:32]),
    .tag_o(parser_tag), .cmd_op_o(parser_op), .cmd_stage_o(parser_seek), .cmd_p_o(parser_cmd)
  );
  weft_parser_ctl #(.PORTS(PORTS), .STAGES(PARSER_STAGES)) u_parser_ctl (
    .clk(clk), .rst(rst), .data_valid_i(parser_put), .data_i(parser_data),
    .cmd_valid_i(parser_cmd), .cmd_op_i(parser_op), .cmd_stage_i(parser_seek),
    .cmd_mask_i(parser_mask), .cmd_tag_i(parser_tag), .busy_o(parser_busy),
    .error_o(parser_err), .complete_o(parser_complete), .stage_o(parser_stage),
    .word_o(parser_word), .rd_data_o(parser_rd),
    .load_o(load), .load_data_o(load_data), .load_tag_o(load_tag)
  );

  // ------------------------------------------------------------------ fabric -----------------
  wire [PORTS*VCS*E-1:0] heads, hold, req, same;
  wire [PORTS-1:0]       src_free, ct_req, acc_valid, ct_gnt;
  wire [PORTS*E-1:0]     busy, ct_mask, acc_mask;
  wire [PORTS*3-1:0]     ct_vc, acc_vc;
  wire [E-1:0]           eg_idle, eg_ready, gnt_valid;
  wire [E*3-1:0]         gnt_vc;
  weft_scheduler #(.INPUTS(PORTS), .OUTPUTS(E), .VCS(VCS)) u_scheduler (
    .clk(clk), .rst(rst), .req_i(req), .same_i(same), .free_i(src_free), .busy_i(busy),
    .ready_i(eg_ready), .ct_req_i(ct_req), .ct_mask_i(ct_mask), .ct_vc_i(ct_vc),
    .acc_valid_o(acc_valid), .acc_mask_o(acc_mask), .acc_vc_o(acc_vc), .ct_gnt_o(ct_gnt),
    .gnt_valid_o(gnt_valid), .gnt_vc_o(gnt_vc)
  );

  wire [PORTS-1:0]    x_valid, tus_valid, tuc_valid;
  wire [PORTS*E-1:0]  x_mask, tus_mask, tuc_mask;
  wire [PORTS*XW-1:0] x_data;
  wire [PORTS*17-1:0] tus_data, tuc_data;
  wire [E-1:0]        y_valid, tu_valid;
  wire [E*XW-1:0]     y_data;
  wire [E*17-1:0]     tu_data;
  weft_crossbar #(.INPUTS(PORTS), .OUTPUTS(E), .WIDTH(XW)) u_crossbar (
    .clk(clk), .rst(rst), .x_valid_i(x_valid), .x_mask_i(x_mask), .x_data_i(x_data),
    .y_valid_o(y_valid), .y_data_o(y_data),
    .tus_valid_i(tus_valid), .tus_mask_i(tus_mask), .tus_data_i(tus_data),
    .tuc_valid_i(tuc_valid), .tuc_mask_i(tuc_mask), .tuc_data_i(tuc_data),
    .tu_valid_o(tu_valid), .tu_data_o(tu_data), .error_o(err_crossbar)
  );

  // Credits, turned: each egress speaks of its VCs, each ingress asks per VC for all egresses.
  wire [E*VCS-1:0]    credit_ok_jv;
  wire [VCS*E-1:0]    credit_ok, granted;
  wire [E*VCS*20-1:0] credit_avail;
  wire [E*4-1:0]      credit_shift;
  wire [E*8-1:0]      credit_ovhd;
  genvar gj, gv;
  generate
    for (gj = 0; gj < E; gj = gj + 1) begin : gen_turn
      for (gv = 0; gv < VCS; gv = gv + 1) begin : gen_vc
        assign credit_ok[gv*E + gj] = credit_ok_jv[gj*VCS + gv];
        assign granted[gv*E + gj]   = gnt_valid[gj] & (gnt_vc[gj*3 +: 3] == gv);
      end
    end
  endgenerate

  weft_credit_claim #(.INPUTS(PORTS), .OUTPUTS(E), .VCS(VCS)) u_credit_claim (
    .clk(clk), .rst(rst), .nonempty_i(heads), .ok_i(credit_ok), .granted_i(granted),
    .acc_valid_i(acc_valid), .acc_mask_i(acc_mask), .acc_vc_i(acc_vc), .hold_o(hold)
  );

  // ------------------------------------------------------------------ ports ------------------
  // Which ports are enabled, one register for all lookups: when the enable of a port falls in cycle
  // t, no lookup that ends after cycle t + 1 chooses that port as a member of an ECMP group.
  wire [PORTS-1:0] up;
  reg  [PORTS-1:0] up_q;
  always @(posedge clk) up_q <= rst ? {PORTS{1'b0}} : up;

  genvar p;
  generate
    for (p = 0; p < PORTS; p = p + 1) begin : gen_port
      localparam [19:0] BASE = 20'h10000 + p * 20'h02000;
      weft_port #(
        .MII_BYTES(MII_BYTES), .ENDPOINTS(E), .VCS(VCS), .CELLS(CELLS),
        .EG_CELLS(EG_CELLS), .MAX_CELLS(MAX_CELLS), .MAC_SETS(MAC_SETS), .IDS(IDS),
        .GROUPS(GROUPS), .LPM4(LPM4), .LPM6(LPM6), .RANGES(RANGES), .GROUPS_ECMP(GROUPS_ECMP),
        .PARTS(PARTS)
      ) u_port (
        .clk(clk), .rst(rst), .port_i(p[5:0]), .time_i(now[31:0]), .ready_o(ready[p]),
        .rx_data_i(rx_data_i[p*MII_BYTES*8 +: MII_BYTES*8]),
        .rx_ctrl_i(rx_ctrl_i[p*MII_BYTES +: MII_BYTES]),
        .tx_data_o(tx_data_o[p*MII_BYTES*8 +: MII_BYTES*8]),
        .tx_ctrl_o(tx_ctrl_o[p*MII_BYTES +: MII_BYTES]),
        .reg_valid_i(reg_valid && reg_addr[19:13] == BASE[19:13]), .reg_write_i(reg_write),
        .reg_addr_i(reg_addr[12:0]),
        .reg_wdata_i(reg_wdata), .reg_ack_o(ack[p+3]), .reg_err_o(err[p+3]),
        .reg_rdata_o(rdata[(p+3)*32 +: 32]),
        .block_next_i((p + 1 < PORTS) ? BASE + 20'h02000 : 20'h00000), .snap_i(snap),
        .cfg_max_frame_i(cfg_max_frame), .cfg_id_prefix_i(cfg_id_prefix),
        .cfg_id_mask_i(cfg_id_mask),
        .cfg_ct_enable_i(cfg_ct_enable), .cfg_ct_margin_i(cfg_ct_margin),
        .cfg_ct_threshold_i(cfg_ct_threshold), .cfg_egress_high_i(cfg_egress_high),
        .cfg_ecn_i(cfg_ecn[VCS*13-1:0]), .cfg_punt_i(cfg_punt),
        .cfg_punt_port_i(cfg_punt_port), .up_o(up[p]), .up_i(up_q),
        .load_i(load[p]), .load_data_i(load_data), .load_tag_i(load_tag),
        .tbl_ready_i(tbl_ready), .tbl_we_i(tbl_we), .tbl_sel_i(tbl_sel),
        .tbl_index_i(tbl_index), .tbl_key_i(tbl_key), .tbl_entry_i(tbl_entry),
        .tbl_mask_i(tbl_mask),
        .nonempty_o(heads[p*VCS*E +: VCS*E]), .hold_i(hold[p*VCS*E +: VCS*E]),
        .req_o(req[p*VCS*E +: VCS*E]), .same_o(same[p*VCS*E +: VCS*E]), .free_o(src_free[p]),
        .busy_o(busy[p*E +: E]), .ct_req_o(ct_req[p]), .ct_mask_o(ct_mask[p*E +: E]),
        .ct_vc_o(ct_vc[p*3 +: 3]),
        .acc_valid_i(acc_valid[p]), .acc_mask_i(acc_mask[p*E +: E]),
        .acc_vc_i(acc_vc[p*3 +: 3]), .ct_gnt_i(ct_gnt[p]), .granted_i(granted),
        .all_idle_i(eg_idle), .all_credit_ok_i(credit_ok), .all_credit_avail_i(credit_avail),
        .all_credit_shift_i(credit_shift), .all_credit_ovhd_i(credit_ovhd),
        .eg_idle_o(eg_idle[p]), .eg_ready_o(eg_ready[p]),
        .credit_ok_o(credit_ok_jv[p*VCS +: VCS]),
        .credit_avail_o(credit_avail[p*VCS*20 +: VCS*20]),
        .credit_shift_o(credit_shift[p*4 +: 4]), .credit_ovhd_o(credit_ovhd[p*8 +: 8]),
        .gnt_valid_i(gnt_valid[p]), .gnt_vc_i(gnt_vc[p*3 +: 3]),
        .x_valid_o(x_valid[p]), .x_mask_o(x_mask[p*E +: E]), .x_data_o(x_data[p*XW +: XW]),
        .tus_valid_o(tus_valid[p]), .tus_mask_o(tus_mask[p*E +: E]),
        .tus_data_o(tus_data[p*17 +: 17]),
        .tuc_valid_o(tuc_valid[p]), .tuc_mask_o(tuc_mask[p*E +: E]),
        .tuc_data_o(tuc_data[p*17 +: 17]),
        .y_valid_i(y_valid[p]), .y_data_i(y_data[p*XW +: XW]),
        .tu_valid_i(tu_valid[p]), .tu_data_i(tu_data[p*17 +: 17]),
        .trace_rx_valid_o(trace_rx_valid_o[p]), .trace_rx_o(trace_rx_o[p*160 +: 160]),
        .trace_tx_valid_o(trace_tx_valid_o[p]), .trace_tx_o(trace_tx_o[p*128 +: 128]),
        .ev_lossless_o(ev_lossless[p]), .ev_underrun_o(ev_underrun[p]),
        .ev_cc_bad_o(ev_cc_bad[p]), .err_link_o(err_link[p]),
        .err_ingress_o(err_ingress[p]), .err_egress_o(err_egress[p])
      );
    end
  endgenerate

endmodule

`default_nettype wire
