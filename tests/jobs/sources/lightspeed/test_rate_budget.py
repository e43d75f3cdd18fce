import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import structlog

from jobs.sources.lightspeed import RateBudget
from jobs.sources.lightspeed.api_requests import ApiRequest, RequestSender
from jobs.sources.lightspeed.parts import decode_page
from jobs.sources.lightspeed.transport import Transport
from sandbox.servers.redis import RedisServer
from tests.jobs.sources.lightspeed.conftest import CMF, HERE, LOGIN, QUICK
from tests.jobs.sources.lightspeed.wire import Wire, nothing

KEY = "0123456789abcdef"


class Stop(Exception):
    pass


def look_around() -> None:
    pass


def stop() -> None:
    raise Stop


def most_within(times: list[float], seconds: float) -> int:
    """The greatest number of times within any such window."""
    times = sorted(times)
    return max(sum(start <= time < start + seconds for time in times[at:]) for at, start in enumerate(times))


@pytest.fixture
def empty_redis(redis_url: str) -> Iterator[str]:
    with redis.Redis.from_url(redis_url) as client:
        client.flushdb()
        yield redis_url
        client.flushdb()


@pytest.mark.parametrize("rate", [None, 0])
def test_no_rate_means_no_limit(rate):
    for budget in (RateBudget.in_process(rate), RateBudget.shared("redis://127.0.0.1:9/0", rate)):
        for _ in range(1_000):
            budget.acquire(KEY, stop)


def test_one_process_keeps_to_its_rate():
    budget = RateBudget.in_process(5, seconds=1)
    times = []
    for _ in range(8):
        budget.acquire(KEY, look_around)
        times.append(time.monotonic())

    assert most_within(times, 1.0) == 5


def test_each_login_has_its_own_rate():
    budget = RateBudget.in_process(1)
    budget.acquire("one", stop)
    budget.acquire("other", stop)

    with pytest.raises(Stop):
        budget.acquire("one", stop)


@pytest.mark.slow
def test_the_callback_runs_while_the_caller_waits():
    budget = RateBudget.in_process(1, seconds=1)
    threads = []
    budget.acquire(KEY, look_around)
    budget.acquire(KEY, lambda: threads.append(threading.current_thread()))

    assert len(threads) >= 4  # in the two seconds that the window and its margin last
    assert set(threads) == {threading.current_thread()}


def test_budgets_on_one_redis_share_the_rate(empty_redis: str):
    first, second = RateBudget.shared(empty_redis, 2), RateBudget.shared(empty_redis, 2)
    first.acquire(KEY, stop)
    second.acquire(KEY, stop)

    for budget in (first, second):
        with pytest.raises(Stop):
            budget.acquire(KEY, stop)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis that a test may stop and start."""
    with RedisServer(tmp_path, persistent=True) as server:
        yield server


@pytest.mark.slow
def test_without_redis_it_goes_on_slowly_after_a_whole_window(own_redis: RedisServer):
    """The window lasts two seconds with its margin; 10 in it are allowed, a tenth of that without Redis."""
    budget = RateBudget.shared(own_redis.url, 10, seconds=1)
    for _ in range(3):
        budget.acquire(KEY, look_around)
    own_redis.stop()
    with structlog.testing.capture_logs() as logs:
        times = [time.monotonic()]
        for _ in range(2):
            budget.acquire(KEY, look_around)
            times.append(time.monotonic())

    assert most_within(times, 1.5) == 1
    (warned,) = logs
    assert (warned["event"], warned["log_level"]) == ("lightspeed.rate_budget_degraded", "warning")
    assert "ConnectionError" in warned["error"]


@pytest.mark.slow
def test_requests_sent_without_redis_are_recorded_there_afterwards(own_redis: RedisServer):
    budget = RateBudget.shared(own_redis.url, 2, seconds=1)
    own_redis.stop()
    budget.acquire(KEY, look_around)
    own_redis.start()
    budget.acquire(KEY, look_around)  # this one, and the one before

    with pytest.raises(Stop):
        RateBudget.shared(own_redis.url, 2, seconds=1).acquire(KEY, stop)

    own_redis.stop()
    times = [time.monotonic()]
    budget.acquire(KEY, look_around)
    times.append(time.monotonic())
    assert most_within(times, 1.5) == 1  # another outage, another whole window


def test_a_short_redis_outage_costs_only_its_duration(own_redis: RedisServer):
    budget = RateBudget.shared(own_redis.url, 100)
    budget.acquire(KEY, look_around)
    own_redis.stop()

    budget.acquire(KEY, own_redis.start)  # would else wait out a minute


@pytest.mark.slow
def test_a_caller_that_left_while_redis_hung_sends_nothing():
    """A port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener, Wire(nothing) as wire:
        budget = RateBudget.shared(f"redis://127.0.0.1:{listener.getsockname()[1]}/0", 5)
        sender = RequestSender(Transport(wire.url, LOGIN, (5, 5), HERE), budget, KEY)
        with pytest.raises(Stop):
            sender.send(ApiRequest(CMF, (), decode_page), QUICK, stop)

        assert wire.requests == []
