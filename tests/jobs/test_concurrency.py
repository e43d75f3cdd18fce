"""Background threads, and how their caller leaves them."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
import structlog

from jobs.concurrency import Abandoned, Cancellable, PrefetchIterator, Waiting, sleep


class Stop(Exception):
    pass


def nothing() -> None:
    pass


def stop() -> None:
    raise Stop


def test_it_returns_the_value():
    assert Cancellable(lambda check_stop: 5).result(nothing) == 5


def test_it_raises_the_error():
    def fail(check_stop):
        raise KeyError("x")

    with pytest.raises(KeyError):
        Cancellable(fail).result(nothing)


def test_the_callback_runs_in_the_callers_thread_while_it_waits():
    seen = []

    def wait_for_two_looks(check_stop):
        while len(seen) < 2:
            time.sleep(0.01)
        return "done"

    assert Cancellable(wait_for_two_looks).result(lambda: seen.append(threading.current_thread())) == "done"
    assert set(seen) == {threading.current_thread()}


def test_what_the_caller_bound_to_its_logs_is_bound_in_the_call():
    with structlog.contextvars.bound_contextvars(run=7):
        background = Cancellable(lambda check_stop: structlog.contextvars.get_contextvars())

    assert background.result(nothing) == {"run": 7}


def test_a_caller_that_stops_leaves_at_once_and_the_call_learns_of_it():
    learned = threading.Event()

    def work(check_stop):
        try:
            sleep(60, check_stop)
        except Abandoned:
            learned.set()
            raise

    with pytest.raises(Stop):
        Cancellable(work).result(stop)
    assert learned.wait(10)


def test_waiting_can_be_bounded():
    never = threading.Event()
    background = Cancellable(lambda check_stop: never.wait(30))

    with pytest.raises(TimeoutError):
        background.result(nothing, within=0.05)
    never.set()


def test_a_timeout_inside_the_call_is_not_taken_for_one_of_the_wait():
    def fail(check_stop):
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        Cancellable(fail).result(nothing)


def test_a_call_that_hangs_does_not_keep_the_process_from_ending():
    program = "import time; from jobs.concurrency import Cancellable; Cancellable(lambda _: time.sleep(3600))"

    assert subprocess.run([sys.executable, "-c", program], timeout=30, check=False).returncode == 0


def test_sleep_raises_the_error_of_the_callback():
    with pytest.raises(Stop):
        sleep(60, stop)


def test_values_come_in_order_and_end():
    assert list(values_of(PrefetchIterator(lambda check_stop: iter(range(20)), ahead=3))) == list(range(20))


def test_an_error_comes_after_the_values_before_it():
    def fail(check_stop: Waiting) -> Iterator[int]:
        yield 1
        yield 2
        raise KeyError("x")

    values = values_of(PrefetchIterator(fail, ahead=5))
    assert [next(values), next(values)] == [1, 2]
    with pytest.raises(KeyError):
        next(values)


def test_no_more_values_are_made_than_may_be_buffered():
    made = []

    def count(check_stop: Waiting) -> Iterator[int]:
        for value in range(20):
            made.append(value)
            yield value

    batches = PrefetchIterator(count, ahead=3).batches(nothing)
    taken = len(next(batches))
    # Those that were taken, three that are kept, and one that waits for room.
    until(lambda: len(made) >= taken + 4)
    time.sleep(0.1)
    assert made == list(range(taken + 4))
    batches.close()


def test_values_that_arrive_while_waiting_are_delivered_together():
    stream = PrefetchIterator(lambda check_stop: iter(range(5)), ahead=9)
    until(lambda: stream._values.qsize() == 6)
    assert list(stream.batches(nothing)) == [[0, 1, 2, 3, 4]]


def test_the_callback_runs_in_the_readers_thread_while_it_waits():
    seen = []

    def wait_for_two_looks(check_stop: Waiting) -> Iterator[str]:
        until(lambda: len(seen) >= 2)
        yield "done"

    values = values_of(
        PrefetchIterator(wait_for_two_looks, 1), lambda: seen.append(threading.current_thread())
    )
    assert list(values) == ["done"]
    assert set(seen) == {threading.current_thread()}


@pytest.mark.parametrize("leave", ["stops", "closes", "abandons"])
def test_the_generator_learns_that_its_reader_has_left(leave):
    learned = threading.Event()

    def work(check_stop: Waiting) -> Iterator[int]:
        yield 1
        try:
            sleep(60, check_stop)
        except Abandoned:
            learned.set()
            raise

    stream = PrefetchIterator(work, 1)
    values = values_of(stream, stop)
    assert next(values) == 1
    if leave == "stops":
        with pytest.raises(Stop):
            next(values)
    elif leave == "closes":
        values.close()
    else:
        stream.abandon()
    assert learned.wait(10)


def test_a_generator_that_waits_for_the_queue_ends_with_its_reader():
    ended = threading.Event()

    def endless(check_stop: Waiting) -> Iterator[int]:
        try:
            while True:
                check_stop()
                yield 1
        finally:
            ended.set()

    values = values_of(PrefetchIterator(endless, 2))
    next(values)
    values.close()
    assert ended.wait(10)


def test_what_the_reader_bound_to_its_logs_is_bound_in_the_generator():
    with structlog.contextvars.bound_contextvars(run=7):
        stream = PrefetchIterator(lambda check_stop: iter([structlog.contextvars.get_contextvars()]), 1)

    assert list(values_of(stream)) == [{"run": 7}]


def test_a_generator_that_hangs_does_not_keep_the_process_from_ending():
    program = (
        "import time; from jobs.concurrency import PrefetchIterator; "
        "PrefetchIterator(lambda check_stop: iter([time.sleep(3600)]), 1)"
    )

    assert subprocess.run([sys.executable, "-c", program], timeout=30, check=False).returncode == 0


def values_of(stream: PrefetchIterator, waiting=nothing) -> Iterator:
    for values in stream.batches(waiting):
        yield from values


def until(happened) -> None:
    for _ in range(1_000):
        if happened():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen within ten seconds")
