"""Connections after a fork: a child process must not use its parent's connections."""

from __future__ import annotations

from flask import Flask

from webapp.core import redis_client
from webapp.extensions import db


def disconnect(app: Flask) -> None:
    """Drop the inherited connections without closing them for the parent.

    Must be the first call in the child. Clients reconnect when needed.
    """
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)
    redis_client.forget_connections()
