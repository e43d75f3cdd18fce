"""Heartbeat in a thread, during a statement or transaction that may take longer than a heartbeat lasts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Engine, Update
from sqlalchemy.exc import SQLAlchemyError

from webapp.core import clock
from webapp.extensions import db

# Seconds between two heartbeats.
BEAT_SECONDS = 10.0


@contextmanager
def kept_beating(owned: Update) -> Iterator[None]:
    """Set `heartbeat_at` of the row that `owned` updates, on connections of its own."""
    done, engine = threading.Event(), db.engine
    thread = threading.Thread(target=_beat, args=(engine, owned, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _beat(engine: Engine, owned: Update, done: threading.Event) -> None:
    while not done.wait(BEAT_SECONDS):
        # The next one may succeed; if none does, another worker takes over.
        with suppress(SQLAlchemyError), engine.begin() as connection:
            connection.execute(owned.values(heartbeat_at=clock.now()))
