"""Recorded requests, for tests and people. Passwords are never stored."""

import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

_MOST_KEPT = 100_000


@dataclass
class RecordedRequest:
    """One request to /lsapi.

    `time` is the monotonic clock in seconds at arrival; `status` is None until a response is sent, and
    remains so if the connection was reset or held.
    """

    time: float
    method: str
    path: str
    cmf: str | None
    username: str | None
    options: dict[str, str] = field(default_factory=dict)
    status: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the request as plain JSON values."""
        return asdict(self)


class Recorder:
    """Keeps the requests in order of arrival; above a limit the oldest are dropped."""

    def __init__(self) -> None:
        self.requests: list[RecordedRequest] = []
        self._lock = threading.Lock()

    def add(self, request: RecordedRequest) -> None:
        """Add a request."""
        with self._lock:
            if len(self.requests) >= _MOST_KEPT:
                del self.requests[: _MOST_KEPT // 10]
            self.requests.append(request)


def peak(requests: Iterable[RecordedRequest], seconds: float = 60.0) -> int:
    """Return the largest number of requests that one login sent within any `seconds`."""
    by_login: defaultdict[str | None, list[float]] = defaultdict(list)
    for one in requests:
        by_login[one.username].append(one.time)
    return max((_densest(sorted(times), seconds) for times in by_login.values()), default=0)


def _densest(times: list[float], seconds: float) -> int:
    start, most = 0, 0
    for end, time in enumerate(times):
        while time - times[start] >= seconds:
            start += 1
        most = max(most, end - start + 1)
    return most
