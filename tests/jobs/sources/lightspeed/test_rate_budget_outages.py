"""A Redis that forgot, filled up or went away makes requests slower, never faster (R9)."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

from jobs.sources.lightspeed import RateBudget
from sandbox.servers.redis import RedisServer
from sandbox.simulator import SimulatedDealer, Simulator, part
from sandbox.simulator.recording import peak

pytestmark = pytest.mark.slow

KEY = "0123456789abcdef"


class Stop(Exception):
    pass


def look_around() -> None:
    pass


def stop() -> None:
    raise Stop


@dataclass
class Others:
    """Other processes, as a database may know of them."""

    lately: int = 0
    now: int = 1

    def sent(self, seconds: float) -> int:
        return self.lately

    def senders(self) -> int:
        return self.now


@pytest.fixture(params=["emptied", "restarted empty", "restarted with what it had"])
def forgetful(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[RedisServer, str]]:
    """A Redis and how it comes to forget."""
    kept = request.param == "restarted with what it had"
    with RedisServer(tmp_path, persistent=kept) as server:
        yield server, request.param


def forget(server: RedisServer, how: str) -> None:
    if how == "emptied":
        with redis.Redis.from_url(server.url) as client:
            client.flushall()
    else:
        server.stop()
        server.start()


def has_room(budget: RateBudget) -> bool:
    try:
        budget.acquire(KEY, stop)
    except Stop:
        return False
    return True


def test_a_redis_that_forgot_the_window_is_taken_to_hold_a_full_one(forgetful):
    server, how = forgetful
    others = Others()
    budget = RateBudget.shared(server.url, 5, seconds=1, usage=others)
    assert has_room(budget)
    others.lately = 1_000_000
    forget(server, how)
    begun = time.monotonic()
    assert not has_room(budget)
    assert not has_room(RateBudget.shared(server.url, 5, seconds=1, usage=others))

    budget.acquire(KEY, look_around)
    assert time.monotonic() - begun > 1.0


def test_a_new_redis_slows_no_one_down(forgetful):
    server, how = forgetful
    forget(server, how)
    budget = RateBudget.shared(server.url, 5, usage=Others())

    assert [has_room(budget) for _ in range(6)] == [True] * 5 + [False]


def test_the_first_requests_of_simultaneous_runs_share_the_rate(forgetful):
    budget = RateBudget.shared(forgetful[0].url, 10, usage=Others(lately=4))

    assert [has_room(budget) for _ in range(7)] == [True] * 6 + [False]


def test_without_redis_the_share_gets_smaller_the_more_are_sending():
    away = "redis://127.0.0.1:9/0"
    few = RateBudget.shared(away, 200, usage=Others(now=2))
    many = RateBudget.shared(away, 200, usage=Others(now=50))

    assert sum(has_room(few) for _ in range(25)) == 20
    assert sum(has_room(many) for _ in range(25)) == 2


def test_without_redis_it_waits_where_others_may_have_used_the_window_up():
    budget = RateBudget.shared("redis://127.0.0.1:9/0", 200, usage=Others(lately=101))

    assert not has_room(budget)


def test_a_full_redis_counts_as_unavailable(tmp_path: Path):
    with RedisServer(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        budget = RateBudget.shared(server.url, 10, seconds=1)
        assert has_room(budget)
        client.config_set("maxmemory", "1")
        assert not has_room(budget)
        begun = time.monotonic()
        budget.acquire(KEY, look_around)

        assert time.monotonic() - begun > 1.0
        assert not has_room(budget)


WORKER = """
import sys, time
import structlog
from jobs.sources.lightspeed import LightspeedClient, RateBudget, part_filter
from tests.jobs.sources.lightspeed.pulling import part_pages
from jobs.sources.source import Credentials
structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=sys.stderr))

class Busy:
    def sent(self, seconds): return 0 if time.time() < float(sys.argv[3]) else 1_000_000
    def senders(self): return 3

budget = RateBudget.shared(sys.argv[1], 20, seconds=2, usage=Busy())
login, hosts = Credentials("login", "password"), ("127.0.0.1",)
lightspeed = LightspeedClient(sys.argv[2], login, budget, allowed_hosts=hosts)
until = time.monotonic() + 11
while time.monotonic() < until:
    for page in part_pages(lightspeed, "4711", "SupplierCode eq 'TR'", page_size=50):
        if time.monotonic() > until:
            break
"""


def test_the_service_never_sees_more_than_the_rate_while_redis_comes_and_goes(tmp_path: Path):
    """Three processes at full speed through an emptied Redis, an outage, and a restart without memory."""
    parts = [part("TR", f"A-{number:05}") for number in range(500)]
    dealer = SimulatedDealer("4711", "login", "password", parts=parts)
    with RedisServer(tmp_path) as server, Simulator([dealer]) as service:
        arguments = [server.url, service.url, str(time.time() + 2)]
        workers = [
            subprocess.Popen([sys.executable, "-c", WORKER, *arguments], stderr=subprocess.DEVNULL)
            for _ in range(3)
        ]
        time.sleep(3)
        with redis.Redis.from_url(server.url) as client:
            client.flushall()
        time.sleep(4)
        server.stop()
        time.sleep(3)
        server.start()
        assert [worker.wait(60) for worker in workers] == [0, 0, 0]
        requests = list(service.requests)

    assert len(requests) > 10
    assert peak(requests, 2.0) <= 20
