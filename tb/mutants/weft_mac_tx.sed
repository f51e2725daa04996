s/over\[2:0\] : 3'd0/over[2:0] : deficit_d/
