"""The moving window of one login: how many requests may pass, and when the next one does."""

from __future__ import annotations

from collections import deque


class Window:
    """At most `rate` requests in any `seconds`, in the order in which they are asked for."""

    def __init__(self, rate: int, seconds: float) -> None:
        self._seconds = seconds
        self._passed: deque[float] = deque(maxlen=rate)

    def room(self, now: float) -> float:
        """When a request passes that is asked for now; it is counted."""
        at = now
        if len(self._passed) == self._passed.maxlen:
            at = max(now, self._passed[0] + self._seconds)
        self._passed.append(at)
        return at
