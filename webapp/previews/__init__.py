"""Previews of updates and of changes of settings (R24)."""
