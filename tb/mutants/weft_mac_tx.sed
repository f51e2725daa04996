s/owed        = {1'b0, deficit_q} + {1'b0, slack\[2:0\]};/owed        = {1'b0, slack[2:0]};/
