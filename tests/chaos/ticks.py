"""Ticks while a test waits, as the scheduler makes one a minute."""

from __future__ import annotations

import time
from collections.abc import Callable

from jobs.sync.tick import tick
from tests.chaos.workers import Workers
from webapp.extensions import db

# Seconds.
TICK_EVERY, LOOK_EVERY = 0.5, 0.05


def tick_until(
    workers: Workers,
    condition: Callable[[], object],
    what: str,
    *,
    first: float = 0.0,
    before: Callable[[], None] = lambda: None,
) -> None:
    """Tick until the condition is true, after `first` seconds for the first time; call `before` each time."""
    due = time.monotonic() + first

    def is_met() -> bool:
        nonlocal due
        if condition():
            return True
        if time.monotonic() >= due:
            before()
            tick()
            # A tick leaves a transaction open, and on SQLite no other process can write beside it.
            db.session.rollback()
            due = time.monotonic() + TICK_EVERY
        return False

    workers.wait(is_met, what, LOOK_EVERY)
