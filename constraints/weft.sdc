# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# weft.sdc: first timing constraints of the switch (rtl/top/weft_switch.v). One clock, one
# synchronous reset. Times in nanoseconds.
#
# ASIC, default configuration: PORTS 8, MII_BYTES 32: 32 bytes x 8 x 1.5625 GHz = 400 Gb/s a port.
# FPGA, MII_BYTES 8 (64-bit XGMII, 10 Gb/s a port): 156.25 MHz; set the period to 6.400 and the
# margins below to 0.300.
set weft_period      0.640
set weft_uncertainty 0.060
set weft_io_fraction 0.40

create_clock -name core -period $weft_period [get_ports clk]
set_clock_uncertainty $weft_uncertainty [get_clocks core]

# The reset is brought in through one synchroniser (weft_reset_sync) at the top: the path to it is
# not timed, the one from it is.
set_false_path -from [get_ports rst]

# The pins of the wires and of the register bus are registered in the same clock outside: 40 % of
# the period is theirs.
set weft_inputs [remove_from_collection [all_inputs] [get_ports {clk rst}]]
set_input_delay  [expr {$weft_period * $weft_io_fraction}] -clock core $weft_inputs
set_output_delay [expr {$weft_period * $weft_io_fraction}] -clock core [all_outputs]
