s/(take_i \&\& !avail_o) ||//
