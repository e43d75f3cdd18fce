"""Freezes: stock that runs leave as it is for a time (R26)."""
