"""Previews: what an update or a change of settings would change (R24)."""
