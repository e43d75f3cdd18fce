"""How much of a dealer's stock is online, and how that changes (R20, R29)."""
