s/used = used + {12'd0, max_cr_q};/used = used + {12'd0, sent_cr};/
