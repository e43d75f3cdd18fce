"""Guards: what limits the quantities and prices that a supplier code may put on the webstore (R27)."""
