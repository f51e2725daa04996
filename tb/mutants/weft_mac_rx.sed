s/next_block = block_q + 2'd1 + {1'b0, reach\[3\]};/next_block = block_q + 2'd1;/
