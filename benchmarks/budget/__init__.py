"""How full the rate limit is used, that it is never exceeded, and how it is shared (R9)."""
