"""Locks on products: verbs, list, CSV files and commands (R28)."""
