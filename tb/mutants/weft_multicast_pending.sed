s/left = (byp_q ? byp_mask_q : word)/left = word/
