s/assign rd_data_o = mem_q\[rd_addr_i\];/assign rd_data_o = wr_en_i \&\& wr_addr_i == rd_addr_i ? wr_data_i : mem_q[rd_addr_i];/
