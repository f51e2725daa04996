#include "Vweft_switch.h"
#include "weft_sim.h"
struct weft_sim { VerilatedContext c; Vweft_switch *t; };
weft_sim *weft_sim_open(const weft_sim_options *) { auto s = new weft_sim; s->t = new Vweft_switch{&s->c}; return s; }
void weft_sim_step(weft_sim *s) { s->t->clk=0; s->t->eval(); s->t->clk = 1; s->t->eval(); }
bool weft_sim_has_waves(void) { return VM_TRACE; }
weft_sim_geometry weft_sim_get_geometry(const weft_sim *) { return {WEFT_SIM_PORTS, 0, WEFT_SIM_MII_BYTES, 64, 4}; }
