"""Background threads that their caller can leave at any time.

One pattern: the thread checks a stop event, and the caller waits in short steps in which it checks its own
reasons to leave (heartbeat, shutdown, cancellation). `Cancellable` runs one call, `PrefetchIterator` a
generator whose values wait in a bounded queue. Calls in an executor use `StopEvent` and `wait_until_done`.
"""

import contextvars
import math
import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent import futures
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

T = TypeVar("T")

TICK = 0.25
"""Seconds between two checks while waiting: half of the 0.5 s that callers are promised."""

Waiting = Callable[[], None]
"""Called in the caller's thread every `TICK` during a wait; what it raises ends the wait."""


class Abandoned(Exception):
    """Raised in a background thread whose caller has left."""


class StopEvent(threading.Event):
    """Set by a caller that leaves."""

    def check(self) -> None:
        """Raise `Abandoned` once the event is set."""
        if self.is_set():
            raise Abandoned


class Cancellable(Generic[T]):
    """Runs `call` in a background thread.

    `call` receives a function to call during its own waits and before each side effect; it raises `Abandoned`
    once the caller has left.
    """

    def __init__(self, call: Callable[[Waiting], T]) -> None:
        self._stop = StopEvent()
        self._outcome: Future[T] = Future()
        _start(lambda: self._run(call))

    def result(self, waiting: Waiting, within: float | None = None) -> T:
        """Return or raise the outcome of `call`, see `wait_until_done`; an exception there abandons it."""
        try:
            wait_until_done(self._outcome, waiting, within)
        except BaseException:
            self.abandon()
            raise
        return self._outcome.result()

    def abandon(self) -> None:
        """Stop the call at its next check; harmless if it has already ended."""
        self._stop.set()

    def _run(self, call: Callable[[Waiting], T]) -> None:
        try:
            self._outcome.set_result(call(self._stop.check))
        except BaseException as error:  # noqa: BLE001 - it is raised again where the caller waits
            self._outcome.set_exception(error)


class PrefetchIterator(Generic[T]):
    """Runs the generator that `make` returns in a background thread, at most `ahead` values ahead.

    `make` receives a function as `Cancellable` passes to its call.
    """

    def __init__(self, make: Callable[[Waiting], Iterator[T]], ahead: int) -> None:
        self._make = make
        self._values: queue.Queue[tuple[T] | _End] = queue.Queue(ahead)
        self._stop = StopEvent()
        _start(self._run)

    def batches(self, waiting: Waiting) -> Iterator[list[T]]:
        """Yield all values that are ready, as soon as there is one; calls `waiting` every `TICK` until then.

        An exception of the generator is raised after the values before it. Whatever `waiting` raises, and
        closing this iterator, abandon the generator.
        """
        try:
            items: list[tuple[T] | _End] = []
            while not (items and isinstance(items[-1], _End)):
                items = [self._next(waiting), *self._ready()]
                if values := [item[0] for item in items if not isinstance(item, _End)]:
                    yield values
            _raise_from(items[-1])
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Stop the generator at its next check; harmless if it has already ended."""
        self._stop.set()

    def _next(self, waiting: Waiting) -> "tuple[T] | _End":
        while True:
            try:
                return self._values.get(timeout=TICK)
            except queue.Empty:
                waiting()

    def _ready(self) -> "Iterator[tuple[T] | _End]":
        while not self._values.empty():
            yield self._values.get()

    def _run(self) -> None:
        end = _End()
        try:
            for value in self._make(self._stop.check):
                self._put((value,))
        except BaseException as error:  # noqa: BLE001 - it is raised again in the reader's thread
            end = _End(error)
        finally:
            self._put(end)

    def _put(self, item: "tuple[T] | _End") -> None:
        """Wait until the queue has room, or the reader has left."""
        while not self._stop.is_set():
            try:
                self._values.put(item, timeout=TICK)
            except queue.Full:
                continue
            return


def wait_until_done(outcome: "Future[Any]", waiting: Waiting, within: float | None = None) -> None:
    """Wait for the end of a background call, calling `waiting` in this thread every `TICK`.

    Raises what `waiting` raises, and `TimeoutError` after `within` seconds.
    """
    deadline = time.monotonic() + (math.inf if within is None else within)
    while not futures.wait([outcome], min(TICK, max(0.0, deadline - time.monotonic()))).done:
        waiting()
        if time.monotonic() >= deadline:
            raise TimeoutError


def sleep(seconds: float, waiting: Waiting) -> None:
    """Sleep, calling `waiting` before and every `TICK`."""
    deadline = time.monotonic() + seconds
    waiting()
    while (remaining := deadline - time.monotonic()) > 0:
        time.sleep(min(TICK, remaining))
        waiting()


class _End:
    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def _raise_from(last: object) -> None:
    if isinstance(last, _End) and last.error is not None:
        raise last.error


def _start(target: Callable[[], None]) -> None:
    """Start a daemon thread, which never keeps the process from ending.

    It runs in the caller's context, so that values bound to the caller's log lines appear on its lines too.
    """
    run = contextvars.copy_context().run
    threading.Thread(target=run, args=(target,), name="background", daemon=True).start()
