"""Pages of the guards."""
