// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_port: one Ethernet port, from its wire to the fabric and from the fabric to its wire. Wiring
// only: MAC, parser, route, ingress buffer, egress queue, credits of both roles, registers,
// counters.
//
// Latency, unloaded, in cycles (the table of docs/performance.md is measured, this is the plan):
//   pins 1, wire to cell 3 .. 4, FCS 1, parser 7, route 3, buffer and match 1, read 1,
//   crossbar 1 (outside), queue 1, transmit MAC 3.
`default_nettype none
`include "weft_defs.vh"

module weft_port #(
  parameter        MII_BYTES = 32,
  parameter        ENDPOINTS = 8,
  parameter        VCS       = 4,
  parameter        CELLS     = 4096,
  parameter        EG_CELLS  = 256,
  parameter        MAX_CELLS = 144,
  parameter        MAC_SETS  = 64,
  parameter        IDS       = 1024,
  parameter        GROUPS    = 64,
  parameter        LPM4      = 64,
  parameter        LPM6      = 16,
  parameter        RANGES    = 16,
  parameter        GROUPS_ECMP = 16,
  parameter        PARTS     = 16
) (
  input  wire                        clk,
  input  wire                        rst,
  input  wire [5:0]                  port_i,
  input  wire [31:0]                 time_i,
  output wire                        ready_o,
  // Wire
  input  wire [8*MII_BYTES-1:0]      rx_data_i,
  input  wire [MII_BYTES-1:0]        rx_ctrl_i,
  output wire [8*MII_BYTES-1:0]      tx_data_o,
  output wire [MII_BYTES-1:0]        tx_ctrl_o,
  // Register bus
  input  wire                        reg_valid_i,
  input  wire                        reg_write_i,
  input  wire [12:0]                 reg_addr_i,       // within the port's registers
  input  wire [31:0]                 reg_wdata_i,
  output wire                        reg_ack_o,
  output wire                        reg_err_o,
  output wire [31:0]                 reg_rdata_o,
  input  wire [19:0]                 block_next_i,
  input  wire                        snap_i,
  // Chip-wide configuration
  input  wire [13:0]                 cfg_max_frame_i,
  input  wire [31:0]                 cfg_id_prefix_i,
  input  wire [31:0]                 cfg_id_mask_i,
  input  wire                        cfg_ct_enable_i,
  input  wire [3:0]                  cfg_ct_margin_i,
  input  wire [3:0]                  cfg_ct_threshold_i,
  input  wire [7:0]                  cfg_egress_high_i,
  input  wire [VCS*13-1:0]           cfg_ecn_i,
  input  wire                        cfg_punt_i,
  input  wire [5:0]                  cfg_punt_port_i,
  // Parser program
  input  wire                        load_i,
  input  wire [2559:0]               load_data_i,
  input  wire [31:0]                 load_tag_i,
  // Route tables
  input  wire                        tbl_ready_i,
  input  wire                        tbl_we_i,
  input  wire [2:0]                  tbl_sel_i,
  input  wire [15:0]                 tbl_index_i,
  input  wire [127:0]                tbl_key_i,
  input  wire [127:0]                tbl_mask_i,
  input  wire [21:0]                 tbl_entry_i,
  // Endpoints that are up
  output wire                        up_o,
  input  wire [ENDPOINTS-1:0]        up_i,
  // Scheduler, ingress side
  output wire [VCS*ENDPOINTS-1:0]    nonempty_o,
  input  wire [VCS*ENDPOINTS-1:0]    hold_i,
  output wire [VCS*ENDPOINTS-1:0]    req_o,
  output wire [VCS*ENDPOINTS-1:0]    same_o,
  output wire                        free_o,
  output wire [ENDPOINTS-1:0]        busy_o,
  output wire                        ct_req_o,
  output wire [ENDPOINTS-1:0]        ct_mask_o,
  output wire [2:0]                  ct_vc_o,
  input  wire                        acc_valid_i,
  input  wire [ENDPOINTS-1:0]        acc_mask_i,
  input  wire [2:0]                  acc_vc_i,
  input  wire                        ct_gnt_i,
  input  wire [VCS*ENDPOINTS-1:0]    granted_i,
  input  wire [ENDPOINTS-1:0]        all_idle_i,
  input  wire [VCS*ENDPOINTS-1:0]    all_credit_ok_i,    // [v*ENDPOINTS + j]
  input  wire [ENDPOINTS*VCS*20-1:0] all_credit_avail_i,
  input  wire [ENDPOINTS*4-1:0]      all_credit_shift_i,
  input  wire [ENDPOINTS*8-1:0]      all_credit_ovhd_i,
  // Scheduler, egress side
  output wire                        eg_idle_o,
  output wire                        eg_ready_o,
  output wire [VCS-1:0]              credit_ok_o,
  output wire [VCS*20-1:0]           credit_avail_o,
  output wire [3:0]                  credit_shift_o,
  output wire [7:0]                  credit_ovhd_o,
  input  wire                        gnt_valid_i,
  input  wire [2:0]                  gnt_vc_i,
  // Crossbar
  output wire                        x_valid_o,
  output wire [ENDPOINTS-1:0]        x_mask_o,
  output wire [`WEFT_XBAR_BITS-1:0]  x_data_o,
  output wire                        tus_valid_o,
  output wire [ENDPOINTS-1:0]        tus_mask_o,
  output wire [16:0]                 tus_data_o,
  output wire                        tuc_valid_o,
  output wire [ENDPOINTS-1:0]        tuc_mask_o,
  output wire [16:0]                 tuc_data_o,
  input  wire                        y_valid_i,
  input  wire [`WEFT_XBAR_BITS-1:0]  y_data_i,
  input  wire                        tu_valid_i,
  input  wire [16:0]                 tu_data_i,
  // Frame trace (docs/handshakes.md) and events
  output wire                        trace_rx_valid_o,
  output wire [159:0]                trace_rx_o,
  output wire                        trace_tx_valid_o,
  output wire [127:0]                trace_tx_o,
  output wire                        ev_lossless_o,
  output wire                        ev_underrun_o,
  output wire                        ev_cc_bad_o,
  output wire                        err_link_o,         // sticky
  output wire                        err_ingress_o,
  output wire                        err_egress_o
);
  // All ports are one module with the same parameters and, for a simulator, one piece of code that
  // stays in the processor's instruction cache: a fifth of the time of a cycle.
  /* verilator no_inline_module */

  // ------------------------------------------------------------------ registers --------------
  /* verilator lint_off UNUSEDSIGNAL */
  // Registers are laid out for 8 VCs and 64 endpoints.
  wire [63:0]  cfg_allow;
  wire [7:0]   cfg_lossless, cfg_cbfc_tx, cfg_cbfc_rx;
  wire [55:0]  cfg_remark;
  wire [127:0] cfg_trim;
  wire [23:0]  cfg_trim_vc;
  wire [127:0] cfg_vc_limit;
  wire [159:0] cfg_tx_limit;
  /* verilator lint_on UNUSEDSIGNAL */
  wire         cfg_enable, cfg_src_check, cfg_part_check, cfg_pad;
  wire [3:0]   cfg_pop;
  wire [63:0]  cfg_tpid;
  wire [6:0]   cfg_trim_dscp;
  wire [3:0]   cfg_ipg, cfg_src_valid;
  wire [6:0]   cfg_min_frame;
  wire [16:0]  cfg_os_spacing;
  wire [127:0] cfg_src_value_lo, cfg_src_mask_lo, cfg_src_value_hi, cfg_src_mask_hi;
  wire [23:0]  cfg_cos_map;
  wire [47:0]  cfg_pcp_map;
  wire [191:0] cfg_dscp_map;
  wire [2:0]   cfg_default_vc;
  wire [31:0]  parser_tag;
  wire [47:0]  cfg_mac;
  wire [3:0]   cfg_tx_shift, cfg_rx_shift;
  wire [7:0]   cfg_tx_ovhd, cfg_rx_ovhd;
  wire [19:0]  cfg_cc_period, cfg_cf_period;
  wire [15:0]  cfg_cf_min;
  wire         clear_tx, clear_rx;
  wire [VCS*20-1:0] s_cc, s_cf, s_cu, r_cc, r_cf;
  wire [VCS*16-1:0] vc_used;
  wire [7:0]   count_addr;
  wire [31:0]  count_data;
  wire         local_fault, remote_fault, sender_error, receiver_error;

  /* verilator lint_off PINCONNECTEMPTY */
  weft_csr_port #(.BASE(20'd0)) u_csr (
    .clk(clk), .rst(rst),
    .reg_valid_i(reg_valid_i), .reg_write_i(reg_write_i), .reg_addr_i({7'd0, reg_addr_i}),
    .reg_wdata_i(reg_wdata_i), .reg_ack_o(reg_ack_o), .reg_err_o(reg_err_o),
    .reg_rdata_o(reg_rdata_o),
    .block_next_i(block_next_i), .port_index_i({2'b00, port_i}),
    .ctrl_enable_o(cfg_enable), .ctrl_src_check_o(cfg_src_check),
    .ctrl_part_check_o(cfg_part_check),
    .status_local_fault_set_i(local_fault), .status_local_fault_o(),
    .status_remote_fault_set_i(remote_fault), .status_remote_fault_o(),
    .status_underrun_set_i(ev_underrun_o), .status_underrun_o(),
    .status_lossless_overflow_set_i(ev_lossless_o), .status_lossless_overflow_o(),
    .status_credit_error_set_i(err_link_o), .status_credit_error_o(),
    .status_internal_error_set_i(err_ingress_o | err_egress_o), .status_internal_error_o(),
    .ipg_o(cfg_ipg), .min_frame_o(cfg_min_frame), .ctlos_spacing_o(cfg_os_spacing),
    .allow_lo_o(cfg_allow[31:0]), .allow_hi_o(cfg_allow[63:32]),
    .src_valid_o(cfg_src_valid), .src_value_lo_o(cfg_src_value_lo),
    .src_value_hi_o(cfg_src_value_hi), .src_mask_lo_o(cfg_src_mask_lo),
    .src_mask_hi_o(cfg_src_mask_hi),
    .cos_map_o(cfg_cos_map), .pcp_map0_o(cfg_pcp_map[23:0]), .pcp_map1_o(cfg_pcp_map[47:24]),
    .default_vc_o(cfg_default_vc), .mac_lo_o(cfg_mac[31:0]), .mac_hi_o(cfg_mac[47:32]),
    .lossless_o(cfg_lossless), .vc_limit_o(cfg_vc_limit),
    .cbfc_tx_enable_o(cfg_cbfc_tx), .cbfc_tx_config_shift_o(cfg_tx_shift),
    .cbfc_tx_config_ovhd_o(cfg_tx_ovhd), .cc_period_o(cfg_cc_period),
    .cbfc_rx_enable_o(cfg_cbfc_rx), .cbfc_rx_config_shift_o(cfg_rx_shift),
    .cbfc_rx_config_ovhd_o(cfg_rx_ovhd), .cf_period_o(cfg_cf_period), .cf_min_o(cfg_cf_min),
    .cbfc_clear_tx_p_o(clear_tx), .cbfc_clear_rx_p_o(clear_rx), .cbfc_tx_limit_o(cfg_tx_limit),
    .sender_credits_consumed_i({{(8-VCS)*20{1'b0}}, s_cc}),
    .sender_credits_freed_i({{(8-VCS)*20{1'b0}}, s_cf}),
    .sender_credits_used_i({{(8-VCS)*20{1'b0}}, s_cu}),
    .receiver_credits_consumed_i({{(8-VCS)*20{1'b0}}, r_cc}),
    .receiver_credits_freed_i({{(8-VCS)*20{1'b0}}, r_cf}),
    .vc_used_i({{(8-VCS)*16{1'b0}}, vc_used}),
    .remark_o(cfg_remark), .trim_limit_o(cfg_trim), .trim_vc_o(cfg_trim_vc),
    .trim_dscp_o(cfg_trim_dscp),
    .pop_ctag_o(cfg_pop[0]), .pop_stag_o(cfg_pop[1]), .pop_csig_compact_o(cfg_pop[2]),
    .pop_csig_wide_o(cfg_pop[3]), .pop_pad_o(cfg_pad), .pop_tpid_vlan_ctag_o(cfg_tpid[15:0]),
    .pop_tpid_vlan_stag_o(cfg_tpid[31:16]), .pop_tpid_csig_csig_compact_o(cfg_tpid[47:32]),
    .pop_tpid_csig_csig_wide_o(cfg_tpid[63:48]),
    .parser_tag_i(parser_tag), .dscp_map_o(cfg_dscp_map),
    .ext_rd_o(), .ext_addr_o(count_addr), .ext_rdata_i(count_data)
  );
  /* verilator lint_on PINCONNECTEMPTY */

  // ------------------------------------------------------------------ receive ----------------
  // Pins are registered once, here: what follows may be deep, and a simulator walks it once a
  // cycle.
  reg  [8*MII_BYTES-1:0] rx_data_q;
  reg  [MII_BYTES-1:0]   rx_ctrl_q;
  always @(posedge clk) begin
    rx_data_q <= rx_data_i;
    rx_ctrl_q <= rx_ctrl_i;
    if (rst) rx_ctrl_q <= {MII_BYTES{1'b1}};
  end

  wire         m_valid, m_sop, m_eop, m_err;
  wire [4:0]   m_reason;
  wire [6:0]   m_bytes;
  wire [13:0]  m_len;
  wire [511:0] m_data;
  wire [3:0]   ev_runt, ev_preamble, ev_coding, os_count;
  wire         os_valid, seqos_valid;
  wire [63:0]  os_data;
  /* verilator lint_off UNUSEDSIGNAL */
  wire [63:0]  seqos_data;  // only D1..D3 say the fault
  /* verilator lint_on UNUSEDSIGNAL */
  weft_mac_rx #(.MII_BYTES(MII_BYTES)) u_mac_rx (
    .clk(clk), .rst(rst), .mii_data_i(rx_data_q), .mii_ctrl_i(rx_ctrl_q),
    .cfg_enable_i(cfg_enable), .cfg_max_frame_i(cfg_max_frame_i),
    .cfg_min_frame_i(cfg_min_frame),
    .cell_valid_o(m_valid), .cell_sop_o(m_sop), .cell_eop_o(m_eop), .cell_err_o(m_err),
    .cell_reason_o(m_reason), .cell_bytes_o(m_bytes), .cell_data_o(m_data), .frame_len_o(m_len),
    .runt_count_o(ev_runt), .ev_preamble_o(ev_preamble), .ev_coding_o(ev_coding),
    .os_valid_o(os_valid), .os_data_o(os_data), .os_count_o(os_count),
    .seqos_valid_o(seqos_valid), .seqos_data_o(seqos_data)
  );
  // Sequence ordered set: D1..D3 = 00 00 01 local fault, 00 00 02 remote fault (802.3 clause 81).
  assign local_fault  = seqos_valid & (seqos_data[31:8] == 24'h010000);
  assign remote_fault = seqos_valid & (seqos_data[31:8] == 24'h020000);

  wire         p_valid, p_sop, p_eop, p_err;
  wire [4:0]   p_reason;
  wire [6:0]   p_bytes;
  wire [13:0]  p_len;
  wire [511:0] p_data;
  wire [127:0] p_dst_key, p_src_key;
  wire [2:0]   p_dst_type, p_src_type;
  wire [`WEFT_DESC_BITS-1:0] p_desc;
  weft_parser #(.VCS(VCS), .MII_BYTES(MII_BYTES)) u_parser (
    .clk(clk), .rst(rst), .time_i(time_i),
    .load_i(load_i), .load_data_i(load_data_i), .load_tag_i(load_tag_i), .tag_o(parser_tag),
    .cell_valid_i(m_valid), .cell_sop_i(m_sop), .cell_eop_i(m_eop), .cell_err_i(m_err),
    .cell_reason_i(m_reason), .cell_bytes_i(m_bytes), .cell_len_i(m_len), .cell_data_i(m_data),
    .cfg_port_i(port_i), .cfg_id_prefix_i(cfg_id_prefix_i), .cfg_id_mask_i(cfg_id_mask_i),
    .cfg_cos_map_i(cfg_cos_map), .cfg_pcp_map_i(cfg_pcp_map), .cfg_dscp_map_i(cfg_dscp_map),
    .cfg_default_vc_i(cfg_default_vc),
    .cell_valid_o(p_valid), .cell_sop_o(p_sop), .cell_eop_o(p_eop), .cell_err_o(p_err),
    .cell_reason_o(p_reason), .cell_bytes_o(p_bytes), .cell_len_o(p_len), .cell_data_o(p_data),
    .dst_key_o(p_dst_key), .dst_type_o(p_dst_type), .src_key_o(p_src_key),
    .src_type_o(p_src_type), .desc_o(p_desc)
  );

  wire         r_valid, r_sop, r_eop, r_err;
  wire [4:0]   r_reason;
  wire [6:0]   r_bytes;
  wire [13:0]  r_len;
  wire [511:0] r_data;
  wire [`WEFT_DESC_BITS-1:0] r_desc;
  wire [ENDPOINTS-1:0] r_mask;
  wire [255:0] cfg_src_value, cfg_src_mask;
  genvar g;
  generate
    for (g = 0; g < 4; g = g + 1) begin : gen_src
      assign cfg_src_value[g*64 +: 64] = {cfg_src_value_hi[g*32 +: 32],
                                          cfg_src_value_lo[g*32 +: 32]};
      assign cfg_src_mask[g*64 +: 64]  = {cfg_src_mask_hi[g*32 +: 32],
                                          cfg_src_mask_lo[g*32 +: 32]};
    end
  endgenerate
  weft_route #(
    .ENDPOINTS(ENDPOINTS), .MAC_SETS(MAC_SETS), .IDS(IDS), .GROUPS(GROUPS), .LPM4(LPM4),
    .LPM6(LPM6), .RANGES(RANGES), .GROUPS_ECMP(GROUPS_ECMP), .PARTS(PARTS)
  ) u_route (
    .clk(clk), .rst(rst),
    .cell_valid_i(p_valid), .cell_sop_i(p_sop), .cell_eop_i(p_eop), .cell_err_i(p_err),
    .cell_reason_i(p_reason), .cell_bytes_i(p_bytes), .cell_len_i(p_len), .cell_data_i(p_data),
    .dst_key_i(p_dst_key), .dst_type_i(p_dst_type), .src_key_i(p_src_key),
    .src_type_i(p_src_type), .desc_i(p_desc),
    .cfg_src_check_i(cfg_src_check), .cfg_src_valid_i(cfg_src_valid),
    .cfg_src_value_i(cfg_src_value), .cfg_src_mask_i(cfg_src_mask),
    .cfg_allow_i(cfg_allow[ENDPOINTS-1:0]), .cfg_part_check_i(cfg_part_check),
    .cfg_punt_i(cfg_punt_i), .cfg_punt_port_i(cfg_punt_port_i), .up_i(up_i),
    .tbl_ready_i(tbl_ready_i), .tbl_we_i(tbl_we_i), .tbl_sel_i(tbl_sel_i),
    .tbl_index_i(tbl_index_i), .tbl_mask_i(tbl_mask_i), .tbl_key_i(tbl_key_i),
    .tbl_entry_i(tbl_entry_i),
    .cell_valid_o(r_valid), .cell_sop_o(r_sop), .cell_eop_o(r_eop), .cell_err_o(r_err),
    .cell_reason_o(r_reason), .cell_bytes_o(r_bytes), .cell_len_o(r_len), .cell_data_o(r_data),
    .desc_o(r_desc), .dst_mask_o(r_mask)
  );

  wire         consumed_valid, refused_valid, freed_valid, control_valid;
  wire [2:0]   fate_vc, freed_vc;
  wire [13:0]  fate_len, freed_len;
  wire [511:0] control_data;
  wire         fate_valid, fate_trimmed, cell_in, cell_freed;
  wire [4:0]   fate_reason;
  wire [6:0]   fate_copies;
  wire [ENDPOINTS-1:0] fate_mask;
  wire [15:0]  fate_seq, held_copies, held_cells;
  wire [31:0]  fate_time;
  wire [8:0]   cells_rolled;
  weft_ingress #(.ENDPOINTS(ENDPOINTS), .VCS(VCS), .CELLS(CELLS), .MAX_CELLS(MAX_CELLS)) u_ingress (
    .clk(clk), .rst(rst), .time_i(time_i), .ready_o(ready_o),
    .cell_valid_i(r_valid), .cell_sop_i(r_sop), .cell_eop_i(r_eop), .cell_err_i(r_err),
    .cell_reason_i(r_reason), .cell_bytes_i(r_bytes), .cell_len_i(r_len), .cell_data_i(r_data),
    .desc_i(r_desc), .dst_mask_i(r_mask),
    .cfg_vc_limit_i(cfg_vc_limit[VCS*16-1:0]), .cfg_lossless_i(cfg_lossless[VCS-1:0]),
    .cfg_ct_enable_i(cfg_ct_enable_i), .cfg_ecn_i(cfg_ecn_i),
    .cfg_trim_i(cfg_trim[VCS*16-1:0]), .cfg_trim_vc_i(cfg_trim_vc[VCS*3-1:0]),
    .eg_idle_i(all_idle_i), .credit_ok_i(all_credit_ok_i), .credit_avail_i(all_credit_avail_i),
    .credit_shift_i(all_credit_shift_i), .credit_ovhd_i(all_credit_ovhd_i),
    .nonempty_o(nonempty_o), .hold_i(hold_i), .req_o(req_o), .same_o(same_o), .free_o(free_o),
    .busy_o(busy_o),
    .ct_req_o(ct_req_o), .ct_mask_o(ct_mask_o), .ct_vc_o(ct_vc_o),
    .acc_valid_i(acc_valid_i), .acc_mask_i(acc_mask_i), .acc_vc_i(acc_vc_i),
    .ct_gnt_i(ct_gnt_i), .granted_i(granted_i),
    .x_valid_o(x_valid_o), .x_mask_o(x_mask_o), .x_data_o(x_data_o),
    .tus_valid_o(tus_valid_o), .tus_mask_o(tus_mask_o), .tus_vc_o(tus_data_o[16:14]),
    .tus_len_o(tus_data_o[13:0]),
    .tuc_valid_o(tuc_valid_o), .tuc_mask_o(tuc_mask_o), .tuc_vc_o(tuc_data_o[16:14]),
    .tuc_len_o(tuc_data_o[13:0]),
    .consumed_valid_o(consumed_valid), .refused_valid_o(refused_valid), .fate_vc_o(fate_vc),
    .fate_len_o(fate_len), .freed_valid_o(freed_valid), .freed_vc_o(freed_vc),
    .freed_len_o(freed_len), .control_valid_o(control_valid), .control_data_o(control_data),
    .fate_valid_o(fate_valid), .fate_reason_o(fate_reason),
    .fate_trimmed_o(fate_trimmed), .fate_copies_o(fate_copies),
    .fate_mask_o(fate_mask), .fate_seq_o(fate_seq), .fate_time_o(fate_time),
    .cell_in_o(cell_in), .cell_freed_o(cell_freed), .cells_rolled_o(cells_rolled),
    .held_copies_o(held_copies), .held_cells_o(held_cells), .used_o(vc_used),
    .error_o(err_ingress_o)
  );
  assign up_o          = cfg_enable;
  assign ev_lossless_o = fate_valid & (fate_reason == `WEFT_DROP_LOSSLESS);

  // ------------------------------------------------------------------ credits ----------------
  wire         live, done, done_ct, done_ecn, done_popped, cc_valid, cc_take, cc_sent;
  wire [1:0]   done_fate;
  wire [3:0]   done_less;
  wire [2:0]   done_vc;
  wire [13:0]  done_len;
  wire [15:0]  done_seq;
  wire [5:0]   done_src;
  wire [31:0]  done_time, done_grant_time;
  wire [511:0] cc_data;
  wire [VCS-1:0] credit_ok;
  weft_cbfc_sender #(.VCS(VCS)) u_cbfc_sender (
    .clk(clk), .rst(rst),
    .cfg_enable_i(cfg_cbfc_tx[VCS-1:0]), .cfg_limit_i(cfg_tx_limit[VCS*20-1:0]),
    .cfg_shift_i(cfg_tx_shift), .cfg_ovhd_i(cfg_tx_ovhd), .cfg_max_frame_i(cfg_max_frame_i),
    .cfg_cc_period_i(cfg_cc_period), .cfg_mac_i(cfg_mac), .clear_i(clear_tx),
    .grant_valid_i(gnt_valid_i), .grant_vc_i(gnt_vc_i),
    .trueup_valid_i(tu_valid_i), .trueup_vc_i(tu_data_i[16:14]), .trueup_len_i(tu_data_i[13:0]),
    .live_i(live), .sent_valid_i(done & (done_fate != 2'd3)), .sent_vc_i(done_vc),
    .sent_len_i(done_len), .sent_less_i(done_less),
    .os_valid_i(os_valid), .os_data_i(os_data),
    .ok_o(credit_ok), .avail_o(credit_avail_o),
    .cc_valid_o(cc_valid), .cc_data_o(cc_data), .cc_take_i(cc_take),
    .s_cc_o(s_cc), .s_cf_o(s_cf), .s_cu_o(s_cu), .error_o(sender_error)
  );
  // A port that is down takes everything: it throws it away (law 7).
  assign credit_ok_o    = credit_ok | {VCS{~cfg_enable}};
  assign credit_shift_o = cfg_tx_shift;
  assign credit_ovhd_o  = cfg_tx_ovhd;
  assign err_link_o     = sender_error | receiver_error;

  wire         os_out_valid, os_out_ready;
  wire [63:0]  os_out_data;
  wire         ev_cf_sent, ev_cc_ok;
  weft_cbfc_receiver #(.VCS(VCS)) u_cbfc_receiver (
    .clk(clk), .rst(rst),
    .cfg_enable_i(cfg_cbfc_rx[VCS-1:0]), .cfg_shift_i(cfg_rx_shift), .cfg_ovhd_i(cfg_rx_ovhd),
    .cfg_cf_period_i(cfg_cf_period), .cfg_cf_min_i(cfg_cf_min), .clear_i(clear_rx),
    .consumed_valid_i(consumed_valid), .consumed_vc_i(fate_vc), .consumed_len_i(fate_len),
    .refused_valid_i(refused_valid), .refused_vc_i(fate_vc), .refused_len_i(fate_len),
    .freed_valid_i(freed_valid), .freed_vc_i(freed_vc), .freed_len_i(freed_len),
    .cc_valid_i(control_valid), .cc_data_i(control_data),
    .os_valid_o(os_out_valid), .os_ready_i(os_out_ready), .os_data_o(os_out_data),
    .r_cc_o(r_cc), .r_cf_o(r_cf),
    .ev_cf_sent_o(ev_cf_sent), .ev_cc_ok_o(ev_cc_ok), .ev_cc_bad_o(ev_cc_bad_o),
    .error_o(receiver_error)
  );

  // ------------------------------------------------------------------ transmit ---------------
  wire         e_valid, e_ready, e_sop, e_eop, e_err;
  wire [6:0]   e_bytes;
  wire [511:0] e_data;
  wire [15:0]  eg_frames, eg_cells;
  weft_egress #(.DEPTH(EG_CELLS), .MAX_CELLS(MAX_CELLS), .VCS(VCS)) u_egress (
    .clk(clk), .rst(rst), .y_valid_i(y_valid_i), .y_data_i(y_data_i),
    .cfg_enable_i(cfg_enable), .cfg_ct_margin_i(cfg_ct_margin_i),
    .cfg_ct_threshold_i(cfg_ct_threshold_i), .cfg_high_i(cfg_egress_high_i),
    .cfg_remark_i(cfg_remark[VCS*7-1:0]), .cfg_trim_dscp_i(cfg_trim_dscp),
    .cfg_pop_i(cfg_pop), .cfg_tpid_i(cfg_tpid), .cfg_pad_i(cfg_pad),
    .idle_o(eg_idle_o), .ready_o(eg_ready_o), .gnt_valid_i(gnt_valid_i), .live_o(live),
    .cc_valid_i(cc_valid), .cc_take_o(cc_take), .cc_data_i(cc_data),
    .cell_valid_o(e_valid), .cell_ready_i(e_ready), .cell_sop_o(e_sop), .cell_eop_o(e_eop),
    .cell_err_o(e_err), .cell_bytes_o(e_bytes), .cell_data_o(e_data),
    .underrun_i(ev_underrun_o),
    .done_o(done), .done_fate_o(done_fate), .done_vc_o(done_vc), .done_len_o(done_len),
    .done_less_o(done_less), .done_popped_o(done_popped),
    .done_ct_o(done_ct), .done_ecn_o(done_ecn), .done_seq_o(done_seq), .done_src_o(done_src),
    .done_time_o(done_time), .done_grant_time_o(done_grant_time), .cc_sent_o(cc_sent),
    .frames_o(eg_frames), .cells_o(eg_cells), .error_o(err_egress_o)
  );
  wire         ev_os_tx;
  /* verilator lint_off PINCONNECTEMPTY */
  weft_mac_tx #(.MII_BYTES(MII_BYTES)) u_mac_tx (
    .clk(clk), .rst(rst),
    .cell_valid_i(e_valid), .cell_ready_o(e_ready), .cell_sop_i(e_sop), .cell_eop_i(e_eop),
    .cell_err_i(e_err), .cell_bytes_i(e_bytes), .cell_data_i(e_data),
    .cfg_enable_i(cfg_enable), .cfg_ipg_i(cfg_ipg), .cfg_os_spacing_i(cfg_os_spacing),
    .os_valid_i(os_out_valid), .os_ready_o(os_out_ready), .os_data_i(os_out_data),
    .mii_data_o(tx_data_o), .mii_ctrl_o(tx_ctrl_o),
    .ev_frame_o(), .ev_stomp_o(),  // counted at the hand-over, with their lengths
    .ev_underrun_o(ev_underrun_o), .ev_os_o(ev_os_tx), .sof_o()
  );
  /* verilator lint_on PINCONNECTEMPTY */

  // ------------------------------------------------------------------ telemetry --------------
  weft_port_counters u_counters (
    .clk(clk), .rst(rst), .snap_i(snap_i),
    .rx_done_i(fate_valid), .rx_reason_i(fate_reason), .rx_vc_i(fate_vc), .rx_len_i(fate_len),
    .rx_copies_i(fate_copies), .rx_trimmed_i(fate_trimmed),
    .rx_runt_i(ev_runt), .rx_preamble_i(ev_preamble),
    .rx_coding_i(ev_coding), .cells_in_i(cell_in), .cells_freed_i(cell_freed),
    .cells_rolled_i(cells_rolled), .tx_done_i(done), .tx_fate_i(done_fate), .tx_vc_i(done_vc),
    .tx_len_i(done_len), .tx_ct_i(done_ct), .tx_ecn_i(done_ecn),
    .tx_popped_i(done_popped),
    .os_rx_i(os_count), .os_tx_i(ev_os_tx),
    .cf_rx_i(os_valid & (os_data[15:8] == 8'h10)), .cf_tx_i(ev_cf_sent),
    .cc_rx_i(ev_cc_ok), .cc_bad_i(ev_cc_bad_o), .cc_tx_i(cc_sent),
    .held_copies_i(held_copies), .held_cells_i(held_cells), .egress_frames_i(eg_frames),
    .egress_cells_i(eg_cells), .ext_addr_i(count_addr), .ext_rdata_o(count_data)
  );

  assign trace_rx_valid_o = fate_valid | (ev_runt != 4'd0) | (ev_preamble != 4'd0)
                          | (ev_coding != 4'd0);
  assign trace_rx_o = {{64-ENDPOINTS{1'b0}}, fate_mask,
                       fate_valid, 11'd0, ev_coding, ev_preamble, ev_runt, fate_vc, fate_reason,
                       fate_seq, 2'b00, fate_len, fate_time};
  assign trace_tx_valid_o = done;
  assign trace_tx_o = {done_grant_time,
                       18'd0, done_src, done_vc, 1'b0, done_ecn, done_ct, done_fate,
                       done_seq, 2'b00, done_len, done_time};

endmodule

`default_nettype wire
