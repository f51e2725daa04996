s/off   = 7'd18;/off   = 7'd14;/
