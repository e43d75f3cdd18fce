"""How long short syncs wait behind long ones, and how evenly scheduled ones start (R6)."""
