"""Pages of whole updates that are on hold (R27)."""
