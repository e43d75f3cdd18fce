"""Tells a database that is away or busy from a statement that is wrong."""

from __future__ import annotations

import sqlite3
from typing import Final

import psycopg
from sqlalchemy.exc import DBAPIError, TimeoutError

# Classes of PostgreSQL's errors: no connection, no resources (too many connections), and an operator's doing
# (a shutdown, a server that starts); a protocol violation is what PgBouncer calls its own refusals.
_AWAY: Final = ("08", "53", "57")
_SQLITE_AWAY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN)


def is_away(error: BaseException) -> bool:
    """Whether it may work in a moment: no connection is free, or the database does not answer or is busy."""
    if isinstance(error, TimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    cause = error.orig
    if isinstance(cause, sqlite3.OperationalError):
        return getattr(cause, "sqlite_errorcode", None) in _SQLITE_AWAY
    if isinstance(cause, psycopg.OperationalError):
        # Without a code it is not the server that speaks: it could not be reached, or is gone.
        return cause.sqlstate is None or cause.sqlstate.startswith(_AWAY)
    return bool(error.connection_invalidated)
