"""Freezes: the page, the banner, commands and reminders."""
