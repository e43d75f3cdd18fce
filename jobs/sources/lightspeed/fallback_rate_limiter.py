"""Rate limiter of one process during an outage of Redis."""

import time
from collections import defaultdict, deque


class FallbackRateLimiter:
    """Moving-window rate limiter that keeps the requests of each login until Redis counts them.

    `seconds` is the window's length; the limit may change with each request.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._sent: defaultdict[str, deque[float]] = defaultdict(deque)

    def take(self, key: str, limit: int) -> bool:
        """Count one request if fewer than `limit` were sent within the window; return whether it counted."""
        if self.used(key) >= limit:
            return False
        self._sent[key].append(time.monotonic())
        return True

    def used(self, key: str) -> int:
        """Return the number of requests within the window."""
        sent, window_start = self._sent[key], time.monotonic() - self._seconds
        while sent and sent[0] <= window_start:
            sent.popleft()
        return len(sent)

    def forget(self, key: str) -> None:
        """Drop the requests of a login, which Redis now counts."""
        self._sent[key].clear()
