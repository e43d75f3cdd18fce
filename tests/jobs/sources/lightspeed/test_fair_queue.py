"""In which order those who wait for room under one login get it."""

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from redis import Redis

from jobs.sources.lightspeed import RateBudget, fair_queue
from jobs.sources.lightspeed.fair_queue import Requester, Ticket
from webapp.core import rate_window

pytestmark = pytest.mark.slow

KEY = "0123456789abcdef"


class Stop(Exception):
    pass


def stop() -> None:
    raise Stop


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """An empty Redis."""
    with Redis.from_url(redis_url) as client:
        client.flushdb()
        yield client
        client.flushdb()


def place(dealer: str, *, is_urgent: bool = False) -> Ticket:
    return Ticket(KEY, Requester(dealer, is_urgent))


def order(redis: Redis, *places: Ticket) -> list[str | None]:
    """The dealers of these places, first come first, as they are served."""
    for one in places:
        one.stand(redis)
    return [one.asker.dealer for one in sorted(places, key=lambda one: ahead(redis, one))]


def ahead(redis: Redis, one: Ticket) -> int:
    return fair_queue.queue_position(one.stand(redis)).ahead


def test_who_came_first_is_served_first(redis: Redis):
    assert order(redis, place("1"), place("2"), place("3")) == ["1", "2", "3"]


def test_a_check_is_served_before_those_who_wait_already(redis: Redis):
    assert order(redis, place("1"), place("2"), place("3", is_urgent=True)) == ["3", "1", "2"]


def test_who_was_just_served_stands_behind_the_others(redis: Redis):
    for dealer in ("1", "2"):
        place(dealer).leave(redis, is_served=True)

    assert order(redis, place("1"), place("2"), place("3")) == ["3", "1", "2"]


def test_new_dealers_do_not_go_first_for_ever(redis: Redis):
    """Somebody who was served some seconds ago is before whoever comes a moment later."""
    first, served = place("1"), fair_queue._keys(KEY)[2]
    first.leave(redis, is_served=True)
    redis.zincrby(served, 0.05 - fair_queue.REMEMBERED, redis.zrange(served, 0, -1)[0])
    first.stand(redis)
    assert ahead(redis, place("2")) == 0
    time.sleep(0.1)

    assert ahead(redis, place("3")) == 2


def test_one_that_gives_no_sign_of_life_holds_nobody_up(redis: Redis):
    dead, living = place("1"), place("2")
    assert [ahead(redis, dead), ahead(redis, living)] == [0, 1]
    redis.zadd(fair_queue._keys(KEY)[1], {dead.name: time.time() - fair_queue.LIFE - 1})

    assert ahead(redis, living) == 0
    assert fair_queue.count(redis, KEY) == 1


def test_who_leaves_holds_nobody_up(redis: Redis, redis_url: str):
    budget = RateBudget.shared(redis_url, 1)
    budget.acquire(KEY, stop)
    with pytest.raises(Stop):
        budget.acquire(KEY, stop, Requester("1"))
    # Sooner than it would be taken for dead.
    deadline = time.monotonic() + fair_queue.LIFE / 2
    while fair_queue.count(redis, KEY) and time.monotonic() < deadline:
        threading.Event().wait(0.01)

    assert fair_queue.count(redis, KEY) == 0


def test_the_last_tenth_is_sent_one_by_one_and_left_to_checks_meanwhile(redis: Redis, redis_url: str):
    budget = RateBudget.shared(redis_url, 200)
    syncs, checks = Requester("1"), Requester("1", is_urgent=True)
    taken = sum(has_room(budget, syncs) for _ in range(190))
    assert 180 <= taken <= 182
    assert sum(has_room(budget, checks) for _ in range(30)) == 200 - taken


def test_where_the_window_is_about_to_turn_over_nothing_is_held_back(redis: Redis, redis_url: str):
    budget, rate = RateBudget.shared(redis_url, 200), rate_window.rate(200)
    redis.rpush(f"LIMITS:{rate.key_for(KEY)}", *[time.time() - rate.get_expiry() + 2] * 190)
    assert sum(has_room(budget, Requester("1")) for _ in range(12)) == 10


def has_room(budget: RateBudget, asker: Requester) -> bool:
    try:
        budget.acquire(KEY, stop, asker)
    except Stop:
        return False
    return True


def test_dealers_that_used_their_logins_rate_up_are_served_at_an_even_pace(redis: Redis, redis_url: str):
    """Although the window has room; whoever is alone is not held up."""
    budget = RateBudget.shared(redis_url, 8)
    first, second = place("1"), place("2")
    for one in (first, second):
        one.stand(redis)
    assert not fair_queue.queue_position(first.stand(redis)).is_paced
    fair_queue.used_up(redis, KEY, 60)
    assert fair_queue.queue_position(first.stand(redis)).is_paced
    first.leave(redis, is_served=True)
    assert not has_room(budget, Requester("3"))
    for one in (second, place("4")):
        one.leave(redis, is_served=False)
    redis.delete(fair_queue._keys(KEY)[2])
    assert has_room(budget, Requester("3"))


def test_a_login_is_crowded_while_somebody_waits_or_its_rate_is_used_up(redis: Redis, redis_url: str):
    budget = RateBudget.shared(redis_url, 1)
    assert not budget.is_crowded(KEY, 3.0)
    waiting = place("1")
    waiting.stand(redis)
    assert budget.is_crowded(KEY, 3.0)
    waiting.leave(redis, is_served=False)
    assert not budget.is_crowded(KEY, 3.0)
    budget.acquire(KEY, stop)
    assert budget.is_crowded(KEY, 3.0)
    assert not budget.is_crowded(KEY, 100.0)
    assert not RateBudget.shared("redis://127.0.0.1:9/0", 1).is_crowded(KEY, 3.0)


def test_neither_login_nor_dealer_can_be_read_in_redis(redis: Redis, redis_url: str):
    budget = RateBudget.shared(redis_url, 1)
    budget.acquire(KEY, stop, Requester("76014857"))
    place("76014857").stand(redis)
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
    # Four each; more or fewer where a busy machine kept somebody from asking.
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
