s/wire \[EW-1:0\]  deq_next = (fill_q && fill_vc_q == deq_vc_i)/wire [EW-1:0]  deq_next = 1'b0/
