"""What a worker does while it waits: looks at its stop flag, and shows now and then that it lives."""

from __future__ import annotations

import time
from collections.abc import Callable

from jobs.sync import journal

# Seconds. Well under journal.DEAD_AFTER, and short enough for a person who pressed cancel.
BEAT_EVERY = 5.0


class Pulse:
    """Called wherever the engine waits, at least every half second; raises journal.Ended to leave the run."""

    def __init__(
        self, claim: journal.Claim, should_stop: Callable[[], bool], *, even_cancelled: bool = False
    ) -> None:
        self._claim = claim
        self._even_cancelled = even_cancelled
        self._should_stop = should_stop
        self._next_beat = time.monotonic() + BEAT_EVERY

    def __call__(self) -> None:
        if self._should_stop():
            raise journal.Stopped("this worker was told to stop")
        if time.monotonic() >= self._next_beat:
            journal.beat(self._claim, even_cancelled=self._even_cancelled)
            self._next_beat = time.monotonic() + BEAT_EVERY
