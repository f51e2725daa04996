s/<< ptr_i)/<< ptr_i << 1)/
