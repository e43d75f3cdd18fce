"""Restores of an earlier state of the shelf (R25)."""
