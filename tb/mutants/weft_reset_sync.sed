s/or posedge rst_async_i//
