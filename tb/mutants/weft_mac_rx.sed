s/two_blocks         = words_d\[3\];/two_blocks         = 1'b0;/
