s/else if (!s1_src_ok_q) drop/else if (!s1_src_ok_q \&\& !entry[10]) drop/
