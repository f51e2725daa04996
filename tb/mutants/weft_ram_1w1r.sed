s/rd_data_q <= mem_q\[rd_addr_i\]/rd_data_q <= (wr_en_i \&\& wr_addr_i == rd_addr_i) ? wr_data_i : mem_q[rd_addr_i]/
