s/wire \[WIDTH-1:0\] base = clear_i ?/wire [WIDTH-1:0] base = (clear_i \&\& !en_i) ?/
