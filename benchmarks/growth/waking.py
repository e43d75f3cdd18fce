"""How much memory of Redis a run that waits takes, and a login whose requests are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from redis import Redis

from benchmarks.environment import environment
from benchmarks.faults.ground import hush
from jobs.sources.lightspeed import RateBudget
from sandbox.servers.redis import RedisServer
from webapp.application import create_app
from webapp.runs import lifecycle
from webapp.settings import config

HEADINGS: Final = ("what", "how many", "bytes each", "MB for 10,000", "")
RUNS, LOGINS, PER_MINUTE = 10_000, 20, 200
# The last tenth of a window would be waited for.
FILLED: Final = 180


def rows(folder: Path) -> Iterator[tuple[str, ...]]:
    """The lines under `HEADINGS`, on a Redis of its own."""
    with RedisServer(folder / "redis") as server, Redis.from_url(server.url) as redis:
        database = f"sqlite:///{folder / 'none.sqlite3'}"
        variables = environment(database, "http://127.0.0.1:9", folder) | {"REDIS_URL": server.url}
        with create_app(config.from_environment(variables)).app_context():
            hush()
            yield _row("a run in the queue", RUNS, _grown(redis, _queue_runs))
            yield _row(
                "a login, window nearly full", LOGINS, _grown(redis, lambda: _fill_windows(server.url))
            )


def _queue_runs() -> None:
    lifecycle.wake_all((number, 0) for number in range(1, RUNS + 1))


def _fill_windows(redis_url: str) -> None:
    budget = RateBudget.shared(redis_url, PER_MINUTE)
    for number in range(LOGINS):
        for _ in range(FILLED):
            budget.acquire(f"{number:064}", lambda: None)


def _grown(redis: Redis, act: Callable[[], object]) -> int:
    before = _used(redis)
    act()
    return _used(redis) - before


def _used(redis: Redis) -> int:
    return int(redis.info("memory")["used_memory"])


def _row(what: str, count: int, taken: int) -> tuple[str, ...]:
    each = taken / count
    return what, f"{count:,}", f"{each:,.0f}", f"{each * 10_000 / 1e6:.0f}", ""
