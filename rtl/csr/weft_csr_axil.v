// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// weft_csr_axil: AXI4-Lite slave in front of the register bus.
//
// What it does: takes AW and W in any order, AR independently, and turns each transfer into one
//   request pulse on the register bus. When a read and a write wait, they take turns.
// Latency: handshake of the last of AW and W (or of AR) to bvalid (or rvalid): 4 cycles when the
//   bus is free and the addressed block answers in one cycle; 2 cycles for a refused transfer.
// Stall rule: one read and one write may be under way; the ready of a channel is low from its
//   handshake until the response has been taken. The ready outputs are registered and do not
//   depend on any input; valid never waits for ready.
// Bound: a waiting transfer is overtaken by at most one transfer of the other direction.
// Refused with SLVERR, and then no request is made: an address that is no multiple of 4; wstrb
//   other than 1111 (the registers are written as whole words). Also SLVERR: reg_err_i, and no
//   answer within 4 cycles after the request, as for an address outside all blocks.
// Trade-off: no pipelining. Control traffic does not need it, and one request at a time keeps the
//   register blocks free of handshakes.
// Relies on: blocks answer within 4 cycles or never; reg_err_i and reg_rdata_i belong to reg_ack_i
//   and all three are 0 while no block answers.
// Source of protocol facts: AMBA AXI and ACE Protocol Specification (ARM IHI 0022), part B.
`default_nettype none
`include "weft_defs.vh"
module weft_csr_axil (
  input  wire        clk,
  input  wire        rst,
  // AXI4-Lite
  input  wire [19:0] s_axil_awaddr,
  input  wire        s_axil_awvalid,
  output wire        s_axil_awready,
  input  wire [31:0] s_axil_wdata,
  input  wire [3:0]  s_axil_wstrb,
  input  wire        s_axil_wvalid,
  output wire        s_axil_wready,
  output wire [1:0]  s_axil_bresp,
  output wire        s_axil_bvalid,
  input  wire        s_axil_bready,
  input  wire [19:0] s_axil_araddr,
  input  wire        s_axil_arvalid,
  output wire        s_axil_arready,
  output wire [31:0] s_axil_rdata,
  output wire [1:0]  s_axil_rresp,
  output wire        s_axil_rvalid,
  input  wire        s_axil_rready,
  // Register bus
  output wire        reg_valid_o,  // one-cycle request
  output wire        reg_write_o,
  output wire [19:0] reg_addr_o,
  output wire [31:0] reg_wdata_o,
  input  wire        reg_ack_i,
  input  wire        reg_err_i,
  input  wire [31:0] reg_rdata_i
);
  localparam [2:0] LAST_WAIT = 3'd4;  // cycles after the request in which an answer is taken

  // A channel is ready while its register is empty; `up_q` keeps ready low in reset.
  reg        up_q;
  reg        aw_full_q, w_full_q, ar_full_q;
  reg [19:0] awaddr_q, araddr_q;
  reg [31:0] wdata_q;
  reg        wstrb_ok_q;
  reg        b_valid_q, b_err_q;
  reg        r_valid_q, r_err_q;
  reg [31:0] rdata_q;
  assign s_axil_awready = up_q && !aw_full_q;
  assign s_axil_wready  = up_q && !w_full_q;
  assign s_axil_arready = up_q && !ar_full_q;
  assign s_axil_bvalid  = b_valid_q;
  assign s_axil_bresp   = {b_err_q, 1'b0};
  assign s_axil_rvalid  = r_valid_q;
  assign s_axil_rresp   = {r_err_q, 1'b0};
  assign s_axil_rdata   = rdata_q;

  // The register bus serves one transfer at a time.
  reg        busy_q;
  reg        is_write_q;  // direction of the transfer on the bus, and of the last one
  reg [2:0]  wait_q;
  reg        reg_valid_q;
  reg [19:0] reg_addr_q;
  reg [31:0] reg_wdata_q;
  assign reg_valid_o = reg_valid_q;
  assign reg_write_o = is_write_q;
  assign reg_addr_o  = reg_addr_q;
  assign reg_wdata_o = reg_wdata_q;

  wire write_waits = aw_full_q && w_full_q && !b_valid_q;
  wire read_waits  = ar_full_q && !r_valid_q;
  wire start       = !busy_q && (write_waits || read_waits);
  wire start_write = write_waits && (!read_waits || !is_write_q);
  wire refuse      = start_write ? (awaddr_q[1:0] != 2'd0 || !wstrb_ok_q)
                                 : (araddr_q[1:0] != 2'd0);
  wire answer      = busy_q && (reg_ack_i || wait_q == LAST_WAIT);
  wire answer_err  = !reg_ack_i || reg_err_i;

  always @(posedge clk) begin
    up_q <= 1'b1;
    if (s_axil_awvalid && s_axil_awready) begin
      aw_full_q <= 1'b1;
      awaddr_q <= s_axil_awaddr;
    end
    if (s_axil_wvalid && s_axil_wready) begin
      w_full_q <= 1'b1;
      wdata_q <= s_axil_wdata;
      wstrb_ok_q <= &s_axil_wstrb;
    end
    if (s_axil_arvalid && s_axil_arready) begin
      ar_full_q <= 1'b1;
      araddr_q <= s_axil_araddr;
    end

    reg_valid_q <= 1'b0;
    if (busy_q) wait_q <= wait_q + 3'd1;
    if (start) begin
      is_write_q <= start_write;
      if (refuse) begin
        if (start_write) begin
          b_valid_q <= 1'b1;
          b_err_q <= 1'b1;
        end else begin
          r_valid_q <= 1'b1;
          r_err_q <= 1'b1;
          rdata_q <= 32'd0;
        end
      end else begin
        busy_q <= 1'b1;
        wait_q <= 3'd0;
        reg_valid_q <= 1'b1;
        reg_addr_q <= start_write ? awaddr_q : araddr_q;
        reg_wdata_q <= start_write ? wdata_q : 32'd0;
      end
    end
    if (answer) begin
      busy_q <= 1'b0;
      if (is_write_q) begin
        b_valid_q <= 1'b1;
        b_err_q <= answer_err;
      end else begin
        r_valid_q <= 1'b1;
        r_err_q <= answer_err;
        rdata_q <= answer_err ? 32'd0 : reg_rdata_i;
      end
    end

    // The response is taken: the channels open for the next transfer.
    if (b_valid_q && s_axil_bready) begin
      b_valid_q <= 1'b0;
      b_err_q <= 1'b0;
      aw_full_q <= 1'b0;
      w_full_q <= 1'b0;
    end
    if (r_valid_q && s_axil_rready) begin
      r_valid_q <= 1'b0;
      r_err_q <= 1'b0;
      rdata_q <= 32'd0;
      ar_full_q <= 1'b0;
    end

    if (rst) begin
      up_q <= 1'b0;
      aw_full_q <= 1'b0;
      w_full_q <= 1'b0;
      ar_full_q <= 1'b0;
      b_valid_q <= 1'b0;
      b_err_q <= 1'b0;
      r_valid_q <= 1'b0;
      r_err_q <= 1'b0;
      busy_q <= 1'b0;
      is_write_q <= 1'b0;
      reg_valid_q <= 1'b0;
    end
  end

  `WEFT_ASSERT(a_one_answer, !(reg_ack_i && !busy_q))
  `WEFT_ASSERT(a_bus_zero_without_ack, reg_ack_i || (!reg_err_i && reg_rdata_i == 32'd0))
  `WEFT_ASSERT(a_b_has_its_write, !b_valid_q || (aw_full_q && w_full_q))
  `WEFT_ASSERT(a_r_has_its_read, !r_valid_q || ar_full_q)
  `WEFT_ASSERT(a_request_is_busy, !reg_valid_q || busy_q)
endmodule
`default_nettype wire
