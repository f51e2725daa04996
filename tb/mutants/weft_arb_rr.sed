s/{IDX_W{1'b0}} : idx_o + 1'b1;/{IDX_W{1'b0}} : idx_o;/
