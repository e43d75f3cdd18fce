"""Stored pulls, and what changed of the shelf."""
