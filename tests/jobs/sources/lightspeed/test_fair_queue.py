"""The order in which requests that wait for room under one login get it."""

import subprocess
import sys
import threading
import time
from collections import Counter

import pytest
from redis import Redis

from jobs.sources.lightspeed import RateBudget, fair_queue
from jobs.sources.lightspeed.fair_queue import Requester, Ticket
from jobs.sources.lightspeed.redis_rate_limiter import RedisRateLimiter, Turn
from jobs.sources.lightspeed.usage_estimate import NoOtherUsage
from webapp.core import rate_window

pytestmark = pytest.mark.slow

KEY = "0123456789abcdef"


class Stop(Exception):
    pass


def stop() -> None:
    raise Stop


@pytest.fixture
def limiter(redis: Redis, redis_url: str) -> RedisRateLimiter:
    return RedisRateLimiter(redis_url, 2.0, rate_window.rate(8), NoOtherUsage(), spread=0)


def ticket(dealer: str, *, is_urgent: bool = False) -> Ticket:
    return Ticket(KEY, Requester(dealer, is_urgent))


def wait(limiter: RedisRateLimiter, one: Ticket) -> Turn:
    """Queue a ticket that there is never room for."""
    turn = limiter.take(one, cost=9)
    assert not turn.is_counted
    return turn


def ahead(limiter: RedisRateLimiter, one: Ticket) -> int:
    return wait(limiter, one).ahead


def serve(limiter: RedisRateLimiter, *dealers: str) -> None:
    for dealer in dealers:
        assert limiter.take(ticket(dealer)).is_counted


def order(limiter: RedisRateLimiter, *tickets: Ticket) -> list[str | None]:
    """The dealers of these tickets, queued in this order, as they are served."""
    for one in tickets:
        wait(limiter, one)
    return [one.requester.dealer for one in sorted(tickets, key=lambda one: ahead(limiter, one))]


def count(redis: Redis) -> int:
    """How many wait."""
    return int(redis.zcard(fair_queue.keys(KEY)[0]))


def test_requests_are_served_in_order_of_arrival(limiter: RedisRateLimiter):
    assert order(limiter, ticket("1"), ticket("2"), ticket("3")) == ["1", "2", "3"]


def test_a_check_is_served_before_those_that_wait_already(limiter: RedisRateLimiter):
    assert order(limiter, ticket("1"), ticket("2"), ticket("3", is_urgent=True)) == ["3", "1", "2"]


def background() -> Ticket:
    return Ticket(KEY, Requester("scan", is_background=True))


def test_a_scan_is_served_after_all_others_however_long_it_waits(limiter: RedisRateLimiter):
    serve(limiter, "1")
    assert order(limiter, background(), ticket("2"), ticket("1")) == ["2", "1", "scan"]


def test_a_scan_leaves_half_of_the_rate_to_others(limiter: RedisRateLimiter):
    taken = [limiter.take(background()).is_counted for _ in range(6)]

    assert taken == [True] * 4 + [False] * 2
    serve(limiter, "1", "2", "3", "4")


def test_a_scan_that_waits_does_not_make_a_login_crowded(limiter: RedisRateLimiter):
    for _ in range(5):
        waiting = background()
        limiter.take(waiting)

    assert ahead(limiter, waiting) == 0
    assert not limiter.is_crowded(KEY, 0.0)


def test_a_scan_does_not_count_as_its_dealers_turn(limiter: RedisRateLimiter):
    serve(limiter, "2")
    assert limiter.take(Ticket(KEY, Requester("1", is_background=True))).is_counted

    assert order(limiter, ticket("2"), ticket("1")) == ["1", "2"]


def test_a_dealer_that_was_just_served_is_behind_the_others(limiter: RedisRateLimiter):
    serve(limiter, "1", "2")

    assert order(limiter, ticket("1"), ticket("2"), ticket("3")) == ["3", "1", "2"]


def test_new_dealers_do_not_go_first_forever(redis: Redis, limiter: RedisRateLimiter):
    """A dealer that was served some seconds ago is before one that comes a moment later."""
    first, served = ticket("1"), fair_queue.keys(KEY)[2]
    serve(limiter, "1")
    redis.zincrby(served, 0.05 - fair_queue.TURN_LIFE, redis.zrange(served, 0, -1)[0])
    wait(limiter, first)
    assert ahead(limiter, ticket("2")) == 0
    time.sleep(0.1)

    assert ahead(limiter, ticket("3")) == 2


def test_a_ticket_that_is_not_renewed_holds_no_other_up(redis: Redis, limiter: RedisRateLimiter):
    dead, living = ticket("1"), ticket("2")
    assert [ahead(limiter, dead), ahead(limiter, living)] == [0, 1]
    redis.zadd(fair_queue.keys(KEY)[1], {dead.name: time.time() - fair_queue.TICKET_LIFE - 1})

    assert ahead(limiter, living) == 0
    assert count(redis) == 1


def test_a_requester_that_leaves_holds_no_other_up(redis: Redis, redis_url: str):
    budget = RateBudget.shared(redis_url, 1)
    budget.acquire(KEY, stop)
    with pytest.raises(Stop):
        budget.acquire(KEY, stop, Requester("1"))

    assert count(redis) == 0


