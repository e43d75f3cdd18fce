"""During waits: the next page is fetched, the caller polls its stop flag, and can leave."""

import threading

import pytest

from jobs.sources.lightspeed.pages import PAGES_AHEAD
from jobs.sources.lightspeed.retry import RetryPolicy
from sandbox.simulator import Simulator
from tests.jobs.sources.lightspeed.conftest import CMF, session
from tests.jobs.sources.lightspeed.pulling import FILTER, part_pages


def test_the_next_page_is_fetched_while_the_caller_has_this_one(simulator: Simulator):
    pages = part_pages(session(simulator.url), CMF, FILTER)
    next(pages)
    wait_until(lambda: len(simulator.requests) >= 2)
    pages.close()


def test_no_more_pages_are_fetched_than_are_kept(simulator: Simulator):
    batches = session(simulator.url).pages_of(CMF, FILTER, page_size=10).pages()
    # Those that the caller has, those in the queue, and one that waits for room in it.
    as_many = len(next(batches)) + PAGES_AHEAD + 1
    wait_until(lambda: len(simulator.requests) >= as_many and simulator.requests[-1].status == 200)
    threading.Event().wait(0.2)

    assert len(simulator.requests) == as_many
    batches.close()


def test_a_closed_pull_sends_no_more_requests(simulator: Simulator):
    simulator.switches.requests_per_minute = 1
    simulator.switches.over_rate = "503"
    pages = part_pages(session(simulator.url, RetryPolicy(attempts=1_000, busy_pause=0.1)), CMF, FILTER)
    next(pages)
    wait_until(lambda: len(simulator.requests) == 2)
    pages.close()
    threading.Event().wait(0.8)

    assert len(simulator.requests) <= 3  # one more may have been on its way


class Stop(Exception):
    pass


@pytest.mark.slow
def test_the_callback_runs_in_the_callers_thread_while_the_service_is_slow(simulator: Simulator):
    simulator.switches.latency = 0.6
    seen = []
    for _ in part_pages(
        session(simulator.url), CMF, FILTER, waiting=lambda: seen.append(threading.current_thread())
    ):
        pass

    assert len(seen) >= 6  # two or more for each of three pages
    assert set(seen) == {threading.current_thread()}


def test_a_pull_has_one_thread(simulator: Simulator, monkeypatch: pytest.MonkeyPatch):
    started = []
    start = threading.Thread.start

    def counted(thread: threading.Thread) -> None:
        started.append(thread)
        start(thread)

    lightspeed = session(simulator.url)
    monkeypatch.setattr(threading.Thread, "start", counted)
    list(part_pages(lightspeed, CMF, FILTER, page_size=100))

    assert len([thread for thread in started if thread.name == "background"]) == 1
    assert len(simulator.requests) > 10


@pytest.mark.parametrize("where", ["latency", "backoff", "retry_after"])
def test_a_caller_that_stops_during_a_wait_leaves_at_once(simulator: Simulator, where):
    """The wait would last a minute: the test ends because it is cancelled."""
    policy = RetryPolicy(base=60, cap=60)
    if where == "latency":
        simulator.switches.latency = 60.0
    if where == "backoff":
        simulator.switches.change({"faults": [{"kind": "error_500", "times": None}]})
    if where == "retry_after":
        simulator.switches.change(
            {"requests_per_minute": 0, "over_rate": "429_retry_after", "retry_after": "60"}
        )

    def stop() -> None:
        raise Stop

    with pytest.raises(Stop):
        list(part_pages(session(simulator.url, policy, timeout=(5, 90)), CMF, FILTER, waiting=stop))
    assert len(simulator.requests) <= 1


def wait_until(happened) -> None:
    for _ in range(500):
        if happened():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not happen within five seconds")
