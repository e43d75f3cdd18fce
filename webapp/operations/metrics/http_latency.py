"""Request latency by endpoint and status class, aggregated in Redis for all web processes.

Each process counts locally and adds its counts to Redis every few seconds, after a response was sent: a
scrape of any process covers all, on any number of hosts. If Redis is unavailable, the counts are delayed.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import Counter
from typing import Any, Final

from flask import Flask, Response, current_app, g, request
from prometheus_client.core import HistogramMetricFamily
from redis import Redis
from redis.exceptions import RedisError

from webapp.core import redis_client
from webapp.operations.metrics.families import PREFIX

KEY: Final = "metrics:http-latency"
# Upper bounds in seconds; slower requests are in one more bucket.
BOUNDS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
CLASSES: Final = ("1xx", "2xx", "3xx", "4xx", "5xx")
# For requests without an endpoint.
UNMATCHED: Final = "none"
# Seconds.
FLUSH_EVERY: Final = 5.0
AGAIN_AFTER_FAILURE: Final = 60.0
TIMEOUT: Final = 0.5
_NAME: Final = "http_latency"


def register(app: Flask) -> None:
    """Count the app's requests from now on."""
    app.extensions[_NAME] = _Counts()
    app.after_request(_count)


def _count(response: Response) -> Response:
    if "begun" in g:
        counts: _Counts = current_app.extensions[_NAME]
        counts.add(request.endpoint or UNMATCHED, response.status_code, time.monotonic() - g.begun)
        if current_app.config["REDIS_URL"] is not None and counts.is_due():
            response.call_on_close(_flushing(current_app._get_current_object(), counts))  # type: ignore[attr-defined]
    return response


def _flushing(app: Flask, counts: _Counts) -> Any:
    def flush() -> None:
        with app.app_context():
            counts.flush()

    return flush


class _Counts:
    """Counts of this process not yet added to Redis, by field of the hash there."""

    def __init__(self) -> None:
        self._counted: Counter[str] = Counter()
        self._guard = threading.Lock()
        self._due = time.monotonic() + FLUSH_EVERY

    def add(self, endpoint: str, status: int, seconds: float) -> None:
        """Count one request."""
        cell = f"{endpoint}|{status // 100}xx"
        with self._guard:
            self._counted[f"{cell}|{bisect_left(BOUNDS, seconds)}"] += 1
            self._counted[f"{cell}|ms"] += round(seconds * 1000)

    def is_due(self) -> bool:
        """Return whether the counts should be flushed; true for one thread at a time."""
        with self._guard:
            if time.monotonic() < self._due:
                return False
            self._due = time.monotonic() + FLUSH_EVERY
            return True

    def flush(self) -> None:
        """Add the counts to Redis; they are kept for the next flush if it is unavailable."""
        with self._guard:
            counted, self._counted = self._counted, Counter()
        try:
            with redis_client.connection(timeout=TIMEOUT).pipeline(transaction=True) as adding:
                for field, number in counted.items():
                    adding.hincrby(KEY, field, number)
                adding.execute()
        except RedisError:
            with self._guard:
                self._counted += counted
                self._due = time.monotonic() + AGAIN_AFTER_FAILURE


def family(redis: Redis) -> HistogramMetricFamily:
    """Return the histogram of all web processes; unknown fields are omitted."""
    stored: Any = redis.hgetall(KEY)
    known = {*current_app.view_functions, UNMATCHED}
    cells: dict[tuple[str, str], dict[str, int]] = {}
    for field, number in stored.items():
        endpoint, _, rest = field.decode(errors="replace").partition("|")
        status, _, bucket = rest.partition("|")
        if endpoint in known and status in CLASSES and number.isdigit():
            cells.setdefault((endpoint, status), {})[bucket] = int(number)
    found = HistogramMetricFamily(
        f"{PREFIX}_http_request_duration_seconds", "How long requests took.", labels=["endpoint", "status"]
    )
    for labels, counts in sorted(cells.items()):
        found.add_metric(list(labels), _cumulated(counts), counts.get("ms", 0) / 1000)
    return found


def _cumulated(counts: dict[str, int]) -> list[tuple[str, int]]:
    total, buckets = 0, []
    for place, bound in enumerate([*map(str, BOUNDS), "+Inf"]):
        total += counts.get(str(place), 0)
        buckets.append((bound, total))
    return buckets
