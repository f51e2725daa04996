s/owed  = {1'b0, deficit} + {1'b0, short\[2:0\]};/owed  = {1'b0, short[2:0]};/
