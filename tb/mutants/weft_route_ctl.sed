s/if ({1'b0, cmd_index_i} >= bound) sel/if ({1'b0, cmd_index_i} > bound) sel/
