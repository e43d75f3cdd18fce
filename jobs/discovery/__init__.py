"""Scans of a dealer's stock for unmapped codes (R20)."""
