"""Heartbeat, time limit and cooperative cancellation of a run."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from flask import current_app

from jobs.sync import lease
from jobs.sync.interruption import Interruption, RunInterrupted
from webapp.core import clock

# Seconds between two renewals: well under HEARTBEAT_TIMEOUT, and few enough for Cancel to take effect soon.
RENEW_EVERY = 5.0

OUT_OF_TIME = "The update was stopped after {minutes} minutes, the longest it may run."


class Heartbeat:
    """Heartbeat of one run, called at every wait, at least every half second.

    Raises RunInterrupted: the worker shuts down, the lease was lost, the run was cancelled, or the time
    limit `until` (UTC) has passed.
    """

    def __init__(
        self,
        run_lease: lease.Lease,
        should_stop: Callable[[], bool] = lambda: False,
        *,
        until: datetime | None = None,
        even_cancelled: bool = False,
    ) -> None:
        self._lease = run_lease
        self._even_cancelled = even_cancelled
        self._should_stop = should_stop
        self._until = until
        self._next_renewal = time.monotonic() + RENEW_EVERY

    def __call__(self) -> None:
        if self._should_stop():
            raise RunInterrupted(Interruption.SHUTDOWN, "this worker was told to stop")
        if time.monotonic() >= self._next_renewal:
            lease.renew(self._lease, even_cancelled=self._even_cancelled)
            self._next_renewal = time.monotonic() + RENEW_EVERY
        if self._until is not None and clock.now() >= self._until:
            minutes = current_app.config["RUN_MINUTES"]
            raise RunInterrupted(Interruption.OUT_OF_TIME, OUT_OF_TIME.format(minutes=minutes))
