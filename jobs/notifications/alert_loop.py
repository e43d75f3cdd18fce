"""Alert loop: evaluates alert rules and makes summaries of changes once a minute, and sends due deliveries.

It is a thread of the scheduler.

Depends on neither workers nor Redis, so that it can report their outages. A failed evaluation is logged, and
the next one runs as usual.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

import structlog
from flask import Flask

from jobs import shutdown
from jobs.notifications import sender
from webapp import alerts
from webapp.core import clock
from webapp.summaries import due_summaries
from webapp.web import job_heartbeats

log = structlog.get_logger(__name__)

# Seconds.
ROUND_EVERY: Final = 60.0
LOOK_EVERY: Final = 2.0


def start(app: Flask) -> threading.Thread:
    """Start the loop in a daemon thread, which does not delay the end of the process."""
    thread = threading.Thread(target=run_loop, args=(app,), name="alerts", daemon=True)
    thread.start()
    return thread


def run_loop(app: Flask, pause: Callable[[float], Any] = shutdown.pause) -> None:
    """Evaluate rules and deliver until a shutdown is requested."""
    next_round, can_deliver = 0.0, True
    while not shutdown.requested():
        if time.monotonic() >= next_round:
            next_round, can_deliver = time.monotonic() + ROUND_EVERY, True
            _succeeded(app, "round", _round)
            _succeeded(app, "summaries", _make_summaries)
        # During an outage of the database, one logged error a minute is enough.
        can_deliver = can_deliver and _succeeded(app, "delivering", _deliver)
        pause(LOOK_EVERY)


def _round() -> None:
    if not alerts.evaluate_rules().failed:
        job_heartbeats.record_completion(job_heartbeats.ALERTS)


def _make_summaries() -> None:
    due_summaries.queue_due(clock.now(), shutdown.requested)


def _deliver() -> None:
    sender.deliver_due(shutdown.requested)


def _succeeded(app: Flask, part: str, function: Callable[[], None]) -> bool:
    """Call a function and return whether it succeeded; exceptions are logged."""
    try:
        with app.app_context():
            function()
    except Exception:
        log.exception("alert.loop_failed", part=part)
        return False
    return True
