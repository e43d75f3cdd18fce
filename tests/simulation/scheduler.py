"""Simulated schedulers: ticks on time, repeated, concurrent, with a clock that stepped back, and killed."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from random import Random
from typing import Any

from flask import Flask, current_app
from sqlalchemy import event, select

from jobs.sync import dispatch
from tests.simulation.history import History, Tick
from webapp.core.run_states import ACTIVE_RUN_STATES
from webapp.extensions import db
from webapp.models import Run


class SchedulerKilled(BaseException):
    """The scheduler process died."""


class SimulatedScheduler:
    """Runs ticks, and records those that finished."""

    def __init__(self, random: Random, history: History) -> None:
        self._random, self._history = random, history

    def step(self, now: datetime) -> None:
        """One tick, or a random disturbance of it."""
        kind = self._random.choices(("once", "twice", "back", "killed", "concurrent"), (60, 10, 10, 15, 5))[0]
        if kind == "killed":
            _tick_until_killed(now, self._random.randrange(1, 14))
        elif kind == "concurrent":
            _tick_twice_concurrently(now)
        else:
            self.tick(now, now)
        if kind == "twice":
            self.tick(now, now)
        if kind == "back":
            self.tick(now, now - timedelta(minutes=self._random.randrange(1, 200)))

    def tick(self, at: datetime, clock: datetime) -> None:
        """An undisturbed tick at a moment, with a clock that may show another."""
        active = select(Run.dealer_id).where(Run.status.in_(ACTIVE_RUN_STATES))
        busy = frozenset(db.session.scalars(active))
        db.session.commit()
        dispatch.start_due(clock)
        self._history.ticks.append(Tick(at, clock, busy))


def _tick_until_killed(now: datetime, statements: int) -> None:
    """Die before the given statement. What was not committed is rolled back."""
    remaining = [statements]

    def die(*_: Any) -> None:
        remaining[0] -= 1
        if not remaining[0]:
            raise SchedulerKilled

    event.listen(db.engine, "before_cursor_execute", die)
    try:
        dispatch.start_due(now)
    except SchedulerKilled:
        db.session.rollback()
    finally:
        event.remove(db.engine, "before_cursor_execute", die)


def _tick_twice_concurrently(now: datetime) -> None:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    db.session.commit()
    threads = [threading.Thread(target=_tick_in_context, args=(app, now)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _tick_in_context(app: Flask, now: datetime) -> None:
    with app.app_context():
        dispatch.start_due(now)
