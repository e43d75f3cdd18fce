"""Connections that were idle are checked before they are used, as the server may have closed them since.

SQLAlchemy's own check asks before each transaction, which takes a small sync a tenth of its time. A sync that
meets a closed connection tries again (jobs/sync/database_retry.py); a page would fail, and trusts none.
"""

from __future__ import annotations

import time
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import InvalidatePoolError

# Seconds for which a connection is trusted after its last use.
TRUSTED_FOR: Final = 1.0

_LAST_USED: Final = "last_used"


def check_before_use(engine: Engine, *, is_trusted: bool) -> None:
    """Replace the connections of an engine's pool if one that was idle does not answer.

    Without `is_trusted`, one that was idle for any time.
    """

    def note(_connection: Any, record: Any) -> None:
        record.info[_LAST_USED] = time.monotonic()

    def check(connection: Any, record: Any, _fairy: Any) -> None:
        last_used = record.info.get(_LAST_USED)
        # A new connection was not in use before.
        trusted_for = TRUSTED_FOR if is_trusted else 0.0
        if last_used is not None and time.monotonic() - last_used > trusted_for:
            _ping(engine, connection)

    event.listen(engine, "checkin", note)
    event.listen(engine, "checkout", check)


def _ping(engine: Engine, connection: Any) -> None:
    dialect = engine.dialect
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        if not dialect.is_disconnect(error, connection, None):
            raise
        raise InvalidatePoolError from error
