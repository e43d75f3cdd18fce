"""Read-only transactions for alerts on either database."""

from __future__ import annotations

from webapp.extensions import db


def begin_read_only() -> None:
    """Begin a read-only transaction: on SQLite it must not block writers."""
    db.session.rollback()
    db.session.connection(execution_options={"sqlite_begin": "DEFERRED"})
