s/\.port_i(p\[5:0\])/.port_i(6'd0)/
