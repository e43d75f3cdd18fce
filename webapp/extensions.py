"""Flask extensions, created once and bound to the app by the factory."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Final, cast

from flask import g, has_request_context, request
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import MetaData, TextClause, UpdateBase, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import DeclarativeBase, SessionTransaction
from sqlalchemy.pool import QueuePool

from webapp.core import private_files
from webapp.settings.database_settings import DIRECT


class Base(DeclarativeBase):
    """Base class that names every constraint, so that migrations can refer to it on either database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


# Set for a session whose transaction wrote or locked rows, or may have.
HOLDS = "holds"


class RoutingSession(Session):
    """Routes reads to the replica if the page allows it (webapp/web/replica.py), all else to the primary."""

    def get_bind(
        self, mapper: Any = None, clause: Any = None, bind: Any = None, **options: Any
    ) -> Engine | Connection:
        writes = self._flushing or isinstance(clause, UpdateBase)
        if writes or isinstance(clause, TextClause) or getattr(clause, "_for_update_arg", None) is not None:
            self.info[HOLDS] = True
        if bind is None and not writes and (replica := g.get("replica")):
            return cast(Engine, replica)
        return super().get_bind(mapper, clause, bind, **options)


@event.listens_for(RoutingSession, "after_transaction_end")
def _forget_what_it_held(session: RoutingSession, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(HOLDS, None)


def end_reading() -> None:
    """End the session's transaction before a slow operation, unless it wrote or locked rows.

    Loaded objects are refreshed on their next access.
    """
    session = db.session
    if not (session.new or session.dirty or session.deleted or session.info.get(HOLDS)):
        session.rollback()


# An UPDATE or DELETE by condition does not change objects of the session: a commit follows, after which they
# are read again. A statement whose objects are read before that says so itself.
SESSION_OPTIONS: Final = {"class_": RoutingSession, "execution_options": {"synchronize_session": False}}

db = SQLAlchemy(model_class=Base, session_options=SESSION_OPTIONS)
# The base class of the models. Flask-SQLAlchemy creates it at runtime; for a type checker it is its own base.
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

migrate = Migrate()
csrf = CSRFProtect()


def direct_engine() -> Engine:
    """Return the engine for work that needs its own session; with a pooler, that of `DATABASE_DIRECT_URL`."""
    return db.engines.get(DIRECT) or db.engine


def has_free_connection(engine: Engine) -> bool:
    """Return whether a connection is available without waiting for another thread of this process."""
    pool = engine.pool
    return not isinstance(pool, QueuePool) or pool.checkedout() < pool.size()


def prepare_sqlite(engine: Engine) -> None:
    """Make SQLite behave like a server: foreign keys, WAL, and writers that wait for each other.

    A transaction that reads first and writes later fails at once if another writer committed in between. So a
    transaction takes the write lock at its start, unless it is known to be read-only: a GET request, or a
    connection with the execution option `sqlite_begin="DEFERRED"`.
    """
    private_files.keep_private(engine)
    event.listen(engine, "connect", _open_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def _open_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        "foreign_keys = ON",
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "busy_timeout = 30000",
        "cache_size = -16384",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    reads = has_request_context() and request.method in ("GET", "HEAD")
    mode = connection.get_execution_options().get("sqlite_begin") or ("DEFERRED" if reads else "IMMEDIATE")
    connection.exec_driver_sql(f"BEGIN {mode}")


# Like SET LOCAL, but in one statement.
_AS_WRITTEN: Final = (
    "SELECT set_config('join_collapse_limit', '1', true), set_config('work_mem', '64MB', true)"
)


_BY_INDEX: Final = (
    "SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)"
)


def plan_as_written(connection: Connection, *, by_index: bool = False) -> None:
    """Make PostgreSQL join tables in the order written, in memory, until the transaction ends.

    The planner has no statistics of rows written a moment ago, and assumes one row per table. Any join order
    then looks as good as any other, and one of them may take an hour.

    With `by_index`, what is joined to a list is looked up row by row: to read the whole table is about as
    fast for one list, but not for a hundred.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_AS_WRITTEN)
        if by_index:
            connection.exec_driver_sql(_BY_INDEX)
