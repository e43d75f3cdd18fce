"""Pages of freezes."""
