"""Rate limiter of one process during an outage of Redis."""

import time
from collections import defaultdict, deque


class FallbackRateLimiter:
    """Requests of one process in a moving window, by login, until they are counted in Redis.

    `seconds` is the window's length; how many it has room for may change from one request to the next.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._sent: defaultdict[str, deque[float]] = defaultdict(deque)

    def take(self, key: str, room: int) -> bool:
        """Count one request if fewer than `room` were sent within the window, and tell whether it was."""
        if self.used(key) >= room:
            return False
        self._sent[key].append(time.monotonic())
        return True

    def used(self, key: str) -> int:
        """Requests within the window."""
        sent, since = self._sent[key], time.monotonic() - self._seconds
        while sent and sent[0] <= since:
            sent.popleft()
        return len(sent)

    def forget(self, key: str) -> None:
        """Drop requests that are now counted in Redis."""
        self._sent[key].clear()
