s/16.d3 + (16.d1 << shift)/16'd4 + (16'd1 << shift)/
