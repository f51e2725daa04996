s/\.refused_valid_i(refused_valid)/.refused_valid_i(1'b0)/
