"""How full the rate budget is, that it is never exceeded, and how it is shared (R9)."""
