"""How many scheduled slots come out right, whatever clocks, schedulers and dealers do meanwhile (R6)."""
