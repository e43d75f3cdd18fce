"""Matching workbench: skipped parts, what resolves them, and aliases of part numbers (R22)."""
