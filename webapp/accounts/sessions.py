"""Server-side sessions: begun at sign-in, checked on each request, ended by the user or staff.

A session lasts `SESSION_DAYS` from sign-in, and `SESSION_IDLE_HOURS` from its last use, whichever comes
first; without "Keep me signed in" the browser forgets it earlier.
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

# Precision of a session's last use.
SEEN_EVERY: Final = timedelta(minutes=1)
# How long ended sessions are kept for investigations, without being listed.
KEPT: Final = timedelta(days=90)


# Maximum number of a user's sessions on a page; all the others can be ended at once.
MOST_LISTED: Final = 100


def begin(user: User, user_agent: str = "", address: str = "", *, is_kept: bool = False) -> tuple[int, str]:
    """Add a session; the caller commits. Returns its number, and the browser's token."""
    secret = secrets.token_urlsafe(32)
    old = UserSession.user_id == user.id, UserSession.last_seen_at < clock.now() - KEPT
    db.session.execute(delete(UserSession).where(*old))
    about = {"browser": browser_of(user_agent), "address": address, "is_kept": is_kept}
    row = UserSession(user_id=user.id, secret_hash=_hashed(secret), **about)
    db.session.add(row)
    db.session.flush()
    return row.id, secret


def renew(user: User, number: int) -> str | None:
    """Replace the token of one of the user's sessions; None if it has ended. No commit."""
    secret = secrets.token_urlsafe(32)
    matches = UserSession.id == number, UserSession.user_id == user.id, *_lasting(clock.now())
    statement = update(UserSession).where(*matches).values(secret_hash=_hashed(secret))
    result: Any = db.session.execute(statement)
    return secret if result.rowcount else None


def current(secret: str, identity: str) -> UserSession | None:
    """Return the session with that token, its user and dealer, in one query; None if it has ended.

    `identity` changes with the password, so that a new password ends every session. No session is valid for
    users of a closed dealer, or for users who must have a second factor and have none.
    """
    query = (
        select(UserSession)
        .join(UserSession.user)
        .options(contains_eager(UserSession.user).options(joinedload(User.dealer)))
        .where(UserSession.secret_hash == _hashed(secret), *_lasting(clock.now()))
        .where(User.fs_uniquifier == identity, User.active)
    )
    row = db.session.scalar(query)
    if row is None or not row.user.is_active:
        return None
    if row.user.needs_second_factor and not row.user.has_second_factor:
        return None
    return row


def of(user: User) -> list[UserSession]:
    """Return the user's sessions, the latest used first; at most `MOST_LISTED`."""
    query = select(UserSession).where(UserSession.user_id == user.id, *_lasting(clock.now()))
    return list(
        db.session.scalars(
            query.order_by(UserSession.last_seen_at.desc(), UserSession.id.desc()).limit(MOST_LISTED)
        )
    )


def end(user: User, *, number: int | None = None, but: int | None = None) -> int:
    """End one of the user's sessions, or all, or all `but` one; return how many. No commit."""
    matches = [UserSession.user_id == user.id, *_lasting(clock.now())]
    if number is not None:
        matches.append(UserSession.id == number)
    if but is not None:
        matches.append(UserSession.id != but)
    statement = update(UserSession).where(*matches).values(ended_at=clock.now())
    result: Any = db.session.execute(statement)
    return int(result.rowcount)


def note_seen(number: int, before: datetime) -> None:
    """Record that a session is in use, if that was last recorded a minute or more ago.

    This never delays a page: if the row is locked, the next request records it.
    """
    now = clock.now()
    # In addition to the request's own connection: with none free, threads would wait for each other.
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
    """Open a separate transaction that gives up if a lock is held."""
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
    """Return the conditions of an active session."""
    idle = timedelta(hours=current_app.config["SESSION_IDLE_HOURS"])
    whole = timedelta(days=current_app.config["SESSION_DAYS"])
    return (
        UserSession.ended_at.is_(None),
        UserSession.last_seen_at > now - idle,
        UserSession.created_at > now - whole,
    )


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
