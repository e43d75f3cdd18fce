"""The commands about what is stored; those that talk to Lightspeed are in jobs/cli."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add every command group to the app."""
