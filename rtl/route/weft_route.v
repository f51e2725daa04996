// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_route: looks up where a frame goes, and whether it may; one per port.
//
// Tables (written by weft_route_ctl over the tbl_* bus, one entry a cycle, at any time), by sel:
//   0 MAC        4 ways x MAC_SETS of {key[47:0], route}; the set of each way is weft_mac_hash
//   1 id         IDS routes, the key is the index
//   2 group      GROUPS masks, one bit an endpoint
//   3 IPv4       LPM4 ternary entries {value, mask, route}, lowest index wins; also 32-bit ids
//   4 IPv6       LPM6 likewise, 128 bits
//   5 range      RANGES memory-address ranges (weft_range)
//   6 bucket     GROUPS_ECMP x 256 of {backup, member}: which endpoint of an ECMP group gets a flow
//   7 partition  PARTS rows {partition, mask}: the endpoints that belong to it
//   route        {ecmp, valid, group, dest[9:0]}: dest is an endpoint; with `group` the number of a
//                multicast group; with `ecmp` that of a group of which one member gets the frame
// ECMP (and LAG, which is the same between two switches): the bucket is hash[7:0], or with the
// descriptor's spray flag a counter of this port and group, so that frames that may be reordered go
// to one member after the other. A member that is not in the group's mask or not up (up_i) is
// passed over from the very next frame that is looked up: the bucket's backup gets its frames, or
// when that is gone too the lowest endpoint of the group that is up. So the flows of a dead member
// spread as its buckets' backups do. Weights: a member stands in as many buckets as it weighs.
// Checks, the first that finds fault gives the drop reason; the parser's reason goes before all:
//   tables not ready (after reset)                                              DENIED
//   no entry, dest >= ENDPOINTS, group number past its table, unknown key type  NO_ROUTE
//   cfg_src_check_i and the source key fits none of the four entries            SOURCE
//   cfg_part_check_i and no partition, or one without this port                 DENIED
//   ECMP group without a member that is up                                      DOWN
//   no endpoint left in cfg_allow_i and the partition                           DENIED
// A group never returns to the port it came from; a unicast does when cfg_allow_i says so.
// Kind PUNT goes to cfg_punt_port_i and to nothing else, without the checks of source, allow and
// partition: who may send to the processor is said by the parser's program; without cfg_punt_i:
// NO_ROUTE. A frame that is dropped leaves with dst_mask_o = 0 and kind DROP (MAC control: kind
// stays CONTROL), so that the buffer can count it. A hit on a group gives kind MULTICAST, even when
// one endpoint is left.
//
// Latency: 3 cycles: search (RAM read, ternary match); select, read of group and bucket; member,
//   checks. Descriptor and mask are valid with the cell that has `sop` and hold until the next one.
// Failover: when up_i falls in cycle t, no dst_mask_o that comes out after cycle t chooses that
//   member, that is none of a frame whose first cell came in in cycle t - 2 or later.
// Stall rule: none, a cell every cycle, whatever the tables' writer does.
// Trade-off: a range says its route a cycle later than the other tables, too late for the reads of
//   group and bucket: it leads to endpoints only. Each port has its own copy of the tables, so
//   that every port looks up every cycle and no port can disturb another; four ways keep the
//   latency at one read where a cuckoo chain or a tree would take several.
// Relies on: one write of the bus is one whole entry (law 9: a frame sees the old or the new one;
//   an entry that is written while it is read gives the old one). Indices come checked.
`default_nettype none
`include "weft_defs.vh"
module weft_route #(
    parameter ENDPOINTS   = 8,    // 2..64
    parameter MAC_SETS    = 64,   // sets of a way, a power of two, 2..16384
    parameter IDS         = 1024, // identifiers, a power of two, 2..32768
    parameter GROUPS      = 64,   // 1..1024
    parameter LPM4        = 64,   // 1..256
    parameter LPM6        = 16,   // 1..256
    parameter RANGES      = 16,   // 1..64
    parameter GROUPS_ECMP = 16,   // the first so many groups may be ECMP groups, 1..64
    parameter PARTS       = 16    // 1..64
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
    input  wire [127:0] dst_key_i,
    input  wire [2:0]   dst_type_i,      // WEFT_KEY_*
    input  wire [127:0] src_key_i,
    input  wire [2:0]   src_type_i,
    input  wire [`WEFT_DESC_BITS-1:0] desc_i,
    // configuration (registers)
    input  wire                 cfg_src_check_i,
    input  wire [3:0]           cfg_src_valid_i,
    input  wire [4*64-1:0]      cfg_src_value_i, // of an IPv6 address the upper half
    input  wire [4*64-1:0]      cfg_src_mask_i,  // 1: the bit must match
    input  wire [ENDPOINTS-1:0] cfg_allow_i,     // endpoints this port may send to
    input  wire                 cfg_part_check_i,
    input  wire                 cfg_punt_i,
    input  wire [5:0]           cfg_punt_port_i,
    input  wire [ENDPOINTS-1:0] up_i,            // endpoints whose port is up
    // table writes
    input  wire         tbl_ready_i,     // 0: deny everything
    input  wire         tbl_we_i,
    input  wire [2:0]   tbl_sel_i,
    // Sizes are parameters; weft_route_ctl refuses what does not fit.
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire [15:0]  tbl_index_i,     // MAC: {way, set}; bucket: {group, bucket[7:0]}
    input  wire [127:0] tbl_key_i,       // MAC; value; base; partition
    input  wire [127:0] tbl_mask_i,      // group; mask; last; endpoints of the partition
    input  wire [21:0]  tbl_entry_i,     // {ways[2:0], shift[5:0] or backup, route[12:0]}
    /* verilator lint_on UNUSEDSIGNAL */
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
  localparam LP4_W = (LPM4 > 1) ? $clog2(LPM4) : 1;
  localparam LP6_W = (LPM6 > 1) ? $clog2(LPM6) : 1;
  localparam RNG_W = (RANGES > 1) ? $clog2(RANGES) : 1;
  localparam PRT_W = (PARTS > 1) ? $clog2(PARTS) : 1;
  localparam BKT_W = $clog2(GROUPS_ECMP * 256);
  localparam [31:0] ENDPOINTS_C = ENDPOINTS;
  localparam [31:0] GROUPS_C    = GROUPS;
  localparam [31:0] ECMP_C      = GROUPS_ECMP;
  localparam [ENDPOINTS-1:0] ONE  = {{(ENDPOINTS - 1) {1'b0}}, 1'b1};
  localparam [ENDPOINTS-1:0] NONE = {ENDPOINTS{1'b0}};
  localparam ROUTE = 13; // {ecmp, valid, group, dest[9:0]}
  localparam MAC_W = 48 + ROUTE;

  generate
    if (ENDPOINTS < 2 || ENDPOINTS > 64 || MAC_SETS < 2 || MAC_SETS > 16384 ||
        MAC_SETS != (1 << SET_W) || IDS < 2 || IDS > 32768 || IDS != (1 << ID_W) ||
        GROUPS < 1 || GROUPS > 1024 || LPM4 < 1 || LPM4 > 256 || LPM6 < 1 || LPM6 > 256 ||
        RANGES < 1 || RANGES > 64 || GROUPS_ECMP < 1 || GROUPS_ECMP > 64 ||
        GROUPS_ECMP > GROUPS || PARTS < 1 || PARTS > 64) begin : gen_illegal
      weft_route_illegal_parameter u_stop ();
    end
  endgenerate

  wire first  = cell_valid_i && cell_sop_i;
  wire is_mac = (dst_type_i == `WEFT_KEY_MAC) || (dst_type_i == `WEFT_KEY_MAC_EXACT);
  wire is_id  = (dst_type_i == `WEFT_KEY_ID) || (dst_type_i == `WEFT_KEY_ID8);

  // ------------------------------------------------------------------ cycle 0: search --------
  wire [4*SET_W-1:0] hash;
  wire [4*MAC_W-1:0] mac_rd;
  wire [ROUTE-1:0]   id_rd;
  weft_mac_hash #(.SET_W(SET_W)) u_hash (
    .en_i(first & is_mac), .key_i(dst_key_i[47:0]), .hash_o(hash)
  );
  genvar w;
  generate
    for (w = 0; w < 4; w = w + 1) begin : gen_way
      localparam [1:0] WAY = w;
      weft_ram_1w1r #(.WIDTH(MAC_W), .DEPTH(MAC_SETS)) u_mac (
        .clk(clk),
        .wr_en_i(tbl_we_i && (tbl_sel_i == `WEFT_TBL_MAC) && (tbl_index_i[SET_W+:2] == WAY)),
        .wr_addr_i(tbl_index_i[SET_W-1:0]),
        .wr_data_i({tbl_key_i[47:0], tbl_entry_i[ROUTE-1:0]}),
        .rd_en_i(first & is_mac), .rd_addr_i(hash[w*SET_W+:SET_W]),
        .rd_data_o(mac_rd[w*MAC_W+:MAC_W])
      );
    end
  endgenerate
  weft_ram_1w1r #(.WIDTH(ROUTE), .DEPTH(IDS)) u_id (
    .clk(clk), .wr_en_i(tbl_we_i && (tbl_sel_i == `WEFT_TBL_ID)),
    .wr_addr_i(tbl_index_i[ID_W-1:0]), .wr_data_i(tbl_entry_i[ROUTE-1:0]),
    .rd_en_i(first & is_id), .rd_addr_i(dst_key_i[ID_W-1:0]), .rd_data_o(id_rd)
  );
  wire             lpm4_hit, lpm6_hit, range_hit;
  wire [ROUTE-1:0] lpm4_route, lpm6_route, range_route;
  weft_tcam #(.WIDTH(32), .ENTRIES(LPM4), .DATA(ROUTE)) u_lpm4 (
    .clk(clk), .en_i(first && (dst_type_i == `WEFT_KEY_IP4)), .key_i(dst_key_i[31:0]),
    .hit_o(lpm4_hit), .data_o(lpm4_route),
    .wr_en_i(tbl_we_i && (tbl_sel_i == `WEFT_TBL_LPM4)), .wr_index_i(tbl_index_i[LP4_W-1:0]),
    .wr_valid_i(tbl_entry_i[11]), .wr_value_i(tbl_key_i[31:0]), .wr_mask_i(tbl_mask_i[31:0]),
    .wr_data_i(tbl_entry_i[ROUTE-1:0])
  );
  weft_tcam #(.WIDTH(128), .ENTRIES(LPM6), .DATA(ROUTE)) u_lpm6 (
    .clk(clk), .en_i(first && (dst_type_i == `WEFT_KEY_IP6)), .key_i(dst_key_i),
    .hit_o(lpm6_hit), .data_o(lpm6_route),
    .wr_en_i(tbl_we_i && (tbl_sel_i == `WEFT_TBL_LPM6)), .wr_index_i(tbl_index_i[LP6_W-1:0]),
    .wr_valid_i(tbl_entry_i[11]), .wr_value_i(tbl_key_i), .wr_mask_i(tbl_mask_i),
    .wr_data_i(tbl_entry_i[ROUTE-1:0])
  );
  weft_range #(.ENTRIES(RANGES), .ROUTE(ROUTE)) u_range (
    .clk(clk), .rst(rst), .en_i(first && (dst_type_i == `WEFT_KEY_ADDRESS)),
    .address_i(dst_key_i[63:0]), .hit_o(range_hit), .route_o(range_route),
    .wr_en_i(tbl_we_i && (tbl_sel_i == `WEFT_TBL_RANGE)), .wr_index_i(tbl_index_i[RNG_W-1:0]),
    .wr_valid_i(tbl_entry_i[11]), .wr_base_i(tbl_key_i[63:0]), .wr_last_i(tbl_mask_i[63:0]),
    .wr_shift_i(tbl_entry_i[18:13]), .wr_ways_i(tbl_entry_i[21:19]),
    .wr_route_i(tbl_entry_i[ROUTE-1:0])
  );
  wire                 part_hit;
  wire [ENDPOINTS-1:0] part_mask;
  weft_tcam #(.WIDTH(10), .ENTRIES(PARTS), .DATA(ENDPOINTS)) u_part (
    .clk(clk), .en_i(first & cfg_part_check_i), .key_i(desc_i[`WEFT_D_PART]),
    .hit_o(part_hit), .data_o(part_mask),
    .wr_en_i(tbl_we_i && (tbl_sel_i == `WEFT_TBL_PART)), .wr_index_i(tbl_index_i[PRT_W-1:0]),
    .wr_valid_i(tbl_entry_i[11]), .wr_value_i(tbl_key_i[9:0]), .wr_mask_i(10'h3FF),
    .wr_data_i(tbl_mask_i[ENDPOINTS-1:0])
  );

  wire [63:0] src = (src_type_i == `WEFT_KEY_IP6) ? src_key_i[127:64] : src_key_i[63:0];
  reg         src_ok;
  integer s;
  always @* begin
    src_ok = !cfg_src_check_i;
    if (first && cfg_src_check_i) begin
      for (s = 0; s < 4; s = s + 1)
        if (cfg_src_valid_i[s] &&
            (((src ^ cfg_src_value_i[s*64+:64]) & cfg_src_mask_i[s*64+:64]) == 64'd0))
          src_ok = 1'b1;
    end
  end

  reg         s1_valid_q, s1_sop_q, s1_eop_q, s1_err_q;
  reg [4:0]   s1_reason_q;
  reg [6:0]   s1_bytes_q;
  reg [13:0]  s1_len_q;
  reg [511:0] s1_data_q;
  reg [47:0]  s1_key_q;
  reg [2:0]   s1_type_q;
  reg         s1_src_ok_q, s1_part_check_q;
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
      s1_type_q   <= dst_type_i;
      s1_src_ok_q <= src_ok;
      s1_part_check_q <= cfg_part_check_i; // of the cycle in which the partition was searched
      s1_desc_q   <= desc_i;
    end
    if (rst) s1_valid_q <= 1'b0;
  end

  // ------------------------------------------------------------------ cycle 1: select --------
  // The lowest way wins if software wrote a key twice.
  reg             hit;
  reg [ROUTE-1:0] route;
  integer v;
  wire s1_first = s1_valid_q && s1_sop_q;
  always @* begin
    hit   = 1'b0;
    route = {ROUTE{1'b0}};
    if (s1_first) begin
      case (s1_type_q)
        `WEFT_KEY_MAC, `WEFT_KEY_MAC_EXACT:
          for (v = 3; v >= 0; v = v - 1)
            if (mac_rd[v*MAC_W+11] && (mac_rd[v*MAC_W+ROUTE+:48] == s1_key_q)) begin
              hit   = 1'b1;
              route = mac_rd[v*MAC_W+:ROUTE];
            end
        `WEFT_KEY_ID, `WEFT_KEY_ID8: begin
          hit   = id_rd[11] && ((s1_key_q >> ID_W) == 48'd0);
          route = id_rd;
        end
        `WEFT_KEY_IP4: begin
          hit   = lpm4_hit;
          route = lpm4_route;
        end
        `WEFT_KEY_IP6: begin
          hit   = lpm6_hit;
          route = lpm6_route;
        end
        default: ;
      endcase
    end
  end

  // Per-frame spraying: one bucket after the other, each group by itself: with one counter for all,
  // frames that alternate between two groups would leave out every other member.
  reg  [GROUPS_ECMP*8-1:0] spray_q;
  reg  [7:0]               turn;
  integer g;
  integer h;
  wire spray = s1_desc_q[`WEFT_D_SPRAY] && hit && route[12];
  always @* begin
    turn = 8'd0;
    if (spray)
      for (g = 0; g < GROUPS_ECMP; g = g + 1)
        if ({22'd0, route[9:0]} == g) turn = spray_q[g*8+:8];
  end
  /* verilator lint_off UNUSEDSIGNAL */
  wire [15:0] hash16 = s1_desc_q[`WEFT_D_HASH]; // the bucket is its low byte
  wire [17:0] bucket = {route[9:0], spray ? turn : hash16[7:0]};
  /* verilator lint_on UNUSEDSIGNAL */

  wire [ENDPOINTS-1:0] group_mask;
  wire [5:0]           backup, member;
  weft_ram_1w1r #(.WIDTH(ENDPOINTS), .DEPTH(GROUPS)) u_group (
    .clk(clk), .wr_en_i(tbl_we_i && (tbl_sel_i == `WEFT_TBL_GROUP)),
    .wr_addr_i(tbl_index_i[GRP_W-1:0]), .wr_data_i(tbl_mask_i[ENDPOINTS-1:0]),
    .rd_en_i(hit && (route[10] || route[12])), .rd_addr_i(route[GRP_W-1:0]),
    .rd_data_o(group_mask)
  );
  weft_ram_1w1r #(.WIDTH(12), .DEPTH(GROUPS_ECMP * 256)) u_bucket (
    .clk(clk), .wr_en_i(tbl_we_i && (tbl_sel_i == `WEFT_TBL_BUCKET)),
    .wr_addr_i(tbl_index_i[BKT_W-1:0]), .wr_data_i({tbl_entry_i[18:13], tbl_entry_i[5:0]}),
    .rd_en_i(hit && route[12]), .rd_addr_i(bucket[BKT_W-1:0]), .rd_data_o({backup, member})
  );

  reg         s2_valid_q, s2_sop_q, s2_eop_q, s2_err_q;
  reg [4:0]   s2_reason_q;
  reg [6:0]   s2_bytes_q;
  reg [13:0]  s2_len_q;
  reg [511:0] s2_data_q;
  reg         s2_hit_q, s2_range_q, s2_src_ok_q, s2_part_ok_q;
  reg [ROUTE-1:0]           s2_route_q;
  reg [ENDPOINTS-1:0]       s2_part_q;
  reg [`WEFT_DESC_BITS-1:0] s2_desc_q;
  always @(posedge clk) begin
    s2_valid_q <= s1_valid_q;
    if (s1_valid_q) begin
      s2_sop_q    <= s1_sop_q;
      s2_eop_q    <= s1_eop_q;
      s2_err_q    <= s1_err_q;
      s2_reason_q <= s1_reason_q;
      s2_bytes_q  <= s1_bytes_q;
      s2_len_q    <= s1_len_q;
      s2_data_q   <= s1_data_q;
    end
    if (s1_first) begin
      s2_hit_q     <= hit;
      s2_route_q   <= route;
      s2_range_q   <= s1_type_q == `WEFT_KEY_ADDRESS;
      s2_src_ok_q  <= s1_src_ok_q;
      // A partition is one to which this port belongs, too.
      s2_part_ok_q <= !s1_part_check_q
                   || (s1_desc_q[`WEFT_D_HAS_PART] && part_hit
                       && ((part_mask & (ONE << s1_desc_q[`WEFT_D_SRC_PORT])) != NONE));
      s2_part_q    <= s1_part_check_q ? part_mask : {ENDPOINTS{1'b1}};
      s2_desc_q    <= s1_desc_q;
      if (spray)
        for (h = 0; h < GROUPS_ECMP; h = h + 1)
          if ({22'd0, route[9:0]} == h) spray_q[h*8+:8] <= turn + 8'd1;
    end
    if (rst) begin
      s2_valid_q <= 1'b0;
      spray_q    <= {GROUPS_ECMP * 8{1'b0}};
    end
  end

  // ------------------------------------------------------------------ cycle 2: member, checks -
  wire s2_first = s2_valid_q && s2_sop_q;
  /* verilator lint_off UNUSEDSIGNAL */
  wire [ROUTE-1:0]     to      = s2_range_q ? range_route : s2_route_q; // valid was looked at
  /* verilator lint_on UNUSEDSIGNAL */
  wire                 to_hit  = s2_range_q ? range_hit : s2_hit_q;
  wire                 many    = to[10];
  wire                 ecmp    = to[12] && !many;
  wire [31:0]          dest    = {22'd0, to[9:0]};
  wire [ENDPOINTS-1:0] leave   = cfg_allow_i & s2_part_q;
  reg                  found;
  reg  [ENDPOINTS-1:0] alive;  // members of the ECMP group that are up
  reg  [ENDPOINTS-1:0] mask;
  reg  [4:0]           drop;
  reg  [2:0]           kind;
  always @* begin
    found = 1'b0;
    alive = NONE;
    mask  = NONE;
    drop  = `WEFT_DROP_NONE;
    kind  = `WEFT_KIND_UNICAST;
    if (s2_first) begin
      drop  = s2_desc_q[`WEFT_D_DROP];
      kind  = s2_desc_q[`WEFT_D_KIND];
      found = to_hit && (many ? dest < GROUPS_C : ecmp ? dest < ECMP_C : dest < ENDPOINTS_C)
            && !(s2_range_q && (many || ecmp));
      if (ecmp) begin
        alive = group_mask & up_i;
        mask  = (ONE << member) & alive;
        if (mask == NONE) mask = (ONE << backup) & alive;
        if (mask == NONE) mask = alive & (~alive + 1'b1);
        mask = mask & leave;
      end else if (many) begin
        mask  = group_mask & leave & ~(ONE << s2_desc_q[`WEFT_D_SRC_PORT]);
      end else begin
        mask  = (ONE << to[9:0]) & leave;
      end
      if (drop == `WEFT_DROP_NONE) begin
        if (!tbl_ready_i) drop = `WEFT_DROP_DENIED;
        else if (kind == `WEFT_KIND_PUNT) begin
          mask = ONE << cfg_punt_port_i;
          if (!cfg_punt_i || (mask == NONE)) drop = `WEFT_DROP_NO_ROUTE;
        end
        else if (!found) drop = `WEFT_DROP_NO_ROUTE;
        else if (!s2_src_ok_q) drop = `WEFT_DROP_SOURCE;
        else if (!s2_part_ok_q) drop = `WEFT_DROP_DENIED;
        else if (ecmp && (alive == NONE)) drop = `WEFT_DROP_DOWN;
        else if (mask == NONE) drop = `WEFT_DROP_DENIED;
      end
      if (drop != `WEFT_DROP_NONE) begin
        mask = NONE;
        if (kind != `WEFT_KIND_CONTROL) kind = `WEFT_KIND_DROP;
      end else if (many && (kind != `WEFT_KIND_PUNT)) begin
        kind = `WEFT_KIND_MULTICAST;
      end
    end
  end

  always @(posedge clk) begin
    cell_valid_o <= s2_valid_q;
    if (s2_valid_q) begin
      cell_sop_o    <= s2_sop_q;
      cell_eop_o    <= s2_eop_q;
      cell_err_o    <= s2_err_q;
      cell_reason_o <= s2_reason_q;
      cell_bytes_o  <= s2_bytes_q;
      cell_len_o    <= s2_len_q;
      cell_data_o   <= s2_data_q;
    end
    if (s2_first) begin
      desc_o               <= s2_desc_q;
      desc_o[`WEFT_D_DROP] <= drop;
      desc_o[`WEFT_D_KIND] <= kind;
      dst_mask_o           <= mask;
    end
    if (rst) cell_valid_o <= 1'b0;
  end

  // Law 8: what has no leave goes nowhere; what goes somewhere has leave.
  `WEFT_ASSERT(a_dropped_goes_nowhere, !(cell_valid_o && cell_sop_o) ||
      ((desc_o[`WEFT_D_DROP] != `WEFT_DROP_NONE) == (dst_mask_o == NONE)))
  `WEFT_ASSERT(a_group_is_split_horizon, !(cell_valid_o && cell_sop_o) ||
      (desc_o[`WEFT_D_KIND] != `WEFT_KIND_MULTICAST) ||
      ((dst_mask_o & (ONE << desc_o[`WEFT_D_SRC_PORT])) == NONE))
  `WEFT_ASSERT(a_index_fits, !(tbl_we_i && (tbl_sel_i == `WEFT_TBL_MAC)) ||
      ({16'd0, tbl_index_i} < 4 * MAC_SETS))
endmodule
`default_nettype wire
