s/& tight_i & ~granted_i;/\& tight_i;/
