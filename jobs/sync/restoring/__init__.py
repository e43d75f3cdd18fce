"""Runs of the kind `restore`: they return codes to their stock before an earlier run (R25)."""
