"""Unmapped codes in stock, suggested mappings, and the setup of a new dealer (R20, R21)."""
