"""Sessions on our side: begun, looked at with each request, ended.

A session lasts `SESSION_DAYS` from signing in, and `SESSION_IDLE_HOURS` from when it was last used, whichever
comes first; without "Keep me signed in" the browser forgets it earlier still.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from flask import current_app
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import contains_eager, joinedload

from webapp.accounts.user_agents import browser_of
from webapp.core import clock
from webapp.extensions import db, has_free_connection
from webapp.models import User, UserSession

# How exactly it is known when a session was last used.
SEEN_EVERY: Final = timedelta(minutes=1)
# For how long sessions that are over are still listed to nobody, but kept for questions.
KEPT: Final = timedelta(days=90)


# Sessions of one person that a page lists; all the others can be ended at once.
MOST_LISTED: Final = 100


def begin(user: User, user_agent: str = "", address: str = "", *, is_kept: bool = False) -> tuple[int, str]:
    """Add a session of the person, to be committed by the caller; its number, and the browser's secret."""
    secret = secrets.token_urlsafe(32)
    old = UserSession.user_id == user.id, UserSession.last_seen_at < clock.now() - KEPT
    db.session.execute(delete(UserSession).where(*old).execution_options(synchronize_session=False))
    about = {"browser": browser_of(user_agent), "address": address, "is_kept": is_kept}
    row = UserSession(user_id=user.id, secret_hash=_hashed(secret), **about)
    db.session.add(row)
    db.session.flush()
    return row.id, secret


def renew(user: User, number: int) -> str | None:
    """Give one of the person's sessions a new secret for the old; None where it is over. No commit."""
    secret = secrets.token_urlsafe(32)
    chosen = UserSession.id == number, UserSession.user_id == user.id, *_lasting(clock.now())
    statement = update(UserSession).where(*chosen).values(secret_hash=_hashed(secret))
    result: Any = db.session.execute(statement.execution_options(synchronize_session=False))
    return secret if result.rowcount else None


def current(secret: str, identity: str) -> UserSession | None:
    """The session of that secret with its person and dealer, in one query; None where it is over.

    `identity` changes with the password, so that a new one ends every session. Nobody is signed in for a
    closed dealer. Who must have a second factor
    and has none is signed in nowhere.
    """
    wanted = (
        select(UserSession)
        .join(UserSession.user)
        .options(contains_eager(UserSession.user).options(joinedload(User.dealer)))
        .where(UserSession.secret_hash == _hashed(secret), *_lasting(clock.now()))
        .where(User.fs_uniquifier == identity, User.active)
    )
    found = db.session.scalar(wanted)
    if found is None or not found.user.is_active:
        return None
    if found.user.needs_second_factor and not found.user.has_second_factor:
        return None
    return found


def of(user: User) -> list[UserSession]:
    """Where the person is signed in, the latest used first; `MOST_LISTED` at most."""
    wanted = select(UserSession).where(UserSession.user_id == user.id, *_lasting(clock.now()))
    return list(
        db.session.scalars(
            wanted.order_by(UserSession.last_seen_at.desc(), UserSession.id.desc()).limit(MOST_LISTED)
        )
    )


def end(user: User, *, number: int | None = None, but: int | None = None) -> int:
    """End one of the person's sessions, or all, or all `but` one; how many. No commit."""
    chosen = [UserSession.user_id == user.id, *_lasting(clock.now())]
    if number is not None:
        chosen.append(UserSession.id == number)
    if but is not None:
        chosen.append(UserSession.id != but)
    statement = update(UserSession).where(*chosen).values(ended_at=clock.now())
    result: Any = db.session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)


def note_seen(number: int, before: datetime) -> None:
    """Note that a session is in use, if that was last noted `before` a minute ago.

    A page is not kept waiting for it: where somebody else is writing, the next request notes it.
    """
    now = clock.now()
    # Beside the request's own connection: with none free, threads would wait for each other.
    if now - before < SEEN_EVERY or not has_free_connection(db.engine):
        return
    seen = (
        update(UserSession)
        .where(UserSession.id == number, UserSession.last_seen_at < now)
        .values(last_seen_at=now)
    )
    try:
        with _briefly() as connection:
            connection.execute(seen)
    except SQLAlchemyError:
        return


@contextmanager
def _briefly() -> Iterator[Connection]:
    """A transaction beside that of the request, which gives up where a lock is held."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")
            yield connection
            connection.commit()
            return
        raw: Any = connection.connection.driver_connection
        raw.execute("PRAGMA busy_timeout = 100")
        try:
            with connection.execution_options(sqlite_begin="IMMEDIATE").begin():
                yield connection
        finally:
            raw.execute("PRAGMA busy_timeout = 30000")


def _lasting(now: datetime) -> tuple[Any, ...]:
    """The conditions of a session that is not over."""
    idle = timedelta(hours=current_app.config["SESSION_IDLE_HOURS"])
    whole = timedelta(days=current_app.config["SESSION_DAYS"])
    return (
        UserSession.ended_at.is_(None),
        UserSession.last_seen_at > now - idle,
        UserSession.created_at > now - whole,
    )


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
