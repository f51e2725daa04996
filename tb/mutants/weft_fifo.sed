s/level_q + 1'b1;/level_q;/
