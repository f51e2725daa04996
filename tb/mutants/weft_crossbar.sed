s/if (tuc_mask_i\[i\*OUTPUTS + j\]) tu_data_o/if (tuc_mask_i[i*OUTPUTS + j] \&\& !tus_valid_i[i]) tu_data_o/
