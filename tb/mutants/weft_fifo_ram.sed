s/wire             bypass    = slot_free \&\& !in_ram \&\& push;/wire             bypass    = slot_free \&\& push;/
