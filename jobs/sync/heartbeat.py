"""Heartbeat, time limit and cooperative cancellation of a run."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from flask import current_app

from jobs.sync import lease
from jobs.sync.interruption import Interruption, RunInterrupted
from webapp.core import clock

# Seconds. Well under HEARTBEAT_TIMEOUT, and short enough for a user who pressed Cancel.
BEAT_EVERY = 5.0
# Seconds between two looks while nothing is done but waiting.
LOOK_EVERY = 0.25


OUT_OF_TIME = "The update took longer than {minutes} minutes, which is as long as it may."


class Heartbeat:
    """Called at every wait of a run, at least every half second.

    Raises RunInterrupted: the worker shuts down, the lease was lost, the run was cancelled, or the moment
    `until` (UTC) has passed.
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
        self._next_beat = time.monotonic() + BEAT_EVERY

    def __call__(self) -> None:
        if self._should_stop():
            raise RunInterrupted(Interruption.SHUTDOWN, "this worker was told to stop")
        if time.monotonic() >= self._next_beat:
            lease.renew(self._lease, even_cancelled=self._even_cancelled)
            self._next_beat = time.monotonic() + BEAT_EVERY
        if self._until is not None and clock.now() >= self._until:
            minutes = current_app.config["RUN_MINUTES"]
            raise RunInterrupted(Interruption.OUT_OF_TIME, OUT_OF_TIME.format(minutes=minutes))

    def rest(self, seconds: float) -> None:
        """Wait while renewing the heartbeat."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self()
            time.sleep(min(left, LOOK_EVERY))
