s/words_d == 4'd8) ? 2'd2 : 2'd1/words_d == 4'd9) ? 2'd2 : 2'd1/
