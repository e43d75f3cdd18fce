"""Processes that are forked after the app was made: none may use a connection that another has open."""

from __future__ import annotations

from flask import Flask

from webapp.core import redis_client
from webapp.extensions import db


def disconnect(app: Flask) -> None:
    """Forget the connections of the process that this one was forked from, without closing them for it.

    To be called first thing in the child. Clients open connections of their own when they need one.
    """
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)
    redis_client.forget_connections()
