"""Distinguishes an unavailable or busy database from a faulty statement."""

from __future__ import annotations

import sqlite3
from typing import Final

import psycopg
from sqlalchemy.exc import DBAPIError, TimeoutError

# PostgreSQL error classes: no connection, insufficient resources (too many connections), operator
# intervention (a shutdown, a starting server); PgBouncer reports its own refusals as protocol violations.
_AWAY: Final = ("08", "53", "57")
_SQLITE_AWAY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN)


def is_away(error: BaseException) -> bool:
    """Return whether a retry may succeed: no free connection, or a database that is unreachable or busy."""
    if isinstance(error, TimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    cause = error.orig
    if isinstance(cause, sqlite3.OperationalError):
        return getattr(cause, "sqlite_errorcode", None) in _SQLITE_AWAY
    if isinstance(cause, psycopg.OperationalError):
        # An error without an SQLSTATE comes from the driver: the server could not be reached, or is gone.
        return cause.sqlstate is None or cause.sqlstate.startswith(_AWAY)
    return bool(error.connection_invalidated)
