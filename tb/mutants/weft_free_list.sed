s/if (roll_i) rd_d = mark_q;/if (roll_i) rd_d = mark_q + 1'b1;/
