"""What a worker does while it waits: looks at its stop flag and the clock, and shows that it lives."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from jobs.sync import lease
from webapp.core import clock

# Seconds. Well under HEARTBEAT_TIMEOUT, and short enough for a person who pressed cancel.
BEAT_EVERY = 5.0
# Seconds between two looks while nothing is done but waiting.
LOOK_EVERY = 0.25


class OutOfTime(Exception):
    """The run has taken as long as it may."""


class Heartbeat:
    """Called wherever the engine waits, at least every half second.

    Raises journal.Ended to leave the run, and OutOfTime once the moment `until` (UTC) has passed.
    """

    def __init__(
        self,
        claim: lease.Lease,
        should_stop: Callable[[], bool] = lambda: False,
        *,
        until: datetime | None = None,
        even_cancelled: bool = False,
    ) -> None:
        self._claim = claim
        self._even_cancelled = even_cancelled
        self._should_stop = should_stop
        self._until = until
        self._next_beat = time.monotonic() + BEAT_EVERY

    def __call__(self) -> None:
        if self._should_stop():
            raise lease.Stopped("this worker was told to stop")
        if time.monotonic() >= self._next_beat:
            lease.renew(self._claim, even_cancelled=self._even_cancelled)
            self._next_beat = time.monotonic() + BEAT_EVERY
        if self._until is not None and clock.now() >= self._until:
            raise OutOfTime

    def rest(self, seconds: float) -> None:
        """Wait, alive."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self()
            time.sleep(min(left, LOOK_EVERY))
