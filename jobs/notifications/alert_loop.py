"""Looks for alerts once a minute and sends what is due, in a thread of the scheduler process.

It needs neither a worker nor Redis: when those are in trouble is when somebody must be told. A round that
fails is logged, and the next one comes as if nothing had been.
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
from webapp.web import job_heartbeats

log = structlog.get_logger(__name__)

# Seconds.
ROUND_EVERY: Final = 60.0
LOOK_EVERY: Final = 2.0


def start(app: Flask) -> threading.Thread:
    """Begin to watch beside whatever else the process does; it never keeps the process from ending."""
    watching = threading.Thread(target=run_loop, args=(app,), name="alerts", daemon=True)
    watching.start()
    return watching


def run_loop(app: Flask, pause: Callable[[float], Any] = shutdown.pause) -> None:
    """Take rounds and deliver until told to stop."""
    due, delivers = 0.0, True
    while not shutdown.requested():
        if time.monotonic() >= due:
            due, delivers = time.monotonic() + ROUND_EVERY, True
            _guarded(app, "round", _round)
        # With a database that is away, once a minute is often enough to say so.
        delivers = delivers and _guarded(app, "delivering", _deliver)
        pause(LOOK_EVERY)


def _round() -> None:
    if not alerts.evaluate_rules().failed:
        job_heartbeats.record_completion(job_heartbeats.ALERTS)


def _deliver() -> None:
    sender.deliver_due(shutdown.requested)


def _guarded(app: Flask, part: str, act: Callable[[], None]) -> bool:
    """Whether it was done; what it raises is logged."""
    try:
        with app.app_context():
            act()
    except Exception:
        log.exception("alert.loop_failed", part=part)
        return False
    return True