def test_a_request_costs_one_round_trip(redis: Redis, limiter: RedisRateLimiter):
    serve(limiter, "0")  # loads the script, and writes the note
    redis.config_resetstat()
    serve(limiter, "1", "2", "3")
    own, stats = {"config|resetstat", "info"}, redis.info("commandstats")

    # Everything else ran inside of the script.
    assert stats["cmdstat_evalsha"]["calls"] == 3
    assert not {"multi", "eval", "script|load"} & {name.removeprefix("cmdstat_") for name in stats} - own


def test_the_last_tenth_of_the_rate_is_reserved_for_checks(redis: Redis, redis_url: str):
    budget = RateBudget.shared(redis_url, 200)
    syncs, checks = Requester("1"), Requester("1", is_urgent=True)
    taken = sum(has_room(budget, syncs) for _ in range(190))
    assert 180 <= taken <= 182
    assert sum(has_room(budget, checks) for _ in range(30)) == 200 - taken


def test_shortly_before_the_window_ends_nothing_is_reserved(redis: Redis, redis_url: str):
    budget, rate = RateBudget.shared(redis_url, 200), rate_window.rate(200)
    redis.rpush(f"LIMITS:{rate.key_for(KEY)}", *[time.time() - rate.get_expiry() + 2] * 190)
    assert sum(has_room(budget, Requester("1")) for _ in range(12)) == 10


def has_room(budget: RateBudget, requester: Requester) -> bool:
    try:
        budget.acquire(KEY, stop, requester)
    except Stop:
        return False
    return True


def test_dealers_that_used_their_logins_rate_up_are_served_at_an_even_pace(
    redis: Redis, limiter: RedisRateLimiter
):
    """Although the window has room; a dealer that is alone is not held up."""
    serve(limiter, "1", "2", "1")
    redis.delete(*fair_queue.keys(KEY)[:3])
    redis.set(fair_queue.keys(KEY)[3], 1, ex=60)
    serve(limiter, "1")
    wait(limiter, ticket("2"))
    assert not limiter.take(ticket("3")).is_counted
    redis.delete(*fair_queue.keys(KEY)[:3])
    assert limiter.take(ticket("3")).is_counted


def test_a_login_is_crowded_while_a_request_waits_or_its_rate_is_used_up(redis: Redis, redis_url: str):
    budget = RateBudget.shared(redis_url, 8)
    limiter = RedisRateLimiter(redis_url, 2.0, rate_window.rate(8), NoOtherUsage(), spread=0)
    assert not budget.is_crowded(KEY, 3.0)
    waiting = ticket("1")
    wait(limiter, waiting)
    assert budget.is_crowded(KEY, 3.0)
    limiter.leave(waiting)
    assert not budget.is_crowded(KEY, 3.0)
    for _ in range(8):
        budget.acquire(KEY, stop)
    assert budget.is_crowded(KEY, 3.0)
    assert not budget.is_crowded(KEY, 100.0)
    assert not RateBudget.shared("redis://127.0.0.1:9/0", 1).is_crowded(KEY, 3.0)


def test_neither_login_nor_dealer_can_be_read_in_redis(
    redis: Redis, redis_url: str, limiter: RedisRateLimiter
):
    budget = RateBudget.shared(redis_url, 1)
    budget.acquire(KEY, stop, Requester("76014857"))
    wait(limiter, ticket("76014857"))
    kept = b"".join(key + (redis.dump(key) or b"") for key in redis.scan_iter("lightspeed/turns/*"))

    assert kept
    assert b"76014857" not in kept


WORKER = """
import os, sys, threading, time
import structlog
from jobs.sources.lightspeed import RateBudget
from jobs.sources.lightspeed.fair_queue import Requester
structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=sys.stderr))

def pull(dealer):
    budget = RateBudget.shared(sys.argv[1], 40, seconds=1)
    while True:
        budget.acquire("the-login", lambda: None, Requester(dealer))
        os.write(1, f"{dealer} {time.time()}\\n".encode())  # whole, beside those of the other threads

for number in range(5):
    threading.Thread(target=pull, args=(f"{sys.argv[2]}{number}",), daemon=True).start()
sys.stdin.readline()
"""
ROUNDS = 4


def test_twenty_dealers_in_four_processes_are_served_alike_and_never_too_often(redis: Redis, redis_url: str):
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, redis_url, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in "ABCD"
    ]
    served: list[tuple[str, float]] = []
    reading = [threading.Thread(target=_read, args=(worker, served)) for worker in workers]
    for one in reading:
        one.start()
    try:
        _wait_for(lambda: len({dealer for dealer, _ in served}) == 20)
        begun = len(served)
        _wait_for(lambda: len(served) >= begun + 20 * ROUNDS)
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    for one in reading:
        one.join()
    within = Counter(dealer for dealer, _ in sorted(served, key=lambda one: one[1])[begun:][: 20 * ROUNDS])

    assert len(within) == 20
    # Four each; more or fewer where a busy machine delayed a requester.
    assert max(within.values()) <= 2 * min(within.values())
    times = sorted(moment for _, moment in served)
    assert max(sum(start <= one < start + 1 for one in times) for start in times) <= 40


def _read(worker: "subprocess.Popen[str]", served: list[tuple[str, float]]) -> None:
    assert worker.stdout is not None
    for line in worker.stdout:
        dealer, moment = line.split()
        served.append((dealer, float(moment)))


def _wait_for(is_so) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)
