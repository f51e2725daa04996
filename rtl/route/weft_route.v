// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_route: looks up where a frame goes, and whether it may; one per port.
//
// Tables (written by weft_route_ctl over the tbl_* bus, one entry a cycle, at any time):
//   MAC    4 ways x MAC_SETS of {key[47:0], entry[11:0]}; the set of each way is weft_mac_hash
//   id     IDS entries, the key of types ID and ID8 is the index
//   group  GROUPS masks, one bit an endpoint
//   entry  {valid, group, dest[9:0]}: dest is an endpoint, or a group number when `group` is set
// Checks, the first that finds fault gives the drop reason; the parser's reason goes before all:
//   tables not ready (after reset)                                              DENIED
//   no entry, dest >= ENDPOINTS, group number >= GROUPS, key type without table,
//   kind PUNT (no processor is an endpoint)                                     NO_ROUTE
//   cfg_src_check_i and the source key has more than 48 bits, or fits none of the
//   four entries                                                                SOURCE
//   unicast to an endpoint, or group without an endpoint, in cfg_allow_i        DENIED
// A group never returns to the port it came from; a unicast does when cfg_allow_i says so. A frame
// that is dropped leaves with dst_mask_o = 0 and kind DROP (MAC control: kind stays CONTROL), so
// that the buffer can count it. A hit on a group gives kind MULTICAST, even when one endpoint is
// left.
//
// Latency: 2 cycles: RAM read, then compare and select. Descriptor and mask are valid with the cell
//   that has `sop` and hold their values until the next one.
// Stall rule: none, a cell every cycle, whatever the tables' writer does.
// Trade-off: each port has its own copy of the tables, so that every port looks up every cycle and
//   no port can disturb another; four ways keep the latency at one read where a cuckoo chain or a
//   tree would take several. The group masks stand in flops: a second RAM read behind the first
//   would cost every frame a cycle. The source check runs beside the RAM read.
// Relies on: one write of the bus is one whole entry (law 9: a frame sees the old or the new one;
//   an entry that is written while it is read gives the old one). Indices come checked.
`default_nettype none
`include "weft_defs.vh"
module weft_route #(
    parameter ENDPOINTS = 8,    // 2..64
    parameter MAC_SETS  = 64,   // sets of a way, a power of two, 2..16384
    parameter IDS       = 1024, // accelerator ids, a power of two, 2..1024
    parameter GROUPS    = 64    // 1..1024
) (
    input  wire         clk,
    input  wire         rst,
    // cells in, keys and descriptor with sop
    input  wire         cell_valid_i,
    input  wire         cell_sop_i,
    input  wire         cell_eop_i,
    input  wire         cell_err_i,
    input  wire [4:0]   cell_reason_i,
    input  wire [6:0]   cell_bytes_i,
    input  wire [13:0]  cell_len_i,
    input  wire [511:0] cell_data_i,
    input  wire [127:0] dst_key_i,       // right-aligned
    input  wire [2:0]   dst_type_i,      // WEFT_KEY_*
    input  wire [127:0] src_key_i,
    input  wire [`WEFT_DESC_BITS-1:0] desc_i,
    // configuration (registers)
    input  wire                 cfg_src_check_i,
    input  wire [3:0]           cfg_src_valid_i,
    input  wire [4*48-1:0]      cfg_src_value_i,
    input  wire [4*48-1:0]      cfg_src_mask_i, // 1: the bit must match
    input  wire [ENDPOINTS-1:0] cfg_allow_i,    // endpoints this port may send to
    // table writes
    input  wire         tbl_ready_i,     // 0: deny everything
    input  wire         tbl_we_i,
    input  wire [1:0]   tbl_sel_i,       // 0 MAC, 1 id, 2 group
    // Sizes are parameters; weft_route_ctl refuses what does not fit.
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire [15:0]  tbl_index_i,     // MAC: {way, set}
    input  wire [63:0]  tbl_mask_i,
    /* verilator lint_on UNUSEDSIGNAL */
    input  wire [47:0]  tbl_key_i,
    input  wire [11:0]  tbl_entry_i,
    // cells out, descriptor and mask with sop
    output reg          cell_valid_o,
    output reg          cell_sop_o,
    output reg          cell_eop_o,
    output reg          cell_err_o,
    output reg  [4:0]   cell_reason_o,
    output reg  [6:0]   cell_bytes_o,
    output reg  [13:0]  cell_len_o,
    output reg  [511:0] cell_data_o,
    output reg  [`WEFT_DESC_BITS-1:0] desc_o,
    output reg  [ENDPOINTS-1:0]       dst_mask_o
);
  localparam SET_W = $clog2(MAC_SETS);
  localparam ID_W  = $clog2(IDS);
  localparam GRP_W = (GROUPS > 1) ? $clog2(GROUPS) : 1;
  localparam [31:0] ENDPOINTS_C = ENDPOINTS;
  localparam [31:0] GROUPS_C    = GROUPS;
  localparam [ENDPOINTS-1:0] ONE = {{(ENDPOINTS - 1) {1'b0}}, 1'b1};
  localparam MAC_W = 60;

  generate
    if (ENDPOINTS < 2 || ENDPOINTS > 64 || MAC_SETS < 2 || MAC_SETS > 16384 ||
        MAC_SETS != (1 << SET_W) || IDS < 2 || IDS > 1024 || IDS != (1 << ID_W) ||
        GROUPS < 1 || GROUPS > 1024) begin : gen_illegal
      weft_route_illegal_parameter u_stop ();
    end
  endgenerate

  wire first = cell_valid_i && cell_sop_i;

  // Cycle 0: hash and start the reads; source check.
  wire [4*SET_W-1:0] hash;
  wire [4*MAC_W-1:0] mac_rd;
  wire [11:0]        id_rd;

  weft_mac_hash #(
      .SET_W(SET_W)
  ) u_hash (
      .en_i  (first),
      .key_i (dst_key_i[47:0]),
      .hash_o(hash)
  );

  genvar w;
  generate
    for (w = 0; w < 4; w = w + 1) begin : gen_way
      localparam [1:0] WAY = w;
      weft_ram_1w1r #(
          .WIDTH(MAC_W),
          .DEPTH(MAC_SETS)
      ) u_mac (
          .clk      (clk),
          .wr_en_i  (tbl_we_i && (tbl_sel_i == 2'd0) && (tbl_index_i[SET_W+:2] == WAY)),
          .wr_addr_i(tbl_index_i[SET_W-1:0]),
          .wr_data_i({tbl_key_i, tbl_entry_i}),
          .rd_en_i  (first),
          .rd_addr_i(hash[w*SET_W+:SET_W]),
          .rd_data_o(mac_rd[w*MAC_W+:MAC_W])
      );
    end
  endgenerate

  weft_ram_1w1r #(
      .WIDTH(12),
      .DEPTH(IDS)
  ) u_id (
      .clk      (clk),
      .wr_en_i  (tbl_we_i && (tbl_sel_i == 2'd1)),
      .wr_addr_i(tbl_index_i[ID_W-1:0]),
      .wr_data_i(tbl_entry_i),
      .rd_en_i  (first),
      .rd_addr_i(dst_key_i[ID_W-1:0]),
      .rd_data_o(id_rd)
  );

  reg     src_ok;
  integer s;
  always @* begin
    src_ok = !cfg_src_check_i;
    if (first && cfg_src_check_i) begin
      for (s = 0; s < 4; s = s + 1)
        if (cfg_src_valid_i[s] && (src_key_i[127:48] == 80'd0) &&
            (((src_key_i[47:0] ^ cfg_src_value_i[s*48+:48]) & cfg_src_mask_i[s*48+:48]) == 48'd0))
          src_ok = 1'b1;
    end
  end

  reg         s1_valid_q;
  reg         s1_sop_q;
  reg         s1_eop_q;
  reg         s1_err_q;
  reg [4:0]   s1_reason_q;
  reg [6:0]   s1_bytes_q;
  reg [13:0]  s1_len_q;
  reg [511:0] s1_data_q;
  reg [47:0]  s1_key_q;
  reg         s1_mac_q;  // a key for the MAC table
  reg         s1_id_q;   // an identifier
  reg         s1_src_ok_q;
  reg [`WEFT_DESC_BITS-1:0] s1_desc_q;

  always @(posedge clk) begin
    s1_valid_q <= cell_valid_i;
    if (cell_valid_i) begin
      s1_sop_q    <= cell_sop_i;
      s1_eop_q    <= cell_eop_i;
      s1_err_q    <= cell_err_i;
      s1_reason_q <= cell_reason_i;
      s1_bytes_q  <= cell_bytes_i;
      s1_len_q    <= cell_len_i;
      s1_data_q   <= cell_data_i;
    end
    if (first) begin
      s1_key_q    <= dst_key_i[47:0];
      s1_mac_q    <= (dst_key_i[127:48] == 80'd0) && (desc_i[`WEFT_D_KIND] != `WEFT_KIND_PUNT) &&
                     ((dst_type_i == `WEFT_KEY_MAC) || (dst_type_i == `WEFT_KEY_MAC_EXACT));
      s1_id_q     <= (dst_key_i[127:ID_W] == {(128 - ID_W) {1'b0}}) &&
                     (desc_i[`WEFT_D_KIND] != `WEFT_KIND_PUNT) &&
                     ((dst_type_i == `WEFT_KEY_ID) || (dst_type_i == `WEFT_KEY_ID8));
      s1_src_ok_q <= src_ok;
      s1_desc_q   <= desc_i;
    end
    if (rst) s1_valid_q <= 1'b0;
  end

  // Cycle 1: compare, select, check. The lowest way wins if software wrote a key twice.
  reg                  hit;
  reg  [10:0]          entry;   // {group, dest} of the hit
  wire [ENDPOINTS-1:0] group_mask;
  reg  [ENDPOINTS-1:0] mask;
  reg  [4:0]           drop;
  reg  [2:0]           kind;
  integer v;

  wire s1_first = s1_valid_q && s1_sop_q;

  always @* begin
    hit   = 1'b0;
    entry = 11'd0;
    if (s1_first) begin
      if (s1_mac_q) begin
        for (v = 3; v >= 0; v = v - 1)
          if (mac_rd[v*MAC_W+11] && (mac_rd[v*MAC_W+12+:48] == s1_key_q)) begin
            hit   = 1'b1;
            entry = mac_rd[v*MAC_W+:11];
          end
      end else if (s1_id_q) begin
        hit   = id_rd[11];
        entry = id_rd[10:0];
      end
      if (entry[10] ? ({22'd0, entry[9:0]} >= GROUPS_C) : ({22'd0, entry[9:0]} >= ENDPOINTS_C))
        hit = 1'b0;
    end
  end

  weft_ram_reg #(
      .WIDTH(ENDPOINTS),
      .DEPTH(GROUPS)
  ) u_group (
      .clk      (clk),
      .wr_en_i  (tbl_we_i && (tbl_sel_i == 2'd2)),
      .wr_addr_i(tbl_index_i[GRP_W-1:0]),
      .wr_data_i(tbl_mask_i[ENDPOINTS-1:0]),
      .rd_addr_i(entry[GRP_W-1:0]),
      .rd_data_o(group_mask)
  );

  always @* begin
    mask = {ENDPOINTS{1'b0}};
    drop = `WEFT_DROP_NONE;
    kind = `WEFT_KIND_UNICAST;
    if (s1_first) begin
      drop = s1_desc_q[`WEFT_D_DROP];
      kind = s1_desc_q[`WEFT_D_KIND];
      if (entry[10])
        mask = group_mask & cfg_allow_i & ~(ONE << s1_desc_q[`WEFT_D_SRC_PORT]);
      else
        mask = (ONE << entry[9:0]) & cfg_allow_i;
      if (drop == `WEFT_DROP_NONE) begin
        if (!tbl_ready_i) drop = `WEFT_DROP_DENIED;
        else if (!hit) drop = `WEFT_DROP_NO_ROUTE;
        else if (!s1_src_ok_q) drop = `WEFT_DROP_SOURCE;
        else if (mask == {ENDPOINTS{1'b0}}) drop = `WEFT_DROP_DENIED;
      end
      if (drop != `WEFT_DROP_NONE) begin
        mask = {ENDPOINTS{1'b0}};
        if (kind != `WEFT_KIND_CONTROL) kind = `WEFT_KIND_DROP;
      end else if (entry[10]) begin
        kind = `WEFT_KIND_MULTICAST;
      end
    end
  end

  always @(posedge clk) begin
    cell_valid_o <= s1_valid_q;
    if (s1_valid_q) begin
      cell_sop_o    <= s1_sop_q;
      cell_eop_o    <= s1_eop_q;
      cell_err_o    <= s1_err_q;
      cell_reason_o <= s1_reason_q;
      cell_bytes_o  <= s1_bytes_q;
      cell_len_o    <= s1_len_q;
      cell_data_o   <= s1_data_q;
    end
    if (s1_first) begin
      desc_o               <= s1_desc_q;
      desc_o[`WEFT_D_DROP] <= drop;
      desc_o[`WEFT_D_KIND] <= kind;
      dst_mask_o           <= mask;
    end
    if (rst) cell_valid_o <= 1'b0;
  end

  // Law 8: what has no leave goes nowhere; what goes somewhere has leave.
  `WEFT_ASSERT(a_dropped_goes_nowhere, !(cell_valid_o && cell_sop_o) ||
      ((desc_o[`WEFT_D_DROP] != `WEFT_DROP_NONE) == (dst_mask_o == {ENDPOINTS{1'b0}})))
  `WEFT_ASSERT(a_group_is_split_horizon, !(cell_valid_o && cell_sop_o) ||
      (desc_o[`WEFT_D_KIND] != `WEFT_KIND_MULTICAST) ||
      ((dst_mask_o & (ONE << desc_o[`WEFT_D_SRC_PORT])) == {ENDPOINTS{1'b0}}))
  `WEFT_ASSERT(a_index_fits, !(tbl_we_i && (tbl_sel_i == 2'd0)) ||
      ({16'd0, tbl_index_i} < 4 * MAC_SETS))
endmodule
`default_nettype wire
