import subprocess
import sys
import threading
import time

import pytest
import structlog

from jobs.sources.lightspeed.cancellable import Abandoned, Cancellable, sleep


class Stop(Exception):
    pass


def nothing() -> None:
    pass


def stop() -> None:
    raise Stop


def test_it_hands_the_value_back():
    assert Cancellable(lambda wanted: 5).result(nothing) == 5


def test_it_hands_the_error_back():
    def fail(wanted):
        raise KeyError("x")

    with pytest.raises(KeyError):
        Cancellable(fail).result(nothing)


def test_the_caller_looks_around_in_its_own_thread_while_it_waits():
    seen = []

    def wait_for_two_looks(wanted):
        while len(seen) < 2:
            time.sleep(0.01)
        return "done"

    assert Cancellable(wait_for_two_looks).result(lambda: seen.append(threading.current_thread())) == "done"
    assert set(seen) == {threading.current_thread()}


def test_what_the_caller_bound_to_its_logs_is_bound_in_the_call():
    with structlog.contextvars.bound_contextvars(run=7):
        background = Cancellable(lambda wanted: structlog.contextvars.get_contextvars())

    assert background.result(nothing) == {"run": 7}


def test_a_caller_that_stops_leaves_at_once_and_the_call_learns_of_it():
    learned = threading.Event()

    def work(wanted):
        try:
            sleep(60, wanted)
        except Abandoned:
            learned.set()
            raise

    with pytest.raises(Stop):
        Cancellable(work).result(stop)
    assert learned.wait(10)


def test_waiting_can_be_bounded():
    never = threading.Event()
    background = Cancellable(lambda wanted: never.wait(30))

    with pytest.raises(TimeoutError):
        background.result(nothing, within=0.05)
    never.set()


def test_a_call_that_hangs_does_not_keep_the_process_from_ending():
    program = (
        "import time; from jobs.sources.lightspeed.cancellable import Background; "
        "Background(lambda wanted: time.sleep(3600))"
    )

    assert subprocess.run([sys.executable, "-c", program], timeout=30, check=False).returncode == 0


def test_sleep_ends_with_what_waiting_raises():
    with pytest.raises(Stop):
        sleep(60, stop)
