s/snap_time_q <= time_q;/snap_time_q <= time_q + 64'd1;/
